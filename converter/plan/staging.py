"""Folders that the script fills only to have them as a build context: they go where the build has another one now."""

from __future__ import annotations

from collections.abc import Iterable

from converter.machine import paths
from converter.machine.events import Built, ChangedFolder, Created, RanCommand
from converter.plan.liveness import Abandoned
from converter.plan.model import FinalPlan
from converter.plan.work import Work


def abandoned(work: Work, plans: Iterable[FinalPlan]) -> Abandoned:
    """The contexts of final builds that are no context any more, and that nothing else in the script looks into."""
    moved = {plan.runtime.event.number for plan in plans if plan.context.folder != plan.runtime.event.context}
    builds = [event for event in work.builds if event.number in moved]
    words = {
        (event.site.source.path, event.spans[event.command.context.index])
        for event in builds
        if event.command.context is not None and event.spans
    }
    folders = {event.context for event in builds if event.context and not _used(work, event.context, moved)}
    return Abandoned(frozenset(folders), frozenset(words))


def _used(work: Work, folder: str, moved: set[int]) -> bool:
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
        elif isinstance(event, RanCommand) and any(_in(path, folder) for path in event.paths):
            return True
    return False


def _in(path: str, folder: str) -> bool:
    return path == folder or paths.is_below(path, folder)
