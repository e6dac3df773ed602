"""`stageify record`: runs the person's own command once, and keeps what it asked of docker."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from converter.cli.options import Debug
from converter.cli.parsing import DRIVER_ARGUMENTS, DriverCommand
from converter.cli.reporting import reported

if TYPE_CHECKING:
    import subprocess

EPILOG = """\
Examples:

\b
  stageify record -- ./build.sh                     run it, and write stageify-trace.jsonl
  stageify record --output trace.jsonl -- make image
  stageify record --dry-run -- ./build.sh           run it with docker commands that do nothing
"""

DEFAULT_OUTPUT = "stageify-trace.jsonl"


class RecordCommand(DriverCommand):
    """What stands after `--` is the command."""

    def collect_usage_pieces(self, ctx: typer.Context) -> list[str]:  # type: ignore[override, unused-ignore]
        """See Typer."""
        return [*super().collect_usage_pieces(ctx)[:-1], "-- COMMAND..."]


def record(
    ctx: typer.Context,
    output: Annotated[
        str, typer.Option("--output", metavar="FILE", help="Where the trace goes; a file that is there is replaced.")
    ] = DEFAULT_OUTPUT,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Answer docker commands with plausible ids and outputs, and run no engine."),
    ] = False,
    debug: Debug = False,
) -> int:
    """Run your own build once and note its docker commands.

    The command runs as it is, with programs in front of docker, podman, nerdctl and buildah on PATH that note each
    call and pass it through. The trace has, one JSON object a line, the words of each call, its working folder, exit
    status, images and containers, and how files changed in between. Passwords, secrets and variables whose names
    speak of them are masked. The exit status is the command's own.
    """
    from converter.batch.problems import UsageProblem

    command = list(ctx.meta[DRIVER_ARGUMENTS] or ())
    if not command:
        raise UsageProblem("there is no command to run", "put it behind `--`: stageify record -- ./build.sh")
    trace = Path(output).absolute()
    if not trace.parent.is_dir():
        raise UsageProblem(f"{trace.parent} is no folder", "--output names a file in a folder that exists")
    status, calls = run(command, trace, dry_run=dry_run)
    print(_summary(calls, output), file=sys.stderr)
    return status


def run(command: list[str], trace: Path, *, dry_run: bool) -> tuple[int, int]:
    """Runs a command with the recording programs in front; its exit status, and how many calls were noted."""
    import subprocess
    import tempfile

    from converter.batch.discovery import work_tree
    from converter.batch.problems import Problem, UsageProblem, reason
    from converter.recording.install import install

    here = os.path.realpath(os.getcwd())
    root = Path(work_tree(here) or here)
    with tempfile.TemporaryDirectory(prefix="stageify-") as folder:
        shims = Path(folder).resolve() / "bin"
        try:
            install(shims, trace, root, dry_run=dry_run, command=command)
        except OSError as problem:
            raise Problem(f"the trace cannot be written: {reason(problem)}") from None
        environment = {**os.environ, "PATH": f"{shims}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
        try:
            process = subprocess.Popen(command, env=environment)
        except OSError as problem:
            trace.unlink()
            raise UsageProblem(f"{command[0]} cannot be run: {reason(problem)}") from None
        status = _wait(process)
    with trace.open(encoding="utf-8") as lines:
        calls = sum(1 for _ in lines) - 1
    return (status if status >= 0 else 128 - status), calls


def _wait(process: subprocess.Popen[bytes]) -> int:
    """How the command ends. An interrupt from the terminal has reached it as well, and is its own to handle."""
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def _summary(calls: int, output: str) -> str:
    if calls == 0:
        return (
            f"stageify: no docker command was noted in {output}: a command that sets its own PATH, or that calls docker"
            " by its full path, passes the recorder by"
        )
    noted = f"{calls} docker command{'s' if calls > 1 else ''} noted in {output}"
    return f"stageify: {noted}; `stageify convert --trace {output}` takes it"


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("record", cls=RecordCommand, epilog=EPILOG)(reported(record))
