"""Stories to their ledger."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Final

from kb.facts.comparing import Told, conflicts
from kb.facts.context import describe
from kb.facts.matching import match
from kb.facts.model import Confirmed, Ledger
from kb.facts.reading import facts_of
from kb.facts.words import WORD, Rarity, content, stem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from kb.domain import Story

NOTHING: Final = Confirmed()
LEAST: Final = 15  # so many words two stories share at the least that are told of one event


def ledger(stories: Iterable[Story], confirmed: Confirmed = NOTHING) -> Ledger:
    """Every number of the stories that are not retired, in the order given, with what
    `confirmed` says of each; and the tellings that disagree. Nothing is raised."""
    live = [story for story in stories if story.status != "retired"]
    stems = {story.id: frozenset(content(_text(story))) for story in live}
    rarity = Rarity(stems.values())
    told, unused = match(_told(live, rarity), confirmed.entries, rarity)
    found = conflicts(told, rarity, _alike(stems, rarity))
    return Ledger(tuple(one.fact for one in told), found, unused)


def _text(story: Story) -> str:
    return "\n".join((story.title, *(part.text for part in story.parts)))


def _told(stories: Sequence[Story], rarity: Callable[[str], float]) -> list[Told]:
    names = _names(stories)

    @cache
    def others(company: str) -> frozenset[str]:
        """The names but the company's own, which tells no two figures of it apart."""
        return names.difference(map(stem, WORD.findall(company)))

    told: list[Told] = []
    for story in stories:
        year = int(story.date[:4]) if story.date[:4].isdigit() else 0
        for facts, before in facts_of(story):
            figures = [fact.figure for fact in facts]
            title = facts[0].part == "title"
            about = describe(facts[0].sentence, figures, others(story.company), title=title)
            told += [
                Told.of(*pair, rarity, before, year) for pair in zip(facts, about, strict=True)
            ]
    return told


_INSIDE: Final = re.compile(r"(?<=[^\s.?!:“\"(])\s+([^\W\d_][^\W_]*)")


def _names(stories: Sequence[Story]) -> frozenset[str]:
    """The words that stand with a capital inside a sentence somewhere, and never without."""
    capital: set[str] = set()
    small: set[str] = set()
    for story in stories:
        for part in story.parts:
            for word in _INSIDE.findall(part.text):
                (capital if word[0].isupper() else small).add(word)
    return frozenset(stem(word) for word in capital if len(word) > 1 and word.lower() not in small)


def _alike(
    stems: dict[str, frozenset[str]], rarity: Callable[[str], float]
) -> Callable[[str, str], float]:
    """How near two stories are by the words of both, weighed by rarity; 0 for a few words."""
    weights: dict[str, float] = defaultdict(float)
    for story, words in stems.items():
        weights[story] = sum(map(rarity, words))

    @cache
    def near(one: str, other: str) -> float:
        shared = stems[one] & stems[other]
        if len(shared) < LEAST:
            return 0.0
        both = sum(map(rarity, shared))
        return both / max(weights[one] + weights[other] - both, 1e-9)

    return near
