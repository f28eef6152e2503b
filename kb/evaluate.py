"""How good a ranking is, against a person's judgments.

Grades: 3 the story a good coach picks first, 2 a good answer, 1 could be bent
to fit, absent 0; fractions are allowed. A story of grade 1.5 or more is
relevant; a query without one is unanswerable, and only the gap detection
counts it.

Two rankings of the same queries are compared by a paired percentile bootstrap
(Efron & Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13). With
d(q) the difference of a measure at query q, the difference of the means is
mean d(q). RESAMPLES times as many queries are drawn, with replacement, as there
are, both rankings keeping the queries they share; the 2.5th and 97.5th
percentiles of the RESAMPLES means bound the 95% interval. For AUROC, with
d(p, n) the difference at an answerable query p and an unanswerable n (won 1,
tied 1/2, lost 0), the mean is over all pairs, and the two sorts of query are
drawn each from their own.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from kb.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Ranked = Sequence[tuple[str, float]]
    Floats = NDArray[np.float64]

RELEVANT: Final = 1.5
BEST_GRADE: Final = 3.0
OVERALL: Final = "overall"
RESAMPLES: Final = 2000
SEED: Final = 0
# Of fewer queries no interval is given: that five differ the same way is chance once in
# 16 times, that six do once in 32, and the bootstrap would be sure of either.
FEWEST: Final = 6


@dataclass(frozen=True, slots=True)
class Judgment:
    """One query and the grades, 0..3, of the stories that answer it, by story id."""

    id: str
    kind: str
    text: str
    relevant: Mapping[str, float]

    @property
    def answerable(self) -> bool:
        """Whether any story is relevant."""
        return any(grade >= RELEVANT for grade in self.relevant.values())


@dataclass(frozen=True, slots=True)
class Scores:
    """Means over `answerable` of `queries` queries; None where nothing can be averaged."""

    queries: int
    answerable: int
    ndcg5: float | None
    mrr: float | None
    recall3: float | None
    auroc: float | None


@dataclass(frozen=True, slots=True)
class Metrics:
    """The scores of all queries, and of each kind in the order the kinds first appear."""

    overall: Scores
    by_kind: Mapping[str, Scores]


@dataclass(frozen=True, slots=True)
class Difference:
    """How much higher a measure is in one ranking than in another, and the 95% interval.

    low and high are None where there are fewer than FEWEST queries to tell by.
    """

    value: float
    low: float | None = None
    high: float | None = None


def read_judgments(text: str, path: str = "") -> tuple[Judgment, ...]:
    """The judgments in JSON lines, blank lines skipped.

    A line: {"id", "kind", "text", "relevant": {story id: grade 0..3}}; other
    fields are ignored. Raises DocumentError, with the line, at the first line
    that is not such an object, and if there is none.
    """
    judged: dict[str, Judgment] = {}
    for number, row in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        if not row.strip():
            continue
        one = _judgment(row, path, number)
        if one.id in judged:
            raise DocumentError(
                f"the id “{one.id}” is used twice.", "Give each query its own.", path, number
            )
        judged[one.id] = one
    if not judged:
        raise DocumentError("there are no judgments in this file.", _SHAPE, path)
    return tuple(judged.values())


def evaluate(rankings: Mapping[str, Ranked], judgments: Sequence[Judgment]) -> Metrics:
    """The metrics of `rankings`: for each judgment's id all stories, best first, with scores.

    A judgment without a ranking counts as one that found nothing. The gap
    detection of a kind sets its answerable queries against every unanswerable one.
    """
    kinds = dict.fromkeys(one.kind for one in judgments)
    return Metrics(
        overall=_scores(rankings, judgments, judgments),
        by_kind={
            kind: _scores(rankings, [j for j in judgments if j.kind == kind], judgments)
            for kind in kinds
        },
    )


def compare(
    ours: Mapping[str, Ranked], theirs: Mapping[str, Ranked], judgments: Sequence[Judgment]
) -> dict[str, Difference]:
    """How much better `ours` is than `theirs`, by measure; those nothing can be said of are absent.

    Both are as for `evaluate`. The same judgments always give the same intervals.
    """
    good = [one for one in judgments if one.answerable]
    none = [one for one in judgments if not one.answerable]
    if not good:
        return {}
    random = np.random.default_rng(SEED)
    drawn = _draws(random, len(good))
    first, second = _measures(ours, good), _measures(theirs, good)
    found = {
        name: _difference(
            offsets := np.subtract(first[name], second[name]), drawn @ offsets, len(good)
        )
        for name in first
    }
    if none:
        pairs = _wins(ours, good, none) - _wins(theirs, good, none)
        means = ((drawn @ pairs) * _draws(random, len(none))).sum(axis=1)
        found["AUROC"] = _difference(pairs, means, min(pairs.shape))
    return found


def table(metrics: Metrics) -> dict[str, dict[str, float | int | None]]:
    """The metrics as rows by name, the overall one first, to be shown."""
    rows = {OVERALL: metrics.overall, **metrics.by_kind}
    return {
        name: {
            "queries": row.queries,
            "answerable": row.answerable,
            "nDCG@5": row.ndcg5,
            "MRR": row.mrr,
            "recall@3": row.recall3,
            "AUROC": row.auroc,
        }
        for name, row in rows.items()
    }


def differences(found: Mapping[str, Difference]) -> dict[str, dict[str, float | int | None]]:
    """The differences as rows by measure, to be shown."""
    return {
        name: {"difference": one.value, "low": one.low, "high": one.high}
        for name, one in found.items()
    }


def ndcg(ranked: Sequence[str], grades: Mapping[str, float], depth: int = 5) -> float:
    """Discounted gain of the first `depth` stories over the best possible one, 0..1.

    Gain of a story: 2^grade - 1; discount of rank i: log2(i + 1). 0 if nothing is graded.
    """
    ideal = _gain(sorted(grades.values(), reverse=True)[:depth])
    return _gain([grades.get(story, 0.0) for story in ranked[:depth]]) / ideal if ideal else 0.0


def reciprocal_rank(ranked: Sequence[str], grades: Mapping[str, float]) -> float:
    """1 / rank of the first story that has the best grade given; 0 if none is ranked."""
    best = max(grades.values())
    ranks = (i for i, story in enumerate(ranked, start=1) if grades.get(story) == best)
    return 1 / next(ranks, math.inf)


def recall(ranked: Sequence[str], grades: Mapping[str, float], depth: int = 3) -> float:
    """Relevant stories among the first `depth`, of as many as could stand there."""
    relevant = {story for story, grade in grades.items() if grade >= RELEVANT}
    return len(relevant & set(ranked[:depth])) / min(depth, len(relevant))


def auroc(positives: Sequence[float], negatives: Sequence[float]) -> float | None:
    """The chance that a random positive is above a random negative, ties counting half."""
    if not positives or not negatives:
        return None
    won = sum((p > n) + 0.5 * (p == n) for p in positives for n in negatives)
    return won / (len(positives) * len(negatives))


def _scores(
    rankings: Mapping[str, Ranked], group: Sequence[Judgment], everything: Sequence[Judgment]
) -> Scores:
    good = [one for one in group if one.answerable]
    measures = _measures(rankings, good)
    return Scores(
        queries=len(group),
        answerable=len(good),
        ndcg5=_mean(measures["nDCG@5"]),
        mrr=_mean(measures["MRR"]),
        recall3=_mean(measures["recall@3"]),
        auroc=auroc(
            [_top(rankings.get(one.id, ())) for one in good],
            [_top(rankings.get(one.id, ())) for one in everything if not one.answerable],
        ),
    )


def _measures(rankings: Mapping[str, Ranked], good: Sequence[Judgment]) -> dict[str, list[float]]:
    """Each measure of each of these answerable queries, in their order."""
    ranked = [([story for story, _ in rankings.get(one.id, ())], one.relevant) for one in good]
    return {
        "nDCG@5": [ndcg(stories, grades) for stories, grades in ranked],
        "MRR": [reciprocal_rank(stories, grades) for stories, grades in ranked],
        "recall@3": [recall(stories, grades) for stories, grades in ranked],
    }


def _draws(random: np.random.Generator, count: int) -> Floats:
    """How often each of `count` queries is drawn, as shares: (RESAMPLES, count), rows sum to 1."""
    return random.multinomial(count, np.full(count, 1 / count), RESAMPLES) / count


def _wins(
    rankings: Mapping[str, Ranked], good: Sequence[Judgment], none: Sequence[Judgment]
) -> Floats:
    """1 where an answerable query's top score is above an unanswerable one's, 1/2 where it is
    equal, else 0: (good, none)."""
    above = np.array([_top(rankings.get(one.id, ())) for one in good])[:, None]
    below = np.array([_top(rankings.get(one.id, ())) for one in none])
    return np.asarray((above > below) + 0.5 * (above == below))


def _difference(offsets: Floats, means: Floats, queries: int) -> Difference:
    """The mean of the offsets, between the percentiles of the resampled means."""
    value = float(offsets.mean())
    if queries < FEWEST:
        return Difference(value)
    low, high = np.quantile(means, [0.025, 0.975])
    return Difference(value, float(low), float(high))


def _gain(grades: Sequence[float]) -> float:
    """2^grade - 1 of each, discounted by log2 of its rank + 1."""
    gains = ((2.0**grade - 1) / math.log2(i + 1) for i, grade in enumerate(grades, start=1))
    return math.fsum(gains)


def _top(ranked: Ranked) -> float:
    """The highest score, wherever it stands (a pin stands first with any score); 0 for none."""
    return max((score for _, score in ranked), default=0.0)


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None


_SHAPE: Final = (
    'Write one object a line: {"id": "q1", "kind": "question", "text": "...", '
    '"relevant": {"story-id": 3}}'
)


def _judgment(row: str, path: str, line: int) -> Judgment:
    """One line as a judgment. Raises DocumentError."""
    try:
        found = json.loads(row)
        json.dumps(found, ensure_ascii=False).encode()  # no half of a character
    except (ValueError, RecursionError):
        raise DocumentError("this line is not JSON.", _SHAPE, path, line) from None
    if not isinstance(found, dict):
        raise DocumentError("this line is not a JSON object.", _SHAPE, path, line)
    for name in ("id", "kind", "text"):
        if not isinstance(found.get(name), str) or not found[name].strip():
            raise DocumentError(f"“{name}” is missing or not text.", _SHAPE, path, line)
    relevant = found.get("relevant")
    if not isinstance(relevant, dict):
        raise DocumentError("“relevant” is missing or not an object.", _SHAPE, path, line)
    for story, grade in relevant.items():
        if isinstance(grade, bool) or not isinstance(grade, int | float) or not _in_range(grade):
            raise DocumentError(
                f"the grade of “{story}” is not a number from 0 to 3.", "Mend it.", path, line
            )
    grades = {story: float(grade) for story, grade in relevant.items()}
    return Judgment(found["id"], found["kind"], found["text"], grades)


def _in_range(grade: float) -> bool:
    return 0 <= grade <= BEST_GRADE
