"""What the runtime Dockerfile tells about an artifact: how it is taken, and which paths of the image are used then."""

from __future__ import annotations

import re
from collections.abc import Iterator

from converter.dockerfile.environment import target_path
from converter.dockerfile.stages import Stage
from converter.machine import paths
from converter.plan.dockerfiles import BuildFile
from converter.plan.facts import BASE_FOLDERS
from converter.plan.kinds.evidence import Evidence
from converter.plan.runs_text import run_text
from converter.plan.takes import Artifact, Take

_USERS = ("CMD", "ENTRYPOINT", "RUN", "ENV", "HEALTHCHECK", "SHELL")


def look(artifact: Artifact, runtime: BuildFile, take: Take) -> Iterator[Evidence]:
    """Everything that the runtime Dockerfile says about the artifact."""
    yield from _sources(artifact, runtime)
    if take.instruction not in take.stage.instructions or not artifact.host:
        return
    yield from _program(artifact, take.stage)
    yield from _made_executable(artifact, runtime, take.stage)
    yield from _places(artifact, runtime, take)


def _sources(artifact: Artifact, runtime: BuildFile) -> Iterator[Evidence]:
    """Sources of COPY: `dist/`, and `dist/index.html` beside `dist`."""
    context = runtime.event.context
    for state, stage in zip(runtime.states, runtime.stages, strict=True):
        for scope, instruction in zip(state.scopes, stage.instructions, strict=True):
            if instruction.keyword not in ("COPY", "ADD") or instruction.flag("from") is not None:
                continue
            for argument in instruction.arguments[:-1]:
                text = scope.expand(argument.value)
                if "://" in text or text.startswith(".."):
                    continue
                path = paths.join(context, paths.normalize(text.lstrip("/")))
                if paths.is_below(path, artifact.host):
                    yield "folder", "the runtime file takes a path inside it"
                elif path == artifact.host and text.endswith(("/", "/.")) and text.strip("./"):
                    yield "folder", f"the runtime file takes it as `{text}`"


def _program(artifact: Artifact, stage: Stage) -> Iterator[Evidence]:
    host = paths.base_name(artifact.host)
    for instruction in stage.instructions:
        if instruction.keyword not in ("CMD", "ENTRYPOINT") or not instruction.arguments:
            continue
        first = instruction.arguments[0].value
        if instruction.form != "json":
            words = [word for word in instruction.command.split() if word != "exec"]
            first = words[0] if words else ""
        if paths.base_name(first) == host and _lands(first, host, stage):
            yield "file", f"the image starts it: {instruction.keyword}"


def _made_executable(artifact: Artifact, runtime: BuildFile, stage: Stage) -> Iterator[Evidence]:
    host = re.escape(paths.base_name(artifact.host))
    for instruction in stage.instructions:
        if instruction.keyword == "RUN" and re.search(
            rf"\bchmod\s+[ugoa]*\+x\s+\S*{host}(?=$|[\s;&|])", run_text(instruction, runtime.source)
        ):
            yield "file", "the runtime file makes it executable"


def _lands(program: str, host: str, stage: Stage) -> bool:
    """Whether a program with that path can be what a COPY puts straight into its destination."""
    folder = paths.parent(program) if program.startswith("/") else ""
    if not folder:
        return True
    for instruction in stage.instructions:
        if instruction.keyword in ("COPY", "ADD") and len(instruction.arguments) > 1:
            destination = instruction.arguments[-1].value.rstrip("/").removesuffix("/.")
            if destination in (folder, f"{folder}/{host}", "."):
                return True
            if not destination.startswith("/"):
                return True
    return False


def _places(artifact: Artifact, runtime: BuildFile, take: Take) -> Iterator[Evidence]:
    """Paths of the image: a file arrives as `destination/name`, a folder's contents as `destination/...`.

    A path that nothing else can have put there is a part of the folder. Folders of base images are left out: there
    everything may be.
    """
    position = take.stage.instructions.index(take.instruction)
    scopes = runtime.states[take.stage.index].scopes
    folder = (target_path(scopes[position].workdir or "/", take.destination) or "").rstrip("/")
    if not folder:
        return
    own = f"{folder}/{paths.base_name(artifact.host)}"
    for scope, instruction in zip(scopes[position + 1 :], take.stage.instructions[position + 1 :], strict=True):
        if instruction.keyword == "WORKDIR":
            place = target_path(scope.workdir or "/", scope.expand(instruction.arguments[0].value))
            if place is not None and paths.is_below(place, folder) and not _others(artifact, place, folder, take):
                yield "folder", f"the image works in `{place}`"
        if instruction.keyword not in _USERS:
            continue
        text = run_text(instruction, runtime.source)
        for word in re.findall(r"(?<![\w./-])/[\w./@+-]+", text):
            if word.rstrip("/") == own and not word.endswith("/"):
                yield "file", f"the image uses `{own}`"
            elif word.startswith(own + "/"):
                return
            elif (
                folder not in BASE_FOLDERS
                and paths.is_below(word.rstrip("/"), folder)
                and instruction.keyword in ("CMD", "ENTRYPOINT")
                and not _others(artifact, word, folder, take)
            ):
                yield "folder", f"the image starts `{word}`, which comes from it"


def _others(artifact: Artifact, place: str, folder: str, take: Take) -> bool:
    """Whether anything but the artifact may be at that place of the image."""
    first = paths.relative(place.rstrip("/"), folder).split("/")[0]
    for instruction in take.stage.instructions:
        if instruction is take.instruction:
            if len(instruction.arguments) > 2:
                return True
        elif instruction.keyword == "RUN":
            if first in instruction.command or paths.base_name(folder) in instruction.command:
                return True
        elif instruction.keyword in ("COPY", "ADD"):
            *sources, destination = [argument.value for argument in instruction.arguments]
            if any(first in text for text in (*sources, destination)) or any(
                text.rstrip("/.") == "" or "*" in text or "." not in paths.base_name(text) for text in sources
            ):
                return True
    return False
