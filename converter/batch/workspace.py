"""A tree as the workers of a batch see it: handed over once as a file, and each of its texts read once.

Texts that the batch itself has changed since, in a run that was cut off, are given in their first form, so that a
resumed run sees what the first one saw.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256

from msgspec import Struct, field

from converter.batch.discovery import Root
from converter.batch.problems import Problem
from converter.batch.reading import read_text
from converter.convert import Options
from converter.source import Source, SourceError

MAX_KEPT_CHARACTERS = 32 << 20
"""How much text of one tree a worker keeps; what is beyond is read again when it is asked for."""

UNREAD = "unread"
"""Stands for the digest of a file that cannot be read as text."""


class Workspace(Struct, frozen=True):
    """`paths` are the files of the tree, `texts` those that are not taken from the disk; options hold for all recipes."""

    root: Root
    paths: frozenset[str]
    texts: Mapping[str, str] = field(default_factory=dict)
    options: Options = Options()
    templates: Mapping[str, str] | None = None


class Reader:
    """Reads texts of a workspace, each once, and knows the digest of every one that was asked for."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.digests: dict[str, str] = {}
        self.kept: dict[str, Source] = {}
        self.characters = 0

    def read(self, root: Root, path: str) -> Source:
        """The text of a file; raises what `reading.read_text` raises."""
        if path in self.kept:
            return self.kept[path]
        self.digests[path] = UNREAD
        given = self.workspace.texts.get(path)
        source = read_text(root, path) if given is None else Source(path, given)
        self.digests[path] = sha256(source.text.encode()).hexdigest()
        self.characters += len(source.text)
        if self.characters <= MAX_KEPT_CHARACTERS:
            self.kept[path] = source
        return source

    def digest(self, path: str) -> str:
        """The digest of a file's text, `UNREAD` where there is none."""
        if path not in self.digests:
            try:
                self.read(self.workspace.root, path)
            except (SourceError, FileNotFoundError, Problem):
                self.digests[path] = UNREAD
        return self.digests[path]


def save(workspace: Workspace, path: str) -> None:
    """Puts a workspace into a file of the batch's own, which nobody else may write."""
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        pickle.dump(workspace, file, pickle.HIGHEST_PROTOCOL)


@lru_cache(maxsize=2)
def load(path: str) -> Reader:
    """The reader of a saved workspace; the last ones are kept, since recipes come tree by tree."""
    with open(path, "rb") as file:
        workspace = pickle.load(file)
    assert isinstance(workspace, Workspace)
    return Reader(workspace)
