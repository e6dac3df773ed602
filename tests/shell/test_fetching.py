"""Commands that bring files from elsewhere: where they lie is known, what they are is not."""

from __future__ import annotations

import pytest

from tests.shell.support import host, run


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("curl -o tool https://host/a", "tool"),
        ("curl -fsSLo bin/tool https://host/a", "bin/tool"),
        ("curl --output tool -H 'A: b' https://host/a", "tool"),
        ("curl -sSLO https://host/dir/tool.tgz?raw=1", "tool.tgz"),
        ("curl -O --output-dir bin https://host/dir/tool.tgz", "bin/tool.tgz"),
        ("wget https://host/dir/tool.tgz", "tool.tgz"),
        ("wget -q -O tool https://host/a", "tool"),
        ("wget -qO tool https://host/a", "tool"),
        ("wget -P bin https://host/tool", "bin/tool"),
        ("wget https://host/dir/", "index.html"),
        ("cd sub; curl -o ../tool https://host/a", "tool"),
    ],
)
def test_the_file_that_is_brought_lies_where_the_flags_say(line: str, path: str) -> None:
    assert host(run(line), path) == "made"


@pytest.mark.parametrize(
    "line", ["curl https://host/tool", "wget -qO- https://host/tool", "wget --spider https://host/tool"]
)
def test_what_is_printed_or_only_asked_for_makes_no_file(line: str) -> None:
    final = run(line).final
    assert final is not None
    assert final.files.changes == {}


@pytest.mark.parametrize(
    ("line", "folder"),
    [
        ("git clone https://host/team/lib.git", "lib"),
        ("git clone git@host:team/lib.git", "lib"),
        ("git clone git@host:lib", "lib"),
        ("git clone https://host/team/lib/", "lib"),
        ("git clone --depth 1 -b main https://host/lib.git deps/lib", "deps/lib"),
        ("git -C sub clone https://host/lib.git", "sub/lib"),
        ("git clone --bare https://host/lib.git", "lib.git"),
    ],
)
def test_a_clone_is_a_folder_in_which_anything_may_be(line: str, folder: str) -> None:
    found = run(line)
    assert found.final is not None
    assert host(found, folder) == "made folder"
    filling = found.final.files.filling(f"{folder}/src/main.go")
    assert filling is not None
    assert filling.folder == folder
    assert found.final.files.filling("other/main.go") is None


def test_a_test_of_what_may_have_been_brought_is_open() -> None:
    found = run("git clone https://host/lib.git; if [ -f lib/go.mod ]; then docker tag a b; else docker tag c d; fi")
    tagged = [event for event in found.events if getattr(event, "verb", "") == "tag"]
    assert [len(event.state.conditions) for event in tagged] == [1, 1]


def test_a_pattern_over_what_was_brought_stays_a_pattern() -> None:
    found = run("git clone https://host/lib.git; cp lib/*.go src/; rm -rf lib")
    assert found.final is not None
    assert found.final.files.fillings == ()
    assert host(found, "lib") == "nothing"


def test_a_copy_of_a_clone_may_hold_anything_too() -> None:
    found = run("git clone https://host/lib.git; cp -r lib stage")
    assert found.final is not None
    assert found.final.files.filling("stage/x") is not None
