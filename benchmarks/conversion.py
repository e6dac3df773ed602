"""One conversion of the sample in process, as a ratio to parsing its three files with the parsers alone.

    python benchmarks/conversion.py [ROUNDS]

Exits with 1 where a conversion takes more than 2 ms.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from converter.convert import Options, Tree, convert  # noqa: E402
from converter.dockerfile.parser import parse  # noqa: E402
from converter.result import Recipe  # noqa: E402
from converter.shell.reader import read  # noqa: E402
from converter.source import Source  # noqa: E402

SAMPLE = ROOT / "samples" / "without-multi-stage"
LIMIT_MS = 2.0


def milliseconds(work: Callable[[], object]) -> float:
    """The wall time of one call."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def main() -> int:
    """Measures; returns the exit status."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    texts = {path.name: Source(path.name, path.read_text(encoding="utf-8")) for path in SAMPLE.iterdir()}
    tree = Tree(frozenset(texts), texts)

    def conversion() -> None:
        recipe = convert(tree, "build.sh", Options())
        assert isinstance(recipe, Recipe)
        assert recipe.status == "converted"

    def parsing() -> None:
        read(texts["build.sh"])
        parse(texts["Dockerfile"])
        parse(texts["Dockerfile.build"])

    conversion()
    parsing()
    own = statistics.median(milliseconds(conversion) for _ in range(rounds))
    peer = statistics.median(milliseconds(parsing) for _ in range(rounds))
    print(
        f"one conversion {own:6.2f} ms   {own / peer:5.1f} of parsing the three files alone   (at most {LIMIT_MS} ms)"
    )
    return int(own > LIMIT_MS)


if __name__ == "__main__":
    sys.exit(main())
