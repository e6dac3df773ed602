"""Arithmetic as the shell does it: C's operators on 64-bit integers.

POSIX shell command language, 2.6.4, and bash's manual, Shell Arithmetic. Unknown operands make the whole unknown, but
what an expression assigns is always found.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_TOKEN = re.compile(
    r"\s*(?:(?P<number>[0-9]+#[0-9A-Za-z@_]+|0[xX][0-9A-Fa-f]+|[0-9]+)|(?P<name>[A-Za-z_]\w*(?:\[[^\]]*\])?)"
    r"|(?P<operator><<=|>>=|\*\*|<<|>>|<=|>=|==|!=|&&|\|\||\+\+|--|[-+*/%&|^]=|[-+*/%<>=!~&|^?:,()]))"
)
_ASSIGNING = frozenset(("=", "+=", "-=", "*=", "/=", "%=", "<<=", ">>=", "&=", "^=", "|="))
_BINARY: dict[str, int] = {
    "||": 1, "&&": 2, "|": 3, "^": 4, "&": 5, "==": 6, "!=": 6, "<": 7, "<=": 7, ">": 7, ">=": 7,
    "<<": 8, ">>": 8, "+": 9, "-": 9, "*": 10, "/": 10, "%": 10,
}  # fmt: skip
_POWER = 12
MAX_DEPTH = 60
MAX_LENGTH = 5000


class NotArithmetic(Exception):
    """The text is no expression, or has no value: the shell reports an error."""


class UnknownOperand(Exception):
    """The value depends on something that is not known."""


Look = Callable[[str], str]
"""The value of a variable as text, empty where it is unset; raises `UnknownOperand`."""

Assign = Callable[[str, "int | None"], None]
"""Sets a variable; None where the new value is not known."""


def evaluate(text: str, look: Look, assign: Assign) -> int:
    """The value of an expression; raises `NotArithmetic` and `UnknownOperand`."""
    return _Evaluation(text, look, assign, 0).value()


def names(text: str) -> list[str]:
    """The variables that an expression names, in order."""
    return [match.group("name") for match in _TOKEN.finditer(text) if match.group("name")]


def assigned(text: str) -> list[str]:
    """The variables that an expression may set."""
    return re.findall(r"([A-Za-z_]\w*)(?:\[[^\]]*\])?\s*(?:(?:<<|>>|[-+*/%&|^])?=(?!=)|\+\+|--)", text) + re.findall(
        r"(?:\+\+|--)\s*([A-Za-z_]\w*)", text
    )


def number(text: str) -> int | None:
    """The value of a constant: decimal, octal, hexadecimal or `base#digits`."""
    if "#" in text:
        base_text, _, digits = text.partition("#")
        base = int(base_text)
        if not 2 <= base <= 64:
            return None
        value = 0
        for digit in digits:
            place = _digit(digit, base)
            if place is None or place >= base:
                return None
            value = value * base + place
        return value
    if text[:2] in ("0x", "0X"):
        return int(text, 16)
    if text.startswith("0") and len(text) > 1:
        return int(text, 8) if all(digit in "01234567" for digit in text) else None
    return int(text)


def _digit(digit: str, base: int) -> int | None:
    if digit.isdecimal():
        return int(digit)
    if "a" <= digit <= "z":
        return ord(digit) - ord("a") + 10
    if "A" <= digit <= "Z":
        return ord(digit) - ord("A") + (10 if base <= 36 else 36)
    return {"@": 62, "_": 63}.get(digit)


def wrap(value: int) -> int:
    """The value as a signed 64-bit integer."""
    return (value + 2**63) % 2**64 - 2**63


class _Evaluation:
    def __init__(self, text: str, look: Look, assign: Assign, depth: int) -> None:
        if len(text) > MAX_LENGTH or depth > MAX_DEPTH:
            raise UnknownOperand
        self.look, self.assign, self.depth = look, assign, depth
        self.tokens: list[tuple[str, str]] = []
        self.at = 0
        self.nesting = 0
        position = 0
        end = len(text.rstrip())
        while position < end:
            match = _TOKEN.match(text, position, end)
            if match is None:
                raise NotArithmetic(text)
            self.tokens.append((match.lastgroup or "", match.group(match.lastgroup or 0)))
            position = match.end()

    def value(self) -> int:
        if not self.tokens:
            return 0
        value = self.comma(True)
        if self.at != len(self.tokens):
            raise NotArithmetic
        return value

    def peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def take(self, wanted: str) -> None:
        if self.peek() != wanted:
            raise NotArithmetic
        self.at += 1

    def comma(self, live: bool) -> int:
        value = self.assignment(live)
        while self.peek() == ",":
            self.at += 1
            value = self.assignment(live)
        return value

    def assignment(self, live: bool) -> int:
        self.nesting += 1
        if self.nesting > MAX_DEPTH:
            raise UnknownOperand
        kind, name = self.tokens[self.at] if self.at < len(self.tokens) else ("", "")
        operator = self.tokens[self.at + 1][1] if self.at + 1 < len(self.tokens) else ""
        if kind == "name" and operator in _ASSIGNING:
            self.at += 2
            before = self.variable(name) if live and operator != "=" else 0
            value = self.assignment(live)
            if live:
                if operator != "=":
                    if self.variable(name) != before:
                        # `n *= n = 2`: bash takes the value from before, dash the one from after
                        raise UnknownOperand
                    value = self.operate(operator[:-1], before, value)
                self.assign(name, value)
        else:
            value = self.choice(live)
        self.nesting -= 1
        return value

    def choice(self, live: bool) -> int:
        test = self.binary(1, live)
        if self.peek() != "?":
            return test
        self.at += 1
        first = self.comma(live and test != 0)
        self.take(":")
        second = self.assignment(live and test == 0)
        return first if test else second

    def binary(self, level: int, live: bool) -> int:
        left = self.unary(live)
        return self.climb(left, level, live)

    def climb(self, left: int, level: int, live: bool) -> int:
        while True:
            operator = self.peek()
            own = _BINARY.get(operator, 0)
            if own < level or own == 0:
                return left
            self.at += 1
            goes_on = live and not (operator == "&&" and not left) and not (operator == "||" and left)
            right = self.unary(goes_on)
            while _BINARY.get(self.peek(), 0) > own:
                right = self.climb(right, _BINARY[self.peek()], goes_on)
            left = self.operate(operator, left, right) if live else 0

    def unary(self, live: bool) -> int:
        self.nesting += 1
        if self.nesting > MAX_DEPTH:
            raise UnknownOperand
        operator = self.peek()
        if operator in ("+", "-", "!", "~"):
            self.at += 1
            value = self.unary(live)
            result = {"+": value, "-": -value, "!": int(not value), "~": ~value}[operator]
        elif operator in ("++", "--"):
            self.at += 1
            kind, name = self.tokens[self.at] if self.at < len(self.tokens) else ("", "")
            if kind != "name":
                raise NotArithmetic
            self.at += 1
            result = self.step(name, operator, live)
        else:
            result = self.power(live)
        self.nesting -= 1
        return wrap(result)

    def power(self, live: bool) -> int:
        base = self.primary(live)
        if self.peek() != "**":
            return base
        self.at += 1
        exponent = self.unary(live)
        if not live:
            return 0
        if exponent < 0:
            raise NotArithmetic
        return wrap(pow(base, exponent, 2**64))

    def step(self, name: str, operator: str, live: bool) -> int:
        if not live:
            return 0
        value = wrap(self.variable(name) + (1 if operator == "++" else -1))
        self.assign(name, value)
        return value

    def primary(self, live: bool) -> int:
        if self.at >= len(self.tokens):
            raise NotArithmetic
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            value = number(text)
            if value is None:
                raise NotArithmetic
            return wrap(value)
        if kind == "name":
            if self.peek() in ("++", "--"):
                operator = self.peek()
                self.at += 1
                after = self.step(text, operator, live)
                return after - (1 if operator == "++" else -1)
            return self.variable(text) if live else 0
        if text == "(":
            value = self.comma(live)
            self.take(")")
            return value
        raise NotArithmetic

    def variable(self, name: str) -> int:
        text = self.look(name)
        return _Evaluation(text, self.look, self.assign, self.depth + 1).value()

    def operate(self, operator: str, left: int, right: int) -> int:
        if operator in ("/", "%"):
            if right == 0:
                raise NotArithmetic
            quotient = abs(left) // abs(right)
            quotient = quotient if (left < 0) == (right < 0) else -quotient
            return wrap(quotient if operator == "/" else left - right * quotient)
        if operator in ("<<", ">>"):
            if not 0 <= right < 64:
                raise UnknownOperand
            return wrap(left << right if operator == "<<" else left >> right)
        return wrap(int(_SIMPLE[operator](left, right)))


_SIMPLE: dict[str, Callable[[int, int], int]] = {
    "||": lambda a, b: bool(a or b), "&&": lambda a, b: bool(a and b), "|": lambda a, b: a | b,
    "^": lambda a, b: a ^ b, "&": lambda a, b: a & b, "==": lambda a, b: a == b, "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b,
}  # fmt: skip
