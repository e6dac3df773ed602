"""The plan of a recipe: what its parts hand on."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from converter.diagnostics import Diagnostic
from converter.machine.events import Built
from converter.plan import copies
from converter.plan.arguments import Renames
from converter.plan.bake import Baked
from converter.plan.dockerfiles import BuildFile
from converter.plan.liveness import Liveness
from converter.plan.merge import Blocks
from converter.plan.rebase import Context
from converter.result import Assumption
from converter.shell.interpreter import Run
from converter.source import Edit, Source, Span


class NotThePattern(Exception):
    """The run holds no builder pattern: why, and whether it is multi-stage already."""

    def __init__(self, diagnostic: Diagnostic, multi_stage: bool) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic
        self.multi_stage = multi_stage


class FinalPlan(Struct, frozen=True):
    """One runtime Dockerfile and the single Dockerfile that takes its place."""

    runtime: BuildFile
    builders: tuple[BuildFile, ...]
    names: Mapping[int, str]
    blocks: Blocks
    rewritten: copies.Rewritten
    context: Context
    builder_edits: Mapping[int, list[Edit]]
    inner: tuple[copies.Rewritten, ...] = ()
    split: Mapping[int, str] = {}
    renames: Renames = {}
    bake: Baked | None = None


class Left(Struct, frozen=True):
    """A build that stays as it is, in a recipe of which only some images convert: its Dockerfile where that could be
    read, and why."""

    event: Built
    source: Source | None
    why: Diagnostic


class Plan(Struct):
    """Everything that changes, and why.

    `left` are the builds that do not convert, `bake_files` texts by path. `word_edits` are edits inside commands that stay, by script path and the command's span; so is `why`.
    """

    run: Run
    finals: list[FinalPlan]
    liveness: Liveness
    word_edits: dict[str, dict[Span, list[Edit]]] = field(default_factory=dict)
    why: dict[str, dict[Span, str]] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
    assumptions: list[Assumption] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    bake_files: dict[str, str] = field(default_factory=dict)
