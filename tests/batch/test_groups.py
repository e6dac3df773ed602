from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from converter.batch.changes import Change
from converter.batch.groups import Member, group, independent, may_use, settle
from converter.batch.roots import survey
from converter.batch.run import Batch, Settings, plan, write
from converter.batch.task import Finished
from converter.machine.host import StartingFiles
from converter.result import FileChange, Recipe, Status
from tests.batch.trees import RECIPE, git, make, repository, snapshot

BUILDER = RECIPE["Dockerfile.build"]
RUNTIME = RECIPE["Dockerfile"]


def script(builder: str, runtime: str, tag: str = "app", middle: str = "") -> bytes:
    return (
        f"#!/bin/sh\nset -e\ndocker build -t {tag}:build -f {builder} .\ndocker create --name x-{tag} {tag}:build\n"
        f"docker cp x-{tag}:/src/app ./app\n{middle}docker rm -f x-{tag}\ndocker build -t {tag}:latest -f {runtime} .\nrm app\n"
    ).encode()


def silent(what: str, done: int, total: int) -> None:
    """Nobody looks."""


def planned(folder: Path) -> Batch:
    return plan(survey([str(folder)]), Settings(1, 60), None, silent)


def statuses(batch: Batch) -> dict[str, str]:
    return {entry.member.driver: entry.member.recipe.status for entry in batch.entries}


def messages(batch: Batch, driver: str) -> list[str]:
    (entry,) = [entry for entry in batch.entries if entry.member.driver == driver]
    return [f"{found.code} {found.message}" for found in entry.member.recipe.diagnostics]


def files_of(batch: Batch, driver: str) -> dict[str, str]:
    (entry,) = [entry for entry in batch.entries if entry.member.driver == driver]
    return {file.path: file.action for file in entry.member.recipe.files}


def test_two_scripts_with_one_builder_file_take_it_along_together(tmp_path: Path) -> None:
    make(
        tmp_path,
        {
            "Dockerfile.build": BUILDER,
            "Dockerfile.a": RUNTIME,
            "Dockerfile.b": RUNTIME.replace(b"3.18", b"3.17"),
            "a.sh": script("Dockerfile.build", "Dockerfile.a", "a"),
            "b.sh": script("Dockerfile.build", "Dockerfile.b", "b"),
        },
    )
    batch = planned(tmp_path)
    assert statuses(batch) == {"a.sh": "converted", "b.sh": "converted"}
    assert batch.groups == ((0, 1),)
    assert files_of(batch, "a.sh") == {"Dockerfile.a": "write", "a.sh": "write", "Dockerfile.build": "delete"}
    assert files_of(batch, "b.sh") == {"Dockerfile.b": "write", "b.sh": "write", "Dockerfile.build": "delete"}
    write(batch, None, silent)
    assert sorted(snapshot(tmp_path)) == ["Dockerfile.a", "Dockerfile.b", "a.sh", "b.sh"]
    assert b"golang:1.13" in (tmp_path / "Dockerfile.a").read_bytes()
    assert b"golang:1.13" in (tmp_path / "Dockerfile.b").read_bytes()


def test_two_scripts_that_make_different_files_of_one_are_both_refused(tmp_path: Path) -> None:
    make(
        tmp_path,
        {
            "Dockerfile.fast": BUILDER,
            "Dockerfile.small": BUILDER.replace(b"go build", b"go build -ldflags=-s"),
            "Dockerfile": RUNTIME,
            "fast.sh": script("Dockerfile.fast", "Dockerfile", "fast"),
            "small.sh": script("Dockerfile.small", "Dockerfile", "small"),
        },
    )
    before = snapshot(tmp_path)
    batch = planned(tmp_path)
    assert statuses(batch) == {"fast.sh": "refused", "small.sh": "refused"}
    assert any(found.startswith("STG109 small.sh shares Dockerfile ") for found in messages(batch, "fast.sh"))
    assert any(found.startswith("STG109 fast.sh shares Dockerfile ") for found in messages(batch, "small.sh"))
    write(batch, None, silent)
    assert snapshot(tmp_path) == before


