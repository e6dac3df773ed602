"""The COPY instructions that take artifacts, rewritten to take them from a stage."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field
from msgspec.structs import replace

from converter.diagnostics import Diagnostic, note, refuse, warning
from converter.dockerfile.environment import Scope, target_path
from converter.dockerfile.syntax import Instruction
from converter.lazy import lazily
from converter.machine import paths
from converter.machine.events import ChangedFiles, Event
from converter.plan.archives import ARCHIVES, names, unpacks
from converter.plan.dockerfiles import BuildFile
from converter.plan.facts import BASE_FOLDERS
from converter.plan.image_folders import makes_folder
from converter.plan.kinds import FILE_SUFFIXES, kind_of
from converter.plan.modes import sets_mode
from converter.plan.rebase import Context, source_below
from converter.plan.runs_text import run_text
from converter.plan.spelling import Spelling
from converter.plan.takes import Artifact, SourceUse, Staged, Take
from converter.result import Assumption
from converter.source import Edit, Source, Span

if TYPE_CHECKING:
    from converter.plan import given_modes
else:
    given_modes = lazily("converter.plan.given_modes")


class Copied(Struct, frozen=True):
    """One artifact as the new Dockerfile takes it."""

    artifact: Artifact
    stage: str
    destination: str
    instruction: Span


class Rewritten(Struct):
    """The result for one runtime Dockerfile; `unpacked` are archives and the folders of their stages that get their
    contents."""

    edits: list[Edit] = field(default_factory=list)
    changed: list[tuple[Span, str]] = field(default_factory=list)
    copied: list[Copied] = field(default_factory=list)
    assumptions: list[Assumption] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    unpacked: list[tuple[Artifact, str]] = field(default_factory=list)


class Origin(Struct, frozen=True):
    """The stage that an artifact comes from: `chown` is the reason for `--chown=0:0`, None where it is not needed."""

    stage: str
    builder: BuildFile
    chown: str | None


def rewrite(
    takes: tuple[Take, ...],
    runtime: BuildFile,
    origin_of: Callable[[Artifact], Origin],
    spelling_of: Callable[[Take], Spelling],
    show: Callable[[str], str],
    shadowed: Mapping[str, bool],
    context: Context,
    events: Sequence[Event],
) -> Rewritten:
    """Edits for every instruction that takes an artifact, or a copy of something in the tree.

    `context` is the new one, `events` are those of the whole run.
    """
    writer = _Writer(runtime, origin_of, spelling_of, show, shadowed, context, events)
    for take in takes:
        writer.take(take)
    return writer.out


class _Part(Struct, frozen=True):
    """A new instruction: `stage` is None where it copies from the host, `copies` tells that it is no ADD then."""

    stage: str | None
    chown: bool
    sources: tuple[str, ...]
    destination: str
    raw: bool = False
    copies: bool = False


def _copies_under_umask(event: ChangedFiles) -> bool:
    """Whether it is a `cp` that does not keep modes."""
    flags = [word.flat for word in event.words[1:] if word.flat.startswith("-")]
    return event.verb == "cp" and not any(re.match(r"-\w*[ap]|--archive|--preserve", flag) for flag in flags)


class _Writer:
    def __init__(
        self,
        runtime: BuildFile,
        origin_of: Callable[[Artifact], Origin],
        spelling_of: Callable[[Take], Spelling],
        show: Callable[[str], str],
        shadowed: Mapping[str, bool],
        context: Context,
        events: Sequence[Event],
    ) -> None:
        self.events = events
        self.kinds: dict[tuple[Artifact, Span], tuple[Literal["file", "folder", "unknown"], str]] = {}
        self.lead = context.lead(runtime)
        self.context = context
        self.runtime = runtime
        self.source: Source = runtime.source
        self.origin_of = origin_of
        self.spelling_of = spelling_of
        self.show = show
        self.shadowed = shadowed
        self.out = Rewritten()

    def kind(
        self, take: Take, artifact: Artifact, builder: BuildFile
    ) -> tuple[Literal["file", "folder", "unknown"], str]:
        """Whether the artifact is a file or a folder, and the evidence."""
        key = (artifact, take.instruction.span)
        if key not in self.kinds:
            self.kinds[key] = kind_of(artifact, builder, self.runtime, take, self.events)
        return self.kinds[key]

    def take(self, take: Take) -> None:
        instruction = take.instruction
        spelling = self.spelling_of(take)
        position = take.stage.instructions.index(instruction)
        self.check_flags(instruction)
        if instruction.keyword == "ADD":
            self.check_archives(take)
        before = len(spelling.parameters)
        parts = self.parts(take, spelling, position)
        new = list(spelling.parameters.values())[before:]
        arguments = "".join(
            f"{self.keyword(instruction, 'ARG')} {p.name}{'' if p.default is None else '=' + p.default}"
            f"{self.runtime.tree.newline}"
            for p in new
        )
        if len(parts) == 1 and not self.sweeps(take):
            self.in_place(instruction, parts[0], arguments)
        else:
            self.split(take, parts, arguments)
        taken = any(use.artifacts for use in take.sources)
        why = "the artifact comes from the stage now" if taken else "it takes the tree's own file, and no copy of it"
        self.out.changed.append((instruction.span, why))

    def check_flags(self, instruction: Instruction) -> None:
        for flag in instruction.flags:
            if flag.name not in ("chown", "chmod", "link"):
                raise refuse(
                    "STG404",
                    f"{instruction.keyword} --{flag.name} of an artifact is not converted",
                    self.source,
                    flag.span,
                )

    def check_archives(self, take: Take) -> None:
        for use in take.sources:
            if use.archive is not None:
                self.check_packed(take, use)
                continue
            for artifact in use.artifacts:
                builder = self.origin_of(artifact).builder
                kind, _ = self.kind(take, artifact, builder)
                plain = "." not in paths.base_name(artifact.host) and kind != "folder"
                packed = any(
                    re.search(r"\btar\b", run_text(i, builder.source))
                    for s in builder.stages
                    for i in s.instructions
                    if i.keyword == "RUN"
                )
                ending = paths.base_name(artifact.path.flat).rpartition(".")[2]
                safe = ending in FILE_SUFFIXES and ending not in ("gz", "xz", "bz2", "zst", "tar", "tgz", "bin")
                if (artifact.pattern and not safe) or (plain and packed):
                    raise refuse(
                        "STG404",
                        f"ADD unpacks archives, and `{self.show(artifact.host)}` may be one",
                        self.source,
                        take.instruction.span,
                        "write COPY instead of ADD where it is none",
                    )

    def check_packed(self, take: Take, use: SourceUse) -> None:
        """What an archive of the host has in it belongs to whoever ran the script, and ADD keeps that."""
        if take.instruction.flags:
            raise refuse(
                "STG404",
                f"this unpacks the archive `{self.show(use.text)}` with a flag",
                self.source,
                take.instruction.flags[0].span,
                "leave the flag out, or take the files without an archive",
            )
        if all(artifact.owned for artifact in use.artifacts):
            return
        self.assume(f"root runs the script, so what is in `{self.show(use.text)}` belongs to root", take.instruction)

    def is_archive(self, take: Take, artifact: Artifact) -> bool:
        """Whether ADD unpacks the artifact: an archive by its name. Raises `Refusal` where it may be several."""
        if not unpacks(take, artifact):
            return False
        place = self.source, take.instruction.span
        if not all(name.endswith(ARCHIVES) for name in names(artifact)):
            raise refuse(
                "STG404",
                f"ADD unpacks archives, and nothing tells whether `{self.show(artifact.host)}` is one",
                *place,
                "write COPY instead of ADD where it is none",
            )
        if artifact.pattern or artifact.below or take.instruction.flags:
            raise refuse(
                "STG404",
                f"ADD unpacks the archive `{self.show(artifact.host)}`, and COPY --from does not",
                *place,
                "unpack it in the builder Dockerfile and copy the folder out",
            )
        return True

    def unpacked(self, take: Take, artifact: Artifact, origin: Origin) -> _Part:
        """The archive's contents, which the stage unpacks: `ADD` keeps the owners and modes in it, and so does tar.

        (Dockerfile reference, "Adding local tar archives": the result is the union of what is there and the archive.)
        """
        number = 1 + sum(1 for known, _ in self.out.unpacked if known.path.flat != artifact.path.flat)
        folder = "/unpacked" if number == 1 else f"/unpacked-{number}"
        self.out.unpacked.append((artifact, folder))
        written = self.destination(take)
        target = self.final_destination(take, take.stage.instructions.index(take.instruction))
        absolute = (target or written).rstrip("/") + "/"
        return self.done(take, artifact, origin, False, f"{folder}/", written, absolute)

    def sweeps(self, take: Take) -> bool:
        """Whether a source takes files of the host and artifacts at once."""
        return any(use.keeps_host and use.artifacts for use in take.sources)

    # what the instruction becomes

    def parts(self, take: Take, spelling: Spelling, position: int) -> list[_Part]:
        several = len(take.sources) > 1 or any(len(use.artifacts) > 1 for use in take.sources)
        several = several or any(use.staged and use.artifacts for use in take.sources)
        parts: list[_Part] = []
        for use in take.sources:
            unstaged = use.staged if self.context.unstaged or use.archive is not None else ()
            if use.keeps_host and not (unstaged and use.only_staged):
                self.add(parts, _Part(None, False, (self.host_word(take, use),), self.destination(take), True))
            for staged in unstaged:
                part = self.staged_part(take, staged, position, several)
                self.add(parts, replace(part, copies=use.archive is not None))
            for artifact in use.artifacts:
                self.add(parts, self.part(take, use, artifact, spelling, position, several))
        return parts

    def add(self, parts: list[_Part], part: _Part) -> None:
        """Sources that come from one place and go to one folder stay one instruction."""
        last = parts[-1] if parts else None
        if last and (last.stage, last.chown, last.destination, last.raw) == (
            part.stage, part.chown, part.destination, part.raw
        ) and part.destination.endswith(("/", ".")):  # fmt: skip
            parts[-1] = _Part(last.stage, last.chown, (*last.sources, *part.sources), last.destination, last.raw)
        else:
            parts.append(part)

    def host_word(self, take: Take, use: SourceUse) -> str:
        argument = take.instruction.arguments[use.index]
        return source_below(argument.value, self.lead, take.instruction)

    def destination(self, take: Take) -> str:
        return take.instruction.arguments[-1].value

    def part(
        self, take: Take, use: SourceUse, artifact: Artifact, spelling: Spelling, position: int, several: bool
    ) -> _Part:
        origin = self.origin_of(artifact)
        if not artifact.packed and self.is_archive(take, artifact):
            return self.unpacked(take, artifact, origin)
        self.check_filter(take, artifact, origin)
        flat = artifact.path.flat
        pattern_from = None
        if artifact.pattern:
            pattern_from = len(artifact.origin.path.flat)
        if artifact.origin.pattern_from is not None:
            pattern_from = artifact.origin.pattern_from
        source = spelling.spell(artifact.path, position, pattern_from)
        written = self.destination(take)
        target = self.final_destination(take, position)
        chown = origin.chown is not None and take.instruction.flag("chown") is None and not artifact.owned
        if artifact.beside:
            folder = paths.parent(artifact.host)
            self.assume(f"the container makes nothing in `{self.show(folder)}` itself", take.instruction)
        if artifact.pattern and artifact.origin.pattern_from is not None:
            # what the script copied by a pattern: any number of files, so the destination is a folder
            folder = (_join(written, artifact.below) if artifact.below else written).rstrip("/") + "/"
            absolute = (_join(target, artifact.below) if target and artifact.below else target or folder).rstrip(
                "/"
            ) + "/"
            return self.done(take, artifact, origin, chown, source, folder, absolute)
        if artifact.owned and origin.chown is not None and self.kind(take, artifact, origin.builder)[0] != "file":
            # COPY makes the folder that it is given anew, as root's and with 0755 (measured)
            raise refuse(
                "STG404",
                f"ADD of the archive gives `{self.show(artifact.path.flat)}` the owner and mode that it has in the builder, and "
                f"COPY makes a folder root's: {origin.chown}",
                self.source,
                take.instruction.span,
                "let `docker cp` take it, if it is to be root's, or convert by hand",
            )
        self.check_links(take, artifact, origin)
        self.check_modes(take, artifact, origin)
        if artifact.copied_on_host:
            self.assume(
                f"`{self.show(artifact.host)}` is not writable for group or others: `cp` on the host applies the umask",
                take.instruction,
            )
        if artifact.below:
            self.assume(
                f"`{self.show(artifact.host)}` is no symbolic link, and a folder among the artifacts has the mode 0755",
                take.instruction,
            )
            destination = _join(written, artifact.below)
            absolute = _join(target, artifact.below) if target else destination
            if self.shadowed.get(artifact.host):
                self.out.diagnostics.append(
                    warning(
                        "STG508",
                        f"`{self.show(artifact.host)}` is also a file of the tree: the new image holds both in its layers",
                        self.source,
                        take.instruction.span,
                        "add it to .dockerignore if it is only a placeholder",
                    )
                )
            return self.done(take, artifact, origin, chown, source, destination, absolute)
        name = paths.base_name(artifact.host)
        if artifact.pattern or paths.base_name(flat) == name or artifact.origin.contents:
            shown = target or written
            if not artifact.pattern and (several or shown.endswith("/")) and not artifact.origin.contents:
                kind, _ = self.kind(take, artifact, origin.builder)
                shown = shown.rstrip("/") + "/" + name if kind != "folder" else shown
            return self.done(take, artifact, origin, chown, source, written, shown)
        return self.renamed(take, artifact, origin, chown, source, written, target, several)

    def staged_part(self, take: Take, staged: Staged, position: int, several: bool) -> _Part:
        """A copy that the script made of something in the tree is taken from where it lies itself."""
        source = paths.relative(staged.tree, self.context.folder)
        written = self.destination(take)
        if staged.below:
            return _Part(None, False, (source,), _join(written, staged.below))
        name = paths.base_name(staged.host)
        if staged.kind == "folder" or paths.base_name(staged.tree) == name:
            return _Part(None, False, (source,), written)
        target = self.final_destination(take, position)
        shown = target or written
        inside = several or shown.endswith("/") or written.endswith("/.") or self.is_folder(take, target)
        return _Part(None, False, (source,), _join(written, name) if inside else written)

    def renamed(
        self,
        take: Take,
        artifact: Artifact,
        origin: Origin,
        chown: bool,
        source: str,
        written: str,
        target: str | None,
        several: bool,
    ) -> _Part:
        name = paths.base_name(artifact.host)
        shown = target or written
        kind, evidence = self.kind(take, artifact, origin.builder)
        if kind == "folder":
            # its contents arrive in the destination, whether that is there before or not
            return self.done(take, artifact, origin, chown, source, written, target or written)
        into_folder = several or shown.endswith("/") or written.endswith("/.") or self.is_folder(take, target)
        if not into_folder:
            if target is None or not target.endswith("/"):
                self.assume(
                    f"`{target or written}` is not a folder of the base image, so it becomes the artifact's own path",
                    take.instruction,
                )
            return self.done(take, artifact, origin, chown, source, written, target or written)
        if kind == "unknown":
            raise refuse(
                "STG503",
                f"`{self.show(artifact.path.flat)}` becomes `{name}` on the way, and nothing tells whether it is a file "
                "or a folder",
                self.source,
                take.instruction.span,
                f"write the destination in full (`{_join(written, name)}`) for a file, or let `docker cp` take "
                f"`{self.show(artifact.path.flat)}/.` for a folder, then try again",
            )
        self.assume(f"`{self.show(artifact.path.flat)}` is a file: {evidence}", take.instruction)
        destination = _join(written, name)
        return self.done(
            take, artifact, origin, chown, source, destination, _join(target, name) if target else destination
        )

    def done(
        self, take: Take, artifact: Artifact, origin: Origin, chown: bool, source: str, destination: str, absolute: str
    ) -> _Part:
        kind, _ = self.kind(take, artifact, origin.builder)
        if kind == "folder" and not artifact.pattern and not absolute.endswith("/"):
            absolute += "/"
        self.out.copied.append(Copied(artifact, origin.stage, absolute, take.instruction.span))
        if chown and origin.chown is not None:
            self.out.diagnostics.append(
                note(
                    "STG611",
                    f"--chown=0:0 keeps the artifact root's, as it is today: {origin.chown}",
                    self.source,
                    take.instruction.span,
                )
            )
        return _Part(origin.stage, chown, (source,), destination)

    def check_links(self, take: Take, artifact: Artifact, origin: Origin) -> None:
        """`COPY --from` follows a link at its source; in a folder on the host it stayed a link."""
        name = re.escape(paths.base_name(artifact.path.flat))
        for stage in origin.builder.stages:
            for instruction in stage.instructions:
                if instruction.keyword != "RUN" or "ln" not in instruction.command:
                    continue
                if re.search(
                    rf"\bln\s+-\w*s\w*\b[^;&|\n]*[\s/]{name}(?=$|[\s;&|\"'])",
                    run_text(instruction, origin.builder.source),
                ):
                    raise refuse(
                        "STG404",
                        f"`{self.show(artifact.path.flat)}` may be a symbolic link, which `COPY --from` follows",
                        self.source,
                        take.instruction.span,
                        "copy the folder that holds it, or the file that it names",
                    )

    def check_modes(self, take: Take, artifact: Artifact, origin: Origin) -> None:
        """The modes that the assumptions speak of must not be contradicted by the builder's own commands."""
        path = artifact.path.flat
        handled = [self.events[number] for number in artifact.entry.events]
        umask = any(isinstance(event, ChangedFiles) and _copies_under_umask(event) for event in handled)
        for place, mode in given_modes.given_modes(origin.builder, path) if umask or artifact.below else ():
            kind = self.kind(take, artifact, origin.builder)[0]
            folder = place == path and (
                kind == "folder" or (kind != "file" and not given_modes.is_that_of_a_file(mode))
            )
            if artifact.below and folder and not given_modes.is_usual_for_a_folder(mode):
                raise refuse(
                    "STG404",
                    f"the builder gives `{self.show(place)}` the mode {mode}, and a folder that `COPY --from` makes has 0755",
                    self.source,
                    take.instruction.span,
                    "let the runtime Dockerfile copy this folder by an instruction of its own and set its mode with RUN",
                )
            if umask and given_modes.loses_to_umask(mode) and not any(sets_mode(event) for event in handled):
                raise refuse(
                    "STG404",
                    f"the builder gives `{self.show(place)}` the mode {mode}, of which `cp` on the host keeps only a part",
                    self.source,
                    take.instruction.span,
                    "copy it with `cp -p`, or set the mode in the script with `chmod`",
                )

    def check_filter(self, take: Take, artifact: Artifact, origin: Origin) -> None:
        """`.dockerignore` filtered inside a copied-out folder, and has no effect on `COPY --from`."""
        if not artifact.filtered:
            return
        kind, _ = self.kind(take, artifact, origin.builder)
        if kind == "file" and not artifact.pattern:
            return
        shown = self.show(artifact.host)
        if kind == "folder" or artifact.pattern:
            raise refuse(
                "STG504",
                f"a rule of the ignore file may leave out files inside `{shown}`; `COPY --from` takes all of them",
                self.source,
                take.instruction.span,
                "remove those files in the builder Dockerfile, or narrow the rule, then try again",
            )
        self.out.diagnostics.append(
            warning(
                "STG504",
                f"if `{shown}` is a folder, rules of the ignore file no longer apply to the files inside it",
                self.source,
                take.instruction.span,
            )
        )

    def final_destination(self, take: Take, position: int) -> str | None:
        scope = self.runtime.states[take.stage.index].scopes[position]
        target = target_path(scope.workdir, take.destination)
        if target is None:
            self.assume("the base image's working folder is /, as nothing tells it", take.instruction)
            target = target_path("/", take.destination)
        return target

    def is_folder(self, take: Take, target: str | None) -> bool:
        """Whether the destination is a folder of the image already, though nothing in its spelling says so.

        Raises `Refusal` where an instruction before may have made it one.
        """
        if target is None:
            return False
        index: int | None = take.stage.index
        here = self.runtime.states[take.stage.index].scopes[take.stage.instructions.index(take.instruction)].workdir
        if here not in (None, "/") and (here == target or paths.is_below(here or "", target)):
            return True
        first = True
        made = False
        while index is not None and not made:
            state = self.runtime.states[index]
            base = state.image
            for scope, instruction in zip(state.scopes, self.runtime.stages[index].instructions, strict=True):
                if first and instruction is take.instruction:
                    break
                if self.surely_makes(scope, instruction, target):
                    made = True
                elif self.may_make(scope, instruction, target):
                    raise refuse(
                        "STG503",
                        f"`{self.show(target)}` may be a folder at this point, and the artifact is renamed on the way",
                        self.source,
                        take.instruction.span,
                        "end the destination in `/` for a folder, or give its full path, then try again",
                    )
            first = False
            index = state.parent
        return made or (base != "scratch" and (target.rstrip("/") in BASE_FOLDERS or target == "/"))

    def surely_makes(self, scope: Scope, instruction: Instruction, target: str) -> bool:
        """Whether something before this instruction has made the folder: a WORKDIR, a COPY into it."""
        if scope.workdir not in (None, "/") and (
            scope.workdir == target or paths.is_below(scope.workdir or "", target)
        ):
            return True
        if instruction.keyword in ("COPY", "ADD") and len(instruction.arguments) > 1:
            other = target_path(scope.workdir or "/", scope.expand(instruction.arguments[-1].value))
            return other is not None and (other == target + "/" or other.startswith(target + "/"))
        return instruction.keyword == "RUN" and makes_folder(run_text(instruction, self.source), scope, target)

    def may_make(self, scope: Scope, instruction: Instruction, target: str) -> bool:
        """Whether an instruction may make a folder of that path, or take one away."""
        if instruction.keyword in ("COPY", "ADD") and len(instruction.arguments) > 1:
            return target_path(scope.workdir or "/", scope.expand(instruction.arguments[-1].value)) == target
        if instruction.keyword == "VOLUME":
            return any(scope.expand(argument.value).strip('[]",') == target for argument in instruction.arguments)
        if instruction.keyword != "RUN":
            return False
        text = run_text(instruction, self.source)
        if not any(
            word in text for word in ("mkdir", "install", "user", "mv", "rmdir", "rm", "cp", "tar", "unzip", "ln")
        ):
            return False
        name = re.escape(paths.base_name(target))
        variables = re.search(r"\b(mkdir|install|adduser|useradd)\b[^;&|\n]*\$", text)
        return bool(variables) or re.search(rf"(?:^|[\s\"'/=:{{,]){name}/?(?=$|[\s\"'/;&|)}},])", text) is not None

    def assume(self, about: str, instruction: Instruction) -> None:
        self.out.assumptions.append(Assumption(about, self.source.location(_line(self.source, instruction))))

    # how it is written

    def keyword(self, like: Instruction, keyword: str) -> str:
        written = self.source.slice(like.keyword_span)
        return keyword.lower() if written.islower() else keyword

    def in_place(self, instruction: Instruction, part: _Part, arguments: str) -> None:
        """One instruction stays one: only its words change."""
        edits = self.out.edits
        if arguments:
            indent = self.source.text[instruction.span.start : instruction.keyword_span.start]
            edits.append(Edit(Span(instruction.span.start, instruction.span.start), indent + arguments))
        word = self.keyword(instruction, "COPY")
        flags = (f" --from={part.stage}" if part.stage else "") + (" --chown=0:0" if part.chown else "")
        if part.stage is None:
            pass
        elif instruction.keyword == "ADD":
            edits.append(Edit(instruction.keyword_span, word + flags))
        else:
            end = instruction.keyword_span.end
            edits.append(Edit(Span(end, end), flags))
        words = instruction.arguments
        quote = instruction.form == "json"
        if not quote and any(" " in text for text in (*part.sources, part.destination)):
            everything = Span(words[0].span.start, words[-1].span.end)
            edits.append(Edit(everything, json.dumps([*part.sources, part.destination], ensure_ascii=False)))
            return
        if len(part.sources) == len(words) - 1:
            for argument, text in zip(words[:-1], part.sources, strict=True):
                edits.append(Edit(argument.span, _quoted(text, quote)))
        else:
            separator = ", " if quote else " "
            texts = separator.join(_quoted(text, quote) for text in part.sources)
            edits.append(Edit(Span(words[0].span.start, words[-2].span.end), texts))
        if part.destination != words[-1].value:
            edits.append(Edit(words[-1].span, _quoted(part.destination, quote)))

    def split(self, take: Take, parts: list[_Part], arguments: str) -> None:
        """One instruction becomes several; one that goes on taking the host's files as before stays as it is."""
        instruction = take.instruction
        newline = self.runtime.tree.newline
        quote = instruction.form == "json"
        lines: list[str] = []
        indent = self.source.text[instruction.span.start : instruction.keyword_span.start]
        flags = "".join(" " + self.source.slice(flag.span) for flag in instruction.flags)
        for part in parts:
            words = [*part.sources, part.destination]
            if part.stage is None:
                word = self.source.slice(instruction.keyword_span)
                head = (self.keyword(instruction, "COPY") if part.copies else word) + flags
            else:
                head = self.keyword(instruction, "COPY") + f" --from={part.stage}"
                head += (" --chown=0:0" if part.chown else "") + flags
            as_json = quote or any(" " in word for word in words)
            body = json.dumps(words, ensure_ascii=False) if as_json else " ".join(words)
            lines.append(f"{indent}{head} {body}")
        span = instruction.span
        text = self.source.slice(span)
        final_newline = newline if text.endswith("\n") else ""
        first_whole = parts[0].raw and len(parts[0].sources) == len(take.sources)
        if first_whole:
            # the instruction itself stays byte for byte, the artifacts follow
            rest = newline.join(lines[1:])
            lead = "" if text.endswith("\n") else newline
            prefix = "".join(indent + line + newline for line in arguments.splitlines())
            for use in take.sources if self.lead else ():
                argument = instruction.arguments[use.index]
                self.out.edits.append(Edit(argument.span, _quoted(self.host_word(take, use), quote)))
            self.out.edits.append(Edit(Span(span.end, span.end), lead + prefix + rest + final_newline))
        else:
            if instruction.heredocs:
                raise refuse(
                    "STG404",
                    "an instruction with a here-document and an artifact is not split",
                    self.source,
                    span,
                    "give the artifact an instruction of its own",
                )
            inner = _inner_comments(self.source, instruction)
            prefix = "".join(indent + line + newline for line in (*inner, *arguments.splitlines()))
            self.out.edits.append(Edit(span, prefix + newline.join(lines) + final_newline))
        self.out.diagnostics.append(
            note(
                "STG609",
                f"one {instruction.keyword} becomes {len(parts)} instructions, so the image has more layers",
                self.source,
                _line(self.source, instruction),
            )
        )


def _line(source: Source, instruction: Instruction) -> Span:
    """The instruction without its line end."""
    text = source.slice(instruction.span)
    return Span(instruction.keyword_span.start, instruction.span.start + len(text.rstrip("\r\n")))


def _quoted(text: str, as_json: bool) -> str:
    return json.dumps(text, ensure_ascii=False) if as_json else text


def _join(folder: str, name: str) -> str:
    """A destination inside a folder destination, in the spelling of the folder."""
    if folder in (".", "./"):
        return f"./{name}"
    if folder.endswith("/."):
        folder = folder[:-2]
    return f"{folder.rstrip('/')}/{name}"


def _inner_comments(source: Source, instruction: Instruction) -> list[str]:
    """Comment lines between the continuation lines of an instruction."""
    lines = source.slice(instruction.span).splitlines()
    return [line.strip() for line in lines[1:] if line.lstrip().startswith("#")]
