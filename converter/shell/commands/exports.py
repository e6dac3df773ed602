"""A container that does nothing but copy files of its image into a mounted folder."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from converter.machine import paths
from converter.machine.events import CopiedOut, Created
from converter.machine.host import Entry, FromContainer, Kind, Overlay
from converter.machine.mechanisms import EXPORTED
from converter.machine.state import State
from converter.machine.value import Value, is_known
from converter.shell import reader, syntax
from converter.shell.commands.call import Call
from converter.shell.commands.container import Inside
from converter.shell.commands.streams import absolute
from converter.source import Source

_FLAGS = frozenset("-r -R -a -f -v -p -L -rf -Rf -rp -av -rv -fv -rfv --recursive --archive --force --verbose".split())


class Copy(Struct, frozen=True):
    """One source of a `cp` and where it goes: both absolute in the container.

    `place` is the destination as it is written, without a slash at its end; `into` tells that it had one, or is one of
    several sources, so that it is a folder.
    """

    source: Value
    place: str
    into: bool

    def arrive(self, place: str, created: Created, call: Call, state: State) -> State:
        """The state with the copy on the host; `place` is the host path of the destination."""
        flat = self.source.flat
        files = state.files
        number = call.number
        if flat.endswith("/*"):
            folder = self.source.slice(0, len(flat) - 2)
            call.machine.record(
                CopiedOut(number, call.site, call.calls, state, created.container, folder, place, EXPORTED)
            )
            return state.with_files(files.worked_on(Overlay(place, created.container.event, folder, number)))
        contents = flat.endswith("/.")
        source = self.source.slice(0, len(flat) - 2) if contents else self.source
        kind: Kind = "folder" if contents or flat.endswith("/") else "unknown"
        if not contents and flat.endswith("/"):
            source = source.slice(0, len(flat) - 1)
        mounted = paths.join("", self.place) in _targets(created)
        if not contents and (self.into or mounted or files.is_folder(place)):
            place = paths.join(place, paths.base_name(source.flat))
        merged = contents and (
            any(files.start.below(place)) or any(e is not None for p, e in files.changed_below(place) if p != place)
        )
        call.machine.record(
            CopiedOut(number, call.site, call.calls, state, created.container, source, place, EXPORTED, (), merged)
        )
        origin = FromContainer(created.container.event, source, number, contents)
        return state.with_files(files.put(place, Entry(kind, origin, (number,))))


def _targets(created: Created) -> set[str]:
    return {paths.join("", volume.target.text.rstrip("/")) for volume in created.command.volumes}


def copies_of(inside: Inside, targets: list[str]) -> list[Copy] | None:
    """The copies into the mounted folders `targets`, where the container does nothing else that lasts; else None."""
    if inside.folder is None or not targets:
        return None
    found: list[Copy] = []
    folder = inside.folder
    for words in _commands(inside.words):
        if words is None or not words:
            return None
        name = paths.base_name(words[0].flat)
        if name == "cd" and len(words) == 2:
            folder = absolute(words[1], folder)
        elif name in ("cp", "mv"):
            copies = _copy(words, folder)
            if copies is None or not all(_below(copy.place, targets) for copy in copies):
                return None
            found += copies
        elif name in ("chown", "mkdir", "ls", "echo", "true", "sync"):
            operands = [word.flat for word in words[1:] if not word.flat.startswith("-")]
            if name == "mkdir" and not all(_below(absolute(Value.literal(o), folder).flat, targets) for o in operands):
                return None
        else:
            return None
    return found or None


def _below(place: str, targets: list[str]) -> bool:
    return any(place == target.rstrip("/") or place.startswith(target.rstrip("/") + "/") for target in targets)


def _copy(words: tuple[Value, ...], folder: Value) -> list[Copy] | None:
    operands = [word for word in words[1:] if not word.flat.startswith("-")]
    flags = [word.flat for word in words[1:] if word.flat.startswith("-")]
    if len(operands) < 2 or not all(flag in _FLAGS for flag in flags):
        return None
    *sources, destination = operands
    target = absolute(destination, folder).flat
    if not is_known(target):
        return None
    into = target.endswith(("/", "/.")) or len(sources) > 1
    place = "/" + paths.normalize(target)
    copies = []
    for source in sources:
        whole = absolute(source, folder)
        plain = whole.flat[:-2] if whole.flat.endswith("/*") else whole.flat
        if any(character in plain for character in "*?[") or "/../" in plain:
            return None
        copies.append(Copy(whole, place, into))
    return copies


def _commands(words: tuple[Value, ...]) -> Iterator[tuple[Value, ...] | None]:
    """The commands that a command line runs, one after the other; None for one that is not plain."""
    is_script = (
        len(words) == 3
        and paths.base_name(words[0].flat) in ("sh", "bash", "ash")
        and words[1].flat in ("-c", "-ec", "-lc")
    )
    if not is_script:
        yield words
        return
    text = words[2].flat
    if not is_known(text):
        yield None
        return
    script = reader.read(Source("(container)", text))
    if script.problems:
        yield None
        return
    for statement in script.statements:
        if statement.background:
            yield None
        yield from _plain(statement.command)


def _plain(command: syntax.Command) -> Iterator[tuple[Value, ...] | None]:
    if isinstance(command, syntax.AndOr) and command.operator == "&&":
        yield from _plain(command.left)
        yield from _plain(command.right)
    elif isinstance(command, syntax.SimpleCommand) and not command.assignments and not command.redirects:
        found = []
        for word in command.words:
            texts = [part.text for part in word.parts if isinstance(part, syntax.Text)]
            if len(texts) != len(word.parts):
                yield None
                return
            found.append(Value.literal("".join(texts)))
        yield tuple(found)
    else:
        yield None
