"""Building both versions of a recipe and comparing what comes out."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from converter.docker_cli.references import parse_reference
from converter.isolation.names import Names, familiar
from converter.isolation.session import Call
from converter.result import FileChange, ImageResult
from converter.verify.compare import Comparison, compare
from converter.verify.engine import Before, Engine, Traces, answering
from converter.verify.image import Image
from converter.verify.own_files import OwnFile, own_files, split_own_files
from converter.verify.problems import VerifyProblem
from converter.verify.running import Ran, run_script
from converter.verify.scratch import Checkout, make_copy
from converter.verify.verification import BuiltImage, Failure, ImageProof, Verification, Version

TAIL_LINES = 20
_BYPASS = re.compile(r"/s?bin/(?:docker|podman|nerdctl|buildah|sudo|doas)(?![\w./-])|/docker\.sock\b")

Noise = Literal["auto", "always", "never"]


class Subject(Struct, frozen=True):
    """What is proved: a tree, the command that builds it in the folder `cwd` of the tree, and the changes to it.

    `scripts` are the texts that take part, by path; `images` the final images of the conversion.
    """

    driver: str
    checkout: Checkout
    command: tuple[str, ...]
    cwd: str
    scripts: Mapping[str, str]
    images: tuple[ImageResult, ...]
    changes: tuple[FileChange, ...]


class Settings(Struct, frozen=True):
    """How it is done: the environment of both runs, seconds for each, when noise is measured, where logs are kept."""

    environment: Mapping[str, str]
    timeout_seconds: float | None = None
    noise: Noise = "auto"
    log_folder: str | None = None


class Watch(Struct, frozen=True):
    """Who is told of the progress: `begins` of each step, `heard` of each command of the engine in a version."""

    begins: Callable[[str], None]
    heard: Callable[[Call], None]


class Stopped(KeyboardInterrupt):
    """A signal that ends the program; `number` says which."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def prove(subject: Subject, settings: Settings, watch: Watch) -> Verification:
    """Builds the legacy version and the new one, each from a scratch copy and without a cache, and compares them.

    Nothing that the engine had is touched, and nothing of the runs stays in it, whatever happens, signals included.
    Raises `VerifyProblem` where nothing can be proved: no engine, or the legacy script fails by itself.
    """
    _check_scripts(subject)
    engine = Engine.connect(settings.environment)
    run = f"stageify-{secrets.token_hex(4)}"
    with (
        answering(f"what it still has under names that begin with {run} can be removed"),
        _work_folder(run, watch) as work,
        _signals_stop(),
        _clean_engine(engine, run, work, watch),
    ):
        return _Proof(subject, settings, watch, engine, run, work).result()


def _check_scripts(subject: Subject) -> None:
    """What reaches an engine past the isolating programs cannot be kept apart from the person's own things."""
    for path, text in subject.scripts.items():
        for number, line in enumerate(text.splitlines(), 1):
            code = line.partition(" #")[0] if not line.lstrip().startswith("#") else ""
            found = _BYPASS.search(code)
            if found is not None:
                raise VerifyProblem(
                    f"{path}:{number}: `{found.group().lstrip('/')}` reaches the engine past the `docker` that gives "
                    "private names, so what it does cannot be kept apart from what is yours",
                    "let the script call `docker` by its name",
                )


