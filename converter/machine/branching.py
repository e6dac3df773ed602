"""Paths through the script that part and meet again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from msgspec.structs import replace

from converter.machine.host import Alternatives, Entry, FromContainer, HostFiles, either
from converter.machine.predicate import Condition, Facts, atoms, decide, learn, shared
from converter.machine.state import Container, Image, State, Variable
from converter.machine.value import Piece, Unknowns, Value

Made = TypeVar("Made", Image, Container)


def enter(state: State, condition: Condition, unknowns: Unknowns) -> State:
    """The state on the path on which a condition holds: choices that it decides are made."""
    facts = learn(condition.predicate, True, state.facts)
    inner = replace(state, facts=facts, conditions=(*state.conditions, condition))
    if unknowns.deciding.isdisjoint(atom.key[:2] for atom in atoms(condition.predicate)):
        return inner
    return resolved(inner, unknowns) if unknowns.choices or unknowns.lists else resolved_machine(inner)


def meet(before: State, paths: list[tuple[Condition, State]], unknowns: Unknowns) -> State:
    """One state for several paths that all go on: what differs becomes a choice between them.

    `before` is the state in which they parted. Of an image or a container that only some paths have, the others make
    a choice with nothing.
    """
    first = paths[0][1]
    if len(paths) == 1:
        return replace(first, conditions=before.conditions)
    unknowns.deciding.update(atom.key[:2] for condition, _ in paths for atom in atoms(condition.predicate))
    states = [state for _, state in paths]
    statuses = {state.status for state in states}
    return replace(
        first,
        variables=_variables(paths, unknowns),
        folder=_text([(c, s.folder) for c, s in paths], "$PWD", unknowns, "/"),
        files=_files(paths),
        images=_made([(c, s.images) for c, s in paths]),
        containers=_made([(c, s.containers) for c, s in paths]),
        positional=_positional(paths, unknowns),
        last=first.last if all(state.last == first.last for state in states) else None,
        status=first.status if len(statuses) == 1 else "unknown",
        asked=first.asked if all(state.asked == first.asked for state in states) else None,
        folders=first.folders if all(state.folders == first.folders for state in states) else (),
        conditions=before.conditions,
        facts=shared(state.facts for state in states),
        options=frozenset.intersection(*(state.options for state in states)),
        stdin=first.stdin if all(state.stdin == first.stdin for state in states) else None,
    )


def effort(paths: list[tuple[Condition, State]]) -> int:
    """How many events' work `meet` is: for a file that only some paths changed, the others look through all theirs."""
    first = paths[0][1].files
    if all(state.files is first for _, state in paths):
        return 0
    counts = [len(state.files.changes) for _, state in paths]
    changed = len({path for _, state in paths for path in state.files.changes})
    return sum(counts) // 8 + sum((changed - count) * count for count in counts) // 1000


def resolved(state: State, unknowns: Unknowns) -> State:
    """The state with every choice made that its facts decide."""
    facts = state.facts

    def value(found: Value) -> Value:
        if unknowns.open_choice(found.flat) is None:
            return found
        return Value(tuple(replace(piece, text=unknowns.resolve(piece.text, facts)) for piece in found.pieces))

    def variable(found: Variable) -> Variable:
        if found.choices:
            left = [option for option in found.choices if decide(option[0].predicate, facts) is not False]
            if len(left) == 1:
                return variable(left[0][1])
            return replace(found, choices=tuple(left)) if left else found
        if found.items is not None:
            items = tuple((key, value(element)) for key, element in found.items)
            return replace(found, value=value(found.value), items=items)
        new = value(found.value)
        return found if new is found.value else replace(found, value=new)

    def entry(found: Entry | None) -> Entry | None:
        if found is not None and isinstance(found.origin, FromContainer):
            return replace(found, origin=replace(found.origin, path=value(found.origin.path)))
        return found

    files = {unknowns.resolve(path, facts): entry(found) for path, found in state.files.changes.items()}
    return resolved_machine(
        replace(
            state,
            variables={name: variable(found) for name, found in state.variables.items()},
            positional=None if state.positional is None else tuple(value(found) for found in state.positional),
            folder=_rooted(unknowns.resolve(state.folder, facts), state.folder),
            folders=tuple(unknowns.resolve(folder, facts) for folder in state.folders),
            files=replace(state.files, changes=files),
            images={unknowns.resolve(name, facts): found for name, found in state.images.items()},
            containers={unknowns.resolve(name, facts): found for name, found in state.containers.items()},
        )
    )


def resolved_machine(state: State) -> State:
    """The state with the choices between files, images and containers made that its facts decide."""
    facts = state.facts
    images, containers = state.images, state.containers
    if any(made.choices for made in images.values()):
        images = _remaining({name: _chosen(made, facts) for name, made in images.items()})
    if any(made.is_open for made in containers.values()):
        containers = _remaining({name: chosen_container(made, facts) for name, made in containers.items()})
    changes = state.files.changes
    if any(entry is not None and isinstance(entry.origin, Alternatives) for entry in changes.values()):
        changes = {path: _chosen_entry(entry, facts) for path, entry in changes.items()}
        state = replace(state, files=replace(state.files, changes=changes))
    return replace(state, images=images, containers=containers)


def _rooted(folder: str, before: str) -> str:
    """A working folder whose choice was made: the slash that stood for a place that is not known goes again."""
    return folder[1:] if before.startswith("/\x00") and not folder.startswith("/\x00") else folder


def _chosen(made: Made, facts: Facts) -> Made | None:
    if not made.choices:
        return made
    left = [(c, choice) for c, choice in made.choices if decide(c.predicate, facts) is not False]
    if len(left) == len(made.choices):
        return made
    options = [(c, None if choice is None else _chosen(choice, facts)) for c, choice in left]
    return _choice(options)


