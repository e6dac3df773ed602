"""Is what a container runs the build, or noise?

`docker create` runs nothing. A `docker run` whose command is known to leave the files
alone is noise; so is one that nobody waits for. Everything else is taken for the build,
and becomes a RUN of the builder's stage (`container_runs.py`).
"""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from converter.diagnostics import Refusal, refuse
from converter.docker_cli.commands import Run as RunCommand
from converter.docker_cli.references import normalize
from converter.dockerfile.stages import Stage
from converter.dockerfile.syntax import Instruction
from converter.machine import paths
from converter.machine.events import (
    Built,
    CopiedIn,
    CopiedOut,
    Created,
    Event,
    Executed,
    RanCommand,
    RemovedContainers,
    UsedImages,
)
from converter.machine.value import Value, is_known
from converter.plan.dockerfiles import BuildFile, Loader
from converter.shell.commands.container import Inside, Inspect
from converter.shell.interpreter import Run

_SHELLS = ("bash", "sh", "ash")

INERT = frozenset("true : sleep echo bash sh ash cat tail ls pwd date exit head tar".split())
"""Commands that change no file of the container; a shell only where it has no input and no command."""

HANDS_OVER = frozenset({"docker-entrypoint.sh", "docker-php-entrypoint", "mvn-entrypoint.sh"})
"""Entrypoints of official images that run the command that they are given."""


class CommandLine(Struct, frozen=True):
    """What a container runs: its words, where they come from in words of a sentence.

    `instruction` is the CMD or ENTRYPOINT of the image where all words come from that one. `assumed` is what has to
    hold for it and cannot be read.
    """

    words: tuple[Value, ...]
    origin: str
    instruction: Instruction | None = None
    assumed: str | None = None

    @property
    def flats(self) -> tuple[str, ...]:
        """The words, each as one string."""
        return tuple(word.flat for word in self.words)


class Running(Struct, frozen=True):
    """What a container did before files were copied out of it.

    `kind` is `nothing` for one that never ran, `noise` for one whose files are those of the image all the same, and
    `build` for one that did its work there. `why` is a sentence for a person, `steps` are the commands of a build.
    """

    kind: Literal["nothing", "noise", "build"]
    why: str
    line: CommandLine | None = None
    steps: tuple[Step, ...] = ()


class Step(Struct, frozen=True):
    """A command that a container ran, which becomes a RUN; `event` is the container's own start or a `docker exec`."""

    event: Created | Executed
    line: CommandLine


def what_it_did(created: Created, out: CopiedOut, run: Run, loader: Loader) -> Running:
    """Judges a container whose files are copied out by `out`. Raises `Refusal` where that cannot be told."""
    own = _own_command(created, out, run, loader)
    later = _executed(created, out, run)
    inputs = [event for event in _of(created, out, run) if isinstance(event, CopiedIn)]
    if not later and not inputs:
        return own
    if later and own.kind == "build":
        raise refuse(
            "STG402",
            "`docker exec` runs in a container whose own command has ended before",
            later[0].event.site.source,
            later[0].event.site.span,
            "move that command into a RUN of the builder Dockerfile first",
        )
    if later and (own.line is None or not is_inert(own.line.flats)):
        raise refuse(
            "STG402",
            "`docker exec` works in this container beside what the container itself runs, and a RUN has only one of the two",
            created.site.source,
            created.site.span,
            "let the container run `sleep infinity`, or move the command into a RUN of the builder Dockerfile",
        )
    steps = (*own.steps, *later)
    for event in (*inputs, *(step.event for step in later)):
        if any(condition not in out.state.conditions for condition in event.state.conditions):
            raise refuse(
                "STG302",
                "whether this works in the container depends on a test whose outcome is not known",
                event.site.source,
                event.site.span,
                "give the variable with --env NAME=VALUE, or take the test out",
            )
    started = min((step.event.number for step in later), default=out.number)
    if own.steps and isinstance(created.command, RunCommand):
        started = created.number
    elif own.steps:
        started = min(event.number for event in _of(created, out, run) if _starts(event))
    behind = next((event for event in inputs if event.number > started), None)
    if behind is not None:
        raise refuse(
            "STG404",
            "files are copied into the container after it has worked",
            behind.site.source,
            behind.site.span,
            "copy them in the builder Dockerfile first",
        )
    shown = run.unknowns.show("; ".join(" ".join(step.line.flats) for step in steps))
    why = f"`{shown}` is the build, and a RUN of the stage now" if shown else "files are copied into the container"
    return Running("build", why, None, steps)


