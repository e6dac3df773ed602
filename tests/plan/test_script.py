from __future__ import annotations

import pytest

from tests.plan.support import BUILDER, RUNTIME, convert_texts, files, recipe, refusal, written

BUILD = "docker build -t app:build -f Dockerfile.build ."
CREATE = "docker create --name extract app:build"
COPY = "docker cp extract:/src/app app"
REMOVE = "docker rm extract"
FINAL = "docker build -t app ."
CLEAN = "rm app"
PATTERN = f"{BUILD}\n{CREATE}\n{COPY}\n{REMOVE}\n"

LINES = [
    pytest.param(f"{PATTERN}{FINAL}\n{CLEAN}\n", f"{FINAL}\n", id="whole lines"),
    pytest.param(f"{PATTERN}{FINAL}\n{CLEAN}", f"{FINAL}\n", id="a last line without an end"),
    pytest.param(f"{PATTERN}{FINAL}", FINAL, id="the final build without a line end"),
    pytest.param(f"#!/bin/sh\nset -e\n{PATTERN}{FINAL}\n", f"#!/bin/sh\nset -e\n{FINAL}\n", id="what is around stays"),
    pytest.param(f"\t{BUILD}\n  {CREATE}\n {COPY}\n\t{REMOVE}\n\t{FINAL}\n", f"\t{FINAL}\n", id="indented lines"),
    pytest.param(f"{BUILD}  \n{CREATE}\t\n{COPY}\n{REMOVE}\n{FINAL}  \n", f"{FINAL}  \n", id="blanks at line ends"),
    pytest.param(f"{PATTERN}{FINAL}\n{CLEAN}\n".replace("\n", "\r\n"), f"{FINAL}\r\n", id="Windows line ends"),
    pytest.param(
        "docker build \\\n  -t app:build \\\n  -f Dockerfile.build \\\n  .\n" + f"{CREATE}\n{COPY}\n{FINAL}\n",
        f"{FINAL}\n",
        id="a command over several lines",
    ),
    pytest.param(
        f"{PATTERN}docker build \\\n  -t app \\\n  .\n",
        "docker build \\\n  -t app \\\n  .\n",
        id="a final build over several lines",
    ),
    pytest.param(
        f"{BUILD} >/dev/null\n{CREATE} > /dev/null\n{COPY} 2>&1\n{FINAL} > log\n",
        f"{FINAL} > log\n",
        id="redirections go with their commands",
    ),
]

NEIGHBOURS = [
    pytest.param(f"{BUILD}; {CREATE}; {COPY}; {REMOVE}; {FINAL}; {CLEAN}\n", f"{FINAL}\n", id="all on one line"),
    pytest.param(f"{PATTERN}{FINAL}; {CLEAN}\n", f"{FINAL}\n", id="the last one of a line"),
    pytest.param(
        f"date; {BUILD}\n{CREATE}\n{COPY}\n{REMOVE}; uname\n{FINAL}\n",
        f"date\nuname\n{FINAL}\n",
        id="the first and the last one of a line",
    ),
    pytest.param(f"{PATTERN}{FINAL}; {CLEAN}; echo done\n", f"{FINAL}; echo done\n", id="one in the middle of a line"),
    pytest.param(f"{BUILD} &\nwait\n{CREATE}\n{COPY}\n{FINAL}\n", f"wait\n{FINAL}\n", id="a background command"),
]

CHAINS = [
    pytest.param(f"{BUILD} && {CREATE} && {COPY} && {REMOVE} && {FINAL} && {CLEAN}\n", f"{FINAL}\n", id="one chain"),
    pytest.param(
        f"date && {BUILD} && {CREATE} && {COPY} && {REMOVE} && {FINAL} && {CLEAN} && uname\n",
        f"date && {FINAL} && uname\n",
        id="at the ends other commands stay",
    ),
    pytest.param(
        f"{BUILD} && \\\n  {CREATE} && \\\n  {COPY} && {REMOVE} && \\\n  {FINAL} && \\\n  {CLEAN}\n",
        f"{FINAL}\n",
        id="with continued lines",
    ),
    pytest.param(
        f"{BUILD} &&\n  {CREATE} &&\n  {COPY} &&\n  {FINAL} &&\n  docker push app\n",
        f"{FINAL} &&\n  docker push app\n",
        id="over lines",
    ),
    pytest.param(
        f"cd . && {BUILD} && {CREATE} && {COPY}\n{FINAL} && {CLEAN} && docker push app\n",
        f"cd .\n{FINAL} && docker push app\n",
        id="in the middle",
    ),
    pytest.param(f"{BUILD}\n{CREATE}\n{COPY}\n{REMOVE} || true\n{FINAL}\n", f"{FINAL}\n", id="with an or behind"),
    pytest.param(f"{BUILD} || exit 1\n{CREATE}\n{COPY}\n{FINAL} || exit 1\n", f"{FINAL} || exit 1\n", id="with exits"),
    pytest.param(f"{REMOVE} 2>/dev/null || true\n{PATTERN}{FINAL}\n", f"{FINAL}\n", id="cleaning up before"),
]

