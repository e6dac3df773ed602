"""Legacy triples by the hundred, all different: every language of a list meets every way of getting the artifact out.

Nothing is random: the triple with a number is always the same. `make_triples` lays them out below one folder.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from tests.batch.trees import make


class Language(Struct, frozen=True):
    """How something is compiled: `artifact` is absolute in the build image, a folder where it ends in `/`."""

    name: str
    image: str
    sources: dict[str, str]
    steps: str
    artifact: str
    runtime: str
    command: str


class Names(Struct, frozen=True):
    """What a triple calls things; `host` is the artifact's name on the host, without a final `/`."""

    app: str
    image: str
    container: str
    builder: str
    runtime: str
    artifact: str
    host: str


LANGUAGES = (
    Language("go", "golang:1.13", {"main.go": "package main\n\nfunc main() {}\n"},
             "WORKDIR /src\nCOPY main.go .\nRUN CGO_ENABLED=0 go build -o /src/{app} main.go\n",
             "/src/{app}", "alpine:3.18", '["/opt/{app}"]'),
    Language("go-vendored", "golang:1.9-alpine", {"cmd/main.go": "package main\n", "vendor/x.go": "package x\n"},
             "ENV CGO_ENABLED=0\nCOPY . /go/src/{app}\nRUN go install {app}/cmd && mv /go/bin/cmd /go/bin/{app}\n",
             "/go/bin/{app}", "scratch", '["/opt/{app}"]'),
    Language("c", "gcc:12", {"main.c": "int main(void) { return 0; }\n"},
             "COPY main.c /w/\nRUN gcc -static -O2 -o /w/{app} /w/main.c\n",
             "/w/{app}", "busybox:1.36", '["/opt/{app}"]'),
    Language("cpp", "gcc:9", {"src/a.cc": "int main() {}\n", "Makefile.inc": "O = 2\n"},
             "WORKDIR /build\nCOPY src src\nRUN g++ -o out/{app} src/a.cc || (mkdir out && g++ -o out/{app} src/a.cc)\n",
             "/build/out/{app}", "debian:bookworm-slim", '["/opt/{app}"]'),
    Language("rust", "rust:1.70", {"Cargo.toml": "[package]\n", "src/main.rs": "fn main() {}\n"},
             "WORKDIR /usr/src/{app}\nCOPY Cargo.toml ./\nCOPY src/ src/\nRUN cargo build --release\n",
             "/usr/src/{app}/target/release/{app}", "debian:bullseye-slim", '["/opt/{app}"]'),
    Language("java-maven", "maven:3-jdk-8", {"pom.xml": "<project/>\n", "src/A.java": "class A {}\n"},
             "WORKDIR /code\nADD pom.xml .\nADD src src\nRUN mvn -q package\n",
             "/code/target/{app}.jar", "openjdk:8-jre", '["java", "-jar", "/opt/{app}.jar"]'),
    Language("java-gradle", "gradle:6-jdk11", {"build.gradle": "apply plugin: 'java'\n"},
             "USER root\nCOPY build.gradle /g/\nRUN cd /g && gradle build\n",
             "/g/build/libs/{app}.jar", "openjdk:11-jre-slim", '["java", "-jar", "/opt/{app}.jar"]'),
    Language("haskell", "haskell:8", {"Main.hs": "main = pure ()\n"},
             "COPY Main.hs /h/\nRUN ghc -o /h/{app} /h/Main.hs\n",
             "/h/{app}", "debian:stretch-slim", '["/opt/{app}"]'),
    Language("nim", "registry.example.com:5000/lang/nim:1.6", {"app.nim": "echo 1\n"},
             "COPY app.nim /n/\nRUN nim c -o:/n/{app} /n/app.nim\n",
             "/n/{app}", "alpine:3.17", '["/opt/{app}"]'),
    Language("zig", "registry.example.com/zig:0.11", {"main.zig": "pub fn main() void {}\n"},
             "ARG MODE=ReleaseSafe\nWORKDIR /z\nCOPY main.zig .\nRUN zig build-exe -O $MODE main.zig && mv main {app}\n",
             "/z/{app}", "scratch", '["/opt/{app}"]'),
    Language("crystal", "crystallang/crystal:1.0", {"a.cr": "puts 1\n"},
             "# static, so that it runs anywhere\nCOPY a.cr /c/\nRUN crystal build --static -o /c/{app} /c/a.cr\n",
             "/c/{app}", "alpine:3.14", '["/opt/{app}"]'),
    Language("swift", "swift:5.7", {"Package.swift": "// swift\n", "Sources/main.swift": "print(1)\n"},
             "WORKDIR /s\nCOPY . .\nRUN swift build -c release && cp .build/release/{app} /s/{app}\n",
             "/s/{app}", "swift:5.7-slim", '["/opt/{app}"]'),
    Language("dotnet", "mcr.microsoft.com/dotnet/sdk:6.0", {"app.csproj": "<Project/>\n", "Program.cs": "class P {}\n"},
             "WORKDIR /app\nCOPY app.csproj ./\nCOPY Program.cs ./\nRUN dotnet publish -c Release -o /app/out/\n",
             "/app/out/", "mcr.microsoft.com/dotnet/aspnet:6.0", '["dotnet", "/opt/{app}/{app}.dll"]'),
    Language("node", "node:14", {"package.json": "{}\n", "index.js": "1\n"},
             "WORKDIR /site\nCOPY package.json index.js ./\nRUN npm ci && npm run build\n",
             "/site/dist/", "nginx:1.25", '["nginx", "-g", "daemon off;"]'),
    Language("elm", "node:12", {"elm.json": "{}\n", "src/Main.elm": "module Main exposing (..)\n"},
             "COPY elm.json /e/\nCOPY src /e/src\nRUN cd /e && elm make --output=public/ src/Main.elm\n",
             "/e/public/", "nginx:alpine", '["nginx", "-g", "daemon off;"]'),
    Language("python", "python:3.9", {"setup.py": "from setuptools import setup\n"},
             "COPY setup.py /p/\nRUN cd /p && pip wheel -w /p/wheels/ .\n",
             "/p/wheels/", "python:3.9-slim", '["python", "-m", "{app}"]'),
    Language("ocaml", "ocaml/opam:debian-ocaml-4.14", {"a.ml": "let () = ()\n"},
             "USER root\nCOPY a.ml /o/\nRUN ocamlfind ocamlopt -o /o/{app} /o/a.ml\n",
             "/o/{app}", "debian:buster-slim", '["/opt/{app}"]'),
    Language("erlang", "erlang:24", {"rebar.config": "{erl_opts, []}.\n"},
             "WORKDIR /r\nCOPY rebar.config .\nRUN rebar3 as prod release -o /r/rel/\n",
             "/r/rel/", "erlang:24-slim", '["/opt/{app}/bin/run", "foreground"]'),
    Language("jekyll", "ruby:2.7", {"_config.yml": "title: a\n", "index.html": "<p>\n"},
             "WORKDIR /j\nCOPY _config.yml index.html ./\nRUN gem install jekyll && jekyll build -d /j/_site/\n",
             "/j/_site/", "httpd:2.4", '["httpd-foreground"]'),
    Language("pascal", "registry.example.com/team/fpc:3.2", {"a.pas": "begin end.\n"},
             "COPY a.pas /f/\nRUN fpc -o/f/{app} /f/a.pas\n",
             "/f/{app}", "busybox:musl", '["/opt/{app}"]'),
)  # fmt: skip


