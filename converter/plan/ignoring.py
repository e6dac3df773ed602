"""The ignore file of the single build: every part of it sees the files of the tree that it saw, and no more.

`.dockerignore` held for a Dockerfile's own context. In one build one holds for all parts, also for a container that saw
a mounted folder whole, and for a context that its folder had no ignore file of. Rules that hide what one part needs go
where no other part takes more because of that; rules of inner folders get the way to their folder in front.
(Dockerfile reference, ".dockerignore file": the last rule that matches decides.)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from converter.diagnostics import Refusal, refuse
from converter.dockerfile.ignore import IgnoreRules, has_wildcard, match_pattern
from converter.machine import paths
from converter.machine.host import FromTree
from converter.machine.value import is_known
from converter.plan.dockerfiles import BuildFile
from converter.plan.takes import Staged, Taken
from converter.plan.work import Work

_IDLE = (
    r"(?i)(^|/)(\.git.*|\.travis.*|\.circleci.*|\.dockerignore|\.editorconfig|readme.*|license.*|changelog.*|dockerfile.*|"
    r".*\.dockerfile|.*\.md|docker-compose.*|jenkinsfile|docs/.*|\.github/.*|\.vscode/.*|\.idea/.*)$"
)
"""Files that no compiler reads: what ignore files are there for."""


_GIT = ".git/HEAD"
"""What stands for the repository's own folder."""


class User(Struct, frozen=True):
    """A part of the single build: its Dockerfile, and the folders of the tree that its containers saw mounted.

    `taken` is what its instructions take where that was looked at; `with_git` tells that a container asks git, which looks into a folder that is none of the tree's files.
    """

    file: BuildFile
    taken: Taken | None = None
    mounts: tuple[str, ...] = ()
    with_git: bool = False


class Adapted(Struct, frozen=True):
    """A new text of an ignore file: `dropped` are the rules that let in what a part needs. The file goes where the text
    has nothing left."""

    text: str
    dropped: tuple[str, ...] = ()


class _Gap(Struct, frozen=True):
    """A file of the tree that a part would see no more (`seen`), or see now."""

    user: User
    name: str
    seen: bool


def adapt(
    work: Work, runtime: BuildFile, users: Sequence[User], folder: str, staged: Iterable[Staged] = ()
) -> Adapted | None:
    """The text that the ignore file of the context `folder` needs, None where the one that is there serves.

    `staged` is what the script copied into the runtime's context, and the runtime takes from the tree now. Raises
    `Refusal` where no text gives every part what it saw.
    """
    path = paths.join(folder, ".dockerignore")
    files = runtime.event.state.files
    present = files.start.kind(path) == "file"
    text = work.loader.texts[path].text if present and path in work.loader.texts else ""
    now = IgnoreRules.parse(text)
    hidden = [one for one in staged if _hides(now, one, folder, runtime)]
    if hidden:
        raise refuse(
            "STG504",
            f"the ignore file leaves `{hidden[0].tree}` out of the build context, which the script copied to "
            f"`{work.show(hidden[0].host)}` for this build",
            runtime.event.site.source,
            runtime.event.site.span,
            "take the rule out of .dockerignore first, where the builder allows it",
        )
    first = _gap(users, folder, now)
    if first is None:
        return None
    entry = files.certain(path)
    if present and (entry is None or not isinstance(entry.origin, FromTree) or entry.origin.path != path):
        raise _starved(first, folder)
    added: list[str] = []
    for user in users:
        lead = paths.relative(user.file.event.context, folder)
        if lead != "." and not user.mounts:
            rules = [f"{'!' if rule.exception else ''}{lead}/{rule.pattern}" for rule in user.file.ignore.rules]
            added += [rule for rule in rules if rule not in added]
    ending = "".join(rule + "\n" for rule in added)
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    dropped: list[str] = []
    while (gap := _gap(users, folder, IgnoreRules.parse("".join(lines) + ending))) is not None:
        known = IgnoreRules.parse("".join(lines))
        deciding = known.deciding_rules(paths.relative(gap.name, folder))
        if not gap.seen or not deciding:
            raise _starved(first if first.seen else gap, folder)
        dropped.append(lines.pop(deciding[0].line - 1).strip())
        lines = _without_idle_exceptions(lines)
    return Adapted("".join(lines) + ending, tuple(dropped))


