"""Control flow: which commands of a construct run, how often, and what is known behind it.

A test whose outcome is not known is followed both ways; the states meet behind
the construct. A path that ends the script, the function or the loop goes where
it leads and does not meet the others here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from converter.machine import branching
from converter.machine.events import Site, Skipped
from converter.machine.predicate import (
    All,
    Atom,
    Condition,
    Either,
    Predicate,
    both,
    constant,
    decide,
    expect,
    learn,
    negate,
    one_of,
)
from converter.machine.state import State, Variable
from converter.shell import conditions, recorded, syntax
from converter.shell.commands.call import Call
from converter.source import Source, Span

if TYPE_CHECKING:
    from converter.shell.interpreter import Interpreter

MAX_ROUNDS = 200
"""A loop whose test is known is followed for so many rounds."""

MAX_DEPTH = 60
"""How deep functions, scripts and texts with commands may call each other."""

Follow = Callable[[State], State]
Around = Callable[[State, Follow], State]


class Frame(Struct):
    """Something that can be left early: a function, a sourced file, a subshell or a loop.

    `left` are the states of paths that left it while others went on; `call` is a function's call, and `series`
    that of its parameters.
    """

    kind: str
    before: State
    left: list[State] = field(default_factory=list)
    call: Call | None = None
    series: int = 0


class Place(Struct, frozen=True):
    """A test: where it stands, the numbers of its first event and of the first one behind it, and, where the place does
    not say it, what it asks."""

    source: Source
    span: Span
    first: int
    last: int
    text: str = ""


def run(machine: Interpreter, command: syntax.Command, state: State, source: Source) -> State | None:
    """Runs a compound command; None for one that has to be skipped as a whole."""
    if isinstance(command, syntax.If):
        return if_clause(machine, command, 0, state, source)
    if isinstance(command, syntax.Case):
        return case(machine, command, state, source)
    if isinstance(command, syntax.For) and not command.select:
        return for_loop(machine, command, state, source)
    if isinstance(command, syntax.While):
        return while_loop(machine, command, state, source)
    if isinstance(command, syntax.CountedFor):
        return counted_loop(machine, command, state, source)
    if isinstance(command, syntax.Test):
        return double_brackets(machine, command, state, source)
    if isinstance(command, syntax.Evaluation):
        return evaluation(machine, command, state, source)
    return None


# paths


def question(machine: Interpreter, state: State, strict: bool = False) -> Predicate:
    """What the exit status of the last command says; `strict` where success that is only assumed does not count."""
    if state.status != "unknown" and not (strict and state.asked is not None):
        return constant(state.status == "success")
    return state.asked if state.asked is not None else Atom(("status", machine.fresh()))


def all_succeed(parts: list[State]) -> State:
    """The last of several states, which succeeds where all of them do: `set -o pipefail`."""
    last = parts[-1]
    if any(state.status == "failure" for state in parts):
        return replace(last, status="failure", asked=None)
    asked = [state.asked for state in parts if state.asked is not None]
    unknown = any(state.status == "unknown" for state in parts)
    if len(asked) < sum(state.status == "unknown" for state in parts):
        return replace(last, status="unknown", asked=None)
    together = asked[0] if len(asked) == 1 else All(tuple(asked)) if asked else None
    return replace(last, status="unknown" if unknown else last.status, asked=together)


def fork(
    machine: Interpreter,
    state: State,
    predicate: Predicate,
    place: Place,
    on_true: Follow,
    on_false: Follow,
    without: tuple[list[syntax.Body], list[syntax.Body]] = ([], []),
) -> State:
    """Follows the path that a predicate decides, or both where it is not known.

    `place` is the test. `without` are the lists that do not run
    where it holds, and those that do not where it does not.
    """
    events = (place.first, place.last)
    paths = [
        (Condition(predicate, place.source, place.span, events, True, place.text), on_true),
        (Condition(negate(predicate), place.source, place.span, events, False, place.text), on_false),
    ]
    if machine.guide is not None and decide(predicate, state.facts) is None:
        kept = recorded.agreeing(machine, state, paths)
        if len(kept) == 1:
            return recorded_path(machine, state, paths[kept[0]], without[kept[0]])
    outcome = expect(predicate, state.facts)
    if outcome is not None and decide(predicate, state.facts) is None:
        # a file is missing in a clean checkout: unless the script gives up without it
        mark = machine.mark()
        after = on_true(state) if outcome else on_false(state)
        if after.flow in ("run", "break", "continue") or (after.flow == "return" and after.status == "success"):
            unreached(machine, without[0 if outcome else 1], state, place.source)
            return after
        machine.back_to(mark)
        outcome = not outcome
    if outcome is not None:
        unreached(machine, without[0 if outcome else 1], state, place.source)
        return on_true(state) if outcome else on_false(state)
    return follow(machine, state, paths)


def recorded_path(
    machine: Interpreter, state: State, path: tuple[Condition, Follow], without: list[syntax.Body]
) -> State:
    """Follows the path that the recorded run took; `without` are the lists that it did not run, and another one may."""
    condition, taken = path
    if machine.guide is not None:
        text = condition.text or condition.source.slice(condition.span)
        outcome = "does not hold" if condition.holds is False else "holds"
        decision = recorded.Decision(condition.source, condition.span, f"`{text}` {outcome}")
        machine.guide.decisions.append(decision)
    unreached(machine, without, state, condition.source, never=False)
    return taken(replace(branching.enter(state, condition, machine.run.unknowns), conditions=state.conditions))


def follow(
    machine: Interpreter,
    state: State,
    paths: list[tuple[Condition, Follow]],
    bodies: list[list[syntax.Body]] | None = None,
) -> State:
    """Follows every path from one state and lets those meet that go on; `bodies` are the lists of each."""
    kept = recorded.agreeing(machine, state, paths)
    if len(kept) == 1 < len(paths):
        without = [body for n, lists in enumerate(bodies or []) if n != kept[0] for body in lists]
        return recorded_path(machine, state, paths[kept[0]], without)
    paths = [paths[number] for number in kept]
    functions = machine.functions
    written = len(machine.captured) if machine.captured is not None else 0
    going: list[tuple[Condition, State]] = []
    defined = []
    moment = machine.guide.moment() if machine.guide is not None else None
    for condition, path in paths:
        machine.functions = dict(functions)
        machine.spend(8 + state.size // 8)
        start = machine.number()
        if machine.guide is not None and moment is not None:
            # they are all the same way of the recorded run
            machine.guide.again_from(moment)
        after = path(branching.enter(state, condition, machine.run.unknowns))
        if after.flow == "run":
            going.append((condition, after))
            defined.append(machine.functions)
        else:
            machine.functions = functions
            leave(machine, after, start)
    if machine.captured is not None and len(machine.captured) > written:
        machine.captured[written:] = [None]
    if not going:
        return replace(state, flow="ended")
    machine.functions = defined[0]
    for other in defined[1:]:
        for name in {*other, *machine.functions}:
            if other.get(name) != machine.functions.get(name):
                # which one is called is decided by the test
                machine.functions[name] = machine.ambiguous(going[0][0])
    machine.spend(branching.effort(going))
    after = branching.meet(state, going, machine.run.unknowns)
    if after.status == "unknown" and len(going) > 1:
        asked: Predicate | None = Either(())
        for condition, found in going:
            succeeds = question(machine, found)
            if found.status == "unknown" and found.asked is None:
                asked = None
            elif asked is not None and succeeds != constant(False):
                asked = one_of(asked, both(condition.predicate, succeeds))
        after = replace(after, asked=asked)
    return after


def leave(machine: Interpreter, state: State, start: int) -> None:
    """Hands a path that does not go on here to where it goes on. `start` is the number of its first event."""
    if state.flow == "ended":
        return
    for frame in reversed(machine.frames):
        if frame.kind in _CATCHES[state.flow]:
            frame.left.append(state)
            return
    machine.run.dead_ends.append((start, machine.number()))
    machine.exits.append(state)


_CATCHES: dict[str, tuple[str, ...]] = {
    "exit": ("subshell",),
    "return": ("function", "subshell"),
    "break": ("loop", "function", "subshell"),
    "continue": ("loop", "function", "subshell"),
}
"""The frames that a path leaves by each flow; one that a function or a subshell catches leaves no loop outside it."""


def gather(machine: Interpreter, frame: Frame, after: State, flows: tuple[str, ...]) -> State:
    """The state behind a frame: what ran to its end and what left it by one of the flows meet."""
    left = [state for state in frame.left if state.flow in flows]
    if not left:
        return after
    base = len(frame.before.conditions)
    paths: list[tuple[Condition, State]] = []
    for state in left:
        extra = state.conditions[base:]
        if extra:
            every = All(tuple(one.predicate for one in extra))
            paths.append((extra[0] if len(extra) == 1 else replace(extra[0], predicate=every, holds=None), state))
        else:
            paths.append((Condition(constant(True), machine.here()[0], machine.here()[1], (0, 0)), state))
    if after.flow == "run" or after.flow in flows:
        rest = negate(Either(tuple(condition.predicate for condition, _ in paths)))
        paths.append((replace(paths[0][0], predicate=rest, holds=None), after))
    elif after.flow != "ended":
        leave(machine, after, machine.number())
    joined = branching.meet(frame.before, paths, machine.run.unknowns)
    return replace(joined, flow="run", levels=1)


def unreached(
    machine: Interpreter, bodies: list[syntax.Body], state: State, source: Source, never: bool = True
) -> None:
    """Notes lists that never run, or did not in a recorded run."""
    for body in bodies:
        words = tuple(word for s in body.statements for word in machine.inner_commands(s.command, state))
        machine.record(
            Skipped(machine.number(), Site(source, body.span), machine.calls, state, words, never, branch=True)
        )


# constructs


def if_clause(machine: Interpreter, command: syntax.If, index: int, state: State, source: Source) -> State:
    """`if` from its clause number `index` on."""
    clause = command.clauses[index]
    first = machine.number()
    state = machine.tested(clause.test.statements, state, source)
    if state.flow != "run":
        return state
    rest = [body for later in command.clauses[index + 1 :] for body in (later.test, later.body)]
    rest += [command.otherwise] if command.otherwise is not None else []

    def on_true(state: State) -> State:
        return machine.statements(clause.body.statements, replace(state, status="success"), source)

    def on_false(state: State) -> State:
        if index + 1 < len(command.clauses):
            return if_clause(machine, command, index + 1, state, source)
        if command.otherwise is not None:
            return machine.statements(command.otherwise.statements, replace(state, status="success"), source)
        return replace(state, status="success")

    predicate = question(machine, state, strict=True)
    place = Place(source, _trimmed(clause.test), first, machine.number())
    return fork(machine, state, predicate, place, on_true, on_false, (rest, [clause.body]))


def _trimmed(body: syntax.Body) -> Span:
    """The span of a list's statements, without the blanks around them."""
    if not body.statements:
        return body.span
    return Span(body.statements[0].span.start, body.statements[-1].span.end)


