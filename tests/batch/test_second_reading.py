"""What shfmt says of a script that the grammar could not read."""

from __future__ import annotations

from pathlib import Path

import pytest

from converter.batch import second_reading
from converter.batch.discovery import find_root
from converter.batch.recipes import convert_driver
from converter.convert import Options
from converter.source import Source

BUILD = "docker build -t a -f Dockerfile.build .\ndocker create --name c a\ndocker cp c:/app app\ndocker build -t b .\n"
BROKEN = "#!/bin/bash\nif true; then\n" + BUILD
PLAIN = "#!/bin/bash\n" + BUILD
UNREAD = "#!/bin/bash\nshopt -s extglob\nls src/!(main).go\n" + BUILD


def help_for(folder: Path, text: str) -> str:
    """The help of the one error for a folder with this script."""
    (folder / "build.sh").write_text(text)
    (folder / "Dockerfile.build").write_text("FROM golang:1.13\n")
    (folder / "Dockerfile").write_text("FROM alpine\nCOPY app /app\n")
    paths = frozenset({"build.sh", "Dockerfile", "Dockerfile.build"})
    recipe = convert_driver(find_root(str(folder))[0], paths, "build.sh", Options()).recipe
    (found,) = recipe.diagnostics
    assert (recipe.status, found.code) == ("refused", "STG301")
    return found.help or ""


def test_a_broken_script_is_broken_for_both(tmp_path: Path) -> None:
    assert help_for(tmp_path, BROKEN) == "shfmt cannot read it either: 2:1: `if` statement must end with `fi`"


def test_a_sound_script_is_told_from_a_broken_one(tmp_path: Path) -> None:
    assert help_for(tmp_path, UNREAD).startswith("shfmt reads this script, so it is sound")


def test_without_shfmt_the_help_is_the_shells_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_reading, "shfmt", lambda: None)
    assert help_for(tmp_path, BROKEN) == "check the script with `sh -n`, then try again"


@pytest.mark.parametrize(
    ("text", "expected"),
    [(PLAIN, ""), ("#!/bin/sh\nx=(a b)\n", "2:3: arrays are a bash/mksh/zsh feature; tried parsing as posix")],
)
def test_a_script_is_read_in_the_language_of_its_first_line(text: str, expected: str) -> None:
    program = second_reading.shfmt()
    assert program is not None
    assert second_reading.problem_of(Source("build.sh", text), program) == expected


def test_a_program_that_gives_no_answer_says_nothing() -> None:
    assert second_reading.problem_of(Source("build.sh", PLAIN), "/no/such/program") is None
    assert second_reading.problem_of(Source("build.sh", PLAIN), "/bin/false") is None
