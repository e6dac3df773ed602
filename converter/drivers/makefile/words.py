"""The text functions of GNU make on words that are known (manual, 8.2 and 8.3).

Each takes its arguments, expanded, and gives the result. Unknown tokens never get here but as the root's own path.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from converter.machine.value import ROOT_TOKEN


def match_stem(pattern: str, word: str) -> str | None:
    """What `%` of the pattern stands for in the word; the word itself stands for nothing, None where they differ."""
    head, percent, tail = pattern.partition("%")
    if not percent:
        return "" if pattern == word else None
    if len(word) >= len(head) + len(tail) and word.startswith(head) and word.endswith(tail):
        return word[len(head) : len(word) - len(tail)]
    return None


def fits(pattern: str, word: str) -> bool:
    """Whether the word matches the pattern, which may have no `%`."""
    return match_stem(pattern, word) is not None


def patsubst(pattern: str, replacement: str, text: str) -> str:
    """`$(patsubst pattern,replacement,text)`."""
    found = []
    for word in text.split():
        stem = match_stem(pattern, word)
        if stem is None:
            found.append(word)
        else:
            found.append(replacement.replace("%", stem, 1) if "%" in pattern else replacement)
    return " ".join(found)


def substitution_reference(text: str, old: str, new: str) -> str:
    """`$(name:old=new)`: a pattern, or a suffix of each word."""
    if "%" in old:
        return patsubst(old, new, text)
    return patsubst("%" + old, "%" + new, text)


def directory(word: str) -> str:
    """`$(dir word)`: up to the last slash, `./` without one."""
    head, slash, _ = word.rpartition("/")
    return head + slash if slash else "./"


def suffix(word: str) -> str:
    """`$(suffix word)`: from the last dot of the last segment, empty without one."""
    name = word.rpartition("/")[2]
    dot = name.rfind(".")
    return name[dot:] if dot != -1 else ""


def base(word: str) -> str:
    """`$(basename word)`: the word without its suffix."""
    ending = suffix(word)
    return word[: len(word) - len(ending)] if ending else word


def _each(change: Callable[[str], str]) -> Callable[..., str]:
    def function(text: str) -> str:
        return " ".join(result for result in (change(word) for word in text.split()) if result)

    return function


def _pick(words: Iterable[str], index: int) -> str:
    words = list(words)
    return words[index - 1] if 0 < index <= len(words) else ""


def _filter(patterns: str, text: str, keep: bool) -> str:
    chosen = patterns.split()
    return " ".join(word for word in text.split() if any(fits(pattern, word) for pattern in chosen) == keep)


def _join(first: str, second: str) -> str:
    left, right = first.split(), second.split()
    length = max(len(left), len(right))
    left += [""] * (length - len(left))
    right += [""] * (length - len(right))
    return " ".join(a + b for a, b in zip(left, right, strict=True))


def _wordlist(start: str, end: str, text: str) -> str:
    return " ".join(text.split()[max(int(start) - 1, 0) : int(end)])


TEXT_FUNCTIONS: dict[str, tuple[int, Callable[..., str]]] = {
    "subst": (3, lambda old, new, text: text.replace(old, new) if old else text + new),
    "patsubst": (3, lambda pattern, new, text: patsubst(pattern.strip(), new.strip(), text)),
    "strip": (1, lambda text: " ".join(text.split())),
    "findstring": (2, lambda needle, text: needle if needle in text else ""),
    "filter": (2, lambda patterns, text: _filter(patterns, text, True)),
    "filter-out": (2, lambda patterns, text: _filter(patterns, text, False)),
    "sort": (1, lambda text: " ".join(sorted(set(text.split()), key=lambda word: word.encode()))),
    "word": (2, lambda index, text: _pick(text.split(), int(index))),
    "words": (1, lambda text: str(len(text.split()))),
    "wordlist": (3, _wordlist),
    "firstword": (1, lambda text: _pick(text.split(), 1)),
    "lastword": (1, lambda text: (text.split() or [""])[-1]),
    "dir": (1, _each(directory)),
    "notdir": (1, _each(lambda word: word.rpartition("/")[2])),
    "suffix": (1, _each(suffix)),
    "basename": (1, _each(base)),
    "addsuffix": (2, lambda ending, text: " ".join(word + ending for word in text.split())),
    "addprefix": (2, lambda head, text: " ".join(head + word for word in text.split())),
    "join": (2, _join),
}
"""The functions that look at nothing but their arguments: how many they take, and what they give."""

WORD_BY_WORD = frozenset({"strip", "addsuffix", "addprefix", "firstword", "join"})
"""Functions that take each word as a whole: an unknown one, taken for a single word, passes through."""

PATHS = frozenset({"dir", "notdir", "basename", "suffix"})
"""Functions on paths, which treat the root's own path as any other folder."""


def is_exact(name: str, arguments: list[str]) -> bool:
    """Whether a text function gives its true result although the arguments may hold unknown tokens."""
    tokens = [argument for argument in arguments if "\x00" in argument]
    if not tokens or name in WORD_BY_WORD:
        return True
    rooted = [argument.replace(ROOT_TOKEN + "/", "") for argument in arguments]
    return name in PATHS and not any("\x00" in argument for argument in rooted)
