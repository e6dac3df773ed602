"""Running the jobs of CI files step by step, as the CI systems document it; written without the converter's readers.

A job starts in a fresh checkout; each step is a process with the shell, folder and environment that its system gives
it. Actions, plugins, caches and services do nothing. What only the system knows has a value in `GIVEN`.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from converter.verify.image import Image
from tests.engine.engine import Engine

GIVEN = {
    "CI_COMMIT_SHA": "0a1b2c3d", "CI_COMMIT_SHORT_SHA": "0a1b", "CI_REGISTRY": "registry.example.com",
    "CI_REGISTRY_IMAGE": "registry.example.com/group/app", "CI_REGISTRY_USER": "ci", "CI_REGISTRY_PASSWORD": "x",
    "CI_PIPELINE_ID": "7", "CI_JOB_ID": "70", "CI_BUILD_ID": "70", "CI_BUILD_REF_NAME": "main", "CI_BUILD_TOKEN": "x",
    "TRAVIS_COMMIT": "0a1b2c3d", "TRAVIS_BRANCH": "feature", "TRAVIS_BUILD_NUMBER": "7", "TRAVIS_PULL_REQUEST": "1",
    "CIRCLE_SHA1": "0a1b2c3d", "BITBUCKET_BUILD_NUMBER": "7", "BITBUCKET_COMMIT": "0a1b2c3d",
    "DRONE_COMMIT_SHA": "0a1b2c3d", "IMAGE_NAME": "index/app:latest", "GITHUB_REF": "refs/tags/v1",
}  # fmt: skip
"""Environment variables of the CI systems; the system's own expressions have their names in another spelling."""

EXPRESSIONS = {
    "github.sha": "0a1b2c3d", "github.ref_name": "main", "github.run_number": "7", "github.actor": "me",
    "pipeline.number": "7", "Build.BuildId": "7", "Build.SourceVersion": "0a1b2c3d", "env.BUILD_NUMBER": "7",
    "env.BRANCH_NAME": "main", "env.GIT_COMMIT": "0a1b2c3d", "needs.version.outputs.tag": "1",
    "System.DefaultWorkingDirectory": ".",
}  # fmt: skip

DEPLOYING = ("kubectl", "helm")
"""Programs that do nothing here."""

Env = dict[str, str]


@dataclass
class Step:
    """One process: `script` is given to `shell` as a file, in `folder` below the checkout."""

    script: str
    shell: tuple[str, ...] = ("sh", "-e")
    env: Env = field(default_factory=dict)
    folder: str = ""


@dataclass
class Job:
    """Steps that share a checkout; `keeps` are patterns of the files that later jobs get."""

    steps: list[Step]
    keeps: list[str] = field(default_factory=list)


def jobs_of(root: Path, path: str, target: str = "") -> list[Job]:
    """The jobs of a CI file in the order that they run in, `target` for the tools whose parts people start."""
    text = (root / path).read_text()
    for part, read in READERS.items():
        if part in path.lower():
            return read(root, text, target)
    raise AssertionError(path)


def load(text: str) -> Any:
    """The first document that is no empty one; tags of GitLab stay lists."""
    loader = YAML(typ="safe", pure=True)
    loader.constructor.add_constructor("!reference", lambda made, node: ("!reference", *made.construct_sequence(node)))
    return next(document for document in loader.load_all(text) if document is not None)


def replaced(text: str, pattern: str, values: Mapping[str, str]) -> str:
    """A text with the expressions of a system replaced."""
    return re.sub(pattern, lambda match: values[match.group(1).strip()], text)


def flat(value: Any) -> list[str]:
    """A command, or a list of them and of lists."""
    if value is None:
        return []
    if isinstance(value, bool):
        return [str(value).lower()]
    return [str(value)] if not isinstance(value, list) else [line for item in value for line in flat(item)]


def env_of(value: Any) -> Env:
    """A mapping, or a list of mappings and of `NAME=value`."""
    found: Env = {}
    for item in value if isinstance(value, list) else [value or {}]:
        if isinstance(item, str):
            found.update(word.partition("=")[::2] for word in shlex.split(item))
        else:
            found.update({str(k): str(v) for k, v in item.items() if not isinstance(v, dict) and k != "secure"})
    return found


