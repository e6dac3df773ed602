"""A recorded run beside an interpretation: its docker commands decide what reading cannot.

Every docker command that the interpreter comes to is looked up in the run, in order. A path of the script that comes to
a command of the pattern which the run does not have there was not taken. What such a command has for a word that is not
known is that word's value in this run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, field

from converter.diagnostics import Refusal
from converter.lazy import lazily
from converter.machine.paths import join, normalize
from converter.machine.predicate import Condition
from converter.machine.state import State, Variable
from converter.machine.value import ROOT_TOKEN, TOKEN_START, Piece, Unknowns, Value
from converter.source import Source, Span

if TYPE_CHECKING:
    from converter.machine import branching
    from converter.shell.interpreter import Interpreter
else:
    branching = lazily("converter.machine.branching")

Follow = Callable[[State], State]

PATTERN = frozenset({"build", "bud", "create", "run", "cp", "commit", "import", "load", "export"})
"""docker commands that a recipe consists of; the others may run or not without another result."""

MANAGEMENT = frozenset({"container", "image", "builder", "buildx"})

MASK = "***"
"""What stands for a secret, as in `recording.masking`."""

_TOKEN = "\x00[^\x01]*\x01"


class Recorded(Struct, frozen=True):
    """A command of the run: its words behind the program, its folder below the root, and where it stands in the trace."""

    program: str
    argv: tuple[str, ...]
    folder: str
    started: float
    ended: float
    line: int

    @property
    def of_the_pattern(self) -> bool:
        """Whether it is one that a recipe consists of."""
        return verb(self.argv) in PATTERN


class DepartedError(Exception):
    """The interpretation came to a command that the run does not have there: `source` and `span` are its place."""

    def __init__(self, source: Source, span: Span) -> None:
        super().__init__("the recorded run has no such command here")
        self.source = source
        self.span = span


class Decision(Struct, frozen=True):
    """Something that reading cannot tell and the run does: `about` says what it was in the run."""

    source: Source
    span: Span
    about: str


class Moment(Struct, frozen=True):
    """What there is to come back to."""

    taken: frozenset[int]
    bindings: dict[str, str]
    decisions: int


class Guide(Struct):
    """The run, and how far the interpretation has come in it: `taken` are the commands that it came to."""

    commands: tuple[Recorded, ...]
    root: str
    taken: frozenset[int] = frozenset()
    bindings: dict[str, str] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)
    unknowns: Unknowns | None = None

    def __post_init__(self) -> None:
        self.bindings = {ROOT_TOKEN: self.root}

    def outside(self) -> dict[str, str]:
        """The variables that come from outside, as far as the run tells their values."""
        found: dict[str, str] = {}
        if self.unknowns is None:
            return found
        for unknown in self.unknowns.tokens_in("".join(token for token in self.bindings if token != ROOT_TOKEN)):
            name = re.fullmatch(r"\$[({]?([A-Za-z_]\w*)[)}]?", unknown.expression)
            if name is not None and "comes from outside" in unknown.why:
                found[name[1]] = self.bindings[unknown.token]
        return found

    def moment(self) -> Moment:
        """This moment, for `back_to`."""
        return Moment(self.taken, dict(self.bindings), len(self.decisions))

    def back_to(self, moment: Moment) -> None:
        """Forgets what was taken since."""
        self.again_from(moment)
        del self.decisions[moment.decisions :]

    def again_from(self, moment: Moment) -> None:
        """Goes back for another path that the run may have taken just as well."""
        self.taken, self.bindings = moment.taken, dict(moment.bindings)

    def observe(self, program: str, words: Sequence[tuple[str, bool]], folder: str) -> bool:
        """Takes the next command of the run that these words may be; False where there is none.

        `words` are those behind the program, each with whether it may be several, or none.
        """
        wanted = verb(tuple(flat for flat, _ in words))
        until = float("inf")
        for number, command in enumerate(self.commands):
            if number in self.taken:
                continue
            if command.started >= until:
                break
            bindings = self._fits(words, folder, command) if program == command.program else None
            if bindings is not None:
                self.taken |= {number}
                self.bindings = bindings
                return True
            if command.of_the_pattern:
                # only what ran at the same time may have been before it
                until = min(until, command.ended)
        return wanted not in PATTERN

    def _fits(self, words: Sequence[tuple[str, bool]], folder: str, command: Recorded) -> dict[str, str] | None:
        bindings = unify(folder, command.folder, self.bindings)
        return None if bindings is None else match(tuple(words), command.argv, bindings, command.folder)

    @property
    def left(self) -> Recorded | None:
        """The first command of the pattern that the interpretation has not come to."""
        rest = (command for number, command in enumerate(self.commands) if number not in self.taken)
        return next((command for command in rest if command.of_the_pattern), None)


def verb(argv: tuple[str, ...]) -> str:
    """The subcommand of a docker command line, without the word that groups it with others."""
    words = [word for word in argv if not word.startswith("-")]
    if len(words) > 1 and words[0] in MANAGEMENT:
        return words[1]
    return words[0] if words else ""


def match(
    words: tuple[tuple[str, bool], ...], argv: tuple[str, ...], bindings: dict[str, str], folder: str = ""
) -> dict[str, str] | None:
    """The bindings under which the words are those of a command line in a folder, None where they never are."""
    if not words:
        return None if argv else bindings
    flat, several = words[0]
    if several and re.fullmatch(_TOKEN, flat):
        known = bindings.get(flat)
        for count in (1, 0, *range(2, len(argv) + 1)) if known is None else (len(known.split()),):
            text = " ".join(argv[:count])
            if count > len(argv) or (known is not None and known.split() != list(argv[:count])):
                continue
            found = match(words[1:], argv[count:], {**bindings, flat: text}, folder)
            if found is not None:
                return found
        return None
    if not argv:
        return None
    text = argv[0]
    if flat.startswith(ROOT_TOKEN) and not text.startswith("/"):
        # reading takes a script's own folder for an absolute one
        flat, text = normalize(flat.removeprefix(ROOT_TOKEN)), join(folder, text)
    found = unify(flat, text, bindings)
    return None if found is None else match(words[1:], argv[1:], found, folder)


def unify(flat: str, text: str, bindings: dict[str, str]) -> dict[str, str] | None:
    """The bindings under which a flat value is a text, None where it never is. A secret in the text may be anything."""
    if TOKEN_START not in flat and MASK not in text:
        return bindings if flat == text or normalize(flat) == normalize(text) else None
    flat, text = flat.removeprefix("./"), text.removeprefix("./")
    pieces = re.split(f"({_TOKEN})", flat)
    if MASK in text:
        shape = "".join(".*" if piece.startswith(TOKEN_START) else re.escape(piece) for piece in pieces)
        masked = ".*".join(re.escape(part) for part in text.split(MASK))
        if re.fullmatch(shape, text, re.DOTALL) or re.fullmatch(masked, re.sub(_TOKEN, "", flat), re.DOTALL):
            return bindings
        return None
    new: list[str] = []
    shape = ""
    for piece in pieces:
        if not piece.startswith(TOKEN_START):
            shape += re.escape(piece)
        elif piece in bindings:
            shape += re.escape(bindings[piece])
        elif piece in new:
            shape += f"(?P=g{new.index(piece)})"
        else:
            shape += f"(?P<g{len(new)}>.*?)"
            new.append(piece)
    found = re.fullmatch(shape, text, re.DOTALL)
    if found is None:
        return None
    return {**bindings, **{token: found[f"g{number}"] for number, token in enumerate(new)}}


def agreeing(machine: Interpreter, state: State, paths: Sequence[tuple[Condition, Follow]]) -> list[int]:
    """The paths, by their numbers, that the run may have taken: of those that fit, the ones with most of its commands.

    Without a run all of them. Raises `DepartedError` where none fits.
    """
    guide = machine.guide
    if guide is None or len(paths) < 2:
        return list(range(len(paths)))
    counts: dict[int, int] = {}
    departed: DepartedError | None = None
    for number, (condition, path) in enumerate(paths):
        try:
            counts[number] = len(
                tried(machine, guide, branching.enter(state, condition, machine.run.unknowns), path).taken
            )
        except DepartedError as problem:
            departed = problem
    if departed is not None and not counts:
        raise departed
    most = max(counts.values())
    return [number for number, count in counts.items() if count == most]


def tried(machine: Interpreter, guide: Guide, state: State, path: Follow) -> Moment:
    """How far the run goes along a path, after which everything is as it was. Raises `DepartedError`."""
    mark = machine.mark()
    kept = {name: getattr(machine, name) for name in _KEPT}
    traps, captured = list(machine.traps), None if machine.captured is None else list(machine.captured)
    try:
        path(state)
        return guide.moment()
    except Refusal:
        return guide.moment()
    finally:
        machine.back_to(mark)
        for name, value in kept.items():
            setattr(machine, name, value)
        machine.traps[:] = traps
        if machine.captured is not None and captured is not None:
            machine.captured[:] = captured


_KEPT = (
    "calls", "captured", "dialect", "dispatching", "fed_by", "feeding", "locals", "piped", "script_path", "site", "steps",
    "stream", "traps", "work",
)  # fmt: skip
"""What an interpreter has besides its lists, and a path that is only tried must leave alone."""


def rounds(
    machine: Interpreter, name: str, place: tuple[Source, Span], state: State, body: Follow, trial: Follow
) -> State | None:
    """The rounds that a loop over a list from outside had in the run; None without a run, or where that does not tell.

    `body` is one round, with the variable `name` set, and `trial` one that is given up.
    """
    guide = machine.guide
    if guide is None:
        return None
    values: list[str] = []
    while len(values) < MAX_ROUNDS:
        token = machine.run.unknowns.token(("listed", machine.fresh()), f"${name}", "a list from outside has it")
        unknown = Variable(Value((Piece(token),)), None, round=machine.fresh())
        before = len(guide.taken)
        try:
            moment = tried(machine, guide, state.assign(name, unknown), trial)
        except DepartedError:
            break
        if len(moment.taken) == before:
            break
        text = moment.bindings.get(token)
        values.append("one thing" if text is None else text)
        value = unknown if text is None else Variable(Value.literal(text), None, round=machine.fresh())
        state = body(state.assign(name, value))
        if state.flow != "run":
            break
    if not values:
        return None
    guide.decisions.append(Decision(*place, f"this loop runs for {', '.join(values)}"))
    return state


MAX_ROUNDS = 200
