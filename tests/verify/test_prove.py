"""Which image of one run is held against which of the other, and which scripts can be kept apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from converter.result import ImageResult
from converter.verify.problems import VerifyProblem
from converter.verify.prove import Settings, Subject, Watch, match_images, prove
from converter.verify.scratch import Checkout


def final(tag: str) -> ImageResult:
    """A final image of the file `Dockerfile`."""
    return ImageResult(tag, "Dockerfile", None, "converted")


def test_images_of_one_name_are_held_against_each_other_and_the_build_image_is_not() -> None:
    legacy, new = {"app:build": "1", "app:latest": "2"}, {"app:latest": "3"}
    assert match_images([final("app")], legacy, new) == ({"app:latest": ("app:latest", "app:latest")}, ())


def test_a_build_image_that_the_new_version_keeps_is_compared_too() -> None:
    legacy, new = {"app:build": "1", "app:latest": "2"}, {"app:build": "4", "app:latest": "3"}
    pairs, findings = match_images([final("app")], legacy, new)
    assert set(pairs) == {"app:build", "app:latest"}
    assert findings == ()


def test_a_final_image_that_the_new_version_does_not_build_is_a_finding() -> None:
    pairs, findings = match_images(
        [final("app"), final("web")], {"app:latest": "1", "web:latest": "2"}, {"app:latest": "3"}
    )
    assert list(pairs) == ["app:latest"]
    assert findings == ("the new version builds no image web",)


def test_an_image_that_only_the_new_version_makes_is_a_finding() -> None:
    _, findings = match_images([final("app")], {"app:latest": "1"}, {"app:latest": "3", "other:1": "4"})
    assert findings == ("only the new version makes the image other:1",)


def test_a_tag_with_an_unknown_part_that_is_the_same_in_both_runs_is_found() -> None:
    pairs, findings = match_images([final("app:$TAG")], {"app:v3": "1"}, {"app:v3": "2"})
    assert (list(pairs), findings) == (["app:v3"], ())


def test_tags_whose_unknown_part_differs_are_held_against_each_other() -> None:
    pairs, findings = match_images([final("app:$(date +%s)")], {"app:build": "0", "app:100": "1"}, {"app:107": "2"})
    assert findings == ()
    assert pairs["app:$(date +%s)"][1] == "app:107"


def test_an_image_without_a_name_goes_by_its_dockerfile() -> None:
    pairs, findings = match_images([final("")], {"(Dockerfile.build)": "1", "(Dockerfile)": "2"}, {"(Dockerfile)": "3"})
    assert (list(pairs), findings) == (["(Dockerfile)"], ())


@pytest.mark.parametrize(
    "line",
    [
        "/usr/bin/docker build -t app .",
        "sudo /usr/local/bin/docker push app",
        "docker run -v /var/run/docker.sock:/var/run/docker.sock tools",
        "curl --unix-socket /var/run/docker.sock http://localhost/images/json",
        "DOCKER=/opt/bin/nerdctl",
        "[ -x /sbin/docker ] || exit 1",
    ],
)
def test_a_script_that_goes_past_the_isolating_docker_is_not_run(line: str, tmp_path: Path) -> None:
    script = f"#!/bin/sh\n# /usr/bin/docker in a comment\n{line}\n"
    subject = Subject(
        driver="build.sh",
        checkout=Checkout(str(tmp_path), None, frozenset()),
        command=("sh", "./build.sh"),
        cwd="",
        scripts={"build.sh": script},
        images=(),
        changes=(),
    )
    with pytest.raises(VerifyProblem, match=r"build\.sh:3: "):
        prove(subject, Settings({}), Watch(lambda title: None, lambda call: None))
