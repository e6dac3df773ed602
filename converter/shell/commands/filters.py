"""Commands that pass on a part of their input: grep, head, tail, cut, tr, awk. Exact over known text, else unknown."""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec.structs import replace

from converter.machine.events import RanCommand
from converter.machine.state import State, Status
from converter.machine.value import Piece, Reference, Unknowns, Value, is_known, join
from converter.shell.commands.call import Call, Handler, Result
from converter.shell.commands.docker import BUILD_LOG
from converter.shell.commands.operands import Operand, Parsed, parse
from converter.shell.commands.other import other
from converter.shell.commands.patterns import translate
from converter.shell.globbing import sorted_everywhere


def filtered(
    call: Call,
    state: State,
    operands: tuple[Operand, ...],
    work: Callable[[str], str | None],
    opaque: bool | None = None,
) -> Result:
    """Runs a filter over the files that are named, or standard input; None from `work` is output that is not known.

    `opaque` is as for `other`.
    """
    if any(operand.field.pattern for operand in operands):
        return other(call, state, opaque)
    texts = [
        call.stdin if operand.text == "-" else call.machine.text_of(operand.path, state, ask=False)
        for operand in operands
    ] or [call.stdin]
    result = other(call, state, opaque)
    known = [text for text in texts if text is not None]
    if len(known) != len(texts):
        return result
    text = join(known)
    output = work(text.flat)
    if output is None:
        return result
    return Result(replace(result.state, status="success"), derived(output, call, text))


def derived(text: str, call: Call, *origins: Value) -> Value:
    """A text that a command computed; it came from an expression where what it was computed from did."""
    for value in (*origins, *call.values):
        for piece in value.references():
            reference = piece.reference
            assert reference is not None
            return Value((Piece(text, Reference("", None, False, reference.source, reference.span)),))
    return Value((Piece(text),))


def is_plain(text: str, unknowns: Unknowns) -> bool:
    """Whether what is not known in the text is certain to be letters and digits only."""
    return all(unknown.is_word for unknown in unknowns.tokens_in(text))


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def _whole(lines: list[str]) -> str:
    return "".join(line + "\n" for line in lines)


def head(call: Call, state: State) -> Result:
    """`head -n N`, `head -N`."""
    parsed = parse(call, state, "n lines")
    count = _count(parsed)

    def work(text: str) -> str | None:
        lines = _lines(text)
        found = lines[:count] if count is not None and count >= 0 else None
        return _whole(found) if found is not None and _certain(found, call) else None

    return filtered(call, state, parsed.operands, work)


def tail(call: Call, state: State) -> Result:
    """`tail -n N`, `tail -N`."""
    parsed = parse(call, state, "n lines")
    count = _count(parsed)

    def work(text: str) -> str | None:
        if not count or count < 0:
            return None
        found = _lines(text)[-count:]
        return _whole(found) if _certain(found, call) else None

    return filtered(call, state, parsed.operands, work)


def _count(parsed: Parsed) -> int | None:
    """How many lines are asked for; None for anything but a plain number."""
    text = parsed.value("n", "lines")
    others = [flag.name for flag in parsed.flags if flag.name not in ("n", "lines")]
    if text is None:
        text = "".join(others) if others else "10"
    elif others:
        return None
    return int(text) if text.isdigit() else None


def _certain(lines: list[str], call: Call) -> bool:
    return all(is_plain(line, call.machine.run.unknowns) for line in lines)


def grep(call: Call, state: State) -> Result:
    """`grep PATTERN`: the lines that match; its exit status is not followed."""
    parsed = parse(call, state, "e m")
    pattern = parsed.value("e")
    operands = parsed.operands
    if pattern is None and operands:
        pattern, operands = operands[0].text, operands[1:]
    if pattern is None or not parsed.only("e E F i v m color h") or len(operands) > 1 or not is_known(pattern):
        return _asked(other(call, state))
    extended = parsed.has("E") or call.values[0].flat == "egrep"
    fixed = parsed.has("F") or call.values[0].flat == "fgrep"
    regular = re.escape(pattern) if fixed else translate(pattern, extended)
    limit = parsed.value("m")

    def work(text: str) -> str | None:
        if regular is None or (limit is not None and not limit.isdigit()):
            return None
        compiled = re.compile(regular, re.IGNORECASE if parsed.has("i") else 0)
        found = []
        for line in _lines(text):
            if line.startswith("\x00") and _is_log(line, call) and "Successfully" in pattern:
                continue
            if not is_plain(line, call.machine.run.unknowns):
                return None
            if (compiled.search(line) is not None) != parsed.has("v"):
                found.append(line)
        return _whole(found[: int(limit)] if limit is not None else found)

    return _asked(filtered(call, state, operands, work))


