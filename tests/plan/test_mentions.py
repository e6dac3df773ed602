from __future__ import annotations

import pytest

from converter.machine.host import StartingFiles
from converter.plan.mentions import mention

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
