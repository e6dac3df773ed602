"""What a conversion changes on disk: old bytes and new bytes of each file."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping

from msgspec import Struct

from converter.batch.discovery import Root, is_inside
from converter.batch.problems import Problem
from converter.batch.reading import read_bytes
from converter.result import FileChange
from converter.source import Source, SourceError


class Change(Struct, frozen=True):
    """One file: `before` is None where it is new, `after` where it goes; `mode` is the type and permissions it has or gets.

    The path is relative to the root, with forward slashes, and no part of it is a symbolic link, except for a link
    that is itself deleted; then `before` is where it points to.
    """

    path: str
    before: bytes | None
    after: bytes | None
    mode: int = 0o100644


def changes_of(root: Root, files: Iterable[FileChange], texts: Mapping[str, Source]) -> tuple[Change, ...]:
    """The changes that the files of a recipe make to the tree, without those that change nothing.

    `texts` are what the conversion was made from, so that a file that changed since is found out when it is
    written. A link to a file below the root stays one, and the file that it names is changed. Raises `Problem` for
    a path outside the root and for a new file whose path is taken.
    """
    found = (_change(root, file, texts.get(file.path)) for file in files)
    return tuple(change for change in found if change.before != change.after)


def _change(root: Root, file: FileChange, known: Source | None) -> Change:
    if not is_inside(root, file.path):
        raise Problem(
            f"{file.path} leads out of {root.folder}, and nothing outside is written",
            "call stageify with a higher folder as PATH",
        )
    after = None if file.text is None else file.text.encode()
    parent, name = os.path.split(os.path.join(root.folder, file.path))
    full = os.path.join(os.path.realpath(parent), name)
    if file.action == "write":
        full = os.path.realpath(full)
    path = os.path.relpath(full, root.folder).replace(os.sep, "/")
    try:
        mode = os.lstat(full).st_mode
    except FileNotFoundError:
        if known is not None:
            raise Problem(f"{file.path} has disappeared while it was converted") from None
        return Change(path, None, after)
    if stat.S_ISLNK(mode):
        return Change(path, os.fsencode(os.readlink(full)), after, 0o120000)
    if known is None and file.action == "write":
        raise Problem(
            f"{file.path} would be made new, and a file of that name exists that is no part of the tree",
            "remove it, or add it to git so that it is taken into account",
        )
    try:
        before = known.text.encode() if known is not None else read_bytes(root, path)
    except SourceError as error:
        raise Problem(str(error)) from None
    return Change(path, before, after, mode)
