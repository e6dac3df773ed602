"""Commands that copy and move files: cp, mv, install."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from converter.machine import paths
from converter.machine.events import Event, RanCommand, Skipped
from converter.machine.host import Alternatives, Entry, FromContainer, FromHost, FromLink, FromTree, HostFiles, Kind
from converter.machine.state import State
from converter.machine.value import Value, is_known
from converter.shell.commands.call import Call, Handler, Result
from converter.shell.commands.changes import changed, matches, named, taint
from converter.shell.commands.folders import make_folders
from converter.shell.commands.operands import Operand, Parsed, parse

_CP = """
    a archive b d f force i interactive H L dereference P no-dereference n no-clobber p preserve no-preserve parents
    R r recursive remove-destination reflink sparse strip-trailing-slashes t target-directory T no-target-directory
    v verbose x one-file-system
"""
_MV = "b f force i interactive n no-clobber strip-trailing-slashes t target-directory T no-target-directory v verbose"
_INSTALL = """
    b c C compare d directory D g group m mode o owner p preserve-timestamps t target-directory T no-target-directory
    v verbose
"""


def copy(call: Call, state: State) -> Result:
    """`cp`: the copy has the origin of the original."""
    parsed = parse(call, state, "t target-directory S suffix")
    return _Transfer(call, state, parsed, "cp", parsed.only(_CP)).run()


def move(call: Call, state: State) -> Result:
    """`mv`."""
    parsed = parse(call, state, "t target-directory S suffix")
    return _Transfer(call, state, parsed, "mv", parsed.only(_MV)).run()


def install(call: Call, state: State) -> Result:
    """`install`: a copy with a mode of its own, or folders with `-d`."""
    parsed = parse(call, state, "g group m mode o owner S suffix strip-program t target-directory")
    if parsed.has("d", "directory"):
        files = state.files
        for operand in parsed.operands:
            files = make_folders(files, operand.path, call.number)
        places = [operand.path for operand in parsed.operands]
        return changed(call, state, files, named(parsed.operands), makes=places)
    return _Transfer(call, state, parsed, "install", parsed.only(_INSTALL)).run()


_HARMLESS = frozenset(
    """[ [[ test set true false : shift break continue return exit echo printf trap umask let unset
    export readonly declare local typeset read getopts wait command type hash cat tr cut grep sed awk head
    tail sort uniq wc tag push pull login logout basename dirname date uname id pwd ls sleep""".split()
)
"""Commands that stay in the script and make no files; those of docker by their second word."""


def _may_make(event: Event) -> bool:
    """Whether a command before may have made any file or folder."""
    if isinstance(event, Skipped):
        return not event.never
    return isinstance(event, RanCommand) and event.name.rpartition(" ")[2] not in _HARMLESS


_FILE_ENDINGS = frozenset(
    "conf css deb dll ear exe gz html jar js json pem py rpm sh so tgz txt war whl xml yaml yml zip".split()
)
"""Endings of names that build tools give to files and never to folders."""


def literal_head(pattern: str) -> tuple[str, str]:
    """The folder before the first part of a pattern that holds a wildcard, and the rest."""
    parts = pattern.split("/")
    first = next((i for i, part in enumerate(parts) if set(part) & set("*?[")), len(parts))
    return "/".join(parts[:first]), "/".join(parts[first:])


class _Plan(Struct):
    """What is done so far."""

    files: HostFiles
    reads: list[str]
    makes: list[str]
    removes: list[str]


class _Transfer:
    def __init__(self, call: Call, state: State, parsed: Parsed, verb: str, understood: bool) -> None:
        self.call = call
        self.state = state
        self.parsed = parsed
        self.verb = verb
        self.understood = understood and parsed.certain
        self.number = call.number
        self.done = _Plan(state.files, [], [], [])

    def run(self) -> Result:
        sources, target, target_index, into = self.sides()
        every = (*named(sources), (target_index, target))
        if not sources or not self.understood:
            places = [operand.path for operand in self.parsed.operands]
            files = taint(self.state.files, places, self.number)
            return changed(self.call, self.state, files, every, reads=places, makes=places)
        if into and self.is_missing(target, sources):
            # an error of the command, which leaves everything as it is
            result = changed(self.call, self.state, self.state.files, every, [operand.path for operand in sources])
            return replace(result, state=replace(result.state, status="failure"))
        for operand in sources:
            self.one(operand, target, into)
        done = self.done
        mode = None
        if self.verb == "install":
            mode = self.parsed.value("m", "mode") or "755"
        return changed(self.call, self.state, done.files, every, done.reads, done.makes, done.removes, mode)

    def sides(self) -> tuple[tuple[Operand, ...], str, int, bool]:
        """The sources, the target with the index of its word, and whether it is a folder to put things into."""
        operands = self.parsed.operands
        named_folder = self.parsed.value("t", "target-directory")
        if named_folder is not None:
            index = next(flag.index for flag in self.parsed.flags if flag.name in ("t", "target-directory"))
            return operands, self.follow(paths.join(self.state.folder, named_folder)), index, True
        if len(operands) < 2:
            return (), operands[0].path if operands else "", operands[0].index if operands else 0, False
        last = operands[-1]
        target = self.follow(last.path)
        if self.parsed.has("T", "no-target-directory"):
            return operands[:-1], target, last.index, False
        several = len(operands) > 2 or self.parsed.has("parents")
        into = several or last.text.endswith(("/", "/.")) or self.state.files.is_folder(target)
        if last.field.pattern:
            self.understood = False
        return operands[:-1], target, last.index, into

    def is_missing(self, target: str, sources: tuple[Operand, ...]) -> bool:
        """Whether there is surely no folder to put things into."""
        kinds = {entry.kind for source in sources if (entry := self.state.files.lookup(source.path)) is not None}
        if self.parsed.has("D") or (len(sources) == 1 and self.copies_folders() and kinds != {"file"}):
            return False
        entry = self.state.files.lookup(target)
        if entry is not None:
            return entry.kind == "file" and not isinstance(entry.origin, FromLink | Alternatives)
        return (
            is_known(target) and not paths.is_outside(target) and not any(map(_may_make, self.call.machine.run.events))
        )

    def follow(self, path: str) -> str:
        return self.state.files.follow(path)

    def one(self, operand: Operand, target: str, into: bool) -> None:
        files = self.done.files
        if operand.field.pattern:
            found = matches(files, operand)
            inside = files.lookup(paths.parent(operand.path))
            unknown = inside is not None and isinstance(inside.origin, FromContainer)
            unknown = unknown or files.filling(operand.path) is not None
            if (unknown or not found) and self.fitting(operand, target, into):
                return
            if unknown or not found:
                self.spoil(operand.path, paths.join(target, "*") if into else target)
                return
            for source in found:
                self.place(source, paths.join(target, paths.base_name(source)) if into else target, False)
            return
        text = operand.text
        contents = self.verb == "cp" and (text.endswith(("/.", "/..")) or text in (".", ".."))
        if self.parsed.has("parents"):
            place = paths.join(target, text)
            self.done.files = make_folders(self.done.files, paths.parent(place), self.number)
        elif into and not contents:
            place = paths.join(target, paths.base_name(operand.path))
        else:
            place = target
        if self.verb == "install" and self.parsed.has("D"):
            self.done.files = make_folders(self.done.files, paths.parent(place), self.number)
        self.place(operand.path, place, contents)

    def fitting(self, operand: Operand, target: str, into: bool) -> bool:
        """What a pattern finds in a folder of a container, which has the very same files; whether it can be followed.

        A pattern of the shell passes over names that begin with a dot, and COPY takes them.
        """
        files = self.done.files
        head, rest = literal_head(operand.path)
        if not rest or "[" in rest or "**" in rest or rest.startswith(".") or (self.verb == "mv" and rest == "*"):
            return False
        entry = files.lookup(head)
        overlay = files.overlay(head)
        if entry is not None and isinstance(entry.origin, FromTree) and overlay is not None and overlay.whole:
            entry = overlay.entry(head)
        if entry is None or not isinstance(entry.origin, FromContainer) or entry.kind == "file":
            return False
        origin = entry.origin
        if origin.pattern_from is not None or any(
            not self.is_there(path, origin, head) for path, _ in files.inside(head)
        ):
            return False
        name = paths.base_name(rest)
        everything = rest == "*"
        folders = self.copies_folders() and name.rpartition(".")[2] not in _FILE_ENDINGS
        if into and folders and not everything:
            # COPY takes what is in a folder that fits, and the shell the folder itself
            return False
        if everything and not (into and self.copies_folders()):
            return False
        before = files.certain(target)
        if before is not None and not into and before.kind != "file":
            return False
        if into and not name.startswith("*") and paths.join(target, name) in files.patterns:
            return False
        while paths.join(target, name) in files.patterns:
            # what fits in two folders arrives in one: a path of its own, which means the same
            name = f"*{name}"
        start = len(origin.path.flat.rstrip("/"))
        path = origin.path.slice(0, start) + Value.literal("" if everything else f"/{rest}")
        found = replace(origin, path=path, contents=everything, pattern_from=None if everything else start)
        kind: Kind = "folder" if everything else "unknown" if folders else "file"
        held = Entry(kind, found, (*entry.events, self.number))
        self.call.machine.assume(
            f"no name that begins with a dot fits `{operand.text}`" if into else f"one file fits `{operand.text}`",
            self.call.site,
        )
        self.done.reads.append(operand.path)
        if into:
            place = paths.join(target, name)
            self.done.files = files.put_fitting(place, held)
        else:
            place = target
            over = before is not None and self.verb == "cp" and not self.parsed.has("remove-destination")
            self.done.files = files.put(place, replace(held, other_mode=over))
        self.done.makes.append(place)
        if self.verb == "mv":
            self.done.files = self.done.files.put(operand.path, None)
        return True

    def is_there(self, path: str, origin: FromContainer, head: str) -> bool:
        """Whether a changed path inside a folder that came from a container is what that container has there."""
        entry = self.done.files.lookup(path)
        if entry is None or not isinstance(entry.origin, FromContainer):
            return False
        own = origin.path.flat.rstrip("/") + "/" + paths.relative(path, head)
        return entry.origin.path.flat == own

    def place(self, source: str, place: str, contents: bool) -> None:
        """One source arrives at its place."""
        files = self.done.files
        entry = files.lookup(source)
        dereferences = self.verb != "mv" and not self.parsed.has("P", "no-dereference", "d", "a", "archive")
        if entry is not None and isinstance(entry.origin, FromLink) and dereferences:
            source = files.follow(source)
            entry = files.lookup(source)
        over = files.lookup(place)
        if over is not None and self.parsed.has("n", "no-clobber") and over.kind == "file":
            return
        if entry is None:
            self.spoil(source, place)
            return
        self.done.reads.append(source)
        self.done.makes.append(place)
        if entry.kind == "folder" and not self.copies_folders():
            # an error of the command, which leaves everything as it is
            return
        if entry.kind == "unknown" and not self.copies_folders():
            # for a folder it fails, and then nothing is there that a build could take
            entry = replace(entry, kind="file")
        folder = contents or entry.kind == "folder"
        if self.verb == "cp" and folder and over is not None and not files.is_empty(place):
            self.merge(source, place)
            return
        if entry.kind == "unknown" and over is not None and over.kind != "file":
            self.spoil(source, place)
            return
        files = files.copy(source, place, self.number)
        found = files.lookup(place)
        assert found is not None
        if contents:
            origin = found.origin
            if isinstance(origin, FromContainer):
                origin = replace(origin, contents=True)
            found = replace(found, kind="folder", origin=origin)
        elif entry.kind == "file":
            found = replace(found, kind="file")
        if self.verb == "install":
            found = replace(found, other_mode=False)
        elif self.verb == "cp" and over is not None and not folder and not self.parsed.has("remove-destination"):
            found = replace(found, other_mode=True)
        files = files.edit(place, found)
        if self.verb == "mv":
            self.done.removes.append(source)
            files = files.put(source, None)
        self.done.files = files

    def copies_folders(self) -> bool:
        return self.verb == "mv" or self.parsed.has("r", "R", "recursive", "a", "archive")

    def merge(self, source: str, place: str) -> None:
        """A folder's contents arrive in a folder that holds something."""
        files = self.done.files
        leaves = files.leaves(source)
        target = files.lookup(place)
        if leaves is None or target is None or isinstance(target.origin, FromContainer):
            self.done.files = taint(files, (place,), self.number)
            return
        for rest, held in leaves:
            inner = paths.join(place, rest)
            before = files.lookup(inner)
            if held.kind == "folder" and before is not None and before.kind == "folder":
                continue
            moved = held.after(self.number)
            if before is not None and before.kind == "file" and held.kind == "file":
                moved = replace(moved, other_mode=True)
            if isinstance(held.origin, FromHost) and held.kind == "folder" and before is not None:
                continue
            files = files.put(inner, moved)
        self.done.files = files

    def spoil(self, source: str, place: str) -> None:
        """What arrives here is not known."""
        self.done.reads.append(source)
        self.done.makes.append(place)
        self.done.files = taint(self.done.files, (place,), self.number)


TABLE: dict[str, Handler] = {"cp": copy, "mv": move, "install": install}
