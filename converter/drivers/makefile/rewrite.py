"""Edits of recipe texts as edits of the makefile: whole lines go with their tab and prefix, targets keep their names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct, field

from converter.diagnostics import refuse
from converter.drivers.driver import Changes
from converter.drivers.makefile import leftovers, syntax, vanished
from converter.drivers.makefile.builtin import MAKERS
from converter.drivers.makefile.called import MakeRun
from converter.drivers.makefile.database import RecipeLine, Rule
from converter.drivers.makefile.reader import read
from converter.drivers.makefile.run import RecipeText
from converter.drivers.makefile.scan import find_outside
from converter.drivers.makefile.words import match_stem
from converter.machine import paths
from converter.machine.derived import DerivedSource
from converter.machine.events import Announced, Built, CopiedOut, Created, Event
from converter.source import Edit, Source, Span, apply_edits

Fate = Literal["gone", "kept", "changed", "empty"]


class _Line(Struct):
    """A line of a recipe with what becomes of it."""

    line: RecipeLine
    fate: Fate
    edits: list[Edit] = field(default_factory=list)
    why: str = "it has no purpose any more"
    removed: list[tuple[Span, str]] = field(default_factory=list)
    rewritten: list[tuple[Span, str]] = field(default_factory=list)
    announces: bool = False


def rewrite(run: MakeRun, changes: Mapping[str, Changes], moved: Mapping[str, str]) -> list[tuple[Source, Changes]]:
    """See `Driver.rewrite`."""
    found: dict[str, tuple[Source, Changes]] = {}
    for source in _files(run):
        found[source.path] = (source, Changes())
    derived = {path for path, (source, _) in run.scripts.items() if isinstance(source, DerivedSource)}
    for path, (source, _) in run.scripts.items():
        if path not in derived and source.path not in found:
            found[path] = (source, changes[path])
    by_line: dict[tuple[str, Span], list[_Line]] = {}
    for recipe in run.lines:
        one = _fate(run, recipe, changes)
        by_line.setdefault((recipe.line.source.path, recipe.line.whole), []).append(one)
    agreed: dict[tuple[str, Span], _Line] = {}
    for key, several in by_line.items():
        counted = [line for line in several if line.fate != "empty"] or several
        for other in counted[1:]:
            if (other.fate, other.edits) != (counted[0].fate, counted[0].edits):
                line = counted[0].line
                raise refuse(
                    "STG304",
                    "this line runs several times, and each time another part of it goes away",
                    line.source,
                    line.whole,
                    "write the commands out, one rule for each image",
                )
        agreed[key] = counted[0]
    _calls(run, agreed)
    _check_asked(run, changes, agreed)
    for path, (source, out) in found.items():
        if path in run.makefiles or any(key[0] == path for key in agreed):
            lines = {span: line for (name, span), line in agreed.items() if name == path}
            _File(source, lines, [rule for d in run.makefiles.values() for rule in d.rules], run, out).edit()
    own = [found[source.path] for source in _files(run)]
    lost = leftovers.drop(own, {name for database in run.makefiles.values() for name in database.included})
    for path, (source, out) in found.items():
        if path in run.makefiles or any(key[0] == path for key in agreed):
            _check(source, out, lost.get(path, frozenset()))
    for database in run.makefiles.values():
        for source in database.sources.values():
            names = {paths.relative(old, database.folder): paths.relative(new, database.folder)
                     for old, new in moved.items()}  # fmt: skip
            _rename_prerequisites(source, names, found[source.path][1])
    gone = {
        text.path for recipe in run.lines if agreed[recipe.line.source.path, recipe.line.whole].fate == "gone"
        for text in (*recipe.texts, *recipe.asked)
    }  # fmt: skip
    vanished.drop(run, lambda event: event.site.source.path in gone, found)
    return list(found.values())


def _files(run: MakeRun) -> Iterable[Source]:
    seen: dict[str, Source] = {}
    for database in run.makefiles.values():
        seen.update(database.sources)
    return seen.values()


def _events(run: MakeRun, text: DerivedSource) -> list[Event]:
    return [event for event in run.events if event.site.source is text]


def _is_gone(text: DerivedSource, changes: Mapping[str, Changes]) -> bool:
    """Whether nothing of a shell's text is left, or nothing but a change of its folder."""
    found = changes.get(text.path)
    if found is None or not found.edits:
        return False
    left = apply_edits(text.text, found.edits).strip()
    return not left or re.fullmatch(r"cd[ \t][^;&|<>`\n]*[;&]*", left) is not None


