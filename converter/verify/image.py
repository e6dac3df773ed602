"""What an image is: its configuration and the file tree that its layers add up to.

The names follow the OCI image specification (config.md, layer.md) and Docker's
own image specification v1.2, which has the fields `Healthcheck`, `Shell` and
`OnBuild` that OCI leaves out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

NodeType = Literal["file", "directory", "symlink", "char", "block", "fifo"]


@dataclass(frozen=True, slots=True)
class Node:
    """One path of the image's file tree, as a container would see it.

    `path` is absolute and normalised; the root is `/`. Bytes of a name that are
    not UTF-8 are surrogate escapes. A hard link is a node of the type of what it
    links to; `hard_links` then holds all paths of the group, sorted, this one
    among them, and is empty for a file with a single name.
    """

    path: str
    type: NodeType
    mode: int
    """Permission, setuid, setgid and sticky bits; always 0777 for a symbolic link, as Linux has it."""
    uid: int
    gid: int
    mtime: float = 0.0
    """Seconds since the epoch."""
    size_bytes: int = 0
    """Length of a file's content; 0 for everything else."""
    digest: str | None = None
    """`sha256:<hex>` of a file's content; None for everything else."""
    link_target: str | None = None
    device: tuple[int, int] | None = None
    """Major and minor number of a device."""
    xattrs: Mapping[str, bytes] = field(default_factory=dict)
    """Extended attributes; file capabilities are `security.capability`."""
    hard_links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Healthcheck:
    """The `Healthcheck` object of a Docker image; durations of 0 mean the engine's default."""

    test: tuple[str, ...] = ()
    interval_ns: int = 0
    timeout_ns: int = 0
    start_period_ns: int = 0
    start_interval_ns: int = 0
    retries: int = 0


@dataclass(frozen=True, slots=True)
class ImageConfig:
    """A typed view of the image configuration; `raw` is the document itself.

    Absent, null and empty values of the document are the same here, since the
    engine treats them the same. Sets are sorted.
    """

    architecture: str = ""
    variant: str = ""
    os: str = ""
    os_version: str = ""
    user: str = ""
    env: tuple[str, ...] = ()
    """`NAME=value` in the order of the document."""
    entrypoint: tuple[str, ...] = ()
    cmd: tuple[str, ...] = ()
    working_dir: str = ""
    exposed_ports: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    healthcheck: Healthcheck | None = None
    stop_signal: str = ""
    stop_timeout_seconds: int | None = None
    shell: tuple[str, ...] = ()
    on_build: tuple[str, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: the digest of its uncompressed archive and the bytes of file content in it."""

    diff_id: str
    size_bytes: int
    """Sum of the lengths of the regular files, each hard-linked file once."""


@dataclass(frozen=True, slots=True)
class Image:
    """An image as an archive describes it; `id` is the digest of its configuration."""

    id: str
    tags: tuple[str, ...]
    config: ImageConfig
    layers: tuple[Layer, ...]
    tree: Mapping[str, Node] = field(repr=False)
    """Every path with its node, sorted by folder; `/` is always there."""

    @property
    def size_bytes(self) -> int:
        """The file content of all layers, files that a later layer hides included.

        Measured against Docker 20.10 with overlay2: this is what the engine
        counts for layers that BuildKit makes. For a layer that the classic
        builder makes or that is loaded, the engine's `Size` adds the lengths of
        the targets of symbolic links, which is a matter of how it stores the
        image, not of what is in it.
        """
        return sum(layer.size_bytes for layer in self.layers)
