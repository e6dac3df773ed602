"""The names that a script may be called with."""

from __future__ import annotations

import pytest

from converter.drivers.arguments import MAX_NAMES, first_argument
from converter.shell import reader
from converter.source import Source


def names(text: str) -> tuple[str, ...]:
    choice = first_argument(reader.read(Source("build.sh", text)))
    return choice.names if choice is not None else ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('case "$1" in build|image) ;; push) ;; *) ;; esac', ("build", "image", "push")),
        ('if [ "$1" = build ]; then :; elif [[ $1 == push ]]; then :; fi', ("build", "push")),
        ('if test "${1:-build}" != clean; then :; fi', ("clean",)),
        ("CMD=${1:-build}; case $CMD in build) ;; push) ;; esac", ("build", "push")),
        ('main() { case "$1" in build) ;; esac; }\nmain "$@"', ("build",)),
        ('build() { :; }\npush() { :; }\n"$@"', ("build", "push")),
        ('CMD=$1; shift\nbuild() { :; }\n"$CMD" "$@"', ("build",)),
        ("build() { :; }\nbuild", ()),
        ('case "$2" in build) ;; esac', ()),
        ('case "$1" in -h|--help) ;; [0-9]*) ;; "$OTHER") ;; esac', ()),
        ('[ -z "$1" ] && exit 1', ()),
    ],
)
def test_names_are_those_that_the_first_argument_is_held_against(text: str, expected: tuple[str, ...]) -> None:
    assert names(text) == expected


def test_very_many_names_are_no_choice() -> None:
    functions = "".join(f"f{number}() {{ :; }}\n" for number in range(MAX_NAMES + 1))
    assert names(functions + '"$@"') == ()


def test_the_place_is_that_of_the_choice() -> None:
    text = 'build() { :; }\n"$@"\n'
    choice = first_argument(reader.read(Source("build.sh", text)))
    assert choice is not None
    assert text[choice.span.start : choice.span.end] == '"$@"'
