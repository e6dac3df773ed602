"""What a program in a container of a dry run prints, and what it leaves in mounted folders.

Only programs whose effect their arguments tell: `cat`, `tar`, `echo`, and `cp`, `mv` or `install` into a mounted folder.
"""

from __future__ import annotations

import os
import posixpath
import shlex

from converter.recording import files
from converter.recording.flags import Call

SHELLS = ("sh", "bash", "/bin/sh", "/bin/bash", "ash", "dash")


def output(call: Call, piped: bytes, told: list[str]) -> bytes:
    """The standard output of `docker run`; files may appear in the folders that it mounts."""
    image, words = call.operands[0], list(call.operands[1:])
    entry = call.value("--entrypoint")
    if entry:
        words = [entry, *words]
    workdir = call.value("-w", "--workdir") or "/"
    mounts = dict(_mount(volume) for volume in call.values("-v", "--volume") if ":" in volume)
    found = b""
    for command in _commands(words):
        found += _one(image, command, workdir, mounts, piped, told)
    return found


def _mount(volume: str) -> tuple[str, str]:
    host, _, rest = volume.partition(":")
    return rest.split(":")[0].rstrip("/") or "/", host


def _commands(words: list[str]) -> list[list[str]]:
    """The simple commands of a line, with those inside `sh -c` taken apart at `&&` and `;`."""
    if len(words) < 3 or words[0] not in SHELLS or not words[1].startswith("-") or "c" not in words[1]:
        return [words] if words else []
    try:
        lexer = shlex.shlex(words[2], posix=True, punctuation_chars=";&|")
        lexer.whitespace_split = True
        parts = list(lexer)
    except ValueError:
        return []
    found: list[list[str]] = [[]]
    for part in parts:
        if part in ("&&", ";"):
            found.append([])
        else:
            found[-1].append(part)
    return [command for command in found if command]


def _one(image: str, words: list[str], workdir: str, mounts: dict[str, str], piped: bytes, told: list[str]) -> bytes:
    program, operands = posixpath.basename(words[0]), [word for word in words[1:] if not word.startswith("-")]
    if program == "cat":
        if not operands:
            return piped
        return "".join(files.text(image, posixpath.join(workdir, path)) for path in operands).encode()
    if program == "echo":
        return (" ".join(words[1:]) + "\n").encode()
    if program == "tar":
        return _tar(image, words[1:], workdir, told)
    if program in ("cp", "mv", "install") and len(operands) >= 2:
        _copy(image, operands[:-1], operands[-1], workdir, mounts, told)
    return b""


def _copy(image: str, sources: list[str], target: str, workdir: str, mounts: dict[str, str], told: list[str]) -> None:
    """Copies to a path in a mounted folder, as `cp` places things."""
    absolute = posixpath.normpath(posixpath.join(workdir, target))
    inside = next((path for path in mounts if absolute == path or absolute.startswith(path.rstrip("/") + "/")), None)
    if inside is None or not os.path.isdir(mounts[inside]):
        return
    host = os.path.join(mounts[inside], posixpath.relpath(absolute, inside)) if absolute != inside else mounts[inside]
    for source in sources:
        source = posixpath.normpath(posixpath.join(workdir, source)) + ("/." if source.endswith("/.") else "")
        files.copy_out(image, source, host + ("/" if target.endswith("/") and os.path.isdir(host) else ""), told)


def _tar(image: str, words: list[str], workdir: str, told: list[str]) -> bytes:
    """`tar c`: the stream with the named members; nothing where it goes to a file."""
    letters, members, folder, into = "", [], workdir, "-"
    rest = list(words)
    if rest and not rest[0].startswith("-"):
        rest[0] = "-" + rest[0]
    while rest:
        word = rest.pop(0)
        if word in ("-C", "--directory") and rest:
            folder = posixpath.join(workdir, rest.pop(0))
        elif word.startswith("--"):
            letters += {"--create": "c", "--gzip": "z", "--bzip2": "j", "--xz": "J"}.get(word, "")
        elif word.startswith("-") and word != "-":
            letters += word[1:]
            if "f" in word and rest:
                into = rest.pop(0)
            elif word.endswith("C") and rest:
                folder = posixpath.join(workdir, rest.pop(0))
        else:
            members.append(word)
    if "c" not in letters or into not in ("-", "/dev/stdout"):
        return b""
    packed = "gz" if "z" in letters else "bz2" if "j" in letters else "xz" if "J" in letters else ""
    return files.archive(image, folder, members, told, f"w|{packed}")
