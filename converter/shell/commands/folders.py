"""Commands that make folders: mkdir, rmdir, mktemp."""

from __future__ import annotations

from msgspec.structs import replace

from converter.machine import paths
from converter.machine.events import RanCommand
from converter.machine.host import Entry, FromContainer, FromHost, HostFiles
from converter.machine.state import State
from converter.machine.value import EMPTY, Piece, Value
from converter.shell.commands.call import Call, Handler, Result
from converter.shell.commands.changes import changed, named
from converter.shell.commands.operands import parse


def mkdir(call: Call, state: State) -> Result:
    """`mkdir [-p] DIR...`."""
    number = call.number
    operands = parse(call, state, "m mode context").operands
    files = state.files
    for operand in operands:
        files = make_folders(files, files.follow(operand.path), number)
    return changed(call, state, files, named(operands), makes=[operand.path for operand in operands])


def make_folders(files: HostFiles, path: str, number: int) -> HostFiles:
    """The files with this folder and those above it, where they are not there."""
    missing = []
    while path and path != "/" and not _is_there(files, path):
        missing.append(path)
        path = paths.parent(path)
    for folder in reversed(missing):
        files = files.put(folder, Entry("folder", FromHost(number), (number,)))
    return files


def _is_there(files: HostFiles, path: str) -> bool:
    """Whether a folder need not be made; inside a folder that came out of a container nobody knows."""
    entry = files.lookup(path)
    return entry is not None and not (isinstance(entry.origin, FromContainer) and path not in files.changes)


def rmdir(call: Call, state: State) -> Result:
    """`rmdir DIR...`."""
    operands = parse(call, state).operands
    files = state.files
    for operand in operands:
        if files.lookup(operand.path) is not None:
            files = files.put(operand.path, None)
    return changed(call, state, files, named(operands), removes=[operand.path for operand in operands])


def mktemp(call: Call, state: State) -> Result:
    """`mktemp`, `mktemp -d`: a path that is not known, never the same twice.

    It lies outside the root, but with a template or `-p` that names a place there.
    """
    number = call.number
    parsed = parse(call, state, "p suffix tmpdir")
    template = parsed.operands[0].text if parsed.operands else "tmp.XXXXXXXXXX"
    folder = parsed.value("p", "tmpdir")
    outside = parsed.has("t") or not parsed.operands or parsed.has("tmpdir")
    token = call.machine.run.unknowns.token(("mktemp", number), "tmp.XXXXXXXXXX", "mktemp makes up the name", True)
    if folder:
        text = f"{folder}/{token}"
    elif outside and not template.startswith("/"):
        text = f"/{token}"
    else:
        text = template[: template.index("XXX")] + token if "XXX" in template else template
    path = paths.join(state.folder, text)
    kind = "folder" if parsed.has("d", "directory") else "file"
    files = state.files
    if not parsed.has("u", "dry-run"):
        content = EMPTY if kind == "file" else None
        files = files.put(path, Entry(kind, FromHost(number, content), (number,)))  # type: ignore[arg-type]
    call.machine.record(RanCommand(number, call.site, call.calls, state, "mktemp", (), False, call.values, (path,)))
    return Result(replace(state, files=files, status="success"), Value((Piece(text),)))


TABLE: dict[str, Handler] = {"mkdir": mkdir, "rmdir": rmdir, "mktemp": mktemp}
