"""The command line in a process of its own, so that it can be killed."""

from __future__ import annotations

import subprocess
import sys


def start(*words: object) -> subprocess.Popen[bytes]:
    """Starts `stageify batch WORDS`."""
    command = [sys.executable, "-m", "converter", "batch", *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def batch(*words: object, status: int = 0) -> str:
    """What `stageify batch WORDS` prints on standard output; it has to end with the status."""
    process = start(*words)
    out, err = process.communicate()
    assert process.returncode == status, (out + err).decode()
    return out.decode()
