from __future__ import annotations

import pytest

from converter.docker_cli import commands
from converter.docker_cli.commands import Command
from converter.docker_cli.errors import UsageError
from converter.docker_cli.parse import parse
from tests.docker_cli.support import UNKNOWN, line, read, shown, texts


@pytest.mark.parametrize(
    ("arguments", "kind", "name", "path"),
    [
        ("docker build .", commands.Build, "build", "build"),
        ("docker image build .", commands.Build, "build", "image build"),
        ("docker builder build .", commands.Build, "build", "builder build"),
        ("docker buildx build .", commands.Build, "build", "buildx build"),
        ("docker buildx b .", commands.Build, "build", "buildx b"),
        ("docker buildx debug build .", commands.Build, "build", "buildx debug build"),
        ("docker buildx debug --on=error build .", commands.Build, "build", "buildx debug build"),
        ("docker-buildx build .", commands.Build, "build", "build"),
        ("podman build .", commands.Build, "build", "build"),
        ("podman image build .", commands.Build, "build", "image build"),
        ("podman build", commands.Build, "build", "build"),
        ("podman buildx build .", commands.Build, "build", "buildx build"),
        ("buildah bud .", commands.Build, "build", "bud"),
        ("buildah build .", commands.Build, "build", "build"),
        ("buildah build-using-dockerfile .", commands.Build, "build", "build-using-dockerfile"),
        ("nerdctl build .", commands.Build, "build", "build"),
        ("docker create x", commands.Create, "create", "create"),
        ("docker container create x", commands.Create, "create", "container create"),
        ("docker run x", commands.Run, "run", "run"),
        ("docker container run x", commands.Run, "run", "container run"),
        ("docker cp a:/b c", commands.Cp, "cp", "cp"),
        ("docker container cp a:/b c", commands.Cp, "cp", "container cp"),
        ("docker rm x", commands.Rm, "rm", "rm"),
        ("docker container rm x", commands.Rm, "rm", "container rm"),
        ("docker container remove x", commands.Rm, "rm", "container remove"),
        ("docker rmi x", commands.Rmi, "rmi", "rmi"),
        ("docker image rm x", commands.Rmi, "rmi", "image rm"),
        ("docker image remove x", commands.Rmi, "rmi", "image remove"),
        ("docker tag a b", commands.Tag, "tag", "tag"),
        ("docker image tag a b", commands.Tag, "tag", "image tag"),
        ("docker push a", commands.Push, "push", "push"),
        ("docker pull a", commands.Pull, "pull", "pull"),
        ("docker image pull a", commands.Pull, "pull", "image pull"),
        ("docker exec a b", commands.Exec, "exec", "exec"),
        ("docker container exec a b", commands.Exec, "exec", "container exec"),
        ("docker start a", commands.Start, "start", "start"),
        ("docker stop a", commands.Stop, "stop", "stop"),
        ("docker container stop a", commands.Stop, "stop", "container stop"),
        ("docker kill a", commands.Kill, "kill", "kill"),
        ("docker wait a", commands.Wait, "wait", "wait"),
        ("docker ps -aqf name=x", commands.Other, "ps", "ps"),
        ("docker container ls -a", commands.Other, "ps", "container ls"),
        ("docker images -q", commands.Other, "images", "images"),
        ("docker image ls", commands.Other, "images", "image ls"),
        ("docker image prune -f", commands.Other, "image prune", "image prune"),
        ("docker image inspect x", commands.Other, "inspect", "image inspect"),
        ("docker network create x", commands.Other, "network", "network"),
        ("docker volume rm x", commands.Other, "volume", "volume"),
        ("docker compose up -d", commands.Other, "compose", "compose"),
        ("docker-compose up -d", commands.Other, "compose", ""),
        ("docker buildx create --use", commands.Other, "buildx create", "buildx create"),
        ("docker buildx bake", commands.Other, "buildx bake", "buildx bake"),
        ("docker login -u x", commands.Other, "login", "login"),
        ("docker save -o f x", commands.Other, "save", "save"),
        ("podman unshare ls", commands.Other, "unshare", "unshare"),
        ("buildah from x", commands.Other, "from", "from"),
        ("buildah run c -- ls", commands.Other, "run", "run"),
        ("buildah rm x", commands.Other, "rm", "rm"),
        ("docker", commands.Other, "help", ""),
        ("docker image", commands.Other, "help", "image"),
        ("docker --version", commands.Other, "version", ""),
        ("docker -v", commands.Other, "version", ""),
        ("docker build --help", commands.Other, "help", "build"),
        ("docker rm -h", commands.Other, "help", "rm"),
        ("docker run --help", commands.Other, "help", "run"),
        ("docker help build", commands.Other, "help", "help"),
    ],
)
def test_every_form_becomes_its_command(arguments: str, kind: type[Command], name: str, path: str) -> None:
    command = read(arguments)
    assert type(command) is kind
    assert (command.name, " ".join(command.path)) == (name, path)
    assert command.argv == tuple(line(arguments))