def check_others(work: Work, adapted: Adapted, folder: str, builds: Iterable[BuildFile]) -> None:
    """Other builds of the script that stay take no more from the folder than before. Raises `Refusal`."""
    gap = _gap([User(file) for file in builds], folder, IgnoreRules.parse(adapted.text))
    if gap is not None:
        raise _starved(gap, folder)


def is_idle(path: str) -> bool:
    """Whether a file is of a kind that no compiler reads: what ignore files are there for."""
    return re.search(_IDLE, path) is not None


def _without_idle_exceptions(lines: list[str]) -> list[str]:
    """Exceptions in front of every rule bring nothing back."""
    kept: list[str] = []
    ruled = False
    for line in lines:
        rules = IgnoreRules.parse(line).rules
        ruled = ruled or any(not rule.exception for rule in rules)
        if ruled or not rules:
            kept.append(line)
    return kept


def _starved(gap: _Gap, folder: str) -> Refusal:
    file = gap.user.file
    part = "the container that works in the mounted folder" if gap.user.mounts else file.path or "this container"
    saw = f"`{gap.name}` {'was seen by' if gap.seen else 'was left out of the build context of'} {part}"
    return refuse(
        "STG504",
        f"{saw}, and with `{folder or '.'}` as the context of one build the ignore file would "
        f"{'leave it out' if gap.seen else 'let it in'}, as another part needs it",
        file.event.site.source,
        file.event.site.span,
        "let the runtime Dockerfile name the files that it takes, or make the ignore files agree first; --emit bake "
        "keeps both Dockerfiles, each with its own",
    )


def _hides(rules: IgnoreRules, staged: Staged, folder: str, runtime: BuildFile) -> bool:
    """Whether the rules leave out something of a file or folder that a build had as a copy."""
    start = runtime.event.state.files.start
    names = [staged.tree] if staged.kind == "file" else sorted(start.below(staged.tree))
    for name in names:
        copy = staged.host + name[len(staged.tree) :]
        seen = not runtime.ignore.ignores(paths.relative(copy, runtime.event.context))
        if seen == rules.ignores(paths.relative(name, folder)):
            return True
    return False


def _gap(users: Iterable[User], folder: str, rules: IgnoreRules) -> _Gap | None:
    """The first difference between what a part saw and what it would see under the rules."""
    for user in users:
        for name, seen in _views(user):
            if seen == rules.ignores(paths.relative(name, folder)):
                return _Gap(user, name, seen)
    return None


def _views(user: User) -> Iterator[tuple[str, bool]]:
    """The files of the tree that a part may take, and whether it saw them."""
    file = user.file
    start = file.event.state.files.start
    for mount in user.mounts:
        for name in [mount] if start.kind(mount) == "file" else sorted(start.below(mount)):
            if not is_idle(name):
                yield name, True
        if user.with_git and (mount == "" or paths.is_below(_GIT, mount)):
            yield _GIT, True
    context = file.event.context
    sources = list(_sources(user))
    names = [*sorted(start.below(context)), *([_GIT] if context == "" else [])] if sources else []
    for name in names:
        inner = paths.relative(name, context)
        if any(_matches(source, inner) for source in sources):
            yield name, not file.ignore.ignores(inner)


def _sources(user: User) -> Iterator[str]:
    """What its instructions take of the build context; an artifact comes from a stage."""
    file = user.file
    takes = user.taken.takes if user.taken is not None else ()
    gone = {(t.instruction.span, use.index) for t in takes for use in t.sources if use.artifacts and not use.keeps_host}
    for stage, state in zip(file.stages, file.states, strict=True):
        for scope, instruction in zip(state.scopes, stage.instructions, strict=True):
            if instruction.keyword in ("COPY", "ADD") and instruction.flag("from") is None:
                for index, argument in enumerate(instruction.arguments[:-1]):
                    if (instruction.span, index) in gone:
                        continue
                    yield paths.normalize(scope.expand(argument.value).lstrip("/"))


def _matches(source: str, inner: str) -> bool:
    """Whether a source takes a file, itself or inside a folder; one that is not known may take any."""
    if source == "" or not is_known(source) or inner == source or paths.is_below(inner, source):
        return True
    if not has_wildcard(source):
        return False
    names = inner.split("/")
    return any(match_pattern(source, "/".join(names[:depth])) for depth in range(1, len(names) + 1))
