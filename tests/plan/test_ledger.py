from __future__ import annotations

import itertools

import pytest

from converter.plan import ledger
from converter.result import LedgerEntry, Recipe
from converter.source import Source, Span
from tests.plan.support import BUILDER, RUNTIME, SCRIPT, convert_texts, recipe, written

LONG = """\
#!/bin/sh
# build the server
set -e

V=1.2

docker build \\
  -t app:build \\
  -f Dockerfile.build .   # compile
docker create --name extract app:build && docker cp extract:/src/app app
docker rm extract; date

docker build -t app:$V .
docker push app:$V
rm app
"""

COMMENTED = """\
# syntax=docker/dockerfile:1
# the builder
ARG GO=1.13
FROM golang:$GO

# work
WORKDIR /src
COPY . . \\
  # what for
RUN go build \\
  -o app .
"""

RECIPES = [
    pytest.param(recipe(), id="the usual one"),
    pytest.param(recipe(LONG), id="a longer script"),
    pytest.param(recipe(LONG.replace("\n", "\r\n")), id="with Windows line ends"),
    pytest.param(
        recipe(SCRIPT.rstrip("\n"), COMMENTED.replace(" \\\n  # what for", ""), RUNTIME.rstrip("\n")),
        id="without final line ends",
    ),
    pytest.param(recipe(f". ./lib.sh\n{SCRIPT}", others={"lib.sh": "# names\nN=1\n\n"}), id="with a sourced file"),
    pytest.param(recipe(SCRIPT.replace("docker create", "docker create --nope"), BUILDER), id="a refused one"),
    pytest.param(recipe(SCRIPT, "FROM golang\nCOPPY x y\n"), id="with a broken Dockerfile"),
    pytest.param(recipe("#!/bin/sh\ndocker build .\n"), id="not the pattern"),
    pytest.param(recipe("#!/usr/bin/env python\nimport os\n"), id="another language"),
    pytest.param(recipe("", BUILDER), id="an empty script"),
]


def by_file(answer: Recipe) -> dict[str, list[LedgerEntry]]:
    entries: dict[str, list[LedgerEntry]] = {}
    for entry in answer.ledger:
        entries.setdefault(entry.location.file, []).append(entry)
    return entries


@pytest.mark.parametrize("texts", RECIPES)
def test_every_line_of_every_file_that_took_part_has_a_fate(texts: dict[str, str]) -> None:
    answer = convert_texts(texts)
    entries = by_file(answer)
    assert set(entries) <= set(answer.sources)
    for path in answer.sources:
        source = Source(path, texts[path])
        covered: set[int] = set()
        for entry in entries.get(path, []):
            covered.update(range(entry.location.line, entry.location.end_line + 1))
            assert entry.why
        assert covered >= set(range(1, source.line_count() + 1)), path


@pytest.mark.parametrize("texts", RECIPES)
def test_entries_come_in_the_order_of_the_file_and_do_not_overlap(texts: dict[str, str]) -> None:
    for path, entries in by_file(convert_texts(texts)).items():
        places = [((e.location.line, e.location.column), (e.location.end_line, e.location.end_column)) for e in entries]
        assert places == sorted(places), path
        for (_, end), (start, _) in itertools.pairwise(places):
            assert end <= start, path


def fates(answer: Recipe, path: str, text: str) -> dict[str, str]:
    """The fate of each line that has one fate only."""
    found: dict[int, set[str]] = {}
    for entry in answer.ledger:
        if entry.location.file == path:
            for line in range(entry.location.line, entry.location.end_line + 1):
                found.setdefault(line, set()).add(entry.fate)
    lines = text.splitlines()
    return {lines[number - 1]: "/".join(sorted(fate)) for number, fate in found.items()}


def test_the_fates_of_the_usual_recipe() -> None:
    answer = convert_texts(recipe())
    assert fates(answer, "build.sh", SCRIPT) == {
        "#!/bin/sh": "kept",
        "docker build -t app:build -f Dockerfile.build .": "obsolete",
        "docker create --name extract app:build": "obsolete",
        "docker cp extract:/src/app app": "obsolete",
        "docker rm extract": "obsolete",
        "docker build -t app .": "kept",
        "rm app": "obsolete",
    }
    assert fates(answer, "Dockerfile.build", BUILDER) == {
        "FROM golang:1.13": "rewritten",
        "WORKDIR /src": "absorbed",
        "COPY . .": "absorbed",
        "RUN go build -o app .": "absorbed",
    }
    assert fates(answer, "Dockerfile", RUNTIME) == {
        "FROM alpine:3.10": "kept",
        "COPY app /usr/local/bin/app": "rewritten",
        'CMD ["app"]': "kept",
    }


def test_what_a_script_keeps_is_what_its_ledger_calls_kept() -> None:
    answer = convert_texts(recipe(LONG))
    kept = [line for line, fate in fates(answer, "build.sh", LONG).items() if fate == "kept" and line]
    text = written(answer, "build.sh")
    assert all(line in text for line in kept)
    assert fates(answer, "build.sh", LONG)["docker push app:$V"] == "kept"


def test_what_stands_in_the_way_is_blocking() -> None:
    texts = recipe(SCRIPT, "FROM golang:1.13\nRUN setcap cap_net_raw+ep /src/app\n")
    answer = convert_texts(texts)
    assert answer.status == "refused"
    assert fates(answer, "Dockerfile.build", texts["Dockerfile.build"]) == {
        "FROM golang:1.13": "kept",
        "RUN setcap cap_net_raw+ep /src/app": "blocking",
    }
    assert set(fates(answer, "build.sh", SCRIPT).values()) == {"kept"}


@pytest.mark.parametrize(
    ("text", "marked", "expected"),
    [
        ("a\nb\nc\n", [], [(1, 3, "kept")]),
        ("a\nb\nc\n", [Span(2, 4)], [(1, 1, "kept"), (2, 2, "obsolete"), (3, 3, "kept")]),
        ("a\nb\nc\n", [Span(0, 2)], [(1, 1, "obsolete"), (2, 3, "kept")]),
        ("a\nb\nc", [Span(4, 5)], [(1, 2, "kept"), (3, 3, "obsolete")]),
        ("a; b\n", [Span(0, 1), Span(3, 4)], [(1, 1, "obsolete"), (1, 1, "obsolete")]),
        ("a\n\n\n", [Span(0, 1)], [(1, 1, "obsolete"), (2, 3, "kept")]),
        ("", [], []),
    ],
)
def test_the_lines_between_marked_spans_are_covered(
    text: str, marked: list[Span], expected: list[tuple[int, int, str]]
) -> None:
    entries = ledger.cover(Source("f", text), [(span, "obsolete", "x") for span in marked], "kept", "y")
    assert [(e.location.line, e.location.line if e.location.end_column == 1 and e.location.line == e.location.end_line
             else e.location.end_line, e.fate) for e in entries] == expected  # fmt: skip
