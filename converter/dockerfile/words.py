"""Variable expansion and quote removal, by the rules of BuildKit's shell lexer.

The rules are those of `frontend/dockerfile/shell/lex.go` and of the Dockerfile
reference, section "Environment replacement". They apply to the instructions that
a builder expands itself; RUN, CMD and ENTRYPOINT are left to the shell.

A value may hold *tokens* that stand for something unknown: `UNKNOWN_START`, digits,
`UNKNOWN_END`. They pass through untouched; an operation that would have to look
inside one gives a new token for the whole expression instead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from converter.dockerfile.logical import SPACE
from converter.lazy import lazily

if TYPE_CHECKING:
    from converter.dockerfile import wildcards
else:
    wildcards = lazily("converter.dockerfile.wildcards")

UNKNOWN_START = "\x00"
UNKNOWN_END = "\x01"

Lookup: TypeAlias = Callable[[str], "str | None"]
"""The value of a variable, or None where it is unset."""

MakeUnknown: TypeAlias = Callable[[str], str]
"""A fresh token for an expression, given as it is written."""

_SPECIAL_PARAMETERS = "@*#?-$!0"


class WordError(Exception):
    """A word that an engine rejects; `offset` says where in the text."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


class Reference(Struct, frozen=True):
    """A use of a variable: its name and the range of the whole `$name` or `${...}`."""

    name: str
    span_start: int
    span_end: int
    expression: str


class Word(Struct, frozen=True):
    """A word after splitting, and the range of the text that it came from."""

    text: str
    start: int
    end: int


def expand(text: str, lookup: Lookup, *, escape: str = "\\", unknown: MakeUnknown) -> str:
    """The text with variables replaced, and quotes and escapes removed (`ProcessWord`).

    Raises `WordError` for a quotation or `${` that does not end, a modifier that
    BuildKit does not know, and `${x?message}` where `x` is unset. A value of
    `${x:?message}` that is a token passes: if it were empty, the build would fail.
    """
    return Lexer(text, lookup, unknown, escape).read()


def expand_words(text: str, lookup: Lookup, *, escape: str = "\\", unknown: MakeUnknown) -> list[str]:
    """As `expand`, divided at white space outside of quotes (`ProcessWords`).

    White space inside the value of an unquoted variable divides too; a word that is
    empty even though it is quoted disappears, as it does in BuildKit.
    """
    return [word.text for word in split_words(Lexer(text, lookup, unknown, escape))]


def references(text: str, escape: str = "\\") -> list[Reference]:
    """Every variable that the text mentions, those inside other expressions included.

    They come in the order in which they end. Raises `WordError` as `expand` does.
    """
    # A value that is neither empty nor unset makes every branch harmless to read.
    lexer = Lexer(text, lambda name: name, lambda expression: expression, escape)
    lexer.read()
    return lexer.references


def has_unknown(value: str) -> bool:
    """Whether a part of the value is unknown."""
    return UNKNOWN_START in value


def only_unknown(value: str) -> bool:
    """Whether the value is made of tokens alone, so that it could be empty."""
    position = 0
    while value.startswith(UNKNOWN_START, position):
        position = value.find(UNKNOWN_END, position) + 1
        if position == 0:
            return False
    return 0 < position == len(value)


class _Splitter:
    """Collects characters into words as BuildKit's `wordsStruct` does."""

    def __init__(self) -> None:
        self.words: list[Word] = []
        self.pieces: list[str] = []
        self.start = 0
        self.end = 0

    def raw(self, text: str, start: int, end: int) -> None:
        if not text:
            return
        if not self.pieces:
            self.start = start
        self.pieces.append(text)
        self.end = end

    def plain(self, text: str, start: int, end: int) -> None:
        for character in text:
            if character in SPACE:
                self.finish()
            else:
                self.raw(character, start, end)

    def finish(self) -> None:
        if self.pieces:
            self.words.append(Word("".join(self.pieces), self.start, self.end))
            self.pieces = []


