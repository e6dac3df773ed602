"""From a command line of the script to what is run in its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from converter.docker_cli.commands import Command
from converter.docker_cli.errors import UsageError
from converter.docker_cli.flagset import compile_flags, scan
from converter.docker_cli.parse import parse
from converter.isolation import builds, containers, images
from converter.isolation.draft import Action, Draft, Look, hold, refuse
from converter.isolation.names import Names

_ENGINE_FLAGS = frozenset({"host", "context", "connection", "url", "remote", "address", "namespace"})
"""Global flags that choose another engine."""


def rewrite(argv: Sequence[str], names: Names, look: Look, number: str) -> Action:
    """What is run for a command line, which may begin with `sudo` and its like.

    `number` is different for every command of the run. What cannot be given private names is refused, never passed
    on: it might change what the person has.
    """
    try:
        command = parse(argv)
    except UsageError as error:
        return _wrong(error, argv)
    if not command.program.startswith("docker"):
        return refuse(
            f"{command.program} has images of its own, which are not verified; build both versions yourself and "
            "compare what `save` writes: stageify verify --archives BEFORE.tar AFTER.tar"
        )
    elsewhere = [flag.name for flag in command.globals if flag.name in _ENGINE_FLAGS]
    if elsewhere:
        return refuse(f"`--{elsewhere[0]}` chooses another engine, in which nothing can be kept apart")
    if command.name in _TYPED:
        return _TYPED[command.name](Draft(command, names, look, number))
    if command.name in _HELD:
        return hold()
    if command.name in _PASSED:
        return Draft(command, names, look, number).run()
    if command.name == "system":
        verb = command.operands[0].text if command.operands else ""
        return hold() if verb in ("prune", "events") else Draft(command, names, look, number).run()
    if command.name in ("volume", "network"):
        return _group(command, names, look, number)
    if command.name in _OTHER:
        flags, flags_first, function = _OTHER[command.name]
        read = _read(command, flags, flags_first)
        return read if isinstance(read, Action) else function(Draft(read, names, look, number), read)
    shown = " ".join((command.program, *command.path))
    return refuse(f"`{shown}` cannot be run under private names, so it is not run")


def _wrong(error: UsageError, argv: Sequence[str]) -> Action:
    """Where something is missing the program itself says so; any other mistake may be a newer program's feature."""
    if error.index == len(argv):
        return Action("run", tuple(argv))
    return refuse(f"{error}; what it would do to your engine is not known, so it is not run")


def _read(command: Command, flags: str, flags_first: bool) -> Command | Action:
    """The command with its flags and operands told apart."""
    operands = command.operands
    start = operands[0].index if operands else len(command.argv)
    shown = " ".join((command.program, *command.path))
    try:
        found = scan(command.argv, start, compile_flags(flags, "help,h"), not flags_first, shown)
    except UsageError as error:
        return _wrong(error, command.argv)
    return replace(command, flags=found.flags, operands=found.operands)


def _group(command: Command, names: Names, look: Look, number: str) -> Action:
    """`volume` and `network`, whose own names are private too."""
    if not command.operands:
        return Draft(command, names, look, number).run()
    verb = command.operands[0]
    if verb.text in ("ls", "list", "help"):
        return Draft(command, names, look, number).run()
    if verb.text == "prune":
        return hold()
    spec = _GROUPS[command.name].get(verb.text)
    if spec is None:
        return refuse(f"`{command.program} {command.name} {verb.text}` cannot be run under private names")
    inner = replace(command, path=(*command.path, verb.text), operands=command.operands[1:])
    read = _read(inner, spec, False)
    if isinstance(read, Action):
        return read
    draft = Draft(read, names, look, number)
    made = []
    if command.name == "volume":
        for word in (*read.operands, *read.values("name")):
            draft.replace(word, names.container(word.text))
    elif verb.text == "create":
        for word in read.operands:
            draft.replace(word, names.container(word.text))
            made.append(word.text)
    else:
        connecting = verb.text in ("connect", "disconnect")
        for position, word in enumerate(read.operands):
            if connecting and position == 1:
                containers.container(draft, word)
            elif names.network(word.text) != word.text or not connecting:
                draft.replace(word, names.container(word.text))
    return draft.run(networks=made)


