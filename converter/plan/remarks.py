"""What else there is to say: artifacts that stay behind, files that go or are named elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping

from converter.diagnostics import Diagnostic, Severity, note, refuse, warning
from converter.machine import paths
from converter.machine.host import FromContainer, possible
from converter.machine.value import Value, is_known
from converter.plan.liveness import call_goes
from converter.plan.mentions import Mention, is_active, mentions_of, tag_mentions
from converter.plan.model import FinalPlan, Plan
from converter.plan.uses import readers_of
from converter.plan.work import Work


class Remarks:
    """Adds warnings and notes, and decides which files are deleted."""

    def __init__(self, work: Work) -> None:
        self.work = work

    def left_behind(self, result: Plan) -> None:
        """Artifacts that were still on the host at the end of the script."""
        final = self.work.run.final
        if final is None or self.work.run.discards:
            return
        seen: set[int] = set()
        left = [(path, one) for path, entry in final.files.changes.items() for one in possible(entry)]
        for path, entry in left:
            if not isinstance(entry.origin, FromContainer):
                continue
            if paths.is_outside(path) and not is_known(path):
                # a temporary folder, or a stream, which nobody finds again
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
                        f"what {'the container built' if overlay.whole else 'was unpacked'} in "
                        f"`{self.work.show(overlay.folder) or '.'}` stayed on the host; it is no longer produced there",
                        out.site.source,
                        out.site.span,
                        "if something else needs it, add `docker cp` from the builder stage",
                    )
                )

    def ignore_files(self, result: Plan) -> None:
        """Rules of an ignore file that go, as a stage needs what they hid."""
        for folder, plan in {plan.context.folder: plan for plan in result.finals}.items():
            adapted = plan.context.ignore
            if adapted is None or not adapted.dropped:
                continue
            event = plan.runtime.event
            rules = ", ".join(f"`{rule}`" for rule in adapted.dropped)
            self.work.diagnostics.append(
                note(
                    "STG623",
                    f"{rules} went from {paths.join(folder, '.dockerignore')}, as the single build needs what it hid; no "
                    f"instruction of {plan.runtime.path} takes more for that",
                    event.site.source,
                    event.site.span,
                    "look whether a build elsewhere from this folder takes all of it in",
                )
            )

    def other_values(self, result: Plan) -> None:
        """Dockerfiles of the tree that the script would build if it were given another value."""
        start = result.finals[0].runtime.event.state.files.start
        files = {file.path: file for plan in result.finals for file in (plan.runtime, *plan.builders) if file.path}
        for path, file in files.items():
            event = file.event
            word = event.command.file
            if word is None or not event.words:
                continue
            value = event.words[word.index].slice(word.start, word.start + len(word.text))
            given = [piece for piece in value.pieces if not self.work.loader.is_default(Value((piece,)))]
            shape = "".join(".+" if piece in given else re.escape(piece.text) for piece in value.pieces)
            others = [
                other for other in start.below(paths.parent(path))
                if re.fullmatch(shape.rpartition("/")[2], paths.relative(other, paths.parent(path))) and other not in files
            ]  # fmt: skip
            if given and others:
                expression = given[0].reference.expression if given[0].reference else ""
                self.work.diagnostics.append(
                    warning(
                        "STG617",
                        f"{', '.join(others)} would be built for another `{expression}`, and the script does not serve that "
                        "any more",
                        event.site.source,
                        event.site.span,
                        "convert the others by hand in the same way, before this is written",
                    )
                )

    def written(self, result: Plan) -> None:
        """Dockerfiles that the script wrote and that are files of the tree now."""
        for plan in result.finals:
            event = plan.runtime.event
            if event.number in self.work.loader.placed:
                self.work.diagnostics.append(
                    note(
                        "STG624",
                        f"the script wrote the Dockerfile of this build; it is the file {plan.runtime.path} now",
                        event.site.source,
                        event.site.span,
                        "add it to the repository, and see that no .gitignore names it",
                    )
                )

    def templates(self, result: Plan, builders: set[int]) -> None:
        """Files of the tree that the script made builder Dockerfiles out of."""
        for number in builders - result.liveness.images:
            event = self.work.run.events[number]
            for path in sorted(self.work.loader.templates.get(number, ())):
                self.work.diagnostics.append(
                    note(
                        "STG622",
                        f"{path} was the template of a builder Dockerfile, whose text is part of the single one now",
                        event.site.source,
                        event.site.span,
                        "delete it if nothing else uses it",
                    )
                )

    def deletions(self, result: Plan, builders: set[int]) -> None:
        kept = {plan.runtime.path for plan in result.finals}
        converted = {builder.path for plan in result.finals for builder in plan.builders if builder.path}
        for event in self.work.builds:
            if event.number not in builders and event.number in self.work.taken:
                kept.add(self.work.loader.load(event).path)
        scripts = {source.file.path for source, _ in self.work.run.scripts.values()}
        texts = {
            name: text for name, text in self.work.mentions.items()
            if name not in scripts and name not in converted and name not in kept
        }  # fmt: skip
        files = result.finals[0].runtime.event.state.files.start
        for path in sorted(converted - kept) if not result.bake_files else ():
            found = mentions_of(path, texts, files)
            self.work.diagnostics += [note_mention(mention) for mention in found]
            if not any(mention.use == "builds" for mention in found):
                result.deleted.append(path)
        self.tags(result, builders, texts)

    def tags(self, result: Plan, builders: set[int], texts: Mapping[str, str]) -> None:
        """Tags of build images that the script no longer makes, and that something else uses."""
        left = {
            tag.flat for event in self.work.builds
            if event.number not in builders or event.number in result.liveness.images
            for tag in event.tags
        }  # fmt: skip
        for event in self.work.builds:
            for tag in event.tags if event.number in builders and event.number not in result.liveness.images else ():
                if not tag.known or tag.flat in left:
                    continue
                for mention in tag_mentions(tag.flat, texts):
                    if mention.use != "speaks":
                        message = f"{mention.location.file} uses the image `{mention.of}`, which is no longer built"
                        self.work.diagnostics.append(
                            Diagnostic("STG621", "warning", message, "build it with --target there", mention.location)
                        )

    def other_scripts(self, result: Plan) -> None:
        """Scripts that the driver starts or reads: one that did nothing but what goes is deleted, and one that
        something else uses is not changed."""
        run = self.work.run
        start = result.finals[0].runtime.event.state.files.start
        for path, (source, _) in run.scripts.items():
            inside = [event for event in run.events if event.site.source is source]
            if source.file is not source or not inside or not all(event.calls for event in inside):
                continue
            dead = [event for event in inside if event.number not in result.liveness.live]
            if not dead and path not in result.word_edits:
                continue
            own = {other.file.path for other, _ in run.scripts.values()}
            texts = {name: text for name, text in self.work.mentions.items() if name not in own and is_active(name)}
            users = [found.location.file for found in mentions_of(path, texts, start)]
            if users:
                raise refuse(
                    "STG304",
                    f"{users[0]} uses {path} as well, which would change",
                    source,
                    dead[0].site.span if dead else source.line_span(1),
                    "give each its own script first",
                )
            readers = readers_of(run.reads)
            calls = {event.calls[len(event.calls) - 1] for event in inside}
            gone = all(
                call_goes([e for e in run.events if site in e.calls], result.liveness.live, readers) for site in calls
            )
            if gone:
                result.deleted.append(path)

    def note_sweeps(self, final: FinalPlan) -> None:
        files = (final.runtime, *final.builders)
        own_files = {source.file.path for source, _ in self.work.run.scripts.values()}
        for file in files[:1]:
            taken = self.work.taken[file.event.number]
            for instruction in taken.sweeps_all:
                own = [*(b.path for b in final.builders if b.path), file.path, *sorted(own_files)]
                context = file.event.context
                inside = [path for path in own if paths.is_below(path, context)]
                shipped = [path for path in inside if not file.ignore.ignores(paths.relative(path, context))]
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


def note_mention(mention: Mention) -> Diagnostic:
    """What there is to say about a place that speaks of a builder Dockerfile."""
    name = mention.location.file
    if mention.use == "builds":
        message = f"{name} still builds {mention.of}, so that file is kept"
        return Diagnostic("STG604", "warning", message, "let it build the single Dockerfile", mention.location)
    severity: Severity = "note" if mention.use == "speaks" else "warning"
    message = f"{name} {'mentions' if mention.use == 'speaks' else 'names'} {mention.of}, which goes away"
    return Diagnostic("STG605", severity, message, None, mention.location)