def _named(n: Names) -> str:
    return (
        f"#!/bin/sh\nset -e\ndocker build -t {n.image}:build -f {n.builder} .\n"
        f"docker create --name {n.container} {n.image}:build\n"
        f"docker cp {n.container}:{n.artifact} {n.host}\ndocker rm -f {n.container}\n"
        f"docker build -t {n.image}:latest -f {n.runtime} .\nrm -rf {n.host}\n"
    )


def _id_in_parentheses(n: Names) -> str:
    return (
        f"#!/bin/bash\n\ndocker build --tag {n.image}-builder --file {n.builder} .\n"
        f"id=$(docker create {n.image}-builder)\ndocker cp $id:{n.artifact} ./{n.host}\ndocker rm -v $id\n"
        f"docker build --tag {n.image}:1.0 --file {n.runtime} .\n"
    )


def _id_in_backquotes(n: Names) -> str:
    return (
        f"#!/bin/bash\ndocker build -q -t {n.image}-b -f {n.builder} . || exit 1\n"
        f'CID=`docker create {n.image}-b`\ndocker cp "$CID":{n.artifact} {n.host} || exit 1\n'
        f'docker rm "$CID" > /dev/null\ndocker build -t {n.image} -f {n.runtime} . || exit 1\n'
    )


def _variables(n: Names) -> str:
    return (
        f"#!/bin/sh -e\nNAME={n.image}\nTMP={n.container}\n\n# compile\ndocker build -t $NAME:build -f {n.builder} .\n"
        f"docker create --name $TMP $NAME:build\ndocker cp $TMP:{n.artifact} ./{n.host}\ndocker rm $TMP\n\n"
        f"# package\ndocker build -t $NAME:latest -f {n.runtime} .\ndocker push $NAME:latest\n"
    )


def _one_chain(n: Names) -> str:
    return (
        f"#!/bin/sh\ndocker build -t {n.image}:b -f {n.builder} . && \\\n"
        f"  docker create --name {n.container} {n.image}:b && \\\n"
        f"  docker cp {n.container}:{n.artifact} {n.host} && \\\n  docker rm {n.container} && \\\n"
        f"  docker build -t {n.image}:l -f {n.runtime} .\n"
    )


