"""Drone, and Woodpecker, which came out of it: each step's `commands` are one shell; all steps share one checkout.

A plugin that builds an image is refused where it would be the final build, as its settings are no command line.
"""

from __future__ import annotations

import re

from converter.drivers.ci.document import Node, Table, get, items, pairs, read_document, text
from converter.drivers.ci.model import Job, Shell
from converter.drivers.ci.reading import merged, pair_of, scripts_of, variables
from converter.drivers.ci.steps import build_action
from converter.drivers.driver import Request
from converter.source import Source

BUILDERS = re.compile(
    r"(^|/)(plugins?[/-](docker|ecr|gcr|acr|kaniko)|drone-(docker|kaniko))|docker-buildx", re.IGNORECASE
)
"""The images of plugins that build one."""

EXPRESSION = re.compile(r"\$\{((?:DRONE|CI)_\w+)\}")


def read(source: Source, request: Request) -> tuple[list[Job], list[Source]]:
    """Each pipeline of the file as a job. Raises `Refusal`."""
    jobs = []
    for number, document in enumerate(read_document(source), 1):
        name = text(get(document, "name")) or ("pipeline" if number == 1 else f"pipeline {number}")
        shells = []
        outer = variables(get(document, "environment"))
        for step in _steps(document):
            environment = merged(outer, variables(get(step, "environment")))
            scripts = scripts_of(source, pair_of(step, "commands"), True)
            image = text(get(step, "image")) or ""
            if scripts:
                shells.append(
                    Shell(scripts, environment, expressions=EXPRESSION, conditional=get(step, "when") is not None)
                )
            elif BUILDERS.search(image):
                settings = get(step, "settings") or step
                shells.append(
                    build_action(source, get(step, "image") or step, image, text(get(settings, "context")) or "")
                )
        if shells:
            jobs.append(Job(name, source, document.span, tuple(shells)))
    return jobs, [source]


def _steps(document: Node) -> list[Node]:
    """The steps in order: a list, or a mapping by name."""
    node = get(document, "steps") or get(document, "pipeline")
    found = list(pairs(node).values()) if isinstance(node, Table) else list(items(node))
    return [step for step in found if isinstance(step, Table)]
