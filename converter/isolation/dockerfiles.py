"""The Dockerfile of one build: found, read, and put in another place where it names images of the run."""

from __future__ import annotations

import io
import os
import posixpath
import shutil
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import IO

from msgspec import Struct

from converter.docker_cli.commands import Build
from converter.isolation.builds import PrivateDockerfile, rewrite_dockerfile
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
    if file == "-" or kind == "stdin":
        return _from_stdin(command, names, file == "-", "" if file == "-" else file)
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


def _from_stdin(command: Build, names: Names, is_dockerfile: bool, file: str) -> Prepared:
    """A Dockerfile on standard input, or an archive with the context and the Dockerfile in it."""
    spool: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  (it has to outlive this function)
    shutil.copyfileobj(sys.stdin.buffer, spool)
    spool.seek(0)
    private = PrivateDockerfile(None, ())
    if is_dockerfile or not _is_archive(spool):
        private = _private(spool.read(), command, names)
        if private.text is not None:
            spool = _spooled(private.text.encode())
    else:
        with tarfile.open(fileobj=spool) as archive:
            member = _member(archive, file or "Dockerfile")
            content = archive.extractfile(member) if member is not None else None
            if member is not None and content is not None:
                private = _private(content.read(), command, names)
                if private.text is not None:
                    spool = _with_member(archive, member, private.text.encode())
    spool.seek(0)
    return Prepared(command.argv, spool, private.uses, file or "-")


def _private(data: bytes, command: Build, names: Names) -> PrivateDockerfile:
    try:
        return rewrite_dockerfile(Source.decode("-", data), _build_args(command), names)
    except SourceError:
        return PrivateDockerfile(None, ())


def _is_archive(spool: IO[bytes]) -> bool:
    found = tarfile.is_tarfile(spool)
    spool.seek(0)
    return found


def _spooled(data: bytes) -> IO[bytes]:
    spool = tempfile.TemporaryFile()  # noqa: SIM115
    spool.write(data)
    return spool


def _member(archive: tarfile.TarFile, name: str) -> tarfile.TarInfo | None:
    """The last file of this name, which is the one that counts."""
    wanted = posixpath.normpath(name)
    found = [one for one in archive.getmembers() if one.isfile() and posixpath.normpath(one.name) == wanted]
    return found[-1] if found else None


def _with_member(archive: tarfile.TarFile, member: tarfile.TarInfo, data: bytes) -> IO[bytes]:
    """The archive with other content in one of its files."""
    spool = tempfile.TemporaryFile()  # noqa: SIM115
    with tarfile.open(fileobj=spool, mode="w") as copy:
        for one in archive.getmembers():
            if one is member:
                header = tarfile.TarInfo.frombuf(one.tobuf(), "utf-8", "surrogateescape")
                header.size = len(data)
                copy.addfile(header, io.BytesIO(data))
            else:
                copy.addfile(one, archive.extractfile(one) if one.isfile() else None)
    return spool


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
