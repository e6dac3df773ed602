"""The last look before anything is printed: the new file must say what the old ones said.

Everything that the runtime Dockerfile had and the conversion did not name has to be in the
new file byte for byte, and so has everything of the builders. A failure is a defect of the program.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from converter.dockerfile.parser import parse
from converter.dockerfile.stages import stages
from converter.source import Source

if TYPE_CHECKING:
    from converter.plan.planner import FinalPlan


class GuardError(Exception):
    """The result is not what the plan says: an internal error, never shown as a conversion."""


def check_result(final: FinalPlan, text: str) -> None:
    """Parses the result again and compares it with its parts. Raises `GuardError`."""
    source = Source(final.runtime.path, text)
    tree = parse(source)
    if tree.errors:
        raise GuardError(f"the new Dockerfile is not valid: {tree.errors[0].message}")
    new = stages(tree)
    old = [stage for file in (*final.builders, final.runtime) for stage in file.stages]
    if len(new) != len(old):
        raise GuardError(f"{len(old)} stages went in and {len(new)} came out")
    changed = {span for span, _ in final.rewritten.changed}
    offset = len(new) - len(final.runtime.stages)
    for stage, result in zip(final.runtime.stages, new[offset:], strict=True):
        kept = [
            final.runtime.source.slice(instruction.span).strip()
            for instruction in stage.instructions
            if instruction.span not in changed and not _refers(final.runtime.source.slice(instruction.span))
        ]
        have = [source.slice(instruction.span).strip() for instruction in result.instructions]
        position = 0
        for instruction in kept:
            while position < len(have) and have[position] != instruction:
                position += 1
            if position == len(have):
                raise GuardError(f"an instruction of the final stage is missing: {instruction.splitlines()[0]}")
            position += 1


def _refers(text: str) -> bool:
    """Whether the instruction names a stage, which may be renumbered."""
    return "--from" in text or "from=" in text
