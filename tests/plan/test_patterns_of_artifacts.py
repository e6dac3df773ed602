"""Files that the script copies by a pattern out of what a container made: the stage has the same files."""

from __future__ import annotations

import pytest

from converter.result import Recipe
from tests.plan.support import convert_texts, refusal, written

MOUNTED = 'docker run --rm -v "$PWD":/src -w /src maven:3 mvn package\n'
COPIED = "docker build -t b -f Dockerfile.build .\ndocker create --name x b\ndocker cp x:/d out\ndocker rm x\n"
TREE = {"pom.xml": "", "image/run.sh": "", "Dockerfile.build": "FROM golang:1.13\nRUN make\n"}


def answer(lines: str, runtime: str, folder: str = "image") -> Recipe:
    script = f"set -e\n{lines}docker build -t app {folder}\n"
    return convert_texts({**TREE, "build.sh": script, f"{folder}/Dockerfile": f"FROM alpine:3.10\n{runtime}\n"})


@pytest.mark.parametrize(
    ("lines", "runtime", "expected"),
    [
        pytest.param(f"{MOUNTED}cp target/*.jar image/\n", "COPY *.jar /opt/", ["COPY --from=builder /src/target/*.jar /opt/"],
                     id="the same pattern in the Dockerfile"),
        pytest.param(f"{MOUNTED}cp target/*.jar image/\n", "COPY app-1.0.jar /opt/app.jar",
                     ["COPY --from=builder /src/target/app-1.0.jar /opt/app.jar"], id="a name that fits"),
        pytest.param(f"{MOUNTED}cp target/app-*.jar image/app.jar\n", "COPY app.jar /opt/",
                     ["COPY --from=builder /src/target/app-*.jar /opt/app.jar"], id="one file with a new name"),
        pytest.param(f"{MOUNTED}mv target/app-?.jar image/app.jar\n", "ADD app.jar /opt/app.jar",
                     ["COPY --from=builder /src/target/app-?.jar /opt/app.jar"], id="moved"),
        pytest.param(f"{MOUNTED}cp */target/*.jar image/\n", "COPY *.jar /opt/", ["COPY --from=builder /src/*/target/*.jar /opt/"],
                     id="folders that fit as well"),
        pytest.param(f"{COPIED}cp out/*.jar out/lib/*.jar image/\n", "COPY . /opt",
                     ["COPY . /opt", "COPY --from=builder /d/*.jar /d/lib/*.jar /opt/"],
                     id="into a folder of the tree that is taken as a whole, out of two"),
        pytest.param(f"{MOUNTED}mkdir image/web\ncp -r dist/* image/web\n", "COPY web /var/www/html",
                     ["COPY --from=builder /src/dist /var/www/html"], id="everything in a folder"),
        pytest.param(f"{COPIED}cp -R out/* image/\n", "COPY . /opt/", ["COPY . /opt/", "COPY --from=builder /d /opt/"],
                     id="everything in a folder, beside files of the tree"),
    ],
)  # fmt: skip
def test_the_pattern_moves_into_the_stage(lines: str, runtime: str, expected: list[str]) -> None:
    found = answer(lines, runtime)
    text = written(found, "image/Dockerfile")
    assert text[text.rindex("FROM alpine") :].splitlines()[1:] == expected
    assert "target" not in written(found, "build.sh")


def test_what_has_to_hold_for_a_pattern_is_said() -> None:
    several = answer(f"{MOUNTED}cp target/*.jar image/\n", "COPY *.jar /opt/")
    assert any("begins with a dot fits `target/*.jar`" in found.about for found in several.assumptions)
    one = answer(f"{MOUNTED}cp target/*.jar image/app.jar\n", "COPY app.jar /opt/")
    assert any("one file fits `target/*.jar`" in found.about for found in one.assumptions)
    beside = answer(f"{MOUNTED}cp target/*.jar image/\n", "COPY . /opt/")
    assert any("makes nothing in `image` itself" in found.about for found in beside.assumptions)


@pytest.mark.parametrize(
    ("lines", "runtime"),
    [
        pytest.param(f"{COPIED}cp out/* image/\n", "COPY . /opt", id="everything but folders"),
        pytest.param(f"{COPIED}cp out/[!a]*.jar image/\n", "COPY . /opt", id="brackets, which mean something else in COPY"),
        pytest.param(f"{COPIED}cp -r out/lib* image/\n", "COPY . /opt", id="folders among what fits"),
        pytest.param(f"{COPIED}cp out/.*.jar image/\n", "COPY . /opt", id="hidden files"),
        pytest.param(f"{COPIED}echo x > out/x.jar\ncp out/*.jar image/\n", "COPY . /opt/", id="the host adds one"),
        pytest.param(f"{MOUNTED}cp target/*.jar image/app.jar\nchmod 600 image/app.jar\n", "COPY app.jar /opt/",
                     id="one file with a mode of its own"),
    ],
)  # fmt: skip
def test_a_pattern_that_may_mean_something_else_in_the_stage_is_refused(lines: str, runtime: str) -> None:
    assert refusal(answer(lines, runtime)) == ("STG501", "build.sh")


def test_a_rule_of_the_ignore_file_for_what_fits_is_refused() -> None:
    script = f"set -e\n{MOUNTED}cp target/*.jar image/\ndocker build -t app image\n"
    texts = {**TREE, "build.sh": script, "image/Dockerfile": "FROM alpine:3.10\nCOPY *.jar /opt/\n"}
    found = convert_texts({**texts, "image/.dockerignore": "*-sources.jar\n"})
    assert refusal(found) == ("STG504", "image/Dockerfile")


def test_a_pattern_outlives_a_test_of_the_script() -> None:
    lines = f'{MOUNTED}cp target/*.jar image/\nif [ -n "$V" ]; then echo "$V"; fi\n'
    text = written(answer(lines, "COPY . /opt"), "image/Dockerfile")
    assert text.endswith("COPY image/ /opt\nCOPY --from=builder /src/target/*.jar /opt/\n")
