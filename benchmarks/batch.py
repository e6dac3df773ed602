"""A batch of 400 recipes, as a ratio to converting one after the other in one process.

    python benchmarks/batch.py [FILES]

The recipes lie in one tree of FILES files (20,000 where nothing is said). Prints the seconds of `stageify batch` with
one and with two processes, and what a recipe costs over a conversion in process on the same tree, reading included.
Exits with 1 where a recipe costs more than `LIMIT` conversions with one process.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from converter.batch.recipes import convert_driver  # noqa: E402
from converter.batch.roots import survey  # noqa: E402
from converter.batch.workspace import Reader, Workspace  # noqa: E402
from converter.convert import Options  # noqa: E402
from tests.batch.triples import COUNT, make_triples  # noqa: E402

LIMIT = 3.0


def seconds(folder: Path, jobs: int) -> float:
    """The wall time of one batch in a process of its own."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "converter", "batch", "--jobs", str(jobs), str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def fill(folder: Path, files: int) -> None:
    """Adds files that are part of no recipe."""
    for number in range(max(0, files - sum(path.is_file() for path in folder.rglob("*")))):
        path = folder / "src" / str(number % 200) / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{number}\n")


def main() -> int:
    """Measures; returns the exit status."""
    files = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_triples(folder)
        fill(folder, files)
        start = time.perf_counter()
        (place,) = survey([name]).places
        survey_seconds = time.perf_counter() - start
        reader = Reader(Workspace(place.root, place.paths))
        start = time.perf_counter()
        for driver in place.drivers:
            outcome = convert_driver(place.root, place.paths, driver, Options(), None, reader.read)
            assert outcome.recipe.status == "converted"
        own = time.perf_counter() - start
        print(f"{COUNT} recipes among {files:,} files: survey {survey_seconds:.2f} s")
        print(f"in one process, one after the other {own:6.2f} s   {own / COUNT * 1000:5.1f} ms a recipe")
        ratios = []
        for jobs in (1, 2):
            taken = seconds(folder, jobs)
            ratios.append(taken / own)
            print(
                f"stageify batch --jobs {jobs}             {taken:6.2f} s   {taken / COUNT * 1000:5.1f} ms a recipe   "
                f"{taken / own:5.2f} of a conversion   (at most {LIMIT} with one process)"
            )
    return int(ratios[0] > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
