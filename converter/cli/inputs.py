"""Values of flags become what the conversion takes: everything here is named by the person, and wrong values are theirs."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from converter.batch.discovery import Root, is_inside, relative
from converter.batch.problems import Problem, UsageProblem, reason
from converter.cli.options import Forms, Named, Told
from converter.convert import Options
from converter.plan.facts import FactsError, parse_facts
from converter.plan.wishes import Wishes
from converter.source import Source, SourceError

if TYPE_CHECKING:
    from converter.drivers.trace import Trace

MAX_NUMBER = 1024
"""Of processes: far more than any machine makes use of."""

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"


def one_mode(flags: Mapping[str, bool]) -> None:
    """Raises `UsageProblem` where more than one of the flags is given."""
    given = [flag for flag, is_given in flags.items() if is_given]
    if len(given) > 1:
        raise UsageProblem(f"{' and '.join(given)} exclude each other")


def driver_of(root: Root, driver: str | None, script: str) -> str | None:
    """The driver that PATH and --script name together, None where neither does."""
    if not script:
        return driver
    named = file_below(root, "--script", script)
    if driver is not None and named != driver:
        raise UsageProblem(f"PATH is the script {driver} already, and --script names {named}")
    return named


def file_below(root: Root, flag: str, value: str) -> str:
    """A file that a flag names, relative to the root. Raises `UsageProblem` where there is none below it."""
    return _below(root, flag, value, "file")


def folder_below(root: Root, flag: str, value: str) -> str:
    """A folder that a flag names, relative to the root (`.` for itself). Raises `UsageProblem` where there is none."""
    return _below(root, flag, value, "folder")


def options(root: Root, named: Named, told: Told, forms: Forms, arguments: tuple[str, ...] | None = None) -> Options:
    """What the person said about the recipe. Raises `Problem` for values that cannot be."""
    return Options(
        cwd=folder_below(root, "--cwd", named.cwd) if named.cwd else None,
        arguments=arguments,
        environment=_variables(told.env or ()),
        image=named.image or None,
        targets=tuple(named.target or ()),
        builder=file_below(root, "--builder", named.builder) if named.builder else None,
        runtime=file_below(root, "--runtime", named.runtime) if named.runtime else None,
        facts=_facts(root, told.image_facts) if told.image_facts else None,
        wishes=_wishes(forms),
    )


def _wishes(forms: Forms) -> Wishes:
    """What is wished; an engine that is to be asked has to answer. Raises `Problem` where none does."""
    if forms.ask_engine or forms.pin:
        from converter.batch.asking import check_engine

        check_engine()
    return Wishes(
        move_host_steps=forms.move_host_steps,
        cache_mounts=forms.cache_mounts,
        partial=forms.partial,
        bake=forms.emit == "bake",
        ask_engine=forms.ask_engine,
        pin=forms.pin,
    )


def trace(root: Root, file: str) -> Trace:
    """The recorded run of a file, with its paths relative to the root. Raises `Problem` for one that cannot be used.

    A run that was recorded elsewhere is taken to have had the same root there.
    """
    from converter.drivers.trace import TraceError, below, read_trace

    full = own_path(root, "--trace", file)
    try:
        found = read_trace(relative(root, full), _own_text(full, file))
        inside = root.folder != found.root and root.folder.startswith(found.root.rstrip("/") + "/")
        return below(found, root.folder[len(found.root.rstrip("/")) + 1 :] if inside else "")
    except TraceError as problem:
        raise UsageProblem(f"--trace {file}: {problem}") from None


def seconds(flag: str, value: str) -> float | None:
    """A number of seconds that is more than none; None where nothing was given."""
    if not value:
        return None
    try:
        number = float(value)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise UsageProblem(f"{flag} {value}: this is no number of seconds")
    return number


def templates(root: Root, folder: str) -> dict[str, str] | None:
    """The texts of the person's own templates by name; None without a folder. Raises `Problem` for one without any."""
    if not folder:
        return None
    full = own_path(root, "--template-dir", folder)
    try:
        names = sorted(entry.name for entry in os.scandir(full) if entry.is_file() and not entry.name.startswith("."))
    except OSError as error:
        raise Problem(f"--template-dir {folder}: {reason(error)}", _relative_help(root, folder)) from None
    if not names:
        raise Problem(f"--template-dir {folder}: there is no template in this folder")
    return {name: _own_text(os.path.join(full, name), f"{folder}/{name}") for name in names}


def own_path(root: Root, flag: str, value: str) -> str:
    """A path of the person's own things, which may lie anywhere: relative to the root, or absolute.

    A relative one that leaves the root is a `UsageProblem`, as relative paths always mean the root's inside.
    """
    full = os.path.join(root.folder, value)
    if not os.path.isabs(value) and not (is_inside(root, value) or os.path.realpath(full) == root.folder):
        raise UsageProblem(f"{flag} {value} leads out of {root.folder}", "give an absolute path")
    return os.path.normpath(full)


def _facts(root: Root, file: str) -> str:
    """The text of an image facts file: a mistake in it is the person's, and no recipe's."""
    text = _own_text(own_path(root, "--image-facts", file), file)
    try:
        parse_facts(text)
    except FactsError as problem:
        raise UsageProblem(f"--image-facts {file}: {problem}") from None
    return text


def whole_number(flag: str, value: str) -> int:
    """A number from 1 on. Raises `UsageProblem` for anything else."""
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= MAX_NUMBER:
        raise UsageProblem(f"{flag} {value}: this is no whole number from 1 to {MAX_NUMBER:,}")
    return int(value)


def _below(root: Root, flag: str, value: str, kind: str) -> str:
    full = os.path.normpath(os.path.join(root.folder, value))
    found = os.path.isdir(full) if kind == "folder" else os.path.isfile(full)
    parent = os.path.realpath(os.path.dirname(full))
    if full != root.folder:
        full = os.path.join(parent, os.path.basename(full))
    path = relative(root, full)
    if path.split("/")[0] == ".." or os.path.isabs(path):
        raise UsageProblem(f"{flag} {value} leads out of {root.folder}", "call stageify with a higher folder as PATH")
    if not found:
        raise UsageProblem(f"{flag} {value}: there is no such {kind} below {root.folder}", _relative_help(root, value))
    return path


def _relative_help(root: Root, value: str) -> str | None:
    """Most such mistakes are paths relative to where the person is."""
    if os.path.isabs(value) or not os.path.exists(value):
        return None
    path = relative(root, os.path.realpath(value))
    return None if path.startswith("..") else f"paths in flags are relative to the root: {path}"


def _variables(assignments: Iterable[str]) -> dict[str, str]:
    found = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not equals or not re.fullmatch(_NAME, name):
            raise UsageProblem(f"--env {assignment}: this is not NAME=VALUE")
        found[name] = value
    return found


def _own_text(full: str, shown: str) -> str:
    try:
        with open(full, "rb") as file:
            return Source.decode(shown, file.read()).text
    except OSError as error:
        raise Problem(f"{shown}: {reason(error)}") from None
    except SourceError as error:
        raise Problem(str(error)) from None