def grown(env: Env, given: Env) -> Env:
    """Variables whose values name others."""

    def one(value: str, depth: int) -> str:
        def known(match: re.Match[str]) -> str:
            found = {**given, **env}.get(match.group(1))
            return match.group() if found is None or depth > 5 else one(found, depth + 1)

        return re.sub(r"\$\{?(\w+)\}?", known, value)

    return {name: one(value, 0) for name, value in env.items()}


def gitlab(root: Path, text: str, target: str) -> list[Job]:
    """docs.gitlab.com/ee/ci/yaml: `before_script` and `script` are one shell, which stops at the first failure."""
    top = load(text)
    for item in top.get("include", []):
        if isinstance(item, dict) and "local" in item:
            top = {**load((root / item["local"].lstrip("/")).read_text()), **top}
    stages = top.get("stages") or ["build", "test", "deploy"]
    words = ("default", "include", "stages", "variables", "workflow", "image", "services", "cache", "before_script")

    def whole(job: dict[str, Any]) -> dict[str, Any]:
        parents = job.get("extends", [])
        made: dict[str, Any] = {}
        for parent in [parents] if isinstance(parents, str) else parents:
            made = merge(made, whole(top[parent]))
        return merge(made, job)

    def merge(one: dict[str, Any], two: dict[str, Any]) -> dict[str, Any]:
        both = {k: merge(one[k], v) for k, v in two.items() if isinstance(v, dict) and isinstance(one.get(k), dict)}
        return {**one, **two, **both}

    def lines(value: Any) -> Iterator[str]:
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, tuple):
                yield from lines(whole(top[item[1]])[item[2]])
            elif isinstance(item, list):
                yield from lines(item)
            elif item is not None:
                yield str(item)

    found = []
    for name, own in top.items():
        if name in words or name.startswith(".") or not isinstance(own, dict):
            continue
        job = whole(own)
        if job.get("when") in ("manual", "never") or job.get("allow_failure"):
            continue
        default = {**{k: top[k] for k in ("before_script",) if k in top}, **top.get("default", {})}
        before = job.get("before_script", default.get("before_script"))
        env = grown({**env_of(top.get("variables")), **env_of(job.get("variables"))}, GIVEN)
        env.pop("DOCKER_HOST", None)
        steps = [Step("\n".join([*lines(before), *lines(job.get("script"))]), ("bash", "-eo", "pipefail"), env)]
        if "after_script" in job:
            steps.append(Step("\n".join(lines(job["after_script"])), ("bash",), env))
        keeps = job.get("artifacts", {}).get("paths", [])
        found.append(
            (stages.index(job.get("stage", "test")) if job.get("stage", "test") in stages else 0, Job(steps, keeps))
        )
    return [job for _, job in sorted(found, key=lambda pair: pair[0])]


def github(root: Path, text: str, target: str) -> list[Job]:
    """docs.github.com, workflow syntax: `bash -e`, for a named `bash` with `-o pipefail` as well; first of a matrix."""
    top = load(text)
    found = []
    for job in top["jobs"].values():
        rows: list[Env] = [{}]
        matrix = job.get("strategy", {}).get("matrix", {})
        for name, values in matrix.items():
            if name != "include":
                rows = [{**row, f"matrix.{name}": str(value)} for row in rows for value in values]
        if "include" in matrix:
            rows = [{f"matrix.{name}": str(value) for name, value in item.items()} for item in matrix["include"]]
        for row in rows:
            found.append(Job(list(github_steps(root, top, job, job["steps"], row, {}))))
    return found


def github_steps(root: Path, top: Any, job: Any, steps: Any, row: Env, inputs: Env) -> Iterator[Step]:
    for step in steps:
        uses = step.get("uses", "")
        if "failure()" in str(step.get("if", "")) or "npm" in step.get("run", ""):
            continue
        env = {**env_of(top.get("env")), **env_of(job.get("env")), **env_of(step.get("env"))}
        values = {**EXPRESSIONS, **row, **inputs, **{f"env.{name}": value for name, value in env.items()}}
        values["secrets.GITHUB_TOKEN"] = "x"

        def told(text: str, values: Env = values) -> str:
            return replaced(text, r"\$\{\{(.*?)\}\}", values)

        if uses.startswith("./"):
            action = load((root / uses / "action.yml").read_text())
            given = {f"inputs.{name}": told(str(value)) for name, value in step.get("with", {}).items()}
            yield from github_steps(root, {}, {}, action["runs"]["steps"], {}, given)
        elif "run" in step:
            defaults = {**top.get("defaults", {}).get("run", {}), **job.get("defaults", {}).get("run", {})}
            shell = step.get("shell", defaults.get("shell"))
            command = {"bash": ("bash", "--noprofile", "--norc", "-eo", "pipefail"), None: ("bash", "-e")}[shell]
            folder = told(step.get("working-directory", defaults.get("working-directory", "")))
            env = {name: told(value) for name, value in env.items()}
            yield Step(told(step["run"]), command, env, folder)


