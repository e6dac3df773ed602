"""The person's engine through Docker's SDK: looking, exporting, and removing what a run has left."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from msgspec import Struct

from converter.verify.archive import ArchiveError, read_archive
from converter.verify.image import Image
from converter.verify.problems import VerifyProblem

ANSWER_SECONDS = 600
REMOVAL_ROUNDS = 5
"""How often leftovers are looked for: an engine finishes what it was doing when its client went away."""


class Before(Struct, frozen=True):
    """What an engine had before a run: ids of its images and of its build cache's records."""

    images: frozenset[str]
    cache: frozenset[str]


class Traces(Struct, frozen=True):
    """What a run has noted: images and containers by id, and images that the engine fetched for it, by name."""

    images: tuple[str, ...]
    containers: tuple[str, ...]
    pulled: tuple[str, ...]


class Engine:
    """A connection to an engine. Raises `VerifyProblem` where the engine does not answer or refuses."""

    def __init__(self, client: Any) -> None:
        self._api = client.api

    @staticmethod
    def connect(environment: Mapping[str, str]) -> Engine:
        """The engine that the `docker` command of this environment would use: DOCKER_HOST, the context, the default."""
        if shutil.which("docker", path=environment.get("PATH", os.defpath)) is None:
            raise VerifyProblem("there is no `docker` command on the PATH", "install Docker's command line client")
        return Engine.reach(environment)

    @staticmethod
    def reach(environment: Mapping[str, str]) -> Engine:
        """As `connect`, for work that needs no `docker` command."""
        import docker
        from docker.errors import DockerException

        try:
            return Engine(_client(docker, environment))
        except (DockerException, OSError, ValueError) as error:
            raise unreachable(error) from None

    def before(self) -> Before:
        """What there is now."""
        return Before(frozenset(image["Id"] for image in self._api.images(all=True)), self._cache())

    def find(self, name: str) -> str | None:
        """The id of an image, None where there is none of this name or id."""
        from docker.errors import NotFound

        try:
            return str(self._api.inspect_image(name)["Id"])
        except NotFound:
            return None

    def inspect(self, name: str) -> dict[str, Any] | None:
        """What the engine says of an image (`docker image inspect`), None where it has none of this name."""
        from docker.errors import APIError, NotFound

        try:
            found: dict[str, Any] = self._api.inspect_image(name)
        except NotFound:
            return None
        except APIError as error:
            raise VerifyProblem(f"the engine does not tell what {name} is: {error.explanation or error}") from None
        return found

    def size_bytes(self, name: str) -> int:
        """The size of an image as the engine tells it."""
        return int(self._api.inspect_image(name)["Size"])

    def image(self, name: str) -> Image:
        """The image as it is exported, whole."""
        from docker.errors import APIError

        identifier = self.find(name)
        if identifier is None:
            raise VerifyProblem(f"the engine has no image {name}")
        try:
            return read_archive(self._api.get_image(identifier))
        except (APIError, ArchiveError) as error:
            raise VerifyProblem(f"the image {name} cannot be exported: {error}") from None

    def remove(self, prefix: str, container_prefix: str, traces: Traces, before: Before) -> list[str]:
        """Removes everything that was made under private names, and what came along; returns what is still there.

        `prefix` begins the names of images, `container_prefix` those of containers, volumes and networks. Images
        that were there `before` stay, as do those that somebody has given a name since.
        """
        left: list[str] = []
        for number in range(REMOVAL_ROUNDS):
            if number:
                time.sleep(0.2 * number)
            self._remove_containers(container_prefix, traces.containers)
            self._remove_images(prefix, traces, before)
            self._remove_named(container_prefix)
            left = self._left(prefix, container_prefix)
            if not left and number:
                break
        self._remove_cache(before)
        return left

    def _remove_containers(self, prefix: str, identifiers: Iterable[str]) -> None:
        named = [found["Id"] for found in self._api.containers(all=True, filters={"name": f"^/?{prefix}"})]
        for identifier in (*named, *identifiers):
            with _quiet():
                self._api.remove_container(identifier, v=True, force=True)

    def _remove_images(self, prefix: str, traces: Traces, before: Before) -> None:
        for image in self._api.images():
            for tag in image.get("RepoTags") or ():
                if tag.startswith(f"{prefix}/"):
                    with _quiet():
                        self._api.remove_image(tag)
        for identifier in reversed(traces.images):
            with _quiet():
                found = self._api.inspect_image(identifier)
                if found["Id"] not in before.images and not found.get("RepoTags"):
                    self._api.remove_image(found["Id"])
        for name in traces.pulled:
            with _quiet():
                self._api.remove_image(name)

    def _remove_named(self, prefix: str) -> None:
        for volume in self._api.volumes(filters={"name": prefix}).get("Volumes") or ():
            if volume["Name"].startswith(prefix):
                with _quiet():
                    self._api.remove_volume(volume["Name"], force=True)
        for network in self._api.networks(filters={"name": prefix}):
            if network["Name"].startswith(prefix):
                with _quiet():
                    self._api.remove_network(network["Id"])

    def _left(self, prefix: str, container_prefix: str) -> list[str]:
        tags = [tag for image in self._api.images() for tag in image.get("RepoTags") or ()]
        containers = self._api.containers(all=True, filters={"name": f"^/?{container_prefix}"})
        return [
            *(f"image {tag}" for tag in tags if tag.startswith(f"{prefix}/")),
            *(f"container {found['Names'][0].removeprefix('/')}" for found in containers),
        ]

    def _cache(self) -> frozenset[str]:
        from docker.errors import DockerException

        try:
            return frozenset(record["ID"] for record in self._api.df().get("BuildCache") or ())
        except DockerException:  # an engine without BuildKit
            return frozenset()

    def _remove_cache(self, before: Before) -> None:
        """Records that were not there before; one that another was made from goes after it."""
        while new := self._cache() - before.cache:
            for identifier in new:
                with _quiet():
                    self._api.prune_builds(filters={"id": identifier}, all=True)
            if not new - self._cache():
                return


