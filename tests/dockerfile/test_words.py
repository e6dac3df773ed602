from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from converter.dockerfile.words import Reference, WordError, expand, expand_words, has_unknown, only_unknown, references
from tests.dockerfile.support import Tokens

VALUES = {
    "x": "value",
    "empty": "",
    "path": "/usr/local/lib",
    "file": "archive.tar.gz",
    "two": "a b",
    "star": "a*b",
    "_1": "under",
    "lines": "a\nb",
}


def expanded(text: str, escape: str = "\\") -> str:
    return expand(text, VALUES.get, escape=escape, unknown=Tokens())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("plain", "plain"),
        ("a b  c", "a b  c"),
        # Variables
        ("$x", "value"),
        ("$x/$x", "value/value"),
        ("${x}y", "valuey"),
        ("$xy", ""),
        ("$_1", "under"),
        ("$1a", "a"),
        ("$", "$"),
        ("a$", "a$"),
        ("$ x", "$ x"),
        ("$/", "$/"),
        ("$$x", "x"),
        ("$?", ""),
        ("${1}", ""),
        ("$é", ""),
        # Quotes and escapes
        ("'$x'", "$x"),
        ('"$x"', "value"),
        ("\"'$x'\"", "'value'"),
        ("'a'\"b\"c", "abc"),
        ("''", ""),
        ("'a\\'", "a\\"),
        ("\\$x", "$x"),
        ("\\\\$x", "\\value"),
        ("\\a\\ b", "a b"),
        ("a\\", "a"),
        ('"\\$x"', "$x"),
        ('"\\a\\"\\\\"', '\\a"\\'),
        ("\\'$x\\'", "'value'"),
        ('"$"', "$"),
        # Defaults and alternatives
        ("${x:-d}", "value"),
        ("${empty:-d}", "d"),
        ("${none:-d}", "d"),
        ("${x-d}", "value"),
        ("${empty-d}", ""),
        ("${none-d}", "d"),
        ("${none-}", ""),
        ("${x:+a}", "a"),
        ("${empty:+a}", ""),
        ("${none:+a}", ""),
        ("${x+a}", "a"),
        ("${empty+a}", "a"),
        ("${none+a}", ""),
        ("${x:?e}", "value"),
        ("${x?e}", "value"),
        ("${empty?e}", ""),
        ("${none:-$x}", "value"),
        ("${none:-${x}}", "value"),
        ("${none:-${none:-${x:+deep}}}", "deep"),
        ("${none:-'a b'}", "a b"),
        ('${none:-"$x"}', "value"),
        ("${none:-a\\}b}", "a}b"),
        ("${none:--}", "-"),
        # Prefixes and suffixes
        ("${path#/}", "usr/local/lib"),
        ("${path#/*/}", "local/lib"),
        ("${path##*/}", "lib"),
        ("${path%/*}", "/usr/local"),
        ("${path%%/*}", ""),
        ("${file%.*}", "archive.tar"),
        ("${file%%.*}", "archive"),
        ("${file#*.}", "tar.gz"),
        ("${file##*.}", "gz"),
        ("${file%.zip}", "archive.tar.gz"),
        ("${file#?}", "rchive.tar.gz"),
        ("${file%??}", "archive.tar."),
        ("${x#}", "value"),
        ("${x#[v]}", "value"),
        ("${star#a\\*}", "b"),
        ("${star%\\*b}", "a"),
        ("${none#a}", ""),
        ("${x#$x}", ""),
        ("${lines#*}", "a\nb"),
        ("${lines##*}", "\nb"),
        # Replacements
        ("${path/\\/usr/\\/opt}", "\\/opt/local/lib"),
        ("${x/a/b}", "vblue"),
        ("${path//l/L}", "/usr/LocaL/Lib"),
        ("${file/.*/}", "archive"),
        ("${file/a*e/b}", "b.tar.gz"),
        ("${x//?/.}", "....."),
        ("${x/z/y}", "value"),
        ("${x//z/y}", "value"),
        ("${none/a/b}", ""),
        ("${x/$x/${path}}", "/usr/local/lib"),
        ("${x//e/[\\$0]}", "valu[\\e]"),
        ("${x//e/[\\$$0]}", "valu[\\$]"),
        ("${x/e/\\$0}", "valu\\$0"),
    ],
)
def test_expansion(text: str, expected: str) -> None:
    assert expanded(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("`$x", "$x"), ("\\$x", "\\value"), ('"`"`$x\\n"', '"$x\\n'), ("a` b", "a b"), ("'`'", "`")],
)
def test_the_files_escape_character_counts(text: str, expected: str) -> None:
    assert expanded(text, "`") == expected


