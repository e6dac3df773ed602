"""docker commands that tell ids: ps, images, inspect. Only what the script itself made is known."""

from __future__ import annotations

import re

from msgspec import Struct

from converter.docker_cli import commands as docker
from converter.docker_cli.references import normalize
from converter.machine.events import Created
from converter.machine.state import Container, Image, State
from converter.machine.value import Piece, Value
from converter.shell.commands.call import Call

_VALUED = {
    "ps": {"f": "filter", "n": "last", "format": "format", "filter": "filter", "last": "last"},
    "images": {"f": "filter", "filter": "filter", "format": "format"},
    "inspect": {"f": "format", "format": "format", "type": "type"},
}
_LETTERS = {"a": "all", "l": "latest", "q": "quiet", "s": "size"}
_ID = r"\{\{\s*\.I[dD]\s*\}\}"


class Asked(Struct):
    """The flags and operands of a command that tells ids."""

    flags: dict[str, list[str]]
    operands: list[str]

    def has(self, name: str) -> bool:
        return name in self.flags


def answer(command: docker.Command, call: Call, state: State) -> Value | None:
    """What the command prints, None where that is not known."""
    if command.name not in _VALUED:
        return None
    asked = _read([word.text for word in command.operands], _VALUED[command.name])
    if asked is None:
        return None
    if command.name == "ps":
        return _containers(asked, call, state)
    if command.name == "images":
        return _images(asked, call, state)
    return _inspected(asked, call, state)


def _read(words: list[str], valued: dict[str, str]) -> Asked | None:
    """The flags by their long names; None for one whose meaning for the output is not followed."""
    found = Asked({}, [])
    waiting = iter(words)
    for word in waiting:
        if not word.startswith("-"):
            found.operands.append(word)
        elif word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            if name in valued:
                found.flags.setdefault(valued[name], []).append(value if equals else next(waiting, ""))
            elif name in ("all", "latest", "quiet", "no-trunc", "size"):
                found.flags.setdefault(name, [])
            else:
                return None
        else:
            for position, letter in enumerate(word[1:], 2):
                if letter in valued:
                    value = word[position:].removeprefix("=") or next(waiting, "")
                    found.flags.setdefault(valued[letter], []).append(value)
                    break
                if letter not in _LETTERS:
                    return None
                found.flags.setdefault(_LETTERS[letter], [])
    return found


def _containers(asked: Asked, call: Call, state: State) -> Value | None:
    """`docker ps`: newest first; without `-a` only those that run, which a detached one is taken to do."""
    newest = sorted({c.event: c for c in state.containers.values()}.values(), key=lambda c: c.event, reverse=True)
    if asked.operands:
        return None
    formats = asked.flags.get("format", [])
    only_ids = asked.has("quiet") or (len(formats) == 1 and re.fullmatch(r"\{\{\s*\.ID\s*\}\}", formats[0]) is not None)
    if formats and not only_ids:
        return None
    if not (asked.has("all") or asked.has("latest") or asked.has("last")):
        if not newest or not all(_is_detached(container, call) for container in newest):
            return None
    for condition in asked.flags.get("filter", []):
        kind, _, wanted = condition.partition("=")
        if kind == "name":
            named = [(container, container.name) for container in newest if container.name is not None]
            plain = wanted.removeprefix("^").removeprefix("/").removesuffix("$")
            exact = wanted.startswith("^") and wanted.endswith("$")
            newest = [c for c, name in named if (name == plain if exact else plain in name)]
        elif kind == "ancestor":
            image = _image(state, wanted)
            newest = [c for c in newest if (c.image == image if image is not None else c.image_name.flat == wanted)]
        else:
            return None
    if not newest:
        return None
    if asked.has("latest") or asked.flags.get("last") == ["1"]:
        newest = newest[:1]
    elif asked.has("last"):
        return None
    if not asked.has("latest"):
        call.machine.assume("the machine has no other containers that `docker ps` would list here", call.site)
    unknowns = call.machine.run.unknowns
    pieces = []
    for container in newest:
        token = unknowns.token(("container", container.event), "the container's id", "it is given by the engine", True)
        text = token
        if not only_ids:
            rest = unknowns.token(("ps", container.event), "...", "it is a row of `docker ps`", True)
            name = container.name or unknowns.token(("name", container.event), "...", "the engine makes it up", True)
            text = f"{token}   {container.image_name.flat}   {rest}   {name}"
        pieces.append(Piece(text + "\n"))
    heading = () if only_ids else (Piece("CONTAINER ID   IMAGE   COMMAND   CREATED   STATUS   PORTS   NAMES\n"),)
    return Value((*heading, *pieces))


def _is_detached(container: Container, call: Call) -> bool:
    event = call.machine.run.events[container.event]
    return isinstance(event, Created) and isinstance(event.command, docker.Run) and event.command.detach is True


def _images(asked: Asked, call: Call, state: State) -> Value | None:
    """`docker images -q NAME`."""
    if not asked.has("quiet") or asked.has("filter") or asked.has("format") or len(asked.operands) != 1:
        return None
    name = asked.operands[0]
    image = state.images.get(normalize(name))
    if image is None:
        return None
    others = {held.event for tag, held in state.images.items() if tag.rpartition(":")[0] == normalize(name)
              .rpartition(":")[0]}  # fmt: skip
    if ":" not in name.rpartition("/")[2] and others != {image.event}:
        # without a tag every tag of the name is listed
        return None
    return _id("image", image.event, call)


def _inspected(asked: Asked, call: Call, state: State) -> Value | None:
    """`docker inspect -f '{{.Id}}' NAME`."""
    formats = asked.flags.get("format", [])
    if len(formats) != 1 or not re.fullmatch(_ID, formats[0]) or len(asked.operands) != 1:
        return None
    name = asked.operands[0]
    container = state.containers.get(name)
    if container is not None and asked.flags.get("type") != ["image"]:
        return _id("container", container.event, call)
    image = _image(state, name)
    return _id("image", image.event, call) if image is not None else None


def _image(state: State, name: str) -> Image | None:
    return state.images.get(name) or state.images.get(normalize(name))


def _id(what: str, event: int, call: Call) -> Value:
    token = call.machine.run.unknowns.token((what, event), f"the {what}'s id", "it is given by the engine", True)
    return Value((Piece(token + "\n"),))
