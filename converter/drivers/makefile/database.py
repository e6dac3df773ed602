"""What make knows after reading a makefile: variables, rules, phony targets.

A conditional whose test is not known is read on both sides: what it assigns is a choice, unknown from there on, and
rules inside it are marked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from converter.diagnostics import refuse
from converter.drivers.makefile import syntax
from converter.drivers.makefile.builtin import DEFAULTS, SPECIAL_TARGETS
from converter.drivers.makefile.expansion import Expander, Frame, Place, Variable
from converter.drivers.makefile.reader import parse_assignment, read
from converter.drivers.makefile.scan import find_outside, split_arguments
from converter.drivers.makefile.words import match_stem
from converter.machine.value import TOKEN_START, is_known
from converter.source import Source, Span


class RecipeLine(Struct, frozen=True):
    """A line of a recipe: `start` is where its text stands in the source, None where it came out of an expansion.

    `whole` is what has to go with it: its line, or the expansion that made it.
    """

    text: str
    source: Source
    start: int | None
    whole: Span


class Rule(Struct):
    """One rule for its targets, patterns of a static pattern rule replaced already.

    `second` is the text of prerequisites that are expanded a second time; `uncertain` is the conditional whose
    unknown test decides whether there is this rule.
    """

    targets: tuple[str, ...]
    prerequisites: tuple[str, ...]
    order_only: tuple[str, ...]
    source: Source
    span: Span
    written: str
    is_pattern: bool = False
    is_double: bool = False
    stem: str | None = None
    second: str | None = None
    recipe: list[RecipeLine] = field(default_factory=list)
    uncertain: Place | None = None


class TargetVariable(Struct, frozen=True):
    """`target: name = value`, not expanded yet."""

    target: str
    name: str
    operator: str
    value: str
    override: bool
    exported: bool


Known = Literal["yes", "no", "open"]


class _Condition(Struct):
    """An `ifeq` that is open: what the present branch is, whether one was taken, and what is assumed."""

    place: Place
    branch: Known
    taken: Known
    assumed: bool
    assumed_taken: bool


class Database:
    """The makefile as read so far. `find` gives the text of a file that is included, None where there is none."""

    def __init__(
        self,
        expander: Expander,
        find: Callable[[str, bool, Place], Source | None],
        glob: Callable[[str], list[str] | None],
    ) -> None:
        self.expander = expander
        self.find = find
        self.glob = glob
        self.rules: list[Rule] = []
        self.target_variables: list[TargetVariable] = []
        self.phony: set[str] = set()
        self.sources: dict[str, Source] = {}
        self.folder = ""
        self.one_shell = False
        self.has_vpath = False
        self.export_all = False
        self.second_expansion = False
        self.conditions: list[_Condition] = []
        self.open: list[Rule] = []
        self.choices = 0
        self.assumed: dict[str, str] = {}
        self.default_goal = ""
        self.included: list[str] = []
        self.defaulted: dict[str, Place] = {}
        for name, value in DEFAULTS.items():
            expander.variables[name] = Variable(value, True, "default")

    # files and lines

    def read(self, source: Source, name: str) -> None:
        """Reads a file from its first line to its last; `name` is how make calls it."""
        self.sources[source.path] = source
        self.included.append(name)
        self.expander.variables["MAKEFILE_LIST"] = Variable(" ".join(self.included), False, "file")
        outer, self.conditions = self.conditions, []
        self.lines(source, read(source), None)
        if self.conditions:
            raise refuse("STG301", "missing `endif`", source, self.conditions[-1].place.span)
        self.conditions = outer
        self.open = []

    def evaluate(self, text: str, place: Place) -> None:
        """`$(eval ...)`: the lines of a text that stands nowhere; everything in it belongs to the place."""
        outer, self.open = self.open, []
        inner = Source(place.source.path, text)
        self.lines(inner, read(inner), place)
        self.open = outer

    def lines(self, source: Source, nodes: Iterable[syntax.Node], inside: Place | None) -> None:
        for node in nodes:
            place = inside or Place(source, node.span)
            if isinstance(node, syntax.Conditional):
                self.conditional(node, place)
                continue
            active = self.active()
            if active == "no" or isinstance(node, syntax.Comment):
                continue
            self.expander.place = place
            self.expander.uncertain = active == "open"
            if isinstance(node, syntax.Recipe):
                for rule in self.open:
                    rule.recipe.append(_line(source, node.text, node.span, inside))
            elif isinstance(node, syntax.Assignment):
                self.open = []
                self.assign(node, active, place)
            elif isinstance(node, syntax.Define):
                self.open = []
                modified = syntax.Assignment(node.span, node.name, node.operator, node.body, node.modifiers)
                self.assign(modified, active, place)
                made = self.expander.variables.get(node.name)
                if inside is None and made is not None and made.recursive and made.value == node.body:
                    body = Place(source, Span(node.start, node.start + len(node.body)))
                    self.expander.variables[node.name] = replace(made, body=body)
            elif isinstance(node, syntax.Include):
                self.open = []
                self.include(node, place)
            elif isinstance(node, syntax.Directive):
                self.open = []
                self.directive(node)
            elif isinstance(node, syntax.Rule):
                self.rule_line(node, source, inside, place, active)
            elif isinstance(node, syntax.Problem):
                raise refuse("STG301", node.message, place.source, place.span, "check the makefile with `make -n`")
        self.expander.uncertain = False

    def include(self, node: syntax.Include, place: Place) -> None:
        names = self.expander.expand(node.names)
        for name in names.split():
            if not is_known(name):
                if node.optional:
                    continue
                raise refuse("STG303", f"which file `{node.names}` includes is not known", place.source, place.span)
            for path in self.globbed(name):
                found = self.find(path, node.optional, place)
                if found is not None:
                    self.read(found, path)

    @property
    def searches(self) -> bool:
        """Whether make looks for prerequisites in further folders (manual, 4.5 Searching Directories)."""
        return self.has_vpath or "VPATH" in self.expander.variables

    def directive(self, node: syntax.Directive) -> None:
        self.has_vpath = self.has_vpath or node.keyword == "vpath"
        if node.keyword in ("export", "unexport"):
            names = self.expander.expand(node.rest).split()
            if not names:
                self.export_all = node.keyword == "export"
            for name in names:
                found = self.expander.variables.get(name)
                if found is not None:
                    self.expander.variables[name] = Variable(
                        found.value, found.recursive, found.origin, node.keyword == "export"
                    )
        elif node.keyword == "undefine":
            self.expander.variables.pop(self.expander.expand(node.rest).strip(), None)

    # variables

    def assign(self, node: syntax.Assignment, active: Known, place: Place) -> None:
        name = self.expander.expand(node.name).strip()
        if active == "open":
            self.choose(name, node, place)
            return
        exported = True if node.modifiers.export else False if node.modifiers.unexport else None
        variables = self.expander.variables
        made = self.assigned(name, node.operator, node.value, variables.get(name), (), node.modifiers.override)
        if node.operator == "?=" and made is not variables.get(name):
            self.defaulted[name] = place
        if made is not None:
            variables[name] = Variable(
                made.value, made.recursive, made.origin, made.exported if exported is None else exported
            )
        if name == ".DEFAULT_GOAL" and made is not None:
            self.default_goal = self.expander.expand(made.value).strip()

    def assigned(
        self, name: str, operator: str, value: str, old: Variable | None, frame: Frame, override: bool
    ) -> Variable | None:
        """The variable after an assignment; the old one where the assignment does not count."""
        if old is not None and old.origin == "command line" and not override:
            return old
        if old is not None and old.origin == "override" and not override:
            return old
        origin: Literal["override", "file"] = "override" if override else "file"
        exported = old.exported if old is not None else None
        if operator == "?=":
            return old if old is not None and old.origin != "default" else Variable(value, True, origin, exported)
        if operator == "+=" and old is not None:
            added = value if old.recursive else self.expander.expand(value, frame)
            between = " " if old.value else ""
            return Variable(old.value + between + added, old.recursive, origin, exported)
        if operator in ("=", "+="):
            return Variable(value, True, origin, exported)
        expanded = self.expander.expand(value, frame)
        if operator == "!=":
            expanded = self.expander.host.shell(expanded, f"$({name})", self.expander.place)
        return Variable(expanded, False, origin, exported)

    def choose(self, name: str, node: syntax.Assignment, place: Place) -> None:
        """An assignment that may or may not be made: unknown, with what it is as long as nothing is given from outside."""
        variables = self.expander.variables
        old = variables.get(name)
        before = ""
        if old is not None:
            before = self.assumed.get(old.value, old.value)
        after = before
        if all(condition.assumed for condition in self.conditions):
            made = self.assigned(name, node.operator, node.value, Variable(before, True) if before else None, (), False)
            after = made.value if made is not None else ""
        self.choices += 1
        token = self.expander.unknowns.token(
            ("choice", place.source.path, name, self.choices), f"$({name})", "a conditional of the makefile sets it"
        )
        self.assumed[token] = after
        if not after:
            self.expander.optional.add(token)
        variables[name] = Variable(token, False, "file", old.exported if old is not None else None)

    # conditionals

    def active(self) -> Known:
        """Whether the present line counts."""
        branches = [condition.branch for condition in self.conditions]
        if "no" in branches:
            return "no"
        return "open" if "open" in branches else "yes"

    def conditional(self, node: syntax.Conditional, place: Place) -> None:
        if node.keyword == "endif":
            if not self.conditions:
                raise refuse("STG301", "extraneous `endif`", place.source, place.span)
            self.conditions.pop()
            return
        if node.keyword == "else":
            if not self.conditions:
                raise refuse("STG301", "extraneous `else`", place.source, place.span)
            condition = self.conditions[-1]
            outer = self.conditions[:-1]
            keyword = node.test.partition(" ")[0]
            if any(c.branch == "no" for c in outer) or condition.taken == "yes":
                condition.branch, condition.assumed = "no", False
                return
            result, assumed = ("yes", True)
            if keyword:
                result, assumed = self.test(
                    keyword.partition("(")[0], node.test[len(keyword.partition("(")[0]) :], place
                )
            if condition.taken == "open" and result == "yes":
                result = "open"
            condition.branch = result  # type: ignore[assignment]
            condition.assumed = assumed and not condition.assumed_taken
            condition.assumed_taken = condition.assumed_taken or assumed
            if result != "no":
                condition.taken = result  # type: ignore[assignment]
            return
        if self.active() == "no":
            self.conditions.append(_Condition(place, "no", "yes", False, True))
            return
        self.expander.place = place
        result, assumed = self.test(node.keyword, node.test, place)
        self.conditions.append(_Condition(place, result, result, assumed, assumed))  # type: ignore[arg-type]

    def test(self, keyword: str, text: str, place: Place) -> tuple[str, bool]:
        """The outcome, and what it is as long as nothing is given from outside."""
        negative = keyword in ("ifneq", "ifndef")
        if keyword in ("ifdef", "ifndef"):
            name = self.expander.expand(text).strip()
            found = self.expander.variables.get(name)
            if found is None or not is_known(found.value):
                if found is None:
                    self.expander.undefined(name)
                assumed = bool(found is not None and self.assumed.get(found.value, found.value))
                return "open", assumed != negative
            return ("yes" if bool(found.value) != negative else "no"), bool(found.value) != negative
        left, right = self.operands(text, place)
        if left == right:
            return ("no" if negative else "yes"), not negative
        if is_known(left) and is_known(right):
            return ("yes" if negative else "no"), negative
        equal = self.without_outside(left) == self.without_outside(right)
        return "open", equal != negative

    def without_outside(self, text: str) -> str:
        """The text as it is while the environment gives nothing."""
        for token in (*self.expander.optional, *self.assumed):
            if token in text:
                text = text.replace(token, self.assumed.get(token, ""))
        return text

    def operands(self, text: str, place: Place) -> tuple[str, str]:
        text = text.strip()
        if text.startswith("(") and text.endswith(")"):
            parts = split_arguments(text[1:-1], 2)
            if len(parts) == 2:
                return self.expander.expand(parts[0].strip()), self.expander.expand(parts[1].strip())
        match = re.fullmatch(r"(['\"])(.*?)\1\s*(['\"])(.*)\3", text)
        if match:
            return self.expander.expand(match.group(2)), self.expander.expand(match.group(4))
        raise refuse("STG301", "invalid syntax in conditional", place.source, place.span)

    # rules

    def rule_line(self, node: syntax.Rule, source: Source, inside: Place | None, place: Place, active: Known) -> None:
        text = node.text.strip()
        colon = find_outside(text, ":")
        if colon == -1:
            text = self.expander.expand(text).strip()
            colon = text.find(":")
            if not text:
                return
            if colon == -1:
                if active == "open":
                    return
                raise refuse("STG301", "missing separator", place.source, place.span)
            if "\n" in text:
                self.evaluate(text, place)
                return
        self.open = []
        targets, rest = text[:colon], text[colon + 1 :]
        is_double = rest.startswith(":") and not rest.startswith(":=")
        rest = rest.removeprefix(":") if is_double else rest
        assignment, override, exported = _target_assignment(rest)
        names = self.globbed_words(self.expander.expand(targets.rstrip("&")))
        if assignment is not None:
            for name in names:
                self.target_variables.append(TargetVariable(name, *assignment, override, exported))
            return
        second = find_outside(rest, ":")
        pattern = ""
        if second != -1:
            pattern, rest = self.expander.expand(rest[:second]).strip(), rest[second + 1 :]
        expanded = self.expander.expand(rest)
        normal, _, order_only = expanded.partition("|")
        self.add_rules(names, normal, order_only, pattern, node, source, inside, place, is_double, active)

    def add_rules(
        self,
        names: list[str],
        normal: str,
        order_only: str,
        pattern: str,
        node: syntax.Rule,
        source: Source,
        inside: Place | None,
        place: Place,
        is_double: bool,
        active: Known,
    ) -> None:
        prerequisites = tuple(self.globbed_words(normal))
        behind = tuple(self.globbed_words(order_only))
        special = [name for name in names if name in SPECIAL_TARGETS]
        for name in special:
            self.special(name, prerequisites)
        names = [name for name in names if name not in special]
        if not names:
            return
        recipe = (
            [_line(source, node.recipe, _with_blanks(source, node.recipe), inside)] if node.recipe is not None else []
        )
        uncertain = next((c.place for c in self.conditions if c.branch == "open"), None) if active == "open" else None
        if not self.default_goal and uncertain is None:
            first = next((n for n in names if "%" not in n and (not n.startswith(".") or "/" in n)), None)
            if first is not None and is_known(first):
                self.default_goal = first
                self.expander.variables[".DEFAULT_GOAL"] = Variable(first, False, "file")
        second = normal if self.second_expansion and "$" in normal else None
        if pattern:
            for name in names:
                stem = match_stem(pattern, name)
                if stem is None:
                    continue
                own = tuple(word.replace("%", stem, 1) for word in prerequisites)
                only = tuple(word.replace("%", stem, 1) for word in behind)
                self.open.append(
                    Rule((name,), own, only, place.source, place.span, node.text, False, is_double, stem, second,
                         list(recipe), uncertain)
                )  # fmt: skip
        else:
            is_pattern = any("%" in name for name in names)
            self.open.append(
                Rule(tuple(names), prerequisites, behind, place.source, place.span, node.text, is_pattern, is_double,
                     None, second, recipe, uncertain)
            )  # fmt: skip
        self.rules += self.open

    def special(self, name: str, prerequisites: tuple[str, ...]) -> None:
        if name == ".PHONY":
            self.phony.update(prerequisites)
        elif name == ".ONESHELL":
            self.one_shell = True
        elif name == ".EXPORT_ALL_VARIABLES":
            self.export_all = True
        elif name == ".SECONDEXPANSION":
            self.second_expansion = True

    def globbed(self, word: str) -> list[str]:
        if not any(character in word for character in "*?[") or TOKEN_START in word:
            return [word]
        return self.glob(word) or [word]

    def globbed_words(self, text: str) -> list[str]:
        """The words of a list of files, patterns replaced by the files that match; `./x` is `x`."""
        words = [found for word in text.split() for found in self.globbed(word)]
        return [_plain(word) for word in words]


def _with_blanks(source: Source, span: Span) -> Span:
    """A recipe behind a semicolon, with the blanks between them."""
    start = span.start
    while source.text[start - 1] in " \t":
        start -= 1
    return Span(start, span.end)


def _plain(word: str) -> str:
    while word.startswith("./") and len(word) > 2:
        word = word[2:].lstrip("/") or "./"
    return word


def _line(source: Source, text: Span, whole: Span, inside: Place | None) -> RecipeLine:
    if inside is not None:
        return RecipeLine(source.slice(text), inside.source, None, inside.span)
    return RecipeLine(source.slice(text), source, text.start, whole)


def _target_assignment(rest: str) -> tuple[tuple[str, str, str] | None, bool, bool]:
    """A target-specific assignment behind the colon, and whether it has `override` and `export`."""
    rest = rest.strip()
    flags = set()
    while match := re.match(r"(export|unexport|override|private)\s+", rest):
        flags.add(match.group(1))
        rest = rest[match.end() :]
    return parse_assignment(rest), "override" in flags, "export" in flags
