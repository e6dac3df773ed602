from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from converter.machine.value import EMPTY, ROOT_TOKEN, Piece, Reference, Unknowns, Value, is_known, join
from converter.source import Source, Span

SOURCE = Source("build.sh", "$A$B\n")
A = Reference("$A", "A", False, SOURCE, Span(0, 2), 3)


def value(*parts: str) -> Value:
    """Literal pieces; a part that begins with `$` is what `$A` gave."""
    return Value(tuple(Piece(part[1:], A) if part.startswith("$") else Piece(part) for part in parts))


PIECES = st.lists(st.sampled_from(["x", "yz", "$1", "$23", "a/b"]), max_size=5)


def test_a_value_is_the_text_of_its_pieces() -> None:
    assert value("app:", "$1.2", "-rc").flat == "app:1.2-rc"
    assert EMPTY.flat == ""
    assert Value.literal("") == EMPTY
    assert Value.literal("x") == Value((Piece("x"),))


@given(PIECES, st.data())
def test_a_slice_is_the_slice_of_the_text(parts: list[str], data: st.DataObject) -> None:
    whole = value(*parts)
    start = data.draw(st.integers(0, len(whole.flat)))
    end = data.draw(st.none() | st.integers(start, len(whole.flat)))
    assert whole.slice(start, end).flat == whole.flat[start:end]


def test_a_reference_inside_a_slice_stays_whole() -> None:
    assert value("app:", "$1.2", "-rc").slice(4, 7).pieces == (Piece("1.2", A),)


@pytest.mark.parametrize(("start", "end"), [(5, 7), (4, 6), (5, 6)])
def test_a_reference_that_is_cut_can_no_longer_be_written_as_its_expression(start: int, end: int) -> None:
    (piece,) = value("app:", "$1.2", "-rc").slice(start, end).pieces
    assert piece.reference is not None
    assert piece.reference.expression == ""
    assert piece.reference.variable is None
    assert (piece.reference.binding, piece.reference.span) == (3, Span(0, 2))


@given(PIECES, PIECES)
def test_joined_values_are_joined_texts_with_neighbouring_literals_as_one_piece(one: list[str], two: list[str]) -> None:
    joined = value(*one) + value(*two)
    assert joined == join((value(*one), value(*two)))
    assert joined.flat == value(*one).flat + value(*two).flat
    pairs = zip(joined.pieces, joined.pieces[1:], strict=False)
    assert all(left.reference is not None or right.reference is not None for left, right in pairs)


def test_the_references_of_a_value_come_in_order() -> None:
    assert [piece.text for piece in value("a", "$1", "b", "$2").references()] == ["1", "2"]


def test_equal_keys_are_one_unknown_and_others_are_not() -> None:
    unknowns = Unknowns()
    first = unknowns.token(("outside", "TAG"), "$TAG", "it comes from outside")
    assert unknowns.token(("outside", "TAG"), "${TAG}", "again") == first
    assert unknowns.token(("outside", "TAGS"), "$TAGS", "it comes from outside") != first


def test_unknowns_are_found_in_a_text_and_shown_as_their_expressions() -> None:
    unknowns = Unknowns()
    tag = unknowns.token("tag", "$TAG", "outside")
    date = unknowns.token("date", "$(date)", "output")
    text = f"app:{tag}-{date}"
    assert [found.expression for found in unknowns.tokens_in(text)] == ["$TAG", "$(date)"]
    assert unknowns.show(text) == "app:$TAG-$(date)"
    assert unknowns.show("plain") == "plain"
    assert unknowns.show(f"{ROOT_TOKEN}/a") == "$PWD/a"
    assert not is_known(text)
    assert not Value((Piece(text),)).known
    assert is_known("app:1")
