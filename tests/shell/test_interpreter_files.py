from __future__ import annotations

import pytest

from converter.machine.events import ChangedFolder, CopiedOut
from tests.shell.support import host, run, shown

CREATE = "docker create --name c img\n"

COPIED_OUT = [
    pytest.param("docker cp c:/app/main main", {"main": "container:/app/main"}, id="to a name"),
    pytest.param("docker cp c:/app/main .", {"main": "container:/app/main"}, id="to the working folder"),
    pytest.param("docker cp c:/app/main ./", {"main": "container:/app/main"}, id="to the working folder with a slash"),
    pytest.param(
        "docker cp c:/app/main src",
        {"src/main": "container:/app/main", "src/main.go": "tree:src/main.go"},
        id="into an existing folder",
    ),
    pytest.param("docker cp c:/app/main src/", {"src/main": "container:/app/main"}, id="into one with a slash"),
    pytest.param("mkdir -p a/b\ndocker cp c:/x a/b", {"a/b/x": "container:/x"}, id="into a folder just made"),
    pytest.param(
        "docker cp c:/dist out",
        {"out": "container:/dist", "out/x": "container:/dist/x"},
        id="a folder to a missing name becomes it",
    ),
    pytest.param("docker cp c:/dist out/", {"out/x": "container:/dist/x"}, id="with a slash too"),
    pytest.param("docker cp c:/dist src", {"src/dist/x": "container:/dist/x"}, id="a folder into an existing one"),
    pytest.param("docker cp c:/dist/. out", {"out/x": "container:/dist/x"}, id="the contents of a folder"),
    pytest.param(
        "mkdir out\ndocker cp c:/dist/. out",
        {"out/x": "container:/dist/x", "out/dist": "container:/dist/dist"},
        id="the contents into a folder just made",
    ),
    pytest.param("docker cp c:app main", {"main": "container:/app"}, id="a relative path starts at the root"),
    pytest.param("cd sub\ndocker cp c:/x .", {"sub/x": "container:/x", "x": "nothing"}, id="in another folder"),
    pytest.param("(cd sub && docker cp c:/x y)", {"sub/y": "container:/x"}, id="in a subshell's folder"),
    pytest.param("docker cp c:/x $(pwd)/y", {"y": "container:/x"}, id="through pwd"),
    pytest.param("docker cp c:/x $PWD", {"x": "container:/x"}, id="through $PWD"),
    pytest.param('docker cp c:/x "$(dirname "$0")/y"', {"y": "container:/x"}, id="beside the script"),
    pytest.param("docker cp c:/x /tmp/y", {"/tmp/y": "container:/x"}, id="outside the root"),
    pytest.param('docker cp "c:/x y" z', {"z": "container:/x y"}, id="with a blank in the name"),
    pytest.param("docker cp c:/x-$V y", {"y": "container:/x-$V"}, id="with a part that is not known"),
    pytest.param("docker cp c:/x x\ndocker cp c:/y x", {"x": "container:/y"}, id="the last one counts"),
    pytest.param("docker cp VERSION c:/", {"VERSION": "tree:VERSION"}, id="into the container changes nothing here"),
]

HOST = [
    pytest.param("docker cp c:/x x\nmv x y", {"x": "nothing", "y": "container:/x"}, id="mv"),
    pytest.param("docker cp c:/x x\nmv -f ./x y", {"x": "nothing", "y": "container:/x"}, id="mv with a flag"),
    pytest.param("docker cp c:/x x\nsudo mv x y", {"x": "nothing", "y": "container:/x"}, id="mv behind sudo"),
    pytest.param("docker cp c:/x x\nmv x src", {"x": "nothing", "src/x": "container:/x"}, id="mv into a folder"),
    pytest.param(
        "docker cp c:/a a\ndocker cp c:/b b\nmv a b src",
        {"src/a": "container:/a", "src/b": "container:/b"},
        id="mv of several",
    ),
    pytest.param("docker cp c:/x x\ncp x y", {"x": "container:/x", "y": "container:/x"}, id="cp"),
    pytest.param("docker cp c:/d d\ncp d/f g", {"g": "container:/d/f"}, id="cp of a part of a folder"),
    pytest.param("docker cp c:/d d\ncp -r d e", {"e/f": "container:/d/f"}, id="cp of a folder"),
    pytest.param("docker cp c:/d d\nmkdir e\ncp -r d e", {"e/d/f": "container:/d/f"}, id="cp of a folder into one"),
    pytest.param("docker cp c:/d d\ncp -r d/. e", {"e/f": "container:/d/f"}, id="cp of a folder's contents"),
    pytest.param(
        "docker cp c:/d d\nmv d/f g",
        {"g": "container:/d/f", "d/f": "nothing", "d/h": "container:/d/h"},
        id="mv of a part of a folder",
    ),
    pytest.param("mv src code", {"code/main.go": "tree:src/main.go", "src/main.go": "nothing"}, id="mv of the tree's"),
    pytest.param(
        "cp -r src code", {"code/main.go": "tree:src/main.go", "src/main.go": "tree:src/main.go"}, id="cp of the tree's"
    ),
    pytest.param("docker cp c:/x x\nrm x", {"x": "nothing"}, id="rm"),
    pytest.param("docker cp c:/x a.jar\nrm -f *.jar", {"a.jar": "nothing"}, id="rm of a pattern"),
    pytest.param("docker cp c:/d d\nrm -rf d/x", {"d/x": "nothing", "d/y": "container:/d/y"}, id="rm of a part"),
    pytest.param("rm -rf src", {"src": "nothing", "src/main.go": "nothing"}, id="rm of the tree's"),
    pytest.param("mkdir -p a/b c", {"a": "made folder", "a/b": "made folder", "c": "made folder"}, id="mkdir"),
    pytest.param("mkdir -m 755 a", {"a": "made folder", "755": "nothing"}, id="mkdir with a mode"),
    pytest.param("mkdir -p src", {"src": "tree:src"}, id="mkdir of what is there"),
    pytest.param("docker cp c:/x x\nchmod +x x", {"x": "container:/x"}, id="chmod keeps the content"),
    pytest.param("docker cp c:/x x\ntouch x", {"x": "container:/x"}, id="touch keeps the content"),
    pytest.param("touch a", {"a": "made"}, id="touch makes a file"),
]

