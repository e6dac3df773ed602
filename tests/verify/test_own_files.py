"""Files of the recipe that the image ships."""

from __future__ import annotations

from converter.verify.compare import compare
from converter.verify.image import Image, ImageConfig, Layer, Node
from converter.verify.own_files import own_file, split_own_files
from converter.verify.verification import ImageProof

SCRIPT = own_file(b"old script\n", b"new\n")
BUILDER = own_file(b"FROM golang\n", None)
FILES = (SCRIPT, BUILDER)


def image(**files: bytes) -> Image:
    """An image with these files in `/app`."""
    nodes = {}
    for name, content in files.items():
        identity = own_file(content, None).before
        assert identity is not None
        path = f"/app/{name}"
        nodes[path] = Node(path, "file", 0o644, 0, 0, size_bytes=identity[1], digest=identity[0])
    return Image("", (), ImageConfig(), (Layer("", sum(map(len, files.values()))),), nodes)


def proof(left: Image, right: Image) -> ImageProof:
    """The two images compared, with the sizes that an engine would tell."""
    split = split_own_files(compare(left, right), FILES)
    sizes = left.size_bytes, right.size_bytes
    return ImageProof("app", *sizes, split.comparison, False, split.own, split.size_change_bytes)


def test_changed_and_deleted_files_of_the_recipe_are_apart_and_explain_the_size() -> None:
    found = proof(image(script=b"old script\n", builder=b"FROM golang\n", x=b"1"), image(script=b"new\n", x=b"1"))
    assert found.equal
    assert {one.subject for one in found.own_files} == {"/app/script", "/app/builder"}
    assert found.own_change_bytes == len(b"new\n") - len(b"old script\n") - len(b"FROM golang\n")


def test_another_content_than_the_conversion_gives_counts() -> None:
    found = proof(image(script=b"old script\n"), image(script=b"other\n"))
    assert not found.equal
    assert found.own_files == ()


def test_another_file_that_is_gone_counts() -> None:
    assert not proof(image(script=b"old script\n", x=b"1"), image(script=b"new\n")).equal


def test_a_size_that_the_own_files_do_not_explain_counts() -> None:
    left, right = image(script=b"old script\n"), image(script=b"new\n")
    split = split_own_files(compare(left, right), FILES)
    found = ImageProof("app", 100, 100, split.comparison, False, split.own, split.size_change_bytes)
    assert not found.equal