def _works(run: MakeRun, text: DerivedSource) -> bool:
    return any(isinstance(event, (Built, Created, CopiedOut)) for event in _events(run, text))


def _fate(run: MakeRun, recipe: RecipeText, changes: Mapping[str, Changes]) -> _Line:
    line = recipe.line
    texts = [text for text in recipe.texts if text.text.strip()]
    if not texts:
        working = [text for text in recipe.asked if _works(run, text)]
        if working and all(_is_gone(text, changes) for text in working):
            return _Line(line, "gone")
        return _Line(line, "empty" if not recipe.asked else "kept")
    gone = [_is_gone(text, changes) for text in texts]
    out = _Line(line, "kept")
    for text in texts:
        found = changes.get(text.path)
        if found is None:
            continue
        out.removed += [(text.original(span), why) for span, why in found.removed]
        out.rewritten += [(text.original(span), why) for span, why in found.rewritten]
    if all(gone):
        out.fate = "gone"
        out.why = out.removed[0][1] if out.removed else out.why
        return out
    if any(gone):
        raise refuse(
            "STG304",
            "a part of what this expands to goes away and another one stays",
            line.source,
            line.whole,
            "write the commands out instead of the variable",
        )
    for text in texts:
        found = changes.get(text.path)
        out.edits += [text.edit(edit) for edit in found.edits] if found is not None else []
    if out.edits:
        out.fate = "changed"
    events = [event for text in texts for event in _events(run, text)]
    plain = not any(character in text.text for text in texts for character in ">|&;")
    out.announces = bool(events) and plain and all(isinstance(event, Announced) for event in events)
    return out


def _calls(run: MakeRun, lines: dict[tuple[str, Span], _Line]) -> None:
    """A line that calls a canned recipe goes where nothing of that is left for it."""
    called: dict[tuple[str, Span], list[_Line]] = {}
    for recipe in run.lines:
        own = lines[(recipe.line.source.path, recipe.line.whole)]
        for call in recipe.calls:
            key = (call.source.path, call.whole)
            called.setdefault(key, []).append(own)
            lines.setdefault(key, _Line(call, "kept"))
    for key, inner in called.items():
        if all(line.fate in ("gone", "empty") for line in inner) and any(line.fate == "gone" for line in inner):
            gone = next(line for line in inner if line.fate == "gone")
            lines[key].fate, lines[key].why = "gone", gone.why


def _check_asked(run: MakeRun, changes: Mapping[str, Changes], lines: Mapping[tuple[str, Span], _Line]) -> None:
    """`$(shell docker create ...)` runs when the text around it is expanded: both go, or both stay."""
    inside: set[str] = set()
    for recipe in run.lines:
        line = lines[(recipe.line.source.path, recipe.line.whole)]
        for text in recipe.asked:
            inside.add(text.path)
            if _works(run, text) and _is_gone(text, changes) != (line.fate == "gone"):
                raise refuse(
                    "STG304",
                    "the command in `$(shell ...)` and the line around it have different fates",
                    text.origin,
                    text.whole,
                    "give the command a line of its own",
                )
    for path, (source, _) in run.scripts.items():
        if isinstance(source, DerivedSource) and path not in inside and len(source.segments) == 1:
            asked = source.segments[0].expression is not None
            own = any(source in recipe.texts for recipe in run.lines)
            if asked and not own and path in changes and changes[path].edits:
                raise refuse(
                    "STG304",
                    "this command runs whenever the makefile is read, and would have to go",
                    source.origin,
                    source.whole,
                    "move it into the recipe that needs it",
                )


