"""Expansion of words: parameter operations, field splitting, quote rules.

POSIX shell command language, 2.6 Word Expansions.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from msgspec import Struct

from converter.machine.value import ROOT_TOKEN, Unknowns, Value, is_known, join
from converter.source import Span

BLANKS = " \t\n"


class Field(Struct, frozen=True):
    """One argument of a command: `pattern` where unquoted characters may be a pattern or braces."""

    value: Value
    span: Span
    pattern: bool = False


def split_fields(parts: list[tuple[Value, bool]], span: Span, pattern: bool, separators: str = BLANKS) -> list[Field]:
    """The fields that a word becomes; each part says whether its value is split at blanks.

    A part that is not known counts as one field, or as a part of one.
    """
    if not any(splits for _, splits in parts):
        return [Field(join([value for value, _ in parts]), span, pattern)]
    fields: list[list[Value]] = []
    open_field = False
    for value, splits in parts:
        flat = value.flat
        if not splits:
            if not open_field:
                fields.append([])
            fields[-1].append(value)
            open_field = True
            continue
        position = 0
        while position < len(flat):
            if flat[position] in separators:
                open_field = False
                position += 1
                continue
            end = position
            while end < len(flat) and flat[end] not in separators:
                end += 1
            if not open_field:
                fields.append([])
            fields[-1].append(value.slice(position, end))
            open_field = True
            position = end
    return [Field(join(field), span, pattern) for field in fields]


def strip_newlines(value: Value) -> Value:
    """Command substitution drops the line ends at the end of the output."""
    flat = value.flat
    return value.slice(0, len(flat.rstrip("\n"))) if flat.endswith("\n") else value


def operate(value: str, is_set: bool, operation: str, unknowns: Unknowns, expression: str) -> str | None:
    """The result of `${name<operation>}` for a known value and a literal operand; None where it is not known.

    `value` may hold unknown tokens; it is unknown as a whole where the variable comes from outside.
    """
    for operator in (":-", ":+", ":=", "-", "+", "="):
        if not operation.startswith(operator):
            continue
        rest = operation[len(operator) :]
        literal = _literal(rest)
        if not is_set:
            # an unset name of the script may be set in the environment
            return None
        if not is_known(value):
            concrete = any(part for part in _outside_tokens(value))
            if not concrete and operator.startswith(":"):
                return None
            return value if operator.strip(":") in ("-", "=") else literal
        if operator.startswith(":"):
            chosen = bool(value)
        else:
            chosen = True
        if operator.strip(":") in ("-", "="):
            return value if chosen else literal
        return literal if chosen else ""
    if operation[:1] in ("%", "#") and is_set and is_known(value.replace(ROOT_TOKEN, "")):
        return _trimmed(value, operation)
    return None


def _trimmed(value: str, operation: str) -> str | None:
    """`${x%pattern}` and its kin, for patterns of literals, `*` and `?`."""
    sign = operation[0]
    longest = operation[:2] == sign * 2
    pattern = operation[2:] if longest else operation[1:]
    if any(character in pattern for character in "$`'\"\\[]"):
        return None
    cuts = range(len(value) + 1)
    if (sign == "#") == longest:
        cuts = range(len(value), -1, -1)
    for cut in cuts:
        part = value[:cut] if sign == "#" else value[cut:]
        if fnmatchcase(part, pattern):
            return value[cut:] if sign == "#" else value[:cut]
    return value


def _outside_tokens(value: str) -> list[str]:
    parts = []
    for piece in value.split("\x00"):
        parts.append(piece.partition("\x01")[2] if "\x01" in piece else piece)
    return [part for part in parts if part]


def _literal(text: str) -> str | None:
    """An operand that is plain text, without its quotes; None where it has to be expanded itself."""
    if any(character in text for character in "$`\\"):
        return None
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    return None if "'" in text or '"' in text else text
