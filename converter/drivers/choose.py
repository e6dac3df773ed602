"""The driver of a file."""

from __future__ import annotations

from converter.drivers.ci.names import ci_kind
from converter.drivers.driver import Driver
from converter.drivers.makefile.names import is_makefile
from converter.drivers.shell_file import ShellFile
from converter.source import Source


def driver_for(source: Source) -> Driver:
    """The driver that reads the file; what no other one reads is a shell script."""
    if ci_kind(source.path) is not None:
        from converter.drivers.ci.driver import CiFile

        return CiFile()
    if is_makefile(source.path.rpartition("/")[2]) or source.text.startswith(
        ("#!/usr/bin/make", "#!/usr/bin/env make")
    ):
        from converter.drivers.makefile.driver import Makefile

        return Makefile()
    return ShellFile()
