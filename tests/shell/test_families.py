"""Every command of a family is found by its name."""

from __future__ import annotations

from importlib import import_module

import pytest

from converter.shell import commands
from converter.shell.commands import COMMANDS, FAMILIES


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_a_family_is_listed_with_all_of_its_commands(family: str) -> None:
    table = import_module(f"{commands.__name__}.{family}").TABLE
    assert FAMILIES[family].split() == list(table)


def test_no_two_families_have_a_command_of_the_same_name() -> None:
    names = [name for listed in FAMILIES.values() for name in listed.split()]
    assert len(names) == len(set(names)) == len(COMMANDS) - 1