COMMENTS = [
    pytest.param(
        f"# compile\n{BUILD}\n# extract\n{CREATE}\n{COPY}\n{REMOVE}\n# ship\n{FINAL}\n# clean\n{CLEAN}\n",
        f"# ship\n{FINAL}\n",
        id="above commands that go",
    ),
    pytest.param(f"# one\n# two\n{BUILD}\n{CREATE}\n{COPY}\n\n{FINAL}\n", f"{FINAL}\n", id="of several lines"),
    pytest.param(
        f"# about this script\n\n{PATTERN}{FINAL}\n", f"# about this script\n\n{FINAL}\n", id="above a blank line"
    ),
    pytest.param(
        f"{BUILD} # one\n{CREATE} # two\n{COPY}\n{FINAL} # three\n{CLEAN} # four\n",
        f"{FINAL} # three\n",
        id="behind commands",
    ),
    pytest.param(f"# all of it\n{PATTERN}{FINAL}\n", f"# all of it\n{FINAL}\n", id="above one that stays too"),
    pytest.param(
        f"#!/bin/sh\n# build\n{BUILD}\n{CREATE}\n{COPY}\n\n{FINAL}\n",
        f"#!/bin/sh\n\n{FINAL}\n",
        id="the first line is none",
    ),
    pytest.param(f"{PATTERN}{FINAL}\n# the end\n", f"{FINAL}\n# the end\n", id="at the end"),
]

BLANKS = [
    pytest.param(f"set -e\n\n{PATTERN}\n{FINAL}\n\n{CLEAN}\n", f"set -e\n\n{FINAL}\n", id="between paragraphs"),
    pytest.param(f"{PATTERN}\n{FINAL}\n", f"{FINAL}\n", id="at the start"),
    pytest.param(f"{PATTERN}{FINAL}\n\n{CLEAN}\n", f"{FINAL}\n", id="at the end"),
    pytest.param(f"{PATTERN}{FINAL}\n\n{CLEAN}\n\necho done\n", f"{FINAL}\n\necho done\n", id="in the middle"),
    pytest.param(f"echo a\n\n\n\necho b\n{PATTERN}{FINAL}\n", f"echo a\n\n\n\necho b\n{FINAL}\n", id="elsewhere stay"),
]

CONSTRUCTS = [
    pytest.param(
        f"extract() {{\n  {CREATE}\n  {COPY}\n  {REMOVE}\n}}\n{BUILD}\nextract\n{FINAL}\n",
        f"{FINAL}\n",
        id="a function that has no purpose",
    ),
    pytest.param(
        f"pack() {{\n  {FINAL}\n  {CLEAN}\n}}\n{PATTERN}pack\n",
        f"pack() {{\n  {FINAL}\n}}\npack\n",
        id="a function of which a part stays",
    ),
    pytest.param(
        f"all() {{\n  {BUILD}\n  {CREATE}\n  {COPY}\n  {FINAL}\n}}\nall\n",
        f"all() {{\n  {FINAL}\n}}\nall\n",
        id="everything in one function",
    ),
    pytest.param(f"({BUILD}; {CREATE}; {COPY}; {REMOVE})\n{FINAL}\n", f"{FINAL}\n", id="a subshell"),
    pytest.param(
        f"(\n  {BUILD}\n  {CREATE}\n  {COPY}\n  {FINAL}\n)\n{CLEAN}\n", f"(\n  {FINAL}\n)\n", id="a part of a subshell"
    ),
    pytest.param(
        f"{{\n  {BUILD}\n  {CREATE}\n  {COPY}\n  {FINAL}\n}}\n", f"{{\n  {FINAL}\n}}\n", id="a part of a group"
    ),
    pytest.param(f"{BUILD} | tee log\n{CREATE}\n{COPY}\n{FINAL}\n", f"{FINAL}\n", id="a pipeline"),
    pytest.param(
        f"id=$(docker create app:build)\ndocker cp $id:/src/app app\ndocker rm $id\n{FINAL}\n".join([f"{BUILD}\n", ""]),
        f"{FINAL}\n",
        id="the id in a variable",
    ),
    pytest.param(
        f'if [ -n "$CI" ]; then\n  docker login\nfi\n{PATTERN}{FINAL}\n',
        f'if [ -n "$CI" ]; then\n  docker login\nfi\n{FINAL}\n',
        id="a construct around nothing of it",
    ),
    pytest.param(
        f'[ -n "$1" ] || {{ echo usage; exit 1; }}\n{PATTERN}{FINAL}\n',
        f'[ -n "$1" ] || {{ echo usage; exit 1; }}\n{FINAL}\n',
        id="a guard",
    ),
]

