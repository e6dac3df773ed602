"""A build that a container does before files are copied out of it becomes RUN instructions of the builder's stage.

What `docker run` sets for that command is set in the stage: `-e` by ENV, `-w` by WORKDIR, `-u` by USER. The stage ends
there, so none of it reaches anything else.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Container, Mapping

from converter.diagnostics import note, refuse, warning
from converter.dockerfile.environment import DEFAULT_SHELL
from converter.dockerfile.syntax import Instruction
from converter.machine import paths
from converter.machine.events import Created, Executed
from converter.machine.host import FromHost
from converter.machine.value import Value, is_known
from converter.plan.builders import Builders, Mount, StageRun
from converter.plan.caches import cache_mounts
from converter.plan.dockerfiles import BuildFile
from converter.plan.facts import ROOT_USERS
from converter.plan.merge import Tail
from converter.plan.runs import CommandLine, Step
from converter.plan.spelling import SECRET, Spelling, shell_word
from converter.plan.work import Work
from converter.source import Edit, Span

HARMLESS_FLAGS = frozenset(
    """
    rm detach name cidfile interactive tty attach init label log-driver log-opt memory memory-swap cpus cpu-shares
    cpuset-cpus pull quiet sig-proxy stop-timeout restart hostname memory-reservation oom-score-adj detach-keys
    env user workdir entrypoint volume mount expose publish publish-all platform
    """.split()
)
"""Flags of `docker run` that change no file of a build, or are carried over here."""

_FRESH = r"\b(git\s+(?:clone|pull|fetch)|go\s+get|curl|wget|npm\s+(?:install|update)|apt-get|yum|apk\s+add)\b"
"""What fetches something: done at each run, and cached in a RUN."""


class ContainerRuns:
    """Writes the tails. `spelling_of` gives the parameters of a builder's stage."""

    def __init__(self, work: Work, spelling_of: Callable[[BuildFile], Spelling]) -> None:
        self.work = work
        self.spelling_of = spelling_of

    def tails(
        self,
        builders: Builders,
        names: Mapping[int, str],
        runtime: BuildFile,
        context: str,
        split: Container[int] = (),
    ) -> dict[int, Tail]:
        """The tail of each stage that does a container's build, by the stage's number.

        `names` are the stages' names, `context` is the build context of the single build; `split` are the stages whose
        image is needed as it is, so that what a container does has a stage of its own. Raises `Refusal`
        where a stage cannot hold what the containers did.
        """
        found: dict[int, Tail] = {}
        for number, runs in builders.runs.items():
            builder = builders.files[number]
            place = runs[0].created.site.source, runs[0].created.site.span
            containers = [event for event, stage in builders.stage_of.items() if stage == number]
            if len(containers) > 1 and not builder.mounted:
                raise refuse(
                    "STG402",
                    "files are copied out of several containers of this image, and one of them does a build of its own",
                    *place,
                    "do that build in a RUN of the builder Dockerfile first",
                )
            tail = found.setdefault(number, Tail())
            keyword = _spelled_like(builder)
            if builder.mounted:
                before = builders.before.get(number)
                previous = (names[before], builders.runs[before][0].mounts) if before is not None else None
                tail.lines += self.folders(builder, runs[0], runtime, context, previous, keyword)
            last: str | None = None
            for run in runs:
                for step in run.running.steps:
                    last = self.add(tail, builder, run, step, keyword, last, number not in split)
                if run.running.kind == "build":
                    self.work.diagnostics.append(
                        note("STG614", run.running.why, run.created.site.source, run.created.site.span)
                    )
            if any(run.running.kind == "build" for run in runs):
                self.drop_volumes(tail, builder, runs[0].created if number in split else None)
        return found

    def folders(
        self,
        builder: BuildFile,
        run: StageRun,
        runtime: BuildFile,
        context: str,
        previous: tuple[str, tuple[Mount, ...]] | None,
        keyword: Callable[[str], str],
    ) -> list[str]:
        """The lines that bring the mounted folders into the stage: from the build context, or from the stage before."""
        created = run.created
        place = created.site.source, created.site.span
        user = builder.state.final.user
        if user not in (*ROOT_USERS, None) and created.command.user is None:
            raise refuse(
                "STG402",
                f"the container works as the user {user} in a mounted folder, and in a stage the folder would be root's",
                *place,
                "let the builder work as root, or convert by hand",
            )
        spelling = self.spelling_of(builder)
        position = len(builder.target.instructions)
        lines: list[str] = []
        made: list[str] = []
        given = created.command.workdir
        working = given.text.rstrip("/") if given is not None else builder.state.final.workdir
        for mount in run.mounts:
            target = spelling.spell(mount.target, position)
            origin = next((m for m in previous[1] if m.host == mount.host), None) if previous is not None else None
            if origin is not None and previous is not None:
                source = self.spelling_of(builder).spell(origin.target, position)
                lines.append(f"{keyword('COPY')} --from={previous[0]} {source} {target}")
            elif mount.filled:
                source = paths.relative(mount.host, context)
                if any(character in source + target for character in " \t\"'"):
                    lines.append(f"{keyword('COPY')} {json.dumps([source, target])}")
                elif mount.target.flat == working and created.command.workdir is not None:
                    lines += [f"{keyword('WORKDIR')} {target}", f"{keyword('COPY')} {source} ."]
                else:
                    lines.append(f"{keyword('COPY')} {source} {target}")
            else:
                inner = _folders_in(mount, created)
                made += [target] if mount.target.flat != working and not inner else []
                made += [f"{target.rstrip('/')}/{name}" for name in inner]
        if made:
            lines.append(f"{keyword('RUN')} mkdir -p {' '.join(made)}")
        return lines

    def add(
        self,
        tail: Tail,
        builder: BuildFile,
        run: StageRun,
        step: Step,
        keyword: Callable[[str], str],
        workdir: str | None,
        whole: bool,
    ) -> str | None:
        """Adds one command of a container; gives the working folder that the stage is left in, where it was set."""
        created, line = run.created, step.line
        place = step.event.site.source, step.event.site.span
        self.check_flags(created)
        self.check_arguments(builder, created, " ".join(line.flats))
        settings, workdir = self.settings(builder, created, step.event, keyword, workdir, tail)
        if line.assumed:
            self.work.assume(line.assumed, created)
        mounts = cache_mounts(self.work, created, builder, self.spelling_of(builder))
        in_place = whole and (
            line.instruction is not None and not settings and not tail.lines and _is_last(builder, line.instruction)
        )
        if in_place and line.instruction is not None:
            tail.edits.append(Edit(line.instruction.keyword_span, f"{keyword('RUN')}{mounts}"))
        else:
            if whole and line.instruction is not None and _cut(builder, line.instruction) not in tail.edits:
                # it is the RUN now, and nobody starts a container of the stage
                tail.edits.append(_cut(builder, line.instruction))
            tail.lines += [*settings, f"{keyword('RUN')}{mounts} {self.command(line, builder, created)}"]
        fresh = re.search(_FRESH, " ".join(line.flats))
        if fresh:
            self.work.diagnostics.append(
                warning(
                    "STG615",
                    f"`{fresh.group(0)}` ran anew at each build, and a RUN is cached while the lines above it stay the same",
                    *place,
                    "build with --no-cache where the newest version matters",
                )
            )
        return workdir

    def drop_volumes(self, tail: Tail, builder: BuildFile, kept_for: Created | None) -> None:
        """The container wrote into its volumes; the classic builder throws away what a RUN writes below a VOLUME.

        `kept_for` is the container, where the image is needed as it is. Raises `Refusal` for its volumes then.
        """
        index: int | None = builder.target.index
        while index is not None:
            for instruction in builder.stages[index].instructions:
                if instruction.keyword == "VOLUME" and kept_for is not None:
                    raise refuse(
                        "STG402",
                        "the container builds in an image with a VOLUME, which is needed as it is for something else",
                        kept_for.site.source,
                        kept_for.site.span,
                        "give the two uses a Dockerfile each first",
                    )
                if instruction.keyword == "VOLUME":
                    # the engine makes the folder of a volume, and the build may rely on that
                    folders = " ".join(shlex.quote(argument.value) for argument in instruction.arguments)
                    made = f"{_spelled_like(builder)('RUN')} mkdir -p {folders}"
                    end = instruction.span.start + len(builder.source.slice(instruction.span).rstrip("\r\n"))
                    tail.edits.append(Edit(Span(instruction.keyword_span.start, end), made))
                    self.work.diagnostics.append(
                        note(
                            "STG614",
                            "the stage makes a folder instead of a VOLUME: the classic builder loses what a RUN writes below one",
                            builder.source,
                            instruction.span,
                        )
                    )
            index = builder.states[index].parent

    def check_flags(self, created: Created) -> None:
        """Raises `Refusal` for options of `docker run` that a RUN cannot have."""
        command = created.command
        for flag in command.flags:
            default_network = (
                flag.name == "network" and flag.value is not None and flag.value.text in ("bridge", "default")
            )
            if flag.name not in HARMLESS_FLAGS and not default_network:
                raise refuse(
                    "STG402",
                    f"the container that does the build has --{flag.name}, which a RUN cannot have",
                    created.site.source,
                    created.spans[flag.first] if created.spans else created.site.span,
                    "drop the option where the build does not need it, or convert by hand",
                )

    def check_arguments(self, builder: BuildFile, created: Created, line: str) -> None:
        """A container does not see the arguments of its image's build, and a RUN does. (Dockerfile reference, "ARG".)"""
        given = {one.name for one in created.command.env}
        for name, variable in builder.state.final.variables.items():
            if not variable.from_env and name not in given and re.search(rf"\$\{{?{re.escape(name)}(?!\w)", line):
                raise refuse(
                    "STG402",
                    f"the command uses `{name}`, which is unset in the container and an argument of the stage",
                    created.site.source,
                    created.site.span,
                    f"give it to the container with `-e {name}=VALUE`, or take the ARG out of {builder.path}",
                )

    def settings(
        self,
        builder: BuildFile,
        created: Created,
        event: Created | Executed,
        keyword: Callable[[str], str],
        before: str | None,
        tail: Tail,
    ) -> tuple[list[str], str | None]:
        """ENV, USER and WORKDIR lines for `-e`, `-u` and `-w`, and the working folder; `before` is that of the stage.

        `event` is the command in the container, whose own `-w` comes first.
        """
        command = created.command
        place = created.site.source, created.site.span
        lines: list[str] = []
        for given in command.env:
            if re.search(SECRET, given.name):
                raise refuse(
                    "STG608",
                    f"`-e {given.name}` looks like a secret, and would be written into the image's history",
                    *place,
                )
            if given.value is None and self.spelling_of(builder).take_from_environment(given.name):
                continue
            if given.value is None:
                raise refuse(
                    "STG303",
                    f"`-e {given.name}` takes its value from the environment of the script",
                    *place,
                    "give the builder Dockerfile an ARG of that name, and pass it with --build-arg",
                )
            value = created.words[given.value.index].slice(given.value.start, given.value.start + len(given.value.text))
            line = f"{keyword('ENV')} {given.name}={self.env_value(value, builder)}"
            if line not in tail.lines:
                lines.append(line)
        if command.user is not None:
            lines += [line for line in self.user(builder, created, keyword) if line not in tail.lines]
        at = event if event.command.workdir is not None else created
        word = at.command.workdir
        if word is not None:
            value = at.words[word.index].slice(word.start, word.start + len(word.text))
            text = self.spelling_of(builder).spell(value, len(builder.target.instructions))
            line = f"{keyword('WORKDIR')} {text}"
            current = next((one for one in reversed(tail.lines) if one.upper().startswith("WORKDIR ")), None)
            if before != text and line != current:
                lines.append(line)
            return lines, text
        if before is not None and builder.state.final.workdir != before:
            lines.append(f"{keyword('WORKDIR')} {builder.state.final.workdir or '/'}")
            return lines, builder.state.final.workdir
        return lines, before

    def user(self, builder: BuildFile, created: Created, keyword: Callable[[str], str]) -> list[str]:
        word = created.command.user
        assert word is not None
        scope = builder.state.final
        if not is_known(word.text):
            # `-u $(id -u)` is there so that the files in a mounted folder belong to the caller; COPY makes them root's
            self.work.assume("the build does the same as the image's own user and as the caller's", created)
            return []
        return [] if word.text == (scope.user or "root") else [f"{keyword('USER')} {word.text}"]

    def env_value(self, value: Value, builder: BuildFile) -> str:
        spelling = self.spelling_of(builder)
        parts = []
        for piece in value.pieces:
            if piece.reference is None or spelling.is_constant(piece):
                parts.append(re.sub(r'(["\\$])', r"\\\1", piece.text))
            else:
                parts.append("${" + spelling.parameter(piece, len(builder.target.instructions)) + "}")
        text = "".join(parts)
        return text if re.fullmatch(r"[A-Za-z0-9_.:/@+,=${}-]+", text) else f'"{text}"'

    def command(self, line: CommandLine, builder: BuildFile, created: Created) -> str:
        """The text behind RUN: the shell form where it says the same, else the JSON form."""
        words = line.words
        spelling = self.spelling_of(builder)
        position = len(builder.target.instructions)
        variable = any(p.reference is not None and not spelling.is_constant(p) for word in words for p in word.pieces)
        flats = line.flats
        has_shell = builder.state.final.shell == DEFAULT_SHELL and _has_shell(builder)
        is_script = len(words) == 3 and flats[0] in ("sh", "/bin/sh") and flats[1] == "-c"
        if any("\n" in flat or "\r" in flat for flat in flats):
            has_shell = False
        if variable and not has_shell:
            raise refuse(
                "STG303",
                "the command depends on a variable of the script, and the stage has no shell to take it from an argument",
                created.site.source,
                created.site.span,
                "move the command into a RUN of the builder Dockerfile, with an ARG for the variable",
            )
        if not has_shell:
            return json.dumps(list(flats), ensure_ascii=False)
        if is_script:
            text = "".join(
                piece.text
                if piece.reference is None or spelling.is_constant(piece)
                else "${" + spelling.parameter(piece, position) + "}"
                for piece in words[2].pieces
            ).strip()
            if not text.startswith(("[", "-", "<")) and not text.endswith("\\") and "<<" not in text:
                return text
            if not variable:
                return json.dumps(list(flats), ensure_ascii=False)
        return " ".join(shell_word(word, spelling, position) for word in words)


