from __future__ import annotations

import pytest

from tests.shell.support import run, tag_words, tags

KNOWN = [
    pytest.param("x=1.2\ndocker tag app:$x app:${x}-rc", [["app:1.2", "app:1.2-rc"]], id="a variable inside words"),
    pytest.param("x='a b'\ndocker tag $x", [["a", "b"]], id="what is not quoted is split at blanks"),
    pytest.param("x='a b'\ndocker tag \"$x\" c", [["a b", "c"]], id="what is quoted is not"),
    pytest.param("x=' a  b '\ndocker tag $x", [["a", "b"]], id="blanks at the ends make no words"),
    pytest.param("x='b c'\ndocker tag a$x", [["ab", "c"]], id="a split value joins its neighbours"),
    pytest.param("x=\ndocker tag $x a b", [["a", "b"]], id="an empty value is no word"),
    pytest.param('x=\ndocker tag "$x" a', [["", "a"]], id="an empty value in quotes is one"),
    pytest.param("x=a y=$x; docker tag $x $y", [["a", "a"]], id="assignments are made from left to right"),
    pytest.param("y='a b'\nx=$y\ndocker tag \"$x\" c", [["a b", "c"]], id="an assignment is not split"),
    pytest.param("x=a\nx=b\ndocker tag $x c", [["b", "c"]], id="the last assignment counts"),
    pytest.param("x=a\nx+=b\ndocker tag $x c", [["ab", "c"]], id="appending"),
    pytest.param("export X=1 Y='2 3'\ndocker tag $X \"$Y\"", [["1", "2 3"]], id="export"),
    pytest.param("X=1\nexport X\ndocker tag $X c", [["1", "c"]], id="export of a variable that is set"),
    pytest.param("readonly X=1\ndocker tag $X c", [["1", "c"]], id="readonly"),
    pytest.param("x=1; x=2 true; docker tag a b", [["a", "b"]], id="an assignment before a command"),
    pytest.param("x=1\ndocker tag '$x' \"\\$x\"", [["$x", "$x"]], id="quoted dollars"),
    pytest.param("docker tag \\\n  a \\\n  b", [["a", "b"]], id="continued lines"),
    pytest.param("X=1; docker tag ${X:-a} ${X:+b}", [["1", "b"]], id="defaults of a value"),
    pytest.param('X=; docker tag ${X:-a} "${X:+b}"', [["a", ""]], id="defaults of an empty value"),
    pytest.param('X=; docker tag "${X-a}" "${X+b}"', [["", "b"]], id="without a colon empty is set"),
    pytest.param("x=1; unset x; docker tag a${x:-b} c", [["ab", "c"]], id="unset"),
    pytest.param("set -- a b\ndocker tag $1 $2", [["a", "b"]], id="set gives positional parameters"),
    pytest.param('set -- a b\ndocker tag "$@"', [["a", "b"]], id="all of them"),
    pytest.param("set -e -u -- a b\ndocker tag $# $2", [["2", "b"]], id="with options before"),
    pytest.param("set -- a b c\nshift\ndocker tag $1 $#", [["b", "2"]], id="shift"),
    pytest.param("set -- a b c\nshift 2\ndocker tag $1 $#", [["c", "1"]], id="shift by two"),
    pytest.param("set -- a\nset -ex\ndocker tag $1 b", [["a", "b"]], id="options alone leave them"),
    pytest.param("set -- 1 2 3 4 5 6 7 8 9 X\ndocker tag ${10} b", [["X", "b"]], id="the tenth"),
    pytest.param("f() { docker tag $1 $2; }\nf a b\nf c d", [["a", "b"], ["c", "d"]], id="arguments of functions"),
    pytest.param(
        "set -- o\nf() { docker tag $1 a; }\nf i\ndocker tag $1 b",
        [["i", "a"], ["o", "b"]],
        id="the script's own come back after a function",
    ),
    pytest.param("f() { x=$1; }\nf 1\ndocker tag $x b", [["1", "b"]], id="a function sets the script's variables"),
    pytest.param('f() { g "$1" x; }\ng() { docker tag "$@"; }\nf \'a b\'', [["a b", "x"]], id="handed on"),
    pytest.param("(x=2; docker tag $x a)\nx=1; (x=2); docker tag $x b", [["2", "a"], ["1", "b"]], id="a subshell"),
    pytest.param("x=1; { x=2; }; docker tag $x b", [["2", "b"]], id="a group"),
    pytest.param("x=1; echo a | x=2; docker tag $x b", [["1", "b"]], id="a part of a pipeline is a subshell"),
    pytest.param('x=$(echo a b)\ndocker tag "$x" c', [["a b", "c"]], id="the output of echo"),
    pytest.param("docker tag $(echo a b)", [["a", "b"]], id="is split"),
    pytest.param("x=$(printf '%s:%s' a 1)\ndocker tag $x b", [["a:1", "b"]], id="the output of printf"),
    pytest.param("docker tag `echo a` b", [["a", "b"]], id="in backquotes"),
    pytest.param("x=$(echo $(echo a))\ndocker tag $x b", [["a", "b"]], id="nested"),
    pytest.param("x=$(y=2; echo $y)\ndocker tag $x ${y:-1}", [["2", "${y:-1}"]], id="a substitution is a subshell"),
    pytest.param("docker tag $(basename a/b.c) $(basename a/b.c .c)", [["b.c", "b"]], id="basename"),
    pytest.param("docker tag $(dirname a/b/c) $(dirname a)", [["a/b", "."]], id="dirname"),
    pytest.param("docker tag $(dirname /a/b/) $(dirname /a)", [["/a", "/"]], id="dirname of absolute paths"),
    pytest.param("D=docker\n$D tag a b", [["a", "b"]], id="the command's name from a variable"),
    pytest.param("D='docker tag'\n$D a b", [["a", "b"]], id="a command and its first word from one variable"),
    pytest.param("A='a b'\ndocker tag $A", [["a", "b"]], id="words from one variable"),
    pytest.param('docker tag "größe ☕" b', [["größe ☕", "b"]], id="text beyond ASCII"),
]

