"""`--ask-engine` and `--pin`: what the person's engine knows of images."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from converter.verify.compare import compare
from tests.cli.running import PROJECT
from tests.engine.engine import Engine
from tests.engine.fixtures import engine_test
from tests.engine.images import File, stand_in

pytestmark = engine_test

TOOLCHAIN = "registry.example.com/toolchain:4"


def recipe(folder: Path, image: str, runtime: str, commands: str) -> None:
    folder.mkdir()
    (folder / "Dockerfile").write_text(runtime)
    (folder / "Dockerfile.build").write_text(f"FROM {image}\nCOPY main.c .\n")
    (folder / "main.c").write_text("int main;\n")
    (folder / "build.sh").write_text(f"#!/bin/sh\nset -e\n{commands}docker build -t asked .\n")


def stageify(engine: Engine, *words: object) -> tuple[int, str]:
    done = engine.run(
        [sys.executable, "-m", "converter", *map(str, words)], env={"PYTHONPATH": str(PROJECT)}, check=False
    )
    return done.exit_status, done.output


def test_the_command_and_folder_of_a_base_image_come_from_the_engine(engine: Engine, tmp_path: Path) -> None:
    config = {"Cmd": ["cp", "main.c", "out.bin"], "WorkingDir": "/work", "Env": ["PATH=/bin:/usr/bin"]}
    engine.add(stand_in(TOOLCHAIN, like="debian", config=config, files={"/work/.keep": File(b"")}))
    commands = (
        "docker build -t asked:build -f Dockerfile.build .\ndocker run --name asked asked:build\n"
        "docker cp asked:/work/out.bin out.bin\ndocker rm asked\n"
    )
    before, after = tmp_path / "before", tmp_path / "after"
    for folder in (before, after):
        recipe(folder, TOOLCHAIN, "FROM alpine:latest\nCOPY out.bin /srv/out.bin\n", commands)
    assert stageify(engine, "convert", "--check", after)[0] == 4
    status, output = stageify(engine, "convert", "--ask-engine", "--write", after)
    assert status == 0, output
    assert "RUN cp main.c out.bin\n" in (after / "Dockerfile").read_text()
    images = []
    for folder in (before, after):
        engine.run_script(folder, "build.sh")
        images.append(engine.image("asked:latest"))
    assert not compare(*images).differences


def test_an_image_that_was_only_loaded_has_no_digest_to_pin(engine: Engine, tmp_path: Path) -> None:
    engine.add(stand_in("nginx:latest"))
    commands = "docker create --name asked nginx:latest\ndocker cp asked:/bin/busybox tool\ndocker rm asked\n"
    recipe(tmp_path / "app", "debian:9", "FROM alpine:latest\nCOPY tool /srv/tool\n", commands)
    status, output = stageify(engine, "convert", "--pin", tmp_path / "app")
    assert status == 4
    assert "docker pull nginx:latest" in output
    status, output = stageify(engine, "batch", "--pin", "--format", "json", tmp_path)
    assert (status, json.loads(output)["recipes"][0]["diagnostics"][0]["code"]) == (4, "STG618")
