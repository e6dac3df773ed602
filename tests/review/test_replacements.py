from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from converter.batch.changes import Change
from converter.review.replacements import Replacement, replacements, span_of

TEXTS = st.lists(st.sampled_from(["a", "b", "c", "", "ä\r"]), max_size=8).map("\n".join)


def applied(text: str, found: list[Replacement]) -> str:
    """The text with whole lines replaced, from the last to the first, as an editor would do it."""
    lines = text.split("\n")
    for replacement in reversed(found):
        if replacement.last is not None:
            start, end = replacement.start - 1, replacement.end - 1
            assert end == len(lines)
            assert replacement.last == len(lines[-1])
            lines = ("\n".join([*lines[:start], ""]) + replacement.text).split("\n")
        else:
            head = "".join(line + "\n" for line in lines[: replacement.start - 1])
            tail = "\n".join(lines[replacement.end - 1 :])
            lines = (head + replacement.text + tail).split("\n")
    return "\n".join(lines)


@given(TEXTS, TEXTS)
def test_the_replacements_make_the_new_text(before: str, after: str) -> None:
    change = Change("f", before.encode(), after.encode())
    found = list(replacements(change))
    assert applied(before, found) == after
    assert all(first.end <= second.start for first, second in pairwise(found))


@given(TEXTS.filter(bool), TEXTS)
def test_one_span_makes_the_new_text_and_takes_a_line_away(before: str, after: str) -> None:
    if before != after:
        found = span_of(Change("f", before.encode(), after.encode()))
        assert found.start < found.end
        assert applied(before, [found]) == after


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("a\nb\nc\n", "a\nB\nc\n", [Replacement(2, 3, "B\n")]),
        ("a\nb\n", "b\n", [Replacement(1, 2, "")]),
        ("a\n", "x\na\n", [Replacement(1, 1, "x\n")]),
        ("a\nb", "a\nc\n", [Replacement(2, 3, "c\n", 1)]),
        ("", "a\n", [Replacement(1, 1, "a\n")]),
    ],
)
def test_lines_that_stay_are_not_replaced(before: str, after: str, expected: list[Replacement]) -> None:
    assert list(replacements(Change("f", before.encode(), after.encode()))) == expected


def test_an_insertion_takes_the_line_behind_it_along_or_the_one_before() -> None:
    assert span_of(Change("f", b"a\nb\n", b"a\nx\nb\n")) == Replacement(2, 3, "x\nb\n")
    assert span_of(Change("f", b"a\nb\n", b"a\nb\nx\n")) == Replacement(2, 3, "b\nx\n")
