"""Who else speaks of the files and tags of a recipe: other scripts, makefiles, CI and compose files, prose.

A name alone says little where many folders hold a `Dockerfile.build`. What stands before it, and which files of that
name the tree has, decide: a mention means the files that fit it, and where none fits it may mean any.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from converter.docker_cli.commands import Build
from converter.docker_cli.errors import UsageError
from converter.docker_cli.parse import parse
from converter.machine import paths
from converter.machine.host import StartingFiles
from converter.source import Location

Use = Literal["builds", "names", "speaks"]
"""`builds`: a build takes the file; `names`: a file that is run or read by a program has it; `speaks`: prose."""

PROSE = (".md", ".rst", ".txt", ".adoc", ".markdown", ".html")
_QUIET = frozenset(
    {".dockerignore", ".gitignore", ".gitattributes", ".npmignore", "license", "changelog", "codeowners"}
)
_NAMES = (
    "build", "compose", "gnumakefile", "jenkinsfile", "justfile", "makefile", "post_build",
    "pre_build", "procfile", "rakefile", "readme", "skaffold", "tiltfile", ".dockerignore", ".gitignore",
)  # fmt: skip
_ENDINGS = (
    ".bash", ".bat", ".cmd", ".gradle", ".json", ".ksh", ".md", ".mk", ".ps1", ".rst", ".sh", ".toml",
    ".yaml", ".yml", "tasks.py",
)  # fmt: skip
_QUOTING = frozenset("\"'\\")
_BUILD = re.compile(
    r"(?<![\w./-])(?:(?:docker|podman|nerdctl)[ \t]+(?:(?:image|buildx|builder)[ \t]+)?build|buildah[ \t]+(?:bud|build))(?![\w-])"
)
_AS_FILE = r"(?:(?<![\w-])-f|--file|--dockerfile|(?i:dockerfile(?:_?path)?)|\bfile)[\"']?\s*[=:,]?\s*[\[\"']*$"
_BEFORE = r"[^\s\"'`=:,;()<>|&\[\]{}]*\Z"
_AS_IMAGE = r"(?i)(?:^\s*FROM\s+|--from=|\bimage:\s*[\"']?|\b(?:docker|podman)\s[^\n]*\s[\"']?)$"
_ENDS_A_WORD = frozenset(" \t\r\n\"'`=:,;()<>|&[]{}")
_UNCERTAIN = r"[$*?%~\\]|^\.\.$"
_GOES_ANYWHERE = r"\bfor\s+\w+\s+in\s[^;\n]*[*$`]|\bxargs\b|\b(?:cd|pushd)\s+(?!\S*(?:dirname|\$\{?0|BASH_SOURCE))\S*[$`]|\s-C\s*(?!\S*dirname)\S*[$`]"
"""A text that goes into folders which it does not name: all of a kind, or one from a variable; not its own folder."""

MAX_TEXTS = 8_192
"""Texts whose builds are remembered: they are asked about every builder Dockerfile of all recipes of a tree."""


class Mention(Struct, frozen=True):
    """A place that speaks of `of`, a path or a tag."""

    of: str
    use: Use
    location: Location


def may_mention(path: str) -> bool:
    """Whether a file is of a kind that names Dockerfiles: build scripts (with no ending, too), CI files, compose files, prose."""
    name = paths.base_name(path).lower()
    if name.endswith(_ENDINGS) or name.startswith(_NAMES):
        return True
    return "." not in name and not name.startswith(("dockerfile", "containerfile"))


def mention(name: str, text: str, path: str, start: StartingFiles) -> int | None:
    """The offset at which the text of the file `name` may name the file `path`, None where it does not."""
    return next(_named(name, text, path, start), None)


def mentions_of(path: str, texts: Mapping[str, str], files: StartingFiles) -> list[Mention]:
    """Every place of the texts, by their paths, that speaks of the file; at most one for each line, builds first."""
    found: list[Mention] = []
    for name in sorted(texts):
        if name != path:
            found += mentions_in(name, texts[name], path, files)
    return found


def mentions_in(name: str, text: str, path: str, files: StartingFiles) -> list[Mention]:
    """The places of one file that speak of a path."""
    by_line: dict[int, Mention] = {}
    active = is_active(name)
    named = list(_named(name, text, path, files))
    unknown_build = bool(named) and active and any(_is_open(command) for _, _, command in _builds(text))
    for start in named:
        end = start + len(paths.base_name(path))
        comment = _is_comment(name, text, start)
        use: Use = "speaks" if not active or comment else "names"
        line_start = text.rfind("\n", 0, start) + 1
        before = text[line_start:start]
        written = re.search(_BEFORE, before)
        if use == "names" and (re.search(_AS_FILE, before[: written.start()] if written else before) or unknown_build):
            use = "builds"
        _note(by_line, Mention(path, use, _location(name, text, start, end)))
    if active and "build" in text:
        places = list(_built_in(name, text, files).get(path, ()))
        places += [(start, end) for start, end, built in _compose_builds(name, text) if built == path]
        for start, end in places:
            first = text.count("\n", 0, start) + 1
            last = text.count("\n", 0, end) + 1
            if not any(by_line[line].use == "builds" for line in range(first, last + 1) if line in by_line):
                stop = min(end, _line_end(text, start))
                _note(by_line, Mention(path, "builds", _location(name, text, start, stop)))
    return [by_line[line] for line in sorted(by_line)]


def tag_mentions(tag: str, texts: Mapping[str, str]) -> list[Mention]:
    """Every place that uses or speaks of an image by this tag; a plain word counts only where an image stands."""
    found: list[Mention] = []
    tag = tag.removesuffix(":latest")
    plain = re.fullmatch(r"[a-z0-9]+", tag) is not None
    pattern = re.compile(rf"(?<![\w./:@-]){re.escape(tag)}(?::latest)?(?![\w/:@-]|\.\w)")
    makes = re.compile(rf"(?:-t|--tag)[ =]?[\"']?{re.escape(tag)}(?![\w/@-])")
    for name in sorted(texts):
        text = texts[name]
        if tag not in text:
            continue
        if makes.search(text):
            # it builds an image of that name itself
            continue
        lines: set[int] = set()
        for match in pattern.finditer(text):
            line_start = text.rfind("\n", 0, match.start()) + 1
            location = _location(name, text, match.start(), match.end())
            if location.line in lines or (plain and not re.search(_AS_IMAGE, text[line_start : match.start()])):
                continue
            lines.add(location.line)
            quiet = not is_active(name) or _is_comment(name, text, match.start())
            found.append(Mention(tag, "speaks" if quiet else "names", location))
    return found


def is_active(name: str) -> bool:
    """Whether a file runs commands, rather than speaking of them."""
    base = paths.base_name(name).lower()
    return not base.endswith(PROSE) and base not in _QUIET


def _note(by_line: dict[int, Mention], mention: Mention) -> None:
    before = by_line.get(mention.location.line)
    if before is None or (mention.use == "builds" and before.use != "builds"):
        by_line[mention.location.line] = mention


# names


def _named(name: str, text: str, path: str, start: StartingFiles) -> Iterator[int]:
    """The offsets at which the text of the file `name` may name the path, by its last part."""
    base = path.rpartition("/")[2]
    if base not in text or name == path:
        return
    for found in re.finditer(rf"(?<![\w.-]){re.escape(base)}(?![\w-]|\.\w)", text):
        if _may_mean(name, text, found.start(), path, start):
            yield found.start()


def _may_mean(name: str, text: str, offset: int, path: str, start: StartingFiles) -> bool:
    base = paths.base_name(path)
    word = _word_before(text, offset)
    if "*" in word:
        return True
    folders = _folders_of(word)
    if folders:
        end = "/".join((*folders, base))

        def fits(other: str) -> bool:
            return other == end or other.endswith("/" + end)

        return fits(path) or not any(fits(other) for other in start.named(base))
    folder, place = paths.parent(path), paths.parent(name)
    if folder == "" or folder == place or place.startswith(folder + "/"):
        # The file lies beside the text or above it, where whoever reads the text may be started.
        return True
    if (f"{place}/{base}" if place else base) not in start.files and paths.is_below(path, place):
        return True
    # The text means a file beside it or above it, or none, unless it goes elsewhere.
    return bool(re.search(_GOES_ANYWHERE, text)) or all(
        re.search(rf"(?<![\w.-]){re.escape(part)}(?![\w.-])", text) for part in _way(place, folder)
    )


def _way(place: str, folder: str) -> list[str]:
    """The folders that lead to another one from the innermost one that holds both."""
    here, there = place.split("/"), folder.split("/")
    while here and there and here[0] == there[0]:
        del here[0], there[0]
    return there


def _word_before(text: str, offset: int) -> str:
    """What is written directly before a name."""
    first = offset
    while first > 0 and text[first - 1] not in _ENDS_A_WORD:
        first -= 1
    return text[first:offset]


def _folders_of(word: str) -> Sequence[str]:
    """The folders that a word leads through, from the last one on that is not certain."""
    folders: list[str] = []
    for part in word.split("/")[:-1]:
        if part == "" or re.search(_UNCERTAIN, part):
            folders.clear()
        elif part != ".":
            folders.append(part)
    return folders


def _places(word: str, name: str) -> list[str]:
    """Where a relative path leads that stands in the file `name`."""
    own = paths.parent(name)
    folders = [own, ""]
    if paths.base_name(own) in ("hooks", "scripts", "ci", "bin", ".github"):
        # the folder above is where hooks of Docker Hub run, and where such scripts often change to
        folders.append(paths.parent(own))
    return [paths.join(folder, word.lstrip("/")) for folder in folders]


# builds


@lru_cache(maxsize=MAX_TEXTS)
def _builds(text: str) -> tuple[tuple[int, int, Build | None], ...]:
    """Each docker build in a text: where it begins and where its line ends, and the command, None for a wrong one."""
    return tuple((start, end, _command(words)) for start, end, words in _build_words(text))


def _build_words(text: str) -> Iterator[tuple[int, int, list[str]]]:
    for match in _BUILD.finditer(text):
        end = match.end()
        while True:
            stop = _line_end(text, end)
            if not text[:stop].endswith("\\"):
                break
            end = stop + 1
        line = text[match.start() : stop].replace("\\\n", " ")
        line = re.split(r"&&|\|\||[;|>]|(?<=\s)#", line)[0]
        try:
            # most lines have nothing that shlex, which goes by the character, is needed for
            words = line.split() if _QUOTING.isdisjoint(line) else shlex.split(line, comments=False)
        except ValueError:
            words = line.replace('"', " ").replace("'", " ").split()
        yield match.start(), stop, words


def _is_open(command: Build | None) -> bool:
    """Whether the Dockerfile of a build is held in a variable."""
    return command is not None and command.file is not None and any(c in command.file.text for c in "${`")


@lru_cache(maxsize=MAX_TEXTS)
def _built_in(name: str, text: str, files: StartingFiles) -> Mapping[str, list[tuple[int, int]]]:
    """The files that docker builds in a text may take, each with where those begin and where their lines end."""
    found: dict[str, list[tuple[int, int]]] = {}
    for start, end, command in _builds(text):
        for path in _dockerfiles(command, name, files) if not _is_comment(name, text, start) else ():
            found.setdefault(path, []).append((start, end))
    return found


def _dockerfiles(command: Build | None, name: str, files: StartingFiles) -> set[str]:
    """The files that a docker build in the file `name` may take."""
    if command is None:
        return set()
    if command.file is not None:
        return set([place for place in _places(command.file.text, name) if files.kind(place) == "file"][:1])
    context = command.context.text if command.context is not None else "."
    if any(character in context for character in "$`{:") or context == "-":
        return set()
    places = [paths.join(place, "Dockerfile") for place in _places(context, name)]
    return set([place for place in places if files.kind(place) == "file"][:1])


def _command(words: list[str]) -> Build | None:
    try:
        command = parse(tuple(words))
    except UsageError:
        return None
    return command if isinstance(command, Build) else None


def _compose_builds(name: str, text: str) -> Iterator[tuple[int, int, str]]:
    """The builds of a compose file: the place of each `build:`, and the Dockerfile that it takes."""
    base = paths.base_name(name).lower()
    if not (base.endswith((".yml", ".yaml")) and "compose" in base):
        return
    for match in re.finditer(r"^([ \t]*)build:[ \t]*([^\n#]*)", text, re.MULTILINE):
        context, dockerfile, end = _scalar(match.group(2)), "Dockerfile", match.end()
        if not context:
            context = "."
            for line in text[match.end() + 1 :].splitlines(keepends=True):
                indent = len(line) - len(line.lstrip())
                if line.strip() and not line.lstrip().startswith("#") and indent <= len(match.group(1)):
                    break
                end += len(line)
                key, _, value = line.strip().partition(":")
                if key == "context":
                    context = _scalar(value)
                elif key == "dockerfile":
                    dockerfile = _scalar(value)
        folder = paths.join(paths.parent(name), context)
        yield match.start() + len(match.group(1)), end, paths.join(folder, dockerfile)


def _scalar(text: str) -> str:
    return text.strip().strip("\"'")


# places


def _is_comment(name: str, text: str, place: int) -> bool:
    """Whether the place lies behind a `#` that begins its line or stands after a blank."""
    line = text[text.rfind("\n", 0, place) + 1 : place]
    return not name.endswith(".json") and re.search(r"(?:^|\s)(?:#|//)", line) is not None


def _line_end(text: str, place: int) -> int:
    end = text.find("\n", place)
    return len(text) if end == -1 else end


def _location(name: str, text: str, start: int, end: int) -> Location:
    line_start = text.rfind("\n", 0, start) + 1
    line = text.count("\n", 0, start) + 1
    return Location(name, line, start - line_start + 1, line, end - line_start + 1)
