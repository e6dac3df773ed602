"""Real make runs the collection with a `docker` that only notes its arguments: the prediction has the same calls."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from converter.machine.state import State
from converter.shell.commands import COMMANDS, docker
from converter.shell.commands.call import Call, Result
from tests.drivers.made import COLLECTION, ENVIRONMENT, NAMES, agrees, predicted, texts_of

DOCKER = """#!{python}
import json, os, sys
words = sys.argv[1:]
with open({log!r}, "a") as log:
    log.write(json.dumps(words) + "\\n")
if words[:1] == ["create"]:
    print("0123456789ab")
for word in words:
    if word.startswith("--cidfile="):
        open(word.partition("=")[2], "w").write("0123456789ab")
if words[:1] == ["cp"] and not os.path.isdir(words[-1]):
    open(words[-1], "w").close()
"""


def recorded(name: str, tmp_path: Path) -> list[list[str]]:
    """The arguments of each call of docker that `make` makes in a copy of the case."""
    root, programs, log = tmp_path / "root", tmp_path / "bin", tmp_path / "log"
    shutil.copytree(COLLECTION / name, root)
    programs.mkdir()
    program = programs / "docker"
    program.write_text(DOCKER.format(python=sys.executable, log=str(log)), encoding="utf-8")
    program.chmod(0o755)
    environment = {**ENVIRONMENT, "PATH": f"{programs}:{ENVIRONMENT['PATH']}"}
    subprocess.run(["make"], cwd=root, env=environment, capture_output=True, check=True)
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []


@pytest.mark.parametrize("name", NAMES)
def test_make_calls_docker_as_predicted(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[list[str]] = []
    handler = docker.TABLE["docker"]

    def noted(call: Call, state: State) -> Result:
        calls.append([value.flat for value in call.values[1:]])
        return handler(call, state)

    monkeypatch.setitem(COMMANDS, "docker", noted)
    predicted(texts_of(name))
    real = recorded(name, tmp_path)
    assert len(calls) == len(real), (calls, real)
    for ours, theirs in zip(calls, real, strict=True):
        assert agrees(_shown(ours), " ".join(theirs)), (ours, theirs)


def _shown(words: list[str]) -> str:
    return re.sub("\0\\d+\1", "\0", " ".join(words))
