"""What layers add up to."""

from __future__ import annotations

import io
import tarfile
from typing import Any

import pytest

from converter.verify.archive import ArchiveError, read_archive
from converter.verify.image import Node
from tests.verify.archives import MTIME, classic, hardlink, layer, member, sha256, symlink


def tree(*layers: bytes) -> dict[str, Node]:
    return dict(read_archive(io.BytesIO(classic(*layers))).tree)


def test_a_file_has_its_properties() -> None:
    assert tree(layer(member("f", b"abc", mode=0o640, uid=1000, gid=1001)))["/f"] == Node(
        path="/f",
        type="file",
        mode=0o640,
        uid=1000,
        gid=1001,
        mtime=MTIME,
        size_bytes=3,
        digest=f"sha256:{sha256(b'abc')}",
    )


@pytest.mark.parametrize("mode", [0o4755, 0o2755, 0o1777, 0o0000, 0o7777])
def test_special_bits_are_kept(mode: int) -> None:
    assert tree(layer(member("f", b"", mode=mode)))["/f"].mode == mode


def test_bits_of_the_type_in_the_mode_are_dropped() -> None:
    assert tree(layer(member("f", b"", mode=0o100644)))["/f"].mode == 0o644


def test_special_files_have_their_type_and_device() -> None:
    found = tree(
        layer(
            member("c", type=tarfile.CHRTYPE, devmajor=1, devminor=5),
            member("b", type=tarfile.BLKTYPE, devmajor=8, devminor=1),
            member("p", type=tarfile.FIFOTYPE),
            symlink("s", "../x"),
        )
    )
    assert [(found[path].type, found[path].device) for path in ("/b", "/c", "/p", "/s")] == [
        ("block", (8, 1)),
        ("char", (1, 5)),
        ("fifo", None),
        ("symlink", None),
    ]
    assert found["/s"].link_target == "../x"


def test_a_link_has_the_mode_that_linux_gives_it() -> None:
    header, content = symlink("s", "x")
    header.mode = 0o644
    assert tree(layer((header, content)))["/s"].mode == 0o777


def test_extended_attributes_are_bytes() -> None:
    capability = bytes.fromhex("0100000200040000000000000000000000000000")
    records: dict[str, Any] = {
        "SCHILY.xattr.security.capability": capability.decode("utf-8", "surrogateescape"),
        "SCHILY.xattr.user.odd": b"\xff=\n\x00".decode("utf-8", "surrogateescape"),
        "comment": "not an attribute",
    }
    header, content = member("f", b"x")
    header.pax_headers = records
    assert tree(layer((header, content)))["/f"].xattrs == {
        "security.capability": capability,
        "user.odd": b"\xff=\n\x00",
    }


def test_names_are_made_absolute() -> None:
    assert list(tree(layer(member("./a"), member("./a/b", b""), member("/c", b"")))) == ["/", "/a", "/a/b", "/c"]


def test_a_long_name_and_one_that_is_not_utf8_are_kept() -> None:
    long, odd = "d" * 180 + "/" + "f" * 200, b"caf\xe9".decode("utf-8", "surrogateescape")
    assert {f"/{long}", f"/{odd}"} <= tree(layer(member(long, b""), member(odd, b""))).keys()


def test_a_name_that_leaves_the_image_is_refused() -> None:
    with pytest.raises(ArchiveError, match="leaves the image"):
        tree(layer(member("a/../../b", b"")))


def test_a_folder_that_no_layer_names_is_implied() -> None:
    assert tree(layer(member("a/b/f", b"")))["/a/b"] == Node("/a/b", "directory", 0o755, 0, 0)


def test_the_root_has_the_properties_that_a_layer_gives_it() -> None:
    assert (tree(layer(member("./", mode=0o700)))["/"].mode, tree(layer(member("a")))["/"].mode) == (0o700, 0o755)


def test_a_whiteout_takes_a_file_away() -> None:
    assert "/d/f" not in tree(layer(member("d"), member("d/f", b"")), layer(member("d"), member("d/.wh.f", b"")))


