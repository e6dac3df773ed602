"""Holds a prediction against what happened: the same docker commands, words, folders and files, in the same order.

A word that is not known matches any text, but the same unknown is the same text everywhere. A command behind an open
test may have run or not, but the tests' outcomes have to fit together. The matching is its own, not the product's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeVar

from msgspec import Struct

from converter.machine import paths
from converter.machine.host import Alternatives, Entry, FromContainer, HostFiles
from converter.machine.predicate import Facts, decide, learn
from converter.machine.value import ROOT_TOKEN, TOKEN_END, TOKEN_START, Unknowns, Value, is_known
from converter.recording.masking import masked
from tests.oracle.prediction import Expected, Open, Prediction
from tests.oracle.reality import Called, Reality

Bound = Mapping[str, str]
"""What each unknown turned out to be."""

MOST_STEPS = 20_000


class Counts(Struct):
    """How much was known: commands that surely run, their words, and the paths of their trees."""

    calls: int = 0
    known_calls: int = 0
    words: int = 0
    known_words: int = 0
    paths: int = 0
    known_paths: int = 0

    def add(self, other: Counts) -> None:
        """Sums up."""
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


class _Alignment:
    """Finds a way to read the predicted steps as the calls that were recorded."""

    def __init__(
        self, steps: Sequence[Expected | Open], calls: Sequence[Called], unknowns: Unknowns, root: str
    ) -> None:
        self.steps = steps
        self.calls = calls
        self.unknowns = unknowns
        self.root = root
        self.tried = 0
        self.furthest: tuple[int, int] = (0, 0)
        self.problem = ""

    def find(self, step: int, call: int, facts: Facts, bound: Bound) -> list[tuple[int, Called]] | None:
        """Which step each call from here on is; None where nothing fits."""
        self.tried += 1
        assert self.tried < MOST_STEPS, "too many ways to read the prediction"
        if step == len(self.steps):
            if call == len(self.calls):
                return []
            self._fail(step, call, "a command ran that is not predicted")
            return None
        expected = self.steps[step]
        # a path behind a test that others left (exit, return, break) has no condition any more, but knows the outcome
        wanted = expected.state.facts
        open_facts = {fact: holds for fact, holds in wanted.items() if decide(fact, facts) is None}
        possible = all(decide(fact, facts) is not (not holds) for fact, holds in wanted.items())
        if possible:
            learned = facts
            for fact, holds in open_facts.items():
                learned = learn(fact, holds, learned)
            found = self._taken(expected, step, call, learned, bound)
            if found is not None:
                return found
        if not possible or open_facts:
            # with several open tests it is not told which of them failed
            if possible and len(open_facts) == 1:
                ((fact, holds),) = open_facts.items()
                facts = learn(fact, not holds, facts)
            return self.find(step + 1, call, facts, bound)
        return None

    def _taken(
        self, expected: Expected | Open, step: int, call: int, facts: Facts, bound: Bound
    ) -> list[tuple[int, Called]] | None:
        if isinstance(expected, Open):
            pairs: list[tuple[int, Called]] = []
            for end in range(call, len(self.calls) + 1):
                found = self.find(step + 1, end, facts, bound)
                if found is not None:
                    return pairs + found
                if end < len(self.calls):
                    pairs.append((step, self.calls[end]))
            return None
        if call == len(self.calls):
            self._fail(step, call, "a predicted command did not run")
            return None
        called = self.calls[call]
        if expected.program != called.program:
            self._fail(step, call, "another program")
            return None
        flats = tuple(masked([self.unknowns.resolve(value.flat, facts) for value in expected.words]))
        found_bound = match_words(flats, tuple(_splits(value) for value in expected.words), called.argv, bound)
        if found_bound is None:
            self._fail(step, call, "other words")
            return None
        folder = match(expected.state.folder, called.cwd, found_bound)
        if folder is None:
            self._fail(step, call, "another working folder")
            return None
        rest = self.find(step + 1, call + 1, facts, folder)
        return None if rest is None else [(step, called), *rest]

    def _fail(self, step: int, call: int, problem: str) -> None:
        if (call, step) >= self.furthest:
            self.furthest, self.problem = (call, step), problem


def _splits(value: Value) -> bool:
    """Whether a word may become none or several: a part that is not known stands outside of quotes."""
    return any(
        TOKEN_START in piece.text and (piece.reference is None or not piece.reference.quoted) for piece in value.pieces
    )


def match_words(flats: Sequence[str], splits: Sequence[bool], words: Sequence[str], bound: Bound) -> Bound | None:
    """What the unknowns are if the predicted words are these; None where they cannot be.

    A word with an unknown outside of quotes may be none, one or several.
    """
    if not flats:
        return bound if not words else None
    counts = [1, *range(2, len(words) + 1), 0] if splits[0] else [1]
    for count in counts:
        if count > len(words):
            continue
        found = match(flats[0], " ".join(words[:count]), bound)
        rest = match_words(flats[1:], splits[1:], words[count:], found) if found is not None else None
        if rest is not None:
            return rest
    return None


def match(flat: str, text: str, bound: Bound) -> Bound | None:
    """What the unknowns of a flat value are if it is this text; None where it cannot be."""
    pieces = re.split(f"({TOKEN_START}[^{TOKEN_END}]*{TOKEN_END})", flat)
    groups: dict[str, str] = {}
    pattern = ""
    for piece in pieces:
        if not piece.startswith(TOKEN_START):
            pattern += re.escape(piece)
        elif piece in bound:
            pattern += re.escape(bound[piece])
        elif piece in groups:
            pattern += f"(?P={groups[piece]})"
        else:
            groups[piece] = f"u{len(groups)}"
            pattern += f"(?P<{groups[piece]}>.*)"
    found = re.fullmatch(pattern, text, re.DOTALL)
    if found is None:
        return None
    # with several new unknowns in a word it is open which of them is which part
    return {**bound, **{token: found[name] for token, name in groups.items()}} if len(groups) == 1 else bound


def compare(prediction: Prediction, reality: Reality) -> tuple[str, Counts]:
    """What does not agree, "" for nothing, and how much of the prediction was known."""
    counts = Counts()
    alignment = _Alignment(prediction.steps, reality.calls, prediction.unknowns, reality.root)
    pairs = alignment.find(0, 0, {}, {ROOT_TOKEN: reality.root})
    if pairs is None:
        return _report(prediction, reality, alignment), counts
    problems = []
    # what was not followed may have changed any file
    first_open = next((at for at, step in enumerate(prediction.steps) if isinstance(step, Open)), len(prediction.steps))
    for at, called in pairs:
        expected = prediction.steps[at]
        counts.calls += 1
        counts.words += len(called.argv)
        if isinstance(expected, Open):
            continue
        counts.known_calls += not expected.state.conditions
        counts.known_words += sum(is_known(value.flat.replace(ROOT_TOKEN, "")) for value in expected.words)
        if called.argv[:1] == ("build",):
            later = [step.state.files for step in prediction.steps[at + 1 : at + 2]]
            later += [prediction.final.files] if prediction.final is not None else []
            found = compare_files(expected.state.files, later, called.files, at < first_open, counts)
            problems += [f"line {expected.line}, when it builds: {line}" for line in found]
    if prediction.final is not None:
        files, followed = prediction.final.files, first_open == len(prediction.steps)
        found = compare_files(files, [], reality.files, followed, counts)
        problems += [f"at the end: {line}" for line in found]
    return "\n".join(problems), counts


def compare_files(
    predicted: HostFiles, later: Sequence[HostFiles], real: frozenset[str], followed: bool, counts: Counts
) -> list[str]:
    """The paths that are predicted and not there, or there and not predicted.

    `later` are files behind the command: a redirection makes its file before the command starts. `followed` tells that
    nothing before was left out of the prediction.
    """
    problems = []
    there = {path.rstrip("/"): path.endswith("/") for path in real}
    named = {path for path in predicted.changes if path and is_known(path) and not paths.is_outside(path)}
    unknown = [_path_pattern(path) for path in predicted.changes if not is_known(path)]
    for path in sorted({*there, *predicted.start.files, *named}):
        counts.paths += 1
        entry = predicted.lookup(path)
        choice = entry is not None and isinstance(entry.origin, Alternatives)
        brought = entry is None and path in there and predicted.filling(path) is not None
        if not followed or choice or brought or any(pattern.match(path) for pattern in unknown):
            continue
        counts.known_paths += 1
        if entry is None and path in there and not any(files.lookup(path) for files in later):
            problems.append(f"{path} is there and not predicted")
        elif entry is not None and path not in there and not _inside_container(predicted, path, entry):
            problems.append(f"{path} is predicted and not there")
        elif (
            entry is not None and path in there and entry.kind != "unknown" and there[path] != (entry.kind == "folder")
        ):
            problems.append(f"{path} is predicted to be a {entry.kind}")
    return problems


def _inside_container(predicted: HostFiles, path: str, entry: Entry) -> bool:
    """Whether a path lies in a folder that was copied out: what that holds is not known."""
    return isinstance(entry.origin, FromContainer) and path not in predicted.changes


def _path_pattern(path: str) -> re.Pattern[str]:
    """Matches every path that one with unknowns may stand for, and what lies below."""
    pieces = re.split(f"{TOKEN_START}[^{TOKEN_END}]*{TOKEN_END}", path.strip("/"))
    return re.compile("/?" + ".*".join(map(re.escape, pieces)) + "(/|$)", re.DOTALL)


def _report(prediction: Prediction, reality: Reality, alignment: _Alignment) -> str:
    """Both sides around the first place where they do not agree."""
    call, step = alignment.furthest
    lines = [f"{reality.shell}: {alignment.problem} (predicted {step + 1}, recorded {call + 1})", "predicted:"]
    for at, expected in _around(prediction.steps, step):
        lines.append(f"{'>' if at == step else ' '} {show_step(expected, prediction.unknowns)}")
    lines.append("recorded:")
    for at, called in _around(reality.calls, call):
        words = " ".join([called.program, *map(repr, called.argv)])
        lines.append(f"{'>' if at == call else ' '} [{called.cwd}] {words} -> {called.status}")
    if reality.errors:
        lines += ["errors:", reality.errors[-1500:]]
    return "\n".join(lines)


_Item = TypeVar("_Item")


def _around(items: Sequence[_Item], middle: int, width: int = 12) -> list[tuple[int, _Item]]:
    """The items near a place, with their numbers."""
    first = max(0, middle - width)
    return list(enumerate(items[first : middle + width], first))


def show_step(step: Expected | Open, unknowns: Unknowns) -> str:
    """A predicted step in one line."""
    where = f"{step.line}: [{unknowns.show(step.state.folder)}]"
    under = f"   if {len(step.state.conditions)} tests" if step.state.conditions else ""
    if isinstance(step, Open):
        return f"{where} ... {step.why}{under}"
    return f"{where} {step.program} " + " ".join(repr(unknowns.show(word.flat)) for word in step.words) + under
