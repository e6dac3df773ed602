"""`stageify verify` with the flags that say what form the result has: both versions are built and compared."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.cli.running import PROJECT
from tests.engine.engine import Engine
from tests.engine.fixtures import engine_test
from tests.recipes import CASES

pytestmark = engine_test


@pytest.mark.parametrize(
    ("case", "flag", "images", "status"),
    [
        ("host-steps-moved-into-the-stage", "--move-host-steps", "the same image", 0),
        ("tool-caches-become-cache-mounts", "--cache-mounts", "the same image", 0),
        # what did not convert is proved to be as it was
        ("one-of-two-images-converts", "--partial", "the same 3 images", 4),
    ],
)
def test_the_result_is_proved_in_each_form(
    engine: Engine, tmp_path: Path, case: str, flag: str, images: str, status: int
) -> None:
    engine.add("golang:1.13", "alpine:3.10", "maven:3-jdk-8", "tomcat:8-jre8")
    shutil.copytree(CASES / case / "before", tmp_path / "recipe")
    command = [sys.executable, "-m", "converter", "verify", flag, str(tmp_path / "recipe")]
    done = engine.run(command, env={"PYTHONPATH": str(PROJECT)}, check=False)
    assert (done.exit_status, done.output.splitlines()[-1]) == (status, f"equal: the new version builds {images}")
