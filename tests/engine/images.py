"""Stand-ins for official images, made here because no registry can be reached.

A stand-in is Debian's static busybox with its applets, a few files of the real
image, and small scripts in place of its tools, saved as an image archive that
the private engine loads. Equal stand-ins are equal to the byte. Never load them
into an engine that a person uses: they bear official names.
"""

from __future__ import annotations

import functools
import hashlib
import io
import json
import shutil
import struct
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from tests.engine.catalogue import PROFILES

EPOCH = 1_577_836_800
"""The time of every file of a stand-in: 2020-01-01."""

_CREATED = "2020-01-01T00:00:00Z"
_CHUNK_BYTES = 1 << 20
_ENTRIES = "SCHILY.xattr."
_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_FOLDERS = {
    **dict.fromkeys(
        ("bin", "dev", "etc", "home", "lib", "mnt", "opt", "proc", "run", "sbin", "srv", "sys", "usr", "var"), 0o755
    ),
    **dict.fromkeys(("usr/bin", "usr/lib", "usr/local", "usr/local/bin", "usr/sbin", "var/log"), 0o755),
    "root": 0o700,
    "tmp": 0o1777,
    "var/tmp": 0o1777,
}
_TEXTS = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n",
    "etc/group": "root:x:0:\nnogroup:x:65533:\nnobody:x:65534:\n",
    "etc/hosts": "127.0.0.1 localhost\n",
    "etc/os-release": 'ID=stand-in\nNAME="stand-in"\n',
}


@dataclass(frozen=True, slots=True)
class File:
    """A file of a stand-in; `xattrs` may have `security.capability`."""

    content: bytes = b""
    mode: int = 0o644
    uid: int = 0
    gid: int = 0
    xattrs: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StandIn:
    """What goes into a stand-in: `name` with tag, files by path, folders of this machine by path, configuration.

    The keys of `config` are those of a Docker image configuration (`Env`, `Cmd`, ...).
    """

    name: str
    files: Mapping[str, File] = field(default_factory=dict)
    trees: Mapping[str, Path] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)


def stand_in(
    name: str,
    commands: Mapping[str, str] | None = None,
    config: Mapping[str, Any] | None = None,
    files: Mapping[str, File] | None = None,
    like: str | None = None,
) -> StandIn:
    """A stand-in for the image `name`.

    Starts from the catalogue's entry `like`, else the one for the last part of
    the name (`node` for `node:12` and `registry:5000/base/node`), else a bare
    system, and adds to it. `commands` are shell scripts by name, put in `/usr/local/bin`,
    or by absolute path; `#!/bin/sh` is put before a text without it.
    """
    host, _, last = name.rpartition("/")
    repository, _, tag = last.partition(":")
    profile = PROFILES[like] if like else PROFILES.get(repository, PROFILES["alpine"])
    scripts = {**profile.commands, **(commands or {})}
    contents = {path: File(text.encode()) for path, text in profile.files.items()}
    contents |= {_command_path(command): File(_script(text), 0o755) for command, text in scripts.items()}
    if profile.programs:
        contents |= _host_programs(profile.programs)
    return StandIn(
        name=f"{host}/{repository}:{tag or 'latest'}" if host else f"{repository}:{tag or 'latest'}",
        files=contents | dict(files or {}),
        config={"Env": [_PATH], **profile.config, **(config or {})},
    )


def archive(image: StandIn) -> Iterator[bytes]:
    """The stand-in as `docker load` reads it, in pieces. Layout: Docker's image specification v1.2."""
    base = _base_layer()
    with tempfile.TemporaryFile() as top:
        with tarfile.open(fileobj=top, mode="w", format=tarfile.PAX_FORMAT) as layer:
            _add_files(layer, image.files)
            for path, folder in sorted(image.trees.items()):
                _add_tree(layer, path, folder)
        top_size = top.tell()
        top.seek(0)
        digest = hashlib.sha256()
        while chunk := top.read(_CHUNK_BYTES):
            digest.update(chunk)
        top.seek(0)
        diff_ids = [hashlib.sha256(base).hexdigest(), digest.hexdigest()]
        config = _config(image, diff_ids)
        config_name = f"{hashlib.sha256(config).hexdigest()}.json"
        layers = [f"{diff_id}/layer.tar" for diff_id in diff_ids]
        manifest = [{"Config": config_name, "RepoTags": [image.name], "Layers": layers}]
        yield from _member(config_name, len(config), io.BytesIO(config))
        yield from _member(layers[0], len(base), io.BytesIO(base))
        yield from _member(layers[1], top_size, top)
        document = json.dumps(manifest).encode()
        yield from _member("manifest.json", len(document), io.BytesIO(document))
        yield bytes(2 * tarfile.BLOCKSIZE)


def missing_busybox() -> str | None:
    """Why no stand-in can be made here, or None."""
    path = shutil.which("busybox")
    if path is None:
        return "not installed: busybox (Debian: busybox-static)"
    if not _is_static(Path(path)):
        return f"{path} is not static (Debian: busybox-static)"
    return None


