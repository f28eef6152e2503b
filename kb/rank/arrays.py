"""Sums over rows that belong to owners: the sentences of a story, the wordings of a question."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Ints = NDArray[np.int64]

TINY: Final = 1e-6
CELLS: Final = 2_000_000


def slots_of(owner: Ints, owners: int) -> Ints:
    """The rows of each owner, (owners, most rows of one), filled up with -1."""
    counts = np.bincount(owner, minlength=owners)
    slots = np.full((owners, int(counts.max(initial=0))), -1, np.int64)
    order = np.argsort(owner, kind="stable")
    place = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    slots[owner[order], place] = order
    return slots


def filled(slots: Ints) -> NDArray[np.bool_]:
    """Which owners have any row, (owners,)."""
    return np.asarray((slots >= 0).any(axis=1))


def best_mean(sims: Floats, slots: Ints, count: int) -> Floats:
    """The mean of each owner's best `count` of `sims` (m, n): (m, owners), 0 for none."""
    picked: Floats = np.where(slots >= 0, sims[:, slots], -np.inf)
    if slots.shape[1] > count:
        picked = -np.partition(-picked, count - 1, axis=2)[..., :count]
    known = np.isfinite(picked)
    mean = np.where(known, picked, 0).sum(axis=2) / np.maximum(known.sum(axis=2), 1)
    return np.asarray(mean, np.float32)


def best_per_owner(sims: Floats, owner: Ints, owners: int) -> Floats:
    """The highest of each owner's `sims` (w,): (owners,), -inf for none."""
    best = np.full(owners, -np.inf, np.float32)
    np.maximum.at(best, owner, sims)
    return best


def mean_per_owner(rows: Floats, owner: Ints, owners: int) -> Floats:
    """The mean of each owner's rows (n, d): (owners, d), zeros for none."""
    total = np.zeros((owners, rows.shape[1]), np.float32)
    np.add.at(total, owner, rows)
    counts = np.maximum(np.bincount(owner, minlength=owners), 1)
    return np.asarray(total / counts[:, None], np.float32)


def standardised(values: Floats) -> Floats:
    """Columns of mean 0 and deviation 1; 0 where they do not vary. (m, n) as it came."""
    if not len(values):
        return values.astype(np.float32)
    offsets = values - values.mean(axis=0)
    sd = offsets.std(axis=0)
    return np.asarray(np.where(sd > TINY, offsets / np.maximum(sd, TINY), 0), np.float32)


def unit(rows: Floats) -> Floats:
    """Rows of length 1; rows of zeros stay."""
    length = np.sqrt(np.square(rows).sum(axis=1, keepdims=True))
    return np.asarray(rows / np.maximum(length, TINY), np.float32)


def logistic(values: Floats) -> Floats:
    """1 / (1 + e^-x), between 1e-13 and 1 - 1e-13."""
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -30, 30))), np.float32)


def blocks(rows: int, cells: int) -> Iterator[slice]:
    """Slices over `rows` such that a block of `cells` a row stays near CELLS numbers."""
    step = max(1, CELLS // max(cells, 1))
    return (slice(first, first + step) for first in range(0, rows, step))


def quantile(values: Floats, share: float) -> float:
    """The value below which this share of `values` (n,) lies, n at least 1, linear between
    neighbours: numpy's own gives the same, and imports numpy.ma for 7 ms."""
    ordered = np.sort(values)
    return float(np.interp(share * (len(ordered) - 1), np.arange(len(ordered)), ordered))
