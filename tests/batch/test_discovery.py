from __future__ import annotations

import os
from pathlib import Path

import pytest

from converter.batch.discovery import candidates, find_root, is_dockerfile_name, read_tree, untracked
from converter.batch.problems import Problem
from converter.batch.reading import OutsideError, read_text
from converter.source import SourceError
from tests.batch.trees import RECIPE, git, make, repository

BUILDS = b"docker build .\n"


def test_a_folder_outside_git_is_all_its_files_but_those_of_tools(tmp_path: Path) -> None:
    make(tmp_path, {"a": b"", "b/c": b"", "node_modules/x": b"", ".venv/x": b"", "__pycache__/x": b"", ".hidden": b""})
    root, driver = find_root(str(tmp_path))
    assert driver is None
    assert read_tree(root) == {"a", "b/c", ".hidden"}


def test_in_git_only_tracked_files_count_so_that_leftovers_do_not(tmp_path: Path) -> None:
    repository(tmp_path, {**RECIPE, "sub/x y\n": b"", "gone": b""})
    (tmp_path / "gone").unlink()
    (tmp_path / "app").write_bytes(b"left over")
    root, _ = find_root(str(tmp_path))
    assert read_tree(root) == {*RECIPE, "sub/x y\n"}
    assert untracked(root, read_tree(root)) == {"app"}


def test_a_subfolder_of_a_work_tree_is_a_root_of_its_own(tmp_path: Path) -> None:
    repository(tmp_path, {"sub/a": b"", "sub/b/c": b"", "other": b""})
    (tmp_path / "sub" / "left-over").touch()
    root, _ = find_root(str(tmp_path / "sub"))
    assert read_tree(root) == {"a", "b/c"}
    assert root.in_subfolder


def test_where_git_tracks_nothing_yet_what_it_does_not_ignore_counts(tmp_path: Path) -> None:
    make(tmp_path, {"a": b"", "b": b"", ".gitignore": b"b\n"})
    git(tmp_path, "init")
    assert read_tree(find_root(str(tmp_path))[0]) == {"a", ".gitignore"}


def test_an_ignored_folder_that_is_named_is_read_all_the_same(tmp_path: Path) -> None:
    repository(tmp_path, {".gitignore": b"out\n"})
    make(tmp_path, {"out/a": b""})
    assert read_tree(find_root(str(tmp_path / "out"))[0]) == {"a"}


def test_files_of_a_submodule_belong_to_the_tree(tmp_path: Path) -> None:
    inner = repository(tmp_path / "inner", {"x/y": b""})
    outer = repository(tmp_path / "outer", {"a": b""})
    git(outer, "-c", "protocol.file.allow=always", "submodule", "add", str(inner), "lib")
    assert {"a", "lib/x/y"} <= read_tree(find_root(str(outer))[0])


def test_reading_a_tree_runs_nothing_that_the_repository_configures(tmp_path: Path) -> None:
    repository(tmp_path, {"a": b""})
    git(tmp_path, "config", "core.fsmonitor", f"touch {tmp_path}/ran; false")
    assert read_tree(find_root(str(tmp_path))[0]) == {"a"}
    assert not (tmp_path / "ran").exists()


def test_without_a_git_program_all_files_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository(tmp_path, {"a": b""})
    (tmp_path / "b").touch()
    monkeypatch.setenv("PATH", "/nowhere")
    assert read_tree(find_root(str(tmp_path))[0]) == {"a", "b"}


def test_links_are_listed_and_never_followed(tmp_path: Path) -> None:
    make(tmp_path / "outside", {"secret": b"x", "build.sh": BUILDS})
    inside = make(tmp_path / "inside", {"real": b"x"})
    (inside / "folder").symlink_to("../outside")
    (inside / "loop").symlink_to(".")
    (inside / "build.sh").symlink_to("../outside/build.sh")
    root, _ = find_root(str(inside))
    paths = read_tree(root)
    assert paths == {"real", "folder", "loop", "build.sh"}
    assert candidates(root, paths) == []


