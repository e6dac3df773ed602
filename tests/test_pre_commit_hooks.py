from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.batch.trees import RECIPE, Tree, git, make, repository, snapshot
from tests.cli.running import PROJECT

MANIFEST = PROJECT / ".pre-commit-hooks.yaml"
HOOKS: list[dict[str, Any]] = msgspec.yaml.decode(MANIFEST.read_bytes())
PRE_COMMIT = [sys.executable, "-m", "pre_commit"]


def hooked(folder: Path, tree: Tree) -> Path:
    """A repository with these files staged and both hooks, which run the program that is tested.

    Installing it into an environment of pre-commit's own is all that is left out.
    """
    program = folder / "bin" / "stageify"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nPYTHONPATH={PROJECT} exec {sys.executable} -m converter "$@"\n')
    program.chmod(0o755)
    hooks = [{**hook, "language": "system"} for hook in HOOKS]
    config = json.dumps({"repos": [{"repo": "local", "hooks": hooks}]})
    repo = repository(folder / "repository", {".pre-commit-config.yaml": config.encode(), "README.md": b"x\n"})
    make(repo, tree)
    git(repo, "add", "-A")
    return repo


def run(repo: Path, hook: str, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "PATH": f"{repo.parent / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PRE_COMMIT_HOME": str(repo.parent / "cache"),
    }
    return subprocess.run(
        [*PRE_COMMIT, "run", hook, *words], cwd=repo, env=environment, capture_output=True, text=True, check=False
    )


def test_the_manifest_is_valid() -> None:
    subprocess.run([*PRE_COMMIT, "validate-manifest", str(MANIFEST)], check=True)


def test_the_check_fails_for_a_recipe_that_is_staged_and_prints_its_patch(tmp_path: Path) -> None:
    repo = hooked(tmp_path, RECIPE)
    before = snapshot(repo)
    done = run(repo, "stageify-check")
    assert done.returncode == 1
    assert "warning[STG701]: build.sh takes /src/app" in done.stdout
    subprocess.run(["git", "apply"], cwd=repo, input=done.stdout, text=True, check=True)
    assert snapshot(repo) != before
    assert run(repo, "stageify-check", "--all-files").returncode == 0


def test_the_check_passes_where_no_file_of_a_recipe_is_staged(tmp_path: Path) -> None:
    repo = hooked(tmp_path, RECIPE)
    git(repo, "commit", "-m", "a recipe")
    make(repo, {"other.sh": b"#!/bin/sh\ntrue\n"})
    git(repo, "add", "-A")
    assert run(repo, "stageify-check").returncode == 0
    assert run(repo, "stageify-check", "--all-files").returncode == 1


@pytest.mark.parametrize("name", ["Dockerfile", "Dockerfile.build", "build.sh"])
def test_each_file_of_a_recipe_makes_the_check_look(tmp_path: Path, name: str) -> None:
    repo = hooked(tmp_path, RECIPE)
    git(repo, "commit", "-m", "a recipe")
    make(repo, {name: RECIPE[name] + b"# more\n"})
    git(repo, "add", "-A")
    assert run(repo, "stageify-check").returncode == 1


def test_the_review_prints_and_never_fails(tmp_path: Path) -> None:
    done = run(hooked(tmp_path, RECIPE), "stageify-review")
    assert done.returncode == 0
    assert "warning[STG701]" in done.stdout
