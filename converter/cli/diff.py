"""Changes as a patch on standard output."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from converter.batch.changes import Change
from converter.cli.output import wants_colour, write_bytes, write_lines
from converter.printable import visible


def print_diff(changes: Sequence[Change], git_headers: bool, color: str) -> None:
    """Prints the changes byte for byte, and coloured only where a person looks at them; see `batch.patch`."""
    from converter.batch.patch import patch

    diff = patch(changes, git_headers=git_headers)
    if not wants_colour(color, sys.stdout):
        write_bytes(diff)
        return
    lines = diff.decode("utf-8", "replace").removesuffix("\n").split("\n") if diff else []
    write_lines([((visible(line), _style(line)),) for line in lines], sys.stdout, True)


def _style(line: str) -> str:
    if line.startswith(("diff --git ", "--- a/", "+++ b/", "--- /dev/null", "+++ /dev/null")):
        return "heading"
    return {"+": "added", "-": "removed", "@": "hunk"}.get(line[:1], "")
