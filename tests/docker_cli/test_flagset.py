from __future__ import annotations

import pytest

from converter.docker_cli.errors import UsageError
from converter.docker_cli.flagset import Kind, compile_flags, scan
from tests.docker_cli.support import line, shown, texts

KNOWN = compile_flags("tag,t= quiet,q rm pull? file,f= network|net= interactive,i stop|halt,s=")


@pytest.mark.parametrize(
    ("arguments", "flags"),
    [
        pytest.param("--tag=app:1", ["tag=app:1@6 0-0"], id="a value behind the equals sign"),
        pytest.param("--tag app:1", ["tag=app:1@0 0-1"], id="a value in the next argument"),
        pytest.param("-t app:1", ["tag=app:1@0 0-1"], id="a letter and a value in the next argument"),
        pytest.param("-tapp:1", ["tag=app:1@2 0-0"], id="a value right behind the letter"),
        pytest.param("-t=app:1", ["tag=app:1@3 0-0"], id="a value behind letter and equals sign"),
        pytest.param("-t=", ["tag==@2 0-0"], id="a lone equals sign behind the letter is the value, as in pflag"),
        pytest.param("--tag=", ["tag=@6 0-0"], id="an empty value"),
        pytest.param("--tag ''", ["tag=@0 0-1"], id="an empty argument as value"),
        pytest.param("--tag=a=b", ["tag=a=b@6 0-0"], id="only the first equals sign divides"),
        pytest.param("-t -q", ["tag=-q@0 0-1"], id="a value may look like a flag"),
        pytest.param("--tag --", ["tag=--@0 0-1"], id="a value may be two dashes"),
        pytest.param("--tag {}", ["tag={}@0 0-1"], id="an unknown value"),
        pytest.param("--tag=app:{}", ["tag=app:{}@6 0-0"], id="a value that is unknown in part"),
        pytest.param("-t{}", ["tag={}@2 0-0"], id="an unknown value right behind the letter"),
        pytest.param("-q", ["quiet True 0-0"], id="a boolean letter"),
        pytest.param("--rm", ["rm True 0-0"], id="a boolean"),
        pytest.param("--rm=false", ["rm=false@5 False 0-0"], id="a boolean with a value"),
        pytest.param("-q=F", ["quiet=F@3 False 0-0"], id="a boolean letter with a value"),
        pytest.param("--rm=1 --rm=TRUE", ["rm=1@5 True 0-0", "rm=TRUE@5 True 1-1"], id="all spellings of true"),
        pytest.param("--rm={}", ["rm={}@5 0-0"], id="a boolean that is not known"),
        pytest.param("-iq", ["interactive True 0-0", "quiet True 0-0"], id="a cluster"),
        pytest.param("-iqt app", ["interactive True 0-0", "quiet True 0-0", "tag=app@0 0-1"], id="a cluster's value"),
        pytest.param("-iqtapp", ["interactive True 0-0", "quiet True 0-0", "tag=app@4 0-0"], id="a cluster in one"),
        pytest.param("-iq=false", ["interactive True 0-0", "quiet=false@4 False 0-0"], id="a boolean ends a cluster"),
        pytest.param("--pull", ["pull 0-0"], id="an optional value left out"),
        pytest.param("--pull=always", ["pull=always@7 0-0"], id="an optional value given"),
        pytest.param("--net host", ["network=host@0 0-1"], id="an alias has the canonical name"),
        pytest.param("--halt 1", ["stop=1@0 0-1"], id="an alias of a flag with a letter"),
    ],
)
def test_flags(arguments: str, flags: list[str]) -> None:
    argv = line(arguments)
    found = scan(argv, 0, KNOWN, True, "docker x")
    assert [shown(flag) for flag in found.flags] == flags
    assert found.operands == ()
    for flag in found.flags:
        if flag.value is not None:
            assert argv[flag.value.index][flag.value.start : flag.value.end] == flag.value.text
            assert flag.joined == (flag.value.index == flag.first)


