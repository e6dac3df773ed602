"""The programs that stand in front of docker: what a dry run answers, and what the trace says."""

from __future__ import annotations

import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from converter.recording.install import install


class Machine:
    """A root with a Dockerfile, the shims in front of everything else, and a trace."""

    def __init__(self, folder: Path, *, dry_run: bool = True, real: Path | None = None) -> None:
        self.root, self.trace, self.shims = folder / "root", folder / "trace.jsonl", folder / "shims"
        self.root.mkdir()
        (self.root / "Dockerfile").write_text("FROM scratch\n")
        install(self.shims, self.trace, self.root, dry_run=dry_run, command=["./build.sh"])
        first = [str(self.shims), *([str(real)] if real else [])]
        self.environment = {"PATH": ":".join([*first, "/usr/bin:/bin"]), "TOKEN": "t", "MODE": "m"}

    def sh(self, text: str) -> str:
        """What a script prints; it may not fail."""
        done = subprocess.run(
            ["sh", "-e", "-c", text], cwd=self.root, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def status(self, text: str) -> int:
        """The exit status of a script."""
        done = subprocess.run(["sh", "-c", text], cwd=self.root, env=self.environment, capture_output=True, check=False)
        return done.returncode

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The commands of the trace."""
        return [json.loads(line) for line in self.trace.read_text().splitlines()][1:]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_the_usual_recipe_runs_without_an_engine(machine: Machine) -> None:
    machine.sh("docker build -t b . && id=$(docker create b) && docker cp $id:/app/main ./main && docker rm $id")
    assert (machine.root / "main").read_text() == "dry run: b:/app/main\n"
    assert [line["argv"][0] for line in machine.lines] == ["build", "create", "cp", "rm"]
    identity = machine.lines[1]["containers"][0]
    assert machine.lines[2]["argv"] == ["cp", f"{identity}:/app/main", "./main"]
    assert [change["path"] for change in machine.lines[2]["after"]] == ["main"]


def test_folder_and_environment_are_noted(machine: Machine) -> None:
    machine.sh("mkdir sub; cd sub; docker run -e MODE -e TOKEN -e OTHER=1 img true; cd /; docker ps")
    run, ps = machine.lines
    assert run["cwd"] == "sub"
    assert run["environment"] == {"MODE": "m", "TOKEN": "***"}
    assert run["before"] == [{"path": "sub", "kind": "folder", "mode": "0755"}]
    assert ps["cwd"] == "/"
    assert "environment" not in ps


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("docker build -q . >/dev/null; docker build -t x . | grep -c 'Successfully built'", "1\n"),
        ("docker create --cidfile id img >/dev/null; cat id | wc -c", "64\n"),
        ("docker build -q --iidfile id . | wc -c; wc -c < id", "72\n71\n"),
        ("docker run --rm img cat /etc/os", "dry run: img:/etc/os\n"),
        ("docker run --rm img sh -c 'echo a && cat /x'", "a\ndry run: img:/x\n"),
        ("docker run -i img cat < Dockerfile", "FROM scratch\n"),
        ("docker run img tar -c -C /app dist | tar t", "dist/\ndist/content\n"),
        ("docker create --name c img >/dev/null; docker cp c:/app/bin - | tar t", "bin/\nbin/content\n"),
        ("docker create --name c img >/dev/null; docker ps -lq | wc -c; docker ps -q", "13\n"),
        ("docker run -d --name c img >/dev/null; docker ps --format '{{.Names}}'; docker stop c", "c\nc\n"),
        ("docker build -t x . >/dev/null; docker images -q x | wc -c; docker images -q other", "13\n"),
        ("docker build -t x . >/dev/null; docker inspect -f '{{.Id}}' x | wc -c", "72\n"),
        ("mkdir o; docker run -v $PWD/o:/out img cp /a/b.jar /out/; cat o/b.jar", "dry run: img:/a/b.jar\n"),
        ("docker rm -f none 2>/dev/null; echo $?", "0\n"),
        ("sudo -E docker run img echo hi", "hi\n"),
        ("podman run img echo hi", "hi\n"),
    ],
)  # fmt: skip
def test_a_dry_run_answers_as_an_engine_would(machine: Machine, text: str, printed: str) -> None:
    assert machine.sh(text) == printed


@pytest.mark.parametrize(
    "text",
    [
        "docker build missing", "docker build -f missing .", "docker cp none:/x .", "docker rm none", "docker rmi none",
        "docker inspect none", "docker create --name c img && docker create --name c img",
        "docker create --cidfile id img && docker create --cidfile id img",
        "docker create --name c img && docker cp c:/x missing/", "docker build",
    ],
)  # fmt: skip
def test_a_dry_run_fails_where_an_engine_would(machine: Machine, text: str) -> None:
    assert machine.status(text) != 0


@pytest.mark.parametrize(
    ("before", "copy", "found"),
    [
        ("", "c:/out ./x", {"x/content"}),
        ("mkdir x;", "c:/out ./x", {"x/out/content"}),
        ("mkdir x;", "c:/out/. ./x", {"x/content"}),
        ("", "c:/out/. ./x", {"x/content"}),
        ("mkdir x;", "c:/a/prog x", {"x/prog"}),
        ("", "c:/a/prog x", {"x"}),
        ("echo > x;", "c:/a/prog x", {"x"}),
    ],
)
def test_copies_arrive_where_docker_puts_them(machine: Machine, before: str, copy: str, found: set[str]) -> None:
    machine.sh(f"{before} docker create --name c img; docker cp {copy}")
    files = {path.relative_to(machine.root).as_posix() for path in machine.root.rglob("*") if path.is_file()}
    assert files - {"Dockerfile"} == found


def test_lines_of_commands_that_run_at_the_same_time_stay_whole(machine: Machine) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: machine.sh(f"docker build -t img{number} ."), range(12)))
    assert sorted(line["argv"][2] for line in machine.lines) == sorted(f"img{number}" for number in range(12))
    assert machine.sh("docker images -q | wc -l").strip() == "12"


def test_the_input_of_a_build_is_noted(machine: Machine) -> None:
    machine.sh("echo 'FROM x' | docker build -t y -")
    assert machine.lines[0]["input"] == "FROM x\n"


@pytest.fixture
def real(tmp_path: Path) -> Path:
    """A folder with a docker of a few words: `create` prints an id, `fail` fails, `tell` repeats its words."""
    folder = tmp_path / "real"
    folder.mkdir()
    (folder / "docker").write_text(
        "#!/bin/sh\n"
        "case $1 in\n"
        "  create) echo 0123456789ab ;;\n"
        "  build) echo Successfully built cafe; echo made > artifact ;;\n"
        "  fail) exit 7 ;;\n"
        "  hang) kill -TERM $$ ;;\n"
        '  tell) shift; printf "<%s>" "$@"; cat ;;\n'
        "esac\n"
    )
    os.chmod(folder / "docker", 0o755)
    return folder


def test_what_is_passed_through_is_noted_with_its_ids(tmp_path: Path, real: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("PATH", f"{real}:/usr/bin:/bin")
    machine = Machine(tmp_path, dry_run=False, real=real)
    assert machine.sh("docker create img") == "0123456789ab\n"
    assert machine.sh("docker build . | cat") == "Successfully built cafe\n"
    assert machine.sh("echo in | docker tell 'a b' ''") == "<a b><>in\n"
    assert machine.status("docker fail") == 7
    assert machine.status("docker hang") == 143
    create, build, tell, fail, hang = machine.lines
    assert (create["containers"], build["images"]) == (["0123456789ab"], ["cafe"])
    assert [change["path"] for change in build["after"]] == ["artifact"]
    assert tell["argv"] == ["tell", "a b", ""]
    assert (fail["status"], hang["status"]) == (7, 143)


def test_only_engines_that_are_there_are_recorded(tmp_path: Path, real: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("PATH", str(real))
    machine = Machine(tmp_path, dry_run=False, real=real)
    assert [path.name for path in machine.shims.iterdir() if os.access(path, os.X_OK)] == ["docker"]