def case(machine: Interpreter, command: syntax.Case, state: State, source: Source) -> State | None:
    """`case`; one with `;&` or `;;&` is not followed."""
    if any(arm.terminator not in (";;", "") for arm in command.arms):
        return None
    first = machine.number()
    state, value = machine.words.one_value(command.subject, state, source)
    last = machine.number()

    def arms(subject: str, state: State) -> State:
        paths: list[tuple[Condition, Follow]] = []
        passed: list[Predicate] = []
        facts = state.facts
        asked = f"case {source.slice(command.subject.span)} in"

        bodies: list[list[syntax.Body]] = []

        def add(predicate: Predicate, span: Span, text: str, path: Follow, body: syntax.Body | None = None) -> None:
            every = (*passed, predicate)
            one = every[0] if len(every) == 1 else All(every)
            paths.append((Condition(one, source, span, (first, last), text=f"{asked} {text})"), path))
            bodies.append([] if body is None else [body])

        for index, found in enumerate(command.arms):
            predicate: Predicate = constant(False)
            for pattern in found.patterns:
                state, _, text = machine.word_and_pattern(pattern, state, source)
                predicate = one_of(predicate, conditions.matches(subject, text))
            outcome = decide(predicate, facts)
            if outcome is False:
                unreached(machine, [found.body], state, source)
                continue
            text = " | ".join(source.slice(pattern.span) for pattern in found.patterns)
            run_arm = _arm(machine, found.body, source)
            if outcome is True:
                unreached(machine, [later.body for later in command.arms[index + 1 :]], state, source)
                if not paths:
                    return run_arm(state)
                add(constant(True), found.patterns[0].span, text, run_arm, found.body)
                break
            add(predicate, found.patterns[0].span, text, run_arm, found.body)
            facts = learn(predicate, False, facts)
            passed.append(negate(predicate))
        else:
            if not paths:
                return replace(state, status="success")
            end = Span(command.span.start, command.subject.span.end)
            add(constant(True), end, "none of these", lambda inner: replace(inner, status="success"))
        return follow(machine, state, paths, bodies)

    return choices(
        machine, state, (value.flat,), lambda inner: arms(machine.run.unknowns.resolve(value.flat, inner.facts), inner)
    )


