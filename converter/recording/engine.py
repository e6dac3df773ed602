"""An engine that is none: answers to docker commands as a clean, successful one would give them, for a dry run."""

from __future__ import annotations

import os

from converter.recording import files, programs
from converter.recording.flags import Call, parse

URLS = ("http://", "https://", "git://", "git@", "github.com/", "ssh://")


class Answer:
    """What a command gives: exit status, output and errors, and the ids of images and containers it made."""

    __slots__ = ("containers", "err", "images", "out", "status")

    def __init__(self, status: int = 0, out: str | bytes = "", err: str = "") -> None:
        self.status = status
        self.out = out if isinstance(out, bytes) else out.encode()
        self.err = err
        self.images: list[str] = []
        self.containers: list[str] = []


def failed(message: str, status: int = 1) -> Answer:
    """The answer of a command that fails."""
    return Answer(status, "", f"Error: {message}\n")


def new_state() -> dict[str, dict[str, object]]:
    """An engine without images and containers; plain values, so that it can be kept as JSON between calls."""
    return {"tags": {}, "images": {}, "containers": {}}


class Engine:
    """The images and containers of a dry run; `state` is changed in place. `told` are paths as in `files`."""

    def __init__(self, state: dict[str, dict[str, object]], told: list[str]) -> None:
        self.tags: dict[str, str] = state["tags"]  # type: ignore[assignment]
        self.images: dict[str, list[str]] = state["images"]  # type: ignore[assignment]
        self.containers: dict[str, dict[str, str]] = state["containers"]  # type: ignore[assignment]
        self.told = told

    def answer(self, argv: list[str], piped: bytes) -> Answer:
        """Carries out one command line; `piped` is what came on standard input, where the command reads it."""
        call = parse(argv)
        return COMMANDS.get(call.verb, _succeed)(self, call, piped)

    def image(self, name: str) -> str | None:
        """The id of an image that this run made, by tag or by id."""
        found = self.tags.get(_tag(name))
        if found:
            return found
        short = name.removeprefix("sha256:")
        return next((image for image in self.images if len(short) >= 4 and image.startswith(short)), None)

    def container(self, name: str) -> str | None:
        """The id of a container by name or by id."""
        for found, facts in self.containers.items():
            if name == facts["name"] or (len(name) >= 4 and found.startswith(name)):
                return found
        return None

    def origin(self, container: str) -> str:
        """How the files of a container are called: by its image as the command named it."""
        return self.containers[container]["image"]


def _tag(name: str) -> str:
    return name if ":" in name.rpartition("/")[2] or "@" in name else name + ":latest"


def _new_id() -> str:
    return os.urandom(32).hex()


def _succeed(engine: Engine, call: Call, piped: bytes) -> Answer:
    return Answer()


