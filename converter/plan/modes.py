"""A `chmod` of the script becomes the last RUN of the builder's stage."""

from __future__ import annotations

from converter.diagnostics import note, refuse
from converter.machine.events import ChangedFiles
from converter.machine.value import is_known
from converter.plan.dockerfiles import BuildFile
from converter.plan.merge import Blocks
from converter.plan.takes import Artifact, Take
from converter.plan.work import Work


class Modes:
    """Moves modes that the script sets on artifacts into the stages that they come from."""

    def __init__(self, work: Work) -> None:
        self.work = work

    def with_modes(self, blocks: Blocks, builders: tuple[BuildFile, ...], takes: tuple[Take, ...]) -> Blocks:
        """A `chmod` of the script becomes the last RUN of the builder's stage."""
        texts = list(blocks.builders)
        for index, builder in enumerate(builders):
            lines: dict[str, None] = {}
            for take in takes:
                for use in take.sources:
                    for artifact in use.artifacts:
                        if self.work.builder_for(artifact) is not builder:
                            continue
                        for number in artifact.entry.events:
                            event = self.work.run.events[number]
                            if isinstance(event, ChangedFiles) and event.mode is not None:
                                self.check_mode(event, artifact, builder)
                                lines[self.mode_line(event, artifact, builder)] = None
            if lines:
                keyword = builder.source.slice(builder.target.from_instruction.keyword_span)
                run = "run" if keyword.islower() else "RUN"
                texts[index] += "".join(f"{run} {line}{blocks.newline}" for line in lines)
        return Blocks(blocks.directives, blocks.arguments, tuple(texts), blocks.runtime, blocks.newline)

    def check_mode(self, event: ChangedFiles, artifact: Artifact, builder: BuildFile) -> None:
        """A mode set in the stage must not reach another artifact, nor be lost under a volume."""
        flat = artifact.path.flat
        shared = any(
            other.path.flat == flat and number not in other.entry.events
            for taken in self.work.taken.values()
            for take in taken.takes
            for use in take.sources
            for other in use.artifacts
            for number in [event.number]
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

    def mode_line(self, event: ChangedFiles, artifact: Artifact, builder: BuildFile) -> str:
        place = event.site.source, event.site.span
        flags = [value.flat for value in event.words[1:] if value.flat.startswith("-") and len(value.flat) > 1]
        mode = event.mode or ""
        scope = builder.state.final
        plain = event.verb != "chmod" or all(flag in ("-R", "-v", "-f", "-c") for flag in flags)
        safe = plain and mode and is_known(mode)
        root = scope.user in ("", "0", "root")
        if not safe or not root or not artifact.path.known or builder.state.image == "scratch" or artifact.pattern:
            raise refuse(
                "STG501",
                f"`{event.verb}` changes the artifact's mode after it was copied out",
                *place,
                "move this step into the builder Dockerfile first",
            )
        recursive = " -R" if event.verb == "chmod" and "-R" in flags else ""
        self.work.diagnostics.append(
            note("STG612", f"the mode that `{event.verb}` sets is set in the builder stage now", *place)
        )
        return f"chmod{recursive} {mode} {artifact.path.flat}"