def test_two_scripts_that_make_the_same_of_one_file_are_written_once(tmp_path: Path) -> None:
    make(
        tmp_path,
        {
            "Dockerfile.build": BUILDER,
            "Dockerfile": RUNTIME,
            "a.sh": script("Dockerfile.build", "Dockerfile", "app"),
            "b.sh": script("Dockerfile.build", "Dockerfile", "app"),
        },
    )
    batch = write(planned(tmp_path), None, silent)
    assert statuses(batch) == {"a.sh": "converted", "b.sh": "converted"}
    assert sorted(snapshot(tmp_path)) == ["Dockerfile", "a.sh", "b.sh"]


@pytest.mark.parametrize(
    "other",
    [
        script("Dockerfile.build", "Dockerfile", "app", "strip app\n"),
        b"#!/bin/zsh\n" + script("Dockerfile.build", "Dockerfile", "app"),
        script("Dockerfile.build", "Dockerfile", "app") + b"if (\n",
    ],
    ids=["a step in between", "another language", "a syntax error"],
)
def test_a_recipe_that_shares_a_file_with_a_refused_one_waits_for_it(tmp_path: Path, other: bytes) -> None:
    tree = {"Dockerfile.build": BUILDER, "Dockerfile": RUNTIME, "a.sh": script("Dockerfile.build", "Dockerfile")}
    make(tmp_path, {**tree, "b.sh": other})
    before = snapshot(tmp_path)
    batch = write(planned(tmp_path), None, silent)
    assert statuses(batch) == {"a.sh": "refused", "b.sh": "refused"}
    assert [found for found in messages(batch, "a.sh") if found.startswith("STG110")] != []
    assert "b.sh" in messages(batch, "a.sh")[-1]
    assert snapshot(tmp_path) == before


def test_a_refused_recipe_elsewhere_keeps_nobody_from_anything(tmp_path: Path) -> None:
    make(tmp_path, {f"good/{name}": data for name, data in RECIPE.items()})
    make(tmp_path, {f"bad/{name}": data for name, data in RECIPE.items()})
    (tmp_path / "bad" / "build.sh").write_bytes(script("Dockerfile.build", "Dockerfile", "app", "strip app\n"))
    assert statuses(planned(tmp_path)) == {"bad/build.sh": "refused", "good/build.sh": "converted"}


def test_a_file_that_another_recipe_still_needs_is_kept() -> None:
    goes = member(
        "a.sh",
        sources=("Shared", "A"),
        files=(FileChange("A", "write", "new"), FileChange("Shared", "delete", None)),
    )
    goes = replace(
        goes, finished=replace(goes.finished, changes=(Change("A", b"", b"new"), Change("Shared", b"", None)))
    )
    needs = member("b.sh", sources=("Shared", "B"), files=(FileChange("B", "write", "new"),))
    needs = replace(needs, finished=replace(needs.finished, changes=(Change("B", b"", b"new"),)))
    for members in ([goes, needs], [needs, goes]):
        settled = {each.driver: each for each in settle(members)}
        assert [each.recipe.status for each in settled.values()] == ["converted", "converted"]
        assert list(settled["a.sh"].changes()) == ["A"]
        assert [file.path for file in settled["a.sh"].recipe.files] == ["A"]
        (found,) = settled["a.sh"].recipe.diagnostics
        assert (found.code, found.message) == ("STG604", "b.sh still needs Shared, so that file is kept")
        assert settled["b.sh"] == needs


def test_a_recipe_read_from_a_file_that_another_one_changes_is_refused_with_it() -> None:
    changes = member("a.sh", scripts=("lib.sh",), files=(FileChange("lib.sh", "write", "new"),))
    changes = replace(changes, finished=replace(changes.finished, changes=(Change("lib.sh", b"", b"new"),)))
    reads = member("b.sh", scripts=("lib.sh",), files=(FileChange("B", "write", "new"),))
    reads = replace(reads, finished=replace(reads.finished, changes=(Change("B", b"", b"new"),)))
    settled = settle([changes, reads])
    assert [each.recipe.status for each in settled] == ["refused", "refused"]
    assert [each.recipe.diagnostics[0].code for each in settled] == ["STG109", "STG109"]
    assert [each.changes() for each in settled] == [{}, {}]


