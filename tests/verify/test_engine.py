"""What a person is told about an engine that cannot be used."""

from __future__ import annotations

import json
import socket
from hashlib import sha256
from pathlib import Path

import pytest

from converter.verify.engine import Engine, unreachable
from converter.verify.problems import VerifyProblem


def test_an_engine_that_does_not_run_is_told_from_one_that_may_not_be_used() -> None:
    stopped = unreachable(OSError("('Connection aborted.', FileNotFoundError(2, 'No such file or directory'))"))
    assert stopped.message == "no container engine answers"
    forbidden = unreachable(OSError("('Connection aborted.', PermissionError(13, 'Permission denied'))"))
    assert forbidden.message == "this user may not talk to the container engine: permission denied"
    assert forbidden.help == "run it as a user of the group `docker`, or as root"


def test_a_socket_behind_which_nobody_listens_is_no_engine(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as closed:
        closed.bind(str(tmp_path / "s"))
    with pytest.raises(VerifyProblem, match="no container engine answers"):
        Engine.reach({"DOCKER_HOST": f"unix://{tmp_path}/s"})


def test_a_docker_context_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(VerifyProblem, match="there is no docker context 'missing'"):
        Engine.reach({"DOCKER_CONTEXT": "missing", "DOCKER_CONFIG": str(tmp_path)})


def test_the_engine_of_a_docker_context_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "contexts" / "meta" / sha256(b"mine").hexdigest()
    folder.mkdir(parents=True)
    endpoint = {"Host": f"unix://{tmp_path}/mine.sock", "SkipTLSVerify": False}
    (folder / "meta.json").write_text(json.dumps({"Name": "mine", "Metadata": {}, "Endpoints": {"docker": endpoint}}))
    (tmp_path / "config.json").write_text("{}")
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    with pytest.raises(VerifyProblem) as caught:
        Engine.reach({"DOCKER_CONTEXT": "mine", "DOCKER_CONFIG": str(tmp_path)})
    assert caught.value.message == "no container engine answers"
