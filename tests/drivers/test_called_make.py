"""Scripts that call make: which of its makefiles take part in their run."""

from __future__ import annotations

from converter.result import Recipe
from tests.recipes import applied, convert_texts

DOCKERFILES = {
    "Dockerfile.build": "FROM golang:1.13\nWORKDIR /src\nCOPY main.go .\nRUN go build -o app .\n",
    "Dockerfile": "FROM alpine:3.10\nCOPY app /app\n",
    "main.go": "package main\n",
}
BUILD = "docker build -t b -f Dockerfile.build ."
EXTRACT = "docker create --name x b\ndocker cp x:/src/app app\ndocker rm x\ndocker build -t app .\nrm app\n"


def converted(script: str, **files: str) -> tuple[Recipe, dict[str, str]]:
    texts = {**DOCKERFILES, "build.sh": script, **files}
    recipe = convert_texts(texts, "build.sh")
    return recipe, applied(texts, recipe)


def test_variables_of_the_command_line_and_the_environment_reach_the_makefile() -> None:
    makefile = "builder:\n\tdocker build -t $(NAME) -f Dockerfile.$(KIND) .\n"
    recipe, after = converted(
        f"set -e\nexport KIND=build\nmake builder NAME=b\n{EXTRACT}docker push app\n", Makefile=makefile
    )
    assert recipe.status == "converted"
    assert recipe.scripts == ("build.sh", "Makefile")
    assert after["Dockerfile"].startswith("FROM golang:1.13 AS builder\n")
    assert after["Makefile"] == "builder:\n"


def test_a_makefile_in_another_folder_is_followed_from_there() -> None:
    makefile = f"builder:\n\tcd .. && {BUILD}\n"
    recipe, after = converted(f"set -e\nmake -C docker builder\n{EXTRACT}", **{"docker/Makefile": makefile})
    assert recipe.status == "converted"
    assert "docker build" not in after["docker/Makefile"]


def test_another_goal_that_needs_the_image_keeps_it() -> None:
    makefile = f"builder:\n\t{BUILD}\n\nshell: builder\n\tdocker run -it b bash\n"
    recipe, after = converted(f"set -e\nmake builder\n{EXTRACT}", Makefile=makefile)
    assert recipe.status == "converted"
    assert after["Makefile"] == makefile.replace("-f Dockerfile.build", "--target builder")


def test_a_goal_without_an_engine_is_a_command_like_any_other() -> None:
    makefile = "include missing.mk\n\ngenerate:\n\tgo generate all\n"
    for included in ({}, {"missing.mk": "X = 1\n"}):
        recipe, after = converted(f"set -e\nmake version\n{BUILD}\n{EXTRACT}", Makefile=makefile, **included)
        assert recipe.status == "converted"
        assert after["Makefile"] == makefile


def test_a_value_that_is_not_known_stays_the_scripts() -> None:
    makefile = "builder:\n\tdocker build -t b:$(TAG) -f Dockerfile.build .\n"
    script = 'set -e\nTAG=$(git describe)\nmake builder TAG="$TAG"\n' + EXTRACT.replace("x b\n", 'x "b:$TAG"\n')
    recipe, after = converted(script, Makefile=makefile)
    assert recipe.status == "converted"
    assert after["Makefile"] == "builder:\n"


def test_options_that_change_what_make_does_are_not_followed() -> None:
    recipe, _ = converted(f"set -e\nmake -n builder\n{BUILD}\n{EXTRACT}", Makefile=f"builder:\n\t{BUILD}\n")
    assert recipe.status == "converted"
    assert recipe.scripts == ("build.sh",)
