"""Recipes as folders: reading a tree from disk and converting it in memory."""

from __future__ import annotations

from pathlib import Path

from converter.convert import Needs, Options, Tree, convert
from converter.result import Recipe
from converter.source import Source

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "tests" / "cases"
SAMPLES = ROOT / "samples"


def read_texts(folder: Path) -> dict[str, str]:
    """Every file below the folder, line ends kept, by its path with forward slashes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().decode("utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def convert_texts(texts: dict[str, str], driver: str, options: Options | None = None) -> Recipe:
    """Converts a tree that is given as texts, answering what the function asks for."""
    known: dict[str, Source] = {}
    for _ in range(20):
        answer = convert(Tree(frozenset(texts), known), driver, options or Options())
        if isinstance(answer, Recipe):
            return answer
        assert isinstance(answer, Needs)
        new = [path for path in answer.paths if path not in known]
        assert new, f"asked again for {answer.paths}"
        known = {**known, **{path: Source(path, texts[path]) for path in new}}
    raise AssertionError("the conversion does not stop asking")


def applied(texts: dict[str, str], recipe: Recipe) -> dict[str, str]:
    """The tree after the recipe's changes."""
    result = dict(texts)
    for change in recipe.files:
        if change.text is None:
            del result[change.path]
        else:
            result[change.path] = change.text
    return result
