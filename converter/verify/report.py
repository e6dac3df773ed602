"""A comparison as plain text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from converter.verify.compare import Comparison, Difference
from converter.verify.image import Healthcheck, Node

DEFAULT_LIMIT = 20


def render(
    comparison: Comparison, *, left: str = "left", right: str = "right", limit: int | None = DEFAULT_LIMIT
) -> str:
    """A listing that ends with a line end: the verdict, the sizes, the differences, then what does not count.

    `left` and `right` name the images. At most `limit` differences are listed
    and the rest are counted; None lists all. Noise is counted, never listed.
    """
    return "\n".join(_lines(comparison, left, right, limit)) + "\n"


def _lines(comparison: Comparison, left: str, right: str, limit: int | None) -> Iterator[str]:
    yield _verdict(comparison)
    if comparison.size_equal:
        yield f"size: {comparison.left_size_bytes:,} bytes in both"
    else:
        change = comparison.right_size_bytes - comparison.left_size_bytes
        yield (
            f"size: {comparison.left_size_bytes:,} bytes in {left}, "
            f"{comparison.right_size_bytes:,} in {right} ({change:+,})"
        )
    shown = comparison.differences[:limit]
    for difference in shown:
        yield f"  {describe(difference, left=left, right=right)}"
    rest = len(comparison.differences) - len(shown)
    if rest:
        yield f"  ... and {rest:,} more"
    times = sum(found.place == "tree" and found.field == "mtime" for found in comparison.noise)
    if times:
        yield f"not counted: {times:,} modification {'time' if times == 1 else 'times'}"
    others = len(comparison.noise) - times
    if others:
        yield f"not counted: {others:,} that two builds of the same input have too"


def _verdict(comparison: Comparison) -> str:
    count = len(comparison.differences)
    if count:
        return f"the images differ in {count:,} {'point' if count == 1 else 'points'}"
    if not comparison.size_equal:
        return "the images have the same files and configuration, and different sizes"
    return "the images are the same"


def describe(difference: Difference, *, left: str = "left", right: str = "right") -> str:
    """One difference in one line; what does not print is written as an escape."""
    subject = printable(difference.subject)
    if difference.field:
        subject = f"{subject}: {printable(difference.field)}"
    form = _FORMS.get(difference.field, _value) if difference.place == "tree" else _value
    if difference.kind == "only-left":
        return f"{subject}: only in {left}: {form(difference.left)}"
    if difference.kind == "only-right":
        return f"{subject}: only in {right}: {form(difference.right)}"
    return f"{subject}: {form(difference.left)} -> {form(difference.right)}"


def sides(difference: Difference) -> tuple[str | None, str | None]:
    """The values of a difference as text, None on the side that has none."""
    form = _FORMS.get(difference.field, _value) if difference.place == "tree" else _value
    left = None if difference.kind == "only-right" else form(difference.left)
    return left, None if difference.kind == "only-left" else form(difference.right)


def printable(text: str) -> str:
    """The text on one line: control characters and bytes that are not UTF-8 as escapes."""
    return "".join(character if character.isprintable() else _escape(character) for character in text)


def _escape(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was not UTF-8, as `surrogateescape` keeps it
        return f"\\x{code - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")


def _value(value: Any) -> str:
    if isinstance(value, Node):
        return _node(value)
    if isinstance(value, Healthcheck):
        return _healthcheck(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple):
        return "[" + ", ".join(f'"{printable(str(item))}"' for item in value) + "]"
    if value is None:
        return "none"
    if value is True:
        return "set"
    return printable(str(value))


def _node(node: Node) -> str:
    parts = [node.type, _mode(node.mode), f"{node.uid}:{node.gid}"]
    if node.type == "file":
        parts.append(f"{node.size_bytes:,} bytes")
    if node.link_target is not None:
        parts.append(f"to {printable(node.link_target)}")
    return ", ".join(parts)


def _healthcheck(check: Healthcheck) -> str:
    durations = ("interval_ns", "timeout_ns", "start_period_ns", "start_interval_ns", "retries")
    set_values = [f"{name} {getattr(check, name)}" for name in durations if getattr(check, name)]
    return ", ".join((f"test {_value(check.test)}", *set_values))


def _mode(mode: int) -> str:
    return f"{mode:04o}"


def _digest(digest: str | None) -> str:
    return "none" if digest is None else digest[: len("sha256:") + 12]


_FORMS: dict[str, Callable[[Any], str]] = {
    "mode": _mode,
    "digest": _digest,
    "size_bytes": lambda size: f"{size:,} bytes",
    "device": lambda device: "none" if device is None else f"{device[0]}:{device[1]}",
}
