from __future__ import annotations

from pathlib import Path

import pytest

from converter.review import formats
from converter.review.choices import FORMATS
from converter.review.formats import render
from tests.batch.trees import RECIPE
from tests.review.support import BLOCKED, added, below, report

SHARED = {"__init__", "markup"}


def test_every_format_is_a_file_and_every_file_a_format() -> None:
    files = {path.stem for path in Path(formats.__file__).parent.glob("*.py")}
    assert files - SHARED == set(FORMATS)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_says_the_same_twice(tmp_path: Path, name: str) -> None:
    tree = {**below("a", RECIPE), **below("b", BLOCKED)}
    first, second = (render(name, report(tmp_path / where, tree, added(tree))) for where in ("1", "2"))
    assert first == second
    assert first.endswith(b"\n")


@pytest.mark.parametrize("name", FORMATS)
def test_a_name_that_is_no_utf_8_is_no_crash(tmp_path: Path, name: str) -> None:
    assert render(name, report(tmp_path, below("\udcff", RECIPE)))
