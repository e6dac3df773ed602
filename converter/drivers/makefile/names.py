"""What makefiles are called."""

from __future__ import annotations


def is_makefile(name: str) -> bool:
    """Whether a file name is one that people give to makefiles: `Makefile`, `GNUmakefile`, `docker.mk`, `Makefile.build`."""
    if name in ("Makefile", "makefile", "GNUmakefile") or name.endswith((".mk", ".mak", ".make")):
        return True
    return name.startswith("Makefile.") and not name.endswith((".am", ".in", ".md", ".txt"))