def _arm(machine: Interpreter, body: syntax.Body, source: Source) -> Follow:
    return lambda state: machine.statements(body.statements, replace(state, status="success"), source)


def choices(machine: Interpreter, state: State, flats: tuple[str, ...], path: Follow) -> State:
    """Runs something once for each of the values that these texts may have, where branches gave them different ones."""
    unknowns = machine.run.unknowns
    options = choice(machine, state, flats)

    def again(inner: State) -> State:
        return choices(machine, inner, tuple(unknowns.resolve(flat, inner.facts) for flat in flats), path)

    return follow(machine, state, [(condition, again) for condition in options]) if options else path(state)


def choice(machine: Interpreter, state: State, flats: tuple[str, ...]) -> list[Condition]:
    """The paths between which the first value in these texts that branches gave differently parts; none without one."""
    unknowns = machine.run.unknowns
    token = next((found for flat in flats if (found := unknowns.open_choice(flat)) is not None), None)
    if token is None or len(state.conditions) > MAX_NESTED:
        return []
    options = [c for c, _ in unknowns.choices[token] if decide(c.predicate, state.facts) is not False]
    return options if len(options) > 1 else []


def lists(
    machine: Interpreter, words: Iterable[syntax.Word], names: Iterable[str], state: State, path: Follow
) -> State:
    """Runs something once for each of the arrays that branches left under a name; `words` use names, too."""
    options = listed(machine, words, names, state)

    def again(inner: State) -> State:
        return lists(machine, words, names, inner, path)

    return follow(machine, state, [(condition, again) for condition in options]) if options else path(state)


