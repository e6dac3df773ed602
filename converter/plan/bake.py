"""The second form of the result: both Dockerfiles stay, and `docker buildx bake` builds one out of the other.

`docker-bake.hcl` gives the target of the final image the image of the builder's target as a named context, so that
`COPY --from=builder` of the runtime Dockerfile finds it (Bake file reference, `target.contexts`). Each build keeps its own
context and ignore file. What a variable of the script gives stands in the command, as `--set TARGET.KEY=VALUE`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import NoReturn

from msgspec import Struct, field

from converter.diagnostics import Refusal, refuse
from converter.docker_cli.references import normalize, parse_reference
from converter.docker_cli.words import Flag
from converter.machine import paths
from converter.machine.derived import DerivedSource
from converter.machine.events import Built
from converter.machine.value import is_known
from converter.plan import commands
from converter.plan.dockerfiles import BuildFile
from converter.plan.work import Work

FILE = "docker-bake.hcl"

_CARRIED = frozenset({"tag", "file", "build-arg", "target", "no-cache", "pull", "rm", "force-rm"})
"""Options of `docker build` that a bake file has, or that BuildKit does without."""


class Target(Struct, frozen=True):
    """One target of a bake file: its name, and its text."""

    name: str
    text: str


class Baked(Struct, frozen=True):
    """What one final build becomes: the folder of the bake file, its targets, and the words behind `docker`."""

    folder: str
    targets: tuple[Target, ...]
    words: tuple[str, ...]

    @property
    def path(self) -> str:
        """The bake file."""
        return paths.join(self.folder, FILE)


class _Draft(Struct):
    """A target that is being written: its lines, and the values that stand in the command."""

    name: str
    lines: list[str]
    arguments: dict[str, str] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    given: list[str] = field(default_factory=list)


def bake(
    work: Work, runtime: BuildFile, builders: Iterable[BuildFile], names: Mapping[int, str], context: str
) -> Baked:
    """The bake file of a final image, whose builders are built from Dockerfiles of the tree. `names` are those of the
    builders' images in `COPY --from`, `context` is the build context of the final image.

    Raises `Refusal` for what a bake file cannot say for certain.
    """
    event = runtime.event
    if event.elsewhere or isinstance(event.site.source, DerivedSource):
        _refuse(
            event, "the final build is no command of a shell script, which alone is rewritten to `docker buildx bake`"
        )
    folder = event.state.folder
    if not is_known(folder) or paths.is_outside(folder):
        _refuse(event, "the final build runs in a folder that is not known to lie in the tree")
    if event.state.files.lookup(paths.join(folder, FILE)) is not None:
        _refuse(event, f"there is a {paths.join(folder, FILE)} already")
    taken: set[str] = set()
    contexts: list[str] = []
    drafts: list[_Draft] = []
    for builder in builders:
        number = builder.event.number
        _check_base(work, builder)
        draft = _draft(work, builder, builder.event.context, _free(names[number], taken), event)
        drafts.append(draft)
        contexts.append(f"    {_quoted(names[number])} = {_quoted(f'target:{draft.name}')}")
    own = _draft(work, runtime, context, _free(_name_of(event), taken), event)
    own.lines += ["  contexts = {", *contexts, "  }"]
    drafts.append(own)
    words = ["buildx", "bake", "-f", FILE]
    words += [word for draft in drafts for given in draft.given for word in ("--set", given)]
    return Baked(folder, tuple(Target(draft.name, _text(draft)) for draft in drafts), (*words, own.name))


def bake_file(baked: Iterable[Baked]) -> str:
    """The text of a bake file that serves several final images. Raises `ValueError` for targets that contradict."""
    targets: dict[str, str] = {}
    for one in baked:
        for target in one.targets:
            if targets.setdefault(target.name, target.text) != target.text:
                raise ValueError(target.name)
    return "\n".join(targets.values())


def _refuse(event: Built, message: str, help: str = "convert by hand, or without --emit bake") -> NoReturn:
    raise _refusal(event, message, help)


def _refusal(event: Built, message: str, help: str = "convert by hand, or without --emit bake") -> Refusal:
    return refuse("STG620", message, event.site.source, event.site.span, help)


def _check_base(work: Work, builder: BuildFile) -> None:
    """A base that the script builds would have to be a target too."""
    if not builder.path:
        _refuse(
            builder.event, "a container of an image without a Dockerfile does the build, which a bake file cannot say"
        )
    for state in builder.states:
        images = builder.event.state.images
        if state.parent is None and (images.get(normalize(state.image)) or images.get(state.image)) is not None:
            _refuse(
                builder.event, f"the builder is built from `{work.show(state.image)}`, which the script builds as well"
            )


def _draft(work: Work, file: BuildFile, context: str, name: str, final: Built) -> _Draft:
    event = file.event
    if not is_known(context) or paths.is_outside(context):
        _refuse(event, f"the build context `{work.show(context)}` lies outside the tree")
    draft = _Draft(name, [f"  context = {_quoted(paths.relative(context, final.state.folder) or '.')}"])
    dockerfile = paths.relative(file.path, context)
    if dockerfile != "Dockerfile":
        draft.lines.append(f"  dockerfile = {_quoted(dockerfile)}")
    context_word = event.command.context
    fixed = [event.words[context_word.index]] if context_word is not None else []
    fixed += [event.words[i] for flag in event.command.flags if flag.name not in ("tag", "build-arg")
              for i in range(flag.first, flag.last + 1)]  # fmt: skip
    if any(piece.reference is not None for value in fixed for piece in value.pieces):
        _refuse(
            event, "a variable gives the context or an option of this build, and a bake file would keep today's value"
        )
    for flag in event.command.flags:
        if flag.name not in _CARRIED:
            _refuse(event, f"`--{flag.name}` of this build is not carried into a bake file")
        if flag.name in ("no-cache", "pull"):
            if flag.boolean is not True:
                _refuse(event, f"`--{flag.name}` of this build has a value that a bake file cannot take")
            draft.lines.append(f"  {flag.name} = true")
        elif flag.name == "target":
            if flag.value is None or not is_known(flag.value.text):
                _refuse(event, "the target of this build is not known")
            draft.lines.append(f"  target = {_quoted(flag.value.text)}")
        elif flag.name == "tag" and event is final:
            _add(work, draft, draft.tags, "tags", flag, event, final)
    if any(text.lstrip("'\"").startswith(f"{name}.tags=") for text in draft.given):
        # what the command sets takes the place of the whole list
        draft.given += [commands.shell_word(f"{name}.tags={tag}") for tag in draft.tags]
        draft.tags.clear()
    for argument in event.command.build_args:
        if argument.value is None:
            _refuse(event, f"`--build-arg {argument.name}` takes its value from the environment")
        found: list[str] = []
        key = f"args.{argument.name}"
        _add(work, draft, found, key, argument.flag, event, final)
        for text in found:
            draft.arguments[argument.name] = text.partition("=")[2]
    return draft


def _add(work: Work, draft: _Draft, known: list[str], key: str, flag: Flag, event: Built, final: Built) -> None:
    """A value goes into the file where it is written out, and into the command where a variable gives it."""
    word = flag.value
    assert word is not None
    value = event.words[word.index].slice(word.start, word.start + len(word.text))
    if value.known and all(piece.reference is None for piece in value.pieces):
        # it stands in the script as it is
        known.append(value.flat)
        return
    why = None if event is final else commands.still_holds(value, final, work.show(value.flat))
    if why is not None or (event is not final and event.site.source is not final.site.source):
        _refuse(
            event, f"`--{flag.name}` of this build cannot move to the final one: {why or 'it is in another script'}"
        )
    text = _raw(event, flag)
    prefix = f"{draft.name}.{key}="
    if key.startswith("args."):
        prefix = f"{draft.name}.args."
    lead = text[:1] if text[:1] in ("'", '"') else ""
    draft.given.append(lead + prefix + text[len(lead) :])


def _raw(event: Built, flag: Flag) -> str:
    """The source text of a flag's value. Raises `Refusal` where it is not a word of its own."""
    text = event.site.source.slice(commands.flag_span(event, flag))
    if flag.joined:
        return text.partition("=")[2]
    return event.site.source.slice(event.spans[flag.last])


