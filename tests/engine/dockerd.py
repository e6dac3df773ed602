"""A `dockerd` of the tests' own, which disturbs no other engine on the machine.

It has its own data, state, configuration, containerd namespace, socket and
network device, all of them gone when the context ends. Two engines on the
default bridge delete each other's device, and `--bridge=none` deletes it too,
so each gets a bridge with an address range that nothing on the machine uses.
Containers in it reach nothing outside: there are no firewall rules.
"""

from __future__ import annotations

import ipaddress
import os
import secrets
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 60.0
STOP_SECONDS = 20.0
STORAGE_DRIVERS = ("overlay2", "vfs")
"""Tried in this order: overlay2 does not work on every file system, vfs does."""

_LOG_LINES = 25
_LONGEST_SOCKET = "exec/containerd/containerd-debug.sock"
_MAX_SOCKET_PATH_BYTES = 104
"""What containerd allows; Linux has 108 bytes for the path of a socket."""
_ADMIN_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_PRIVATE = ("DOCKER_", "BUILDX_", "BUILDKIT_", "COMPOSE_")


class EngineError(Exception):
    """An engine that does not start, or a command of it that fails."""


@dataclass(frozen=True, slots=True)
class Binaries:
    """The programs of one engine; `docker` is the client beside `dockerd`, so that the versions match."""

    dockerd: Path
    docker: Path
    ip: Path
    programs: Path | None = None
    """Where what `dockerd` starts is looked for first."""
    plugins: Path | None = None
    """The folder of the client's plugins, where it is not the machine's own."""


@dataclass(frozen=True, slots=True)
class Daemon:
    """A running engine: its socket, its client, and a folder and a bridge of its own that go away with it."""

    socket: Path
    docker: Path
    folder: Path
    storage_driver: str
    bridge: str

    @property
    def host(self) -> str:
        """The value of `DOCKER_HOST`."""
        return f"unix://{self.socket}"

    def environment(self, *, buildkit: bool) -> dict[str, str]:
        """The environment for commands that are to use this engine and no other.

        `docker`, and `podman`, in PATH is the matching client, except that `push`, `login` and
        `logout` do nothing and `pull` only looks: there is no registry. It finds
        no configuration, no credentials and no context of the person who runs
        the tests.
        """
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_PRIVATE)}
        return kept | {
            "PATH": f"{self.folder / 'bin'}:{os.environ.get('PATH', '')}:{_ADMIN_PATH}",
            "HOME": str(self.folder / "home"),
            "LC_ALL": "C.UTF-8",
            "DOCKER_HOST": self.host,
            "DOCKER_CONFIG": str(self.folder / "config"),
            "DOCKER_BUILDKIT": "1" if buildkit else "0",
            "BUILDKIT_PROGRESS": "plain",
        }


_CLIENT = """\
#!/bin/sh
# There is no registry: what would talk to one does nothing, and a pull finds what is loaded.
case $1 in
    push|login|logout)
        case " $* " in *" --password-stdin "*) cat >/dev/null ;; esac
        echo "no registry here: docker $1 was not run" >&2
        exit 0 ;;
    pull)
        for image; do :; done
        exec REAL image inspect --format '{{.Id}}' "$image" ;;
esac
exec REAL "$@"
"""


def write_client(path: Path, command: Sequence[str]) -> None:
    """Writes the program that scripts call as `docker`: `command` in front of their arguments, but for registries."""
    path.write_text(_CLIENT.replace("REAL", shlex.join(command)), encoding="utf-8")
    path.chmod(0o755)


def available() -> str | None:
    """Why no private engine can be had here, or None where one can."""
    if not sys.platform.startswith("linux"):
        return "a private container engine needs Linux"
    if os.geteuid() != 0:
        return "a private container engine needs root"
    missing = [name for name in ("dockerd", "docker", "containerd", "runc", "ip") if _which(name) is None]
    if missing:
        return f"not installed: {', '.join(missing)} (Debian: docker.io, iproute2)"
    return None


