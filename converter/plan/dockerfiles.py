"""The Dockerfile of a build, read and evaluated as that build sees it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from msgspec import Struct

from converter.diagnostics import Refusal, refuse
from converter.docker_cli.commands import Build
from converter.docker_cli.parse import parse as parse_command
from converter.docker_cli.references import normalize
from converter.dockerfile.environment import BaseFacts, StageState, evaluate, target_path
from converter.dockerfile.ignore import IgnoreError, IgnoreRules
from converter.dockerfile.parser import parse
from converter.dockerfile.stages import Stage, find_stage, stages
from converter.dockerfile.syntax import Dockerfile
from converter.machine import paths
from converter.machine.derived import is_outer
from converter.machine.events import Assigned, Built, Created, RanCommand
from converter.machine.host import Entry, FromContainer, FromHost, FromTree
from converter.machine.state import Image
from converter.machine.value import TOKEN_START, Piece, Reference, Value, is_known
from converter.plan.facts import KnownImages
from converter.shell.interpreter import NeedsFiles, Run
from converter.source import Source


class BuildFile(Struct, frozen=True):
    """A build and its Dockerfile: `target` is the stage that becomes the image.

    `arguments` maps each `--build-arg` to its value as the script computes it. `added` is what containers of the image
    ran as builds before files were copied out of them, one command a line; `mounted` tells that they worked in mounted
    folders. `triggers` tells that a base image is known to have ONBUILD triggers. `path` is empty for an image that the script only runs, which has no Dockerfile, and for a Dockerfile that
    the script writes itself.
    """

    event: Built
    path: str
    source: Source
    tree: Dockerfile
    stages: tuple[Stage, ...]
    states: tuple[StageState, ...]
    target: Stage
    arguments: Mapping[str, Value]
    ignore: IgnoreRules
    added: str = ""
    mounted: bool = False
    triggers: bool = False

    @property
    def state(self) -> StageState:
        """The state of the target stage."""
        return self.states[self.target.index]


class Loader:
    """Reads the Dockerfiles of a run, each once; `texts` are the known files of the tree."""

    def __init__(self, run: Run, texts: Mapping[str, Source], images: KnownImages) -> None:
        self.run = run
        self.texts = texts
        self.images = images
        self.loaded: dict[int, BuildFile] = {}
        self.loading: set[int] = set()
        self.constants: dict[int, tuple[Reference, ...]] = {}
        """What constants of the script stand in the Dockerfiles that it writes, by the number of the build."""
        self.templates: dict[int, frozenset[str]] = {}
        """The files of the tree that it makes them out of."""
        self.placed: dict[int, str] = {}
        """Where final Dockerfiles that the script writes stand in the tree from now on, by the number of the build."""

    def load(self, event: Built) -> BuildFile:
        """The Dockerfile of a build. Raises `Refusal` where it cannot be read, `NeedsFiles` where it is not known."""
        if event.number not in self.loaded:
            self.loading.add(event.number)
            self.loaded[event.number] = self._load(event)
            self.loading.discard(event.number)
        return self.loaded[event.number]

    def place(self, event: Built) -> None:
        """Gives a Dockerfile that the script writes a place in the tree, where the build finds it if it can.

        Raises `Refusal` where no name is free.
        """
        start = event.state.files.start
        own = event.dockerfile
        folder = paths.parent(own)
        inside = is_known(own) and own != "-" and not paths.is_outside(own)
        if inside and (not folder or start.kind(folder) == "folder"):
            self.placed[event.number] = own
        else:
            known = is_known(event.context) and start.kind(event.context) == "folder"
            tags = [paths.base_name(tag.flat).partition(":")[0] for tag in event.tags if tag.known]
            names = ["Dockerfile", *(f"Dockerfile.{tag}" for tag in tags if re.fullmatch(r"[\w.-]+", tag))]
            free = (paths.join(event.context if known else "", name) for name in names)
            found = next((path for path in free if start.kind(path) is None and path not in self.placed.values()), None)
            if found is None:
                raise refuse(
                    "STG404",
                    f"the script writes `{self.run.unknowns.show(own)}` itself, the Dockerfile of this build, and no name is free "
                    "for it in the tree",
                    event.site.source,
                    event.site.span,
                    "put that Dockerfile into the tree first, and take out the command that writes it",
                )
            self.placed[event.number] = found
        del self.loaded[event.number]

    def load_once(self, event: Built) -> BuildFile:
        """The Dockerfile of a build that is only considered. Raises as `load` does."""
        return self._load(event)

    def _load(self, event: Built) -> BuildFile:
        made = self.written_by_script(event)
        path = self.file_of(event) if made is None else self.placed.get(event.number, "")
        if made is None and path not in self.texts:
            raise NeedsFiles((path,))
        source = made or self.texts[path]
        if made is not None and path:
            source = Source(path, made.text)
        tree = parse(source)
        if tree.errors:
            problem = tree.errors[0]
            raise refuse("STG201", problem.message, source, problem.span, "correct the Dockerfile first")
        arguments = self.arguments_of(event)
        unknowns = self.run.unknowns

        def unknown(expression: str) -> str:
            return unknowns.token(("dockerfile", source.path, expression), expression, "its value comes from outside")

        flats = {name: value.flat for name, value in arguments.items()}
        states = evaluate(tree, flats, self.base_of(event), unknown)
        for state in states:
            for word in state.problems:
                raise refuse("STG201", word.message, source, word.span, "correct the Dockerfile first")
        every = stages(tree)
        return BuildFile(
            event,
            path,
            source,
            tree,
            every,
            states,
            self.target_of(event, every),
            arguments,
            self.ignore_of(event),
            triggers=any(self.has_triggers(event, state.image) for state in states if state.parent is None),
        )

    def has_triggers(self, event: Built, image: str) -> bool:
        """Whether a base image fires ONBUILD instructions, in the Dockerfile that the script builds it from or by its facts."""
        built = event.state.images.get(normalize(image)) or event.state.images.get(image)
        if built is None:
            return bool(self.images.look_up(image).onbuild)
        found = False
        for number in built.events:
            other = self.run.events[number]
            if isinstance(other, Built) and number not in self.loading:
                found = found or any(i.keyword == "ONBUILD" for i in self.load(other).target.instructions)
        return found

    def foreign(self, created: Created, context: str, newline: str) -> BuildFile:
        """An image that the script runs and does not build, as a Dockerfile of one line. Raises `Refusal`."""
        image = created.container.image_name
        arguments = self.parameters(created)
        defaults = {name: f"={value.flat}" if self.is_default(value) else "" for name, value in arguments.items()}
        heads = "".join(f"ARG {name}{default}{newline}" for name, default in defaults.items())
        names = {value.pieces[0]: f"${{{name}}}" for name, value in arguments.items()}
        written = "".join(names.get(piece, piece.text) for piece in image.pieces)
        source = Source("", f"{heads}FROM {written}{newline}")
        tree = parse(source)
        flags = [word for name, value in arguments.items() for word in ("--build-arg", f"{name}={value.flat}")]
        command = parse_command(("docker", "build", *flags, context or "."))
        assert isinstance(command, Build)
        event = Built(
            created.number, created.site, created.calls, created.state, command, (), (), Image(created.number), "", context,
            (),
        )  # fmt: skip
        states = evaluate(tree, {name: value.flat for name, value in arguments.items()}, self.base_of(event), str)
        every = stages(tree)
        return BuildFile(event, "", source, tree, every, states, every[0], arguments, self.ignore_of(event))

    def parameters(self, created: Created) -> dict[str, Value]:
        """The variables in the name of an image that a container runs, which may have other values another time: arguments
        of the stage. A constant of the script that nothing else reads is text. Raises `Refusal`."""
        image = created.container.image_name
        shown = self.run.unknowns.show(image.flat)
        found: dict[str, Value] = {}
        for piece in image.pieces:
            reference = piece.reference
            if reference is None or self.is_constant(reference, created):
                continue
            outer = is_outer(reference)
            name = re.search(r"[A-Za-z_]\w*", reference.expression if outer else reference.variable or "")
            if name is None or not re.fullmatch(r"[\w./:@+-]+|\x00\d+\x01", piece.text):
                raise refuse(
                    "STG303",
                    f"a part of the image's name `{shown}` cannot be written as a build argument",
                    reference.source,
                    reference.span,
                    "give that part a variable of its own",
                )
            found[name.group()] = Value((piece,))
        return found

    def is_constant(self, reference: Reference, created: Created) -> bool:
        """Whether a shell variable in the name of a container's image is set once, to text, and read by this command alone;
        or by a loop, whose rounds are compared in the end."""
        if is_outer(reference) or (reference.round is not None and reference.binding is not None):
            return not is_outer(reference)
        event = self.run.events[reference.binding] if reference.binding is not None else None
        if not isinstance(event, Assigned) or not event.pure:
            return False
        if sum(1 for other in self.run.events if isinstance(other, Assigned) and other.name == event.name) > 1:
            return False
        if any(read.binding == event.number and read.site != created.site for read in self.run.reads):
            return False
        return all(
            inner.reference is None or self.is_constant(inner.reference, created) for inner in event.value.pieces
        )

    def is_default(self, value: Value) -> bool:
        """Whether an argument's value stands in the script or makefile, rather than being given from outside."""
        for piece in value.pieces:
            reference = piece.reference
            if reference is None or is_outer(reference):
                continue
            event = self.run.events[reference.binding] if reference.binding is not None else None
            if not isinstance(event, Assigned) or not self.is_default(event.value):
                return False
        return TOKEN_START not in value.flat

    def written_by_script(self, event: Built) -> Source | None:
        """The text of a Dockerfile that the script writes or hands to the build; None for one that it does not write.

        Raises `Refusal` where the text is not known, or not the same in each run.
        """
        place = event.site.source, event.site.span
        files = event.state.files
        if event.dockerfile == "-":
            if event.stdin is None:
                return None
            content, name = event.stdin, f"{event.site.source.path} (here-document)"
            makers = []
        else:
            entry = files.certain(files.follow(event.dockerfile))
            if entry is None or not isinstance(entry.origin, FromHost) or entry.kind != "file":
                return None
            name = event.dockerfile
            if files.start.kind(name) == "file":
                raise refuse(
                    "STG404",
                    f"the script changes `{name}`, a file of the tree, before it builds it",
                    *place,
                    "make that change in the file itself, with `ARG` for what differs from run to run",
                )
            makers = self.makers(entry)
            if entry.origin.content is None:
                wanted = tuple(path for maker in makers for path in maker.paths
                               if files.start.kind(path) == "file" and path not in self.texts)  # fmt: skip
                if wanted:
                    raise NeedsFiles(wanted)
                raise refuse(
                    "STG404",
                    f"the script writes the Dockerfile `{self.run.unknowns.show(name)}`, and what is in it is not known",
                    *place,
                    "put the Dockerfile into the tree, with ARG for what changes",
                )
            content = entry.origin.content
        values = [content, *(word for maker in makers for word in maker.words)]
        references = [
            piece.reference for value in values for piece in value.references() if piece.reference is not None
        ]
        used = [one for one in references if one.expression or one.source.path in self.run.scripts]
        outside = next((one.expression for one in used if one.binding is None), None)
        if any(paths.base_name(maker.name) == "envsubst" for maker in makers):
            outside = "the environment"
        if outside is not None or not content.known:
            raise self.filled_in(name, outside or "something", event)
        self.constants[event.number] = tuple(used)
        self.templates[event.number] = frozenset(
            one.source.path for one in references if one.source.path not in self.run.scripts
        )
        return Source(name, content.flat)

    def makers(self, entry: Entry) -> list[RanCommand]:
        """The commands that wrote a file, with those that fed them."""
        made = [self.run.events[number] for number in entry.events]
        fed = [self.run.events[n] for event in made if isinstance(event, RanCommand) for n in event.fed_by]
        sites = {event.site for event in (*made, *fed)}
        return [event for event in self.run.events if isinstance(event, RanCommand) and event.site in sites]

    def filled_in(self, name: str, expression: str, event: Built) -> Refusal:
        """The refusal for a Dockerfile whose text the script makes up anew in each run."""
        return refuse(
            "STG404",
            f"the script writes the Dockerfile `{self.run.unknowns.show(name)}` with `{expression}` in it, which may be "
            "something else in the next run",
            event.site.source,
            event.site.span,
            "put the Dockerfile into the tree, with `ARG` for what changes and `--build-arg` at the build",
        )

    def file_of(self, event: Built) -> str:
        """The path in the tree that the build's Dockerfile came from."""
        shown = self.run.unknowns.show(event.dockerfile)
        place = event.site.source, event.site.span
        if event.dockerfile == "-" or event.context == "-":
            raise refuse(
                "STG404", "this build takes its Dockerfile or its context from standard input or a URL", *place
            )
        entry = event.state.files.certain(event.state.files.follow(event.dockerfile))
        if entry is not None and isinstance(entry.origin, FromContainer):
            return self.file_in_image(entry.origin, event)
        if entry is None or not isinstance(entry.origin, FromTree):
            if not is_known(event.dockerfile):
                raise refuse("STG303", f"the name of the Dockerfile, `{shown}`, is not known", *place)
            if paths.is_outside(event.dockerfile):
                raise refuse("STG106", f"the Dockerfile `{shown}` lies outside the root", *place)
        if entry is None and event.state.files.filling(event.dockerfile) is not None:
            raise refuse(
                "STG404", f"the Dockerfile `{shown}` is not in the tree: a command of the script brings it", *place
            )
        if entry is None or entry.kind == "folder":
            raise refuse(
                "STG104",
                f"the Dockerfile `{shown}` does not exist",
                *place,
                "add the file, correct the script, or say with --cwd where the script is started",
            )
        if not isinstance(entry.origin, FromTree):
            raise refuse("STG404", f"what lies at `{shown}`, the Dockerfile, is not known", *place)
        # the script may have put it in another place: what is built is the file of the tree
        return entry.origin.path

    def file_in_image(self, origin: FromContainer, event: Built) -> str:
        """The file of the tree that a Dockerfile in a build context from a container is. Raises `Refusal`."""
        found = self.in_image(origin)
        if found is None:
            raise refuse(
                "STG404",
                f"the Dockerfile of this build is `{self.run.unknowns.show(origin.path.flat)}` of a container, and no file of "
                "the tree is known to be that",
                event.site.source,
                event.site.span,
                "copy it into the builder with COPY, by its name",
            )
        return found

    def in_image(self, origin: FromContainer) -> str | None:
        """The file of the tree that a container has at a path, None where that cannot be told."""
        if origin.worked:
            return None
        created = self.run.events[origin.container]
        assert isinstance(created, Created)
        built = self.run.events[created.image.event] if created.image is not None else None
        return tree_file(self.load(built), origin.path.flat) if isinstance(built, Built) else None

    def arguments_of(self, event: Built) -> dict[str, Value]:
        """The build arguments; one without a value comes from the environment."""
        arguments: dict[str, Value] = {}
        for argument in event.command.build_args:
            word = argument.value
            if word is not None:
                arguments[argument.name] = event.words[word.index].slice(word.start, word.start + len(word.text))
            elif argument.name in event.state.variables:
                arguments[argument.name] = event.state.variables[argument.name].value
            else:
                token = self.run.unknowns.token(
                    ("outside", argument.name), f"${argument.name}", "it comes from outside"
                )
                arguments[argument.name] = Value((Piece(token),))
        return arguments

    def base_of(self, event: Built) -> Callable[[str], BaseFacts | None]:
        """What base images bring, those that the script built itself included."""

        def base(image: str) -> BaseFacts | None:
            built = event.state.images.get(normalize(image)) or event.state.images.get(image)
            if built is not None and built.choices:
                return None
            if built is not None and built.event not in self.loading:
                other = self.run.events[built.event]
                assert isinstance(other, Built)
                final = self.load(other).state.final
                return BaseFacts(None, final.workdir, final.user)
            facts = self.images.look_up(image)
            return BaseFacts(facts.env, facts.workdir, facts.user)

        return base

    def target_of(self, event: Built, every: tuple[Stage, ...]) -> Stage:
        """The stage that the build makes an image of."""
        target = event.command.target
        if target is None:
            return every[-1]
        found = find_stage(every, target.text)
        if found is None and target.text.isdigit() and int(target.text) < len(every):
            found = every[int(target.text)]
        if found is None:
            shown = self.run.unknowns.show(target.text)
            raise refuse("STG104", f"the Dockerfile has no stage `{shown}`", event.site.source, event.site.span)
        return found

    def ignore_of(self, event: Built) -> IgnoreRules:
        """The ignore rules of the build's context."""
        path = event.state.files.follow(paths.join(event.context, ".dockerignore"))
        entry = event.state.files.certain(path)
        filling = event.state.files.filling(path) if entry is None else None
        if entry is None and (filling is None or event.state.files.start.kind(event.context) is not None):
            # what a command puts into a folder of the tree is taken not to be the ignore file of that
            return IgnoreRules()
        own = entry.origin.path if entry is not None and isinstance(entry.origin, FromTree) else None
        if entry is not None and isinstance(entry.origin, FromContainer):
            own = self.in_image(entry.origin)
            if own is None and not entry.origin.worked:
                return IgnoreRules()
        if own is not None:
            path = own
            if path not in self.texts:
                raise NeedsFiles((path,))
            source = self.texts[path]
        elif (
            entry is not None
            and isinstance(entry.origin, FromHost)
            and entry.origin.content is not None
            and entry.origin.content.known
        ):
            source = Source(path, entry.origin.content.flat)
        else:
            raise refuse(
                "STG404",
                "whether and what this build ignores is decided by a file that a command of the script brings"
                if entry is None
                else "the ignore file is made by the script, and what is in it is not known",
                event.site.source,
                event.site.span,
                "put the ignore file into the tree first",
            )
        try:
            return IgnoreRules.parse(source.text)
        except IgnoreError as error:
            line = source.line_span(min(error.line, max(1, source.line_count())))
            raise refuse("STG201", error.message, source, line, "correct the ignore file first") from None


