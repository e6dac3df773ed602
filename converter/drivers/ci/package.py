"""`scripts` of a package.json: `npm run NAME` runs `preNAME`, `NAME` and `postNAME`, each in a shell of its own."""

from __future__ import annotations

from converter.drivers.ci.document import get, pairs, read_document
from converter.drivers.ci.model import Job, Shell
from converter.drivers.ci.reading import pair_of, scripts_of
from converter.drivers.driver import Request
from converter.source import Source


def read(source: Source, request: Request) -> tuple[list[Job], list[Source]]:
    """Each script with what runs around it as a job. Raises `Refusal`."""
    documents = read_document(source)
    node = get(documents[0], "scripts") if documents else None
    jobs = []
    names = pairs(node)
    for name, value in names.items():
        if any(name == before + other for before in ("pre", "post") for other in names):
            continue
        around = (f"pre{name}", name, f"post{name}")
        shells = tuple(Shell(scripts_of(source, pair_of(node, one), True)) for one in around if one in names)
        jobs.append(Job(name, source, value.span, shells))
    return jobs, [source]