def _own_command(created: Created, out: CopiedOut, run: Run, loader: Loader) -> Running:
    """Judges what the container runs when it is started."""
    command = created.command
    started, waited = _followed(created, out, run)
    runs = isinstance(command, RunCommand)
    if not runs and started is None:
        return Running("nothing", "docker create runs nothing")
    line = command_line(created, loader)
    attached = runs and command.detach is False
    if line is not None and is_inert(line.flats, reads_input(line, created)):
        shown = run.unknowns.show(" ".join(line.flats)) or "nothing"
        return Running("noise", f"the container runs `{shown}` ({line.origin}), which changes no file", line)
    if not attached and waited is None:
        slept = next((event for event in run.events[created.number + 1 : out.number] if _sleeps(event)), None)
        if slept is not None:
            raise refuse(
                "STG402",
                "the script gives the container some time before it copies files out of it, so what it does there may "
                "be the build",
                slept.site.source,
                slept.site.span,
                "move what the container runs into a RUN of the builder Dockerfile first",
            )
        return Running("noise", "nobody waits for what the container runs, so its files are those of the image", line)
    if line is None:
        raise refuse(
            "STG402",
            "what this container runs before files are copied out of it is not known: neither the script nor the "
            "Dockerfile says it",
            created.site.source,
            created.site.span,
            "say what the base image runs with --image-facts, let --ask-engine ask your engine, or name the command behind the image",
        )
    shown = run.unknowns.show(" ".join(line.flats))
    if reads_input(line, created):
        raise refuse(
            "STG402",
            f"the container runs `{shown}` with what the script gives it as standard input, and a RUN has none",
            created.site.source,
            created.site.span,
            "let the builder Dockerfile COPY that input, and read it from there",
        )
    why = f"`{shown}` ({line.origin}) is the build, and a RUN of the stage now"
    return Running("build", why, line, (Step(created, line),))


def _executed(created: Created, out: CopiedOut, run: Run) -> list[Step]:
    """What `docker exec` did in the container, as far as it may change files. Raises `Refusal`."""
    steps: list[Step] = []
    for event in _of(created, out, run):
        if not isinstance(event, Executed):
            continue
        given = event.command.command
        words = tuple(event.words[word.index].slice(word.start, word.start + len(word.text)) for word in given)
        line = with_input(CommandLine(words, "given in the script"), event)
        if is_inert(line.flats, reads_input(line, event)):
            continue
        place = event.site.source, event.site.span
        help = "move that command into a RUN of the builder Dockerfile first"
        if event.command.detach is not False:
            raise refuse(
                "STG402", "nobody waits for what this `docker exec` runs, and it may be the build", *place, help
            )
        if reads_input(line, event):
            raise refuse(
                "STG402",
                "this `docker exec` gets what the script gives it as standard input, and a RUN has none",
                *place,
                help,
            )
        for name in ("env", "env-file", "user", "privileged"):
            flag = event.command.flag(name)
            root = name == "user" and flag is not None and flag.value is not None and flag.value.text in ("0", "root")
            if flag is not None and not (root and created.command.user is None):
                raise refuse("STG402", f"this `docker exec` has --{name}, which is not carried over", *place, help)
        steps.append(Step(event, line))
    return steps


def _of(created: Created, out: CopiedOut, run: Run) -> list[Event]:
    """What happens to a container until files are copied out of it."""
    own = created.number
    return [
        event
        for event in run.events[own + 1 : out.number]
        if (isinstance(event, (Executed, CopiedIn)) and own in event.container.events)
        or (isinstance(event, RemovedContainers) and any(c is not None and c.event == own for c in event.containers))
    ]


def _starts(event: Event) -> bool:
    return isinstance(event, RemovedContainers) and event.verb == "start"


