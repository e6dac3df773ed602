"""Writing several files so that a crash or a full disk at any moment leaves all old ones or all new ones.

The steps, each of which is on the disk before the next one begins:

1. The journal says which temporary files are about to come (state "prepare").
2. The new contents are written beside their targets, and every target gets a second name (a hard link) beside it.
3. The journal is replaced by one in the state "commit". This is the moment that decides.
4. The new files take the names of the old ones, and files to delete lose theirs.
5. The second names go, then the journal.

Whoever finds a journal finds a run that was cut off: one in "prepare" left every target alone; one in "commit" can
be completed from the new contents, or else be undone from the second names. An error that does not end the process,
such as a full disk, is undone at once.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress

import msgspec
import msgspec.json
from msgspec import Struct
from msgspec.structs import replace

from converter.batch.changes import Change
from converter.batch.problems import Problem, reason
from converter.batch.recovery import JOURNAL, UNFINISHED_JOURNAL, is_unfinished

_MARK = ".stageify-"
_NEW, _OLD = ".new", ".old"


class _Step(Struct, frozen=True):
    """One change in the journal: digests of its contents, None for no file; `new` and `old` are the files beside it."""

    path: str
    before: str | None
    after: str | None
    new: str
    old: str


class _Journal(Struct, frozen=True):
    state: str
    steps: tuple[_Step, ...]
    folders: tuple[str, ...]


def write_changes(folder: str, changes: Iterable[Change]) -> None:
    """Makes all changes below a folder, or none.

    The folder is absolute, with its links resolved. A replaced file keeps its permissions and, where that is
    allowed, its owner; a new one gets the mode of its change. Raises `Problem`, with every file as it was, for a
    path that leads out of the folder, a file that is not what `before` says, or an error of the system.
    """
    wanted = tuple(change for change in changes if change.before != change.after)
    if not wanted:
        return
    try:
        with _only_writer(folder):
            _recover(folder)
            for change in wanted:
                _check(folder, change)
            _write(folder, wanted)
    except OSError as error:
        left = " (the next run of stageify here cleans up)" if is_unfinished(folder) else ""
        name = f"{error.filename}: " if isinstance(error.filename, str) else ""
        raise Problem(f"nothing was written: {name}{reason(error)}{left}") from error


def write_into(folder: str, changes: Iterable[Change]) -> None:
    """Puts the new files among the changes below a folder of the person's, whatever files of those names it has.

    All or none, as `write_changes`; the folder is made where it does not exist. Raises `Problem`.
    """
    try:
        os.makedirs(folder, exist_ok=True)
        fresh = [
            replace(change, before=_content(os.path.join(folder, change.path)))
            for change in changes
            if change.after is not None
        ]
    except OSError as error:
        raise Problem(f"{error.filename}: {reason(error)}") from error
    write_changes(folder, fresh)


def is_made(folder: str, changes: Iterable[Change]) -> bool:
    """Whether every change below a folder is made: no file of them is missing, left over or anything else."""
    try:
        return all(_content(os.path.join(folder, change.path)) == change.after for change in changes)
    except OSError:
        return False


def settle(folder: str) -> str | None:
    """Completes or undoes what `recovery.recover` found; see there."""
    try:
        with _only_writer(folder):
            return _recover(folder)
    except OSError as error:
        raise Problem(f"an interrupted `--write` cannot be cleaned up: {error.filename}: {reason(error)}") from error


def _write(folder: str, changes: Sequence[Change]) -> None:
    token = os.urandom(6).hex()
    steps = tuple(_step(change, f"{_MARK}{token}-{number}") for number, change in enumerate(changes))
    prepared = _Journal("prepare", steps, tuple(_missing_folders(folder, changes)))
    try:
        _save(folder, prepared)
        for path in prepared.folders:
            os.mkdir(os.path.join(folder, path))
        for change, step in zip(changes, steps, strict=True):
            _prepare(folder, change, step)
        for parent in _parents(folder, prepared):
            _sync_folder(parent)
        committed = _Journal("commit", steps, prepared.folders)
        _save(folder, committed)
        for step in steps:
            _forward(folder, step)
    except BaseException:
        # What cannot be undone now, since the disk fails or a second Ctrl-C comes, stays in the journal.
        with suppress(OSError, Problem):
            _undo(folder)
        raise
    # Every file is new by now; what cannot be cleaned up is no reason to say otherwise, the next run does it.
    with suppress(OSError):
        _finish(folder, committed)


def _step(change: Change, stem: str) -> _Step:
    parent = change.path.rpartition("/")[0]
    beside = f"{parent}/{stem}" if parent else stem
    return _Step(change.path, _digest(change.before), _digest(change.after), beside + _NEW, beside + _OLD)


def _missing_folders(folder: str, changes: Sequence[Change]) -> Iterator[str]:
    """The folders that have to be made for new files, outer ones first."""
    seen = set()
    for change in changes:
        parts = change.path.split("/")[:-1] if change.after is not None else []
        for length in range(1, len(parts) + 1):
            path = "/".join(parts[:length])
            if path not in seen and not os.path.lexists(os.path.join(folder, path)):
                seen.add(path)
                yield path


def _check(folder: str, change: Change) -> None:
    """Refuses a change of something else than was converted, or of something outside. Raises `Problem`."""
    _check_path(folder, change.path)
    found = _content(os.path.join(folder, change.path))
    if found == change.before:
        return
    if change.before is None:
        raise Problem(f"{change.path} exists already", "nothing was written; remove the file first")
    what = "is gone" if found is None else "was changed"
    raise Problem(f"{change.path} {what} since it was read", "nothing was written; run stageify again")


def _check_path(folder: str, path: str) -> None:
    """A path of a change or a journal names a file below the folder, no part of it a link, and nothing of git's own."""
    parts = path.split("/")
    if os.path.isabs(path) or any(part in ("", ".", "..") for part in parts) or "\0" in path:
        raise Problem(f"{path!r} is no path below {folder}, and nothing outside is written")
    if not path.isprintable() and any("\ud800" <= character <= "\udfff" for character in path):
        raise Problem(f"{path!r} has a name that is not UTF-8, and is not written")
    if ".git" in (part.lower() for part in parts):
        raise Problem(f"{path} belongs to git, and is not written")
    parent = os.path.join(folder, *parts[:-1])
    if os.path.realpath(parent) != os.path.normpath(parent):
        raise Problem(f"{path} is reached through a symbolic link, and nothing is written there")


