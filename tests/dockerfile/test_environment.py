from __future__ import annotations

from collections.abc import Mapping

import pytest

from converter.dockerfile.environment import (
    DEFAULT_PATH,
    DEFAULT_SHELL,
    BaseFacts,
    CopyPaths,
    Scope,
    StageState,
    evaluate,
    join_path,
    target_path,
)
from converter.dockerfile.words import has_unknown
from tests.dockerfile.support import Tokens, tree

GOLANG = BaseFacts(env={"PATH": "/go/bin:/bin", "GOPATH": "/go"}, workdir="/go", user="")
PLAIN = BaseFacts(env={}, workdir="", user="")


def states(
    text: str, tokens: Tokens | None = None, build_args: Mapping[str, str] | None = None
) -> tuple[StageState, ...]:
    def base(image: str) -> BaseFacts | None:
        return {"golang": GOLANG, "plain": PLAIN}.get(image.split(":")[0])

    return evaluate(tree(text), build_args or {}, base, tokens or Tokens())


def final(text: str, **build_args: str) -> Scope:
    return states(text, build_args=build_args)[-1].final


@pytest.mark.parametrize(
    ("text", "build_args", "expected"),
    [
        ("FROM plain\nENV X=1\n", {}, "1"),
        ("FROM plain\nENV X one  two\n", {}, "one  two"),
        ("FROM plain\nENV X='a b' Y=$X\nENV X=$Y.\n", {}, "."),
        ("FROM plain\nENV A=1 X=$A\n", {}, ""),
        ("FROM plain\nENV A=1\nENV A=2 X=$A\n", {}, "1"),
        ("FROM plain\nENV N=X\nENV $N=1\n", {}, "1"),
        ("FROM plain\nARG X\n", {}, None),
        ("FROM plain\nARG X\n", {"X": "b"}, "b"),
        ("FROM plain\nARG X=d\n", {}, "d"),
        ("FROM plain\nARG X=d\n", {"X": "b"}, "b"),
        ("FROM plain\nARG X=d\n", {"X": ""}, ""),
        ("FROM plain\nARG Y=d X=$Y-1\n", {}, "d-1"),
        ("FROM plain\nRUN x\n", {"X": "b"}, None),
        # A global argument is seen only behind an ARG of the stage
        ("ARG X=g\nFROM plain\nRUN x\n", {}, None),
        ("ARG X=g\nFROM plain\nARG X\n", {}, "g"),
        ("ARG X=g\nFROM plain\nARG X=d\n", {}, "d"),
        ("ARG X=g\nFROM plain\nARG X=d\n", {"X": "b"}, "b"),
        ("ARG Y=1\nARG X=${Y}2\nFROM plain\nARG X\n", {}, "12"),
        ("ARG Y=1\nARG X=${Y}2\nFROM plain\nARG X\n", {"Y": "3"}, "32"),
        ("ARG X=g\nFROM plain\nARG X\nFROM plain\n", {}, None),
        # ENV wins over an ARG in front of it
        ("FROM plain\nARG X=a\nENV X=e\n", {"X": "b"}, "e"),
        ("FROM plain\nARG X=a\nENV X=${X:-e}\n", {}, "a"),
        ("FROM plain\nENV X=e\nARG X\n", {}, "e"),
        ("FROM plain\nENV X=e\nARG X=e\n", {}, "e"),
        # The base image
        ("FROM golang:1\nRUN x\n", {}, None),
        ("FROM golang:1\nENV X=$GOPATH/src\n", {}, "/go/src"),
        ("FROM plain\nENV X=$PATH\n", {}, DEFAULT_PATH),
        ("FROM scratch\nENV X=/x:$PATH\n", {}, "/x:" + DEFAULT_PATH),
        # Stages built from stages of the file
        ("FROM plain AS a\nENV X=1\nFROM A\n", {}, "1"),
        ("ARG B=a\nFROM plain AS a\nENV X=1\nFROM $B\n", {}, "1"),
        ("FROM plain AS a\nENV X=1\nFROM plain\n", {}, None),
        ("FROM plain AS a\nONBUILD ENV X=1\nFROM a\n", {}, "1"),
        ("FROM plain AS a\nONBUILD ENV X=1\n", {}, None),
        ("FROM plain AS a\nONBUILD ENV X=1\nFROM a AS b\nFROM b\nENV Y=1\n", {}, "1"),
    ],
)
def test_the_value_of_a_variable_at_the_end(text: str, build_args: Mapping[str, str], expected: str | None) -> None:
    assert final(text, **build_args).lookup("X") == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("FROM plain\nENV X=e\nARG X=a\n", "BuildKit takes the ARG, the classic builder the ENV"),
        ("FROM plain AS a\nARG X=1\nFROM a\n", "only BuildKit hands arguments down"),
        ("FROM plain\nARG TARGETARCH\nENV X=$TARGETARCH\n", "it depends on the machine"),
        ("FROM elsewhere\nENV X=/x:$PATH\n", "the base image sets it"),
        ("FROM plain\nENV X=${Y?}\n", "an engine rejects the word"),
    ],
)
def test_what_builders_or_machines_decide_is_unknown(text: str, why: str) -> None:
    value = final(text).lookup("X")
    assert value is not None, why
    assert has_unknown(value), why


