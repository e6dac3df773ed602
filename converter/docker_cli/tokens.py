"""Opaque tokens: the place of a value that is not known inside an argument.

A token is `UNKNOWN_START`, digits, `UNKNOWN_END`. It stands for any text at all,
the empty one included, and passes through this package as it is.
"""

from __future__ import annotations

UNKNOWN_START = "\x00"
UNKNOWN_END = "\x01"


def is_unknown(text: str) -> bool:
    """Whether the text holds a token anywhere."""
    return UNKNOWN_START in text


def readable(text: str) -> str:
    """The text for a message: each token as `$?`, since a person never sees tokens."""
    if UNKNOWN_START not in text:
        return text
    pieces = text.split(UNKNOWN_START)
    return pieces[0] + "".join("$?" + piece.partition(UNKNOWN_END)[2] for piece in pieces[1:])
