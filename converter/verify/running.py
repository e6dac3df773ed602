"""Running one version of a build script with an isolating `docker` in front."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from converter.isolation.install import install
from converter.isolation.session import Call, read_calls

POLL_SECONDS = 0.1
GRACE_SECONDS = 10.0
GUARD_SOCKET = "only-docker-from-PATH-is-kept-apart.sock"
"""What a program finds that talks to the engine without the isolating `docker`."""


class Ran(Struct, frozen=True):
    """A script that has ended: `exit_status` is None where it took too long; `log` has all that it wrote."""

    exit_status: int | None
    seconds: float
    calls: tuple[Call, ...]
    log: Path

    @property
    def succeeded(self) -> bool:
        """Whether the script says so, and everything that it called was run or held back."""
        return self.exit_status == 0 and self.refused is None

    @property
    def refused(self) -> Call | None:
        """The first command that could not be run under private names."""
        return next((call for call in self.calls if call.outcome == "refused"), None)


def run_script(
    command: Sequence[str],
    folder: Path,
    work: Path,
    environment: Mapping[str, str],
    *,
    prefix: str,
    reserved: Sequence[str],
    timeout_seconds: float | None,
    heard: Callable[[Call], None],
) -> Ran:
    """Runs a command in `folder`; what it makes in the engine gets names with `prefix`.

    `work` is an empty folder for programs and log. `reserved` are the images that the script is going to make.
    `heard` is told of every command of the engine as it starts and as it ends. The script gets no input. Whatever
    ends this function, the script and what it started are gone then, but what it has made is still there.
    """
    programs, temporary = work / "isolation", work / "tmp"
    programs.mkdir()
    temporary.mkdir()
    changes = {
        # Whatever does not go through the isolating programs must not reach the person's engine.
        "DOCKER_HOST": f"unix://{programs / GUARD_SOCKET}",
        "DOCKER_CONTEXT": None,
    }
    run = install(programs, environment, prefix=prefix, reserved=reserved, changes=changes)
    run["TMPDIR"] = str(temporary)
    run["PWD"] = str(folder)
    log = work / "log.txt"
    begin = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=run,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            status = _wait(process, programs, begin, timeout_seconds, heard)
        finally:
            _end_group(process)
    return Ran(status, time.monotonic() - begin, tuple(read_calls(programs)), log)


def _wait(
    process: subprocess.Popen[bytes],
    programs: Path,
    begin: float,
    timeout_seconds: float | None,
    heard: Callable[[Call], None],
) -> int | None:
    told: dict[str, Call] = {}
    while True:
        with suppress(subprocess.TimeoutExpired):
            process.wait(POLL_SECONDS)
        for call in read_calls(programs):
            if told.get(call.id) != call:
                told[call.id] = call
                heard(call)
        if process.returncode is not None:
            return process.returncode
        if timeout_seconds is not None and time.monotonic() - begin > timeout_seconds:
            return None


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Ends the script and everything that it has started and left running."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_SECONDS)
        if not _is_group_alive(process.pid):
            return


def _is_group_alive(group: int) -> bool:
    deadline = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except (ProcessLookupError, PermissionError):
            return False
        time.sleep(POLL_SECONDS)
    return True
