"""The pure function at the centre: named texts in, a conversion out.

Nothing is opened, run or fetched here. Where a text is missing, `convert` answers
with the paths that it needs and is called again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from converter.diagnostics import Diagnostic, Refusal, error, note, refuse, warning
from converter.drivers.arguments import first_argument
from converter.drivers.choose import driver_for
from converter.drivers.ci.names import ci_kind
from converter.drivers.driver import Changes, Driver, OptionError, Request, Start
from converter.drivers.makefile.names import is_makefile
from converter.lazy import lazily
from converter.machine import paths
from converter.machine.derived import DerivedSource
from converter.machine.events import Built, CopiedOut, Event
from converter.machine.host import StartingFiles
from converter.plan import ledger
from converter.plan.dockerfiles import Loader
from converter.plan.facts import FactsError, ImageFacts, KnownImages, parse_facts
from converter.plan.guard import GuardError, check_result, check_script
from converter.plan.mentions import Mention, Use, is_active, may_mention, mentions_in, mentions_of
from converter.plan.model import FinalPlan, NotThePattern, Plan
from converter.plan.planner import plan
from converter.plan.remarks import note_mention
from converter.plan.runs import inspector
from converter.plan.script import edit_script
from converter.plan.wishes import NO_WISHES, Wishes
from converter.render.environment import render_dockerfile
from converter.result import (
    Assumption,
    CopyResult,
    FileChange,
    ImageResult,
    LedgerEntry,
    Recipe,
    StageResult,
)
from converter.shell import reader
from converter.shell.commands.container import Inspect
from converter.shell.interpreter import NeedsFiles, Run
from converter.shell.recorded import DepartedError, Guide
from converter.source import Source, Span, apply_edits

if TYPE_CHECKING:
    from converter.plan import partial
else:
    partial = lazily("converter.plan.partial")

__all__ = ["Needs", "OptionError", "Options", "Tree", "convert"]

DIALECTS = frozenset({"sh", "bash", "dash", "ash", "ksh", "mksh"})
"""Shells whose scripts are read."""


_ENDINGS = {"zsh": "zsh", "fish": "fish", "ps1": "PowerShell", "bat": "cmd.exe", "cmd": "cmd.exe"}
"""Languages that an ending names where there is no `#!` line."""

ARGUMENTS = "the script's arguments after --"
"""How the help of a refusal speaks of them."""

FOREIGN_HELP = "convert the commands by hand, or record a run with `stageify record` and convert from its trace"


class Options(Struct, frozen=True):
    """What the person said about a recipe.

    `cwd` is where the driver is started, relative to the root; `arguments` are the driver's own,
    None where they were not given; `image` picks a final image by its tag; `builder` and `runtime`
    name the Dockerfiles where there is a choice; `targets` are goals of a Makefile or jobs of a CI file; `facts` is the text of the image facts file;
    `wishes` are about the form of the result.
    """

    cwd: str | None = None
    arguments: tuple[str, ...] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    image: str | None = None
    builder: str | None = None
    runtime: str | None = None
    facts: str | None = None
    targets: tuple[str, ...] = ()
    wishes: Wishes = NO_WISHES


class Tree(Struct, frozen=True):
    """The starting files: every path that the tree holds, and the texts that are known so far.

    Paths are relative to the root with forward slashes. `unreadable` says for files that are no text, or lie
    outside the root through a link, why: what the recipe cannot do without refuses it. `images` is what an engine said
    of images, None for one that it does not have.
    """

    paths: frozenset[str]
    texts: Mapping[str, Source]
    unreadable: Mapping[str, Diagnostic] = field(default_factory=dict)
    images: Mapping[str, ImageFacts | None] = field(default_factory=dict)


class Needs(Struct, frozen=True):
    """The answer where something is missing: call again with these paths in `Tree.texts`, and these images in `Tree.images`."""

    paths: tuple[str, ...]
    images: tuple[str, ...] = ()


def convert(
    tree: Tree,
    driver: str,
    options: Options,
    templates: Mapping[str, str] | None = None,
    guide: Callable[[], Guide] | None = None,
    kind: Driver | None = None,
) -> Recipe | Needs:
    """Converts the recipe that the driver at this path drives. See `Recipe` for the result.

    `guide` makes what leads the interpretation along a recorded run, `kind` is what reads the driver, by default the
    one for its file. `templates` maps template names to the texts of a person's own. Raises `OptionError` for options that cannot
    be used and `render.environment.TemplateProblem` for a bad template; never raises for bad input files.
    """
    try:
        facts = parse_facts(options.facts) if options.facts is not None else {}
    except FactsError as problem:
        raise OptionError(f"the image facts cannot be read: {problem}") from None
    images = KnownImages(facts, tree.images, options.wishes.ask_engine)
    answer = _convert(tree, driver, options, images, templates, guide, kind)
    if isinstance(answer, Recipe) and images.wanted:
        return Needs((), tuple(images.wanted))
    return answer


def _convert(
    tree: Tree,
    driver: str,
    options: Options,
    images: KnownImages,
    templates: Mapping[str, str] | None,
    guide: Callable[[], Guide] | None,
    kind: Driver | None,
) -> Recipe | Needs:
    if driver in tree.unreadable:
        return Recipe(driver, (driver,), "refused", diagnostics=(tree.unreadable[driver],))
    if driver not in tree.texts:
        return Needs((driver,))
    source = tree.texts[driver]
    kind = kind or driver_for(source)
    dialect = _dialect(source)
    if kind.name == "shell" and dialect not in DIALECTS:
        message = f"{driver} is a script for {dialect}; scripts for sh, dash, bash and ksh are read"
        return _refused(
            source, [error("STG107", message, source, source.line_span(1), FOREIGN_HELP)], _looks_like(source.text)
        )

    def look_into(run: Run) -> Inspect:
        return inspector(Loader(run, tree.texts, images))

    request = Request(
        tree.texts,
        starting_files(tree.paths),
        tree.unreadable,
        look_into,
        options.cwd,
        options.arguments,
        options.environment,
        options.targets,
        guide,
    )

    runs: list[Run] = []

    def attempt(start: Start) -> Recipe | Needs:
        def kept() -> Run:
            runs.append(start())
            return runs[-1]

        return _attempt(source, tree, kind, kept, options, images, templates)

    def called_with(name: str) -> Recipe | Needs:
        (start,) = next(kind.starts(source, replace(request, arguments=(name,))))
        return attempt(start)

    found: list[Recipe] = []
    try:
        for group in kind.starts(source, request):
            results = [attempt(start) for start in group]
            for result in results:
                if isinstance(result, Needs):
                    return result
            recipes = [result for result in results if isinstance(result, Recipe)]
            converted = [recipe for recipe in recipes if recipe.converts]
            if converted:
                return _only(source, converted)
            found += recipes
    except NeedsFiles as needs:
        return _needs(source, tree, needs)
    except Refusal as refusal:
        # a compose file has no docker commands, and is refused only where it holds the pattern
        pattern = _may_hold(source, tree) or (ci_kind(driver) == "compose" and refusal.diagnostic.code == "STG404")
        return _refused(source, [refusal.diagnostic], pattern, tree)
    except DepartedError as departed:
        return _departed(source, departed, tree)
    chosen = next(
        (one for status in ("refused", "already-multi-stage") for one in found if one.status == status), found[0]
    )
    builds = any(isinstance(event, Built) for run in runs for event in run.events)
    if (
        kind.name != "shell"
        or guide is not None
        or options.arguments is not None
        or not (builds or chosen.status == "refused")
    ):
        return chosen
    return _by_argument(source, chosen, called_with, runs)


def _by_argument(
    source: Source, answer: Recipe, called_with: Callable[[str], Recipe | Needs], runs: list[Run]
) -> Recipe | Needs:
    """The answer for a script that is no recipe for all its arguments together, but may be one when it is called with
    a certain name, or with several of them one after the other. `called_with` adds to the `runs`.
    """
    script = reader.read(source)
    choice = first_argument(script) if not script.problems else None
    if choice is None:
        return answer
    converted: list[str] = []
    parts: dict[str, set[type[Event]]] = {}
    for name in choice.names:
        before = len(runs)
        try:
            result = called_with(name)
        except OptionError:
            continue
        if isinstance(result, Needs):
            return result
        if result.converts:
            converted.append(name)
        parts[name] = {type(event) for run in runs[before:] for event in run.events} & {Built, CopiedOut}
    if converted:
        ways = " or ".join(f"`-- {name}`" for name in converted)
        first = answer.diagnostics[0]
        if first.help is not None and ARGUMENTS in first.help:
            # it names the test and its outcomes
            said = replace(first, help=first.help.replace(ARGUMENTS, f"{ARGUMENTS} (it converts with {ways})"))
            return replace(answer, diagnostics=(said, *answer.diagnostics[1:]))
        message = "what this script does is decided by its first argument, and not every call of it is a recipe"
        found = error("STG108", message, source, choice.span, f"say which call is meant; it converts with {ways}")
        return _refused(source, [found], True)
    spread = [name for name in choice.names if parts.get(name)]
    found_in = {kind for name in spread for kind in parts[name]}
    if len(found_in) == 2 and not any(len(parts[name]) == 2 for name in spread):
        names = ", ".join(f"`{name}`" for name in spread)
        message = f"the builder pattern is spread over several calls of this script: {names}"
        help = "let one more function call the others in their order, and convert with its name behind `--`"
        return _refused(source, [error("STG108", message, source, choice.span, help)], True)
    return answer


def _only(source: Source, converted: list[Recipe]) -> Recipe:
    """The one thing that equally likely ways to start a driver give. Ways that differ are the person's to choose from."""
    first = converted[0]
    if all(recipe.files == first.files for recipe in converted):
        return first
    message = "its goals make an image in several orders or ways, and each gives another result"
    help = "say which goals are called, in order: --target NAME for each"
    return _refused(source, [error("STG102", message, source, source.line_span(1), help)], True)