def _is_static(program: Path) -> bool:
    """Whether an ELF program names no interpreter (program header PT_INTERP, 3)."""
    data = program.read_bytes()
    if data[:5] != b"\x7fELF\x02":
        return False
    (offset,) = struct.unpack_from("<Q", data, 32)
    size, number = struct.unpack_from("<HH", data, 54)
    return all(struct.unpack_from("<I", data, offset + size * index)[0] != 3 for index in range(number))


def _command_path(name: str) -> str:
    return name if name.startswith("/") else f"/usr/local/bin/{name}"


def _script(text: str) -> bytes:
    return (text if text.startswith("#!") else f"#!/bin/sh\n{text}").encode()


def _host_programs(paths: tuple[str, ...]) -> dict[str, File]:
    """Those of the programs that this machine has, with the libraries they need, at their own paths."""
    found: dict[str, File] = {}
    for path in paths:
        if Path(path).exists():
            listed = subprocess.run(["ldd", path], check=True, capture_output=True, text=True).stdout
            libraries = [word for word in listed.split() if word.startswith("/")]
            found |= {name: File(Path(name).read_bytes(), 0o755) for name in (path, *libraries)}
    return found


@functools.cache
def _base_layer() -> bytes:
    reason = missing_busybox()
    if reason is not None:
        raise RuntimeError(reason)
    busybox = Path(shutil.which("busybox") or "/bin/busybox")
    applets = subprocess.run([str(busybox), "--list"], check=True, capture_output=True, text=True).stdout.split()
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as layer:
        for folder, mode in sorted(_FOLDERS.items()):
            layer.addfile(_header(folder, tarfile.DIRTYPE, mode))
        _add_files(layer, {"/bin/busybox": File(busybox.read_bytes(), 0o755)})
        for applet in sorted(set(applets) - {"busybox"}):
            link = _header(f"bin/{applet}", tarfile.SYMTYPE, 0o777)
            link.linkname = "/bin/busybox"
            layer.addfile(link)
        env = _header("usr/bin/env", tarfile.SYMTYPE, 0o777)
        env.linkname = "/bin/busybox"
        layer.addfile(env)
        _add_files(layer, {f"/{path}": File(text.encode()) for path, text in _TEXTS.items()})
    return buffer.getvalue()


def _header(name: str, kind: bytes, mode: int) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.type, header.mode, header.mtime = kind, mode, EPOCH
    return header


def _add_files(layer: tarfile.TarFile, files: Mapping[str, File]) -> None:
    made: set[str] = set()
    for path, file in sorted(files.items()):
        _add_parents(layer, path, made)
        header = _header(path.lstrip("/"), tarfile.REGTYPE, file.mode)
        header.uid, header.gid, header.size = file.uid, file.gid, len(file.content)
        header.pax_headers = {
            _ENTRIES + name: value.decode("utf-8", "surrogateescape") for name, value in file.xattrs.items()
        }
        layer.addfile(header, io.BytesIO(file.content))


def _add_parents(layer: tarfile.TarFile, path: str, made: set[str]) -> None:
    """Folders above a file, unless the base layer has them."""
    parents = path.strip("/").split("/")[:-1]
    for depth in range(1, len(parents) + 1):
        folder = "/".join(parents[:depth])
        if folder not in _FOLDERS and folder not in made:
            made.add(folder)
            layer.addfile(_header(folder, tarfile.DIRTYPE, 0o755))


def _add_tree(layer: tarfile.TarFile, path: str, folder: Path) -> None:
    _add_parents(layer, path, set())
    root = path.strip("/")
    layer.addfile(_header(root, tarfile.DIRTYPE, 0o755))
    for item in sorted(folder.rglob("*")):
        name = f"{root}/{item.relative_to(folder).as_posix()}"
        if item.is_dir():
            layer.addfile(_header(name, tarfile.DIRTYPE, 0o755))
        else:
            status = item.stat()
            header = _header(name, tarfile.REGTYPE, 0o755 if status.st_mode & 0o100 else 0o644)
            header.size = status.st_size
            with item.open("rb") as content:
                layer.addfile(header, content)


def _config(image: StandIn, diff_ids: list[str]) -> bytes:
    return json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "created": _CREATED,
            "config": image.config,
            "history": [{"created": _CREATED, "created_by": "stand-in"} for _ in diff_ids],
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{diff_id}" for diff_id in diff_ids]},
        },
        sort_keys=True,
    ).encode()


def _member(name: str, size_bytes: int, content: IO[bytes]) -> Iterator[bytes]:
    header = _header(name, tarfile.REGTYPE, 0o644)
    header.size = size_bytes
    yield header.tobuf(tarfile.PAX_FORMAT)
    while chunk := content.read(_CHUNK_BYTES):
        yield chunk
    yield bytes(-size_bytes % tarfile.BLOCKSIZE)
