"""The small reading of docker's command line agrees with the full one."""

from __future__ import annotations

import pytest

from converter.docker_cli import commands as docker
from converter.docker_cli.parse import parse as full
from converter.recording.flags import parse

LINES = [
    "build -t a -f D --build-arg X=1 --no-cache .",
    "build --rm --pull -qt a:1 -t b --target t --iidfile f dir",
    "buildx build --load --platform linux/amd64 -t a .",
    "image build --squash --network host --label l=1 .",
    "create --name n -v /a:/b -w /w --entrypoint e img cmd -x",
    "run -itd --rm --name n -e A=1 -p 80:80 --privileged img sh -c x",
    "container run --cidfile f --init -u 1000 img",
    "cp -a c:/x y",
    "rm -fv a b",
    "rmi -f a b",
    "--log-level debug -H tcp://x:1 build -t a .",
]


@pytest.mark.parametrize("line", LINES)
def test_operands_are_those_of_the_full_reading(line: str) -> None:
    call, command = parse(line.split()), full(["docker", *line.split()])
    if isinstance(command, docker.Build):
        assert command.context is not None
        assert call.operands == [command.context.text]
        assert call.values("-t", "--tag") == [tag.text for tag in command.tags]
    elif isinstance(command, (docker.Create, docker.Run)):
        assert call.operands[0] == command.image.text
        assert call.operands[1:] == [word.text for word in command.command]
    elif isinstance(command, docker.Cp):
        assert len(call.operands) == 2
    else:
        assert isinstance(command, (docker.Rm, docker.Rmi))
        assert call.operands == [word.text for word in command.operands]


def test_a_value_may_stand_in_the_same_word() -> None:
    call = parse(["build", "-ta", "--file=D", "-t=b", "."])
    assert call.options == [("-t", "a"), ("--file", "D"), ("-t", "b")]


def test_management_words_mean_the_same_without_them() -> None:
    assert [parse(line.split()).verb for line in ("image ls -q", "container rm x", "volume rm x", "image rm x")] == [
        "images", "rm", "volume rm", "rmi",
    ]  # fmt: skip


def test_a_line_without_a_subcommand_has_no_verb() -> None:
    assert parse(["--version"]).verb == ""
