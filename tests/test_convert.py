from __future__ import annotations

import pytest

from converter.convert import MAX_MENTIONING, Needs, OptionError, Options, Tree, convert
from converter.render.environment import TemplateProblem
from converter.result import Recipe
from converter.source import Source
from tests import recipes
from tests.plan.support import BUILDER, MERGED, RUNTIME, SCRIPT, codes, convert_texts, files, recipe, refusal, written


def test_what_is_missing_is_asked_for_and_never_opened() -> None:
    texts = recipe(f". ./lib.sh\n{SCRIPT}", others={"lib.sh": "", ".dockerignore": "", "README.md": ""})
    asked: list[str] = []
    known: dict[str, Source] = {}
    answer: Recipe | Needs = Needs(())
    while isinstance(answer, Needs):
        asked += answer.paths
        known |= {path: Source(path, texts[path]) for path in answer.paths}
        answer = convert(Tree(frozenset(texts), known), "build.sh", Options())
    assert asked[0] == "build.sh"
    assert sorted(asked) == sorted(texts)
    assert answer.status == "converted"


def test_the_same_input_gives_the_same_answer() -> None:
    assert convert_texts(recipe()) == convert_texts(recipe())


def test_the_answer_tells_stages_copies_images_and_sources() -> None:
    answer = convert_texts(recipe())
    assert (answer.driver, answer.scripts, answer.status) == ("build.sh", ("build.sh",), "converted")
    assert [(stage.name, stage.base, stage.origin) for stage in answer.stages] == [
        ("builder", "golang:1.13", "Dockerfile.build"),
        ("1", "alpine:3.10", "Dockerfile"),
    ]
    (copy,) = answer.copies
    assert (copy.stage, copy.source, copy.host, copy.destination) == (
        "builder",
        "/src/app",
        "app",
        "/usr/local/bin/app",
    )
    assert (copy.mechanism, copy.location.file, copy.location.line) == ("docker cp", "build.sh", 4)
    (image,) = answer.images
    assert (image.tag, image.dockerfile, image.target) == ("app", "Dockerfile", None)
    assert sorted(answer.sources) == ["Dockerfile", "Dockerfile.build", "build.sh"]
    assert any("succeed" in assumption.about for assumption in answer.assumptions)


def test_what_is_converted_is_no_recipe_any_more() -> None:
    first = convert_texts(recipe())
    texts = {path: text for path, text in {**recipe(), **files(first)}.items() if text is not None}
    second = convert_texts(texts)
    assert second.status == "already-multi-stage"
    assert second.files == ()


LANGUAGES = [
    pytest.param("", "build.sh", True, id="nothing"),
    pytest.param("#!/bin/sh\n", "build.sh", True, id="sh"),
    pytest.param("#!/bin/bash -e\n", "build.sh", True, id="bash with a flag"),
    pytest.param("#!/usr/bin/env bash\n", "build", True, id="bash through env"),
    pytest.param("#!/usr/bin/env -S FOO=1 bash -e\n", "build", True, id="with words for env"),
    pytest.param("#! /bin/dash\n", "build", True, id="a blank in front"),
    pytest.param("#!/usr/bin/ksh\n", "build.ksh", True, id="ksh"),
    pytest.param("#!/bin/zsh\n", "build.sh", False, id="zsh"),
    pytest.param("#!/usr/bin/env fish\n", "build.sh", False, id="fish"),
    pytest.param("#!/usr/bin/python3\n", "build", False, id="Python"),
    pytest.param("", "build.zsh", False, id="zsh by its ending"),
]


@pytest.mark.parametrize(("head", "driver", "read"), LANGUAGES)
def test_the_first_line_says_which_language_it_is(head: str, driver: str, read: bool) -> None:
    body = SCRIPT.partition("\n")[2]
    answer = convert_texts({driver: head + body, "Dockerfile.build": BUILDER, "Dockerfile": RUNTIME}, driver)
    if read:
        assert written(answer, "Dockerfile") == MERGED
        assert written(answer, driver) == head + "docker build -t app .\n"
    else:
        assert refusal(answer) == ("STG107", driver)


