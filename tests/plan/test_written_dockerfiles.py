"""Dockerfiles that the script writes: a builder's text moves into the single Dockerfile, a runtime's becomes that file."""

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
def test_a_runtime_dockerfile_of_the_tree_that_the_script_changes_is_refused(line: str) -> None:
    rest = REST.replace("docker build", f"{line}docker build")
    assert refusal(answer(BUILD, {"Dockerfile.build": TEXT}, rest)) == ("STG404", "build.sh")


FINAL = "FROM alpine:3.10\nCOPY --from=builder /src/app /usr/bin/app\n"
ECHOED = "".join(f"echo '{line}' >> Dockerfile.run\n" for line in RUNTIME.splitlines())


def runtime(writing: str, build: str, others: Mapping[str, str] | None = None) -> Recipe:
    """The recipe whose script writes the runtime's Dockerfile."""
    rest = REST.replace("docker build -t app .\n", f"{writing}{build}")
    texts = {"build.sh": f"set -e\n{BUILD}{rest}", "Dockerfile.build": TEXT, "main.go": "", **(others or {})}
    return convert_texts(texts)


@pytest.mark.parametrize(
    ("writing", "build", "path", "left"),
    [
        pytest.param(f"cat > Dockerfile <<EOF\n{RUNTIME}EOF\n", "docker build -t app .\n", "Dockerfile",
                     "docker build -t app .\n", id="a here-document"),
        pytest.param(ECHOED, "docker build -t app -f Dockerfile.run .\nrm -f Dockerfile.run\n", "Dockerfile.run",
                     "docker build -t app -f Dockerfile.run .\n", id="line by line and removed again"),
        pytest.param("", f"docker build -t app -f - . <<EOF\n{RUNTIME}EOF\n", "Dockerfile",
                     "docker build -t app -f Dockerfile .\n", id="standard input"),
        pytest.param(f"T=$(mktemp -d)\ncp app $T\ncat > $T/Dockerfile <<EOF\n{RUNTIME}EOF\n", "docker build -t app $T\nrm -r $T\n",
                     "Dockerfile", "docker build -t app .\n", id="a temporary folder"),
        pytest.param(f"BASE=alpine:3.10\ncat > Dockerfile <<EOF\n{RUNTIME.replace('alpine:3.10', '$BASE')}EOF\n",
                     "docker build -t app .\n", "Dockerfile", "docker build -t app .\n", id="a constant that nothing else uses"),
    ],
)  # fmt: skip
def test_a_runtime_dockerfile_with_constant_text_is_a_file(writing: str, build: str, path: str, left: str) -> None:
    found = runtime(writing, build)
    assert written(found, path) == f"{RESULT}\n{FINAL}"
    assert written(found, "build.sh") == f"set -e\n{left}"
    assert "STG624" in codes(found)


def test_a_name_that_is_taken_is_not_overwritten() -> None:
    found = runtime("", f"docker build -t me/app:1 -f - . <<EOF\n{RUNTIME}EOF\n", {"Dockerfile": "FROM scratch\n"})
    assert written(found, "Dockerfile.app").endswith(FINAL)


@pytest.mark.parametrize(
    "behind",
    [
        pytest.param("rm -f Dockerfile.*\n", id="a pattern"),
        pytest.param("./clean Dockerfile.run\n", id="a program"),
        pytest.param("echo '# end' >> Dockerfile.run\ncat Dockerfile.run\n", id="a line behind the build"),
    ],
)
def test_what_still_works_on_the_written_file_is_in_the_way(behind: str) -> None:
    found = runtime(ECHOED, f"docker build -t app -f Dockerfile.run .\n{behind}", {"clean": ""})
    assert refusal(found) == ("STG404", "build.sh")


def test_a_runtime_text_that_may_change_is_refused() -> None:
    text = RUNTIME + "LABEL version=$1\n"
    found = runtime(f"cat > Dockerfile <<EOF\n{text}EOF\n", "docker build -t app .\n")
    assert refusal(found) == ("STG404", "build.sh")
