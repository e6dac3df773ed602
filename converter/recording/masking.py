"""Secrets in known places of a docker command line, and what is left of it without them."""

from __future__ import annotations

MASK = "***"

_NAMES = ("token", "secret", "passw", "pwd", "credential", "apikey", "api_key", "private_key", "access_key", "auth")
"""A variable whose name holds one of these holds a secret."""

_PAIRS = frozenset(["--build-arg", "-e", "--env", "--opt", "--label"])


def is_secret_name(name: str) -> bool:
    """Whether a variable of this name is taken to hold a secret."""
    lower = name.lower()
    return any(part in lower for part in _NAMES)


def masked(argv: list[str]) -> list[str]:
    """The words with passwords of `login`, sources of `--secret`, secret variables and passwords in URLs masked.

    Variables and build arguments are judged by their names. `-e` behind the image belongs to another program; masking
    a word too much there is the lesser harm.
    """
    login = "login" in argv[:3]
    found: list[str] = []
    before = ""
    for word in argv:
        name, equals, value = word.partition("=")
        if before in _PAIRS:
            word = _pair(word)
        elif before == "--secret":
            word = _secret(word)
        elif login and before in ("-p", "--password"):
            word = MASK
        elif name in _PAIRS and equals:
            word = f"{name}={_pair(value)}"
        elif name == "--secret" and equals:
            word = f"{name}={_secret(value)}"
        elif login and name == "--password" and equals:
            word = f"{name}={MASK}"
        elif word.startswith("-e") and not word.startswith("-e=") and equals:
            word = "-e" + _pair(word[2:])
        elif login and len(word) > 2 and word.startswith("-p"):
            word = "-p" + MASK
        found.append(_url(word))
        before = found[-1]
    return found


def _pair(word: str) -> str:
    name, equals, _ = word.partition("=")
    return f"{name}={MASK}" if equals and is_secret_name(name) else word


def _secret(word: str) -> str:
    """Only the name of the secret stays."""
    return ",".join(part if part.startswith(("id=", "type=")) else MASK for part in word.split(","))


def _url(word: str) -> str:
    start = word.find("://")
    end = word.find("@", start)
    if start == -1 or end == -1:
        return word
    user = word[start + 3 : end]
    if "/" in user or ":" not in user:
        return word
    return word[: start + 3] + user.split(":", 1)[0] + ":" + MASK + word[end:]
