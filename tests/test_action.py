from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.main import get_command

from converter.cli.app import make_app
from tests.batch.trees import RECIPE, git, make, repository
from tests.cli.running import PROJECT

ACTION: dict[str, Any] = msgspec.yaml.decode((PROJECT / "action.yml").read_bytes())
REVIEW = next(step for step in ACTION["runs"]["steps"] if step.get("id") == "review")
EXPRESSION = re.compile(r"\$\{\{ *(.+?) *\}\}")


def evaluated(text: str, context: Mapping[str, str]) -> str:
    """An expression of the runner: names of the context, and `||` for the first that is not empty."""

    def value(expression: re.Match[str]) -> str:
        return next(filter(None, (context.get(name.strip(), "") for name in expression[1].split("||"))), "")

    return EXPRESSION.sub(value, text)


class Job:
    """A job on a runner that has done the first step: stageify is the one of the tests."""

    def __init__(self, folder: Path, workspace: Path, event: Mapping[str, str]) -> None:
        self.workspace = workspace
        self.event = {f"github.event.{name}": value for name, value in event.items()}
        self.temporary = folder / "runner's temp"
        self.summary = folder / "summary"
        self.output = folder / "output"
        program = self.temporary / "stageify" / "bin" / "stageify"
        program.parent.mkdir(parents=True)
        program.write_text(f'#!/bin/sh\nPYTHONPATH={PROJECT} exec {sys.executable} -m converter "$@"\n')
        program.chmod(0o755)

    def run(self, **given: str) -> subprocess.CompletedProcess[str]:
        """Runs the step as the runner's `shell: bash` does, with these inputs."""
        inputs = {
            f"inputs.{name}": given.get(name.replace("-", "_"), evaluated(declared["default"], self.event))
            for name, declared in ACTION["inputs"].items()
        }
        environment = {
            **os.environ,
            **{name: evaluated(value, inputs) for name, value in REVIEW["env"].items()},
            "RUNNER_TEMP": str(self.temporary),
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "GITHUB_OUTPUT": str(self.output),
        }
        script = self.temporary / "step.sh"
        script.write_text(REVIEW["run"])
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
            cwd=self.workspace,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """A pull request that adds a recipe to a repository that has one."""
    folder = repository(tmp_path / "work space", {f"old/{path}": data for path, data in RECIPE.items()})
    base = subprocess.run(["git", "rev-parse", "HEAD"], cwd=folder, check=True, capture_output=True, text=True)
    make(folder, {f"new/{path}": data for path, data in RECIPE.items()})
    git(folder, "add", "-A")
    git(folder, "commit", "-m", "second")
    return Job(tmp_path, folder, {"pull_request.base.sha": base.stdout.strip()})


def test_the_metadata_is_valid() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-actions", "action.yml"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_a_pull_request_gets_an_annotation_for_what_it_adds(job: Job) -> None:
    done = job.run()
    assert done.returncode == 1
    assert [line.split(",")[0] for line in done.stdout.splitlines() if line.startswith("::warning")] == [
        "::warning file=new/build.sh"
    ]
    assert job.output.read_text() == "status=1\n"
    assert job.summary.read_text().startswith("## stageify: 1 finding\n")


def test_without_a_base_it_is_the_whole_tree(job: Job) -> None:
    assert job.run(base="").stdout.count("::warning ") == 2
    job.event.clear()
    assert job.run().stdout.count("::warning ") == 2


def test_a_report_goes_into_a_file_and_the_level_decides(job: Job) -> None:
    done = job.run(format="sarif", output="stageify.sarif", fail_level="error", summary="false")
    assert done.returncode == 0
    assert len(json.loads((job.workspace / "stageify.sarif").read_bytes())["runs"][0]["results"]) == 1
    assert job.output.read_text() == "status=0\n"
    assert not job.summary.exists()


def test_a_base_that_the_checkout_does_not_hold_fails_with_the_fetch_to_do(job: Job) -> None:
    done = job.run(base="0" * 40)
    assert done.returncode == 2
    assert f"`git fetch origin {'0' * 40}`" in done.stderr
    assert job.output.read_text() == "status=2\n"


def test_inputs_are_words_and_never_code(job: Job) -> None:
    evil = '"; touch ran; $(touch ran)'
    for name in ("path", "base", "format", "output", "fail_level", "image_facts"):
        assert job.run(**{name: evil}).returncode in (1, 2)
    assert list(job.workspace.glob("*ran*")) in ([], [job.workspace / evil])
    assert not (job.workspace / "ran").exists()


def test_every_input_is_documented_and_reaches_the_command() -> None:
    used = set(re.findall(r"inputs\.([\w-]+)", json.dumps(ACTION["runs"])))
    assert used == set(ACTION["inputs"])
    assert all(declared["description"] for declared in ACTION["inputs"].values())
    flags = {name for name in ACTION["inputs"] if name not in ("path", "summary", "python")}
    command = get_command(make_app()).commands["review"]  # type: ignore[attr-defined]
    assert {f"--{name}" for name in flags} <= {option for found in command.params for option in found.opts}
