"""The library's questions that a story answers best, to be confirmed by its owner."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kb import rank
from kb.domain import Suggestion
from kb.journal import same_question

if TYPE_CHECKING:
    from kb.domain import StoryCard
    from kb.match import Matcher

LEAST = rank.STRETCH  # below it a suggestion would be a guess


def suggest(matcher: Matcher, story: StoryCard, *, count: int = 10) -> tuple[Suggestion, ...]:
    """The best `count` library questions for `story` (0 for all that are no gap), best first.

    Those it is already known to answer or not to answer are left out.
    """
    return suggest_from(matcher, story, matcher.held.library_scores(matcher.reader), count=count)


def suggest_from(
    matcher: Matcher, story: StoryCard, table: np.ndarray, *, count: int = 10
) -> tuple[Suggestion, ...]:
    """As `suggest`, with the `table` of the matcher's build already worked out."""
    number = matcher.owners.index(story.id)
    known = [*story.answers, *(p.question for p in matcher.pins.said if p.story == story.id)]
    ids = {p.question_id for p in matcher.pins.said if p.story == story.id and p.question_id}
    found = []
    for question, scores in zip(matcher.library, table, strict=True):
        score = float(scores[number])
        if score < LEAST or question.id in ids:
            continue
        if any(same_question(question.text, text) for text in known):
            continue
        above = int(np.sum(scores > score))
        found.append(Suggestion(question, score, rank.fit(score), above + 1))
    found.sort(key=lambda one: (-one.score, one.place, one.question.id))
    return tuple(found[:count] if count else found)
