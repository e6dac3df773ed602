"""`[`, `test` and `[[`: what they ask, and the answer where the model knows it.

POSIX, `test`; bash reference manual, 6.4 Bash Conditional Expressions. Files are those of the
model: what the script or the tree put there. A file that nothing put there is missing in a clean
checkout, unless a command that is not followed may have made it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase

from msgspec import Struct

from converter.machine import paths
from converter.machine.host import Entry, FromTree, HostFiles, possible
from converter.machine.predicate import Atom, Predicate, both, constant, negate, one_of
from converter.machine.state import State
from converter.machine.value import ROOT_TOKEN, is_known

UNARY = frozenset("-a -b -c -d -e -f -g -h -k -n -o -p -r -s -t -u -v -w -x -z -G -L -N -O -S".split())
FILE_TESTS = frozenset("-a -b -c -d -e -f -g -h -k -p -r -s -u -w -x -G -L -N -O -S".split())
BINARY = frozenset("= == != < > =~ -eq -ne -lt -le -gt -ge -nt -ot -ef".split())
_NUMBERS: dict[str, Callable[[int, int], bool]] = {
    "-eq": int.__eq__,
    "-ne": int.__ne__,
    "-lt": int.__lt__,
    "-le": int.__le__,
    "-gt": int.__gt__,
    "-ge": int.__ge__,
}


class Operand(Struct, frozen=True):
    """One word of a test: its value, the same as a pattern and as a regular expression, and whether it may be an operator."""

    text: str
    pattern: str = ""
    bare: bool = True
    regular: str = ""


class Scene(Struct, frozen=True):
    """What a test is asked about: the state, whether commands that are not followed may have made files, and a
    number for questions that are never the same twice."""

    state: State
    disturbed: bool
    fresh: Callable[[], int]


class BadTest(Exception):
    """The words are no test that can be read."""


def classic(words: Sequence[str], scene: Scene) -> Predicate:
    """`[ WORDS ]`, without the brackets. Raises `BadTest`."""
    operands = [Operand(word) for word in words]
    if not operands:
        return constant(False)
    if len(operands) == 3 and operands[1].text in BINARY:
        return _binary(operands[0], operands[1].text, operands[2], scene, False)
    if len(operands) == 1:
        return negate(_same(operands[0].text, ""))
    if len(operands) == 2 and operands[0].text in UNARY:
        return _unary(operands[0].text, operands[1], scene)
    return _Parser(operands, scene, False).whole()


def extended(operands: Sequence[Operand], scene: Scene) -> Predicate:
    """`[[ OPERANDS ]]`, without the brackets. Raises `BadTest`."""
    return _Parser(list(operands), scene, True).whole()


class _Parser:
    """The precedence of both forms: `!`, then and, then or."""

    def __init__(self, operands: list[Operand], scene: Scene, double: bool) -> None:
        self.operands = operands
        self.scene = scene
        self.double = double
        self.place = 0

    def whole(self) -> Predicate:
        found = self.disjunction()
        if self.place != len(self.operands):
            raise BadTest
        return found

    def next_is(self, *texts: str, ahead: int = 0) -> bool:
        place = self.place + ahead
        return place < len(self.operands) and self.operands[place].bare and self.operands[place].text in texts

    def take(self) -> Operand:
        if self.place >= len(self.operands):
            raise BadTest
        self.place += 1
        return self.operands[self.place - 1]

    def disjunction(self) -> Predicate:
        left = self.conjunction()
        while self.next_is("||" if self.double else "-o"):
            self.take()
            left = one_of(left, self.conjunction())
        return left

    def conjunction(self) -> Predicate:
        left = self.factor()
        while self.next_is("&&" if self.double else "-a"):
            self.take()
            left = both(left, self.factor())
        return left

    def factor(self) -> Predicate:
        if self.next_is("!"):
            self.take()
            return negate(self.factor())
        if self.next_is("(") and not self.next_is(*BINARY, ahead=1):
            self.take()
            inner = self.disjunction()
            if self.take().text != ")":
                raise BadTest
            return inner
        if self.next_is(*BINARY, ahead=1):
            left, operator, right = self.take(), self.take(), self.take()
            return _binary(left, operator.text, right, self.scene, self.double)
        if self.next_is(*UNARY) and self.place + 1 < len(self.operands):
            operator = self.take()
            return _unary(operator.text, self.take(), self.scene)
        return negate(_same(self.take().text, ""))


def _same(left: str, right: str) -> Predicate:
    if left == right:
        return constant(True)
    if is_known(left) and is_known(right):
        return constant(False)
    if is_known(left):
        left, right = right, left
    if not is_known(right):
        left, right = sorted((left, right))
        return Atom(("same", left, right))
    if right == "" and _surely_filled(left):
        return constant(False)
    return Atom(("is", left, right))


def _surely_filled(flat: str) -> bool:
    """Whether a value with unknown parts has characters that are known, so that it is not empty."""
    return bool(re.sub("\x00[^\x01]*\x01", "", flat)) or ROOT_TOKEN in flat


def matches(subject: str, pattern: str) -> Predicate:
    """Whether a value matches a pattern of `case` or `[[`; `[` and `\\` in it are those of `fnmatch`."""
    plain = re.sub(r"\[(.)\]", r"\1", pattern)
    if not any(character in plain for character in "*?[\\") and not re.search(r"[@!+]\(", plain):
        return _same(subject, plain)
    if re.fullmatch(r"\*+", pattern):
        return constant(True)
    if is_known(subject) and is_known(pattern) and not re.search(r"[?*@!+]\(|\\|\[:", pattern):
        return constant(fnmatchcase(subject, pattern.replace("[^", "[!")))
    return Atom(("like", subject, pattern))


def _binary(left: Operand, operator: str, right: Operand, scene: Scene, double: bool) -> Predicate:
    if operator in ("=", "==", "!="):
        found = matches(left.text, right.pattern) if double else _same(left.text, right.text)
        return negate(found) if operator == "!=" else found
    if operator in _NUMBERS:
        return _numbers(left.text, operator, right.text)
    if operator == "=~":
        if is_known(left.text) and is_known(right.regular) and _is_plain_expression(right.regular):
            return constant(re.search(right.regular, left.text) is not None)
        return Atom(("regular", left.text, right.regular))
    if operator in ("<", ">") and is_known(left.text) and is_known(right.text):
        return constant(left.text < right.text if operator == "<" else left.text > right.text)
    return Atom((operator, left.text, right.text, scene.fresh()))


def _is_plain_expression(text: str) -> bool:
    """Whether an extended regular expression means the same to Python."""
    text = re.sub(r"\\[^\w\x00]", "_", text)
    return re.fullmatch(r"[\w ^$.*+?|()\[\]/:,=@%_-]*", text) is not None and not re.search(
        r"\(\?|[*+?]{2}|\[[:.=]|\[\^?\]", text
    )


def _numbers(left: str, operator: str, right: str) -> Predicate:
    if is_known(left) and is_known(right):
        if not re.fullmatch(r"\s*[+-]?\d+\s*", left) or not re.fullmatch(r"\s*[+-]?\d+\s*", right):
            raise BadTest
        return constant(_NUMBERS[operator](int(left), int(right)))
    flipped = {"-ne": "-eq", "-ge": "-lt", "-le": "-gt"}
    if operator in flipped:
        return negate(Atom((flipped[operator], left, right)))
    return Atom((operator, left, right))


def _unary(operator: str, operand: Operand, scene: Scene) -> Predicate:
    text = operand.text
    if operator in ("-z", "-n"):
        found = _same(text, "")
        return found if operator == "-z" else negate(found)
    if operator == "-v":
        set_here = text in scene.state.variables
        return constant(True) if set_here else Atom(("set", text))
    if operator in FILE_TESTS:
        path = paths.join(scene.state.folder, text)
        if is_known(path) and not paths.is_outside(path) and text:
            answer = _file(operator, path, scene)
            if answer is not None:
                return constant(answer)
            entry = scene.state.files.lookup(path)
            events = entry.events if entry is not None else ()
            filled = entry is None and scene.state.files.filling(path) is not None
            if entry is None and not scene.disturbed and not filled and not path.startswith(".git"):
                return Atom(("present", operator, path))
            if not scene.disturbed and not filled:
                # the same question, as long as nothing touches the file
                return Atom(("file", operator, path, events))
        elif text == "":
            return constant(False)
        return Atom(("file", operator, path, scene.fresh()))
    return Atom((operator, text, scene.fresh()))


def _file(operator: str, path: str, scene: Scene) -> bool | None:
    """The answer about one path, None where it is not known."""
    files = scene.state.files
    entry = files.lookup(path)
    if entry is None:
        return None
    entries = possible(entry)
    if len(entries) != 1 or entries[0] != entry:
        return None
    if operator in ("-e", "-a"):
        return True
    kind = _kind(entry, path, files)
    if operator in ("-f", "-d") and kind != "unknown":
        return kind == {"-f": "file", "-d": "folder"}[operator]
    if operator in ("-r", "-w") and kind != "unknown":
        return True
    if operator == "-x" and kind == "folder":
        return True
    if operator in ("-L", "-h") and isinstance(entry.origin, FromTree) and kind == "folder":
        return None
    return None


def _kind(entry: Entry, path: str, files: HostFiles) -> str:
    return "folder" if files.is_folder(path) else entry.kind
