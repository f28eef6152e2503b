"""What to write next: the questions without a story, in the order of what one would add.

What a story adds is an estimate: it answers the question it was written for, and each other
with the chance that two questions have to be answered by one story (`closeness`). All of it
counts only as far as a question is asked (`asked_weight`) and not answered yet.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from kb.domain import Fit
    from kb.portfolio.types import Framework

    Floats = NDArray[np.float64]

FITTING: Final = ("strong", "workable")
# The chance that a text which answers one library question (grade 3) answers another too
# (grade 2 or 3), as the logistic of these: fitted to the 1,581 judged texts that the encoder
# learned from (docs/coverage.md has the table).
BASE: Final = -9.3
LIKENESS: Final = 9.6
SHARED: Final = 0.8
MOST_SHARED: Final = 2
# Of a question's weight, for each that stands before it in its guide, and no less than that.
LATER: Final = 0.05
LAST: Final = 0.5
NEIGHBOUR: Final = 0.15  # the chance from which another question is named
NAMED: Final = 2


@dataclass(frozen=True, slots=True)
class Topic:
    """A question that may be asked. weight: how often it is, beside others; 0 for never.

    score, fit: of the story that answers it best; story: its id, "" where none comes near.
    """

    id: str
    text: str
    guide: str
    competencies: tuple[str, ...]
    weight: float
    score: float
    fit: Fit
    story: str = ""

    @property
    def open(self) -> bool:
        """Whether no story answers it, workably or better."""
        return self.fit not in FITTING

    @property
    def missing(self) -> float:
        """What is not answered of it, by its weight."""
        return self.weight * (1 - self.score) if self.open else 0.0


@dataclass(frozen=True, slots=True)
class Gap:
    """A question to write a story for. adds: what the story would add, as a share of all that
    is asked, 0..1, those before it in the list written. also: other open questions that it
    would help with, the most first."""

    topic: Topic
    adds: float
    also: tuple[Topic, ...] = ()
    prompt: str = ""


def asked_weight(
    competencies: Sequence[str], frameworks: Sequence[Framework], place: int = 1
) -> float:
    """How often a question of these competencies is asked, as far as one can tell: the share of
    a framework's principles that listen for any of them, in the mean of the frameworks, and the
    less the later it stands in its guide (place, from 1). An estimate; nobody counts questions.
    """
    shares = []
    for framework in frameworks:
        heard = [
            max((w for name, w in principle.competencies if name in competencies), default=0.0)
            for principle in framework.principles
        ]
        shares.append(sum(heard) / len(heard) if heard else 0.0)
    listens = sum(shares) / len(shares) if shares else 0.0
    return listens * max(LAST, 1 - LATER * (place - 1))


def closeness(means: NDArray[np.float32], competencies: Sequence[Sequence[str]]) -> Floats:
    """(q, q): the chance that a story for one question answers another; 1 for itself.

    means (q, d): of each question's wordings, unit rows.
    """
    shared = np.array(
        [[len(set(a) & set(b)) for b in competencies] for a in competencies], np.float64
    ).reshape(len(competencies), len(competencies))
    total = BASE + LIKENESS * (means @ means.T) + SHARED * np.minimum(shared, MOST_SHARED)
    near = 1 / (1 + np.exp(-total.astype(np.float64)))
    np.fill_diagonal(near, 1.0)
    return np.asarray(near, np.float64)


def next_stories(topics: Sequence[Topic], near: Floats, count: int) -> tuple[Gap, ...]:
    """The `count` questions to write for (0 for all that are open), each chosen so that the
    stories up to it add the most; equals in their order.

    near (q, q): as `closeness` gives.
    """
    missing = np.array([topic.missing for topic in topics], np.float64)
    whole = sum(topic.weight for topic in topics)
    open_ = [n for n, topic in enumerate(topics) if topic.missing > 0]
    found: list[Gap] = []
    while open_ and (not count or len(found) < count):
        gains = near[open_] @ missing
        best = open_[int(np.argmax(np.round(gains, 12)))]
        adds = float(near[best] @ missing) / whole
        found.append(
            Gap(topics[best], adds, tuple(_also(topics, near[best] * missing, best, near)))
        )
        missing = missing * (1 - near[best])
        open_.remove(best)
    return tuple(found)


def _also(topics: Sequence[Topic], gains: Floats, best: int, near: Floats) -> Iterator[Topic]:
    """The open questions that the story for `best` helps with, by what it adds to them."""
    order = np.argsort(-gains, kind="stable").tolist()
    named = 0
    for number in order:
        if number != best and near[best, number] >= NEIGHBOUR and gains[number] > 0:
            yield topics[number]
            named += 1
            if named == NAMED:
                return


def with_prompts(
    gaps: Sequence[Gap], topics: Sequence[Topic], prompts: Mapping[str, Sequence[str]]
) -> tuple[Gap, ...]:
    """The same, each with a question that helps to remember, no two alike as long as there are
    others. It depends on the question and those before it in the list, and on nothing else.
    """
    used: set[str] = set()
    found = []
    for gap in gaps:
        choices = list(_choices(gap.topic, topics, prompts))
        prompt = next((one for one in choices if one not in used), choices[0] if choices else "")
        used.add(prompt)
        found.append(replace(gap, prompt=prompt))
    return tuple(found)


def _choices(
    topic: Topic, topics: Sequence[Topic], prompts: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    """The prompts of a question's competencies in their order, each from another one on, so
    that the questions that begin with the same competency begin with different prompts."""
    for competency in topic.competencies:
        some = prompts.get(competency, ())
        peers = [one.id for one in topics if competency in one.competencies]
        first = peers.index(topic.id) if topic.id in peers else 0
        yield from (some[(first + n) % len(some)] for n in range(len(some)))