STATUSES = [
    pytest.param("docker build -t a .\n", "not-the-pattern", "STG101", id="one build"),
    pytest.param(
        "docker build -t b -f Dockerfile.build .\ndocker create --name c b\ndocker cp c:/src/app release\n",
        "not-the-pattern",
        "STG601",
        id="an artifact for the host",
    ),
    pytest.param("echo hello\n", "not-the-pattern", "STG101", id="nothing of docker"),
    pytest.param("if true; then\n", "not-the-pattern", "STG301", id="a syntax error in something else"),
    pytest.param(
        "docker build -t b -f no .\ndocker create --name c b\ndocker cp c:/src/app .\ndocker build -t a .\n",
        "refused",
        "STG104",
        id="a Dockerfile that does not exist",
    ),
    pytest.param(
        "docker build -t b -f ../x .\ndocker create --name c b\ndocker cp c:/src/app .\ndocker build -t a .\n",
        "refused",
        "STG106",
        id="a Dockerfile above the root",
    ),
    pytest.param(
        "docker build -t b -f $F .\ndocker create --name c b\ndocker cp c:/src/app .\ndocker build -t a .\n",
        "refused",
        "STG303",
        id="a Dockerfile that is not known",
    ),
    pytest.param(
        "docker build -t b . && docker cp c:/x . &&\n", "refused", "STG301", id="a syntax error in the pattern"
    ),
]


@pytest.mark.parametrize(("script", "status", "code"), STATUSES)
def test_a_script_that_is_not_converted_says_why(script: str, status: str, code: str) -> None:
    answer = convert_texts(recipe(script))
    assert answer.status == status
    assert answer.files == ()
    assert codes(answer) == [code]


def test_a_file_that_has_stages_already_says_so() -> None:
    answer = convert_texts({"build.sh": "docker build -t app .\n", "Dockerfile": MERGED})
    assert (answer.status, codes(answer)) == ("already-multi-stage", ["STG602"])


# options


def test_an_unknown_file_name_can_be_given() -> None:
    script = SCRIPT.replace("-f Dockerfile.build", '-f "Dockerfile.$KIND"')
    assert written(convert_texts(recipe(script), environment={"KIND": "build"}), "Dockerfile") == MERGED
    positional = SCRIPT.replace("-f Dockerfile.build", '-f "Dockerfile.$1"')
    assert written(convert_texts(recipe(positional), arguments=("build",)), "Dockerfile") == MERGED


FOLDER = {"ci/build.sh": SCRIPT, "Dockerfile.build": BUILDER, "Dockerfile": RUNTIME}
OWN = {"ci/build.sh": SCRIPT, "ci/Dockerfile.build": BUILDER, "ci/Dockerfile": RUNTIME}


@pytest.mark.parametrize(
    ("texts", "cwd", "dockerfile"),
    [
        pytest.param(FOLDER, None, "Dockerfile", id="the root, where only its files exist"),
        pytest.param(OWN, None, "ci/Dockerfile", id="its own folder, where only that one's exist"),
        pytest.param(FOLDER, "", "Dockerfile", id="the root, when it is said"),
        pytest.param({**FOLDER, **OWN}, "", "Dockerfile", id="the root of two choices"),
        pytest.param({**FOLDER, **OWN}, "ci", "ci/Dockerfile", id="the folder of two choices"),
        pytest.param(
            {**OWN, "ci/build.sh": 'cd "$(dirname "$0")"\n' + SCRIPT},
            None,
            "ci/Dockerfile",
            id="wherever, where the script goes to its folder",
        ),
    ],
)
def test_the_folder_that_a_script_starts_in(texts: dict[str, str], cwd: str | None, dockerfile: str) -> None:
    assert written(convert_texts(texts, "ci/build.sh", cwd=cwd), dockerfile) == MERGED


def test_a_choice_of_folders_has_to_be_made() -> None:
    with pytest.raises(OptionError, match=r"--cwd \. or --cwd ci"):
        convert_texts({**FOLDER, **OWN}, "ci/build.sh")


