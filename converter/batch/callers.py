"""Drivers that call other drivers: one recipe, which of the two is it?

What is called is a part of its caller, which knows how it is called and what else is done. A caller that adds nothing
of its own, such as a CI file with `script: ./build.sh` or a script without docker commands, gives way to what it calls.
"""

from __future__ import annotations

from collections.abc import Sequence

from converter.drivers.ci.names import ci_kind
from converter.result import Recipe


def part_of(recipes: Sequence[Recipe]) -> dict[str, str]:
    """The drivers that are no recipe of their own, each with the reason; `recipes` are in the order of preference."""
    order = {recipe.driver: number for number, recipe in enumerate(recipes)}
    found: dict[str, str] = {}
    own = [recipe for recipe in recipes if not recipe.only_calls]
    for caller in recipes:
        if caller.only_calls and caller.status == "refused" and own:
            found[caller.driver] = f"it has no docker command of its own, and {own[0].driver} has"
            continue
        for callee in recipes:
            if callee is caller or not _calls(caller, callee):
                continue
            if _calls(callee, caller) and order[callee.driver] < order[caller.driver]:
                # they call each other, and the first one stays
                continue
            if _adds_nothing(caller, callee):
                found.setdefault(caller.driver, f"it only calls {callee.driver}")
            elif callee.driver not in found:
                found[callee.driver] = f"{caller.driver} calls it"
    return found


def _calls(caller: Recipe, callee: Recipe) -> bool:
    if callee.driver in caller.scripts:
        return True
    return _stopped_inside(caller, callee)


def _stopped_inside(caller: Recipe, callee: Recipe) -> bool:
    """Whether all that stands in a recipe's way lies in another driver, which is refused as well."""
    errors = [found for found in caller.diagnostics if found.severity == "error"]
    return (
        caller.status == callee.status == "refused"
        and bool(errors)
        and all(found.location is not None and found.location.file == callee.driver for found in errors)
    )


def _adds_nothing(caller: Recipe, callee: Recipe) -> bool:
    """Whether what becomes of a recipe is what becomes of the script that it calls, and the caller stays as it is."""
    if _stopped_inside(caller, callee):
        return True
    if caller.only_calls and caller.status == callee.status == "converted":
        changed = {file.path for file in caller.files}
        return caller.driver not in changed and changed == {file.path for file in callee.files}
    if ci_kind(caller.driver) is None or not caller.status == callee.status == "converted":
        # a script around another one is what people start
        return False
    return caller.driver not in {file.path for file in caller.files} and set(caller.files) == set(callee.files)
