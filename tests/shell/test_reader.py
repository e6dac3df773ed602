from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from converter.shell import syntax
from tests.shell.support import nodes, outline, read, show_word

WORDS = [
    pytest.param("c a b", ["c a b"], id="words"),
    pytest.param("c   a\t b  ", ["c a b"], id="blanks between words mean nothing"),
    pytest.param("c 'a b'", ["c 'a b'"], id="single quotes"),
    pytest.param("c 'a\\b$x`y`'", ["c 'a\\b$x`y`'"], id="nothing is special in single quotes"),
    pytest.param('c "a b"', ["c 'a b'"], id="double quotes"),
    pytest.param(r'c "a\$b\"c\\d\`e"', ["c 'a$b\"c\\d`e'"], id="what a backslash escapes in double quotes"),
    pytest.param(r'c "a\nb\x"', [r"c 'a\nb\x'"], id="before anything else it stays in double quotes"),
    pytest.param("c a'b'\"c\"d", ["c a'b''c'd"], id="quotes in the middle of a word"),
    pytest.param("c ''", ["c ''"], id="an empty word in single quotes"),
    pytest.param('c ""', ["c ''"], id="an empty word in double quotes"),
    pytest.param(r"c a\ b", ["c a' 'b"], id="an escaped blank is part of the word"),
    pytest.param(r"c \$x \'", ["c '$'x '''"], id="escaped characters are quoted"),
    pytest.param(r"c \\n", ["c '\\'n"], id="an escaped backslash"),
    pytest.param('c "a\\\nb"', ["c 'ab'"], id="a continued line in double quotes vanishes"),
    pytest.param("c 'a\\\nb'", ["c 'a\\\nb'"], id="and stays in single quotes"),
    pytest.param('c "a\nb"', ["c 'a\nb'"], id="a line end in quotes"),
    pytest.param('c " $x "', ["c ' '\"$x\"' '"], id="blanks around an expansion in quotes"),
    pytest.param("c $x${y}$1$#$@", ["c $x${y}$1$#$@"], id="expansions that touch"),
    pytest.param('c "$x-${y:-z}"', ['c "$x"\'-\'"${y:-z}"'], id="quoted expansions"),
    pytest.param("c ${a%.*} ${b##*/} ${#c}", ["c ${a%.*} ${b##*/} ${#c}"], id="operations"),
    pytest.param("c $((1 + 2))", ["c $((1 + 2))"], id="arithmetic"),
    pytest.param("c ~/x *.jar", ["c ~/x *.jar"], id="tildes and patterns are unquoted text"),
    pytest.param("c --tag=app:$T", ["c --tag=app:$T"], id="a flag with its value"),
    pytest.param("c a#b", ["c a#b"], id="a hash inside a word is no comment"),
    pytest.param("c $'a\\tb'", ["c $'a\tb'"], id="ANSI-C quotes"),
    pytest.param('c $"a $b"', ["c $'a '\"$b\""], id="translated strings"),
    pytest.param("c <(x) >(y z)", ["c <(x) >(y z)"], id="process substitution"),
    pytest.param("c größe 'naïve ☕' \"😀$x\"", ["c größe 'naïve ☕' '😀'\"$x\""], id="text beyond ASCII"),
]

SUBSTITUTIONS = [
    pytest.param("c $(d a)", ["c $(d a)"], id="dollar and parentheses"),
    pytest.param("c `d a`", ["c $(d a)"], id="backquotes"),
    pytest.param('c "$(d "$x")"', ['c "$(d "$x")"'], id="quotes inside a quoted substitution"),
    pytest.param("c $(d $(e))", ["c $(d $(e))"], id="nested"),
    pytest.param("c a$(d)b", ["c a$(d)b"], id="inside a word"),
    pytest.param("c $(d; e)", ["c $(d; e)"], id="several commands"),
    pytest.param("c $(d | e)", ["c $((d | e))"], id="a pipeline"),
    pytest.param("x=$(docker create app)", ["x=$(docker create app)"], id="in an assignment"),
    pytest.param('c "`d`"', ['c "$(d)"'], id="quoted backquotes"),
    pytest.param("c $(d >f 2>&1)", ["c $(d [> f] [2>& 1])"], id="with redirections"),
]

