"""Commands of the host between copying an artifact out and the build that takes it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from converter.result import Recipe
from tests.plan.support import convert_texts, recipe, refusal, written

BUILDER = "FROM golang:1.13\nWORKDIR /src\nCOPY main.go .\nRUN go build -o app .\n"


def answer(line: str, others: Mapping[str, str] | None = None, runtime: str = "COPY app /usr/bin/\n",
           copied: str = "/src/app app") -> Recipe:  # fmt: skip
    script = (
        "set -e\ndocker build -t b -f Dockerfile.build .\ndocker create --name x b\n"
        f"docker cp x:{copied}\n{line}\ndocker rm x\ndocker build -t app .\n"
    )
    texts = {"main.go": "", "test.sh": "", **(others or {})}
    return convert_texts(recipe(script, BUILDER, f"FROM alpine:3.10\n{runtime}", texts))


@pytest.mark.parametrize(
    "line",
    [
        "go vet ./...", "go test ./...", "cargo clippy", "npm test", "npm run lint", "mvn test", "./gradlew check",
        "python3 -m pytest", "golint ./...", "make test", "make lint check", "hadolint Dockerfile",
    ],
)  # fmt: skip
def test_a_check_stays_where_it_is_and_needs_no_artifact(line: str) -> None:
    others = {"Makefile": "test lint check:\n\ttrue\n", "package.json": "{}"}
    assert written(answer(line, others), "build.sh") == f"set -e\n{line}\ndocker build -t app .\n"


@pytest.mark.parametrize(
    "line",
    ["du -h app", "sha256sum app", "aws s3 cp app s3://store/app", "gsutil cp app gs://store", "rsync -a app host:/srv",
     "scp app host:", "curl -T app host", "./app --version"],
)  # fmt: skip
def test_what_reads_the_artifact_keeps_it_on_the_host(line: str) -> None:
    text = written(answer(line), "build.sh")
    assert f"docker cp x:/src/app app\n{line}\n" in text
    assert "docker build -t b --target builder .\n" in text


@pytest.mark.parametrize(
    ("line", "others"),
    [
        ("./test.sh", {}),
        ("go generate ./...", {}),
        ("npm run bundle", {}),
        ("make", {"Makefile": "all:\n\ttrue\n"}),
        ("make test", {"Makefile": "test: app\n\t./app\napp:\n\tgo build -o app\n"}),
        ("npm test", {"package.json": '{"scripts": {"test": "pkg . -o app"}}'}),
        ("gzip -k app", {}),
        ("find app -delete", {}),
    ],
)
def test_what_may_change_the_artifact_is_refused(line: str, others: Mapping[str, str]) -> None:
    assert refusal(answer(line, others)) == ("STG501", "build.sh")


@pytest.mark.parametrize(
    ("line", "moved"),
    [("strip app", "RUN strip /src/app"), ("upx -9 ./app", "RUN upx -9 /src/app"),
     ("mkdir d && mv app d/app && strip d/app && mv d/app app", "RUN strip /src/app")],
)  # fmt: skip
def test_a_change_in_place_is_refused_with_the_line_for_the_builder(line: str, moved: str) -> None:
    found = answer(line)
    assert refusal(found)[0] == "STG501"
    assert moved in (found.diagnostics[0].help or "")


@pytest.mark.parametrize(
    ("line", "runtime", "copied", "result"),
    [
        ("mkdir d\nrsync -a app d/", "COPY d/app /srv/\n", "/src/app app", "/src/app /srv/"),
        ("mkdir d\nrsync -rv app d", "COPY d/app /srv/\n", "/src/app app", "/src/app /srv/"),
        ("rsync -a --delete out/ d/", "COPY d /srv/d\n", "/src/out/. out", "/src/out /srv/d"),
        ("rsync -a out d", "COPY d/out /srv/d\n", "/src/out/. out", "/src/out /srv/d"),
    ],
)
def test_rsync_on_the_host_copies(line: str, runtime: str, copied: str, result: str) -> None:
    found = answer(line, runtime=runtime, copied=copied)
    assert f"COPY --from=builder {result}\n" in written(found, "Dockerfile")
    assert "rsync" not in written(found, "build.sh")


@pytest.mark.parametrize("line", ["rsync -a --exclude '*.map' out/ d/", "mkdir d\ntouch d/x\nrsync -a out/ d/"])
def test_rsync_of_a_part_or_into_something_is_not_followed(line: str) -> None:
    assert answer(line, runtime="COPY d /srv/d\n", copied="/src/out/. out").status == "refused"


OTHER = "COPY app notices /opt/\n"
FIRST = "{line}\nset -e\ndocker build -t b -f Dockerfile.build .\ndocker create --name x b\ndocker cp x:/src/app app\ndocker build -t app .\n"


@pytest.mark.parametrize("line", ["./gen.sh", "npm install", "make notices"])
def test_what_the_host_makes_before_anything_is_copied_out_comes_from_the_context(line: str) -> None:
    found = convert_texts(
        recipe(FIRST.format(line=line), BUILDER, f"FROM alpine:3.10\n{OTHER}", {"main.go": "", "gen.sh": ""})
    )
    assert "COPY notices /opt/\n" in written(found, "Dockerfile")
    assert any("`notices` is made by" in assumption.about for assumption in found.assumptions)


@pytest.mark.parametrize("line", ["true", "docker pull alpine", "ls", "git status"])
def test_a_file_that_nothing_can_have_made_is_missed(line: str) -> None:
    found = convert_texts(recipe(FIRST.format(line=line), BUILDER, f"FROM alpine:3.10\n{OTHER}", {"main.go": ""}))
    assert refusal(found) == ("STG502", "Dockerfile")


@pytest.mark.parametrize(
    "line", ["curl -o notices https://x.org/n", "wget https://x.org/notices", "git clone https://x.org/notices"]
)
def test_what_is_fetched_in_between_comes_from_the_context(line: str) -> None:
    assert "COPY notices /opt/\n" in written(answer(line, runtime=OTHER), "Dockerfile")


def test_a_member_of_an_archive_that_is_not_known_is_all_that_arrives() -> None:
    others = {"main.go": "", "tools.tar": ""}
    texts = recipe(FIRST.format(line="tar -xf tools.tar notices"), BUILDER, f"FROM alpine:3.10\n{OTHER}", others)
    found = convert_texts(texts)
    assert "COPY notices /opt/\n" in written(found, "Dockerfile")
    assert not any(".dockerignore" in assumption.about for assumption in found.assumptions)


def test_an_archive_that_is_unpacked_in_the_tree_is_taken_to_bring_no_ignore_file() -> None:
    line = "curl -L https://x.org/notices.tgz | tar xz"
    found = convert_texts(recipe(FIRST.format(line=line), BUILDER, f"FROM alpine:3.10\n{OTHER}", {"main.go": ""}))
    assert "COPY notices /opt/\n" in written(found, "Dockerfile")
    assert any("no `.dockerignore` comes" in assumption.about for assumption in found.assumptions)


def test_an_owner_on_the_host_is_nothing_that_a_build_sees() -> None:
    script = (
        "docker build -t b -f Dockerfile.build .\nmkdir -p out\ndocker run --rm -v $PWD/out:/o b cp /src/app /o/app\n"
        "sudo chown -R $USER out\ndocker build -t app .\n"
    )
    texts = recipe(
        script, BUILDER.replace("COPY main.go", "COPY ."), "FROM alpine:3.10\nCOPY out/app /\n", {"main.go": ""}
    )
    assert "COPY --from=builder /src/app /" in written(convert_texts(texts), "Dockerfile")


@pytest.mark.parametrize(
    ("name", "found"), [("registry-$(uname -m)", "COPY registry-${ARCH} /opt/"), ("a$(uname -m)", None)]
)
def test_a_name_that_is_not_known_is_left_alone_where_it_can_be_no_artifact(name: str, found: str | None) -> None:
    script = (
        "docker build -t b -f Dockerfile.build .\ndocker create --name x b\ndocker cp x:/src/app app\n"
        "docker build -t app --build-arg ARCH=$(uname -m) .\n"
    )
    source = name.replace("$(uname -m)", "${ARCH}")
    runtime = f"FROM alpine:3.10\nARG ARCH\nCOPY app /opt/\nCOPY {source} /opt/\n"
    result = convert_texts(recipe(script, BUILDER, runtime, {"main.go": ""}))
    if found is None:
        assert refusal(result) == ("STG205", "Dockerfile")
    else:
        assert found in written(result, "Dockerfile")