def test_a_whiteout_takes_a_folder_with_its_contents_away() -> None:
    assert list(tree(layer(member("d"), member("d/e"), member("d/e/f", b"")), layer(member(".wh.d", b"")))) == ["/"]


def test_a_whiteout_of_what_is_not_there_does_nothing() -> None:
    assert list(tree(layer(member(".wh.x", b""), member("y/.wh.z", b"")))) == ["/"]


@pytest.mark.parametrize("first", [True, False])
def test_a_whiteout_acts_on_lower_layers_only(first: bool) -> None:
    new, gone = member("d/f", b"new"), member("d/.wh.f", b"")
    upper = layer(member("d"), *((gone, new) if first else (new, gone)))
    found = tree(layer(member("d"), member("d/f", b"old")), upper)
    assert found["/d/f"].digest == f"sha256:{sha256(b'new')}"


@pytest.mark.parametrize("first", [True, False])
def test_an_opaque_folder_hides_what_lower_layers_have(first: bool) -> None:
    new, opaque = member("d/new", b""), member("d/.wh..wh..opq", b"")
    upper = layer(member("d", mode=0o700), *((opaque, new) if first else (new, opaque)))
    found = tree(layer(member("d"), member("d/old", b""), member("d/e"), member("d/e/f", b"")), upper)
    assert list(found) == ["/", "/d", "/d/new"]
    assert found["/d"].mode == 0o700


def test_bookkeeping_of_aufs_is_no_part_of_the_image() -> None:
    assert list(tree(layer(member(".wh..wh.plnk"), member(".wh..wh.aufs", b"")))) == ["/"]


def test_a_folder_over_a_folder_keeps_the_contents() -> None:
    found = tree(layer(member("d", uid=1), member("d/f", b"")), layer(member("d", uid=2)))
    assert found["/d"].uid == 2
    assert "/d/f" in found


def test_a_file_replaces_a_folder_and_a_folder_a_file() -> None:
    folder, file = layer(member("x"), member("x/f", b"")), layer(member("x", b"file"))
    assert list(tree(folder, file)) == ["/", "/x"]
    assert list(tree(file, folder)) == ["/", "/x", "/x/f"]
    assert tree(layer(symlink("x", "/etc")), folder)["/x"].type == "directory"


def test_the_last_of_two_entries_of_one_name_counts() -> None:
    found = tree(layer(member("f", b"one"), member("f", b"three")))
    assert found["/f"].digest == f"sha256:{sha256(b'three')}"


def test_hard_links_are_files_of_one_group() -> None:
    found = tree(layer(member("b", b"x", mode=0o600), hardlink("a", "b"), hardlink("c", "/b")))
    assert [(node.type, node.mode, node.digest, node.hard_links) for path, node in found.items() if path != "/"] == [
        ("file", 0o600, f"sha256:{sha256(b'x')}", ("/a", "/b", "/c"))
    ] * 3


def test_a_hard_link_to_a_file_of_a_lower_layer_is_resolved() -> None:
    assert tree(layer(member("a", b"x")), layer(hardlink("b", "a")))["/b"].hard_links == ("/a", "/b")


def test_replacing_one_name_of_a_hard_link_leaves_the_others() -> None:
    found = tree(layer(member("a", b"x"), hardlink("b", "a"), hardlink("c", "a")), layer(member("a", b"y")))
    assert [found[path].hard_links for path in ("/a", "/b", "/c")] == [(), ("/b", "/c"), ("/b", "/c")]


def test_removing_a_name_leaves_a_single_one_without_a_group() -> None:
    found = tree(layer(member("a", b"x"), hardlink("b", "a")), layer(member(".wh.a", b"")))
    assert found["/b"].hard_links == ()


def test_a_hard_link_to_nothing_is_refused() -> None:
    with pytest.raises(ArchiveError, match="/b is a hard link to /a, which is no file"):
        tree(layer(hardlink("b", "a")))


def test_size_counts_hidden_files_and_hard_linked_ones_once() -> None:
    data = classic(layer(member("a", b"12345"), hardlink("b", "a"), symlink("s", "a")), layer(member("a", b"1")))
    image = read_archive(io.BytesIO(data))
    assert [item.size_bytes for item in image.layers] == [5, 1]
