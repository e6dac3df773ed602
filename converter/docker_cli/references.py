"""Names of images: their parts, and which two are the same.

The rules are those of distribution/reference: the first part of a path is a registry
where it has a dot or a colon, is `localhost` or has an upper-case letter; the tag stands
behind the last colon of the last part; `docker.io` and, for one-part names there,
`library/` go without saying.
"""

from __future__ import annotations

import re

from msgspec import Struct

from converter.docker_cli.tokens import UNKNOWN_END, is_unknown

_DEFAULT_REGISTRY = "docker.io"
_LEGACY_REGISTRY = "index.docker.io"
_IMAGE_ID = r"(?:sha256:)?[0-9a-f]{64}"


class Reference(Struct, frozen=True):
    """The parts of an image's name as they are written; None is what is not written."""

    registry: str | None
    repository: str
    tag: str | None
    digest: str | None

    def __str__(self) -> str:
        """The parts put together again."""
        registry = f"{self.registry}/" if self.registry is not None else ""
        tag = f":{self.tag}" if self.tag is not None else ""
        digest = f"@{self.digest}" if self.digest is not None else ""
        return f"{registry}{self.repository}{tag}{digest}"


def parse_reference(text: str) -> Reference:
    """Splits a name into its parts; nothing is added, `str` of the result is the text.

    Unknown tokens stay where they are, as characters that say nothing: one can hide a
    registry, a path or a tag of its own. No text is refused.
    """
    rest, at, digest = text.partition("@")
    first, slash, path = rest.partition("/")
    registry: str | None = None
    if slash and _is_registry(first):
        registry, rest = first, path
    colon = rest.rfind(":")
    tag: str | None = None
    if colon > rest.rfind("/"):
        rest, tag = rest[:colon], rest[colon + 1 :]
    return Reference(registry, rest, tag, digest if at else None)


def normalize(text: str) -> str:
    """One spelling for all names of an image: registry, `library/` and `:latest` added.

    Image ids stay as they are. Where an unknown token may bring a part of its own,
    that part is not added: no registry before a name whose first part holds a token,
    no tag behind a name that ends in one.
    """
    if not text or (len(text) >= 64 and re.fullmatch(_IMAGE_ID, text)):
        return text
    reference = parse_reference(text)
    registry, repository, tag = reference.registry, reference.repository, reference.tag
    if tag is None and reference.digest is None:
        if repository.endswith(UNKNOWN_END):
            return text
        tag = "latest"
    if registry == _LEGACY_REGISTRY:
        registry = _DEFAULT_REGISTRY
    if registry is None and not is_unknown(repository.partition("/")[0]):
        registry = _DEFAULT_REGISTRY
    if registry == _DEFAULT_REGISTRY and "/" not in repository and not is_unknown(repository):
        repository = f"library/{repository}"
    return str(Reference(registry, repository, tag, reference.digest))


def is_image_id(text: str) -> bool:
    """Whether the text is the full id of an image, with or without `sha256:`."""
    return len(text) >= 64 and re.fullmatch(_IMAGE_ID, text) is not None


def _is_registry(first: str) -> bool:
    return "." in first or ":" in first or first == "localhost" or first != first.lower()
