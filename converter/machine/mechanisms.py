"""The ways in which files leave a container: what `CopiedOut.mechanism` says, and the output shows to a person."""

from __future__ import annotations

COPIED = "docker cp"
"""`docker cp CONTAINER:PATH HOST`."""

UNPACKED = "docker cp | tar"
"""A `tar x` takes it from the stream of `docker cp CONTAINER:PATH -`."""

STREAMED = "docker run tar"
"""The container writes an archive to standard output."""

REDIRECTED = "docker run cat"
"""A redirection writes the container's standard output to a file, with a mode of its own."""

EXTRACTED = "unpacked archive"
"""The script unpacks an archive that came out of the container."""

EXPORTED = "docker run cp"
"""The container does nothing but copy it into a mounted folder."""

MOUNTED = "mounted folder"
"""The container builds it in a mounted folder."""
