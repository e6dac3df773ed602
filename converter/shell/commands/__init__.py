"""The commands that the model knows: one file for each family, one table in each.

A script uses few of them, so a family is imported when one of its commands first occurs: start-up counts.
"""

from __future__ import annotations

from importlib import import_module

from converter.machine.state import State
from converter.shell.commands.call import Call, Handler, Result

FAMILIES = {
    "archives": "tar bsdtar gzip pigz bzip2 xz gunzip bunzip2 unxz zip unzip",
    "attributes": "chmod chown chgrp touch",
    "builtins": "cd pushd popd trap alias shopt set exit return break continue true : false [ test . source",
    "copying": "cp mv install",
    "docker": "docker podman nerdctl buildah docker-buildx sudo env command exec time nice nohup",
    "fetching": "curl wget git",
    "filters": "head tail grep egrep fgrep cut tr awk gawk mawk envsubst sort uniq tac rev",
    "finding": "find xargs",
    "folders": "mkdir rmdir mktemp",
    "in_place": "strip objcopy upx patchelf dos2unix",
    "linking": "ln link",
    "names": "pwd dirname basename realpath readlink",
    "numbers": "seq expr wc",
    "output": "echo printf cat tee",
    "removing": "rm unlink",
    "rsync": "rsync",
    "sed": "sed gsed",
    "variables": "export readonly local declare typeset unset shift read mapfile readarray getopts let",
}
"""The commands of each module's `TABLE`."""


def _handler(family: str, name: str) -> Handler:
    def handler(call: Call, state: State) -> Result:
        table: dict[str, Handler] = import_module(f"converter.shell.commands.{family}").TABLE
        COMMANDS[name] = table[name]
        return table[name](call, state)

    return handler


COMMANDS: dict[str, Handler] = {
    "": _handler("other", ""),
    **{name: _handler(family, name) for family, names in FAMILIES.items() for name in names.split()},
}
"""Handlers by command name; the empty name is for every other command."""
