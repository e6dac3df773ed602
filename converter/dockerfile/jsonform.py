"""The JSON (exec) form of an instruction's arguments.

BuildKit takes arguments that are one valid JSON array of strings as that form,
anything else as the shell form (`parser/line_parsers.go`, `parseMaybeJSON`). An
array with something other than strings in it is an error there, not shell form.
What stands behind the array was dropped by older versions (0.12 still does) and
makes the line shell form in newer ones.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

_WHITE = " \t\r\n"
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_HEX = frozenset("0123456789abcdefABCDEF")


class JsonString(Struct, frozen=True):
    """A string of the array: its range in the text, quotes included, and its decoded value."""

    start: int
    end: int
    value: str


class JsonArray(Struct, frozen=True):
    """An array from `start` to `end`, behind the bracket.

    `fault` is empty for JSON form, "elements" for an array of other things than
    strings, which engines reject, and "rest" where something stands behind the
    array, which engines read in two ways.
    """

    start: int
    end: int
    strings: tuple[JsonString, ...]
    fault: Literal["", "elements", "rest"] = ""


def json_array(text: str, start: int) -> JsonArray | None:
    """The JSON array at `start`, or None where there is no valid one; white space may follow it."""
    if not text.startswith("[", start):
        return None
    strings: list[JsonString] = []
    position = _skip(text, start + 1)
    if not text.startswith("]", position):
        while True:
            if not text.startswith('"', position):
                return _other_array(text, start)
            string = _string(text, position)
            if string is None:
                return None
            strings.append(string)
            position = _skip(text, string.end)
            if text.startswith(",", position):
                position = _skip(text, position + 1)
            elif text.startswith("]", position):
                break
            else:
                return None
    end = position + 1
    return JsonArray(start, end, tuple(strings), "" if _skip(text, end) == len(text) else "rest")


def json_quote(value: str) -> str:
    """The value as a JSON string, with the characters outside ASCII left as they are."""
    import json

    return json.dumps(value, ensure_ascii=False)


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position] in _WHITE:
        position += 1
    return position


def _string(text: str, start: int) -> JsonString | None:
    pieces: list[str] = []
    position = start + 1
    while position < len(text):
        character = text[position]
        if character == '"':
            return JsonString(start, position + 1, "".join(pieces))
        if character < " ":
            return None
        if character != "\\":
            pieces.append(character)
            position += 1
            continue
        escaped = text[position + 1 : position + 2]
        if escaped == "u":
            unit = _code_unit(text, position)
            if unit is None:
                return None
            position += 6
            if 0xD800 <= unit < 0xDC00:
                low = _code_unit(text, position)
                if low is not None and 0xDC00 <= low < 0xE000:
                    unit = 0x10000 + ((unit - 0xD800) << 10) + low - 0xDC00
                    position += 6
            # Go's decoder puts the replacement character where a surrogate stands alone.
            pieces.append("\ufffd" if 0xD800 <= unit < 0xE000 else chr(unit))
        elif escaped in _ESCAPES:
            pieces.append(_ESCAPES[escaped])
            position += 2
        else:
            return None
    return None


def _code_unit(text: str, position: int) -> int | None:
    digits = text[position + 2 : position + 6]
    if not text.startswith("\\u", position) or len(digits) != 4 or not _HEX.issuperset(digits):
        return None
    return int(digits, 16)


def _other_array(text: str, start: int) -> JsonArray | None:
    import json

    try:
        value, end = json.JSONDecoder(parse_constant=_no_constant).raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    return JsonArray(start, end, (), "elements") if isinstance(value, list) else None


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")
