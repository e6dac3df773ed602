"""Runs the command line in this process, as the console script would."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from converter.cli.main import run

PROJECT = Path(__file__).parents[2]
SAMPLE = PROJECT / "samples" / "without-multi-stage"


@dataclass(frozen=True, slots=True)
class Done:
    """What a run printed, as bytes on standard output, and its exit status."""

    status: int
    out: bytes
    err: str


def stageify(monkeypatch: pytest.MonkeyPatch, *words: object, terminal: bool = False) -> Done:
    """Runs `stageify WORDS`, with both streams being terminals or not."""
    out, err = Stream(terminal), Stream(terminal)
    with monkeypatch.context() as patched:
        patched.setattr(sys, "argv", ["stageify", *map(str, words)])
        patched.setattr(sys, "stdout", out)
        patched.setattr(sys, "stderr", err)
        try:
            run()
            status: object = 0
        except SystemExit as end:
            status = end.code
        out.flush()
        err.flush()
    return Done(
        status if isinstance(status, int) else 0 if status is None else 1, out.raw_bytes(), err.raw_bytes().decode()
    )


class Stream(io.TextIOWrapper):
    """A text stream over bytes that keeps line ends as they are."""

    def __init__(self, terminal: bool) -> None:
        self.bytes = io.BytesIO()
        self.terminal = terminal
        super().__init__(self.bytes, encoding="utf-8", newline="\n", write_through=True)

    def isatty(self) -> bool:
        """Whether the test wants a terminal."""
        return self.terminal

    def raw_bytes(self) -> bytes:
        """Everything written so far."""
        return self.bytes.getvalue()
