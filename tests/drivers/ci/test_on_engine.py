"""The CI files of the collection on a real engine: the old jobs and the new ones give the same images."""

from __future__ import annotations

from pathlib import Path

import pytest

from converter.verify.compare import compare
from tests.drivers.ci.execution import images_after
from tests.drivers.ci.test_collection import NAMES, recipe_texts
from tests.engine.engine import Engine
from tests.engine.fixtures import engine_test
from tests.recipes import applied, convert_texts

pytestmark = engine_test

TARGETS = {
    "npm-scripts": "docker",
    "npm-scripts-that-call-each-other": "docker",
    "justfile-arguments-and-variables": "image",
}
"""What people start of the files of tools."""


@pytest.mark.parametrize("name", NAMES)
def test_the_old_and_the_new_jobs_build_the_same_images(engine: Engine, name: str, tmp_path: Path) -> None:
    texts, driver = recipe_texts(name)
    recipe = convert_texts(texts, driver)
    assert recipe.status == "converted"
    engine.add("debian:10", "alpine:3.10")
    images = []
    for root, tree in ((tmp_path / "before", texts), (tmp_path / "after", applied(texts, recipe))):
        for path, text in tree.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        images.append(images_after(engine, root, driver, TARGETS.get(name, "")))
    old, new = images
    assert new
    assert set(new) <= set(old)
    for tag in new:
        assert not compare(old[tag], new[tag]).differences, tag
