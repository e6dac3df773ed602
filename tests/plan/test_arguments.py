"""Arguments of the two Dockerfiles that have one name: the builder's gets another one, and means what it meant."""

from __future__ import annotations

import pytest

from tests.plan.support import codes, convert_texts, recipe, refusal, written
from tests.plan.test_dockerfile import script_with

RENAMED = [
    pytest.param(
        "ARG V=1\nFROM golang:1.13\nARG V\nRUN go build -o /src/app $V\n",
        "ARG BUILDER_V=1\nARG V=2\nFROM golang:1.13 AS builder\nARG BUILDER_V\nENV V=$BUILDER_V\nRUN go build -o /src/app $V\n",
        id="the stage that repeats it",
    ),
    pytest.param(
        "ARG V=1\nFROM golang:${V:-3}\nRUN go build -o /src/app\n",
        "ARG BUILDER_V=1\nARG V=2\nFROM golang:${BUILDER_V:-3} AS builder\nRUN go build -o /src/app\n",
        id="a FROM with a default of its own",
    ),
    pytest.param(
        'ARG V=1\nARG W=a-$V \\\n  X="$V"\nFROM golang:$W\nRUN go build -o /src/app\n',
        'ARG BUILDER_V=1\nARG W=a-$BUILDER_V \\\n  X="$BUILDER_V"\nARG V=2\nFROM golang:$W AS builder\nRUN go build -o /src/app\n',
        id="defaults that use it",
    ),
    pytest.param(
        "arg V=1\nfrom golang:$V\narg V=3 U=$V\nrun go build -o /src/app $V\n",
        "arg BUILDER_V=1\nARG V=2\nfrom golang:$BUILDER_V as builder\narg BUILDER_V=3 U=$BUILDER_V\nenv V=$BUILDER_V\n"
        "run go build -o /src/app $V\n",
        id="in lower case",
    ),
    pytest.param(
        "ARG V=1\nFROM golang:$V AS BUILDER_V\nFROM golang:$V\nRUN go build -o /src/app\n",
        "ARG BUILDER_V_2=1\nARG V=2\nFROM golang:$BUILDER_V_2 AS BUILDER_V\nFROM golang:$BUILDER_V_2 AS builder\n"
        "RUN go build -o /src/app\n",
        id="a name that is taken",
    ),
]


@pytest.mark.parametrize(("builder", "expected"), RENAMED)
def test_a_global_argument_with_another_default(builder: str, expected: str) -> None:
    runtime = "ARG V=2\nFROM alpine:$V\nCOPY app /app\n"
    text = written(convert_texts(recipe(script_with("app"), builder, runtime)), "Dockerfile")
    assert text == expected + "\nFROM alpine:$V\nCOPY --from=builder /src/app /app\n"


UNSET = [
    pytest.param("RUN go build -o /src/app ${V:-x}\n", "RUN go build -o /src/app ${BUILDER_V:-x}\n", id="in a RUN"),
    pytest.param(
        "ENV V=${V:-1}\nRUN go build -o /src/app $V\n",
        "ENV V=${BUILDER_V:-1}\nRUN go build -o /src/app $V\n",
        id="in ENV",
    ),
    pytest.param("RUN go build -o /src/app\n", "RUN go build -o /src/app\n", id="nowhere"),
    pytest.param("RUN go build -o /src/app VALUE\n", "RUN go build -o /src/app VALUE\n", id="in no other word"),
]


@pytest.mark.parametrize(("body", "expected"), UNSET)
def test_an_argument_without_a_value_stays_unset_in_the_builder(body: str, expected: str) -> None:
    texts = recipe(
        script_with("app", final="--build-arg V=1"),
        f"FROM golang:1.13\nARG V\n{body}",
        "FROM alpine\nARG V\nCOPY app /app\n",
    )
    text = written(convert_texts(texts), "Dockerfile")
    assert text.startswith(f"FROM golang:1.13 AS builder\nARG BUILDER_V\n{expected}\n")


KEPT = [
    pytest.param(
        "FROM golang\nARG V\nRUN awk '{print $V}' && go build -o /src/app\n", id="a quoted text of another language"
    ),
    pytest.param("FROM golang\nARG V\nRUN env | grep V && go build -o /src/app\n", id="a program that looks for it"),
    pytest.param("FROM golang\nARG V=1\nONBUILD RUN echo $V\nRUN go build -o /src/app\n", id="a trigger"),
    pytest.param("FROM golang\nENV V=0\nARG V=1\nRUN go build -o /src/app\n", id="an ENV of that name"),
]


@pytest.mark.parametrize("builder", KEPT)
def test_an_argument_that_may_be_read_otherwise_is_refused(builder: str) -> None:
    texts = recipe(script_with("app", final="--build-arg V=2"), builder, "FROM alpine\nARG V\nCOPY app /app\n")
    assert refusal(convert_texts(texts)) == ("STG203", "Dockerfile.build")


def test_the_arguments_of_a_build_image_that_is_still_used_keep_their_names() -> None:
    script = script_with("app", options="--build-arg V=1", final="--build-arg V=2") + "docker push app:build\n"
    texts = recipe(script, "FROM golang\nARG V\nRUN go build -o /src/app\n", "FROM alpine\nARG V\nCOPY app /app\n")
    assert refusal(convert_texts(texts)) == ("STG203", "Dockerfile.build")


@pytest.mark.parametrize(("argument", "said"), [("ARG V\n", True), ("ARG V=1\n", False)])
def test_it_is_said_where_a_plain_build_needs_an_argument_now(argument: str, said: bool) -> None:
    builder = f"FROM golang:1.13\n{argument}RUN go build -o /src/app\n"
    texts = recipe(script_with("app", options="--build-arg V=2"), builder, "FROM alpine\nCOPY app /app\n")
    assert ("STG610" in codes(convert_texts(texts))) is said


@pytest.mark.parametrize(("variable", "refused"), [("$V", True), ("${V:-1}", True), ("$W", False)])
def test_a_container_does_not_see_the_arguments_of_its_images_build(variable: str, refused: bool) -> None:
    script = (
        "docker build -t b --build-arg V=1 -f Dockerfile.build .\n"
        f"docker run --name c b sh -c 'go build -o /src/app {variable}'\ndocker cp c:/src/app app\ndocker build -t app .\n"
    )
    answer = convert_texts(recipe(script, "FROM golang:1.13\nARG V\nCOPY . .\n", "FROM alpine\nCOPY app /app\n"))
    assert (answer.status == "refused") is refused
    if refused:
        assert refusal(answer) == ("STG402", "build.sh")