def test_what_stands_behind_an_unparsed_command_is_kept() -> None:
    command = read("sudo docker -H x ps -aqf name={} --no-trunc")
    assert texts(command.operands) == ["-aqf", "name={}", "--no-trunc"]
    assert [word.index for word in command.operands] == [5, 6, 7]


@pytest.mark.parametrize(
    ("arguments", "flags"),
    [
        ("docker -H tcp://x:1 --tls ps", ["host=tcp://x:1@0 1-2", "tls True 3-3"]),
        ("docker -c remote -D build .", ["context=remote@0 1-2", "debug True 3-3"]),
        (
            "docker --config={} -l debug --tlsverify ps",
            ["config={}@9 1-1", "log-level=debug@0 2-3", "tlsverify True 4-4"],
        ),
        ("docker --tlscacert a --tlscert b --tlskey c ps", ["tlscacert=a@0 1-2", "tlscert=b@0 3-4", "tlskey=c@0 5-6"]),
        ("docker buildx --builder x build .", ["builder=x@0 2-3"]),
        ("podman --root /x --log-level=debug build .", ["root=/x@0 1-2", "log-level=debug@12 3-3"]),
        ("nerdctl -n k8s.io --address a build .", ["namespace=k8s.io@0 1-2", "address=a@0 3-4"]),
        ("buildah --storage-driver vfs bud .", ["storage-driver=vfs@0 1-2"]),
    ],
)
def test_flags_before_the_subcommand(arguments: str, flags: list[str]) -> None:
    assert [shown(flag) for flag in read(arguments).globals] == flags


def test_podman_takes_its_own_flags_behind_the_subcommand_too() -> None:
    assert texts(read("podman build --log-level debug -t x .").operands) == ["."]


