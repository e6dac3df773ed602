"""Travis CI: the phases of a job run in one shell, without `set -e`."""

from __future__ import annotations

import re

from converter.drivers.ci.document import Node, Scalar, Table, get, items, pairs, read_document, text
from converter.drivers.ci.model import Job, Script, Shell
from converter.drivers.ci.reading import merged, pair_of, scripts_of
from converter.drivers.driver import Request
from converter.source import Source, Span

PHASES = ("before_install", "install", "before_script", "script", "before_cache", "after_success", "before_deploy")
"""In their order; the deployment comes behind them."""

_DEFAULTS = frozenset({"install", "script"})
"""Phases that do what is usual for the language where they are not given."""

_ASSIGNMENT = re.compile(r"""(\w+)=("[^"]*"|'[^']*'|\S*)""")


def read(source: Source, request: Request) -> tuple[list[Job], list[Source]]:
    """The jobs of the file: one, or those that it includes. Raises `Refusal`."""
    documents = read_document(source)
    top = documents[0] if documents else None
    included = [
        item
        for keyword in ("jobs", "matrix")
        for item in items(get(top, keyword, "include"))
        if isinstance(item, Table)
    ]
    own = [item for item in included if any(phase in pairs(item) for phase in (*PHASES, "deploy"))]
    jobs = []
    if len(own) < len(included) or not included:
        jobs.append(_job("script", source, top, None))
    jobs += [_job(text(get(item, "name")) or text(get(item, "stage")) or f"job {number}", source, top, item)
             for number, item in enumerate(own, 1)]  # fmt: skip
    return jobs, [source]


def _job(name: str, source: Source, top: Node | None, item: Node | None) -> Job:
    scripts: list[Script] = []
    for phase in PHASES:
        pair = pair_of(item, phase) or pair_of(top, phase)
        scripts += scripts_of(source, pair, phase in _DEFAULTS)
    for deploy in items(get(item, "deploy") or get(top, "deploy")):
        if text(get(deploy, "provider")) == "script":
            scripts += scripts_of(source, pair_of(deploy, "script"), True)
    for phase in ("after_deploy", "after_script"):
        scripts += scripts_of(source, pair_of(item, phase) or pair_of(top, phase))
    environment = merged(_environment(get(top, "env")), _environment(get(item, "env"), True))
    place = item.span if item is not None else Span(0, 0)
    return Job(name, source, place, (Shell(tuple(scripts), environment, "", "bash", options=(), expands=True),))


def _environment(node: Node | None, own: bool = False) -> dict[str, str]:
    """The variables that every job has; of a list outside of `global` each line is a job of its own."""
    found: dict[str, str] = {}
    if isinstance(node, Table) and ("global" in pairs(node) or "jobs" in pairs(node) or "matrix" in pairs(node)):
        return _environment(get(node, "global"), True)
    if isinstance(node, Table):
        return {name: value for name, inner in pairs(node).items() if (value := text(inner)) is not None}
    several = items(node)
    if len(several) > 1 and not own:
        return {}
    for item in several:
        if isinstance(item, Scalar):
            for name, value in _ASSIGNMENT.findall(item.value):
                found[name] = value[1:-1] if value[:1] in "\"'" and value else value
        else:
            found.update(_environment(item, True))
    return {name: value for name, value in found.items() if "$(" not in value and "`" not in value}
