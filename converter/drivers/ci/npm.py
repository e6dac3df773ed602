"""`npm run NAME` and its like where a script calls it: the scripts of the package take part in the run.

Only scripts that reach an engine are followed; all others are a command of the host like any other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec.structs import replace

from converter.drivers.ci.model import Job
from converter.drivers.ci.package import read
from converter.drivers.ci.run import Machine, environment_of, text_of
from converter.machine import paths
from converter.machine.state import State
from converter.shell.commands import COMMANDS
from converter.shell.commands.call import Call, Result
from converter.shell.interpreter import NeedsFiles

_ENGINE = re.compile(r"\b(docker|podman|buildah|nerdctl)\b")
_OWN = frozenset(
    "add audit cache config exec help import info init install link list pack publish remove up upgrade why".split()
)
"""Commands of yarn and pnpm that are no scripts."""


def run_script(call: Call, state: State, machine: Machine) -> Result:
    """Follows the scripts that a call of npm, yarn or pnpm runs; it stays a plain command where that is not known."""
    jobs = _scripts(machine, state)
    name = _name([value.flat for value in call.values])
    job = jobs.get(name or "")
    depth = sum(site.source.file.path.endswith("package.json") for site in call.calls)
    if job is None or depth > len(jobs) or not _reaches_an_engine(job.name, jobs, frozenset()):
        return COMMANDS[""](call, state)
    interpreter = machine.interpreter
    calls = interpreter.calls
    interpreter.calls = (*calls, call.site)
    for shell in job.shells:
        text = text_of(machine, job, shell)
        script = interpreter.load(text)
        machine.run.texts.append(text)
        if job.source not in machine.run.files:
            machine.run.files.append(job.source)
        inner = replace(
            state, variables={**state.variables, **environment_of(machine, shell)}, positional=(), flow="run",
            options=frozenset(shell.options),
        )  # fmt: skip
        outer = replace(state, flow="run", status="success")
        after = interpreter.child(
            lambda inside, script=script, text=text: interpreter.statements(script.statements, inside, text),  # type: ignore[misc]
            inner,
            outer,
            "sh",
            job.source.path,
        )
        state = replace(after, variables=state.variables, folder=state.folder, positional=state.positional, flow="run")
    interpreter.calls = calls
    return Result(replace(state, status="success"), None)


def _scripts(machine: Machine, state: State) -> Mapping[str, Job]:
    """The scripts of the package in whose folder the call stands. Raises `NeedsFiles`."""
    path = paths.join(state.folder, "package.json")
    request = machine.request
    if request.files.kind(path) != "file":
        return {}
    if path not in request.texts and path not in request.unreadable:
        raise NeedsFiles((path,))
    source = request.texts.get(path)
    return {job.name: job for job in read(source, request)[0]} if source is not None else {}


def _name(words: list[str]) -> str | None:
    """The script that the words run; None for other commands, and for a script that gets arguments."""
    rest = [word for word in words[1:] if word not in ("-s", "--silent", "-q", "--quiet")]
    if rest[:1] in (["run"], ["run-script"]):
        rest = rest[1:]
    elif words[0] == "npm" or rest[:1] == [] or rest[0] in _OWN:
        return None
    return rest[0] if len(rest) == 1 else None


def _reaches_an_engine(name: str, jobs: Mapping[str, Job], seen: frozenset[str]) -> bool:
    text = "\n".join(
        "".join(s.text for s in script.segments) for shell in jobs[name].shells for script in shell.scripts
    )
    if _ENGINE.search(text):
        return True
    called = {
        other for other in jobs if other not in seen and re.search(rf"(?<![\w:-]){re.escape(other)}(?![\w:-])", text)
    }
    calls = re.search(r"\b(npm|yarn|pnpm)\b", text) is not None
    return calls and any(_reaches_an_engine(other, jobs, seen | {name}) for other in called)
