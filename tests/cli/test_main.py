from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import converter
from converter.cli import explain
from converter.cli.app import COMMANDS
from tests.cli.running import PROJECT, SAMPLE, stageify


def process(*words: str, **more: str) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), **more}
    return subprocess.run(
        [sys.executable, "-m", "converter", *words], capture_output=True, check=False, env=environment
    )


def test_the_version_is_printed_however_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = f"stageify {converter.__version__}\n".encode()
    assert process("--version").stdout == wanted
    assert stageify(monkeypatch, "--version").out == wanted
    assert stageify(monkeypatch, "--version", "convert").out == wanted


@pytest.mark.parametrize("command", ["", *COMMANDS])
@pytest.mark.parametrize("flag", ["--help", "-h"])
@pytest.mark.parametrize("terminal", [False, True])
def test_help_is_complete_and_has_examples(
    monkeypatch: pytest.MonkeyPatch, command: str, flag: str, terminal: bool
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    done = stageify(monkeypatch, *filter(None, [command]), flag, terminal=terminal)
    assert done.status == 0
    text = done.out.decode()
    assert f"stageify {command}" in text
    assert "Examples:" in text


@pytest.mark.parametrize("words", [["convrt"], ["--nonsense"], ["explain", "a", "b"]])
def test_a_wrong_command_line_is_status_2(monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    done = stageify(monkeypatch, *words)
    assert (done.status, done.out) == (2, b"")
    assert done.err


@pytest.mark.parametrize("words", [["convert"], ["--debug", "convert"], ["convert", "--debug"]])
def test_an_unexpected_error_is_one_line_and_a_way_to_the_traceback(
    monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.setenv("STAGEIFY_DEBUG", "")

    def fail(_: str) -> None:
        raise IndexError("list index\nout of range")

    monkeypatch.setattr("converter.batch.discovery.find_root", fail)
    done = stageify(monkeypatch, *words)
    assert (done.status, done.out) == (2, b"")
    last = done.err.splitlines()[-1]
    assert last.startswith("stageify: internal error: IndexError: list index out of range;")
    assert last.endswith("; run again with --debug to see the traceback")
    assert ("Traceback" in done.err) == ("--debug" in words)


def test_an_error_before_the_command_is_reported_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("converter.cli.app.make_app", lambda _: 1 / 0)
    done = stageify(monkeypatch, "convert")
    assert done.status == 2
    assert "stageify: internal error: ZeroDivisionError" in done.err


def test_an_interrupt_is_status_130_and_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("converter.batch.discovery.find_root", interrupt)
    done = stageify(monkeypatch, "convert")
    assert (done.status, done.out, done.err) == (130, b"", "")


def test_a_reader_that_goes_away_is_no_error() -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "converter", "convert", "--color", "never", str(SAMPLE)],
        stdout=write,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        check=False,
    )
    os.close(write)
    assert done.returncode == 0
    assert b"rror" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_output_that_cannot_be_written_is_status_2() -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "converter", "convert", str(SAMPLE)],
            stdout=full,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
            check=False,
        )
    assert done.returncode == 2
    assert b"stageify: error: the output cannot be written: no space left on device" in done.stderr


@pytest.mark.parametrize("words", [["convert", str(SAMPLE)], ["convert", "--diff", str(SAMPLE)], ["explain"]])
def test_nothing_is_imported_that_is_not_needed(words: list[str]) -> None:
    program = (
        "import sys\nfrom converter.cli.main import run\n"
        f"sys.argv = ['stageify', *{words!r}]\n"
        "try:\n    run()\nexcept SystemExit:\n    pass\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True)
    imported = set(done.stderr.splitlines()[-1].split())
    assert not imported & {"rich", "pydantic", "docker", "requests", "jsonschema", "pygments", "asyncio"}


def test_a_code_is_explained_in_any_case(monkeypatch: pytest.MonkeyPatch) -> None:
    done = stageify(monkeypatch, "explain", "stg101")
    assert done.status == 0
    assert done.out.startswith(b"STG101: no recipe here\n\nNo build script")


def test_without_a_code_all_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    from converter.diagnostics import RULES

    lines = stageify(monkeypatch, "explain").out.decode().splitlines()
    assert lines == [f"{rule.code}  {rule.title}" for rule in RULES.values()]


@pytest.mark.parametrize(
    ("code", "suggestion"), [("STG10", "did you mean STG101"), ("ST101", "STG101"), ("x", "lists all")]
)
def test_an_unknown_code_gets_a_suggestion(monkeypatch: pytest.MonkeyPatch, code: str, suggestion: str) -> None:
    done = stageify(monkeypatch, "explain", code)
    assert done.status == 2
    assert suggestion in done.err


def test_every_command_has_a_file_of_its_name() -> None:
    assert explain.__name__ == "converter.cli.explain"
    assert all((PROJECT / "converter" / "cli" / f"{name}.py").is_file() for name in COMMANDS)
