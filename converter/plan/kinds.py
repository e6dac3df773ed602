"""Is an artifact a file or a folder? It matters only where its name changes on the way.

`docker cp` and `COPY` treat the two differently: a file keeps its name in a folder
destination, a folder spills its contents.
"""

from __future__ import annotations

import re
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
    text = _text(builder)
    spelled = re.escape(name)
    for command in re.split(r"&&|\|\||[;|\n]", text):
        if not re.search(rf"(?:^|\s)(?:-o|--output)[ =]?['\"]?(?:\S*/)?{spelled}/?['\"]?(?=$|\s)", command):
            continue
        if re.search(r"\bdotnet\b", command):
            return "folder", "dotnet writes it with -o"
        if re.search(_COMPILERS, command) and "..." not in command and f"{name}/" not in command:
            return "file", f"the builder writes it with -o {name}"
    if re.search(rf"\bchmod\s+(?!-R)\S+\s+(?:\S+\s+)*(?:\S*/)?{spelled}(?=$|[\s;&|])", text):
        return "file", "the builder sets its mode"
    if re.search(rf"\b(?:strip|upx|ldd)\s+(?:\S+\s+)*(?:\S*/)?{spelled}(?=$|[\s;&|])", text):
        return "file", "the builder works on it as a program"
    if re.search(rf"\b(?:mkdir|cd)\s+(?:-p\s+)?(?:\S*/)?{spelled}/?(?=$|[\s;&|])", text):
        return "folder", "the builder makes it a folder"
    if re.search(rf"(?:^|[\s/'\"=]){spelled}/[\w.*]", text):
        return "folder", "the builder works in it as a folder"
    for state in builder.states:
        for scope in (*state.scopes, state.final):
            if scope.workdir is not None and (scope.workdir == flat or paths.is_below(scope.workdir, flat)):
                return "folder", "it is a working folder of the builder"
    host = paths.base_name(artifact.host)
    for instruction in stage.instructions:
        if instruction.keyword in ("CMD", "ENTRYPOINT") and instruction.form == "json" and instruction.arguments:
            if paths.base_name(instruction.arguments[0].value) == host:
                return "file", f"the image starts it: {instruction.keyword}"
        elif instruction.keyword in ("CMD", "ENTRYPOINT") and instruction.arguments:
            words = [word for word in instruction.command.split() if word != "exec"]
            if words and paths.base_name(words[0]) == host:
                return "file", f"the image starts it: {instruction.keyword}"
        elif instruction.keyword == "RUN":
            command = run_text(instruction, runtime.source)
            if re.search(rf"\bchmod\s+(?!-R)\S+\s+\S*{re.escape(host)}(?=$|[\s;&|])", command):
                return "file", "the runtime file sets its mode"
    return "unknown", ""


def _text(builder: BuildFile) -> str:
    return "\n".join(
        run_text(instruction, builder.source)
        for stage in builder.stages
        for instruction in stage.instructions
        if instruction.keyword == "RUN"
    )
