"""From a text to the syntax tree: tree-sitter's bash grammar, turned into the nodes of `syntax`.

The grammar is error-tolerant; whatever it could not read becomes a `Problem`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Container, Iterator
from functools import lru_cache
from itertools import islice, pairwise
from typing import TYPE_CHECKING

from converter.shell import syntax
from converter.shell.word_reader import Mode, Unreadable, WordReader
from converter.source import Source, Span

if TYPE_CHECKING:
    from tree_sitter import Node as Tree
    from tree_sitter import Parser

MAX_DEPTH = 150
"""Nesting beyond this is reported as a problem instead of being followed."""


@lru_cache(maxsize=1)
def _bash() -> Parser:
    import tree_sitter
    import tree_sitter_bash

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_bash.language()))


_READABLE = {0: "\ue000", 1: "\ue001"}
_TOKENS = {0xE000: "\0", 0xE001: "\1"}
"""Unknown tokens inside a text that was made from another one are words to the grammar, which stops at a NUL."""

MAX_BYTES = 150_000
"""A longer script is none that a person wrote; the tree of one would take hundreds of megabytes."""

_MISREAD = re.compile(rb"\\(.)|\$\$|\$(?=[)\s;|&])", re.S)
_ANSI = r"\$'(?:[^'\\\n]|\\.)*'"


def read(source: Source, known: Container[str] = ()) -> syntax.Script:
    """The script's syntax tree; never raises, see `Script.problems`.

    Commands at its top whose text is among `known` are left out: they were read before, as a part of another script.
    """
    whole = Span(0, len(source.text))
    data = source.text.translate(_READABLE).encode("utf-8", "surrogatepass")
    if len(data) > MAX_BYTES:
        problem = syntax.Problem(source.line_span(1), f"the script is longer than {MAX_BYTES:,} bytes")
        return syntax.Script(whole, (), (), (problem,))
    reader = _Reader(source.text, data)
    root = _bash().parse(masked(data)).root_node
    if root.has_error:
        hidden = hide_expansions(source.text)
        again = _bash().parse(masked(hidden.translate(_READABLE).encode("utf-8", "surrogatepass"))).root_node
        root = root if again.has_error else again
    if root.has_error:
        reader.collect_errors(root)
    if reader.problems:
        problem = reader.problems[0]
        line = first_bad_line(data)
        if line is not None and line <= source.line_count():
            span = source.line_span(line)
            text = source.line_text(line)
            start = span.start + len(text) - len(text.lstrip())
            problem = syntax.Problem(Span(start, max(start, span.start + len(text))), problem.message)
        return syntax.Script(whole, (), (), (problem,))
    statements = tuple(reader.unknown(root, known) if known else reader.statements(root, 0))
    return syntax.Script(whole, statements, tuple(reader.comments), reader.sorted_problems())


def masked(data: bytes) -> bytes:
    """The script as the grammar gets it, of the same length: what the grammar misreads is replaced by plain letters.

    It drops an escaped blank, and takes a dollar before `)` or a blank for the start of an expansion. The words
    themselves are read from the script.
    """
    return _MISREAD.sub(_masked_match, data)


def _masked_match(match: re.Match[bytes]) -> bytes:
    found = match.group()
    if found == b"$":
        return b"_"
    return b"\\_" if match.group(1) in (b" ", b"\t") else found


def hide_expansions(text: str) -> str:
    """The script with letters inside each `${...}` and `$'...'`, for a second try of the grammar.

    Only what stands on one line and holds no substitution is hidden, so that commands stay where they are.
    """
    pieces: list[str] = []
    position = 0
    words = WordReader(text, lambda offset, quoted: None)
    while True:
        start = text.find("$", position)
        if start == -1:
            return "".join([*pieces, text[position:]])
        line_end = text.find("\n", start)
        end = start + 1
        try:
            if text.startswith("${", start):
                end = words.expansion([], start, len(text) if line_end == -1 else line_end, True)
        except Unreadable:
            end = start + 1
        quoted = re.compile(_ANSI).match(text, start)
        if end > start + 4:
            pieces.append(text[position:start] + "${" + "_" * (end - start - 3) + "}")
        elif quoted is not None:
            end = quoted.end()
            pieces.append(text[position:start] + "$'" + "_" * (end - start - 3) + "'")
        else:
            pieces.append(text[position:end])
        position = end


_BEHIND_HEREDOC = ("pipeline", "list", "command", "&&", "||", "|", "redirected_statement")
_BODIES = ("variable_name", "do_group", "case_item", "comment", "c_style_for_expression")


_BACKQUOTED = r"`[^`\\]*`"
MAX_ENDS_TRIED = 20
MAX_BYTES_TRIED = 4_000_000


def first_bad_line(data: bytes) -> int | None:
    """The line, from 1, behind the longest beginning that can be read; None where that would take too long.

    The grammar's own error often spans everything from the start of the script.
    """
    ends = [match.end() for match in re.finditer(rb"\n", data)][:-1]
    if sum(ends) > MAX_BYTES_TRIED:
        return None
    for number in range(len(ends), 0, -1):
        if not _bash().parse(masked(data[: ends[number - 1]])).root_node.has_error:
            return number + 1
    return 1


class _Reader:
    """Turns the grammar's tree of `data`, which stands in `text` from character `base` on, into syntax nodes."""

    def __init__(self, text: str, data: bytes, base: int = 0) -> None:
        self.text = text
        self.data = data
        self.base = base
        # all bytes of a character but its first
        self.following = [] if data.isascii() else [at for at, byte in enumerate(data) if byte & 0xC0 == 0x80]
        self.comments: list[syntax.Comment] = []
        self.problems: list[syntax.Problem] = []
        self.unread: dict[int, syntax.Problem] = {}
        self.substitutions: dict[int, Tree] = {}
        self.words = WordReader(text, self.nested)
        self.depth = 0

    # places

    def offset(self, byte: int) -> int:
        return self.base + byte - (bisect_left(self.following, byte) if self.following else 0)

    def span(self, node: Tree) -> Span:
        if self.following or self.base:
            return Span(self.offset(node.start_byte), self.offset(node.end_byte))
        return Span(node.start_byte, node.end_byte)

    def source(self, node: Tree) -> str:
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace").translate(_TOKENS)

    def collect_errors(self, root: Tree) -> None:
        """Notes the innermost places that the grammar could not read, without recursion."""
        stack = [root]
        found: list[syntax.Problem] = []
        while stack:
            node = stack.pop()
            if node.is_missing:
                found.append(syntax.Problem(self.span(node), f"`{node.type}` is missing here"))
            elif node.is_error:
                inner = [child for child in node.children if child.has_error]
                if inner:
                    stack.extend(inner)
                else:
                    found.append(syntax.Problem(self.error_span(node), "the shell grammar cannot read this"))
            elif node.has_error:
                stack.extend(child for child in node.children if child.has_error or child.is_missing)
        found.sort(key=lambda problem: problem.span)
        self.problems.extend(found[:20])

    def error_span(self, node: Tree) -> Span:
        span = self.span(node)
        stripped = self.text[span.start : span.end]
        start = span.start + len(stripped) - len(stripped.lstrip())
        line_end = self.text.find("\n", start)
        end = span.end if line_end == -1 else min(span.end, line_end)
        return Span(start, max(start, end))

    # commands

    def statements(self, node: Tree, depth: int) -> Iterator[syntax.Statement]:
        """The commands of a list node."""
        return self.listed(node.children, depth)

    def unknown(self, root: Tree, known: Container[str]) -> Iterator[syntax.Statement]:
        """The commands of a script but those whose text is known."""
        waiting: list[Tree] = []
        for child in root.children:
            if child.is_named and self.source(child) in known:
                yield from self.listed(waiting, 0)
                waiting = []
            else:
                waiting.append(child)
        yield from self.listed(waiting, 0)

    def listed(self, children: list[Tree], depth: int) -> Iterator[syntax.Statement]:
        """The commands of a run of sibling nodes; a background mark belongs to the command before it."""
        if depth > MAX_DEPTH:
            self.problems.append(syntax.Problem(self.span(children[0]), "the script is nested too deeply"))
            return
        pending: syntax.Command | None = None
        for child in children:
            kind = child.type
            if kind == "\n" or kind == ";":
                continue
            if kind == "comment":
                self.comments.append(syntax.Comment(self.span(child)))
            elif child.is_named and kind not in ("heredoc_body", "heredoc_end"):
                if pending is not None:
                    yield syntax.Statement(pending.span, pending, False)
                pending = self.command(child, depth + 1)
                if isinstance(pending, syntax.SimpleCommand):
                    first, pending = self.separated(pending)
                    if first is not None:
                        yield syntax.Statement(first.span, first, False)
            elif kind == "&" and pending is not None:
                yield syntax.Statement(Span(pending.span.start, self.offset(child.end_byte)), pending, True)
                pending = None
        if pending is not None:
            yield syntax.Statement(pending.span, pending, False)

    def command(self, node: Tree, depth: int) -> syntax.Command:
        if depth > MAX_DEPTH:
            self.problems.append(syntax.Problem(self.span(node), "the script is nested too deeply"))
            return syntax.Compound(self.span(node), "deep nesting", (), ())
        kind = node.type
        if kind == "command":
            return self.simple(node, depth)
        if kind == "redirected_statement":
            return self.redirected(node, depth)
        if kind == "file_redirect":
            return self.read_file(node, depth)
        if kind == "list":
            return self.and_or(node, depth)
        if kind in ("variable_assignment", "variable_assignments"):
            nodes = [node] if kind == "variable_assignment" else node.named_children
            return syntax.SimpleCommand(self.span(node), tuple(self.assignment(n, depth) for n in nodes), (), ())
        if kind == "pipeline":
            parts = [self.command(child, depth + 1) for child in self.named(node)]
            if isinstance(parts[0], syntax.Negated):
                # the grammar hangs `!` on the first command; the shell negates the whole pipeline
                inner = parts[0].command
                rest = Span(inner.span.start, self.offset(node.end_byte))
                return syntax.Negated(self.span(node), syntax.Pipeline(rest, (inner, *parts[1:])))
            return syntax.Pipeline(self.span(node), tuple(parts))
        if kind == "negated_command":
            return syntax.Negated(self.span(node), self.command(self.named(node)[0], depth + 1))
        if kind == "subshell" and _is_arithmetic(self.source(node)):
            return syntax.Evaluation(self.span(node), self.source(node)[2:-2].strip())
        if kind == "subshell" or (kind == "compound_statement" and node.children[0].type == "{"):
            return syntax.Group(self.span(node), tuple(self.statements(node, depth)), kind == "subshell")
        if kind == "function_definition":
            named = self.named(node)
            return syntax.Function(self.span(node), self.source(named[0]), self.command(named[1], depth + 1))
        if kind in ("declaration_command", "unset_command"):
            return self.declaration(node, depth)
        if kind == "test_command" and node.children[0].type == "[":
            return self.test(node, depth)
        if kind == "test_command" and node.children[0].type == "[[":
            words = self.test(node, depth)
            if isinstance(words, syntax.SimpleCommand):
                return syntax.Test(self.span(node), words.words[1:-1])
        if kind in ("compound_statement", "test_command") and node.children[0].type == "((":
            start, end = self.offset(node.children[0].end_byte), self.offset(node.children[-1].start_byte)
            return syntax.Evaluation(self.span(node), self.text[start:end].strip())
        construct = _CONSTRUCTS.get(kind)
        found = construct(self, node, depth + 1) if construct is not None else None
        return self.compound(node, depth) if found is None else found

    # constructs

    def between_words(self, first: Tree, last: Tree, children: list[Tree], depth: int) -> syntax.Body:
        """The list between two reserved words."""
        span = Span(self.offset(first.end_byte), self.offset(last.start_byte))
        return syntax.Body(span, tuple(self.listed(children, depth)))

    def if_clauses(self, node: Tree, depth: int) -> syntax.If | None:
        """`if` with its `elif`s and its `else`; None where the grammar gives another shape."""
        clauses: list[syntax.Clause] = []
        otherwise: syntax.Body | None = None
        ends = [child for child in node.children if child.type in ("elif_clause", "else_clause", "fi")]
        for number, part in enumerate([node, *ends[:-1]]):
            following = ends[number]
            inner = [child for child in part.children if child not in ends]
            if part.type == "else_clause":
                otherwise = self.between_words(inner[0], following, inner[1:], depth)
                continue
            middle = next((index for index, child in enumerate(inner) if child.type == "then"), None)
            if middle is None:
                return None
            test = self.between_words(inner[0], inner[middle], inner[1:middle], depth)
            body = self.between_words(inner[middle], following, inner[middle + 1 :], depth)
            clauses.append(syntax.Clause(Span(self.offset(inner[0].start_byte), body.span.end), test, body))
        return syntax.If(self.span(node), tuple(clauses), otherwise)

    def do_group(self, node: Tree, depth: int) -> syntax.Body | None:
        """The body of a loop."""
        # the test of `while ((...))` is a compound statement too
        kinds = ("do_group", "compound_statement")
        group = next((child for kind in kinds for child in node.children if child.type == kind), None)
        if group is None or len(group.children) < 2:
            return None
        return self.between_words(group.children[0], group.children[-1], group.children[1:-1], depth)

    def for_loop(self, node: Tree, depth: int) -> syntax.For | None:
        """`for` and `select` over words."""
        name = next((child for child in node.children if child.type == "variable_name"), None)
        body = self.do_group(node, depth)
        if name is None or body is None:
            return None
        words: list[syntax.Word] | None = None
        for child in node.children:
            if child.type == "in":
                words = []
            elif child.type in ("do_group", "compound_statement"):
                break
            elif child.type == "comment":
                self.comments.append(syntax.Comment(self.span(child)))
            elif child.is_named and words is not None:
                self.add_word(words, child, depth)
        given = None if words is None else tuple(words)
        return syntax.For(self.span(node), self.source(name), given, body, node.children[0].type == "select")

    def counted_loop(self, node: Tree, depth: int) -> syntax.CountedFor | None:
        """`for ((;;))`."""
        body = self.do_group(node, depth)
        marks = {child.type: child for child in node.children if child.type in ("((", "))")}
        if body is None or len(marks) != 2:
            return None
        head = self.text[self.offset(marks["(("].end_byte) : self.offset(marks["))"].start_byte)].split(";")
        if len(head) != 3:
            return None
        first, test, following = (part.strip() for part in head)
        return syntax.CountedFor(self.span(node), first, test, following, body)

    def while_loop(self, node: Tree, depth: int) -> syntax.While | None:
        """`while` and `until`."""
        place = next((index for index, child in enumerate(node.children) if child.type == "do_group"), None)
        body = self.do_group(node, depth)
        if place is None or body is None:
            return None
        test = self.between_words(node.children[0], node.children[place], node.children[1:place], depth)
        return syntax.While(self.span(node), test, body, node.children[0].type == "until")

    def case_arms(self, node: Tree, depth: int) -> syntax.Case | None:
        """`case` with its arms."""
        subjects: list[syntax.Word] = []
        arms: list[syntax.Arm] = []
        for child in node.children[1:]:
            if child.type == "in":
                break
            self.add_word(subjects, child, depth)
        for child in node.children:
            if child.type == "comment":
                self.comments.append(syntax.Comment(self.span(child)))
            if child.type != "case_item":
                continue
            patterns: list[syntax.Word] = []
            close = next((index for index, part in enumerate(child.children) if part.type == ")"), None)
            if close is None:
                return None
            for part in child.children[:close]:
                if part.type == "comment":
                    return None
                if part.type not in ("(", "|"):
                    self.add_word(patterns, part, depth)
            last = child.children[-1]
            ended = last.type in (";;", ";&", ";;&")
            inner = child.children[close + 1 : -1 if ended else None]
            start = self.offset(child.children[close].end_byte)
            end = self.offset(last.start_byte if ended else child.end_byte)
            body = syntax.Body(Span(start, end), tuple(self.listed(inner, depth)))
            arms.append(syntax.Arm(self.span(child), tuple(patterns), body, last.type if ended else ""))
        if len(subjects) != 1 or any(not arm.patterns for arm in arms):
            return None
        return syntax.Case(self.span(node), subjects[0], tuple(arms))

    def read_file(self, node: Tree, depth: int) -> syntax.SimpleCommand:
        """`$(< file)` is what `cat file` prints; any other redirection alone is a command without words."""
        extra: list[syntax.Word] = []
        redirects = tuple(self.redirect(node, depth, extra))
        first = redirects[0]
        if len(redirects) == 1 and first.operator == "<" and first.target is not None and first.descriptor is None:
            sign = Span(first.span.start, first.span.start + 1)
            cat = syntax.Word(sign, (syntax.Text(sign, "cat", False),))
            return syntax.SimpleCommand(self.span(node), (), (cat, first.target), ())
        return syntax.SimpleCommand(self.span(node), (), tuple(extra), redirects)

    def separated(self, command: syntax.SimpleCommand) -> tuple[syntax.SimpleCommand | None, syntax.SimpleCommand]:
        """`A=1 B=2`, a line end, `cmd`: the grammar makes one command of it, the shell two."""
        if not command.assignments or not command.words:
            return None, command
        end = command.assignments[-1].span.end
        start = command.words[0].span.start
        if "\n" not in self.text[end:start].replace("\\\n", ""):
            return None, command
        first = syntax.SimpleCommand(Span(command.span.start, end), command.assignments, (), ())
        return first, syntax.SimpleCommand(Span(start, command.span.end), (), command.words, command.redirects)

    def named(self, node: Tree) -> list[Tree]:
        """The named children without comments, which are noted."""
        children = []
        for child in node.named_children:
            if child.type == "comment":
                self.comments.append(syntax.Comment(self.span(child)))
            else:
                children.append(child)
        return children

    def and_or(self, node: Tree, depth: int) -> syntax.Command:
        named = self.named(node)
        if len(named) != 2:
            return self.compound(node, depth)
        operator = next(child.type for child in node.children if child.type in ("&&", "||"))
        left = self.command(named[0], depth + 1)
        if isinstance(left, syntax.SimpleCommand) and self.separated(left)[0] is not None:
            self.problems.append(syntax.Problem(left.span, "the shell grammar reads two commands as one here"))
        right = self.command(named[1], depth + 1)
        return syntax.AndOr(self.span(node), left, "&&" if operator == "&&" else "||", right)

    def simple(self, node: Tree, depth: int) -> syntax.SimpleCommand:
        assignments: list[syntax.Assignment] = []
        redirects: list[syntax.Redirect] = []
        words: list[syntax.Word] = []
        for child in node.children:
            kind = child.type
            if kind == "variable_assignment":
                assignments.append(self.assignment(child, depth))
            elif kind in ("file_redirect", "heredoc_redirect", "herestring_redirect"):
                redirects.extend(self.redirect(child, depth, words))
            elif kind == "comment":
                self.comments.append(syntax.Comment(self.span(child)))
            elif kind == "command_name":
                self.add_word(words, child.children[0] if child.child_count else child, depth)
            else:
                self.add_word(words, child, depth)
        if assignments and words and assignments[-1].span.end == words[0].span.start:
            # the grammar cut the value in two
            cut, rest = assignments.pop(), words.pop(0)
            for start in (cut.value.span.start, rest.span.start):
                self.unread.pop(start, None)
            span = Span(cut.span.start, rest.span.end)
            value = self.assigned(cut.value.span.start, rest.span.end, depth)
            assignments.append(syntax.Assignment(span, cut.name, value, cut.append, cut.index))
        self.check_gaps(node, [*assignments, *words, *redirects])
        if words and self.text[words[0].span.start : words[0].span.end] in ("{", "}"):
            self.problems.append(syntax.Problem(words[0].span, "the shell grammar reads this brace as a command"))
        return syntax.SimpleCommand(self.span(node), tuple(assignments), tuple(words), tuple(redirects))

    def check_gaps(self, node: Tree, parts: list[syntax.Node]) -> None:
        """Every character of a command belongs to one of its parts; the grammar loses some after odd quoting."""
        position = self.offset(node.start_byte)
        for part in sorted(parts, key=_start):
            gap = self.text[position : part.span.start]
            if gap in ("", " "):
                position = max(position, part.span.end)
                continue
            gap = gap.replace("\\\r\n", "").replace("\\\n", "")
            if gap.strip() and not gap.lstrip().startswith("#"):
                self.problems.append(
                    syntax.Problem(Span(position, part.span.start), "the shell grammar loses a part of this")
                )
            position = max(position, part.span.end)

    def declaration(self, node: Tree, depth: int) -> syntax.SimpleCommand:
        """`export A=b C`: the assignments stand among the words, as the shell sees them."""
        words: list[syntax.Word] = []
        for child in node.children:
            if child.type == "variable_assignment":
                assignment = self.assignment(child, depth)
                head_end = assignment.value.span.start
                head = Span(assignment.span.start, head_end)
                text = syntax.Text(head, self.text[head.start : head.end], True)
                words.append(syntax.Word(assignment.span, (text, *assignment.value.parts)))
            elif child.type == "comment":
                self.comments.append(syntax.Comment(self.span(child)))
            else:
                self.add_word(words, child, depth)
        return syntax.SimpleCommand(self.span(node), (), tuple(words), ())

    def test(self, node: Tree, depth: int) -> syntax.SimpleCommand | syntax.Compound:
        """`[ ... ]` is a command whose words are separated by blanks; the grammar gives it a structure of its own."""
        words: list[syntax.Word] = []
        stack = list(reversed(node.children))
        structure = ("unary_expression", "binary_expression", "negation_expression", "parenthesized_expression")
        while stack:
            child = stack.pop()
            if child.type in structure:
                stack.extend(reversed(child.children))
            elif child.type == "redirected_statement":
                return self.compound(node, depth)
            else:
                self.add_word(words, child, depth)
        return syntax.SimpleCommand(self.span(node), (), tuple(words), ())

    def redirected(self, node: Tree, depth: int) -> syntax.Command:
        redirects: list[syntax.Redirect] = []
        extra: list[syntax.Word] = []
        body: syntax.Command | None = None
        piped: Tree | None = None
        for child in node.children:
            if child.type in ("file_redirect", "heredoc_redirect", "herestring_redirect"):
                if isinstance(body, syntax.SimpleCommand):
                    self.recover_dash(body, child, extra, redirects)
                redirects.extend(self.redirect(child, depth, extra))
                if child.type == "heredoc_redirect":
                    behind = [inner for inner in child.children if inner.type in _BEHIND_HEREDOC]
                    if len(behind) == 1 and behind[0].type == "pipeline" and len(self.named(behind[0])) > 0:
                        piped = behind[0]
                    elif behind:
                        return self.compound(node, depth)
            elif child.type == "comment":
                self.comments.append(syntax.Comment(self.span(child)))
            elif child.is_named:
                body = self.command(child, depth + 1)
        span = self.span(node)
        if isinstance(body, syntax.SimpleCommand):
            words = (*body.words, *extra)
            if piped is not None:
                left = Span(span.start, self.offset(piped.start_byte))
                first = syntax.SimpleCommand(left, body.assignments, words, (*body.redirects, *redirects))
                commands = [self.command(child, depth + 1) for child in self.named(piped)]
                if any(isinstance(command, (syntax.AndOr, syntax.Compound)) for command in commands):
                    return self.compound(node, depth)
                return syntax.Pipeline(span, (first, *commands))
            return syntax.SimpleCommand(span, body.assignments, words, (*body.redirects, *redirects))
        if piped is not None:
            return self.compound(node, depth)
        if extra:
            self.problems.append(syntax.Problem(extra[0].span, "a word behind a redirection belongs to no command"))
        if isinstance(body, syntax.Group):
            return syntax.Group(span, body.body, body.subshell, (*body.redirects, *redirects))
        if body is None:
            return syntax.SimpleCommand(span, (), (), tuple(redirects))
        if isinstance(body, (syntax.AndOr, syntax.Pipeline, syntax.Negated)):
            return self.redirect_last(body, span, tuple(redirects))
        if isinstance(body, _WITH_REDIRECTIONS):
            return syntax.Redirected(span, body, tuple(redirects))
        return self.compound(node, depth)

    def recover_dash(
        self, body: syntax.SimpleCommand, node: Tree, extra: list[syntax.Word], redirects: list[syntax.Redirect]
    ) -> None:
        """The grammar loses a `-` between the last word of a command and a here-document."""
        ends = [body.span.end, *(word.span.end for word in extra), *(redirect.span.end for redirect in redirects)]
        start = max(end for end in ends if end <= self.offset(node.start_byte)) if ends else body.span.end
        gap = self.text[start : self.offset(node.start_byte)]
        text = gap.replace("\\\r\n", "").replace("\\\n", "").strip()
        if text == "-":
            place = start + gap.index("-")
            span = Span(place, place + 1)
            extra.append(syntax.Word(span, (syntax.Text(span, "-", False),)))
        elif text:
            self.problems.append(
                syntax.Problem(Span(start, start + len(gap)), "the shell grammar loses a part of this")
            )

    def redirect_last(self, body: syntax.Command, span: Span, redirects: tuple[syntax.Redirect, ...]) -> syntax.Command:
        """The grammar hangs `a && b > f` on the list; the shell redirects the last command only."""
        if isinstance(body, syntax.AndOr):
            right = self.redirect_last(body.right, Span(body.right.span.start, span.end), redirects)
            return syntax.AndOr(span, body.left, body.operator, right)
        if isinstance(body, syntax.Pipeline):
            last = body.commands[-1]
            commands = (*body.commands[:-1], self.redirect_last(last, Span(last.span.start, span.end), redirects))
            return syntax.Pipeline(span, commands)
        if isinstance(body, syntax.Negated):
            command = body.command
            return syntax.Negated(span, self.redirect_last(command, Span(command.span.start, span.end), redirects))
        if isinstance(body, syntax.SimpleCommand):
            return syntax.SimpleCommand(span, body.assignments, body.words, (*body.redirects, *redirects))
        if isinstance(body, syntax.Group):
            return syntax.Group(span, body.body, body.subshell, (*body.redirects, *redirects))
        if isinstance(body, _WITH_REDIRECTIONS):
            return syntax.Redirected(span, body, redirects)
        return body

    def redirect(self, node: Tree, depth: int, extra: list[syntax.Word]) -> Iterator[syntax.Redirect]:
        """The redirections of a node; the grammar takes words behind the target along, which go to `extra`."""
        descriptor: int | None = None
        operator = ""
        targets: list[syntax.Word] = []
        for child in node.children:
            if child.type == "file_descriptor":
                text = self.source(child)
                descriptor = int(text) if text.isdigit() else None
            elif child.type in ("file_redirect", "herestring_redirect"):
                yield from self.redirect(child, depth, extra)
            elif not child.is_named:
                operator = operator or child.type
            elif node.type != "heredoc_redirect":
                self.add_word(targets, child, depth)
        extra.extend(targets[1:])
        end = targets[0].span.end if targets and len(targets) > 1 else self.offset(node.end_byte)
        span = Span(self.offset(node.start_byte), end)
        body = self.heredoc(node, depth) if node.type == "heredoc_redirect" else None
        yield syntax.Redirect(span, operator, descriptor, targets[0] if targets else None, body)

    def heredoc(self, node: Tree, depth: int) -> syntax.Word | None:
        """The lines of a here-document as a word; None where the grammar does not find them."""
        parts = {child.type: child for child in node.children}
        if not {"heredoc_start", "heredoc_body", "heredoc_end"} <= set(parts):
            return None
        start = self.text.rfind("\n", 0, self.offset(parts["heredoc_body"].start_byte)) + 1
        end = self.text.rfind("\n", 0, self.offset(parts["heredoc_end"].start_byte)) + 1
        span = Span(start, max(start, end))
        dedent = node.children[0].type == "<<-" or any(child.type == "<<-" for child in node.children)
        if any(character in self.source(parts["heredoc_start"]) for character in "'\"\\"):
            text = self.text[span.start : span.end]
            return syntax.Word(span, (syntax.Text(span, _dedented(text, True) if dedent else text, True),))
        self.register(parts["heredoc_body"])
        word = self.read_word(span.start, span.end, depth, "here")
        if self.unread.pop(span.start, None) is not None:
            return None
        if not dedent:
            return word
        return syntax.Word(span, tuple(self.dedented(part) for part in word.parts))

    def dedented(self, part: syntax.Part) -> syntax.Part:
        """A part of a here-document behind `<<-`."""
        if not isinstance(part, syntax.Text):
            return part
        start = part.span.start
        return syntax.Text(part.span, _dedented(part.text, self.text[start - 1 : start] in ("", "\n")), True)

    def compound(self, node: Tree, depth: int) -> syntax.Compound:
        """A construct that is not followed: the commands inside and the variables it may set."""
        commands: list[syntax.Command] = []
        assigned: list[str] = []
        words: list[syntax.Word] = []
        stack = [node]
        leaves = ("command", "redirected_statement", "declaration_command", "unset_command", "function_definition")
        while stack:
            current = stack.pop()
            if current.type in ("for_statement", "case_statement", "select_statement"):
                heads = [c for c in current.named_children if c.type not in _BODIES]
                for head in heads:
                    self.add_word(words, head, depth + 1)
            for child in current.children:
                if child.type == "comment":
                    self.comments.append(syntax.Comment(self.span(child)))
                elif child.type in leaves or child.type in ("variable_assignment", "test_command"):
                    commands.append(self.command(child, depth + 1))
                elif child.type == "variable_name" and current.type not in ("simple_expansion", "expansion"):
                    assigned.append(self.source(child))
                else:
                    stack.append(child)
        commands.sort(key=lambda command: command.span)
        keyword = next((child.type for child in node.children if not child.is_named), node.type)
        return syntax.Compound(self.span(node), keyword, tuple(commands), tuple(assigned), tuple(words))

    # words

    def assignment(self, node: Tree, depth: int) -> syntax.Assignment:
        self.register(node)
        sign = next((child for child in node.children if child.type in ("=", "+=")), None)
        span = self.span(node)
        if sign is None:
            self.problems.append(syntax.Problem(span, "the shell grammar cannot read this assignment"))
            return syntax.Assignment(span, self.source(node), syntax.Word(Span(span.end, span.end), ()), False)
        target = Span(span.start, self.offset(sign.start_byte))
        name, bracket, _ = self.text[target.start : target.end].partition("[")
        index = None
        if bracket:
            index = self.read_word(target.start + len(name) + 1, target.end - 1, depth, "pattern")
        value = self.assigned(self.offset(sign.end_byte), span.end, depth)
        return syntax.Assignment(span, name, value, sign.type == "+=", index)

    def assigned(self, start: int, end: int, depth: int) -> syntax.Word:
        """The value behind `name=`, which for an array is one part."""
        if not self.text.startswith("(", start):
            return self.read_word(start, end, depth)
        span = Span(start, end)
        expression = self.text[start:end]
        self.depth = depth
        try:
            part: syntax.Part = syntax.Array(span, self.words.array(start + 1, end - 1), expression)
        except Unreadable as error:
            self.unread[start] = syntax.Problem(Span(error.offset, end), "the shell grammar cannot read this array")
            part = syntax.Opaque(span, expression, False)
        return syntax.Word(span, (part,))

    def add_word(self, words: list[syntax.Word], node: Tree, depth: int) -> None:
        """Appends the node's word; the grammar sometimes splits a word, so parts that touch are joined."""
        span = self.span(node)
        start = span.start
        touches = bool(words) and words[-1].span.end == start and start < span.end
        if not touches and depth <= MAX_DEPTH and _PLAIN_WORD.fullmatch(self.text, start, span.end):
            words.append(syntax.Word(span, (syntax.Text(span, self.text[start : span.end], False),)))
            return
        if node.child_count:
            self.register(node)
        if touches:
            start = words.pop().span.start
            self.unread.pop(start, None)
        word = self.read_word(start, span.end, depth)
        blanks = [
            part.span.start + at
            for part in word.parts
            if isinstance(part, syntax.Text) and not part.quoted
            if not _BLANKS.isdisjoint(part.text)
            for at, character in enumerate(part.text)
            if character in _BLANKS
        ]
        if not blanks:
            words.append(word)
            return
        if node.type != "regex":
            self.unread[start] = syntax.Problem(
                Span(start, span.end), "the shell grammar reads several words as one here"
            )
        # behind `==` and `=~` the grammar takes several words for one regular expression
        for low, high in pairwise([start - 1, *blanks, span.end]):
            if high > low + 1:
                words.append(self.read_word(low + 1, high, depth))

    def register(self, node: Tree) -> None:
        """Remembers where the substitutions of a word are, for the word reader to ask for."""
        start, end = self.offset(node.start_byte), self.offset(node.end_byte)
        if self.text.find("(", start, end) == -1 and self.text.find("`", start, end) == -1:
            return
        stack = [node]
        while stack:
            current = stack.pop()
            if current.type in ("command_substitution", "process_substitution"):
                start = self.offset(current.start_byte)
                while self.text[start] not in "$`<>":
                    # the grammar's `$` may take blanks before it along
                    start += 1
                self.substitutions[start] = current
            elif current.child_count:
                stack.extend(current.children)

    def read_word(self, start: int, end: int, depth: int, mode: Mode = "word") -> syntax.Word:
        """The word in that stretch; what cannot be read is noted under its start."""
        if depth > MAX_DEPTH:
            self.problems.append(syntax.Problem(Span(start, end), "the script is nested too deeply"))
            return syntax.Word(Span(start, end), ())
        outer, self.depth = self.depth, depth
        try:
            return self.words.word(start, end, mode)
        except Unreadable as error:
            place = Span(min(error.offset, end), end)
            self.unread[start] = syntax.Problem(place, "the shell grammar cannot read this word")
            return syntax.Word(Span(start, end), (syntax.Opaque(Span(start, end), self.text[start:end], False),))
        finally:
            self.depth = outer

    def nested(self, start: int, quoted: bool) -> tuple[syntax.Part, int] | None:
        """The substitution at this offset, and where it ends."""
        node = self.substitutions.get(start)
        if node is None:
            return self.read_again(start, quoted)
        span = Span(start, self.offset(node.end_byte))
        expression = self.text[span.start : span.end]
        if expression.startswith("`") and re.search(r"\\[$`\\]" + ('|\\\\"' if quoted else ""), expression):
            plain = _without_escapes(expression) if quoted else None
            text = None if plain is None else self.text[: span.start] + plain + self.text[span.end :]
            found = None if text is None else self.read_inner(text, span.start + 1, span.end - 1, span, quoted)
            return found or (syntax.Opaque(span, expression, quoted), span.end)
        body = tuple(self.statements(node, self.depth + 1))
        process = expression[0] if expression[0] in "<>" else ""
        return syntax.Substitution(span, body, expression, quoted, process), span.end

    def read_again(self, start: int, quoted: bool) -> tuple[syntax.Part, int] | None:
        """A substitution that the grammar took for something else: its text is read by itself."""
        text = self.text
        if self.depth > MAX_DEPTH:
            return None
        if text[start] == "`":
            match = re.compile(_BACKQUOTED).match(text, start)
            ends = [match.end() - 1] if match is not None else []
            inner = start + 1
        else:
            inner = start + 2
            ends = [match.start() for match in islice(re.compile(r"\)").finditer(text, inner), MAX_ENDS_TRIED)]
        for end in ends:
            found = self.read_inner(text, inner, end, Span(start, end + 1), quoted)
            if found is not None:
                return found
        return None

    def read_inner(
        self, text: str, start: int, end: int, span: Span, quoted: bool
    ) -> tuple[syntax.Substitution, int] | None:
        """The substitution at that span, whose commands are the stretch of this text; None where they cannot be read."""
        data = text[start:end].translate(_READABLE).encode("utf-8", "surrogatepass")
        root = _bash().parse(masked(data)).root_node
        if root.has_error:
            return None
        reader = _Reader(text, data, start)
        reader.depth = self.depth + 1
        body = tuple(reader.statements(root, self.depth + 1))
        self.comments += reader.comments
        self.problems += reader.sorted_problems()
        expression = self.text[span.start : span.end]
        process = expression[0] if expression[0] in "<>" else ""
        return syntax.Substitution(span, body, expression, quoted, process), span.end

    def sorted_problems(self) -> tuple[syntax.Problem, ...]:
        """What could not be read, in the order of the script."""
        return tuple(sorted((*self.problems, *self.unread.values()), key=lambda problem: problem.span))


