"""What the COPY and ADD instructions of a Dockerfile take from the host: its own files, or artifacts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from converter.diagnostics import Refusal, refuse
from converter.dockerfile.ignore import IgnoreRules, has_wildcard, match_pattern
from converter.dockerfile.stages import Stage
from converter.dockerfile.syntax import Instruction
from converter.machine import paths
from converter.machine.host import (
    Alternatives,
    Entry,
    FromArchive,
    FromContainer,
    FromHost,
    FromLink,
    FromTree,
    HostFiles,
    Overlay,
    possible,
)
from converter.machine.value import Value
from converter.source import Source

Undecided = Callable[[str, Alternatives], Refusal]


class Artifact(Struct, frozen=True):
    """Something that came out of a container and that an instruction takes.

    `path` is absolute in the container; `host` is where it lay on the host. `below` is
    its path inside what the instruction names, empty where the instruction names
    the artifact itself. `pattern` tells that `path` ends in a pattern of the instruction,
    `filtered` that a rule of the ignore file may apply to files inside it. `swept` tells that the tree has files there
    as well, and a container worked in the folder: it comes from there as a whole. `packed` tells that the instruction
    unpacks it from an archive that the script made, `owned` that a container made that archive, with the owners there.
    `beside` tells that the container may have made more in the folder that it was brought into.
    """

    path: Value
    host: str
    below: str
    entry: Entry
    pattern: bool = False
    filtered: bool = False
    swept: bool = False
    packed: bool = False
    owned: bool = False
    beside: bool = False

    @property
    def copied_on_host(self) -> bool:
        """Whether a command of the host handled it after it was copied out."""
        return len(set(self.entry.events) - set(self.origin.worked)) > 1

    @property
    def origin(self) -> FromContainer:
        """Where it came from."""
        origin = self.entry.origin
        assert isinstance(origin, FromContainer)
        return origin


class Staged(Struct, frozen=True):
    """A file or folder of the tree that the script copied to where an instruction takes it.

    `tree` is its own path, `host` that of the copy; `below` is as for `Artifact`.
    """

    tree: str
    host: str
    below: str
    kind: Literal["file", "folder"]


class SourceUse(Struct, frozen=True):
    """One source of an instruction: `keeps_host` where it also takes, or only takes, files of the host.

    `staged` are those of them that are copies of other files of the tree; `only_staged` tells that all of them are.
    `archive` is the number of the event that made the archive which is unpacked; its `staged` are always written out.
    """

    index: int
    text: str
    keeps_host: bool
    artifacts: tuple[Artifact, ...]
    staged: tuple[Staged, ...] = ()
    only_staged: bool = False
    archive: int | None = None


class Take(Struct, frozen=True):
    """An instruction that takes at least one artifact; the last argument is the destination."""

    instruction: Instruction
    stage: Stage
    sources: tuple[SourceUse, ...]
    destination: str


class Missing(Struct, frozen=True):
    """A source that neither the tree nor the script provides."""

    instruction: Instruction
    index: int
    path: str


class HostMade(Struct, frozen=True):
    """A source that a command of the host made; `event` is its number."""

    instruction: Instruction
    index: int
    path: str
    event: int


class Taken(Struct, frozen=True):
    """Everything that one Dockerfile takes at one build; `others` are the instructions that take no artifact.

    `empty` are folders that a command of the host made, with nothing in them, below what an instruction takes.
    """

    takes: tuple[Take, ...]
    missing: tuple[Missing, ...]
    host_made: tuple[HostMade, ...]
    sweeps_all: tuple[Instruction, ...]
    others: tuple[Take, ...] = ()
    empty: frozenset[str] = frozenset()


def look(
    stage_list: tuple[Stage, ...],
    expand: Callable[[Stage, int, str], str],
    files: HostFiles,
    context: str,
    ignore: IgnoreRules,
    source: Source,
    undecided: Undecided,
) -> Taken:
    """Resolves each source of each COPY and ADD against the host's files at the moment of the build.

    `expand(stage, index, text)` gives the value of a word of the stage's instruction at
    that index; `context` is the normalised path of the build context. `undecided` gives the refusal for an artifact
    that branches of the script put there differently.
    """
    takes: list[Take] = []
    missing: list[Missing] = []
    host_made: list[HostMade] = []
    sweeps_all: list[Instruction] = []
    others: list[Take] = []
    empty: set[str] = set()
    for stage in stage_list:
        for position, instruction in enumerate(stage.instructions):
            if instruction.keyword not in ("COPY", "ADD") or instruction.flag("from") is not None:
                continue
            arguments = instruction.arguments
            if len(arguments) < 2:
                continue
            uses: list[SourceUse] = []
            heredocs = {heredoc.argument for heredoc in instruction.heredocs}
            for index, argument in enumerate(arguments[:-1]):
                if index in heredocs:
                    uses.append(SourceUse(index, argument.raw, True, ()))
                    continue
                text = expand(stage, position, argument.value)
                use = _source(text, files, context, ignore, instruction, source, undecided)
                if isinstance(use, SourceUse):
                    uses.append(replace(use, index=index))
                elif isinstance(use, int):
                    host_made.append(HostMade(instruction, index, text, use))
                    uses.append(SourceUse(index, text, True, ()))
                elif use is None:
                    missing.append(Missing(instruction, index, text))
                    uses.append(SourceUse(index, text, True, ()))
                else:
                    keeps, artifacts = use
                    staged, only = _staged(text, files, context, ignore) if keeps else ((), False)
                    uses.append(SourceUse(index, text, keeps, artifacts, staged, only))
                    if keeps:
                        empty |= _empty_folders(text, files, context, ignore)
                    if keeps and paths.normalize(text) == "":
                        sweeps_all.append(instruction)
            destination = expand(stage, position, arguments[-1].value)
            take = Take(instruction, stage, tuple(uses), destination)
            (takes if any(use.artifacts for use in uses) else others).append(take)
    return Taken(tuple(takes), tuple(missing), tuple(host_made), tuple(sweeps_all), tuple(others), frozenset(empty))


def _empty_folders(text: str, files: HostFiles, context: str, ignore: IgnoreRules) -> set[str]:
    """Folders that a command made and that a source brings into the image with no file in them."""
    inner = paths.normalize(text.lstrip("/"))
    if text.startswith(("http://", "https://", "git@", "ssh://")) or inner.startswith(".."):
        return set()
    while has_wildcard(inner):
        inner = paths.parent(inner)
    found = files.changed_below(paths.join(context, inner))
    return {
        name
        for name, entry in found
        if entry is not None
        and entry.kind == "folder"
        and isinstance(entry.origin, FromHost)
        and not ignore.ignores(relative_to(name, context))
        and files.is_empty(name)
    }


def _staged(text: str, files: HostFiles, context: str, ignore: IgnoreRules) -> tuple[tuple[Staged, ...], bool]:
    """What a source takes that is a copy of something else in the tree, and whether it takes nothing else of the host."""
    inner = paths.normalize(text.lstrip("/"))
    if text.startswith(("http://", "https://", "git@", "ssh://")) or inner.startswith("..") or has_wildcard(inner):
        return (), False
    path = paths.join(context, inner)
    entry = files.lookup(path)
    if entry is None:
        return (), False
    if entry.kind == "file":
        if isinstance(entry.origin, FromTree) and entry.origin.path != path:
            return (Staged(entry.origin.path, path, "", "file"),), True
        return (), False
    found: list[Staged] = []
    only = not any(files.lookup(name) is not None for name in files.start.below(path))
    if isinstance(entry.origin, FromTree) and path in files.changes and entry.origin.path != path:
        found.append(Staged(entry.origin.path, path, "", "folder"))
    for name, held in files.changed_below(path):
        if held is None or name == path:
            continue
        below = relative_to(name, path)
        if ignore.ignores(paths.join(inner, below)):
            continue
        if isinstance(held.origin, FromTree):
            if held.origin.path != name:
                kind = files.start.kind(held.origin.path)
                found.append(Staged(held.origin.path, name, below, "folder" if kind == "folder" else "file"))
        elif not isinstance(held.origin, FromContainer) and (
            held.kind != "folder" or not any(other is not None for _, other in files.inside(name))
        ):
            only = False
    return tuple(found), only and bool(found)


def _source(
    text: str,
    files: HostFiles,
    context: str,
    ignore: IgnoreRules,
    instruction: Instruction,
    source: Source,
    undecided: Undecided,
) -> tuple[bool, tuple[Artifact, ...]] | SourceUse | int | None:
    """Whether a source takes host files, and its artifacts; the number of the event that made it; None for nothing."""
    if instruction.keyword == "ADD" and text.startswith(("http://", "https://", "git@", "ssh://")):
        return True, ()
    inner = paths.normalize(text.lstrip("/"))
    while inner.startswith("../") or inner == "..":
        # a source cannot leave the context: Docker reads `..` at its top as the top itself
        inner = inner[3:]
    if has_wildcard(inner):
        return _pattern(inner, files, context, ignore, instruction, source, undecided)
    path = paths.join(context, inner)
    entry = files.lookup(path)
    if entry is None:
        filling = files.filling(path)
        return filling.event if filling is not None else None
    if isinstance(entry.origin, Alternatives):
        kinds = {type(one.origin) for one in possible(entry)}
        if FromContainer in kinds:
            raise undecided(path, entry.origin)
        return entry.events[-1] if FromHost in kinds and entry.kind != "folder" and entry.events else (True, ())
    if isinstance(entry.origin, FromContainer):
        if ignore.ignores(inner):
            raise refuse(
                "STG502",
                f"the ignore file leaves `{inner}` out of the build context, so this instruction finds nothing",
                source,
                instruction.span,
                "correct .dockerignore first; the recipe cannot have worked as it stands",
            )
        _check_unchanged(path, files, instruction, source)
        return False, (Artifact(entry.origin.path, path, "", entry, filtered=ignore.matches_below(inner)),)
    if isinstance(entry.origin, FromLink):
        raise refuse(
            "STG404",
            f"`{inner}` is a symbolic link that the script makes",
            source,
            instruction.span,
            "name the file that it leads to",
        )
    if isinstance(entry.origin, FromArchive) and instruction.keyword == "ADD" and not ignore.ignores(inner):
        unpacked = unpack(text, entry.origin, files, context, ignore)
        if unpacked is not None:
            return unpacked
    if isinstance(entry.origin, FromArchive) or (isinstance(entry.origin, FromHost) and entry.kind != "folder"):
        return entry.origin.event
    if entry.kind == "file":
        return True, ()
    overlay = files.overlay(path)
    beside = False
    if overlay is not None and overlay.whole and (_is_newer(entry, overlay) or _brings(path, files, overlay)):
        # the folder is the host's, which put things of the container there
        beside, overlay = not _is_newer(entry, overlay), None
    if overlay is not None and not overlay.whole:
        return _unpacked_over(overlay, path, inner, files, ignore, instruction, source, undecided)
    if overlay is not None:
        _check_only_worked_on(path, files, instruction, source)
        whole = overlay.entry(path)
        assert isinstance(whole.origin, FromContainer)
        filtered = _may_filter_outputs(inner, files, context, ignore)
        return False, (
            Artifact(whole.origin.path, path, "", replace(whole, kind="folder"), filtered=filtered, swept=True),
        )
    artifacts, own = _below(path, inner, files, ignore, instruction, source, undecided)
    if beside:
        artifacts = [replace(artifact, beside=True) for artifact in artifacts]
    return own or not artifacts, tuple(artifacts)


def _unpacked_over(
    overlay: Overlay,
    path: str,
    inner: str,
    files: HostFiles,
    ignore: IgnoreRules,
    instruction: Instruction,
    source: Source,
    undecided: Undecided,
) -> tuple[bool, tuple[Artifact, ...]]:
    """A folder in which the script unpacked an archive over what was there: both arrive, the archive's files last."""
    others = [
        one for one in files.overlays if one is not overlay and (one.covers(path) or paths.is_below(one.folder, path))
    ]
    if overlay.folder != path or others:
        raise refuse(
            "STG404",
            f"the archive that the script unpacks in `{overlay.folder or '.'}` may bring something into `{path or '.'}`, which "
            "this takes as a whole",
            source,
            instruction.span,
            "unpack it in an empty folder, or take single files",
        )
    artifacts, own = _below(path, inner, files, ignore, instruction, source, undecided)
    entry = overlay.entry(path)
    assert isinstance(entry.origin, FromContainer)
    entry = replace(entry, origin=replace(entry.origin, contents=True))
    whole = Artifact(overlay.path, path, "", entry, filtered=ignore.matches_below(inner))
    return own, (*artifacts, whole)


