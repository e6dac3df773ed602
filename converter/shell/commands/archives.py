"""Commands that pack and unpack archives of files: tar, and the programs that compress one.

GNU tar manual, 4.2 and 6.10: `-C` holds for the members behind it; a leading slash goes from member names.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from converter.machine import paths
from converter.machine.host import Entry, FromArchive, FromContainer, FromHost, FromTree, HostFiles, Member
from converter.machine.state import State
from converter.machine.value import Value, is_known
from converter.shell.commands.call import Call, Handler, Result
from converter.shell.commands.changes import changed, taint
from converter.shell.commands.folders import make_folders
from converter.shell.commands.in_place import is_artifact, work_on
from converter.shell.commands.other import other

SUFFIXES = {"gzip": ".gz", "pigz": ".gz", "bzip2": ".bz2", "xz": ".xz"}
"""What each program appends to the name of the file that it compresses."""

_LONG = frozenset(
    """
    --create --extract --get --gzip --bzip2 --xz --verbose --numeric-owner --no-same-owner --same-owner
    --preserve-permissions --overwrite --owner=0 --owner=root --group=0 --group=root --auto-compress
    """.split()
)


class _Words(Struct):
    """A command line of tar: what it does, the archive, and each operand with its word and the folder it is seen from.

    `understood` tells that no other flag is there.
    """

    creates: bool = False
    extracts: bool = False
    archive: tuple[int, str] | None = None
    folder: str = ""
    strip: int = 0
    operands: tuple[tuple[int, str, str], ...] = ()
    understood: bool = True


def tar(call: Call, state: State) -> Result:
    """`tar c` keeps what each member is; `tar x` of such an archive puts it into its place. Anything else: see `other`."""
    words = _read(call, state)
    if words is None or words.archive is None or words.archive[1] == "-" or words.creates == words.extracts:
        return other(call, state)
    index, text = words.archive
    archive = state.files.follow(paths.join(state.folder, text))
    if not is_known(archive):
        return other(call, state)
    return _pack(call, state, words, archive) if words.creates else _unpack(call, state, words, (index, archive))


def _read(call: Call, state: State) -> _Words | None:
    """The words; None where one of them is not known. The folder of an operand is the one that `-C` chose last."""
    found = _Words(folder=state.folder)
    index = 1
    values = [value.flat for value in call.values]
    first = True

    def following() -> str:
        nonlocal index
        index += 1
        return values[index] if index < len(values) else ""

    while index < len(values):
        word = values[index]
        name, equals, value = word.partition("=")
        if call.fields[index].pattern or not is_known(word[:1] or "x"):
            return None
        if name in ("--file", "--directory", "--strip-components", "--strip"):
            value = value if equals else following()
            if name == "--file":
                found.archive = (index, value)
            elif name == "--directory":
                found.folder = paths.join(found.folder, value)
            elif value.isdigit():
                found.strip = int(value)
            else:
                return None
        elif word.startswith("--"):
            found.understood = found.understood and word in _LONG
            found.creates = found.creates or word == "--create"
            found.extracts = found.extracts or word in ("--extract", "--get")
        elif (word.startswith("-") and word != "-") or first:
            letters = word.lstrip("-")
            found.understood = found.understood and set(letters) <= set("cxzjJvpafCok")
            found.creates = found.creates or "c" in letters
            found.extracts = found.extracts or "x" in letters
            for letter in letters:
                if letter == "f":
                    text = following()
                    found.archive = (index, text)
                elif letter == "C":
                    found.folder = paths.join(found.folder, following())
        else:
            found.operands = (*found.operands, (index, word, found.folder))
        first = False
        index += 1
    return found


def _pack(call: Call, state: State, words: _Words, archive: str) -> Result:
    number = call.number
    files = state.files
    members: list[Member] = []
    named: list[tuple[int, str]] = []
    # what ADD does with other compressions depends on the engine's version
    whole = bool(words.operands) and words.understood and not archive.endswith((".zst", ".lz4", ".lzma", ".lz", ".br"))
    for index, text, folder in words.operands:
        place = files.follow(paths.join(folder, text))
        named.append((index, place))
        name = paths.normalize(text.lstrip("/"))
        found = _members(files, place, name)
        if found is None or name.startswith(".."):
            whole = False
        else:
            members += found
    origin = FromArchive(number, tuple(members)) if whole else FromHost(number)
    reads = [place for _, place in named]
    new = files.put(archive, Entry("file", origin, (number,)))
    return changed(call, state, new, tuple(named), reads=reads, makes=(archive,))


def _members(files: HostFiles, place: str, name: str) -> list[Member] | None:
    """What an operand puts into an archive; None where that is not known."""
    entry = files.lookup(place)
    if entry is None:
        return None
    inside = files.inside(place)
    if isinstance(entry.origin, FromContainer):
        if any(held is None or not isinstance(held.origin, FromContainer) for _, held in inside):
            return None
        if name == "":
            entry = replace(entry, kind="folder")
        return None if inside else [Member(name, entry)]
    if entry.kind == "file" or (isinstance(entry.origin, FromTree) and name and not inside):
        return [Member(name, entry)]
    if isinstance(entry.origin, FromTree):
        leaves = files.leaves(place)
        return None if leaves is None else _whole(files, place, name, leaves)
    if not isinstance(entry.origin, FromHost) or entry.kind != "folder":
        return None
    return _whole(files, place, name, [(path[len(place) + 1 :], held) for path, held in inside if held is not None])


def _whole(files: HostFiles, place: str, name: str, parts: list[tuple[str, Entry]]) -> list[Member] | None:
    """The parts of a folder as members; None where one of them was changed inside, or is a folder without anything."""
    found = []
    for rest, held in parts:
        below = [changed for path, changed in files.inside(paths.join(place, rest)) if changed is not None]
        if isinstance(held.origin, FromHost) and held.kind == "folder":
            if not below:
                return None
            continue
        if files.inside(paths.join(place, rest)):
            return None
        found.append(Member(paths.join(name, rest), held))
    return found


def _unpack(call: Call, state: State, words: _Words, archive: tuple[int, str]) -> Result:
    number = call.number
    files = state.files
    target = files.follow(words.folder)
    entry = files.lookup(archive[1])
    if (
        entry is None
        or words.operands
        or not words.understood
        or not isinstance(entry.origin, FromArchive | FromContainer)
    ):
        return other(call, state)
    places: list[str] = []
    placed = files
    for member in entry.origin.members if isinstance(entry.origin, FromArchive) else ():
        parts = member.name.split("/") if member.name else []
        if words.strip > len(parts) or (words.strip == len(parts) and member.entry.kind == "file"):
            continue
        held = member.entry
        if words.strip == len(parts):
            # of a file nothing would be left, so nobody does this to one
            held = replace(held, kind="folder")
        place = paths.join(target, "/".join(parts[words.strip :]))
        over = files.lookup(place)
        if over is not None and not files.is_empty(place):
            places.clear()
            break
        placed = make_folders(placed, paths.parent(place), number)
        placed = placed.put(place, held.after(number))
        places.append(place)
    if not places:
        places = [target]
        if target and isinstance(entry.origin, FromArchive):
            placed = taint(files, places, number)
    return changed(call, state, placed, (archive,), reads=(archive[1],), makes=places)


def compress(call: Call, state: State) -> Result:
    """`gzip FILE`: an archive keeps its members under the name that the program gives it, an artifact is worked on."""
    flags = [value.flat for value in call.values[1:] if value.flat.startswith("-")]
    operands = [i for i, value in enumerate(call.values) if i and not value.flat.startswith("-")]
    suffix = SUFFIXES[paths.base_name(call.values[0].flat)]
    place = state.files.follow(paths.join(state.folder, call.values[operands[0]].flat)) if operands else ""
    entry = state.files.lookup(place)
    artifact = is_artifact(state.files, place)
    if (
        len(operands) != 1
        or call.fields[operands[0]].pattern
        or entry is None
        or not (artifact or isinstance(entry.origin, FromArchive))
        or not all(set(flag) <= set("-fv123456789n") for flag in flags)
    ):
        return other(call, state)
    made = place + suffix
    if artifact:
        worked = work_on(state.files, [place], call.number).lookup(place)
        assert worked is not None
        assert isinstance(worked.origin, FromContainer)
        entry = replace(worked, origin=replace(worked.origin, path=worked.origin.path + Value.literal(suffix)))
    else:
        entry = entry.after(call.number)
    files = state.files.put(place, None).put(made, entry)
    return changed(call, state, files, ((operands[0], place),), reads=(place,), makes=(made,), removes=(place,))


TABLE: dict[str, Handler] = {"tar": tar, "bsdtar": tar, **dict.fromkeys(SUFFIXES, compress)}
