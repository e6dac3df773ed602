"""What the stand-ins have in place of the official images' tools.

The compilers write a small script that names its sources by digest, and the
arguments and variables that would have changed the real result: whoever builds
something else gets another file. Nothing in them depends on time, host or user.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Profile:
    """One official image: scripts by name, texts by path, programs of this machine, configuration."""

    commands: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    programs: tuple[str, ...] = ()
    config: Mapping[str, Any] = field(default_factory=dict)


_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

_NOTHING = "exit 0\n"
_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"

_INSTALL = rf"""
for word; do
    case $word in ca-certificates)
        mkdir -p {_CERTIFICATES.rpartition("/")[0]}
        echo "stand-in for certificates" > {_CERTIFICATES}
    esac
done
"""

# `compile TOOL ARGUMENTS...` writes what `-o` names. Sources are the files among the arguments,
# and everything below the folders among them, as far as `$SOURCES` matches, but the output itself.
_COMPILE = r"""
compile() {
    tool=$1; shift; out=; sources=; options=
    while [ $# -gt 0 ]; do
        case $1 in
            -o) out=$2; shift ;;
            -o?*) out=${1#-o} ;;
            -ldflags|-tags|-gcflags|-D|-I|-L|-l) options="$options $1 $2"; shift ;;
            -*) options="$options $1" ;;
            */...) sources="$sources
${1%/...}" ;;
            *) sources="$sources
$1" ;;
        esac
        shift
    done
    [ -n "$sources" ] || sources=.
    [ -n "$out" ] || out=${DEFAULT_OUT:-a.out}
    while IFS= read -r source; do
        case $source in cmd/*) continue ;; esac  # a program of Go's own
        [ -z "$source" ] || [ -e "$source" ] || { echo "$tool: $source: No such file or directory" >&2; exit 1; }
    done <<END
$sources
END
    case $out in */*) mkdir -p "${out%/*}" ;; esac
    rm -f "$out"
    text=$(
        printf '#!/bin/sh\n# %s%s\n' "$tool" "$options"
        env | grep -E '^(GO(OS|ARCH|FLAGS)|CGO_ENABLED|CFLAGS|LDFLAGS|RUSTFLAGS)=' | sort | sed 's/^/# /'
        printf '%s\n' "$sources" | grep . | while IFS= read -r source; do
            if [ -d "$source" ]; then
                (
                    cd "$source" || exit
                    find . -type f ! -path './.git/*' | grep -E "${SOURCES:-.}" | sort | while IFS= read -r file; do
                        printf '# %s %s\n' "$(sha256sum < "$file" | cut -c1-64)" "$file"
                    done
                )
            elif [ -f "$source" ]; then
                printf '# %s %s\n' "$(sha256sum < "$source" | cut -c1-64)" "$source"
            else
                printf '# %s\n' "$source"
            fi
        done
        printf 'echo %s\n' "$tool"
    )
    printf '%s\n' "$text" > "$out"
    chmod 755 "$out"
}
"""

_C_COMPILER = _COMPILE + 'compile cc "$@"\n'

_GO = (
    _COMPILE
    + r"""
verb=$1
[ $# -eq 0 ] || shift
case $verb in
    build)
        set -- "$@" --end
        while [ "$1" != --end ]; do
            option=$1; shift
            case $option in
                -installsuffix|-mod|-p|-pkgdir|-buildmode) shift ;;
                *) set -- "$@" "$option" ;;
            esac
        done
        shift
        DEFAULT_OUT=${PWD##*/}
        SOURCES='\.(go|s|c|h)$|/go\.(mod|sum)$'
        compile go "$@"
        ;;
    version) echo "go version go1.13 linux/amd64" ;;
    env) [ $# -eq 0 ] && env | grep '^GO' || { for name; do eval "echo \"\$$name\""; done; } ;;
    get|mod|vet|test|fmt|generate|install) echo "go $verb: nothing to do" ;;
    *) echo "go $verb: unknown command" >&2; exit 2 ;;
esac
"""
)

_NPM = r"""
case $1 in
    install|ci|i)
        mkdir -p node_modules/left-pad
        echo 'module.exports = require' > node_modules/left-pad/index.js
        echo '{"name": "left-pad", "version": "1.3.0"}' > node_modules/left-pad/package.json
        ;;
    run|run-script)
        text=$(sed -n "s/.*\"$2\": *\"\([^\"]*\)\".*/\1/p" package.json | head -n 1)
        [ -n "$text" ] || { echo "npm: missing script: $2" >&2; exit 1; }
        sh -c "$text"
        ;;
    test|prune|config|cache|audit|version) ;;
    *) echo "npm $1: unknown command" >&2; exit 1 ;;
