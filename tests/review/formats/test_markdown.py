from __future__ import annotations

import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from converter.review.formats import markdown
from converter.review.formats.markdown import render
from tests.batch.trees import RECIPE, Tree
from tests.review.support import BLOCKED, below, report


def text(folder: Path, tree: Tree) -> str:
    return render(report(folder, tree)).decode()


def test_an_empty_review_says_so(tmp_path: Path) -> None:
    assert text(tmp_path, {}) == "No builder pattern that one multi-stage Dockerfile could replace.\n"


def test_a_finding_has_its_reason_and_its_patch_in_a_fold(tmp_path: Path) -> None:
    found = text(tmp_path, RECIPE)
    assert found.startswith("## stageify: 1 finding\n\n### `build.sh:5` warning STG701\n")
    assert "<details><summary>The patch</summary>\n\n```diff\n" in found
    assert "+FROM golang:1.13 AS builder\n" in found
    assert "`stageify convert --script build.sh --write`" in found


def test_a_refused_recipe_has_no_patch(tmp_path: Path) -> None:
    found = text(tmp_path, BLOCKED)
    assert "note STG501" in found
    assert "```" not in found


@pytest.mark.parametrize("name", ["a_b_c", "*x*", "<b>", "[a](b)", "# a", "a|b", "a b"])
def test_names_are_shown_as_they_are(tmp_path: Path, name: str) -> None:
    found = MarkdownIt("commonmark").render(text(tmp_path, below(name, RECIPE)))
    escaped = name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert f"<h3><code>{escaped}/build.sh:5</code> warning STG701</h3>" in found
    assert f"<p>{escaped}/build.sh takes" in found


@pytest.mark.parametrize("name", ["`x`", "``<img>`", "`<img>", "`a``<img>`", "``", "`"])
def test_backticks_in_names_let_nothing_through(tmp_path: Path, name: str) -> None:
    found = MarkdownIt("commonmark").render(text(tmp_path, below(name, RECIPE)))
    escaped = name.replace("<", "&lt;").replace(">", "&gt;")
    assert f"<h3><code>{escaped}/build.sh:5</code> warning STG701</h3>" in found
    assert "<img>" not in found


def test_nobody_is_mentioned(tmp_path: Path) -> None:
    found = text(tmp_path, below("@someone", RECIPE))
    outside = re.sub(r"`+[^`]+`+", "", found)
    assert "@someone" not in outside


def test_a_fence_is_longer_than_any_in_the_patch(tmp_path: Path) -> None:
    tree = {**RECIPE, "build.sh": RECIPE["build.sh"].replace(b"rm app\n", b"rm app\n# ```` x\n")}
    found = text(tmp_path, tree)
    assert "`````diff\n" in found
    assert MarkdownIt("commonmark").render(found).endswith("RUN go build -o /src/app .\n</code></pre>\n</details>\n")


def test_patches_are_left_out_where_a_comment_would_be_too_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(markdown, "MAX_CHARACTERS", 2500)
    found = text(tmp_path, {name: data for folder in "ab" for name, data in below(folder, RECIPE).items()})
    assert len(found) <= 2500
    assert found.count("<details>") < 2
    assert "`stageify review` prints it" in found
