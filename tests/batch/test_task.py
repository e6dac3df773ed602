from __future__ import annotations

from pathlib import Path

import pytest

from converter.batch.discovery import find_root, read_tree
from converter.batch.problems import UsageProblem
from converter.batch.task import Task, convert_task, failed
from converter.batch.workers import Failure
from converter.batch.workspace import UNREAD, Workspace, save
from converter.render.environment import TemplateProblem
from tests.batch.trees import RECIPE, Tree, make


def saved(
    folder: Path, tree: Tree, texts: dict[str, str] | None = None, templates: dict[str, str] | None = None
) -> str:
    root, _ = find_root(str(make(folder / "in", tree)))
    path = str(folder / "workspace")
    save(Workspace(root, read_tree(root), texts or {}, templates=templates), path)
    return path


def test_a_recipe_comes_with_its_changes_and_what_it_was_made_from(tmp_path: Path) -> None:
    found = convert_task(Task(saved(tmp_path, RECIPE), "build.sh"))
    assert found.recipe.status == "converted"
    assert {change.path for change in found.changes} == {"Dockerfile", "Dockerfile.build", "build.sh"}
    assert set(found.inputs) == {"Dockerfile", "Dockerfile.build", "build.sh"}


def test_texts_that_are_given_are_not_taken_from_the_disk(tmp_path: Path) -> None:
    text = RECIPE["Dockerfile"].decode().replace("3.18", "3.19")
    plain = convert_task(Task(saved(tmp_path / "a", RECIPE), "build.sh"))
    given = convert_task(Task(saved(tmp_path / "b", RECIPE, {"Dockerfile": text}), "build.sh"))
    assert any("alpine:3.19" in (file.text or "") for file in given.recipe.files)
    assert plain.inputs["Dockerfile"] != given.inputs["Dockerfile"]


def test_a_file_that_cannot_be_read_is_an_input_too(tmp_path: Path) -> None:
    found = convert_task(Task(saved(tmp_path, {**RECIPE, "Dockerfile": b"FROM a\0"}), "build.sh"))
    assert [each.code for each in found.recipe.diagnostics] == ["STG103"]
    assert found.inputs["Dockerfile"] == UNREAD


def test_a_script_that_means_two_things_is_refused_and_a_bad_template_is_the_persons(tmp_path: Path) -> None:
    both = {**RECIPE, **{f"sub/{name}": data for name, data in RECIPE.items()}}
    found = convert_task(Task(saved(tmp_path / "a", both), "sub/build.sh"))
    assert (found.recipe.status, [each.code for each in found.recipe.diagnostics]) == ("refused", ["STG108"])
    path = saved(tmp_path / "b", RECIPE, templates={"Dockerfile.j2": "{{"})
    with pytest.raises(UsageProblem) as problem:
        convert_task(Task(path, "build.sh"))
    assert isinstance(problem.value.__cause__, TemplateProblem)


@pytest.mark.parametrize(
    ("failure", "code", "trace"),
    [
        (Failure("exception", "ValueError: x", "the traceback"), "STG901", "the traceback"),
        (Failure("died", "the process was killed"), "STG901", ""),
        (Failure("timeout", "it takes more than 3 s"), "STG902", ""),
    ],
)
def test_a_conversion_that_did_not_end_is_a_refusal_of_its_recipe(failure: Failure, code: str, trace: str) -> None:
    found = failed("a/build.sh", failure)
    assert (found.recipe.driver, found.recipe.status, found.changes) == ("a/build.sh", "refused", ())
    (diagnostic,) = found.recipe.diagnostics
    assert (diagnostic.code, diagnostic.severity, found.trace) == (code, "error", trace)
    assert failure.message in diagnostic.message
