"""Finds the here-document words of an instruction's line."""

from __future__ import annotations

from msgspec import Struct

from converter.dockerfile.logical import SPACE
from converter.dockerfile.words import Lexer, Word, WordError, split_words

_ESCAPE = "\\"
_DIGITS = "0123456789"


class HeredocWord(Struct, frozen=True):
    """A word such as `<<EOF`, `3<<-"EOF"` or `<< EOF`, as a range of the joined line.

    `spaced` is True where white space stands between `<<` and the delimiter.
    """

    start: int
    end: int
    delimiter: str
    expand: bool
    chomp: bool
    descriptor: int
    spaced: bool


def heredoc_words(line: str) -> list[HeredocWord]:
    """The here-documents that a joined line opens, in order.

    The rules are those of BuildKit's `parser.go` (`heredocsFromLine`): the whole line
    is divided into words outside of quotes, with the backslash as escape character
    whatever the file says, and none is found in a line whose quotes or `${...}` do
    not end. White space behind `<<` is allowed since BuildKit 0.22; as older versions
    read such a line differently, the caller should take a spaced one only where
    its terminator exists, which is the only reading that some engine accepts.
    """
    found: list[HeredocWord] = []
    for word in _split(line, heredocs=True, raw_escapes=True):
        heredoc = _heredoc(word)
        if heredoc is not None:
            found.append(heredoc)
    return found


def is_heredoc_word(word: str) -> bool:
    """Whether an argument of COPY or ADD names a here-document."""
    return "<<" in word and _heredoc(Word(word, 0, len(word))) is not None


def _split(text: str, *, heredocs: bool = False, raw_escapes: bool = False, raw_quotes: bool = True) -> list[Word]:
    lexer = Lexer(
        text,
        lambda _: None,
        str,
        _ESCAPE,
        raw_quotes=raw_quotes,
        raw_escapes=raw_escapes,
        keep_unset=True,
        heredocs=heredocs,
    )
    try:
        return split_words(lexer)
    except WordError:
        return []


def _heredoc(word: Word) -> HeredocWord | None:
    descriptor, arrows, rest = word.text.partition("<<")
    if not arrows or descriptor.strip(_DIGITS) or "<" in rest:
        return None
    chomp = rest.startswith("-")
    written = rest[1:] if chomp else rest
    delimiter = written.lstrip(SPACE)
    unquoted = _split(delimiter, raw_quotes=False)
    quoted = _split(delimiter)
    if len(unquoted) != 1 or len(quoted) != 1:
        return None
    return HeredocWord(
        start=word.start,
        end=word.end,
        delimiter=unquoted[0].text,
        expand=_quotes(unquoted[0].text) == _quotes(quoted[0].text),
        chomp=chomp,
        descriptor=int(descriptor or "0"),
        spaced=delimiter != written,
    )


def _quotes(text: str) -> int:
    return text.count("'") + text.count('"')
