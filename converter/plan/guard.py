"""The last look before anything is printed: the new file must say what the old ones said.

Everything that the runtime Dockerfile had and the conversion did not name has to be in the
new file byte for byte, and so has everything of the builders. A failure is a defect of the program.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from converter.diagnostics import refuse
from converter.dockerfile.parser import parse
from converter.dockerfile.stages import Stage, stages
from converter.shell.reader import read
from converter.shell.syntax import Function, Script
from converter.source import Source, Span

if TYPE_CHECKING:
    from converter.plan.model import FinalPlan


class GuardError(Exception):
    """The result is not what the plan says: an internal error, never shown as a conversion."""


def check_result(final: FinalPlan, text: str) -> None:
    """Parses the result again and compares it with its parts. Raises `GuardError`."""
    source = Source(final.runtime.path, text)
    tree = parse(source)
    if tree.errors:
        raise GuardError(f"the new Dockerfile is not valid: {tree.errors[0].message}")
    new = stages(tree)
    builders = final.builders if final.bake is None else ()
    old = [stage for file in builders for stage in file.stages[: file.target.index + 1]]
    old += final.runtime.stages
    if len(new) != len(old) + len(final.split):
        raise GuardError(f"{len(old)} stages went in and {len(new)} came out")
    added = {name.lower() for name in final.split.values()}
    new = tuple(stage for stage in new if (stage.name or "").lower() not in added)
    parts: list[tuple[Stage, Source, set[Span]]] = []
    for file in builders:
        edited = [edit.span for edit in final.builder_edits.get(file.event.number, ())]
        for stage in file.stages[: file.target.index + 1]:
            touched = {i.span for i in stage.instructions if any(span in i.span or i.span in span for span in edited)}
            parts.append((stage, file.source, touched))
    changed = {span for span, _ in final.rewritten.changed}
    parts += [(stage, final.runtime.source, changed) for stage in final.runtime.stages]
    for (stage, origin, skipped), result in zip(parts, new, strict=True):
        kept = [
            _same_ends(origin.slice(instruction.span).strip(), instruction.escape, tree.escape)
            for instruction in stage.instructions
            if instruction.span not in skipped and not _refers(origin.slice(instruction.span))
        ]
        have = [source.slice(instruction.span).strip() for instruction in result.instructions]
        position = 0
        for instruction in kept:
            while position < len(have) and have[position] != instruction:
                position += 1
            if position == len(have):
                raise GuardError(f"an instruction is missing: {instruction.splitlines()[0]}")
            position += 1


def _same_ends(text: str, own: str, new: str) -> str:
    """An instruction whose lines are continued by the escape character of the new file."""
    return text if own == new else re.sub(rf"{re.escape(own)}(?=[ \t]*\r?$)", lambda _: new, text, flags=re.MULTILINE)


def check_script(source: Source, script: Script, text: str) -> None:
    """Reads the new script: it has to be valid, and every function that it still names has to be there.

    Raises `Refusal` with the place in the old script, as its author can write it in another way.
    """
    new = read(Source(source.path, text), {source.slice(statement.span) for statement in script.statements})
    if new.problems:
        line = text.count("\n", 0, new.problems[0].span.start) + 1
        raise refuse(
            "STG304",
            f"taking the pattern's commands out would leave a script that cannot be read, at its line {line}",
            source,
            source.line_span(1),
            "write the commands on lines of their own, then try again",
        )
    defined = {s.command.name: s.command for s in script.statements if isinstance(s.command, Function)}
    left = {s.command.name for s in new.statements if isinstance(s.command, Function)}
    left |= {name for name, function in defined.items() if source.slice(function.span) in text}
    for name in sorted(set(defined) - left):
        plain = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
        if _called(name, plain):
            raise refuse(
                "STG304",
                f"the function `{name}` has no purpose any more and is still called",
                source,
                defined[name].span,
                "take its calls out of constructs that are not followed",
            )


def _called(name: str, text: str) -> bool:
    """Whether the word stands where a command may stand."""
    return (
        re.search(rf"(?:^|[;&|({{]|\bthen\b|\bdo\b|\belse\b|\btrap\s+['\"]?)\s*{re.escape(name)}\b", text, re.MULTILINE)
        is not None
    )


def _refers(text: str) -> bool:
    """Whether the instruction names a stage, which may be renumbered."""
    return "--from" in text or "from=" in text
