"""A recorded run alone: its docker commands and the files that the host changed in between, as shell text.

For drivers that cannot be read. The text says what the run did and nothing of why, so no file is rewritten with it: the
driver has to go on working as it is.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping

from converter.diagnostics import refuse
from converter.drivers.driver import Changes, Request, Start
from converter.drivers.trace import Change, Command, Trace
from converter.machine import paths
from converter.recording.flags import Call, parse
from converter.recording.masking import MASK
from converter.shell.interpreter import Run, interpret
from converter.source import Source

SHORTEST_ID = 12
"""Of an id, as docker prints it."""


STEP = "a-step-of-the-host"
"""Stands for whatever changed a file in place."""


class Replay:
    """The driver whose file is the text of `text_of`."""

    name = "recorded"

    def starts(self, source: Source, request: Request) -> Iterator[list[Start]]:
        """The one run that was recorded."""

        def start() -> Run:
            return interpret(source, request.texts, request.files, "", (), {}, request.unreadable, request.inspector)

        yield [start]

    def rewrite(
        self, run: Run, changes: Mapping[str, Changes], moved: Mapping[str, str]
    ) -> list[tuple[Source, Changes]]:
        """No file changes. Raises `Refusal` where a command of the driver would have to be another one."""
        for path, (source, _) in run.scripts.items():
            for edit in changes[path].edits:
                if edit.text.strip():
                    raise refuse(
                        "STG112",
                        "this command of the recorded run would have to change, and nothing tells where the driver has it",
                        source,
                        edit.span,
                        f"it would need `{edit.text.strip()}`; convert by hand, or drive the build with a shell script",
                    )
        return []


def text_of(trace: Trace, contents: Mapping[str, str]) -> str:
    """The run as shell text, one line for each command, behind a line that stands for the header of the trace.

    `contents` are files of the tree by the sha256 of their bytes.
    """
    replay = _Replay(trace, contents)
    return "\n".join(["root=$PWD", *(replay.line(number) for number in range(len(trace.commands)))]) + "\n"


class _Replay:
    def __init__(self, trace: Trace, contents: Mapping[str, str]) -> None:
        self.trace = trace
        self.known: dict[str, str] = {}
        self.held: dict[str, str] = {}
        self.contents = contents
        self.ids: list[tuple[str, str]] = []
        self.folder = ""

    def line(self, number: int) -> str:
        command = self.trace.commands[number]
        steps = [*self.host_steps(command)]
        if command.cwd != self.folder:
            steps.append(f"cd {self.path(command.cwd)}")
            self.folder = command.cwd
        words = [self.word(word) for word in command.argv]
        into = f" > {self.path(command.output)}" if command.output else ""
        call = parse(list(command.argv))
        container = next((one for one in command.containers if self.needed(one, number)), "")
        image = next((one for one in command.images if self.needed(one, number)), "")
        text = f"{command.program} {' '.join(words)}{into}"
        if container:
            name = f"container_{number}"
            steps += _container(name, call, text)
            self.ids.append((container, name))
        elif image and call.verb == "build":
            name = f"image_{number}"
            at = command.argv.index("build") if "build" in command.argv else 0
            quiet = " ".join([*words[: at + 1], "--quiet", *words[at + 1 :]])
            steps.append(f"{name}=$({command.program} {quiet})")
            self.ids.append((image, name))
        else:
            steps.append(text)
        for change in command.after:
            self.remember(change)
        return "; ".join(steps)

    def needed(self, identifier: str, number: int) -> bool:
        """Whether a later command has the id among its words."""
        short = identifier[:SHORTEST_ID]
        return any(short in word for command in self.trace.commands[number + 1 :] for word in command.argv)

    def host_steps(self, command: Command) -> Iterator[str]:
        """What the host did to files since the last command, as commands that leave the same."""
        # what moved is still where it was when it is copied
        for change in sorted(command.before, key=lambda change: change.kind == "none"):
            place = self.path(change.path)
            if change.kind == "none":
                yield f"rm -rf {place}"
            elif change.kind == "folder":
                yield f"mkdir -p {place}"
            elif change.kind == "link":
                yield f"ln -sfn {shlex.quote(change.target)} {place}"
            elif change.path == command.output:
                continue
            elif change.sha256 and self.held.get(change.path) == change.sha256:
                yield f"chmod {change.mode} {place}"
            elif origin := self.known.get(change.sha256) or self.contents.get(change.sha256):
                yield f"cp {self.path(origin)} {place}"
            elif change.path in self.held:
                yield f"{STEP} {place}"
            else:
                # its result is nothing that the run had before
                yield f"date > {place}"
            self.remember(change)

    def remember(self, change: Change) -> None:
        for digest, path in list(self.known.items()):
            if path == change.path or path.startswith(change.path + "/"):
                if change.kind == "none" or self.held.get(path) != change.sha256:
                    del self.known[digest]
        self.held.pop(change.path, None)
        if change.sha256:
            self.known.setdefault(change.sha256, change.path)
            self.held[change.path] = change.sha256

    def path(self, path: str) -> str:
        """A path below the root, as a word."""
        return f'"$root"/{shlex.quote(path)}' if path else '"$root"'

    def word(self, word: str) -> str:
        """A word with the ids, secrets and the place of the root as variables."""
        for identifier, name in self.ids:
            for length in (len(identifier), SHORTEST_ID):
                start, short = word.find(identifier[:length]), identifier[:length]
                if start != -1:
                    before, after = word[:start], word[start + len(short) :]
                    return f'{self.word(before) if before else ""}"${{{name}}}"{self.word(after) if after else ""}'
        secret = re.fullmatch(rf"([A-Za-z_]\w*)={re.escape(MASK)}", word)
        if secret is not None:
            return f'{secret[1]}="${{{secret[1]}}}"'
        if MASK in word:
            return '"${MASKED}"'.join(shlex.quote(part) if part else "" for part in word.split(MASK))
        pieces = re.split(rf"{re.escape(self.trace.root)}(?=[/:,]|$)", word)
        return '"$root"'.join(shlex.quote(piece) if piece or len(pieces) == 1 else "" for piece in pieces)


def _container(name: str, call: Call, text: str) -> list[str]:
    """Commands that leave the id of a new container in a variable."""
    file = call.value("--cidfile")
    if file is not None:
        return [text, f"{name}=$(cat {shlex.quote(file)})"]
    if call.verb == "create" or call.has("-d", "--detach"):
        return [f"{name}=$({text})"]
    return [text, f"{name}=$(docker ps --latest --quiet)"]


def value_of_this_run(trace: Trace, texts: list[str]) -> tuple[int, str] | None:
    """A part of a path or command that would stand in the Dockerfile and in none of these texts: the line and the part.

    It was put together while the run lasted, from the clock, the environment or git, and is another one next time.
    """
    for number, command in enumerate(trace.commands, 2):
        for part in _parts(parse(list(command.argv))):
            if MASK in part or any(
                part.startswith(one[:SHORTEST_ID]) for c in trace.commands for one in (*c.containers, *c.images)
            ):
                continue
            shape = re.compile(rf"(?<![\w.-]){re.escape(part)}(?![\w-]|\.\w)")
            if not any(shape.search(text) for text in texts):
                return number, part
    return None


def _parts(call: Call) -> Iterator[str]:
    words: list[str] = []
    if call.verb == "cp" and len(call.operands) == 2 and ":" in call.operands[0]:
        words = [call.operands[0].partition(":")[2]]
    elif call.verb in ("run", "create", "exec"):
        words = [*call.operands[1:], *call.values("-e", "--env"), *call.values("-w", "--workdir")]
        words += [volume.partition(":")[2] for volume in call.values("-v", "--volume")]
    for word in words:
        yield from (part for part in re.split(r"[/=:,\s\"'$(){};&|<>]+", word) if part.strip(".-*"))


def dockerfiles(trace: Trace) -> Iterator[str]:
    """The Dockerfiles of the recorded builds, as far as they are below the root."""
    for command in trace.commands:
        call = parse(list(command.argv))
        if call.verb == "build" and call.operands:
            named = call.value("-f", "--file")
            path = (
                paths.join(command.cwd, named) if named else paths.join(command.cwd, f"{call.operands[0]}/Dockerfile")
            )
            yield path.removeprefix(trace.root + "/")
