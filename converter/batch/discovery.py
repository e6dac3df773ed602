"""What a tree holds, and which of its files may drive a recipe.

A tree is what a clean checkout would hold: the files that git tracks, or all of
them outside a repository. Leftovers of an earlier run are no part of it.
"""

from __future__ import annotations

import os
import re
import stat
import subprocess
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from converter.batch.problems import Problem, reason
from converter.drivers.ci.names import ci_kind, is_hook
from converter.drivers.makefile.names import is_makefile
from converter.source import MAX_SOURCE_BYTES

SKIPPED_FOLDERS = frozenset({".git", ".hg", ".svn", ".venv", "node_modules", "__pycache__"})
"""Folders that are never part of a recipe; only outside a git repository they have to be skipped."""

SHELL_EXTENSIONS = frozenset({".sh", ".bash", ".dash", ".ash", ".ksh", ".zsh", ".fish", ".ps1", ".bat", ".cmd"})
SHELLS = frozenset({"sh", "bash", "dash", "ash", "ksh", "mksh", "ksh93", "zsh", "fish"})
"""zsh, fish, PowerShell and batch files are found too, so that the converter can say by name that it does not read them."""

ENGINES = (b"docker", b"podman", b"buildah", b"nerdctl")


class Root(Struct, frozen=True):
    """Where a command works: `folder` is absolute with its links resolved; `top` is the git work tree around it."""

    folder: str
    top: str | None

    @property
    def in_subfolder(self) -> bool:
        """Whether the root lies inside a git work tree without being its top."""
        return self.top is not None and self.top != self.folder


def find_root(path: str) -> tuple[Root, str | None]:
    """The root for a PATH of the command line, and the driver where PATH is a file.

    A folder is the root itself; for a file it is the top of its git work tree, else its folder.
    Raises `Problem` where there is no such path or it is neither.
    """
    try:
        mode = os.stat(path).st_mode
    except OSError as error:
        raise Problem(f"{path}: {reason(error)}") from None
    except ValueError as error:
        raise Problem(f"{path!r} is not a path: {error}") from None
    if stat.S_ISDIR(mode):
        folder = os.path.realpath(path)
        return Root(folder, work_tree(folder)), None
    if not stat.S_ISREG(mode):
        raise Problem(f"{path} is neither a folder nor a file")
    # The link itself is the driver: only its folder is resolved, so that the name in the output is the given one.
    folder = os.path.realpath(os.path.dirname(path) or ".")
    top = work_tree(folder)
    root = Root(top or folder, top)
    return root, relative(root, os.path.join(folder, os.path.basename(path)))


def relative(root: Root, path: str) -> str:
    """A path of the file system as one below the root, with forward slashes."""
    return os.path.relpath(path, root.folder).replace(os.sep, "/")


def begin(root: Root) -> subprocess.Popen[bytes] | None:
    """Lets git list the tracked files while the caller does something else; the answer is for `read_tree`.

    None where there is no git, or nothing to ask it.
    """
    try:
        return _git(root, "--cached") if root.top is not None else None
    except OSError:
        return None


def read_tree(root: Root, begun: subprocess.Popen[bytes] | None = None) -> frozenset[str]:
    """Every file and symbolic link below the root, relative to it, with forward slashes.

    Inside a git work tree these are the tracked ones that exist, and the files of submodules that are
    checked out; where git tracks nothing below the root, those that it would not ignore. Links are listed
    and never followed. Where git has nothing to say (no git, or the root itself is ignored), and outside a
    repository, all files but those in `SKIPPED_FOLDERS`. Raises `Problem` where the root cannot be listed.
    `begun` is what `begin` gave for this root.
    """
    if root.top is not None:
        tracked = _names(begun) if begun is not None else _git_files(root, "--cached")
        listed = tracked or _git_files(root, "--cached", "--others", "--exclude-standard")
        if listed:
            return frozenset(_existing(root, listed))
    return frozenset(_walk(root.folder, ""))


def untracked(root: Root, tree: frozenset[str]) -> frozenset[str]:
    """The files that exist below the root, are not ignored and yet no part of the tree, since git does not track them."""
    if root.top is None:
        return frozenset()
    return frozenset(_git_files(root, "--others", "--exclude-standard") or ()) - tree


def candidates(root: Root, paths: Iterable[str]) -> list[str]:
    """The files among the paths that may drive a recipe: scripts, makefiles and CI files that speak of building with an
    engine, and those that call one of these.

    The order is that of a reader: nearest to the root first, then by name. A file counts as a script by its
    extension, by its `#!` line, or, without an extension, by being executable. Unreadable files, files over
    1 MiB and links that leave the root are none.
    """
    found: list[str] = []
    quiet: dict[str, bytes] = {}
    for path in paths:
        data = _script(root, path)
        if data is None:
            continue
        if b"build" in data and any(engine in data for engine in ENGINES):
            found.append(path)
        elif data:
            quiet[path] = data
    found += _callers(quiet, found)
    return sorted(found, key=lambda path: (path.count("/"), path))


