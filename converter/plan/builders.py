"""Which stages build the artifacts of one final image: the builders' Dockerfiles, and images that the script only runs.

A container that built in a mounted folder of the tree becomes a stage that copies that folder in. Where several
containers worked in the same folder one after the other, each goes on with what the one before it left.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from converter.diagnostics import refuse
from converter.lazy import lazily
from converter.machine import paths
from converter.machine.events import Built, CopiedIn, CopiedOut, Created
from converter.machine.host import FromContainer, FromTree
from converter.machine.mechanisms import MOUNTED, UNPACKED
from converter.machine.predicate import Facts
from converter.machine.value import Value, is_known
from converter.plan.archives import unpacks
from converter.plan.contexts import common, needs_context
from converter.plan.dockerfiles import BuildFile
from converter.plan.facts import BASE_FOLDERS
from converter.plan.modes import works_on
from converter.plan.runs import Running, what_it_did
from converter.plan.takes import Take
from converter.plan.work import Work

if TYPE_CHECKING:
    from converter.machine import branching
    from converter.plan import caches
else:
    branching = lazily("converter.machine.branching")
    caches = lazily("converter.plan.caches")


class Mount(Struct, frozen=True):
    """A folder or file of the tree in a container: `host` is its path in the tree, `target` its path there.

    `filled` tells that the tree has files there.
    """

    host: str
    target: Value
    filled: bool


class StageRun(Struct, frozen=True):
    """A container whose build the stage does."""

    created: Created
    running: Running
    mounts: tuple[Mount, ...] = ()


class Builders(Struct):
    """The stages by the number of their build (or of the first container, for an image that is only run), in order.

    `runs` are the containers of each stage, `before` the stage that a stage takes its folders from, `stage_of` the stage
    of each container, and `images` the images that artifacts are taken from as they are.
    """

    files: dict[int, BuildFile] = field(default_factory=dict)
    runs: dict[int, list[StageRun]] = field(default_factory=dict)
    before: dict[int, int] = field(default_factory=dict)
    stage_of: dict[int, int] = field(default_factory=dict)
    images: dict[int, BuildFile] = field(default_factory=dict)

    @property
    def ordered(self) -> tuple[BuildFile, ...]:
        """The stages in the order of the script."""
        return tuple(self.files[number] for number in sorted(self.files))


def find_builders(work: Work, runtime: BuildFile, takes: Iterable[Take]) -> Builders:
    """The stages for the artifacts of a final image. Raises `Refusal` where a stage cannot do what a container did."""
    found = Builders()
    for take in takes:
        for use in take.sources:
            for artifact in use.artifacts:
                out = work.run.events[artifact.origin.event]
                assert isinstance(out, CopiedOut)
                _add(work, runtime, found, out, works_on(work.run, artifact) or unpacks(take, artifact))
    return found


def add_all(found: Builders, other: Builders) -> None:
    """Adds the stages of a builder that takes artifacts itself."""
    for number, file in other.files.items():
        found.files.setdefault(number, file)
    for number, runs in other.runs.items():
        known = found.runs.setdefault(number, [])
        known += [run for run in runs if run.created not in [one.created for one in known]]
    found.before.update(other.before)
    found.stage_of.update(other.stage_of)
    found.images.update(other.images)


def outs_of(work: Work, builders: Builders, absorbed: set[int]) -> set[int]:
    """What goes along with absorbed artifacts: the other folders of containers that became stages, and the streams
    that the artifacts were unpacked from."""
    found = {out.number for out in work.outs if out.mechanism == MOUNTED and out.container.event in builders.stage_of}
    for out in work.outs:
        if out.extraction is not None and out.number in absorbed:
            found.add(out.extraction.packed)
        if out.mechanism == UNPACKED and out.number in absorbed:
            streams = [s for s in work.outs if s.path == "-" and s.container == out.container and s.number < out.number]
            found |= {stream.number for stream in streams[-1:]}
    streamed = [build.context for build in work.builds if (word := build.command.context) and word.text == "-"]
    for context in streamed:
        # what flows into the engine and no instruction takes is nowhere else
        inside = {out.number for out in work.outs if out.path == context or paths.is_below(out.path, context)}
        found |= inside if inside & absorbed else set()
    return found


def _add(work: Work, runtime: BuildFile, found: Builders, out: CopiedOut, in_stage: bool) -> None:
    """Adds the stage of an artifact; `in_stage` tells that the stage does something to it, which an image cannot."""
    facts = runtime.event.state.facts
    if out.extraction is not None:
        in_stage = True
        brought = work.run.events[out.extraction.packed]
        assert isinstance(brought, CopiedOut)
        out = brought
    if out.container.choices:
        # the same container on every way that leads to this build, or a refusal
        work.image_of(out, facts)
    created = _created(work, out, facts)
    if created.number in found.images and in_stage:
        found.files[created.number] = found.images.pop(created.number)
        found.runs[created.number] = [StageRun(created, work.runs[created.number])]
    if created.number in found.stage_of:
        return
    running = work.runs[created.number]
    if out.mechanism == MOUNTED or (running.kind == "build" and mounts_of(work, created)):
        _add_mounted(work, runtime, found, created, out)
        return
    if created.image is not None:
        file = work.builder_of(out, facts)
        number = file.event.number
        found.files[number] = file
        found.stage_of[created.number] = number
        if running.kind == "build":
            found.runs.setdefault(number, []).append(StageRun(created, running))
        return
    file = work.loader.foreign(created, runtime.event.context, runtime.tree.newline)
    found.stage_of[created.number] = created.number
    if running.kind == "build" or in_stage or file.arguments:
        found.files[created.number] = file
        found.runs[created.number] = [StageRun(created, running)]
    else:
        found.images[created.number] = file


def _created(work: Work, out: CopiedOut, facts: Facts) -> Created:
    container = out.container
    if container.is_open:
        container = branching.chosen_container(container, facts) or container
    created = work.run.events[container.event]
    assert isinstance(created, Created)
    return created


def _add_mounted(work: Work, runtime: BuildFile, found: Builders, last: Created, taken: CopiedOut) -> None:
    """All containers that worked in the folders of this one, in groups that can share a stage; `taken` is what is needed."""
    chain = _chain(work, last)
    previous: int | None = None
    key: object = None
    for created in chain:
        outs = (o for o in work.outs if o.container.event == created.number and o.mechanism == MOUNTED)
        out = next(outs, taken)
        running = work.runs.get(created.number) or what_it_did(created, out, work.run, work.loader)
        work.runs[created.number] = running
        mounts = mounts_of(work, created)
        _check_inputs(work, created, mounts)
        _check_twice(work, created, mounts, running)
        image = created.image.event if created.image is not None else created.container.image_name.flat
        mapping = tuple(sorted((mount.host, mount.target.flat) for mount in mounts))
        if previous is None or (image, mapping) != key:
            number = created.image.event if created.image is not None else created.number
            if number in found.files:
                raise refuse(
                    "STG402",
                    "the image works in the folder, then another one, then this one again",
                    created.site.source,
                    created.site.span,
                    "convert this recipe by hand",
                )
            folder = _context(created, mounts)
            if created.image is not None:
                file = work.loader.load(_built(work, created))
                if needs_context(file):
                    folder = _both(work, file, folder, created)
                file = replace(file, event=replace(file.event, context=folder))
            else:
                file = work.loader.foreign(created, folder, runtime.tree.newline)
            found.files[number] = replace(file, mounted=True)
            if previous is not None:
                found.before[number] = previous
            previous, key = number, (image, mapping)
        found.stage_of[created.number] = previous
        found.runs.setdefault(previous, []).append(StageRun(created, running, mounts))


def _built(work: Work, created: Created) -> Built:
    assert created.image is not None
    event = work.run.events[created.image.event]
    assert isinstance(event, Built)
    return event


def _chain(work: Work, last: Created) -> list[Created]:
    """The containers before this one that worked in the same folders, and itself."""
    chain = [last]
    folders = {out.path for out in work.outs if out.container.event == last.number and out.mechanism == MOUNTED}
    for event in reversed(work.run.events[: last.number]):
        if not isinstance(event, Created):
            continue
        theirs = {out.path for out in work.outs if out.container.event == event.number and out.mechanism == MOUNTED}
        if any(a == b or paths.is_below(a, b) or paths.is_below(b, a) for a in theirs for b in folders):
            chain.append(event)
            folders |= theirs
    return chain[::-1]


def mounts_of(work: Work, created: Created) -> tuple[Mount, ...]:
    """What the container saw of the tree. Raises `Refusal` for anything else that it was given, caches excepted."""
    found: list[Mount] = []
    files = created.state.files
    for volume in created.command.volumes:
        target = created.words[volume.target.index].slice(
            volume.target.start, volume.target.start + len(volume.target.text)
        )
        place = created.site.source, created.spans[volume.word.index]
        shown = work.show(volume.word.text)
        if caches.is_cache(volume, target):
            # see caches.py
            continue
        if volume.kind == "volume" and not _is_shared(work, created, volume.source.text if volume.source else ""):
            work.assume(f"the volume `{shown}` holds nothing at first, and only what the build downloads", created)
            continue
        if volume.kind not in ("bind", "unknown") or volume.source is None:
            raise refuse(
                "STG402",
                f"the build works in `{shown}`, which is no folder of the tree",
                *place,
                "convert this recipe by hand",
            )
        host = paths.join(created.state.folder, volume.source.text)
        if host.rpartition("/")[2] == "docker.sock":
            raise refuse(
                "STG402",
                "the container that does the build gets the engine's socket, so it may build images itself",
                *place,
                "run those docker commands in the script, then try again",
            )
        if paths.is_outside(host) or not is_known(host):
            raise refuse(
                "STG402",
                f"the build sees `{work.show(volume.source.text)}`, which lies outside the tree",
                *place,
                "copy what it needs into the tree first, or convert by hand",
            )
        while target.flat.endswith("/") and len(target.flat) > 1:
            target = target.slice(0, len(target.flat) - 1)
        filled = files.start.kind(host) == "file" or any(True for _ in files.start.below(host))
        found.append(Mount(host, target, filled))
    found += copied_in(work, created)
    return tuple(sorted(found, key=lambda mount: (mount.target.flat.count("/"), mount.target.flat)))


def copied_in(work: Work, created: Created) -> list[Mount]:
    """What the script copied into the container, as if it had been mounted: the stage copies it in the same way.

    Measured: a folder becomes the named one where that is missing, with a slash behind it too, and goes into it where it is
    there; a file goes into a folder that is named with a slash. Raises `Refusal` for anything but files of the tree, and
    where the place in the container depends on what is there.
    """
    found: list[Mount] = []
    for event in work.run.events:
        if not isinstance(event, CopiedIn) or created.number not in event.container.events:
            continue
        place = event.site.source, event.site.span
        files = event.state.files
        entry = files.lookup(event.path)
        if entry is None or not isinstance(entry.origin, FromTree) or entry.origin.path != event.path:
            raise refuse(
                "STG404",
                f"`{work.show(event.path)}`, which is copied into the container, is no file or folder of the tree as it is there",
                *place,
                "copy it in the builder Dockerfile first",
            )
        target = event.target
        kind = files.start.kind(event.path)
        whole = target.flat.rstrip("/") or "/"
        if not event.contents:
            given = created.command.workdir.text.rstrip("/") if created.command.workdir is not None else None
            slash = kind == "file" and target.flat.endswith("/")
            inside = slash or whole in BASE_FOLDERS or whole == given
            if not inside and not (kind == "file" and paths.base_name(whole) == paths.base_name(event.path)):
                raise refuse(
                    "STG503",
                    f"nothing tells whether `{work.show(target.flat)}` is a folder of the container already, into which "
                    f"`{work.show(event.path)}` would go",
                    *place,
                    "end the path in `/` where it is one, or copy `FOLDER/.` for what is in the folder",
                )
            if inside:
                lead = "" if target.flat.endswith("/") else "/"
                target = target + Value.literal(lead + paths.base_name(event.path))
        while target.flat.endswith("/") and len(target.flat) > 1:
            target = target.slice(0, len(target.flat) - 1)
        found.append(Mount(event.path, target, True))
    return found


def _is_shared(work: Work, created: Created, name: str) -> bool:
    """Whether containers of another image use a volume too, or files are copied out of where it appears."""
    for event in work.run.events:
        if isinstance(event, Created):
            names = [v.source.text for v in event.command.volumes if v.kind == "volume" and v.source is not None]
            same = event.image == created.image and event.container.image_name.flat == created.container.image_name.flat
            if name and name in names and not same:
                return True
    targets = [
        v.target.text.rstrip("/") for v in created.command.volumes
        if v.kind == "volume" and (v.source.text if v.source else "") == name
    ]  # fmt: skip
    mounts = [v.target.text.rstrip("/") for v in created.command.volumes if v.kind != "volume"]
    inside = any(target.startswith(mount + "/") for target in targets for mount in mounts)
    outs = [out.source.flat for out in work.outs if out.container.event == created.number and out.mechanism != MOUNTED]
    return inside or any(flat == target or flat.startswith(target + "/") for flat in outs for target in targets)


def _check_inputs(work: Work, created: Created, mounts: tuple[Mount, ...]) -> None:
    """An artifact of another container in the folder would have to be in the stage as well."""
    for path, entry in created.state.files.changes.items():
        if entry is None or not isinstance(entry.origin, FromContainer):
            continue
        out = work.run.events[entry.origin.event]
        if isinstance(out, CopiedOut) and out.mechanism == MOUNTED:
            continue
        if any(path == mount.host or paths.is_below(path, mount.host) for mount in mounts):
            raise refuse(
                "STG402",
                f"the build in this container may use `{work.show(path)}`, which came out of another one",
                created.site.source,
                created.site.span,
                "convert this recipe by hand",
            )


def _check_twice(work: Work, created: Created, mounts: tuple[Mount, ...], running: Running) -> None:
    """A folder that the container sees at two places is one folder, but two in a stage: its command may use one only."""
    words = " ".join(running.line.flats) if running.line is not None else ""
    taken = {out.path for out in work.outs if out.container.event == created.number and out.mechanism == MOUNTED}
    for inner in mounts:
        for outer in mounts:
            below = paths.is_below(inner.host, outer.host)
            if not below or not any(path == inner.host or paths.is_below(path, inner.host) for path in taken):
                continue
            relative = inner.host.removeprefix(outer.host).strip("/")
            other = f"{outer.target.flat.rstrip('/')}/{relative}"
            if inner.target.flat == other or not re.search(rf"(?<![\w.-]){re.escape(relative)}(?![\w.-])", words):
                continue
            if inner.target.flat.strip("/") in words.replace(other, ""):
                continue
            raise refuse(
                "STG402",
                f"the container sees `{work.show(inner.host)}` twice, as `{work.show(inner.target.flat)}` and as "
                f"`{work.show(other)}`, and its command names the second",
                created.site.source,
                created.site.span,
                f"remove the mount of `{work.show(inner.host)}`: the container has the folder anyway",
            )


def _context(created: Created, mounts: tuple[Mount, ...]) -> str:
    """The folder that holds all mounted files of the tree."""
    folders = [mount.host for mount in mounts if mount.filled]
    if not folders:
        return paths.normalize(created.state.folder)
    files = created.state.files.start
    tops = [paths.parent(folder) if files.kind(folder) == "file" else folder for folder in folders]
    return common(tops)


def _both(work: Work, file: BuildFile, folder: str, created: Created) -> str:
    """The context of a builder that takes files itself and then works in a mounted folder."""
    own = file.event.context
    if own == folder or paths.is_below(folder, own):
        return own
    raise refuse(
        "STG507",
        f"the builder's files come from `{work.show(own) or '.'}`, and its container works in `{folder or '.'}`",
        created.site.source,
        created.site.span,
        "build the builder image from the same folder first",
    )
