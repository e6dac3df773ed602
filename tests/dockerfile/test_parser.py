from __future__ import annotations

import pytest

from converter.dockerfile.jsonform import json_quote
from converter.dockerfile.syntax import Blank, ByteOrderMark, Comment, Directive, Instruction
from converter.source import Source
from tests.dockerfile.support import edited, only, tree


def kinds(text: str) -> str:
    letters = {ByteOrderMark: "m", Directive: "d", Comment: "c", Blank: "b", Instruction: "i"}
    return "".join(letters[type(node)] for node in tree(text).nodes)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("\ufeff", "m"),
        ("\ufeff# escape=`\n\n# c\nFROM a\n", "mdbci"),
        ("# syntax=x\n# check=skip=all\n# escape=`\nFROM a`\n\nAS b", "dddi"),
        ("# no directive\n# escape=`\nFROM a`\nRUN b", "ccii"),
        ("\n# escape=`\nFROM a", "bci"),
        ("# other=1\n# escape=`\nFROM a", "cci"),
        ("# escape=`\n# escape=`\nFROM a", "dci"),
        ("FROM a\n# escape=`\n", "ic"),
        ("FROM a \\\n# in it\n\n  AS b\n# behind\n", "ic"),
        ("FROM a\nRUN <<EOF\n# in it\n\nEOF\n\n", "iib"),
    ],
)
def test_a_file_is_a_list_of_nodes(text: str, expected: str) -> None:
    assert kinds(text) == expected


def test_directives_are_named_in_lower_case_and_set_the_escape_character() -> None:
    found = tree("#  Syntax = docker/dockerfile:1 \r\n# ESCAPE=`\r\nFROM a `\r\n  AS b\r\n")
    assert found.directives == {"syntax": "docker/dockerfile:1", "escape": "`"}
    assert found.escape == "`"
    assert found.newline == "\r\n"
    assert [argument.value for argument in found.instructions[0].arguments] == ["a", "AS", "b"]
    first = found.nodes[0]
    assert isinstance(first, Directive)
    assert found.source.slice(first.value_span) == "docker/dockerfile:1"


def test_an_instruction_owns_its_lines_with_their_ends() -> None:
    found = tree("FROM a\r\nRUN x \\\r\n  # c\r\n  y\r\nCMD z")
    assert [found.source.slice(i.span) for i in found.instructions] == [
        "FROM a\r\n",
        "RUN x \\\r\n  # c\r\n  y\r\n",
        "CMD z",
    ]


def test_the_joined_line_has_neither_continuations_nor_comments_between() -> None:
    run = only("  run --network=none a \\ \t\n# comment\n\n    b\\\nc \\\n\n  d  \n")
    assert run.keyword == "RUN"
    assert run.text == "--network=none a     bc   d"
    assert run.command == "a     bc   d"
    assert [argument.raw for argument in run.arguments] == ["a", "bc", "d"]


@pytest.mark.parametrize(
    ("text", "index", "replacement", "expected"),
    [
        ("COPY a b\n", 0, "x", "COPY x b\n"),
        ("COPY a b\n", 1, "x", "COPY a x\n"),
        ("COPY a \\\n  # c\n  b\n", 1, "x", "COPY a \\\n  # c\n  x\n"),
        ("COPY a\\\nb c\n", 0, "x", "COPY x c\n"),
        ('COPY ["a b", "c"]\n', 0, '"x y"', 'COPY ["x y", "c"]\n'),
        ('COPY --link ["a", \\\n "c"]\n', 1, '"x"', 'COPY --link ["a", \\\n "x"]\n'),
        ("ONBUILD COPY a b\n", 1, "x", "ONBUILD COPY a x\n"),
        ("ENV a=b c='d e' f\n", 1, "x=y", "ENV a=b x=y f\n"),
        ("WORKDIR  /a b \n", 0, "/c", "WORKDIR  /c \n"),
        ('HEALTHCHECK CMD ["a"]\n', 1, '"b"', 'HEALTHCHECK CMD ["b"]\n'),
        ("HEALTHCHECK CMD a b\n", 2, "c", "HEALTHCHECK CMD a c\n"),
    ],
)
def test_replacing_an_argument_span_replaces_that_argument(
    text: str, index: int, replacement: str, expected: str
) -> None:
    instruction = only(text)
    argument = (instruction.inner or instruction).arguments[index]
    assert edited(text, argument.span, replacement) == expected


