"""Reading a saved image as a stream.

Two layouts are read. Docker's classic one (Docker's image specification v1.2)
has a `manifest.json` that names the configuration and the `layer.tar` of each
layer, some of which may be symbolic links to another. OCI's image layout
(image-layout.md) has `index.json` and `blobs/`; Docker 25 and later write that
together with a `manifest.json`, which then is preferred, since it has the tags.

The archive is read once, from front to back. Nothing says where in it the
manifest stands, so every layer is indexed as it passes by and the indexes are
put together at the end. File contents are hashed and never kept.
"""

from __future__ import annotations

import hashlib
import io
import json
import posixpath
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import IO, Any

from converter.verify.config import parse_config
from converter.verify.image import Image
from converter.verify.layer import (
    BLOCK_BYTES,
    CHUNK_BYTES,
    READ_ERRORS,
    LayerContent,
    LayerError,
    Rejoined,
    read_layer,
    sniff,
)
from converter.verify.tree import build_tree

MAX_DOCUMENT_BYTES = 16 << 20
"""The largest JSON document of an archive that is kept: 16 MiB."""

_INDEX_TYPES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
_TAG_ANNOTATIONS = ("io.containerd.image.name", "org.opencontainers.image.ref.name")


class ArchiveError(Exception):
    """An archive that cannot be read, or does not have the image that was asked for."""


@dataclass(frozen=True, slots=True)
class _Stored:
    """Where the parts of one image are in the archive."""

    config: str
    layers: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(slots=True)
class _Members:
    """What passed by: documents and layers by name, and layers that could not be read with the reason."""

    documents: dict[str, bytes] = field(default_factory=dict)
    layers: dict[str, LayerContent] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)

    def resolve(self, name: str) -> str:
        """The name behind symbolic and hard links of the archive itself."""
        seen = set()
        while name in self.links and name not in seen:
            seen.add(name)
            name = self.links[name]
        return name

    def document(self, name: str) -> Any:
        """A JSON document that must be there."""
        data = self.documents.get(self.resolve(name))
        if data is None:
            raise ArchiveError(f"{name} is missing in the archive; it may be cut off")
        try:
            return json.loads(data)
        except ValueError as error:
            raise ArchiveError(f"{name} is not JSON: {error}") from error

    def layer(self, name: str) -> LayerContent:
        """A layer that must be there."""
        target = self.resolve(name)
        if target in self.unreadable:
            raise ArchiveError(f"the layer {name} cannot be read: {self.unreadable[target]}")
        if target not in self.layers:
            raise ArchiveError(f"the layer {name} is missing in the archive; it may be cut off")
        return self.layers[target]


def read_archive(stream: IO[bytes] | Iterable[bytes], tag: str | None = None) -> Image:
    """Reads an image from what `docker save` writes, plain or gzip.

    `stream` is a binary file, seekable or not, or an iterable of byte strings,
    such as the Docker SDK's `image.save()`; it is read to its end. `tag` picks
    one of several images, as a person would write it (`alpine` means
    `docker.io/library/alpine:latest`), or by the image's id; without it the
    archive must have a single image.

    Every layer is checked against the digest that the image's configuration
    names. Raises `ArchiveError` for what is no such archive, is cut off or
    damaged, has zstd layers, or has not exactly one image to choose.
    """
    members = _read_members(_as_file(stream))
    return _assemble(_choose(_stored_images(members), tag), members)


