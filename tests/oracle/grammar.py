"""Scripts made from a grammar of the shell language that the interpreter reads; a seed gives always the same script.

Every script builds an image and creates two containers first, so that the docker commands behind succeed wherever
they stand. The words that are probed go where any text may stand: labels and build arguments.
"""

from __future__ import annotations

from random import Random

from tests.oracle.collection import Script

TREE = {
    "Dockerfile": "FROM scratch\n",
    "Dockerfile.build": "FROM scratch\n",
    "VERSION": "1.4.2\n",
    "src/main.go": "package main\n",
    "src/util.go": "package main\n",
    "conf/app.cfg": "a\n",
    "conf/db.cfg": "b\n",
    "web/Dockerfile": "FROM scratch\n",
}

NAMES = ("X", "Y", "name", "V_1")
TEXTS = ("a", "b c", "1.2.3", "lib-core", "main/app.tar.gz", "", "  x ", "UPPER", "v2", "foo_bar", "a=b", "x:y", "7")
PLAIN = ("a", "b2", "1.2.3", "lib-core", "v2", "foo_bar", "main/app", "7")


class Maker:
    """Writes one script. `bash` allows what only bash has."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.bash = self.random.random() < 0.6
        self.count = 0
        self.functions: list[str] = []
        self.numbers = ["N"]
        self.loops = 0

    def pick(self, *choices: str) -> str:
        return self.random.choice(choices)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def fresh(self, lead: str) -> str:
        self.count += 1
        return f"{lead}{self.count}"

    # words

    def single(self) -> str:
        return "'" + self.pick(*TEXTS) + "'"

    def pattern(self) -> str:
        return self.pick("*", "a*", "*.*", "?", "lib-*", "*/", "/*", "[a-c]", "*[0-9]", "1.2.3", "v?", "*-")

    def parameter(self) -> str:
        """An expansion without its quotes that holds none itself."""
        name = self.pick(*NAMES)
        kinds = [f"${name}", f"${{{name}}}", f"${{{name}}}", "$1", "$#", "$N", "${2}"]
        kinds += [f"${{{name}{operator}{self.pick('d', 'e.f', '')}}}" for operator in (":-", "-", ":+", "+", ":=")]
        kinds += [f"${{{name}{operator}{self.pattern()}}}" for operator in ("#", "##", "%", "%%")]
        kinds += [f"${{#{name}}}", "$((N + 1))", "$((N * 2 - 3))", f"${{UNSET:-{self.pick(*PLAIN)}}}", "${1:-one}"]
        kinds += [f"${{{name}:-$N}}", "${UNSET-$X}"]
        if self.bash:
            kinds += [f"${{{name}/{self.pick('a', '.', '-', 'b')}/{self.pick('_', '', 'zz')}}}"]
            kinds += [f"${{{name}//{self.pick('a', '.', '-', '/')}/{self.pick('_', '')}}}"]
            kinds += [f"${{{name}:{self.pick('0', '1', '2')}:{self.pick('1', '2', '9')}}}", f"${{{name}:1}}"]
            kinds += [f"${{{name}^^}}", f"${{{name},,}}", f"${{{name}^}}", "${!REF}", "${LIST[0]}", "${LIST[1]}"]
            kinds += ["${#LIST[@]}", "${LIST[*]}"]
        return self.random.choice(kinds)

    def expansion(self) -> str:
        """An expansion without its quotes."""
        if self.chance(0.75):
            return self.parameter()
        name = self.pick(*NAMES)
        return self.pick(
            f"$(echo {self.quoted()})", f'$(basename "${{{name}:-p/q.r}}")', "$(cat VERSION)", "`echo b`",
            "$(printf '%s-%s' a b)", "$(dirname src/x/y)", f'${{{name}:-"q r"}}', f"$(echo {self.parameter()} | cut -c1-2)",
        )  # fmt: skip

    def quoted(self) -> str:
        """A word that is always one field."""
        if self.chance(0.25):
            return self.single()
        inner = [self.pick("", "a", "b c", "-", "/", ".", "\\$", "*")]
        for _ in range(self.random.randint(0, 2)):
            inner.append(self.parameter())
            # a letter would belong to the name of `$N`
            inner.append(self.pick("", "-", ".", " ", "x" if inner[-1].endswith("}") else "/"))
        return '"' + "".join(inner) + '"'

    def word(self) -> str:
        """A word, perhaps unquoted, so that it may become several."""
        roll = self.random.random()
        if roll < 0.25:
            return self.pick(*PLAIN)
        if roll < 0.75:
            return self.quoted()
        return self.pick("", "x", "k=") + self.expansion()

    def safe(self) -> str:
        """A word that is part of a file's name."""
        return self.pick("a", "lib", "x1", "$SAFE", "${SAFE}", '"$SAFE"', "${SAFE}-$N", "p$N", "${SAFE%?}")

    # tests

    def test(self) -> str:
        name = self.pick(*NAMES)
        kinds = [
            f'[ "${name}" = {self.quoted()} ]', f'[ "${name}" != a ]', f'[ -z "${name}" ]', f'[ -n "${{{name}}}" ]',
            f"[ $N -{self.pick('lt', 'ge', 'eq', 'ne')} {self.pick('0', '2', '3')} ]", "[ $# -gt 1 ]", "true", "false",
            f"[ -{self.pick('f', 'd', 'e')} {self.pick('src', 'VERSION', 'missing', 'conf/app.cfg', 'out')} ]",
            f'test "${name}" = "a" -o "${name}" = "v2"', f'! [ "${name}" = a ]', '[ ! -f "$SAFE" ]',
            f'[ "${name}" = a ] && [ $N -lt 2 ]', f'[ "${name}" = a ] || [ -d src ]', f'test -n "${name}"',
        ]  # fmt: skip
        if self.bash:
            kinds += [
                f"[[ ${name} == {self.pattern()} ]]", f'[[ "${name}" == "a" || $N -gt 1 ]]', f"[[ -z ${name} ]]",
                f"[[ ${name} != v* && -f VERSION ]]", f"[[ ${name} =~ ^[0-9]+\\. ]]", "(( N > 1 ))", "(( N == 0 ))",
            ]  # fmt: skip
        return self.random.choice(kinds)

    # statements

    def probe(self) -> str:
        """A docker command with words to look at."""
        words = " ".join(f"--label l={self.quoted()}" for _ in range(self.random.randint(1, 2)))
        kinds = [
            f"docker build {words} -t app .",
            f"docker build --build-arg A={self.expansion()}. -t app .",
            f"docker build $OPTS -t app:{self.pick('1', '$SAFE', '${SAFE}')} -f Dockerfile.build .",
            f'docker build -t "app" {words} web',
            f"docker create {words} base",
            f"docker tag base app:{self.safe()}",
        ]
        if self.bash:
            kinds.append('docker build "${ARGS[@]}" -t app .')
        return self.random.choice(kinds)

    def host(self) -> str:
        name = self.safe()
        kinds = [
            f"mkdir -p out/{name}", f"cp VERSION {name}.txt", f"cp src/*.go out-{name} 2>/dev/null || true",
            f"rm -rf out/{name}", f"rm -f {name}.txt", f"touch {name}.tmp", f"echo {self.word()} > {name}.log",
            f"mkdir -p d-{name} && cp -r conf d-{name}", f"cp conf/app.cfg {name}.c && mv {name}.c {name}.d",
            f"mkdir -p w-{name} && cp src/main.go src/util.go w-{name}/", f"printf '%s\\n' x >> {name}.log",
            f"docker cp c1:/srv/tool {name}.bin", f"mkdir -p r-{name} && docker cp c1:/srv/one r-{name}/",
            f"rm -rf q-{name} && docker cp c2:/srv/dist q-{name}", f"mkdir -p s-{name} && docker cp c2:/srv/dist s-{name}",
            f"cat > {name}.gen <<EOF\nv={self.parameter()}\nEOF", f"ln -sf VERSION {name}.ln",
        ]  # fmt: skip
        return self.random.choice(kinds)

    def assignment(self) -> str:
        name = self.pick(*NAMES)
        kinds = [
            f"{name}={self.quoted()}", f"{name}={self.pick(*PLAIN)}", f"{name}={self.expansion()}",
            f"{name}=$(echo {self.word()})", "N=$((N + 1))", f"export {name}={self.quoted()}", f"unset {name}",
            f"{name}=$(printf '%s' {self.quoted()})", f"SAFE={self.pick('k', 'lib2', 'z9')}", f"set -- {self.word()} {self.word()}",
            f": ${{{name}:={self.pick(*PLAIN)}}}", f"{name}={self.single()}{self.expansion()}",
            f'{name}="$(echo "{self.pick("A b", "lib")}" | tr a-z A-Z)"', f"OPTS={self.pick('--no-cache', QUIET, EMPTY)}",
        ]  # fmt: skip
        if self.bash:
            kinds += [
                f"{name}+={self.pick(*PLAIN)}", f"LIST=({self.word()} {self.word()})", f"LIST+=({self.quoted()})",
                f"ARGS=(--label {self.quoted()})", f"ARGS+=(--build-arg B={self.quoted()})", "(( N++ )) || true",
                f"REF={self.pick(*NAMES)}", f"read -r {name} <<< {self.quoted()}", f"printf -v {name} '%03d' $N",
            ]  # fmt: skip
        return self.random.choice(kinds)

    def statement(self, depth: int) -> str:
        roll = self.random.random()
        if depth <= 0 or roll < 0.3:
            return self.assignment()
        if roll < 0.5:
            return self.probe()
        if roll < 0.62:
            return self.host()
        return self.random.choice(
            [self.if_clause, self.case, self.for_loop, self.while_loop, self.lists, self.group, self.call, self.ids]
        )(depth - 1)

    def body(self, depth: int, most: int = 3) -> str:
        lines = [self.statement(depth) for _ in range(self.random.randint(1, most))]
        return "\n".join(lines)

    def if_clause(self, depth: int) -> str:
        text = f"if {self.test()}; then\n{self.body(depth)}\n"
        if self.chance(0.3):
            text += f"elif {self.test()}; then\n{self.body(depth)}\n"
        if self.chance(0.5):
            text += f"else\n{self.body(depth)}\n"
        return text + "fi"

    def case(self, depth: int) -> str:
        arms = [
            f"{self.pattern()}{self.pick('', '|v2', '|a')}) {self.statement(0)} ;;"
            for _ in range(self.random.randint(1, 2))
        ]
        return f"case {self.pick('$X', '${Y}', chr(34) + '$name' + chr(34), '$1')} in\n" + "\n".join(
            [*arms, f"*)\n{self.body(depth, 2)}\n;;\nesac"]
        )

    def for_loop(self, depth: int) -> str:
        name = self.pick("i", "X", "f")
        words = [f"{self.word()} {self.word()}", "one two", '"$@"', "conf/*.cfg", "$X b", "src/*"]
        if self.bash:
            words += ["{a,b}-x", '"${LIST[@]}"', "{1..3}"]
        self.loops += 1
        inner = self.body(depth, 2)
        self.loops -= 1
        leave = f"\n{self.test()} && {self.pick('break', 'continue')}" if self.chance(0.25) else ""
        probe = 'docker build --label "$' + name + '" -t app .'
        return f"for {name} in {self.random.choice(words)}; do{leave}\n{inner}\n{probe}\ndone"

    def while_loop(self, depth: int) -> str:
        name = self.fresh("k")
        head = self.pick(f"while [ ${name} -lt {self.pick('1', '2')} ]", f"until [ ${name} -ge 2 ]")
        return f"{name}=0\n{head}; do\n{name}=$(({name} + 1))\n{self.body(depth, 2)}\ndone"

    def lists(self, depth: int) -> str:
        return (
            f"{self.test()} {self.pick('&&', '||')} {{ {self.body(depth, 1)}\n}} {self.pick('', '|| true', '&& N=2')}"
        )

    def group(self, depth: int) -> str:
        inner = self.body(depth, 2)
        return self.pick(
            f"(\n{inner}\n)", f"{{\n{inner}\n}}", f"(cd {self.pick('src', 'conf')} && docker build -t g ..)",
            "cd web\ndocker build -t w .\ncd ..", f"eval '{self.pick('X=e', 'N=4', 'docker tag base base:e')}'",
        )  # fmt: skip

    def call(self, depth: int) -> str:
        # defined on the outside only, where it is sure to run
        if depth == 1 and (not self.functions or self.chance(0.3)):
            name = self.fresh("fn")
            local = f"local L={self.quoted()}\n" if self.chance(0.4) else ""
            # not `return 1`: a file whose absence makes a function fail is taken to be there, which is an assumption
            leave = f"{self.test()} && return {self.pick('0', '0', '')}\n" if self.chance(0.3) else ""
            inner = self.body(min(depth, 1), 2)
            # from here on, so that it never calls itself
            self.functions.append(name)
            return f'{name}() {{\n{local}{leave}docker build --label "$1" --label "$#" -t app .\n{inner}\n}}'
        if not self.functions:
            return self.probe()
        name = self.random.choice(self.functions)
        return f"{name} {self.word()} {self.quoted()}"

    def ids(self, depth: int) -> str:
        name = self.fresh("id")
        return (
            f"{name}=$(docker create base)\ndocker cp ${name}:/srv/{self.pick('tool', 'one')} {self.safe()}.id\n"
            f"docker rm {self.pick('', '-f ')}${name}"
        )

    def script(self) -> str:
        """The whole script."""
        head = "#!/bin/bash" if self.bash else "#!/bin/sh"
        lines = [head]
        if self.chance(0.3):
            lines.append(self.pick("set -e", "set -eu", "set -u") if self.chance(0.5) else "set -e")
        lines += ["name=lib-core V_1=v2 N=0 SAFE=s OPTS= Y=y", f"X={self.single()}"]
        if self.bash:
            lines += ["LIST=(p 'q r' s) ARGS=(--pull --label 'k v') REF=name"]
        lines += [
            f"Y={self.quoted()}",
            "docker build -t base -f Dockerfile.build .", "docker create --name c1 base", "docker create --name c2 base",
            "set -- first 'second one' third",
        ]  # fmt: skip
        if self.chance(0.2):
            lines.append(self.pick("trap 'docker rm -f c1' EXIT", 'trap "docker rm -f c2 >/dev/null" EXIT INT'))
        for _ in range(self.random.randint(3, 7)):
            lines.append(self.statement(2))
        lines.append('docker build --label "$X" --label "$Y" --label "$name" --label "$N" --label "$*" -t end .')
        return "\n".join(lines) + "\n"


QUIET, EMPTY = "'--pull --rm'", "''"


def make(seed: int) -> Script:
    """The script of a seed, with its tree."""
    return Script(
        f"seed {seed}", {"build.sh": Maker(seed).script(), **TREE}, "build.sh", "./build.sh", ("arg 1", "two")
    )
