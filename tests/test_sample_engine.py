"""The sample on a real engine: the legacy flow and the single Dockerfile give the same image."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from converter.cli.app import make_app
from converter.verify.compare import compare
from tests.engine.engine import Engine
from tests.engine.fixtures import engine_test
from tests.recipes import SAMPLES

pytestmark = engine_test

TAG = "http-server:latest"


@pytest.mark.usefixtures("go_image")
@pytest.mark.parametrize("buildkit", [False, True], ids=["classic", "buildkit"])
def test_the_sample_gives_the_same_image_before_and_after(engine: Engine, tmp_path: Path, buildkit: bool) -> None:
    root = tmp_path / "sample"
    shutil.copytree(SAMPLES / "without-multi-stage", root)
    engine.run_script(root, "build.sh", buildkit=buildkit)
    legacy, legacy_size = engine.image(TAG), engine.size_bytes(TAG)
    build_size = engine.size_bytes("http-server:build")
    engine.docker("rmi", "--force", TAG, "http-server:build")

    result = CliRunner().invoke(make_app(), ["convert", str(root), "--write"])
    assert result.exit_code == 0, result.output
    engine.run_script(root, "build.sh", buildkit=buildkit)
    converted, converted_size = engine.image(TAG), engine.size_bytes(TAG)

    comparison = compare(legacy, converted)
    assert comparison.equal, comparison.differences
    assert converted_size == legacy_size
    assert converted.tree["/root/http-server"].mode & 0o111
    # the point of it all: the image holds the artifact and not the toolchain
    assert converted_size < build_size / 5
    assert "http-server:build" not in engine.docker("images", "--format", "{{.Repository}}:{{.Tag}}")
