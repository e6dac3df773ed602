"""The plan of a recipe: which builds become stages, what is copied, and how each file changes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from converter.diagnostics import refuse
from converter.docker_cli.references import normalize
from converter.dockerfile.stages import stage_references
from converter.lazy import lazily
from converter.machine.events import Assigned, Built, CopiedOut, Created, RanCommand
from converter.machine.host import FromHost
from converter.machine.value import is_known
from converter.plan import copies
from converter.plan.archives import unpack_commands
from converter.plan.arguments import declared, find_renames, rename_edits
from converter.plan.bake import Baked, bake, bake_file
from converter.plan.builders import Builders, StageRun, add_all, find_builders, outs_of
from converter.plan.calls import CallEditor, given_arguments
from converter.plan.checks import Checker
from converter.plan.dockerfiles import BuildFile, Loader
from converter.plan.extractions import CHOWN, extract_commands, extraction_of
from converter.plan.facts import ROOT_USERS
from converter.plan.host_steps import HostSteps
from converter.plan.liveness import Abandoned, Liveness, judge
from converter.plan.merge import Blocks, Tail, merge, name_stages, renumbered, split_name
from converter.plan.model import FinalPlan, Plan
from converter.plan.modes import Modes, works_on
from converter.plan.ownership import may_be_anothers
from converter.plan.pins import pinned
from converter.plan.rebase import MOVED, Context, own_context, single_context
from converter.plan.recognize import Recognizer
from converter.plan.remarks import Remarks
from converter.plan.spelling import Spelling
from converter.plan.staging import abandoned
from converter.plan.takes import Artifact, Take
from converter.plan.uses import Uses
from converter.plan.wishes import NO_WISHES, Wishes
from converter.plan.work import Work
from converter.shell.interpreter import Run
from converter.source import apply_edits

if TYPE_CHECKING:
    from converter.plan import container_runs
else:
    container_runs = lazily("converter.plan.container_runs")


def plan(
    run: Run,
    loader: Loader,
    image: str | None = None,
    mentions: Mapping[str, str] | None = None,
    runtime: str | None = None,
    wishes: Wishes = NO_WISHES,
    only: frozenset[int] | None = None,
) -> Plan:
    """Plans the conversion of a run. `image` picks one final image by its tag, `runtime` names the Dockerfile of one that
    the script does not build. `wishes` are the person's about the form of the result. With `only`, the final builds with
    these numbers are converted, and all others stay as they are.

    `mentions` maps paths of other files of the tree to their texts, to see who else needs a builder Dockerfile.
    Raises `NotThePattern`, `Refusal` or `NeedsFiles`.
    """
    return _Planner(Work(run, loader, image, mentions or {}, runtime, wishes, only)).plan()


_INNER = 1000
"""Keeps the keys of the stages of builders apart; no Dockerfile has so many stages."""


class _Planner:
    def __init__(self, work: Work) -> None:
        self.work = work
        self.checker = Checker(work)
        self.modes = Modes(work)
        self.steps = HostSteps(work)
        self.spellings: dict[tuple[int, int], Spelling] = {}
        self.builders: dict[int, Builders] = {}

    def plan(self) -> Plan:
        recognizer = Recognizer(self.work)
        finals = recognizer.find_finals()
        recognizer.check_unpacked()
        taking = self.find_stages(finals)
        absorbed = recognizer.absorbed(taking)
        for file in taking:
            absorbed |= outs_of(self.work, self.builders[file.event.number], absorbed)
        self.checker.check_other_ways(absorbed)
        builders = {
            number for found in self.builders.values() for number, file in found.files.items() if _is_built(self.work, file)
        }  # fmt: skip
        for out in self.work.outs:
            made = out.container.image.events if out.container.image is not None else ()
            if out.number in absorbed and not builders.isdisjoint(made):
                builders |= set(made)
        finals = [file for file in finals if file.event.number not in builders]
        unplaced = [file.event for file in finals if not file.path]
        if unplaced:
            for event in unplaced:
                if self.work.wishes.bake:
                    raise refuse(
                        "STG404",
                        "the script writes the Dockerfile of this build, and a bake file needs it in the tree",
                        event.site.source,
                        event.site.span,
                        "put that Dockerfile into the tree first, and take out the command that writes it",
                    )
                self.work.loader.place(event)
            return _Planner(self.work.again()).plan()
        needed: set[int] = set()
        gone = frozenset[str]() if self.work.wishes.bake else self.gone(finals, builders)
        written = {file.event.number for file in finals} & self.work.loader.placed.keys()
        writers = {**self.writers(written, -1), **self.writers(builders)}
        swaps = swapped(finals, self.work.run)
        left = Abandoned()
        uses = Uses(self.work.run)
        shipped = frozenset(path for file in finals for path in self.work.taken[file.event.number].empty)
        while True:
            mentions = self.work.mentions
            liveness = judge(
                self.work.run, builders, absorbed, needed, mentions, gone, swaps, left, uses, writers, shipped
            )
            plans, more = self.final_plans(finals, liveness)
            folders = abandoned(self.work, plans)
            if more <= needed and folders == left:
                break
            needed |= more
            left = folders
        result = Plan(
            self.work.run,
            plans,
            liveness,
            assumptions=self.work.assumptions,
            diagnostics=self.work.diagnostics,
            bake_files=self.bake_files(plans),
        )
        self.check_constants(builders | written, liveness)
        self.checker.check_written(plans, liveness)
        self.checker.check_order(plans, liveness)
        editor = CallEditor(self.work, self.spellings)
        editor.edit_commands(result)
        editor.dropped_words(result)
        remarks = Remarks(self.work)
        remarks.left_behind(result)
        remarks.deletions(result, builders)
        remarks.templates(result, builders)
        remarks.other_values(result)
        remarks.other_scripts(result)
        remarks.ignore_files(result)
        remarks.written(result)
        for final in plans:
            for rewritten in (final.rewritten, *final.inner):
                self.work.assumptions += rewritten.assumptions
                self.work.diagnostics += rewritten.diagnostics
            remarks.note_sweeps(final)
        return result

    def gone(self, finals: list[BuildFile], builders: set[int]) -> frozenset[str]:
        """The Dockerfiles of the tree that are only built for images that become stages."""
        files = {number: self.work.loader.load(event) for event in self.work.builds
                 if (number := event.number) in builders or number in {file.event.number for file in finals}
                 or event.number in self.work.taken}  # fmt: skip
        kept = {file.path for number, file in files.items() if number not in builders}
        return frozenset({files[number].path for number in builders} - kept - {""})

    def check_constants(self, builders: set[int], liveness: Liveness) -> None:
        """A variable in a Dockerfile that the script writes becomes text, so nothing else may go on using it."""
        for number in builders:
            for reference in self.work.loader.constants.get(number, ()):
                if reference.binding in liveness.live:
                    event = self.work.run.events[number]
                    assert isinstance(event, Built)
                    raise self.work.loader.filled_in(event.dockerfile, reference.expression, event)

    def writers(self, builders: set[int], serves: int | None = None) -> dict[int, int]:
        """The events that write the Dockerfile of a build, and the build that it is for: `serves` instead where that is
        given, as the file stands in the tree and nothing has to write it."""
        found: dict[int, int] = {}
        for number in builders:
            event = self.work.run.events[number]
            assert isinstance(event, Built)
            entry = event.state.files.lookup(event.state.files.follow(event.dockerfile))
            if entry is None or not isinstance(entry.origin, FromHost):
                continue
            for made in (self.work.run.events[one] for one in entry.events):
                if isinstance(made, RanCommand) and made.words:
                    found.update(dict.fromkeys((made.number, *made.fed_by), number if serves is None else serves))
        return found

    def find_stages(self, finals: list[BuildFile]) -> list[BuildFile]:
        """Fills `builders` for each final build, and for each of its builders that takes artifacts itself; gives them all."""
        waiting = list(finals)
        done: dict[int, BuildFile] = {}
        while waiting:
            file = waiting.pop()
            if file.event.number in done:
                continue
            done[file.event.number] = file
            takes = self.work.taken[file.event.number].takes
            self.checker.check_artifacts(file, takes)
            found = find_builders(self.work, file, takes)
            self.builders[file.event.number] = found
            waiting += [b for number, b in found.files.items() if number in self.work.taken and self.takes_of(b)]
        for file in finals:
            found = self.builders[file.event.number]
            for number in sorted(found.files, reverse=True):
                if number in self.builders:
                    add_all(found, self.builders[number])
        return list(done.values())

    def takes_of(self, file: BuildFile) -> tuple[Take, ...]:
        taken = self.work.taken.get(file.event.number)
        return taken.takes if taken is not None and _is_built(self.work, file) else ()

    def final_plans(self, finals: list[BuildFile], liveness: Liveness) -> tuple[list[FinalPlan], set[int]]:
        plans: list[FinalPlan] = []
        needed: set[int] = set()
        self.spellings.clear()
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
        editor = CallEditor(self.work, self.spellings)
        for plan in plans:
            expressions = list(plan.bake.words) if plan.bake is not None else editor.carried(plan)
            for (number, _), spelling in self.spellings.items():
                if number == plan.runtime.event.number:
                    expressions += [parameter.expression for parameter in spelling.parameters.values()]
            needed |= _assignments(expressions, plan.runtime.event)
        for spelling in self.spellings.values():
            needed |= spelling.needed
        return plans, needed

    def final_plan(self, runtime: BuildFile, liveness: Liveness) -> FinalPlan:
        takes = self.work.taken[runtime.event.number].takes
        builders = self.builders[runtime.event.number]
        ordered = builders.ordered
        for builder in ordered:
            self.checker.check_builder(builder, runtime)
        tags = {b.event.number: b.event.tags[0].flat for b in ordered if b.event.tags and b.event.tags[0].known}
        names = name_stages(ordered, runtime, tags)
        split: dict[int, str] = {}
        for number in builders.files:
            if number in liveness.images and self.changes_image(builders, number, takes):
                split[number] = split_name({**names, **split}, number, ordered, runtime)
        baking = self.work.wishes.bake
        renames = {} if baking else find_renames(ordered, runtime, names, liveness.images)
        origins = {number: _origin(split.get(number, names[number]), file, builders.runs.get(number, []))
                   for number, file in builders.files.items()}  # fmt: skip
        for number, file in builders.images.items():
            origins[number] = copies.Origin(
                pinned(self.work, file), file, f"the owner of files in {file.state.image} is not known"
            )
        dead = {
            event.number: event.number not in liveness.live
            for event in self.work.run.events if isinstance(event, Assigned)
        }  # fmt: skip

        def origin_of(artifact: Artifact) -> copies.Origin:
            origin = origins[self.stage_of(builders, artifact)]
            extraction = extraction_of(artifact, self.work.run.events)
            unpacked = extraction is not None and extraction.program == "tar"
            return replace(origin, chown=origin.chown or CHOWN) if unpacked else origin

        def spelling_in(file: BuildFile) -> Callable[[Take], Spelling]:
            def spelling_of(take: Take) -> Spelling:
                inner = take.stage.index if file is runtime else -(_INNER * (file.event.number + 1) + take.stage.index)
                key = (runtime.event.number, inner)
                if key not in self.spellings:
                    position = take.stage.instructions.index(take.instruction)
                    later = any(i.keyword == "RUN" for i in take.stage.instructions[position:])
                    others = given_arguments([other for other in (*ordered, runtime) if other is not file])
                    self.spellings[key] = Spelling(
                        self.work.run, file, take.stage, dead, later, others, final=runtime.event
                    )
                return self.spellings[key]

            return spelling_of

        def stage_spelling(builder: BuildFile) -> Spelling:
            key = (runtime.event.number, -builder.event.number - 1)
            if key not in self.spellings:
                self.spellings[key] = Spelling(
                    self.work.run, builder, builder.target, dead,
                    elsewhere=given_arguments([file for file in (*ordered, runtime) if file is not builder]),
                    final=runtime.event,
                )  # fmt: skip
            return self.spellings[key]

        start = runtime.event.state.files.start
        every = [*takes, *(take for b in ordered for take in self.takes_of(b))]
        shadowed = {
            artifact.host: start.kind(artifact.host) is not None
            for take in every for use in take.sources for artifact in use.artifacts
        }  # fmt: skip
        taken = self.work.taken[runtime.event.number]
        context = (
            own_context(runtime, taken) if baking else single_context(self.work, runtime, taken, ordered, builders.runs)
        )
        staged = [
            take for take in self.work.taken[runtime.event.number].others
            if context.unstaged and any(use.staged for use in take.sources)
        ]  # fmt: skip
        events = self.work.run.events
        rewritten = copies.rewrite(
            (*takes, *staged), runtime, origin_of, spelling_in(runtime), self.work.show, shadowed, context, events
        )
        inner = {
            b.event.number: copies.rewrite(
                self.takes_of(b),
                b,
                origin_of,
                spelling_in(b),
                self.work.show,
                shadowed,
                Context(context.folder),
                events,
            )
            for b in ordered
            if self.takes_of(b)
        }
        for instruction, edit in context.edits.get(runtime.event.number, []):
            rewritten.edits.append(edit)
            rewritten.changed.append((instruction.span, MOVED))
        image_stages = self.image_stages(runtime, names)
        tails: dict[int, Tail] = {}
        if builders.runs:
            writer = container_runs.ContainerRuns(self.work, stage_spelling)
            tails = writer.tails(builders, names, runtime, context.folder, split)
        for builder in ordered:
            number = builder.event.number
            spelling = stage_spelling(builder)
            own = [
                artifact for take in every for use in take.sources for artifact in use.artifacts
                if self.stage_of(builders, artifact) == number
            ]  # fmt: skip
            unpacked = [u for found in (rewritten, *inner.values()) for u in found.unpacked if u[0] in own]
            lines = tails[number].lines if number in tails else []
            commands = [
                *extract_commands(builder, own, spelling, self.work.loader, lines),
                *self.steps.commands(builder, own, spelling),
                *self.modes.commands(builder, own, spelling),
                *unpack_commands(builder, unpacked, spelling),
            ]
            lines = [*lines, *root_runs(builder, commands)]
            arguments = [
                f"ARG {p.name}{'' if p.default is None else '=' + p.default}" for p in spelling.parameters.values()
            ]
            edits = [*(tails[number].edits if number in tails else []), *(e for _, e in context.edits.get(number, []))]
            edits += inner[number].edits if number in inner else []
            edits += rename_edits(builder, renames[number]) if number in renames else []
            if number in split:
                keyword = builder.source.slice(builder.target.from_instruction.keyword_span)
                word = "as" if keyword.islower() else "AS"
                arguments = ["", f"{keyword} {names[number]} {word} {split[number]}", *arguments]
            tails[number] = Tail([*arguments, *lines], edits, int(number in split))
        self.check_base(runtime, builders, names, {n for n, tail in tails.items() if tail.lines} | renames.keys())
        if baking:
            return self.baked(runtime, ordered, names, rewritten, context, tails, image_stages)
        blocks = merge(ordered, runtime, names, rewritten.edits, image_stages, tails)
        edits_of = {number: tail.edits for number, tail in tails.items()}
        return FinalPlan(
            runtime, ordered, names, blocks, rewritten, context, edits_of, tuple(inner.values()), split, renames
        )

    def baked(
        self,
        runtime: BuildFile,
        builders: tuple[BuildFile, ...],
        names: Mapping[int, str],
        rewritten: copies.Rewritten,
        context: Context,
        tails: Mapping[int, Tail],
        image_stages: Mapping[str, str],
    ) -> FinalPlan:
        """The form in which both Dockerfiles stay."""
        event = runtime.event
        parameters = [s for (number, _), s in self.spellings.items() if number == event.number and s.parameters]
        if any(tail.lines or tail.edits for tail in tails.values()) or parameters:
            raise refuse(
                "STG620",
                "the builder has to do more than its Dockerfile says, and with --emit bake that file stays as it is",
                event.site.source,
                event.site.span,
                "convert without --emit bake",
            )
        edits = [*rewritten.edits, *renumbered(runtime.tree, 0, image_stages)]
        blocks = Blocks("", "", (), apply_edits(runtime.source.text, edits), runtime.tree.newline)
        found = bake(self.work, runtime, builders, names, context.folder)
        return FinalPlan(runtime, builders, names, blocks, rewritten, context, {}, bake=found)

    def bake_files(self, plans: list[FinalPlan]) -> dict[str, str]:
        """The text of each bake file."""
        files: dict[str, list[Baked]] = {}
        for plan in plans:
            if plan.bake is not None:
                files.setdefault(plan.bake.path, []).append(plan.bake)
        try:
            return {path: bake_file(found) for path, found in files.items()}
        except ValueError as problem:
            event = plans[-1].runtime.event
            raise refuse("STG620", f"two targets of the bake file would be called `{problem}`", event.site.source,
                         event.site.span, "give the images names that differ") from None  # fmt: skip

    def changes_image(self, builders: Builders, number: int, takes: tuple[Take, ...]) -> bool:
        """Whether the stage would hold more than the image of its Dockerfile: a container's build, a mode."""
        if any(run.running.kind == "build" for run in builders.runs.get(number, [])):
            return True
        return any(
            works_on(self.work.run, artifact) or extraction_of(artifact, self.work.run.events) is not None
            for take in takes for use in take.sources for artifact in use.artifacts
            if self.stage_of(builders, artifact) == number
        )  # fmt: skip

    def stage_of(self, builders: Builders, artifact: Artifact) -> int:
        """The number of the stage that an artifact comes from."""
        out = self.work.run.events[artifact.origin.event]
        assert isinstance(out, CopiedOut)
        return builders.stage_of[out.container.event]

    def check_base(
        self,
        runtime: BuildFile,
        builders: Builders,
        names: Mapping[int, str],
        changed: set[int],
    ) -> None:
        """A runtime that is built FROM the image of a builder gets a stage that is that image, and no more.

        `changed` are the builders whose stages hold more. BuildKit hands the arguments of a stage down to one built FROM it
        (measured), which an image does not do.
        """
        for reference in stage_references(runtime.tree):
            if reference.place != "FROM" or reference.stage is not None or reference.trigger:
                continue
            value = next((s.image for s in runtime.states if s.stage.image_span == reference.span), reference.value)
            built = runtime.event.state.images.get(normalize(value))
            if built is None or built.event not in names:
                continue
            own = declared(builders.files[built.event])
            mentioned = any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", runtime.source.text) for name in own)
            if "$" in reference.value or built.event in changed or mentioned:
                raise refuse(
                    "STG404",
                    f"the runtime image is built FROM the builder image `{self.work.show(value)}`, and the stage would be "
                    "another one",
                    runtime.source,
                    reference.span,
                    "convert this recipe by hand: `FROM builder` in the single Dockerfile",
                )

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
            if built is not None and built.choices:
                built = self.work.one_image(built, f"which image `{self.work.show(value)}` is", runtime.event)
            if built is None or built.event not in names:
                continue
            found[reference.value] = names[built.event]
        return found


