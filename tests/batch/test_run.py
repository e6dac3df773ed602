"""Whole batches: hundreds of recipes, and runs that are killed."""

from __future__ import annotations

import json
import shutil
import signal
import time
from pathlib import Path

import pytest

from tests.batch.support import batch, start
from tests.batch.trees import RECIPE, git, make, snapshot
from tests.batch.triples import COUNT, folder_of, make_triples, triple


def test_the_triples_are_400_and_no_two_are_alike() -> None:
    every = [triple(number) for number in range(COUNT)]
    assert COUNT == 400
    assert len({tuple(sorted(files.items())) for files in every}) == COUNT
    scripts = [next(data for name, data in files.items() if name.startswith(("build.sh", "make", "docker", "rel")))
               for files in every]  # fmt: skip
    assert len(set(scripts)) == COUNT
    assert len({folder_of(number) for number in range(COUNT)}) == COUNT


def test_all_400_are_converted_and_a_second_run_finds_nothing(tmp_path: Path) -> None:
    make_triples(tmp_path)
    data = json.loads(batch("--write", "--format", "json", tmp_path))
    assert data["summary"]["statuses"]["converted"] == COUNT
    assert {recipe["status"] for recipe in data["recipes"]} == {"converted"}
    assert all(any(file["action"] == "delete" for file in recipe["files"]) for recipe in data["recipes"])
    after = snapshot(tmp_path)
    again = json.loads(batch("--check", "--format", "json", tmp_path))
    assert again["summary"]["statuses"]["already-multi-stage"] == COUNT
    batch("--write", tmp_path)
    assert snapshot(tmp_path) == after


def test_the_outcome_does_not_depend_on_how_many_processes_there_are(tmp_path: Path) -> None:
    make_triples(tmp_path / "one", range(0, COUNT, 7))
    shutil.copytree(tmp_path / "one", tmp_path / "three")
    assert batch("--format", "json", "--jobs", 1, tmp_path / "one") == batch(
        "--format", "json", "--jobs", 3, tmp_path / "one"
    )
    batch("--write", "--jobs", 1, tmp_path / "one")
    batch("--write", "--jobs", 3, tmp_path / "three")
    assert snapshot(tmp_path / "one") == snapshot(tmp_path / "three")


def kill_when(words: tuple[object, ...], journal: Path, lines: int, later_seconds: float) -> bool:
    """Starts a batch and kills it a little after its journal has so many lines; returns whether it was still running."""
    process = start(*words)
    try:
        while process.poll() is None:
            if journal.exists() and journal.read_bytes().count(b"\n") >= lines:
                time.sleep(later_seconds)
                break
            time.sleep(0.002)
    finally:
        process.kill()
        process.communicate()
    return process.returncode == -signal.SIGKILL


@pytest.mark.parametrize("layout", ["plain", "git"])
def test_a_run_killed_at_any_moment_and_taken_up_again_gives_the_same_tree(tmp_path: Path, layout: str) -> None:
    numbers = range(0, COUNT, 19)
    # A group with a shared builder file, whose last user takes the file along.
    shared = {"pair/" + name: data for name, data in RECIPE.items()}
    shared["pair/again.sh"] = RECIPE["build.sh"].replace(b"app:latest .", b"app:other -f Dockerfile.other .")
    shared["pair/Dockerfile.other"] = RECIPE["Dockerfile"].replace(b"/root/", b"/srv/")
    whole = make(make_triples(tmp_path / "whole", numbers), shared)
    if layout == "git":
        git(whole, "init")
        git(whole, "add", "-A")
        git(whole, "commit", "-m", "first")
    before = snapshot(whole)
    shutil.copytree(whole, tmp_path / "killed", symlinks=True)
    batch("--write", whole)
    expected = snapshot(whole)
    assert expected != before
    total = len(numbers) + 2
    kills = 0
    for round, lines in enumerate((1, total // 2, total, total + 1, total + 5, total + 15)):
        folder = tmp_path / f"killed-{round}"
        shutil.copytree(tmp_path / "killed", folder, symlinks=True)
        journal = tmp_path / f"{round}.jsonl"
        words = ("--write", "--jobs", 2, "--journal", journal, folder)
        kills += kill_when(words, journal, lines, round % 3 * 0.004)
        kills += kill_when(words, journal, lines + 4, 0.001)
        batch(*words)
        assert snapshot(folder) == expected, lines
    assert kills >= 6


def test_a_resumed_run_does_not_convert_again_what_is_done(tmp_path: Path) -> None:
    make_triples(tmp_path / "in", range(0, COUNT, 40))
    journal = tmp_path / "run.jsonl"
    first = batch("--format", "json", "--journal", journal, tmp_path / "in")
    size = journal.stat().st_size
    assert batch("--format", "json", "--journal", journal, tmp_path / "in") == first
    assert journal.stat().st_size == size
    changed = tmp_path / "in" / folder_of(40) / "Dockerfile"
    changed.write_bytes(changed.read_bytes() + b"# changed\n")
    second = json.loads(batch("--format", "json", "--journal", journal, tmp_path / "in"))
    assert journal.read_bytes()[size:].count(b"\n") == 1
    assert any("# changed" in (file["text"] or "") for recipe in second["recipes"] for file in recipe["files"])


def test_a_last_line_that_was_not_finished_is_done_again(tmp_path: Path) -> None:
    make_triples(tmp_path / "in", range(0, COUNT, 40))
    journal = tmp_path / "run.jsonl"
    first = batch("--format", "json", "--journal", journal, tmp_path / "in")
    whole = journal.read_bytes()
    for cut in (1, 100, len(whole) // 2, len(whole) - 20):
        journal.write_bytes(whole[:-cut])
        assert batch("--format", "json", "--journal", journal, tmp_path / "in") == first
        assert len(journal.read_bytes().splitlines()) == len(whole.splitlines())


def test_a_journal_carries_what_was_read_into_the_writing(tmp_path: Path) -> None:
    make_triples(tmp_path / "one", range(0, COUNT, 40))
    shutil.copytree(tmp_path / "one", tmp_path / "other")
    batch("--check", "--journal", tmp_path / "run.jsonl", tmp_path / "one", status=1)
    batch("--write", "--journal", tmp_path / "run.jsonl", tmp_path / "one")
    batch("--write", tmp_path / "other")
    assert snapshot(tmp_path / "one") == snapshot(tmp_path / "other")


def test_a_file_that_a_person_changes_between_two_runs_is_not_written_over(tmp_path: Path) -> None:
    make(tmp_path / "in", {"a/" + name: data for name, data in RECIPE.items()})
    journal = tmp_path / "run.jsonl"
    batch("--write", "--journal", journal, tmp_path / "in")
    (tmp_path / "in" / "a" / "Dockerfile").write_bytes(b"FROM mine\n")
    batch("--write", "--journal", journal, tmp_path / "in")
    assert (tmp_path / "in" / "a" / "Dockerfile").read_bytes() == b"FROM mine\n"
