"""From a text to its lines: every character belongs to exactly one node.

Which lines are recipes is decided as make decides it: a line that begins with the recipe prefix belongs to the rule
above it, until a line that is an assignment or a directive ends that rule (manual, 5.1 Recipe Syntax).
"""

from __future__ import annotations

import re

from converter.drivers.makefile import syntax
from converter.drivers.makefile.scan import find_outside, joined, without_comment
from converter.drivers.makefile.syntax import Modifiers
from converter.source import Source, Span

_CONDITIONAL = re.compile(r"(ifeq|ifneq|ifdef|ifndef|else|endif)(?=[\s(\"'#]|$)")
_INCLUDE = re.compile(r"(-include|sinclude|include)(?:\s|$)")
_DIRECTIVE = re.compile(r"(export|unexport|undefine|vpath|load|-load)(?:\s|$)")
_MODIFIER = re.compile(r"(export|unexport|override|private)\s+(?![:?+!]?=)(?!:::?=)")
_DEFINE = re.compile(r"define\s+(?![:?+!]?=)")
_OPERATOR = re.compile(r"\s*(:::=|::=|:=|\?=|\+=|!=|=)")


def read(source: Source) -> tuple[syntax.Node, ...]:
    """The nodes of a Makefile, in order and without gaps; never raises, see `syntax.Problem`."""
    return tuple(_Reader(source.text).nodes())


def parse_assignment(text: str) -> tuple[str, str, str] | None:
    """Name, operator and value of an assignment; None for any other line. The name is not expanded yet.

    A name has no blanks but those inside references (manual, 6.5 Setting Variables).
    """
    position = find_outside(text, "=:?+! \t")
    if position == -1:
        return None
    match = _OPERATOR.match(text, position)
    while match is None:
        # a lone `:`, `+`, `?` or `!` may be a part of the name
        if text[position] not in "+?!":
            return None
        position = find_outside(text, "=:?+! \t", position + 1)
        if position == -1:
            return None
        match = _OPERATOR.match(text, position)
    return text[:position].strip(), match.group(1), text[match.end() :].lstrip(" \t")


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.prefix = "\t"
        self.position = 0
        self.in_rule = False

    def nodes(self) -> list[syntax.Node]:
        found: list[syntax.Node] = []
        while self.position < len(self.text):
            found.append(self.node())
        return found

    def line_end(self, start: int) -> int:
        """Behind the line end of the logical line: lines that end in a backslash go on."""
        text = self.text
        while True:
            end = text.find("\n", start)
            if end == -1:
                return len(text)
            before = end - 1 if text[end - 1 : end] == "\r" else end
            slashes = before
            while slashes > start and text[slashes - 1] == "\\":
                slashes -= 1
            if (before - slashes) % 2 == 0:
                return end + 1
            start = end + 1

    def node(self) -> syntax.Node:
        start = self.position
        end = self.position = self.line_end(start)
        span = Span(start, end)
        raw = self.text[start:end]
        if self.in_rule and raw.startswith(self.prefix):
            body = raw[1:].rstrip("\n").removesuffix("\r")
            return syntax.Recipe(span, Span(start + 1, start + 1 + len(body)))
        stripped = raw.lstrip(" \t").rstrip("\r\n")
        if not stripped.strip() or stripped.startswith("#"):
            return syntax.Comment(span)
        assignment = self.assignment(span, stripped)
        if assignment is not None:
            self.in_rule = False
            return assignment
        conditional = _CONDITIONAL.match(stripped)
        if conditional:
            test = without_comment(joined(stripped[conditional.end() :]))
            return syntax.Conditional(span, conditional.group(1), test.strip())
        include = _INCLUDE.match(stripped)
        if include:
            self.in_rule = False
            names = without_comment(joined(stripped[include.end() :])).strip()
            return syntax.Include(span, names, include.group(1) != "include")
        directive = _DIRECTIVE.match(stripped)
        if directive:
            self.in_rule = False
            rest = without_comment(joined(stripped[directive.end() :])).strip()
            return syntax.Directive(span, directive.group(1), rest)
        if raw.startswith(self.prefix) and self.prefix == "\t":
            return self.unowned(span, stripped)
        return self.rule(span, raw)

    def unowned(self, span: Span, stripped: str) -> syntax.Node:
        """A line with a tab that belongs to no rule: an expansion on its own is allowed, a command is not."""
        if stripped.startswith("$"):
            return syntax.Rule(span, without_comment(joined(stripped)), None)
        return syntax.Problem(span, "recipe commences before first target")

    def assignment(self, span: Span, stripped: str) -> syntax.Node | None:
        flags: dict[str, bool] = {}
        rest = stripped
        while match := _MODIFIER.match(rest):
            flags[match.group(1)] = True
            rest = rest[match.end() :]
        if _DEFINE.match(rest) and not parse_assignment(rest):
            return self.define(span, rest, Modifiers(**flags))
        parsed = parse_assignment(joined(rest))
        if parsed is None:
            return None
        name, operator, value = parsed
        if not name:
            return syntax.Problem(span, "empty variable name")
        value = without_comment(value)
        if name == ".RECIPEPREFIX":
            self.prefix = value[:1] or "\t"
        return syntax.Assignment(span, name, operator, value, Modifiers(**flags))

    def define(self, span: Span, rest: str, modifiers: Modifiers) -> syntax.Node:
        head = without_comment(joined(rest[len("define") :])).strip()
        match = re.match(r"(.*?)\s*(:::=|::=|:=|\?=|\+=|!=|=)\s*$", head)
        name, operator = (match.group(1), match.group(2)) if match else (head, "=")
        depth = 1
        start = self.position
        while self.position < len(self.text):
            line_start = self.position
            self.position = self.line_end(line_start)
            raw = self.text[line_start : self.position]
            if raw.startswith(self.prefix):
                continue
            words = raw.split(None, 1)
            if words[:1] == ["define"]:
                depth += 1
            elif words and re.match(r"endef(?:\s|#|$)", raw.lstrip()):
                depth -= 1
                if depth == 0:
                    body = self.text[start:line_start].removesuffix("\n").removesuffix("\r")
                    return syntax.Define(Span(span.start, self.position), name, operator, body, start, modifiers)
        return syntax.Problem(Span(span.start, self.position), "missing `endef`")

    def rule(self, span: Span, raw: str) -> syntax.Node:
        self.in_rule = True
        line = raw.rstrip("\n").removesuffix("\r")
        position = find_outside(line, ";#")
        recipe = None
        if position != -1 and line[position] == ";":
            start = position + 1
            while line[start : start + 1] in (" ", "\t"):
                start += 1
            recipe = Span(span.start + start, span.start + len(line))
            line = line[:position]
        return syntax.Rule(span, without_comment(joined(line)), recipe)
