"""What sed, grep, cut and their kind make of known text is what the real programs make of it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from converter.machine.host import FromHost
from tests.shell.support import run

TEXT = "FROM base:@TAG@\nCOPY a b /x/\n# note a.b\n\nRUN a b  c\nEXPOSE 80\n"

KNOWN = [
    "sed 's/@TAG@/1.2/'",
    "sed -e 's/a/X/g' -e '/^#/d'",
    "sed 's#/x/#/y/#; s/RUN/run/'",
    "sed -E 's/([a-z]) ([a-z])/\\2 \\1/'",
    "sed 's/\\(COPY\\) \\(.*\\)/\\2=\\1/'",
    "sed -n '/RUN/p'",
    "sed -n 's/EXPOSE //p'",
    "sed '1d;$d'",
    "sed '/RUN/!d'",
    "sed 's/a/[&]/2'",
    "sed 's/[[:space:]]*$//'",
    "sed 's/A/z/I'",
    "grep RUN",
    "grep -v '^#'",
    "grep -i -m1 copy",
    "grep -F a.b",
    "grep 'a.b'",
    "grep -E 'a +b'",
    "head -n 2",
    "head -1",
    "tail -n 2",
    "cut -d' ' -f1",
    "cut -d: -f2-",
    "cut -d ' ' -f 2,3",
    "tr a-z A-Z",
    "tr -d '\\n'",
    "awk '{print $2}'",
    "awk '/RUN/{print $NF}'",
    "awk -F: '{print $1}'",
    "cat",
    "sed 's/b/B/' | grep B | cut -d' ' -f1",
]


@pytest.mark.parametrize("command", KNOWN)
def test_known_text_is_filtered_as_the_program_does_it(command: str, tmp_path: Path) -> None:
    first, *rest = command.split(" | ")
    script = f"cat > in <<'END'\n{TEXT}END\n" + " | ".join([f"cat in | {first}", *rest]) + " > out\n"
    subprocess.run(["sh", "-c", script], cwd=tmp_path, check=False)
    entry = run(script).final.files.lookup("out")  # type: ignore[union-attr]
    assert entry is not None
    assert isinstance(entry.origin, FromHost)
    assert entry.origin.content is not None
    assert entry.origin.content.flat == (tmp_path / "out").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "command",
    [
        "sed 'y/ab/cd/'",
        "sed -f script",
        "sed 's/a|b/c/;/x/{p;d}'",
        "sed -E 's/a|ab/c/'",
        "awk '{ x += $1 } END { print x }'",
        "sort",
        "head -c 3",
        "tr -s ' '",
        "grep -o a",
        "cut -c1-3",
        'sed "s/a/$UNKNOWN/"',
    ],
)
def test_what_is_not_followed_leaves_a_file_that_is_not_known(command: str) -> None:
    entry = run(f"cat > in <<'END'\n{TEXT}END\ncat in | {command} > out\n").final.files.lookup("out")  # type: ignore[union-attr]
    assert entry is not None
    assert isinstance(entry.origin, FromHost)
    assert entry.origin.content is None


@pytest.mark.parametrize(
    ("script", "content"),
    [
        ("echo a > f\necho b >> f\n", "a\nb\n"),
        ("printf 'a %s\\n' b > f\n", "a b\n"),
        ("V=1\ncat > f <<E\nFROM x:$V\n\\$V\nE\n", "FROM x:1\n$V\n"),
        ("V=1\ncat > f <<'E'\nFROM x:$V\nE\n", "FROM x:$V\n"),
        ("if true; then :; fi\ncat > f <<-E\n\ta\n\t\tb\n\tE\n", "a\nb\n"),
        ("cat <<< word > f\n", "word\n"),
        ("echo a | tee f > g\n", "a\n"),
        ("{ echo a; echo b; } > f\n", "a\nb\n"),
        ("echo a > e\ncat e e > f\n", "a\na\n"),
        ("echo a > f\nsed -i s/a/b/ f\n", "b\n"),
        ("export V=1\necho 'x ${V} $V' | envsubst > f\n", "x 1 1\n"),
        ("touch f\n", ""),
        ("> f\n", ""),
    ],
)
def test_a_file_that_the_script_writes_has_its_text(script: str, content: str) -> None:
    entry = run(script).final.files.lookup("f")  # type: ignore[union-attr]
    assert entry is not None
    assert isinstance(entry.origin, FromHost)
    assert entry.origin.content is not None
    assert entry.origin.content.flat == content
