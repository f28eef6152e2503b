"""The integer programme behind a loop's plan, solved by HiGHS as scipy has it.

Nearly always its linear relaxation is whole already, which proves it best; else branch and
bound decides. What cannot be in any best plan, by the reduced costs, is left out afterwards,
so that ties are broken among a handful of pairs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Sparse = Any  # scipy's, which has no types

LIMIT_S: Final = 20.0  # what takes longer is given up as it stands
NEAR: Final = 1e-5  # how far from whole a number of HiGHS may be
SLACK: Final = 0.5  # gains are whole, so that half of one decides


@dataclass(frozen=True, slots=True)
class Programme:
    """Which pairs of a row (a question) and a story are told: a row has one story at most.

    row, story, gain (n,): the pairs, by row and then story. meeting (n,): the round that a
    pair is told in. labels: of each kind of spread the number of each pair's own (n,), -1 for
    none; shown: the gain of each number shown. second (stories,): the gain of telling a story
    in two rounds, None where that is not done.
    """

    row: Ints
    story: Ints
    gain: Ints
    meeting: Ints
    labels: tuple[Ints, ...]
    shown: int
    second: Ints | None = None

    def only(self, kept: NDArray[np.bool_]) -> Programme:
        """The same with some of the pairs."""
        return replace(
            self,
            row=self.row[kept],
            story=self.story[kept],
            gain=self.gain[kept],
            meeting=self.meeting[kept],
            labels=tuple(label[kept] for label in self.labels),
        )

    def leaning(self, places: Ints, scale: int) -> Programme:
        """The same with all gains so many times over, and `places` (n,) in them: where these
        come to less than `scale` in any plan, they decide between equals and nothing else."""
        second = None if self.second is None else self.second * scale
        return replace(self, gain=self.gain * scale + places, shown=self.shown * scale,
                       second=second)  # fmt: skip

    def preferring(self, row: int) -> Programme:
        """The same but that of equal plans the best is one that keeps all pairs of the rows
        before `row`, and then the one whose pair of `row` stands first."""
        here, before = self.row == row, self.row < row
        count = int(here.sum())
        places = np.where(before, count + 1, 0)
        places[here] = np.arange(count, 0, -1)
        return self.leaning(places, (count + 1) * (int(before.sum()) + 1))

    def total(self, told: NDArray[np.bool_]) -> int:
        """What a plan is worth, told (n,) saying which pairs are in it."""
        found = int(self.gain[told].sum())
        for label in self.labels:
            found += self.shown * len(set(label[told].tolist()) - {-1})
        if self.second is not None:
            stories, counts = np.unique(self.story[told], return_counts=True)
            found += int(self.second[stories[counts > 1]].sum())
        return found


@dataclass(frozen=True, slots=True)
class Solution:
    """told (n,): the pairs of the best plan found. bound: no plan is worth more. most (n,):
    no plan with this pair is worth more."""

    told: NDArray[np.bool_]
    total: int
    bound: int
    most: Floats

    @property
    def proven(self) -> bool:
        """Whether no plan is better."""
        return self.total >= self.bound


def solve(programme: Programme) -> Solution:
    """The best plan, of equals any; within LIMIT_S, else the best found so far, or nothing told
    where none was."""
    from scipy.optimize import linprog  # type: ignore[import-untyped]

    matrix, limits, gains = _matrix(programme)
    pairs = len(programme.row)
    relaxed = linprog(-gains, A_ub=matrix, b_ub=limits, bounds=(0, 1), method="highs")
    bound = -float(relaxed.fun)
    most = bound - relaxed.lower.marginals[:pairs]
    told = relaxed.x[:pairs] > 0.5
    whole = np.abs(relaxed.x - np.round(relaxed.x)).max(initial=0) < NEAR
    if not whole:
        told, bound = _branch(pairs, (matrix, limits, gains), bound)
    total = programme.total(told)
    return Solution(told, total, max(total, math.floor(bound + SLACK / 2)), most)


def settle(programme: Programme, solution: Solution, rows: int) -> NDArray[np.bool_]:
    """The pairs (n,) of the one plan, of those as good as `solution`, that gives row 0 the
    story that stands first, then row 1, and so on to `rows`; a story before none."""
    kept = solution.most >= solution.total - SLACK
    kept |= solution.told
    numbers = np.flatnonzero(kept)
    rest, told = programme.only(kept), solution.told[kept]
    for row in range(rows) if _has_equals(rest, told) else ():
        here = np.flatnonzero(rest.row == row)
        if not len(here):
            continue
        if not told[here[0]]:
            better = solve(rest.preferring(row)).told
            if rest.total(better) >= solution.total:
                told = better
        left = (rest.row != row) | told
        numbers, rest, told = numbers[left], rest.only(left), told[left]
    settled = np.zeros(len(programme.row), bool)
    settled[numbers[told]] = True
    return settled


def _has_equals(programme: Programme, told: NDArray[np.bool_]) -> bool:
    """Whether another plan is as good as the best one, `told`."""
    scale = int(programme.row.max(initial=0)) + 2
    return solve(programme.leaning(np.where(told, 0, 1), scale)).total > (
        scale * programme.total(told)
    )


def _branch(
    pairs: int, form: tuple[Sparse, Floats, Floats], bound: float
) -> tuple[NDArray[np.bool_], float]:
    """The pairs by branch and bound, and the least bound that is known."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    matrix, limits, gains = form
    found = milp(
        -gains,
        constraints=LinearConstraint(matrix, -np.inf, limits),
        integrality=np.ones(len(gains)),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0.0, "time_limit": LIMIT_S},
    )
    if found.mip_dual_bound is not None and math.isfinite(found.mip_dual_bound):
        bound = min(bound, -float(found.mip_dual_bound))
    if found.x is None:
        return np.zeros(pairs, bool), bound
    return found.x[:pairs] > 0.5, bound