def _is_built(work: Work, file: BuildFile) -> bool:
    """Whether the script builds the image, and does not only run one."""
    return isinstance(work.run.events[file.event.number], Built)


def _origin(name: str, file: BuildFile, runs: list[StageRun]) -> copies.Origin:
    """A stage with what its containers ran, and why its artifacts may not be root's."""
    lines = [step.line for run in runs for step in run.running.steps]
    full = replace(file, added="\n".join(" ".join(line.flats) for line in lines))
    chown = may_be_anothers(full)
    if chown is None and any(_as_another(run.created) for run in runs):
        chown = "the container works as another user"
    return copies.Origin(name, full, chown)


def _as_another(created: Created) -> bool:
    """Whether the stage works as the user that `-u` names: one that is known and not root."""
    user = created.command.user
    return user is not None and is_known(user.text) and user.text not in ROOT_USERS


def swapped(finals: list[BuildFile], run: Run) -> frozenset[int]:
    """The events that brought the Dockerfiles of final builds to where they are built; the build can name the file itself."""
    found: set[int] = set()
    for runtime in finals:
        place = runtime.event.dockerfile
        if any(isinstance(event, RanCommand) and place in event.paths for event in run.events):
            # something else uses it there
            continue
        files = runtime.event.state.files
        for path in (place, files.follow(place)):
            entry = files.lookup(path)
            found |= set(entry.events) if entry is not None else set()
    return frozenset(found)


def root_runs(builder: BuildFile, commands: Sequence[str]) -> list[str]:
    """Commands as RUN instructions at the end of a stage, done by root as on the host, in the case of its keywords."""
    if not commands:
        return []
    keyword = builder.source.slice(builder.target.from_instruction.keyword_span)
    spelled = str.lower if keyword.islower() else str.upper
    before = [] if builder.state.final.user in ROOT_USERS else [f"{spelled('USER')} root"]
    return before + [f"{spelled('RUN')} {command}" for command in commands]


def _assignments(expressions: list[str], at: Built) -> set[int]:
    """The assignments whose variables stand in words that move to the final build."""
    names = {name for text in expressions for name in re.findall(r"\$\{?([A-Za-z_]\w*)", text)}
    found = [at.state.variables[name] for name in names if name in at.state.variables]
    return {binding for variable in found for binding in (variable.binding, *variable.others) if binding is not None}
