"""CI files and their like as drivers: the jobs of a file are its invocations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module

from converter.diagnostics import refuse
from converter.drivers.ci.model import Job
from converter.drivers.ci.names import ci_kind
from converter.drivers.ci.run import CiRun, follow
from converter.drivers.driver import Changes, OptionError, Request, Start
from converter.shell.interpreter import Run
from converter.source import Source

Reader = Callable[[Source, Request], tuple[list[Job], list[Source]]]


class CiFile:
    """Every kind that `names` knows; the module of that name has its `read`."""

    name = "ci"

    def starts(self, source: Source, request: Request) -> Iterator[list[Start]]:
        """The jobs that were named, or all of them in order."""
        if request.arguments:
            raise OptionError(f"{source.path} is a CI file, which takes no arguments")
        jobs, files = _reader(source)(source, request)
        known = {job.name for job in jobs}
        for target in request.targets:
            if target not in known:
                raise refuse("STG104", f"there is no job `{target}` here", source, source.line_span(1), _jobs(jobs))
        chosen = [job for job in jobs if job.name in request.targets] if request.targets else jobs
        others = [job for job in jobs if job not in chosen]

        def start() -> CiRun:
            return follow(source, files, request, chosen, others)

        yield [start]

    def rewrite(
        self, run: Run, changes: Mapping[str, Changes], moved: Mapping[str, str]
    ) -> list[tuple[Source, Changes]]:
        """See `Driver.rewrite`."""
        from converter.drivers.ci.rewrite import rewrite, says_the_same

        assert isinstance(run, CiRun)
        return rewrite(run, changes, says_the_same)


def _reader(source: Source) -> Reader:
    module = import_module(f"converter.drivers.ci.{ci_kind(source.path)}")
    read: Reader = module.read
    return read


def _jobs(jobs: list[Job]) -> str:
    return "the jobs are " + ", ".join(job.name for job in jobs[:20])
