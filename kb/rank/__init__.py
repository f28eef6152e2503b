"""Similarities to ordered matches and fit levels. numpy only.

Two ways lead from a question to a story. The direct one is their similarity,
standardised per story over the library's wordings, so that a story that
resembles every question gains nothing by it. The bridge goes through the
library: the question's nearest library questions, and how much each story
reads like the examples given there (docs/matching.md). What orders the stories
is more than what tells whether any answers. `prepare` does at build
what depends only on stories and library; `rank` is then a few small products.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from kb.rank.arrays import (
    best_mean,
    best_per_owner,
    filled,
    logistic,
    quantile,
    slots_of,
    standardised,
)
from kb.rank.preparing import prepare
from kb.rank.said import Owned, Said, nudges
from kb.rank.shapes import (
    BEST_SENTENCES,
    Library,
    Prepared,
    Ranking,
    StoryVectors,
)

if TYPE_CHECKING:
    from kb.domain import Fit
    from kb.rank.arrays import Floats, Ints

__all__ = [
    "Library",
    "Owned",
    "Prepared",
    "Ranking",
    "Said",
    "StoryVectors",
    "fit",
    "leading_question",
    "nearest_questions",
    "prepare",
    "rank",
    "score_of",
]

# Constants: docs/matching.md shows the neighbours of each, and that they are flat.
SENTENCE_SHARE: Final = 1 / 3
BRIDGE_WEIGHT: Final = 1.0
TEMPERATURE: Final = 0.07
TEXT_WEIGHT: Final = 0.5
TEXT_HALF: Final = 5.0
SHOWN_WEIGHT: Final = 1.0
NOTHING_TOLD: Final = 5.0
ENOUGH: Final = 1.5
BANK_WEIGHT: Final = 0.5
BANK_QUANTILE: Final = 0.25
# The score is the chance that the first story is a good answer (mean grade 1.5 or more),
# fitted to 482 questions of five banks; the fits cut it.
SLOPE: Final = 1.5
MIDDLE: Final = 1.75
STRONG: Final = 0.8
WORKABLE: Final = 0.45
STRETCH: Final = 0.22
# Of evidence: how much likeness to the question counts beside likeness to its answers,
# and what a sentence of no weight of its own loses.
ASKED: Final = 0.75
WEAK_SENTENCE: Final = 2.0
LEAST_SHARE: Final = 0.1  # of a deviation: what a library question must add to be named


def rank(
    query: Floats,
    stories: StoryVectors,
    prepared: Prepared,
    *,
    text_scores: Floats | None = None,
    owned: Owned | None = None,
) -> Ranking:
    """Score every story for `query` (d,), a unit vector.

    text_scores (s,): bm25 over the stories with ORed terms, 0 or more, higher
    is better (SQLite's bm25() negated), 0 where nothing matched. owned: what
    the owner says beside the stories' words.
    """
    owned = owned or Owned()
    sentences = stories.sentences @ query
    weights = _library_weights(query, prepared)
    z, z_best = _direct(stories.whole @ query, sentences, stories, prepared)
    terms: dict[str, Floats] = {
        "story": np.asarray((1 - SENTENCE_SHARE) * z, np.float32),
        "sentences": np.asarray(SENTENCE_SHARE * z_best, np.float32),
        "library": np.asarray(BRIDGE_WEIGHT * (weights @ prepared.bridge), np.float32),
        "full text": _text_term(text_scores, len(stories.whole)),
        "little told": _little_told(stories),
    }
    if owned.shows is not None:
        terms["competencies"] = np.asarray(SHOWN_WEIGHT * (weights @ owned.shows), np.float32)
    terms["question"] = _question_term(terms, owned.live)
    # after it: a pin says nothing of the other stories
    terms["your pins"] = nudges(query, owned.said, len(stories.whole))
    total = np.sum(list(terms.values()), axis=0)
    return Ranking(
        scores=score_of(total),
        terms=terms,
        library_weights=weights,
        sentence_scores=_evidence_scores(sentences, weights, stories, prepared),
        sentence_story=stories.sentence_story,
    )


def score_of(total: Floats) -> Floats:
    """The scores, 0..1, of sums of terms."""
    return logistic(SLOPE * (total - MIDDLE))


def fit(score: float) -> Fit:
    """The word for a score, by thresholds set on banks that no encoder learned from."""
    if score >= STRONG:
        return "strong"
    if score >= WORKABLE:
        return "workable"
    return "stretch" if score >= STRETCH else "gap"


def leading_question(ranking: Ranking, prepared: Prepared, story: int) -> int | None:
    """The number of the library question that brings `story` here, None if none does.

    It is the one whose weight times the story's pull towards it is greatest.
    """
    shares = BRIDGE_WEIGHT * ranking.library_weights * prepared.bridge[:, story]
    if not len(shares) or shares.max() < LEAST_SHARE:
        return None
    return int(shares.argmax())


def nearest_questions(
    query: Floats, wordings: Floats, owner: Ints, count: int = 3
) -> tuple[tuple[int, float], ...]:
    """The `count` owners nearest to `query` with their best wording's cosine, best first.

    wordings (w, d), owner (w,): the number of each wording's question.
    """
    if not len(owner):
        return ()
    best = best_per_owner(wordings @ query, owner, int(owner.max()) + 1)
    order = np.argsort(-best, kind="stable")[:count]
    return tuple((int(q), float(best[q])) for q in order if np.isfinite(best[q]))


def _direct(
    whole: Floats, sentences: Floats, stories: StoryVectors, prepared: Prepared
) -> tuple[Floats, Floats]:
    """The cosines of whole stories (s,) and sentences (n,), standardised per story: (s,) twice."""
    slots = slots_of(stories.sentence_story, len(whole))
    best = best_mean(sentences[None], slots, BEST_SENTENCES)[0]
    z = np.asarray((whole - prepared.mean[0]) / prepared.sd[0])
    z_best = np.asarray((best - prepared.mean[1]) / prepared.sd[1])
    return z, np.where(filled(slots), z_best, z)


def _little_told(stories: StoryVectors) -> Floats:
    """What a story loses, (s,), that tells next to nothing: a title alone resembles anything.

    ENOUGH is the weight as evidence of about two sentences that do something.
    """
    weight = np.bincount(stories.sentence_story, stories.sentence_prior, len(stories.whole))
    return np.asarray(0 - NOTHING_TOLD * np.clip(1 - weight / ENOUGH, 0, 1), np.float32)


def _question_term(terms: dict[str, Floats], live: Ints | None) -> Floats:
    """What makes scores of different questions comparable, the same for each story (s,).

    The bridge tells which story fits better, and hardly whether any does: near misses
    lie in the same direction. So the first story's sum becomes what the best has without
    it, and half of what even the bank's less related stories have in common with the
    question: one from another world than the bank's is seldom answered there.
    """
    total: Floats = np.sum(list(terms.values()), axis=0)
    counted = np.arange(len(total)) if live is None else live
    if not len(counted):
        return np.zeros_like(total)
    plain = (total - terms["library"])[counted]
    common = quantile((terms["story"] + terms["sentences"])[counted], BANK_QUANTILE)
    term = plain.max() + BANK_WEIGHT * common - total[counted].max()
    return np.full_like(total, term)


def _evidence_scores(
    sentences: Floats, weights: Floats, stories: StoryVectors, prepared: Prepared
) -> Floats:
    """How well each sentence speaks for its story, (n,): like the question and its answers."""
    asked = standardised(sentences[:, None])[:, 0]
    answered = standardised((stories.sentences @ (weights @ prepared.directions))[:, None])[:, 0]
    return np.asarray(
        ASKED * asked + answered - WEAK_SENTENCE * (1 - stories.sentence_prior), np.float32
    )


def _library_weights(query: Floats, prepared: Prepared) -> Floats:
    """How much the query is like each library question, (q,): a softmax of best wordings."""
    questions = len(prepared.bridge)
    if not len(prepared.wordings):
        return np.zeros(questions, np.float32)
    best = best_per_owner(prepared.wordings @ query, prepared.wording_question, questions)
    odds = np.exp((best - best.max()) / TEMPERATURE)
    return np.asarray(odds / odds.sum(), np.float32)


def _text_term(text_scores: Floats | None, stories: int) -> Floats:
    """The bounded share of full text, (s,), 0 to TEXT_WEIGHT."""
    if text_scores is None:
        return np.zeros(stories, np.float32)
    found = np.maximum(text_scores, 0)
    return np.asarray(TEXT_WEIGHT * found / (found + TEXT_HALF), np.float32)