def is_inert(words: tuple[str, ...], fed: bool = False) -> bool:
    """Whether a command certainly changes no file of the container it runs in; `fed` tells that it has input to read."""
    if not words:
        return not fed
    if not is_known(words[0]):
        return False
    name, rest = words[0].rpartition("/")[2], words[1:]
    if name in _SHELLS:
        if not rest:
            return not fed
        if len(rest) == 2 and rest[0] in ("-c", "-lc"):
            inner = rest[1].split()
            return not any(character in rest[1] for character in ";&|><$`(\n") and is_inert(tuple(inner), fed)
        return rest in (("-l",), ("-i",)) and not fed
    if name == "tar":
        return _tar_only_reads(rest)
    return name in INERT


def _tar_only_reads(words: tuple[str, ...]) -> bool:
    """Whether `tar` writes an archive to standard output."""
    letters = "".join(word.lstrip("-") for word in words[:1] if not word.startswith("--"))
    creates = "c" in letters or "-c" in words or "--create" in words
    named = "f" in letters or any(word in ("-f", "--file") or word.startswith("--file=") for word in words)
    return creates and (not named or "-" in words or "--file=-" in words)


def command_line(created: Created, loader: Loader) -> CommandLine | None:
    """The command line of the container; None where it is not known. A shell that reads a here-document has it behind `-c`."""
    line = _own_line(created, loader)
    return None if line is None else with_input(line, created)


def with_input(line: CommandLine, event: Created | Executed) -> CommandLine:
    """A shell that reads its commands from a here-document as one that gets them behind `-c`."""
    flats = line.flats
    plain = (
        len(flats) > 0
        and flats[0].rpartition("/")[2] in _SHELLS
        and all(re.fullmatch(r"-[selx]+", w) for w in flats[1:])
    )
    if not event.fed or event.stdin is None or not plain:
        return line
    flags = [Value.literal(word) for word in (flat.replace("s", "") for flat in flats[1:]) if word != "-"]
    text = event.stdin.slice(0, len(event.stdin.flat.rstrip("\n")))
    return replace(line, words=(line.words[0], *flags, Value.literal("-c"), text))


def reads_input(line: CommandLine, event: Created | Executed) -> bool:
    """Whether a command has what the script gives it as standard input, but for a shell's commands."""
    return event.fed and (event.stdin is None or event.stdin.flat.rstrip("\n") not in line.flats)


def _own_line(created: Created, loader: Loader) -> CommandLine | None:
    """The command line as the script and the image give it.

    Docker's rule: `--entrypoint` replaces ENTRYPOINT and drops CMD, words behind the image replace CMD
    (reference of `docker run`, "Overriding image defaults").
    """
    command = created.command
    given = tuple(created.words[word.index].slice(word.start, word.start + len(word.text)) for word in command.command)
    if command.entrypoint is not None:
        word = command.entrypoint
        program = created.words[word.index].slice(word.start, word.start + len(word.text))
        return CommandLine(((program,) if program.flat else ()) + given, "given in the script")
    start = _start(created, loader)
    entrypoint = start.entrypoint
    assumed = None
    if entrypoint is None:
        # words behind the image, or a CMD that the Dockerfile itself gives, are a command line only without an ENTRYPOINT
        first = given[0].flat if given else (start.command or ("-",))[0]
        if first.startswith("-"):
            return None
        assumed = f"the image `{loader.run.unknowns.show(start.image)}` has no ENTRYPOINT of its own"
        entrypoint = ()
    if start.handed_over or (entrypoint and paths.base_name(entrypoint[0]) in HANDS_OVER):
        entrypoint = ()
    prefix = tuple(Value.literal(word) for word in entrypoint)
    if given:
        return CommandLine(prefix + given, "given in the script", assumed=assumed)
    if start.command is None:
        return None
    whole = start.instruction if not entrypoint or not start.command else None
    words = prefix + tuple(Value.literal(word) for word in start.command)
    what = "CMD" if start.command else "ENTRYPOINT"
    return CommandLine(words, f"the {what} of the image", whole, assumed)


class _Start(Struct, frozen=True):
    """How an image starts: None where that is not known. `instruction` is the last one in its own target stage."""

    image: str
    entrypoint: tuple[str, ...] | None
    command: tuple[str, ...] | None
    instruction: Instruction | None = None
    handed_over: bool = False


def _start(created: Created, loader: Loader) -> _Start:
    if created.image is None:
        return _base_start(created.container.image_name.flat, loader)
    event = loader.run.events[created.image.event]
    assert isinstance(event, Built)
    file = loader.load(event)
    found = _stage_start(file, file.target.index, loader)
    own = [i for i in file.target.instructions if i.keyword in ("CMD", "ENTRYPOINT")]
    return replace(found, instruction=own[0] if len(own) == 1 else None)


