from __future__ import annotations

import pytest

from tests.dockerfile.support import tree

FINE = [
    "FROM a\n",
    "ARG V=1\nFROM a:$V AS B.c-d_1\nCOPY --from=b --chown=1:2 --chmod=644 --link x y z/\n",
    "FROM --platform=$BUILDPLATFORM a\nRUN --mount=type=cache,target=/x --mount=type=ssh --network=none b\n",
    "FROM a\nADD --checksum=x --keep-git-dir=true --link=FALSE a b\nCOPY --parents --exclude=x --exclude=y a b\n",
    'FROM a\nHEALTHCHECK --interval=1s --retries=3 CMD x\nHEALTHCHECK NONE\nSHELL ["a"]\nVOLUME /x\n',
    "FROM a\nONBUILD RUN x\nSTOPSIGNAL 9\nUSER x\nWORKDIR /a b\nMAINTAINER x\nEXPOSE 1\nLABEL a b\nENV a=b\n",
    "FROM a\nRUN <<EOF\nx\nEOF\nCOPY <<a /x\na\n",
]

REJECTED = [
    ("", "", "the file has no instructions"),
    ("# only\n", "# only\n", "the file has no instructions"),
    ("ARG x\n", "ARG", "the file has no FROM, so there is nothing to build"),
    ("RUN x\nFROM a\n", "RUN", "RUN stands before the first FROM, where only ARG may stand"),
    ("FROM a\nFOO x\n", "FOO", "unknown instruction: FOO"),
    ("FROM a\n\\\n", "", "unknown instruction: \\"),
    ("FROM\n", "FROM", "FROM takes an image, or an image, AS and a name"),
    ("FROM a b\n", "FROM", "FROM takes an image, or an image, AS and a name"),
    ("FROM a AS 1b\n", "1b", "'1b' cannot name a stage: a letter, then letters, digits, '-', '_' and '.'"),
    ("FROM a\nCOPY x\n", "COPY", "COPY needs at least one source and a destination"),
    ('FROM a\nADD ["x"]\n', "ADD", "ADD needs at least one source and a destination"),
    ("FROM a\nCOPY x <<y\ny\n", "<<y", "a here-document cannot be the destination"),
    ("FROM a\nADD --from=b x y\n", "--from=b", "ADD has no flag --from"),
    ("FROM a\nCOPY --link --link x y\n", "--link", "the flag --link is given twice"),
    ("FROM a\nCOPY --link=1 x y\n", "--link=1", "the flag --link takes true or false, not '1'"),
    ("FROM a\nCOPY --from x y\n", "--from", "the flag --from needs a value: --from=..."),
    ("FROM a\nRUN --foo=1 x\n", "--foo=1", "RUN has no flag --foo"),
    ("FROM a\nRUN <<EOF\nx\n", "<<EOF", "the here-document does not end: no line is just 'EOF'"),
    ("FROM a\nONBUILD RUN <<EOF\nx\n", "<<EOF", "the here-document does not end: no line is just 'EOF'"),
    ("FROM a\nCMD [1]\n", "[1]", "the JSON array has other things than strings"),
    ("FROM a\nENV x\n", "x", "ENV needs a value for x"),
    ("FROM a\nENV x=1 y\n", "y", "'y' has no '='"),
    ("FROM a\nENV =1\n", "=1", "the name in front of '=' is empty"),
    ("FROM a\nENV\n", "ENV", "ENV needs at least one name and value"),
    ("FROM a\nARG\n", "ARG", "ARG needs at least one name and value"),
    ("FROM a\nWORKDIR\n", "WORKDIR", "WORKDIR needs an argument"),
    ("FROM a\nEXPOSE\n", "EXPOSE", "EXPOSE needs at least one argument"),
    ('FROM a\nVOLUME [" "]\n', '" "', "a volume cannot be an empty path"),
    ("FROM a\nSHELL bash\n", "SHELL", "SHELL takes a JSON array of strings"),
    ("FROM a\nSHELL []\n", "SHELL", "SHELL needs at least one argument"),
    ("FROM a\nHEALTHCHECK\n", "HEALTHCHECK", "HEALTHCHECK needs CMD or NONE"),
    ("FROM a\nHEALTHCHECK NONE x\n", "x", "HEALTHCHECK NONE takes no arguments"),
    ("FROM a\nHEALTHCHECK x\n", "x", "HEALTHCHECK takes CMD or NONE, not 'x'"),
    ("FROM a\nHEALTHCHECK CMD\n", "HEALTHCHECK", "HEALTHCHECK CMD needs a command"),
    ("FROM a\nONBUILD\n", "ONBUILD", "ONBUILD needs an instruction"),
    ("FROM a\nONBUILD FROM b\n", "FROM", "FROM cannot be a trigger of ONBUILD"),
    ("FROM a\nONBUILD COPY x\n", "COPY", "COPY needs at least one source and a destination"),
    ("# escape=`\n# escape=`\nFROM a\n", "# escape=`\n", "the parser directive 'escape' is given twice"),
    ("# escape=x\nFROM a\n", "# escape=x\n", "the escape character must be \\ or `, not 'x'"),
    (
        'FROM a\nCMD ["a"] b\n',
        " b",
        "there is text behind the JSON array, which BuildKit drops before 0.15 and takes as shell form since then",
    ),
]


@pytest.mark.parametrize("text", FINE)
def test_an_accepted_file_has_no_problem(text: str) -> None:
    assert tree(text).errors == ()


@pytest.mark.parametrize(("text", "place", "message"), REJECTED)
def test_what_engines_reject_is_told_with_its_place(text: str, place: str, message: str) -> None:
    found = tree(text)
    assert [(found.source.slice(error.span), error.message) for error in found.errors] == [(place, message)]


def test_problems_come_in_the_order_of_the_source() -> None:
    messages = [error.message for error in tree("COPY x\nFOO\nFROM a b\n").errors]
    assert messages == [
        "COPY stands before the first FROM, where only ARG may stand",
        "COPY needs at least one source and a destination",
        "unknown instruction: FOO",
        "FROM takes an image, or an image, AS and a name",
    ]
