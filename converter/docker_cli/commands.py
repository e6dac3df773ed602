"""The commands that an argument vector can be, each with what a caller asks of it.

Whatever is returned as a `Word` knows its argument and offset. Booleans are True,
False, or None where an unknown token decides (`--rm=$x`). The kinds of commands add no
fields to `Command`, so they are comparable with it: frozen structs.
"""

from __future__ import annotations

from msgspec import Struct

from converter.docker_cli.context import ContextKind, context_kind
from converter.docker_cli.cp_path import CpPath, split_cp_path
from converter.docker_cli.tokens import is_unknown
from converter.docker_cli.volumes import Volume, parse_mount, parse_tmpfs, parse_volume
from converter.docker_cli.words import Assignment, BuildArg, Flag, Word

__all__ = [
    "Assignment",
    "Build",
    "BuildArg",
    "Command",
    "ContextKind",
    "Cp",
    "CpPath",
    "Create",
    "Exec",
    "Flag",
    "Kill",
    "NewContainer",
    "Other",
    "Pull",
    "Push",
    "Rm",
    "Rmi",
    "Run",
    "Start",
    "Stop",
    "Tag",
    "Volume",
    "Wait",
    "Word",
]


class Command(Struct, frozen=True):
    """What every command has.

    `program` is docker, podman, nerdctl, buildah, docker-buildx, docker-compose or
    podman-compose and stands in `argv[prefix_end]`; `environment` has the
    `NAME=value` arguments before it (sudo, env). `name` is canonical and the same for
    every spelling (`docker image rm`: `rmi`), `path` the subcommand words as given.
    `globals` are the flags before the subcommand's last word, `flags` those behind.
    `assumed_operands` are the indices of arguments that begin with an unknown token
    where a flag might stand too, and that were taken for operands. `removed` are flags
    that the program had once and now refuses. `options` are arguments of unknown text that stand where flags do
    and may be any number of them.
    """

    program: str
    name: str
    path: tuple[str, ...]
    argv: tuple[str, ...]
    prefix_end: int
    environment: tuple[Word, ...]
    globals: tuple[Flag, ...]
    flags: tuple[Flag, ...]
    operands: tuple[Word, ...]
    assumed_operands: tuple[int, ...] = ()
    removed: tuple[Flag, ...] = ()
    options: tuple[Word, ...] = ()

    def flag(self, name: str) -> Flag | None:
        """The flag of this canonical name, the last one where it was repeated."""
        for flag in reversed(self.flags):
            if flag.name == name:
                return flag
        return None

    def value(self, name: str) -> Word | None:
        """The value of the flag, of the last one where it was repeated."""
        flag = self.flag(name)
        return None if flag is None else flag.value

    def values(self, name: str) -> tuple[Word, ...]:
        """The values of all flags of this name, in order."""
        return tuple(flag.value for flag in self.flags if flag.name == name and flag.value is not None)

    def enabled(self, name: str, default: bool = False) -> bool | None:
        """Whether a boolean flag is on; `default` where it was not given, None where not known."""
        flag = self.flag(name)
        return default if flag is None else flag.boolean

    def assignments(self, name: str) -> tuple[Assignment, ...]:
        """The values of all flags of this name, split at their `=`."""
        return tuple(
            Assignment.read(flag, flag.value) for flag in self.flags if flag.name == name and flag.value is not None
        )


