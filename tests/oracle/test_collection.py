"""Each script of the collection does under real shells what the interpreter says.

`refused.txt` names the runs that the interpreter refuses, `wrong.txt` those that it predicts wrongly: both lists only
ever become shorter. A run that is on a list for nothing fails here.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.oracle.collection import SCRIPTS, Script, load
from tests.oracle.comparison import compare
from tests.oracle.prediction import predict
from tests.oracle.reality import make_stubs, run

RUNS = load()


def listed(name: str) -> frozenset[str]:
    """The titles in a list beside this file."""
    lines = (Path(__file__).parent / name).read_text().splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


REFUSED, WRONG = listed("refused.txt"), listed("wrong.txt")


@pytest.fixture(scope="module")
def stubs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_stubs(tmp_path_factory.mktemp("oracle") / "stubs")


@pytest.mark.parametrize("script", RUNS, ids=lambda script: script.title.replace(" ", ""))
def test_real_shells_do_what_is_predicted(script: Script, stubs: Path, tmp_path: Path) -> None:
    prediction = predict(script)
    if script.title in REFUSED:
        assert prediction.refusal is not None, "no longer refused: take it off refused.txt"
        return
    assert prediction.refusal is None
    problems = [compare(prediction, run(script, shell, tmp_path / shell, stubs))[0] for shell in script.shells]
    if script.title in WRONG:
        assert any(problems), "no longer wrong: take it off wrong.txt"
    else:
        assert not any(problems), "\n".join(problems)


def test_the_lists_name_scripts_of_the_collection() -> None:
    assert {script.title for script in RUNS} >= REFUSED | WRONG
    assert not REFUSED & WRONG


def test_the_collection_is_large() -> None:
    assert len(list(SCRIPTS.iterdir())) >= 100
