"""From the text of a word to its parts: quotes, escapes and expansions, with their spans.

POSIX shell command language, 2.2 Quoting and 2.6 Word Expansions; bash's manual for `${x/a/b}`, `$'...'` and arrays.
Commands inside substitutions are read by whoever calls, through `Nested`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

from converter.shell import syntax
from converter.source import Span

Mode = Literal["word", "double", "operand", "here", "pattern"]
"""Which characters are special: unquoted, in double quotes, in `"${x:-here}"`, in a here-document, in `"${x%here}"`."""

Nested = Callable[[int, bool], "tuple[syntax.Part, int] | None"]
"""The command or process substitution that starts at an offset, and the offset behind it."""

MAX_NESTING = 100

_WORD = re.compile(r"[^\\'\"$`<>]+")
_DOUBLE = re.compile(r"[^\\\"$`]+")
_PLAIN: dict[Mode, re.Pattern[str] | str] = {
    "word": _WORD, "pattern": r"[^\\'\"$`]+", "double": _DOUBLE, "operand": _DOUBLE, "here": r"[^\\$`]+",
}  # fmt: skip
"""What has no meaning of its own; what most scripts do not need is compiled when first used."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_RUNS_ON = r'\$[A-Za-z_]\w*"+\w'
_INDIRECT = r"!(?:[A-Za-z_0-9]|#\})"
_DIGITS = r"[0-9]+"
_ESCAPED = {"double": '$`"\\\n', "operand": '$`"\\\n}', "here": "$`\\\n"}
_SPECIAL = "?#@*$!-_"
_OPERATORS = (
    ":-",
    ":=",
    ":?",
    ":+",
    "-",
    "=",
    "?",
    "+",
    "%%",
    "%",
    "##",
    "#",
    "//",
    "/#",
    "/%",
    "/",
    "^^",
    "^",
    ",,",
    ",",
    ":",
    "@",
)
_DEFAULTS = frozenset((":-", ":=", ":?", ":+", "-", "=", "?", "+"))
_CASES = frozenset(("^^", "^", ",,", ","))


