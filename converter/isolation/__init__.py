"""A `docker` that keeps a run apart: put first on PATH, it gives everything private names and holds registries off."""
