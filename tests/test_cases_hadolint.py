"""hadolint finds nothing new in the Dockerfiles that a conversion writes.

A finding is new where the Dockerfiles before have it less often. BuildKit's own checks (`docker build --check`) need
Docker 27; no engine of the tests has them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.recipes import CASES, read_texts
from tests.test_cases import NAMES, settings

EXPECTED = {
    "DL3059": "what the script did to an artifact (a mode, a command in a container) is a RUN of its own, so that the"
    " builder's instructions stay byte for byte",
    "DL3022": "with `--emit bake` the stage is the target that docker-bake.hcl names as a context",
}
"""New findings that are meant, with the reason; none of them is an error."""

CONVERTED = [name for name in NAMES if settings(name)["status"] == "converted"]


def findings(text: str) -> Counter[tuple[str, str]]:
    """How often hadolint finds each (code, level) in a Dockerfile."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("hadolint")), "--no-color", "--no-fail", "--format", "json", "-"],
        input=text, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return Counter((found["code"], found["level"]) for found in json.loads(done.stdout))


def dockerfiles(texts: Mapping[str, str]) -> dict[str, str]:
    """Those of a tree, by their names."""
    return {
        path: text
        for path, text in texts.items()
        if any(word in path.lower() for word in ("dockerfile", "containerfile")) and not path.endswith("ignore")
    }


def test_hadolint_finds_what_is_wrong() -> None:
    assert findings("FROM alpine:3.10\nCOPY a b c\n")["DL3021", "error"] == 1


@pytest.mark.parametrize("name", CONVERTED)
def test_a_conversion_brings_no_new_finding(name: str) -> None:
    before = dockerfiles(read_texts(CASES / name / "before"))
    after = dockerfiles(read_texts(CASES / name / "after"))
    old = sum((findings(text) for text in before.values()), Counter())
    for path in (path for path, text in after.items() if before.get(path) != text):
        new = findings(after[path]) - old
        assert not {code for code, level in new if code not in EXPECTED or level == "error"}, (path, new)
