"""The private engine starts, says why it does not, and leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.engine import dockerd, fixtures
from tests.engine.dockerd import EngineError, private_engine
from tests.engine.engine import Engine
from tests.engine.fixtures import engine_test


def bridges() -> list[str]:
    return os.listdir("/sys/class/net")


def mounts_below(folder: Path) -> list[str]:
    lines = Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.split()[4].startswith(f"{folder}/")]


def processes_of(folder: Path) -> list[str]:
    listing = subprocess.run(["ps", "-eo", "args"], check=True, capture_output=True, text=True).stdout
    return [line for line in listing.splitlines() if str(folder) in line]


def fake(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    """Puts a script in the place of dockerd; `$REAL` in it is the real one."""
    binaries = dockerd.find_binaries()
    program = folder / "dockerd"
    program.write_text("#!/bin/sh\n" + script.replace("$REAL", str(binaries.dockerd)), encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(dockerd, "find_binaries", lambda: replace(binaries, dockerd=program))
    monkeypatch.setenv("STAGEIFY_ENGINE_DIR", str(folder))


def test_without_root_there_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert dockerd.available() == "a private container engine needs root"


def test_missing_programs_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(dockerd, "_which", lambda name: None if name in ("dockerd", "runc") else Path("/bin/sh"))
    reason = dockerd.available() or ""
    assert reason.startswith(("not installed: dockerd, runc", "a private container engine needs Linux"))


@pytest.mark.parametrize(
    ("ci", "required", "failure"),
    [("", "", False), ("false", "0", False), ("true", "", True), ("1", "", True), ("", "1", True)],
)
def test_a_missing_engine_is_a_failure_where_it_is_required(
    monkeypatch: pytest.MonkeyPatch, ci: str, required: str, failure: bool
) -> None:
    monkeypatch.setenv("CI", ci)
    monkeypatch.setenv("STAGEIFY_REQUIRE_ENGINE", required)
    expected = pytest.fail.Exception if failure else pytest.skip.Exception
    with pytest.raises(expected, match="no dockerd"):
        fixtures.without_engine("no dockerd")


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A folder whose name leaves room for the path of a socket."""
    with tempfile.TemporaryDirectory(prefix="stg-", dir="/tmp") as folder:
        yield Path(folder)


def test_a_folder_that_is_too_long_for_a_socket_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(dockerd, "find_binaries", lambda: dockerd.Binaries(Path("x"), Path("x"), Path("x")))
    long = tmp_path / ("x" * 60)
    long.mkdir()
    monkeypatch.setenv("STAGEIFY_ENGINE_DIR", str(long))
    with pytest.raises(EngineError, match="set STAGEIFY_ENGINE_DIR to a shorter folder"):
        private_engine().__enter__()
    assert os.listdir(long) == []


