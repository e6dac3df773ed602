"""The JSON output of the program and its published schema (draft 2020-12)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

from converter.batch.counts import code_counts, status_counts
from converter.diagnostics import Diagnostic, Severity
from converter.result import Fate, LedgerEntry, Recipe, Status
from converter.source import Location

VERSION = 1
"""Of the format. A field may come; none goes or changes its meaning without another number."""


def to_json(recipes: Iterable[Recipe]) -> dict[str, Any]:
    """The object that `--format json` prints: fields and their meaning are those of `SCHEMA`."""
    return {"version": VERSION, "recipes": [recipe_to_json(recipe) for recipe in recipes]}


def batch_to_json(recipes: Sequence[Recipe], unreadable: Mapping[str, str]) -> dict[str, Any]:
    """The object that `stageify batch --format json` prints: as `to_json`, and the counts of `BATCH_SCHEMA`.

    `unreadable` maps folders that took no part to the reason.
    """
    return {
        **to_json(recipes),
        "summary": {
            "recipes": len(recipes),
            "statuses": status_counts(recipes),
            "diagnostics": code_counts(recipes),
            "unreadable": [{"path": path, "reason": why} for path, why in unreadable.items()],
        },
    }


def recipe_to_json(recipe: Recipe) -> dict[str, Any]:
    """One recipe of the JSON output."""
    return {
        "driver": recipe.driver,
        "scripts": list(recipe.scripts),
        "status": recipe.status,
        "images": [
            {"tag": image.tag, "dockerfile": image.dockerfile, "target": image.target, "status": image.status}
            for image in recipe.images
        ],
        "files": [{"path": file.path, "action": file.action, "text": file.text} for file in recipe.files],
        "stages": [{"name": stage.name, "base": stage.base, "from": stage.origin} for stage in recipe.stages],
        "copies": [
            {
                "stage": copy.stage,
                "source": copy.source,
                "host": copy.host,
                "destination": copy.destination,
                "mechanism": copy.mechanism,
                "location": _location(copy.location),
            }
            for copy in recipe.copies
        ],
        "ledger": [_ledger_entry(entry) for entry in recipe.ledger],
        "assumptions": [
            {"about": assumption.about, "location": _location(assumption.location)} for assumption in recipe.assumptions
        ],
        "diagnostics": [_diagnostic(found) for found in recipe.diagnostics],
    }


def _location(location: Location | None) -> dict[str, Any] | None:
    return None if location is None else {"file": location.file, "line": location.line, "column": location.column}


def _ledger_entry(entry: LedgerEntry) -> dict[str, Any]:
    place = entry.location
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
        "fate": entry.fate,
        "why": entry.why,
    }


def _diagnostic(found: Diagnostic) -> dict[str, Any]:
    return {
        "code": found.code,
        "severity": found.severity,
        "message": found.message,
        "help": found.help,
        "location": _location(found.location),
    }


def _object(description: str, **properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(items: dict[str, Any], description: str) -> dict[str, Any]:
    return {"type": "array", "items": items, "description": description}


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "description": description}


def _text_or_null(description: str) -> dict[str, Any]:
    return {"type": ["string", "null"], "description": description}


def _word(alias: object, description: str) -> dict[str, Any]:
    """One of the words of a `Literal` type, so that schema and model cannot drift apart."""
    return {"enum": list(get_args(alias)), "description": description}


def _number(description: str) -> dict[str, Any]:
    return {"type": "integer", "minimum": 1, "description": description}


_PLACE = {"$ref": "#/$defs/location"}
_PLACE_OR_NULL = {"anyOf": [_PLACE, {"type": "null"}]}

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": f"urn:stageify:convert:{VERSION}",
    "title": "stageify convert --format json",
    **_object(
        "Every path is relative to the root, with forward slashes. Lines and columns are counted from 1.",
        version={"const": VERSION, "description": "The version of this format."},
        recipes=_list({"$ref": "#/$defs/recipe"}, "The recipes that were found; each has one driver."),
    ),
    "$defs": {
        "location": _object(
            "A place in a file.", file=_text("The file."), line=_number("The line."), column=_number("The column.")
        ),
        "recipe": _object(
            "One driver and what became of it.",
            driver=_text("The file that drives the builds."),
            scripts=_list(_text("A path."), "The driver and every script that takes part."),
            status=_word(Status, "What became of the recipe."),
            images=_list(
                _object(
                    "A final image.",
                    tag=_text("Its tag; a part that is not known keeps its expression, as in `app:$TAG`."),
                    dockerfile=_text("The Dockerfile that builds it after the conversion."),
                    target=_text_or_null("The stage that it is, null for the last one."),
                    status=_word(Status, "What became of this image."),
                ),
                "The final images.",
            ),
            files=_list(
                _object(
                    "A file that changes.",
                    path=_text("Its path."),
                    action={"enum": ["write", "delete"], "description": "Whether it is written or goes."},
                    text=_text_or_null("The whole new text, null for a file that goes."),
                ),
                "Everything that the conversion changes; empty where nothing is converted.",
            ),
            stages=_list(
                _object(
                    "A stage of the new Dockerfile.",
                    **{
                        "name": _text("Its name, or its number where it has none."),
                        "base": _text("The image of its FROM."),
                        "from": _text_or_null("The Dockerfile that it came from, null for a new stage."),
                    },
                ),
                "The stages of the new Dockerfile, in order.",
            ),
            copies=_list(
                _object(
                    "An artifact on its way from a stage into the image.",
                    stage=_text("The stage that it is copied from."),
                    source=_text("Its absolute path there."),
                    host=_text("Where it lay on the host on the way."),
                    destination=_text("Its absolute path in the image; a folder ends in `/`."),
                    mechanism=_text("How the script got it out, such as `docker cp`."),
                    location=_PLACE,
                ),
                "The artifacts.",
            ),
            ledger=_list(
                _object(
                    "What became of a span of an input file; the end is just behind its last character.",
                    file=_text("The file."),
                    line=_number("The line of its first character."),
                    column=_number("The column of its first character."),
                    end_line=_number("The line of its end."),
                    end_column=_number("The column of its end."),
                    fate=_word(Fate, "What became of it."),
                    why=_text("Why."),
                ),
                "Covers every line of the driver, of the scripts that it calls and of the Dockerfiles that took part.",
            ),
            assumptions=_list(
                _object(
                    "Something that the conversion rests on.",
                    about=_text("What is assumed."),
                    location=_PLACE_OR_NULL,
                ),
                "What reading cannot prove.",
            ),
            diagnostics=_list(
                _object(
                    "A finding.",
                    code=_text("Its code; `stageify explain CODE` explains it."),
                    severity=_word(Severity, "An error stands in the way of the conversion."),
                    message=_text("What is the matter."),
                    help=_text_or_null("What to do about it."),
                    location=_PLACE_OR_NULL,
                ),
                "What there is to say.",
            ),
        ),
    },
}

_COUNT = {"type": "integer", "minimum": 0}

BATCH_SCHEMA: dict[str, Any] = {
    **SCHEMA,
    "$id": f"urn:stageify:batch:{VERSION}",
    "title": "stageify batch --format json",
    **_object(
        "Every path is relative to the ROOT, or to the deepest folder that holds all ROOTs, with forward slashes.",
        **SCHEMA["properties"],
        summary=_object(
            "The recipes, counted.",
            recipes={**_COUNT, "description": "How many there are."},
            statuses=_object(
                "How many have each status.",
                **{status: {**_COUNT, "description": f"How many are {status}."} for status in get_args(Status)},
            ),
            diagnostics={
                "type": "object",
                "description": "How many recipes have each diagnostic; codes that no recipe has are left out.",
                "propertyNames": {"pattern": "^STG[0-9]{3}$"},
                "additionalProperties": {**_COUNT, "description": "How many recipes have it."},
            },
            unreadable=_list(
                _object("A folder that took no part.", path=_text("Its path."), reason=_text("Why it took none.")),
                "The folders that could not be looked at.",
            ),
        ),
    ),
}