FLOW = [
    pytest.param("true && docker tag a b", [["a", "b"]], id="and behind success"),
    pytest.param("false && docker tag a b", [], id="and behind failure"),
    pytest.param("true || docker tag a b", [], id="or behind success"),
    pytest.param("false || docker tag a b", [["a", "b"]], id="or behind failure"),
    pytest.param("! true || docker tag a b", [["a", "b"]], id="or behind a negated success"),
    pytest.param("false && x || docker tag a b", [["a", "b"]], id="a list goes on to the left"),
    pytest.param("docker pull a || docker tag c d\ndocker tag a b", [["a", "b"]], id="docker commands succeed"),
    pytest.param('[ -z "$1" ] && exit 1\ndocker tag a b', [["a", "b"]], id="a guard is taken to let the script go on"),
    pytest.param('[ -n "$1" ] || { echo usage; exit 1; }\ndocker tag a b', [["a", "b"]], id="a guard in a group"),
    pytest.param("test -f x || exit 1\ndocker tag a b", [["a", "b"]], id="a guard by the name of test"),
    pytest.param("docker tag a b\nexit 0\ndocker tag c d", [["a", "b"]], id="nothing runs behind exit"),
    pytest.param("(exit 1)\ndocker tag a b", [["a", "b"]], id="exit of a subshell ends the subshell"),
    pytest.param("f() { exit 1; }\nf\ndocker tag a b", [], id="exit of a function ends the script"),
    pytest.param("f() { return; docker tag a b; }\nf\ndocker tag c d", [["c", "d"]], id="return ends the function"),
    pytest.param("f() { docker tag a b; }\n", [], id="a function that is not called does nothing"),
    pytest.param("f() { docker tag a b; }\nf() { docker tag c d; }\nf", [["c", "d"]], id="the last definition counts"),
    pytest.param("if a; then exit 1; fi\ndocker tag a b", [["a", "b"]], id="a construct without docker is passed by"),
    pytest.param("docker tag a b &\ndocker tag c d\nwait", [["a", "b"], ["c", "d"]], id="a background command"),
]

