"""What is run in the place of a command line of the script."""

from __future__ import annotations

import shlex

import pytest

from converter.isolation.draft import Action
from converter.isolation.names import Names
from converter.isolation.rewrite import rewrite

OWN_ID = "a" * 64
KEEPING_ID = "c" * 64
FOREIGN_ID = "b" * 64


class Engine:
    """An engine with the person's `alpine:3.19` and `tools:1`, and one image and container of the run by their ids."""

    def has_image(self, name: str) -> bool:
        return name in ("alpine:3.19", "tools:1", OWN_ID)

    def image_names(self, identifier: str) -> tuple[str, ...] | None:
        kept = "stageify-0/new/stageify-kept:7"
        return {OWN_ID: ("stageify-0/new/app:1", kept), KEEPING_ID: (kept,)}.get(identifier)

    def owns_container(self, identifier: str) -> bool:
        return identifier == OWN_ID


def rewritten(line: str) -> Action:
    """The action for a line of a run that has made the image `base:1` and the network `backend`; `app:1` comes later."""
    names = Names("stageify-0/new", frozenset({"base:1"}), frozenset({"app:1"}), frozenset({"backend"}))
    return rewrite(shlex.split(line), names, Engine(), "9")


CASES = [
    # builds: private names, no cache, and a name that stays
    (
        "docker build -t app:1 .",
        "docker build --no-cache --tag stageify-0/new/stageify-kept:9 -t stageify-0/new/app:1 .",
    ),
    (
        "docker build --tag=example.org/app:1 -f Dockerfile.build --build-arg A=b ctx",
        "docker build --no-cache --tag stageify-0/new/stageify-kept:9 --tag=stageify-0/new/example.org/app:1 "
        "-f Dockerfile.build --build-arg A=b ctx",
    ),
    ("docker build -q .", "docker build --no-cache --tag stageify-0/new/stageify-kept:9 -q ."),
    (
        "docker build --no-cache --pull --cache-from app:0 --cache-from=app:1 -tapp .",
        "docker build --tag stageify-0/new/stageify-kept:9 --no-cache -tstageify-0/new/app:latest .",
    ),
    (
        "docker buildx build --push -t app:1 .",
        "docker buildx build --load --no-cache --tag stageify-0/new/stageify-kept:9 -t stageify-0/new/app:1 .",
    ),
    (
        "docker --log-level debug image build -t app:1 .",
        "docker --log-level debug image build --no-cache --tag stageify-0/new/stageify-kept:9 "
        "-t stageify-0/new/app:1 .",
    ),
    (
        "sudo -E docker build -t app:1 .",
        "sudo -E docker build --no-cache --tag stageify-0/new/stageify-kept:9 -t stageify-0/new/app:1 .",
    ),
    # containers
    ("docker create --name builder base:1", "docker create --name stageify-0-new-builder stageify-0/new/base:1"),
    ("docker create base:1 true", "docker create --name stageify-0-new-unnamed-9 stageify-0/new/base:1 true"),
    ("docker run --rm alpine:3.19 ls base:1", "docker run --name stageify-0-new-unnamed-9 --rm alpine:3.19 ls base:1"),
    (
        "docker run --name x -v cache:/root/.m2 -v /src:/src --mount type=volume,src=data,dst=/d base:1",
        "docker run --name stageify-0-new-x -v stageify-0-new-cache:/root/.m2 -v /src:/src "
        "--mount type=volume,src=stageify-0-new-data,dst=/d stageify-0/new/base:1",
    ),
    (
        "docker run --name x --volumes-from builder:ro --link db --network backend base:1",
        "docker run --name stageify-0-new-x --volumes-from stageify-0-new-builder:ro --link stageify-0-new-db:db "
        "--network stageify-0-new-backend stageify-0/new/base:1",
    ),
    (
        "docker run --name x --net container:db --pid=host --pull always base:1",
        "docker run --name stageify-0-new-x --net container:stageify-0-new-db --pid=host stageify-0/new/base:1",
    ),
    ("docker cp builder:/app/out ./builder", "docker cp stageify-0-new-builder:/app/out ./builder"),
    (f"docker cp {OWN_ID}:/app/out - ", f"docker cp {OWN_ID}:/app/out -"),
    (f"docker cp {FOREIGN_ID}:/app/out .", f"docker cp stageify-0-new-{FOREIGN_ID}:/app/out ."),
    ("docker cp ./in builder:/app", "docker cp ./in stageify-0-new-builder:/app"),
    ("docker rm -f builder", "docker rm --volumes -f stageify-0-new-builder"),
    ("docker rm -fv builder", "docker rm -fv stageify-0-new-builder"),
    (f"docker container rm {OWN_ID} {FOREIGN_ID}", f"docker container rm --volumes {OWN_ID}"),
    ("docker exec -i builder cat /x", "docker exec -i stageify-0-new-builder cat /x"),
    ("docker logs -f builder", "docker logs -f stageify-0-new-builder"),
    ("docker wait builder", "docker wait stageify-0-new-builder"),
    ("docker export -o x.tar builder", "docker export -o x.tar stageify-0-new-builder"),
    ("docker ps -aq", "docker ps --filter 'name=^/?stageify-0-new-' -aq"),
    ("docker ps -q -f name=builder", "docker ps -q -f 'name=^/?stageify-0-new-.*builder'"),
    ("docker ps -f name=^/builder$", "docker ps -f 'name=^/?stageify-0-new-builder$'"),
    ("docker ps -f ancestor=base:1", "docker ps --filter 'name=^/?stageify-0-new-' -f ancestor=stageify-0/new/base:1"),
    # images: those that the run has not made yet are the person's, unless a command would change or test them
    ("docker create --name x app:1", "docker create --name stageify-0-new-x app:1"),
    ("docker inspect app:1", "docker inspect stageify-0/new/app:1"),
    ("docker images -q base", "docker images -q stageify-0/new/base"),
    ("docker tag base:1 example.org/x", "docker tag stageify-0/new/base:1 stageify-0/new/example.org/x:latest"),
    ("docker tag -f base:1 app:2", "docker tag stageify-0/new/base:1 stageify-0/new/app:2"),
    ("docker tag alpine:3.19 base", "docker tag alpine:3.19 stageify-0/new/base:latest"),
    ("docker rmi app:1", "docker rmi stageify-0/new/app:1"),
    ("docker rmi -f never-made", "docker rmi -f stageify-0/new/never-made:latest"),
    (f"docker rmi {OWN_ID}", "docker rmi stageify-0/new/app:1"),
    ("docker rmi base:1 alpine:3.19", "docker rmi stageify-0/new/base:1"),
    ("docker image inspect -f {{.Id}} base:1", "docker image inspect -f {{.Id}} stageify-0/new/base:1"),
    ("docker inspect alpine:3.19", "docker inspect alpine:3.19"),
    ("docker inspect -f {{.State.ExitCode}} builder", "docker inspect -f {{.State.ExitCode}} stageify-0-new-builder"),
    ("docker inspect --type container tools:1", "docker inspect --type container stageify-0-new-tools:1"),
    ("docker images -q app", "docker images -q stageify-0/new/app"),
    ("docker images -q app:1", "docker images -q stageify-0/new/app:1"),
    ("docker images alpine", "docker images alpine"),
    ("docker history base:1", "docker history stageify-0/new/base:1"),
    ("docker save -o x.tar base:1 alpine:3.19", "docker save -o x.tar stageify-0/new/base:1 alpine:3.19"),
    ("docker commit -m x builder app:2", "docker commit -m x stageify-0-new-builder stageify-0/new/app:2"),
    ("docker import root.tar app:2", "docker import root.tar stageify-0/new/app:2"),
    ("docker pull alpine:3.20", "docker pull alpine:3.20"),
    # volumes and networks
    ("docker volume create cache", "docker volume create stageify-0-new-cache"),
    ("docker volume rm -f cache", "docker volume rm -f stageify-0-new-cache"),
    ("docker network create --driver bridge n", "docker network create --driver bridge stageify-0-new-n"),
    ("docker network connect backend db", "docker network connect stageify-0-new-backend stageify-0-new-db"),
    # what only tells something
    ("docker version", "docker version"),
    ("docker info", "docker info"),
    ("docker system df", "docker system df"),
    ("docker build --help", "docker build --help"),
    # what the program itself complains about
    ("docker rm -f", "docker rm -f"),
]


