"""Which commands of the script still have a purpose.

A command of the pattern is only there for what it makes: an image, a container,
a file on the host, a variable. It stays while something that stays reads one of
these. Everything else stays by nature.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from msgspec import Struct, field

from converter.diagnostics import refuse
from converter.docker_cli.references import normalize
from converter.machine import paths
from converter.machine.events import (
    Announced,
    Assigned,
    Built,
    ChangedFiles,
    ChangedFolder,
    CopiedIn,
    CopiedOut,
    Created,
    Event,
    Executed,
    InnerCommand,
    RanCommand,
    RemovedContainers,
    RemovedImages,
    Site,
    Skipped,
    UsedImages,
)
from converter.machine.host import Entry, FromArchive, FromContainer, FromHost, FromTree, possible
from converter.machine.mechanisms import MOUNTED
from converter.machine.value import TOKEN_START, Value
from converter.plan.nesting import Nesting
from converter.plan.uses import Use, Uses
from converter.shell.commands.effects import HARMLESS
from converter.shell.interpreter import Run
from converter.source import Span

INSPECTIONS = frozenset(
    {"[", "[[", "test", "ls", "file", "stat", "du", "md5sum", "sha1sum", "sha256sum", "ldd", "readelf"}
)
"""Commands that only look at the files that their words name."""

TESTING = frozenset({"[", "[[", "test", "ls", "file", "stat"})
"""Those of them that are there to see that the artifact has arrived."""

CLEANING = frozenset({"rm", "rmi", "stop", "kill", "ps", "images", "inspect", "logs", "image", "container"})
"""docker commands that do no harm where what they name does not exist, as a first run shows."""


TRANSFERS = frozenset({"cp", "mv", "install", "ln", "rsync"})
"""Commands whose last operand is where the others go."""


ARCHIVERS = frozenset({"tar", "bsdtar", "gzip", "pigz", "bzip2", "xz", "gunzip", "bunzip2", "unxz", "zip", "unzip"})
"""Commands that pack files into an archive, or unpack one."""


class Abandoned(Struct, frozen=True):
    """Folders that are no build context any more, and the words of scripts, by their path, that named them as one."""

    folders: frozenset[str] = frozenset()
    words: frozenset[tuple[str, Span]] = frozenset()


SOURCE_TOOLS = frozenset(
    """
    black cargo errcheck eslint flake8 go gofmt goimports golangci-lint golint gometalinter hadolint isort mypy prettier
    pylint rubocop rustfmt shellcheck staticcheck tslint
    """.split()
)
"""Commands that look at the sources in a folder and at nothing else there."""


class Liveness(Struct):
    """The events that stay, and what they still need.

    `images` and `containers` are numbers of the events that made them; `copies` are
    numbers of `docker cp` events whose result something on the host still reads;
    `dropped` maps an event to the indices of the words that go from it.
    """

    live: set[int] = field(default_factory=set)
    images: set[int] = field(default_factory=set)
    containers: set[int] = field(default_factory=set)
    copies: set[int] = field(default_factory=set)
    dropped: dict[int, tuple[int, ...]] = field(default_factory=dict)


def judge(
    run: Run,
    builders: set[int],
    absorbed: set[int],
    needed: set[int],
    scripts: Mapping[str, str] | None = None,
    gone: frozenset[str] = frozenset(),
    swaps: frozenset[int] = frozenset(),
    abandoned: Abandoned | None = None,
    uses: Uses | None = None,
    writers: Mapping[int, int] | None = None,
    shipped: frozenset[str] = frozenset(),
) -> Liveness:
    """Decides for each event of the run whether its command stays.

    `builders` are the numbers of the builds that become stages, `absorbed` those of the
    `docker cp` events whose result the final Dockerfiles take and of those that pack archives which they unpack, and `needed` those of
    assignments whose variable the new script passes on. `scripts` are the texts of files of the tree that commands
    may run: what they mention counts as used. `gone` are the Dockerfiles of the tree that become stages,
    and `swaps` the numbers of events that only put a final Dockerfile where it is built. `abandoned` are folders
    that the script filled as a build context, and that are none any more; `uses` are those of the run's variables.
    `writers` maps events that write the Dockerfile of a builder to the number of its build. `shipped` are folders
    that a final build takes although nothing is in them.
    """
    known = uses or Uses(run)
    judge = _Judge(
        run, builders, absorbed, needed, scripts or {}, gone, swaps, abandoned, known, writers or {}, shipped
    )
    while judge.round():
        pass
    return judge.result


class _Judge:
    def __init__(
        self,
        run: Run,
        builders: set[int],
        absorbed: set[int],
        needed: set[int],
        scripts: Mapping[str, str],
        gone: frozenset[str],
        swaps: frozenset[int],
        abandoned: Abandoned | None,
        uses: Uses,
        writers: Mapping[int, int],
        shipped: frozenset[str],
    ) -> None:
        self.shipped = shipped
        self.uses = uses
        self.writers = {run.events[number].site: build for number, build in writers.items()}
        self.abandoned = abandoned or Abandoned()
        self.run = run
        self.builders = builders
        self.absorbed = absorbed
        self.needed = needed
        self.scripts = scripts
        self.gone = gone
        self.swaps = swaps
        self.result = Liveness()
        self.from_environment = {
            given.name
            for event in run.events
            if isinstance(event, Created)
            for given in event.command.env
            if given.value is None
        }
        feeding = {number for event in run.events if isinstance(event, CopiedOut) for number in event.container.events}
        self.containers = {
            event.number: event for event in run.events if isinstance(event, Created) and event.number in feeding
        }
        """Those that are there to have files copied out."""
        self.builds = {event.number: event for event in run.events if isinstance(event, Built)}
        self.names = {event.container.name for event in self.containers.values() if event.container.name}
        self.tags = {normalize(tag.flat) for number in builders for tag in self.builds[number].tags}
        self.final_tags = {
            normalize(tag.flat) for event in self.builds.values() if event.number not in builders for tag in event.tags
        }
        self.tokens = self.created_tokens()
        self.through: dict[Site, list[Event]] = {}
        for event in run.events:
            for site in event.calls:
                self.through.setdefault(site, []).append(event)
        self.nesting = Nesting(run.events)
        self.fates: tuple[set[str], set[str]] = (set(), set())
        self.names_at = (-1, -1)
        """How many images and containers stayed when `fates` was found; their number only grows."""
        self.calls_gone: list[Site] = []
        self.calls_judged = -1
        """How many events stayed when `calls_gone` was found; their number only grows."""
        self.settled: set[int] = set()
        """Events of which nothing more is to be found: they stay whole, and what they need is noted."""
        self.forced: set[int] = set()
        """Events of tests that decide whether something that stays runs."""

    def created_tokens(self) -> dict[str, tuple[str, int]]:
        """The tokens that stand for ids of containers and images."""
        tokens: dict[str, tuple[str, int]] = {}
        for event in self.run.events:
            if isinstance(event, Created):
                token = self.run.unknowns.token(("container", event.number), "", "")
                tokens[token] = ("container", event.number)
            elif isinstance(event, Built):
                tokens[self.run.unknowns.token(("image", event.number), "", "")] = ("image", event.number)
        return tokens

    def round(self) -> bool:
        """One pass over all events; tells whether anything changed."""
        result = self.result
        before = (len(result.live), len(result.images), len(result.containers), len(result.copies))
        result.dropped.clear()
        for event in self.run.events:
            if event.number in self.settled:
                continue
            if event.number in self.forced or self.is_live(event):
                result.live.add(event.number)
                self.need(event)
                if not isinstance(event, PARTED):
                    self.settled.add(event.number)
                if not is_void(event):
                    for condition in event.state.conditions:
                        asked = self.run.events[slice(*condition.events)]
                        self.forced.update(e.number for e in asked if isinstance(e, (RanCommand, UsedImages, Skipped)))
        return before != (len(result.live), len(result.images), len(result.containers), len(result.copies))

    # what is live

    def is_live(self, event: Event) -> bool:
        # the commonest kinds first
        if isinstance(event, RanCommand):
            return self.command_lives(event)
        if isinstance(event, Assigned):
            return self.assignment_lives(event)
        if isinstance(event, Announced):
            return self.announcement_lives(event)
        if isinstance(event, Built):
            return event.number not in self.builders or event.number in self.result.images
        if isinstance(event, Created):
            return event.number not in self.containers or event.number in self.result.containers
        if isinstance(event, CopiedOut):
            return event.number not in self.absorbed or event.number in self.result.copies
        if isinstance(event, (Executed, CopiedIn)):
            return any(n not in self.containers or n in self.result.containers for n in event.container.events)
        if isinstance(event, RemovedContainers):
            return self.some_live(
                event, event.indices, [self.container_lives(event, i) for i in range(len(event.names))]
            )
        if isinstance(event, RemovedImages):
            return self.some_live(event, event.indices, [self.image_lives(event, i) for i in range(len(event.names))])
        if isinstance(event, ChangedFiles):
            return self.files_live(event)
        if isinstance(event, Skipped):
            return self.construct_lives(event)
        return not (_is_lookup(event) and self.serves_dead(event))

    def some_live(self, event: Event, indices: tuple[int, ...], lives: list[bool]) -> bool:
        """A command with several operands goes when all of them go; some of them can go alone."""
        if not lives or all(lives):
            return True
        if not any(lives):
            return False
        self.result.dropped[event.number] = tuple(i for i, live in zip(indices, lives, strict=True) if not live)
        return True

    def container_lives(self, event: RemovedContainers, index: int) -> bool:
        container = event.containers[index]
        if container is not None:
            return any(n not in self.containers or n in self.result.containers for n in container.events)
        name = event.names[index].flat
        if name not in self.names:
            return True
        return any(e.container.name == name and e.number in self.result.containers for e in self.containers.values())

    def image_lives(self, event: RemovedImages, index: int) -> bool:
        image = event.images[index]
        if image is not None:
            return any(number not in self.builders or number in self.result.images for number in image.events)
        name = normalize(event.names[index].flat)
        if name not in self.tags or name in self.final_tags:
            return True
        return any(
            number in self.result.images and name in {normalize(tag.flat) for tag in self.builds[number].tags}
            for number in self.builders
        )

    # files

    def dead_copies_at(self, event: Event, path: str) -> bool:
        """Whether the path holds, at the event, only what copies brought that are no longer made."""
        if self.is_gone(event, path):
            return True
        found = [one for _, entry in event.state.files.changed_below(path) for one in possible(entry)]
        found += [one for one in possible(event.state.files.lookup(path)) if one not in found]
        artifacts = [e for e in found if isinstance(e.origin, FromContainer | FromArchive)]
        if not artifacts:
            return False
        if event.state.files.start.kind(path) is not None and not any(
            name == path and any(one in artifacts for one in possible(e))
            for name, e in event.state.files.changed_below(path)
        ):
            return False
        return all(
            (isinstance(e.origin, FromContainer) and self.copy_is_dead(e.origin.event))
            or (isinstance(e.origin, FromArchive) and e.origin.event not in self.result.live)
            or self.made_by_mkdir(e)
            for e in found
        )

    def is_gone(self, event: Event, path: str) -> bool:
        """Whether the path holds, at the event, a Dockerfile that becomes a stage, or one on its way to its build."""
        if self.is_swap(event, path):
            return True
        entry = event.state.files.lookup(event.state.files.follow(path))
        return entry is not None and isinstance(entry.origin, FromTree) and entry.origin.path in self.gone

    def is_swap(self, event: Event, path: str) -> bool:
        """Whether the path holds, at the event, a final Dockerfile on its way to its build or back."""
        files = event.state.files
        for entry in (files.lookup(path), files.lookup(files.follow(path))) if self.swaps else ():
            if entry is None:
                continue
            if event.number in self.swaps and isinstance(entry.origin, FromTree):
                return True
            if entry.events and set(entry.events) <= self.swaps:
                return True
        return False

    def made_by_mkdir(self, entry: Entry) -> bool:
        made = [self.run.events[number] for number in entry.events]
        return bool(made) and all(isinstance(event, ChangedFiles) and event.verb == "mkdir" for event in made)

    def copy_is_dead(self, number: int) -> bool:
        return number in self.absorbed and number not in self.result.copies

    def files_live(self, event: ChangedFiles) -> bool:
        if self.abandoned.folders and self.only_fills_abandoned(event):
            return False
        if not event.operands or (event.unknown and event.verb not in ("mkdir", *TRANSFERS)):
            return True
        if event.number in self.absorbed:
            # it packs the archive that a final build unpacks
            return event.number in self.result.copies
        if event.verb == "mkdir":
            return self.some_live(
                event,
                tuple(index for index, _ in event.operands),
                [not self.folder_is_dead(event, path) for _, path in event.operands],
            )
        if event.removes and not event.reads:
            lives = [not self.removal_is_dead(event, path) for _, path in event.operands]
            return self.some_live(event, tuple(index for index, _ in event.operands), lives)
        transfers = event.verb in TRANSFERS
        named = event.operands[:-1] if transfers else event.operands
        sources = [path for _, path in named] if transfers and named else list(event.reads)
        dead = [self.dead_copies_at(event, path) for path in sources]
        if not any(dead) or (event.unknown and not all(dead)):
            return True
        if all(self.is_swap(event, path) for path in sources):
            return False
        if all(dead):
            return any(self.is_delivered(event, path) for path in event.makes)
        if len(named) != len(dead):
            return True
        self.result.dropped[event.number] = tuple(index for (index, _), gone in zip(named, dead, strict=True) if gone)
        return True

    def only_fills_abandoned(self, event: ChangedFiles) -> bool:
        """Whether a command does nothing but make or remove things in folders that are no build context any more."""
        places = (*event.makes, *event.removes) if event.verb != "mv" else event.makes
        taken_away = event.verb == "mv" and any(event.state.files.start.kind(path) for path in event.removes)
        return bool(places) and not taken_away and all(self.is_abandoned(event, path) for path in places)

    def is_abandoned(self, event: Event, path: str) -> bool:
        inside = any(path == folder or paths.is_below(path, folder) for folder in self.abandoned.folders)
        return inside and event.state.files.start.kind(path) is None

    def is_delivered(self, event: ChangedFiles, path: str) -> bool:
        """Whether a copy of an artifact is a result of its own: it lies outside the root, or stays after the last build."""
        read = any(
            isinstance(later, ChangedFiles) and path in later.reads for later in self.run.events[event.number + 1 :]
        )
        if read or any(build.dockerfile == path for build in self.builds.values()):
            return False
        if paths.is_outside(path) or TOKEN_START in path:
            return True
        final = self.run.final.files.lookup(path) if self.run.final is not None else None
        return final is not None and not any(build.number > event.number for build in self.builds.values())

    def folder_is_dead(self, event: ChangedFiles, path: str) -> bool:
        """Whether a made folder, with those above it that `mkdir -p` made, only ever held artifacts that are no longer
        copied out."""
        if event.state.files.start.kind(path) is not None:
            return False
        top = path
        while paths.parent(top) and event.state.files.lookup(paths.parent(top)) is None:
            top = paths.parent(top)
        if any(folder == path or paths.is_below(path, folder) for folder in self.shipped):
            return False
        held = False
        for later in self.run.events[event.number + 1 :]:
            if isinstance(later, CopiedOut) and (
                _is_at_or_below(later.path, top) or (later.mechanism == MOUNTED and paths.is_below(path, later.path))
            ):
                if not self.copy_is_dead(later.number):
                    return False
                held = held or _is_at_or_below(later.path, path) or later.mechanism == MOUNTED
            elif isinstance(later, ChangedFiles):
                for made in later.makes:
                    if _is_at_or_below(made, top):
                        needs = later.verb != "mkdir" or (made not in (path, top) and not _makes_parents(later))
                        if needs and later.number in self.result.live:
                            return False
                        held = held or (later.verb != "mkdir" and _is_at_or_below(made, path))
            elif isinstance(later, RanCommand):
                if later.number in self.result.live and any(
                    _is_at_or_below(p, top) for p in (*later.paths, *later.makes)
                ):
                    return False
            elif isinstance(later, ChangedFolder) and _is_at_or_below(later.folder, top):
                return False
        return held

    def removal_is_dead(self, event: ChangedFiles, path: str) -> bool:
        """Whether there is nothing left that this operand of `rm` would remove."""
        if self.is_made_again(event, path) or path in self.shipped:
            return False
        start = event.state.files.start
        if self.is_abandoned(event, path):
            return True
        if path in event.state.files.changes and self.is_gone(event, path):
            return True
        if start.kind(path) is not None or self.is_written_by_another(path):
            return False
        if any(character in path for character in "*?["):
            matched = [name for name in event.removes if name != path]
            return (
                bool(matched)
                and all(self.removal_is_dead_path(event, name) for name in matched if start.kind(name) is None)
                and not any(_glob_matches(path, name) for name in start.files)
            )
        return self.removal_is_dead_path(event, path)

    def is_made_again(self, event: ChangedFiles, path: str) -> bool:
        """Whether a `mkdir` that stays makes the folder later, which fails where it is still there."""
        return any(
            isinstance(later, ChangedFiles)
            and later.number in self.result.live
            and later.verb == "mkdir"
            and path in later.makes
            for later in self.run.events[event.number + 1 :]
        )

    def is_written_by_another(self, path: str) -> bool:
        """Whether a command that stays writes a file there itself, such as a compiler that another goal runs."""
        return any(
            isinstance(other, RanCommand)
            and other.number in self.result.live
            and any(made == path or paths.is_below(made, path) for made in other.makes)
            for other in self.run.events
        )

    def removal_is_dead_path(self, event: Event, path: str) -> bool:
        if self.dead_copies_at(event, path):
            return True
        entry = event.state.files.lookup(path)
        if entry is not None and isinstance(entry.origin, FromHost) and entry.kind == "file" and entry.events:
            return all(self.is_making_dead(number) for number in entry.events)
        if entry is not None and not self.made_by_mkdir(entry):
            return False
        # a leftover of an earlier run: what the script itself puts there is no longer made
        for later in self.run.events:
            if isinstance(later, CopiedOut) and self.copy_is_dead(later.number):
                if later.path == path or paths.is_below(later.path, path) or paths.is_below(path, later.path):
                    return True
            if (
                isinstance(later, ChangedFiles)
                and later.verb in TRANSFERS | ARCHIVERS
                and later.number not in self.result.live
            ):
                if any(made == path or paths.is_below(made, path) for made in later.makes):
                    return True
        return False

    def is_making_dead(self, number: int) -> bool:
        """Whether the command that made a file goes: a container's id file, a redirection of what goes."""
        made = self.run.events[number]
        if isinstance(made, RanCommand) and not made.makes:
            return False
        return isinstance(made, (Built, Created, CopiedOut, RanCommand)) and number not in self.result.live

    # the rest

    def announcement_lives(self, event: Announced) -> bool:
        """A message goes when it speaks of something that goes, and of nothing that stays."""
        text = event.text.flat
        for character in "'\"`()<>,;!":
            text = text.replace(character, " ")
        words = text.split()
        words = [word.rstrip(".:") for word in words]
        dead, alive = self.names_by_fate()
        named = [
            word for word in words if word in dead and (word in self.tokens or any(mark in word for mark in ":./-"))
        ]
        if any(word in alive for word in words):
            return True
        if not named:
            return True
        return False

    def names_by_fate(self) -> tuple[set[str], set[str]]:
        """What people call the images, containers and Dockerfiles that go, and those that stay."""
        state = (len(self.result.images), len(self.result.containers))
        if self.names_at == state:
            return self.fates
        dead: set[str] = set()
        alive: set[str] = set()
        for number in self.builders:
            target = alive if number in self.result.images else dead
            for tag in self.builds[number].tags:
                target |= {tag.flat, normalize(tag.flat)}
            target.add(self.builds[number].dockerfile)
            target.add(paths.base_name(self.builds[number].dockerfile))
        for created in self.containers.values():
            target = alive if created.number in self.result.containers else dead
            if created.container.name:
                target.add(created.container.name)
        for build in self.builds.values():
            if build.number not in self.builders:
                for tag in build.tags:
                    alive |= {tag.flat}
                alive |= {build.dockerfile, paths.base_name(build.dockerfile)}
        for token, (what, number) in self.tokens.items():
            if (what == "image" and number in self.builders and number not in self.result.images) or (
                what == "container" and number in self.containers and number not in self.result.containers
            ):
                dead.add(token)
        self.names_at, self.fates = state, (dead, alive)
        return self.fates

    def assignment_lives(self, event: Assigned) -> bool:
        if event.number in self.needed:
            return True
        if event.name in event.state.variables and event.state.variables[event.name].exported:
            return True
        if not event.pure and not self.inner_events_dead(event):
            return True
        return not self.variable_is_dead(event)

    def inner_events_dead(self, event: Assigned) -> bool:
        """Whether every command inside the assignment's value goes or only prints."""
        inner = [other for other in self.nesting.inside(event) if not isinstance(other, Assigned)]
        harmless = all(
            (isinstance(other, RanCommand) and not other.opaque and (not other.makes or other.name == "mktemp"))
            or _is_lookup(other)
            for other in inner
        )
        return harmless or all(other.number not in self.result.live for other in inner)

    def variable_is_dead(self, event: Assigned) -> bool:
        """Whether the variable is used, and what this assignment gave it only by commands that go."""
        if event.name in self.from_environment:
            # a container takes it from the environment, and so does the stage that does its work
            return False
        used = False
        for use in self.uses.of(event):
            if not self.use_goes(use):
                return False
            used = True
        return used

    def use_goes(self, use: Use) -> bool:
        """Whether a command, a word or a call that goes holds the use of a variable."""
        live = self.result.live
        return (
            any(live.isdisjoint(numbers) for numbers in use.around)
            or any(
                path == use.source.path and span.start <= use.place < span.end for path, span in self.abandoned.words
            )
            or any(
                site.source is use.source and site.span.start <= use.place < site.span.end for site in self.gone_calls()
            )
        )

    def gone_calls(self) -> list[Site]:
        """The calls of functions and scripts that did nothing that stays."""
        live = self.result.live
        if self.calls_judged != len(live):
            self.calls_judged = len(live)
            self.calls_gone = [
                site for site, events in self.through.items() if call_goes(events, live, self.uses.readers)
            ]  # fmt: skip
        return self.calls_gone

    def construct_lives(self, event: Skipped) -> bool:
        """A construct that only looks at, cleans up or reports on what is gone goes with it."""
        if event.never and not event.branch:
            return True
        dead = False
        for command in event.words:
            base = paths.base_name(command.words[0])
            if base in ("echo", "printf", "exit", "return", "true", ":"):
                continue
            named = [word for word in command.words[1:] if word and not word.startswith("-")]
            if base in INSPECTIONS:
                places = [paths.join(event.state.folder, word) for word in named if word != "]"]
                if any(self.dead_copies_at(event, place) for place in places):
                    dead = True
                continue
            if base == "rm":
                places = [paths.join(event.state.folder, word) for word in named]
                if places and all(self.removal_is_dead_path(event, place) for place in places):
                    dead = True
                    continue
                return True
            if self.cleans_dead(command, named):
                dead = True
                continue
            return True
        return not dead

    def cleans_dead(self, command: InnerCommand, named: list[str]) -> bool:
        """Whether a docker command only removes, stops or lists containers and images that are no longer made."""
        verbs = [word for word in command.words[1:] if word in CLEANING]
        if not verbs or command.builds:
            return False
        if verbs[0] in ("ps", "images"):
            return True
        start = named.index(verbs[0]) + 1 if verbs[0] in named else 1
        operands = [word for word in named[start:] if word not in CLEANING]
        return bool(operands) and all(self.is_dead_name(word) for word in operands)

    def is_dead_name(self, name: str) -> bool:
        """Whether this is the name or id of a container or image that is no longer made."""
        if name in self.tokens:
            what, number = self.tokens[name]
            if what == "container":
                return number in self.containers and number not in self.result.containers
            return number in self.builders and number not in self.result.images
        if name in self.names:
            return not any(
                e.container.name == name and e.number in self.result.containers for e in self.containers.values()
            )
        tag = normalize(name) if name and "\0" not in name else name
        if tag in self.tags and tag not in self.final_tags:
            return not any(
                number in self.result.images and tag in {normalize(t.flat) for t in self.builds[number].tags}
                for number in self.builders
            )
        return False

    def command_lives(self, event: RanCommand) -> bool:
        base = paths.base_name(event.name)
        if event.site in self.writers:
            return self.writers[event.site] in self.result.images or any(
                self.path_read(made, other)
                for other in self.run.events
                if isinstance(other, RanCommand) and other.site == event.site
                for made in other.makes
            )
        if not event.opaque and not event.makes and self.serves_dead(event):
            return False
        if event.makes:
            partners = [e for e in self.nesting.by_site[event.site] if e.number != event.number]
            partners = [e for e in partners if not (isinstance(e, RanCommand) and e.makes)]
            partners += [self.run.events[number] for number in event.fed_by]
            if partners and all(e.number not in self.result.live for e in partners):
                return any(self.path_read(made, event) for made in event.makes)
            return True
        if base in INSPECTIONS:
            if any(isinstance(e, RanCommand) and e.makes for e in self.nesting.by_site[event.site]):
                # what it found out is written to a file
                return True
            if base not in TESTING or self.nesting.around(event):
                return True
            named = [path for path in event.paths if not path.endswith("]")]
            if base in ("[", "test"):
                flats = [value.flat for value in event.words[1:] if value.flat != "]"]
                flats = flats[1:] if flats[:1] == ["!"] else flats
                tested = len(flats) == 2 and flats[0] in ("-f", "-e", "-d", "-x", "-s", "-r")
                named = [paths.join(event.state.folder, flats[1])] if tested else []
                return not named or not self.removal_is_dead_path(event, named[0])
            return not named or not all(self.dead_copies_at(event, path) for path in named)
        return True

    def serves_dead(self, event: Event) -> bool:
        """Whether a command only gives words to commands that all go, in a substitution or through xargs."""
        outer = list(self.nesting.around(event))
        for feeding, (first, end) in self.run.handed_on:
            if event.number in feeding:
                outer += self.run.events[first:end]
        return bool(outer) and all(other.number not in self.result.live for other in outer)

    def path_read(self, path: str, by: Event) -> bool:
        return any(
            isinstance(event, RanCommand)
            and event.number in self.result.live
            and path in event.paths
            and path not in event.makes
            and not self.serves_dead(event)
            for event in self.run.events[by.number + 1 :]
        )

    # what live events need

    def need(self, event: Event) -> None:
        for value in _values(event):
            flat = value.flat
            for token, (what, number) in self.tokens.items() if TOKEN_START in flat else ():
                if token in flat:
                    (self.result.containers if what == "container" else self.result.images).add(number)
        if isinstance(event, Assigned):
            # an assignment that stays runs what stands in it
            for other in self.nesting.inside(event):
                if other.site != event.site:
                    self.keep(other)
        elif isinstance(event, Created):
            if event.number in self.containers:
                self.result.containers.add(event.number)
            if event.image is not None:
                self.result.images.update(event.image.events)
            if event.number not in self.containers:
                for volume in event.command.volumes:
                    if volume.source is not None:
                        self.need_path(event, paths.join(event.state.folder, volume.source.text))
        elif isinstance(event, CopiedOut):
            self.result.containers.update(event.container.events)
            self.result.copies.add(event.number)
            if event.extraction is not None and event.extraction.host is not None:
                self.need_path(event, event.extraction.host)
        elif isinstance(event, (Executed, CopiedIn)):
            self.result.containers.update(event.container.events)
            if isinstance(event, CopiedIn):
                self.need_path(event, event.path)
        elif isinstance(event, UsedImages):
            self.result.images |= {number for image in event.images for number in image.events}
            self.result.containers |= {number for container in event.containers for number in container.events}
        elif isinstance(event, RanCommand):
            if "/" in event.name:
                self.need_path(event, paths.join(event.state.folder, event.name))
            sources = paths.base_name(event.name) in SOURCE_TOOLS
            for path in (*event.paths, *_mentioned(event)):
                if path not in event.makes:
                    self.need_path(event, path, sources)
            if event.opaque:
                self.need_in_called_file(event)
        elif isinstance(event, ChangedFiles) and event.number not in self.result.dropped:
            for path in event.reads:
                self.need_path(event, path)
        elif isinstance(event, Skipped) and not event.never:
            self.need_inside(event)

    def keep(self, event: Event) -> None:
        """An event that has to stay because it is part of one that does."""
        if isinstance(event, Created):
            self.result.containers.add(event.number)
        elif isinstance(event, Built):
            self.result.images.add(event.number)

    def need_path(self, event: Event, path: str, sources: bool = False) -> None:
        """What a path holds is needed; with `sources`, only what may be text that a compiler reads."""
        files = event.state.files
        found = [*files.changed_below(path)]
        plain = paths.parent(path) == event.state.folder and "." not in paths.base_name(path)
        if not (plain and path not in files.changes and files.overlay(path) is not None):
            # a container that worked in this folder may have made anything there: a word that is no path by its look is none
            found.append((path, files.lookup(path)))
        for name, entry in found:
            for one in possible(entry):
                if isinstance(one.origin, FromContainer | FromArchive) and not (sources and _is_binary(name)):
                    self.keep_copy(one.origin.event, one.events)

    def keep_copy(self, number: int, chain: Iterable[int]) -> None:
        self.result.copies.add(number)
        self.result.live.update(chain)

    def need_in_called_file(self, event: RanCommand) -> None:
        """What a script of the tree, or the makefile, mentions when a command runs it."""
        called = [event.name] if "/" in event.name else [value.flat for value in event.words[1:]]
        folder = event.state.folder
        if paths.base_name(event.name) in ("make", "gmake"):
            called += ["Makefile", "makefile", "GNUmakefile"]
            for inner in _folders_of_make(called):
                folder = paths.join(folder, inner)
        for word in called:
            text = self.scripts.get(paths.join(folder, word))
            if text is None:
                continue
            for path, entry in event.state.files.changes.items():
                if any(isinstance(one.origin, FromContainer) for one in possible(entry)):
                    base = re.escape(paths.base_name(path))
                    if re.search(rf"(?<![\w.-]){base}(?![\w-]|\.\w)", text):
                        self.need_path(event, path)

    def need_inside(self, event: Skipped) -> None:
        for command in event.words:
            words = [word for word in command.words[1:] if word]
            base = paths.base_name(command.words[0])
            docker = base in ("docker", "podman", "sudo", "nerdctl") or "docker" in command.words[:3]
            gone = sorted(word for word in words if self.is_dead_name(word))
            if docker and gone:
                raise refuse(
                    "STG302",
                    f"this command uses `{self.run.unknowns.show(gone[0])}`, which goes away, and whether it runs is not known",
                    event.site.source,
                    command.span if command.span in event.site.span else event.site.span,
                    "move it out of the construct, or convert this part by hand",
                )
            if docker or base in ("echo", "printf", "exit", "mkdir", "cd", "kill", "sleep"):
                continue
            for word in words:
                if "\0" in word:
                    if base not in INSPECTIONS and base not in HARMLESS:
                        self.need_everything(event)
                elif not word.startswith("-"):
                    self.need_path(event, paths.join(event.state.folder, word))

    def need_everything(self, event: Event) -> None:
        """A word that is not known may name any artifact that is on the host at this moment."""
        for path, entry in event.state.files.changes.items():
            if any(isinstance(one.origin, FromContainer) for one in possible(entry)):
                self.need_path(event, path)


