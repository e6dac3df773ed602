"""Conversions in process, in milliseconds of processor time: what else runs on the machine hardly counts.

    python benchmarks/conversion.py [ROUNDS]

The sample, as a ratio to parsing its three files with the parsers alone; a script of 100 lines with some docker
commands; one with a dozen builds, which is six recipes; and every case of the tests once. Exits with 1 where the sample
takes more than 2 ms or the script of 100 lines more than 3 ms.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from converter.convert import Options, Tree, convert  # noqa: E402
from converter.dockerfile.parser import parse  # noqa: E402
from converter.result import Recipe  # noqa: E402
from converter.shell.reader import read  # noqa: E402
from converter.source import Source, SourceError  # noqa: E402

SAMPLE = ROOT / "samples" / "without-multi-stage"
CASES = ROOT / "tests" / "cases"
SAMPLE_LIMIT_MS = 2.0
SCRIPT_LIMIT_MS = 3.0
BUILDER = "FROM golang:1.20\nWORKDIR /src\nCOPY . .\nRUN go build -o app .\n"
RUNTIME = 'FROM alpine:3\nCOPY app /app\nCMD ["/app"]\n'
RECIPE = """\
# {name}
echo "Building {name}"
docker build -t acme/{name}-build -f {name}/Dockerfile.build {name}
docker create --name extract-{name} acme/{name}-build
docker cp extract-{name}:/src/app {name}/app
docker rm -f extract-{name}
docker build -t "acme/{name}:$VERSION" {name}
"""


def script(recipes: int) -> Tree:
    """A script of 100 lines that makes this many images, with what scripts around them do."""
    lines = ["#!/bin/sh", "set -e", "VERSION=${VERSION:-1.0}"]
    files: dict[str, str] = {}
    for name in (f"part{number}" for number in range(recipes)):
        lines += RECIPE.format(name=name).splitlines()
        files |= {f"{name}/Dockerfile.build": BUILDER, f"{name}/Dockerfile": RUNTIME, f"{name}/main.go": ""}
    for number in range((100 - len(lines)) // 5):
        lines += [f"SETTING_{number}=value-{number}", f'if [ -n "$STEP_{number}" ]; then']
        lines += [f'  echo "step $SETTING_{number}"', "fi", f"make check-{number}"]
    lines += ["echo done"] * (100 - len(lines))
    texts = {path: Source(path, text) for path, text in {**files, "build.sh": "\n".join(lines) + "\n"}.items()}
    return Tree(frozenset(texts), texts)


def milliseconds(work: Callable[[], object]) -> float:
    """The processor time of one call."""
    start = time.process_time()
    work()
    return (time.process_time() - start) * 1000


def median(work: Callable[[int], object], rounds: int) -> float:
    """The median of this many calls, after one that does not count; each gets its number."""
    work(rounds)
    return statistics.median(milliseconds(partial(work, number)) for number in range(rounds))


def changed(tree: Tree, number: int) -> Tree:
    """The tree with another comment at the end of each text."""
    texts = {path: Source(path, f"{one.text}# {number}\n") for path, one in tree.texts.items() if one.text}
    return Tree(tree.paths, {**tree.texts, **texts})


def cases() -> list[tuple[Tree, str]]:
    """The trees of all cases, each with a build script of it."""
    found: list[tuple[Tree, str]] = []
    for folder in sorted(CASES.glob("*/before")):
        texts: dict[str, Source] = {}
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            name = path.relative_to(folder).as_posix()
            try:
                texts[name] = Source.decode(name, path.read_bytes())
            except SourceError:
                continue
        found += [(Tree(frozenset(texts), texts), name) for name in texts if name.endswith((".sh", "Makefile"))]
    return found


def main() -> int:
    """Measures; returns the exit status."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    texts = {path.name: Source(path.name, path.read_text(encoding="utf-8")) for path in SAMPLE.iterdir()}

    def conversion(tree: Tree) -> Callable[[int], None]:
        trees = [changed(tree, number) for number in range(rounds + 1)]

        def once(number: int) -> None:
            recipe = convert(trees[number], "build.sh", Options())
            assert isinstance(recipe, Recipe)
            assert recipe.status == "converted"

        return once

    def parsing(number: int) -> None:
        read(texts["build.sh"])
        parse(texts["Dockerfile"])
        parse(texts["Dockerfile.build"])

    own = median(conversion(Tree(frozenset(texts), texts)), rounds)
    peer = median(parsing, rounds)
    print(f"the sample                    {own:7.2f} ms   {own / peer:5.1f} of parsing the three files alone   "
          f"(at most {SAMPLE_LIMIT_MS} ms)")  # fmt: skip
    hundred = median(conversion(script(1)), rounds)
    print(f"100 lines, one recipe         {hundred:7.2f} ms   (at most {SCRIPT_LIMIT_MS} ms)")
    dozen = median(conversion(script(6)), rounds)
    print(f"100 lines, a dozen builds     {dozen:7.2f} ms   {dozen / own:5.1f} of the sample")
    trees = cases()
    total = milliseconds(lambda: [convert(tree, name, Options()) for tree, name in trees])
    print(f"{len(trees)} build scripts of the cases {total:7.0f} ms   {total / len(trees):5.2f} ms each")
    return int(own > SAMPLE_LIMIT_MS or hundred > SCRIPT_LIMIT_MS)


if __name__ == "__main__":
    sys.exit(main())
