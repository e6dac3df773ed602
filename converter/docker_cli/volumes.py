"""What `--volume` and `--mount` mount."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from converter.docker_cli.errors import UsageError
from converter.docker_cli.tokens import UNKNOWN_START, is_unknown
from converter.docker_cli.words import Flag, Word

VolumeKind = Literal["bind", "volume", "tmpfs", "other", "unknown"]


class Volume(Struct, frozen=True):
    """One mount of a container.

    `source` is None for an anonymous volume and for a tmpfs. `kind` is `bind` for a
    path of the host, `volume` for one that the engine keeps, `other` for types that
    only some engines have (image, cluster, npipe, glob, ramfs), `unknown` where the
    source begins with an unknown token or nothing but one stands there.
    `options` has the mode of `-v` split at its commas, or the further keys of
    `--mount` as `key=value`. `word` is the whole value, `flag` where it stands.
    """

    kind: VolumeKind
    source: Word | None
    target: Word
    options: tuple[str, ...]
    word: Word
    flag: Flag

    @property
    def read_only(self) -> bool:
        """Whether the container cannot write to it."""
        return not _READ_ONLY.isdisjoint(self.options)


_READ_ONLY = frozenset(
    f"{name}{value}" for name in ("ro", "readonly") for value in ("", "=true", "=1", "=t", "=T", "=True", "=TRUE")
)


def parse_volume(flag: Flag, word: Word) -> Volume:
    """Reads the value of `-v`: `target`, `source:target` or `source:target:options`.

    A source that begins with `/`, `.` or `~` is a path of the host, any other the
    name of a volume (docker/cli `compose/loader`), which has no `/`: so `$x/out` is a
    path too. Raises `UsageError` for an empty part, for more than three, and for a name
    with a `/`, as the engine does.
    """
    parts = _split(word, ":")
    if len(parts) > 3 or not all(part.text for part in parts[:2]):
        raise UsageError(f"`{word.text}` is not source:target:options", word.index, word.start)
    options = tuple(parts[2].text.split(",")) if len(parts) == 3 else ()
    if len(parts) == 1:
        kind: VolumeKind = "unknown" if is_unknown(word.text) else "volume"
        return Volume(kind, None, word, options, word, flag)
    return Volume(_source_kind(parts[0]), parts[0], parts[1], options, word, flag)


def _source_kind(source: Word) -> VolumeKind:
    first = source.text[0]
    if first in "/.~":
        return "bind"
    if first == UNKNOWN_START:
        return "bind" if "/" in source.text else "unknown"
    if "/" in source.text and not is_unknown(source.text):
        message = f"`{source.text}` is no name of a volume; a path of the host begins with `/` or `./`"
        raise UsageError(message, source.index, source.start)
    return "volume"


def parse_mount(flag: Flag, word: Word) -> Volume:
    """Reads the value of `--mount`: `key=value` pairs between commas (docker/cli `opts.MountOpt`).

    Keys are read without regard to case; without a type it is a volume. Raises
    `UsageError` where no target is given, unless a part of the value is unknown.
    """
    kind: VolumeKind = "volume"
    source: Word | None = None
    target: Word | None = None
    options: list[str] = []
    for field in _csv(word):
        name, equals, value = field.text.partition("=")
        key = name.lower()
        at = field.part(len(name) + 1)
        if not equals:
            options.append(key)
        elif key == "type":
            kind = "unknown" if is_unknown(value) else _MOUNT_KINDS.get(value.lower(), "other")
        elif key in ("source", "src"):
            source = at
        elif key in ("target", "dst", "destination"):
            target = at
        else:
            options.append(f"{key}={value}")
    if target is None:
        if not is_unknown(word.text):
            raise UsageError(f"`--mount {word.text}` names no target", word.index, word.start)
        return Volume("unknown", source, word, tuple(options), word, flag)
    return Volume(kind, source, target, tuple(options), word, flag)


_MOUNT_KINDS: dict[str, VolumeKind] = {"bind": "bind", "volume": "volume", "tmpfs": "tmpfs"}


def parse_tmpfs(flag: Flag, word: Word) -> Volume:
    """Reads the value of `--tmpfs`: `target` or `target:options`."""
    target, _, options = word.text.partition(":")
    return Volume("tmpfs", None, word.part(0, len(target)), tuple(options.split(",")) if options else (), word, flag)


def _split(word: Word, separator: str) -> list[Word]:
    parts = []
    start = 0
    for text in word.text.split(separator):
        parts.append(word.part(start, start + len(text)))
        start += len(text) + len(separator)
    return parts


def _csv(word: Word) -> list[Word]:
    """The fields of a line as Go's encoding/csv reads it: one may stand in double quotes."""
    text = word.text
    if '"' not in text:
        return _split(word, ",")
    fields = []
    start = 0
    while start <= len(text):
        if text[start : start + 1] == '"':
            end = text.find('"', start + 1)
            while end != -1 and text[end + 1 : end + 2] == '"':
                end = text.find('"', end + 2)
            if end == -1 or text[end + 1 : end + 2] not in ("", ","):
                raise UsageError("a quote inside the value is not closed", word.index, word.start + start)
            field = word.part(start + 1, end)
            fields.append(Word(field.index, field.start, field.text.replace('""', '"')))
            start = end + 2
        else:
            end = text.find(",", start)
            end = len(text) if end == -1 else end
            fields.append(word.part(start, end))
            start = end + 1
    return fields