def _prepare(folder: str, change: Change, step: _Step) -> None:
    target = os.path.join(folder, step.path)
    if change.before is not None:
        _second_name(target, os.path.join(folder, step.old))
    if change.after is None:
        return
    status = os.lstat(target) if change.before is not None else None
    _create(os.path.join(folder, step.new), change.after, stat.S_IMODE(status.st_mode if status else change.mode))
    if status is not None and hasattr(os, "chown") and (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
        with suppress(PermissionError):
            os.chown(os.path.join(folder, step.new), status.st_uid, status.st_gid)
            os.chmod(os.path.join(folder, step.new), stat.S_IMODE(status.st_mode))


def _second_name(path: str, other: str) -> None:
    """A second name for a file, or a copy of it where the file system knows no hard links."""
    try:
        os.link(path, other, follow_symlinks=False)
    except (OSError, NotImplementedError):
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            os.symlink(os.readlink(path), other)
        else:
            _create(other, _content(path) or b"", stat.S_IMODE(status.st_mode))


def _create(path: str, data: bytes, mode: int) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    handle = os.open(path, flags, 0o600)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(handle, rest) :]
        if hasattr(os, "fchmod"):
            os.fchmod(handle, mode)
        os.fsync(handle)
    finally:
        os.close(handle)


def _save(folder: str, journal: _Journal) -> None:
    """Puts a journal in the place of the one before, in one step."""
    path, unfinished = os.path.join(folder, JOURNAL), os.path.join(folder, UNFINISHED_JOURNAL)
    _create(unfinished, msgspec.json.encode(journal), 0o600)
    os.replace(unfinished, path)
    _sync_folder(folder)


def _load(folder: str) -> _Journal | None:
    """The journal of a run that was cut off; None where not even the first one was complete."""
    path = os.path.join(folder, JOURNAL)
    if not os.path.lexists(path):
        return None
    data = _content(path) or b""
    try:
        journal = msgspec.json.decode(data, type=_Journal)
        _check_journal(folder, journal)
    except (msgspec.MsgspecError, ValueError, Problem):
        raise Problem(
            f"{JOURNAL} is none of stageify's journals, so it is not followed", "remove the file if you do not need it"
        ) from None
    return journal


def _check_journal(folder: str, journal: _Journal) -> None:
    """A journal lies in the tree, where anybody may have put it: it must name only what a transaction makes."""
    if journal.state not in ("prepare", "commit"):
        raise ValueError(journal.state)
    for path in journal.folders:
        _check_path(folder, path + "/x")
    for step in journal.steps:
        parent = step.path.rpartition("/")[0]
        for path in (step.path, step.new, step.old):
            _check_path(folder, path)
            if path.rpartition("/")[0] != parent:
                raise ValueError(path)
        if not all(path.rpartition("/")[2].startswith(_MARK) for path in (step.new, step.old)):
            raise ValueError(step.path)


