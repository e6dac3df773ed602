from __future__ import annotations

import pytest

from converter.machine.host import Entry, FromContainer, FromHost, FromTree, HostFiles, StartingFiles
from converter.machine.value import Value

START = StartingFiles(["Dockerfile", "src/main.go", "src/lib/a.go", "srcs/b.go"])


def out_of(path: str, number: int = 4) -> Entry:
    """What `docker cp CONTAINER:path` brings."""
    return Entry("unknown", FromContainer(1, Value.literal(path), number), (number,))


def host(**changes: Entry | None) -> HostFiles:
    files = HostFiles(START, {})
    for path, entry in changes.items():
        files = files.put(path.replace("__", "/"), entry)
    return files


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("Dockerfile", "file"),
        ("src", "folder"),
        ("src/lib", "folder"),
        ("src/lib/a.go", "file"),
        ("sr", None),
        ("src/nothing", None),
        ("/etc/passwd", None),
    ],
)
def test_the_starting_files_know_what_lies_at_a_path(path: str, kind: str | None) -> None:
    assert START.kind(path) == kind
    entry = HostFiles(START, {}).lookup(path)
    assert (entry.kind if entry else None) == kind
    assert entry is None or entry.origin == FromTree(path)


def test_the_files_below_a_folder_are_not_those_of_a_folder_with_a_longer_name() -> None:
    assert sorted(START.below("src")) == ["src/lib/a.go", "src/main.go"]
    assert len(list(START.below(""))) == 4


def test_a_path_below_a_copied_folder_maps_to_a_path_below_its_origin() -> None:
    entry = host(dist=out_of("/app/dist")).lookup("dist/js/app.js")
    assert entry is not None
    assert isinstance(entry.origin, FromContainer)
    assert entry.origin.path.flat == "/app/dist/js/app.js"
    assert entry.kind == "unknown"
    assert entry.events == (4,)


def test_below_the_copied_contents_of_a_folder_there_is_no_dot_any_more() -> None:
    origin = FromContainer(1, Value.literal("/app/dist"), 4, contents=True)
    entry = host(out=Entry("folder", origin, (4,))).lookup("out/a")
    assert entry is not None
    assert isinstance(entry.origin, FromContainer)
    assert (entry.origin.path.flat, entry.origin.contents) == ("/app/dist/a", False)


def test_a_removed_folder_takes_everything_below_along() -> None:
    files = host(src=None)
    assert files.lookup("src") is None
    assert files.lookup("src/main.go") is None
    assert files.lookup("srcs/b.go") is not None


def test_a_folder_of_the_tree_that_was_moved_still_knows_its_files() -> None:
    files = host(code=Entry("folder", FromTree("src"), (2,)))
    entry = files.lookup("code/lib/a.go")
    assert entry is not None
    assert (entry.kind, entry.origin) == ("file", FromTree("src/lib/a.go"))
    assert files.lookup("code/none.go") is None


def test_a_made_folder_is_empty_until_something_is_put_there() -> None:
    files = host(out=Entry("folder", FromHost(3), (3,)))
    assert files.lookup("out/app") is None
    files = files.put("out/app", out_of("/app"))
    assert files.lookup("out/app") == out_of("/app")
    assert files.is_folder("out")


def test_putting_something_in_the_place_of_a_folder_hides_what_was_below() -> None:
    files = host(out__a=out_of("/a"), out=None)
    assert files.lookup("out/a") is None
    assert files.changed_below("out") == [("out", None)]


def test_a_folder_that_only_changes_made_is_a_folder() -> None:
    assert host(new__deep__file=out_of("/f")).is_folder("new/deep")


def test_the_root_is_a_folder_and_a_file_is_not() -> None:
    files = HostFiles(START, {})
    assert files.is_folder("")
    assert not files.is_folder("Dockerfile")
    assert not files.is_folder("nothing")


def test_a_change_leaves_the_former_state_as_it_was() -> None:
    before = HostFiles(START, {})
    after = before.put("app", out_of("/app"))
    assert before.lookup("app") is None
    assert after.lookup("app") == out_of("/app")
    assert after.changed_below("") == [("app", out_of("/app"))]


def test_a_folder_of_the_tree_that_was_copied_into_a_made_one_is_listed_file_by_file() -> None:
    files = host(pkg=Entry("folder", FromHost(1), (1,))).copy("src", "pkg/src", 2).put("pkg/app", out_of("/app"))
    leaves = files.leaves("pkg")
    assert leaves is not None
    assert {path: entry.origin for path, entry in leaves} == {
        "src/main.go": FromTree("src/main.go"),
        "src/lib/a.go": FromTree("src/lib/a.go"),
        "app": FromContainer(1, Value.literal("/app"), 4),
    }


def test_what_a_command_brought_may_lie_where_nothing_is_known_to_be() -> None:
    files = HostFiles(START, {}).put("lib", Entry("folder", FromHost(1), (1,))).fill("lib", 1)
    assert files.lookup("lib/x") is None
    assert files.filling("lib/x") is not None
    assert files.filling("lib") is None
    assert not files.is_empty("lib")
    assert files.leaves("lib") is None
    assert files.copy("lib", "other", 2).filling("other/x") is not None
    assert files.put("lib", None).filling("lib/x") is None