@pytest.mark.parametrize(
    ("text", "message", "offset"),
    [
        ("a'b", "the single quote is not closed", 1),
        ('a"b', "the double quote is not closed", 1),
        ('"a\\', "the double quote is not closed", 0),
        ("a${", "'}' is missing", 1),
        ("${x", "'}' is missing", 0),
        ("${x:", "'}' is missing", 0),
        ("${x:-", "'}' is missing", 0),
        ("${x/a", "'/' is missing", 0),
        ("${x/a/b", "'}' is missing", 0),
        ("${}", "bad substitution", 0),
        ("${:x}", "bad substitution", 0),
        ("${{x}}", "bad substitution", 0),
        ("${x@Q}", "the modifier '@'", 0),
        ("${x:1}", "the modifier ':1'", 0),
        ("${x:1:2}", "the modifier ':1'", 0),
        ("${none?}", "none: is not allowed to be unset", 0),
        ("${none:?say this}", "none: say this", 0),
        ("${empty:?}", "empty: is not allowed to be empty", 0),
        ("${x#\\a}", "the pattern", 0),
        ("${x/\\a/b}", "the pattern", 0),
    ],
)
def test_what_engines_reject(text: str, message: str, offset: int) -> None:
    with pytest.raises(WordError) as caught:
        expanded(text)
    assert message in caught.value.message
    assert caught.value.offset == offset


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a  b\tc", ["a", "b", "c"]),
        (" a ", ["a"]),
        ("", []),
        ("'a b' \"c d\"", ["a b", "c d"]),
        ("a\\ b c", ["a b", "c"]),
        ("$two", ["a", "b"]),
        ("x$two", ["xa", "b"]),
        ('"$two"', ["a b"]),
        ("'' a", ["a"]),
        ("$none a", ["a"]),
        ("a''b", ["ab"]),
        ("${none:-c d}", ["c", "d"]),
        ("<< a", ["<<", "a"]),
    ],
)
def test_words_are_divided_outside_of_quotes(text: str, expected: list[str]) -> None:
    assert expand_words(text, VALUES.get, unknown=Tokens()) == expected


UNKNOWNS = {"u": "\x007\x01", "v": "1.\x007\x01", "uu": "\x007\x01\x008\x01", "x": "value"}


@pytest.mark.parametrize(
    ("text", "expected", "asked"),
    [
        ("a-$u", "a-\x007\x01", []),
        ('"$v"/${u}', "1.\x007\x01/\x007\x01", []),
        ("${u:-d}", "\x000\x01", ["${u:-d}"]),
        ("${uu:-d}", "\x000\x01", ["${uu:-d}"]),
        ("${u:+d}", "\x000\x01", ["${u:+d}"]),
        ("${v:-d}", "1.\x007\x01", []),
        ("${v:+d}", "d", []),
        ("${u-d}", "\x007\x01", []),
        ("${u+d}", "d", []),
        ("${u:?e}", "\x007\x01", []),
        ("a${v#1.}b", "a\x000\x01b", ["${v#1.}"]),
        ("${v%%.*}", "\x000\x01", ["${v%%.*}"]),
        ("${v/1/2}", "\x000\x01", ["${v/1/2}"]),
        ("${v//1/$u}", "\x000\x01", ["${v//1/$u}"]),
        ("${x#$u}", "\x000\x01", ["${x#$u}"]),
        ("${x/$u/a}", "\x000\x01", ["${x/$u/a}"]),
        ("${x/v/$u}", "\x007\x01alue", []),
        ("${none:-$u}", "\x007\x01", []),
        ("${none:-${u#a}}-${u#a}", "\x000\x01-\x001\x01", ["${u#a}", "${u#a}"]),
    ],
)
def test_unknown_values_pass_or_make_the_expression_unknown(text: str, expected: str, asked: list[str]) -> None:
    tokens = Tokens()
    assert expand(text, UNKNOWNS.get, unknown=tokens) == expected
    assert tokens.expressions == asked


def test_a_token_stays_in_one_word() -> None:
    assert expand_words("a$u b", UNKNOWNS.get, unknown=Tokens()) == ["a\x007\x01", "b"]


@pytest.mark.parametrize(
    ("value", "some", "all_of_it"),
    [
        ("", False, False),
        ("a", False, False),
        ("\x001\x01", True, True),
        ("\x001\x01\x0022\x01", True, True),
        ("a\x001\x01", True, False),
        ("\x001\x01a", True, False),
    ],
)
def test_what_is_unknown_of_a_value(value: str, some: bool, all_of_it: bool) -> None:
    assert has_unknown(value) is some
    assert only_unknown(value) is all_of_it


def test_references_have_names_and_places() -> None:
    text = "a$x'$no'\"$y\"\\$no${z:-$in}${p#${q}}"
    assert references(text) == [
        Reference("x", 1, 3, "$x"),
        Reference("y", 9, 11, "$y"),
        Reference("in", 21, 24, "$in"),
        Reference("z", 16, 25, "${z:-$in}"),
        Reference("q", 29, 33, "${q}"),
        Reference("p", 25, 34, "${p#${q}}"),
    ]
    assert references("${unset?message}${x/a/$b}")[0].name == "unset"
    assert references("`$x$y", "`") == [Reference("y", 3, 5, "$y")]
    with pytest.raises(WordError):
        references("${x")


@settings(max_examples=600, deadline=None)
@given(st.text(alphabet="ab$x{}:-+?#%/*\\'\" `", max_size=25))
def test_any_text_either_expands_or_is_rejected_with_a_place(text: str) -> None:
    problem, result = None, ""
    try:
        result = expand(text, {"x": "ab"}.get, unknown=Tokens())
    except WordError as error:
        problem = error
    if problem is None:
        assert not has_unknown(result)
        assert set(text) & set("$'\"\\") or result == text
    else:
        assert 0 <= problem.offset <= len(text)
        assert problem.message


def test_a_pattern_with_many_stars_is_quick() -> None:
    values = {"x": "a" * 3000}
    assert expand("${x#" + "*a" * 25 + "*b}", values.get, unknown=Tokens()) == "a" * 3000