def _matrix(programme: Programme) -> tuple[Sparse, Floats, Floats]:
    """(A, b, c): c x is to be as great as can be while A x <= b and 0 <= x <= 1.

    x: the pairs, then each label of each kind, then, if stories may be told twice, each story.
    """
    from scipy.sparse import coo_array  # type: ignore[import-untyped]

    made = _Entries(len(programme.row))
    pairs = np.arange(len(programme.row))
    stories, story = np.unique(programme.story, return_inverse=True)
    made.at_most(_numbers(programme.row), pairs, 1)
    once = made.at_most(story, pairs, 1)
    gains = [programme.gain]
    for label in programme.labels:
        named = label >= 0
        numbers = _numbers(label[named])
        shown = made.columns(int(numbers.max(initial=-1)) + 1)
        below = made.at_most(numbers, pairs[named], 0, -1.0)
        made.add(below, shown, 1.0)
        gains.append(np.full(len(shown), programme.shown))
    if programme.second is not None:
        again = made.columns(len(stories))
        made.add(once, again, -1.0)
        below = made.at_most(story, pairs, 0, -1.0)
        made.add(below, again, 2.0)
        meetings = np.stack([programme.meeting, programme.story])
        made.at_most(np.unique(meetings, axis=1, return_inverse=True)[1].ravel(), pairs, 1)
        gains.append(programme.second[stories])
    entries = (np.concatenate(made.values), (np.concatenate(made.rows), np.concatenate(made.cols)))
    matrix = coo_array(entries, shape=(len(made.limits), made.width)).tocsr()
    return matrix, np.array(made.limits, float), np.concatenate(gains).astype(float)


def _numbers(values: Ints) -> Ints:
    """Each value's place among those that occur."""
    return np.unique(values, return_inverse=True)[1]


class _Entries:
    """The entries of a matrix while it is made, its width, and the limit of each row."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.limits: list[int] = []
        self.rows: list[Ints] = []
        self.cols: list[Ints] = []
        self.values: list[Floats] = []

    def columns(self, count: int) -> Ints:
        """So many new columns."""
        self.width += count
        return np.arange(self.width - count, self.width)

    def at_most(self, groups: Ints, columns: Ints, limit: int, value: float = 1.0) -> Ints:
        """A new row for each group, of its columns; the rows in the order of the groups."""
        count = int(groups.max(initial=-1)) + 1
        first = len(self.limits)
        self.limits += [limit] * count
        self.add(groups + first, columns, value)
        return np.arange(first, first + count)

    def add(self, rows: Ints, columns: Ints, value: float) -> None:
        """One value at each (row, column)."""
        self.rows.append(rows)
        self.cols.append(columns)
        self.values.append(np.full(len(columns), value))
