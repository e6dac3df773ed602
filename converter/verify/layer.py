"""Reading the archive of one layer.

The rules are those of OCI's image-spec layer.md: a layer is a tar archive of
what was added or changed; a file `.wh.NAME` takes NAME away, `.wh..wh..opq`
everything that lower layers have in its folder. Extended attributes are PAX
records `SCHILY.xattr.NAME`.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import posixpath
import tarfile
import zlib
from dataclasses import dataclass
from typing import IO, Literal

from converter.verify.image import Layer, Node, NodeType

BLOCK_BYTES = 512
CHUNK_BYTES = 1 << 20

READ_ERRORS = (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile)
"""What the standard library raises for a damaged archive."""

StreamFormat = Literal["tar", "gzip", "zstd", "empty", "unknown"]

_XATTR = "SCHILY.xattr."
_WHITEOUT = ".wh."
_OPAQUE = ".wh..wh..opq"
_TYPES: dict[bytes, NodeType] = {
    tarfile.REGTYPE: "file",
    tarfile.AREGTYPE: "file",
    tarfile.CONTTYPE: "file",
    tarfile.GNUTYPE_SPARSE: "file",
    tarfile.DIRTYPE: "directory",
    tarfile.SYMTYPE: "symlink",
    tarfile.CHRTYPE: "char",
    tarfile.BLKTYPE: "block",
    tarfile.FIFOTYPE: "fifo",
}


class LayerError(Exception):
    """A layer that cannot be read, and why."""


@dataclass(frozen=True, slots=True)
class HardLink:
    """A further name, `path`, of the file `target`."""

    path: str
    target: str


@dataclass(frozen=True, slots=True)
class LayerContent:
    """What one layer does to the tree; paths are absolute and normalised."""

    layer: Layer
    removed: tuple[str, ...]
    """Paths that whiteouts take away from the lower layers."""
    emptied: tuple[str, ...]
    """Folders of which nothing in the lower layers remains."""
    entries: tuple[Node | HardLink, ...]
    """Everything else, in the archive's order."""


def sniff(head: bytes) -> StreamFormat:
    """What kind of stream begins with these bytes, of which there are at most 512."""
    if not head:
        return "empty"
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith(b"\x28\xb5\x2f\xfd"):
        return "zstd"
    if len(head) == BLOCK_BYTES and (head[257:262] == b"ustar" or not head.strip(b"\0") or _has_checksum(head)):
        return "tar"
    return "unknown"


def _has_checksum(block: bytes) -> bool:
    try:
        tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


class Rejoined(io.RawIOBase):
    """A stream of which the first bytes were already taken; hashes and counts what passes through."""

    def __init__(self, head: bytes, rest: IO[bytes]) -> None:
        self._head = head
        self._rest = rest
        self._hash = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if self._head:
            data, self._head = self._head[: len(buffer)], self._head[len(buffer) :]
        else:
            data = self._rest.read(len(buffer))
        self._hash.update(data)
        buffer[: len(data)] = data
        return len(data)

    @property
    def digest(self) -> str:
        """`sha256:<hex>` of what was read up to now."""
        return f"sha256:{self._hash.hexdigest()}"


def read_layer(head: bytes, rest: IO[bytes]) -> LayerContent:
    """Reads a layer, plain or gzip, to its end; file contents are hashed and not kept.

    `head` is what was already taken from the stream to find out what it is.
    Raises `LayerError` for what is no readable layer. That the layer is complete
    is for the caller to see: its `diff_id` must be the one that the image names.
    """
    match sniff(head):
        case "gzip":
            unpacked = gzip.GzipFile(fileobj=io.BufferedReader(Rejoined(head, rest), CHUNK_BYTES), mode="rb")
            stream = Rejoined(b"", unpacked)  # type: ignore[arg-type]
        case "tar":
            stream = Rejoined(head, rest)
        case "zstd":
            raise LayerError("it is compressed with zstd, which is not read: save the image with gzip or plain layers")
        case "empty":
            raise LayerError("it is empty")
        case _:
            raise LayerError("it is neither a tar archive nor a gzip stream")
    try:
        return _read_tar(stream)
    except READ_ERRORS as error:
        raise LayerError(str(error) or "it ends too early") from error


def _read_tar(stream: Rejoined) -> LayerContent:
    removed: list[str] = []
    emptied: list[str] = []
    entries: list[Node | HardLink] = []
    sizes: dict[str, int] = {}
    buffered = io.BufferedReader(stream, CHUNK_BYTES)
    with tarfile.open(fileobj=buffered, mode="r|", bufsize=CHUNK_BYTES) as archive:
        for member in archive:
            archive.members = []  # type: ignore[attr-defined]  # tarfile would keep them all
            path = _absolute(member.name)
            folder, name = posixpath.split(path)
            if name == _OPAQUE:
                emptied.append(folder)
            elif name.startswith(_WHITEOUT * 2):
                continue  # bookkeeping of AUFS, which engines skip too
            elif name.startswith(_WHITEOUT):
                removed.append(posixpath.join(folder, name.removeprefix(_WHITEOUT)))
            elif member.islnk():
                entries.append(HardLink(path, _absolute(member.linkname)))
            else:
                node = _node(path, member, archive)
                sizes[path] = node.size_bytes
                entries.append(node)
    while buffered.read(CHUNK_BYTES):
        pass  # the padding behind the archive's end belongs to the digest
    layer = Layer(stream.digest, sum(sizes.values()))
    return LayerContent(layer, tuple(removed), tuple(emptied), tuple(entries))


def _node(path: str, member: tarfile.TarInfo, archive: tarfile.TarFile) -> Node:
    node_type = _TYPES.get(member.type)
    if node_type is None:
        raise LayerError(f"{path} has the unknown type {member.type!r}")
    digest = None
    if node_type == "file":
        digest = _content_digest(archive.extractfile(member))
    return Node(
        path=path,
        type=node_type,
        mode=0o777 if node_type == "symlink" else member.mode & 0o7777,
        uid=member.uid,
        gid=member.gid,
        mtime=float(member.mtime),
        size_bytes=member.size if node_type == "file" else 0,
        digest=digest,
        link_target=member.linkname if node_type == "symlink" else None,
        device=(member.devmajor, member.devminor) if node_type in ("char", "block") else None,
        xattrs={
            name.removeprefix(_XATTR): value.encode("utf-8", "surrogateescape")
            for name, value in sorted(member.pax_headers.items())
            if name.startswith(_XATTR)
        },
    )


def _content_digest(content: IO[bytes] | None) -> str:
    digest = hashlib.sha256()
    while content is not None and (chunk := content.read(CHUNK_BYTES)):
        digest.update(chunk)
    return f"sha256:{digest.hexdigest()}"


def _absolute(name: str) -> str:
    if ".." in name.split("/"):
        raise LayerError(f"the path {name!r} leaves the image")
    return posixpath.normpath("/" + name.lstrip("/"))
