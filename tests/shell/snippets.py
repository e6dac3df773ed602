"""Random snippets: words of every kind over values that the snippet itself sets."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

VALUES = (
    "''", "a", "'b c'", "' lead'", "'trail '", "a.b.c", "/usr/lib/x.tar.gz", "'*'", "'a*b'", "'x:y:z'", "':'", "'::a'",
    "7", "010", "-3", "AbC", "'a\\b'", "'\"q\"'", '"it\'s"', "'['", "'$y'", "'{a,b}'", "'~'", "'*.c'",
)  # fmt: skip
PATTERNS = (
    "*", "?", "a", ".", "/", "b", "[a-c]", "[!a]", '"*"', "'.'", "\\*", "[[:digit:]]", "x", "$y", '"$x"', ":", " ",
    "${z}", "*.",
)  # fmt: skip
ARRAYS = (
    "${a[@]}", "${a[*]}", "${a[1]}", "${#a[@]}", "${!a[@]}", "${a[@]:1}", "${a[@]:1:1}", "${a[-1]}", "${a[@]%c}",
    "${a[@]/a/b}", "${@:1}", "${@:2:1}", "${m[k]}", "${!m[@]}", "${m[@]}", "${a[@]:-d}", '${a[@]+"${a[@]}"}', "${!r}",
    "${a[i]}", "${#a}", "${#a[1]}", "${x[0]}", "${x[@]}", "${a[@]^}", "${*:2}", "${*#a}",
)  # fmt: skip
BRACES = (
    "{a,b}", "{a,}", "{1..3}", "{c..a}", "{a,b{1,2}}", "{a}", "{}", "{,}", "{01..3}", "{1..5..2}", '{a,"b c"}',
    "{a,$x}", "x{a,b", "{a\\,b,c}", "{-1..1}", "{a..3}", "{{a,b},c}", "{a,b}}", "{{a,b}",
)  # fmt: skip
GLOBS = (
    "*.c", "lib/*", "*/*.h", "l*/s*/", "?.c", "[ab].c", '"*".c', "docs/*", "./*.c", "x*", "[!b].c", "lib/sub/../*.h",
)  # fmt: skip
SLICES = ("0", "1", "2", " -1", "1:2", "0:-1", " -2:1", "$((1))", "9")
OPERANDS = (
    "a",
    "b c",
    " ",
    "'d e'",
    '"f g"',
    "$x",
    '"$y"',
    "${z}",
    "*",
    ".",
    "-",
    "\\}",
    "$(echo o p)",
    "~",
    "`echo q`",
)
NUMBERS = ("1", "2", "7", "010", "0x1f", "n", "k", "$n", "-1", "64", "0", "3")
OPERATORS = ("+", "-", "*", "/", "%", "<<", ">>", "<", "<=", "==", "!=", "&", "|", "^", "&&", "||", ">")
SEPARATORS = (":", "''", "' :'", "a", "'\t'", ",")


class Snippets:
    """Snippets for one dialect."""

    def __init__(self, random: Random, bash: bool) -> None:
        self.random = random
        self.bash = bash

    def some(self, choices: tuple[str, ...], at_most: int = 3) -> str:
        return "".join(self.random.choice(choices) for _ in range(self.random.randint(0, at_most)))

    def arithmetic(self, depth: int = 0) -> str:
        pick = self.random.choice
        kind = self.random.random()
        if depth > 2 or kind < 0.35:
            return pick(NUMBERS)
        inner = self.arithmetic(depth + 1)
        if kind < 0.8:
            return f"{inner} {pick(OPERATORS)} {self.arithmetic(depth + 1)}"
        if kind < 0.87:
            return f"({inner})"
        if kind < 0.92:
            return f"{pick('-!~+')} {inner}"
        if kind < 0.96:
            return f"{inner} ? {self.arithmetic(depth + 1)} : {self.arithmetic(depth + 1)}"
        return pick(("n = ", "k += ", "n *= ")) + inner

    def expansion(self) -> str:
        pick = self.random.choice
        name = pick(("x", "y", "z", "u", "e", "1", "2", "a", "a"))
        kind = self.random.random()
        if kind < 0.25:
            return f"${name}" if kind < 0.15 else f"${{{name}}}"
        if kind < 0.5:
            assigns = (":=", "=") if name not in "12" else ()
            return f"${{{name}{pick((':-', '-', ':+', '+', *assigns))}{self.some(OPERANDS)}}}"
        if kind < 0.7:
            return f"${{{name}{pick(('%', '%%', '#', '##'))}{self.some(PATTERNS)}}}"
        if kind < 0.8:
            return f"${{#{name}}}" if kind < 0.75 else pick(("$@", "$*", "$#", "${@}", "${#}", "$?"))
        if kind < 0.86:
            return f"$(({self.arithmetic()}))"
        if not self.bash:
            return pick(("$(echo a)", '$(echo "$x")', "$(echo $y)"))
        kind = self.random.random()
        if kind < 0.3:
            replacement = pick(("", "/", "/r", "/$x", '/"$y"', "/_"))
            return f"${{{name}{pick(('/', '//', '/#', '/%'))}{self.some(PATTERNS)}{replacement}}}"
        if kind < 0.5:
            return f"${{{name}{pick(('^', '^^', ',', ',,'))}{pick(('', '', '[a-c]', '?'))}}}"
        if kind < 0.7:
            return f"${{{name}:{pick(SLICES)}}}"
        return pick(ARRAYS) if kind < 0.85 else pick(("$'a\\tb'", "$'\\x41\\'q'", "$'\\101'", '$"t $x"'))

    def inside(self) -> str:
        """What stands between double quotes."""
        plain = ("a", " ", "'q'", "\\$", '\\"', "\\\\", "\\a", "*", "#", "~", "{a,b}")
        return "".join(
            self.expansion() if self.random.random() < 0.4 else self.random.choice(plain)
            for _ in range(self.random.randint(0, 3))
        )

    def word(self) -> str:
        makers: tuple[Callable[[], str], ...] = (
            lambda: "a",
            lambda: "-x",
            lambda: "'s q'",
            lambda: "\\ ",
            lambda: f'"{self.inside()}"',
            lambda: f'"{self.inside()}"',
            self.expansion,
            self.expansion,
            self.expansion,
            lambda: self.random.choice(BRACES),
            lambda: "''",
            lambda: "\\*",
            lambda: "=",
            lambda: self.random.choice(GLOBS),
        )
        return "".join(self.random.choice(makers)() for _ in range(self.random.randint(1, 3)))

    def snippet(self) -> str:
        """Assignments, then commands that show words."""
        pick, chance = self.random.choice, self.random.random
        lines = [f"{name}={pick(VALUES)}" for name in "xyz"]
        lines.append("unset u; e=; n=5; k=2; i=1")
        lines.append("set -- " + pick(("", "a", '"a b" c', "'' x", "a '' 'c d'", "p q r")))
        if self.bash:
            elements = pick(("", 'a "b c" d', "x", "'' y", "[2]=p q", "$x", '"$@"'))
            lines.append(f"a=({elements}); declare -A m=([k]='v w'); r=x")
        else:
            lines.append("a=aa")
        if chance() < 0.2:
            lines.append(f"IFS={pick(SEPARATORS)}")
        if chance() < 0.2:
            lines.append(f'w={self.word()}; tput "$w"')
        lines.append("tput " + " ".join(self.word() for _ in range(self.random.randint(1, 2))))
        lines.append('tput "$x" "$y" "$z" "$n" "$k" "${u-unset}" "$e"')
        return "; ".join(lines)