class _Proof:
    """One verification on its way."""

    def __init__(
        self, subject: Subject, settings: Settings, watch: Watch, engine: Engine, run: str, work: Path
    ) -> None:
        self.subject = subject
        self.settings = settings
        self.watch = watch
        self.engine = engine
        self.run = run
        self.work = work

    def result(self) -> Verification:
        legacy = self._build("legacy", "legacy", ())
        if not legacy.succeeded:
            raise _by_itself(self._failure("legacy", legacy))
        made = self._made("legacy", legacy)
        missing = [image.tag for image in self.subject.images if not _matching(image, made)]
        if missing:
            raise VerifyProblem(
                f"the legacy script ran, and built no image {', '.join(missing)}",
                "give the script what it takes from outside with --env NAME=VALUE, and its arguments after `--`",
            )
        new = self._build("new", "new", self.subject.changes)
        seconds = (legacy.seconds, new.seconds)
        if not new.succeeded:
            return Verification(
                self.subject.driver, (), self._only_legacy(made, {}), (), self._failure("new", new), False, *seconds
            )
        made_new = self._made("new", new)
        pairs, findings = match_images(self.subject.images, made, made_new)
        findings = (*findings, *_push_findings(legacy, new))
        images = {tag: (self._read(made[a]), self._read(made_new[b])) for tag, (a, b) in pairs.items()}
        sizes = {tag: (self._size(made[a]), self._size(made_new[b])) for tag, (a, b) in pairs.items()}
        self.watch.begins("comparing")
        proofs = [self._image_proof(tag, sizes[tag], compare(*images[tag])) for tag in pairs]
        measures = self.settings.noise == "always" or (
            self.settings.noise == "auto" and any(not proof.equal for proof in proofs)
        )
        if measures:
            again = self._build("again", "legacy", ())
            measures = again.succeeded
            if again.succeeded:
                made_again = self._made("again", again)
                ids = {tag: made_again.get(a) for tag, (a, _) in pairs.items()}
                proofs = [self._without_noise(proof, *images[proof.tag], ids[proof.tag]) for proof in proofs]
        return Verification(
            self.subject.driver,
            tuple(proofs),
            self._only_legacy(made, {a: tag for tag, (a, _) in pairs.items()}),
            findings,
            None,
            measures,
            *seconds,
        )

    def _build(self, version: str, title: str, changes: Sequence[FileChange]) -> Ran:
        self.watch.begins(f"building the {title} version")
        work = self.work / version
        work.mkdir()
        root = make_copy(self.subject.checkout, work, changes)
        names = self._names(version)
        ran = run_script(
            self.subject.command,
            root / self.subject.cwd,
            work,
            self.settings.environment,
            prefix=names.prefix,
            reserved=sorted({familiar(image.tag) for image in self.subject.images if _is_known(image.tag)}),
            timeout_seconds=self.settings.timeout_seconds,
            heard=self.watch.heard,
        )
        if self.settings.log_folder is not None:
            os.makedirs(self.settings.log_folder, exist_ok=True)
            shutil.copyfile(ran.log, os.path.join(self.settings.log_folder, f"{version}.txt"))
        return ran

    def _names(self, version: str) -> Names:
        return Names(f"{self.run}/{version}")

    def _made(self, version: str, ran: Ran) -> dict[str, str]:
        """The ids of the images of a run, the last one of each name; one without a name goes by its Dockerfile."""
        names = self._names(version)
        made: dict[str, str] = {}
        for call in ran.calls:
            for name, identifier in call.images.items():
                key = f"({os.path.basename(call.dockerfile) or 'no name'})" if names.is_kept(name) else name
                made.pop(key, None)
                made[key] = identifier
        return made

    def _read(self, identifier: str) -> Image:
        return self.engine.image(identifier)

    def _size(self, identifier: str) -> int:
        return self.engine.size_bytes(identifier)

    def _only_legacy(self, made: Mapping[str, str], compared: Mapping[str, str]) -> tuple[BuiltImage, ...]:
        finals = {name for image in self.subject.images for name in _matching(image, made)}
        rest = {name: identifier for name, identifier in made.items() if name not in compared and name not in finals}
        return tuple(BuiltImage(name, self._size(identifier)) for name, identifier in rest.items())

    def _without_noise(self, proof: ImageProof, legacy: Image, new: Image, again: str | None) -> ImageProof:
        """The proof without what two builds of the legacy version differ in; `again` is the second one, by its id."""
        if again is None:
            return proof
        measured = compare(legacy, self._read(again))
        varies = not measured.size_equal or self._size(again) != proof.legacy_size_bytes
        sizes = proof.legacy_size_bytes, proof.new_size_bytes
        found = self._image_proof(proof.tag, sizes, compare(legacy, new, measured=measured))
        return replace(found, size_is_noise=varies)

    def _image_proof(self, tag: str, sizes: tuple[int | None, int | None], comparison: Comparison) -> ImageProof:
        split = split_own_files(comparison, self._own_files())
        return ImageProof(tag, *sizes, split.comparison, False, split.own, split.size_change_bytes)

    def _own_files(self) -> tuple[OwnFile, ...]:
        before: dict[str, bytes | None] = {}
        for change in self.subject.changes:
            path = Path(self.subject.checkout.folder, change.path)
            before[change.path] = path.read_bytes() if path.is_file() else None
        texts = {change.path: change.text for change in self.subject.changes}
        return own_files(before, {path: None if text is None else text.encode() for path, text in texts.items()})

    def _failure(self, version: Version, ran: Ran) -> Failure:
        text = ran.log.read_text(encoding="utf-8", errors="replace")
        if self.settings.log_folder is not None:
            kept = os.path.join(self.settings.log_folder, f"{version}.txt")
        else:  # for the person to read: it stays
            descriptor, kept = tempfile.mkstemp(prefix=f"{self.run}-{version}-", suffix=".log")
            os.close(descriptor)
            shutil.copyfile(ran.log, kept)
        if ran.refused is not None:
            reason = ran.refused.message
        elif ran.exit_status is None:
            reason = f"it took longer than {self.settings.timeout_seconds:g} seconds"
        else:
            reason = f"exit status {ran.exit_status}"
        return Failure(version, reason, tuple(text.splitlines()[-TAIL_LINES:]), kept)


