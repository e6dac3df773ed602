"""What a script would do: the syntax tree run over a model of the machine, never over a real one.

The rules are those of the POSIX shell command language, with bash's additions
where the dialect has them. Commands that the model knows change its state and
leave events; all others leave an event that says they stay as they are.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Container, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

from converter.diagnostics import Diagnostic, refuse, warning
from converter.docker_cli.parse import is_docker
from converter.docker_cli.prefixes import located_program
from converter.lazy import lazily
from converter.machine import paths
from converter.machine.events import Assigned, Event, InnerCommand, RanCommand, Site, Skipped, UsedImages
from converter.machine.host import (
    Entry,
    FromArchive,
    FromContainer,
    FromHost,
    FromTree,
    HostFiles,
    StartingFiles,
    possible,
)
from converter.machine.predicate import Atom, Condition, Predicate, decide, learn, negate
from converter.machine.state import Flow, State, Status, Variable
from converter.machine.streams import ContainerFile, ContainerTar, Stream
from converter.machine.value import EMPTY, Piece, Reference, Unknowns, Value, is_known, join
from converter.shell import reader, syntax
from converter.shell.commands import COMMANDS, inputs
from converter.shell.commands.call import Call, Handler, Result
from converter.shell.commands.container import Inspect, nothing_known
from converter.shell.commands.docker import PREFIXES, deciding
from converter.shell.commands.effects import HARMLESS
from converter.shell.dialect import OTHERS, Dialect, dialect_of, interpreter_name
from converter.shell.expander import Expander, Read
from converter.shell.expansion import Field, Segment, joined, split_fields
from converter.shell.recorded import Guide, Moment
from converter.source import Source, Span

if TYPE_CHECKING:
    from converter.shell import assignments, children, conditions, dispatch, flow
    from converter.shell.commands import streams
else:
    assignments = lazily("converter.shell.assignments")
    children = lazily("converter.shell.children")
    streams = lazily("converter.shell.commands.streams")
    conditions = lazily("converter.shell.conditions")
    dispatch = lazily("converter.shell.dispatch")
    flow = lazily("converter.shell.flow")

NEGATED: Mapping[Status, Status] = {"success": "failure", "failure": "success", "unknown": "unknown"}

DECLARATIONS = frozenset({"export", "readonly", "local", "declare", "typeset"})
"""Commands whose assignments are not split into fields."""

FILE_COMMANDS = frozenset({"cd", "pushd", "mkdir", "rm", "rmdir", "cp", "mv", "chmod", "touch", "[", "test"})
"""Commands that are run once for each value that branches gave to their words or to the working folder."""

CHILDREN = frozenset({"eval", "sh", "bash", "dash", "ash", "ksh"})
"""Commands in the table of `children`."""

CHOOSING = frozenset({".", "source", "eval", "bash", "sh", "dash"})
"""Commands that are run once for each value that branches gave to their words."""

SYNTAX_HELP = "check the script with `sh -n`, then try again"
"""The help for a script that the grammar cannot read."""

MAX_STEPS = 20_000
MAX_WORK = 40_000
"""Events, each counted with a thirty-second of the files and variables that the state before it has; and the ways from a
test, each counted as eight events, with what letting them meet takes (`branching.effort`)."""

MAX_DEPTH = 60


class NeedsFiles(Exception):
    """The interpretation cannot go on without the texts of these paths."""

    def __init__(self, wanted: tuple[str, ...]) -> None:
        super().__init__(", ".join(wanted))
        self.wanted = wanted


class Run(Struct):
    """What an interpretation found out.

    Events from `main_end` on belong to other ways to start the driver, which the conversion must leave working; None
    where there are none. `scripts` are by the path of the text that was read.
    """

    events: list[Event] = field(default_factory=list)
    reads: list[Read] = field(default_factory=list)
    scripts: dict[str, tuple[Source, syntax.Script]] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    assumptions: list[tuple[str, Site]] = field(default_factory=list)
    unknowns: Unknowns = field(default_factory=Unknowns)
    final: State | None = None
    folder: str = ""
    command: tuple[str, ...] = ()
    main_end: int | None = None
    discards: bool = False
    """Whether nothing keeps the files after the run, as after a job of a CI system."""
    written: set[int] = field(default_factory=set)
    """Rounds of loops whose value stands in the script, or in a file that it reads."""
    guide: Guide | None = None
    """The recorded run that it follows."""
    dead_ends: list[tuple[int, int]] = field(default_factory=list)
    """Ranges of events on paths that end the script, while others go on behind them."""
    handed_on: list[tuple[tuple[int, ...], tuple[int, int]]] = field(default_factory=list)
    """Events of a pipeline whose output became the words of the events of a range: `docker ps -q | xargs docker rm`."""

    def lists(self) -> tuple[list[Any], ...]:
        """What grows while the run is followed, and is cut where an interpretation goes back."""
        return self.events, self.reads, self.dead_ends, self.diagnostics, self.assumptions, self.handed_on

    def may_precede(self, earlier: Event, later: Event) -> bool:
        """Whether there is a path on which the later one of two events runs after the earlier one."""
        if any(first <= earlier.number < end <= later.number for first, end in self.dead_ends):
            return False
        return all(decide(c.predicate, later.state.facts) is not False for c in earlier.state.conditions)


class Mark(Struct, frozen=True):
    """A moment of an interpretation: how long its lists were, how deep it was, and what was defined."""

    lengths: tuple[int, ...]
    levels: tuple[int, ...]
    functions: dict[str, tuple[Source, syntax.Function]]
    testing: int
    moment: Moment | None = None


def interpret(
    driver: Source,
    texts: Mapping[str, Source],
    files: StartingFiles,
    folder: str,
    arguments: tuple[str, ...] | None,
    environment: Mapping[str, str],
    unreadable: Container[str] = (),
    inspector: Callable[[Run], Inspect] = lambda run: nothing_known,
    prepare: Callable[[Interpreter], None] = lambda machine: None,
) -> Run:
    """Follows the driver from its first line to its last.

    `folder` is where it is started, relative to the root; `arguments` are its
    own, None where they are not known; `environment` holds what the person gave; `inspector` makes what looks at
    the images of a run; `prepare` gives the interpreter what it needs besides, before anything is followed.
    `unreadable` are paths whose texts cannot be given.
    Raises `Refusal` for what stands in the way, and `NeedsFiles` for a script
    whose text is not in `texts`.
    """
    interpreter = Interpreter(texts, unreadable)
    prepare(interpreter)
    interpreter.inspect = inspector(interpreter.run)
    variables = {name: Variable(Value.literal(value), None, True) for name, value in environment.items()}
    positional = None if arguments is None else tuple(Value.literal(argument) for argument in arguments)
    state = State(variables, folder, HostFiles(files, {}), {}, {}, positional)
    interpreter.script_path = driver.path
    interpreter.dialect = dialect_of(driver.text)
    interpreter.run.folder = folder
    script = interpreter.load(driver)
    state = replace(state, options=_options_of(driver))
    try:
        state = interpreter.statements(script.statements, state, driver)
    except RecursionError:
        place, span = interpreter.here()
        raise refuse("STG305", "the constructs here are too many levels deep", place, span) from None
    if state.flow == "ended" and interpreter.exits:
        # every path ends the script itself: the ones that succeed count
        state = next((s for s in reversed(interpreter.exits) if s.status == "success"), interpreter.exits[-1])
    interpreter.run.final = interpreter.run_traps(state)
    return interpreter.run


class Interpreter:
    """Walks the tree; `run` collects events in order."""

    def __init__(self, texts: Mapping[str, Source], unreadable: Container[str] = ()) -> None:
        self.texts = texts
        self.unreadable = unreadable
        self.run = Run()
        self.functions: dict[str, tuple[Source, syntax.Function]] = {}
        self.calls: tuple[Site, ...] = ()
        self.site: Site | None = None
        self.script_path = ""
        self.steps = 0
        self.captured: list[Value | None] | None = None
        self.piped: Value | None = None
        self.fed_by: tuple[int, ...] = ()
        self.locals: list[dict[str, Variable | None]] = []
        self.traps: list[tuple[Value, Call]] = []
        self.standing: list[tuple[Site, int]] = []
        """Commands whose words hold the commands that run, with how many calls led there."""
        self.looks = 0
        self.dialect: Dialect = "sh"
        self.inspect: Inspect = nothing_known
        self.feeding: Stream | None = None
        self.stream: Stream | None = None
        self.frames: list[flow.Frame] = []
        self.exits: list[State] = []
        self.testing = 0
        self.work = 0
        self.first_opaque: int | None = None
        """The number of the first command that may have changed any file."""
        self.dispatching = False
        self.words = Expander(self)
        self.programs: dict[str, Handler] = {}
        self.pipes: dict[str, Value] = {}
        """What is read from `<(...)`, by its path, where that is known."""
        self.guide: Guide | None = None

    # scripts and lists

    def load(self, source: Source) -> syntax.Script:
        """The syntax tree of a script that takes part."""
        if source.path in self.run.scripts:
            return self.run.scripts[source.path][1]
        name = interpreter_name(source.text)
        if name in OTHERS:
            raise refuse(
                "STG301",
                f"this is a script for {name}, whose language is another one",
                source,
                source.line_span(1),
                "convert a script for sh, dash or bash, or record a run",
            )
        script = reader.read(source)
        if script.problems:
            problem = script.problems[0]
            raise refuse("STG301", problem.message, source, problem.span, SYNTAX_HELP)
        self.run.scripts[source.path] = (source, script)
        return script

    def statements(self, body: tuple[syntax.Statement, ...], state: State, source: Source) -> State:
        """Runs a list."""
        for statement in body:
            if state.flow != "run":
                return state
            before = state
            state = self.command(statement.command, state, source)
            if statement.background:
                # it runs in a subshell of its own
                state = self.left_subshell(before, state)
        return state

    def command(self, command: syntax.Command, state: State, source: Source) -> State:
        """Runs one command of any form."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise refuse("STG305", f"more than {MAX_STEPS:,} commands are run", source, command.span)
        if isinstance(command, syntax.SimpleCommand):
            return self.simple(command, state, source)
        if isinstance(command, syntax.AndOr):
            return self.and_or(command, state, source)
        if isinstance(command, syntax.Pipeline):
            return self.failed(self.pipeline(command, state, source))
        if isinstance(command, syntax.Negated):
            state = self.tested((syntax.Statement(command.span, command.command, False),), state, source)
            asked = None if state.asked is None else negate(state.asked)
            return replace(state, status=NEGATED[state.status], asked=asked)
        if isinstance(command, syntax.Group):
            state = self.group(command, state, source)
            return self.failed(state) if command.subshell else state
        if isinstance(command, syntax.Function):
            self.functions[command.name] = (source, command)
            return replace(state, status="success")
        if isinstance(command, syntax.Redirected):
            state, outer = self.fed(command.redirects, command, state, source), state.stdin
            state = self.command(command.command, state, source)
            for redirect in command.redirects:
                state = self.redirect(redirect, state, source, None)
            return replace(state, stdin=outer)
        found = flow.run(self, command, state, source)
        if found is not None:
            return self.failed(found) if isinstance(command, (syntax.Test, syntax.Evaluation)) else found
        return self.not_followed(command, state, source)

    def not_followed(self, command: syntax.Command, state: State, source: Source) -> State:
        """A construct whose way through is not known."""
        return self.skipped(command, state, source, _named(command, source))

    def fed(
        self, redirects: tuple[syntax.Redirect, ...], command: syntax.Command, state: State, source: Source
    ) -> State:
        """The state in which the commands of a construct read what its redirections give, as far as that is known.

        The text of a file of the tree is asked for where commands of the pattern are inside.
        """
        inputs = tuple(one for one in redirects if one.descriptor in (None, 0) and one.operator.startswith("<"))
        if not inputs:
            return state
        state, text = self.standard_input(inputs, None, state, source)
        target = inputs[-1].target if inputs[-1].operator == "<" else None
        piped = target is not None and any(
            isinstance(part, syntax.Substitution) and part.process for part in target.parts
        )
        if target is not None and not piped and any(word.builds for word in self.inner_commands(command, state)):
            state, fields = self.words.expand_word(target, state, source)
            path = paths.join(state.folder, fields[0].value.flat) if len(fields) == 1 else ""
            if path and is_known(path) and not path.startswith("/"):
                text = self.text_of(path, state)
                entry = state.files.lookup(path)
                if text is not None and entry is not None and isinstance(entry.origin, FromTree):
                    self.assume(f"`{path}` lists what it lists in the tree", Site(source, target.span))
        return replace(state, stdin=text)

    def tested(self, body: tuple[syntax.Statement, ...], state: State, source: Source) -> State:
        """A list whose exit status is asked for: `set -e` does not hold in it."""
        self.testing += 1
        try:
            return self.statements(body, state, source)
        finally:
            self.testing -= 1

    def group(self, group: syntax.Group, state: State, source: Source) -> State:
        def body(state: State) -> State:
            if group.subshell:
                return self.subshell(lambda inner: self.statements(group.body, inner, source), state)
            return self.statements(group.body, state, source)

        state, outer = self.fed(group.redirects, group, state, source), state.stdin
        if group.redirects:
            after, output = self.capture(lambda: body(state))
        else:
            after, output = body(state), None
        for redirect in group.redirects:
            after = self.redirect(redirect, after, source, None, output)
        return replace(after, stdin=outer) if group.redirects else after

    def subshell(self, body: Callable[[State], State], state: State) -> State:
        """Runs something in a subshell: what it did to the machine stays, what it did to the shell is lost."""
        functions = dict(self.functions)
        frame = flow.Frame("subshell", state)
        self.frames.append(frame)
        after = body(state)
        self.frames.pop()
        after = flow.gather(self, frame, after, ("exit", "return", "break", "continue"))
        self.functions = functions
        return self.left_subshell(state, after)

    def left_subshell(self, before: State, after: State) -> State:
        """A subshell keeps what it did to the machine and loses what it did to the shell."""
        return replace(
            after,
            variables=before.variables,
            folder=before.folder,
            positional=before.positional,
            series=before.series,
            flow="run",
            folders=before.folders,
            options=before.options,
        )

    def and_or(self, command: syntax.AndOr, state: State, source: Source) -> State:
        first = self.number()
        state = self.tested((syntax.Statement(command.left.span, command.left, False),), state, source)
        if state.flow != "run":
            return state

        success = command.operator == "||"

        def go_on(state: State) -> State:
            # what `return` and `$?` on the right side see
            seen = replace(state, status="failure" if success else "success", asked=None)
            return self.command(command.right, seen, source)

        def stop(state: State) -> State:
            return replace(state, status="success" if success else "failure", asked=None)

        predicate = flow.question(self, state)
        if success and decide(predicate, state.facts) is True:
            return self.never(command.right, state, source)
        place = flow.Place(source, command.left.span, first, self.number())
        if success:
            return flow.fork(self, state, predicate, place, stop, go_on)
        return flow.fork(self, state, predicate, place, go_on, stop)

    def never(self, command: syntax.Command, state: State, source: Source) -> State:
        """The right side of `||` behind a command that is taken to succeed: no event, but docker commands are noted."""
        self.record(
            Skipped(
                self.number(), Site(source, command.span), self.calls, state, self.inner_commands(command, state), True
            )
        )
        return replace(state, status="success")

    def skipped(self, command: syntax.Command, state: State, source: Source, what: str) -> State:
        """A construct that is not followed: its docker commands decide whether that matters."""
        words = self.inner_commands(command, state)
        site = Site(source, command.span)
        if self.captured is not None:
            self.captured.append(None)
        builds = [word for word in words if word.builds]
        caller = next((word for word in words if word.name in self.functions and self.works(word.name, set())), None)
        if caller is None and any(self.works(name, set()) for name in self.functions):
            caller = next((word for word in words if word.span in _named_by_list(command)), None)
        if builds or caller:
            place = builds[0].span if builds else caller.span if caller else command.span
            raise refuse(
                "STG302",
                f"whether and how often this command runs is not known: {what} is not followed",
                source,
                place,
                _given(command, source, state)
                + "move the commands of the builder pattern out of it, or convert this part by hand",
            )
        self.record(Skipped(self.number(), site, self.calls, state, words, False))
        bodies = [command, *self.called_bodies(words)]
        names = {name for body in bodies for name in _assigned(body)}
        called = {word.name for body in bodies for word in self.inner_commands(body, state)}
        if called & {"eval", ".", "source"}:
            names |= set(state.variables)
        if called & {"shift", "set"}:
            names |= {str(number) for number in range(1, 10)}
        folder = state.folder
        if called & {"cd", "pushd", "popd"}:
            folder = "/" + self.run.unknowns.token(("folder", self.fresh()), "$PWD", f"changed by {what}")
        state = self.touched(words, state)
        return replace(self.forget(sorted(names), state), folder=folder, status="unknown", asked=None)

    def touched(self, words: tuple[InnerCommand, ...], state: State) -> State:
        """Artifacts that commands of a skipped construct name are no longer what they were."""
        number = self.number() - 1
        files = state.files
        for command in words:
            base = paths.base_name(command.name)
            if base in HARMLESS or base in QUIET or is_docker(command.words):
                continue
            for text in command.words[1:]:
                path = paths.join(state.folder, text)
                entry = files.lookup(path)
                if entry is not None and any(isinstance(one.origin, FromContainer) for one in possible(entry)):
                    files = files.put(path, Entry("unknown", FromHost(number), (*entry.events, number)))
        return state.with_files(files)

    def called_bodies(self, words: tuple[InnerCommand, ...]) -> list[syntax.Command]:
        """The bodies of all functions that these commands call, directly or not."""
        found: dict[str, syntax.Command] = {}
        waiting = [word.name for word in words]
        while waiting:
            name = waiting.pop()
            if name in self.functions and name not in found:
                found[name] = self.functions[name][1].body
                waiting += [word.name for word in self.inner_commands(found[name], None)]
        return list(found.values())

    def works(self, name: str, seen: set[str]) -> bool:
        """Whether a function of the script, or one that it calls, has docker commands of the pattern."""
        if name in seen:
            return False
        seen.add(name)
        words = self.inner_commands(self.functions[name][1].body, None)
        return any(word.builds or (word.name in self.functions and self.works(word.name, seen)) for word in words)

    def pipeline(self, pipeline: syntax.Pipeline, state: State, source: Source) -> State:
        output: Value | None = None
        first = self.number()
        outer = self.feeding
        before: list[State] = []
        for command in pipeline.commands[:-1]:
            self.pipe_into(command, output, first)
            self.stream = None
            self.testing += 1
            inner = replace(state, stdin=None) if command is not pipeline.commands[0] else state
            state, output = self.capture(partial(self.part_of_pipeline, command, inner, source))
            self.testing -= 1
            self.feeding = self.stream
            before.append(state)
        self.pipe_into(pipeline.commands[-1], output, first)
        outside = state.stdin
        state = self.part_of_pipeline(pipeline.commands[-1], replace(state, stdin=output), source)
        state = replace(state, stdin=outside)
        self.feeding = outer
        if "pipefail" in state.options:
            state = flow.all_succeed([*before, state])
        if state.status == "unknown" and any(_asks_engine(event) for event in self.run.events[first:]):
            return replace(state, asked=Atom(("engine", self.fresh())))
        return state

    def part_of_pipeline(self, command: syntax.Command, state: State, source: Source) -> State:
        """One command of a pipeline, which runs in a subshell."""
        return self.subshell(lambda inner: self.command(command, inner, source), state)

    def pipe_into(self, command: syntax.Command, output: Value | None, first: int) -> None:
        """Hands the output of the commands before to the next one of a pipeline."""
        if isinstance(command, syntax.SimpleCommand):
            self.piped = output
            self.fed_by = tuple(range(first, self.number()))
        else:
            self.piped, self.fed_by = None, ()

    def capture(self, run: Callable[[], State]) -> tuple[State, Value | None]:
        """Runs something and gives what it writes to standard output, None where that is not known."""
        outer, self.captured = self.captured, []
        try:
            state = run()
            outputs = self.captured
        finally:
            self.captured = outer
        known = [output for output in outputs if output is not None]
        return state, join(known) if len(known) == len(outputs) else None

    # simple commands

    def number(self) -> int:
        """The number of the next event."""
        return len(self.run.events)

    def record(self, event: Event) -> None:
        """Adds an event. Raises `Refusal` where following the script becomes too much work."""
        self.spend(1 + event.state.size // 32)
        if self.first_opaque is None and isinstance(event, RanCommand) and event.opaque:
            self.first_opaque = event.number
        self.run.events.append(event)

    def spend(self, work: int) -> None:
        """Counts work, see `MAX_WORK`. Raises `Refusal` where it is too much."""
        self.work += work
        if self.work > MAX_WORK:
            message = "following this script is more work than is done for one, with all its branches and the files that it makes"
            raise refuse("STG305", message, *self.here(), "convert this part by hand")

    def simple(self, command: syntax.SimpleCommand, state: State, source: Source) -> State:
        outer = self.site
        inner = bool(self.standing) and self.standing[-1][1] == len(self.calls)
        self.site = self.standing[-1][0] if inner else Site(source, command.span)
        site, input_given = self.site, (self.piped, self.fed_by)

        def path(state: State) -> State:
            self.piped, self.fed_by = input_given
            return self._simple(command, state, source, site)

        try:
            if not self.run.unknowns.lists:
                return path(state)
            targets = [redirect.target or redirect.body for redirect in command.redirects]
            words = (*command.words, *(a.value for a in command.assignments), *(t for t in targets if t is not None))
            return flow.lists(self, words, _changed_names(command), state, path)
        finally:
            self.site = outer

    def _simple(self, command: syntax.SimpleCommand, state: State, source: Source, site: Site) -> State:
        piped, self.piped = self.piped, None
        fed_by, self.fed_by = self.fed_by, ()
        fields: list[Field] = []
        passed: list[tuple[int, int]] = []
        positional, series = state.positional, state.series
        declares = False
        plain_field = self.words.plain_field
        for word in command.words:
            plain = None if declares else plain_field(word, source)
            if plain is not None:
                if not fields:
                    declares = plain.value.flat in DECLARATIONS
                fields.append(plain)
                continue
            given = self.given(state) if _is_all_parameters(word) else None
            if given is not None:
                passed.append((len(fields), len(given)))
            if given is not None and state.positional is None:
                expanded = list(given)
            elif declares and _assigns(word):
                state, field = assignments.declared_field(self, word, state, source)
                expanded = [field]
            else:
                state, expanded = self.words.expand_word(word, state, source)
            fields.extend(expanded)
            declares = bool(fields) and fields[0].value.flat in DECLARATIONS
        bindings: dict[str, Variable] = {}
        for assignment in command.assignments:
            state, variable, value, pure = assignments.assign(self, assignment, state, source)
            if not fields:
                binding = self.number()
                self.record(Assigned(binding, site, self.calls, state, assignment.name, binding, value, pure))
                state = state.assign(assignment.name, variable)
            else:
                bindings[assignment.name] = Variable(value, None, True)
        state, stdin = self.standard_input(command.redirects, piped, state, source)
        if not fields:
            if self.captured is not None and command.redirects and not command.assignments:
                # `$(< file)` is the text of the file, in bash
                self.captured.append(stdin)
            for redirect in command.redirects:
                state = self.redirect(redirect, state, source, None, EMPTY)
            return replace(state, status="success" if not command.words else state.status)
        outer = state.variables
        shadowed = {**outer, **bindings} if bindings else outer
        if self.standing and self.standing[-1] == (site, len(self.calls)):
            # the words stand in a word of another command, so they have no place of their own
            fields = [replace(found, span=site.span) for found in fields]
        call = Call(self, site, self.calls, tuple(fields), command.redirects, site.source, stdin, fed_by)
        inner = replace(state, variables=shadowed) if bindings else state
        if len(passed) == 1:
            # it happens where the words stand, with the parameters of that place
            frame = next(frame for frame in reversed(self.frames) if frame.kind == "function")
            assert frame.call is not None
            call = _passed_on(call, frame.call, *passed[0])
            inner = replace(inner, positional=frame.before.positional, series=frame.before.series)
        result = self.branched(call, inner)
        if result.state.stdin is not None and inputs.may_read(call, self.functions):
            result = replace(result, state=replace(result.state, stdin=None))
        state = self.failed(result.state)
        if len(passed) == 1:
            state = replace(state, positional=positional, series=series)
        if bindings:
            kept = {name: found for name, found in state.variables.items() if name not in bindings}
            kept.update({name: outer[name] for name in bindings if name in outer})
            state = replace(state, variables=kept)
        if self.captured is not None:
            to_file = any(r.descriptor in (None, 1) and r.operator.startswith((">", "&>")) for r in command.redirects)
            self.captured.append(EMPTY if to_file else result.output)
        for redirect in command.redirects:
            state = self.redirect(redirect, state, source, call, result.output, result.entry)
        return state

    def given(self, state: State) -> tuple[Field, ...] | None:
        """What `"$@"` stands for in a function: the words of its call, as far as they are still there."""
        frame = next((frame for frame in reversed(self.frames) if frame.kind == "function"), None)
        if frame is None or frame.call is None or len(self.calls) != len(frame.call.calls) + 1:
            return None
        fields = frame.call.fields[1:]
        if state.positional is None:
            # their number is not known, and they are those of the call as long as nothing sets others
            return fields if state.series == frame.series else None
        count = len(state.positional)
        given = fields[len(fields) - count :] if count <= len(fields) else ()
        same = tuple(field.value for field in given) == state.positional
        return given if same and given else None

    def branched(self, call: Call, state: State) -> Result:
        """Runs a command once for each value that branches before it gave to its words."""
        unknowns = self.run.unknowns
        flats = tuple(found.value.flat for found in call.fields)
        if not unknowns.choices or all(unknowns.open_choice(flat) is None for flat in (*flats, state.folder)):
            return self.invoke(call, state)
        base = paths.base_name(flats[0])
        if base in FILE_COMMANDS or is_docker(flats):
            wanted = (*(deciding(call, state) if is_docker(flats) else flats), state.folder)
        elif base in CHOOSING:
            wanted = flats
        else:
            wanted = deciding(call, state)[:1] if base not in PREFIXES else deciding(call, state)
        options = flow.choice(self, state, wanted)
        if not options:
            return self.invoke(call, state)
        results: list[Result] = []

        def one(inner: State) -> State:
            fields: list[Field] = []
            for found in call.fields:
                value = self.resolved(found.value, inner)
                if found.splits and value.flat != found.value.flat:
                    segment = Segment(value, False, True)
                    fields += split_fields([segment], found.span, self.words.separators(inner), unknowns)
                else:
                    fields.append(replace(found, value=value))
            if not fields:
                return replace(inner, status="success", asked=None)
            results.append(self.branched(replace(call, fields=tuple(fields)), inner))
            return results[-1].state

        after = flow.follow(self, state, [(condition, one) for condition in options])
        if not results:
            return Result(after, EMPTY)
        first = results[0]
        output = first.output if all(result.output == first.output for result in results) else None
        entry = first.entry if all(result.entry == first.entry for result in results) else None
        return replace(first, state=after, output=output, entry=entry)

    def resolved(self, value: Value, state: State) -> Value:
        """A value with the choices made that the state's facts decide."""
        return Value(tuple(replace(p, text=self.run.unknowns.resolve(p.text, state.facts)) for p in value.pieces))

    def failed(self, state: State) -> State:
        """What `set -e` makes of an exit status that nothing asks for."""
        if "errexit" not in state.options or self.testing or state.flow != "run":
            return state
        if state.status == "failure":
            return replace(state, flow="exit")
        if state.status == "unknown":
            facts = state.facts if state.asked is None else learn(state.asked, True, state.facts)
            return replace(state, status="success", facts=facts, asked=None)
        return state

    def invoke(self, call: Call, state: State) -> Result:
        """Runs a function of the script, a command that the model knows, or notes one that stays."""
        name = call.fields[0].value.flat
        looked_up = None if is_known(name) else located_program(self.run.unknowns.show(name))
        if looked_up is not None:
            first = replace(call.fields[0], value=Value.literal(looked_up), splits=False)
            call = replace(call, fields=(first, *call.fields[1:]))
            name = looked_up
        if state.asked is not None:
            state = replace(state, asked=None)
        self.stream = None
        if isinstance(self.feeding, ContainerTar) and streams.passes(call):
            self.stream = self.feeding
            return Result(replace(state, status="success"), None)
        if self.feeding is not None and paths.base_name(name) in ("tar", "bsdtar"):
            if isinstance(self.feeding, ContainerTar):
                extracted = streams.extract(self.feeding, call, state)
            else:
                from converter.shell.commands.archives import from_stream

                extracted = from_stream(self.feeding, call, state)
            if extracted is not None:
                return extracted
        if name in self.functions:
            if self.captured is None:
                return Result(self.call_function(name, call, state), None)
            return Result(*self.capture(partial(self.call_function, name, call, state)))
        if not is_known(name):
            followed = dispatch.follow(self, call, state)
            if followed is not None:
                return followed
        base = paths.base_name(name) if name.startswith("/") else name
        own = children.TABLE[base] if base in CHILDREN else None
        handler = self.programs.get(name) or own or COMMANDS.get(base)
        if handler is None and call.fields[0].splits and is_docker(tuple(value.flat for value in call.values[1:])):
            # `$SUDO docker ...`
            shown = self.run.unknowns.show(name)
            self.assume(f"`{shown}` is empty, or runs the command behind it, as sudo does", call.site)
            return COMMANDS["docker"](replace(call, fields=call.fields[1:]), state)
        started = children.program(call, state) if handler is None else None
        result = started or (COMMANDS[""](call, state) if handler is None else handler(call, state))
        if name == "exec" and len(call.fields) > 1:
            # the shell becomes the command
            return Result(replace(result.state, flow="exit"), result.output)
        return result

    def mark(self) -> Mark:
        """A moment to come `back_to`."""
        run = self.run
        lengths = (len(self.exits), *map(len, run.lists()))
        levels = (len(self.frames), len(self.locals), len(self.standing), len(run.scripts))
        moment = self.guide.moment() if self.guide is not None else None
        return Mark(lengths, levels, dict(self.functions), self.testing, moment)

    def back_to(self, mark: Mark) -> None:
        """Forgets what was found out since a moment, as it is not what happens."""
        run = self.run
        self.functions, self.testing = mark.functions, mark.testing
        if self.guide is not None and mark.moment is not None:
            self.guide.back_to(mark.moment)
        found: tuple[list[Any], ...] = (self.exits, *run.lists())
        for kept, length in zip(found, mark.lengths, strict=True):
            del kept[length:]
        levels: tuple[list[Any], ...] = (self.frames, self.locals, self.standing)
        for level, depth in zip(levels, mark.levels[:3], strict=True):
            del level[depth:]
        for path in list(run.scripts)[mark.levels[-1] :]:
            del run.scripts[path]
        if self.first_opaque is not None and self.first_opaque >= len(run.events):
            self.first_opaque = None

    # tests

    def scene(self, state: State) -> conditions.Scene:
        """What a test in this state is asked about."""
        return conditions.Scene(state, self.first_opaque is not None, self.fresh)

    def asked(self, ask: Callable[[conditions.Scene], Predicate], state: State) -> State:
        """The state behind a test; one that cannot be read has an outcome that is not known."""
        try:
            predicate = ask(self.scene(state))
        except conditions.BadTest:
            return replace(state, status="unknown", asked=None)
        outcome = decide(predicate, state.facts)
        if outcome is None:
            return replace(state, status="unknown", asked=predicate)
        return replace(state, status="success" if outcome else "failure", asked=None)

    def note_test(self, texts: tuple[str, ...], span: Span, state: State, source: Source) -> None:
        """The event of `[[ ... ]]`."""
        words = tuple(Value.literal(text) for text in texts)
        site = Site(source, span)
        named = tuple(
            paths.join(state.folder, text) for before, text in itertools.pairwise(texts)
            if before in conditions.FILE_TESTS
        )  # fmt: skip
        self.record(RanCommand(self.number(), site, self.calls, state, "[[", named, False, words))

    def word_and_pattern(self, word: syntax.Word, state: State, source: Source) -> tuple[State, str, str]:
        """The value of a word, and the same as a pattern, in which what is quoted stands for itself."""
        state, text, pattern, _ = self.word_forms(word, state, source)
        return state, text, pattern

    def word_forms(self, word: syntax.Word, state: State, source: Source) -> tuple[State, str, str, str]:
        """As `word_and_pattern`, and the same as a regular expression, in which what is quoted stands for itself."""
        # a dollar at the end of a word is read as quoted, and it is an anchor
        parts = tuple(
            replace(part, quoted=False) if isinstance(part, syntax.Text) and _is_bare_dollar(part, source) else part
            for part in word.parts
        )
        state, segments = self.words.word(replace(word, parts=parts), state, source)
        regular = "".join(
            re.sub(r"([^\w\x00\x01])", r"\\\1", one.value.flat) if one.quoted else one.value.flat
            for one in segments if one is not None
        )  # fmt: skip
        patterns = [
            re.sub(r"([*?\[\]\\@!+])", r"[\1]", one.value.flat) if one.quoted else one.value.flat
            for one in segments if one is not None
        ]  # fmt: skip
        return state, joined(segments).flat, "".join(patterns), regular

    def ambiguous(self, condition: Condition) -> tuple[Source, syntax.Function]:
        """Stands for a function that branches define differently: its body cannot be followed."""
        body = syntax.Compound(condition.span, "a function that branches define differently", (), ())
        return condition.source, syntax.Function(condition.span, "", body)

    def here(self) -> tuple[Source, Span]:
        """The place of the command that runs."""
        if self.site is not None:
            return self.site.source, self.site.span
        source, script = next(iter(self.run.scripts.values()))
        return source, script.span

    def call_function(self, name: str, call: Call, state: State) -> State:
        if len(self.calls) >= MAX_DEPTH:
            raise refuse("STG305", f"functions call each other more than {MAX_DEPTH} deep", call.source, call.site.span)
        source, function = self.functions[name]
        if not function.name:
            raise refuse(
                "STG302",
                f"which of its bodies `{name}` has here is decided by a test whose outcome is not known",
                call.source,
                call.site.span,
                "define the function once",
            )
        outer_calls, outer_captured = self.calls, self.captured
        self.calls = (*call.calls, call.site)
        self.locals.append({})
        inside = assignments.positional_after(call, call.fields[1:], state)
        frame = flow.Frame("function", state, call=call, series=inside.series)
        self.frames.append(frame)
        after = self.command(function.body, inside, source)
        self.frames.pop()
        after = flow.gather(self, frame, after, ("return",))
        self.calls, self.captured = outer_calls, outer_captured
        variables = dict(after.variables)
        for local, outer in self.locals.pop().items():
            if outer is None:
                variables.pop(local, None)
            else:
                variables[local] = outer
        going: Flow = after.flow if after.flow in ("exit", "ended") else "run"
        return replace(after, variables=variables, positional=state.positional, series=state.series, flow=going)

    def declare_local(self, name: str, state: State) -> None:
        """`local NAME`: the function's caller gets its own variable of that name back."""
        if self.locals:
            self.locals[-1].setdefault(name, state.variables.get(name))

    def child(self, run: flow.Follow, inner: State, outer: State, dialect: Dialect, path: str) -> State:
        """Runs something in a process of its own: it sees what is exported, and changes nothing of this shell."""
        kept = self.functions, self.locals, self.traps, self.dialect, self.script_path, self.testing
        self.functions, self.locals, self.traps, self.dialect, self.script_path = {}, [], [], dialect, path
        self.testing = 0
        variables = {name: found for name, found in inner.variables.items() if found.exported}
        frame = flow.Frame("subshell", inner)
        self.frames.append(frame)
        after = run(replace(inner, variables=variables, folders=(), status="success", asked=None))
        self.frames.pop()
        after = flow.gather(self, frame, after, ("exit", "return", "break", "continue"))
        after = self.run_traps(replace(after, flow="run"))
        self.functions, self.locals, self.traps, self.dialect, self.script_path, self.testing = kept
        return self.left_subshell(outer, after)

    def text_source(self, path: str) -> Source | None:
        """The text of a file of the tree, None for one that cannot be read. Raises `NeedsFiles`."""
        if path not in self.texts and path not in self.unreadable:
            raise NeedsFiles((path,))
        return self.texts.get(path)

    def options_of(self, source: Source) -> frozenset[str]:
        """The options that the first line of a script gives."""
        return _options_of(source)

    def run_traps(self, state: State) -> State:
        """What `trap ... EXIT` runs when the script ends."""
        for handler, call in self.traps:
            text = handler.flat
            if text in ("", "-") or (not is_known(text) and "'" in text):
                continue
            for number, unknown in enumerate(self.run.unknowns.tokens_in(text)):
                # what was put into the text in double quotes is no part of its syntax
                name = f"_trapped_{number}"
                text = text.replace(unknown.token, "${" + name + "}")
                state = state.assign(name, Variable(Value((Piece(unknown.token),)), None))
            inner = Source(f"{call.source.path} (trap)", text)
            script = reader.read(inner)
            if script.problems:
                continue
            outer = self.calls
            self.calls = (*call.calls, call.site)
            self.standing.append((call.site, len(self.calls)))
            state = self.statements(script.statements, replace(state, flow="run"), inner)
            self.standing.pop()
            self.calls = outer
        return state

    def source_file(self, path: str, call: Call, state: State) -> State:
        """`. file`: the commands of another script of the root run in this shell."""
        if len(self.calls) >= MAX_DEPTH:
            raise refuse("STG305", f"scripts call each other more than {MAX_DEPTH} deep", call.source, call.site.span)
        if path not in self.texts:
            raise NeedsFiles((path,))
        source = self.texts[path]
        script = self.load(source)
        outer = self.calls
        self.calls = (*self.calls, call.site)
        frame = flow.Frame("function", state)
        self.frames.append(frame)
        after = self.statements(script.statements, state, source)
        self.frames.pop()
        after = flow.gather(self, frame, after, ("return",))
        self.calls = outer
        return replace(after, flow=after.flow if after.flow in ("exit", "ended") else "run")

    def standard_input(
        self, redirects: tuple[syntax.Redirect, ...], piped: Value | None, state: State, source: Source
    ) -> tuple[State, Value | None]:
        """What a command reads from standard input, None where that is not known."""
        text = piped
        for redirect in redirects:
            if redirect.descriptor not in (None, 0):
                continue
            if redirect.operator in ("<<", "<<-"):
                text = None
                if redirect.body is not None:
                    state, text = self.words.one_value(redirect.body, state, source)
            elif redirect.operator == "<<<" and redirect.target is not None:
                state, text = self.words.one_value(redirect.target, state, source)
                text += Value.literal("\n")
            elif redirect.operator == "<" and redirect.target is not None:
                state, text = self.redirect_input(redirect.target, state, source)
        return state, text

    def text_of(self, path: str, state: State, ask: bool = True) -> Value | None:
        """The text of a file of the host, None where it is not known.

        Raises `NeedsFiles` for a file of the tree whose text was not given, unless `ask` is off.
        """
        if path in self.pipes:
            return self.pipes[path]
        path = state.files.follow(path)
        entry = state.files.lookup(path)
        if entry is None:
            return None
        if isinstance(entry.origin, FromHost):
            return entry.origin.content
        if not isinstance(entry.origin, FromTree) or entry.kind != "file":
            return None
        if entry.origin.path in self.texts:
            source = self.texts[entry.origin.path]
            reference = Reference("", None, False, source, Span(0, len(source.text)))
            return Value((Piece(source.text, reference),))
        if ask and entry.origin.path not in self.unreadable:
            raise NeedsFiles((entry.origin.path,))
        return None

    def redirect(
        self,
        redirect: syntax.Redirect,
        state: State,
        source: Source,
        call: Call | None,
        output: Value | None = None,
        copied: Entry | None = None,
    ) -> State:
        """A redirection to a file makes that file.

        `output` is what the command writes, where that is known, and `copied` the file whose bytes it writes.
        """
        if redirect.target is None or not redirect.operator.startswith((">", "&>")):
            return state
        state, expanded = self.words.expand_word(redirect.target, state, source)
        if len(expanded) != 1 or (redirect.operator in (">&", "&>") and expanded[0].value.flat.isdigit()):
            return state
        target = state.files.follow(paths.join(state.folder, expanded[0].value.flat))
        if target.startswith("/dev/"):
            return state
        if call is not None and isinstance(self.stream, ContainerFile) and redirect.operator in (">", ">|"):
            if redirect.descriptor in (None, 1):
                return streams.into_file(self.stream, target, call, state)
        if call is not None and isinstance(self.stream, ContainerTar) and redirect.operator in (">", ">|"):
            archived = streams.into_archive(self.stream, target, call, state)
            if archived is not None and redirect.descriptor in (None, 1):
                return archived
        site = call.site if call else Site(source, redirect.span)
        words = call.values if call else ()
        name = words[0].flat if words else ">"
        number = self.number()
        content = output if redirect.descriptor in (None, 1) and redirect.operator in (">", ">|", ">>") else None
        before = state.files.lookup(target)
        reads: tuple[str, ...] = ()
        if redirect.operator == ">>" and before is not None:
            reads = (target,)
            old = self.text_of(target, state, ask=content is not None)
            content = old + content if old is not None and content is not None else None
        fed_by = call.fed_by if call else ()
        self.record(RanCommand(number, site, self.calls, state, name, reads, False, words, (target,), fed_by))
        events = (*before.events, number) if before is not None and reads else (number,)
        if copied is not None and copied.kind != "folder" and not reads and redirect.descriptor in (None, 1):
            # the bytes of a file with the mode of a new one
            return state.with_files(state.files.put(target, replace(copied.after(number), other_mode=True)))
        return state.with_files(state.files.put(target, Entry("file", FromHost(number, content), events)))

    def redirect_input(self, target: syntax.Word, state: State, source: Source) -> tuple[State, Value | None]:
        """`< file`: its text. What the script itself put there has to be there for a command that stays."""
        state, expanded = self.words.expand_word(target, state, source)
        if len(expanded) != 1:
            return state, None
        path = state.files.follow(paths.join(state.folder, expanded[0].value.flat))
        entry = state.files.lookup(path)
        if entry is not None and isinstance(entry.origin, (FromContainer, FromHost, FromArchive)):
            site = self.site or Site(source, target.span)
            self.record(RanCommand(self.number(), site, self.calls, state, "<", (path,), False))
        return state, self.text_of(path, state, ask=False)

    # what is not followed

    def inner_commands(self, command: syntax.Command, state: State | None) -> tuple[InnerCommand, ...]:
        """Every command inside, with its words as far as they are known at this moment."""
        found: list[InnerCommand] = []
        stack: list[syntax.Command] = [command]
        while stack:
            current = stack.pop()
            if isinstance(current, syntax.SimpleCommand):
                texts = tuple(self.words.static_word(word, state) for word in current.words)
                if texts:
                    docker = is_docker(texts) or "docker" in texts[0].lower()
                    verb = next((text for text in texts[1:] if text in BUILDS or text in CLEANS), None)
                    builds = docker and verb in BUILDS
                    found.append(InnerCommand(texts[0], texts, builds, current.span))
                words = [*current.words, *(a.value for a in current.assignments)]
                for word in words:
                    for part in word.parts:
                        if isinstance(part, syntax.Substitution):
                            stack.extend(statement.command for statement in part.body)
            else:
                keyword, heads = _head(current)
                if heads:
                    texts = (keyword, *(self.words.static_word(word, state) for word in heads))
                    found.append(InnerCommand(keyword, texts, False, current.span))
                stack.extend(reversed(syntax.parts_of(current)))
        return tuple(found)

    def fresh(self) -> int:
        """A number that no other unknown has: what changes at every look is never the same twice."""
        self.looks += 1
        return self.looks

    def new_round(self, value: Value) -> int:
        """The number of a loop's next round, which gives a variable this value."""
        number = self.fresh()
        inner = [piece.reference for piece in value.pieces if piece.reference is not None]
        if value.known and all(one.binding is not None or one.round in self.run.written for one in inner):
            self.run.written.add(number)
        return number

    def forget(self, names: Iterable[str], state: State) -> State:
        """Variables whose new value is not known, nor whether they have one."""
        variables = dict(state.variables)
        for name in names:
            token = self.run.unknowns.token(("set", name, self.fresh()), f"${name}", "a command sets it")
            variables[name] = Variable(Value((Piece(token),)), self.number(), is_set=None)
        return replace(state, variables=variables)

    def assume(self, about: str, site: Site) -> None:
        """Notes something that cannot be read and is taken to hold."""
        if (about, site) not in self.run.assumptions:
            self.run.assumptions.append((about, site))

    def warn(self, code: str, message: str, site: Site, help: str | None = None) -> None:
        """Adds a warning about a command."""
        self.run.diagnostics.append(warning(code, message, site.source, site.span, help))


def _is_bare_dollar(part: syntax.Text, source: Source) -> bool:
    """Whether a part is a dollar without quotes that begins no expansion."""
    start, end = part.span.start, part.span.end
    around = source.text[start - 1 : start] + source.text[end : end + 1]
    return part.text == "$" == source.text[start:end] and around not in ('""', "''")


def _assigns(word: syntax.Word) -> bool:
    """Whether a word of a declaration is `name=value`."""
    first = word.parts[0] if word.parts else None
    return isinstance(first, syntax.Text) and "=" in first.text


CLEANS = frozenset({"rm", "rmi", "stop", "kill", "ps", "images", "inspect", "logs", "ls", "prune", "wait"})
"""docker's verbs behind which a word such as `build` is the name of a container or an image."""

BUILDS = frozenset({"build", "create", "run", "cp", "bud", "commit", "import", "load", "exec", "start"})


QUIET = frozenset({"echo", "printf", "test", "[", "[[", "rm", "mkdir", "tar", "zip", "scp", "exit", "return"})
"""Commands that do not change the contents of a file that they name."""


def _changed_names(command: syntax.SimpleCommand) -> list[str]:
    """The variables that a simple command may set."""
    names = [assignment.name for assignment in command.assignments]
    first = command.words[0].parts[0] if command.words and command.words[0].parts else None
    if isinstance(first, syntax.Text) and first.text in SETTING:
        heads = [word.parts[0] for word in command.words[1:] if word.parts]
        names += [re.split(r"[=+\[]", head.text)[0] for head in heads if isinstance(head, syntax.Text)]
    return names


def _head(command: syntax.Command) -> tuple[str, tuple[syntax.Word, ...]]:
    """The keyword of a construct and the words that it looks at itself."""
    if isinstance(command, syntax.For):
        return "select" if command.select else "for", command.words or ()
    if isinstance(command, syntax.Case):
        return "case", (command.subject,)
    if isinstance(command, syntax.Test):
        return "[[", command.words
    if isinstance(command, syntax.Compound):
        return command.keyword, command.words
    return "", ()


def _named(command: syntax.Command, source: Source) -> str:
    """What a construct that is not followed is called in a message."""
    if isinstance(command, syntax.Compound):
        return f"`{command.keyword}`"
    line, _ = source.position(command.span.start)
    if isinstance(command, syntax.For) and not command.select:
        return f"the loop in line {line}, whose list is not known,"
    if isinstance(command, syntax.While):
        return f"the loop in line {line}, whose test is not known,"
    return f"`{source.slice(command.span).split(maxsplit=1)[0]}` in line {line}"


def _named_by_list(command: syntax.Command) -> list[Span]:
    """The commands in a loop whose names are elements of its list, or arguments of the script."""
    names = {"1", "@", command.name} if isinstance(command, syntax.For) else {"1", "@"}
    heads = [(one.span, one.words[0].parts) for one in syntax.simple_commands(command) if one.words]
    return [
        span for span, parts in heads
        if len(parts) == 1 and isinstance(parts[0], syntax.Parameter) and parts[0].name in names
    ]  # fmt: skip


def _given(command: syntax.Command, source: Source, state: State) -> str:
    """How the person can give the list of a loop."""
    if not isinstance(command, syntax.For) or command.select:
        return ""
    text = " ".join(source.slice(word.span) for word in command.words or ())
    names = [name for name in re.findall(r"\$\{?([A-Za-z_]\w*)", text) if name not in state.variables]
    ways = [f"--env {name}=VALUE" for name in dict.fromkeys(names)]
    if command.words is None or re.search(r"\$\{?[@*1-9]", text):
        ways.append("the script's arguments after --")
    return f"give the list with {' and '.join(ways)}, or " if ways else ""


SETTING = frozenset(
    {"read", "export", "local", "declare", "readonly", "typeset", "unset", "mapfile", "readarray", "let"}
)
"""Commands that set the variables that their words name."""


def _assigned(command: syntax.Command) -> set[str]:
    """The variables that a construct may set."""
    names: set[str] = set()
    stack: list[syntax.Command] = [command]
    while stack:
        current = stack.pop()
        stack.extend(syntax.parts_of(current))
        if isinstance(current, syntax.SimpleCommand):
            if not current.words:
                names.update(assignment.name for assignment in current.assignments)
            elif current.words[0].parts and isinstance(current.words[0].parts[0], syntax.Text):
                if current.words[0].parts[0].text in SETTING:
                    for word in current.words[1:]:
                        head = word.parts[0] if word.parts else None
                        if isinstance(head, syntax.Text):
                            names.add(head.text.partition("=")[0])
        elif isinstance(current, syntax.For):
            names.add(current.name)
        elif isinstance(current, (syntax.CountedFor, syntax.Evaluation)):
            text = current.expression if isinstance(current, syntax.Evaluation) else f"{current.first} {current.next}"
            names.update(re.findall(r"[A-Za-z_]\w*", text))
        elif isinstance(current, syntax.Compound):
            names.update(current.assigned)
    return {name for name in names if name.isidentifier()}


def _passed_on(call: Call, outer: Call, start: int, count: int) -> Call:
    """A command made of the words that a function was called with happens where they stand."""
    fields = [replace(found, span=outer.fields[0].span) for found in call.fields]
    fields[start : start + count] = outer.fields[len(outer.fields) - count :]
    return replace(call, site=outer.site, calls=outer.calls, fields=tuple(fields), source=outer.source)


def _is_all_parameters(word: syntax.Word) -> bool:
    """Whether a word is `"$@"`."""
    part = word.parts[0] if len(word.parts) == 1 else None
    return isinstance(part, syntax.Parameter) and part.name == "@" and not part.operation and part.quoted


def _asks_engine(event: Event) -> bool:
    """Whether a command asks the engine what there is."""
    return isinstance(event, UsedImages) and event.verb in ASKING


ASKING = frozenset({"inspect", "images", "ps", "image", "container"})
"""docker commands that tell which images and containers there are."""


def _options_of(driver: Source) -> frozenset[str]:
    """The options that the first line of a script gives: `#!/bin/sh -e`."""
    first = driver.line_text(1) if driver.text.startswith("#!") else ""
    flags = "".join(word[1:] for word in first.split()[1:] if word.startswith("-"))
    return frozenset({"e": "errexit", "u": "nounset"}[flag] for flag in flags if flag in "eu")
