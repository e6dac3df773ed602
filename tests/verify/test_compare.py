"""The comparator: every field that differs alone is found and named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import pytest

from converter.verify.compare import CONFIG_ENTRIES, CONFIG_VALUES, NODE_FIELDS, compare
from converter.verify.image import Healthcheck, Image, ImageConfig, Layer, Node

FILE = Node("/f", "file", 0o644, 0, 0, mtime=1.0, size_bytes=1, digest="sha256:a", xattrs={"user.a": b"1"})
ROOT = Node("/", "directory", 0o755, 0, 0)
LINK = Node("/s", "symlink", 0o777, 0, 0, link_target="f")
CONFIG = ImageConfig(
    architecture="amd64",
    os="linux",
    user="web",
    env=("A=1", "B=2"),
    entrypoint=("/e",),
    cmd=("c",),
    working_dir="/srv",
    exposed_ports=("80/tcp",),
    volumes=("/v",),
    labels={"l": "1"},
    healthcheck=Healthcheck(("CMD", "true")),
    stop_signal="SIGQUIT",
    stop_timeout_seconds=5,
    shell=("/bin/ash", "-c"),
    on_build=("RUN x",),
)


def image(*nodes: Node, config: ImageConfig = CONFIG, size_bytes: int = 1) -> Image:
    tree = {node.path: node for node in (ROOT, *nodes)}
    return Image("sha256:0", (), config, (Layer("sha256:1", size_bytes),), tree)


def found(left: Image, right: Image, **options: Any) -> list[tuple[str, str, str, str, Any, Any]]:
    return [
        (item.place, item.subject, item.field, item.kind, item.left, item.right)
        for item in compare(left, right, **options).differences
    ]


def test_an_image_equals_itself() -> None:
    result = compare(image(FILE, LINK), image(FILE, LINK))
    assert result.equal
    assert result.size_equal
    assert (result.differences, result.noise) == ((), ())


NODE_CHANGES: Mapping[str, Any] = {
    "type": "fifo",
    "mode": 0o4644,
    "uid": 1000,
    "gid": 1001,
    "size_bytes": 2,
    "digest": "sha256:b",
    "link_target": "g",
    "device": (1, 3),
    "hard_links": ("/f", "/g"),
}


@pytest.mark.parametrize("field", NODE_CHANGES)
def test_a_property_of_a_node_that_differs_alone_is_named(field: str) -> None:
    changed = replace(FILE, **{field: NODE_CHANGES[field]})
    left, right = getattr(FILE, field), NODE_CHANGES[field]
    assert found(image(FILE), image(changed)) == [("tree", "/f", field, "changed", left, right)]
    assert found(image(changed), image(FILE)) == [("tree", "/f", field, "changed", right, left)]


@pytest.mark.parametrize(
    ("left", "right", "kind", "values"),
    [
        ({"security.capability": b"\1"}, {"security.capability": b"\2"}, "changed", (b"\1", b"\2")),
        ({"security.capability": b"\1"}, {}, "only-left", (b"\1", None)),
        ({}, {"security.capability": b""}, "only-right", (None, b"")),
    ],
)
def test_an_extended_attribute_is_named(
    left: dict[str, bytes], right: dict[str, bytes], kind: str, values: tuple[Any, Any]
) -> None:
    pair = image(replace(FILE, xattrs=left)), image(replace(FILE, xattrs=right))
    assert found(*pair) == [("tree", "/f", "xattr security.capability", kind, *values)]


def test_every_property_of_a_node_is_compared() -> None:
    assert {item.name for item in fields(Node)} == {*NODE_FIELDS, "path", "xattrs"}
    assert {*NODE_CHANGES, "mtime"} == set(NODE_FIELDS)


def test_a_path_on_one_side_only_is_one_difference() -> None:
    assert found(image(FILE), image()) == [("tree", "/f", "", "only-left", FILE, None)]
    assert found(image(), image(FILE)) == [("tree", "/f", "", "only-right", None, FILE)]


CONFIG_CHANGES: Mapping[str, Any] = {
    "architecture": "arm64",
    "variant": "v8",
    "os": "windows",
    "os_version": "10",
    "user": "other",
    "entrypoint": ("/e", "x"),
    "cmd": ("d",),
    "working_dir": "/other",
    "healthcheck": Healthcheck(("CMD", "true"), retries=3),
    "stop_signal": "SIGTERM",
    "stop_timeout_seconds": 0,
    "shell": ("/bin/sh", "-c"),
    "on_build": ("RUN x", "RUN y"),
}


@pytest.mark.parametrize("field", CONFIG_CHANGES)
def test_a_field_of_the_configuration_that_differs_alone_is_named(field: str) -> None:
    changed = replace(CONFIG, **{field: CONFIG_CHANGES[field]})
    left = getattr(CONFIG, field) or None
    kind = "only-right" if left is None else "changed"
    assert found(image(), image(config=changed)) == [("config", field, "", kind, left, CONFIG_CHANGES[field])]


@pytest.mark.parametrize(
    ("field", "changed", "expected"),
    [
        ("env", ("A=1", "B=3"), ("B", "changed", "2", "3")),
        ("env", ("A=1",), ("B", "only-left", "2", None)),
        ("env", ("A=1", "B=2", "C="), ("C", "only-right", None, "")),
        ("exposed_ports", ("80/tcp", "81/udp"), ("81/udp", "only-right", None, True)),
        ("volumes", (), ("/v", "only-left", True, None)),
        ("labels", {"l": "2"}, ("l", "changed", "1", "2")),
        ("labels", {"l": "1", "m": ""}, ("m", "only-right", None, "")),
    ],
)
def test_an_entry_of_the_configuration_that_differs_alone_is_named(
    field: str, changed: Any, expected: tuple[Any, ...]
) -> None:
    assert found(image(), image(config=replace(CONFIG, **{field: changed}))) == [("config", field, *expected)]


def test_every_field_of_the_configuration_is_compared() -> None:
    assert {item.name for item in fields(ImageConfig)} == {*CONFIG_VALUES, *CONFIG_ENTRIES, "raw"}
    assert set(CONFIG_CHANGES) == set(CONFIG_VALUES)


def test_a_field_that_is_not_set_on_one_side_is_found() -> None:
    for field in CONFIG_VALUES:
        unset = replace(CONFIG, **{field: getattr(ImageConfig(), field)})
        result = [(item[1], item[3]) for item in found(image(), image(config=unset))]
        assert result == (
            [(field, "changed" if field == "working_dir" else "only-left")] if getattr(CONFIG, field) else []
        )


def test_what_no_container_can_see_is_not_compared() -> None:
    other = replace(
        image(FILE, config=replace(CONFIG, raw={"created": "x", "history": [1]}, env=("B=2", "A=1"))),
        id="sha256:other",
        tags=("a:b",),
        layers=(Layer("sha256:8", 0), Layer("sha256:9", 1)),
    )
    result = compare(image(FILE), other)
    assert (result.differences, result.noise) == ((), ())
    assert result.size_equal


def test_a_working_folder_that_is_not_set_is_the_root() -> None:
    assert found(image(config=replace(CONFIG, working_dir="")), image(config=replace(CONFIG, working_dir="/"))) == []


def test_the_last_of_two_values_of_a_variable_counts() -> None:
    assert found(image(), image(config=replace(CONFIG, env=("A=0", "A=1", "B=2")))) == []


def test_a_time_is_noise_unless_it_matters() -> None:
    later = image(replace(FILE, mtime=2.0))
    result = compare(image(FILE), later)
    assert result.equal
    assert [(item.subject, item.field, item.left, item.right) for item in result.noise] == [("/f", "mtime", 1.0, 2.0)]
    assert found(image(FILE), later, times_matter=True) == [("tree", "/f", "mtime", "changed", 1.0, 2.0)]


def test_what_two_builds_of_the_same_input_have_too_is_noise() -> None:
    first, second = image(FILE, LINK), image(replace(FILE, digest="sha256:b"), LINK)
    other = image(replace(FILE, digest="sha256:c", mode=0o600, mtime=3.0), LINK)
    result = compare(first, other, measured=compare(first, second))
    assert [item.field for item in result.differences] == ["mode"]
    assert [item.field for item in result.noise] == ["digest", "mtime"]


def test_a_measured_time_does_not_matter_even_where_times_do() -> None:
    measured = compare(image(FILE), image(replace(FILE, mtime=2.0)))
    assert found(image(FILE), image(replace(FILE, mtime=3.0)), times_matter=True, measured=measured) == []


def test_size_is_a_matter_of_its_own() -> None:
    result = compare(image(FILE), image(FILE, size_bytes=7))
    assert result.equal
    assert not result.size_equal
    assert (result.left_size_bytes, result.right_size_bytes) == (1, 7)


def test_differences_are_sorted_by_path_after_the_configuration() -> None:
    right = image(Node("/b", "fifo", 0, 0, 0), Node("/a", "fifo", 0, 0, 0), config=replace(CONFIG, user="x"))
    assert [item[1] for item in found(image(), right)] == ["user", "/a", "/b"]
