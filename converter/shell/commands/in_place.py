"""Programs that write another content into the files that they name: strip, objcopy, upx, patchelf, dos2unix."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from converter.machine import paths
from converter.machine.host import FromContainer, HostFiles
from converter.machine.state import State
from converter.machine.value import is_known
from converter.shell.commands.call import Call, Handler, Result
from converter.shell.commands.changes import changed, named
from converter.shell.commands.operands import parse
from converter.shell.commands.other import other


class _Tool(Struct, frozen=True):
    """The flags with which a program changes its operands in place: those with a value, and those without.

    `operands` is how many operands it takes at the most: a second one of objcopy is where the result goes.
    """

    valued: str
    plain: str
    operands: int = 1000


TOOLS = {
    "strip": _Tool(
        "R remove-section K keep-symbol N strip-symbol",
        "s strip-all S g d strip-debug strip-unneeded x discard-all X discard-locals p preserve-dates w wildcard v verbose",
    ),
    "objcopy": _Tool(
        "R remove-section K keep-symbol N strip-symbol",
        "S strip-all g strip-debug strip-unneeded x discard-all X discard-locals p preserve-dates w wildcard v verbose "
        "compress-debug-sections decompress-debug-sections",
        1,
    ),
    "upx": _Tool(
        "",
        "1 2 3 4 5 6 7 8 9 best brute ultra-brute lzma no-lzma q v f quiet silent verbose force no-color no-progress",
    ),
    "patchelf": _Tool(
        "set-rpath add-rpath set-interpreter set-soname add-needed remove-needed",
        "remove-rpath shrink-rpath force-rpath",
    ),
    "dos2unix": _Tool("", "q quiet k keepdate f force"),
}
"""By the manuals of GNU binutils, UPX, PatchELF and dos2unix."""


def in_place(call: Call, state: State) -> Result:
    """`strip FILE...`: artifacts stay what they are, worked on; see `other` for anything else."""
    tool = TOOLS[paths.base_name(call.values[0].flat)]
    parsed = parse(call, state, tool.valued)
    touched = [state.files.follow(operand.path) for operand in parsed.operands]
    sure = (
        parsed.certain
        and 0 < len(touched) <= tool.operands
        and parsed.only(f"{tool.valued} {tool.plain}")
        and not any(operand.field.pattern for operand in parsed.operands)
        and all(is_known(value.flat) for value in call.values[1:] if value.flat.startswith("-"))
    )
    if not sure or not all(is_artifact(state.files, path) for path in touched):
        return other(call, state)
    files = work_on(state.files, touched, call.number)
    return changed(call, state, files, named(parsed.operands), reads=touched, makes=touched)


def is_artifact(files: HostFiles, path: str) -> bool:
    """Whether a file that came out of a container lies at the path."""
    entry = files.lookup(path)
    return entry is not None and isinstance(entry.origin, FromContainer) and entry.kind != "folder"


def work_on(files: HostFiles, artifacts: list[str], number: int) -> HostFiles:
    """The files after a step that gave each of the artifacts another content."""
    for path in artifacts:
        entry = files.lookup(path)
        assert entry is not None
        assert isinstance(entry.origin, FromContainer)
        worked = replace(entry.origin, worked=(*entry.origin.worked, number))
        files = files.edit(path, replace(entry.after(number), kind="file", origin=worked))
    return files


TABLE: dict[str, Handler] = dict.fromkeys(TOOLS, in_place)
