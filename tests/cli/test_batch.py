from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from converter.cli.schema import BATCH_SCHEMA
from tests.batch.trees import RECIPE, git, make, repository, snapshot
from tests.cli.running import SAMPLE, Done, stageify

REFUSED = {**RECIPE, "build.sh": RECIPE["build.sh"].replace(b"docker rm", b"strip app\ndocker rm")}
OTHER = {"test.sh": b"#!/bin/sh\ndocker build -t app .\n"}


def below(folder: str, tree: Any) -> dict[str, bytes]:
    return {f"{folder}/{name}": data for name, data in tree.items()}


def parsed(done: Done) -> Any:
    data = json.loads(done.out)
    jsonschema.validate(data, BATCH_SCHEMA)
    return data


def test_the_schema_is_itself_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    done = stageify(monkeypatch, "batch", "--json-schema")
    assert json.loads(done.out) == BATCH_SCHEMA
    jsonschema.Draft202012Validator.check_schema(BATCH_SCHEMA)


def test_the_summary_has_a_line_for_each_recipe_and_the_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, {**below("a", RECIPE), **below("b", REFUSED), **below("c", OTHER)})
    old = snapshot(tmp_path)
    done = stageify(monkeypatch, "batch", tmp_path)
    lines = done.out.decode().splitlines()
    assert done.status == 4
    assert lines[0] == "a/build.sh converts  Dockerfile, build.sh, delete Dockerfile.build"
    assert lines[1] == "b/build.sh refused"
    assert lines[2].startswith("    STG501 b/build.sh:6:1: ")
    assert "2 recipes: 1 converts, 1 is refused (9 files looked at, 1 script without the pattern)" in lines
    assert snapshot(tmp_path) == old


@pytest.mark.parametrize(
    ("flag", "tree", "status"),
    [
        ("--check", RECIPE, 1),
        ("--diff", RECIPE, 1),
        ("--verbose", RECIPE, 0),
        ("--write", RECIPE, 0),
        ("--check", OTHER, 0),
        ("--diff", {}, 0),
        ("--check", REFUSED, 4),
        ("--write", REFUSED, 4),
    ],
)
def test_the_exit_status_is_that_of_the_contract(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flag: str, tree: Any, status: int
) -> None:
    assert stageify(monkeypatch, "batch", flag, make(tmp_path, tree)).status == status


def test_writing_gives_what_convert_gives_and_a_second_run_finds_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    shutil.copytree(SAMPLE, one / "x")
    shutil.copytree(SAMPLE, other)
    assert stageify(monkeypatch, "convert", "--write", other).status == 0
    assert stageify(monkeypatch, "batch", "--write", one).status == 0
    assert snapshot(one / "x") == snapshot(other)
    again = stageify(monkeypatch, "batch", "--check", one)
    assert again.status == 0
    assert b"1 recipe: 1 is multi-stage already" in again.out


def test_a_refused_recipe_stays_as_it_is_and_the_others_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, {**below("a", RECIPE), **below("b", REFUSED)})
    refused = snapshot(tmp_path / "b")
    assert stageify(monkeypatch, "batch", "--write", tmp_path).status == 4
    assert snapshot(tmp_path / "b") == refused
    assert not (tmp_path / "a" / "Dockerfile.build").exists()


def test_the_diff_of_several_trees_applies_from_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("patched", "written"):
        make(tmp_path / folder, below("plain", RECIPE))
        repository(tmp_path / folder / "clone", RECIPE)
    done = stageify(monkeypatch, "batch", "--diff", tmp_path / "patched")
    assert stageify(monkeypatch, "batch", "--write", tmp_path / "written").status == 0
    subprocess.run(["patch", "-p1", "-s"], cwd=tmp_path / "patched", input=done.out, check=True)
    shutil.rmtree(tmp_path / "patched" / "clone" / ".git")
    shutil.rmtree(tmp_path / "written" / "clone" / ".git")
    assert snapshot(tmp_path / "patched") == snapshot(tmp_path / "written")


def test_json_has_the_recipes_of_convert_and_a_summary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, {**below("a", RECIPE), **below("b", REFUSED)})
    data = parsed(stageify(monkeypatch, "batch", "--format", "json", tmp_path))
    alone = json.loads(stageify(monkeypatch, "convert", "--format", "json", tmp_path, "--script", "a/build.sh").out)
    assert data["recipes"][0] == alone["recipes"][0]
    assert data["summary"]["recipes"] == 2
    assert data["summary"]["statuses"] == {
        "converted": 1, "partial": 0, "refused": 1, "already-multi-stage": 0, "not-the-pattern": 0,
    }  # fmt: skip
    assert data["summary"]["diagnostics"] == {"STG501": 1}
    assert data["summary"]["unreadable"] == []


