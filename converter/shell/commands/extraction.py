"""An archive that came out of a container and that the script unpacks: a stage can do the same.

What the archive holds stands nowhere. So it is unpacked in the stage too, in a folder of its own, and what lies where
the script unpacked it comes from there.
"""

from __future__ import annotations

from msgspec.structs import replace

from converter.machine import paths
from converter.machine.events import CopiedOut, Extraction
from converter.machine.host import Alternatives, Entry, FromArchive, FromContainer, FromTree, Overlay
from converter.machine.mechanisms import EXTRACTED
from converter.machine.state import Container, State
from converter.machine.value import EMPTY, Value
from converter.shell.commands.call import Call, Result

FOLDER = "/extracted"
"""Where the stage unpacks the first archive."""


def arrive(call: Call, state: State, target: str, container: Container, extraction: Extraction) -> Result | None:
    """The state with the archive unpacked in `target`; None where what was there keeps it from being followed."""
    files = state.files
    number = call.number
    if extraction.packed < 0:
        extraction = replace(extraction, packed=number)
    before = sum(isinstance(event, CopiedOut) and event.extraction is not None for event in call.machine.run.events)
    top = Value.literal(FOLDER if not before else f"{FOLDER}-{before + 1}")
    there = files.lookup(target)
    empty = there is None or files.is_empty(target)
    picked = bool(extraction.members) and not extraction.strip
    if picked:
        places = [(paths.join(target, name), name) for name in extraction.members]
        if any(files.lookup(place) is not None and not files.is_empty(place) for place, _ in places):
            return None
        for place, name in places:
            origin = FromContainer(container.event, top + Value.literal(f"/{name}"), number)
            files = files.put(place, Entry("unknown", origin, (number,)))
    elif empty:
        origin = FromContainer(container.event, top, number, contents=True)
        files = files.put(target, Entry("folder", origin, (number,)))
    else:
        assert there is not None
        overlay = files.overlay(target)
        if there.kind != "folder" or isinstance(there.origin, FromContainer | Alternatives | FromArchive):
            return None
        if overlay is not None and overlay.folder == target:
            return None
        if isinstance(there.origin, FromTree):
            shown = target or "."
            call.machine.assume(f"the archive brings nothing into `{shown}` that is a file of the tree", call.site)
        files = files.worked_on(Overlay(target, container.event, top, number, whole=False))
    call.machine.record(
        CopiedOut(number, call.site, call.calls, state, container, top, target, EXTRACTED, extraction=extraction)
    )
    return Result(replace(state, files=files, status="success"), EMPTY)


def packed(call: Call, archive: Entry) -> tuple[Container, int] | None:
    """The container that an archive on the host came from, and the event that brought it; None for another file."""
    if not isinstance(archive.origin, FromContainer) or archive.kind == "folder" or archive.origin.worked:
        return None
    out = call.machine.run.events[archive.origin.event]
    if not isinstance(out, CopiedOut) or out.extraction is not None or not set(archive.events) <= _moves(call, out):
        return None
    return out.container, out.number


def _moves(call: Call, out: CopiedOut) -> set[int]:
    """The copy itself, and commands that only moved the file since."""
    moved = {
        event.number
        for event in call.machine.run.events[out.number + 1 :]
        if getattr(event, "verb", "") in ("mv", "cp")
    }
    return {out.number, *moved}
