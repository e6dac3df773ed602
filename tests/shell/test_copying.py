"""cp, mv, install and ln: where things are afterwards, with the flags that people use."""

from __future__ import annotations

import pytest

from tests.shell.support import host, run

CREATE = "docker create --name c img\ndocker cp c:/x x\n"

MOVED = [
    pytest.param("cp -t src x VERSION", {"src/x": "container:/x", "src/VERSION": "tree:VERSION"}, id="cp -t"),
    pytest.param("cp x VERSION src/", {"src/x": "container:/x", "src/VERSION": "tree:VERSION"}, id="several"),
    pytest.param("mkdir d\ncp -T x d/y", {"d/y": "container:/x"}, id="cp -T"),
    pytest.param("mkdir d\ncp --parents src/main.go d", {"d/src/main.go": "tree:src/main.go"}, id="cp --parents"),
    pytest.param("mkdir d\ncp -r src/. d", {"d/main.go": "tree:src/main.go", "d/src": "nothing"}, id="contents"),
    pytest.param("mkdir d\ncp -a src d", {"d/src/main.go": "tree:src/main.go"}, id="into a folder"),
    pytest.param("mkdir d\ncp -r src/* d", {"d/main.go": "tree:src/main.go"}, id="a pattern"),
    pytest.param("cp src d", {"d": "nothing"}, id="a folder needs -r"),
    pytest.param("cp -n x VERSION", {"VERSION": "tree:VERSION"}, id="cp -n keeps what is there"),
    pytest.param("cp -u x VERSION", {"VERSION": "made"}, id="cp -u depends on times"),
    pytest.param("install -m 755 x bin", {"bin": "container:/x"}, id="install"),
    pytest.param("install -D x a/b/y", {"a/b/y": "container:/x", "a/b": "made folder"}, id="install -D"),
    pytest.param("install -d a/b c", {"a/b": "made folder", "c": "made folder"}, id="install -d"),
    pytest.param("install -s x y", {"y": "made"}, id="install that strips"),
    pytest.param("ln x y", {"y": "container:/x"}, id="a hard link"),
    pytest.param("ln -s src s\ncp s/main.go m", {"m": "tree:src/main.go"}, id="through a link"),
    pytest.param("rm *.md\nrm src", {"src": "tree:src", "x": "container:/x"}, id="rm leaves folders"),
    pytest.param("rmdir src", {"src": "nothing"}, id="rmdir"),
    pytest.param("rm -rf s*", {"src": "nothing", "sub": "nothing", "x": "container:/x"}, id="rm of a pattern"),
    pytest.param('T=$(mktemp -d)\ncp x "$T/y"\ncp "$T/y" z', {"z": "container:/x"}, id="through mktemp"),
]


@pytest.mark.parametrize(("text", "expected"), MOVED)
def test_where_things_are_afterwards(text: str, expected: dict[str, str]) -> None:
    found = run(CREATE + text + "\n")
    assert {path: host(found, path) for path in expected} == expected


def test_a_temporary_folder_is_never_one_of_the_tree_and_never_the_same_twice() -> None:
    found = run("A=$(mktemp -d)\nB=$(mktemp -d)\ntouch $A/src\n")
    assert found.final is not None
    first, second = (found.final.variables[name].value.flat for name in "AB")
    assert first != second
    assert first.startswith("/")
    assert host(found, "src") == "tree:src"


def test_what_is_copied_over_a_file_gets_the_mode_of_that_file() -> None:
    found = run(CREATE + "cp x VERSION\ncp --remove-destination x Dockerfile\n")
    assert found.final is not None
    over, fresh = (found.final.files.lookup(path) for path in ("VERSION", "Dockerfile"))
    assert over is not None
    assert fresh is not None
    assert (over.other_mode, fresh.other_mode) == (True, False)