class _File:
    """Edits one makefile."""

    def __init__(
        self, source: Source, lines: Mapping[Span, _Line], rules: list[Rule], run: MakeRun, out: Changes
    ) -> None:
        self.source = source
        self.text = source.text
        self.lines = lines
        self.rules = [rule for rule in rules if rule.source.path == source.path]
        self.patterns = [rule for rule in rules if rule.is_pattern and rule.recipe]
        self.phony = {name for database in run.makefiles.values() for name in database.phony}
        self.run = run
        self.out = out

    def edit(self) -> None:
        nodes = read(self.source)
        for node in nodes:
            if isinstance(node, syntax.Define):
                self.recipe([node, *self.body(node)])
        block: list[syntax.Node] = []
        for node in (*nodes, syntax.Rule(Span(len(self.text), len(self.text)), "", None)):
            if isinstance(node, syntax.Rule):
                if block:
                    self.recipe(block)
                block = [node]
            elif block:
                block.append(node)
        self.spans()

    def spans(self) -> None:
        """Lines that no recipe node holds: several lines of one shell, the recipe behind a semicolon."""
        for span, line in self.lines.items():
            covered = any(edit.span.start < span.end and span.start < edit.span.end for edit in self.out.edits)
            if line.fate == "changed":
                self.out.edits += line.edits
                self.out.removed += line.removed
                self.out.rewritten += line.rewritten
            elif line.fate == "gone" and not covered:
                self.out.edits.append(Edit(span, ""))
                self.out.removed.append((span, line.why))

    def recipe(self, nodes: list[syntax.Node]) -> None:
        """A rule with the lines below it."""
        fates = [self.fate(node) for node in nodes]
        self.drop_announcements(nodes, fates)
        comments = self.drop_comments(nodes, fates)
        gone = [index for index, fate in enumerate(fates) if fate == "gone"]
        if not gone:
            return
        for index in gone:
            node = nodes[index]
            line = self.lines.get(node.span)
            why = "the comment spoke only of commands that are gone" if index in comments else ""
            self.out.removed.append((node.span, why or (line.why if line is not None and line.fate == "gone" else
                                     "it announced commands that are gone")))  # fmt: skip
            self.out.edits.append(Edit(node.span, ""))
        own = [fate for node, fate in zip(nodes, fates, strict=True) if isinstance(node, syntax.Recipe)]
        head = nodes[0]
        if isinstance(head, syntax.Rule) and head.recipe is None and all(fate in ("gone", "empty") for fate in own):
            self.emptied(head)

    def body(self, node: syntax.Define) -> list[syntax.Node]:
        """The lines of a canned recipe as those of a recipe."""
        return [
            syntax.Recipe(span, span) for span in sorted(self.lines, key=lambda span: span.start) if span in node.span
        ]

    def fate(self, node: syntax.Node) -> Fate:
        if not isinstance(node, syntax.Recipe):
            return "kept"
        line = self.lines.get(node.span)
        if line is None:
            for span, whole in self.lines.items():
                if node.span in span and whole.fate == "gone":
                    return "gone"
            return "empty" if not self.source.slice(node.text).strip() else "kept"
        return line.fate

    def drop_announcements(self, nodes: list[syntax.Node], fates: list[Fate]) -> None:
        """A message directly above commands all of which go."""
        for index, node in enumerate(nodes):
            line = self.lines.get(node.span)
            if line is None or not line.announces or fates[index] != "kept":
                continue
            scan = index + 1
            gone = 0
            while scan < len(nodes) and isinstance(nodes[scan], syntax.Recipe) and not self.is_comment(nodes[scan]):
                other = self.lines.get(nodes[scan].span)
                if fates[scan] == "gone":
                    gone += 1
                elif other is not None and other.announces:
                    break
                else:
                    gone = 0
                    break
                scan += 1
            if gone:
                fates[index] = "gone"

    def is_comment(self, node: syntax.Node) -> bool:
        text = self.source.slice(node.span)
        if isinstance(node, syntax.Comment):
            return bool(text.strip())
        return isinstance(node, syntax.Recipe) and text.lstrip(" \t@-+").startswith("#")

    def drop_comments(self, nodes: list[syntax.Node], fates: list[Fate]) -> set[int]:
        """Comment lines inside a recipe directly above lines that all go, up to the next comment or blank line."""
        dropped: set[int] = set()
        index = 1
        while index < len(nodes):
            if not self.is_comment(nodes[index]):
                index += 1
                continue
            first = index
            while index < len(nodes) and self.is_comment(nodes[index]):
                index += 1
            below = []
            scan = index
            while scan < len(nodes) and isinstance(nodes[scan], syntax.Recipe) and not self.is_comment(nodes[scan]):
                below.append(fates[scan])
                scan += 1
            if below and all(fate == "gone" for fate in below):
                for number in range(first, index):
                    fates[number] = "gone"
                    dropped.add(number)
        return dropped

    def emptied(self, head: syntax.Rule) -> None:
        """A target without commands: make must not look for a rule of its own for it."""
        targets = [name for rule in self.rules if rule.span == head.span for name in rule.targets]
        plain = [name for name in targets if name not in self.phony and "%" not in name]
        start = self.run.final.files.start if self.run.final is not None else None
        # a pattern rule without a recipe would cancel the rule instead of doing nothing
        risky = any("%" in name for name in targets) or any(
            any(start is not None and start.kind(name + suffix) is not None for suffix in MAKERS)
            or any(match_stem(pattern, name) is not None for rule in self.patterns for pattern in rule.targets)
            for name in plain
        )
        if not risky or any(len(r.targets) and r.recipe and r.span != head.span for r in self.rules if
                            set(r.targets) & set(targets)):  # fmt: skip
            return
        line = self.source.slice(head.span).rstrip("\r\n")
        comment = find_outside(line, "#")
        end = len(line if comment == -1 else line[:comment].rstrip())
        place = head.span.start + end
        self.out.edits.append(Edit(Span(place, place), " ;"))
        self.out.rewritten.append((head.span, "it has no commands any more, and make would look for some"))