def _recover(folder: str) -> str | None:
    journal = _load(folder)
    if journal is None:
        _remove(os.path.join(folder, UNFINISHED_JOURNAL))
        return None
    if journal.state == "commit" and all(_can_go_forward(folder, step) for step in journal.steps):
        for step in journal.steps:
            _forward(folder, step)
        _finish(folder, journal)
        return "completed"
    _undo(folder)
    return "undone"


def _undo(folder: str) -> None:
    """Brings every file back to what it was; raises `Problem` where that is not possible."""
    journal = _load(folder)
    if journal is None:
        _remove(os.path.join(folder, UNFINISHED_JOURNAL))
        return
    if journal.state == "commit":
        for step in journal.steps:
            if not _can_go_back(folder, step):
                raise Problem(
                    f"{step.path} was changed after an interrupted `--write`, which can now neither be completed nor undone",
                    f"the old content is in {step.old}, the new one in {step.new}; "
                    f"put the right one in place and remove {JOURNAL}",
                )
        for step in reversed(journal.steps):
            _back(folder, step)
    _finish(folder, journal, made=False)


def _can_go_forward(folder: str, step: _Step) -> bool:
    now = _digest_at(folder, step.path)
    if now == step.after:
        return True
    return now == step.before and (step.after is None or _digest_at(folder, step.new) == step.after)


def _can_go_back(folder: str, step: _Step) -> bool:
    now = _digest_at(folder, step.path)
    if now == step.before:
        return True
    return now == step.after and (step.before is None or _digest_at(folder, step.old) == step.before)


def _forward(folder: str, step: _Step) -> None:
    target = os.path.join(folder, step.path)
    if step.after is None:
        _remove(target)
    elif _digest_at(folder, step.path) != step.after:
        os.replace(os.path.join(folder, step.new), target)


def _back(folder: str, step: _Step) -> None:
    target = os.path.join(folder, step.path)
    if _digest_at(folder, step.path) == step.before:
        return
    if step.before is None:
        _remove(target)
    else:
        os.replace(os.path.join(folder, step.old), target)


def _finish(folder: str, journal: _Journal, made: bool = True) -> None:
    """Removes what a transaction needed besides the files themselves; the journal goes last."""
    parents = _parents(folder, journal)
    for parent in parents:
        _sync_folder(parent)
    for step in journal.steps:
        _remove(os.path.join(folder, step.new))
        _remove(os.path.join(folder, step.old))
    if not made:
        for path in reversed(journal.folders):
            with suppress(OSError):
                os.rmdir(os.path.join(folder, path))
    for parent in parents:
        _sync_folder(parent)
    _remove(os.path.join(folder, UNFINISHED_JOURNAL))
    _remove(os.path.join(folder, JOURNAL))
    _sync_folder(folder)


def _parents(folder: str, journal: _Journal) -> list[str]:
    """Every folder in which the transaction makes or removes a name, once."""
    paths = [step.path for step in journal.steps] + list(journal.folders)
    return list(dict.fromkeys(os.path.join(folder, os.path.dirname(path)) for path in paths))


def _remove(path: str) -> None:
    with suppress(FileNotFoundError, NotADirectoryError):
        os.unlink(path)


def _sync_folder(path: str) -> None:
    """Makes the names in a folder durable; where the system cannot do that for a folder, it is left to it."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except (FileNotFoundError, PermissionError):
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _content(path: str) -> bytes | None:
    """A file's bytes, or where a link points to; None where there is nothing."""
    try:
        if stat.S_ISLNK(os.lstat(path).st_mode):
            return os.fsencode(os.readlink(path))
        with open(path, "rb") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _digest_at(folder: str, path: str) -> str | None:
    return _digest(_content(os.path.join(folder, path)))


def _digest(data: bytes | None) -> str | None:
    if data is None:
        return None
    import hashlib

    return hashlib.sha256(data).hexdigest()


@contextmanager
def _only_writer(folder: str) -> Iterator[None]:
    """Holds a lock on the folder, which the system lets go of when the process ends, however it ends."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Problem(f"another stageify is writing in {folder}", "wait until it is done") from None
        except OSError:
            pass  # A file system without locks: the check of every file's content still guards it.
        yield
    finally:
        with suppress(OSError):
            os.close(handle)
