"""What a script does, in order: one event for each effect that matters.

Every event knows where it stands, the calls that led there, and the state it saw.
`reads` and `makes` are resources; the planner keeps a command while something
that stays reads what it makes.
"""

from __future__ import annotations

from msgspec import Struct

from converter.docker_cli import commands as docker
from converter.machine.state import Container, Image, State
from converter.machine.value import Value
from converter.source import Source, Span


class Site(Struct, frozen=True):
    """A command in a source; `key` identifies its syntax node."""

    source: Source
    span: Span


class InnerCommand(Struct, frozen=True):
    """A command inside a construct that is not followed: its literal words, NUL for what is not literal.

    `builds` tells that it is a docker command that makes an image or a container or copies files.
    """

    name: str
    words: tuple[str, ...]
    builds: bool
    span: Span


class Event(Struct, frozen=True):
    """Something that a command did; `number` is its position in the run."""

    number: int
    site: Site
    calls: tuple[Site, ...]
    state: State


class Built(Event, frozen=True):
    """`docker build`: `dockerfile` and `context` are normalised host paths; `tags` as written.

    `elsewhere` tells that the script itself does not hold the command. `stdin` is the text of a here-document that it
    reads.
    """

    command: docker.Build
    words: tuple[Value, ...]
    spans: tuple[Span, ...]
    image: Image
    dockerfile: str
    context: str
    tags: tuple[Value, ...]
    elsewhere: bool = False
    stdin: Value | None = None


class Created(Event, frozen=True):
    """`docker create` or `docker run`: `image` is None for an image that the script did not build.

    `fed` tells that the container reads what the script gives it as standard input, `stdin` is the text of a
    here-document that it reads.
    """

    container: Container
    image: Image | None
    command: docker.Create | docker.Run
    words: tuple[Value, ...]
    spans: tuple[Span, ...] = ()
    fed: bool = False
    stdin: Value | None = None


class Executed(Event, frozen=True):
    """`docker exec` in a container that the script made; `fed` and `stdin` are as for `Created`."""

    container: Container
    command: docker.Exec
    words: tuple[Value, ...]
    spans: tuple[Span, ...] = ()
    fed: bool = False
    stdin: Value | None = None


class CopiedIn(Event, frozen=True):
    """`docker cp` into a container: `path` is a normalised host path, `target` is absolute in the container.

    `contents` tells that what is in the folder is copied, and not the folder itself.
    """

    container: Container
    path: str
    target: Value
    contents: bool


class Extraction(Struct, frozen=True):
    """An archive of a container that the script unpacks: `archive` is its absolute path in the container.

    `packed` numbers the event that brought it to the host, where `host` is its path; without a file, as in a pipe, that
    is the unpacking itself and `host` is None. `program` is tar or unzip, `strip` and `members` are what was given to it.
    `compression` is tar's letter, empty where nothing tells. `pattern_from` is where a pattern begins in `archive`.
    """

    archive: Value
    packed: int
    host: str | None
    program: str
    compression: str = ""
    strip: int = 0
    members: tuple[str, ...] = ()
    pattern_from: int | None = None


class CopiedOut(Event, frozen=True):
    """`docker cp` from a container: `source` is absolute in it, `path` is where it arrived on the host.

    With an `extraction`, `source` is the folder of the stage that has what the archive holds.
    """

    container: Container
    source: Value
    path: str
    mechanism: str
    flags: tuple[str, ...] = ()
    merged: bool = False
    extraction: Extraction | None = None


class RemovedContainers(Event, frozen=True):
    """`docker rm`, `stop`, `kill`, `wait`, `start`: the containers it names, None for one that is not known."""

    containers: tuple[Container | None, ...]
    names: tuple[Value, ...]
    verb: str
    indices: tuple[int, ...]
    spans: tuple[Span, ...]


class RemovedImages(Event, frozen=True):
    """`docker rmi`: for each operand the image and the words' index, None for one that the script did not build."""

    images: tuple[Image | None, ...]
    names: tuple[Value, ...]
    indices: tuple[int, ...]
    spans: tuple[Span, ...]


class UsedImages(Event, frozen=True):
    """A docker command that stays and needs images: push, tag, run, save, ..."""

    images: tuple[Image, ...]
    containers: tuple[Container, ...]
    verb: str
    words: tuple[Value, ...] = ()


class Assigned(Event, frozen=True):
    """A variable was set. `pure` tells that nothing but the variable changed."""

    name: str
    binding: int
    value: Value
    pure: bool


class ChangedFolder(Event, frozen=True):
    """`cd`: the working folder afterwards."""

    folder: str


class Announced(Event, frozen=True):
    """`echo` or `printf` to the terminal."""

    text: Value


class ChangedFiles(Event, frozen=True):
    """A host command whose effect on files is known.

    `operands` pairs the index of each word with the host path it names, so that
    words can be taken out one by one; `reads`, `makes` and `removes` are paths. `mode` is
    what a command gives to all that it makes, as chmod(1) writes it.
    """

    verb: str
    operands: tuple[tuple[int, str], ...]
    spans: tuple[Span, ...]
    reads: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()
    removes: tuple[str, ...] = ()
    unknown: bool = False
    words: tuple[Value, ...] = ()
    mode: str | None = None


class RanCommand(Event, frozen=True):
    """A command that stays as it is; `paths` are the host paths its words name.

    `opaque` tells that it may change any file of the tree: a program or script of the tree itself.
    `makes` are files that it writes its output to, and `fed_by` the events whose output that is in a pipeline.
    """

    name: str
    paths: tuple[str, ...]
    opaque: bool
    words: tuple[Value, ...] = ()
    makes: tuple[str, ...] = ()
    fed_by: tuple[int, ...] = ()


class Skipped(Event, frozen=True):
    """A part of the script that may or may not run, or never does; `words` are the commands inside.

    `branch` tells that it is a list of a construct whose other lists are followed.
    """

    words: tuple[InnerCommand, ...]
    never: bool
    branch: bool = False
