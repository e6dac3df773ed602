from __future__ import annotations

import pytest

from converter.docker_cli.parse import is_docker, parse
from converter.docker_cli.prefixes import find_program, located_program
from tests.docker_cli.support import line, texts


@pytest.mark.parametrize(
    ("arguments", "index", "name"),
    [
        pytest.param("docker ps", 0, "docker", id="no prefix"),
        pytest.param("/usr/bin/docker ps", 0, "docker", id="a path"),
        pytest.param("docker.exe ps", 0, "docker", id="a Windows name"),
        pytest.param("nvidia-docker run x", 0, "docker", id="a wrapper of docker"),
        pytest.param("podman-remote ps", 0, "podman", id="podman's remote client"),
        pytest.param("finch build .", 0, "nerdctl", id="a wrapper of nerdctl"),
        pytest.param("docker-buildx build .", 0, "docker-buildx", id="buildx by itself"),
        pytest.param("sudo docker ps", 1, "docker", id="sudo"),
        pytest.param("sudo -E -n -u root docker ps", 5, "docker", id="sudo with flags"),
        pytest.param("sudo -nE -uroot docker ps", 3, "docker", id="sudo with clustered flags"),
        pytest.param("sudo --user root --preserve-env docker ps", 4, "docker", id="sudo with long flags"),
        pytest.param("sudo --user=root -- docker ps", 3, "docker", id="sudo with two dashes"),
        pytest.param("sudo -u {} docker ps", 3, "docker", id="sudo with an unknown user"),
        pytest.param("env -i -u HOME A=b docker ps", 5, "docker", id="env with flags"),
        pytest.param("/usr/bin/env docker ps", 1, "docker", id="a prefix with a path"),
        pytest.param("env - A=b docker ps", 3, "docker", id="env with a dash"),
        pytest.param("env A={} docker ps", 2, "docker", id="env with an unknown value"),
        pytest.param("command docker ps", 1, "docker", id="command"),
        pytest.param("time -p docker ps", 2, "docker", id="time"),
        pytest.param("/usr/bin/time -f %E -o log docker ps", 5, "docker", id="GNU time"),
        pytest.param("exec docker ps", 1, "docker", id="exec"),
        pytest.param("exec -a x docker ps", 3, "docker", id="exec with a name"),
        pytest.param("nice -n 10 docker ps", 3, "docker", id="nice"),
        pytest.param("nice -10 docker ps", 2, "docker", id="nice in its old form"),
        pytest.param("timeout -k 5 10m docker ps", 4, "docker", id="timeout"),
        pytest.param("stdbuf -oL docker ps", 2, "docker", id="stdbuf"),
        pytest.param("nohup sudo env A=b time docker ps", 5, "docker", id="several"),
        pytest.param("winpty docker run -it x", 1, "docker", id="winpty"),
    ],
)
def test_finds_the_program(arguments: str, index: int, name: str) -> None:
    argv = line(arguments)
    program = find_program(argv)
    assert program is not None
    assert (program.index, program.name) == (index, name)
    assert is_docker(argv)
    assert parse(argv).prefix_end == index


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param("", id="nothing"),
        pytest.param("sudo", id="a prefix alone"),
        pytest.param("echo docker", id="another program"),
        pytest.param("command -v docker", id="only asks where docker is"),
        pytest.param("sudo -l docker", id="only asks whether sudo may"),
        pytest.param("env -S 'docker ps'", id="arguments inside one"),
        pytest.param("{} docker ps", id="an unknown program"),
        pytest.param("sudo {} docker ps", id="an unknown argument of a prefix"),
        pytest.param("sudo -{} docker ps", id="an unknown flag of a prefix"),
        pytest.param("env {}=x docker ps", id="an unknown variable of env"),
        pytest.param("A=b docker ps", id="an assignment is no argument"),
        pytest.param("timeout docker", id="the operand of a prefix"),
    ],
)
def test_is_not_docker(arguments: str) -> None:
    assert not is_docker(line(arguments))


def test_the_variables_that_prefixes_set_are_kept() -> None:
    command = parse(line("sudo DOCKER_BUILDKIT=1 env A={} docker build ."))
    assert texts(command.environment) == ["DOCKER_BUILDKIT=1", "A={}"]
    assert [word.index for word in command.environment] == [1, 3]


@pytest.mark.parametrize(
    ("expression", "program"),
    [
        ("$(which docker)", "docker"),
        ('"$(command -v podman)"', "podman"),
        ("`which docker 2>/dev/null`", "docker"),
        ("$(type -p docker)", "docker"),
        ("$(shell which docker)", "docker"),
        ("$(which make)", None),
        ("$(which docker || which podman)", None),
        ("$DOCKER", None),
        ("docker", None),
    ],
)
def test_the_program_whose_path_is_looked_up(expression: str, program: str | None) -> None:
    assert located_program(expression) == program
