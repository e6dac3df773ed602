"""`stageify explain`: what a diagnostic code means."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from converter.cli.options import Color, Debug
from converter.cli.parsing import PlainCommand
from converter.cli.reporting import reported
from converter.printable import Line

EPILOG = """\
Examples:

\b
  stageify explain           list all codes
  stageify explain stg503    what this one means, and what to do
"""


def explain(
    code: Annotated[str, typer.Argument(metavar="CODE", help="A code such as STG503, in any case.")] = "",
    color: Color = "auto",
    debug: Debug = False,
) -> int:
    """Explain a diagnostic code in full, or list them all."""
    from converter.batch.problems import UsageProblem
    from converter.cli.output import wants_colour, write_lines
    from converter.diagnostics import RULES

    if not code:
        lines: list[Line] = [((rule.code, "heading"), ("  " + rule.title, "")) for rule in RULES.values()]
    elif code.upper() in RULES:
        rule = RULES[code.upper()]
        lines = [((rule.code, "heading"), (": " + rule.title, "heading")), (), *_wrapped(rule.explanation)]
    else:
        raise UsageProblem(f"there is no code {code!r}", _suggestion(code.upper(), list(RULES)))
    write_lines(lines, sys.stdout, wants_colour(color, sys.stdout))
    return 0


def _wrapped(text: str) -> list[Line]:
    import textwrap

    return [((line, ""),) for line in textwrap.wrap(text, 88, break_long_words=False, break_on_hyphens=False)]


def _suggestion(code: str, codes: list[str]) -> str:
    import difflib

    near = [known for known in codes if known.startswith(code)][:3] or difflib.get_close_matches(code, codes, n=3)
    if not near:
        return "`stageify explain` lists all codes"
    return f"did you mean {' or '.join(near)}? `stageify explain` lists all codes"


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("explain", cls=PlainCommand, epilog=EPILOG)(reported(explain))
