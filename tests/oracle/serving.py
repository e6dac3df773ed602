"""The recorder as a server: the same dry run, for thousands of short scripts.

Starting Python for each docker command would take most of the time. Here `docker` is a few lines of shell that ask
this process through pipes. One command runs at a time, and its words hold no record separators.
"""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

from converter.recording.install import install
from converter.recording.shim import CONFIG, record
from tests.oracle.collection import Script
from tests.oracle.reality import Reality, execute, prepare

CLIENT = """\
#!/bin/sh
{{ printf '%s\\036' "$PWD" "$@"; printf '\\035'; }} > '{request}'
{{
    read -r status
    while IFS= read -r line; do printf '%s\\n' "$line"; done
}} < '{response}'
exit "$status"
"""

STOP = b"\x04"


class Server:
    """Answers the commands of one script after the other; a context manager."""

    def __init__(self, folder: Path) -> None:
        self.programs = folder / "programs"
        self.request, self.response = folder / "request", folder / "response"
        self.config: dict[str, object] = {}
        self.recorder = folder
        self.problem: Exception | None = None
        self.programs.mkdir(parents=True)
        os.mkfifo(self.request)
        os.mkfifo(self.response)
        client = self.programs / "docker"
        client.write_text(CLIENT.format(request=self.request, response=self.response))
        client.chmod(0o755)
        self.thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Server:
        self.here = os.getcwd()
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.request.write_bytes(STOP)
        self.thread.join()
        os.chdir(self.here)

    def run(self, script: Script, shell: str, scratch: Path) -> Reality:
        """Runs a script as `reality.run` does."""
        root, trace = prepare(script, scratch)
        self.recorder = scratch / "bin"
        install(self.recorder, trace, root, dry_run=True, command=[script.name], paths=script.paths)
        self.config = json.loads((self.recorder / CONFIG).read_text())
        found = execute(script, shell, scratch, str(self.programs))
        if self.problem is not None:
            raise self.problem
        return found

    def _serve(self) -> None:
        while (asked := self.request.read_bytes()) != STOP:
            folder, *argv = asked.rstrip(b"\x1d").decode(errors="surrogateescape").split("\x1e")[:-1]
            try:
                os.chdir(folder)
                answer = record(str(self.recorder), self.config, "docker", argv)
                reply = f"{answer.status}\n".encode() + answer.out
            except OSError as problem:
                self.problem, reply = problem, b"99\n"
            self.response.write_bytes(reply)
