from __future__ import annotations

import pytest

from converter.docker_cli.references import is_image_id, normalize, parse_reference
from tests.docker_cli.support import UNKNOWN

DIGEST = "sha256:" + "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("name", "registry", "repository", "tag", "digest"),
    [
        ("alpine", None, "alpine", None, None),
        ("alpine:3.20", None, "alpine", "3.20", None),
        ("user/app", None, "user/app", None, None),
        ("a/b/c:1", None, "a/b/c", "1", None),
        ("registry:5000/img", "registry:5000", "img", None, None),
        ("registry:5000/img:1", "registry:5000", "img", "1", None),
        ("registry:5000/a/b:1", "registry:5000", "a/b", "1", None),
        ("ghcr.io/a/b", "ghcr.io", "a/b", None, None),
        ("localhost/app", "localhost", "app", None, None),
        ("Upper/app", "Upper", "app", None, None),
        ("127.0.0.1:5000/app", "127.0.0.1:5000", "app", None, None),
        (f"app@{DIGEST}", None, "app", None, DIGEST),
        (f"r:5000/app:1@{DIGEST}", "r:5000", "app", "1", DIGEST),
        ("app:{}", None, "app", "{}", None),
        ("{}", None, "{}", None, None),
        ("{}:1", None, "{}", "1", None),
        ("{}/app:1", None, "{}/app", "1", None),
        ("{}:5000/app", "{}:5000", "app", None, None),
        ("{}.example.com/app:{}", "{}.example.com", "app", "{}", None),
    ],
)
def test_parts(name: str, registry: str | None, repository: str, tag: str | None, digest: str | None) -> None:
    found = parse_reference(name.replace("{}", UNKNOWN))
    parts = [
        part and part.replace(UNKNOWN, "{}") for part in (found.registry, found.repository, found.tag, found.digest)
    ]
    assert parts == [registry, repository, tag, digest]
    assert str(found) == name.replace("{}", UNKNOWN)


@pytest.mark.parametrize(
    ("names", "normal"),
    [
        (
            "alpine alpine:latest library/alpine docker.io/alpine docker.io/library/alpine:latest"
            " index.docker.io/alpine",
            "docker.io/library/alpine:latest",
        ),
        ("user/app docker.io/user/app:latest", "docker.io/user/app:latest"),
        ("alpine:3 library/alpine:3", "docker.io/library/alpine:3"),
        ("registry:5000/img registry:5000/img:latest", "registry:5000/img:latest"),
        ("localhost/app", "localhost/app:latest"),
        (f"alpine@{DIGEST}", f"docker.io/library/alpine@{DIGEST}"),
        (f"alpine:3@{DIGEST}", f"docker.io/library/alpine:3@{DIGEST}"),
        ("app:{} library/app:{}", "docker.io/library/app:{}"),
        ("app:v{}", "docker.io/library/app:v{}"),
        ("user/app:{}", "docker.io/user/app:{}"),
        ("{}", "{}"),
        ("app{}", "app{}"),
        ("user/{}", "user/{}"),
        ("{}:1", "{}:1"),
        ("{}/app {}/app:latest", "{}/app:latest"),
        ("{}-app", "{}-app:latest"),
        ("ghcr.io/{}/app", "ghcr.io/{}/app:latest"),
        ("ghcr.io/x/{}", "ghcr.io/x/{}"),
        (DIGEST, DIGEST),
        (DIGEST.removeprefix("sha256:"), DIGEST.removeprefix("sha256:")),
    ],
)
def test_names_of_one_image_have_one_spelling(names: str, normal: str) -> None:
    for name in names.replace("{}", UNKNOWN).split(" "):
        assert normalize(name) == normal.replace("{}", UNKNOWN)
        assert normalize(normalize(name)) == normalize(name)


def test_nothing_stays_nothing() -> None:
    assert normalize("") == ""


def test_image_ids() -> None:
    assert is_image_id(DIGEST)
    assert is_image_id(DIGEST.removeprefix("sha256:"))
    assert not is_image_id("sha256:abc")
    assert not is_image_id("alpine")
