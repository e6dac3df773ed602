"""Private names: what a run makes cannot meet what the person's engine has.

`app:1` of the run `stageify-1a2b3c4d/legacy` is `stageify-1a2b3c4d/legacy/app:1`, its container `builder` is
`stageify-1a2b3c4d-legacy-builder`. Ids stay as they are.
"""

from __future__ import annotations

import re

from msgspec import Struct

from converter.docker_cli.references import normalize, parse_reference

_ID = re.compile(r"(?:sha256:)?[0-9a-f]{12,64}")
_KEPT = "stageify-kept"
BUILT_IN_NETWORKS = frozenset({"bridge", "host", "none", "default"})


class Names(Struct, frozen=True):
    """The names of one run: `own` are the images and `networks` the networks that it has made up to now.

    `reserved` are names of images that it is going to make: what the engine has under them is a leftover, or the
    person's. Names of images in both are those of `familiar`.
    """

    prefix: str
    own: frozenset[str] = frozenset()
    reserved: frozenset[str] = frozenset()
    networks: frozenset[str] = frozenset()

    @property
    def container_prefix(self) -> str:
        """What the names of containers, volumes and networks begin with; they may hold no slash."""
        return self.prefix.replace("/", "-") + "-"

    def is_own_image(self, name: str) -> bool:
        """Whether a name means an image that the run has made."""
        return not self.is_private(name) and familiar(name) in self.own

    def may_be_own_image(self, name: str) -> bool:
        """Whether a name means an image that the run has made or is going to make."""
        return not self.is_private(name) and familiar(name) in self.own | self.reserved

    def has_own_repository(self, name: str) -> bool:
        """Whether the run has made, or is going to make, any image that differs from this name in the tag only."""
        return not self.is_private(name) and repository(familiar(name)) in map(repository, self.own | self.reserved)

    def is_private(self, name: str) -> bool:
        """Whether a name is a private one already, as it comes back from the engine's output."""
        return name.startswith((f"{self.prefix}/", self.container_prefix))

    def image(self, name: str) -> str:
        """The private name of an image; see `familiar` for what one name is."""
        if self.is_private(name):
            return name
        reference = parse_reference(familiar(name))
        registry = f"{reference.registry.lower().replace(':', '-')}/" if reference.registry else ""
        return f"{self.prefix}/{registry}{reference.repository}:{reference.tag or 'latest'}"

    def kept(self, number: str) -> str:
        """A name that keeps an image in the engine until the end, whatever the script does to its own names."""
        return f"{self.prefix}/{_KEPT}:{number}"

    def is_kept(self, name: str) -> bool:
        """Whether a private name is one of `kept`."""
        return name.startswith(f"{self.prefix}/{_KEPT}:")

    def container(self, name: str) -> str:
        """The private name of a container, a volume or a network."""
        return name if self.is_private(name) else self.container_prefix + name.removeprefix("/")

    def network(self, name: str) -> str:
        """The private name of a network that the run has made; others stay as they are."""
        return self.container(name) if name in self.networks else name


def is_id(text: str) -> bool:
    """Whether a word is an id, whole or shortened to twelve digits or more, rather than a name."""
    return _ID.fullmatch(text) is not None


def familiar(name: str) -> str:
    """One spelling for all names of an image, short as docker prints it, with the tag: `app` is `app:latest`."""
    full = normalize(name)
    return full.removeprefix("docker.io/").removeprefix("library/") if full.startswith("docker.io/") else full


def repository(name: str) -> str:
    """A name in the form of `familiar` without tag and digest."""
    reference = parse_reference(name)
    return f"{reference.registry}/{reference.repository}" if reference.registry else reference.repository