LISTS = [
    pytest.param("a; b", ["a", "b"], id="semicolons"),
    pytest.param("a\n\n\nb\n", ["a", "b"], id="lines"),
    pytest.param("a & b", ["a &", "b"], id="a background command"),
    pytest.param("a &\nb &", ["a &", "b &"], id="two background commands"),
    pytest.param("a && b", ["(a && b)"], id="and"),
    pytest.param("a || b", ["(a || b)"], id="or"),
    pytest.param("a && b || c", ["((a && b) || c)"], id="both associate to the left"),
    pytest.param("a || b && c", ["((a || b) && c)"], id="with equal precedence"),
    pytest.param("a | b | c", ["(a | b | c)"], id="a pipeline"),
    pytest.param("a |& b", ["(a | b)"], id="a pipeline with both streams"),
    pytest.param("! a", ["(! a)"], id="negation"),
    pytest.param("a && b | c", ["(a && (b | c))"], id="a pipeline binds tighter"),
    pytest.param("a &&\n  b &&\n  c", ["((a && b) && c)"], id="a chain over lines"),
    pytest.param("a \\\n  b \\\n  c", ["a b c"], id="continued lines"),
    pytest.param("a \\\r\n  b\r\n", ["a b"], id="continued lines with Windows line ends"),
    pytest.param("docker build \\\n  -t x \\\n  .\n", ["docker build -t x ."], id="a docker command over lines"),
    pytest.param("a & b && c", ["a &", "(b && c)"], id="background before a list"),
]

REDIRECTS = [
    pytest.param("a > f", ["a [> f]"], id="output"),
    pytest.param("a >>f", ["a [>> f]"], id="appended output"),
    pytest.param("a 2>f", ["a [2> f]"], id="a descriptor"),
    pytest.param("a 2>&1", ["a [2>& 1]"], id="a duplicated descriptor"),
    pytest.param("a >&2", ["a [>& 2]"], id="output to a descriptor"),
    pytest.param("a &> f", ["a [&> f]"], id="both streams"),
    pytest.param("a &>> f", ["a [&>> f]"], id="both streams appended"),
    pytest.param("a < f", ["a [< f]"], id="input"),
    pytest.param("a <<< w", ["a [<<< w]"], id="a here-string"),
    pytest.param("a > f 2>&1 < g", ["a [> f] [2>& 1] [< g]"], id="several in order"),
    pytest.param("a b >$x/f", ["a b [> $x/f]"], id="to a word of several parts"),
    pytest.param("a && b > f", ["(a && b [> f])"], id="it belongs to the last command of a list"),
    pytest.param("a | b > f", ["(a | b [> f])"], id="and of a pipeline"),
    pytest.param("{ a; b; } > f", ["{a; b} [> f]"], id="of a group"),
    pytest.param("(a) 2>f", ["(subshell a) [2> f]"], id="of a subshell"),
    pytest.param("> f", ["[> f]"], id="without a command"),
    pytest.param("a <<E\nx $y\nE\nb", ["a [<<]", "b"], id="a here-document"),
    pytest.param("a <<'E'\nx $y `z\nE\nb", ["a [<<]", "b"], id="a quoted here-document"),
    pytest.param("a <<-E\n\tx\n\tE\nb", ["a [<<-]", "b"], id="a here-document with tabs"),
    pytest.param("cat > f <<E\nx\nE\n", ["cat [> f] [<<]"], id="a file and a here-document"),
]

