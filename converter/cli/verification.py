"""Verifying what was picked, and showing what came out."""

from __future__ import annotations

import os
from collections.abc import Iterator

import typer

from converter.batch.problems import Problem
from converter.batch.recipes import Outcome
from converter.cli.picking import Picked
from converter.cli.progress import Steps
from converter.printable import Line, visible
from converter.verify.problems import VerifyProblem
from converter.verify.prove import Noise, Settings, Stopped, Subject, Watch, prove
from converter.verify.report import printable, render
from converter.verify.scratch import Checkout
from converter.verify.verification import ImageProof, Verification

STYLES = {True: "good", False: "error"}


def verify_outcome(
    picked: Picked, outcome: Outcome, *, noise: Noise, timeout_seconds: float | None, log_folder: str | None, color: str
) -> Verification:
    """Builds both versions of a converted recipe. Raises `Problem` where nothing can be proved."""
    recipe = outcome.recipe
    if not recipe.command:
        raise Problem(
            f"{recipe.driver} is not started by a command of its own, so both versions cannot be built",
            "build them yourself and compare: stageify verify --archives BEFORE.tar AFTER.tar",
        )
    environment = {**os.environ, **picked.options.environment}
    subject = Subject(
        driver=recipe.driver,
        checkout=Checkout(picked.root.folder, picked.root.top, picked.paths),
        command=recipe.command,
        cwd=recipe.folder,
        scripts={path: outcome.texts[path].text for path in recipe.scripts if path in outcome.texts},
        images=recipe.images,
        changes=recipe.files,
    )
    settings = Settings(environment, timeout_seconds, noise, log_folder)
    with Steps(color) as steps:
        try:
            return prove(subject, settings, Watch(steps.begins, steps.heard))
        except Stopped as stop:
            raise typer.Exit(128 + stop.number) from None
        except VerifyProblem as problem:
            raise Problem(problem.message, problem.help) from None


def verification_lines(verification: Verification, limit: int | None) -> list[Line]:
    """The table of sizes, the differences, and the verdict in the last line."""
    lines = list(_table(verification))
    for image in verification.images:
        lines += _details(image, limit)
    lines += [((f"  {visible(finding)}", "error"),) for finding in verification.findings]
    failure = verification.failure
    if failure is not None:
        lines.append(((f"  the {failure.version} version fails: {visible(failure.reason)}", "error"),))
        lines += [(("  | ", "quiet"), (visible(line), "")) for line in failure.tail]
        lines.append(((f"  all that it wrote is in {failure.log}", "quiet"),))
    verdict = "equal" if verification.equal else "different"
    lines.append(((verdict, STYLES[verification.equal]), (f": {_meaning(verification)}", "")))
    return lines


def _meaning(verification: Verification) -> str:
    if not verification.equal:
        return "the new version is not proved to build the same"
    count = len(verification.images)
    what = "the same image" if count == 1 else f"the same {count} images"
    if verification.driver is None:
        return "the two images are the same"
    return f"the new version builds {what}"


def _table(verification: Verification) -> Iterator[Line]:
    rows: list[tuple[str, str, int, str, str]] = []
    left, right = ("legacy image", "new image") if verification.driver is not None else ("first image", "second image")
    for built in verification.build_images:
        rows.append(("build image", built.tag, built.size_bytes, "", ""))
    for image in verification.images:
        before, after = _sizes(image)
        word = "equal" if before == after else f"{after - before:+,} bytes"
        rows.append((left, image.tag, before, "", ""))
        rows.append((right, image.tag, after, word, STYLES[image.size_equal]))
    titles = max((len(row[0]) for row in rows), default=0)
    tags = max((len(visible(row[1])) for row in rows), default=0)
    sizes = max((len(f"{row[2]:,}") for row in rows), default=0)
    for title, tag, size, word, style in rows:
        yield (
            (f"  {title:<{titles}}  ", ""),
            (f"{visible(tag):<{tags}}", "path"),
            (f"  {size:>{sizes},} bytes", ""),
            (f"  {word}" if word else "", style),
        )


def _sizes(image: ImageProof) -> tuple[int, int]:
    before, after = image.legacy_size_bytes, image.new_size_bytes
    if before is None or after is None:
        return image.comparison.left_size_bytes, image.comparison.right_size_bytes
    return before, after


def _details(image: ImageProof, limit: int | None) -> list[Line]:
    text = render(image.comparison, left="legacy", right="new", limit=limit)
    first, *rest = text.removesuffix("\n").split("\n")
    rest = [line for line in rest if not line.startswith("size: ")]
    lines: list[Line] = [((f"  {visible(image.tag)}: ", "heading"), (first, STYLES[image.equal]))]
    lines += [((f"    {line.strip()}", ""),) for line in rest]
    if image.own_files:
        names = ", ".join(printable(path) for path in dict.fromkeys(found.subject for found in image.own_files))
        lines.append(((f"    not counted: files of the recipe itself, which the image ships: {names}", ""),))
    return lines