def _folders_in(mount: Mount, created: Created) -> list[str]:
    """The folders that the script had made in a mounted one before the container saw it: only the innermost."""
    inside = created.state.files.inside(mount.host)
    names = [
        paths.relative(path, mount.host)
        for path, entry in inside
        if entry is not None and entry.kind == "folder" and isinstance(entry.origin, FromHost)
    ]
    return sorted(name for name in names if not any(other.startswith(name + "/") for other in names))


def _spelled_like(builder: BuildFile) -> Callable[[str], str]:
    """How keywords are written in a Dockerfile: all lower case where its FROM is."""
    written = builder.source.slice(builder.target.from_instruction.keyword_span)
    return str.lower if written.islower() else str.upper


def _has_shell(builder: BuildFile) -> bool:
    """Whether the stage has a shell: one of its RUNs uses it, or its base is not known to be empty."""
    return builder.state.image != "scratch"


def _cut(builder: BuildFile, instruction: Instruction) -> Edit:
    """Takes an instruction away, with one of the blank lines where there is one on each side."""
    text, newline = builder.source.text, builder.tree.newline
    start, end = instruction.span.start, instruction.span.end
    if text.startswith(newline, end) and text[:start].endswith(newline * 2):
        end += len(newline)
    return Edit(Span(start, end), "")


def _is_last(builder: BuildFile, instruction: Instruction) -> bool:
    """Whether nothing behind the instruction acts on a RUN in its place."""
    behind = builder.target.instructions[builder.target.instructions.index(instruction) + 1 :]
    return all(other.keyword in ("EXPOSE", "LABEL", "MAINTAINER", "STOPSIGNAL", "HEALTHCHECK") for other in behind)