def listed(machine: Interpreter, words: Iterable[syntax.Word], names: Iterable[str], state: State) -> list[Condition]:
    """The paths between which the first array that these words or names mean parts; none without one."""
    known = machine.run.unknowns.lists
    if not known or len(state.conditions) > MAX_NESTED:
        return []
    for name in (*names, *(name for word in words for name in syntax.names_in(word))):
        variable = state.variables.get(name) if name in known else None
        if variable is not None and variable.choices:
            return [condition for condition, _ in variable.choices]
    return []


MAX_NESTED = 12
"""Choices inside so many conditions are no longer taken apart."""


def for_loop(machine: Interpreter, command: syntax.For, state: State, source: Source) -> State | None:
    """`for` over a list that is known; over lists that branches gave differently, once for each of them."""

    def recorded_rounds() -> State | None:
        frame = Frame("loop", state)
        place = source, Span(command.span.start, command.body.span.start)

        def body(frame: Frame) -> Follow:
            return lambda inner: _round(machine, frame, command.body, inner, source)

        after = recorded.rounds(machine, command.name, place, state, body(frame), body(Frame("loop", state)))
        return None if after is None else _behind_loop(machine, frame, after)

    def again(inner: State) -> State:
        found = for_loop(machine, command, inner, source)
        return machine.not_followed(command, inner, source) if found is None else found

    options = listed(machine, command.words or (), (), state)
    if options:
        return follow(machine, state, [(condition, again) for condition in options])
    mark, before = machine.mark(), state
    values = []
    if command.words is None:
        if state.positional is None:
            return recorded_rounds()
        values = list(state.positional)
    for word in command.words or ():
        state, fields = machine.words.expand_word(word, state, source)
        options = choice(machine, state, tuple(found.value.flat for found in fields if found.splits))
        if options:
            # the list is another one on each way, and is expanded anew
            machine.back_to(mark)
            return follow(machine, before, [(condition, again) for condition in options])
        if any(found.pattern or found.splits for found in fields):
            return recorded_rounds()
        values += [found.value for found in fields]
    if not values:
        unreached(machine, [command.body], state, source)
        return replace(state, status="success")

    def rounds(state: State) -> State:
        frame = Frame("loop", state)
        for value in values:
            inner = state.assign(command.name, Variable(value, None, round=machine.new_round(value)))
            state = _round(machine, frame, command.body, inner, source)
            if state.flow != "run":
                break
        return _behind_loop(machine, frame, state)

    return rounds(state)


def _round(machine: Interpreter, frame: Frame, body: syntax.Body, state: State, source: Source) -> State:
    """One round of a loop: what continues meets what ran to the end of the body."""
    inner = Frame("loop", state)
    machine.frames.append(inner)
    after = machine.statements(body.statements, replace(state, status="success"), source)
    machine.frames.pop()
    outwards = [left for left in inner.left if left.levels > 1]
    inner.left = [left for left in inner.left if left.levels == 1]
    for left in outwards:
        leave(machine, replace(left, levels=left.levels - 1), machine.number())
    frame.left += [left for left in inner.left if left.flow == "break"]
    further = after if after.flow in ("break", "continue") and after.levels > 1 else None
    if further is not None:
        after = replace(further, flow="ended")
    if after.flow == "break":
        frame.left.append(after)
        after = replace(after, flow="ended")
    after = gather(machine, inner, after, ("continue",))
    if further is not None:
        further = replace(further, levels=further.levels - 1)
        if after.flow == "ended":
            return further
        leave(machine, further, machine.number())
    return replace(after, flow="run") if after.flow == "continue" else after


