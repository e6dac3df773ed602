"""Archives that the script makes of artifacts on the host: unpacked by ADD or by the script itself, or taken as they are."""

from __future__ import annotations

import pytest

from converter.result import Recipe
from tests.plan.support import convert_texts, recipe, refusal, written

BUILDER = "FROM golang:1.13\nWORKDIR /src\nCOPY main.go .\nRUN go build -o app .\n"
TREE = {"main.go": "", "conf/a.ini": "", "conf/b.ini": ""}
HEAD = "set -e\ndocker build -t b -f Dockerfile.build .\ndocker create --name x b\n"


def answer(lines: str, runtime: str) -> Recipe:
    return convert_texts(
        recipe(f"{HEAD}{lines}docker build -t app .\n", BUILDER, f"FROM alpine:3.10\n{runtime}\n", TREE)
    )


@pytest.mark.parametrize(
    ("lines", "copies"),
    [
        pytest.param("docker cp x:/src/out out\ntar czf a.tgz -C out .\n", ["/src/out /opt/"], id="all of a folder"),
        pytest.param("docker cp x:/src/app app\ntar -czf a.tgz app\n", ["/src/app /opt/app"], id="a file"),
        pytest.param("docker cp x:/src/app app\ntar --create --gzip --file=a.tgz ./app\n", ["/src/app /opt/app"],
                     id="long flags"),
        pytest.param("mkdir t\ndocker cp x:/src/app t/\ncd t\ntar cf ../a.tar app\ncd ..\ngzip -9 a.tar\nmv a.tar.gz a.tgz\n",
                     ["/src/app /opt/app"], id="packed and compressed, in another folder"),
        pytest.param("mkdir t\ndocker cp x:/src/app t/app\ndocker cp x:/src/b t/b\ntar czf a.tgz t\n",
                     ["/src/app /opt/t/app", "/src/b /opt/t/b"], id="several below a folder"),
    ],
)  # fmt: skip
def test_add_of_an_archive_brings_its_members(lines: str, copies: list[str]) -> None:
    found = answer(lines + "rm -f nothing\n", "ADD a.tgz /opt/")
    text = written(found, "Dockerfile")
    assert [line.removeprefix("COPY --from=builder ") for line in text.splitlines() if "--from" in line] == copies
    assert "tar" not in written(found, "build.sh")
    assert any("belongs to root" in assumption.about for assumption in found.assumptions)


def test_files_of_the_tree_in_an_archive_are_copied_from_the_tree() -> None:
    found = answer("docker cp x:/src/app app\ntar czf a.tgz app conf\n", "ADD a.tgz /opt")
    assert "COPY conf /opt/conf\nCOPY --from=builder /src/app /opt/app\n" in written(found, "Dockerfile")


def test_an_archive_that_is_needed_elsewhere_is_still_made() -> None:
    texts = recipe(f"{HEAD}docker cp x:/src/app app\ntar czf a.tgz app\ndocker build -t app .\naws s3 cp a.tgz s3://x/\n",
                   BUILDER, "FROM alpine:3.10\nADD a.tgz /opt/\n", TREE)  # fmt: skip
    found = convert_texts(texts)
    assert "COPY --from=builder /src/app /opt/app\n" in written(found, "Dockerfile")
    assert "docker cp x:/src/app app\ntar czf a.tgz app\n" in written(found, "build.sh")


def test_what_the_script_unpacks_again_is_what_was_packed() -> None:
    lines = "docker cp x:/src/app app\ntar czf a.tgz app\nmkdir t\ntar xzf a.tgz -C t\n"
    found = answer(lines, "COPY t/app /opt/")
    assert "COPY --from=builder /src/app /opt/\n" in written(found, "Dockerfile")
    assert "tar" not in written(found, "build.sh")


@pytest.mark.parametrize(
    ("lines", "runtime"),
    [
        pytest.param("docker cp x:/src/app app\ntar czf a.tgz app\n", "COPY a.tgz /\nRUN tar xzf /a.tgz", id="COPY"),
        pytest.param("docker cp x:/src/app app\necho 1 > v\ntar czf a.tgz app v\n", "ADD a.tgz /", id="a made file in it"),
        pytest.param("docker cp x:/src/app app\nstrip app\ntar czf a.tgz app\n", "ADD a.tgz /", id="a changed member"),
        pytest.param("docker cp x:/src/out out\ncp conf/a.ini out/\ntar czf a.tgz out\n", "ADD a.tgz /",
                     id="a file added to a folder"),
        pytest.param("docker cp x:/src/app app\ntar -caf a.tar.zst app\n", "ADD a.tar.zst /", id="another compression"),
        pytest.param("docker cp x:/src/app app\ntar czf a.tgz --exclude=x app\n", "ADD a.tgz /", id="another flag"),
    ],
)  # fmt: skip
def test_what_no_stage_can_give_is_refused(lines: str, runtime: str) -> None:
    code, file = refusal(answer(lines, runtime))
    assert (code, file) == ("STG501", "build.sh")


def test_add_with_an_owner_is_refused() -> None:
    lines = "docker cp x:/src/app app\ntar czf a.tgz app\n"
    assert refusal(answer(lines, "ADD --chown=5 a.tgz /"))[0] == "STG404"


def test_an_archive_for_a_release_is_not_the_pattern() -> None:
    found = convert_texts(recipe(f"{HEAD}docker cp x:/src/app app\ntar czf a.tgz app\n", BUILDER, "", TREE))
    assert found.status == "not-the-pattern"


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param("docker run --rm b tar -cf - -C /src app > a.tar\n", id="by a redirection"),
        pytest.param("docker run --rm b tar cz -C /src app > a.tar\n", id="compressed, whatever its name"),
        pytest.param("docker run --rm b tar c -C /src app | gzip > a.tar\n", id="through a compressor"),
        pytest.param("docker cp x:/src/app - > a.tar\n", id="from docker cp"),
    ],
)
def test_add_of_an_archive_that_a_container_wrote_keeps_the_owners(lines: str) -> None:
    script = f"docker build -t b -f Dockerfile.build .\ndocker create --name x b\n{lines}docker rm x\ndocker build -t app .\n"
    builder = BUILDER + "RUN useradd me && chown me app && chmod +x app\n"
    found = convert_texts(recipe(script, builder, "FROM alpine:3.10\nADD a.tar /opt/\n", TREE))
    assert "COPY --from=builder /src/app /opt/app\n" in written(found, "Dockerfile").replace("builder-run", "builder")
    assert "a.tar" not in written(found, "build.sh")


def test_an_archive_that_a_container_wrote_is_not_taken_as_it_is() -> None:
    found = answer("docker run --rm b tar c /src/app > a.tar\n", "COPY a.tar /opt/")
    assert refusal(found) == ("STG404", "build.sh")


def test_an_archive_that_a_container_wrote_and_the_script_unpacks_is_its_members() -> None:
    found = answer("docker run --rm b tar c -C /src app > a.tar\nmkdir t\ntar xf a.tar -C t\n", "COPY t/app /opt/")
    assert "/src/app /opt/\n" in written(found, "Dockerfile")
