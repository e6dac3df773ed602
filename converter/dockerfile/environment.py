"""What variables, working folder, user and shell are at each instruction of each stage.

The rules are those of the Dockerfile reference (sections "ARG", "ENV", "WORKDIR")
and of BuildKit's `dockerfile2llb/convert.go` (`buildMetaArgs`, `dispatchArg`,
`dispatchEnv`, `dispatchWorkdir`). Where the two builders differ, the value is unknown:

- an ARG behind an ENV of the same name: BuildKit takes the ARG, the classic builder the ENV;
- an ARG of a stage in a later stage built FROM it: BuildKit hands it down, the classic builder does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from posixpath import normpath
from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import replace

from converter.dockerfile.heredocs import is_heredoc_word
from converter.dockerfile.pairs import pairs
from converter.dockerfile.stages import Stage, find_stage, global_arguments, stages
from converter.dockerfile.syntax import Dockerfile, Instruction, SyntaxProblem
from converter.dockerfile.words import (
    UNKNOWN_END,
    UNKNOWN_START,
    MakeUnknown,
    WordError,
    expand,
    has_unknown,
)
from converter.source import Span

PROXY_ARGUMENTS = frozenset(name + "_proxy" for name in ("http", "https", "ftp", "no", "all")) | frozenset(
    name + "_PROXY" for name in ("HTTP", "HTTPS", "FTP", "NO", "ALL")
)
"""Build arguments that RUN sees without an ARG; other instructions see them only behind one."""

PLATFORM_ARGUMENTS = frozenset(
    side + part for side in ("BUILD", "TARGET") for part in ("ARCH", "OS", "PLATFORM", "VARIANT")
) | {"TARGETSTAGE"}
"""Global arguments that BuildKit sets by itself; what they say depends on the machine and the call."""

DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""The PATH of an image that sets none."""

DEFAULT_SHELL = ("/bin/sh", "-c")

_EXPANDED = frozenset({"ADD", "COPY", "EXPOSE", "LABEL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"})


class BaseFacts(Struct, frozen=True):
    """What is known of an image that is not built by the file; None stands for unknown."""

    env: Mapping[str, str] | None = None
    workdir: str | None = None
    user: str | None = None
    shell: tuple[str, ...] | None = DEFAULT_SHELL


SCRATCH = BaseFacts(env=MappingProxyType({}), workdir="/", user="")
"""The facts of `FROM scratch`."""


class Variable(Struct, frozen=True):
    """A variable of a stage: its value, which may hold tokens, and whether ENV has set it."""

    value: str
    from_env: bool


class Assumption(Struct, frozen=True):
    """A variable that was taken as unset although the base image, whose ENV is unknown, may set it."""

    name: str
    span: Span


class CopyPaths(Struct, frozen=True):
    """What COPY or ADD names, with variables replaced and quotes removed; all may hold tokens.

    `sources` leaves out here-documents. `destination` is as written; `target` is the
    absolute path, with a final slash where the destination has one or is `.`, None
    where the working folder has to be known and is not.
    """

    sources: tuple[str, ...]
    destination: str
    target: str | None


class Scope(Struct, frozen=True):
    """What an instruction sees: the state in front of it.

    `workdir` and `user` are None where they are unknown, `user` is "" where none is set.
    """

    variables: Mapping[str, Variable]
    workdir: str | None
    user: str | None
    shell: tuple[str, ...] | None
    env_known: bool
    escape: str = "\\"
    unknown: MakeUnknown = str

    def lookup(self, name: str) -> str | None:
        """The value of a variable, which may hold tokens; None where it is unset."""
        variable = self.variables.get(name)
        return None if variable is None else variable.value

    def expand(self, text: str) -> str:
        """The text with variables replaced and quotes removed; raises `words.WordError`."""
        return expand(text, self.lookup, escape=self.escape, unknown=self.unknown)

    def may_come_from_base(self, name: str) -> bool:
        """Whether the variable counts as unset only because the base image's ENV is unknown."""
        return not self.env_known and name not in self.variables

    def copy_paths(self, instruction: Instruction) -> CopyPaths:
        """The paths of a COPY or ADD with at least two arguments; raises `words.WordError`."""
        *sources, destination = instruction.arguments
        written = self.expand(destination.value)
        return CopyPaths(
            sources=tuple(self.expand(word.value) for word in sources if not is_heredoc_word(word.value)),
            destination=written,
            target=target_path(self.workdir, written),
        )


