"""Lists of steps, each of which is a mapping with a script in it and goes as a whole where nothing of it is left."""

from __future__ import annotations

from msgspec.structs import replace

from converter.diagnostics import refuse
from converter.drivers.ci.document import Node, Scalar, Sequence, get, item_lines, text
from converter.drivers.ci.model import Script, Shell, Slot
from converter.drivers.ci.reading import script, slot_of
from converter.source import Source


def step_slot(source: Source, steps: Node) -> Slot:
    """The slot of a list of steps, which may not become empty."""
    whole = isinstance(steps, Sequence) and all(get(step, "run") is not None for step in steps.items)
    return Slot(source, steps.span, None, whole=whole, stays=True)


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


def command_scripts(source: Source, pair: tuple[Node, Node], *keywords: str) -> tuple[Script, ...]:
    """The commands of a list; one with settings is a mapping that has it at one of the keywords."""
    key, value = pair
    if not isinstance(value, Sequence):
        return ()
    slot = slot_of(source, key, value, True)
    found = []
    for item in value.items:
        settings = (get(item, keyword) for keyword in keywords)
        scalar = item if isinstance(item, Scalar) else next((one for one in settings if one is not None), None)
        made = step_script(source, value, item, scalar, slot)
        if made is not None:
            found.append(made)
    if len(found) < len(value.items):
        return tuple(replace(script, slot=replace(slot, whole=False)) for script in found)
    return tuple(found)


def build_action(source: Source, place: Node, name: str, context: str) -> Shell:
    """A step that builds an image without a command line, from a folder of the checkout."""
    refusal = refuse(
        "STG404",
        f"`{name}` builds an image from the files of this job, and its settings are no command that is read",
        source,
        place.span,
        "write it as a `docker build` command first, then try again",
    )
    return Shell((), folder=context, unread=refusal)
