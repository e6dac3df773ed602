"""Recipes of which only some images convert."""

from __future__ import annotations

import pytest

from converter.plan.wishes import Wishes
from converter.result import Recipe
from tests.plan.support import convert_texts, refusal

PARTIAL = Wishes(partial=True)
BUILDER = "FROM golang:1.13\nWORKDIR /src\nCOPY main.go .\nRUN go build -o app . && go build -o tool .\n"
APP = "FROM alpine:3.10\nCOPY app /bin/app\n"
TOOL = "FROM alpine:3.10\nCOPY tool /bin/tool\n"


def answer(step: str = "", wishes: Wishes = PARTIAL, **others: str) -> Recipe:
    script = (
        "docker build -t b -f Dockerfile.build .\ndocker create --name x b\n"
        f"docker cp x:/src/app app\ndocker cp x:/src/tool tool\ndocker rm x\n{step}"
        "docker build -t app -f Dockerfile.app .\ndocker build -t tool -f Dockerfile.tool .\n"
    )
    texts = {"build.sh": script, "Dockerfile.build": BUILDER, "Dockerfile.app": APP, "Dockerfile.tool": TOOL}
    texts |= {name.replace("_", "."): text for name, text in others.items()}
    return convert_texts({**texts, "main.go": ""}, wishes=wishes)


def images(found: Recipe) -> dict[str, str]:
    return {image.tag: image.status for image in found.images}


def text_of(found: Recipe, path: str) -> str:
    return next(file.text or "" for file in found.files if file.path == path)


@pytest.mark.parametrize(
    "step", ["strip tool\n", "upx tool\n", "echo x >> tool\n", "zip tool.zip tool\nmv tool.zip tool\n"]
)
def test_what_does_not_convert_is_built_as_before(step: str) -> None:
    found = answer(step)
    assert (found.status, images(found)) == ("partial", {"app": "converted", "tool": "refused"})
    assert "COPY --from=builder /src/app /bin/app\n" in text_of(found, "Dockerfile.app")
    script = text_of(found, "build.sh")
    assert "docker build -t b -f Dockerfile.app --target builder .\n" in script
    assert "docker cp x:/src/app app\n" not in script
    assert f"docker cp x:/src/tool tool\ndocker rm x\n{step}" in script
    assert "Dockerfile.tool" not in [file.path for file in found.files]
    assert [one.severity for one in found.diagnostics if one.code == "STG501"] == ["error"]


def test_without_the_wish_the_whole_recipe_is_refused() -> None:
    found = answer("strip tool\n", Wishes())
    assert refusal(found)[0] == "STG501"
    assert (found.diagnostics[0].help or "").endswith("; --partial converts `app` and leaves this one as it is")


def test_where_all_convert_the_answer_is_whole() -> None:
    found = answer()
    assert (found.status, images(found)) == ("converted", {"app": "converted", "tool": "converted"})


def test_where_none_converts_the_answer_is_the_refusal() -> None:
    found = answer("strip app tool\n")
    assert (found.status, found.files) == ("refused", ())


def test_a_dockerfile_that_cannot_be_read_keeps_what_it_may_take() -> None:
    found = answer(Dockerfile_tool="FROM alpine:3.10\nCOPPY tool /bin/tool\n")
    assert (found.status, images(found)) == ("partial", {"app": "converted", "tool": "refused"})
    assert "docker cp x:/src/tool tool\n" in text_of(found, "build.sh")


def test_two_builds_of_one_dockerfile_convert_together_or_not_at_all() -> None:
    script = (
        "docker build -t b -f Dockerfile.build .\ndocker create --name x b\ndocker cp x:/src/app app\n"
        "docker cp x:/src/tool tool\ndocker rm x\ndocker build -t tool -f Dockerfile.tool .\n"
        "docker build -t plain -f Dockerfile.app .\nstrip app\ndocker build -t stripped -f Dockerfile.app .\n"
    )
    texts = {
        "build.sh": script,
        "Dockerfile.build": BUILDER,
        "Dockerfile.app": APP,
        "Dockerfile.tool": TOOL,
        "main.go": "",
    }
    found = convert_texts(texts, wishes=PARTIAL)
    assert images(found) == {"tool": "converted", "plain": "refused", "stripped": "refused"}
    assert [file.path for file in found.files if file.text is not None] == ["Dockerfile.tool", "build.sh"]


def test_every_line_of_what_stays_has_a_fate() -> None:
    found = answer("strip tool\n")
    fates = {(entry.location.file, entry.fate) for entry in found.ledger}
    assert {("build.sh", "blocking"), ("Dockerfile.tool", "kept"), ("Dockerfile.app", "rewritten")} <= fates


@pytest.mark.parametrize(("image", "left"), [("app", "Dockerfile.tool"), ("tool", "Dockerfile.app")])
def test_an_image_that_is_picked_by_its_tag_converts_alone(image: str, left: str) -> None:
    script = (
        "docker build -t b -f Dockerfile.build .\ndocker create --name x b\n"
        "docker cp x:/src/app app\ndocker cp x:/src/tool tool\ndocker rm x\n"
        "docker build -t app -f Dockerfile.app .\ndocker build -t tool -f Dockerfile.tool .\n"
    )
    texts = {
        "build.sh": script,
        "Dockerfile.build": BUILDER,
        "Dockerfile.app": APP,
        "Dockerfile.tool": TOOL,
        "main.go": "",
    }
    found = convert_texts(texts, image=image)
    assert (found.status, images(found)) == ("converted", {image: "converted"})
    assert left not in [file.path for file in found.files]