def travis(root: Path, text: str, target: str) -> list[Job]:
    """docs.travis-ci.com, the job lifecycle: all phases in one bash, which a failure of `script` does not stop at once."""
    top = load(text)
    phases = ("before_install", "install", "before_script", "script", "after_success", "after_script")
    env = top.get("env", {})
    shared = env_of(
        env.get("global", {k: v for k, v in env.items() if k != "matrix"}) if isinstance(env, dict) else env
    )
    found = []
    for job in top.get("jobs", top.get("matrix", {})).get("include", [{}]):
        whole = {**top, **job}
        if "make test" in flat(whole.get("script")):
            continue
        lines = [line for phase in phases[:4] for line in flat(whole.get(phase))]
        lines += ["set +e", *(line for phase in phases[4:] for line in flat(whole.get(phase))), "true"]
        found.append(Job([Step("\n".join(lines), ("bash", "-e"), {**shared, **env_of(job.get("env"))})]))
    return found


def circleci(root: Path, text: str, target: str) -> list[Job]:
    """circleci.com/docs: each `run` is `/bin/bash -eo pipefail`; version 1 has a shell for each command."""
    top = load(text)
    if "jobs" not in top:
        env = env_of(top.get("machine", {}).get("environment"))
        commands = []
        for section in ("machine", "checkout", "dependencies", "database", "compile", "test"):
            for phase in ("pre", "override", "post"):
                commands += top.get(section, {}).get(phase, [])
        lines = [next(iter(one)) if isinstance(one, dict) else one for one in commands]
        return [Job([Step(line, ("bash", "-e"), env) for line in lines])]
    found = []
    for job in top["jobs"].values():
        keeps: list[str] = []
        found.append(Job(list(circleci_steps(top, job["steps"], env_of(job.get("environment")), {}, keeps)), keeps))
    return found


def circleci_steps(top: Any, steps: Any, env: Env, given: Env, keeps: list[str]) -> Iterator[Step]:
    values = {**EXPRESSIONS, **given}

    def told(text: str) -> str:
        return replaced(text, r"<<\s*(.*?)\s*>>", values)

    for step in steps:
        name = step if isinstance(step, str) else next(iter(step))
        settings: Any = None if isinstance(step, str) else step[name]
        if name in top.get("commands", {}):
            command = top["commands"][name]
            chosen = {n: d["default"] for n, d in command.get("parameters", {}).items() if "default" in d}
            chosen.update({n: told(str(v)) for n, v in (settings or {}).items()})
            inner = {f"parameters.{n}": v for n, v in chosen.items()}
            yield from circleci_steps(top, command["steps"], env, inner, keeps)
        elif name == "run":
            settings = {"command": settings} if isinstance(settings, str) else settings
            own = {**env, **env_of(settings.get("environment"))}
            yield Step(
                told(settings["command"]), ("bash", "-eo", "pipefail"), own, settings.get("working_directory", "")
            )
        elif name == "persist_to_workspace":
            keeps += settings["paths"]


def azure(root: Path, text: str, target: str) -> list[Job]:
    """learn.microsoft.com, pipeline YAML: `script` and `bash` are bash on Linux, `$(name)` is replaced before."""
    top = load(text)
    given = top.get("variables", {})
    variables = {v["name"]: v["value"] for v in given} if isinstance(given, list) else given
    values = {**EXPRESSIONS, **{name: str(value) for name, value in variables.items()}}
    jobs = [job for stage in top.get("stages", []) for job in stage["jobs"]] or top.get("jobs") or [top]
    found = []
    for job in jobs:
        steps = []
        for step in job["steps"]:
            script = step.get("script") or step.get("bash") or step.get("inputs", {}).get("script")
            if script:
                told = re.sub(r"\$\(([\w.]+)\)", lambda m: values.get(m.group(1), m.group()), script)
                steps.append(Step(told, ("bash", "--noprofile", "--norc"), env_of(step.get("env"))))
        found.append(Job(steps))
    return found