class StageState(Struct, frozen=True):
    """A stage and what its instructions see.

    `image` is the expanded image, `parent` the index of the stage that it is built
    from, if it is one of the file. `scopes[i]` belongs to `stage.instructions[i]`;
    `final` is the state of the finished stage. `problems` lists words that an engine
    rejects; a variable that such a word would set is unknown.
    """

    stage: Stage
    image: str
    parent: int | None
    scopes: tuple[Scope, ...]
    final: Scope
    assumed_unset: tuple[Assumption, ...]
    problems: tuple[SyntaxProblem, ...]


def evaluate(
    tree: Dockerfile,
    build_args: Mapping[str, str],
    base: Callable[[str], BaseFacts | None],
    unknown: MakeUnknown,
) -> tuple[StageState, ...]:
    """The state of every stage, in order.

    `build_args` has the values of `--build-arg`, which may hold tokens; `base`
    what is known of an image, given by its expanded name; `unknown` makes a token
    for an expression and is asked once for each. Triggers (ONBUILD) of a stage run
    in the stages that are built directly from it. Never raises.
    """
    return _Evaluator(tree, build_args, base, unknown).run()


def join_path(folder: str | None, path: str) -> str | None:
    """The absolute, cleaned path: `path` itself where it is absolute, else below `folder`.

    None where `folder` has to be known and is not, where the path starts with a token,
    so that it may be absolute or not, and where `..` would have to remove a token.
    """
    if path.startswith(UNKNOWN_START):
        return None
    if not path.startswith("/"):
        if folder is None:
            return None
        path = f"{folder}/{path}"
    if has_unknown(path) and ".." in path[path.index(UNKNOWN_END) :].split("/"):
        return None
    # A token may hold a slash at its end or dots, which cleaning leaves inside it.
    cleaned = normpath(path)
    return cleaned[1:] if cleaned.startswith("//") else cleaned


def target_path(workdir: str | None, destination: str) -> str | None:
    """The absolute destination of a COPY; a final slash stays, and `.` means the folder `./`."""
    joined = join_path(workdir, destination or ".")
    if joined is None:
        return None
    is_folder = destination in ("", ".") or destination.endswith(("/", "/."))
    return joined + "/" if is_folder and not joined.endswith("/") else joined