def _needs(source: Source, tree: Tree, needs: NeedsFiles) -> Recipe | Needs:
    missing = tuple(path for path in needs.wanted if path not in tree.paths)
    if missing:
        return _refused(source, [error("STG104", f"`{missing[0]}` does not exist")], True)
    unreadable = [tree.unreadable[path] for path in needs.wanted if path in tree.unreadable]
    if unreadable:
        return _refused(source, unreadable[:1], True, tree)
    return Needs(needs.wanted)


def _attempt(
    source: Source,
    tree: Tree,
    kind: Driver,
    start: Start,
    options: Options,
    images: KnownImages,
    templates: Mapping[str, str] | None,
) -> Recipe | Needs:
    """The conversion of one run."""
    driver = source.path
    run: Run | None = None
    try:
        run = start()
        loader = Loader(run, tree.texts, images)
        mentions = _mentions(tree, run)
        try:
            result = plan(run, loader, options.image, mentions, options.runtime, options.wishes)
        except Refusal as refusal:
            if options.image is not None:
                raise
            result = partial.plan_in_part(run, loader, mentions, options.wishes, refusal)
            if not options.wishes.partial:
                raise partial.offering_partial(result, refusal) from None
        _check_choice(result, options)
        return _recipe(source, kind, result, templates, mentions, images.used)
    except NeedsFiles as needs:
        return _needs(source, tree, needs)
    except NotThePattern as answer:
        return Recipe(
            driver,
            (driver,),
            "already-multi-stage" if answer.multi_stage else "not-the-pattern",
            ledger=tuple(ledger.cover(source, (), "kept", "nothing is to be converted")),
            diagnostics=(answer.diagnostic,),
            sources=(driver,),
        )
    except GuardError as problem:
        message = f"the result failed the program's own check: {problem}"
        return _refused(
            source, [error("STG901", message, source, source.line_span(1), "please report this recipe")], True
        )
    except Refusal as refusal:
        pattern = _may_hold(source, tree) or refusal.diagnostic.code == "STG112"
        return _refused(source, [refusal.diagnostic], pattern, tree, _taking_part(run, tree))
    except DepartedError as departed:
        return _departed(source, departed, tree)


