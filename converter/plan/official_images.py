"""What well-known images bring, as published by their maintainers; looked up in November 2026.

An image that is not listed is unknown: so are those whose user depends on the version (gradle, jenkins, neo4j,
elasticsearch, sonarqube, ...). `user` is root, `workdir` is / and `entrypoint` empty where nothing is said. The table
is a module and not a data file because reading one would cost a tenth of a conversion.
"""

from __future__ import annotations

from converter.plan.facts import ImageFacts


def _image(
    command: tuple[str, ...] | None = None,
    entrypoint: tuple[str, ...] = (),
    user: str = "",
    workdir: str = "/",
) -> ImageFacts:
    return ImageFacts(user, workdir, command, entrypoint)


OFFICIAL: dict[str, ImageFacts] = {
    "scratch": _image(command=()),
    "alpine": _image(command=("/bin/sh",)),
    "amazonlinux": _image(command=("/bin/bash",)),
    "archlinux": _image(command=("/usr/bin/bash",)),
    "bash": _image(command=("bash",), entrypoint=("docker-entrypoint.sh",)),
    "buildpack-deps": _image(command=("bash",)),
    "busybox": _image(command=("sh",)),
    "centos": _image(command=("/bin/bash",)),
    "clojure": _image(workdir="/tmp"),
    "composer": _image(command=("composer",), entrypoint=("/docker-entrypoint.sh",), workdir="/app"),
    "crystallang-crystal": _image(command=("/bin/sh",)),
    "dart": _image(workdir="/root"),
    "debian": _image(command=("bash",)),
    "eclipse-temurin": _image(command=("jshell",)),
    "elixir": _image(command=("iex",)),
    "erlang": _image(command=("erl",)),
    "fedora": _image(command=("/bin/bash",)),
    "gcc": _image(command=("bash",)),
    "golang": _image(command=("bash",), workdir="/go"),
    "haproxy": _image(entrypoint=("docker-entrypoint.sh",), user="haproxy"),
    "haskell": _image(command=("ghci",)),
    "httpd": _image(command=("httpd-foreground",), workdir="/usr/local/apache2"),
    "iojs": _image(command=("iojs",)),
    "java": _image(command=("bash",)),
    "jetty": _image(entrypoint=("/docker-entrypoint.sh",), user="jetty", workdir="/var/lib/jetty"),
    "julia": _image(command=("julia",), entrypoint=("docker-entrypoint.sh",)),
    "maven": _image(command=("mvn",), entrypoint=("/usr/local/bin/mvn-entrypoint.sh",)),
    "mono": _image(command=("bash",)),
    "nginx": _image(command=("nginx", "-g", "daemon off;")),
    "node": _image(command=("node",)),
    "openjdk": _image(),
    "oraclelinux": _image(command=("/bin/bash",)),
    "perl": _image(command=("perl",)),
    "php": _image(command=("php", "-a")),
    "python": _image(command=("python3",)),
    "ruby": _image(command=("irb",)),
    "rust": _image(command=("bash",)),
    "swift": _image(command=("/bin/bash",)),
    "tomcat": _image(command=("catalina.sh", "run"), workdir="/usr/local/tomcat"),
    "ubuntu": _image(command=("/bin/bash",)),
    "microsoft/dotnet": _image(command=("bash",)),
    "microsoft/aspnetcore": _image(command=("bash",)),
    "microsoft/aspnetcore-build": _image(command=("bash",)),
    "mcr.microsoft.com/dotnet/sdk": _image(command=("bash",)),
    "mcr.microsoft.com/dotnet/core/sdk": _image(command=("bash",)),
    "mcr.microsoft.com/dotnet/aspnet": _image(),
    "mcr.microsoft.com/dotnet/runtime": _image(),
    "ekidd/rust-musl-builder": _image(user="rust", workdir="/home/rust/src"),
    "gcr.io/distroless/base": _image(),
    "gcr.io/distroless/static": _image(),
    "gcr.io/distroless/cc": _image(),
    "gcr.io/distroless/java": _image(),
}
"""Facts by repository, without `library/` and without `docker.io/`."""
