"""The plan of a recipe: which builds become stages, what is copied, and how each file changes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct, field

from converter.diagnostics import Diagnostic, Refusal, note, refuse, warning
from converter.docker_cli.references import normalize
from converter.dockerfile.ignore import has_wildcard, match_pattern
from converter.dockerfile.pairs import pairs
from converter.dockerfile.stages import Stage, global_arguments, stage_references
from converter.machine import paths
from converter.machine.events import Assigned, Built, ChangedFiles, CopiedOut, Created, Event, RanCommand
from converter.machine.host import FromContainer
from converter.machine.value import Value, is_known
from converter.plan import commands, copies, options
from converter.plan.dockerfiles import BuildFile, Loader
from converter.plan.liveness import INSPECTIONS, Liveness, judge
from converter.plan.merge import Blocks, merge, name_stages
from converter.plan.ownership import may_be_anothers
from converter.plan.runs import check_run
from converter.plan.spelling import Spelling
from converter.plan.takes import Artifact, Take, Taken, look
from converter.result import Assumption
from converter.shell.interpreter import NeedsFiles, Run
from converter.source import Edit, Location, Span


class NotThePattern(Exception):
    """The run holds no builder pattern: why, and whether it is multi-stage already."""

    def __init__(self, diagnostic: Diagnostic, multi_stage: bool) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic
        self.multi_stage = multi_stage


class FinalPlan(Struct, frozen=True):
    """One runtime Dockerfile and the single Dockerfile that takes its place."""

    runtime: BuildFile
    builders: tuple[BuildFile, ...]
    names: Mapping[int, str]
    blocks: Blocks
    rewritten: copies.Rewritten


class Plan(Struct):
    """Everything that changes, and why.

    `word_edits` are edits inside commands that stay, by script path and the command's span.
    """

    run: Run
    finals: list[FinalPlan]
    liveness: Liveness
    word_edits: dict[str, dict[Span, list[Edit]]] = field(default_factory=dict)
    why: dict[Span, str] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
    assumptions: list[Assumption] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)


def plan(run: Run, loader: Loader, image: str | None = None, mentions: Mapping[str, str] | None = None) -> Plan:
    """Plans the conversion of a run. `image` picks one final image by its tag.

    `mentions` maps paths of other files of the tree to their texts, to see who else needs a builder Dockerfile.
    Raises `NotThePattern`, `Refusal` or `NeedsFiles`.
    """
    return _Planner(run, loader, image, mentions or {}).plan()


class _Planner:
    def __init__(self, run: Run, loader: Loader, image: str | None, mentions: Mapping[str, str]) -> None:
        self.run = run
        self.loader = loader
        self.image = image
        self.mentions = mentions
        self.builds = [event for event in run.events if isinstance(event, Built)]
        self.outs = [event for event in run.events if isinstance(event, CopiedOut)]
        self.show = run.unknowns.show
        self.taken: dict[int, Taken] = {}
        self.assumptions: list[Assumption] = []
        self.diagnostics: list[Diagnostic] = []
        self.moved_modes: dict[int, list[tuple[str, str]]] = {}

    def plan(self) -> Plan:
        finals = self.find_finals()
        absorbed = self.absorbed(finals)
        builders = {self.builder_of(out).event.number for out in self.outs if out.number in absorbed}
        for file in finals:
            if file.event.number in builders:
                raise refuse(
                    "STG404",
                    "this build takes an artifact and gives one: chains of builders are not converted",
                    file.event.site.source,
                    file.event.site.span,
                )
        needed: set[int] = set()
        while True:
            liveness = judge(self.run, builders, absorbed, needed, self.mentions)
            plans, more = self.final_plans(finals, liveness)
            if more <= needed:
                break
            needed |= more
        result = Plan(self.run, plans, liveness, assumptions=self.assumptions, diagnostics=self.diagnostics)
        self.check_order(plans, liveness)
        self.edit_commands(result)
        self.dropped_words(result)
        self.left_behind(result)
        self.deletions(result, builders)
        for final in plans:
            self.assumptions += final.rewritten.assumptions
            self.diagnostics += final.rewritten.diagnostics
            self.note_sweeps(final)
        return result

    # what the recipe is

    def find_finals(self) -> list[BuildFile]:
        """The builds that take artifacts, in order."""
        self.prefetch()
        refusals: list[Refusal] = []
        finals: list[BuildFile] = []
        files: list[BuildFile] = []
        for event in self.builds:
            try:
                file = self.loader.load(event)
                files.append(file)
                taken = self.look(file)
            except Refusal as refusal:
                refusals.append(refusal)
                continue
            self.taken[event.number] = taken
            if taken.takes:
                finals.append(file)
        for file in files:
            self.check_sources(file, bool(finals))
        if finals:
            if self.image is not None:
                wanted = [file for file in finals if self.has_tag(file.event, self.image)]
                if not wanted:
                    tags = ", ".join(self.show(tag.flat) for file in finals for tag in file.event.tags) or "none"
                    raise refuse("STG102", f"no final image has the tag `{self.image}`; there are: {tags}")
                return wanted
            return finals
        if self.outs and refusals:
            raise refusals[0]
        self.check_streams()
        self.check_worked_on()
        raise self.nothing_to_convert(files)

    def has_tag(self, event: Built, tag: str) -> bool:
        return any(tag in (value.flat, self.show(value.flat)) or normalize(tag) == normalize(value.flat)
                   for value in event.tags)  # fmt: skip

    def prefetch(self) -> None:
        """Asks for all Dockerfiles at once."""
        wanted = []
        for event in self.builds:
            try:
                path = self.loader.file_of(event)
            except Refusal:
                continue
            wanted += [path, paths.join(event.context, ".dockerignore")]
        missing = [
            path for path in dict.fromkeys(wanted)
            if path not in self.loader.texts and self.builds[0].state.files.start.kind(path) == "file"
        ]  # fmt: skip
        if missing:
            raise NeedsFiles(tuple(missing))

    def look(self, file: BuildFile) -> Taken:
        def expand(stage: Stage, position: int, text: str) -> str:
            return file.states[stage.index].scopes[position].expand(text)

        return look(file.stages, expand, file.event.state.files, file.event.context, file.ignore, file.source)

    def check_sources(self, file: BuildFile, has_finals: bool) -> None:
        """Sources that nothing provides, once artifacts have been copied out: the recipe is broken, or not understood."""
        taken = self.taken.get(file.event.number)
        earlier = [out for out in self.outs if out.number < file.event.number]
        if taken is None:
            return
        for made in taken.host_made:
            event = self.run.events[made.event]
            self.check_host_made(made.path, event)
        feeds = {out.container.image.event for out in self.outs if out.container.image is not None}
        mounted = [
            event for event in self.run.events[: file.event.number]
            if isinstance(event, Created) and any(v.kind in ("bind", "unknown") for v in event.command.volumes)
        ]  # fmt: skip
        for gap in taken.missing:
            argument = gap.instruction.arguments[gap.index]
            if mounted and not earlier:
                event = mounted[-1]
                raise refuse(
                    "STG404",
                    f"`{self.show(gap.path)}` is not in the tree: it seems to be made by this container in a mounted folder",
                    event.site.source,
                    event.site.span,
                    "builds in mounted folders are not converted; convert this recipe by hand",
                )
            if earlier and file.event.number not in feeds and is_known(gap.path):
                places = ", ".join(f"`{self.show(out.path)}`" for out in earlier)
                raise refuse(
                    "STG502",
                    f"`{gap.path}` is neither in the tree nor written by the script, which copies {places} out",
                    file.source,
                    argument.span,
                    "make the script's path and the Dockerfile's agree first",
                )
            if earlier and not is_known(gap.path) and (has_finals or file.event.number not in feeds):
                raise refuse(
                    "STG205",
                    f"what `{self.show(gap.path)}` names is not known",
                    file.source,
                    argument.span,
                    "give the variable with --env NAME=VALUE",
                )

    def check_host_made(self, path: str, event: Event) -> None:
        """What a host command made out of an artifact is not what the build image holds."""
        if isinstance(event, RanCommand) and event.name.rpartition("/")[2] in ("docker", "podman", "sudo", "nerdctl"):
            raise refuse(
                "STG404",
                f"`{self.show(path)}` is the redirected output of this command",
                event.site.source,
                event.site.span,
                "let the script use `docker cp`, or convert this recipe by hand",
            )
        if isinstance(event, ChangedFiles):
            sources = [event.state.files.lookup(name) for name in event.reads]
            touched = [entry for entry in sources if entry is not None and isinstance(entry.origin, FromContainer)]
            if touched:
                raise refuse(
                    "STG501",
                    f"`{event.verb}` changes the artifact after it was copied out",
                    event.site.source,
                    event.site.span,
                    "move this step into the builder Dockerfile first",
                )

    def check_streams(self) -> None:
        """`docker cp ... -`: the artifact leaves the container as a tar stream."""
        for out in self.outs:
            if out.path == "-":
                raise refuse(
                    "STG404",
                    "the artifact is written to standard output as a tar stream",
                    out.site.source,
                    out.site.span,
                    "let `docker cp` write to a path instead of `-`",
                )

    def check_worked_on(self) -> None:
        """Host commands on an artifact whose result cannot be followed: the recipe may hold the pattern all the same."""
        last = self.builds[-1].number if self.builds else 0
        for event in self.run.events[:last]:
            if not isinstance(event, ChangedFiles) or event.verb not in ("cp", "mv"):
                continue
            entries = [event.state.files.lookup(path) for path in event.reads]
            for path in event.reads:
                if any(character in path for character in "*?["):
                    entries += [entry for _, entry in event.state.files.changed_below(paths.parent(path))]
            if any(entry is not None and isinstance(entry.origin, FromContainer) for entry in entries):
                raise refuse(
                    "STG501",
                    f"what this `{event.verb}` does with the artifact is not followed",
                    event.site.source,
                    event.site.span,
                    "copy single files or whole folders, or convert by hand",
                )

    def nothing_to_convert(self, files: list[BuildFile]) -> NotThePattern:
        if self.outs:
            out = self.outs[-1]
            return NotThePattern(
                note(
                    "STG601",
                    f"no Dockerfile of the script takes `{self.show(out.path)}`, which is copied out here",
                    out.site.source,
                    out.site.span,
                    "if another file builds the image, name it with --runtime",
                ),
                False,
            )
        for file in files:
            stage_copies = [r for r in stage_references(file.tree) if r.place == "--from"]
            if len(file.stages) > 1 and stage_copies:
                return NotThePattern(
                    note(
                        "STG602",
                        f"{file.path} has {len(file.stages)} stages and takes its artifacts from them",
                        file.source,
                        stage_copies[0].span,
                    ),
                    True,
                )
        return NotThePattern(note("STG101", "no file is copied out of a container and into a second image"), False)

    # builders

    def builder_of(self, out: CopiedOut) -> BuildFile:
        """The Dockerfile of the image whose container an artifact came from."""
        image = out.container.image
        if image is None:
            raise refuse(
                "STG404",
                f"the artifact comes from `{self.show(out.container.image_name.flat)}`, which this script does not build",
                out.site.source,
                out.site.span,
                "build that image in the same script, or convert by hand with `COPY --from=IMAGE`",
            )
        event = self.run.events[image.event]
        assert isinstance(event, Built)
        return self.loader.load(event)

    def absorbed(self, finals: list[BuildFile]) -> set[int]:
        """The `docker cp` events that final Dockerfiles take the results of."""
        numbers = set()
        chosen = {file.event.number for file in finals}
        for number, taken in self.taken.items():
            for take in taken.takes:
                for use in take.sources:
                    for artifact in use.artifacts:
                        if number in chosen:
                            numbers.add(artifact.origin.event)
        others: set[int] = set()
        for number, taken in self.taken.items():
            if number not in chosen:
                for take in taken.takes:
                    others |= {artifact.origin.event for use in take.sources for artifact in use.artifacts}
        return numbers - others

    # the single Dockerfiles

    def final_plans(self, finals: list[BuildFile], liveness: Liveness) -> tuple[list[FinalPlan], set[int]]:
        plans: list[FinalPlan] = []
        needed: set[int] = set()
        self.spellings: dict[tuple[int, int], Spelling] = {}
        by_path: dict[str, FinalPlan] = {}
        for runtime in finals:
            plan = self.final_plan(runtime, liveness)
            other = by_path.get(runtime.path)
            if other is not None and other.blocks != plan.blocks:
                raise refuse(
                    "STG304",
                    f"{runtime.path} is built several times, with artifacts from different places",
                    runtime.event.site.source,
                    runtime.event.site.span,
                )
            by_path[runtime.path] = plan
            plans.append(plan)
        for spelling in self.spellings.values():
            needed |= spelling.needed
        return plans, needed

    def final_plan(self, runtime: BuildFile, liveness: Liveness) -> FinalPlan:
        takes = self.taken[runtime.event.number].takes
        self.check_artifacts(runtime, takes)
        builders: dict[int, BuildFile] = {}
        for take in takes:
            for use in take.sources:
                for artifact in use.artifacts:
                    builder = self.builder_for(artifact)
                    builders[builder.event.number] = builder
        ordered = tuple(builders[number] for number in sorted(builders))
        for builder in ordered:
            self.check_builder(builder, runtime)
        tags = {b.event.number: b.event.tags[0].flat for b in ordered if b.event.tags and b.event.tags[0].known}
        names = name_stages(ordered, runtime, tags)
        origins = {b.event.number: copies.Origin(names[b.event.number], b, may_be_anothers(b)) for b in ordered}
        dead = {
            event.number: event.number not in liveness.live
            for event in self.run.events if isinstance(event, Assigned)
        }  # fmt: skip

        def origin_of(artifact: Artifact) -> copies.Origin:
            return origins[self.builder_for(artifact).event.number]

        def spelling_of(take: Take) -> Spelling:
            key = (runtime.event.number, take.stage.index)
            if key not in self.spellings:
                position = take.stage.instructions.index(take.instruction)
                later = any(i.keyword == "RUN" for i in take.stage.instructions[position:])
                self.spellings[key] = Spelling(self.run, runtime, take.stage, dead, later)
            return self.spellings[key]

        start = runtime.event.state.files.start
        shadowed = {
            artifact.host: start.kind(artifact.host) is not None
            for take in takes for use in take.sources for artifact in use.artifacts
        }  # fmt: skip
        rewritten = copies.rewrite(takes, runtime, origin_of, spelling_of, self.show, shadowed)
        image_stages = self.image_stages(runtime, names)
        blocks = merge(ordered, runtime, names, rewritten.edits, image_stages)
        blocks = self.with_modes(blocks, ordered, takes)
        return FinalPlan(runtime, ordered, names, blocks, rewritten)

    def builder_for(self, artifact: Artifact) -> BuildFile:
        out = self.run.events[artifact.origin.event]
        assert isinstance(out, CopiedOut)
        return self.builder_of(out)

    def with_modes(self, blocks: Blocks, builders: tuple[BuildFile, ...], takes: tuple[Take, ...]) -> Blocks:
        """A `chmod` of the script becomes the last RUN of the builder's stage."""
        texts = list(blocks.builders)
        for index, builder in enumerate(builders):
            lines: dict[str, None] = {}
            for take in takes:
                for use in take.sources:
                    for artifact in use.artifacts:
                        if self.builder_for(artifact) is not builder:
                            continue
                        for number in artifact.entry.events:
                            event = self.run.events[number]
                            if isinstance(event, ChangedFiles) and event.verb == "chmod":
                                self.check_mode(event, artifact, builder)
                                lines[self.mode_line(event, artifact, builder)] = None
            if lines:
                keyword = builder.source.slice(builder.target.from_instruction.keyword_span)
                run = "run" if keyword.islower() else "RUN"
                texts[index] += "".join(f"{run} {line}{blocks.newline}" for line in lines)
        return Blocks(blocks.directives, blocks.arguments, tuple(texts), blocks.runtime, blocks.newline)

    def check_mode(self, event: ChangedFiles, artifact: Artifact, builder: BuildFile) -> None:
        """A mode set in the stage must not reach another artifact, nor be lost under a volume."""
        flat = artifact.path.flat
        shared = any(
            other.path.flat == flat and number not in other.entry.events
            for taken in self.taken.values()
            for take in taken.takes
            for use in take.sources
            for other in use.artifacts
            for number in [event.number]
        )
        volumes = any(
            instruction.keyword == "VOLUME" and any(flat.startswith(a.value.rstrip("/")) for a in instruction.arguments)
            for stage in builder.stages
            for instruction in stage.instructions
        )
        if shared or volumes:
            raise refuse(
                "STG501",
                "`chmod` changes one copy of the artifact on the host, and the builder stage has only one file",
                event.site.source,
                event.site.span,
                "move this step into the builder Dockerfile first",
            )

    def mode_line(self, event: ChangedFiles, artifact: Artifact, builder: BuildFile) -> str:
        place = event.site.source, event.site.span
        flags = [value.flat for value in event.words[1:] if value.flat.startswith("-") and len(value.flat) > 1]
        modes = [value.flat for value in event.words[1:] if not value.flat.startswith("-")][:1]
        scope = builder.state.final
        safe = all(flag in ("-R", "-v", "-f", "-c") for flag in flags) and modes and is_known(modes[0])
        root = scope.user in ("", "0", "root")
        if not safe or not root or not artifact.path.known or builder.state.image == "scratch" or artifact.pattern:
            raise refuse(
                "STG501",
                "`chmod` changes the artifact after it was copied out",
                *place,
                "move this step into the builder Dockerfile first",
            )
        recursive = " -R" if "-R" in flags else ""
        self.diagnostics.append(note("STG612", "the `chmod` is done in the builder stage now", *place))
        return f"chmod{recursive} {modes[0]} {artifact.path.flat}"

    def image_stages(self, runtime: BuildFile, names: Mapping[int, str]) -> dict[str, str]:
        """Images of builders that the runtime file names: `COPY --from=TAG` becomes the stage."""
        found: dict[str, str] = {}
        images = runtime.event.state.images
        for reference in stage_references(runtime.tree):
            if reference.stage is not None or reference.trigger:
                continue
            value = reference.value
            if reference.place == "FROM":
                value = next((s.image for s in runtime.states if s.stage.image_span == reference.span), reference.value)
            built = images.get(normalize(value))
            if built is None or built.event not in names:
                continue
            if reference.place == "FROM":
                raise refuse(
                    "STG404",
                    f"the runtime image is built FROM the builder image `{self.show(value)}`",
                    runtime.source,
                    reference.span,
                    "convert this recipe by hand: `FROM builder` in the single Dockerfile",
                )
            found[reference.value] = names[built.event]
        return found

    # checks

    def check_artifacts(self, runtime: BuildFile, takes: tuple[Take, ...]) -> None:
        """Nothing on the host may have changed an artifact between `docker cp` and the build."""
        for take in takes:
            for use in take.sources:
                for artifact in use.artifacts:
                    out = self.run.events[artifact.origin.event]
                    assert isinstance(out, CopiedOut)
                    self.check_copy(out, runtime)
                    self.check_between(out, runtime, artifact)

    def check_copy(self, out: CopiedOut, runtime: BuildFile) -> None:
        place = out.site.source, out.site.span
        if out.source.flat in ("/etc/hosts", "/etc/hostname", "/etc/resolv.conf"):
            raise refuse("STG404", f"`{out.source.flat}` of a container is made by the engine", *place)
        if "follow-link" in out.flags:
            self.assume("`docker cp -L` and `COPY --from` follow a link at the artifact's path alike", out)
        if out.merged:
            raise refuse(
                "STG404",
                f"`{self.show(out.source.flat)}` is copied into the folder `{self.show(out.path)}`, which has files already",
                *place,
                "copy it into a folder of its own",
            )
        if not is_known(out.path) and not is_known(runtime.event.context):
            return
        created = self.run.events[out.container.event]
        assert isinstance(created, Created)
        why = check_run(created, self.run, self.loader)
        if "runs nothing" not in why:
            self.assume(why, created)

    def check_between(self, out: CopiedOut, runtime: BuildFile, artifact: Artifact) -> None:
        for event in self.run.events[out.number + 1 : runtime.event.number]:
            if not isinstance(event, RanCommand) or event.site == out.site:
                continue
            touched = [
                path for path in event.paths
                if path == artifact.host or paths.is_below(artifact.host, path) or paths.is_below(path, artifact.host)
            ]  # fmt: skip
            touched = [path for path in touched if path == artifact.host or (event.opaque and path)]
            reading = _reads_only(event)
            if touched and not reading:
                raise refuse(
                    "STG501",
                    f"`{event.name}` may change `{self.show(artifact.host)}` after it was copied out",
                    event.site.source,
                    event.site.span,
                    "move this step into the builder Dockerfile first",
                )
            if event.opaque and not touched and not _runs_tree(event):
                self.assume(f"`{event.name}` leaves `{self.show(artifact.host)}` alone", event)
            elif event.opaque and not touched:
                raise refuse(
                    "STG501",
                    f"`{self.show(' '.join(v.flat for v in event.words))}` runs between the copy and the build, "
                    f"and may change `{self.show(artifact.host)}`",
                    event.site.source,
                    event.site.span,
                    "move it before the first build or behind the last one, then try again",
                )

    def check_builder(self, builder: BuildFile, runtime: BuildFile) -> None:
        event = builder.event
        self.check_mounts(runtime)
        names = {stage.name.lower() for stage in runtime.stages if stage.name}
        for reference in stage_references(builder.tree):
            if reference.stage is None and reference.place != "FROM" and reference.value.lower() in names:
                raise refuse(
                    "STG204",
                    f"`{reference.value}` is an image here and a stage in {runtime.path}",
                    builder.source,
                    reference.span,
                    "rename the stage first",
                )
        if builder.path == runtime.path:
            raise refuse(
                "STG404",
                f"both images are built from {builder.path}",
                event.site.source,
                event.site.span,
                "give the builder a Dockerfile of its own, or copy from the stage by hand",
            )
        for file in (builder, runtime):
            special = f"{file.path}.dockerignore"
            if file.event.state.files.lookup(special) is not None:
                raise refuse(
                    "STG504",
                    f"{special} holds for one of the two builds only, and with BuildKit only",
                    file.event.site.source,
                    file.event.site.span,
                    "move its rules into .dockerignore first",
                )
        if event.context != runtime.event.context and self.needs_context(builder):
            if not self.needs_nothing(runtime):
                raise refuse(
                    "STG507",
                    f"the builder's files come from `{self.show(event.context) or '.'}`, the runtime's from "
                    f"`{self.show(runtime.event.context) or '.'}`",
                    runtime.event.site.source,
                    commands.context_span(runtime.event),
                    "build both from one folder first",
                )
            if paths.is_outside(event.context) or not is_known(event.context):
                raise refuse(
                    "STG106", "the builder's context lies outside the root", event.site.source, event.site.span
                )
        elif self.triggers(builder) and event.context != runtime.event.context:
            raise refuse(
                "STG507", "the base image may take files of the context (ONBUILD)", event.site.source, event.site.span
            )

    def check_mounts(self, runtime: BuildFile) -> None:
        """A `RUN --mount` of the build context may use the artifact, which is no longer there."""
        for stage in runtime.stages:
            for instruction in stage.instructions:
                for flag in instruction.flags if instruction.keyword == "RUN" else ():
                    value = flag.value or ""
                    if flag.name == "mount" and "from=" not in value and ("type=" not in value or "type=bind" in value):
                        raise refuse(
                            "STG404",
                            "this RUN sees the build context, which no longer holds the artifact",
                            runtime.source,
                            flag.span,
                            "mount from the builder stage by hand",
                        )

    def needs_context(self, file: BuildFile) -> bool:
        """Whether a Dockerfile takes any file of its context."""
        if self.triggers(file):
            return True
        for stage in file.stages:
            for instruction in stage.instructions:
                if instruction.keyword in ("COPY", "ADD") and instruction.flag("from") is None:
                    urls = instruction.keyword == "ADD" and all(
                        argument.value.startswith(("http://", "https://")) for argument in instruction.arguments[:-1]
                    )
                    if not urls:
                        return True
                if instruction.keyword == "RUN" and any(flag.name == "mount" for flag in instruction.flags):
                    return True
        return False

    def triggers(self, file: BuildFile) -> bool:
        """Whether a base image has ONBUILD triggers, as its name says."""
        return any("onbuild" in state.image for state in file.states)

    def needs_nothing(self, runtime: BuildFile) -> bool:
        """Whether a runtime file takes nothing but artifacts from its context."""
        takes = {take.instruction: take for take in self.taken[runtime.event.number].takes}
        if self.triggers(runtime):
            return False
        for stage in runtime.stages:
            for instruction in stage.instructions:
                if instruction.keyword in ("COPY", "ADD") and instruction.flag("from") is None:
                    take = takes.get(instruction)
                    if take is None or any(use.keeps_host for use in take.sources):
                        return False
                if instruction.keyword == "RUN" and any(flag.name == "mount" for flag in instruction.flags):
                    return False
        return True

    def check_order(self, plans: list[FinalPlan], liveness: Liveness) -> None:
        """What stays of the script must not change the builder's context between the two builds."""
        for plan in plans:
            final = plan.runtime.event
            for builder in plan.builders:
                if not self.needs_context(builder):
                    continue
                before = builder.event.state.files
                for path, entry in final.state.files.changes.items():
                    if before.changes.get(path, _ABSENT) == entry or (path not in before.changes and entry is None
                                                                      and before.lookup(path) is None):  # fmt: skip
                        continue
                    numbers = entry.events if entry is not None else self.removers(path, builder.event, final)
                    alive = [n for n in numbers if n in liveness.live and n > builder.event.number]
                    if not alive or (entry is not None and isinstance(entry.origin, FromContainer)):
                        continue
                    if self.takes_in(builder, path):
                        event = self.run.events[alive[0]]
                        raise refuse(
                            "STG506",
                            f"this changes `{self.show(path)}` after the first build, and the builder takes it in",
                            event.site.source,
                            event.site.span,
                            "do it before the first build, or add the path to .dockerignore",
                        )

    def removers(self, path: str, start: Built, end: Built) -> tuple[int, ...]:
        return tuple(
            event.number
            for event in self.run.events[start.number : end.number]
            if isinstance(event, ChangedFiles) and path in event.removes
        )

    def takes_in(self, builder: BuildFile, path: str) -> bool:
        context = builder.event.context
        if path != context and not paths.is_below(path, context):
            return False
        inner = paths.relative(path, context)
        if builder.ignore.ignores(inner):
            return False
        for stage, state in zip(builder.stages, builder.states, strict=True):
            for scope, instruction in zip(state.scopes, stage.instructions, strict=True):
                if instruction.keyword not in ("COPY", "ADD") or instruction.flag("from") is not None:
                    continue
                for argument in instruction.arguments[:-1]:
                    source = paths.normalize(scope.expand(argument.value).lstrip("/"))
                    if source == "" or inner == source or paths.is_below(inner, source) or not is_known(source):
                        return True
                    if has_wildcard(source) and match_pattern(source, inner):
                        return True
        return self.triggers(builder)

    # the commands that stay

    def edit_commands(self, result: Plan) -> None:
        for plan in result.finals:
            self.edit_final(plan, result)
        done: set[int] = set()
        for plan in result.finals:
            for builder in plan.builders:
                number = builder.event.number
                if number in result.liveness.images and number not in done:
                    done.add(number)
                    self.edit_builder(builder, plan, result)

    def edit_final(self, plan: FinalPlan, result: Plan) -> None:
        event = plan.runtime.event
        texts: list[str] = []
        self.check_same_arguments(plan)
        for builder in plan.builders:
            carried, notes = options.carry(builder.event, event)
            texts += [text for text in carried if text not in texts]
            result.diagnostics += notes
            texts += [text for text in self.arguments(builder, plan) if text not in texts]
        for spelling_key, spelling in self.spellings.items():
            if spelling_key[0] != event.number:
                continue
            for parameter in spelling.parameters.values():
                given = [text for text in texts if text.startswith(f"--build-arg {parameter.name}=")]
                if given:
                    continue
                why = commands.still_holds(Value((parameter.piece,)), event, parameter.expression)
                if why is not None:
                    reference = parameter.piece.reference
                    assert reference is not None
                    raise refuse("STG303", f"the artifact's path cannot be a parameter: {why} at the final build",
                                 reference.source, reference.span)  # fmt: skip
                texts.append(f"--build-arg {parameter.name}={parameter.expression}")
                result.diagnostics.append(
                    note(
                        "STG610",
                        f"`{parameter.name}` is a build argument now"
                        + (f", with {parameter.default} as its default" if parameter.default else ""),
                        event.site.source,
                        event.site.span,
                    )
                )
        edits = commands.insert_before_context(event, texts)
        edits += self.rebase(plan)
        if edits:
            self.add_edits(result, event, edits, "the final build has what the builder stage needs")

    def check_same_arguments(self, plan: FinalPlan) -> None:
        """Two builders in one file get their arguments from one command line."""
        given: dict[str, str] = {}
        for builder in plan.builders:
            for name in _declared(builder):
                value = builder.arguments[name].flat if name in builder.arguments else ""
                if given.setdefault(name, value) != value:
                    raise refuse(
                        "STG203",
                        f"two builders get different values for `{name}`, and in one build both would get the same",
                        builder.event.site.source,
                        builder.event.site.span,
                        f"rename `{name}` in one of the Dockerfiles first",
                    )

    def rebase(self, plan: FinalPlan) -> list[Edit]:
        """The context of the builder becomes that of the single build, where the runtime file needs no files."""
        event = plan.runtime.event
        wanted = [b for b in plan.builders if self.needs_context(b) and b.event.context != event.context]
        if not wanted:
            return []
        contexts = {builder.event.context for builder in plan.builders if self.needs_context(builder)}
        if len(contexts) > 1:
            raise refuse(
                "STG507", "the builders take their files from different folders", event.site.source, event.site.span
            )
        context = event.command.context
        if context is None or not is_known(event.state.folder):
            raise refuse("STG507", "the context cannot be edited", event.site.source, event.site.span)
        span = event.spans[context.index]
        new = paths.relative(contexts.pop(), event.state.folder)
        edits = [Edit(span, commands.shell_word(new))]
        if event.command.file is None:
            name = paths.relative(event.dockerfile, event.state.folder)
            edits.insert(0, Edit(Span(span.start, span.start), f"-f {commands.shell_word(name)} "))
        return edits

    def arguments(self, builder: BuildFile, plan: FinalPlan) -> list[str]:
        """The `--build-arg`s that the builder's stages need at the final build."""
        runtime = plan.runtime
        event = builder.event
        final = runtime.event
        texts = []
        declared = _declared(builder)
        theirs = _declared(runtime)
        for argument in event.command.build_args:
            name = argument.name
            value = builder.arguments[name]
            if name not in declared and name not in _PREDEFINED:
                continue
            if name in runtime.arguments:
                if runtime.arguments[name].flat != value.flat:
                    raise refuse(
                        "STG203",
                        f"`{name}` is `{self.show(runtime.arguments[name].flat)}` here and "
                        f"`{self.show(value.flat)}` at the build of the builder image",
                        final.site.source,
                        final.site.span,
                        f"rename `{name}` in one of the two Dockerfiles, and here, then try again",
                    )
                continue
            if name in theirs:
                raise refuse(
                    "STG203",
                    f"the builder gets `{name}` from the script and this file does not; in one build both would",
                    runtime.source,
                    theirs[name],
                    f"rename `{name}` in one of the two Dockerfiles first",
                )
            why = commands.still_holds(value, final, self.show(value.flat))
            if why is not None and argument.value is not None:
                raise refuse(
                    "STG303",
                    f"--build-arg {name} cannot move to the final build: {why}",
                    event.site.source,
                    commands.flag_span(event, argument.flag),
                    "keep the value in a variable that is set once",
                )
            texts.append(commands.flag_text(event, argument.flag))
        for name in runtime.arguments:
            if name in declared and name not in builder.arguments:
                raise refuse(
                    "STG203",
                    f"this build gets `{name}` from the script and the builder's build does not; in one build both would",
                    builder.source,
                    declared[name],
                    f"rename `{name}` in one of the two Dockerfiles first",
                )
        return texts

    def edit_builder(self, builder: BuildFile, plan: FinalPlan, result: Plan) -> None:
        """A build image that is still needed is built from the single Dockerfile, up to its stage."""
        event = builder.event
        name = plan.names[event.number]
        path = plan.runtime.path
        default = paths.join(event.context, "Dockerfile")
        if event.command.program in ("podman", "buildah") and paths.base_name(path) == "Containerfile":
            default = paths.join(event.context, "Containerfile")
        flags: list[str] = []
        if path != default:
            flags.append(f"-f {commands.shell_word(paths.relative(path, event.state.folder))}")
        flags.append(f"--target {name}")
        text = " ".join(flags)
        edits: list[Edit] = []
        command = event.command
        file_flag = command.flag("file")
        target_flag = command.flag("target")
        if target_flag is not None:
            edits.append(commands.remove_flag(event, target_flag))
        if file_flag is not None:
            edits.append(Edit(commands.flag_span(event, file_flag), text))
        else:
            edits += commands.insert_before_context(event, [text])
        self.add_edits(result, event, edits, f"the build image is the stage {name} now")
        result.diagnostics.append(
            note(
                "STG613",
                f"the build image is still used, so it is still built, as the stage `{name}` of {path}",
                event.site.source,
                event.site.span,
            )
        )

    def dropped_words(self, result: Plan) -> None:
        """Operands that no longer exist go from the commands that keep others."""
        for number, indices in result.liveness.dropped.items():
            event = self.run.events[number]
            spans = event.spans  # type: ignore[attr-defined]
            text = event.site.source.text
            edits = []
            for index in indices:
                span = spans[index]
                if spans.count(span) > 1:
                    raise refuse("STG304", "only a part of this word's value goes away", event.site.source, span)
                start = span.start
                while text[start - 1] in " \t":
                    start -= 1
                edits.append(Edit(Span(start, span.end), ""))
            self.add_edits(result, event, edits, "what no longer exists is not removed any more")

    def add_edits(self, result: Plan, event: Event, edits: list[Edit], why: str) -> None:
        site = event.site
        by_span = result.word_edits.setdefault(site.source.path, {})
        known = by_span.setdefault(site.span, [])
        if known and known != edits:
            raise refuse(
                "STG304",
                "this command is used several times, and each use would need another change",
                site.source,
                site.span,
                "write the commands out, one for each image",
            )
        by_span[site.span] = edits
        result.why.setdefault(site.span, why)

    # what else there is to say

    def left_behind(self, result: Plan) -> None:
        """Artifacts that were still on the host at the end of the script."""
        final = self.run.final
        if final is None:
            return
        seen: set[int] = set()
        for path, entry in final.files.changes.items():
            if entry is None or not isinstance(entry.origin, FromContainer):
                continue
            number = entry.origin.event
            out = self.run.events[number]
            if number in result.liveness.live or number in seen:
                continue
            seen.add(number)
            self.diagnostics.append(
                warning(
                    "STG603",
                    f"`{self.show(path)}` stayed on the host after the script; it is no longer produced",
                    out.site.source,
                    out.site.span,
                    "if something else needs it, add `docker cp` from the builder stage",
                )
            )

    def deletions(self, result: Plan, builders: set[int]) -> None:
        kept = {plan.runtime.path for plan in result.finals}
        converted = {builder.path for plan in result.finals for builder in plan.builders}
        for event in self.builds:
            if event.number not in builders and event.dockerfile in converted:
                kept.add(event.dockerfile)
        scripts = set(self.run.scripts)
        for path in sorted(converted - kept):
            users = [
                name for name, text in self.mentions.items()
                if name not in scripts and name not in converted and name not in kept and _mentions(name, text, path)
            ]  # fmt: skip
            active = [name for name in users if _is_active(name)]
            for name in users:
                line, column = _place(self.mentions[name], path)
                end = column + len(paths.base_name(path))
                location = Location(name, line, column, line, end)
                if name in active:
                    message = f"{name} still names {path}, so that file is kept"
                    self.diagnostics.append(Diagnostic("STG604", "warning", message, None, location))
                else:
                    self.diagnostics.append(Diagnostic("STG605", "note", f"{name} mentions {path}", None, location))
            if not active:
                result.deleted.append(path)

    def note_sweeps(self, final: FinalPlan) -> None:
        files = (final.runtime, *final.builders)
        for file in files[:1]:
            taken = self.taken[file.event.number]
            for instruction in taken.sweeps_all:
                own = [*(b.path for b in final.builders), file.path, *self.run.scripts]
                shipped = [path for path in own if not file.ignore.ignores(paths.relative(path, file.event.context))]
                if shipped:
                    self.diagnostics.append(
                        warning(
                            "STG606",
                            "the image ships the recipe's own files, which this conversion changes or deletes: "
                            + ", ".join(sorted(set(shipped))),
                            file.source,
                            instruction.keyword_span,
                            "add them to .dockerignore if the image does not need them",
                        )
                    )

    def assume(self, about: str, event: Event) -> None:
        site = event.site
        found = Assumption(about, site.source.location(site.span))
        if found not in self.assumptions:
            self.assumptions.append(found)