def _podman(n: Names) -> str:
    return (
        f"#!/usr/bin/env bash\nset -euo pipefail\npodman build -t {n.image}/build -f {n.builder} .\n"
        f"podman create --name {n.container} {n.image}/build\npodman cp {n.container}:{n.artifact} {n.host}\n"
        f"podman rm {n.container}\npodman build -t {n.image}/run -f {n.runtime} .\n"
    )


def _sudo(n: Names) -> str:
    return (
        f"#!/bin/bash\nsudo docker build -t {n.image}_build -f {n.builder} .\n"
        f"sudo docker create --name={n.container} {n.image}_build\n"
        f"sudo docker cp {n.container}:{n.artifact} {n.host}\nsudo docker rm -f {n.container}\n"
        f"sudo docker build -t {n.image} -f {n.runtime} .\n"
    )


def _run_true(n: Names) -> str:
    return (
        f"#!/bin/sh\ndocker build -t {n.image}:compile -f {n.builder} .\n"
        f"docker run --name {n.container} {n.image}:compile true\ndocker cp {n.container}:{n.artifact} {n.host}\n"
        f"docker rm {n.container}\ndocker build -t {n.image}:ship -f {n.runtime} .\n"
    )


def _cleaned_first(n: Names) -> str:
    return (
        f"#!/bin/sh\nset -x\nrm -rf {n.host}\ndocker rm -f {n.container} 2>/dev/null || true\n"
        f"docker build -t {n.image}:build -f {n.builder} .\ndocker create --name {n.container} {n.image}:build\n"
        f"docker cp {n.container}:{n.artifact} {n.host}\ndocker rm {n.container}\n"
        f"docker build -t {n.image}:latest -f {n.runtime} .\ndocker rmi {n.image}:build\n"
    )


def _announced(n: Names) -> str:
    return (
        f"#!/bin/sh\necho Building {n.image}:build\ndocker build -t {n.image}:build . -f {n.builder}\n"
        f"docker create --name {n.container} {n.image}:build\ndocker cp {n.container}:{n.artifact} ./{n.host}\n"
        f"docker rm -f {n.container}\necho Building {n.image}:latest\n"
        f"docker build --no-cache -t {n.image}:latest -f {n.runtime} .\nrm -r ./{n.host}\n"
    )


def _long_forms(n: Names) -> str:
    return (
        f"#!/bin/bash\nset -o errexit\ndocker image build --tag={n.image}:stage1 --file={n.builder} .\n"
        f"docker container create --name {n.container} {n.image}:stage1\n"
        f"docker container cp {n.container}:{n.artifact} ./{n.host}\ndocker container rm --force {n.container}\n"
        f"docker image build --tag={n.image}:stage2 --file={n.runtime} .\n"
    )


def _function(n: Names) -> str:
    return (
        f"#!/bin/bash\nset -e\n\nextract() {{\n  docker create --name {n.container} {n.image}:build\n"
        f"  docker cp {n.container}:{n.artifact} {n.host}\n  docker rm {n.container}\n}}\n\n"
        f"docker build -t {n.image}:build -f {n.builder} .\nextract\ndocker build -t {n.image}:latest -f {n.runtime} .\n"
    )


def _trap(n: Names) -> str:
    return (
        f"#!/bin/bash\nset -e\ntrap 'docker rm -f {n.container}' EXIT\n"
        f"docker build -t {n.image}:build -f {n.builder} .\ndocker create --name {n.container} {n.image}:build\n"
        f"docker cp {n.container}:{n.artifact} {n.host}\ndocker build -t {n.image}:latest -f {n.runtime} .\n"
    )


def _status_checks(n: Names) -> str:
    return (
        f"#!/bin/bash\ndocker build -t {n.image}:build -f {n.builder} .\nif [ $? -ne 0 ]; then\n  exit 1\nfi\n"
        f"docker create --name {n.container} {n.image}:build\ndocker cp {n.container}:{n.artifact} {n.host}\n"
        f"docker rm {n.container}\ndocker build -t {n.image}:latest -f {n.runtime} .\n"
    )


def _several_on_one_line(n: Names) -> str:
    return (
        f"docker build -t {n.image}:build -f {n.builder} .; docker create --name {n.container} {n.image}:build\n"
        f"docker cp {n.container}:{n.artifact} {n.host}; docker rm {n.container}\n"
        f"docker build -t {n.image}:latest -f {n.runtime} .\n"
    )


