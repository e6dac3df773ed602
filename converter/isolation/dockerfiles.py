"""The Dockerfile of one build: found, read, and put in another place where it names images of the run."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import IO

from msgspec import Struct

from converter.docker_cli.commands import Build
from converter.isolation.builds import rewrite_dockerfile
from converter.isolation.names import Names
from converter.source import Source, SourceError


class Prepared(Struct, frozen=True):
    """A build as it is to be run: its words, what it reads from standard input, None for the script's own.

    `dockerfile` is the path that the script names, `uses` the images of others that the build starts from.
    """

    argv: tuple[str, ...]
    stdin: IO[bytes] | None
    uses: tuple[str, ...]
    dockerfile: str


def prepare(command: Build, names: Names, folder: Path, number: str) -> Prepared:
    """Reads the Dockerfile of a build; one that names images of the run is written anew into `folder`.

    A Dockerfile that cannot be read is the builder's to complain about.
    """
    file = command.file.text if command.file is not None else ""
    kind = command.context_kind
    if file == "-" or (kind == "stdin" and not file):
        return _from_stdin(command, names, file == "-")
    if kind != "path":
        return Prepared(command.argv, None, (), file)
    context = command.context.text if command.context is not None else "."
    path = file or os.path.join(context, "Dockerfile")
    if file and not os.path.exists(path):
        path = os.path.join(context, file)
    text = _text(path)
    if text is None:
        return Prepared(command.argv, None, (), path)
    private = rewrite_dockerfile(Source(path, text), _build_args(command), names)
    if private.text is None:
        return Prepared(command.argv, None, private.uses, path)
    # Its ignore file goes with it: BuildKit looks for it beside the Dockerfile.
    copy = folder / f"{number}.Dockerfile"
    copy.write_bytes(private.text.encode())
    if os.path.exists(f"{path}.dockerignore"):
        shutil.copyfile(f"{path}.dockerignore", f"{copy}.dockerignore")
    argv = list(command.argv)
    last = command.flag("file")
    if last is not None and last.value is not None:
        word = argv[last.value.index]
        argv[last.value.index] = word[: last.value.start] + str(copy) + word[last.value.end :]
    else:
        at = command.operands[0].index
        argv[at:at] = ["--file", str(copy)]
    return Prepared(tuple(argv), None, private.uses, path)


def _from_stdin(command: Build, names: Names, is_dockerfile: bool) -> Prepared:
    """A Dockerfile on standard input; an archive there is handed on as it is."""
    spool = tempfile.TemporaryFile()  # noqa: SIM115  (it has to outlive this function)
    shutil.copyfileobj(sys.stdin.buffer, spool)
    spool.seek(0)
    uses: tuple[str, ...] = ()
    head = spool.read(512)
    if is_dockerfile or (b"\0" not in head and head[:2] not in (b"\x1f\x8b", b"BZ")):
        data = head + spool.read()
        try:
            source = Source.decode("-", data)
        except SourceError:
            source = None
        if source is not None:
            private = rewrite_dockerfile(source, _build_args(command), names)
            uses = private.uses
            if private.text is not None:
                spool = tempfile.TemporaryFile()  # noqa: SIM115
                spool.write(private.text.encode())
    spool.seek(0)
    return Prepared(command.argv, spool, uses, "-")


def _text(path: str) -> str | None:
    try:
        with open(path, "rb") as file:
            return Source.decode(path, file.read()).text
    except (OSError, SourceError):
        return None


def _build_args(command: Build) -> dict[str, str]:
    found = {}
    for argument in command.build_args:
        value = argument.value.text if argument.value is not None else os.environ.get(argument.name)
        if value is not None:
            found[argument.name] = value
    return found
