"""CircleCI: each `run` of version 2 is a shell of its own, and so is each command of version 1.

`<< parameters.x >>` and `<< pipeline.x >>` are replaced before the shell sees the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from converter.drivers.ci.document import (
    Node,
    Scalar,
    Sequence,
    Table,
    get,
    item_lines,
    items,
    pairs,
    read_document,
    text,
)
from converter.drivers.ci.model import Job, Script, Shell
from converter.drivers.ci.reading import merged, pair_of, script, scripts_of, slot_of, variables
from converter.drivers.ci.steps import build_action, step_script, step_slot
from converter.drivers.driver import Request
from converter.source import Source, Span

EXPRESSION = re.compile(r"<<\s*((?:parameters|pipeline|matrix)\.[^>]*?)\s*>>")
SECTIONS = ("machine", "checkout", "dependencies", "database", "compile", "test")
PHASES = ("pre", "override", "post")
BUILD_COMMANDS = frozenset({"docker/build", "docker/publish"})
"""Commands of orbs that build an image from a folder of the checkout."""

MAX_COMMANDS = 10
"""How deep reusable commands may call each other."""


def read(source: Source, request: Request) -> tuple[list[Job], list[Source]]:
    """The jobs in the order of the file. Raises `Refusal`."""
    documents = read_document(source)
    top = documents[0] if documents else None
    if "jobs" in pairs(top) or (text(get(top, "version")) or "1").startswith("2"):
        jobs = pairs(get(top, "jobs"))
        return [_job(name, source, top, node) for name, node in jobs.items() if isinstance(node, Table)], [source]
    return [_first_version(source, top)], [source]


def _job(name: str, source: Source, top: Node | None, node: Node) -> Job:
    outer = variables(get(node, "environment"))
    named = get(top, "executors", text(get(node, "executor")) or text(get(node, "executor", "name")) or "")
    outer = merged(variables(get(named, "environment")), outer)
    for executor in (get(node, "machine"), *items(get(node, "docker")), *items(get(named, "docker"))):
        outer = merged(variables(get(executor, "environment")), outer)
    folder = text(get(node, "working_directory")) or ""
    shells: list[Shell] = []
    uploads: list[tuple[str, Span]] = []
    for steps, step, values in _steps(top, get(node, "steps"), 0, _parameters(get(node, "parameters"), None)):
        run = get(step, "run")
        slot = step_slot(source, steps)
        made = step_script(source, steps, step, run if isinstance(run, Scalar) else get(run, "command"), slot)
        if made is not None:
            dialect = (text(get(run, "shell")) or text(get(node, "shell")) or "bash").split()[0]
            environment = merged(outer, variables(get(run, "environment")))
            own = text(get(run, "working_directory")) or ""
            # the job's own folder is that of the checkout
            own = "" if own == folder else own.removeprefix(folder + "/") if folder else own
            plain = frozenset(key for key, value in values.items() if not EXPRESSION.search(value))
            shells.append(
                Shell(
                    (made,), environment, own, dialect, EXPRESSION, values, plain, options=("errexit", "pipefail"),
                    conditional=text(get(run, "when")) == "on_fail",
                )
            )  # fmt: skip
        orb = next((name for name in pairs(step) if name in BUILD_COMMANDS), None)
        if orb is not None:
            context = text(get(step, orb, "docker-context")) or text(get(step, orb, "path")) or "."
            shells.append(build_action(source, step, orb, context))
        for keyword in ("store_artifacts", "persist_to_workspace"):
            uploads += _uploads(get(step, keyword))
    return Job(name, source, node.span, tuple(shells), tuple(uploads), passes=True)


def _uploads(node: Node | None) -> Iterator[tuple[str, Span]]:
    root = text(get(node, "root")) or "."
    for scalar in (*items(get(node, "paths")), *items(get(node, "path"))):
        if isinstance(scalar, Scalar):
            yield (
                (scalar.value if root in (".", "./") or "path" in pairs(node) else f"{root}/{scalar.value}"),
                scalar.span,
            )


def _parameters(declared: Node | None, given: Node | None) -> dict[str, str]:
    """The parameters of a reusable part by the names of their expressions: what the caller gives, or their defaults."""
    known = {name: text(get(node, "default")) for name, node in pairs(declared).items()}
    known.update({name: text(node) for name, node in pairs(given).items()})
    return {f"parameters.{name}": value for name, value in known.items() if value is not None}


def _steps(
    top: Node | None, steps: Node | None, depth: int, values: Mapping[str, str]
) -> Iterator[tuple[Sequence, Node, Mapping[str, str]]]:
    """Each step with the list that it stands in and its parameters; those of reusable commands where they are called."""
    commands = pairs(get(top, "commands"))
    if not isinstance(steps, Sequence):
        return
    for step in steps.items:
        name = text(step) if isinstance(step, Scalar) else next(iter(pairs(step)), None)
        if name in commands and depth < MAX_COMMANDS:
            given = _parameters(get(commands[name], "parameters"), get(step, name))
            given = {
                key: EXPRESSION.sub(lambda match: values.get(match.group(1).strip(), match.group()), value)
                for key, value in given.items()
            }
            yield from _steps(top, get(commands[name], "steps"), depth + 1, given)
            continue
        inner = get(step, "when", "steps") or get(step, "unless", "steps")
        if inner is not None and depth < MAX_COMMANDS:
            yield from _steps(top, inner, depth + 1, values)
            continue
        yield steps, step, values


def _first_version(source: Source, top: Node | None) -> Job:
    environment = variables(get(top, "machine", "environment"))
    scripts: list[Script] = []
    for section in SECTIONS:
        for phase in PHASES:
            scripts += _commands(source, pair_of(get(top, section), phase), phase == "override")
    for deployment in pairs(get(top, "deployment")).values():
        scripts += _commands(source, pair_of(deployment, "commands"), True)
    shells = tuple(Shell((one,), environment, dialect="bash", expands=True) for one in scripts)
    artifacts = tuple(
        (item.value, item.span) for item in items(get(top, "general", "artifacts")) if isinstance(item, Scalar)
    )
    return Job("build", source, Span(0, 0), shells, artifacts)


def _commands(source: Source, pair: tuple[Node, Node] | None, default: bool) -> tuple[Script, ...]:
    """The commands of a list; one with settings is a mapping whose key is the command."""
    if pair is None or not isinstance(pair[1], Sequence):
        return scripts_of(source, pair, default)
    slot = slot_of(source, *pair, default)
    found = []
    for item in pair[1].items:
        scalar: Node = item.pairs[0][0] if isinstance(item, Table) and item.pairs else item
        if isinstance(scalar, Scalar) and text(scalar) is not None:
            lines = None if pair[1].flow else item_lines(source.text, item)
            found.append(script(source, scalar, item, lines or item.span, slot, pair[1].flow))
    return tuple(found)
