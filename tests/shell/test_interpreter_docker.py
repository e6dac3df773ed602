from __future__ import annotations

import pytest

from converter.diagnostics import Refusal
from converter.machine.events import (
    Built,
    CopiedOut,
    Created,
    Event,
    RemovedContainers,
    RemovedImages,
    Skipped,
    UsedImages,
)
from converter.shell.interpreter import MAX_STEPS, NeedsFiles
from converter.source import Location
from tests.shell.support import run, shown, tags


def events_of(text: str, kind: type[Event], arguments: tuple[str, ...] | None = None) -> list[Event]:
    return [event for event in run(text + "\n", arguments).events if isinstance(event, kind)]


@pytest.mark.parametrize(
    ("text", "dockerfile", "context", "names"),
    [
        ("docker build .", "Dockerfile", "", []),
        ("docker build -t app:1 -t app:2 .", "Dockerfile", "", ["app:1", "app:2"]),
        ("docker build -t app -f Dockerfile.build .", "Dockerfile.build", "", ["app"]),
        ("docker build sub", "sub/Dockerfile", "sub", []),
        ("docker build -f sub/Dockerfile .", "sub/Dockerfile", "", []),
        ("cd sub\ndocker build -f ../Dockerfile .", "Dockerfile", "sub", []),
        ("cd sub && docker build ..", "Dockerfile", "", []),
        ("docker build -f $PWD/Dockerfile $(pwd)", "Dockerfile", "", []),
        ("docker image build --tag=app \\\n  --file Dockerfile.build \\\n  ./", "Dockerfile.build", "", ["app"]),
        ('sudo docker build -t "app:$T" .', "Dockerfile", "", ["app:$T"]),
        ("podman build -t app", "Dockerfile", "", ["app"]),
        ("docker build -t x - < Dockerfile", "-", "-", ["x"]),
        ("docker build https://github.com/a/b.git", "-", "-", []),
    ],
)
def test_a_build_names_its_dockerfile_context_and_tags(
    text: str, dockerfile: str, context: str, names: list[str]
) -> None:
    found = run(text + "\n")
    (event,) = [event for event in found.events if isinstance(event, Built)]
    assert (event.dockerfile, event.context) == (dockerfile, context)
    assert [shown(found, tag) for tag in event.tags] == names


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("docker build -t b .\ndocker create --name c b\ndocker cp c:/x .", id="by name"),
        pytest.param("docker build -t b .\ndocker create --name c b:latest\ndocker cp c:/x .", id="latest is implied"),
        pytest.param(
            "docker build -t b .\ndocker create --name c docker.io/library/b\ndocker cp c:/x .",
            id="the registry is implied",
        ),
        pytest.param("docker build -t b .\nid=$(docker create b)\ndocker cp $id:/x .", id="by id"),
        pytest.param('docker build -t b .\nid=`docker create b`\ndocker cp "${id}:/x" .', id="by id in backquotes"),
        pytest.param("docker build -t b .\ndocker cp $(docker create b):/x .", id="by id at once"),
        pytest.param("docker build -t b .\nid=$(docker run -d b)\ndocker cp $id:/x .", id="of a running container"),
        pytest.param("docker create --name c $(docker build -q .)\ndocker cp c:/x .", id="of an image by id"),
        pytest.param("i=$(docker build -q .)\ndocker create --name c $i\ndocker cp c:/x .", id="of one that is kept"),
        pytest.param(
            "docker build -t b:$T .\ndocker create --name c-$T b:${T}\ndocker cp c-$T:/x .",
            id="with a tag that is not known",
        ),
        pytest.param(
            "docker build -t a .\ndocker tag a b\ndocker create --name c b\ndocker cp c:/x .", id="by another tag"
        ),
        pytest.param(
            "f() { docker build -t $1 .; docker create --name $2 $1; }\nf b c\ndocker cp c:/x .", id="in a function"
        ),
        pytest.param("docker build -t b .\n{ docker create --name c b; }\n(docker cp c:/x .)", id="in groups"),
        pytest.param("docker build -t b . && docker create --name c b && docker cp c:/x .", id="in a chain"),
    ],
)
def test_a_copy_finds_its_container_and_the_image_that_was_built(text: str) -> None:
    (copied,) = events_of(text, CopiedOut)
    (built,) = events_of(text, Built)
    assert isinstance(copied, CopiedOut)
    assert copied.container.image is not None
    assert copied.container.image.event == built.number


def test_an_image_that_is_built_twice_is_the_last_one() -> None:
    text = "docker build -t b -f Dockerfile.build .\ndocker build -t b .\ndocker create b"
    (created,) = events_of(text, Created)
    assert isinstance(created, Created)
    assert created.image is not None
    built = [event.number for event in events_of(text, Built)]
    assert created.image.event == built[1]


def test_an_image_from_elsewhere_is_none_of_the_script() -> None:
    (created,) = events_of("docker build -t b .\ndocker create --name c busybox", Created)
    assert isinstance(created, Created)
    assert created.image is None
    assert created.container.image_name.flat == "busybox"


