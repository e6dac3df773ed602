from __future__ import annotations

import pytest

from tests.plan.support import BUILDER, MERGED, RUNTIME, SCRIPT, codes, convert_texts, files, recipe, refusal, written


def merged(builder: str = BUILDER, runtime: str = RUNTIME, script: str = SCRIPT, **others: str) -> str:
    """The single Dockerfile of a recipe."""
    return written(convert_texts(recipe(script, builder, runtime, others)), "Dockerfile")


def script_with(copy: str, container: str = "/src/app", options: str = "", final: str = "") -> str:
    """The usual script with another `docker cp`, or with options at the two builds."""
    return (
        f"docker build -t app:build {options} -f Dockerfile.build .\ndocker create --name extract app:build\n"
        f"docker cp extract:{container} {copy}\ndocker rm extract\ndocker build -t app {final} .\n"
    )


def test_the_usual_pair_becomes_one_file() -> None:
    changed = files(convert_texts(recipe()))
    assert changed == {"Dockerfile": MERGED, "Dockerfile.build": None, "build.sh": "#!/bin/sh\ndocker build -t app .\n"}


# names of stages

NAMES = [
    pytest.param("FROM golang\n", "FROM alpine\n", "FROM golang AS builder", "builder", id="builder"),
    pytest.param("from golang\n", "FROM alpine\n", "from golang as builder", "builder", id="in lower case where it is"),
    pytest.param("FROM golang AS compile\n", "FROM alpine\n", "FROM golang AS compile", "compile", id="its own name"),
    pytest.param(
        "FROM golang AS Compile\n", "FROM alpine\n", "FROM golang AS Compile", "Compile", id="as it is written"
    ),
    pytest.param(
        "FROM golang\n",
        "FROM alpine AS builder\n",
        "FROM golang AS build",
        "build",
        id="not that of a stage of the runtime file",
    ),
    pytest.param("FROM golang\n", "FROM builder\n", "FROM golang AS build", "build", id="not that of its base image"),
    pytest.param(
        "FROM golang\n",
        "FROM alpine\nCOPY --from=builder /x /x\n",
        "FROM golang AS build",
        "build",
        id="not that of an image it copies from",
    ),
    pytest.param("FROM golang\n", "FROM alpine AS Builder\n", "FROM golang AS build", "build", id="whatever its case"),
    pytest.param("FROM builder\n", "FROM alpine\n", "FROM builder AS build", "build", id="not that of its own base"),
    pytest.param(
        "FROM --platform=linux/amd64 golang\n",
        "FROM alpine\n",
        "FROM --platform=linux/amd64 golang AS builder",
        "builder",
        id="behind a flag",
    ),
    pytest.param("FROM golang # x\n", "FROM alpine\n", None, None, id="an invalid line"),
]


@pytest.mark.parametrize(("builder", "runtime", "first", "stage"), NAMES)
def test_the_builder_stage_gets_a_name_that_hides_nothing(
    builder: str, runtime: str, first: str | None, stage: str | None
) -> None:
    answer = convert_texts(recipe(SCRIPT, builder, runtime + "COPY app /app\n"))
    if first is None:
        assert refusal(answer) == ("STG201", "Dockerfile.build")
        return
    text = written(answer, "Dockerfile")
    assert text.splitlines()[0] == first
    assert text.splitlines()[-1].replace(" --chown=0:0", "") == f"COPY --from={stage} /src/app /app"


def test_two_builders_have_the_names_of_their_files() -> None:
    script = (
        "docker build -t a -f Dockerfile.api .\ndocker build -t w -f Dockerfile.web .\n"
        "docker create --name a a\ndocker create --name w w\ndocker cp a:/api api\ndocker cp w:/dist dist\n"
        "docker build -t app .\n"
    )
    texts = {
        "build.sh": script,
        "Dockerfile.api": "FROM golang\nRUN go build -o /api\n",
        "Dockerfile.web": "FROM node\nRUN npm run build\n",
        "Dockerfile": "FROM alpine\nCOPY api /api\nCOPY dist /www\n",
    }
    assert written(convert_texts(texts), "Dockerfile") == (
        "FROM golang AS api\nRUN go build -o /api\n\nFROM node AS web\nRUN npm run build\n\n"
        "FROM alpine\nCOPY --from=api /api /api\nCOPY --from=web /dist /www\n"
    )


# stages by number and by name

