"""Runs the real program as if nothing stood in front of it, and finds out which images and containers it made."""

from __future__ import annotations

import os
import signal
import sys

from converter.recording.engine import Answer
from converter.recording.flags import Call, parse, verb_index

KEPT_BYTES = 65536
"""How much of the output is looked at for ids: its end."""


def find(program: str, without: str) -> str | None:
    """The program's path as `PATH` gives it, leaving out the folder of the shims."""
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        path = os.path.join(folder or ".", program)
        if (
            os.path.realpath(folder or ".") != os.path.realpath(without)
            and os.path.isfile(path)
            and os.access(path, os.X_OK)
        ):
            return path
    return None


def pass_through(program: str, argv: list[str], without: str) -> Answer:
    """Runs `program` with the shim's own input and outputs; the answer's output has been written already.

    Output is read on its way only where it tells an id and no terminal would notice.
    """
    path = find(program, without)
    if path is None:
        return Answer(127, "", f"{program}: not found\n")
    call = parse(argv)
    quiet = call.has("-q", "--quiet")
    tells = call.verb in ("create", "commit") or (call.verb == "run" and call.has("-d", "--detach"))
    capture = tells or (call.verb == "build" and (quiet or not os.isatty(1)))
    status, seen = _run(path, [program, *argv], capture)
    answer = Answer(status)
    if status == 0:
        before = argv[: verb_index(argv)]
        _images(answer, program, path, before, argv, call, seen)
        _containers(answer, path, before, call, seen)
    return answer


def _run(path: str, argv: list[str], capture: bool) -> tuple[int, str]:
    """The exit status, and the end of the output where it is captured."""
    sys.stdout.flush()
    actions, reading = [], -1
    if capture:
        reading, writing = os.pipe()
        actions = [(os.POSIX_SPAWN_DUP2, writing, 1)]
    # An interrupt from the terminal reaches the program itself; the shim stays to note how it ended.
    for number in (signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
    usual = [signal.SIGINT, signal.SIGQUIT, signal.SIGPIPE]
    child = os.posix_spawn(path, argv, os.environ, file_actions=actions, setsigdef=usual)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _: os.kill(child, received))
    seen = b""
    if capture:
        os.close(writing)
        while block := os.read(reading, 65536):
            seen = (seen + block)[-KEPT_BYTES:]
            try:
                while block:
                    block = block[os.write(1, block) :]
            except BrokenPipeError:
                break
        os.close(reading)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    return (code if code >= 0 else 128 - code), seen.decode(errors="replace")


def _images(answer: Answer, program: str, path: str, before: list[str], argv: list[str], call: Call, seen: str) -> None:
    """The id of what a build made: from its file, its output, or its tag."""
    if call.verb not in ("build", "commit"):
        return
    file, tags = call.value("--iidfile"), call.values("-t", "--tag")
    found = _read(file) if file else ""
    if not found and (call.verb == "commit" or call.has("-q", "--quiet")):
        found = seen.strip().rpartition("\n")[2]
    for marker in ("Successfully built ", "writing image "):
        if not found and marker in seen:
            found = seen.rpartition(marker)[2].split()[0]
    # buildx may leave the image elsewhere, and the tag would be an older one's
    if not found and tags and program != "buildah" and "buildx" not in argv:
        found = _ask([path, *before, "image", "inspect", "--format", "{{.Id}}", tags[-1]])
    if found:
        answer.images.append(found.removeprefix("sha256:"))


def _containers(answer: Answer, path: str, before: list[str], call: Call, seen: str) -> None:
    """The id of a new container: from its file, the output, or its name."""
    if call.verb not in ("create", "run"):
        return
    file, name = call.value("--cidfile"), call.value("--name")
    found = _read(file) if file else ""
    if not found and (call.verb == "create" or call.has("-d", "--detach")):
        found = seen.strip().rpartition("\n")[2]
    if not found and name and not call.has("--rm"):
        found = _ask([path, *before, "container", "inspect", "--format", "{{.Id}}", name])
    if found:
        answer.containers.append(found)


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().strip()
    except OSError:
        return ""


def _ask(argv: list[str]) -> str:
    """What the program prints; "" where it fails."""
    import subprocess

    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""
