"""Why nothing could be proved."""

from __future__ import annotations


class VerifyProblem(Exception):
    """No engine, no permission, a script that fails by itself: `message` says which, `help` what to do about it."""

    def __init__(self, message: str, help: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.help = help
