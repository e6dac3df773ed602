"""What Docker does to owners, modes, links, times, stages and containers, measured on both builders of two engines.

The conversion and the comparison rest on these facts; `docs/semantics.md` lists them.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from converter.verify.compare import compare
from converter.verify.image import Image, Node
from tests.engine.engine import Engine
from tests.engine.fixtures import engine_test
from tests.engine.images import EPOCH, File, stand_in
from tests.verify.capability import NET_BIND

pytestmark = engine_test

SOURCE = "source:1"
BUILDERS = pytest.mark.parametrize("buildkit", [False, True], ids=["classic", "buildkit"])


@pytest.fixture(scope="module", params=["docker-20.10", "docker-26.1"])
def engine(request: pytest.FixtureRequest, engine: Engine) -> Engine:
    """Both engines, one after the other."""
    newer: Engine = request.getfixturevalue("newer_engine") if request.param == "docker-26.1" else engine
    return newer


@pytest.fixture(scope="module", autouse=True)
def _source(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> None:
    """An image that stands for a build image: /out has one file for each question."""
    engine.add(
        stand_in(
            "source-files:1",
            files={
                "/out/owned": File(b"owned", uid=1000, gid=1001),
                "/out/setuid": File(b"setuid", 0o4755),
                "/out/capability": File(b"capability", 0o755, xattrs={"security.capability": NET_BIND}),
                "/out/hard": File(b"hard"),
            },
        )
    )
    folder = tmp_path_factory.mktemp("source")
    text = "FROM source-files:1\nRUN cd /out && ln -s owned link && ln hard hard2 && chown 7:7 /out && chmod 700 /out\n"
    (folder / "Dockerfile").write_text(text, encoding="utf-8")
    engine.build(folder, "Dockerfile", SOURCE, False)


def legacy(engine: Engine, folder: Path, buildkit: bool, dockerfile: str, copies: str) -> Image:
    """The legacy flow: `copies` are the lines with `docker cp` that take files out of the container `box`."""
    (folder / "Dockerfile").write_text(dockerfile, encoding="utf-8")
    script = f"set -e\ndocker create --name box {SOURCE} true\ntrap 'docker rm box' EXIT\n{copies}\n"
    (folder / "build.sh").write_text(f"{script}docker build --no-cache -t legacy:1 .\n", encoding="utf-8")
    engine.run_script(folder, "build.sh", buildkit=buildkit)
    return engine.image("legacy:1")


def single(engine: Engine, folder: Path, buildkit: bool, dockerfile: str) -> Image:
    """A Dockerfile that copies from the build image itself."""
    (folder / "Dockerfile.single").write_text(dockerfile, encoding="utf-8")
    engine.build(folder, "Dockerfile.single", "single:1", buildkit)
    return engine.image("single:1")


def owner(node: Node) -> tuple[int, int]:
    return node.uid, node.gid


@BUILDERS
def test_the_owner_is_kept_by_copy_from_and_root_after_docker_cp(
    engine: Engine, tmp_path: Path, buildkit: bool
) -> None:
    old = legacy(engine, tmp_path, buildkit, "FROM alpine\nCOPY owned /owned\n", "docker cp box:/out/owned .")
    bare = single(engine, tmp_path, buildkit, f"FROM alpine\nCOPY --from={SOURCE} /out/owned /owned\n")
    equal = single(engine, tmp_path, buildkit, f"FROM alpine\nCOPY --from={SOURCE} --chown=0:0 /out/owned /owned\n")
    assert owner(old.tree["/owned"]) == (0, 0)
    assert owner(bare.tree["/owned"]) == (1000, 1001)
    assert [(item.subject, item.field) for item in compare(old, bare).differences] == [
        ("/owned", "uid"),
        ("/owned", "gid"),
    ]
    assert compare(old, equal).equal
    assert compare(old, bare).size_equal, "size alone proves nothing"


@BUILDERS
@pytest.mark.parametrize("archive", ["", "-a"])
def test_docker_cp_gives_files_to_the_caller(engine: Engine, tmp_path: Path, buildkit: bool, archive: str) -> None:
    legacy(engine, tmp_path, buildkit, "FROM scratch\nCOPY owned /\n", f"docker cp {archive} box:/out/owned .")
    status = (tmp_path / "owned").stat()
    assert (status.st_uid, status.st_gid) == (0, 0)


@BUILDERS
def test_the_owner_in_the_build_context_does_not_matter(engine: Engine, tmp_path: Path, buildkit: bool) -> None:
    (tmp_path / "f").write_text("x", encoding="utf-8")
    os.chown(tmp_path / "f", 1000, 1001)
    assert owner(single(engine, tmp_path, buildkit, "FROM alpine\nCOPY f /f\n").tree["/f"]) == (0, 0)


@BUILDERS
def test_setuid_through_the_legacy_flow_is_kept_by_buildkit_only(
    engine: Engine, tmp_path: Path, buildkit: bool
) -> None:
    old = legacy(engine, tmp_path, buildkit, "FROM alpine\nCOPY setuid /setuid\n", "docker cp box:/out/setuid .")
    assert (tmp_path / "setuid").stat().st_mode & 0o7777 == 0o4755
    assert old.tree["/setuid"].mode == (0o4755 if buildkit else 0o755)


@BUILDERS
def test_setuid_through_copy_from_is_lost_by_chown_of_the_classic_builder(
    engine: Engine, tmp_path: Path, buildkit: bool
) -> None:
    bare = single(engine, tmp_path, buildkit, f"FROM alpine\nCOPY --from={SOURCE} /out/setuid /\n")
    chown = single(engine, tmp_path, buildkit, f"FROM alpine\nCOPY --from={SOURCE} --chown=0:0 /out/setuid /\n")
    assert bare.tree["/setuid"].mode == 0o4755
    assert chown.tree["/setuid"].mode == (0o4755 if buildkit else 0o755)


@BUILDERS
def test_setuid_is_cleared_by_chown_in_a_run(engine: Engine, tmp_path: Path, buildkit: bool) -> None:
    image = single(engine, tmp_path, buildkit, f"FROM {SOURCE}\nRUN chown 5:5 /out/setuid\n")
    assert image.tree["/out/setuid"].mode == 0o755


@BUILDERS
def test_capabilities_survive_only_copy_from_with_buildkit(engine: Engine, tmp_path: Path, buildkit: bool) -> None:
    kept = {"security.capability": NET_BIND}
    assert engine.image(SOURCE).tree["/out/capability"].xattrs == kept
    old = legacy(engine, tmp_path, buildkit, "FROM alpine\nCOPY capability /\n", "docker cp box:/out/capability .")
    assert old.tree["/capability"].xattrs == {}
    for chown in ("", "--chown=0:0 "):
        new = single(engine, tmp_path, buildkit, f"FROM alpine\nCOPY --from={SOURCE} {chown}/out/capability /\n")
        assert new.tree["/capability"].xattrs == (kept if buildkit else {})
        assert compare(old, new).equal is not buildkit


@BUILDERS
def test_times_are_kept_on_both_ways(engine: Engine, tmp_path: Path, buildkit: bool) -> None:
    old = legacy(engine, tmp_path, buildkit, "FROM alpine\nCOPY hard /f\n", "docker cp box:/out/hard .")
    new = single(engine, tmp_path, buildkit, f"FROM alpine\nCOPY --from={SOURCE} /out/hard /f\n")
    assert (old.tree["/f"].mtime, new.tree["/f"].mtime) == (EPOCH, EPOCH)


@BUILDERS
def test_the_folder_itself_becomes_roots_and_the_content_keeps_its_own(
    engine: Engine, tmp_path: Path, buildkit: bool
) -> None:
    tree = single(engine, tmp_path, buildkit, f"FROM alpine\nCOPY --from={SOURCE} /out /new\n").tree
    assert (owner(tree["/new"]), tree["/new"].mode) == ((0, 0), 0o755)
    assert owner(tree["/new/owned"]) == (1000, 1001)


@BUILDERS
def test_a_folder_that_exists_takes_the_mode_of_the_one_that_is_copied_over_it(
    engine: Engine, tmp_path: Path, buildkit: bool
) -> None:
    text = (
        "FROM alpine AS s\nRUN mkdir -p /o/etc && echo x > /o/etc/x && chmod 700 /o/etc && chown 7:7 /o/etc\n"
        "FROM alpine\nCOPY --from=s {}/o /\n"
    )
    tree = single(engine, tmp_path, buildkit, text.format("")).tree
    assert (owner(tree["/etc"]), tree["/etc"].mode) == ((7, 7), 0o700)
    tree = single(engine, tmp_path, buildkit, text.format("--chown=0:0 ")).tree
    assert (owner(tree["/etc"]), tree["/etc"].mode) == ((0, 0), 0o700)


@BUILDERS
def test_a_link_as_the_source_is_followed_and_one_in_a_folder_stays(
    engine: Engine, tmp_path: Path, buildkit: bool
) -> None:
    text = f"FROM alpine\nCOPY --from={SOURCE} /out/link /dst\nCOPY --from={SOURCE} /out /new\n"
    tree = single(engine, tmp_path, buildkit, text).tree
    assert (tree["/dst"].type, tree["/dst"].size_bytes) == ("file", 5)
    assert tree["/new/link"].link_target == "owned"


@BUILDERS
def test_docker_cp_takes_the_link_itself_unless_told_otherwise(engine: Engine, tmp_path: Path, buildkit: bool) -> None:
    legacy(
        engine, tmp_path, buildkit, "FROM scratch\nCOPY followed /\n",
        "docker cp box:/out/link plain\ndocker cp -L box:/out/link followed",
    )  # fmt: skip
    assert os.readlink(tmp_path / "plain") == "owned"
    assert not (tmp_path / "followed").is_symlink()


@BUILDERS
def test_hard_links_are_kept_on_both_ways_at_equal_size(engine: Engine, tmp_path: Path, buildkit: bool) -> None:
    old = legacy(engine, tmp_path, buildkit, "FROM alpine\nCOPY out /new\n", "docker cp box:/out out")
    new = single(engine, tmp_path, buildkit, f"FROM alpine\nCOPY --from={SOURCE} /out /new\n")
    for image in (old, new):
        assert image.tree["/new/hard"].hard_links == ("/new/hard", "/new/hard2")
    assert compare(old, new).size_equal


@BUILDERS
def test_a_file_that_is_overwritten_counts_in_the_size_and_not_in_the_tree(
    engine: Engine, tmp_path: Path, buildkit: bool
) -> None:
    (tmp_path / "placeholder").write_bytes(b"x" * 100)
    final = f"COPY --from={SOURCE} /out/hard /f\n"
    one = single(engine, tmp_path, buildkit, f"FROM alpine\n{final}")
    two = single(engine, tmp_path, buildkit, f"FROM alpine\nCOPY placeholder /f\n{final}")
    assert compare(one, two).equal
    assert two.size_bytes == one.size_bytes + 100


@BUILDERS
def test_the_folder_that_workdir_makes_is_the_users_with_buildkit_only(
    engine: Engine, tmp_path: Path, buildkit: bool
) -> None:
    tree = single(engine, tmp_path, buildkit, "FROM alpine\nUSER 9:9\nWORKDIR /made\n").tree
    assert owner(tree["/made"]) == ((9, 9) if buildkit else (0, 0))


@BUILDERS
def test_what_a_run_writes_under_a_volume_is_kept_by_buildkit_only(
    engine: Engine, tmp_path: Path, buildkit: bool
) -> None:
    tree = single(engine, tmp_path, buildkit, "FROM alpine\nVOLUME /v\nRUN mkdir -p /v && echo x > /v/f\n").tree
    assert ("/v/f" in tree) is buildkit


@BUILDERS
def test_the_umask_applies_to_redirections_and_not_to_docker_cp(engine: Engine, tmp_path: Path, buildkit: bool) -> None:
    copies = "\n".join(
        (
            "umask 077",
            "docker cp box:/out/hard copied",
            "docker cp box:/out/hard - | tar x",
            "docker cp box:/out/hard - > tarred",
        )
    )
    tree = legacy(engine, tmp_path, buildkit, "FROM alpine\nCOPY copied hard tarred /u/\n", copies).tree
    assert [tree[f"/u/{name}"].mode for name in ("copied", "hard", "tarred")] == [0o644, 0o644, 0o600]


def test_both_builders_make_the_same_image(engine: Engine, tmp_path: Path) -> None:
    text = 'FROM alpine\nRUN echo x > /x\nENV A=1\nCMD ["x"]\n'
    result = compare(single(engine, tmp_path, False, text), single(engine, tmp_path, True, text))
    assert result.differences == ()
    assert result.size_equal
