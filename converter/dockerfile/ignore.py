"""`.dockerignore` rules, and the patterns of COPY and ADD.

The rules are those of the Dockerfile reference, section ".dockerignore file", as
moby's `patternmatcher` and its reader of ignore files have them.
"""

from __future__ import annotations

from posixpath import normpath
from typing import TYPE_CHECKING

from msgspec import Struct

from converter.dockerfile.logical import SPACE
from converter.lazy import lazily

if TYPE_CHECKING:
    from converter.dockerfile import globs
else:
    globs = lazily("converter.dockerfile.globs")

BYTE_ORDER_MARK = "\ufeff"


class IgnoreError(ValueError):
    """An ignore file that engines reject; `line` counts from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


class IgnoreRule(Struct, frozen=True):
    """One line: its cleaned pattern, whether it is an exception (`!`), and where it stands (from 1)."""

    pattern: str
    exception: bool
    line: int
    tokens: tuple[globs.Token, ...]


class IgnoreRules(Struct, frozen=True):
    """The rules of an ignore file, in order; the last one that matches decides."""

    rules: tuple[IgnoreRule, ...] = ()

    @staticmethod
    def parse(text: str) -> IgnoreRules:
        """Reads the text of an ignore file.

        A byte order mark, lines that start with `#` and empty lines are skipped; a
        pattern is trimmed, cleaned as a path and loses its leading slash. Raises
        `IgnoreError` for a lone `!` and for a pattern with an open bracket.
        """
        rules: list[IgnoreRule] = []
        for number, line in enumerate(text.removeprefix(BYTE_ORDER_MARK).split("\n"), start=1):
            pattern = line.strip(SPACE)
            if line.startswith("#") or not pattern:
                continue
            exception = pattern.startswith("!")
            if exception:
                pattern = pattern[1:].strip(SPACE)
                if not pattern:
                    raise IgnoreError("'!' needs a pattern behind it", number)
            pattern = clean_path(pattern)
            if len(pattern) > 1:
                pattern = pattern.removeprefix("/")
            try:
                rules.append(IgnoreRule(pattern, exception, number, globs.ignore_tokens(pattern)))
            except globs.GlobError as error:
                raise IgnoreError(str(error), number) from None
        return IgnoreRules(tuple(rules))

    def ignores(self, path: str) -> bool:
        """Whether the path, relative to the build context, stays out of it.

        A rule that matches a folder counts for all that is in it. Only an exception
        that matches later brings something back. The context itself is never ignored.
        """
        return bool(self.deciding_rules(path))

    def deciding_rules(self, path: str) -> tuple[IgnoreRule, ...]:
        """The rule that makes the path ignored, as a tuple of one; empty where it is not."""
        deciding = self._walk(path)[0]
        return () if deciding is None else (deciding,)

    def matches_below(self, path: str) -> bool:
        """Whether something inside this folder might be ignored; True may be wrong, False never is."""
        path = clean_path(path).removeprefix("/")
        if path in (".", ""):
            return any(not rule.exception for rule in self.rules)
        return self._may_ignore([self._walk(path)[1]], path)

    def matches_pattern(self, pattern: str, folder: str) -> bool:
        """Whether something that a pattern of COPY takes, or something inside it, might be ignored.

        `folder` is the path in front of the first wildcard. True may be wrong, False never is.
        """
        pattern = clean_path(pattern).removeprefix("/")
        folder = clean_path(folder).removeprefix("/")
        if "[" in pattern or "\\" in pattern or folder in (".", ""):
            return self.matches_below(folder)
        # What takes these names in the place of a star takes every name there: a rule has no other wildcards than
        # stars, single characters and classes of them.
        names = ("", "x", "\N{REPLACEMENT CHARACTER}" * 40)
        found = [self._walk(pattern.replace("*", name).replace("?", names[-1][0]))[1] for name in names]
        return self._may_ignore(found, folder)

    def _may_ignore(self, taken: list[list[bool]], folder: str) -> bool:
        """`taken` tells for several paths which rules take them: those that take all of them hold for everything."""
        ignored = False
        for index, rule in enumerate(self.rules):
            if all(rules[index] for rules in taken):
                ignored = not rule.exception
            elif not rule.exception and globs.could_match_below(rule.tokens, folder):
                ignored = True
        return ignored

    def _walk(self, path: str) -> tuple[IgnoreRule | None, list[bool]]:
        """The rule that makes the path ignored, if any, and which rules take the path or a folder that it lies in."""
        taken = [False] * len(self.rules)
        deciding: IgnoreRule | None = None
        path = clean_path(path).removeprefix("/")
        if path in (".", ""):
            return None, taken
        names = path.split("/")
        for depth in range(1, len(names) + 1):
            part = "/".join(names[:depth])
            deciding = None
            for index, rule in enumerate(self.rules):
                if not taken[index]:
                    # An exception matters only for what is ignored so far, a rule for what is not.
                    if rule.exception != (deciding is not None):
                        continue
                    taken[index] = globs.matches(rule.tokens, part)
                if taken[index]:
                    deciding = None if rule.exception else rule
        return deciding, taken


def match_pattern(pattern: str, path: str) -> bool:
    """Whether a source of COPY or ADD matches a path, as Go's `filepath.Match` on Linux.

    `*` and `?` do not match a slash, `[a-c]` and `[^a-c]` are classes, a backslash
    takes away the meaning of the next character; the whole path has to match.
    Raises `globs.GlobError` for a pattern that Go rejects.
    """
    return globs.matches(globs.glob_tokens(pattern), path)


def has_wildcard(pattern: str) -> bool:
    """Whether the source is a pattern at all: it has `*`, `?` or `[` without a backslash before it."""
    position = 0
    while position < len(pattern):
        if pattern[position] in "*?[":
            return True
        position += 2 if pattern[position] == "\\" else 1
    return False


def clean_path(path: str) -> str:
    """Go's `filepath.Clean` on Linux: without empty parts, `.`, a final slash and what `..` removes."""
    cleaned = normpath(path)
    # POSIX lets two leading slashes be; Go does not.
    return cleaned[1:] if cleaned.startswith("//") else cleaned
