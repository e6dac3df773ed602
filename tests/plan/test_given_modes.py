"""Modes that a builder's commands give, where a copy on the host or a folder that COPY makes would not have them."""

from __future__ import annotations

import pytest

from converter.plan.given_modes import is_usual_for_a_folder, loses_to_umask
from tests.plan.support import convert_texts

RUNTIME = "FROM alpine:3.10\nCOPY stage /srv\n"


def answer(run: str, *steps: str, path: str = "/src/out") -> tuple[str, list[str]]:
    """Status and errors of a recipe whose builder runs a command and whose script takes `path` by these steps."""
    lines = "".join(f"{line}\n" for line in steps)
    script = (
        "set -e\ndocker build -t b -f Dockerfile.build .\nmkdir -p stage\ndocker create --name x b\n"
        f"docker cp x:{path} {'stage' if not steps else '.'}\ndocker rm x\n{lines}docker build .\n"
    )
    builder = f"FROM golang:1.13\nWORKDIR /src\nCOPY main.go .\nRUN {run}\n"
    files = {"Dockerfile.build": builder, "Dockerfile": RUNTIME, "build.sh": script, "main.go": ""}
    recipe = convert_texts(files)
    return recipe.status, [found.message for found in recipe.diagnostics if found.severity == "error"]


@pytest.mark.parametrize(
    ("run", "mode"),
    [
        ("mkdir out && chmod 700 out", "700"),
        ("mkdir out && cd out && chmod -R go-rx .", "go-rx"),
        ("mkdir -m 750 -p out other", "750"),
        ("mkdir --mode=0700 out", "0700"),
        ("install -d -m 711 out", "711"),
    ],
)
def test_a_folder_in_a_bigger_copy_whose_mode_is_not_that_of_a_made_one(run: str, mode: str) -> None:
    status, errors = answer(run)
    assert status == "refused"
    assert f"the builder gives `/src/out` the mode {mode}" in errors[0]


@pytest.mark.parametrize(
    "run", ["mkdir out && chmod 755 out", "mkdir out && chmod -R a+rX out", "mkdir out && chmod 700 out/x other"]
)
def test_other_folders_are_copied(run: str) -> None:
    assert answer(run) == ("converted", [])


@pytest.mark.parametrize("mode", ["4755", "644", "0600"])
def test_no_folder_has_a_mode_like_that(mode: str) -> None:
    assert answer(f"cp main.go out && chmod {mode} out") == ("converted", [])


@pytest.mark.parametrize("run", ["install -m 4755 main.go out", "cp main.go out && chmod u+s out"])
def test_cp_on_the_host_drops_the_special_bits(run: str) -> None:
    status, errors = answer(run, "cp out stage/out")
    assert status == "refused"
    assert "of which `cp` on the host keeps only a part" in errors[0]


@pytest.mark.parametrize("step", ["mv out stage/out", "cp -p out stage/out", "cp -a out stage/out"])
def test_a_move_and_an_exact_copy_keep_them(step: str) -> None:
    assert answer("go build -o out . && chmod 4755 out", step) == ("converted", [])


@pytest.mark.parametrize("mode", ["4755", "2755", "777", "0666", "u+s", "a+w", "g+rw", "o=rw", "+t"])
def test_the_umask_takes_what_others_may_write_and_cp_the_special_bits(mode: str) -> None:
    assert loses_to_umask(mode)


@pytest.mark.parametrize("mode", ["755", "0700", "640", "+x", "a+rX", "u+w", "go-w"])
def test_other_modes_pass(mode: str) -> None:
    assert not loses_to_umask(mode)


@pytest.mark.parametrize(
    ("mode", "usual"),
    [
        ("755", True),
        ("0755", True),
        ("a+rx", True),
        ("700", False),
        ("go-rx", False),
        ("1777", False),
        ("u=rwx", False),
    ],
)
def test_a_folder_is_usually_made_with_0755(mode: str, usual: bool) -> None:
    assert is_usual_for_a_folder(mode) is usual
