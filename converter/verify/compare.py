"""What differs between two images, field by field.

Three classes of things are told apart:

* **Differences** make the images unequal: every path that only one of them has,
  every property of a node of the tree, and every field of the configuration
  that an engine uses when it runs the image or builds on it (moby's
  `daemon/commit.go`, function `merge`, and `OnBuild`, `Shell`).
* **Noise** is reported apart and makes nothing unequal by default: modification
  times, which differ between any two builds (`times_matter=True` counts them),
  and differences that were measured to appear between two builds of the same
  input (`measured`).
* **Not compared** at all, since no container can see it: the image's id, the
  names, digests and number of its layers, `created`, `history`, `author`,
  `comment`, `docker_version`, `container`, `container_config`, `Image`,
  `Hostname`, `Domainname`, `AttachStdin`, `AttachStdout`, `AttachStderr`,
  `OpenStdin`, `StdinOnce`, `Tty` (what a temporary container left behind) and
  `ArgsEscaped` (Windows only); the order of environment variables; the mode of
  a symbolic link; the size of a folder. Values that mean the same to every
  engine are equal: absent, null and empty; a working folder of "" and of "/",
  of which the classic builder writes the first and BuildKit the second.

Size is a matter of its own: a file that a later layer hides counts in the size
and not in the tree, so equal trees may have unequal sizes, and equal sizes
prove nothing about trees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from converter.verify.image import Image, ImageConfig, Node

Place = Literal["tree", "config"]
Kind = Literal["only-left", "only-right", "changed"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs.

    `subject` is a path of the tree or a field of the configuration, under the
    names of `Node` and `ImageConfig`. `field` is the property of the node or the
    entry of the configuration field (a variable, a label, a port); it is empty
    where the whole subject is meant. `left` and `right` are the values, None
    on the side that has none; a whole node where only one side has the path.
    """

    place: Place
    subject: str
    field: str
    kind: Kind
    left: Any
    right: Any

    @property
    def key(self) -> tuple[Place, str, str]:
        """What differs, without the values."""
        return (self.place, self.subject, self.field)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The result of comparing two images; `noise` does not count."""

    differences: tuple[Difference, ...]
    noise: tuple[Difference, ...]
    left_size_bytes: int
    right_size_bytes: int

    @property
    def equal(self) -> bool:
        """Whether tree and configuration are the same; the size is `size_equal`."""
        return not self.differences

    @property
    def size_equal(self) -> bool:
        """Whether the layers have the same amount of file content."""
        return self.left_size_bytes == self.right_size_bytes


NODE_FIELDS: Mapping[str, Callable[[Node], Any]] = {
    "type": lambda node: node.type,
    "mode": lambda node: node.mode,
    "uid": lambda node: node.uid,
    "gid": lambda node: node.gid,
    "size_bytes": lambda node: node.size_bytes,
    "digest": lambda node: node.digest,
    "link_target": lambda node: node.link_target,
    "device": lambda node: node.device,
    "hard_links": lambda node: node.hard_links,
    "mtime": lambda node: node.mtime,
}
"""The properties of a node that have one value; extended attributes are compared one by one."""

CONFIG_VALUES: Mapping[str, Callable[[ImageConfig], Any]] = {
    "architecture": lambda config: config.architecture,
    "variant": lambda config: config.variant,
    "os": lambda config: config.os,
    "os_version": lambda config: config.os_version,
    "user": lambda config: config.user,
    "entrypoint": lambda config: config.entrypoint,
    "cmd": lambda config: config.cmd,
    "working_dir": lambda config: config.working_dir or "/",
    "healthcheck": lambda config: config.healthcheck,
    "stop_signal": lambda config: config.stop_signal,
    "stop_timeout_seconds": lambda config: config.stop_timeout_seconds,
    "shell": lambda config: config.shell,
    "on_build": lambda config: config.on_build,
}
"""The configuration fields that have one value."""

CONFIG_ENTRIES: Mapping[str, Callable[[ImageConfig], Mapping[str, Any]]] = {
    "env": lambda config: _variables(config.env),
    "exposed_ports": lambda config: dict.fromkeys(config.exposed_ports, True),
    "volumes": lambda config: dict.fromkeys(config.volumes, True),
    "labels": lambda config: config.labels,
}
"""The configuration fields that have entries."""

NOISE_FIELDS = frozenset({"mtime"})
"""The properties of a node that differ between any two builds."""


def compare(a: Image, b: Image, *, times_matter: bool = False, measured: Comparison | None = None) -> Comparison:
    """Compares two images; `a` is left and `b` is right.

    With `times_matter` a modification time counts like any other property.
    `measured` is the comparison of two builds of the same input: what differed
    there, whatever the values, is noise here too.
    """
    known = frozenset(found.key for found in (*measured.differences, *measured.noise)) if measured else frozenset()
    differences: list[Difference] = []
    noise: list[Difference] = []
    for found in (*_compare_config(a.config, b.config), *_compare_trees(a.tree, b.tree)):
        is_time = found.place == "tree" and found.field in NOISE_FIELDS
        ignored = found.key in known or (is_time and not times_matter)
        (noise if ignored else differences).append(found)
    return Comparison(tuple(differences), tuple(noise), a.size_bytes, b.size_bytes)


def _compare_trees(left: Mapping[str, Node], right: Mapping[str, Node]) -> Iterator[Difference]:
    for path in sorted(left.keys() | right.keys()):
        a, b = left.get(path), right.get(path)
        if a is None or b is None:
            yield _difference("tree", path, "", a, b)
        elif a != b:
            yield from _compare_nodes(path, a, b)


def _compare_nodes(path: str, left: Node, right: Node) -> Iterator[Difference]:
    for name, value in NODE_FIELDS.items():
        a, b = value(left), value(right)
        if a != b:
            yield Difference("tree", path, name, "changed", a, b)
    for name in sorted(left.xattrs.keys() | right.xattrs.keys()):
        xattr = left.xattrs.get(name), right.xattrs.get(name)
        if xattr[0] != xattr[1]:
            yield _difference("tree", path, f"xattr {name}", *xattr)


def _compare_config(left: ImageConfig, right: ImageConfig) -> Iterator[Difference]:
    for subject, value in CONFIG_VALUES.items():
        a, b = value(left), value(right)
        if a != b:
            yield _difference("config", subject, "", _set(a), _set(b))
    for subject, entries in CONFIG_ENTRIES.items():
        lefts, rights = entries(left), entries(right)
        for name in sorted(lefts.keys() | rights.keys()):
            entry = lefts.get(name), rights.get(name)
            if entry[0] != entry[1]:
                yield _difference("config", subject, name, *entry)


def _difference(place: Place, subject: str, field: str, left: Any, right: Any) -> Difference:
    kind: Kind = "only-right" if left is None else "only-left" if right is None else "changed"
    return Difference(place, subject, field, kind, left, right)


def _set(value: Any) -> Any:
    return None if value in ("", ()) else value


def _variables(env: tuple[str, ...]) -> dict[str, str]:
    """Of a name that stands twice the last value counts, as in moby's `ReplaceOrAppendEnvValues`."""
    return {name: value for name, _, value in (item.partition("=") for item in env)}
