"""What an engine rejects in a Dockerfile, found without building anything.

The rules are those of BuildKit's `parser` and `instructions/parse.go`. Values are
not looked at: a variable in a flag or an argument is never a problem here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from converter.dockerfile.arguments import WHOLE, Argument
from converter.dockerfile.directives import ESCAPES, read_directive
from converter.dockerfile.flags import Flag
from converter.dockerfile.heredocs import is_heredoc_word
from converter.dockerfile.pairs import is_old_form, pairs
from converter.dockerfile.syntax import (
    ByteOrderMark,
    Comment,
    Directive,
    Dockerfile,
    Instruction,
    SyntaxProblem,
)
from converter.source import Span

FLAGS: dict[str, frozenset[str]] = {
    "ADD": frozenset({"checksum", "chmod", "chown", "exclude", "keep-git-dir", "link", "unpack"}),
    "COPY": frozenset({"chmod", "chown", "exclude", "from", "link", "parents"}),
    "FROM": frozenset({"platform"}),
    "HEALTHCHECK": frozenset({"interval", "retries", "start-interval", "start-period", "timeout"}),
    "RUN": frozenset({"device", "mount", "network", "security"}),
}
"""The flags of each instruction in the Dockerfile reference; the others have none."""

BOOLEAN_FLAGS = frozenset({"keep-git-dir", "link", "parents", "unpack"})
REPEATABLE_FLAGS = frozenset({"device", "exclude", "mount"})

_FLAGS_UNREAD = frozenset({"ARG", "STOPSIGNAL"})
_STAGE_NAME_START = frozenset("abcdefghijklmnopqrstuvwxyz")
_STAGE_NAME = _STAGE_NAME_START | frozenset("0123456789-_.")


def problems(tree: Dockerfile) -> tuple[SyntaxProblem, ...]:
    """Every problem of the tree, in the order of the source."""
    return tuple(sorted(_all(tree), key=lambda problem: (problem.span.start, problem.span.end)))


def is_stage_name(name: str) -> bool:
    """Whether a stage may have this name, in any case (`parseBuildStageName`)."""
    lower = name.lower()
    return bool(lower) and lower[0] in _STAGE_NAME_START and _STAGE_NAME.issuperset(lower)


def _all(tree: Dockerfile) -> Iterator[SyntaxProblem]:
    yield from _directives(tree)
    if not tree.instructions:
        yield SyntaxProblem(Span(0, len(tree.source.text)), "the file has no instructions")
        return
    in_stage = False
    for instruction in tree.instructions:
        if instruction.keyword == "FROM":
            in_stage = True
        elif instruction.known and instruction.keyword != "ARG" and not in_stage:
            yield SyntaxProblem(
                instruction.keyword_span,
                f"{instruction.keyword} stands before the first FROM, where only ARG may stand",
            )
        for heredoc in instruction.heredocs:
            if not heredoc.terminated:
                message = f"the here-document does not end: no line is just {heredoc.delimiter!r}"
                yield SyntaxProblem(heredoc.word, message)
        yield from _instruction(instruction)
    if not in_stage:
        last = tree.instructions[-1]
        yield SyntaxProblem(last.keyword_span, "the file has no FROM, so there is nothing to build")


def _directives(tree: Dockerfile) -> Iterator[SyntaxProblem]:
    for node in tree.nodes:
        if isinstance(node, (ByteOrderMark, Directive)):
            continue
        if isinstance(node, Comment):
            found = read_directive(tree.source.slice(node.span).strip())
            if found is not None:
                name, value = found
                if name in tree.directives:
                    yield SyntaxProblem(node.span, f"the parser directive {name!r} is given twice")
                elif name == "escape" and value not in ESCAPES:
                    yield SyntaxProblem(node.span, f"the escape character must be \\ or `, not {value!r}")
        return


def _instruction(instruction: Instruction) -> Iterator[SyntaxProblem]:
    if not instruction.known:
        name = instruction.keyword or instruction.escape
        yield SyntaxProblem(instruction.keyword_span, f"unknown instruction: {name}")
        return
    yield from _flags(instruction)
    array = instruction.json
    if array is not None and array.fault == "elements":
        yield SyntaxProblem(
            instruction.line.span(array.start, array.end), "the JSON array has other things than strings"
        )
        return
    if array is not None and array.fault == "rest":
        yield SyntaxProblem(
            instruction.line.span(array.end, len(instruction.line.text)),
            "there is text behind the JSON array, which BuildKit drops before 0.15 and takes as shell form since then",
        )
        return
    yield from _CHECKS.get(instruction.keyword, _nothing)(instruction)


def _flags(instruction: Instruction) -> Iterator[SyntaxProblem]:
    keyword = instruction.keyword
    words = instruction.arguments
    if keyword in _FLAGS_UNREAD or (keyword == "HEALTHCHECK" and words and words[0].value.upper() == "NONE"):
        return
    allowed = FLAGS.get(keyword, frozenset())
    seen: set[str] = set()
    for flag in instruction.flags:
        message = _flag(keyword, flag, allowed, seen)
        if message:
            yield SyntaxProblem(flag.span, message)
        seen.add(flag.name)


def _flag(keyword: str, flag: Flag, allowed: frozenset[str], seen: set[str]) -> str:
    if flag.name not in allowed:
        return f"{keyword} has no flag --{flag.name}"
    if flag.name in seen and flag.name not in REPEATABLE_FLAGS:
        return f"the flag --{flag.name} is given twice"
    if flag.name in BOOLEAN_FLAGS:
        if flag.value is not None and flag.value.lower() not in ("true", "false"):
            return f"the flag --{flag.name} takes true or false, not {flag.value!r}"
    elif flag.value is None:
        return f"the flag --{flag.name} needs a value: --{flag.name}=..."
    return ""


def _nothing(instruction: Instruction) -> Iterator[SyntaxProblem]:
    yield from ()


def _copy(instruction: Instruction) -> Iterator[SyntaxProblem]:
    words = instruction.arguments
    if len(words) < 2:
        yield _at(instruction, f"{instruction.keyword} needs at least one source and a destination")
    elif is_heredoc_word(words[-1].value):
        yield SyntaxProblem(words[-1].span, "a here-document cannot be the destination")


def _from(instruction: Instruction) -> Iterator[SyntaxProblem]:
    words = instruction.arguments
    if len(words) == 3 and words[1].value.lower() == "as":
        if not is_stage_name(words[2].value):
            yield SyntaxProblem(
                words[2].span,
                f"{words[2].value!r} cannot name a stage: a letter, then letters, digits, '-', '_' and '.'",
            )
    elif len(words) != 1:
        yield _at(instruction, "FROM takes an image, or an image, AS and a name")


def _pairs(instruction: Instruction) -> Iterator[SyntaxProblem]:
    found = pairs(instruction)
    if not found:
        yield _at(instruction, f"{instruction.keyword} needs at least one name and value")
    for pair in found:
        if not pair.name:
            yield SyntaxProblem(pair.span, "the name in front of '=' is empty")
        elif pair.value is None and instruction.keyword != "ARG":
            old = is_old_form(instruction)
            message = f"{instruction.keyword} needs a value for {pair.name}" if old else f"{pair.name!r} has no '='"
            yield SyntaxProblem(pair.span, message)


def _one_argument(instruction: Instruction) -> Iterator[SyntaxProblem]:
    if len(instruction.arguments) != 1:
        yield _at(instruction, f"{instruction.keyword} needs an argument")


def _some_argument(instruction: Instruction) -> Iterator[SyntaxProblem]:
    if not instruction.arguments:
        yield _at(instruction, f"{instruction.keyword} needs at least one argument")


def _volume(instruction: Instruction) -> Iterator[SyntaxProblem]:
    yield from _some_argument(instruction)
    for word in instruction.arguments:
        if not word.value.strip():
            yield SyntaxProblem(word.span, "a volume cannot be an empty path")


def _shell(instruction: Instruction) -> Iterator[SyntaxProblem]:
    if instruction.form != "json":
        yield _at(instruction, "SHELL takes a JSON array of strings")
    elif not instruction.arguments:
        yield _at(instruction, "SHELL needs at least one argument")


def _health_check(instruction: Instruction) -> Iterator[SyntaxProblem]:
    words: tuple[Argument, ...] = instruction.arguments
    if not words:
        yield _at(instruction, "HEALTHCHECK needs CMD or NONE")
        return
    kind = words[0].value.upper()
    if kind == "NONE":
        if len(words) > 1:
            yield SyntaxProblem(words[1].span, "HEALTHCHECK NONE takes no arguments")
    elif kind != "CMD":
        yield SyntaxProblem(words[0].span, f"HEALTHCHECK takes CMD or NONE, not {words[0].value!r}")
    elif len(words) == 1:
        yield _at(instruction, "HEALTHCHECK CMD needs a command")


def _on_build(instruction: Instruction) -> Iterator[SyntaxProblem]:
    inner = instruction.inner
    if inner is None:
        yield _at(instruction, "ONBUILD needs an instruction")
    elif inner.keyword in ("FROM", "MAINTAINER", "ONBUILD"):
        yield SyntaxProblem(inner.keyword_span, f"{inner.keyword} cannot be a trigger of ONBUILD")
    else:
        yield from _instruction(inner)


def _at(instruction: Instruction, message: str) -> SyntaxProblem:
    return SyntaxProblem(instruction.keyword_span, message)


_CHECKS: dict[str, Callable[[Instruction], Iterator[SyntaxProblem]]] = {
    "ADD": _copy,
    "ARG": _pairs,
    "COPY": _copy,
    "ENV": _pairs,
    "EXPOSE": _some_argument,
    "FROM": _from,
    "HEALTHCHECK": _health_check,
    "LABEL": _pairs,
    "ONBUILD": _on_build,
    "SHELL": _shell,
    "VOLUME": _volume,
    **dict.fromkeys(WHOLE, _one_argument),
}
