"""From sums to chances: fit the score's two constants on banks, and say what the fits promise.

    python training/calibrate.py --cache CACHE [--model FOLDER] [--validate]

The score is the logistic of SLOPE x (sum - MIDDLE): the chance that the first story of a
question is a good answer (mean grade 1.5 or more). Printed are the constants that the
calibration banks want, and how reliable kb's present fits are on them, or, with
--validate, on the validation banks, which is to be noted in LOG.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from evaluate import Vectors, library, open_encoder, ready
from numpy.typing import NDArray
from snapshot import DATA, read_banks, read_entries

from kb import rank
from kb.embed import PACKAGED_MODEL
from kb.evaluate import RELEVANT

FITS = ("strong", "workable", "stretch", "gap")
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: its bank, its first stories' sums and grades, and whether any story is good."""

    bank: str
    sums: tuple[float, ...]
    grades: tuple[float, ...]
    answerable: bool


def questions(model: str, cache: Path, splits: Iterable[str], snapshot: Path) -> list[Asked]:
    """Every question of these banks, ranked as kb does, without full text."""
    vectors = Vectors(open_encoder(model, cache), cache)
    entries = [e for e in read_entries(snapshot) if e.source == "content"]
    against = library(entries, vectors)
    found = []
    for bank in read_banks(splits, snapshot):
        each = ready(bank, against, vectors)
        for judgment, query in zip(bank.judgments, each.queries, strict=True):
            ranking = rank.rank(query, each.stories, each.prepared)
            order = ranking.order()[:SHOWN].tolist()
            sums = np.sum(list(ranking.terms.values()), axis=0)
            grades = [judgment.relevant.get(each.names[n], 0.0) for n in order]
            first = tuple(sums[order].tolist())
            found.append(Asked(bank.name, first, tuple(grades), judgment.answerable))
    vectors.save()
    return found


def logistic_fit(sums: NDArray[np.float64], good: NDArray[np.float64]) -> tuple[float, float]:
    """(slope, middle) of the likeliest logistic, by Newton's method."""
    x = np.stack([sums, np.ones_like(sums)], axis=1)
    weights = np.zeros(2)
    for _ in range(50):
        chance = 1 / (1 + np.exp(-x @ weights))
        slope = x.T @ (good - chance) - 1e-3 * weights
        bend = (x * (chance * (1 - chance))[:, None]).T @ x + 1e-3 * np.eye(2)
        weights = weights + np.linalg.solve(bend, slope)
    return float(weights[0]), float(-weights[1] / weights[0])


def reliability(asked: list[Asked]) -> list[str]:
    """Rows of a table: for each fit its questions, how often the first story is good, how many
    are unanswerable; then what is promised of strong stories and of gaps."""
    scores = [rank.score_of(np.array(one.sums, np.float32)).tolist() for one in asked]
    lines = ["| Fit | questions | first story good | unanswerable |", "|---|---|---|---|"]
    for fit in FITS:
        here = [one for one, s in zip(asked, scores, strict=True) if rank.fit(s[0]) == fit]
        good = np.mean([one.grades[0] >= RELEVANT for one in here]) if here else float("nan")
        none = sum(not one.answerable for one in here)
        lines.append(f"| {fit} | {len(here)} | {good:.0%} | {none} |")
    strong = [
        grade >= RELEVANT
        for one, s in zip(asked, scores, strict=True)
        for grade, score in zip(one.grades, s, strict=True)
        if rank.fit(score) == "strong"
    ]
    lines.append(f"\nOf {len(strong)} stories among the first three called strong, ")
    lines[-1] += f"{np.mean(strong) if strong else float('nan'):.0%} are good."
    for answerable, name in ((False, "unanswerable"), (True, "answerable")):
        words = [
            rank.fit(s[0]) for one, s in zip(asked, scores, strict=True)
            if one.answerable is answerable
        ]  # fmt: skip
        gap, low = words.count("gap"), words.count("stretch")
        lines.append(
            f"Of {len(words)} {name} questions {gap / len(words):.0%} are called gap,"
            f" {(gap + low) / len(words):.0%} gap or stretch."
        )
    return lines


def main() -> None:
    """Print the constants and the table."""
    parser = argparse.ArgumentParser(description="Calibrate the score.")
    parser.add_argument("--model", default=PACKAGED_MODEL)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--snapshot", type=Path, default=DATA)
    parser.add_argument("--validate", action="store_true", help="read the validation banks")
    given = parser.parse_args()
    splits = ["validate"] if given.validate else ["calibrate"]
    asked = questions(given.model, given.cache, splits, given.snapshot)
    if not given.validate:
        sums = np.array([one.sums[0] for one in asked], np.float64)
        good = np.array([one.grades[0] >= RELEVANT for one in asked], np.float64)
        slope, middle = logistic_fit(sums, good)
        print(f"SLOPE {slope:.2f}, MIDDLE {middle:.2f}, of {len(asked)} questions")
    print(*reliability(asked), sep="\n")


if __name__ == "__main__":
    main()
