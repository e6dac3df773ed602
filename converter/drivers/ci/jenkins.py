"""Jenkinsfiles: each `sh` step with a literal string is a shell of its own (`sh -xe`), in the folder of the `dir` around it.

Groovy itself is not read: what stands between the `sh` steps stays as it is. `${...}` in a string with double quotes is
an expression of Groovy. `docker.build(...)` is refused where it would be the final build.
"""

from __future__ import annotations

import re

from msgspec import Struct, field

from converter.diagnostics import refuse
from converter.drivers.ci.model import Job, Script, Shell, Slot
from converter.drivers.ci.scalars import Style
from converter.drivers.driver import Request
from converter.machine.derived import Segment
from converter.source import Source, Span

EXPRESSION = re.compile(r"\$(?:\{([^{}]*)\}|(?=[A-Za-z_])([A-Za-z_][\w.]*))")
_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<string>'{3}.*?(?<!\\)'{3}|\"{3}.*?(?<!\\)\"{3}|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")"""
    r"""|(?P<word>[A-Za-z_][\w.]*)|(?P<mark>[{}()\[\]:,=;])""",
    re.DOTALL,
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "\\": "\\", "'": "'", '"': '"', "$": "$", "\n": ""}


class _Token(Struct, frozen=True):
    kind: str
    text: str
    span: Span


class _Block(Struct):
    """What stands before a `{`: `stage('Build')`, `dir('x')`, `steps`; with the place where it begins."""

    name: str
    argument: str | None
    start: int
    scripts: list[int] = field(default_factory=list)


def read(source: Source, request: Request) -> tuple[list[Job], list[Source]]:
    """The pipeline as one job. Raises `Refusal`."""
    tokens = [
        _Token(match.lastgroup or "", match.group(), Span(*match.span()))
        for match in _TOKEN.finditer(source.text)
        if match.lastgroup != "comment"
    ]
    shells: list[Shell] = []
    stack: list[_Block] = []
    stages: list[tuple[Span, list[int]]] = []
    environment: dict[str, str] = {}
    for index, token in enumerate(tokens):
        if token.text == "{" and token.kind == "mark":
            stack.append(_head(source, tokens, index))
        elif token.text == "}" and token.kind == "mark" and stack:
            block = stack.pop()
            if block.name == "stage":
                stages.append((_lines(source.text, block.start, token.span.end), block.scripts))
        elif (
            token.kind == "word"
            and stack
            and stack[-1].name == "environment"
            and _follows(tokens, index, "=", "string")
        ):
            value = tokens[index + 2].text
            if not (value.startswith('"') and "$" in value):
                environment[token.text] = value[1:-1]
        elif token.text == "sh" and token.kind == "word":
            found = _command(source, tokens, index)
            if found is not None:
                for block in stack:
                    if block.name == "stage":
                        block.scripts.append(len(shells))
                shells.append(_shell(source, *found, stack))
            else:
                shells.append(_unread(source, tokens, index))
        elif token.text in ("docker.build", "docker.withRegistry") and token.kind == "word":
            if token.text == "docker.build":
                shells.append(_plugin(source, token))
        elif token.text in ("bat", "powershell", "pwsh") and token.kind == "word" and index + 1 < len(tokens):
            if tokens[index + 1].kind == "string" or tokens[index + 1].text == "(":
                shells.append(_other(source, token, tokens[index + 1]))
    shells = [
        Shell(one.scripts, environment, one.folder, one.dialect, one.expressions, unread=one.unread) for one in shells
    ]
    for lines, numbers in stages:
        shells = _staged(source, shells, lines, numbers)
    return [Job("pipeline", source, source.line_span(1), tuple(shells))], [source]


def _follows(tokens: list[_Token], index: int, mark: str, kind: str) -> bool:
    return index + 2 < len(tokens) and tokens[index + 1].text == mark and tokens[index + 2].kind == kind


def _head(source: Source, tokens: list[_Token], index: int) -> _Block:
    """What a `{` belongs to."""
    scan = index - 1
    argument: str | None = None
    if scan >= 0 and tokens[scan].text == ")":
        depth = 1
        inside: list[_Token] = []
        while scan > 0 and depth:
            scan -= 1
            depth += {")": 1, "(": -1}.get(tokens[scan].text if tokens[scan].kind == "mark" else "", 0)
            inside.append(tokens[scan])
        strings = [token for token in inside if token.kind == "string"]
        argument = strings[0].text.strip("'\"") if len(strings) == 1 else None
        scan -= 1
    if scan >= 0 and tokens[scan].kind == "word":
        return _Block(tokens[scan].text, argument, tokens[scan].span.start)
    return _Block("", None, tokens[index].span.start)


def _command(source: Source, tokens: list[_Token], index: int) -> tuple[_Token, Span, bool] | None:
    """The string of an `sh` step, the whole statement, and whether its output is used; None for no literal."""
    start = tokens[index].span.start
    before = source.text[source.text.rfind("\n", 0, start) + 1 : start]
    used = bool(before.strip()) and not before.rstrip().endswith(("{", ";"))
    if index + 1 >= len(tokens):
        return None
    if tokens[index + 1].kind == "string":
        end = tokens[index + 1].span.end
        return (tokens[index + 1], Span(start, end), used) if not _continues(source, end) else None
    if tokens[index + 1].text not in ("(", "script", "label", "returnStdout", "returnStatus"):
        return None
    scan = index + 1
    parenthesis = tokens[scan].text == "("
    found: _Token | None = None
    while scan < len(tokens):
        token = tokens[scan]
        if token.text == ")" and token.kind == "mark":
            break
        if (
            not parenthesis
            and "\n" in source.text[tokens[scan - 1].span.end : token.span.start]
            and tokens[scan - 1].text not in ",:"
        ):
            break
        plain = parenthesis and scan == index + 2 and token.kind == "string"
        named = token.kind == "string" and tokens[scan - 1].text == ":" and tokens[scan - 2].text == "script"
        if plain or named:
            if _continues(source, token.span.end):
                return None
            found = token
        used = used or token.text in ("returnStdout", "returnStatus")
        scan += 1
    end = tokens[scan].span.end if parenthesis and scan < len(tokens) else tokens[scan - 1].span.end
    return (found, Span(start, end), used) if found is not None else None


def _continues(source: Source, end: int) -> bool:
    """Whether a string is only a part of an expression: `'a' + b`, `'''a'''.stripIndent()`."""
    rest = source.text[end : end + 80].lstrip(" \t")
    return rest.startswith(("+", ".", "?"))


def _shell(source: Source, string: _Token, statement: Span, used: bool, stack: list[_Block]) -> Shell:
    marks = 3 if string.text.startswith(("'''", '"""')) else 1
    inner = Span(string.span.start + marks, string.span.end - marks)
    groovy = string.text.startswith('"')
    segments = _segments(source.text, inner, groovy)
    folder = "/".join(block.argument or "${dir}" for block in stack if block.name == "dir")
    lines = _lines(source.text, statement.start, statement.end)
    alone = not source.text[lines.start : statement.start].strip() and not source.text[
        statement.end : lines.end
    ].strip().lstrip(";")
    fixed = "" if not used else "nothing of this script is left, and its output or status is used"
    slot = Slot(source, statement, None, whole=False)
    style: Style = "opaque" if groovy or "\\" in source.slice(inner) else "literal" if marks == 3 else "plain"
    script = Script(
        source, string.span, tuple(segments), style, "", statement, lines if alone else statement, slot, False, fixed
    )
    return Shell((script,), folder=folder, expressions=EXPRESSION if groovy else None)


