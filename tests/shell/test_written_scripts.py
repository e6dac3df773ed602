"""Scripts that the script writes itself, and then reads or starts."""

from __future__ import annotations

import pytest

from converter.diagnostics import Refusal
from tests.shell.support import run, tags


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("echo NAME=a > env.sh; . ./env.sh; docker tag $NAME b", [["a", "b"]]),
        ("cat > env.sh <<'EOF'\nNAME=a\ndocker tag $NAME b\nEOF\nsource ./env.sh; docker tag $NAME c", [["a", "b"], ["a", "c"]]),
        ("cp sub/lib.sh here.sh; . ./here.sh; docker tag $LIB b", [["lib", "b"]]),
        ("echo 'docker tag a b' > gen.sh; sh gen.sh; docker tag c d", [["a", "b"], ["c", "d"]]),
        ("echo 'docker tag $1 b' > gen.sh; bash gen.sh x", [["x", "b"]]),
        ("printf '#!/bin/sh\\nX=1\\ndocker tag a b\\n' > gen.sh; chmod +x gen.sh; ./gen.sh; docker tag $X d", [["a", "b"], ["$X", "d"]]),
        ("aws ecr get-login > login.sh; sh login.sh; docker tag a b", [["a", "b"]]),
    ],
)  # fmt: skip
def test_its_commands_run_where_it_is_read_or_started(script: str, expected: list[list[str]]) -> None:
    assert tags(run(script, others={"sub/lib.sh": "LIB=lib\n"})) == expected


def test_one_that_is_not_known_is_refused_where_it_is_read() -> None:
    with pytest.raises(Refusal) as refusal:
        run("tool --print > env.sh\n. ./env.sh\ndocker tag a b\n")
    diagnostic = refusal.value.diagnostic
    assert diagnostic.code == "STG303"
    assert diagnostic.location is not None
    assert diagnostic.location.line == 2
