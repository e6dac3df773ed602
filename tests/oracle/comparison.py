"""Holds a prediction against what happened: the same docker commands, words, folders and files, in the same order.

A word that is not known matches any text, but the same unknown is the same text everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

from converter.machine import paths
from converter.machine.host import HostFiles
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

    def find(self, step: int, call: int, bound: Bound) -> list[tuple[int, Called]] | None:
        """Which step each call from here on is; None where nothing fits."""
        self.tried += 1
        assert self.tried < MOST_STEPS, "too many ways to read the prediction"
        if step == len(self.steps):
            if call == len(self.calls):
                return []
            self._fail(step, call, "a command ran that is not predicted")
            return None
        expected = self.steps[step]
        return self._taken(expected, step, call, bound)

    def _taken(self, expected: Expected | Open, step: int, call: int, bound: Bound) -> list[tuple[int, Called]] | None:
        if isinstance(expected, Open):
            pairs: list[tuple[int, Called]] = []
            for end in range(call, len(self.calls) + 1):
                found = self.find(step + 1, end, bound)
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
        flats = tuple(masked([value.flat for value in expected.words]))
        found_bound = match_words(flats, tuple(_splits(value) for value in expected.words), called.argv, bound)
        if found_bound is None:
            self._fail(step, call, "other words")
            return None
        folder = match(expected.state.folder, called.cwd, found_bound)
        if folder is None:
            self._fail(step, call, "another working folder")
            return None
        rest = self.find(step + 1, call + 1, folder)
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
    """What the unknowns are if the predicted words are these; None where they cannot be."""
    if not flats:
        return bound if not words else None
    if words:
        found = match(flats[0], words[0], bound)
        rest = match_words(flats[1:], splits[1:], words[1:], found) if found is not None else None
        if rest is not None:
            return rest
    if splits[0] and flats[0][:1] == TOKEN_START and flats[0].index(TOKEN_END) == len(flats[0]) - 1:
        for count in (0, *range(2, len(words) + 1)):
            rest = match_words(flats[1:], splits[1:], words[count:], bound)
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
    pairs = alignment.find(0, 0, {ROOT_TOKEN: reality.root})
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
        counts.known_calls += 1
        counts.known_words += sum(is_known(value.flat.replace(ROOT_TOKEN, "")) for value in expected.words)
        if called.argv[:1] == ("build",):
            found = compare_files(expected.state.files, called.files, at < first_open, counts)
            problems += [f"line {expected.line}, when it builds: {line}" for line in found]
    if prediction.final is not None:
        found = compare_files(prediction.final.files, reality.files, first_open == len(prediction.steps), counts)
        problems += [f"at the end: {line}" for line in found]
    return "\n".join(problems), counts


def compare_files(predicted: HostFiles, real: frozenset[str], followed: bool, counts: Counts) -> list[str]:
    """The paths that are predicted and not there, or there and not predicted.

    `followed` tells that nothing before was left out of the prediction.
    """
    problems = []
    there = {path.rstrip("/"): path.endswith("/") for path in real}
    named = {path for path in predicted.changes if path and is_known(path) and not paths.is_outside(path)}
    for path in sorted({*there, *predicted.start.files, *named}):
        counts.paths += 1
        entry = predicted.lookup(path)
        if not followed:
            continue
        counts.known_paths += 1
        if entry is None and path in there:
            problems.append(f"{path} is there and not predicted")
        elif entry is not None and path not in there:
            problems.append(f"{path} is predicted and not there")
        elif entry is not None and entry.kind != "unknown" and there[path] != (entry.kind == "folder"):
            problems.append(f"{path} is predicted to be a {entry.kind}")
    return problems


def _report(prediction: Prediction, reality: Reality, alignment: _Alignment) -> str:
    """Both sides, with what they could not agree on."""
    call, step = alignment.furthest
    lines = [f"{reality.shell}: {alignment.problem} (predicted {step + 1}, recorded {call + 1})", "predicted:"]
    for number, expected in enumerate(prediction.steps, 1):
        lines.append(f"{'>' if number == step + 1 else ' '} {show_step(expected, prediction.unknowns)}")
    lines.append("recorded:")
    for number, called in enumerate(reality.calls, 1):
        words = " ".join([called.program, *map(repr, called.argv)])
        lines.append(f"{'>' if number == call + 1 else ' '} [{called.cwd}] {words} -> {called.status}")
    if reality.errors:
        lines += ["errors:", reality.errors[-1500:]]
    return "\n".join(lines)


def show_step(step: Expected | Open, unknowns: Unknowns) -> str:
    """A predicted step in one line."""
    where = f"{step.line}: [{unknowns.show(step.state.folder)}]"
    if isinstance(step, Open):
        return f"{where} ... {step.why}"
    return f"{where} {step.program} " + " ".join(repr(unknowns.show(word.flat)) for word in step.words)