def _departed(source: Source, departed: DepartedError, tree: Tree) -> Recipe:
    """The answer where no way through the script is the one of the recorded run."""
    found = error(
        "STG112",
        "the recorded run has no such command here",
        departed.source,
        departed.span,
        "record the run again if the script has changed since, and give the arguments that it was called with",
    )
    return _refused(source, [found], True, tree)


def refused_by(recipe: Recipe, code: str) -> bool:
    """Whether a recipe is refused for this reason."""
    return recipe.status == "refused" and any(found.code == code for found in recipe.diagnostics)


def _taking_part(run: Run | None, tree: Tree) -> list[Source]:
    """The scripts that were followed, and the Dockerfiles that they build."""
    if run is None:
        return []
    scripts = [source.file for source, _ in run.scripts.values()]
    dockerfiles = [event.dockerfile for event in run.events if isinstance(event, Built)]
    return [*scripts, *(tree.texts[path] for path in dict.fromkeys(dockerfiles) if path in tree.texts)]


def _dialect(source: Source) -> str:
    """The shell that the first line asks for; `sh` where it asks for nothing."""
    first = source.line_text(1) if source.text else ""
    if not first.startswith("#!"):
        ending = source.path.rpartition(".")[2]
        return _ENDINGS.get(ending.lower(), "sh")
    words = first[2:].split()
    name = paths.base_name(words[0]) if words else "sh"
    if name == "env":
        rest = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
        name = paths.base_name(rest[0]) if rest else "sh"
    return name


