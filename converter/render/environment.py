"""The Jinja2 environment and where templates are found."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Template

DOCKERFILE = "Dockerfile.j2"


class TemplateProblem(Exception):
    """A person's own template cannot be read or rendered: `line` is None where it is not known."""

    def __init__(self, name: str, message: str, line: int | None) -> None:
        super().__init__(f"{name}{'' if line is None else f':{line}'}: {message}")


def template_folder() -> Path:
    """The folder of the templates that come with the program: inside the package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"


def render_dockerfile(blocks: Mapping[str, object], own: Mapping[str, str] | None = None) -> str:
    """The text of the single Dockerfile; `own` maps names to the texts of a person's own templates.

    Raises `TemplateProblem` for a template that Jinja2 rejects.
    """
    import jinja2

    text = own.get(DOCKERFILE) if own else None
    try:
        template = _template(text) if text is not None else _own_template()
        return template.render(blocks)
    except jinja2.TemplateSyntaxError as error:
        raise TemplateProblem(DOCKERFILE, error.message or "syntax error", error.lineno) from None
    except jinja2.TemplateError as error:
        raise TemplateProblem(DOCKERFILE, str(error), None) from None


@lru_cache(maxsize=4)
def _template(text: str) -> Template:
    import jinja2

    # a Dockerfile is not a web page: nothing is escaped, and a name that is not set is a mistake
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True, autoescape=False)
    return environment.from_string(text)


@lru_cache(maxsize=1)
def _own_template() -> Template:
    text = (template_folder() / DOCKERFILE).read_text(encoding="utf-8")
    # the file's last line end belongs to the file, not to the Dockerfile
    return _template(text.removesuffix("\n"))
