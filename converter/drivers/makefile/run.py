"""What goals of a makefile would do to the machine: each recipe line a shell of its own, followed by the interpreter."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Container, Mapping
from fnmatch import fnmatchcase
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from converter.diagnostics import Refusal, refuse
from converter.drivers.makefile import lines
from converter.drivers.makefile.called import MakeRun, end_of_recorded
from converter.drivers.makefile.canned import Unfolded, unfold
from converter.drivers.makefile.database import Database, RecipeLine, Rule
from converter.drivers.makefile.expansion import Expander, Frame, Place, Variable
from converter.drivers.makefile.order import Job, Order, written_words
from converter.drivers.makefile.reach import may_reach_an_engine, speaks_of_an_engine
from converter.drivers.makefile.scan import find_outside
from converter.drivers.makefile.words import TEXT_FUNCTIONS, directory
from converter.drivers.naming import mention
from converter.machine import paths
from converter.machine.derived import DerivedSource, Segment
from converter.machine.events import Built, CopiedOut, Created, RemovedContainers, RemovedImages, Site, UsedImages
from converter.machine.host import HostFiles, StartingFiles
from converter.machine.state import State
from converter.machine.state import Variable as ShellVariable
from converter.machine.value import ROOT_TOKEN, Piece, Reference, Value, is_known
from converter.shell import reader, syntax
from converter.shell.commands import COMMANDS
from converter.shell.commands.call import Call, Result
from converter.shell.commands.container import Inspect, nothing_known
from converter.shell.dialect import Dialect, dialect_of_name
from converter.shell.expander import absolute
from converter.shell.interpreter import Interpreter, NeedsFiles, Run
from converter.source import Source, Span

MAX_DEPTH = 20
ENGINE = (Built, Created, CopiedOut, RemovedContainers, RemovedImages, UsedImages)
"""The events of docker commands."""
NAMES = ("GNUmakefile", "makefile", "Makefile")
"""The makefiles that make looks for, in order."""


class RecipeText(Struct, frozen=True):
    """A line of a recipe that was run: the texts that it became, and those of the `$(shell ...)` in it.

    `calls` are the lines that called the canned recipe which it stands in, the recipe's own first.
    """

    line: RecipeLine
    rule: Rule
    texts: tuple[DerivedSource, ...]
    asked: tuple[DerivedSource, ...]
    calls: tuple[RecipeLine, ...] = ()


class Machine:
    """The machine that every make process of a run works on."""

    def __init__(self, interpreter: Interpreter, run: MakeRun, state: State) -> None:
        self.texts = interpreter.texts
        self.interpreter = interpreter
        self.run = run
        interpreter.programs = {"make": self.submake, "gmake": self.submake}
        self.state = state
        self.process: Process | None = None
        self.called: list[Process] = []
        """Those that scripts started."""
        self.depth = 0
        self.stack: list[tuple[object, ...]] = []
        self.number = 0
        self.asked: list[DerivedSource] = []

    def derive(
        self, origin: Source, segments: list[Segment], whole: Span, process: Process, frame: Frame
    ) -> DerivedSource:
        """A new text that was made from the makefile."""
        self.number += 1
        line, _ = origin.position(whole.start)
        path = f"{origin.path}:{line} ({self.number})"
        return DerivedSource(path, origin, segments, whole, lambda expression: process.means(expression, frame))

    def submake(self, call: Call, state: State) -> Result:
        """`make GOAL`: a make process that a recipe or a script starts, in this folder or that of `-C`."""
        words = [value.flat for value in call.values[1:]]
        request = parse_words(words)
        outer = self.process
        if request is None or self.depth >= MAX_DEPTH:
            return COMMANDS[""](call, state)
        if not all(map(is_known, (*request.goals, request.folder, request.file or ""))):
            return COMMANDS[""](call, state)
        folder = paths.join(state.folder, request.folder) if request.folder else state.folder
        key = (folder, request.file, request.goals, tuple(sorted(request.variables.items())))
        if outer is None and self.makefile_in(folder, request.file) is None:
            return COMMANDS[""](call, state)
        if key in self.stack:
            raise refuse("STG305", "this make calls itself without an end", call.source, call.site.span)
        given = {**(outer.command_line if outer is not None else {}), **request.variables}
        environment = {**outer.environment, **outer.exported_values()} if outer is not None else _exported(state)
        process = Process(self, folder, environment, given, request.goals, state.folder)
        self.depth += 1
        self.stack.append(key)
        interpreter = self.interpreter
        calls, captured = interpreter.calls, interpreter.captured
        mark, makefiles = interpreter.mark(), dict(self.run.makefiles)
        try:
            interpreter.calls = (*calls, call.site)
            interpreter.captured = None
            self.process = process
            self.state = state
            followed = process.read(request.file) and (outer is not None or process.may_reach_an_engine(request.goals))
            if followed:
                first = interpreter.number()
                process.make(request.goals or (process.database.default_goal,))
                # what calls no engine is one step of the host
                followed = outer is not None or any(isinstance(event, ENGINE) for event in self.run.events[first:])
        except Refusal:
            if outer is not None or any(speaks_of_an_engine(s.text) for s in process.database.sources.values()):
                raise
            followed = False
        finally:
            self.depth -= 1
            self.stack.pop()
            self.process = outer
            interpreter.calls, interpreter.captured = calls, captured
        if not followed:
            # there is no makefile, or it has nothing to do with an engine
            interpreter.back_to(mark)
            self.run.makefiles = makefiles
            return COMMANDS[""](call, state)
        self.called += [process] if outer is None else []
        after = replace(
            self.state, variables=state.variables, folder=state.folder, positional=state.positional, flow="run",
            status="success", folders=state.folders,
        )  # fmt: skip
        return Result(after, None)

    def makefile_in(self, folder: str, named: str | None) -> str | None:
        """The makefile that a make reads there: the one that is named, or the first of those that it looks for."""
        if named is not None:
            return named
        files = self.state.files.start
        return next((name for name in NAMES if files.kind(paths.join(folder, name)) == "file"), None)

    def other_goals(self, after: State) -> None:
        """Follows the goals that nothing called of the makefiles that scripts called, each from the same state."""
        for process in self.called:
            self.state = after
            _run_others(self, process)


def _exported(state: State) -> dict[str, str]:
    """The environment that a script gives to what it starts."""
    return {name: found.value.flat for name, found in state.variables.items() if found.exported and found.is_set}


class Words(Struct, frozen=True):
    """A command line of make."""

    goals: tuple[str, ...]
    variables: dict[str, str]
    folder: str
    file: str | None


def parse_words(words: list[str]) -> Words | None:
    """The words behind `make`; None for options that change what it does and are not followed."""
    goals: list[str] = []
    variables: dict[str, str] = {}
    folder = ""
    file: str | None = None
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        option, equals, value = word.partition("=")
        if option in ("-C", "--directory", "-f", "--file", "--makefile"):
            if not equals:
                if not waiting:
                    return None
                value = waiting.pop(0)
            if option in ("-C", "--directory"):
                folder = paths.join(folder, value) if folder else value
            else:
                file = value
        elif word.startswith("-C"):
            folder = word[2:]
        elif word.startswith("-f"):
            file = word[2:]
        elif word in _IGNORED or re.fullmatch(r"-j\d*|--jobs(=\d+)?|-[swkj]+\d*|--output-sync(=\w+)?|-O\w*", word):
            if word in ("-j", "--jobs") and waiting and waiting[0].isdigit():
                waiting.pop(0)
        elif word.startswith("-"):
            return None
        elif equals and re.fullmatch(r"[^\s:#=]+?:{0,2}", option):
            variables[option.rstrip(":")] = value
        else:
            goals.append(word)
    return Words(tuple(goals), variables, folder, file)


_IGNORED = frozenset(
    "-s --silent --quiet -w --print-directory --no-print-directory -k --keep-going -S -r -R "
    "--no-builtin-rules --warn-undefined-variables --trace -j --jobs".split()
)


class Process:
    """One make: its folder, variables and rules."""

    def __init__(
        self,
        machine: Machine,
        folder: str,
        environment: Mapping[str, str],
        command_line: Mapping[str, str],
        goals: tuple[str, ...],
        started_in: str,
    ) -> None:
        self.machine = machine
        self.started_in = started_in
        self.folder = folder
        self.environment = environment
        self.command_line = command_line
        self.goals = goals
        self.expander = Expander(self, machine.run.unknowns)
        self.database = Database(self.expander, self.find, self.wildcard)
        self.order = Order(self.database, self, self.run_job)
        self.frame: Frame = ()
        self.dialect: Dialect = "sh"
        self.dry = False

    # reading

    def read(self, file: str | None) -> bool:
        """Reads the makefile; False where there is none. Raises `NeedsFiles`."""
        variables = self.expander.variables
        here = absolute(self.folder).flat
        variables["CURDIR"] = Variable(here, False, "file")
        variables["PWD"] = Variable(absolute(self.started_in).flat, False, "environment", True)
        variables["OS"] = Variable("", False, "default")
        variables["MAKECMDGOALS"] = Variable(" ".join(self.goals), False, "default")
        for name, value in self.environment.items():
            variables[name] = Variable(value, True, "environment", True)
        for name, value in self.command_line.items():
            variables[name] = Variable(value, True, "command line", True)
        named = self.machine.makefile_in(self.folder, file)
        if named is None:
            return False
        source = self.text(paths.join(self.folder, named))
        if source is None:
            return False
        self.database.folder = self.folder
        self.database.read(source, named)
        self.machine.run.makefiles.setdefault(source.path, self.database)
        self.order = Order(self.database, self, self.run_job)
        return True

    def may_reach_an_engine(self, names: tuple[str, ...]) -> bool:
        """Whether one of these goals, or the default one, may call an engine, a script or make."""
        return any(may_reach_an_engine(self.database, name) for name in names or (self.database.default_goal,))

    def text(self, path: str) -> Source | None:
        """The text of a file of the root; None where there is none. Raises `NeedsFiles`."""
        if path in self.machine.texts:
            return self.machine.texts[path]
        if self.machine.state.files.start.kind(path) == "file":
            raise NeedsFiles((path,))
        return None

    def find(self, name: str, optional: bool, place: Place) -> Source | None:
        """The text of an included file."""
        path = paths.join(self.folder, name)
        found = None if paths.is_outside(path) else self.text(path)
        if found is None and not optional:
            raise refuse(
                "STG303",
                f"`{self.machine.run.unknowns.show(name)}` is included, and it is not a file below the root",
                place.source,
                place.span,
                "put its lines into the makefile, or convert by hand",
            )
        return found

    # the machine, as expansions and rules see it

    def exists(self, path: str) -> bool:
        """Whether a name of the makefile is a file or folder at this moment."""
        return self.machine.state.files.lookup(paths.join(self.folder, path)) is not None

    def wildcard(self, pattern: str) -> list[str] | None:
        """`$(wildcard pattern)`, sorted."""
        files = self.machine.state.files
        if not is_known(pattern):
            return None
        if not any(character in pattern for character in "*?["):
            return [pattern] if self.exists(pattern) else []
        shape = paths.join(self.folder, pattern)
        names = {*files.start.files, *files.start.folders, *files.changes} - {""}
        depth = shape.count("/")
        found = [
            name for name in names
            if name.count("/") == depth and fnmatchcase(name, shape) and files.lookup(name) is not None
            and all(_visible(part, rule) for part, rule in zip(name.split("/"), shape.split("/"), strict=True))
        ]  # fmt: skip
        head = "./" if pattern.startswith("./") else ""
        return sorted(head + paths.relative(name, self.folder) for name in found)

    def absolute(self, path: str) -> str:
        """`$(abspath path)`."""
        return absolute(paths.join(self.folder, path)).flat

    def evaluate(self, text: str, place: Place) -> None:
        """`$(eval text)`."""
        self.database.evaluate(text, place)

    def shell(self, command: str, expression: str, place: Place) -> str:
        """`$(shell command)`: followed like a substitution of a script, never run."""
        machine = self.machine
        text = machine.derive(place.source, [Segment(command, place.span, expression)], place.span, self, ())
        script = reader.read(text)
        unknowns = machine.run.unknowns
        if script.problems:
            return unknowns.token(("shell", command), expression, "its command cannot be read")
        part = syntax.Substitution(Span(0, len(text.text)), script.statements, expression, False)
        state = replace(
            machine.state, folder=self.folder, positional=(), variables=self.outside_variables(), flow="run"
        )
        interpreter = machine.interpreter
        before = machine.run.events[:]
        functions, interpreter.functions = interpreter.functions, {}
        machine.run.scripts[text.path] = (text, script)
        after, value = interpreter.words.substitution(part, state, text)
        interpreter.functions = functions
        if self.dry:
            machine.run.events[:] = before
            del machine.run.scripts[text.path]
        else:
            machine.asked.append(text)
            machine.state = replace(
                machine.state, files=after.files, images=after.images, containers=after.containers, last=after.last
            )
        return " ".join(value.flat.split("\n"))

    def means(self, expression: str, frame: Frame) -> str:
        """The value that an expression of the makefile has in a recipe."""
        outer, self.dry = self.dry, True
        try:
            return self.expander.expand(expression, frame)
        finally:
            self.dry = outer

    # environment

    def outside_variables(self) -> dict[str, ShellVariable]:
        """The environment that make itself was started with."""
        given = {**self.environment, **self.command_line}
        return {name: ShellVariable(Value.literal(value), None, True) for name, value in given.items()}

    def exported_names(self, frame: Frame) -> list[str]:
        """The variables that a recipe's shell gets."""
        found = []
        layers = {name: variable for scope in reversed(frame) for name, variable in scope.items()}
        for name, variable in {**self.expander.variables, **layers}.items():
            if name in ("SHELL", "MAKEFLAGS", "PWD") or not re.fullmatch(r"[A-Za-z_]\w*", name):
                continue
            by_default = variable.origin in ("environment", "command line") or (
                self.database.export_all and variable.origin in ("file", "override")
            )
            if variable.exported or (variable.exported is None and (by_default or name in self.environment)):
                found.append(name)
        return found

    def exported_values(self) -> dict[str, str]:
        """What a make that a recipe starts gets from this one."""
        return {name: self.expander.value(name, self.frame) for name in self.exported_names(self.frame)}

    def shell_variables(self, frame: Frame, text: DerivedSource) -> dict[str, ShellVariable]:
        """The variables of a recipe's shell."""
        found = {}
        for name in self.exported_names(frame):
            flat = self.expander.value(name, frame)
            reference = Reference(f"$({name})", None, False, text, Span(0, 0))
            found[name] = ShellVariable(Value((Piece(flat, reference),)), None, True)
        return found

    # running

    def make(self, goals: tuple[str, ...]) -> None:
        """`make GOALS`."""
        for goal in goals:
            self.order.make(goal)

    def run_job(self, job: Job) -> None:
        """Runs a recipe: all its lines are expanded before the first one runs."""
        outer, self.frame = self.frame, self.frame_of(job)
        frame = self.frame
        self.check_shell(job, frame)
        try:
            unfolded = [Unfolded(line, frame, {}) for line in job.lines]
            if not self.database.one_shell:
                automatic = partial(self.automatic, job=job, frame=frame)
                unfolded = [inner for one in unfolded for inner in unfold(one, self.expander, automatic)]
            ready = [(one, *self.expanded(job, one, frame)) for one in unfolded]
            if self.database.one_shell and ready:
                ready = [_one(ready)]
            for one, texts, asked in ready:
                line = one.line
                derived = tuple(
                    self.machine.derive(line.source, segments, line.whole, self, one.frame) for segments in texts
                )
                self.machine.run.lines.append(RecipeText(line, job.rule, derived, asked, one.calls))
                for text in derived:
                    if text.text.strip():
                        self.run_line(text, frame)
        finally:
            self.frame = outer

    def check_shell(self, job: Job, frame: Frame) -> None:
        shell = self.expander.value("SHELL", frame).split()
        name = paths.base_name(shell[0]) if shell else "sh"
        if name == "env" and len(shell) > 1:
            name = shell[1]
        dialect = dialect_of_name(name)
        if dialect is not None:
            self.dialect = dialect
        else:
            raise refuse(
                "STG107",
                f"the recipes are scripts for {self.machine.run.unknowns.show(name)}; those for sh, dash, bash and ksh are read",
                job.rule.source,
                job.rule.span,
            )

    def expanded(self, job: Job, one: Unfolded, frame: Frame) -> tuple[list[list[Segment]], tuple[DerivedSource, ...]]:
        """A line with its variables replaced, as the shell texts that it makes; `frame` is that of the recipe."""
        line, ways = one.line, one.ways
        self.expander.place = Place(line.source, line.whole)
        self.machine.asked = []
        segments = lines.expand(
            line,
            lambda written: self.expander.reference(written, one.frame),
            lambda name: ways[name] if name in ways else self.automatic(name, job, frame),
            self.is_canned,
        )
        if not self.environment and not self.command_line:
            segments = [
                replace(segment, fixed=True)
                if segment.expression
                and is_known(segment.text.replace(ROOT_TOKEN, ""))
                and self.is_fixed(segment.expression, one.frame)
                else segment
                for segment in segments
            ]
        segments, unset = lines.without_unset(segments, self.expander.optional)
        for name in unset:
            if name in self.expander.variables:
                self.assume(
                    f"a conditional of the makefile decides whether `{name}` is empty; it stays where it is", line
                )
            else:
                self.assume(f"nothing outside the makefile sets `{name}`", line)
        for segment in segments:
            for found in re.findall(r"[({]([\w.-]+)[)}]", segment.expression or ""):
                if found in self.database.defaulted and self.expander.variables[found].origin == "file":
                    self.assume(f"nothing outside the makefile sets `{found}`, which has its default there", line)
        texts = [lines.without_prefix(text) for text in lines.split_lines(segments)]
        return texts, tuple(self.machine.asked)

    def is_fixed(self, text: str, frame: Frame, depth: int = 0) -> bool:
        """Whether only the makefile gives the value of a text, while nobody gives make a variable: no default that the
        environment may replace, and no command's output."""
        if depth > MAX_DEPTH or re.search(
            r"\$[({](shell|wildcard|origin|flavor|value|file|eval|call)\b|\$[({][^)}\s]*\$", text
        ):
            return False
        for first, second in lines.NAMES.findall(text):
            found = self.expander.lookup(first or second, frame)
            if first in TEXT_FUNCTIONS or (first == "PWD" and found is not None):
                continue
            if (
                found is None
                or found.origin not in ("file", "override", "automatic")
                or first in self.database.defaulted
            ):
                return False
            if found.recursive and not self.is_fixed(found.value, frame, depth + 1):
                return False
        return True

    def assume(self, about: str, line: RecipeLine) -> None:
        if all(known != about for known, _ in self.machine.run.assumptions):
            self.machine.run.assumptions.append((about, Site(line.source, line.whole)))

    def run_line(self, text: DerivedSource, frame: Frame) -> None:
        """Follows a line in a shell of its own."""
        machine = self.machine
        interpreter = machine.interpreter
        script = interpreter.load(text)
        flags = self.expander.value(".SHELLFLAGS", frame).split()
        stops = any(re.fullmatch(r"-[a-z]*e[a-z]*", flag) for flag in flags)
        inner = replace(
            machine.state,
            variables=self.shell_variables(frame, text),
            folder=self.folder,
            positional=(),
            flow="run",
            folders=(),
            options=frozenset({"errexit"}) if stops else frozenset(),
        )
        outer = machine.process
        machine.process = self
        try:
            machine.state = interpreter.child(
                lambda state: interpreter.statements(script.statements, state, text),
                inner,
                replace(machine.state, flow="run", status="success"),
                self.dialect,
                text.origin.path,
            )
        finally:
            machine.process = outer

    def frame_of(self, job: Job) -> Frame:
        """The variables of a target: its own, those that it inherits, and the automatic ones."""
        own: dict[str, Variable] = {}
        for given in job.variables:
            scope: Frame = (own,)
            name = self.expander.expand(given.name, scope).strip()
            old = self.expander.lookup(name, scope)
            made = self.database.assigned(name, given.operator, given.value, old, scope, given.override)
            if made is not None:
                exported = True if given.exported else made.exported
                own[name] = Variable(made.value, made.recursive, made.origin, exported)
        names = job.prerequisites
        stem = job.stem
        values = {
            "@": job.target,
            "<": names[0] if names else "",
            "^": " ".join(dict.fromkeys(names)),
            "+": " ".join(names),
            "?": " ".join(dict.fromkeys(names)),
            "|": " ".join(job.order_only),
            "*": stem or _stem_of(job.target),
            "%": "",
        }
        automatic = {}
        for name, value in values.items():
            automatic[name] = Variable(value, False, "automatic")
            folders = [directory(word).rstrip("/") or "/" for word in value.split()]
            automatic[name + "D"] = Variable(" ".join(folders), False, "automatic")
            bases = [word.rpartition("/")[2] for word in value.split()]
            automatic[name + "F"] = Variable(" ".join(bases), False, "automatic")
        return (automatic, own)

    def is_canned(self, name: str) -> bool:
        """Whether a variable is a canned recipe of literal commands (manual, 5.8): several lines, no other variable."""
        found = self.expander.variables.get(name)
        return (
            found is not None and "\n" in found.value and not re.search(r"\$(?![(]\d[)]|[{]\d[}]|\d|\$)", found.value)
        )

    def automatic(self, name: str, job: Job, frame: Frame) -> str | None:
        """How the makefile writes what an automatic variable stands for; see `lines.expand`."""
        if name not in frame[0]:
            return None
        if name[0] == "@":
            return self.written(job.rule, job.target, True)
        if name[0] in "<^+?" and "$" in job.rule.written:
            for word in job.prerequisites:
                way = self.written(job.rule, word, False)
                if way:
                    return way if name == "<" and word == job.prerequisites[0] else None
        return ""

    def written(self, rule: Rule, word: str, target: bool) -> str:
        """The expression in the rule's line whose value the word is; empty where it stands there literally."""
        if "$" not in rule.written or rule.is_pattern:
            return ""
        colon = find_outside(rule.written, ":")
        text = rule.written[:colon] if target else rule.written[colon + 1 :]
        for expression in written_words(text):
            if "$" in expression and self.means(expression, ()).split() == [word]:
                return expression
        return ""


