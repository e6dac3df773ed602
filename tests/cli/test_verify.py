"""`stageify verify` as far as it needs no engine."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from converter.cli.verification import verification_lines
from converter.cli.verify_schema import SCHEMA, to_json
from converter.verify.compare import Comparison, Difference
from converter.verify.verification import BuiltImage, Failure, ImageProof, Verification
from tests.batch.trees import make, snapshot
from tests.cli.running import SAMPLE, stageify
from tests.verify.archives import classic, layer, member

MODE = Difference("tree", "/root/http-server", "mode", "changed", 0o755, 0o700)
SAME = ImageProof("app:latest", 10, 10, Comparison((), (), 10, 10))
OTHER = ImageProof("app:latest", 10, 10, Comparison((MODE,), (), 10, 10))


def archive(path: Path, **fields: Any) -> Path:
    """A saved image with one file."""
    path.write_bytes(classic(layer(member("app", b"x", **fields))))
    return path


def checked(document: str) -> dict[str, Any]:
    """A document of the output, held against the schema."""
    found: dict[str, Any] = json.loads(document)
    Draft202012Validator(SCHEMA).validate(found)
    return found


def text(verification: Verification) -> str:
    """The report without colour."""
    return "".join("".join(piece for piece, _ in line) + "\n" for line in verification_lines(verification, 20))


def test_two_archives_of_the_same_image_are_equal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = stageify(monkeypatch, "verify", "--archives", archive(tmp_path / "a"), archive(tmp_path / "b"))
    assert done.status == 0
    assert done.out.decode().splitlines()[-1] == "equal: the two images are the same"


@pytest.mark.parametrize(("fields", "field"), [({"mode": 0o755}, "mode"), ({"uid": 7}, "uid"), ({"gid": 7}, "gid")])
def test_two_archives_that_differ_are_different(
    fields: dict[str, int], field: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = archive(tmp_path / "a"), archive(tmp_path / "b", **fields)
    done = stageify(monkeypatch, "verify", "--archives", *pair, "--format", "json")
    assert done.status == 1
    found = checked(done.out.decode())
    assert found["equal"] is False
    assert [(one["subject"], one["field"]) for one in found["images"][0]["differences"]] == [("/app", field)]


def test_an_archive_that_cannot_be_read_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "b").write_text("no archive")
    done = stageify(monkeypatch, "verify", "--archives", archive(tmp_path / "a"), tmp_path / "b")
    assert (done.status, done.out) == (2, b"")
    assert "this is not a tar archive" in done.err


def test_archives_and_images_exclude_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    done = stageify(monkeypatch, "verify", "--archives", "a", "b", "--images", "c", "d")
    assert done.status == 2
    assert "exclude each other" in done.err


def test_a_folder_without_a_recipe_is_nothing_to_verify(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = stageify(monkeypatch, "verify", tmp_path, "--format", "json")
    assert done.status == 3
    found = checked(done.out.decode())
    assert (found["driver"], found["status"], found["equal"]) == (None, None, None)


def test_a_refused_recipe_is_not_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = b"docker build -t b -f Dockerfile.build .\ndocker create --name c b\ndocker cp c:/x x\neval $X\n"
    make(
        tmp_path,
        {"build.sh": script + b"docker build -t a .\n", "Dockerfile.build": b"FROM a\n", "Dockerfile": b"FROM b\n"},
    )
    done = stageify(monkeypatch, "verify", tmp_path, "--format", "json")
    assert done.status == 4
    assert checked(done.out.decode())["status"] == "refused"


def test_without_an_engine_the_message_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    docker = tmp_path / "docker"
    docker.write_text("#!/bin/sh\nexit 1\n")
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nothing.sock")
    done = stageify(monkeypatch, "verify", SAMPLE)
    assert (done.status, done.out) == (2, b"")
    assert "no container engine answers" in done.err
    assert "help: start Docker" in done.err


def test_without_a_docker_command_the_message_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    done = stageify(monkeypatch, "verify", SAMPLE, "--script", "build.sh")
    assert done.status == 2
    assert "there is no `docker` command on the PATH" in done.err


@pytest.mark.parametrize("value", ["0", "-1", "soon", "nan", "inf"])
def test_a_timeout_is_a_number_of_seconds(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    done = stageify(monkeypatch, "verify", SAMPLE, f"--timeout={value}")
    assert done.status == 2
    assert "this is no number of seconds" in done.err


def test_the_table_has_build_image_legacy_image_and_new_image() -> None:
    verification = Verification("build.sh", (SAME,), (BuiltImage("app:build", 12_345_678),))
    assert text(verification) == (
        "  build image   app:build   12,345,678 bytes\n"
        "  legacy image  app:latest          10 bytes\n"
        "  new image     app:latest          10 bytes  equal\n"
        "  app:latest: the images are the same\n"
        "equal: the new version builds the same image\n"
    )


def test_a_difference_is_told_and_decides() -> None:
    verification = Verification("build.sh", (OTHER,))
    assert not verification.equal
    lines = text(verification).splitlines()
    assert lines[-3:] == [
        "  app:latest: the images differ in 1 point",
        "    /root/http-server: mode: 0755 -> 0700",
        "different: the new version is not proved to build the same",
    ]


def test_sizes_that_differ_decide_although_the_trees_are_the_same() -> None:
    image = ImageProof("app:latest", 10, 20, Comparison((), (), 10, 20))
    assert not Verification("build.sh", (image,)).equal
    assert "new image     app:latest  20 bytes  +10 bytes" in text(Verification("build.sh", (image,)))


def test_a_size_that_two_legacy_builds_differ_in_does_not_decide() -> None:
    image = ImageProof("app:latest", 10, 20, Comparison((), (), 10, 20), size_is_noise=True)
    assert Verification("build.sh", (image,), noise_measured=True).equal


def test_nothing_compared_is_nothing_proved() -> None:
    assert not Verification("build.sh", ()).equal


def test_every_result_fits_the_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    failure = Failure("new", "exit status 1", ("no such file",), "/tmp/x.log")
    for found in (
        Verification("build.sh", (SAME, OTHER), (BuiltImage("b:1", 5),), ("a finding",), None, True, 1.23456, 2.0),
        Verification("build.sh", (), failure=failure),
        Verification(None, (SAME,)),
    ):
        checked(json.dumps(to_json("build.sh", "converted", found)))
    assert to_json("build.sh", "converted", Verification("build.sh", (), failure=failure))["equal"] is False


def test_the_schema_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    done = stageify(monkeypatch, "verify", "--json-schema")
    assert json.loads(done.out) == SCHEMA


def test_the_help_has_examples_and_every_exit_status(monkeypatch: pytest.MonkeyPatch) -> None:
    done = stageify(monkeypatch, "verify", "--help")
    told = done.out.decode()
    assert "stageify verify --archives old.tar new.tar" in told
    assert all(f"\n    {status}  " in told for status in range(5))


def test_convert_with_verify_needs_an_engine_before_it_writes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    root = Path(shutil.copytree(SAMPLE, tmp_path / "sample"))
    before = snapshot(root)
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nothing.sock")
    done = stageify(monkeypatch, "convert", "--write", "--verify", root)
    assert (done.status, done.out) == (2, b"")
    assert snapshot(root) == before


def test_check_only_says_and_verify_builds(monkeypatch: pytest.MonkeyPatch) -> None:
    done = stageify(monkeypatch, "convert", "--check", "--verify", SAMPLE)
    assert done.status == 2
    assert "--check and --verify exclude each other" in done.err
