"""CI files of the collection in `files/`: the docker commands that they are expected to run, and what a rewrite leaves.

`expected.txt` has a line for each command of the pattern: `build DOCKERFILE CONTEXT TAGS`, `create IMAGE`,
`cp SOURCE HOST`, with what only the CI system knows as the file writes it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from converter.convert import starting_files
from converter.drivers.choose import driver_for
from converter.drivers.ci.names import ci_kind, is_hook
from converter.drivers.driver import Request
from converter.machine.events import Built, CopiedOut, Created
from converter.shell.commands.container import nothing_known
from converter.shell.interpreter import Run
from converter.source import Source
from tests.recipes import applied, convert_texts, read_texts

COLLECTION = Path(__file__).parent / "files"
NAMES = sorted(path.name for path in COLLECTION.iterdir() if path.is_dir())


def case(name: str) -> tuple[dict[str, str], str, list[str]]:
    """The files of a case, which of them is the driver, and the lines that are expected."""
    texts = read_texts(COLLECTION / name)
    expected = texts.pop("expected.txt").splitlines()
    return texts, next(path for path in texts if ci_kind(path) is not None or is_hook(path)), expected


def runs(texts: dict[str, str], driver: str) -> list[Run]:
    """Every way to start the driver."""
    sources = {path: Source(path, text) for path, text in texts.items()}
    request = Request(sources, starting_files(frozenset(texts)), (), lambda run: nothing_known)
    kind = driver_for(sources[driver])
    return [start() for group in kind.starts(sources[driver], request) for start in group]


def shown(run: Run) -> list[str]:
    """The commands of the pattern, one line each."""
    lines = []
    for event in run.events[: run.main_end]:
        if isinstance(event, Built):
            lines.append(" ".join(["build", event.dockerfile, event.context or ".", *(t.flat for t in event.tags)]))
        elif isinstance(event, Created):
            lines.append(f"create {event.container.image_name.flat}")
        elif isinstance(event, CopiedOut):
            lines.append(f"cp {event.source.flat} {event.path}")
    return [run.unknowns.show(line) for line in lines]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_runs_the_commands_that_are_expected(name: str) -> None:
    expected = case(name)[2]
    texts, driver = recipe_texts(name)
    assert expected in [shown(run) for run in runs(texts, driver)]


@pytest.mark.parametrize("name", NAMES)
def test_commands_stand_where_their_locations_say(name: str) -> None:
    texts, driver, _ = case(name)
    for run in runs(texts, driver):
        for event in run.events[: run.main_end]:
            if isinstance(event, (Built, Created, CopiedOut)):
                place = event.site.source.location(event.site.span)
                line = texts[place.file].splitlines()[place.line - 1]
                assert re.match(r"[\w$({=>|'\"]*\s*docker", line[place.column - 1 :]), (place, line)


def recipe_texts(name: str) -> tuple[dict[str, str], str]:
    """A case with Dockerfiles that fit its commands, so that it can be converted and built."""
    texts, driver, expected = case(name)
    copies: list[tuple[str, str]] = []
    builder = ""
    for line in expected:
        verb, *words = line.split()
        if verb == "cp":
            path, host = line.removeprefix("cp ").rsplit(" ", 1)
            copies.append((path, host))
            if "/" in host:
                texts[host.rpartition("/")[0] + "/.keep"] = ""
        elif verb == "build" and not copies:
            builder = words[0]
            context = "" if words[1] == "." else words[1] + "/"
            texts[context + "x.c"] = "int x;\n"
        elif verb == "build":
            made = "".join(f" && mkdir -p {path.rpartition('/')[0] or '/'} && cp x.c {path}" for path, _ in copies)
            made = "".join(re.sub(r"\$\{\{.*?\}\}", one, made) for one in ("amd64", "arm64"))
            texts[builder] = f"FROM debian:10\nWORKDIR /w\nCOPY x.c .\nRUN cp x.c y.c{made}\n"
            taken = [host if words[1] == "." else host.removeprefix(words[1] + "/") for _, host in copies]
            texts[words[0]] = "FROM alpine:3.10\n" + "".join(f"COPY {one} /{one.rpartition('/')[2]}\n" for one in taken)
            copies = []
    return texts, driver


def is_part(new: Any, old: Any) -> bool:
    """Whether a parsed document is the old one with parts taken out; a script may have lost commands or gained words."""
    if isinstance(old, dict) and isinstance(new, dict):
        names = list(old)
        return list(new) == [name for name in names if name in new] and all(is_part(new[n], old[n]) for n in new)
    if isinstance(old, list) and isinstance(new, list):
        rest = iter(old)
        return new == ["true"] or all(any(is_part(item, other) for other in rest) for item in new)
    if isinstance(old, str) and isinstance(new, str) and old != new:
        known = [part.strip() for part in re.split(r"\n|&&", old)]
        left = [part.strip() for part in re.split(r"\n|&&", new)]
        return new == "true" or all(part in known or part.startswith("docker build") for part in left)
    return bool(type(old) is type(new) and old == new)


@pytest.mark.parametrize("name", NAMES)
def test_a_rewritten_file_parses_to_the_old_document_but_for_the_change(name: str) -> None:
    texts, driver = recipe_texts(name)
    recipe = convert_texts(texts, driver)
    after = applied(texts, recipe)
    if recipe.status != "converted":
        assert {name: recipe.diagnostics[0].code}.items() <= DIFFERENT.items()
        return
    changed = [
        path
        for path in texts
        if path in after and after[path] != texts[path] and path.endswith((".yml", ".yaml", "json"))
    ]
    for path in changed:
        load = YAML(typ="safe", pure=True).load_all
        assert is_part(list(load(after[path])), list(load(texts[path]))), after[path]
        assert set(after[path].splitlines()) - set(texts[path].splitlines()) <= new_lines(after[path])
    assert convert_texts(after, driver).status != "converted"


DIFFERENT: dict[str, str] = {}
"""Files of the collection that are refused, with the code."""


def new_lines(text: str) -> set[str]:
    """Lines that a rewrite may bring: builds with further words, and `true`."""
    return {line for line in text.splitlines() if "docker build" in line or '"true"' in line or "npm run" in line}
