"""What build tools write where: outputs that no flag names, by the place where a tool puts them, and by flags.

Sources: `go help build` ("writes the resulting executable to an output file named after the last non-major-version
component of the package import path"), Cargo's guide ("Build cache"), Maven's standard directory layout, Gradle's
application plugin, `mix help release`, Stack's user guide (`--local-bin-path`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Literal

from converter.machine import paths
from converter.plan.kinds.commands import BuildCommand
from converter.plan.kinds.evidence import Evidence

_JAVASCRIPT = (
    r"\b(?:npm|yarn|pnpm|bun)\s+(?:run(?:-script)?\s+)?(?:-\S+\s+)*[\w:-]*(?:build|dist|prod|bundle|export|generate)|"
    r"\b(?:ng|vue-cli-service|vite|webpack|gulp|grunt|parcel|rollup|nuxt|next|ember|polymer|brunch)\b"
)
_JVM = r"\b(?:mvnw?|sbt|lein)\b"
_GRADLE = r"\bgradlew?\b"

FOLDERS: tuple[tuple[str, str], ...] = (
    (r"/(?:dist|build|public|www|out|static|assets|html|site|_site|output)", _JAVASCRIPT),
    (r"/dist/[\w-]+", r"\b(?:ng|nx)\s+(?:run\s+)?build\b"),
    (r"/(?:node_modules|bower_components|site-packages|_build|dist-newstyle|\.stack-work|\.next|\.output)", ""),
    (r"/_build/[\w-]+(?:/(?:rel|lib)(?:/[\w-]+)?)?", ""),
    (r"/rel/[\w-]+(?:/(?:bin|lib|releases))?", r"\b(?:mix|rebar3?|relx|make)\b"),
    (r"/vendor", r"\b(?:composer|bundle|bundler|govendor|glide|dep|cargo\s+vendor|go\s+mod\s+vendor)\b"),
    (r"/public", r"\b(?:hugo|gatsby|hexo)\b"),
    (r"/(?:_site|public|site|build|_build/html|html|output)", r"\b(?:jekyll|mkdocs|sphinx-build|pelican|middleman)\b"),
    (r"/target", rf"{_JVM}|\bcargo\b"),
    (r"/target/(?:classes|dependency|lib|site|test-classes|generated-sources|universal/stage)", _JVM),
    (r"/target/(?:[\w-]+/)?(?:release|debug)", r"\bcargo\b"),
    (r"/build", rf"{_GRADLE}|\bpython\S*\s+setup\.py\b"),
    (r"/build/(?:libs|classes|distributions|resources|install(?:/[\w-]+)?|dependencies)", _GRADLE),
    (r"/dist", r"\b(?:python\S*\s+(?:setup\.py|-m\s+build)|poetry\s+build|pyinstaller|cabal|ant)\b"),
    (r"/bin/(?:Release|Debug)(?:/[\w.-]+(?:/publish)?)?", r"\bdotnet\b"),
)
"""Ends of paths that are folders where a command fits: the command's pattern is empty where the name says it all."""

_FOLDER_WORDS = (
    "asset", "bin/", "build", "component", "dist", "html", "modules", "next", "out", "packages", "public", "rel", "site",
    "stack", "static", "target", "vendor", "www",
)  # fmt: skip
"""What every path that fits one of them holds: most paths hold none, and patterns are compiled when first used."""

_PLATFORMS = (
    r"(?i)(?:release|debug|linux|darwin|windows|freebsd|(?:\w+[_-])?(?:amd64|arm64|armv\d\w*|arm|386|x86|x86_64|x64)|"
    r"publish|dist|plugins|conf|lib|scripts)"
)
"""Names of folders among binaries."""

_FOLDER_FLAGS: tuple[tuple[frozenset[str] | None, frozenset[str]], ...] = tuple(
    (frozenset(programs.split()) or None, frozenset(flags.split()))
    for programs, flags in (
        ("javac kotlinc scalac groovyc unzip", "-d"),
        ("tar bsdtar make ninja", "-C --directory"),
        ("pip", "-t --target --prefix --root -w --wheel-dir -d --dest"),
        ("stack cabal", "--local-bin-path --installdir --bindir"),
        ("cargo", "--target-dir --root --out-dir --artifact-dir"),
        ("cmake", "-B --build --prefix"),
        ("meson git", "-C"),
        ("hugo jekyll bundle", "-d --destination"),
        ("mix", "--path"),
        ("dotnet", "-o --output"),
        ("tsc", "--outDir"),
        ("babel", "-d --out-dir"),
        ("webpack ng vite", "--output-path --outDir"),
        ("", "--out-dir --outdir --outDir --output-path --dist-dir --wheel-dir --destination"),
    )
)
"""Programs (None for all), and their flags that name a folder which they write into, or work in."""


