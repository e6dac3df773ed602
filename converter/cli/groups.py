"""Options that belong together are the fields of a struct, declared once and taken by several commands.

    class Told(Struct, frozen=True):
        env: Annotated[list[str] | None, typer.Option("--env", ...)] = None

    def batch(told: Told, ...) -> int: ...

`spread(batch)` has the options of `Told` in place of the parameter.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, get_type_hints

from msgspec import Struct
from typer.models import OptionInfo


def spread(command: Callable[..., int]) -> Callable[..., int]:
    """The command with the fields of each struct that it takes as parameters of their own, in their order."""
    hints = get_type_hints(command, include_extras=True)
    parameters: list[inspect.Parameter] = []
    groups: dict[str, type[Struct]] = {}
    for parameter in inspect.signature(command).parameters.values():
        hint = hints[parameter.name]
        if isinstance(hint, type) and issubclass(hint, Struct):
            groups[parameter.name] = hint
            parameters += [
                inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
                for name, default, annotation in _fields(hint)
            ]
        else:
            parameters.append(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hint))

    @wraps(command)
    def run(**values: Any) -> int:
        for name, group in groups.items():
            values[name] = group(**{field: values.pop(field) for field in group.__struct_fields__})
        return command(**values)

    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # read by `inspect.signature`
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return run


def given_words(group: Struct) -> list[str]:
    """The options of a group that say something else than their defaults, as words of a command line."""
    words: list[str] = []
    for name, default, annotation in _fields(type(group)):
        value = getattr(group, name)
        if not value or value == default:
            continue
        option = next(found for found in annotation.__metadata__ if isinstance(found, OptionInfo))
        flag = str(option.default)
        if value is True:
            words.append(flag)
        else:
            words += [word for one in (value if isinstance(value, (list, tuple)) else (value,)) for word in (flag, one)]
    return words


def _fields(group: type[Struct]) -> Iterator[tuple[str, Any, Any]]:
    """Name, default and annotation of each field; all have a default, as options do."""
    hints = get_type_hints(group, include_extras=True)
    for name, default in zip(group.__struct_fields__, group.__struct_defaults__, strict=True):
        yield name, default, hints[name]
