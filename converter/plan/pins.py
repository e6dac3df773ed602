"""The name by which files are copied from an image that nobody here builds: as it is, or with its digest."""

from __future__ import annotations

from converter.diagnostics import note, refuse
from converter.docker_cli.references import parse_reference
from converter.plan.dockerfiles import BuildFile
from converter.plan.work import Work


def pinned(work: Work, file: BuildFile) -> str:
    """The image's name for `COPY --from`. Raises `Refusal` where a digest is wished and the engine knows none.

    Behind the digest's name the tag has no meaning any more, and stays for the reader (Docker's reference store).
    """
    image = file.state.image
    place = file.event.site.source, file.event.site.span
    if image == "scratch" or parse_reference(image).digest is not None:
        return image
    if not work.wishes.pin:
        found = note(
            "STG618",
            f"files of `{work.show(image)}`, which somebody else builds, come into the image; another image may lie under this "
            "name tomorrow",
            *place,
            f"--pin writes the digest that your engine knows (`docker pull {work.show(image)}` first)",
        )
        if found not in work.diagnostics:
            work.diagnostics.append(found)
        return image
    digest = work.loader.images.digest(image)
    if digest is None:
        raise refuse(
            "STG618",
            f"the engine knows no digest of `{work.show(image)}`, and --pin wants one",
            *place,
            f"`docker pull {work.show(image)}` first; an image that was only built or loaded has none",
        )
    return f"{image}@{digest}"
