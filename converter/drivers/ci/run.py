"""What the jobs of a CI file would do to the machine, followed by the shell interpreter."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import partial

from msgspec import Struct, field
from msgspec.structs import replace

from converter.diagnostics import Refusal, refuse
from converter.drivers.ci.model import Job, Script, Shell
from converter.drivers.driver import Request
from converter.drivers.makefile.called import MakeRun, follow_make, follow_other_goals
from converter.drivers.naming import mention
from converter.machine import paths
from converter.machine.derived import DerivedSource, Segment
from converter.machine.events import CopiedOut, RanCommand, Site
from converter.machine.host import Entry, FromContainer, HostFiles, possible
from converter.machine.state import State, Variable
from converter.machine.value import Piece, Value
from converter.shell.commands.call import Call, Result
from converter.shell.dialect import dialect_of_name
from converter.shell.expander import absolute
from converter.shell.interpreter import Interpreter
from converter.source import Source, Span

CHECKOUT = (
    "CI_PROJECT_DIR", "GITHUB_WORKSPACE", "TRAVIS_BUILD_DIR", "WORKSPACE", "BUILD_SOURCESDIRECTORY",
    "BUILD_REPOSITORY_LOCALPATH", "SYSTEM_DEFAULTWORKINGDIRECTORY", "BITBUCKET_CLONE_DIR", "DRONE_WORKSPACE",
    "CI_WORKSPACE",
)  # fmt: skip
"""Variables in which CI systems give the folder of the checkout."""

_ENGINE = re.compile(r"\b(docker|podman|buildah|nerdctl)\b")
_WORK = re.compile(r"\b(docker|podman|buildah|nerdctl)\b[^\n;&|]*\b(build|bud|create|cp|run|commit)\b")


class ScriptText(DerivedSource):
    """The scripts of one shell as one text; `parts` says which of its characters each script is."""

    __slots__ = ("expressions", "parts")

    parts: list[tuple[Script, Span]]
    expressions: re.Pattern[str] | None

    def is_outer(self, expression: str) -> bool:
        """Whether it is an expression that the CI system replaces, not the shell."""
        return not expression or (self.expressions is not None and self.expressions.match(expression) is not None)

    def shell_text(self, text: str) -> str:
        """See `DerivedSource.shell_text`."""
        return self.expressions.sub("x", text) if self.expressions is not None else text

    def written(self, span: Span, at: Source | None = None) -> str:
        """The shell text for the span, with the expressions of the CI system as they stand there. Raises `Refusal`."""
        pieces = []
        for index, segment in self._inside(span):
            start, end = self.starts[index], self.starts[index] + len(segment.text)
            if segment.expression is None or segment.constant:
                pieces.append(segment.text[max(span.start - start, 0) : span.end - start])
            elif span.start <= start and end <= span.end and segment.expression:
                pieces.append(segment.expression)
            else:
                raise self._refusal(segment.span)
        return "".join(pieces)


class CiRun(MakeRun):
    """A run with the shells that it followed and the files that its jobs stand in."""

    texts: list[ScriptText] = field(default_factory=list)
    files: list[Source] = field(default_factory=list)


class Machine(Struct):
    """What the shells of a run share; `passed` are the files that later jobs get."""

    run: CiRun
    interpreter: Interpreter
    request: Request
    state: State
    passed: dict[str, Entry]
    number: int = 0


def follow(files: list[Source], request: Request, discards: bool, chosen: list[Job], others: list[Job]) -> CiRun:
    """Runs the chosen jobs in order, each in a checkout of its own, then the others.

    `discards` tells that nothing keeps the files after a job.

    The engine is taken to be the same for all: where it is not, a job that uses the image of another one would fail.
    Raises `Refusal` and `NeedsFiles`.
    """
    run = CiRun()
    run.files = files
    run.discards = discards
    interpreter = Interpreter(request.texts, request.unreadable)
    follow_make(interpreter, run)
    interpreter.inspect = request.inspector(run)
    folder = request.cwd or ""
    run.folder = folder
    machine = Machine(run, interpreter, request, State({}, folder, HostFiles(request.files, {}), {}, {}, ()), {})
    for name in ("npm", "yarn", "pnpm"):
        interpreter.programs[name] = partial(_npm, machine=machine)
    unread: list[Job] = []
    final = machine.state
    for job in chosen:
        before = len(run.events)
        _job(machine, job, unread)
        if final is None or any(isinstance(event, CopiedOut) for event in run.events[before:]):
            final = machine.state
    run.final = final
    if others:
        run.main_end = len(run.events)
        ran = {(script.source.path, script.place) for text in run.texts for script, _ in text.parts}
        for job in others:
            own = {(script.source.path, script.place) for shell in job.shells for script in shell.scripts}
            if not own or not own <= ran:
                _job(machine, job, unread)
    follow_other_goals(run)
    for job in unread:
        text = "\n".join(
            segment.text for shell in job.shells for script in shell.scripts for segment in script.segments
        )
        mention(run, text, Site(job.source, job.place), machine.state, "job")
    return run


def _npm(call: Call, state: State, machine: Machine) -> Result:
    """`npm run NAME`; see `npm.run_script`."""
    from converter.drivers.ci.npm import run_script

    return run_script(call, state, machine)


def _job(machine: Machine, job: Job, unread: list[Job]) -> None:
    """Follows a job; one that cannot be followed and has nothing to do with the pattern is only looked at for names."""
    start = machine.state
    interpreter, run = machine.interpreter, machine.run
    mark = interpreter.mark()
    known = len(run.texts)
    try:
        if job.problem is not None:
            raise job.problem
        state = replace(
            machine.state,
            files=HostFiles(machine.request.files, dict(machine.passed)).keeping_patterns(),
            folder=run.folder,
        )
        for shell in job.shells:
            if shell.unread is not None:
                _check_build(shell, shell.unread, state)
            elif shell.scripts:
                before = len(run.events)
                state = _shell(machine, job, shell, state)
                if shell.conditional and any(isinstance(event, CopiedOut) for event in run.events[before:]):
                    raise refuse(
                        "STG302",
                        "the CI system decides whether this step runs, and it copies files out of a container",
                        shell.scripts[0].source,
                        shell.scripts[0].place,
                        "take the condition away, or convert this part by hand",
                    )
        _uploads(machine, job, state)
        machine.state = state
    except Refusal:
        text = "\n".join("".join(s.text for s in script.segments) for shell in job.shells for script in shell.scripts)
        if _WORK.search(text.replace("\\\n", " ")):
            raise
        machine.state = start
        interpreter.back_to(mark)
        del run.texts[known:]
        unread.append(job)


def _shell(machine: Machine, job: Job, shell: Shell, state: State) -> State:
    dialect = dialect_of_name(shell.dialect)
    if dialect is None:
        first = shell.scripts[0]
        message = f"this is a script for {shell.dialect}; scripts for sh, dash, bash and ksh are read"
        raise refuse("STG107", message, first.source, first.place)
    interpreter, run = machine.interpreter, machine.run
    text = text_of(machine, job, shell)
    interpreter.functions = {}
    interpreter.traps, interpreter.locals, interpreter.exits = [], [], []
    interpreter.calls, interpreter.captured = (), None
    interpreter.script_path = job.source.path
    interpreter.dialect = dialect
    state = replace(
        state,
        variables=environment_of(machine, shell),
        folder=paths.join(run.folder, _known(machine, shell, shell.folder)) if shell.folder else run.folder,
        positional=(),
        flow="run",
        status="success",
        folders=(),
        options=frozenset(shell.options),
    )
    script = interpreter.load(text)
    run.texts.append(text)
    state = interpreter.statements(script.statements, state, text)
    if state.flow == "ended" and interpreter.exits:
        # every path ends the script itself: the ones that succeed count
        state = next((s for s in reversed(interpreter.exits) if s.status == "success"), interpreter.exits[-1])
    return replace(interpreter.run_traps(state), flow="run")


def _check_build(shell: Shell, unread: Refusal, state: State) -> None:
    """A build without a command line is in the way where its context has files out of a container. Raises `Refusal`."""
    context = paths.normalize(_pattern(shell.folder))
    for path, entry in state.files.changes.items():
        inside = not context or path == context or paths.is_below(path, context)
        if inside and any(isinstance(one.origin, FromContainer) for one in possible(entry)):
            raise unread


def text_of(machine: Machine, job: Job, shell: Shell) -> ScriptText:
    """The scripts as one text, a line end behind each; between scripts of different lists stands a blank line."""
    segments: list[Segment] = []
    parts: list[tuple[Script, Span]] = []
    length = 0

    def add(more: list[Segment]) -> None:
        nonlocal length
        segments.extend(more)
        length += sum(len(segment.text) for segment in more)

    for index, script in enumerate(shell.scripts):
        origin = script.place.start if not script.segments else script.segments[0].span.start
        if index:
            apart = shell.scripts[index - 1].slot.value != script.slot.value
            add([Segment("\n\n" if apart else "\n", Span(origin, origin), "", True)])
        start = length
        add(_replaced(machine, shell, list(script.segments)))
        while segments and segments[-1].text == "\n" and length > start:
            # the line end of a block is its own, and a blank line would keep what stands above from going with it
            segments.pop()
            length -= 1
        parts.append((script, Span(start, length)))
    machine.number += 1
    first = shell.scripts[0]
    line, _ = first.source.position(first.place.start)
    whole = Span(first.place.start, max(script.place.end for script in shell.scripts if script.source is first.source))
    text = ScriptText(
        f"{first.source.path}:{line} ({machine.number})",
        first.source,
        segments,
        whole,
        lambda expression: _meaning(machine, shell, expression),
    )
    text.parts = parts
    text.expressions = shell.expressions
    return text


def _replaced(machine: Machine, shell: Shell, segments: list[Segment]) -> list[Segment]:
    """The segments with the expressions of the CI system replaced by what they stand for."""
    if shell.expressions is None:
        return segments
    found: list[Segment] = []
    for segment in segments:
        if segment.expression is not None:
            found.append(segment)
            continue
        position = 0
        for match in shell.expressions.finditer(segment.text):
            start, end = segment.span.start + match.start(), segment.span.start + match.end()
            if position < match.start():
                found.append(
                    Segment(segment.text[position : match.start()], Span(segment.span.start + position, start))
                )
            constant = match.group(1).strip() in shell.constants
            found.append(Segment(_meaning(machine, shell, match.group()), Span(start, end), match.group(), constant))
            position = match.end()
        if position < len(segment.text) or not segment.text:
            found.append(Segment(segment.text[position:], Span(segment.span.start + position, segment.span.end)))
    return found


def _meaning(machine: Machine, shell: Shell, expression: str) -> str:
    """The value of an expression of the CI system, in its own form."""
    match = shell.expressions.fullmatch(expression) if shell.expressions is not None else None
    name = match.group(1).strip() if match is not None else expression
    if name in shell.values:
        return _known(machine, shell, shell.values[name])
    single = (
        re.fullmatch(r"github\.(sha|ref_name|run_id|run_number|repository|actor|repository_owner)", name) is not None
    )
    why = "the CI system gives it from outside"
    return machine.run.unknowns.token(("ci", name), expression, why, False, single)


def _known(machine: Machine, shell: Shell, value: str, seen: frozenset[str] = frozenset()) -> str:
    """A value of the environment with everything in it replaced, unknowns as tokens."""
    unknowns = machine.run.unknowns
    if shell.expressions is not None:
        value = shell.expressions.sub(lambda match: _meaning(machine, shell, match.group()), value)
    if not shell.expands:
        return value

    def one(match: re.Match[str]) -> str:
        name = match.group(1) or match.group(2)
        if name is None:
            return "$"
        if name in machine.request.environment:
            return machine.request.environment[name]
        if name in shell.environment and name not in seen:
            return _known(machine, shell, shell.environment[name], seen | {name})
        if name in CHECKOUT:
            return absolute("").flat
        return unknowns.token(("outside", name), f"${name}", f"${name} comes from outside the script")

    return re.sub(r"\$\$|\$\{(\w+)\}|\$(\w+)", one, value)


def environment_of(machine: Machine, shell: Shell) -> dict[str, Variable]:
    found = {name: Variable(absolute(""), None, True) for name in CHECKOUT}
    for name, value in shell.environment.items():
        flat = _known(machine, shell, value, frozenset({name}))
        found[name] = Variable(Value((Piece(flat),)), None, True)
    given = machine.request.environment.items()
    return {**found, **{name: Variable(Value.literal(value), None, True) for name, value in given}}


def _uploads(machine: Machine, job: Job, state: State) -> None:
    """The CI system takes files of the job: they are needed, and where later jobs get them, they have them."""
    for pattern, span in job.uploads:
        shape = paths.normalize(_pattern(pattern))
        taken = tuple(path for path in state.files.changes if _matches(path, shape))
        if not taken:
            continue
        run = machine.run
        run.events.append(RanCommand(len(run.events), Site(job.source, span), (), state, "artifacts", taken, False))
        if job.passes:
            for path in taken:
                entry = state.files.lookup(path)
                if entry is not None:
                    machine.passed[path] = entry


def _pattern(pattern: str) -> str:
    for name in CHECKOUT:
        pattern = pattern.replace(f"${{{name}}}/", "").replace(f"${name}/", "")
    return pattern.rstrip("/") or "."


def _matches(path: str, shape: str) -> bool:
    return shape in ("", ".") or path == shape or path.startswith(shape + "/") or fnmatchcase(path, shape)
