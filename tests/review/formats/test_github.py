from __future__ import annotations

import re
from pathlib import Path

from converter.review.formats.github import render
from tests.batch.trees import RECIPE, Tree
from tests.review.support import BLOCKED, CP, below, report

Command = tuple[str, dict[str, str], str]
"""Name, properties and message."""


def run(output: str) -> list[Command]:
    """The commands that the runner carries out: a line is one where it begins with `::` after white space, or holds
    `##[`; between `::stop-commands::WORD` and `::WORD::` none is."""
    found: list[Command] = []
    stopped = ""
    for line in re.split(r"\r\n|\r|\n", output):
        line = line.lstrip()
        if stopped:
            stopped = "" if line == f"::{stopped}::" else stopped
        elif line.startswith("::"):
            head, _, message = line[2:].partition("::")
            name, _, rest = head.partition(" ")
            if name == "stop-commands":
                stopped = message
                continue
            properties = dict(item.split("=", 1) for item in rest.split(",") if item)
            found.append((name, {key: value(text, True) for key, text in properties.items()}, value(message)))
        else:
            assert "##[" not in line
    assert not stopped
    return found


def value(text: str, is_property: bool = False) -> str:
    """What the runner reads: the escapes of a message, and for a property two more."""
    for escape, character in (("%0D", "\r"), ("%0A", "\n"), *([("%3A", ":"), ("%2C", ",")] if is_property else [])):
        text = text.replace(escape, character)
    return text.replace("%25", "%")


def commands(folder: Path, tree: Tree) -> list[Command]:
    return run(render(report(folder, tree)).decode())


def test_an_empty_review_says_nothing(tmp_path: Path) -> None:
    assert commands(tmp_path, {}) == []


def test_a_finding_is_a_warning_at_its_line_and_a_group_with_the_patch(tmp_path: Path) -> None:
    (warning, group, end) = commands(tmp_path, RECIPE)
    assert warning[0] == "warning"
    assert warning[1] == {
        "file": "build.sh", "line": str(CP), "endLine": str(CP), "col": "1", "endColumn": "33",
        "title": "STG701: the builder pattern, which one multi-stage Dockerfile can replace",
    }  # fmt: skip
    assert "stageify convert --script build.sh --write" in warning[2]
    assert (group[0], end[0]) == ("group", "endgroup")
    assert b"\n+FROM golang:1.13 AS builder\n" in render(report(tmp_path, RECIPE))


def test_names_that_the_command_would_cut_are_escaped(tmp_path: Path) -> None:
    folder = "100%,a:b c/größe"
    (warning, *_) = commands(tmp_path, below(folder, RECIPE))
    assert warning[1]["file"] == f"{folder}/build.sh"
    assert f"{folder}/build.sh takes" in warning[2]


def test_a_command_of_several_lines_has_no_columns(tmp_path: Path) -> None:
    script = RECIPE["build.sh"].replace(b"extract:/src/app ./app", b"\\\n extract:/src/app ./app")
    (warning, *_) = commands(tmp_path, {**RECIPE, "build.sh": script})
    assert (warning[1]["line"], warning[1]["endLine"]) == (str(CP), str(CP + 1))
    assert "col" not in warning[1]


def test_a_patch_that_holds_commands_of_the_runner_runs_none(tmp_path: Path) -> None:
    evil = b"#\r::error::1\n#\r ::add-mask::x\n: '\n::warning::2\n##[error]3\n::endgroup::'\n"
    tree = {**RECIPE, "build.sh": RECIPE["build.sh"].replace(b"set -e\n", b"set -e\n" + evil)}
    assert b"::warning::2" in render(report(tmp_path, tree))
    assert [name for name, _, _ in commands(tmp_path, tree)] == ["warning", "group", "endgroup"]


def test_a_refused_recipe_is_a_notice(tmp_path: Path) -> None:
    (notice,) = commands(tmp_path, BLOCKED)
    assert notice[0] == "notice"
    assert notice[1]["line"] == "6"
