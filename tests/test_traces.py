"""A recorded run and a read script give the same plan: every case is run, with docker commands that do nothing."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from converter.cli.app import make_app
from converter.convert import Options, Tree, convert
from converter.drivers.trace import read_trace, started
from converter.plan.wishes import Wishes
from converter.recording.install import install
from converter.result import Recipe
from converter.shell.recorded import Guide
from converter.source import Source
from converter.traced import commands_of
from tests.oracle.reality import make_stubs
from tests.recipes import CASES, convert_texts, read_texts
from tests.test_cases import NAMES, settings

BUILDABLE = [name for name in NAMES if settings(name)["status"] == "converted" and not name.startswith("ci-")]
"""All but those whose driver only a CI system runs."""

CALLED = {
    "cleaning-up-by-argument": "what `clean` does is not followed where the argument is known to be another one",
    "everything-in-one-arm-of-a-case": "the other arms are not followed where the argument is known",
    "function-named-by-the-first-argument": "the other functions are not called where the argument is known",
}
"""Cases that read otherwise with the arguments of the recorded run than without, each with the reason."""

UNFINISHED = {
    "archive-is-unpacked-into-a-made-folder": "what stands in for the archive cannot be unpacked",
    "archive-of-the-builder-that-the-script-unpacks": "what stands in for the archive cannot be unpacked",
    "archive-through-a-pipe-without-its-top-folder": "what stands in for the archive cannot be unpacked",
    "host-steps-moved-into-the-stage": "what stands in for the program cannot be stripped",
    "makefile-prerequisite-that-came-out-of-a-container": "a container that does nothing does not make the file",
    "war-found-by-a-pattern-beside-the-dockerfile": "a container that does nothing does not make the file",
}
"""Cases whose run ends early with a docker that does nothing, each with the reason: such a run is never converted."""


class Recorded:
    """A case, what reading makes of it, and the trace of a run of its driver in a scratch copy."""

    def __init__(self, name: str, scratch: Path) -> None:
        self.case = settings(name)
        self.folder = CASES / name / "before"
        self.texts = read_texts(self.folder)
        args: list[str] = self.case["args"]
        self.args, self.arguments = (args, []) if "--" not in args else (
            args[: args.index("--")], args[args.index("--") + 1 :])  # fmt: skip
        self.read = self.converted(*self.case["args"])
        self.recipe = convert_texts(
            self.texts,
            self.read["driver"],
            Options(arguments=tuple(self.arguments) if self.arguments else None, wishes=self.wishes()),
        )
        self.trace = scratch / "trace.jsonl"
        self.run(scratch)

    def wishes(self) -> Wishes:
        """What the case asks of the form of the result."""
        return Wishes("--move-host-steps" in self.args)

    def converted(self, *args: str) -> dict[str, Any]:
        """The recipe of `convert --format json`."""
        done = CliRunner().invoke(make_app(), ["convert", str(self.folder), "--format", "json", *args])
        found: dict[str, Any] = json.loads(done.stdout)["recipes"][0]
        return found

    def run(self, scratch: Path) -> None:
        """Records the driver with a docker that does nothing; `docker cp` leaves files of the right kind."""
        root = scratch / "tree"
        shutil.copytree(self.folder, root)
        told = [copy.source + ("/content" if copy.destination.endswith("/") else "") for copy in self.recipe.copies]
        command = [*self.recipe.command]
        if self.recipe.command[0] == "make" or not self.arguments:
            command += [word for word in self.case.get("run_with", []) if word not in command]
        programs = scratch / "bin"
        stubs = make_stubs(scratch / "stubs")
        environment = {"PATH": f"{programs}:{stubs}:/usr/local/bin:/usr/bin:/bin", "HOME": str(scratch), "USER": "b"}
        folder = root / self.recipe.folder
        install(programs, self.trace, root, dry_run=True, command=command, paths=tuple(told), started_in=folder)
        subprocess.run(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)

    def followed(self) -> Recipe:
        """What following the run gives, where reading alone is not asked."""
        trace = read_trace("trace.jsonl", self.trace.read_text())
        found = started(trace, frozenset(self.texts))
        assert found is not None
        known = {path: Source(path, text) for path, text in self.texts.items()}
        options = Options(arguments=found.arguments, cwd=self.recipe.folder, wishes=self.wishes())
        guided = convert(
            Tree(frozenset(known), known), found.driver, options, None, lambda: Guide(commands_of(trace), trace.root)
        )
        assert isinstance(guided, Recipe)
        return guided


@pytest.mark.parametrize("name", BUILDABLE)
def test_a_recorded_run_and_a_read_script_give_the_same_files(name: str, tmp_path: Path) -> None:
    case = Recorded(name, tmp_path)
    left = [
        word for word in case.args if word not in ("--target", "--script") and not word.endswith((".sh", "Makefile"))
    ]
    options = left if "--target" not in case.args else []
    traced = case.converted("--trace", str(case.trace), *options)
    if name in UNFINISHED:
        assert traced["status"] == "refused"
        return
    assert traced["files"] == case.read["files"]
    assert [(stage["name"], stage["from"]) for stage in traced["stages"]] == [
        (stage["name"], stage["from"]) for stage in case.read["stages"]
    ]
    # an argument that stays a parameter is shown by its name, and by its value where it was given
    shown = ("stage", "destination", "mechanism", "location")
    assert [[copy[key] for key in shown] for copy in traced["copies"]] == [
        [copy[key] for key in shown] for copy in case.read["copies"]
    ]
    assert traced["driver"] == case.read["driver"]
    if name not in CALLED:
        assert case.followed().files == case.recipe.files
