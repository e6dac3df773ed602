from __future__ import annotations

from pathlib import Path

import pytest

from converter.review.touched import Touched
from converter.source import Location
from tests.batch.trees import RECIPE
from tests.review.support import BLOCKED, CP, review

COPY_OUT = RECIPE["build.sh"].decode().split("\n")[CP - 1]


def place(folder: Path, touched: Touched | None, blocked: bool = False) -> Location:
    (finding,) = review(folder, BLOCKED if blocked else RECIPE, touched)
    return finding.location


def lines(**touched: set[int]) -> Touched:
    names = {name.replace("__", "."): frozenset(numbers) for name, numbers in touched.items()}
    return Touched(frozenset(names), names)


def test_it_is_the_command_that_takes_the_artifact_out(tmp_path: Path) -> None:
    assert place(tmp_path, None) == Location("build.sh", CP, 1, CP, len(COPY_OUT) + 1)


@pytest.mark.parametrize(
    ("touched", "file", "line"),
    [
        (lines(build__sh={3, CP, 8}), "build.sh", CP),
        (lines(build__sh={2, 4, 6}), "build.sh", 4),
        (lines(build__sh={2}, Dockerfile={1, 3}), "Dockerfile", 3),
        (lines(build__sh={2}, Dockerfile={1}), "build.sh", 2),
        (lines(Dockerfile={4}), "Dockerfile", 4),
        (lines(Dockerfile__build={2}), "Dockerfile.build", 2),
    ],
)
def test_in_a_change_it_is_the_best_touched_line(tmp_path: Path, touched: Touched, file: str, line: int) -> None:
    found = place(tmp_path, touched)
    assert (found.file, found.line, found.end_line) == (file, line, line)


def test_where_no_line_is_touched_it_is_the_usual_place(tmp_path: Path) -> None:
    assert place(tmp_path, Touched(frozenset({"Dockerfile"}))).line == CP


def test_an_empty_line_is_not_shown_where_there_is_another(tmp_path: Path) -> None:
    script = RECIPE["build.sh"].replace(b"set -e\n", b"set -e\n\n# done\n")
    (finding,) = review(tmp_path, {**RECIPE, "build.sh": script}, lines(build__sh={3, 4}))
    assert finding.location.line == 4


def test_a_touched_part_of_a_long_command_is_that_line(tmp_path: Path) -> None:
    script = RECIPE["build.sh"].replace(
        b"docker cp extract:/src/app ./app", b"docker cp \\\n  extract:/src/app \\\n  ./app"
    )
    (finding,) = review(tmp_path / "a", {**RECIPE, "build.sh": script}, lines(build__sh={CP + 1}))
    assert finding.location == Location("build.sh", CP + 1, 1, CP + 1, len("  extract:/src/app \\") + 1)
    (finding,) = review(tmp_path / "b", {**RECIPE, "build.sh": script}, lines(build__sh={CP, CP + 1, CP + 2}))
    assert (finding.location.line, finding.location.end_line) == (CP, CP + 2)


def test_a_refused_recipe_is_shown_at_the_line_that_stands_in_the_way(tmp_path: Path) -> None:
    assert place(tmp_path, None, blocked=True).line == 6
    assert place(tmp_path, lines(build__sh={2, 6}), blocked=True).line == 6
    assert place(tmp_path, lines(build__sh={2}), blocked=True).line == 2
