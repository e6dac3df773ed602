"""Work spread over processes, where whatever happens to one piece of it concerns that piece only.

A piece may raise, take too long, or take its process down with it (out of memory, a crash in native code): each is
an answer like any other, and the rest goes on. The seam to another way of running is `Submit`: anything that takes a
function with its arguments and gives a `concurrent.futures.Future`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from concurrent.futures import TimeoutError as FutureTimeout
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, TypeVar

from msgspec import Struct

from converter.batch.problems import Problem

Item = TypeVar("Item")
Result = TypeVar("Result")
Submit = Callable[[Callable[[Item], Result], Item], "Future[Result]"]

WAITING_PER_JOB = 4
"""How many pieces are handed over ahead of time for each process, so that none of them idles and memory stays flat."""

ATTEMPTS = 3
"""How often a piece is started whose pool broke down without saying which piece was to blame."""


class Failure(Struct, frozen=True):
    """Why a piece of work has no result: `trace` is the traceback of an exception, else empty."""

    kind: str
    message: str
    trace: str = ""


def cpu_count() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


@contextmanager
def processes(jobs: int, timeout_seconds: float | None, preload: str) -> Iterator[Submit[Any, Any]]:
    """A pool of processes: what is submitted ends with its result, its exception, a `TimeoutError` or a `ProcessExpired`.

    `preload` is the module of the work, which is imported once where the system can share it. Leaving waits for what
    was submitted; leaving with an exception stops everything at once.
    """
    import multiprocessing

    from pebble import ProcessPool

    # Forking this process itself would copy its threads' locks.
    method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    context = multiprocessing.get_context(method)
    context.set_forkserver_preload([preload])
    pool: Any = ProcessPool(max_workers=jobs, context=context)

    def submit(work: Callable[[Any], Any], item: Any) -> Future[Any]:
        future: Future[Any] = pool.schedule(work, args=[item], timeout=timeout_seconds)
        return future

    try:
        yield submit
    except BaseException:
        pool.stop()
        pool.join()
        raise
    pool.close()
    pool.join()


def run_all(
    work: Callable[[Item], Result], items: Iterable[Item], jobs: int, timeout_seconds: float | None
) -> Iterator[tuple[int, Result | Failure]]:
    """Does the work for every item in `jobs` processes; yields the number of an item and what came of it, as they end.

    `work` is a function of a module, since it is named and not sent. A `Problem` that it raises is the person's and
    ends the run.
    """
    waiting = enumerate(items)
    again: list[tuple[int, Item]] = []
    attempts: dict[int, int] = {}
    while True:
        with processes(jobs, timeout_seconds, work.__module__) as submit:
            running: dict[Future[Result], tuple[int, Item]] = {}
            is_broken = False
            while True:
                while not is_broken and len(running) < jobs * WAITING_PER_JOB:
                    piece = again.pop(0) if again else next(waiting, None)
                    if piece is None:
                        break
                    running[submit(work, piece[1])] = piece
                if not running:
                    break
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in sorted(done, key=lambda future: running[future][0]):
                    number, item = running.pop(future)
                    error = future.exception()
                    attempts[number] = attempts.get(number, 0) + 1
                    if isinstance(error, Problem):
                        raise error
                    if isinstance(error, BrokenProcessPool) and attempts[number] < ATTEMPTS:
                        is_broken = True
                        again.append((number, item))
                    else:
                        yield number, future.result() if error is None else _failure(error, timeout_seconds)
        if not is_broken:
            return


def run_here(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[tuple[int, Result | Failure]]:
    """Does the work in this process, one item after the other: for so few that processes cost more than they save.

    As in `run_all` an exception is an answer, and a `Problem` ends the run. There is no time limit.
    """
    with ThreadPoolExecutor(max_workers=1) as executor:
        for number, item in enumerate(items):
            future = executor.submit(work, item)
            error = future.exception()
            if isinstance(error, Problem):
                raise error
            yield number, future.result() if error is None else _failure(error, None)


def _failure(error: BaseException, timeout_seconds: float | None) -> Failure:
    import traceback

    from pebble import ProcessExpired

    if isinstance(error, (KeyboardInterrupt, SystemExit)):
        return Failure("exception", type(error).__name__)
    if isinstance(error, ProcessExpired):
        code = error.exitcode
        how = f"was killed by signal {-code}" if code is not None and code < 0 else f"ended with status {code}"
        return Failure("died", f"the process that worked on it {how}")
    if isinstance(error, BrokenProcessPool):
        return Failure("died", "the processes that worked on it could not go on")
    if isinstance(error, FutureTimeout):
        return Failure("timeout", f"it takes more than {timeout_seconds or 0:g} s")
    what = " ".join(f"{type(error).__name__}: {error}".split())
    return Failure("exception", what, "".join(traceback.format_exception(error)))
