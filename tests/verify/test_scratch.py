"""Scratch copies of a tree."""

from __future__ import annotations

import subprocess
from pathlib import Path

from converter.result import FileChange
from converter.verify.scratch import Checkout, make_copy
from tests.batch.trees import git, make, repository


def test_modes_links_and_nothing_but_the_tree_are_copied(tmp_path: Path) -> None:
    source = filled(tmp_path / "source", {"build.sh": b"#!/bin/sh\n", "src/main.c": b"int x;\n", "leftover": b"x"})
    (source / "build.sh").chmod(0o755)
    (source / "link").symlink_to("src/main.c")
    (tmp_path / "work").mkdir()
    root = make_copy(Checkout(str(source), None, frozenset({"build.sh", "src/main.c", "link"})), tmp_path / "work")
    assert sorted(path.relative_to(root).as_posix() for path in root.rglob("*")) == [
        "build.sh",
        "link",
        "src",
        "src/main.c",
    ]
    assert (root / "build.sh").stat().st_mode & 0o777 == 0o755
    assert (root / "link").readlink() == Path("src/main.c")


def test_changes_are_made_in_the_copy_and_keep_the_mode(tmp_path: Path) -> None:
    source = filled(tmp_path / "source", {"build.sh": b"old\n", "Dockerfile.build": b"FROM a\n"})
    (source / "build.sh").chmod(0o755)
    (tmp_path / "work").mkdir()
    root = make_copy(
        Checkout(str(source), None, frozenset({"build.sh", "Dockerfile.build"})),
        tmp_path / "work",
        (FileChange("build.sh", "write", "new\r\n"), FileChange("Dockerfile.build", "delete", None)),
    )
    assert (root / "build.sh").read_bytes() == b"new\r\n"
    assert (root / "build.sh").stat().st_mode & 0o777 == 0o755
    assert not (root / "Dockerfile.build").exists()
    assert (source / "build.sh").read_text() == "old\n"


def test_git_says_the_same_in_the_copy_with_and_without_changes(tmp_path: Path) -> None:
    top = repository(
        new(tmp_path / "top"), {"app/build.sh": b"old\n", "app/Dockerfile.build": b"FROM a\n", "other": b"x\n"}
    )
    git(top, "tag", "v1.2")
    checkout = Checkout(str(top / "app"), str(top), frozenset({"build.sh", "Dockerfile.build"}))
    changes = (FileChange("build.sh", "write", "new\n"), FileChange("Dockerfile.build", "delete", None))
    for number, made in enumerate(((), changes)):
        work = tmp_path / str(number)
        work.mkdir()
        root = make_copy(checkout, work, made)
        assert root.name == "app"
        assert asked(root, "describe", "--tags", "--dirty") == "v1.2"
        assert asked(root, "status", "--porcelain") == ""
        assert asked(root, "rev-parse", "HEAD") == asked(top, "rev-parse", "HEAD")


def test_a_push_from_the_copy_arrives_nowhere(tmp_path: Path) -> None:
    top = repository(new(tmp_path / "top"), {"build.sh": b"old\n"})
    git(top, "remote", "add", "origin", "https://git.example.com/app.git")
    (tmp_path / "work").mkdir()
    root = make_copy(Checkout(str(top), str(top), frozenset({"build.sh"})), tmp_path / "work")
    assert asked(root, "config", "--get", "remote.origin.url") == "https://git.example.com/app.git"
    asked(root, "tag", "v9")
    asked(root, "push", "--quiet", "origin", "v9")
    assert asked(top, "tag", "--list") == ""


def filled(folder: Path, tree: dict[str, bytes]) -> Path:
    """A new folder with the files."""
    return make(new(folder), tree)


def new(folder: Path) -> Path:
    """A new folder."""
    folder.mkdir()
    return folder


def asked(folder: Path, *arguments: str) -> str:
    """What git prints."""
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()
