"""What a test does with the private engine."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from converter.verify.archive import read_archive
from converter.verify.image import Image
from tests.engine.dockerd import Daemon, EngineError
from tests.engine.images import StandIn, archive, stand_in

_NO_FORWARDING = re.compile(r"^.*IPv4 forwarding is disabled\. Networking will not work\.\r?\n", re.MULTILINE)
"""What the client and the classic builder say on machines that do not forward packets, which no test needs."""

_OUTPUT_CHARACTERS = 6000


@dataclass(frozen=True, slots=True)
class Result:
    """A command that ran: `output` is what it wrote, both streams as they came."""

    exit_status: int
    output: str


@dataclass(frozen=True, slots=True)
class Engine:
    """A running private engine; every method raises `EngineError` with the output of a command that fails."""

    daemon: Daemon

    def environment(self, *, buildkit: bool = False) -> dict[str, str]:
        """The environment of commands that use this engine; see `Daemon.environment`."""
        return self.daemon.environment(buildkit=buildkit)

    def run(
        self,
        command: Sequence[str],
        *,
        folder: Path | None = None,
        buildkit: bool = False,
        env: Mapping[str, str] | None = None,
        check: bool = True,
        timeout_seconds: float = 600,
    ) -> Result:
        """Runs a command; with `check` a status other than 0 raises."""
        process = subprocess.run(
            command,
            check=False,
            cwd=folder,
            env=self.environment(buildkit=buildkit) | dict(env or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=timeout_seconds,
        )
        if check and process.returncode:
            raise EngineError(
                f"{' '.join(command)}: exit status {process.returncode}\n{process.stdout[-_OUTPUT_CHARACTERS:]}"
            )
        return Result(process.returncode, _NO_FORWARDING.sub("", process.stdout))

    def docker(self, *arguments: str, folder: Path | None = None, check: bool = True) -> str:
        """Runs the matching client; returns what it wrote."""
        return self.run([str(self.daemon.docker), *arguments], folder=folder, check=check).output

    def build(
        self,
        folder: Path,
        dockerfile: str,
        tag: str,
        buildkit: bool,
        args: Mapping[str, str] | None = None,
        *,
        options: Sequence[str] = (),
        check: bool = True,
    ) -> Result:
        """Builds `folder` with the file `dockerfile` in it, without the cache: a cache hit may bring another owner."""
        command = [str(self.daemon.docker), "build", "--no-cache", "-t", tag, "-f", str(folder / dockerfile)]
        for name, value in (args or {}).items():
            command += ["--build-arg", f"{name}={value}"]
        return self.run([*command, *options, str(folder)], folder=folder, buildkit=buildkit, check=check)

    def run_script(
        self,
        folder: Path,
        script: str,
        *arguments: str,
        buildkit: bool = False,
        env: Mapping[str, str] | None = None,
        check: bool = True,
        timeout_seconds: float = 600,
    ) -> Result:
        """Runs a script of the folder in the folder, with the interpreter of its first line, `sh` where it has none.

        The script need not be executable. `docker` is the matching client and talks to this engine.
        """
        first = (folder / script).read_bytes().split(b"\n", 1)[0].decode("utf-8", "replace")
        interpreter = first.removeprefix("#!").split() if first.startswith("#!") else ["sh"]
        command = [*interpreter, script, *arguments]
        return self.run(
            command, folder=folder, buildkit=buildkit, env=env, check=check, timeout_seconds=timeout_seconds
        )

    def image(self, tag: str) -> Image:
        """The image, read from `docker save` as a stream."""
        command = [str(self.daemon.docker), "save", tag]
        with subprocess.Popen(
            command, env=self.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            try:
                image = read_archive(process.stdout, tag)
            except Exception:  # whatever ended the reading, the client must not go on waiting for a reader
                process.kill()
                message = process.stderr.read().decode("utf-8", "replace").strip()
                if message:
                    raise EngineError(f"docker save {tag}: {message}") from None
                raise
            message = process.stderr.read().decode("utf-8", "replace").strip()
        if process.returncode:
            raise EngineError(f"docker save {tag}: {message}")
        return image

    def size_bytes(self, tag: str) -> int:
        """The size that the engine itself reports."""
        return int(self.docker("image", "inspect", "--format", "{{.Size}}", tag))

    def add(self, *images: StandIn | str) -> None:
        """Loads stand-ins under their names; a plain name means the one of the catalogue."""
        for image in images:
            self.load(archive(stand_in(image) if isinstance(image, str) else image))

    def load(self, chunks: Iterable[bytes]) -> None:
        """Loads a saved image that arrives in pieces."""
        with subprocess.Popen(
            [str(self.daemon.docker), "load", "--quiet"],
            env=self.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                for chunk in chunks:
                    process.stdin.write(chunk)
                process.stdin.close()
            except BrokenPipeError:
                pass  # the reason is in the client's output
            output = process.stdout.read().decode("utf-8", "replace")
        if process.returncode:
            raise EngineError(f"docker load: {output}")


class Podman(Engine):
    """A private podman, whose own images are named `localhost/NAME`."""

    def image(self, tag: str) -> Image:
        """The image, read from `podman save` as a stream."""
        host, slash, _ = tag.partition("/")
        named = slash and ("." in host or ":" in host or host == "localhost")
        return super().image(tag if named else f"localhost/{tag}")