UNKNOWN = [
    pytest.param("docker tag $T ${T}", True, id="one variable from outside"),
    pytest.param("docker tag $T $U", False, id="two variables from outside"),
    pytest.param("docker tag $1 $1", True, id="one argument"),
    pytest.param("docker tag $1 $2", False, id="two arguments"),
    pytest.param("a=$T\ndocker tag $a $T", True, id="a copy of a variable"),
    pytest.param("docker tag x$T x${T}", True, id="in the middle of a word"),
    pytest.param("docker tag $(git rev-parse HEAD) $(git rev-parse HEAD)", True, id="one commit"),
    pytest.param("docker tag $(git rev-parse HEAD) $(git rev-parse HEAD~1)", False, id="two commits"),
    pytest.param("a=$(git describe)\nb=$(git describe)\ndocker tag $a $b", True, id="one description"),
    pytest.param("docker tag $(cat VERSION) $(cat VERSION)", True, id="one file"),
    pytest.param("docker tag $(cat $A) $(cat $B)", False, id="two files"),
    pytest.param("a=$(git describe)\ncd sub\nb=$(git describe)\ndocker tag $a $b", False, id="in two folders"),
    pytest.param("docker tag $(date) $(date)", False, id="the clock twice"),
    pytest.param("a=$(date)\ndocker tag $a $a", True, id="the clock kept in a variable"),
    pytest.param("docker tag $(./version.sh) $(./version.sh)", False, id="a program of the tree twice"),
    pytest.param("docker tag ${X:-a} ${X:-a}", True, id="one default"),
    pytest.param("docker tag ${X:-a} ${X:-b}", False, id="two defaults"),
    pytest.param("a=$T\nT=1\ndocker tag $a $T", False, id="a variable before and after it is set"),
    pytest.param("docker tag ~/a ~/a", True, id="the home folder"),
    pytest.param("docker tag $(mktemp) $(mktemp)", False, id="temporary files"),
]

MAYBE = [
    pytest.param("x=1\nwhile a; do x=2; done", id="while"),
    pytest.param("x=$(date)", id="the clock"),
    pytest.param("x=$(curl -s http://example.org)", id="the network"),
    pytest.param("x=$(ls | sort)", id="a pipeline"),
    pytest.param("x=($A)", id="an array of an unknown number of elements"),
    pytest.param("x=$((1 + $A))", id="arithmetic with a variable from outside"),
    pytest.param("x=$'a'", id="quotes that are not followed"),
    pytest.param("x=$(echo a*)", id="a pattern"),
    pytest.param("x=$(echo 'a\\nb')", id="what echo makes of a backslash differs between shells"),
    pytest.param("x=${Y:-1}", id="a default of a variable from outside"),
    pytest.param("x=${Y%.*}", id="a part of a variable from outside"),
]


@pytest.mark.parametrize(("text", "expected"), [*KNOWN, *FLOW])
def test_the_words_that_a_command_gets(text: str, expected: list[list[str]]) -> None:
    assert tags(run(text + "\n")) == expected


@pytest.mark.parametrize(("text", "equal"), UNKNOWN)
def test_equal_expressions_are_equal_values_while_nothing_changes(text: str, equal: bool) -> None:
    ((*_, one, two),) = tag_words(run(text + "\n"))
    assert not one.known
    assert (one.flat == two.flat) is equal


@pytest.mark.parametrize("text", MAYBE)
def test_what_reading_cannot_tell_is_not_known(text: str) -> None:
    ((*_, value, _),) = tag_words(run(text + '\ndocker tag "$x" b\n'))
    assert not value.known


def test_arguments_and_environment_that_are_given_are_known() -> None:
    found = run('docker tag "$1:$T" "$#"\n', ("app", "x"), environment={"T": "1 2"})
    assert tags(found) == [["app:1 2", "2"]]


def test_arguments_beyond_those_that_are_given_are_empty() -> None:
    assert tags(run('docker tag "$1" "$2"\n', ("a",))) == [["a", ""]]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ('V=1.2\ndocker tag "app:$V" b', [("app:", None), ("1.2", "$V")]),
        ("docker tag app:${T}-x b", [("app:", None), ("$T", "${T}"), ("-x", None)]),
        ("docker tag $1 b", [("$1", "$1")]),
        ("docker tag $(git describe) b", [("$(git describe)", "$(git describe)")]),
    ],
)
def test_a_word_remembers_which_of_its_parts_are_references(text: str, pieces: list[tuple[str, str | None]]) -> None:
    found = run(text + "\n")
    ((*_, value, _),) = tag_words(found)
    assert [
        (found.unknowns.show(piece.text), piece.reference.expression if piece.reference else None)
        for piece in value.pieces
    ] == pieces


def test_a_reference_knows_the_assignment_that_it_came_from() -> None:
    found = run("V=1\nV=2\ndocker tag $V b\n")
    ((*_, value, _),) = tag_words(found)
    (piece,) = value.pieces
    assert piece.reference is not None
    assert piece.reference.binding is not None
    assert (
        found.events[piece.reference.binding].site.source.slice(found.events[piece.reference.binding].site.span)
        == "V=2"
    )
