"""How a path of the script is written in the Dockerfile: literals as they are, references as arguments."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping

from msgspec import Struct, field

from converter.diagnostics import refuse
from converter.dockerfile.pairs import pairs
from converter.dockerfile.stages import Stage
from converter.dockerfile.words import WordError, references
from converter.machine.derived import DerivedSource, is_outer
from converter.machine.events import Assigned, Built
from converter.machine.value import Piece, Reference, Value, is_known
from converter.plan.dockerfiles import BuildFile
from converter.shell.interpreter import Run

SECRET = r"(?i)(secret|token|passw|credential|api_?key|private|_pat$|auth)"
_BASE_NAMES = r"_VERSION$|_HOME$|_SHA256$|_URL$|^(PATH|HOME|LANG|LC_ALL|USER|HOSTNAME|GOPATH|GPG_KEY)$"
"""Names that base images are known to set with ENV, which the classic builder prefers to an ARG."""
_PATTERN = frozenset("*?[]")
_RISKY = frozenset("\\$\"'\n\t`")


class Parameter(Struct, frozen=True):
    """A build argument that the final stage needs: `default` is its present value, None where it has none.

    `expression` is what the script passes for it, as it stands in the script.
    """

    name: str
    default: str | None
    expression: str
    piece: Piece


class Spelling(Struct):
    """Collects the parameters of one stage.

    `elsewhere` are the arguments that the other Dockerfiles of the same single build declare, with the value that the
    script gives each, None where it gives none: all of them are set by one command line.
    """

    run: Run
    runtime: BuildFile
    stage: Stage
    dead: Mapping[int, bool]
    after_run: bool = False
    elsewhere: Mapping[str, str | None] = field(default_factory=dict)
    parameters: dict[str, Parameter] = field(default_factory=dict)
    needed: set[int] = field(default_factory=set)
    needed_names: set[str] = field(default_factory=set)
    final: Built | None = None
    """The build whose command gives the arguments, where it is not that of `runtime`."""

    def spell(self, value: Value, position: int, pattern_from: int | None = None) -> str:
        """The path for a `COPY --from` at the stage's instruction `position`.

        `pattern_from` is where a pattern of the Dockerfile's own begins in the value.
        """
        if pattern_from is not None:
            own = "".join(self.literal(piece, True) for piece in value.slice(pattern_from).pieces)
            return self.spell(value.slice(0, pattern_from), position) + own
        parts = []
        for piece in value.pieces:
            if piece.reference is None or self.is_constant(piece):
                parts.append(self.literal(piece, False))
            else:
                parts.append("${" + self.parameter(piece, position) + "}")
        return "".join(parts)

    def literal(self, piece: Piece, own: bool) -> str:
        text = piece.text
        risky = _RISKY if own else _RISKY | _PATTERN
        if any(character in risky for character in text):
            site = piece.reference
            raise refuse(
                "STG404",
                f"the path `{text}` has a character that means something else in a Dockerfile",
                site.source if site else None,
                site.span if site else None,
                "rename it in the builder Dockerfile first",
            )
        return text

    def is_constant(self, piece: Piece) -> bool:
        """Whether the reference can never have another value: a literal that nothing else uses."""
        reference = piece.reference
        assert reference is not None
        if reference.round is not None and not self.in_same_round(reference):
            # the loop is over at the final build
            if is_known(piece.text) and reference.round in self.run.written:
                return True
            raise refuse(
                "STG303",
                f"`{reference.expression}` is given by a loop, and has no value at the final build",
                reference.source,
                reference.span,
                "write the path out, or build the image inside the loop",
            )
        if not is_known(piece.text):
            return False
        source = reference.source
        if not reference.expression and isinstance(source, DerivedSource) and source.is_fixed(reference.span):
            # a part of a variable, such as the folder in one that holds `docker run -v ...`: it has no name of its own
            return True
        return self.names_the_file(piece) or self.constant_reference(reference)

    def names_the_file(self, piece: Piece) -> bool:
        """Whether the same variable chooses the Dockerfile: with another value, another Dockerfile would be built."""
        event = self.final or self.runtime.event
        reference = piece.reference
        file, context = event.command.file, event.command.context
        if reference is None or not event.spans or (file is None and context is None):
            return False
        word = event.words[context.index] if context is not None else Value(())
        if file is not None:
            word = event.words[file.index].slice(file.start, file.start + len(file.text))
        naming = [one for one in word.pieces if one.reference is not None and one.reference.variable and one.text]
        if any(one.text == piece.text and _same_variable(one.reference, reference) for one in naming):
            return True
        made = self.run.events[reference.binding] if reference.binding is not None else None
        if not isinstance(made, Assigned):
            return False
        # `name=$(basename $folder)` is as fixed as the folder is
        names = {one.reference.variable for one in naming if one.reference is not None}
        inner = [one.reference.expression for one in made.value.pieces if one.reference is not None]
        used = {name for text in inner for name in re.findall(r"\$\{?(\w+)", text)}
        now = event.state.variables
        return (
            bool(inner)
            and bool(used)
            and used <= names
            and all(made.state.variables.get(n) == now.get(n) for n in used)
        )

    def in_same_round(self, reference: Reference) -> bool:
        """Whether the final build is in the same round of the loop that gave a value."""
        variables = (self.final or self.runtime.event).state.variables
        return any(variable.round == reference.round for variable in variables.values())

    def constant_reference(self, reference: Reference) -> bool:
        binding = reference.binding
        if binding is None or not self.dead.get(binding, False):
            return False
        event = self.run.events[binding]
        if not isinstance(event, Assigned) or not event.pure:
            return False
        again = [e for e in self.run.events if isinstance(e, Assigned) and e.name == event.name]
        if len(again) != 1:
            return False
        return all(inner.reference is None or self.constant_reference(inner.reference) for inner in event.value.pieces)

    def parameter(self, piece: Piece, position: int) -> str:
        """The name of the argument that carries the reference at this place of the stage."""
        reference = piece.reference
        assert reference is not None
        known = self.in_scope(piece, position)
        if known is not None:
            return known
        for parameter in self.parameters.values():
            if parameter.piece.text == piece.text and parameter.expression == _expression(reference):
                return parameter.name
        if not reference.expression:
            raise refuse(
                "STG303",
                "only a part of this value is used, and it cannot be written as a build argument",
                reference.source,
                reference.span,
                "give that part a variable of its own",
            )
        if reference.expression.startswith(("$(", "$$(", "`")) and not is_outer(reference):
            raise refuse(
                "STG303",
                f"the path depends on the output of `{reference.expression}`, which may be another one at the final build",
                reference.source,
                reference.span,
                "put it into a variable first",
            )
        name = self.name_for(piece)
        if re.search(SECRET, name):
            raise refuse(
                "STG608",
                f"`{reference.expression}` looks like a secret and would become a build argument",
                reference.source,
                reference.span,
            )
        name = self.free_name(name, piece)
        default = None
        if is_known(piece.text) and self.is_own(reference):
            plain = re.fullmatch(r"[A-Za-z0-9_.:/@+,=-]*", piece.text)
            default = piece.text if plain else json.dumps(piece.text).replace("$", "\\$")
        self.parameters[name] = Parameter(name, default, _expression(reference), piece)
        if reference.binding is not None:
            self.needed.add(reference.binding)
        if reference.variable:
            self.needed_names.add(reference.variable)
        return name

    def take_from_environment(self, name: str) -> bool:
        """An argument that the final build takes from its environment, as `docker run -e NAME` did; False where the stage
        has another variable of that name.

        (References of `docker run` and `docker build`: `-e NAME` and `--build-arg NAME` without a value both pass the
        client's own variable on, and nothing where it is unset.)
        """
        known = self.parameters.get(name)
        if known is None and name not in self.names_in_stage() and not re.search(_BASE_NAMES, name):
            known = self.parameters[name] = Parameter(name, None, "", Piece(""))
        return known is not None and not known.expression

    def is_own(self, reference: Reference) -> bool:
        """Whether the value stands in the script, rather than being given from outside."""
        if is_outer(reference):
            return bool(reference.expression)
        event = self.run.events[reference.binding] if reference.binding is not None else None
        if not isinstance(event, Assigned):
            return False
        return all(inner.reference is None or self.is_own(inner.reference) for inner in event.value.pieces)

    def in_scope(self, piece: Piece, position: int) -> str | None:
        """An argument of the stage that has this very value at this place, given by the script from the same variable."""
        state = self.runtime.states[self.stage.index]
        scope = state.scopes[position] if position < len(state.scopes) else state.final
        for name, value in self.runtime.arguments.items():
            if scope.lookup(name) != value.flat or value.flat != piece.text or len(value.pieces) != 1:
                continue
            given = value.pieces[0].reference
            same = given is not None and piece.reference is not None and given.binding == piece.reference.binding
            if same and given.variable is None and given.expression != piece.reference.expression:  # type: ignore[union-attr]
                continue
            if same and (given.variable == piece.reference.variable):  # type: ignore[union-attr]
                return name
        return None

    def name_for(self, piece: Piece) -> str:
        reference = piece.reference
        assert reference is not None
        for event in self.run.events:
            if isinstance(event, Built):
                for argument in event.command.build_args:
                    if argument.value is not None and argument.value.text == piece.text and not is_known(piece.text):
                        return argument.name
        if reference.variable and reference.variable.isidentifier():
            return reference.variable
        found = re.search(r"[A-Za-z_][A-Za-z0-9_]*", reference.expression)
        if found:
            return found.group(0)
        return "ARTIFACT_" + re.sub(r"\W", "", reference.expression)

    def free_name(self, name: str, piece: Piece) -> str:
        """The name, or another one where a Dockerfile uses it for something else or a RUN behind would see it."""
        taken = self.names_in_stage() | {other for other, text in self.elsewhere.items() if text != piece.text}
        candidate = name
        base_sets = self.runtime.states[self.stage.index].image != "scratch" and re.search(_BASE_NAMES, name)
        if candidate in taken or candidate in self.parameters or self.after_run or base_sets:
            candidate = f"ARTIFACT_{name}"
        number = 2
        while candidate in taken or candidate in self.parameters:
            candidate = f"ARTIFACT_{name}_{number}"
            number += 1
        return candidate

    def names_in_stage(self) -> set[str]:
        names: set[str] = set(self.runtime.arguments)
        for stage in self.runtime.stages:
            for instruction in stage.instructions:
                names.update(pair.name for pair in pairs(instruction))
                try:
                    names.update(found.name for found in references(instruction.text, self.runtime.tree.escape))
                except WordError:
                    continue
        return names


def _same_variable(first: Reference | None, second: Reference) -> bool:
    return first is not None and (first.variable, first.binding, first.round) == (
        second.variable,
        second.binding,
        second.round,
    )


def _expression(reference: Reference) -> str:
    return f'"{reference.expression}"' if reference.quoted else reference.expression


def shell_word(value: Value, spelling: Spelling, position: int) -> str:
    """A word of a command line for a shell, with arguments of the stage in the place of the script's variables."""
    fixed = all(p.reference is None or spelling.is_constant(p) for p in value.pieces)
    if fixed:
        return shlex.quote(value.flat)
    parts = [
        re.sub(r'(["\\$`])', r"\\\1", piece.text)
        if piece.reference is None or spelling.is_constant(piece)
        else "${" + spelling.parameter(piece, position) + "}"
        for piece in value.pieces
    ]
    return '"' + "".join(parts) + '"'
