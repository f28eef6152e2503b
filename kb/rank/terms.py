"""What the sum behind a score is made of, for many questions at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from kb.rank.arrays import best_mean, best_per_owner, filled, quantile, slots_of
from kb.rank.shapes import BEST_SENTENCES, Prepared, StoryVectors

if TYPE_CHECKING:
    from kb.rank.arrays import Floats, Ints
    from kb.rank.said import Owned

# Constants: docs/matching.md shows the neighbours of each, and that they are flat.
SENTENCE_SHARE: Final = 1 / 3
BRIDGE_WEIGHT: Final = 1.0
TEMPERATURE: Final = 0.05
TEXT_WEIGHT: Final = 0.5
TEXT_HALF: Final = 5.0
SHOWN_WEIGHT: Final = 1.0
NOTHING_TOLD: Final = 5.0
ENOUGH: Final = 1.5
BANK_WEIGHT: Final = 0.5
BANK_QUANTILE: Final = 0.25


@dataclass(frozen=True, slots=True)
class Terms:
    """Of m questions: the terms by name, each (m, s) or what spreads to it; weights (m, q), how
    much each is like each library question; sentences (m, n), the cosines of all sentences."""

    terms: dict[str, Floats]
    weights: Floats
    sentences: Floats


def terms_of(
    queries: Floats,
    stories: StoryVectors,
    prepared: Prepared,
    text_scores: Floats | None,
    owned: Owned,
) -> Terms:
    """The terms of `queries` (m, d), unit rows, but for the owner's pins.

    text_scores (m, s): bm25 as `rank` takes it, None for none.
    """
    sentences = queries @ stories.sentences.T
    weights = _library_weights(queries, prepared)
    z, z_best = _direct(queries @ stories.whole.T, sentences, stories, prepared)
    terms: dict[str, Floats] = {
        "story": np.asarray((1 - SENTENCE_SHARE) * z, np.float32),
        "sentences": np.asarray(SENTENCE_SHARE * z_best, np.float32),
        "library": np.asarray(BRIDGE_WEIGHT * (weights @ prepared.bridge), np.float32),
        "full text": _text_term(text_scores, z.shape),
        "little told": np.broadcast_to(_little_told(stories), z.shape),
    }
    if owned.shows is not None:
        terms["competencies"] = np.asarray(SHOWN_WEIGHT * (weights @ owned.shows), np.float32)
    terms["question"] = _question_term(terms, owned.live)
    return Terms(terms, weights, sentences)


def _direct(
    whole: Floats, sentences: Floats, stories: StoryVectors, prepared: Prepared
) -> tuple[Floats, Floats]:
    """The cosines of whole stories (m, s) and sentences (m, n), standardised per story:
    (m, s) twice."""
    slots = slots_of(stories.sentence_story, whole.shape[1])
    best = best_mean(sentences, slots, BEST_SENTENCES)
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
    """What makes scores of different questions comparable, the same for each story: (m, s).

    The bridge tells which story fits better, and hardly whether any does: near misses
    lie in the same direction. So the first story's sum becomes what the best has without
    it, and half of what even the bank's less related stories have in common with the
    question: one from another world than the bank's is seldom answered there.
    """
    total: Floats = np.sum(list(terms.values()), axis=0)
    counted = np.arange(total.shape[1]) if live is None else live
    if not len(counted):
        return np.zeros_like(total)
    plain = (total - terms["library"])[:, counted]
    direct = (terms["story"] + terms["sentences"])[:, counted]
    common = np.array([quantile(row, BANK_QUANTILE) for row in direct], np.float32)
    term = plain.max(axis=1) + BANK_WEIGHT * common - total[:, counted].max(axis=1)
    return np.asarray(np.broadcast_to(term[:, None], total.shape), np.float32)


def _library_weights(queries: Floats, prepared: Prepared) -> Floats:
    """How much each query is like each library question, (m, q): a softmax of best wordings."""
    questions = len(prepared.bridge)
    if not len(prepared.wordings):
        return np.zeros((len(queries), questions), np.float32)
    sims = queries @ prepared.wordings.T
    best = np.stack([best_per_owner(row, prepared.wording_question, questions) for row in sims])
    odds = np.exp((best - best.max(axis=1, keepdims=True)) / TEMPERATURE)
    return np.asarray(odds / odds.sum(axis=1, keepdims=True), np.float32)


def _text_term(text_scores: Floats | None, shape: tuple[int, ...]) -> Floats:
    """The bounded share of full text, (m, s), 0 to TEXT_WEIGHT."""
    if text_scores is None:
        return np.zeros(shape, np.float32)
    found = np.maximum(text_scores, 0)
    return np.asarray(TEXT_WEIGHT * found / (found + TEXT_HALF), np.float32)