def find_binaries() -> Binaries:
    """The programs; raises `EngineError` where `available()` has a reason."""
    reason = available()
    dockerd, docker, ip = _which("dockerd"), _which("docker"), _which("ip")
    if reason is not None or dockerd is None or docker is None or ip is None:
        raise EngineError(reason or "no engine")
    # Debian has dockerd in /usr/sbin and its client in /usr/bin; PATH may name another client first.
    beside = (dockerd.parent / "docker", dockerd.parent.parent / "bin" / "docker", Path("/usr/bin/docker"))
    return Binaries(dockerd, next((path for path in beside if os.access(path, os.X_OK)), docker), ip)


@contextmanager
def private_engine(binaries: Binaries | None = None) -> Iterator[Daemon]:
    """Starts an engine, the machine's own unless others are given, and takes it down again with all that it left.

    Raises `EngineError` with the end of its log where it does not answer.
    `STAGEIFY_ENGINE_DIR` names the folder to work in instead of the temporary one.
    """
    binaries = binaries or find_binaries()
    folder = Path(tempfile.mkdtemp(prefix="stageify-engine-", dir=os.environ.get("STAGEIFY_ENGINE_DIR")))
    try:
        if len(os.fsencode(folder / _LONGEST_SOCKET)) > _MAX_SOCKET_PATH_BYTES:
            raise EngineError(
                f"{folder} is too long for the sockets in it: set STAGEIFY_ENGINE_DIR to a shorter folder"
            )
        for name in ("bin", "home", "config"):
            (folder / name).mkdir()
        client = folder / "bin" / "docker"
        write_client(client, [str(binaries.docker)])
        (folder / "bin" / "podman").symlink_to(client)
        if binaries.plugins is not None:
            (folder / "config" / "cli-plugins").symlink_to(binaries.plugins)
        (folder / "daemon.json").write_text("{}\n", encoding="utf-8")
        with _bridge(binaries.ip) as bridge:
            process, driver = _start(binaries, folder, bridge)
            daemon = Daemon(folder / "docker.sock", binaries.docker, folder, driver, bridge)
            try:
                yield daemon
            finally:
                _kill_containers(daemon)
                _stop(process, folder)
    finally:
        unmount_below(folder)
        shutil.rmtree(folder, ignore_errors=True)


def _which(name: str) -> Path | None:
    found = shutil.which(name) or shutil.which(name, path=_ADMIN_PATH)
    return Path(found) if found else None


def _bridge_name() -> str:
    return f"stg{secrets.token_hex(4)}"


@contextmanager
def _bridge(ip: Path) -> Iterator[str]:
    name = _bridge_name()
    _run([str(ip), "link", "add", "name", name, "type", "bridge"])
    try:
        _run([str(ip), "address", "add", _free_address(ip), "dev", name])
        _run([str(ip), "link", "set", name, "up"])
        yield name
    finally:
        subprocess.run([str(ip), "link", "delete", name], check=False, capture_output=True)


def _free_address(ip: Path) -> str:
    """The first address of a /24 in 10.224.0.0/11 that no route or address of the machine touches."""
    used = []
    for line in _run([str(ip), "-4", "route", "show", "table", "all"]).splitlines():
        for word in line.split()[:2]:
            with suppress(ValueError):
                used.append(ipaddress.ip_network(word, strict=False))
    for _ in range(200):
        number = secrets.randbelow(32 * 256)
        network = ipaddress.ip_network(f"10.{224 + number // 256}.{number % 256}.0/24")
        if not any(network.overlaps(other) for other in used):
            return f"{network[1]}/24"
    raise EngineError("no free address range for a bridge")


def _run(command: list[str]) -> str:
    result = subprocess.run(command, check=False, capture_output=True, text=True)
    if result.returncode:
        raise EngineError(f"{' '.join(command)}: {result.stderr.strip()}")
    return result.stdout


