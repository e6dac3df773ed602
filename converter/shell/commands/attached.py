"""What a container that the script waits for leaves outside of itself: its standard output, and mounted folders.

A mounted folder of the host is the same folder for both, so what the container writes there lies on the host
afterwards (Docker reference, "Bind mounts").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from converter.docker_cli.volumes import Volume
from converter.lazy import lazily
from converter.machine import paths
from converter.machine.events import CopiedOut, Created, Executed
from converter.machine.host import Overlay
from converter.machine.mechanisms import MOUNTED
from converter.machine.state import State
from converter.machine.value import Value, is_known
from converter.shell.commands.call import Call
from converter.shell.commands.container import Inside
from converter.shell.commands.exports import Copy, copies_of

if TYPE_CHECKING:
    from converter.shell.commands import streams
else:
    streams = lazily("converter.shell.commands.streams")


def attached_run(call: Call, state: State, number: int) -> State:
    """The state after the container of event `number` has ended."""
    created = call.machine.run.events[number]
    assert isinstance(created, Created)
    mounts = [volume for volume in created.command.volumes if _is_shared(volume, state)]
    inside = call.machine.inspect(created)
    if inside is not None:
        call.machine.stream = streams.stream_of(created, inside)
        copies = copies_of(inside, [volume.target.text for volume in mounts])
        if copies is not None:
            for copy in copies:
                state = _copied(copy, mounts, created, call, state)
            return state
        if inside.inert:
            return state
    for volume in mounts:
        state = _worked_in(volume, created, call, state)
    return state


def executed(call: Call, state: State, number: int) -> State:
    """The state after the `docker exec` of event `number` has ended."""
    event = call.machine.run.events[number]
    assert isinstance(event, Executed)
    created = call.machine.run.events[event.container.event]
    assert isinstance(created, Created)
    within = call.machine.inspect(created)
    words = tuple(event.words[w.index].slice(w.start, w.start + len(w.text)) for w in event.command.command)
    given = event.command.workdir
    folder = within.folder if within is not None else None
    if given is not None:
        folder = event.words[given.index].slice(given.start, given.start + len(given.text))
    call.machine.stream = streams.stream_of(created, Inside(words, folder, False))
    if call.machine.stream is not None or _only_looks(words):
        return state
    for volume in created.command.volumes:
        if _is_shared(volume, created.state):
            state = _worked_in(volume, created, call, state)
    return state


_LOOKING = frozenset("cat ls pwd env echo true test which id date uname ps sleep".split())


def _only_looks(words: tuple[Value, ...]) -> bool:
    """Whether a command in a container leaves its files alone."""
    return bool(words) and words[0].flat in _LOOKING


def _is_shared(volume: Volume, state: State) -> bool:
    """Whether it is a folder of the tree that the container can write to."""
    if volume.kind not in ("bind", "unknown") or volume.source is None or volume.read_only:
        return False
    place = paths.join(state.folder, volume.source.text)
    # a source that is nothing but a variable is a volume's name, unless it is the tree's own path
    return is_known(place) and not paths.is_outside(place) and state.files.start.kind(place) != "file"


def _worked_in(volume: Volume, created: Created, call: Call, state: State) -> State:
    assert volume.source is not None
    folder = paths.join(created.state.folder, volume.source.text)
    target = created.words[volume.target.index].slice(
        volume.target.start, volume.target.start + len(volume.target.text.rstrip("/"))
    )
    number = call.number
    call.machine.record(CopiedOut(number, call.site, call.calls, state, created.container, target, folder, MOUNTED))
    return state.with_files(state.files.worked_on(Overlay(folder, created.container.event, target, number)))


def _copied(copy: Copy, mounts: list[Volume], created: Created, call: Call, state: State) -> State:
    """A `cp` of the container into a mounted folder: as if the file had been copied out."""
    for volume in mounts:
        target = volume.target.text.rstrip("/")
        if copy.place == target or copy.place.startswith(target + "/"):
            assert volume.source is not None
            folder = paths.join(state.folder, volume.source.text)
            place = paths.join(folder, copy.place[len(target) + 1 :]) if copy.place != target else folder
            return copy.arrive(place, created, call, state)
    return state
