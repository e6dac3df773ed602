"""Caches of build tools that a container was given from outside: left out, or cache mounts of BuildKit's."""

from __future__ import annotations

import re

from converter.diagnostics import note, refuse, warning
from converter.docker_cli.volumes import Volume
from converter.dockerfile.syntax import Directive
from converter.machine.events import Created
from converter.machine.value import Value, is_known
from converter.plan.dockerfiles import BuildFile
from converter.plan.facts import ROOT_USERS
from converter.plan.spelling import Spelling
from converter.plan.work import Work

_CACHES = (
    "/.m2", "/.gradle", "/.ivy2", "/.sbt", "/.npm", "/.cache", "/.cargo", "/cargo/registry", "/cargo/git", "/go/pkg",
    "/.yarn", "/.nuget", "/.composer", "/.stack", "/.cabal", "/.coursier", "/.pub-cache", "/.bundle", "/ccache", "/.ccache",
    "/.mix", "/.hex", "/yarn-cache", "/.lein", "/.stack-root", "/.bower", "/cache",
)  # fmt: skip
"""Endings of paths where build tools keep what they have downloaded."""


def is_cache(volume: Volume, target: Value) -> bool:
    """Whether a mount is a tool's cache: by the place where it appears, and never a folder of the tree by a plain name."""
    if volume.kind == "tmpfs":
        return False
    path = target.flat.rstrip("/")
    source = volume.source.text if volume.source else ""
    return (
        any(path.endswith(name) or f"{name}/" in path for name in _CACHES)
        and source.rpartition("/")[2] != "docker.sock"
    )


def cache_mounts(work: Work, created: Created, builder: BuildFile, spelling: Spelling) -> str:
    """The flags, each behind a blank, that give the RUN of a container's build its caches; empty where there are none.

    Raises `Refusal` where they are wished and the script builds without BuildKit.
    """
    flags: list[str] = []
    for volume in created.command.volumes:
        word = created.words[volume.target.index]
        target = word.slice(volume.target.start, volume.target.start + len(volume.target.text))
        if not is_cache(volume, target):
            continue
        place = created.site.source, created.spans[volume.word.index] if created.spans else created.site.span
        shown = work.show(volume.word.text)
        owner = _owner(created, builder)
        if not work.wishes.cache_mounts or owner is None:
            whose = "" if owner is not None else ": a cache mount needs the number of the user that the build works as"
            found = note(
                "STG619",
                f"`{shown}` is a cache, which the build does without{whose}",
                *place,
                None if owner is None else "--cache-mounts keeps it between builds, which needs BuildKit",
            )
        else:
            _check_builder(work, created, builder)
            flags.append(
                f" --mount=type=cache,target={spelling.spell(target, len(builder.target.instructions))}{owner}"
            )
            found = warning(
                "STG619",
                f"`{shown}` is a cache mount now, which only BuildKit has: Docker since 23, or DOCKER_BUILDKIT=1 since 20.10",
                *place,
            )
        if found not in work.diagnostics:
            work.diagnostics.append(found)
    return "".join(flags)


def _owner(created: Created, builder: BuildFile) -> str | None:
    """Whose the cache has to be, as options of the mount: a number, nothing for root, None where it is not known."""
    user = created.command.user
    given = builder.state.final.user if user is None else user.text
    if given is None or not is_known(given) or given in ROOT_USERS:
        # an image whose user is not known is said to be so elsewhere, and most are root's
        return ""
    number, _, group = given.partition(":")
    if not number.isdigit() or (group and not group.isdigit()):
        return None
    return f",uid={number}" + (f",gid={group}" if group else "")


def _check_builder(work: Work, created: Created, builder: BuildFile) -> None:
    """BuildKit knows cache mounts in every frontend from 1.2 on (Dockerfile reference, "RUN --mount")."""
    place = created.site.source, created.site.span
    chosen = created.state.variables.get("DOCKER_BUILDKIT")
    if chosen is not None and chosen.value.flat == "0":
        raise refuse("STG619", "the script builds without BuildKit, which alone has cache mounts", *place,
                     "take DOCKER_BUILDKIT=0 out of the script, or leave --cache-mounts out")  # fmt: skip
    for file in (builder, *work.loader.loaded.values()):
        for node in file.tree.nodes:
            old = isinstance(node, Directive) and node.name == "syntax" and re.search(r":1\.[01](\.\d+)?$", node.value)
            if old:
                raise refuse(
                    "STG619", "this frontend is older than cache mounts, which came with 1.2", file.source, node.span,
                    "raise it to docker/dockerfile:1 first, or leave --cache-mounts out",
                )  # fmt: skip
