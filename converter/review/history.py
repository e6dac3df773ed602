"""What the work on a branch touches, as git tells it."""

from __future__ import annotations

import os
import re
import subprocess

from converter.batch.discovery import Root
from converter.batch.problems import Problem, UsageProblem
from converter.review.touched import Touched, read_diff

_DIFF = (
    "-c", "core.fsmonitor=false", "-c", "diff.autoRefreshIndex=false", "diff", "--no-color", "--no-ext-diff", "--no-textconv", "--find-renames",
    "--unified=0", "--inter-hunk-context=0", "--submodule=short", "--ignore-submodules=dirty",
    "--src-prefix=a/", "--dst-prefix=b/", "--relative",
)  # fmt: skip
"""Every setting of a repository that would change the form of a diff, or run or write something, is overruled."""


def changed_since(root: Root, base: str) -> Touched:
    """What differs between the working tree and the commit where the branch left `base`.

    That commit is the merge base of `base` and HEAD. Raises `UsageProblem` outside a git work tree, and `Problem`
    with the `git fetch` to do where this clone does not hold the commits.
    """
    if root.top is None:
        raise UsageProblem(f"--base needs a git repository, and {root.folder} lies in none")
    tip = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", base + "^{commit}")
    if not tip:
        raise Problem(f"--base {base}: this clone holds no such commit", _fetch(root, base))
    if not _git(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}"):
        raise Problem("--base: nothing is committed here yet, so there is nothing to compare with")
    meeting = _git(root, "merge-base", tip, "HEAD")
    if not meeting:
        if _is_shallow(root):
            raise Problem(f"--base {base}: this clone is shallow and does not reach back to it", _fetch(root, base))
        raise Problem(f"--base {base} and HEAD have no commit in common")
    return read_diff(_run(root, *_DIFF, meeting, "--").stdout)


def _fetch(root: Root, base: str) -> str:
    """The `git fetch` that brings a commit, and the rest of the history where the clone is shallow."""
    depth = "--unshallow " if _is_shallow(root) else ""
    if re.fullmatch(r"[0-9a-f]{7,64}", base):
        return f"`git fetch {depth}origin {base}` brings it, or a full clone (fetch-depth: 0)"
    branch = base.removeprefix("refs/").removeprefix("remotes/").removeprefix("origin/").removeprefix("heads/")
    more = "" if base.endswith(f"origin/{branch}") else f", and --base origin/{branch} names it then"
    return f"`git fetch {depth}origin +{branch}:refs/remotes/origin/{branch}` brings it{more}"


def _is_shallow(root: Root) -> bool:
    return _git(root, "rev-parse", "--is-shallow-repository") == "true"


def _git(root: Root, *words: str) -> str:
    """The first line of what git answers; empty where it says no."""
    return os.fsdecode(_run(root, *words, status=None).stdout).partition("\n")[0]


def _run(root: Root, *words: str, status: int | None = 0) -> subprocess.CompletedProcess[bytes]:
    """Runs git without letting it write its index. Raises `Problem` for a failure that is not one of the answers."""
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            ["git", *words],
            cwd=root.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except OSError:
        raise Problem("--base needs git, and there is no git on PATH") from None
    complaint = os.fsdecode(done.stderr).strip()
    if "dubious ownership" in complaint:
        raise Problem(
            f"git does not trust {root.top}, which belongs to another user",
            f"`git config --global --add safe.directory {root.top}` says that you do",
        )
    if status is not None and done.returncode != status:
        raise Problem(f"git failed: {complaint or done.returncode}")
    return done
