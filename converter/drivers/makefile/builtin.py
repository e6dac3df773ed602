"""What GNU make knows before it reads a line: variables with a value of their own (manual, 10.3), special targets."""

from __future__ import annotations

DEFAULTS = {
    "AR": "ar",
    "ARFLAGS": "-rv",
    "AS": "as",
    "CC": "cc",
    "CPP": "$(CC) -E",
    "CXX": "g++",
    "FC": "f77",
    "LD": "ld",
    "LEX": "lex",
    "LINT": "lint",
    "M2C": "m2c",
    "MAKEINFO": "makeinfo",
    "PC": "pc",
    "RM": "rm -f",
    "TEX": "tex",
    "YACC": "yacc",
    "GET": "get",
    "CO": "co",
    "MAKE": "make",
    "MAKE_COMMAND": "make",
    "MAKE_VERSION": "4.3",
    "MAKEFILES": "",
    "MAKEFLAGS": "",
    "MFLAGS": "",
    "MAKELEVEL": "0",
    "MAKEOVERRIDES": "",
    "SHELL": "/bin/sh",
    ".SHELLFLAGS": "-c",
    ".RECIPEPREFIX": "",
    "SUFFIXES": "",
    ".FEATURES": "",
    ".INCLUDE_DIRS": "/usr/include",
    ".LIBPATTERNS": "lib%.so lib%.a",
    "OUTPUT_OPTION": "-o $@",
}

FROM_THE_SYSTEM = frozenset({"HOME", "PATH", "USER", "LOGNAME", "HOSTNAME", "LANG", "TERM", "TMPDIR", "UID", "EUID"})
"""Variables that every machine's environment has: what they hold is unknown, never empty."""

SPECIAL_TARGETS = frozenset(
    """
    .PHONY .SUFFIXES .DEFAULT .PRECIOUS .INTERMEDIATE .SECONDARY .SECONDEXPANSION .DELETE_ON_ERROR .IGNORE
    .LOW_RESOLUTION_TIME .SILENT .EXPORT_ALL_VARIABLES .NOTPARALLEL .ONESHELL .POSIX
    """.split()
)

MAKERS = frozenset(
    ".c .cc .C .cpp .p .f .F .r .s .S .mod .sh .y .l .w .ch .web .tex .txinfo .texinfo .texi .m .def .o .a".split()
)
"""Suffixes of files that a built-in rule may make a target of the same name from (manual, 10.2)."""
