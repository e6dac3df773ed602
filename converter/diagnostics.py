"""What the program has to say about a recipe: codes, messages and places.

Every diagnostic has a code. `RULES` explains each one: `stageify explain CODE`
prints the entry. An error stands in the way of a conversion, a warning names a
difference that a person should know, a note says what was done and why.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from converter.source import Location, Source, Span

Severity = Literal["error", "warning", "note"]


class Rule(Struct, frozen=True):
    """What a code means: a title, and an explanation with what to do."""

    code: str
    title: str
    explanation: str


class Diagnostic(Struct, frozen=True):
    """One finding: `location` is None where it concerns no single place."""

    code: str
    severity: Severity
    message: str
    help: str | None = None
    location: Location | None = None


class Refusal(Exception):
    """A reason why a recipe cannot be converted; carries the diagnostic to report."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


def error(
    code: str, message: str, source: Source | None = None, span: Span | None = None, help: str | None = None
) -> Diagnostic:
    """An error at a span of a source, or about no single place."""
    return _at(code, "error", message, source, span, help)


def warning(
    code: str, message: str, source: Source | None = None, span: Span | None = None, help: str | None = None
) -> Diagnostic:
    """A warning at a span of a source, or about no single place."""
    return _at(code, "warning", message, source, span, help)


def note(
    code: str, message: str, source: Source | None = None, span: Span | None = None, help: str | None = None
) -> Diagnostic:
    """A note at a span of a source, or about no single place."""
    return _at(code, "note", message, source, span, help)


def refuse(
    code: str, message: str, source: Source | None = None, span: Span | None = None, help: str | None = None
) -> Refusal:
    """An exception to raise: an error that stands in the way."""
    return Refusal(error(code, message, source, span, help))


def _at(
    code: str, severity: Severity, message: str, source: Source | None, span: Span | None, help: str | None
) -> Diagnostic:
    assert code in RULES, f"the code {code} has no explanation"
    location = source.location(span) if source is not None and span is not None else None
    return Diagnostic(code, severity, message, help, location)


def _table(*rules: Rule) -> dict[str, Rule]:
    return {rule.code: rule for rule in rules}


