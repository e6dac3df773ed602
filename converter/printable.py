"""Text for a person's terminal: lines of styled pieces, and what may not reach a terminal as it is."""

from __future__ import annotations

Line = tuple[tuple[str, str], ...]
"""Pieces of (text, style); a style is a key of `converter.cli.output.STYLES`, or empty."""

_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(9), *range(10, 32), *range(127, 160))} | {
    code: f"\\u{code:04x}" for code in (0x061C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A))
}


def visible(text: str) -> str:
    """A text from a file with what would steer a terminal, or turn its writing direction, made visible; tabs stay."""
    return text.translate(_CONTROLS)
