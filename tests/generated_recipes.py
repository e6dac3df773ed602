"""Recipes from a grammar: build images with files of every kind, ways out of them, steps on the host, runtime files.

They are written without regard to what the conversion can do. A recipe whose own script fails proves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random


@dataclass
class Maker:
    """A recipe in the making: the artifact's path in the build image, and the host's files as the script leaves them."""

    random: Random
    files: dict[str, str] = field(default_factory=dict)
    script: list[str] = field(default_factory=list)

    def one(self, *choices: str) -> str:
        return self.random.choice(choices)

    def sometimes(self, share: float = 0.3) -> bool:
        return self.random.random() < share


def generated_recipe(seed: int) -> dict[str, str]:
    """The texts of one recipe by path; `build.sh` builds `app:1`. Equal seeds give equal recipes."""
    make = Maker(Random(seed))
    kind = make.one("file", "file", "folder")
    artifact = _builder(make, kind)
    name = artifact.rpartition("/")[2]
    host = _script(make, artifact, name, kind)
    _runtime(make, host, name, kind)
    make.script.append(
        make.one("docker build -t app:1 .", "docker build -t app:1 --rm .", "docker build --tag=app:1 .")
    )
    if make.sometimes():
        make.script.append(f"rm -rf {host}")
    if make.sometimes():
        make.script.append(make.one("echo done", "docker images app:1", "docker rmi app-build"))
    if make.sometimes(0.25):
        make.files[".dockerignore"] = make.one(
            "*.md\n", "docs\n", ".git\n*.tmp\n", "**/*.map\n", "notes.txt\n!notes.txt\n"
        )
    first = make.one("#!/bin/sh\nset -e\n", "#!/bin/bash\nset -e\n", "#!/usr/bin/env bash\nset -euo pipefail\n")
    make.files["build.sh"] = first + "\n".join(make.script) + "\n"
    return make.files


def _builder(make: Maker, kind: str) -> str:
    """Writes Dockerfile.build and its sources; returns the artifact's absolute path."""
    folder = make.one("/src", "/go/src/app", "/work/")
    lines = [make.one("FROM golang:1.13", "FROM alpine:3.10", "FROM debian:10")]
    if make.sometimes(0.2):
        lines.insert(0, "ARG UNUSED=1")
    if make.sometimes(0.2):
        lines.append("ENV MODE=release OUT=out")
    lines.append(f"WORKDIR {folder}")
    make.files["main.txt"] = f"source {make.random.random()}\n"
    make.files["notes.txt"] = "notes\n"
    make.files["docs/read.md"] = "read\n"
    lines.append(make.one("COPY main.txt .", "ADD main.txt .", "COPY . .", "COPY main.txt main.txt"))
    if make.sometimes(0.2):
        lines.append("USER 1000:1000")
        lines[-2:-1] = [lines[-2], f"RUN chown -R 1000:1000 {folder}"]
    base = folder.rstrip("/")
    if kind == "file":
        path = make.one("app", "out/app", "app.bin", "build/libs/app.jar")
        parent = path.rpartition("/")[0]
        run = (f"mkdir -p {parent} && " if parent else "") + f"cp main.txt {path}"
        if make.sometimes(0.6):
            run += f" && chmod {make.one('755', '700', '4755', '640', '+x')} {path}"
        lines.append(f"RUN {run}")
    else:
        path = make.one("dist", "build/site", "out")
        run = f"mkdir -p {path}/sub {path}/.hid && cp main.txt {path}/a.txt && cp main.txt {path}/sub/b.map && cp main.txt {path}/.hid/c"
        if make.sometimes():
            run += f" && chmod 700 {path}/sub"
        if make.sometimes():
            run += f" && ln -s a.txt {path}/link"
        if make.sometimes(0.2):
            run += f" && chmod 750 {path}"
        lines.append(f"RUN {run}")
    if make.sometimes():
        lines.append('CMD ["true"]')
    make.files["Dockerfile.build"] = "\n".join(lines) + "\n"
    return f"{base}/{path}"


