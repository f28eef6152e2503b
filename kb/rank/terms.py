"""What the sum behind a score is made of, for many questions at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from kb.rank.arrays import best_mean, best_per_owner, blocks, filled, quantile, slots_of
from kb.rank.shapes import BEST_SENTENCES

if TYPE_CHECKING:
    from kb.rank.arrays import Floats, Ints
    from kb.rank.said import Owned
    from kb.rank.shapes import Prepared, Stories

# Constants: docs/matching.md shows the neighbours of each, and that they are flat.
SENTENCE_SHARE: Final = 1 / 3
BRIDGE_WEIGHT: Final = 1.0
TEMPERATURE: Final = 0.05
TEXT_WEIGHT: Final = 0.5
TEXT_HALF: Final = 5.0
SHOWN_WEIGHT: Final = 1.0
NOTHING_TOLD: Final = 5.0
ENOUGH: Final = 1.0
BANK_WEIGHT: Final = 0.5
BANK_QUANTILE: Final = 0.25


@dataclass(frozen=True, slots=True)
class Terms:
    """Of m questions: the terms by name, each (m, s) or what spreads to it; weights (m, q), how
    much each is like each library question."""

    terms: dict[str, Floats]
    weights: Floats


@dataclass(frozen=True, slots=True)
class Outlined:
    """What is known of m questions before any sentence is looked at. z (m, s): the cosines of
    whole stories, standardised per story; others: the terms beside those of the stories' own
    words, each (m, s) or what spreads to it; weights (m, q) as in Terms."""

    z: Floats
    others: dict[str, Floats]
    weights: Floats

    def with_sentences(self, z_best: Floats, live: Ints | None) -> Terms:
        """All terms, with the likeness of the best sentences, (m, s), standardised as z is."""
        terms = {
            "story": np.asarray((1 - SENTENCE_SHARE) * self.z, np.float32),
            "sentences": np.asarray(SENTENCE_SHARE * z_best, np.float32),
            **self.others,
        }
        terms["question"] = _question_term(terms, live)
        return Terms(terms, self.weights)


def outlined(
    queries: Floats,
    stories: Stories,
    prepared: Prepared,
    text_scores: Floats | None,
    owned: Owned,
) -> Outlined:
    """What `queries` (m, d), unit rows, find without a look at any sentence.

    text_scores (m, s): bm25 as `rank` takes it, None for none.
    """
    weights = _library_weights(queries, prepared)
    whole = queries @ stories.outline.whole.T
    z = np.asarray((whole - prepared.mean[0]) / prepared.sd[0], np.float32)
    others: dict[str, Floats] = {
        "library": np.asarray(BRIDGE_WEIGHT * (weights @ prepared.bridge), np.float32),
        "full text": _text_term(text_scores, z.shape),
        "little told": np.broadcast_to(_little_told(stories.outline.told), z.shape),
    }
    if owned.shows is not None:
        others["competencies"] = np.asarray(SHOWN_WEIGHT * (weights @ owned.shows), np.float32)
    return Outlined(z, others, weights)


def terms_of(queries: Floats, stories: Stories, prepared: Prepared, owned: Owned) -> Terms:
    """The terms of `queries` (m, d), unit rows, but for full text and the owner's pins, with
    every sentence of the bank looked at."""
    found = outlined(queries, stories, prepared, None, owned)
    z_best = found.z.copy()
    for numbers in stories.pieces():
        piece = stories.read(numbers)
        for rows in blocks(len(queries), 2 * len(piece.sentences) + 1):
            sims = queries[rows] @ piece.sentences.T
            z_best[rows, numbers] = best_of(
                sims, piece.sentence_story, numbers, found.z[rows], prepared
            )
    return found.with_sentences(z_best, owned.live)


def best_of(sims: Floats, owner: Ints, numbers: Ints, z: Floats, prepared: Prepared) -> Floats:
    """The likeness of the best sentences of the stories `numbers` (k,), standardised per story:
    (m, k). sims (m, n): the cosines of their sentences; owner (n,): the place in `numbers` of
    the story each belongs to; z (m, s): what stands for a story without any."""
    slots = slots_of(owner, len(numbers))
    best = best_mean(sims, slots, BEST_SENTENCES)
    z_best = (best - prepared.mean[1][numbers]) / prepared.sd[1][numbers]
    return np.asarray(np.where(filled(slots), z_best, z[:, numbers]), np.float32)


def _little_told(told: Floats) -> Floats:
    """What a story loses, (s,), that tells next to nothing: a title alone resembles anything.

    ENOUGH is the weight as evidence of about two sentences that do something.
    """
    return np.asarray(0 - NOTHING_TOLD * np.clip(1 - told / ENOUGH, 0, 1), np.float32)


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