def _stem_of(target: str) -> str:
    """`$*` in a rule without a pattern: the target without a suffix that make knows."""
    name = target.rpartition("/")[2]
    _, dot, ending = name.rpartition(".")
    known = dot and "." + ending in (".o", ".c", ".cc", ".cpp", ".s", ".S", ".sh", ".y", ".l", ".a", ".out")
    return target[: len(target) - len(ending) - 1] if known else ""


def _one(
    ready: list[tuple[Unfolded, list[list[Segment]], tuple[DerivedSource, ...]]],
) -> tuple[Unfolded, list[list[Segment]], tuple[DerivedSource, ...]]:
    """The lines of a recipe for one shell."""
    first, last = ready[0][0].line, ready[-1][0].line
    # what is cut at the very start is cut with its recipe prefix
    segments = [Segment("", Span(first.whole.start, first.whole.start))]
    asked: list[DerivedSource] = []
    for one, texts, inner in ready:
        line = one.line
        asked += inner
        for text in texts:
            segments += text
        end = line.whole.end
        segments.append(Segment("\n", Span(end - 1, end) if line.start is not None else Span(end, end)))
    if last.start is None or last.source.text[last.whole.end - 1] != "\n":
        segments.pop()
    whole = RecipeLine("", first.source, first.start, Span(first.whole.start, last.whole.end))
    return replace(ready[0][0], line=whole), [segments], tuple(asked)


