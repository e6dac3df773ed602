"""Expansion of `$(...)`: variables, functions, and what stays unknown as a token inside the text.

GNU make's manual, 6 How to Use Variables and 8 Functions for Transforming Text. Nothing is run: `$(shell ...)` asks
the `Host`, which follows the command in its model of the machine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, Protocol

from msgspec import Struct

from converter.diagnostics import refuse
from converter.drivers.makefile.builtin import FROM_THE_SYSTEM
from converter.drivers.makefile.scan import find_outside, reference_end, split_arguments
from converter.drivers.makefile.words import TEXT_FUNCTIONS, is_exact, substitution_reference
from converter.machine.value import TOKEN_START, Unknowns, is_known
from converter.source import Source, Span

Origin = Literal["default", "environment", "file", "command line", "override", "automatic"]
Frame = tuple[Mapping[str, "Variable"], ...]
"""Variables that are looked for before the makefile's own: of a target, automatic ones, arguments of `call`."""

MAX_DEPTH = 100


class Place(Struct, frozen=True):
    """Where an expansion stands, for messages and for the commands of `$(shell ...)`."""

    source: Source
    span: Span


class Variable(Struct, frozen=True):
    """A variable: a recursive one is expanded at each use. `body` is where the text of a `define` stands as it is."""

    value: str
    recursive: bool
    origin: Origin = "file"
    exported: bool | None = None
    body: Place | None = None


class Host(Protocol):
    """The machine as expansions see it."""

    def shell(self, command: str, expression: str, place: Place) -> str:
        """The output of a command, or an unknown token."""

    def wildcard(self, pattern: str) -> list[str] | None:
        """The files that match; None where that is not known."""

    def absolute(self, path: str) -> str:
        """`$(abspath path)`."""

    def evaluate(self, text: str, place: Place) -> None:
        """`$(eval text)`: the text's lines, as if they stood in the makefile."""


