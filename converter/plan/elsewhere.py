"""A final image that the script does not build itself: an automated build, a CI job or a compose file does.

Its Dockerfile is found by what it takes: the very paths to which the script copies its artifacts.
"""

from __future__ import annotations

from converter.diagnostics import note
from converter.docker_cli.commands import Build
from converter.docker_cli.parse import parse as parse_command
from converter.machine import paths
from converter.machine.events import Built, CopiedOut, Site
from converter.machine.mechanisms import MOUNTED
from converter.machine.state import Image
from converter.machine.value import is_known
from converter.plan.dockerfiles import BuildFile
from converter.plan.takes import Taken
from converter.plan.work import Work
from converter.shell.interpreter import NeedsFiles
from converter.source import Source, Span

MAX_CANDIDATES = 50


def candidates(work: Work, runtime: str | None) -> list[Built]:
    """Builds that somebody else may do after the script: each Dockerfile of the tree that it does not build, in its own
    folder and in the root.

    Raises `NeedsFiles` for Dockerfiles that are not read yet. `runtime` is the one that the person named.
    """
    final = work.run.final
    outs = [out for out in work.outs if out.mechanism != MOUNTED and out.path != "-"]
    if final is None or not outs:
        return []
    own = {event.dockerfile for event in work.builds}
    start = final.files.start
    names = [runtime] if runtime is not None else sorted(
        path for path in start.files if path not in own and _is_dockerfile(path)
    )[:MAX_CANDIDATES]  # fmt: skip
    missing = tuple(name for name in names if name not in work.loader.texts and start.kind(name) == "file")
    if missing:
        raise NeedsFiles(missing)
    found = []
    for name in names:
        source = work.loader.texts.get(name)
        if source is None:
            continue
        for folder in dict.fromkeys((paths.parent(name), "")):
            if any(out.path == folder or paths.is_below(out.path, folder) for out in outs if is_known(out.path)):
                found.append(_build(work, source, folder))
    return found


def _is_dockerfile(path: str) -> bool:
    name = paths.base_name(path).lower()
    return (name.startswith(("dockerfile", "containerfile")) or name.endswith(".dockerfile")) and not name.endswith(
        (".dockerignore", ".md", ".j2", ".tmpl", ".template", ".in", ".sh")
    )


def _build(work: Work, source: Source, folder: str) -> Built:
    final = work.run.final
    assert final is not None
    command = parse_command(("docker", "build", "-f", source.path, folder or "."))
    assert isinstance(command, Build)
    number = len(work.run.events)
    site = Site(source, Span(0, 0))
    return Built(number, site, (), final, command, (), (), Image(number), source.path, folder, (), elsewhere=True)


def find(work: Work, looked: list[tuple[BuildFile, Taken]]) -> list[tuple[BuildFile, Taken]]:
    """Of several Dockerfiles and folders, those that take artifacts and miss nothing; of one file the first folder."""
    good: dict[str, tuple[BuildFile, Taken]] = {}
    for file, taken in looked:
        # one that takes its whole context takes the artifact by chance
        named = any(use.artifacts and not use.keeps_host for take in taken.takes for use in take.sources)
        if named and not taken.missing and not taken.host_made:
            good.setdefault(file.path, (file, taken))
    return list(good.values())


def say(work: Work, file: BuildFile, out: CopiedOut) -> None:
    """What the conversion rests on."""
    work.assume(f"{file.path} is built elsewhere, in the folder `{file.event.context or '.'}`", out)
    work.diagnostics.append(
        note(
            "STG616",
            f"the script does not build {file.path}, which takes the artifact; it builds it by itself now",
            file.source,
            file.stages[-1].from_instruction.span,
        )
    )
