"""Artifacts that leave a container through its standard output: into a file, or into `tar x`.

Measured (semantics): a redirection makes the file anew, so it has the mode 0644 under the umask 022 whatever it had in
the image; tar drops the leading slash of member names and keeps modes.
"""

from __future__ import annotations

from msgspec.structs import replace

from converter.diagnostics import refuse
from converter.machine import paths
from converter.machine.events import CopiedOut, Created, Site
from converter.machine.host import Entry, FromArchive, FromContainer, Member
from converter.machine.mechanisms import REDIRECTED, STREAMED
from converter.machine.state import State
from converter.machine.streams import ContainerFile, ContainerTar, Stream, TarMember
from converter.machine.value import Value, is_known, join
from converter.shell.commands.call import Call, Result
from converter.shell.commands.container import Inside


def stream_of(created: Created, inside: Inside) -> Stream | None:
    """What a container that runs to its end writes to standard output, where that is files of its own."""
    words = inside.words
    folder = inside.folder
    while (
        len(words) == 3 and paths.base_name(words[0].flat) in ("sh", "bash", "ash") and words[1].flat in ("-c", "-lc")
    ):
        text = words[2]
        if any(character in text.flat for character in "|&;<>()$`\\\"'*?[\n{~#"):
            return None
        words = _split(text)
    if not words or folder is None:
        return None
    program = paths.base_name(words[0].flat)
    if program == "cat" and len(words) == 2 and not words[1].flat.startswith("-"):
        return ContainerFile(created.container, absolute(words[1], folder), REDIRECTED)
    if program in ("tar", "bsdtar"):
        return _tar(created, words[1:], folder)
    return None


def absolute(path: Value, folder: Value) -> Value:
    """A path of a container as an absolute one; `folder` is the working folder there."""
    if path.flat.startswith("/"):
        return path
    lead = folder if folder.flat.endswith("/") else join((folder, Value.literal("/")))
    text = path
    while text.flat.startswith("./"):
        text = text.slice(2)
    return join((lead, text))


def _split(text: Value) -> tuple[Value, ...]:
    """The words of a command line without any quotes."""
    flat = text.flat
    words: list[Value] = []
    start = 0
    for position, character in enumerate(flat + " "):
        if character in " \t":
            if position > start:
                words.append(text.slice(start, position))
            start = position + 1
    return tuple(words)


def _tar(created: Created, words: tuple[Value, ...], folder: Value) -> ContainerTar | None:
    """The arguments of a tar that writes an archive to standard output; None where it is something else."""
    creates = False
    members: list[TarMember] = []
    where = folder
    waiting = list(words)
    first = True
    while waiting:
        word = waiting.pop(0)
        flat = word.flat
        if flat in ("--create", "--gzip", "--bzip2", "--xz", "--verbose", "--dereference", "--numeric-owner"):
            creates = creates or flat == "--create"
        elif flat in ("-C", "--directory") and waiting:
            where = absolute(waiting.pop(0), where)
        elif flat in ("--file=-", "--to-stdout"):
            pass
        elif flat == "--file" and waiting:
            if waiting.pop(0).flat != "-":
                return None
        elif flat.startswith("--"):
            return None
        elif flat.startswith("-") or first:
            letters = flat.lstrip("-")
            if not set(letters) <= set("czjJvfhpPC"):
                return None
            creates = creates or "c" in letters
            for letter in letters:
                if letter == "f" and (not waiting or waiting.pop(0).flat != "-"):
                    return None
                if letter == "C":
                    if not waiting:
                        return None
                    where = absolute(waiting.pop(0), where)
        else:
            members.append(_member(word, where))
        first = False
    if not creates or not members:
        return None
    if any(character in member.name.flat for member in members for character in "*?["):
        return None
    if any(".." in member.path.flat.split("/") for member in members):
        return None
    return ContainerTar(created.container, tuple(members), STREAMED)


def _member(word: Value, folder: Value) -> TarMember:
    """A member: tar takes a leading slash off its name; `./` and a slash at the end mean nothing."""
    path = absolute(word, folder)
    name = word
    while name.flat.startswith(("/", "./")):
        name = name.slice(2 if name.flat.startswith("./") else 1)
    while name.flat.endswith(("/", "/.")):
        name = name.slice(0, len(name.flat) - 1)
    while len(path.flat) > 1 and path.flat.endswith(("/", "/.")):
        path = path.slice(0, len(path.flat) - 1)
    if name.flat in ("", "."):
        return TarMember(Value.literal("."), folder if word.flat in (".", "./") else path)
    return TarMember(name, path)


def into_file(stream: ContainerFile, target: str, call: Call, state: State) -> State:
    """`> target`: the file is made anew."""
    number = call.number
    call.machine.record(
        CopiedOut(number, call.site, call.calls, state, stream.container, stream.path, target, stream.mechanism)
    )
    origin = FromContainer(stream.container.event, stream.path, number)
    return state.with_files(state.files.put(target, Entry("file", origin, (number,))))


