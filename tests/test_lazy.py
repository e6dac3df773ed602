"""Modules that are loaded when they are first used."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from converter.lazy import lazily

ROOT = Path(__file__).resolve().parent.parent
LAZY = sorted(
    {
        name
        for path in (ROOT / "converter").rglob("*.py")
        for name in re.findall(r'= lazily\("([\w.]+)"\)', path.read_text(encoding="utf-8"))
    }
)
LOADED = """\
import sys
from types import ModuleType
from converter.cli.main import run
sys.argv = ["stageify", "convert", sys.argv[1]]
try:
    run()
except SystemExit:
    pass
print(*(name for name, module in sys.modules.items() if type(module) is ModuleType), file=sys.stderr)
"""


@pytest.mark.parametrize("name", LAZY)
def test_each_of_them_can_be_loaded(name: str) -> None:
    assert import_module(name).__doc__


def test_the_sample_needs_none_of_them() -> None:
    sample = str(ROOT / "samples" / "without-multi-stage")
    done = subprocess.run([sys.executable, "-c", LOADED, sample], capture_output=True, text=True, check=True)
    loaded = set(done.stderr.split())
    assert "converter.shell.interpreter" in loaded
    assert loaded.isdisjoint(LAZY)


def test_a_module_that_does_not_exist_is_an_error_at_once() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"converter\.nothing"):
        lazily("converter.nothing")
