"""The two arguments of `docker cp`."""

from __future__ import annotations

from msgspec import Struct

from converter.docker_cli.tokens import UNKNOWN_START
from converter.docker_cli.words import Word


class CpPath(Struct, frozen=True):
    """One side of a copy.

    `container` is None for a path on the host; `path` is what stands behind the
    colon, or the whole argument; `word` is the whole argument. `assumed` tells that
    the argument begins with an unknown token, so that docker might read it otherwise
    (`$x:/y` with `x=./z`): it is taken for a container where a colon can be seen.
    """

    container: Word | None
    path: Word
    word: Word
    assumed: bool = False

    @property
    def is_stream(self) -> bool:
        """Whether it is `-`: a tar archive on standard input or output."""
        return self.container is None and self.path.text == "-"


def split_cp_path(word: Word) -> CpPath:
    """Splits an argument as docker does (docker/cli `splitCpArg`).

    An absolute path is local, and so is one whose part before the first colon begins
    with a dot; else what stands before the first colon is the container.
    """
    text = word.text
    assumed = text[:1] == UNKNOWN_START
    container, colon, _ = text.partition(":")
    if not colon or text[:1] in ("/", "."):
        return CpPath(None, word, word, assumed)
    path = word.part(len(container) + 1)
    return CpPath(word.part(0, len(container)) if container else None, path, word, assumed)