FOLDERS = [
    pytest.param(
        "cd sub\ndocker build -t app:build -f ../Dockerfile.build ..\ncd ..\n" + f"{CREATE}\n{COPY}\n{FINAL}\n",
        f"{FINAL}\n",
        id="a detour around commands that go",
    ),
    pytest.param(
        f"(cd sub && docker build -t app:build -f ../Dockerfile.build ..)\n{CREATE}\n{COPY}\n{FINAL}\n",
        f"{FINAL}\n",
        id="a detour in a subshell",
    ),
    pytest.param(
        f"cd sub\ncat x\ncd ..\n{PATTERN}{FINAL}\n",
        f"cd sub\ncat x\ncd ..\n{FINAL}\n",
        id="one around something else stays",
    ),
]

WORDS = [
    pytest.param(f"{PATTERN}{FINAL}\nrm -f app other\n", f"{FINAL}\nrm -f other\n", id="rm of something else too"),
    pytest.param(f"{PATTERN}{FINAL}\nrm -rf other app\n", f"{FINAL}\nrm -rf other\n", id="as the last word"),
    pytest.param(f"{PATTERN}{FINAL}\ndocker rmi app:build busybox\n", f"{FINAL}\ndocker rmi busybox\n", id="rmi"),
    pytest.param(
        f"{BUILD}\n{CREATE}\n{COPY}\ndocker rm -f extract other\n{FINAL}\n",
        f"docker rm -f other\n{FINAL}\n",
        id="docker rm",
    ),
    pytest.param(
        f"mkdir -p out logs\n{BUILD}\n{CREATE}\ndocker cp extract:/src/app out/app\ncp out/app app\n{FINAL}\n",
        f"mkdir -p logs\n{FINAL}\n",
        id="mkdir",
    ),
    pytest.param(
        f"{BUILD}\n{CREATE}\n{COPY}\n{FINAL}\ndocker images | grep app\n",
        f"{FINAL}\ndocker images | grep app\n",
        id="a word that grep looks for",
    ),
    pytest.param(
        f"make -C tools sub\n{BUILD}\n{CREATE}\n{COPY}\n{FINAL}\n",
        f"make -C tools sub\n{FINAL}\n",
        id="make in another folder",
    ),
    pytest.param(
        f"TOP=$(pwd)\n{BUILD}\n{CREATE}\ndocker cp extract:/src/app sub/app\nmv sub/app $TOP\n{FINAL}\n",
        f"{FINAL}\n",
        id="moved to the root by its absolute path",
    ),
]


@pytest.mark.parametrize(
    ("before", "after"), [*LINES, *NEIGHBOURS, *CHAINS, *COMMENTS, *BLANKS, *CONSTRUCTS, *FOLDERS, *WORDS]
)
def test_what_has_no_purpose_any_more_goes_and_nothing_else(before: str, after: str) -> None:
    assert written(convert_texts(recipe(before, others={"sub/x": ""})), "build.sh") == after


