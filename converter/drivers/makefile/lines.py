"""One line of a recipe as shell text: what stands there, what came out of which expansion, and how it is started."""

from __future__ import annotations

import re
from collections.abc import Callable

from converter.drivers.makefile.builtin import FROM_THE_SYSTEM
from converter.drivers.makefile.database import RecipeLine
from converter.drivers.makefile.expansion import FUNCTIONS
from converter.drivers.makefile.scan import joined, reference_end
from converter.drivers.makefile.words import TEXT_FUNCTIONS
from converter.machine.derived import Segment
from converter.machine.value import is_known
from converter.source import Span

NAMES = re.compile(r"\$(?:[({]([^\s(){},:=$]+)|([^({$]))")
"""The names in references to variables, and those of functions."""


def expand(
    line: RecipeLine,
    value: Callable[[str], str],
    automatic: Callable[[str], str | None],
    canned: Callable[[str], bool],
) -> list[Segment]:
    """The segments of a line. `value` expands one reference as it is written.

    `canned` tells whether a variable is nothing but the text of commands, with `$(1)` and the like in it. `automatic` says for an automatic variable by name how the makefile writes its value: empty where it stands there
    literally, None for any other variable.
    """
    text = line.text
    segments: list[Segment] = []
    start = 0
    position = text.find("$")
    while position != -1:
        _literal(segments, line, start, position)
        start = reference_end(text, position)
        written = joined(text[position:start])
        segments.append(_reference(line, position, start, written, value(written), automatic, canned))
        position = text.find("$", start)
    _literal(segments, line, start, len(text))
    return segments


def _literal(segments: list[Segment], line: RecipeLine, start: int, end: int) -> None:
    """Text as it stands; the recipe prefix of a continued line is no part of it."""
    text = line.text
    while start < end:
        newline = text.find("\n", start, end)
        stop = end if newline == -1 else newline + 1
        if line.start is None:
            segments.append(Segment(text[start:stop], line.whole, ""))
        else:
            segments.append(Segment(text[start:stop], Span(line.start + start, line.start + stop)))
        start = stop
        if newline != -1 and text[start : start + 1] == "\t":
            start += 1


def _reference(
    line: RecipeLine,
    start: int,
    end: int,
    written: str,
    value: str,
    automatic: Callable[[str], str | None],
    canned: Callable[[str], bool],
) -> Segment:
    if line.start is None:
        return Segment(value, line.whole, "")
    span = Span(line.start + start, line.start + end)
    if written == "$$":
        return Segment("$", span, "$$", True)
    called = re.match(r"\$[({](?:call\s+)?([\w.-]+)(?:,[^$]*)?[)}]$", written)
    if called and canned(called.group(1)) and is_known(value):
        return Segment(value, span, written, True)
    names = [match.group(1) or match.group(2) for match in NAMES.finditer(written)]
    others = [name for name in names if name not in TEXT_FUNCTIONS and name not in FUNCTIONS]
    ways = [automatic(name) for name in others]
    if others and all(way == "" for way in ways) and is_known(value):
        return Segment(value, span, written, True)
    if len(others) == len(names) == 1 and ways[0]:
        return Segment(value, span, ways[0])
    return Segment(value, span, written)


def split_lines(segments: list[Segment]) -> list[list[Segment]]:
    """The lines that an expansion of several lines makes; a line end behind a backslash continues the line."""
    lines: list[list[Segment]] = [[]]
    for segment in segments:
        if segment.expression is None or "\n" not in segment.text:
            lines[-1].append(segment)
            continue
        parts = re.split(r"(?<!\\)\n", segment.text)
        for index, part in enumerate(parts):
            if index:
                lines.append([])
            lines[-1].append(Segment(part, segment.span, "", segment.constant))
    return lines


def without_prefix(segments: list[Segment]) -> list[Segment]:
    """The line without the `@`, `-` and `+` before its command, and the blanks among them."""
    found = list(segments)
    while found:
        first = found[0]
        stripped = first.text.lstrip(" \t@+-")
        if stripped == first.text and first.text:
            break
        if not stripped:
            found.pop(0)
            continue
        cut = len(first.text) - len(stripped)
        if first.expression is None:
            found[0] = Segment(stripped, Span(first.span.start + cut, first.span.end))
        else:
            found[0] = Segment(stripped, first.span, "", first.constant)
        break
    return found


def without_unset(segments: list[Segment], optional: set[str]) -> tuple[list[Segment], list[str]]:
    """Leaves out variables that nothing sets where the command says that they hold options: an empty word is no word.

    That is a word of its own with an option behind it, or directly behind `build`, `run` or `create` with more to come,
    or before the command itself. Gives the names too.
    """
    found: list[Segment] = []
    names: list[str] = []
    for index, segment in enumerate(segments):
        if segment.text not in optional:
            found.append(segment)
            continue
        before = "".join(other.text for other in segments[:index])
        behind = "".join(other.text for other in segments[index + 1 :])
        alone = before[-1:] in ("", " ", "\t") and behind[:1] in (" ", "\t", "")
        words = re.split(r"[\s;&|]+", before.strip())
        rest = behind.split()
        at_start = not before.strip() or before.rstrip().endswith(("&&", "||", ";", "|"))
        options = bool(rest) and (
            (rest[0].startswith("-") and not words[-1].startswith("-"))
            or (words[-1] in ("build", "run", "create", "cp", "push", "tag") and len(rest) > 0 and is_known(rest[0]))
            or at_start
        )
        name = (segment.expression or "").strip("$(){}")
        if alone and options and name not in FROM_THE_SYSTEM:
            names.append(name)
            found.append(Segment("", segment.span, segment.expression))
        else:
            found.append(segment)
    return found, names
