"""Images that the script runs and does not build: constants of the script are text, what may be another one is an argument."""

from __future__ import annotations

import pytest

from converter.result import Recipe
from tests.plan.support import codes, convert_texts, refusal, written

RUNTIME = "FROM alpine:3.10\nCOPY app /\n"
RUN = 'docker run --rm -v "$PWD:/src" -w /src {image} go build -o app .\ndocker build -t app:{tag} .\n'


def answer(head: str, image: str, tag: str = "1", arguments: tuple[str, ...] | None = None, **given: str) -> Recipe:
    texts = {"build.sh": head + RUN.format(image=image, tag=tag), "Dockerfile": RUNTIME, "main.go": ""}
    return convert_texts(texts, arguments=arguments, environment=given)


def base(found: Recipe) -> list[str]:
    return [
        line for line in written(found, "Dockerfile").splitlines() if line.startswith(("ARG", "FROM golang", "FROM $"))
    ]


@pytest.mark.parametrize(
    ("head", "image", "tag", "lines"),
    [
        pytest.param("", "golang:1.13", "1", ["FROM golang:1.13 AS builder"], id="text"),
        pytest.param("V=1.13\n", "golang:$V", "1", ["FROM golang:1.13 AS builder"], id="a constant for this alone"),
        pytest.param("V=1.13\n", "golang:$V", "$V", ["ARG V=1.13", "FROM golang:${V} AS builder"],
                     id="a constant that a tag has as well"),
        pytest.param("", "golang:$V", "1", ["ARG V", "FROM golang:${V} AS builder"], id="the environment's"),
        pytest.param("V=$1\n", "$V", "1", ["ARG V", "FROM ${V} AS builder"], id="the whole name"),
    ],
)  # fmt: skip
def test_what_may_be_another_image_is_an_argument(head: str, image: str, tag: str, lines: list[str]) -> None:
    assert base(answer(head, image, tag)) == lines


@pytest.mark.parametrize(("quoted", "flag"), [("golang:$V", "V=$V"), ('"golang:$V"', 'V="$V"')])
def test_the_script_gives_the_argument_as_it_gave_the_name(quoted: str, flag: str) -> None:
    assert f"docker build -t app:1 --build-arg {flag} .\n" in written(answer("", quoted), "build.sh")


def test_a_value_that_is_given_for_this_time_is_not_written_down() -> None:
    assert base(answer("", "golang:$V", V="1.13")) == ["ARG V", "FROM golang:${V} AS builder"]
    assert base(answer("V=$1\n", "golang:$V", arguments=("1.13",))) == ["ARG V", "FROM golang:${V} AS builder"]


@pytest.mark.parametrize("image", ["golang:$1", "$(cat image)", "golang:$(cat version)"])
def test_a_name_that_no_argument_can_give_is_refused(image: str) -> None:
    assert refusal(answer("", image)) == ("STG303", "build.sh")


COPIED = 'id=$(docker create {image})\ndocker cp "$id:/site.tar.gz" site.tar.gz\n{more}docker rm "$id"\ndocker build -t app .\n'


@pytest.mark.parametrize("more", ["", 'docker cp "$id:/LICENSE" LICENSE\n'])
def test_an_archive_of_an_image_is_unpacked_in_a_stage_of_its_own(more: str) -> None:
    taken = "COPY LICENSE /\n" if more else ""
    texts = {
        "build.sh": COPIED.format(image="acme/site:3", more=more),
        "Dockerfile": f"FROM alpine:3.10\n{taken}ADD site.tar.gz /srv/\n",
    }
    text = written(convert_texts(texts), "Dockerfile")
    assert text.startswith(
        "FROM acme/site:3 AS builder\nUSER root\nRUN mkdir /unpacked && tar -xzf /site.tar.gz -C /unpacked\n"
    )
    assert "COPY --from=builder /unpacked/ /srv/" in text
    assert "--from=acme" not in text


def test_what_copy_takes_of_an_image_needs_no_stage() -> None:
    texts = {
        "build.sh": COPIED.format(image="nginx:1.15", more=""),
        "Dockerfile": "FROM alpine:3.10\nCOPY site.tar.gz /\n",
    }
    assert "COPY --from=nginx:1.15 --chown=0:0 /site.tar.gz /" in written(convert_texts(texts), "Dockerfile")


def test_a_cmd_of_the_dockerfile_is_the_build_where_its_base_is_not_known() -> None:
    texts = {
        "build.sh": "docker build -t b -f Dockerfile.build .\ndocker run --name c b\ndocker cp c:/src/app app\ndocker build -t app .\n",
        "Dockerfile.build": "FROM acme/go:2\nWORKDIR /src\nCOPY . .\nCMD go build -o app .\n",
        "Dockerfile": RUNTIME,
        "main.go": "",
    }
    found = convert_texts(texts)
    assert "RUN go build -o app .\n" in written(found, "Dockerfile")
    assert any("`acme/go:2` has no ENTRYPOINT" in assumption.about for assumption in found.assumptions)


def test_dockerfiles_for_other_values_are_named() -> None:
    script = (
        "docker build -t b -f Dockerfile.$ARCH-build .\ndocker create --name c b\ndocker cp c:/src/app app\n"
        "docker build -t app -f Dockerfile.$ARCH .\n"
    )
    texts = {"build.sh": script, "main.go": ""}
    for arch in ("arm", "amd64"):
        texts[f"Dockerfile.{arch}-build"] = "FROM golang:1.13\nWORKDIR /src\nCOPY main.go .\nRUN go build -o app .\n"
        texts[f"Dockerfile.{arch}"] = RUNTIME
    assert "STG617" in codes(convert_texts(texts, environment={"ARCH": "arm"}))
    del texts["Dockerfile.amd64-build"], texts["Dockerfile.amd64"]
    assert "STG617" not in codes(convert_texts(texts, environment={"ARCH": "arm"}))