NUMBERS = [
    pytest.param(
        "FROM golang\n",
        "FROM alpine\nFROM scratch\nCOPY --from=0 /x /x\n",
        "COPY --from=1 /x /x",
        id="one stage before",
    ),
    pytest.param(
        "FROM golang AS a\nFROM golang\nCOPY --from=0 /y /y\n",
        "FROM alpine\nFROM scratch\nCOPY --from=0 /x /x\n",
        "COPY --from=2 /x /x",
        id="two stages before",
    ),
    pytest.param(
        "FROM golang\n",
        "FROM alpine AS certs\nFROM scratch\nCOPY --from=certs /x /x\n",
        "COPY --from=certs /x /x",
        id="a name stays",
    ),
    pytest.param(
        "FROM golang AS a\nFROM golang\nCOPY --from=0 /y /y\n",
        "FROM alpine\n",
        "COPY --from=0 /y /y",
        id="the builder's own numbers stay",
    ),
    pytest.param(
        "FROM golang\n",
        "FROM alpine\nCOPY --from=busybox:1 /x /x\n",
        "COPY --from=busybox:1 /x /x",
        id="an image stays",
    ),
    pytest.param(
        "FROM golang\n",
        "FROM alpine\nCOPY --from=app:build /x /x\n",
        "COPY --from=builder /x /x",
        id="the build image by its tag becomes the stage",
    ),
]


@pytest.mark.parametrize(("builder", "runtime", "line"), NUMBERS)
def test_a_stage_is_still_the_one_that_it_was(builder: str, runtime: str, line: str) -> None:
    assert line in merged(builder, runtime + "COPY app /app\n").splitlines()


# what stands at the top

TOPS = [
    pytest.param(
        "# syntax=docker/dockerfile:1\nFROM golang\n",
        "FROM alpine\n",
        "# syntax=docker/dockerfile:1\nFROM golang AS builder\n\nFROM alpine\n",
        id="a directive of the builder",
    ),
    pytest.param(
        "FROM golang\n",
        "# syntax=docker/dockerfile:1\nFROM alpine\n",
        "# syntax=docker/dockerfile:1\nFROM golang AS builder\n\nFROM alpine\n",
        id="one of the runtime file",
    ),
    pytest.param(
        "# syntax=a/b\nFROM golang\n",
        "# syntax=a/b\nFROM alpine\n",
        "# syntax=a/b\nFROM golang AS builder\n\nFROM alpine\n",
        id="one of both",
    ),
    pytest.param(
        "ARG A=1\nFROM golang:$A\n",
        "ARG B=2\nFROM alpine:$B\n",
        "ARG A=1\nARG B=2\nFROM golang:$A AS builder\n\nFROM alpine:$B\n",
        id="arguments of both",
    ),
    pytest.param(
        "# why\nFROM golang\n",
        "# because\nFROM alpine\n",
        "# why\nFROM golang AS builder\n\n# because\nFROM alpine\n",
        id="comments stay with their files",
    ),
    pytest.param("FROM golang", "FROM alpine\n", "FROM golang AS builder\n\nFROM alpine\n", id="without a line end"),
]


@pytest.mark.parametrize(("builder", "runtime", "expected"), TOPS)
def test_directives_and_global_arguments_stand_at_the_top(builder: str, runtime: str, expected: str) -> None:
    assert merged(builder, runtime + "COPY app /app\n") == expected + "COPY --from=builder /src/app /app\n"


CLASHES = [
    pytest.param("# syntax=a/b\nFROM golang\n", "# syntax=a/c\nFROM alpine\n", "STG202", id="two frontends"),
    pytest.param(
        "# escape=`\nFROM golang\nRUN a C:\\b `\n  c\n",
        "FROM alpine\nRUN a `b`\n",
        "STG202",
        id="two escape characters, each of which is another thing in the other file",
    ),
    pytest.param(
        "# syntax=docker/dockerfile:1\nFROM golang\n",
        "# syntax=docker/dockerfile:1.2-labs\nFROM alpine\n",
        "STG202",
        id="a frontend with experiments",
    ),
    pytest.param(
        "# check=skip=A\nFROM golang\n", "# check=error=true\nFROM alpine\n", "STG202", id="two sets of checks"
    ),
    pytest.param(
        "FROM golang\nARG A=1\n",
        "FROM app:build\nRUN a $A\n",
        "STG404",
        id="a runtime built from the build image that would see its argument",
    ),
    pytest.param("FROM golang\n", "ARG BASE=app:build\nFROM $BASE\n", "STG404", id="a build image by a variable"),
]


