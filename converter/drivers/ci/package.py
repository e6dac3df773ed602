"""`scripts` of a package.json: `npm run NAME` runs `preNAME`, `NAME` and `postNAME`, each in a shell of its own."""

from __future__ import annotations

from converter.drivers.ci.document import get, pairs, read_document, text
from converter.drivers.ci.model import Job, Shell
from converter.drivers.ci.reading import pair_of, scripts_of
from converter.drivers.driver import Request
from converter.source import Source


def read(source: Source, request: Request) -> tuple[list[Job], list[Source]]:
    """Each script with what runs around it as a job. Raises `Refusal`."""
    documents = read_document(source)
    top = documents[0] if documents else None
    node = get(top, "scripts")
    environment = {
        f"npm_package_{name}": value for name in ("name", "version") if (value := text(get(top, name))) is not None
    }
    jobs = []
    names = pairs(node)
    for name, place in names.items():
        if any(name == before + other for before in ("pre", "post") for other in names):
            continue
        around = (f"pre{name}", name, f"post{name}")
        shells = tuple(
            Shell(scripts_of(source, pair_of(node, one), True), environment) for one in around if one in names
        )
        jobs.append(Job(name, source, place.span, shells))
    return jobs, [source]
