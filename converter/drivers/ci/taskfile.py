"""Taskfiles: each command of a task is a shell of its own; `deps` and `task:` bring in other tasks.

`{{.NAME}}` is replaced before the shell sees the text.
"""

from __future__ import annotations

import re

from converter.diagnostics import Refusal, refuse
from converter.drivers.ci.document import Node, Scalar, Sequence, Table, get, items, pairs, read_document, text
from converter.drivers.ci.model import Job, Shell
from converter.drivers.ci.reading import merged, pair_of, scripts_of, variables
from converter.drivers.ci.steps import command_scripts
from converter.drivers.driver import Request
from converter.source import Source

EXPRESSION = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
MAX_DEPTH = 10
"""How deep tasks may call each other."""


def read(source: Source, request: Request) -> tuple[list[Job], list[Source]]:
    """Each task with the tasks that it calls as a job. Raises `Refusal`."""
    documents = read_document(source)
    top = documents[0] if documents else None
    jobs = []
    for name, node in pairs(get(top, "tasks")).items():
        problem: Refusal | None = None
        shells: list[Shell] = []
        try:
            shells = _task(source, top, name, 0)
        except Refusal as refusal:
            problem = refusal
        jobs.append(Job(name, source, node.span, tuple(shells), problem=problem))
    return jobs, [source]


def _task(source: Source, top: Node | None, name: str, depth: int) -> list[Shell]:
    """The shells of a task in order. Raises `Refusal` for a task of another file."""
    tasks = get(top, "tasks")
    node = pairs(tasks).get(name)
    if node is None or depth > MAX_DEPTH:
        place = tasks.span if tasks is not None else source.line_span(1)
        raise refuse("STG303", f"the task `{name}` stands in a file that is not here", source, place)
    known = merged(variables(get(top, "vars")), variables(get(node, "vars")))
    values = {f".{variable}": value for variable, value in known.items()}
    environment = merged(variables(get(top, "env")), variables(get(node, "env")))
    folder = text(get(node, "dir")) or ""
    found: list[Shell] = []
    for dependency in items(get(node, "deps")):
        found += _task(source, top, text(dependency) or text(get(dependency, "task")) or "", depth + 1)

    def shell(scripts: tuple) -> list[Shell]:  # type: ignore[type-arg]
        return [Shell((one,), environment, folder, "sh", EXPRESSION, values) for one in scripts]

    if not isinstance(node, Table):
        return found + shell(scripts_of(source, pair_of(tasks, name), True))
    pair = pair_of(node, "cmds")
    if pair is None or not isinstance(pair[1], Sequence):
        return found + shell(scripts_of(source, pair or pair_of(node, "cmd"), True))
    scripts = command_scripts(source, pair, "cmd", "defer")
    deferred: list[Shell] = []
    for item in pair[1].items:
        called = text(get(item, "task"))
        if called is not None and not isinstance(item, Scalar):
            found += _task(source, top, called, depth + 1)
        own = shell(tuple(one for one in scripts if one.element == item.span))
        if get(item, "defer") is not None:
            # it runs when the task is over, the last one first
            deferred = [*own, *deferred]
        else:
            found += own
    return [*found, *deferred]
