"""`stageify verify` on a real engine."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.batch.trees import make, snapshot
from tests.cli.running import SAMPLE, Done, stageify
from tests.engine.engine import Engine
from tests.engine.fixtures import engine_test

pytestmark = engine_test

BUILDER = b"FROM golang:1.13\nWORKDIR /src\nCOPY main.go .\nRUN go build -o app .\n"
RUNTIME = b'FROM alpine:latest\nWORKDIR /root/\nCOPY app .\nCMD ["./app"]\n'
SCRIPT = (
    b"#!/bin/sh\nset -e\ndocker build -t app:build -f Dockerfile.build .\ndocker create --name extract app:build\n"
    b"docker cp extract:/src/app app\ndocker rm -f extract\ndocker build -t app .\nrm app\n"
)


@pytest.fixture(autouse=True)
def golang(engine: Engine) -> None:
    """The stand-in that compiles in no time, and none of the names that other tests have left."""
    engine.add("golang:1.13")
    engine.docker("rmi", "--force", "app:latest", "app:build", check=False)
    engine.docker("rm", "--force", "extract", check=False)


@pytest.fixture
def at_engine(engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """The environment of a person who uses the test's engine; what they had there is all there afterwards."""
    for name, value in engine.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("DOCKER_BUILDKIT")
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    before, cache = everything(engine), build_cache(engine)
    yield
    assert everything(engine) == before
    # the engine throws records of its own cache away when it has many
    assert build_cache(engine) <= cache


def build_cache(engine: Engine) -> set[str]:
    """The records of the build cache of BuildKit."""
    return set(engine.docker("system", "df", "-v", "--format", "{{range .BuildCache}}{{println .ID}}{{end}}").split())


def everything(engine: Engine) -> list[str]:
    """All that an engine keeps, but for the build cache."""
    commands = ["images -a --no-trunc", "ps -a --no-trunc", "volume ls", "network ls"]
    formats = ["{{.Repository}}:{{.Tag}} {{.ID}}", "{{.ID}} {{.Names}}", "{{.Name}}", "{{.Name}}"]
    lines = [
        line
        for command, form in zip(commands, formats, strict=True)
        for line in engine.docker(*command.split(), "--format", form).splitlines()
    ]
    return sorted(lines)


def recipe(folder: Path, **changed: bytes) -> Path:
    """A legacy triple with some files changed; `_` stands for the dot of a file's name."""
    tree = {"Dockerfile.build": BUILDER, "Dockerfile": RUNTIME, "build.sh": SCRIPT, "main.go": b"package main\n"}
    folder.mkdir()
    return make(folder, tree | {name.replace("_", "."): text for name, text in changed.items()})


def document(done: Done) -> dict[str, Any]:
    """The JSON output."""
    found: dict[str, Any] = json.loads(done.out)
    return found


