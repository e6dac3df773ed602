"""From PATH and the options that say what the recipe is to a conversion: what `convert` and `verify` begin with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import typer
from msgspec import Struct
from msgspec.structs import replace

from converter.batch import discovery
from converter.batch.discovery import Root
from converter.batch.recipes import Selection, convert_driver, convert_folder
from converter.batch.recovery import recover
from converter.cli import inputs
from converter.cli.answer import say
from converter.cli.options import Forms, Named, Told
from converter.cli.parsing import DRIVER_ARGUMENTS
from converter.convert import Options

if TYPE_CHECKING:
    from subprocess import Popen

    from converter.drivers.trace import Trace


class Picked(Struct, frozen=True):
    """What the command line names: the root with the paths of its tree, and what was found and converted there."""

    root: Root
    paths: frozenset[str]
    options: Options
    selection: Selection


def pick(
    context: typer.Context,
    path: str,
    named: Named,
    told: Told,
    forms: Forms,
    color: str,
    begun: Popen[bytes] | None = None,
) -> Picked:
    """Finds the recipe and converts it; nothing is written. Raises `Problem` for values that cannot be.

    `begun` is what `discovery.begin` gave for the root of PATH.
    """
    root, driver = discovery.find_root(path)
    if recovered := recover(root.folder):
        say(f"an interrupted `stageify convert --write` was found here and {recovered}", color)
    driver = inputs.driver_of(root, driver, named.script)
    options = inputs.options(root, named, told, forms, context.meta[DRIVER_ARGUMENTS])
    templates = inputs.templates(root, told.template_dir)
    # What the person names takes part even where git does not track it.
    paths = discovery.read_tree(root, begun) | {
        name for name in (driver, options.builder, options.runtime) if name is not None
    }
    if named.trace:
        return _recorded(root, paths, driver, options, inputs.trace(root, named.trace), templates)
    if driver is None:
        return Picked(root, paths, options, convert_folder(root, paths, options, templates))
    outcome = convert_driver(root, paths, driver, options, templates)
    return Picked(root, paths, options, Selection(outcome, (), (outcome,)))


def _recorded(
    root: Root,
    paths: frozenset[str],
    driver: str | None,
    options: Options,
    trace: Trace,
    templates: Mapping[str, str] | None,
) -> Picked:
    """The conversion of a recorded run, with the driver and the arguments that its command names."""
    from converter.drivers.trace import started

    paths -= {trace.path}
    found = started(trace, paths)
    if found is not None and driver in (None, found.driver):
        driver = found.driver
        options = replace(options, cwd=trace.folder if options.cwd is None else options.cwd)
    outcome = convert_driver(root, paths, driver, options, templates, trace=trace)
    return Picked(root, paths, options, Selection(outcome, (), (outcome,)))
