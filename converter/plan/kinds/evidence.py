"""What a part of a recipe tells about an artifact: its kind, and why that is thought, in words."""

from __future__ import annotations

from typing import Literal

Evidence = tuple[Literal["file", "folder"], str]
