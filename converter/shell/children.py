"""Commands inside commands: `eval`, `sh -c`, and scripts of the tree that a script starts."""

from __future__ import annotations

import re

from msgspec.structs import replace

from converter.diagnostics import Refusal, refuse
from converter.machine import paths
from converter.machine.events import RanCommand
from converter.machine.host import FromHost, FromTree
from converter.machine.state import State, Variable
from converter.machine.value import Value, is_known
from converter.shell import flow, reader
from converter.shell.assignments import positional_after
from converter.shell.commands.call import Call, Handler, Result
from converter.shell.commands.other import other
from converter.shell.dialect import OTHERS, Dialect, dialect_of, interpreter_name
from converter.source import Source

SHELLS: dict[str, Dialect] = {"sh": "sh", "bash": "bash", "dash": "dash", "ash": "dash", "ksh": "bash"}

_ENGINE = r"(?i)docker|podman|buildah|nerdctl"
_CALLS = _ENGINE + r"|\bmake\b|\.sh\b|\./"
"""What a script has that an engine is called by, by itself or by what it starts."""
_FOREIGN = (
    r"^\s*(?:docker-machine|minikube|ssh-agent|podman machine|boot2docker|direnv|keychain|aws\b.*\becr get-login)\b"
)
"""Programs that print settings for the shell, of the engine's place and the like, or a `docker login`."""
_CAT = r"cat\s+[\"']?([^\s\"'$`|;&()]+)[\"']?\s*[)`]?"
_SETTINGS = ("DOCKER_HOST", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY", "DOCKER_MACHINE_NAME", "SSH_AUTH_SOCK",
             "SSH_AGENT_PID")  # fmt: skip


def evaluate(call: Call, state: State) -> Result:
    """`eval WORDS`: its words, joined by blanks, are commands of this shell."""
    text = " ".join(value.flat for value in call.values[1:])
    if is_known(text):
        return commands_of(text, call, state, lambda inner, run: run(inner))
    expressions = " ".join(unknown.expression for unknown in call.machine.run.unknowns.tokens_in(text))
    if re.match(_FOREIGN, _printed_by(re.sub(r"^[$(`\s]+", "", expressions), call, state)):
        other(call, state)
        return Result(call.machine.forget(_SETTINGS, state), None)
    raise refuse(
        "STG302",
        "`eval` runs commands that are put together while the script runs",
        call.source,
        call.site.span,
        "write the commands out",
    )


def _printed_by(expression: str, call: Call, state: State) -> str:
    """The command whose output an expression is: of `cat FILE` the one that wrote the file, if it is the only one."""
    found = re.fullmatch(_CAT, expression)
    entry = state.files.certain(paths.join(state.folder, found[1])) if found else None
    if entry is None or not isinstance(entry.origin, FromHost) or len(entry.events) != 1:
        return expression
    event = call.machine.run.events[entry.events[0]]
    if not isinstance(event, RanCommand) or any(not value.known for value in event.words[:3]):
        return expression
    return " ".join(value.flat for value in event.words)


def commands_of(text: str, call: Call, state: State, around: flow.Around) -> Result:
    """The commands of a text that stands in the words of a command: they happen where that one stands."""
    machine = call.machine
    inner = Source(f"{call.source.path} ({call.values[0].flat})", text)
    script = reader.read(inner)
    if script.problems or len(machine.calls) + len(machine.standing) >= flow.MAX_DEPTH:
        raise refuse(
            "STG301", "the commands in this text cannot be read", call.source, call.site.span, "write the commands out"
        )
    machine.standing.append((call.site, len(machine.calls)))
    try:
        after = around(state, lambda found: machine.statements(script.statements, found, inner))
    finally:
        machine.standing.pop()
    return Result(after, None)


def shell(call: Call, state: State) -> Result:
    """`sh FILE ARGUMENTS` and `sh -c TEXT NAME ARGUMENTS`."""
    fields = list(call.fields[1:])
    options: set[str] = set()
    text = False
    while fields and fields[0].value.flat[:1] in ("-", "+") and len(fields[0].value.flat) > 1:
        flat = fields.pop(0).value.flat
        if flat in ("--", "-s") or not is_known(flat):
            return other(call, state)
        if flat.startswith("--"):
            continue
        text = text or "c" in flat[1:]
        options |= {name for letter, name in (("e", "errexit"), ("u", "nounset")) if letter in flat[1:]}
        if flat[-1] == "o" and fields:
            options.add(fields.pop(0).value.flat)
    if not fields:
        return other(call, state)
    first, rest = fields[0].value.flat, fields[1:]
    kind = SHELLS[paths.base_name(call.values[0].flat)]
    if text:
        if not is_known(first):
            return _not_followed(call, state, first)
        inner = positional_after(call, rest[1:], replace(state, options=frozenset(options)))
        named = rest[0].value if rest else call.values[0]
        inner = inner.assign("0", Variable(named, None, True))
        return commands_of(
            first, call, inner, lambda found, run: call.machine.child(run, found, state, kind, call.machine.script_path)
        )
    return started(first, call, state, kind, len(call.fields) - len(rest), frozenset(options)) or other(call, state)