def _build(engine: Engine, call: Call, piped: bytes) -> Answer:
    context = call.operands[0] if call.operands else ""
    if not context:
        return failed('"docker build" requires exactly 1 argument.')
    dockerfile = call.value("-f", "--file")
    remote = context.startswith(URLS) or context.endswith(".git")
    if context != "-" and not remote:
        if not os.path.isdir(context):
            return failed(f'unable to prepare context: path "{context}" not found')
        wanted = (
            [dockerfile] if dockerfile else [os.path.join(context, name) for name in ("Dockerfile", "Containerfile")]
        )
        if dockerfile != "-" and not any(os.path.isfile(path) for path in wanted):
            return failed(f"unable to prepare context: unable to evaluate symlinks in Dockerfile path: {wanted[0]}")
    image = _new_id()
    tags = [_tag(tag) for tag in call.values("-t", "--tag")]
    engine.images[image] = tags
    engine.tags.update(dict.fromkeys(tags, image))
    into = call.value("--iidfile")
    if into:
        _write(into, f"sha256:{image}")
    for output in call.values("-o", "--output"):
        destination = dict(part.partition("=")[::2] for part in output.split(",")).get("dest", output)
        if destination != "-" and "type=image" not in output and "type=docker" not in output:
            os.makedirs(destination, exist_ok=True)
            files.make(destination, image[:12], "/", engine.told, True)
    if call.has("-q", "--quiet"):
        answer = Answer(0, f"sha256:{image}\n")
    else:
        lines = ["Step 1/1 : FROM scratch", f" ---> {image[:12]}", f"Successfully built {image[:12]}"]
        answer = Answer(0, "\n".join([*lines, *(f"Successfully tagged {tag}" for tag in tags)]) + "\n")
    answer.images.append(image)
    return answer


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def _create(engine: Engine, call: Call, piped: bytes) -> Answer:
    if not call.operands:
        return failed(f'"docker {call.verb}" requires at least 1 argument.')
    name = call.value("--name") or ""
    if name and engine.container(name):
        return failed(f'Conflict. The container name "/{name}" is already in use.', 125)
    into = call.value("--cidfile")
    if into and os.path.exists(into):
        return failed(f"container ID file found, make sure the other container isn't running or delete {into}", 125)
    container = _new_id()
    engine.containers[container] = {
        "name": name or f"quiet_{container[:6]}",
        "image": call.operands[0],
        "status": "created" if call.verb == "create" else "running" if call.has("-d", "--detach") else "exited",
    }
    if into:
        _write(into, container)
    for volume in call.values("-v", "--volume"):
        host = volume.split(":")[0]
        if host.startswith(("/", "./", "../")) and ":" in volume:
            os.makedirs(host, exist_ok=True)
    answer = Answer(0, container + "\n")
    if call.verb == "run" and not call.has("-d", "--detach"):
        answer.out = programs.output(call, piped, engine.told)
        if call.has("--rm"):
            del engine.containers[container]
    answer.containers.append(container)
    return answer


def _cp(engine: Engine, call: Call, piped: bytes) -> Answer:
    if len(call.operands) != 2:
        return failed('"docker cp" requires exactly 2 arguments.')
    source, target = call.operands
    if ":" not in source or source.startswith(("/", "./", "../")):
        container = engine.container(target.partition(":")[0])
        if container is None:
            return failed(f"No such container:path: {target}")
        return (
            Answer()
            if source == "-" or os.path.lexists(source)
            else failed(f"lstat {source}: no such file or directory")
        )
    name, _, path = source.partition(":")
    container = engine.container(name)
    if container is None:
        return failed(f"No such container:path: {source}")
    path = path if path.startswith("/") else "/" + path
    if target == "-":
        folder, member = os.path.split(path.rstrip("/"))
        return Answer(0, files.archive(engine.origin(container), folder, [member], engine.told))
    problem = files.copy_out(engine.origin(container), path, target, engine.told)
    return failed(problem) if problem else Answer()


def _remove_containers(engine: Engine, call: Call, piped: bytes) -> Answer:
    answer = _each_container(engine, call, piped)
    if call.has("-f", "--force"):
        # 20.10 and later: removing by force what is not there is no failure
        answer.status = 0
    for container in answer.containers:
        engine.containers.pop(container, None)
    answer.containers.clear()
    return answer


def _each_container(engine: Engine, call: Call, piped: bytes) -> Answer:
    """Prints each name as it was given; fails where one of them is not there."""
    answer = Answer()
    for name in call.operands:
        container = engine.container(name)
        if container is None:
            answer.status, answer.err = 1, answer.err + f"Error: No such container: {name}\n"
        else:
            answer.containers.append(container)
            answer.out += f"{name}\n".encode()
    if not call.operands:
        return failed(f'"docker {call.verb}" requires at least 1 argument.')
    return answer


def _wait(engine: Engine, call: Call, piped: bytes) -> Answer:
    answer = _each_container(engine, call, piped)
    answer.out = b"0\n" * len(answer.containers)
    return answer


