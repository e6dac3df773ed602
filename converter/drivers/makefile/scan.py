"""Finding the ends of references and the characters that stand outside of them."""

from __future__ import annotations

import re

_CLOSING = {"(": ")", "{": "}"}


def reference_end(text: str, start: int) -> int:
    """The offset behind the reference whose `$` stands at `start`; that of the text's end where it is not closed."""
    opening = text[start + 1 : start + 2]
    closing = _CLOSING.get(opening)
    if closing is None:
        return min(start + 2, len(text))
    depth = 0
    for match in re.compile(rf"[{re.escape(opening + closing)}]").finditer(text, start + 1):
        depth += 1 if match.group() == opening else -1
        if depth == 0:
            return match.end()
    return len(text)


def find_outside(text: str, characters: str, start: int = 0) -> int:
    """The first of the characters outside of references and not behind a backslash; -1 where there is none."""
    pattern = re.compile(f"[$\\\\{re.escape(characters)}]")
    position = start
    while True:
        match = pattern.search(text, position)
        if match is None:
            return -1
        found = match.group()
        if found == "$":
            position = reference_end(text, match.start())
        elif found == "\\" and found not in characters:
            position = match.end() + 1 if text[match.end() : match.end() + 1] in ("#", "\\", ":") else match.end()
        else:
            return match.start()


def without_comment(text: str) -> str:
    """The text up to a `#` that begins a comment; `\\#` is a plain one."""
    if "#" not in text:
        return text
    end = find_outside(text, "#")
    if end != -1:
        text = text[:end]
    return text.replace("\\#", "#")


def split_arguments(text: str, limit: int = -1) -> list[str]:
    """The arguments of a function: separated by commas that stand outside of brackets of the call's own kind.

    Text behind the last separator that `limit` allows is one argument, commas and all.
    """
    arguments: list[str] = []
    position = start = 0
    depth = 0
    for match in re.finditer(r"[(){},]", text):
        position = match.start()
        character = match.group()
        if character in "({":
            depth += 1
        elif character in ")}":
            depth -= 1
        elif depth <= 0:
            if limit > 0 and len(arguments) + 1 >= limit:
                break
            arguments.append(text[start:position])
            start = position + 1
    arguments.append(text[start:])
    return arguments


def joined(text: str) -> str:
    """Continued lines as one: a backslash, the line end and the blanks around them are one blank."""
    if "\\\n" not in text and "\\\r\n" not in text:
        return text
    return re.sub(r"[ \t]*(?<!\\)((?:\\\\)*)\\\r?\n[ \t]*", r"\1 ", text)