@pytest.mark.parametrize(("builder", "runtime", "code"), CLASHES)
def test_files_that_contradict_each_other_are_refused(builder: str, runtime: str, code: str) -> None:
    answer = convert_texts(recipe(SCRIPT, builder, runtime + "COPY app /app\n"))
    assert refusal(answer)[0] == code


DIRECTIVES = [
    pytest.param("# syntax=docker/dockerfile:1.3\n", "# syntax=docker/dockerfile:1\n", "# syntax=docker/dockerfile:1\n", id="1"),
    pytest.param("# syntax=docker/dockerfile:1.10\n", "#syntax=docker/dockerfile:1.9\n", "# syntax=docker/dockerfile:1.10\n",
                 id="by numbers"),
    pytest.param("# syntax=docker/dockerfile\n", "# syntax=docker.io/docker/dockerfile:1.4.2\n", "# syntax=docker/dockerfile\n",
                 id="without a tag"),
]  # fmt: skip


@pytest.mark.parametrize(("builder", "runtime", "expected"), DIRECTIVES)
def test_the_newer_of_two_releases_of_the_frontend_reads_both(builder: str, runtime: str, expected: str) -> None:
    assert merged(f"{builder}FROM golang\n", f"{runtime}FROM alpine\nCOPY app /app\n").startswith(
        f"{expected}FROM golang"
    )


def test_a_builder_is_continued_by_the_escape_character_of_the_runtime() -> None:
    builder = "# escape=`\nFROM golang\nRUN a `  \n  b `\n# why\n  c\n"
    runtime = "FROM alpine\nRUN a \\\n  b\n"
    expected = "FROM golang AS builder\nRUN a \\  \n  b \\\n# why\n  c\n\n" + runtime
    assert merged(builder, runtime + "COPY app /app\n") == expected + "COPY --from=builder /src/app /app\n"


def test_a_runtime_without_continued_lines_takes_the_escape_character_of_the_builder() -> None:
    builder = "# escape=`\nFROM golang\nRUN a C:\\b `\n  c\n"
    expected = (
        "# escape=`\nFROM golang AS builder\nRUN a C:\\b `\n  c\n\nFROM alpine\nCOPY --from=builder /src/app /app\n"
    )
    assert merged(builder, "FROM alpine\nCOPY app /app\n") == expected


# the instructions that take artifacts

COPIES = [
    pytest.param("COPY app /app", "COPY --from=builder /src/app /app", id="a file"),
    pytest.param("COPY ./app /app", "COPY --from=builder /src/app /app", id="with a dot"),
    pytest.param("COPY /app /app", "COPY --from=builder /src/app /app", id="with a slash"),
    pytest.param("COPY app .", "COPY --from=builder /src/app .", id="to the working folder"),
    pytest.param("COPY app /bin/", "COPY --from=builder /src/app /bin/", id="into a folder"),
    pytest.param("ADD app /app", "COPY --from=builder /src/app /app", id="ADD"),
    pytest.param("copy app /app", "copy --from=builder /src/app /app", id="lower case"),
    pytest.param("add app /app", "copy --from=builder /src/app /app", id="add in lower case"),
    pytest.param('COPY ["app", "/a b"]', 'COPY --from=builder ["/src/app", "/a b"]', id="the JSON form"),
    pytest.param("COPY --chown=5:5 app /app", "COPY --from=builder --chown=5:5 /src/app /app", id="with an owner"),
    pytest.param("COPY   app   /app", "COPY --from=builder   /src/app   /app", id="blanks stay"),
    pytest.param("COPY app \\\n  /app", "COPY --from=builder /src/app \\\n  /app", id="over lines"),
    pytest.param(
        "COPY app other /bin/", "COPY --from=builder /src/app /bin/\nCOPY other /bin/", id="with a file behind"
    ),
    pytest.param(
        "COPY other app /bin/", "COPY other /bin/\nCOPY --from=builder /src/app /bin/", id="with a file before"
    ),
    pytest.param("COPY other* app /bin/", "COPY other* /bin/\nCOPY --from=builder /src/app /bin/", id="with a pattern"),
    pytest.param("COPY ap? /bin/", "COPY --from=builder /src/app /bin/", id="by a pattern"),
]