RULES: dict[str, Rule] = _table(
    # 1xx: the files of a recipe
    Rule(
        "STG101",
        "no recipe here",
        "No build script below the folder builds an image, copies a file out of a container of that image and builds a "
        "second image with it. Name the script with --script, or the file itself as PATH, if it lies elsewhere.",
    ),
    Rule(
        "STG102",
        "a choice between recipes",
        "Several scripts below the folder hold the builder pattern and share no file, so one of them has to be named: "
        "give the script as PATH or with --script, and convert them one after the other.",
    ),
    Rule(
        "STG103",
        "a file cannot be read as text",
        "Dockerfiles and scripts are read as UTF-8 and up to 1 MiB. A file that is binary, larger or in another "
        "encoding is left alone. Convert the file to UTF-8 first.",
    ),
    Rule(
        "STG104",
        "a file that the script names does not exist",
        "The build script names a Dockerfile or a folder that is not in the tree. The script cannot have worked as it "
        "stands, or it is started in another folder: --cwd DIR says which.",
    ),
    Rule(
        "STG106",
        "a path leads out of the root",
        "Only files below the root are read and written. Call the program with a higher folder as PATH.",
    ),
    Rule(
        "STG107",
        "a script in a language that is not read",
        "Shell scripts for sh, dash, ash, ksh and bash are read. Other languages are not; convert the commands by hand.",
    ),
    Rule(
        "STG108",
        "more has to be said about this recipe",
        "How the script is called or where it is started decides what it builds, and reading does not tell. Convert it "
        "alone: `stageify convert` takes --cwd, --target and the script's arguments.",
    ),
    Rule(
        "STG109",
        "two recipes make different files of one",
        "Recipes share a Dockerfile or a script, and their conversions disagree about what it becomes, so that writing one "
        "would break the other. Give each recipe a file of its own first.",
    ),
    Rule(
        "STG110",
        "recipes that share files go together",
        "Recipes that share a file are converted and written together or not at all, since each depends on what becomes of "
        "it. One of them cannot be converted, so this one is left alone too.",
    ),
    Rule(
        "STG111",
        "the files cannot be written",
        "The recipe converts, but its files cannot be changed: one of them was changed meanwhile, lies outside of the root, "
        "or may not be written. All of its files are as they were.",
    ),
    Rule(
        "STG112",
        "a recorded run that cannot be used",
        "The trace of `stageify record` is of another version of the driver, of another call of it, or of a run that failed; "
        "or what it did would put a value of that one run into the Dockerfile. Record a run that succeeds, with the driver "
        "as it is now.",
    ),
    Rule(
        "STG113",
        "what was so in the recorded run",
        "Reading does not tell which way the driver goes here, or what a value is, and the recorded run does. Another run may "
        "go another way: the new files are what this one builds.",
    ),
    Rule(
        "STG114",
        "the driver stays as it is",
        "The driver cannot be read, so the Dockerfile was made from the recorded run alone. The driver still builds the image "
        "with it; the commands for the build image, its containers and the copies are no longer needed, and can be taken out.",
    ),
    # 2xx: Dockerfiles
    Rule(
        "STG201",
        "syntax error in a Dockerfile",
        "The engine would reject this Dockerfile, so there is no legacy image to be equal to. Correct the line first.",
    ),
    Rule(
        "STG202",
        "parser directives disagree",
        "`# syntax=`, `# escape=` and `# check=` hold for a whole file. The two Dockerfiles set them differently, so "
        "that no single file keeps both meanings. Make them agree first.",
    ),
    Rule(
        "STG203",
        "one name, two build arguments",
        "Both Dockerfiles declare the argument, and the two builds give it different values or defaults. In one file "
        "one value would win, and it cannot get another name in the builder: its image is still needed, the engine sets "
        "it by itself, or something reads it that cannot be followed. Rename it in one of the Dockerfiles first.",
    ),
    Rule(
        "STG204",
        "stage names clash",
        "A stage of one Dockerfile has the name of a stage or of an image that the other one uses; in one file the name "
        "would mean the wrong one. Rename the stage.",
    ),
    Rule(
        "STG205",
        "a value of the Dockerfile is not known",
        "The path or image depends on a variable whose value comes from outside, so what the instruction takes cannot be "
        "told.",
    ),
    # 3xx: scripts
    Rule(
        "STG301",
        "syntax error in a script",
        "The shell grammar cannot read the script here. What is not understood is never converted.",
    ),
    Rule(
        "STG302",
        "a construct that is not followed",
        "The script decides with this construct what is built, and its outcome is not known from reading. Commands of "
        "the pattern inside it cannot be taken out safely.",
    ),
    Rule(
        "STG303",
        "a value of the script is not known",
        "The word depends on the environment, the clock, the network or another command's output, and it decides what "
        "is built. Give it with --env NAME=VALUE, or as an argument of the script after --.",
    ),
    Rule(
        "STG304",
        "one command, two fates",
        "The same command of the script is used several times, once for something that goes away and once for something "
        "that stays, so it cannot be edited in place.",
    ),
    Rule(
        "STG305",
        "a limit of the interpreter is reached",
        "Reading a script is bounded in steps, depth and size, so that no script can make it run on.",
    ),
    Rule(
        "STG306",
        "the makefile stops",
        "`$(error ...)` is reached with the values that are known, so make would stop before it builds anything. Give "
        "the variables that it asks for with --env NAME=VALUE, or as arguments behind `--`.",
    ),
    Rule(
        "STG309",
        "line ends of Windows in a script",
        "The script's lines end in CR and LF. A shell on Linux takes the CR as a part of the last word of a line, so the "
        "script does not work there as it stands; what stays of it keeps its line ends.",
    ),
    # 4xx: docker commands
    Rule(
        "STG401",
        "a docker command that cannot be read",
        "The command line does not follow Docker's reference: an unknown flag, a missing value, a wrong number of "
        "operands, or a word that is not known where a flag may stand.",
    ),
    Rule(
        "STG402",
        "a run that may be the build",
        "`docker run` executes a command in the container before files are copied out of it, so what is copied may be "
        "its work. Only commands that do nothing to the files (true, sleep, a shell without input, ...) are noise.",
    ),
    Rule(
        "STG403",
        "a build option that one Dockerfile cannot have twice",
        "The two builds are called with different options that hold for a whole build, so that one build cannot serve "
        "both. Make the options agree, or drop the one that is not needed.",
    ),
    Rule(
        "STG404",
        "a way of getting files out that is not supported",
        "The script takes files out of the container or hands them to the build in a way that is not converted.",
    ),
    Rule(
        "STG405",
        "the container is not known",
        "`docker cp` names a container that the script did not create where it can be seen.",
    ),
    # 5xx: artifacts and the host's files
    Rule(
        "STG501",
        "a step on the host may change the artifact",
        "Between `docker cp` and the final build a command of the host works on the artifact, so the image holds its "
        "result and not the file of the build image. Move that step into the builder Dockerfile first; where the build image has the "
        "program, --move-host-steps does it.",
    ),
    Rule(
        "STG502",
        "the artifact is not what the Dockerfile takes",
        "The script writes the artifact to one path, and the runtime Dockerfile copies another one, which is not in the "
        "tree either. The recipe cannot have worked as it stands.",
    ),
    Rule(
        "STG503",
        "file or folder?",
        "The artifact gets another name on the way, and Docker copies a folder's contents but a file itself, so it must "
        "be known which one it is. Nothing in the recipe tells.",
    ),
    Rule(
        "STG504",
        "an ignore file filters the artifact",
        "`.dockerignore` applied to the artifact when it was part of the build context; it does not apply to "
        "`COPY --from`. The image would get files that it did not have.",
    ),
    Rule(
        "STG505",
        "file capabilities",
        "The builder sets file capabilities. They are lost on the way through the host, but `COPY --from` keeps them, "
        "so the artifact would gain privileges that it does not have today.",
    ),
    Rule(
        "STG506",
        "the build context changes between the two builds",
        "The script changes files of the build context after the first build. In one Dockerfile both stages see the same "
        "context, so the build image would see the changed files.",
    ),
    Rule(
        "STG507",
        "different build contexts",
        "The two builds take their files from different folders, and one Dockerfile has one build context.",
    ),
    Rule(
        "STG508",
        "the artifact also lies in the repository",
        "A file of that name is part of the tree and is overwritten by the artifact. The single Dockerfile takes the "
        "built one; the layer sizes can differ.",
    ),
    # 6xx: what becomes of things
    Rule(
        "STG601",
        "no image is built from the artifact",
        "Files are copied out of a container, but no Dockerfile of the script takes them: they are binaries for a release "
        "or test results, and there is nothing to convert.",
    ),
    Rule(
        "STG602",
        "already multi-stage",
        "The script builds a Dockerfile that has several stages and needs no file copied out of a container.",
    ),
    Rule(
        "STG603",
        "the artifact stays behind",
        "The script left the artifact on the host and nothing in it uses it afterwards. The new script does not produce "
        "it any more. If something else needs it, add a `docker cp` from the builder stage.",
    ),
    Rule(
        "STG604",
        "the builder Dockerfile is kept",
        "Something else in the tree still builds the builder Dockerfile: another script or a part of this one that does "
        "not run, a makefile, a CI or compose file. So it is not deleted.",
    ),
    Rule(
        "STG605",
        "a file that mentions what goes away",
        "The file speaks of the builder Dockerfile, which goes away. A text may no longer be true; a program that reads "
        "the file (a warning) has to be told.",
    ),
    Rule(
        "STG606",
        "the image ships the recipe's own files",
        "A `COPY` of the whole build context takes the Dockerfiles and the script along, which this conversion changes.",
    ),
    Rule(
        "STG607",
        "a build option moves to the final build",
        "An option of the first build is needed by the stage that it became, so it stands at the final build now.",
    ),
    Rule(
        "STG608",
        "a secret would become a build argument",
        "The value looks like a secret. Build arguments are written into the image's history, so it is not carried over.",
    ),
    Rule(
        "STG609",
        "layers differ",
        "One instruction became several, so the image has more layers. The file tree is the same.",
    ),
    Rule(
        "STG610",
        "a build argument is now required",
        "The single Dockerfile needs this argument for its builder stage, so a plain `docker build` without it differs.",
    ),
    Rule(
        "STG611",
        "the artifact's owner is set",
        "`COPY --from` keeps the owner that a file has in the stage; on the way through the host it became root's. "
        "--chown=0:0 keeps it that way wherever the builder may have made it another's.",
    ),
    Rule(
        "STG612",
        "a mode is set in the builder stage",
        "The script changed the artifact's mode on the host. The same change is the last RUN of the builder stage now.",
    ),
    Rule(
        "STG613",
        "the build image is still built",
        "Something that stays in the script uses the image of the builder, so it is built from the single Dockerfile "
        "with --target.",
    ),
    Rule(
        "STG614",
        "a container's build is a RUN now",
        "The script ran the build in a container and copied its result out. The same command is a RUN of the builder "
        "stage now, with the environment, user and working folder that `docker run` gave it.",
    ),
    Rule(
        "STG615",
        "a step that ran anew each time may be cached",
        "A `docker run` runs at each build; a RUN instruction is cached while the instructions above it and the files "
        "that they take stay the same. Something that fetches the newest version may so bring an older one.",
    ),
    Rule(
        "STG617",
        "a step of the host is a RUN now",
        "The script changed the artifact on the host after it was copied out, and --move-host-steps lets the builder's stage do "
        "the same with its own program. Another version of that program may write other bytes: `stageify verify` shows it.",
    ),
    Rule(
        "STG618",
        "files of an image that somebody else builds",
        "The image takes files out of an image that the script only pulls. Under a tag another image may lie tomorrow; a digest "
        "names one for ever. --pin writes the digest by which your engine knows the image: `docker pull` it first.",
    ),
    Rule(
        "STG619",
        "a cache that the script mounts",
        "The container that did the build had a folder of the host in which its tool keeps what it has downloaded. The build "
        "does without, or with --cache-mounts has a cache of BuildKit's there (`RUN --mount=type=cache`), which no image holds. "
        "BuildKit builds by default since Docker 23; from 20.10 on DOCKER_BUILDKIT=1 chooses it, and before that its first "
        "line has to be `# syntax=docker/dockerfile:1.2`. The classic builder rejects such a RUN.",
    ),
    Rule(
        "STG620",
        "a build that a bake file cannot say",
        "--emit bake leaves both Dockerfiles as they are and writes docker-bake.hcl, in which the image of the builder is a "
        "context of the final image. It serves where one build context cannot. What the builder would have to do besides its "
        "Dockerfile, options that a bake file does not have, and values that change have no place in it.",
    ),
    # 7xx: reviews
    Rule(
        "STG701",
        "the builder pattern, which one multi-stage Dockerfile can replace",
        "The script builds an image to compile in, takes files out of a container of it, and builds the final image with "
        "them. A multi-stage Dockerfile does the same in one build, without the container and the files on the host in "
        "between, and the image stays the same. Apply the patch, or run the command that the finding names.",
    ),
    Rule(
        "STG616",
        "the final image is built elsewhere",
        "The script only copies the artifact out; an automated build, a CI job or a compose file builds the image from "
        "it. The Dockerfile that takes the artifact now builds it itself, so that no script has to run before.",
    ),
    Rule(
        "STG617",
        "only one of several Dockerfiles was converted",
        "A value that is given from outside is part of a Dockerfile's name, and the tree has Dockerfiles for other values. "
        "The script no longer makes what those take. Convert each of them from the tree as it was, by hand where they share the "
        "script, or keep the old script for them.",
    ),
    Rule(
        "STG621",
        "an image that is no longer built is used elsewhere",
        "The script does not build the image of the builder any more, and another file of the tree uses it by its tag. "
        "Build it there from the single Dockerfile with --target, if it is still needed.",
    ),
    Rule(
        "STG622",
        "a template that nothing fills any more",
        "The script made the builder Dockerfile out of this file. The text stands in the single Dockerfile now, so the "
        "file has no use left; it is not deleted, as it is no Dockerfile itself.",
    ),
    Rule(
        "STG623",
        "an ignore file lets more in",
        "A rule of `.dockerignore` hid files that a stage of the single build takes: the container that used them saw the "
        "folder itself, or another build context. The rule is gone, and the runtime's own instructions take what they took.",
    ),
    Rule(
        "STG624",
        "a Dockerfile that the script wrote is a file now",
        "The script wrote the runtime Dockerfile with the same text in each run. The single Dockerfile is a file of the tree "
        "instead, and the commands that wrote and removed it are gone.",
    ),
    Rule(
        "STG901",
        "internal error",
        "The conversion failed its own check or ended unexpectedly, which is a defect of the program. Nothing was written.",
    ),
    Rule(
        "STG902",
        "the time limit of a recipe is reached",
        "Reading a recipe takes milliseconds, and this one did not end within the limit of `stageify batch --timeout`. "
        "Nothing of it was written, and all other recipes were done.",
    ),
)