def _script(make: Maker, artifact: str, name: str, kind: str) -> str:
    """Writes the ways out and what follows on the host; returns the artifact's path in the context."""
    script = make.script
    script.append(make.one(
        "docker build -t app-build -f Dockerfile.build .",
        "docker build --file Dockerfile.build --tag app-build:latest .",
        "docker build -t app-build . -f Dockerfile.build",
    ))  # fmt: skip
    folder = make.one(".", ".", "dist", "target/bin", "./out")
    if folder != ".":
        script.append(make.one(f"mkdir -p {folder}", f"rm -rf {folder}\nmkdir -p {folder}"))
    way = make.one("cp", "cp", "cp", "id", "cat", "tar", "mount", "pipe")
    inner = artifact.rpartition("/")[0]
    target = f"{folder}/{name}" if folder != "." else name
    if way in ("cp", "id"):
        given = "box" if way == "cp" else "$id"
        script.append(
            make.one("docker create --name box app-build true", "docker run --name box app-build true")
            if way == "cp"
            else make.one("id=$(docker create app-build true)", "id=`docker create app-build true`")
        )
        if kind == "folder":
            copy = make.one(
                f"{artifact} {folder}", f"{artifact} {folder}/", f"{artifact}/. {target}", f"{artifact} {target}"
            )
        else:
            copy = make.one(
                f"{artifact} {folder}", f"{artifact} {folder}/", f"{artifact} {target}", f"{artifact} ./{target}"
            )
        script.append(f"docker cp {given}:{copy}")
        script.append(make.one(f"docker rm {given}", f"docker rm -f {given}", f"docker rm -v {given} >/dev/null"))
    elif way == "cat" and kind == "file":
        script.append(f"docker run --rm app-build cat {artifact} > {target}")
        if make.sometimes(0.5):
            script.append(f"chmod {make.one('+x', '755', 'a+x')} {target}")
    elif way == "tar":
        script.append(f"docker run --rm app-build tar c -C {inner} {name} | tar x -C {folder}")
    elif way == "mount":
        script.append(f"docker run --rm -v $PWD/{folder.removeprefix('./')}:/out app-build cp -r {artifact} /out/" if folder != "." else f'docker run --rm -v "$(pwd)":/out app-build cp -r {artifact} /out/')  # fmt: skip
    else:
        script.append("docker create --name box app-build true")
        script.append(f"docker cp box:{artifact} - | tar x -C {folder}")
        script.append("docker rm box")
    if make.sometimes(0.3):
        moved = make.one("renamed", "stage/moved", "a.out")
        if "/" in moved:
            script.append("mkdir -p stage")
        if kind == "folder":
            script.append(make.one(f"mv {target} {moved}", f"cp -r {target} {moved}", f"cp -a {target} {moved}"))
        else:
            script.append(make.one(f"mv {target} {moved}", f"cp {target} {moved}", f"install -m 755 {target} {moved}"))
        target = moved
    return target


def _runtime(make: Maker, host: str, name: str, kind: str) -> None:
    lines = [make.one("FROM alpine:3.10", "FROM alpine:3.10", "FROM busybox:1.31", "FROM scratch")]
    scratch = lines[0] == "FROM scratch"
    if make.sometimes(0.4):
        lines.append(make.one("WORKDIR /opt/app", "WORKDIR /root/", "WORKDIR /usr/share/app"))
    if not scratch and make.sometimes(0.2):
        lines.append("USER 1000")
    top = host.partition("/")[0]
    word = make.one("COPY", "COPY", "ADD")
    flag = make.one("--chown=5:6 ", "") if make.sometimes(0.2) else ""
    forms = [f"{host} /app", f"{host} /bin/", f"{host} .", f"./{host} /data/x/"]
    if "/" in host:
        forms += [f"{top} /all", f"{top}/ /all/"]
    if kind == "file":
        forms += [f"{host[:-1]}? /g/", f"{host}* /opt/"]
    else:
        forms += [f"{host}/a.txt /one", f"{host}/sub /s", f"{host}/*.txt /texts/"]
    if make.sometimes(0.3):
        forms += [". /everything", "notes.txt " + forms[0].split()[0] + " /two/"]
    lines.append(f"{word} {flag}{make.random.choice(forms)}")
    if make.sometimes(0.2):
        lines.append("COPY notes.txt /notes/")
    if not scratch and "USER 1000" not in lines and make.sometimes(0.3):
        lines.append("RUN find / -xdev -name 'a*' -type f | sort > /list")
    lines.append(make.one('CMD ["/app"]', 'ENTRYPOINT ["/bin/app"]', "EXPOSE 80"))
    make.files["Dockerfile"] = "\n".join(lines) + "\n"
