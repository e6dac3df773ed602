"""The commands of the script that stay and change: the final build, a build image that is still needed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from converter.diagnostics import Diagnostic, note, refuse
from converter.docker_cli.commands import BuildArg
from converter.dockerfile.environment import PROXY_ARGUMENTS
from converter.machine import paths
from converter.machine.events import Built, Event
from converter.machine.value import Value, is_known
from converter.plan import commands, options
from converter.plan.arguments import declared, has_default
from converter.plan.bake import words_behind_docker
from converter.plan.dockerfiles import BuildFile
from converter.plan.model import FinalPlan, Plan
from converter.plan.spelling import Spelling
from converter.plan.work import Work
from converter.shell import syntax
from converter.source import Edit, Span


class CallEditor:
    """Fills `Plan.word_edits`. `spellings` are the parameters of the final stages."""

    def __init__(self, work: Work, spellings: Mapping[tuple[int, int], Spelling]) -> None:
        self.work = work
        self.spellings = spellings
        self.edited: set[int] = set()

    def edit_commands(self, result: Plan) -> None:
        for plan in result.finals:
            self.edit_final(plan, result)
        done: set[int] = set()
        for plan in result.finals:
            for builder in plan.builders:
                number = builder.event.number
                if number in result.liveness.images and number not in done and plan.bake is None:
                    done.add(number)
                    self.edit_builder(builder, plan, result)
        self.check_other_uses(result)

    def check_other_uses(self, result: Plan) -> None:
        """A command that changes for one image must not build another one that stays as it was."""
        for event in self.work.builds:
            site = event.site
            edits = result.word_edits.get(site.source.path, {}).get(site.span)
            if edits and event.number in result.liveness.live and event.number not in self.edited:
                raise refuse(
                    "STG304",
                    "this command builds several images, and only one of them needs another argument",
                    site.source,
                    site.span,
                    "write the commands out, one for each image",
                )

    def edit_final(self, plan: FinalPlan, result: Plan) -> None:
        event = plan.runtime.event
        if plan.bake is not None:
            first, last = words_behind_docker(event)
            span = Span(event.spans[first].start, event.spans[last].end)
            self.add_edits(
                result, event, [Edit(span, " ".join(plan.bake.words))], "docker-bake.hcl says how it is built"
            )
            return
        texts = self.carried(plan)
        for builder in plan.builders:
            result.diagnostics += options.carry(builder.event, event)[1]
            result.diagnostics += self.required(builder, plan)
        added: dict[str, str] = {}
        for spelling_key, spelling in self.spellings.items():
            if spelling_key[0] != event.number:
                continue
            for parameter in spelling.parameters.values():
                if added.setdefault(parameter.name, parameter.piece.text) != parameter.piece.text:
                    raise refuse(
                        "STG203",
                        f"`{parameter.expression}` has two values in paths of the artifacts, and one build has one of them",
                        event.site.source,
                        event.site.span,
                        "give each value a variable of its own",
                    )
                given = [text for text in texts if text.startswith(f"--build-arg {parameter.name}=")]
                if given or parameter.name in plan.runtime.arguments:
                    # the parameter has that name because it has that value (`Spelling.free_name`)
                    continue
                why = commands.still_holds(Value((parameter.piece,)), event, parameter.expression)
                if why is not None:
                    reference = parameter.piece.reference
                    assert reference is not None
                    raise refuse("STG303", f"the artifact's path cannot be a parameter: {why} at the final build",
                                 reference.source, reference.span)  # fmt: skip
                value = f"={parameter.expression}" if parameter.expression else ""
                texts.append(f"--build-arg {parameter.name}{value}")
                result.diagnostics.append(
                    note(
                        "STG610",
                        f"`{parameter.name}` is a build argument now"
                        + (f", with {parameter.default} as its default" if parameter.default else ""),
                        event.site.source,
                        event.site.span,
                    )
                )
        if event.elsewhere:
            self.check_elsewhere(plan, texts)
            return
        edits = self.name_file(plan, texts)
        edits += self.without_here_document(event) if event.dockerfile == "-" else []
        edits += commands.insert_before_context(event, texts)
        edits += self.rebase(plan)
        if edits:
            self.add_edits(result, event, edits, "the final build has what the builder stage needs")

    def check_elsewhere(self, plan: FinalPlan, texts: list[str]) -> None:
        """A command that stands elsewhere cannot be given another context, nor arguments that have no default."""
        runtime = plan.runtime
        place = runtime.source, runtime.stages[-1].from_instruction.span
        if plan.context.folder != runtime.event.context:
            raise refuse(
                "STG507",
                f"the builder's files come from `{plan.context.folder or '.'}`, and whoever builds {runtime.path} gives it "
                f"`{runtime.event.context or '.'}`",
                *place,
                "build both from one folder first",
            )
        defaults = {
            parameter.name
            for key, spelling in self.spellings.items()
            if key[0] == runtime.event.number
            for parameter in spelling.parameters.values()
            if parameter.default is not None
        }
        needed = [text for text in texts if text.removeprefix("--build-arg ").partition("=")[0] not in defaults]
        if needed:
            raise refuse(
                "STG303",
                f"whoever builds {runtime.path} would have to give it `{needed[0]}`, and that command is not in the script",
                *place,
                "give the builder Dockerfile a default for it first",
            )

    def carried(self, plan: FinalPlan) -> list[str]:
        """The flags of the builders' builds that stand at the final build now."""
        texts: list[str] = []
        for builder in plan.builders:
            final = plan.runtime.event
            found = [*options.carry(builder.event, final)[0], *commands.unset_options(builder.event, final)]
            found += self.arguments(builder, plan)
            texts += [text for text in found if text not in texts]
        return texts

    def name_file(self, plan: FinalPlan, texts: list[str]) -> list[Edit]:
        """`-f` for a Dockerfile that the script put into another place, or that the new context does not begin with.

        A new flag is added to `texts`, a flag that is there is replaced by the edits.
        """
        event = plan.runtime.event
        path = plan.runtime.path
        moves = plan.context.folder != event.context
        if path == event.dockerfile and not (moves and event.command.file is None):
            return []
        flag = event.command.flag("file")
        default = paths.join(plan.context.folder, paths.base_name(event.dockerfile))
        if flag is None and path == default and event.command.program not in ("podman", "buildah"):
            # it lies where the build looks for it by itself
            return []
        if path == event.dockerfile and flag is None:
            texts.append(f"-f {commands.file_in_context(event)}")
            return []
        files = event.state.files
        found = [files.lookup(place) for place in (event.dockerfile, files.follow(event.dockerfile))]
        copied = [self.work.run.events[number] for entry in found if entry is not None for number in entry.events]
        name = f"-f {commands.file_by_variables(event, path, copied)}"
        if flag is None:
            texts.append(name)
            return []
        return [Edit(commands.flag_span(event, flag), name)]

    def without_here_document(self, event: Built) -> list[Edit]:
        """The Dockerfile on the command's standard input is a file now."""
        source = event.site.source
        _, script = self.work.run.scripts.get(source.path, (None, None))
        commands_there = [c for s in script.statements for c in syntax.simple_commands(s.command)] if script else []
        for command in commands_there:
            for redirect in command.redirects if command.span == event.site.span else ():
                body = redirect.body
                if body is None:
                    continue
                start = redirect.span.start
                if re.fullmatch(r"<<-?[ \t]*\S+[ \t]*\n", source.slice(Span(start, body.span.start))):
                    while source.text[start - 1] in " \t":
                        start -= 1
                    return [Edit(Span(start, redirect.span.end), "")]
        raise refuse(
            "STG404",
            "the Dockerfile of this build comes on standard input, and not as a here-document of the command alone",
            source,
            event.site.span,
            "put that Dockerfile into the tree first",
        )

    def rebase(self, plan: FinalPlan) -> list[Edit]:
        """The context of the single build in the place of the runtime's."""
        event = plan.runtime.event
        if plan.context.folder == event.context:
            return []
        return _context_edits(event, plan.context.folder)

    def arguments(self, builder: BuildFile, plan: FinalPlan) -> list[str]:
        """The `--build-arg`s that the builder's stages need at the final build."""
        runtime = plan.runtime
        event = builder.event
        final = runtime.event
        texts = []
        names = plan.renames.get(event.number, {})
        known = declared(builder)
        for argument in event.command.build_args:
            name = argument.name
            value = builder.arguments[name]
            if name not in known and name not in PROXY_ARGUMENTS:
                continue
            if name in runtime.arguments and name not in names:
                if runtime.arguments[name].flat != value.flat:
                    raise refuse(
                        "STG203",
                        f"`{name}` is `{self.work.show(runtime.arguments[name].flat)}` here and "
                        f"`{self.work.show(value.flat)}` at the build of the builder image",
                        final.site.source,
                        final.site.span,
                        "give both builds the same value first",
                    )
                continue
            why = commands.still_holds(value, final, self.work.show(value.flat))
            if why is not None and argument.value is not None:
                raise refuse(
                    "STG303",
                    f"--build-arg {name} cannot move to the final build: {why}",
                    event.site.source,
                    commands.flag_span(event, argument.flag) if event.spans else event.site.span,
                    "keep the value in a variable that is set once",
                )
            if event.spans:
                text = commands.flag_text(event, argument.flag, final)
                texts.append(self.renamed(text, argument, names[name], event) if name in names else text)
            else:
                # the script has no such flag: the value stands in the name of an image that it runs
                reference = value.pieces[0].reference
                assert reference is not None
                text = f'"{reference.expression}"' if reference.quoted else reference.expression
                texts.append(f"--build-arg {names.get(name, name)}={text}")
        return texts

    def required(self, builder: BuildFile, plan: FinalPlan) -> list[Diagnostic]:
        """Notes on arguments that a plain `docker build` did not need before."""
        event = plan.runtime.event
        names = plan.renames.get(builder.event.number, {})
        return [
            note(
                "STG610",
                f"a plain `docker build` of {plan.runtime.path} needs `--build-arg {names.get(name, name)}` now: "
                f"{builder.path or 'the builder'} has no default for it",
                event.site.source,
                event.site.span,
                "give the ARG in the builder stage a default, if there is one that serves",
            )
            for name in declared(builder)
            if name in builder.arguments
            and not has_default(builder, name)
            and (name in names or name not in declared(plan.runtime))
        ]

    def renamed(self, text: str, argument: BuildArg, name: str, event: Built) -> str:
        """A `--build-arg` under another name."""
        old = argument.name
        if argument.value is None and old in event.state.variables:
            return f'--build-arg {name}="${old}"'
        new, count = re.subn(rf"(?<!\w){re.escape(old)}=", f"{name}=", text, count=1)
        if not count:
            raise refuse(
                "STG203",
                f"the two builds give `{old}` different values, and this one cannot get another name here",
                event.site.source,
                commands.flag_span(event, argument.flag),
                f"write `--build-arg {old}=VALUE` out",
            )
        return new

    def edit_builder(self, builder: BuildFile, plan: FinalPlan, result: Plan) -> None:
        """A build image that is still needed is built from the single Dockerfile, up to its stage."""
        event = builder.event
        name = plan.names[event.number]
        path = plan.runtime.path
        context = plan.context.folder
        default = paths.join(context, "Dockerfile")
        if event.command.program in ("podman", "buildah") and paths.base_name(path) == "Containerfile":
            default = paths.join(context, "Containerfile")
        flags: list[str] = []
        if path != default:
            flags.append(f"-f {commands.shell_word(paths.relative(path, event.state.folder))}")
        flags.append(f"--target {name}")
        text = " ".join(flags)
        edits: list[Edit] = []
        command = event.command
        file_flag = command.flag("file")
        target_flag = command.flag("target")
        if target_flag is not None:
            edits.append(commands.remove_flag(event, target_flag))
        if file_flag is not None:
            edits.append(Edit(commands.flag_span(event, file_flag), text))
        else:
            edits += commands.insert_before_context(event, [text])
        if context != event.context:
            edits += _context_edits(event, context)
        self.add_edits(result, event, edits, f"the build image is the stage {name} now")
        result.diagnostics.append(
            note(
                "STG613",
                f"the build image is still used, so it is still built, as the stage `{name}` of {path}",
                event.site.source,
                event.site.span,
            )
        )

    def dropped_words(self, result: Plan) -> None:
        """Operands that no longer exist go from the commands that keep others."""
        for number, indices in result.liveness.dropped.items():
            event = self.work.run.events[number]
            spans = event.spans  # type: ignore[attr-defined]
            text = event.site.source.text
            edits = []
            for index in indices:
                span = spans[index]
                if spans.count(span) > 1:
                    raise refuse("STG304", "only a part of this word's value goes away", event.site.source, span)
                start = span.start
                while text[start - 1] in " \t":
                    start -= 1
                edits.append(Edit(Span(start, span.end), ""))
            self.add_edits(result, event, edits, "what no longer exists is not removed any more")

    def add_edits(self, result: Plan, event: Event, edits: list[Edit], why: str) -> None:
        site = event.site
        spans = getattr(event, "spans", ())
        if edits and spans and all(span == site.span for span in spans):
            raise refuse(
                "STG304",
                "this command stands in a text that is run as commands, so it cannot be edited",
                site.source,
                site.span,
                "write the command out",
            )
        self.edited.add(event.number)
        by_span = result.word_edits.setdefault(site.source.path, {})
        known = by_span.setdefault(site.span, [])
        if known and known != edits:
            raise refuse(
                "STG304",
                "this command is used several times, and each use would need another change",
                site.source,
                site.span,
                "write the commands out, one for each image",
            )
        by_span[site.span] = edits
        result.why.setdefault(site.source.path, {}).setdefault(site.span, why)


def _context_edits(event: Built, folder: str) -> list[Edit]:
    """Another build context for a command. Raises `Refusal` where it cannot be written there."""
    context = event.command.context
    if context is None or not is_known(event.state.folder) or paths.is_outside(event.state.folder):
        raise refuse("STG507", "the context cannot be edited", event.site.source, event.site.span)
    return [Edit(event.spans[context.index], commands.shell_word(paths.relative(folder, event.state.folder)))]


def given_arguments(files: Iterable[BuildFile]) -> dict[str, str | None]:
    """The arguments that Dockerfiles declare, each with the value that the script gives it, None where it gives none."""
    found: dict[str, str | None] = {}
    for file in files:
        for name in declared(file):
            value = file.arguments[name].flat if name in file.arguments else None
            found[name] = value if found.get(name, value) == value else None
    return found
