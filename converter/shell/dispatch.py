"""A command whose name comes from outside: `"$@"`, `"$1"`, `do_$1`. It may be any function of the script.

Each function that the name may mean is followed under the condition that it is this one, as an arm of a `case` would
be; any other name is a command that stays as it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from converter.diagnostics import Refusal
from converter.machine.predicate import All, Condition, Predicate, constant, decide, negate
from converter.machine.state import State
from converter.machine.value import TOKEN_END, TOKEN_START, Piece, Value
from converter.shell import conditions, flow
from converter.shell.commands.call import Call, Result
from converter.shell.commands.other import other
from converter.shell.expansion import Field

if TYPE_CHECKING:
    from converter.shell.interpreter import Interpreter

MAX_FUNCTIONS = 40
"""Of more functions only those that run docker commands are followed."""

_ONE_UNKNOWN = re.compile(f"([^{TOKEN_START}]*)({TOKEN_START}[^{TOKEN_END}]*{TOKEN_END})([^{TOKEN_START}]*)")
_ALL_ARGUMENTS = frozenset({"$@", "$*"})


def follow(machine: Interpreter, call: Call, state: State) -> Result | None:
    """The functions that a command may call whose name is not known; None where the name can mean none of them.

    A command that is met while such a function is followed is not looked at: who calls himself by name is not
    understood any better for it.
    """
    form = _ONE_UNKNOWN.fullmatch(call.fields[0].value.flat)
    if form is None or machine.dispatching or not machine.functions:
        return None
    before, token, after = form.groups()
    arguments = next(iter(machine.run.unknowns.tokens_in(token))).expression in _ALL_ARGUMENTS
    subject = _first_argument(machine, state) if arguments else token
    if arguments and before + after:
        return None
    called: list[tuple[str, Predicate]] = []
    for name in _candidates(machine):
        if not name.startswith(before) or not name.endswith(after) or len(name) <= len(before + after):
            continue
        predicate = conditions.matches(subject, name[len(before) : len(name) - len(after)])
        outcome = decide(predicate, state.facts)
        if outcome:
            called = [(name, constant(True))]
            break
        if outcome is None:
            called.append((name, predicate))
    if not called:
        return None
    span = call.fields[0].span
    asked = call.source.slice(span)
    rest = (_rest(machine, call),) if arguments else ()

    def arm(name: str) -> flow.Follow:
        first = Field(Value.literal(name), span)
        return lambda inner: _followed(machine, name, replace(call, fields=(first, *rest, *call.fields[1:])), inner)

    if called[0][1] == constant(True):
        return Result(arm(called[0][0])(state), None)
    paths = [
        (Condition(predicate, call.source, span, (call.number, call.number), text=f"{asked} calls {name}"), arm(name))
        for name, predicate in called
    ]
    none = All(tuple(negate(predicate) for _, predicate in called))
    if decide(none, state.facts) is not False:
        condition = Condition(
            none, call.source, span, (call.number, call.number), text=f"{asked} calls no function of the script"
        )
        paths.append((condition, lambda inner: other(call, inner).state))
    machine.dispatching = True
    try:
        return Result(flow.follow(machine, state, paths), None)
    finally:
        machine.dispatching = False


def _candidates(machine: Interpreter) -> list[str]:
    names = [name for name, (_, function) in machine.functions.items() if function.name]
    if len(names) > MAX_FUNCTIONS:
        return [name for name in names if machine.works(name, set())]
    return names


def _first_argument(machine: Interpreter, state: State) -> str:
    """What `$1` is where the arguments are not known."""
    key: tuple[object, ...] = ("outside", "1", state.series) if state.series else ("outside", "1")
    return machine.run.unknowns.token(key, "$1", "$1 comes from outside the script")


def _rest(machine: Interpreter, call: Call) -> Field:
    """The arguments behind the first one: none, one or several."""
    token = machine.run.unknowns.token(("arguments", machine.fresh()), '"${@:2}"', "they come from outside the script")
    return Field(Value((Piece(token),)), call.fields[0].span, splits=True)


def _followed(machine: Interpreter, name: str, call: Call, state: State) -> State:
    """A function's call. One that has nothing to do with the pattern and cannot be followed stays as it is."""
    mark = machine.mark()
    shell = machine.calls, machine.captured, machine.site
    try:
        return machine.call_function(name, call, state)
    except Refusal:
        if machine.works(name, set()):
            raise
        machine.calls, machine.captured, machine.site = shell
        machine.back_to(mark)
        return other(call, state).state
