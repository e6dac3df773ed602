from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as Log

from converter.diagnostics import RULES
from converter.review.formats.sarif import render
from tests.batch.trees import RECIPE, Tree
from tests.review.support import BLOCKED, CP, added, below, report


def log(folder: Path, tree: Tree, diff: bytes | None = None) -> dict[str, Any]:
    """The log, which is valid by a model that was generated from the schema of OASIS."""
    data: dict[str, Any] = json.loads(render(report(folder, tree, diff)))
    Log.model_validate(data)
    return data


def result(folder: Path, tree: Tree, diff: bytes | None = None) -> dict[str, Any]:
    (found,) = log(folder, tree, diff)["runs"][0]["results"]
    assert isinstance(found, dict)
    return found


def test_the_model_of_the_tests_refuses_what_the_schema_does() -> None:
    with pytest.raises(ValidationError):
        Log.model_validate({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "unknown": 1}]})


def test_an_empty_review_is_a_run_without_results(tmp_path: Path) -> None:
    (run,) = log(tmp_path, {})["runs"]
    assert run["results"] == []
    assert run["tool"]["driver"]["name"] == "stageify"


def test_each_result_names_a_rule_with_its_help_from_the_table_of_diagnostics(tmp_path: Path) -> None:
    (run,) = log(tmp_path, {**below("a", BLOCKED), **below("b", RECIPE)})["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["STG501", "STG701"]
    for found in run["results"]:
        rule = rules[found["ruleIndex"]]
        assert rule["id"] == found["ruleId"]
        assert rule["help"]["text"] == RULES[rule["id"]].explanation
    assert {found["ruleId"]: found["level"] for found in run["results"]} == {"STG501": "note", "STG701": "warning"}


def test_a_result_lies_at_the_line_and_carries_the_patch(tmp_path: Path) -> None:
    found = result(tmp_path, RECIPE)
    place = found["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "build.sh", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {"startLine": CP, "startColumn": 1, "endLine": CP, "endColumn": 33}
    assert "+FROM golang:1.13 AS builder\n" in found["properties"]["patch"]


def test_names_are_escaped_as_uris(tmp_path: Path) -> None:
    found = result(tmp_path, below("größe #1?/a:b%20", RECIPE))
    place = found["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "gr%C3%B6%C3%9Fe%20%231%3F/a%3Ab%2520/build.sh"


def applied(text: str, replacements: list[dict[str, Any]]) -> str:
    """What a consumer makes of the replacements: regions of lines and columns, counted from 1, ends excluded."""
    lines = text.splitlines(keepends=True)
    starts = [sum(map(len, lines[:number])) for number in range(len(lines) + 1)]
    for replacement in reversed(replacements):
        region = replacement["deletedRegion"]
        start = starts[region["startLine"] - 1] + region["startColumn"] - 1
        end = starts[region["endLine"] - 1] + region["endColumn"] - 1
        text = text[:start] + replacement["insertedContent"]["text"] + text[end:]
    return text


@pytest.mark.parametrize("ending", [b"", b"\n"], ids=["unended", "ended"])
def test_the_fix_makes_what_the_conversion_makes(tmp_path: Path, ending: bytes) -> None:
    tree = {name: data.rstrip(b"\n") + ending for name, data in RECIPE.items()}
    found = report(tmp_path, tree).findings[0]
    wanted = {change.path: change.after.decode() for change in found.changes if change.after is not None}
    (fix,) = result(tmp_path, tree)["fixes"]
    made = {
        change["artifactLocation"]["uri"]: applied(
            tree[change["artifactLocation"]["uri"]].decode(), change["replacements"]
        )
        for change in fix["artifactChanges"]
    }
    assert made == wanted
    assert "delete Dockerfile.build" in fix["description"]["text"]


def test_what_is_refused_has_no_fix(tmp_path: Path) -> None:
    assert "fixes" not in result(tmp_path, BLOCKED)


def test_fingerprints_are_the_same_for_the_tree_and_for_a_change_whatever_line_is_shown(tmp_path: Path) -> None:
    whole = result(tmp_path, RECIPE)
    change = result(tmp_path, RECIPE, added({"Dockerfile": RECIPE["Dockerfile"]}))
    assert whole["locations"] != change["locations"]
    assert whole["partialFingerprints"] == change["partialFingerprints"]
    assert set(whole["partialFingerprints"]) == {"stageify/recipe/v1", "primaryLocationLineHash"}


def test_other_places_of_the_recipe_are_related(tmp_path: Path) -> None:
    found = result(tmp_path, RECIPE, added({"Dockerfile": RECIPE["Dockerfile"]}))
    (related,) = found["relatedLocations"]
    assert related["physicalLocation"]["region"]["startLine"] == CP
    assert related["message"]["text"] == "docker cp takes /src/app out"
