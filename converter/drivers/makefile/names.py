"""How makefiles are told from other files. None is read to know it."""

from __future__ import annotations


def is_makefile(name: str) -> bool:
    """Whether a file name is one that people give to makefiles: `Makefile`, `GNUmakefile`, `docker.mk`, `Makefile.build`."""
    if name in ("Makefile", "makefile", "GNUmakefile") or name.endswith((".mk", ".mak", ".make")):
        return True
    return name.startswith("Makefile.") and not name.endswith((".am", ".in", ".md", ".txt"))


def calls_make(text: str) -> bool:
    """Whether a file is started by make: its first line names it."""
    return text.startswith(("#!/usr/bin/make", "#!/usr/bin/env make"))
