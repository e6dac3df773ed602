from __future__ import annotations

import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from converter.machine import paths
from converter.machine.value import ROOT_TOKEN

UNKNOWN = "\x007\x01"


@pytest.mark.parametrize(
    ("folder", "path", "joined"),
    [
        ("", "app", "app"),
        ("", "./app", "app"),
        ("", ".", ""),
        ("", "./", ""),
        ("", "", ""),
        ("a", "", "a"),
        ("a", "b/c", "a/b/c"),
        ("a/b", "..", "a"),
        ("a", "../b", "b"),
        ("a", "../..", ".."),
        ("", "../x", "../x"),
        ("a//b", "./c//d/", "a/b/c/d"),
        ("a", "/etc//x/../y", "/etc/y"),
        ("a", "/../x", "/x"),
        ("/tmp", "x", "/tmp/x"),
        ("/tmp", "../../x", "/x"),
        ("a", ROOT_TOKEN, ""),
        ("a", ROOT_TOKEN + "/b", "b"),
        ("a", ROOT_TOKEN + "/b/../c", "c"),
        ("a", UNKNOWN + "/b", "a/" + UNKNOWN + "/b"),
        ("a/" + UNKNOWN, "..", "a/" + UNKNOWN + "/.."),
    ],
)
def test_a_path_is_joined_to_the_folder_and_normalised(folder: str, path: str, joined: str) -> None:
    assert paths.join(folder, path) == joined


@given(st.lists(st.sampled_from(["a", "b", ".", "..", "", "c.d"]), max_size=7), st.booleans())
def test_a_known_path_is_normalised_as_posix_does(parts: list[str], absolute: bool) -> None:
    text = "/".join(parts).lstrip("/")
    expected = posixpath.normpath("/" + text if absolute else text or ".")
    joined = paths.join("", "/" + text if absolute else text)
    assert (joined or ".") == expected


@pytest.mark.parametrize(
    ("path", "outside"),
    [
        ("", False),
        ("a", False),
        ("..a", False),
        (".../b", False),
        ("..", True),
        ("../a", True),
        ("/", True),
        ("/etc", True),
    ],
)
def test_a_path_outside_the_root_is_recognised(path: str, outside: bool) -> None:
    assert paths.is_outside(path) is outside


@pytest.mark.parametrize(
    ("path", "folder", "below"),
    [
        ("a/b", "a", True),
        ("a/b/c", "a", True),
        ("a", "a", False),
        ("ab", "a", False),
        ("a", "", True),
        ("", "", False),
        ("/etc/x", "/etc", True),
        ("/etcetera", "/etc", False),
    ],
)
def test_below_is_strictly_inside(path: str, folder: str, below: bool) -> None:
    assert paths.is_below(path, folder) is below


@pytest.mark.parametrize(
    ("path", "base", "parent"),
    [
        ("a", "a", ""),
        ("a/b", "b", "a"),
        ("a/b/c.d", "c.d", "a/b"),
        ("/etc", "etc", "/"),
        ("/etc/x", "x", "/etc"),
    ],
)
def test_base_name_and_parent(path: str, base: str, parent: str) -> None:
    assert paths.base_name(path) == base
    assert paths.parent(path) == parent


@pytest.mark.parametrize(
    ("path", "folder", "relative"),
    [
        ("", "", "."),
        ("a", "a", "."),
        ("a/b", "a", "b"),
        ("a/b", "", "a/b"),
        ("a", "a/b", ".."),
        ("", "a/b", "../.."),
        ("c", "a/b", "../../c"),
        ("a/c", "a/b", "../c"),
        ("a/bc", "a/b", "../bc"),
        ("a/c/d", "a/b/e", "../../c/d"),
        ("a", "/tmp/x", "../../a"),
    ],
)
def test_a_path_as_seen_from_a_folder(path: str, folder: str, relative: str) -> None:
    assert paths.relative(path, folder) == relative


SEGMENTS = st.lists(st.sampled_from(["a", "b", "ab"]), max_size=4).map("/".join)


@given(SEGMENTS, SEGMENTS)
def test_a_relative_path_leads_back(path: str, folder: str) -> None:
    assert paths.join(folder, paths.relative(path, folder)) == path
