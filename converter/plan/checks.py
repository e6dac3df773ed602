"""What has to hold between the two builds for one Dockerfile to mean the same."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from converter.diagnostics import refuse
from converter.dockerfile.stages import stage_references
from converter.machine import paths
from converter.machine.events import Built, ChangedFiles, CopiedOut, Created, Event, Extraction, RanCommand
from converter.machine.host import Entry, FromContainer, FromLink, FromTree, possible
from converter.machine.mechanisms import EXPORTED, EXTRACTED, MOUNTED, REDIRECTED, STREAMED
from converter.machine.value import is_known
from converter.plan import contexts
from converter.plan.builders import mounts_of
from converter.plan.dockerfiles import BuildFile
from converter.plan.liveness import INSPECTIONS, Liveness
from converter.plan.model import FinalPlan
from converter.plan.runs import Running, what_it_did
from converter.plan.takes import Artifact, Take
from converter.plan.volumes import check_volumes
from converter.plan.work import Work
from converter.shell.commands.effects import only_checks


class Checker:
    """Raises `Refusal` where something stands in the way."""

    def __init__(self, work: Work) -> None:
        self.work = work

    def check_artifacts(self, runtime: BuildFile, takes: tuple[Take, ...]) -> None:
        """Nothing on the host may have changed an artifact between `docker cp` and the build."""
        for take in takes:
            for use in take.sources:
                for artifact in use.artifacts:
                    out = self.work.run.events[artifact.origin.event]
                    assert isinstance(out, CopiedOut)
                    if out.extraction is not None:
                        self.check_archive(out, out.extraction, runtime)
                    else:
                        self.check_copy(out, runtime)
                    self.check_again(out, runtime, take, artifact)
                    self.check_mode(artifact)
                    self.check_between(out, runtime.event, artifact)

    def check_archive(self, out: CopiedOut, extraction: Extraction, runtime: BuildFile) -> None:
        """The archive that the script unpacks is the one that came out of the container."""
        brought = self.work.run.events[extraction.packed]
        assert isinstance(brought, CopiedOut)
        self.check_copy(brought, runtime)
        if extraction.program == "tar":
            self.work.assume(
                "root unpacks the archive, or nothing in it is writable for group or others: for another user tar applies the "
                "umask",
                out,
            )
        if extraction.host is not None:
            origin = FromContainer(brought.container.event, extraction.archive, brought.number)
            archive = Artifact(extraction.archive, extraction.host, "", Entry("file", origin, (brought.number,)))
            self.check_between(brought, out, archive)

    def check_other_ways(self, absorbed: set[int]) -> None:
        """No other goal of the driver puts something else where an artifact was, for the same final build."""
        end = self.work.run.main_end
        events = self.work.run.events
        for out in self.work.outs:
            if end is None or out.number in absorbed:
                continue
            for number in sorted(absorbed):
                taken = events[number]
                if not isinstance(taken, CopiedOut) or taken.path != out.path:
                    continue
                if (self.made_by(taken), taken.source.flat) != (self.made_by(out), out.source.flat):
                    raise refuse(
                        "STG102",
                        f"this goal puts another `{self.work.show(out.path)}` in the place of the artifact, "
                        "and one Dockerfile would take it from one of the two builders",
                        out.site.source,
                        out.site.span,
                        "give the two ways a Dockerfile each, or take out the one that nobody uses",
                    )

    def made_by(self, out: CopiedOut) -> str:
        """The Dockerfile or the name of the image that a file is copied out of."""
        image = out.container.image
        event = self.work.run.events[image.event] if image is not None else None
        return event.dockerfile if isinstance(event, Built) else out.container.image_name.flat

    def check_mode(self, artifact: Artifact) -> None:
        """What is written into a file that was there gets the mode of that file."""
        if artifact.entry.other_mode:
            event = self.work.run.events[artifact.entry.events[-1]]
            raise refuse(
                "STG501",
                f"the artifact is written into `{self.work.show(artifact.host)}`, a file that keeps its own mode",
                event.site.source,
                event.site.span,
                "remove that file before, or use `cp --remove-destination`",
            )

    def check_copy(self, out: CopiedOut, runtime: BuildFile) -> None:
        place = out.site.source, out.site.span
        if out.source.flat in ("/etc/hosts", "/etc/hostname", "/etc/resolv.conf"):
            raise refuse("STG404", f"`{out.source.flat}` of a container is made by the engine", *place)
        if "follow-link" in out.flags:
            self.work.assume("`docker cp -L` and `COPY --from` follow a link at the artifact's path alike", out)
        if out.merged:
            raise refuse(
                "STG404",
                f"`{self.work.show(out.source.flat)}` is copied into the folder `{self.work.show(out.path)}`, which has files already",
                *place,
                "copy it into a folder of its own",
            )
        created = self.work.run.events[out.container.event]
        assert isinstance(created, Created)
        check_volumes(self.work, created, out)
        if out.mechanism == EXPORTED:
            self.work.runs[created.number] = Running("noise", "the container only copies files out")
            return
        if out.mechanism in (REDIRECTED, EXTRACTED, STREAMED) and created.command.tty:
            raise refuse(
                "STG404",
                "`-t` gives the container a terminal, which turns every LF of its output into CRLF, so the file is not the "
                "one of the image",
                *place,
                "drop `-t` first; the recipe cannot have worked as it stands",
            )
        running = what_it_did(created, out, self.work.run, self.work.loader)
        if out.mechanism != MOUNTED:
            self.check_mounts_of(created, out, running)
        before = self.work.runs.get(created.number)
        if before is not None and before.steps != running.steps:
            raise refuse(
                "STG402",
                "files are copied out of this container before and after it works, and a stage has only what it has at its end",
                *place,
                "copy all of them out at the end, or give the two a container each",
            )
        self.work.runs[created.number] = running
        if running.kind == "noise" and out.mechanism not in (EXPORTED, EXTRACTED, REDIRECTED, STREAMED):
            self.work.assume(running.why, created)

    def check_again(self, out: CopiedOut, runtime: BuildFile, take: Take, artifact: Artifact) -> None:
        """The folder is where the Dockerfile looks for it in the first run already.

        `docker cp c:/build app` makes `app` a copy of `build` where there is no `app`, and `app/build` where there is
        one: a Dockerfile that takes `app/build` may come from someone who has only ever seen the second run.
        """
        name = paths.base_name(out.source.flat)
        inside = paths.relative(artifact.host, out.path) if paths.is_below(artifact.host, out.path) else ""
        if out.mechanism != "docker cp" or artifact.origin.contents or not is_known(out.path):
            return
        if inside.split("/")[0] != name or out.state.files.lookup(out.path) is not None:
            return
        removed = (path for event in self.work.run.events if isinstance(event, ChangedFiles) for path in event.removes)
        if any(path == out.path or paths.is_below(out.path, path) for path in removed):
            return
        shown = self.work.show(out.path)
        raise refuse(
            "STG502",
            f"`{shown}/{name}` is `{self.work.show(out.source.flat)}` itself where `{shown}` exists before the script runs, "
            f"and `{name}` inside it where it does not, so this takes another one in the first run than afterwards",
            runtime.source,
            take.instruction.span,
            f"let the script make or remove `{shown}` before it copies the folder there",
        )

    def check_mounts_of(self, created: Created, out: CopiedOut, running: Running) -> None:
        """What a container saw of the host is no part of its image: a build may have used it, so the stage has to have it
        too; where nothing was built, only files that are taken from there matter."""
        place = created.site.source, created.site.span
        if created.command.privileged:
            raise refuse("STG402", "the container may change more than itself", *place)
        if running.kind == "build":
            mounts_of(self.work, created)
            return
        for volume in created.command.volumes:
            target, path = volume.target.text.rstrip("/"), out.source.flat.rstrip("/")
            if volume.source is not None and (f"{path}/".startswith(f"{target}/") or target.startswith(f"{path}/")):
                raise refuse(
                    "STG402",
                    f"the container sees `{self.work.show(volume.source.text)}` of the host at "
                    f"`{self.work.show(volume.target.text)}`, so what is copied out of there is not of its image",
                    *place,
                    "copy the files from where they come from",
                )

    def check_between(self, out: CopiedOut, end: Event, artifact: Artifact) -> None:
        for event in self.work.run.events[out.number + 1 : end.number]:
            if not isinstance(event, RanCommand) or event.site == out.site:
                continue
            if not (self.work.run.may_precede(event, end) and self.work.run.may_precede(out, event)):
                continue
            touched = [
                path for path in event.paths
                if path == artifact.host or paths.is_below(artifact.host, path) or paths.is_below(path, artifact.host)
            ]  # fmt: skip
            touched = [path for path in touched if path == artifact.host or (event.opaque and path)]
            touched += [path for path in event.paths if _lies_there(event, path, artifact)]
            shown = self.work.show(artifact.host)
            if touched and not _reads_only(event):
                moved = _moved(event, artifact)
                raise refuse(
                    "STG501",
                    f"`{event.name}` may change `{shown}` after it was copied out",
                    event.site.source,
                    event.site.span,
                    "move this step into the builder Dockerfile first" + (f": `RUN {moved}`" if moved else ""),
                )
            if not event.opaque or touched:
                continue
            if not _runs_tree(event) or (
                only_checks(tuple(v.flat for v in event.words)) and not self.names(event, artifact)
            ):
                self.work.assume(f"`{event.name}` leaves `{shown}` alone", event)
            else:
                raise refuse(
                    "STG501",
                    f"`{self.work.show(' '.join(v.flat for v in event.words))}` runs between the copy and the build, "
                    f"and may change `{shown}`",
                    event.site.source,
                    event.site.span,
                    "move it before the first build or behind the last one, then try again",
                )

    def names(self, event: RanCommand, artifact: Artifact) -> bool:
        """Whether a file that tells a build tool what to do speaks of the artifact, which it may then make anew."""
        base = paths.base_name(artifact.host)
        start = event.state.files.start
        for name in _TOOL_FILES.get(paths.base_name(event.name), ()):
            path = paths.join(event.state.folder, name)
            text = self.work.mentions.get(path)
            if start.kind(path) == "file" and (
                text is None or re.search(rf"(?<![\w.-]){re.escape(base)}(?![\w-])", text) is not None
            ):
                return True
        return False

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
            specials = (f"{file.path}.dockerignore", f"{file.event.dockerfile}.dockerignore") if file.path else ()
            special = next((name for name in specials if _is_file(file.event.state.files.certain(name))), None)
            if special is not None:
                raise refuse(
                    "STG504",
                    f"{special} holds for one of the two builds only, and with BuildKit only",
                    file.event.site.source,
                    file.event.site.span,
                    "move its rules into .dockerignore first",
                )
        self.check_ignore(builder, runtime)

    def check_ignore(self, builder: BuildFile, runtime: BuildFile) -> None:
        """The ignore file of the builder's context is the same at the single build."""
        if not contexts.needs_context(builder):
            return
        path = paths.join(builder.event.context, ".dockerignore")
        filling = runtime.event.state.files.filling(path)
        if filling is not None and runtime.event.state.files.certain(path) is None:
            event = self.work.run.events[filling.event]
            self.work.assume(f"no `{self.work.show(path)}` comes with what this puts into the folder", event)
        then, now = (file.event.state.files.certain(path) for file in (builder, runtime))
        if (then.origin if then else None) != (now.origin if now else None):
            raise refuse(
                "STG504",
                f"`{self.work.show(path)}` is not the same at the two builds, and in one build one would hold for both",
                runtime.event.site.source,
                runtime.event.site.span,
                "use one ignore file that serves both builds",
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

    def check_order(self, plans: list[FinalPlan], liveness: Liveness) -> None:
        """What stays of the script must not change the builder's context between the two builds."""
        for plan in plans:
            final = plan.runtime.event
            for builder in plan.builders:
                if not contexts.needs_context(builder):
                    continue
                before = builder.event.state.files
                for path, entry in final.state.files.changes.items():
                    if before.changes.get(path, _ABSENT) == entry or (path not in before.changes and entry is None
                                                                      and before.lookup(path) is None):  # fmt: skip
                        continue
                    numbers = entry.events if entry is not None else self.removers(path, builder.event, final)
                    alive = [
                        n for n in numbers
                        if n in liveness.live and n > builder.event.number and not _sets_owner(self.work.run.events[n])
                    ]  # fmt: skip
                    if not alive or any(isinstance(one.origin, FromContainer) for one in possible(entry)):
                        continue
                    if self.is_recipes_own(path, entry, plan):
                        continue
                    if contexts.takes_in(builder, path):
                        event = self.work.run.events[alive[0]]
                        raise refuse(
                            "STG506",
                            f"this changes `{self.work.show(path)}` after the first build, and the builder takes it in",
                            event.site.source,
                            event.site.span,
                            "do it before the first build, or add the path to .dockerignore",
                        )

    def check_written(self, plans: list[FinalPlan], liveness: Liveness) -> None:
        """Nothing that stays changes a Dockerfile which the script wrote, now that it stands in the tree."""
        for plan in plans:
            path = plan.runtime.path
            if plan.runtime.event.number not in self.work.loader.placed:
                continue
            for event in self.work.run.events:
                if event.number not in liveness.live or not isinstance(event, (ChangedFiles, RanCommand)):
                    continue
                dropped = liveness.dropped.get(event.number, ())
                if isinstance(event, ChangedFiles):
                    kept = [name for index, name in event.operands if index not in dropped]
                    touched = [*kept, *event.makes] if not dropped else kept
                else:
                    touched = [*event.makes, *event.paths]
                if any(name and (paths.is_below(path, name) or fnmatchcase(path, name)) for name in touched):
                    raise refuse(
                        "STG404",
                        f"the script writes {path}, the Dockerfile of an image, and this command, which stays, works on it",
                        event.site.source,
                        event.site.span,
                        "put that Dockerfile into the tree first, and take out the commands that write and remove it",
                    )

    def is_recipes_own(self, path: str, entry: Entry | None, plan: FinalPlan) -> bool:
        """Whether this is one of the Dockerfiles put into place, which the conversion changes in any case."""
        own = {plan.runtime.path, *(builder.path for builder in plan.builders)}
        if entry is not None and isinstance(entry.origin, FromLink):
            path, entry = "", plan.runtime.event.state.files.lookup(entry.origin.target)
        return path in own or (entry is not None and isinstance(entry.origin, FromTree) and entry.origin.path in own)

    def removers(self, path: str, start: Built, end: Built) -> tuple[int, ...]:
        return tuple(
            event.number
            for event in self.work.run.events[start.number : end.number]
            if isinstance(event, ChangedFiles) and path in event.removes
        )


def _lies_there(event: Event, path: str, artifact: Artifact) -> bool:
    """Whether the artifact, or a part of it, lay at the path then, which may have been another place."""
    entry = event.state.files.lookup(path)
    if entry is None or not isinstance(entry.origin, FromContainer) or entry.origin.event != artifact.origin.event:
        return False
    found, own = entry.origin.path.flat, artifact.path.flat
    return found == own or paths.is_below(found, own)


def _sets_owner(event: Event) -> bool:
    """Whether a command gives files to someone, which no build sees: what it takes from its context is root's."""
    return isinstance(event, ChangedFiles) and event.verb in ("chown", "chgrp")


_ABSENT = object()
_TOOL_FILES = {
    "make": ("Makefile", "makefile", "GNUmakefile"),
    **dict.fromkeys(("npm", "yarn", "pnpm"), ("package.json",)),
    **dict.fromkeys(("gradle", "gradlew"), ("build.gradle", "build.gradle.kts")),
    **dict.fromkeys(("mvn", "mvnw"), ("pom.xml",)),
}
"""Files that tell build tools what to do."""

_TREE_RUNNERS = frozenset(
    """
    ant bash cargo cmake dash go gradle grunt gulp just ksh lein make mvn ninja node npm npx perl php pip pip3
    python python2 python3 rake ruby sbt sh stack task yarn xargs find
    """.split()
)
"""Programs that run files of the tree, or change many at once."""


def _reads_only(event: RanCommand) -> bool:
    names = INSPECTIONS | {
        "artifacts",
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
        "gsutil",
        "s3cmd",
        "cosign",
        "gpg",
        "tree",
        "strings",
        "size",
        "nm",
        "shasum",
        "scp",
        "curl",
        "ssh",
    }
    base = paths.base_name(event.name)
    if base in ("tar", "bsdtar", "zip"):
        flags = event.words[1].flat if len(event.words) > 1 else ""
        return base == "zip" or "c" in flags.partition("-")[2] or (not flags.startswith("-") and "c" in flags)
    if base == "rsync":
        return ":" in event.words[-1].flat
    return base in names or event.name.startswith("docker ")


_IN_PLACE = frozenset({"strip", "upx", "objcopy", "dos2unix", "patchelf", "sed", "perl"})
"""Programs that change a file in its place, as they would in the builder."""


def _moved(event: RanCommand, artifact: Artifact) -> str | None:
    """The command line as the builder would run it; None where its words are not plain."""
    words = [word.flat for word in event.words]
    own = [
        i for i, word in enumerate(words) if i and _lies_there(event, paths.join(event.state.folder, word), artifact)
    ]
    if (
        paths.base_name(event.name) not in _IN_PLACE
        or len(own) != 1
        or artifact.pattern
        or not all(re.fullmatch(r"[\w./:=+,@-]+", word) for word in words)
    ):
        return None
    flat = artifact.path.flat
    return " ".join([*words[: own[0]], flat, *words[own[0] + 1 :]]) if is_known(flat) else None


def _runs_tree(event: RanCommand) -> bool:
    """Whether a command runs something of the tree that may do anything: a script, make, a build tool."""
    name = event.name
    if "/" in name and not name.startswith(("/usr/", "/bin/", "/sbin/", "/opt/")):
        return True
    return paths.base_name(name) in _TREE_RUNNERS


def _is_file(entry: Entry | None) -> bool:
    """Whether there is surely something: what may lie in a folder that came out of a container is not."""
    return entry is not None and not isinstance(entry.origin, FromContainer)
