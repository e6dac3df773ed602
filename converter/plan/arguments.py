"""Build arguments of several Dockerfiles in one: a name that would mean another thing there gets another name in a builder.

The runtime Dockerfile keeps its names, so that whoever builds it goes on as before. A builder's stage still sees the
old name: `ARG BUILDER_VERSION`, and behind it `ENV VERSION=$BUILDER_VERSION`, which a build argument `VERSION` does not
reach. (Dockerfile reference, "Using ARG variables": an ENV always overrides an ARG of the same name.) The ENV ends with
the stage, whose image nobody keeps.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping

from converter.diagnostics import Refusal, refuse
from converter.dockerfile.environment import PLATFORM_ARGUMENTS, PROXY_ARGUMENTS
from converter.dockerfile.pairs import Pair, pairs
from converter.dockerfile.stages import Stage, global_arguments
from converter.dockerfile.syntax import Instruction
from converter.dockerfile.words import WordError, references
from converter.plan.dockerfiles import BuildFile
from converter.source import Edit, Span

Renames = Mapping[int, Mapping[str, str]]
"""The new names of arguments, by the number of the builder's build and the old name."""


def declared(file: BuildFile) -> dict[str, Span]:
    """The names that a Dockerfile declares with ARG, each with the first place."""
    found: dict[str, Span] = {}
    for instruction in (*global_arguments(file.tree), *(i for s in file.stages for i in s.instructions)):
        if instruction.keyword == "ARG":
            for pair in pairs(instruction):
                found.setdefault(pair.name, pair.span)
    return found


def has_default(file: BuildFile, name: str) -> bool:
    """Whether every stage that declares an argument has a value for it where the build gives none."""
    known = _globals(file)
    bare = any(pair.name == name and pair.value is None for stage in file.stages for pair in _stage_pairs(stage))
    if name in known:
        return known[name] is not None
    return not bare


def find_renames(
    builders: Iterable[BuildFile], runtime: BuildFile, stage_names: Mapping[int, str], kept: Container[int]
) -> dict[int, dict[str, str]]:
    """The arguments of each builder that need another name in the single Dockerfile.

    `stage_names` are the names of the builders' stages, `kept` the builds whose images something still needs. Raises
    `Refusal` where a name cannot be another one.
    """
    ordered = list(builders)
    taken = {name for file in (*ordered, runtime) for name in re.findall(r"\w+", file.source.text)}
    settled: list[tuple[BuildFile, Mapping[str, str]]] = [(runtime, {})]
    found: dict[int, dict[str, str]] = {}
    for builder in ordered:
        number = builder.event.number
        own: dict[str, str] = {}
        for name in declared(builder):
            other = next((file for file, gone in settled if name not in gone and _clashes(builder, file, name)), None)
            if other is None:
                continue
            _check_movable(builder, other, name, number in kept)
            stem = re.sub(r"\W", "_", stage_names[number]).upper()
            candidates = (f"{stem}_{name}", *(f"{stem}_{name}_{count}" for count in range(2, len(taken) + 3)))
            own[name] = next(one for one in candidates if one not in taken)
            taken.add(own[name])
        for file, gone in settled:
            known = declared(builder)
            for node in global_arguments(file.tree):
                for pair in pairs(node):
                    if pair.name not in gone and pair.name not in known and _from_names(builder, pair.name):
                        raise _clash(file, pair.span, builder, pair.name)
        if own:
            found[number] = own
        settled.append((builder, own))
    return found


def _check_movable(builder: BuildFile, other: BuildFile, name: str, kept: bool) -> None:
    """Raises `Refusal` where an argument of a builder has to keep its name."""
    place = declared(builder)[name]
    if kept or name in PROXY_ARGUMENTS | PLATFORM_ARGUMENTS:
        raise _clash(builder, place, other, name)
    for stage, state in zip(builder.stages, builder.states, strict=True):
        for scope, instruction in zip(state.scopes, stage.instructions, strict=True):
            if instruction.inner is not None and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", instruction.text):
                raise _clash(builder, instruction.keyword_span, other, name)
            known = scope.variables.get(name)
            own = instruction.keyword == "ARG" and any(pair.name == name for pair in pairs(instruction))
            if own and known is not None and known.from_env:
                # the two builders do not agree on which of them holds
                raise _clash(builder, instruction.keyword_span, other, name)


def rename_edits(builder: BuildFile, names: Mapping[str, str]) -> list[Edit]:
    """The edits of a builder's Dockerfile for the new names of its arguments. Raises `Refusal`."""
    edits: list[Edit] = []
    for instruction in global_arguments(builder.tree):
        for pair in pairs(instruction):
            edits += _pair_edits(builder, pair, names)
    for stage, state in zip(builder.stages, builder.states, strict=True):
        edits += _reference_edits(builder, stage.image_span, names)
        for flag in stage.from_instruction.flags:
            if flag.value_span is not None:
                edits += _reference_edits(builder, flag.value_span, names)
        unset: set[str] = set()
        behind = (*state.scopes[1:], state.final)
        for scope, instruction in zip(behind, stage.instructions, strict=False):
            if instruction.keyword == "ARG":
                own = pairs(instruction)
                edits += [edit for pair in own for edit in _pair_edits(builder, pair, names)]
                here = [pair.name for pair in own if pair.name in names]
                unset |= {name for name in here if scope.lookup(name) is None}
                edits += _env_lines(builder, instruction, [(n, names[n]) for n in here if n not in unset])
            elif unset:
                edits += _unset_edits(builder, instruction, {name: names[name] for name in unset})
                if instruction.keyword == "ENV":
                    unset -= {pair.name for pair in pairs(instruction)}
    return edits


