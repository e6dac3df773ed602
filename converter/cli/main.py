"""The entry point of the program."""

from __future__ import annotations

import gc
import os
import sys


def run() -> None:
    """Runs the command line of the process and exits with its status: the console script `stageify`.

    The version is printed without the rest of the program: it is what installers and bug reports ask for.
    """
    words = sys.argv[1:]
    # A short process collects no garbage worth the search: imports alone would start it dozens of times.
    gc.set_threshold(100_000, 50, 50)
    try:
        if words == ["--version"]:
            from converter import __version__

            print(f"stageify {__version__}")
            return
        from converter.cli.app import make_app

        make_app(words[0] if words else None)(prog_name="stageify")
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        from converter.cli.reporting import report

        sys.exit(report(error))


def main() -> None:
    """Runs the process: as `run`, and leaves without tidying up memory that the system takes back anyway.

    Taking the interpreter down costs a tenth of a short call. Everything is written before: streams are flushed here,
    files are closed where they are written.
    """
    status: object = 0
    try:
        run()
    except SystemExit as stop:
        status = stop.code
    if isinstance(status, str):
        print(status, file=sys.stderr)
    code = status if isinstance(status, int) else int(status is not None)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            code = code or 1
    os._exit(code)