esac
"""

_ARCHIVE_OF = r"""
# archive_of OUT FOLDER: an archive that is the same for the same files
archive_of() {
    mkdir -p "$(dirname "$1")"
    (cd "$2" && find . -type f | sort | while IFS= read -r file; do
        printf '%s %s\n' "$(sha256sum < "$file" | cut -c1-64)" "$file"
    done) > "$1.new"
    mv "$1.new" "$1"
}
"""

_MAVEN = (
    _ARCHIVE_OF
    + r"""
revision=
goal=
for word; do
    case $word in
        -Drevision=*) revision=${word#*=} ;;
        package|install|verify) goal=package ;;
        clean) rm -rf target ;;
    esac
done
[ "$goal" ] || exit 0
tag() { sed -n "s/.*<$1>\(.*\)<\/$1>.*/\1/p" pom.xml | head -n 1; }
name=$(tag finalName)
[ "$name" ] || name=$(tag artifactId)-$(tag version)
packaging=$(tag packaging)
name=$(printf '%s' "$name" | sed "s/\${revision}/$revision/g; s/\${project.artifactId}/$(tag artifactId)/g")
mkdir -p target/classes
archive_of "target/$name.${packaging:-jar}" src
"""
)

_GRADLE = (
    _ARCHIVE_OF
    + r"""
for word; do
    case $word in build|assemble|jar)
        name=$(sed -n "s/^rootProject.name *= *['\"]\(.*\)['\"]/\1/p" settings.gradle 2>/dev/null)
        archive_of "build/libs/${name:-${PWD##*/}}.jar" src
    esac
done
"""
)

_JAVAC = r"""
out=
while [ $# -gt 0 ]; do
    case $1 in
        -d) out=$2; shift ;;
        -cp|-classpath) shift ;;
        *.java)
            target=${1%.java}.class
            [ -z "$out" ] || { mkdir -p "$out"; target=$out/$(basename "$target"); }
            { echo class; sha256sum < "$1"; } > "$target"
            ;;
    esac
    shift
done
"""

_JAR = r"""
flags=$1; shift
case $flags in *f*) out=$1; shift ;; esac
case $flags in *e*) echo "$1" > "$out"; shift ;; *) : > "$out" ;; esac
for word; do
    [ ! -f "$word" ] || printf '%s %s\n' "$(sha256sum < "$word" | cut -c1-64)" "$word" >> "$out"
done
"""

_CARGO = (
    _COMPILE
    + r"""
[ "$1" = build ] || exit 0
name=$(sed -n 's/^name *= *"\(.*\)"/\1/p' Cargo.toml | head -n 1)
folder=debug
for word; do [ "$word" != --release ] || folder=release; done
compile cargo -o "target/$folder/$name" Cargo.toml src
"""
)

_PIP = r"""
case $1 in
    wheel|download)
        folder=.
        for word; do
            case $word in --wheel-dir=*|--dest=*) folder=${word#*=} ;; esac
        done
        mkdir -p "$folder"
        grep -hv '^ *#' requirements.txt 2>/dev/null | while IFS= read -r line; do
            [ -z "$line" ] || echo "$line" > "$folder/$(printf '%s' "$line" | sed 's/==/-/')-py3-none-any.whl"
        done
        ;;
    install) mkdir -p /usr/local/lib/python3.7/site-packages ;;
esac
"""

_PYTHON = (
    _ARCHIVE_OF
    + r"""
