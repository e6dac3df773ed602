"""Lists of steps, each of which is a mapping with a script in it and goes as a whole where nothing of it is left."""

from __future__ import annotations

from converter.drivers.ci.document import Node, Scalar, Sequence, item_lines, text
from converter.drivers.ci.model import Script, Slot
from converter.drivers.ci.reading import script
from converter.source import Source


def step_slot(source: Source, steps: Node, what: str) -> Slot:
    """The slot of a list of steps, which may not become empty."""
    return Slot(source, steps.span, None, whole=False, refusal=f"nothing would be left of {what}")


def step_script(
    source: Source, steps: Node, step: Node, scalar: Node | None, slot: Slot, fixed: str = ""
) -> Script | None:
    """The script of a step; None for a step without one."""
    if not isinstance(scalar, Scalar) or text(scalar) is None:
        return None
    flow = isinstance(steps, Sequence) and steps.flow
    lines = None if flow else item_lines(source.text, step)
    if not flow and lines is None:
        fixed = fixed or "this step shares its line with something else"
    if not steps.span.start <= step.span.start <= steps.span.end:
        fixed = fixed or "this step is an alias of another one"
    return script(source, scalar, step, lines or step.span, slot, flow, fixed)