def _start(binaries: Binaries, folder: Path, bridge: str) -> tuple[subprocess.Popen[bytes], str]:
    reasons = []
    for driver in STORAGE_DRIVERS:
        log = folder / f"dockerd-{driver}.log"
        process = _launch(binaries, folder, bridge, driver, log)
        try:
            if _wait_until_it_answers(process, binaries.docker, folder):
                return process, driver
        except BaseException:
            _stop(process, folder)
            raise
        reasons.append(f"with {driver}:\n{_tail(log)}")
        _stop(process, folder)
    raise EngineError("dockerd does not start\n" + "\n".join(reasons))


def _launch(binaries: Binaries, folder: Path, bridge: str, driver: str, log: Path) -> subprocess.Popen[bytes]:
    command = [
        str(binaries.dockerd),
        f"--config-file={folder / 'daemon.json'}",
        f"--data-root={folder / 'data'}",
        f"--exec-root={folder / 'exec'}",
        f"--pidfile={folder / 'dockerd.pid'}",
        f"--host=unix://{folder / 'docker.sock'}",
        f"--bridge={bridge}",
        "--iptables=false",
        "--ip-masq=false",
        "--ip-forward=false",
        f"--storage-driver={driver}",
        # Where the machine runs a containerd, dockerd shares it: a namespace of its own keeps them apart.
        # The folder's name will not do: containerd allows no underscore at the end of a namespace.
        f"--containerd-namespace={bridge}",
        f"--containerd-plugins-namespace={bridge}-plugins",
    ]
    setpriv = _which("setpriv")
    if setpriv is not None:  # the engine must not outlive a test run that is killed
        command = [str(setpriv), "--pdeathsig", "TERM", *command]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(_PRIVATE)}
    first = f"{binaries.programs}:" if binaries.programs is not None else ""
    environment["PATH"] = f"{first}{os.environ.get('PATH', '')}:{_ADMIN_PATH}"
    with log.open("wb") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )


def _wait_until_it_answers(process: subprocess.Popen[bytes], docker: Path, folder: Path) -> bool:
    deadline = time.monotonic() + START_SECONDS
    command = [str(docker), "--host", f"unix://{folder / 'docker.sock'}", "version"]
    environment = os.environ | {"DOCKER_CONFIG": str(folder / "config")}
    while process.poll() is None and time.monotonic() < deadline:
        # An engine that hangs must not hang the test run with it.
        with suppress(subprocess.TimeoutExpired):
            answer = subprocess.run(command, check=False, capture_output=True, env=environment, timeout=START_SECONDS)
            if answer.returncode == 0:
                return True
        time.sleep(0.05)
    return False


def _tail(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-_LOG_LINES:])


def _stop(process: subprocess.Popen[bytes], folder: Path) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    for pid in _processes_that_name(folder / "exec"):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    unmount_below(folder)


def _kill_containers(daemon: Daemon) -> None:
    """A stopping engine gives each container ten seconds; nobody needs what runs in these."""
    environment = daemon.environment(buildkit=False)
    with suppress(subprocess.TimeoutExpired):
        listed = subprocess.run(
            [str(daemon.docker), "ps", "--quiet"],
            check=False, capture_output=True, text=True, env=environment, timeout=STOP_SECONDS,
        )  # fmt: skip
        if listed.stdout.split():
            subprocess.run(
                [str(daemon.docker), "kill", *listed.stdout.split()],
                check=False, capture_output=True, env=environment, timeout=STOP_SECONDS,
            )  # fmt: skip


def _processes_that_name(folder: Path) -> list[int]:
    """The engine's containerd and shims that outlived it: only they have its private folder in their arguments."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError):
                arguments = (entry / "cmdline").read_bytes().split(b"\0")
                program = os.path.basename(arguments[0])
                if program.startswith(b"containerd") and any(os.fsencode(folder) in item for item in arguments):
                    found.append(int(entry.name))
    return found


def unmount_below(folder: Path) -> None:
    """Takes off what is still mounted in the folder, innermost first, so that removing it touches nothing else."""
    mounted = []
    for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines():
        point = line.split()[4]
        if point.startswith(f"{folder}/"):
            mounted.append(point)
    for point in sorted(mounted, key=len, reverse=True):
        subprocess.run(["umount", "--lazy", point], check=False, capture_output=True)