def test_unknown_build_arguments_pass_through() -> None:
    assert final("ARG X\nFROM plain\nARG X\nENV Y=v$X\n", X="\x005\x01").lookup("Y") == "v\x005\x01"


def test_a_platform_argument_is_one_value_in_all_stages() -> None:
    tokens = Tokens()
    found = states("FROM plain AS a\nARG TARGETOS\nFROM plain\nARG TARGETOS\n", tokens)
    assert found[0].final.lookup("TARGETOS") == found[1].final.lookup("TARGETOS")
    assert tokens.expressions == ["$TARGETOS"]


def test_each_instruction_has_the_scope_in_front_of_it() -> None:
    (state,) = states("FROM plain\nENV X=1\nWORKDIR /a\nENV X=2\nUSER me\nCOPY . .\n")
    assert [(scope.lookup("X"), scope.workdir, scope.user) for scope in state.scopes] == [
        (None, "/", ""),
        ("1", "/", ""),
        ("1", "/a", ""),
        ("2", "/a", ""),
        ("2", "/a", "me"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM plain\n", "/"),
        ("FROM golang\n", "/go"),
        ("FROM scratch\n", "/"),
        ("FROM elsewhere\n", None),
        ("FROM elsewhere\nWORKDIR a\n", None),
        ("FROM elsewhere\nWORKDIR /a\nWORKDIR b/../c/\n", "/a/c"),
        ("FROM golang\nWORKDIR src\n", "/go/src"),
        ("FROM golang\nWORKDIR $GOPATH/src/x\n", "/go/src/x"),
        ("FROM plain\nWORKDIR /a b\n", "/a b"),
        ("FROM plain\nWORKDIR '/a b'\n", "/a b"),
        ("FROM plain\nWORKDIR /a/../../b\n", "/b"),
        ("FROM plain AS x\nWORKDIR /a\nFROM x\nWORKDIR b\n", "/a/b"),
        ("FROM plain AS x\nONBUILD WORKDIR /a\nFROM x\nWORKDIR b\n", "/a/b"),
    ],
)
def test_the_working_folder_at_the_end(text: str, expected: str | None) -> None:
    assert final(text).workdir == expected


