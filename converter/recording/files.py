"""The files of a dry run: what `docker cp` and a few programs in a container would leave on the host.

Nothing is known of an image's files, so each one's text says which path of which container it stands for. A path
counts as a folder where it is told, or where its name is one that builds give to folders. What is told are absolute
paths; those of folders end in a slash.
"""

from __future__ import annotations

import os
import posixpath

FOLDER_NAMES = frozenset(
    """bin lib libs dist build out output target public static site www html htdocs webapps assets release releases
    classes publish artifacts artefacts pkg packages node_modules vendor bundle wheels wheelhouse rootfs root export
    install deploy app-dist docs usr etc opt srv var share src app data result results lib64 include""".split()
)

INSIDE = "content"
"""The one file in each folder of a dry run."""


def is_folder(path: str, told: list[str]) -> bool:
    """Whether the path of a container is taken for a folder."""
    clean = path.rstrip("/")
    if clean in told:
        return False
    if any(known.startswith(clean + "/") for known in told):
        return True
    name = posixpath.basename(clean)
    return path.endswith(("/", "/.")) or name in FOLDER_NAMES or not name


def inside(path: str, told: list[str]) -> list[str]:
    """The files in a folder, relative to it."""
    lead = path.rstrip("/") + "/"
    return [known[len(lead) :] for known in told if known.startswith(lead) and known != lead] or [INSIDE]


def text(origin: str, path: str) -> str:
    """The content of the file with this path in the container or image `origin`."""
    return f"dry run: {origin}:{path}\n"


def make(target: str, origin: str, path: str, told: list[str], folder: bool) -> None:
    """Puts a file or folder at a host path, into a folder that is there already."""
    for name in inside(path, told) if folder else [""]:
        place, inner = (os.path.join(target, name), posixpath.join(path, name)) if name else (target, path)
        os.makedirs(place if name.endswith("/") else os.path.dirname(place) or ".", exist_ok=True)
        if not name.endswith("/"):
            with open(place, "w", encoding="utf-8") as file:
                file.write(text(origin, inner))


def copy_out(origin: str, path: str, target: str, told: list[str]) -> str:
    """`docker cp origin:path target` by docker's rules for where things arrive; the error, "" for none."""
    contents = path.endswith("/.") or path in (".", "/")
    folder = contents or is_folder(path, told)
    clean = posixpath.normpath("/" + path.lstrip("/"))
    if os.path.isdir(target):
        arrives = target if contents else os.path.join(target, posixpath.basename(clean))
        if os.path.isdir(arrives) and not folder:
            return f'cannot overwrite directory "{arrives}" with non-directory'
    elif target.endswith("/") and not folder:
        return f'no such directory: "{target}"'
    elif not os.path.isdir(os.path.dirname(target.rstrip("/")) or "."):
        return f'invalid output path: directory "{os.path.dirname(target)}" does not exist'
    elif folder and os.path.exists(target):
        return "cannot copy directory"
    else:
        arrives = target.rstrip("/")
    make(arrives, origin, clean, told, folder)
    return ""


def archive(origin: str, folder: str, members: list[str], told: list[str], mode: str = "w|") -> bytes:
    """A tar stream with the members, which are relative to `folder`; leading slashes are dropped as tar does."""
    import io
    import tarfile

    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode) as tar:  # type: ignore[call-overload]
        for member in members:
            path = posixpath.normpath(posixpath.join(folder, member))
            name = member.lstrip("/").rstrip("/") or "."
            names = [""]
            if is_folder(path + ("/" if member == "." else ""), told):
                entry = tarfile.TarInfo(name)
                entry.type, entry.mode = tarfile.DIRTYPE, 0o755
                tar.addfile(entry)
                names = inside(path, told)
            for inner in names:
                data = text(origin, posixpath.join(path, inner) if inner else path).encode()
                entry = tarfile.TarInfo(posixpath.join(name, inner) if inner else name)
                entry.size, entry.mode = len(data), 0o644
                tar.addfile(entry, io.BytesIO(data))
    return stream.getvalue()
