"""Reading a Makefile of 1,000 lines: its lines, variables and rules, and the commands of its default goal.

    python benchmarks/makefile.py [ROUNDS]

Exits with 1 where reading takes more than 50 ms.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from converter.drivers.makefile.reader import read  # noqa: E402
from converter.drivers.makefile.run import run_goals  # noqa: E402
from converter.machine.host import StartingFiles  # noqa: E402
from converter.source import Source  # noqa: E402

LIMIT_MS = 50.0
PART = """
# component {n}
NAME_{n} := part-{n}
IMAGE_{n} = $(REGISTRY)/$(NAME_{n}):$(VERSION)
SOURCES_{n} := $(wildcard src/{n}/*.go)
ifeq ($(NAME_{n}),part-7)
FLAGS_{n} += --no-cache
endif
.PHONY: image-{n}
image-{n}: $(SOURCES_{n})
\tdocker build $(FLAGS_{n}) --build-arg NAME=$(NAME_{n}) \\
\t  -t $(IMAGE_{n}) .
\t@echo "$(subst -, ,$(NAME_{n})) is built"
push-{n}: image-{n}
\tdocker push $(IMAGE_{n})
"""


def text() -> str:
    """A makefile of at least 1,000 lines."""
    parts = "".join(PART.replace("{n}", str(number)) for number in range(68))
    head = "REGISTRY ?= quay.io/acme\nVERSION := $(shell git describe)\nall: image-1\n"
    return head + parts


def milliseconds(work: Callable[[], object]) -> float:
    """The wall time of one call."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def main() -> int:
    """Measures; returns the exit status."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    source = Source("Makefile", text())
    assert source.line_count() >= 1000
    files = StartingFiles(["Makefile", "src/1/a.go"])

    def whole() -> None:
        run = run_goals(source, {"Makefile": source}, files, "", {}, {}, ("image-1",), others=False)
        assert len(run.lines) == 2

    whole()
    lines = statistics.median(milliseconds(lambda: read(source)) for _ in range(rounds))
    own = statistics.median(milliseconds(whole) for _ in range(rounds))
    print(f"a Makefile of {source.line_count():,} lines: {lines:5.1f} ms for its lines, {own:5.1f} ms with variables, "
          f"rules and a goal   (at most {LIMIT_MS:.0f} ms)")  # fmt: skip
    return int(own > LIMIT_MS)


if __name__ == "__main__":
    sys.exit(main())
