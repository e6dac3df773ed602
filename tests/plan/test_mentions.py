"""Who else speaks of a recipe's files: what counts as a build, as a name, as prose, and as another file."""

from __future__ import annotations

import pytest

from converter.machine.host import StartingFiles
from converter.plan.mentions import mention, mentions_of, tag_mentions

TREE = StartingFiles(
    ["Dockerfile", "Dockerfile.build", "app/Dockerfile.build", "tools/Dockerfile", "docker/builder.Dockerfile", "x"]
)

USES = [
    pytest.param("ci.sh", "docker build -f Dockerfile.build .", "Dockerfile.build", ["builds"], id="a script"),
    pytest.param("ci.sh", "docker build -f ./Dockerfile.build .", "Dockerfile.build", ["builds"], id="with a dot"),
    pytest.param("app/ci.sh", "docker build -f Dockerfile.build .", "Dockerfile.build", ["builds"], id="started above"),
    pytest.param("app/ci.sh", "docker build -f Dockerfile.build .", "app/Dockerfile.build", ["builds"], id="is meant"),
    pytest.param("ci.sh", "docker build -f Dockerfile.build .", "app/Dockerfile.build", [], id="not one in a folder"),
    pytest.param("a/b.sh", "docker build -f ../Dockerfile.build ..", "Dockerfile.build", ["builds"], id="one above"),
    pytest.param("ci.sh", "cd docker\ndocker build -f builder.Dockerfile .", "docker/builder.Dockerfile", ["builds"],
                 id="a name that is none here may be one in a folder"),
    pytest.param("ci.sh", "docker build tools", "tools/Dockerfile", ["builds"], id="a context alone"),
    pytest.param("ci.sh", "docker build .", "Dockerfile", ["builds"], id="the current folder"),
    pytest.param("ci.sh", "docker build .", "tools/Dockerfile", [], id="the current folder is no other"),
    pytest.param("tools/ci.sh", "docker build .", "tools/Dockerfile", ["builds"], id="the script's own folder"),
    pytest.param("Makefile", "b:\n\tdocker build -t b \\\n\t  -f Dockerfile.build .\n", "Dockerfile.build", ["builds"],
                 id="a makefile with a continuation"),
    pytest.param(".github/workflows/ci.yml", "      - run: docker build -f Dockerfile.build .", "Dockerfile.build",
                 ["builds"], id="a CI file"),
    pytest.param(".github/workflows/ci.yml", "        with:\n          file: ./Dockerfile.build", "Dockerfile.build",
                 ["builds"], id="a CI action"),
    pytest.param("docker-compose.yml", "services:\n  b:\n    build:\n      context: .\n      dockerfile: Dockerfile.build",
                 "Dockerfile.build", ["builds"], id="a compose file"),
    pytest.param("docker-compose.yml", "services:\n  b:\n    build: ./tools\n", "tools/Dockerfile", ["builds"],
                 id="a compose file with a folder"),
    pytest.param("docker-compose.yml", "services:\n  b:\n    build: .\n", "tools/Dockerfile", [], id="of another folder"),
    pytest.param("hooks/build", "docker build -f Dockerfile.build -t $IMAGE_NAME .", "Dockerfile.build", ["builds"],
                 id="a hook of Docker Hub"),
    pytest.param("ci.sh", 'F=Dockerfile.build\ndocker build -f "$F" .', "Dockerfile.build", ["builds"],
                 id="through a variable"),
    pytest.param("ci.sh", "hadolint Dockerfile.build", "Dockerfile.build", ["names"], id="a linter only names it"),
    pytest.param("ci.sh", "# see Dockerfile.build", "Dockerfile.build", ["speaks"], id="a comment speaks"),
    pytest.param("README.md", "Run `docker build -f Dockerfile.build .`", "Dockerfile.build", ["speaks"], id="prose"),
    pytest.param(".dockerignore", "Dockerfile.build", "Dockerfile.build", ["speaks"], id="an ignore file"),
    pytest.param("README.md", "Dockerfile.builder, MyDockerfile.build", "Dockerfile.build", [], id="longer names"),
    pytest.param("README.md", "see app/Dockerfile.build", "Dockerfile.build", [], id="another folder's"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "path", "uses"), USES)
def test_what_a_file_does_with_a_dockerfile(name: str, text: str, path: str, uses: list[str]) -> None:
    assert [mention.use for mention in mentions_of(path, {name: text}, TREE)] == uses


