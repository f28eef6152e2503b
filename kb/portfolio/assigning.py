"""Stories to questions, so that the whole is best: exact, and the same every time.

All worths are whole thousandths of a judged grade, so that "better" is a comparison of
whole numbers and a plan can be proven best. Where stories are only told once and nothing
else ties the choices together, this is the assignment problem; a spread of roles and years,
or stories told twice, make it an integer programme (docs/loops.md has the formulas).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from kb.portfolio.programme import Programme

    Ints = NDArray[np.int64]

GRADE: Final = 1000  # the unit: thousandths of a grade
BEST: Final = 3 * GRADE
# The grade that a score promises: a parabola through 0 and 3 that is within a tenth of what the
# stories of the seven calibration banks were judged with (docs/loops.md has the table).
LINEAR: Final = 1.8
SQUARE: Final = 1.2
# Preferences, all small beside a grade: a story of today over one of OLD months ago, each
# role and each year that the loop shows, a story that is told only once, a backup of one's own.
FRESH: Final = 100
OLD: Final = 120
SPREAD: Final = 50
AGAIN: Final = 250
SHARED: Final = 500
NEVER: Final = -1  # of a value: this story is not told there
OPEN: Final = -1  # of a pick: no story


def worth(score: float, *, pinned: bool = False) -> int:
    """The grade, in thousandths, that a story of this score is expected to be judged with.

    pinned: its owner says that it answers, which is the best grade.
    """
    return BEST if pinned else round(GRADE * score * (LINEAR + SQUARE * score))


def freshness(dated: str, today: date) -> int:
    """What a story's date (YYYY, YYYY-MM, YYYY-MM-DD or "") is worth: FRESH today, nothing from
    OLD months on. Half of it without a date, and of a year without a month its middle counts."""
    if not dated:
        return FRESH // 2
    year, month = int(dated[:4]), int(dated[5:7] or 6)
    age = (today.year - year) * 12 + today.month - month
    return round(FRESH * (1 - min(max(age, 0), OLD) / OLD))


@dataclass(frozen=True, slots=True)
class Problem:
    """What there is to choose from. Stories stand in the order in which equals are taken.

    values (q, s): what a story told there is worth, more than 0, or NEVER. kept: (question,
    story) that the owner wants; never: stories they do not want. Where these contradict each
    other the fewest are given up. labels: of each kind of spread the number of each story's
    own (s,), -1 for none. rounds (q,): the round of each question; twice: whether a story may
    be told in two rounds.
    """

    values: Ints
    rounds: Ints
    kept: frozenset[tuple[int, int]] = frozenset()
    never: frozenset[int] = frozenset()
    labels: tuple[Ints, ...] = ()
    twice: bool = False

    @property
    def force(self) -> int:
        """What a word of the owner weighs: more than all the rest together."""
        most = max(0, int(self.values.max(initial=0))) + SPREAD * len(self.labels) + AGAIN
        return 2 * len(self.values) * most + 1


@dataclass(frozen=True, slots=True)
class Choice:
    """The best plan. picks (q,): each question's story, or OPEN. total: its worth, small
    preferences and all, but for the owner's words. proven: whether no plan has a greater one;
    else none is more than `short` better. exact: "assignment" or "integer programme"."""

    picks: tuple[int, ...]
    total: int
    proven: bool
    short: int
    exact: str


def choose(problem: Problem) -> Choice:
    """The plan of greatest total; of several the one that gives the first question the story
    that stands first, then the second question, and so on."""
    values = _owners_values(problem)
    if not (values > 0).any():
        return Choice((OPEN,) * len(values), 0, True, 0, "assignment")
    if not problem.twice and all((label < 0).all() for label in problem.labels):
        picks = assign(values, np.arange(values.shape[1]))
        return Choice(tuple(picks), total(problem, picks), True, 0, "assignment")
    return _by_programme(problem, values)


def total(problem: Problem, picks: Sequence[int]) -> int:
    """What a plan is worth: its stories, the spread, and what telling one again costs."""
    chosen = [(i, j) for i, j in enumerate(picks) if j != OPEN]
    stories = [j for _, j in chosen]
    shown = sum(len({int(label[j]) for j in stories} - {-1}) for label in problem.labels)
    again = len(stories) - len(set(stories))
    return sum(int(problem.values[i, j]) for i, j in chosen) + SPREAD * shown - AGAIN * again


def broken(problem: Problem, picks: Sequence[int]) -> tuple[list[tuple[int, int]], list[int]]:
    """The owner's words that a plan does not hold: of `kept`, and of `never`."""
    kept = sorted(pair for pair in problem.kept if picks[pair[0]] != pair[1])
    return kept, sorted(problem.never & set(picks))