class _Evaluator:
    def __init__(
        self,
        tree: Dockerfile,
        build_args: Mapping[str, str],
        base: Callable[[str], BaseFacts | None],
        unknown: MakeUnknown,
    ) -> None:
        self.tree = tree
        self.build_args = build_args
        self.base = base
        self.platform: dict[str, str] = {}
        self.make_unknown = unknown
        self.globals: dict[str, str] = {}
        self.states: list[StageState] = []
        self.problems: list[SyntaxProblem] = []
        self.assumed: dict[str, Span] = {}

    def run(self) -> tuple[StageState, ...]:
        every = stages(self.tree)
        self.read_globals()
        for stage in every:
            self.states.append(self.stage(stage, every[: stage.index]))
            self.problems = []
        return tuple(self.states)

    def read_globals(self) -> None:
        for instruction in global_arguments(self.tree):
            for pair in pairs(instruction):
                if pair.name in self.build_args:
                    self.globals[pair.name] = self.build_args[pair.name]
                elif pair.value is not None and pair.value_span is not None:
                    self.globals[pair.name] = self.word(pair.value, pair.value_span, self.global_value)

    def global_value(self, name: str) -> str | None:
        value = self.globals.get(name)
        if value is None and name in PLATFORM_ARGUMENTS:
            # One value for the whole build, so one token.
            if name not in self.platform:
                self.platform[name] = self.make_unknown("$" + name)
            return self.platform[name]
        return value

    def word(self, text: str, span: Span, lookup: Callable[[str], str | None]) -> str:
        """The expanded text; a token where an engine rejects it."""
        try:
            return expand(text, lookup, escape=self.tree.escape, unknown=self.make_unknown)
        except WordError as error:
            self.problems.append(SyntaxProblem(span, error.message))
            return self.make_unknown(text)

    def stage(self, stage: Stage, before: tuple[Stage, ...]) -> StageState:
        self.assumed = {}
        image = self.word(stage.image, stage.image_span, self.global_value)
        parent = find_stage(before, image)
        scope = self.external(image) if parent is None else self.inherited(self.states[parent.index])
        if parent is not None:
            for instruction in parent.instructions:
                if instruction.inner is not None:
                    scope = self.behind(scope, instruction.inner)
        scopes: list[Scope] = []
        for instruction in stage.instructions:
            scopes.append(scope)
            scope = self.behind(scope, instruction)
        return StageState(
            stage=stage,
            image=image,
            parent=None if parent is None else parent.index,
            scopes=tuple(scopes),
            final=scope,
            assumed_unset=tuple(Assumption(name, span) for name, span in self.assumed.items()),
            problems=tuple(self.problems),
        )

    def external(self, image: str) -> Scope:
        known = SCRATCH if image == "scratch" else self.base(image) if image else None
        facts = known or BaseFacts(shell=None)
        variables = {name: Variable(value, True) for name, value in (facts.env or {}).items()}
        if "PATH" not in variables:
            # Every image has one: the builder sets it where nothing else does.
            path = self.make_unknown("$PATH") if facts.env is None else DEFAULT_PATH
            variables["PATH"] = Variable(path, True)
        return Scope(
            variables=variables,
            workdir=None if facts.workdir is None else join_path("/", facts.workdir),
            user=facts.user,
            shell=facts.shell,
            env_known=facts.env is not None,
            escape=self.tree.escape,
            unknown=self.make_unknown,
        )

    def inherited(self, parent: StageState) -> Scope:
        variables = {
            name: variable if variable.from_env else Variable(self.make_unknown("$" + name), False)
            for name, variable in parent.final.variables.items()
        }
        return replace(parent.final, variables=variables)

    def behind(self, scope: Scope, instruction: Instruction) -> Scope:
        """The state behind an instruction."""
        keyword = instruction.keyword
        if keyword == "ENV":
            added = {
                self.expand(scope, pair.name, pair.name_span): Variable(
                    self.expand(scope, pair.value or "", pair.value_span or pair.span), True
                )
                for pair in pairs(instruction)
            }
            return replace(scope, variables={**scope.variables, **added})
        if keyword == "ARG":
            return self.behind_arg(scope, instruction)
        if keyword == "SHELL" and instruction.form == "json":
            return replace(scope, shell=tuple(word.value for word in instruction.arguments))
        if keyword in _EXPANDED:
            words = [self.expand(scope, word.value, word.span) for word in instruction.arguments]
            if keyword == "WORKDIR" and words:
                return replace(scope, workdir=join_path(scope.workdir, words[0]))
            if keyword == "USER" and words:
                return replace(scope, user=words[0])
        return scope

    def behind_arg(self, scope: Scope, instruction: Instruction) -> Scope:
        for pair in pairs(instruction):
            if pair.name in self.build_args:
                value: str | None = self.build_args[pair.name]
            elif pair.value is not None and pair.value_span is not None:
                value = self.expand(scope, pair.value, pair.value_span)
            else:
                value = self.global_value(pair.name)
            if value is None:
                continue
            if scope.may_come_from_base(pair.name):
                # The classic builder would let an ENV of the base image win.
                self.assumed.setdefault(pair.name, pair.name_span)
            old = scope.variables.get(pair.name)
            from_env = old is not None and old.from_env
            if old is not None and from_env and old.value != value:
                value = self.make_unknown("$" + pair.name)
            scope = replace(scope, variables={**scope.variables, pair.name: Variable(value, from_env)})
        return scope

    def expand(self, scope: Scope, text: str, span: Span) -> str:
        def lookup(name: str) -> str | None:
            if scope.may_come_from_base(name):
                self.assumed.setdefault(name, span)
            return scope.lookup(name)

        return self.word(text, span, lookup)
