"""A text made out of another one: places, values and edits go back to where they came from."""

from __future__ import annotations

import pytest

from converter.diagnostics import Refusal
from converter.machine.derived import DerivedSource, Segment, is_outer
from converter.source import Edit, Source, Span, apply_edits

ORIGINAL = "all:\n\tdocker build -t $(IMAGE) \\\n\t  --pull $$x .\n"


def derived() -> DerivedSource:
    """`docker build -t app:1 \\`, a line end, `  --pull $x .`, as a makefile has it."""
    source = Source("Makefile", ORIGINAL)

    def at(text: str) -> Span:
        start = ORIGINAL.index(text)
        return Span(start, start + len(text))

    segments = [
        Segment("docker build -t ", at("docker build -t ")),
        Segment("app:1", at("$(IMAGE)"), "$(IMAGE)"),
        Segment(" \\\n", at(" \\\n")),
        Segment("  --pull ", at("  --pull ")),
        Segment("$", at("$$"), "$$", True),
        Segment("x .", at("x .")),
    ]
    return DerivedSource("Makefile:2", source, segments, Span(5, len(ORIGINAL)), lambda expression: "")


def span(text: str) -> Span:
    start = derived().text.index(text)
    return Span(start, start + len(text))


def edited(edit: Edit) -> str:
    return apply_edits(ORIGINAL, [derived().edit(edit)])


def test_a_place_is_that_of_the_original() -> None:
    assert str(derived().location(span("--pull"))) == "Makefile:3:4"
    assert str(derived().location(span("app:1"))) == "Makefile:2:18"


def test_a_part_of_an_expansion_has_the_place_of_the_whole() -> None:
    location = derived().location(span("1"))
    assert (location.column, location.end_column) == (18, 26)


def test_what_the_original_says_can_be_written_again() -> None:
    assert derived().written(span("-t app:1")) == "-t $(IMAGE)"
    assert derived().written(span("$x")) == "$$x"


def test_a_part_of_an_expansion_cannot_be_written() -> None:
    with pytest.raises(Refusal) as refusal:
        derived().written(span("app"))
    assert refusal.value.diagnostic.code == "STG304"


def test_literal_text_is_literal_and_an_expansion_keeps_its_expression() -> None:
    literal, expansion = derived().value("-t app:1", span("-t app:1")).pieces
    assert (literal.text, literal.reference) == ("-t ", None)
    assert expansion.reference is not None
    assert (expansion.text, expansion.reference.expression) == ("app:1", "$(IMAGE)")
    assert is_outer(expansion.reference)


def test_a_part_of_an_expansion_has_no_expression() -> None:
    (piece,) = derived().value("app", span("app")).pieces
    assert piece.reference is not None
    assert piece.reference.expression == ""


def test_an_escaped_dollar_is_literal() -> None:
    assert [piece.reference for piece in derived().value("$", span("$")).pieces] == [None]


def test_an_insertion_stands_behind_the_prefix_of_a_continued_line() -> None:
    place = span("  --pull").start
    assert edited(Edit(Span(place, place), "X")) == ORIGINAL.replace("\t  --pull", "\tX  --pull")


def test_a_continued_line_goes_with_its_prefix() -> None:
    line = Span(span("  --pull").start, len(derived().text))
    assert edited(Edit(line, "")) == "all:\n\tdocker build -t $(IMAGE) \\\n\n"


def test_a_whole_expansion_can_be_replaced() -> None:
    assert "docker build -t app:2 " in edited(Edit(span("app:1"), "app:2"))


def test_an_edit_inside_an_expansion_is_refused() -> None:
    with pytest.raises(Refusal):
        edited(Edit(span("1"), "2"))
