from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from converter.batch.discovery import find_root
from converter.batch.problems import Problem
from converter.review.history import changed_since
from converter.review.touched import Touched
from tests.batch.trees import git, make, repository


def touched(folder: Path, base: str) -> Touched:
    root, _ = find_root(str(folder))
    return changed_since(root, base)


def commit(folder: Path, name: str, data: bytes) -> None:
    make(folder, {name: data})
    git(folder, "add", "-A")
    git(folder, "commit", "-m", name)


def branched(folder: Path) -> Path:
    """A branch that added `topic`, while main went on with `later`."""
    repository(folder, {"first": b"1\n", "app/x": b"1\n"})
    git(folder, "switch", "-c", "topic")
    commit(folder, "topic", b"1\n2\n")
    git(folder, "switch", "main")
    commit(folder, "later", b"1\n")
    git(folder, "switch", "topic")
    return folder


def test_only_what_the_branch_did_counts(tmp_path: Path) -> None:
    assert touched(branched(tmp_path), "main") == Touched(frozenset({"topic"}), {"topic": frozenset({1, 2})})


def test_what_is_staged_or_only_in_the_working_tree_counts_too(tmp_path: Path) -> None:
    branched(tmp_path)
    make(tmp_path, {"first": b"0\n1\n", "staged": b"1\n"})
    git(tmp_path, "add", "staged")
    assert touched(tmp_path, "main").lines == {
        "topic": frozenset({1, 2}), "first": frozenset({1}), "staged": frozenset({1}),
    }  # fmt: skip
    assert touched(tmp_path, "HEAD").files == {"first", "staged"}


def test_a_renamed_file_is_touched_under_both_names(tmp_path: Path) -> None:
    branched(tmp_path)
    git(tmp_path, "mv", "app/x", "y")
    assert touched(tmp_path, "HEAD").files == {"app/x", "y"}


def test_names_count_from_the_root_and_what_lies_outside_is_none(tmp_path: Path) -> None:
    make(branched(tmp_path), {"app/x": b"2\n"})
    assert touched(tmp_path / "app", "main").lines == {"x": frozenset({1})}


@pytest.mark.parametrize(
    "setting",
    [
        "diff.noprefix=true", "diff.mnemonicPrefix=true", "diff.renames=false", "color.ui=always", "diff.external=false",
        "diff.submodule=log", "diff.context=9", "diff.interHunkContext=9", "core.quotePath=false", "diff.relative=true",
    ],
)  # fmt: skip
def test_no_setting_of_a_repository_changes_the_answer(tmp_path: Path, setting: str) -> None:
    branched(tmp_path)
    git(tmp_path, "mv", "app/x", "größe")
    git(tmp_path, "config", *setting.split("="))
    found = touched(tmp_path, "main")
    assert found == Touched(frozenset({"topic", "app/x", "größe"}), {"topic": frozenset({1, 2})})


def test_a_setting_that_runs_something_runs_nothing(tmp_path: Path) -> None:
    branched(tmp_path)
    trap = tmp_path / ".git" / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\ncat\n")
    trap.chmod(0o755)
    for name in ("core.fsmonitor", "diff.external", "diff.t.command", "diff.t.textconv"):
        git(tmp_path, "config", name, str(trap))
    make(tmp_path, {".gitattributes": b"* diff=t\n", "first": b"2\n"})
    assert touched(tmp_path, "main").lines["first"] == {1}
    assert not (tmp_path / "ran").exists()


def test_the_index_is_not_written(tmp_path: Path) -> None:
    branched(tmp_path)
    os.utime(tmp_path / "first", (1, 1))
    index = tmp_path / ".git" / "index"
    before = index.read_bytes()
    touched(tmp_path, "main")
    assert index.read_bytes() == before


def shallow(origin: Path, folder: Path, *options: str) -> Path:
    command = ["git", "clone", "--quiet", "--depth=1", *options, origin.as_uri(), str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    return folder


def test_in_a_shallow_clone_the_fetch_to_do_is_named_and_helps(tmp_path: Path) -> None:
    clone = shallow(branched(tmp_path / "origin"), tmp_path / "clone")
    with pytest.raises(Problem, match="--base origin/main: this clone holds no such commit") as problem:
        touched(clone, "origin/main")
    words = str(problem.value.help).split("`")[1].split()
    assert words == ["git", "fetch", "--unshallow", "origin", "+main:refs/remotes/origin/main"]
    git(clone, *words[1:])
    assert touched(clone, "origin/main").files == {"topic"}


def test_a_clone_that_holds_both_ends_and_not_the_way_between_says_so(tmp_path: Path) -> None:
    clone = shallow(branched(tmp_path / "origin"), tmp_path / "clone", "--no-single-branch")
    with pytest.raises(Problem, match="this clone is shallow and does not reach back to it") as problem:
        touched(clone, "origin/main")
    git(clone, *str(problem.value.help).split("`")[1].split()[1:])
    assert touched(clone, "origin/main").files == {"topic"}


@pytest.mark.parametrize(
    ("base", "command"),
    [
        ("main", "git fetch origin +main:refs/remotes/origin/main"),
        ("refs/heads/a/b", "git fetch origin +a/b:refs/remotes/origin/a/b"),
        ("0123abcd", "git fetch origin 0123abcd"),
    ],
)
def test_a_base_that_is_not_there_is_a_problem(tmp_path: Path, base: str, command: str) -> None:
    git(repository(tmp_path, {"a": b""}), "branch", "-m", "trunk")
    with pytest.raises(Problem, match="no such commit") as problem:
        touched(tmp_path, base)
    assert f"`{command}`" in str(problem.value.help)


def test_a_base_that_looks_like_a_flag_is_no_flag(tmp_path: Path) -> None:
    repository(tmp_path, {"a": b""})
    with pytest.raises(Problem, match="no such commit"):
        touched(tmp_path, "--output=x")


def test_histories_without_a_common_commit_are_a_problem(tmp_path: Path) -> None:
    repository(tmp_path, {"a": b""})
    git(tmp_path, "checkout", "--orphan", "other")
    git(tmp_path, "commit", "-m", "x")
    with pytest.raises(Problem, match="have no commit in common"):
        touched(tmp_path, "main")


def test_outside_a_repository_and_before_the_first_commit_it_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="lies in none"):
        touched(tmp_path, "main")
    git(tmp_path, "init")
    with pytest.raises(Problem, match="no such commit"):
        touched(tmp_path, "HEAD")