def test_a_driver_has_the_top_of_its_repository_as_root(tmp_path: Path) -> None:
    repository(tmp_path, {"ci/build.sh": BUILDS})
    root, driver = find_root(str(tmp_path / "ci" / "build.sh"))
    assert (root.folder, driver) == (os.path.realpath(tmp_path), "ci/build.sh")


def test_a_driver_outside_git_has_its_folder_as_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, {"ci/build.sh": BUILDS})
    monkeypatch.chdir(tmp_path / "ci")
    root, driver = find_root("build.sh")
    assert (root.folder, driver) == (os.path.realpath(tmp_path / "ci"), "build.sh")


@pytest.mark.parametrize("path", ["missing", "missing/build.sh", "file/x", "nul\0"])
def test_a_path_that_does_not_exist_is_a_problem(tmp_path: Path, path: str) -> None:
    make(tmp_path, {"file": b""})
    with pytest.raises(Problem):
        find_root(str(tmp_path / path))


@pytest.mark.parametrize(
    ("name", "data", "mode", "is_candidate"),
    [
        ("build.sh", BUILDS, 0o644, True),
        ("build.bash", BUILDS, 0o644, True),
        ("BUILD.SH", BUILDS, 0o644, True),
        ("build.zsh", BUILDS, 0o644, True),
        ("build", b"#!/bin/sh\n" + BUILDS, 0o644, True),
        ("build", b"#! /usr/bin/env bash\n" + BUILDS, 0o644, True),
        ("build", b"#!/usr/bin/env -S LANG=C dash -e\n" + BUILDS, 0o644, True),
        ("build", b"#!/usr/bin/fish\n" + BUILDS, 0o644, True),
        ("build", b"#!/usr/bin/python3\n" + BUILDS, 0o755, False),
        ("build", BUILDS, 0o755, True),
        ("build", BUILDS, 0o644, False),
        ("build", b"\0" + BUILDS, 0o755, False),
        ("run.in", b"#!/bin/sh\n" + BUILDS, 0o755, True),
        ("README.md", BUILDS, 0o644, False),
        ("build.sh", b"podman build .\n", 0o644, True),
        ("build.sh", b"buildah bud # to build\n", 0o644, True),
        ("build.sh", b"make build\n", 0o644, False),
        ("build.sh", b"docker run x\n", 0o644, False),
        ("build.sh", b"", 0o644, False),
        ("build.sh", BUILDS + b"#" * (1 << 20), 0o644, False),
        ("Dockerfile", BUILDS, 0o755, False),
        ("Dockerfile.build", BUILDS, 0o755, False),
        ("dockerfile-build.sh", BUILDS, 0o644, True),
    ],
)
def test_a_driver_is_a_shell_script_that_speaks_of_building(
    tmp_path: Path, name: str, data: bytes, mode: int, is_candidate: bool
) -> None:
    make(tmp_path, {name: data})
    (tmp_path / name).chmod(mode)
    root, _ = find_root(str(tmp_path))
    assert candidates(root, read_tree(root)) == ([name] if is_candidate else [])


def test_the_script_nearest_to_the_root_comes_first(tmp_path: Path) -> None:
    make(tmp_path, {"a/b.sh": BUILDS, "z.sh": BUILDS, "a/a.sh": BUILDS})
    root, _ = find_root(str(tmp_path))
    assert candidates(root, read_tree(root)) == ["z.sh", "a/a.sh", "a/b.sh"]


