from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

import converter.convert as conversion
from converter.batch.discovery import find_root, read_tree
from converter.batch.problems import Problem
from converter.batch.recipes import Outcome, convert_driver, convert_folder, select
from converter.convert import Needs, Options, Tree
from converter.diagnostics import error
from converter.result import Recipe, Status
from converter.source import Location
from tests.batch.trees import RECIPE, make

Fake = Callable[[Tree, str], "Recipe | Needs"]


def pretend(monkeypatch: pytest.MonkeyPatch, fake: Fake) -> None:
    def convert(
        tree: Tree, driver: str, options: Options, templates: Mapping[str, str] | None = None
    ) -> Recipe | Needs:
        return fake(tree, driver)

    monkeypatch.setattr(conversion, "convert", convert)


def outcome(driver: str, status: Status, *codes: str, scripts: tuple[str, ...] = ()) -> Outcome:
    found = tuple(error(code, "why") for code in codes)
    return Outcome(Recipe(driver, (driver, *scripts), status, diagnostics=found), {})


def test_what_the_conversion_asks_for_is_read_and_what_is_missing_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds = []

    def fake(tree: Tree, driver: str) -> Recipe | Needs:
        rounds.append((sorted(tree.texts), "missing" in tree.paths))
        return Needs(("Dockerfile", "missing")) if len(rounds) == 1 else Recipe(driver, (driver,), "not-the-pattern")

    pretend(monkeypatch, fake)
    root, _ = find_root(str(make(tmp_path, RECIPE)))
    found = convert_driver(root, read_tree(root) | {"missing"}, "build.sh", Options())
    assert found.recipe.status == "not-the-pattern"
    assert rounds == [(["build.sh"], True), (["Dockerfile", "build.sh"], False)]


@pytest.mark.parametrize(
    ("data", "code", "line", "column"),
    [(b"FROM a\n\xff", "STG103", 2, 1), (b"FROM\0", "STG103", 1, 5), (None, "STG106", 1, 1)],
)
def test_a_needed_file_that_cannot_be_read_refuses_the_recipe_at_its_line(
    tmp_path: Path, data: bytes | None, code: str, line: int, column: int
) -> None:
    script = b"docker build -t b .\ndocker create --name c b\ndocker cp c:/a a\ndocker build -t a -f run .\n"
    make(tmp_path, {"in/build.sh": script, "in/run": b"FROM a\nCOPY a /\n", "out/Dockerfile": b"x"})
    if data is None:
        (tmp_path / "in" / "Dockerfile").symlink_to("../out/Dockerfile")
    else:
        (tmp_path / "in" / "Dockerfile").write_bytes(data)
    root, _ = find_root(str(tmp_path / "in"))
    recipe = convert_driver(root, read_tree(root), "build.sh", Options()).recipe
    assert recipe.status == "refused"
    assert [(found.code, found.location) for found in recipe.diagnostics] == [
        (code, Location("Dockerfile", line, column, line, column))
    ]
    assert {(entry.location.file, entry.fate) for entry in recipe.ledger} == {("build.sh", "kept")}


def test_a_file_that_only_might_mention_the_recipe_need_not_be_text(tmp_path: Path) -> None:
    make(tmp_path, {**RECIPE, "README.md": b"\xff\xfe"})
    root, _ = find_root(str(tmp_path))
    assert convert_driver(root, read_tree(root), "build.sh", Options()).recipe.status == "converted"


def test_a_conversion_that_never_has_enough_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, lambda tree, driver: Needs((f"file{len(tree.texts)}",)))
    root, _ = find_root(str(make(tmp_path, {"build.sh": b""} | {f"file{number}": b"" for number in range(200)})))
    with pytest.raises(RuntimeError, match="asked for more files"):
        convert_driver(root, read_tree(root), "build.sh", Options())


def test_a_conversion_that_asks_again_for_what_is_missing_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, lambda tree, driver: Needs(("missing",)))
    root, _ = find_root(str(make(tmp_path, {"build.sh": b""})))
    with pytest.raises(RuntimeError, match="asks again for missing"):
        convert_driver(root, read_tree(root), "build.sh", Options())


def test_a_driver_that_does_not_exist_is_a_problem(tmp_path: Path) -> None:
    root, _ = find_root(str(tmp_path))
    with pytest.raises(Problem, match=r"build\.sh: no such file"):
        convert_driver(root, frozenset(), "build.sh", Options())


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_needed_file_that_may_not_be_read_is_a_problem(tmp_path: Path) -> None:
    make(tmp_path, {"build.sh": b""})
    (tmp_path / "build.sh").chmod(0)
    root, _ = find_root(str(tmp_path))
    with pytest.raises(Problem, match="permission denied"):
        convert_driver(root, frozenset({"build.sh"}), "build.sh", Options())


CONVERTED = outcome("a.sh", "converted")
REFUSED = outcome("b.sh", "refused", "STG503")
UNREAD = outcome("c.sh", "refused", "STG103")
BROKEN = outcome("d.sh", "refused", "STG301")
DONE = outcome("e.sh", "already-multi-stage")
OTHER = outcome("f.sh", "not-the-pattern")
CALLER = outcome("all.sh", "converted", scripts=("a.sh",))


@pytest.mark.parametrize(
    ("outcomes", "chosen", "choices"),
    [
        ([], None, []),
        ([OTHER], None, []),
        ([OTHER, CONVERTED], "a.sh", []),
        ([OTHER, REFUSED, DONE], "b.sh", []),
        ([CONVERTED, UNREAD, BROKEN], "a.sh", []),
        ([UNREAD, OTHER], "c.sh", []),
        ([UNREAD, BROKEN], None, ["c.sh", "d.sh"]),
        ([CONVERTED, REFUSED], None, ["a.sh", "b.sh"]),
        ([DONE, OTHER], "e.sh", []),
        ([DONE, outcome("g.sh", "already-multi-stage")], "e.sh", []),
        ([CONVERTED, CALLER], "all.sh", []),
    ],
)
def test_the_driver_that_holds_the_pattern_is_chosen(
    outcomes: list[Outcome], chosen: str | None, choices: list[str]
) -> None:
    found = select(outcomes)
    assert (found.chosen.recipe.driver if found.chosen else None) == chosen
    assert [each.recipe.driver for each in found.choices] == choices
    assert list(found.considered) == outcomes


def test_every_script_of_a_folder_is_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fake(tree: Tree, driver: str) -> Recipe:
        return Recipe(driver, (driver,), "converted" if driver == "ci/b.sh" else "not-the-pattern")

    pretend(monkeypatch, fake)
    make(tmp_path, {"a.sh": b"docker build", "ci/b.sh": b"docker build", "c.sh": b"echo"})
    root, _ = find_root(str(tmp_path))
    found = convert_folder(root, read_tree(root), Options())
    assert found.chosen is not None
    assert found.chosen.recipe.driver == "ci/b.sh"
    assert [each.recipe.driver for each in found.considered] == ["a.sh", "ci/b.sh"]