REDIRECTED = [
    pytest.param("a > f", {"f": "made"}, id="output"),
    pytest.param("a >> f", {"f": "made"}, id="appended"),
    pytest.param("a 2> f", {"f": "made"}, id="errors"),
    pytest.param("a &> f", {"f": "made"}, id="both"),
    pytest.param("> f", {"f": "made"}, id="nothing"),
    pytest.param("cat > f <<E\nx\nE", {"f": "made"}, id="a here-document"),
    pytest.param("{ a; b; } > f", {"f": "made"}, id="a group"),
    pytest.param("(a) > f", {"f": "made"}, id="a subshell"),
    pytest.param("cd sub\na > f", {"sub/f": "made", "f": "nothing"}, id="in another folder"),
    pytest.param("a > src/$(basename x/f)", {"src/f": "made"}, id="to a computed name"),
    pytest.param("docker cp c:/x x\na > x", {"x": "made"}, id="over an artifact"),
    pytest.param("a 2>&1", {"1": "nothing", "&1": "nothing"}, id="a descriptor is no file"),
    pytest.param("a < VERSION", {"VERSION": "tree:VERSION"}, id="input changes nothing"),
    pytest.param("a > /dev/null 2>/dev/null", {"/dev/null": "nothing"}, id="the null device"),
]

FOLDERS = [
    pytest.param("cd sub", ["sub"], id="cd"),
    pytest.param("cd sub/../src/", ["src"], id="cd through folders"),
    pytest.param("cd sub\ncd ..", ["sub", ""], id="and back"),
    pytest.param("cd sub\ncd -", ["sub", ""], id="cd -"),
    pytest.param("pushd sub\npopd", ["sub", ""], id="pushd and popd"),
    pytest.param("pushd sub\npushd ../src\npopd\npopd", ["sub", "src", "sub", ""], id="nested"),
    pytest.param('cd "$(dirname "$0")"', [""], id="the script's folder"),
    pytest.param("cd $(dirname $0)/sub", ["sub"], id="beside the script"),
    pytest.param("D=$PWD\ncd sub\ncd $D/src", ["sub", "src"], id="a kept folder"),
    pytest.param("(cd sub)\ncd src", ["sub", "src"], id="a subshell's cd ends with it"),
    pytest.param("x=$(cd sub; pwd)\ncd src", ["sub", "src"], id="a substitution's too"),
    pytest.param("f() { cd sub; }\nf\ncd ..", ["sub", ""], id="a function's does not"),
    pytest.param("cd /tmp", ["/tmp"], id="outside the root"),
    pytest.param("cd ..", [".."], id="above the root"),
]


@pytest.mark.parametrize(("text", "expected"), COPIED_OUT)
def test_where_docker_cp_puts_things(text: str, expected: dict[str, str]) -> None:
    found = run(CREATE + text + "\n")
    assert {path: host(found, path) for path in expected} == expected


@pytest.mark.parametrize(("text", "expected"), [*HOST, *REDIRECTED])
def test_what_commands_of_the_host_do_to_files(text: str, expected: dict[str, str]) -> None:
    found = run(CREATE + text + "\n")
    assert {path: host(found, path) for path in expected} == expected


@pytest.mark.parametrize(("text", "folders"), FOLDERS)
def test_the_working_folder(text: str, folders: list[str]) -> None:
    found = run(text + "\n")
    assert [event.folder for event in found.events if isinstance(event, ChangedFolder)] == folders


def test_a_script_in_a_folder_finds_its_own_folder_from_wherever_it_is_started() -> None:
    for folder in ("", "src"):
        found = run('cd "$(dirname "$0")"\ndocker build -t a .\n', folder=folder, path="sub/build.sh")
        assert found.final is not None
        assert found.final.folder == "sub"


def test_a_path_that_is_not_known_is_none_of_the_tree() -> None:
    found = run(CREATE + 'docker cp c:/x "$OUT/VERSION"\n')
    assert host(found, "VERSION") == "tree:VERSION"
    (event,) = [event for event in found.events if isinstance(event, CopiedOut)]
    assert found.unknowns.show(event.path) == "$OUT/VERSION"


@pytest.mark.parametrize(
    ("text", "merged"),
    [
        ("docker cp c:/dist/. src", True),
        ("docker cp c:/dist/. out", False),
        ("mkdir out\ndocker cp c:/dist/. out", False),
        ("mkdir out\ndocker cp c:/a out\ndocker cp c:/dist/. out", True),
        ("docker cp c:/dist src", False),
    ],
)
def test_contents_that_mix_with_files_that_are_there_are_noticed(text: str, merged: bool) -> None:
    event = [event for event in run(CREATE + text + "\n").events if isinstance(event, CopiedOut)][-1]
    assert event.merged is merged


def test_an_event_keeps_the_state_that_it_saw() -> None:
    found = run(CREATE + "docker cp c:/x x\nrm x\nV=1\n")
    (copy,) = [event for event in found.events if isinstance(event, CopiedOut)]
    assert copy.state.files.lookup("x") is None
    assert "V" not in copy.state.variables
    assert found.events[copy.number + 1].state.files.lookup("x") is not None
    assert shown(found, copy.source) == "/x"
