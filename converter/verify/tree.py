"""Layers applied one on the other: the file tree of an image."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import count

from converter.verify.image import Node
from converter.verify.layer import HardLink, LayerContent, LayerError


class _Entry:
    """A node in the tree under construction; entries of one hard-link group share their `inode`."""

    __slots__ = ("children", "inode", "node")

    def __init__(self, node: Node, inode: int) -> None:
        self.node = node
        self.inode = inode
        self.children: dict[str, _Entry] = {}


def build_tree(layers: Iterable[LayerContent]) -> dict[str, Node]:
    """The tree that the layers, lowest first, add up to: each path with its node.

    The rules are those of OCI's image-spec layer.md. A whiteout acts on lower
    layers only, wherever in its own layer it stands. A folder over a folder
    keeps the children, every other replacement does not. A folder that no layer
    names, the root among them, is root's with mode 0755, which is what moby
    makes then (`ImpliedDirectoryMode`).

    Raises `LayerError` for a hard link to a file that is not there.
    """
    inodes = count(1)
    root = _Entry(_implied("/"), 0)
    for layer in layers:
        for path in layer.removed:
            _remove(root, path)
        for path in layer.emptied:
            folder = _find(root, path)
            if folder is not None:
                folder.children = {}
        for entry in layer.entries:
            if isinstance(entry, HardLink):
                target = _find(root, entry.target)
                if target is None or target.node.type == "directory":
                    raise LayerError(f"{entry.path} is a hard link to {entry.target}, which is no file of the image")
                _place(root, _Entry(replace(target.node, path=entry.path), target.inode))
            else:
                _place(root, _Entry(entry, next(inodes)))
    return _flatten(root)


def _implied(path: str) -> Node:
    return Node(path, "directory", 0o755, 0, 0)


def _names(path: str) -> list[str]:
    return [name for name in path.split("/") if name]


def _find(root: _Entry, path: str) -> _Entry | None:
    entry: _Entry | None = root
    for name in _names(path):
        entry = entry.children.get(name) if entry is not None else None
    return entry


def _remove(root: _Entry, path: str) -> None:
    parent, name = posixpath.split(path)
    folder = _find(root, parent)
    if folder is not None:
        folder.children.pop(name, None)


def _place(root: _Entry, new: _Entry) -> None:
    names = _names(new.node.path)
    if not names:
        root.node = new.node
        return
    folder = root
    path = ""
    for name in names[:-1]:
        path = f"{path}/{name}"
        child = folder.children.get(name)
        if child is None or child.node.type != "directory":
            child = folder.children[name] = _Entry(_implied(path), 0)
        folder = child
    old = folder.children.get(names[-1])
    if old is not None and old.node.type == new.node.type == "directory":
        new.children = old.children
    folder.children[names[-1]] = new


def _walk(entry: _Entry) -> Iterator[_Entry]:
    pending = [entry]
    while pending:
        current = pending.pop()
        yield current
        pending.extend(current.children[name] for name in sorted(current.children, reverse=True))


def _flatten(root: _Entry) -> dict[str, Node]:
    entries = list(_walk(root))
    groups: dict[int, list[str]] = {}
    for entry in entries:
        if entry.node.type != "directory":
            groups.setdefault(entry.inode, []).append(entry.node.path)
    linked = {inode: tuple(sorted(paths)) for inode, paths in groups.items() if len(paths) > 1}
    return {
        entry.node.path: replace(entry.node, hard_links=linked[entry.inode]) if entry.inode in linked else entry.node
        for entry in entries
    }
