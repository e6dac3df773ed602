"""What `echo` and `printf` write, by dialect.

POSIX, echo and printf utilities; bash's manual, 4.2; dash(1). Where shells called `sh` differ, nothing is known.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from converter.machine.value import TOKEN_START, Piece, Reference, Value, is_known, join
from converter.shell.dialect import Dialect

MAX_ROUNDS = 1000

_SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}
_ESCAPE = r"(?s)\\(0?[0-7]{1,3}|x[0-9A-Fa-f]{1,2}|.|\Z)"
_ECHO_ESCAPE = r"(?s)\\(0[0-7]{0,3}|x[0-9A-Fa-f]{1,2}|.|\Z)"
_CONVERSION = r"%([-+ #0]*)([0-9]*)(\.[0-9]*)?([a-zA-Z%])"
_QUOTED = r"[^A-Za-z0-9_@%+=:./-]"


class _Unclear(Exception):
    """The text is not known, or shells differ in it."""


def echo(words: Sequence[Value], dialect: Dialect) -> Value | None:
    """The output of `echo`; None where it is not known."""
    newline, escapes, rest = True, dialect == "dash", list(words)
    try:
        while rest and _is_option(rest[0]):
            option = rest[0].flat
            if dialect == "dash" and option != "-n":
                break
            if dialect == "sh" and (option != "-n" or (len(rest) > 1 and _is_option(rest[1]))):
                return None
            newline = newline and "n" not in option
            if dialect == "bash":
                escapes = option.rstrip("n")[-1] == "e" if option.rstrip("n") != "-" else escapes
            rest.pop(0)
            if dialect == "dash":
                break
        text = spaced(rest)
        if dialect == "sh" and "\\" in text.flat:
            return None
        if escapes:
            text = _unescaped(text, dialect, _ECHO_ESCAPE)
        return join((text, Value.literal("\n"))) if newline else text
    except _Unclear:
        return None


def _is_option(word: Value) -> bool:
    letters = word.flat[1:]
    return bool(letters) and word.flat[0] == "-" and not letters.strip("neE")


def spaced(words: Sequence[Value]) -> Value:
    """The words with blanks between them."""
    return join([piece for word in words for piece in (Value.literal(" "), word)][1:])


def printf(form: str, arguments: Sequence[Value], dialect: Dialect) -> Value | None:
    """The output of `printf FORM ARGUMENT...`; None where it is not known."""
    try:
        pieces = _parse(form, dialect)
        takes = sum(isinstance(piece, re.Match) for piece in pieces)
        rounds = max(1, -(-len(arguments) // takes)) if takes else 1
        if rounds > MAX_ROUNDS:
            return None
        waiting = list(arguments)
        output: list[Value] = []
        for _ in range(rounds):
            for piece in pieces:
                if isinstance(piece, str):
                    output.append(Value.literal(piece))
                else:
                    output.append(_converted(piece, waiting.pop(0) if waiting else None, dialect))
        return join(output)
    except _Unclear:
        return None


def _parse(form: str, dialect: Dialect) -> list[str | re.Match[str]]:
    """The literal parts and the conversions of a format."""
    if not is_known(form):
        raise _Unclear
    pieces: list[str | re.Match[str]] = []
    position = 0
    while position < len(form):
        if form[position] == "%":
            match = re.compile(_CONVERSION).match(form, position)
            if match is None:
                raise _Unclear
            pieces.append("%" if match.group(4) == "%" else match)
            if match.group(4) == "%" and match.end() != position + 2:
                raise _Unclear
            position = match.end()
            continue
        end = form.find("%", position)
        end = len(form) if end == -1 else end
        pieces.append(_text(form[position:end], dialect, _ESCAPE))
        position = end
    return pieces


def _text(text: str, dialect: Dialect, pattern: str) -> str:
    """The text with its escapes replaced."""
    return re.sub(pattern, lambda match: _escape(match, dialect), text) if "\\" in text else text


def _escape(match: re.Match[str], dialect: Dialect) -> str:
    found = match.group(1)
    if found in _SIMPLE:
        return _SIMPLE[found]
    if found[:1].isdecimal() and "8" not in found and "9" not in found:
        code = int(found, 8)
        if not 2 <= code < 128:
            raise _Unclear
        return chr(code)
    if found[:1] == "x" and len(found) > 1 and dialect == "bash":
        code = int(found[1:], 16)
        if not 2 <= code < 128:
            raise _Unclear
        return chr(code)
    if found in ('"', "'") and match.re.pattern == _ESCAPE:
        if dialect == "bash":
            return found
        raise _Unclear
    if not found or found in "ceEuUx?'\"" or found.isdecimal():
        raise _Unclear
    return "\\" + found


def _unescaped(value: Value, dialect: Dialect, pattern: str) -> Value:
    pieces: list[Piece] = []
    for piece in value.pieces:
        if "\\" not in piece.text:
            pieces.append(piece)
            continue
        own = piece.reference
        cut = None if own is None else Reference("", None, own.quoted, own.source, own.span, own.binding)
        pieces.append(Piece(_text(piece.text, dialect, pattern), cut))
    return join([Value((piece,)) for piece in pieces])


def _converted(match: re.Match[str], argument: Value | None, dialect: Dialect) -> Value:
    flags, width, precision, letter = match.groups()
    if len(width) > 4 or len(precision or "") > 5:
        raise _Unclear
    value = argument if argument is not None else Value(())
    if letter == "s" and not (flags or width or precision):
        return value
    flat = value.flat
    if TOKEN_START in flat:
        raise _Unclear
    if letter == "b" and not (flags or width or precision):
        return _unescaped(value, dialect, _ECHO_ESCAPE)
    if letter == "q" and not (flags or width or precision) and dialect == "bash":
        return Value.literal(_quoted(flat))
    if not flat.isascii():
        raise _Unclear
    if letter in "di":
        number = _number(flat, argument is not None)
        plain = f"{number:{'+' if '+' in flags else ' ' if ' ' in flags else ''}d}"
        return Value.literal(_padded(plain, flags, width, precision))
    if letter in "uoxX":
        number = _number(flat, argument is not None)
        if number < 0 or "#" in flags:
            raise _Unclear
        return Value.literal(_padded(f"{number:{'d' if letter == 'u' else letter}}", flags, width, precision))
    if letter == "c" and not (flags or width or precision):
        return Value.literal(flat[:1])
    if letter == "s" and "0" not in flags:
        text = flat if precision is None else flat[: int(precision[1:] or 0)]
        return Value.literal(text.ljust(int(width or 0)) if "-" in flags else text.rjust(int(width or 0)))
    raise _Unclear


def _number(text: str, given: bool) -> int:
    if not given:
        return 0
    match = re.fullmatch(r"([+-]?)(0[xX][0-9A-Fa-f]+|0[0-7]*|[1-9][0-9]*)", text)
    if match is None or len(text) > 18:
        raise _Unclear
    digits = match.group(2)
    base = 16 if digits[:2] in ("0x", "0X") else 8 if digits[0] == "0" else 10
    return int(digits, base) * (-1 if match.group(1) == "-" else 1)


def _padded(text: str, flags: str, width: str, precision: str | None) -> str:
    if precision is not None:
        raise _Unclear
    if "-" in flags:
        return text.ljust(int(width or 0))
    return text.zfill(int(width or 0)) if "0" in flags else text.rjust(int(width or 0))


def _quoted(text: str) -> str:
    """`%q` of bash."""
    if not text:
        return "''"
    if not text.isascii() or not text.isprintable() or "~" in text or "#" in text:
        raise _Unclear
    return re.sub(_QUOTED, lambda match: "\\" + match.group(), text)