def _remaining(found: Mapping[str, Made | None]) -> dict[str, Made]:
    return {name: made for name, made in found.items() if made is not None}


def chosen_container(made: Container, facts: Facts) -> Container | None:
    """The container with the choices made that the facts decide; None where nothing made it then."""
    found = _chosen(made, facts)
    if found is None or found.image is None:
        return found
    return replace(found, image=_chosen(found.image, facts))


def _chosen_entry(entry: Entry | None, facts: Facts) -> Entry | None:
    if entry is None or not isinstance(entry.origin, Alternatives):
        return entry
    left = [(c, option) for c, option in entry.origin.options if decide(c.predicate, facts) is not False]
    if not left:
        return entry
    return either([(c, _chosen_entry(option, facts)) for c, option in left])


def _variables(paths: list[tuple[Condition, State]], unknowns: Unknowns) -> Mapping[str, Variable]:
    same = paths[0][1].variables
    if all(state.variables is same for _, state in paths):
        return same
    names = dict.fromkeys(name for _, state in paths for name in state.variables)
    joined: dict[str, Variable] = {}
    for name in names:
        found = [(condition, state.variables.get(name)) for condition, state in paths]
        first = found[0][1]
        if first is not None and all(variable is first or variable == first for _, variable in found):
            joined[name] = first
            continue
        bindings = [
            number for _, v in found if v is not None
            for number in (() if v.binding is None else (v.binding, *v.others))
        ]  # fmt: skip
        held = [variable for _, variable in found if variable is not None]
        outside = Value(
            (Piece(unknowns.token(("outside", name), f"${name}", f"${name} comes from outside the script")),)
        )
        values = [(condition, outside if variable is None else variable.value) for condition, variable in found]
        choices: tuple[tuple[Condition, Variable], ...] = ()
        if any(variable.items is not None or variable.choices for variable in held):
            # an array that differs: a command that uses it is followed once for each
            choices = tuple((condition, variable) for condition, variable in found if variable is not None)
            choices = choices if len(choices) == len(found) else ()
            unknowns.lists.add(name)
            key = ("array", name, tuple(c.predicate for c, _ in found), tuple(bindings))
            value = Value((Piece(unknowns.token(key, f"${name}", "branches of the script give it different values")),))
        elif all(value.flat == values[0][1].flat for _, value in values):
            value = values[0][1]
        else:
            value = Value((Piece(unknowns.choice(tuple(values), f"${name}")),))
        numbers = tuple(dict.fromkeys(bindings))
        states = {variable.is_set for variable in held} | ({None} if len(held) < len(found) else set())
        joined[name] = Variable(
            value,
            numbers[0] if numbers else None,
            any(variable.exported for variable in held),
            is_set=states.pop() if len(states) == 1 and not choices else None,
            attributes=held[0].attributes,
            others=numbers[1:],
            choices=choices,
        )
    return joined


def _text(options: list[tuple[Condition, str]], expression: str, unknowns: Unknowns, lead: str) -> str:
    first = options[0][1]
    if all(text == first for _, text in options):
        return first
    return lead + unknowns.choice(tuple((c, Value.literal(text)) for c, text in options), expression)


def _positional(paths: list[tuple[Condition, State]], unknowns: Unknowns) -> tuple[Value, ...] | None:
    first = paths[0][1].positional
    if all(state.positional == first for _, state in paths):
        return first
    given = [(condition, state.positional) for condition, state in paths]
    if first is None or any(values is None or len(values) != len(first) for _, values in given):
        return None
    joined: list[Value] = []
    for index in range(len(first)):
        options = tuple((condition, values[index]) for condition, values in given if values is not None)
        same = all(value.flat == options[0][1].flat for _, value in options)
        token = "" if same else unknowns.choice(options, f"${index + 1}")
        joined.append(options[0][1] if same else Value((Piece(token),)))
    return tuple(joined)


def _files(paths: list[tuple[Condition, State]]) -> HostFiles:
    first = paths[0][1].files
    if all(state.files is first for _, state in paths):
        return first
    shared_overlays = [o for o in first.overlays if all(o in state.files.overlays for _, state in paths)]
    parted = [o.folder for _, state in paths for o in state.files.overlays if o not in shared_overlays]
    changed = dict.fromkeys([*parted, *(path for _, state in paths for path in state.files.changes)])
    changes: dict[str, Entry | None] = {}
    for path in changed:
        raw = [state.files.changes.get(path, _ABSENT) for _, state in paths]
        if path not in parted and all(entry is raw[0] for entry in raw):
            changes[path] = first.changes[path]
            continue
        changes[path] = either([(condition, state.files.lookup(path)) for condition, state in paths])
    fillings = dict.fromkeys(filling for _, state in paths for filling in state.files.fillings)
    return HostFiles(first.start, changes, tuple(shared_overlays), tuple(fillings)).keeping_patterns()


_ABSENT = object()


def _made(paths: list[tuple[Condition, Mapping[str, Made]]]) -> Mapping[str, Made]:
    same = paths[0][1]
    if all(found is same for _, found in paths):
        return same
    names = dict.fromkeys(name for _, found in paths for name in found)
    joined: dict[str, Made] = {}
    for name in names:
        made = _choice([(condition, found.get(name)) for condition, found in paths])
        if made is not None:
            joined[name] = made
    return joined


def _choice(options: list[tuple[Condition, Made | None]]) -> Made | None:
    first = next((made for _, made in options if made is not None), None)
    if first is None or all(made == first for _, made in options):
        return first
    return replace(first, choices=tuple(options))
