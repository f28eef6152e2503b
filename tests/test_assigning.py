"""The choice of stories for questions: always the best, by brute force, and always the same."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.portfolio import assigning, programme
from kb.portfolio.assigning import (
    AGAIN,
    BEST,
    FRESH,
    NEVER,
    OPEN,
    SHARED,
    SPREAD,
    Problem,
    backups,
    broken,
    choose,
    freshness,
    total,
    worth,
)  # fmt: skip

TODAY = date(2026, 11, 28)


def problem(
    values: list[list[int]],
    *,
    rounds: list[int] | None = None,
    kept: Sequence[tuple[int, int]] = (),
    never: Sequence[int] = (),
    labels: Sequence[list[int]] = (),
    twice: bool = False,
) -> Problem:
    table = np.array(values, np.int64).reshape(len(values), len(values[0]) if values else 0)
    return Problem(
        values=table,
        rounds=np.array(rounds or [0] * len(values), np.int64),
        kept=frozenset(kept),
        never=frozenset(never),
        labels=tuple(np.array(label, np.int64) for label in labels),
        twice=twice,
    )


def plans(asked: Problem) -> Iterator[tuple[int, ...]]:
    """Every plan that may be, the owner's words apart."""
    q, s = asked.values.shape
    for picks in itertools.product([*range(s), OPEN], repeat=q):
        told = [(i, j) for i, j in enumerate(picks) if j != OPEN]
        if any(asked.values[i, j] == NEVER for i, j in told):
            continue
        if any(j in asked.never and (i, j) not in asked.kept for i, j in told):
            continue
        stories = [j for _, j in told]
        most = 2 if asked.twice else 1
        if any(stories.count(j) > most for j in stories):
            continue
        heard = [(asked.rounds[i], j) for i, j in told]
        if len(heard) == len(set(heard)):
            yield picks


def goodness(asked: Problem, picks: tuple[int, ...]) -> tuple[int, int, tuple[int, ...]]:
    """How many of the owner's words hold, the total, and then who comes first."""
    held = sum(picks[i] == j for i, j in asked.kept) + len(asked.never - set(picks))
    worth_of = sum(int(asked.values[i, j]) for i, j in enumerate(picks) if j != OPEN)
    stories = [j for j in picks if j != OPEN]
    for label in asked.labels:
        worth_of += SPREAD * len({int(label[j]) for j in stories if label[j] >= 0})
    worth_of -= AGAIN * (len(stories) - len(set(stories)))
    first = tuple(-j if j != OPEN else -len(asked.values[0]) for j in picks)
    return held, worth_of, first


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    q, s = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    # few values, so that ties abound; some near to what a label, or telling again, is worth
    value = st.sampled_from([NEVER, 1, 2, 40, SPREAD, SPREAD + 1, AGAIN, AGAIN + 1, 900, 3000])
    values = [[draw(value) for _ in range(s)] for _ in range(q)]
    pairs = [(i, j) for i in range(q) for j in range(s) if values[i][j] != NEVER]
    kept = draw(st.lists(st.sampled_from(pairs), max_size=3)) if pairs else []
    label = st.lists(st.integers(-1, 2), min_size=s, max_size=s)
    return problem(
        values,
        rounds=[draw(st.integers(0, 2)) for _ in range(q)],
        kept=kept,
        never=draw(st.lists(st.integers(0, s - 1), max_size=2)),
        labels=draw(st.lists(label, max_size=2)),
        twice=draw(st.booleans()),
    )


@settings(max_examples=150, deadline=None)
@given(problems())
def test_no_plan_is_better_and_of_equals_it_is_the_first(asked: Problem) -> None:
    best = max(plans(asked), key=lambda picks: goodness(asked, picks))
    chosen = choose(asked)
    assert goodness(asked, chosen.picks) == goodness(asked, best)
    assert chosen.picks == best
    assert chosen.proven
    assert chosen.total == total(asked, best) == goodness(asked, best)[1]


@settings(max_examples=30, deadline=None)
@given(problems())
def test_branch_and_bound_finds_the_same_where_the_relaxation_is_not_whole(asked: Problem) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(programme, "NEAR", -1.0)  # never taken for whole
        branched = choose(asked)
    assert branched == choose(asked)


def backup_goodness(
    values: np.ndarray, found: Sequence[int], order: int
) -> tuple[int, tuple[int, ...]]:
    worth_of, seen = 0, set()
    for i, j in enumerate(found):
        if j != OPEN:
            worth_of += max(int(values[i, j]) - SHARED, 1) if j in seen else int(values[i, j])
            seen.add(j)
    return worth_of, tuple(-j if j != OPEN else -order for j in found)


