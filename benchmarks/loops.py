"""Loops: how long the choice takes, how long the whole takes, and what it brings.

    python benchmarks/loops.py [choice] [whole] [gain]

choice: the best plan of random worths, and its backups, in this process. whole: `kb loop` on
40 questions and 200 stories, from start to exit. gain: the judged grades of kb's plans on the
development bank beside those of a greedy choice by the same scores.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy, as kb does

import numpy as np
from bank import make_workspace
from common import ROOT, run, side_by_side
from numpy.typing import NDArray

from kb.portfolio.assigning import NEVER, OPEN, Problem, backups, choose, freshness, worth

if TYPE_CHECKING:
    from kb.evaluate import Judgment

DATA = ROOT / "tests" / "data" / "eval"
KB = (sys.executable, "-m", "kb")
QUESTIONS, STORIES = 40, 200
ROUNDS = 9
LOOPS, SHORTEST, LONGEST = 200, 8, 12
WORKABLE = 0.42
TODAY = date(2026, 11, 28)


def random_problem(seed: int, share: float, labels: bool) -> Problem:
    """Worths as they might be: few stories answer a question, fewer well."""
    draw = np.random.default_rng(seed)
    shape = (QUESTIONS, STORIES)
    values = np.where(draw.random(shape) < share, (3000 * draw.random(shape) ** 2) + 1, NEVER)
    kinds = (draw.integers(0, 8, STORIES), draw.integers(0, 12, STORIES))
    none = np.full(STORIES, -1)
    return Problem(
        values=values.astype(np.int64),
        rounds=np.arange(QUESTIONS) // 8,
        labels=kinds if labels else (none, none),
    )


def choice() -> None:
    """Milliseconds for the plan and for its backups; the import of scipy is not in them."""
    choose(random_problem(0, 1.0, labels=True))
    print(f"{QUESTIONS} questions, {STORIES} stories; medians of {ROUNDS}, ms      plan  backups")
    for name, share, labels in (
        ("assignment, 15% of the pairs answer", 0.15, False),
        ("assignment, all pairs answer", 1.0, False),
        ("integer programme, 15% of the pairs answer", 0.15, True),
        ("integer programme, all pairs answer", 1.0, True),
    ):
        plans, seconds = [], []
        for seed in range(ROUNDS):
            problem = random_problem(seed, share, labels)
            start = time.perf_counter()
            found = choose(problem)
            middle = time.perf_counter()
            backups(problem.values, found.picks, frozenset())
            plans.append(middle - start)
            seconds.append(time.perf_counter() - middle)
            assert found.proven
        figures = (1000 * statistics.median(some) for some in (plans, seconds))
        print(f"  {name:50}" + "".join(f"{figure:9.0f}" for figure in figures))


def whole(folder: Path) -> None:
    """Seconds of `kb loop`, beside as many questions in one `kb match --batch`."""
    space = make_workspace(folder / "bank", STORIES)
    run([*KB, "-w", str(space), "build"])
    asked = [judged.text for judged in judgments()[:QUESTIONS]]
    loop, batch = folder / "loop.yaml", folder / "questions.txt"
    lines = [f"      - {quoted(text)}" for text in asked]
    loop.write_text("rounds:\n  - questions:\n" + "\n".join(lines) + "\n", "utf-8")
    batch.write_text("\n".join(asked) + "\n", "utf-8")
    inside = f"import sys; sys.argv[1:] = {['-w', str(space), 'loop', str(loop)]!r}\n"
    inside += "from kb.cli import run; run(sys.argv[1:])"  # whatever stays open is no failure here
    results = side_by_side(
        {
            "kb match --batch": [*KB, "-w", str(space), "match", "--batch", str(batch)],
            "kb loop": [sys.executable, "-c", inside],
        },
        ROUNDS,
    )
    print(f"\n{QUESTIONS} questions, {STORIES} stories, from start to exit: median s, peak MB")
    for result in results.values():
        print(f"  {result.name:50}{result.seconds:9.2f}{result.peak_mb:9.0f}")


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def gain(folder: Path) -> None:
    """Mean total judged grade of both, and the difference with its 95% interval.

    Greedy takes the best story for each question in order, each story once; both tell only
    stories that answer (strong or workable), or, with fill, any.
    """
    scores, grades, labels, fresh = development(folder)
    draw = np.random.default_rng(0)
    loops = [
        draw.choice(len(scores), draw.integers(SHORTEST, LONGEST + 1), replace=False)
        for _ in range(LOOPS)
    ]
    print(f"\n{LOOPS} loops of {SHORTEST} to {LONGEST} questions of the development bank: "
          "mean total judged grade")  # fmt: skip
    for name, least in (("stories that answer", WORKABLE), ("with --fill", 0.0)):
        ours, theirs = [], []
        for loop in loops:
            here, judged = scores[loop], grades[loop]
            ours.append(total(judged, planned(here, least, labels, fresh)))
            theirs.append(total(judged, greedy(here, least)))
        difference = np.array(ours) - np.array(theirs)
        means = [draw.choice(difference, LOOPS).mean() for _ in range(2000)]
        low, high = np.percentile(means, (2.5, 97.5))
        print(f"  {name:22} kb {np.mean(ours):6.2f}   greedy {np.mean(theirs):6.2f}   "
              f"gain {difference.mean():+.2f} [{low:+.2f}, {high:+.2f}]")  # fmt: skip


def planned(
    scores: NDArray[np.float64], least: float, labels: Sequence[NDArray[np.int64]],
    fresh: NDArray[np.int64],
) -> list[int]:  # fmt: skip
    """The stories that kb's choice gives the questions."""
    grade = np.vectorize(worth, otypes=[np.int64])(scores)
    values = np.where(scores >= least, np.maximum(grade + fresh, 1), NEVER)
    rounds = np.zeros(len(scores), np.int64)
    return list(choose(Problem(values, rounds, labels=tuple(labels))).picks)


