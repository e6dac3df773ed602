"""Modes that an artifact gets on the host become the last RUN of the builder's stage.

A `chmod` of the script sets one; so does a redirection, which makes its file anew with the mode 0644 (umask 022).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable

from converter.diagnostics import note, refuse
from converter.machine.events import ChangedFiles, CopiedOut, Event
from converter.machine.mechanisms import REDIRECTED
from converter.machine.value import is_known
from converter.plan.dockerfiles import BuildFile
from converter.plan.spelling import Spelling
from converter.plan.takes import Artifact
from converter.plan.work import Work
from converter.shell.interpreter import Run


def sets_mode(event: Event) -> bool:
    """Whether an event of an artifact's history gives it a mode of its own."""
    if isinstance(event, ChangedFiles):
        return event.verb == "chmod"
    return isinstance(event, CopiedOut) and event.mechanism == REDIRECTED


def works_on(run: Run, artifact: Artifact) -> bool:
    """Whether the stage of an artifact has to do more than hold it: commands of the host gave it a mode or a content."""
    return bool(artifact.origin.worked) or any(sets_mode(run.events[number]) for number in artifact.entry.events)


class Modes:
    """Moves modes that artifacts get on the host into the stages that they come from."""

    def __init__(self, work: Work) -> None:
        self.work = work

    def commands(self, builder: BuildFile, artifacts: Iterable[Artifact], spelling: Spelling) -> list[str]:
        """The commands for the end of the builder's stage. Raises `Refusal` for a mode that cannot move there."""
        lines: dict[str, None] = {}
        for artifact in artifacts:
            modes: list[tuple[str, str]] = []
            for number in artifact.entry.events:
                event = self.work.run.events[number]
                if isinstance(event, ChangedFiles) and event.mode is not None:
                    self.check_mode(event, artifact, builder)
                    _then(modes, *self.mode(event, artifact, builder))
                elif isinstance(event, CopiedOut) and event.mechanism == REDIRECTED:
                    if builder.state.image == "scratch":
                        raise refuse(
                            "STG404",
                            "the redirection gives the artifact the mode 0644, and the stage has no shell to do the same",
                            event.site.source,
                            event.site.span,
                            "let the script use `docker cp`",
                        )
                    modes = [("", "644")]
            path = spelling.spell(artifact.path, len(builder.target.instructions)) if modes else ""
            for flag, mode in modes:
                quoted = path if re.fullmatch(r"[\w./@:+${}-]+", path) else shlex.quote(path)
                lines[f"chmod{flag} {mode} {quoted}"] = None
        return list(lines)

    def check_mode(self, event: ChangedFiles, artifact: Artifact, builder: BuildFile) -> None:
        """A mode set in the stage must not reach another artifact, nor be lost under a volume."""
        flat = artifact.path.flat
        shared = any(
            other.path.flat == flat
            and event.number not in other.entry.events
            and self.may_be_of_one_image(other, artifact)
            for other in self.work.artifacts()
        )
        volumes = any(
            instruction.keyword == "VOLUME" and any(flat.startswith(a.value.rstrip("/")) for a in instruction.arguments)
            for stage in builder.stages
            for instruction in stage.instructions
        )
        if shared or volumes:
            raise refuse(
                "STG501",
                f"`{event.verb}` changes the mode of one copy of the artifact on the host, and the builder stage has only one file",
                event.site.source,
                event.site.span,
                "move this step into the builder Dockerfile first",
            )

    def may_be_of_one_image(self, one: Artifact, other: Artifact) -> bool:
        """Whether two artifacts may come out of containers of the same image."""
        images = []
        for artifact in (one, other):
            out = self.work.run.events[artifact.origin.event]
            container = out.container if isinstance(out, CopiedOut) else None
            if container is None or container.choices or container.image is None or container.image.choices:
                return True
            images.append(container.image.event)
        return images[0] == images[1]

    def mode(self, event: ChangedFiles, artifact: Artifact, builder: BuildFile) -> tuple[str, str]:
        """The flags and the mode of a `chmod`."""
        place = event.site.source, event.site.span
        flags = [value.flat for value in event.words[1:] if value.flat.startswith("-") and len(value.flat) > 1]
        mode = event.mode or ""
        plain = event.verb != "chmod" or all(flag in ("-R", "-v", "-f", "-c") for flag in flags)
        safe = plain and mode and is_known(mode)
        if not safe or builder.state.image == "scratch" or artifact.pattern or artifact.origin.pattern_from:
            raise refuse(
                "STG501",
                f"`{event.verb}` changes the artifact's mode after it was copied out",
                *place,
                "move this step into the builder Dockerfile first",
            )
        self.work.diagnostics.append(
            note("STG612", f"the mode that `{event.verb}` sets is set in the builder stage now", *place)
        )
        return " -R" if event.verb == "chmod" and "-R" in flags else "", mode


_EXECUTABLE = frozenset({"+x", "a+x", "ugo+x", "755", "0755", "u+x,g+x,o+x"})


def _then(modes: list[tuple[str, str]], flag: str, mode: str) -> None:
    """One mode after another: a whole mode replaces those before, and 0644 made executable is 0755."""
    if re.fullmatch(r"0?[0-7]{3}", mode) and not flag and all(not f for f, _ in modes):
        modes[:] = [("", mode)]
    elif modes == [("", "644")] and mode in _EXECUTABLE and not flag:
        modes[:] = [("", "755")]
    else:
        modes.append((flag, mode))
