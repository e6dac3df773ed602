"""Edits of shell text as edits of the CI file: a script of which nothing is left goes with its item or step.

The new file is read again, and has to say what the old one says but for the intended change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from converter.diagnostics import Refusal, refuse
from converter.drivers.ci.document import plain, read_document
from converter.drivers.ci.model import Job, Script, Slot
from converter.drivers.ci.run import CiRun, ScriptText
from converter.drivers.ci.scalars import encode
from converter.drivers.driver import Changes
from converter.drivers.makefile.called import called_files
from converter.source import Edit, Source, Span, apply_edits

Check = Callable[[Source, str, "Intended"], bool]
"""Whether a new text says what the old file says but for the intended change."""


class Intended(Struct):
    """What changes: new values of scripts by their place; elements and slots that go; slots of which `true` is left."""

    values: dict[Span, str] = field(default_factory=dict)
    gone: set[Span] = field(default_factory=set)
    empty: set[Span] = field(default_factory=set)


class _Fate(Struct):
    script: Script
    gone: bool
    edits: list[Edit]
    value: str
    why: str


def rewrite(
    run: CiRun, changes: Mapping[str, Changes], moved: Mapping[str, str], check: Check
) -> list[tuple[Source, Changes]]:
    """See `Driver.rewrite`."""
    found: dict[str, tuple[Source, Changes]] = {source.path: (source, Changes()) for source in run.files}
    for source, called in called_files(run, changes, moved):
        found.setdefault(source.path, (source, called))
    fates: dict[tuple[str, Span], _Fate] = {}
    for text in run.texts:
        change = changes[text.path]
        for script, span in text.parts:
            fate = _fate(text, script, span, change)
            known = fates.setdefault((script.source.path, script.place), fate)
            if (known.gone, known.edits) != (fate.gone, fate.edits):
                raise refuse(
                    "STG304",
                    "this script runs several times, and each time another part of it goes away",
                    script.source,
                    script.place,
                    "write it out for each job",
                )
        _note(text, change, found)
    for source in run.files:
        _File(source, [fate for fate in fates.values() if fate.script.source is source], found[source.path][1]).edit(
            check
        )
    return list(found.values())


def _note(text: ScriptText, change: Changes, found: Mapping[str, tuple[Source, Changes]]) -> None:
    """What goes and changes, for the ledger."""
    out = found[text.origin.path][1]
    out.removed += [(text.original(span), why) for span, why in change.removed]
    out.rewritten += [(text.original(span), why) for span, why in change.rewritten]


def _fate(text: ScriptText, script: Script, span: Span, change: Changes) -> _Fate:
    own = [edit for edit in change.edits if edit.span.start <= span.end and edit.span.end >= span.start]
    local: list[Edit] = []
    for edit in own:
        start, end = max(edit.span.start, span.start), min(edit.span.end, span.end)
        if edit.text and (start, end) != (edit.span.start, edit.span.end):
            raise refuse("STG304", "a change would span several scripts", script.source, script.place)
        if start < end or edit.text:
            local.append(Edit(Span(start, end), edit.text))
    shifted = [Edit(Span(e.span.start - span.start, e.span.end - span.start), e.text) for e in local]
    before = text.text[span.start : span.end]
    after = apply_edits(before, shifted)
    why = change.removed[0][1] if change.removed else "it has no purpose any more"
    if local and before.strip() and not _says_something(after):
        return _Fate(script, True, [], "", why)
    value = _value(text, script, span, local)
    return _Fate(script, False, [_encoded(text, script, edit) for edit in local], value, why)


def _says_something(text: str) -> bool:
    """Whether anything but comments and settings of the shell is left."""
    lines = [line.strip() for line in text.splitlines()]
    return any(line and not line.startswith(("#", "set ")) for line in lines)


def _value(text: ScriptText, script: Script, span: Span, edits: list[Edit]) -> str:
    """The new value of the scalar: the text with the expressions of the CI system as they are written."""
    pieces: list[str] = []
    position = span.start
    for edit in sorted(edits, key=lambda edit: edit.span):
        pieces += [text.written(Span(position, edit.span.start)), edit.text]
        position = edit.span.end
    pieces.append(text.written(Span(position, span.end)))
    whole = "".join(segment.text for segment in script.segments)
    stripped = whole[len(whole.rstrip("\n")) :]
    return "".join(pieces).rstrip("\n") + stripped


def _encoded(text: ScriptText, script: Script, edit: Edit) -> Edit:
    mapped = text.edit(edit)
    if not edit.text:
        return mapped
    written = encode(edit.text, script.style, script.indent)
    if written is None or not script.place.start <= mapped.span.start <= mapped.span.end <= script.place.end:
        raise refuse(
            "STG304",
            "a word would have to be put into this script, and the way it is written does not allow it",
            script.source,
            script.place,
            "write it as a block: `|` and one command on each line",
        )
    return Edit(mapped.span, written)


class _File:
    """Edits one CI file."""

    def __init__(self, source: Source, fates: list[_Fate], out: Changes) -> None:
        self.source = source
        self.text = source.text
        self.fates = sorted(fates, key=lambda fate: fate.script.place)
        self.out = out
        self.intended = Intended()

    def edit(self, check: Check) -> None:
        for fate in self.fates:
            if not fate.gone and fate.edits:
                self.out.edits += fate.edits
                self.intended.values[fate.script.place] = fate.value
        slots: dict[Span, list[_Fate]] = {}
        for fate in self.fates:
            slots.setdefault(fate.script.slot.value, []).append(fate)
        for several in slots.values():
            self.slot(several)
        if not self.out.edits:
            return
        new = apply_edits(self.text, self.out.edits)
        if not check(self.source, new, self.intended):
            raise refuse(
                "STG304",
                "taking the pattern's commands out would change something else in this file",
                self.source,
                self.fates[0].script.place if self.fates else self.source.line_span(1),
                "write each command as an item of its own, then try again",
            )

    def slot(self, fates: list[_Fate]) -> None:
        slot = fates[0].script.slot
        gone = [fate for fate in fates if fate.gone]
        if not gone:
            return
        if len(gone) == len(fates) and slot.whole:
            self.emptied(slot, fates)
            return
        cuts: list[Span] = []
        for index, fate in enumerate(fates):
            if not fate.gone:
                continue
            script = fate.script
            if script.fixed:
                raise refuse("STG304", script.fixed, self.source, script.place, "take the step out by hand")
            cut = self.flow_cut(fates, index) if script.flow else self.with_comments(fates, index)
            self.out.removed.append((cut, fate.why))
            self.intended.gone.add(script.element)
            if cuts and cuts[-1].end >= cut.start:
                cut = Span(cuts.pop().start, cut.end)
            cuts.append(cut)
        self.out.edits += [Edit(cut if gone[0].script.flow else self.with_blank_line(cut), "") for cut in cuts]

    def emptied(self, slot: Slot, fates: list[_Fate]) -> None:
        """A list of which nothing is left goes with its key; `true` stays where the key has to stay."""
        if slot.stays:
            self.one_stays(fates[0])
            self.slot([replace(fates[0], gone=False), *fates[1:]])
            return
        if slot.gone is not None and not slot.default:
            cut = self.with_blank_line(Span(self.above(slot.gone.start), slot.gone.end))
            self.out.edits.append(Edit(cut, ""))
            self.out.removed.append((cut, fates[0].why))
            self.intended.gone.add(slot.value)
            return
        first, last = fates[0].script, fates[-1].script
        place = self.block(Span(first.element.start, max(first.place.end, last.place.end)), first, last)
        self.out.edits.append(Edit(place, '"true"'))
        self.out.rewritten.append((place, "nothing is left of it, and the job needs a script"))
        self.intended.empty.add(slot.value)

    def one_stays(self, fate: _Fate) -> None:
        """A step whose script is `true`, where there has to be a step."""
        place = self.block(fate.script.place, fate.script)
        self.out.edits.append(Edit(place, '"true"'))
        self.out.rewritten.append((place, "nothing is left of the list, and it needs a step"))
        self.intended.values[fate.script.place] = "true"

    def block(self, place: Span, *scripts: Script) -> Span:
        """The place without the line end that belongs to a block: its own end is that of its last line."""
        blocks = any(script.style in ("literal", "folded") for script in scripts)
        return Span(place.start, len(self.text[: place.end].rstrip())) if blocks else place

    def flow_cut(self, fates: list[_Fate], index: int) -> Span:
        """An item of `[a, b]` with its comma."""
        element = fates[index].script.element
        if any(not fate.gone for fate in fates[index + 1 :]):
            return Span(element.start, fates[index + 1].script.element.start)
        return Span(fates[index - 1].script.element.end, element.end)

    def with_comments(self, fates: list[_Fate], index: int) -> Span:
        """The lines of an item, and the comment above it where it speaks only of items that go."""
        lines = fates[index].script.lines
        start = self.above(lines.start)
        if start == lines.start:
            return lines
        end = lines.end
        for fate in fates[index + 1 :]:
            own = fate.script.lines
            if own.start != end:
                break
            if not fate.gone:
                return lines
            end = own.end
        following = self.text[end : self.text.find("\n", end) + 1 or len(self.text)]
        if following.strip() and not following.lstrip().startswith("#") and self.same_list(lines, end):
            # something that is no script of the pattern follows below the same comment
            return lines
        return Span(start, lines.end)

    def above(self, start: int) -> int:
        """Where the comment directly above a line begins; the line's own start without one."""
        while start > 0:
            above = self.text.rfind("\n", 0, start - 1) + 1
            if not self.text[above:start].lstrip().startswith(("#", "//")):
                break
            start = above
        return start

    def same_list(self, lines: Span, place: int) -> bool:
        """Whether an item of the same list stands at a place."""
        dash = self.text[lines.start : lines.end].partition("-")[0]
        return self.text.startswith(dash + "-", place)

    def with_blank_line(self, lines: Span) -> Span:
        """Takes one blank line along where the cut would leave two in a row."""
        above = self.text.rfind("\n", 0, max(lines.start - 1, 0)) + 1
        end = self.text.find("\n", lines.end)
        below = self.text[lines.end : end + 1] if end != -1 else self.text[lines.end :]
        before = self.text[above : lines.start].strip()
        if lines.start and (not before or before.endswith(":")) and below and not below.strip():
            return Span(lines.start, lines.end + len(below))
        return lines


def same_document(source: Source, new: str, intended: Intended) -> bool:
    """Whether a new YAML text parses to the old document but for the intended change."""
    try:
        after = read_document(Source(source.path, new))
    except Refusal:
        return False
    gone, empty = frozenset(intended.gone), frozenset(intended.empty)
    return [plain(node, {}, frozenset(), frozenset()) for node in after] == [
        plain(node, intended.values, gone, empty) for node in read_document(source)
    ]


def same_scripts(read: Callable[[Source], list[Job]], source: Source, new: str, intended: Intended) -> bool:
    """Whether a new text that is no YAML has the scripts of the old one but for the intended change."""

    def scripts(jobs: list[Job]) -> list[Script]:
        found = {script.place: script for job in jobs for shell in job.shells for script in shell.scripts}
        return [found[place] for place in sorted(found)]

    try:
        after = scripts(read(Source(source.path, new)))
    except Refusal:
        return False
    expected = [
        intended.values.get(script.place, _plain(script))
        for script in scripts(read(source))
        if script.element not in intended.gone and script.slot.value not in intended.gone
    ]
    return [_plain(script) for script in after] == expected


def _plain(script: Script) -> str:
    return "".join(segment.text for segment in script.segments)
