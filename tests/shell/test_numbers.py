"""seq, expr, wc, sort and their kin over known text."""

from __future__ import annotations

import pytest

from tests.shell.support import run, shown, tag_words


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("seq -s, 3", "1,2,3"),
        ("seq -s, 2 4", "2,3,4"),
        ("seq -s, 6 -2 1", "6,4,2"),
        ("expr 1 + 2", "3"),
        ("expr -7 / 2", "-3"),
        ("expr -7 % 2", "-1"),
        ("printf 'a\\nb' | wc -l", "1"),
        ("echo a b c | wc -w", "3"),
        ("printf 'ab' | wc -c", "2"),
        ("printf '%s\\n' c a b | sort | tr -d '\\n'", "abc"),
        ("printf '%s\\n' 10 9 | sort -n | head -1", "9"),
        ("printf '%s\\n' a b a | sort -ur | tr -d '\\n'", "ba"),
        ("printf '%s\\n' a a b a | uniq | tr -d '\\n'", "aba"),
        ("printf '%s\\n' a b | tac | tr -d '\\n'", "ba"),
    ],
)
def test_the_output_over_known_text_is_known(command: str, expected: str) -> None:
    found = run(f"docker tag a:$({command}) b")
    assert shown(found, tag_words(found)[0][2]) == f"a:{expected}"


@pytest.mark.parametrize(
    "command",
    [
        "seq 1.5", "seq 1 100000000", "expr 1 / 0", "expr length abc", "ls | wc -l", "wc -l VERSION",
        "printf '%s\\n' a B | sort", "printf '%s\\n' a-b ab | sort", "printf '%s\\n' 1 01 | sort -n", "sort -k2 list",
        "printf 'a\\n' | uniq -c",
    ],
)  # fmt: skip
def test_what_a_locale_the_tree_or_a_flag_decides_is_not(command: str) -> None:
    found = run(f"docker tag a:$({command}) b")
    assert shown(found, tag_words(found)[0][2]) == f"a:$({command})"


def test_the_result_of_expr_decides_its_status() -> None:
    found = run("expr 2 - 2 && docker tag a b; expr 2 - 1 && docker tag c d")
    assert [shown(found, words[2]) for words in tag_words(found)] == ["c"]
