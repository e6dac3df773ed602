"""Prerequisites that were files of containers: no rule makes them, and the commands that brought them are gone.

GNU make stops with "No rule to make target" where a prerequisite neither exists nor has a rule (manual, 4.2 "Rule
Syntax" and 10.8 "Implicit Rule Search Algorithm").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from converter.diagnostics import refuse
from converter.drivers.driver import Changes
from converter.drivers.makefile import syntax
from converter.drivers.makefile.called import MakeRun
from converter.drivers.makefile.database import Database, Rule
from converter.drivers.makefile.order import written_words
from converter.drivers.makefile.reader import read
from converter.drivers.makefile.scan import find_outside
from converter.drivers.makefile.words import match_stem
from converter.machine import paths
from converter.machine.events import ChangedFiles, CopiedOut, Event
from converter.source import Edit, Source, Span, apply_edits

_AUTOMATIC = re.compile(r"\$(?:[<^+?]|[({][<^+?][FD]?[)}])")
"""Automatic variables that name prerequisites."""


def drop(run: MakeRun, is_gone: Callable[[Event], bool], found: Mapping[str, tuple[Source, Changes]]) -> None:
    """Takes such prerequisites out of their rules; `is_gone` tells for an event whether its command went.

    Raises `Refusal` where a command of the rule uses one, or the word that names it cannot be edited.
    """
    brought = [e for e in run.events if isinstance(e, (CopiedOut, ChangedFiles)) and is_gone(e)]
    for database in run.makefiles.values() if brought and run.final is not None else ():
        for rule in database.rules:
            for name in (*rule.prerequisites, *rule.order_only):
                if not rule.is_pattern and _is_lost(run, database, name, brought):
                    source, out = found[rule.source.path]
                    _take_out(database, rule, name, source, out)


def _is_lost(run: MakeRun, database: Database, name: str, brought: list[CopiedOut | ChangedFiles]) -> bool:
    """Whether nothing makes the file any more."""
    assert run.final is not None
    path = paths.join(database.folder, name)
    if run.final.files.start.kind(path) is not None or name in database.phony:
        return False
    for rule in database.rules:
        if name in rule.targets or (
            rule.is_pattern and rule.recipe and any(match_stem(pattern, name) is not None for pattern in rule.targets)
        ):
            return False
    makers = [
        event for event in brought
        if (isinstance(event, CopiedOut) and (event.path == path or paths.is_below(path, event.path)))
        or (isinstance(event, ChangedFiles) and path in event.makes)
    ]  # fmt: skip
    return bool(makers)


def _take_out(database: Database, rule: Rule, name: str, source: Source, out: Changes) -> None:
    nodes = read(source)
    index = next((at for at, node in enumerate(nodes) if node.span == rule.span), None)
    text = source.slice(rule.span)
    colon = find_outside(text, ":")
    end = find_outside(text, ";#")
    end = len(text.rstrip("\r\n")) if end == -1 or end < colon else end
    if index is None or colon == -1 or _uses_prerequisites(nodes[index + 1 :], text[end:], source, out):
        raise _refusal(rule, name, source)
    place = colon + 1
    matched = False
    for word in written_words(text[colon + 1 : end]):
        start = text.index(word, place)
        place = start + len(word)
        if database.globbed_words(database.expander.expand(word)) == [name]:
            while text[start - 1] in " \t":
                start -= 1
            span = Span(rule.span.start + start, rule.span.start + place)
            if not any(edit.span.start < span.end and span.start < edit.span.end for edit in out.edits):
                out.edits.append(Edit(span, ""))
                out.rewritten.append((span, f"nothing makes {name} any more, which came out of a container"))
            matched = True
    if not matched:
        raise _refusal(rule, name, source)


def _uses_prerequisites(below: Sequence[syntax.Node], behind: str, source: Source, out: Changes) -> bool:
    """Whether a command of the rule that stays names its prerequisites."""
    left = [behind]
    for node in below:
        if not isinstance(node, (syntax.Recipe, syntax.Comment)):
            break
        edits = [edit for edit in out.edits if edit.span in node.span or node.span in edit.span]
        if not any(node.span in edit.span and not edit.text for edit in edits):
            start = node.span.start
            inner = [Edit(Span(e.span.start - start, e.span.end - start), e.text) for e in edits]
            left.append(apply_edits(source.slice(node.span), inner))
    return any(_AUTOMATIC.search(text) for text in left)


def _refusal(rule: Rule, name: str, source: Source) -> Exception:
    return refuse(
        "STG304",
        f"`{rule.targets[0]}` needs the file `{name}`, which came out of a container and is no longer made",
        source,
        rule.span,
        "take that prerequisite out of the rule first, or let a rule make the file",
    )
