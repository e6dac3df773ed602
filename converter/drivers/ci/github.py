"""GitHub Actions: each `run` is a shell of its own, with the `env`, `working-directory` and `shell` of its levels.

The rules are those of the workflow syntax reference. `docker/build-push-action` is refused where it would be the final
build, as its inputs are no command line; other actions are taken to leave the pattern's files and images alone.
"""

from __future__ import annotations

import re

from converter.drivers.ci.document import Node, Sequence, Table, get, pairs, read_document, scalars, text
from converter.drivers.ci.model import Job, Script, Shell
from converter.drivers.ci.reading import merged, variables
from converter.drivers.ci.steps import build_action, step_script, step_slot
from converter.drivers.driver import Request
from converter.source import Source

EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
BUILD_ACTIONS = ("docker/build-push-action", "docker/bake-action", "redhat-actions/buildah-build")
_ALWAYS = frozenset({"always()", "success()", "${{ always() }}", "${{ success() }}"})
_CONTINUES = {"bash": ("errexit", "pipefail"), "sh": ("errexit",)}


def read(source: Source, request: Request) -> tuple[list[Job], list[Source]]:
    """The jobs in their order. Raises `Refusal`."""
    documents = read_document(source)
    top = documents[0] if documents else None
    jobs = [_job(name, source, top, node) for name, node in pairs(get(top, "jobs")).items() if isinstance(node, Table)]
    return jobs, [source]


def _job(name: str, source: Source, top: Node | None, node: Node) -> Job:
    steps = get(node, "steps")
    shells: list[Shell] = []
    uploads = []
    if isinstance(steps, Sequence):
        slot = step_slot(source, steps, f"the steps of the job `{name}`")
        outer = merged(variables(get(top, "env")), variables(get(node, "env")))
        for step in steps.items:
            uses = (text(get(step, "uses")) or "").partition("@")[0].lower()
            fixed = _fixed(source, step)
            made = step_script(source, steps, step, get(step, "run"), slot, fixed)
            if made is not None:
                environment = merged(outer, variables(get(step, "env")))
                shells.append(_shell(top, node, step, made, environment))
            elif uses in BUILD_ACTIONS and _builds_here(step):
                shells.append(
                    build_action(source, get(step, "uses") or step, uses, text(get(step, "with", "context")) or "")
                )
            elif uses == "actions/upload-artifact":
                for scalar in scalars(get(step, "with", "path")):
                    uploads += [(line.strip(), scalar.span) for line in scalar.value.splitlines() if line.strip()]
    return Job(name, source, node.span, tuple(shells), tuple(uploads))


def _shell(top: Node | None, job: Node, step: Node, made: Script, environment: dict[str, str]) -> Shell:
    def setting(name: str) -> str | None:
        levels = (step, get(job, "defaults", "run"), get(top, "defaults", "run"))
        return next((value for level in levels if (value := text(get(level, name))) is not None), None)

    named = setting("shell")
    words = (named or "bash").split()
    windows = "windows" in (text(get(job, "runs-on")) or "")
    dialect = "pwsh" if named is None and windows else words[0]
    options = _CONTINUES.get(dialect, ()) if named is not None and len(words) == 1 else ("errexit",)
    values = {f"env.{name}": value for name, value in environment.items()}
    values |= {"github.workspace": "."}
    folder = setting("working-directory") or ""
    return Shell(
        (made,),
        environment,
        folder,
        dialect,
        EXPRESSION,
        values,
        options=options,
        conditional=(text(get(step, "if")) or "always()") not in _ALWAYS,
    )


def _fixed(source: Source, step: Node) -> str:
    """Why a step cannot be taken out although its script is empty: its outputs or its outcome are asked for."""
    identity = text(get(step, "id"))
    if identity is not None and re.search(rf"\bsteps\.{re.escape(identity)}\b", source.text):
        return f"nothing of this step is left, and `steps.{identity}` is used elsewhere"
    return ""


def _builds_here(step: Node) -> bool:
    """Whether the action takes files of the checkout: without a context, or with one of a repository, it fetches them itself."""
    context = text(get(step, "with", "context"))
    return context is not None and "://" not in context and not context.startswith("git@")
