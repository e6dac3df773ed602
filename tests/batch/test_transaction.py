from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from converter.batch import transaction
from converter.batch.changes import Change, changes_of
from converter.batch.discovery import find_root
from converter.batch.problems import Problem
from converter.batch.recovery import JOURNAL, recover
from converter.batch.transaction import write_changes, write_into
from converter.result import FileChange
from converter.source import Source
from tests.batch.trees import make, snapshot

BEFORE = {"Dockerfile": b"FROM a\n", "Dockerfile.build": b"FROM b\n", "ci/build.sh": b"#!/bin/sh\nold\n", "other": b"1"}
CHANGES = (
    Change("Dockerfile", b"FROM a\n", b"FROM b AS builder\n\nFROM a\n"),
    Change("ci/build.sh", b"#!/bin/sh\nold\n", b"#!/bin/sh\nnew\n"),
    Change("Dockerfile.build", b"FROM b\n", None),
    Change("new/folder/.dockerignore", None, b"app\n"),
)
OLD = {name: (0o755 if name.endswith(".sh") else 0o644, data) for name, data in BEFORE.items()}
NEW = {
    "Dockerfile": (0o644, b"FROM b AS builder\n\nFROM a\n"),
    "ci/build.sh": (0o755, b"#!/bin/sh\nnew\n"),
    "new/folder/.dockerignore": (0o644, b"app\n"),
    "other": (0o644, b"1"),
}


class Failing:
    """The module `os`, in which the call number `fail_at` of those that touch the disk does something else."""

    TOUCHING = ("open", "write", "fsync", "close", "replace", "unlink", "link", "mkdir", "rmdir", "fchmod", "chown")

    def __init__(self, fail_at: int, fault: Callable[[], None]) -> None:
        self.calls = 0
        self.fail_at = fail_at
        self.fault = fault

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        if name not in self.TOUCHING:
            return real

        def touched(*args: Any, **kwargs: Any) -> Any:
            self.calls += 1
            if self.calls == self.fail_at:
                self.fault()
            return real(*args, **kwargs)

        return touched


def full_disk() -> None:
    raise OSError(28, "No space left on device", "x")


def interrupted() -> None:
    raise KeyboardInterrupt


def count_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    with monkeypatch.context() as patched:
        system = Failing(0, full_disk)
        patched.setattr(transaction, "os", system)
        write_changes(str(make(tmp_path / "count", BEFORE)), CHANGES)
    return system.calls


def test_all_changes_are_made_and_nothing_else_is_left(tmp_path: Path) -> None:
    write_changes(str(make(tmp_path, BEFORE)), CHANGES)
    assert snapshot(tmp_path) == NEW
    assert not (tmp_path / JOURNAL).exists()


@pytest.mark.parametrize("fault", [full_disk, interrupted])
def test_an_error_at_any_step_leaves_the_old_files_or_the_new_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Callable[[], None]
) -> None:
    steps = count_calls(tmp_path, monkeypatch)
    assert steps > 40
    for step in range(1, steps + 1):
        folder = make(tmp_path / str(step), BEFORE)
        with monkeypatch.context() as patched:
            patched.setattr(transaction, "os", Failing(step, fault))
            try:
                write_changes(str(folder), CHANGES)
                failed = False
            except (Problem, KeyboardInterrupt):
                failed = True
        if failed:
            recover(str(folder))
            assert snapshot(folder) in (OLD, NEW), step
            if fault is full_disk:
                assert snapshot(folder) == OLD, step
        else:
            recover(str(folder))
            assert snapshot(folder) == NEW, step
        assert recover(str(folder)) is None


