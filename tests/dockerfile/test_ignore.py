from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from converter.dockerfile.globs import GlobError
from converter.dockerfile.ignore import IgnoreError, IgnoreRules, clean_path, has_wildcard, match_pattern


@pytest.mark.parametrize(
    ("rules", "path", "ignored"),
    [
        # Plain paths
        ("", "a", False),
        ("a", "a", True),
        ("a", "b/a", False),
        ("a", "a/b/c", True),
        ("a/", "a/b", True),
        ("/a", "a", True),
        ("./a//b/../c", "a/c", True),
        (" a\t", "a", True),
        ("a b", "a b", True),
        ("a", "ab", False),
        ("a\r\nb\r\n", "b", True),
        ("..\n../x", "x", False),
        (".", "a", False),
        ("/", "a", False),
        ("a", ".", False),
        ("*", ".", False),
        # Comments and the byte order mark
        ("#a\na#b", "#a", False),
        ("#a\na#b", "a#b", True),
        (" #a", "#a", True),
        ("\ufeffa", "a", True),
        ("\ufeff#a", "#a", False),
        # Wildcards
        ("*", "a/b", True),
        ("*.md", "x.md", True),
        ("*.md", "d/x.md", False),
        ("*/*.md", "d/x.md", True),
        ("*/*.md", "d/e/x.md", False),
        ("a?c", "abc", True),
        ("a?c", "a/c", False),
        ("[a-c]x", "bx", True),
        ("[^a-c]x", "bx", False),
        ("[^a-c]x", "dx", True),
        ("a\\*b", "a*b", True),
        ("a\\*b", "axb", False),
        ("a.b", "axb", False),
        ("a+(b)|{c}$", "a+(b)|{c}$", True),
        # Any number of folders
        ("**", "a", True),
        ("**/x", "x", True),
        ("**/x", "a/b/x", True),
        ("**/x", "a/b/yx", False),
        ("**/x", "a/x/y", True),
        ("**/*.md", "a/b.md", True),
        ("**/*.md", "b.md", True),
        ("a/**", "a/b/c", True),
        ("a/**", "a", False),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/x/y/b", True),
        ("a/**/b", "a/xb", False),
        ("a**/b", "a/b", True),
        ("a**/b", "ax/b", True),
        ("a**/b", "a/xb", False),
        ("**x", "ax", True),
        ("**x", "a/bx", True),
        ("**x*", "axy", False),
        ("**x*", "a/xy", True),
        ("a**", "abc/d", True),
        ("**/a/**", "x/a/b", True),
        ("**/a/**", "x/a", False),
        # Exceptions: the last match wins, and a folder's match counts for what is in it
        ("*.md\n!README.md", "README.md", False),
        ("*.md\n!README.md", "x.md", True),
        ("!README.md\n*.md", "README.md", True),
        ("*\n!a", "a", False),
        ("*\n!a", "a/b", False),
        ("*\n!a/b", "a/b", False),
        ("*\n!a/b", "a/b/c", False),
        ("*\n!a/b", "a/c", True),
        ("a\n!a/b\na/b/c", "a/b/c", True),
        ("a\n!a/b\na/b/c", "a/b/d", False),
        ("*\n! /a/ ", "a/x", False),
        ("*.md\n!README*.md\nREADME-secret.md", "README-secret.md", True),
        ("*.md\n!README*.md\nREADME-secret.md", "README-x.md", False),
        ("**/*.log\n!keep/**", "keep/a.log", False),
        ("**/*.log\n!keep/**", "other/a.log", True),
    ],
)
def test_ignored_paths(rules: str, path: str, ignored: bool) -> None:
    assert IgnoreRules.parse(rules).ignores(path) is ignored
    assert IgnoreRules.parse(rules).ignores("/" + path + "/") is ignored


@pytest.mark.parametrize(
    ("rules", "line"), [("a\n!\n", 2), ("! ", 1), ("a\n\n[b", 3), ("b\\", 1), ("[]", 1), ("[a-]", 1)]
)
def test_a_rule_that_engines_reject_is_told_with_its_line(rules: str, line: int) -> None:
    with pytest.raises(IgnoreError) as caught:
        IgnoreRules.parse(rules)
    assert caught.value.line == line
    assert caught.value.message


