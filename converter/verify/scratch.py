"""Scratch copies of a tree: what a clean checkout holds, in a folder that goes away."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from converter.result import FileChange


class Checkout(Struct, frozen=True):
    """What is copied: the `paths` of the files and links below `folder`; `top` is the git work tree around it."""

    folder: str
    top: str | None
    paths: frozenset[str]


def make_copy(checkout: Checkout, target: Path, changes: Iterable[FileChange] = ()) -> Path:
    """Copies a tree into the empty folder `target` and makes the changes in the copy; returns the copy's root.

    Modes and links are kept. Inside a git work tree the copy is one too, with the same commit, branch and tags, in
    which git sees no changes, so that a version which a script derives from git is the same with and without the
    changes. A push from it goes nowhere: it arrives in an empty repository beside the copy.
    """
    root = target / "tree"
    if checkout.top is not None:
        root = root / os.path.relpath(checkout.folder, checkout.top)
    root.mkdir(parents=True)
    for path in sorted(checkout.paths):
        source, copy = os.path.join(checkout.folder, path), root / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, copy, follow_symlinks=False)
    for change in changes:
        _change(root / change.path, change.text)
    if checkout.top is not None:
        _clone(checkout.top, target)
    return root


def _change(path: Path, text: str | None) -> None:
    if text is None:
        path.unlink()
        return
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o644
    if path.is_symlink():
        path.unlink()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    path.chmod(mode)


def _clone(top: str, target: Path) -> None:
    """Gives the copy a repository; where git cannot, or there is no commit yet, it has none."""
    bare, sink, tree = target / "repository", target / "pushed", target / "tree"
    if not _git(None, "clone", "--quiet", "--shared", "--no-checkout", top, str(bare)):
        return
    os.replace(bare / ".git", tree / ".git")
    bare.rmdir()
    origin = _output(top, "config", "--get", "remote.origin.url")
    if origin:
        _git(tree, "config", "remote.origin.url", origin)
    _git(None, "init", "--quiet", "--bare", str(sink))
    _git(tree, "config", "remote.origin.pushurl", str(sink))
    _git(tree, "reset", "--quiet")
    listed = _output(str(tree), "ls-files", "-z")
    subprocess.run(
        ["git", "update-index", "-z", "--skip-worktree", "--stdin"],
        cwd=tree,
        input=(listed or "").encode("utf-8", "surrogateescape"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )


def _command(*arguments: str) -> list[str]:
    return ["git", "-c", "core.fsmonitor=false", "-c", "safe.directory=*", "-c", "core.hooksPath=", *arguments]


def _git(folder: Path | None, *arguments: str) -> bool:
    try:
        done = subprocess.run(
            _command(*arguments), cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    except OSError:
        return False
    return done.returncode == 0


def _output(folder: str, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            _command(*arguments), cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    except OSError:
        return None
    return done.stdout.decode("utf-8", "surrogateescape").rstrip("\n") if done.returncode == 0 else None
