"""Each script of the collection does under real shells what the interpreter says.

`refused.txt` names the runs that the interpreter refuses: the list only ever becomes shorter, and a run that is on it
for nothing fails here.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from converter.machine.value import ROOT_TOKEN
from converter.shell import reader
from converter.source import Source
from tests.oracle.collection import SCRIPTS, Script, load
from tests.oracle.comparison import compare
from tests.oracle.prediction import Expected, predict
from tests.oracle.reality import make_stubs, run
from tests.recipes import CASES

RUNS = load()

OF_THE_ENGINE = ("it is given by the engine",)
"""An id is known to be that of a certain image or container."""


REFUSED = frozenset((Path(__file__).parent / "refused.txt").read_text().splitlines()[1:])


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
    for shell in script.shells:
        problem, _ = compare(prediction, run(script, shell, tmp_path / shell, stubs))
        assert problem == ""


def test_nearly_all_commands_and_words_are_known() -> None:
    """What the environment, the clock, git and the engine give is not; nothing else may be."""
    found = [(script.title, predict(script)) for script in RUNS]
    steps = [(step, prediction.unknowns) for _, prediction in found for step in prediction.steps]
    # a command that is followed once for each choice is one command
    judged = {
        (title, step.line if isinstance(step, Expected) else -number): isinstance(step, Expected)
        and not step.state.conditions
        for title, prediction in found
        for number, step in enumerate(prediction.steps, 1)
    }
    certain = list(judged.values())
    words = [
        all(unknown.token == ROOT_TOKEN or unknown.why in OF_THE_ENGINE for unknown in unknowns.tokens_in(word.flat))
        for step, unknowns in steps if isinstance(step, Expected) for word in step.words
    ]  # fmt: skip
    assert sum(certain) >= 0.95 * len(certain)
    assert sum(words) >= 0.95 * len(words)


def test_every_script_is_read_whole() -> None:
    """All of the collection, and all of the cases but the one that is about a syntax error."""
    texts = {f"{run.title}/{path}": text for run in RUNS for path, text in run.texts.items() if text.startswith("#!")}
    for path in sorted(CASES.glob("*/before/**/*.sh")):
        texts[path.relative_to(CASES).as_posix()] = path.read_text(encoding="utf-8")
    broken = [path for path, text in texts.items() if reader.read(Source(path, text)).problems]
    assert len(texts) > 400
    assert broken == ["refused-syntax-error-in-the-script/before/build.sh"]


def test_the_list_names_scripts_of_the_collection() -> None:
    assert {script.title for script in RUNS} >= REFUSED


def test_the_collection_is_large() -> None:
    assert len(list(SCRIPTS.iterdir())) >= 150