def _exec(engine: Engine, call: Call, piped: bytes) -> Answer:
    container = engine.container(call.operands[0]) if call.operands else None
    if container is None:
        return failed(f"No such container: {' '.join(call.operands[:1])}")
    inner = Call("run", call.options, [engine.origin(container), *call.operands[1:]])
    return Answer(0, programs.output(inner, piped, engine.told))


def _rename(engine: Engine, call: Call, piped: bytes) -> Answer:
    container = engine.container(call.operands[0]) if len(call.operands) == 2 else None
    if container is None:
        return failed(f"No such container: {' '.join(call.operands[:1])}")
    engine.containers[container]["name"] = call.operands[1]
    return Answer()


def _export(engine: Engine, call: Call, piped: bytes) -> Answer:
    container = engine.container(call.operands[0]) if call.operands else None
    if container is None:
        return failed(f"No such container: {' '.join(call.operands[:1])}")
    return _stream(call, files.archive(engine.origin(container), "/", ["usr"], engine.told))


def _stream(call: Call, data: bytes) -> Answer:
    into = call.value("-o", "--output")
    if not into:
        return Answer(0, data)
    with open(into, "wb") as file:
        file.write(data)
    return Answer()


def _tag_image(engine: Engine, call: Call, piped: bytes) -> Answer:
    if len(call.operands) != 2:
        return failed('"docker tag" requires exactly 2 arguments.')
    source, target = call.operands
    image = engine.image(source)
    if image is None:
        # an image that was there before: its id is as good as any
        image = _new_id()
        engine.images[image] = [_tag(source)]
        engine.tags[_tag(source)] = image
    engine.images[image].append(_tag(target))
    engine.tags[_tag(target)] = image
    return Answer()


def _remove_images(engine: Engine, call: Call, piped: bytes) -> Answer:
    answer = Answer()
    if not call.operands:
        return failed('"docker rmi" requires at least 1 argument.')
    for name in call.operands:
        image = engine.image(name)
        if image is None:
            if not call.has("-f", "--force"):
                answer.status = 1
            answer.err += f"Error: No such image: {name}\n"
            continue
        if engine.tags.pop(_tag(name), None):
            engine.images[image].remove(_tag(name))
            answer.out += f"Untagged: {_tag(name)}\n".encode()
        else:
            for tag in engine.images[image]:
                engine.tags.pop(tag, None)
            engine.images[image].clear()
        if not engine.images[image]:
            del engine.images[image]
            answer.out += f"Deleted: sha256:{image}\n".encode()
    return answer


def _save(engine: Engine, call: Call, piped: bytes) -> Answer:
    return _stream(call, files.archive("images", "/", ["manifest.json"], []))


def _list_containers(engine: Engine, call: Call, piped: bytes) -> Answer:
    everything = call.has("-a", "--all", "-l", "--latest", "-n", "--last")
    found = [
        (container, facts)
        for container, facts in reversed(list(engine.containers.items()))
        if (everything or facts["status"] == "running") and _fits(facts, call.values("-f", "--filter"))
    ]
    count = call.value("-n", "--last")
    if call.has("-l", "--latest"):
        found = found[:1]
    elif count and count.isdigit():
        found = found[: int(count)]
    lines = []
    form = call.value("--format")
    for container, facts in found:
        identity = container if call.has("--no-trunc") else container[:12]
        if call.has("-q", "--quiet"):
            lines.append(identity)
        elif form:
            lines.append(_formatted(form, {"ID": identity, "Names": facts["name"], "Image": facts["image"]}))
        else:
            lines.append(
                f'{identity}   {facts["image"]}   "sh"   1 second ago   {facts["status"]}      {facts["name"]}'
            )
    if not call.has("-q", "--quiet") and not form:
        lines.insert(0, "CONTAINER ID   IMAGE   COMMAND   CREATED   STATUS   PORTS   NAMES")
    return Answer(0, "".join(line + "\n" for line in lines))


