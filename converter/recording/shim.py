"""The program behind the shims: carries one command out and adds one line to the trace."""

from __future__ import annotations

import fcntl
import json
import os
import stat
import sys
import time

from converter.recording.changes import Snapshot, difference, snapshot
from converter.recording.engine import Answer, Engine, new_state
from converter.recording.flags import Call, parse
from converter.recording.masking import MASK, is_secret_name, masked

CONFIG, ENGINE, FILES = "config.json", "engine.json", "files.json"
"""What lies beside the shims: how to record, the dry run's engine, the files when the last command ended."""

LARGEST_KEPT_INPUT_BYTES = 100_000

READ_BY_ENGINES = ("DOCKER_BUILDKIT", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_DEFAULT_PLATFORM", "CONTAINER_HOST")
"""Variables that change what a command does without standing in it."""


def main() -> None:
    """`shim FOLDER PROGRAM WORDS...`: exits with the status of the command."""
    folder, program, *argv = sys.argv[1:]
    with open(os.path.join(folder, CONFIG), encoding="utf-8") as file:
        config = json.load(file)
    answer = record(folder, config, program, argv)
    try:
        sys.stderr.write(answer.err)
        sys.stderr.flush()
        sys.stdout.buffer.write(answer.out)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.exit(answer.status)


def record(folder: str, config: dict[str, object], program: str, argv: list[str]) -> Answer:
    """Carries the command out by the mode of `config` and notes it."""
    root, trace = str(config["root"]), str(config["trace"])
    call = parse(argv)
    line: dict[str, object] = {"program": program, "argv": masked(argv), "cwd": below(os.getcwd(), root)}
    environment, output = received(call), redirected(root)
    if environment:
        line["environment"] = environment
    if output:
        line["output"] = output
    if config["dry-run"]:
        # Read before the lock is taken: what writes into the pipe may be a recorded command itself.
        piped = _input(call)
        with Locked(folder):
            line["started"] = time.time()
            line["before"] = _changed(folder, root, trace)
            state = _load(folder, ENGINE) or new_state()
            answer = Engine(state, list(config["paths"])).answer(argv, piped)  # type: ignore[call-overload]
            _save(folder, ENGINE, state)
            if call.verb == "build" and 0 < len(piped) <= LARGEST_KEPT_INPUT_BYTES and b"\0" not in piped:
                line["input"] = piped.decode(errors="replace")
            _note(line, answer, folder, root, trace)
        return answer
    from converter.recording.passing import pass_through

    with Locked(folder):
        line["started"] = time.time()
        line["before"] = _changed(folder, root, trace)
    answer = pass_through(program, argv, folder)
    with Locked(folder):
        _note(line, answer, folder, root, trace)
    return answer


def below(path: str, root: str) -> str:
    """A folder relative to the root, "" for the root itself; outside of it the path as it is."""
    if path == root:
        return ""
    return path[len(root) + 1 :] if path.startswith(root.rstrip("/") + "/") else path


def redirected(root: str) -> str:
    """The file below the root that standard output goes to, "" for any other place or where the system does not tell."""
    try:
        path = os.readlink("/proc/self/fd/1") if stat.S_ISREG(os.fstat(1).st_mode) else ""
    except OSError:
        return ""
    return below(path, root) if path.startswith(root.rstrip("/") + "/") else ""


def received(call: Call) -> dict[str, str]:
    """Variables of the environment that the command takes without naming their values; secrets are masked."""
    names = [value for value in call.values("-e", "--env", "--build-arg") if "=" not in value]
    found = {name: os.environ[name] for name in [*names, *READ_BY_ENGINES] if name in os.environ}
    return {name: MASK if is_secret_name(name) else value for name, value in found.items()}


def _input(call: Call) -> bytes:
    """Standard input, where the command reads it."""
    reads = (
        (call.verb == "build" and ("-" in call.operands or call.value("-f", "--file") == "-"))
        or (call.verb in ("run", "create", "exec") and call.has("-i", "--interactive"))
        or (call.verb == "load" and call.value("-i", "--input") is None)
        or (call.verb in ("import", "cp") and call.operands[:1] == ["-"])
        or (call.verb == "login" and call.has("--password-stdin"))
    )
    return sys.stdin.buffer.read() if reads and not os.isatty(0) else b""


class Locked:
    """Holds the trace for one process at a time."""

    def __init__(self, folder: str) -> None:
        self.path = os.path.join(folder, CONFIG)

    def __enter__(self) -> None:
        self.file = open(self.path, encoding="utf-8")
        fcntl.flock(self.file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        self.file.close()


def _note(line: dict[str, object], answer: Answer, folder: str, root: str, trace: str) -> None:
    line["ended"] = time.time()
    line["after"] = _changed(folder, root, trace)
    line["status"], line["images"], line["containers"] = answer.status, answer.images, answer.containers
    append(trace, line)


def append(trace: str, line: dict[str, object]) -> None:
    """Adds a line in one piece: a single write to a file opened for appending."""
    to = os.open(trace, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(
            to, json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogateescape") + b"\n"
        )
    finally:
        os.close(to)


def _changed(folder: str, root: str, trace: str) -> list[dict[str, str]]:
    """What changed below the root since the last look."""
    before: Snapshot = _load(folder, FILES)  # type: ignore[assignment]
    after = snapshot(root, (trace, folder))
    if before == after:
        return []
    _save(folder, FILES, after)
    return difference(root, before, after)


def _load(folder: str, name: str) -> dict[str, dict[str, object]]:
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return json.load(file)  # type: ignore[no-any-return]


def _save(folder: str, name: str, value: object) -> None:
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        json.dump(value, file)