def tree_file(file: BuildFile, path: str) -> str | None:
    """The file of the tree that an image has at an absolute path, by the COPY and ADD of its last stage; None where that
    cannot be told, or a RUN may have changed it."""
    start = file.event.state.files.start
    stage, state = file.target, file.state
    name = paths.base_name(path)
    for scope, instruction in zip(reversed(state.scopes), reversed(stage.instructions), strict=True):
        if instruction.keyword == "RUN" and name in instruction.text:
            return None
        if instruction.keyword not in ("COPY", "ADD") or instruction.flag("from") is not None:
            continue
        arguments = instruction.arguments
        target = target_path(scope.workdir, scope.expand(arguments[-1].value)) if len(arguments) > 1 else None
        if target is None:
            continue
        folder = target.rstrip("/") or "/"
        for argument in arguments[:-1]:
            source = paths.normalize(scope.expand(argument.value).lstrip("/"))
            place = paths.join(file.event.context, source)
            if start.kind(place) == "file":
                inside = target.endswith("/") or len(arguments) > 2
                arrives = paths.join(folder, paths.base_name(place)) if inside else folder
                if arrives == path and not file.ignore.ignores(source):
                    return place
            elif start.kind(place) == "folder" and paths.is_below(path, folder):
                rest = paths.relative(path, folder)
                inner = paths.join(source, rest)
                if start.kind(paths.join(place, rest)) == "file" and not file.ignore.ignores(inner):
                    return paths.join(place, rest)
    return None
