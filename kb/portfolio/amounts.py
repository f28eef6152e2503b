"""The numbers of a sentence as phrases that can be read alone: "3 of 40,000 orders".

No word is added. Where it cannot be told where a phrase ends, there is none: a number without
what it counts says less than nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDEST: Final = 44  # characters of a phrase
_FEW: Final = 3  # words in which a noun is looked for

# A sign that ends what was said; not the comma in 40,000 or the point in 2.5.
_STOP: Final = re.compile(r"[,;:.?!](?=[\s\"”')]|$)|\s[–—-]\s|[–—()\"“”]")
# The words of a phrase end before these.
_ENDS: Final = re.compile(
    r"(?:and|or|in|on|at|for|by|with|from|to|as|that|which|who|whose|was|were|is|are|had|has|have|it"
    r"|he|she|we|they|i|you|them|us|but|so|then|than|after|before|when|where|while|against|within"
    r"|would|could|should|did|until|because|since|though|if|not|never|do|does|must|may|can|will"
    r"|later|ago|about|only|over|under|into|out|off|up|down|through|without|during|per|each|every"
    r"|went|came|come|fell|rose|meant|lost|got|left|made|took|said|ran|kept|became|found|gave|told"
    r"|sent|built|held|grew|stood|spent|won|paid|saw|knew|felt|met|stayed|still|already|again|now"
    r"|rather|quite|more|less|no|this|what|how|there|here|badly|well|off|[\w’']+ly|\w{2,}ed)",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"\s+([^\s,;:.?!()\"“”–—]+(?:[.,]\d+)*)")
_OF: Final = re.compile(
    r"\s+of\b(?:\s+(?:our|the|my|its|their|his|her|your|all|those|these|an?)\b)*"
)
_BARE: Final = re.compile(r"an?\s\w+", re.IGNORECASE)
_VAGUE: Final = re.compile(r"\b(?:it|they|them|this|these|those)\b", re.IGNORECASE)
_REST: Final = re.compile(r"\d{1,2}")
_NOT_NOUNS: Final = frozenset({"this", "does", "always", "perhaps", "sometimes"})
_RATE: Final = re.compile(
    r"\s(?:a|an|per|each|every) (?:second|minute|hour|day|night|week|month|quarter|year)\b"
)
_MORE: Final = re.compile(
    r"\s(?:back|more|less|fewer|faster|slower|cheaper|longer|shorter|each|late|early|earlier|sooner)"
    r"(?=[,;:.?!)]|$|\s(?:in|on|at|for|by|and|but|from|to|each|every|after|before|when)\b)",
    re.IGNORECASE,
)
_PAIR: Final = re.compile(
    r"(?:\s(?:a|an|per) \w+)?\s(?:down |up )?to\s(?:(?:about|under|over|only|just|nearly) )?"
)
_LEADS: Final = re.compile(
    r"(?<!\S)(?:under|over|about|only|within|every|below|above|nearly|almost)\s$", re.IGNORECASE
)
_SHARE: Final = re.compile(
    r"(?<!\S)\d[\d.,]*%?\sof\s(?:(?:our|the|my|its|their|his|her|all|those|these)\s){0,2}$"
)
_FROM: Final = re.compile(r"(?<!\S)from\s(?:(?:about|over|under|nearly|almost) )?$", re.IGNORECASE)
LEANS: Final = re.compile(
    r"(?:(?:on|in|at|for|with|after|by|of) (?:the same|that|this|these|those|it|them)\b"
    r"|(?:it|its|they|their|that|this|these|those|he|she|his|her|the other|the same|so|but|and"
    r"|there|then|both|another)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of a sentence. start, end: where it begins and ends, with its unit or the noun
    it counts. stands: whether that alone says what is measured. timed: a length of time."""

    start: int
    end: int
    stands: bool = False
    timed: bool = False


def phrases(text: str, amounts: Sequence[Amount]) -> list[str]:
    """The numbers of a sentence, each with what it counts, in the order they stand; those that
    cannot be read alone are left out."""
    found: list[str] = []
    place = 0
    while place < len(amounts):
        one, after = _joined(text, amounts, place)
        start, end = _phrase(text, one)
        if end > start and not (start == 0 and found and one.start) and _is_said(text[start:end]):
            found.append(text[start:end])
            while after < len(amounts) and amounts[after].start < end:
                after += 1
        place = after
    return found