def _asked(result: Result) -> Result:
    status: Status = "unknown"
    return replace(result, state=replace(result.state, status=status))


def _is_log(line: str, call: Call) -> bool:
    found = call.machine.run.unknowns.tokens_in(line)
    return len(found) == 1 and found[0].token == line and found[0].expression == BUILD_LOG


def cut(call: Call, state: State) -> Result:
    """`cut -d X -f LIST`."""
    parsed = parse(call, state, "d delimiter f fields b c characters bytes output-delimiter")
    delimiter = parsed.value("d", "delimiter") or "\t"
    chosen = _ranges(parsed.value("f", "fields") or "")

    def work(text: str) -> str | None:
        lines = _lines(text)
        if not chosen or not parsed.only("d delimiter f fields s") or len(delimiter) != 1 or not _certain(lines, call):
            return None
        if delimiter.isalnum() and not is_known(text):
            return None
        found = []
        for line in lines:
            if delimiter not in line:
                if not parsed.has("s"):
                    found.append(line)
                continue
            fields = line.split(delimiter)
            found.append(delimiter.join(field for number, field in enumerate(fields, 1)
                                        if any(low <= number <= high for low, high in chosen)))  # fmt: skip
        return _whole(found)

    return filtered(call, state, parsed.operands, work)


def _ranges(text: str) -> list[tuple[int, int]]:
    """The list of `cut`: `1,3-5,7-`."""
    found = []
    for part in text.split(","):
        match = re.fullmatch(r"(\d*)(-?)(\d*)", part)
        if match is None or part in ("", "-"):
            return []
        low = int(match.group(1) or 1)
        high = int(match.group(3)) if match.group(3) else (1 << 30 if match.group(2) else low)
        found.append((low, high))
    return found


def tr(call: Call, state: State) -> Result:
    """`tr A B` and `tr -d A`, for single characters and plain ranges."""
    parsed = parse(call, state)
    sets = [_characters(operand.text) for operand in parsed.operands]

    def work(text: str) -> str | None:
        if not sets or any(found is None for found in sets) or not is_plain(text, call.machine.run.unknowns):
            return None
        first = sets[0] or ""
        if not is_known(text) and any(character.isalnum() for character in first):
            return None
        if len(sets) == 1 and parsed.has("d") and parsed.only("d"):
            return text.translate({ord(character): None for character in first})
        second = sets[1] if len(sets) == 2 else None
        if not second or parsed.flags:
            return None
        second += second[-1] * (len(first) - len(second))
        return text.translate({ord(old): new for old, new in zip(reversed(first), reversed(second[: len(first)]),
                                                                 strict=True)})  # fmt: skip

    return filtered(call, state, (), work)


def _characters(text: str) -> str | None:
    """The characters of a set, None where it is not plain."""
    named = {"[:upper:]": "A-Z", "[:lower:]": "a-z", "[:digit:]": "0-9", "[:space:]": " \\t\\n\\r\\f\\v"}
    text = named.get(text, text)
    for escape, character in (("\\n", "\n"), ("\\r", "\r"), ("\\t", "\t"), ("\\f", "\f"), ("\\v", "\v")):
        text = text.replace(escape, character)
    if "\\" in text or "[" in text or not is_known(text):
        return None
    return re.sub(
        r"(.)-(.)",
        lambda match: "".join(map(chr, range(ord(match.group(1)), ord(match.group(2)) + 1))),
        text,
        flags=re.DOTALL,
    )