def test_paths_in_the_json_of_a_clone_are_relative_to_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository(tmp_path / "clones" / "one", RECIPE)
    (recipe,) = parsed(stageify(monkeypatch, "batch", "--format", "json", tmp_path))["recipes"]
    assert recipe["driver"] == "clones/one/build.sh"
    assert {file["path"] for file in recipe["files"]} == {
        "clones/one/Dockerfile", "clones/one/build.sh", "clones/one/Dockerfile.build",
    }  # fmt: skip
    assert {entry["file"] for entry in recipe["ledger"]} == {file["path"] for file in recipe["files"]}
    assert recipe["copies"][0]["location"]["file"] == "clones/one/build.sh"
    assert recipe["copies"][0]["host"] == "clones/one/app"


def test_with_several_roots_paths_are_relative_to_the_folder_that_holds_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, {**below("x/a", RECIPE), **below("y/b", RECIPE), **below("z/c", RECIPE)})
    done = stageify(monkeypatch, "batch", tmp_path / "x", tmp_path / "y", tmp_path / "x" / "a", tmp_path / "y")
    assert [line.split()[0] for line in done.out.decode().splitlines() if " converts  " in line] == [
        "x/a/build.sh",
        "y/b/build.sh",
    ]


def test_a_report_is_markdown_or_the_json_output_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "in", {**below("a", RECIPE), **below("b", REFUSED)})
    stageify(monkeypatch, "batch", tmp_path / "in", "--report", tmp_path / "report.md")
    text = (tmp_path / "report.md").read_text()
    assert "- `a/build.sh`: `a/Dockerfile`, `a/build.sh`, deletes `a/Dockerfile.build`" in text
    assert "- `b/build.sh`\n  - STG501 `b/build.sh:6:1`: " in text
    assert "| converted | 1 |" in text
    done = stageify(monkeypatch, "batch", tmp_path / "in", "--report", tmp_path / "report.json", "--format", "json")
    assert (tmp_path / "report.json").read_bytes() == done.out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "report.json", "report.md"]


def test_the_files_of_the_batch_itself_are_no_part_of_the_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, RECIPE)
    words = ("batch", "--format", "json", tmp_path, "--report", tmp_path / "r.json", "--journal", tmp_path / "j.jsonl")
    first = stageify(monkeypatch, *words)
    assert stageify(monkeypatch, *words).out == first.out
    assert parsed(first)["recipes"][0]["diagnostics"] == []


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("missing",),
        (".", "--report", "report.txt"),
        (".", "--jobs", "0"),
        (".", "--jobs", "two"),
        (".", "--timeout", "-1"),
        (".", "--timeout", "0"),
        (".", "--diff", "--write"),
        (".", "--format", "xml"),
        ("build.sh",),
        (".", "--env", "1=2"),
    ],
)
def test_a_wrong_call_is_status_2_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(make(tmp_path, RECIPE))
    old = snapshot(tmp_path)
    done = stageify(monkeypatch, "batch", *words)
    assert (done.status, done.out) == (2, b"")
    assert done.err
    assert snapshot(tmp_path) == old


def test_options_that_hold_for_no_recipe_end_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, {**below("in", RECIPE), "facts.toml": b"nonsense"})
    done = stageify(monkeypatch, "batch", tmp_path / "in", "--image-facts", tmp_path / "facts.toml")
    assert done.status == 2
    assert "facts.toml" in done.err


def test_a_folder_that_takes_no_part_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, below("a", RECIPE))
    make(tmp_path / "b", {**RECIPE, ".stageify-transaction.json": b"nonsense"})
    git(tmp_path / "b", "init")
    done = stageify(monkeypatch, "batch", "--format", "json", tmp_path)
    assert done.status == 0
    assert [recipe["driver"] for recipe in parsed(done)["recipes"]] == ["a/build.sh"]
    assert [entry["path"] for entry in parsed(done)["summary"]["unreadable"]] == ["b"]
    assert "b takes no part" in done.err


def test_a_bar_is_shown_on_a_terminal_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    make(tmp_path, RECIPE)
    assert "converting" in stageify(monkeypatch, "batch", tmp_path, terminal=True).err
    assert stageify(monkeypatch, "batch", tmp_path).err == ""
