"""Two stories of one bank that seem to tell the same event, in other words."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from kb.check.reading import shortened
from kb.check.rule import Note, Threshold, pair_rule
from kb.check.verbs import words
from kb.figures import find_figures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.check.rule import Limits
    from kb.domain import Story

# A cosine says that two stories are of a kind; words that both use say that it is one event.
_WORDS_COUNT: Final = 1.2
_FIGURES_COUNT: Final = 0.05
_MOST_FIGURES: Final = 2
_FEWEST: Final = 8  # words; of less nothing can be said
_LEAST: Final = 0.5  # a cosine below this is another event, whatever the words
_WORD: Final = re.compile(r"[^\W\d_]+")
_ENDINGS: Final = ("ations", "ation", "ings", "ing", "edly", "ed", "ies", "es", "s", "ly")
_COMMON: Final = words(
    "that this these those with from they them their there then than when where which"
    " while who whom whose what why how"
    " have has had having does did done doing would could should can may might must"
    " will shall been being were was are"
    " about against between through during without within into onto over under after"
    " before until once since because"
    " although though however also only even still just very more most much many some"
    " any each every both other another"
    " same such own again ever never always almost well back away down here now later"
    " soon first second third last next"
    " one two three four five six seven eight nine ten twelve twenty thirty forty"
    " fifty hundred thousand half our your"
    " his her its him she got get gets went came come goes going made make makes took"
    " take taken gave give given kept keep"
    " left leave said says told tell asked wanted knew known thought think saw seen"
    " found find work works worked working"
    " team teams people person day days week weeks month months year years time times"
    " night nights morning evening hour"
    " hours minute minutes monday tuesday wednesday thursday friday saturday sunday"
    " january february march april june july"
    " august september october november december spring summer autumn winter new old"
    " good bad big small long short little"
    " thing things part parts began begin started start stopped stop used using need"
    " needed everyone nobody not yes all"
    " myself ourselves able quite really whole part rest enough along around together"
    " instead already afterwards upon"
)


@pair_rule(
    "twins",
    "Two stories seem to tell the same event.",
    "coaches: 8 to 12 core stories, each another event; the same story once in a loop",
    thresholds=(Threshold("likeness", 0.82),),
)
def twins(one: Story, two: Story, cosine: float, limits: Limits) -> Iterator[Note]:
    """A note where cosine and shared words together are over the threshold."""
    mine, others = _stems(_text(one)), _stems(_text(two))
    if cosine < _LEAST or min(len(mine), len(others)) < _FEWEST:
        return
    shared = mine.keys() & others.keys()
    overlap = len(shared) / (len(mine) * len(others)) ** 0.5
    likeness = cosine + _WORDS_COUNT * overlap
    if 0 < limits["likeness"] - likeness <= _FIGURES_COUNT * _MOST_FIGURES:
        # Figures are slow to read, and seldom decide.
        likeness += _FIGURES_COUNT * min(_MOST_FIGURES, len(_figures(one) & _figures(two)))
    if likeness >= limits["likeness"]:
        message = f"It seems to tell the same event as `{two.title}` ({two.path}:{two.line})."
        hint = "Keep the better telling, or tell what only one of them shows."
        longest = sorted((mine[stem] for stem in shared), key=lambda word: (-len(word), word))
        yield Note(message, one.line, hint, shortened(", ".join(longest[:6])))


def _text(story: Story) -> str:
    return "\n".join((story.title, *(part.text for part in story.parts))).lower()


@lru_cache(maxsize=256)
def _stems(text: str) -> dict[str, str]:
    """The words of a story that are no common ones, by their stems."""
    found: dict[str, str] = {}
    for word in _WORD.findall(text):
        if len(word) > 3 and word not in _COMMON:
            found.setdefault(_stem(word), word)
    return found


@lru_cache(maxsize=16384)
def _stem(word: str) -> str:
    ending = next((e for e in _ENDINGS if word.endswith(e) and len(word) - len(e) >= 4), "")
    return word.removesuffix(ending)


def _figures(story: Story) -> set[tuple[str, float]]:
    """Figures that two events seldom share: not a week, not three people."""
    text = "\n".join(part.text for part in story.parts)
    return {
        (figure.unit, round(figure.value, 6))
        for figure in find_figures(text)
        if figure.kind in ("count", "percent", "money", "number")
        and figure.value > 20
        and figure.value % 10
    }
