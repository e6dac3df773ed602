"""What a script would do: the syntax tree run over a model of the machine, never over a real one.

The rules are those of the POSIX shell command language, with bash's additions
where the dialect has them. Commands that the model knows change its state and
leave events; all others leave an event that says they stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from functools import partial

from msgspec import Struct, field
from msgspec.structs import replace

from converter.diagnostics import Diagnostic, refuse, warning
from converter.docker_cli.parse import is_docker
from converter.machine import paths
from converter.machine.events import Assigned, Event, InnerCommand, RanCommand, Site, Skipped
from converter.machine.host import Entry, FromArchive, FromContainer, FromHost, FromTree, HostFiles, StartingFiles
from converter.machine.state import Flow, State, Status, Variable
from converter.machine.streams import ContainerFile, ContainerTar, Stream
from converter.machine.value import EMPTY, Piece, Reference, Unknowns, Value, is_known, join
from converter.shell import reader, syntax
from converter.shell.assignments import assign, declared_field
from converter.shell.commands import COMMANDS, streams
from converter.shell.commands.call import Call, Handler, Result
from converter.shell.commands.container import Inspect, nothing_known
from converter.shell.commands.variables import positional_after
from converter.shell.dialect import OTHERS, Dialect, dialect_of, interpreter_name
from converter.shell.expander import Expander, Read
from converter.shell.expansion import Field
from converter.source import Source, Span

NEGATED: Mapping[Status, Status] = {"success": "failure", "failure": "success", "unknown": "unknown"}

DECLARATIONS = frozenset({"export", "readonly", "local", "declare", "typeset"})
"""Commands whose assignments are not split into fields."""

MAX_STEPS = 20_000
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


def interpret(
    driver: Source,
    texts: Mapping[str, Source],
    files: StartingFiles,
    folder: str,
    arguments: tuple[str, ...] | None,
    environment: Mapping[str, str],
    unreadable: Container[str] = (),
    inspector: Callable[[Run], Inspect] = lambda run: nothing_known,
) -> Run:
    """Follows the driver from its first line to its last.

    `folder` is where it is started, relative to the root; `arguments` are its
    own, None where they are not known; `environment` holds what the person gave; `inspector` makes what looks at
    the images of a run.
    `unreadable` are paths whose texts cannot be given.
    Raises `Refusal` for what stands in the way, and `NeedsFiles` for a script
    whose text is not in `texts`.
    """
    interpreter = Interpreter(texts, unreadable)
    interpreter.inspect = inspector(interpreter.run)
    variables = {name: Variable(Value.literal(value), None, True) for name, value in environment.items()}
    positional = None if arguments is None else tuple(Value.literal(argument) for argument in arguments)
    state = State(variables, folder, HostFiles(files, {}), {}, {}, positional)
    interpreter.script_path = driver.path
    interpreter.dialect = dialect_of(driver.text)
    interpreter.run.folder = folder
    script = interpreter.load(driver)
    state = interpreter.statements(script.statements, state, driver)
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
        self.trap_site: Site | None = None
        self.looks = 0
        self.dialect: Dialect = "sh"
        self.inspect: Inspect = nothing_known
        self.feeding: Stream | None = None
        self.stream: Stream | None = None
        self.words = Expander(self)
        self.programs: dict[str, Handler] = {}

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
            raise refuse(
                "STG301", problem.message, source, problem.span, "check the script with `sh -n`, then try again"
            )
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
            return self.pipeline(command, state, source)
        if isinstance(command, syntax.Negated):
            state = self.command(command.command, state, source)
            return replace(state, status=NEGATED[state.status])
        if isinstance(command, syntax.Group):
            return self.group(command, state, source)
        if isinstance(command, syntax.Function):
            self.functions[command.name] = (source, command)
            return replace(state, status="success")
        return self.skipped(command, state, source, f"`{command.keyword}`")

    def group(self, group: syntax.Group, state: State, source: Source) -> State:
        if group.redirects:
            after, output = self.capture(lambda: self.statements(group.body, state, source))
        else:
            after, output = self.statements(group.body, state, source), None
        for redirect in group.redirects:
            after = self.redirect(redirect, after, source, None, output)
        if not group.subshell:
            return after
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
        )

    def and_or(self, command: syntax.AndOr, state: State, source: Source) -> State:
        state = self.command(command.left, state, source)
        if state.flow != "run":
            return state
        if command.operator == "&&":
            if state.status == "failure":
                return state
            if state.status == "unknown":
                return self.maybe(command.right, state, source)
            return self.command(command.right, state, source)
        if state.status == "success":
            return self.never(command.right, state, source)
        if state.status == "failure":
            return self.command(command.right, state, source)
        return self.maybe(command.right, state, source)

    def never(self, command: syntax.Command, state: State, source: Source) -> State:
        """The right side of `||` behind a command that is taken to succeed: no event, but docker commands are noted."""
        self.record(
            Skipped(
                self.number(), Site(source, command.span), self.calls, state, self.inner_commands(command, state), True
            )
        )
        return replace(state, status="success")

    def maybe(self, command: syntax.Command, state: State, source: Source) -> State:
        """A command that runs or does not, depending on something unknown."""
        if _ends(command, self.functions):
            return replace(state, status="success")
        return self.skipped(command, state, source, "a test whose outcome is not known")

    def skipped(self, command: syntax.Command, state: State, source: Source, what: str) -> State:
        """A construct that is not followed: its docker commands decide whether that matters."""
        words = self.inner_commands(command, state)
        site = Site(source, command.span)
        builds = [word for word in words if word.builds]
        caller = next((word for word in words if word.name in self.functions and self.works(word.name, set())), None)
        if builds or caller:
            place = builds[0].span if builds else caller.span if caller else command.span
            raise refuse(
                "STG302",
                f"whether and how often this command runs is decided by {what}, which is not followed",
                source,
                place,
                "move the commands of the builder pattern out of it, or convert this part by hand",
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
        return replace(self.forget(sorted(names), state), folder=folder, status="unknown")

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
        folder, variables = state.folder, state.variables
        output: Value | None = None
        first = self.number()
        outer = self.feeding
        for command in pipeline.commands[:-1]:
            self.pipe_into(command, output, first)
            self.stream = None
            state, output = self.capture(partial(self.command, command, state, source))
            self.feeding = self.stream
        self.pipe_into(pipeline.commands[-1], output, first)
        state = self.command(pipeline.commands[-1], state, source)
        self.feeding = outer
        # the parts of a pipeline are subshells
        return replace(state, folder=folder, variables=variables, flow="run")

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
        """Adds an event."""
        self.run.events.append(event)

    def simple(self, command: syntax.SimpleCommand, state: State, source: Source) -> State:
        outer = self.site
        self.site = self.trap_site if self.trap_site is not None and not self.locals else Site(source, command.span)
        try:
            return self._simple(command, state, source, self.site)
        finally:
            self.site = outer

    def _simple(self, command: syntax.SimpleCommand, state: State, source: Source, site: Site) -> State:
        piped, self.piped = self.piped, None
        fed_by, self.fed_by = self.fed_by, ()
        fields: list[Field] = []
        for word in command.words:
            if fields and fields[0].value.flat in DECLARATIONS and _assigns(word):
                state, field = declared_field(self, word, state, source)
                expanded = [field]
            else:
                state, expanded = self.words.expand_word(word, state, source)
            fields.extend(expanded)
        bindings: dict[str, Variable] = {}
        for assignment in command.assignments:
            state, variable, value, pure = assign(self, assignment, state, source)
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
        call = Call(self, site, self.calls, tuple(fields), command.redirects, source, stdin, fed_by)
        inner = replace(state, variables=shadowed) if bindings else state
        result = self.invoke(call, inner)
        state = result.state
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

    def invoke(self, call: Call, state: State) -> Result:
        """Runs a function of the script, a command that the model knows, or notes one that stays."""
        name = call.fields[0].value.flat
        self.stream = None
        if self.feeding is not None and paths.base_name(name) in ("tar", "bsdtar"):
            extracted = streams.extract(self.feeding, call, state) if isinstance(self.feeding, ContainerTar) else None
            if extracted is not None:
                return extracted
        if name in self.functions:
            return Result(self.call_function(name, call, state), None)
        handler = self.programs.get(name) or COMMANDS.get(paths.base_name(name) if name.startswith("/") else name)
        if handler is None:
            return COMMANDS[""](call, state)
        return handler(call, state)

    def call_function(self, name: str, call: Call, state: State) -> State:
        if len(self.calls) >= MAX_DEPTH:
            raise refuse("STG305", f"functions call each other more than {MAX_DEPTH} deep", call.source, call.site.span)
        source, function = self.functions[name]
        outer_calls, outer_captured = self.calls, self.captured
        self.calls = (*self.calls, call.site)
        self.locals.append({})
        after = self.command(function.body, positional_after(call, call.fields[1:], state), source)
        self.calls, self.captured = outer_calls, outer_captured
        variables = dict(after.variables)
        for local, outer in self.locals.pop().items():
            if outer is None:
                variables.pop(local, None)
            else:
                variables[local] = outer
        flow: Flow = "exit" if after.flow == "exit" else "run"
        return replace(after, variables=variables, positional=state.positional, series=state.series, flow=flow)

    def declare_local(self, name: str, state: State) -> None:
        """`local NAME`: the function's caller gets its own variable of that name back."""
        if self.locals:
            self.locals[-1].setdefault(name, state.variables.get(name))

    def run_traps(self, state: State) -> State:
        """What `trap ... EXIT` runs when the script ends."""
        for handler, call in self.traps:
            if not is_known(handler.flat) or handler.flat in ("", "-"):
                continue
            inner = Source(f"{call.source.path} (trap)", handler.flat)
            script = reader.read(inner)
            if script.problems:
                continue
            self.calls = (call.site,)
            self.trap_site = call.site
            state = self.statements(script.statements, replace(state, flow="run"), inner)
            self.trap_site = None
            self.calls = ()
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
        after = self.statements(script.statements, state, source)
        self.calls = outer
        return replace(after, flow="exit" if after.flow == "exit" else "run")

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
        self.record(RanCommand(number, site, self.calls, state, name, reads, False, words, (target,)))
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
                    builds = docker and any(text in BUILDS for text in texts)
                    found.append(InnerCommand(texts[0], texts, builds, current.span))
                words = [*current.words, *(a.value for a in current.assignments)]
                for word in words:
                    for part in word.parts:
                        if isinstance(part, syntax.Substitution):
                            stack.extend(statement.command for statement in part.body)
            elif isinstance(current, syntax.Compound):
                texts = (current.keyword, *(self.words.static_word(word, state) for word in current.words))
                if current.words:
                    found.append(InnerCommand(current.keyword, texts, False, current.span))
                stack.extend(reversed(current.commands))
            else:
                stack.extend(reversed(_parts_of(current)))
        return tuple(found)

    def fresh(self) -> int:
        """A number that no other unknown has: what changes at every look is never the same twice."""
        self.looks += 1
        return self.looks

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


