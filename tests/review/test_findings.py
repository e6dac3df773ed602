from __future__ import annotations

import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

from converter.batch.discovery import Root
from converter.batch.recipes import Outcome, convert_driver
from converter.review import tree
from converter.review.findings import worst
from converter.review.touched import Touched
from tests.batch.trees import RECIPE, Tree, git, make, snapshot
from tests.cli.running import stageify
from tests.review.support import BLOCKED, CP, below, review

SEVERAL: Tree = {name: data for folder in ("a", "b c", "größe") for name, data in below(folder, RECIPE).items()}


def test_a_recipe_is_one_finding_that_says_what_is_there_and_what_to_do(tmp_path: Path) -> None:
    (finding,) = review(tmp_path, RECIPE)
    assert (finding.code, finding.severity) == ("STG701", "warning")
    assert finding.message == (
        "build.sh takes /src/app out of the image of Dockerfile.build to build Dockerfile: "
        "one multi-stage Dockerfile can do the same"
    )
    assert finding.suggestion == (
        "`stageify convert --script build.sh --write` changes Dockerfile and build.sh, and deletes Dockerfile.build"
    )
    assert {change.path for change in finding.changes} == {"Dockerfile", "Dockerfile.build", "build.sh"}


def test_several_artifacts_and_an_image_that_no_dockerfile_here_makes_are_told(tmp_path: Path) -> None:
    more = b"docker cp extract:/src/conf ./conf\ndocker build -t app:latest"
    script = RECIPE["build.sh"].replace(b"docker rm -f extract\ndocker build -t app:latest", more)
    runtime = RECIPE["Dockerfile"].replace(b"COPY app .\n", b"COPY app .\nCOPY conf .\n")
    (finding,) = review(tmp_path / "1", {**RECIPE, "build.sh": script, "Dockerfile": runtime})
    assert "takes 2 artifacts out of the image of Dockerfile.build to build" in finding.message
    pulled = (
        RECIPE["build.sh"]
        .replace(b"docker build -t app:build -f Dockerfile.build .\n", b"")
        .replace(b"app:build", b"golang:1.13")
    )
    (finding,) = review(tmp_path / "2", {**RECIPE, "build.sh": pulled})
    assert "takes /src/app out of another image to build Dockerfile" in finding.message


@pytest.mark.parametrize("how", [["git", "apply"], ["patch", "-p1", "-s"], []], ids=["git", "patch", "the command"])
def test_each_way_to_take_a_finding_ends_in_what_convert_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: list[str]
) -> None:
    found = review(tmp_path / "reviewed", SEVERAL)
    assert len(found) == 3
    for finding in found:
        driver = finding.recipe.driver
        wanted = make(tmp_path / "wanted" / driver, SEVERAL)
        assert stageify(monkeypatch, "convert", "--write", wanted, "--script", driver).status == 0
        here = make(tmp_path / "here" / driver, SEVERAL)
        if how:
            subprocess.run(how, cwd=here, input=finding.patch.encode(), check=True)
        else:
            monkeypatch.chdir(here)
            assert finding.command is not None
            assert stageify(monkeypatch, *shlex.split(finding.command)[1:]).status == 0
        assert snapshot(here) == snapshot(wanted)


def test_in_a_subfolder_of_a_repository_the_patch_is_relative_to_the_root_of_the_review(tmp_path: Path) -> None:
    git(tmp_path, "init")
    (finding,) = review(tmp_path / "sub", RECIPE)
    subprocess.run(["git", "apply"], cwd=tmp_path / "sub", input=finding.patch.encode(), check=True)
    assert not (tmp_path / "sub" / "Dockerfile.build").exists()


def test_a_refused_recipe_is_a_note_with_its_own_code(tmp_path: Path) -> None:
    (finding,) = review(tmp_path, BLOCKED)
    assert (finding.code, finding.severity, finding.location.line) == ("STG501", "note", 6)
    assert finding.message.startswith("build.sh holds the builder pattern and cannot become one")
    assert (finding.command, finding.changes, finding.patch) == (None, (), "")
    assert review(tmp_path, BLOCKED, refused="none") == ()
    assert worst(review(tmp_path, BLOCKED, refused="error")) == "error"


MULTI_STAGE: Tree = {
    "Dockerfile": b"FROM golang:1.13 AS b\nFROM alpine\nCOPY --from=b /x /x\n",
    "build.sh": b"docker build -t app .\n",
}
OTHER: Tree = {"Dockerfile": b"FROM alpine\n", "build.sh": b"docker build -t app .\ndocker push app\n"}
DELIVERED: Tree = {
    "Dockerfile": b"FROM golang:1.13\n",
    "build.sh": b"docker build -t app .\ndocker create --name c app\ndocker cp c:/x ./x\n",
}


@pytest.mark.parametrize("tree", [MULTI_STAGE, OTHER, DELIVERED, {"a": b""}, {}])
def test_what_is_multi_stage_or_no_builder_pattern_is_no_finding(tmp_path: Path, tree: Tree) -> None:
    assert review(tmp_path, tree) == ()
    assert worst(()) == "none"


@pytest.mark.parametrize(
    ("path", "count"),
    [("build.sh", 1), ("Dockerfile", 1), ("Dockerfile.build", 1), (".dockerignore", 1), ("main.go", 0), ("other", 0)],
)
def test_a_change_to_a_file_of_the_recipe_reports_it_and_another_one_does_not(
    tmp_path: Path, path: str, count: int
) -> None:
    tree = {**RECIPE, ".dockerignore": b"app\n", "README.md": b"Dockerfile.build\n"}
    assert len(review(tmp_path, tree, Touched(frozenset({path})))) == count
    assert len(review(tmp_path, tree, only=frozenset({path}))) == count


