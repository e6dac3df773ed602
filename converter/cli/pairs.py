"""Two images that are there already: archives of `docker save`, or images of the engine."""

from __future__ import annotations

import os

from converter.batch.problems import Problem, reason
from converter.verify.archive import ArchiveError, read_archive
from converter.verify.compare import compare
from converter.verify.engine import Engine, answering
from converter.verify.image import Image
from converter.verify.problems import VerifyProblem
from converter.verify.verification import ImageProof, Verification


def compare_archives(first: str, second: str, tag: str) -> Verification:
    """Compares two archives; `tag` picks one of several images. Raises `Problem` for what cannot be read."""
    left, right = _archive(first, tag), _archive(second, tag)
    return _verification(left, right, tag or " | ".join(dict.fromkeys((first, second))), None, None)


def compare_engine_images(first: str, second: str) -> Verification:
    """Compares two images by name or id. Raises `Problem` where the engine does not answer or has no such image."""
    try:
        engine = Engine.reach(os.environ)
        with answering("`docker image inspect` shows what it has"):
            left, right = engine.image(first), engine.image(second)
            sizes = engine.size_bytes(first), engine.size_bytes(second)
    except VerifyProblem as problem:
        raise Problem(problem.message, problem.help) from None
    return _verification(left, right, " | ".join(dict.fromkeys((first, second))), *sizes)


def _archive(path: str, tag: str) -> Image:
    try:
        with open(path, "rb") as file:
            return read_archive(file, tag or None)
    except OSError as error:
        raise Problem(f"{path}: {reason(error)}") from None
    except ArchiveError as error:
        raise Problem(f"{path}: {error}") from None


def _verification(left: Image, right: Image, tag: str, first: int | None, second: int | None) -> Verification:
    return Verification(None, (ImageProof(tag, first, second, compare(left, right)),))
