"""Commands that count and calculate: seq, expr, wc.

seq(1) of GNU coreutils and of the BSDs, for whole numbers; POSIX, expr and wc.
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from converter.machine.events import RanCommand
from converter.machine.state import State, Status
from converter.shell.commands.call import Call, Handler, Result
from converter.shell.commands.filters import derived, filtered, is_plain
from converter.shell.commands.operands import parse
from converter.shell.commands.other import other

MAX_NUMBERS = 1_000
_WHOLE = re.compile(r"-?(?:0|[1-9]\d{0,17})")


def seq(call: Call, state: State) -> Result:
    """`seq [FIRST [STEP]] LAST`, with `-s` for what stands between the numbers."""
    words = [value.flat for value in call.values[1:]]
    between = "\n"
    if words[:1] == ["-s"] and len(words) > 1:
        between, words = words[1], words[2:]
    elif words and words[0].startswith("-s"):
        between, words = words[0][2:], words[1:]
    if not 1 <= len(words) <= 3 or not all(_WHOLE.fullmatch(word) for word in words) or "\\" in between:
        return other(call, state)
    numbers = [int(word) for word in words]
    first, step, last = numbers[0] if len(numbers) > 1 else 1, numbers[1] if len(numbers) == 3 else 1, numbers[-1]
    if step == 0 or (last - first) // step >= MAX_NUMBERS:
        return other(call, state)
    found = [str(number) for number in range(first, last + (1 if step > 0 else -1), step)]
    return _printed(call, state, between.join(found) + "\n" if found else "", "success")


def expr(call: Call, state: State) -> Result:
    """`expr A + B` and its kin for two whole numbers; it fails where the result is nought."""
    words = [value.flat for value in call.values[1:]]
    if len(words) != 3 or not (_WHOLE.fullmatch(words[0]) and _WHOLE.fullmatch(words[2])):
        return other(call, state)
    left, operator, right = int(words[0]), words[1], int(words[2])
    if operator in ("/", "%") and right != 0:
        # C cuts off towards nought
        quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
        result = quotient if operator == "/" else left - quotient * right
    elif operator in ("+", "-", "*"):
        result = left + right if operator == "+" else left - right if operator == "-" else left * right
    else:
        return other(call, state)
    return _printed(call, state, f"{result}\n", "success" if result else "failure")


def wc(call: Call, state: State) -> Result:
    """`wc -l`, `-w` and `-c` of the input: a number alone, as GNU's prints it."""
    parsed = parse(call, state)
    if parsed.operands or len(parsed.flags) != 1 or not parsed.only("l w c"):
        return other(call, state)
    flag = parsed.flags[0].name

    def work(text: str) -> str | None:
        if not is_plain(text, call.machine.run.unknowns) or (flag == "c" and "\x00" in text):
            return None
        if flag == "c":
            return f"{len(text.encode())}\n"
        return f"{text.count(chr(10)) if flag == 'l' else len(text.split())}\n"

    return filtered(call, state, (), work)


def _printed(call: Call, state: State, text: str, status: Status) -> Result:
    call.machine.record(
        RanCommand(call.number, call.site, call.calls, state, call.values[0].flat, (), False, call.values)
    )
    return Result(replace(state, status=status, asked=None), derived(text, call))


TABLE: dict[str, Handler] = {"seq": seq, "expr": expr, "wc": wc}
