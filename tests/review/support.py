"""Reviews of small trees for the tests."""

from __future__ import annotations

from pathlib import Path

from converter.batch.discovery import find_root, read_tree
from converter.convert import Options
from converter.review.choices import Level
from converter.review.findings import Finding, findings
from converter.review.formats import Report
from converter.review.touched import Touched, read_diff
from converter.review.tree import groups_of
from tests.batch.trees import RECIPE, Tree, make

CP = 5
"""The line of `docker cp` in `RECIPE`'s build.sh."""

BLOCKED: Tree = {**RECIPE, "build.sh": RECIPE["build.sh"].replace(b"docker rm", b"strip app\ndocker rm")}
"""A recipe that is refused: its line 6 changes the artifact on the host."""


def review(
    folder: Path,
    tree: Tree,
    touched: Touched | None = None,
    only: frozenset[str] | None = None,
    refused: Level = "note",
) -> tuple[Finding, ...]:
    """The findings for a folder with these files."""
    root, _ = find_root(str(make(folder, tree)))
    return findings(root, groups_of(root, read_tree(root), Options())[1], touched, only, refused=refused)


def report(folder: Path, tree: Tree, diff: bytes | None = None) -> Report:
    """The report for a folder with these files, or for a diff that touches them."""
    touched = None if diff is None else read_diff(diff)
    return Report(review(folder, tree, touched), touched)


def below(folder: str, tree: Tree) -> Tree:
    """The files in a folder."""
    return {f"{folder}/{path}": data for path, data in tree.items()}


def added(tree: Tree) -> bytes:
    """A diff that makes all these files anew."""
    pieces = []
    for path, data in tree.items():
        lines = data.split(b"\n")[:-1]
        head = f"--- /dev/null\n+++ b/{path}\n@@ -0,0 +1,{len(lines)} @@\n"
        pieces.append(head.encode() + b"".join(b"+" + line + b"\n" for line in lines))
    return b"".join(pieces)
