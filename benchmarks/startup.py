"""How long a person waits: whole processes, as ratios to a peer process measured in the same run.

    python benchmarks/startup.py [ROUNDS]

Prints `stageify --version` over a process that imports typer, and `stageify convert` of the sample over one that
imports typer, jinja2, tree_sitter and tree_sitter_bash: the median of the ratios of neighbouring runs. Exits with 1
where a ratio is above its limit. The package is compiled first, as installing it does.
"""

from __future__ import annotations

import compileall
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "samples" / "without-multi-stage"
STAGEIFY = Path(sys.executable).parent / "stageify"
CASES = (
    ("stageify --version", [str(STAGEIFY), "--version"], "import typer", 1.1),
    (
        "stageify convert (sample)",
        [str(STAGEIFY), "convert", str(SAMPLE)],
        "import typer, jinja2, tree_sitter, tree_sitter_bash",
        1.3,
    ),
)


def seconds(command: list[str]) -> float:
    """The wall time of one process."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> int:
    """Measures every case; returns the exit status."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 25
    compileall.compile_dir(ROOT / "converter", quiet=1)
    status = 0
    for name, command, imports, limit in CASES:
        peer = [sys.executable, "-c", imports]
        seconds(command), seconds(peer)
        pairs = [(seconds(command), seconds(peer)) for _ in range(rounds)]
        ratio = statistics.median(own / other for own, other in pairs)
        own = statistics.median(own for own, _ in pairs) * 1000
        print(f"{name:28} {own:7.1f} ms   {ratio:5.2f} of `{imports}`   (at most {limit})")
        status |= ratio > limit
    return status


if __name__ == "__main__":
    sys.exit(main())
