"""Which stories of a large bank a question is worth reading closely.

To look at a million sentences for each question would take longer than anyone waits. But what
the sentences add is a third of what the whole story says, and mostly the same: so the stories
are ordered by everything else, with a guess at what their sentences will add, and those of
the most promising few hundred are read. benchmarks/scale.py measures what that loses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from kb.rank.arrays import TINY
from kb.rank.terms import SENTENCE_SHARE, best_of

if TYPE_CHECKING:
    from kb.rank.arrays import Floats, Ints
    from kb.rank.shapes import Prepared, Sentences, Stories
    from kb.rank.terms import Outlined

# So many stories are read, and one in so many of the bank: of 1,822 real stories 23 gave 99.4%
# of the first ten that all of them give, 64 every one (benchmarks/recall.py).
PROMISING: Final = 128
ONE_IN: Final = 80
SAMPLE: Final = 64  # stories on which the guess is based, evenly spread over the bank


@dataclass(frozen=True, slots=True)
class Among:
    """Which stories are wanted: the first `count` of the stories `numbers` (ascending; None for
    all), and `named` whatever the rest says of them. count 0: all of them."""

    numbers: Ints | None = None
    count: int = 0
    named: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Looked:
    """What was read: the stories' numbers (k,), ascending, their sentences, and for every story
    of the bank the likeness of its best sentences, standardised (1, s): known of those, guessed
    of the others."""

    numbers: Ints
    sentences: Sentences
    z_best: Floats


def look(
    vectors: Floats, stories: Stories, prepared: Prepared, found: Outlined, nudged: Floats,
    among: Among,
) -> Looked:  # fmt: skip
    """Read the stories that a question may be answered by; of a small bank that is all.

    vectors (m, d): the question, and what else their sentences are to be held against. found: of
    this question alone. nudged (s,): what the owner's pins add.
    """
    if stories.near:
        return _read(vectors, stories, prepared, found.z, np.arange(len(stories)))
    sample = sample_of(len(stories))
    seen = _read(vectors[:1], stories, prepared, found.z, sample)
    guess = _guess(found.z[0], sample, seen.z_best[0, sample])
    promise = (1 - SENTENCE_SHARE) * found.z[0] + SENTENCE_SHARE * guess + nudged
    promise = promise + np.sum([term[0] for term in found.others.values()], axis=0)
    chosen = _promising(promise, among)
    known = _read(vectors, stories, prepared, guess[None], chosen)
    known.z_best[0, sample] = seen.z_best[0, sample]
    return known


def sample_of(count: int) -> Ints:
    """The numbers of the stories on which the guess is based, the same for every question to a
    bank of so many stories: ascending."""
    return np.unique(np.linspace(0, count - 1, SAMPLE).astype(np.int64))


def _read(
    vectors: Floats, stories: Stories, prepared: Prepared, z_best: Floats, numbers: Ints
) -> Looked:
    seen = stories.ask(numbers, vectors)
    known = z_best.copy()
    known[:, numbers] = best_of(seen.cosines[:1], seen.story, numbers, z_best, prepared)
    return Looked(numbers, seen, known)


def _guess(z: Floats, sample: Ints, z_best: Floats) -> Floats:
    """A guess for every story, (s,), from its z (s,): the line through the sample."""
    x, mean = z[sample], z_best.mean()
    apart = x - x.mean()
    slope = float(apart @ (z_best - mean)) / max(float(apart @ apart), TINY)
    return np.asarray(mean + slope * (z - x.mean()), np.float32)


def _promising(promise: Floats, among: Among) -> Ints:
    """The numbers of the stories to be read, ascending."""
    numbers = np.arange(len(promise)) if among.numbers is None else among.numbers
    most = max(PROMISING, len(promise) // ONE_IN, 2 * among.count) if among.count else len(numbers)
    if len(numbers) > most:
        numbers = numbers[np.argpartition(-promise[numbers], most)[:most]]
    return np.union1d(numbers, np.array(among.named, np.int64))