def _check(source: Source, out: Changes, lost_names: frozenset[str]) -> None:
    """The new makefile has every variable, conditional and rule of the old one, but for these. Raises `Refusal`."""
    cut = {
        node.name: node for node in read(source)
        if isinstance(node, syntax.Define) and any(edit.span.start < node.span.end and edit.span.end > node.span.start
                                                   for edit in out.edits)
    }  # fmt: skip
    lost = differences(source, apply_edits(source.text, out.edits), frozenset(cut), lost_names)
    if lost is not None:
        raise refuse("STG304", f"taking the pattern's commands out would change `{lost}`", source, source.line_span(1))


def _rename_prerequisites(source: Source, names: Mapping[str, str], out: Changes) -> None:
    """A prerequisite that goes is replaced by the file that has its contents now, unless a command uses its name."""
    nodes = read(source)
    for index, node in enumerate(nodes):
        if not isinstance(node, syntax.Rule):
            continue
        text = source.slice(node.span)
        end = find_outside(text, ";#")
        colon = find_outside(text, ":")
        if colon == -1 or (end != -1 and end < colon):
            continue
        found = [
            match for match in re.finditer(r"[^\s:|;#]+", text[: end if end != -1 else len(text)])
            if match.start() > colon and match.group().removeprefix("./") in names
        ]  # fmt: skip
        below = []
        for later in nodes[index + 1 :]:
            if not isinstance(later, (syntax.Recipe, syntax.Comment)):
                break
            inner = [edit for edit in out.edits if edit.span in later.span]
            gone = any(later.span in edit.span for edit in out.edits if not edit.text)
            shifted = [
                Edit(Span(e.span.start - later.span.start, e.span.end - later.span.start), e.text) for e in inner
            ]
            below.append("" if gone else apply_edits(source.slice(later.span), shifted))
        if not found or any(name in "".join(below) for name in ("$<", "$^", "$+", "$?", "$(<", "$(^")):
            continue
        for match in found:
            new = names[match.group().removeprefix("./")]
            place = Span(node.span.start + match.start(), node.span.start + match.end())
            if any(edit.span.start <= place.start and place.end <= edit.span.end for edit in out.edits):
                # another make has read the same file, or the rule goes
                continue
            if re.search(rf"(?<![^\s:|]){re.escape(new)}(?![^\s|])", text[colon:]):
                start = place.start
                while source.text[start - 1] in " \t":
                    start -= 1
                out.edits.append(Edit(Span(start, place.end), ""))
            else:
                out.edits.append(Edit(place, new))
            out.rewritten.append((place, f"{match.group()} is part of {new} now"))


def differences(before: Source, after: str, cut: frozenset[str], gone: frozenset[str]) -> str | None:
    """What is missing in the new makefile other than lines of recipes and comments; None where nothing is.

    `cut` are the canned recipes that may have lost lines, `gone` the names that are no longer there.
    """

    def outline(source: Source) -> list[str]:
        found = []
        for node in read(source):
            if isinstance(node, syntax.Rule):
                found.append(" ".join(node.text.split()))
            elif isinstance(node, (syntax.Assignment, syntax.Define)) and node.name in gone and source is before:
                continue
            elif isinstance(node, syntax.Define) and node.name in cut:
                found.append(f"define {node.name}")
            elif not isinstance(node, (syntax.Comment, syntax.Recipe)):
                found.append(source.slice(node.span).strip())
        return found

    old, new = outline(before), outline(Source(before.path, after))
    if old == new:
        return None
    lost = [line for line in old if line not in new]
    return lost[0] if lost else "the order of its lines"
