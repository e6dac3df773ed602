"""What tells whether an artifact is a file or a folder, where its name changes on the way."""

from __future__ import annotations

import pytest

from tests.plan.support import convert_texts, recipe, refusal, written

RUNTIME = "FROM alpine:3.10\nCOPY out /srv/\n"


def script(path: str) -> str:
    return f"docker build -t b -f Dockerfile.build .\ndocker create --name x b\ndocker cp x:{path} out\ndocker build .\nrm -r out\n"


@pytest.mark.parametrize(
    ("path", "run"),
    [
        pytest.param("/src/dist", "npm run build", id="a script of npm"),
        pytest.param("/src/dist", "yarn build", id="yarn"),
        pytest.param("/src/build", "npm run build:prod", id="with another name"),
        pytest.param("/src/node_modules", "npm ci", id="node_modules"),
        pytest.param("/src/classes", "javac -d classes Main.java", id="javac -d"),
        pytest.param("/wheels", "pip3 wheel -r requirements.txt -w /wheels", id="pip wheel"),
        pytest.param("/src/_site", "bundle exec jekyll build", id="jekyll"),
        pytest.param("/src/public", "hugo --minify", id="hugo"),
    ],
)
def test_a_folder_spills_its_contents(path: str, run: str) -> None:
    builder = f"FROM golang:1.13\nWORKDIR /src\nCOPY . .\nRUN {run}\n"
    answer = convert_texts(recipe(script(path), builder, RUNTIME))
    assert f"COPY --from=builder {path} /srv/\n" in written(answer, "Dockerfile")
    assert [copy.destination for copy in answer.copies] == ["/srv/"]


@pytest.mark.parametrize(
    ("path", "run"),
    [
        pytest.param("/src/dist", "make dist", id="make may make anything"),
        pytest.param("/src/result", "npm run build", id="a name that is not the tool's"),
        pytest.param("/src/classes", "javac Main.java", id="no flag"),
    ],
)
def test_without_evidence_the_recipe_is_refused_with_what_to_write(path: str, run: str) -> None:
    builder = f"FROM golang:1.13\nWORKDIR /src\nCOPY . .\nRUN {run}\n"
    answer = convert_texts(recipe(script(path), builder, RUNTIME))
    assert refusal(answer) == ("STG503", "Dockerfile")
    assert f"`{path}/.`" in (answer.diagnostics[0].help or "")
