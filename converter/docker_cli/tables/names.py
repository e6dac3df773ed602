"""What the subcommands are called: every spelling, and the one name that stands for it.

Sources: `docker --help` and the `--help` of its management commands (aliases are
listed there), the list of CLI plugins in Docker's reference, podman(1), buildah(1),
nerdctl's command reference.
"""

from __future__ import annotations

_CONTAINER = """
attach commit cp create diff exec export inspect kill logs ls=ps list=ps ps pause port rename restart rm remove=rm run
start stats stop top unpause update wait
"""
_IMAGE = "build history import inspect load ls=images list=images pull push rm=rmi remove=rmi rmi save tag"

_DOCKER = """
attach build commit cp create diff events exec export history images import info inspect kill load login logout logs
pause port ps pull push rename restart rm rmi run save search start stats stop tag top unpause update version wait
"""

_PODMAN = """
attach auto-update build commit cp create diff events exec export farm generate healthcheck history images import info
init inspect kill kube load login logout logs machine manifest mount network pause play pod port ps list=ps ls=ps pull
push quadlet rename restart rm rmi run save search secret start stats stop system tag top umount unmount=umount unpause
unshare untag update version volume wait completion help artifact compose
"""

_BUILDAH = """
add build bud=build build-using-dockerfile=build commit config containers list=containers ls=containers ps=containers
copy from images info inspect login logout manifest mkcw mount prune pull push rename rm delete=rm rmi run source tag
umount unmount=umount unshare version completion help
"""

DOCKER_OTHERS = """
ai app agent builder buildx checkpoint cloud compose completion config context dev desktop engine extension help init
mcp manifest model network node offload pass plugin sandbox sbom scan scout secret service stack swarm system trust
volume debug
"""
"""Groups and plugins of docker whose subcommands are not told apart."""

TOP: dict[str, str] = {
    "docker": _DOCKER + DOCKER_OTHERS,
    "podman": _PODMAN,
    "nerdctl": _DOCKER
    + "compose completion apparmor builder checkpoint help internal ipfs manifest namespace network system volume",
    "buildah": _BUILDAH,
    "docker-buildx": "",
    "docker-compose": "",
    "podman-compose": "",
}
"""By program: `spelling` or `spelling=name`."""

GROUPS: dict[str, dict[str, str]] = {
    "docker": {
        "container": _CONTAINER + "prune",
        "image": _IMAGE + " prune",
        "builder": "build prune",
        "buildx": "build b=build bake create dial-stdio du debug dap history imagetools inspect install ls policy prune"
        " rm stop uninstall use version",
    },
    "podman": {
        "container": _CONTAINER
        + "checkpoint cleanup clone exists init mount umount unmount=umount prune restore runlabel",
        "image": _IMAGE + " diff exists mount unmount=umount umount prune scp search sign tree trust untag",
        "buildx": "build b=build create inspect prune rm stop use version",
        "builder": "build prune",
    },
    "nerdctl": {
        "container": _CONTAINER + "prune",
        "image": _IMAGE + " convert decrypt encrypt prune",
        "builder": "build prune debug",
    },
    "buildah": {},
    "docker-buildx": {},
    "docker-compose": {},
    "podman-compose": {},
}
"""By program and group: as `TOP`. What is not one of `SHARED` becomes `group name`."""

SHARED = frozenset((*_DOCKER.split(), "rm", "rmi"))
"""Names that mean the same inside `container` and `image` as at the top."""
