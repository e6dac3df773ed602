"""The files below a folder at one moment, and what changed between two moments."""

from __future__ import annotations

import os
import stat

LARGEST_HASHED_BYTES = 256 * 1024 * 1024

Snapshot = dict[str, list[str | int]]
"""Path relative to the root: kind, mode, size in bytes, modification time in nanoseconds, target of a link."""


def snapshot(root: str, without: tuple[str, ...] = ()) -> Snapshot:
    """Everything below the root but `.git` and the absolute paths `without`; links are not followed."""
    found: Snapshot = {}
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            entries = list(os.scandir(os.path.join(root, folder)))
        except OSError:
            continue
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.name == ".git" or entry.path in without:
                continue
            try:
                info = entry.stat(follow_symlinks=False)
                link = os.readlink(entry.path) if entry.is_symlink() else ""
            except OSError:
                continue
            if entry.is_dir(follow_symlinks=False):
                folders.append(path)
                found[path] = ["folder", stat.S_IMODE(info.st_mode), 0, 0, ""]
            else:
                kind = "link" if link else "file"
                found[path] = [kind, stat.S_IMODE(info.st_mode), info.st_size, info.st_mtime_ns, link]
    return found


def difference(root: str, before: Snapshot, after: Snapshot) -> list[dict[str, str]]:
    """What is new, changed or gone, in the order of the paths.

    Each has `path` and `kind` ("file", "folder", "link", or "none" for what is gone), a file its `sha256`, a link its
    `target`; `mode` is octal.
    """
    found = []
    for path in sorted({*before, *after}):
        new = after.get(path)
        if new == before.get(path):
            continue
        if new is None:
            found.append({"path": path, "kind": "none"})
            continue
        change = {"path": path, "kind": str(new[0]), "mode": f"{new[1]:04o}"}
        if new[0] == "link":
            change["target"] = str(new[4])
        elif new[0] == "file" and int(new[2]) <= LARGEST_HASHED_BYTES:
            digest = sha256(os.path.join(root, path))
            if digest:
                change["sha256"] = digest
        found.append(change)
    return found


def sha256(path: str) -> str:
    """The digest of a file's bytes; "" where it cannot be read."""
    from hashlib import sha256 as new

    digest = new()
    try:
        with open(path, "rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError:
        return ""
    return digest.hexdigest()
