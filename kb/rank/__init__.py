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

from kb.rank.arrays import best_per_owner, logistic, standardised
from kb.rank.looking import Among, look, sample_of
from kb.rank.plane import plane
from kb.rank.preparing import prepare
from kb.rank.said import Owned, Said, nudges
from kb.rank.shapes import Library, Outline, Prepared, Ranking, Sentences, Stories, StoryVectors
from kb.rank.terms import BRIDGE_WEIGHT, outlined, terms_of

if TYPE_CHECKING:
    from kb.domain import Fit
    from kb.rank.arrays import Floats, Ints

__all__ = [
    "Among",
    "Library",
    "Outline",
    "Owned",
    "Prepared",
    "Ranking",
    "Said",
    "Sentences",
    "Stories",
    "StoryVectors",
    "fit",
    "leading_question",
    "nearest_questions",
    "own_sums",
    "plane",
    "prepare",
    "rank",
    "sample_of",
    "score_of",
    "scores_of",
]

# The score is the chance that the first story is a good answer (mean grade 1.5 or more),
# fitted to 671 questions of seven banks; the fits cut it.
SLOPE: Final = 1.51
MIDDLE: Final = 1.87
STRONG: Final = 0.8
WORKABLE: Final = 0.42
STRETCH: Final = 0.18
# Of evidence: how much likeness to the question and to its answers counts, and what a
# sentence of no weight of its own loses.
ASKED: Final = 0.75
ANSWERED: Final = 0.5
WEAK_SENTENCE: Final = 6.0
LEAST_SHARE: Final = 0.1  # of a deviation: what a library question must add to be named


def rank(
    query: Floats,
    stories: Stories | StoryVectors,
    prepared: Prepared,
    *,
    text_scores: Floats | None = None,
    owned: Owned | None = None,
    among: Among | None = None,
) -> Ranking:
    """Score every story for `query` (d,), a unit vector.

    text_scores (s,): bm25 over the stories with ORed terms, 0 or more, higher
    is better (SQLite's bm25() negated), 0 where nothing matched. owned: what
    the owner says beside the stories' words. among: which stories of a large bank are
    wanted, by default its first; of a small one all are looked at whatever it says.
    """
    bank, owned = Stories.of(stories), owned or Owned()
    texts = None if text_scores is None else text_scores[None]
    found = outlined(query[None], bank, prepared, texts, owned)
    nudged = nudges(query, owned.said, len(bank))
    weights = found.weights[0]
    vectors = np.stack([query, weights @ prepared.directions])
    seen = look(vectors, bank, prepared, found, nudged, among or Among(count=1))
    all_terms = found.with_sentences(seen.z_best, owned.live).terms
    terms = {name: np.asarray(rows[0], np.float32) for name, rows in all_terms.items()}
    # beside them: a pin says nothing of the other stories
    terms["your pins"] = nudged
    return Ranking(
        scores=score_of(np.sum(list(terms.values()), axis=0)),
        terms=terms,
        library_weights=weights,
        sentence_scores=_evidence_scores(seen.sentences),
        sentence_story=seen.numbers[seen.sentences.story],
        read=seen.numbers,
    )


def scores_of(
    queries: Floats,
    stories: Stories | StoryVectors,
    prepared: Prepared,
    owned: Owned | None = None,
) -> Floats:
    """The scores (m, s) of many questions (m, d) at once, by their words alone: what `rank`
    gives each without full text."""
    bank, owned = Stories.of(stories), owned or Owned()
    if not len(queries):
        return np.zeros((0, len(bank)), np.float32)
    terms = terms_of(queries, bank, prepared, owned).terms
    said = np.stack([nudges(query, owned.said, len(bank)) for query in queries])
    return score_of(np.sum([*terms.values(), said], axis=0))


def own_sums(queries: Floats, stories: Stories | StoryVectors, prepared: Prepared) -> Floats:
    """What the terms of many questions (m, d) say of each story by itself: (m, s), the same
    whatever other stories there are, as `Ranking.own`."""
    bank = Stories.of(stories)
    if not len(queries):
        return np.zeros((0, len(bank)), np.float32)
    terms = terms_of(queries, bank, prepared, Owned()).terms
    own = [v for name, v in terms.items() if name != "question"]
    return np.asarray(np.sum(own, axis=0), np.float32)


def score_of(total: Floats) -> Floats:
    """The scores, 0..1, of sums of terms."""
    return logistic(SLOPE * (total - MIDDLE))


def fit(score: float, said: bool | None = None) -> Fit:
    """The word for a score, by thresholds set on banks that no encoder learned from.

    said: whether the story answers, by its owner's own word, which is worth more than any score.
    """
    if said is not None:
        return "strong" if said else "gap"
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


def _evidence_scores(sentences: Sentences) -> Floats:
    """How well each sentence speaks for its story, (n,): like the question and its answers,
    which is what it was held against."""
    asked, answered = standardised(sentences.cosines.T).T
    alike = ASKED * asked + ANSWERED * answered
    return np.asarray(alike - WEAK_SENTENCE * (1 - sentences.prior), np.float32)
