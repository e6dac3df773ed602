"""`rsync` between two places of the host: a copy. rsync(1): a slash behind a source means its contents."""

from __future__ import annotations

from msgspec.structs import replace

from converter.machine import paths
from converter.machine.host import FromContainer, FromTree, HostFiles
from converter.machine.state import State
from converter.shell.commands.call import Call, Handler, Result
from converter.shell.commands.changes import changed, named, taint
from converter.shell.commands.folders import make_folders
from converter.shell.commands.operands import Operand, parse
from converter.shell.commands.other import other

_KEEPING = "a r v h z q P archive recursive verbose human-readable compress quiet progress stats delete"
"""Flags that leave it a copy of everything, into a place where nothing is."""


def rsync(call: Call, state: State) -> Result:
    """A copy into places where nothing is yet; what goes to another machine stays as it is."""
    parsed = parse(call, state)
    *sources, destination = parsed.operands or (None,)
    if not sources or destination is None or any(":" in operand.text for operand in parsed.operands):
        return other(call, state)
    every = parsed.operands
    target = state.files.follow(destination.path)
    reads = [operand.path for operand in every[:-1]]
    plain = parsed.certain and parsed.only(_KEEPING) and parsed.has("a", "r", "archive", "recursive")
    plain = plain and not any(operand.field.pattern for operand in every)
    done = _copied(every[:-1], destination, target, state.files, call.number) if plain else None
    if done is None:
        return changed(call, state, taint(state.files, (target,), call.number), named(every), reads, (target,))
    files, makes = done
    return changed(call, state, files, named(every), reads=reads, makes=makes)


def _copied(
    sources: tuple[Operand, ...], destination: Operand, target: str, files: HostFiles, number: int
) -> tuple[HostFiles, list[str]] | None:
    """The files afterwards, and the places of the copies; None where they meet something, or what they are is not known."""
    makes = []
    for operand in sources:
        source = files.follow(operand.path)
        entry = files.lookup(source)
        contents = operand.text.endswith(("/", "/."))
        if entry is None or not isinstance(entry.origin, FromTree | FromContainer):
            return None
        if contents:
            place = target
        elif destination.text.endswith("/") or files.is_folder(target) or entry.kind == "folder" or len(sources) > 1:
            files = make_folders(files, target, number)
            place = paths.join(target, paths.base_name(source))
        elif entry.kind == "file":
            place = target
        else:
            return None
        if files.lookup(place) is not None and not files.is_empty(place):
            return None
        files = files.copy(source, place, number)
        found = files.lookup(place)
        assert found is not None
        if contents:
            origin = found.origin
            if isinstance(origin, FromContainer):
                origin = replace(origin, contents=True)
            files = files.edit(place, replace(found, kind="folder", origin=origin))
        makes.append(place)
    return files, makes


TABLE: dict[str, Handler] = {"rsync": rsync}