def test_a_mention_knows_its_place() -> None:
    (mention,) = mentions_of("Dockerfile.build", {"a.md": "one\nsee `Dockerfile.build`.\n"}, TREE)
    assert str(mention.location) == "a.md:2:6"
    assert mention.location.end_column == 6 + len("Dockerfile.build")


TAGS = [
    pytest.param("deploy.sh", "docker run --rm me/app:build make", "me/app:build", 1, id="a run"),
    pytest.param("Dockerfile.test", "FROM builder\n", "builder", 1, id="a base image"),
    pytest.param("compose.yml", "image: builder", "builder", 1, id="a service"),
    pytest.param("ci.yml", "name: builder", "builder", 0, id="a plain word is no image everywhere"),
    pytest.param("deploy.sh", "docker push me/app:build-2", "me/app:build", 0, id="a longer tag"),
    pytest.param("b.sh", "docker build -t app:build .\ndocker run app:build", "app:build", 0, id="its own image"),
    pytest.param("deploy.sh", "docker push me/app:latest", "me/app", 1, id="latest is meant without a tag"),
]


@pytest.mark.parametrize(("name", "text", "tag", "count"), TAGS)
def test_a_tag_is_found_where_an_image_is_meant(name: str, text: str, tag: str, count: int) -> None:
    assert len(tag_mentions(tag, {name: text})) == count


FILES = StartingFiles(
    (
        "Makefile", "a/build.sh", "a/Dockerfile.build", "a/ci/run.sh", "b/build.sh", "b/Dockerfile.build", "c/x.sh",
        "deep/a/Dockerfile.build",
    )
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "means"),
    [
        ("a/build.sh", "docker build -f Dockerfile.build .", "a"),
        ("a/ci/run.sh", "docker build -f Dockerfile.build .", "a"),
        ("a/build.sh", 'docker build -f "$DIR/Dockerfile.build" .', "a"),
        ("a/build.sh", "docker build -f ./Dockerfile.build .", "a"),
        ("a/build.sh", "cd ../b && docker build -f Dockerfile.build .", "ab"),
        ("a/build.sh", "for d in ../*/; do docker build -f $d/Dockerfile.build; done", "abd"),
        ("Makefile", "docker build -f Dockerfile.build .", "abd"),
        ("c/x.sh", "docker build -f Dockerfile.build .", ""),
        ("c/x.sh", 'cd "$1"; docker build -f Dockerfile.build .', "abd"),
        ("c/x.sh", 'cd "$(dirname "$0")"; docker build -f Dockerfile.build .', ""),
        ("c/x.sh", "make -C $SERVICE; docker build -f Dockerfile.build .", "abd"),
        ("deep/x.sh", "docker build -f Dockerfile.build .", "d"),
        ("Makefile", "docker build -f b/Dockerfile.build .", "b"),
        ("Makefile", "docker build --file=./b/Dockerfile.build .", "b"),
        ("c/x.sh", "docker build -f ../a/Dockerfile.build .", "ad"),
        ("Makefile", "docker build -f deep/a/Dockerfile.build .", "d"),
        ("c/x.sh", "docker build -f $ROOT/b/Dockerfile.build .", "b"),
        ("Makefile", "docker build -f gone/Dockerfile.build .", "abd"),
        ("Makefile", "docker build -f a/Dockerfile.builder .", ""),
        ("Makefile", "docker build -f a/my-Dockerfile.build .", ""),
        ("Makefile", "docker build -f a/Dockerfile.build.old .", ""),
        ("Makefile", "docker build .", ""),
    ],
)
def test_a_mention_means_the_files_that_fit_it(name: str, text: str, means: str) -> None:
    paths = {"a": "a/Dockerfile.build", "b": "b/Dockerfile.build", "d": "deep/a/Dockerfile.build"}
    assert "".join(key for key, path in paths.items() if mention(name, text, path, FILES) is not None) == means


def test_the_place_is_that_of_the_name() -> None:
    text = "see b/Dockerfile.build, or Dockerfile.build of a\n"
    assert mention("Makefile", text, "b/Dockerfile.build", FILES) == 6


def test_a_file_does_not_mention_itself() -> None:
    assert mention("a/Dockerfile.build", "# Dockerfile.build", "a/Dockerfile.build", FILES) is None
