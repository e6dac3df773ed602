"""Files in a volume that several containers see, and containers that read standard input: neither is in an image."""

from __future__ import annotations

import pytest

from tests.plan.support import codes, convert_texts, files, recipe, refusal

BUILD = "set -e\ndocker build -t b -f Dockerfile.build .\n"
REST = "docker build -t app .\n"


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param("docker create -v /data --name d alpine\ndocker run --rm --volumes-from d b cp /src/app /data/app\n"
                     "docker cp d:/data/app app\n", id="the volumes of another container, filled by a run"),
        pytest.param("docker run --rm -v shared:/data b cp /src/app /data/app\n"
                     'docker run --rm -v shared:/data -v "$PWD":/out alpine cp /data/app /out/app\n', id="a named volume"),
        pytest.param("docker run --name d -v /data b cp /src/app /data/app\n"
                     'docker run --rm --volumes-from d -v "$PWD":/out alpine cp /data/app /out/app\n',
                     id="the volumes of the builder's container"),
    ],
)  # fmt: skip
def test_what_lies_in_a_volume_that_two_containers_see_is_refused(lines: str) -> None:
    assert refusal(convert_texts(recipe(BUILD + lines + REST))) == ("STG402", "build.sh")


def test_another_file_of_a_container_with_a_shared_volume_is_converted() -> None:
    lines = "docker create -v cache:/cache --name x b\ndocker run --rm -v cache:/cache alpine ls\ndocker cp x:/src/app app\n"
    assert "STG402" not in codes(convert_texts(recipe(BUILD + lines + REST)))


@pytest.mark.parametrize(
    "feed", ["docker run -i --name x b sh -es < make.sh\n", "tar c src | docker run -i --name x b sh -c 'tar x'\n"]
)
def test_a_container_that_reads_what_the_script_gives_it_is_refused(feed: str) -> None:
    texts = recipe(f"{BUILD}{feed}docker cp x:/src/app app\n{REST}", others={"make.sh": "", "src/a.c": ""})
    assert refusal(convert_texts(texts)) == ("STG402", "build.sh")


def test_without_i_a_container_reads_nothing() -> None:
    texts = recipe(
        f"{BUILD}docker run --name x b make < main.go\ndocker cp x:/src/app app\n{REST}", others={"main.go": ""}
    )
    assert "RUN make\n" in str(files(convert_texts(texts))["Dockerfile"])


MOUNT_TWICE = "docker run --rm -v $PWD:/go/src/app -v $PWD/bin:/go/bin -w /go/src/app golang:1.7 {}\n"


def test_a_folder_that_the_container_sees_twice_and_writes_by_the_other_way_is_refused() -> None:
    texts = recipe(MOUNT_TWICE.format("go build -o bin/app") + REST, runtime="FROM alpine\nCOPY bin/app /app\n")
    result = convert_texts(texts)
    assert refusal(result) == ("STG402", "build.sh")
    assert "sees `bin` twice" in result.diagnostics[0].message


@pytest.mark.parametrize("command", ["go build -o /go/bin/app", "go install ."])
def test_a_folder_that_the_container_sees_twice_and_writes_by_its_own_mount_is_converted(command: str) -> None:
    texts = recipe(MOUNT_TWICE.format(command) + REST, runtime="FROM alpine\nCOPY bin/app /app\n")
    assert "/go/bin/app" in str(files(convert_texts(texts))["Dockerfile"])
