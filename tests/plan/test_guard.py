from __future__ import annotations

import pytest

from converter.convert import Options
from converter.machine.host import StartingFiles
from converter.plan.dockerfiles import Loader
from converter.plan.facts import KnownImages
from converter.plan.guard import GuardError, check_result
from converter.plan.model import FinalPlan
from converter.plan.planner import plan
from converter.render.environment import render_dockerfile
from converter.shell.interpreter import interpret
from converter.source import Source
from tests.plan.support import MERGED, recipe


def final_plan() -> FinalPlan:
    """The plan of the usual recipe, before anything is rendered."""
    texts = {path: Source(path, text) for path, text in recipe().items()}
    run = interpret(texts["build.sh"], texts, StartingFiles(texts), "", None, Options().environment)
    (final,) = plan(run, Loader(run, texts, KnownImages({}))).finals
    return final


def test_the_text_that_the_plan_says_passes() -> None:
    final = final_plan()
    assert render_dockerfile(final.blocks.context()) == MERGED
    check_result(final, MERGED)


WRONG = [
    pytest.param("", id="nothing"),
    pytest.param(MERGED.replace('CMD ["app"]\n', ""), id="an instruction of the final stage is missing"),
    pytest.param(MERGED.replace('CMD ["app"]', 'CMD ["ap"]'), id="an instruction of the final stage is another"),
    pytest.param(MERGED.replace("FROM alpine:3.10\n", ""), id="a stage is missing"),
    pytest.param(MERGED + "FROM scratch\n", id="a stage too many"),
    pytest.param(MERGED.replace("WORKDIR", "WURKDIR"), id="an instruction that does not exist"),
]


@pytest.mark.parametrize("text", WRONG)
def test_a_text_that_does_not_say_what_the_files_said_is_caught(text: str) -> None:
    with pytest.raises(GuardError):
        check_result(final_plan(), text)
