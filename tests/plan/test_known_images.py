"""What is known of base images: from the person's file, the table, and an engine that is asked."""

from __future__ import annotations

import pytest

from converter.plan.facts import FactsError, ImageFacts, KnownImages, parse_facts
from converter.plan.wishes import Wishes
from tests.plan.support import convert_texts, recipe, refusal, written

TOOLCHAIN = ImageFacts("", "/work", ("build-all",), (), {"OUT": "/work/out"}, (), ())
SCRIPT = (
    "docker build -t b -f Dockerfile.build .\ndocker run --name x b\ndocker cp x:/work/out/app app\n"
    "docker rm x\ndocker build -t app .\n"
)
BUILDER = "FROM registry.example.com/toolchain:4\nCOPY . .\n"
ASKED = Wishes(ask_engine=True)


def test_an_engine_is_not_asked_without_the_wish() -> None:
    images = KnownImages({}, {"a": TOOLCHAIN})
    assert images.look_up("a") == ImageFacts()
    assert not images.wanted


def test_the_persons_file_comes_before_the_table_and_that_before_the_engine() -> None:
    images = KnownImages({"a": ImageFacts(user="me")}, {"a": TOOLCHAIN, "alpine:3": TOOLCHAIN}, asks=True)
    assert (images.look_up("a").user, images.look_up("a").workdir) == ("me", "/work")
    assert (images.look_up("alpine:3").workdir, images.look_up("alpine:3").env) == ("/", {"OUT": "/work/out"})
    assert list(images.used) == ["a", "alpine:3"]


def test_what_is_not_known_yet_is_asked_for_once() -> None:
    images = KnownImages({}, {"b": None}, asks=True)
    for image in ("a", "a", "b", "scratch", ""):
        assert images.look_up(image) == ImageFacts() or image == "scratch"
    assert list(images.wanted) == ["a"]


@pytest.mark.parametrize(
    ("trigger", "fact"), [("USER me", "user"), ("workdir /x", "workdir"), ("CMD x", "command"), ("ENV A=1", "env")]
)
def test_a_trigger_makes_unknown_what_it_replaces(trigger: str, fact: str) -> None:
    with_trigger = ImageFacts("", "/", ("a",), (), {}, (), (trigger, "COPY . ."))
    found = KnownImages({}, {"a": with_trigger}, asks=True).look_up("a")
    assert [name for name in ("user", "workdir", "command", "env") if getattr(found, name) is None] == [fact]


def test_the_command_of_a_base_image_that_the_engine_has_is_the_build() -> None:
    texts = recipe(SCRIPT, BUILDER, "FROM alpine:3.10\nCOPY app /bin/app\n", {"main.c": ""})
    assert refusal(convert_texts(texts))[0] == "STG402"
    assert refusal(convert_texts(texts, wishes=ASKED))[0] == "STG402"
    found = convert_texts(texts, wishes=ASKED, engine={"registry.example.com/toolchain:4": TOOLCHAIN})
    assert "COPY . .\nRUN build-all\n" in written(found, "Dockerfile")
    assert any("registry.example.com/toolchain:4" in one.about for one in found.assumptions)


def test_an_image_that_the_script_builds_is_not_asked_for() -> None:
    script = "docker build -t base -f Dockerfile.base .\n" + SCRIPT
    texts = recipe(script, "FROM base\nRUN make\n", "FROM alpine:3.10\nCOPY app /bin/app\n",
                   {"Dockerfile.base": "FROM debian:9\nCMD [\"make\"]\nWORKDIR /work\n"})  # fmt: skip
    wrong = ImageFacts("", "/", ("rm", "-rf", "/work"), (), {}, (), ("USER x",))
    text = written(convert_texts(texts, wishes=ASKED, engine={"base": wrong, "b": wrong}), "Dockerfile")
    assert "RUN make\n" in text
    assert "rm -rf" not in text


def test_env_and_volumes_and_triggers_can_be_told_in_a_file() -> None:
    text = '[base]\nworkdir = "/w"\nvolumes = ["/w"]\nonbuild = ["COPY . ."]\n[base.env]\nA = "1"\n'
    assert parse_facts(text)["base"] == ImageFacts(workdir="/w", volumes=("/w",), onbuild=("COPY . .",), env={"A": "1"})


@pytest.mark.parametrize(
    "text", ['[a]\nenv = ["A=1"]\n', "[a]\nuser = 1\n", "[a]\nvolumes = [1]\n", '[a]\ndigest = "x"\n']
)
def test_a_fact_of_another_form_is_an_error(text: str) -> None:
    with pytest.raises(FactsError, match=r"of `a` has to be|unknown key"):
        parse_facts(text)