@pytest.mark.parametrize(
    ("script", "after"),
    [
        pytest.param(f"V=1.2\ndocker build -t app:build-$V -f Dockerfile.build .\ndocker create --name c app:build-$V\n"
                     f"docker cp c:/src/app app\n{FINAL}\n", f"{FINAL}\n", id="a variable that nothing else uses"),
        pytest.param("V=1.2\ndocker build -t app:build-$V -f Dockerfile.build .\ndocker create --name c app:build-$V\n"
                     "docker cp c:/src/app app\ndocker build -t app:$V .\n", "V=1.2\ndocker build -t app:$V .\n",
                     id="a variable that the final build uses"),
        pytest.param(f"N=extract\n{BUILD}\ndocker create --name $N app:build\ndocker cp $N:/src/app app\n{FINAL}\n"
                     "echo $N\n", f"N=extract\n{FINAL}\necho $N\n", id="a variable that something else uses"),
    ],
)  # fmt: skip
def test_variables_stay_while_something_that_stays_uses_them(script: str, after: str) -> None:
    assert written(convert_texts(recipe(script)), "build.sh") == after


@pytest.mark.parametrize(
    ("script", "after"),
    [
        pytest.param(f"echo Building app:build\n{PATTERN}echo Building app:latest\n{FINAL}\n",
                     f"echo Building app:latest\n{FINAL}\n", id="of what goes"),
        pytest.param(f"{PATTERN}{FINAL}\n{CLEAN}\necho ready\n", f"{FINAL}\necho ready\n", id="of nothing in particular"),
        pytest.param(f"{PATTERN}echo shipping\n{FINAL}\n", f"echo shipping\n{FINAL}\n", id="above what stays"),
    ],
)  # fmt: skip
def test_messages_go_when_they_speak_only_of_what_goes(script: str, after: str) -> None:
    assert written(convert_texts(recipe(script)), "build.sh") == after


@pytest.mark.parametrize(
    ("script", "code"),
    [
        pytest.param(f"if [ -n \"$CI\" ]; then {BUILD}; fi\n{CREATE}\n{COPY}\n{FINAL}\n", "STG302",
                     id="a build behind a test"),
        pytest.param(f"{BUILD}\n{CREATE}\n{COPY}\nstrip app\n{FINAL}\n", "STG501", id="a step on the host"),
        pytest.param(f"{BUILD}\n{CREATE}\n{COPY}\n./pack.sh\n{FINAL}\n", "STG501", id="a script of the tree between"),
        pytest.param(f"{BUILD}\n{CREATE}\n{COPY}\nmake\n{FINAL}\n", "STG501", id="make between"),
        pytest.param(f"{BUILD}\n{CREATE}\n{COPY}\nupx app > /dev/null\n{FINAL}\n", "STG501", id="a packer"),
        pytest.param(f"{BUILD}\n{CREATE}\n{COPY}\necho 2 > VERSION\n{FINAL}\n", "STG506",
                     id="the context changes between the builds"),
        pytest.param(f"{BUILD}\ndocker create --name extract $(cat base)\n{COPY}\n{FINAL}\n", "STG303",
                     id="an artifact of an image that is not known"),
        pytest.param(f"{BUILD}\ndocker run --name extract --device /dev/kvm app:build make\n{COPY}\n{FINAL}\n", "STG402",
                     id="a build with a device"),
        pytest.param(f"{BUILD}\ndocker run --name extract -v $PWD:/src app:build true\n{COPY}\n{FINAL}\n", "STG402",
                     id="a mounted folder"),
        pytest.param(f"{BUILD}\n{CREATE}\ndocker cp made extract:/src/\n{COPY}\n{FINAL}\n", "STG404",
                     id="a container that gets files"),
        pytest.param(f"{BUILD}\n{CREATE}\ndocker cp extract:/src/app other\n{FINAL}\n", "STG502",
                     id="another path than the Dockerfile's"),
    ],
)  # fmt: skip
def test_a_script_that_cannot_be_edited_is_refused(script: str, code: str) -> None:
    answer = convert_texts(recipe(script, others={"VERSION": "1\n", "pack.sh": "", "x": ""}))
    assert refusal(answer) == (code, "Dockerfile" if code == "STG502" else "build.sh")


def test_a_function_that_builds_both_images_keeps_the_call_for_the_final_one() -> None:
    script = f"make() {{ docker build -t $1 -f $2 .; }}\nmake app:build Dockerfile.build\n{CREATE}\n{COPY}\nmake app Dockerfile\n"
    answer = convert_texts(recipe(script))
    assert written(answer, "build.sh") == "make() { docker build -t $1 -f $2 .; }\nmake app Dockerfile\n"


