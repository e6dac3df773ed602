from __future__ import annotations

import os
import signal
import time

import pytest

from converter.batch.problems import Problem
from converter.batch.workers import Failure, cpu_count, run_all


def double(number: int) -> int:
    return 2 * number


def misbehave(what: str) -> str:
    if what == "exit":
        os._exit(7)
    if what == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "hang":
        time.sleep(600)
    if what == "raise":
        raise ValueError("a\nb")
    if what == "memory":
        raise MemoryError
    if what == "problem":
        raise Problem("no", "help")
    return what.upper()


@pytest.mark.parametrize("jobs", [1, 3])
def test_every_item_has_a_result(jobs: int) -> None:
    assert sorted(run_all(double, range(50), jobs, 60)) == [(number, 2 * number) for number in range(50)]


def test_no_items_need_no_process() -> None:
    assert list(run_all(double, [], 1, None)) == []


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_happens_to_one_item_is_its_own(jobs: int) -> None:
    items = ["a", "exit", "b", "killed", "c", "raise", "d", "memory", "e", "hang", "f"]
    found = dict(run_all(misbehave, items, jobs, 2))
    results = [found[number] for number in range(len(items))]
    assert [result for result in results if isinstance(result, str)] == ["A", "B", "C", "D", "E", "F"]
    failures = [result for result in results if isinstance(result, Failure)]
    assert [failure.kind for failure in failures] == ["died", "died", "exception", "exception", "timeout"]
    assert failures[0].message == "the process that worked on it ended with status 7"
    assert failures[1].message == "the process that worked on it was killed by signal 9"
    assert failures[2].message == "ValueError: a b"
    assert "misbehave" in failures[2].trace
    assert failures[4].message == "it takes more than 2 s"


def test_a_problem_is_the_persons_and_ends_the_run() -> None:
    with pytest.raises(Problem, match="no") as found:
        list(run_all(misbehave, ["a", "problem", "b"], 1, 60))
    assert found.value.help == "help"


def test_a_processor_is_always_there() -> None:
    assert cpu_count() >= 1
