from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from converter.batch.recovery import JOURNAL
from converter.cli.schema import SCHEMA
from tests.batch.trees import RECIPE, git, make, repository, snapshot
from tests.cli.running import PROJECT, SAMPLE, Done, stageify

EXPECTED = (PROJECT / "samples" / "with-multi-stage" / "Dockerfile").read_bytes()
CASES = sorted(path.name for path in (PROJECT / "tests" / "cases").iterdir() if (path / "before").is_dir())


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SAMPLE, tmp_path / "sample"))


def test_the_new_dockerfile_is_printed_and_nothing_is_written(sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = snapshot(sample)
    done = stageify(monkeypatch, "convert", sample)
    assert (done.status, done.out) == (0, EXPECTED)
    assert "build.sh:5" in done.err
    assert f"stageify convert {sample} --write" in done.err
    assert "\x1b" not in done.err
    assert snapshot(sample) == before


def test_check_prints_only_the_summary(sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = stageify(monkeypatch, "convert", "--check", sample)
    assert (done.status, done.out) == (1, b"")
    assert "converts to one multi-stage Dockerfile" in done.err


def test_write_makes_the_changes_and_then_there_is_nothing_to_do(sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert stageify(monkeypatch, "convert", sample, "--write").status == 0
    after = snapshot(sample)
    assert after == snapshot(PROJECT / "samples" / "with-multi-stage")
    assert stageify(monkeypatch, "convert", sample, "--check").status == 0
    assert stageify(monkeypatch, "convert", sample).status == 3
    assert stageify(monkeypatch, "convert", sample, "--write").status == 3
    assert snapshot(sample) == after


@pytest.mark.parametrize("where", ["outside git", "top of a repository", "subfolder of a repository"])
def test_git_takes_the_diff_from_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    folder = Path(shutil.copytree(SAMPLE, tmp_path / "sample"))
    if where != "outside git":
        top = folder if where.startswith("top") else tmp_path
        git(top, "init")
        git(top, "add", "-A")
        git(top, "commit", "-m", "first")
    done = stageify(monkeypatch, "convert", "--diff", folder)
    assert done.status == 1
    subprocess.run(["git", "apply"], input=done.out, cwd=folder, check=True)
    assert snapshot(folder) == snapshot(PROJECT / "samples" / "with-multi-stage")


def test_out_writes_the_resulting_files_elsewhere(
    sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = snapshot(sample)
    for _ in range(2):
        assert stageify(monkeypatch, "convert", sample, "--out", tmp_path / "out").status == 0
    wanted = snapshot(PROJECT / "samples" / "with-multi-stage")
    assert snapshot(tmp_path / "out") == {name: wanted[name] for name in ("Dockerfile", "build.sh")}
    assert snapshot(sample) == before


def test_a_relative_out_is_relative_to_the_root(sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert stageify(monkeypatch, "convert", sample, "--out", "new").status == 0
    assert (sample / "new" / "Dockerfile").read_bytes() == EXPECTED


@pytest.mark.parametrize("out", [".", "../elsewhere", "link"])
def test_out_never_touches_the_recipe_or_what_lies_above_it(
    sample: Path, monkeypatch: pytest.MonkeyPatch, out: str
) -> None:
    (sample / "link").symlink_to("..")
    before = snapshot(sample.parent)
    done = stageify(monkeypatch, "convert", sample, "--out", out)
    assert done.status == 2
    assert done.err.startswith("stageify: error: --out")
    assert snapshot(sample.parent) == before


def test_a_driver_can_be_named_as_path_or_with_a_flag(sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for words in (
        (sample / "build.sh",),
        (sample, "--script", "build.sh"),
        (sample / "build.sh", "--script", "build.sh"),
    ):
        done = stageify(monkeypatch, "convert", *words)
        assert (done.status, done.out) == (0, EXPECTED), words


def test_the_default_path_is_the_working_folder(sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(sample)
    done = stageify(monkeypatch, "convert")
    assert done.out == EXPECTED
    assert "stageify convert --write" in done.err


def test_json_follows_its_published_schema(sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    published = json.loads(stageify(monkeypatch, "convert", "--json-schema").out)
    assert published == SCHEMA
    Draft202012Validator.check_schema(published)
    done = stageify(monkeypatch, "convert", "--format", "json", sample)
    result = json.loads(done.out)
    Draft202012Validator(published).validate(result)
    assert (done.status, done.err) == (0, "")
    (recipe,) = result["recipes"]
    assert recipe["status"] == "converted"
    assert {file["path"]: file["action"] for file in recipe["files"]} == {
        "Dockerfile": "write",
        "build.sh": "write",
        "Dockerfile.build": "delete",
    }
    assert recipe["copies"][0]["location"] == {"file": "build.sh", "line": 5, "column": 1}


@pytest.mark.parametrize(("mode", "status"), [("--check", 1), ("--diff", 1), ("--write", 0)])
def test_json_is_the_only_thing_on_standard_output_in_every_mode(
    sample: Path, monkeypatch: pytest.MonkeyPatch, mode: str, status: int
) -> None:
    done = stageify(monkeypatch, "convert", mode, "--format", "json", sample)
    assert json.loads(done.out)["version"] == 1
    assert done.status == status


@pytest.mark.parametrize("name", CASES)
def test_every_case_gives_json_that_follows_the_schema(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    done = stageify(monkeypatch, "convert", "--format", "json", PROJECT / "tests" / "cases" / name / "before")
    assert "internal error" not in done.err
    result = json.loads(done.out)
    Draft202012Validator(SCHEMA).validate(result)
    wanted = {"converted": 0, "already-multi-stage": 3, "not-the-pattern": 3, "refused": 4, "partial": 4}
    assert done.status in {wanted[recipe["status"]] for recipe in result["recipes"]} | (
        {3} if not result["recipes"] else set()
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--diff", "--write"], "--diff and --write exclude each other"),
        (["--check", "--out", "x"], "--check and --out exclude each other"),
        (["--format", "xml"], "'xml' is not one of text, json"),
        (["--color", "red"], "'red' is not one of auto, always, never"),
        (["--env", "NOVALUE"], "this is not NAME=VALUE"),
        (["--env", "1A=x"], "this is not NAME=VALUE"),
        (["--script", "missing.sh"], "--script missing.sh: there is no such file"),
        (["--builder", "missing"], "--builder missing: there is no such file"),
        (["--runtime", "../Dockerfile"], "leads out of"),
        (["--cwd", "missing"], "--cwd missing: there is no such folder"),
        (["--cwd", ".."], "leads out of"),
        (["--image-facts", "missing.toml"], "missing.toml: no such file"),
        (["--template-dir", "missing"], "--template-dir missing: no such file"),
        (["--nonsense"], "--nonsense"),
        (["/nonexistent/path"], "/nonexistent/path: no such file"),
        (["one", "two"], "two"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(
    sample: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], message: str
) -> None:
    monkeypatch.chdir(sample)
    before = snapshot(sample)
    done = stageify(monkeypatch, "convert", *words)
    assert (done.status, done.out) == (2, b"")
    assert message in " ".join(done.err.split())
    assert snapshot(sample) == before


def bad(sample: Path, monkeypatch: pytest.MonkeyPatch, *words: object) -> Done:
    """Runs `convert --write` where nothing may be written."""
    before = snapshot(sample)
    done = stageify(monkeypatch, "convert", "--write", sample, *words)
    assert done.out == b""
    assert snapshot(sample) == before
    return done


@pytest.mark.parametrize("name", ["Dockerfile", "Dockerfile.build", "build.sh"])
@pytest.mark.parametrize(
    ("more", "message"),
    [(b"# \xe9\n", "not UTF-8: byte 0xe9"), (b"\0", "NUL byte"), (b"#" * (1 << 20), "bytes; at most")],
)
def test_a_file_of_the_recipe_that_is_no_text_is_refused_by_name_and_line(
    sample: Path, monkeypatch: pytest.MonkeyPatch, name: str, more: bytes, message: str
) -> None:
    path = sample / name
    lines = path.read_bytes().count(b"\n")
    path.write_bytes(path.read_bytes() + more)
    words = ("--script", "build.sh") if name == "build.sh" else ()
    done = bad(sample, monkeypatch, *words)
    line = 1 if b"###" in more else lines + 1
    assert done.status == 4
    assert message in done.err
    assert f"--> {name}:{line}:" in done.err


def test_a_dockerfile_of_50_mb_costs_nothing(sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.truncate(sample / "Dockerfile", 50 << 20)
    done = stageify(monkeypatch, "convert", sample)
    assert done.status == 4
    assert "52,428,800 bytes" in done.err
    assert "--> Dockerfile:1:1" in done.err


@pytest.mark.parametrize(
    ("name", "line", "content"),
    [
        ("Dockerfile", 5, b"NONSENSE x\n"),
        ("Dockerfile.build", 5, b"NONSENSE x\n"),
        ("build.sh", 10, b"if then )\n"),
    ],
)
def test_a_syntax_error_is_refused_by_name_and_line(
    sample: Path, monkeypatch: pytest.MonkeyPatch, name: str, line: int, content: bytes
) -> None:
    with open(sample / name, "ab") as file:
        file.write(content)
    done = bad(sample, monkeypatch)
    assert done.status == 4
    assert f"--> {name}:{line}:" in done.err


def test_an_empty_dockerfile_is_refused(sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (sample / "Dockerfile").write_bytes(b"")
    done = bad(sample, monkeypatch)
    assert done.status == 4
    assert "--> Dockerfile:1:1" in done.err


def test_a_dockerfile_that_the_script_names_and_that_is_missing_is_refused_at_the_script(
    sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (sample / "Dockerfile.build").unlink()
    done = bad(sample, monkeypatch)
    assert done.status == 4
    assert "Dockerfile.build" in done.err
    assert "--> build.sh:3:" in done.err


def test_a_dockerfile_that_git_does_not_track_is_pointed_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository(tmp_path, {name: data for name, data in RECIPE.items() if name != "Dockerfile.build"})
    make(tmp_path, {"Dockerfile.build": RECIPE["Dockerfile.build"]})
    done = stageify(monkeypatch, "convert", tmp_path)
    assert done.status == 4
    assert "git does not track Dockerfile.build" in done.err


def test_a_script_that_git_does_not_track_takes_part_when_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository(tmp_path, {name: data for name, data in RECIPE.items() if name != "build.sh"})
    make(tmp_path, {"build.sh": RECIPE["build.sh"]})
    done = stageify(monkeypatch, "convert", tmp_path)
    assert done.status == 3
    assert "git does not track build.sh" in done.err
    assert stageify(monkeypatch, "convert", tmp_path / "build.sh").status == 0


@pytest.mark.parametrize("tree", [{}, {"README.md": b"docker build"}, {"build.sh": b""}, {"build.sh": b"echo hello\n"}])
def test_a_folder_without_a_recipe_says_what_was_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tree: dict[str, bytes]
) -> None:
    make(tmp_path, tree)
    done = stageify(monkeypatch, "convert", tmp_path)
    assert (done.status, done.out) == (3, b"")
    assert "STG101" in done.err
    assert str(tmp_path) in done.err
    assert stageify(monkeypatch, "convert", "--check", tmp_path).status == 0
    assert json.loads(stageify(monkeypatch, "convert", "--format", "json", tmp_path).out) == {
        "version": 1,
        "recipes": [],
    }


def test_scripts_without_the_pattern_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, {"a.sh": b"docker build -t x .\n", "ci/b.sh": b"docker build -t y .\n", "Dockerfile": b"FROM x\n"})
    done = stageify(monkeypatch, "convert", tmp_path)
    assert done.status == 3
    assert "looked at a.sh" in done.err
    assert "looked at ci/b.sh" in done.err


def test_two_recipes_are_a_choice(sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(sample / "build.sh", sample / "again.sh")
    done = bad(sample, monkeypatch)
    assert done.status == 2
    assert "STG102" in done.err
    assert "again.sh" in done.err
    assert "--script again.sh" in done.err
    assert stageify(monkeypatch, "convert", sample, "--script", "build.sh").out == EXPECTED


def test_a_needed_file_behind_a_link_out_of_the_root_is_refused(sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (sample / "Dockerfile").rename(sample.parent / "Dockerfile")
    (sample / "Dockerfile").symlink_to("../Dockerfile")
    done = bad(sample, monkeypatch)
    assert done.status == 4
    assert "STG106" in done.err
    assert (sample.parent / "Dockerfile").read_bytes() == (SAMPLE / "Dockerfile").read_bytes()


def test_windows_line_ends_and_utf_8_reach_standard_output_as_they_are(
    sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Dockerfile", "Dockerfile.build"):
        data = "# größe 🐳\n".encode() + (sample / name).read_bytes()
        (sample / name).write_bytes(data.replace(b"\n", b"\r\n"))
    out = stageify(monkeypatch, "convert", sample).out
    assert "# größe 🐳\r\n".encode() in out
    assert out.count(b"\n") == out.count(b"\r\n")


def test_verbose_shows_the_fate_of_each_line(sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = stageify(monkeypatch, "convert", "--verbose", sample)
    assert "looked at build.sh" in done.err
    assert "obsolete" in done.err


def test_colour_is_for_terminals(sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    done = stageify(monkeypatch, "convert", sample, terminal=True)
    assert done.out == EXPECTED
    assert "\x1b[" in done.err
    assert "\x1b[" in stageify(monkeypatch, "convert", "--color", "always", sample).err
    assert "\x1b[" not in stageify(monkeypatch, "convert", "--color", "never", sample, terminal=True).err
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in stageify(monkeypatch, "convert", sample, terminal=True).err


def test_the_advice_repeats_the_call(sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("convert", "--diff", "--color=never", "--env", "A=b c", sample, "--format", "text", "--", "release", "x y")
    done = stageify(monkeypatch, *words)
    assert f"stageify convert --env 'A=b c' {sample} --write -- release 'x y'" in done.err


def test_an_interrupted_write_is_completed_or_undone_first(sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = (
        "import os, sys\nfrom converter.batch import transaction\nfrom converter.cli.main import run\n"
        "real = os.replace\ncount = 0\n"
        "def replace(*paths):\n    global count\n    count += 1\n    if count == 4:\n        os._exit(9)\n    real(*paths)\n"
        f"os.replace = replace\nsys.argv = ['stageify', 'convert', '--write', {str(sample)!r}]\nrun()\n"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=PROJECT, check=False).returncode == 9
    assert (sample / JOURNAL).exists()
    done = stageify(monkeypatch, "convert", sample)
    assert "interrupted `stageify convert --write` was found here and completed" in done.err
    assert snapshot(sample) == snapshot(PROJECT / "samples" / "with-multi-stage")


def test_templates_and_facts_of_the_person_reach_the_conversion(
    sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from converter import convert as conversion

    seen: list[Any] = []
    real = conversion.convert

    def convert(tree: Any, driver: str, options: Any, templates: Any = None) -> Any:
        seen.append((options, templates))
        return real(tree, driver, options, None)

    make(tmp_path, {"mine/Dockerfile.j2": b"x", "facts.toml": b""})
    monkeypatch.setattr(conversion, "convert", convert)
    words = (
        "--template-dir",
        tmp_path / "mine",
        "--image-facts",
        tmp_path / "facts.toml",
        "--env",
        "A=1",
        "--env",
        "B=",
    )
    stageify(
        monkeypatch,
        "convert",
        sample,
        *words,
        "--image",
        "x:y",
        "--cwd",
        ".",
        "--builder",
        "Dockerfile.build",
        "--",
        "-v",
    )
    options, templates = seen[-1]
    assert templates == {"Dockerfile.j2": "x"}
    assert (options.facts, options.environment, options.arguments) == ("", {"A": "1", "B": ""}, ("-v",))
    assert (options.image, options.cwd, options.builder, options.runtime) == ("x:y", ".", "Dockerfile.build", None)