def _behind_loop(machine: Interpreter, frame: Frame, state: State) -> State:
    """The state behind a loop: one that leaves an outer loop as well does not meet what left this one."""
    if state.flow in ("break", "continue") and frame.left:
        leave(machine, state, machine.number())
        state = replace(state, flow="ended")
    state = gather(machine, frame, state, ("break",))
    before = frame.before.variables
    ended = {
        name: replace(found, round=None)
        for name, found in state.variables.items()
        if found.round is not None and (name not in before or before[name].round != found.round)
    }
    return replace(state, variables={**state.variables, **ended}) if ended else state


def while_loop(machine: Interpreter, command: syntax.While, state: State, source: Source) -> State | None:
    """`while` and `until` as long as the test is known."""
    frame = Frame("loop", state)
    mark = machine.mark()
    for number in range(MAX_ROUNDS):
        state = machine.tested(command.test.statements, state, source)
        if state.flow != "run":
            return _behind_loop(machine, frame, state)
        outcome = decide(question(machine, state, strict=True), state.facts)
        if outcome is None:
            break
        if outcome is command.until:
            if number == 0:
                unreached(machine, [command.body], state, source)
            return _behind_loop(machine, frame, replace(state, status="success"))
        state = _round(machine, frame, command.body, state, source)
        if state.flow != "run":
            return _behind_loop(machine, frame, state)
    # its end is not known
    machine.back_to(mark)
    return None


def counted_loop(machine: Interpreter, command: syntax.CountedFor, state: State, source: Source) -> State | None:
    """bash's `for ((first; test; next))` as long as the test is known; an empty test holds."""
    frame = Frame("loop", state)
    mark = machine.mark()
    state, _ = machine.words.calculate(command.first, state, source, command.span)
    for number in range(MAX_ROUNDS):
        state, outcome = machine.words.calculate(command.test or "1", state, source, command.span)
        if outcome is None:
            break
        if not outcome:
            if number == 0:
                unreached(machine, [command.body], state, source)
            return _behind_loop(machine, frame, replace(state, status="success"))
        state = _round(machine, frame, command.body, state, source)
        if state.flow != "run":
            return _behind_loop(machine, frame, state)
        state, _ = machine.words.calculate(command.next, state, source, command.span)
    # its end is not known
    machine.back_to(mark)
    return None


def double_brackets(machine: Interpreter, command: syntax.Test, state: State, source: Source) -> State:
    """`[[ ... ]]`."""
    options = listed(machine, command.words, (), state)
    if options:
        paths: list[tuple[Condition, Follow]] = [
            (condition, lambda inner: double_brackets(machine, command, inner, source)) for condition in options
        ]
        return follow(machine, state, paths)
    operands = []
    for word in command.words:
        bare = len(word.parts) == 1 and isinstance(word.parts[0], syntax.Text) and not word.parts[0].quoted
        state, text, pattern, regular = machine.word_forms(word, state, source)
        operands.append(conditions.Operand(text, pattern, bare, regular))
    machine.note_test(("[[", *(operand.text for operand in operands), "]]"), command.span, state, source)
    flats = tuple(operand.text for operand in operands)
    resolve = machine.run.unknowns.resolve

    def ask(inner: State) -> State:
        found = [
            replace(o, text=resolve(o.text, inner.facts), pattern=resolve(o.pattern, inner.facts)) for o in operands
        ]
        return machine.asked(lambda scene: conditions.extended(found, scene), inner)

    return choices(machine, state, flats, ask)


def evaluation(machine: Interpreter, command: syntax.Evaluation, state: State, source: Source) -> State:
    """`(( ... ))`: fails where the value is zero."""
    outer, first = machine.site, machine.number()
    machine.site = Site(source, command.span)
    state, text = machine.words.expand_expression(command.expression, state, source, command.span)
    state, value = machine.words.evaluate(text, state, source, command.span, True)
    machine.site = outer
    if machine.number() == first:
        machine.note_test(("((", text, "))"), command.span, state, source)
    if value is None or machine.dialect != "bash":
        # dash takes it for a subshell in a subshell
        return replace(state, status="unknown", asked=None)
    return replace(state, status="success" if value else "failure", asked=None)