class Expander:
    """The variables of one makefile, and their expansion."""

    def __init__(self, host: Host, unknowns: Unknowns) -> None:
        self.host = host
        self.unknowns = unknowns
        self.variables: dict[str, Variable] = {}
        self.place = Place(Source("", ""), Span(0, 0))
        self.depth = 0
        self.optional: set[str] = set()
        self.outside: set[str] = set()
        self.uncertain = False

    # lookup

    def lookup(self, name: str, frame: Frame) -> Variable | None:
        """The variable that the name means here."""
        for scope in frame:
            found = scope.get(name)
            if found is not None:
                return found
        return self.variables.get(name)

    def value(self, name: str, frame: Frame) -> str:
        """`$(name)`: unknown for a variable that only the environment or the command line may give."""
        found = self.lookup(name, frame)
        if found is None:
            return self.undefined(name)
        if not found.recursive or "$" not in found.value:
            return found.value
        if self.depth >= MAX_DEPTH:
            raise refuse("STG305", f"the variable `{name}` refers to itself", self.place.source, self.place.span)
        self.depth += 1
        try:
            return self.expand(found.value, frame)
        finally:
            self.depth -= 1

    def undefined(self, name: str) -> str:
        if not name or name.isdigit() or name[0] in "@<^+*?%|":
            return ""
        self.outside.add(name)
        token = self.unknowns.token(("outside", name), f"$({name})", f"$({name}) comes from outside the makefile")
        if name not in FROM_THE_SYSTEM:
            self.optional.add(token)
        return token

    # expansion

    def expand(self, text: str, frame: Frame = ()) -> str:
        """The text with every reference replaced by its value."""
        start = text.find("$")
        if start == -1:
            return text
        pieces: list[str] = []
        position = 0
        while start != -1:
            pieces.append(text[position:start])
            position = reference_end(text, start)
            pieces.append(self.reference(text[start:position], frame))
            start = text.find("$", position)
        pieces.append(text[position:])
        return "".join(pieces)

    def reference(self, written: str, frame: Frame) -> str:
        """The value of one reference: `$$`, `$x`, `$(...)` or `${...}`."""
        opening = written[1:2]
        if opening == "$":
            return "$"
        if opening not in ("(", "{"):
            return self.value(opening, frame)
        if written[-1:] != (")" if opening == "(" else "}") or len(written) < 3:
            raise refuse("STG301", "unterminated variable reference", self.place.source, self.place.span)
        inner = written[2:-1]
        name = inner.split(None, 1)[0] if inner[:1] not in (" ", "\t") and inner.split() else ""
        if len(name) < len(inner) and inner[len(name)] in " \t":
            function = FUNCTIONS.get(name)
            if function is not None:
                return function(self, inner[len(name) :].lstrip(" \t"), frame, written)
            if name in TEXT_FUNCTIONS:
                return self.text_function(name, inner[len(name) :].lstrip(" \t"), frame, written)
        return self.variable_reference(inner, frame, written)

    def variable_reference(self, inner: str, frame: Frame, written: str) -> str:
        colon = find_outside(inner, ":")
        equals = find_outside(inner, "=", colon + 1) if colon != -1 else -1
        if colon == -1 or equals == -1:
            name = self.expand(inner, frame)
            if not is_known(name):
                return self.unknown(("name", name), written, "the variable's name is not known")
            return self.value(name, frame)
        name = self.expand(inner[:colon], frame)
        old, new = self.expand(inner[colon + 1 : equals], frame), self.expand(inner[equals + 1 :], frame)
        text = self.value(name, frame)
        if not is_known(name + old + new + text):
            return self.unknown(("substitution", name, old, new, text), written, "its words are not known")
        return substitution_reference(text, old, new)

    def unknown(self, key: tuple[str, ...], written: str, why: str) -> str:
        """The token of an expansion whose value cannot be told; equal keys are the same unknown."""
        return self.unknowns.token(("make", *key), written, why)

    def text_function(self, name: str, rest: str, frame: Frame, written: str) -> str:
        count, function = TEXT_FUNCTIONS[name]
        arguments = [self.expand(argument, frame) for argument in split_arguments(rest, count)]
        arguments += [""] * (count - len(arguments))
        if not is_exact(name, arguments):
            return self.unknown((name, *arguments), written, "its arguments are not known")
        try:
            return function(*arguments)
        except ValueError:
            raise refuse("STG301", f"non-numeric argument to `{name}`", self.place.source, self.place.span) from None


Function = Callable[[Expander, str, Frame, str], str]


def _if(expander: Expander, rest: str, frame: Frame, written: str) -> str:
    arguments = [*split_arguments(rest, 3), "", ""]
    condition = expander.expand(arguments[0].strip(), frame)
    if not is_known(condition):
        branches = [expander.expand(argument, frame) for argument in arguments[1:3]]
        if condition.partition(TOKEN_START)[0].strip() or branches[0] == branches[1]:
            return branches[0]
        return expander.unknown(("if", condition, *branches), written, "its condition is not known")
    return expander.expand(arguments[1] if condition else arguments[2], frame)


def _or(expander: Expander, rest: str, frame: Frame, written: str) -> str:
    values: list[str] = []
    for argument in split_arguments(rest):
        value = expander.expand(argument.strip(), frame)
        values.append(value)
        if not is_known(value):
            rest_values = [expander.expand(other.strip(), frame) for other in split_arguments(rest)]
            return expander.unknown(("or", *rest_values), written, "what comes first is not known")
        if value:
            return value
    return ""


def _and(expander: Expander, rest: str, frame: Frame, written: str) -> str:
    values = []
    for argument in split_arguments(rest):
        value = expander.expand(argument.strip(), frame)
        values.append(value)
        if not value:
            return ""
    if not is_known("".join(values[:-1])):
        return expander.unknown(("and", *values), written, "its conditions are not known")
    return values[-1] if values else ""


