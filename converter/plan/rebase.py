"""One build context for the whole file: the smallest folder that holds those of all its parts.

Sources of COPY and ADD are relative to the context, so where it widens they get the way down in front. The ignore file
of the wider context then holds for all of them; every file of the tree has to be seen, or not, as it was before.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct, field

from converter.diagnostics import refuse
from converter.dockerfile.syntax import Instruction
from converter.machine import paths
from converter.machine.value import is_known
from converter.plan import commands
from converter.plan.builders import StageRun
from converter.plan.contexts import common, needs_context, needs_nothing, triggers
from converter.plan.dockerfiles import BuildFile
from converter.plan.ignoring import Adapted, User, adapt, check_others
from converter.plan.takes import Staged, Taken
from converter.plan.work import Work
from converter.source import Edit

MOVED = "its source is named as the single build context has it"
"""What became of an instruction whose sources got another way in front."""


class Context(Struct):
    """The context of the single build, relative to the root. `edits` are those of each file, by its build's number;
    `ignore` is what becomes of its ignore file, None where that stays. `unstaged` tells that the runtime takes what the
    script copied into its context from the tree itself."""

    folder: str
    unstaged: bool = False
    edits: dict[int, list[tuple[Instruction, Edit]]] = field(default_factory=dict)
    ignore: Adapted | None = None

    def lead(self, file: BuildFile) -> str:
        """What stands in front of the sources of a file: the way from this context to the file's own."""
        if file.event.context == self.folder:
            return ""
        return paths.relative(file.event.context, self.folder) + "/"


def single_context(
    work: Work,
    runtime: BuildFile,
    taken: Taken,
    builders: Iterable[BuildFile],
    runs: Mapping[int, list[StageRun]],
) -> Context:
    """The context for one final image. `runs` are the containers whose builds a stage does, by the number of its build. Raises `Refusal` where no folder of the tree can serve all parts."""
    ordered = list(builders)
    wanting = [builder for builder in ordered if _wants(work, builder)]
    users = [*wanting, *([] if needs_nothing(runtime, taken) else [runtime])]
    folders = {file.event.context for file in users}
    staged = [one for take in (*taken.takes, *taken.others) for use in take.sources for one in use.staged]
    unstaged = bool(staged) and len(folders) > 1
    if unstaged:
        users = [*wanting, *([] if needs_nothing(runtime, taken, unstaged) else [runtime])]
        folders = {file.event.context for file in users}
        if runtime not in users or not _is_outside(runtime.event.context):
            folders |= {paths.parent(one.tree) if one.kind == "file" else one.tree for one in staged}
    if not folders:
        return Context("" if _is_outside(runtime.event.context) else runtime.event.context)
    if len(folders) == 1 and not unstaged:
        folder = folders.pop()
        if folder != runtime.event.context:
            _check_inside(work, runtime, ordered, folder)
        return Context(folder, ignore=_ignore(work, runtime, users, runs, folder, []))
    for file in users:
        _check_inside(work, runtime, ordered, file.event.context)
        if triggers(file):
            raise refuse(
                "STG507",
                "the base image may take files of the context (ONBUILD), and the two builds have different ones",
                file.event.site.source,
                file.event.site.span,
                "build both from one folder first, or keep both Dockerfiles with --emit bake",
            )
    folder = common(folders)
    context = Context(folder, unstaged)
    for file in users:
        if file.event.context != folder:
            own = taken if file is runtime else work.taken.get(file.event.number)
            context.edits[file.event.number] = list(_edits(file, own, context.lead(file), unstaged))
    context.ignore = _ignore(work, runtime, users, runs, folder, staged if unstaged else [])
    return context


def own_context(runtime: BuildFile, taken: Taken) -> Context:
    """The context of a final image that is built by itself: its own, or any where it takes nothing of a temporary one."""
    folder = runtime.event.context
    return Context("" if _is_outside(folder) and needs_nothing(runtime, taken) else folder)


