"""What became of every line: one fate for each span of the scripts and Dockerfiles."""

from __future__ import annotations

from collections.abc import Iterable

from converter.dockerfile.syntax import Directive, Instruction
from converter.plan.dockerfiles import BuildFile
from converter.result import Fate, LedgerEntry
from converter.source import Source, Span

Marked = tuple[Span, Fate, str]


def cover(source: Source, marked: Iterable[Marked], rest: Fate, why: str) -> list[LedgerEntry]:
    """Entries that cover every line: the marked spans, and the lines between them with the fate `rest`."""
    entries: list[tuple[int, LedgerEntry]] = []
    covered: set[int] = set()
    for span, fate, reason in sorted(set(marked), key=lambda item: item[0]):
        trimmed = _trimmed(source, span)
        location = source.location(trimmed)
        entries.append((trimmed.start, LedgerEntry(location, fate, reason)))
        covered.update(range(location.line, location.end_line + 1))
    line = 1
    total = source.line_count()
    while line <= total:
        if line in covered:
            line += 1
            continue
        first = line
        while line <= total and line not in covered:
            line += 1
        last = source.line_span(line - 1).start + len(source.line_text(line - 1))
        span = Span(source.line_span(first).start, last)
        entries.append((source.line_span(first).start, LedgerEntry(source.location(span), rest, why)))
    return [entry for _, entry in sorted(entries, key=lambda item: item[0])]


def runtime_marks(runtime: BuildFile, changed: Iterable[tuple[Span, str]]) -> list[Marked]:
    """The rewritten instructions of a runtime Dockerfile."""
    return [(span, "rewritten", why) for span, why in changed]


def builder_marks(builder: BuildFile, edited: Iterable[Span]) -> list[Marked]:
    """The instructions of a builder Dockerfile: FROM and those with an edit are rewritten, everything else absorbed."""
    changed = list(edited)
    marks: list[Marked] = []
    for node in builder.tree.nodes:
        if isinstance(node, Directive):
            marks.append((node.span, "absorbed", "it stands at the top of the single Dockerfile"))
        elif isinstance(node, Instruction):
            if node is builder.target.from_instruction:
                marks.append((node.span, "rewritten", "the stage has a name now"))
            elif any(span in node.span for span in changed):
                marks.append((node.span, "rewritten", "it is part of the builder stage, and says there what it did"))
            else:
                marks.append((node.span, "absorbed", "it is part of the builder stage"))
    return marks


def _trimmed(source: Source, span: Span) -> Span:
    """The span without line ends at its end, and not empty where it had something."""
    text = source.slice(span)
    stripped = text.rstrip("\r\n")
    if not stripped:
        return Span(span.start, span.start)
    return Span(span.start, span.start + len(stripped))
