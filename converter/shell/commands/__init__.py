"""The commands that the model knows: one file for each family, one table in each."""

from __future__ import annotations

from converter.shell.commands import builtins, docker, files, other, output
from converter.shell.commands.call import Handler

COMMANDS: dict[str, Handler] = {
    **builtins.TABLE,
    **output.TABLE,
    **files.TABLE,
    **docker.TABLE,
    **other.TABLE,
}
"""Handlers by command name; the empty name is for every other command."""
