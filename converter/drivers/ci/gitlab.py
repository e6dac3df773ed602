"""GitLab CI: `before_script` and `script` of a job are one shell, `after_script` is another one.

Keywords, `extends`, `!reference` and `default` after the keyword reference of GitLab CI.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from converter.diagnostics import Refusal, refuse
from converter.drivers.ci.document import (
    Node,
    Scalar,
    Sequence,
    Table,
    get,
    items,
    pairs,
    read_document,
    scalars,
    text,
)
from converter.drivers.ci.model import Job, Script, Shell
from converter.drivers.ci.reading import merged, pair_of, scripts_of, variables
from converter.drivers.driver import Request
from converter.machine import paths
from converter.shell.interpreter import NeedsFiles
from converter.source import Source

GLOBAL = frozenset(
    "default include stages variables workflow image services cache before_script after_script spec pages:deploy".split()
)
DEFAULT_STAGES = (".pre", "build", "test", "deploy", ".post")
MAX_EXTENDS = 11
"""As deep as GitLab itself follows `extends`."""

Place = tuple[Source, Node, Node]
"""A key with its value, and the file that they stand in."""


def read(source: Source, request: Request) -> tuple[list[Job], list[Source]]:
    """The jobs in the order of their stages, and the files that they stand in. Raises `Refusal` and `NeedsFiles`."""
    files: list[Source] = []
    entries: dict[str, Place] = {}
    _load(source, request, files, entries)
    top = {name: value for name, (_, _, value) in entries.items()}
    stages = [text(item) or "" for item in items(top.get("stages"))] or list(DEFAULT_STAGES)
    order = [".pre", *(stage for stage in stages if stage not in (".pre", ".post")), ".post"]
    jobs: list[tuple[int, Job]] = []
    for name, (own, key, value) in entries.items():
        if name in GLOBAL or name.startswith(".") or not isinstance(value, Table):
            continue
        try:
            layers = _layers(name, entries, own, key)
            stage = next((text(layer[2]) for layer in _found(layers, "stage")), None) or "test"
            job = _job(name, own, key, layers, entries)
        except Refusal as refusal:
            stage, job = "test", Job(name, own, key.span, (Shell(_all(own, value)),), problem=refusal)
        jobs.append((order.index(stage) if stage in order else len(order), job))
    return [job for _, job in sorted(jobs, key=lambda pair: pair[0])], files


def _all(source: Source, value: Node) -> tuple[Script, ...]:
    return tuple(
        one for name in ("before_script", "script", "after_script") for one in scripts_of(source, pair_of(value, name))
    )


def _load(source: Source, request: Request, files: list[Source], entries: dict[str, Place]) -> None:
    """The entries of a file, those of the local files that it includes before them."""
    if source in files:
        return
    files.append(source)
    documents = read_document(source)
    # a header of inputs stands in a document of its own
    document = documents[-1] if documents else None
    for item in items(get(document, "include")):
        name = text(item) if isinstance(item, Scalar) else text(get(item, "local"))
        if name is None or name.startswith(("http:", "https:")) or any(c in name for c in "*$"):
            continue
        path = paths.normalize(name.lstrip("/"))
        if path in request.texts:
            _load(request.texts[path], request, files, entries)
        elif path in request.files.files and path not in request.unreadable:
            raise NeedsFiles((path,))
    if isinstance(document, Table):
        for key, value in document.pairs:
            if isinstance(key, Scalar):
                entries[key.value] = (source, key, value)


def _layers(name: str, entries: Mapping[str, Place], source: Source, key: Node, depth: int = 0) -> list[Place]:
    """A job and what it extends, nearest first. Raises `Refusal` for a job that the file does not hold."""
    if name not in entries or depth > MAX_EXTENDS:
        raise refuse(
            "STG303",
            f"the job extends `{name}`, which stands in a file that is not here",
            source,
            key.span,
            "include its lines in this file",
        )
    found = [entries[name]]
    parents = [text(item) or "" for item in items(pairs(entries[name][2]).get("extends"))]
    for parent in reversed(parents):
        found += _layers(parent, entries, source, key, depth + 1)
    return found


def _found(layers: list[Place], name: str) -> list[Place]:
    """The key in every layer that has it, nearest first."""
    found = []
    for source, _, value in layers:
        pair = pair_of(value, name)
        if pair is not None:
            found.append((source, *pair))
    return found


def _job(name: str, own: Source, key: Node, layers: list[Place], entries: Mapping[str, Place]) -> Job:
    shared = merged(*(variables(place[2]) for place in reversed(_found(layers, "variables"))))
    outer = variables(entries["variables"][2]) if "variables" in entries else {}
    inherits = text(get(layers[0][2], "inherit", "variables")) != "false"
    environment = merged(outer if inherits else {}, shared)
    defaults = get(layers[0][2], "inherit", "default")
    for place in _found(layers, "parallel"):
        environment = {n: v for n, v in environment.items() if n not in _matrix(place[2])}

    def scripts(keyword: str) -> tuple[Script, ...]:
        found = _found(layers, keyword)[:1]
        if not found and keyword != "script" and text(defaults) != "false":
            found = (
                [(s, *pair) for s, _, v in [entries["default"]] if (pair := pair_of(v, keyword))]
                if "default" in entries
                else []
            )
            if not found and keyword in entries:
                found = [entries[keyword]]
        if not found:
            return ()
        source, where, value = found[0]
        return _resolved(source, where, value, entries, keyword == "script", 0)

    main = Shell((*scripts("before_script"), *scripts("script")), environment, dialect="sh", expands=True)
    after = Shell(scripts("after_script"), environment, expands=True)
    uploads = tuple(
        (scalar.value, scalar.span)
        for place in _found(layers, "artifacts")[:1]
        for scalar in scalars(get(place[2], "paths"))
        if place[0] is own
    )
    return Job(name, own, key.span, (main, after), uploads, passes=True)


def _matrix(node: Node) -> set[str]:
    return {name for item in items(get(node, "matrix")) for name in pairs(item)}


def _resolved(
    source: Source, key: Node, value: Node, entries: Mapping[str, Place], default: bool, depth: int
) -> tuple[Script, ...]:
    """The scripts of a keyword with its `!reference [job, keyword]` replaced. Raises `Refusal`."""
    if value.tag == "!reference":
        return _referenced(source, value, entries, default, depth)
    if not isinstance(value, Sequence) or not any(item.tag == "!reference" for item in value.items):
        return scripts_of(source, (key, value), default)
    own = {one.place: one for one in scripts_of(source, (key, value), default)}
    found: list[Script] = []
    for item in value.items:
        if item.tag == "!reference":
            found += _referenced(source, item, entries, default, depth)
        else:
            inner = [
                one for one in own.values() if item.span.start <= one.place.start and one.place.end <= item.span.end
            ]
            found += [_partial(one) for one in inner]
    return tuple(found)


def _partial(script: Script) -> Script:
    """A script of a list that holds more than scripts, which is never empty."""
    return replace(script, slot=replace(script.slot, whole=False))


def _referenced(
    source: Source, node: Node, entries: Mapping[str, Place], default: bool, depth: int
) -> tuple[Script, ...]:
    names = [text(item) or "" for item in items(node)]
    place = entries.get(names[0]) if names else None
    found: tuple[Node, Node] | None = (place[1], place[2]) if place is not None else None
    for name in names[1:]:
        found = pair_of(found[1], name) if found is not None else None
    if place is None or found is None or depth > MAX_EXTENDS:
        raise refuse(
            "STG303",
            f"`!reference [{', '.join(names)}]` names something that stands in a file that is not here",
            source,
            node.span,
            "include its lines in this file",
        )
    return _resolved(place[0], *found, entries, True, depth + 1)
