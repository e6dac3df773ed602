"""Commands about containers under private names."""

from __future__ import annotations

from converter.docker_cli.commands import Command, Cp, NewContainer, Rm
from converter.docker_cli.words import Word
from converter.isolation.draft import Action, Draft, hold
from converter.isolation.names import BUILT_IN_NETWORKS, is_id

_NAMESPACES = frozenset({"network", "pid", "ipc"})


def rewrite_new(draft: Draft) -> Action:
    """`create` and `run`: the container always has a name, by which it is found when all is over."""
    command = draft.command
    assert isinstance(command, NewContainer)
    name = command.container_name
    if name is None:
        draft.insert("--name", draft.names.container(f"unnamed-{draft.number}"))
    else:
        draft.replace(name, draft.names.container(name.text))
    uses = []
    image = command.image
    if draft.names.is_own_image(image.text):
        draft.replace(image, draft.names.image(image.text))
    elif not is_id(image.text) and not draft.names.is_private(image.text):
        uses.append(image.text)
    _pull_nothing_that_is_here(draft)
    _mounts(draft, command)
    for flag in command.flags:
        if flag.value is not None:
            if flag.name in _NAMESPACES:
                _namespace(draft, flag.value)
            elif flag.name == "volumes-from":
                _part_before_colon(draft, flag.value)
            elif flag.name == "link":
                _link(draft, flag.value)
    prints_id = command.name == "create" or command.detach
    return draft.run(uses=uses, captures="container" if prints_id else "")


def _pull_nothing_that_is_here(draft: Draft) -> None:
    """`--pull always` would move the person's own tag to another image."""
    for flag in draft.command.flags:
        if flag.name == "pull":
            draft.drop_flag(flag)


def _mounts(draft: Draft, command: NewContainer) -> None:
    for volume in command.volumes:
        if volume.kind == "volume" and volume.source is not None:
            draft.replace(volume.source, draft.names.container(volume.source.text))


def _namespace(draft: Draft, word: Word) -> None:
    """`container:NAME`, or the name of a network, perhaps as `name=NAME,alias=...`."""
    if word.text.startswith("container:"):
        container(draft, word.part(len("container:")))
    elif "=" in word.text:
        start = 0
        for field in word.text.split(","):
            if field.startswith("name="):
                network(draft, word.part(start + len("name="), start + len(field)))
            start += len(field) + 1
    else:
        network(draft, word)


def _part_before_colon(draft: Draft, word: Word) -> None:
    container(draft, word.part(0, len(word.text.partition(":")[0])))


def _link(draft: Draft, word: Word) -> None:
    """A link without an alias is known inside under the container's name."""
    name, colon, _ = word.text.partition(":")
    container(draft, word.part(0, len(name)), "" if colon or is_id(name) else f":{name}")


def network(draft: Draft, word: Word) -> None:
    """A network that a command names."""
    if word.text not in BUILT_IN_NETWORKS and draft.names.network(word.text) != word.text:
        draft.replace(word, draft.names.network(word.text))


def container(draft: Draft, word: Word, behind: str = "") -> bool:
    """A container that a command names; False where the id is that of a container of somebody else.

    A container of somebody else cannot be reached: the engine is asked for one that does not exist.
    """
    if draft.names.is_private(word.text):
        return True
    if is_id(word.text) and draft.look.owns_container(word.text):
        return True
    draft.replace(word, draft.names.container(word.text) + behind)
    return not is_id(word.text)


def rewrite_first(draft: Draft) -> Action:
    """Commands whose first operand is a container."""
    container(draft, draft.command.operands[0])
    return draft.run()


def rewrite_all(draft: Draft) -> Action:
    """Commands whose operands are containers. What belongs to others is left out: nothing happens to it."""
    operands = draft.command.operands
    foreign = [word for word in operands if is_id(word.text) and not draft.look.owns_container(word.text)]
    if operands and len(foreign) == len(operands):
        return hold()
    for word in operands:
        if word in foreign:
            draft.drop(word)
        else:
            container(draft, word)
    return draft.run()


def rewrite_rm(draft: Draft) -> Action:
    """`rm` takes the anonymous volumes along, which nobody would find any more."""
    assert isinstance(draft.command, Rm)
    if not draft.command.volumes and draft.command.flag("link") is None:
        draft.insert("--volumes")
    return rewrite_all(draft)


def rewrite_cp(draft: Draft) -> Action:
    """`cp` names its container in one of its paths."""
    command = draft.command
    assert isinstance(command, Cp)
    for side in (command.source, command.destination):
        if side.container is not None:
            container(draft, side.container)
    return draft.run()


def rewrite_ps(draft: Draft, command: Command) -> Action:
    """`ps` lists the run's own containers only."""
    prefix = draft.names.container_prefix
    named = False
    for flag in command.flags:
        if flag.name == "filter" and flag.value is not None:
            key, _, value = flag.value.text.partition("=")
            if key == "name":
                named = True
                anchored = value.startswith("^")
                rest = value.removeprefix("^").removeprefix("/")
                between = "" if anchored else ".*"
                draft.replace(flag.value, f"name=^/?{prefix}{between}{rest.removeprefix(prefix)}")
            elif key == "ancestor":
                draft.replace(
                    flag.value, f"ancestor={draft.names.image(value) if draft.names.may_be_own_image(value) else value}"
                )
    if not named:
        draft.insert("--filter", f"name=^/?{prefix}")
    return draft.run()
