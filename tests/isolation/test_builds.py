"""Dockerfiles that name images of the run."""

from __future__ import annotations

from converter.isolation.builds import rewrite_dockerfile
from converter.isolation.names import Names
from converter.source import Source

NAMES = Names("stageify-0/new", frozenset({"base:1"}))


def private(text: str, **build_args: str) -> str | None:
    """The text with private names."""
    return rewrite_dockerfile(Source("Dockerfile", text), build_args, NAMES).text


def test_a_dockerfile_that_names_no_image_of_the_run_stays() -> None:
    found = rewrite_dockerfile(Source("Dockerfile", "FROM alpine:3.19 AS a\nFROM a\nCOPY --from=a /x /\n"), {}, NAMES)
    assert found.text is None
    assert found.uses == ("alpine:3.19",)


def test_a_base_of_the_run_gets_its_private_name_and_nothing_else_changes() -> None:
    text = "# syntax=x\nFROM  --platform=linux/amd64 base:1 AS b # \nRUN echo base:1\n"
    assert private(text) == text.replace("amd64 base:1", "amd64 stageify-0/new/base:1")


def test_a_base_that_comes_from_an_argument_is_seen() -> None:
    text = "ARG BASE=alpine:3.19\nFROM $BASE\n"
    assert private(text) is None
    assert private(text, BASE="base:1") == "ARG BASE=alpine:3.19\nFROM stageify-0/new/base:1\n"
    assert private("ARG V=1\nFROM base:${V}\n") == "ARG V=1\nFROM stageify-0/new/base:1\n"


def test_copies_and_mounts_from_an_image_of_the_run_get_its_private_name() -> None:
    assert (
        private("FROM scratch\nCOPY --from=base:1 /a /b\nRUN --mount=type=bind,from=base:1,target=/m true\n")
        == "FROM scratch\nCOPY --from=stageify-0/new/base:1 /a /b\n"
        "RUN --mount=type=bind,from=stageify-0/new/base:1,target=/m true\n"
    )


def test_a_stage_of_the_same_name_is_no_image_of_the_run() -> None:
    names = Names("stageify-0/new", frozenset({"base:latest"}))
    text = "FROM alpine:3.19 AS base\nFROM scratch\nCOPY --from=base /a /b\n"
    assert rewrite_dockerfile(Source("Dockerfile", text), {}, names).text is None
