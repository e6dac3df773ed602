from __future__ import annotations

import pytest

from converter.render.environment import TemplateProblem, render_dockerfile, template_folder

BLOCKS: dict[str, object] = {
    "directives": "# syntax=a/b\n",
    "arguments": "ARG A=1\n",
    "builders": ("FROM a AS one\n", "FROM b AS two\n"),
    "runtime": "FROM c\nCOPY --from=one /x /x\n",
    "newline": "\n",
}


def test_the_blocks_stand_one_behind_the_other_with_a_blank_line_behind_each_builder() -> None:
    assert render_dockerfile(BLOCKS) == (
        "# syntax=a/b\nARG A=1\nFROM a AS one\n\nFROM b AS two\n\nFROM c\nCOPY --from=one /x /x\n"
    )


def test_the_line_end_is_that_of_the_files() -> None:
    blocks = {**BLOCKS, "directives": "", "arguments": "", "builders": ("FROM a\r\n",), "newline": "\r\n"}
    assert render_dockerfile({**blocks, "runtime": "FROM c"}) == "FROM a\r\n\r\nFROM c"


@pytest.mark.parametrize("text", ["RUN echo '<a>' & \"{{ x }}\"\n", "RUN {% raw %}\n", "LABEL x={# #}\n"])
def test_the_text_of_a_block_is_never_read_as_a_template_nor_escaped(text: str) -> None:
    assert render_dockerfile({**BLOCKS, "runtime": text}).endswith("\n\n" + text)


def test_a_template_of_ones_own_takes_the_place_of_the_programs() -> None:
    own = {"Dockerfile.j2": "{{ runtime }}# {{ builders | length }} builders{{ newline }}"}
    assert render_dockerfile(BLOCKS, own) == "FROM c\nCOPY --from=one /x /x\n# 2 builders\n"


def test_a_template_of_another_name_changes_nothing() -> None:
    assert render_dockerfile(BLOCKS, {"other.j2": "x"}) == render_dockerfile(BLOCKS)


@pytest.mark.parametrize(
    ("template", "place", "word"),
    [
        ("{{ runtime }}\n{% for x in %}\n", "Dockerfile.j2:2: ", "Expected"),
        ("{{ nothing }}", "Dockerfile.j2: ", "nothing"),
        ("{{ runtime", "Dockerfile.j2:1: ", "expected"),
    ],
)
def test_a_mistake_in_a_template_is_told_with_its_line(template: str, place: str, word: str) -> None:
    with pytest.raises(TemplateProblem) as caught:
        render_dockerfile(BLOCKS, {"Dockerfile.j2": template})
    assert str(caught.value).startswith(place)
    assert word in str(caught.value)


def test_the_program_brings_its_template() -> None:
    assert (template_folder() / "Dockerfile.j2").is_file()