def _visible(part: str, shape: str) -> bool:
    return not part.startswith(".") or shape.startswith(".")


def run_goals(
    driver: Source,
    texts: Mapping[str, Source],
    files: StartingFiles,
    folder: str,
    environment: Mapping[str, str],
    command_line: Mapping[str, str],
    goals: tuple[str, ...],
    unreadable: Container[str] = (),
    inspector: Callable[[Run], Inspect] = lambda run: nothing_known,
    others: bool = True,
    read_only: bool = False,
    prepare: Callable[[Interpreter, MakeRun], None] = lambda interpreter, run: None,
) -> MakeRun:
    """What `make GOALS` would do in a clean checkout; without goals, the default one.

    With `others` the recipes of all other targets follow, each from the state that the goals leave, so that it is
    known what they need. `prepare` gives the interpreter what it needs besides. With `read_only` nothing runs but what reading the makefile asks for. Raises `Refusal` and `NeedsFiles`.
    """
    run = MakeRun()
    interpreter = Interpreter(texts, unreadable)
    interpreter.run = run
    interpreter.inspect = inspector(run)
    prepare(interpreter, run)
    machine = Machine(interpreter, run, State({}, folder, HostFiles(files, {}), {}, {}, ()))
    process = Process(machine, folder, environment, command_line, goals, folder)
    machine.process = process
    if not process.read(paths.relative(driver.path, folder)):
        raise NeedsFiles((driver.path,))
    if read_only:
        return machine.run
    chosen = goals or ((process.database.default_goal,) if process.database.default_goal else ())
    machine.run.folder = folder
    process.make(chosen)
    end_of_recorded(interpreter)
    machine.run.final = machine.state
    if others:
        machine.run.main_end = len(machine.run.events)
        _run_others(machine, process)
    return machine.run


