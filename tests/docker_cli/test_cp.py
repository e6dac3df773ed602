from __future__ import annotations

import pytest

from converter.docker_cli.commands import Cp
from converter.docker_cli.cp_path import split_cp_path
from converter.docker_cli.words import Word
from tests.docker_cli.support import UNKNOWN, read, text


@pytest.mark.parametrize(
    ("argument", "container", "path", "assumed"),
    [
        pytest.param("c:/a/b", "c", "/a/b", False, id="container and absolute path"),
        pytest.param("c:a/b", "c", "a/b", False, id="container and relative path"),
        pytest.param("c:/a:b", "c", "/a:b", False, id="the first colon divides"),
        pytest.param("c:", "c", "", False, id="no path"),
        pytest.param("host/c:/a", "host/c", "/a", False, id="a container's name may have a slash"),
        pytest.param("/a:b", None, "/a:b", False, id="an absolute path with a colon is local"),
        pytest.param("./a:b", None, "./a:b", False, id="a path from the current folder is local"),
        pytest.param("../a:b", None, "../a:b", False, id="a path from the folder above is local"),
        pytest.param(".a:b", None, ".a:b", False, id="a path that begins with a dot is local"),
        pytest.param("a", None, "a", False, id="no colon is local"),
        pytest.param("a/b", None, "a/b", False, id="a path without colon is local"),
        pytest.param(":/a", None, "/a", False, id="an empty container is local"),
        pytest.param("-", None, "-", False, id="a stream"),
        pytest.param("{}:/a", "{}", "/a", True, id="an unknown container"),
        pytest.param("{}:{}", "{}", "{}", True, id="an unknown container and path"),
        pytest.param("c-{}:/a", "c-{}", "/a", False, id="a container that is unknown in part"),
        pytest.param("c:{}", "c", "{}", False, id="an unknown path"),
        pytest.param("{}/a", None, "{}/a", True, id="an unknown folder"),
        pytest.param("./{}", None, "./{}", False, id="an unknown name in a folder"),
        pytest.param("/{}:x", None, "/{}:x", False, id="an unknown absolute path"),
    ],
)
def test_splits_as_docker_does(argument: str, container: str | None, path: str, assumed: bool) -> None:
    argument = argument.replace("{}", UNKNOWN)
    found = split_cp_path(Word(3, 0, argument))
    assert (text(found.container), text(found.path), found.assumed) == (container, path, assumed)
    assert found.word.text == argument
    for word in (found.container, found.path):
        if word is not None:
            assert argument[word.start : word.end] == word.text


def test_a_copy() -> None:
    command = read("docker cp -aL c:/a/. out")
    assert isinstance(command, Cp)
    assert (text(command.source.container), text(command.source.path)) == ("c", "/a/.")
    assert (command.destination.container, text(command.destination.path)) == (None, "out")
    assert (command.archive, command.follow_link) == (True, True)
    assert (command.to_stdout, command.from_stdin) == (False, False)


def test_streams() -> None:
    out, into = read("docker cp c:/a -"), read("docker cp - c:/a")
    assert isinstance(out, Cp)
    assert isinstance(into, Cp)
    assert (out.to_stdout, out.from_stdin) == (True, False)
    assert (into.to_stdout, into.from_stdin) == (False, True)


def test_podman_keeps_owners_and_copies_between_containers() -> None:
    command = read("podman cp a:/x b:/y")
    assert isinstance(command, Cp)
    assert command.archive is True
