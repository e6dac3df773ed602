"""Scripts that would keep an interpreter busy without an end: each gets an answer after a bounded number of steps."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from converter.convert import Options, Tree, convert
from converter.result import Recipe
from converter.source import MAX_SOURCE_BYTES, Source, SourceError

ROOT = Path(__file__).resolve().parent.parent

PATTERN = """\
docker build -t builder -f Dockerfile.build .
docker create --name x builder
docker cp x:/src/app app
docker rm x
docker build -t final .
"""
FILES = {
    "Dockerfile": 'FROM alpine\nCOPY app /app\nCMD ["/app"]\n',
    "Dockerfile.build": "FROM golang\nWORKDIR /src\nCOPY . .\nRUN go build -o app\n",
    "main.go": "",
}

CONVERTED = {
    "a loop of 800 rounds": 'for i in $(seq 800); do echo "$i"; touch f$i; done\n',
    "a loop over 800 words": "for i in " + " ".join(map(str, range(800))) + "; do cp a b$i; X=$i; done\n",
    "a loop that counts": 'for ((i = 0; i < 800; i++)); do echo "$i"; touch f$i; done\n',
    "a case with 300 arms": 'case "$1" in\n' + "".join(f"a{i}) T=$T{i};;\n" for i in range(300)) + "esac\n",
    "200 tests that decide one value": "".join(f'if [ -n "$S{i}" ]; then V=$V{i}; fi\n' for i in range(200)),
    "60 tests in one another": "".join(f'if [ -n "$A{i}" ]; then\n' for i in range(60)) + "echo\n" + "fi\n" * 60,
    "9,000 commands": "".join(f"make part-{i}\n" for i in range(9_000)),
    "70,000 words": "".join("echo " + "a " * 70 + "\n" for _ in range(1_000)),
    "an endless loop": "while :; do date; done\n",
    "a loop that counts to 100,000": "i=0\nuntil [ $i -eq 100000 ]; do i=$((i+1)); done\n",
    "a pattern with many stars": "x=" + "a" * 3_000 + "\ncase $x in " + "*a" * 40 + "*b) echo;; esac\n",
}
REFUSED = {
    "a file for each of 2 ** 14 values": (
        "STG305",
        "".join(f'if [ -n "$S{i}" ]; then A{i}=x; else A{i}=y; fi\n' for i in range(14))
        + "mkdir " + "".join(f"$A{i}" for i in range(14)) + "\n",
    ),
    "a function that calls itself twice": (
        "STG305", 'f() { if [ "$1" -gt 1 ]; then f $(($1-1)); f $(($1-2)); fi; }\nf 20\n'
    ),
    "a function that calls itself without an end": ("STG305", "f() { f; }\nf\n"),
    "a value that doubles": ("STG305", "x=aaaaaaaaaa\n" + "x=$x$x\n" * 40),
    "a million words in braces": ("STG305", "echo " + "{a,b}" * 20 + "\n"),
    "a hundred million numbers in braces": ("STG305", "echo {1..100000000}\n"),
    "400 constructs in one another": ("STG301", "if true; then\n" * 400 + "echo\n" + "fi\n" * 400),
    "200 substitutions in one another": ("STG301", "X=" + "$(echo " * 200 + "a" + ")" * 200 + "\n"),
    "500 subshells in one another": ("STG301", "(" * 500 + "echo a" + ")" * 500 + "\n"),
    "a line of 900,000 characters": ("STG301", "echo " + "a" * 900_000 + "\n"),
    "a line of 70,000 variables": ("STG305", 'echo "' + "$a" * 70_000 + '"\n'),
    "a quote that does not end": ("STG301", 'echo "' + "a b $c `d\n" * 10_000),
    "nothing but brackets": ("STG301", ")(}{;;&&||" * 10_000 + "\n"),
}  # fmt: skip
SECONDS = 8.0
"""What no answer may take, on a machine that does eight other things at the same time: an answer takes less than one."""


def answer(text: str) -> Recipe:
    texts = {path: Source(path, content) for path, content in FILES.items()}
    texts["build.sh"] = Source("build.sh", f"#!/bin/bash\n{text}{PATTERN}")
    recipe = convert(Tree(frozenset(texts), texts), "build.sh", Options())
    assert isinstance(recipe, Recipe)
    return recipe


def errors(recipe: Recipe) -> list[str]:
    return [found.code for found in recipe.diagnostics if found.severity == "error"]


@pytest.mark.parametrize("name", CONVERTED)
def test_much_that_is_harmless_is_converted_soon(name: str) -> None:
    start = time.process_time()
    recipe = answer(CONVERTED[name])
    assert time.process_time() - start < SECONDS
    assert (recipe.status, errors(recipe)) == ("converted", [])


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_take_too_long_is_refused_soon(name: str) -> None:
    code, text = REFUSED[name]
    start = time.process_time()
    recipe = answer(text)
    assert time.process_time() - start < SECONDS
    assert (recipe.status, errors(recipe)) == ("refused", [code])


def test_a_file_of_10_megabytes_is_no_script() -> None:
    with pytest.raises(SourceError, match=f"at most {MAX_SOURCE_BYTES:,}"):
        Source.decode("build.sh", b"echo " + b"a" * 10_000_000)


def test_none_of_them_takes_more_than_200_mebibytes() -> None:
    done = subprocess.run([sys.executable, __file__], cwd=ROOT, check=True, capture_output=True, text=True)
    assert 0 < int(done.stdout) < 200 * 1024


if __name__ == "__main__":
    for text in (*CONVERTED.values(), *(text for _, text in REFUSED.values())):
        answer(text)
    # the peak of this process alone, in KiB: `ru_maxrss` would hold that of the one that started it as well
    print(re.findall(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text())[0])
