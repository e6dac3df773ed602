"""What files with CI jobs are called. No file is opened and no YAML is read to know it."""

from __future__ import annotations

import re

_KINDS = (
    ("gitlab", r"(^|/)(\.gitlab-ci\.ya?ml|[\w.-]+\.gitlab-ci\.ya?ml|\.gitlab/ci/.+\.ya?ml)$"),
    ("github", r"(^|/)\.(github|gitea|forgejo)/workflows/[^/]+\.ya?ml$"),
    ("travis", r"(^|/)\.travis\.ya?ml$"),
    ("circleci", r"(^|/)(circle\.ya?ml|\.circleci/config\.ya?ml)$"),
    ("azure", r"(^|/)\.?azure-pipelines[\w.-]*\.ya?ml$"),
    ("bitbucket", r"(^|/)bitbucket-pipelines\.ya?ml$"),
    ("drone", r"(^|/)\.drone\.ya?ml$"),
    ("woodpecker", r"(^|/)(\.woodpecker\.ya?ml|\.woodpecker/[^/]+\.ya?ml)$"),
    ("taskfile", r"(^|/)[Tt]askfile(\.dist)?\.ya?ml$"),
    ("package", r"(^|/)package\.json$"),
    ("jenkins", r"(^|/)(Jenkinsfile([._-][\w.-]+)?|[\w.-]+\.[Jj]enkinsfile)$"),
    ("just", r"(^|/)(\.?[Jj]ustfile|[\w.-]+\.just)$"),
    ("compose", r"(^|/)(docker-)?compose[\w.-]*\.ya?ml$"),
)


def ci_kind(path: str) -> str | None:
    """The kind of CI file that a path is, None for any other file."""
    if not path.lower().endswith((".yml", ".yaml", ".json", ".just", "justfile")) and "enkinsfile" not in path:
        return None
    return next((kind for kind, pattern in _KINDS if re.search(pattern, path)), None)


def is_hook(path: str) -> bool:
    """Whether it is a hook of a Docker Hub automated build: a shell script, executable or not."""
    return "hooks/" in path and (
        re.search(r"(^|/)hooks/(post_checkout|pre_build|build|post_build|pre_push|push|pre_test|post_push)$", path)
        is not None
    )
