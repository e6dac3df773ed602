"""Branches, loops, functions and what ends them: which docker commands run, and what they get.

Expected lists hold the operands of each `docker tag`, in the order of the paths that are followed.
"""

from __future__ import annotations

import pytest

from converter.diagnostics import Refusal
from converter.machine.events import Built
from tests.shell.support import run, tags

TAG = "docker tag $x b\n"

KNOWN = [
    pytest.param("if true; then docker tag a b; else docker tag c d; fi", ["a"], id="if with a known test"),
    pytest.param("if false; then docker tag a b; else docker tag c d; fi", ["c"], id="else"),
    pytest.param(
        "if false; then docker tag a b; elif true; then docker tag c d; else docker tag e f; fi", ["c"], id="elif"
    ),
    pytest.param("x=1; if [ $x = 1 ]; then docker tag a b; fi", ["a"], id="equal strings"),
    pytest.param('x=; if [ -z "$x" ]; then docker tag a b; fi', ["a"], id="an empty string"),
    pytest.param('if [ "abc" ]; then docker tag a b; fi', ["a"], id="a string alone"),
    pytest.param("if [ 3 -gt 2 -a 1 -le 1 ]; then docker tag a b; fi", ["a"], id="numbers"),
    pytest.param("if [ ! 1 -eq 2 ] && [ 1 -ne 2 -o 1 = 2 ]; then docker tag a b; fi", ["a"], id="not and or"),
    pytest.param("if test -f VERSION -a -d src; then docker tag a b; fi", ["a"], id="files of the tree"),
    pytest.param("if [ -d dist ]; then docker tag a b; fi", [], id="a folder that is not in the tree"),
    pytest.param("mkdir dist; if [ -d dist ]; then docker tag a b; fi", ["a"], id="a folder that was made"),
    pytest.param("[[ abc == a* && ! abc == *d ]] && docker tag a b", ["a"], id="patterns"),
    pytest.param('[[ abc == "a*" ]] || docker tag a b', ["a"], id="a quoted pattern is text"),
    pytest.param("[[ v1.2 =~ ^v[0-9.]+$ ]] || docker tag a b", [], id="a regular expression"),
    pytest.param(
        "[[ 000 =~ ^[0-9]+\\. ]] && docker tag a b; [[ 1.0 =~ ^[0-9]+\\.0$ ]] && docker tag c d",
        ["c"],
        id="an escaped character in a regular expression stands for itself",
    ),
    pytest.param(
        '[[ abc =~ "a.c" ]] && docker tag a b; [[ a.c =~ ^"a.c"$ ]] && docker tag c d',
        ["c"],
        id="a quoted part of a regular expression stands for itself",
    ),
    pytest.param(
        'r="a.c"; [[ abc =~ $r ]] && docker tag a b; [[ abc =~ "$r" ]] && docker tag c d',
        ["a"],
        id="a variable is an expression unless it is quoted",
    ),
    pytest.param(
        "x=b; case $x in a) docker tag a b;; b|c) docker tag c d;; *) docker tag e f;; esac", ["c"], id="case"
    ),
    pytest.param("x=abc; case $x in a*) docker tag a b;; esac", ["a"], id="case with a pattern"),
    pytest.param("for x in 1 2; do docker tag $x b; done", ["1", "2"], id="for"),
    pytest.param('for x in "$@"; do docker tag $x b; done', ["p", "q"], id="for over the arguments"),
    pytest.param("for x; do docker tag $x b; done", ["p", "q"], id="for without a list"),
    pytest.param("for x in 1 2 3; do [ $x = 2 ] && continue; docker tag $x b; done", ["1", "3"], id="continue"),
    pytest.param("for x in 1 2 3; do [ $x = 2 ] && break; docker tag $x b; done; " + TAG, ["1", "2"], id="break"),
    pytest.param(
        "for x in 1 2; do for y in 3 4; do [ $y = 4 ] && break 2; docker tag $x$y b; done; done; " + TAG,
        ["13", "1"],
        id="break out of two loops",
    ),
    pytest.param(
        "for x in 1 2; do for y in 3 4; do [ $y = 4 ] && continue 2; docker tag $x$y b; done; false; done; " + TAG,
        ["13", "23", "2"],
        id="continue the outer loop",
    ),
    pytest.param(
        "f() { for y in 3 4; do break 9; done; }; for x in 1 2; do f; docker tag $x b; done",
        ["1", "2"],
        id="break stays in the function",
    ),
    pytest.param(
        "while read -r x y; do docker tag $x b; done << E\n1 2\n3 4\nE", ["1", "3"], id="read lines of a here-document"
    ),
    pytest.param("while read -r x; do docker tag ${x:-e} b; done <<< 1", ["1"], id="read a here-string"),
    pytest.param(
        "printf '1\\n2' | while read -r x || [ -n \"$x\" ]; do docker tag $x b; done",
        ["1", "2"],
        id="read a last line without an end",
    ),
    pytest.param("printf '1\\n2' | while read -r x; do docker tag $x b; done", ["1"], id="a last line without an end"),
    pytest.param('echo 1 2 > f; { read -r x; docker tag "$x" b; } < f', ["1 2"], id="read in a group"),
    pytest.param("r() { read -r x; }; while r; do docker tag $x b; done <<< 1", ["1"], id="read in a function"),
    pytest.param(
        "printf '1:2\\n3:4\\n' | while IFS=: read -r x y; do read -r z; docker tag $y$z b; done",
        ["23:4"],
        id="two that read one input",
    ),
    pytest.param("while [ $# -gt 0 ]; do docker tag $1 b; shift; done", ["p", "q"], id="while with shift"),
    pytest.param("until [ $# -eq 0 ]; do docker tag $1 b; shift; done", ["p", "q"], id="until"),
    pytest.param("while true; do docker tag a b; break; done", ["a"], id="a loop that is left at once"),
    pytest.param("until docker build -t x .; do sleep 1; docker tag a b; done", [], id="docker commands succeed"),
    pytest.param("docker pull x; if [ $? -ne 0 ]; then exit 1; fi; docker tag a b", ["a"], id="the exit status"),
    pytest.param(
        "f() { return 1; }; if f; then docker tag a b; else docker tag c d; fi", ["c"], id="a status returned"
    ),
    pytest.param("f() { [ $1 = 1 ]; }; f 1 && docker tag a b; f 2 || docker tag c d", ["a", "c"], id="a test returned"),
    pytest.param(
        "f() { for i in 1 2; do return; done; docker tag a b; }; f; docker tag c d", ["c"], id="return in a loop"
    ),
    pytest.param("set -e; false; docker tag a b", [], id="errexit"),
    pytest.param("set -e; false || true; ! true; if false; then :; fi; docker tag a b", ["a"], id="errexit in tests"),
    pytest.param("set -o errexit; set +e; false; docker tag a b", ["a"], id="errexit off"),
    pytest.param("set -e; f() { false; docker tag a b; }; if f; then :; fi", ["a"], id="errexit in a tested function"),
    pytest.param("set -e; (exit 1) || docker tag a b", ["a"], id="a subshell's status"),
    pytest.param("exec true; docker tag c d", [], id="exec ends the script"),
    pytest.param('run() { echo "+ $*"; "$@"; }; run docker tag a b', ["a"], id="a wrapper"),
    pytest.param('d() { docker "$@"; }; r() { d "$@"; }; r tag a b', ["a"], id="a wrapper of a wrapper"),
    pytest.param('r() { shift; "$@"; }; r 5 docker tag a b', ["a"], id="a wrapper that shifts"),
    pytest.param('f() { echo "$1"; }; docker tag $(f a) b', ["a"], id="what a function prints"),
    pytest.param("if ! true | false; then docker tag a b; fi", ["a"], id="a negated pipeline"),
]

