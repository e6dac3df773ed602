"""What an isolating program asks the engine, through the real program."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping

from msgspec import Struct

from converter.isolation.names import Names


class CommandLine(Struct, frozen=True):
    """The real program with its environment."""

    program: str
    environment: Mapping[str, str]

    def ask(self, *arguments: str) -> str | None:
        """What a command prints; None where it fails."""
        done = subprocess.run(
            [self.program, *arguments],
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        return done.stdout.strip() if done.returncode == 0 else None

    def has_image(self, name: str) -> bool:
        """Whether the engine has an image of this name or id."""
        return self.image_id(name) is not None

    def image_id(self, name: str) -> str | None:
        """The id of an image."""
        return self.ask("image", "inspect", "--format", "{{.Id}}", name)

    def look(self, names: Names, ids: frozenset[str]) -> Looking:
        """The questions of a run that has made the images with these ids."""
        return Looking(self, names, ids)


class Looking(Struct, frozen=True):
    """What belongs to a run, as `draft.Look` asks it."""

    engine: CommandLine
    names: Names
    ids: frozenset[str]

    def has_image(self, name: str) -> bool:
        """See `draft.Look`."""
        return self.engine.has_image(name)

    def image_names(self, identifier: str) -> tuple[str, ...] | None:
        """See `draft.Look`."""
        whole = self.engine.image_id(identifier)
        if whole is None or whole not in self.ids:
            return None
        told = self.engine.ask("image", "inspect", "--format", "{{range .RepoTags}}{{println .}}{{end}}", whole)
        return tuple((told or "").split())

    def owns_container(self, identifier: str) -> bool:
        """See `draft.Look`."""
        name = self.engine.ask("container", "inspect", "--format", "{{.Name}}", identifier)
        return name is not None and name.removeprefix("/").startswith(self.names.container_prefix)
