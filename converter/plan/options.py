"""Options of the two builds that hold for a whole build: which of them may stand at the single one."""

from __future__ import annotations

from converter.diagnostics import Diagnostic, note, refuse
from converter.docker_cli.words import Flag
from converter.machine.events import Built
from converter.plan.commands import flag_span, flag_text, still_holds

ABSORBED = frozenset({"tag", "file", "build-arg", "target", "rm", "force-rm", "quiet", "progress", "label", "compress",
    "iidfile", "load", "disable-content-trust", "squash", "cache-from", "layers", "format", "metadata-file"})  # fmt: skip
"""Options of the builder's build that need no counterpart: they are absorbed, or change only that build's own image."""

CARRIED = frozenset({"no-cache", "pull", "secret", "ssh"})
"""Options that the final build can take over without changing the image."""

SHARED = frozenset({"platform", "network", "add-host", "memory", "memory-swap", "cpu-shares", "cpu-period", "cpu-quota",
    "cpuset-cpus", "cpuset-mems", "ulimit", "shm-size", "security-opt", "isolation", "cgroup-parent", "allow",
    "builder", "volume"})  # fmt: skip
"""Options that act on every RUN: they have to be the same for both builds."""

LIMITS = frozenset({"memory", "memory-swap", "cpu-shares", "cpu-period", "cpu-quota", "cpuset-cpus", "cpuset-mems",
    "ulimit", "shm-size"})  # fmt: skip
"""Those of them that give a RUN more or less room, and so can hold for a second image that asks for no limit."""


WIDER = {"network": "host"}
"""The value of a shared option that gives every RUN more than it has without: one that asks for none gets along with it.

A RUN in the host's network reaches what it reaches from the bridge; /etc/hosts and /etc/resolv.conf are in no image.
"""


def carry(builder: Built, final: Built) -> tuple[list[str], list[Diagnostic]]:
    """The flags that the final build takes over, as source text, and notes about them.

    Raises `Refusal` where one build cannot have both calls' options.
    """
    taken: list[str] = []
    notes: list[Diagnostic] = []
    place = final.site.source, final.site.span
    for flag in builder.command.flags:
        name = flag.name
        alone = _holds_alone(flag, final)
        if name in ABSORBED or (name in SHARED and not alone):
            continue
        if name in CARRIED or alone:
            if flag.boolean is False:
                continue
            same = [other for other in final.command.flags if other.name == name and _value(other) == _value(flag)]
            if not same:
                taken.append(flag_text(builder, flag, final))
                notes.append(
                    note(
                        "STG607",
                        f"`{flag_text(builder, flag, final)}` of the first build stands at the final build now",
                        *place,
                    )
                )
            continue
        raise refuse(
            "STG403",
            f"`--{name}` of this build has no counterpart in the single one",
            builder.site.source,
            flag_span(builder, flag),
        )
    given = [final.words[word.index].flat for word in final.command.options]
    for word in builder.command.options:
        value = builder.words[word.index]
        span = builder.spans[word.index]
        text = builder.site.source.slice(span)
        if value.flat in given:
            continue
        why = still_holds(value, final, text)
        if why is not None:
            raise refuse("STG403", f"the flags in `{text}` have to stand at the final build: {why}",
                         builder.site.source, span)  # fmt: skip
        taken.append(text)
        notes.append(note("STG607", f"`{text}` of the first build stands at the final build now", *place))
    for name in SHARED:
        ours = [_value(flag) for flag in builder.command.flags if flag.name == name]
        theirs = [_value(flag) for flag in final.command.flags if flag.name == name]
        if name == "add-host":
            agree = _one_address_each([*ours, *theirs])
        elif name in WIDER:
            agree = ours == theirs or {*ours, *theirs} == {WIDER[name]}
        else:
            agree = ours == theirs or (not theirs and name in LIMITS)
        if not agree:
            mine = ", ".join(ours) or "nothing"
            other = ", ".join(theirs) or "nothing"
            raise refuse(
                "STG403",
                f"--{name} is {other} here and {mine} at the build of the builder image, and holds for the whole build",
                *place,
                "give both builds the same value first",
            )
    return taken, notes


def _holds_alone(flag: Flag, final: Built) -> bool:
    """Whether the final build takes over a shared option that it does not have itself."""
    theirs = [_value(other) for other in final.command.flags if other.name == flag.name]
    if flag.name == "add-host":
        return _value(flag) not in theirs
    return not theirs and (flag.name in LIMITS or _value(flag) == WIDER.get(flag.name))


def _one_address_each(values: list[str]) -> bool:
    """Whether no host of `--add-host HOST:ADDRESS` has two addresses."""
    found: dict[str, str] = {}
    for value in values:
        host, _, address = value.partition("=" if "=" in value else ":")
        if found.setdefault(host, address) != address:
            return False
    return True


def _value(flag: object) -> str:
    word = getattr(flag, "value", None)
    return str(getattr(flag, "boolean", None)) if word is None else str(word.text)