@pytest.mark.parametrize(
    ("text", "flags", "command"),
    [
        ("COPY a b", [], "a b"),
        ("COPY --from=x --chown=1:2 --link a b", [("from", "x"), ("chown", "1:2"), ("link", None)], "a b"),
        ("COPY --from='x y' --chmod=\"7\"55 a b", [("from", "x y"), ("chmod", "755")], "a b"),
        ("COPY --from= a b", [("from", "")], "a b"),
        (
            "RUN --mount=type=bind,from=b \\\n --network=none x",
            [("mount", "type=bind,from=b"), ("network", "none")],
            "x",
        ),
        ("RUN x --y", [], "x --y"),
        ("RUN -- --y", [], "--y"),
        ("RUN -x", [], "-x"),
        ("COPY --fr\\om=a\\ b c d", [("from", "a b")], "c d"),
    ],
)
def test_flags_stand_before_the_arguments(text: str, flags: list[tuple[str, str | None]], command: str) -> None:
    instruction = only(text)
    assert [(flag.name, flag.value) for flag in instruction.flags] == flags
    assert instruction.command == command


def test_the_value_of_a_flag_can_be_edited() -> None:
    text = "COPY --link \\\n --from='x' a b\n"
    flag = only(text).flag("from")
    assert flag is not None
    assert flag.value_span is not None
    assert edited(text, flag.value_span, "y") == "COPY --link \\\n --from=y a b\n"
    assert edited(text, flag.span, "--from=0") == "COPY --link \\\n --from=0 a b\n"
    assert only(text).flag("chown") is None


@pytest.mark.parametrize(
    ("text", "form", "values"),
    [
        ('CMD ["a", "b c"]', "json", ["a", "b c"]),
        ('CMD ["\\u00e9\\n\\"\\/\\ud83d\\ude00\\ud83d"]', "json", ['é\n"/😀\ufffd']),
        ("CMD []", "json", []),
        ("CMD [ ]", "json", []),
        ("CMD ['a']", "shell", ["['a']"]),
        ('CMD ["a",]', "shell", ['["a",]']),
        ('CMD ["a"', "shell", ['["a"']),
        ('CMD ["a\tb"]', "shell", ['["a', 'b"]']),
        ('CMD ["\\x"]', "shell", ['["\\x"]']),
        ('CMD ["\\u12"]', "shell", ['["\\u12"]']),
        ('CMD ["a"] b', "shell", ['["a"]', "b"]),
        ("CMD [1]", "shell", ["[1]"]),
        ('ENV ["a"]', "shell", ['["a"]']),
        ('EXPOSE ["80"]', "shell", ['["80"]']),
        ('HEALTHCHECK CMD ["a"]', "json", ["CMD", "a"]),
        ('VOLUME ["/a b"]', "json", ["/a b"]),
    ],
)
def test_a_valid_array_of_strings_is_the_json_form(text: str, form: str, values: list[str]) -> None:
    instruction = only(text)
    assert instruction.form == form
    assert [argument.value for argument in instruction.arguments] == values
    assert (instruction.json_span is not None) == (form == "json")


@pytest.mark.parametrize("value", ["", "a b", 'a"b\\', "é\n😀"])
def test_a_quoted_value_reads_back_as_itself(value: str) -> None:
    (argument,) = only(f"CMD [{json_quote(value)}]").arguments
    assert argument.value == value


def test_the_json_span_covers_the_brackets() -> None:
    text = 'HEALTHCHECK --interval=1s CMD  ["a"] \n'
    span = only(text).json_span
    assert span is not None
    assert edited(text, span, "x") == "HEALTHCHECK --interval=1s CMD  x \n"


