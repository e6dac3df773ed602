"""The state that commands change: variables, working folder, files, images, containers.

States are immutable, so that an event keeps the state it saw and a branch costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from converter.machine.host import HostFiles
from converter.machine.predicate import Condition, Facts, Predicate
from converter.machine.value import Value

Status = Literal["success", "failure", "unknown"]
Flow = Literal["run", "exit", "return", "break", "continue", "ended"]
"""How a list goes on: `ended` where every path through it went elsewhere."""


class Variable(Struct, frozen=True):
    """A shell variable: `binding` numbers the assignment, None for one that comes from outside.

    `items` are the elements of an array by subscript, in order; `value` is then that of element 0, empty without one.
    `is_set` is False for a variable that certainly is not set, None where that is not known. `attributes` are
    letters of `declare`: `i`, `l`, `u`, `r`, `A`.
    `others` are further assignments that may have given the value, on other paths. `choices` are the variables that
    branches left of which at least one is an array; nothing is known of their elements together. `round` numbers the
    round of a loop that gave the value, while that round lasts.
    """

    value: Value
    binding: int | None
    exported: bool = False
    items: tuple[tuple[str, Value], ...] | None = None
    is_set: bool | None = True
    attributes: str = ""
    others: tuple[int, ...] = ()
    choices: tuple[tuple[Condition, Variable], ...] = ()
    round: int | None = None


class Image(Struct, frozen=True):
    """An image that the script built: `event` numbers the build.

    `choices` are what it may be, by the path taken, where that differs; `event` is then one of them.
    """

    event: int
    choices: tuple[tuple[Condition, Image | None], ...] = ()

    @property
    def events(self) -> tuple[int, ...]:
        """The numbers of all builds that may have made it."""
        return possible(self)


class Container(Struct, frozen=True):
    """A container: the image by number of the build event, or the name of an image from outside.

    `choices` are what it may be, by the path taken, where that differs.
    """

    event: int
    image: Image | None
    image_name: Value
    name: str | None
    choices: tuple[tuple[Condition, Container | None], ...] = ()

    @property
    def events(self) -> tuple[int, ...]:
        """The numbers of all commands that may have made it."""
        return possible(self)

    @property
    def is_open(self) -> bool:
        """Whether the path taken decides which container it is, or which image it was made from."""
        return bool(self.choices or (self.image is not None and self.image.choices))


def possible(made: Image | Container) -> tuple[int, ...]:
    """The events behind something that branches may have made differently."""
    if not made.choices:
        return (made.event,)
    return tuple(dict.fromkeys(event for _, choice in made.choices if choice for event in possible(choice)))


class State(Struct, frozen=True):
    """One moment of the machine.

    `folder` is the working folder, normalised. `images` maps a normalised tag or
    an image id to an image the script built; `containers` maps a name or an id
    to a container. `positional` are `$1`, `$2`, ...; None where they are not known, and then `series` tells
    one such list from another.
    `asked` is the predicate that an unknown `status` stands for, `conditions` are the
    outcomes of tests that led here, `facts` everything that is known on this path, `options`
    the shell's (`errexit`, `nounset`, `pipefail`). `levels` are the loops that `break` and `continue` leave. `stdin` is
    what is left to read for the commands of a construct whose input is known.
    """

    variables: Mapping[str, Variable]
    folder: str
    files: HostFiles
    images: Mapping[str, Image]
    containers: Mapping[str, Container]
    positional: tuple[Value, ...] | None
    last: Container | None = None
    status: Status = "success"
    flow: Flow = "run"
    folders: tuple[str, ...] = ()
    series: int = 0
    asked: Predicate | None = None
    conditions: tuple[Condition, ...] = ()
    facts: Facts = {}
    options: frozenset[str] = frozenset()
    levels: int = 1
    stdin: Value | None = None

    def assign(self, name: str, variable: Variable) -> State:
        """The state with the variable set."""
        return replace(self, variables={**self.variables, name: variable})

    @property
    def size(self) -> int:
        """How much there is to look through: the files that were changed, and the variables."""
        return len(self.files.changes) + len(self.variables)

    def with_files(self, files: HostFiles) -> State:
        """The state with other files."""
        return replace(self, files=files)