def _may_hold(driver: Source, tree: Tree) -> bool:
    """Whether a script that could not be followed, or one that it names, may hold the pattern."""
    makes = re.search(r"\$[({]MAKE[)}]|\bmake\b|^-?s?include\b", driver.text, re.MULTILINE) is not None
    return _looks_like(driver.text) or any(
        _looks_like(source.text)
        for path, source in tree.texts.items()
        if (is_makefile(paths.base_name(path)) and makes)
        or (path.endswith((".sh", ".bash", ".dash", ".ksh")) and paths.base_name(path) in driver.text)
    )


_ENGINE = r"(?i)docker|podman|buildah|nerdctl"


def _only_calls(driver: Source) -> bool:
    """Whether a driver has no docker command of its own."""
    return re.search(_ENGINE, driver.text) is None


_COPY_OUT = r"\bcp\b|\brun\b.*(>|\||-v|--volume|--mount)"


def _looks_like(text: str) -> bool:
    """Whether a script that could not be followed may hold the pattern at all."""
    joined = text.replace("\\\n", " ")
    lines = [line for line in joined.splitlines() if not line.lstrip().startswith("#")]
    engine = [line for line in lines if re.search(_ENGINE, line)]
    return any(re.search(r"\b(build|bud)\b", line) for line in engine) and any(
        re.search(_COPY_OUT, line) for line in engine
    )


MAX_MENTIONING = 5_000
"""How many files of a tree are read to see who else names a builder Dockerfile, those nearest to the root first."""


@lru_cache(maxsize=2)
def starting_files(paths: frozenset[str]) -> StartingFiles:
    """One for all conversions in a tree, as it takes longer than a conversion where the tree is large."""
    return StartingFiles(paths)


@lru_cache(maxsize=2)
def texts_that_mention(paths: frozenset[str]) -> tuple[str, ...]:
    """The files of a tree that may name others."""
    found = sorted((path for path in paths if may_mention(path)), key=lambda path: (path.count("/"), path))
    return tuple(found[:MAX_MENTIONING])


def _mentions(tree: Tree, run: Run) -> dict[str, str]:
    """The texts of files that may name the recipe's files. Raises `NeedsFiles` for those not read yet."""
    builds = [event for event in run.events if isinstance(event, Built)]
    copies = [event for event in run.events if isinstance(event, CopiedOut)]
    if not builds or not copies:
        return {}
    wanted = texts_that_mention(tree.paths)
    missing = tuple(path for path in wanted if path not in tree.texts and path not in tree.unreadable)
    if missing:
        raise NeedsFiles(missing)
    return {path: tree.texts[path].text for path in wanted if path in tree.texts}


def _check_choice(result: Plan, options: Options) -> None:
    """`--builder` and `--runtime` have to agree with what the script does."""
    runtimes = {final.runtime.path for final in result.finals}
    builders = {builder.path for final in result.finals for builder in final.builders}
    builders.discard("")
    for given, known, what in ((options.runtime, runtimes, "runtime"), (options.builder, builders, "builder")):
        if given is not None and paths.normalize(given) not in known:
            raise OptionError(f"--{what} {given}: the script's {what} Dockerfile is {', '.join(sorted(known))}")


