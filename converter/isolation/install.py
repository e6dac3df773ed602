"""Putting the isolating programs first on a run's PATH."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import converter
from converter.docker_cli.prefixes import PROGRAMS
from converter.isolation.session import Session, write_session

ISOLATED = (*PROGRAMS, "sudo", "doas")
"""The programs that are isolated where they are installed."""

_LAUNCHER = """\
import sys
sys.path.append({packages!r})
from converter.isolation.shim import main
sys.exit(main({folder!r}, sys.argv[1], sys.argv[2:]))
"""


def install(
    folder: Path,
    environment: Mapping[str, str],
    *,
    prefix: str,
    reserved: Iterable[str] = (),
    changes: Mapping[str, str | None] | None = None,
) -> dict[str, str]:
    """Makes the isolating programs in the empty folder `folder`; returns the environment of the run.

    `environment` is the person's own; the real programs are those that its PATH has. `prefix` and `reserved` are
    those of `Session`. `changes` are variables that the run gets and that the real programs get back as they were.
    """
    path = environment.get("PATH", os.defpath)
    programs = {name: found for name in ISOLATED if (found := shutil.which(name, path=path)) is not None}
    changed = dict(changes or {})
    session = Session(prefix, tuple(reserved), programs, {name: environment.get(name) for name in changed}, changed)
    write_session(folder, session)
    launcher = folder / "launch.py"
    packages = str(Path(converter.__file__).parent.parent)
    launcher.write_text(_LAUNCHER.format(packages=packages, folder=str(folder)), encoding="utf-8")
    programs_folder = folder / "bin"
    programs_folder.mkdir()
    for name in programs:
        words = shlex.join([sys.executable, "-I", str(launcher), name])
        program = programs_folder / name
        program.write_text(f'#!/bin/sh\nexec {words} "$@"\n', encoding="utf-8")
        program.chmod(0o755)
    run = {**environment, "PATH": f"{programs_folder}{os.pathsep}{path}"}
    for name, value in changed.items():
        run.pop(name, None)
        if value is not None:
            run[name] = value
    return run
