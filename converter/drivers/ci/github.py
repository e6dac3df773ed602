"""GitHub Actions: each `run` is a shell of its own, with the `env`, `working-directory` and `shell` of its levels.

The rules are those of the workflow syntax reference. `docker/build-push-action` is refused where it would be the final
build, as its inputs are no command line; other actions are taken to leave the pattern's files and images alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from converter.drivers.ci.document import Node, Sequence, Table, get, items, pairs, read_document, scalars, text
from converter.drivers.ci.model import Job, Script, Shell
from converter.drivers.ci.reading import merged, variables
from converter.drivers.ci.steps import build_action, step_script, step_slot
from converter.drivers.driver import Request
from converter.machine import paths
from converter.shell.interpreter import NeedsFiles
from converter.source import Source

EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
BUILD_ACTIONS = ("docker/build-push-action", "docker/bake-action", "redhat-actions/buildah-build")
_ALWAYS = frozenset({"always()", "success()", "${{ always() }}", "${{ success() }}"})
MAX_CALLS = 10
"""How deep workflows and actions may call each other."""

MAX_COMBINATIONS = 12
"""How many combinations of a matrix are followed one by one."""

_CONTINUES = {"bash": ("errexit", "pipefail"), "sh": ("errexit",)}


def read(source: Source, request: Request) -> tuple[list[Job], list[Source]]:
    """The jobs in their order, and the files that they stand in. Raises `Refusal` and `NeedsFiles`."""
    files = [source]
    return _jobs(source, request, files, _Given({}, frozenset()), 0), files


class _Given(Struct, frozen=True):
    """What a caller gives a workflow or an action: values of expressions, and which of them stand in the file."""

    values: Mapping[str, str]
    constants: frozenset[str]


class _Step(Struct, frozen=True):
    """A step with the list and the file that it stands in; `inner` tells that it is one of an action."""

    source: Source
    steps: Sequence
    node: Node
    given: _Given
    inner: bool


def _jobs(source: Source, request: Request, files: list[Source], given: _Given, depth: int) -> list[Job]:
    documents = read_document(source)
    top = documents[0] if documents else None
    jobs: list[Job] = []
    for name, node in pairs(get(top, "jobs")).items():
        if not isinstance(node, Table):
            continue
        called = text(get(node, "uses")) or ""
        if called.startswith("./") and depth < MAX_CALLS:
            other = _file(called[2:], request)
            if other is not None:
                if other not in files:
                    files.append(other)
                inputs = _inputs(get(read_document(other)[0], "on", "workflow_call", "inputs"), get(node, "with"))
                jobs += [replace(job, name=name) for job in _jobs(other, request, files, inputs, depth + 1)]
                continue
        job = _job(name, source, request, files, top, node, given)
        combinations = [
            _Given({**given.values, **row}, given.constants | frozenset(row)) for row in _matrix(get(node, "strategy"))
        ]
        variants = tuple(_job(name, source, request, files, top, node, one) for one in combinations)
        jobs.append(replace(job, variants=variants) if len(variants) > 1 else job)
    return jobs


def _matrix(strategy: Node | None) -> list[dict[str, str]]:
    """The combinations of a matrix by the names of their expressions; empty for one that is not written out."""
    table = get(strategy, "matrix")
    rows: list[dict[str, str]] = [{}]
    for name, node in pairs(table).items():
        if name in ("include", "exclude"):
            continue
        values = [text(item) for item in items(node)]
        rows = [{**row, f"matrix.{name}": value or ""} for row in rows for value in values]
        if any(value is None or EXPRESSION.search(value) for value in values):
            return []
    include = items(get(table, "include"))
    plain = [{f"matrix.{name}": text(value) or "" for name, value in pairs(item).items()} for item in include]
    if get(table, "exclude") is not None or (include and rows != [{}]) or len(rows) + len(plain) > MAX_COMBINATIONS:
        return []
    return plain if include else rows if rows != [{}] else []


def _file(path: str, request: Request) -> Source | None:
    """A file of the tree, None where there is none. Raises `NeedsFiles`."""
    path = paths.normalize(path.partition("@")[0])
    if path not in request.texts and path not in request.unreadable and request.files.kind(path) == "file":
        raise NeedsFiles((path,))
    return request.texts.get(path)


def _inputs(declared: Node | None, given: Node | None) -> _Given:
    """The inputs of an action or a workflow: what the caller gives, or their defaults."""
    values = {name: text(get(node, "default")) or "" for name, node in pairs(declared).items()}
    values.update({name: text(node) or "" for name, node in pairs(given).items()})
    plain = frozenset(f"inputs.{name}" for name, value in values.items() if not EXPRESSION.search(value))
    return _Given({f"inputs.{name}": value for name, value in values.items()}, plain)


def _steps(
    source: Source, request: Request, files: list[Source], steps: Node | None, given: _Given, depth: int
) -> Iterator[_Step]:
    """Each step, those of local composite actions where they are used."""
    if not isinstance(steps, Sequence):
        return
    for step in steps.items:
        used = text(get(step, "uses")) or ""
        if used.startswith("./") and depth < MAX_CALLS:
            folder = paths.normalize(used[2:])
            action = _file(paths.join(folder, "action.yml"), request) or _file(
                paths.join(folder, "action.yaml"), request
            )
            top = read_document(action)[0] if action is not None else None
            if action is not None and text(get(top, "runs", "using")) == "composite":
                if action not in files:
                    files.append(action)
                inputs = _inputs(get(top, "inputs"), get(step, "with"))
                yield from _steps(action, request, files, get(top, "runs", "steps"), inputs, depth + 1)
                continue
        yield _Step(source, steps, step, given, depth > 0)


def _job(
    name: str, source: Source, request: Request, files: list[Source], top: Node | None, node: Node, given: _Given
) -> Job:
    shells: list[Shell] = []
    uploads = []
    outer = merged(variables(get(top, "env")), variables(get(node, "env")))
    for found in _steps(source, request, files, get(node, "steps"), given, 0):
        step = found.node
        slot = step_slot(found.source, found.steps)
        uses = (text(get(step, "uses")) or "").partition("@")[0].lower()
        fixed = _fixed(found.source, step)
        made = step_script(found.source, found.steps, step, get(step, "run"), slot, fixed)
        if made is not None:
            environment = merged(outer, variables(get(step, "env")))
            levels = (None, None) if found.inner else (top, node)
            windows = "windows" in (text(get(node, "runs-on")) or "")
            shell = _shell(levels, step, made, environment, windows)
            values = {**shell.values, **found.given.values}
            shells.append(replace(shell, values=values, constants=found.given.constants))
        elif uses in BUILD_ACTIONS and _builds_here(step):
            shells.append(
                build_action(found.source, get(step, "uses") or step, uses, text(get(step, "with", "context")) or "")
            )
        elif uses == "actions/upload-artifact" and not found.inner:
            for scalar in scalars(get(step, "with", "path")):
                uploads += [(line.strip(), scalar.span) for line in scalar.value.splitlines() if line.strip()]
    return Job(name, source, node.span, tuple(shells), tuple(uploads))


def _shell(
    outer: tuple[Node | None, Node | None], step: Node, made: Script, environment: dict[str, str], windows: bool
) -> Shell:
    top, job = outer

    def setting(name: str) -> str | None:
        levels = (step, get(job, "defaults", "run"), get(top, "defaults", "run"))
        return next((value for level in levels if (value := text(get(level, name))) is not None), None)

    named = setting("shell")
    words = (named or "bash").split()
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
