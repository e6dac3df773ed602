"""A shell script, started in the root or in its own folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from converter.diagnostics import Refusal
from converter.drivers.driver import Changes, OptionError, Request, Start
from converter.drivers.makefile.called import (
    MakeRun,
    called_files,
    end_of_recorded,
    follow_make,
    follow_other_goals,
    follow_recorded,
)
from converter.machine import paths
from converter.machine.events import Built, CopiedOut
from converter.machine.host import StartingFiles
from converter.shell.interpreter import Interpreter, Run, interpret
from converter.source import Source


class ShellFile:
    """Every file that no other driver reads."""

    name = "shell"

    def starts(self, source: Source, request: Request) -> Iterator[list[Start]]:
        """The run from the folder that makes the script's paths exist. Raises `OptionError` where both do."""
        yield [lambda: _started(source, request)]

    def rewrite(
        self, run: Run, changes: Mapping[str, Changes], moved: Mapping[str, str]
    ) -> list[tuple[Source, Changes]]:
        """The scripts are the files, with the makefiles that they call."""
        assert isinstance(run, MakeRun)
        first = next(iter(run.scripts))
        return sorted(called_files(run, changes, moved), key=lambda pair: pair[0].path != first)


def _started(source: Source, request: Request) -> MakeRun:
    run = _run(source, request)
    follow_other_goals(run)
    first = source.line_text(1).rstrip() if source.text else ""
    shell = first.removeprefix("#!").split() if first.startswith("#!") else []
    path = paths.relative(source.path, run.folder)
    run.command = (*(shell or ["sh"]), path if path.startswith("../") else f"./{path}", *(request.arguments or ()))
    return run


def _run(source: Source, request: Request) -> MakeRun:
    def at(folder: str) -> MakeRun:
        run = MakeRun()
        machines: list[Interpreter] = []

        def prepare(interpreter: Interpreter) -> None:
            machines.append(interpreter)
            follow_make(interpreter, run)
            follow_recorded(interpreter, run, request)

        interpret(
            source,
            request.texts,
            request.files,
            folder,
            request.arguments,
            request.environment,
            request.unreadable,
            request.inspector,
            prepare,
        )
        end_of_recorded(machines[0])
        return run

    if request.cwd is not None:
        return at(request.cwd)
    own = paths.parent(source.path)
    if not own:
        return at("")
    runs: list[MakeRun] = []
    refused: list[Refusal] = []
    for folder in ("", own):
        try:
            runs.append(at(folder))
        except Refusal as refusal:
            refused.append(refusal)
    if refused:
        # a script that reads a file of its own from there, say, can only be followed from where that file is
        if runs and _existing(runs[0], request.files)[1]:
            return runs[0]
        raise refused[0]
    if _outline(runs[0]) == _outline(runs[1]):
        return runs[0]
    found = [_existing(run, request.files) for run in runs]
    if found[0][0] and not found[1][0]:
        return runs[0]
    if found[1][0] and not found[0][0]:
        return runs[1]
    if not (found[0][0] or found[1][0]):
        return runs[0] if found[0][1] > found[1][1] else runs[1]
    raise OptionError(
        f"{source.path} can be started in the root or in {own}, and the two mean different recipes; "
        f"say which with --cwd . or --cwd {own}"
    )


def _outline(run: Run) -> list[tuple[str, str, str]]:
    return [
        (event.dockerfile, event.context, "") if isinstance(event, Built) else (event.path, event.source.flat, "cp")
        for event in run.events
        if isinstance(event, (Built, CopiedOut))
    ]


def _existing(run: Run, files: StartingFiles) -> tuple[bool, int]:
    """Whether all Dockerfiles and contexts of the run exist, and how many do."""
    checks = []
    for event in run.events:
        if isinstance(event, Built):
            checks.append(event.state.files.lookup(event.dockerfile) is not None)
            checks.append(event.state.files.is_folder(event.context))
    return all(checks), sum(checks)
