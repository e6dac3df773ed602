"""Conversions with a recorded run: what it decides, what it only has to agree with, and drivers that cannot be read."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from converter.convert import Needs, Options, Tree
from converter.drivers.trace import Trace, TraceError, below, read_trace, started
from converter.result import Recipe
from converter.source import Source
from converter.traced import convert_recorded
from tests.recipes import applied

TREE = {
    "Dockerfile.build": "FROM golang:1.13\nWORKDIR /src\nCOPY main.go .\nRUN go build -o app .\n",
    "Dockerfile.other": "FROM golang:1.12\nWORKDIR /src\nCOPY main.go .\nRUN go build -o app .\n",
    "Dockerfile": "FROM alpine:3.10\nCOPY app /app\n",
    "main.go": "package main\n",
}
ID = "c" * 64
BUILD = ["build", "-t", "b", "-f", "Dockerfile.build", "."]
CREATE = ["create", "b"]
COPY = ["cp", f"{ID}:/src/app", "app"]
FINAL = ["build", "-t", "app", "."]
SCRIPT = "set -e\ndocker build -t b -f {0} .\nid=$(docker create b)\ndocker cp $id:/src/app app\ndocker build -t app .\nrm app\n"
ONE = "FROM golang:1.13 AS builder\nWORKDIR /src\nCOPY main.go .\nRUN go build -o app .\n\nFROM alpine:3.10\nCOPY --from=builder /src/app /app\n"


def trace(*commands: Sequence[str], command: Sequence[str] = ("./build.sh",), **more: object) -> Trace:
    """A trace of docker commands; `more` are further fields of single lines, by `line_N`."""
    lines: list[dict[str, object]] = [{"stageify-trace": 0, "root": "/there", "cwd": "", "command": list(command)}]
    for number, argv in enumerate(commands):
        line: dict[str, object] = {
            "program": "docker",
            "argv": list(argv),
            "cwd": "",
            "started": number,
            "ended": number + 0.5,
        }
        line |= {"status": 0, "containers": [ID] if argv[0] in ("create", "run") else []}
        line |= dict(more.get(f"line_{number}", {}))  # type: ignore[call-overload]
        lines.append(line)
    return read_trace("t.jsonl", "\n".join(map(json.dumps, lines)))


def converted(texts: dict[str, str], run: Trace, driver: str | None = "build.sh", **options: object) -> Recipe:
    """The conversion of a run, with all texts that it asks for."""
    known: dict[str, Source] = {}
    for _ in range(10):
        answer = convert_recorded(Tree(frozenset(texts), known), driver, Options(cwd="", **options), run)  # type: ignore[arg-type]
        if not isinstance(answer, Needs):
            return answer
        known = {**known, **{path: Source(path, texts[path]) for path in answer.paths}}
    raise AssertionError("it does not stop asking")


def assumed(recipe: Recipe) -> list[str]:
    return [one.about for one in recipe.assumptions]


def test_a_script_that_reading_converts_is_converted_by_reading() -> None:
    texts = {**TREE, "build.sh": SCRIPT.format("Dockerfile.build")}
    recipe = converted(texts, trace(BUILD, CREATE, COPY, FINAL))
    assert applied(texts, recipe)["build.sh"] == "set -e\ndocker build -t app .\n"
    assert not any("recorded" in about for about in assumed(recipe))


def test_a_run_of_another_version_of_the_script_is_refused_at_the_command_that_it_lacks() -> None:
    texts = {**TREE, "build.sh": SCRIPT.format("Dockerfile.build")}
    recipe = converted(texts, trace([*BUILD[:-2], "Dockerfile.other", "."], CREATE, COPY, FINAL))
    (found,) = recipe.diagnostics
    assert (found.code, found.location.line if found.location else 0) == ("STG112", 2)


def test_a_run_with_a_build_that_reading_does_not_come_to_is_refused() -> None:
    texts = {**TREE, "build.sh": SCRIPT.format("Dockerfile.build")}
    recipe = converted(texts, trace(BUILD, CREATE, COPY, FINAL, ["build", "-t", "more", "."]))
    assert recipe.status == "refused"
    assert "build -t more" in recipe.diagnostics[0].message


def test_a_run_decides_a_test_whose_outcome_is_not_known() -> None:
    test = "if [ -e /etc/special ]; then F=Dockerfile.other; else F=Dockerfile.build; fi\n"
    texts = {**TREE, "build.sh": test + SCRIPT.format("$F")}
    recipe = converted(texts, trace(BUILD, CREATE, COPY, FINAL))
    assert applied(texts, recipe)["Dockerfile"] == ONE
    assert "in every run `[ -e /etc/special ]` does not hold, as in the recorded one" in assumed(recipe)
    assert [found.code for found in recipe.diagnostics if found.severity == "warning"] == ["STG113"]


def test_a_run_decides_a_case() -> None:
    test = "case $(uname -m) in arm*) docker build -t b -f Dockerfile.other . ;; *) docker build -t b -f Dockerfile.build . ;; esac\n"
    texts = {**TREE, "build.sh": "set -e\n" + test + SCRIPT.split("\n", 2)[2]}
    recipe = converted(texts, trace(BUILD, CREATE, COPY, FINAL))
    assert applied(texts, recipe)["Dockerfile"] == ONE


def test_a_path_that_needs_what_goes_away_is_refused_although_the_run_did_not_take_it() -> None:
    test = "if [ -e /etc/special ]; then docker push b; exit; fi\n"
    texts = {**TREE, "build.sh": SCRIPT.format("Dockerfile.build").replace("id=", test + "id=")}
    recipe = converted(texts, trace(BUILD, CREATE, COPY, FINAL))
    assert recipe.status == "refused" or "--target builder" in applied(texts, recipe)["build.sh"]


def test_a_run_tells_a_variable_from_outside_that_decides_what_is_built() -> None:
    texts = {**TREE, "build.sh": SCRIPT.format("Dockerfile.$KIND")}
    recipe = converted(texts, trace(BUILD, CREATE, COPY, FINAL))
    assert applied(texts, recipe)["Dockerfile"] == ONE
    assert "`KIND` is `build` in every run, as in the recorded one" in assumed(recipe)


def test_a_run_tells_the_rounds_of_a_loop() -> None:
    texts = {**TREE, "build.sh": SCRIPT.format("Dockerfile.build").replace("docker build -t app .", "for t in $(cat /etc/tags); do docker build -t app:$t .; done")}  # fmt: skip
    run = trace(BUILD, CREATE, COPY, ["build", "-t", "app:1", "."], ["build", "-t", "app:2", "."])
    recipe = converted(texts, run)
    assert recipe.status == "converted"
    assert {image.tag for image in recipe.images} == {"app:1", "app:2"}
    assert "in every run this loop runs for 1, 2, as in the recorded one" in assumed(recipe)


def test_a_value_of_the_clock_stays_an_expression() -> None:
    texts = {**TREE, "build.sh": SCRIPT.format("Dockerfile.build").replace("-t app", "-t app:$(date +%s)")}
    recipe = converted(texts, trace(BUILD, CREATE, COPY, ["build", "-t", "app:1795569532", "."]))
    assert "docker build -t app:$(date +%s) .\n" in applied(texts, recipe)["build.sh"]


def test_an_argument_of_the_recorded_command_stays_a_parameter() -> None:
    texts = {**TREE, "build.sh": SCRIPT.format("Dockerfile.build").replace("/src/app", "/src/app-$1")}
    copy = ["cp", f"{ID}:/src/app-2.1", "app"]
    recipe = converted(texts, trace(BUILD, CREATE, copy, FINAL, command=["./build.sh", "2.1"]))
    assert recipe.status == "converted"
    assert "2.1" not in applied(texts, recipe)["Dockerfile"]


def test_a_driver_that_cannot_be_read_gives_the_dockerfile_and_stays() -> None:
    rakefile = "sh 'docker build -t b -f Dockerfile.build .'\n# cp /src/app\nsh 'docker build -t app .'\n"
    texts = {**TREE, "Rakefile": rakefile}
    recipe = converted(texts, trace(BUILD, CREATE, COPY, FINAL, command=["rake", "image"]), None)
    assert applied(texts, recipe) == {**texts, "Dockerfile": ONE}
    assert recipe.diagnostics[0].code == "STG114"


def test_without_a_readable_driver_a_value_of_this_run_is_not_frozen() -> None:
    copy = ["cp", f"{ID}:/src/app-1795569532", "app"]
    recipe = converted({**TREE, "Rakefile": "# /src\n"}, trace(BUILD, CREATE, copy, FINAL, command=["rake"]), None)
    (found,) = recipe.diagnostics
    assert (recipe.status, found.code) == ("refused", "STG112")
    assert "app-1795569532" in found.message


def test_without_a_readable_driver_steps_of_the_host_are_told_by_the_files_that_changed() -> None:
    made = {"path": "app", "kind": "file", "mode": "0755", "sha256": "1"}
    moved = [{"path": "app", "kind": "none"}, {"path": "out", "kind": "folder"}, {**made, "path": "out/app"}]
    texts = {**TREE, "Rakefile": "# /src/app\n", "Dockerfile": "FROM alpine:3.10\nCOPY out/app /app\n"}
    run = trace(BUILD, CREATE, COPY, FINAL, command=["rake"], line_2={"after": [made]}, line_3={"before": moved})
    assert applied(texts, converted(texts, run, None))["Dockerfile"] == ONE
    stripped = [{**made, "sha256": "2"}]
    run = trace(BUILD, CREATE, COPY, FINAL, command=["rake"], line_2={"after": [made]}, line_3={"before": stripped})
    assert converted(TREE | {"Rakefile": "# /src/app\n"}, run, None).status == "refused"


def test_a_secret_that_the_trace_masks_never_reaches_a_dockerfile() -> None:
    build = [*BUILD[:-1], "--build-arg", "TOKEN=***", "."]
    texts = {**TREE, "Rakefile": "# /src/app\n", "Dockerfile.build": "FROM golang:1.13\nARG TOKEN\nWORKDIR /src\nCOPY main.go .\nRUN go build -o app .\n"}  # fmt: skip
    recipe = converted(texts, trace(build, CREATE, COPY, FINAL, command=["rake"]), None)
    assert recipe.status == "refused"
    assert "***" not in "".join(file.text or "" for file in recipe.files)


def test_a_run_whose_build_failed_is_refused() -> None:
    texts = {**TREE, "build.sh": SCRIPT.format("Dockerfile.build")}
    recipe = converted(texts, trace(BUILD, CREATE, COPY, FINAL, line_3={"status": 1}))
    assert (recipe.status, recipe.diagnostics[0].code) == ("refused", "STG112")


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (["./build.sh", "a"], ("build.sh", ("a",))),
        (["sh", "-e", "build.sh"], ("build.sh", ())),
        (["/usr/bin/env", "bash", "./ci/x.sh", "1"], ("ci/x.sh", ("1",))),
        (["make", "image", "V=1"], ("Makefile", ("image", "V=1"))),
        (["make", "-C", "ci", "image"], ("ci/Makefile", ("-C", "ci", "image"))),
        (["make", "-f", "ci/x.mk"], ("ci/x.mk", ("-f", "ci/x.mk"))),
        (["sh", "-c", "./build.sh"], None),
        (["rake", "image"], None),
    ],
)
def test_the_recorded_command_names_the_driver(
    command: list[str], expected: tuple[str, tuple[str, ...]] | None
) -> None:
    files = frozenset({"build.sh", "ci/x.sh", "Makefile", "ci/Makefile", "ci/x.mk"})
    found = started(trace(command=command), files)
    assert (None if found is None else (found.driver, found.arguments)) == expected


def test_paths_of_a_trace_are_seen_from_a_folder_below_its_root() -> None:
    text = json.dumps({"stageify-trace": 0, "root": "/r", "cwd": "a/b", "command": ["x"]})
    assert below(read_trace("t", text), "a").folder == "b"
    with pytest.raises(TraceError):
        below(read_trace("t", text), "c")


@pytest.mark.parametrize("text", ["", "x", "{}", '{"stageify-trace": 9, "root": "/", "command": []}'])
def test_what_is_no_trace_is_said_to_be_none(text: str) -> None:
    with pytest.raises(TraceError):
        read_trace("t", text)