ASSIGNMENTS = [
    pytest.param("A=b", ["A=b"], id="plain"),
    pytest.param("A=", ["A="], id="empty"),
    pytest.param("A=b C='d e'", ["A=b C='d e'"], id="two"),
    pytest.param("A=b c d", ["A=b c d"], id="before a command"),
    pytest.param("A+=b", ["A+=b"], id="appending"),
    pytest.param("A=(b c)", ["A=(b c)"], id="an array"),
    pytest.param("A+=('b c'\n # d\n [2+1]=$e)", ["A+=('b c' [2+1]=$e)"], id="more of an array, over lines"),
    pytest.param("A[1]=b B[$i]+=c", ["A[1]=b B[$i]+=c"], id="elements of arrays"),
    pytest.param('A="$B:$C"', ['A="$B"\':\'"$C"'], id="of expansions"),
    pytest.param("export A=b C", ["export 'A='b C"], id="export"),
    pytest.param("readonly A=$(x)", ["readonly 'A='$(x)"], id="readonly"),
    pytest.param("local a=$1 b", ["local 'a='$1 b"], id="local"),
    pytest.param("unset A B", ["unset A B"], id="unset"),
]

COMPOUNDS = [
    pytest.param("{ a; b; }", ["{a; b}"], id="a group"),
    pytest.param("(a; b)", ["(subshell a; b)"], id="a subshell"),
    pytest.param("f() { a; }", ["f() {a}"], id="a function"),
    pytest.param("function f { a; }", ["f() {a}"], id="a function in bash's way"),
    pytest.param("function f() { a; }", ["f() {a}"], id="a function in both ways"),
    pytest.param("f() ( a )", ["f() (subshell a)"], id="a function that is a subshell"),
    pytest.param('[ -f "$x" ]', ['[ -f "$x" ]'], id="a test is a command"),
    pytest.param("[ a = b ]", ["[ a = b ]"], id="a comparison"),
    pytest.param("[ ! -d x -o $# -lt 1 ]", ["[ ! -d x -o $# -lt 1 ]"], id="a longer test"),
    pytest.param("test -f x", ["test -f x"], id="a test by name"),
    pytest.param("! a | b", ["(! (a | b))"], id="a negated pipeline"),
    pytest.param("if a; then b; else c; fi", ["(if {a} then {b} else {c})"], id="if"),
    pytest.param(
        "if [ -f x ]; then docker build .; fi", ["(if {[ -f x ]} then {docker build .})"], id="if with a test"
    ),
    pytest.param("for i in 1 2; do a $i; done", ["(for i in 1 2 do {a $i})"], id="for"),
    pytest.param("while a; do b; done", ["(while {a} do {b})"], id="while"),
    pytest.param("until a; do b; done", ["(until {a} do {b})"], id="until"),
    pytest.param("case $x in a) b;; *) c;; esac", ["(case $x in a) {b} *) {c})"], id="case"),
    pytest.param(
        "if a; then b; elif c; then d; fi > f", ["(if {a} then {b} elseif {c} then {d}) [> f]"], id="elif and a file"
    ),
    pytest.param("for x; do a; done", ["(for x do {a})"], id="for over the parameters"),
    pytest.param("for ((i=0; i<3; i++)); do a; done", ["(for ((i=0; i<3; i++)) do {a})"], id="for with a counter"),
    pytest.param("select x in a b; do c; done", ["(select x in a b do {c})"], id="select"),
    pytest.param('case "$1" in (a|b*) c;; "d") ;; esac', ["(case \"$1\" in a|b*) {c} 'd') {})"], id="case with lists"),
    pytest.param("(( a++ ))", ["(( a++ ))"], id="arithmetic as a command"),
    pytest.param("while a; do b; done < f", ["(while {a} do {b}) [< f]"], id="a loop that reads a file"),
    pytest.param("a && if b; then c; fi", ["(a && (if {b} then {c}))"], id="a construct in a chain"),
    pytest.param("[[ -f x && $a == b ]]", ["[[ -f x && $a == b ]]"], id="a test of bash"),
    pytest.param("if a; then X=1; fi", ["(if {a} then {X=1})"], id="an assignment in a construct"),
    pytest.param("a && { b; exit 1; }", ["(a && {b; exit 1})"], id="a guard"),
]