@contextmanager
def answering(help: str) -> Iterator[None]:
    """Turns an engine that refuses, or stops to answer, into a `VerifyProblem`; `help` is for the person then."""
    from docker.errors import DockerException
    from requests import RequestException

    try:
        yield
    except (DockerException, RequestException) as error:
        raise VerifyProblem(f"the container engine failed: {error}", help) from None


class _quiet:  # noqa: N801  (a context manager that reads as an adverb)
    """Something that is gone already, or that somebody uses, is left as it is."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        from docker.errors import APIError

        return isinstance(error, APIError)


def _client(docker: Any, environment: Mapping[str, str]) -> Any:
    name = environment.get("DOCKER_CONTEXT", "")
    if environment.get("DOCKER_HOST") or name == "default":
        return docker.from_env(timeout=ANSWER_SECONDS, environment=dict(environment))
    from docker.context import ContextAPI

    name = name or ContextAPI.get_current_context().name
    context = ContextAPI.get_context(name)
    if context is None:
        raise ValueError(f"there is no docker context {name!r}")
    if name == "default":
        return docker.from_env(timeout=ANSWER_SECONDS, environment=dict(environment))
    with suppress(KeyError):
        return docker.DockerClient(
            base_url=context.Host, tls=context.TLSConfig or False, timeout=ANSWER_SECONDS, version="auto"
        )
    raise ValueError(f"the docker context {name!r} has no engine")


def unreachable(error: Exception) -> VerifyProblem:
    """What is told of an engine to which no connection can be made, because of this error."""
    text = str(error)
    if "Permission denied" in text or "PermissionError" in text:
        return VerifyProblem(
            "this user may not talk to the container engine: permission denied",
            "run it as a user of the group `docker`, or as root",
        )
    if any(sign in text for sign in ("FileNotFoundError", "ConnectionRefusedError", "Connection refused")):
        return VerifyProblem(
            "no container engine answers", "start Docker, or let DOCKER_HOST or the docker context name a running one"
        )
    return VerifyProblem(f"no container engine answers: {text}", "`docker version` has to work")
