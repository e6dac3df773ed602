"""The wheel: it carries its templates and works outside the checkout."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from converter import __version__
from tests.recipes import ROOT, SAMPLES


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's content, as an installer lays it out."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    ignored = shutil.ignore_patterns(".git", ".venv", "__pycache__", "build", ".*_cache", ".hypothesis", "cases")
    shutil.copytree(ROOT, source, ignore=ignored)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(source)]
    subprocess.run(command, check=True)
    (wheel,) = folder.glob("stageify-*.whl")
    assert wheel.name.startswith(f"stageify-{__version__}-")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_converts_the_sample_outside_the_checkout(unpacked: Path, tmp_path: Path) -> None:
    root = tmp_path / "sample"
    shutil.copytree(SAMPLES / "without-multi-stage", root)
    code = f"import sys; sys.path.insert(0, {str(unpacked)!r}); from converter.cli.main import main; main()"
    done = subprocess.run([sys.executable, "-c", code, "convert"], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == (SAMPLES / "with-multi-stage" / "Dockerfile").read_text(encoding="utf-8")


def test_the_wheel_has_the_templates_and_no_tests(unpacked: Path) -> None:
    assert (unpacked / "converter" / "templates" / "Dockerfile.j2").is_file()
    assert {path.name for path in unpacked.iterdir() if not path.name.endswith(".dist-info")} == {"converter"}
