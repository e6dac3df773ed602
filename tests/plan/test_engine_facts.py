"""What Docker does to folders, patterns, ignore files, arguments, stages and containers, measured on two engines.

The plan rests on these facts; `docs/semantics.md` lists them.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from converter.verify.image import Image
from tests.engine.engine import Engine
from tests.engine.fixtures import engine_test
from tests.engine.images import File, stand_in

pytestmark = engine_test

SOURCE = "made:1"
BUILDERS = pytest.mark.parametrize("buildkit", [False, True], ids=["classic", "buildkit"])


@pytest.fixture(scope="module", params=["docker-20.10", "docker-26.1"])
def engine(request: pytest.FixtureRequest, engine: Engine) -> Engine:
    """Both engines, one after the other."""
    newer: Engine = request.getfixturevalue("newer_engine") if request.param == "docker-26.1" else engine
    return newer


@pytest.fixture(scope="module", autouse=True)
def _source(engine: Engine) -> None:
    """An image that stands for a build image, with a working folder and a command."""
    files = {
        "/w/out/a.jar": File(b"a"),
        "/w/out/b.txt": File(b"b"),
        "/w/out/.hidden": File(b"h"),
        "/w/out/sub/c.map": File(b"c"),
        "/w/out/[x].txt": File(b"x"),
        "/w/main": File(b"main", 0o755, uid=1000, gid=1001),
    }
    engine.add(stand_in(SOURCE, files=files, config={"WorkingDir": "/w", "Cmd": ["cat", "main"], "User": "1000:1001"}))


def build(
    engine: Engine, folder: Path, buildkit: bool, dockerfile: str, *options: str, files: Mapping[str, str] | None = None
) -> Image:
    """The image of a Dockerfile in a context of these files."""
    write(folder, {"Dockerfile": dockerfile, **(files or {})})
    engine.build(folder, "Dockerfile", "built:1", buildkit, options=options)
    return engine.image("built:1")


def write(folder: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def below(image: Image, folder: str) -> list[str]:
    """The paths below a folder of the image, relative to it."""
    return sorted(path.removeprefix(f"{folder}/") for path in image.tree if path.startswith(f"{folder}/"))


def shell(engine: Engine, folder: Path, text: str) -> str:
    """What a script of docker commands writes; the container of SOURCE that it may use is called `box`."""
    (folder / "script.sh").write_text(
        f"set -e\ndocker create --name box {SOURCE} >/dev/null\ntrap 'docker rm -f box >/dev/null' EXIT\n{text}\n",
        encoding="utf-8",
    )
    return engine.run_script(folder, "script.sh").output


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.name != "script.sh")


# Folders and patterns

FILES = [".hidden", "[x].txt", "a.jar", "b.txt", "sub", "sub/c.map"]


@pytest.mark.parametrize(
    ("copy", "arrives_in"),
    [
        ("docker cp box:/w/out x", "x"),
        ("mkdir x; docker cp box:/w/out x", "x/out"),
        ("mkdir x; docker cp box:/w/out/. x", "x"),
        ("docker cp box:/w/out/. x", "x"),
    ],
)
def test_docker_cp_of_a_folder_goes_by_what_is_there(
    engine: Engine, tmp_path: Path, copy: str, arrives_in: str
) -> None:
    shell(engine, tmp_path, copy)
    assert [name for name in names(tmp_path) if not arrives_in.startswith(name)] == [
        f"{arrives_in}/{name}" for name in FILES
    ]


def test_docker_cp_of_a_file_into_a_missing_folder_fails(engine: Engine, tmp_path: Path) -> None:
    assert "failed" in shell(engine, tmp_path, "docker cp box:/w/main missing/ 2>/dev/null || echo failed")


@BUILDERS
def test_copy_spills_what_a_folder_has(engine: Engine, tmp_path: Path, buildkit: bool) -> None:
    image = build(engine, tmp_path, buildkit, f"FROM scratch\nCOPY --from={SOURCE} /w/out /new\nCOPY d /new2\n", files={"d/e/f": ""})  # fmt: skip
    assert below(image, "/new") == FILES
    assert below(image, "/new2") == ["e", "e/f"]


@BUILDERS
def test_a_pattern_takes_hidden_files_and_spills_folders(engine: Engine, tmp_path: Path, buildkit: bool) -> None:
    image = build(engine, tmp_path, buildkit, f"FROM scratch\nCOPY --from={SOURCE} /w/out/* /d/\n")
    assert below(image, "/d") == [".hidden", "[x].txt", "a.jar", "b.txt", "c.map"]


@BUILDERS
def test_a_relative_source_of_copy_from_starts_at_the_root(engine: Engine, tmp_path: Path, buildkit: bool) -> None:
    image = build(engine, tmp_path, buildkit, f"FROM {SOURCE} AS s\nFROM scratch\nCOPY --from=s w/main /m\n")
    assert "/m" in image.tree


# Ignore files


@BUILDERS
def test_an_ignore_file_says_nothing_to_copy_from(engine: Engine, tmp_path: Path, buildkit: bool) -> None:
    files = {".dockerignore": "**/*.map\n", "out/sub/c.map": "", "out/b.txt": ""}
    image = build(
        engine, tmp_path, buildkit, f"FROM scratch\nCOPY out /host\nCOPY --from={SOURCE} /w/out /stage\n", files=files
    )
    assert "sub/c.map" not in below(image, "/host")
    assert "sub/c.map" in below(image, "/stage")


@BUILDERS
def test_an_ignore_file_of_the_dockerfiles_name_replaces_the_other_with_buildkit_only(
    engine: Engine, tmp_path: Path, buildkit: bool
) -> None:
    files = {".dockerignore": "d/a\n", "Dockerfile.dockerignore": "d/b\n", "d/a": "", "d/b": ""}
    image = build(engine, tmp_path, buildkit, "FROM scratch\nCOPY d /d\n", files=files)
    assert below(image, "/d") == (["a"] if buildkit else ["b"])


# Archives


@BUILDERS
def test_add_unpacks_an_archive_of_the_context_and_copy_from_does_not(
    engine: Engine, tmp_path: Path, buildkit: bool
) -> None:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        member = tarfile.TarInfo("folder")
        member.type, member.mode, member.uid = tarfile.DIRTYPE, 0o700, 7
        archive.addfile(member)
    (tmp_path / "x.tar").write_bytes(content.getvalue())
    text = "FROM scratch AS s\nCOPY x.tar /x.tar\nFROM scratch\nCOPY --from=s /x.tar /copied/\nADD x.tar /added/\n"
    tree = build(engine, tmp_path, buildkit, text).tree
    assert "/copied/x.tar" in tree
    assert (tree["/added/folder"].mode, tree["/added/folder"].uid) == (0o700, 7)


@BUILDERS
def test_there_is_no_add_from(engine: Engine, tmp_path: Path, buildkit: bool) -> None:
    write(tmp_path, {"Dockerfile": f"FROM scratch\nADD --from={SOURCE} /w/main /\n"})
    assert "unknown flag" in engine.build(tmp_path, "Dockerfile", "built:1", buildkit, check=False).output.lower()


def test_tar_as_root_keeps_the_owner_that_docker_cp_does_not(engine: Engine, tmp_path: Path) -> None:
    copies = "docker cp box:/w/main cp\nmkdir t; docker cp box:/w/main - | tar x -C t --same-owner"
    shell(engine, tmp_path, copies)
    assert [(tmp_path / name).stat().st_uid for name in ("cp", "t/main")] == [0, 1000]


# Arguments and stages


@BUILDERS
def test_an_argument_before_the_first_from_has_to_be_repeated(engine: Engine, tmp_path: Path, buildkit: bool) -> None:
    text = "ARG A=1\nFROM alpine\nLABEL before=${A:-unset}\nARG A\nLABEL after=$A\n"
    labels = build(engine, tmp_path, buildkit, text, "--build-arg", "A=2").config.labels
    assert dict(labels) == {"before": "unset", "after": "2"}


@BUILDERS
def test_env_beats_an_argument_of_its_name_but_for_a_later_one_with_buildkit(
    engine: Engine, tmp_path: Path, buildkit: bool
) -> None:
    text = "FROM alpine\nARG A=arg\nENV A=env\nLABEL one=$A\nARG A\nLABEL two=$A\n"
    labels = build(engine, tmp_path, buildkit, text, "--build-arg", "A=given").config.labels
    assert dict(labels) == {"one": "env", "two": "given" if buildkit else "env"}


@BUILDERS
def test_arguments_reach_the_stage_that_is_built_from_theirs_with_buildkit_only(
    engine: Engine, tmp_path: Path, buildkit: bool
) -> None:
    text = "FROM alpine AS base\nARG A=1\nFROM base\nLABEL a=${A:-unset}\n"
    assert build(engine, tmp_path, buildkit, text).config.labels["a"] == ("1" if buildkit else "unset")


@BUILDERS
def test_a_new_entrypoint_drops_the_inherited_command(engine: Engine, tmp_path: Path, buildkit: bool) -> None:
    text = f'FROM {SOURCE} AS base\nFROM base\nENTRYPOINT ["e"]\n'
    config = build(engine, tmp_path, buildkit, text).config
    assert (config.entrypoint, config.cmd, config.working_dir) == (("e",), (), "/w")


@BUILDERS
def test_a_trigger_fires_in_the_stage_that_is_built_from_a_stage(
    engine: Engine, tmp_path: Path, buildkit: bool
) -> None:
    text = "FROM alpine AS base\nONBUILD RUN echo x > /fired\nFROM base\n"
    assert "/fired" in build(engine, tmp_path, buildkit, text).tree


@BUILDERS
def test_a_stage_that_nothing_needs_is_built_by_the_classic_builder_only(
    engine: Engine, tmp_path: Path, buildkit: bool
) -> None:
    write(tmp_path, {"Dockerfile": "FROM alpine AS check\nRUN false\nFROM alpine\n"})
    built = engine.build(tmp_path, "Dockerfile", "built:1", buildkit, check=False)
    assert (built.exit_status == 0) is buildkit


@BUILDERS
def test_a_stage_takes_the_place_of_the_image_of_its_name(engine: Engine, tmp_path: Path, buildkit: bool) -> None:
    text = f"FROM alpine AS made\nRUN echo x > /mine\nFROM scratch\nCOPY --from=made /mine /\nCOPY --from={SOURCE} /w/main /\n"
    assert {"/mine", "/main"} <= build(engine, tmp_path, buildkit, text).tree.keys()


# Containers


def test_a_container_of_an_image_without_a_command_needs_one(engine: Engine, tmp_path: Path) -> None:
    build(engine, tmp_path, False, "FROM scratch\nCOPY Dockerfile /\n")
    said = shell(engine, tmp_path, "docker create built:1 2>&1 || docker rm $(docker create built:1 none) > /dev/null")
    assert "command" in said.lower()


def test_commit_takes_the_containers_command_and_import_no_configuration(engine: Engine, tmp_path: Path) -> None:
    script = f"""
    docker run --name worker --user 0 -e A=1 {SOURCE} sh -c 'echo x > /new'
    docker commit worker committed:1
    docker export worker | docker import - imported:1
    docker rm worker"""
    shell(engine, tmp_path, script)
    committed, imported = engine.image("committed:1"), engine.image("imported:1")
    assert "/new" in committed.tree
    assert "/new" in imported.tree
    assert committed.config.cmd == ("sh", "-c", "echo x > /new")
    assert (committed.config.user, committed.config.working_dir) == ("0", "/w")
    assert "A=1" in committed.config.env
    assert (imported.config.cmd, imported.config.env, imported.config.working_dir) == ((), (), "")


def test_docker_cp_into_a_container_keeps_the_hosts_owner_and_mode(engine: Engine, tmp_path: Path) -> None:
    script = """
    echo x > f; chown 5:6 f; chmod 640 f
    docker cp f box:/plain
    docker commit box committed:2"""
    shell(engine, tmp_path, script)
    node = engine.image("committed:2").tree["/plain"]
    assert (node.uid, node.gid, node.mode) == (5, 6, 0o640)


def test_exec_runs_in_the_working_folder_as_the_user_of_the_image(engine: Engine, tmp_path: Path) -> None:
    said = shell(
        engine, tmp_path,
        f"docker run -d --name up {SOURCE} sleep 60 > /dev/null\ndocker exec up sh -c 'pwd; id -u'\ndocker rm -f up > /dev/null",
    )  # fmt: skip
    assert said.split() == ["/w", "1000"]


def test_what_a_container_writes_to_a_mounted_folder_has_its_user(engine: Engine, tmp_path: Path) -> None:
    shell(
        engine,
        tmp_path,
        f"mkdir -m 777 o; docker run --rm -v $PWD/o:/o {SOURCE} cp main /o/\ndocker run --rm -v $PWD/made:/o alpine true",
    )
    status = (tmp_path / "o/main").stat()
    assert (status.st_uid, status.st_gid, status.st_mode & 0o777) == (1000, 1001, 0o755)
    assert (tmp_path / "made").is_dir(), "a folder that is missing is made"


def test_a_redirected_file_is_of_mode_0644_and_without_the_execute_bit(engine: Engine, tmp_path: Path) -> None:
    shell(engine, tmp_path, f"umask 022; docker run --rm {SOURCE} > main")
    assert (tmp_path / "main").stat().st_mode & 0o777 == 0o644
    assert (tmp_path / "main").read_bytes() == b"main"


def test_a_build_from_standard_input_takes_names_without_their_leading_slash(engine: Engine, tmp_path: Path) -> None:
    write(tmp_path, {"context/Dockerfile": "FROM scratch\nCOPY opt/f /f\n"})
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", format=tarfile.GNU_FORMAT) as archive:
        archive.add(tmp_path / "context/Dockerfile", "/Dockerfile")
        member = tarfile.TarInfo("/opt/f")
        archive.addfile(member)
    (tmp_path / "context.tar").write_bytes(content.getvalue())
    shell(engine, tmp_path, "docker build -t streamed:1 - < context.tar")
    assert "/f" in engine.image("streamed:1").tree