OPEN = [
    pytest.param('if [ -n "$CI" ]; then docker tag a b; else docker tag c d; fi', ["a", "c"], id="both ways"),
    pytest.param('if [ -n "$CI" ]; then exit 1; fi; docker tag a b', ["a"], id="a guard costs nothing"),
    pytest.param('die() { echo "$1"; exit 1; }; [ -n "$CI" ] || die no; docker tag a b', ["a"], id="a guard function"),
    pytest.param('x=1; if [ -n "$CI" ]; then x=2; fi; ' + TAG, ["2", "1"], id="a variable that differs"),
    pytest.param('x=1; case "$CI" in a) x=2;; b) x=3;; esac; ' + TAG, ["2", "3", "1"], id="in the arms of a case"),
    pytest.param('x=1; [ -n "$CI" ] && x=2; ' + TAG, ["2", "1"], id="behind and"),
    pytest.param('x=1; [ -n "$CI" ] || export x=2; ' + TAG, ["1", "2"], id="behind or"),
    pytest.param('x=1; if [ -n "$CI" ]; then x=1; fi; ' + TAG, ["1"], id="the same on both ways"),
    pytest.param('if a; then x=1; exit; else x=2; fi; ' + TAG, ["2"], id="one way ends"),
    pytest.param('if [ -n "$CI" ]; then x=1; else x=2; fi; if [ "$CI" = "" ]; then docker tag $x b; fi', ["2"],
                 id="the same question again"),
    pytest.param('if [ "$CI" = a ]; then if [ "$CI" = b ]; then docker tag a b; fi; docker tag c d; fi', ["c"],
                 id="an answer excludes another one"),
    pytest.param('[ "$CI" = a ] || exit 1; case $CI in a) docker tag a b;; *) docker tag c d;; esac', ["a"],
                 id="what a guard says holds behind it"),
    pytest.param('f() { if [ -n "$CI" ]; then x=1; return; fi; x=2; }; f; ' + TAG, ["1", "2"], id="an early return"),
    pytest.param('for i in 1 2; do if [ -n "$CI" ]; then x=1; break; fi; x=2; done; ' + TAG, ["1", "2"],
                 id="an early break"),
    pytest.param('( if [ -n "$CI" ]; then exit; fi; docker tag a b ); docker tag c d', ["a", "c"],
                 id="a subshell that is left early"),
    pytest.param('for x in 1 2; do for y in 3 4; do [ -n "$CI" ] && break 2; docker tag $x$y b; done; done; ' + TAG,
                 ["13", "14", "23", "24", "1", "2"], id="out of two loops on one way"),
    pytest.param('aws ecr get-login > login; eval "$(cat login)"; docker tag a b', ["a"], id="a login in a file"),
    pytest.param('aws ecr get-login > login; make >> login; eval "$(cat login)"', None, id="a file with more than that"),
    pytest.param("while read -r x; do docker build -t $x .; ssh host; done << E\n1\n2\nE", None,
                 id="a command that may take the input away"),
    pytest.param('a=(1); [ -n "$CI" ] && a+=(2); docker tag ${a[0]}x b; for i in "${a[@]}"; do docker tag $i b; done',
                 ["1x", "1x", "1", "2", "1"], id="an array that differs"),
    pytest.param('a=(1); [ -n "$CI" ] && a=(2 3); [ "$X" = 1 ] && a+=(4); docker tag "${a[*]}" b',
                 ["2 3 4", "1 4", "2 3", "1"], id="an array that differs twice"),
    pytest.param('a=(); [ -n "$CI" ] && a+=(1); a=("${a[@]}" 2); docker tag ${a[0]} b', ["1", "2"],
                 id="an array made of one that differs"),
    pytest.param('a=(); [ -n "$CI" ] && a+=(1); if [ ${#a[@]} -eq 0 ]; then docker tag x b; fi', ["x"],
                 id="the length of an array that differs"),
    pytest.param('a=(1); [ -n "$CI" ] && a+=(2); if [ -n "$CI" ]; then docker tag ${a[1]} b; fi', ["2"],
                 id="the same question in front of an array"),
    pytest.param('a=(1); [ -n "$CI" ] && a+=(2); a=5; docker tag "${a[*]}" b', ["5 2", "5"],
                 id="an element set in an array that differs"),
    pytest.param('a=(1); [ -n "$CI" ] && a+=(2); unset a; a=3; docker tag "${a[*]}" b', ["3"], id="an array unset"),
    pytest.param('x=1; [ -n "$CI" ] && x="1 2"; for i in $x; do docker tag $i b; done', ["1", "2", "1"],
                 id="a list of words that differs"),
    pytest.param('r() { "$@"; }; a=(); [ -n "$CI" ] && a+=(-f); r docker build "${a[@]}" -t b .; docker tag b c', None,
                 id="a flag without its value on one way"),
    pytest.param('x=; [ -n "$CI" ] && x="--a b"; docker tag $x c', None, id="a flag that is there on one way"),
    pytest.param("if [ ! -f .env ]; then exit 1; fi; docker tag a b", ["a"], id="a file that the script needs"),
    pytest.param("make; if [ -f out ]; then docker tag a b; else docker tag c d; fi", ["a", "c"],
                 id="a file that a command may have made"),
    pytest.param("if docker inspect x; then docker tag a b; else docker tag c d; fi", ["a", "c"],
                 id="what the engine has"),
    pytest.param("if [ -x /usr/bin/make ]; then docker tag a b; fi", ["a"], id="a file outside the root"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), KNOWN)