def _run_others(machine: Machine, process: Process) -> None:
    after = machine.state
    sure = len(machine.run.assumptions)
    for target in list(process.order.explicit):
        rules = process.order.explicit[target]
        ran = {(line.source.path, line.whole) for found in machine.run.lines for line in (*found.calls, found.line)}
        own = [(line.source.path, line.whole) for rule in rules for line in rule.recipe]
        if target in process.order.done or (own and all(place in ran for place in own)):
            # a make that a recipe calls may have run it
            continue
        machine.state = after
        known = len(machine.run.lines)
        try:
            process.order.make(target)
        except Refusal:
            _mention(machine, process, target, known)
    del machine.run.assumptions[sure:]
    machine.state = after


def _mention(machine: Machine, process: Process, target: str, known: int) -> None:
    """A target whose recipe is not followed: whatever its text names, it is taken to need."""
    ran = {id(line) for found in machine.run.lines[known:] for line in (*found.calls, found.line)}
    interpreter = machine.interpreter
    interpreter.calls = ()
    interpreter.captured = None
    for rule in process.order.explicit[target]:
        for line in rule.recipe:
            text = process.machine.derive(line.source, [Segment(line.text, line.whole, "")], line.whole, process, ())
            if id(line) in ran:
                continue
            shown = line.text
            with contextlib.suppress(Refusal):
                shown += " " + process.means(line.text, ())
            mention(machine.run, shown, Site(text, Span(0, len(text.text))), machine.state, "make")
