"""The isolating program itself: it stands under the name of `docker`, and of `sudo`, first on the run's PATH."""

from __future__ import annotations

import os
import re
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from msgspec.structs import replace

from converter.docker_cli.commands import Build
from converter.docker_cli.errors import UsageError
from converter.docker_cli.parse import parse
from converter.docker_cli.prefixes import command_index, find_program
from converter.isolation import dockerfiles
from converter.isolation.draft import Action, refuse
from converter.isolation.engine import CommandLine
from converter.isolation.names import Names, familiar
from converter.isolation.rewrite import rewrite
from converter.isolation.session import Call, Session, note, read_calls, read_session

REFUSED = 125
"""The exit status of docker itself where a command is wrong."""

_IMAGE_ID = re.compile(rb"(?:^ ---> |^Successfully built |writing image sha256:|^sha256:)([0-9a-f]{12,64})\b", re.M)
_IDS = {"image": re.compile(rb"Running in ([0-9a-f]{12,64})\b"), "container": re.compile(rb"^([0-9a-f]{64})$", re.M)}
"""The ids of containers in what a command prints that makes an image, or a container."""

_CAPTURED_BYTES = 1 << 22


def main(folder: str, program: str, arguments: Sequence[str]) -> int:
    """Runs one command of the script; returns its exit status.

    `folder` has the session; `program` is the name under which this was called.
    """
    session = read_session(Path(folder))
    argv = (program, *arguments)
    found = find_program(argv)
    if found is None:
        return _behind_prefix(session, argv)
    call = Call(secrets.token_hex(6), argv, os.getcwd())
    chosen = _other_engine(session)
    if chosen is not None:
        return _held_or_refused(
            Path(folder), call, refuse(f"{chosen} chooses another engine, in which nothing can be kept apart")
        )
    engine = CommandLine(_real(session, argv, found.index)[found.index], _environment(session))
    names, ids = _names(session, folder)
    action = rewrite(argv, names, engine.look(names, ids), call.id)
    return _act(Path(folder), session, call, action, found.index, engine, names)


def _names(session: Session, folder: str) -> tuple[Names, frozenset[str]]:
    """What the run has made up to now: names, and the ids of its images."""
    own: set[str] = set()
    networks: set[str] = set()
    ids: set[str] = set()
    for call in read_calls(Path(folder)):
        own.update(map(familiar, call.images))
        ids.update(call.images.values(), call.ids)
        networks.update(call.networks)
    return (
        Names(session.prefix, frozenset(own), frozenset(session.reserved), frozenset(networks)),
        frozenset(ids),
    )


def _other_engine(session: Session) -> str | None:
    """The variable by which the script itself chooses an engine."""
    for name, value in session.seen.items():
        if os.environ.get(name) not in (None, "", value):
            return f"{name}={os.environ[name]}"
    return None


def _behind_prefix(session: Session, argv: tuple[str, ...]) -> int:
    """`sudo` of something else: what it starts has to find the isolating programs too."""
    real = session.programs[argv[0]]
    index = command_index(argv)
    if index is None:
        print(f"stageify: `{' '.join(argv)}` would leave the run's own PATH, so it is not run", file=sys.stderr)
        return REFUSED
    kept = [f"{name}={os.environ[name]}" for name in ("PATH", *session.environment) if name in os.environ]
    words = [real, *argv[1:index], "env", *kept, *argv[index:]] if index < len(argv) else [real, *argv[1:]]
    return _wait(subprocess.Popen(words))


def _environment(session: Session) -> dict[str, str]:
    """The variables of the real program."""
    environment = dict(os.environ)
    for name, value in session.environment.items():
        environment.pop(name, None)
        if value is not None:
            environment[name] = value
    return environment


def _real(session: Session, argv: Sequence[str], index: int) -> list[str]:
    """The words with the real programs in the place of the isolating ones."""
    words = list(argv)
    for at in {0, index}:
        words[at] = session.programs.get(os.path.basename(words[at]), words[at])
    return words


def _act(
    folder: Path, session: Session, call: Call, action: Action, index: int, engine: CommandLine, names: Names
) -> int:
    if action.kind != "run":
        return _held_or_refused(folder, call, action)
    argv, uses, stdin, dockerfile = action.argv, action.uses, None, ""
    command = _parsed(argv)
    if isinstance(command, Build):
        prepared = dockerfiles.prepare(command, names, folder, call.id)
        argv, stdin, dockerfile = prepared.argv, prepared.stdin, prepared.dockerfile
        uses = (*uses, *prepared.uses)
    pulled = tuple(name for name in dict.fromkeys(uses) if not engine.has_image(name))
    call = replace(call, ran=argv, pulled=pulled, dockerfile=dockerfile, networks=action.networks)
    note(folder, call)
    status, captured = _run(_real(session, argv, index), _environment(session), stdin, action.captures != "")
    images: dict[str, str] = {}
    if status == 0 and (action.makes or action.kept):
        identifier = engine.image_id(action.kept or action.makes[0][1])
        if identifier is not None:
            images = {familiar(name): identifier for name, _ in action.makes} or {action.kept: identifier}
    call = replace(
        call,
        exit_status=status,
        images=images,
        ids=_found(_IMAGE_ID, captured) if action.captures == "image" else (),
        containers=_found(_IDS[action.captures], captured) if action.captures else (),
        pushed=action.pushed,
    )
    note(folder, call)
    return status


def _held_or_refused(folder: Path, call: Call, action: Action) -> int:
    held = action.kind == "hold"
    print(f"stageify: {'held back: ' + call.shown if held else action.message}", file=sys.stderr)
    status = 0 if held else REFUSED
    outcome = "held" if held else "refused"
    note(folder, replace(call, outcome=outcome, exit_status=status, message=action.message, pushed=action.pushed))
    return status


def _parsed(argv: Sequence[str]) -> object:
    try:
        return parse(argv)
    except UsageError:
        return None


def _found(pattern: re.Pattern[bytes], output: bytes) -> tuple[str, ...]:
    return tuple(dict.fromkeys(match.decode() for match in pattern.findall(output)))


def _run(words: list[str], environment: dict[str, str], stdin: IO[bytes] | None, capture: bool) -> tuple[int, bytes]:
    """Runs the real program; with `capture` both of its streams are also collected as they pass."""
    pipe = subprocess.PIPE if capture else None
    process = subprocess.Popen(words, env=environment, stdin=stdin, stdout=pipe, stderr=pipe)
    collected: list[bytes] = []
    threads = [
        threading.Thread(target=_pass_on, args=(stream, target, collected))
        for stream, target in ((process.stdout, 1), (process.stderr, 2))
        if stream is not None
    ]
    for thread in threads:
        thread.start()
    status = _wait(process)
    for thread in threads:
        thread.join()
    return status, b"".join(collected)


def _pass_on(stream: IO[bytes], target: int, collected: list[bytes]) -> None:
    size = 0
    reads = True
    while data := os.read(stream.fileno(), 1 << 16):
        if size < _CAPTURED_BYTES:
            collected.append(data)
            size += len(data)
        while reads and data:
            try:
                data = data[os.write(target, data) :]
            except BrokenPipeError:
                reads = False


def _wait(process: subprocess.Popen[bytes]) -> int:
    """Waits for the real program, and hands on what would end this one. The status is that of a shell."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, frame: process.send_signal(received))
    status = process.wait()
    return status if status >= 0 else 128 - status