class _Chunks(io.RawIOBase):
    """An iterable of byte strings as a file."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._left:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._left = chunk
        data, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)


def _as_file(stream: IO[bytes] | Iterable[bytes]) -> IO[bytes]:
    if hasattr(stream, "read"):
        return stream  # type: ignore[return-value]
    return io.BufferedReader(_Chunks(iter(stream)), CHUNK_BYTES)


def _read_members(stream: IO[bytes]) -> _Members:
    head = _read_head(stream)
    kind = sniff(head)
    if kind == "empty":
        raise ArchiveError("the archive is empty")
    if kind == "zstd":
        raise ArchiveError("the archive is compressed with zstd, which is not read: unpack it first")
    if kind == "unknown":
        raise ArchiveError("this is not a tar archive")
    joined = io.BufferedReader(Rejoined(head, stream), CHUNK_BYTES)
    members = _Members()
    try:
        with tarfile.open(fileobj=joined, mode="r|gz" if kind == "gzip" else "r|", bufsize=CHUNK_BYTES) as archive:
            for member in archive:
                archive.members = []  # type: ignore[attr-defined]  # tarfile would keep them all
                _read_member(archive, member, members)
        while joined.read(CHUNK_BYTES):
            pass  # whoever writes into the other end of a pipe must not be cut off
    except READ_ERRORS as error:
        raise ArchiveError(f"the archive is damaged or cut off: {error}") from error
    return members


def _read_head(stream: IO[bytes]) -> bytes:
    head = b""
    while len(head) < BLOCK_BYTES and (data := stream.read(BLOCK_BYTES - len(head))):
        head += data
    return head


def _read_member(archive: tarfile.TarFile, member: tarfile.TarInfo, members: _Members) -> None:
    name = posixpath.normpath(member.name)
    if member.issym():
        members.links[name] = posixpath.normpath(posixpath.join(posixpath.dirname(name), member.linkname))
    elif member.islnk():
        members.links[name] = posixpath.normpath(member.linkname)
    elif member.isreg():
        content = archive.extractfile(member)
        assert content is not None, "a regular member has content"
        head = _read_head(content)
        kind = sniff(head)
        if kind in ("tar", "gzip", "zstd"):
            try:
                members.layers[name] = read_layer(head, content)
            except LayerError as error:
                members.unreadable[name] = str(error)
        elif member.size <= MAX_DOCUMENT_BYTES:
            members.documents[name] = head + content.read()


def _stored_images(members: _Members) -> list[_Stored]:
    if members.resolve("manifest.json") in members.documents:
        return _merge(_classic_images(members))
    if members.resolve("index.json") in members.documents:
        return _merge(_oci_images(members.document("index.json"), members, ()))
    raise ArchiveError(
        "the archive has neither manifest.json nor index.json: it is not a saved image, or it is cut off"
    )


def _merge(images: Iterable[_Stored]) -> list[_Stored]:
    """One entry an image: an index may name an image once for each of its tags."""
    merged: dict[tuple[str, tuple[str, ...]], _Stored] = {}
    for image in images:
        known = merged.get((image.config, image.layers))
        tags = tuple(dict.fromkeys((*known.tags, *image.tags))) if known else image.tags
        merged[image.config, image.layers] = replace(image, tags=tags)
    return list(merged.values())


def _classic_images(members: _Members) -> list[_Stored]:
    try:
        return [
            _Stored(
                config=posixpath.normpath(entry["Config"]),
                layers=tuple(posixpath.normpath(layer) for layer in entry["Layers"] or ()),
                tags=tuple(entry.get("RepoTags") or ()),
            )
            for entry in members.document("manifest.json")
        ]
    except (KeyError, TypeError, AttributeError) as error:
        raise ArchiveError(f"manifest.json has not the form of Docker's image specification: {error!r}") from error


def _oci_images(index: Any, members: _Members, tags: tuple[str, ...]) -> Iterator[_Stored]:
    """The images of an index and of the indexes in it whose parts are all in the archive.

    A platform that was not saved, and an attestation, which says so in the
    annotation `vnd.docker.reference.type`, is no image of the archive.
    """
    try:
        for entry in index["manifests"]:
            annotations: Mapping[str, str] = entry.get("annotations") or {}
            if "vnd.docker.reference.type" in annotations:
                continue
            name = _blob(entry["digest"])
            if name not in members.documents:
                continue
            entry_tags = tuple(annotations[key] for key in _TAG_ANNOTATIONS if key in annotations)[:1] or tags
            document = members.document(name)
            if entry.get("mediaType") in _INDEX_TYPES or "manifests" in document:
                yield from _oci_images(document, members, entry_tags)
            else:
                yield _Stored(
                    config=_blob(document["config"]["digest"]),
                    layers=tuple(_blob(layer["digest"]) for layer in document["layers"]),
                    tags=entry_tags,
                )
    except (KeyError, TypeError, AttributeError) as error:
        raise ArchiveError(f"index.json has not the form of OCI's image layout: {error!r}") from error


def _blob(digest: str) -> str:
    algorithm, _, value = digest.partition(":")
    return f"blobs/{algorithm}/{value}"


def _choose(images: list[_Stored], tag: str | None) -> _Stored:
    names = ", ".join(sorted(name for image in images for name in image.tags)) or "none"
    if tag is None:
        found = images
    else:
        found = [image for image in images if _matches(image, tag)]
    if len(found) == 1:
        return found[0]
    if not found:
        what = "no image" if tag is None else f"no image {tag}"
        raise ArchiveError(f"the archive has {what}; tags in it: {names}")
    raise ArchiveError(f"the archive has {len(found)} images, choose one by its tag; tags in it: {names}")


def _matches(image: _Stored, tag: str) -> bool:
    digest = posixpath.basename(image.config).removesuffix(".json")
    return tag.removeprefix("sha256:") == digest or _full_name(tag) in map(_full_name, image.tags)


def _full_name(tag: str) -> str:
    """The reference with registry and tag: `distribution/reference`'s familiar names spelled out."""
    if ":" not in tag.rsplit("/", 1)[-1]:
        tag += ":latest"
    host, slash, _ = tag.partition("/")
    if not slash:
        return f"docker.io/library/{tag}"
    if "." in host or ":" in host or host == "localhost":
        return tag.replace("index.docker.io/", "docker.io/", 1)
    return f"docker.io/{tag}"


def _assemble(stored: _Stored, members: _Members) -> Image:
    document = members.document(stored.config)
    try:
        config = parse_config(document)
    except ValueError as error:
        raise ArchiveError(f"{stored.config} is no image configuration: {error}") from error
    contents = [members.layer(name) for name in stored.layers]
    _check_digests(stored, [content.layer.diff_id for content in contents], config.raw)
    try:
        tree = build_tree(contents)
    except LayerError as error:
        raise ArchiveError(f"the layers do not fit together: {error}") from error
    return Image(
        id=f"sha256:{hashlib.sha256(members.documents[members.resolve(stored.config)]).hexdigest()}",
        tags=stored.tags,
        config=config,
        layers=tuple(content.layer for content in contents),
        tree=tree,
    )


def _check_digests(stored: _Stored, diff_ids: list[str], config: Mapping[str, Any]) -> None:
    """A layer that was cut off or altered has another digest than the configuration says."""
    rootfs = config.get("rootfs")
    expected = (rootfs.get("diff_ids") if isinstance(rootfs, dict) else None) or []
    if len(expected) != len(diff_ids):
        raise ArchiveError(f"the image has {len(diff_ids)} layers, its configuration names {len(expected)}")
    for name, found, wanted in zip(stored.layers, diff_ids, expected, strict=True):
        if found != wanted:
            raise ArchiveError(f"the layer {name} is damaged or cut off: its digest is {found} instead of {wanted}")