def test_a_script_that_a_recipe_calls_is_part_of_it(tmp_path: Path) -> None:
    make(tmp_path, {**RECIPE, "all.sh": b"#!/bin/sh\nset -e\n. ./build.sh\ndocker push app:latest\n"})
    assert statuses(planned(tmp_path)) == {"all.sh": "converted"}


def test_recipes_of_a_submodule_and_of_its_repository_are_told_apart(tmp_path: Path) -> None:
    inner = repository(tmp_path / "inner", RECIPE)
    outer = repository(tmp_path / "outer", RECIPE)
    git(outer, "-c", "protocol.file.allow=always", "submodule", "add", str(inner), "lib")
    batch = write(planned(outer), None, silent)
    assert statuses(batch) == {"build.sh": "converted", "lib/build.sh": "converted"}
    assert not (outer / "lib" / "Dockerfile.build").exists()


def member(driver: str, status: Status = "converted", **parts: Any) -> Member:
    return Member("", Finished(Recipe(driver, (driver, *parts.pop("scripts", ())), status, **parts)))


def test_scripts_that_call_each_other_are_one_recipe() -> None:
    members = [
        member("a.sh", scripts=("b.sh",)),
        member("b.sh", scripts=("a.sh",)),
        member("c.sh", scripts=("a.sh", "b.sh")),
    ]
    assert [each.driver for each in independent(members[:2])] == ["a.sh"]
    assert [each.driver for each in independent(members)] == ["c.sh"]


def test_recipes_are_grouped_by_the_files_that_they_have() -> None:
    members = [
        member("a.sh", sources=("D1", "D2")),
        member("b.sh", sources=("D3",)),
        member("c.sh", "not-the-pattern", sources=("D2",)),
        member("d.sh", sources=("D4", "D2")),
        member("e.sh", sources=("D4",)),
    ]
    assert group(members) == [[0, 3, 4], [1], [2]]


FILES = ("Dockerfile", "a/Dockerfile", "a/build.sh", "a/Dockerfile.x", "b/Dockerfile", "b/Dockerfile.x", "c/run.sh")


@pytest.mark.parametrize(
    ("driver", "text", "path", "may"),
    [
        ("a/build.sh", "docker build .", "a/Dockerfile", True),
        ("a/build.sh", "docker build .", "b/Dockerfile", False),
        ("a/build.sh", "docker build .", "Dockerfile", False),
        ("c/run.sh", "docker build .", "Dockerfile", True),
        ("c/run.sh", "docker build ../b", "b/Dockerfile", True),
        ("c/run.sh", "docker build b/", "b/Dockerfile", True),
        ("a/build.sh", "docker build -f Dockerfile.x .", "a/Dockerfile.x", True),
        ("a/build.sh", "docker build -f Dockerfile.x .", "b/Dockerfile.x", False),
        ("a/build.sh", "docker build -f ../b/Dockerfile.x .", "b/Dockerfile.x", True),
        ("a/build.sh", "docker build .", "a/Dockerfile.x", False),
    ],
)
def test_what_a_refused_script_may_build_is_taken_from_its_text(driver: str, text: str, path: str, may: bool) -> None:
    refused = Member("", Finished(Recipe(driver, (driver,), "refused")), text, StartingFiles(FILES))
    assert may_use(refused, path) is may


def test_the_prefix_of_a_tree_tells_equal_names_apart() -> None:
    tree: Mapping[str, Any] = {"sources": ("Dockerfile",)}
    one = Member("x/", Finished(Recipe("a.sh", ("a.sh",), "converted", **tree)))
    other = Member("y/", Finished(Recipe("a.sh", ("a.sh",), "converted", **tree)))
    assert group([one, other]) == [[0], [1]]