def _recipe(
    driver: Source,
    kind: Driver,
    result: Plan,
    templates: Mapping[str, str] | None,
    mentions: Mapping[str, str],
    asked: Iterable[str],
) -> Recipe:
    run = result.run
    if kind.name == "recorded":
        # what is not rewritten still needs its files
        result.deleted.clear()
    files: list[FileChange] = []
    entries: list[LedgerEntry] = []
    scripts: list[str] = []
    sources: list[str] = []
    written: dict[str, str] = {}
    for final in result.finals:
        text = render_dockerfile(final.blocks.context(), templates)
        if final.runtime.path not in written:
            check_result(final, text)
            written[final.runtime.path] = text
    changes: dict[str, Changes] = {}
    for path, (source, script) in run.scripts.items():
        edits = edit_script(
            source,
            script,
            run.events,
            result.liveness.live,
            result.word_edits.get(path, {}),
            result.why.get(path, {}),
            len(run.scripts) == 1,
            run.reads,
            run.unknowns,
        )
        if path in result.deleted:
            whole = Span(0, len(source.text))
            changes[path] = Changes([], [(whole, "it did nothing but what goes, and nothing else uses it")], [])
            continue
        text = apply_edits(source.text, edits.edits)
        if text != source.text and text.strip():
            check_script(source, script, source.shell_text(text) if isinstance(source, DerivedSource) else text)
        changes[path] = Changes(edits.edits, edits.removed, edits.rewritten)
    moved = {b.path: final.runtime.path for final in result.finals for b in final.builders if b.path in result.deleted}
    rewritten = kind.rewrite(run, changes, moved)
    _check_shared(driver, rewritten, result, mentions)
    for source, change in rewritten:
        scripts.append(source.path)
        text = apply_edits(source.text, change.edits)
        if text != source.text:
            written[source.path] = text
        _keep_named(source, change, result)
        entries += _script_ledger(source, change, [left.why for left in result.left])
        sources.append(source.path)
    seen: set[str] = set()
    for final in result.finals:
        for entry_path, found in _dockerfile_ledger(final):
            if entry_path not in seen:
                entries += found
                sources.append(entry_path)
            seen.add(entry_path)
    for left in result.left:
        if left.source is not None and left.source.path not in seen:
            seen.add(left.source.path)
            sources.append(left.source.path)
            entries += ledger.cover(left.source, _blocking(left.source, [left.why]), "kept", "its image stays as it is")
    for final in result.finals:
        if final.context.ignore is not None:
            written[paths.join(final.context.folder, ".dockerignore")] = final.context.ignore.text
    written.update(result.bake_files)
    emptied = [path for path, text in written.items() if path.endswith(".dockerignore") and not text.strip()]
    files += [FileChange(path, "write", text) for path, text in written.items() if path not in emptied]
    files += [FileChange(path, "delete", None) for path in emptied]
    files += [FileChange(path, "delete", None) for path in result.deleted]
    return Recipe(
        driver=driver.path,
        scripts=tuple(scripts),
        status="partial" if result.left else "converted",
        images=tuple(_images(result)),
        files=tuple(files),
        stages=tuple(_stages(result)),
        copies=tuple(_copies(result)),
        ledger=tuple(entries),
        assumptions=(*_standing(result, asked), *result.assumptions, *_decided(run)),
        diagnostics=(
            *run.diagnostics,
            *_unique([left.why for left in result.left] + result.diagnostics),
            *_line_ends(run),
        ),
        sources=tuple(dict.fromkeys(sources)),
        folder=run.folder,
        command=run.command,
        only_calls=_only_calls(driver),
    )


def _decided(run: Run) -> list[Assumption]:
    """What the recorded run decided."""
    return [
        Assumption(f"in every run {one.about}, as in the recorded one", one.source.location(one.span))
        for one in (run.guide.decisions if run.guide is not None else ())
    ]


