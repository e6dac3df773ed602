"""`python -m converter` is `stageify`."""

from __future__ import annotations

from converter.cli.main import main

if __name__ == "__main__":
    main()
