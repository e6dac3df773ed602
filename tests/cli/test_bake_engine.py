"""`--emit bake` on an engine with buildx, which reads the bake file as its author meant it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from converter.cli.app import make_app
from tests.engine.engine import Engine
from tests.engine.fixtures import newer_engine_test
from tests.recipes import CASES

pytestmark = newer_engine_test

CASE = "contexts-side-by-side-become-a-bake-file"


@pytest.mark.parametrize(("word", "value"), [("T=1.2", "1.2"), ("'T=${x} \"%{y}'", '${x} "%{y}')])
def test_buildx_understands_the_bake_file(newer_engine: Engine, tmp_path: Path, word: str, value: str) -> None:
    root = tmp_path / "recipe"
    shutil.copytree(CASES / CASE / "before", root)
    script = (root / "build.sh").read_text()
    script = script.replace('-t "shop:$TAG" -t shop:latest', f"-t shop:latest --build-arg {word}")
    (root / "build.sh").write_text(script)
    done = CliRunner().invoke(make_app(), ["convert", str(root), "--emit", "bake", "--write"])
    assert done.exit_code == 0, done.output
    printed = newer_engine.docker("buildx", "bake", "-f", "docker-bake.hcl", "--print", "shop", folder=root / "runtime")
    targets = json.loads(printed[printed.index("{") :])["target"]
    assert targets["builder"] == {"context": "../builder", "dockerfile": "Dockerfile", "args": {"MODE": "fast"}}
    assert targets["shop"]["contexts"] == {"builder": "target:builder"}
    assert targets["shop"]["tags"] == ["shop:latest"]
    assert targets["shop"]["args"]["T"] == value
