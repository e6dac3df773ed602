"""Commands of the host that gave an artifact another content become RUN instructions of its stage, if the person allows it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from converter.diagnostics import Refusal, note, refuse
from converter.lazy import lazily
from converter.machine import paths
from converter.machine.events import ChangedFiles, Created, Event, RanCommand
from converter.machine.host import FromContainer
from converter.machine.value import is_known
from converter.plan.dockerfiles import BuildFile
from converter.plan.spelling import Spelling, shell_word
from converter.plan.takes import Artifact
from converter.plan.work import Work

if TYPE_CHECKING:
    from converter.plan import image_tools
else:
    image_tools = lazily("converter.plan.image_tools")

FLAG = "--move-host-steps"


class HostSteps:
    """Moves the steps that work on artifacts into the stages that these come from."""

    def __init__(self, work: Work) -> None:
        self.work = work

    def commands(self, builder: BuildFile, artifacts: Iterable[Artifact], spelling: Spelling) -> list[str]:
        """The commands for the end of the builder's stage, in their order. Raises `Refusal` for one that cannot move."""
        steps = sorted({number for artifact in artifacts for number in artifact.origin.worked})
        return [self.command(event, builder, spelling) for number in steps
                if isinstance(event := self.work.run.events[number], ChangedFiles)]  # fmt: skip

    def command(self, event: ChangedFiles, builder: BuildFile, spelling: Spelling) -> str:
        program = paths.base_name(event.verb)
        shown = " ".join(value.flat for value in event.words)
        named = {index: event.state.files.lookup(path) for index, path in event.operands}
        origins = {index: entry.origin for index, entry in named.items() if entry is not None}
        fallback = _fallback(event)
        plain = [value for index, value in enumerate(event.words) if index not in origins]
        if (
            not all(isinstance(origin, FromContainer) for origin in origins.values())
            or any("\n" in word.flat or "<<" in word.flat for word in plain)
            or not all(piece.reference is not None or is_known(piece.text) for word in plain for piece in word.pieces)
            or fallback is None
            or any(isinstance(other, RanCommand) and other.makes for other in self.at_its_place(event))
            or self.is_shared(event, origins.values())
            or self.lies_under_volume(origins.values(), builder)
        ):
            raise self.refusal(event, f"`{self.work.show(shown)}` changes the artifact after it was copied out", None)
        words = [program]
        for index, value in enumerate(event.words):
            origin = origins.get(index)
            if isinstance(origin, FromContainer):
                path = spelling.spell(origin.path, len(builder.target.instructions))
                words.append(path if re.fullmatch(r"[\w./@:+${}-]+", path) else shlex.quote(path))
            elif index:
                words.append(shell_word(value, spelling, len(builder.target.instructions)))
        line = " ".join(words) + (fallback or "")
        message = f"`{self.work.show(shown)}` changes the artifact after it was copied out"
        if builder.state.image == "scratch" or not image_tools.has_program(builder, program, self.work.loader):
            raise self.refusal(
                event,
                f"{message}, and it is not known that the build image has `{program}`",
                f"install {program} in the builder Dockerfile and call stageify with {FLAG}, or move the step there "
                f"yourself: `RUN {self.work.show(line)}`",
            )
        if not self.work.wishes.move_host_steps:
            raise self.refusal(
                event,
                message,
                f"with {FLAG} the builder's stage does it: `RUN {self.work.show(line)}`",
            )
        self.work.diagnostics.append(
            note(
                "STG617",
                f"`{self.work.show(shown)}` is a RUN of the builder's stage now; if the {program} of the build image is another "
                "version than that of the host, the file can differ",
                event.site.source,
                event.site.span,
            )
        )
        return line

    def at_its_place(self, event: ChangedFiles) -> Iterator[Event]:
        """The other events of the same command: a redirection of its output is one."""
        return (other for other in self.work.run.events if other.site == event.site and other is not event)

    def is_shared(self, event: ChangedFiles, origins: Iterable[object]) -> bool:
        """Whether an image takes the artifact, or what holds it, as it was before the step: the stage has only one."""
        known = [origin for origin in origins if isinstance(origin, FromContainer)]
        flats = [origin.path.flat for origin in known]
        images = {self.image(origin.container) for origin in known}
        for artifact in self.work.artifacts():
            own = artifact.path.flat
            if event.number in artifact.origin.worked or self.image(artifact.origin.container) not in images:
                continue
            folder = paths.parent(re.split(r"[*?\[]", own)[0] + "x") if artifact.pattern else own
            if any(flat == folder or paths.is_below(flat, folder) for flat in flats):
                return True
        return False

    def image(self, container: int) -> int | str:
        """What a container was made from: the number of a build, or the name of an image."""
        created = self.work.run.events[container]
        assert isinstance(created, Created)
        return created.image.event if created.image is not None else created.container.image_name.flat

    def lies_under_volume(self, origins: Iterable[object], builder: BuildFile) -> bool:
        """Whether a VOLUME holds the artifact: the classic builder loses what a RUN writes there."""
        volumes = [
            argument.value.rstrip("/")
            for stage in builder.stages for instruction in stage.instructions if instruction.keyword == "VOLUME"
            for argument in instruction.arguments
        ]  # fmt: skip
        flats = [origin.path.flat for origin in origins if isinstance(origin, FromContainer)]
        return any(flat.startswith(volume) for flat in flats for volume in volumes)

    def refusal(self, event: ChangedFiles, message: str, help: str | None) -> Refusal:
        return refuse(
            "STG501", message, event.site.source, event.site.span,
            help or "move this step into the builder Dockerfile first",
        )  # fmt: skip


def _fallback(event: ChangedFiles) -> str | None:
    """What the script does where the step fails, behind the command: nothing, or `|| true`; None for anything else.

    A command that runs beside the script, or whose output goes somewhere, has no place in a RUN either.
    """
    source, span = event.site.source, event.site.span
    if event.calls:
        # it stands in a function, whose call may have more behind it
        last = event.calls[-1]
        behind = [source.text[span.end :], last.source.text[last.span.end :]]
    else:
        behind = [source.text[span.end :]]
    for text in behind:
        found = re.match(r"[ \t]*(\|\|[ \t]*(?:true|:)(?=[ \t]*(?:[\n;#]|$))|\|\||&(?!&)|\||[0-9]?>)", text)
        if found is not None:
            return " || true" if re.search(r"(true|:)$", found.group(1)) else None
    return ""