PARTED = (RemovedContainers, RemovedImages, ChangedFiles)
"""Events of commands that may lose some of their operands."""

VOID = frozenset("[ [[ test true : return exit break continue shift local declare typeset sleep date set trap".split())
"""Commands that have no purpose where nothing else in their list has one."""


def call_goes(events: list[Event], live: set[int], readers: Mapping[int, list[Site | None]]) -> bool:
    """Whether a call with these events did nothing that stays, and something that goes; see `uses.readers_of`."""
    if any(event.number in live and not isinstance(event, Assigned) and not is_void(event) for event in events):
        return False
    sites = {event.site for event in events}

    def accompanies(event: Event) -> bool:
        # a message, a test, or a variable for the others only
        if isinstance(event, Assigned):
            return all(site in sites for site in readers.get(event.number, ()))
        return is_void(event)

    telling = [event for event in events if not accompanies(event)]
    return bool(telling) and not any(event.number in live for event in telling)


def is_void(event: Event) -> bool:
    """Whether an event alone is no reason to keep a construct."""
    if isinstance(event, Announced):
        return True
    if isinstance(event, Skipped):
        return event.never
    return isinstance(event, RanCommand) and event.name in VOID and not event.makes


def _is_lookup(event: Event) -> bool:
    """Whether a docker command only asks for ids and the like."""
    return isinstance(event, UsedImages) and event.verb in ("ps", "images", "inspect")


