"""Volumes that several containers see: what one of them writes there is in no image.

Docker reference, "Volumes" and `docker run --volumes-from`: a volume is filled from the image once, when a container
first gets it empty; afterwards every container that names it, or takes another one's volumes, sees and changes the
same files.
"""

from __future__ import annotations

from collections.abc import Iterator

from converter.diagnostics import refuse
from converter.docker_cli.volumes import Volume
from converter.machine.events import CopiedOut, Created
from converter.plan.work import Work


def check_volumes(work: Work, created: Created, out: CopiedOut) -> None:
    """Raises `Refusal` where what is taken out of a container lies in a volume that another container sees as well."""
    names = [v.source.text for v in _volumes(created, out.source.flat) if v.source is not None]
    for event in work.run.events[: out.number]:
        if not isinstance(event, Created) or event.number == created.number:
            continue
        taken = [word.text.partition(":")[0] for word in event.command.volumes_from]
        sees_ours = any(_is(work, name, event, created) for name in taken)
        shared = any(
            v.kind == "volume" and v.source is not None and v.source.text in names for v in event.command.volumes
        )
        if sees_ours or shared:
            raise refuse(
                "STG402",
                f"`{work.show(out.source.flat)}` is taken from a volume that this container sees too, so what is there is in "
                "no image",
                event.site.source,
                event.site.span,
                "let the builder Dockerfile make the files, or copy them out of the container that makes them",
            )
    if created.command.volumes_from:
        word = created.command.volumes_from[0]
        raise refuse(
            "STG402",
            f"the container sees the volumes of `{work.show(word.text)}`, so what is there is in no image",
            created.site.source,
            created.spans[word.index] if created.spans else created.site.span,
            "copy the files out of the container that makes them",
        )


def _volumes(created: Created, path: str) -> Iterator[Volume]:
    """The named volumes of a container that a path lies in, or that lie in it."""
    for volume in created.command.volumes:
        target = volume.target.text.rstrip("/")
        inside = path == target or path.startswith(target + "/") or target.startswith(path.rstrip("/") + "/")
        if volume.kind == "volume" and inside:
            yield volume


def _is(work: Work, name: str, at: Created, created: Created) -> bool:
    """Whether a name means the container, at the moment of another one's command."""
    container = at.state.containers.get(name)
    return container is not None and created.number in container.events
