from __future__ import annotations

import pytest

from converter.docker_cli.commands import Create, Exec, Kill, NewContainer, Rm, Run, Start, Stop, Wait
from converter.docker_cli.errors import UsageError
from tests.docker_cli.support import read, text, texts


def create(arguments: str) -> NewContainer:
    command = read(arguments)
    assert isinstance(command, NewContainer)
    return command


def test_a_run_with_everything() -> None:
    command = create(
        "docker run -dit --rm --name n --cidfile f --entrypoint '' -e A=b --env C -w /w -u 1:2 --privileged"
        " --volumes-from other:ro --net host --platform linux/arm64 --env-file e image sh -c 'ls -l' -d"
    )
    assert isinstance(command, Run)
    assert (text(command.image), texts(command.command)) == ("image", ["sh", "-c", "ls -l", "-d"])
    assert (command.detach, command.interactive, command.tty, command.remove) == (True, True, True, True)
    assert (text(command.container_name), text(command.cidfile), text(command.entrypoint)) == ("n", "f", "")
    assert [(variable.name, text(variable.value)) for variable in command.env] == [("A", "b"), ("C", None)]
    assert (text(command.workdir), text(command.user), command.privileged) == ("/w", "1:2", True)
    assert texts(command.volumes_from) == ["other:ro"]
    assert (text(command.network), text(command.platform)) == ("host", "linux/arm64")
    assert texts(command.env_files) == ["e"]


@pytest.mark.parametrize(
    ("arguments", "image", "command"),
    [
        pytest.param("docker run x --rm", "x", ["--rm"], id="flags behind the image are the command's"),
        pytest.param("docker run x -- y", "x", ["--", "y"], id="two dashes behind the image too"),
        pytest.param("docker run --rm -- x -v", "x", ["-v"], id="two dashes before the image end the flags"),
        pytest.param("docker create --pull always x", "x", [], id="pull takes a value"),
        pytest.param("docker run -it x", "x", [], id="a cluster"),
        pytest.param("docker run -itv a:/b x", "x", [], id="a cluster with a value"),
        pytest.param("docker run --rm {} make", "{}", ["make"], id="an unknown image"),
        pytest.param("docker run -h host x", "x", [], id="-h is the host name"),
        pytest.param("docker run -d=false x", "x", [], id="a letter with a boolean value"),
        pytest.param("docker run --link a:b --dns 1.1.1.1 --dns-opt x --net-alias y x", "x", [], id="aliases"),
        pytest.param("docker run --gpus all --ulimit nofile=1 --memory 1g --cpuset-cpus 0 x", "x", [], id="limits"),
        pytest.param("podman run --replace --tz local --http-proxy x", "x", [], id="podman's own"),
        pytest.param("nerdctl run --umask 077 --insecure-registry x", "x", [], id="nerdctl's own"),
    ],
)
def test_flags_end_at_the_image(arguments: str, image: str, command: list[str]) -> None:
    found = create(arguments)
    assert (text(found.image), texts(found.command)) == (image, command)


def test_a_detached_flag_that_is_not_known() -> None:
    assert create("docker run --detach={} x").detach is None


def test_create_has_no_detach() -> None:
    assert create("docker create x").detach is False
    with pytest.raises(UsageError, match="`docker create` has no flag `-d`"):
        create("docker create -d x")


def test_a_run_is_no_create() -> None:
    assert not isinstance(create("docker run x"), Create)
    assert not isinstance(create("docker create x"), Run)


