from __future__ import annotations

import pytest

from converter.dockerfile.pairs import is_old_form, pairs
from tests.dockerfile.support import edited, only, tree


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ENV k v", [("k", "v")]),
        ('ENV k  some "v" \t here ', [("k", 'some "v" \t here')]),
        ("ENV k=v", [("k", "v")]),
        (
            "ENV k=v k2=\"v 2\" k3='v 3' k4=v\\ 4 k5=",
            [("k", "v"), ("k2", '"v 2"'), ("k3", "'v 3'"), ("k4", "v\\ 4"), ("k5", "")],
        ),
        ('ENV k="a\\" b" c=d', [("k", '"a\\" b"'), ("c", "d")]),
        ("ENV k='a\\' b=c", [("k", "'a\\'"), ("b", "c")]),
        ("ENV k=a=b", [("k", "a=b")]),
        ("ENV k=v \\\n  # c\n  l=w", [("k", "v"), ("l", "w")]),
        ("ENV k", [("k", None)]),
        ("ENV k=v l", [("k", "v"), ("l", None)]),
        ("ENV", []),
        ("ARG k", [("k", None)]),
        ('ARG k=v l m="n o"', [("k", "v"), ("l", None), ("m", '"n o"')]),
        ('LABEL a.b=c "d e"=f', [("a.b", "c"), ('"d e"', "f")]),
        ("LABEL a b", [("a", "b")]),
        ("RUN k=v", []),
    ],
)
def test_names_and_values_as_written(text: str, expected: list[tuple[str, str | None]]) -> None:
    assert [(pair.name, pair.value) for pair in pairs(only(text))] == expected


def test_the_escape_character_of_the_file_counts() -> None:
    (env,) = tree("# escape=`\nENV a=b` c d=e\\ f=g\n").instructions
    assert [(pair.name, pair.value) for pair in pairs(env)] == [("a", "b` c"), ("d", "e\\"), ("f", "g")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('ENV a=b c="d e"\n', "ENV a=b c=x\n"),
        ("ENV a=b \\\n    c=d\n", "ENV a=b \\\n    c=x\n"),
        ("ARG a=1 c=d\n", "ARG a=1 c=x\n"),
    ],
)
def test_a_value_can_be_edited(text: str, expected: str) -> None:
    span = pairs(only(text))[1].value_span
    assert span is not None
    assert edited(text, span, "x") == expected


def test_both_sides_of_the_old_form_can_be_edited() -> None:
    text = "ENV key \\\n  a  b\n"
    (pair,) = pairs(only(text))
    assert is_old_form(only(text))
    assert pair.value_span is not None
    assert edited(text, pair.value_span, "x") == "ENV key \\\n  x\n"
    assert edited(text, pair.name_span, "x") == "ENV x \\\n  a  b\n"
    assert edited(text, pair.span, "x=y") == "ENV x=y\n"
