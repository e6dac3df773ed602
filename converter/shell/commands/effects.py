"""What is known about host commands without following them."""

from __future__ import annotations

STABLE = frozenset(
    """
    arch awk basename cat cut dirname echo expr git grep head hostname id jq node pwd printf python python3
    readlink realpath rev sed tail tr uname whoami wc xmllint
    """.split()
)
"""Commands whose output depends on their words and on files only: asked twice, they answer the same."""

HARMLESS = frozenset(
    """
    : arch aws awk az b2sum base64 basename bc cat cksum clear cmp column comm curl cut date df diff dig dirname
    docker-compose docker-machine du env expr false file fold free gcloud getconf getent git golangci-lint golint grep
    egrep fgrep groups gsutil hadolint hash head helm hexdump host hostname id ifconfig ip jobs join jq kill kubectl
    logname ls lsof md5sum netstat nl nm nproc nslookup oc od openssl otool paste pgrep ping pkill ps pwd read readelf
    readlink realpath rev s3cmd seq sha1sum sha224sum sha256sum sha512sum shasum shellcheck size sleep sort ss ssh stat
    strings stty sync tac tail time times tput tr tree true tty type umask uname uniq uptime users wait wc wget which
    who whoami xmllint xxd yamllint yes
    """.split()
)
"""Commands that change no file of the tree that their words do not name."""

NAMES = frozenset(
    """
    docker-compose gcloud git helm heroku kill killall kubectl oc pkill pm2 service supervisorctl systemctl az
    docker-machine export unset read trap wait
    ant bazel bundle cabal cargo composer dotnet go gradle grunt gulp invoke just lein make gmake mix mvn npm npx pnpm
    rake sbt stack task yarn apk apt apt-get brew dnf pip pip3 yum
    """.split()
)
"""Commands whose plain words are names of services, branches, goals or packages; only words with a slash are paths."""

CHECKERS: dict[str, frozenset[str]] = {
    "go": frozenset({"test", "vet", "list", "version"}),
    "cargo": frozenset({"test", "clippy", "check", "fmt"}),
    "npm": frozenset({"test", "t", "audit", "lint", "test:unit", "check"}),
    "yarn": frozenset({"test", "audit", "lint", "test:unit", "check"}),
    "pnpm": frozenset({"test", "audit", "lint", "test:unit", "check"}),
    "mvn": frozenset({"test", "validate"}),
    "mvnw": frozenset({"test", "validate"}),
    "gradle": frozenset({"test", "check"}),
    "gradlew": frozenset({"test", "check"}),
    "make": frozenset({"test", "tests", "check", "lint", "vet", "unit", "unit-test", "unit-tests"}),
    "python": frozenset({"pytest", "unittest", "flake8", "mypy", "pylint", "tox"}),
    "python3": frozenset({"pytest", "unittest", "flake8", "mypy", "pylint", "tox"}),
}
"""Build tools, and the words behind them with which they only check something."""


def only_checks(words: tuple[str, ...]) -> bool:
    """Whether a command line runs tests, linters or a program for its version: nothing that is there to write files."""
    name = words[0].rpartition("/")[2]
    operands = [word for word in words[1:] if not word.startswith("-") and word not in ("run", "discover")]
    if not operands or name not in CHECKERS:
        return len(words) == 2 and "/" in words[0] and words[1] in ("--version", "-v", "-V", "version", "--help", "-h")
    if name in ("make", "mvn", "mvnw", "gradle", "gradlew"):
        return all(word in CHECKERS[name] for word in operands)
    return operands[0] in CHECKERS[name]
