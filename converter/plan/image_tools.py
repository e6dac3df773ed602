"""Which programs an image surely has: by what well-known images bring, what its Dockerfile installs, and what it runs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from converter.docker_cli.references import normalize, parse_reference
from converter.machine.events import Built
from converter.plan.dockerfiles import BuildFile, Loader
from converter.plan.kinds.commands import BuildCommand, commands_of
from converter.plan.official_images import OFFICIAL
from converter.plan.runs_text import run_text

EVERYWHERE = frozenset({"gzip", "sed"})
"""Programs that every distribution of Linux has, busybox included."""

_COMPILING = frozenset(
    "buildpack-deps elixir erlang gcc golang haskell node perl python ruby rust swift".split()
)  # fmt: skip
"""Official images that hold a C compiler, and with it binutils, unless their tag says that they are small."""

_SMALL = re.compile(r"alpine|slim|curl|scm|windows|nanoserver|distroless")

_PLAIN = frozenset({"amazonlinux", "oraclelinux"})
_OTHERS = re.compile(r"windows|nanoserver|distroless|oracle|amazon|ubi|minimal")
"""Distributions whose images have no tar, and variants that are made from them."""

_WITHOUT_SHELL = ("scratch", "gcr.io/distroless/")

_COMPILERS = "binutils build-essential build-base alpine-sdk gcc g++ gcc-c++ base-devel".split()

PACKAGES: dict[str, tuple[str, ...]] = {
    "strip": tuple(_COMPILERS),
    "objcopy": tuple(_COMPILERS),
    "upx": ("upx", "upx-ucl"),
    "patchelf": ("patchelf",),
    "dos2unix": ("dos2unix",),
    "bzip2": ("bzip2",),
    "xz": ("xz", "xz-utils"),
    "pigz": ("pigz",),
    "tar": ("tar",),
    "unzip": ("unzip",),
}
"""The packages of Debian, Alpine and Fedora that bring a program."""

_INSTALLS = {
    "apt-get": "install",
    "apt": "install",
    "apk": "add",
    "yum": "install",
    "dnf": "install",
    "microdnf": "install",
}
_REMOVALS = frozenset({"remove", "purge", "autoremove", "autopurge", "del", "erase", "-P", "--purge"})


def has_program(file: BuildFile, program: str, loader: Loader) -> bool:
    """Whether the target stage surely has the program."""
    for builder, index in _chain(file, loader):
        commands = list(commands_of(builder, index))
        managing = [command for command in commands if command.program in _INSTALLS or command.program == "dpkg"]
        if any(_REMOVALS.intersection(command.words[1:]) for command in managing):
            return False
        if managing and program in EVERYWHERE:
            return True
        if any(_installs(command, program) for command in managing) or _runs(builder, index, program):
            return True
        if builder.states[index].parent is None and _brings(builder.states[index].image, program):
            return True
    return False


def _chain(file: BuildFile, loader: Loader) -> Iterator[tuple[BuildFile, int]]:
    """The target stage and those that it is built from, in files of the script too."""
    builder: BuildFile | None = file
    seen: set[int] = set()
    while builder is not None and builder.event.number not in seen:
        seen.add(builder.event.number)
        index: int | None = builder.target.index
        last = builder.target.index
        while index is not None:
            yield builder, index
            last, index = index, builder.states[index].parent
        image = builder.states[last].image
        images = builder.event.state.images
        built = images.get(normalize(image)) or images.get(image)
        event = loader.run.events[built.event] if built is not None and not built.choices else None
        builder = loader.load(event) if isinstance(event, Built) else None


def _installs(command: BuildCommand, program: str) -> bool:
    verb = _INSTALLS.get(command.program)
    names = {word.partition("=")[0] for word in command.words[1:]}
    return verb in command.words and not names.isdisjoint(PACKAGES.get(program, ()))


def _runs(builder: BuildFile, index: int, program: str) -> bool:
    """Whether a RUN of the stage calls the program where its failure would stop the build."""
    for instruction in builder.stages[index].instructions:
        if instruction.keyword == "RUN" and instruction.form != "json":
            text = run_text(instruction, builder.source)
            sure = not re.search(r"\|\||[;|`(){}]|\b(?:if|for|while|case|which|rm)\b", text)
            if sure and any(re.match(rf"(?:\S*/)?{program}(?=\s)", part.strip()) for part in text.split("&&")):
                return True
    return False


def _brings(image: str, program: str) -> bool:
    """Whether a base image that the script does not build brings the program."""
    reference = parse_reference(image)
    name = reference.repository
    if reference.registry is not None and reference.registry not in ("docker.io", "index.docker.io"):
        name = f"{reference.registry}/{name}"
    name = name.removeprefix("library/")
    if name not in OFFICIAL or name.startswith(_WITHOUT_SHELL):
        return False
    tag = reference.tag or ""
    if program in EVERYWHERE:
        return not _SMALL.search(tag) or "alpine" in tag or "slim" in tag
    if program == "tar":
        return name not in _PLAIN and not _OTHERS.search(tag)
    if program in ("dos2unix", "bzip2", "xz"):
        # busybox has them
        return name in ("alpine", "busybox") or "alpine" in tag
    return program in ("strip", "objcopy") and name in _COMPILING and not _SMALL.search(tag)
