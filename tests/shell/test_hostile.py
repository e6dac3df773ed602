"""Scripts that nobody wrote to build anything end in a refusal, soon and small, and never in a crash."""

from __future__ import annotations

import time

import pytest

from converter.diagnostics import Refusal
from tests.shell.support import run

REFUSED = [
    pytest.param("echo {1..99999999}", "STG305", id="a range of braces"),
    pytest.param("echo {1..99}{1..99}{1..99}", "STG305", id="a product of braces"),
    pytest.param("echo " + "{a," * 2000 + "}" * 2000, "STG305", id="braces in braces"),
    pytest.param("x=aaaaaaaaaa\n" + "x=$x$x\n" * 40, "STG305", id="a value that doubles"),
    pytest.param("x=aaaaaaaaaa\n" + "x+=$x\n" * 40, "STG305", id="a value that is appended to itself"),
    pytest.param("echo " + "a " * 5_000_000, "STG301", id="a line of ten megabytes"),
    pytest.param("x=" + "${a:-" * 5000 + "}" * 5000, "STG301", id="expansions in expansions"),
    pytest.param("${" * 50_000, "STG301", id="expansions without an end"),
]
HARMLESS = [
    pytest.param("x=$((" + "(" * 2000 + "1" + ")" * 2000 + "))", id="parentheses in an expression"),
    pytest.param("x=$((9**9**9**9))", id="a power"),
    pytest.param("a=a; x=$((a))", id="a variable that names itself"),
    pytest.param("x=" + "ab" * 2000 + "; echo ${x%%*a*b*a*b*a*c}", id="a pattern that tries everything"),
    pytest.param("x=$(printf '%0999999999d' 1)", id="a width"),
    pytest.param("echo " + "{" * 1900, id="braces without an end"),
]


@pytest.mark.parametrize(("text", "code"), REFUSED)
def test_what_would_never_end_is_refused(text: str, code: str) -> None:
    start = time.process_time()
    with pytest.raises(Refusal) as refusal:
        run(f"#!/bin/bash\n{text}\n")
    assert refusal.value.diagnostic.code == code
    assert time.process_time() - start < 1


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_too_much_to_compute_is_not_known(text: str) -> None:
    start = time.process_time()
    assert run(f"#!/bin/bash\n{text}\n").final is not None
    assert time.process_time() - start < 1