def _env_lines(builder: BuildFile, instruction: Instruction, set_here: list[tuple[str, str]]) -> list[Edit]:
    """The ENV behind an ARG that keeps the old names for the rest of the stage."""
    if not set_here:
        return []
    newline = builder.tree.newline
    word = "env" if builder.source.slice(instruction.keyword_span).islower() else "ENV"
    lines = [f"{word} {name}=${renamed}" for name, renamed in set_here]
    end = instruction.span.end
    if builder.source.slice(instruction.span).endswith("\n"):
        return [Edit(Span(end, end), "".join(line + newline for line in lines))]
    return [Edit(Span(end, end), "".join(newline + line for line in lines))]


def _pair_edits(builder: BuildFile, pair: Pair, names: Mapping[str, str]) -> list[Edit]:
    found = [Edit(pair.name_span, names[pair.name])] if pair.name in names else []
    return found + (_reference_edits(builder, pair.value_span, names) if pair.value_span is not None else [])


def _reference_edits(builder: BuildFile, span: Span, names: Mapping[str, str]) -> list[Edit]:
    """The variables of a text under their new names."""
    text = builder.source.slice(span)
    pattern = _uses(names)
    return [
        Edit(Span(span.start + found.start(2), span.start + found.end(2)), names[found[2]])
        for found in pattern.finditer(text)
        if not _is_escaped(text, found.start(), builder.tree.escape)
    ]


def _unset_edits(builder: BuildFile, instruction: Instruction, names: Mapping[str, str]) -> list[Edit]:
    """An argument that has no value in the builder's own build is unset there, under either name: an ENV would set it."""
    text = builder.source.slice(instruction.span)
    if not any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) for name in names):
        return []
    inner = instruction.inner or instruction
    quoted = inner.keyword in ("RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK") and ("'" in text or instruction.heredocs)
    plain = _uses(names).sub("", text)
    if inner.keyword not in ("LABEL", "ENV") and any(re.search(rf"(?<!\w){re.escape(n)}(?!\w)", plain) for n in names):
        quoted = True
    if quoted:
        name = next(iter(names))
        raise refuse(
            "STG203",
            f"`{name}` has no value in the build of this image and one at the final build, and this instruction may read it "
            "in another way than by `$" + name + "`",
            builder.source,
            instruction.keyword_span,
            f"take `ARG {name}` out of {builder.path or 'this Dockerfile'}, or give it another name there",
        )
    return _reference_edits(builder, instruction.span, names)


def _uses(names: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(\$\{{?)({'|'.join(re.escape(name) for name in names)})(?!\w)")


def _is_escaped(text: str, position: int, escape: str) -> bool:
    count = 0
    while position - count > 0 and text[position - count - 1] == escape:
        count += 1
    return count % 2 == 1


def _clashes(builder: BuildFile, other: BuildFile, name: str) -> bool:
    """Whether an argument of a builder would mean something else beside the other file's, or the other's beside it."""
    own, known = _globals(builder), _globals(other)
    if name not in declared(other):
        return name in own and _from_names(other, name)
    if _value(builder, name) != _value(other, name):
        return True
    if name in own and name in known:
        return own[name] != known[name]
    bare = other if name in own else builder
    return (name in own or name in known) and name not in bare.arguments and _declares_bare(bare.stages, name)


def _value(file: BuildFile, name: str) -> str | None:
    value = file.arguments.get(name)
    return None if value is None else value.flat


def _globals(file: BuildFile) -> dict[str, str | None]:
    return {pair.name: pair.value for node in global_arguments(file.tree) for pair in pairs(node)}


def _stage_pairs(stage: Stage) -> Iterator[Pair]:
    for instruction in stage.instructions:
        if instruction.keyword == "ARG":
            yield from pairs(instruction)


def _declares_bare(every: Iterable[Stage], name: str) -> bool:
    """Whether a stage has `ARG name` without a default, which would take the global value."""
    return any(pair.name == name and pair.value is None for stage in every for pair in _stage_pairs(stage))


def _from_names(file: BuildFile, name: str) -> bool:
    """Whether a FROM of the file uses the variable."""
    for stage in file.stages:
        try:
            if any(found.name == name for found in references(stage.image, file.tree.escape)):
                return True
        except WordError:
            continue
    return False


def _clash(file: BuildFile, span: Span, other: BuildFile, name: str) -> Refusal:
    return refuse(
        "STG203",
        f"the argument `{name}` means something else in {other.path or 'the other Dockerfile'}, and in one build it would "
        "have one value",
        file.source,
        span,
        f"rename `{name}` in one of the two Dockerfiles, and in the script, then try again",
    )
