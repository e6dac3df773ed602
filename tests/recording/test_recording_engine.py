"""`stageify record` in front of a real engine: the build goes on as if nothing stood there, and the trace is true."""

from __future__ import annotations

import json
import os
import pty
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from converter.cli.app import make_app
from tests.engine.engine import Engine
from tests.engine.fixtures import engine_test
from tests.recipes import CASES

pytestmark = engine_test

RECIPE = CASES / "c-program-container-id-in-backquotes-runtime-from-scratch" / "before"


class Recording:
    """A folder in which commands are recorded on the engine; `lines` are the commands of the last trace."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine, self.folder, self.trace = engine, folder, folder / "trace.jsonl"
        self.environment = {**os.environ, **engine.environment()}

    def command(self, *command: str) -> list[str]:
        return [sys.executable, "-m", "converter", "record", "--output", str(self.trace), "--", *command]

    def run(self, text: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """A shell command line, with `given` on its standard input."""
        return subprocess.run(
            self.command("sh", "-c", text), cwd=self.folder, env=self.environment, input=given, capture_output=True, check=False
        )  # fmt: skip

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.trace.read_text().splitlines()[1:]]


@pytest.fixture
def recording(engine: Engine, tmp_path: Path) -> Recording:
    return Recording(engine, tmp_path)


def test_the_exit_status_is_the_commands_own(recording: Recording) -> None:
    assert recording.run("docker run --rm alpine sh -c 'exit 7'").returncode == 7
    assert recording.lines[-1]["status"] == 7
    assert recording.run("docker inspect missing-image || exit 5").returncode == 5


def test_input_and_both_outputs_pass_byte_for_byte(recording: Recording) -> None:
    data = bytes(range(256)) * 1000
    done = recording.run("docker run --rm -i alpine sh -c 'cat; echo told >&2'", data)
    assert done.stdout == data
    assert b"told\n" in done.stderr


def test_a_redirected_output_is_noted_with_its_file(recording: Recording) -> None:
    recording.run("docker run --rm alpine echo artifact > out.txt")
    assert (recording.folder / "out.txt").read_text() == "artifact\n"
    assert recording.lines[0]["output"] == "out.txt"


def test_ids_of_images_and_containers_are_those_of_the_engine(recording: Recording) -> None:
    (recording.folder / "Dockerfile").write_text("FROM alpine\nRUN echo one > /one\n")
    done = recording.run(
        "set -e; docker build -t recorded . >/dev/null; id=$(docker create recorded); echo $id; docker cp $id:/one one;"
        " docker rm $id >/dev/null; docker run -d --name recorded-2 recorded true >/dev/null; docker rm -f recorded-2"
    )
    assert done.returncode == 0, done.stderr
    image = recording.engine.docker("image", "inspect", "--format", "{{.Id}}", "recorded").strip()
    assert recording.lines[0]["images"][0][:12] == image.removeprefix("sha256:")[:12]
    assert recording.lines[1]["containers"] == [done.stdout.decode().split()[0]]
    assert [change["path"] for change in recording.lines[2]["after"]] == ["one"]
    assert len(recording.lines[4]["containers"][0]) == 64
    recording.engine.docker("rmi", "--force", "recorded")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_reaches_the_engine_and_the_trace_says_how_it_ended(
    recording: Recording, number: signal.Signals
) -> None:
    script = "docker run --rm alpine sh -c 'trap \"exit 3\" TERM INT; echo ready; while :; do sleep 0.1; done'"
    process = subprocess.Popen(
        recording.command("sh", "-c", f"{script} & wait $!" if number == signal.SIGTERM else script),
        cwd=recording.folder, env=recording.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    os.killpg(process.pid, number)
    process.stdout.read()
    process.wait(60)
    assert recording.lines[-1]["status"] == 3


def test_a_terminal_stays_one(recording: Recording) -> None:
    main, other = pty.openpty()
    command = recording.command(
        "docker", "run", "--rm", "-it", "alpine", "sh", "-c", "test -t 0 && test -t 1 && echo terminal"
    )
    process = subprocess.Popen(
        command, cwd=recording.folder, env=recording.environment, stdin=other, stdout=other, stderr=other
    )
    os.close(other)
    said = b""
    try:
        while block := os.read(main, 4096):
            said += block
    except OSError:
        pass  # the other side is closed
    assert process.wait(60) == 0, said
    assert b"terminal" in said


@pytest.mark.parametrize("name", ["podman", "nerdctl"])
def test_other_names_are_passed_to_the_program_of_that_name(recording: Recording, name: str, tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    docker = shutil.which("docker", path=recording.environment["PATH"])
    assert docker is not None
    (programs / name).symlink_to(docker)
    recording.environment["PATH"] = f"{programs}:{recording.environment['PATH']}"
    assert recording.run(f"{name} run --rm alpine echo hello").stdout == b"hello\n"
    assert (recording.lines[0]["program"], recording.lines[0]["argv"][0]) == (name, "run")


def test_a_recipe_that_was_recorded_converts_as_it_reads(recording: Recording) -> None:
    recording.engine.add("gcc:9")
    root = recording.folder / "recipe"
    shutil.copytree(RECIPE, root)
    before = CliRunner().invoke(make_app(), ["convert", str(root), "--format", "json"])
    copy = recording.folder / "copy"
    shutil.copytree(RECIPE, copy)
    script = json.loads(before.stdout)["recipes"][0]["driver"]
    done = subprocess.run(
        recording.command("sh", script), cwd=copy, env=recording.environment, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    after = CliRunner().invoke(make_app(), ["convert", str(root), "--format", "json", "--trace", str(recording.trace)])
    assert json.loads(after.stdout)["recipes"][0]["files"] == json.loads(before.stdout)["recipes"][0]["files"]
