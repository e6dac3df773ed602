"""Command classes that cost no start-up time and know what stands after `--`.

Typer from 0.28 on hands every value to pydantic, whose import takes longer than a whole conversion. The options of
this program are flags and plain strings, which need no conversion: they are taken as the parser found them. With a
Typer that does not do this, nothing is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from typer import Context
from typer.core import TyperCommand, TyperGroup

DRIVER_ARGUMENTS = "converter.driver_arguments"
"""Where a context keeps what stood after `--`: a tuple, or None where there was no `--`."""

COMMAND_LINE = "converter.command_line"
"""Where a context keeps the command's arguments as they were given, those after `--` excepted."""


class PlainGroup(TyperGroup):
    """A group whose own flags are taken as the parser finds them."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:  # type: ignore[override, unused-ignore]
        """See Typer."""
        _take_strings_as_they_are(self.get_params(ctx))
        return super().parse_args(ctx, args)


class PlainCommand(TyperCommand):
    """A command of flags and strings, which are taken as the parser finds them."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:  # type: ignore[override, unused-ignore]
        """See Typer."""
        _take_strings_as_they_are(self.get_params(ctx))
        return super().parse_args(ctx, args)


class DriverCommand(PlainCommand):
    """A command in which what follows `--` belongs to the driver and is no PATH."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:  # type: ignore[override, unused-ignore]
        """See Typer; the arguments of the driver go into `ctx.meta`."""
        cut = args.index("--") if "--" in args else len(args)
        ctx.meta[DRIVER_ARGUMENTS] = tuple(args[cut + 1 :]) if cut < len(args) else None
        ctx.meta[COMMAND_LINE] = tuple(args[:cut])
        return super().parse_args(ctx, args[:cut])

    def collect_usage_pieces(self, ctx: Context) -> list[str]:  # type: ignore[override, unused-ignore]
        """See Typer."""
        return [*super().collect_usage_pieces(ctx), "[-- ARGUMENTS...]"]


def one_of(*choices: str) -> Callable[[str], str]:
    """A callback for an option that takes one of a few words."""

    def check(value: str) -> str:
        if value not in choices:
            from typer import BadParameter

            raise BadParameter(f"{value!r} is not one of {', '.join(choices)}.")
        return value

    return check


def _take_strings_as_they_are(parameters: Iterable[Any]) -> None:
    for parameter in parameters:
        kind = getattr(getattr(parameter, "type_descriptor", None), "annotation", None)
        if hasattr(parameter, "get_runtime_param") and kind in (str, bool, list[str]):
            parameter.process_value = partial(_process_value, parameter)


def _process_value(parameter: Any, ctx: Context, value: Any) -> Any:
    """What `process_value` of a Typer parameter does, without the conversion."""
    if value is None and (parameter.multiple or parameter.nargs == -1):
        value = ()
    if parameter.required and parameter.value_is_missing(value):
        return type(parameter).process_value(parameter, ctx, value)
    return value if parameter.callback is None else parameter.callback(ctx, parameter, value)
