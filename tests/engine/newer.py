"""The programs of a newer engine (Docker 26.1.5 with buildx) beside the machine's own.

They are the packages of the next Debian release, unpacked into a folder of the
project and installed nowhere: apt works in lists and a cache of that folder, so
the machine's own package state stays as it is. `runc` stays the machine's own,
because the next release's wants a newer C library.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tests.engine.dockerd import Binaries, EngineError, find_binaries

PACKAGES = ("docker.io", "docker-cli", "docker-buildx", "containerd")
RELEASE, NEXT_RELEASE = "bookworm", "trixie"
FOLDER = Path(__file__).parents[2] / "build" / f"engine-of-{NEXT_RELEASE}"
"""`make clean` removes it; `STAGEIFY_NEWER_ENGINE` names a folder that has the programs already."""

_SOURCES = (Path("/etc/apt/sources.list"), Path("/etc/apt/sources.list.d"))
_SOURCE_ENDINGS = (".list", ".sources")


def newer_binaries() -> Binaries:
    """The programs, fetched once. Raises `EngineError` where they cannot be had."""
    given = os.environ.get("STAGEIFY_NEWER_ENGINE")
    root = Path(given) if given else FOLDER
    if not given and not (root / "usr/sbin/dockerd").exists():
        _fetch(root)
    programs = root / "usr/bin"
    plugins = root / "usr/libexec/docker/cli-plugins"
    return Binaries(
        root / "usr/sbin/dockerd", programs / "docker", find_binaries().ip, programs=programs, plugins=plugins
    )


def _fetch(root: Path) -> None:
    """Unpacks the packages into `root`, which is there whole or not at all."""
    work = root.with_name(f"{root.name}.{os.getpid()}")
    try:
        for name in ("sources", "lists/partial", "cache/archives/partial", "packages", "root"):
            (work / name).mkdir(parents=True)
        _write_sources(work / "sources")
        options = [
            "-o", "Dir::Etc::sourcelist=/dev/null",
            "-o", f"Dir::Etc::sourceparts={work / 'sources'}",
            "-o", f"Dir::State::Lists={work / 'lists'}",
            "-o", f"Dir::Cache={work / 'cache'}",
            "-o", "APT::Sandbox::User=root",
        ]  # fmt: skip
        _run(["apt-get", *options, "update", "-qq"], work)
        _run(["apt-get", *options, "download", "-qq", *PACKAGES], work / "packages")
        for package in sorted((work / "packages").glob("*.deb")):
            _run(["dpkg", "-x", str(package), str(work / "root")], work)
        try:
            (work / "root").rename(root)
        except OSError:  # another process was first
            if not (root / "usr/sbin/dockerd").exists():
                raise
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _write_sources(folder: Path) -> None:
    """The machine's own sources with the name of the next release."""
    files = [path for place in _SOURCES for path in (sorted(place.iterdir()) if place.is_dir() else [place])]
    for path in files:
        if path.suffix in _SOURCE_ENDINGS and path.is_file():
            text = path.read_text(encoding="utf-8")
            if RELEASE in text and "debian" in text:
                (folder / path.name).write_text(text.replace(RELEASE, NEXT_RELEASE), encoding="utf-8")
    if not any(folder.iterdir()):
        raise EngineError(f"no package source of Debian {RELEASE} here: set STAGEIFY_NEWER_ENGINE")


def _run(command: list[str], folder: Path) -> None:
    result = subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True)
    if result.returncode:
        raise EngineError(f"{' '.join(command)}: {result.stderr.strip()}")
