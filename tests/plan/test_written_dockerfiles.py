"""Dockerfiles that the script writes: a builder's text moves into the single Dockerfile, a runtime's is refused."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from converter.result import Recipe
from tests.plan.support import codes, convert_texts, files, refusal, written

TEXT = "FROM golang:1.13\nWORKDIR /src\nCOPY main.go .\nRUN go build -o app .\n"
REST = "docker create --name x b\ndocker cp x:/src/app app\ndocker rm x\ndocker build -t app .\nrm app\n"
RUNTIME = "FROM alpine:3.10\nCOPY app /usr/bin/app\n"
RESULT = TEXT.replace("golang:1.13", "golang:1.13 AS builder")


def answer(lines: str, others: Mapping[str, str] | None = None, rest: str = REST) -> Recipe:
    texts = {"build.sh": f"set -e\n{lines}{rest}", "Dockerfile": RUNTIME, "main.go": "", **(others or {})}
    return convert_texts(texts)


BUILD = "docker build -t b -f Dockerfile.build .\n"
TEMPLATE = {"build.in": TEXT.replace("1.13", "@VERSION@")}


@pytest.mark.parametrize(
    ("lines", "others"),
    [
        pytest.param(f"cat > Dockerfile.build <<EOF\n{TEXT}EOF\n{BUILD}", {}, id="a here-document"),
        pytest.param(f"cat <<EOF > Dockerfile.build\n{TEXT}EOF\n{BUILD}rm Dockerfile.build\n", {}, id="removed again"),
        pytest.param("".join(f"echo '{line}' >> Dockerfile.build\n" for line in TEXT.splitlines()) + BUILD, {},
                     id="line by line"),
        pytest.param(f"docker build -t b -f - . <<EOF\n{TEXT}EOF\n", {}, id="standard input"),
        pytest.param(f"VERSION=1.13\ncat > Dockerfile.build <<EOF\n{TEXT.replace('1.13', '$VERSION')}EOF\n{BUILD}", {},
                     id="a constant that nothing else uses"),
        pytest.param(f"sed s/@VERSION@/1.13/ build.in > Dockerfile.build\n{BUILD}", TEMPLATE, id="a template"),
        pytest.param(f"cat build.in | sed s/@VERSION@/1.13/ > Dockerfile.build\n{BUILD}", TEMPLATE, id="in a pipeline"),
    ],
)  # fmt: skip
def test_a_builder_dockerfile_with_constant_text_moves(lines: str, others: Mapping[str, str]) -> None:
    found = answer(lines, others)
    assert written(found, "Dockerfile").startswith(RESULT)
    assert written(found, "build.sh") == "set -e\ndocker build -t app .\n"
    assert "Dockerfile.build" not in files(found)
    assert ("STG622" in codes(found)) == bool(others)


def test_a_builder_without_a_context_moves() -> None:
    found = answer("docker build -t b - <<EOF\nFROM golang:1.13\nRUN make -o /src/app\nEOF\n")
    assert written(found, "Dockerfile").startswith("FROM golang:1.13 AS builder\nRUN make -o /src/app\n")


def test_a_builder_that_is_still_used_is_still_written() -> None:
    found = answer(f"cat > Dockerfile.build <<EOF\n{TEXT}EOF\n{BUILD}docker push b\n")
    assert f"cat > Dockerfile.build <<EOF\n{TEXT}EOF\n" in written(found, "build.sh")


@pytest.mark.parametrize(
    ("lines", "others"),
    [
        pytest.param(f"cat > Dockerfile.build <<EOF\nFROM golang:$1\nRUN make\nEOF\n{BUILD}", {}, id="a parameter"),
        pytest.param(f"cat > Dockerfile.build <<EOF\nFROM golang\nLABEL d=$(date)\nEOF\n{BUILD}", {}, id="a command"),
        pytest.param(f"V=1.13\ncat > Dockerfile.build <<EOF\nFROM golang:$V\nEOF\n{BUILD}echo $V\n", {},
                     id="a constant that is used elsewhere"),
        pytest.param(f"export VERSION=1\nenvsubst < build.in > Dockerfile.build\n{BUILD}", TEMPLATE, id="envsubst"),
        pytest.param(f"./generate > Dockerfile.build\n{BUILD}", {"generate": ""}, id="a program"),
        pytest.param(f"sed -i s/1.13/1.14/ Dockerfile.build\n{BUILD}", {"Dockerfile.build": TEXT}, id="a tracked file"),
    ],
)  # fmt: skip
def test_a_text_that_may_change_is_refused(lines: str, others: Mapping[str, str]) -> None:
    assert refusal(answer(lines, others)) == ("STG404", "build.sh")


@pytest.mark.parametrize(
    "line", ["cat > Dockerfile <<EOF\nFROM alpine\nCOPY app /\nEOF\n", "sed -i s/3.10/3.11/ Dockerfile\n"]
)
def test_a_runtime_dockerfile_that_the_script_makes_is_refused(line: str) -> None:
    rest = REST.replace("docker build", f"{line}docker build")
    assert refusal(answer(BUILD, {"Dockerfile.build": TEXT}, rest)) == ("STG404", "build.sh")
