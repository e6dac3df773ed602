"""Scripts made from a grammar do under real shells what the interpreter says; `make oracle` runs thousands of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.oracle.comparison import Counts, compare
from tests.oracle.grammar import make
from tests.oracle.prediction import predict
from tests.oracle.serving import Server

CHUNKS = 4
"""So that several processes can share the work."""

MOST_REFUSED = 0.08
LEAST_KNOWN = 0.95


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_real_shells_do_what_is_predicted(chunk: int, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    count = int(request.config.getoption("generated_scripts"))
    seeds = range(chunk, count, CHUNKS)
    counts, refused, problems = Counts(), 0, []
    with Server(tmp_path / "server") as server:
        for seed in seeds:
            script = make(seed)
            prediction = predict(script)
            if prediction.refusal is not None:
                refused += 1
                continue
            for shell in script.shells:
                scratch = tmp_path / f"{seed}{shell}"
                problem, known = compare(prediction, server.run(script, shell, scratch))
                counts.add(known)
                if problem:
                    problems.append(f"seed {seed}\n{script.texts[script.path]}\n{problem}")
    assert not problems, f"{len(problems)} of {len(seeds)}\n" + "\n\n".join(problems[:5])
    assert refused <= MOST_REFUSED * len(seeds)
    assert counts.known_calls >= LEAST_KNOWN * counts.calls
    assert counts.known_words >= LEAST_KNOWN * counts.words
    assert counts.known_paths >= LEAST_KNOWN * counts.paths


def test_a_seed_gives_always_the_same_script() -> None:
    assert make(7) == make(7)
    assert make(7) != make(8)