def greedy(scores: NDArray[np.float64], least: float) -> list[int]:
    """The best story that is left for each question in turn."""
    picks: list[int] = []
    for row in scores:
        order = [int(j) for j in np.argsort(-row, kind="stable") if row[j] >= least]
        picks.append(next((j for j in order if j not in picks), OPEN))
    return picks


def total(grades: NDArray[np.float64], picks: Sequence[int]) -> float:
    return float(sum(grades[i, j] for i, j in enumerate(picks) if j != OPEN))


def development(
    folder: Path,
) -> tuple[NDArray[np.float64], NDArray[np.float64], list[NDArray[np.int64]], NDArray[np.int64]]:
    """kb's scores and the judged grades of the bank (questions, stories), the stories' roles
    and years as numbers, and what their dates are worth."""
    import shutil

    from kb.cli import common
    from kb.files import load_workspace

    space = folder / "development"
    (space / "content").mkdir(parents=True)
    shutil.copytree(DATA / "stories", space / "personal")
    run([*KB, "-w", str(space), "build"])
    judged = judgments()
    with common.open_matcher(load_workspace(space)) as (matcher, _):
        names = sorted(matcher.owners)
        cards = [matcher.cards[name] for name in names]
        scores = np.zeros((len(judged), len(names)))
        for row, one in enumerate(judged):
            found = {m.story.id: m.score for m in matcher.match(one.text, count=0).stories}
            scores[row] = [found[name] for name in names]
    grades = np.array([[one.relevant.get(name, 0.0) for name in names] for one in judged])
    roles = np.unique([f"{c.role} {c.company}" for c in cards], return_inverse=True)[1]
    years = np.unique([c.date[:4] for c in cards], return_inverse=True)[1]
    fresh = np.array([freshness(card.date, TODAY) for card in cards], np.int64)
    return scores, grades, [roles, years], fresh


def judgments() -> Sequence[Judgment]:
    from kb.evaluate import read_judgments

    return read_judgments((DATA / "queries.jsonl").read_text("utf-8"))


def main() -> None:
    wanted = sys.argv[1:] or ["choice", "whole", "gain"]
    with tempfile.TemporaryDirectory() as name:
        if "choice" in wanted:
            choice()
        if "whole" in wanted:
            whole(Path(name))
        if "gain" in wanted:
            gain(Path(name))


if __name__ == "__main__":
    main()
