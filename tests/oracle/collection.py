"""The script collection: text archives in `scripts/`, one for each script and what lies around it.

An archive has settings first, then files, each behind a line `-- PATH --` (the form that Go's tools call txtar).
The first file is the script that is run. Settings, one a line:

    files: PATH ...     further files of the tree; their text does not matter
    run: [NAME=VALUE ...] ./PATH [ARGUMENT ...]
                        how it is called; without one: without arguments; several: one run each
    cwd: PATH           where it is called
    paths: PATH ...     files of the containers, and folders with a slash behind, where their names do not tell
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

SCRIPTS = Path(__file__).parent / "scripts"

_HEADER = re.compile(r"^-- (\S+) --\n", re.MULTILINE)


class Script(Struct, frozen=True):
    """A script in its tree, and how it is called.

    `texts` are all files of the tree with their texts; `name` is the script's path as it is called (`$0`), `path` its
    path in the tree; `cwd` is relative to the root.
    """

    title: str
    texts: Mapping[str, str]
    path: str
    name: str
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = {}
    cwd: str = ""
    paths: tuple[str, ...] = ()

    @property
    def shells(self) -> tuple[str, ...]:
        """The shells that run it: what its first line asks for, dash and bash where any POSIX shell will do."""
        first = self.texts[self.path].split("\n", 1)[0]
        return ("bash",) if first.startswith("#!") and "bash" in first else ("dash", "bash")


def read(text: str, title: str) -> list[Script]:
    """The runs of an archive."""
    head, *sections = _HEADER.split(text)
    texts = dict(zip(sections[::2], sections[1::2], strict=True))
    path = sections[0]
    settings: dict[str, list[str]] = {}
    for line in head.splitlines():
        key, _, value = line.partition(":")
        settings.setdefault(key, []).append(value.strip())
    unknown = set(settings) - {"files", "run", "cwd", "paths"}
    assert not unknown, f"{title}: no such settings: {unknown}"
    for name in " ".join(settings.get("files", [])).split():
        texts.setdefault(name, f"{name}\n")
    cwd = settings.get("cwd", [""])[0]
    here = "./" + path[len(cwd) + 1 :] if cwd and path.startswith(cwd + "/") else ("../" * _depth(cwd) or "./") + path
    runs = settings.get("run", [here])
    return [
        Script(
            f"{title} ({number})" if len(runs) > 1 else title,
            texts, path, *_call(line), cwd=cwd, paths=tuple(" ".join(settings.get("paths", [])).split()),
        )
        for number, line in enumerate(runs, 1)
    ]  # fmt: skip


def _depth(folder: str) -> int:
    return len(folder.split("/")) if folder else 0


def _call(line: str) -> tuple[str, tuple[str, ...], dict[str, str]]:
    """`NAME=VALUE ./PATH ARGUMENT`: the script's name, its arguments, the environment."""
    words = shlex.split(line)
    environment = {}
    while "=" in words[0]:
        name, _, value = words.pop(0).partition("=")
        environment[name] = value
    return words[0], tuple(words[1:]), environment


def load() -> list[Script]:
    """Every run of the collection."""
    return [script for path in sorted(SCRIPTS.glob("*.txtar")) for script in read(path.read_text(), path.stem)]
