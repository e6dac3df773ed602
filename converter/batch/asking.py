"""What the person's engine knows of an image. It is looked at only: nothing is pulled, and nothing is run."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from converter.batch.problems import Problem
from converter.docker_cli.references import normalize, parse_reference
from converter.plan.facts import ImageFacts

if TYPE_CHECKING:
    from converter.verify.engine import Engine


def check_engine() -> None:
    """Raises `Problem` where no engine answers."""
    _engine()


@lru_cache(maxsize=256)
def ask_engine(image: str) -> ImageFacts | None:
    """What the engine has under this name, None for nothing. Raises `Problem` where it does not answer."""
    from converter.verify.problems import VerifyProblem

    try:
        found = _engine().inspect(image)
    except VerifyProblem as problem:
        raise Problem(problem.message, problem.help) from None
    return None if found is None else facts_of(found, image)


def facts_of(found: dict[str, Any], image: str) -> ImageFacts:
    """The facts in an answer to `GET /images/NAME/json` (Docker's Engine API, ImageInspect)."""
    config = found.get("Config") or {}
    pairs = [entry.partition("=") for entry in config.get("Env") or ()]
    return ImageFacts(
        user=config.get("User") or "",
        workdir=config.get("WorkingDir") or "/",
        command=tuple(config.get("Cmd") or ()),
        entrypoint=tuple(config.get("Entrypoint") or ()),
        env={name: value for name, _, value in pairs},
        volumes=tuple(config.get("Volumes") or ()),
        onbuild=tuple(config.get("OnBuild") or ()),
        digest=_digest(found.get("RepoDigests") or (), image),
    )


def _digest(digests: Iterable[str], image: str) -> str | None:
    """The digest under the image's own repository: one image may have come from several."""
    for text in digests:
        repository, _, digest = text.partition("@")
        if normalize(repository) == normalize(str(replace(parse_reference(image), tag=None, digest=None))):
            return digest
    return None


@lru_cache(maxsize=1)
def _engine() -> Engine:
    from converter.verify.engine import Engine
    from converter.verify.problems import VerifyProblem

    try:
        return Engine.reach(os.environ)
    except VerifyProblem as problem:
        raise Problem(problem.message, problem.help) from None
