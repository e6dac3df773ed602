"""The pure function at the centre: named texts in, a conversion out.

Nothing is opened, run or fetched here. Where a text is missing, `convert` answers
with the paths that it needs and is called again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from msgspec import Struct, field

from converter.diagnostics import Diagnostic, Refusal, error, note
from converter.machine import paths
from converter.machine.events import Built, CopiedOut
from converter.machine.host import StartingFiles
from converter.plan import ledger
from converter.plan.dockerfiles import Loader
from converter.plan.facts import FactsError, parse_facts
from converter.plan.guard import GuardError, check_result, check_script
from converter.plan.model import FinalPlan, NotThePattern, Plan
from converter.plan.planner import plan
from converter.plan.runs import inspector
from converter.plan.script import ScriptEdits, edit_script
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
from converter.shell.commands.container import Inspect
from converter.shell.interpreter import NeedsFiles, Run, interpret
from converter.source import Source, Span, apply_edits

DIALECTS = frozenset({"sh", "bash", "dash", "ash", "ksh", "mksh"})
"""Shells whose scripts are read."""


class Options(Struct, frozen=True):
    """What the person said about a recipe.

    `cwd` is where the driver is started, relative to the root; `arguments` are the driver's own,
    None where they were not given; `image` picks a final image by its tag; `builder` and `runtime`
    name the Dockerfiles where there is a choice; `facts` is the text of the image facts file.
    """

    cwd: str | None = None
    arguments: tuple[str, ...] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    image: str | None = None
    builder: str | None = None
    runtime: str | None = None
    facts: str | None = None


class OptionError(Exception):
    """Something that the person said cannot be used: the message says what."""


class Tree(Struct, frozen=True):
    """The starting files: every path that the tree holds, and the texts that are known so far.

    Paths are relative to the root with forward slashes. `unreadable` says for files that are no text, or lie
    outside the root through a link, why: what the recipe cannot do without refuses it.
    """

    paths: frozenset[str]
    texts: Mapping[str, Source]
    unreadable: Mapping[str, Diagnostic] = field(default_factory=dict)


class Needs(Struct, frozen=True):
    """The answer where texts are missing: call again with these paths in `Tree.texts`."""

    paths: tuple[str, ...]


def convert(tree: Tree, driver: str, options: Options, templates: Mapping[str, str] | None = None) -> Recipe | Needs:
    """Converts the recipe that the driver at this path drives. See `Recipe` for the result.

    `templates` maps template names to the texts of a person's own. Raises `OptionError` for options that cannot
    be used and `render.environment.TemplateProblem` for a bad template; never raises for bad input files.
    """
    if driver in tree.unreadable:
        return Recipe(driver, (driver,), "refused", diagnostics=(tree.unreadable[driver],))
    if driver not in tree.texts:
        return Needs((driver,))
    source = tree.texts[driver]
    dialect = _dialect(source)
    if dialect not in DIALECTS:
        message = f"{driver} is a script for {dialect}; scripts for sh, dash, bash and ksh are read"
        return _refused(source, [error("STG107", message, source, source.line_span(1))], _looks_like(source.text))
    try:
        facts = parse_facts(options.facts) if options.facts is not None else {}
    except FactsError as problem:
        raise OptionError(f"the image facts cannot be read: {problem}") from None
    files = StartingFiles(tree.paths)

    def look_into(run: Run) -> Inspect:
        return inspector(Loader(run, tree.texts, facts))

    try:
        run = _interpret(source, tree, files, options, look_into)
        loader = Loader(run, tree.texts, facts)
        mentions = _mentions(tree, run)
        result = plan(run, loader, options.image, mentions)
        _check_choice(result, options)
        return _recipe(source, result, templates)
    except NeedsFiles as needs:
        missing = tuple(path for path in needs.wanted if path not in tree.paths)
        if missing:
            return _refused(source, [error("STG104", f"`{missing[0]}` does not exist")], True)
        unreadable = [tree.unreadable[path] for path in needs.wanted if path in tree.unreadable]
        if unreadable:
            return _refused(source, unreadable[:1], True, tree)
        return Needs(needs.wanted)
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
        return _refused(source, [refusal.diagnostic], _looks_like(source.text), tree)


def _dialect(source: Source) -> str:
    """The shell that the first line asks for; `sh` where it asks for nothing."""
    first = source.line_text(1) if source.text else ""
    if not first.startswith("#!"):
        ending = source.path.rpartition(".")[2]
        return ending if ending in ("zsh", "fish") else "sh"
    words = first[2:].split()
    name = paths.base_name(words[0]) if words else "sh"
    if name == "env":
        rest = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
        name = paths.base_name(rest[0]) if rest else "sh"
    return name


_COPY_OUT = r"\bcp\b|\brun\b.*(>|\||-v|--volume|--mount)"


def _looks_like(text: str) -> bool:
    """Whether a script that could not be followed may hold the pattern at all."""
    joined = text.replace("\\\n", " ")
    lines = [line for line in joined.splitlines() if not line.lstrip().startswith("#")]
    engine = [line for line in lines if re.search(r"docker|podman|buildah|nerdctl", line, re.IGNORECASE)]
    return any(re.search(r"\b(build|bud)\b", line) for line in engine) and any(
        re.search(_COPY_OUT, line) for line in engine
    )


def _interpret(
    source: Source, tree: Tree, files: StartingFiles, options: Options, look_into: Callable[[Run], Inspect]
) -> Run:
    """The run from the folder that makes the driver's paths exist."""

    def at(folder: str) -> Run:
        return interpret(
            source, tree.texts, files, folder, options.arguments, options.environment, tree.unreadable, look_into
        )

    if options.cwd is not None:
        return at(options.cwd)
    own = paths.parent(source.path)
    if not own:
        return at("")
    runs = [(folder, at(folder)) for folder in ("", own)]
    if _outline(runs[0][1]) == _outline(runs[1][1]):
        return runs[0][1]
    found = [_existing(run, files) for _, run in runs]
    if found[0][0] and not found[1][0]:
        return runs[0][1]
    if found[1][0] and not found[0][0]:
        return runs[1][1]
    if not (found[0][0] or found[1][0]):
        return runs[0][1] if found[0][1] > found[1][1] else runs[1][1]
    raise OptionError(
        f"{source.path} can be started in the root or in {own}, and the two mean different recipes; "
        f"say which with --cwd . or --cwd {own}"
    )