def _keep_named(source: Source, edits: Changes, result: Plan) -> None:
    """A builder Dockerfile that a part of the script which stays still names, run or not, is not deleted."""
    scripts = {text.file.path for text, _ in result.run.scripts.values()}
    changed = [span for span, _ in (*edits.removed, *edits.rewritten)]
    start = result.finals[0].runtime.event.state.files.start
    for path in list(result.deleted):
        for mention in mentions_in(source.path, source.text, path, start):
            location = mention.location
            place = source.line_starts[location.line - 1] + location.column - 1
            line = source.line_text(location.line).lstrip()
            if any(span.start <= place < span.end for span in changed):
                continue
            spoken = mention.use == "speaks" or line.startswith(("echo ", "printf "))
            if not spoken and path in scripts:
                message = f"this still names {path}, all of whose commands go"
                raise refuse("STG304", message, source, Span(place, place + len(path)), "take it out first")
            use: Use = "speaks" if spoken else "builds"
            result.diagnostics.append(note_mention(Mention(path, use, location)))
            if not spoken and path in result.deleted:
                result.deleted.remove(path)


def _line_ends(run: Run) -> list[Diagnostic]:
    """Scripts whose lines end as on Windows, which a shell on Linux reads in another way."""
    return [
        warning(
            "STG309",
            f"the lines of {path} end in CR and LF, which a shell on Linux does not read as line ends",
            source,
            source.line_span(1),
            "convert its line ends first, for instance with dos2unix",
        )
        for path, (source, _) in run.scripts.items()
        if source.newline == "\r\n"
    ]


def _unique(diagnostics: list[Diagnostic]) -> list[Diagnostic]:
    return list(dict.fromkeys(diagnostics))


def _standing(result: Plan, asked: Iterable[str]) -> list[Assumption]:
    """What every conversion rests on."""
    first = result.finals[0].builders[0].event if result.finals[0].builders else result.finals[0].runtime.event
    return [
        Assumption(
            "the docker commands of the script succeed, in a clean checkout",
            first.site.source.location(first.site.span),
        ),
        Assumption("the script runs as root or through an engine that copies as root, with the umask 022", None),
        *(Assumption(about, site.source.location(site.span)) for about, site in result.run.assumptions),
        *(Assumption(f"the image `{image}` stays what the engine has under this name today", None) for image in asked),
    ]


def _images(result: Plan) -> list[ImageResult]:
    show = result.run.unknowns.show
    images = []
    for final in result.finals:
        target = final.runtime.event.command.target
        for tag in final.runtime.event.tags:
            images.append(
                ImageResult(show(tag.flat), final.runtime.path, show(target.text) if target else None, "converted")
            )
        if not final.runtime.event.tags:
            images.append(ImageResult("", final.runtime.path, show(target.text) if target else None, "converted"))
    for left in result.left:
        target = left.event.command.target
        for name in [show(tag.flat) for tag in left.event.tags] or [""]:
            images.append(
                ImageResult(
                    name,
                    left.source.path if left.source is not None else "",
                    show(target.text) if target else None,
                    "refused",
                )
            )
    return images


def _stages(result: Plan) -> list[StageResult]:
    show = result.run.unknowns.show
    stages: list[StageResult] = []
    for final in result.finals:
        number = 0
        for file in (*final.builders, final.runtime):
            for stage, state in zip(file.stages, file.states, strict=True):
                if file is not final.runtime and stage.index > file.target.index:
                    continue
                name = stage.name or str(number)
                if file is not final.runtime and stage is file.target:
                    name = final.names[file.event.number]
                stages.append(StageResult(name, show(state.image), file.path or None))
                number += 1
                split = final.split.get(file.event.number)
                if file is not final.runtime and stage is file.target and split is not None:
                    stages.append(StageResult(split, name, None))
                    number += 1
    return stages


def _copies(result: Plan) -> list[CopyResult]:
    run = result.run
    show = run.unknowns.show
    found = []
    for final in result.finals:
        for copied in (copied for part in (*final.inner, final.rewritten) for copied in part.copied):
            artifact = copied.artifact
            out = run.events[artifact.origin.event]
            assert isinstance(out, CopiedOut)
            found.append(
                CopyResult(
                    copied.stage,
                    show(artifact.path.flat),
                    show(artifact.host),
                    show(copied.destination),
                    out.mechanism,
                    out.site.source.location(out.site.span),
                )
            )
    return found


