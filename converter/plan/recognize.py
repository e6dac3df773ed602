"""Which builds of a run take artifacts, and why a run is no recipe."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from converter.diagnostics import Refusal, note, refuse
from converter.docker_cli.references import normalize
from converter.dockerfile.stages import Stage, stage_references
from converter.lazy import lazily
from converter.machine import paths
from converter.machine.events import Built, ChangedFiles, CopiedOut, Created, Event, RanCommand
from converter.machine.host import FromArchive, FromContainer
from converter.machine.mechanisms import MOUNTED
from converter.machine.value import TOKEN_START, is_known
from converter.plan.dockerfiles import BuildFile
from converter.plan.liveness import ARCHIVERS, TRANSFERS
from converter.plan.model import NotThePattern
from converter.plan.runs import command_line
from converter.plan.takes import Taken, look
from converter.plan.work import Work
from converter.shell.interpreter import NeedsFiles

if TYPE_CHECKING:
    from converter.plan import elsewhere
else:
    elsewhere = lazily("converter.plan.elsewhere")

PRODUCERS = (
    r"\b(?:(?:npm|yarn|pnpm)\s+(?:ci|install|i|run\s+(?:build|dist|prod\w*|compile))\b|yarn\s*$|bower\s+install|composer\s+install|"
    r"bundle\s+install|pip3?\s+install\s+.*(?:-t|--target)\b|go\s+(?:build|mod\s+vendor)|glide\s+install|dep\s+ensure|"
    r"(?:mvnw?|gradlew?|gulp|grunt|webpack|ng)\s+\S*(?:package|install|build|assemble|jar|war)\b|dotnet\s+publish|cargo\s+build)"
)
"""Commands whose purpose is files in the folder that they work in."""


class Recognizer:
    """Finds the final builds of a run; raises `NotThePattern` or `Refusal` where there are none."""

    def __init__(self, work: Work) -> None:
        self.work = work

    def find_finals(self) -> list[BuildFile]:
        """The builds that take artifacts, in order."""
        self.prefetch()
        refusals: list[Refusal] = []
        finals: list[BuildFile] = []
        files: list[BuildFile] = []
        for event in self.work.builds:
            try:
                file = self.work.loader.load(event)
                files.append(file)
                taken = self.look(file)
            except Refusal as refusal:
                if refusal.diagnostic.code == "STG302" and self.work.chooses_all:
                    # what it takes is decided by a branch, so what the others leave it is not known either
                    raise
                if refusal.diagnostic.code == "STG201" and self.work.chooses_all and self.outs_for(event):
                    # a file of the recipe that no engine takes
                    raise
                refusals.append(refusal)
                continue
            self.work.taken[event.number] = taken
            if taken.takes:
                finals.append(file)
        end = self.work.run.main_end
        others = False
        if end is not None and finals and not any(file.event.number < end for file in finals):
            # what other ways to start the driver build is theirs
            finals = []
            others = True
        chosen = self.chosen(finals)
        for file in files:
            if (end is None or file.event.number < end) and self.is_concerned(file, chosen):
                self.check_sources(file, bool(finals))
        if finals:
            return chosen
        copied = [out for out in self.work.outs if out.mechanism != MOUNTED]
        if copied and refusals:
            raise refusals[0]
        if copied:
            found = self.find_elsewhere()
            if found:
                return found
        self.check_streams()
        if not others:
            self.check_worked_on()
            self.check_unpacked()
        raise self.nothing_to_convert(files)

    def outs_for(self, event: Built) -> set[int]:
        """What was copied into the context of a build before it."""
        context = event.context
        return {
            out.number for out in self.work.outs
            if out.number < event.number and (out.path == context or paths.is_below(out.path, context))
        }  # fmt: skip

    def chosen(self, finals: list[BuildFile]) -> list[BuildFile]:
        """Those that are to be converted; builds of one Dockerfile are so together."""
        if self.work.image is not None and finals:
            wanted = {file.path for file in finals if self.has_tag(file.event, self.work.image)}
            if not wanted:
                tags = ", ".join(self.work.show(tag.flat) for file in finals for tag in file.event.tags) or "none"
                raise refuse("STG102", f"no final image has the tag `{self.work.image}`; there are: {tags}")
            finals = [file for file in finals if file.path in wanted]
        return [file for file in finals if self.work.only is None or file.event.number in self.work.only]

    def is_concerned(self, file: BuildFile, chosen: list[BuildFile]) -> bool:
        """Whether the conversion rests on a build: not on that of an image that is left as it is."""
        if self.work.chooses_all or file in chosen:
            return True
        images = [out.container.image for out in self.work.outs]
        return any(image is not None and file.event.number in image.events for image in images)

    def survey(self) -> tuple[list[BuildFile], dict[int, Refusal]]:
        """The builds that take artifacts, and why others cannot be told what they take. Raises `NeedsFiles`."""
        self.prefetch()
        refused: dict[int, Refusal] = {}
        finals: list[BuildFile] = []
        for event in self.work.builds:
            if self.work.run.main_end is not None and event.number >= self.work.run.main_end:
                continue
            try:
                file = self.work.loader.load(event)
                self.work.taken[event.number] = taken = self.look(file)
                self.check_sources(file, True)
            except Refusal as refusal:
                refused[event.number] = refusal
                continue
            if taken.takes:
                finals.append(file)
        return finals, refused

    def find_elsewhere(self) -> list[BuildFile]:
        """The Dockerfile of the tree that takes the artifacts, where the script builds no image from them."""
        looked = []
        for event in elsewhere.candidates(self.work, self.work.runtime):
            try:
                file = self.work.loader.load_once(event)
                looked.append((file, self.look(file)))
            except Refusal:
                continue
        found = elsewhere.find(self.work, looked)
        if len(found) > 1:
            names = ", ".join(file.path for file, _ in found)
            raise refuse(
                "STG102",
                f"several Dockerfiles take what the script copies out: {names}",
                help="name one with --runtime FILE",
            )
        for file, taken in found:
            self.work.run.events.append(file.event)
            self.work.loader.loaded[file.event.number] = file
            self.work.taken[file.event.number] = taken
            first = taken.takes[0].sources
            out = next(a for use in first for a in use.artifacts)
            copied = self.work.run.events[out.origin.event]
            assert isinstance(copied, CopiedOut)
            elsewhere.say(self.work, file, copied)
        return [file for file, _ in found]

    def has_tag(self, event: Built, tag: str) -> bool:
        return any(tag in (value.flat, self.work.show(value.flat)) or normalize(tag) == normalize(value.flat)
                   for value in event.tags)  # fmt: skip

    def prefetch(self) -> None:
        """Asks for all Dockerfiles at once."""
        wanted = []
        for event in self.work.builds:
            try:
                path = self.work.loader.file_of(event)
            except Refusal:
                continue
            wanted += [path, paths.join(event.context, ".dockerignore")]
        missing = [
            path for path in dict.fromkeys(wanted)
            if path not in self.work.loader.texts and self.work.builds[0].state.files.start.kind(path) == "file"
        ]  # fmt: skip
        if missing:
            raise NeedsFiles(tuple(missing))

    def look(self, file: BuildFile) -> Taken:
        def expand(stage: Stage, position: int, text: str) -> str:
            return file.states[stage.index].scopes[position].expand(text)

        event = file.event
        undecided = self.work.undecided_file
        taken = look(file.stages, expand, event.state.files, event.context, file.ignore, file.source, undecided)
        taken = self.without_leftovers(file, taken)
        artifacts = [a for take in taken.takes for use in take.sources for a in use.artifacts]
        if artifacts and all(artifact.swept for artifact in artifacts):
            # everything that it takes is in the tree: a container that only looked at the folder, or formatted it, is
            # no builder
            outs = {artifact.origin.event for artifact in artifacts}
            if not any(self.produces(number) for number in outs):
                return replace(taken, takes=())
        return taken

    def without_leftovers(self, file: BuildFile, taken: Taken) -> Taken:
        """What a file takes, but for what a whole context brings along that an image of the same file left on the host:
        its stages have that already."""
        own = [take for take in taken.takes if all(use.keeps_host for use in take.sources) and all(
            self.is_of(file, artifact.origin.event) for use in take.sources for artifact in use.artifacts
        )]  # fmt: skip
        if not own:
            return taken
        return replace(
            taken, takes=tuple(take for take in taken.takes if take not in own), others=(*taken.others, *own)
        )

    def is_of(self, file: BuildFile, number: int) -> bool:
        """Whether files were copied out of an image that this Dockerfile builds."""
        out = self.work.run.events[number]
        assert isinstance(out, CopiedOut)
        builds = [self.work.run.events[event] for event in (out.container.image.events if out.container.image else ())]
        return bool(builds) and all(
            isinstance(one, Built) and one.dockerfile == file.event.dockerfile for one in builds
        )

    def produces(self, number: int) -> bool:
        """Whether the container that left a mounted folder ran something that is there to make files in it."""
        out = self.work.run.events[number]
        assert isinstance(out, CopiedOut)
        created = self.work.run.events[out.container.event]
        assert isinstance(created, Created)
        try:
            line = command_line(created, self.work.loader)
        except Refusal:
            return False
        return line is not None and re.search(PRODUCERS, " ".join(line.flats)) is not None

    def check_sources(self, file: BuildFile, has_finals: bool) -> None:
        """Sources that nothing provides, once artifacts have been copied out: the recipe is broken, or not understood."""
        taken = self.work.taken.get(file.event.number)
        earlier = [out for out in self.work.outs if out.number < file.event.number]
        if taken is None:
            return
        for made in taken.host_made:
            event = self.work.run.events[made.event]
            self.check_host_made(made.path, event)
            if not taken.takes and isinstance(event, RanCommand):
                self.check_written(made.path, event)
        feeds = {
            number for out in self.work.outs if out.container.image is not None
            for number in out.container.image.events
        }  # fmt: skip
        mounted = [
            event for event in self.work.run.events[: file.event.number]
            if isinstance(event, Created) and any(v.kind in ("bind", "unknown") for v in event.command.volumes)
        ]  # fmt: skip
        for gap in taken.missing:
            argument = gap.instruction.arguments[gap.index]
            if mounted and not earlier:
                event = mounted[-1]
                raise refuse(
                    "STG404",
                    f"`{self.work.show(gap.path)}` is not in the tree: it seems to be made by this container in a mounted "
                    "folder, and which folder of the tree that is, is not known",
                    event.site.source,
                    event.site.span,
                    "name the folder from the root, as in `-v $PWD/FOLDER:...`, then try again",
                )
            if earlier and file.event.number not in feeds and is_known(gap.path):
                maker = self.may_have_made(file, taken, earlier[0])
                if maker is not None:
                    self.work.assume(
                        f"`{self.work.show(gap.path)}` is made by `{maker.name}`, before anything is copied out", maker
                    )
                    continue
                places = ", ".join(dict.fromkeys(f"`{self.work.show(out.path) or '.'}`" for out in earlier))
                raise refuse(
                    "STG502",
                    f"`{gap.path}` is neither in the tree nor written by the script, which copies {places} out",
                    file.source,
                    argument.span,
                    "make the script's path and the Dockerfile's agree first",
                )
            if not is_known(gap.path) and not any(
                _may_be_one(gap.path, file.event.context, out.path) for out in earlier
            ):
                # whatever it names, it is none of the artifacts, so it comes from the context as before
                continue
            if earlier and not is_known(gap.path) and (has_finals or file.event.number not in feeds):
                raise refuse(
                    "STG205",
                    f"what `{self.work.show(gap.path)}` names is not known",
                    file.source,
                    argument.span,
                    "give the variable with --env NAME=VALUE",
                )

    def may_have_made(self, file: BuildFile, taken: Taken, first: CopiedOut) -> RanCommand | None:
        """The last command of the host that may make files of any name, and had no artifact yet to make them of.

        What it makes comes from the build context as before. None for a build that takes no artifact at all: there the
        missing file is more likely the artifact by another name.
        """
        if not taken.takes:
            return None
        makers = [
            event for event in self.work.run.events[: first.number]
            if isinstance(event, RanCommand) and event.opaque and not event.name.startswith("docker")
            and self.work.run.may_precede(event, file.event)
        ]  # fmt: skip
        return makers[-1] if makers else None

    def check_host_made(self, path: str, event: Event) -> None:
        """What a host command made out of an artifact is not what the build image holds."""
        if isinstance(event, CopiedOut):
            raise refuse(
                "STG404",
                f"the image takes the archive `{self.work.show(path)}` as it is, which the container writes here: no other "
                "command makes the same bytes",
                event.site.source,
                event.site.span,
                "let the runtime file unpack it with ADD, or take the files themselves, without an archive",
            )
        if isinstance(event, RanCommand) and event.name.rpartition("/")[2] in ("docker", "podman", "sudo", "nerdctl"):
            raise refuse(
                "STG404",
                f"`{self.work.show(path)}` is the redirected output of this command",
                event.site.source,
                event.site.span,
                "let the script use `docker cp`, or convert this recipe by hand",
            )
        if isinstance(event, ChangedFiles):
            sources = [event.state.files.lookup(name) for name in event.reads]
            touched = [
                entry for entry in sources
                if entry is not None and isinstance(entry.origin, FromContainer | FromArchive)
            ]  # fmt: skip
            if touched and event.verb in ARCHIVERS and not _unpacks(event):
                raise refuse(
                    "STG501",
                    f"`{event.verb}` packs the artifact on the host, and the image takes the archive "
                    f"`{self.work.show(path)}`: no other tar makes the same bytes",
                    event.site.source,
                    event.site.span,
                    "let the runtime file unpack it with ADD, or take the files themselves, without an archive",
                )
            if touched:
                does = "unpacks the artifact" if _unpacks(event) else "changes the artifact"
                raise refuse(
                    "STG501",
                    f"`{event.verb}` {does} after it was copied out",
                    event.site.source,
                    event.site.span,
                    "move this step into the builder Dockerfile first",
                )

    def check_written(self, path: str, event: RanCommand) -> None:
        """A redirection into a file of an image that takes artifacts in no other form: it would stay as it is unseen."""
        commands = [
            other for other in self.work.run.events[: event.number + 1]
            if isinstance(other, RanCommand) and (other.site == event.site or other.number in event.fed_by)
        ]  # fmt: skip
        for command in commands:
            entries = [command.state.files.lookup(name) for name in command.paths]
            if any(entry is not None and isinstance(entry.origin, FromContainer) for entry in entries):
                raise refuse(
                    "STG501",
                    f"`{command.name}` makes `{self.work.show(path)}` out of an artifact after it was copied out",
                    event.site.source,
                    event.site.span,
                    "move this step into the builder Dockerfile first",
                )

    def check_streams(self) -> None:
        """`docker cp ... -`, `docker run ... | docker build -`: the artifact leaves the container as a tar stream."""
        for event in self.work.builds:
            before = self.work.run.events[event.number - 1] if event.number else None
            context = event.command.context
            if event.context == "-" and context is not None and context.text == "-" and isinstance(before, Created):
                raise refuse(
                    "STG404",
                    "this build takes its context from what the container writes, and it is not known which files that are",
                    before.site.source,
                    before.site.span,
                    "let the container run `tar -c` with the names of the files, or use `docker cp`",
                )
        for out in self.work.outs:
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
        last = self.work.builds[-1].number if self.work.builds else 0
        for event in self.work.run.events[:last]:
            if not isinstance(event, ChangedFiles) or event.verb not in TRANSFERS:
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

    def check_unpacked(self) -> None:
        """An archive of a container that the script unpacks where a build takes its files."""
        for event in self.work.run.events:
            if not isinstance(event, ChangedFiles) or event.verb not in ARCHIVERS or not _unpacks(event):
                continue
            entries = [event.state.files.lookup(path) for path in event.reads]
            if not any(entry is not None and isinstance(entry.origin, FromContainer) for entry in entries):
                continue
            for number, taken in self.work.taken.items():
                build = self.work.run.events[number]
                assert isinstance(build, Built)
                sources = [
                    paths.join(build.context, paths.normalize(use.text.lstrip("/")))
                    for take in (*taken.takes, *taken.others) for use in take.sources
                ]  # fmt: skip
                sources += [paths.join(build.context, paths.normalize(gap.path.lstrip("/"))) for gap in taken.missing]
                if number > event.number and any(
                    place == source or paths.is_below(place, source) or paths.is_below(source, place)
                    for place in event.makes for source in sources
                ):  # fmt: skip
                    raise refuse(
                        "STG501",
                        f"`{event.verb}` unpacks `{self.work.show(event.reads[0])}` on the host, and the image takes what was "
                        "in it",
                        event.site.source,
                        event.site.span,
                        "unpack it in the builder Dockerfile, and let `docker cp` take the folder",
                    )

    def nothing_to_convert(self, files: list[BuildFile]) -> NotThePattern:
        copied = [out for out in self.work.outs if out.mechanism != MOUNTED]
        if copied:
            out = copied[-1]
            return NotThePattern(
                note(
                    "STG601",
                    f"no Dockerfile of the script takes `{self.work.show(out.path)}`, which is copied out here",
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

    def absorbed(self, finals: list[BuildFile]) -> set[int]:
        """The `docker cp` events that final Dockerfiles take the results of."""
        numbers = set()
        chosen = {file.event.number for file in finals}
        for number, taken in self.work.taken.items():
            for take in taken.takes:
                for use in take.sources:
                    for artifact in use.artifacts:
                        if number in chosen:
                            numbers.add(artifact.origin.event)
                    if number in chosen and use.archive is not None:
                        numbers.add(use.archive)
        others: set[int] = set()
        for number, taken in self.work.taken.items():
            if number not in chosen:
                for take in taken.takes:
                    others |= {artifact.origin.event for use in take.sources for artifact in use.artifacts}
                    others |= {use.archive for use in take.sources if use.archive is not None}
        for event in self.work.builds:
            if event.number not in self.work.taken:
                # it may take anything of its context
                others |= self.outs_for(event)
        return numbers - others


def _may_be_one(text: str, context: str, place: str) -> bool:
    """Whether a source that is not known in full may name what lies at a place, something inside it, or a folder above it:
    not where the known beginnings of the two differ."""
    own = paths.join(context, text.lstrip("/")).partition(TOKEN_START)[0]
    other = place.partition(TOKEN_START)[0]
    return own.startswith(other) or other.startswith(own)


def _unpacks(event: ChangedFiles) -> bool:
    """Whether this is a `tar x`, or a program that does nothing else."""
    if event.verb in ("gunzip", "bunzip2", "unxz", "unzip"):
        return True
    flat = event.words[1].flat if len(event.words) > 1 else ""
    return any(word.flat in ("--extract", "--get") for word in event.words) or (
        not flat.startswith("--") and "x" in flat
    )
