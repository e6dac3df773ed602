"""Reads any text as a Dockerfile: `parse`.

The rules are those of BuildKit's `frontend/dockerfile/parser` (`parser.go` and
`directives.go`), except that nothing is rejected: what an engine would refuse is
listed by `Dockerfile.errors`.
"""

from __future__ import annotations

from converter.dockerfile.directives import ESCAPES, read_directive
from converter.dockerfile.logical import SPACE, LogicalLine
from converter.dockerfile.syntax import (
    Blank,
    ByteOrderMark,
    Comment,
    Directive,
    Dockerfile,
    Heredoc,
    Instruction,
    Node,
    make_instruction,
)
from converter.source import Source, Span

BYTE_ORDER_MARK = "\ufeff"
DEFAULT_ESCAPE = "\\"

_HEREDOC_KEYWORDS = frozenset({"ADD", "COPY", "RUN"})


def parse(source: Source) -> Dockerfile:
    """The tree of a Dockerfile; never raises.

    Joining the texts of all nodes gives `source.text` again.
    """
    return _Parser(source).parse()


class _Parser:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.position = 0
        self.escape = DEFAULT_ESCAPE
        self.directives: dict[str, str] = {}

    def parse(self) -> Dockerfile:
        text = self.text
        nodes: list[Node] = []
        if text.startswith(BYTE_ORDER_MARK):
            self.position = 1
            nodes.append(ByteOrderMark(Span(0, 1)))
        directives_allowed = True
        while self.position < len(text):
            start = self.position
            content = self.next_line()
            stripped = content.lstrip(SPACE)
            node: Node | None = None
            if not stripped:
                node = Blank(Span(start, self.position))
            elif stripped[0] == "#":
                if directives_allowed:
                    node = self.directive(start, start + len(content) - len(stripped), stripped)
                if node is None:
                    directives_allowed = False
                    node = Comment(Span(start, self.position))
            else:
                node = self.instruction(start, start + len(content) - len(stripped), stripped)
            if not isinstance(node, Directive):
                directives_allowed = False
            nodes.append(node)
        return Dockerfile(self.source, tuple(nodes), self.directives, self.escape)

    def next_line(self) -> str:
        """The next line without its line end; moves to the line behind it."""
        start = self.position
        end = self.text.find("\n", start) + 1
        self.position = end or len(self.text)
        return self.text[start : self.position].rstrip("\r\n")

    def directive(self, start: int, offset: int, content: str) -> Directive | None:
        """The parser directive of a comment line, None where it is an ordinary comment."""
        found = read_directive(content)
        if found is None or found[0] in self.directives:
            return None
        name, value = found
        if name == "escape":
            if value not in ESCAPES:
                return None
            self.escape = value
        self.directives[name] = value
        value_start = offset + content.rindex(value)
        return Directive(Span(start, self.position), name, value, Span(value_start, value_start + len(value)))

    def instruction(self, start: int, offset: int, content: str) -> Instruction:
        joined, continues = self.continued(content)
        if not continues:
            line = LogicalLine(content, (0,), (offset,))
        else:
            line = self.joined_line(offset, joined)
        instruction = make_instruction(Span(start, self.position), line, self.escape)
        if "<<" not in line.text:
            return instruction
        return self.with_heredocs(instruction)

    def continued(self, content: str) -> tuple[str, bool]:
        """The line without its continuation character, and whether it has one.

        An escape character in front of the last one keeps it from continuing the
        line, even if that one is escaped itself (BuildKit's `setEscapeToken`).
        """
        stripped = content.rstrip(" \t")
        if not stripped.endswith(self.escape) or stripped.endswith(self.escape * 2):
            return content, False
        return stripped[:-1], True

    def joined_line(self, offset: int, first: str) -> LogicalLine:
        pieces = [first]
        starts = [0]
        offsets = [offset]
        length = len(first)
        continues = True
        while continues and self.position < len(self.text):
            start = self.position
            content = self.next_line()
            stripped = content.lstrip(SPACE)
            if not stripped or stripped[0] == "#":
                continue
            piece, continues = self.continued(content)
            if piece:
                if length == 0:
                    starts.clear()
                    offsets.clear()
                pieces.append(piece)
                starts.append(length)
                offsets.append(start)
                length += len(piece)
        return LogicalLine("".join(pieces), tuple(starts), tuple(offsets))

    def with_heredocs(self, instruction: Instruction) -> Instruction:
        from converter.dockerfile.heredocs import heredoc_words

        carrier = instruction.inner if instruction.keyword == "ONBUILD" and instruction.inner else instruction
        if carrier.keyword not in _HEREDOC_KEYWORDS or carrier.form == "json":
            return instruction
        heredocs: list[Heredoc] = []
        for word in heredoc_words(instruction.line.text):
            before = self.position
            body, terminator = self.heredoc_body(word.delimiter, word.chomp)
            if terminator is None and word.spaced:
                self.position = before
                continue
            span = instruction.line.span(word.start, word.end)
            argument = next(
                (i for i, a in enumerate(carrier.arguments) if a.span.start <= span.start < a.span.end), None
            )
            heredocs.append(
                Heredoc(word.delimiter, word.expand, word.chomp, word.descriptor, body, terminator, span, argument)
            )
        span = Span(instruction.span.start, self.position)
        return make_instruction(span, instruction.line, self.escape, tuple(heredocs))

    def heredoc_body(self, delimiter: str, chomp: bool) -> tuple[Span, Span | None]:
        start = self.position
        while self.position < len(self.text):
            line_start = self.position
            content = self.next_line()
            if chomp:
                content = content.lstrip("\t")
            if content == delimiter:
                return Span(start, line_start), Span(line_start, self.position)
        return Span(start, self.position), None
