"""The tree against BuildKit's own parser, the `dockerfile` package, on cases and on generated files.

The package has BuildKit 0.12.5. Four things are newer or not told by it, and kept out precisely:

- text behind a JSON array is dropped before 0.15 (moby/buildkit#5107); the tree says what later ones do;
- white space between `<<` and the delimiter counts since 0.22 (moby/buildkit#5817);
- the directive `check`, unknown to it, ends the directives there;
- `${x/a/b}` on a line with `<<` is an error there, so that it finds no here-document.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from converter.dockerfile.parser import parse
from converter.dockerfile.syntax import Dockerfile
from converter.source import Source
from tests.dockerfile.generated import dockerfiles
from tests.dockerfile.nasty import NASTY
from tests.dockerfile.oracle import told_by_buildkit, told_by_tree

MANY = settings(
    max_examples=2200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def read_in_two_ways(tree: Dockerfile) -> bool:
    """Whether the text behind a JSON array makes engine versions differ."""
    carriers = [instruction.inner or instruction for instruction in tree.instructions]
    return any(carrier.json is not None and carrier.json.fault == "rest" for carrier in carriers)


def agree(text: str) -> None:
    tree = parse(Source("Dockerfile", text))
    assert "".join(tree.source.slice(node.span) for node in tree.nodes) == text
    told = told_by_buildkit(text)
    if read_in_two_ways(tree):
        assert tree.errors
    elif isinstance(told, str):
        assert tree.errors, told
    else:
        assert told_by_tree(text) == told


@pytest.mark.parametrize("text", NASTY)
def test_handwritten_files_read_as_in_buildkit(text: str) -> None:
    agree(text)


@MANY
@given(dockerfiles())
def test_generated_files_read_as_in_buildkit(text: str) -> None:
    agree(text)


@settings(max_examples=400, deadline=None)
@given(st.text(alphabet=st.sampled_from("FROMRUNCPY <-'\"\\`\n\r\t#=[]$a{}:,\x0b\xa0é"), max_size=60))
def test_any_text_is_kept_character_by_character(text: str) -> None:
    tree = parse(Source("Dockerfile", text))
    assert "".join(tree.source.slice(node.span) for node in tree.nodes) == text
    for instruction in tree.instructions:
        spans = [word.span for word in instruction.arguments] + [flag.span for flag in instruction.flags]
        assert all(span in instruction.span for span in spans)
    assert all(0 <= problem.span.start <= problem.span.end <= len(text) for problem in tree.errors)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_text_of_any_alphabet_is_kept(text: str) -> None:
    tree = parse(Source("Dockerfile", text))
    assert "".join(tree.source.slice(node.span) for node in tree.nodes) == text


@pytest.mark.parametrize(
    ("text", "newer"),
    [
        ("FROM a\nRUN << EOF\nls\nEOF\n", 2),
        ("# check=skip=all\n# escape=`\nFROM a`\n AS b\n", 1),
        ("FROM a\nRUN echo ${x/a/b} <<EOF\nls\nEOF\n", 2),
    ],
)
def test_where_buildkit_has_moved_on_the_tree_follows_it(text: str, newer: int) -> None:
    assert len(told_by_tree(text)) == newer
    assert len(told_by_buildkit(text)) > newer
