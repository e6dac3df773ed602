"""The driver of a file."""

from __future__ import annotations

from converter.drivers.driver import Driver
from converter.drivers.shell_file import ShellFile
from converter.source import Source


def driver_for(source: Source) -> Driver:
    """The driver that reads the file; what no other one reads is a shell script."""
    from converter.drivers.makefile.driver import Makefile

    makefile = Makefile()
    return makefile if makefile.reads(source) else ShellFile()
