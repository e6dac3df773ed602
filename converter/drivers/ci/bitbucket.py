"""Bitbucket Pipelines: the script of a step is one shell, and `after-script` is another one."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from converter.drivers.ci.document import Node, Scalar, Sequence, Table, get, items, pairs, read_document, text
from converter.drivers.ci.model import Job, Script, Shell
from converter.drivers.ci.reading import pair_of, scripts_of
from converter.drivers.driver import Request
from converter.source import Source


def read(source: Source, request: Request) -> tuple[list[Job], list[Source]]:
    """The steps of all pipelines as jobs, each once. Raises `Refusal`."""
    documents = read_document(source)
    top = documents[0] if documents else None
    jobs: dict[object, Job] = {}
    for name, node in _steps(get(top, "pipelines"), ""):
        uploads = tuple(
            (item.value, item.span)
            for item in items(get(node, "artifacts", "paths") or get(node, "artifacts"))
            if isinstance(item, Scalar)
        )
        shells = (Shell(_scripts(source, node, "script")), Shell(_scripts(source, node, "after-script")))
        jobs.setdefault(node.span, Job(name, source, node.span, shells, uploads, passes=True))
    return list(jobs.values()), [source]


def _scripts(source: Source, node: Node, keyword: str) -> tuple[Script, ...]:
    """The commands of a list; a pipe among them is a program of its own, which stays."""
    pair = pair_of(node, keyword)
    found = scripts_of(source, pair, keyword == "script")
    if pair is not None and isinstance(pair[1], Sequence) and len(found) < len(pair[1].items):
        return tuple(replace(script, slot=replace(script.slot, whole=False)) for script in found)
    return found


def _steps(node: Node | None, name: str) -> Iterator[tuple[str, Node]]:
    if isinstance(node, Sequence):
        for item in node.items:
            yield from _steps(item, name)
        return
    for key, value in pairs(node).items():
        if key == "step" and isinstance(value, Table):
            yield text(get(value, "name")) or name or "step", value
        elif key in ("parallel", "stage", "steps"):
            yield from _steps(value, name)
        elif not isinstance(value, Scalar):
            yield from _steps(value, f"{name}/{key}" if name else key)
