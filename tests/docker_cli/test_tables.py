from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from converter.docker_cli.flagset import FlagSet
from converter.docker_cli.tables import names
from converter.docker_cli.tables.commands import command_flags, global_flags, group_flags

COMMANDS = ["build", "create", "run", "cp", "rm", "rmi", "tag", "push", "pull", "exec", "start", "stop", "kill", "wait"]
PROGRAMS = ["docker", "podman", "nerdctl", "buildah", "docker-buildx"]


def flag_sets() -> Iterator[tuple[str, FlagSet]]:
    for program in PROGRAMS:
        yield program, global_flags(program)
        yield f"{program} buildx", group_flags(program, "buildx")
        for command in COMMANDS:
            known = command_flags(program, command)
            if known is not None:
                yield f"{program} {command}", known


@pytest.mark.parametrize("known", [pytest.param(known, id=name) for name, known in flag_sets()])
def test_a_table_is_well_formed(known: FlagSet) -> None:
    assert "help" in known.long
    for name in known.long:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
    for letter in known.short:
        assert re.fullmatch(r"[A-Za-z]", letter)


@pytest.mark.parametrize("program", ["docker", "podman", "nerdctl"])
def test_every_command_has_a_table(program: str) -> None:
    assert [command for command in COMMANDS if command_flags(program, command) is None] == []


def test_no_command_is_a_group_of_the_same_program() -> None:
    for program, groups in names.GROUPS.items():
        if program != "docker":
            assert not set(groups) & {entry.partition("=")[0] for entry in names.TOP[program].split()} - {"builder"}