def _by_itself(failure: Failure) -> VerifyProblem:
    tail = "".join(f"\n  | {line}" for line in failure.tail)
    return VerifyProblem(
        f"the legacy script fails by itself, before anything was changed: {failure.reason}{tail}",
        f"all that it wrote is in {failure.log}",
    )


def _is_known(tag: str) -> bool:
    return bool(tag) and "$" not in tag


def _matching(image: ImageResult, made: Mapping[str, str]) -> list[str]:
    """The names in `made` that a final image may have: its own, or any that fits where a part of it is unknown."""
    if not image.tag:
        return [f"({os.path.basename(image.dockerfile)})"] if f"({os.path.basename(image.dockerfile)})" in made else []
    if _is_known(image.tag):
        name = familiar(image.tag)
        return [name] if name in made else []
    pattern = _pattern(image.tag)
    return [name for name in made if re.fullmatch(pattern, name)]


def _pattern(tag: str) -> str:
    """A regular expression for a name of which some parts are expressions of a shell."""
    pieces = re.split(r"\$(?:\{[^}]*\}|\([^)]*\)|\w+|\?)", tag)
    text = ".*".join(re.escape(piece) for piece in pieces)
    return text if parse_reference(tag).tag is not None else f"{text}(?::.*)?"


def match_images(
    finals: Sequence[ImageResult], legacy: Mapping[str, str], new: Mapping[str, str]
) -> tuple[dict[str, tuple[str, str]], tuple[str, ...]]:
    """Which image of the legacy run is to be which one of the new run, by the name to show, and what is missing.

    All names that both runs made are pairs. Names that differ because a part of them does (a date, a random
    number) are paired in order where both fit the same final image.
    """
    pairs = {name: (name, name) for name in new if name in legacy}
    findings = []
    for image in finals:
        left = [name for name in _matching(image, legacy) if name not in pairs]
        right = [name for name in _matching(image, new) if name not in pairs]
        for a, b in zip(left, right, strict=False):
            pairs[image.tag] = (a, b)
        shown = image.tag or image.dockerfile
        if not any(name in pairs for name in (*_matching(image, legacy), image.tag)):
            findings.append(f"the new version builds no image {shown}")
    paired = {b for _, b in pairs.values()}
    findings += [f"only the new version makes the image {name}" for name in new if name not in paired]
    return pairs, tuple(findings)


def _push_findings(legacy: Ran, new: Ran) -> list[str]:
    before, after = _pushed(legacy), _pushed(new)
    if before == after:
        return []
    return [
        f"the legacy version would push {', '.join(before) or 'nothing'}, the new one {', '.join(after) or 'nothing'}"
    ]


def _pushed(ran: Ran) -> list[str]:
    return sorted({familiar(name) for call in ran.calls for name in call.pushed})


@contextmanager
def _work_folder(run: str, watch: Watch) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=f"{run}-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if folder.exists():  # a container wrote into a mounted folder, as root
            watch.begins(f"{folder} has files of another user and could not be removed")


@contextmanager
def _signals_stop() -> Iterator[None]:
    """Ctrl-C and what else ends a program become an exception, so that everything is removed first."""

    def stop(number: int, frame: object) -> None:
        raise Stopped(number)

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _clean_engine(engine: Engine, run: str, work: Path, watch: Watch) -> Iterator[None]:
    """Removes all traces of the run at the end. Signals have to wait for that."""
    before = engine.before()
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        watch.begins("removing what was built")
        _remove(engine, run, work, before)


def _remove(engine: Engine, run: str, work: Path, before: Before) -> None:
    from converter.isolation.session import read_calls

    calls = [call for folder in sorted(work.glob("*/isolation")) for call in read_calls(folder)]
    traces = Traces(
        tuple(identifier for call in calls for identifier in call.ids),
        tuple(identifier for call in calls for identifier in call.containers),
        tuple(dict.fromkeys(name for call in calls for name in call.pulled)),
    )
    left = engine.remove(run, f"{run}-", traces, before)
    if left:
        raise VerifyProblem(f"the engine did not let go of {', '.join(left)}", "remove it with docker")