def bitbucket(root: Path, text: str, target: str) -> list[Job]:
    """support.atlassian.com: the commands of a step are one shell that stops at the first failure."""
    pipelines = load(text)["pipelines"]
    steps = pipelines.get("default") or next(iter(pipelines["branches"].values()))
    return [
        Job([Step("\n".join(item["step"]["script"]), ("bash", "-e"))], item["step"].get("artifacts", []))
        for item in steps
    ]


def drone(root: Path, text: str, target: str) -> list[Job]:
    """docs.drone.io and woodpecker-ci.org: the steps share a workspace; the commands of one are a `sh -e`."""
    top = load(text)
    steps = top.get("steps", top.get("pipeline"))
    steps = list(steps.values()) if isinstance(steps, dict) else steps
    return [Job([Step("\n".join(flat(s["commands"])), ("sh", "-e"), env_of(s.get("environment"))) for s in steps])]


def jenkins(root: Path, text: str, target: str) -> list[Job]:
    """jenkins.io, `sh`: a step is a `sh -xe`, or what its first line says; Groovy replaces `${}` in double quotes."""
    env = dict(re.findall(r"^\s*(\w+) = '([^']*)'", text, re.MULTILINE))
    steps = []
    folder = ""
    pattern = r"dir\('([^']*)'\)|\bsh\s*\(?\s*(?:script:\s*)?('''.*?'''|\"\"\".*?\"\"\"|'[^']*'|\"[^\"]*\")"
    main = text.partition("post {")[0]
    for match in re.finditer(pattern, main, re.DOTALL):
        if match.group(1) is not None:
            folder = match.group(1)
            continue
        quote = match.group(2)[:3] if match.group(2)[:3] in ("'''", '"""') else match.group(2)[:1]
        script = match.group(2)[len(quote) : -len(quote)]
        if '"' in quote:
            script = replaced(script, r"\$\{(.*?)\}", {**EXPRESSIONS, **env})
        shell = ("bash",) if script.startswith("#!/bin/bash") else ("sh", "-xe")
        steps.append(Step(script, shell, env, folder))
    return [Job(steps)]


def just(root: Path, text: str, target: str) -> list[Job]:
    """just.systems/man: dependencies first, each line a shell of its own, one with a `#!` line as a whole."""
    variables = dict(re.findall(r'^(\w+)\s*:=\s*"([^"]*)"', text, re.MULTILINE))
    recipes: dict[str, tuple[list[str], list[str]]] = {}
    for name, needs, body in re.findall(r"^([\w-]+):([^=\n]*)\n((?:[ \t]+.*\n|\n(?=[ \t]))*)", text, re.MULTILINE):
        recipes[name] = (needs.split(), body.replace("\\\n", "").splitlines())
    steps: list[Step] = []

    def make(name: str) -> None:
        needs, body = recipes[name]
        for need in needs:
            make(need)
        lines = [replaced(line, r"\{\{(.*?)\}\}", variables) for line in body if line.strip()]
        indent = len(lines[0]) - len(lines[0].lstrip()) if lines else 0
        lines = [line[indent:] for line in lines]
        if lines and lines[0].startswith("#!"):
            steps.append(Step("\n".join(lines), ("bash",)))
        else:
            for line in lines:
                steps.append(Step(line.lstrip("@-") + (" || true" if line.startswith("-") else "")))

    make(target or next(iter(recipes)))
    return [Job(steps)]


