"""Commands that bring files from elsewhere: curl, wget, git clone. What they bring is not known, only where it lies.

The names of the files: curl(1), `-o` and `-O`; wget(1), `-O` and `-P`; git-clone(1), <directory>.
"""

from __future__ import annotations

from msgspec.structs import replace

from converter.machine import paths
from converter.machine.host import Entry, FromHost
from converter.machine.state import State
from converter.machine.value import is_known
from converter.shell.commands.call import Call, Handler, Result
from converter.shell.commands.changes import brought
from converter.shell.commands.names import git as answer
from converter.shell.commands.operands import parse
from converter.shell.commands.other import other

_CURL = """
    A E F H K Q T X Y b c C D d e K m o P r t u U w x y z cacert capath cert connect-timeout cookie cookie-jar data
    data-binary data-raw data-urlencode form header http-proxy interface key limit-rate max-redirs max-time netrc-file
    noproxy oauth2-bearer output output-dir proxy proxy-user range referer request resolve retry retry-delay
    retry-max-time speed-limit speed-time tlsv1.3 upload-file url user user-agent write-out
"""
_WGET = """
    A B D I O P Q R T U X a e i l o t w ca-certificate certificate header http-password http-user output-document
    output-file directory-prefix load-cookies post-data post-file timeout tries user password user-agent wait
"""
_MANY = "A B D I R X i l r m p accept recursive mirror page-requisites input-file"
"""Flags of wget with which it brings more than one file for each address."""
_CLONE = (
    "b o u c j branch origin upload-pack config depth reference filter jobs template separate-git-dir server-option"
)


def curl(call: Call, state: State) -> Result:
    """`curl -o FILE URL`, `curl -O URL`: the file; without these flags the output is printed."""
    parsed = parse(call, state, _CURL)
    folder = parsed.value("output-dir") or ""
    names = [flag.value or "" for flag in parsed.flags if flag.name in ("o", "output")]
    if parsed.has("O", "remote-name", "remote-name-all"):
        # curl takes the name from the address, without the query
        names += [_base(operand.text.partition("?")[0]) for operand in parsed.operands if "://" in operand.text]
    places = [paths.join(paths.join(state.folder, folder), name) for name in names if name and name != "-"]
    return _files(call, state, places)


def wget(call: Call, state: State) -> Result:
    """`wget URL`, `wget -O FILE URL`, `wget -P FOLDER URL`."""
    parsed = parse(call, state, _WGET)
    if any(parsed.has(name) for name in _MANY.split()):
        return other(call, state, opaque=True)
    output = parsed.value("O", "output-document")
    folder = paths.join(state.folder, parsed.value("P", "directory-prefix") or "")
    if output is not None:
        places = [paths.join(state.folder, output)] if output != "-" and not parsed.has("spider") else []
    elif parsed.has("spider"):
        places = []
    else:
        places = [paths.join(folder, _base(operand.text)) for operand in parsed.operands]
    return _files(call, state, places)


def _base(address: str) -> str:
    """The name that an address ends in; index.html where it ends in a folder, as wget calls it."""
    rest = address.partition("://")[2] or address
    return rest.rpartition("/")[2] or "index.html" if "/" in rest else "index.html"


def _files(call: Call, state: State, places: list[str]) -> Result:
    files = state.files
    for place in places:
        files = files.put(files.follow(place), Entry("file", FromHost(call.number), (call.number,)))
    result = other(call, state, makes=places)
    return replace(result, state=result.state.with_files(files))


def git(call: Call, state: State) -> Result:
    """`git clone URL [FOLDER]`: a folder in which anything may be. Any other git command: see `names`."""
    flats = [value.flat for value in call.values]
    folder = state.folder
    at = 1
    while at < len(flats) and flats[at].startswith("-"):
        if flats[at] == "-C" and at + 1 < len(flats):
            folder = paths.join(folder, flats[at + 1])
        at += 2 if flats[at] in ("-C", "-c") else 1
    if flats[at : at + 1] != ["clone"]:
        return answer(call, state)
    parsed = parse(replace(call, fields=call.fields[at:]), replace(state, folder=folder), _CLONE)
    operands = parsed.operands
    if len(operands) == 2:
        place = operands[1].path
    elif len(operands) == 1:
        bare = ".git" if parsed.has("bare", "mirror") else ""
        place = paths.join(folder, _humanish(operands[0].text) + bare)
    else:
        return other(call, state)
    files = brought(state.files, state.files.follow(place), call.number)
    result = other(call, state, makes=(place,))
    return replace(result, state=result.state.with_files(files))


def _humanish(address: str) -> str:
    """The folder that git makes for an address: its last part, without `.git`."""
    text = address.rstrip("/").removesuffix("/.git").rstrip("/")
    name = text.rpartition("/")[2]
    name = name.rpartition(":")[2] if is_known(name) else name
    return name.removesuffix(".git")


TABLE: dict[str, Handler] = {"curl": curl, "wget": wget, "git": git}
