"""Image archives made with `tarfile`, for tests of the reader."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Iterable, Mapping
from typing import Any

MTIME = 1_600_000_000


def member(name: str, content: bytes | None = None, **fields: Any) -> tuple[tarfile.TarInfo, bytes]:
    """An entry of a layer; with `content` a file, else of the type given, a folder by default."""
    header = tarfile.TarInfo(name)
    header.type = tarfile.DIRTYPE if content is None else tarfile.REGTYPE
    header.mode = 0o755 if content is None else 0o644
    header.mtime = MTIME
    header.size = len(content or b"")
    for field, value in fields.items():
        setattr(header, field, value)
    return header, content or b""


def symlink(name: str, target: str, **fields: Any) -> tuple[tarfile.TarInfo, bytes]:
    """A symbolic link."""
    return member(name, type=tarfile.SYMTYPE, linkname=target, mode=0o777, **fields)


def hardlink(name: str, target: str) -> tuple[tarfile.TarInfo, bytes]:
    """A further name of a file."""
    return member(name, type=tarfile.LNKTYPE, linkname=target)


def layer(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    """A layer's archive."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for header, content in members:
            archive.addfile(header, io.BytesIO(content))
    return buffer.getvalue()


def sha256(data: bytes) -> str:
    """The digest in hex."""
    return hashlib.sha256(data).hexdigest()


def config_for(layers: Iterable[bytes], config: Mapping[str, Any] | None = None, **top: Any) -> bytes:
    """The configuration document of an image with these uncompressed layers."""
    return json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "config": dict(config or {}),
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{sha256(data)}" for data in layers]},
            **top,
        }
    ).encode()


def outer(files: Mapping[str, bytes], links: Mapping[str, str] | None = None) -> bytes:
    """The archive around it, with the files in their order and symbolic links behind them."""
    return layer(
        *(member(name, content) for name, content in files.items()),
        *(symlink(name, target) for name, target in (links or {}).items()),
    )


def classic(*layers: bytes, config: Mapping[str, Any] | None = None, tags: Iterable[str] = ("app:latest",)) -> bytes:
    """An archive as Docker before 25 writes it."""
    document = config_for(layers, config)
    names = [f"{number:064x}/layer.tar" for number in range(len(layers))]
    manifest = [{"Config": f"{sha256(document)}.json", "RepoTags": list(tags), "Layers": names}]
    return outer(
        {
            f"{sha256(document)}.json": document,
            **dict(zip(names, layers, strict=True)),
            "manifest.json": json.dumps(manifest).encode(),
        }
    )


def blob(files: dict[str, bytes], data: bytes, media_type: str, **fields: Any) -> dict[str, Any]:
    """Adds a blob to the files of an OCI layout; returns its descriptor."""
    files[f"blobs/sha256/{sha256(data)}"] = data
    return {"mediaType": media_type, "digest": f"sha256:{sha256(data)}", "size": len(data), **fields}


def oci_manifest(
    files: dict[str, bytes],
    *layers: bytes,
    packed: bool = False,
    config: Mapping[str, Any] | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """Adds an image to the files of an OCI layout; returns the descriptor of its manifest."""
    document = {
        "schemaVersion": 2,
        "config": blob(files, config_for(layers, config), "application/vnd.oci.image.config.v1+json"),
        "layers": [
            blob(
                files,
                gzip.compress(data, mtime=0) if packed else data,
                f"application/vnd.oci.image.layer.v1.tar{'+gzip' if packed else ''}",
            )
            for data in layers
        ],
    }
    return blob(files, json.dumps(document).encode(), "application/vnd.oci.image.manifest.v1+json", **fields)


def oci_index(files: dict[str, bytes], *manifests: dict[str, Any]) -> bytes:
    """The archive of an OCI layout with these manifests."""
    index = {"schemaVersion": 2, "manifests": list(manifests)}
    return outer({**files, "oci-layout": b'{"imageLayoutVersion": "1.0.0"}', "index.json": json.dumps(index).encode()})
