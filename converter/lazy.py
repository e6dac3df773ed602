"""Modules that are loaded when something in them is first used.

A short call, such as the conversion of a small recipe, needs less than half of what the program can do, and loading
the rest would take longer than the work itself. Used as

    if TYPE_CHECKING:
        from converter.shell import flow
    else:
        flow = lazily("converter.shell.flow")

so that types, and the layers that import-linter checks, are those of a plain import.
"""

from __future__ import annotations

import sys
from importlib.util import LazyLoader, find_spec, module_from_spec
from types import ModuleType


def lazily(name: str) -> ModuleType:
    """The module of that full name, which Python loads at the first look at an attribute of it.

    The module must have a loader that is able to do that, as all in this package have (`importlib.util.LazyLoader`).
    """
    if name in sys.modules:
        return sys.modules[name]
    spec = find_spec(name)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    loader = LazyLoader(spec.loader)
    spec.loader = loader
    module = module_from_spec(spec)
    sys.modules[name] = module
    loader.exec_module(module)
    # as an import does, so that `from package import module` finds it
    package, _, own = name.rpartition(".")
    setattr(sys.modules[package], own, module)
    return module