_ABSENT = object()
_TREE_RUNNERS = frozenset(
    """
    ant bash cargo cmake dash go gradle grunt gulp just ksh lein make mvn ninja node npm npx perl php pip pip3
    python python2 python3 rake ruby sbt sh stack task yarn xargs find
    """.split()
)
"""Programs that run files of the tree, or change many at once."""
_PREDEFINED = frozenset(
    name
    for base in ("http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy")
    for name in (base, base.upper())
)


def _declared(file: BuildFile) -> dict[str, Span]:
    """The names that a Dockerfile declares with ARG."""
    found: dict[str, Span] = {}
    for instruction in (*global_arguments(file.tree), *(i for s in file.stages for i in s.instructions)):
        if instruction.keyword == "ARG":
            for pair in pairs(instruction):
                found.setdefault(pair.name, pair.span)
    return found


def _reads_only(event: RanCommand) -> bool:
    names = INSPECTIONS | {
        "cat",
        "grep",
        "wc",
        "cmp",
        "diff",
        "head",
        "tail",
        "echo",
        "git",
        "aws",
        "scp",
        "curl",
        "ssh",
    }
    base = paths.base_name(event.name)
    if base in ("tar", "bsdtar", "zip"):
        flags = event.words[1].flat if len(event.words) > 1 else ""
        return base == "zip" or "c" in flags.partition("-")[2] or (not flags.startswith("-") and "c" in flags)
    return base in names or event.name.startswith("docker ")


def _runs_tree(event: RanCommand) -> bool:
    """Whether a command runs something of the tree that may do anything: a script, make, a build tool."""
    name = event.name
    if "/" in name and not name.startswith(("/usr/", "/bin/", "/sbin/", "/opt/")):
        return True
    return paths.base_name(name) in _TREE_RUNNERS


def _mentions(name: str, text: str, path: str) -> bool:
    base = re.escape(paths.base_name(path))
    return re.search(rf"(?<![\w.-]){base}(?![\w-]|\.\w)", text) is not None and name != path


def _place(text: str, path: str) -> tuple[int, int]:
    found = re.search(rf"(?<![\w.-]){re.escape(paths.base_name(path))}(?![\w-]|\.\w)", text)
    assert found is not None
    start = text.rfind("\n", 0, found.start()) + 1
    return text.count("\n", 0, found.start()) + 1, found.start() - start + 1


def _is_active(name: str) -> bool:
    """Whether a file runs commands, rather than speaking of them."""
    base = paths.base_name(name).lower()
    prose = (".md", ".rst", ".txt", ".adoc", ".markdown", ".html")
    return not base.endswith(prose) and base not in (".dockerignore", ".gitignore", "license", "changelog")