@pytest.mark.parametrize(("before", "after"), COPIES)
def test_an_instruction_takes_the_artifact_from_the_stage(before: str, after: str) -> None:
    text = merged(runtime=f"FROM alpine:3.10\n{before}\nCMD x\n", other="", others="")
    assert text == MERGED[: MERGED.index("FROM alpine")] + f"FROM alpine:3.10\n{after}\nCMD x\n"


KINDS = [
    pytest.param(
        "/out/app.jar", "x", "COPY x /opt/", "COPY --from=builder /out/app.jar /opt/x", id="a file by its ending"
    ),
    pytest.param("/src/app", "x", "COPY x /opt/", "COPY --from=builder /src/app /opt/x", id="a compiler's output"),
    pytest.param("/src/app", "x", "COPY x /opt/x", "COPY --from=builder /src/app /opt/x", id="with the full name"),
    pytest.param("/src", "x", "COPY x /opt/", "COPY --from=builder /src /opt/", id="a working folder"),
    pytest.param("/out/thing", "x", "COPY x /opt/", None, id="nothing tells"),
    pytest.param(
        "/out/thing",
        "x",
        'COPY x /opt/\nENTRYPOINT ["/opt/x"]',
        "COPY --from=builder /out/thing /opt/x",
        id="the image starts it",
    ),
    pytest.param("/out/thing", "x", "COPY x /opt/y", "COPY --from=builder /out/thing /opt/y", id="renamed in full"),
    pytest.param(
        "/out/thing",
        "thing",
        "COPY thing /opt/",
        "COPY --from=builder /out/thing /opt/",
        id="under its own name it does not matter",
    ),
    pytest.param("/out/.", "d", "COPY d /opt/", "COPY --from=builder /out /opt/", id="the contents of a folder"),
    pytest.param("/out", "d", "COPY d/bin/x /opt/", "COPY --from=builder /out/bin/x /opt/", id="a part of a folder"),
    pytest.param("/out", "d", "COPY d/*.js /opt/", "COPY --from=builder /out/*.js /opt/", id="a pattern in a folder"),
]


@pytest.mark.parametrize(("container", "host", "before", "after"), KINDS)
def test_a_new_name_needs_to_know_whether_it_is_a_file(
    container: str, host: str, before: str, after: str | None
) -> None:
    answer = convert_texts(recipe(script_with(host, container), BUILDER, f"FROM alpine:3.10\n{before}\n"))
    if after is None:
        assert refusal(answer) == ("STG503", "Dockerfile")
    else:
        assert after in written(answer, "Dockerfile").splitlines()


# owners

OWNERS = [
    pytest.param("FROM golang:1.13\nRUN make\n", False, id="an ordinary root build"),
    pytest.param("FROM golang:1.13\nUSER nobody\nRUN make\n", True, id="another user"),
    pytest.param("FROM golang:1.13\nUSER 1000:1000\nRUN make\n", True, id="another user by number"),
    pytest.param("FROM golang:1.13\nUSER root\nRUN make\n", False, id="root by name"),
    pytest.param("FROM golang:1.13\nUSER 0\nRUN make\n", False, id="root by number"),
    pytest.param("FROM golang:1.13\nRUN make\nUSER nobody\n", False, id="another user behind everything"),
    pytest.param("FROM example.org/ci/image:7\nRUN make\n", True, id="a base image that is not known"),
    pytest.param("FROM golang:1.13\nCOPY --chown=7:7 x x\nRUN make\n", True, id="COPY --chown"),
    pytest.param("FROM golang:1.13\nRUN make && chown 7 app\n", True, id="chown"),
    pytest.param("FROM golang:1.13\nRUN chmod u+s app\n", True, id="a setuid bit"),
    pytest.param("FROM golang:1.13\nRUN chmod 4755 app\n", True, id="a setuid bit in octal"),
    pytest.param("FROM golang:1.13\nRUN chmod 0755 app\n", False, id="an ordinary mode"),
    pytest.param("FROM golang:1.13\nRUN chmod +x app\n", False, id="an executable"),
    pytest.param("FROM golang:1.13\nRUN curl x | tar xz\n", True, id="an archive"),
    pytest.param("FROM golang:1.13\nADD x.tar.gz /src\n", True, id="an archive with ADD"),
    pytest.param("FROM golang:1.13\nRUN cp -a x app\n", True, id="cp with owners"),
    pytest.param("FROM golang:1.13 AS base\nUSER nobody\nFROM base\nRUN make\n", True, id="through a stage"),
    pytest.param(
        "FROM golang:1.13 AS other\nUSER nobody\nRUN x\nFROM golang:1.13\nRUN make\n",
        False,
        id="a stage that has nothing to do with it",
    ),
]


