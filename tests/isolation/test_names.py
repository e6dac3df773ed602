"""Private names of images, containers and networks."""

from __future__ import annotations

import pytest

from converter.isolation.names import Names, familiar, is_id

NAMES = Names("stageify-0a1b2c3d/legacy", frozenset({"app:build"}), frozenset({"app:latest"}), frozenset({"backend"}))


@pytest.mark.parametrize(
    ("name", "private"),
    [
        ("app", "stageify-0a1b2c3d/legacy/app:latest"),
        ("app:1", "stageify-0a1b2c3d/legacy/app:1"),
        ("docker.io/library/app:1", "stageify-0a1b2c3d/legacy/app:1"),
        ("team/app:1", "stageify-0a1b2c3d/legacy/team/app:1"),
        ("registry.example.com:5000/team/app:1", "stageify-0a1b2c3d/legacy/registry.example.com-5000/team/app:1"),
        ("localhost/app", "stageify-0a1b2c3d/legacy/localhost/app:latest"),
    ],
)
def test_every_image_name_has_a_private_one(name: str, private: str) -> None:
    assert NAMES.image(name) == private


def test_two_spellings_of_a_name_have_one_private_name() -> None:
    assert NAMES.image("app") == NAMES.image("index.docker.io/library/app:latest")


def test_a_private_name_that_comes_back_stays_as_it_is() -> None:
    private = NAMES.image("app:1")
    assert NAMES.image(private) == private
    assert NAMES.container(NAMES.container("builder")) == NAMES.container("builder")


def test_the_runs_own_images_are_those_that_it_has_made() -> None:
    assert NAMES.is_own_image("docker.io/library/app:build")
    assert not NAMES.is_own_image("app:latest")
    assert not NAMES.is_own_image("registry.example.com/app:build")


def test_an_image_that_the_run_is_going_to_make_may_be_its_own() -> None:
    assert NAMES.may_be_own_image("app")
    assert not NAMES.may_be_own_image("app:other")
    assert NAMES.has_own_repository("app:other")
    assert not NAMES.has_own_repository("alpine")


def test_containers_have_the_run_in_front_of_their_name() -> None:
    assert NAMES.container("/builder") == "stageify-0a1b2c3d-legacy-builder"


def test_only_networks_of_the_run_are_renamed() -> None:
    assert NAMES.network("backend") == "stageify-0a1b2c3d-legacy-backend"
    assert NAMES.network("host") == "host"


@pytest.mark.parametrize("text", ["0123456789ab", "0123456789abcdef" * 4, f"sha256:{'0123456789abcdef' * 4}"])
def test_an_id_is_told_from_a_name(text: str) -> None:
    assert is_id(text)


@pytest.mark.parametrize("text", ["builder", "cafe", "0123456789ab:1", "0123456789aG"])
def test_a_name_is_told_from_an_id(text: str) -> None:
    assert not is_id(text)


def test_the_familiar_form_is_the_one_that_docker_prints() -> None:
    assert familiar("docker.io/library/alpine") == "alpine:latest"
    assert familiar("docker.io/team/app:2") == "team/app:2"
    assert familiar("registry.example.com/team/app") == "registry.example.com/team/app:latest"
