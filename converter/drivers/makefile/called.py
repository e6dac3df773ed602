"""make, where a script calls it: its makefiles take part in the script's run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec import field

from converter.diagnostics import refuse
from converter.drivers.driver import Changes, Request
from converter.machine.state import State
from converter.shell.commands.call import Call, Result
from converter.shell.interpreter import Interpreter, Run
from converter.source import Source

if TYPE_CHECKING:
    from converter.drivers.makefile.database import Database
    from converter.drivers.makefile.run import Machine, RecipeText


class MakeRun(Run):
    """A run with the recipe lines that make ran, the makefiles that it read, and the machine of its processes."""

    lines: list[RecipeText] = field(default_factory=list)
    makefiles: dict[str, Database] = field(default_factory=dict)
    machine: Machine | None = None

    def lists(self) -> tuple[list[Any], ...]:
        """See `Run.lists`."""
        return (*super().lists(), self.lines)


def follow_make(interpreter: Interpreter, run: MakeRun) -> None:
    """Lets the commands of a run call make."""
    interpreter.run = run

    def first(call: Call, state: State) -> Result:
        from converter.drivers.makefile.run import Machine

        # it takes the place of this function
        run.machine = Machine(interpreter, run, state)
        return run.machine.submake(call, state)

    interpreter.programs = {"make": first, "gmake": first}


def follow_recorded(interpreter: Interpreter, run: MakeRun, request: Request) -> None:
    """Leads the interpretation of the main run along a recorded one, where there is one."""
    if request.guide is not None:
        interpreter.guide = run.guide = request.guide()
        run.guide.unknowns = run.unknowns


def end_of_recorded(interpreter: Interpreter) -> None:
    """The main run is over. Raises `Refusal` where the recorded one has more commands."""
    guide, interpreter.guide = interpreter.guide, None
    left = guide.left if guide is not None else None
    if left is not None:
        raise refuse(
            "STG112",
            f"the recorded run has a `{left.program} {' '.join(left.argv)}` that reading does not come to",
            help="record the run again if the script has changed since, and give the arguments that it was called with",
        )


def called_files(
    run: MakeRun, changes: Mapping[str, Changes], moved: Mapping[str, str]
) -> list[tuple[Source, Changes]]:
    """The scripts and makefiles of a run with their changes; see `Driver.rewrite`."""
    if run.makefiles:
        from converter.drivers.makefile.rewrite import rewrite

        return rewrite(run, changes, moved)
    return [(source, changes[path]) for path, (source, _) in run.scripts.items() if source.file is source]


def follow_other_goals(run: MakeRun) -> None:
    """The other goals of makefiles that scripts called are ways to start them, too: what they need stays."""
    if run.machine is None or run.final is None or not run.makefiles:
        return
    if run.main_end is None:
        run.main_end = len(run.events)
    run.machine.other_goals(run.final)
