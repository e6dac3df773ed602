"""Ids of containers and images, however the script gets at them."""

from __future__ import annotations

import pytest

from converter.diagnostics import Refusal
from converter.machine.events import CopiedOut, Created
from tests.shell.support import run

CREATE = "docker build -t img .\ndocker create --name first img\ndocker create --name second img\n"

FOUND = [
    pytest.param("C=$(docker ps -lq)", "second", id="the latest"),
    pytest.param("C=$(docker ps -q -l)", "second", id="the latest, flags apart"),
    pytest.param("C=`docker container ls --latest --quiet`", "second", id="the latest, in full"),
    pytest.param("C=$(docker ps -aq -n 1)", "second", id="the last one"),
    pytest.param("C=$(docker ps -aqf name=first)", "first", id="by name"),
    pytest.param("C=$(docker ps -a -q --filter 'name=^first$')", "first", id="by the whole name"),
    pytest.param("C=$(docker ps -a --filter name=fir --format '{{.ID}}')", "first", id="by a part of the name"),
    pytest.param("C=$(docker ps -a | grep first | awk '{print $1}')", "first", id="from a row of the table"),
    pytest.param("C=$(docker inspect -f '{{.Id}}' first)", "first", id="from inspect"),
    pytest.param("C=$(docker create img)", None, id="from create"),
    pytest.param("C=$(docker run -d img)", None, id="from a detached run"),
    pytest.param("docker create img > c\nC=$(cat c)", None, id="through a file"),
    pytest.param("docker create img > c\nread C < c\nC=$(<c)", None, id="through a redirection"),
    pytest.param("docker create --cidfile c img\nC=$(cat c)", None, id="through an id file"),
    pytest.param("docker create img | tee c\nC=$(head -n 1 c)", None, id="through tee and head"),
    pytest.param("C=$(docker create $(docker build -q .))", None, id="of an image by its id"),
    pytest.param("docker build --iidfile i .\nC=$(docker create $(cat i))", None, id="of an image by its id file"),
    pytest.param("C=$(docker create $(docker images -q img))", None, id="of an image that is looked up"),
    pytest.param(
        "C=$(docker create $(docker build . | tail -1 | sed 's/.* //'))", None, id="of the last line, with sed"
    ),
    pytest.param(
        "C=$(docker create $(docker build . | awk '/Successfully/{print $NF}'))", None, id="of a line, with awk"
    ),
]


@pytest.mark.parametrize(("text", "name"), FOUND)
def test_an_id_names_its_container(text: str, name: str | None) -> None:
    found = run(f"{CREATE}{text}\ndocker cp $C:/a .\n", path="build.sh")
    (copy,) = [event for event in found.events if isinstance(event, CopiedOut)]
    if name is None:
        assert copy.container.name is None
        assert copy.container.image is not None
    else:
        assert copy.container.name == name
    created = found.events[copy.container.event]
    assert isinstance(created, Created)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("C=$(docker ps -aq)", id="all of several"),
        pytest.param("C=$(docker ps -q)", id="those that run, of which none does"),
        pytest.param("C=$(docker ps -aqf name=third)", id="a name that nothing has"),
        pytest.param("C=$(docker ps -aqf status=exited)", id="a filter that is not followed"),
        pytest.param("docker create img > c\necho x >> c\nC=$(cat c)", id="a file with more in it"),
        pytest.param("C=$(docker build . | sed 's/a/b/')", id="the whole log of a build"),
    ],
)
def test_what_is_no_certain_id_names_no_container(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        run(f"{CREATE}{text}\ndocker cp $C:/a .\n")
    assert refused.value.diagnostic.code in ("STG401", "STG405")


def test_a_name_means_the_last_container_that_was_given_it() -> None:
    found = run(f"{CREATE}docker rm first\ndocker create --name first img\ndocker cp first:/a .\n")
    created = [event for event in found.events if isinstance(event, Created)]
    (copy,) = [event for event in found.events if isinstance(event, CopiedOut)]
    assert copy.container == created[-1].container
