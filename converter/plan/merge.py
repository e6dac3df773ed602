"""Two Dockerfiles become one: stages named and numbered, directives and global arguments moved to the top."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from converter.diagnostics import refuse
from converter.dockerfile.stages import global_arguments, stage_references
from converter.dockerfile.syntax import Blank, ByteOrderMark, Comment, Directive, Dockerfile, Instruction
from converter.machine import paths
from converter.plan.dockerfiles import BuildFile
from converter.source import Edit, Source, Span, apply_edits

RESERVED = frozenset({"scratch", "context"})
"""Names that a stage cannot have."""


class Blocks(Struct, frozen=True):
    """The parts of the new file, each with its line ends; see `templates/Dockerfile.j2`."""

    directives: str
    arguments: str
    builders: tuple[str, ...]
    runtime: str
    newline: str

    def context(self) -> dict[str, object]:
        """The names that the template sees."""
        return {
            "directives": self.directives,
            "arguments": self.arguments,
            "builders": self.builders,
            "runtime": self.runtime,
            "newline": self.newline,
        }


def name_stages(builders: Iterable[BuildFile], runtime: BuildFile, tags: Mapping[int, str]) -> dict[int, str]:
    """The name of each builder's target stage, by the number of its build event.

    `builder` for a single one; otherwise from the Dockerfile's name or the image's tag. A stage that has
    a name keeps it. A name never hides a stage or an image that the runtime file means.
    """
    every = list(builders)
    taken = {name.lower() for name in _names(runtime)} | RESERVED
    chosen: dict[int, str] = {}
    for builder in every:
        own = {stage.name.lower() for stage in builder.stages if stage.name and stage is not builder.target}
        images = {state.image.lower() for state in builder.states}
        existing = builder.target.name
        if existing is not None and existing.lower() not in taken:
            name = existing
        else:
            wanted = (["builder"] if len(every) == 1 else []) + _candidates(builder, tags)
            if len(every) > 1:
                wanted.append("builder")
            free = (name for name in wanted if name not in taken | own | images)
            name = next(free, "")
            number = 2
            while not name:
                if f"builder-{number}" not in taken | own | images:
                    name = f"builder-{number}"
                number += 1
        chosen[builder.event.number] = name
        taken |= {name.lower()} | own
    return chosen


def split_name(names: Mapping[int, str], number: int, builders: Iterable[BuildFile], runtime: BuildFile) -> str:
    """A name for the stage in which a container's build is done, where the image is needed without it.

    `names` are those of the other stages, by the number of their build.
    """
    taken = {name.lower() for name in (*names.values(), *_names(runtime), *RESERVED)}
    for builder in builders:
        taken |= {name.lower() for name in _names(builder)}
    own = names[number].lower()
    candidates = ["builder", f"{own}-run", *(f"{own}-run-{count}" for count in range(2, len(taken) + 3))]
    return next(name for name in candidates if name not in taken)


def _names(file: BuildFile) -> set[str]:
    """Every stage name of the file and every name that it uses for an image."""
    names = {stage.name for stage in file.stages if stage.name}
    names |= {state.image for state in file.states}
    names |= {reference.value for reference in stage_references(file.tree) if reference.stage is None}
    return names


def _candidates(builder: BuildFile, tags: Mapping[int, str]) -> list[str]:
    found = []
    base = paths.base_name(builder.path)
    for part in (base.partition(".")[2], base.rpartition(".")[0] if base.lower().endswith(".dockerfile") else ""):
        if part and part.lower() != "dockerfile":
            found.append(part)
    folder = paths.base_name(paths.parent(builder.path))
    if folder:
        found.append(folder)
    tag = tags.get(builder.event.number, "")
    if tag:
        name, _, version = paths.base_name(tag).partition(":")
        found += [version if version and version != "latest" else name, name]
    return [spelled for spelled in (_spelled(name) for name in found) if spelled]


def _spelled(name: str) -> str:
    """The name by the rules for stages: `[a-z][a-z0-9-_.]*`."""
    text = re.sub(r"[^a-z0-9_.-]+", "-", name.lower()).strip("-._")
    return text if re.fullmatch(r"[a-z][a-z0-9_.-]*", text) else ""


def merge(
    builders: tuple[BuildFile, ...],
    runtime: BuildFile,
    names: Mapping[int, str],
    runtime_edits: Iterable[Edit],
    image_stages: Mapping[str, str],
    tails: Mapping[int, Tail] | None = None,
) -> Blocks:
    """The blocks of the single Dockerfile; `tails` is what is added to the stage of a builder, by its build's number.

    `image_stages` maps an image name that the runtime file copies from to the stage it became. Raises
    `Refusal` where parser directives of the files contradict each other.
    """
    escape = _escape_of((*builders, runtime))
    directives = _directives((*builders, runtime), escape)
    newline = builders[0].tree.newline if builders else runtime.tree.newline
    used = {name.lower() for name in names.values()} | {n.lower() for n in _names(runtime)}
    blocks: list[str] = []
    hoisted: list[str] = []
    offset = 0
    for builder in builders:
        tail = (tails or {}).get(builder.event.number, _NO_TAIL)
        edits = [*_builder_edits(builder, names[builder.event.number], offset, used), *tail.edits]
        edits += _outside(_continuations(builder.tree, escape) or [], edits)
        lead, body = _pieces(builder.tree, [*edits, *_behind_target(builder, edits)], first=builder is builders[0])
        hoisted.append(lead)
        blocks.append(_ended(body, newline) + "".join(f"{line}{newline}" for line in tail.lines))
        offset += builder.target.index + 1 + tail.stages
    edits = [*runtime_edits, *renumbered(runtime.tree, offset, image_stages)]
    edits += _outside(_continuations(runtime.tree, escape) or [], edits)
    lead, body = _pieces(runtime.tree, edits, first=False)
    hoisted.append(lead)
    return Blocks(directives, "".join(hoisted), tuple(_ended(block, newline) for block in blocks), body, newline)


class Tail(Struct):
    """What is added to a builder's stage: whole lines at its end, and edits of its own instructions.

    `stages` counts the stages that begin in the lines.
    """

    lines: list[str] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    stages: int = 0


_NO_TAIL = Tail()


def _ended(text: str, newline: str) -> str:
    """The text with a line end, and without blank lines at its end: the template gives one."""
    stripped = text.rstrip("\r\n\t ")
    tail = text[len(stripped) :]
    end = tail.find("\n")
    return stripped + (tail[: end + 1].lstrip(" \t") if end != -1 else newline)


def _behind_target(builder: BuildFile, edits: list[Edit]) -> list[Edit]:
    """Stages behind the one that `--target` names are no part of the build image: they are left out."""
    after = builder.target.index + 1
    if after >= len(builder.stages):
        return []
    start = builder.stages[after].span.start
    edits[:] = [edit for edit in edits if edit.span.end <= start]
    return [Edit(Span(start, len(builder.source.text)), "")]


def _builder_edits(builder: BuildFile, name: str, offset: int, used: set[str]) -> list[Edit]:
    edits: list[Edit] = []
    renamed: dict[int, str] = {}
    target = builder.target
    if target.name is None:
        keyword = builder.source.slice(target.from_instruction.keyword_span)
        end = target.from_instruction.arguments[-1].span.end
        edits.append(Edit(Span(end, end), f" {'as' if keyword.islower() else 'AS'} {name}"))
    elif target.name != name:
        renamed[target.index] = name
    for stage in builder.stages:
        if stage is not target and stage.name is not None and stage.name.lower() in used:
            fresh = f"{name}-{stage.name.lower()}"
            while fresh in used:
                fresh += "-2"
            renamed[stage.index] = fresh
    for index, fresh in renamed.items():
        span = builder.stages[index].name_span
        assert span is not None
        edits.append(Edit(span, fresh))
    for reference in stage_references(builder.tree):
        if reference.stage is None or reference.trigger:
            continue
        if reference.kind == "number" and offset:
            edits.append(Edit(reference.span, str(reference.stage + offset)))
        elif reference.kind == "name" and reference.stage in renamed:
            edits.append(Edit(reference.span, renamed[reference.stage]))
    return edits


def renumbered(tree: Dockerfile, offset: int, image_stages: Mapping[str, str]) -> list[Edit]:
    edits = []
    for reference in stage_references(tree):
        if reference.trigger:
            continue
        if reference.kind == "number" and reference.stage is not None and offset:
            edits.append(Edit(reference.span, str(reference.stage + offset)))
        elif reference.stage is None and reference.value in image_stages:
            edits.append(Edit(reference.span, image_stages[reference.value]))
    return edits


def _pieces(tree: Dockerfile, edits: list[Edit], first: bool) -> tuple[str, str]:
    """The edited text in two: global arguments with the comments above them, and everything else.

    Directives are left out, as they stand at the top; so is a byte order mark, except in the first file.
    """
    source = tree.source
    moved: list[Span] = []
    arguments = {instruction.span for instruction in global_arguments(tree)}
    last_argument = max((span.start for span in arguments), default=-1)
    dropped: list[Span] = []
    kept_mark = ""
    for node in tree.nodes:
        if isinstance(node, ByteOrderMark):
            dropped.append(node.span)
            kept_mark = source.slice(node.span) if first else ""
        elif isinstance(node, Directive):
            dropped.append(node.span)
        elif isinstance(node, Instruction) and node.keyword == "FROM":
            break
        elif node.span.start <= last_argument and isinstance(node, (Instruction, Comment, Blank)):
            moved.append(node.span)
    del kept_mark
    removed = [Edit(span, "") for span in (*dropped, *moved)]
    inside = [edit for edit in edits if any(edit.span in span for span in moved)]
    body = apply_edits(source.text, [*(edit for edit in edits if edit not in inside), *removed])
    lead = "".join(_moved(source, span, inside) for span in moved)
    if moved or any(isinstance(node, Directive) for node in tree.nodes):
        start = len(body) - len(body.lstrip("\r\n"))
        body = body[start:]
    return lead, body


def _outside(edits: Iterable[Edit], others: Iterable[Edit]) -> list[Edit]:
    """Those of the edits that are not part of what other edits write anew."""
    spans = [other.span for other in others]
    return [edit for edit in edits if not any(edit.span in span for span in spans)]


def _moved(source: Source, span: Span, edits: Iterable[Edit]) -> str:
    """The text of a span with the edits inside it."""
    own = [Edit(Span(e.span.start - span.start, e.span.end - span.start), e.text) for e in edits if e.span in span]
    return apply_edits(source.slice(span), own)


def _directives(files: tuple[BuildFile, ...], escape: str) -> str:
    """The directive lines for the top of the file; they hold for all of it, so the files have to agree.

    `escape` is the escape character of the single file.
    """
    found: dict[str, tuple[str, BuildFile]] = {}
    lines: dict[str, str] = {}
    for file in files:
        for node in file.tree.nodes:
            if not isinstance(node, Directive) or (node.name == "escape" and file.tree.escape != escape):
                continue
            text = file.source.slice(node.span)
            text = text if text.endswith("\n") else text + file.tree.newline
            if node.name not in found:
                found[node.name] = node.value, file
                lines[node.name] = text
                continue
            value, other = found[node.name]
            if value == node.value:
                continue
            newer = newer_frontend(value, node.value) if node.name == "syntax" else None
            if newer is None:
                raise refuse(
                    "STG202",
                    f"`# {node.name}={node.value}` here, `{value}` in {other.path}",
                    file.source,
                    _stripped(file.source, node.span),
                    "make the two directives agree first",
                )
            if newer == node.value:
                found[node.name] = node.value, file
                lines[node.name] = text
    return "".join(lines.values())


def newer_frontend(first: str, second: str) -> str | None:
    """The one of two frontends that reads what both read: the newer release of Docker's own; None where neither is known to.

    (Releases of `docker/dockerfile` 1 read every file of the releases before; `1` and `1.4` are the newest ones that
    begin so: "Custom Dockerfile syntax" in the Dockerfile reference.)
    """
    releases = []
    for value in (first, second):
        match = re.fullmatch(r"(?:docker\.io/)?docker/dockerfile(?::(1(?:\.\d+){0,2}|latest))?", value.strip())
        if match is None:
            return None
        numbers = [int(part) for part in (match[1] or "latest").split(".") if part != "latest"]
        newest = 1 << 30
        releases.append(tuple([*numbers, newest, newest, newest][:3]))
    return first if releases[0] >= releases[1] else second


def _escape_of(files: tuple[BuildFile, ...]) -> str:
    """The escape character of the single file: the runtime's where every other file can be written with it.

    Raises `Refusal` where the files use different ones, and in another way than at the ends of lines.
    """
    wanted = [file.tree.escape for file in reversed(files)]
    for escape in dict.fromkeys(wanted):
        if all(file.tree.escape == escape or _continuations(file.tree, escape) is not None for file in files):
            return escape
    owner = next(file for file in files if "escape" in file.tree.directives)
    node = next(node for node in owner.tree.nodes if isinstance(node, Directive) and node.name == "escape")
    other = next(file for file in files if file.tree.escape != owner.tree.escape)
    raise refuse(
        "STG202",
        f"`# escape={node.value}` would hold for {other.path} too, which is written with another escape character",
        owner.source,
        _stripped(owner.source, node.span),
        "write both Dockerfiles with the same escape character first",
    )


def _continuations(tree: Dockerfile, escape: str) -> list[Edit] | None:
    """The edits that give a file another escape character; None where that would change more than ends of lines."""
    if tree.escape == escape:
        return []
    first = min((node.span.start for node in tree.nodes if not isinstance(node, (Directive, ByteOrderMark))), default=0)
    text = tree.source.text
    places = [found.start() for found in re.finditer(re.escape(tree.escape), text) if found.start() >= first]
    ends = {found.start() for found in re.finditer(re.escape(tree.escape) + r"[ \t]*\r?$", text, re.MULTILINE)}
    heredocs = any(instruction.heredocs for instruction in tree.instructions)
    if escape in text[first:] or not ends.issuperset(places) or (places and heredocs):
        return None
    return [Edit(Span(place, place + 1), escape) for place in places]


def _stripped(source: Source, span: Span) -> Span:
    return Span(span.start, span.start + len(source.slice(span).rstrip("\r\n")))