def test_a_file_that_is_named_has_to_be_the_one_that_the_script_builds() -> None:
    assert convert_texts(recipe(), builder="./Dockerfile.build", runtime="Dockerfile").status == "converted"
    with pytest.raises(OptionError, match="--builder Dockerfile"):
        convert_texts(recipe(), builder="Dockerfile")
    with pytest.raises(OptionError, match="--runtime other"):
        convert_texts(recipe(), runtime="other")


TWO = (
    "docker build -t b -f Dockerfile.build .\ndocker create --name c b\ndocker cp c:/src/app app\n"
    "docker build -t one .\ndocker build -t two -f Dockerfile.two .\n"
)


def test_two_images_of_one_builder_are_converted_both() -> None:
    texts = recipe(TWO, others={"Dockerfile.two": "FROM debian\nCOPY app /two\n"})
    changed = files(convert_texts(texts))
    assert changed["Dockerfile"] == MERGED
    assert changed["Dockerfile.two"] == MERGED[: MERGED.index("FROM alpine")] + (
        "FROM debian\nCOPY --from=builder /src/app /two\n"
    )
    assert changed["build.sh"] == "docker build -t one .\ndocker build -t two -f Dockerfile.two .\n"
    assert changed["Dockerfile.build"] is None


def test_an_image_that_does_not_exist_is_refused() -> None:
    answer = convert_texts(recipe(), image="other")
    assert refusal(answer)[0] == "STG102"
    assert "app" in answer.diagnostics[0].message
    assert convert_texts(recipe(), image="app:latest").status == "converted"


@pytest.mark.parametrize("text", ["not toml", "[x]\ncolour = 1\n", 'x = "y"\n', "[x]\nuser = 3\n"])
def test_image_facts_that_cannot_be_read_are_an_error_of_the_person(text: str) -> None:
    with pytest.raises(OptionError, match="image facts"):
        convert_texts(recipe(), facts=text)


def test_line_ends_of_windows_in_a_script_are_remarked() -> None:
    answer = convert_texts(recipe(SCRIPT.replace("\n", "\r\n")))
    assert [(d.severity, d.location.line) for d in answer.diagnostics if d.code == "STG309" and d.location] == [
        ("warning", 1)
    ]
    assert "STG309" not in codes(convert_texts(recipe()))


def test_a_template_of_ones_own_is_used() -> None:
    own = {"Dockerfile.j2": "# ours\n{% for b in builders %}{{ b }}{% endfor %}{{ runtime }}"}
    text = written(convert_texts(recipe(), templates=own), "Dockerfile")
    assert text == "# ours\n" + MERGED.replace("\n\n", "\n")
    with pytest.raises(TemplateProblem):
        convert_texts(recipe(), templates={"Dockerfile.j2": "{{"})


def test_only_so_many_files_are_read_for_mentions() -> None:
    many = {f"docs/{number:04}.md": "Dockerfile.build\n" for number in range(MAX_MENTIONING + 50)}
    answer = convert_texts(recipe(others=many))
    assert sum(diagnostic.code == "STG605" for diagnostic in answer.diagnostics) <= MAX_MENTIONING


@pytest.mark.parametrize(
    ("first", "options", "command"),
    [
        ("#!/bin/bash -e", Options(), ("/bin/bash", "-e", "./build.sh")),
        ("#!/bin/sh", Options(arguments=("a", "b c")), ("/bin/sh", "./build.sh", "a", "b c")),
        ("set -e", Options(), ("sh", "./build.sh")),
    ],
)
def test_the_answer_tells_how_the_driver_is_started(first: str, options: Options, command: tuple[str, ...]) -> None:
    script = f"{first}\n{SCRIPT}"
    answer = recipes.convert_texts(recipe(script), "build.sh", options)
    assert (answer.folder, answer.command) == ("", command)


def test_a_makefile_is_started_with_its_goals_and_variables() -> None:
    lines = "".join(f"\t{line}\n" for line in SCRIPT.splitlines() if not line.startswith("#"))
    texts = {**recipe(), "docker.mk": f"all:\n\nimage:\n{lines}"}
    answer = recipes.convert_texts(texts, "docker.mk", Options(targets=("image",), arguments=("A=b",)))
    assert answer.command == ("make", "-f", "docker.mk", "A=b", "image")
