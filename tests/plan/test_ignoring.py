"""The ignore file of the single build: what a mounted build or another context saw has to be in it."""

from __future__ import annotations

import pytest

from tests.plan.support import codes, convert_texts, files, refusal

TREE = {"main.go": "", "web/a.css": "", "web/a.map": "", "notes.md": ""}


def mounted(ignore: str, runtime: str = "COPY bin/app /app\n", command: str = "go build -o bin/app") -> dict[str, str]:
    """A tree that is built in a mounted folder and has an ignore file."""
    return {
        **TREE,
        "build.sh": f"docker run --rm -v $PWD:/src -w /src golang:1.13 {command}\ndocker build -t app .\n",
        "Dockerfile": f"FROM alpine:3.10\n{runtime}",
        ".dockerignore": ignore,
    }


ADAPTED = [
    pytest.param("*\n!bin/app\n", None, id="everything but the artifact"),
    pytest.param("# only what the image needs\n**\n!bin\n", "# only what the image needs\n", id="a comment stays"),
    pytest.param("main.go\n.git\nweb", ".git\n", id="sources by name"),
    pytest.param(
        "**/*.go\n!main.go\n*.map\nweb/*\n", "**/*.go\n!main.go\n*.map\n", id="only the rule that hides something"
    ),
    pytest.param("*\n!main.go\n!bin\ndist\n", "dist\n", id="exceptions that have nothing left to except"),
]


@pytest.mark.parametrize(("ignore", "expected"), ADAPTED)
def test_rules_that_hide_what_a_mounted_build_saw_go(ignore: str, expected: str | None) -> None:
    answer = convert_texts(mounted(ignore))
    assert files(answer)[".dockerignore"] == expected
    assert "STG623" in codes(answer)


SERVES = [
    pytest.param(".git\n*.md\nDockerfile\nnode_modules\n", id="what no compiler reads"),
    pytest.param("*\n!main.go\n!web\n!notes.md\n!build.sh\n!Dockerfile\n!bin\n", id="exceptions for all of it"),
]


@pytest.mark.parametrize("ignore", SERVES)
def test_an_ignore_file_that_serves_both_stays(ignore: str) -> None:
    assert ".dockerignore" not in files(convert_texts(mounted(ignore)))


def test_the_repositorys_folder_is_let_in_for_a_build_that_asks_git() -> None:
    answer = convert_texts(mounted(".git\n", command='sh -c "git describe > v && go build -o bin/app"'))
    assert files(answer)[".dockerignore"] is None


CONFLICTS = [
    pytest.param("web\n", "COPY . /srv/\nCOPY bin/app /app\n", id="the whole context"),
    pytest.param("**/*.map\n", "COPY web /web/\nCOPY bin/app /app\n", id="a folder"),
    pytest.param("*.go\n", "COPY *.go /src/\nCOPY bin/app /app\n", id="a pattern"),
    pytest.param("*\n!web\n!bin\nweb/*.map\n", "COPY w* /web/\nCOPY bin/app /app\n", id="a pattern for folders"),
]


@pytest.mark.parametrize(("ignore", "runtime"), CONFLICTS)
def test_what_an_instruction_would_take_in_then_is_refused(ignore: str, runtime: str) -> None:
    code, _ = refusal(convert_texts(mounted(ignore, runtime)))
    assert code == "STG504"


def test_another_build_from_the_folder_must_not_take_more_either() -> None:
    texts = mounted("web\n")
    texts["build.sh"] += "docker build -t docs -f Dockerfile.docs .\n"
    texts["Dockerfile.docs"] = "FROM alpine:3.10\nCOPY . /docs/\n"
    assert refusal(convert_texts(texts)) == ("STG504", "build.sh")


def test_triggers_of_a_base_that_the_script_builds_take_files_of_the_builders_context() -> None:
    texts = {
        "build.sh": "docker build -t base -f Dockerfile.base .\ndocker build -t b builder\ndocker create --name c b\n"
        "docker cp c:/src/app app\ndocker build -t app .\n",
        "Dockerfile.base": "FROM golang:1.13\nONBUILD COPY . /src\nONBUILD RUN cd /src && go build -o app\n",
        "builder/Dockerfile": "FROM base\n",
        "builder/main.go": "",
        "Dockerfile": "FROM alpine:3.10\nCOPY app main.go /app/\n",
        "main.go": "",
    }
    assert refusal(convert_texts(texts))[0] == "STG507"