@pytest.mark.engine
@pytest.mark.xdist_group("engine")
class TestLifeOfAnEngine:
    @pytest.fixture(autouse=True)
    def _needs_an_engine(self, engine: Engine) -> None:
        """The reason why there is none is that of the session's engine."""

    def test_it_leaves_nothing_behind(self, engine: Engine) -> None:
        with private_engine() as daemon:
            folder = daemon.folder
            second = Engine(daemon)
            second.add("alpine")
            assert daemon.bridge in bridges()
            second.docker("run", "--detach", "--name", "left-running", "alpine", "sleep", "600")
            assert mounts_below(folder)
            assert engine.docker("ps", "--all", "--quiet", "--filter", "name=left-running") == ""
        assert daemon.bridge not in bridges()
        assert not folder.exists()
        assert mounts_below(folder) == []
        assert processes_of(folder) == []

    def test_it_leaves_nothing_behind_after_an_error(self) -> None:
        context = private_engine()
        daemon = context.__enter__()
        with pytest.raises(RuntimeError, match="test"):
            context.gen.throw(RuntimeError("test"))
        assert daemon.bridge not in bridges()
        assert (daemon.folder.exists(), processes_of(daemon.folder)) == (False, [])

    def test_its_killed_daemon_leaves_nothing_behind_either(self) -> None:
        with private_engine() as daemon:
            folder = daemon.folder
            second = Engine(daemon)
            second.add("alpine")
            second.docker("run", "--detach", "alpine", "sleep", "600")
            os.kill(int((folder / "dockerd.pid").read_text(encoding="utf-8")), 9)
        assert daemon.bridge not in bridges()
        assert (folder.exists(), mounts_below(folder)) == (False, [])
        assert processes_of(folder) == []

    def test_the_end_of_the_log_says_why_it_does_not_start(
        self, monkeypatch: pytest.MonkeyPatch, short_path: Path
    ) -> None:
        name = f"stgt{os.getpid()}"
        monkeypatch.setattr(dockerd, "_bridge_name", lambda: name)
        fake(
            monkeypatch, short_path, 'for word; do case $word in --storage*) echo "no $word here"; esac; done\nexit 1\n'
        )
        with pytest.raises(EngineError, match=r"(?s)no --storage-driver=overlay2 here.*no --storage-driver=vfs here"):
            private_engine().__enter__()
        assert name not in bridges()
        assert os.listdir(short_path) == ["dockerd"]

    def test_one_that_never_answers_is_given_up(self, monkeypatch: pytest.MonkeyPatch, short_path: Path) -> None:
        fake(monkeypatch, short_path, 'echo "hanging"\nexec sleep 600\n')
        monkeypatch.setattr(dockerd, "START_SECONDS", 0.3)
        with pytest.raises(EngineError, match="hanging"):
            private_engine().__enter__()
        assert os.listdir(short_path) == ["dockerd"]

    def test_it_falls_back_to_vfs(self, monkeypatch: pytest.MonkeyPatch, short_path: Path) -> None:
        fake(monkeypatch, short_path, 'case "$*" in *overlay2*) exit 1 ;; esac\nexec $REAL "$@"\n')
        with private_engine() as daemon:
            assert daemon.storage_driver == "vfs"
            second = Engine(daemon)
            second.add("alpine")
            assert second.docker("run", "--rm", "alpine", "echo", "works") == "works\n"
            assert second.image("alpine").layers
        assert os.listdir(short_path) == ["dockerd"]

    def test_its_folder_may_have_any_name(self, monkeypatch: pytest.MonkeyPatch, short_path: Path) -> None:
        folder = short_path / "_odd__name_"
        folder.mkdir()
        monkeypatch.setattr(tempfile, "mkdtemp", lambda **_: str(folder))
        with private_engine() as daemon:
            second = Engine(daemon)
            second.add("alpine")
            assert second.docker("run", "--rm", "alpine", "echo", "works") == "works\n"

    def test_the_client_matches_the_engine(self, engine: Engine) -> None:
        versions = engine.docker("version", "--format", "{{.Client.Version}} {{.Server.Version}}").split()
        assert versions[0] == versions[1]


class TestAScript:
    pytestmark = engine_test

    def test_it_finds_the_matching_client_and_no_other_engine(self, engine: Engine, tmp_path: Path) -> None:
        (tmp_path / "s.sh").write_text('#!/bin/sh -e\necho "$1 $X"\ncommand -v docker\necho $DOCKER_HOST\n')
        result = engine.run_script(tmp_path, "s.sh", "argument", env={"X": "value"})
        assert result.output == f"argument value\n{engine.daemon.folder}/bin/docker\n{engine.daemon.host}\n"

    def test_there_is_no_registry_to_push_to(self, engine: Engine, tmp_path: Path) -> None:
        (tmp_path / "s.sh").write_text("set -e\ndocker login -u x\ndocker pull -q alpine\ndocker push alpine\n")
        assert "docker push was not run" in engine.run_script(tmp_path, "s.sh").output
        (tmp_path / "s.sh").write_text("docker pull nothing-of-this-name\n")
        assert engine.run_script(tmp_path, "s.sh", check=False).exit_status == 1

    def test_its_failure_raises_with_the_output(self, engine: Engine, tmp_path: Path) -> None:
        (tmp_path / "s.sh").write_text("echo the reason\nexit 3\n")
        with pytest.raises(EngineError, match="exit status 3\nthe reason"):
            engine.run_script(tmp_path, "s.sh")
        assert engine.run_script(tmp_path, "s.sh", check=False).exit_status == 3


@pytest.mark.xdist_group("newer-engine")
@pytest.mark.engine
def test_the_newer_engine_builds_with_the_client_and_the_plugin_of_its_own_release(newer_engine: Engine) -> None:
    versions = newer_engine.docker("version", "--format", "{{.Client.Version}} {{.Server.Version}}").split()
    assert [version.split(".")[0] for version in versions] == ["26", "26"]
    assert "buildx 0.13" in newer_engine.docker("buildx", "version")
