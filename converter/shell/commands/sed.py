"""sed: scripts of `s`, `d` and `p` over known text are evaluated, all others leave what is not known."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from converter.machine.events import ChangedFiles
from converter.machine.host import Entry, FromHost
from converter.machine.state import State
from converter.machine.value import EMPTY, is_known
from converter.shell.commands.call import Call, Handler, Result
from converter.shell.commands.changes import matches, named
from converter.shell.commands.filters import derived, filtered, is_plain
from converter.shell.commands.in_place import is_artifact, work_on
from converter.shell.commands.operands import Parsed, parse
from converter.shell.commands.patterns import translate


class Instruction(Struct, frozen=True):
    """One sed command: `address` is a line number, `$` or a pattern; None for every line."""

    verb: str
    address: str | int | None
    negated: bool
    pattern: str = ""
    replacement: tuple[str | int, ...] = ()
    everywhere: bool = False
    ignore_case: bool = False
    number: int = 1
    prints: bool = False


_WRITES = re.compile(r"(?:^|[\s;{}$/\d,|!gpIi])[wWe](?:\s|$)")
"""A command of a script that is not read may be `w FILE` or `e`, which runs another one."""


def sed(call: Call, state: State) -> Result:
    """`sed SCRIPT [FILE...]`, and `-i`, which writes the result back into the file."""
    parsed = parse(call, state, "e f expression file l line-length")
    scripts = [flag.value or "" for flag in parsed.flags if flag.name in ("e", "expression")]
    operands = parsed.operands
    if not scripts and operands:
        scripts, operands = [operands[0].text], operands[1:]
    in_place = _in_place(parsed)
    program = None
    if not parsed.has("f", "file") and all(is_known(script) for script in scripts):
        program = read_script("\n".join(scripts), parsed.has("E", "r", "regexp-extended"))
    if _odd(parsed):
        program = None
    quiet = parsed.has("n", "quiet", "silent")

    def work(text: str) -> str | None:
        if program is None or not (is_known(text) or _leaves_ids(program, text, call)):
            return None
        return run(program, text, quiet)

    if not in_place:
        writes = program is None and (parsed.has("f", "file") or any(_WRITES.search(script) for script in scripts))
        return filtered(call, state, operands, work, opaque=writes)
    number = call.number
    files = state.files
    touched = []
    for operand in operands:
        for path in matches(files, operand):
            path = files.follow(path)
            touched.append(path)
            text = call.machine.text_of(path, state, ask=program is not None)
            result = work(text.flat) if text is not None else None
            before = files.lookup(path)
            if text is None and program is not None and is_artifact(files, path):
                files = work_on(files, [path], number)
                continue
            if text is not None and result == text.flat and before is not None:
                files = files.put(path, before.after(number))
                continue
            content = derived(result, call, text or EMPTY) if result is not None else None
            files = files.put(path, Entry("file", FromHost(number, content), (number,)))
    call.machine.record(
        ChangedFiles(
            number, call.site, call.calls, state, "sed", named(operands), call.spans, tuple(touched), tuple(touched),
            (), not all(is_known(path) for path in touched), call.values,
        )
    )  # fmt: skip
    return Result(replace(state, files=files, status="success"), EMPTY)


def _leaves_ids(program: tuple[Instruction, ...], text: str, call: Call) -> bool:
    """Whether all that is not known in the text are ids, and no pattern can match a part of one.

    An id is hexadecimal digits. So a pattern that needs another character, and takes any characters only as
    many as there are, matches ids as a whole or not at all.
    """
    patterns = [step.pattern for step in program] + [s.address for s in program if isinstance(s.address, str)]
    loose = re.compile(r"\[\^\\n\](?!\*)|\[(?!\^\\n\]\*)|\\[swSWb\d]|[+?{]")
    return is_plain(text, call.machine.run.unknowns) and all(
        not loose.search(pattern) and re.search(r"[^0-9a-f.*^$\\()\[\]n]", pattern) for pattern in patterns if pattern
    )


def _in_place(parsed: Parsed) -> bool:
    return parsed.has("i", "in-place")


def _odd(parsed: Parsed) -> bool:
    """Whether a flag stands there that is not followed; `-i.bak` and `-i ''` are letters of a group here."""
    known = {"e", "expression", "E", "r", "regexp-extended", "n", "quiet", "silent", "i", "in-place", "u", "posix"}
    return any(flag.name not in known or (flag.name == "in-place" and flag.value) for flag in parsed.flags)


def read_script(text: str, extended: bool) -> tuple[Instruction, ...] | None:
    """The commands of a script; None where one of them is not followed."""
    found: list[Instruction] = []
    position = 0
    while position < len(text):
        if text[position] in " \t\n;":
            position += 1
            continue
        if text[position] == "#":
            position = _line_end(text, position)
            continue
        step = _instruction(text, position, extended)
        if step is None:
            return None
        instruction, position = step
        found.append(instruction)
    return tuple(found)


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end == -1 else end


def _instruction(text: str, position: int, extended: bool) -> tuple[Instruction, int] | None:
    address: str | int | None = None
    number = re.compile(r"\d+").match(text, position)
    if number is not None:
        address, position = int(number.group()), number.end()
    elif text[position] == "$":
        address, position = "$", position + 1
    elif text[position] == "/":
        parts = _split(text, position, 1)
        if parts is None:
            return None
        pattern = translate(parts[0][0], extended)
        if pattern is None:
            return None
        address, position = pattern, parts[1]
    while text[position : position + 1] == " ":
        position += 1
    negated = text[position : position + 1] == "!"
    position += negated
    verb = text[position : position + 1]
    if verb in ("d", "p"):
        end = position + 1
        if text[end : end + 1] not in ("", " ", ";", "\n"):
            return None
        return Instruction(verb, address, negated), end
    if verb != "s" or position + 1 >= len(text):
        return None
    return _substitute(text, position + 1, extended, address, negated)


def _substitute(
    text: str, position: int, extended: bool, address: str | int | None, negated: bool
) -> tuple[Instruction, int] | None:
    parts = _split(text, position, 2)
    if parts is None:
        return None
    (old, new), position = parts
    pattern = translate(old, extended)
    replacement = _replacement(new)
    flags = re.compile(r"[gIip\d]*").match(text, position)
    assert flags is not None
    position = flags.end()
    if pattern is None or not old or replacement is None or text[position : position + 1] not in ("", " ", ";", "\n"):
        return None
    numbers = re.findall(r"\d+", flags.group())
    if len(numbers) > 1 or (numbers and "g" in flags.group()) or any(int(n) < 1 for n in numbers):
        return None
    letters = flags.group()
    return (
        Instruction(
            "s", address, negated, pattern, replacement, "g" in letters, "i" in letters.lower(),
            int(numbers[0]) if numbers else 1, "p" in letters,
        ),
        position,
    )  # fmt: skip


def _split(text: str, position: int, count: int) -> tuple[list[str], int] | None:
    """`count` parts between delimiters, which stands at `position`, and the position behind the last one."""
    delimiter = text[position]
    if delimiter in "\\\n":
        return None
    parts: list[str] = []
    current: list[str] = []
    position += 1
    bracket = False
    while position < len(text):
        character = text[position]
        if character == "\\" and position + 1 < len(text):
            following = text[position + 1]
            current.append(following if following == delimiter else character + following)
            position += 2
            continue
        if not parts and character == "[":
            bracket = True
        elif character == "]":
            bracket = False
        if character == delimiter:
            if bracket:
                # inside brackets some take it as an ordinary character
                return None
            parts.append("".join(current))
            current = []
            position += 1
            if len(parts) == count:
                return parts, position
            continue
        if character == "\n" and not parts:
            return None
        current.append(character)
        position += 1
    return None


def _replacement(text: str) -> tuple[str | int, ...] | None:
    """The replacement: texts, and numbers of groups, 0 for `&`."""
    parts: list[str | int] = []
    position = 0
    while position < len(text):
        character = text[position]
        if character == "&":
            parts.append(0)
        elif character == "\\" and position + 1 < len(text):
            position += 1
            character = text[position]
            if character.isdigit():
                parts.append(int(character))
            elif character == "n":
                parts.append("\n")
            elif character.isalpha():
                return None
            else:
                parts.append(character)
        else:
            parts.append(character)
        position += 1
    return tuple(parts)


def run(program: tuple[Instruction, ...], text: str, quiet: bool) -> str:
    """The text after the script."""
    lines = text.split("\n")
    final_newline = lines[-1] == ""
    if final_newline:
        lines.pop()
    out: list[str] = []
    for number, line in enumerate(lines, 1):
        out += _cycle(program, line, number, number == len(lines), quiet)
    if not out:
        return ""
    return "\n".join(out) + ("\n" if final_newline else "")


def _cycle(program: tuple[Instruction, ...], line: str, number: int, last: bool, quiet: bool) -> Iterator[str]:
    for step in program:
        if step.address is not None:
            if isinstance(step.address, int):
                applies = step.address == number
            else:
                applies = last if step.address == "$" else re.search(step.address, line) is not None
            if applies == step.negated:
                continue
        if step.verb == "d":
            return
        if step.verb == "p":
            yield line
            continue
        line, done = _substituted(step, line)
        if done and step.prints:
            yield line
    if not quiet:
        yield line


def _substituted(step: Instruction, line: str) -> tuple[str, bool]:
    count = 0
    done = False

    def write(match: re.Match[str]) -> str:
        nonlocal count, done
        count += 1
        if not step.everywhere and count != step.number:
            return match.group()
        done = True
        return "".join(part if isinstance(part, str) else (match.group(part) or "") for part in step.replacement)

    compiled = re.compile(step.pattern, re.IGNORECASE if step.ignore_case else 0)
    if any(isinstance(part, int) and part > compiled.groups for part in step.replacement):
        return line, False
    return compiled.sub(write, line), done


TABLE: dict[str, Handler] = {"sed": sed, "gsed": sed}
