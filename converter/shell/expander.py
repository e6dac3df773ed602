"""Words of a script as values: every expansion of the shell, under the state at that moment.

POSIX shell command language, 2.6 Word Expansions; bash's manual, 3.5, for what only bash has. A value that
reading cannot tell is a token; the token's key holds all that the value depends on, so that the same expression under
unchanged inputs is the same token.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from converter.diagnostics import refuse
from converter.lazy import lazily
from converter.machine.derived import DerivedSource
from converter.machine.events import Announced, Assigned, RanCommand, Site, Skipped
from converter.machine.state import State, Variable
from converter.machine.value import EMPTY, ROOT_TOKEN, Piece, Reference, Value, is_known, join
from converter.shell import expansion, syntax
from converter.shell.commands.effects import STABLE
from converter.shell.expansion import Field, Segment, Segments, joined
from converter.source import Source, Span

if TYPE_CHECKING:
    from converter.shell import braces, dependence, operations
    from converter.shell.interpreter import Interpreter
else:
    braces = lazily("converter.shell.braces")
    dependence = lazily("converter.shell.dependence")
    operations = lazily("converter.shell.operations")

CHANGING = frozenset(("!", "RANDOM", "SECONDS", "_", "-", "LINENO", "EPOCHSECONDS", "EPOCHREALTIME", "SRANDOM"))
"""Parameters that may be another value at every look."""

Found = tuple["Variable | None", str]
"""A variable, and the name that it was found under."""


_SIGNS = frozenset("*?[{~")
"""Unquoted characters that may stand for others."""

MAX_TEXT = 200_000
"""A longer value is none that a build script means."""


class Read(Struct, frozen=True):
    """A use of a variable at `span`, in the command at `site`; `binding` is the assignment that it sees."""

    name: str
    binding: int
    source: Source
    span: Span
    site: Site | None


class Expander:
    """Expands words for an interpreter, which runs the commands of their substitutions."""

    def __init__(self, machine: Interpreter) -> None:
        self.machine = machine

    # whole words

    def expand_word(self, word: syntax.Word, state: State, source: Source) -> tuple[State, list[Field]]:
        """The fields that a word becomes: none, one or many."""
        plain = self.plain_field(word, source)
        if plain is not None:
            return state, [plain]
        fields: list[Field] = []
        words = self.braced(word, source)
        if len(words) > 1 and self.machine.dialect == "sh":
            before = state.variables
            state, _ = self.word(word, state, source)
            # where braces are expanded, what a word sets is set once for each
            state = self.machine.forget([n for n, v in state.variables.items() if before.get(n) != v], state)
            value = self.unknown(source.slice(word.span), word.span, source, "only some shells expand braces", False)
            return state, [Field(value, word.span, splits=True)]
        for one in words:
            state, segments = self.word(one, state, source)
            separators = self.separators(state)
            if separators != expansion.BLANKS and self.machine.dialect != "bash":
                split = [segment for segment in segments if segment is not None and segment.split]
                if len(split) > 1 and separators.strip(expansion.BLANKS):
                    # dash ends a field anew where two expansions meet
                    value = self.unknown(source.slice(word.span), word.span, source, "shells differ in it", False)
                    segments = [Segment(value, False, True)]
            if sum(len(segment.value.flat) for segment in segments if segment is not None) > MAX_TEXT:
                raise refuse("STG305", f"a value is longer than {MAX_TEXT:,} characters", source, word.span)
            found = expansion.split_fields(segments, word.span, separators, self.machine.run.unknowns)
            for field in found:
                fields += self.matching(field, state) if field.pattern else [field]
        return state, fields

    def plain_field(self, word: syntax.Word, source: Source) -> Field | None:
        """The field that a word of plain characters becomes whatever the state is; None for any other word."""
        parts = word.parts
        if len(parts) != 1 or not isinstance(parts[0], syntax.Text):
            return None
        text = parts[0].text
        if not parts[0].quoted and not _SIGNS.isdisjoint(text):
            return None
        return Field(self.literal(text, parts[0].span, source), word.span)

    def matching(self, field: Field, state: State) -> list[Field]:
        """The names that a field with a pattern stands for."""
        from converter.shell import globbing

        return globbing.expand(field, state, self.machine.run.events)

    def braced(self, word: syntax.Word, source: Source) -> list[syntax.Word]:
        """Brace expansion, where the dialect has it."""
        if self.machine.dialect == "dash":
            return [word]
        try:
            return braces.expand(word)
        except braces.TooMany:
            raise refuse(
                "STG305", f"the braces stand for more than {braces.MAX_WORDS:,} words", source, word.span
            ) from None

    def word(self, word: syntax.Word, state: State, source: Source) -> tuple[State, Segments]:
        """The segments of a word, tilde expanded."""
        segments: Segments = []
        parts = word.parts
        first = parts[0] if parts else None
        if isinstance(first, syntax.Text) and not first.quoted and first.text.startswith("~"):
            user, slash, rest = first.text.partition("/")
            if slash or len(parts) == 1:
                segments.append(Segment(self.home(user, first.span, state, source), True, False))
                segments.append(Segment(self.literal(slash + rest, first.span, source), False, False))
                parts = parts[1:]
        state, more = self.parts(parts, state, source, False)
        lists = [part for part in parts if isinstance(part, syntax.Parameter) and part.name in ("@", "*")]
        if len(lists) > 1 and not all(part.quoted for part in lists):
            # shells are at odds about the empty elements where two lists meet
            value = self.unknown(source.slice(word.span), word.span, source, "shells differ in it", False)
            return state, [Segment(value, False, True)]
        return state, segments + more

    def one_value(self, word: syntax.Word, state: State, source: Source) -> tuple[State, Value]:
        """A word without field splitting and pathname expansion, as in an assignment."""
        state, segments = self.word(word, state, source)
        return state, self.joined(segments, word.span, state, source)

    def joined(self, segments: Segments, span: Span, state: State, source: Source) -> Value:
        """Segments as one value; several parameters stand with a blank between them, in dash with the first of IFS."""
        if sum(len(segment.value.flat) for segment in segments if segment is not None) > MAX_TEXT:
            raise refuse("STG305", f"a value is longer than {MAX_TEXT:,} characters", source, span)
        if None not in segments:
            return joined(segments)
        separators = self.separators(state)
        if separators[:1] == " " or self.machine.dialect == "bash":
            return joined(segments)
        if self.machine.dialect == "dash":
            return joined(segments, separators[:1])
        return self.unknown(source.slice(span), span, source, "shells that are called `sh` differ in it")

    def literal(self, text: str, span: Span, source: Source) -> Value:
        """The characters of a command; in a text that was made from another one they may come out of an expansion."""
        return source.value(text, span) if isinstance(source, DerivedSource) else Value.literal(text)

    def home(self, user: str, span: Span, state: State, source: Source) -> Value:
        """`~` and `~user`."""
        variable = state.variables.get("HOME") if user == "~" else None
        if variable is not None and variable.is_set:
            return Value((Piece(variable.value.flat, Reference(user, None, False, source, span)),))
        if user == "~+":
            return absolute(state.folder)
        token = self.machine.run.unknowns.token(("home", user), user, "the home folder is the machine's own")
        return Value((Piece(token, Reference(user, None, False, source, span)),))

    def separators(self, state: State) -> str:
        """The value of IFS; the default where it is not known, as it is not inherited."""
        found = state.variables.get("IFS")
        if found is None or found.is_set is False or not found.value.known:
            return expansion.BLANKS
        return found.value.flat

    def assigned_value(self, assignment: syntax.Assignment, state: State, source: Source) -> tuple[State, Value, bool]:
        """The value of a plain assignment; the flag tells whether computing it changed nothing."""
        before = self.machine.number()
        state, value = self.assignment_value(assignment.value, state, source)
        if assignment.append:
            old, _ = self.variable(assignment.name, state)
            value = join((old.value if old else self.outside(assignment.name), value))
            if len(value.flat) > MAX_TEXT:
                raise refuse("STG305", f"a value is longer than {MAX_TEXT:,} characters", source, assignment.span)
        return state, value, self.machine.number() == before

    def assignment_value(self, word: syntax.Word, state: State, source: Source) -> tuple[State, Value]:
        """The value behind `name=`: a tilde is expanded at its start and behind each unquoted colon."""
        segments: Segments = []
        for index, part in enumerate(word.parts):
            plain = isinstance(part, syntax.Text) and not part.quoted
            if plain and (":~" in part.text or (index == 0 and part.text.startswith("~"))):  # type: ignore[union-attr]
                assert isinstance(part, syntax.Text)
                last = index == len(word.parts) - 1
                for at, piece in enumerate(part.text.split(":")):
                    if at:
                        segments.append(Segment(Value.literal(":"), False, False))
                    user, slash, rest = piece.partition("/")
                    ends = slash or last or at < part.text.count(":")
                    if piece.startswith("~") and (at or index == 0) and ends:
                        segments.append(Segment(self.home(user, part.span, state, source), True, False))
                        piece = slash + rest
                    segments.append(Segment(self.literal(piece, part.span, source), False, False))
            else:
                state, more = self.parts((part,), state, source, False)
                segments += more
        return state, self.joined(segments, word.span, state, source)

    def array_items(
        self, array: syntax.Array, state: State, source: Source
    ) -> tuple[State, tuple[tuple[Value | None, Value], ...] | None]:
        """The elements of `(a b [5]=c)` with their subscripts as text; None where their number is not known."""
        items: list[tuple[Value | None, Value]] = []
        certain = True
        for element in array.elements:
            if element.index is not None:
                state, key = self.one_value(element.index, state, source)
                state, value = self.assignment_value(element.value, state, source)
                items.append((key, value))
                continue
            state, fields = self.expand_word(element.value, state, source)
            items += [(None, field.value) for field in fields]
            certain = certain and not any(field.splits or field.pattern for field in fields)
        return state, tuple(items) if certain else None

    # parts

    def parts(
        self, parts: tuple[syntax.Part, ...], state: State, source: Source, operand: bool
    ) -> tuple[State, Segments]:
        """The segments of parts; inside an `operand` of an unquoted expansion, plain characters are split as well."""
        segments: Segments = []
        for part in parts:
            if isinstance(part, syntax.Text):
                text = self.literal(part.text, part.span, source)
                segments.append(Segment(text, part.quoted, operand and not part.quoted))
                continue
            state, more = self.part(part, state, source, operand)
            segments += more
        return state, segments

    def part(self, part: syntax.Part, state: State, source: Source, operand: bool = False) -> tuple[State, Segments]:
        """The segments of one part."""
        if isinstance(part, syntax.Text):
            text = self.literal(part.text, part.span, source)
            return state, [Segment(text, part.quoted, operand and not part.quoted)]
        if isinstance(part, syntax.Parameter):
            return operations.parameter(self, part, state, source)
        if isinstance(part, syntax.Substitution):
            if part.process:
                state, value = self.process(part, state, source)
                return state, [Segment(value, True, False)]
            state, value = self.substitution(part, state, source)
            return state, [Segment(value, part.quoted, not part.quoted)]
        if isinstance(part, syntax.Arithmetic):
            state, value = self.arithmetic(part, state, source)
            return state, [Segment(value, part.quoted, not part.quoted)]
        if isinstance(part, syntax.Dialectal):
            return self.dialectal(part, state, source)
        if isinstance(part, syntax.Array):
            return state, [Segment(self.unknown(part.expression, part.span, source, "an array"), True, False)]
        if part.expression.startswith("`") and any(word in part.expression for word in ("docker", "podman", "buildah")):
            raise refuse(
                "STG302",
                "backquotes inside backquotes are not followed",
                source,
                part.span,
                "write `$(...)` in place of the outer backquotes",
            )
        value = self.unknown(part.expression, part.span, source, "this expansion is not followed", part.quoted)
        return state, [Segment(value, part.quoted, not part.quoted)]

    def dialectal(self, part: syntax.Dialectal, state: State, source: Source) -> tuple[State, Segments]:
        """`$'...'` and `$"..."`, which dash takes for a dollar and a string."""
        if self.machine.dialect == "bash":
            inner = (part.part,) if isinstance(part.part, syntax.Text) else part.part.parts
            return self.parts(inner, state, source, False)
        if self.machine.dialect == "dash" and isinstance(part.part, syntax.Text):
            return state, [Segment(Value.literal("$" + part.expression[2:-1]), True, False)]
        if self.machine.dialect == "dash":
            assert isinstance(part.part, syntax.Word)
            state, segments = self.parts(part.part.parts, state, source, False)
            return state, [Segment(Value.literal("$"), True, False), *segments]
        value = self.unknown(part.expression, part.span, source, "shells that are called `sh` differ in it", True)
        return state, [Segment(value, True, False)]

    def unknown(self, expression: str, span: Span, source: Source, why: str, quoted: bool = True) -> Value:
        """A value that is another one at every look."""
        token = self.machine.run.unknowns.token(("opaque", expression, self.machine.fresh()), expression, why)
        return Value((Piece(token, Reference(source.expression(expression, span), None, quoted, source, span)),))

    # variables

    def variable(self, name: str, state: State) -> Found:
        """A variable or special parameter, None for one that comes from outside; and its name."""
        found = state.variables.get(name)
        if found is not None:
            return found, name
        positional = state.positional
        if name == "PWD":
            return Variable(absolute(state.folder), None), name
        if name == "0":
            return Variable(absolute(self.machine.script_path), None), name
        if name == "?" and state.status == "success":
            return Variable(Value.literal("0"), None), name
        if positional is None:
            return None, name
        if name.isdigit():
            index = int(name) - 1
            given = index < len(positional)
            return Variable(positional[index] if given else EMPTY, None, is_set=given), name
        if name == "#":
            return Variable(Value.literal(str(len(positional))), None), name
        return None, name

    def outside(self, name: str) -> Value:
        """The value of a variable that the script does not set."""
        token = self.machine.run.unknowns.token(("outside", name), f"${name}", f"${name} comes from outside the script")
        return Value((Piece(token),))

    def note_read(self, name: str, variable: Variable | None, source: Source, span: Span) -> None:
        """Remembers that the running command uses the value of that variable."""
        if variable is not None and variable.binding is not None:
            for binding in (variable.binding, *variable.others):
                self.machine.run.reads.append(Read(name, binding, source, span, self.machine.site))

    def set_variable(self, name: str, value: Value, state: State, pure: bool = False) -> State:
        """Sets a variable from inside a word or an arithmetic command."""
        number = self.machine.number()
        site = self.machine.site
        if site is not None:
            self.machine.record(Assigned(number, site, self.machine.calls, state, name, number, value, pure))
        old = state.variables.get(name)
        exported = old is not None and old.exported
        return state.assign(name, Variable(value, number if site is not None else None, exported))

    # arithmetic

    def arithmetic(self, part: syntax.Arithmetic, state: State, source: Source) -> tuple[State, Value]:
        """`$((...))`."""
        from converter.shell import arithmetic

        state, text = self.one_value(part.body, state, source)
        state, result = self.evaluate(text.flat, state, source, part.span)
        reference = Reference(source.expression(part.expression, part.span), None, part.quoted, source, part.span)
        if result is not None:
            return state, Value((Piece(str(result), reference),))
        values = tuple(self.look(name, state) for name in arithmetic.names(text.flat))
        key = ("arithmetic", text.flat, values)
        token = self.machine.run.unknowns.token(key, part.expression, "its operands are not known", single=True)
        return state, Value((Piece(token, reference),))

    def look(self, name: str, state: State) -> str:
        """The text of a variable named in an expression, a token where it is not known."""
        variable, _ = self.variable(name.partition("[")[0], state)
        if variable is None:
            return self.outside(name).flat
        return "" if variable.is_set is False else variable.value.flat

    def evaluate(
        self, text: str, state: State, source: Source, span: Span, pure: bool = False
    ) -> tuple[State, int | None]:
        """The value of an expanded expression, None where it is not known; variables that it sets are set."""
        from converter.shell import arithmetic

        found: dict[str, int | None] = {}

        def look(name: str) -> str:
            if name in found:
                if found[name] is None:
                    raise arithmetic.UnknownOperand
                return str(found[name])
            base, bracket, rest = name.partition("[")
            variable, _ = self.variable(base, state)
            self.note_read(base, variable, source, span)
            if variable is None or variable.is_set is None:
                raise arithmetic.UnknownOperand
            value = variable.value
            if bracket:
                if "A" in variable.attributes:
                    raise arithmetic.UnknownOperand
                key = str(arithmetic.evaluate(rest[:-1], look, found.__setitem__))
                value = dict(variable.items or (("0", value),)).get(key, EMPTY)
            if not value.known:
                raise arithmetic.UnknownOperand
            return value.flat

        result: int | None = None
        try:
            if not is_known(text):
                raise arithmetic.UnknownOperand
            result = arithmetic.evaluate(text, look, found.__setitem__)
        except (arithmetic.UnknownOperand, arithmetic.NotArithmetic):
            for name in arithmetic.assigned(text):
                found[name] = None
        for name, value in found.items():
            base = name.partition("[")[0]
            if base != name or value is None:
                state = self.machine.forget([base], state)
            else:
                state = self.set_variable(base, Value.literal(str(value)), state, pure)
        return state, result

    def expand_expression(self, text: str, state: State, source: Source, span: Span) -> tuple[State, str]:
        """The text of `((...))`, expanded as in double quotes; what cannot be read is an unknown."""
        from converter.shell.word_reader import Unreadable, WordReader

        if not any(sign in text for sign in "$`\"'\\"):
            return state, text
        try:
            word = WordReader(text, lambda offset, quoted: None).word(
                0, len(text), "double" if '"' not in text else "word"
            )
        except Unreadable:
            return state, self.unknown(text, span, source, "this expression is not followed").flat
        inner = Source(source.path, text)
        state, value = self.one_value(word, state, inner)
        return state, value.flat

    def calculate(self, text: str, state: State, source: Source, span: Span) -> tuple[State, int | None]:
        """The value of `(( text ))`, None where it is not known; an empty expression is nought."""
        state, expanded = self.expand_expression(text, state, source, span)
        return self.evaluate(expanded, state, source, span, True)

    # substitutions

    def process(self, part: syntax.Substitution, state: State, source: Source) -> tuple[State, Value]:
        """`<(...)` and `>(...)`: the commands run in a subshell; the word is a path outside the tree."""
        outer, self.machine.captured = self.machine.captured, []
        outer_site = self.machine.site
        after = self.machine.statements(part.body, state, source)
        self.machine.site = outer_site
        outputs, self.machine.captured = self.machine.captured, outer
        state = self.machine.left_subshell(state, after)
        token = self.machine.run.unknowns.token(
            ("process", self.machine.fresh()), part.expression, "it is a pipe of the shell", single=True
        )
        path = "/dev/fd/" + token
        known = [output for output in outputs if output is not None]
        if part.process == "<" and len(known) == len(outputs):
            self.machine.pipes[path] = join(known)
        expression = source.expression(part.expression, part.span)
        return state, Value((Piece(path, Reference(expression, None, False, source, part.span)),))

    def substitution(self, part: syntax.Substitution, state: State, source: Source) -> tuple[State, Value]:
        """`$(...)`: the output of the commands, where the model knows it."""
        outer, self.machine.captured = self.machine.captured, []
        first_event = self.machine.number()
        outer_site = self.machine.site
        state = self.machine.subshell(lambda inner: self.machine.statements(part.body, inner, source), state)
        self.machine.site = outer_site
        outputs, self.machine.captured = self.machine.captured, outer
        reference = Reference(source.expression(part.expression, part.span), None, part.quoted, source, part.span)
        inside = self.machine.run.events[first_event:]
        plain = all(isinstance(s.command, (syntax.SimpleCommand, syntax.AndOr, syntax.Pipeline)) for s in part.body)
        certain = plain and not any(isinstance(event, Skipped) and not event.never for event in inside)
        if certain and outputs and all(output is not None for output in outputs):
            value = expansion.strip_newlines(join([output for output in outputs if output is not None]))
            return state, Value((Piece(value.flat, reference),))
        key: tuple[object, ...] = ("output", self.machine.fresh())
        words = [word for statement in part.body for word in self.machine.inner_commands(statement.command, state)]
        stable = words and all(word.name in STABLE for word in words)
        if stable and not any(character in part.expression for character in "<>*?["):
            texts: list[str] = []
            for event in inside:
                if isinstance(event, RanCommand):
                    texts += [value.flat for value in event.words]
                elif isinstance(event, Announced):
                    texts.append(event.text.flat)
            key = (
                "output",
                part.expression,
                state.folder,
                tuple(texts),
                dependence.changes_seen(words, state),
                self.history(first_event),
            )
        token = self.machine.run.unknowns.token(key, part.expression, "it is the output of a command")
        return state, Value((Piece(token, reference),))

    def static_word(self, word: syntax.Word, state: State | None) -> str:
        """A word without running anything: literals, plain variables; NUL for what is not known."""
        texts = []
        for part in word.parts:
            if isinstance(part, syntax.Text):
                texts.append(part.text)
            elif isinstance(part, syntax.Parameter) and not part.operation and state is not None:
                variable, _ = self.variable(part.name, state)
                texts.append(variable.value.flat if variable is not None else "\0")
            else:
                texts.append("\0")
        return "".join(texts)

    def history(self, end: int) -> int:
        """How many commands before this event may have changed what git answers."""
        asking = (
            "rev-parse",
            "rev-list",
            "describe",
            "log",
            "show",
            "branch",
            "status",
            "config",
            "remote",
            "symbolic-ref",
            "diff",
            "diff-index",
        )
        return sum(
            isinstance(event, RanCommand)
            and event.name == "git"
            and not any(word in asking for word in dependence.git_command([value.flat for value in event.words])[:1])
            for event in self.machine.run.events[:end]
        )


def absolute(path: str) -> Value:
    """The absolute path of something in the root, whatever the root's own is."""
    if path.startswith("/") or not is_known(path[:1]):
        return Value.literal(path)
    return Value((Piece(f"{ROOT_TOKEN}/{path}" if path else ROOT_TOKEN),))
