"""One build context for the whole file: the smallest folder that holds those of all its parts.

Sources of COPY and ADD are relative to the context, so where it widens they get the way down in front. The ignore file
of the wider context then holds for all of them; every file of the tree has to be seen, or not, as it was before.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from msgspec import Struct, field

from converter.diagnostics import refuse
from converter.dockerfile.ignore import IgnoreRules, has_wildcard, match_pattern
from converter.dockerfile.syntax import Instruction
from converter.machine import paths
from converter.machine.value import is_known
from converter.plan import commands
from converter.plan.contexts import common, needs_context, needs_nothing, triggers
from converter.plan.dockerfiles import BuildFile
from converter.plan.takes import Staged, Taken
from converter.plan.work import Work
from converter.source import Edit

MOVED = "its source is named as the single build context has it"
"""What became of an instruction whose sources got another way in front."""


class Context(Struct):
    """The context of the single build, relative to the root. `edits` are those of each file, by its build's number;
    `ignore` is the new text of its ignore file, None where that stays. `unstaged` tells that the runtime takes what the
    script copied into its context from the tree itself."""

    folder: str
    unstaged: bool = False
    edits: dict[int, list[tuple[Instruction, Edit]]] = field(default_factory=dict)
    ignore: str | None = None

    def lead(self, file: BuildFile) -> str:
        """What stands in front of the sources of a file: the way from this context to the file's own."""
        if file.event.context == self.folder:
            return ""
        return paths.relative(file.event.context, self.folder) + "/"


def single_context(work: Work, runtime: BuildFile, taken: Taken, builders: Iterable[BuildFile]) -> Context:
    """The context for one final image. Raises `Refusal` where no folder of the tree can serve all parts."""
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
        return Context(folder)
    for file in users:
        _check_inside(work, runtime, ordered, file.event.context)
        if triggers(file):
            raise refuse(
                "STG507",
                "the base image may take files of the context (ONBUILD), and the two builds have different ones",
                file.event.site.source,
                file.event.site.span,
                "build both from one folder first",
            )
    folder = common(folders)
    context = Context(folder, unstaged)
    for file in users:
        if file.event.context != folder:
            own = taken if file is runtime else work.taken.get(file.event.number)
            context.edits[file.event.number] = list(_edits(file, own, context.lead(file), unstaged))
    context.ignore = _ignore(work, runtime, users, folder, staged if unstaged else [])
    return context


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
            "build both from one folder first",
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
                    "build both from one folder first",
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


def _ignore(work: Work, runtime: BuildFile, users: list[BuildFile], folder: str, staged: list[Staged]) -> str | None:
    """The text that the ignore file of the wider context needs, None where the one that is there serves.

    Raises `Refusal` where a stage would see other files of the tree than before.
    """
    path = paths.join(folder, ".dockerignore")
    text = work.loader.texts[path].text if path in work.loader.texts else ""
    present = runtime.event.state.files.start.kind(path) == "file"
    now = IgnoreRules.parse(text) if present else IgnoreRules()
    hidden = [one for one in staged if _hides(now, one, folder, runtime)]
    if hidden:
        raise refuse(
            "STG504",
            f"the ignore file leaves `{hidden[0].tree}` out of the build context, which the script copied to "
            f"`{work.show(hidden[0].host)}` for this build",
            runtime.event.site.source,
            runtime.event.site.span,
            "take the rule out of .dockerignore first, where the builder allows it",
        )
    if _difference(users, folder, now) is None:
        return None
    added: list[str] = []
    for file in users:
        lead = paths.relative(file.event.context, folder)
        if lead == "." or not file.ignore.rules:
            continue
        rules = [f"{'!' if rule.exception else ''}{lead}/{rule.pattern}" for rule in file.ignore.rules]
        added += [rule for rule in rules if rule not in added]
    joined = (text if present else "") + ("\n" if present and text and not text.endswith("\n") else "")
    joined += "".join(rule + "\n" for rule in added)
    found = _difference(users, folder, IgnoreRules.parse(joined))
    if found is not None:
        file, name, seen = found
        raise refuse(
            "STG504",
            f"`{name}` {'was in' if seen else 'was left out of'} the build context of {file.path or 'this container'}, and "
            f"with `{folder or '.'}` as the context of both builds the ignore file {'leaves it out' if seen else 'lets it in'}",
            file.event.site.source,
            file.event.site.span,
            "make the ignore files agree first, or build both from one folder",
        )
    return joined


def _hides(rules: IgnoreRules, staged: Staged, folder: str, runtime: BuildFile) -> bool:
    """Whether the rules leave out something of a file or folder that a build had as a copy."""
    start = runtime.event.state.files.start
    names = [staged.tree] if staged.kind == "file" else sorted(start.below(staged.tree))
    for name in names:
        copy = staged.host + name[len(staged.tree) :]
        seen = not runtime.ignore.ignores(paths.relative(copy, runtime.event.context))
        if seen == rules.ignores(paths.relative(name, folder)):
            return True
    return False


def _difference(users: list[BuildFile], folder: str, rules: IgnoreRules) -> tuple[BuildFile, str, bool] | None:
    """A file of the tree that an instruction would see no more, or see now: the build, the file, whether it was seen."""
    for file in users:
        sources = list(_sources(file))
        start = file.event.state.files.start
        context = file.event.context
        for name in sorted(start.below(context)):
            inner = paths.relative(name, context)
            if not any(_matches(source, inner) for source in sources):
                continue
            seen = not file.ignore.ignores(inner)
            if seen == rules.ignores(paths.relative(name, folder)):
                return file, name, seen
    return None


def _sources(file: BuildFile) -> Iterator[str]:
    if file.mounted:
        yield ""
    for stage, state in zip(file.stages, file.states, strict=True):
        for scope, instruction in zip(state.scopes, stage.instructions, strict=True):
            if instruction.keyword in ("COPY", "ADD") and instruction.flag("from") is None:
                for argument in instruction.arguments[:-1]:
                    yield paths.normalize(scope.expand(argument.value).lstrip("/"))


def _matches(source: str, inner: str) -> bool:
    """Whether a source takes a file, itself or inside a folder; one that is not known may take any."""
    if source == "" or not is_known(source) or inner == source or paths.is_below(inner, source):
        return True
    if not has_wildcard(source):
        return False
    names = inner.split("/")
    return any(match_pattern(source, "/".join(names[:depth])) for depth in range(1, len(names) + 1))
