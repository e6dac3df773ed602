"""find and xargs: which commands run, and what may have changed."""

from __future__ import annotations

import pytest

from converter.diagnostics import Refusal
from converter.machine.events import ChangedFiles, RanCommand, RemovedContainers, RemovedImages
from tests.shell.support import host, run, shown, tag_words


def tagged(text: str) -> list[list[str]]:
    """The operands of each `docker tag`."""
    found = run(text)
    return [[shown(found, value) for value in words[2:]] for words in tag_words(found)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("echo a b | xargs docker tag", [["a", "b"]]),
        ("echo a b c d | xargs -n 2 docker tag", [["a", "b"], ["c", "d"]]),
        ("echo a b c d | xargs -n2 docker tag", [["a", "b"], ["c", "d"]]),
        ("printf '%s\\n' a b | xargs -I{} docker tag {} x:{}", [["a", "x:a"], ["b", "x:b"]]),
        ("printf 'a b\\nc\\n' | xargs -I % docker tag % x", [["a b", "x"], ["c", "x"]]),
        ("printf '' | xargs -r docker tag", []),
        ("xargs docker tag <<< 'a b'", [["a", "b"]]),
    ],
)
def test_the_command_gets_the_words_of_the_input(line: str, expected: list[list[str]]) -> None:
    assert tagged(line) == expected


def test_xargs_runs_no_functions() -> None:
    assert tagged("cp() { docker tag a b; }\necho VERSION copy | xargs cp") == []
    assert host(run("cp() { docker tag a b; }\necho VERSION copy | xargs cp"), "copy") == "tree:VERSION"


@pytest.mark.parametrize(
    "line", ["ls | xargs docker rmi", "echo \"it's\" 'x' | xargs docker rmi", "cat list | xargs docker rmi -f"]
)
def test_docker_gets_words_that_are_not_known(line: str) -> None:
    (event,) = [event for event in run(line).events if isinstance(event, RemovedImages)]
    assert event.images == (None,)


def test_the_ids_of_containers_are_known_to_xargs() -> None:
    found = run("docker build -t a .\ndocker create --name c a\ndocker ps -aqf name=c | xargs docker rm")
    (event,) = [event for event in found.events if isinstance(event, RemovedContainers)]
    assert [container is not None and container.name for container in event.containers] == ["c"]


@pytest.mark.parametrize(
    ("line", "opaque"),
    [
        ("find . -name '*.go'", False),
        ("find . -type f -exec cat {} +", False),
        ("find . -name '*.o' -delete", True),
        ("find . -name '*.o' -exec rm {} \\;", True),
        ("ls | xargs rm", True),
        ("ls | xargs wc -l", False),
        ("ls | xargs", False),
    ],
)
def test_what_may_change_files_is_told_from_what_only_looks(line: str, opaque: bool) -> None:
    last = [event for event in run(line).events if isinstance(event, RanCommand)][-1]
    assert last.opaque == opaque


def test_known_words_change_known_files() -> None:
    found = run("echo src/main.go VERSION | xargs rm -f")
    assert [host(found, path) for path in ("src/main.go", "VERSION", "build.sh")] == [
        "nothing",
        "nothing",
        "tree:build.sh",
    ]
    assert [event.verb for event in found.events if isinstance(event, ChangedFiles)] == ["rm"]


def test_calls_at_one_time_have_no_order() -> None:
    found = run("echo a b | xargs -P 2 -n 1 docker rmi")
    (event,) = [event for event in found.events if isinstance(event, RemovedImages)]
    assert event.images == (None,)


@pytest.mark.parametrize("command", ["docker build -t a", "docker cp c:/app", "sudo docker run --rm"])
def test_a_command_of_the_pattern_with_words_that_are_not_known_is_refused(command: str) -> None:
    with pytest.raises(Refusal) as refusal:
        run(f"ls | xargs {command}")
    assert refusal.value.diagnostic.code == "STG302"
