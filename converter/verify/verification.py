"""What a verification has found, and what it means."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from converter.verify.compare import Comparison, Difference

Version = Literal["legacy", "new"]


class BuiltImage(Struct, frozen=True):
    """An image that only the legacy script makes; the size is the engine's."""

    tag: str
    size_bytes: int


class ImageProof(Struct, frozen=True):
    """One final image in both versions. The sizes are the engine's, None where an archive tells none.

    `own_files` are differences of files that the conversion changes and the image ships; they change its size by
    `own_change_bytes`.
    """

    tag: str
    legacy_size_bytes: int | None
    new_size_bytes: int | None
    comparison: Comparison
    size_is_noise: bool = False
    """Whether two builds of the legacy version differ in size, too."""
    own_files: tuple[Difference, ...] = ()
    own_change_bytes: int = 0

    @property
    def size_equal(self) -> bool:
        """Whether the sizes are the same but for the recipe's own files, as far as the builds are reproducible."""
        changes = [self.comparison.right_size_bytes - self.comparison.left_size_bytes]
        if self.legacy_size_bytes is not None and self.new_size_bytes is not None:
            changes.append(self.new_size_bytes - self.legacy_size_bytes)
        return self.size_is_noise or all(change == self.own_change_bytes for change in changes)

    @property
    def equal(self) -> bool:
        """Whether nothing differs but the recipe's own files and what two builds of the legacy version differ in."""
        return self.comparison.equal and self.size_equal


class Failure(Struct, frozen=True):
    """A version whose script did not get to its end: why, and the last lines that it wrote."""

    version: Version
    reason: str
    tail: tuple[str, ...]
    log: str


class Verification(Struct, frozen=True):
    """The whole answer. `findings` are differences that are not in an image, such as an image that is missing."""

    driver: str | None
    images: tuple[ImageProof, ...]
    build_images: tuple[BuiltImage, ...] = ()
    findings: tuple[str, ...] = ()
    failure: Failure | None = None
    noise_measured: bool = False
    legacy_seconds: float | None = None
    new_seconds: float | None = None

    @property
    def equal(self) -> bool:
        """Whether the new version is proved to build the same images."""
        proved = bool(self.images) and all(image.equal for image in self.images)
        return proved and not self.findings and self.failure is None
