"""The whole-recipe cases on a real engine: the old script or Makefile and the new one give the same image.

Base images are stand-ins whose compilers write digests of their sources and options, so that a wrong source or
argument shows. Each is built by the classic builder of Docker 20.10, by BuildKit of Docker 26.1, and some by podman. `case.toml` may say
why a recipe cannot run on either (`engine`), with the classic builder (`classic`) or with BuildKit (`buildkit`), which
further `images` it needs and what unknown ones are `like`, the arguments to `run_with`, the `tags` to compare, and the
paths that may differ (`differs`).
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from converter.cli.app import make_app
from converter.convert import Options
from converter.dockerfile.environment import BaseFacts, evaluate
from converter.dockerfile.parser import parse
from converter.dockerfile.stages import stage_references
from converter.drivers.ci.names import ci_kind
from converter.source import Source
from converter.verify.compare import compare
from tests.drivers.ci import execution
from tests.engine.engine import Engine, Podman
from tests.engine.fixtures import engine_test, newer_engine_test, podman_test
from tests.engine.images import stand_in
from tests.recipes import CASES, convert_texts, read_texts
from tests.test_cases import EXIT, NAMES, settings


def buildable(*reasons: str) -> list[str]:
    """The recipes that convert and give none of the reasons why they cannot be built."""
    found = {name: settings(name) for name in NAMES}
    return [
        name
        for name, case in found.items()
        if case["status"] in ("converted", "partial") and not case.keys() & set(reasons)
    ]


CLASSIC = [pytest.param(name, marks=engine_test) for name in buildable("engine", "classic")]
BUILDKIT = [pytest.param(name, marks=newer_engine_test) for name in buildable("engine", "buildkit")]

# podman copies an image whole for each step: one case of each kind
PODMAN = [
    pytest.param(name, marks=podman_test)
    for name in (
        "podman-with-containerfiles",
        "go-server-with-comments-and-set-e",
        "builder-runs-as-another-user",
        "build-argument-of-both-builds-is-given-once",
        "contents-of-a-folder-copied-out-with-slash-dot",
        "copy-with-chown-from-a-builder-of-another-user",
        "docker-cp-through-a-tar-pipe",
        "mode-set-by-the-script-becomes-a-run-chmod",
        "run-whose-command-is-the-build",
        "toolchain-image-builds-the-mounted-tree",
    )
]


def external_images(folder: Path) -> set[str]:
    """Every image that the Dockerfiles of a folder take from outside."""
    found: set[str] = set()
    for path, text in read_texts(folder).items():
        if not any(word in path.lower() for word in ("dockerfile", "containerfile")) or path.endswith("ignore"):
            continue
        tree = parse(Source(path, text))
        for state in evaluate(tree, {}, lambda image: BaseFacts(), lambda expression: expression):
            if state.parent is None:
                found.add(state.image)
        found |= {
            reference.value
            for reference in stage_references(tree)
            if reference.stage is None and reference.kind == "name" and reference.place != "FROM"
        }
    # a name that an argument gives is among the `images` of the case
    return {image for image in found if "$" not in image} - {"scratch", ""}


@pytest.mark.parametrize("name", CLASSIC)
def test_the_old_and_the_new_script_build_the_same_image(engine: Engine, name: str, tmp_path: Path) -> None:
    build_both(engine, name, tmp_path, buildkit=False)


@pytest.mark.parametrize("name", BUILDKIT)
def test_so_they_do_with_buildkit_on_a_newer_engine(newer_engine: Engine, name: str, tmp_path: Path) -> None:
    build_both(newer_engine, name, tmp_path, buildkit=True)


@pytest.mark.parametrize("name", PODMAN)
def test_so_they_do_with_podman(podman: Podman, name: str, tmp_path: Path) -> None:
    build_both(podman, name, tmp_path, buildkit=True)


def build_both(engine: Engine, name: str, tmp_path: Path, *, buildkit: bool) -> None:
    """Runs the case's driver as it was and as it becomes, and compares every image."""
    case = settings(name)
    arguments = case["args"][case["args"].index("--") + 1 :] if "--" in case["args"] else []
    before = tmp_path / "before"
    after = tmp_path / "after"
    shutil.copytree(CASES / name / "before", before)
    shutil.copytree(CASES / name / "before", after)
    done = CliRunner().invoke(make_app(), ["convert", str(after), "--format", "json", "--write", *case["args"]])
    assert done.exit_code == EXIT[case["status"]], done.output
    like = case.get("like", {})
    engine.add(*sorted((external_images(before) | external_images(after) | set(case.get("images", []))) - set(like)))
    engine.add(*(stand_in(image, like=model) for image, model in like.items()))

    converted = json.loads(done.stdout)["recipes"][0]
    driver = converted["driver"]
    recipe = convert_texts(read_texts(before), driver, Options(arguments=tuple(arguments) if arguments else None))
    tags = case.get("tags") or [image["tag"] for image in converted["images"]]
    images = []
    for root in (before, after):
        if ci_kind(driver) is not None:
            images.append(execution.images_after(engine, root, driver, buildkit=buildkit))
            tags = list(images[-1])
            continue
        if recipe.command[:1] == ("make",):
            engine.run([*recipe.command, *case.get("run_with", [])], folder=root / recipe.folder, buildkit=buildkit)
        else:
            engine.run_script(root, driver, *(case.get("run_with") or arguments), buildkit=buildkit)
        images.append({tag: engine.image(tag) for tag in tags})
        engine.docker("rmi", "--force", *tags)

    for tag in tags:
        comparison = compare(images[0][tag], images[1][tag])
        left = [found for found in comparison.differences if found.subject not in case.get("differs", [])]
        assert not left, (tag, left)
        if "differs" not in case:
            assert comparison.size_equal, tag
