"""What a plan gave up, in words: why a question is not answered with its own best story."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from kb.portfolio.assigning import AGAIN, GRADE, OPEN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from kb.domain import StoryCard
    from kb.portfolio.assigning import Ints, Problem

Kind = Literal["needed", "told", "kept", "again", "fresher", "spread", "gap", "best"]

NOTHING: Final = "Nothing in the bank answers it; see kb gaps."
NEAREST: Final = "The nearest is "
MONTH: Final = len("2026-11")


@dataclass(frozen=True, slots=True)
class Trade:
    """Why a question has not its best story. said: the sentence. story: the id of that one, or
    "". gain: by how many thousandths of a grade it would be better here; question: the number
    of the one that has it, 0 for none; loss: what that would lose by giving it away; left: the
    id of the story that it would be left with, or ""."""

    kind: Kind
    said: str
    story: str = ""
    gain: int = 0
    question: int = 0
    loss: int = 0
    left: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """A plan and all that it was chosen from, questions and stories by their places.

    worth (q, s): in thousandths of a grade. answers (q, s): whether the story may be told there,
    whoever heard it; good (q, s): whether it answers well enough. told: story -> when the
    company heard it, or "". fresh (s,): what the stories' dates are worth; picks (q,): the plan;
    names (q,): what questions are called.
    """

    stories: Sequence[StoryCard]
    worth: Ints
    answers: NDArray[np.bool_]
    good: NDArray[np.bool_]
    fresh: Ints
    told: Mapping[int, str]
    picks: Sequence[int]
    problem: Problem
    names: Sequence[str]
    company: str

    def trade(self, question: int) -> Trade | None:
        """What was given up at a question; None where it has its best story."""
        picked = self.picks[question]
        best = self._best(question)
        if best is None:
            return self._gap(question) if picked == OPEN else None
        gain = int(self.worth[question, best]) - self._worth(question, picked)
        if best == picked or (gain <= 0 and picked != OPEN):
            return None
        kind, why, holder, loss, left = self._why(question, best, gain)
        held = 0 if holder is None else holder + 1
        other = "" if left is None else self.stories[left].id
        if picked == OPEN and not self.good[question, best]:
            kind, said = "gap", f"{NOTHING} {NEAREST}{self._title(best)}, but {why}."
        else:
            would = "would answer it" if picked == OPEN else _better(gain)
            said = f"{self._title(best)} {would}, but {why}."
        return Trade(kind, said, self.stories[best].id, gain, held, loss, other)

    def _why(
        self, question: int, best: int, gain: int
    ) -> tuple[Kind, str, int | None, int, int | None]:
        """(kind, the reason in words, the question that has the story, its loss, what it would
        be left with)."""
        if (question, self.picks[question]) in self.problem.kept:
            return "kept", "you keep this one", None, 0, None
        if best in self.told:
            return "told", heard(self.company, self.told[best]), None, 0, None
        holders = [k for k, j in enumerate(self.picks) if j == best]
        same_round = [k for k in holders if self.problem.rounds[k] == self.problem.rounds[question]]
        if not holders:
            return self._rather(question, best, gain)
        if self.problem.twice and len(holders) == 1 and not same_round:
            why = f"{self.names[holders[0]]} has it, and a story told again counts {_grades(AGAIN)}"
            return "again", f"{why} less", holders[0], AGAIN, None
        return self._needed(question, best, (same_round or holders)[0], gain)

    def _rather(
        self, question: int, best: int, gain: int
    ) -> tuple[Kind, str, int | None, int, int | None]:
        """Why a story that no question has was passed over."""
        picked = self.picks[question]
        if picked != OPEN and self.fresh[picked] - self.fresh[best] >= gain:
            return "fresher", "it is older", None, 0, None
        return "spread", "this one brings in another role or year", None, 0, None

    def _needed(
        self, question: int, best: int, holder: int, gain: int
    ) -> tuple[Kind, str, int | None, int, int | None]:
        """Why the question that has the story keeps it."""
        name = self.names[holder]
        if (holder, best) in self.problem.kept:
            return "kept", f"you keep it for {name}", holder, 0, None
        others = [j for j in self._usable(holder) if j != best]
        left = max(
            (j for j in others if j not in self.picks or j == self.picks[question]),
            key=lambda j: (self.worth[holder, j], -j),
            default=None,
        )
        loss = self._worth(holder, best) - self._worth(holder, OPEN if left is None else left)
        if left is None:
            well = self.good[holder, best] or any(self.good[holder, j] for j in others)
            verb = "answers" if well else "comes near"
            why = f"nothing else you have {verb} {name}"
            why = f"all else that {verb} {name} is told elsewhere" if others else why
            return "needed", why, holder, loss, None
        if loss < gain:  # only a freshness or a spread can make that the better plan
            why = f"{name} has it, and together these are fresher or show more roles and years"
            return "spread", why, holder, loss, left
        why = f"{name} would be left with {self._title(left)}, {_grades(loss)} lower"
        return "needed", why, holder, loss, left

    def _best(self, question: int) -> int | None:
        """The story that answers a question best, of those the owner would tell at all."""
        found = [j for j in self._wanted() if self.answers[question, j]]
        return max(found, key=lambda j: (self.worth[question, j], j not in self.told, -j),
                   default=None)  # fmt: skip

    def _gap(self, question: int) -> Trade:
        near = max(self._wanted(), key=lambda j: (self.worth[question, j], -j),
                   default=None)  # fmt: skip
        if near is None or self.worth[question, near] < 1:
            return Trade("gap", NOTHING)
        said = f"{NOTHING} {NEAREST}{self._title(near)}."
        return Trade("gap", said, self.stories[near].id, int(self.worth[question, near]))

    def _wanted(self) -> Iterator[int]:
        return (j for j in range(len(self.stories)) if j not in self.problem.never)

    def _usable(self, question: int) -> list[int]:
        return [j for j in self._wanted() if self.answers[question, j] and j not in self.told]

    def _worth(self, question: int, story: int) -> int:
        return 0 if story == OPEN else int(self.worth[question, story])

    def _title(self, story: int) -> str:
        return quote(self.stories[story].title)


def quote(title: str) -> str:
    """A story's title in a sentence."""
    return f"\u201c{title.rstrip(' .')}\u201d"


def heard(company: str, when: str) -> str:
    """That a company heard a story, and when if it is known: in a month, on a day."""
    return f"{company} heard it" + (
        f" {'on' if len(when) > MONTH else 'in'} {when}" if when else ""
    )


def _better(gain: int) -> str:
    if gain < GRADE // 20:
        return "would be a little better here"
    return f"would be {_grades(gain)} better here"


def _grades(thousandths: int) -> str:
    """Thousandths of a grade to a tenth, in words: 0.4 of a grade, 1.3 grades."""
    tenths = max(0.1, round(thousandths / GRADE, 1))
    return f"{tenths:.1f} of a grade" if tenths < 1 else f"{tenths:.1f} grades"
