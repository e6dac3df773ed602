"""Commands about images under private names, and what holds a registry off."""

from __future__ import annotations

from converter.docker_cli.commands import Command, Pull, Push, Rmi, Tag
from converter.docker_cli.words import Word
from converter.isolation.containers import container
from converter.isolation.draft import Action, Draft, hold, refuse
from converter.isolation.names import is_id


def image(draft: Draft, word: Word) -> None:
    """An image that a command names."""
    if draft.names.is_own_image(word.text):
        draft.replace(word, draft.names.image(word.text))


def rewrite_tag(draft: Draft) -> Action:
    """`tag` makes private names, of whatever image."""
    command = draft.command
    assert isinstance(command, Tag)
    image(draft, command.source)
    makes = []
    for target in command.targets:
        private = draft.names.image(target.text)
        draft.replace(target, private)
        makes.append((target.text, private))
    for flag in command.removed:
        draft.drop_flag(flag)
    return draft.run(makes=makes)


def rewrite_rmi(draft: Draft) -> Action:
    """`rmi` takes private names away. Images of others, by name or id, stay, as if they had gone.

    An id means the names that the script has given to the image: the one that keeps it is not the script's.
    """
    command = draft.command
    assert isinstance(command, Rmi)
    remaining = 0
    for word in command.operands:
        if is_id(word.text) and not draft.names.may_be_own_image(word.text):
            names = draft.look.image_names(word.text) or ()
            given = [name for name in names if draft.names.is_private(name) and not draft.names.is_kept(name)]
            draft.drop(word)
            draft.append(*given)
            remaining += len(given)
        elif draft.names.may_be_own_image(word.text) or not draft.look.has_image(word.text):
            draft.replace(word, draft.names.image(word.text))
            remaining += 1
        elif not draft.names.is_private(word.text):
            draft.drop(word)
        else:
            remaining += 1
    return draft.run() if remaining or not command.operands else hold()


def rewrite_push(draft: Draft) -> Action:
    """Nothing is pushed."""
    assert isinstance(draft.command, Push)
    return hold(pushed=[word.text for word in draft.command.names])


def rewrite_pull(draft: Draft) -> Action:
    """Only what is not here yet, and cannot be the run's own, is fetched."""
    command = draft.command
    assert isinstance(command, Pull)
    wanted = [word.text for word in command.images]
    if all(draft.names.may_be_own_image(name) or draft.look.has_image(name) for name in wanted):
        return hold()
    return draft.run(uses=wanted)


def rewrite_commit(draft: Draft, command: Command) -> Action:
    """`commit CONTAINER [NAME]`."""
    container(draft, command.operands[0])
    return _named(draft, command.operands[1:2])


def rewrite_import(draft: Draft, command: Command) -> Action:
    """`import SOURCE [NAME]`."""
    return _named(draft, command.operands[1:2])


def _named(draft: Draft, operands: tuple[Word, ...]) -> Action:
    makes = []
    for word in operands:
        private = draft.names.image(word.text)
        draft.replace(word, private)
        makes.append((word.text, private))
    return draft.run(makes=makes, captures="image")


def rewrite_listing(draft: Draft, command: Command) -> Action:
    """`images [NAME]`."""
    for word in command.operands:
        has_tag = ":" in word.text.rpartition("/")[2]
        if draft.names.may_be_own_image(word.text) or (not has_tag and draft.names.has_own_repository(word.text)):
            private = draft.names.image(word.text)
            draft.replace(word, private if has_tag else private.rpartition(":")[0])
    for flag in command.flags:
        if flag.name == "filter" and flag.value is not None:
            key, _, value = flag.value.text.partition("=")
            if key == "reference" and draft.names.may_be_own_image(value):
                draft.replace(flag.value, f"reference={draft.names.image(value)}")
    return draft.run()


def rewrite_images(draft: Draft, command: Command) -> Action:
    """Commands whose operands are images."""
    for word in command.operands:
        image(draft, word)
    return draft.run()


def rewrite_inspect(draft: Draft, command: Command) -> Action:
    """`inspect` of anything: an image of the run or of others, else a container, which is the run's."""
    kind = command.value("type")
    wanted = kind.text if kind is not None else ("image" if "image" in command.path else "")
    if "container" in command.path:
        wanted = "container"
    for word in command.operands:
        is_image = draft.names.may_be_own_image(word.text) or (not is_id(word.text) and draft.look.has_image(word.text))
        if wanted == "image" or (not wanted and is_image):
            if draft.names.may_be_own_image(word.text):
                draft.replace(word, draft.names.image(word.text))
        elif wanted == "container" or (not wanted and not is_id(word.text)):
            container(draft, word)
        elif wanted in ("volume", "network"):
            draft.replace(word, draft.names.container(word.text))
    return draft.run()


def rewrite_load(draft: Draft, command: Command) -> Action:
    """A saved image brings names of its own, which would take the place of the person's."""
    return refuse(
        "`docker load` gives an image the names that its archive has, which may be those of your own images: "
        "it is not run"
    )
