"""What base images bring: from a dated table of well-known images, or from the person."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from converter.docker_cli.references import parse_reference

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

    `user` and `workdir` are as in the image's config, `command` and `entrypoint` its CMD and ENTRYPOINT.
    """

    user: str | None
    workdir: str | None
    command: tuple[str, ...] | None
    entrypoint: tuple[str, ...] | None


NOTHING = ImageFacts(None, None, None, None)
"""An image that nothing is known of."""


class FactsError(Exception):
    """The person's facts file is not of the form that is expected."""


def parse_facts(text: str) -> dict[str, ImageFacts]:
    """Reads an image facts file (TOML): a table for each image name.

    The keys are `user`, `workdir` (strings), `command` and `entrypoint` (lists of strings), all optional.
    Raises `FactsError`, naming the line where the file is not TOML.
    """
    import tomli

    try:
        document = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise FactsError(str(error)) from None
    facts = {}
    for name, entry in document.items():
        if not isinstance(entry, dict):
            raise FactsError(f"`{name}` has to be a table with the keys user, workdir, command, entrypoint")
        unknown = set(entry) - {"user", "workdir", "command", "entrypoint"}
        if unknown:
            raise FactsError(f"`{name}` has the unknown key `{sorted(unknown)[0]}`")
        for key, kind in (("user", str), ("workdir", str), ("command", list), ("entrypoint", list)):
            if key in entry and not isinstance(entry[key], kind):
                raise FactsError(f"`{key}` of `{name}` has to be a {'string' if kind is str else 'list of strings'}")
        facts[name] = _given(entry)
    return facts


def _given(entry: Mapping[str, object]) -> ImageFacts:
    def words(key: str) -> tuple[str, ...] | None:
        value = entry.get(key)
        return tuple(str(word) for word in value) if isinstance(value, list) else None

    def text(key: str) -> str | None:
        value = entry.get(key)
        return value if isinstance(value, str) else None

    return ImageFacts(text("user"), text("workdir"), words("command"), words("entrypoint"))


def look_up(image: str, given: Mapping[str, ImageFacts]) -> ImageFacts:
    """What is known of the image with this name; `given` comes before the table."""
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
