"""`--ask-engine` and `--pin` without an engine; see `test_asking_engine.py` for what one tells."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.running import SAMPLE
from tests.cli.test_main import process


@pytest.mark.parametrize("flag", ["--ask-engine", "--pin"])
@pytest.mark.parametrize("command", ["convert", "batch", "review"])
def test_without_an_engine_the_call_is_wrong(tmp_path: Path, command: str, flag: str) -> None:
    shutil.copytree(SAMPLE, tmp_path / "app")
    done = process(command, str(tmp_path / "app"), flag, DOCKER_HOST=f"unix://{tmp_path}/nobody")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"no container engine answers" in done.stderr
