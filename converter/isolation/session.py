"""What an isolating `docker` has to know, and what it notes: files in a folder that all of its processes share."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct, field

from converter.docker_cli.prefixes import find_program
from converter.recording.masking import masked

SESSION_FILE = "session.json"
CALLS_FILE = "calls.jsonl"


class Session(Struct, frozen=True):
    """How the commands of one run are treated.

    `prefix` begins every private name (`stageify-1a2b3c4d/legacy`). `reserved` are images that the recipe is going to make. `programs` has the real
    program of each isolating one. `environment` has the person's own value of each variable that the run sees
    otherwise, None where it was not set; the real programs get it back. `seen` is what the run sees.
    """

    prefix: str
    reserved: tuple[str, ...]
    programs: dict[str, str]
    environment: dict[str, str | None]
    seen: dict[str, str | None]


class Call(Struct, frozen=True, omit_defaults=True):
    """One command of the run; it is noted when it starts, and once more, under the same `id`, when it has ended.

    `argv` is what the script called in the folder `cwd`, `ran` what was run instead; empty where the command was
    held back or refused, which `outcome` tells. `exit_status` is None while it runs. `images` has the id of every
    name that the command gave to an image, under the name as the script has it, `ids` further images and
    `containers` containers that came to be. `pulled` are images that were not there before, `pushed` the names that
    would have been pushed, `dockerfile` what a build read. `message` says why a command was refused.
    """

    id: str
    argv: tuple[str, ...]
    cwd: str
    outcome: str = "run"
    ran: tuple[str, ...] = ()
    exit_status: int | None = None
    images: dict[str, str] = field(default_factory=dict)
    ids: tuple[str, ...] = ()
    containers: tuple[str, ...] = ()
    pulled: tuple[str, ...] = ()
    pushed: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    dockerfile: str = ""
    message: str = ""

    @property
    def shown(self) -> str:
        """The command line for people, without passwords and other secrets."""
        found = find_program(self.argv)
        index = found.index if found is not None else 0
        return shlex.join([*self.argv[:index], *masked(list(self.argv[index:]))])


def write_session(folder: Path, session: Session) -> None:
    """Puts the session where its isolating programs look for it."""
    (folder / SESSION_FILE).write_bytes(msgspec.json.encode(session))


def read_session(folder: Path) -> Session:
    """The session of a folder."""
    return msgspec.json.decode((folder / SESSION_FILE).read_bytes(), type=Session)


def note(folder: Path, call: Call) -> None:
    """Appends a call. One write, so that processes which run at the same time do not mix their lines."""
    data = msgspec.json.encode(call) + b"\n"
    descriptor = os.open(folder / CALLS_FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    try:
        os.write(descriptor, data)
    finally:
        os.close(descriptor)


def read_calls(folder: Path) -> list[Call]:
    """Every call in the order of their beginnings, each with the latest that is known of it."""
    calls: dict[str, Call] = {}
    for call in _lines(folder):
        calls[call.id] = call
    return list(calls.values())


def _lines(folder: Path) -> Iterator[Call]:
    try:
        data = (folder / CALLS_FILE).read_bytes()
    except FileNotFoundError:
        return
    for line in data.split(b"\n")[:-1]:
        yield msgspec.json.decode(line, type=Call)
