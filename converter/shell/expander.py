"""Words of a script as values: parameters, substitutions, field splitting, under the state at that moment.

POSIX shell command language, 2.6 Word Expansions.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from converter.machine.events import Announced, RanCommand, Site, Skipped
from converter.machine.state import State, Variable
from converter.machine.value import EMPTY, ROOT_TOKEN, Piece, Reference, Value, is_known, join
from converter.shell import expansion, syntax
from converter.shell.commands.effects import STABLE
from converter.shell.expansion import Field
from converter.source import Source, Span

if TYPE_CHECKING:
    from converter.shell.interpreter import Interpreter


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

    def assigned_value(self, assignment: syntax.Assignment, state: State, source: Source) -> tuple[State, Value, bool]:
        """The value of an assignment; the flag tells whether computing it changed nothing."""
        if assignment.value is None:
            expression = source.slice(assignment.span)
            token = self.machine.run.unknowns.token(
                ("array", self.machine.number()), f"${assignment.name}", f"set by {expression}"
            )
            return state, Value((Piece(token),)), False
        before = self.machine.number()
        state, value = self.one_value(assignment.value, state, source)
        if assignment.append:
            old = self.variable(assignment.name, state)
            value = join((old.value if old else EMPTY, value))
        return state, value, self.machine.number() == before

    def one_value(self, word: syntax.Word, state: State, source: Source) -> tuple[State, Value]:
        """A word without field splitting, as in an assignment."""
        values: list[Value] = []
        for index, part in enumerate(word.parts):
            state, value = self.part(part, state, source, index == 0)
            values.append(value)
        return state, join(values)

    def expand_word(self, word: syntax.Word, state: State, source: Source) -> tuple[State, list[Field]]:
        """The fields that a word becomes: expansion, then field splitting of what was not quoted."""
        values: list[tuple[Value, bool]] = []
        pattern = False
        for index, part in enumerate(word.parts):
            if isinstance(part, syntax.Parameter) and part.name in "@*" and part.name and not part.operation:
                if len(word.parts) == 1 and state.positional is not None:
                    given = state.positional
                    if part.quoted and part.name == "*":
                        spaced = [piece for value in given for piece in (Value.literal(" "), value)][1:]
                        return state, [Field(join(spaced), word.span)]
                    if part.quoted:
                        return state, [Field(value, word.span) for value in given]
                    split = [expansion.split_fields([(value, True)], word.span, False) for value in given]
                    return state, [found for one in split for found in one]
            state, value = self.part(part, state, source, index == 0)
            if isinstance(part, syntax.Text):
                if not part.quoted and any(character in part.text for character in "*?[{"):
                    pattern = pattern or _is_pattern(part.text)
                values.append((value, False))
            else:
                values.append((value, not part.quoted))
        separators = state.variables.get("IFS")
        if separators is not None and separators.value.known and separators.value.flat != " \t\n":
            return state, expansion.split_fields(values, word.span, pattern, separators.value.flat)
        return state, expansion.split_fields(values, word.span, pattern)

    def note_read(self, name: str, binding: int, source: Source, span: Span) -> None:
        """Remembers that the running command uses the value of that assignment."""
        self.machine.run.reads.append(Read(name, binding, source, span, self.machine.site))

    def part(self, part: syntax.Part, state: State, source: Source, first: bool) -> tuple[State, Value]:
        """The value of a part of a word."""
        if isinstance(part, syntax.Text):
            if first and not part.quoted and part.text.startswith("~"):
                user, slash, rest = part.text.partition("/")
                token = self.machine.run.unknowns.token(("home", user), user, "the home folder is the machine's own")
                reference = Reference(user, None, False, source, part.span)
                return state, Value((Piece(token, reference), *Value.literal(slash + rest).pieces))
            return state, Value.literal(part.text)
        if isinstance(part, syntax.Parameter):
            value = self.parameter(part, state, source)
            if part.name.isidentifier() and part.operation[:2].strip(":").startswith("="):
                # `${x:=y}` sets x as well
                state = state.assign(part.name, Variable(value, None))
            return state, value
        if isinstance(part, syntax.Substitution):
            return self.substitution(part, state, source)
        if isinstance(part, syntax.Arithmetic):
            state = self.machine.forget(
                re.findall(r"([A-Za-z_]\w*)\s*(?:[-+*/%&|^]?=(?!=)|\+\+|--)", part.expression), state
            )
        token = self.machine.run.unknowns.token(
            ("opaque", part.expression, self.machine.fresh()), part.expression, "this expansion is not followed"
        )
        return state, Value((Piece(token, Reference(part.expression, None, part.quoted, source, part.span)),))

    def variable(self, name: str, state: State) -> Variable | None:
        """A variable or special parameter, None for one that the script does not set."""
        found = state.variables.get(name)
        if found is not None:
            return found
        if name == "PWD":
            return Variable(absolute(state.folder), None)
        if name == "0":
            return Variable(absolute(self.machine.script_path), None)
        if name.isdigit() and state.positional is not None:
            index = int(name) - 1
            return Variable(state.positional[index] if index < len(state.positional) else EMPTY, None)
        if name == "#" and state.positional is not None:
            return Variable(Value.literal(str(len(state.positional))), None)
        return None

    def parameter(self, part: syntax.Parameter, state: State, source: Source) -> Value:
        """`$name` and `${...}`."""
        unknowns = self.machine.run.unknowns
        name = part.name
        if name == "BASH_SOURCE" and part.operation in ("", "[0]"):
            return absolute(source.path)
        variable = self.variable(name, state) if name else None
        plain = not part.operation
        reference = Reference(
            part.expression,
            name if plain else None,
            part.quoted,
            source,
            part.span,
            variable.binding if variable else None,
        )
        if variable is None:
            key: tuple[object, ...] = ("outside", name)
            if name in ("?", "!", "$", "RANDOM", "SECONDS", "_", "-", "LINENO", "EPOCHSECONDS"):
                key = ("outside", name, self.machine.fresh())
            why = f"${name} comes from outside the script" if name else "this expansion is not followed"
            token = unknowns.token(key, part.expression if not plain else f"${name}", why)
            value = Value((Piece(token),))
        else:
            value = variable.value
        if plain and name.isdigit() and name != "0" and self.machine.locals:
            # a function's own parameter: its value is what the call wrote there
            return value
        if plain:
            if variable is not None and variable.binding is not None:
                self.note_read(name, variable.binding, source, part.span)
            return Value((Piece(value.flat, reference),))
        if variable is not None and variable.binding is not None:
            self.note_read(name, variable.binding, source, part.span)
        text = expansion.operate(value.flat, variable is not None, part.operation, unknowns, part.expression)
        if text is None:
            key = ("operation", name, part.operation, value.flat)
            text = unknowns.token(key, part.expression, f"the value of ${name} is not known")
        return Value((Piece(text, reference),))

    def substitution(self, part: syntax.Substitution, state: State, source: Source) -> tuple[State, Value]:
        """`$(...)`: the output of the commands, where the model knows it."""
        outer, self.machine.captured = self.machine.captured, []
        first_event = self.machine.number()
        outer_site = self.machine.site
        after = self.machine.statements(part.body, state, source)
        self.machine.site = outer_site
        outputs, self.machine.captured = self.machine.captured, outer
        state = replace(
            after, variables=state.variables, folder=state.folder, positional=state.positional, flow="run",
            folders=state.folders,
        )  # fmt: skip
        reference = Reference(part.expression, None, part.quoted, source, part.span)
        inside = self.machine.run.events[first_event:]
        plain = all(isinstance(s.command, (syntax.SimpleCommand, syntax.AndOr, syntax.Pipeline)) for s in part.body)
        certain = plain and not any(isinstance(event, Skipped) and not event.never for event in inside)
        if certain and outputs and all(output is not None for output in outputs):
            value = expansion.strip_newlines(join([output for output in outputs if output is not None]))
            if value.pieces:
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
            changed = tuple(
                (path, entry.events if entry else None) for path, entry in sorted(state.files.changes.items())
            )
            key = ("output", part.expression, state.folder, tuple(texts), changed, self.history(first_event))
        token = self.machine.run.unknowns.token(key, part.expression, "it is the output of a command")
        return state, Value((Piece(token, reference),))

    def static_word(self, word: syntax.Word, state: State | None) -> str:
        """A word without running anything: literals, plain variables; NUL for what is not known."""
        texts = []
        for part in word.parts:
            if isinstance(part, syntax.Text):
                texts.append(part.text)
            elif isinstance(part, syntax.Parameter) and not part.operation and state is not None:
                variable = self.variable(part.name, state) if part.name else None
                texts.append(variable.value.flat if variable is not None else "\0")
            else:
                texts.append("\0")
        return "".join(texts)

    def history(self, end: int) -> int:
        """How many commands before this event may have changed what git answers."""
        asking = (
            "rev-parse",
            "describe",
            "log",
            "show",
            "branch",
            "status",
            "config",
            "remote",
            "symbolic-ref",
            "diff",
        )
        return sum(
            isinstance(event, RanCommand)
            and event.name == "git"
            and not any(value.flat in asking for value in event.words[1:3])
            for event in self.machine.run.events[:end]
        )


def absolute(path: str) -> Value:
    """The absolute path of something in the root, whatever the root's own is."""
    if path.startswith("/") or not is_known(path[:1]):
        return Value.literal(path)
    return Value((Piece(f"{ROOT_TOKEN}/{path}" if path else ROOT_TOKEN),))


def _is_pattern(text: str) -> bool:
    return any(character in text for character in "*?") or ("[" in text and "]" in text) or "," in text or ".." in text
