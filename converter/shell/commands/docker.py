"""docker, podman, nerdctl and buildah, and the words that may stand before them."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from msgspec.structs import replace

from converter.diagnostics import refuse
from converter.docker_cli import commands as docker
from converter.docker_cli.errors import UsageError
from converter.docker_cli.parse import is_docker, parse
from converter.docker_cli.prefixes import find_program
from converter.docker_cli.references import normalize
from converter.lazy import lazily
from converter.machine import paths
from converter.machine.events import (
    Built,
    CopiedIn,
    CopiedOut,
    Created,
    Executed,
    RanCommand,
    RemovedContainers,
    RemovedImages,
    UsedImages,
)
from converter.machine.host import Entry, FromContainer, FromHost
from converter.machine.mechanisms import COPIED, UNPACKED
from converter.machine.predicate import Atom
from converter.machine.state import Container, Image, State
from converter.machine.streams import ContainerTar, TarMember
from converter.machine.value import TOKEN_END, TOKEN_START, Piece, Value, is_known, join
from converter.shell.commands.call import Call, Handler, Result
from converter.shell.commands.inputs import redirected
from converter.shell.commands.other import other
from converter.shell.expansion import Field
from converter.shell.recorded import DepartedError

if TYPE_CHECKING:
    from converter.shell.commands import attached, lookups, streams
else:
    attached = lazily("converter.shell.commands.attached")
    lookups = lazily("converter.shell.commands.lookups")
    streams = lazily("converter.shell.commands.streams")

BUILD_LOG = "the log of the build"
"""The expression of the unknown that stands for all that a build prints before its last lines."""


def run(call: Call, state: State) -> Result:
    """A command line that may be docker's behind prefixes; anything else is handled by its own name."""
    argv = tuple(value.flat for value in call.values)
    if not is_docker(argv):
        return _unprefixed(call, state)
    open_words = frozenset(index for index, field in enumerate(call.fields) if _is_open(field, state))
    try:
        command = parse(argv, open_words, lambda text: _image(state, text) is not None)
    except UsageError as error:
        span = call.spans[min(error.index, len(call.spans) - 1)]
        raise refuse(
            "STG401", call.machine.run.unknowns.show(error.message), call.source, span, "see the command's `--help`"
        ) from None
    for option in command.options:
        shown = call.machine.run.unknowns.show(option.text)
        call.machine.assume(
            f"`{shown}` holds flags that change neither the Dockerfile nor the context, the image or its names",
            call.site,
        )
    _look_up(call, argv, state)
    pattern = isinstance(command, (docker.Build, docker.Create, docker.Run, docker.Cp))
    if pattern and any(field.splits and index not in open_words for index, field in enumerate(call.fields)):
        call.machine.assume("what is not known and not quoted is one word: not empty, and without blanks", call.site)
    if isinstance(command, docker.Build):
        return _build(command, call, state)
    if isinstance(command, docker.Create):
        return _create(command, call, state)
    if isinstance(command, docker.Run):
        return _create(command, call, state)
    if isinstance(command, docker.Cp):
        return _copy(command, call, state)
    if isinstance(command, docker.Rm):
        return _containers(command.operands, "rm", call, state)
    if isinstance(command, (docker.Start, docker.Stop, docker.Wait, docker.Kill)):
        return _containers(command.operands, command.name, call, state)
    if isinstance(command, docker.Rmi):
        return _remove_images(command, call, state)
    if isinstance(command, docker.Tag):
        return _tag(command, call, state)
    if isinstance(command, docker.Exec) and command.container is not None:
        container = _container(state, command.container.text)
        if container is not None:
            return _execute(command, container, call, state)
    return _use(command, call, state)


def _look_up(call: Call, argv: tuple[str, ...], state: State) -> None:
    """Looks the command up in the recorded run, where there is one. Raises `DepartedError`."""
    guide = call.machine.guide
    program = find_program(argv) if guide is not None else None
    if guide is None or program is None:
        return
    words = [(flat, field.splits) for flat, field in zip(argv, call.fields, strict=True)]
    name = paths.base_name(argv[program.index])
    if not guide.observe(name, words[program.index + 1 :], state.folder):
        raise DepartedError(call.source, call.site.span)


