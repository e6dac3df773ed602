"""Files of an image that the script only pulls: COPY --from of it, with a digest where that is wished."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from converter.plan.facts import ImageFacts
from converter.plan.wishes import Wishes
from converter.result import Recipe
from tests.plan.support import convert_texts, refusal, written

PINNED = Wishes(pin=True)
DIGEST = "sha256:" + "1" * 64


def answer(image: str, engine: Mapping[str, ImageFacts | None], wishes: Wishes = PINNED) -> Recipe:
    script = (
        f"docker create --name x {image}\ndocker cp x:/etc/nginx/mime.types mime.types\n"
        "docker rm x\ndocker build -t app .\n"
    )
    texts = {"build.sh": script, "Dockerfile": "FROM alpine:3.10\nCOPY mime.types /etc/mime.types\n"}
    return convert_texts(texts, wishes=wishes, engine=engine)


@pytest.mark.parametrize("image", ["nginx:latest", "nginx", "registry.example.com:5000/nginx:1.17"])
def test_the_digest_that_the_engine_knows_stands_behind_the_name(image: str) -> None:
    found = answer(image, {image: ImageFacts(digest=DIGEST)})
    line = f"COPY --from={image}@{DIGEST} /etc/nginx/mime.types /etc/mime.types\n"
    assert line in written(found, "Dockerfile").replace("--chown=0:0 ", "")
    assert "STG618" not in [one.code for one in found.diagnostics]


@pytest.mark.parametrize("engine", [{}, {"nginx:latest": ImageFacts(user="")}])
def test_without_a_digest_nothing_is_pinned_by_guess(engine: Mapping[str, ImageFacts | None]) -> None:
    found = answer("nginx:latest", engine)
    assert refusal(found) == ("STG618", "build.sh")
    assert found.diagnostics[0].help is not None
    assert "`docker pull nginx:latest` first" in found.diagnostics[0].help


def test_a_digest_of_the_script_stays() -> None:
    image = f"nginx@{DIGEST}"
    assert f"--from={image} " in written(answer(image, {}), "Dockerfile")


def test_without_the_wish_a_note_names_it_and_no_engine_is_asked() -> None:
    found = answer("nginx:latest", {"nginx:latest": ImageFacts(digest=DIGEST)}, Wishes())
    assert "--from=nginx:latest " in written(found, "Dockerfile")
    assert ["--pin" in (one.help or "") for one in found.diagnostics if one.code == "STG618"] == [True]