@pytest.mark.parametrize(("builder", "chown"), OWNERS)
def test_the_owner_is_set_exactly_where_it_may_be_anothers(builder: str, chown: bool) -> None:
    answer = convert_texts(recipe(SCRIPT, builder, "FROM alpine:3.10\nCOPY app /app\n", {"x": "", "x.tar.gz": ""}))
    line = "COPY --from=builder --chown=0:0 /src/app /app" if chown else "COPY --from=builder /src/app /app"
    assert written(answer, "Dockerfile").splitlines()[-1] == line
    assert ("STG611" in codes(answer)) is chown


def test_an_owner_that_the_runtime_file_sets_stays_the_only_one() -> None:
    text = merged("FROM golang:1.13\nUSER nobody\nRUN make\n", "FROM alpine:3.10\nCOPY --chown=5 app /app\n")
    assert text.splitlines()[-1] == "COPY --from=builder --chown=5 /src/app /app"


def test_facts_about_the_base_image_settle_its_user() -> None:
    texts = recipe(builder="FROM example.org/ci/image:7\nRUN make\n")
    answer = convert_texts(texts, facts='["example.org/ci/image:7"]\nuser = "root"\n')
    assert "--chown" not in written(answer, "Dockerfile")


def test_capabilities_are_refused() -> None:
    texts = recipe(builder="FROM golang:1.13\nRUN setcap cap_net_raw+ep app\n")
    assert refusal(convert_texts(texts)) == ("STG505", "Dockerfile.build")


def test_a_mode_that_the_script_sets_is_set_in_the_stage() -> None:
    script = SCRIPT.replace("docker rm extract\n", "docker rm extract\nchmod 755 app\n")
    answer = convert_texts(recipe(script))
    assert "RUN go build -o app .\nRUN chmod 755 /src/app\n\nFROM alpine" in written(answer, "Dockerfile")
    assert "STG612" in codes(answer)


# arguments and options

ARGUMENTS = [
    pytest.param("--build-arg V=1", "", "ARG V\n", "", "docker build -t app --build-arg V=1 .", id="is carried"),
    pytest.param("--build-arg V=$V", "", "ARG V\n", "", "docker build -t app --build-arg V=$V .", id="as it stands"),
    pytest.param("--build-arg=V=1", "", "ARG V=0\n", "", "docker build -t app --build-arg=V=1 .", id="in one word"),
    pytest.param("--build-arg V", "", "ARG V\n", "", "docker build -t app --build-arg V .", id="without a value"),
    pytest.param("--build-arg V=1", "", "", "", "docker build -t app .", id="that nothing declares goes"),
    pytest.param(
        "--build-arg V=1",
        "--build-arg V=1",
        "ARG V\n",
        "ARG V\n",
        "docker build -t app --build-arg V=1 .",
        id="of both is given once",
    ),
    pytest.param(
        "--build-arg V=1 --build-arg W=2",
        "",
        "ARG V\nARG W\n",
        "",
        "docker build -t app --build-arg V=1 --build-arg W=2 .",
        id="two of them",
    ),
    pytest.param(
        "--build-arg V=1",
        "--build-arg W=2",
        "ARG V\n",
        "ARG W\n",
        "docker build -t app --build-arg W=2 --build-arg V=1 .",
        id="of each",
    ),
    pytest.param(
        "--build-arg HTTP_PROXY=$P",
        "",
        "",
        "",
        "docker build -t app --build-arg HTTP_PROXY=$P .",
        id="of a name that needs no declaration",
    ),
    pytest.param("--no-cache", "", "", "", "docker build -t app --no-cache .", id="--no-cache is carried"),
    pytest.param("--no-cache", "--no-cache", "", "", "docker build -t app --no-cache .", id="and given once"),
    pytest.param("--pull", "", "", "", "docker build -t app --pull .", id="--pull is carried"),
    pytest.param(
        "--platform linux/arm64",
        "--platform linux/arm64",
        "",
        "",
        "docker build -t app --platform linux/arm64 .",
        id="a platform of both",
    ),
    pytest.param(
        "--rm --force-rm -q --label a=b --cache-from x",
        "",
        "",
        "",
        "docker build -t app .",
        id="what holds for the build image only goes",
    ),
    pytest.param(
        "--network host", "", "", "", "docker build -t app --network host .", id="the host's network serves both"
    ),
    pytest.param(
        "", "--network host", "", "", "docker build -t app --network host .", id="also where it was the other's"
    ),
    pytest.param(
        "--add-host a:1.2.3.4",
        "--add-host b:1.2.3.5",
        "",
        "",
        "docker build -t app --add-host b:1.2.3.5 --add-host a:1.2.3.4 .",
        id="hosts of both",
    ),
    pytest.param(
        "--build-arg V=1",
        "--build-arg V=2",
        "ARG V\n",
        "ARG V\n",
        "docker build -t app --build-arg V=2 --build-arg BUILDER_V=1 .",
        id="one name with two values",
    ),
    pytest.param(
        '--build-arg "V=1 2"',
        "",
        "ARG V\n",
        "ARG V\n",
        'docker build -t app --build-arg "BUILDER_V=1 2" .',
        id="a value that must not reach the runtime",
    ),
]


