"""An archive that came out of a container and that the script unpacks: the stage unpacks it, where it has the program."""

from __future__ import annotations

import pytest

from converter.result import Recipe
from tests.plan.support import convert_texts, recipe, refusal, written

HEAD = "set -e\ndocker build -t b -f Dockerfile.build .\ndocker create --name x b\n"
TREE = {"main.go": "", "conf/a.ini": "", "run.sh": ""}


def answer(lines: str, runtime: str, builder: str = "FROM golang:1.13\nRUN make dist\n") -> Recipe:
    return convert_texts(
        recipe(f"{HEAD}{lines}docker build -t app .\n", builder, f"FROM alpine:3.10\n{runtime}\n", TREE)
    )


def new_lines(found: Recipe) -> list[str]:
    """The instruction that unpacks, and those that copy from there."""
    return [line for line in written(found, "Dockerfile").splitlines() if "/extracted" in line]


@pytest.mark.parametrize(
    ("lines", "runtime", "expected"),
    [
        pytest.param("docker cp x:/d/a.tar.gz .\ntar xzf a.tar.gz\n", "COPY app /opt/app",
                     ["RUN mkdir /extracted && tar -xzf /d/a.tar.gz -C /extracted",
                      "COPY --from=builder --chown=0:0 /extracted/app /opt/app"], id="beside the tree's own files"),
        pytest.param("docker cp x:/d/a.tgz /tmp/a.tgz\nmkdir t\ntar -C t --extract --gzip --file /tmp/a.tgz\n", "COPY t /opt/",
                     ["RUN mkdir /extracted && tar -xzf /d/a.tgz -C /extracted",
                      "COPY --from=builder --chown=0:0 /extracted /opt/"], id="long flags, an archive outside the tree"),
        pytest.param("mkdir t\ndocker cp x:/d/a.tgz t/\ncd t\ntar xzf a.tgz\ncd ..\n", "COPY t/ /opt/",
                     ["RUN mkdir /extracted && tar -xzf /d/a.tgz -C /extracted",
                      "COPY --from=builder --chown=0:0 /extracted /opt/"], id="into the folder that the archive lies in"),
        pytest.param("docker cp x:/d/a.tgz .\ntar xzf a.tgz ./bin/app conf.d\nmv a.tgz b.tgz\n", "COPY bin/app conf.d/x /opt/",
                     ["RUN mkdir /extracted && tar -xzf /d/a.tgz -C /extracted bin/app conf.d",
                      "COPY --from=builder --chown=0:0 /extracted/bin/app /extracted/conf.d/x /opt/"], id="some members"),
        pytest.param("docker cp x:/d dist\nmkdir t\ntar xzf dist/a-*.tgz -C t --strip-components=2\n", "COPY t/app /opt/",
                     ["RUN mkdir /extracted && tar -xzf /d/a-*.tgz -C /extracted --strip-components=2",
                      "COPY --from=builder --chown=0:0 /extracted/app /opt/"], id="a pattern for the archive"),
        pytest.param("mkdir t\ndocker run --rm b cat /d/a.tar | tar x -C t -f -\n", "COPY t/app /opt/",
                     ["RUN mkdir /extracted && tar -xf /d/a.tar -C /extracted",
                      "COPY --from=builder-run --chown=0:0 /extracted/app /opt/"], id="through a pipe, and the image is needed as it is"),
        pytest.param("docker cp x:/d/a.tgz .\ndocker cp x:/d/b.tgz .\nmkdir t u\ntar xf a.tgz -C t\ntar xf b.tgz -C u\n",
                     "COPY t/app u/lib /opt/",
                     ["RUN mkdir /extracted && tar -xzf /d/a.tgz -C /extracted",
                      "RUN mkdir /extracted-2 && tar -xzf /d/b.tgz -C /extracted-2",
                      "COPY --from=builder --chown=0:0 /extracted/app /extracted-2/lib /opt/"], id="two archives"),
    ],
)  # fmt: skip
def test_the_stage_unpacks_the_archive(lines: str, runtime: str, expected: list[str]) -> None:
    found = answer(lines, runtime)
    assert new_lines(found) == expected
    assert "tar x" not in written(found, "build.sh")


def test_unzip_moves_into_a_stage_that_has_it() -> None:
    builder = "FROM debian:10\nRUN apt-get update && apt-get install -y unzip zip\nRUN make dist\n"
    found = answer("docker cp x:/d/a.zip .\nunzip -qo a.zip -d t\n", "COPY t/app /opt/", builder)
    assert new_lines(found) == ["RUN unzip -q /d/a.zip -d /extracted", "COPY --from=builder /extracted/app /opt/"]


def test_what_the_host_had_before_is_copied_first() -> None:
    lines = "mkdir t\ncp run.sh t/\ndocker cp x:/d/a.tgz .\ntar xzf a.tgz -C t\n"
    text = written(answer(lines, "COPY t /opt"), "Dockerfile")
    assert text.index("COPY t /opt\n") < text.index("--chown=0:0 /extracted /opt\n")


def test_an_archive_that_is_needed_on_the_host_is_still_copied_there() -> None:
    lines = "docker cp x:/d/a.tgz .\naws s3 cp a.tgz s3://there/\nmkdir t\ntar xzf a.tgz -C t\n"
    script = written(answer(lines, "COPY t /opt"), "build.sh")
    assert "docker cp x:/d/a.tgz .\naws s3 cp" in script
    assert "tar xzf" not in script


@pytest.mark.parametrize(
    ("lines", "builder"),
    [
        pytest.param("docker cp x:/d/a.tgz .\ntar xzf a.tgz\n", "FROM me/tools\nRUN make dist\n", id="an image of unknown tools"),
        pytest.param("docker cp x:/d/a.tgz .\ntar xzf a.tgz\n", "FROM amazonlinux:2\nRUN make dist\n", id="one without tar"),
        pytest.param("docker cp x:/d/a.txz .\ntar xJf a.txz\n", "FROM golang:1.13\nRUN make dist\n", id="no sign of xz"),
        pytest.param("docker cp x:/d/a.zip .\nunzip a.zip\n", "FROM golang:1.13\nRUN make dist\n", id="no sign of unzip"),
        pytest.param("docker cp x:/d/a.tgz .\n./patch.sh a.tgz\ntar xzf a.tgz\n", "FROM golang:1.13\nRUN make dist\n",
                     id="a script changes the archive"),
    ],
)  # fmt: skip
def test_what_the_stage_may_not_do_is_refused(lines: str, builder: str) -> None:
    assert refusal(answer(lines, "COPY app /opt/app", builder)) == ("STG501", "build.sh")


def test_a_folder_of_the_tree_that_the_archive_may_add_to_is_refused() -> None:
    found = answer("docker cp x:/d/a.tgz .\ntar xzf a.tgz\n", "COPY app /opt/app\nCOPY conf /etc/conf")
    assert refusal(found) == ("STG404", "Dockerfile")


def test_the_terminal_that_spoils_a_stream_is_refused() -> None:
    assert refusal(answer("docker run -t --rm b cat /d/a.tgz | tar xz\n", "COPY app /opt/app"))[0] == "STG404"
