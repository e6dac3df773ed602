"""Makefiles of the collection: what real make says that it would do, and what the reader predicts."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from converter.drivers.makefile.called import MakeRun
from converter.drivers.makefile.run import run_goals
from converter.machine.host import StartingFiles
from converter.source import Source
from tests.recipes import read_texts

COLLECTION = Path(__file__).parent / "makefiles"
NAMES = sorted(path.name for path in COLLECTION.iterdir() if path.is_dir())
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C"}


def make(
    folder: Path, *words: str, flags: tuple[str, ...] = ("-n",), text: str = ""
) -> subprocess.CompletedProcess[str]:
    """What GNU make answers in a folder, with an environment that says nothing; `text` is its standard input."""
    command = ["make", *flags, "--no-print-directory", *words]
    return subprocess.run(command, cwd=folder, env=ENVIRONMENT, input=text, capture_output=True, text=True, check=False)


def predicted(texts: dict[str, str], *goals: str, command_line: dict[str, str] | None = None) -> MakeRun:
    """The run of goals of a tree's `Makefile`."""
    sources = {path: Source(path, text) for path, text in texts.items()}
    files = StartingFiles(sources)
    return run_goals(sources["Makefile"], sources, files, "", {}, command_line or {}, goals, others=False)


def shown(run: MakeRun) -> list[str]:
    """The commands of a run, one line each, as `make -n` prints them; what is not known is a NUL."""
    texts = [text.text for recipe in run.lines for text in recipe.texts if text.text.strip()]
    return [re.sub("\0\\d+\1", "\0", line) for text in texts for line in text.removesuffix("\n").split("\n")]


def agrees(predicted: str, real: str) -> bool:
    """Whether a predicted line is the real one; an unknown stands for any text."""
    pattern = "(?s:.*)".join(re.escape(piece) for piece in predicted.split("\0"))
    return re.fullmatch(pattern, real) is not None


def texts_of(name: str) -> dict[str, str]:
    """The files of one case."""
    return read_texts(COLLECTION / name)