@pytest.mark.parametrize(("line", "expected"), CASES, ids=[line for line, _ in CASES])
def test_a_command_runs_under_private_names(line: str, expected: str) -> None:
    action = rewritten(line)
    assert action.kind == "run", action.message
    assert shlex.join(action.argv) == shlex.join(shlex.split(expected))


@pytest.mark.parametrize(
    "line",
    [
        "docker push app:1",
        "docker image push example.org/app:1",
        "docker login -u me",
        "docker logout",
        "docker pull app:1",
        "docker pull alpine:3.19",
        "docker rmi alpine:3.19",
        f"docker rmi {FOREIGN_ID}",
        f"docker rmi {KEEPING_ID}",
        f"docker rm -f {FOREIGN_ID}",
        f"docker stop {FOREIGN_ID}",
        "docker system prune -af",
        "docker image prune -f",
        "docker container prune -f",
        "docker volume prune -f",
        "docker network prune -f",
        "docker builder prune -af",
        "docker buildx create --use",
    ],
)
def test_a_command_is_held_back(line: str) -> None:
    assert rewritten(line).kind == "hold"


@pytest.mark.parametrize(
    "line",
    [
        "docker compose up",
        "podman build -t app:1 .",
        "buildah bud -t app:1 .",
        "docker-compose build",
        "docker stack deploy x",
        "docker load -i x.tar",
        "docker buildx bake",
        "docker -H tcp://example.org:2375 build -t app:1 .",
        "docker --context other build -t app:1 .",
        "docker build --no-such-flag .",
        "docker volume update x",
        "docker update --memory 1g builder",
    ],
)
def test_what_cannot_be_kept_apart_is_refused_with_a_reason(line: str) -> None:
    action = rewritten(line)
    assert action.kind == "refuse"
    assert action.message


def test_a_push_is_noted_with_its_name() -> None:
    assert rewritten("docker push app:1").pushed == ("app:1",)
    assert rewritten("docker buildx build --push -t app:1 .").pushed == ("app:1",)


def test_images_of_others_are_named_so_that_a_pull_can_be_noticed() -> None:
    assert rewritten("docker run --rm alpine:3.20 ls").uses == ("alpine:3.20",)
    assert rewritten("docker run --rm base:1 ls").uses == ()
    assert rewritten("docker pull alpine:3.20").uses == ("alpine:3.20",)


def test_what_gets_a_name_is_noted() -> None:
    action = rewritten("docker build -t app:1 -t app:latest .")
    assert dict(action.makes) == {"app:1": "stageify-0/new/app:1", "app:latest": "stageify-0/new/app:latest"}
    assert action.kept == "stageify-0/new/stageify-kept:9"
    assert rewritten("docker network create n").networks == ("n",)
