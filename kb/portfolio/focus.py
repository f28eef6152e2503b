"""What a loop's rounds are to ask: a competency or a principle to a question of the library."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from kb.domain import Finding
from kb.parse.slug import slug
from kb.portfolio.gaps import LAST, LATER
from kb.portfolio.loops import Loop, Round, Wanted

if TYPE_CHECKING:
    from kb.domain import LibraryQuestion
    from kb.portfolio.types import Framework, Principle

# What a competency counts that a question listens for beside its first one.
BESIDE = 0.5


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a loop. number: from 1, through all rounds; round: its round's, from 0.
    focus: what it was chosen for, or ""; question_id: the library's, or ""."""

    number: int
    round: int
    text: str
    focus: str = ""
    question_id: str = ""


@dataclass(slots=True)
class Library:
    """The library's questions, and which of them the loop asks already."""

    questions: Sequence[LibraryQuestion]
    competencies: Collection[str]
    framework: Framework | None = None

    def asked(self, loop: Loop) -> tuple[tuple[Asked, ...], tuple[Finding, ...]]:
        """The questions of a loop in their order, and what of it could not be one."""
        asked: list[Asked] = []
        findings: list[Finding] = []
        for place, one in enumerate(loop.rounds):
            for wanted in one.wanted:
                if not wanted.focus:
                    asked.append(Asked(len(asked) + 1, place, wanted.text))
                    continue
                found = self._for(wanted, {a.question_id for a in asked})
                if isinstance(found, str):
                    hint = self._near(wanted.text)
                    said = ("loop-focus", "error", found, loop.path, wanted.line, hint)
                    findings.append(Finding(*said))  # type: ignore[arg-type]  # the severity
                else:
                    focus, question = found
                    asked.append(Asked(len(asked) + 1, place, question.text, focus, question.id))
        return tuple(asked), tuple(findings)

    def _for(self, wanted: Wanted, taken: set[str]) -> tuple[str, LibraryQuestion] | str:
        """The name of what is meant and its question, or why there is none."""
        name, weights = self._meant(wanted.text)
        if not weights:
            where = f" of {self.framework.name}" if self.framework else ""
            return f"there is no competency or principle{where} `{wanted.text}`; it is not asked."
        choose = nearest if len(weights) > 1 else commonest
        question = choose(self.questions, weights, taken)
        if question is None:
            return f"the guides have no more questions for `{wanted.text}`; it is not asked."
        return name, question

    def _meant(self, text: str) -> tuple[str, dict[str, float]]:
        wanted = slug(text)
        for principle in self.framework.principles if self.framework else ():
            if wanted in {principle.id, slug(principle.name)}:
                return principle.name, dict(principle.competencies)
        return (wanted, {wanted: 1.0}) if wanted in self.competencies else ("", {})

    def _near(self, text: str) -> str:
        names = [*self.competencies]
        names += [p.id for p in self.framework.principles] if self.framework else []
        near = get_close_matches(slug(text), names, n=1, cutoff=0.6)
        return f"Did you mean `{near[0]}`?" if near else "See them: kb list --competencies"


def commonest(
    questions: Sequence[LibraryQuestion], weights: dict[str, float], taken: Collection[str]
) -> LibraryQuestion | None:
    """The question that asks most plainly for these competencies, none of `taken`.

    A question counts by the weightiest competency that it listens for, by BESIDE of it where
    that is not its first; of equals the one that stands earliest in its guide is taken, since
    a guide has its common questions first.
    """
    places: dict[str, int] = {}
    best: tuple[float, int] | None = None
    found = None
    for question in questions:
        place = places[question.guide] = places.get(question.guide, 0) + 1
        weight = max(
            (weights.get(one, 0.0) * (BESIDE if number else 1.0)
             for number, one in enumerate(question.competencies)),
            default=0.0,
        )  # fmt: skip
        key = (-weight, place)
        if weight and question.id not in taken and (best is None or key < best):
            best, found = key, question
    return found


def nearest(
    questions: Sequence[LibraryQuestion], weights: dict[str, float], taken: Collection[str]
) -> LibraryQuestion | None:
    """The question that asks for a principle of these weights, none of `taken`.

    It is the one whose competencies lie nearest to the weights, by the square of the cosine
    (what a question listens for beside its first counts BESIDE), the less the later it stands
    in its guide, as in `asked_weight`; of equals the first. One that listens for just what a
    taken one does comes last: it would be the same question in other words.
    """
    places: dict[str, int] = {}
    same = {one.competencies for one in questions if one.id in taken}
    best, found = (False, 0.0), None
    for question in questions:
        place = places[question.guide] = places.get(question.guide, 0) + 1
        if question.id in taken:
            continue
        near = _nearness(question.competencies, weights) * max(LAST, 1 - LATER * (place - 1))
        key = (question.competencies not in same, near)
        if near and key > best:
            best, found = key, question
    return found


def _nearness(competencies: Sequence[str], weights: dict[str, float]) -> float:
    """The square of the cosine between what a question listens for and the weights."""
    heard = {one: BESIDE if number else 1.0 for number, one in enumerate(competencies)}
    product = sum(count * weights.get(one, 0.0) for one, count in heard.items())
    lengths = sum(c * c for c in heard.values()) * sum(w * w for w in weights.values())
    return product * product / lengths if lengths else 0.0


def framed(framework: Framework, rounds: int, company: str = "") -> Loop:
    """A loop that asks for each principle once, in the framework's order, in so many rounds."""
    principles = framework.principles
    sizes = [len(principles) // rounds + (n < len(principles) % rounds) for n in range(rounds)]
    made: list[Round] = []
    for number, size in enumerate(sizes):
        first = sum(sizes[:number])
        some: Sequence[Principle] = principles[first : first + size]
        wanted = tuple(Wanted(one.id, True) for one in some)
        made.append(Round(f"Round {number + 1}", wanted))
    return Loop(company=company, framework=framework.id, rounds=tuple(made))
