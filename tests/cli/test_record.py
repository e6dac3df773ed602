"""`stageify record`: the person's own command runs as it is, and its docker commands are kept."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import stageify


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a script that follows the pattern, in a subfolder of which one stands."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    script = tmp_path / "sub" / "build.sh"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\ncd ..\ndocker build -q -t b . > id\ndocker run --rm b cat /app > app\nexit ${1:-0}\n")
    script.chmod(0o755)
    monkeypatch.chdir(tmp_path / "sub")
    return tmp_path


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_dry_run_keeps_calls_and_changes_and_runs_no_engine(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = stageify(monkeypatch, "record", "--dry-run", "--output", "t.jsonl", "--", "./build.sh")
    assert done.status == 0
    assert done.err == "stageify: 2 docker commands noted in t.jsonl; `stageify convert --trace t.jsonl` takes it\n"
    head, build, run = lines(folder / "sub" / "t.jsonl")
    assert (head["root"], head["dry-run"], head["command"]) == (str(folder), True, ["./build.sh"])
    assert (build["argv"], build["cwd"]) == (["build", "-q", "-t", "b", "."], "")
    assert [change["path"] for change in run["before"]] == ["app", "id"]
    assert (folder / "app").read_text() == "dry run: b:/app\n"


@pytest.mark.parametrize("status", ["0", "3", "130"])
def test_the_exit_status_is_the_commands_own(folder: Path, monkeypatch: pytest.MonkeyPatch, status: str) -> None:
    assert stageify(monkeypatch, "record", "--dry-run", "--", "./build.sh", status).status == int(status)
    assert (folder / "sub" / "stageify-trace.jsonl").exists()


def test_the_real_program_runs_where_there_is_one(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = tmp_path_factory.mktemp("real") / "docker"
    real.write_text('#!/bin/sh\necho "real $1"\n')
    real.chmod(0o755)
    monkeypatch.setenv("PATH", f"{real.parent}:/usr/bin:/bin")
    assert stageify(monkeypatch, "record", "--", "./build.sh").status == 0
    assert (folder / "app").read_text() == "real run\n"
    assert [line["argv"][0] for line in lines(folder / "sub" / "stageify-trace.jsonl")[1:]] == ["build", "run"]


def test_secrets_and_the_environment_stay_out_of_the_trace(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNRELATED", "private-value")
    (folder / "sub" / "build.sh").write_text("#!/bin/sh\ndocker login -u me -p hunter2\n")
    stageify(monkeypatch, "record", "--dry-run", "--", "./build.sh")
    text = (folder / "sub" / "stageify-trace.jsonl").read_text()
    assert "hunter2" not in text
    assert "private-value" not in text


def test_a_command_that_asks_nothing_of_docker_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = stageify(monkeypatch, "record", "--dry-run", "--", "true")
    assert "no docker command was noted" in done.err


@pytest.mark.parametrize(
    "words", [[], ["--"], ["--", "./missing.sh"], ["--output", "missing/t.jsonl", "--", "true"], ["true"]]
)
def test_a_wrong_call_ends_with_status_2(folder: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    assert stageify(monkeypatch, "record", *words).status == 2
    assert os.listdir(folder / "sub") == ["build.sh"]
