from __future__ import annotations

import os
from pathlib import Path

import pytest

from converter.batch.problems import Problem, UsageProblem
from converter.batch.roots import survey
from tests.batch.trees import RECIPE, git, make, repository


def found(*roots: Path) -> dict[str, tuple[str, ...]]:
    """The drivers of each tree, by the tree's prefix."""
    return {place.prefix: place.drivers for place in survey([str(root) for root in roots]).places if place.drivers}


def test_each_repository_is_a_tree_and_the_rest_belongs_to_the_root(tmp_path: Path) -> None:
    make(tmp_path, {f"plain/{name}": data for name, data in RECIPE.items()})
    repository(tmp_path / "clones" / "one", RECIPE)
    repository(tmp_path / "clones" / "two", {f"sub/{name}": data for name, data in RECIPE.items()})
    assert found(tmp_path) == {"": ("plain/build.sh",), "clones/one/": ("build.sh",), "clones/two/": ("sub/build.sh",)}


def test_a_clone_inside_a_repository_is_found_although_git_does_not_track_it(tmp_path: Path) -> None:
    repository(tmp_path, {**RECIPE, ".gitignore": b"vendor\n"})
    repository(tmp_path / "vendor" / "lib", RECIPE)
    assert found(tmp_path) == {"": ("build.sh",), "vendor/lib/": ("build.sh",)}


def test_a_work_tree_whose_git_folder_lies_elsewhere_is_a_repository(tmp_path: Path) -> None:
    main = repository(tmp_path / "main", RECIPE)
    git(main, "worktree", "add", "../other", "-b", "other")
    assert found(tmp_path) == {"main/": ("build.sh",), "other/": ("build.sh",)}


def test_leftovers_in_a_repository_are_no_part_of_it(tmp_path: Path) -> None:
    repository(tmp_path / "one", RECIPE)
    make(tmp_path / "one", {"old/build.sh": RECIPE["build.sh"]})
    assert found(tmp_path) == {"one/": ("build.sh",)}


def test_roots_that_overlap_are_taken_once(tmp_path: Path) -> None:
    make(tmp_path, {f"a/b/{name}": data for name, data in RECIPE.items()})
    (tmp_path / "link").symlink_to("a")
    expected = found(tmp_path)
    assert found(tmp_path, tmp_path / "a", tmp_path / "a" / "b", tmp_path, tmp_path / "link") == expected


def test_several_roots_have_the_folder_above_them_as_base(tmp_path: Path) -> None:
    for name in ("x/one", "x/two"):
        make(tmp_path / name, RECIPE)
    seen = survey([str(tmp_path / "x" / "two"), str(tmp_path / "x" / "one")])
    assert seen.base.folder == os.path.realpath(tmp_path / "x")
    assert [place.prefix for place in seen.places] == ["one/", "two/"]


def test_links_are_never_followed(tmp_path: Path) -> None:
    make(tmp_path / "outside", RECIPE)
    make(tmp_path / "in", {"a": b""})
    (tmp_path / "in" / "folder").symlink_to("../outside")
    (tmp_path / "in" / "loop").symlink_to(".")
    (tmp_path / "in" / "build.sh").symlink_to("../outside/build.sh")
    assert found(tmp_path / "in") == {}


def test_a_folder_that_cannot_be_listed_is_named_and_the_rest_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, {f"a/{name}": data for name, data in RECIPE.items()})
    make(tmp_path, {"locked/x": b""})
    real = os.scandir

    def scandir(path: str) -> object:
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    seen = survey([str(tmp_path)])
    assert [(entry.path, entry.reason) for entry in seen.unreadable] == [("locked", "permission denied")]
    assert [place.drivers for place in seen.places] == [("a/build.sh",)]


def test_a_root_has_to_be_a_folder(tmp_path: Path) -> None:
    make(tmp_path, RECIPE)
    with pytest.raises(UsageProblem, match="is a file"):
        survey([str(tmp_path / "build.sh")])
    with pytest.raises(Problem, match="no such file"):
        survey([str(tmp_path / "missing")])


def test_files_that_are_left_out_are_no_part_of_a_tree(tmp_path: Path) -> None:
    make(tmp_path, RECIPE)
    seen = survey([str(tmp_path)], [os.path.realpath(tmp_path / "Dockerfile")])
    assert seen.places[0].paths == set(RECIPE) - {"Dockerfile"}