def _start(node: syntax.Node) -> int:
    return node.span.start


_PLAIN_WORD = re.compile(r"[^\\'\"$`<>\s]+")
"""A word of which every character means itself."""

_BLANKS = frozenset(" \t\n")


def _without_escapes(expression: str) -> str | None:
    """Backquotes inside double quotes whose `\\"` are quotes of whole words; None where that is not all they escape.

    A shell reads `\\"` as `"` there. Each keeps its two characters, the other of them outside of the word.
    """
    plain = re.sub(r'(?<=[\s`])\\"([^"\\`]*)\\"(?=[\s`])', r' "\1" ', expression)
    return None if "\\" in plain else plain


def _dedented(text: str, at_line_start: bool) -> str:
    """The text without the tabs at the start of its lines, as `<<-` reads it."""
    lines = text.split("\n")
    first = lines[0].lstrip("\t") if at_line_start else lines[0]
    return "\n".join([first, *(line.lstrip("\t") for line in lines[1:])])


_WITH_REDIRECTIONS = (
    syntax.If,
    syntax.For,
    syntax.CountedFor,
    syntax.While,
    syntax.Case,
    syntax.Test,
    syntax.Evaluation,
    syntax.Compound,
)

_CONSTRUCTS: dict[str, Callable[[_Reader, Tree, int], syntax.Command | None]] = {
    "if_statement": _Reader.if_clauses,
    "for_statement": _Reader.for_loop,
    "c_style_for_statement": _Reader.counted_loop,
    "while_statement": _Reader.while_loop,
    "case_statement": _Reader.case_arms,
}
"""How each construct is read; what has another shape than expected becomes a `Compound`."""


def _is_arithmetic(text: str) -> bool:
    """Whether what the grammar takes for a subshell in a subshell is `((...))`: the second one ends where the first does."""
    if not text.startswith("((") or not text.endswith("))"):
        return False
    depth = 0
    for position, character in enumerate(text[1:], 1):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return position == len(text) - 2
    return False
