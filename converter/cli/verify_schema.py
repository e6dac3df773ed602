"""The JSON output of `stageify verify` and its published schema (draft 2020-12)."""

from __future__ import annotations

from typing import Any, get_args

from converter.result import Status
from converter.verify.compare import Difference, Kind, Place
from converter.verify.report import sides
from converter.verify.verification import Failure, ImageProof, Verification
from converter.verify.verification import Version as BuildVersion

VERSION = 1
"""Of the format. A field may come; none goes or changes its meaning without another number."""


def to_json(driver: str | None, status: Status | None, found: Verification | None) -> dict[str, Any]:
    """The object that `--format json` prints: fields and their meaning are those of `SCHEMA`."""
    return {
        "version": VERSION,
        "driver": driver,
        "status": status,
        "equal": None if found is None else found.equal,
        "build_images": []
        if found is None
        else [{"tag": image.tag, "size_bytes": image.size_bytes} for image in found.build_images],
        "images": [] if found is None else [_image(image) for image in found.images],
        "findings": [] if found is None else list(found.findings),
        "failure": None if found is None else _failure(found.failure),
        "noise_measured": found is not None and found.noise_measured,
        "legacy_seconds": None if found is None else _rounded(found.legacy_seconds),
        "new_seconds": None if found is None else _rounded(found.new_seconds),
    }


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)


def _failure(failure: Failure | None) -> dict[str, Any] | None:
    if failure is None:
        return None
    return {
        "version": failure.version,
        "reason": failure.reason,
        "tail": list(failure.tail),
        "log": failure.log,
    }


def _image(image: ImageProof) -> dict[str, Any]:
    return {
        "tag": image.tag,
        "equal": image.equal,
        "size_equal": image.size_equal,
        "legacy_size_bytes": image.legacy_size_bytes,
        "new_size_bytes": image.new_size_bytes,
        "legacy_content_bytes": image.comparison.left_size_bytes,
        "new_content_bytes": image.comparison.right_size_bytes,
        "differences": [_difference(found) for found in image.comparison.differences],
        "noise": [_difference(found) for found in image.comparison.noise],
        "own_files": [_difference(found) for found in image.own_files],
    }


def _difference(found: Difference) -> dict[str, Any]:
    legacy, new = sides(found)
    return {
        "place": found.place,
        "subject": found.subject.encode("utf-8", "backslashreplace").decode(),
        "field": found.field,
        "kind": found.kind,
        "legacy": legacy,
        "new": new,
    }


def _object(description: str, **properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _typed(kind: str | list[str], description: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "description": description, **more}


def _list(items: dict[str, Any], description: str) -> dict[str, Any]:
    return {"type": "array", "items": items, "description": description}


_BYTES = {"minimum": 0}
_DIFFERENCE = {"$ref": "#/$defs/difference"}

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": f"urn:stageify:verify:{VERSION}",
    "title": "stageify verify --format json",
    **_object(
        "With --archives and --images, `legacy` is the first image and `new` the second.",
        version={"const": VERSION, "description": "The version of this format."},
        driver=_typed(["string", "null"], "The file that drives the builds, null where two images are compared."),
        status={
            "enum": [*get_args(Status), None],
            "description": "What became of the recipe; only one that is converted is built. Null without a recipe.",
        },
        equal=_typed(["boolean", "null"], "The verdict; null where nothing was built."),
        build_images=_list(
            _object(
                "An image.",
                tag=_typed("string", "Its name."),
                size_bytes=_typed("integer", "Its size as the engine tells it.", **_BYTES),
            ),
            "The images that only the legacy version makes.",
        ),
        images=_list(
            _object(
                "One final image in both versions.",
                tag=_typed("string", "Its name."),
                equal=_typed("boolean", "Whether nothing differs but noise and the recipe's own files."),
                size_equal=_typed(
                    "boolean", "Whether the sizes are the same but for noise and the recipe's own files."
                ),
                legacy_size_bytes=_typed(["integer", "null"], "The size in the engine, null for an archive.", **_BYTES),
                new_size_bytes=_typed(["integer", "null"], "The size in the engine, null for an archive.", **_BYTES),
                legacy_content_bytes=_typed("integer", "The file content of all layers.", **_BYTES),
                new_content_bytes=_typed("integer", "The file content of all layers.", **_BYTES),
                differences=_list(_DIFFERENCE, "What makes the images unequal."),
                noise=_list(_DIFFERENCE, "What does not count: times, and what two legacy builds differ in, too."),
                own_files=_list(
                    _DIFFERENCE, "What does not count: files that the conversion changes and the image ships."
                ),
            ),
            "The final images.",
        ),
        findings=_list(_typed("string", "One of them."), "Differences that lie in no image."),
        failure={
            "anyOf": [
                _object(
                    "A script that did not get to its end.",
                    version={"enum": list(get_args(BuildVersion)), "description": "Which version."},
                    reason=_typed("string", "Why."),
                    tail=_list(_typed("string", "A line."), "The last lines that it wrote."),
                    log=_typed("string", "The file with all that it wrote."),
                ),
                {"type": "null"},
            ],
            "description": "The version that could not be built.",
        },
        noise_measured=_typed("boolean", "Whether the legacy version was built twice."),
        legacy_seconds=_typed(["number", "null"], "How long the legacy version took."),
        new_seconds=_typed(["number", "null"], "How long the new version took."),
    ),
    "$defs": {
        "difference": _object(
            "One thing that differs.",
            place={"enum": list(get_args(Place)), "description": "In the file tree or the configuration."},
            subject=_typed("string", "The path, or the field of the configuration."),
            field=_typed("string", "The property of the path or the entry of the field; empty for the whole."),
            kind={"enum": list(get_args(Kind)), "description": "Left is the legacy image, right the new one."},
            legacy=_typed(["string", "null"], "The value in the legacy image."),
            new=_typed(["string", "null"], "The value in the new image."),
        )
    },
}
