"""Whole recipes: each folder of `cases/` is one, with the tree before and the tree that an expert would make of it.

`case.toml` may say another `status`, further `args`, and for a refusal the `file` and `line` that stand in the way.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import tomli
from typer.testing import CliRunner

from converter.cli.app import make_app
from tests.recipes import CASES, SAMPLES, read_texts

NAMES = sorted(path.name for path in CASES.iterdir() if path.is_dir())
EXIT = {"converted": 0, "partial": 4, "refused": 4, "not-the-pattern": 3, "already-multi-stage": 3}


def settings(name: str) -> dict[str, Any]:
    """What `case.toml` says, with its defaults."""
    path = CASES / name / "case.toml"
    found = tomli.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return {"status": "converted", "args": [], **found}


def run(root: Path, args: list[str], *flags: str) -> tuple[int, str]:
    """`stageify convert ROOT FLAGS ARGS`: the exit status and standard output."""
    result = CliRunner().invoke(make_app(), ["convert", str(root), *flags, *args])
    return result.exit_code, result.stdout


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_becomes_what_an_expert_would_write(name: str, tmp_path: Path) -> None:
    case = settings(name)
    root = tmp_path / "recipe"
    shutil.copytree(CASES / name / "before", root)
    before = read_texts(root)

    status, output = run(root, case["args"], "--format", "json")
    recipe = json.loads(output)["recipes"][0]
    assert (recipe["status"], status) == (case["status"], EXIT[case["status"]])
    if case["status"] == "refused":
        errors = [found for found in recipe["diagnostics"] if found["severity"] == "error"]
        assert [(found["location"]["file"], found["location"]["line"]) for found in errors] == [
            (case["file"], case["line"])
        ]

    status, _ = run(root, case["args"], "--write")
    assert status == EXIT[case["status"]]
    if case["status"] in ("converted", "partial"):
        assert read_texts(root) == read_texts(CASES / name / "after")
        assert _modes(root) == _modes(CASES / name / "after")
    else:
        assert read_texts(root) == before


@pytest.mark.parametrize("name", [name for name in NAMES if settings(name)["status"] in ("converted", "partial")])
def test_every_line_of_a_recipe_has_a_fate(name: str) -> None:
    case = settings(name)
    _, output = run(CASES / name / "before", case["args"], "--format", "json")
    recipe = json.loads(output)["recipes"][0]
    before = read_texts(CASES / name / "before")
    covered: dict[str, set[int]] = {}
    for entry in recipe["ledger"]:
        covered.setdefault(entry["file"], set()).update(range(entry["line"], entry["end_line"] + 1))
    taking_part = {*recipe["scripts"], *(image["dockerfile"] for image in recipe["images"])}
    taking_part |= {stage["from"] for stage in recipe["stages"] if stage["from"] is not None}
    assert taking_part <= set(covered)
    # a Dockerfile that the script wrote was no file before
    for path in taking_part & before.keys():
        assert set(range(1, len(before[path].splitlines()) + 1)) <= covered[path], path


@pytest.mark.parametrize("name", [name for name in NAMES if settings(name)["status"] == "converted"])
def test_a_converted_recipe_is_not_converted_again(name: str) -> None:
    status, _ = run(CASES / name / "after", [], "--format", "json")
    assert status == 3


def test_the_second_sample_is_what_the_first_one_becomes(tmp_path: Path) -> None:
    root = tmp_path / "sample"
    shutil.copytree(SAMPLES / "without-multi-stage", root)
    status, _ = run(root, [], "--write")
    assert status == 0
    assert read_texts(root) == read_texts(SAMPLES / "with-multi-stage")
    assert _modes(root) == _modes(SAMPLES / "with-multi-stage")


def _modes(root: Path) -> dict[str, bool]:
    """Which files are executable."""
    return {
        path.relative_to(root).as_posix(): bool(path.stat().st_mode & 0o100)
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }
