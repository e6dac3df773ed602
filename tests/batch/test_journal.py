from __future__ import annotations

from pathlib import Path

import pytest

from converter.batch.changes import Change
from converter.batch.journal import Header, Journal
from converter.batch.problems import Problem
from converter.batch.task import Finished
from converter.result import FileChange, Recipe

HEADER = Header("1", ("/x",), "digest")


def finished(driver: str, **inputs: str) -> Finished:
    recipe = Recipe(driver, (driver,), "converted", files=(FileChange("Dockerfile", "write", "FROM é\n"),))
    return Finished(recipe, (Change("Dockerfile", b"\xff", b"FROM \xc3\xa9\n"),), {"Dockerfile": "x"}, inputs)


def test_what_was_noted_is_read_again(tmp_path: Path) -> None:
    path = str(tmp_path / "j")
    one, two = finished("one", a="1", b="2", c="3"), finished("two", c="3", a="1", d="4")
    with Journal(path, HEADER) as journal:
        assert journal.past.planned == {}
        journal.plan("/x", "l", one)
        journal.plan("/x", "l", two)
        journal.write("/x", one.changes, [("/x", one)])
    with Journal(path, HEADER) as journal:
        assert [line.finished for line in journal.past.planned.values()] == [one, two]
        assert list(journal.past.planned) == [("/x", "one"), ("/x", "two")]
        (written,) = journal.past.written
        assert written.changes == one.changes


def test_a_file_is_named_once_with_each_content(tmp_path: Path) -> None:
    path = tmp_path / "j"
    with Journal(str(path), HEADER) as journal:
        journal.plan("/x", "l", finished("one", common="1", a="1"))
        journal.plan("/x", "l", finished("two", common="1"))
        journal.plan("/x", "l", finished("three", common="2"))
    lines = path.read_text().splitlines()
    assert '"files":[["common","1"],["a","1"]],"inputs":[[0,1]]' in lines[1]
    assert '"files":[],"inputs":[[0,0]]' in lines[2]
    assert '"files":[["common","2"]],"inputs":[[2,2]]' in lines[3]


def test_the_later_line_of_a_recipe_counts(tmp_path: Path) -> None:
    path = str(tmp_path / "j")
    with Journal(path, HEADER) as journal:
        journal.plan("/x", "old", finished("one", a="1"))
        journal.plan("/x", "new", finished("one", a="2"))
    with Journal(path, HEADER) as journal:
        assert [line.listing for line in journal.past.planned.values()] == ["new"]


@pytest.mark.parametrize(
    "other", [Header("2", ("/x",), "digest"), Header("1", ("/y",), "digest"), Header("1", ("/x",), "")]
)
def test_the_journal_of_another_run_is_not_taken_up(tmp_path: Path, other: Header) -> None:
    path = tmp_path / "j"
    with Journal(str(path), HEADER):
        pass
    before = path.read_bytes()
    with pytest.raises(Problem, match="another run"):
        Journal(str(path), other)
    assert path.read_bytes() == before


@pytest.mark.parametrize("data", [b"# My notes", b"# My notes\n", b"{}\n", b"\xff", b'{"line":"plan"}\n', b"\n"])
def test_a_file_that_is_no_journal_is_left_alone(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "notes"
    path.write_bytes(data)
    with pytest.raises(Problem, match="--journal"):
        Journal(str(path), HEADER)
    assert path.read_bytes() == data


def test_every_cut_of_a_journal_is_taken_up(tmp_path: Path) -> None:
    path = tmp_path / "j"
    with Journal(str(path), HEADER) as journal:
        journal.plan("/x", "l", finished("one", a="1"))
        journal.plan("/x", "l", finished("two", b="1"))
    whole = path.read_bytes()
    ends = [number + 1 for number, byte in enumerate(whole) if byte == 10]
    for cut in range(len(whole) + 1):
        path.write_bytes(whole[:cut])
        with Journal(str(path), HEADER) as journal:
            assert len(journal.past.planned) == max(0, sum(end <= cut for end in ends) - 1)
            journal.plan("/x", "l", finished("three", c="1"))
        with Journal(str(path), HEADER) as journal:
            assert ("/x", "three") in journal.past.planned


def test_a_spoilt_line_in_the_middle_is_named(tmp_path: Path) -> None:
    path = tmp_path / "j"
    with Journal(str(path), HEADER) as journal:
        journal.plan("/x", "l", finished("one", a="1"))
        journal.plan("/x", "l", finished("two", a="1"))
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], b"spoilt\n", lines[2]]))
    with pytest.raises(Problem, match="line 2"):
        Journal(str(path), HEADER)


def test_two_runs_do_not_share_a_journal(tmp_path: Path) -> None:
    path = str(tmp_path / "j")
    with Journal(path, HEADER), pytest.raises(Problem, match="another run is using it"):
        Journal(path, HEADER)


def test_a_place_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="--journal"):
        Journal(str(tmp_path / "missing" / "j"), HEADER)


def test_names_that_are_no_utf_8_are_not_noted(tmp_path: Path) -> None:
    path = str(tmp_path / "j")
    with Journal(path, HEADER) as journal:
        journal.plan("/x", "l", finished("one", **{"a\udcff": "1"}))
        journal.plan("/x", "l", finished("two", b="1"))
    with Journal(path, HEADER) as journal:
        assert [driver for _, driver in journal.past.planned] == ["two"]
        assert journal.past.planned["/x", "two"].finished.inputs == {"b": "1"}
