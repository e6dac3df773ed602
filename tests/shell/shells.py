"""Many snippets run by one process of a real shell, and the same snippets read by the interpreter."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from converter.diagnostics import Refusal
from converter.machine.state import State
from converter.shell.commands import COMMANDS
from converter.shell.commands.call import Call, Result
from tests.shell.support import run

SHELLS = {"dash": ["dash"], "bash": ["bash"]}
AVAILABLE = [name for name, argv in SHELLS.items() if shutil.which(argv[0])]

_RECORD = """tput() {
  printf '%s\\036' "$#" "$@"
  printf '\\035'
}
"""
"""Words end in a record separator, calls in a group separator, snippets in a file separator."""

Calls = list[list[str]]


FILES = ("build.sh", "a.c", "b.c", "x y", "lib/one.h", "lib/two.h", "lib/sub/deep.h", "docs/[a].md")


def plant(folder: Path) -> Path:
    """Makes the files in a folder below this one, so that what the shells write beside them matches nothing."""
    for name in FILES:
        path = folder / "tree" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder / "tree"


def real(shell: str, snippets: Sequence[str], folder: Path) -> list[Calls | None]:
    """The words of each `tput` of each snippet; None where the shell reports an error."""
    pieces = [_RECORD, "exec 3>&2 2>&1\n"]
    for snippet in snippets:
        quoted = "'" + snippet.replace("'", "'\\''") + "'"
        pieces.append(f"( eval {quoted} 2>../err || : ); [ -s ../err ] && printf '\\032'; printf '\\034'\n")
    done = subprocess.run(
        [*SHELLS[shell], "-c", "".join(pieces), "script"] if sum(map(len, pieces)) < 100_000 else [*SHELLS[shell], "-s"],
        input="".join(pieces).encode(), cwd=folder, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    outputs = done.stdout.decode("utf-8", "surrogateescape").split("\x1c")[:-1]
    assert len(outputs) == len(snippets), (len(outputs), len(snippets), done.stdout[-300:])
    return [None if output.endswith("\x1a") else [_call(c) for c in output.split("\x1d")[:-1]] for output in outputs]


def _call(text: str) -> list[str]:
    count, *words = text.split("\x1e")[:-1]
    return words[: int(count)]


def claimed(dialect: str, snippet: str, files: Sequence[str] = FILES) -> list[list[str] | None] | None:
    """What the interpreter says: for each `tput` its words, None for what it does not know; None for a refusal."""
    calls: list[list[str] | None] = []

    def probe(call: Call, state: State) -> Result:
        fields = call.fields[1:]
        known = all(field.value.known and not field.pattern and not field.splits for field in fields)
        calls.append([field.value.flat for field in fields] if known else None)
        return COMMANDS[""](call, state)

    COMMANDS["tput"] = probe
    try:
        run(f"#!/bin/{dialect}\n{snippet}\n", (), files=tuple(files))
    except Refusal:
        return None
    finally:
        del COMMANDS["tput"]
    return calls


def mismatches(dialect: str, snippets: Sequence[str], folder: Path) -> tuple[list[str], int]:
    """The snippets whose claim one of the shells of a dialect contradicts, and how many calls were known."""
    claims = [claimed(dialect, snippet) for snippet in snippets]
    found: list[str] = []
    known = sum(call is not None for calls in claims for call in calls or ())
    for shell in AVAILABLE if dialect == "sh" else [dialect]:
        for snippet, calls, truth in zip(snippets, claims, real(shell, snippets, folder), strict=True):
            if calls is None or truth is None:
                continue
            if len(calls) != len(truth) or any(c is not None and c != t for c, t in zip(calls, truth, strict=True)):
                found.append(f"{shell} as {dialect}: {snippet}\n   claimed {calls}\n   real    {truth}")
    return found, known
