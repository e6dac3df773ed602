"""Folders that the script fills only to have them as a build context, or to pack them into an archive for one: they go
where the build has another context now, and where it takes what was in the archive from the stages."""

from __future__ import annotations

from collections.abc import Iterable

from converter.machine import paths
from converter.machine.events import Built, ChangedFiles, ChangedFolder, Created, RanCommand
from converter.machine.host import FromHost
from converter.plan.liveness import Abandoned
from converter.plan.model import FinalPlan
from converter.plan.work import Work


def abandoned(work: Work, plans: Iterable[FinalPlan]) -> Abandoned:
    """The contexts of final builds that are no context any more, and the folders that their archives were packed from,
    where nothing else in the script looks into them."""
    plans = list(plans)
    moved = {plan.runtime.event.number for plan in plans if plan.context.folder != plan.runtime.event.context}
    builds = [event for event in work.builds if event.number in moved]
    words = {
        (event.site.source.path, event.spans[event.command.context.index])
        for event in builds
        if event.command.context is not None and event.spans
    }
    folders = {event.context for event in builds if event.context and not _used(work, event.context, moved, set())}
    packs = {
        use.archive for plan in plans for take in work.taken[plan.runtime.event.number].takes
        for use in take.sources if use.archive is not None
    }  # fmt: skip
    for number in packs:
        event = work.run.events[number]
        if not isinstance(event, ChangedFiles):
            # a container packed it, out of its own files
            continue
        for place in event.reads:
            entry = event.state.files.lookup(place)
            if entry is not None and isinstance(entry.origin, FromHost) and not _used(work, place, moved, packs):
                folders.add(place)
    return Abandoned(frozenset(folders), frozenset(words))


def _used(work: Work, folder: str, moved: set[int], packs: set[int]) -> bool:
    for event in work.run.events:
        if isinstance(event, Built):
            if event.number not in moved and (
                _in(event.context, folder) or (_in(folder, event.context) and event.context)
            ):
                return True
        elif isinstance(event, ChangedFolder):
            if _in(event.folder, folder):
                return True
        elif isinstance(event, Created):
            sources = [v.source.text for v in event.command.volumes if v.source is not None]
            if any(_in(paths.join(event.state.folder, source), folder) for source in sources):
                return True
        elif isinstance(event, ChangedFiles):
            if event.number not in packs and packs and any(_in(path, folder) for path in event.reads):
                if not all(_in(path, folder) for path in event.makes):
                    return True
        elif isinstance(event, RanCommand) and any(_in(path, folder) for path in event.paths):
            return True
    return False


def _in(path: str, folder: str) -> bool:
    return path == folder or paths.is_below(path, folder)
