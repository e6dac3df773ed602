"""What Dockerfiles take from their build contexts."""

from __future__ import annotations

from collections.abc import Iterable

from converter.dockerfile.ignore import has_wildcard, match_pattern
from converter.machine import paths
from converter.machine.value import is_known
from converter.plan.dockerfiles import BuildFile
from converter.plan.takes import Taken


def needs_context(file: BuildFile) -> bool:
    """Whether a Dockerfile takes any file of its context."""
    if file.mounted or triggers(file):
        return True
    for stage in file.stages:
        for instruction in stage.instructions:
            if instruction.keyword in ("COPY", "ADD") and instruction.flag("from") is None:
                urls = instruction.keyword == "ADD" and all(
                    argument.value.startswith(("http://", "https://")) for argument in instruction.arguments[:-1]
                )
                if not urls:
                    return True
            if instruction.keyword == "RUN" and any(flag.name == "mount" for flag in instruction.flags):
                return True
    return False


def triggers(file: BuildFile) -> bool:
    """Whether a base image has ONBUILD triggers, as is known or as its name says."""
    return file.triggers or any("onbuild" in state.image for state in file.states)


def needs_nothing(runtime: BuildFile, taken: Taken, unstaged: bool = False) -> bool:
    """Whether a runtime file takes nothing but artifacts from its context.

    `unstaged` tells that what the script copied there is taken from its own place in the tree.
    """
    if triggers(runtime):
        return False
    for take in (*taken.takes, *taken.others):
        for use in take.sources:
            if use.keeps_host and not (unstaged and use.only_staged):
                return False
    return not any(
        instruction.keyword == "RUN" and any(flag.name == "mount" for flag in instruction.flags)
        for stage in runtime.stages
        for instruction in stage.instructions
    )


def takes_in(builder: BuildFile, path: str) -> bool:
    context = builder.event.context
    if path != context and not paths.is_below(path, context):
        return False
    inner = paths.relative(path, context)
    if builder.ignore.ignores(inner):
        return False
    for stage, state in zip(builder.stages, builder.states, strict=True):
        for scope, instruction in zip(state.scopes, stage.instructions, strict=True):
            if instruction.keyword not in ("COPY", "ADD") or instruction.flag("from") is not None:
                continue
            for argument in instruction.arguments[:-1]:
                source = paths.normalize(scope.expand(argument.value).lstrip("/"))
                if source == "" or inner == source or paths.is_below(inner, source) or not is_known(source):
                    return True
                if has_wildcard(source) and match_pattern(source, inner):
                    return True
    return triggers(builder)


def common(folders: Iterable[str]) -> str:
    """The smallest folder that holds all of them."""
    first, *rest = sorted(folders)
    common = first
    for folder in rest:
        while not (folder == common or paths.is_below(folder, common)):
            common = paths.parent(common)
    return common
