"""Similarities to ordered matches and fit levels. numpy only.

Two ways lead from a question to a story. The direct one is their similarity,
standardised per story over the library's wordings, so that a story that
resembles every question gains nothing by it. The bridge goes through the
library: the question's nearest library questions, and how much each story
reads like the examples given there (docs/matching.md). `prepare` does at build
what depends only on stories and library; `rank` is then a few small products.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from kb.domain import PASSAGE_KINDS
from kb.rank.arrays import (
    TINY,
    best_mean,
    best_per_owner,
    blocks,
    filled,
    logistic,
    mean_per_owner,
    slots_of,
    standardised,
    unit,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from kb.domain import Fit
    from kb.rank.arrays import Floats, Ints

# Constants: docs/matching.md shows the neighbours of each, and that they are flat.
BEST_SENTENCES: Final = 5
SENTENCE_SHARE: Final = 2 / 3
BRIDGE_WEIGHT: Final = 1.5
TEMPERATURE: Final = 0.07
SHRINK: Final = 10.0
TEXT_WEIGHT: Final = 0.5
TEXT_HALF: Final = 5.0
# Cosine of any wording with any story, (whole, best sentences): what is assumed
# of a story before the library speaks, and how many wordings that is worth.
TYPICAL_MEAN: Final = (0.19, 0.21)
TYPICAL_SD: Final = (0.09, 0.06)
TYPICAL_COUNT: Final = 20
# The score is about the chance that a story, standing first, is a good answer
# (grade 2 or 3 on the development bank); the fits cut it where the grades change.
SLOPE: Final = 0.75
MIDDLE: Final = 2.5
STRONG: Final = 0.7
WORKABLE: Final = 0.4
STRETCH: Final = 0.27
# Evidence, in deviations over the sentences: how far a second sentence may stay behind,
# and what one of no weight of its own loses.
EVIDENCE_GAP: Final = 0.75
WEAK_SENTENCE: Final = 2.0
LEAST_SHARE: Final = 0.1  # of a deviation: what a library question must add to be named


@dataclass(frozen=True, slots=True)
class Library:
    """The packaged guides as vectors, d wide, unit rows.

    wordings (w, d): every question and variant; wording_question (w,): its
    question's number, 0 to questions - 1. examples (e, d), example_question
    (e,): likewise. Any of them may have no rows.
    """

    wordings: Floats
    wording_question: Ints
    examples: Floats
    example_question: Ints
    questions: int


@dataclass(frozen=True, slots=True)
class StoryVectors:
    """The stories' passages as vectors, d wide, unit rows, s stories.

    whole (s, d); sentences (n, d) with sentence_story (n,), the number of the
    story each belongs to, and sentence_prior (n,), 0..1, what each can carry
    as evidence (`passages.evidence_prior`). Rows need no order; a story may
    have no sentence. Parts are not ranked: they added nothing.
    """

    whole: Floats
    sentences: Floats
    sentence_story: Ints
    sentence_prior: Floats

    @classmethod
    def of(
        cls, matrix: Floats, owner: Ints, kinds: NDArray[np.uint8], weights: Floats, width: int
    ) -> StoryVectors:
        """The stories' passages as the store keeps them, row by row.

        matrix (n, d); owner (n,): the story's number; kinds (n,): places in
        PASSAGE_KINDS; weights (n,): for a sentence, its prior; width: d, which
        a matrix without rows does not tell.
        """
        matrix = matrix.reshape(len(owner), width)
        sentence = kinds == PASSAGE_KINDS.index("sentence")
        return cls(
            whole=matrix[kinds == PASSAGE_KINDS.index("story")],
            sentences=matrix[sentence],
            sentence_story=owner[sentence],
            sentence_prior=weights[sentence],
        )


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a match needs beside the stories; made at build by `prepare`.

    mean, sd (2, s): of each story's similarity to the library's wordings,
    whole and by its best sentences. bridge (q, s): how much story s reads like
    the examples of library question q, standardised over the questions.
    directions (q, d): what a sentence is multiplied with to see how much it
    does. wordings (w, d) and wording_question (w,): the library's own.
    """

    mean: Floats
    sd: Floats
    bridge: Floats
    directions: Floats
    wordings: Floats
    wording_question: Ints

    # the arrays with a column for each story; the others are the library's
    OF_STORIES: ClassVar = ("mean", "sd", "bridge")

    def to_arrays(self) -> dict[str, NDArray[np.generic]]:
        """Every array by name, to be kept by someone who need not know them."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Prepared:
        """What `to_arrays` gave. KeyError if an array is missing."""
        kept = {field.name: arrays[field.name] for field in fields(cls)}
        return cls(**kept)  # type: ignore[arg-type]  # the dtypes are those of to_arrays

    def joined(self, other: Prepared, columns: Ints) -> Prepared:
        """The stories of both as one, for the same library: what is said of one
        story does not depend on the others.

        columns (s,): for each story its place among those of `self` and then
        those of `other`.
        """
        return replace(
            other,
            mean=np.concatenate([self.mean, other.mean], axis=1)[:, columns],
            sd=np.concatenate([self.sd, other.sd], axis=1)[:, columns],
            bridge=np.concatenate([self.bridge, other.bridge], axis=1)[:, columns],
        )


@dataclass(frozen=True, slots=True)
class Ranking:
    """How the stories answer one question.

    scores (s,): 0..1, finite, comparable across questions. terms: what each
    way contributes, (s,), in deviations; they add up to what the score is the
    logistic of. library_weights (q,): how much the question is like each
    library question; they sum to 1, unless there are none. sentence_scores
    (n,): how well each sentence serves as evidence, comparable within a story.
    """

    scores: Floats
    terms: dict[str, Floats]
    library_weights: Floats
    sentence_scores: Floats
    sentence_story: Ints

    def order(self) -> Ints:
        """Story numbers (s,), best first; equals keep their order."""
        return np.argsort(-self.scores, kind="stable")

    def evidence(self, story: int) -> tuple[int, ...]:
        """Rows of the one or two sentences that made `story` fit, in the order of the text.

        The second is given only if it is nearly as good as the first.
        """
        rows = np.flatnonzero(self.sentence_story == story)
        best = rows[np.argsort(-self.sentence_scores[rows], kind="stable")[:2]]
        near = self.sentence_scores[best] >= self.sentence_scores[best[:1]] - EVIDENCE_GAP
        return tuple(sorted(int(row) for row in best[near]))


def prepare(stories: StoryVectors, library: Library) -> Prepared:
    """The statistics of every story against the library; a build's work.

    Costs about wordings x sentences x d multiplications: 2e9 for 200 stories.
    """
    mean, sd = _against_wordings(stories, library.wordings)
    directions, sharpening, centre = _directions(library)
    told = directions.any(axis=1)
    bridge = np.zeros((library.questions, len(stories.whole)), np.float32)
    bridge[told] = standardised(_pull(stories, directions[told], sharpening, centre))
    return Prepared(
        mean=mean,
        sd=sd,
        bridge=bridge,
        directions=directions @ sharpening.T,
        wordings=library.wordings,
        wording_question=library.wording_question,
    )


def rank(
    query: Floats,
    stories: StoryVectors,
    prepared: Prepared,
    *,
    text_scores: Floats | None = None,
) -> Ranking:
    """Score every story for `query` (d,), a unit vector.

    text_scores (s,): bm25 over the stories with ORed terms, 0 or more, higher
    is better (SQLite's bm25() negated), 0 where nothing matched.
    """
    sentences = stories.sentences @ query
    weights = _library_weights(query, prepared)
    z, z_best = _direct(stories.whole @ query, sentences, stories, prepared)
    terms: dict[str, Floats] = {
        "story": np.asarray((1 - SENTENCE_SHARE) * z, np.float32),
        "sentences": np.asarray(SENTENCE_SHARE * z_best, np.float32),
        "library": np.asarray(BRIDGE_WEIGHT * (weights @ prepared.bridge), np.float32),
        "full text": _text_term(text_scores, len(stories.whole)),
    }
    total = np.sum(list(terms.values()), axis=0)
    return Ranking(
        scores=logistic(SLOPE * (total - MIDDLE)),
        terms=terms,
        library_weights=weights,
        sentence_scores=_evidence_scores(sentences, weights, stories, prepared),
        sentence_story=stories.sentence_story,
    )


def fit(score: float) -> Fit:
    """The word for a score, by thresholds set on the development bank."""
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


def _against_wordings(stories: StoryVectors, wordings: Floats) -> tuple[Floats, Floats]:
    """Mean and deviation (2, s) of the two similarities over the wordings.

    The typical values count as TYPICAL_COUNT wordings more, so that the
    deviation is never 0 and an empty library is no special case.
    """
    slots = slots_of(stories.sentence_story, len(stories.whole))
    typical = np.array([TYPICAL_MEAN, TYPICAL_SD], np.float64)[:, :, None]
    shape = (2, len(stories.whole))
    total = np.broadcast_to(TYPICAL_COUNT * typical[0], shape).copy()
    squares = np.broadcast_to(TYPICAL_COUNT * (typical**2).sum(axis=0), shape).copy()
    for rows in blocks(len(wordings), slots.size):
        whole = wordings[rows] @ stories.whole.T
        best = best_mean(wordings[rows] @ stories.sentences.T, slots, BEST_SENTENCES)
        for term, sims in enumerate((whole, best)):
            total[term] += sims.sum(axis=0, dtype=np.float64)
            squares[term] += np.square(sims, dtype=np.float64).sum(axis=0)
    count = len(wordings) + TYPICAL_COUNT
    mean = total / count
    sd = np.sqrt(squares / count - mean**2)
    return mean.astype(np.float32), sd.astype(np.float32)


def _directions(library: Library) -> tuple[Floats, Floats, Floats]:
    """Where each question's examples lie: directions (q, d), sharpening (d, d), centre (d,).

    The centre is the mean narrative. The sharpening dampens the directions in
    which examples of one question differ from each other (the trade, the
    place, the names): the inverse root of the covariance within questions,
    shrunk towards a sphere. A question without examples has a row of zeros.
    """
    examples, owner, width = library.examples, library.example_question, library.examples.shape[1]
    if not len(examples):
        nothing = np.zeros((library.questions, width), np.float32)
        return nothing, np.eye(width, dtype=np.float32), np.zeros(width, np.float32)
    centre: Floats = examples.mean(axis=0)
    offsets = unit(examples - centre)
    within = offsets - mean_per_owner(offsets, owner, library.questions)[owner]
    scatter = within.T @ within
    level = max(float(np.trace(scatter)) / width, TINY)
    spread = (scatter / level + SHRINK * np.eye(width)) / (1 + SHRINK)
    sharpening: Floats = np.linalg.cholesky(np.linalg.inv(spread)).astype(np.float32)
    sharp = unit(offsets @ sharpening)
    return unit(mean_per_owner(sharp, owner, library.questions)), sharpening, centre


def _sharp(rows: Floats, sharpening: Floats, centre: Floats) -> Floats:
    """Rows (n, d) seen from the mean narrative, sharpened, of length 1."""
    return unit(np.asarray((rows - centre) @ sharpening, np.float32))


def _pull(stories: StoryVectors, directions: Floats, sharpening: Floats, centre: Floats) -> Floats:
    """How far each story lies in each question's direction, (q, s)."""
    slots = slots_of(stories.sentence_story, len(stories.whole))
    whole: Floats = directions @ _sharp(stories.whole, sharpening, centre).T
    sentences: Floats = directions @ _sharp(stories.sentences, sharpening, centre).T
    best = np.empty_like(whole)
    for rows in blocks(len(directions), slots.size):
        best[rows] = best_mean(sentences[rows], slots, BEST_SENTENCES)
    best = np.where(filled(slots), best, whole)
    return np.asarray((1 - SENTENCE_SHARE) * whole + SENTENCE_SHARE * best, np.float32)


def _direct(
    whole: Floats, sentences: Floats, stories: StoryVectors, prepared: Prepared
) -> tuple[Floats, Floats]:
    """The cosines of whole stories (s,) and sentences (n,), standardised per story: (s,) twice."""
    slots = slots_of(stories.sentence_story, len(whole))
    best = best_mean(sentences[None], slots, BEST_SENTENCES)[0]
    z = np.asarray((whole - prepared.mean[0]) / prepared.sd[0])
    z_best = np.asarray((best - prepared.mean[1]) / prepared.sd[1])
    return z, np.where(filled(slots), z_best, z)


def _evidence_scores(
    sentences: Floats, weights: Floats, stories: StoryVectors, prepared: Prepared
) -> Floats:
    """How well each sentence speaks for its story, (n,): like the question and its answers."""
    asked = standardised(sentences[:, None])[:, 0]
    answered = standardised((stories.sentences @ (weights @ prepared.directions))[:, None])[:, 0]
    return np.asarray(asked + answered - WEAK_SENTENCE * (1 - stories.sentence_prior), np.float32)


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
