"""What `docker exec` does in a container, and what `docker cp` puts into it, before files are copied out of it."""

from __future__ import annotations

import pytest

from converter.result import Recipe
from tests.plan.support import BUILDER, RUNTIME, convert_texts, recipe, refusal, written

START = "docker build -t b -f Dockerfile.build .\ndocker run -d --name x b sleep 1d\n"
OUT = "docker cp x:/src/app app\ndocker rm -f x\ndocker build -t app .\n"
TREE = {"main.go": "", "conf/a.ini": "", "lib.tar": ""}


def answer(lines: str, builder: str = BUILDER) -> Recipe:
    return convert_texts(recipe(f"set -e\n{lines}{OUT}", builder, RUNTIME, TREE))


def stage(found: Recipe) -> list[str]:
    """The lines of the builder's stage behind those of its Dockerfile."""
    text = written(found, "Dockerfile")
    lines = text[: text.index("FROM alpine:3.10")].splitlines()
    return [line for line in lines if line and not line.startswith("FROM")]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(f"{START}docker exec x make app\n", ["RUN make app"], id="one command"),
        pytest.param(f"{START}docker exec x sh -c 'cd /src && make'\ndocker exec x strip app\n",
                     ["RUN cd /src && make", "RUN strip app"], id="several, in their order"),
        pytest.param(f"{START}docker exec x ls\ndocker exec -u 0 -w /opt x make\n", ["WORKDIR /opt", "RUN make"],
                     id="one that only looks, and one with a folder of its own"),
        pytest.param("docker run -dit --name x -v $PWD:/src -w /src golang:1.13 bash\ndocker exec x go build -o app\n",
                     ["COPY . .", "RUN go build -o app"], id="in a mounted tree"),
        pytest.param("docker create --name x -w /src golang:1.13 go build -o app\ndocker cp . x:/src\ndocker start -a x\n",
                     ["COPY . .", "RUN go build -o app"], id="sources copied into a container that starts then"),
        pytest.param("docker run -d --name x -w /src golang:1.13 sleep 1d\ndocker cp conf/. x:/src/conf\ndocker cp main.go x:/src/\n"
                     "docker exec x go build -o app\n",
                     ["COPY conf /src/conf", "COPY main.go /src/main.go", "RUN go build -o app"], id="a folder and a file"),
    ],
)  # fmt: skip
def test_it_becomes_the_stage(lines: str, expected: list[str]) -> None:
    builder = BUILDER if "-f Dockerfile.build" in lines else "FROM scratch\n"
    found = answer(lines, builder)
    known = builder.splitlines()
    assert [line for line in stage(found) if line not in (*known, "WORKDIR /src")] == expected
    assert "exec" not in written(found, "build.sh")


def test_the_output_of_docker_exec_is_a_file_of_the_container() -> None:
    found = convert_texts(
        recipe(f"{START}docker exec x cat /src/app > app\ndocker rm -f x\ndocker build -t app .\n", BUILDER)
    )
    assert "RUN chmod 644 /src/app\n" in written(found, "Dockerfile")


def test_docker_exec_in_another_container_stays() -> None:
    found = convert_texts(
        recipe(f"{START}{OUT}docker run -d --name final app\ndocker exec final app --version\n", BUILDER)
    )
    assert "docker exec final app --version\n" in written(found, "build.sh")


@pytest.mark.parametrize(
    ("lines", "run"),
    [
        pytest.param("docker run -i --name x b sh -es <<'END'\ncd /src\nmake app\nEND\n", r'["sh", "-e", "-c", "cd /src\nmake app"]',
                     id="a container"),
        pytest.param(f"{START}docker exec -i x bash <<'END'\nmake app\nEND\n", 'bash -c "make app"', id="docker exec"),
    ],
)  # fmt: skip
def test_commands_in_a_here_document_are_those_of_the_shell(lines: str, run: str) -> None:
    head = "" if START in lines else "docker build -t b -f Dockerfile.build .\n"
    assert f"RUN {run}\n" in written(answer(head + lines), "Dockerfile").replace("'make app'", '"make app"')


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        pytest.param(f"{START}docker exec -d x make\n", "STG402", id="in the background"),
        pytest.param(f"{START}docker exec -e A=1 x make\n", "STG402", id="with a variable of its own"),
        pytest.param(f"{START}docker exec -i x sh < main.go\n", "STG402", id="with input"),
        pytest.param(START.replace("sleep 1d", "postgres") + "docker exec x make\n", "STG402", id="beside a service"),
        pytest.param(
            f"{START}docker exec x make\ndocker cp conf/. x:/etc/conf\n", "STG404", id="copied in behind the build"
        ),
        pytest.param(
            f"{START}docker cp conf x:/etc/app\ndocker exec x make\n", "STG503", id="a folder that may be there"
        ),
        pytest.param(f"{START}docker cp conf x:/etc/app/\ndocker exec x make\n", "STG503", id="the same with a slash"),
        pytest.param(
            f"{START}echo 1 > version\ndocker cp version x:/etc/\ndocker exec x make\n", "STG404", id="a new file"
        ),
    ],
)
def test_what_a_stage_cannot_do_is_refused(lines: str, code: str) -> None:
    assert refusal(answer(lines)) == (code, "build.sh")


def test_files_copied_out_before_and_after_the_container_works_are_refused() -> None:
    lines = f"{START}docker cp x:/src/one one\ndocker exec x make\ndocker cp x:/src/two two\ndocker build -t app .\n"
    for order in ("one two", "two one"):
        assert refusal(convert_texts(recipe(lines, BUILDER, f"FROM alpine:3.10\nCOPY {order} /opt/\n"))) == (
            "STG402",
            "build.sh",
        )