@pytest.mark.parametrize(
    ("tree", "found"),
    [
        ({"all.sh": b"./ci/build.sh\n", "ci/build.sh": BUILDS, "x.sh": b"true\n"}, ["all.sh", "ci/build.sh"]),
        ({"a.sh": b"sh b.sh\n", "b.sh": b"sh c.sh\n", "c.sh": BUILDS}, ["a.sh", "b.sh", "c.sh"]),
        ({"a.sh": b"sh rebuild.sh\n", "build.sh": BUILDS}, ["build.sh"]),
        ({"a.sh": b"make image\n", "Makefile": b"image:\n\t" + BUILDS}, ["Makefile", "a.sh"]),
        ({"a.sh": b"cmake ..\n", "Makefile": b"image:\n\t" + BUILDS}, ["Makefile"]),
        ({".travis.yml": b"script: ./build.sh\n", "build.sh": BUILDS}, [".travis.yml", "build.sh"]),
        ({"a.sh": b"make image\n", "build.sh": BUILDS}, ["build.sh"]),
    ],
)
def test_what_calls_a_driver_is_one_too(tmp_path: Path, tree: dict[str, bytes], found: list[str]) -> None:
    make(tmp_path, tree)
    root, _ = find_root(str(tmp_path))
    assert candidates(root, read_tree(root)) == found


@pytest.mark.parametrize("name", ["Dockerfile", "Dockerfile.x", "dockerfile", "app.dockerfile", "Containerfile"])
def test_names_of_dockerfiles_are_known(name: str) -> None:
    assert is_dockerfile_name(name)


def test_a_text_keeps_every_byte(tmp_path: Path) -> None:
    make(tmp_path, {"a": b"\xef\xbb\xbfa\r\nb\rc"})
    assert read_text(find_root(str(tmp_path))[0], "a").text == "\ufeffa\r\nb\rc"


@pytest.mark.parametrize(
    ("data", "line", "column", "reason"),
    [(b"a\nb\xff", 2, 2, "not UTF-8"), (b"a\0", 1, 2, "binary"), (b"x" * (1 << 20) + b"x", 1, 1, "1,048,577 bytes")],
)
def test_what_is_no_text_says_where(tmp_path: Path, data: bytes, line: int, column: int, reason: str) -> None:
    make(tmp_path, {"a": data})
    with pytest.raises(SourceError, match=reason) as found:
        read_text(find_root(str(tmp_path))[0], "a")
    assert (found.value.line, found.value.column) == (line, column)


def test_a_huge_file_is_not_read_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open(tmp_path / "Dockerfile", "wb") as file:
        file.truncate(50 << 20)
    monkeypatch.setattr("builtins.open", lambda *_: pytest.fail("opened"))
    with pytest.raises(SourceError, match="52,428,800 bytes"):
        read_text(find_root(str(tmp_path))[0], "Dockerfile")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "Dockerfile")
    with pytest.raises(SourceError, match="no regular file"):
        read_text(find_root(str(tmp_path))[0], "Dockerfile")


@pytest.mark.parametrize("path", ["../outside", "link", "folder/x", "/etc/passwd", "a/../../outside"])
def test_nothing_outside_the_root_is_read(tmp_path: Path, path: str) -> None:
    make(tmp_path, {"outside": b"secret", "in/a/b": b"", "other/x": b"secret"})
    (tmp_path / "in" / "link").symlink_to("../outside")
    (tmp_path / "in" / "folder").symlink_to("../other")
    with pytest.raises(OutsideError, match="leads out of the root"):
        read_text(find_root(str(tmp_path / "in"))[0], path)


def test_a_link_inside_the_root_is_read(tmp_path: Path) -> None:
    make(tmp_path, {"docker/Dockerfile": b"FROM x\n"})
    (tmp_path / "Dockerfile").symlink_to("docker/Dockerfile")
    assert read_text(find_root(str(tmp_path))[0], "Dockerfile").text == "FROM x\n"


def test_a_makefile_that_includes_one_which_builds_is_a_candidate(tmp_path: Path) -> None:
    make(tmp_path, {"Makefile": b"include common.mk\n", "common.mk": b"all:\n\tdocker build .\n", "x.mk": b"a:\n"})
    root, _ = find_root(str(tmp_path))
    assert candidates(root, read_tree(root)) == ["Makefile", "common.mk"]