def test_user_and_shell_are_inherited_until_they_are_set() -> None:
    scope = final('FROM plain AS a\nARG U=7\nUSER $U:8\nSHELL ["/bin/bash", "-c"]\nFROM a\n')
    assert (scope.user, scope.shell) == ("7:8", ("/bin/bash", "-c"))
    assert final("FROM plain\n").shell == DEFAULT_SHELL
    assert (final("FROM elsewhere\n").user, final("FROM elsewhere\n").shell) == (None, None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("WORKDIR /w\nCOPY a b c/\n", CopyPaths(("a", "b"), "c/", "/w/c/")),
        ("WORKDIR /w\nCOPY a .\n", CopyPaths(("a",), ".", "/w/")),
        ("WORKDIR /w\nCOPY a ./\n", CopyPaths(("a",), "./", "/w/")),
        ("COPY a ./b\n", CopyPaths(("a",), "./b", "/b")),
        ("COPY a /\n", CopyPaths(("a",), "/", "/")),
        ("WORKDIR /w\nCOPY a /b//../c\n", CopyPaths(("a",), "/b//../c", "/c")),
        ('ENV D="x y"\nCOPY ["a b", "$D/"]\n', CopyPaths(("a b",), "x y/", "/x y/")),
        ('ENV D=d\nADD --chown=1 $D/*.jar "/$D"\n', CopyPaths(("d/*.jar",), "/d", "/d")),
        ("COPY <<EOF b /c/\nEOF\n", CopyPaths(("b",), "/c/", "/c/")),
        ("ARG U\nCOPY a$U /b/$U\n", CopyPaths(("a\x009\x01",), "/b/\x009\x01", "/b/\x009\x01")),
        ("ARG U\nCOPY a $U\n", CopyPaths(("a",), "\x009\x01", None)),
    ],
)
def test_the_paths_of_a_copy(text: str, expected: CopyPaths) -> None:
    (state,) = states("FROM plain\n" + text, build_args={"U": "\x009\x01"})
    assert state.scopes[-1].copy_paths(state.stage.instructions[-1]) == expected


def test_names_that_a_base_image_could_set_are_listed_once() -> None:
    text = "FROM elsewhere\nENV A=$X B=${Y:-1}\nARG Z=1\nCOPY $A/$X/$PATH /$Z\nFROM plain\nENV A=$X\n"
    first, second = states(text)
    assert [(one.name, text[one.span.start : one.span.end]) for one in first.assumed_unset] == [
        ("X", "$X"),
        ("Y", "${Y:-1}"),
        ("Z", "Z"),
    ]
    assert second.assumed_unset == ()
    assert first.final.may_come_from_base("Q")
    assert not first.final.may_come_from_base("A")
    assert not second.final.may_come_from_base("Q")


def test_the_image_is_expanded_with_global_arguments_only() -> None:
    text = 'ARG V=1\nFROM "golang":${V}-$TARGETARCH AS a\nARG V=2\nFROM x$V\n'
    tokens = Tokens()
    found = states(text, tokens)
    assert [state.image for state in found] == ["golang:1-\x000\x01", "x1"]
    assert [state.parent for state in found] == [None, None]
    assert states("FROM plain AS a\nFROM a\n")[1].parent == 0


def test_a_rejected_word_is_told_with_its_place() -> None:
    text = "FROM plain\nENV A='\nWORKDIR ${X:?no}\n"
    (state,) = states(text)
    assert [text[problem.span.start : problem.span.end] for problem in state.problems] == ["'", "${X:?no}"]
    assert state.problems[1].message == "X: no"
    assert state.final.workdir is None


@pytest.mark.parametrize(
    ("folder", "path", "expected"),
    [
        ("/a", "b", "/a/b"),
        ("/a", "/b", "/b"),
        ("/", "b", "/b"),
        (None, "/b", "/b"),
        (None, "b", None),
        ("/a", "\x001\x01/b", None),
        ("/a", "b/\x001\x01/c", "/a/b/\x001\x01/c"),
        ("/a", "b/\x001\x01/../c", None),
        ("/a/\x001\x01", "../c", None),
        ("/a", "../\x001\x01", "/\x001\x01"),
        ("/a", "//b", "/b"),
    ],
)
def test_joining_paths(folder: str | None, path: str, expected: str | None) -> None:
    assert join_path(folder, path) == expected


@pytest.mark.parametrize(
    ("destination", "expected"),
    [("", "/w/"), (".", "/w/"), ("a/.", "/w/a/"), ("a", "/w/a"), ("a/", "/w/a/"), ("/", "/"), ("..", "/")],
)
def test_a_destination_keeps_its_final_slash(destination: str, expected: str) -> None:
    assert target_path("/w", destination) == expected