def _outline(run: Run) -> list[tuple[str, str, str]]:
    return [
        (event.dockerfile, event.context, "") if isinstance(event, Built) else (event.path, event.source.flat, "cp")
        for event in run.events
        if isinstance(event, (Built, CopiedOut))
    ]


def _existing(run: Run, files: StartingFiles) -> tuple[bool, int]:
    """Whether all Dockerfiles and contexts of the run exist, and how many do."""
    checks = []
    for event in run.events:
        if isinstance(event, Built):
            checks.append(event.state.files.lookup(event.dockerfile) is not None)
            checks.append(event.state.files.is_folder(event.context))
    return all(checks), sum(checks)


_MENTIONING_NAMES = (
    "build", "gnumakefile", "jenkinsfile", "justfile", "makefile", "rakefile", "readme", ".dockerignore",
)  # fmt: skip
_MENTIONING_ENDINGS = (
    ".bash", ".bat", ".cmd", ".gradle", ".json", ".md", ".mk", ".ps1", ".sh", ".toml", ".yaml", ".yml", "tasks.py",
)  # fmt: skip
MAX_MENTIONING = 400
"""How many files of a tree are read to see who else names a builder Dockerfile."""


def _mentions(tree: Tree, run: Run) -> dict[str, str]:
    """The texts of files that may name the recipe's files. Raises `NeedsFiles` for those not read yet."""
    builds = [event for event in run.events if isinstance(event, Built)]
    copies = [event for event in run.events if isinstance(event, CopiedOut)]
    if not builds or not copies:
        return {}
    wanted = sorted(path for path in tree.paths if _may_mention(path))[:MAX_MENTIONING]
    missing = tuple(path for path in wanted if path not in tree.texts and path not in tree.unreadable)
    if missing:
        raise NeedsFiles(missing)
    return {path: tree.texts[path].text for path in wanted if path in tree.texts}


def _may_mention(path: str) -> bool:
    """Whether a file is of a kind that names Dockerfiles: build scripts, CI files, prose."""
    name = paths.base_name(path).lower()
    return name.endswith(_MENTIONING_ENDINGS) or name.startswith(_MENTIONING_NAMES)


def _check_choice(result: Plan, options: Options) -> None:
    """`--builder` and `--runtime` have to agree with what the script does."""
    runtimes = {final.runtime.path for final in result.finals}
    builders = {builder.path for final in result.finals for builder in final.builders}
    builders.discard("")
    for given, known, what in ((options.runtime, runtimes, "runtime"), (options.builder, builders, "builder")):
        if given is not None and paths.normalize(given) not in known:
            raise OptionError(f"--{what} {given}: the script's {what} Dockerfile is {', '.join(sorted(known))}")