def deciding(call: Call, state: State) -> tuple[str, ...]:
    """The words of a command line that have to be one thing: where branches gave them several values, each is followed.

    A name that was bound under the very same expression is one, and so are labels and other words that only stay.
    """
    argv = tuple(value.flat for value in call.values)
    if not is_docker(argv):
        return argv[:4]
    unknowns = call.machine.run.unknowns
    loose = tuple(found.value.flat for found in call.fields if found.splits and not unknowns.plain(found.value.flat))
    try:
        command = parse(argv)
    except UsageError:
        return argv
    if loose:
        return loose
    words: list[docker.Word | None] = []
    names: list[docker.Word] = []
    if isinstance(command, docker.Build):
        words = [command.file, command.context, command.iidfile, command.target]
    elif isinstance(command, (docker.Create, docker.Run)):
        words = [command.cidfile, *(volume.source for volume in command.volumes)]
        names = [command.image]
    elif isinstance(command, docker.Cp):
        words = [command.destination.container, command.destination.path]
        names = [command.source.container] if command.source.container is not None else [command.source.path]
    else:
        names = list(command.operands)
    open_names = [word for word in names if not _image(state, word.text) and not _container(state, word.text)]
    return tuple(word.text for word in (*words, *open_names) if word is not None)


def _is_open(field: Field, state: State) -> bool:
    """Whether an argument is one variable from outside that may stand for several arguments, or none.

    What the script itself puts into a variable is no option of the person who calls it.
    """
    text = field.value.flat
    pieces = field.value.pieces
    reference = pieces[0].reference if len(pieces) == 1 else None
    if not field.splits or reference is None or reference.binding is not None:
        return False
    if text.find(TOKEN_END) != len(text) - 1 or not text.startswith(TOKEN_START) or state.series:
        return False
    return reference.expression.startswith(("${", "$")) and not reference.expression.startswith(("$(", "$["))


def _unprefixed(call: Call, state: State) -> Result:
    """`sudo cp a b`, `time make`: the command behind the prefix, where it is simple to tell."""
    name = call.values[0].flat
    rest = call.fields[1:]
    if name in ("sudo", "command", "exec", "time", "env", "nice", "nohup") and rest:
        from converter.shell.commands import COMMANDS

        inner = rest[0].value.flat
        if is_known(inner) and not inner.startswith("-") and "=" not in inner and inner in COMMANDS:
            if inner not in ("exec", "command") or name == "sudo":
                shifted = replace(call, fields=rest)
                return COMMANDS[inner](shifted, state)
    if name == "command" and rest and rest[0].value.flat in ("-v", "-V"):
        result = other(call, state, opaque=False)
        asked = [field.value for field in rest[1:] if field.value.flat != "--"]
        if rest[0].value.flat == "-v" and len(asked) == 1 and "/" in asked[0].flat:
            # a path is its own answer, where there is such a program
            return replace(result, output=join((asked[0], Value.literal("\n"))))
        return result
    return other(call, state)


def _value(call: Call, word: docker.Word) -> Value:
    """The part of an argument that a parsed word stands for."""
    value = call.values[word.index]
    return value.slice(word.start, word.start + len(word.text))


def _image(state: State, name: str) -> Image | None:
    return state.images.get(name) or state.images.get(normalize(name))


def _container(state: State, name: str) -> Container | None:
    return state.containers.get(name)


