"""The edits of a script: commands without a purpose are taken out, everything else stays byte for byte."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field

from converter.diagnostics import Refusal, refuse
from converter.lazy import lazily
from converter.machine.events import Announced, Assigned, Built, ChangedFolder, Event, RanCommand, Site, Skipped
from converter.machine.value import Unknowns
from converter.plan.liveness import call_goes, is_void
from converter.plan.uses import readers_of
from converter.shell import syntax
from converter.shell.expander import Read
from converter.source import Edit, Source, Span, apply_edits

if TYPE_CHECKING:
    from converter.plan import branches
else:
    branches = lazily("converter.plan.branches")

Verdict = Literal["gone", "kept", "mixed"]
"""`mixed` is a construct of which a part goes."""


class ScriptEdits(Struct):
    """What happens to one script: `removed` are the spans of commands and comments that go."""

    edits: list[Edit] = field(default_factory=list)
    removed: list[tuple[Span, str]] = field(default_factory=list)
    rewritten: list[tuple[Span, str]] = field(default_factory=list)


def edit_script(
    source: Source,
    script: syntax.Script,
    events: Iterable[Event],
    live: set[int],
    word_edits: Mapping[Span, list[Edit]],
    why: Mapping[Span, str],
    alone: bool = True,
    reads: Iterable[Read] = (),
    unknowns: Unknowns | None = None,
) -> ScriptEdits:
    """Takes out the commands all of whose events are dead.

    `reads` are the uses of variables; `unknowns` are those of the run. `alone` tells that no other script takes part, which could call this one's functions.
    `word_edits` are changes inside commands that stay, by the command's span. Raises `Refusal`
    where one command has two fates, or a removed part cannot be cut out of its construct.
    """
    return _Editor(source, script, events, live, word_edits, why, alone, reads, unknowns or Unknowns()).result()


class _Editor:
    def __init__(
        self,
        source: Source,
        script: syntax.Script,
        events: Iterable[Event],
        live: set[int],
        word_edits: Mapping[Span, list[Edit]],
        why: Mapping[Span, str],
        alone: bool,
        reads: Iterable[Read],
        unknowns: Unknowns,
    ) -> None:
        self.source = source
        self.unknowns = unknowns
        self.text = source.text
        self.script = script
        self.word_edits = word_edits
        self.why = why
        self.alone = alone
        self.by_span: dict[Span, list[Event]] = {}
        self.through: dict[Site, list[Event]] = {}
        """Events of functions and scripts, by the call that led there."""
        dead: set[int] = set()
        for event in events:
            if event.site.source.path == source.path:
                self.by_span.setdefault(event.site.span, []).append(event)
            for site in event.calls:
                if site.source.path != source.path:
                    continue
                self.through.setdefault(site, []).append(event)
            if event.number not in live:
                places = (event.site, *event.calls)
                dead.update(site.span.start for site in places if site.source.path == source.path)
        self.readers = readers_of(reads)
        self.live = live
        self.dead_places = sorted(dead)
        """Where commands stand that go, and calls that led to such."""
        self.out = ScriptEdits()
        self.functions = self.defined_functions()
        self.calls = self.plain_calls()
        self.gone_functions: set[str] = set()
        self.emptied: set[str] = set()
        self.unwrapped: list[Span] = []
        """Lists whose text is written anew, with the edits inside made."""

    def defined_functions(self) -> dict[str, syntax.Function]:
        return {
            statement.command.name: statement.command
            for statement in self.script.statements
            if isinstance(statement.command, syntax.Function)
        }

    def result(self) -> ScriptEdits:
        for name, function in self.functions.items():
            if self.verdict(function.body) == "gone" or self.all_calls_go(name):
                self.gone_functions.add(name)
        for name in sorted(self.gone_functions):
            if not self.alone or self.is_still_named(name):
                # something else may call it: it stays, and does nothing
                self.gone_functions.discard(name)
                self.emptied.add(name)
        self.body(self.script.statements, Span(0, len(self.text)), top=True)
        for span, edits in self.word_edits.items():
            if not any(span in unwrapped for unwrapped in self.unwrapped):
                self.out.edits.extend(edits)
            self.out.rewritten.append((span, self.why.get(span, "it is adapted to the single Dockerfile")))
        self.out.edits = _drop_covered(self.out.edits)
        return self.out

    def all_calls_go(self, name: str) -> bool:
        """Whether a function is called, and each call goes for what it did in that call."""
        calls = self.calls.get(name, [])
        return bool(calls) and all(self.call_goes(Site(self.source, span)) for span in calls)

    def call_goes(self, site: Site) -> bool:
        """Whether a call did nothing that stays, and something that goes."""
        events = [*self.through.get(site, []), *(e for e in self.by_span.get(site.span, []) if e.site == site)]
        return call_goes(events, self.live, self.readers)

    def is_still_named(self, name: str) -> bool:
        """Whether a function is mentioned anywhere but in its definition and in plain calls and traps that go with it."""
        own = self.functions[name].span
        accounted = [own]
        for span, events in self.by_span.items():
            if not any(event.number in self.live for event in events):
                accounted.append(span)
        accounted += self.calls.get(name, [])
        accounted += [comment.span for comment in self.script.comments]
        for found in re.finditer(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])", self.text):
            if not any(span.start <= found.start() < span.end for span in accounted):
                return True
        return False

    def plain_calls(self) -> dict[str, list[Span]]:
        """The places of `name ARGS...` and `trap name EXIT` as commands of their own or in chains, by the name."""
        found: dict[str, list[Span]] = {}
        stack: list[syntax.Command] = [statement.command for statement in self.script.statements]
        while stack:
            command = stack.pop()
            if isinstance(command, syntax.SimpleCommand):
                for name in {_name(command), _trapped(command)} & self.functions.keys():
                    found.setdefault(name, []).append(command.span)
            else:
                stack += syntax.parts_of(command)
        return found

    # verdicts

    def verdict(self, command: syntax.Command) -> Verdict:
        """What becomes of a command: `gone`, `kept` or `mixed`."""
        if not self.gone_functions and not self.holds_dead(command.span):
            return "kept"
        if isinstance(command, syntax.SimpleCommand):
            return self.simple_verdict(command)
        if isinstance(command, syntax.AndOr):
            verdicts = self.chain_verdicts(command)[2]
            if all(verdict == "gone" for verdict in verdicts):
                return "gone"
            return "kept" if all(verdict == "kept" for verdict in verdicts) else "mixed"
        if isinstance(command, syntax.Pipeline):
            return self.pipeline_verdict(command)
        if isinstance(command, syntax.Negated):
            return self.verdict(command.command)
        if isinstance(command, syntax.Group):
            return self.group_verdict(command)
        if isinstance(command, syntax.Function):
            if command.name in self.gone_functions:
                return "gone"
            return "kept" if self.verdict(command.body) == "kept" else "mixed"
        if isinstance(command, syntax.Redirected):
            return self.verdict(command.command)
        if isinstance(command, (syntax.Test, syntax.Evaluation)):
            return self.event_verdict(command.span, self.by_span.get(command.span, []))
        if self.is_skipped(command):
            return self.construct_verdict(command)
        if isinstance(command, (syntax.If, syntax.Case, syntax.For, syntax.While)):
            return self.branches_verdict(command)
        return self.construct_verdict(command)

    def holds_dead(self, span: Span) -> bool:
        """Whether anything that goes stands there."""
        index = bisect_left(self.dead_places, span.start)
        return index < len(self.dead_places) and self.dead_places[index] <= span.end

    def is_skipped(self, command: syntax.Command) -> bool:
        """Whether a construct was not followed as a whole."""
        return any(isinstance(event, Skipped) for event in self.by_span.get(command.span, []))

    def construct_verdict(self, command: syntax.Command) -> Verdict:
        """A construct that is not followed has one event, which says whether it only served what is gone."""
        events = [event for event in self.by_span.get(command.span, []) if isinstance(event, Skipped)]
        return "gone" if events and not any(event.number in self.live for event in events) else "kept"

    def simple_verdict(self, command: syntax.SimpleCommand) -> Verdict:
        events = self.by_span.get(command.span, [])
        names = {_name(command), _trapped(command)} - {""}
        if names & self.gone_functions and not any(event.number in self.live for event in events):
            return "gone"
        site = Site(self.source, command.span)
        if site in self.through and self.call_goes(site):
            return "gone"
        return self.event_verdict(command.span, events)

    def two_fates(self, site: Site, dead: Event, live: list[Event]) -> Refusal:
        """The refusal for a command one use of which goes and another stays: it names the test that parts them."""
        for event in live:
            parted = branches.parting(dead, event)
            if parted is not None:
                line, _ = self.source.position(site.span.start)
                text = " ".join(self.source.slice(site.span).split())
                what = f"what becomes of `{text}` in line {line}"
                return branches.undecided(what, [(parted[0], "it goes away"), (parted[1], "it stays")], self.unknowns)
        return refuse(
            "STG304",
            "one use of this command goes away and another one stays",
            self.source,
            site.span,
            "split it into two commands",
        )

    def event_verdict(self, span: Span, events: list[Event]) -> Verdict:
        """What becomes of a command, from all that it did in the run."""
        if not events:
            return "kept"
        lives = {event.number in self.live for event in events}
        if lives == {False}:
            return "gone"
        if len(lives) == 2:
            if all(isinstance(e, Assigned) or (isinstance(e, RanCommand) and e.name == "read") for e in events):
                return "kept"
            dead = [event for event in events if event.number not in self.live]
            site = Site(self.source, span)
            if all(is_void(event) or isinstance(event, Assigned) for event in events) and len(events) > 1:
                if len({event.calls for event in events}) > 1 or not any(event.calls for event in events):
                    return "kept"
            if not all(any(self.call_goes(call) for call in event.calls) for event in dead):
                raise self.two_fates(site, dead[0], [event for event in events if event.number in self.live])
        return "kept"

    # constructs that are followed

    def branches_verdict(self, command: syntax.If | syntax.Case | syntax.For | syntax.While) -> Verdict:
        """A construct goes when nothing in it stays and its tests only look; otherwise parts of it may go."""
        tests, bodies = _parts(command)
        loop = isinstance(command, (syntax.For, syntax.While))
        fates = [self.body_fate(body, bool(tests) and self.all_gone(tests[0]), loop) for body in bodies]
        test_verdicts = [self.verdict(s.command) for test in tests for s in test.statements]
        if "gone" not in fates and "gone" not in test_verdicts and "mixed" not in [*fates, *test_verdicts]:
            return "kept"
        if all(fate in ("gone", "idle") for fate in fates) and all(self.only_looks(test) for test in tests):
            return "gone"
        return "mixed"

    def all_gone(self, body: syntax.Body) -> bool:
        return all(self.verdict(statement.command) == "gone" for statement in body.statements)

    def body_fate(
        self, body: syntax.Body, decided: bool, loop: bool = False
    ) -> Literal["gone", "idle", "kept", "mixed"]:
        """What becomes of a list of a construct: `idle` where nothing goes and nothing in it has a purpose alone.

        `decided` tells that the test of the construct goes itself, so that what leaves the script on its failure does
        too; `loop` that the list is the body of a loop.
        """
        unreached = [event for event in self.by_span.get(body.span, []) if isinstance(event, Skipped) and event.branch]
        events = self.events_in(body)
        if unreached and not events:
            if not any(event.number in self.live for event in unreached):
                return "gone"
            names = {_name(c) for s in body.statements for c in syntax.simple_commands(s.command)}
            return "idle" if names <= _IDLE else "kept"
        verdicts = [self.verdict(statement.command) for statement in body.statements]
        idle = all(
            verdict == "gone" or self.is_idle(statement.command, decided, loop)
            for statement, verdict in zip(body.statements, verdicts, strict=True)
        )
        if idle:
            return "gone" if set(verdicts) & {"gone", "mixed"} else "idle"
        return "kept" if all(verdict == "kept" for verdict in verdicts) else "mixed"

    def events_in(self, body: syntax.Body) -> list[Event]:
        found = [event for span, events in self.by_span.items() if span in body.span and span != body.span
                 for event in events]  # fmt: skip
        for site, events in self.through.items():
            if site.source.path == self.source.path and site.span in body.span:
                found += events
        return found

    def is_idle(self, command: syntax.Command, decided: bool, loop: bool) -> bool:
        """Whether a command has no purpose where nothing else in its list has one.

        What leaves the script is idle only where it ran on one way of a test that goes, what leaves a loop also where
        the whole loop would go.
        """
        for simple in syntax.simple_commands(command):
            name = _name(simple)
            events = self.by_span.get(simple.span, [])
            if self.verdict(simple) == "gone" or self.only_announces(simple):
                continue
            leaves = name in ("break", "continue") and not loop
            if leaves or name in ("exit", "return"):
                if not decided or not all(event.state.conditions for event in events):
                    return False
            elif name not in _IDLE:
                return False
        return True

    def only_looks(self, test: syntax.Body) -> bool:
        """Whether a test changes nothing, so that it can go with what it decides."""
        return all(self.looks(statement.command) for statement in test.statements)

    def looks(self, command: syntax.Command) -> bool:
        if self.verdict(command) == "gone" or isinstance(command, (syntax.Test, syntax.Evaluation)):
            return True
        if isinstance(command, syntax.SimpleCommand):
            texts = [part.text for word in command.words for part in word.parts if isinstance(part, syntax.Text)]
            docker = len(texts) > 1 and texts[0] in ("docker", "podman") and texts[1] in _DOCKER_LOOKS
            return docker or _name(command) in _LOOKING or self.reads_for_nothing(command)
        if isinstance(command, (syntax.AndOr, syntax.Pipeline, syntax.Negated)):
            return all(self.looks(part) for part in syntax.parts_of(command))
        return False

    def reads_for_nothing(self, command: syntax.SimpleCommand) -> bool:
        """Whether a command is a `read` of variables that nothing uses."""
        events = self.by_span.get(command.span, [])
        unused = all(event.number not in self.live for event in events if isinstance(event, Assigned))
        return _name(command) == "read" and bool(events) and unused

    def pipeline_verdict(self, pipeline: syntax.Pipeline) -> Verdict:
        verdicts = [self.verdict(command) for command in pipeline.commands]
        if verdicts[0] == "gone":
            filters = ("tee", "grep", "cat", "tail", "head", "sed", "awk", "tr", "cut", "wc", "sort", "uniq", "xargs")
            rest = [
                isinstance(command, syntax.SimpleCommand) and _name(command) in filters
                for command in pipeline.commands[1:]
            ]
            keeps = any(
                _name(command) == "tee" and verdict == "kept"
                for command, verdict in zip(pipeline.commands[1:], verdicts[1:], strict=True)
                if isinstance(command, syntax.SimpleCommand)
            )
            if (all(rest) and not keeps) or all(verdict == "gone" for verdict in verdicts):
                return "gone"
        if verdicts[-1] == "gone" and all(
            verdict == "gone"
            or (isinstance(command, syntax.SimpleCommand) and _name(command) in _PRINTING)
            or self.looks(command)
            for command, verdict in zip(pipeline.commands[:-1], verdicts[:-1], strict=True)
        ):
            return "gone"
        if all(verdict == "kept" for verdict in verdicts):
            return "kept"
        if isinstance(pipeline.commands[0], syntax.Group) and all(verdict == "kept" for verdict in verdicts[1:]):
            return "mixed"
        if all(verdict == "gone" for verdict in verdicts[:-1]) and self.has_own_context(pipeline.commands[-1]):
            return "mixed"
        raise refuse("STG304", "a part of this pipeline goes away and another one stays", self.source, pipeline.span)

    def has_own_context(self, command: syntax.Command) -> bool:
        """Whether a build that took its context from the pipeline takes it from a folder now."""
        builds = [event for event in self.by_span.get(command.span, []) if isinstance(event, Built)]
        return len(builds) == 1 and builds[0].context != "-" and command.span in self.word_edits

    def group_verdict(self, group: syntax.Group) -> Verdict:
        if not group.body:
            return "kept"
        verdicts = [self.verdict(statement.command) for statement in group.body]
        if all(verdict == "gone" for verdict in verdicts):
            return "gone"
        if all(verdict == "kept" for verdict in verdicts):
            return "kept"
        left = [s.command for s, v in zip(group.body, verdicts, strict=True) if v != "gone"]
        if group.subshell and all(self.only_moves(command) for command in left):
            return "gone"
        if all(isinstance(command, syntax.SimpleCommand) and self.only_declares(command) for command in left):
            return "gone"
        return "mixed"

    def only_declares(self, command: syntax.SimpleCommand) -> bool:
        """Whether a command is `local NAME...` without a value: no use once everything else in the function is gone."""
        words = [part.text for word in command.words for part in word.parts if isinstance(part, syntax.Text)]
        return _name(command) == "local" and not any("=" in word for word in words)

    def only_moves(self, command: syntax.Command) -> bool:
        """Whether a command does nothing but `cd` or `set`: no use once everything behind it in a subshell is gone."""
        if isinstance(command, syntax.AndOr) and command.operator == "||" and self.only_moves(command.left):
            return {_name(simple) for simple in syntax.simple_commands(command.right)} <= _GUARD_COMMANDS
        if isinstance(command, syntax.AndOr) and command.operator == "&&":
            sides = (command.left, command.right)
            return all(self.verdict(side) == "gone" or self.only_moves(side) for side in sides)
        return isinstance(command, syntax.SimpleCommand) and _name(command) in ("cd", "set")

    # editing

    def body(self, statements: tuple[syntax.Statement, ...], bounds: Span, top: bool = False) -> None:
        """Edits a list of statements."""
        verdicts = [self.verdict(statement.command) for statement in statements]
        self.drop_detours(statements, verdicts)
        self.drop_status_checks(statements, verdicts)
        self.drop_announcements(statements, verdicts)
        gone = [statement for statement, verdict in zip(statements, verdicts, strict=True) if verdict == "gone"]
        if gone and len(gone) == len(statements) and not top:
            raise refuse("STG304", "nothing would be left of this construct", self.source, gone[0].span)
        for statement, verdict in zip(statements, verdicts, strict=True):
            if verdict == "mixed":
                self.mixed(statement.command)
        self.cut(statements, verdicts, bounds)

    def drop_status_checks(self, statements: tuple[syntax.Statement, ...], verdicts: list[Verdict]) -> None:
        """`if [ $? != 0 ]; then exit 1; fi` goes with the command whose exit status it asks for."""
        for index in range(1, len(statements)):
            if verdicts[index - 1] != "gone" or verdicts[index] != "kept":
                continue
            statement = statements[index]
            text = self.source.slice(statement.span)
            head = text.partition("then")[0] if text.startswith("if") else text
            if "$?" not in head and "${?}" not in head and "PIPESTATUS" not in head:
                continue
            names = {_name(c) for c in syntax.simple_commands(statement.command) if _name(c)}
            if isinstance(statement.command, syntax.SimpleCommand) or not names <= _GUARD_COMMANDS:
                raise refuse(
                    "STG302",
                    "this asks for the exit status of a command that goes away",
                    self.source,
                    statement.span,
                    "use `set -e` or `|| exit 1` instead of the status, then try again",
                )
            verdicts[index] = "gone"

    def drop_announcements(self, statements: tuple[syntax.Statement, ...], verdicts: list[Verdict]) -> None:
        """A message directly above commands all of which go, up to a blank line, a comment or the next message."""
        for index, statement in enumerate(statements):
            if verdicts[index] != "kept" or not self.only_announces(statement.command):
                continue
            scan = index + 1
            gone = 0
            while scan < len(statements):
                between = self.text[statements[scan - 1].span.end : statements[scan].span.start]
                if between.count("\n") > 1 or "#" in between:
                    break
                if verdicts[scan] == "gone":
                    gone += 1
                elif self.only_announces(statements[scan].command):
                    break
                else:
                    gone = 0
                    break
                scan += 1
            command = statement.command
            if gone and isinstance(command, syntax.SimpleCommand) and not command.redirects:
                verdicts[index] = "gone"

    def drop_detours(self, statements: tuple[syntax.Statement, ...], verdicts: list[Verdict]) -> None:
        """`cd x` and `cd ..` around commands that go have no purpose any more."""
        start: int | None = None
        between = False
        for index, statement in enumerate(statements):
            if verdicts[index] == "gone":
                between = between or start is not None
                continue
            moves = self.moves(statement.command)
            if moves is None:
                start, between = None, False
                continue
            if start is not None and between:
                first = self.moves(statements[start].command)
                if first is not None and first[0] == moves[1]:
                    verdicts[start] = verdicts[index] = "gone"
                    start, between = None, False
                    continue
            start, between = index, False

    def moves(self, command: syntax.Command) -> tuple[str, str] | None:
        """The folders before and after a plain `cd`, `pushd` or `popd`."""
        events = self.by_span.get(command.span, [])
        if len(events) == 1 and isinstance(events[0], ChangedFolder) and isinstance(command, syntax.SimpleCommand):
            return events[0].state.folder, events[0].folder
        return None

    def mixed(self, command: syntax.Command) -> None:
        if isinstance(command, syntax.AndOr):
            self.chain(command)
        elif isinstance(command, syntax.Group):
            inner = Span(command.span.start + 1, command.span.end - 1)
            self.body(command.body, inner)
        elif isinstance(command, syntax.Function):
            if command.name in self.emptied and isinstance(command.body, syntax.Group):
                body = command.body.body
                self.note_gone(command.body)
                self.out.edits.append(Edit(Span(body[0].span.start, body[-1].span.end), ":"))
            elif isinstance(command.body, syntax.Group):
                self.mixed(command.body)
            else:
                raise refuse("STG304", "this function cannot be edited", self.source, command.span)
        elif isinstance(command, (syntax.Negated, syntax.Redirected)):
            self.mixed(command.command)
        elif isinstance(command, syntax.Pipeline) and self.has_own_context(command.commands[-1]):
            *gone, last = command.commands
            for part in gone:
                self.note_gone(part)
            self.out.edits.append(Edit(Span(command.span.start, last.span.start), ""))
        elif isinstance(command, syntax.Pipeline):
            self.mixed(command.commands[0])
        elif isinstance(command, (syntax.If, syntax.Case, syntax.For, syntax.While)):
            self.branches(command)
        else:
            raise refuse("STG304", "a part of this construct goes away", self.source, command.span)

    def branches(self, command: syntax.If | syntax.Case | syntax.For | syntax.While) -> None:
        """Edits the lists of a construct of which a part stays."""
        tests, bodies = _parts(command)
        if isinstance(command, syntax.If) and self.all_gone(tests[0]):
            self.unwrap(command)
            return
        for test in tests:
            verdicts = [self.verdict(statement.command) for statement in test.statements]
            if all(verdict == "kept" for verdict in verdicts):
                continue
            if all(verdict == "gone" for verdict in verdicts):
                raise refuse(
                    "STG304",
                    "this test goes away, and what it decides stays",
                    self.source,
                    test.statements[0].span,
                    "move the command out of the test, then try again",
                )
            self.body(test.statements, test.span)
        fates = [self.body_fate(body, False) for body in bodies]
        last = len(bodies) - 1
        for index, (body, fate) in enumerate(zip(bodies, fates, strict=True)):
            if fate == "mixed":
                self.body(body.statements, body.span)
            elif fate == "gone":
                self.emptied_body(command, body, index == last)

    def emptied_body(
        self, command: syntax.If | syntax.Case | syntax.For | syntax.While, body: syntax.Body, last: bool
    ) -> None:
        """A list of which nothing is left: an `else` goes with its word, any other list becomes `:`."""
        for statement in body.statements:
            self.note_gone(statement.command)
        first, end = body.statements[0].span.start, body.statements[-1].span.end
        if isinstance(command, syntax.If) and body is command.otherwise:
            start = self.text.rfind("else", 0, body.span.start)
            line = self.text.rfind("\n", 0, start) + 1
            if not self.text[line:start].strip() and self.text[body.span.start : first].startswith(("\n", "\r\n")):
                close = self.text.rfind("\n", 0, body.span.end) + 1
                self.out.edits.append(Edit(Span(line, close), ""))
            else:
                self.out.edits.append(Edit(Span(start, body.span.end), ""))
            return
        self.out.edits.append(Edit(Span(first, end), ":"))

    def unwrap(self, command: syntax.If) -> None:
        """`if COMMAND; then A; else B; fi` without its command: what ran stays, what runs on a failure goes."""
        bodies = [clause.body for clause in command.clauses]
        bodies += [command.otherwise] if command.otherwise is not None else []
        fates = [self.body_fate(body, True) for body in bodies]
        staying = [body for body, fate in zip(bodies, fates, strict=True) if fate in ("kept", "mixed")]
        ran = [body for body in staying if self.events_in(body)]
        if len(staying) != 1 or len(ran) != 1 or not ran[0].statements:
            raise refuse(
                "STG304",
                "this test goes away, and more than one of the lists that it decides between stays",
                self.source,
                command.clauses[0].test.statements[0].span,
                "move the command out of the test, then try again",
            )
        body = ran[0]
        for statement in command.clauses[0].test.statements:
            self.note_gone(statement.command)
        done = len(self.out.edits)
        if self.body_fate(body, True) == "mixed":
            self.body(body.statements, body.span)
        inner = [*self.out.edits[done:], *self.word_edits_in(body.span)]
        del self.out.edits[done:]
        self.unwrapped.append(body.span)
        line_end = self.text.find("\n", body.span.start)
        own_lines = -1 < line_end < body.statements[0].span.start and not self.text[body.span.start : line_end].strip()
        start = line_end + 1 if own_lines else body.statements[0].span.start
        end = start + len(self.text[start : body.span.end].rstrip(" \t\r\n;"))
        inner += self.dedent(command, body.statements[0].span.start, Span(start, end), inner)
        shifted = [
            Edit(Span(edit.span.start - start, edit.span.end - start), edit.text)
            for edit in _drop_covered(inner)
            if start <= edit.span.start and edit.span.end <= end
        ]
        self.out.edits.append(Edit(command.span, apply_edits(self.text[start:end], shifted).strip()))

    def word_edits_in(self, span: Span) -> list[Edit]:
        return [edit for place, edits in self.word_edits.items() if place in span for edit in edits]

    def dedent(self, command: syntax.If, first: int, inner: Span, edits: list[Edit]) -> list[Edit]:
        """Moves the lines of an unwrapped list to the left, but none inside of quotes or where there are here-documents."""
        if "<<" in self.text[inner.start : inner.end]:
            return []
        outer = self.text[self.text.rfind("\n", 0, command.span.start) + 1 : command.span.start]
        own = self.text[self.text.rfind("\n", 0, first) + 1 : first]
        extra = own[len(outer) :] if own.startswith(outer) and not own.strip() else ""
        found = []
        position = inner.start
        while extra and position < inner.end:
            written = any(edit.text and edit.span.start <= position < edit.span.end for edit in edits)
            if self.text.startswith(own, position) and not written and not self.in_quotes(position):
                found.append(Edit(Span(position, position + len(extra)), ""))
            following = self.text.find("\n", position)
            position = following + 1 if following != -1 else inner.end
        return found

    def in_quotes(self, position: int) -> bool:
        """Whether a place lies inside a word of a command."""
        commands = [c for s in self.script.statements for c in syntax.simple_commands(s.command)]
        return any(
            word.span.start < position < word.span.end
            for command in commands if command.span.start < position < command.span.end
            for word in command.words
        )  # fmt: skip

    def chain_verdicts(self, command: syntax.AndOr) -> tuple[list[syntax.Command], list[str], list[Verdict]]:
        """The links of `a && b || c`, the operators between them, and what becomes of each link."""
        links, operators = _links(command)
        verdicts = [self.verdict(link) for link in links]
        for index in range(1, len(links)):
            before = verdicts[index - 1] == "gone"
            skipped = self.construct_verdict(links[index]) == "gone"
            nothing_kept = all(verdict == "gone" for verdict in verdicts[:index])
            message = nothing_kept and self.only_announces(links[index])
            if skipped or (before and (operators[index - 1] == "||" or message)):
                # what runs if a command fails, or reports its success, goes with it
                verdicts[index] = "gone"
        left = [link for link, verdict in zip(links, verdicts, strict=True) if verdict != "gone"]
        if "gone" in verdicts and all(verdict == "kept" for verdict in verdicts[: len(left)]):
            if all(self.looks(link) and not self.only_announces(link) for link in left):
                # what is left only asked whether to run what goes
                return links, operators, ["gone"] * len(links)
        return links, operators, verdicts

    def only_announces(self, command: syntax.Command) -> bool:
        events = self.by_span.get(command.span, [])
        return (
            isinstance(command, syntax.SimpleCommand)
            and bool(events)
            and all(isinstance(event, Announced) for event in events)
        )

    def chain(self, command: syntax.AndOr) -> None:
        """Takes links out of `a && b && c`."""
        links, operators, verdicts = self.chain_verdicts(command)
        kept_before = False
        for index, (link, verdict) in enumerate(zip(links, verdicts, strict=True)):
            if verdict == "mixed":
                self.mixed(link)
            if verdict != "gone":
                kept_before = True
                continue
            operator = operators[index - 1] if index else "&&"
            if operator == "||" and verdicts[index - 1] != "gone":
                raise refuse("STG302", "this command runs only if the one before it fails", self.source, link.span)
            self.note_gone(link)
            if kept_before:
                self.out.edits.append(Edit(Span(links[index - 1].span.end, link.span.end), ""))
            elif index + 1 < len(links):
                self.out.edits.append(Edit(Span(link.span.start, links[index + 1].span.start), ""))

    def note_gone(self, command: syntax.Command) -> None:
        self.out.removed.append((command.span, self.reason(command)))

    def reason(self, command: syntax.Command) -> str:
        for span, reason in self.why.items():
            if span in command.span:
                return reason
        return "it has no purpose any more"

    def cut(self, statements: tuple[syntax.Statement, ...], verdicts: list[Verdict], bounds: Span) -> None:
        """Removes whole statements with their lines, the comments that spoke of them, and doubled blank lines."""
        spans = [statement.span for statement in statements]
        removed: list[Span] = []
        for index, (statement, verdict) in enumerate(zip(statements, verdicts, strict=True)):
            if verdict != "gone":
                continue
            self.note_gone(statement.command)
            removed.append(self.cut_span(index, spans, verdicts, bounds))
        removed = _merge(removed)
        lines = self.comment_lines(statements, verdicts, bounds)
        for span in lines:
            self.out.removed.append((span, "the comment spoke only of commands that are gone"))
        removed = _merge([*removed, *lines])
        for span in removed:
            self.out.edits.append(Edit(self.with_blank_lines(span), ""))

    def cut_span(self, index: int, spans: list[Span], verdicts: list[Verdict], bounds: Span) -> Span:
        """What to cut for one statement: its lines where it has them for itself, else up to its neighbour."""
        span = spans[index]
        line_start = self.text.rfind("\n", 0, span.start) + 1
        alone_before = not self.text[line_start : span.start].strip() and line_start >= bounds.start
        end = span.end
        while end < bounds.end and self.text[end] in " \t;":
            end += 1
        continued = "\\\r\n" if self.text.startswith("\\\r\n", end) else "\\\n"
        if self.text.startswith(continued, end) and end + len(continued) <= bounds.end:
            after = end + len(continued)
            if alone_before or self.text[line_start : span.start].strip() == "":
                return Span(line_start if alone_before else span.start, after)
            return Span(span.start, after)
        if end < bounds.end and self.text[end] == "#":
            newline = self.text.find("\n", end)
            end = len(self.text) if newline == -1 else newline
        if self.text.startswith("\r\n", end):
            end += 1
        at_line_end = end >= len(self.text) or self.text[end] == "\n"
        gone_before = index > 0 and verdicts[index - 1] == "gone" and spans[index - 1].end >= line_start
        if gone_before and "\n" not in self.text[spans[index - 1].end : span.start]:
            alone_before = True
            line_start = span.start
        dangling = re.search(r"[ \t]*;?[ \t]*\\\r?\n$", self.text[:line_start]) if alone_before else None
        if dangling and at_line_end and (index == 0 or verdicts[index - 1] != "gone"):
            # the last of several commands that were joined by continued lines
            return Span(dangling.start(), min(end, len(self.text)))
        if alone_before and at_line_end:
            return Span(line_start, min(end + 1, len(self.text)))
        if index + 1 < len(spans) and "\n" not in self.text[span.end : spans[index + 1].start]:
            return Span(span.start, spans[index + 1].start)
        start = span.start
        while start > bounds.start and self.text[start - 1] in " \t;":
            start -= 1
        return Span(start, span.end if not at_line_end else end)

    def comment_lines(
        self, statements: tuple[syntax.Statement, ...], verdicts: list[Verdict], bounds: Span
    ) -> list[Span]:
        """Comment lines directly above statements that all go, up to the next blank line or comment."""
        if "gone" not in verdicts:
            return []
        comments = {}
        for comment in self.script.comments:
            line, column = self.source.position(comment.span.start)
            if not self.text[comment.span.start - column + 1 : comment.span.start].strip():
                comments[line] = comment
        by_line: dict[int, int] = {}
        for index, statement in enumerate(statements):
            first, _ = self.source.position(statement.span.start)
            last, _ = self.source.position(max(statement.span.start, statement.span.end - 1))
            for line in range(first, last + 1):
                by_line[line] = index
        found: list[Span] = []
        line = 0
        for first in sorted(comments):
            if first < line or not (bounds.start <= comments[first].span.start < bounds.end):
                continue
            line = first
            while line in comments:
                line += 1
            below: set[int] = set()
            scan = line
            while scan in by_line:
                below.add(by_line[scan])
                scan += 1
            if first == 1 and self.text.startswith("#!"):
                first = 2
            if below and all(verdicts[index] == "gone" for index in below):
                found += [self.source.line_span(number) for number in range(first, line)]
        return found

    def with_blank_lines(self, span: Span) -> Span:
        """Takes one blank line along where the cut would leave two in a row, or one at an end."""
        if span.start > 0 and self.text[span.start - 1] != "\n":
            return span
        before_line_end = span.start
        previous_start = self.text.rfind("\n", 0, max(before_line_end - 1, 0)) + 1
        previous_blank = before_line_end > 0 and not self.text[previous_start:before_line_end].strip()
        next_end = self.text.find("\n", span.end)
        next_line = self.text[span.end : next_end + 1] if next_end != -1 else self.text[span.end :]
        next_blank = bool(next_line) and not next_line.strip()
        at_start = before_line_end == 0
        if next_blank and (previous_blank or at_start):
            return Span(span.start, span.end + len(next_line))
        if span.end >= len(self.text) and previous_blank and previous_start > 0:
            start = previous_start
            while start > 0:
                above = self.text.rfind("\n", 0, start - 1) + 1
                if self.text[above:start].strip():
                    break
                start = above
            return Span(start, span.end)
        opens = re.search(r"(?:\bthen|\bdo|\belse|\{|\(|\))[ \t]*\r?\n$", self.text[: span.start]) is not None
        if next_blank and opens:
            return Span(span.start, span.end + len(next_line))
        if previous_blank and span.end < len(self.text) and next_line.strip() in _CLOSING:
            return Span(previous_start, span.end)
        return span


_GUARD_COMMANDS = frozenset(
    {"[", "test", "echo", "printf", "exit", "return", "true", ":", "cat", "die", "fail", "false"}
)
"""Commands of a check that only reports a failure and ends the script."""

_CLOSING = frozenset({"}", ")", "fi", "done", "esac", ";;", "else"})
"""Lines that end a list."""

_IDLE = _GUARD_COMMANDS | {"sleep", "break", "continue", "date", "[[", "shift"}
"""Commands that have no purpose where nothing else in their list has one."""

_LOOKING = frozenset(
    {"[", "test", "true", "false", ":", "grep", "egrep", "fgrep", "command", "which", "type", "wc", "hash"}
)
"""Commands that only ask something."""

_PRINTING = frozenset(
    {"echo", "printf", "cat", "ls", "grep", "head", "tail", "sed", "awk", "tr", "cut", "sort", "uniq"}
)
"""Commands that have no purpose where nothing reads what they print."""

_DOCKER_LOOKS = frozenset({"images", "ps", "inspect", "image", "container", "info", "version"})
"""docker commands that only ask something."""


def _parts(
    command: syntax.If | syntax.Case | syntax.For | syntax.While,
) -> tuple[list[syntax.Body], list[syntax.Body]]:
    """The tests and the other lists of a construct."""
    if isinstance(command, syntax.If):
        bodies = [clause.body for clause in command.clauses]
        bodies += [command.otherwise] if command.otherwise is not None else []
        return [clause.test for clause in command.clauses], bodies
    if isinstance(command, syntax.While):
        return [command.test], [command.body]
    if isinstance(command, syntax.Case):
        return [], [arm.body for arm in command.arms if arm.body.statements]
    return [], [command.body]


def _trapped(command: syntax.SimpleCommand) -> str:
    """The function that `trap NAME EXIT` names."""
    if _name(command) != "trap" or len(command.words) < 2 or not command.words[1].parts:
        return ""
    part = command.words[1].parts[0]
    return part.text if isinstance(part, syntax.Text) and len(command.words[1].parts) == 1 else ""


def _links(command: syntax.AndOr) -> tuple[list[syntax.Command], list[str]]:
    """A left-leaning chain as a list."""
    links: list[syntax.Command] = [command.right]
    operators = [str(command.operator)]
    left = command.left
    while isinstance(left, syntax.AndOr):
        links.append(left.right)
        operators.append(left.operator)
        left = left.left
    links.append(left)
    return links[::-1], operators[::-1]


def _name(command: syntax.SimpleCommand) -> str:
    if not command.words or not command.words[0].parts:
        return ""
    part = command.words[0].parts[0]
    return part.text if isinstance(part, syntax.Text) else ""


def _merge(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def _drop_covered(edits: list[Edit]) -> list[Edit]:
    """Edits without those inside a removed range; removed ranges that touch are one."""
    removed = _merge([edit.span for edit in edits if not edit.text and edit.span.start < edit.span.end])
    kept = [Edit(span, "") for span in removed]
    for edit in edits:
        if edit.text and not any(span.start <= edit.span.start and edit.span.end <= span.end for span in removed):
            kept.append(edit)
    return kept
