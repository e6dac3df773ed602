"""Which changes of the tree the output of commands depends on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from converter.machine import paths
from converter.machine.events import InnerCommand
from converter.machine.host import Entry
from converter.machine.state import State

NO_FILES = frozenset(
    {"arch", "basename", "dirname", "echo", "expr", "hostname", "id", "printf", "pwd", "tr", "uname", "whoami"}
)
"""Commands that look at no file."""

NAMED_FILES = frozenset({"awk", "cat", "cut", "grep", "head", "jq", "rev", "sed", "tail", "wc", "xmllint"})
"""Commands that look at files which their words name, and at none else."""

_HISTORY = frozenset(
    {"cat-file", "config", "describe", "for-each-ref", "log", "name-rev", "remote", "rev-list", "rev-parse", "shortlog", "symbolic-ref", "tag", "branch"}
)  # fmt: skip
"""Commands of git that look at commits and references only."""

_TRACKED = frozenset({"diff", "diff-index", "describe"})
"""Commands of git that look at the files that git tracks, and at no other (git-diff(1), git-describe(1): `--dirty`)."""


def changes_seen(commands: Sequence[InnerCommand], state: State) -> tuple[object, ...]:
    """The changes of the tree that the output of these commands may depend on, as a key to compare.

    A command that is not known to look at less is taken to look at everything.
    """
    tests = [_test(command, state) for command in commands]
    seen = [
        (path, entry.events if entry else None)
        for path, entry in sorted(state.files.changes.items())
        if any(test(path, entry) for test in tests)
    ]
    reads = any(test("", None) for test in tests)
    return (*seen, *(overlay.event for overlay in state.files.overlays if reads))


_Test = Callable[[str, Entry | None], bool]
"""Whether a change at a path may be seen; the path of the root stands for any work in a mounted folder."""


def _test(command: InnerCommand, state: State) -> _Test:
    if command.name in NO_FILES:
        return lambda path, entry: False
    if command.name == "git":
        return _git(command.words, state)
    texts = command.words[1:]
    plain = not any(character in text for text in texts for character in "\0*?[") or command.name in ("sed", "awk")
    recursive = any(text.startswith(("-r", "-R", "-d", "--recursive", "--dereference")) for text in texts)
    if command.name in NAMED_FILES and plain and not any("\0" in text for text in texts):
        if command.name == "grep" and recursive:
            return _everything
        return lambda path, entry: not path or _names(path, texts, state.folder)
    return _everything


def _everything(path: str, entry: Entry | None) -> bool:
    return True


def _names(path: str, texts: Sequence[str], folder: str) -> bool:
    """Whether words may name something at a changed path or inside it, or stand in a folder that changed as a whole."""
    base = paths.base_name(path)
    return any(base in text for text in texts) or folder == path or paths.is_below(folder, path)


def git_command(words: Sequence[str]) -> list[str]:
    """The words of a git command behind the options of git itself."""
    waiting = list(words[1:])
    while waiting and waiting[0].startswith("-"):
        option = waiting.pop(0)
        if option in ("-C", "-c", "--git-dir", "--work-tree") and waiting:
            waiting.pop(0)
    return waiting


def _git(words: Sequence[str], state: State) -> _Test:
    asked, *rest = git_command(words) or [""]
    dirty = any(word.startswith(("--dirty", "--broken", "\0")) for word in rest)
    if asked in _HISTORY and not dirty:
        return lambda path, entry: False
    if asked in _TRACKED:
        return lambda path, entry: not path or state.files.start.kind(path) is not None
    return _everything
