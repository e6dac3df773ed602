"""The stages of a Dockerfile and every place that refers to a stage or an image."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from msgspec import Struct

from converter.dockerfile.flags import Flag
from converter.dockerfile.syntax import Dockerfile, Instruction
from converter.source import Span


class Stage(Struct, frozen=True):
    """One stage: `FROM image [AS name]` and the instructions up to the next FROM.

    `image` is as written, with variables; `image_span` and `name_span` can be edited.
    `name` is as written too and matches without regard to case.
    """

    index: int
    name: str | None
    name_span: Span | None
    image: str
    image_span: Span
    from_instruction: Instruction
    instructions: tuple[Instruction, ...]

    @property
    def span(self) -> Span:
        """From FROM to the end of the last instruction; comments in front of FROM are outside."""
        last = self.instructions[-1] if self.instructions else self.from_instruction
        return Span(self.from_instruction.span.start, last.span.end)


class StageReference(Struct, frozen=True):
    """A place that names a stage, by number or name, or an image.

    `span` covers just the reference, in `value` without quotes; `place` tells where
    it is: FROM, the flag `--from` of COPY (or of ADD, where engines reject it), or
    `from=` in a `--mount` of RUN. `stage` is the index of the stage that is meant,
    None for an image and for anything with a variable. `trigger` is True inside
    ONBUILD, where the stages of another Dockerfile are meant.
    """

    value: str
    span: Span
    kind: Literal["name", "number"]
    place: Literal["FROM", "--from", "--mount"]
    instruction: Instruction
    stage: int | None
    trigger: bool = False


def stages(tree: Dockerfile) -> tuple[Stage, ...]:
    """The stages in order. A FROM without an image gives a stage whose image is empty."""
    result: list[Stage] = []
    instructions = tree.instructions
    starts = [index for index, instruction in enumerate(instructions) if instruction.keyword == "FROM"]
    for start, end in zip(starts, [*starts[1:], len(instructions)], strict=True):
        result.append(_stage(len(result), instructions[start], instructions[start + 1 : end]))
    return tuple(result)


def global_arguments(tree: Dockerfile) -> tuple[Instruction, ...]:
    """The ARG instructions before the first FROM, which only FROM lines see."""
    result: list[Instruction] = []
    for instruction in tree.instructions:
        if instruction.keyword == "FROM":
            break
        if instruction.keyword == "ARG":
            result.append(instruction)
    return tuple(result)


def find_stage(known: Sequence[Stage], name: str) -> Stage | None:
    """The last stage of `known` with that name, in any case."""
    lower = name.lower()
    return next((stage for stage in reversed(known) if stage.name is not None and stage.name.lower() == lower), None)


def stage_references(tree: Dockerfile) -> tuple[StageReference, ...]:
    """Every reference, in the order of the source.

    A name means the last stage before this one that has it, otherwise an image; a
    number counts from 0 and stands for a stage only in `--from` and `--mount`
    (BuildKit's `dockerfile2llb/convert.go`, `toCommand` and `addState`).
    """
    result: list[StageReference] = []
    every = stages(tree)
    for stage in every:
        before = every[: stage.index]
        if stage.image:
            found = find_stage(before, stage.image)
            index = None if found is None else found.index
            result.append(StageReference(stage.image, stage.image_span, "name", "FROM", stage.from_instruction, index))
        for instruction in stage.instructions:
            inner = instruction.inner
            for place, value, span in _written(inner or instruction):
                kind: Literal["name", "number"] = "number" if is_number(value) else "name"
                index = None
                if inner is None:
                    index = _meant(before, value, kind)
                result.append(StageReference(value, span, kind, place, instruction, index, inner is not None))
    return tuple(result)


def is_number(value: str) -> bool:
    """Whether a `--from` is read as the number of a stage (Go's `strconv.Atoi`)."""
    digits = value[1:] if value[:1] in ("+", "-") else value
    return digits.isascii() and digits.isdecimal()


def _meant(before: Sequence[Stage], value: str, kind: Literal["name", "number"]) -> int | None:
    if kind == "number":
        return int(value) if 0 <= int(value) < len(before) else None
    found = find_stage(before, value)
    return None if found is None else found.index


def _stage(index: int, instruction: Instruction, following: tuple[Instruction, ...]) -> Stage:
    words = instruction.arguments
    named = len(words) == 3 and words[1].value.lower() == "as"
    return Stage(
        index=index,
        name=words[2].value if named else None,
        name_span=words[2].span if named else None,
        image=words[0].value if words else "",
        image_span=words[0].span if words else Span(instruction.keyword_span.end, instruction.keyword_span.end),
        from_instruction=instruction,
        instructions=following,
    )


def _written(instruction: Instruction) -> Iterator[tuple[Literal["--from", "--mount"], str, Span]]:
    for flag in instruction.flags:
        if flag.name == "from" and instruction.keyword in ("ADD", "COPY"):
            if flag.value and flag.value_span is not None:
                yield "--from", flag.value, flag.value_span
        elif flag.name == "mount" and instruction.keyword == "RUN" and flag.value:
            for start, end in _mount_fields(flag.value):
                key, _, value = flag.value[start:end].partition("=")
                if key.strip().lower() == "from" and value:
                    yield "--mount", value, _value_span(flag, end - len(value), end)


def _mount_fields(value: str) -> Iterator[tuple[int, int]]:
    """The ranges of the comma-separated fields, without the quotes of a quoted one (a line of CSV)."""
    position = 0
    while position <= len(value):
        if value.startswith('"', position):
            end = value.find('"', position + 1)
            while value.startswith('""', end) and end != -1:
                end = value.find('"', end + 2)
            end = len(value) if end == -1 else end
            yield position + 1, end
            comma = value.find(",", end)
        else:
            comma = value.find(",", position)
            yield position, len(value) if comma == -1 else comma
        if comma == -1:
            return
        position = comma + 1


def _value_span(flag: Flag, start: int, end: int) -> Span:
    return Span(flag.value_offsets[start], flag.value_offsets[end - 1] + 1)