def _build(command: docker.Build, call: Call, state: State) -> Result:
    number = call.number
    context_word = command.context
    # podman and buildah take the current folder where no context is given
    context = "." if context_word is None else context_word.text
    feeding = call.machine.feeding
    streamed = context == "-" and isinstance(feeding, ContainerTar)
    remote = (command.is_remote_context or context == "-") and not streamed
    folder = context if remote else paths.join(state.folder, context)
    if streamed and isinstance(feeding, ContainerTar):
        # the engine unpacks the archive and builds in it
        token = call.machine.run.unknowns.token(("context", number), "the stream", "it flows into the engine")
        folder = f"/{token}"
        source = call.machine.run.events[feeding.container.event].site
        state = streams.unpack(feeding, folder, 0, call, state, source)
        number = call.number
    if command.file is not None:
        # a name inside a stream is relative to its top
        above = folder if streamed else state.folder
        dockerfile = "-" if command.file.text == "-" else paths.join(above, command.file.text)
    else:
        dockerfile = "-" if remote else _default_file(command.program, folder, state)
    tags = tuple(_value(call, word) for word in command.tags)
    image = Image(number)
    event = Built(
        number,
        call.site,
        call.calls,
        state,
        command,
        call.values,
        call.spans,
        image,
        dockerfile,
        "-" if remote else folder,
        tags,
        stdin=_here_document(call),
    )
    call.machine.record(event)
    images = dict(state.images)
    for tag in tags:
        images[normalize(tag.flat)] = image
    token = call.machine.run.unknowns.token(("image", number), "the image's id", "it is given by the engine", True)
    images[token] = image
    files = state.files
    if command.iidfile is not None:
        path = paths.join(state.folder, command.iidfile.text)
        files = files.put(path, Entry("file", FromHost(number, Value((Piece(token),))), (number,)))
    output = Value((Piece(token + "\n"),))
    if not command.quiet:
        log = call.machine.run.unknowns.token(("build log", number), BUILD_LOG, "it is the output of a command")
        lines = [log, f"Successfully built {token}"]
        lines += [f"Successfully tagged {tag.flat if ':' in tag.flat else tag.flat + ':latest'}" for tag in tags]
        output = Value((Piece("\n".join(lines) + "\n"),))
    return Result(replace(state, images=images, files=files, status="success"), output)


def _here_document(call: Call) -> Value | None:
    """The text that the command itself holds for its standard input."""
    inputs = [redirect for redirect in call.redirects if redirect.operator.startswith("<")]
    return call.stdin if inputs and inputs[-1].target is None else None


def _default_file(program: str, folder: str, state: State) -> str:
    """The Dockerfile of a build without `-f`: podman and buildah look for a Containerfile first."""
    other = paths.join(folder, "Containerfile")
    if program in ("podman", "buildah") and state.files.certain(other) is not None:
        return other
    return paths.join(folder, "Dockerfile")


def _create(command: docker.Create | docker.Run, call: Call, state: State) -> Result:
    number = call.number
    image_value = _value(call, command.image)
    image = _image(state, image_value.flat)
    name = command.container_name.text if command.container_name is not None else None
    container = Container(number, image, image_value, name)
    call.machine.record(
        Created(
            number,
            call.site,
            call.calls,
            state,
            container,
            image,
            command,
            call.values,
            call.spans,
            _is_fed(command, call),
            _here_document(call),
        )
    )
    containers = dict(state.containers)
    token = call.machine.run.unknowns.token(
        ("container", number), "the container's id", "it is given by the engine", True
    )
    containers[token] = container
    if name is not None:
        containers[name] = container
    files = state.files
    if command.cidfile is not None:
        path = paths.join(state.folder, command.cidfile.text)
        files = files.put(path, Entry("file", FromHost(number, Value((Piece(token),))), (number,)))
    gives_id = isinstance(command, docker.Create) or command.detach
    state = replace(state, containers=containers, files=files, last=container, status="success")
    if not gives_id:
        state = attached.attached_run(call, state, number)
    return Result(state, Value((Piece(token + "\n"),)) if gives_id else None)


def _execute(command: docker.Exec, container: Container, call: Call, state: State) -> Result:
    """`docker exec`: as a run in a container that is there already."""
    number = call.number
    fed = _is_fed(command, call)
    call.machine.record(
        Executed(
            number, call.site, call.calls, state, container, command, call.values, call.spans, fed, _here_document(call)
        )
    )
    output = lookups.answer(command, call, state)
    if command.detach is False:
        state = attached.executed(call, state, number)
    return Result(replace(state, status="success"), output)