def backups(values: Ints, picks: Sequence[int], never: frozenset[int]) -> tuple[int, ...]:
    """A second story for each question, OPEN where there is none: none that the plan tells,
    and one that is a backup elsewhere only where it is worth SHARED more than the others.

    values as of a `Problem`; the choice is exact and ties are broken as in `choose`.
    """
    free = sorted(set(range(values.shape[1])) - set(picks) - never)
    wanted = values[:, free]
    counts = (wanted > 0).sum(axis=0)
    columns = np.repeat(np.arange(len(free)), counts)
    if not len(columns):
        return (OPEN,) * len(values)
    first = np.concatenate([[True], columns[1:] != columns[:-1]])
    copies = wanted[:, columns]
    shared = np.where(first, copies, np.maximum(copies - SHARED, 1))
    rows = assign(np.where(copies > 0, shared, NEVER), columns)
    return tuple(free[j] if j != OPEN else OPEN for j in rows)


def _owners_values(problem: Problem) -> Ints:
    """The values with the owner's words in them: what is kept is worth more than all else, what
    is never to be told is out. Where it is kept all the same, one word stands against the other.
    """
    values = problem.values.copy()
    never = sorted(problem.never)
    values[:, never] = NEVER
    for question, story in problem.kept:
        plain = int(problem.values[question, story])
        against = story in problem.never
        values[question, story] = max(plain, 1) + (0 if against else problem.force)
    return values


def assign(values: Ints, story: Ints) -> list[int]:
    """The best assignment of columns to rows, each at most once, as the column's story, or OPEN.

    values (q, c): more than 0, or NEVER. story (c,): whose column it is, ascending. Exact, also
    in its ties: all numbers are whole and below 2**53.
    """
    from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped]

    q, c = values.shape
    matrix = np.full((q, c + q), -np.inf)
    matrix[:, :c] = np.where(values > 0, values, -np.inf)
    matrix[:, c:] = 0.0
    whose = np.append(story, np.full(q, OPEN))
    scale = int(story.max(initial=0)) + 2
    matrix *= scale
    before = np.where(whose == OPEN, 0, scale - 1 - whose)  # a story that stands first gains most
    _, columns = linear_sum_assignment(matrix, maximize=True)
    picks: list[int] = []
    for row in range(q):
        better = np.isfinite(matrix[row]) & (before > before[columns[row]])
        if better.any():
            matrix[row] += before
            _, columns = linear_sum_assignment(matrix, maximize=True)
            matrix[row] -= before
        pick = int(whose[columns[row]])
        picks.append(pick)
        matrix[row, whose != pick] = -np.inf
    return picks


def _by_programme(problem: Problem, values: Ints) -> Choice:
    """The plan where the choices are tied together."""
    from kb.portfolio.programme import settle, solve

    programme = _programme(problem, values)
    best = solve(programme)
    if best.proven:
        told = settle(programme, best, len(values))
    elif best.told.any():
        told = best.told
    else:  # nothing was found in time: the best without the spread
        once = assign(values, np.arange(values.shape[1]))
        told = np.array(once)[programme.row] == programme.story
    picks = [OPEN] * len(values)
    for row, story in zip(
        programme.row[told].tolist(), programme.story[told].tolist(), strict=True
    ):
        picks[row] = story
    short = 0 if best.proven else max(0, best.bound - programme.total(told))
    proven = best.proven or short == 0
    return Choice(tuple(picks), total(problem, picks), proven, short, "integer programme")


def _programme(problem: Problem, values: Ints) -> Programme:
    from kb.portfolio.programme import Programme

    row, story = np.nonzero(values > 0)
    second = None
    if problem.twice:
        second = np.full(values.shape[1], -AGAIN)
        for one in problem.never:  # kept for two questions: the one word against both
            if sum(kept == one for _, kept in problem.kept) > 1:
                second[one] += problem.force
    return Programme(
        row=row,
        story=story,
        gain=values[row, story],
        meeting=problem.rounds[row],
        labels=tuple(label[story] for label in problem.labels),
        shown=SPREAD,
        second=second,
    )