def test_a_build_image_that_is_still_used_is_built_up_to_its_stage() -> None:
    answer = convert_texts(recipe(f"{PATTERN}{FINAL}\n{CLEAN}\ndocker push app:build\n"))
    assert written(answer, "build.sh") == (
        f"docker build -t app:build --target builder .\n{FINAL}\ndocker push app:build\n"
    )


def test_an_artifact_that_the_script_needs_on_the_host_is_still_copied_out() -> None:
    answer = convert_texts(recipe(f"{PATTERN}{FINAL}\nscp app server:\n"))
    assert written(answer, "build.sh") == (
        f"docker build -t app:build --target builder .\n{CREATE}\n{COPY}\n{REMOVE}\n{FINAL}\nscp app server:\n"
    )


def test_the_scripts_that_are_sourced_are_edited_too() -> None:
    lib = f"# the names\nN=app\n\n{BUILD}\n{CREATE}\n{COPY}\n"
    changed = files(convert_texts(recipe(f". ./lib.sh\n{FINAL}\necho $N\n", others={"lib.sh": lib})))
    assert changed["lib.sh"] == "# the names\nN=app\n"
    assert "build.sh" not in changed
    assert changed["Dockerfile.build"] is None


def test_a_script_is_converted_the_same_way_whatever_the_dockerfiles_are_called() -> None:
    script = f"docker build -t app:build .\n{CREATE}\n{COPY}\ndocker build -t app -f Dockerfile.run .\n"
    answer = convert_texts({"build.sh": script, "Dockerfile": BUILDER, "Dockerfile.run": RUNTIME})
    assert written(answer, "build.sh") == "docker build -t app -f Dockerfile.run .\n"
    assert sorted(files(answer)) == ["Dockerfile", "Dockerfile.run", "build.sh"]


def test_a_folder_that_mkdir_makes_on_the_way_stays_for_what_is_put_into_it() -> None:
    script = (
        f"{BUILD}\n{CREATE}\nmkdir -p out/bin\ndocker cp extract:/src/app out/bin/app\ncp main.go out/main.go\n"
        f"mv out/bin/app app\n{FINAL}\n"
    )
    answer = convert_texts(recipe(script, others={"main.go": "", ".dockerignore": "out\n"}))
    assert written(answer, "build.sh") == f"mkdir -p out/bin\ncp main.go out/main.go\n{FINAL}\n"


def test_a_folder_with_an_unknown_name_goes_with_what_was_copied_into_it() -> None:
    script = (
        f'V=$(git describe)\n{BUILD}\n{CREATE}\nmkdir -p "out/v$V"\ndocker cp extract:/src/app "out/v$V/app"\n'
        f'cp "out/v$V/app" app\n{FINAL}\n'
    )
    assert written(convert_texts(recipe(script, others={"main.go": ""})), "build.sh") == f"{FINAL}\n"


def test_what_an_image_of_the_same_file_left_on_the_host_makes_no_recipe_of_it() -> None:
    script = (
        "docker build --target builder -t b .\ndocker create --name c b\ndocker cp c:/src/app app\ndocker rm c\n"
        "docker build -t app .\nscp app host:\n"
    )
    dockerfile = "FROM golang:1.13 AS builder\nWORKDIR /src\nCOPY . .\nRUN go build -o app .\n\nFROM alpine:3.10\nCOPY --from=builder /src/app /\n"
    texts = {"build.sh": script, "Dockerfile": dockerfile, "main.go": ""}
    assert convert_texts(texts).status == "not-the-pattern"


def test_a_dockerfile_that_takes_its_whole_context_is_not_found_by_the_artifact() -> None:
    script = f"{BUILD}\n{CREATE}\n{COPY}\nscp app host:\n"
    texts = {
        "build.sh": script,
        "Dockerfile.build": BUILDER,
        "Dockerfile.dev": "FROM alpine:3.10\nCOPY . /src\n",
        "main.go": "",
    }
    assert convert_texts(texts).status == "not-the-pattern"


def test_a_script_may_look_itself_up() -> None:
    head = 'HERE=$(cd "$(dirname "$(command -v -- "$0")")" && pwd)\n'
    script = f"{head}docker run --rm -v $HERE:/src -w /src golang:1.13 go build -o app .\ndocker build -t app .\n"
    texts = {"build.sh": script, "Dockerfile": RUNTIME, "main.go": ""}
    assert written(convert_texts(texts), "build.sh") == f"{head}docker build -t app .\n"
