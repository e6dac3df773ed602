from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from converter.batch.changes import Change
from converter.batch.patch import patch
from tests.batch.trees import git, make, snapshot

LINES = b"".join(b"line %d\n" % number for number in range(30))

CASES: dict[str, list[Change]] = {
    "one line in the middle": [Change("a", LINES, LINES.replace(b"line 15\n", b"changed\nand more\n"))],
    "several places": [Change("a", LINES, LINES.replace(b"line 2\n", b"").replace(b"line 25\n", b"x\n"))],
    "windows line ends": [
        Change("a", LINES.replace(b"\n", b"\r\n"), LINES.replace(b"\n", b"\r\n").replace(b"7\r", b"x\r"))
    ],
    "from windows line ends to others": [Change("a", b"a\r\nb\r\n", b"a\nb\n")],
    "a carriage return and a form feed inside a line": [Change("a", b"a\rb\x0cc\nd\n", b"a\rb\x0cc\ne\n")],
    "no final line end before": [Change("a", b"a\nb", b"a\nb\n")],
    "no final line end after": [Change("a", b"a\nb\n", b"a\nc")],
    "no final line end at all": [Change("a", b"a\nb", b"c\nb")],
    "a deleted file": [Change("a", b"a\nb\n", None)],
    "a deleted file without a final line end": [Change("a", b"a", None)],
    "a deleted script": [Change("a.sh", b"#!/bin/sh\n", None, 0o100755)],
    "a new file": [Change("a", None, b"a\nb\n")],
    "a new file in a new folder": [Change("x/y/a", None, b"a\n")],
    "from empty": [Change("a", b"", b"a\n")],
    "to empty": [Change("a", b"a\n", b"")],
    "spaces in names": [Change("my docker file/Docker file", b"a\n", b"b\n"), Change("an other", b"a\n", None)],
    "names in other alphabets": [Change("größe/образ", b"a\n", b"b\n")],
    "quotes and backslashes in names": [Change('a"b\\c', b"a\n", b"b\n"), Change("tab\there", b"a\n", b"b\n")],
    "unicode and a byte order mark": [Change("a", "\ufeffä\n".encode(), "\ufeffö\n".encode())],
    "lines that look like a diff": [Change("a", b"--- a\n+++ b\n@@ -1 +1 @@\n", b"--- a\n+++ c\n@@ -1 +1 @@\n-- x\n")],
    "a script keeps its mode": [Change("a.sh", b"#!/bin/sh\na\n", b"#!/bin/sh\nb\n", 0o100755)],
    "a whole recipe": [
        Change("Dockerfile", b"FROM a\nCOPY x .\n", b"FROM b AS builder\n\nFROM a\nCOPY --from=builder x .\n"),
        Change("Dockerfile.build", b"FROM b\n", None),
        Change("build.sh", b"#!/bin/sh\nb\nc", b"#!/bin/sh\nc", 0o100755),
        Change(".dockerignore", None, b"app"),
    ],
}


def prepared(folder: Path, changes: list[Change]) -> Path:
    present = {change.path: change.before for change in changes if change.before is not None}
    return make(folder, {**present, "untouched": b"x"})


def expected(folder: Path, changes: list[Change]) -> dict[str, tuple[int, bytes]]:
    tree = {name: data for name, (_, data) in snapshot(folder).items()}
    for change in changes:
        tree.pop(change.path, None)
        if change.after is not None:
            tree[change.path] = change.after
    return {name: (0o755 if name.endswith(".sh") else 0o644, data) for name, data in tree.items()}


def run(folder: Path, *command: str, diff: bytes) -> None:
    done = subprocess.run(command, cwd=folder, input=diff, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout


@pytest.mark.parametrize("headers", [True, False], ids=["git headers", "plain headers"])
@pytest.mark.parametrize("command", [("git", "apply"), ("patch", "-p1", "-s")], ids=" ".join)
@pytest.mark.parametrize("name", CASES)
def test_the_diff_makes_the_changes(tmp_path: Path, name: str, command: tuple[str, ...], headers: bool) -> None:
    changes = CASES[name]
    folder = prepared(tmp_path, changes)
    wanted = expected(folder, changes)
    run(folder, *command, diff=patch(changes, headers))
    if name == "to empty" and (command[0] == "patch" and not headers):
        pytest.skip("patch removes a file that becomes empty unless git's headers say otherwise")
    assert snapshot(folder) == wanted


@pytest.mark.parametrize("name", CASES)
def test_in_a_subfolder_of_a_repository_it_is_relative_to_the_subfolder(tmp_path: Path, name: str) -> None:
    changes = CASES[name]
    git(tmp_path, "init")
    folder = prepared(tmp_path / "sub", changes)
    wanted = expected(folder, changes)
    run(folder, "git", "apply", diff=patch(changes, git_headers=False))
    assert snapshot(folder) == wanted


def test_git_takes_the_deletion_of_an_empty_file(tmp_path: Path) -> None:
    folder = prepared(tmp_path, [Change("a", b"", None)])
    run(folder, "git", "apply", diff=patch([Change("a", b"", None)]))
    assert "a" not in snapshot(folder)


def test_a_deleted_link_is_a_link_in_the_diff(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    run(tmp_path, "git", "apply", diff=patch([Change("a", b"b", None, 0o120777)]))
    assert snapshot(tmp_path) == {}


def test_what_does_not_change_is_not_in_the_diff() -> None:
    assert patch([Change("a", b"x", b"x")]) == b""


def test_the_real_mode_of_a_deleted_script_is_told() -> None:
    assert b"deleted file mode 100755\n" in patch([Change("a", b"x", None, 0o100700)])
