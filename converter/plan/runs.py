"""Is what a container runs the build, or noise?

`docker create` runs nothing. A `docker run` whose command is known to leave the files
alone is noise; so is one that is not waited for. Everything else may be the build.
"""

from __future__ import annotations

from converter.diagnostics import refuse
from converter.docker_cli.commands import Run as RunCommand
from converter.dockerfile.syntax import Instruction
from converter.machine.events import Created, RemovedContainers, UsedImages
from converter.machine.value import is_known
from converter.plan.dockerfiles import BuildFile, Loader
from converter.plan.facts import NOTHING, ImageFacts, look_up
from converter.shell.interpreter import Run

INERT = frozenset(
    {
        "true",
        ":",
        "sleep",
        "echo",
        "bash",
        "sh",
        "ash",
        "cat",
        "tail",
        "ls",
        "pwd",
        "date",
        "exit",
        "/bin/bash",
        "/bin/sh",
    }
)
"""Commands that change no file of the container; a shell only where it has no input and no command."""


def check_run(created: Created, run: Run, loader: Loader) -> str:
    """Why the container's files are those of its image. Raises `Refusal` where they may not be."""
    site = created.site
    started = _started(created, run)
    command = created.command
    runs = isinstance(command, RunCommand)
    for volume in command.volumes:
        source = volume.source
        if source is not None:
            raise refuse(
                "STG402",
                f"the container sees `{run.unknowns.show(source.text)}` of the host, so its files are not those of the image",
                site.source,
                site.span,
                "convert this recipe by hand",
            )
    if command.privileged or command.volumes_from:
        raise refuse("STG402", "the container may change more than itself", site.source, site.span)
    if not runs and started is None:
        return "docker create runs nothing"
    words, origin = what_runs(created, loader)
    if words is None:
        raise refuse(
            "STG402",
            f"what this container runs is not known: {origin}",
            site.source,
            site.span,
            "say what the base image runs with --image-facts, or put `true` behind the image",
        )
    if is_inert(words, bool(command.interactive)):
        shown = " ".join(words) if words else "nothing"
        return f"the container runs `{shown}` ({origin}), which changes no file"
    raise refuse(
        "STG402",
        f"the container runs `{run.unknowns.show(' '.join(words))}` ({origin}) before files are copied out of it, "
        "and that may be the build",
        site.source,
        site.span,
        "move that command into a RUN of the builder Dockerfile first",
    )


def is_inert(words: tuple[str, ...], interactive: bool = False) -> bool:
    """Whether a command certainly changes no file of the container it runs in."""
    if not words:
        return True
    if not all(is_known(word) for word in words):
        return False
    name, rest = words[0].rpartition("/")[2], words[1:]
    if name in ("bash", "sh", "ash"):
        if not rest:
            return True
        if len(rest) == 2 and rest[0] in ("-c", "-lc"):
            inner = rest[1].split()
            return not any(character in rest[1] for character in ";&|><$`(") and is_inert(tuple(inner), interactive)
        return rest in (("-l",), ("-i",))
    if name == "cat":
        return True
    return name in INERT


def what_runs(created: Created, loader: Loader) -> tuple[tuple[str, ...] | None, str]:
    """The command line of the container and where it comes from; None where it is not known."""
    command = created.command
    given = tuple(word.text for word in command.command)
    facts, file = _image(created, loader)
    entrypoint = _entrypoint(facts, file)
    if command.entrypoint is not None:
        text = command.entrypoint.text
        return ((text,) if text else ()) + given, "given in the script"
    if entrypoint is None:
        return None, "the ENTRYPOINT of the base image is not known"
    shell_script = entrypoint[:1] in (("docker-entrypoint.sh",), ("/usr/local/bin/mvn-entrypoint.sh",))
    if shell_script or entrypoint[:1] == ("/docker-entrypoint.sh",):
        entrypoint = ()
    if given:
        return entrypoint + given, "given in the script"
    default = _command(facts, file)
    if default is None:
        return None, "the CMD of the base image is not known"
    return entrypoint + default, "the CMD or ENTRYPOINT of the image"


def _started(created: Created, run: Run) -> UsedImages | None:
    for event in run.events[created.number + 1 :]:
        if isinstance(event, UsedImages) and any(c.event == created.number for c in event.containers):
            if event.verb == "exec":
                raise refuse(
                    "STG402",
                    "`docker exec` may change the files of the container before they are copied out",
                    event.site.source,
                    event.site.span,
                    "move that command into a RUN of the builder Dockerfile first",
                )
            if event.verb == "cp":
                raise refuse("STG404", "files are copied into the container", event.site.source, event.site.span)
        if isinstance(event, RemovedContainers) and event.verb == "start":
            if any(c is not None and c.event == created.number for c in event.containers):
                return UsedImages(event.number, event.site, event.calls, event.state, (), (created.container,), "start")
    return None


def _image(created: Created, loader: Loader) -> tuple[ImageFacts, BuildFile | None]:
    if created.image is None:
        return look_up(created.container.image_name.flat, loader.given), None
    event = loader.run.events[created.image.event]
    file = loader.load(event)  # type: ignore[arg-type]
    if file.state.parent is not None:
        return NOTHING, file
    return look_up(file.state.image, loader.given), file


def _last(file: BuildFile | None, keyword: str) -> Instruction | None:
    if file is None:
        return None
    found = [instruction for instruction in file.target.instructions if instruction.keyword == keyword]
    return found[-1] if found else None


def _entrypoint(facts: ImageFacts, file: BuildFile | None) -> tuple[str, ...] | None:
    instruction = _last(file, "ENTRYPOINT")
    return _words(instruction) if instruction is not None else facts.entrypoint


def _command(facts: ImageFacts, file: BuildFile | None) -> tuple[str, ...] | None:
    instruction = _last(file, "CMD")
    if instruction is not None:
        return _words(instruction)
    return () if _last(file, "ENTRYPOINT") is not None else facts.command


def _words(instruction: Instruction) -> tuple[str, ...]:
    if instruction.form == "json":
        return tuple(argument.value for argument in instruction.arguments)
    return ("sh", "-c", instruction.command)
