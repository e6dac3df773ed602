"""What a text names that is not followed: whatever it names, it is taken to need."""

from __future__ import annotations

import re

from converter.machine import paths
from converter.machine.events import Built, CopiedOut, Created, RanCommand, Site, UsedImages
from converter.machine.state import Container, Image, State
from converter.shell.interpreter import Run


def mention(run: Run, text: str, site: Site, state: State, verb: str) -> None:
    """Notes that something at a place, which stays, needs the images, containers and artifacts that its text names."""
    images, containers, artifacts = _named(run, text)
    run.events.append(UsedImages(len(run.events), site, (), state, images, containers, verb))
    run.events.append(RanCommand(len(run.events), site, (), state, verb, artifacts, False))


def _named(run: Run, text: str) -> tuple[tuple[Image, ...], tuple[Container, ...], tuple[str, ...]]:
    def occurs(name: str) -> bool:
        return bool(name) and re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", text) is not None

    images = [event.image for event in run.events if isinstance(event, Built)
              and any(occurs(tag.flat) or occurs(tag.flat.removesuffix(":latest")) for tag in event.tags)]  # fmt: skip
    containers = [event.container for event in run.events if isinstance(event, Created)
                  and event.container.name and occurs(event.container.name)]  # fmt: skip
    artifacts = [event.path for event in run.events if isinstance(event, CopiedOut)
                 and occurs(paths.base_name(event.path))]  # fmt: skip
    return tuple(dict.fromkeys(images)), tuple(containers), tuple(artifacts)