COMMENTS = [
    pytest.param("# one\na # two\n", ["a"], ["# one", "# two"], id="on lines of their own and behind commands"),
    pytest.param("a && # why\n  b\n", ["(a && b)"], ["# why"], id="inside a chain"),
    pytest.param("#!/bin/sh\na\n", ["a"], ["#!/bin/sh"], id="the first line"),
    pytest.param("{ a; # x\n}\n", ["{a}"], ["# x"], id="inside a group"),
    pytest.param("if a; then # x\n b\nfi\n", ["(if {a} then {b})"], ["# x"], id="inside a construct"),
    pytest.param("a '# no' \"# no\"", ["a '# no' '# no'"], [], id="none in quotes"),
    pytest.param("# größe ☕\na", ["a"], ["# größe ☕"], id="beyond ASCII"),
]


@pytest.mark.parametrize(("text", "statements"), [*WORDS, *SUBSTITUTIONS, *LISTS, *REDIRECTS, *ASSIGNMENTS, *COMPOUNDS])
def test_what_was_written_is_what_is_read(text: str, statements: list[str]) -> None:
    assert outline(text) == statements


@pytest.mark.parametrize(("text", "statements", "comments"), COMMENTS)
def test_comments_are_noted_with_their_places(text: str, statements: list[str], comments: list[str]) -> None:
    source, script = read(text)
    assert outline(text) == statements
    assert [source.slice(comment.span) for comment in sorted(script.comments, key=lambda c: c.span)] == comments


EVERYTHING = [param.values[0] for table in (WORDS, SUBSTITUTIONS, LISTS, REDIRECTS, ASSIGNMENTS, COMPOUNDS, COMMENTS)
              for param in table]  # fmt: skip


def check_spans(text: str) -> None:
    """Every node lies in its parent, and expansions and comments are their own source."""
    source, script = read(text)
    for node, above in nodes(script):
        assert 0 <= node.span.start <= node.span.end <= len(text)
        if above is not None:
            assert node.span in above.span
        written = source.slice(node.span)
        if isinstance(node, (syntax.Parameter, syntax.Substitution, syntax.Arithmetic, syntax.Opaque)):
            assert written == node.expression
        elif isinstance(node, syntax.Comment):
            assert written.startswith("#")
            assert "\n" not in written
        elif isinstance(node, syntax.Text) and not node.quoted:
            assert written.replace("\\\r\n", "").replace("\\\n", "") == node.text
        elif isinstance(node, (syntax.Word, syntax.SimpleCommand)):
            assert written == written.strip(" \t") or written.endswith("\\ ")


@pytest.mark.parametrize("text", EVERYTHING)
def test_the_span_of_each_node_is_its_source(text: str) -> None:
    check_spans(text)


@pytest.mark.parametrize("text", EVERYTHING)
def test_spans_count_characters_behind_text_beyond_ascii(text: str) -> None:
    source, script = read(text)
    moved_source, moved = read("é='ß☕😀'\n" + text)
    shift = len("é='ß☕😀'\n")
    before = [source.slice(node.span) for node, _ in nodes(script) if node is not script]
    after = [
        moved_source.slice(node.span) for node, _ in nodes(moved) if node is not moved and node.span.start >= shift
    ]
    assert after == before


def test_the_words_of_a_command_have_the_spans_of_their_sources() -> None:
    source, script = read('ünï && docker  build -t "app:$TAG" \\\n  .  # x\n')
    (statement,) = script.statements
    assert isinstance(statement.command, syntax.AndOr)
    assert isinstance(statement.command.right, syntax.SimpleCommand)
    words = statement.command.right.words
    assert [source.slice(word.span) for word in words] == ["docker", "build", "-t", '"app:$TAG"', "."]
    assert source.slice(statement.span) == 'ünï && docker  build -t "app:$TAG" \\\n  .'