def _copy_in(command: docker.Cp, container: Container, call: Call, state: State) -> Result:
    """`docker cp HOST CONTAINER:PATH`: `.` means what is in the folder, as `folder/.` does (docker/cli `cp.go`)."""
    text = command.source.path.text
    target = _value(call, command.destination.path)
    if not target.flat.startswith("/"):
        target = Value.literal("/") + target
    contents = text in (".", "..") or text.endswith(("/.", "/.."))
    place = state.files.follow(paths.join(state.folder, text))
    call.machine.record(CopiedIn(call.number, call.site, call.calls, state, container, place, target, contents))
    return Result(replace(state, status="success"), Value(()))


def _is_fed(command: docker.Create | docker.Run | docker.Exec, call: Call) -> bool:
    """Whether a container reads standard input that comes from a file, a here-document or a pipe.

    Without `-i` the engine gives it none (reference of `docker run`).
    """
    piped = call.stdin is not None or bool(call.fed_by) or call.machine.feeding is not None
    return command.enabled("interactive") is not False and (redirected(call) or piped)


def _copy(command: docker.Cp, call: Call, state: State) -> Result:
    number = call.number
    source, target = command.source, command.destination
    if source.container is None or target.container is not None:
        into = _container(state, target.container.text) if target.container is not None else None
        if source.container is None and into is not None and source.path.text != "-":
            return _copy_in(command, into, call, state)
        return _use(command, call, state)
    container = _container(state, source.container.text)
    unknowns = call.machine.run.unknowns
    if container is None:
        raise refuse(
            "STG405",
            f"no container `{unknowns.show(source.container.text)}` has been created at this point of the script",
            call.source,
            call.site.span,
            "create it in the script with `docker create --name`, or record a run",
        )
    path = _value(call, source.path)
    if not path.flat.startswith("/"):
        path = Value.literal("/") + path
    flags = tuple(flag.name for flag in command.flags)
    if target.is_stream:
        clean = _clean(path)
        name = Value.literal(".") if path.flat.endswith("/.") else clean.slice(clean.flat.rfind("/") + 1)
        call.machine.stream = ContainerTar(container, (TarMember(name, clean),), UNPACKED)
        call.machine.record(
            CopiedOut(number, call.site, call.calls, state, container, path, "-", "docker cp to standard output", flags)
        )
        return Result(replace(state, status="success"), None)
    contents = path.flat.endswith("/.")
    clean = _clean(path)
    place = paths.join(state.folder, target.path.text)
    files = state.files
    kind = "folder" if contents or path.flat.endswith("/") else "unknown"
    there = files.lookup(place)
    inside = files.is_folder(place) or (target.path.text.endswith("/") and there is not None)
    if inside and not contents:
        place = paths.join(place, paths.base_name(clean.flat))
        if files.is_folder(place):
            kind = "folder"
    elif target.path.text.endswith("/") and not contents:
        kind = "folder"
    origin = FromContainer(container.event, clean, number, contents)
    merged = files.is_folder(place) and (kind == "folder") and (any(files.start.below(place)) or _filled(state, place))
    event = CopiedOut(number, call.site, call.calls, state, container, clean, place, COPIED, flags, merged)
    call.machine.record(event)
    entry = Entry(kind, origin, (number,))  # type: ignore[arg-type]
    return Result(replace(state, files=files.put(place, entry), status="success"), None)


def _filled(state: State, place: str) -> bool:
    """Whether the folder holds something that the script put there."""
    return any(entry is not None and path != place for path, entry in state.files.changed_below(place))


def _clean(path: Value) -> Value:
    """The path without doubled slashes at its ends, `/.` or a trailing slash."""
    flat = path.flat
    if len(path.pieces) == 1 and path.pieces[0].reference is None and ("/../" in flat or "/./" in flat):
        return Value.literal("/" + paths.normalize(flat))
    end = len(flat)
    while True:
        if flat[:end].endswith("/."):
            end -= 2
        elif end > 1 and flat[end - 1] == "/":
            end -= 1
        else:
            break
    start = 0
    while flat.startswith(("//", "/./"), start):
        start += 2 if flat.startswith("/./", start) else 1
    return path.slice(start, max(end, start + 1)) if end > start else Value.literal("/")


