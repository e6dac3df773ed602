"""Commands that remove files: rm, unlink."""

from __future__ import annotations

from converter.machine import paths
from converter.machine.host import FromContainer
from converter.machine.state import State
from converter.shell.commands.call import Call, Handler, Result
from converter.shell.commands.changes import changed, matches, named
from converter.shell.commands.operands import parse


def rm(call: Call, state: State) -> Result:
    """`rm [-rf] FILE...`: a folder stays without `-r`; a pattern removes what it matches."""
    parsed = parse(call, state)
    recursive = parsed.has("r", "R", "recursive")
    files = state.files
    removed: list[str] = []
    for operand in parsed.operands:
        places = matches(files, operand)
        if operand.field.pattern:
            inside = files.lookup(paths.parent(operand.path))
            if inside is not None and isinstance(inside.origin, FromContainer):
                # something inside a folder of a container may go: the folder is no longer whole
                places.append(operand.path)
                files = files.put(operand.path, None)
        for place in places:
            entry = files.lookup(place)
            if entry is not None and (recursive or entry.kind != "folder"):
                files = files.put(place, None)
        removed += places
    return changed(call, state, files, named(parsed.operands), removes=removed)


TABLE: dict[str, Handler] = {"rm": rm, "unlink": rm}
