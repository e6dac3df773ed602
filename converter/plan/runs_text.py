"""The shell text of a RUN instruction, here-documents included."""

from __future__ import annotations

from converter.dockerfile.syntax import Instruction
from converter.source import Source


def run_text(instruction: Instruction, source: Source) -> str:
    """Everything that the instruction hands to a shell or a program, as one text."""
    if instruction.form == "json":
        text = " ".join(argument.value for argument in instruction.arguments)
    else:
        text = instruction.command
    bodies = [heredoc.content(source) for heredoc in instruction.heredocs]
    return "\n".join([text, *bodies])
