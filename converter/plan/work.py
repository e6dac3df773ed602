"""What all parts of the planner look at: the run, its Dockerfiles, and what was noted on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from converter.diagnostics import Diagnostic, Refusal, refuse
from converter.lazy import lazily
from converter.machine.events import Built, ChangedFiles, CopiedOut, Event
from converter.machine.host import Alternatives, FromContainer
from converter.machine.predicate import Facts
from converter.machine.state import Image
from converter.plan.dockerfiles import BuildFile, Loader
from converter.plan.runs import Running
from converter.plan.takes import Artifact, Taken
from converter.plan.wishes import NO_WISHES, Wishes
from converter.result import Assumption
from converter.shell.interpreter import Run

if TYPE_CHECKING:
    from converter.machine import branching
    from converter.plan import branches
else:
    branching = lazily("converter.machine.branching")
    branches = lazily("converter.plan.branches")

WAYS = frozenset({"no-cache", "pull", "quiet", "progress", "rm", "force-rm", "tag", "memory", "cpus"})
"""Flags of a build that do not change what it makes."""


class Work:
    """One recipe under planning: `taken` is what each build takes, `runs` what each container did, by event number.

    With `only`, the final builds with these numbers are converted, and all others stay as they are.
    """

    def __init__(
        self,
        run: Run,
        loader: Loader,
        image: str | None,
        mentions: Mapping[str, str],
        runtime: str | None = None,
        wishes: Wishes = NO_WISHES,
        only: frozenset[int] | None = None,
    ) -> None:
        self.only = only
        self.wishes = wishes
        self.run = run
        self.loader = loader
        self.image = image
        self.runtime = runtime
        self.mentions = mentions
        self.builds = [event for event in run.events if isinstance(event, Built)]
        self.outs = [event for event in run.events if isinstance(event, CopiedOut)]
        self.show = run.unknowns.show
        self.taken: dict[int, Taken] = {}
        self.runs: dict[int, Running] = {}
        self.assumptions: list[Assumption] = []
        self.diagnostics: list[Diagnostic] = []

    @property
    def chooses_all(self) -> bool:
        """Whether every final image of the recipe has to convert."""
        return self.image is None and self.only is None

    def artifacts(self) -> Iterator[Artifact]:
        """All artifacts that the builds take."""
        for taken in self.taken.values():
            for take in taken.takes:
                for use in take.sources:
                    yield from use.artifacts

    def again(self) -> Work:
        """The same recipe, looked at anew."""
        return Work(self.run, self.loader, self.image, self.mentions, self.runtime, self.wishes, self.only)

    def builder_of(self, out: CopiedOut, facts: Facts) -> BuildFile:
        """The Dockerfile of the image whose container an artifact came from, where these facts hold."""
        image = self.image_of(out, facts)
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

    def image_of(self, out: CopiedOut, facts: Facts) -> Image | None:
        """The image that an artifact's container was made from: the same one on every path with these facts."""
        container = out.container
        if container.is_open:
            container = branching.chosen_container(container, facts) or container
        if container.choices:
            options = [(c, "it is created here" if made else "it is not created") for c, made in container.choices]
            if all(made is not None for _, made in container.choices):
                options = [(c, f"it is made from `{self.show(m.image_name.flat)}`") for c, m in container.choices if m]
            raise branches.undecided("which container the artifact is copied out of", options, self.run.unknowns)
        if container.image is None or not container.image.choices:
            return container.image
        return self.one_image(container.image, f"which image `{self.show(container.image_name.flat)}` is", out)

    def one_image(self, image: Image, what: str, event: Event) -> Image:
        """An image that branches made: by the same build, or by none where the engine is said to have it."""
        made = [choice for _, choice in image.choices if choice is not None]
        without = [condition for condition, choice in image.choices if choice is None]
        asked = all(branches.asks_engine(condition.predicate, self.run.unknowns) for condition in without)
        if len({one.event for one in made}) == 1 and not made[0].choices and asked:
            built = self.run.events[made[0].event]
            self.assume("an image that the script builds only where the engine has none is the one it builds", built)
            return made[0]
        if asked and not any(one.choices for one in made) and self.same_build([one.event for one in made]):
            return made[0]
        options = [(condition, self.built_from(choice)) for condition, choice in image.choices]
        if len({outcome for _, outcome in options}) == 1:
            options = [(condition, self.built_by(choice)) for condition, choice in image.choices]
        raise branches.undecided(what, options, self.run.unknowns)

    def same_build(self, numbers: list[int]) -> bool:
        """Whether builds are one command that differs only in how it works, not in what it makes."""
        built = [event for number in numbers if isinstance(event := self.run.events[number], Built)]
        return len({
            (event.site, event.dockerfile, event.context, event.command.target and event.command.target.text,
             tuple((one.name, one.value and one.value.text) for one in event.command.build_args),
             frozenset(flag.name for flag in event.command.flags) - WAYS)
            for event in built
        }) == 1  # fmt: skip

    def built_from(self, image: Image | None) -> str:
        if image is None:
            return "the script does not build it"
        built = self.run.events[image.event]
        assert isinstance(built, Built)
        return f"it is built from {self.show(built.dockerfile)}"

    def built_by(self, image: Image | None) -> str:
        if image is None:
            return self.built_from(image)
        site = self.run.events[image.event].site
        return f"it is built by `{' '.join(site.source.slice(site.span).split())}`"

    def undecided_file(self, path: str, found: Alternatives) -> Refusal:
        """The refusal for an artifact that lies at its place on some paths only, or is another one."""
        options = []
        for condition, entry in found.options:
            if entry is None:
                options.append((condition, "nothing puts it there"))
            elif isinstance(entry.origin, FromContainer):
                what = f"it is `{self.show(entry.origin.path.flat)}` of a container"
                verbs = [event.verb for number in entry.origin.worked
                         if isinstance(event := self.run.events[number], ChangedFiles)]  # fmt: skip
                options.append((condition, f"{what}, changed by `{'`, `'.join(verbs)}`" if verbs else what))
            else:
                options.append((condition, "something else lies there"))
        return branches.undecided(f"what `{self.show(path)}` is", options, self.run.unknowns)

    def assume(self, about: str, event: Event) -> None:
        site = event.site
        found = Assumption(about, site.source.location(site.span))
        if found not in self.assumptions:
            self.assumptions.append(found)