def sort(call: Call, state: State) -> Result:
    """`sort`, `-u`, `-r`, `-n`: where no locale would sort the lines in another way."""
    parsed = parse(call, state, "k t o T S")
    flags = {flag.name for flag in parsed.flags}

    def work(text: str) -> str | None:
        lines = _lines(text)
        if not flags <= {"u", "r", "n"} or not is_known(text):
            return None
        if "u" in flags:
            lines = list(dict.fromkeys(lines))
        if "n" in flags:
            if not all(re.fullmatch(r"-?\d+", line) for line in lines) or len({int(line) for line in lines}) < len(
                lines
            ):
                return None
            return _whole(sorted(lines, key=int, reverse="r" in flags))
        if not sorted_everywhere(sorted(set(lines))):
            return None
        return _whole(sorted(lines, reverse="r" in flags))

    return filtered(call, state, parsed.operands, work)


def uniq(call: Call, state: State) -> Result:
    """`uniq` without flags."""
    parsed = parse(call, state)

    def work(text: str) -> str | None:
        lines = _lines(text)
        if parsed.flags or not _certain(lines, call):
            return None
        return _whole([line for at, line in enumerate(lines) if not at or lines[at - 1] != line])

    return filtered(call, state, parsed.operands[:1], work) if len(parsed.operands) < 2 else other(call, state)


def reverse(call: Call, state: State) -> Result:
    """`tac`: the lines from the last to the first; `rev`: each line from its end."""
    parsed = parse(call, state)
    name = call.values[0].flat

    def work(text: str) -> str | None:
        lines = _lines(text)
        if parsed.flags or not _certain(lines, call) or (name == "rev" and not is_known(text)):
            return None
        return _whole(lines[::-1] if name == "tac" else [line[::-1] for line in lines])

    return filtered(call, state, parsed.operands, work)


_AWK = re.compile(r"\s*(?:/((?:[^/\\]|\\.)*)/)?\s*\{\s*print\s*(\$(?:\d+|NF))?\s*;?\s*\}\s*")


def awk(call: Call, state: State) -> Result:
    """`awk '{print $N}'` and `awk '/RE/{print $NF}'`; other programs are not followed."""
    parsed = parse(call, state, "F v f")
    program = _AWK.fullmatch(parsed.operands[0].text) if parsed.operands else None
    separator = parsed.value("F")
    if program is None or not parsed.only("F") or (separator is not None and len(separator) != 1):
        return other(call, state)
    condition = translate(program.group(1), True) if program.group(1) is not None else ""

    def work(text: str) -> str | None:
        if condition is None or (separator is not None and separator.isalnum() and not is_known(text)):
            return None
        found = []
        for line in _lines(text):
            if _is_log(line, call) and program.group(1) is not None and "Successfully" in program.group(1):
                continue
            if not is_plain(line, call.machine.run.unknowns):
                return None
            if not re.search(condition, line):
                continue
            fields = line.split() if separator in (None, " ") else line.split(separator)
            wanted = program.group(2) or "$0"
            number = len(fields) if wanted == "$NF" else int(wanted[1:])
            found.append(line if number == 0 else fields[number - 1] if number <= len(fields) else "")
        return _whole(found)

    return filtered(call, state, parsed.operands[1:], work)


def envsubst(call: Call, state: State) -> Result:
    """`envsubst`: `$NAME` and `${NAME}` become the values of exported variables; unknown where one is not known."""
    parsed = parse(call, state)
    only = None
    if parsed.operands:
        only = set(re.findall(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?", parsed.operands[0].text))
    text = call.stdin
    call.machine.record(RanCommand(call.number, call.site, call.calls, state, "envsubst", (), False, call.values))
    done = replace(state, status="success")
    if text is None or parsed.flags:
        return Result(done, None)
    pieces: list[Value] = []
    position = 0
    for match in re.finditer(r"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))", text.flat):
        name = match.group(1) or match.group(2)
        if only is not None and name not in only:
            continue
        variable = state.variables.get(name)
        if variable is None or not variable.exported:
            # one that is not set by the script may come from outside
            return Result(done, None)
        pieces += [text.slice(position, match.start()), derived(variable.value.flat, call, variable.value)]
        position = match.end()
    return Result(done, join([*pieces, text.slice(position)]))


TABLE: dict[str, Handler] = {
    "head": head,
    "tail": tail,
    "grep": grep,
    "egrep": grep,
    "fgrep": grep,
    "cut": cut,
    "tr": tr,
    "awk": awk,
    "gawk": awk,
    "mawk": awk,
    "envsubst": envsubst,
    "sort": sort,
    "uniq": uniq,
    "tac": reverse,
    "rev": reverse,
}
