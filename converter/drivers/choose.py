"""The driver of a file."""

from __future__ import annotations

from converter.drivers.ci.names import ci_kind
from converter.drivers.driver import Driver
from converter.drivers.makefile.names import calls_make, is_makefile
from converter.machine import paths
from converter.source import Source


def driver_for(source: Source) -> Driver:
    """The driver that reads the file; what no other one reads is a shell script.

    A name or a first line decides, so that only the driver that is needed is imported.
    """
    if ci_kind(source.path) is not None:
        from converter.drivers.ci.driver import CiFile

        return CiFile()
    if is_makefile(paths.base_name(source.path)) or calls_make(source.text):
        from converter.drivers.makefile.driver import Makefile

        return Makefile()
    from converter.drivers.shell_file import ShellFile

    return ShellFile()
