"""Is an artifact a file or a folder? It matters only where its name changes on the way.

`docker cp` and `COPY` treat the two differently: a file keeps its name in a folder
destination, a folder spills its contents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from converter.dockerfile.stages import Stage
from converter.machine import paths
from converter.plan.dockerfiles import BuildFile
from converter.plan.runs_text import run_text
from converter.plan.takes import Artifact

FILE_SUFFIXES = frozenset(
    """
    7z a apk bin bz2 cer conf crt css csv deb dll dylib ear egg elf exe gem gz hex html ico ini jar js json key
    ko lib md mjs msi nupkg o pem phar pl png properties py pyz rb rpm sh so sql svg tar tgz toml ts txt war
    wasm whl xml xz yaml yml zip zst
    """.split()
)
"""Endings of names that build tools give to files and never to folders."""

_COMPILERS = (
    r"(?:^|[\s/])(?:go\s+(?:build|test)|[\w-]*gcc|[\w-]*g\+\+|c\+\+|cc|clang(?:\+\+)?|tcc|ld|ghc|rustc|ocamlfind|ocamlopt|"
    r"fpc|nim|crystal\s+build|dmd|ldc2|gdc|gfortran|swiftc|kotlinc|curl|as|ar|vala|valac)(?=\s|$)"
)
"""Programs whose -o names one file."""


_FOLDER_FLAGS = (
    r"(?:\b(?:javac|kotlinc|scalac|groovyc)\b.*\s-d|\bpip[\d.]*\s+wheel\b.*\s(?:-w|--wheel-dir)|\bunzip\b.*\s-d|"
    r"\btar\b.*\s(?:-C|--directory)|\s(?:--out-dir|--outdir|--outDir|--output-path|--dist-dir|--wheel-dir|--destination))"
)
"""Flags that name a folder which a program writes its files into."""

_SCRIPTS = r"\b(?:npm|yarn|pnpm|bun)\s+(?:run\s+)?(?:-\S+\s+)*[\w:-]*(?:build|dist|prod)|\b(?:ng|vue-cli-service|vite|webpack|gulp|grunt|parcel)\b"
_CONVENTIONAL = {
    "dist": _SCRIPTS,
    "build": _SCRIPTS,
    "node_modules": r"\b(?:npm|yarn|pnpm|bun)\b",
    "bower_components": r"\bbower\b",
    "vendor": r"\b(?:composer|bundle|govendor|glide|dep)\b",
    "public": r"\b(?:hugo|gatsby)\b",
    "_site": r"\bjekyll\b",
    "target": r"\b(?:mvn|mvnw|cargo|sbt|lein)\b",
}
"""Folders that build tools make by these names, and the commands that make them."""


def kind_of(
    artifact: Artifact, builder: BuildFile, runtime: BuildFile, stage: Stage
) -> tuple[Literal["file", "folder", "unknown"], str]:
    """The kind, and the evidence for it in words."""
    if artifact.entry.kind != "unknown":
        return artifact.entry.kind, "the script shows it"
    flat = artifact.path.flat
    name = paths.base_name(flat)
    suffix = name.rpartition(".")[2].lower() if "." in name.lstrip(".") else ""
    if suffix in FILE_SUFFIXES:
        return "file", f"its name ends in .{suffix}"
    found = list(_evidence(name, flat, artifact, builder, runtime, stage))
    kinds = {kind for kind, _ in found}
    if len(kinds) != 1:
        return "unknown", ""
    return found[0]


def _evidence(
    name: str, flat: str, artifact: Artifact, builder: BuildFile, runtime: BuildFile, stage: Stage
) -> Iterator[tuple[Literal["file", "folder"], str]]:
    """Everything that the two Dockerfiles say about the artifact."""
    text = _text(builder)
    spelled = re.escape(name)
    for command in re.split(r"&&|\|\||[;|\n]", text):
        if re.search(rf"(?:^|\s)(?:-o|--output)[ =]?['\"]?(?:\S*/)?{spelled}/?['\"]?(?=$|\s)", command):
            if re.search(r"\bdotnet\b", command):
                yield "folder", "dotnet writes it with -o"
            elif re.search(_COMPILERS, command) and "..." not in command and f"{name}/" not in command:
                yield "file", f"the builder writes it with -o {name}"
        if re.search(rf"\bgo\s+(?:install|get)\b.*(?:^|[\s/]){spelled}(?=$|[\s;&|@])", command) and "/bin/" in flat:
            yield "file", "go install makes it"
        if re.search(rf"{_FOLDER_FLAGS}[ =]?['\"]?(?:\S*/)?{spelled}/?['\"]?(?=$|\s)", command):
            yield "folder", "the builder writes files into it"
    if name in _CONVENTIONAL and re.search(_CONVENTIONAL[name], text):
        yield "folder", f"that is the folder which such a build calls {name}"
    if re.search(rf"\bchmod\s+[ugoa]*\+x\s+(?:\S+\s+)*(?:\S*/)?{spelled}(?=$|[\s;&|])", text):
        yield "file", "the builder makes it executable"
    if re.search(rf"\b(?:strip|upx|ldd)\s+(?:\S+\s+)*(?:\S*/)?{spelled}(?=$|[\s;&|])", text):
        yield "file", "the builder works on it as a program"
    if any(_names(word, flat) for made in re.findall(r"\bmkdir\s+([^;&|\n]*)", text) for word in made.split()):
        yield "folder", "the builder makes it a folder"
    if re.search(rf"(?:^|[\s'\"=>])(?:{re.escape(flat)}|{spelled})/[\w.*]", text):
        yield "folder", "the builder works in it as a folder"
    for state in builder.states:
        for scope in (*state.scopes, state.final):
            if scope.workdir is not None and (scope.workdir == flat or paths.is_below(scope.workdir, flat)):
                yield "folder", "it is a working folder of the builder"
                break
    host = paths.base_name(artifact.host)
    position = next(
        (i for i, other in enumerate(stage.instructions) if artifact.host and other.keyword in ("CMD", "ENTRYPOINT")),
        None,
    )
    if position is None:
        return
    for instruction in stage.instructions[position:]:
        if instruction.keyword not in ("CMD", "ENTRYPOINT") or not instruction.arguments:
            continue
        first = instruction.arguments[0].value
        if instruction.form != "json":
            words = [word for word in instruction.command.split() if word != "exec"]
            first = words[0] if words else ""
        if paths.base_name(first) == host and _lands(first, host, stage):
            yield "file", f"the image starts it: {instruction.keyword}"
    for instruction in stage.instructions:
        if instruction.keyword == "RUN":
            command = run_text(instruction, runtime.source)
            if re.search(rf"\bchmod\s+[ugoa]*\+x\s+\S*{re.escape(host)}(?=$|[\s;&|])", command):
                yield "file", "the runtime file makes it executable"


def _names(word: str, flat: str) -> bool:
    """Whether a word of the builder is this path or lies below it, as far as can be told without its working folder."""
    word = word.strip("\"'").rstrip("/")
    if word.startswith("/"):
        return word == flat or word.startswith(flat + "/")
    return bool(word) and (flat.endswith("/" + word) or f"/{word}/".startswith(f"/{paths.base_name(flat)}/"))


def _lands(program: str, host: str, stage: Stage) -> bool:
    """Whether a program with that path can be what a COPY puts straight into its destination."""
    folder = paths.parent(program) if program.startswith("/") else ""
    if not folder:
        return True
    for instruction in stage.instructions:
        if instruction.keyword in ("COPY", "ADD") and len(instruction.arguments) > 1:
            destination = instruction.arguments[-1].value.rstrip("/").removesuffix("/.")
            if destination in (folder, f"{folder}/{host}", "."):
                return True
            if not destination.startswith("/"):
                return True
    return False


def _text(builder: BuildFile) -> str:
    texts = [
        run_text(instruction, builder.source)
        for stage in builder.stages
        for instruction in stage.instructions
        if instruction.keyword == "RUN"
    ]
    return "\n".join([*texts, builder.added])
