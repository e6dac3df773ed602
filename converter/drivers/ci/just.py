"""Justfiles: each line of a recipe is a shell of its own, a recipe that begins with `#!` is one script.

`{{name}}` is replaced before the shell sees the text; dependencies run before the recipe, those behind `&&` after it.
"""

from __future__ import annotations

import re

from msgspec import Struct

from converter.diagnostics import Refusal, refuse
from converter.drivers.ci.model import Job, Script, Shell, Slot
from converter.drivers.driver import Request
from converter.machine.derived import Segment
from converter.source import Source, Span

EXPRESSION = re.compile(r"\{\{(.*?)\}\}")
_HEAD = re.compile(r"@?([A-Za-z_][\w-]*)((?:[ \t]+[^:\n]*)?):(?!=)[ \t]*([^#\n]*)")
_VARIABLE = re.compile(
    r"(?:export[ \t]+)?([A-Za-z_][\w-]*)[ \t]*:=[ \t]*(?:'([^'\n]*)'|\"([^\"\\\n]*)\")[ \t]*(?:#.*)?$"
)
_EXPORT = re.compile(r"export[ \t]+([A-Za-z_][\w-]*)[ \t]*:=")
MAX_DEPTH = 10


class _Recipe(Struct):
    name: str
    span: Span
    needs: tuple[str, ...]
    then: tuple[str, ...]
    shells: list[tuple[Script, ...]]
    dialect: str


def read(source: Source, request: Request) -> tuple[list[Job], list[Source]]:
    """Each recipe with its dependencies as a job."""
    variables: dict[str, str] = {}
    exported: dict[str, str] = {}
    recipes: dict[str, _Recipe] = {}
    dialect = "sh"
    position = 0
    lines = source.text.splitlines(keepends=True)
    index = 0
    while index < len(lines):
        line = lines[index]
        start = position
        position += len(line)
        index += 1
        stripped = line.rstrip("\r\n")
        found = _VARIABLE.match(stripped)
        if found is not None:
            value = found.group(2) if found.group(2) is not None else found.group(3)
            variables[found.group(1)] = value
            if _EXPORT.match(stripped):
                exported[found.group(1)] = value
            continue
        setting = re.match(r"set[ \t]+shell[ \t]*:=[ \t]*\[[ \t]*[\"']([^\"']+)", stripped)
        if setting is not None:
            dialect = setting.group(1)
            continue
        head = _HEAD.match(stripped)
        if head is None or stripped[:1] in (" ", "\t", "#"):
            continue
        body: list[tuple[int, str]] = []
        while index < len(lines) and (lines[index][:1] in (" ", "\t") or not lines[index].strip()):
            body.append((position, lines[index]))
            position += len(lines[index])
            index += 1
        while body and not body[-1][1].strip():
            body.pop()
        before, _, after = head.group(3).partition("&&")
        recipes[head.group(1)] = _recipe(source, head.group(1), start, _names(before), _names(after), body)
    jobs = []
    for name, recipe in recipes.items():
        problem: Refusal | None = None
        shells: list[Shell] = []
        try:
            for one in _order(source, recipes, name, 0):
                shells += [
                    Shell(scripts, exported, dialect=one.dialect or dialect, expressions=EXPRESSION, values=variables)
                    for scripts in one.shells
                ]
        except Refusal as refusal:
            problem = refusal
        jobs.append(Job(name, source, recipe.span, tuple(shells), problem=problem))
    return jobs, [source]


def _names(text: str) -> tuple[str, ...]:
    return tuple(match.group(1) for match in re.finditer(r"\(?([A-Za-z_][\w-]*)(?:[^()\s]*|[^()]*\))", text))


def _order(source: Source, recipes: dict[str, _Recipe], name: str, depth: int) -> list[_Recipe]:
    """A recipe with what runs before and after it. Raises `Refusal` for one that the file does not hold."""
    if name not in recipes or depth > MAX_DEPTH:
        raise refuse("STG104", f"there is no recipe `{name}`", source, source.line_span(1))
    recipe = recipes[name]
    found: list[_Recipe] = []
    for one in recipe.needs:
        found += [other for other in _order(source, recipes, one, depth + 1) if other not in found]
    found.append(recipe)
    for one in recipe.then:
        found += [other for other in _order(source, recipes, one, depth + 1) if other not in found]
    return found


def _recipe(
    source: Source, name: str, start: int, needs: tuple[str, ...], then: tuple[str, ...], body: list[tuple[int, str]]
) -> _Recipe:
    end = body[-1][0] + len(body[-1][1]) if body else start
    slot = Slot(source, Span(start, end), None, whole=False)
    shells: list[tuple[Script, ...]] = []
    dialect = ""
    if body and body[0][1].lstrip().startswith("#!"):
        words = body[0][1].split()
        dialect = (words[1] if words[0].endswith("env") and len(words) > 1 else words[0].removeprefix("#!")).rpartition(
            "/"
        )[2]
        indent = body[0][1][: len(body[0][1]) - len(body[0][1].lstrip())]
        shells.append((_script(source, body, indent, slot),))
        return _Recipe(name, Span(start, end), needs, then, shells, dialect)
    group: list[tuple[int, str]] = []
    for place, line in body:
        group.append((place, line))
        if line.rstrip("\r\n").endswith("\\"):
            continue
        if any(text.strip() for _, text in group):
            shells.append((_script(source, group, "", slot),))
        group = []
    return _Recipe(name, Span(start, end), needs, then, shells, dialect)


def _script(source: Source, lines: list[tuple[int, str]], indent: str, slot: Slot) -> Script:
    """The script of some lines: without their indentation, and the marks `@` and `-` of the first one."""
    segments = []
    for number, (place, line) in enumerate(lines):
        text = line.rstrip("\r\n")
        cut = len(indent) if indent and text.startswith(indent) else len(text) - len(text.lstrip())
        if number == 0 and not indent:
            cut = len(text) - len(text.lstrip(" \t@-"))
        if text[cut:]:
            segments.append(Segment(text[cut:], Span(place + cut, place + len(text))))
        if number < len(lines) - 1:
            segments.append(Segment("\n", Span(place + len(text), place + len(line)), "\n", True))
    first, last = lines[0], lines[-1]
    span = Span(first[0], last[0] + len(last[1]))
    scalar = Span(span.start, last[0] + len(last[1].rstrip("\r\n")))
    if indent:
        segments.insert(0, Segment("", Span(first[0], first[0])))
    return Script(source, scalar, tuple(segments), "literal", indent, scalar, span, slot)
