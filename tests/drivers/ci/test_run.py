"""Jobs whose conversion is decided by what the CI system does around the shell."""

from __future__ import annotations

from tests.drivers.ci.test_collection import recipe_texts
from tests.recipes import convert_texts


def test_a_step_with_a_condition_that_copies_out_is_refused() -> None:
    texts, driver = recipe_texts("github-steps")
    texts[driver] = texts[driver].replace(
        "      - name: Compile\n", "      - name: Compile\n        if: github.ref == 'x'\n"
    )
    recipe = convert_texts(texts, driver)
    assert (recipe.status, [found.code for found in recipe.diagnostics]) == ("refused", ["STG302"])


def test_a_final_build_with_a_condition_is_converted() -> None:
    texts, driver = recipe_texts("github-steps")
    texts[driver] = texts[driver].replace(
        "      - name: Image\n", "      - name: Image\n        if: github.ref == 'x'\n"
    )
    assert convert_texts(texts, driver).status == "converted"


def test_a_job_that_does_not_exist_is_refused() -> None:
    from converter.convert import Options

    texts, driver = recipe_texts("gitlab-go-release")
    recipe = convert_texts(texts, driver, Options(targets=("nothing",)))
    assert [found.code for found in recipe.diagnostics] == ["STG104"]
