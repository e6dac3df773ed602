"""Puts the recording programs into a folder, which then goes first on `PATH`."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
from pathlib import Path

from converter.recording.changes import snapshot
from converter.recording.masking import masked
from converter.recording.shim import CONFIG, ENGINE, FILES, append, below

PROGRAMS = ("docker", "podman", "nerdctl", "buildah")

VERSION = 0
"""Of the trace's form."""

SHIM = """\
#!/bin/sh
exec {python} -I -S -c {start} {library} {folder} {program} "$@"
"""

START = "import sys; sys.path.append(sys.argv.pop(1)); from converter.recording.shim import main; main()"

SUDO = """\
#!/bin/sh
# sudo has a PATH of its own: the recorded programs are called by theirs, and in a dry run without sudo.
options=
while :; do
    case ${{1-}} in
        -E | -H | -n | -S | --preserve-env | --non-interactive) options="$options $1"; shift ;;
        *) break ;;
    esac
done
case ${{1-}} in
    {programs})
        program=$1; shift
        set -- {folder}/"$program" "$@"
        {dry}
        ;;
esac
sudo=$(PATH=${{PATH#*{folder}:}}; command -v sudo) || {{ echo "sudo: not found" >&2; exit 127; }}
exec "$sudo" $options "$@"
"""


def install(
    folder: Path,
    trace: Path,
    root: Path,
    *,
    dry_run: bool,
    command: list[str],
    paths: tuple[str, ...] = (),
    started_in: Path | None = None,
) -> None:
    """Writes the shims and starts the trace.

    `folder` is theirs alone; what lies below `root` is watched. In a dry run all engines are there, otherwise those
    that `PATH` has. `paths` are files of containers and folders (with a slash behind) that a dry run knows of. The
    first line of the trace holds its version, the root, the mode and the command.
    """
    folder.mkdir(parents=True, exist_ok=True)
    programs = [name for name in PROGRAMS if dry_run or shutil.which(name)]
    config = {"trace": str(trace), "root": str(root), "dry-run": dry_run, "paths": list(paths)}
    (folder / CONFIG).write_text(json.dumps(config), encoding="utf-8")
    (folder / ENGINE).write_text("{}", encoding="utf-8")
    (folder / FILES).write_text(json.dumps(snapshot(str(root), (str(trace), str(folder)))), encoding="utf-8")
    trace.write_text("", encoding="utf-8")
    trace.chmod(0o600)
    here = below(str(started_in or os.path.realpath(os.getcwd())), str(root))
    header = {"stageify-trace": VERSION, "root": str(root), "cwd": here, "dry-run": dry_run}
    append(str(trace), {**header, "command": masked(command)})
    library, quoted = Path(__file__).parents[2], shlex.quote(str(folder))
    for program in programs:
        _write(folder / program, SHIM.format(
            python=shlex.quote(sys.executable), start=shlex.quote(START), library=shlex.quote(str(library)),
            folder=quoted, program=program,
        ))  # fmt: skip
    if programs and (dry_run or shutil.which("sudo")):
        dry = 'exec "$@"' if dry_run else ":"
        _write(folder / "sudo", SUDO.format(programs=" | ".join(programs), folder=quoted, dry=dry))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
