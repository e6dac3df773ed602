"""What all parts of the planner look at: the run, its Dockerfiles, and what was noted on the way."""

from __future__ import annotations

from collections.abc import Mapping

from converter.diagnostics import Diagnostic, refuse
from converter.machine.events import Built, CopiedOut, Event
from converter.plan.dockerfiles import BuildFile, Loader
from converter.plan.runs import Running
from converter.plan.takes import Taken
from converter.result import Assumption
from converter.shell.interpreter import Run


class Work:
    """One recipe under planning: `taken` is what each build takes, `runs` what each container did, by event number."""

    def __init__(
        self, run: Run, loader: Loader, image: str | None, mentions: Mapping[str, str], runtime: str | None = None
    ) -> None:
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

    def assume(self, about: str, event: Event) -> None:
        site = event.site
        found = Assumption(about, site.source.location(site.span))
        if found not in self.assumptions:
            self.assumptions.append(found)
