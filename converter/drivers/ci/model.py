"""The jobs of a CI file: shells one after the other, each with the scripts that it gets."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct, field

from converter.diagnostics import Refusal
from converter.drivers.ci.scalars import Style
from converter.machine.derived import Segment
from converter.source import Source, Span


class Slot(Struct, frozen=True):
    """A list or key that holds scripts; `gone` is what is cut where nothing of it is left, None where it cannot be cut.

    `default` tells that its absence means something else than an empty script, so that `true` is left instead. `whole`
    tells that it holds nothing but scripts. `stays` tells that one of its elements has to stay, with `true` as its script.
    """

    source: Source
    value: Span
    gone: Span | None
    default: bool = False
    whole: bool = True
    stays: bool = False


class Script(Struct, frozen=True):
    """One piece of shell text. `place` is its scalar; `element` the value that is cut where nothing of the script is left.

    `lines` is what is cut for the element, with its marks and line ends; `indent` stands before each line of a block.
    `fixed` says why the element cannot be taken out, although its script is empty.
    """

    source: Source
    place: Span
    segments: tuple[Segment, ...]
    style: Style
    indent: str
    element: Span
    lines: Span
    slot: Slot
    flow: bool = False
    fixed: str = ""


class Shell(Struct, frozen=True):
    """One shell process: its scripts in order, and the environment that it gets.

    `folder` is where it starts, below that of the job. `expressions` matches what the CI system replaces in the text
    before the shell sees it, with the name as its first group; `values` gives those that are known, and `constants` names
    those of them that stand in the file as they are: arguments of a reusable part. `expands` tells that
    `$NAME` in the environment's values is replaced. `options` are the shell's own. `unread` stands for a build without a
    command line and says so; `folder` is its context then. `conditional` tells that the CI system decides whether it runs.
    """

    scripts: tuple[Script, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: str = ""
    dialect: str = "sh"
    expressions: re.Pattern[str] | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    constants: frozenset[str] = frozenset()
    expands: bool = False
    options: tuple[str, ...] = ("errexit",)
    unread: Refusal | None = None
    conditional: bool = False


class Job(Struct, frozen=True):
    """One job with a checkout of its own. `uploads` are the patterns of the files that the CI system takes from it.

    `passes` tells that later jobs get these files. `problem` says why the job as a whole is not read. `variants` are the
    jobs that it stands for where it has a matrix of known values.
    """

    name: str
    source: Source
    place: Span
    shells: tuple[Shell, ...]
    uploads: tuple[tuple[str, Span], ...] = ()
    passes: bool = False
    problem: Refusal | None = None
    variants: tuple[Job, ...] = ()
