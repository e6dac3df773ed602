"""A podman of the tests' own, for scripts that say `podman`, and for those whose `docker` is podman's.

It has no daemon: programs named `docker` and `podman` in a folder of its own
call it with storage of its own, which goes away with the folder.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.engine.dockerd import Daemon, unmount_below, write_client

_REGISTRIES = """\
unqualified-search-registries = ["docker.io"]
short-name-mode = "permissive"
"""
# its own default is more open files than a test machine may allow
_CONTAINERS = """\
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
netns = "none"
"""


def missing_podman() -> str | None:
    """Why there is no podman here, or None."""
    return None if shutil.which("podman") else "not installed: podman (Debian: podman)"


@contextmanager
def private_podman() -> Iterator[Daemon]:
    """Makes the storage and the two programs, and removes both with what is still mounted."""
    folder = Path(tempfile.mkdtemp(prefix="stageify-podman-"))
    try:
        for name in ("bin", "home", "config"):
            (folder / name).mkdir()
        (folder / "registries.conf").write_text(_REGISTRIES, encoding="utf-8")
        (folder / "containers.conf").write_text(_CONTAINERS, encoding="utf-8")
        (folder / "config" / "config.json").write_text("{}\n", encoding="utf-8")
        command = [
            "env", f"CONTAINERS_REGISTRIES_CONF={folder / 'registries.conf'}",
            f"CONTAINERS_CONF={folder / 'containers.conf'}",
            shutil.which("podman") or "podman",
            "--runtime", "runc",  # crun does not work where cgroups are hybrid
            "--storage-driver", "vfs",
            "--cgroup-manager", "cgroupfs",
            "--events-backend", "file",
            "--root", str(folder / "root"),
            "--runroot", str(folder / "run"),
        ]  # fmt: skip
        for name in ("docker", "podman"):
            write_client(folder / "bin" / name, command)
        yield Daemon(folder / "no.sock", folder / "bin" / "podman", folder, "vfs", "podman")
    finally:
        subprocess.run(
            [str(folder / "bin" / "podman"), "rm", "--all", "--force", "--time", "0"], check=False, capture_output=True
        )
        unmount_below(folder)
        shutil.rmtree(folder, ignore_errors=True)
