"""Refusals where branches reach an image differently: they name the test, its outcomes and how to choose."""

from __future__ import annotations

import pytest

from converter.machine.predicate import Atom, both, negate
from converter.machine.value import Unknowns
from converter.plan.branches import asks_engine
from tests.plan.support import convert_texts, recipe, written

CREATE, COPY, FINAL = (
    "docker create --name extract app:build",
    "docker cp extract:/src/app app",
    "docker build -t app .",
)
BUILD = "docker build -t app:build -f Dockerfile.build ."
REST = f"{CREATE}\n{COPY}\n{FINAL}\n"


@pytest.mark.parametrize(
    ("script", "line", "parts"),
    [
        pytest.param(
            f'if [ -n "$CI" ]; then\n  {BUILD}\nfi\n{REST}', 1,
            ['`[ -n "$CI" ]`', "where it holds, it is built from Dockerfile.build",
             "where it does not, the script does not build it", "--env CI=VALUE"], id="an image that one way builds",
        ),
        pytest.param(
            f'{BUILD}\n{CREATE}\nif [ "$1" = a ]; then docker cp extract:/a app; else docker cp extract:/b app; fi\n{FINAL}\n',
            3, ["`app`", "where it holds, it is `/a`", "where it does not, it is `/b`", "arguments after --"],
            id="an artifact from one of two places",
        ),
        pytest.param(
            f"case $1 in\n  x) {BUILD} ;;\n  y) docker build -t app:build -f Dockerfile.y . ;;\n  *) exit 1 ;;\nesac\n{REST}",
            2, ["`case $1`", "in the arm x) it is built from Dockerfile.build",
                "in the arm y) it is built from Dockerfile.y", "arguments after --"], id="the arms of a case",
        ),
        pytest.param(
            f'{BUILD}\nif [ "$1" = a ]; then N=app:build; else N=other; fi\ndocker create --name extract $N\n{COPY}\n{FINAL}\n',
            2, ["`app:build`", "`other`"], id="a container of one of two images",
        ),
    ],
)  # fmt: skip
def test_the_refusal_names_the_test_and_its_outcomes(script: str, line: int, parts: list[str]) -> None:
    answer = convert_texts(recipe(script, others={"Dockerfile.y": "FROM alpine\n"}))
    (diagnostic,) = answer.diagnostics
    assert (answer.status, diagnostic.code) == ("refused", "STG302")
    assert diagnostic.location is not None
    assert diagnostic.location.line == line
    said = f"{diagnostic.message} | {diagnostic.help}"
    assert [part for part in parts if part not in said] == []


def test_the_refusal_says_with_which_argument_the_script_is_a_recipe() -> None:
    script = f"case $1 in\n  x) {BUILD} ;;\n  y) docker build -t app:build -f Dockerfile.y . ;;\n  *) exit 1 ;;\nesac\n{REST}"
    (diagnostic,) = convert_texts(recipe(script, others={"Dockerfile.y": "FROM alpine\n"})).diagnostics
    assert "(it converts with `-- x` or `-- y`)" in (diagnostic.help or "")


def test_a_command_that_one_way_leaves_in_another_folder_names_the_test() -> None:
    script = f'if [ -n "$CI" ]; then cd sub; fi\n{BUILD}\n{REST}'
    answer = convert_texts(recipe(script, others={"sub/Dockerfile.build": "FROM alpine\n"}))
    (diagnostic,) = answer.diagnostics
    assert (answer.status, diagnostic.code) == ("refused", "STG302")
    assert '`[ -n "$CI" ]`' in diagnostic.message
    assert "--env CI=VALUE" in (diagnostic.help or "")


def test_builds_of_one_dockerfile_are_told_apart_by_their_commands() -> None:
    script = f'if [ "$1" = a ]; then\n  docker build --build-arg M=1 -t app:build -f Dockerfile.build .\nelse\n  {BUILD}\nfi\n{REST}'
    builder = "FROM golang:1.13\nARG M=2\nWORKDIR /src\nCOPY . .\nRUN go build -o app .\n"
    (diagnostic,) = convert_texts(recipe(script, builder=builder)).diagnostics
    assert "--build-arg M=1" in diagnostic.message
    assert f"it is built by `{BUILD}`" in diagnostic.message


def test_the_variable_that_is_given_decides() -> None:
    script = f'if [ -n "$CI" ]; then\n  {BUILD}\nfi\n{REST}'
    answer = convert_texts(recipe(script), environment={"CI": "1"})
    assert written(answer, "build.sh") == f"{FINAL}\n"


def test_a_command_that_serves_another_image_is_not_given_arguments() -> None:
    script = (
        'build() { docker build -t "$1" -f "$2" .; }\n'
        f"docker build --build-arg V=2 -t app:build -f Dockerfile.build .\n{CREATE}\n{COPY}\n"
        "build app Dockerfile\nbuild other Dockerfile.other\n"
    )
    builder = "FROM golang:1.13\nARG V=1\nWORKDIR /src\nCOPY . .\nRUN go build -o app .\n"
    answer = convert_texts(recipe(script, builder=builder, others={"Dockerfile.other": "FROM alpine\n"}))
    assert (answer.status, answer.diagnostics[0].code) == ("refused", "STG304")


def test_a_script_that_something_else_starts_is_not_changed() -> None:
    others = {"scripts/c.sh": f"#!/bin/sh\n{BUILD}\n", ".travis.yml": "script: scripts/c.sh\n"}
    answer = convert_texts(recipe(f"scripts/c.sh\n{REST}", others=others))
    assert (answer.status, answer.diagnostics[0].code) == ("refused", "STG304")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [("$(docker images -q app)", True), ("$(docker ps -aq)", True), ("$(cat ids)", False), ("$CI", False)],
)
def test_a_test_asks_the_engine_where_all_it_looks_at_comes_from_there(expression: str, expected: bool) -> None:
    unknowns = Unknowns()
    asked = Atom(("is", unknowns.token(expression, expression, ""), ""))
    assert asks_engine(negate(asked), unknowns) is expected
    assert asks_engine(both(asked, Atom(("engine", 1))), unknowns) is expected
