"""A conversion with a recorded run beside it, which is the truth about what the driver does.

What reading alone converts is converted by reading, and the run has to agree. Where reading cannot tell, the run says
which way was taken, and what a value from outside was; what was so in this run only is said. A driver that cannot be
read gives the single Dockerfile, and stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from msgspec.structs import replace

from converter.convert import Needs, Options, Tree, convert, refused_by, texts_that_mention
from converter.diagnostics import error, warning
from converter.drivers.replay import Replay, dockerfiles, text_of, value_of_this_run
from converter.drivers.trace import Trace, calls_make, started
from converter.plan.ledger import cover
from converter.result import Assumption, Recipe
from converter.shell.recorded import Guide, Recorded
from converter.source import Source

DONE = ("converted", "partial")
DATA = (".json", ".toml", ".yaml", ".yml", ".xml")
"""Files that hold values rather than commands: what stands there only is one of them."""


def convert_recorded(
    tree: Tree, driver: str | None, options: Options, trace: Trace, templates: Mapping[str, str] | None = None
) -> Recipe | Needs:
    """Converts what a recorded run did; `driver` is what it started, None for something that is no file of the tree.

    Like `convert`, and as pure.
    """
    failed = _failure(trace)
    if failed is not None:
        return failed
    if driver is None:
        return _replayed(tree, None, options, trace, templates)
    guides: list[Guide] = []

    def guide() -> Guide:
        guides.append(Guide(commands_of(trace), trace.root))
        return guides[-1]

    called = _with_arguments(tree, driver, options, trace)
    outcomes: list[tuple[Recipe, Recipe]] = []
    for said in (called,) if called == options or calls_make(trace) else (options, called):
        read = convert(tree, driver, said, templates)
        guided = convert(tree, driver, said, templates, guide)
        if isinstance(read, Needs):
            return read
        if isinstance(guided, Needs):
            return guided
        if read.status in DONE and not refused_by(guided, "STG112"):
            return read
        outcomes.append((read, guided))
    alone, guided = outcomes[-1]
    if alone.status in DONE:
        return guided
    if guided.status in DONE:
        return _said(guided, {})
    told = {**(guides[-1].outside() if guides else {}), **called.environment}
    if told != dict(called.environment):
        given = convert(tree, driver, replace(called, environment=told), templates, guide)
        if isinstance(given, Needs):
            return given
        if given.status in DONE:
            return _said(given, {name: told[name] for name in told if name not in called.environment})
    replayed = _replayed(tree, driver, options, trace, templates)
    if isinstance(replayed, Needs) or replayed.status in DONE or alone.status != "refused":
        return replayed
    return alone


def _with_arguments(tree: Tree, driver: str, options: Options, trace: Trace) -> Options:
    """The options with the arguments and the folder of the recorded command, as far as the person says nothing else."""
    found = started(trace, tree.paths)
    if found is None or found.driver != driver:
        return options
    given = options.arguments is not None or options.targets
    return replace(options, arguments=options.arguments if given else found.arguments)


def _said(recipe: Recipe, told: Mapping[str, str]) -> Recipe:
    """A recipe that the run decided, with the values that variables from outside had in it."""
    values = [
        Assumption(f"`{name}` is `{value}` in every run, as in the recorded one", None) for name, value in told.items()
    ]
    message = (
        "this is what the recorded run built; what was so in it and need not be in another one is among the assumptions"
    )
    said = warning("STG113", message)
    return replace(recipe, assumptions=(*recipe.assumptions, *values), diagnostics=(*recipe.diagnostics, said))


def commands_of(trace: Trace) -> tuple[Recorded, ...]:
    """The docker commands of a run, as an interpretation follows them."""
    return tuple(Recorded(one.program, one.argv, one.cwd, one.started, one.ended, one.line) for one in trace.commands)


def _failure(trace: Trace) -> Recipe | None:
    """The refusal of a run in which a build or a copy failed for good."""
    succeeded = {(one.argv, one.cwd) for one in trace.commands if one.status == 0}
    for one in trace.commands:
        verb = next((word for word in one.argv if not word.startswith("-")), "")
        if one.status and verb in ("build", "create", "cp") and (one.argv, one.cwd) not in succeeded:
            message = f"`{one.program} {' '.join(one.argv)}` ended with {one.status} in the recorded run"
            found = error("STG112", message, help="record a run that succeeds")
            return Recipe(trace.path, (trace.path,), "refused", diagnostics=(found,))
    return None


def _replayed(
    tree: Tree, driver: str | None, options: Options, trace: Trace, templates: Mapping[str, str] | None
) -> Recipe | Needs:
    """The conversion of the run alone: no driver is rewritten."""
    named = [word for word in trace.command if word in tree.paths]
    wanted = {*named, *(path for path in dockerfiles(trace) if path in tree.paths), *texts_that_mention(tree.paths)}
    missing = tuple(sorted(path for path in wanted if path not in tree.texts and path not in tree.unreadable))
    if missing:
        return Needs(missing)
    contents = {sha256(source.text.encode()).hexdigest(): path for path, source in tree.texts.items()}
    text = Source(trace.path, text_of(trace, contents))
    told = [tree.texts[path].text for path in wanted if path in tree.texts and not path.endswith(DATA)]
    frozen = value_of_this_run(trace, told)
    if frozen is not None:
        line, part = frozen
        message = f"`{part}` stands in no script and no Dockerfile of the tree: it is a value of this run only"
        help = "give it to the build as an argument of the image, or convert by hand"
        found = error("STG112", message, text, text.line_span(line), help)
        return Recipe(driver or trace.path, (driver or trace.path,), "refused", diagnostics=(found,))
    alone = Options(image=options.image, builder=options.builder, runtime=options.runtime, facts=options.facts)
    seen = replace(tree, texts={**tree.texts, trace.path: text})
    recipe = convert(seen, trace.path, alone, templates, kind=Replay())
    if isinstance(recipe, Needs):
        return recipe
    if driver is not None:
        source = tree.texts[driver]
        own = tuple(cover(source, (), "kept", "a recorded run does not tell which of its lines did what"))
        recipe = replace(
            recipe,
            driver=driver,
            scripts=(driver,),
            ledger=(*own, *(entry for entry in recipe.ledger if entry.location.file != trace.path)),
            sources=tuple(dict.fromkeys((driver, *recipe.sources))),
        )
    if recipe.status not in DONE:
        return recipe
    message = f"only the Dockerfile is made: what drives the build ({' '.join(trace.command)}) stays as it is"
    help = "it still builds the image; its build image, containers and copies are no longer needed, take them out"
    said = warning("STG114", message, help=help)
    # what the driver leaves on the host it goes on leaving there
    kept = tuple(one for one in recipe.diagnostics if one.code != "STG603")
    return replace(recipe, command=trace.command, folder=trace.folder, diagnostics=(said, *kept))
