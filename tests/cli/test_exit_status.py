"""Every exit status of every command."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.running import SAMPLE, stageify
from tests.recipes import CASES

TREES = {
    "recipe": SAMPLE,
    "multi-stage": SAMPLE.parent / "with-multi-stage",
    "refused": CASES / "refused-stripped-where-it-is-a-release" / "before",
    "partial": CASES / "one-of-two-images-converts" / "before",
}


@pytest.fixture
def trees(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one tree for each outcome, in the working folder, and no engine."""
    for name, source in TREES.items():
        shutil.copytree(source, tmp_path / "trees" / name)
    (tmp_path / "trees" / "nothing").mkdir()
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody")
    monkeypatch.chdir(tmp_path / "trees")
    return tmp_path / "trees"


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("convert recipe", 0),
        ("convert --format json recipe", 0),
        ("convert --write recipe", 0),
        ("convert --check nothing", 0),
        ("convert --check multi-stage", 0),
        ("convert --check recipe", 1),
        ("convert --diff recipe", 1),
        ("convert --diff --format json recipe", 1),
        ("convert missing", 2),
        ("convert --nonsense recipe", 2),
        ("convert --emit nonsense recipe", 2),
        ("convert --check --write recipe", 2),
        ("convert --emit bake --verify recipe", 2),
        ("convert --verify recipe", 2),
        ("convert --runtime missing recipe", 2),
        ("convert --builder Dockerfile recipe", 2),
        ("convert --template-dir missing recipe", 2),
        ("convert --image-facts missing recipe", 2),
        ("convert nothing", 3),
        ("convert multi-stage", 3),
        ("convert --write multi-stage", 3),
        ("convert refused", 4),
        ("convert --check refused", 4),
        ("convert --write refused", 4),
        ("convert --image no-such-tag recipe", 4),
        ("convert partial", 4),
        ("convert --partial partial", 4),
        ("convert --partial --check partial", 4),
        ("convert --partial --write partial", 4),
        ("convert --partial --diff --format json partial", 4),
        ("verify recipe", 2),
        ("verify --emit bake recipe", 2),
        ("verify nothing", 3),
        ("verify multi-stage", 3),
        ("verify refused", 4),
        ("batch recipe multi-stage nothing", 0),
        ("batch --write recipe", 0),
        ("batch --check recipe", 1),
        ("batch --diff recipe", 1),
        ("batch --check multi-stage", 0),
        ("batch missing", 2),
        ("batch", 2),
        ("batch .", 4),
        ("batch --write .", 4),
        ("batch --check .", 4),
        ("batch --partial partial", 4),
        ("review multi-stage", 0),
        ("review --fail-level none recipe", 0),
        ("review refused", 0),
        ("review recipe", 1),
        ("review --fail-level note refused", 1),
        ("review missing", 2),
        ("review --fail-level nonsense recipe", 2),
        ("record", 2),
        ("record --dry-run -- true", 0),
        ("record --dry-run -- false", 1),
        ("explain", 0),
        ("explain STG501", 0),
        ("explain STG000", 2),
        ("nonsense", 2),
    ],
)
def test_the_status_says_how_it_went(trees: Path, monkeypatch: pytest.MonkeyPatch, words: str, status: int) -> None:
    done = stageify(monkeypatch, *words.split())
    assert done.status == status, done.err


def test_what_converts_in_part_is_written_and_said(trees: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert stageify(monkeypatch, "convert", "--partial", "--write", "partial").status == 4
    assert not (trees / "partial" / "Dockerfile.build").exists()
    done = stageify(monkeypatch, "convert", "--partial", "partial")
    assert (done.status, done.out) == (4, b"")
    assert "cannot be converted as it stands" in done.err


def test_a_batch_writes_what_converts_beside_what_is_refused(trees: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = stageify(monkeypatch, "batch", "--partial", "--write", ".")
    assert done.status == 4
    assert b"partial/build.sh converted in part" in done.out
    assert "COPY --from=builder" in (trees / "recipe" / "Dockerfile").read_text()
    assert "COPY --from=builder" in (trees / "partial" / "server.Dockerfile").read_text()
    assert "FROM" not in (trees / "refused" / "Dockerfile").read_text().split("FROM", 1)[1]
