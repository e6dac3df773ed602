"""What really happens: a script under a real shell, with the recording docker first on PATH."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from converter.recording.install import install
from tests.oracle.collection import Script

TIMEOUT_SECONDS = 60

STUBS: Mapping[str, str] = {
    "git": """case "$1 $2" in
  "describe "*) echo v1.4.2-3-gabc1234 ;;
  "rev-parse --abbrev-ref") echo main ;;
  "rev-parse --show-toplevel") pwd -P ;;
  "rev-parse "* | "log "*) echo abc1234 ;;
  "rev-list "*) echo 42 ;;
  "clone "*)
    while [ $# -gt 0 ]; do case $1 in *://*) folder=${2:-$(basename "$1" .git)} ;; esac; shift; done
    mkdir -p "$folder"; touch "$folder/brought" ;;
  "symbolic-ref "* | "branch "*) echo main ;;
esac""",
    "sudo": """while :; do case $1 in -[EHn]) shift ;; *) break ;; esac; done; exec "$@" """,
    "sleep": "",
    # what they bring is a file under the name that they are given
    "curl": """while [ $# -gt 0 ]; do
  case $1 in -*o) echo brought > "$2"; shift ;; -*O) name=1 ;; *://*) address=$1 ;; esac; shift
done
[ -z "$name" ] || echo brought > "${address##*/}" """,
    "wget": """while [ $# -gt 0 ]; do
  case $1 in -*O) file=$2; shift ;; *://*) address=$1 ;; esac; shift
done
[ "$file" = - ] || echo brought > "${file:-${address##*/}}" """,
    **dict.fromkeys("aws gcloud kubectl npm yarn go mvn cargo ssh scp open notify-send".split(), ""),
}
"""Programs of other machines: what a script asks them is not the interpreter's to know."""


class Called(Struct, frozen=True):
    """A docker command that ran: `files` are the paths that were there when it started; folders end in a slash."""

    program: str
    argv: tuple[str, ...]
    cwd: str
    status: int
    files: frozenset[str]


class Reality(Struct, frozen=True):
    """A finished run; `root` is the folder that its tree lay in."""

    shell: str
    root: str
    calls: tuple[Called, ...]
    files: frozenset[str]
    status: int
    errors: str


def make_stubs(folder: Path) -> Path:
    """Writes the programs of other machines into a folder."""
    folder.mkdir()
    for name, text in STUBS.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    return folder


def run(script: Script, shell: str, scratch: Path, stubs: Path) -> Reality:
    """Runs a script in a copy of its tree below `scratch`, which does not exist yet."""
    root, trace = prepare(script, scratch)
    install(scratch / "bin", trace, root, dry_run=True, command=[script.name], paths=script.paths)
    return execute(script, shell, scratch, f"{scratch / 'bin'}:{stubs}")


def prepare(script: Script, scratch: Path) -> tuple[Path, Path]:
    """Writes a script's tree; its root, and where the trace goes."""
    root = scratch / "tree"
    (scratch / "home").mkdir(parents=True)
    for path, text in script.texts.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
        if text.startswith("#!"):
            (root / path).chmod(0o755)
    return root, scratch / "trace.jsonl"


def execute(script: Script, shell: str, scratch: Path, programs: str) -> Reality:
    """Runs a script in the tree that `prepare` has made, with folders of programs before the system's own."""
    root = scratch / "tree"
    before = files_below(root)
    done = subprocess.run(
        [shell, script.name, *script.arguments],
        cwd=root / script.cwd,
        env={
            "PATH": f"{programs}:/usr/local/bin:/usr/bin:/bin", "HOME": str(scratch / "home"), "USER": "builder",
            "LANG": "C.UTF-8", **script.environment,
        },
        stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=TIMEOUT_SECONDS,
    )  # fmt: skip
    calls = tuple(_calls(read_trace(scratch / "trace.jsonl"), before))
    return Reality(shell, str(root), calls, files_below(root), done.returncode, done.stderr.decode(errors="replace"))


def read_trace(trace: Path) -> list[dict[str, Any]]:
    """The commands of a trace in the order in which they started."""
    lines = [json.loads(line) for line in trace.read_text().splitlines()]
    return sorted(lines[1:], key=lambda line: float(line["started"]))


def _calls(lines: Iterable[dict[str, Any]], before: frozenset[str]) -> Iterable[Called]:
    files = set(before)
    for line in lines:
        _apply(line["before"], files)
        yield Called(line["program"], tuple(line["argv"]), line["cwd"], line["status"], frozenset(files))
        _apply(line["after"], files)


def _apply(changes: list[dict[str, str]], files: set[str]) -> None:
    for change in changes:
        path = change["path"]
        files -= {path, path + "/"}
        if change["kind"] != "none":
            files.add(path + "/" if change["kind"] == "folder" else path)


def files_below(root: Path) -> frozenset[str]:
    """The paths below a folder; those of folders end in a slash."""
    found = set()
    for folder, folders, names in os.walk(root):
        here = Path(folder).relative_to(root).as_posix()
        lead = "" if here == "." else here + "/"
        found |= {lead + name for name in names}
        found |= {lead + name + ("" if os.path.islink(os.path.join(folder, name)) else "/") for name in folders}
    return frozenset(found)
