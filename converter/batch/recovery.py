"""The look for an interrupted transaction that every command takes first, at next to no cost."""

from __future__ import annotations

import os

JOURNAL = ".stageify-transaction.json"
"""The journal of `transaction`, in the folder whose files it changes."""

UNFINISHED_JOURNAL = JOURNAL + ".new"


def is_unfinished(folder: str) -> bool:
    """Whether a transaction was cut off in this folder, or is going on."""
    return any(os.path.lexists(os.path.join(folder, name)) for name in (JOURNAL, UNFINISHED_JOURNAL))


def recover(folder: str) -> str | None:
    """Completes or undoes a transaction that was cut off in this folder; to be called before its files are read.

    Returns "completed" or "undone", None where there was none. Raises `Problem` while another process is
    writing, and where a file was changed since, so that neither is possible.
    """
    if not is_unfinished(folder):
        return None
    from converter.batch.transaction import settle

    return settle(folder)