def test_onbuild_shows_the_instruction_inside() -> None:
    text = "ONBUILD \\\n  copy --from=x a b\nRUN y\n"
    outer = tree(text).instructions[0]
    inner = outer.inner
    assert inner is not None
    assert outer.arguments == ()
    assert (inner.keyword, [flag.value for flag in inner.flags]) == ("COPY", ["x"])
    assert edited(text, inner.span, "RUN z") == "ONBUILD \\\n  RUN z\nRUN y\n"
    assert edited(text, inner.keyword_span, "ADD") == "ONBUILD \\\n  ADD --from=x a b\nRUN y\n"
    assert only("ONBUILD").inner is None


@pytest.mark.parametrize(
    ("text", "delimiter", "expand", "chomp", "descriptor", "body", "argument"),
    [
        ("RUN <<EOF\na\nEOF\n", "EOF", True, False, 0, "a\n", 0),
        ("RUN cat <<-'E F'\n\ta\n\tE F\n", "E F", False, True, 0, "\ta\n", 1),
        ('COPY --link 3<<"x" /y\nx\n', "x", False, False, 3, "", 0),
        ("RUN <<E\\ F\nE F\n", "E F", True, False, 0, "", 0),
        ("RUN <<$x\n$x\n", "$x", True, False, 0, "", 0),
        ("RUN cat << EOF\na\nEOF\n", "EOF", True, False, 0, "a\n", 1),
        ("ONBUILD RUN <<EOF\na\nEOF\n", "EOF", True, False, 0, "a\n", 0),
        ("ADD <<x /y\r\na\r\nx\r\n", "x", True, False, 0, "a\r\n", 0),
    ],
)
def test_heredocs(
    text: str, delimiter: str, expand: bool, chomp: bool, descriptor: int, body: str, argument: int
) -> None:
    instruction = only(text)
    (heredoc,) = instruction.heredocs
    assert (heredoc.delimiter, heredoc.expand, heredoc.chomp, heredoc.descriptor) == (
        delimiter,
        expand,
        chomp,
        descriptor,
    )
    assert Source("Dockerfile", text).slice(heredoc.body) == body
    assert heredoc.terminated
    assert heredoc.argument == argument
    assert instruction.span.end == len(text)


def test_a_line_may_open_several_heredocs() -> None:
    text = "COPY <<a <<-b /x/\n1\na\n\t\t2\x0b\t3\n\tb\nRUN y\n"
    found = tree(text)
    copy = found.instructions[0]
    assert [(doc.delimiter, doc.content(found.source)) for doc in copy.heredocs] == [("a", "1\n"), ("b", "2\x0b\t3\n")]
    assert [found.source.slice(doc.word) for doc in copy.heredocs] == ["<<a", "<<-b"]
    assert [doc.argument for doc in copy.heredocs] == [0, 1]
    assert len(found.instructions) == 2


def test_an_unterminated_heredoc_takes_the_rest_of_the_file() -> None:
    run = only("RUN <<EOF\nRUN x\n EOF\n")
    assert not run.heredocs[0].terminated
    assert run.heredocs[0].terminator is None


@pytest.mark.parametrize(
    "text",
    [
        "RUN cat <<<x\nEOF\n",
        "RUN '<<EOF'\nEOF\n",
        "RUN \\<<EOF\nEOF\n",
        "RUN a>b<<EOF\nEOF\n",
        "RUN it's <<EOF\nEOF\n",
        "RUN ${x@Q} <<EOF\nEOF\n",
        "RUN echo $((1 << 2))\nEOF\n",
        "RUN << EOF\nFOO\n",
        "CMD <<EOF\nEOF\n",
        'COPY ["<<EOF", "/x"]\nEOF\n',
        "RUN <<- EOF\nEOF\n",
    ],
)
def test_what_looks_like_a_heredoc_but_is_none(text: str) -> None:
    found = tree(text)
    assert [instruction.heredocs for instruction in found.instructions] == [(), ()]


@pytest.mark.parametrize("text", ["foo bar", "HELLO", "run2 x", "FROM\u00a0a", "ſhell x"])
def test_an_unknown_instruction_stays_a_node(text: str) -> None:
    instruction = only(text)
    assert not instruction.known
    assert instruction.inner is None
