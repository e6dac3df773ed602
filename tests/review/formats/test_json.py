from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from converter.review.formats.json import render, schema
from tests.batch.trees import RECIPE, Tree
from tests.review.support import BLOCKED, CP, below, report


def document(folder: Path, tree: Tree) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(render(report(folder, tree)))
    Draft202012Validator(schema()).validate(found)
    return found


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(schema())


def test_a_document_with_something_else_in_it_is_not_valid(tmp_path: Path) -> None:
    found = document(tmp_path, RECIPE)
    found["findings"][0]["more"] = 1
    assert not Draft202012Validator(schema()).is_valid(found)


def test_an_empty_review_is_an_empty_list(tmp_path: Path) -> None:
    assert document(tmp_path, {}) == {"version": 1, "findings": []}


def test_a_finding_has_all_that_a_program_needs(tmp_path: Path) -> None:
    (finding,) = document(tmp_path, RECIPE)["findings"]
    assert finding["location"] == {"file": "build.sh", "line": CP, "column": 1, "end_line": CP, "end_column": 33}
    assert finding["command"] == "stageify convert --script build.sh --write"
    assert finding["files"] == [
        {"path": "Dockerfile", "action": "write"},
        {"path": "build.sh", "action": "write"},
        {"path": "Dockerfile.build", "action": "delete"},
    ]
    (artifact,) = finding["artifacts"]
    assert (artifact["source"], artifact["destination"]) == ("/src/app", "/root/app")


def test_a_refused_recipe_has_no_command(tmp_path: Path) -> None:
    (finding,) = document(tmp_path, BLOCKED)["findings"]
    assert (finding["command"], finding["patch"], finding["files"]) == (None, "", [])


@pytest.mark.parametrize("name", ["größe", "a b", 'quo"te', "new\nline", "\udcff"])
def test_names_come_back_as_they_are(tmp_path: Path, name: str) -> None:
    (finding,) = document(tmp_path, below(name, RECIPE))["findings"]
    assert finding["driver"] == f"{name}/build.sh"
