from __future__ import annotations

import pytest

from converter.batch.asking import facts_of
from converter.plan.facts import ImageFacts

DIGESTS = ["other/nginx@sha256:aa", "nginx@sha256:bb"]


def test_an_answer_of_the_engine_becomes_facts() -> None:
    answer = {
        "Config": {
            "User": "1000", "WorkingDir": "/w", "Cmd": ["a", "b"], "Entrypoint": None, "Env": ["PATH=/bin", "A=b=c"],
            "Volumes": {"/data": {}}, "OnBuild": ["COPY . ."],
        },
        "RepoDigests": DIGESTS,
    }  # fmt: skip
    assert facts_of(answer, "nginx:1.17") == ImageFacts(
        "1000", "/w", ("a", "b"), (), {"PATH": "/bin", "A": "b=c"}, ("/data",), ("COPY . .",), "sha256:bb"
    )


def test_an_image_without_any_settings_has_known_empty_ones() -> None:
    assert facts_of({"Config": None}, "x") == ImageFacts("", "/", (), (), {}, (), ())


@pytest.mark.parametrize(
    ("image", "digest"),
    [
        ("nginx", "sha256:bb"),
        ("docker.io/library/nginx:1", "sha256:bb"),
        ("other/nginx:2", "sha256:aa"),
        ("third/nginx", None),
    ],
)
def test_the_digest_is_that_of_the_same_repository(image: str, digest: str | None) -> None:
    assert facts_of({"Config": {}, "RepoDigests": DIGESTS}, image).digest == digest