@pytest.mark.usefixtures("at_engine")
@pytest.mark.parametrize("buildkit", ["0", "1"], ids=["classic", "buildkit"])
def test_the_sample_is_equal_with_three_images(buildkit: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_BUILDKIT", buildkit)
    root = Path(shutil.copytree(SAMPLE, tmp_path / "sample"))
    done = stageify(monkeypatch, "verify", root)
    assert done.status == 0, done.err
    lines = done.out.decode().splitlines()
    rows = [line.split() for line in lines[:3]]
    assert [row[:3] for row in rows] == [
        ["build", "image", "http-server:build"],
        ["legacy", "image", "http-server:latest"],
        ["new", "image", "http-server:latest"],
    ]
    build, legacy, new = (int(row[3].replace(",", "")) for row in rows)
    assert build > legacy == new
    assert rows[2][-1] == "equal"
    assert lines[-1] == "equal: the new version builds the same image"
    assert "docker build -t http-server:build . -f Dockerfile.build" in done.err
    assert sorted(path.name for path in root.iterdir()) == sorted(path.name for path in SAMPLE.iterdir())
    assert not os.listdir(tmp_path / "temporary")


@pytest.mark.usefixtures("at_engine")
@pytest.mark.parametrize(
    ("tampering", "field"),
    [
        ("{{ runtime }}RUN printf x >> app\n", "digest"),
        ("{{ runtime }}RUN chmod 700 app\n", "mode"),
        ("{{ runtime | replace('--from=builder', '--from=builder --chown=7:0') }}", "uid"),
    ],
    ids=["byte", "mode", "owner"],
)
def test_a_tampered_artifact_is_different(
    tampering: str, field: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    root = recipe(tmp_path / "recipe")
    template = Path("templates/Dockerfile.j2").read_text(encoding="utf-8")
    make(tmp_path / "mine", {"Dockerfile.j2": template.replace("{{ runtime }}", tampering).encode()})
    done = stageify(monkeypatch, "verify", root, "--template-dir", tmp_path / "mine", "--format", "json")
    assert done.status == 1, done.err
    found = document(done)
    assert found["equal"] is False
    assert found["noise_measured"] is True
    (image,) = found["images"]
    assert ("/root/app", field) in [(one["subject"], one["field"]) for one in image["differences"]]


@pytest.mark.usefixtures("at_engine")
def test_two_images_of_the_engine_are_compared(engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, command in {"a": "true", "b": "chown 7 /etc"}.items():
        (tmp_path / "Dockerfile").write_text(f"FROM alpine:latest\nRUN mkdir -p /etc && {command}\n")
        engine.build(tmp_path, "Dockerfile", f"pair:{name}", False)
    try:
        assert stageify(monkeypatch, "verify", "--images", "pair:a", "pair:a").status == 0
        done = stageify(monkeypatch, "verify", "--images", "pair:a", "pair:b")
        missing = stageify(monkeypatch, "verify", "--images", "pair:a", "pair:c")
    finally:
        engine.docker("rmi", "--force", "pair:a", "pair:b")
    assert done.status == 1
    assert "/etc: uid: 0 -> 7" in done.out.decode()
    assert (missing.status, missing.out) == (2, b"")
    assert "the engine has no image pair:c" in missing.err


@pytest.mark.usefixtures("at_engine")
def test_what_two_legacy_builds_differ_in_is_noise(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    random = BUILDER + b"RUN head -c 8 /dev/urandom >> app\n"
    done = stageify(monkeypatch, "verify", recipe(tmp_path / "recipe", Dockerfile_build=random), "--format", "json")
    assert done.status == 0, done.err
    found = document(done)
    assert found["noise_measured"] is True
    assert ("/root/app", "digest") in [(one["subject"], one["field"]) for one in found["images"][0]["noise"]]


@pytest.mark.usefixtures("at_engine")
def test_noise_that_is_not_measured_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    random = BUILDER + b"RUN head -c 8 /dev/urandom >> app\n"
    root = recipe(tmp_path / "recipe", Dockerfile_build=random)
    done = stageify(monkeypatch, "verify", root, "--noise", "never")
    assert done.status == 1
    assert "/root/app: digest" in done.out.decode()


@pytest.mark.usefixtures("at_engine")
def test_the_persons_own_images_and_containers_stay_and_nothing_is_pushed(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script = SCRIPT.replace(
        b"set -e\n",
        b"set -e\ndocker rm -f extract 2>/dev/null || true\ndocker rmi app:latest || true\ndocker pull app:latest\n"
        b"docker system prune -af\ndocker rm -f $(docker ps -aq) || true\n"
        b"docker rmi -f $(docker images -q) || true\n",
    )
    script += b"docker tag app example.com/team/app:1\ndocker login -u me -p secret example.com\n"
    script += b"docker push example.com/team/app:1\ndocker rmi example.com/team/app:1\ndocker volume prune -f\n"
    engine.docker("tag", "alpine:latest", "app:latest")
    engine.docker("tag", "alpine:latest", "app:build")
    engine.docker("create", "--name", "extract", "alpine:latest", "true")
    before = everything(engine)
    try:
        done = stageify(monkeypatch, "verify", recipe(tmp_path / "recipe", build_sh=script), "--log", tmp_path / "log")
        assert done.status == 0, done.err
        assert everything(engine) == before
    finally:
        engine.docker("rm", "extract")
        engine.docker("rmi", "app:latest", "app:build")
    log = (tmp_path / "log" / "legacy.txt").read_text()
    assert "held back: docker push example.com/team/app:1" in log
    assert "secret" not in log + done.err
    # the test's own docker would say this for a push that arrives
    assert "no registry here" not in log


@pytest.mark.usefixtures("at_engine")
def test_ids_images_in_a_chain_and_volumes_are_kept_apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = (
        b"#!/bin/sh\nset -e\ndocker build -t app-base -f Dockerfile.base .\n"
        b"docker build -t app:build -f Dockerfile.build .\nid=$(docker create app:build)\n"
        b"docker cp $id:/src/app app\ndocker rm $id\ndocker build -t app .\nrm app\n"
        b"docker run --rm -v results:/results app sh -c 'echo done > /results/x'\n"
    )
    root = recipe(
        tmp_path / "recipe",
        build_sh=script,
        Dockerfile_base=b"FROM golang:1.13\nVOLUME /cache\n",
        Dockerfile_build=BUILDER.replace(b"golang:1.13", b"app-base"),
    )
    done = stageify(monkeypatch, "verify", root)
    assert done.status == 0, done.err + done.out.decode()
    assert "build image   app:build" in done.out.decode()


@pytest.mark.usefixtures("at_engine")
def test_a_legacy_script_that_fails_by_itself_is_told_from_a_difference(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    root = recipe(tmp_path / "recipe", Dockerfile_build=BUILDER + b"RUN echo broken compiler && exit 3\n")
    done = stageify(monkeypatch, "verify", root)
    assert (done.status, done.out) == (2, b"")
    assert "the legacy script fails by itself" in done.err
    assert "broken compiler" in done.err
    (log,) = (tmp_path / "temporary").iterdir()
    assert str(log) in done.err
    assert "broken compiler" in log.read_text()


@pytest.mark.usefixtures("at_engine")
def test_a_new_version_that_does_not_build_is_different(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    root = recipe(tmp_path / "recipe")
    make(tmp_path / "mine", {"Dockerfile.j2": b"{{ directives }}{{ builders[0] }}{{ runtime }}RUN no-such-command\n"})
    done = stageify(monkeypatch, "verify", root, "--template-dir", tmp_path / "mine", "--log", tmp_path / "log")
    assert done.status == 1, done.err
    told = done.out.decode()
    assert "the new version fails: exit status" in told
    assert "no-such-command" in told
    assert told.splitlines()[-1] == "different: the new version is not proved to build the same"


@pytest.mark.usefixtures("at_engine")
def test_a_script_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    root = recipe(tmp_path / "recipe", Dockerfile_build=BUILDER + b"RUN sleep 600\n")
    begin = time.monotonic()
    done = stageify(monkeypatch, "verify", root, "--timeout", "3")
    assert done.status == 2
    assert "it took longer than 3 seconds" in done.err
    assert time.monotonic() - begin < 60


@pytest.mark.usefixtures("at_engine")
def test_the_scripts_own_arguments_and_variables_reach_both_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script = SCRIPT.replace(b"-t app .", b'-t "app:$1" --label tier=$TIER .')
    root = recipe(tmp_path / "recipe", build_sh=script)
    done = stageify(monkeypatch, "verify", root, "--env", "TIER=gold", "--format", "json", "--", "2.1")
    assert done.status == 0, done.err
    assert [image["tag"] for image in document(done)["images"]] == ["app:2.1"]


@pytest.mark.usefixtures("at_engine")
@pytest.mark.parametrize("buildkit", ["0", "1"], ids=["classic", "buildkit"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_in_the_middle_leaves_nothing(
    number: signal.Signals, buildkit: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DOCKER_BUILDKIT", buildkit)
    runtime = RUNTIME + b"RUN echo here && sleep 600\n"
    root = recipe(tmp_path / "recipe", Dockerfile=runtime)
    process = subprocess.Popen(
        [sys.executable, "-m", "converter", "verify", str(root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stderr is not None
    try:
        for line in process.stderr:
            if "docker build -t app ." in line:
                break
        time.sleep(3)
        process.send_signal(number)
        out, err = process.communicate(timeout=90)
    finally:
        process.kill()
    assert process.returncode == 128 + number, err
    assert out == ""
    assert "removing what was built" in err
    assert not os.listdir(tmp_path / "temporary")


@pytest.mark.usefixtures("at_engine")
def test_the_engine_of_the_docker_context_is_used(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DOCKER_HOST")
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "config"))
    subprocess.run(
        ["docker", "context", "create", "mine", "--docker", f"host={engine.daemon.host}"],
        check=True,
        capture_output=True,
    )
    subprocess.run(["docker", "context", "use", "mine"], check=True, capture_output=True)
    done = stageify(monkeypatch, "verify", recipe(tmp_path / "recipe"))
    assert done.status == 0, done.err


@pytest.mark.usefixtures("at_engine")
def test_convert_writes_what_is_proved(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    root = recipe(tmp_path / "recipe")
    done = stageify(monkeypatch, "convert", root, "--write", "--verify")
    assert done.status == 0, done.err
    assert "equal: the new version builds the same image" in done.err
    assert not (root / "Dockerfile.build").exists()


@pytest.mark.usefixtures("at_engine")
@pytest.mark.parametrize("mode", [["--write"], ["--diff"], ["--format", "json"], []])
def test_convert_neither_writes_nor_prints_what_differs(
    mode: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    root = recipe(tmp_path / "recipe")
    make(tmp_path / "mine", {"Dockerfile.j2": b"{{ directives }}{{ builders[0] }}{{ runtime }}RUN chmod 700 app\n"})
    before = snapshot(root)
    done = stageify(monkeypatch, "convert", root, "--verify", "--template-dir", tmp_path / "mine", *mode)
    assert (done.status, done.out) == (1, b"")
    assert "/root/app: mode: 0755 -> 0700" in done.err
    assert snapshot(root) == before


@pytest.mark.usefixtures("at_engine")
def test_a_makefile_is_called_with_its_goals(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lines = SCRIPT.decode().splitlines()[2:]
    makefile = "NAME = app\n\nimage:\n" + "".join(f"\t{line}\n" for line in lines)
    root = recipe(tmp_path / "recipe", Makefile=makefile.replace("-t app .", "-t $(NAME) .").encode())
    (root / "build.sh").unlink()
    done = stageify(monkeypatch, "verify", root, "--target", "image", "--", "NAME=web")
    assert done.status == 0, done.err
    assert "new image     web:latest" in done.out.decode()
    assert "equal" in done.out.decode().splitlines()[-1]


@pytest.mark.usefixtures("at_engine")
def test_files_of_the_recipe_that_the_image_ships_do_not_count(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    root = recipe(tmp_path / "recipe", Dockerfile=RUNTIME.replace(b"COPY app .", b"COPY . ."))
    done = stageify(monkeypatch, "verify", root)
    assert done.status == 0, done.err + done.out.decode()
    told = done.out.decode()
    assert "not counted: files of the recipe itself, which the image ships: /root/Dockerfile" in told
    assert "/root/build.sh" in told
