"""Paths as the machine sees them: absolute or relative to the root, normalised.

The root of the repository is `""`; a path below it has no leading slash and no
`.` or `..` segments. A path outside the root starts with `/` or `../`. Unknown
tokens are ordinary characters of a segment.
"""

from __future__ import annotations

from converter.machine.value import ROOT_TOKEN, is_known

OUTSIDE = ("/", "../")


def join(folder: str, path: str) -> str:
    """The normalised path of `path` as seen from `folder`.

    A path that starts with the root's own absolute path, whatever that is, lies in the root.
    """
    if path.startswith(ROOT_TOKEN):
        return normalize(path[len(ROOT_TOKEN) :].lstrip("/"))
    if path.startswith("/"):
        return "/" + normalize(path)
    if folder.startswith("/"):
        return "/" + normalize(folder + "/" + path)
    return normalize(folder + "/" + path if folder else path)


def normalize(path: str) -> str:
    """Drops empty and `.` segments and resolves `..` where the segment before it is known."""
    parts: list[str] = []
    for part in path.split("/"):
        if part in ("", "."):
            continue
        if part == ".." and parts and parts[-1] != ".." and is_known(parts[-1]):
            parts.pop()
        elif part == ".." and not parts and path.startswith("/"):
            continue
        else:
            parts.append(part)
    return "/".join(parts)


def is_outside(path: str) -> bool:
    """Whether a normalised path leaves the root."""
    return path == ".." or path.startswith(OUTSIDE)


def is_below(path: str, folder: str) -> bool:
    """Whether the path lies strictly inside the folder."""
    if folder == "":
        return path != "" and not is_outside(path)
    return path != folder and path.startswith(folder if folder.endswith("/") else folder + "/")


def base_name(path: str) -> str:
    """The last segment."""
    return path.rstrip("/").rpartition("/")[2]


def parent(path: str) -> str:
    """The folder that a normalised path lies in; the root's own is the root."""
    head, separator, _ = path.rpartition("/")
    if not head and separator and path.startswith("/"):
        return "/"
    return head


def relative(path: str, folder: str) -> str:
    """The path as seen from the folder, without any `./`; both normalised and inside the root."""
    if path == folder:
        return "."
    if folder == "":
        return path
    if path.startswith(folder + "/"):
        return path[len(folder) + 1 :]
    up, above = "..", parent(folder)
    # nothing of the root lies below an absolute folder
    while above not in ("", "/") and not is_below(path, above) and path != above:
        up, above = up + "/..", parent(above)
    rest = path.lstrip("/") if above in ("", "/") else path[len(above) + 1 :]
    return f"{up}/{rest}" if rest else up
