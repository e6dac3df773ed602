"""What the builder Dockerfile tells about an artifact: how it is made there, and how it is used."""

from __future__ import annotations

import re
from collections.abc import Iterator

from converter.dockerfile.environment import target_path
from converter.machine import paths
from converter.plan.dockerfiles import BuildFile
from converter.plan.facts import BASE_FOLDERS
from converter.plan.kinds import tools
from converter.plan.kinds.commands import commands_of
from converter.plan.kinds.evidence import Evidence
from converter.plan.runs_text import run_text
from converter.plan.takes import Artifact

_COMPILERS = (
    r"(?:^|[\s/])(?:go\s+(?:build|test)|[\w-]*gcc|[\w-]*g\+\+|c\+\+|cc|clang(?:\+\+)?|tcc|ld|ghc|rustc|ocamlfind|ocamlopt|"
    r"fpc|nim|crystal\s+build|dmd|ldc2|gdc|gfortran|swiftc|kotlinc|curl|as|ar|vala|valac)(?=\s|$)"
)
"""Programs whose -o names one file."""


def look(artifact: Artifact, builder: BuildFile) -> Iterator[Evidence]:
    """Everything that the builder Dockerfile says about the artifact."""
    flat = artifact.path.flat
    if flat in BASE_FOLDERS:
        yield "folder", "base images have a folder there"
    text = _text(builder)
    yield from tools.by_place(flat, text)
    for command in commands_of(builder):
        yield from tools.by_command(flat, command)
    yield from _spelled(paths.base_name(flat), flat, text)
    yield from _from_tree(flat, builder)
    for state in builder.states:
        for scope in (*state.scopes, state.final):
            if scope.workdir is not None and (scope.workdir == flat or paths.is_below(scope.workdir, flat)):
                yield "folder", "it is a working folder of the builder"
                break


def _spelled(name: str, flat: str, text: str) -> Iterator[Evidence]:
    """Commands that name it, by whatever path: the folder they work in may not be known."""
    # words in front of the patterns: most commands hold none, and a pattern is compiled when it is first used
    spelled = re.escape(name)
    for command in re.split(r"&&|\|\||[;|\n]", text):
        if name not in command:
            continue
        if "-o" in command and re.search(
            rf"(?:^|\s)(?:-o|--output)[ =]?['\"]?(?:\S*/)?{spelled}/?['\"]?(?=$|\s)", command
        ):
            if "dotnet" in command and re.search(r"\bdotnet\b", command):
                yield "folder", "dotnet writes it with -o"
            elif re.search(_COMPILERS, command) and "..." not in command and f"{name}/" not in command:
                yield "file", f"the builder writes it with -o {name}"
        if "/bin/" in flat and re.search(rf"\bgo\s+(?:install|get)\b.*(?:^|[\s/]){spelled}(?=$|[\s;&|@])", command):
            yield "file", "go install makes it"
        if "-d" in command and re.search(
            rf"\b(?:javac|kotlinc|scalac|groovyc|unzip)\b.*\s-d[ =]?['\"]?(?:\S*/)?{spelled}/?['\"]?(?=$|\s)", command
        ):
            yield "folder", "the builder writes files into it"
    if "chmod" in text and re.search(rf"\bchmod\s+[ugoa]*\+x\s+(?:\S+\s+)*(?:\S*/)?{spelled}(?=$|[\s;&|])", text):
        yield "file", "the builder makes it executable"
    if any(tool in text for tool in ("strip", "upx", "ldd")) and re.search(
        rf"\b(?:strip|upx|ldd)\s+(?:\S+\s+)*(?:\S*/)?{spelled}(?=$|[\s;&|])", text
    ):
        yield "file", "the builder works on it as a program"
    made = re.findall(r"\bmkdir\s+([^;&|\n]*)", text) if "mkdir" in text else []
    if any(_names(word, flat) for words in made for word in words.split()):
        yield "folder", "the builder makes it a folder"
    if f"{name}/" in text and re.search(rf"(?:^|[\s'\"=>])(?:{re.escape(flat)}|{spelled})/[\w.*]", text):
        yield "folder", "the builder works in it as a folder"


def _from_tree(flat: str, builder: BuildFile) -> Iterator[Evidence]:
    """What a COPY brought there out of the build context is in the tree what it is in the image."""
    files = builder.event.state.files
    for scope, instruction in zip(builder.state.scopes, builder.target.instructions, strict=True):
        if instruction.keyword not in ("COPY", "ADD") or instruction.flag("from") is not None:
            continue
        arguments = instruction.arguments
        target = target_path(scope.workdir, scope.expand(arguments[-1].value)) if len(arguments) == 2 else None
        source = scope.expand(arguments[0].value) if arguments else ""
        if target is None or (not paths.is_below(flat, target.rstrip("/") or "/") and flat != target.rstrip("/")):
            continue
        place = paths.join(builder.event.context, paths.normalize(source.lstrip("/")))
        if files.start.kind(place) == "folder":
            rest = flat[len(target.rstrip("/")) + 1 :]
            kind = files.start.kind(paths.join(place, rest))
            if kind in ("file", "folder"):
                yield kind, "the tree has it"


def _names(word: str, flat: str) -> bool:
    """Whether a word of the builder is this path or lies below it, as far as can be told without its working folder."""
    word = word.strip("\"'").rstrip("/")
    if word.startswith("/"):
        return word == flat or word.startswith(flat + "/")
    return bool(word) and (flat.endswith("/" + word) or f"/{word}/".startswith(f"/{paths.base_name(flat)}/"))


def _text(builder: BuildFile) -> str:
    texts = [
        run_text(instruction, builder.source)
        for stage in builder.stages
        for instruction in stage.instructions
        if instruction.keyword == "RUN"
    ]
    return "\n".join([*texts, builder.added])