@pytest.mark.parametrize("path", ["build.sh", "Dockerfile", "Dockerfile.build"])
def test_a_change_to_a_file_of_a_refused_recipe_reports_it(tmp_path: Path, path: str) -> None:
    assert len(review(tmp_path, BLOCKED, Touched(frozenset({path})))) == 1


def test_a_change_to_one_recipe_of_several_reports_that_one(tmp_path: Path) -> None:
    (finding,) = review(tmp_path, SEVERAL, Touched(frozenset({"b c/Dockerfile", "a/main.go"})))
    assert finding.recipe.driver == "b c/build.sh"


def test_a_script_that_another_one_calls_is_part_of_that_finding(tmp_path: Path) -> None:
    tree = {**RECIPE, "all.sh": b"#!/bin/sh\n. ./build.sh\n"}
    found = review(
        tmp_path,
        {**tree, "all.sh": b"#!/bin/sh\n. ./build.sh\ndocker build -t other other\n", "other/Dockerfile": b"FROM a\n"},
    )
    assert [finding.recipe.driver for finding in found] == ["all.sh"]


SECOND = (
    RECIPE["build.sh"].replace(b"app:latest .", b"other:latest -f Dockerfile.other .").replace(b"extract", b"second")
)
SHARING: Tree = {**RECIPE, "second.sh": SECOND, "Dockerfile.other": RECIPE["Dockerfile"]}
"""Two scripts that build the same builder Dockerfile, and each an image of its own."""


def test_recipes_that_share_a_file_are_one_finding_whose_patch_is_what_batch_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (finding,) = review(tmp_path / "here", SHARING)
    assert finding.message.endswith("; second.sh shares files with it and can do so too")
    assert finding.suggestion.startswith("the patch changes ")
    assert finding.command is None
    subprocess.run(["git", "apply"], cwd=tmp_path / "here", input=finding.patch.encode(), check=True)
    wanted = make(tmp_path / "wanted", SHARING)
    assert stageify(monkeypatch, "batch", "--write", wanted).status == 0
    assert snapshot(tmp_path / "here") == snapshot(wanted)
    assert not (wanted / "Dockerfile.build").exists()


def test_of_recipes_that_share_files_the_one_that_a_change_touches_is_shown(tmp_path: Path) -> None:
    touched = Touched(frozenset({"second.sh"}), {"second.sh": frozenset({CP})})
    (finding,) = review(tmp_path, SHARING, touched)
    assert (finding.location.file, finding.location.line) == ("second.sh", CP)
    assert finding.message.startswith("second.sh takes /src/app")
    assert finding.fingerprint == review(tmp_path, SHARING)[0].fingerprint


def test_a_recipe_that_waits_for_a_refused_one_is_told_with_that_ones_reason(tmp_path: Path) -> None:
    tree = {**SHARING, "second.sh": SECOND.replace(b"docker rm", b"strip app\ndocker rm")}
    (finding,) = review(tmp_path, tree)
    assert (finding.code, finding.severity) == ("STG501", "note")
    assert (finding.location.file, finding.location.line) == ("second.sh", CP + 1)
    assert {recipe.driver for recipe in finding.group.recipes} == {"build.sh", "second.sh"}


def test_processes_and_this_process_come_to_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = [(finding.fingerprint, finding.patch) for finding in review(tmp_path, SEVERAL)]
    monkeypatch.setattr(tree, "FEW", 0)
    assert [(finding.fingerprint, finding.patch) for finding in review(tmp_path, SEVERAL)] == here


def test_an_internal_error_concerns_its_recipe_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def convert(root: Root, paths: frozenset[str], driver: str, *more: Any) -> Outcome:
        if driver.startswith("a/"):
            raise IndexError("list index out of range")
        return convert_driver(root, paths, driver, *more)

    monkeypatch.setattr("converter.batch.task.convert_driver", convert)
    found = review(tmp_path, SEVERAL)
    assert [(finding.recipe.driver, finding.code, finding.severity) for finding in found] == [
        ("a/build.sh", "STG901", "note"),
        ("b c/build.sh", "STG701", "warning"),
        ("größe/build.sh", "STG701", "warning"),
    ]


def test_a_fingerprint_stays_while_lines_move_and_is_unique(tmp_path: Path) -> None:
    before = {finding.recipe.driver: finding.fingerprint for finding in review(tmp_path / "1", SEVERAL)}
    moved = {
        name: b"#!/bin/sh\n# a comment\n\n" + data if name.endswith("build.sh") else data
        for name, data in SEVERAL.items()
    }
    after = {finding.recipe.driver: finding.fingerprint for finding in review(tmp_path / "2", moved)}
    assert before == after
    assert len(set(before.values())) == 3


def test_a_file_in_the_way_of_the_change_is_said_with_the_finding(tmp_path: Path) -> None:
    (tmp_path / "outside").write_bytes(RECIPE["Dockerfile"])
    make(tmp_path / "root", {name: data for name, data in RECIPE.items() if name != "Dockerfile"})
    (tmp_path / "root" / "Dockerfile").symlink_to("../outside")
    (finding,) = review(tmp_path / "root", {})
    assert finding.severity == "note"
    assert finding.patch == ""
