"""Where the interpreter claims to know the words of a command, real shells agree.

The generated scripts call `record` with words of every kind. For the interpreter that is a command like any
other; for the shells it is a function that prints what it got.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from converter.machine.events import RanCommand
from tests.shell.support import run

SHELLS = [shell for shell in ("/bin/sh", "dash", "bash") if shutil.which(shell)]

PRELUDE = "record() { printf '%s\\036' \"$@\"; printf '\\035'; }\n"
"""Words end in a record separator and calls in a group separator, which no generated text holds."""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """An empty folder, so that no pattern matches anything."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def real(shell: str, text: str, arguments: tuple[str, ...], folder: Path) -> list[list[str]]:
    """The words of each `record` as the shell gives them."""
    done = subprocess.run(
        [shell, "-c", PRELUDE + text, "script", *arguments],
        cwd=folder, env={"PATH": "/usr/bin:/bin"}, capture_output=True, check=False, timeout=20,
    )  # fmt: skip
    assert done.stderr == b"", text
    return [call.split("\x1e")[:-1] for call in done.stdout.decode().split("\x1d")[:-1]]


def claimed(text: str, arguments: tuple[str, ...]) -> list[list[str] | None]:
    """The words of each `record` as the interpreter gives them; None where one of them is not known."""
    calls: list[list[str] | None] = []
    for event in run(text, arguments).events:
        if isinstance(event, RanCommand) and event.name == "record":
            words = event.words[1:]
            certain = all(word.known and not _is_of_the_machine(word.flat) for word in words)
            calls.append([word.flat for word in words] if certain else None)
    return calls


def _is_of_the_machine(flat: str) -> bool:
    """Whether a word may be a pattern for files outside the tree: it stays one, and what it matches nobody can tell."""
    return flat.startswith("/") and any(character in flat for character in "*?[")


def agree(text: str, arguments: tuple[str, ...], folder: Path) -> int:
    """Compares the interpreter with every shell; how many calls it knew."""
    found = claimed(text, arguments)
    for shell in SHELLS:
        calls = real(shell, text, arguments, folder)
        # `printf` without words prints one empty one
        assert len(calls) == len(found)
        for claim, call in zip(found, calls, strict=True):
            if claim is not None:
                assert (claim or [""]) == call, f"{shell}: {text}"
    return sum(claim is not None for claim in found)


NAMES = st.sampled_from(["x", "y", "z"])
PLAIN = st.text("abzAZ09:/._,%+@", min_size=1, max_size=4)
SINGLE = st.text('ab $"\\`*?#;&|<>(){}~!é\t', max_size=6).map(lambda text: f"'{text}'")
ESCAPED = st.sampled_from([r"a\ b", r"a\;", r"a\#", r"a\&b", r"b\'c", r"\a"])
INSIDE_ESCAPED = st.sampled_from([r"\$", r"\"", r"\\", r"\a", r"\`", r"\'"])
EXPANSION = st.one_of(
    NAMES.map(lambda name: f"${{{name}}}"),
    st.builds(
        lambda name, operator, word: f"${{{name}{operator}{word}}}",
        NAMES,
        st.sampled_from([":-", "-", ":+", "+"]),
        st.text("ab.", max_size=2),
    ),
    st.sampled_from(["${1}", "${2}", "$#"]),
    st.builds(lambda words: f"$(echo {' '.join(words)})", st.lists(PLAIN, min_size=1, max_size=2)),
    NAMES.map(lambda name: f'$(printf %s "${{{name}}}")'),
)
INSIDE = st.one_of(st.text("ab '#;*?~{}é", min_size=1, max_size=4), INSIDE_ESCAPED, EXPANSION)
DOUBLE = st.lists(INSIDE, max_size=3).map(lambda parts: '"' + "".join(parts) + '"')
WORD = st.lists(st.one_of(PLAIN, SINGLE, DOUBLE, ESCAPED, EXPANSION), min_size=1, max_size=3).map("".join)
WORDS = st.lists(st.one_of(WORD, st.just('"$@"')), min_size=1, max_size=3).map(" ".join)
SET = st.builds(lambda name, word: f"{name}={word}", NAMES, WORD)
CALL = st.builds(lambda words: f"record {words}", WORDS)
STATEMENT = st.one_of(
    SET,
    CALL,
    WORDS.map(lambda words: f"set -- {words}"),
    WORDS.map(lambda words: f"f {words}"),
    st.builds(lambda name, word: f'export {name}="${{{name}}}"{word}', NAMES, PLAIN),
    st.builds(lambda one, two: f"({one}; {two})", SET, CALL),
    st.builds(lambda one, two: f"{{ {one}; {two}; }}", SET, CALL),
    st.builds(lambda one, two: f"{one} && {two}", SET, CALL),
    st.builds(lambda one, two: f"false && {one} || {two}", SET, CALL),
)
HEAD = "x=1.2\ny='b c'\nz=\nf() { record \"$1\" $2 $#; x=$1; }\n"
SCRIPT = st.lists(STATEMENT, min_size=1, max_size=5).map(
    lambda lines: HEAD + "\n".join(lines) + '\nrecord "$x" "$y" "$z" $x $y $z "$@"\n'
)
ARGUMENTS = st.lists(st.text("ab -é", max_size=3), max_size=3).map(tuple)


@settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(text=SCRIPT, arguments=ARGUMENTS)
@example(text=HEAD + "record ''\"\" a'b'\"c\"\n", arguments=())
@example(text=HEAD + 'record "$@"\n', arguments=("a b", "", "c"))
def test_the_shells_agree_with_every_word_that_is_known(folder: Path, text: str, arguments: tuple[str, ...]) -> None:
    agree(text, arguments, folder)


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("x='a  b '; record $x \"$x\" '$x' a$x'c'", 1),
        ("x=a\\ b; record $x \"$x\"", 1),
        ("x=; record $x \"\" a$x '' \"$x\"", 1),
        ("record a\\\\b 'a\\b' \"a\\b\" \"a\\\\b\" \"a\\$b\"", 1),
        ("x=1; x=${x:-2}${x:+3}; record $x ${x-4} ${x+5}", 1),
        ("set -- a 'b c'; record \"$@\"; shift; record $1 \"$1\" $#", 2),
        ("x=1; (x=2; record $x); record $x; { x=3; }; record $x", 3),
        ("x=$(echo a; echo b); record \"$x\" $x", 1),
        ("x=$(printf 'a\\n\\n'); record \"$x\"", 1),
        ("f() { set -- z; record $1; }; set -- a; f b; record $1", 2),
        ("f() { return; record no; }; f; record yes", 1),
        ("record \"$(basename /a/b.tar.gz .gz)\" \"$(dirname /a/b.c)\" \"$(dirname x)\"", 1),
        ("x='*'; record \"$x\" '*' \"*\"", 1),
        ("echo a | x=1; record \"${x:-}\"", 0),
        ("! false && record a; ! true || record b; false || record c; true && record d", 4),
    ],
)  # fmt: skip
def test_the_interpreter_knows_what_the_shells_do(folder: Path, text: str, known: int) -> None:
    assert agree(text + "\n", (), folder) == known


def test_most_generated_words_are_known() -> None:
    """The comparison would be worth little if the interpreter answered that it does not know."""
    text = HEAD + 'record $x "$y" a\'b\'$z\nset -- "$y" c\nrecord "$@" $(echo $y)\nf $y\nrecord $x\n'
    assert claimed(text, ()) == [["1.2", "b c", "ab"], ["b c", "c", "b", "c"], ["b", "c", "2"], ["b"]]