def taskfile(root: Path, text: str, target: str) -> list[Job]:
    """taskfile.dev: dependencies first, each command a shell that stops at the first failure; deferred ones last."""
    top = load(text)
    values = {f".{name}": str(value) for name, value in top.get("vars", {}).items()}
    steps: list[Step] = []

    def make(name: str) -> None:
        task = top["tasks"][name]
        for need in task.get("deps", []):
            make(need)
        late = []
        for one in task.get("cmds", []):
            if isinstance(one, dict) and "task" in one:
                make(one["task"])
            elif isinstance(one, dict) and "defer" in one:
                late.append(one["defer"])
            else:
                steps.append(Step(replaced(one["cmd"] if isinstance(one, dict) else one, r"\{\{(.*?)\}\}", values)))
        steps.extend(Step(replaced(one, r"\{\{(.*?)\}\}", values)) for one in late)

    make(target or "default")
    return [Job(steps)]


def package(root: Path, text: str, target: str) -> list[Job]:
    """docs.npmjs.com: `npm run NAME` runs `preNAME`, `NAME` and `postNAME`, each in a `sh -c`."""
    scripts = json.loads(text)["scripts"]

    def opened(script: str) -> str:
        return re.sub(
            r"npm run ([\w:]+)", lambda match: f"( {' && '.join(opened(s) for s in around(match.group(1)))} )", script
        )

    def around(name: str) -> list[str]:
        return [scripts[one] for one in (f"pre{name}", name, f"post{name}") if one in scripts]

    return [Job([Step(opened(script)) for script in around(target)])]


def hook(root: Path, text: str, target: str) -> list[Job]:
    """docs.docker.com, custom build phase hooks: a script of its own."""
    return [Job([Step(text, ("bash",) if text.startswith("#!/bin/bash") else ("sh",))])]


READERS = {
    ".github/workflows/": github, ".gitlab-ci": gitlab, ".travis": travis, ".circleci/": circleci, "circle.yml": circleci,
    "azure-pipelines": azure, "bitbucket": bitbucket, ".drone": drone, ".woodpecker": drone, "jenkinsfile": jenkins,
    "justfile": just, "taskfile": taskfile, "package.json": package, "hooks/": hook,
}  # fmt: skip


def run(engine: Engine, root: Path, path: str, target: str = "", buildkit: bool = False) -> None:
    """Runs every job of the file in a fresh copy of the root. Raises `EngineError` for a step that fails."""
    kept = root.parent / f"{root.name}-kept"
    programs = root.parent / f"{root.name}-programs"
    programs.mkdir()
    for name in DEPLOYING:
        (programs / name).write_text("#!/bin/sh\n")
        (programs / name).chmod(0o755)
    path_of_engine = engine.environment()["PATH"]
    for number, job in enumerate(jobs_of(root, path, target)):
        checkout = root.parent / f"{root.name}-job-{number}"
        shutil.copytree(root, checkout)
        if kept.exists():
            shutil.copytree(kept, checkout, dirs_exist_ok=True)
        for index, step in enumerate(job.steps):
            script = root.parent / f"{root.name}-step-{number}-{index}.sh"
            # there is no registry to ask for a newer base image, and the tests are root
            script.write_text(step.script.replace(" --pull ", " ").replace("sudo ", "") + "\n")
            env = {
                "PATH": f"{programs}:{path_of_engine}",
                **GIVEN,
                "GITHUB_OUTPUT": str(root.parent / "outputs"),
                **step.env,
            }
            engine.run([*step.shell, str(script)], folder=checkout / step.folder, env=env, buildkit=buildkit)
        containers = engine.docker("ps", "--all", "--quiet").split()
        if containers:
            # each job has a machine of its own
            engine.docker("rm", "--force", *containers)
        for file in checkout.rglob("*"):
            name = file.relative_to(checkout).as_posix()
            if file.is_file() and any(
                fnmatch(name, p.rstrip("/")) or name.startswith(p.rstrip("/*") + "/") for p in job.keeps
            ):
                (kept / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(file, kept / name)


def images_after(engine: Engine, root: Path, path: str, target: str = "", buildkit: bool = False) -> dict[str, Image]:
    """The images that the jobs of a file leave, by their tags; the engine is as it was before."""
    before = _tags(engine)
    try:
        run(engine, root, path, target, buildkit)
        return {tag: engine.image(tag) for tag in _tags(engine) - before}
    finally:
        new = _tags(engine) - before
        if new:
            engine.docker("rmi", "--force", *new)


def _tags(engine: Engine) -> set[str]:
    listed = engine.docker("images", "--format", "{{.Repository}}:{{.Tag}}").split()
    return {tag for tag in listed if "<none>" not in tag}
