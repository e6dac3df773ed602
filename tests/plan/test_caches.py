"""Folders of tools that the script mounts from the host: left out, or cache mounts."""

from __future__ import annotations

import pytest

from converter.plan.wishes import Wishes
from converter.result import Recipe
from tests.plan.support import convert_texts, refusal, written

CACHED = Wishes(cache_mounts=True)


def answer(mounts: str, wishes: Wishes = CACHED, first: str = "", directive: str = "") -> Recipe:
    script = f"{first}docker run --rm -v $PWD:/src {mounts} -w /src node:12 npm install\ndocker build -t app .\n"
    runtime = f"{directive}FROM alpine:3.10\nCOPY node_modules /srv/node_modules\n"
    return convert_texts({"build.sh": script, "Dockerfile": runtime, "package.json": "{}"}, wishes=wishes)


@pytest.mark.parametrize(
    ("mounts", "flags"),
    [
        ("-v $HOME/.npm:/root/.npm", "--mount=type=cache,target=/root/.npm "),
        ("-v ~/.npm:/root/.npm:rw", "--mount=type=cache,target=/root/.npm "),
        ("-v npm:/root/.npm", "--mount=type=cache,target=/root/.npm "),
        ("--mount type=volume,source=npm,target=/root/.npm", "--mount=type=cache,target=/root/.npm "),
        ("-v $HOME/.npm:/root/.npm -v $HOME/.cache:/root/.cache",
         "--mount=type=cache,target=/root/.npm --mount=type=cache,target=/root/.cache "),
        ("-u 1000 -v $HOME/.npm:/home/node/.npm", "--mount=type=cache,target=/home/node/.npm,uid=1000 "),
        ("-u 1000:50 -v $HOME/.npm:/home/node/.npm", "--mount=type=cache,target=/home/node/.npm,uid=1000,gid=50 "),
        ("-u node -v $HOME/.npm:/home/node/.npm", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_a_mounted_cache_is_a_cache_mount(mounts: str, flags: str) -> None:
    found = answer(mounts)
    assert f"\nRUN {flags}npm install\n" in written(found, "Dockerfile")
    says = [one.message for one in found.diagnostics if one.code == "STG619"]
    assert bool(says) == bool(mounts)
    assert all(("DOCKER_BUILDKIT=1" in one) == bool(flags) for one in says)


def test_without_the_wish_it_is_left_out_with_a_note() -> None:
    found = answer("-v $HOME/.npm:/root/.npm", Wishes())
    assert "\nRUN npm install\n" in written(found, "Dockerfile")
    (says,) = (one for one in found.diagnostics if one.code == "STG619")
    assert (says.severity, "--cache-mounts" in (says.help or "")) == ("note", True)


@pytest.mark.parametrize(
    ("first", "directive"),
    [("export DOCKER_BUILDKIT=0\n", ""), ("", "# syntax=docker/dockerfile:1.0\n"),
     ("", "# syntax=docker/dockerfile:1.1.7\n")],
)  # fmt: skip
def test_a_builder_that_has_no_cache_mounts_is_said(first: str, directive: str) -> None:
    assert refusal(answer("-v $HOME/.npm:/root/.npm", first=first, directive=directive))[0] == "STG619"


@pytest.mark.parametrize("version", ["1", "1.2", "1.10", "experimental", "1.1-experimental", "latest"])
def test_a_frontend_that_has_them_stays(version: str) -> None:
    found = answer("-v $HOME/.npm:/root/.npm", directive=f"# syntax=docker/dockerfile:{version}\n")
    assert "type=cache" in written(found, "Dockerfile")


def test_the_command_of_the_image_gets_its_cache_in_place() -> None:
    script = (
        "docker build -t b -f Dockerfile.build .\ndocker run --name x -v $HOME/.npm:/root/.npm b\n"
        "docker cp x:/src/node_modules node_modules\ndocker build -t app .\n"
    )
    builder = 'FROM node:12\nWORKDIR /src\nCOPY package.json .\nCMD ["npm", "install"]\n'
    texts = {"build.sh": script, "Dockerfile.build": builder, "package.json": "{}",
             "Dockerfile": "FROM alpine:3.10\nCOPY node_modules /srv/node_modules\n"}  # fmt: skip
    text = written(convert_texts(texts, wishes=CACHED), "Dockerfile")
    assert 'RUN --mount=type=cache,target=/root/.npm ["npm", "install"]\n' in text