def _free(name: str, taken: set[str]) -> str:
    """A name for a target: letters, digits, `_` and `-`."""
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-") or "image"
    found, number = plain, 2
    while found in taken:
        found, number = f"{plain}-{number}", number + 1
    taken.add(found)
    return found


def _name_of(event: Built) -> str:
    """The name of the final target: that of the image without its repository and its tag."""
    known = [tag.flat for tag in event.tags if is_known(parse_reference(tag.flat).repository)]
    return paths.base_name(parse_reference(known[0]).repository) if known else "image"


def _quoted(text: str) -> str:
    """A string of HCL, in which `${` and `%{` begin templates."""
    return re.sub(r"([$%])\{", r"\1\1{", json.dumps(text, ensure_ascii=False))


def _text(draft: _Draft) -> str:
    lines = [f"target {_quoted(draft.name)} {{", *draft.lines]
    if draft.arguments:
        lines += ["  args = {", *(f"    {name} = {_quoted(text)}" for name, text in draft.arguments.items()), "  }"]
    if draft.tags:
        lines.append(f"  tags = [{', '.join(_quoted(tag) for tag in draft.tags)}]")
    return "\n".join([*lines, "}", ""])


def words_behind_docker(event: Built) -> tuple[int, int]:
    """The first and the last word of a `docker build` command behind `docker`. Raises `Refusal` for any other command."""
    flats = [value.flat for value in event.words]
    start = next((i for i, flat in enumerate(flats) if paths.base_name(flat) == "docker"), None)
    if start is None or event.command.program != "docker" or len(event.spans) != len(flats):
        raise _refusal(event, "only `docker build` becomes `docker buildx bake`")
    if flats[start + 1 : start + 2] != ["build"] and flats[start + 1 : start + 3] not in (
        ["buildx", "build"],
        ["image", "build"],
    ):
        raise _refusal(event, "flags between `docker` and `build` are not carried over")
    return start + 1, len(flats) - 1