@pytest.mark.parametrize(("first", "second", "builder", "runtime", "line"), ARGUMENTS)
def test_an_option_of_the_first_build(first: str, second: str, builder: str, runtime: str, line: str) -> None:
    texts = recipe(
        script_with("app", options=first, final=second),
        f"FROM golang:1.13\n{builder}RUN go build -o /src/app\n",
        f"FROM alpine:3.10\n{runtime}COPY app /app\n",
    )
    text = written(convert_texts(texts), "build.sh")
    assert " ".join(text.split()) == line


OPTIONS = [
    pytest.param("--platform linux/arm64", "", "STG403", id="a platform of one"),
    pytest.param("--network none", "", "STG403", id="no network for one"),
    pytest.param("", "--network tools", "STG403", id="a network of its own for one"),
    pytest.param("--build-arg http_proxy=a", "--build-arg http_proxy=b", "STG203", id="two proxies"),
    pytest.param("--add-host a:1.2.3.4", "--add-host a:5.6.7.8", "STG403", id="two addresses"),
]


@pytest.mark.parametrize(("first", "second", "code"), OPTIONS)
def test_options_that_one_build_cannot_have_are_refused(first: str, second: str, code: str) -> None:
    builder = "FROM golang:1.13\nARG V\nRUN go build -o /src/app\n"
    runtime = "FROM alpine:3.10\nARG V\nCOPY app /app\n"
    assert refusal(convert_texts(recipe(script_with("app", options=first, final=second), builder, runtime)))[0] == code


def test_a_value_that_changes_between_the_builds_cannot_be_carried() -> None:
    script = (
        "V=1\ndocker build -t b --build-arg V=$V -f Dockerfile.build .\nV=2\ndocker create --name c b\n"
        "docker cp c:/src/app app\ndocker build -t app:$V .\n"
    )
    answer = convert_texts(recipe(script, "FROM golang:1.13\nARG V\nRUN go build\n"))
    assert refusal(answer) == ("STG303", "build.sh")


PARAMETERS = [
    pytest.param(
        "V=1.2\n",
        "/out/app-$V",
        "docker build -t app:$V .",
        "COPY --from=builder /out/app-${V} /app",
        "ARG V=1.2",
        "V=1.2\ndocker build -t app:$V --build-arg V=$V .\n",
        id="a variable that stays",
    ),
    pytest.param(
        "V=1.2\n",
        "/out/app-$V",
        "docker build -t app .",
        "COPY --from=builder /out/app-1.2 /app",
        None,
        "docker build -t app .\n",
        id="a constant of nothing else is written out",
    ),
    pytest.param(
        "",
        "/out/app-$V",
        "docker build -t app .",
        "COPY --from=builder /out/app-${V} /app",
        "ARG V",
        "docker build -t app --build-arg V=$V .\n",
        id="a variable from outside",
    ),
    pytest.param(
        "",
        '/out/app-"$V"',
        "docker build -t app .",
        "COPY --from=builder /out/app-${V} /app",
        "ARG V",
        'docker build -t app --build-arg V="$V" .\n',
        id="quoted as it was",
    ),
]