def _not_followed(call: Call, state: State, text: str) -> Result:
    if re.search(_ENGINE, call.machine.run.unknowns.show(text)):
        raise refuse(
            "STG302",
            "these commands are put together while the script runs",
            call.source,
            call.site.span,
            "write the commands out",
        )
    return other(call, state)


def program(call: Call, state: State) -> Result | None:
    """`./script ARGUMENTS`: a script of the tree, None for any other program."""
    name = call.values[0].flat
    if "/" not in name:
        return None
    return started(name, call, state, None, 1, None)


def started(
    name: str, call: Call, state: State, kind: Dialect | None, skip: int, options: frozenset[str] | None
) -> Result | None:
    """A script of the tree as a process of its own; None for one that has nothing to do with an engine.

    `kind` is the shell that it is given to, None where its first line decides; `skip` are the words before its arguments.
    """
    machine = call.machine
    path = paths.join(state.folder, name)
    if not is_known(path) or paths.is_outside(path):
        return None
    path = state.files.follow(path)
    entry = state.files.certain(path)
    if entry is not None and isinstance(entry.origin, FromHost):
        return _written(machine.text_of(path, state), call, state, kind, skip, options, path)
    if entry is None or entry.kind != "file" or not isinstance(entry.origin, FromTree):
        return None
    source = machine.text_source(entry.origin.path)
    if source is None or not re.search(_CALLS, source.text):
        return None
    asked = interpreter_name(source.text)
    if kind is None and (asked in OTHERS or (asked is not None and asked not in SHELLS)):
        return None
    if len(machine.calls) >= flow.MAX_DEPTH:
        raise refuse("STG305", "scripts call each other without an end", call.source, call.site.span)
    mark = machine.mark()
    shell_of = machine.calls, machine.dialect, machine.script_path, machine.traps, machine.locals
    try:
        script = machine.load(source)
        machine.calls = (*call.calls, call.site)
        given = machine.options_of(source) if options is None else options
        inner = positional_after(call, call.fields[skip:], replace(state, options=given))
        after = machine.child(
            lambda found: machine.statements(script.statements, found, source),
            inner, state, kind or dialect_of(source.text), source.path,
        )  # fmt: skip
        machine.calls = shell_of[0]
    except Refusal as refusal:
        place = refusal.diagnostic.location
        there = machine.texts.get(place.file) if place is not None else None
        if _does_work(source.text) or (there is not None and _does_work(there.text)):
            raise
        # what cannot be followed in it has nothing to do with the pattern
        machine.calls, machine.dialect, machine.script_path, machine.traps, machine.locals = shell_of
        machine.back_to(mark)
        return other(call, state)
    return Result(after, None)


def _written(
    text: Value | None,
    call: Call,
    state: State,
    kind: Dialect | None,
    skip: int,
    options: frozenset[str] | None,
    path: str,
) -> Result | None:
    """A script that the script wrote itself: its commands happen where it is started; None as for `started`."""
    if text is None or not text.known or not re.search(_ENGINE, text.flat, re.IGNORECASE):
        return None
    machine = call.machine
    given = machine.options_of(Source(path, text.flat)) if options is None else options
    inner = positional_after(call, call.fields[skip:], replace(state, options=given))
    shell = kind or dialect_of(text.flat)
    return commands_of(text.flat, call, inner, lambda found, run: machine.child(run, found, state, shell, path))


def _does_work(text: str) -> bool:
    joined = text.replace("\\\n", " ")
    lines = [line for line in joined.splitlines() if re.search(_ENGINE, line) and not line.lstrip().startswith("#")]
    return any(re.search(r"\b(build|bud|create|cp|run|commit)\b", line) for line in lines)


TABLE: dict[str, Handler] = {"eval": evaluate, **dict.fromkeys(SHELLS, shell)}
