"""The journal of a batch: what is finished is on the disk, so that a run which was cut off can be taken up again.

A journal is a file of JSON lines, each of which is on the disk before the run goes on. The first one says which run
it is. A line `plan` holds a recipe that was converted, with the digests of everything it was made from. A line
`write` holds the recipes of a group with all their changes, and precedes their writing. Files are numbered in the
order in which lines name them first, since the recipes of one tree are made from mostly the same files.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

import msgspec.json
from msgspec import Struct, field
from msgspec.structs import replace

from converter.batch.changes import Change
from converter.batch.problems import Problem, reason
from converter.batch.task import Finished


class Header(Struct, frozen=True, tag="run", tag_field="line"):
    """Which run this is: the version of the program, the roots as absolute paths, and a digest of the options."""

    version: str
    roots: tuple[str, ...]
    options: str


class Planned(Struct, frozen=True, tag="plan", tag_field="line"):
    """A recipe that was converted, in the tree at `folder` with the files of the digest `listing`.

    `files` are paths and digests that no line before has named in this tree; `inputs` are ranges of their numbers.
    """

    folder: str
    listing: str
    finished: Finished
    files: tuple[tuple[str, str], ...]
    inputs: tuple[tuple[int, int], ...]


class Written(Struct, frozen=True, tag="write", tag_field="line"):
    """A group that is about to be written: `changes` are relative to `folder`; `recipes` pair a tree's folder and a recipe."""

    folder: str
    changes: tuple[Change, ...]
    recipes: tuple[tuple[str, Finished], ...]


Line = Header | Planned | Written


class Past(Struct, frozen=True):
    """What a journal knows: recipes by the folder of their tree and their driver, and groups in the order of writing."""

    planned: Mapping[tuple[str, str], Planned] = field(default_factory=dict)
    written: tuple[Written, ...] = ()


class Journal:
    """An open journal; `past` is what an earlier run left in it. Use it in a `with` statement."""

    def __init__(self, path: str, header: Header) -> None:
        """Opens or makes the file. Raises `Problem` for one that is none of this run's, or in use."""
        self.path = path
        self.numbers: dict[str, dict[tuple[str, str], int]] = {}
        try:
            self.handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
        except OSError as error:
            raise Problem(f"--journal {path}: {reason(error)}") from None
        try:
            self._lock()
            self.past = self._read(header)
        except BaseException:
            os.close(self.handle)
            raise

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.handle)

    def plan(self, folder: str, listing: str, finished: Finished) -> None:
        """Notes a recipe that is converted; its inputs are those of `finished`.

        Names that are no UTF-8 cannot be noted; a recipe that has any is converted again by a later run.
        """
        known = self.numbers.setdefault(folder, {})
        fresh = [pair for pair in finished.inputs.items() if pair not in known]
        numbers = {**known, **{pair: len(known) + at for at, pair in enumerate(fresh)}}
        inputs = _ranges(numbers[pair] for pair in finished.inputs.items())
        with suppress(UnicodeEncodeError):
            self._add(Planned(folder, listing, replace(finished, inputs={}), tuple(fresh), inputs))
            self.numbers[folder] = numbers

    def write(self, folder: str, changes: Sequence[Change], recipes: Iterable[tuple[str, Finished]]) -> None:
        """Notes a group that is about to be written."""
        bare = tuple((tree, replace(finished, inputs={})) for tree, finished in recipes)
        self._add(Written(folder, tuple(changes), bare))

    def _add(self, line: Line) -> None:
        data = memoryview(msgspec.json.encode(line) + b"\n")
        try:
            while data:
                data = data[os.write(self.handle, data) :]
            os.fsync(self.handle)
        except OSError as error:
            raise Problem(f"--journal {self.path}: {reason(error)}") from None

    def _lock(self) -> None:
        try:
            import fcntl
        except ImportError:
            return
        try:
            fcntl.flock(self.handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Problem(f"--journal {self.path}: another run is using it", "wait until it is done") from None
        except OSError:
            return  # A file system without locks.

    def _read(self, header: Header) -> Past:
        """Reads what is there, drops a last line that was not finished, and writes the header of a new journal."""
        planned: dict[tuple[str, str], Planned] = {}
        written: list[Written] = []
        files: dict[str, list[tuple[str, str]]] = {}
        size = 0
        decoder = msgspec.json.Decoder(Line)
        with os.fdopen(os.dup(self.handle), "rb") as file:
            for number, data in enumerate(file):
                if not data.endswith(b"\n"):
                    if number == 0 and not msgspec.json.encode(header).startswith(data):
                        raise self._other("it is no journal of stageify's")
                    break
                line = self._line(decoder, data, number)
                if isinstance(line, Header) and line != header:
                    raise self._other(
                        "it is the journal of another run: other folders, other options or another version"
                    )
                if isinstance(line, Header) != (number == 0):
                    raise self._other(f"line {number + 1} is not one that stageify writes there")
                if isinstance(line, Planned):
                    named = files.setdefault(line.folder, [])
                    named += line.files
                    if any(not 0 <= first <= last < len(named) for first, last in line.inputs):
                        raise self._other(f"line {number + 1} names files that no line before does")
                    inputs = dict(named[at] for first, last in line.inputs for at in range(first, last + 1))
                    finished = replace(line.finished, inputs=inputs)
                    planned[line.folder, finished.recipe.driver] = replace(line, finished=finished)
                elif isinstance(line, Written):
                    written.append(line)
                size += len(data)
        os.ftruncate(self.handle, size)
        self.numbers = {folder: {pair: at for at, pair in enumerate(named)} for folder, named in files.items()}
        if not size:
            self._add(header)
            with suppress(OSError):
                _sync_folder(os.path.dirname(os.path.abspath(self.path)))
        return Past(planned, tuple(written))

    def _line(self, decoder: msgspec.json.Decoder[Line], data: bytes, number: int) -> Line:
        try:
            return decoder.decode(data)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise self._other(f"line {number + 1} is not one that stageify writes") from None

    def _other(self, what: str) -> Problem:
        return Problem(
            f"--journal {self.path}: {what}", "name another file, or remove this one to start from the beginning"
        )


def _sync_folder(folder: str) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _ranges(numbers: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Numbers as ranges, both ends included."""
    return tuple(_joined(sorted(numbers)))


def _joined(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    start = 0
    for at in range(1, len(numbers) + 1):
        if at == len(numbers) or numbers[at] != numbers[at - 1] + 1:
            yield numbers[start], numbers[at - 1]
            start = at
