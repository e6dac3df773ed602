"""Drivers that call other drivers: which of them is the recipe."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace
from typer.testing import CliRunner

from converter.batch.callers import part_of
from converter.cli.app import make_app
from converter.diagnostics import error
from converter.result import FileChange, Recipe
from converter.source import Source
from tests.batch.trees import make

DOCKERFILES = {
    "Dockerfile.build": b"FROM golang:1.13\nWORKDIR /src\nCOPY main.go .\nRUN go build -o app .\n",
    "Dockerfile": b"FROM alpine:3.10\nCOPY app /app\n",
    "main.go": b"package main\n",
}
EXTRACT = b"docker build -t b -f Dockerfile.build .\ndocker create --name x b\ndocker cp x:/src/app app\ndocker rm x\n"
CHANGES = (FileChange("Dockerfile", "write", "FROM a\n"),)


def recipe(driver: str, *scripts: str, files: tuple[FileChange, ...] = CHANGES) -> Recipe:
    return Recipe(driver, (driver, *scripts), "converted", files=files)


def chosen(folder: Path, *flags: str) -> str:
    """What `convert` says about a folder."""
    result = CliRunner().invoke(make_app(), ["convert", str(folder), "--check", "--verbose", *flags])
    return result.output


def test_a_ci_file_that_only_calls_a_script_gives_way_to_it(tmp_path: Path) -> None:
    script = b"#!/bin/sh\nset -e\n" + EXTRACT + b"docker build -t app .\n"
    ci = b"image:\n  script:\n    # docker build\n    - ./build.sh\n"
    make(tmp_path, {**DOCKERFILES, "build.sh": script, ".gitlab-ci.yml": ci})
    said = chosen(tmp_path)
    assert "build.sh converts to one multi-stage Dockerfile" in said


def test_a_ci_file_that_builds_the_image_from_what_a_script_extracts_is_the_recipe(tmp_path: Path) -> None:
    ci = b"services: docker\nscript:\n  - ./extract.sh\n  - docker build -t app .\n"
    make(tmp_path, {**DOCKERFILES, "extract.sh": b"#!/bin/sh\nset -e\n" + EXTRACT, ".travis.yml": ci})
    said = chosen(tmp_path)
    assert ".travis.yml converts to one multi-stage Dockerfile" in said
    assert "extract.sh converts to one multi-stage Dockerfile, not taken: .travis.yml calls it" in said


def test_the_same_pattern_in_a_makefile_and_a_ci_file_is_a_choice(tmp_path: Path) -> None:
    lines = [*EXTRACT.splitlines(), b"docker build -t app ."]
    makefile = b"all:\n" + b"".join(b"\t" + line + b"\n" for line in lines)
    ci = b"script:\n" + b"".join(b"  - " + line + b"\n" for line in lines)
    make(tmp_path, {**DOCKERFILES, "Makefile": makefile, ".travis.yml": ci})
    assert "STG102" in chosen(tmp_path)


def test_only_a_caller_that_changes_nothing_else_gives_way() -> None:
    script = recipe("build.sh")
    assert part_of([recipe(".travis.yml", "build.sh"), script]) == {".travis.yml": "it only calls build.sh"}
    more = recipe(".travis.yml", "build.sh", files=(*CHANGES, FileChange(".travis.yml", "write", "")))
    assert part_of([more, script]) == {"build.sh": ".travis.yml calls it"}
    assert part_of([recipe("all.sh", "build.sh"), script]) == {"build.sh": "all.sh calls it"}


def test_a_script_without_docker_commands_gives_way_where_it_changes_no_other_file() -> None:
    script = recipe("build.sh")
    caller = replace(recipe("all.sh", "build.sh"), only_calls=True)
    assert part_of([caller, script]) == {"all.sh": "it only calls build.sh"}
    more = replace(caller, files=(*CHANGES, FileChange("builder.sh", "write", "")))
    assert part_of([more, script]) == {"build.sh": "all.sh calls it"}


def test_a_script_that_several_others_call_is_the_recipe(tmp_path: Path) -> None:
    build = b"#!/bin/sh\nset -e\n" + EXTRACT + b"docker build -t app .\n"
    callers = {
        "ci.sh": b"#!/bin/sh\n./build.sh\n./run-tests\n",
        "deploy.sh": b"#!/bin/sh\n./build.sh && scp x y\n",
        "all.sh": b"for d in $(cat dirs); do (cd $d && ../build.sh); done\n",
        "Makefile": b"all:\n\t./build.sh $(ARGS)\n",
        ".travis.yml": b"script: ./build.sh\n",
    }
    make(tmp_path, {**DOCKERFILES, "build.sh": build, **callers})
    for path in tmp_path.iterdir():
        path.chmod(0o755)
    said = chosen(tmp_path)
    assert "build.sh converts to one multi-stage Dockerfile\n" in said
    assert "STG102" not in said
    for caller in ("ci.sh", "deploy.sh", "Makefile", ".travis.yml"):
        assert f"looked at {caller} " in said


def test_what_is_refused_inside_another_driver_is_that_ones_refusal() -> None:
    source = Source("build.sh", "docker\n")
    problem = error("STG302", "no", source, source.line_span(1))
    refused = [Recipe(name, (name,), "refused", diagnostics=(problem,)) for name in (".travis.yml", "build.sh")]
    assert part_of(refused) == {".travis.yml": "it only calls build.sh"}


def test_powershell_and_batch_files_are_refused_by_name(tmp_path: Path) -> None:
    lines = EXTRACT + b"docker build -t app .\n"
    for name, language in (("build.ps1", "PowerShell"), ("build.bat", "cmd.exe"), ("make.cmd", "cmd.exe")):
        folder = tmp_path / name.replace(".", "-")
        folder.mkdir()
        make(folder, {**DOCKERFILES, name: lines})
        said = chosen(folder)
        assert "STG107" in said
        assert f"{name} is a script for {language}" in said
        assert "record" in said
