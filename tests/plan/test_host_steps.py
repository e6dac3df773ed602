"""Commands of the host that change an artifact: with --move-host-steps the builder's stage does them."""

from __future__ import annotations

import pytest

from converter.plan.wishes import Wishes
from converter.result import Recipe
from tests.plan.support import convert_texts, files, recipe, refusal, written

BUILDER = "FROM golang:1.13\nWORKDIR /src\nCOPY main.go .\nRUN go build -o app .\n"
UPX = "FROM golang:1.13-alpine\nRUN apk add --no-cache upx\nWORKDIR /src\nCOPY main.go .\nRUN go build -o app .\n"
MOVED = Wishes(move_host_steps=True)


def answer(lines: str, builder: str = BUILDER, runtime: str = "COPY app /usr/bin/\n", wishes: Wishes = MOVED,
           copied: str = "/src/app app") -> Recipe:  # fmt: skip
    script = (
        "set -e\ndocker build -t b -f Dockerfile.build .\ndocker create --name x b\n"
        f"docker cp x:{copied}\n{lines}\ndocker rm x\ndocker build -t app .\n"
    )
    return convert_texts(recipe(script, builder, f"FROM alpine:3.10\n{runtime}", {"main.go": ""}), wishes=wishes)


@pytest.mark.parametrize(
    ("lines", "builder", "runs"),
    [
        ("strip app", BUILDER, ["strip /src/app"]),
        ("strip --strip-unneeded -R .comment ./app", BUILDER, ["strip --strip-unneeded -R .comment /src/app"]),
        ("objcopy -S app", BUILDER, ["objcopy -S /src/app"]),
        ("upx -9 -q app", UPX, ["upx -9 -q /src/app"]),
        ("/usr/bin/upx --best --lzma app", UPX, ["upx --best --lzma /src/app"]),
        ("strip app\nchmod 755 app", BUILDER, ["strip /src/app", "chmod 755 /src/app"]),
        ("chmod +x app\nstrip app\nstrip app", BUILDER, ["strip /src/app", "strip /src/app", "chmod +x /src/app"]),
        ("mkdir d && mv app d/app && strip d/app && mv d/app app", BUILDER, ["strip /src/app"]),
        ("sed -i 's/@VERSION@/1.2/g' app", BUILDER, ["sed -i s/@VERSION@/1.2/g /src/app"]),
        ("sed -i -e 's/a b/c/' app", BUILDER, ["sed -i -e 's/a b/c/' /src/app"]),
        ("strip app", "FROM debian:9\nRUN apt-get update && apt-get install -y binutils\nCOPY main.go /src/app\n",
         ["strip /src/app"]),
        ("strip app", "FROM alpine:3.10\nRUN strip /bin/x\nCOPY main.go /src/app\n", ["strip /src/app"]),
        ("strip app", "FROM golang:1.13 AS go\nRUN true\nFROM go\nCOPY main.go /src/app\n", ["strip /src/app"]),
        ("strip app || true", BUILDER, ["strip /src/app || true"]),
        ("upx -q app||:", UPX, ["upx -q /src/app || true"]),
        ("strip app && echo done", BUILDER, ["strip /src/app"]),
        ("dos2unix app", "FROM alpine:3.10\nCOPY main.go /src/app\n", ["dos2unix /src/app"]),
    ],
)  # fmt: skip
def test_a_step_of_the_host_is_done_in_the_stage(lines: str, builder: str, runs: list[str]) -> None:
    found = answer(lines, builder)
    text = written(found, "Dockerfile")
    assert "".join(f"RUN {run}\n" for run in runs) + "\nFROM alpine:3.10\n" in text
    assert "COPY --from=builder /src/app /usr/bin/\n" in text
    assert written(found, "build.sh") == "set -e\ndocker build -t app .\n"
    assert "STG617" in [found.code for found in found.diagnostics]


def test_a_compressed_artifact_has_the_name_that_gzip_gives_it() -> None:
    found = answer("gzip -9n app", runtime="COPY app.gz /srv/\n")
    assert "RUN gzip -9n /src/app\n\nFROM" in written(found, "Dockerfile")
    assert "COPY --from=builder /src/app.gz /srv/\n" in written(found, "Dockerfile")
    assert written(found, "build.sh") == "set -e\ndocker build -t app .\n"


def test_a_variable_of_the_script_is_an_argument_of_the_stage() -> None:
    found = answer('VERSION=1.2\nsed -i "s/@V@/$VERSION/" app\ndocker tag b b:$VERSION')
    text = written(found, "Dockerfile")
    assert 'ARG VERSION=1.2\nRUN sed -i "s/@V@/${VERSION}/" /src/app\n' in text
    assert '--build-arg VERSION="$VERSION" .' in written(found, "build.sh")


