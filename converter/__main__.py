"""`python -m converter` is `stageify`."""

from __future__ import annotations

from converter.cli.main import run

if __name__ == "__main__":
    run()
