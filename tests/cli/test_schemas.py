"""The published schemas of version 1: who reads the output today can read it tomorrow.

`schemas/` has them as they were published. A field may be added there together with the program; what is there stays.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.cli.running import stageify
from tests.recipes import CASES, convert_texts, read_texts

PUBLISHED = Path(__file__).parent / "schemas"


@pytest.mark.parametrize("command", ["convert", "batch", "verify", "review"])
def test_a_schema_is_the_published_one(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    schema = json.loads(stageify(monkeypatch, command, "--json-schema").out)
    assert schema == json.loads((PUBLISHED / f"{command}.json").read_text())
    assert '"const": 1' in json.dumps(schema) or '"enum": [1]' in json.dumps(schema)
    Draft202012Validator.check_schema(schema)


def test_what_scripts_rely_on_is_in_the_schema() -> None:
    recipe: dict[str, Any] = json.loads((PUBLISHED / "convert.json").read_text())["$defs"]["recipe"]["properties"]
    parts = {
        name: set(recipe[name]["items"]["properties"])
        for name in recipe
        if "properties" in recipe[name].get("items", {})
    }
    assert {"driver", "scripts", "status"} <= set(recipe)
    assert {
        "images": {"tag", "dockerfile", "target", "status"},
        "files": {"path", "action", "text"},
        "stages": {"name", "base", "from"},
        "copies": {"stage", "source", "host", "destination", "mechanism", "location"},
        "ledger": {"file", "line", "column", "end_line", "end_column", "fate", "why"},
        "assumptions": {"about", "location"},
        "diagnostics": {"code", "severity", "message", "help", "location"},
    }.items() <= parts.items()


@pytest.mark.parametrize(
    "name",
    ["refused-the-builder-sets-a-file-capability", "makefile-two-images"],
)
def test_the_ledger_covers_every_line_of_what_took_part_in_refusals_too(name: str) -> None:
    texts = read_texts(CASES / name / "before")
    driver = next(path for path in texts if path == "Makefile" or path.endswith(".sh"))
    recipe = convert_texts(texts, driver)
    covered: dict[str, set[int]] = {}
    for entry in recipe.ledger:
        lines = range(entry.location.line, entry.location.end_line + 1)
        covered.setdefault(entry.location.file, set()).update(lines)
    assert {path for path in texts if "ockerfile" in path} <= set(covered)
    for path, found in covered.items():
        assert set(range(1, len(texts[path].splitlines()) + 1)) <= found, path
