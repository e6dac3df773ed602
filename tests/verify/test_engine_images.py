"""The reader and the comparator against images of a real engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from converter.verify.compare import compare
from tests.engine.engine import Engine
from tests.engine.fixtures import engine_test
from tests.engine.images import File, stand_in
from tests.verify.capability import NET_BIND

pytestmark = engine_test

BUILDERS = pytest.mark.parametrize("buildkit", [False, True], ids=["classic", "buildkit"])

DOCKERFILE = """\
FROM {base}
RUN mkdir -p /d/sub && echo one > /d/file && ln -s file /d/link && ln /d/file /d/hard && mkfifo /d/fifo
RUN chown 3:4 /d/sub && chmod 2750 /d/sub && echo gone > /d/gone && mknod /d/null c 1 3
RUN rm /d/gone && rm -rf /home && mkdir /home && touch /home/new
ENV A=1
LABEL l=m
EXPOSE 80
USER 5
WORKDIR /d
HEALTHCHECK --interval=5s CMD true
STOPSIGNAL SIGQUIT
ENTRYPOINT ["/bin/sh"]
CMD ["-c", "true"]
ONBUILD RUN true
"""


def build(engine: Engine, folder: Path, text: str, tag: str, buildkit: bool) -> str:
    (folder / "Dockerfile").write_text(text, encoding="utf-8")
    engine.build(folder, "Dockerfile", tag, buildkit)
    return tag


@BUILDERS
def test_an_image_is_read_as_a_container_sees_it(engine: Engine, tmp_path: Path, buildkit: bool) -> None:
    image = engine.image(build(engine, tmp_path, DOCKERFILE.format(base="alpine"), "seen:1", buildkit))
    listing = engine.docker(
        "run", "--rm", "--user=0", "--entrypoint=find", "seen:1",
        "/d", "/home", "/bin/busybox", "/etc/passwd", "/tmp", "-exec", "stat", "-c", "%n %a %u %g %h", "{}", "+",
    )  # fmt: skip
    for line in listing.splitlines():
        path, mode, uid, gid, links = line.split()
        node = image.tree[path]
        assert (f"{node.mode:o}", str(node.uid), str(node.gid)) == (mode, uid, gid), path
        if node.type != "directory":
            assert max(len(node.hard_links), 1) == int(links), path
    inside = ("/d/", "/home/")
    assert {path for path in image.tree if path.startswith(inside)} == {
        path for path in (line.split()[0] for line in listing.splitlines()) if path.startswith(inside)
    }
    assert image.tree["/d/link"].link_target == "file"
    assert image.tree["/d/null"].device == (1, 3)
    assert (image.config.user, image.config.working_dir, image.config.stop_signal) == ("5", "/d", "SIGQUIT")
    assert image.config.on_build == ("RUN true",)


@BUILDERS
def test_two_builds_of_the_same_input_are_equal(engine: Engine, tmp_path: Path, buildkit: bool) -> None:
    text = DOCKERFILE.format(base="alpine")
    first = engine.image(build(engine, tmp_path, text, "same:1", buildkit))
    second = engine.image(build(engine, tmp_path, text, "same:2", buildkit))
    result = compare(first, second)
    assert result.differences == ()
    assert result.size_equal
    assert {item.field for item in result.noise} <= {"mtime"}


def test_the_size_is_that_of_the_engine(engine: Engine, tmp_path: Path) -> None:
    """BuildKit's layers count file contents; loaded ones and the classic builder's count link targets too."""
    base = engine.image("alpine")
    links = sum(len(node.link_target or "") for node in base.tree.values())
    assert engine.size_bytes("alpine") == base.size_bytes + links
    text = "FROM alpine\nRUN echo 12345 > /f && ln -s /f /l && ln /f /h\n"
    for buildkit, extra in ((True, 0), (False, 2)):
        image = engine.image(build(engine, tmp_path, text, "sized:1", buildkit))
        assert image.layers[-1].size_bytes == 6
        assert engine.size_bytes("sized:1") == image.size_bytes + links + extra


def test_a_missing_image_is_an_error(engine: Engine) -> None:
    with pytest.raises(Exception, match="no-such-image"):
        engine.image("no-such-image:1")


def test_exactly_the_known_differences_are_found(engine: Engine) -> None:
    left = {
        "/x/same": File(b"same"),
        "/x/owner": File(b"o"),
        "/x/mode": File(b"m", 0o755),
        "/x/capability": File(b"c", 0o755, xattrs={"security.capability": NET_BIND}),
        "/x/byte": File(b"left!"),
        "/x/left": File(b""),
    }
    right = {
        "/x/same": File(b"same"),
        "/x/owner": File(b"o", uid=1000, gid=1001),
        "/x/mode": File(b"m", 0o4755),
        "/x/capability": File(b"c", 0o755),
        "/x/byte": File(b"right"),
        "/x/right": File(b""),
    }
    engine.add(
        stand_in("left:1", config={"Env": ["A=1", "B=2"], "Cmd": ["x"]}, files=left),
        stand_in("right:1", config={"Env": ["A=1", "B=3"], "User": "7", "Cmd": ["x"]}, files=right),
    )
    result = compare(engine.image("left:1"), engine.image("right:1"))
    assert [(item.subject, item.field, item.kind) for item in result.differences] == [
        ("user", "", "only-right"),
        ("env", "B", "changed"),
        ("/x/byte", "digest", "changed"),
        ("/x/capability", "xattr security.capability", "only-left"),
        ("/x/left", "", "only-left"),
        ("/x/mode", "mode", "changed"),
        ("/x/owner", "uid", "changed"),
        ("/x/owner", "gid", "changed"),
        ("/x/right", "", "only-right"),
    ]
    assert result.noise == ()
    assert result.size_equal


def test_one_instruction_that_differs_is_found_after_a_real_build(engine: Engine, tmp_path: Path) -> None:
    text = DOCKERFILE.format(base="alpine")
    left = engine.image(build(engine, tmp_path, text, "point:1", buildkit=True))
    for old, new, expected in (
        ("chown 3:4", "chown 3:5", [("/d/sub", "gid")]),
        ("chmod 2750", "chmod 0750", [("/d/sub", "mode")]),
        ("echo one", "echo two", [("/d/file", "digest"), ("/d/hard", "digest")]),
        ("ln -s file", "ln -s fil", [("/d/link", "link_target")]),
        ("ln /d/file", "cp /d/file", [("/d/file", "hard_links"), ("/d/hard", "hard_links")]),
        ("mkfifo /d/fifo", "mkdir /d/fifo", [("/d/fifo", "type"), ("/d/fifo", "mode")]),
        ("c 1 3", "c 1 5", [("/d/null", "device")]),
        ("ENV A=1", "ENV A=2", [("env", "A")]),
        ("EXPOSE 80", "EXPOSE 81", [("exposed_ports", "80/tcp"), ("exposed_ports", "81/tcp")]),
        ("--interval=5s", "--interval=6s", [("healthcheck", "")]),
        ("WORKDIR /d", "WORKDIR /d/sub", [("working_dir", "")]),
    ):
        assert old in text
        right = engine.image(build(engine, tmp_path, text.replace(old, new), "point:2", buildkit=True))
        found = [(item.subject, item.field) for item in compare(left, right).differences]
        assert found == expected, new
