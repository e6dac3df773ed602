"""The commands that the model knows: one file for each family, one table in each."""

from __future__ import annotations

from converter.shell.commands import (
    attributes,
    builtins,
    copying,
    docker,
    filters,
    folders,
    linking,
    names,
    other,
    output,
    removing,
    sed,
    variables,
)
from converter.shell.commands.call import Handler

COMMANDS: dict[str, Handler] = {
    **builtins.TABLE,
    **variables.TABLE,
    **output.TABLE,
    **names.TABLE,
    **filters.TABLE,
    **sed.TABLE,
    **folders.TABLE,
    **copying.TABLE,
    **linking.TABLE,
    **removing.TABLE,
    **attributes.TABLE,
    **docker.TABLE,
    **other.TABLE,
}
"""Handlers by command name; the empty name is for every other command."""