class Build(Command, frozen=True):
    """`docker build`, `docker buildx build`, `podman build`, `buildah bud`, `nerdctl build`."""

    @property
    def context(self) -> Word | None:
        """The build context; None where podman or buildah was given none."""
        return self.operands[0] if self.operands else None

    @property
    def context_kind(self) -> ContextKind:
        """`path`, `stdin` (`-`), `remote`, or `unknown`; the default of podman is a path."""
        return context_kind(self.operands[0].text) if self.operands else "path"

    @property
    def is_remote_context(self) -> bool:
        """Whether the engine fetches the context: a git repository or an URL."""
        return self.context_kind == "remote"

    @property
    def tags(self) -> tuple[Word, ...]:
        """Every name that the image gets."""
        return self.values("tag")

    @property
    def file(self) -> Word | None:
        """The Dockerfile that was named: the last `-f`; `-` is standard input."""
        return self.value("file")

    @property
    def files(self) -> tuple[Word, ...]:
        """Every `-f`; podman and buildah join them, docker takes the last."""
        return self.values("file")

    @property
    def target(self) -> Word | None:
        """The stage at which to stop."""
        return self.value("target")

    @property
    def build_args(self) -> tuple[BuildArg, ...]:
        """All `--build-arg`, in order."""
        return self.assignments("build-arg")

    @property
    def labels(self) -> tuple[Assignment, ...]:
        """All `--label`, in order."""
        return self.assignments("label")

    @property
    def no_cache(self) -> bool | None:
        """Whether every step runs anew."""
        return self.enabled("no-cache")

    @property
    def pull(self) -> bool | None:
        """Whether base images are fetched anew; for podman's `--pull=policy` see `value("pull")`."""
        flag = self.flag("pull")
        if flag is None:
            return False
        if flag.boolean is not None or self.program not in ("podman", "buildah"):
            return flag.boolean
        return flag.value is None or (
            None if is_unknown(flag.value.text) else flag.value.text.lower() in ("true", "1", "always", "newer")
        )

    @property
    def quiet(self) -> bool | None:
        """Whether only the image's id is printed, on standard output."""
        return self.enabled("quiet")

    @property
    def iidfile(self) -> Word | None:
        """The file that gets the image's id."""
        return self.value("iidfile")

    @property
    def platform(self) -> Word | None:
        """The last `--platform`."""
        return self.value("platform")

    @property
    def network(self) -> Word | None:
        """The network of RUN instructions."""
        return self.value("network")

    @property
    def secrets(self) -> tuple[Word, ...]:
        """All `--secret`."""
        return self.values("secret")

    @property
    def ssh(self) -> tuple[Word, ...]:
        """All `--ssh`."""
        return self.values("ssh")

    @property
    def outputs(self) -> tuple[Word, ...]:
        """All `--output`: where they are given, the result may not become an image at all."""
        return self.values("output")

    @property
    def load(self) -> bool | None:
        """Whether buildx hands the result to the engine."""
        return self.enabled("load")

    @property
    def push(self) -> bool | None:
        """Whether buildx pushes the result."""
        return self.enabled("push")

    @property
    def is_buildx(self) -> bool:
        """Whether BuildKit is asked for by name: `docker buildx build`."""
        return self.program == "docker-buildx" or "buildx" in self.path


class NewContainer(Command, frozen=True):
    """What `Create` and `Run` have in common: the container that they make."""

    @property
    def image(self) -> Word:
        """The image; a folder where podman or nerdctl was given `--rootfs`."""
        return self.operands[0]

    @property
    def command(self) -> tuple[Word, ...]:
        """The arguments behind the image: they replace its CMD."""
        return self.operands[1:]

    @property
    def container_name(self) -> Word | None:
        """The name that the container gets."""
        return self.value("name")

    @property
    def cidfile(self) -> Word | None:
        """The file that gets the container's id."""
        return self.value("cidfile")

    @property
    def detach(self) -> bool | None:
        """Whether it runs in the background, its id printed; never so for `create`."""
        return self.enabled("detach")

    @property
    def remove(self) -> bool | None:
        """Whether the container goes when it ends."""
        return self.enabled("rm")

    @property
    def interactive(self) -> bool | None:
        """Whether standard input is handed to it."""
        return self.enabled("interactive")

    @property
    def tty(self) -> bool | None:
        """Whether it gets a terminal, which turns LF into CRLF on its output."""
        return self.enabled("tty")

    @property
    def privileged(self) -> bool | None:
        """Whether it may do everything that the host may."""
        return self.enabled("privileged")

    @property
    def entrypoint(self) -> Word | None:
        """What replaces the image's ENTRYPOINT (and drops its CMD); empty resets it."""
        return self.value("entrypoint")

    @property
    def env(self) -> tuple[Assignment, ...]:
        """All `--env`, in order."""
        return self.assignments("env")

    @property
    def env_files(self) -> tuple[Word, ...]:
        """All `--env-file`."""
        return self.values("env-file")

    @property
    def workdir(self) -> Word | None:
        """The working folder inside."""
        return self.value("workdir")

    @property
    def user(self) -> Word | None:
        """The user inside."""
        return self.value("user")

    @property
    def network(self) -> Word | None:
        """The last `--network`."""
        return self.value("network")

    @property
    def platform(self) -> Word | None:
        """The platform of the image."""
        return self.value("platform")

    @property
    def volumes(self) -> tuple[Volume, ...]:
        """Everything mounted by `--volume`, `--mount` and `--tmpfs`, in the order given.

        They were read once when the command was parsed, so this raises nothing.
        """
        return tuple(
            _MOUNTS[flag.name](flag, flag.value)
            for flag in self.flags
            if flag.name in _MOUNTS and flag.value is not None
        )

    @property
    def volumes_from(self) -> tuple[Word, ...]:
        """The containers whose volumes it shares, each perhaps with `:ro`."""
        return self.values("volumes-from")


