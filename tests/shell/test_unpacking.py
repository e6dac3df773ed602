"""Archives that nobody looked into, and files that get another name when they are compressed."""

from __future__ import annotations

import pytest

from converter.machine.events import RanCommand
from tests.shell.support import host, run


@pytest.mark.parametrize(
    ("line", "folder"),
    [
        ("mkdir out; tar xzf deps.tgz -C out", "out"),
        ("mkdir out; tar -C out -xf deps.tar", "out"),
        ("mkdir out; curl https://host/x | tar xz -C out", "out"),
        ("mkdir out; cat deps.tgz | tar -xz -C out --strip-components=1", "out"),
        ("mkdir out; cd out && tar xf ../deps.tar", "out"),
        ("unzip -q deps.zip -d out", "out"),
        ("unzip -o deps.zip", ""),
        ("tar xf deps.tar", ""),
    ],
)
def test_an_unknown_archive_may_bring_anything_to_where_it_is_unpacked(line: str, folder: str) -> None:
    found = run(line, files=("deps.tgz", "deps.tar", "deps.zip"))
    assert found.final is not None
    filling = found.final.files.filling(f"{folder}/x" if folder else "x")
    assert filling is not None
    assert filling.folder == folder
    assert not [event for event in found.events if isinstance(event, RanCommand) and event.opaque]


@pytest.mark.parametrize(
    "line",
    [
        "tar tf deps.tar",
        "unzip -l deps.zip",
        "tar czf - src | cat",
        "gzip -c VERSION > v.gz",
        "cat VERSION | gzip > v.gz",
        "zcat x.gz",
    ],
)
def test_what_only_prints_brings_nothing(line: str) -> None:
    found = run(line)
    assert found.final is not None
    assert found.final.files.fillings == ()


def test_an_archive_that_may_fall_on_an_artifact_may_change_it() -> None:
    found = run(
        "docker build -t a .\ndocker create --name c a\nmkdir out\ndocker cp c:/app out/app\ntar xf deps.tar -C out",
        files=("deps.tar", "Dockerfile"),
    )
    assert found.final is not None
    assert found.final.files.fillings == ()
    assert [event.name for event in found.events if isinstance(event, RanCommand) and event.opaque] == ["tar"]


@pytest.mark.parametrize(
    ("line", "made", "gone"),
    [
        ("gzip VERSION", "VERSION.gz", "VERSION"),
        ("gzip -9 VERSION", "VERSION.gz", "VERSION"),
        ("xz -k VERSION", "VERSION.xz", ""),
        ("bzip2 VERSION src/main.go", "src/main.go.bz2", "src/main.go"),
        ("gunzip data.gz", "data", "data.gz"),
        ("gzip -d data.gz", "data", "data.gz"),
        ("gzip -dk data.gz", "data", ""),
        ("zip -qr all.zip src", "all.zip", ""),
        ("zip all src/main.go", "all.zip", ""),
        ("docker save -o all.tar x", "all.tar", ""),
        ("docker export --output=all.tar x", "all.tar", ""),
    ],
)
def test_a_compressed_file_has_another_name(line: str, made: str, gone: str) -> None:
    found = run(line, files=("VERSION", "src/main.go", "data.gz"))
    assert host(found, made) == "made"
    if gone:
        assert host(found, gone) == "nothing"