def _containers(operands: tuple[docker.Word, ...], verb: str, call: Call, state: State) -> Result:
    named = tuple(_container(state, word.text) for word in operands)
    call.machine.record(
        RemovedContainers(
            call.number, call.site, call.calls, state, named, tuple(_value(call, word) for word in operands), verb,
            tuple(word.index for word in operands), call.spans,
        )
    )  # fmt: skip
    containers = state.containers
    if verb == "rm":
        gone = {container.event for container in named if container is not None}
        containers = {key: value for key, value in containers.items() if value.event not in gone}
    output = Value(()) if verb != "wait" else None
    return Result(replace(state, containers=containers, status="success"), output)


def _remove_images(command: docker.Rmi, call: Call, state: State) -> Result:
    named = tuple(_image(state, word.text) for word in command.operands)
    call.machine.record(
        RemovedImages(
            call.number, call.site, call.calls, state, named, tuple(_value(call, word) for word in command.operands),
            tuple(word.index for word in command.operands), call.spans,
        )
    )  # fmt: skip
    gone = {normalize(word.text) for word in command.operands} | {word.text for word in command.operands}
    images = {key: value for key, value in state.images.items() if key not in gone}
    return Result(replace(state, images=images, status="success"), None)


def _tag(command: docker.Tag, call: Call, state: State) -> Result:
    result = _use(command, call, state)
    image = _image(state, command.operands[0].text)
    if image is None:
        return result
    images = {**state.images, normalize(command.operands[1].text): image}
    return Result(replace(result.state, images=images), None)


def _use(command: docker.Command, call: Call, state: State) -> Result:
    """A command that stays: the images and containers that it names."""
    images: list[Image] = []
    containers: list[Container] = []
    for word in command.operands:
        text = word.text
        found = _image(state, text)
        if found is not None:
            images.append(found)
        held = _container(state, text) or _container(state, text.partition(":")[0])
        if held is not None:
            containers.append(held)
    call.machine.record(
        UsedImages(
            call.number, call.site, call.calls, state, tuple(images), tuple(containers), command.name, call.values
        )
    )
    written = _written(command, state)
    number = call.number
    call.machine.record(
        RanCommand(
            number,
            call.site,
            call.calls,
            state,
            f"docker {command.name}",
            tuple(paths.join(state.folder, path) for path in _host_paths(command)),
            False,
            call.values,
            written,
        )
    )
    output = lookups.answer(command, call, state)
    for path in written:
        state = state.with_files(state.files.put(path, Entry("file", FromHost(number), (number,))))
    if command.name in ("inspect", "images", "ps"):
        state = replace(state, status="unknown", asked=Atom(("engine", call.machine.fresh())))
        return Result(state, output)
    return Result(replace(state, status="success"), output)


def _written(command: docker.Command, state: State) -> tuple[str, ...]:
    """The archive that `docker save -o FILE` or `docker export -o FILE` writes."""
    if command.name not in ("save", "export"):
        return ()
    texts = [word.text for word in command.operands]
    found = [after for before, after in itertools.pairwise(texts) if before in ("-o", "--output")]
    found += [text.partition("=")[2] for text in texts if text.startswith("--output=")]
    return tuple(state.files.follow(paths.join(state.folder, text)) for text in found)


def _host_paths(command: docker.Command) -> list[str]:
    """The operands and flags of a docker command that are files of the host; names of images and containers are not."""
    if isinstance(command, docker.Cp):
        return [side.path.text for side in (command.source, command.destination) if side.container is None]
    if command.name in ("save", "export", "load", "import", "compose", "stack"):
        return [word.text for word in command.operands if not word.text.startswith("-") and ":" not in word.text]
    if isinstance(command, (docker.Create, docker.Run)):
        return [volume.source.text for volume in command.volumes if volume.source is not None]
    return []


PROGRAMS = ("docker", "podman", "nerdctl", "buildah", "docker-buildx")
PREFIXES = ("sudo", "env", "command", "exec", "time", "nice", "nohup")

TABLE: dict[str, Handler] = dict.fromkeys(PROGRAMS + PREFIXES, run)
