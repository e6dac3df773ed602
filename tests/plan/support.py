"""What the tests of this package share: recipes as texts in memory, and a standard pair of Dockerfiles."""

from __future__ import annotations

from collections.abc import Mapping

from converter.convert import Needs, Options, Tree, convert
from converter.plan.facts import ImageFacts
from converter.plan.wishes import NO_WISHES, Wishes
from converter.result import Recipe
from converter.source import Source

BUILDER = """\
FROM golang:1.13
WORKDIR /src
COPY . .
RUN go build -o app .
"""

RUNTIME = """\
FROM alpine:3.10
COPY app /usr/local/bin/app
CMD ["app"]
"""

MERGED = """\
FROM golang:1.13 AS builder
WORKDIR /src
COPY . .
RUN go build -o app .

FROM alpine:3.10
COPY --from=builder /src/app /usr/local/bin/app
CMD ["app"]
"""

SCRIPT = """\
#!/bin/sh
docker build -t app:build -f Dockerfile.build .
docker create --name extract app:build
docker cp extract:/src/app app
docker rm extract
docker build -t app .
rm app
"""


def convert_texts(
    texts: Mapping[str, str],
    driver: str = "build.sh",
    *,
    cwd: str | None = None,
    arguments: tuple[str, ...] | None = None,
    environment: Mapping[str, str] | None = None,
    image: str | None = None,
    builder: str | None = None,
    runtime: str | None = None,
    facts: str | None = None,
    templates: Mapping[str, str] | None = None,
    wishes: Wishes = NO_WISHES,
    engine: Mapping[str, ImageFacts | None] | None = None,
) -> Recipe:
    """Converts a tree of texts, handing over each one only when it is asked for."""
    options = Options(cwd, arguments, environment or {}, image, builder, runtime, facts, wishes=wishes)
    known: dict[str, Source] = {}
    asked: dict[str, ImageFacts | None] = {}
    for _ in range(20):
        answer = convert(Tree(frozenset(texts), known, images=asked), driver, options, templates)
        if isinstance(answer, Recipe):
            return answer
        assert isinstance(answer, Needs)
        fresh = [path for path in answer.paths if path not in known]
        images = [image for image in answer.images if image not in asked]
        assert fresh or images, "it asks again for what it was given"
        asked |= {image: (engine or {}).get(image) for image in images}
        known |= {path: Source(path, texts[path]) for path in fresh}
    raise AssertionError("it never stops asking")


def recipe(
    script: str = SCRIPT, builder: str = BUILDER, runtime: str = RUNTIME, others: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The usual triple, with other files."""
    return {"build.sh": script, "Dockerfile.build": builder, "Dockerfile": runtime, **(others or {})}


def files(answer: Recipe) -> dict[str, str | None]:
    """What a conversion writes, and None for what it deletes. Fails with the reason where nothing is converted."""
    assert answer.status == "converted", [(d.code, d.message) for d in answer.diagnostics]
    return {change.path: change.text for change in answer.files}


def written(answer: Recipe, path: str) -> str:
    """The new text of a file."""
    text = files(answer)[path]
    assert text is not None
    return text


def refusal(answer: Recipe) -> tuple[str, str]:
    """The code of a refusal, and the file that it points to."""
    assert answer.status == "refused", answer.status
    assert answer.files == ()
    (diagnostic,) = answer.diagnostics
    assert diagnostic.severity == "error"
    return diagnostic.code, diagnostic.location.file if diagnostic.location else ""


def codes(answer: Recipe) -> list[str]:
    """The codes of what a conversion has to say."""
    return sorted({diagnostic.code for diagnostic in answer.diagnostics})
