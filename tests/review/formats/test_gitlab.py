from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from converter.review.formats.gitlab import render
from tests.batch.trees import RECIPE, Tree
from tests.review.support import BLOCKED, CP, below, report

SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "location", "severity"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": "^(?!\\./|/)."},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}, "end": {"type": "integer"}},
                    },
                },
            },
            "type": {"const": "issue"},
            "categories": {
                "type": "array",
                "items": {
                    "enum": [
                        "Bug Risk", "Clarity", "Compatibility", "Complexity", "Duplication", "Performance", "Security",
                        "Style",
                    ]
                },
            },
            "content": {"type": "object", "required": ["body"], "properties": {"body": {"type": "string"}}},
        },
    },
}  # fmt: skip
"""What GitLab's documentation asks of a report, and the fields of the Code Climate specification that are used."""


def issues(folder: Path, tree: Tree) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(render(report(folder, tree)))
    Draft202012Validator(SCHEMA).validate(found)
    return found


def test_an_empty_review_is_an_empty_list(tmp_path: Path) -> None:
    assert issues(tmp_path, {}) == []


def test_a_finding_is_an_issue_with_its_line_and_its_patch(tmp_path: Path) -> None:
    (issue,) = issues(tmp_path, below("größe 1", RECIPE))
    assert issue["location"] == {"path": "größe 1/build.sh", "lines": {"begin": CP, "end": CP}}
    assert (issue["check_name"], issue["severity"]) == ("STG701", "minor")
    assert "```diff\ndiff --git" in issue["content"]["body"] or "```diff\n--- " in issue["content"]["body"]


def test_a_note_is_information(tmp_path: Path) -> None:
    (issue,) = issues(tmp_path, BLOCKED)
    assert (issue["check_name"], issue["severity"]) == ("STG501", "info")


def test_fingerprints_are_unique_and_stay_while_lines_move(tmp_path: Path) -> None:
    tree = {name: data for folder in "ab" for name, data in below(folder, RECIPE).items()}
    moved = {name: b"\n\n" + data if name.endswith("Dockerfile") else data for name, data in tree.items()}
    before, after = issues(tmp_path / "1", tree), issues(tmp_path / "2", moved)
    assert [issue["fingerprint"] for issue in before] == [issue["fingerprint"] for issue in after]
    assert len({issue["fingerprint"] for issue in before}) == 2
