"""The nodes of a Dockerfile: a flat list that owns every character of the file.

What an instruction is made of (flags, arguments, form) is worked out when it is
asked for, by the rules of BuildKit's `frontend/dockerfile/parser`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Literal, TypeAlias

from msgspec import Struct

from converter.dockerfile.arguments import Argument, read_arguments
from converter.dockerfile.flags import Flag, read_flags
from converter.dockerfile.jsonform import JsonArray, json_array
from converter.dockerfile.logical import TOKEN, LogicalLine, trimmed
from converter.source import Source, Span

JSON_INSTRUCTIONS = frozenset({"ADD", "CMD", "COPY", "ENTRYPOINT", "HEALTHCHECK", "RUN", "SHELL", "VOLUME"})
"""The instructions whose arguments may have the JSON form."""

KEYWORDS = JSON_INSTRUCTIONS | {
    "ARG",
    "ENV",
    "EXPOSE",
    "FROM",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "STOPSIGNAL",
    "USER",
    "WORKDIR",
}
"""Every instruction of the Dockerfile reference, in upper case."""


class ByteOrderMark(Struct, frozen=True):
    """U+FEFF at the very start of the file; the first line's node starts behind it."""

    span: Span


class Directive(Struct, frozen=True):
    """A parser directive, `# name=value`, with its line end; `name` is in lower case."""

    span: Span
    name: str
    value: str
    value_span: Span


class Comment(Struct, frozen=True):
    """A comment line with its line end."""

    span: Span


class Blank(Struct, frozen=True):
    """A line of nothing but white space, with its line end."""

    span: Span


class Heredoc(Struct, frozen=True):
    """A here-document of an instruction.

    `expand` is False where a part of the delimiter was quoted; `chomp` is True
    for `<<-`, which drops the tabs at the start of each line. `body` covers the
    lines between the instruction and the terminator; `terminator` is the line
    that ends it, or None where the file ends first. `word` is the span of the
    `<<EOF` word, `argument` the index of the argument that the word is or
    starts in (of the inner instruction for ONBUILD), None where it is among the flags.
    """

    delimiter: str
    expand: bool
    chomp: bool
    descriptor: int
    body: Span
    terminator: Span | None
    word: Span
    argument: int | None

    @property
    def terminated(self) -> bool:
        """Whether the delimiter's own line was found."""
        return self.terminator is not None

    def content(self, source: Source) -> str:
        """The text that the here-document stands for, before any variable is expanded."""
        text = source.slice(self.body)
        if not self.chomp:
            return text
        return "\n".join(line.lstrip("\t") for line in text.split("\n"))


class Instruction(Struct, frozen=True, dict=True):
    """An instruction with its continuation lines, here-documents and line end.

    `keyword` is in upper case and may be unknown; it is empty where a lone escape
    character is all there is. `line` is the joined text, `keyword_end` the index in
    it behind the keyword. The rest is computed on
    first use and kept, which is why this class, unlike its neighbours, has no slots.
    """

    span: Span
    keyword: str
    keyword_span: Span
    keyword_end: int
    line: LogicalLine
    escape: str
    heredocs: tuple[Heredoc, ...] = ()

    @property
    def known(self) -> bool:
        """Whether the Dockerfile reference has this instruction."""
        return self.keyword in KEYWORDS

    @cached_property
    def text(self) -> str:
        """The joined line behind the keyword, flags included, trimmed."""
        start, end = trimmed(self.line.text, self.keyword_end, len(self.line.text))
        return self.line.text[start:end]

    @property
    def flags(self) -> tuple[Flag, ...]:
        """The flags in the order of the source."""
        return self._parts[0]

    def flag(self, name: str) -> Flag | None:
        """The first flag of that name."""
        return next((flag for flag in self.flags if flag.name == name), None)

    @property
    def command_range(self) -> tuple[int, int]:
        """The range of `command` in `line.text`."""
        return self._parts[1]

    @cached_property
    def command(self) -> str:
        """The joined line behind the keyword and the flags, trimmed."""
        start, end = self.command_range
        return self.line.text[start:end]

    @cached_property
    def command_span(self) -> Span:
        """Where `command` stands; empty, at the end of the line, where there is none."""
        return self.line.span(*self.command_range)

    @property
    def form(self) -> Literal["shell", "json"]:
        """How an engine reads the arguments; shell form for an array that it would reject."""
        return "json" if self.json is not None and not self.json.fault else "shell"

    @property
    def json_span(self) -> Span | None:
        """The JSON array with its brackets, None in shell form."""
        return self.line.span(self.json.start, self.json.end) if self.json and self.form == "json" else None

    @cached_property
    def json(self) -> JsonArray | None:
        """The JSON array among the arguments, in offsets of `line`; see `jsonform`."""
        if self.keyword not in JSON_INSTRUCTIONS:
            return None
        start, end = self.command_range
        if self.keyword == "HEALTHCHECK":
            first = TOKEN.match(self.line.text, start, end)
            start = trimmed(self.line.text, first.end(), end)[0] if first else end
        return json_array(self.line.text[:end], start)

    @cached_property
    def arguments(self) -> tuple[Argument, ...]:
        """The words behind the flags; see `arguments` for how each instruction is divided.

        ONBUILD has none: its words belong to `inner`.
        """
        array = self.json if self.form == "json" else None
        return read_arguments(self.keyword, self.line, *self.command_range, array, self.escape)

    @cached_property
    def inner(self) -> Instruction | None:
        """The instruction behind ONBUILD, whose span ends with its text, before the line end."""
        start, end = self.command_range
        if self.keyword != "ONBUILD" or start == end:
            return None
        line = self.line.cut(start, end)
        return make_instruction(line.span(0, len(line.text)), line, self.escape, self.heredocs)

    @cached_property
    def _parts(self) -> tuple[tuple[Flag, ...], tuple[int, int]]:
        flags, start = read_flags(self.line, self.keyword_end)
        return flags, trimmed(self.line.text, start, len(self.line.text))


def make_instruction(span: Span, line: LogicalLine, escape: str, heredocs: tuple[Heredoc, ...] = ()) -> Instruction:
    """The instruction whose joined line is `line` and which owns `span`."""
    start, end = trimmed(line.text, 0, len(line.text))
    match = TOKEN.match(line.text, start, end)
    keyword_end = match.end() if match else start
    word = line.text[start:keyword_end]
    # BuildKit compares in lower case, where no letter outside ASCII becomes one of a keyword's.
    keyword = word.upper() if word.isascii() else word
    return Instruction(span, keyword, line.span(start, keyword_end), keyword_end, line, escape, heredocs)


class SyntaxProblem(Struct, frozen=True):
    """Something that an engine rejects, in plain words."""

    span: Span
    message: str


Node: TypeAlias = ByteOrderMark | Directive | Comment | Blank | Instruction


class Dockerfile(Struct, frozen=True, dict=True):
    """The tree: joining the texts of all nodes gives the source again, byte for byte."""

    source: Source
    nodes: tuple[Node, ...]
    directives: Mapping[str, str]
    escape: str

    @property
    def newline(self) -> str:
        """The line end of the file."""
        return self.source.newline

    @cached_property
    def instructions(self) -> tuple[Instruction, ...]:
        """The instructions alone."""
        return tuple(node for node in self.nodes if isinstance(node, Instruction))

    @cached_property
    def errors(self) -> tuple[SyntaxProblem, ...]:
        """What an engine would reject, in the order of the source; see `problems`."""
        from converter.dockerfile.problems import problems

        return problems(self)