def _base_start(image: str, loader: Loader) -> _Start:
    facts = loader.images.look_up(image)
    handed_over = bool(facts.entrypoint) and paths.base_name((facts.entrypoint or ("",))[0]) in HANDS_OVER
    return _Start(image, facts.entrypoint, facts.command, handed_over=handed_over)


def _stage_start(file: BuildFile, index: int, loader: Loader) -> _Start:
    """A stage's own ENTRYPOINT and CMD over those of what it is built from.

    An ENTRYPOINT drops an inherited CMD (Dockerfile reference, "Understand how CMD and ENTRYPOINT interact").
    """
    state = file.states[index]
    entry = _last(file.stages[index], "ENTRYPOINT")
    cmd = _last(file.stages[index], "CMD")
    if entry is not None:
        return _Start(state.image, _words(entry), _words(cmd) if cmd is not None else ())
    if state.parent is not None:
        below = _stage_start(file, state.parent, loader)
    else:
        images = file.event.state.images
        built = images.get(normalize(state.image)) or images.get(state.image)
        event = loader.run.events[built.event] if built is not None else None
        if isinstance(event, Built) and event is not file.event:
            base = loader.load(event)
            below = _stage_start(base, base.target.index, loader)
        else:
            below = _base_start(state.image, loader)
    return below if cmd is None else replace(below, command=_words(cmd))


def inspector(loader: Loader) -> Inspect:
    """What the interpreter asks about containers, from their Dockerfiles and the table of well-known images."""

    def inspect(created: Created) -> Inside | None:
        try:
            line = command_line(created, loader)
            folder = _working_folder(created, loader)
        except Refusal:
            return None
        if line is None:
            return None
        return Inside(line.words, folder, is_inert(line.flats, reads_input(line, created)))

    return inspect


def _working_folder(created: Created, loader: Loader) -> Value | None:
    word = created.command.workdir
    if word is not None:
        return created.words[word.index].slice(word.start, word.start + len(word.text))
    if created.image is None:
        folder = loader.images.look_up(created.container.image_name.flat).workdir
    else:
        event = loader.run.events[created.image.event]
        assert isinstance(event, Built)
        folder = loader.load(event).state.final.workdir
    return None if folder is None else Value.literal(folder or "/")


def _followed(created: Created, out: CopiedOut, run: Run) -> tuple[Event | None, Event | None]:
    """The command that starts a container again, and the one that waits for it, before files are copied out."""
    started: Event | None = None
    waited: Event | None = None
    for event in run.events[created.number + 1 : out.number]:
        if isinstance(event, UsedImages) and any(c.event == created.number for c in event.containers):
            if event.verb == "cp":
                raise refuse("STG404", "files are copied into the container", event.site.source, event.site.span)
            if event.verb == "attach" or (event.verb == "logs" and _follows(event)):
                waited = event
        if isinstance(event, RemovedContainers) and any(
            c is not None and c.event == created.number for c in event.containers
        ):
            if event.verb == "start":
                started = event
                if _attaches(event):
                    waited = event
            elif event.verb in ("wait", "stop"):
                waited = event if event.verb == "wait" else waited
    return started, waited


def _follows(event: UsedImages) -> bool:
    return any(word.flat in ("-f", "--follow") for word in event.words)


def _attaches(event: RemovedContainers) -> bool:
    """Whether `docker start` waits: with -a or -i (reference of `docker start`)."""
    text = event.site.source.slice(event.site.span).split()
    return any(word in ("-a", "-i", "-ai", "-ia", "--attach", "--interactive") for word in text)


def _sleeps(event: Event) -> bool:
    return isinstance(event, RanCommand) and paths.base_name(event.name) == "sleep"


def _last(stage: Stage, keyword: str) -> Instruction | None:
    """The instruction that counts: the last one of the stage."""
    found = [instruction for instruction in stage.instructions if instruction.keyword == keyword]
    return found[-1] if found else None


def _words(instruction: Instruction) -> tuple[str, ...]:
    if instruction.form == "json":
        return tuple(argument.value for argument in instruction.arguments)
    return ("/bin/sh", "-c", instruction.command)
