"""Azure Pipelines: each `script` or `bash` step is a shell of its own, without `set -e`.

`$(name)` is replaced before the shell sees the text where the pipeline has a variable of that name; any other stays for
the shell, as a command substitution. `Docker@2` is refused where it would be the final build.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from converter.drivers.ci.document import Node, Sequence, Table, get, items, read_document, text
from converter.drivers.ci.model import Job, Shell
from converter.drivers.ci.reading import merged, variables
from converter.drivers.ci.steps import build_action, step_script, step_slot
from converter.drivers.driver import Request
from converter.source import Source

_SHELLS = {"script": "bash", "bash": "bash", "pwsh": "pwsh", "powershell": "powershell"}
_TASKS = {"bash@3": "bash", "cmdline@2": "bash", "powershell@2": "powershell"}


def read(source: Source, request: Request) -> tuple[list[Job], list[Source]]:
    """The jobs in their order, those of all stages. Raises `Refusal`."""
    documents = read_document(source)
    top = documents[0] if documents else None
    return [_job(name, source, node, outer) for name, node, outer in _jobs(top, {}, "job")], [source]


def _jobs(node: Node | None, outer: dict[str, str], name: str) -> Iterator[tuple[str, Node, dict[str, str]]]:
    own = merged(outer, _variables(get(node, "variables")))
    for keyword in ("stages", "jobs"):
        for item in items(get(node, keyword)):
            label = text(get(item, "stage")) or text(get(item, "job")) or text(get(item, "deployment")) or name
            yield from _jobs(item, own, label)
    inner = get(node, "strategy", "runOnce", "deploy") or node
    if isinstance(node, Table) and isinstance(get(inner, "steps"), Sequence):
        assert inner is not None
        yield name, inner, own


def _variables(node: Node | None) -> dict[str, str]:
    if isinstance(node, Table):
        return variables(node)
    found = {}
    for item in items(node):
        name, value = text(get(item, "name")), text(get(item, "value"))
        if name is not None and value is not None:
            found[name] = value
    return found


def _job(name: str, source: Source, node: Node, known: dict[str, str]) -> Job:
    names = "|".join([r"[A-Za-z_]\w*\.[\w.]+", *(re.escape(variable) for variable in known)])
    expression = re.compile(rf"(?:\$\{{\{{\s*(?:variables\.)?|\$\()({names})(?:\s*\}}\}}|\))")
    environment = {re.sub(r"\W", "_", variable).upper(): value for variable, value in known.items()}
    steps = get(node, "steps")
    assert isinstance(steps, Sequence)
    slot = step_slot(source, steps)
    shells = []
    for step in steps.items:
        task = (text(get(step, "task")) or "").lower()
        keyword = next((key for key in _SHELLS if get(step, key) is not None), None)
        scalar = get(step, keyword) if keyword else get(step, "inputs", "script")
        dialect = _SHELLS[keyword] if keyword else _TASKS.get(task, "another program")
        made = step_script(source, steps, step, scalar, slot)
        folder = text(get(step, "workingDirectory")) or text(get(step, "inputs", "workingDirectory")) or ""
        folder = re.sub(r"^\$\((?:Build\.SourcesDirectory|System\.DefaultWorkingDirectory)\)/?", "", folder)
        if made is not None:
            own = merged(environment, variables(get(step, "env")))
            shells.append(
                Shell(
                    (made,),
                    own,
                    folder,
                    dialect,
                    expression,
                    known,
                    options=(),
                    conditional=get(step, "condition") is not None,
                )
            )
        elif task.startswith("docker@") and (text(get(step, "inputs", "command")) or "buildAndPush").startswith(
            "build"
        ):
            context = text(get(step, "inputs", "buildContext")) or "."
            shells.append(build_action(source, get(step, "task") or step, task, "" if "*" in context else context))
    return Job(name, source, node.span, tuple(shells))