@settings(max_examples=60, deadline=None)
@given(problems())
def test_backups_are_the_best_of_what_the_plan_leaves(asked: Problem) -> None:
    # what a second use costs is the same for each question that shares it
    values = np.where(asked.values > 0, asked.values + SHARED, NEVER)
    picks = choose(asked).picks
    q, s = values.shape
    free = [j for j in range(s) if j not in picks and j not in asked.never]
    every = [
        found
        for found in itertools.product([*free, OPEN], repeat=q)
        if all(j == OPEN or values[i, j] > 0 for i, j in enumerate(found))
    ]
    best = max(every, key=lambda found: backup_goodness(values, found, s))
    assert backups(values, picks, asked.never) == best


def test_a_question_of_one_story_gets_it_though_another_would_like_it_better() -> None:
    asked = problem([[2000, 1900], [1500, NEVER]])
    assert choose(asked).picks == (1, 0)


def test_greedy_is_beaten() -> None:
    asked = problem([[2900, 2800, NEVER], [2800, 1000, NEVER], [NEVER, NEVER, 1200]])
    assert choose(asked).picks == (1, 0, 2)
    assert choose(asked).total == 2800 + 2800 + 1200


def test_a_story_is_told_again_only_in_another_round_and_where_it_is_worth_it() -> None:
    values = [[2000, 1760], [2000, 1740]]
    assert choose(problem(values, rounds=[0, 0], twice=True)).picks == (1, 0)
    assert choose(problem(values, rounds=[0, 1], twice=True)).picks == (1, 0)
    values = [[2000, 1740], [2000, 1740]]
    assert choose(problem(values, rounds=[0, 1], twice=True)).picks == (0, 0)
    assert choose(problem([[2000]] * 3, rounds=[0, 1, 2], twice=True)).picks == (0, 0, OPEN)


def test_equals_are_spread_over_roles_and_years() -> None:
    asked = problem([[1000, 1000, 1000], [1000, 1000, 1000]], labels=[[0, 0, 1], [0, 0, 0]])
    assert choose(asked).picks == (0, 2)
    assert choose(asked).exact == "integer programme"
    assert choose(problem([[1000, 1000], [1000, 1000]])).exact == "assignment"


def test_a_spread_is_not_worth_a_real_difference() -> None:
    asked = problem([[1000, 1000, 1000 - SPREAD - 1], [1000, 1000, NEVER]], labels=[[0, 0, 1]])
    assert choose(asked).picks == (0, 1)


def test_of_the_owners_words_the_fewest_are_given_up() -> None:
    two = problem([[900, 900], [900, 900]], kept=[(0, 0), (1, 0)])
    assert broken(two, choose(two).picks) == ([(1, 0)], [])
    against = problem([[900], [900]], rounds=[0, 1], kept=[(0, 0), (1, 0)], never=[0], twice=True)
    assert broken(against, choose(against).picks) == ([], [0])
    assert choose(against).picks == (0, 0)


def test_what_is_not_proven_in_time_is_not_called_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(pairs: int, form: object, bound: float) -> tuple[np.ndarray, float]:
        return np.zeros(pairs, bool), bound + 7  # nothing found, and little known

    monkeypatch.setattr(programme, "NEAR", -1.0)
    monkeypatch.setattr(programme, "_branch", late)
    chosen = choose(problem([[1000, 900], [1000, NEVER]], labels=[[0, 1]]))
    assert chosen.picks == (1, 0)
    assert chosen.total == 1900 + 2 * SPREAD
    assert (chosen.proven, chosen.short) == (False, 7)


def test_no_story_and_no_question() -> None:
    assert choose(problem([[], []])).picks == (OPEN, OPEN)
    assert choose(problem([])).picks == ()
    assert backups(np.zeros((2, 0), np.int64), (OPEN, OPEN), frozenset()) == (OPEN, OPEN)


def test_worth_goes_from_nothing_to_the_best_grade_and_a_pin_is_that() -> None:
    assert [worth(s / 10) for s in range(11)] == sorted(worth(s / 10) for s in range(11))
    assert (worth(0.0), worth(1.0), worth(0.1, pinned=True)) == (0, BEST, BEST)


def test_a_story_grows_old_evenly() -> None:
    assert freshness("2026-11", TODAY) == FRESH
    assert freshness("2021-11-30", TODAY) == FRESH // 2
    assert freshness("2016-11", TODAY) == freshness("2009", TODAY) == 0
    assert freshness("2027-03", TODAY) == FRESH
    assert freshness("", TODAY) == FRESH // 2
    assert freshness("2025", TODAY) == freshness("2025-06", TODAY)


def test_the_constants_are_small_beside_a_grade() -> None:
    assert max(FRESH, SPREAD, AGAIN, SHARED) <= assigning.GRADE // 2
