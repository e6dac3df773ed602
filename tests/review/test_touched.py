from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from converter.batch.problems import Problem
from converter.review.touched import Touched, read_diff
from tests.batch.trees import git, make

BEFORE = b"".join(b"line %d\n" % number for number in range(1, 13))
AFTER = BEFORE.replace(b"line 2\n", b"").replace(b"line 5\n", b"a\nb\n").replace(b"line 12\n", b"line 12\nend")
LINES = frozenset({4, 5, 13})
"""The lines of AFTER that BEFORE does not have."""

NAMES = [
    "plain", "sub/folder/file", "a b/x", "x b/y b/z", "größe", 'q"uote', "back\\slash", "tab\there", "line\nend",
    "a/a", "b/b", "-dash", "+++ plus", "  spaces  ", "\x01", "dev/null", "--- x",
]  # fmt: skip


def diff_of(folder: Path, *options: str) -> bytes:
    command = ["git", *options, "diff", "-M", "HEAD"]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True).stdout


@pytest.mark.parametrize("context", ["0", "1", "3", "100"])
@pytest.mark.parametrize("name", NAMES)
def test_the_lines_of_a_change_are_read_from_git_whatever_the_name(tmp_path: Path, name: str, context: str) -> None:
    git(make(tmp_path, {name: BEFORE}), "init")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-m", "first")
    make(tmp_path, {name: AFTER})
    found = read_diff(diff_of(tmp_path, "-c", f"diff.context={context}"))
    assert found == Touched(frozenset({name}), {name: LINES})


@pytest.mark.parametrize("settings", [["diff.noprefix=true"], ["diff.mnemonicPrefix=true"], ["core.quotePath=false"]])
@pytest.mark.parametrize("name", ["app/build.sh", "a/x", "größe"])
def test_a_persons_own_settings_of_git_are_understood(tmp_path: Path, name: str, settings: list[str]) -> None:
    git(make(tmp_path, {name: BEFORE}), "init")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-m", "first")
    make(tmp_path, {name: AFTER})
    options = [word for setting in settings for word in ("-c", setting)]
    assert read_diff(diff_of(tmp_path, *options)) == Touched(frozenset({name}), {name: LINES})


@pytest.mark.parametrize("old", NAMES)
@pytest.mark.parametrize("data", [BEFORE, AFTER], ids=["only renamed", "renamed and changed"])
def test_a_renamed_file_is_touched_under_both_names(tmp_path: Path, old: str, data: bytes) -> None:
    git(make(tmp_path, {old: BEFORE}), "init")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-m", "first")
    (tmp_path / old).unlink()
    make(tmp_path, {"new b/name": data})
    git(tmp_path, "add", "-A")
    found = read_diff(diff_of(tmp_path))
    assert found.files == {old, "new b/name"}
    assert found.lines == ({} if data == BEFORE else {"new b/name": LINES})


def test_what_git_says_of_modes_binaries_empty_and_deleted_files_counts_too(tmp_path: Path) -> None:
    tree = {"gone": b"x\n", "mode b/x": b"x\n", "binary b/x": b"\0a", "empty": b""}
    git(make(tmp_path, tree), "init")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-m", "first")
    (tmp_path / "gone").unlink()
    (tmp_path / "empty").unlink()
    (tmp_path / "mode b/x").chmod(0o755)
    make(tmp_path, {"new empty": b"", "binary b/x": b"\0b"})
    git(tmp_path, "add", "-A")
    found = read_diff(diff_of(tmp_path))
    assert found == Touched(frozenset({"gone", "empty", "mode b/x", "binary b/x", "new empty"}), {})


def test_a_name_that_is_no_utf_8_is_the_one_that_the_file_system_gives() -> None:
    found = read_diff(b'diff --git "a/\\377" "b/\\377"\n--- "a/\\377"\n+++ "b/\\377"\n@@ -1 +1 @@\n-a\n+b\n')
    assert found.files == {"\udcff"}


def test_a_diff_of_diff_u_is_read(tmp_path: Path) -> None:
    make(tmp_path, {"a/x y": BEFORE, "b/x y": AFTER, "b/new": b"1\n2\n"})
    command = ["diff", "-ruN", "a", "b"]
    diff = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True).stdout
    assert read_diff(diff) == Touched(frozenset({"x y", "new"}), {"x y": LINES, "new": frozenset({1, 2})})


def test_lines_of_a_file_that_look_like_a_diff_are_not_taken_for_one() -> None:
    text = (
        b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,3 @@\n"
        b"--- a/other\n+++ b/other\n+@@ -1 +1 @@\n diff --git a/q b/q\n"
    )
    assert read_diff(text) == Touched(frozenset({"x"}), {"x": frozenset({1, 2})})


def test_text_around_a_diff_is_passed_over() -> None:
    mail = b"From: t\nSubject: x\n\n--- not a name\n---\n a | 1 +\n\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -0,0 +1 @@\n+a\n-- \n2.39\n"
    assert read_diff(mail).lines == {"x": frozenset({1})}


def test_a_diff_with_windows_line_ends_is_read() -> None:
    diff = b"diff --git a/x b/x\r\n--- a/x\r\n+++ b/x\r\n@@ -1,2 +1,2 @@\r\n a\r\n-b\r\n+c\r\n"
    assert read_diff(diff) == Touched(frozenset({"x"}), {"x": frozenset({2})})


def test_a_merge_in_gits_combined_form_names_its_files() -> None:
    diff = b"diff --cc app/build.sh\nindex 1,2..3\n--- a/app/build.sh\n+++ b/app/build.sh\n@@@ -1,1 -1,1 +1,1 @@@\n- a\n -b\n++c\n"
    assert read_diff(diff).files == {"app/build.sh"}


def test_names_count_from_a_folder_where_one_is_given() -> None:
    diff = b"diff --git a/app/x b/app/x\n--- a/app/x\n+++ b/app/x\n@@ -0,0 +1 @@\n+a\ndiff --git a/other b/other\nold mode 1\n"
    assert read_diff(diff, "app") == Touched(frozenset({"x", "other"}), {"x": frozenset({1})})


def test_an_empty_diff_touches_nothing() -> None:
    assert read_diff(b"\n") == Touched(frozenset())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"hello\n", "no unified diff"),
        ("diff --git a/x b/x\n".encode("utf-16"), "no unified diff"),
        (b"--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n a\n", "breaks off in the hunk that begins at its line 3"),
        (b"--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n a\n?b\n", "damaged at its line 5"),
        (b"--- a/x\n+++ b/x\n@@ -1,1 +1,2 @@\n a\n-b\n", "damaged at its line 5"),
    ],
)
def test_what_is_no_diff_or_a_damaged_one_is_a_problem(text: bytes, message: str) -> None:
    with pytest.raises(Problem, match=message):
        read_diff(text)


def test_a_folder_that_git_names_for_a_submodule_covers_its_files() -> None:
    touched = read_diff(
        b"diff --git a/sub b/sub\nindex 1..2 160000\n--- a/sub\n+++ b/sub\n@@ -1 +1 @@\n-Subproject commit 1\n+Subproject commit 2\n"
    )
    assert touched.has("sub/build.sh")
    assert not touched.has("subway/build.sh")