def test_a_constant_that_nothing_else_uses_is_written_out() -> None:
    found = answer("FLAG=--strip-unneeded\nstrip $FLAG app")
    assert "RUN strip --strip-unneeded /src/app\n" in written(found, "Dockerfile")
    assert "FLAG" not in written(found, "build.sh")


def test_a_stage_of_another_user_works_as_root_like_the_host() -> None:
    text = written(answer("strip app", BUILDER + "USER 1000\n"), "Dockerfile")
    assert "USER 1000\nUSER root\nRUN strip /src/app\n\n" in text


def test_a_build_image_that_is_used_on_does_not_get_the_step() -> None:
    found = answer("strip app\ndocker push b")
    assert "RUN go build -o app .\n\nFROM builder AS builder-run\nRUN strip /src/app\n" in written(found, "Dockerfile")
    assert "docker build -t b --target builder .\n" in written(found, "build.sh")


def test_what_still_needs_the_worked_on_file_keeps_the_whole_way() -> None:
    text = written(answer("strip app\nscp app host:"), "build.sh")
    assert "docker cp x:/src/app app\nstrip app\nscp app host:\n" in text


@pytest.mark.parametrize(
    ("lines", "builder", "says"),
    [
        ("strip app", BUILDER, "with --move-host-steps the builder's stage does it: `RUN strip /src/app`"),
        ("upx app", BUILDER, "install upx in the builder Dockerfile and call stageify with --move-host-steps"),
        ("upx app", UPX, "with --move-host-steps"),
    ],
)
def test_the_refusal_names_the_flag_and_the_line(lines: str, builder: str, says: str) -> None:
    found = answer(lines, builder, wishes=Wishes())
    assert refusal(found) == ("STG501", "build.sh")
    assert says in (found.diagnostics[0].help or "")


@pytest.mark.parametrize(
    ("lines", "builder"),
    [
        ("upx app", BUILDER),
        ("upx app", "FROM alpine:3.10\nRUN apk add --no-cache upx && apk del upx\nCOPY main.go /src/app\n"),
        ("upx app", "FROM alpine:3.10\nRUN upx --version || true\nCOPY main.go /src/app\n"),
        ("strip app", "FROM golang:1.13-alpine\nCOPY main.go /src/app\n"),
        ("strip app", "FROM debian:9-slim\nCOPY main.go /src/app\n"),
        ("strip app", "FROM registry.example.com/golang:1.13\nCOPY main.go /src/app\n"),
        ("gzip app", "FROM registry.example.com/tools\nCOPY main.go /src/app\n"),
        ("strip -o other app", BUILDER),
        ("strip app main.go", BUILDER),
        ("objcopy app app2", BUILDER),
        ("upx -k app", UPX),
        ("sed -i.bak s/a/b/ app", BUILDER),
        ("sed -i 's/\\d/x/' app", BUILDER),
        ("strip $FLAGS app", BUILDER),
        ("strip app || exit 1", BUILDER),
        ("strip app &", BUILDER),
        ("strip -v app > log", BUILDER),
        ("strip -v app 2>&1 | tee log", BUILDER),
        ("strip app", BUILDER + "VOLUME /src\n"),
    ],
)
def test_what_is_not_sure_stays_refused_with_the_flag(lines: str, builder: str) -> None:
    runtime = "COPY app.gz /srv/\n" if lines.startswith("gzip") else "COPY app /usr/bin/\n"
    assert answer(lines, builder, runtime).status == "refused"


@pytest.mark.parametrize(
    "runtime",
    ["COPY app /a\nCOPY raw /b\n", "COPY app /a\nCOPY all/ /b/\n"],
)
def test_an_artifact_that_is_also_taken_without_the_step_is_refused(runtime: str) -> None:
    lines = "cp app raw\ndocker cp x:/src/. all\nstrip app"
    assert refusal(answer(lines, runtime=runtime)) == ("STG501", "build.sh")


def test_a_step_on_a_mounted_build_is_moved() -> None:
    script = (
        "set -e\ndocker run --rm -v $PWD:/src -w /src golang:1.13 go build -o app .\nstrip app\ndocker build -t app .\n"
    )
    texts = {"build.sh": script, "Dockerfile": "FROM alpine:3.10\nCOPY app /usr/bin/\n", "main.go": "package main\n"}
    found = convert_texts(texts, wishes=MOVED)
    assert "RUN go build -o app .\nRUN strip /src/app\n" in written(found, "Dockerfile")
    assert files(found)["build.sh"] == "set -e\ndocker build -t app .\n"