@pytest.mark.parametrize(
    ("flag", "kind", "source", "target", "options", "read_only"),
    [
        ("-v /src:/dst", "bind", "/src", "/dst", (), False),
        ("-v /src:/dst:ro", "bind", "/src", "/dst", ("ro",), True),
        ("-v ./src:/dst:ro,z", "bind", "./src", "/dst", ("ro", "z"), True),
        ("-v '~/src:/dst'", "bind", "~/src", "/dst", (), False),
        ("--volume=name:/dst", "volume", "name", "/dst", (), False),
        ("-v/src:/dst", "bind", "/src", "/dst", (), False),
        ("-v /dst", "volume", None, "/dst", (), False),
        ("-v {}:/dst", "unknown", "{}", "/dst", (), False),
        ("-v {}/out:/dst", "bind", "{}/out", "/dst", (), False),
        ("-v /src:{}", "bind", "/src", "{}", (), False),
        ("-v cache-{}:/dst", "volume", "cache-{}", "/dst", (), False),
        ("-v {}", "unknown", None, "{}", (), False),
        ("--mount type=bind,src=/src,dst=/dst", "bind", "/src", "/dst", (), False),
        ("--mount type=bind,source=/src,target=/dst,readonly", "bind", "/src", "/dst", ("readonly",), True),
        ("--mount TYPE=bind,SRC=/src,destination=/dst,ro=true", "bind", "/src", "/dst", ("ro=true",), True),
        ("--mount src=name,dst=/dst", "volume", "name", "/dst", (), False),
        ("--mount type=tmpfs,dst=/dst,tmpfs-size=1", "tmpfs", None, "/dst", ("tmpfs-size=1",), False),
        ("--mount type=image,src=x,dst=/dst", "other", "x", "/dst", (), False),
        ("--mount type={},src=x,dst=/dst", "unknown", "x", "/dst", (), False),
        ("""--mount 'type=bind,"src=/a,b",dst=/dst'""", "bind", "/a,b", "/dst", (), False),
        ("--tmpfs /dst", "tmpfs", None, "/dst", (), False),
        ("--tmpfs /dst:rw,size=1", "tmpfs", None, "/dst", ("rw", "size=1"), False),
    ],
)
def test_volumes(
    flag: str, kind: str, source: str | None, target: str, options: tuple[str, ...], read_only: bool
) -> None:
    command = create(f"docker run {flag} image")
    (volume,) = command.volumes
    assert (volume.kind, text(volume.source), text(volume.target)) == (kind, source, target)
    assert (volume.options, volume.read_only) == (options, read_only)
    for word in (volume.source, volume.target, volume.word):
        if word is not None:
            assert command.argv[word.index][word.start : word.end] == word.text


def test_volumes_keep_their_order() -> None:
    command = create("docker run -v a:/a --tmpfs /b --mount src=c,dst=/c image")
    assert [text(volume.target) for volume in command.volumes] == ["/a", "/b", "/c"]


def test_exec() -> None:
    command = read("docker exec -it -e A=b -w /w -u root -d c sh -c -x")
    assert isinstance(command, Exec)
    assert (text(command.container), texts(command.command)) == ("c", ["sh", "-c", "-x"])
    assert (text(command.workdir), text(command.user), command.detach) == ("/w", "root", True)
    assert [variable.name for variable in command.env] == ["A"]


def test_podman_executes_in_the_latest_container() -> None:
    command = read("podman exec --latest ls")
    assert isinstance(command, Exec)
    assert (command.container, texts(command.command)) == (None, ["ls"])


def test_rm() -> None:
    command = read("docker rm -fv a b --link")
    assert isinstance(command, Rm)
    assert (texts(command.names), command.force, command.volumes) == (["a", "b"], True, True)


def test_podman_removes_all() -> None:
    command = read("podman rm --all --force")
    assert isinstance(command, Rm)
    assert command.names == ()


def test_start_stop_kill_and_wait() -> None:
    start, stop, kill, wait = (
        read(f"docker {verb} a b") for verb in ("start -ai", "stop -t 5", "kill -s TERM", "wait")
    )
    assert isinstance(start, Start)
    assert (start.attach, start.interactive, texts(start.names)) == (True, True, ["a", "b"])
    assert isinstance(stop, Stop)
    assert (text(stop.value("timeout")), texts(stop.names)) == ("5", ["a", "b"])
    assert isinstance(kill, Kill)
    assert (text(kill.value("signal")), texts(kill.names)) == ("TERM", ["a", "b"])
    assert isinstance(wait, Wait)
    assert texts(wait.names) == ["a", "b"]


def test_the_old_and_the_new_name_of_a_flag_are_one() -> None:
    assert text(read("docker stop --time 5 a").value("timeout")) == "5"
