"""What the script's own commands tell about an artifact: each of them works with files only, or with folders only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from converter.machine import paths
from converter.machine.events import Built, ChangedFiles, ChangedFolder, Event, RanCommand
from converter.machine.host import FromContainer, HostFiles
from converter.machine.predicate import All, Atom, Predicate
from converter.plan.kinds.evidence import Evidence
from converter.plan.takes import Artifact

_READERS = frozenset(
    """
    . base64 bunzip2 bzip2 cat cksum gunzip gzip head ldd md5 md5sum nm objdump openssl readelf sha1sum sha224sum
    sha256sum sha384sum sha512sum shasum size source sum tail unzip wc xz zcat
    """.split()
)
"""Programs that read files, and fail for a folder."""


def look(artifact: Artifact, build: Built, events: Sequence[Event]) -> Iterator[Evidence]:
    """What the commands around the copy and the final build say about it; `events` are those of the whole run."""
    yield from _tested(artifact, build)
    for event in events[artifact.origin.event + 1 :]:
        files = event.state.files
        if isinstance(event, ChangedFolder):
            if _place(artifact, event.folder, files) is not None:
                yield "folder", "the script changes into it"
        elif isinstance(event, RanCommand):
            yield from _used(event, artifact)
        elif isinstance(event, ChangedFiles):
            yield from _handled(event, artifact)


def _place(artifact: Artifact, path: str, files: HostFiles) -> Literal["here", "below"] | None:
    """Whether a host path is the artifact at that moment, or lies in it."""
    entry = files.lookup(path)
    if entry is None or not isinstance(entry.origin, FromContainer) or entry.origin.event != artifact.origin.event:
        return None
    found, own = entry.origin.path.flat, artifact.path.flat
    if found == own:
        return "here"
    return "below" if found.startswith(own.rstrip("/") + "/") else None


def _tested(artifact: Artifact, build: Built) -> Iterator[Evidence]:
    """`[ -f app ] || exit 1`: a test that the build depends on."""
    known = [predicate for predicate, holds in build.state.facts.items() if holds]
    known += [condition.predicate for condition in build.state.conditions]
    for key in (atom.key for predicate in known for atom in _atoms(predicate)):
        if key[:1] == ("file",) and key[2] == artifact.host and key[1] in ("-f", "-d"):
            yield "file" if key[1] == "-f" else "folder", f"the script tests it with {key[1]}"


def _atoms(predicate: Predicate) -> Iterator[Atom]:
    if isinstance(predicate, Atom):
        yield predicate
    elif isinstance(predicate, All):
        for part in predicate.parts:
            yield from _atoms(part)


def _used(event: RanCommand, artifact: Artifact) -> Iterator[Evidence]:
    files = event.state.files
    if "/" in event.name and _place(artifact, paths.join(event.state.folder, event.name), files) == "here":
        yield "file", "the script runs it"
    named = [word.flat for word in event.words[1:] if word.flat.endswith("/")]
    if any(_place(artifact, paths.join(event.state.folder, word), files) == "here" for word in named):
        yield "folder", f"`{event.name}` names it with a slash at its end"
    for path in event.paths:
        place = _place(artifact, path, files)
        if place == "below":
            yield "folder", f"`{event.name}` uses a path inside it"
        elif place == "here" and paths.base_name(event.name) in _READERS and not _recursive(event):
            yield "file", f"`{event.name}` reads it"


def _handled(event: ChangedFiles, artifact: Artifact) -> Iterator[Evidence]:
    places = [_place(artifact, path, event.state.files) for _, path in event.operands]
    if "below" in places:
        yield "folder", f"`{event.verb}` names a path inside it"
    if "here" not in places:
        return
    recursive = _recursive(event)
    if event.verb == "chmod":
        if recursive:
            yield "folder", "the script changes modes in it with -R"
        elif event.mode is not None and (event.mode.endswith("+x") or event.mode.lstrip("0") in ("644", "600", "444")):
            yield "file", f"the script gives it the mode {event.mode}"
    elif event.verb == "cp" and places[-1] != "here" and not _archive(event):
        yield ("folder", "`cp -r` copies it") if recursive else ("file", "`cp` without -r copies it")
    elif event.verb == "install" and places[-1] != "here":
        yield "file", "`install` copies it"


def _letters(event: ChangedFiles | RanCommand) -> str:
    return "".join(w.flat for w in event.words[1:] if w.flat.startswith("-") and not w.flat.startswith("--"))


def _recursive(event: ChangedFiles | RanCommand) -> bool:
    return bool({"r", "R"} & set(_letters(event))) or any(word.flat == "--recursive" for word in event.words)


def _archive(event: ChangedFiles) -> bool:
    """`cp -a`, which people write for files as well."""
    return "a" in _letters(event) or any(word.flat == "--archive" for word in event.words)
