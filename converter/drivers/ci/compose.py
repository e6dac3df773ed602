"""Compose files: one service builds into a mounted folder, and the image of another one takes the result.

Compose gives no order between the two and no command line to edit, so this is refused by name. Anything else in a
compose file is no recipe.
"""

from __future__ import annotations

import re

from converter.diagnostics import refuse
from converter.drivers.ci.document import Node, Scalar, get, items, pairs, read_document, text
from converter.drivers.ci.model import Job
from converter.drivers.driver import Request
from converter.machine import paths
from converter.shell.interpreter import NeedsFiles
from converter.source import Source


def read(source: Source, request: Request) -> tuple[list[Job], list[Source]]:
    """No jobs. Raises `Refusal` where one service builds what another one's image takes, and `NeedsFiles`."""
    documents = read_document(source)
    services = pairs(get(documents[0], "services") if documents else None)
    base = paths.parent(source.path)
    images = {name: _image(base, node) for name, node in services.items() if get(node, "build") is not None}
    for name, node in services.items():
        for folder in _mounted(base, node):
            for other, (context, dockerfile) in images.items():
                if other == name or not (folder == context or paths.is_below(folder, context)) or folder == "":
                    continue
                if _takes(request, dockerfile, paths.relative(folder, context)):
                    raise refuse(
                        "STG404",
                        f"the service `{name}` works in the mounted folder `{folder}`, and the image of `{other}` takes it: "
                        "a compose file has no commands that could be followed",
                        source,
                        node.span,
                        "write the two builds as a script, or record a run, then try again",
                    )
    return [], [source]


def _image(base: str, node: Node) -> tuple[str, str]:
    build = get(node, "build")
    context = text(build) if isinstance(build, Scalar) else text(get(build, "context"))
    folder = paths.join(base, context or ".")
    return folder, paths.join(folder, text(get(build, "dockerfile")) or "Dockerfile")


def _mounted(base: str, node: Node) -> list[str]:
    """The folders of the tree that a service may write to."""
    found = []
    for item in items(get(node, "volumes")):
        host = (text(item) or "").split(":") if isinstance(item, Scalar) else [text(get(item, "source")) or "", ""]
        if (
            len(host) > 1
            and host[-1] != "ro"
            and host[0].startswith((".", "/")) is True
            and not host[0].startswith("/")
        ):
            found.append(paths.join(base, host[0]))
    return found


def _takes(request: Request, dockerfile: str, folder: str) -> bool:
    """Whether a COPY or ADD of a Dockerfile names the folder or something in it."""
    source = request.texts.get(dockerfile)
    if source is None:
        if dockerfile in request.files.files and dockerfile not in request.unreadable:
            raise NeedsFiles((dockerfile,))
        return False
    return (
        re.search(
            rf"^\s*(?:COPY|ADD)\s(?:.*[\s\"/])?{re.escape(folder)}(?=[/\s\",])",
            source.text,
            re.MULTILINE | re.IGNORECASE,
        )
        is not None
    )