def _callers(quiet: Mapping[str, bytes], called: Iterable[str]) -> list[str]:
    """The scripts that name one of those that are called, or one that does: a name says little, and each is read anyway."""
    found: list[str] = []
    left, new = dict(quiet), list(called)
    while new and left:
        wanted = re.compile(b"|".join(sorted({_call(path) for path in new})))
        new = [path for path, data in left.items() if wanted.search(data)]
        for path in new:
            del left[path]
        found += new
    return found


def _call(path: str) -> bytes:
    """How a file is called, as a pattern: by its name, or by make."""
    name = path.rpartition("/")[2]
    named = rb"(?<![\w.-])" + re.escape(os.fsencode(name)) + rb"(?![\w-])"
    return rb"(?<![\w.-])g?make(?![\w-])|\$[({]MAKE[)}]|" + named if is_makefile(name) else named


def _script(root: Root, path: str) -> bytes | None:
    """The text of a file that may drive a recipe by its kind, None for any other."""
    name = path.rpartition("/")[2]
    extension = os.path.splitext(name)[1]
    if is_dockerfile_name(name):
        return None
    by_extension = (
        extension.lower() in SHELL_EXTENSIONS or is_makefile(name) or ci_kind(path) is not None or is_hook(path)
    )
    full = os.path.join(root.folder, path)
    try:
        status = os.lstat(full)
        if stat.S_ISLNK(status.st_mode):
            if not is_inside(root, path):
                return None
            status = os.stat(full)
        executable = bool(status.st_mode & 0o111)
        if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_SOURCE_BYTES:
            return None
        if not (by_extension or executable or not extension):
            return None
        with open(full, "rb") as file:
            head = file.read(256)
            if not by_extension and not (
                _shebang_names_a_shell(head) or (not extension and executable and _is_plain(head))
            ):
                return None
            return head + file.read(MAX_SOURCE_BYTES)
    except OSError:
        return None


def is_dockerfile_name(name: str) -> bool:
    """Whether a file name is one that people give to Dockerfiles: `Dockerfile`, `Dockerfile.build`, `app.dockerfile`, `Containerfile`."""
    lower = name.lower()
    if lower.endswith(tuple(SHELL_EXTENSIONS)):
        return False
    return lower.startswith(("dockerfile", "containerfile")) or lower.endswith((".dockerfile", ".containerfile"))


def _has_shebang(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").startswith(b"#!")


def _is_plain(head: bytes) -> bool:
    """Whether a file without an extension may be a script without a `#!` line, which the shell runs itself."""
    return b"\0" not in head and not _has_shebang(head)


def _shebang_names_a_shell(head: bytes) -> bool:
    if not _has_shebang(head):
        return False
    words = head.partition(b"\n")[0].partition(b"#!")[2].decode("utf-8", "replace").split()
    names = [word.rpartition("/")[2] for word in words]
    if names[:1] == ["env"]:
        names = [name for name in names[1:] if not name.startswith("-") and "=" not in name]
    return bool(names) and names[0] in SHELLS


def is_inside(root: Root, path: str) -> bool:
    """Whether a path, with every link in it followed, lies below the root."""
    real = os.path.realpath(os.path.join(root.folder, path))
    return real.startswith(root.folder.rstrip(os.sep) + os.sep)


def work_tree(folder: str) -> str | None:
    """The top of the git work tree around a folder: the nearest one with a `.git`, as git itself looks for it."""
    while True:
        if os.path.lexists(os.path.join(folder, ".git")):
            return folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def _git_files(root: Root, *which: str) -> list[str] | None:
    """What `git ls-files` lists below the root; None where git is missing or refuses.

    A repository's own settings must not make reading run anything (core.fsmonitor), and a tree that belongs to
    another user, as it does in many containers, is read all the same (safe.directory): listing runs nothing.
    """
    try:
        return _names(_git(root, *which))
    except OSError:
        return None


def _git(root: Root, *which: str) -> subprocess.Popen[bytes]:
    command = ["git", "-c", "core.fsmonitor=false", "-c", "safe.directory=*", "ls-files", "-z", *which]
    null = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=root.folder, stdin=null, stdout=subprocess.PIPE, stderr=null)


def _names(git: subprocess.Popen[bytes]) -> list[str] | None:
    """What it lists; None where it refuses."""
    output, _ = git.communicate()
    return [name for name in os.fsdecode(output).split("\0") if name] if git.returncode == 0 else None


def _existing(root: Root, listed: Iterable[str]) -> Iterator[str]:
    for path in listed:
        try:
            mode = os.lstat(os.path.join(root.folder, path)).st_mode
        except OSError:
            continue
        if stat.S_ISDIR(mode):
            # A submodule: git lists its folder only.
            yield from _walk(os.path.join(root.folder, path), path.rstrip("/") + "/")
        else:
            yield path


def _walk(folder: str, prefix: str) -> Iterator[str]:
    """Files and links below a folder; a subfolder that cannot be listed is left out, the first one is a `Problem`."""
    waiting = [(folder, prefix)]
    while waiting:
        current, before = waiting.pop()
        try:
            entries = list(os.scandir(current))
        except OSError as error:
            if current == folder:
                raise Problem(f"{current}: {reason(error)}") from None
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in SKIPPED_FOLDERS:
                    waiting.append((entry.path, f"{before}{entry.name}/"))
            elif entry.name not in SKIPPED_FOLDERS:
                yield before + entry.name
