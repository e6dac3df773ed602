"""Edits of the words of a `docker build` command that stays."""

from __future__ import annotations

import re
from collections.abc import Iterable

from converter.diagnostics import refuse
from converter.docker_cli.words import Flag
from converter.machine import paths
from converter.machine.derived import DerivedSource, is_outer
from converter.machine.events import Built, ChangedFiles, Event
from converter.machine.value import Value
from converter.source import Edit, Span


def flag_span(event: Built, flag: Flag) -> Span:
    """The source of a flag with its value. Raises `Refusal` where it does not stand there as words of its own."""
    first, last = event.spans[flag.first], event.spans[flag.last]
    shared = [s for i, s in enumerate(event.spans) if s in (first, last) and not flag.first <= i <= flag.last]
    cluster = flag.offset > 1 or (
        not flag.joined
        and flag.first != flag.last
        and event.words[flag.first].flat.lstrip("-") not in _SPELLED[flag.name]
        if flag.name in _SPELLED
        else False
    )
    text = event.site.source.slice(Span(first.start, last.end))
    if shared or cluster or (first == last and flag.first != flag.last) or not text.startswith("-"):
        raise refuse(
            "STG304",
            f"`--{flag.name}` of this command comes out of a variable or a group of flags, so it cannot be edited",
            event.site.source,
            first,
            f"write `--{flag.name}` as a flag of its own in the command",
        )
    return Span(first.start, last.end)


_SPELLED = {"file": ("f", "file"), "build-arg": ("build-arg",), "target": ("target",)}


def flag_text(event: Built, flag: Flag, at: Built | None = None) -> str:
    """The source text of a flag with its value, as it may stand in the command `at`."""
    return event.site.source.written(flag_span(event, flag), at.site.source if at is not None else None)


def unset_options(builder: Built, final: Built) -> list[str]:
    """Variables for options of the builder's build that are empty now: the final build takes them over.

    They are expressions of the makefile that no word came out of, such as `$(BUILD_FLAGS)`.
    """

    def empty(event: Built) -> list[str]:
        source = event.site.source
        if not isinstance(source, DerivedSource) or not event.spans:
            return []
        return source.empty_expressions(event.site.span)

    there = empty(final)
    return [expression for expression in empty(builder) if expression not in there]


def context_span(event: Built) -> Span:
    """The source of the context operand."""
    context = event.command.context
    if context is None:
        return Span(event.site.span.end, event.site.span.end)
    return event.spans[context.index]


def file_in_context(event: Built) -> str:
    """The Dockerfile that a build finds in its context by itself, as a word of the script.

    Where the context is a variable's value, so is the folder of the file: one command may build several.
    """
    context = event.command.context
    path = shell_word(paths.relative(event.dockerfile, event.state.folder))
    written = event.site.source.slice(event.spans[context.index]) if context is not None else ""
    if "$" not in written:
        return path
    name = paths.base_name(event.dockerfile)
    if re.fullmatch(r'"[^"]*"', written):
        return f'{written[:-1].rstrip("/")}/{name}"'
    return f"{written.rstrip('/')}/{name}" if re.fullmatch(r"[\w$:@%+=,./{}()-]+", written) else path


def file_by_variables(event: Built, path: str, copied: Iterable[Event]) -> str:
    """A Dockerfile that the script copied to where the build finds it, as a word of the script.

    Where the command that copied it names it by variables that have the same values at the build, so does the word.
    """
    for one in copied:
        if not isinstance(one, ChangedFiles) or len(one.words) != len(one.spans):
            continue
        for word, span in zip(one.words, one.spans, strict=True):
            written = one.site.source.slice(span)
            names = re.findall(r"\$(?:\{(\w+)\}|(\w+))", written)
            plain = re.fullmatch(r"\"?(?:[\w@%+=:,./-]|\$\{\w+\}|\$\w+)+\"?", written) is not None
            if (
                names
                and plain
                and one.site.source == event.site.source
                and one.state.folder == event.state.folder
                and paths.join(one.state.folder, word.flat) == path
                and all(_same_value(one, event, braced or bare) for braced, bare in names)
            ):
                return written
    return shell_word(paths.relative(path, event.state.folder))


def _same_value(one: Event, other: Event, name: str) -> bool:
    first, second = one.state.variables.get(name), other.state.variables.get(name)
    return first is not None and first == second


def insert_before_context(event: Built, texts: list[str]) -> list[Edit]:
    """Puts words directly before the context."""
    if not texts:
        return []
    span = context_span(event)
    if event.command.context is None:
        return [Edit(span, "".join(" " + text for text in texts))]
    return [Edit(Span(span.start, span.start), "".join(text + " " for text in texts))]


def remove_flag(event: Built, flag: Flag) -> Edit:
    """Takes a flag out, with the blanks (or the continued line) in front of it."""
    span = flag_span(event, flag)
    text = event.site.source.text
    start = span.start
    while text[start - 1] in " \t":
        start -= 1
    if text[start - 2 : start] == "\\\n":
        # a flag on a continued line of its own goes with that line
        start -= 2
        while text[start - 1] in " \t":
            start -= 1
    return Edit(Span(start, span.end), "")


def shell_word(text: str) -> str:
    """The text as one word of a script."""
    return text if re.fullmatch(r"[A-Za-z0-9_@%+=:,./-]+", text) else "'" + text.replace("'", "'\\''") + "'"


def still_holds(value: Value, at: Built, show: str) -> str | None:
    """Why the expression of a value means something else at another command; None where it means the same."""
    state = at.state
    for piece in value.pieces:
        reference = piece.reference
        if reference is None:
            continue
        if is_outer(reference):
            source = at.site.source
            meaning = source.means(reference.expression) if isinstance(source, DerivedSource) else None
            # the shell has taken the quotes out of `NAME = "x"`
            raw = reference.source.slice(reference.span)
            if not reference.expression or meaning not in (piece.text, raw):
                return f"`{show}` has another value there"
            continue
        if reference.variable is None:
            return f"`{reference.expression}` is not a plain variable"
        if reference.variable.isdigit():
            index = int(reference.variable) - 1
            positional = state.positional
            if positional is not None and (index >= len(positional) or positional[index].flat != piece.text):
                return f"`{show}` has another value there"
            if positional is None and state.series:
                return f"`{show}` may have another value there"
            continue
        variable = state.variables.get(reference.variable)
        if variable is None:
            if reference.binding is not None:
                return f"`{show}` is not set there"
            continue
        if variable.value.flat != piece.text or variable.round != reference.round:
            return f"`{show}` has another value there"
    return None
