"""Words with a capital that look like names: for their owner to look at, not to be trusted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from kb.domain import STAR
from kb.exporters.forms import TITLES
from kb.exporters.names import fold, word_set

_WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
_ALONE = re.compile(rf"(?<![\w./@:\\-]){_WORD.pattern}(?![\w/@\\-]|[.:]\w|://)")
# What a sentence, an item of a list, a heading or a cell begins after.
_OPENS = re.compile(r"[.!?:…|\0]|\n[ \t>]*(?:\n|[-*+#>]|\d{1,9}[.)])")
_POSSESSIVE = re.compile(r"['’]s?$")
_JOINED = re.compile(r"[ \u00a0]|\n[ \t>]*")
_COMMON: Final = word_set(
    "january february march april may june july august september october november december"
    " monday tuesday wednesday thursday friday saturday sunday christmas easter i i'm i'd i'll"
    " i've ok person company client figure"
) | frozenset(STAR)


@dataclass(frozen=True, slots=True)
class _Capital:
    """A word with a capital. opens: whether it begins a sentence; goes_on: whether it stands
    right behind another one."""

    text: str
    opens: bool
    goes_on: bool


def lower_case(texts: Iterable[str]) -> frozenset[str]:
    """The words that stand somewhere in lower case, folded; addresses and paths do not count."""
    return frozenset(
        fold(word) for text in texts for word in _ALONE.findall(text) if word[0].islower()
    )


def name_like(texts: Iterable[str], ordinary: Collection[str]) -> tuple[tuple[str, int], ...]:
    """Words, and words in a row, that have a capital inside a sentence and stand nowhere in lower
    case, with how often each stands; the most frequent first.

    Words in capitals only are left out (API, SQL). A word that also stands in a longer name
    counts there.
    """
    found: Counter[str] = Counter()
    inside: set[str] = set()
    for text in texts:
        for run in _runs(text):
            words = [word for word in run if _is_name(word.text, ordinary)]
            name = " ".join(_POSSESSIVE.sub("", word.text) for word in words)
            if name:
                found[name] += 1
                inside |= {name} if any(not word.opens for word in words) else set()
    kept = _joined(found, inside)
    told = ((name, count) for name, count in kept.items() if name in inside)
    return tuple(sorted(told, key=lambda pair: (-pair[1], pair[0])))


def _joined(found: dict[str, int], inside: set[str]) -> dict[str, int]:
    """The names, each one that is a word of exactly one longer name counted there."""
    longer: dict[str, set[str]] = {}
    for name in found:
        for word in name.split() if " " in name else ():
            longer.setdefault(word, set()).add(name)
    kept = dict(found)
    for name in found:
        for whole in longer.get(name, ()) if len(longer.get(name, ())) == 1 else ():
            kept[whole] += kept.pop(name)
            inside |= {whole} if name in inside else set()
    return kept


def _runs(text: str) -> Iterator[list[_Capital]]:
    """Words with a capital, those in a row together."""
    run: list[_Capital] = []
    for word in _capitals(text):
        if run and not word.goes_on:
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def _capitals(text: str) -> Iterator[_Capital]:
    end, before = 0, ""
    capital = False
    for match in _WORD.finditer(text):
        gap = text[end : match.start()]
        opens = end == 0 or (bool(_OPENS.search(gap)) and fold(before) not in TITLES)
        goes_on = capital and not opens and bool(_JOINED.fullmatch(gap))
        end, before = match.end(), match[0]
        capital = before[0].isupper()
        if capital:
            yield _Capital(before, opens, goes_on)


def _is_name(word: str, ordinary: Collection[str]) -> bool:
    plain = fold(_POSSESSIVE.sub("", word)).replace("’", "'")
    if len(plain) < 2 or word.isupper() or plain in TITLES:
        return False
    known = {plain, plain.removesuffix("s")}
    return not known & _COMMON and known.isdisjoint(ordinary)
