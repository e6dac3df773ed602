"""Secrets do not reach a trace."""

from __future__ import annotations

import pytest

from converter.recording.masking import masked


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("login -u me -p hunter2 host", "login -u me -p *** host"),
        ("login --password=hunter2", "login --password=***"),
        ("login --password hunter2", "login --password ***"),
        ("login -phunter2", "login -p***"),
        ("build --build-arg NPM_TOKEN=abc --build-arg V=1 .", "build --build-arg NPM_TOKEN=*** --build-arg V=1 ."),
        ("build --build-arg=GITHUB_TOKEN=abc .", "build --build-arg=GITHUB_TOKEN=*** ."),
        ("build --build-arg NPM_TOKEN .", "build --build-arg NPM_TOKEN ."),
        ("build --secret id=npm,src=/home/me/.npmrc .", "build --secret id=npm,*** ."),
        ("build --secret=id=npm,env=TOKEN .", "build --secret=id=npm,*** ."),
        ("run -e DB_PASSWORD=x -e MODE=dev img", "run -e DB_PASSWORD=*** -e MODE=dev img"),
        ("run -eSECRET_KEY=x img", "run -eSECRET_KEY=*** img"),
        ("run --env AWS_SECRET_ACCESS_KEY=x img", "run --env AWS_SECRET_ACCESS_KEY=*** img"),
        ("build https://me:token@git.example/x.git", "build https://me:***@git.example/x.git"),
        ("build https://git.example/a@b:c", "build https://git.example/a@b:c"),
        ("run -p 80:80 img", "run -p 80:80 img"),
    ],
)  # fmt: skip
def test_secrets_in_known_places_are_masked(line: str, left: str) -> None:
    assert masked(line.split()) == left.split()