_MOUNTS = {"volume": parse_volume, "mount": parse_mount, "tmpfs": parse_tmpfs}


class Create(NewContainer, frozen=True):
    """`docker create`: a container that does not run."""


class Run(NewContainer, frozen=True):
    """`docker run`: a container that is created and started."""


class Cp(Command, frozen=True):
    """`docker cp`: between a container and the host."""

    @property
    def source(self) -> CpPath:
        """What is copied."""
        return split_cp_path(self.operands[0])

    @property
    def destination(self) -> CpPath:
        """Where it goes."""
        return split_cp_path(self.operands[1])

    @property
    def archive(self) -> bool | None:
        """Whether user and group are kept; podman does so unless told not to."""
        return self.enabled("archive", self.program == "podman")

    @property
    def follow_link(self) -> bool | None:
        """Whether a source that is a link is followed."""
        return self.enabled("follow-link")

    @property
    def to_stdout(self) -> bool:
        """Whether a tar archive goes to standard output."""
        return self.destination.is_stream

    @property
    def from_stdin(self) -> bool:
        """Whether a tar archive comes from standard input."""
        return self.source.is_stream


class _Named(Command, frozen=True):
    @property
    def names(self) -> tuple[Word, ...]:
        """What the command is about, in order; may be empty for podman's `--all`."""
        return self.operands


class Rm(_Named, frozen=True):
    """`docker rm`: containers go."""

    @property
    def force(self) -> bool | None:
        """Whether running ones go too, and absent ones are no error."""
        return self.enabled("force")

    @property
    def volumes(self) -> bool | None:
        """Whether their anonymous volumes go too."""
        return self.enabled("volumes")


class Rmi(_Named, frozen=True):
    """`docker rmi`, `docker image rm`: names of images go, and images without a name."""

    @property
    def force(self) -> bool | None:
        """Whether images in use go too, and absent ones are no error."""
        return self.enabled("force")


class Tag(Command, frozen=True):
    """`docker tag`: an image gets a further name."""

    @property
    def source(self) -> Word:
        """The image."""
        return self.operands[0]

    @property
    def target(self) -> Word:
        """The new name, the first of several."""
        return self.operands[1]

    @property
    def targets(self) -> tuple[Word, ...]:
        """The new names: podman and buildah take several."""
        return self.operands[1:]


class Push(Command, frozen=True):
    """`docker push`."""

    @property
    def names(self) -> tuple[Word, ...]:
        """The image."""
        return self.operands[:1]

    @property
    def destination(self) -> Word | None:
        """Where podman and buildah push it to, if not to where its name says."""
        return self.operands[1] if len(self.operands) > 1 else None

    @property
    def all_tags(self) -> bool | None:
        """Whether all tags of the name are pushed."""
        return self.enabled("all-tags")


class Pull(Command, frozen=True):
    """`docker pull`."""

    @property
    def image(self) -> Word:
        """The image, the first of several."""
        return self.operands[0]

    @property
    def images(self) -> tuple[Word, ...]:
        """The images: podman and buildah take several."""
        return self.operands

    @property
    def all_tags(self) -> bool | None:
        """Whether all tags of the name are fetched."""
        return self.enabled("all-tags")


class Exec(Command, frozen=True):
    """`docker exec`: a command in a running container."""

    @property
    def container(self) -> Word | None:
        """The container; None where podman's `--latest` names it."""
        return None if self.enabled("latest") else self.operands[0]

    @property
    def command(self) -> tuple[Word, ...]:
        """What runs in it."""
        return self.operands if self.enabled("latest") else self.operands[1:]

    @property
    def detach(self) -> bool | None:
        """Whether it runs in the background."""
        return self.enabled("detach")

    @property
    def env(self) -> tuple[Assignment, ...]:
        """All `--env`, in order."""
        return self.assignments("env")

    @property
    def workdir(self) -> Word | None:
        """The working folder inside."""
        return self.value("workdir")

    @property
    def user(self) -> Word | None:
        """The user inside."""
        return self.value("user")


class Start(_Named, frozen=True):
    """`docker start`."""

    @property
    def attach(self) -> bool | None:
        """Whether it waits for the container's end and prints its output."""
        return self.enabled("attach")

    @property
    def interactive(self) -> bool | None:
        """Whether standard input is handed to it, which waits for its end too."""
        return self.enabled("interactive")


class Stop(_Named, frozen=True):
    """`docker stop`."""


class Wait(_Named, frozen=True):
    """`docker wait`: until the containers end; prints their exit codes."""


class Kill(_Named, frozen=True):
    """`docker kill`."""


class Other(Command, frozen=True):
    """A command that is known by name only: everything behind the name is in `operands`."""