def test_the_deciding_rule_has_its_line() -> None:
    rules = IgnoreRules.parse("# c\n*.md\n!a.md\n\nb.md\n")
    assert [rule.line for rule in rules.deciding_rules("b.md")] == [2]
    assert [rule.line for rule in rules.deciding_rules("c.md")] == [2]
    assert rules.deciding_rules("a.md") == ()


@pytest.mark.parametrize(
    ("rules", "folder", "expected"),
    [
        ("", ".", False),
        ("a", ".", True),
        ("!a", ".", False),
        ("dist", "dist", True),
        ("dist", "src", False),
        ("dist/x", "dist", True),
        ("dist/x", "dis", False),
        ("dist/x/y", "dist/x", True),
        ("dist/x", "dist/y", False),
        ("*.map", "dist", False),
        ("*/*.map", "dist", True),
        ("*/*.map", "dist/js", False),
        ("**/*.map", "dist/js", True),
        ("**/.env", "dist", True),
        ("**x", "dist", True),
        ("a/**", "a", True),
        ("a/**/b", "a/x/y", True),
        ("a/**/b", "c", False),
        ("d[ij]st/*", "dist", True),
        ("d?st/*", "dist", True),
        ("!**/*.map", "dist", False),
        ("*\n!dist", "dist", False),
        ("*\n!dist", "dist/js", False),
        ("*\n!dist/js", "dist", True),
        ("*\n!dist\n**/*.map", "dist", True),
        ("dist/x\n!dist", "dist", True),
    ],
)
def test_whether_a_folder_may_have_something_ignored_in_it(rules: str, folder: str, expected: bool) -> None:
    assert IgnoreRules.parse(rules).matches_below(folder) is expected


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("abc", "abc", True),
        ("*", "abc", True),
        ("*c", "abc", True),
        ("a*", "a", True),
        ("a*", "ab/c", False),
        ("a*/b", "a/b", True),
        ("a*b*c*d*e*/f", "axbxcxdxe/f", True),
        ("a*b*c*d*e*/f", "axbxcxdxexxx/fff", False),
        ("a*b?c*x", "abxbbxdbxebxczzx", True),
        ("a*b?c*x", "abxbbxdbxebxczzy", False),
        ("ab[c]", "abc", True),
        ("ab[b-d]", "abc", True),
        ("ab[e-g]", "abc", False),
        ("ab[^c]", "abc", False),
        ("ab[^b-d]", "abc", False),
        ("ab[^e-g]", "abc", True),
        ("a\\*b", "a*b", True),
        ("a\\*b", "ab", False),
        ("a?b", "a☺b", True),
        ("a[^a]b", "a☺b", True),
        ("a???b", "a☺b", False),
        ("[a-ζ]*", "α", True),
        ("*[a-ζ]", "A", False),
        ("a?b", "a/b", False),
        ("a*b", "a/b", False),
        ("[\\]a]", "]", True),
        ("[\\-]", "-", True),
        ("[x\\-]", "x", True),
        ("[x\\-]", "z", False),
        ("[\\-x]", "a", False),
        ("**", "a/b", False),
        ("**/b", "a/b", True),
        ("", "", True),
        ("", "a", False),
        ("*.jar", "app.jar", True),
        ("target/*.jar", "target/app.jar", True),
        ("[x].txt", "[x].txt", False),
        ("[x].txt", "x.txt", True),
    ],
)
def test_patterns_of_copy(pattern: str, path: str, expected: bool) -> None:
    assert match_pattern(pattern, path) is expected


@pytest.mark.parametrize("pattern", ["[]a]", "[-]", "[x-]", "[-x]", "[", "[^", "[^bc", "a[", "a\\", "[a-b-c]", "[\\"])
def test_patterns_that_go_rejects(pattern: str) -> None:
    with pytest.raises(GlobError):
        match_pattern(pattern, "a")


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [("a", False), ("a*", True), ("a?", True), ("[a", True), ("a\\*", False), ("a\\\\*", True), ("", False)],
)
def test_what_counts_as_a_pattern(pattern: str, expected: bool) -> None:
    assert has_wildcard(pattern) is expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [("", "."), ("a/", "a"), ("//a", "/a"), ("a//b/./c/..", "a/b"), ("../a", "../a"), ("/..", "/"), ("./", ".")],
)
def test_paths_are_cleaned_as_in_go(path: str, expected: str) -> None:
    assert clean_path(path) == expected