def _values(event: Event) -> tuple[Value, ...]:
    if isinstance(event, (RanCommand, UsedImages, Built, Created, Executed)):
        return event.words
    if isinstance(event, Announced):
        return (event.text,)
    if isinstance(event, (RemovedContainers, RemovedImages)):
        return ()
    return ()


def _is_binary(path: str) -> bool:
    """Whether a file has a name that no source has: one without an ending, or with that of a program or an archive."""
    ending = paths.base_name(path).rpartition(".")[2] if "." in paths.base_name(path) else ""
    return ending in (
        "",
        "a",
        "exe",
        "so",
        "o",
        "jar",
        "war",
        "zip",
        "gz",
        "tgz",
        "tar",
        "xz",
        "deb",
        "rpm",
        "img",
        "bin",
    )


def _mentioned(event: RanCommand) -> list[str]:
    """Paths inside words of commands that transfer files, such as `-F file=@path`."""
    found = []
    if paths.base_name(event.name) in ("curl", "http", "wget", "aws", "gsutil", "scp", "rsync", "jfrog"):
        for value in event.words[1:]:
            for part in value.flat.replace("@", "=").split("=")[1:]:
                found.append(paths.join(event.state.folder, part))
    return found


def _makes_parents(made: ChangedFiles) -> bool:
    """Whether `mkdir` has `-p`."""
    return any(re.match(r"-[a-zA-Z]*p|--parents$", word.flat) for word in made.words)


def _is_at_or_below(path: str, folder: str) -> bool:
    return path == folder or paths.is_below(path, folder)


def _folders_of_make(words: list[str]) -> list[str]:
    """The folders that `make` goes into before it reads anything, one below the other."""
    found = [after for before, after in itertools.pairwise(words) if before in ("-C", "--directory")]
    return found + [word.partition("=")[2] for word in words if word.startswith("--directory=")]


def _glob_matches(pattern: str, path: str) -> bool:
    return fnmatchcase(path, pattern) and pattern.count("/") == path.count("/")
