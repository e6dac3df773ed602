"""Scalars of YAML: what each character of the value came from, in every style."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import (
    DoubleQuotedScalarString,
    FoldedScalarString,
    LiteralScalarString,
    SingleQuotedScalarString,
)

from converter.drivers.ci.document import Scalar, Table, items, read_document
from converter.drivers.ci.scalars import encode, read_scalar
from converter.source import Source

LINES = st.lists(st.text(alphabet="ab #:'\"\\-|>&*!%@,[]{}$\t", max_size=12), min_size=1, max_size=5)


def first_item(text: str) -> Scalar:
    """The first item of the list at the only key of a document."""
    (document,) = read_document(Source("x.yml", text))
    assert isinstance(document, Table)
    found = items(document.pairs[0][1])[0]
    assert isinstance(found, Scalar)
    return found


def pieces(text: str) -> tuple[str, list[tuple[str, str]]]:
    """The style of the first item, and each piece of its value with what stands there for it."""
    scalar = first_item(text)
    style, segments = read_scalar(text, scalar.span, scalar.value)
    assert "".join(segment.text for segment in segments) == scalar.value
    return style, [(s.text, text[s.span.start : s.span.end]) for s in segments if s.text or s.span.start < s.span.end]


@pytest.mark.parametrize(
    ("text", "style", "expected"),
    [
        ("a:\n  - x y # c\n", "plain", [("x y", "x y")]),
        ("a:\n  - x\n    y\n", "plain", [("x", "x"), (" ", "\n    "), ("y", "y")]),
        ("a:\n  - 'it''s'\n", "single", [("it", "it"), ("'", "''"), ("s", "s")]),
        ('a:\n  - "a\\tb"\n', "double", [("a", "a"), ("\t", "\\t"), ("b", "b")]),
        ('a:\n  - "a \\\n     b"\n', "double", [("a ", "a "), ("", "\\\n     "), ("b", "b")]),
        ("a:\n  - |\n    x\n      y\n", "literal", [("x", "x"), ("\n", "\n"), ("  y", "  y"), ("\n", "\n")]),
        ("a:\n  - |-\n    x\n\n    y\n", "literal", [("x", "x"), ("\n", "\n"), ("\n", "\n"), ("y", "y")]),
        ("a:\n  - >\n    x\n    y\n", "folded", [("x", "x"), (" ", "\n"), ("y", "y"), ("\n", "\n")]),
        ("a:\n  - >-\n    x\n\n    y\n", "folded", [("x", "x"), ("\n", "\n\n"), ("y", "y")]),
        ("a:\r\n  - |\r\n    x\r\n    y\r\n", "literal", [("x", "x"), ("\n", "\r\n"), ("y", "y"), ("\n", "\r\n")]),
        ("a:\n  - |2\n      x\n", "literal", [("  x", "  x"), ("\n", "\n")]),
    ],
)
def test_each_piece_stands_where_it_came_from(text: str, style: str, expected: list[tuple[str, str]]) -> None:
    assert pieces(text) == (style, expected)


@pytest.mark.parametrize(
    "style", [str, SingleQuotedScalarString, DoubleQuotedScalarString, LiteralScalarString, FoldedScalarString]
)
@given(lines=LINES)
def test_every_scalar_that_a_library_writes_is_read(style: type[str], lines: list[str]) -> None:
    value = "\n".join(lines)
    out = io.StringIO()
    writer = YAML()
    writer.width = 30
    writer.dump({"a": [style(value)]}, out)
    scalar = first_item(out.getvalue())
    _, segments = read_scalar(out.getvalue(), scalar.span, scalar.value)
    assert "".join(segment.text for segment in segments) == scalar.value
    for segment in segments:
        if segment.expression is None:
            assert segment.text == out.getvalue()[segment.span.start : segment.span.end]


def test_common_styles_are_never_opaque() -> None:
    for text in (
        "a:\n  - |\n    docker build \\\n      -t x .\n\n    docker push x\n\nb: 1\n",
        "a:\n  - >-\n    docker build\n    -t x .\n  - y\n",
        "a:\n  - docker build\n      -t x .\n",
        "a:\n  - |+\n    x\n\n",
        "a:\n  - |\n    x",
    ):
        assert pieces(text)[0] != "opaque"


def test_inserted_text_is_written_in_the_style_around_it() -> None:
    assert encode("it's", "single", "") == "it''s"
    assert encode('"\\\n', "double", "") == '\\"\\\\\\n'
    assert encode("a\nb", "literal", "  ") == "a\n  b"
    assert encode("a\nb", "plain", "") is None
