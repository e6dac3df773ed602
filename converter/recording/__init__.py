"""A `docker` that notes its calls: put first on PATH, it answers by itself or passes through to the real program.

What runs inside the shim (`shim` and what it imports) uses the standard library only and is imported without
site-packages: a build calls it often, and whatever Python runs it.
"""