def unpack(text: str, archive: FromArchive, files: HostFiles, context: str, ignore: IgnoreRules) -> SourceUse | None:
    """What `ADD` of an archive brings that the script made of artifacts and files of the tree; None where a member is
    something else, or none is an artifact."""
    artifacts: list[Artifact] = []
    staged: list[Staged] = []
    for member in archive.members:
        origin = member.entry.origin
        if isinstance(origin, FromContainer):
            place = f"{text}/{member.name}"
            artifacts.append(Artifact(origin.path, place, member.name, member.entry, packed=True, owned=archive.inside))
            continue
        kind = files.start.kind(origin.path) if isinstance(origin, FromTree) else None
        if not isinstance(origin, FromTree) or kind not in ("file", "folder") or not member.name:
            return None
        inner = paths.relative(origin.path, context)
        if inner.startswith("../") or ignore.ignores(inner) or ignore.matches_below(inner):
            return None
        staged.append(Staged(origin.path, member.name, member.name, kind))
    if not artifacts:
        return None
    return SourceUse(0, text, False, tuple(artifacts), tuple(staged), archive=archive.event)


def _check_unchanged(folder: str, files: HostFiles, instruction: Instruction, source: Source) -> None:
    """What came out of a container as a whole has to be whole: the stage holds it as it was there."""
    changed = [path for path, _ in files.changed_below(folder) if path != folder]
    if changed:
        raise refuse(
            "STG501",
            f"the script changes `{changed[0]}` after `{folder}` was copied out",
            source,
            instruction.span,
            "do that in the builder Dockerfile first",
        )


