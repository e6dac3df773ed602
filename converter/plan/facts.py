"""What base images bring: from a dated table of well-known images, or from the person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from converter.docker_cli.references import parse_reference
from converter.machine.value import is_known

ROOT_USERS = frozenset({"", "0", "root", "0:0", "root:root", "0:root", "root:0"})
"""The spellings of root in USER."""


BASE_FOLDERS = frozenset(
    """
    / /bin /boot /dev /etc /home /lib /media /mnt /opt /proc /root /run /sbin /srv /sys /tmp /usr /usr/bin
    /usr/lib /usr/local /usr/local/bin /usr/local/lib /usr/local/sbin /usr/local/share /usr/sbin /usr/share /var
    /var/lib /var/log /var/run /var/tmp /var/www /var/www/html /usr/share/nginx/html /go /go/bin /app/.
    """.split()
)
"""Folders that base images have, so that a file copied to one of them lands inside."""


class ImageFacts(Struct, frozen=True):
    """What an image brings; a field is None where that is not known.

    `user` and `workdir` are as in the image's config, `command` and `entrypoint` its CMD and ENTRYPOINT, `volumes` the
    paths of its VOLUMEs and `onbuild` its triggers. `digest` is that of its manifest, as a registry knows it.
    """

    user: str | None = None
    workdir: str | None = None
    command: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | None = None
    env: Mapping[str, str] | None = None
    volumes: tuple[str, ...] | None = None
    onbuild: tuple[str, ...] | None = None
    digest: str | None = None

    def completed(self, other: ImageFacts) -> ImageFacts:
        """These facts, and the other's where these are silent."""
        return replace(self, **{name: getattr(other, name) for name in KEYS if getattr(self, name) is None})


KEYS: dict[str, Any] = {
    "user": str,
    "workdir": str,
    "command": list,
    "entrypoint": list,
    "env": dict,
    "volumes": list,
    "onbuild": list,
}
"""What a facts file may say of an image, and in which form: lists and tables are of strings."""

NOTHING = ImageFacts()
"""An image that nothing is known of."""


class FactsError(Exception):
    """The person's facts file is not of the form that is expected."""


def parse_facts(text: str) -> dict[str, ImageFacts]:
    """Reads an image facts file (TOML): a table for each image name.

    The keys are those of `KEYS`, all optional. Raises `FactsError`, naming the line where the file is not TOML.
    """
    import tomli

    try:
        document = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise FactsError(str(error)) from None
    facts = {}
    for name, entry in document.items():
        if not isinstance(entry, dict):
            raise FactsError(f"`{name}` has to be a table with the keys {', '.join(KEYS)}")
        unknown = set(entry) - set(KEYS)
        if unknown:
            raise FactsError(f"`{name}` has the unknown key `{sorted(unknown)[0]}`")
        for key, value in entry.items():
            parts = [value] if isinstance(value, str) else [*value.values()] if isinstance(value, dict) else value
            if not isinstance(value, KEYS[key]) or not all(isinstance(part, str) for part in parts):
                raise FactsError(f"`{key}` of `{name}` has to be {_FORMS[KEYS[key]]}")
        facts[name] = msgspec.convert(entry, ImageFacts)
    return facts


_FORMS: dict[Any, str] = {str: "a string", list: "a list of strings", dict: "a table of strings"}

_SETS = {
    "USER": "user",
    "WORKDIR": "workdir",
    "CMD": "command",
    "ENTRYPOINT": "entrypoint",
    "ENV": "env",
    "VOLUME": "volumes",
}
"""Which facts of an image a trigger of it replaces in the image that is built from it."""


class KnownImages:
    """What is known of images that nobody here builds: from the person's file, the table, and what an engine said.

    `engine` has the answers so far, None for an image that the engine does not have. `wanted` is filled with the images
    that it has to be asked for, `used` with those whose facts came from it; it is asked for facts where `asks` is set.
    """

    def __init__(
        self, given: Mapping[str, ImageFacts], engine: Mapping[str, ImageFacts | None] | None = None, asks: bool = False
    ) -> None:
        self.given = given
        self.engine = engine or {}
        self.asks = asks
        self.wanted: dict[str, None] = {}
        self.used: dict[str, None] = {}

    def look_up(self, image: str) -> ImageFacts:
        """What is known of the image with this name; the person's file comes before the table, that before the engine."""
        known = _listed(image, self.given)
        if not self.asks:
            return known
        found = self._answer(image)
        if found is None:
            return known
        self.used[image] = None
        for trigger in found.onbuild or ():
            fact = _SETS.get(trigger.split(None, 1)[0].upper() if trigger.strip() else "")
            if fact is not None:
                found = replace(found, **{fact: None})
        return known.completed(found)

    def digest(self, image: str) -> str | None:
        """The digest by which the engine knows the image; None where it does not, or has not been asked yet."""
        found = self._answer(image)
        return found.digest if found is not None else None

    def _answer(self, image: str) -> ImageFacts | None:
        if image in ("", "scratch") or not is_known(image):
            return None
        if image not in self.engine:
            self.wanted[image] = None
        return self.engine.get(image)


def _listed(image: str, given: Mapping[str, ImageFacts]) -> ImageFacts:
    if image in given:
        return given[image]
    reference = parse_reference(image)
    name = reference.repository
    if reference.registry is not None and reference.registry not in ("docker.io", "index.docker.io"):
        name = f"{reference.registry}/{name}"
    name = name.removeprefix("library/")
    if name in given:
        return given[name]
    from converter.plan.official_images import OFFICIAL

    return OFFICIAL.get(name, NOTHING)