def _segments(text: str, inner: Span, groovy: bool) -> list[Segment]:
    found: list[Segment] = []
    position = start = inner.start
    while position < inner.end:
        if text[position] != "\\":
            position += 1
            continue
        if start < position:
            found.append(Segment(text[start:position], Span(start, position)))
        char = text[position + 1]
        decoded = _ESCAPES.get(char, "\\" + char)
        found.append(Segment(decoded, Span(position, position + 2), decoded, True))
        position = start = position + 2
    if start < inner.end:
        found.append(Segment(text[start : inner.end], Span(start, inner.end)))
    return found


def _lines(text: str, start: int, end: int) -> Span:
    stop = text.find("\n", end)
    return Span(text.rfind("\n", 0, start) + 1, len(text) if stop == -1 else stop + 1)


def _staged(source: Source, shells: list[Shell], lines: Span, numbers: list[int]) -> list[Shell]:
    """A stage that holds nothing but `sh` steps goes as a whole."""
    text = source.text
    rest = text[lines.start : lines.end]
    scripts = [one for number in numbers for one in shells[number].scripts]
    for script in scripts:
        rest = rest.replace(text[script.element.start : script.element.end], "", 1)
    rest = re.sub(
        r"//[^\n]*|/\*.*?\*/|\bstage\s*\(\s*(?:'[^'\n]*'|\"[^\"\n]*\")\s*\)|\b(?:steps|script)\b|[{};\s]",
        "",
        rest,
        flags=re.DOTALL,
    )
    if rest or not scripts or any(script.fixed for script in scripts):
        return shells
    slot = Slot(source, lines, lines)
    found = list(shells)
    for number in numbers:
        shell = shells[number]
        made = tuple(
            Script(s.source, s.place, s.segments, s.style, s.indent, s.element, s.lines, slot, s.flow, s.fixed)
            for s in shell.scripts
        )
        found[number] = Shell(made, shell.environment, shell.folder, shell.dialect, shell.expressions)
    return found


def _opaque(source: Source, span: Span, dialect: str) -> Shell:
    segment = Segment(source.slice(span), span, "")
    slot = Slot(source, span, None, whole=False)
    script = Script(source, span, (segment,), "opaque", "", span, span, slot)
    return Shell((script,), dialect=dialect)


def _unread(source: Source, tokens: list[_Token], index: int) -> Shell:
    """An `sh` step whose command Groovy puts together."""
    start = tokens[index].span.start
    end = source.text.find("\n", start)
    return _opaque(source, Span(start, len(source.text) if end == -1 else end), "a string that Groovy puts together")


def _other(source: Source, token: _Token, string: _Token) -> Shell:
    end = source.text.find("\n", string.span.end)
    return _opaque(source, Span(token.span.start, len(source.text) if end == -1 else end), token.text)


def _plugin(source: Source, token: _Token) -> Shell:
    refusal = refuse(
        "STG404",
        "`docker.build` of the Docker Pipeline plugin builds an image from the files of this job, and Groovy is not read",
        source,
        token.span,
        "write it as `sh 'docker build ...'` first, then try again",
    )
    return Shell((), unread=refusal)