class Unreadable(Exception):
    """The text is not a word of the shell, or one that this module cannot take apart; `offset` is the place."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


class WordReader:
    """Reads words out of `text`; all offsets are those of the text."""

    def __init__(self, text: str, nested: Nested) -> None:
        self.text = text
        self.nested = nested
        self.depth = 0

    def word(self, start: int, end: int, mode: Mode = "word") -> syntax.Word:
        """The word from `start` to `end`; raises `Unreadable`."""
        if mode == "word" and start < end and _WORD.fullmatch(self.text, start, end):
            span = Span(start, end)
            return syntax.Word(span, (syntax.Text(span, self.text[start:end], False),))
        return syntax.Word(Span(start, end), tuple(self.parts(start, end, mode)))

    def parts(self, start: int, end: int, mode: Mode) -> list[syntax.Part]:
        """The parts of that stretch; neighbouring characters of one kind are one `Text`."""
        found: list[syntax.Part] = []
        position = self.run(found, start, end, mode, "")
        if position != end:
            raise Unreadable(position)
        return found

    def run(self, found: list[syntax.Part], start: int, end: int, mode: Mode, stops: str) -> int:
        """Appends parts up to one of the unquoted characters in `stops`; returns where it stopped."""
        if self.depth > MAX_NESTING:
            raise Unreadable(start)
        self.depth += 1
        try:
            return self.stretch(found, start, end, mode, stops)
        finally:
            self.depth -= 1

    def stretch(self, found: list[syntax.Part], start: int, end: int, mode: Mode, stops: str) -> int:
        text = self.text
        quoted = mode in ("double", "operand", "here")
        plain = re.compile(_PLAIN[mode])
        position = start
        while position < end:
            character = text[position]
            if character in stops:
                break
            match = plain.match(text, position, end)
            if match is not None:
                behind = match.end()
                if stops:
                    behind = next((at for at in range(position, behind) if text[at] in stops), behind)
                self.add(found, position, behind, text[position:behind], quoted)
                position = behind
            elif character == "\\":
                position = self.escape(found, position, end, mode)
            elif character == "'":
                close = text.find("'", position + 1, end)
                if close == -1:
                    raise Unreadable(position)
                found.append(syntax.Text(Span(position, close + 1), text[position + 1 : close], True))
                position = close + 1
            elif character == '"':
                position = self.double(found, position, end)
            elif character == "`":
                position = self.substitution(found, position, quoted)
            elif character == "$":
                position = self.dollar(found, position, end, mode, quoted)
            elif text.startswith(("<(", ">("), position):
                position = self.substitution(found, position, False)
            else:
                self.add(found, position, position + 1, character, quoted)
                position += 1
        return position

    def add(self, found: list[syntax.Part], start: int, end: int, text: str, quoted: bool) -> None:
        """Appends characters; inside double quotes they join those before."""
        last = found[-1] if found and quoted else None
        if isinstance(last, syntax.Text) and last.quoted:
            found[-1] = syntax.Text(Span(last.span.start, end), last.text + text, True)
        else:
            found.append(syntax.Text(Span(start, end), text, quoted))

    def escape(self, found: list[syntax.Part], position: int, end: int, mode: Mode) -> int:
        """A backslash; an escaped line end vanishes."""
        if position + 1 >= end:
            found.append(syntax.Text(Span(position, position + 1), "\\", True))
            return position + 1
        escaped = self.text[position + 1]
        span = Span(position, position + 2)
        if escaped == "\n":
            return position + 2
        known = _ESCAPED.get(mode)
        if known is None:
            found.append(syntax.Text(span, escaped, True))
            return position + 2
        if escaped in known:
            self.add(found, position, position + 2, escaped, True)
            return position + 2
        self.add(found, position, position + 1, "\\", True)
        return position + 1

    def double(self, found: list[syntax.Part], position: int, end: int) -> int:
        """A double-quoted string; an empty one is an empty quoted text."""
        inner: list[syntax.Part] = []
        close = self.run(inner, position + 1, end, "double", '"')
        if close >= end:
            raise Unreadable(position)
        if not inner:
            inner.append(syntax.Text(Span(position, close + 1), "", True))
        found.extend(inner)
        return close + 1

    def substitution(self, found: list[syntax.Part], position: int, quoted: bool) -> int:
        part = self.nested(position, quoted)
        if part is None:
            raise Unreadable(position)
        found.append(part[0])
        return part[1]

    def dollar(self, found: list[syntax.Part], position: int, end: int, mode: Mode, quoted: bool) -> int:
        text = self.text
        after = text[position + 1] if position + 1 < end else ""
        if after == "{":
            return self.expansion(found, position, end, quoted)
        if text.startswith("((", position + 1):
            close = self.arithmetic_end(position + 3, end)
            if close is not None:
                return self.arithmetic(found, position, position + 3, close, 2, quoted)
        if after == "(":
            return self.substitution(found, position, quoted)
        if after == "[":
            close = text.find("]", position, end)
            if close == -1:
                raise Unreadable(position)
            return self.arithmetic(found, position, position + 2, close, 1, quoted)
        if after == "'" and not quoted:
            return self.ansi(found, position, end)
        if after == '"' and not quoted:
            inner: list[syntax.Part] = []
            close = self.double(inner, position + 1, end)
            span = Span(position, close)
            found.append(syntax.Dialectal(span, syntax.Word(span, tuple(inner)), text[position:close]))
            return close
        name = _NAME.match(text, position + 1, end)
        if name is not None:
            behind = name.end()
        elif after and ((after.isdecimal() and after.isascii()) or after in _SPECIAL):
            # `$10` is the first parameter and a nought
            behind = position + 2
        else:
            if quoted:
                self.add(found, position, position + 1, "$", True)
            else:
                found.append(syntax.Text(Span(position, position + 1), "$", True))
            return position + 1
        expression = text[position:behind]
        found.append(syntax.Parameter(Span(position, behind), expression[1:], "", expression, quoted))
        return behind

    def ansi(self, found: list[syntax.Part], position: int, end: int) -> int:
        """`$'...'`: the escapes of C."""
        at = position + 2
        while at < end and self.text[at] != "'":
            at += 2 if self.text[at] == "\\" else 1
        if at >= end:
            raise Unreadable(position)
        span = Span(position, at + 1)
        decoded = ansi_c(self.text[position + 2 : at])
        if decoded is None:
            found.append(syntax.Opaque(span, self.text[position : at + 1], True))
        else:
            found.append(syntax.Dialectal(span, syntax.Text(span, decoded, True), self.text[position : at + 1]))
        return at + 1

    # arrays

    def array(self, start: int, end: int) -> tuple[syntax.Element, ...]:
        """The elements between the parentheses of `name=( ... )`; raises `Unreadable`."""
        text = self.text
        elements: list[syntax.Element] = []
        position = start
        while position < end:
            if text[position] in " \t\r\n":
                position += 1
            elif text.startswith("\\\n", position):
                position += 2
            elif text[position] == "#":
                line_end = text.find("\n", position, end)
                position = end if line_end == -1 else line_end
            else:
                element, position = self.element(position, end)
                elements.append(element)
        return tuple(elements)

    def element(self, start: int, end: int) -> tuple[syntax.Element, int]:
        text = self.text
        index: syntax.Word | None = None
        position = start
        if text[position] == "[":
            inner: list[syntax.Part] = []
            close = self.run(inner, position + 1, end, "pattern", "]")
            if text.startswith("]=", close):
                index = syntax.Word(Span(position + 1, close), tuple(inner))
                position = close + 2
        parts: list[syntax.Part] = []
        close = self.run(parts, position, end, "word", " \t\r\n()")
        if close < end and text[close] in "()":
            raise Unreadable(close)
        value = syntax.Word(Span(position, close), tuple(parts))
        return syntax.Element(Span(start, close), index, value), close

    # arithmetic

    def arithmetic_end(self, position: int, end: int) -> int | None:
        """The offset of the `))` that ends an arithmetic expansion; None where it is a substitution of a subshell."""
        depth = 0
        text = self.text
        while position < end:
            character = text[position]
            if character == "(":
                depth += 1
            elif character == ")":
                if depth == 0:
                    return position if text.startswith("))", position) else None
                depth -= 1
            elif character == "\\":
                position += 1
            position += 1
        return None

    def arithmetic(self, found: list[syntax.Part], start: int, inner: int, close: int, width: int, quoted: bool) -> int:
        body = self.word(inner, close, "double") if '"' not in self.text[inner:close] else self.word(inner, close)
        behind = close + width
        found.append(syntax.Arithmetic(Span(start, behind), self.text[start:behind], quoted, body))
        return behind

    # ${...}

    def expansion(self, found: list[syntax.Part], start: int, end: int, quoted: bool) -> int:
        text = self.text
        position = start + 2
        length = indirect = False
        if text.startswith("#", position) and text[position + 1 : position + 2] not in ("}", ""):
            follow = text[position + 1]
            # `${#-x}` and the like work on `$#`; `${##}`, `${#?}`, `${#@}` are lengths
            if follow not in "-+=?:%#/" or text[position + 2 : position + 3] == "}":
                length = True
                position += 1
        elif re.compile(_INDIRECT).match(text, position):
            indirect = True
            position += 1
        match = _NAME.match(text, position, end)
        if match is not None:
            name = match.group()
        else:
            match = re.compile(_DIGITS).match(text, position, end)
            name = match.group() if match is not None else text[position : position + 1]
            if match is None and name not in _SPECIAL:
                raise Unreadable(start)
        position += len(name)
        operation_start = position
        index: syntax.Word | None = None
        if text.startswith("[", position) and _NAME.fullmatch(name):
            inner: list[syntax.Part] = []
            close = self.run(inner, position + 1, end, "pattern", "]")
            if close >= end:
                raise Unreadable(start)
            index = syntax.Word(Span(position + 1, close), tuple(inner))
            position = close + 1
        operator = ""
        operand: syntax.Word | None = None
        second: syntax.Word | None = None
        if not text.startswith("}", position):
            if length:
                raise Unreadable(start)
            operator = next((known for known in _OPERATORS if text.startswith(known, position)), "")
            if indirect and text[position : position + 2] in ("*}", "@}"):
                operator = text[position]
                position += 1
            elif not operator:
                raise Unreadable(start)
            else:
                position += len(operator)
                operand, second, position = self.operands(operator, position, end, quoted)
        if not text.startswith("}", position) or position >= end:
            raise Unreadable(start)
        behind = position + 1
        found.append(
            syntax.Parameter(
                Span(start, behind), name, text[operation_start:position], text[start:behind], quoted,
                operator, operand, second, index, length, indirect,
            )
        )  # fmt: skip
        return behind

    def operands(
        self, operator: str, position: int, end: int, quoted: bool
    ) -> tuple[syntax.Word, syntax.Word | None, int]:
        """The words behind an operator, up to the closing brace."""
        text = self.text
        if operator in _DEFAULTS:
            mode: Mode = "operand" if quoted else "pattern"
            operand, close = self.until(position, end, mode, "}")
            if quoted and re.compile(_RUNS_ON).search(text, position, close):
                # bash drops the inner quotes first: `"${u:-"$x"y}"` is the value of `$xy`
                span = Span(position, close)
                operand = syntax.Word(span, (syntax.Opaque(span, text[position:close], True),))
            return operand, None, close
        if operator == ":":
            return self.slice(position, end)
        if operator in ("/", "//", "/#", "/%"):
            # a slash right behind the operator belongs to the pattern only where there is no operator for it
            slash = operator == "//" and text.startswith("/", position)
            operand, position = self.until(position, end, "pattern", "/}", 1 if slash else 0)
            second = None
            if text.startswith("/", position):
                second, position = self.until(position + 1, end, "pattern", "}")
            return operand, second, position
        operand, position = self.until(position, end, "pattern", "}")
        return operand, None, position

    def until(self, position: int, end: int, mode: Mode, stops: str, plain: int = 0) -> tuple[syntax.Word, int]:
        """A word up to one of the stops; `plain` characters at its start are no stops."""
        inner: list[syntax.Part] = []
        if plain:
            span = Span(position, position + plain)
            inner.append(syntax.Text(span, self.text[position : position + plain], False))
        close = self.run(inner, position + plain, end, mode, stops)
        if close >= end:
            raise Unreadable(position)
        return syntax.Word(Span(position, close), tuple(inner)), close

    def slice(self, position: int, end: int) -> tuple[syntax.Word, syntax.Word | None, int]:
        """`offset:length`: arithmetic, in which a colon may belong to `?:`, and which may hold parentheses."""
        text = self.text
        depth = questions = 0
        at = position
        ends: list[int] = []
        while at < end and (text[at] != "}" or depth):
            character = text[at]
            if text.startswith(("${", "$("), at):
                inner: list[syntax.Part] = []
                at = self.dollar(inner, at, end, "double", True)
                continue
            if character in "([":
                depth += 1
            elif character in ")]":
                depth -= 1
            elif character == "?":
                questions += 1
            elif character == ":" and not depth:
                if questions:
                    questions -= 1
                else:
                    ends.append(at)
            at += 1
        if at >= end or len(ends) > 1:
            raise Unreadable(position)
        if not ends:
            return self.word(position, at, "double"), None, at
        return self.word(position, ends[0], "double"), self.word(ends[0] + 1, at, "double"), at


_C_ESCAPES = {
    "a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
    "\\": "\\", "'": "'", '"': '"', "?": "?",
}  # fmt: skip
_C_NUMBER = r"x[0-9A-Fa-f]{1,2}|u[0-9A-Fa-f]{1,4}|U[0-9A-Fa-f]{1,8}|[0-7]{1,3}"


def ansi_c(text: str) -> str | None:
    """The characters that `$'text'` stands for; None for a byte that is no character and for control characters."""
    if "\\" not in text:
        return text
    pieces: list[str] = []
    position = 0
    while position < len(text):
        if text[position] != "\\":
            behind = text.find("\\", position)
            behind = len(text) if behind == -1 else behind
            pieces.append(text[position:behind])
            position = behind
            continue
        letter = text[position + 1]
        number = re.compile(_C_NUMBER).match(text, position + 1)
        if letter in _C_ESCAPES:
            pieces.append(_C_ESCAPES[letter])
            position += 2
        elif number is not None:
            digits = number.group()
            code = int(digits, 8) if digits[0].isdecimal() else int(digits[1:], 16)
            if code < 2 or code > 0x10FFFF or (code > 127 and digits[0] not in "uU") or 0xD800 <= code < 0xE000:
                return None
            pieces.append(chr(code))
            position = number.end()
        elif letter == "c":
            return None
        else:
            pieces.append("\\" + letter)
            position += 2
    return "".join(pieces)
