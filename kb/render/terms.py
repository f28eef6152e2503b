"""What a story's score is made of, in words."""

from __future__ import annotations

from typing import Final, NamedTuple

from kb.domain import StoryMatch
from kb.render.layout import Page

# Deviations from which a term is said; what is less would show as 0.0.
LEAST: Final = 0.05


class Words(NamedTuple):
    """A term in words, above and below 0; `large`: from where the strong words are used."""

    large: float
    more: str
    much_more: str
    less: str
    much_less: str


# By the terms' names in kb/rank. On the development bank about one story in twenty has a
# large term; that of the pins goes to 4, for the same question.
WORDS: Final = {
    "story": Words(
        0.5,
        "as a whole it is nearer to this question than to others",
        "as a whole it is much nearer to this question than to others",
        "as a whole it is nearer to other questions than to this one",
        "as a whole it is much nearer to other questions than to this one",
    ),
    "sentences": Words(
        1.0,
        "its best sentences are nearer to this question than to others",
        "its best sentences are much nearer to this question than to most",
        "its best sentences are nearer to other questions than to this",
        "its best sentences are much nearer to other questions than this",
    ),
    "library": Words(
        1.5,
        "it reads like the guides' examples for questions like this",
        "it reads much like the guides' examples for questions like this",
        "the guides' examples for questions like this read differently",
        "the guides' examples for such questions read quite differently",
    ),
    "full text": Words(
        0.2,
        "words of the question stand in it",
        "many or rare words of the question stand in it",
        "words of the question are missing from it",
        "words of the question are missing from it",
    ),
    "competencies": Words(
        0.5,
        "you said that it shows what such questions listen for",
        "you said that it shows just what this question listens for",
        "you said that it shows other things",
        "you said that it shows quite other things",
    ),
    "little told": Words(
        2.0,
        "enough is told in it",
        "much is told in it",
        "little is told in it",
        "next to nothing is told in it",
    ),
    "question": Words(
        1.5,
        "for all stories: the whole bank is near to this question",
        "for all stories: the whole bank is very near to this question",
        "for all stories: being like the guides' examples is no answer",
        "for all stories: little in the bank is near to this question",
    ),
    "your pins": Words(
        3.0,
        "you pinned it to a question near to this one",
        "you pinned it to this question or a very near one",
        "you said that it does not answer a question near to this one",
        "you said that it does not answer this or a very near question",
    ),
}


def terms_text(match: StoryMatch, page: Page, indent: str) -> list[str]:
    """The terms that matter a line each, largest first, and then the score they make.

    A term without words is shown by its name.
    """
    lines: list[str] = []
    for name, value in sorted(match.terms, key=lambda term: -abs(term[1])):
        if abs(value) >= LEAST:
            first = f"{indent}{value:+.1f}  "
            lines += page.wrap(_said(name, value), " " * len(first), first)
    total = sum(value for _, value in match.terms)
    first = f"{indent}{total:+.1f}  "
    said = f"together: a score of {match.score:.3f}, from 0 (no answer) to 1"
    return [*lines, *page.wrap(said, " " * len(first), first)]


def _said(name: str, value: float) -> str:
    words = WORDS.get(name)
    if words is None:
        return name
    large = abs(round(value, 1)) >= words.large  # as shown, so that equal numbers read alike
    if value > 0:
        return words.much_more if large else words.more
    return words.much_less if large else words.less
