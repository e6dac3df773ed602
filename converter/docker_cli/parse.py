"""From an argument vector to a command: `parse`, and `is_docker` to ask first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from msgspec import Struct

from converter.docker_cli import commands
from converter.docker_cli.commands import Command, Cp, NewContainer, Other
from converter.docker_cli.errors import UsageError, did_you_mean
from converter.docker_cli.flagset import FlagSet, Scan, scan
from converter.docker_cli.prefixes import Program, find_program
from converter.docker_cli.tables import names
from converter.docker_cli.tables.commands import command_flags, global_flags, group_flags, removed_flags
from converter.docker_cli.tokens import UNKNOWN_START, is_unknown
from converter.docker_cli.words import Flag, Word


def is_docker(argv: Sequence[str]) -> bool:
    """Whether the command line runs docker, podman, nerdctl, buildah or one of their wrappers.

    Prefixes such as `sudo -E` and `env A=b` are looked behind. It need not be a
    command line that `parse` accepts.
    """
    return find_program(argv) is not None


def parse(
    argv: Sequence[str], open_words: frozenset[int] = frozenset(), is_image: Callable[[str], bool] | None = None
) -> Command:
    """Reads a command line of docker, podman, nerdctl, buildah or docker-buildx.

    `argv` is what the program would get, `argv[0]` included, perhaps behind `sudo`,
    `env` and the like (`prefixes`). An argument may hold unknown tokens (`tokens`). `open_words` are the
    indices of arguments that are nothing but a token and may stand for any number of arguments; `is_image`
    tells whether a text certainly names an image. An open word that cannot be an operand becomes one of
    `Command.options`.

    Returns the typed command, `Other` for commands that this package knows by name
    only, and `Other` named `help` or `version` where a flag asks for that. Raises
    `UsageError` where the program would refuse the arguments, and where an unknown
    token hides which subcommand or flag stands there.
    """
    program = find_program(argv)
    if program is None:
        raise UsageError("this is not a command of docker or of a program like it", 0)
    call = _Call(tuple(argv), program, open_words, is_image)
    if program.name.endswith("-compose"):
        return _other(call, "compose", (), (), program.index + 1)
    index, flags = _leading(call, program.index + 1, global_flags(program.name), program.name)
    asked = _asked(flags)
    if asked or index == len(argv):
        return _other(call, asked or "help", (), flags, index)
    return _subcommand(call, index, flags)


class _Call(Struct, frozen=True):
    argv: tuple[str, ...]
    program: Program
    open_words: frozenset[int]
    is_image: Callable[[str], bool] | None


class _Arity(Struct, frozen=True):
    """How many operands a command takes; `maximum` None is any number."""

    minimum: int
    maximum: int | None
    what: str
    """What they are, for messages."""


def _subcommand(call: _Call, index: int, flags: tuple[Flag, ...]) -> Command:
    program = call.program.name
    word = _subcommand_word(call, index, program)
    if program == "docker-buildx":
        return _in_group(call, "buildx", index, (), flags)
    groups = names.GROUPS[program]
    if word in groups:
        after, more = _leading(call, index + 1, group_flags(program, word), f"{program} {word}")
        if _asked(more) or after == len(call.argv):
            return _other(call, "help", (word,), flags + more, after)
        return _in_group(call, word, after, (word,), flags + more)
    name = _spellings(names.TOP[program]).get(word)
    if name is None:
        known = (*_spellings(names.TOP[program]), *groups)
        raise UsageError(f"`{program}` has no command `{word}`{did_you_mean(word, known)}", index)
    return _command(call, name, (word,), flags, index + 1)


def _in_group(call: _Call, group: str, index: int, path: tuple[str, ...], flags: tuple[Flag, ...]) -> Command:
    program = "docker" if call.program.name == "docker-buildx" else call.program.name
    shown = " ".join((call.program.name, *path))
    word = _subcommand_word(call, index, shown)
    spellings = _spellings(names.GROUPS[program][group])
    if group == "buildx" and word in ("debug", "dap"):
        nested = _nested_build(call, index, (*path, word), flags)
        if nested is not None:
            return nested
    name = spellings.get(word)
    if name is None:
        raise UsageError(f"`{shown}` has no command `{word}`{did_you_mean(word, spellings)}", index)
    shared = name in names.SHARED if group in ("container", "image") else name == "build"
    return _command(call, name if shared else f"{group} {name}", (*path, word), flags, index + 1)


def _nested_build(call: _Call, index: int, path: tuple[str, ...], flags: tuple[Flag, ...]) -> Command | None:
    """`docker buildx debug [--on=error] build`, None where it is another command."""
    known = command_flags("docker", "build")
    assert known is not None
    after, more = _leading(call, index + 1, known, f"{call.program.name} {' '.join(path)}")
    if after < len(call.argv) and call.argv[after] in ("build", "b"):
        return _command(call, "build", (*path, call.argv[after]), flags + more, after + 1)
    return None


def _subcommand_word(call: _Call, index: int, shown: str) -> str:
    word = call.argv[index]
    if is_unknown(word):
        raise UsageError(f"which command of `{shown}` stands here is not known: `{word}`", index)
    return word


def _leading(call: _Call, index: int, known: FlagSet, shown: str) -> tuple[int, tuple[Flag, ...]]:
    """The flags before a subcommand, and the index of the subcommand."""
    argv = call.argv
    if index == len(argv) or argv[index][:1] not in ("-", UNKNOWN_START):
        return index, ()
    found = scan(argv, index, known, False, shown)
    return (found.operands[0].index if found.operands else len(argv)), found.flags


def _asked(flags: tuple[Flag, ...]) -> str | None:
    for flag in flags:
        if flag.name in ("help", "version") and flag.boolean is not False:
            return flag.name
    return None


def _command(call: _Call, name: str, path: tuple[str, ...], globals_: tuple[Flag, ...], index: int) -> Command:
    program = call.program.name
    known = command_flags(program, name)
    if known is None:
        return _other(call, name, path, globals_, index)
    shown = " ".join((program, *path))
    interspersed = name not in _FLAGS_FIRST and program != "buildah"
    found = scan(call.argv, index, known, interspersed, shown)
    options: tuple[Word, ...] = ()
    if call.open_words:
        found, options = _set_aside(call, name, found, known, shown)
    for flag in found.flags:
        if flag.name == "help" and flag.boolean is not False:
            return _other(call, "help", path, globals_, index)
    _check_count(call, found, name, shown)
    removed = removed_flags(program, name).long
    command = _TYPES[name](
        program,
        name,
        path,
        call.argv,
        call.program.index,
        call.program.environment,
        globals_,
        found.flags,
        found.operands,
        found.assumed,
        tuple(flag for flag in found.flags if flag.name in removed) if removed else (),
        options,
    )
    if isinstance(command, NewContainer):
        _ = command.volumes
    elif isinstance(command, Cp):
        _check_copy(command)
    return command


def _set_aside(call: _Call, name: str, found: Scan, known: FlagSet, shown: str) -> tuple[Scan, tuple[Word, ...]]:
    """Takes open words for flags where another argument has to be the context or certainly is the image."""
    if name == "build":
        certain = tuple(word for word in found.operands if word.index not in call.open_words)
        options = tuple(word for word in found.operands if word.index in call.open_words)
        if len(certain) != 1 or not options:
            return found, ()
        return Scan(found.flags, certain, ()), options
    options = ()
    if name not in ("create", "run") or call.is_image is None:
        return found, ()
    current = found
    while current.operands and current.operands[0].index in call.open_words:
        first = current.operands[0]
        if call.is_image(first.text):
            break
        try:
            later = scan(call.argv, first.index + 1, known, False, shown)
        except UsageError:
            return found, ()
        options = (*options, first)
        current = Scan(current.flags + later.flags, later.operands, later.assumed)
    if options and current.operands and call.is_image(current.operands[0].text):
        return current, options
    return found, ()


def _other(call: _Call, name: str, path: tuple[str, ...], globals_: tuple[Flag, ...], index: int) -> Other:
    program = call.program
    operands = tuple(Word(at, 0, call.argv[at]) for at in range(index, len(call.argv)))
    return Other(program.name, name, path, call.argv, program.index, program.environment, globals_, (), operands)


_TYPES: dict[str, type[Command]] = {
    "build": commands.Build,
    "create": commands.Create,
    "run": commands.Run,
    "cp": commands.Cp,
    "rm": commands.Rm,
    "rmi": commands.Rmi,
    "tag": commands.Tag,
    "push": commands.Push,
    "pull": commands.Pull,
    "exec": commands.Exec,
    "start": commands.Start,
    "stop": commands.Stop,
    "wait": commands.Wait,
    "kill": commands.Kill,
}

# SetInterspersed(false) in docker/cli, held against the 20.10 and 28.2 clients; buildah has it everywhere
_FLAGS_FIRST = frozenset(("create", "run", "exec", "tag"))

_CONTAINERS = _Arity(1, None, "container")
_ARITY: dict[str, _Arity] = {
    "build": _Arity(1, 1, "build context"),
    "create": _Arity(1, None, "image"),
    "run": _Arity(1, None, "image"),
    "cp": _Arity(2, 2, "path"),
    "rm": _CONTAINERS,
    "rmi": _Arity(1, None, "image"),
    "tag": _Arity(2, 2, "name of an image"),
    "push": _Arity(1, 1, "image"),
    "pull": _Arity(1, 1, "image"),
    "exec": _Arity(2, None, "container and command"),
    "start": _CONTAINERS,
    "stop": _CONTAINERS,
    "wait": _CONTAINERS,
    "kill": _CONTAINERS,
}

# podman and buildah: podman-build(1), podman-tag(1), podman-push(1), podman-pull(1)
_PODMAN_ARITY: dict[str, _Arity] = {
    "build": _Arity(0, 1, "build context"),
    "tag": _Arity(2, None, "name of an image"),
    "push": _Arity(1, 2, "image"),
    "pull": _Arity(1, None, "image"),
}

_INSTEAD_OF_NAMES = frozenset(("all", "latest", "cidfile", "filter", "prune"))
"""Flags of podman and buildah that choose containers or images where none is named."""


def _check_count(call: _Call, found: Scan, name: str, shown: str) -> None:
    podman_like = call.program.name in ("podman", "buildah")
    arity = (_PODMAN_ARITY.get(name) if podman_like else None) or _ARITY[name]
    count = len(found.operands)
    minimum = arity.minimum
    if podman_like and count < minimum and any(flag.name in _INSTEAD_OF_NAMES for flag in found.flags):
        minimum -= 1
    if count < minimum:
        wanted = "no" if count == 0 else f"only {count}"
        needs = _counted(minimum, arity)
        raise UsageError(f"`{shown}` needs {needs}, and {wanted} argument is left for it", len(call.argv))
    if arity.maximum is not None and count > arity.maximum:
        message = f"`{shown}` takes {_counted(arity.maximum, arity)}, and {count} arguments are left for it"
        if found.assumed:
            hidden = call.argv[found.assumed[0]]
            raise UsageError(f"{message}; `{hidden}` may be a flag, its value is not known", found.assumed[0])
        raise UsageError(message, found.operands[arity.maximum].index)


def _counted(count: int, arity: _Arity) -> str:
    if arity.maximum is None:
        exactly = "at least "
    else:
        exactly = "exactly " if arity.minimum == arity.maximum else "at most "
    return f"{exactly}{count} {'argument' if count == 1 else 'arguments'} ({arity.what})"


def _check_copy(command: Cp) -> None:
    """docker/cli `runCopy`: one side, and only one, is in a container."""
    for operand in command.operands:
        if not operand.text:
            raise UsageError("a path of `cp` cannot be empty", operand.index)
    source, destination = command.source, command.destination
    if source.container is None and destination.container is None:
        at = next((side.word.index for side in (source, destination) if side.assumed), source.word.index)
        message = "neither path of `cp` names a container (`container:path`)"
        if source.assumed or destination.assumed:
            message += "; what stands in the unknown part is not known"
        raise UsageError(message, at)
    if source.container is not None and destination.container is not None and command.program != "podman":
        raise UsageError("`cp` cannot copy from one container to another", destination.word.index)


@cache
def _spellings(table: str) -> dict[str, str]:
    pairs = (entry.partition("=") for entry in table.split())
    return {spelling: name or spelling for spelling, _, name in pairs}
