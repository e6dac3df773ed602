"""Printing: bytes to standard output, lines with styles to either stream.

Without colour a line is its plain text; rich is imported only where there is a terminal to colour.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TextIO

from converter.batch.problems import Problem, reason
from converter.printable import Line

STYLES = {
    "error": "bold red",
    "warning": "bold yellow",
    "note": "bold cyan",
    "good": "bold green",
    "heading": "bold",
    "path": "cyan",
    "quiet": "dim",
    "added": "green",
    "removed": "red",
    "hunk": "cyan",
}


def wants_colour(choice: str, stream: TextIO) -> bool:
    """Whether to colour a stream: as `--color` says, and for `auto` on a terminal where NO_COLOR is not set."""
    if choice != "auto":
        return choice == "always"
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def write_bytes(data: bytes) -> None:
    """Writes bytes as they are to standard output; quiet where nobody reads them any more."""
    with _written(sys.stdout):
        sys.stdout.flush()
        buffer = getattr(sys.stdout, "buffer", None)
        if buffer is None:
            sys.stdout.write(data.decode("utf-8", "surrogateescape"))
        else:
            buffer.write(data)
        sys.stdout.flush()


def write_lines(lines: Iterable[Line], stream: TextIO, colour: bool) -> None:
    """Writes lines to a stream; quiet where nobody reads them any more."""
    with _written(stream):
        if colour:
            _write_coloured(lines, stream)
        else:
            encoding = stream.encoding or "utf-8"
            for line in lines:
                text = "".join(text for text, _ in line) + "\n"
                stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()


def _write_coloured(lines: Iterable[Line], stream: TextIO) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(file=stream, force_terminal=True, color_system="standard", highlight=False, no_color=False)
    for line in lines:
        console.print(Text.assemble(*((text, STYLES.get(style, "")) for text, style in line)), soft_wrap=True)


class _written:  # noqa: N801  (a context manager that reads as a verb)
    """Turns a closed pipe into silence and any other failure of a stream into a `Problem`."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, OSError):
            return False
        # Python flushes the stream once more when it ends, so that has to go nowhere.
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.stream.fileno())
        except (OSError, ValueError):
            return isinstance(error, BrokenPipeError)
        if isinstance(error, BrokenPipeError):
            return True
        raise Problem(f"the output cannot be written: {reason(error)}") from None