@pytest.mark.parametrize(
    ("arguments", "interspersed", "operands", "flags"),
    [
        pytest.param("a -q b", True, ["a", "b"], 1, id="flags may stand among operands"),
        pytest.param("a -q b", False, ["a", "-q", "b"], 0, id="or the first operand ends the flags"),
        pytest.param("-q a -- -q", False, ["a", "--", "-q"], 1, id="two dashes behind the first operand are kept"),
        pytest.param("-q -- -q a", False, ["-q", "a"], 1, id="two dashes before the first operand end the flags"),
        pytest.param("a -- -q", True, ["a", "-q"], 0, id="two dashes among operands end the flags"),
        pytest.param("- -q", True, ["-"], 1, id="a dash is an operand"),
        pytest.param("--pull always", True, ["always"], 1, id="an optional value never is the next argument"),
        pytest.param("--rm false", True, ["false"], 1, id="the value of a boolean never is the next argument"),
        pytest.param("'' -q", True, [""], 1, id="an empty argument is an operand"),
    ],
)
def test_operands(arguments: str, interspersed: bool, operands: list[str], flags: int) -> None:
    found = scan(line(arguments), 0, KNOWN, interspersed, "docker x")
    assert texts(found.operands) == operands
    assert len(found.flags) == flags


@pytest.mark.parametrize(
    ("arguments", "interspersed", "assumed"),
    [
        pytest.param("{}", True, (0,), id="an unknown argument is taken for an operand"),
        pytest.param("{}/x {}", True, (0, 1), id="each one"),
        pytest.param("x{} -t {}", True, (), id="not one whose first character is known, and no value"),
        pytest.param("{} {} -q", False, (0,), id="behind the first operand nothing is assumed where flags end there"),
        pytest.param("-- {}", True, (), id="behind two dashes nothing is assumed"),
    ],
)
def test_assumed_operands(arguments: str, interspersed: bool, assumed: tuple[int, ...]) -> None:
    assert scan(line(arguments), 0, KNOWN, interspersed, "docker x").assumed == assumed


@pytest.mark.parametrize(
    ("arguments", "message", "index", "offset"),
    [
        pytest.param("a --tagg=x", "has no flag `--tagg`; did you mean `--tag`?", 1, 2, id="a near miss"),
        pytest.param("--zzzz", "`docker x` has no flag `--zzzz`", 0, 2, id="a flag like none"),
        pytest.param("-rm", "has no flag `-r` in `-rm`; did you mean `--rm`?", 0, 1, id="one dash for a long flag"),
        pytest.param("-file=x", None, 0, 0, id="one dash for a long flag that its letter accepts"),
        pytest.param("-iz", "has no flag `-z` in `-iz`", 0, 2, id="a letter in a cluster"),
        pytest.param("-iq=", "has no flag `-=`", 0, 3, id="an empty value behind a boolean letter, as in pflag"),
        pytest.param("x --tag", "`--tag` of `docker x` needs a value", 1, 0, id="a missing value"),
        pytest.param("-qt", "`-t` of `docker x` needs a value", 0, 2, id="a missing value behind a cluster"),
        pytest.param("--rm=yes", "`--rm` is either true or false, not `yes`", 0, 5, id="no boolean"),
        pytest.param("--=x", "`--` is not a flag", 0, 0, id="no name"),
        pytest.param("---rm", "`---rm` is not a flag", 0, 0, id="three dashes"),
        pytest.param("--{}", "the name of the flag `--$?` of `docker x` is not known", 0, 0, id="an unknown name"),
        pytest.param("--ta{}=x", "the name of the flag `--ta$?`", 0, 0, id="a name that is unknown in part"),
        pytest.param("-i{}", "which flags of `docker x` are in `-i$?` is not known", 0, 2, id="an unknown cluster"),
    ],
)
def test_errors(arguments: str, message: str | None, index: int, offset: int) -> None:
    if message is None:
        scan(line(arguments), 0, KNOWN, True, "docker x")
        return
    with pytest.raises(UsageError) as caught:
        scan(line(arguments), 0, KNOWN, True, "docker x")
    assert message in str(caught.value)
    assert (caught.value.index, caught.value.offset) == (index, offset)


def test_a_declaration_names_kind_aliases_and_letters() -> None:
    known = compile_flags("address|host,aH= debug")
    assert {name: (spec.name, spec.kind) for name, spec in known.long.items()} == {
        "address": ("address", Kind.VALUE),
        "host": ("address", Kind.VALUE),
        "debug": ("debug", Kind.BOOLEAN),
    }
    assert {letter: spec.name for letter, spec in known.short.items()} == {"a": "address", "H": "address"}


def test_of_two_declarations_the_first_wins() -> None:
    assert compile_flags("runtime=", "runtime").long["runtime"].kind is Kind.VALUE
