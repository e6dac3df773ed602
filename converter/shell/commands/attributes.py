"""Commands that change files in place without changing what is in them: chmod, chown, chgrp, touch."""

from __future__ import annotations

from converter.machine.host import Entry, FromHost
from converter.machine.state import State
from converter.machine.value import EMPTY
from converter.shell.commands.call import Call, Handler, Result
from converter.shell.commands.changes import changed, matches, named
from converter.shell.commands.operands import Operand, parse


def chmod(call: Call, state: State) -> Result:
    """`chmod MODE FILE...`: the mode can be set in a stage as well."""
    parsed = parse(call, state, "reference")
    operands = parsed.operands
    if parsed.has("reference") or _is_mode_flag(parsed.flags[0].name if parsed.flags else ""):
        return _touched(call, state, operands, None)
    return _touched(call, state, operands[1:], operands[0].text if operands else None)


def _is_mode_flag(name: str) -> bool:
    """`chmod -x file`: the mode itself looks like a flag."""
    return name in ("x", "w", "r") and name != "R"


def chown(call: Call, state: State) -> Result:
    """`chown OWNER FILE...`, `chgrp GROUP FILE...`: an owner on the host is lost in the build."""
    parsed = parse(call, state, "reference from")
    return _touched(call, state, parsed.operands if parsed.has("reference") else parsed.operands[1:], None)


def touch(call: Call, state: State) -> Result:
    """`touch FILE...`: makes what is not there."""
    return _touched(call, state, parse(call, state, "d t r date reference").operands, None)


def _touched(call: Call, state: State, operands: tuple[Operand, ...], mode: str | None) -> Result:
    number = call.number
    files = state.files
    touched = [files.follow(path) for operand in operands for path in matches(files, operand)]
    for path in touched:
        entry = files.lookup(path)
        if entry is None:
            files = files.put(path, Entry("file", FromHost(number, EMPTY), (number,)))
        else:
            files = files.edit(path, entry.after(number))
    return changed(call, state, files, named(operands), reads=touched, makes=touched, mode=mode)


TABLE: dict[str, Handler] = {"chmod": chmod, "chown": chown, "chgrp": chown, "touch": touch}