def _check_only_worked_on(folder: str, files: HostFiles, instruction: Instruction, source: Source) -> None:
    """A folder that a container worked in comes from its stage, which has nothing that arrived there otherwise."""
    for path, entry in files.changed_below(folder):
        if entry is not None and entry.kind != "folder" and files.overlay(path) is not None:
            overlay = files.overlay(path)
            made = overlay.entry(path) if overlay is not None else None
            if made is None or entry.origin != made.origin:
                raise refuse(
                    "STG404",
                    f"this takes what a container built in a mounted folder, and `{path}`, which came there in another way",
                    source,
                    instruction.span,
                    "give each an instruction of its own",
                )


def _may_filter_outputs(inner: str, files: HostFiles, context: str, ignore: IgnoreRules) -> bool:
    """Whether a rule of the ignore file may leave out something that a build makes in the folder.

    The rules held for the stage as well, so what the tree has and they leave out is not there either. A rule that fits
    something in the tree, or files of version control, is taken to be about that.
    """
    tracked = [paths.relative(path, context) for path in files.start.below(context)]
    others = []
    for rule in ignore.rules:
        about_git = rule.pattern.startswith(".git") or rule.pattern in (".svn", ".hg", ".idea", ".vscode")
        if rule.exception or not (about_git or any(IgnoreRules((rule,)).ignores(path) for path in tracked)):
            others.append(rule)
    return IgnoreRules(tuple(others)).matches_below(inner)


