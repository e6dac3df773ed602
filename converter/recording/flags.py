"""Just enough of docker's command line to answer it: which options take a value, which words are operands.

The sets follow docker's own reference; `tests/recording/test_flags.py` holds them against `docker_cli`.
"""

from __future__ import annotations

GLOBAL_VALUES = frozenset(
    "-c --context -H --host -l --log-level --config --tlscacert --tlscert --tlskey --root --runroot --namespace -n".split()
)
"""Options before the subcommand that take a value."""

MANAGEMENT = {
    "container": "create run cp rm start stop kill wait exec logs inspect export commit rename port restart diff top",
    "image": "build tag push pull save load import history",
    "builder": "build",
    "buildx": "build",
    "volume": "", "network": "", "system": "", "compose": "", "manifest": "", "context": "", "stack": "",
}  # fmt: skip
"""Words in front of a subcommand, with the subcommands that mean the same without them."""

ALIASES = {
    "bud": "build", "build-using-dockerfile": "build", "image ls": "images", "image list": "images",
    "image rm": "rmi", "image remove": "rmi", "container ls": "ps", "container list": "ps", "container ps": "ps",
    "container remove": "rm",
}  # fmt: skip

_RUN_FLAGS = """--detach -d --init --interactive -i --no-healthcheck --oom-kill-disable --privileged --publish-all -P
    --read-only --rm --sig-proxy --tty -t --disable-content-trust --quiet -q --help --replace --systemd"""

WITHOUT_VALUE = {
    "build": frozenset(
        """--compress --disable-content-trust --force-rm --no-cache --pull --quiet -q --rm --squash --stream
        --load --push --help --layers -D""".split()
    ),
    "create": frozenset(_RUN_FLAGS.split()),
    "run": frozenset(_RUN_FLAGS.split()),
    "exec": frozenset("--detach -d --interactive -i --privileged --tty -t --help".split()),
}
"""For the commands with many options: those that take no value; every other one does."""

WITH_VALUE = {
    "ps": "--filter -f --format --last -n",
    "images": "--filter -f --format",
    "inspect": "--format -f --type",
    "image inspect": "--format -f",
    "stop": "--time -t --signal -s --timeout",
    "restart": "--time -t --signal -s --timeout",
    "kill": "--signal -s",
    "save": "--output -o --platform --format",
    "load": "--input -i --platform",
    "export": "--output -o",
    "import": "--change -c --message -m --platform",
    "commit": "--author -a --change -c --message -m",
    "logs": "--since --until --tail -n",
    "login": "--username -u --password -p",
    "pull": "--platform",
    "push": "--platform",
    "history": "--format --platform",
    "version": "--format -f",
    "info": "--format -f",
    "start": "--checkpoint --checkpoint-dir --detach-keys",
    "attach": "--detach-keys",
}
"""For the other commands: the options that take a value."""


class Call:
    """A command line taken apart.

    `verb` is the subcommand with management words left out where they change nothing; `options` are (name, value)
    pairs in order, with "" for an option without value; `operands` are the words behind them.
    """

    __slots__ = ("operands", "options", "verb")

    def __init__(self, verb: str, options: list[tuple[str, str]], operands: list[str]) -> None:
        self.verb = verb
        self.options = options
        self.operands = operands

    def has(self, *names: str) -> bool:
        """Whether one of the options is given and not switched off."""
        return any(name in names and value != "false" for name, value in self.options)

    def value(self, *names: str) -> str | None:
        """The last value of the options."""
        found = [value for name, value in self.options if name in names]
        return found[-1] if found else None

    def values(self, *names: str) -> list[str]:
        """All values of the options, in order."""
        return [value for name, value in self.options if name in names]


def verb_index(argv: list[str]) -> int:
    """The position of the subcommand: the first word that is neither a global option nor its value."""
    index = 0
    while index < len(argv) and argv[index].startswith("-"):
        index += 2 if argv[index] in GLOBAL_VALUES else 1
    return index


def parse(argv: list[str]) -> Call:
    """The command line without the program's name; never fails, an odd line only gives odd operands."""
    index = verb_index(argv)
    words = argv[index:]
    if not words:
        return Call("", [(word, "") for word in argv], [])
    verb, rest = words[0], words[1:]
    if verb in MANAGEMENT and rest:
        below = rest.pop(0)
        verb = below if below in MANAGEMENT[verb].split() else f"{verb} {below}"
    verb = ALIASES.get(verb, verb)
    options: list[tuple[str, str]] = []
    operands: list[str] = []
    only_leading = verb in ("run", "create", "exec")
    while rest:
        word = rest.pop(0)
        if word == "--":
            operands += rest
            break
        if word == "-" or not word.startswith("-"):
            operands.append(word)
            if only_leading:
                operands += rest
                break
        elif word.startswith("--"):
            name, equals, value = word.partition("=")
            if not equals and takes_value(verb, name) and rest:
                value = rest.pop(0)
            options.append((name, value))
        else:
            _short(verb, word, rest, options)
    return Call(verb, options, operands)


def _short(verb: str, word: str, rest: list[str], options: list[tuple[str, str]]) -> None:
    """A cluster of short options such as `-it` or `-fname`."""
    for at in range(1, len(word)):
        name = "-" + word[at]
        if not takes_value(verb, name):
            options.append((name, ""))
            continue
        value = word[at + 1 :].removeprefix("=")
        if not value and rest:
            value = rest.pop(0)
        options.append((name, value))
        return


def takes_value(verb: str, name: str) -> bool:
    """Whether the option of this command is followed by a value."""
    if verb in WITHOUT_VALUE:
        return name not in WITHOUT_VALUE[verb]
    return name in WITH_VALUE.get(verb, "").split()
