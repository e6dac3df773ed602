"""Commands that make links: ln, link."""

from __future__ import annotations

from msgspec.structs import replace

from converter.machine import paths
from converter.machine.host import Entry, FromLink
from converter.machine.state import State
from converter.shell.commands.call import Call, Handler, Result
from converter.shell.commands.changes import changed, named, taint
from converter.shell.commands.operands import parse

_KNOWN = "b f force i interactive L P logical n no-dereference r relative s symbolic T no-target-directory v verbose t"


def ln(call: Call, state: State) -> Result:
    """`ln [-s] TARGET NAME`: a hard link is another name of the same file, a symbolic one leads to it."""
    number = call.number
    parsed = parse(call, state, "t target-directory S suffix")
    operands = parsed.operands
    everything = [operand.path for operand in operands]
    folder = parsed.value("t", "target-directory")
    if not operands or any(operand.field.pattern for operand in operands) or not parsed.only(_KNOWN):
        files = taint(state.files, everything, number)
        return changed(call, state, files, named(operands), reads=everything, makes=everything)
    if folder is not None:
        sources, target, into = operands, paths.join(state.folder, folder), True
    elif len(operands) == 1:
        sources, target, into = operands, state.folder, True
    else:
        sources, target = operands[:-1], operands[-1].path
        plain = parsed.has("n", "no-dereference", "T", "no-target-directory")
        there = target if plain else state.files.follow(target)
        entry = state.files.lookup(there)
        into = not parsed.has("T", "no-target-directory") and (
            len(sources) > 1 or there == "" or (entry is not None and entry.kind == "folder")
        )
    files = state.files
    makes = []
    leads: list[str] = []
    for operand in sources:
        place = paths.join(target, paths.base_name(operand.path)) if into else target
        makes.append(place)
        if parsed.has("s", "symbolic"):
            from_folder = state.folder if parsed.has("r", "relative") else paths.parent(place)
            link = FromLink(paths.join(from_folder, operand.text), number)
            files = files.put(place, Entry("unknown", link, (number,)))
            leads.append(link.target)
            continue
        leads.append(operand.path)
        found = files.lookup(operand.path)
        if found is None:
            files = taint(files, (place,), number)
        else:
            files = files.put(place, replace(found.after(number)))
    pairs = tuple((operand.index, lead) for operand, lead in zip(sources, leads, strict=True))
    if folder is None and len(operands) > 1:
        pairs += ((operands[-1].index, target),)
    return changed(call, state, files, pairs, reads=leads, makes=makes)


TABLE: dict[str, Handler] = {"ln": ln, "link": ln}
