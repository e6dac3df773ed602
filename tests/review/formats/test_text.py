from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from converter.review.formats.text import render, styled
from tests.batch.trees import RECIPE, make, snapshot
from tests.review.support import BLOCKED, below, report


def test_an_empty_review_is_empty(tmp_path: Path) -> None:
    assert render(report(tmp_path, {})) == b""


def test_a_finding_shows_its_line_and_what_to_do(tmp_path: Path) -> None:
    lines = render(report(tmp_path, RECIPE)).decode().splitlines()
    assert lines[:6] == [
        "warning[STG701]: build.sh takes /src/app out of the image of Dockerfile.build to build Dockerfile: "
        "one multi-stage Dockerfile can do the same",
        " --> build.sh:5:1",
        "  |",
        "5 | docker cp extract:/src/app ./app",
        "  | ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~^",
        "  = help: `stageify convert --script build.sh --write` changes Dockerfile and build.sh, "
        "and deletes Dockerfile.build",
    ]


@pytest.mark.parametrize("command", [["git", "apply"], ["patch", "-p1", "-s"]], ids=["git", "patch"])
def test_the_whole_text_is_a_patch(tmp_path: Path, command: list[str]) -> None:
    tree = {name: data for folder in ("a", "b") for name, data in below(folder, RECIPE).items()}
    tree |= below("blocked", BLOCKED)
    tree["a/build.sh"] = tree["a/build.sh"].replace(b"\n", b"\r\n")
    found = report(tmp_path / "here", tree)
    subprocess.run(command, cwd=tmp_path / "here", input=render(found), check=True)
    wanted = dict(tree)
    for finding in found.findings:
        for change in finding.changes:
            wanted.pop(change.path)
            if change.after is not None:
                wanted[change.path] = change.after
    assert snapshot(tmp_path / "here") == snapshot(make(tmp_path / "wanted", wanted))


def test_names_cannot_steer_the_terminal(tmp_path: Path) -> None:
    text = render(report(tmp_path, below("\x1b[31m", RECIPE)))
    assert b"\x1b" not in text
    assert rb"\x1b[31m/build.sh" in text


def test_a_patch_has_its_styles(tmp_path: Path) -> None:
    styles = {style for line in styled(report(tmp_path, RECIPE)) for _, style in line}
    assert {"warning", "added", "removed", "hunk"} <= styles
