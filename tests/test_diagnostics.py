from __future__ import annotations

import re
from pathlib import Path

import pytest

import converter
from converter.diagnostics import RULES, Diagnostic, Refusal, Rule, error, note, refuse, warning
from converter.source import Location, Source, Span

PACKAGE = Path(converter.__file__).parent
CODE = re.compile(r"\bSTG\d{3}\b")


def used_codes() -> dict[str, str]:
    """Every code that a module of the program names, and one module that does; the table itself does not count."""
    found: dict[str, str] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        if path == PACKAGE / "diagnostics.py":
            continue
        for code in CODE.findall(path.read_text(encoding="utf-8")):
            found.setdefault(code, path.relative_to(PACKAGE).as_posix())
    return found


def test_every_code_that_the_program_uses_is_explained() -> None:
    assert {code: where for code, where in used_codes().items() if code not in RULES} == {}


@pytest.mark.parametrize("code", sorted(RULES))
def test_every_rule_is_used(code: str) -> None:
    assert code in used_codes()


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_a_rule_has_a_short_title_and_explains_itself_in_sentences(rule: Rule) -> None:
    assert RULES[rule.code] is rule
    assert CODE.fullmatch(rule.code)
    first = rule.title.split()[0]
    assert first == first.lower()
    assert rule.title.strip() == rule.title
    assert not rule.title.endswith(".")
    assert rule.explanation.endswith(".")
    assert rule.explanation[0].isupper() or rule.explanation[0] in "`-"
    assert "  " not in rule.explanation


def test_titles_are_unique() -> None:
    titles = [rule.title for rule in RULES.values()]
    assert sorted(set(titles)) == sorted(titles)


@pytest.mark.parametrize(("make", "severity"), [(error, "error"), (warning, "warning"), (note, "note")])
def test_a_diagnostic_has_the_place_of_its_span(make: object, severity: str) -> None:
    assert callable(make)
    source = Source("build.sh", "a\n bc\n")
    found = make("STG301", "what", source, Span(3, 5), "do")
    assert found == Diagnostic("STG301", severity, "what", "do", Location("build.sh", 2, 2, 2, 4))  # type: ignore[arg-type]


def test_a_diagnostic_about_no_place_has_no_location() -> None:
    assert error("STG101", "what").location is None
    assert error("STG101", "what", Source("a", "b")).location is None


def test_a_refusal_carries_an_error() -> None:
    refusal = refuse("STG405", "no container", Source("a", "bc"), Span(0, 1), "create it")
    assert isinstance(refusal, Refusal)
    assert refusal.diagnostic.severity == "error"
    assert str(refusal) == "no container"
