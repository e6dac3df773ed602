"""The schema that `--json-schema` prints, for each command that has one."""

from __future__ import annotations

from typing import Any


def schema_of(command: str) -> dict[str, Any]:
    """The JSON Schema of what the command prints with `--format json`. Imported only when asked for."""
    if command == "review":
        from converter.review.formats.json import schema

        return schema()
    if command == "verify":
        from converter.cli.verify_schema import SCHEMA

        return SCHEMA
    from converter.cli import schema as recipes

    return recipes.BATCH_SCHEMA if command == "batch" else recipes.SCHEMA