def test_removing_names_what_was_made() -> None:
    text = "docker build -t b .\ndocker create --name c b\ndocker rm -f c other\ndocker rmi b x:1"
    (containers,) = events_of(text, RemovedContainers)
    (images,) = events_of(text, RemovedImages)
    assert isinstance(containers, RemovedContainers)
    assert isinstance(images, RemovedImages)
    assert [container.name if container else None for container in containers.containers] == ["c", None]
    assert [image is not None for image in images.images] == [True, False]


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("docker push b", "push"),
        ("docker tag b c", "tag"),
        ("docker save b -o f", "save"),
        ("docker inspect b", "inspect"),
    ],
)
def test_other_commands_that_name_an_image_use_it(text: str, verb: str) -> None:
    (used,) = events_of("docker build -t b .\n" + text, UsedImages)
    assert isinstance(used, UsedImages)
    assert used.verb == verb
    assert [image.event for image in used.images] == [0]


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("docker tag a b", []),
        ("f() { docker tag a b; }\nf", ["f"]),
        ("f() { docker tag a b; }\ng() { f; }\ng x", ["g x", "f"]),
    ],
)
def test_an_event_knows_the_calls_that_led_to_it(text: str, calls: list[str]) -> None:
    (used,) = events_of(text, UsedImages)
    assert [site.source.slice(site.span) for site in used.calls] == calls
    assert used.site.source.slice(used.site.span) == "docker tag a b"


@pytest.mark.parametrize(
    ("text", "code", "line", "place"),
    [
        pytest.param("a\ndocker cp c:/x .", "STG405", 2, "docker cp c:/x .", id="an unknown container"),
        pytest.param(
            "docker create --name c b\ndocker rm c\ndocker cp c:/x .",
            "STG405",
            3,
            "docker cp c:/x .",
            id="a container that is gone",
        ),
        pytest.param(
            "docker create b\ndocker cp $ID:/x .", "STG405", 2, "docker cp $ID:/x .", id="a container from outside"
        ),
        pytest.param("docker build --nope .", "STG401", 1, "--nope", id="an unknown flag"),
        pytest.param("docker biuld .", "STG401", 1, "biuld", id="an unknown command"),
        pytest.param("a && docker create --name", "STG401", 1, "--name", id="a missing value"),
        pytest.param("for i in $L; do\n  docker create b\ndone", "STG302", 2, "docker create b", id="inside a for"),
        pytest.param("while a; do docker cp c:/x .; done", "STG302", 1, "docker cp c:/x .", id="inside a while"),
        pytest.param("select i in 1; do docker build .; done", "STG302", 1, "docker build .", id="inside a select"),
        pytest.param(
            "work() { docker build .; }\nwhile a; do work; done", "STG302", 2, "work", id="in a function inside a loop"
        ),
        pytest.param("while a; do x=$(docker create b); done", "STG302", 1, "docker create b", id="in a substitution"),
        pytest.param("a\n. ./missing.sh", "STG303", 2, ". ./missing.sh", id="sourcing a file that is not there"),
        pytest.param('. "$LIB"', "STG303", 1, '. "$LIB"', id="sourcing a file that is not known"),
        pytest.param("source /etc/profile", "STG303", 1, "source /etc/profile", id="sourcing one outside the root"),
        pytest.param("f() { f; }\nf", "STG305", 1, "f", id="a function that calls itself"),
        pytest.param("a\nif b; then\n", "STG301", None, None, id="a syntax error"),
    ],
)
def test_what_stands_in_the_way_is_refused_with_its_place(
    text: str, code: str, line: int | None, place: str | None
) -> None:
    with pytest.raises(Refusal) as caught:
        run(text + "\n")
    diagnostic = caught.value.diagnostic
    assert diagnostic.code == code
    assert diagnostic.help or code == "STG305"
    if line is not None and place is not None:
        start = (text.splitlines()[line - 1] + "\n").index(place) + 1
        if code == "STG305":
            start = text.splitlines()[0].index("f;") + 1
        assert diagnostic.location == Location("build.sh", line, start, line, start + len(place))


def test_a_script_cannot_run_on() -> None:
    doubling = "f0() { :; }\n" + "".join(f"f{n}() {{ f{n - 1}; f{n - 1}; }}\n" for n in range(1, 40)) + "f39\n"
    with pytest.raises(Refusal) as caught:
        run(doubling)
    assert caught.value.diagnostic.code == "STG305"
    assert f"{MAX_STEPS:,}" in caught.value.diagnostic.message


@pytest.mark.parametrize("text", [". sub/lib.sh", "source ./sub/lib.sh", 'cd sub\n. "$PWD/lib.sh"',
                                  '. "$(dirname "$0")/sub/lib.sh"'])  # fmt: skip
def test_a_sourced_file_is_asked_for_and_then_followed(text: str) -> None:
    with pytest.raises(NeedsFiles) as caught:
        run(text + "\n")
    assert caught.value.wanted == ("sub/lib.sh",)
    found = run(text + "\ndocker tag $V b\n", others={"sub/lib.sh": "V=1\ndocker tag a b\n"})
    assert tags(found) == [["a", "b"], ["1", "b"]]
    assert sorted(found.scripts) == ["build.sh", "sub/lib.sh"]
    first = next(event for event in found.events if isinstance(event, UsedImages))
    assert first.site.source.path == "sub/lib.sh"


def test_a_sourced_file_that_returns_does_not_end_the_script() -> None:
    found = run(". sub/lib.sh\ndocker tag a b\n", others={"sub/lib.sh": "return\ndocker tag c d\n"})
    assert tags(found) == [["a", "b"]]


@pytest.mark.parametrize(
    ("text", "never", "names"),
    [
        ("docker pull a || docker rmi b", True, ["docker"]),
        ("while a; do docker rm b; echo; done", False, ["a", "docker", "echo"]),
        ("if [ -f x ]; then rm x; fi", True, ["rm"]),
    ],
)
def test_a_part_that_is_passed_by_is_noted_with_its_commands(text: str, never: bool, names: list[str]) -> None:
    (skipped,) = events_of(text, Skipped)
    assert isinstance(skipped, Skipped)
    assert skipped.never is never
    assert [command.name for command in skipped.words] == names