def _foreach(expander: Expander, rest: str, frame: Frame, written: str) -> str:
    arguments = split_arguments(rest, 3)
    if len(arguments) < 3:
        raise refuse("STG301", "`foreach` needs three arguments", expander.place.source, expander.place.span)
    name = expander.expand(arguments[0], frame).strip()
    words = expander.expand(arguments[1], frame).split()
    return " ".join(
        expander.expand(arguments[2], ({name: Variable(word, False, "automatic")}, *frame)) for word in words
    )


def _call(expander: Expander, rest: str, frame: Frame, written: str) -> str:
    arguments = [expander.expand(argument, frame) for argument in split_arguments(rest)]
    name = arguments[0].strip()
    if name in TEXT_FUNCTIONS or name in FUNCTIONS:
        return expander.reference(f"$({name} {','.join(arguments[1:])})", frame)
    if expander.depth >= MAX_DEPTH:
        raise refuse("STG305", f"`{name}` calls itself", expander.place.source, expander.place.span)
    given = {str(index): Variable(value, False, "automatic") for index, value in enumerate([name, *arguments[1:]])}
    for index in range(len(arguments), 10):
        given[str(index)] = Variable("", False, "automatic")
    found = expander.lookup(name, frame)
    if found is None:
        return expander.undefined(name)
    expander.depth += 1
    try:
        return expander.expand(found.value, (given, *frame))
    finally:
        expander.depth -= 1


def _eval(expander: Expander, rest: str, frame: Frame, written: str) -> str:
    expander.host.evaluate(expander.expand(rest, frame), expander.place)
    return ""


def _value(expander: Expander, rest: str, frame: Frame, written: str) -> str:
    found = expander.lookup(expander.expand(rest, frame).strip(), frame)
    return found.value if found is not None else ""


def _origin(expander: Expander, rest: str, frame: Frame, written: str) -> str:
    name = expander.expand(rest, frame).strip()
    found = expander.lookup(name, frame)
    if found is None:
        return expander.unknown(("origin", name), written, f"${name} may come from outside")
    return found.origin


def _flavor(expander: Expander, rest: str, frame: Frame, written: str) -> str:
    name = expander.expand(rest, frame).strip()
    found = expander.lookup(name, frame)
    if found is None:
        return expander.unknown(("flavor", name), written, f"${name} may come from outside")
    return "recursive" if found.recursive else "simple"


def _shell(expander: Expander, rest: str, frame: Frame, written: str) -> str:
    return expander.host.shell(expander.expand(rest, frame), written, expander.place)


def _silent(expander: Expander, rest: str, frame: Frame, written: str) -> str:
    expander.expand(rest, frame)
    return ""


def _error(expander: Expander, rest: str, frame: Frame, written: str) -> str:
    message = expander.unknowns.show(expander.expand(rest, frame))
    if expander.uncertain:
        # make stops here only if something is not given: a guard
        return ""
    raise refuse("STG306", f"make stops here: {message}", expander.place.source, expander.place.span)


def _wildcard(expander: Expander, rest: str, frame: Frame, written: str) -> str:
    patterns = expander.expand(rest, frame)
    found: list[str] = []
    for pattern in patterns.split():
        names = expander.host.wildcard(pattern)
        if names is None:
            return expander.unknown(("wildcard", patterns), written, "the files that it names are not known")
        found += names
    return " ".join(found)


def _abspath(expander: Expander, rest: str, frame: Frame, written: str) -> str:
    return " ".join(expander.host.absolute(word) for word in expander.expand(rest, frame).split())


def _file(expander: Expander, rest: str, frame: Frame, written: str) -> str:
    return expander.unknown(("file", expander.expand(rest, frame)), written, "files are not read or written here")


FUNCTIONS: dict[str, Function] = {
    "if": _if,
    "or": _or,
    "and": _and,
    "foreach": _foreach,
    "call": _call,
    "eval": _eval,
    "value": _value,
    "origin": _origin,
    "flavor": _flavor,
    "shell": _shell,
    "info": _silent,
    "warning": _silent,
    "error": _error,
    "wildcard": _wildcard,
    "abspath": _abspath,
    "realpath": _abspath,
    "file": _file,
    "guile": _file,
}