def _below(
    folder: str,
    inner: str,
    files: HostFiles,
    ignore: IgnoreRules,
    instruction: Instruction,
    source: Source,
    undecided: Undecided,
) -> tuple[list[Artifact], bool]:
    """The artifacts inside a folder of the context, and whether it holds files of the host too."""
    artifacts: list[Artifact] = []
    own = any(
        files.lookup(path) is not None and not ignore.ignores(paths.join(inner, relative_to(path, folder)))
        for path in files.start.below(folder)
    )
    for path, entry in files.changed_below(folder):
        if entry is None or path == folder:
            continue
        below = path[len(folder) + 1 :] if folder else path
        if ignore.ignores(paths.join(inner, below)):
            continue
        origin = entry.origin
        if isinstance(origin, Alternatives) and any(isinstance(o.origin, FromContainer) for o in possible(entry)):
            raise undecided(path, origin)
        if isinstance(origin, FromContainer):
            _check_unchanged(path, files, instruction, source)
            filtered = ignore.matches_below(paths.join(inner, below))
            if path in files.patterns:
                # it is a pattern, or all of a folder: what fits arrives in the folder above
                filtered = ignore.matches_pattern(paths.join(inner, below), paths.join(inner, paths.parent(below)))
                below = paths.parent(below)
            artifacts.append(Artifact(origin.path, path, below, entry, origin.pattern_from is not None, filtered))
        elif (
            isinstance(origin, FromTree)
            or entry.kind != "folder"
            or not any(paths.is_below(other, path) for other, held in files.changes.items() if held is not None)
        ):
            own = True
    for overlay in files.overlays:
        if paths.is_below(overlay.folder, folder) and not ignore.ignores(
            paths.join(inner, relative_to(overlay.folder, folder))
        ):
            entry = overlay.entry(overlay.folder)
            below = relative_to(overlay.folder, folder)
            filtered = _may_filter_outputs(paths.join(inner, below), files, folder, ignore)
            artifacts.append(Artifact(overlay.path, overlay.folder, below, entry, filtered=filtered))
    if folder == "" or any(isinstance(e.origin, FromTree) for p, e in files.changed_below(folder) if e and p == folder):
        own = True
    return artifacts, own


def _is_newer(entry: Entry | None, overlay: Overlay) -> bool:
    """Whether a command of the host made the folder after the container had worked."""
    if entry is None or entry.kind != "folder" or not isinstance(entry.origin, FromHost):
        return False
    return min(entry.events, default=-1) > overlay.event