@pytest.mark.parametrize(
    ("rules", "pattern", "folder", "expected"),
    [
        ("*\n!build/*-app", "build/*-app", "build", False),
        ("*\n!build/*", "build/*-app", "build", False),
        ("*\n!build", "build/*-app", "build", False),
        ("*\n!build/*-app\n!src", "build/*-app", "build", False),
        ("*\n!build/*-app", "build/*", "build", True),
        ("*\n!build/?-app", "build/*-app", "build", True),
        ("*\n!build/x*-app", "build/*-app", "build", True),
        ("*\n!build/*-app\n*.md", "build/*-app", "build", False),
        ("*\n!build/*-app\n**/*.md", "build/*-app", "build", True),
        ("*\n!build/[a]-app", "build/[a]-app", "build", True),
        ("src", "build/*.jar", "build", False),
        ("*\n!*.jar", "*.jar", "", True),
    ],
)
def test_whether_a_pattern_may_take_something_ignored(rules: str, pattern: str, folder: str, expected: bool) -> None:
    assert IgnoreRules.parse(rules).matches_pattern(pattern, folder) is expected


def by_regular_expression(pattern: str, path: str) -> bool:
    """moby's `Pattern.compile`, told as a regular expression: a second opinion for patterns without brackets."""
    if "**" in pattern and not set(pattern.replace("**", "")) & set("*?\\"):
        if pattern.count("**") == 1 and pattern.endswith("**") and pattern != "**":
            return path.startswith(pattern[:-2])
        if pattern.count("**") == 1 and pattern.startswith("**"):
            suffix = pattern[2:]
            return path.endswith(suffix) or (suffix[:1] == "/" and path == suffix[1:])
    expression = ""
    rest = pattern
    while rest:
        if rest.startswith("**"):
            rest = rest[2:].removeprefix("/")
            expression += "(.*/)?" if rest else ".*"
        elif rest[0] == "\\":
            expression += re.escape(rest[1])
            rest = rest[2:]
        else:
            expression += {"*": "[^/]*", "?": "[^/]"}.get(rest[0], re.escape(rest[0]))
            rest = rest[1:]
    return re.fullmatch(expression, path) is not None


PATTERNS = st.lists(
    st.sampled_from(["a", "b", "/", "/", "*", "**", "**/", "/**/", "?", "\\a", "."]), min_size=1, max_size=7
)
PATHS = st.lists(st.sampled_from(["a", "b", "ab", "a.b", "aa", "ba"]), min_size=1, max_size=4)


@settings(max_examples=3000, deadline=None)
@given(PATTERNS.map("".join).map(clean_path), PATHS.map("/".join))
def test_one_rule_matches_as_its_regular_expression_does(pattern: str, path: str) -> None:
    rules = IgnoreRules.parse(pattern)
    pattern = pattern.removeprefix("/") if len(pattern) > 1 else pattern
    parts = path.split("/")
    parents = ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
    assert rules.ignores(path) == any(by_regular_expression(pattern, parent) for parent in parents)


RULES = st.lists(
    st.tuples(st.sampled_from(["", "", "!"]), PATTERNS.map("".join)).map("".join).filter(lambda rule: rule != "!"),
    max_size=5,
)


@settings(max_examples=1500, deadline=None)
@given(RULES.map("\n".join), PATHS.map("/".join), PATHS.map("/".join))
def test_nothing_is_ignored_in_a_folder_that_is_said_to_be_clear(text: str, folder: str, name: str) -> None:
    rules = IgnoreRules.parse(text)
    if rules.ignores(f"{folder}/{name}"):
        assert rules.matches_below(folder)


@settings(max_examples=1500, deadline=None)
@given(
    RULES.map("\n".join),
    st.sampled_from(["a", "b", "ab", "a/b"]),
    st.sampled_from(["*", "*b", "a*", "?", "a?b", "*/a", "*.?"]),
    st.sampled_from(["a", "b", "ab", "aab", "a.b", "b/a", "ab/a"]),
    st.sampled_from(["", "/a", "/a.b/b"]),
)
def test_nothing_is_ignored_that_a_clear_pattern_takes(
    text: str, folder: str, pattern: str, name: str, inside: str
) -> None:
    rules = IgnoreRules.parse(text)
    if match_pattern(pattern, name) and rules.ignores(f"{folder}/{name}{inside}"):
        assert rules.matches_pattern(f"{folder}/{pattern}", folder)


def test_a_hostile_pattern_is_quick() -> None:
    rules = IgnoreRules.parse("**/a*" * 40 + "c\n")
    assert not rules.ignores("/".join(["ab" * 20] * 40))