@pytest.mark.parametrize(
    ("arguments", "message", "index"),
    [
        pytest.param("echo", "not a command of docker", 0, id="another program"),
        pytest.param("docker biuld .", "`docker` has no command `biuld`; did you mean `build`?", 1, id="a near miss"),
        pytest.param("docker xyzzy", "`docker` has no command `xyzzy`", 1, id="an unknown command"),
        pytest.param("docker image biuld .", "`docker image` has no command `biuld`; did you mean", 2, id="in a group"),
        pytest.param("docker {} .", "which command of `docker` stands here is not known: `$?`", 1, id="a hidden name"),
        pytest.param("docker {} build .", "which command of `docker` stands here", 1, id="a hidden global flag"),
        pytest.param("docker b{} .", "which command of `docker` stands here is not known: `b$?`", 1, id="in part"),
        pytest.param("docker image {}", "which command of `docker image` stands here", 2, id="hidden in a group"),
        pytest.param("docker -X ps", "`docker` has no flag `-X`", 1, id="an unknown global flag"),
        pytest.param("docker -H", "`-H` of `docker` needs a value", 1, id="a global flag without value"),
        pytest.param(
            "docker build -t x", "`docker build` needs exactly 1 argument (build context), and no", 4, id="none"
        ),
        pytest.param("docker build . x", "`docker build` takes exactly 1 argument (build context), and 2", 3, id="two"),
        pytest.param("docker build {} .", "`$?` may be a flag, its value is not known", 2, id="perhaps a flag"),
        pytest.param("podman build . x", "takes at most 1 argument", 3, id="two for podman"),
        pytest.param("docker cp x:/a", "`docker cp` needs exactly 2 arguments (path), and only 1", 3, id="one path"),
        pytest.param("docker cp a b", "neither path of `cp` names a container", 2, id="no container"),
        pytest.param("docker cp {} b", "what stands in the unknown part is not known", 2, id="a hidden container"),
        pytest.param("docker cp a {}", "what stands in the unknown part is not known", 3, id="a hidden destination"),
        pytest.param("docker cp a:/x b:/y", "cannot copy from one container to another", 3, id="two containers"),
        pytest.param("docker cp a:/x ''", "cannot be empty", 3, id="an empty path"),
        pytest.param("docker rm", "`docker rm` needs at least 1 argument (container)", 2, id="nothing to remove"),
        pytest.param("docker rmi -f", "`docker rmi` needs at least 1 argument (image)", 3, id="no image to remove"),
        pytest.param("docker tag a", "`docker tag` needs exactly 2 arguments", 3, id="one name"),
        pytest.param("docker tag a b c", "`docker tag` takes exactly 2 arguments", 4, id="three names"),
        pytest.param("docker push a b", "`docker push` takes exactly 1 argument", 3, id="two images to push"),
        pytest.param("docker run -d", "`docker run` needs at least 1 argument (image)", 3, id="no image"),
        pytest.param("docker exec a", "needs at least 2 arguments (container and command), and only 1", 3, id="exec"),
        pytest.param("docker run -rm x", "has no flag `-r` in `-rm`; did you mean `--rm`?", 2, id="an old single dash"),
        pytest.param("docker build --layers .", "`docker build` has no flag `--layers`", 2, id="a flag of podman's"),
        pytest.param("docker run -v a:b:c:d x", "is not source:target:options", 3, id="a volume of four parts"),
        pytest.param("docker run -v a/b:/c x", "`a/b` is no name of a volume", 3, id="a path without ./"),
        pytest.param("docker run --mount type=bind,src=/a x", "names no target", 3, id="a mount without target"),
    ],
)
def test_errors(arguments: str, message: str, index: int) -> None:
    with pytest.raises(UsageError) as caught:
        read(arguments)
    assert message in str(caught.value)
    assert caught.value.index == index


@pytest.mark.parametrize(
    ("arguments", "assumed"),
    [
        pytest.param("docker run {} sh {}", (2,), id="the image"),
        pytest.param("docker run -e {} x {}", (), id="no value, no argument of the command"),
        pytest.param("docker rm -f {} b {}", (3, 5), id="names"),
        pytest.param("docker build -t {} {}", (4,), id="a context"),
        pytest.param("docker build -t {} ./{}", (), id="a context that begins as a path"),
        pytest.param("docker cp {}:/a .", (2,), id="a container"),
        pytest.param("docker exec {} {}", (2,), id="the container of exec, not its command"),
        pytest.param("docker tag {} x", (2,), id="an image"),
    ],
)
def test_assumed_operands(arguments: str, assumed: tuple[int, ...]) -> None:
    assert read(arguments).assumed_operands == assumed


@pytest.mark.parametrize(
    ("arguments", "removed"),
    [
        ("docker tag -f a b", ["force"]),
        ("docker run --cpuset=0 --lxc-conf x --rm y", ["cpuset", "lxc-conf"]),
        ("docker tag a b", []),
    ],
)
def test_flags_of_old_versions_are_read_and_told(arguments: str, removed: list[str]) -> None:
    assert [flag.name for flag in read(arguments).removed] == removed


def test_commands_compare_and_cannot_be_changed() -> None:
    command = parse(["docker", "rm", "x"])
    assert command == parse(["docker", "rm", "x"])
    assert command != parse(["docker", "rmi", "x"])
    with pytest.raises(AttributeError):
        command.name = "y"  # type: ignore[misc]


def test_the_message_keeps_tokens_for_a_caller_that_can_name_them() -> None:
    with pytest.raises(UsageError) as caught:
        read("docker b{} .")
    assert f"`b{UNKNOWN}`" in caught.value.message
    assert "`b$?`" in str(caught.value)
