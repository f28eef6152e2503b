"""What a match needs and does not depend on the question; a build's work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from kb.rank.arrays import (
    TINY,
    best_mean,
    blocks,
    filled,
    mean_per_owner,
    slots_of,
    standardised,
    unit,
)
from kb.rank.shapes import BEST_SENTENCES, Library, Prepared, Stories, StoryVectors

if TYPE_CHECKING:
    from kb.rank.arrays import Floats

SHRINK: Final = 10.0
PULL_SHARE: Final = 2 / 3  # of the best sentences in how far a story lies in a direction
# Cosine of any wording with any story, (whole, best sentences): what is assumed
# of a story before the library speaks, and how many wordings that is worth.
TYPICAL_MEAN: Final = (0.19, 0.21)
TYPICAL_SD: Final = (0.09, 0.06)
TYPICAL_COUNT: Final = 20


def prepare(stories: Stories | StoryVectors, library: Library) -> Prepared:
    """The statistics of every story against the library; a build's work, done in pieces.

    Costs about wordings x sentences x d multiplications: 2e9 for 200 stories.
    """
    bank = Stories.of(stories)
    directions, sharpening, centre = _directions(library)
    told = directions.any(axis=1)
    mean, sd = np.zeros((2, 2, len(bank)), np.float32)
    bridge = np.zeros((library.questions, len(bank)), np.float32)
    for numbers in bank.pieces():
        piece = bank.read(numbers)
        mean[:, numbers], sd[:, numbers] = _against_wordings(piece, library.wordings)
        pull = _pull(piece, directions[told], sharpening, centre)
        bridge[np.ix_(told, numbers)] = standardised(pull)
    return Prepared(
        mean=mean,
        sd=sd,
        bridge=bridge,
        directions=directions @ sharpening.T,
        wordings=library.wordings,
        wording_question=library.wording_question,
    )


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
    return np.asarray((1 - PULL_SHARE) * whole + PULL_SHARE * best, np.float32)
