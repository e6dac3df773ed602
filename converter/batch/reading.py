"""Reading one file of a tree, and never one that lies elsewhere."""

from __future__ import annotations

import os
import stat

from converter.batch.discovery import Root, is_inside
from converter.batch.problems import Problem, reason
from converter.source import MAX_SOURCE_BYTES, Source, SourceError


class OutsideError(SourceError):
    """A path that leads out of the root, by `..` or by a symbolic link."""


def read_bytes(root: Root, path: str) -> bytes:
    """The bytes of a file below the root.

    The size is looked at before anything is read, so that a huge file costs nothing. Raises `SourceError`
    for one over 1 MiB or that is no regular file, `OutsideError` for one that is not below the root,
    `FileNotFoundError` where there is none, `Problem` where it may not be read.
    """
    full = os.path.join(root.folder, path)
    if not is_inside(root, path):
        link = " through a symbolic link" if ".." not in path.split("/") and not os.path.isabs(path) else ""
        raise OutsideError(path, f"the path leads out of the root{link}, and nothing outside is read")
    try:
        status = os.stat(full)
        if not stat.S_ISREG(status.st_mode):
            raise SourceError(path, "this is a folder" if stat.S_ISDIR(status.st_mode) else "this is no regular file")
        if status.st_size > MAX_SOURCE_BYTES:
            raise SourceError(path, f"the file has {status.st_size:,} bytes; at most {MAX_SOURCE_BYTES:,} are read")
        with open(full, "rb") as file:
            return file.read(MAX_SOURCE_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise FileNotFoundError(path) from None
    except OSError as error:
        raise Problem(f"{path}: {reason(error)}") from None


def read_text(root: Root, path: str) -> Source:
    """The text of a file below the root; raises what `read_bytes` raises, and `SourceError` for what is no UTF-8 text."""
    return Source.decode(path, read_bytes(root, path))
