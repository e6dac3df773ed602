"""pytest fixtures with a real engine; `tests/conftest.py` imports them.

A test module that uses them has `pytestmark = engine_test`. The engine lives as
long as the session of one worker, so any distribution of pytest-xdist is safe;
with `--dist loadgroup` the group mark sends all of these tests to one worker,
which then starts the only engine.

Where no engine can be had the tests are skipped with the reason. On a build
server (`CI` or `STAGEIFY_REQUIRE_ENGINE` is set) that is a failure instead: a
proof that was not made must not look like one that was.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from tests.engine.dockerd import EngineError, available, private_engine
from tests.engine.engine import Engine, Podman
from tests.engine.images import missing_busybox
from tests.engine.newer import newer_binaries
from tests.engine.podman import missing_podman, private_podman
from tests.engine.toolchain import TOOLCHAIN_IMAGE, go_toolchain

engine_test = [pytest.mark.engine, pytest.mark.xdist_group("engine")]
"""The marks of a module or test that needs the engine."""

podman_test = [pytest.mark.engine, pytest.mark.xdist_group("newer-engine")]
"""The marks of a test that needs podman."""

newer_engine_test = [pytest.mark.engine, pytest.mark.xdist_group("newer-engine")]
"""The marks of a test that needs the newer engine, which another worker may run at the same time."""

GO_IMAGE = "golang:1.13"
_FALSE = ("", "0", "false")


def engine_is_required() -> bool:
    """Whether a missing engine is a failure."""
    return any(os.environ.get(name, "").lower() not in _FALSE for name in ("CI", "STAGEIFY_REQUIRE_ENGINE"))


def without_engine(reason: str) -> NoReturn:
    """Ends a test that cannot have an engine: skipped, or failed where the engine is required."""
    if engine_is_required():
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """The private engine, with `alpine:latest` in it."""
    reason = available() or missing_busybox()
    if reason is not None:
        without_engine(reason)
    with private_engine() as daemon:
        running = Engine(daemon)
        running.add("alpine")
        yield running


@pytest.fixture(scope="session")
def newer_engine() -> Iterator[Engine]:
    """A private engine of the next Debian release, with `alpine:latest` in it; see `tests/engine/newer.py`."""
    reason = available() or missing_busybox()
    if reason is not None:
        without_engine(reason)
    try:
        binaries = newer_binaries()
    except EngineError as error:
        without_engine(str(error))
    with private_engine(binaries) as daemon:
        running = Engine(daemon)
        running.add("alpine")
        yield running


@pytest.fixture(scope="session")
def podman() -> Iterator[Podman]:
    """A private podman with `alpine:latest` in it, which answers to `docker` as well."""
    reason = available() or missing_busybox() or missing_podman()
    if reason is not None:
        without_engine(reason)
    with private_podman() as daemon:
        running = Podman(daemon)
        running.add("alpine")
        yield running


@pytest.fixture(scope="session")
def go_toolchain_image(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The image with a real Go toolchain, made once a session."""
    work: Path = tmp_path_factory.mktemp("go-toolchain")
    engine.add(go_toolchain(work))
    return TOOLCHAIN_IMAGE


@pytest.fixture
def go_image(engine: Engine, go_toolchain_image: str) -> str:
    """`golang:1.13` with a real toolchain, whatever another test loaded under that name."""
    engine.docker("tag", go_toolchain_image, GO_IMAGE)
    return GO_IMAGE