def _recipe(driver: Source, result: Plan, templates: Mapping[str, str] | None) -> Recipe:
    run = result.run
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
    for path, (source, script) in run.scripts.items():
        scripts.append(path)
        edits = edit_script(
            source,
            script,
            run.events,
            result.liveness.live,
            result.word_edits.get(path, {}),
            result.why,
            len(run.scripts) == 1,
        )
        text = apply_edits(source.text, edits.edits)
        if text != source.text:
            check_script(source, script, text)
            written[path] = text
        entries += _script_ledger(source, edits)
        sources.append(path)
    seen: set[str] = set()
    for final in result.finals:
        for entry_path, found in _dockerfile_ledger(final):
            if entry_path not in seen:
                entries += found
                sources.append(entry_path)
            seen.add(entry_path)
    files += [FileChange(path, "write", text) for path, text in written.items()]
    files += [FileChange(path, "delete", None) for path in result.deleted]
    return Recipe(
        driver=driver.path,
        scripts=tuple(scripts),
        status="converted",
        images=tuple(_images(result)),
        files=tuple(files),
        stages=tuple(_stages(result)),
        copies=tuple(_copies(result)),
        ledger=tuple(entries),
        assumptions=(*_standing(result), *result.assumptions),
        diagnostics=(*run.diagnostics, *_unique(result.diagnostics)),
        sources=tuple(dict.fromkeys(sources)),
        folder=run.folder,
    )


def _unique(diagnostics: list[Diagnostic]) -> list[Diagnostic]:
    return list(dict.fromkeys(diagnostics))


def _standing(result: Plan) -> list[Assumption]:
    """What every conversion rests on."""
    first = result.finals[0].builders[0].event if result.finals[0].builders else result.finals[0].runtime.event
    return [
        Assumption(
            "the docker commands of the script succeed, in a clean checkout",
            first.site.source.location(first.site.span),
        ),
        Assumption("the script runs as root or through an engine that copies as root, with the umask 022", None),
        *(Assumption(about, site.source.location(site.span)) for about, site in result.run.assumptions),
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
    return stages


def _copies(result: Plan) -> list[CopyResult]:
    run = result.run
    show = run.unknowns.show
    found = []
    for final in result.finals:
        for copied in final.rewritten.copied:
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


def _script_ledger(source: Source, edits: ScriptEdits) -> list[LedgerEntry]:
    marked: list[ledger.Marked] = [(span, "obsolete", why) for span, why in edits.removed]
    marked += [(span, "rewritten", why) for span, why in edits.rewritten]
    return ledger.cover(
        source, marked, "kept", "it has nothing to do with the pattern, or still serves the final build"
    )


def _dockerfile_ledger(final: FinalPlan) -> list[tuple[str, list[LedgerEntry]]]:
    runtime = final.runtime
    marks = ledger.runtime_marks(runtime, final.rewritten.changed)
    found = [(runtime.path, ledger.cover(runtime.source, marks, "kept", "it is part of the final stage as before"))]
    for builder in (file for file in final.builders if file.path):
        marks = ledger.builder_marks(builder)
        found.append(
            (builder.path, ledger.cover(builder.source, marks, "absorbed", "it moves to the single Dockerfile"))
        )
    return found


def _refused(driver: Source, diagnostics: list[Diagnostic], pattern: bool, tree: Tree | None = None) -> Recipe:
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
        span = Span(
            _offset(source, location.line, location.column), _offset(source, location.end_line, location.end_column)
        )
        if source is driver:
            blocking.append((span, "blocking", diagnostic.message))
        else:
            sources.append(source.path)
            entries += ledger.cover(
                source, [(span, "blocking", diagnostic.message)], "kept", "the recipe stays as it is"
            )
    own = ledger.cover(driver, blocking, "kept", "the recipe stays as it is")
    if not pattern:
        diagnostics = [note(d.code, d.message, None, None, d.help) for d in diagnostics]
    return Recipe(
        driver.path,
        (driver.path,),
        "refused" if pattern else "not-the-pattern",
        ledger=(*own, *entries),
        diagnostics=tuple(diagnostics),
        sources=tuple(sources),
    )


def _offset(source: Source, line: int, column: int) -> int:
    if line > source.line_count():
        return len(source.text)
    return min(source.line_span(line).start + column - 1, len(source.text))
