"""What else there is to say: artifacts that stay behind, files that go or are named elsewhere."""

from __future__ import annotations

from converter.diagnostics import Diagnostic, warning
from converter.machine import paths
from converter.machine.host import FromContainer, possible
from converter.plan.mentions import mention
from converter.plan.model import FinalPlan, Plan
from converter.plan.work import Work
from converter.source import Location, Source


class Remarks:
    """Adds warnings and notes, and decides which files are deleted."""

    def __init__(self, work: Work) -> None:
        self.work = work

    def left_behind(self, result: Plan) -> None:
        """Artifacts that were still on the host at the end of the script."""
        final = self.work.run.final
        if final is None:
            return
        seen: set[int] = set()
        left = [(path, one) for path, entry in final.files.changes.items() for one in possible(entry)]
        for path, entry in left:
            if not isinstance(entry.origin, FromContainer):
                continue
            number = entry.origin.event
            out = self.work.run.events[number]
            if number in result.liveness.live or number in seen:
                continue
            seen.add(number)
            self.work.diagnostics.append(
                warning(
                    "STG603",
                    f"`{self.work.show(path)}` stayed on the host after the script; it is no longer produced",
                    out.site.source,
                    out.site.span,
                    "if something else needs it, add `docker cp` from the builder stage",
                )
            )

        for overlay in final.files.overlays:
            out = self.work.run.events[overlay.event]
            if overlay.event not in result.liveness.live and overlay.event not in seen:
                seen.add(overlay.event)
                self.work.diagnostics.append(
                    warning(
                        "STG603",
                        f"what the container built in `{self.work.show(overlay.folder) or '.'}` stayed on the host; it is no "
                        "longer produced there",
                        out.site.source,
                        out.site.span,
                        "if something else needs it, add `docker cp` from the builder stage",
                    )
                )

    def deletions(self, result: Plan, builders: set[int]) -> None:
        kept = {plan.runtime.path for plan in result.finals}
        converted = {builder.path for plan in result.finals for builder in plan.builders if builder.path}
        for event in self.work.builds:
            if event.number not in builders and event.number in self.work.taken:
                kept.add(self.work.loader.load(event).path)
        own = {*converted, *kept, *(source.file.path for source, _ in self.work.run.scripts.values())}
        start = result.finals[0].runtime.event.state.files.start
        for path in sorted(converted - kept):
            users = {
                name: offset for name, text in self.work.mentions.items()
                if name not in own and (offset := mention(name, text, path, start)) is not None
            }  # fmt: skip
            active = [name for name in users if _is_active(name)]
            for name, offset in users.items():
                line, column = Source(name, self.work.mentions[name]).position(offset)
                end = column + len(paths.base_name(path))
                location = Location(name, line, column, line, end)
                if name in active:
                    message = f"{name} still names {path}, so that file is kept"
                    self.work.diagnostics.append(Diagnostic("STG604", "warning", message, None, location))
                else:
                    self.work.diagnostics.append(
                        Diagnostic("STG605", "note", f"{name} mentions {path}", None, location)
                    )
            if not active:
                result.deleted.append(path)

    def note_sweeps(self, final: FinalPlan) -> None:
        files = (final.runtime, *final.builders)
        own_files = {source.file.path for source, _ in self.work.run.scripts.values()}
        for file in files[:1]:
            taken = self.work.taken[file.event.number]
            for instruction in taken.sweeps_all:
                own = [*(b.path for b in final.builders if b.path), file.path, *sorted(own_files)]
                shipped = [path for path in own if not file.ignore.ignores(paths.relative(path, file.event.context))]
                if shipped:
                    self.work.diagnostics.append(
                        warning(
                            "STG606",
                            "the image ships the recipe's own files, which this conversion changes or deletes: "
                            + ", ".join(sorted(set(shipped))),
                            file.source,
                            instruction.keyword_span,
                            "add them to .dockerignore if the image does not need them",
                        )
                    )


def _is_active(name: str) -> bool:
    """Whether a file runs commands, rather than speaking of them."""
    base = paths.base_name(name).lower()
    prose = (".md", ".rst", ".txt", ".adoc", ".markdown", ".html")
    return not base.endswith(prose) and base not in (".dockerignore", ".gitignore", "license", "changelog")