@pytest.mark.parametrize(
    ("expression", "name", "operation"),
    [
        ("$x", "x", ""),
        ("${x}", "x", ""),
        ("$1", "1", ""),
        ("${10}", "10", ""),
        ("$@", "@", ""),
        ("$#", "#", ""),
        ("$?", "?", ""),
        ("${x:-a b}", "x", ":-a b"),
        ("${x-}", "x", "-"),
        ("${x%%.*}", "x", "%%.*"),
        ("${x/a/b}", "x", "/a/b"),
        ("${BASH_SOURCE[0]}", "BASH_SOURCE", "[0]"),
        ("${#x}", "x", ""),
        ("${!x}", "x", ""),
    ],
)
def test_an_expansion_is_a_name_and_an_operation(expression: str, name: str, operation: str) -> None:
    _, script = read(f'c "{expression}"')
    (parameter,) = [node for node, _ in nodes(script) if isinstance(node, syntax.Parameter)]
    assert (parameter.name, parameter.operation, parameter.expression) == (name, operation, expression)
    assert parameter.quoted


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("a\nif b; then\n", 2, id="an if without end"),
        pytest.param("a\necho 'x\n", 2, id="an open single quote"),
        pytest.param('a\necho "x\n', 2, id="an open double quote"),
        pytest.param("é\nx=$(a\nb\n", 2, id="an open substitution"),
    ],
)
def test_a_syntax_error_is_a_problem_with_its_place(text: str, line: int) -> None:
    source, script = read(text)
    assert script.problems
    assert script.statements == ()
    found, _ = source.position(script.problems[0].span.start)
    assert found >= line
    assert script.problems[0].message


def test_an_error_is_no_longer_than_its_line() -> None:
    source, script = read("a\n( ;;\nb\nc\n")
    assert script.problems
    assert "\n" not in source.slice(script.problems[0].span)


@pytest.mark.parametrize(
    ("opening", "closing"),
    [("( ", " )"), ("$(", ")"), ("{ ", "; }"), ('"$(', ')"')],
)
def test_deep_nesting_is_a_problem_and_no_crash(opening: str, closing: str) -> None:
    depth = 2_000
    head = "c " if opening.endswith("$(") else ""
    _, script = read(head + (opening + head) * depth + "x" + closing * depth + "\n")
    assert script.problems


def test_a_brace_that_is_read_as_a_command_is_a_problem() -> None:
    _, script = read("! { a; } && b\n")
    assert script.problems


def test_moderate_nesting_is_read() -> None:
    assert outline("( " * 20 + "a" + " )" * 20) == ["(subshell " * 20 + "a" + ")" * 20]


def test_moderately_nested_constructs_are_read() -> None:
    assert outline("if a; then " * 30 + "b" + "; fi" * 30) == ["(if {a} then {" * 30 + "b" + "})" * 30]


def test_deeply_nested_constructs_are_a_problem_and_no_crash() -> None:
    _, script = read("if a; then " * 500 + "b" + "; fi" * 500)
    assert script.problems


@pytest.mark.parametrize("text", ["", "\n", "  \n\t\n", "# only a comment", "\r\n"])
def test_a_script_may_hold_nothing(text: str) -> None:
    assert outline(text) == []


@given(st.text(alphabet="ab $\"'\\`(){};&|<>#=\n\t[]!é😀", max_size=40))
def test_reading_never_fails(text: str) -> None:
    _, script = read(text)
    for node, above in nodes(script):
        assert 0 <= node.span.start <= node.span.end <= len(text)
        if above is not None and not isinstance(node, (syntax.Comment, syntax.Problem)):
            assert node.span in above.span


LITERALS = st.text(alphabet="abz $\"'\\`(){};&|<>#=\n\t*?~é😀", max_size=12)


@given(st.lists(LITERALS, min_size=1, max_size=4))
def test_single_quotes_keep_any_text(texts: list[str]) -> None:
    quoted = ["'" + text.replace("'", "'\\''") + "'" for text in texts]
    _, script = read("c " + " ".join(quoted) + "\n")
    (statement,) = script.statements
    assert isinstance(statement.command, syntax.SimpleCommand)
    found = []
    for word in statement.command.words[1:]:
        assert all(isinstance(part, syntax.Text) and part.quoted for part in word.parts), show_word(word)
        found.append("".join(part.text for part in word.parts if isinstance(part, syntax.Text)))
    assert found == texts
