"""What words become, held against real shells: a table by feature, and random words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.shell.shells import AVAILABLE, claimed, mismatches, plant
from tests.shell.snippets import Snippets

EVERYWHERE = """
    x=abc; tput ${x:-y} ${x:+y} ${u:-y} "${u:-a b}" ${u:-a b} ${u:-"a b"} ${u:-'a b' c}
    x=; tput "${x:-y}" "${x-y}" "${x:+y}" "${x+y}" ${x:-} "${x:-}"
    unset u; tput "${u-y}" "${u+y}" "${u:=v}" "$u" "${u=w}"
    y=v; tput ${u:-$y} "${u:-"$y"}" "${u:-'$y'}" ${u:-'$y'} ${u:-\\$y} "${u:-$(echo $y b)}" ${u:-`echo c`}
    x='a}b'; tput "${x%\\}b}" "${x%'}'b}" ${u:-a\\}b} "${u:-a\\}b}"
    x=abcabc; tput ${#x} ${x%c} ${x%%b*} ${x#a} ${x##*b} ${x%x} "${x#"a"}" ${x%[a-c]} ${x%%[!a]*} ${x#?b}
    x=a/b/c.tar.gz; tput ${x##*/} ${x%/*} ${x%%.*} ${x#*.} "${x%.*}" "${x##*.}"
    x='*a*'; p='\\*'; tput "${x#\\*}" "${x#'*'}" "${x#"*"}" "${x%$p}" "${x##"$p"}" "${x#*}" "${x##*}"
    x='  a b  '; tput "${x%"${x##*[![:space:]]}"}" "${x#"${x%%[! ]*}"}" $x "$x" a$x'b'
    x=a:b::c; IFS=:; tput $x "$x" ${x#a} ; IFS=' '; tput $x
    x=' a : b :: c '; IFS=' :'; tput $x
    x=':a:'; IFS=:; tput $x
    set -- a 'b c' ''; tput $# "$@" "$*" $@ $* "x$@y" "${2}" ${10} "$10" ${#2} ${#}
    set --; tput "$@" a"$@" "$*" $@ $#
    set -- a b c; shift; tput $1 $#; shift 2; tput $#
    set -- a b; IFS=-; tput "$*"; IFS=; tput "$*"; unset IFS; tput "$*"
    tput $((1+2*3)) $((7/2)) $((-7/2)) $((-7%3)) $((1<<4)) $((010)) $((0x1F)) $((1?2:3)) $((!5)) $((~5)) $((2>1&&0))
    n=3; tput $((n+1)) $(($n*2)) "$((n=n+2))" $n $((n+=1)) $n $(( (1+2) * n )) $((u1))
    n=1+2; tput $(($n*2)) $((-(-3)))
    HOME=/h; tput ~ ~/x "~" a~ ; x=~/p:~/q; tput "$x"; x=a~; tput $x; x=a:~/b:"~/c"; tput "$x"
    tput *.c "*.c" ./*.c lib/*.h l*/s*/ [ab].c [!a].c nothing* \\*.c x* lib/*/*.h
    x='*.c'; tput $x "$x" ${u:-*.c} "${u:-*.c}"
    tput docs/* docs/[[]a].md '['a'].md' [
    tput a\\ b a\\\\b 'a\\b' "a\\b" "a\\\\b" "a\\$b" "a\\"b" a\\"b \\a \\$x '' "" ''a
    tput "a'b" 'a"b' "a`echo b`c" "$(echo "a b")" $(echo a b) "$(printf 'a\\n\\n')" '$x' a'b'"c"
    x=1; { x=2; }; (x=3); tput $x; f() { x=4; }; f; tput $x; g() { tput "$@" $#; }; g 'a b' c; g
    x=$(echo a; echo b); tput "$x" $x; tput $?; false; tput $?; true; tput $?
    x=1 y=$x; tput "$y"; x=5; x=$x$x; tput $x; export z="$x y"; tput "$z"; readonly q='1 2'; tput "$q"
    f() { local l="a b"; tput "$l"; l=2; }; l=1; f; tput $l
    set -- -a -b v -cb w x; getopts ab:c o; tput $? "$o"; getopts ab:c o; tput "$o" "$OPTARG"; getopts ab:c o; tput $o
    set -- -cb w -- -a; getopts ab:c o; tput $o; getopts ab:c o; tput "$o" "$OPTARG"; getopts ab:c o; tput "$o" $OPTIND
    set -- -z -b; getopts :ab: o; tput "$o" "$OPTARG"; getopts :ab: o; tput "$o" "$OPTARG"; getopts :ab: o; tput end $OPTIND
    unset x; tput "${x-u}" ${x+s}; x=; tput "${x-u}" ${x+s}
    tput $(printf '%s-%s\\n' a b c) "$(printf '%03d|%5s|%-4s|%x|%c|%%' 7 a b 255 xyz)"
    tput "$(printf '%b' 'a\\tb\\n')" "$(printf '\\101\\t')" "$(printf '%s' '')" "$(printf 'x' a b)" "$(printf '%d' 0x10)"
    tput "$(echo -n a)" "$(echo a  b)" "$(echo)" "$(echo '')" "$(echo -- a)"
"""

BASH = """
    x=abcabc; tput ${x/b/X} ${x//b/X} ${x/#a/X} ${x/%c/X} ${x//[ab]/} ${x/b} "${x//b/ }" ${x//b/$((1+1))} ${x/#/p} ${x/%/s}
    x=a/b/c; tput ${x//\\//_} ${x/\\/b/} "${x//"/"/.}" ${x//'/'/-}
    x=abcdef; tput ${x:1} ${x:1:2} ${x: -2} ${x: -3:2} ${x:1:-1} ${x:0:0} "${x:6}" "${x:7}" ${x:$((1+1)):1} ${x:(-2)}
    x=aBc; tput ${x^} ${x^^} ${x,} ${x,,} ${x^^[a]} ${x,,[B]}
    r=x; x=v; tput ${!r} "${!r:-d}"; set -- p q; n=2; tput ${!n} ${!#}
    a=(x "y z" w); tput "${a[@]}" ${a[@]} "${a[*]}" ${#a[@]} ${a[1]} "${a[-1]}" $a ${#a[1]} ${!a[@]} "${a[@]:1}" "${a[@]:1:1}"
    a=(x); a+=(y 'z w'); a[5]=q; tput "${a[@]}" ${#a[@]} "${!a[@]}"; unset 'a[1]'; tput "${a[@]}"; a=(); tput "${a[@]}" ${#a[@]}
    a=(one two); tput "${a[@]%e}" "${a[@]/o/0}" "${a[@]^}" "pre${a[@]}post" "${a[*]:-d}" "${u[@]:-d}" "${a[@]+s}"
    a=([2]=b [0]=a c); tput "${a[@]}" "${!a[@]}"; i=1; a[i+1]=z; tput "${a[i+1]}" "${a[$i]}" "${a[ 1 ]}"
    declare -A m=([k]=v ["a b"]='c d'); m[x]=y; k=k; tput "${m[k]}" "${m[a b]}" "${m[$k]}" "${m[x]}" ${#m[@]} "${m[none]-n}"
    a=(-t 'app:1 2' --flag); tput cmd "${a[@]}" .; a=(); tput cmd "${a[@]}" .; IFS=,; a=(p q); tput "${a[*]}"
    declare -i n=3+4; n+=1; tput $n; declare -l l=ABC; declare -u u=abc; tput $l $u; declare -a b=(1 2); tput ${b[1]}
    declare x=1 y="2 3"; tput "$x" "$y"; f() { declare d=1; local e; tput "${e-unset}" $d; }; d=0; f; tput $d
    n=2; tput $((m2 = n ** 3)) $m2 $((n--)) $n $((++n)) $((2**10)) $((16#ff)) $((1,2))
    ((n = 2, m2 = n ** 3)); tput $n $m2; ((n++)); tput $n; ((n - n)) || tput zero; ((n > 1)) && tput more
    for ((i = 0; i < 3; i++)); do tput $i; done; tput $i; for ((i = 2; i--; )); do tput $i; done; for ((;;)); do break; done
    let n=1+2 'k = n * 2'; tput $n $k; a=(3 4); tput $((a[1]+a[0])) $((a+1))
    tput {a,b}c {1..4} {a..e..2} {3..1} {01..03} x{a,b{1,2}}y {a,'b c'} "{a,b}" {a} {} a{,} {a,b\\,c} {-1..1} \\{a,b}
    x=v xa=p xb=q; tput {$x,w}z $x{a,b} "$x"{a,b} {a,b}{1,2}
    tput $'a\\tb\\'c' $'\\x41\\u00e9\\n' $"t r" $'\\\\' $'\\e'
    read a b c <<< "1 2 3 4"; tput "$a" "$b" "$c"; IFS=: read -r p q <<< 'u:v:w'; tput "$p" "$q"; read -r l <<< '  s '; tput "$l"
    mapfile -t a <<< $'p\\nq r'; tput "${a[@]}"; printf -v v '%s-%d' a 7; tput "$v"; printf -v v '%q' 'a b'; tput "$v"
    set -- a b c d; tput "${@:2}" "${@:2:2}" "${@: -1}" "${*:1:2}" "${@#a}"; tput $(echo -e 'a\\tb') "$(echo -e 'a\\nb')"
    x=(a b); y=("${x[@]}" c); tput "${y[@]}"; y=($(echo p q)); tput "${y[@]}" ${#y[@]}; y=(*.c); tput "${y[@]}"
    f() { local a=("$@"); tput "${#a[@]}" "${a[@]}"; }; f 'a b' c; typeset t=1; tput $t
    x=a; x+=b; tput $x; a=(1); a[0]+=2; tput ${a[0]}; x=${y2:-{\\}}; tput "$x"
    tput "$(echo "a $(echo "b 'c'")")" "${u:-$(echo '}')}"
    x='v w'; a=(1); tput ${x:+-t "$x"} ${u:+-t "$u"} ${a[@]:+-v} "${a[0]:?}"
"""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder with a few files for patterns to match."""
    with TemporaryDirectory() as name:
        yield plant(Path(name))


def rows(table: str) -> list[str]:
    return ["unset u u1 y2; " + line.strip() for line in table.splitlines() if line.strip()]


@pytest.mark.parametrize("dialect", ["dash", "bash", "sh"])
def test_words_that_every_shell_knows(folder: Path, dialect: str) -> None:
    snippets = rows(EVERYWHERE)
    found, known = mismatches(dialect, snippets, folder)
    assert found == []
    calls = [call for snippet in snippets for call in claimed(dialect, snippet) or ()]
    assert known >= len(calls) * 0.9, [s for s in snippets if None in (claimed(dialect, s) or [None])]


def test_words_that_bash_knows(folder: Path) -> None:
    snippets = rows(BASH)
    found, known = mismatches("bash", snippets, folder)
    assert found == []
    calls = [call for snippet in snippets for call in claimed("bash", snippet) or ()]
    assert known >= len(calls) * 0.9, [s for s in snippets if None in (claimed("bash", s) or [None])]


@pytest.mark.parametrize("dialect", ["dash", "bash", "sh"])
@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_random_words_are_what_the_shells_make_of_them(folder: Path, dialect: str, seed: int) -> None:
    if dialect != "sh" and dialect not in AVAILABLE:
        pytest.fail(f"{dialect} is needed for this test")
    snippets = Snippets(Random(seed), dialect == "bash")
    batch = [snippets.snippet() for _ in range(150)]
    found, known = mismatches(dialect, batch, folder)
    assert found == []
    assert known > 200