def test_a_disk_that_stays_full_leaves_the_old_files_after_recovery(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(Failing):
        """From one call on, everything fails."""

        def __getattr__(self, name: str) -> Any:
            if name in self.TOUCHING and self.calls >= self.fail_at and name != "close":
                return lambda *_, **__: self.fault()
            return super().__getattr__(name)

    for step in range(1, count_calls(tmp_path, monkeypatch) + 1):
        folder = make(tmp_path / str(step), BEFORE)
        with monkeypatch.context() as patched:
            patched.setattr(transaction, "os", Broken(step, full_disk))
            with suppress(Problem, OSError):
                write_changes(str(folder), CHANGES)
        recover(str(folder))
        assert snapshot(folder) in (OLD, NEW), step


def in_child(work: Callable[[], None]) -> None:
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    os.waitpid(child, 0)


def killed_at(folder: Path, step: int, work: Callable[[], object]) -> None:
    """Does the work in a process that is gone at a step, with nothing flushed or cleaned up."""

    def run() -> None:
        vars(transaction)["os"] = Failing(step, lambda: os._exit(9))
        work()

    in_child(run)


def test_a_process_that_dies_at_any_step_leaves_old_or_new_files_after_recovery(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = set()
    for step in range(1, count_calls(tmp_path, monkeypatch) + 1):
        folder = make(tmp_path / str(step), BEFORE)
        killed_at(folder, step, lambda folder=folder: write_changes(str(folder), CHANGES))  # type: ignore[misc]
        seen.add(recover(str(folder)))
        assert snapshot(folder) in (OLD, NEW), step
        assert recover(str(folder)) is None
    assert seen == {None, "undone", "completed"}


def test_a_recovery_that_dies_at_any_step_can_be_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for first in range(1, count_calls(tmp_path, monkeypatch) + 1, 6):
        for second in range(1, 40, 3):
            folder = make(tmp_path / f"{first}-{second}", BEFORE)
            killed_at(folder, first, lambda folder=folder: write_changes(str(folder), CHANGES))  # type: ignore[misc]
            killed_at(folder, second, lambda folder=folder: recover(str(folder)))  # type: ignore[misc]
            recover(str(folder))
            assert snapshot(folder) in (OLD, NEW), (first, second)


def test_a_run_that_was_cut_off_is_cleaned_up_by_the_next_one(tmp_path: Path) -> None:
    folder = make(tmp_path, BEFORE)
    killed_at(folder, 12, lambda: write_changes(str(folder), CHANGES))
    assert (folder / JOURNAL).exists()
    write_changes(str(folder), CHANGES)
    assert snapshot(folder) == NEW


def test_a_file_that_the_person_changed_after_a_crash_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for step in range(1, count_calls(tmp_path, monkeypatch) + 1):
        folder = make(tmp_path / str(step), BEFORE)
        killed_at(folder, step, lambda folder=folder: write_changes(str(folder), CHANGES))  # type: ignore[misc]
        (folder / "Dockerfile").write_bytes(b"mine\n")
        with suppress(Problem):
            recover(str(folder))
        assert (folder / "Dockerfile").read_bytes() == b"mine\n"


def test_a_file_that_changed_since_it_was_read_stops_everything(tmp_path: Path) -> None:
    folder = make(tmp_path, {**BEFORE, "ci/build.sh": b"edited meanwhile\n"})
    old = snapshot(folder)
    with pytest.raises(Problem, match=r"ci/build\.sh was changed since it was read"):
        write_changes(str(folder), CHANGES)
    assert snapshot(folder) == old


def test_a_new_file_whose_place_is_taken_stops_everything(tmp_path: Path) -> None:
    folder = make(tmp_path, {**BEFORE, "new/folder/.dockerignore": b"x"})
    old = snapshot(folder)
    with pytest.raises(Problem, match="exists already"):
        write_changes(str(folder), CHANGES)
    assert snapshot(folder) == old


@pytest.mark.parametrize(
    "path", ["../x", "/x", "a/../../x", "a//x", "./x", "a/.git/hooks/x", ".git/config", "", "a\udcff"]
)
def test_paths_outside_the_root_or_of_git_are_refused(tmp_path: Path, path: str) -> None:
    folder = make(tmp_path / "in", {"a/b": b""})
    with pytest.raises(Problem):
        write_changes(str(folder), [Change(path, None, b"x")])
    assert snapshot(tmp_path) == {"in/a/b": (0o644, b"")}


def test_a_folder_that_is_a_link_out_of_the_root_is_refused(tmp_path: Path) -> None:
    make(tmp_path, {"out/Dockerfile": b"old\n", "in/x": b""})
    (tmp_path / "in" / "docker").symlink_to("../out")
    old = snapshot(tmp_path)
    with pytest.raises(Problem, match="link"):
        write_changes(str(tmp_path / "in"), [Change("docker/Dockerfile", b"old\n", b"new\n")])
    root, _ = find_root(str(tmp_path / "in"))
    with pytest.raises(Problem, match="leads out of"):
        changes_of(root, [FileChange("docker/Dockerfile", "write", "new\n")], {})
    assert snapshot(tmp_path) == old


def test_a_target_that_is_a_link_out_of_the_root_is_refused(tmp_path: Path) -> None:
    make(tmp_path, {"Dockerfile": b"old\n", "in/x": b""})
    (tmp_path / "in" / "Dockerfile").symlink_to("../Dockerfile")
    root, _ = find_root(str(tmp_path / "in"))
    texts = {"Dockerfile": Source("Dockerfile", "old\n")}
    for change in (FileChange("Dockerfile", "write", "new\n"), FileChange("Dockerfile", "delete", None)):
        with pytest.raises(Problem, match="leads out of"):
            changes_of(root, [change], texts)


def test_a_target_that_is_a_link_inside_the_root_stays_one(tmp_path: Path) -> None:
    make(tmp_path, {"docker/Dockerfile": b"old\n"})
    (tmp_path / "Dockerfile").symlink_to("docker/Dockerfile")
    root, _ = find_root(str(tmp_path))
    texts = {"Dockerfile": Source("Dockerfile", "old\n")}
    write_changes(root.folder, changes_of(root, [FileChange("Dockerfile", "write", "new\n")], texts))
    assert (tmp_path / "Dockerfile").is_symlink()
    assert (tmp_path / "docker" / "Dockerfile").read_bytes() == b"new\n"


def test_a_link_that_goes_leaves_what_it_names(tmp_path: Path) -> None:
    make(tmp_path, {"docker/Dockerfile": b"old\n"})
    (tmp_path / "Dockerfile").symlink_to("docker/Dockerfile")
    root, _ = find_root(str(tmp_path))
    texts = {"Dockerfile": Source("Dockerfile", "old\n")}
    write_changes(root.folder, changes_of(root, [FileChange("Dockerfile", "delete", None)], texts))
    assert snapshot(tmp_path) == {"docker/Dockerfile": (0o644, b"old\n")}


@pytest.mark.parametrize(
    "journal",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff",
        {
            "state": "commit",
            "steps": [{"path": "../x", "before": None, "after": None, "new": "a", "old": "b"}],
            "folders": [],
        },
        {
            "state": "commit",
            "steps": [{"path": "x", "before": None, "after": None, "new": "x", "old": "other"}],
            "folders": [],
        },
        {"state": "commit", "steps": [], "folders": ["../x"]},
    ],
)
def test_a_journal_that_somebody_else_made_up_is_not_followed(tmp_path: Path, journal: Any) -> None:
    data = journal if isinstance(journal, bytes) else json.dumps(journal).encode()
    folder = make(tmp_path, {"x": b"1", "other": b"2", JOURNAL: data})
    old = snapshot(folder)
    with pytest.raises(Problem, match="none of stageify's journals"):
        recover(str(folder))
    assert snapshot(folder) == old


def test_two_writers_do_not_meet(tmp_path: Path) -> None:
    folder = make(tmp_path, BEFORE)
    with transaction._only_writer(str(folder)), pytest.raises(Problem, match="another stageify"):
        write_changes(str(folder), CHANGES)
    assert snapshot(folder) == OLD


def test_a_file_system_without_hard_links_serves_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object, **__: object) -> None:
        raise OSError(1, "Operation not permitted")

    folder = make(tmp_path, BEFORE)
    monkeypatch.setattr(os, "link", no_links)
    write_changes(str(folder), CHANGES)
    assert snapshot(folder) == NEW


def test_the_folder_of_out_is_made_and_overwritten(tmp_path: Path) -> None:
    for _ in range(2):
        write_into(str(tmp_path / "a" / "b"), CHANGES)
        assert snapshot(tmp_path / "a" / "b") == {
            "Dockerfile": (0o644, b"FROM b AS builder\n\nFROM a\n"),
            "ci/build.sh": (0o644, b"#!/bin/sh\nnew\n"),
            "new/folder/.dockerignore": (0o644, b"app\n"),
        }


def test_special_permissions_of_a_replaced_file_are_kept(tmp_path: Path) -> None:
    folder = make(tmp_path, {"x": b"1"})
    (folder / "x").chmod(0o2751)
    write_changes(str(folder), [Change("x", b"1", b"2")])
    assert stat.S_IMODE((folder / "x").stat().st_mode) == 0o2751
