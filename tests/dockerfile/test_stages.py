from __future__ import annotations

import pytest

from converter.dockerfile.problems import is_stage_name
from converter.dockerfile.stages import find_stage, global_arguments, stage_references, stages
from converter.source import Edit, apply_edits
from tests.dockerfile.support import edited, tree

FILE = """\
ARG V=1
FROM golang:$V AS Build
COPY . .
RUN --mount=type=cache,target=/c --mount=from=build,type=bind,source=/x make

# the runtime
FROM --platform=linux/amd64 build
COPY --from=0 /a /b
COPY --from=BUILD --link /a /b
COPY --from=nginx:1 /a /b
ONBUILD COPY --from=build /a /b
FROM scratch
"""


def test_the_stages_of_a_file() -> None:
    found = stages(tree(FILE))
    assert [(stage.index, stage.name, stage.image, len(stage.instructions)) for stage in found] == [
        (0, "Build", "golang:$V", 2),
        (1, None, "build", 4),
        (2, None, "scratch", 0),
    ]
    assert FILE[found[1].span.start : found[1].span.end].startswith("FROM --platform")
    assert FILE[found[1].span.start : found[1].span.end].endswith("ONBUILD COPY --from=build /a /b\n")


def test_image_and_name_can_be_edited() -> None:
    stage = stages(tree(FILE))[0]
    assert stage.name_span is not None
    edits = [Edit(stage.name_span, "x"), Edit(stage.image_span, "y")]
    assert apply_edits(FILE, edits).splitlines()[1] == "FROM y AS x"


def test_arguments_before_the_first_from_are_global() -> None:
    assert [argument.text for argument in global_arguments(tree(FILE + "ARG late\n"))] == ["V=1"]
    assert [argument.text for argument in global_arguments(tree("ARG a\nRUN x\nARG b\n"))] == ["a", "b"]


def test_every_reference_is_found_with_what_it_means() -> None:
    found = stage_references(tree(FILE))
    assert [(ref.place, ref.value, ref.kind, ref.stage, ref.trigger) for ref in found] == [
        ("FROM", "golang:$V", "name", None, False),
        ("--mount", "build", "name", None, False),
        ("FROM", "build", "name", 0, False),
        ("--from", "0", "number", 0, False),
        ("--from", "BUILD", "name", 0, False),
        ("--from", "nginx:1", "name", None, False),
        ("--from", "build", "name", None, True),
        ("FROM", "scratch", "name", None, False),
    ]
    for ref in found:
        assert FILE[ref.span.start : ref.span.end] == ref.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM a\nRUN --mount=type=bind,from=x,target=/y z\n", "FROM a\nRUN --mount=type=bind,from=N,target=/y z\n"),
        ("FROM a\nRUN --mount='type=bind,from=x' z\n", "FROM a\nRUN --mount='type=bind,from=N' z\n"),
        ('FROM a\nRUN --mount=\\"from=x\\",target=/y z\n', 'FROM a\nRUN --mount=\\"from=N\\",target=/y z\n'),
        ("FROM a\nRUN --mount=FROM=x,target=/y z\n", "FROM a\nRUN --mount=FROM=N,target=/y z\n"),
        ("FROM a\nRUN --mount=target=/from=y,from=\\\nx z\n", "FROM a\nRUN --mount=target=/from=y,from=\\\nN z\n"),
        ("FROM a\nCOPY --from='x' y z\n", "FROM a\nCOPY --from=N y z\n"),
    ],
)
def test_a_reference_can_be_renamed(text: str, expected: str) -> None:
    _, reference = stage_references(tree(text))
    assert reference.value == "x"
    assert edited(text, reference.span, "N") == expected


def test_a_name_means_the_last_stage_before_it() -> None:
    text = "FROM a AS x\nFROM b AS X\nFROM c\nCOPY --from=x y z\nCOPY --from=2 y z\nFROM d AS x\n"
    assert [ref.stage for ref in stage_references(tree(text)) if ref.place == "--from"] == [1, None]
    found = find_stage(stages(tree(text)), "x")
    assert found is not None
    assert found.index == 3
    assert find_stage(stages(tree(text)), "y") is None


@pytest.mark.parametrize(
    ("name", "valid"), [("a", True), ("A-b_c.1", True), ("1a", False), ("a/b", False), ("", False)]
)
def test_stage_names(name: str, valid: bool) -> None:
    assert is_stage_name(name) is valid


def test_a_from_without_an_image_is_a_stage_still() -> None:
    text = "FROM\nRUN x\n"
    (stage,) = stages(tree(text))
    assert (stage.image, stage.name, len(stage.instructions)) == ("", None, 1)
    assert stage_references(tree(text)) == ()
