"""Folders for the tests: made from a mapping, and read back as one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

Tree = Mapping[str, bytes]

RECIPE: Tree = {
    "Dockerfile.build": b"FROM golang:1.13\nWORKDIR /src\nCOPY main.go .\nRUN go build -o /src/app .\n",
    "Dockerfile": b'FROM alpine:3.18\nWORKDIR /root/\nCOPY app .\nCMD ["./app"]\n',
    "build.sh": (
        b"#!/bin/sh\nset -e\ndocker build -t app:build -f Dockerfile.build .\ndocker create --name extract app:build\n"
        b"docker cp extract:/src/app ./app\ndocker rm -f extract\ndocker build -t app:latest .\nrm app\n"
    ),
    "main.go": b"package main\n\nfunc main() {}\n",
}
"""An ordinary legacy triple."""


def make(folder: Path, tree: Tree) -> Path:
    """Writes the files; shell scripts become executable."""
    for name, data in tree.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        path.chmod(0o755 if name.endswith(".sh") else 0o644)
    return folder


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Permissions and content of every file below, and the targets of links; git's own folder left out."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name.split("/")[0] == ".git":
            continue
        if path.is_symlink():
            found[name] = (0o120000, os.fsencode(os.readlink(path)))
        elif path.is_file():
            found[name] = (path.stat().st_mode & 0o777, path.read_bytes())
    return found


def git(folder: Path, *words: str) -> None:
    """Runs git there, with an identity of its own."""
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True)


def repository(folder: Path, tree: Tree) -> Path:
    """A git repository that tracks the files."""
    make(folder, tree)
    git(folder, "init")
    git(folder, "add", "-A")
    git(folder, "commit", "-m", "first")
    return folder