def by_place(flat: str, text: str) -> Iterator[Evidence]:
    """What the path itself says beside the builder's commands."""
    for shape, command in FOLDERS if any(word in flat for word in _FOLDER_WORDS) else ():
        if re.search(rf"{shape}$", flat) and (not command or re.search(command, text)):
            yield "folder", f"that is the folder which such a build calls {paths.base_name(flat)}"
            break
    name = paths.base_name(flat)
    folder = paths.parent(flat)
    built_by_cargo = "/target/" in flat and "cargo" in text
    among_programs = folder.endswith(("/bin", "/sbin"))
    if "." in name or not (built_by_cargo or among_programs) or re.fullmatch(_PLATFORMS, name):
        return
    cargo = built_by_cargo and re.search(r"/target/(?:[\w-]+/)?(?:release|debug)/[\w-]+$", flat)
    if cargo and re.search(r"\bcargo\b", text):
        if name not in ("build", "deps", "examples", "incremental", "bundle"):
            yield "file", "cargo puts programs there"
    elif among_programs:
        yield "file", "programs lie in such a folder"


def by_command(flat: str, command: BuildCommand) -> Iterator[Evidence]:
    """What one command of the builder makes."""
    yield from _go(flat, command)
    yield from _copy(flat, command)
    words = command.words
    program = command.program
    if program.rstrip("0123456789.") == "pip":
        program = "pip"
    for programs, flags in _FOLDER_FLAGS:
        if programs is None or program in programs:
            for index, word in enumerate(words):
                flag, equals, value = word.partition("=")
                if flag not in flags or (not equals and index + 1 == len(words)):
                    continue
                place = command.place(value if equals else words[index + 1])
                if place == flat:
                    yield "folder", f"`{command.program}` writes files into it"
                elif place == paths.parent(flat) and command.program in ("stack", "cabal"):
                    yield "file", f"`{command.program}` puts programs there"
    if words[0] in ("cd", "pushd") and len(words) == 2 and command.place(words[1]) == flat:
        yield "folder", "the builder changes into it"
    if command.program in ("virtualenv", "venv") or words[1:3] == ("-m", "venv"):
        if command.place(words[-1]) == flat:
            yield "folder", "it is a virtual environment"
    if any(word.endswith("/") and command.place(word) == flat for word in words[1:]):
        yield "folder", "the builder names it with a slash at its end"


def _go(flat: str, command: BuildCommand) -> Iterator[Evidence]:
    """`go build` without -o names its output after the package, or after the folder that it works in."""
    words = command.words
    if command.program != "go" or len(words) < 2 or words[1] != "build" or any(w.startswith("-o") for w in words):
        return
    if command.folder is None or paths.parent(flat) != command.folder:
        return
    packages = [word for word in words[2:] if not word.startswith("-")]
    last = packages[-1] if packages else "."
    name = paths.base_name(flat)
    if last.endswith(".go"):
        files = [word for word in packages if word.endswith(".go")]
        named = paths.base_name(files[0]).removesuffix(".go")
    elif last in (".", "./"):
        named = paths.base_name(command.folder)
    else:
        named = paths.base_name(last.rstrip("/"))
    if named == name:
        yield "file", "go build makes it"


def _copy(flat: str, command: BuildCommand) -> Iterator[Evidence]:
    """`cp` with several sources fills a folder; without -r it makes a file."""
    words = command.words
    if command.program not in ("cp", "install", "mv") or len(words) < 3:
        return
    operands = [
        word for before, word in pairwise(words)
        if not word.startswith("-") and before not in ("-m", "-o", "-g")
    ]  # fmt: skip
    flags = "".join(word for word in words[1:] if word.startswith("-") and not word.startswith("--"))
    kind: Literal["file", "folder"] | None = None
    if len(operands) == 2 and command.place(operands[1]) == flat:
        wild = re.search(r"[*?\[{]", operands[0])
        if command.program == "cp" and ("r" in flags or "R" in flags) and not wild:
            kind = "folder"
        elif command.program == "install" and "d" not in flags.lower():
            kind = "file"
    elif len(operands) > 2 and command.place(operands[-1]) == flat:
        kind = "folder"
    if kind is not None:
        yield kind, f"`{command.program}` makes it one"
