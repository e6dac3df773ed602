"""Recipes that share a file are a group, which is converted and written together or not at all.

Two scripts may build from one builder Dockerfile, or call one script. What one recipe's conversion makes of a shared
file must be what the others' make of it, and nothing may go that another one still needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from converter.batch.callers import part_of
from converter.batch.changes import Change
from converter.batch.task import Finished, refused
from converter.diagnostics import Diagnostic, error, warning
from converter.machine.host import StartingFiles
from converter.plan.mentions import mention
from converter.result import Recipe


class Member(Struct, frozen=True):
    """A recipe of a group: `prefix` leads from the base of the batch to its tree.

    Of a refused one, `text` is that of its driver, and `start` the files of its tree.
    """

    prefix: str
    finished: Finished
    text: str = ""
    start: StartingFiles | None = None

    @property
    def recipe(self) -> Recipe:
        """The recipe, with paths relative to its tree."""
        return self.finished.recipe

    @property
    def driver(self) -> str:
        """The driver, relative to the base."""
        return self.prefix + self.recipe.driver

    @property
    def is_recipe(self) -> bool:
        """Whether it holds the pattern, converted or not."""
        return is_recipe(self.recipe)

    def files(self) -> frozenset[str]:
        """Its scripts and Dockerfiles, and everything that it changes, relative to the base."""
        own = (*self.recipe.scripts, *self.recipe.sources, *(file.path for file in self.recipe.files))
        return frozenset(self.prefix + path for path in own)

    def changes(self) -> dict[str, Change]:
        """What it changes, by the path relative to the base."""
        return {self.prefix + change.path: change for change in self.finished.changes}


def is_recipe(recipe: Recipe) -> bool:
    """Whether a driver holds the pattern, converted or not."""
    return recipe.status in ("converted", "partial", "refused")


def independent(members: Sequence[Member]) -> list[Member]:
    """The recipes without those that are part of another one: a script that a recipe calls is no recipe of its own.

    Of scripts that call each other, the first one stays; one that only calls another gives way to it.
    """
    passed: set[str] = set()
    for prefix in {member.prefix for member in members}:
        recipes = [member.recipe for member in members if member.prefix == prefix]
        passed |= {prefix + driver for driver in part_of([recipe for recipe in recipes if is_recipe(recipe)])}
        called = {path for recipe in recipes if is_recipe(recipe) for path in recipe.scripts if path != recipe.driver}
        passed |= {prefix + recipe.driver for recipe in recipes if not is_recipe(recipe) and recipe.driver in called}
    return [member for member in members if member.driver not in passed]


def group(members: Sequence[Member]) -> list[list[int]]:
    """The numbers of the recipes that belong together, each list in order, and the lists by their first number.

    A member that holds no recipe is alone. Of one that could not be followed to its end, only the text is known: it
    is taken to build what it may mean.
    """
    leaders = list(range(len(members)))

    def leader(number: int) -> int:
        while leaders[number] != number:
            leaders[number] = leaders[leaders[number]]
            number = leaders[number]
        return number

    def join(one: int, other: int) -> None:
        first, second = sorted((leader(one), leader(other)))
        leaders[second] = first

    users: dict[str, int] = {}
    for number, member in enumerate(members):
        if member.is_recipe:
            for path in member.files():
                join(users.setdefault(path, number), number)
    changed = {
        path: number for number, member in enumerate(members) if member.is_recipe for path in _disputable(member)
    }
    for number, member in enumerate(members):
        if member.recipe.status == "refused":
            for path, other in changed.items():
                if other != number and may_use(member, path):
                    join(number, other)
    together: dict[int, list[int]] = {}
    for number in range(len(members)):
        together.setdefault(leader(number), []).append(number)
    return list(together.values())


def _disputable(member: Member) -> Iterable[str]:
    """The files of a converted recipe whose change may break another recipe: all but its driver, which it alone has."""
    return (path for path in member.changes() if path != member.driver)


def may_use(member: Member, path: str) -> bool:
    """Whether a refused recipe, whose builds are not known, may build from a Dockerfile or call a script.

    It may if it names the file; and a Dockerfile that docker takes where no name is given may be that of the folder
    that the driver lies in or is started in, or of a folder that it names.
    """
    if member.start is None or not path.startswith(member.prefix):
        return False
    path = path[len(member.prefix) :]
    if mention(member.recipe.driver, member.text, path, member.start) is not None:
        return True
    folder, _, name = path.rpartition("/")
    if name not in ("Dockerfile", "Containerfile"):
        return False
    own = member.recipe.driver.rpartition("/")[0]
    if folder in (own, ""):
        beside = f"{own}/{name}" if own else name
        return folder == own or beside not in member.start.files
    from_own = folder[len(own) + 1 :] if own and folder.startswith(own + "/") else folder
    return any(_is_named(word, member.text) for word in {folder, from_own})


def _is_named(folder: str, text: str) -> bool:
    return re.search(rf"(?<![\w.-]){re.escape(folder)}(?![\w.-])", text) is not None


def settle(members: Sequence[Member]) -> list[Member]:
    """The recipes of one group as they may be written: with one will, or refused.

    A file that one of them deletes and another one needs is kept. Where two make different things of one file, both
    are refused, and with any refused, all are.
    """
    if len(members) < 2:
        return list(members)
    if any(member.recipe.converts for member in members):
        members = [_keeping(member, members) for member in members]
        disputes = _disputes(members)
        members = [_with(member, disputes.get(member.driver, ())) for member in members]
    return _together(members)


def _keeping(member: Member, members: Sequence[Member]) -> Member:
    """The member without the deletions of files that others of the group still need after their conversion."""
    kept: list[Diagnostic] = []
    dropped: set[str] = set()
    for path, change in member.changes().items():
        if change.after is not None:
            continue
        for other in members:
            ours = other is member or not other.recipe.converts
            if not ours and path in other.files() and path not in other.changes():
                dropped.add(change.path)
                kept.append(warning("STG604", f"{other.driver} still needs {path}, so that file is kept"))
                break
    if not dropped:
        return member
    recipe = member.recipe
    files = tuple(file for file in recipe.files if file.path not in dropped)
    changes = tuple(change for change in member.finished.changes if change.path not in dropped)
    recipe = replace(recipe, files=files, diagnostics=(*recipe.diagnostics, *kept))
    return replace(member, finished=replace(member.finished, recipe=recipe, changes=changes))


def _disputes(members: Sequence[Member]) -> dict[str, list[Diagnostic]]:
    """For each driver, what it makes of a shared file that another one does not."""
    found: dict[str, list[Diagnostic]] = {}
    converted = [member for member in members if member.recipe.converts]
    for number, one in enumerate(converted):
        for other in converted[number + 1 :]:
            path = _disputed(one, other)
            if path is None:
                continue
            for this, that in ((one, other), (other, one)):
                message = (
                    f"{that.driver} shares {path} with this recipe, and their conversions make different files of it"
                )
                help = (
                    "give each recipe a Dockerfile of its own, or convert one of them alone and then look at the other"
                )
                found.setdefault(this.driver, []).append(error("STG109", message, help=help))
    return found


def _disputed(one: Member, other: Member) -> str | None:
    """A file that both recipes have, and that comes out of their conversions differently."""
    ours, theirs = one.changes(), other.changes()
    for path in sorted({*ours, *theirs}):
        if path in ours and path in theirs:
            if ours[path].after != theirs[path].after:
                return path
        elif path in one.files() and path in other.files():
            return path
    return None


def _with(member: Member, found: Iterable[Diagnostic]) -> Member:
    found = tuple(found)
    if not found:
        return member
    return replace(member, finished=replace(member.finished, recipe=refused(member.recipe, *found), changes=()))


def _together(members: Sequence[Member]) -> list[Member]:
    """All of the members, or none of them converted."""
    reason = next((member for member in members if member.recipe.status == "refused"), None)
    if reason is None:
        return list(members)
    result = []
    for member in members:
        if member.recipe.converts:
            shared = sorted(path for path in member.files() if path in reason.files() or may_use(reason, path))
            what = (
                f"{shared[0]} with {reason.driver}" if shared else f"files with recipes that {reason.driver} belongs to"
            )
            message = (
                f"this recipe shares {what}, which cannot be converted, and they are converted together or not at all"
            )
            help = f"convert {reason.driver} by hand or remove it; `stageify convert` takes this recipe alone"
            member = _with(member, (error("STG110", message, help=help),))
        result.append(member)
    return result


def new_texts(members: Iterable[Member], but: Member) -> Mapping[str, str]:
    """The scripts of the other members as they will be, relative to the tree of `but`; those that it shares excepted."""
    found = {}
    for member in members:
        if member is but or member.prefix != but.prefix or not member.recipe.converts:
            continue
        for file in member.recipe.files:
            if (
                file.text is not None
                and file.path in member.recipe.scripts
                and but.prefix + file.path not in but.files()
            ):
                found[file.path] = file.text
    return found