_TYPED: dict[str, Callable[[Draft], Action]] = {
    "build": builds.rewrite_build,
    "create": containers.rewrite_new,
    "run": containers.rewrite_new,
    "cp": containers.rewrite_cp,
    "rm": containers.rewrite_rm,
    "exec": containers.rewrite_first,
    "start": containers.rewrite_all,
    "stop": containers.rewrite_all,
    "wait": containers.rewrite_all,
    "kill": containers.rewrite_all,
    "rmi": images.rewrite_rmi,
    "tag": images.rewrite_tag,
    "push": images.rewrite_push,
    "pull": images.rewrite_pull,
}

_HELD = frozenset(
    (
        *("login", "logout", "trust", "manifest", "search", "events"),
        *("system prune", "image prune", "container prune", "builder prune", "buildx prune"),
        *("buildx create", "buildx use", "buildx rm", "buildx stop", "buildx install", "buildx uninstall"),
    )
)
"""What would talk to a registry, wait for others, or take away what is not the run's."""

_PASSED = frozenset(("help", "version", "info", "stats", "buildx ls", "buildx inspect", "buildx version", "buildx du"))
"""What only tells something."""


def _first(draft: Draft, command: Command) -> Action:
    return containers.rewrite_first(draft) if command.operands else draft.run()


def _every(draft: Draft, command: Command) -> Action:
    return containers.rewrite_all(draft)


_Other = tuple[str, bool, Callable[[Draft, Command], Action]]

# Flags from docker/cli `cli/command/container` and `cli/command/image`.
_OTHER: dict[str, _Other] = {
    "ps": ("all,a filter,f= format= last,n= latest,l no-trunc quiet,q size,s", False, containers.rewrite_ps),
    "logs": ("details follow,f since= tail,n= timestamps,t until=", False, _first),
    "export": ("output,o=", False, _first),
    "attach": ("detach-keys= no-stdin sig-proxy", False, _first),
    "diff": ("", False, _first),
    "port": ("", False, _first),
    "top": ("", True, _first),
    "pause": ("", False, _every),
    "unpause": ("", False, _every),
    "restart": ("signal,s= timeout|time,t=", False, _every),
    "rename": ("", False, _every),
    "commit": ("author,a= change,c= message,m= pause,p no-pause quiet,q", False, images.rewrite_commit),
    "import": ("change,c= message,m= platform=", False, images.rewrite_import),
    "images": ("all,a digests filter,f= format= no-trunc quiet,q tree", False, images.rewrite_listing),
    "history": ("format= human,H no-trunc quiet,q platform=", False, images.rewrite_images),
    "save": ("output,o= platform=", False, images.rewrite_images),
    "inspect": ("format,f= size,s type= platform=", False, images.rewrite_inspect),
    "load": ("input,i= quiet,q platform=", False, images.rewrite_load),
}
"""By the name of the command: its flags, whether they only stand before the operands, and its rewriting."""

_GROUPS: dict[str, dict[str, str]] = {
    "volume": {
        "create": "driver,d= label= name= opt,o=",
        "inspect": "format,f=",
        "rm": "force,f",
        "remove": "force,f",
    },
    "network": {
        "create": "attachable aux-address= config-from= config-only driver,d= gateway= ingress internal ip-range="
        " ipam-driver= ipam-opt= ipv4 ipv6 label= opt,o= scope= subnet=",
        "connect": "alias= driver-opt= gw-priority= ip= ip6= link= link-local-ip=",
        "disconnect": "force,f",
        "inspect": "format,f= verbose,v",
        "rm": "force,f",
        "remove": "force,f",
    },
}
"""The flags of the commands of a group; docker/cli `cli/command/volume` and `cli/command/network`."""