def _wants(work: Work, builder: BuildFile) -> bool:
    """Whether a builder takes files of its context, and not only artifacts of other builders."""
    taken = work.taken.get(builder.event.number)
    if builder.mounted or taken is None or not taken.takes:
        return needs_context(builder)
    return not needs_nothing(builder, taken)


def _is_outside(folder: str) -> bool:
    return not is_known(folder) or paths.is_outside(folder) or folder == "-"


def _check_inside(work: Work, runtime: BuildFile, builders: list[BuildFile], folder: str) -> None:
    """Only a folder of the tree can be the context of a build that stands in a file."""
    if _is_outside(folder):
        others = {builder.event.context for builder in builders} | {runtime.event.context}
        shown = ", ".join(sorted(f"`{work.show(name) or '.'}`" for name in others))
        raise refuse(
            "STG507",
            f"the builds take their files from {shown}, and no folder of the tree holds them all",
            runtime.event.site.source,
            commands.context_span(runtime.event),
            "build both from one folder first, or keep both Dockerfiles with --emit bake",
        )


def _copies(file: BuildFile) -> Iterator[Instruction]:
    for stage in file.stages:
        for instruction in stage.instructions:
            if instruction.keyword in ("COPY", "ADD") and instruction.flag("from") is None:
                yield instruction


def _edits(file: BuildFile, taken: Taken | None, lead: str, unstaged: bool) -> Iterator[tuple[Instruction, Edit]]:
    """The sources of the host with the way to them in front; those of artifacts are written anew anyway."""
    every = (*taken.takes, *taken.others) if taken is not None else ()
    takes = {take.instruction: take for take in every}
    for stage in file.stages:
        for instruction in stage.instructions:
            if instruction.keyword == "RUN" and any(flag.name == "mount" for flag in instruction.flags):
                raise refuse(
                    "STG507",
                    "a RUN that mounts files of the context is not moved to another one",
                    file.source,
                    instruction.keyword_span,
                    "build both from one folder first, or keep both Dockerfiles with --emit bake",
                )
    for instruction in _copies(file):
        take = takes.get(instruction)
        if take is not None and any(use.artifacts or (unstaged and use.staged) for use in take.sources):
            # it is written anew
            continue
        heredocs = {heredoc.argument for heredoc in instruction.heredocs}
        for index, argument in enumerate(instruction.arguments[:-1]):
            if index in heredocs:
                continue
            text = source_below(argument.value, lead, instruction)
            if text != argument.value:
                quoted = instruction.form == "json" or any(character in text for character in " \t\"'")
                yield instruction, Edit(argument.span, json.dumps(text, ensure_ascii=False) if quoted else text)


def source_below(text: str, lead: str, instruction: Instruction) -> str:
    """A source as seen from a wider context."""
    if not lead or (instruction.keyword == "ADD" and text.startswith(("http://", "https://", "git@", "ssh://"))):
        return text
    inner = text
    while inner.startswith(("./", "/")):
        inner = inner[2:] if inner.startswith("./") else inner[1:]
    return lead if inner in ("", ".") else lead + inner


def _ignore(
    work: Work,
    runtime: BuildFile,
    users: list[BuildFile],
    runs: Mapping[int, list[StageRun]],
    folder: str,
    staged: list[Staged],
) -> Adapted | None:
    parts = [_user(file, work.taken.get(file.event.number), runs.get(file.event.number, [])) for file in users]
    adapted = adapt(work, runtime, parts, folder, staged)
    if adapted is not None:
        own = {file.event.number for file in users}
        others = [event for event in work.builds if event.context == folder and event.number not in own]
        check_others(work, adapted, folder, [work.loader.load(event) for event in others])
    return adapted


def _user(file: BuildFile, taken: Taken | None, runs: list[StageRun]) -> User:
    mounts = tuple(mount.host for run in runs for mount in run.mounts if mount.filled)
    lines = [" ".join(step.line.flats) for run in runs for step in run.running.steps]
    return User(file, taken, mounts, any(re.search(r"\bgit\s", line) for line in lines))
