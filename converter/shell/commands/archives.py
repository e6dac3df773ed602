"""Commands that pack and unpack archives of files: tar, zip, and the programs that compress one.

GNU tar manual, 4.2 and 6.10: `-C` holds for the members behind it; a leading slash goes from member names. zip(1),
unzip(1): an archive's name gets `.zip` where it has no dot; files arrive in the working folder or in that of `-d`.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from converter.machine import paths
from converter.machine.events import Extraction, RanCommand
from converter.machine.host import (
    Entry,
    FromArchive,
    FromContainer,
    FromHost,
    FromTree,
    HostFiles,
    Member,
    possible,
)
from converter.machine.state import State
from converter.machine.streams import ContainerFile
from converter.machine.value import Value, is_known
from converter.shell.commands.call import Call, Handler, Result
from converter.shell.commands.changes import brought, changed, matches, named, taint
from converter.shell.commands.extraction import arrive, packed
from converter.shell.commands.folders import make_folders
from converter.shell.commands.in_place import is_artifact, work_on
from converter.shell.commands.operands import parse
from converter.shell.commands.other import other

SUFFIXES = {"gzip": ".gz", "pigz": ".gz", "bzip2": ".bz2", "xz": ".xz"}
"""What each program appends to the name of the file that it compresses."""

REVERSE = {"gunzip": "gzip", "bunzip2": "bzip2", "unxz": "xz"}

_LONG = frozenset(
    """
    --create --extract --get --gzip --bzip2 --xz --verbose --numeric-owner --no-same-owner --same-owner
    --preserve-permissions --overwrite --owner=0 --owner=root --group=0 --group=root --auto-compress
    """.split()
)


_COMPRESSIONS = {"--gzip": "z", "--bzip2": "j", "--xz": "J"}


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
    compression: str = ""


def tar(call: Call, state: State) -> Result:
    """`tar c` keeps what each member is; `tar x` of such an archive puts it into its place. Anything else: see `other`."""
    words = _read(call, state)
    if words is None or words.creates == words.extracts:
        return other(call, state)
    if words.archive is None or words.archive[1] == "-":
        # a stream, which the output of a container would be as well
        if words.creates:
            return other(call, state, opaque=False)
        return other(call, state) if _is_fed_by_docker(call) else _filled(call, state, words.folder, ())
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
            found.compression = _COMPRESSIONS.get(word, found.compression)
        elif (word.startswith("-") and word != "-") or first:
            letters = word.lstrip("-")
            found.understood = found.understood and set(letters) <= set("cxzjJvpafCok")
            found.creates = found.creates or "c" in letters
            found.extracts = found.extracts or "x" in letters
            for letter in letters:
                if letter in "zjJ":
                    found.compression = letter
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
    if entry.kind != "file" and files.is_filled(place):
        return None
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
    if entry is not None and isinstance(entry.origin, FromContainer):
        found = packed(call, entry)
        members = _picked(words)
        arrived = None
        inside = entry.origin.path.flat[1:].count("/") and set(paths.parent(archive[1])).isdisjoint("*?[")
        plain = not call.fields[archive[0]].pattern or inside
        if found is not None and words.understood and members is not None and is_known(target) and plain:
            path = entry.origin.path.flat
            is_pattern = call.fields[archive[0]].pattern
            extraction = Extraction(
                entry.origin.path,
                found[1],
                archive[1],
                "tar",
                _compression(words, path),
                words.strip,
                members,
                path.rfind("/") if is_pattern else None,
            )
            arrived = arrive(call, state, target, found[0], extraction)
        return arrived or changed(call, state, files, (archive,), reads=(archive[1],), makes=(target,))
    if entry is None or words.operands or not words.understood or not isinstance(entry.origin, FromArchive):
        picked = _picked(words)
        if picked and words.understood and not words.strip and is_known(target):
            # of an archive that is not known, no more than the members that are named
            places = [paths.join(target, name) for name in picked]
            return changed(call, state, taint(files, places, number), (archive,), reads=(archive[1],), makes=places)
        return _filled(call, state, words.folder, (archive,))
    places = []
    placed = files
    for member in entry.origin.members:
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
        placed = taint(files, places, number) if target else brought(files, target, number)
    return changed(call, state, placed, (archive,), reads=(archive[1],), makes=places)


def _is_fed_by_docker(call: Call) -> bool:
    """Whether what a command reads may come out of a container."""
    events = call.machine.run.events
    return any(not isinstance(events[number], RanCommand) for number in call.fed_by) or call.machine.feeding is not None


def _filled(call: Call, state: State, folder: str, archive: tuple[tuple[int, str], ...]) -> Result:
    """Files of an archive that is not known arrive in a folder; they may fall on artifacts, which nobody can tell."""
    files = state.files
    target = files.follow(folder)
    held = [entry for path, entry in files.changed_below(target) if entry is not None]
    if (
        not is_known(target)
        or paths.is_outside(target)
        or any(isinstance(one.origin, FromContainer) for entry in held for one in possible(entry))
        or any(overlay.covers(target) or paths.is_below(overlay.folder, target) for overlay in files.overlays)
        or _is_fed_by_docker(call)
    ):
        return other(call, state)
    reads = [path for _, path in archive]
    return changed(call, state, brought(files, target, call.number), archive, reads=reads, makes=(target,))


def _picked(words: _Words) -> tuple[str, ...] | None:
    """The members that a command line names; None where these are patterns, or not seen from one folder."""
    names = tuple(paths.normalize(text) for _, text, _ in words.operands)
    plain = all(name and not name.startswith("..") and is_known(name) and not set(name) & set("*?[") for name in names)
    return names if plain and all(folder == words.folder for _, _, folder in words.operands) else None


def _compression(words: _Words, name: str) -> str:
    """The letter that tells a tar how the archive is compressed: a small one does not look for itself."""
    if words.compression:
        return words.compression
    endings = {"z": (".gz", ".tgz"), "j": (".bz2", ".tbz2", ".tbz"), "J": (".xz", ".txz")}
    return next((letter for letter, found in endings.items() if name.lower().endswith(found)), "")


def from_stream(stream: ContainerFile, call: Call, state: State) -> Result | None:
    """`docker run IMAGE cat ARCHIVE | tar x`; None where the call is not an extraction that is understood."""
    words = _read(call, state)
    if words is None or not words.extracts or words.creates or not words.understood:
        return None
    if words.archive is not None and words.archive[1] != "-":
        return None
    members = _picked(words)
    target = state.files.follow(words.folder)
    if members is None or not is_known(target):
        return None
    compression = _compression(words, stream.path.flat)
    extraction = Extraction(stream.path, -1, None, "tar", compression, words.strip, members)
    return arrive(call, state, target, stream.container, extraction)


def compress(call: Call, state: State) -> Result:
    """`gzip FILE` and `gunzip FILE`: the file gets another name; an archive keeps its members, an artifact is worked on.

    Without a file, or with `-c`, they are filters.
    """
    name = paths.base_name(call.values[0].flat)
    flags = "".join(value.flat for value in call.values[1:] if value.flat.startswith("-"))
    operands = [i for i, value in enumerate(call.values) if i and not value.flat.startswith("-")]
    unpacks = name in REVERSE or "d" in flags
    if not set(flags) <= set("-fvk123456789nNqcd"):
        return other(call, state)
    if not operands or "c" in flags:
        return other(call, state, opaque=False)
    suffix = SUFFIXES[REVERSE.get(name, name)]
    files = state.files
    places: list[tuple[int, str]] = []
    makes: list[str] = []
    for index in operands:
        place = files.follow(paths.join(state.folder, call.values[index].flat))
        entry = files.lookup(place)
        made = place.removesuffix(suffix) if unpacks else place + suffix
        if call.fields[index].pattern or entry is None or entry.kind == "folder" or made == place:
            return other(call, state)
        found = entry.after(call.number)
        if is_artifact(files, place) and not unpacks and "k" not in flags:
            worked = work_on(files, [place], call.number).lookup(place)
            assert worked is not None
            assert isinstance(worked.origin, FromContainer)
            origin = replace(worked.origin, path=worked.origin.path + Value.literal(suffix))
            found = replace(worked, origin=origin)
        elif any(isinstance(one.origin, FromContainer) for one in possible(entry)):
            return other(call, state)
        elif not isinstance(entry.origin, FromArchive):
            found = Entry("file", FromHost(call.number), (call.number,))
        files = files.put(made, found)
        if "k" not in flags:
            files = files.put(place, None)
        places.append((index, place))
        makes.append(made)
    reads = [place for _, place in places]
    removes = () if "k" in flags else tuple(reads)
    return changed(call, state, files, tuple(places), reads=reads, makes=makes, removes=removes)


def pack(call: Call, state: State) -> Result:
    """`zip [-r] ARCHIVE FILE...`: what is in the archive is not followed."""
    parsed = parse(call, state, "x i n t b exclude include")
    if len(parsed.operands) < 2 or not parsed.only("r q j y 0 1 2 3 4 5 6 7 8 9 X D recurse-paths quiet junk-paths x"):
        return other(call, state)
    first = parsed.operands[0]
    place = state.files.follow(first.path if "." in paths.base_name(first.text) else first.path + ".zip")
    files = state.files.put(place, Entry("file", FromHost(call.number), (call.number,)))
    reads = [path for operand in parsed.operands[1:] for path in matches(state.files, operand)]
    return changed(call, state, files, named(parsed.operands), reads=reads, makes=(place,))


def unzip(call: Call, state: State) -> Result:
    """`unzip [-d FOLDER] ARCHIVE`."""
    parsed = parse(call, state, "d x P")
    if parsed.has("l", "t", "p", "v", "Z", "z", "c"):
        return other(call, state, opaque=False)
    if not parsed.operands or not parsed.only("d x P o q n u j C L a D"):
        return other(call, state)
    first = parsed.operands[0]
    folder = paths.join(state.folder, parsed.value("d") or "")
    place = state.files.follow(first.path)
    archive = state.files.lookup(place)
    found = packed(call, archive) if archive is not None else None
    if found is None or archive is None or not isinstance(archive.origin, FromContainer):
        return _filled(call, state, folder, ((first.index, place),))
    members = tuple(operand.text for operand in parsed.operands[1:])
    plain = parsed.only("d o q u") and parsed.certain and all(set(name).isdisjoint("*?[") for name in members)
    target = state.files.follow(folder)
    arrived = None
    if plain and is_known(target) and not any(operand.field.pattern for operand in parsed.operands):
        extraction = Extraction(archive.origin.path, found[1], place, "unzip", members=members)
        arrived = arrive(call, state, target, found[0], extraction)
    return arrived or changed(call, state, state.files, ((first.index, place),), reads=(place,), makes=(target,))


TABLE: dict[str, Handler] = {
    "tar": tar, "bsdtar": tar, **dict.fromkeys((*SUFFIXES, *REVERSE), compress), "zip": pack, "unzip": unzip,
}  # fmt: skip