def _fits(facts: dict[str, str], filters: list[str]) -> bool:
    for one in filters:
        key, _, value = one.partition("=")
        if key == "name" and value.strip("^/$") not in facts["name"]:
            return False
        if key == "ancestor" and _tag(value) != _tag(facts["image"]):
            return False
        if key == "status" and value != facts["status"]:
            return False
    return True


def _formatted(form: str, values: dict[str, str]) -> str:
    """A Go template of plain fields."""
    for name, value in values.items():
        for spelling in ("{{." + name + "}}", "{{ ." + name + " }}"):
            form = form.replace(spelling, value)
    return form.replace("\\t", "\t").removeprefix("table ")


def _list_images(engine: Engine, call: Call, piped: bytes) -> Answer:
    wanted = call.operands[0] if call.operands else ""
    form = call.value("--format")
    lines = []
    for tag, image in reversed(list(engine.tags.items())):
        repository, _, version = tag.rpartition(":")
        if wanted and wanted not in (tag, repository):
            continue
        identity = "sha256:" + image if call.has("--no-trunc") else image[:12]
        if call.has("-q", "--quiet"):
            line = identity
        elif form:
            line = _formatted(form, {"Repository": repository, "Tag": version, "ID": identity})
        else:
            line = f"{repository}   {version}   {identity}   1 second ago   1MB"
        if line not in lines:
            lines.append(line)
    if not call.has("-q", "--quiet") and not form:
        lines.insert(0, "REPOSITORY   TAG   IMAGE ID   CREATED   SIZE")
    return Answer(0, "".join(line + "\n" for line in lines))


def _inspect(engine: Engine, call: Call, piped: bytes) -> Answer:
    answer = Answer()
    form = call.value("-f", "--format")
    for name in call.operands:
        container = None if call.verb.startswith("image") else engine.container(name)
        image = engine.image(name)
        if container is None and image is None:
            answer.status, answer.err = 1, answer.err + f"Error: No such object: {name}\n"
            continue
        if container is not None:
            facts = engine.containers[container]
            values = {
                "Id": container, "ID": container, "Name": "/" + facts["name"], "Image": facts["image"],
                "State.Running": str(facts["status"] == "running").lower(), "State.ExitCode": "0",
                "State.Status": facts["status"], "NetworkSettings.IPAddress": "172.17.0.2",
            }  # fmt: skip
        else:
            values = {"Id": f"sha256:{image}", "ID": f"sha256:{image}", "Size": "1000000", "VirtualSize": "1000000"}
        line = _formatted(form, values) if form else '[{"Id": "' + values["Id"] + '"}]'
        answer.out += (line + "\n").encode()
    return answer


def _version(engine: Engine, call: Call, piped: bytes) -> Answer:
    form = call.value("--format", "-f")
    return Answer(
        0, "20.10.24\n" if form else "Client:\n Version:           20.10.24\nServer:\n  Version:          20.10.24\n"
    )


def _nothing(engine: Engine, call: Call, piped: bytes) -> Answer:
    if any(name in ("-v", "--version") for name, _ in call.options):
        return Answer(0, "Docker version 20.10.24, build 297e128\n")
    return Answer(0, "Usage:  docker [OPTIONS] COMMAND\n")


COMMANDS = {
    "": _nothing, "build": _build, "create": _create, "run": _create, "cp": _cp, "rm": _remove_containers,
    "rmi": _remove_images, "start": _each_container, "stop": _each_container, "kill": _each_container,
    "restart": _each_container, "wait": _wait, "exec": _exec, "rename": _rename, "export": _export, "save": _save,
    "tag": _tag_image, "ps": _list_containers, "images": _list_images, "inspect": _inspect, "image inspect": _inspect,
    "version": _version, "logs": _succeed, "commit": _succeed,
}  # fmt: skip
"""What each subcommand does; every other one succeeds without a word."""