@pytest.mark.parametrize(("head", "container", "final", "copy", "argument", "script"), PARAMETERS)
def test_a_value_in_a_path_stays_a_parameter(
    head: str, container: str, final: str, copy: str, argument: str | None, script: str
) -> None:
    text = f"{head}docker build -t b -f Dockerfile.build .\ndocker create --name c b\ndocker cp c:{container} app\n{final}\n"
    answer = convert_texts(recipe(text, BUILDER, "FROM alpine:3.10\nCOPY app /app\n"))
    lines = written(answer, "Dockerfile").splitlines()
    start = lines.index("FROM alpine:3.10")
    assert lines[start + 1 :] == ([argument] if argument else []) + [copy]
    assert written(answer, "build.sh") == script


def test_a_secret_never_becomes_a_build_argument() -> None:
    script = "docker build -t b -f Dockerfile.build .\ndocker create --name c b\ndocker cp c:/out/$API_TOKEN app\ndocker build -t app .\n"
    assert refusal(convert_texts(recipe(script))) == ("STG608", "build.sh")


# contexts and ignore files

IGNORED = [
    pytest.param("app\n", "STG502", id="the artifact itself"),
    pytest.param("*\n!other\n", "STG502", id="everything but something else"),
    pytest.param("*.md\n", None, id="something else"),
    pytest.param("*\n!app\n", None, id="everything but the artifact"),
    pytest.param("", None, id="nothing"),
    pytest.param("# app\n", None, id="a comment"),
]


@pytest.mark.parametrize(("ignore", "code"), IGNORED)
def test_an_ignore_file_decides_whether_the_recipe_ever_worked(ignore: str, code: str | None) -> None:
    texts = recipe(
        builder="FROM golang:1.13\nRUN go build -o /src/app\n", others={".dockerignore": ignore, "other": ""}
    )
    answer = convert_texts(texts)
    if code is None:
        assert "COPY --from=builder /src/app /usr/local/bin/app" in written(answer, "Dockerfile")
        assert ".dockerignore" not in files(answer)
    else:
        assert refusal(answer)[0] == code


@pytest.mark.parametrize(
    ("ignore", "code"),
    [
        pytest.param("**/*.map\n", "STG504", id="a pattern at any depth"),
        pytest.param("dist/*.map\n", "STG504", id="a pattern in the folder"),
        pytest.param("**/.env\n", "STG504", id="a name at any depth"),
        pytest.param("*.map\n", None, id="a pattern at the top only"),
        pytest.param("other/**\n", None, id="another folder"),
    ],
)
def test_an_ignore_file_that_filters_inside_a_copied_folder_is_refused(ignore: str, code: str | None) -> None:
    texts = recipe(script_with("dist", "/app/dist/."), "FROM node:12\nRUN npm run build\n",
                   "FROM nginx:1.17\nCOPY dist /www\n", {".dockerignore": ignore})  # fmt: skip
    answer = convert_texts(texts)
    if code is None:
        assert written(answer, "Dockerfile").endswith("COPY --from=builder /app/dist /www\n")
    else:
        assert refusal(answer) == (code, "Dockerfile")


def test_an_ignore_file_of_one_dockerfile_only_is_refused() -> None:
    assert refusal(convert_texts(recipe(others={"Dockerfile.build.dockerignore": "x\n"})))[0] == "STG504"


def test_a_context_that_only_the_builder_needs_becomes_the_single_one() -> None:
    script = (
        "docker build -t b -f src/Dockerfile.build src\ndocker create --name c b\nmkdir -p out\n"
        "docker cp c:/src/app out/app\ndocker build -t app -f out.Dockerfile out\n"
    )
    texts = {"build.sh": script, "src/Dockerfile.build": BUILDER, "src/main.go": "", "out.Dockerfile": RUNTIME}
    answer = convert_texts(texts)
    assert written(answer, "build.sh") == "docker build -t app -f out.Dockerfile src\n"
    assert written(answer, "out.Dockerfile") == MERGED


TWO_CONTEXTS = (
    "docker build -t b -f a/Dockerfile a\ndocker create --name c b\ndocker cp c:/src/app b/app\ndocker build -t app b\n"
)


def two_contexts(runtime: str, **others: str) -> dict[str, str]:
    return {"build.sh": TWO_CONTEXTS, "a/Dockerfile": BUILDER, "a/x": "", "b/Dockerfile": runtime, "b/y": "", **others}


