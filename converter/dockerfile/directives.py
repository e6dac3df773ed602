"""Parser directives: the `# name=value` comments at the very top of a Dockerfile."""

from __future__ import annotations

from converter.dockerfile.logical import SPACE

NAMES = frozenset({"check", "escape", "syntax"})
"""The directives of the Dockerfile reference, section "Parser directives"."""

ESCAPES = ("\\", "`")
"""What the escape directive may say."""

_SPACE = "\t\n\f\r "


def read_directive(comment: str) -> tuple[str, str] | None:
    """Name, in lower case, and value of a comment in a directive's form; None for any other.

    The rule is that of BuildKit's `parser/directives.go`. Whether an engine takes it
    depends on its place, too, and on the value for `escape`.
    """
    name, equals, value = comment[1:].lstrip(SPACE).partition("=")
    name = name.rstrip(_SPACE).lower()
    value = value.strip(_SPACE)
    return (name, value) if equals and value and name in NAMES else None