[ "$1 $2" = "-m zipapp" ] || { echo "python $*"; exit 0; }
shift 2
folder=$1; shift
out=$folder.pyz
while [ $# -gt 0 ]; do case $1 in -o) out=$2; shift ;; esac; shift; done
archive_of "$out" "$folder"
chmod 755 "$out"
"""
)

_DOTNET = (
    _ARCHIVE_OF
    + r"""
[ "$1" = publish ] || exit 0
out=bin/publish
while [ $# -gt 0 ]; do case $1 in -o|--output) out=$2; shift ;; esac; shift; done
name=$(basename "$(ls *.csproj | head -n 1)" .csproj)
mkdir -p "$out"
{ ls *.cs *.csproj | sort | while read -r file; do sha256sum "$file"; done; } > "$out/$name.dll"
echo '{}' > "$out/$name.runtimeconfig.json"
"""
)

# Debian's busybox has no `adduser`; these know the options of Alpine's, Debian's and shadow's.
_ACCOUNTS = r"""
next_id() { awk -F: -v id="$2" '$3 >= id && $3 < 60000 { id = $3 + 1 } END { print id }' "$1"; }
group() {
    grep -q "^$1:" /etc/group || echo "$1:x:${2:-$(next_id /etc/group "$first")}:" >> /etc/group
}
user() {
    grep -q "^$1:" /etc/passwd && { echo "user '$1' in use" >&2; exit 1; }
    [ "$id" ] || id=$(next_id /etc/passwd "$first")
    [ "$group" ] || { group "$1" "$id"; group=$1; }
    gid=$(grep -e "^$group:" -e "^[^:]*:[^:]*:$group:" /etc/group | head -n 1 | cut -d: -f3)
    home=${home:-/home/$1}
    echo "$1:x:$id:$gid::$home:${shell:-/bin/sh}" >> /etc/passwd
    [ "$make_home" != yes ] || { mkdir -p "$home"; chown "$id:$gid" "$home"; }
}
id= group= home= shell= first=1000 name= extra=
"""

_ADDUSER = (
    _ACCOUNTS
    + r"""
make_home=yes
while [ $# -gt 0 ]; do
    case $1 in
        -u|--uid) id=$2; shift ;;
        -G|--ingroup) group=$2; shift ;;
        -h|--home) home=$2; shift ;;
        -s|--shell) shell=$2; shift ;;
        -g|--gecos|-k) shift ;;
        -H|--no-create-home) make_home=no ;;
        -S|--system) first=100 ;;
        -*) ;;
        *) if [ "$name" ]; then extra=$1; else name=$1; fi ;;
    esac
    shift
done
if [ "$extra" ]; then  # `adduser USER GROUP`
    sed -i "s/^\($extra:.*:\)$/\1$name/; t; s/^\($extra:.*\)$/\1,$name/" /etc/group
else
    user "$name"
fi
"""
)

_USERADD = (
    _ACCOUNTS
    + r"""
make_home=no
while [ $# -gt 0 ]; do
    case $1 in
        -u|--uid) id=$2; shift ;;
        -g|--gid) group=$2; shift ;;
        -d|--home-dir|--home) home=$2; shift ;;
        -s|--shell) shell=$2; shift ;;
        -G|--groups|-c|--comment|-k) shift ;;
        -m|--create-home) make_home=yes ;;
        -r|--system) first=100 ;;
        -*) ;;
        *) name=$1 ;;
    esac
    shift
done
user "$name"
"""
)

_ADDGROUP = (
    _ACCOUNTS
    + r"""
while [ $# -gt 0 ]; do
    case $1 in
        -g|--gid) id=$2; shift ;;
        -S|-r|--system) first=100 ;;
        -*) ;;
        *) name=$1 ;;
    esac
    shift