def _brings(folder: str, files: HostFiles, overlay: Overlay, pattern: str = "", context: str = "") -> bool:
    """Whether the script brought something of a container into the folder from elsewhere; with a pattern, what fits it."""
    for path, entry in files.changed_below(folder):
        if entry is not None and isinstance(entry.origin, FromContainer) and overlay.entry(path).origin != entry.origin:
            if path != folder and (not pattern or match_pattern(pattern, paths.relative(path, context))):
                return True
    return False


def relative_to(path: str, folder: str) -> str:
    """The part of a normalised path behind the folder it lies in."""
    return path[len(folder) + 1 :] if folder else path


def _pattern(
    inner: str,
    files: HostFiles,
    context: str,
    ignore: IgnoreRules,
    instruction: Instruction,
    source: Source,
    undecided: Undecided,
) -> tuple[bool, tuple[Artifact, ...]] | None:
    """A pattern takes whatever it matches, at its own depth."""
    head: list[str] = []
    for part in inner.split("/"):
        if has_wildcard(part):
            break
        head.append(part)
    folder = paths.join(context, "/".join(head))
    rest = inner[len("/".join(head)) :].lstrip("/")
    entry = files.lookup(folder) if folder else None
    if entry is not None and isinstance(entry.origin, Alternatives):
        if any(isinstance(one.origin, FromContainer) for one in possible(entry)):
            raise undecided(folder, entry.origin)
    overlay = files.overlay(folder)
    swept = False
    older = entry is not None and entry.kind == "folder" and isinstance(entry.origin, FromHost)
    own = overlay is not None and (_is_newer(entry, overlay) or _brings(folder, files, overlay, inner, context))
    if overlay is not None and not own and (entry is None or older or isinstance(entry.origin, FromTree)):
        entry = overlay.entry(folder)
        swept = any(match_pattern(inner, paths.relative(name, context)) for name in files.start.below(folder))
        if not overlay.whole and (swept or overlay.folder != folder):
            raise refuse(
                "STG404",
                f"this pattern fits files of the tree, and what the archive holds that the script unpacks in `{folder or '.'}`",
                source,
                instruction.span,
                "give each an instruction of its own",
            )
        _check_only_worked_on(folder, files, instruction, source)
        assert isinstance(entry.origin, FromContainer)
        value = entry.origin.path + Value.literal("/" + rest)
        filtered = _may_filter_outputs(relative_to(folder, context), files, context, ignore)
        return False, (Artifact(value, f"{folder}/{rest}", "", entry, True, filtered, swept),)
    if entry is not None and isinstance(entry.origin, FromContainer):
        value = entry.origin.path + Value.literal("/" + rest)
        _check_unchanged(folder, files, instruction, source)
        filtered = ignore.matches_pattern(inner, relative_to(folder, context))
        return False, (Artifact(value, f"{folder}/{rest}", "", entry, True, filtered),)
    artifacts: list[Artifact] = []
    keeps = False
    hosts: set[str | None] = set()
    names: set[str] = set(files.start.files) | set(files.start.folders) | set(files.changes)
    prefix = context + "/" if context else ""
    for name in sorted(names):
        if not name.startswith(prefix) or name == context:
            continue
        relative = name[len(prefix) :]
        if not match_pattern(inner, relative) or ignore.ignores(relative):
            continue
        found = files.lookup(name)
        if found is None:
            continue
        if isinstance(found.origin, Alternatives) and any(isinstance(o.origin, FromContainer) for o in possible(found)):
            raise undecided(name, found.origin)
        if isinstance(found.origin, FromContainer):
            filtered = ignore.matches_below(relative)
            several = name in files.patterns and found.origin.pattern_from is not None
            if name in files.patterns:
                filtered = ignore.matches_pattern(relative, paths.parent(relative))
            artifacts.append(Artifact(found.origin.path, name, "", found, several, filtered))
        else:
            keeps = True
            hosts.add(None if found.kind == "folder" else paths.base_name(name))
    if files.is_filled(folder):
        keeps = True
        hosts.add(None)
    if not artifacts and not keeps:
        return None
    if keeps and artifacts and (hosts & {paths.base_name(found.host) for found in artifacts} or None in hosts):
        raise refuse(
            "STG404",
            "this pattern takes files of the tree and artifacts with one name, and which of them wins is a matter of order",
            source,
            instruction.span,
            "give the artifact an instruction of its own",
        )
    return keeps, tuple(artifacts)
