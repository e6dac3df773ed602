from __future__ import annotations

import pytest

from converter.docker_cli.commands import Pull, Push, Rmi, Tag
from converter.docker_cli.errors import UsageError
from tests.docker_cli.support import read, text, texts


def test_rmi() -> None:
    command = read("docker rmi -f --no-prune a b")
    assert isinstance(command, Rmi)
    assert (texts(command.names), command.force) == (["a", "b"], True)


def test_tag() -> None:
    command = read("docker tag a:{} r:5000/a")
    assert isinstance(command, Tag)
    assert (text(command.source), text(command.target)) == ("a:{}", "r:5000/a")


def test_flags_of_tag_end_at_the_first_name_so_two_dashes_count() -> None:
    with pytest.raises(UsageError, match="takes exactly 2 arguments"):
        read("docker tag a -- b")
    with pytest.raises(UsageError, match="takes exactly 2 arguments"):
        read("docker tag a -f b")


def test_podman_gives_several_names_at_once() -> None:
    command = read("podman tag a b c")
    assert isinstance(command, Tag)
    assert texts(command.targets) == ["b", "c"]


def test_push() -> None:
    command = read("docker push -a a")
    assert isinstance(command, Push)
    assert (texts(command.names), command.destination, command.all_tags) == (["a"], None, True)


def test_podman_pushes_to_a_destination() -> None:
    command = read("podman push --tls-verify=false a docker://r/a")
    assert isinstance(command, Push)
    assert (texts(command.names), text(command.destination)) == (["a"], "docker://r/a")


def test_pull() -> None:
    command = read("docker pull -q --platform linux/arm64 a")
    assert isinstance(command, Pull)
    assert (text(command.image), command.all_tags) == ("a", False)


def test_podman_pulls_several() -> None:
    command = read("podman pull a b")
    assert isinstance(command, Pull)
    assert texts(command.images) == ["a", "b"]
