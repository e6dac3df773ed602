from __future__ import annotations

from bisect import bisect_right

import pytest
from hypothesis import given
from hypothesis import strategies as st

from converter.source import MAX_SOURCE_BYTES, Edit, Location, Source, SourceError, Span, apply_edits

TEXTS = st.text(alphabet="ab \t\r\n#\\é€😀\ufeff", max_size=60)


@pytest.mark.parametrize(
    ("data", "line", "column", "reason"),
    [
        pytest.param(b"\xff", 1, 1, "0xff", id="at the start"),
        pytest.param(b"FROM a\nRUN \xe9t\xe9\n", 2, 5, "0xe9", id="Latin-1 on a later line"),
        pytest.param("# é€😀 ".encode() + b"\x80", 1, 7, "0x80", id="columns count characters, not bytes"),
        pytest.param(b"a\n" + "é".encode()[:1], 2, 1, "0xc3", id="a character cut off at the end"),
        pytest.param(b"a\r\nb\0c", 2, 2, "NUL", id="a NUL byte behind a Windows line end"),
        pytest.param(b"\0" * 8, 1, 1, "NUL", id="nothing but NUL bytes"),
        pytest.param(b"\xff\xfeF\0R\0", 1, 4, "NUL", id="UTF-16 is binary"),
    ],
)
def test_bytes_that_are_no_text_are_refused_with_their_place(data: bytes, line: int, column: int, reason: str) -> None:
    with pytest.raises(SourceError) as caught:
        Source.decode("d/Dockerfile", data)
    assert (caught.value.path, caught.value.line, caught.value.column) == ("d/Dockerfile", line, column)
    assert reason in caught.value.reason
    assert str(caught.value).startswith(f"d/Dockerfile:{line}:{column}: ")


def test_the_largest_file_is_read_and_a_byte_more_is_not() -> None:
    assert len(Source.decode("a", b"x" * MAX_SOURCE_BYTES).text) == MAX_SOURCE_BYTES
    with pytest.raises(SourceError, match="1,048,577 bytes"):
        Source.decode("a", b"x" * (MAX_SOURCE_BYTES + 1))


@given(TEXTS)
def test_decoding_keeps_every_byte(text: str) -> None:
    assert Source.decode("a", text.encode()).text.encode() == text.encode()


@pytest.mark.parametrize(
    ("text", "newline"),
    [
        ("", "\n"),
        ("a", "\n"),
        ("a\nb\r\n", "\n"),
        ("a\r\nb\n", "\r\n"),
        ("\n", "\n"),
        ("\r\n", "\r\n"),
        ("a\rb", "\n"),
    ],
)
def test_the_line_end_is_that_of_the_first_line(text: str, newline: str) -> None:
    assert Source("a", text).newline == newline


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("a", ["a"]),
        ("a\n", ["a"]),
        ("a\nb", ["a", "b"]),
        ("a\r\n\r\nb\r\n", ["a", "", "b"]),
        ("\n\n", ["", ""]),
        ("é\n\tß", ["é", "\tß"]),
    ],
)
def test_lines_are_counted_from_one_and_come_without_their_ends(text: str, lines: list[str]) -> None:
    source = Source("a", text)
    assert source.line_count() == len(lines)
    assert [source.line_text(number) for number in range(1, source.line_count() + 1)] == lines


@given(TEXTS)
def test_line_spans_join_to_the_whole_text(text: str) -> None:
    source = Source("a", text)
    spans = [source.line_span(number) for number in range(1, source.line_count() + 1)]
    assert "".join(source.slice(span) for span in spans) == text
    assert all(text[span.end - 1] == "\n" for span in spans[:-1])


@given(TEXTS, st.data())
def test_line_and_column_lead_back_to_the_offset(text: str, data: st.DataObject) -> None:
    source = Source("a", text)
    offset = data.draw(st.integers(0, len(text)))
    line, column = source.position(offset)
    starts = [0, *(index + 1 for index, character in enumerate(text) if character == "\n")]
    assert line == bisect_right(starts, offset)
    assert starts[line - 1] + column - 1 == offset


def test_a_location_ends_just_behind_the_last_character() -> None:
    source = Source("sub/build.sh", "é x\nab\n")
    assert source.location(Span(2, 6)) == Location("sub/build.sh", 1, 3, 2, 3)
    assert str(source.location(Span(4, 5))) == "sub/build.sh:2:1"


@pytest.mark.parametrize(
    ("inner", "outer", "inside"),
    [
        (Span(1, 2), Span(1, 2), True),
        (Span(1, 2), Span(0, 3), True),
        (Span(1, 4), Span(0, 3), False),
        (Span(0, 2), Span(1, 3), False),
        (Span(3, 3), Span(0, 3), True),
    ],
)
def test_a_span_holds_another_that_does_not_stick_out(inner: Span, outer: Span, inside: bool) -> None:
    assert (inner in outer) is inside


@pytest.mark.parametrize(
    ("edits", "result"),
    [
        ([], "abcdef"),
        ([Edit(Span(0, 0), ">")], ">abcdef"),
        ([Edit(Span(6, 6), "<")], "abcdef<"),
        ([Edit(Span(2, 4), "")], "abef"),
        ([Edit(Span(4, 5), "E"), Edit(Span(0, 1), "A")], "AbcdEf"),
        ([Edit(Span(3, 3), "1"), Edit(Span(3, 3), "2")], "abc12def"),
        ([Edit(Span(1, 3), "-"), Edit(Span(3, 5), "+")], "a-+f"),
        ([Edit(Span(0, 6), "")], ""),
    ],
)
def test_edits_change_only_what_they_name(edits: list[Edit], result: str) -> None:
    assert apply_edits("abcdef", edits) == result


@pytest.mark.parametrize(
    "edits",
    [
        [Edit(Span(0, 3), ""), Edit(Span(2, 4), "")],
        [Edit(Span(2, 4), "x"), Edit(Span(2, 4), "x")],
        [Edit(Span(0, 6), ""), Edit(Span(3, 3), "in the middle")],
    ],
)
def test_overlapping_edits_are_a_mistake(edits: list[Edit]) -> None:
    with pytest.raises(ValueError, match="overlapping edits"):
        apply_edits("abcdef", edits)


@given(TEXTS, st.data())
def test_edits_in_any_order_are_made_at_once(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8, unique=True)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    edits = [Edit(Span(start, end), data.draw(st.text("xyz", max_size=3))) for start, end in pairs]
    expected = text
    for edit in reversed(edits):
        expected = expected[: edit.span.start] + edit.text + expected[edit.span.end :]
    assert apply_edits(text, data.draw(st.permutations(edits))) == expected
