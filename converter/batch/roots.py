"""Every tree below the roots of a batch: each git repository is one, and what lies outside of them belongs to its ROOT.

A folder of clones, a repository with submodules and a plain folder are one case: the tree of a driver is the nearest
repository at or above it that lies inside the ROOT, or else the ROOT.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from msgspec import Struct

from converter.batch.discovery import SKIPPED_FOLDERS, Root, candidates, find_root, read_tree
from converter.batch.problems import Problem, UsageProblem, reason
from converter.batch.recovery import recover


class Unreadable(Struct, frozen=True):
    """A folder that takes no part, and why; its path is relative to the base of the batch."""

    path: str
    reason: str


class Place(Struct, frozen=True):
    """A tree that holds drivers: `prefix` leads from the base of the batch to it, and is empty or ends in `/`.

    `paths` are the tree's files and `drivers` those that may drive a recipe, in the order of a reader.
    """

    root: Root
    prefix: str
    paths: frozenset[str]
    drivers: tuple[str, ...]


class Survey(Struct, frozen=True):
    """What lies below the roots, which are `tops`: `base` is the one ROOT, or the deepest folder that holds them all.

    Every path that a batch prints is relative to the base. `recovered` says what was done about writing that an
    earlier run did not bring to its end.
    """

    base: Root
    tops: tuple[Root, ...]
    places: tuple[Place, ...]
    unreadable: tuple[Unreadable, ...]
    recovered: tuple[str, ...]
    file_count: int


def survey(roots: Sequence[str], left_out: Collection[str] = (), jobs: int = 1) -> Survey:
    """Lists every tree below the roots, in the order of their paths.

    A root that is another one, or lies below it, is taken once. `left_out` are absolute paths of files that take no
    part: those which the batch itself writes. Raises `Problem` for a root that does not exist or is no folder.
    """
    tops = _outermost([_folder(path) for path in roots])
    base = tops[0] if len(tops) == 1 else find_root(os.path.commonpath([top.folder for top in tops]))[0]
    found: list[Root] = []
    unreadable: list[Unreadable] = []
    recovered: list[str] = []
    unowned: dict[str, frozenset[str]] = {}

    def settled(root: Root) -> None:
        """Takes a tree in, once nothing in it is half written."""
        shown = _from_base(base, root.folder)
        try:
            if how := recover(root.folder):
                recovered.append(f"an interrupted `--write` was found in {shown} and {how}")
            found.append(root)
        except Problem as problem:
            unreadable.append(Unreadable(shown, problem.message))

    for top in tops:
        settled(top)
        walk = _Walk(top.folder)
        files = frozenset(walk.files())
        if top.top is None:
            # In a repository git says what belongs to the tree.
            unowned[top.folder] = files
        for folder in walk.repositories:
            settled(Root(folder, folder))
        unreadable += [Unreadable(_from_base(base, folder), why) for folder, why in walk.unreadable]
    found.sort(key=lambda root: root.folder)
    with ThreadPoolExecutor(max(jobs, 1)) as pool:
        listed = list(pool.map(lambda root: _listed(root, unowned.get(root.folder)), found))
    folders = {root.folder for root in found}
    places = []
    count = 0
    for root, paths in zip(found, listed, strict=True):
        shown = _from_base(base, root.folder)
        if isinstance(paths, Problem):
            unreadable.append(Unreadable(shown, paths.message))
            continue
        own = frozenset(_without(root, paths, left_out))
        count += len(own)
        drivers = [path for path in candidates(root, own) if _owner(root, path, folders) == root.folder]
        places.append(Place(root, "" if shown == "." else shown + "/", own, tuple(drivers)))
    unreadable.sort(key=lambda entry: entry.path)
    return Survey(base, tuple(tops), tuple(places), tuple(dict.fromkeys(unreadable)), tuple(recovered), count)


def _folder(path: str) -> Root:
    root, driver = find_root(path)
    if driver is not None:
        raise UsageProblem(
            f"{path} is a file, and a ROOT is a folder", f"`stageify convert {path}` converts one recipe"
        )
    return root


def _outermost(roots: Sequence[Root]) -> list[Root]:
    kept: list[Root] = []
    for root in sorted(roots, key=lambda root: root.folder):
        if not any(root.folder == other.folder or _is_below(root.folder, other.folder) for other in kept):
            kept.append(root)
    return kept


def _is_below(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip(os.sep) + os.sep)


def _from_base(base: Root, folder: str) -> str:
    return os.path.relpath(folder, base.folder).replace(os.sep, "/")


class _Walk:
    """One walk below a folder: its files outside of repositories, the repositories, and what cannot be listed.

    Links are listed and never followed; `repositories` and `unreadable` are complete once `files` is exhausted.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.repositories: list[str] = []
        self.unreadable: list[tuple[str, str]] = []

    def files(self) -> Iterator[str]:
        """The files that belong to the folder itself, relative to it."""
        waiting = [(self.folder, "", True)]
        while waiting:
            current, before, is_own = waiting.pop()
            try:
                with os.scandir(current) as entries:
                    listed = list(entries)
            except OSError as error:
                self.unreadable.append((current, reason(error)))
                continue
            if current != self.folder and any(entry.name == ".git" for entry in listed):
                self.repositories.append(current)
                is_own = False
            for entry in listed:
                if entry.name in SKIPPED_FOLDERS:
                    continue
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((entry.path, f"{before}{entry.name}/", is_own))
                elif is_own:
                    yield before + entry.name


def _listed(root: Root, files: frozenset[str] | None) -> frozenset[str] | Problem:
    if files is not None:
        return files
    try:
        return read_tree(root)
    except Problem as problem:
        return problem


def _without(root: Root, paths: frozenset[str], left_out: Collection[str]) -> Iterator[str]:
    names = {os.path.relpath(path, root.folder).replace(os.sep, "/") for path in left_out}
    return (path for path in paths if path not in names)


def _owner(root: Root, path: str, folders: Collection[str]) -> str:
    """The folder of the innermost tree that a file lies in."""
    folder = os.path.dirname(os.path.join(root.folder, path))
    while folder not in folders and len(folder) > len(root.folder):
        folder = os.path.dirname(folder)
    return folder
