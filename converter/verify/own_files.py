"""The recipe's own files in an image: `COPY .` ships the Dockerfiles and the script, and these change by design."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Mapping

from msgspec import Struct

from converter.verify.compare import Comparison, Difference
from converter.verify.image import Node


class OwnFile(Struct, frozen=True):
    """A file that the conversion changes: digest and size before and after, None where there is no such file."""

    before: tuple[str, int] | None
    after: tuple[str, int] | None


def own_file(before: bytes | None, after: bytes | None) -> OwnFile:
    """The file with these contents. An empty one is like any other empty file, so it is no sign of anything."""
    return OwnFile(_identity(before), _identity(after))


def _identity(content: bytes | None) -> tuple[str, int] | None:
    return (f"sha256:{hashlib.sha256(content).hexdigest()}", len(content)) if content else None


class Split(Struct, frozen=True):
    """A comparison without the recipe's own files; they are apart, with the bytes by which they change the image."""

    comparison: Comparison
    own: tuple[Difference, ...]
    size_change_bytes: int


def split_own_files(comparison: Comparison, files: Iterable[OwnFile]) -> Split:
    """Takes out what differs only because the image ships files that the conversion changes.

    A file is recognized by its whole content, before and after, wherever it lies in the image. Its mode and owner
    are compared like those of any other file.
    """
    changed = {(file.before[0], file.after[0]): file for file in files if file.before and file.after}
    gone = {file.before[0] for file in files if file.before and file.after is None}
    new = {file.after[0] for file in files if file.after and file.before is None}
    own: list[Difference] = []
    rest: list[Difference] = []
    size = 0
    subjects = {
        found.subject: changed[found.left, found.right]
        for found in comparison.differences
        if found.place == "tree" and found.field == "digest" and (found.left, found.right) in changed
    }
    for found in comparison.differences:
        if found.place == "tree" and found.subject in subjects and found.field in ("digest", "size_bytes"):
            own.append(found)
            if found.field == "size_bytes":
                size += found.right - found.left
        elif found.kind == "only-left" and _is_one_of(found.left, gone):
            own.append(found)
            size -= found.left.size_bytes
        elif found.kind == "only-right" and _is_one_of(found.right, new):
            own.append(found)
            size += found.right.size_bytes
        else:
            rest.append(found)
    left = Comparison(tuple(rest), comparison.noise, comparison.left_size_bytes, comparison.right_size_bytes)
    return Split(left, tuple(own), size)


def _is_one_of(node: object, digests: Container[object]) -> bool:
    return isinstance(node, Node) and node.digest in digests


def own_files(before: Mapping[str, bytes | None], after: Mapping[str, bytes | None]) -> tuple[OwnFile, ...]:
    """The files of a conversion by path, each with its content before and after."""
    return tuple(own_file(before.get(path), after[path]) for path in after)
