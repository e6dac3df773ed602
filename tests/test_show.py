from __future__ import annotations

import pytest

from converter.diagnostics import Diagnostic
from converter.printable import visible
from converter.show import MAX_CELLS, diagnostic_lines
from converter.source import Location, Source, Span


def shown(text: str, start: int, end: int, message: str = "what", help: str | None = None) -> list[str]:
    source = Source("a.sh", text)
    found = Diagnostic("STG301", "error", message, help, source.location(Span(start, end)))
    return ["".join(piece for piece, _ in line) for line in diagnostic_lines(found, {"a.sh": source})]


@pytest.mark.parametrize(
    ("text", "marked", "line", "mark"),
    [
        ("echo hello\n", "hello", "echo hello", "     ~~~~^"),
        ("echo x", "x", "echo x", "     ^"),
        ("\techo\tx\n", "x", "    echo    x", "            ^"),
        ("echo\t\tx\n", "\t\t", "echo        x", "    ~~~~~~~^"),
        ("echo x\r\n", "echo x", "echo x", "~~~~~^"),
        ("echo 漢字 x\n", "漢字", "echo 漢字 x", "     ~~~^"),
        ("漢字 x\n", "x", "漢字 x", "     ^"),
        ("e\u0301 x\n", "x", "e\u0301 x", "  ^"),
        ("\ufeffFROM\n", "FROM", "FROM", "~~~^"),
        ("a\x1b[31m x\n", "x", "a\\x1b[31m x", "          ^"),
        ("a\u202eb x\n", "x", "a\\u202eb x", "         ^"),
    ],
)
def test_the_mark_stands_under_the_place(text: str, marked: str, line: str, mark: str) -> None:
    start = text.index(marked)
    assert shown(text, start, start + len(marked))[3:] == [f"1 | {line}", f"  | {mark}"]


def test_a_place_over_several_lines_is_marked_to_the_end_of_the_first() -> None:
    assert shown("a bc \\\n d\n", 2, 9)[3:] == ["1 | a bc \\", "  |   ~~~^"]


def test_a_place_behind_the_end_of_a_line_is_marked_there() -> None:
    assert shown("ab\n", 2, 2)[3:] == ["1 | ab", "  |   ^"]


def test_the_margin_grows_with_the_line_number() -> None:
    assert shown("\n" * 99 + "x\n", 99, 100) == [
        "error[STG301]: what",
        "   --> a.sh:100:1",
        "    |",
        "100 | x",
        "    | ^",
    ]


def test_the_help_stands_below() -> None:
    assert shown("x\n", 0, 1, help="do this")[-1] == "  = help: do this"


@pytest.mark.parametrize("position", [0, 5, 500, 4990, 4999])
def test_of_a_very_long_line_the_part_around_the_place_is_shown(position: int) -> None:
    text = "x" * position + "M" + "x" * (4999 - position) + "\n"
    line, mark = shown(text, position, position + 1)[3:]
    assert line.index("M") == mark.index("^")
    assert max(len(line), len(mark)) <= MAX_CELLS + 10


def test_a_mark_longer_than_what_is_shown_ends_with_it() -> None:
    line, mark = shown("x" * 5000 + "\n", 0, 5000)[3:]
    assert len(mark) <= len(line)


@pytest.mark.parametrize("location", [Location("other", 1, 1, 1, 2), Location("a.sh", 9, 1, 9, 2), None])
def test_a_place_without_a_text_is_only_named(location: Location | None) -> None:
    lines = diagnostic_lines(Diagnostic("STG301", "note", "what", None, location), {"a.sh": Source("a.sh", "x\n")})
    assert len(lines) == (1 if location is None else 2)


def test_nothing_from_a_file_steers_the_terminal() -> None:
    assert visible("a\x1b]0;x\x07\r\n\tb\x9b") == "a\\x1b]0;x\\x07\\x0d\\x0a\tb\\x9b"
