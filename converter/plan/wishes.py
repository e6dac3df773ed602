"""What the person allows or wishes about the form of the result."""

from __future__ import annotations

from msgspec import Struct


class Wishes(Struct, frozen=True):
    """`move_host_steps` lets commands of the host that change an artifact become RUN instructions of its stage.

    `cache_mounts` wants folders of tools that the script mounts from the host kept between builds.
    `bake` wants both Dockerfiles to stay, and a bake file that builds one out of the other.
    `partial` accepts that only some images convert. `ask_engine` wants facts about base images from an engine, `pin` the digests of images that files are copied from.
    """

    move_host_steps: bool = False
    cache_mounts: bool = False
    partial: bool = False
    bake: bool = False
    ask_engine: bool = False
    pin: bool = False


NO_WISHES = Wishes()