done
group "$name" "$id"
"""
)

_BASH = 'exec /bin/sh "$@"\n'

_DEBIAN = {
    "/bin/bash": _BASH,
    "/usr/bin/apt-get": _INSTALL,
    "/usr/bin/apt": _INSTALL,
    "/usr/sbin/useradd": _USERADD,
    "/usr/sbin/groupadd": _ADDGROUP,
    "/usr/sbin/adduser": _ADDUSER,
    "/usr/sbin/addgroup": _ADDGROUP,
}
_COMPILERS = dict.fromkeys(("gcc", "cc", "g++", "c++", "clang"), _C_COMPILER) | {"strip": _NOTHING}
_ALPINE = {"/sbin/apk": _INSTALL, "/usr/sbin/adduser": _ADDUSER, "/usr/sbin/addgroup": _ADDGROUP}
_SETCAP = ("/usr/sbin/setcap", "/usr/sbin/getcap")


def _users(*lines: str) -> dict[str, str]:
    groups = [f"{line.split(':')[0]}:x:{line.split(':')[3]}:" for line in lines]
    return {
        "/etc/passwd": "\n".join(
            ("root:x:0:0:root:/root:/bin/sh", "nobody:x:65534:65534:nobody:/:/bin/false", *lines, "")
        ),
        "/etc/group": "\n".join(("root:x:0:", "nogroup:x:65533:", "nobody:x:65534:", *groups, "")),
    }


_JAVA_CONFIG = {"Env": [f"PATH=/usr/local/openjdk-8/bin:{_PATH}", "JAVA_HOME=/usr/local/openjdk-8"]}
_JAVA = {"java": 'echo "java $*"\n', "javac": _JAVAC, "jar": _JAR}

PROFILES: Mapping[str, Profile] = {
    "alpine": Profile(_ALPINE, config={"Cmd": ["/bin/sh"]}),
    "busybox": Profile({"/usr/sbin/adduser": _ADDUSER, "/usr/sbin/addgroup": _ADDGROUP}, config={"Cmd": ["sh"]}),
    "debian": Profile({**_DEBIAN, "gcc": _C_COMPILER}, programs=_SETCAP, config={"Cmd": ["bash"]}),
    "ubuntu": Profile({**_DEBIAN, "gcc": _C_COMPILER}, programs=_SETCAP, config={"Cmd": ["/bin/bash"]}),
    "gcc": Profile({**_DEBIAN, **_COMPILERS}, programs=_SETCAP, config={"Cmd": ["bash"]}),
    "golang": Profile(
        {**_DEBIAN, **_ALPINE, "/usr/local/go/bin/go": _GO},
        {"/go/bin/.keep": "", "/go/src/.keep": "", _CERTIFICATES: "stand-in for certificates\n"},
        ("/usr/bin/strip",),
        config={
            "Cmd": ["bash"],
            "WorkingDir": "/go",
            "Env": [f"PATH=/go/bin:/usr/local/go/bin:{_PATH}", "GOLANG_VERSION=1.13", "GOPATH=/go"],
        },
    ),
    "node": Profile(
        {
            **_DEBIAN,
            **_ALPINE,
            "npm": _NPM,
            "yarn": _NPM,
            "node": 'echo "node $*"\n',
            "docker-entrypoint.sh": 'exec "$@"\n',
        },
        _users("node:x:1000:1000::/home/node:/bin/sh"),
        config={
            "Entrypoint": ["docker-entrypoint.sh"],
            "Cmd": ["node"],
            "Env": [f"PATH={_PATH}", "NODE_VERSION=12.0.0"],
        },
    ),
    "maven": Profile(
        {**_DEBIAN, **_JAVA, "mvn": _MAVEN, "mvn-entrypoint.sh": 'exec "$@"\n'},
        config={"Entrypoint": ["/usr/local/bin/mvn-entrypoint.sh"], "Cmd": ["mvn"], **_JAVA_CONFIG},
    ),
    "gradle": Profile(
        {**_DEBIAN, **_JAVA, "gradle": _GRADLE},
        _users("gradle:x:1000:1000::/home/gradle:/bin/sh"),
        config={"Cmd": ["gradle"], "User": "gradle", "WorkingDir": "/home/gradle", **_JAVA_CONFIG},
    ),
    "openjdk": Profile({**_DEBIAN, **_JAVA}, config={"Cmd": ["jshell"], **_JAVA_CONFIG}),
    "python": Profile(
        {**_DEBIAN, **_ALPINE, "python": _PYTHON, "python3": _PYTHON, "pip": _PIP},
        config={"Cmd": ["python3"], "Env": [f"PATH={_PATH}", "LANG=C.UTF-8", "PYTHON_VERSION=3.7.0"]},
    ),
    "rust": Profile(
        {**_DEBIAN, "/usr/local/cargo/bin/cargo": _CARGO},
        config={"Cmd": ["bash"], "Env": [f"PATH=/usr/local/cargo/bin:{_PATH}", "CARGO_HOME=/usr/local/cargo"]},
    ),
    "haskell": Profile({**_DEBIAN, "ghc": _COMPILE + 'compile ghc "$@"\n'}, config={"Cmd": ["ghci"]}),
    "sdk": Profile({**_DEBIAN, "dotnet": _DOTNET}, config={"Cmd": ["bash"]}),
    "runtime": Profile({**_DEBIAN, "dotnet": 'echo "dotnet $*"\n'}, config={"Cmd": ["bash"]}),
    "nginx": Profile(
        {**_DEBIAN, **_ALPINE, "nginx": "exec sleep 3600\n"},
        {"/usr/share/nginx/html/index.html": "<h1>nginx</h1>\n", "/etc/nginx/conf.d/default.conf": "server {}\n"},
        config={
            "Cmd": ["nginx", "-g", "daemon off;"],
            "ExposedPorts": {"80/tcp": {}},
            "StopSignal": "SIGTERM",
            "Env": [f"PATH={_PATH}", "NGINX_VERSION=1.17"],
        },
    ),
}
"""By the last part of the official image's name."""
