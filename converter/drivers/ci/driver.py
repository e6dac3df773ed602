"""CI files and their like as drivers: the jobs of a file are its invocations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib import import_module

from converter.diagnostics import refuse
from converter.drivers.ci.model import Job
from converter.drivers.ci.names import ci_kind
from converter.drivers.ci.run import CiRun, follow
from converter.drivers.driver import Changes, OptionError, Request, Start
from converter.machine.host import StartingFiles
from converter.shell.commands.container import nothing_known
from converter.shell.interpreter import Run
from converter.source import Source

TOOLS = frozenset({"taskfile", "package", "just"})
"""Files whose parts people start one by one; of all others every job runs."""

NO_YAML = frozenset({"jenkins", "just"})

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
        if ci_kind(source.path) not in TOOLS or request.targets:
            yield [
                partial(
                    follow,
                    files,
                    request,
                    ci_kind(source.path) not in TOOLS,
                    chosen,
                    [job for job in jobs if job not in chosen],
                )
            ]
            if any(job.variants for job in chosen):
                several = [one for job in chosen for one in job.variants or (job,)]
                rest = [job for job in jobs if job not in chosen]
                yield [partial(follow, files, request, True, several, rest)]
            return
        for job in sorted(jobs, key=lambda job: job.name not in ("default", "build")):
            yield [partial(follow, files, request, False, [job], [one for one in jobs if not _part(one, [job])])]
        if not jobs:
            yield [partial(follow, files, request, False, [], [])]

    def rewrite(
        self, run: Run, changes: Mapping[str, Changes], moved: Mapping[str, str]
    ) -> list[tuple[Source, Changes]]:
        """See `Driver.rewrite`."""
        from converter.drivers.ci.rewrite import rewrite, same_document, same_scripts

        assert isinstance(run, CiRun)
        kinds = {ci_kind(source.path) for source in run.files}
        if not kinds & NO_YAML:
            return rewrite(run, changes, moved, same_document)
        request = Request({}, StartingFiles(()), (), lambda run: nothing_known)
        return rewrite(run, changes, moved, partial(same_scripts, lambda source: _reader(source)(source, request)[0]))


def _part(job: Job, chosen: list[Job]) -> bool:
    """Whether all that a job runs is run by the chosen ones already."""
    known = {script.place for one in chosen for shell in one.shells for script in shell.scripts}
    return all(script.place in known for shell in job.shells for script in shell.scripts)


def _reader(source: Source) -> Reader:
    module = import_module(f"converter.drivers.ci.{ci_kind(source.path)}")
    read: Reader = module.read
    return read


def _jobs(jobs: list[Job]) -> str:
    return "the jobs are " + ", ".join(job.name for job in jobs[:20])