def _is_said(phrase: str) -> bool:
    return len(phrase) <= WIDEST and not phrase.isalpha() and not _BARE.fullmatch(phrase)


def _joined(text: str, amounts: Sequence[Amount], place: int) -> tuple[Amount, int]:
    """An amount with those after it that belong to it: from 18% to 5%, 3 of 40,000 orders,
    1 hour 35 minutes; and the place to go on from."""
    one = amounts[place]
    for after in range(place + 1, len(amounts)):
        following = amounts[after]
        between = text[one.end : following.start]
        joined = Amount(one.start, following.end, following.stands, one.timed)
        opened = _FROM.search(text, 0, one.start)
        if _PAIR.fullmatch(between):
            if not opened and not one.stands:
                return one, after
            start = opened.start() if opened else one.start
            return replace(joined, start=start, stands=True), after + 1
        if _OF.fullmatch(between.rstrip()) and between[-1:] == " ":
            end = following.end if following.stands else _noun(text, following.end)
            stands = one.stands or end > 0
            return replace(joined, end=end or following.end, stands=stands), after + 1
        ends = _STOP.match(text, following.end) or not text[following.end :].strip()
        rest = _REST.fullmatch(text[following.start : following.end]) and ends  # 1 hour 35
        timed = one.timed and (following.timed or (rest and between == " "))
        if not timed or between not in (" ", " and ", ", "):
            return one, after
        one = replace(joined, stands=True)
    return one, len(amounts)


def _phrase(text: str, one: Amount) -> tuple[int, int]:
    """Where what can be read alone begins and ends; (0, 0) for nothing."""
    end = one.end
    of = _OF.match(text, end)
    more = _noun(text, of.end()) if of else 0
    rate = _RATE.match(text, end)
    beside = _MORE.match(text, end)
    if more:
        end = more
    elif rate or beside:
        end = (rate or beside).end()  # type: ignore[union-attr]
    elif not one.stands and text[one.start : end].count("-") and not of:
        end = _noun(text, end)
    elif not one.stands or (of and not one.timed):
        return _clause(text, one)
    # a share whose first number was read as none, such as a day: August 22 of our 62 sailings
    share = _SHARE.search(text, 0, one.start)
    lead = _LEADS.search(text, 0, one.start)
    before = share or lead
    return (before.start() if before else one.start), end


def _noun(text: str, start: int) -> int:
    """Where the noun ends of which the first words stand at a place: at the first plural, or
    before a word or sign that ends what was said; 0 where neither comes soon."""
    end = start
    for _ in range(_FEW):
        if _STOP.match(text, end):
            return end if end > start else 0
        word = _WORD.match(text, end)
        if word is None or _ENDS.fullmatch(word[1]):
            return end if end > start and (word or not text[end:].strip()) else 0
        end = word.end()
        if _is_plural(word[1].lower()):
            return end
    over = _STOP.match(text, end) or not text[end:].strip()
    word = _WORD.match(text, end)
    return end if over or (word and _ENDS.fullmatch(word[1])) else 0


def _is_plural(word: str) -> bool:
    ends = word.endswith("s") and not word.endswith(("ss", "us", "is", "'s", "’s"))
    return (ends and len(word) > 3 and word not in _NOT_NOUNS) or word == "people"


def _clause(text: str, one: Amount) -> tuple[int, int]:
    """The sentence that an amount stands in, as far as its first comma, if it is short."""
    if not any(sign.isdigit() for sign in text[one.start : one.end]):
        return 0, 0
    stop = _STOP.search(text, one.end)
    end = stop.start() if stop else len(text.rstrip())
    if stop and stop[0] in '"“”(':
        return 0, 0
    early = [m for m in _STOP.finditer(text, 0, one.start) if m[0] not in '"“”']
    leans = LEANS.match(text) or _VAGUE.search(text, 0, end)
    alone = not early and not leans and len(text[:end].split()) >= _FEW + 1
    return (0, end) if alone else (0, 0)