def _script_ledger(source: Source, edits: Changes, left: Iterable[Diagnostic]) -> list[LedgerEntry]:
    marked: list[ledger.Marked] = [(span, "obsolete", why) for span, why in edits.removed]
    marked += [(span, "rewritten", why) for span, why in edits.rewritten]
    marked += _blocking(source, left)
    return ledger.cover(
        source, marked, "kept", "it has nothing to do with the pattern, or still serves the final build"
    )


def _check_shared(
    driver: Source, rewritten: Sequence[tuple[Source, Changes]], result: Plan, mentions: Mapping[str, str]
) -> None:
    """A file that the driver includes and that something else includes too is not changed. Raises `Refusal`."""
    own = {source.path for source, _ in rewritten}
    others = {name: text for name, text in mentions.items() if name not in own and is_active(name)}
    start = result.finals[0].runtime.event.state.files.start
    for source, change in rewritten:
        if not change.edits or source is driver or source.path in result.run.scripts:
            continue
        users = [found for found in mentions_of(source.path, others, start) if found.use != "speaks"]
        if users:
            raise refuse(
                "STG304",
                f"{users[0].location.file} uses {source.path} as well, which would change",
                source,
                change.edits[0].span,
                "convert the file that uses both, or give each its own",
            )


def _dockerfile_ledger(final: FinalPlan) -> list[tuple[str, list[LedgerEntry]]]:
    runtime = final.runtime
    marks = ledger.runtime_marks(runtime, final.rewritten.changed)
    found = [(runtime.path, ledger.cover(runtime.source, marks, "kept", "it is part of the final stage as before"))]
    for builder in (file for file in final.builders if file.path):
        if final.bake is not None:
            found.append((builder.path, ledger.cover(builder.source, (), "kept", "docker-bake.hcl builds it")))
            continue
        marks = ledger.builder_marks(builder, [edit.span for edit in final.builder_edits.get(builder.event.number, ())])
        found.append(
            (builder.path, ledger.cover(builder.source, marks, "absorbed", "it moves to the single Dockerfile"))
        )
    return found


def _refused(
    driver: Source,
    diagnostics: list[Diagnostic],
    pattern: bool,
    tree: Tree | None = None,
    taking_part: Sequence[Source] = (),
) -> Recipe:
    """The answer for a recipe that cannot be converted; a script that holds no pattern is no recipe."""
    sources = [driver.path]
    entries: list[LedgerEntry] = []
    blocking: list[ledger.Marked] = []
    for diagnostic in diagnostics:
        location = diagnostic.location
        if location is None:
            continue
        source = driver if location.file == driver.path else (tree.texts.get(location.file) if tree else None)
        if source is None:
            continue
        found = _blocking(source, [diagnostic])
        if source is driver:
            blocking += found
        else:
            sources.append(source.path)
            entries += ledger.cover(source, found, "kept", "the recipe stays as it is")
    own = ledger.cover(driver, blocking, "kept", "the recipe stays as it is")
    covered = {driver.path, *sources}
    for source in taking_part:
        if source.path not in covered:
            covered.add(source.path)
            sources.append(source.path)
            entries += ledger.cover(source, (), "kept", "the recipe stays as it is")
    if not pattern:
        diagnostics = [note(d.code, d.message, None, None, d.help) for d in diagnostics]
    return Recipe(
        driver.path,
        (driver.path,),
        "refused" if pattern else "not-the-pattern",
        ledger=(*own, *entries),
        diagnostics=tuple(diagnostics),
        sources=tuple(sources),
        only_calls=_only_calls(driver),
    )


def _blocking(source: Source, diagnostics: Iterable[Diagnostic]) -> list[ledger.Marked]:
    """The places in a file that stand in the way."""
    return [
        (
            Span(_offset(source, at.line, at.column), _offset(source, at.end_line, at.end_column)),
            "blocking",
            found.message,
        )
        for found in diagnostics
        if (at := found.location) is not None and at.file == source.path
    ]


def _offset(source: Source, line: int, column: int) -> int:
    if line > source.line_count():
        return len(source.text)
    return min(source.line_span(line).start + column - 1, len(source.text))