def split_words(lexer: Lexer) -> list[Word]:
    """The words of the lexer's text with the ranges that they come from."""
    splitter = _Splitter()
    lexer.read(splitter=splitter)
    splitter.finish()
    return splitter.words


class Lexer:
    """One pass over a text; see `expand` for what it does.

    `raw_quotes` and `raw_escapes` keep quotes and escape characters in the result,
    `keep_unset` keeps the expressions of variables that are not set, `heredocs`
    keeps white space behind `<<` in the word: all four are what BuildKit asks for
    when it looks for here-documents (`parser.go`, `heredocsFromLine`).
    """

    def __init__(
        self,
        text: str,
        lookup: Lookup,
        unknown: MakeUnknown,
        escape: str,
        *,
        raw_quotes: bool = False,
        raw_escapes: bool = False,
        keep_unset: bool = False,
        heredocs: bool = False,
    ) -> None:
        self.text = text
        self.lookup = lookup
        self.unknown = unknown
        self.escape = escape
        self.raw_quotes = raw_quotes
        self.raw_escapes = raw_escapes
        self.keep_unset = keep_unset
        self.heredocs = heredocs
        self.position = 0
        self.references: list[Reference] = []

    def read(self, stop: str = "", splitter: _Splitter | None = None) -> str:
        """The text up to `stop`, which is read too, or to its end."""
        text = self.text
        result: list[str] = []
        while self.position < len(text):
            start = self.position
            character = text[start]
            if character == stop:
                self.position += 1
                return "".join(result)
            quoted = True
            if character == "$":
                piece = self.dollar()
                quoted = False
            elif character == "'":
                piece = self.single_quotes()
            elif character == '"':
                piece = self.double_quotes()
            elif character == self.escape:
                piece = self.escaped()
            elif character == "<" and self.heredocs:
                piece = self.less_than()
            else:
                self.position += 1
                piece = character
                quoted = False
            result.append(piece)
            if splitter is not None:
                (splitter.raw if quoted else splitter.plain)(piece, start, self.position)
        if stop:
            raise WordError(f"the text ends before the matching {stop}", len(text))
        return "".join(result)

    def escaped(self) -> str:
        piece = self.text[self.position + 1 : self.position + 2]
        self.position += 1 + len(piece)
        return self.escape + piece if self.raw_escapes else piece

    def less_than(self) -> str:
        start = self.position
        self.position += 1
        if self.text.startswith("<", self.position):
            self.position += 1
            while self.position < len(self.text) and self.text[self.position] in SPACE:
                self.position += 1
        return self.text[start : self.position]

    def single_quotes(self) -> str:
        start = self.position
        end = self.text.find("'", start + 1)
        if end == -1:
            raise WordError("the single quote is not closed", start)
        self.position = end + 1
        return self.text[start : end + 1] if self.raw_quotes else self.text[start + 1 : end]

    def double_quotes(self) -> str:
        text = self.text
        start = self.position
        result = ['"'] if self.raw_quotes else []
        self.position += 1
        while self.position < len(text):
            character = text[self.position]
            if character == '"':
                self.position += 1
                if self.raw_quotes:
                    result.append('"')
                return "".join(result)
            if character == "$":
                result.append(self.dollar())
                continue
            self.position += 1
            if character == self.escape:
                if self.raw_escapes:
                    result.append(character)
                if self.position == len(text):
                    break
                following = text[self.position]
                # Between double quotes the escape character stays in front of anything else.
                if following in '"$' or following == self.escape:
                    character = following
                    self.position += 1
            result.append(character)
        raise WordError("the double quote is not closed", start)

    def dollar(self) -> str:
        start = self.position
        self.position += 1
        if not self.text.startswith("{", self.position):
            name = self.name()
            if not name:
                return "$"
            self.refer(name, start)
            value = self.lookup(name)
            if value is None:
                return self.text[start : self.position] if self.keep_unset else ""
            return value
        self.position += 1
        following = self.peek()
        if not following:
            raise WordError("'}' is missing", start)
        if following in "{}:":
            raise WordError("bad substitution: a name has to follow '${'", start)
        return self.braces(start, self.name())

    def braces(self, start: int, name: str) -> str:
        """`${name...`, read up to behind the name."""
        operator = self.next()
        if operator == "}":
            self.refer(name, start)
            value = self.lookup(name)
            if value is None:
                return self.text[start : self.position] if self.keep_unset else ""
            return value
        empty_is_unset = operator == ":"
        written = operator
        if empty_is_unset:
            operator = self.next()
            written += operator
        elif operator == "/":
            return self.replacement(start, name)
        if not operator:
            raise WordError("'}' is missing", start)
        if not empty_is_unset and operator not in "+-?#%":
            raise WordError(f"the modifier {written!r} is not supported in '${{...}}'", start)
        word = self.nested("}", operator in "#%", start)
        self.refer(name, start)
        value = self.lookup(name)
        if value is None and self.keep_unset:
            return "${" + name + written + word + "}"
        if operator not in "+-?#%":
            raise WordError(f"the modifier {written!r} is not supported in '${{...}}'", start)
        return self.modified(operator, empty_is_unset, name, value, word, start)

    def modified(self, operator: str, empty_is_unset: bool, name: str, value: str | None, word: str, start: int) -> str:
        expression = self.text[start : self.position]
        if operator in "#%":
            if has_unknown(value or "") or has_unknown(word):
                return self.unknown(expression)
            try:
                return (wildcards.trim_prefix if operator == "#" else wildcards.trim_suffix)(value or "", word)
            except wildcards.PatternError as error:
                raise WordError(str(error), start) from None
        if operator == "?":
            if value is None or (empty_is_unset and not value):
                default = "is not allowed to be unset" if value is None else "is not allowed to be empty"
                raise WordError(f"{name}: {word or default}", start)
            return value
        if empty_is_unset and value is not None and only_unknown(value):
            return self.unknown(expression)
        missing = value is None or (empty_is_unset and not value)
        if operator == "+":
            return "" if missing else word
        return word if missing else value or ""

    def replacement(self, start: int, name: str) -> str:
        """`${name/pattern/text}` and `${name//pattern/text}`, read up to behind the first slash."""
        everywhere = self.peek() == "/"
        if everywhere:
            self.position += 1
        pattern = self.nested("/", True, start)
        text = self.nested("}", True, start)
        self.refer(name, start)
        value = self.lookup(name)
        if value is None and self.keep_unset:
            return "${" + name + "/" + pattern + "/" + text + "}"
        if has_unknown(value or "") or has_unknown(pattern):
            return self.unknown(self.text[start : self.position])
        try:
            return wildcards.replace(value or "", pattern, text, everywhere=everywhere)
        except wildcards.PatternError as error:
            raise WordError(str(error), start) from None

    def nested(self, stop: str, raw_escapes: bool, start: int) -> str:
        before = self.raw_escapes
        self.raw_escapes = raw_escapes
        try:
            return self.read(stop)
        except WordError as error:
            if self.position < len(self.text):
                raise
            raise WordError(f"'{stop}' is missing in '${{...}}'", start) from error
        finally:
            self.raw_escapes = before

    def name(self) -> str:
        """A name, a number or one of the shell's special parameters; empty where there is none."""
        start = self.position
        text = self.text
        first = self.peek()
        if first and first.isdecimal():
            while self.position < len(text) and text[self.position].isdecimal():
                self.position += 1
        elif first and first in _SPECIAL_PARAMETERS:
            self.position += 1
        else:
            while self.position < len(text) and _in_name(text[self.position]):
                self.position += 1
        return text[start : self.position]

    def peek(self) -> str:
        return self.text[self.position : self.position + 1]

    def next(self) -> str:
        character = self.peek()
        self.position += len(character)
        return character

    def refer(self, name: str, start: int) -> None:
        self.references.append(Reference(name, start, self.position, self.text[start : self.position]))


def _in_name(character: str) -> bool:
    return character == "_" or character.isalpha() or character.isdecimal()
