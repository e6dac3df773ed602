from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from converter.review.formats.rdjsonl import render
from tests.batch.trees import RECIPE, Tree
from tests.review.support import BLOCKED, CP, added, report


def message(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


TEXT = {"type": "string"}
POSITION = message(line={"type": "integer", "minimum": 1}, column={"type": "integer", "minimum": 1})
RANGE = {**message(start=POSITION, end=POSITION), "required": ["start"]}
LOCATION = {**message(path=TEXT, range=RANGE), "required": ["path"]}
SCHEMA = {
    **message(
        message=TEXT,
        location=LOCATION,
        severity={"enum": ["UNKNOWN_SEVERITY", "ERROR", "WARNING", "INFO"]},
        source=message(name=TEXT, url=TEXT),
        code=message(value=TEXT, url=TEXT),
        suggestions={"type": "array", "items": {**message(range=RANGE, text=TEXT), "required": ["range", "text"]}},
        original_output=TEXT,
        related_locations={"type": "array", "items": message(message=TEXT, location=LOCATION)},
    ),
    "required": ["message", "location"],
}
"""The message `Diagnostic` of reviewdog's proto/rdf/reviewdog.proto, in its JSON form."""


def diagnostics(folder: Path, tree: Tree, diff: bytes | None = None) -> list[dict[str, Any]]:
    data = render(report(folder, tree, diff))
    assert data == b"" or data.endswith(b"\n")
    found = [json.loads(line) for line in data.decode().splitlines()]
    for diagnostic in found:
        Draft202012Validator(SCHEMA).validate(diagnostic)
    return found


def test_an_empty_review_is_empty(tmp_path: Path) -> None:
    assert diagnostics(tmp_path, {}) == []


def test_a_finding_of_a_tree_is_one_diagnostic_with_the_patch_in_its_message(tmp_path: Path) -> None:
    (found,) = diagnostics(tmp_path, RECIPE)
    assert found["location"] == {
        "path": "build.sh",
        "range": {"start": {"line": CP, "column": 1}, "end": {"line": CP, "column": 33}},
    }
    assert (found["severity"], found["code"]["value"]) == ("WARNING", "STG701")
    assert "+FROM golang:1.13 AS builder\n" in found["message"]
    assert "suggestions" not in found


def test_columns_count_bytes(tmp_path: Path) -> None:
    script = RECIPE["build.sh"].replace(b"docker cp", ": 'ö'; docker cp".encode())
    (found,) = diagnostics(tmp_path, {**RECIPE, "build.sh": script})
    assert found["location"]["range"]["start"]["column"] == len(": 'ö'; ".encode()) + 1


def taken(text: str, suggestion: dict[str, Any]) -> str:
    """The text after a suggestion was taken: whole lines, the last one included."""
    lines = text.splitlines(keepends=True)
    start, end = (suggestion["range"][side]["line"] for side in ("start", "end"))
    text = suggestion["text"]
    assert isinstance(text, str)
    return "".join([*lines[: start - 1], f"{text}\n", *lines[end:]])


def test_where_the_change_touches_all_lines_there_is_a_suggestion_for_each_file(tmp_path: Path) -> None:
    found = diagnostics(tmp_path, RECIPE, added(RECIPE))
    assert [diagnostic["location"]["path"] for diagnostic in found] == ["build.sh", "Dockerfile"]
    assert found[0]["location"]["range"]["start"]["line"] == CP
    wanted = {change.path: change.after for change in report(tmp_path, RECIPE).findings[0].changes}
    for diagnostic in found:
        path = diagnostic["location"]["path"]
        (suggestion,) = diagnostic["suggestions"]
        assert taken(RECIPE[path].decode(), suggestion).encode() == wanted[path]
        assert "2 suggestions together, in one commit, and delete Dockerfile.build" in diagnostic["message"]
    (related,) = found[1]["related_locations"]
    assert related["location"]["path"] == "build.sh"


@pytest.mark.parametrize("part", ["build.sh", "Dockerfile"])
def test_where_it_does_not_a_part_of_the_change_is_never_suggested(tmp_path: Path, part: str) -> None:
    (found,) = diagnostics(tmp_path, RECIPE, added({part: RECIPE[part]}))
    assert "suggestions" not in found
    assert found["location"]["path"] == part


def test_windows_line_ends_are_not_suggested(tmp_path: Path) -> None:
    tree = {**RECIPE, "Dockerfile": RECIPE["Dockerfile"].replace(b"\n", b"\r\n")}
    (found,) = diagnostics(tmp_path, tree, added(tree))
    assert "suggestions" not in found


def test_a_refused_recipe_is_information_without_a_suggestion(tmp_path: Path) -> None:
    (found,) = diagnostics(tmp_path, BLOCKED, added(BLOCKED))
    assert (found["severity"], found["code"]["value"]) == ("INFO", "STG501")
    assert "suggestions" not in found
