from __future__ import annotations

import pytest

from converter.docker_cli.commands import Build
from tests.docker_cli.support import read, text, texts


def build(arguments: str) -> Build:
    command = read(arguments)
    assert isinstance(command, Build)
    return command


def test_a_classic_build() -> None:
    command = build("docker build --no-cache --pull -q -t a:1 --tag b -f x -f Dockerfile.build --target s src")
    assert texts(command.tags) == ["a:1", "b"]
    assert text(command.file) == "Dockerfile.build"
    assert texts(command.files) == ["x", "Dockerfile.build"]
    assert text(command.target) == "s"
    assert text(command.context) == "src"
    assert (command.no_cache, command.pull, command.quiet) == (True, True, True)
    assert not command.is_buildx


def test_flags_may_follow_the_context() -> None:
    command = build("docker build . -t app --rm=false")
    assert (text(command.context), texts(command.tags)) == (".", ["app"])
    assert command.enabled("rm", default=True) is False


def test_everything_else_of_a_build() -> None:
    command = build(
        "docker buildx build --iidfile id --platform linux/arm64 --network host --secret id=s,src=f --ssh default"
        " --output type=local,dest=out --load --push --label a=b --cache-from x --cache-from y ."
    )
    assert command.is_buildx
    assert text(command.iidfile) == "id"
    assert text(command.platform) == "linux/arm64"
    assert text(command.network) == "host"
    assert texts(command.secrets) == ["id=s,src=f"]
    assert texts(command.ssh) == ["default"]
    assert texts(command.outputs) == ["type=local,dest=out"]
    assert (command.load, command.push) == (True, True)
    assert [(label.name, text(label.value)) for label in command.labels] == [("a", "b")]
    assert texts(command.values("cache-from")) == ["x", "y"]


@pytest.mark.parametrize(
    ("arguments", "name", "value", "start"),
    [
        ("docker build --build-arg A=b .", "A", "b", 2),
        ("docker build --build-arg=A=b=c .", "A", "b=c", 14),
        ("docker build --build-arg A={} .", "A", "{}", 2),
        ("docker build --build-arg A= .", "A", "", 2),
        ("docker build --build-arg A .", "A", None, 0),
    ],
)
def test_build_arguments(arguments: str, name: str, value: str | None, start: int) -> None:
    command = build(arguments)
    (argument,) = command.build_args
    assert (argument.name, text(argument.value)) == (name, value)
    if argument.value is not None:
        assert argument.value.start == start
        assert command.argv[argument.value.index][start:] == argument.value.text


@pytest.mark.parametrize(
    ("context", "kind"),
    [
        (".", "path"),
        ("/srv/app", "path"),
        ("-", "stdin"),
        ("github.com/user/repo", "remote"),
        ("./github.com/user/repo", "path"),
        ("https://example.com/context.tar.gz", "remote"),
        ("http://example.com/repo.git#main:dir", "remote"),
        ("git://example.com/repo", "remote"),
        ("git@github.com:user/repo.git", "remote"),
        ("ssh://git@example.com/repo", "remote"),
        ("me@example.com:repo.git", "remote"),
        ("https://{}/repo.git", "remote"),
        ("{}", "unknown"),
        ("{}/sub", "unknown"),
        ("dir/{}", "path"),
    ],
)
def test_kinds_of_context(context: str, kind: str) -> None:
    command = build(f"docker build '{context}'")
    assert command.context_kind == kind
    assert command.is_remote_context == (kind == "remote")


@pytest.mark.parametrize(
    ("arguments", "pull"),
    [
        ("docker build .", False),
        ("docker build --pull=false .", False),
        ("docker build --pull={} .", None),
        ("docker buildx build --pull .", True),
        ("podman build --pull .", True),
        ("podman build --pull=never .", False),
        ("podman build --pull=always .", True),
        ("buildah bud --pull={} .", None),
    ],
)
def test_pull(arguments: str, pull: bool | None) -> None:
    assert build(arguments).pull is pull


def test_podman_and_buildah_know_their_own_flags() -> None:
    command = build("podman build --layers --format docker --squash-all -v /a:/b --cap-add=X --net host -t x")
    assert command.context is None
    assert command.context_kind == "path"
    assert text(command.network) == "host"
    command = build("buildah bud --isolation chroot --authfile f --tls-verify=false -f Containerfile -t x src")
    assert text(command.context) == "src"
    assert command.enabled("tls-verify") is False


@pytest.mark.parametrize(
    "flag",
    [
        *(
            "--add-host a:1",
            "--cgroup-parent x",
            "--compress",
            "--cpu-period 1",
            "--cpu-quota 1",
            "-c 1",
            "--cpu-shares 1",
        ),
        *("--cpuset-cpus 0", "--cpuset-mems 0", "--disable-content-trust", "--force-rm", "--isolation hyperv", "-m 1g"),
        *("--memory 1g", "--memory-swap -1", "--security-opt x", "--shm-size 1g", "--squash", "--ulimit nofile=1:1"),
        *("--stream", "--progress plain", "-o out", "--allow network.host", "--annotation a=b", "--attest type=sbom"),
        *("--build-context a=b", "--builder x", "--cache-to x", "--call check", "--check", "--metadata-file f"),
        *("--no-cache-filter s", "--provenance false", "--sbom true", "--print outline", "-D"),
    ],
)
def test_all_flags_of_both_builders_leave_the_context_alone(flag: str) -> None:
    assert text(build(f"docker build {flag} ctx").context) == "ctx"
