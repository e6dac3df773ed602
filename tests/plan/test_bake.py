"""`--emit bake`: both Dockerfiles stay, and a bake file builds one out of the other."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from converter.plan.wishes import Wishes
from converter.result import Recipe
from tests.plan.support import BUILDER, convert_texts, files, refusal, written

BAKED = Wishes(bake=True)
FINAL = "docker build -t app:1 -f runtime/Dockerfile runtime\n"


def answer(
    final: str = FINAL,
    first: str = "docker build -t b builder\n",
    between: str = "",
    runtime: str = "FROM alpine:3.10\nCOPY app /bin/app\n",
    builder: str = BUILDER,
    wishes: Wishes = BAKED,
    others: Mapping[str, str] | None = None,
) -> Recipe:
    script = f"set -e\n{first}docker create --name x b\ndocker cp x:/src/app runtime/app\ndocker rm x\n{between}{final}"
    texts = {"build.sh": script, "builder/Dockerfile": builder, "builder/main.go": "", "runtime/Dockerfile": runtime}
    return convert_texts({**texts, **(others or {})}, wishes=wishes)


def test_each_build_keeps_its_dockerfile_and_its_context() -> None:
    found = answer()
    assert set(files(found)) == {"build.sh", "runtime/Dockerfile", "docker-bake.hcl"}
    assert written(found, "runtime/Dockerfile") == "FROM alpine:3.10\nCOPY --from=builder /src/app /bin/app\n"
    assert written(found, "build.sh") == "set -e\ndocker buildx bake -f docker-bake.hcl app\n"
    assert written(found, "docker-bake.hcl") == (
        'target "builder" {\n  context = "builder"\n}\n\n'
        'target "app" {\n  context = "runtime"\n  contexts = {\n    "builder" = "target:builder"\n  }\n'
        '  tags = ["app:1"]\n}\n'
    )


@pytest.mark.parametrize(
    ("final", "command", "tags"),
    [
        ('docker build -t "app:$V" runtime\n', 'docker buildx bake -f docker-bake.hcl --set "app.tags=app:$V" app\n', ""),
        ("docker build -t app:$V -t app:2 runtime\n",
         "docker buildx bake -f docker-bake.hcl --set app.tags=app:$V --set app.tags=app:2 app\n", ""),
        ("docker build --tag=app:$V runtime\n", "docker buildx bake -f docker-bake.hcl --set app.tags=app:$V app\n", ""),
        ("docker build --build-arg A=$V -t app runtime\n",
         "docker buildx bake -f docker-bake.hcl --set app.args.A=$V app\n", '  tags = ["app"]\n'),
        ("docker build --build-arg 'A=${x}' -t app runtime\n", "docker buildx bake -f docker-bake.hcl app\n",
         '  args = {\n    A = "$${x}"\n  }\n  tags = ["app"]\n'),
        ("docker image build --no-cache --pull -t app runtime\n", "docker buildx bake -f docker-bake.hcl app\n",
         '  tags = ["app"]\n'),
    ],
)  # fmt: skip
def test_what_a_variable_gives_stands_in_the_command(final: str, command: str, tags: str) -> None:
    found = answer(final, between="V=$1\n", runtime="FROM alpine:3.10\nARG A\nCOPY app /bin/app\n")
    assert written(found, "build.sh").endswith(command)
    assert written(found, "docker-bake.hcl").endswith("  }\n" + tags + "}\n")


def test_options_of_a_build_are_keys_of_its_target() -> None:
    first = "docker build --no-cache --target base -t b builder\n"
    found = answer(first=first, builder=BUILDER.replace("FROM golang:1.13", "FROM golang:1.13 AS base") + "FROM base\n")
    text = written(found, "docker-bake.hcl")
    assert '  context = "builder"\n  no-cache = true\n  target = "base"\n' in text


def test_an_argument_of_the_builder_moves_with_its_variable() -> None:
    builder = BUILDER.replace("WORKDIR", "ARG MODE\nWORKDIR", 1)
    found = answer(first='MODE=$1\ndocker build --build-arg "MODE=$MODE" -t b builder\n', builder=builder)
    assert '--set "builder.args.MODE=$MODE" app\n' in written(found, "build.sh")
    assert written(found, "build.sh").startswith("set -e\nMODE=$1\n")


def test_a_build_image_that_is_used_on_is_built_as_before() -> None:
    text = written(answer(between="docker push b\n"), "build.sh")
    assert text == ("set -e\ndocker build -t b builder\ndocker push b\ndocker buildx bake -f docker-bake.hcl app\n")


@pytest.mark.parametrize(
    ("final", "first", "between"),
    [
        ("docker build --network host -t app runtime\n", "docker build -t b builder\n", ""),
        ("docker build -t app $DIR\n", "docker build -t b builder\n", "DIR=runtime\n"),
        ("docker build --build-arg A -t app runtime\n", "docker build -t b builder\n", ""),
        (FINAL, "MODE=$1\ndocker build --build-arg MODE=$MODE -t b builder\n", "MODE=other\n"),
        (FINAL, "docker build -t b builder\n", "chmod 700 runtime/app\n"),
        ("podman build -t app runtime\n", "podman build -t b builder\n", ""),
        ("docker --debug build -t app runtime\n", "docker build -t b builder\n", ""),
    ],
)
def test_what_a_bake_file_cannot_say_is_refused(final: str, first: str, between: str) -> None:
    builder = BUILDER.replace("WORKDIR", "ARG MODE\nWORKDIR", 1)
    assert refusal(answer(final, first, between, builder=builder))[0] == "STG620"


def test_a_bake_file_that_is_there_is_not_written_over() -> None:
    assert refusal(answer(others={"docker-bake.hcl": 'target "x" {}\n'}))[0] == "STG620"


def test_where_one_ignore_file_cannot_serve_the_refusal_offers_it() -> None:
    ignored = {"runtime/.dockerignore": "", "builder/.dockerignore": "secret*\n", "builder/secret.go": ""}
    mounts = BUILDER + "RUN --mount=type=bind,target=/m ls /m\n"
    found = answer(builder=mounts, wishes=Wishes(), others=ignored, runtime="FROM alpine:3.10\nCOPY . /srv/\n")
    assert refusal(found)[0] == "STG507"
    assert "--emit bake" in (found.diagnostics[0].help or "")
    both = answer(builder=mounts, others=ignored, runtime="FROM alpine:3.10\nCOPY . /srv/\n")
    assert "COPY --from=builder /src/app /srv/app\n" in written(both, "runtime/Dockerfile")
