from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from converter.batch.recovery import JOURNAL
from converter.review.choices import FORMATS
from tests.batch.trees import RECIPE, git, make, repository, snapshot
from tests.cli.running import PROJECT, SAMPLE, Done, stageify
from tests.review.support import BLOCKED, below


@pytest.fixture
def branch(tmp_path: Path) -> Path:
    """A repository whose branch `topic` adds the sample."""
    folder = repository(tmp_path / "repository", {"README.md": b"A server.\n"})
    git(folder, "switch", "-c", "topic")
    shutil.copytree(SAMPLE, folder / "server")
    git(folder, "add", "-A")
    git(folder, "commit", "-m", "A server")
    return folder


def findings(done: Done) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(done.out)["findings"]
    return found


@pytest.mark.parametrize("command", [["git", "apply"], ["patch", "-p1", "-s"]], ids=["git", "patch"])
def test_a_branch_that_adds_the_sample_is_one_finding_whose_patch_is_what_convert_writes(
    branch: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    wanted = Path(shutil.copytree(branch, tmp_path / "wanted"))
    assert stageify(monkeypatch, "convert", "--write", wanted / "server" / "build.sh").status == 0
    done = stageify(monkeypatch, "review", branch, "--base", "main", "--format", "json")
    (finding,) = findings(done)
    assert (finding["location"]["file"], finding["location"]["line"]) == ("server/build.sh", 5)
    subprocess.run(command, cwd=branch, input=finding["patch"].encode(), check=True)
    assert snapshot(branch) == snapshot(wanted)
    assert done.status == 1
    after = stageify(monkeypatch, "review", branch, "--base", "main")
    assert (after.status, after.out) == (0, b"")


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_printed_and_nothing_is_written(
    branch: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    before = snapshot(branch)
    done = stageify(monkeypatch, "review", branch, "--base", "main", "--format", name)
    assert done.status == 1
    assert b"STG701" in done.out
    assert done.err == "stageify: 1 warning (1 script looked at)\n"
    assert snapshot(branch) == before


def test_what_the_branch_does_not_touch_is_no_finding(branch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(branch, "switch", "-c", "later")
    make(branch, {"README.md": b"Another server.\n", "server/main.go": b"package main\n"})
    done = stageify(monkeypatch, "review", branch, "--base", "topic")
    assert (done.status, done.out) == (0, b"")
    assert done.err == "stageify: no findings (1 script looked at)\n"
    assert stageify(monkeypatch, "review", branch).status == 1


def test_a_renamed_script_is_touched(branch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(branch, "switch", "-c", "later")
    git(branch, "mv", "server/build.sh", "server/image.sh")
    done = stageify(monkeypatch, "review", branch, "--base", "topic", "--format", "json")
    assert [finding["driver"] for finding in findings(done)] == ["server/image.sh"]


def test_a_diff_is_taken_from_a_file_or_from_standard_input(
    branch: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    diff = subprocess.run(["git", "diff", "main...topic"], cwd=branch, check=True, capture_output=True).stdout
    (tmp_path / "x.diff").write_bytes(diff)
    wanted = stageify(monkeypatch, "review", branch, "--base", "main").out
    assert stageify(monkeypatch, "review", branch, "--diff", tmp_path / "x.diff").out == wanted
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(diff)))
    assert stageify(monkeypatch, "review", branch, "--diff", "-").out == wanted
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert stageify(monkeypatch, "review", branch, "--diff", "-").status == 0


def test_in_a_subfolder_a_diff_of_the_repository_is_understood(
    branch: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    diff = subprocess.run(["git", "diff", "main...topic"], cwd=branch, check=True, capture_output=True).stdout
    (tmp_path / "x.diff").write_bytes(diff)
    done = stageify(monkeypatch, "review", branch / "server", "--diff", tmp_path / "x.diff", "--format", "json")
    assert [finding["location"]["file"] for finding in findings(done)] == ["build.sh"]
    assert stageify(monkeypatch, "review", branch / "server", "--base", "main").status == 1


@pytest.mark.parametrize(("level", "status"), [("none", 0), ("note", 1), ("warning", 1), ("error", 0)])
def test_the_status_tells_of_findings_at_or_above_the_level(
    branch: Path, monkeypatch: pytest.MonkeyPatch, level: str, status: int
) -> None:
    assert stageify(monkeypatch, "review", branch, "--fail-level", level).status == status


def test_levels_are_the_persons_to_choose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make(tmp_path, {**below("a", RECIPE), **below("b", BLOCKED)})
    assert stageify(monkeypatch, "review", folder, "--convertible", "note").status == 0
    assert stageify(monkeypatch, "review", folder, "--convertible", "error", "--fail-level", "error").status == 1
    assert stageify(monkeypatch, "review", folder, "--refused", "error", "--fail-level", "error").status == 1
    assert stageify(monkeypatch, "review", folder).err == "stageify: 1 warning, 1 note (2 scripts looked at)\n"
    assert stageify(monkeypatch, "review", folder, "--refused", "none").err.startswith("stageify: 1 warning (2")


def test_the_findings_go_into_a_file_where_one_is_named(
    branch: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = stageify(monkeypatch, "review", branch, "--format", "sarif").out
    done = stageify(monkeypatch, "review", branch, "--format", "sarif", "--output", tmp_path / "x.sarif")
    assert (done.status, done.out) == (1, b"")
    assert (tmp_path / "x.sarif").read_bytes() == wanted
    assert stageify(monkeypatch, "review", branch, "--output", "report.txt").status == 1
    assert (branch / "report.txt").is_file()


@pytest.mark.parametrize(
    ("output", "message"),
    [("server/build.sh", "part of the tree"), ("missing/x", "no such file"), ("../x", "leads out")],
)
def test_a_file_that_cannot_or_must_not_be_written_is_status_2(
    branch: Path, monkeypatch: pytest.MonkeyPatch, output: str, message: str
) -> None:
    before = snapshot(branch)
    done = stageify(monkeypatch, "review", branch, "--output", output)
    assert (done.status, done.out) == (2, b"")
    assert message in done.err
    assert snapshot(branch) == before


def test_files_as_paths_report_what_they_are_part_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = repository(tmp_path, {**below("a", RECIPE), **below("b", RECIPE)})
    for names, count in ((["a/Dockerfile"], 1), (["a/build.sh", "b/Dockerfile.build"], 2), (["a/main.go"], 0)):
        done = stageify(monkeypatch, "review", *(folder / name for name in names), "--format", "json")
        assert len(findings(done)) == count
    assert stageify(monkeypatch, "review", folder / "a" / "Dockerfile", "--base", "HEAD").status == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nowhere"], "no such file"),
        ([".", "README.md"], "is a folder"),
        (["--base", "nowhere"], "holds no such commit"),
        (["--base", "main", "--diff", "-"], "exclude each other"),
        (["--diff", "nowhere"], "no such file"),
        (["--diff", "README.md"], "no unified diff"),
        (["--image-facts", "README.md"], "--image-facts README.md: "),
        (["--format", "xml"], "is not one of text, json"),
        (["--fail-level", "fatal"], "is not one of none, note"),
    ],
)
def test_a_wrong_call_is_status_2(
    branch: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], message: str
) -> None:
    monkeypatch.chdir(branch)
    done = stageify(monkeypatch, "review", *words)
    assert (done.status, done.out) == (2, b"")
    assert message in done.err


def test_in_a_shallow_clone_the_message_says_what_to_fetch(
    branch: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "clone", "--depth=1", branch.as_uri(), "clone")
    done = stageify(monkeypatch, "review", tmp_path / "clone", "--base", "origin/main")
    assert done.status == 2
    assert "`git fetch --unshallow origin +main:refs/remotes/origin/main`" in done.err


def test_a_tree_that_is_half_written_is_not_judged(branch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (branch / JOURNAL).write_bytes(b"{}")
    before = snapshot(branch)
    done = stageify(monkeypatch, "review", branch)
    assert (done.status, done.out) == (2, b"")
    assert "interrupted `stageify convert --write`" in done.err
    assert snapshot(branch) == before


def test_a_script_takes_values_from_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = RECIPE["build.sh"].replace(b"Dockerfile.build", b"$FILE")
    folder = make(tmp_path, {**RECIPE, "build.sh": script})
    assert stageify(monkeypatch, "review", folder).status == 0
    done = stageify(monkeypatch, "review", folder, "--env", "FILE=Dockerfile.build")
    assert done.status == 1
    assert b"`stageify convert --script build.sh --env FILE=Dockerfile.build --write`" in done.out


def test_the_readme_shows_what_the_sample_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = (
        (PROJECT / "README.md")
        .read_text("utf-8")
        .partition("`stageify review` prints:\n\n```\n")[2]
        .partition("```")[0]
    )
    monkeypatch.chdir(SAMPLE)
    assert shown.count("\n") == 6
    assert stageify(monkeypatch, "review").out.decode().startswith(shown)


def test_on_a_terminal_it_is_coloured(branch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert b"\x1b[" in stageify(monkeypatch, "review", branch, terminal=True).out
    assert b"\x1b[" not in stageify(monkeypatch, "review", branch, "--color", "never", terminal=True).out


def test_the_schema_of_the_json_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    done = stageify(monkeypatch, "review", "--json-schema")
    Draft202012Validator.check_schema(json.loads(done.out))
    assert done.status == 0


def test_hostile_settings_of_the_environment_change_nothing(branch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = stageify(monkeypatch, "review", branch, "--base", "main").out
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "false")
    monkeypatch.setenv("GIT_DIFF_OPTS", "--unified=9")
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    assert stageify(monkeypatch, "review", branch, "--base", "main").out == wanted
    assert os.environ["GIT_EXTERNAL_DIFF"] == "false"
