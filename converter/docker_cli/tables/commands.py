"""The compiled flags of a program and of its commands, made when first asked for."""

from __future__ import annotations

from functools import cache

from converter.docker_cli.flagset import FlagSet, compile_flags
from converter.docker_cli.tables import builds, containers, images, programs


@cache
def global_flags(program: str) -> FlagSet:
    """The flags that the program takes before its subcommand."""
    return compile_flags(*_GLOBALS[program])


@cache
def group_flags(program: str, group: str) -> FlagSet:
    """The flags that a management command takes before its own subcommand."""
    return compile_flags(programs.BUILDX if group == "buildx" else "help,h", *_PERSISTENT.get(program, ()))


@cache
def command_flags(program: str, name: str) -> FlagSet | None:
    """The flags of a command by its canonical name, None where no table has them."""
    table = _TABLES["docker" if program == "docker-buildx" else program].get(name)
    return None if table is None else compile_flags(*table, *_PERSISTENT.get(program, ()))


@cache
def removed_flags(program: str, name: str) -> FlagSet:
    """The flags of a command that this program had once and no longer knows."""
    return compile_flags(_REMOVED.get(name, "") if program == "docker" else "")


_GLOBALS: dict[str, tuple[str, ...]] = {
    "docker": (programs.DOCKER,),
    "podman": (programs.PODMAN_LOCAL, programs.PODMAN_PERSISTENT),
    "nerdctl": (programs.NERDCTL_LOCAL, programs.NERDCTL_PERSISTENT),
    "buildah": (programs.BUILDAH_LOCAL, programs.BUILDAH_PERSISTENT),
    "docker-buildx": (programs.BUILDX,),
    "docker-compose": (programs.COMPOSE,),
    "podman-compose": (programs.COMPOSE,),
}

_PERSISTENT: dict[str, tuple[str, ...]] = {
    "podman": (programs.PODMAN_PERSISTENT,),
    "nerdctl": (programs.NERDCTL_PERSISTENT,),
    "buildah": (programs.BUILDAH_PERSISTENT,),
}

_DOCKER: dict[str, tuple[str, ...]] = {
    "build": (builds.DOCKER,),
    "create": (containers.CREATE, containers.REMOVED_CREATE),
    "run": (containers.CREATE, containers.RUN_EXTRA, containers.REMOVED_CREATE),
    "cp": (containers.CP,),
    "rm": (containers.RM,),
    "exec": (containers.EXEC,),
    "start": (containers.START,),
    "stop": (containers.STOP,),
    "kill": (containers.KILL,),
    "wait": (containers.WAIT,),
    "rmi": (images.RMI,),
    "tag": (images.TAG, images.REMOVED_TAG),
    "push": (images.PUSH,),
    "pull": (images.PULL,),
}

_TABLES: dict[str, dict[str, tuple[str, ...]]] = {
    "docker": _DOCKER,
    "podman": {
        "build": (builds.BUILDAH, builds.PODMAN_EXTRA),
        "create": (containers.CREATE, containers.PODMAN_CREATE_EXTRA),
        "run": (
            containers.CREATE,
            containers.RUN_EXTRA,
            containers.PODMAN_CREATE_EXTRA,
            containers.PODMAN_RUN_EXTRA,
        ),
        "cp": (containers.CP, containers.PODMAN_CP_EXTRA),
        "rm": (containers.PODMAN_RM,),
        "exec": (containers.EXEC, containers.PODMAN_EXEC_EXTRA),
        "start": (containers.START, containers.PODMAN_START_EXTRA),
        "stop": (containers.PODMAN_STOP,),
        "kill": (containers.KILL, containers.PODMAN_KILL_EXTRA),
        "wait": (containers.WAIT, containers.PODMAN_WAIT_EXTRA),
        "rmi": (images.RMI, images.PODMAN_RMI_EXTRA),
        "tag": (images.TAG,),
        "push": (images.BUILDAH_PUSH,),
        "pull": (images.BUILDAH_PULL,),
    },
    "nerdctl": {
        **_DOCKER,
        "build": (builds.NERDCTL,),
        "create": (containers.CREATE, containers.NERDCTL_CREATE_EXTRA),
        "run": (containers.CREATE, containers.RUN_EXTRA, containers.NERDCTL_CREATE_EXTRA),
        "tag": (images.TAG,),
        "rmi": (images.RMI, images.NERDCTL_RMI_EXTRA),
        "push": (images.NERDCTL_PUSH,),
        "pull": (images.NERDCTL_PULL,),
    },
    "buildah": {
        "build": (builds.BUILDAH,),
        "rmi": (images.BUILDAH_RMI,),
        "tag": (images.TAG,),
        "push": (images.BUILDAH_PUSH,),
        "pull": (images.BUILDAH_PULL,),
    },
    "docker-compose": {},
    "podman-compose": {},
}

_REMOVED = {"create": containers.REMOVED_CREATE, "run": containers.REMOVED_CREATE, "tag": images.REMOVED_TAG}
