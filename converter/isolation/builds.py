"""Builds under private names: of the command line and of the Dockerfile that it reads."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct

from converter.docker_cli.commands import Build
from converter.dockerfile.environment import BaseFacts, evaluate
from converter.dockerfile.parser import parse
from converter.dockerfile.stages import stage_references
from converter.isolation.draft import Action, Draft
from converter.isolation.names import Names
from converter.source import Edit, Source, apply_edits

_ELSEWHERE = frozenset({"cache-from", "cache-to", "pull", "push"})
"""Flags that bring a cache or an image from elsewhere, or take one there."""

_PUSHING = re.compile(r"type=registry|push=true")


def rewrite_build(draft: Draft) -> Action:
    """A build without any cache, so that nothing of the engine's past is in it, whose images have private names.

    Each also gets a name of its own, by which it can be found when the script has no name for it any more. What
    would go to a registry, or come from one although it is here, does not: `--pull`, `--push`, caches.
    """
    command = draft.command
    assert isinstance(command, Build)
    makes = []
    pushed = []
    for tag in command.tags:
        private = draft.names.image(tag.text)
        draft.replace(tag, private)
        makes.append((tag.text, private))
    for flag in command.flags:
        pushes = flag.name == "output" and flag.value is not None and _PUSHING.search(flag.value.text)
        if flag.name in _ELSEWHERE or pushes:
            draft.drop_flag(flag)
            if flag.name == "push" or pushes:
                pushed = [tag.text for tag in command.tags]
                if command.is_buildx:
                    draft.insert("--load")
    if not command.no_cache:
        draft.insert("--no-cache")
    kept = draft.names.kept(draft.number)
    draft.insert("--tag", kept)
    return draft.run(makes=makes, kept=kept, captures="image", pushed=pushed)


class PrivateDockerfile(Struct, frozen=True):
    """A Dockerfile with private names, or None where it may stay; `uses` are the images of others that it names."""

    text: str | None
    uses: tuple[str, ...]


def rewrite_dockerfile(source: Source, build_args: Mapping[str, str], names: Names) -> PrivateDockerfile:
    """Puts the private name wherever a FROM, a `--from` or a mount means an image that the run has made.

    A FROM with variables is read with the build arguments and the defaults of the file.
    """
    tree = parse(source)
    uses: dict[str, None] = {}
    edits = []
    for state in evaluate(tree, build_args, lambda image: BaseFacts(), lambda expression: expression):
        if state.parent is not None or state.image in ("", "scratch"):
            continue
        if names.is_own_image(state.image):
            edits.append(Edit(state.stage.image_span, names.image(state.image)))
        else:
            uses[state.image] = None
    for reference in stage_references(tree):
        if reference.place == "FROM" or reference.stage is not None or reference.kind != "name":
            continue
        if names.is_own_image(reference.value):
            edits.append(Edit(reference.span, names.image(reference.value)))
        else:
            uses[reference.value] = None
    return PrivateDockerfile(apply_edits(source.text, edits) if edits else None, tuple(uses))
