"""Words of a text in the form in which tellings are compared, and how rare each is."""

from __future__ import annotations

import re
from functools import lru_cache
from math import log
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

WORD: Final = re.compile(r"[^\W_]+(?:[.'’][^\W_]+)*")
_DOUBLED: Final = frozenset("bdgklmnprt")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Words of one meaning here: what a figure did, or forms that no rule finds.
_SAME: Final = {
    form: word
    for word, forms in {
        "fall": "fell fallen falls drop dropped drops decrease decreased cut cuts cutting reduce"
        " reduced reducing shrink shrank shrunk decline declined lower lowered brought bring down",
        "rise": "rose risen rises grow grew grown grows increase increased increases climb climbed"
        " jump jumped raise raised up gain gained",
        "take": "took taken takes taking last lasted lasts need needed needs require required"
        " requires",
        "go": "went gone goes", "make": "made makes making", "have": "had has having",
        "get": "got gets getting", "build": "built builds", "lead": "led leads", "run": "ran runs",
        "lose": "lost loses", "spend": "spent spends", "send": "sent sends", "keep": "kept keeps",
        "find": "found finds", "hold": "held holds", "sell": "sold sells", "pay": "paid pays",
        "cost": "costs", "save": "saved saves saving savings", "win": "won wins",
        "person": "people persons", "child": "children", "wait": "waited waits waiting",
        "ship": "shipped", "write": "wrote written writes",
    }.items()
    for form in forms.split()
}  # fmt: skip
STOP: Final = _set(
    "a an the this that these those of in on at to for from by with and or but nor so yet as than"
    " is was are were be been being am do does did have has had will would shall should can could"
    " may might must i me my mine we us our ours you your he him his she her hers it its they them"
    " their who whom which what where when why how if then there here not no any some each every"
    " all both either neither one ones only just even still also too very more most less least"
    " fewer much many few such own same other others another about around nearly almost roughly"
    " over under above below between during before after since until while because although though"
    " into out off up down again once per within without against through ago later earlier already"
    " two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred"
    " thousand million billion dozen half third quarter twice thrice double halved doubled tripled"
    " halves thirds quarters fifth fifths tenth tenths"
    " now today per cent percent us s t ll ve re d m it's didn't don't wasn't couldn't i'd i'm we'd"
)
# What any story may say: a base rate for words that say little of what a figure is of.
_COMMON: Final = _set(
    "team person customer user service system time week month year day hour minute second project"
    " company fall rise take go make get new first end work production engineer developer manager"
    " number run use want ask tell say show keep start give come find set call change give write"
    " lead build whole good long old last next part thing way place people case half rest full"
    " save cost spend lose have need wait reach average total level rate per share figure result"
)
_COMMON_RATE: Final = 0.3
_BANK: Final = 40  # stories of any bank, as it were: rarity in a bank of two says nothing


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """A word without case and without its commonest endings; forms of one word agree."""
    low = word.lower().replace("’", "'").removesuffix("'s").rstrip("'")
    if low in _SAME:
        return _SAME[low]
    if not low.isalpha() or len(low) < 4:
        return low
    if low.endswith("ies"):
        low = low[:-3] + "y" if len(low) > 4 else low[:-1]
    elif low.endswith(("sses", "xes", "zes", "ches", "shes")):
        low = low[:-2]
    elif low.endswith("s") and not low.endswith(("ss", "us", "is")):
        low = low[:-1]
    for end in ("ing", "ed"):
        rest = low.removesuffix(end)
        if rest != low and len(rest) > 2 and re.search("[aeiouy]", rest):
            low = rest[:-1] if rest[-1] == rest[-2] and rest[-1] in _DOUBLED else rest
            break
    low = low[:-1] if len(low) > 3 and low.endswith("e") else low
    return _SAME.get(low, low)


def content(text: str) -> tuple[str, ...]:
    """The stems of the words of `text` that say something, in order. Plain numbers are none."""
    return tuple(
        stem(word)
        for word in WORD.findall(text)
        if word.lower().replace("’", "'") not in STOP and not word[0].isdigit()
    )


class Rarity:
    """How much a word tells about what is spoken of: more, the fewer stories have it."""

    def __init__(self, stories: Iterable[Iterable[str]]) -> None:
        self._count: dict[str, int] = {}
        self._all = 0
        self._known: dict[str, float] = {}
        for stems in stories:
            self._all += 1
            for word in set(stems):
                self._count[word] = self._count.get(word, 0) + 1

    def __call__(self, word: str) -> float:
        """From about 1 for a word of many stories to 5 and more for one of few."""
        known = self._known.get(word)
        if known is not None:
            return known
        base = _COMMON_RATE if word in _COMMON_STEMS else 0.01
        seen = self._count.get(word, 0) + base * _BANK
        known = self._known[word] = log(1 + (self._all + _BANK) / (seen + 0.5))
        return known


_COMMON_STEMS: Final = frozenset(map(stem, _COMMON))
