"""What the interpreter says a script would do, in the terms of the recording."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from msgspec import Struct

from converter.diagnostics import Diagnostic, Refusal
from converter.docker_cli.parse import is_docker
from converter.docker_cli.prefixes import find_program
from converter.machine.events import Event, RanCommand, Skipped
from converter.machine.host import StartingFiles
from converter.machine.state import State
from converter.machine.value import Unknowns, Value
from converter.shell.commands import COMMANDS, docker
from converter.shell.commands.call import Call, Result
from converter.shell.commands.effects import HARMLESS
from converter.shell.interpreter import Interpreter, Mark, NeedsFiles, interpret
from converter.source import Source
from tests.oracle.collection import Script

RUNNERS = frozenset({"env", "gcloud", "oc", "ssh", "time", "wait"})
"""Commands that are harmless in themselves and run others."""


class Expected(Struct, frozen=True):
    """A docker command that the script would run; `words` are without the program and what stands before it."""

    program: str
    words: tuple[Value, ...]
    state: State
    line: int
    event: int


class Open(Struct, frozen=True):
    """A part of the script that was not followed: any docker commands may run there. `why` says what it is."""

    why: str
    state: State
    line: int
    event: int


class Prediction(Struct, frozen=True):
    """All of it in order; `final` is the state at the end. A refusal has its reason and nothing else."""

    steps: tuple[Expected | Open, ...]
    unknowns: Unknowns
    final: State | None
    refusal: Diagnostic | None = None


def predict(script: Script) -> Prediction:
    """Interprets a script; files that it reads are given as it asks for them."""
    sources: dict[str, Source] = {}
    wanted = [script.path]
    while True:
        for path in wanted:
            sources[path] = Source(path, script.texts[path])
        with _watched() as steps:
            try:
                run = interpret(
                    sources[script.path], sources, StartingFiles(script.texts), script.cwd, script.arguments,
                    script.environment,
                )  # fmt: skip
            except NeedsFiles as needs:
                wanted = list(needs.wanted)
                assert all(path in script.texts and path not in sources for path in wanted), wanted
                continue
            except Refusal as refusal:
                return Prediction((), Unknowns(), None, refusal.diagnostic)
        return Prediction(tuple(steps), run.unknowns, run.final)


@contextmanager
def _watched() -> Iterator[list[Expected | Open]]:
    """Collects every docker command that the interpreter meets, with its words, and every part that it skips."""
    steps: list[Expected | Open] = []

    def run(call: Call, state: State) -> Result:
        argv = tuple(value.flat for value in call.values)
        if is_docker(argv):
            program = find_program(argv)
            assert program is not None
            line = call.source.position(call.site.span.start)[0]
            steps.append(Expected(program.name, call.values[program.index + 1 :], state, line, call.number))
        return docker_run(call, state)

    def record(machine: Interpreter, event: Event) -> None:
        line = event.site.source.position(event.site.span.start)[0]
        if isinstance(event, Skipped) and not event.never and event.words:
            steps.append(Open("a part that is not followed", event.state, line, event.number))
        elif isinstance(event, RanCommand) and _may_run_docker(event):
            steps.append(Open(event.name, event.state, line, event.number))
        machine_record(machine, event)

    def back_to(machine: Interpreter, mark: Mark) -> None:
        machine_back_to(machine, mark)
        steps[:] = [step for step in steps if step.event < machine.number()]

    docker_run, machine_record, machine_back_to = docker.run, Interpreter.record, Interpreter.back_to
    handlers = dict.fromkeys(docker.TABLE, run)
    methods = patch.multiple(Interpreter, record=record, back_to=back_to)
    with patch.dict(COMMANDS, handlers), methods:
        yield steps


def _may_run_docker(event: RanCommand) -> bool:
    """A program of the tree, or one that is given a docker command to run; what only writes down a command's output is
    none, and what only looks at words neither."""
    flats = [value.flat for value in event.words]
    looks = (
        event.makes
        or event.name == "alias"
        or (event.name in HARMLESS - RUNNERS)
        or flats[:2] in (["command", "-v"], ["command", "-V"])
    )
    return event.opaque or (not looks and any(name in flat for flat in flats[1:] for name in ("docker", "podman")))
