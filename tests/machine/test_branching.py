"""Paths that part and meet again, as states."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from converter.machine.branching import enter, meet
from converter.machine.host import Alternatives, Entry, FromHost, HostFiles, StartingFiles, possible
from converter.machine.predicate import Atom, Condition, negate
from converter.machine.state import Image, State, Variable
from converter.machine.value import Unknowns, Value
from converter.source import Source, Span

SOURCE = Source("build.sh", '[ -n "$CI" ]')
TEST = Atom(("is", "$CI", ""))
HOLDS = Condition(TEST, SOURCE, Span(0, 12), (0, 0), True)
FAILS = Condition(negate(TEST), SOURCE, Span(0, 12), (0, 0), False)


def start() -> State:
    return State({}, "", HostFiles(StartingFiles(["src/main.go"]), {}), {}, {}, ())


Change = Callable[[State], State]


def parted(change_holds: Change, change_fails: Change) -> tuple[State, Unknowns]:
    """The state behind a test with a change on each way."""
    unknowns = Unknowns()
    paths = []
    for condition, change in ((HOLDS, change_holds), (FAILS, change_fails)):
        state = enter(start(), condition, unknowns)
        paths.append((condition, change(state)))
    return meet(start(), paths, unknowns), unknowns


def setting(text: str) -> Change:
    return lambda state: state.assign("x", Variable(Value.literal(text), None))


def test_a_variable_that_differs_is_a_choice_until_the_test_is_decided() -> None:
    state, unknowns = parted(setting("a"), setting("b"))
    assert not state.variables["x"].value.known
    assert state.conditions == ()
    assert enter(state, HOLDS, unknowns).variables["x"].value.flat == "a"
    assert enter(state, FAILS, unknowns).variables["x"].value.flat == "b"


def test_a_variable_that_is_the_same_on_both_ways_stays_known() -> None:
    state, _ = parted(setting("a"), setting("a"))
    assert state.variables["x"].value.flat == "a"


def test_a_file_that_one_way_makes_may_be_there() -> None:
    made = Entry("file", FromHost(1), (1,))
    state, unknowns = parted(lambda s: s.with_files(s.files.put("out", made)), lambda s: s)
    entry = state.files.lookup("out")
    assert entry is not None
    assert isinstance(entry.origin, Alternatives)
    assert possible(entry) == [made]
    assert enter(state, HOLDS, unknowns).files.lookup("out") == made
    assert enter(state, FAILS, unknowns).files.lookup("out") is None


def test_a_removed_folder_may_still_hold_its_files() -> None:
    state, unknowns = parted(lambda s: s.with_files(s.files.put("src", None)), lambda s: s)
    assert enter(state, FAILS, unknowns).files.lookup("src/main.go") == start().files.lookup("src/main.go")
    assert enter(state, HOLDS, unknowns).files.lookup("src/main.go") is None


def test_an_image_of_one_way_is_that_image_or_none() -> None:
    image = Image(3)
    state, unknowns = parted(lambda s: replace(s, images={"b": image}), lambda s: s)
    assert state.images["b"].events == (3,)
    assert len(state.images["b"].choices) == 2
    assert enter(state, HOLDS, unknowns).images["b"] == image
    assert "b" not in enter(state, FAILS, unknowns).images