def into_archive(stream: ContainerTar, target: str, call: Call, state: State) -> State | None:
    """`docker run IMAGE tar c ... > target`: an archive with known members; None where a name in it is not known."""
    members: list[Member] = []
    for member in stream.members:
        name = "" if member.name.flat == "." else member.name.flat
        if not is_known(name):
            return None
        number = call.number
        call.machine.record(
            CopiedOut(number, call.site, call.calls, state, stream.container, member.path, target, stream.mechanism)
        )
        origin = FromContainer(stream.container.event, member.path, number)
        members.append(Member(name, Entry("unknown" if name else "folder", origin, (number,))))
    numbers = tuple(number for member in members for number in member.entry.events)
    archive = FromArchive(numbers[0], tuple(members), inside=True)
    return state.with_files(state.files.put(target, Entry("file", archive, numbers)))


def passes(call: Call) -> bool:
    """Whether a command of a pipeline only compresses or decompresses what flows through it, or hands it on."""
    words = [value.flat for value in call.values]
    flags = "".join(word.lstrip("-") for word in words[1:])
    if not all(word.startswith("-") for word in words[1:]) or (call.redirects and call.redirects[0].operator == "<"):
        return False
    return paths.base_name(words[0]) in _COMPRESSORS and set(flags) <= set("123456789cnqfd")


_COMPRESSORS = frozenset("cat gzip pigz bzip2 xz gunzip bunzip2 unxz zcat".split())


def extract(stream: ContainerTar, call: Call, state: State) -> Result | None:
    """`| tar x`: the members arrive on the host; None where the call is not an extraction that is understood."""
    words = [value.flat for value in call.values[1:]]
    target = state.folder
    strip = 0
    extracts = False
    index = 0
    while index < len(words):
        word = words[index]
        following = words[index + 1] if index + 1 < len(words) else None
        if word in ("-C", "--directory") and following is not None:
            target = paths.join(target, following)
            index += 1
        elif word.startswith("--directory="):
            target = paths.join(target, word.partition("=")[2])
        elif word.startswith(("--strip-components=", "--strip=")):
            number = word.partition("=")[2]
            if not number.isdigit():
                return None
            strip = int(number)
        elif word in ("--strip-components", "--strip") and following is not None and following.isdigit():
            strip = int(following)
            index += 1
        elif word in (
            "--extract",
            "--gzip",
            "--bzip2",
            "--xz",
            "--verbose",
            "--file=-",
            "--no-same-owner",
            "--overwrite",
        ):
            extracts = extracts or word == "--extract"
        elif word.startswith("--"):
            return None
        elif word.startswith("-") or index == 0:
            letters = word.lstrip("-")
            if not letters or not set(letters) <= set("xzjJvfpomkC"):
                return None
            extracts = extracts or "x" in letters
            for letter in letters:
                if letter in "fC":
                    following = words[index + 1] if index + 1 < len(words) else None
                    if following is None or (letter == "f" and following != "-"):
                        return None
                    if letter == "C":
                        target = paths.join(target, following)
                    index += 1
        else:
            return None
        index += 1
    if not extracts:
        return None
    return Result(replace(unpack(stream, target, strip, call, state, call.site), status="success"), Value(()))


def unpack(stream: ContainerTar, target: str, strip: int, call: Call, state: State, site: Site) -> State:
    """The state with all members below the target, without the first `strip` parts of their names.

    `site` is the command that is there for nothing else.
    """
    for member in stream.members:
        state = _place(stream, member, target, strip, call, state, site)
    return state


def _place(
    stream: ContainerTar, member: TarMember, target: str, strip: int, call: Call, state: State, site: Site
) -> State:
    """One member at its place below the target."""
    parts = [] if member.name.flat == "." else member.name.flat.split("/")
    source = member.path
    contents = strip >= len(parts)
    if strip > len(parts) or (parts and not is_known(member.name.flat) and strip):
        raise refuse(
            "STG404",
            "what --strip-components leaves of this archive is not known",
            call.site.source,
            call.site.span,
            "pack the folder itself with `tar -C FOLDER .`, or use `docker cp`",
        )
    place = target if contents else paths.join(target, "/".join(parts[strip:]))
    files = state.files
    merged = contents and (
        any(files.start.below(place)) or any(e is not None for p, e in files.changed_below(place) if p != place)
    )
    number = call.number
    call.machine.record(
        CopiedOut(number, site, call.calls, state, stream.container, source, place, stream.mechanism, (), merged)
    )
    origin = FromContainer(stream.container.event, source, number, contents)
    kind = "folder" if contents else "unknown"
    return state.with_files(files.put(place, Entry(kind, origin, (number,))))  # type: ignore[arg-type]
