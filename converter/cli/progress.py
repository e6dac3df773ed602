"""What a long command is doing, on standard error: live on a terminal, else a line for each step."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from converter.cli.output import wants_colour
from converter.isolation.session import Call
from converter.printable import visible

if TYPE_CHECKING:
    from rich.progress import Progress

MAX_CHARACTERS = 100


class Steps:
    """Shows steps, each with the command of the engine that runs in it. A context: at its end nothing moves any more."""

    def __init__(self, color: str) -> None:
        self._live: Progress | None = _live() if sys.stderr.isatty() and wants_colour(color, sys.stderr) else None
        self._task: Any = None
        self._heard: set[str] = set()

    def __enter__(self) -> Steps:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, *unused: object) -> None:
        self._end()
        if self._live is not None:
            self._live.stop()

    def begins(self, title: str) -> None:
        """A new step; the one before has ended."""
        self._end()
        if self._live is None:
            print(title, file=sys.stderr, flush=True)
        else:
            self._task = self._live.add_task(title, total=1, command="")

    def heard(self, call: Call) -> None:
        """A command of the engine in this step, which has started, ended, or was not run."""
        text = visible(call.shown)
        text = text if len(text) <= MAX_CHARACTERS else f"{text[: MAX_CHARACTERS - 3]}..."
        if call.outcome != "run":
            text = f"{text} ({'held back' if call.outcome == 'held' else 'refused'})"
        first = call.id not in self._heard
        self._heard.add(call.id)
        if self._live is not None:
            self._live.update(self._task, command=text if call.exit_status is None else "")
        elif first:
            print(f"  {text}", file=sys.stderr, flush=True)

    def _end(self) -> None:
        if self._live is not None and self._task is not None:
            self._live.update(self._task, completed=1, command="")


def _live() -> Progress:
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    return Progress(
        SpinnerColumn(finished_text="[green]✓[/]"),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
        TextColumn("{task.fields[command]}", style="dim", markup=False),
        console=Console(file=sys.stderr),
    )
