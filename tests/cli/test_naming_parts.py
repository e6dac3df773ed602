"""Flags that name the parts of a recipe, and the person's own templates."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.running import PROJECT, SAMPLE, stageify
from tests.recipes import CASES

BUILDER = "FROM golang:1.13\nWORKDIR /src\nCOPY main.go .\nRUN go build -o app .\n"
SCRIPT = "docker build -t b -f Dockerfile.build .\ndocker create --name x b\ndocker cp x:/src/app app\ndocker rm x\n"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A script that only copies the artifact out, and two Dockerfiles that take it."""
    for name, text in {
        "build.sh": SCRIPT,
        "Dockerfile.build": BUILDER,
        "main.go": "package main\n",
        "Dockerfile": "FROM alpine:3.10\nCOPY app /bin/app\n",
        "Dockerfile.debug": "FROM debian:9\nCOPY app /bin/app\n",
    }.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def test_a_final_image_that_is_built_elsewhere_is_named_by_its_dockerfile(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = stageify(monkeypatch, "convert", elsewhere)
    assert done.status == 4
    assert "STG102" in done.err
    assert "--runtime" in done.err
    done = stageify(monkeypatch, "convert", "--runtime", "Dockerfile.debug", elsewhere)
    assert (done.status, b"FROM debian:9\nCOPY --from=builder /src/app /bin/app\n" in done.out) == (0, True)
    done = stageify(monkeypatch, "convert", "--runtime", "Dockerfile", "--builder", "Dockerfile.build", elsewhere)
    assert (done.status, b"FROM alpine:3.10\nCOPY --from=builder /src/app /bin/app\n" in done.out) == (0, True)


@pytest.mark.parametrize("flag", ["--builder", "--runtime"])
def test_a_part_that_the_script_does_not_have_is_a_wrong_call(monkeypatch: pytest.MonkeyPatch, flag: str) -> None:
    done = stageify(monkeypatch, "convert", flag, "main.go", SAMPLE)
    assert (done.status, done.out) == (2, b"")
    assert f"{flag} main.go: the script's" in done.err


def test_one_of_several_images_is_picked_by_its_tag(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shutil.copytree(CASES / "one-of-two-images-converts" / "before", tmp_path / "suite")
    words = ("convert", "--image", "suite-server:latest", "--format", "json", tmp_path / "suite")
    done = stageify(monkeypatch, *words)
    (recipe,) = json.loads(done.out)["recipes"]
    assert (done.status, recipe["status"]) == (0, "converted")
    assert [image["tag"] for image in recipe["images"]] == ["suite-server:latest"]
    assert {file["path"] for file in recipe["files"]} == {"server.Dockerfile", "build.sh", "Dockerfile.build"}


def test_a_tag_that_no_image_has_is_answered_with_those_that_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    done = stageify(monkeypatch, "convert", "--image", "nothing", SAMPLE)
    assert done.status == 4
    assert "there are: http-server:latest" in done.err


def test_the_persons_own_template_is_what_is_printed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = (PROJECT / "templates" / "Dockerfile.j2").read_text()
    (tmp_path / "Dockerfile.j2").write_text(text.replace("{{ runtime }}", "# ours\n{{ runtime }}"))
    done = stageify(monkeypatch, "convert", "--template-dir", tmp_path, SAMPLE)
    assert (done.status, b"\n# ours\nFROM alpine" in done.out) == (0, True)
    (tmp_path / "Dockerfile.j2").write_text("{{ nothing }}")
    done = stageify(monkeypatch, "convert", "--template-dir", tmp_path, SAMPLE)
    assert (done.status, "Dockerfile.j2" in done.err) == (2, True)