def _assigns(word: syntax.Word) -> bool:
    """Whether a word of a declaration is `name=value`."""
    first = word.parts[0] if word.parts else None
    return isinstance(first, syntax.Text) and "=" in first.text


BUILDS = frozenset({"build", "create", "run", "cp", "bud", "commit", "import", "load", "exec", "start"})


def _parts_of(command: syntax.Command) -> tuple[syntax.Command, ...]:
    """The commands that a construct is made of."""
    if isinstance(command, syntax.AndOr):
        return (command.left, command.right)
    if isinstance(command, syntax.Pipeline):
        return command.commands
    if isinstance(command, syntax.Negated):
        return (command.command,)
    if isinstance(command, syntax.Group):
        return tuple(statement.command for statement in command.body)
    if isinstance(command, syntax.Function):
        return (command.body,)
    return ()


def _assigned(command: syntax.Command) -> set[str]:
    """The variables that a construct may set."""
    names: set[str] = set()
    stack: list[syntax.Command] = [command]
    while stack:
        current = stack.pop()
        if isinstance(current, syntax.SimpleCommand):
            if not current.words:
                names.update(assignment.name for assignment in current.assignments)
            elif current.words[0].parts and isinstance(current.words[0].parts[0], syntax.Text):
                if current.words[0].parts[0].text in (
                    "read",
                    "export",
                    "local",
                    "declare",
                    "readonly",
                    "typeset",
                    "unset",
                ):
                    for word in current.words[1:]:
                        head = word.parts[0] if word.parts else None
                        if isinstance(head, syntax.Text):
                            names.add(head.text.partition("=")[0])
        elif isinstance(current, syntax.AndOr):
            stack.extend((current.right, current.left))
        elif isinstance(current, syntax.Pipeline):
            stack.extend(current.commands)
        elif isinstance(current, syntax.Negated):
            stack.append(current.command)
        elif isinstance(current, syntax.Group):
            stack.extend(statement.command for statement in current.body)
        elif isinstance(current, syntax.Compound):
            names.update(current.assigned)
            stack.extend(current.commands)
    return {name for name in names if name.isidentifier()}


def _ends(command: syntax.Command, functions: Mapping[str, object]) -> bool:
    """Whether the command certainly ends the script: a guard such as `{ echo usage; exit 1; }`."""
    if isinstance(command, syntax.SimpleCommand):
        head = command.words[0].parts if command.words else ()
        name = head[0].text if head and isinstance(head[0], syntax.Text) else ""
        return name in ("exit", "return", "die", "fail", "false") and (name not in functions or name in ("die", "fail"))
    if isinstance(command, syntax.Group) and command.body:
        return _ends(command.body[-1].command, functions)
    if isinstance(command, syntax.AndOr) and command.operator == "&&":
        return _ends(command.right, functions)
    return False
