"""The plain-text listing."""

from __future__ import annotations

from converter.verify.compare import Comparison, Difference
from converter.verify.image import Healthcheck, Node
from converter.verify.report import describe, render


def mode(path: str) -> Difference:
    return Difference("tree", path, "mode", "changed", 0o755, 0o4755)


def time(path: str) -> Difference:
    return Difference("tree", path, "mtime", "changed", 1.0, 2.0)


def test_equal_images() -> None:
    assert render(Comparison((), (), 1234, 1234)) == "the images are the same\nsize: 1,234 bytes in both\n"


def test_equal_trees_of_unequal_size() -> None:
    assert render(Comparison((), (), 10, 2000), left="legacy", right="single") == (
        "the images have the same files and configuration, and different sizes\n"
        "size: 10 bytes in legacy, 2,000 in single (+1,990)\n"
    )


def test_differences_are_listed_up_to_the_limit_and_the_rest_counted() -> None:
    comparison = Comparison(tuple(mode(f"/{number}") for number in range(5)), (), 1, 1)
    assert render(comparison, limit=2) == (
        "the images differ in 5 points\n"
        "size: 1 bytes in both\n"
        "  /0: mode: 0755 -> 4755\n"
        "  /1: mode: 0755 -> 4755\n"
        "  ... and 3 more\n"
    )
    assert "more" not in render(comparison, limit=None)


def test_noise_is_counted() -> None:
    noise = (time("/a"), time("/b"), mode("/c"))
    assert render(Comparison((), noise, 0, 0)).splitlines()[2:] == [
        "not counted: 2 modification times",
        "not counted: 1 that two builds of the same input have too",
    ]


def test_each_kind_of_difference_is_one_line() -> None:
    file = Node("/f", "file", 0o644, 1, 2, size_bytes=1000)
    link = Node("/l", "symlink", 0o777, 0, 0, link_target="a\nb")
    digest = Difference("tree", "/f", "digest", "changed", "sha256:0123456789abcdef", None)
    for difference, line in (
        (Difference("tree", "/f", "", "only-left", file, None), "/f: only in A: file, 0644, 1:2, 1,000 bytes"),
        (Difference("tree", "/l", "", "only-right", None, link), "/l: only in B: symlink, 0777, 0:0, to a\\nb"),
        (digest, "/f: digest: sha256:0123456789ab -> none"),
        (Difference("tree", "/d", "device", "changed", (1, 3), None), "/d: device: 1:3 -> none"),
        (Difference("tree", "/f", "xattr user.a", "only-left", b"\1\2", None), "/f: xattr user.a: only in A: 0102"),
        (Difference("config", "env", "PATH", "changed", "/a", "/b"), "env: PATH: /a -> /b"),
        (Difference("config", "labels", "mode", "changed", "x", "y"), "labels: mode: x -> y"),
        (Difference("config", "volumes", "/v", "only-left", True, None), "volumes: /v: only in A: set"),
        (Difference("config", "cmd", "", "changed", ("a",), ("b", "c")), 'cmd: ["a"] -> ["b", "c"]'),
        (
            Difference("config", "healthcheck", "", "changed", Healthcheck(("CMD", "x")), Healthcheck(("NONE",))),
            'healthcheck: test ["CMD", "x"] -> test ["NONE"]',
        ),
        (
            Difference("config", "healthcheck", "", "only-left", Healthcheck(("CMD",), 5_000_000, retries=3), None),
            'healthcheck: only in A: test ["CMD"], interval_ns 5000000, retries 3',
        ),
    ):
        assert describe(difference, left="A", right="B") == line


def test_what_does_not_print_is_escaped() -> None:
    name = b"/caf\xe9\x1b[31m".decode("utf-8", "surrogateescape")
    assert describe(mode(name)) == "/caf\\xe9\\x1b[31m: mode: 0755 -> 4755"
    assert describe(mode("/café")).startswith("/café:")