def test_what_is_known_is_followed_as_the_shell_would(text: str, expected: list[str]) -> None:
    assert [words[0] for words in tags(run(text + "\n", ("p", "q")))] == expected


@pytest.mark.parametrize(("text", "expected"), OPEN)
def test_what_is_not_known_is_followed_both_ways(text: str, expected: list[str] | None) -> None:
    if expected is None:
        with pytest.raises(Refusal):
            run(text + "\n")
    else:
        assert [words[0] for words in tags(run(text + "\n"))] == expected


def test_an_event_says_under_which_conditions_it_happens() -> None:
    found = run('if [ -n "$CI" ]; then docker build -t a .; fi\ndocker build -t b .\n')
    inside, behind = [event for event in found.events if isinstance(event, Built)]
    (condition,) = inside.state.conditions
    assert condition.source.slice(condition.span) == '[ -n "$CI" ]'
    assert condition.holds is True
    assert behind.state.conditions == ()


def test_an_image_that_only_one_branch_builds_is_a_choice_with_nothing() -> None:
    found = run('if [ -n "$CI" ]; then docker build -t a .; fi\ndocker create a\n')
    assert found.final is not None
    (image,) = set(found.final.images.values())
    assert [made is not None for _, made in image.choices] == [True, False]


def test_a_loop_without_an_end_is_passed_by() -> None:
    assert tags(run("while true; do sleep 1; done\ndocker tag a b\n")) == [["a", "b"]]


def test_a_script_that_runs_on_is_refused() -> None:
    loops = "".join(f"for a{number} in 1 2 3 4 5 6 7 8; do " for number in range(6)) + ":" + "; done" * 6
    with pytest.raises(Refusal) as caught:
        run(loops + "\n")
    assert caught.value.diagnostic.code == "STG305"


def test_a_variable_that_is_not_set_ends_a_script_under_set_u() -> None:
    with pytest.raises(Refusal) as caught:
        run("set -u\nunset X\ndocker build -t app:$X .\n")
    assert "`X` is not set" in caught.value.diagnostic.message
    assert run("set -u\nunset X\ndocker build -t app:${X-1} .\n").events
