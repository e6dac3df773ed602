"""Recipes from a grammar on a real engine: whatever converts gives the same image; nothing crashes.

The grammar is `tests/generated_recipes.py`. `--generated-recipes N` takes N of them; a failure is named by its seed.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from converter.verify.compare import compare
from converter.verify.image import Image
from converter.verify.own_files import own_file, split_own_files
from tests.engine.engine import Engine
from tests.generated_recipes import generated_recipe
from tests.recipes import applied, convert_texts

BASES = ("alpine:3.10", "golang:1.13", "debian:10", "busybox:1.31")
LEAST_CONVERTED = 0.8
"""The share of generated recipes that an expert could convert is higher."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(metafunc.config.getoption("--generated-recipes")))


@pytest.fixture(scope="module")
def engine_with_bases(newer_engine: Engine) -> Engine:
    newer_engine.add(*BASES)
    return newer_engine


def build(engine: Engine, root: Path, texts: Mapping[str, str]) -> Image | None:
    """The image that the script builds, None where it fails; nothing stays in the engine."""
    for path, text in texts.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    done = engine.run_script(root, "build.sh", buildkit=True, check=False)
    image = engine.image("app:1") if done.exit_status == 0 else None
    engine.docker("rm", "--force", "box", check=False)
    engine.docker("rmi", "--force", "app:1", "app-build", check=False)
    return image


@pytest.mark.engine
@pytest.mark.xdist_group("newer-engine")
def test_what_converts_gives_the_same_image(engine_with_bases: Engine, tmp_path: Path, seed: int) -> None:
    texts = generated_recipe(seed)
    recipe = convert_texts(texts, "build.sh")
    assert recipe.status in ("converted", "refused")
    if recipe.status == "refused":
        return
    new_texts = applied(texts, recipe)
    old = build(engine_with_bases, tmp_path / "before", texts)
    if old is None:
        return  # a script that fails by itself proves nothing
    new = build(engine_with_bases, tmp_path / "after", new_texts)
    assert new is not None, "the converted recipe does not build"
    own = [
        own_file(*(kind[path].encode() if path in kind else None for kind in (texts, new_texts)))
        for path in sorted(texts.keys() | new_texts.keys())
        if texts.get(path) != new_texts.get(path)
    ]
    split = split_own_files(compare(old, new), own)
    assert not split.comparison.differences


def test_most_of_them_convert() -> None:
    converted = [convert_texts(generated_recipe(seed), "build.sh").status == "converted" for seed in range(100)]
    assert sum(converted) >= LEAST_CONVERTED * len(converted)
