"""The exit statuses of the commands that convert."""

from __future__ import annotations

DONE, CHANGES, NOTHING, REFUSED = 0, 1, 3, 4
"""Done or nothing to do, something to convert, nothing to convert here, refused. 2 is a `Problem`."""
