"""A recipe of which only some images convert: these are planned together, and the builds of the others stay."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from converter.diagnostics import Diagnostic, Refusal
from converter.plan.dockerfiles import BuildFile, Loader
from converter.plan.model import Left, NotThePattern, Plan
from converter.plan.planner import plan
from converter.plan.recognize import Recognizer
from converter.plan.wishes import Wishes
from converter.plan.work import Work
from converter.shell.interpreter import Run


def plan_in_part(run: Run, loader: Loader, mentions: Mapping[str, str], wishes: Wishes, whole: Refusal) -> Plan:
    """The plan for as many images as convert together, the first ones first. Raises `whole`, the refusal of all of them
    together, where none does; `NeedsFiles` as `plan` does.

    Builds of one Dockerfile convert together or not at all.
    """
    work = Work(run, loader, None, mentions, None, wishes)
    finals, refused = Recognizer(work).survey()
    files: dict[str, list[BuildFile]] = {}
    for file in finals:
        files.setdefault(file.path, []).append(file)
    if len(files) + len(refused) < 2:
        raise whole
    paths = {number: _path(loader, number) for number in refused}
    why: dict[int, Diagnostic] = {number: refusal.diagnostic for number, refusal in refused.items()}
    chosen: frozenset[int] = frozenset()
    found: Plan | None = None
    for path, group in files.items():
        numbers = frozenset(file.event.number for file in group)
        blocking = next((why[number] for number, other in paths.items() if other == path), None)
        if blocking is None:
            try:
                found = plan(run, loader, None, mentions, None, wishes, chosen | numbers)
            except Refusal as refusal:
                blocking = refusal.diagnostic
            except NotThePattern as answer:
                blocking = answer.diagnostic
        if blocking is None:
            chosen |= numbers
        else:
            why.update(dict.fromkeys(numbers, blocking))
    if found is None:
        raise whole
    builders = {builder.event.number for final in found.finals for builder in final.builders}
    found.left = [
        Left(event, loader.loaded[event.number].source if event.number in loader.loaded else None, why[event.number])
        for event in work.builds if event.number in why and event.number not in builders
    ]  # fmt: skip
    return found


def offering_partial(found: Plan, whole: Refusal) -> Refusal:
    """The refusal of a recipe of which some images convert, which says so."""
    show = found.run.unknowns.show
    tags = ", ".join(f"`{show(tag.flat)}`" for final in found.finals for tag in final.runtime.event.tags[:1])
    what = f"--partial converts {tags or 'the other images'} and leaves this one as it is"
    help = whole.diagnostic.help
    return Refusal(replace(whole.diagnostic, help=f"{help}; {what}" if help else what))


def _path(loader: Loader, number: int) -> str:
    """The Dockerfile of a build, empty where it could not be read."""
    return loader.loaded[number].path if number in loader.loaded else ""