def test_two_contexts_that_both_are_needed_become_the_folder_that_holds_them() -> None:
    runtime = "FROM alpine\nCOPY ./y *.conf /etc/\nCOPY app y /srv/\nADD . /all\n"
    answer = convert_texts(two_contexts(runtime, **{"b/z.conf": ""}))
    assert written(answer, "b/Dockerfile") == (
        "FROM golang:1.13 AS builder\nWORKDIR /src\nCOPY a/ .\nRUN go build -o app .\n\n"
        "FROM alpine\nCOPY b/y b/*.conf /etc/\nCOPY --from=builder /src/app /srv/\nCOPY b/y /srv/\n"
        "ADD b/ /all\nCOPY --from=builder /src/app /all/app\n"
    )
    assert written(answer, "build.sh") == "docker build -t app -f b/Dockerfile .\n"


def test_the_ignore_file_of_the_wider_context_gets_the_rules_of_the_others() -> None:
    texts = two_contexts(
        "FROM alpine\nCOPY . /srv\n", **{"b/.dockerignore": "*.md\n!b.md\n", "b/a.md": "", "b/b.md": ""}
    )
    answer = convert_texts(texts)
    assert written(answer, ".dockerignore") == "b/*.md\n!b/b.md\n"


def test_an_ignore_file_of_the_wider_context_that_hides_what_a_stage_saw_goes() -> None:
    texts = two_contexts("FROM alpine\nCOPY y app /srv/\n", **{".dockerignore": "b\n"})
    assert files(convert_texts(texts))[".dockerignore"] is None


def test_a_context_outside_the_tree_is_refused_where_the_tree_is_needed_too() -> None:
    texts = two_contexts("FROM alpine\nCOPY y app /srv/\n")
    texts["build.sh"] = TWO_CONTEXTS.replace("b/Dockerfile a", "b/Dockerfile /srv/sources")
    texts["build.sh"] = "docker build -t b -f a/Dockerfile /srv/sources\n" + TWO_CONTEXTS.partition("\n")[2]
    assert refusal(convert_texts(texts))[0] == "STG507"


# what else is said


def test_an_artifact_that_stayed_behind_is_named() -> None:
    answer = convert_texts(recipe(SCRIPT.replace("rm app\n", "")))
    (warning,) = [d for d in answer.diagnostics if d.code == "STG603"]
    assert warning.severity == "warning"
    assert "`app`" in warning.message
    assert warning.location is not None
    assert (warning.location.file, warning.location.line) == ("build.sh", 4)


def test_an_artifact_that_the_script_removed_is_not() -> None:
    assert "STG603" not in codes(convert_texts(recipe()))


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        pytest.param("Makefile", "x:\n\tdocker build -f Dockerfile.build .\n", "STG604", id="a Makefile"),
        pytest.param(".gitlab-ci.yml", "script: docker build -f Dockerfile.build .\n", "STG604", id="a CI file"),
        pytest.param("ci/test.sh", "docker build -f ../Dockerfile.build ..\n", "STG604", id="another script"),
        pytest.param("README.md", "See `Dockerfile.build`.\n", "STG605", id="a text"),
        pytest.param("docs/a.md", "about\nDockerfile.build\n", "STG605", id="a text in a folder"),
        pytest.param("README.md", "See Dockerfile.\n", None, id="another name"),
        pytest.param("README.md", "See Dockerfile.builder and MyDockerfile.build.\n", None, id="longer names"),
    ],
)
def test_other_files_that_name_the_builder_file_are_found(name: str, text: str, code: str | None) -> None:
    answer = convert_texts(recipe(others={name: text}))
    found = [d for d in answer.diagnostics if d.code in ("STG604", "STG605")]
    assert [d.code for d in found] == ([code] if code else [])
    assert ("Dockerfile.build" in files(answer)) is (code != "STG604")
    assert name not in files(answer)
    for diagnostic in found:
        assert diagnostic.location is not None
        assert diagnostic.location.file == name
        line = text.splitlines()[diagnostic.location.line - 1]
        assert line[diagnostic.location.column - 1 : diagnostic.location.end_column - 1] == "Dockerfile.build"


def test_an_image_that_ships_the_recipe_says_so() -> None:
    answer = convert_texts(recipe(runtime="FROM alpine:3.10\nCOPY . /all\nCOPY app /app\n"))
    assert "STG606" in codes(answer)
