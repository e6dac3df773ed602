"""Why an argument vector is not a command, and where."""

from __future__ import annotations

from collections.abc import Iterable

from converter.docker_cli.tokens import readable


class UsageError(Exception):
    """A command line that the program would refuse, or whose meaning is not known.

    `index` is the argument at fault, `len(argv)` where one is missing behind the
    last; `offset` is the character in it. Unknown tokens stand in `message` as they
    are, for a caller that can say what they stand for; `str` shows them as `$?`.
    """

    def __init__(self, message: str, index: int, offset: int = 0) -> None:
        super().__init__(readable(message))
        self.message = message
        self.index = index
        self.offset = offset


def did_you_mean(text: str, candidates: Iterable[str], form: str = "{}") -> str:
    """`; did you mean X?` with the nearest candidate, in `form`, or nothing."""
    from difflib import get_close_matches

    near = get_close_matches(text, list(candidates), n=1, cutoff=0.7)
    return f"; did you mean `{form.format(near[0])}`?" if near else ""
