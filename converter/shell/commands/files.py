"""Commands that make, move and remove files: mkdir, rm, rmdir, cp, mv, touch, chmod, chown."""

from __future__ import annotations

from msgspec.structs import replace

from converter.dockerfile.globs import GlobError
from converter.dockerfile.ignore import match_pattern
from converter.machine import paths
from converter.machine.events import ChangedFiles
from converter.machine.host import Entry, FromContainer, FromHost, HostFiles
from converter.machine.state import State
from converter.machine.value import is_known
from converter.shell.commands.call import Call, Handler, Result
from converter.shell.expansion import Field


def mkdir(call: Call, state: State) -> Result:
    """`mkdir [-p] DIR...`."""
    number = call.number
    operands = _operands(call, valued=("-m", "--mode"))
    files = state.files
    made = []
    for index, field in operands:
        path = paths.join(state.folder, field.value.flat)
        made.append((index, path))
        missing = []
        while path and path != "/" and _not_there(files, path):
            missing.append(path)
            path = paths.parent(path)
        for folder in reversed(missing):
            files = files.put(folder, Entry("folder", FromHost(number), (number,)))
    return _changed(call, state, files, tuple(made), makes=tuple(path for _, path in made))


def _matches(path: str, pattern: str) -> bool:
    """Pathname expansion: `*` and `?` stop at a slash."""
    try:
        return match_pattern(pattern, path)
    except GlobError:
        return False


def _not_there(files: HostFiles, path: str) -> bool:
    """Whether a folder has to be made; inside a folder that came out of a container nobody knows."""
    entry = files.lookup(path)
    return entry is None or (isinstance(entry.origin, FromContainer) and path not in files.changes)


def rm(call: Call, state: State) -> Result:
    """`rm` and `rmdir`: a pattern removes what it matches of the changed paths."""
    files = state.files
    operands = []
    removed = []
    for index, field in _operands(call):
        path = paths.join(state.folder, field.value.flat)
        operands.append((index, path))
        if field.pattern:
            matches = [name for name in files.changes if _matches(name, path)]
            inside = files.lookup(paths.parent(path))
            if inside is not None and isinstance(inside.origin, FromContainer):
                # something inside a folder of a container may go: the folder is no longer whole
                matches.append(path)
        else:
            matches = [path]
        for match in matches:
            if files.lookup(match) is not None or field.pattern:
                files = files.put(match, None)
        removed += matches
    return _changed(call, state, files, tuple(operands), removes=tuple(removed))


def copy(call: Call, state: State) -> Result:
    """`cp`: the copy has the origin of the original."""
    return _transfer(call, state, move=False)


def move(call: Call, state: State) -> Result:
    """`mv`."""
    return _transfer(call, state, move=True)


def _transfer(call: Call, state: State, move: bool) -> Result:
    number = call.number
    operands = _operands(call, valued=("-t", "--target-directory", "-S", "--suffix"))
    flags = [field.value.flat for field in call.fields[1:] if field.value.flat.startswith("-")]
    named = tuple((index, paths.join(state.folder, field.value.flat)) for index, field in operands)
    if len(operands) < 2 or any(flag.startswith(("-t", "--target", "-T", "--no-target")) for flag in flags):
        every = tuple(path for _, path in named)
        return _changed(call, state, _taint(state.files, every, number), named, reads=every, makes=every)
    files = state.files
    target_field = operands[-1][1]
    target = named[-1][1]
    into = files.is_folder(target) or len(operands) > 2 or target_field.value.flat.endswith("/")
    makes: list[str] = []
    reads: list[str] = []
    removes: list[str] = []
    for (_, field), (_, source) in zip(operands[:-1], named[:-1], strict=True):
        text = field.value.flat
        contents = text.endswith("/.") or text == "."
        entry = files.lookup(source)
        place = paths.join(target, paths.base_name(source)) if into and not contents else target
        reads.append(source)
        makes.append(place)
        over = files.lookup(place)
        kept_mode = not move and over is not None and over.kind == "file"
        if field.pattern or target_field.pattern or entry is None or kept_mode:
            # also where an existing file keeps its own mode
            files = _taint(files, (place,), number)
            continue
        moved = [
            (place + path[len(source) :], replace(inner, events=(*inner.events, number)) if inner else None)
            for path, inner in files.changed_below(source)
            if path != source
        ]
        if contents and files.is_folder(target) and entry.kind != "file":
            files = _taint(files, (place,), number)
            continue
        files = files.put(place, replace(entry, events=(*entry.events, number)))
        for path, inner in moved:
            files = files.put(path, inner)
        if move:
            removes.append(source)
            files = files.put(source, None)
    return _changed(call, state, files, named, reads=tuple(reads), makes=tuple(makes), removes=tuple(removes))


def change(call: Call, state: State) -> Result:
    """`chmod`, `chown`, `chgrp`, `touch`, `truncate`, `strip`: work on the files that they name, in place."""
    verb = call.values[0].flat
    operands = _operands(call)
    if verb in ("chmod", "chown", "chgrp"):
        operands = operands[1:]
    named = tuple((index, paths.join(state.folder, field.value.flat)) for index, field in operands)
    touched = []
    for (_, field), (_, path) in zip(operands, named, strict=True):
        if field.pattern:
            touched += [name for name in state.files.changes if _matches(name, path)]
        else:
            touched.append(path)
    number = call.number
    files = state.files
    for path in touched:
        entry = files.lookup(path)
        if entry is None:
            files = files.put(path, Entry("file", FromHost(number), (number,)))
        else:
            # A mode can be set in a stage as well, so chmod is only noted; an owner on the host is lost in COPY.
            files = files.put(path, Entry(entry.kind, entry.origin, (*entry.events, number)))
    return _changed(call, state, files, named, reads=tuple(touched), makes=tuple(touched))


def _taint(files: HostFiles, places: tuple[str, ...], number: int) -> HostFiles:
    for place in places:
        if files.is_folder(place):
            files = replace(
                files, changes={**files.changes, place + "/*": Entry("unknown", FromHost(number), (number,))}
            )
        else:
            files = files.put(place, Entry("unknown", FromHost(number), (number,)))
    return files


def _operands(call: Call, valued: tuple[str, ...] = ()) -> list[tuple[int, Field]]:
    found = []
    flags = True
    skip = False
    for index, field in enumerate(call.fields):
        flat = field.value.flat
        if index == 0:
            continue
        if skip:
            skip = False
        elif flags and flat == "--":
            flags = False
        elif flags and flat.startswith("-") and len(flat) > 1:
            skip = flat in valued
        else:
            found.append((index, field))
    return found


def _changed(
    call: Call,
    state: State,
    files: HostFiles,
    operands: tuple[tuple[int, str], ...],
    reads: tuple[str, ...] = (),
    makes: tuple[str, ...] = (),
    removes: tuple[str, ...] = (),
) -> Result:
    call.machine.record(
        ChangedFiles(
            call.number,
            call.site,
            call.calls,
            state,
            call.values[0].flat,
            operands,
            call.spans,
            reads,
            makes,
            removes,
            not all(is_known(path) for _, path in operands),
            call.values,
        )
    )
    return Result(replace(state, files=files, status="success"), None)


TABLE: dict[str, Handler] = {
    "mkdir": mkdir,
    "rm": rm,
    "rmdir": rm,
    "cp": copy,
    "mv": move,
    "chmod": change,
    "chown": change,
    "chgrp": change,
    "touch": change,
}