def _smoke_test(n: Names) -> str:
    return (
        f"#!/bin/sh\nset -e\ndocker build -t {n.image}:build -f {n.builder} .\n"
        f"docker create --name {n.container} {n.image}:build\ndocker cp {n.container}:{n.artifact} {n.host}\n"
        f"docker rm {n.container}\ndocker build -t {n.image}:latest -f {n.runtime} .\n"
        f"docker run --rm {n.image}:latest --version\ndocker push {n.image}:latest\n"
    )


def _tag_afterwards(n: Names) -> str:
    return (
        f"#!/bin/bash\nset -e\ndocker build -t {n.image}:build -f {n.builder} .\n"
        f"docker create --name {n.container} {n.image}:build /bin/true\n"
        f"docker cp {n.container}:{n.artifact} {n.host}\ndocker rm {n.container}\n"
        f"docker build -t {n.image} -f {n.runtime} .\ndocker tag {n.image} registry.example.com/{n.image}:2\n"
    )


def _timed(n: Names) -> str:
    return (
        f"#!/bin/bash\ntime docker build -t {n.image}:build -f {n.builder} .\n"
        f"docker create --name {n.container} {n.image}:build\ntime docker cp {n.container}:{n.artifact} {n.host}\n"
        f"docker rm {n.container}\ntime docker build -t {n.image}:latest -f {n.runtime} .\n"
    )


def _inline_id(n: Names) -> str:
    return (
        f"#!/bin/sh\nset -e\ndocker build -t {n.image}-dev -f {n.builder} .\n"
        f"docker cp $(docker create {n.image}-dev):{n.artifact} {n.host}\n"
        f"docker build -t {n.image}-prod -f {n.runtime} .\n"
    )


def _positional_tag(n: Names) -> str:
    return (
        f"#!/bin/sh\nset -e\nTAG=$1\ndocker build -t {n.image}:build -f {n.builder} .\n"
        f"docker create --name {n.container} {n.image}:build\ndocker cp {n.container}:{n.artifact} {n.host}\n"
        f'docker rm {n.container}\ndocker build -t {n.image}:"$TAG" -f {n.runtime} .\n'
    )


MECHANISMS: tuple[Callable[[Names], str], ...] = (
    _named, _id_in_parentheses, _id_in_backquotes, _variables, _one_chain, _podman, _sudo, _run_true, _cleaned_first,
    _announced, _long_forms, _function, _trap, _status_checks, _several_on_one_line, _smoke_test, _tag_afterwards,
    _timed, _inline_id, _positional_tag,
)  # fmt: skip

_ANIMALS = ("lynx", "heron", "otter", "newt", "stoat", "raven", "ibex")
_FILES = (("Dockerfile.build", "Dockerfile"), ("Dockerfile", "Dockerfile.run"), ("build.dockerfile", "run.dockerfile"),
          ("Dockerfile-dev", "Dockerfile-prod"))  # fmt: skip
_SCRIPTS = ("build.sh", "make-image.sh", "docker-build", "release.bash")

COUNT = len(LANGUAGES) * len(MECHANISMS)


def triple(number: int) -> dict[str, bytes]:
    """The files of one triple; `number` is below `COUNT`."""
    language = LANGUAGES[number % len(LANGUAGES)]
    mechanism = MECHANISMS[number // len(LANGUAGES)]
    app = f"{_ANIMALS[number % len(_ANIMALS)]}{number}"
    builder, runtime = _FILES[number % len(_FILES)]
    artifact = language.artifact.format(app=app)
    # A folder arrives under its own name, so that nothing depends on whether that name is taken.
    host = artifact.rstrip("/").rpartition("/")[2]
    target = f"/opt/{app}/" if artifact.endswith("/") else "/opt/"
    names = Names(app, f"shop/{app}", f"{app}-tmp", builder, runtime, artifact.rstrip("/"), host)
    blank = "\n" if number % 3 == 0 else ""
    files = {
        **language.sources,
        builder: f"FROM {language.image}\n{blank}" + language.steps.replace("{app}", app),
        runtime: f"FROM {language.runtime}\n{blank}COPY {host} {target}\nCMD {language.command.replace('{app}', app)}\n",
        _SCRIPTS[number % len(_SCRIPTS)]: mechanism(names),
    }
    return {name: text.encode() for name, text in files.items()}


def folder_of(number: int) -> str:
    """Where a triple lies: in folders of different depth."""
    language = LANGUAGES[number % len(LANGUAGES)].name
    return f"{language}/app-{number}" if number % 2 else f"teams/{number % 9}/{language}-{number}"


def make_triples(folder: Path, numbers: range = range(COUNT)) -> Path:
    """Writes the triples below the folder."""
    for number in numbers:
        make(folder / folder_of(number), triple(number))
        for name in _SCRIPTS:
            script = folder / folder_of(number) / name
            if script.exists():
                script.chmod(0o755)
    return folder
