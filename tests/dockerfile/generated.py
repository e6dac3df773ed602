"""Hypothesis strategies for Dockerfiles, from a grammar that likes the awkward corners."""

from __future__ import annotations

from hypothesis import strategies as st

_FLAGS = (
    "--from=build",
    '--from="build"',
    "--chown=1:2",
    "--link",
    "--mount=type=bind,from=x",
    "--x='a b'",
    "--interval=3s",
    "--a\\b=c",
    "--",
)
_WORDS = (
    "a",
    "b.txt",
    "/x/y",
    "k=v",
    "k='v w'",
    'k="v \\" w"',
    "k=a\\ b",
    "k=",
    "'q r'",
    '"q\tr"',
    "$x",
    "${x:-d}",
    "it's",
    '"open',
    "#no",
    "&&",
    "é",
    "x\\y",
    "`",
    "[a]",
    "--late",
    "1<2",
    "<<<s",
    "[]",
    '["a"]',
    "AS",
    "NONE",
    "CMD",
)
_ARRAYS = (
    '["a", "b"]',
    "[]",
    '[ "a b" , "\\u00e9\\n\\"" ]',
    '["a"',
    '["a",]',
    "['a']",
    '["a"] x',
    "[1]",
    '["a", null]',
    '["\\ud83d\\ude00"]',
)
_KEYWORDS = (
    *("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER"),
    *("ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR", "FOO", "run", "Copy", "onbuild run"),
)
_DIRECTIVES = ("# escape=`", "#syntax = docker/dockerfile:1", "# ESCAPE=\\", "# other=1", "# escape=x")
_GAPS = (" ", " ", " ", "\t", "  ")
_DELIMITERS = ("EOF", "'EOF'", '"E F"', "E$x", "E\\ F")


@st.composite
def dockerfiles(draw: st.DrawFn) -> str:
    """A Dockerfile: directives, comments, blanks, and instructions with continuations and here-documents."""
    pick = draw
    newline = pick(st.sampled_from(("\n", "\n", "\r\n")))
    lines: list[str] = [pick(st.sampled_from(_DIRECTIVES)) for _ in range(pick(st.integers(0, 2)))]
    escape = "`" if lines[:1] == ["# escape=`"] else "\\"
    if pick(st.booleans()):
        lines.append("FROM base")
    for _ in range(pick(st.integers(0, 4))):
        kind = pick(st.integers(0, 9))
        if kind == 0:
            lines.append(pick(st.sampled_from(("", "  ", "\t", "\x0b "))))
        elif kind == 1:
            lines.append(pick(st.sampled_from(("# comment", "  # indented \\", "#", "#!shebang"))))
        else:
            lines.extend(pick(_instructions(escape)))
    text = newline.join(lines)
    if pick(st.booleans()):
        text += newline
    return ("\ufeff" if pick(st.integers(0, 9)) == 0 else "") + text


@st.composite
def _instructions(draw: st.DrawFn, escape: str) -> list[str]:
    pick = draw
    keyword = pick(st.sampled_from(_KEYWORDS))
    words = [pick(st.sampled_from(_FLAGS)) for _ in range(pick(st.sampled_from((0, 0, 0, 1, 2))))]
    if pick(st.integers(0, 3)) == 0:
        if keyword == "HEALTHCHECK":
            words.append("CMD")
        words.append(pick(st.sampled_from(_ARRAYS)))
    else:
        words.extend(pick(st.lists(st.sampled_from(_WORDS), max_size=4)))
    bodies: list[str] = []
    if pick(st.integers(0, 3)) == 0:
        for _ in range(pick(st.integers(1, 2))):
            delimiter = pick(st.sampled_from(_DELIMITERS))
            chomp = pick(st.sampled_from(("", "-")))
            words.append(pick(st.sampled_from(("", "3"))) + "<<" + chomp + delimiter)
            bodies.extend(pick(st.lists(st.sampled_from(("", "body", "# c", "a \\", "\tEOF", "FROM x")), max_size=2)))
            end = delimiter.replace("\\", "").strip("'\"")
            bodies.append(pick(st.sampled_from((end, end, end, "\t" + end, " " + end))))
    lines = [pick(st.sampled_from(("", "", " ", "\t"))) + keyword]
    for word in words:
        gap = pick(st.sampled_from(_GAPS))
        if pick(st.integers(0, 4)) == 0:
            lines[-1] += gap + escape + pick(st.sampled_from(("", "", " ", " \t")))
            lines.extend(pick(st.lists(st.sampled_from(("# inner", "", "  ", "  # inner " + escape)), max_size=2)))
            lines.append(pick(st.sampled_from(("", "  ", "\t"))) + word)
        elif pick(st.integers(0, 9)) == 0:
            middle = len(word) // 2
            lines[-1] += gap + word[:middle] + escape
            lines.append(word[middle:])
        else:
            lines[-1] += gap + word
    if pick(st.integers(0, 9)) == 0:
        lines[-1] += pick(st.sampled_from((escape, escape * 2, " " + escape, " ", "\t")))
    return lines + bodies
