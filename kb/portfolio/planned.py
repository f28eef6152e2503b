"""A loop and what is known of each story at each question, to a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from kb.portfolio.assigning import (
    NEVER,
    OPEN,
    Choice,
    Problem,
    backups,
    broken,
    choose,
    freshness,
    worth,
)
from kb.portfolio.trading import NEAREST, Terms, Trade, heard, quote

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from numpy.typing import NDArray

    from kb.domain import Fit, StoryCard, StoryMatch
    from kb.portfolio.assigning import Ints
    from kb.portfolio.focus import Asked
    from kb.portfolio.loops import Loop
    from kb.portfolio.types import Cell

ANSWERING: Final = ("strong", "workable")


@dataclass(frozen=True, slots=True)
class Kept:
    """That a question (its place, from 0) is to be answered with a story (its id). said: where
    the owner says so."""

    question: int
    story: str
    said: str


@dataclass(frozen=True, slots=True)
class Words:
    """What the owner says of a loop's stories, by ids. never: id -> where it is said; told: id
    -> when the loop's company heard it, or ""."""

    keep: tuple[Kept, ...] = ()
    never: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """All that a plan is made from.

    stories: all that may be told, by id. matches: of each question, by story id; one that is
    missing is a gap. today: what stories are fresh beside. fill: whether a question that
    nothing answers gets the nearest story. calibrated: whether the fits are.
    """

    loop: Loop
    asked: Sequence[Asked]
    stories: Sequence[StoryCard]
    matches: Sequence[Mapping[str, StoryMatch]]
    words: Words
    today: date
    fill: bool = False
    calibrated: bool = True


@dataclass(frozen=True, slots=True)
class Told:
    """A story at a question. grade: the one expected, in thousandths."""

    story: StoryCard
    fit: Fit
    grade: int
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A question of the plan with its story, None where it stays open, and its backup. kept:
    the owner's word put it there; notes: what speaks against that."""

    number: int
    question: str
    focus: str
    told: Told | None
    backup: Told | None
    trade: Trade | None
    kept: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedRound:
    """A round with its answers."""

    name: str
    interviewer: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole plan. total: the grades expected, in thousandths, at most 3 a question.

    stories: how many there were to choose from. given_up: the owner's words that cannot hold,
    a sentence each. proven: whether no plan is better; else none is by more than `short`
    thousandths; exact: how that is known. roles, years: how many the plan shows.

    What "no plan" leaves out: fill: whether what answers nothing was to be told, else stretched:
    whether there is such a story; kept, left_out: whether the owner said so of any.
    """

    company: str
    date: str
    rounds: tuple[PlannedRound, ...]
    total: int
    stories: int
    given_up: tuple[str, ...]
    proven: bool
    short: int
    exact: str
    roles: int
    years: int
    calibrated: bool
    fill: bool = False
    kept: bool = False
    left_out: bool = False
    stretched: bool = False

    @property
    def answers(self) -> tuple[Answer, ...]:
        """All answers in their order."""
        return tuple(answer for one in self.rounds for answer in one.answers)

    @property
    def open(self) -> tuple[int, ...]:
        """The numbers of the questions that stay open."""
        return tuple(answer.number for answer in self.answers if answer.told is None)


def make_plan(case: Case) -> Plan:
    """The best plan."""
    table = _Table.of(case)
    problem = table.problem(case)
    choice = choose(problem)
    answers = list(_answers(case, table, problem, choice))
    roles, years = (len({int(label[j]) for j in choice.picks if j != OPEN} - {-1})
                    for label in problem.labels)  # fmt: skip
    return Plan(
        company=case.loop.company,
        date=case.loop.date,
        rounds=tuple(
            PlannedRound(
                one.name,
                one.interviewer,
                tuple(a for a, q in zip(answers, case.asked, strict=True) if q.round == place),
            )
            for place, one in enumerate(case.loop.rounds)
        ),
        total=sum(answer.told.grade for answer in answers if answer.told),
        stories=len(case.stories),
        given_up=tuple(_given_up(case, problem, choice.picks)),
        proven=choice.proven,
        short=choice.short,
        exact=choice.exact,
        roles=roles,
        years=years,
        calibrated=case.calibrated,
        fill=case.fill,
        kept=bool(problem.kept),
        left_out=bool(problem.never),
        stretched=table.stretched(case, problem),
    )


def beside(plan: Plan, shown: Mapping[str, Cell], titles: Mapping[str, str]) -> Plan:
    """The plan that names, where a question has no story that answers it, the best story for
    what the question was chosen for. shown: that story, workable or better, by a focus; titles:
    of the stories, by id."""
    holder = {a.told.story.id: a.number for a in plan.answers if a.told}

    def named(answer: Answer) -> Answer:
        cell = shown.get(answer.focus)
        if cell is None or (answer.told and answer.told.fit in ANSWERING):
            return answer
        if answer.told and answer.told.story.id == cell.story:
            return answer
        title = quote(titles[cell.story])
        said = f"{title} is your best for {answer.focus} ({cell.fit})"
        place = holder.get(cell.story)
        said += f"; question {place} has it." if place else "."
        trade = answer.trade
        if trade is None:
            return replace(answer, trade=Trade("best", said, cell.story, question=place or 0))
        if trade.said.endswith(f"{NEAREST}{title}."):
            said = f"{trade.said[:-1]}, your best for {answer.focus} ({cell.fit})."
            return replace(answer, trade=replace(trade, said=said))
        if trade.kind != "gap":  # it names a story that answers, and who has it
            return answer
        return replace(answer, trade=replace(trade, said=f"{trade.said} {said}"))

    rounds = (replace(one, answers=tuple(map(named, one.answers))) for one in plan.rounds)
    return replace(plan, rounds=tuple(rounds))


def _answers(case: Case, table: _Table, problem: Problem, choice: Choice) -> Iterator[Answer]:
    picks = choice.picks
    second = backups(np.where(table.good, problem.values, NEVER), picks, problem.never)
    terms = table.terms(case, problem, picks)
    for place, one in enumerate(case.asked):
        yield Answer(
            number=one.number,
            question=one.text,
            focus=one.focus,
            told=_told(case, place, picks[place]),
            backup=_told(case, place, second[place]),
            trade=terms.trade(place),
            kept=(place, picks[place]) in problem.kept,
            notes=tuple(_notes(case, place, picks[place])),
        )


@dataclass(frozen=True, slots=True)
class _Table:
    """Questions by stories (q, s). worth: in thousandths of a grade; answers: whether it is
    good enough to be told there, good: whether it is in its own right. fresh (s,): what the
    story's date is worth."""

    worth: Ints
    answers: NDArray[np.bool_]
    good: NDArray[np.bool_]
    fresh: Ints

    @classmethod
    def of(cls, case: Case) -> _Table:
        shape = (len(case.asked), len(case.stories))
        grades, good = np.zeros(shape, np.int64), np.zeros(shape, bool)
        place = {card.id: number for number, card in enumerate(case.stories)}
        for row, matches in enumerate(case.matches):
            for story, match in matches.items():
                if story in place and not match.refused:
                    grades[row, place[story]] = worth(match.score, pinned=match.pinned)
                    good[row, place[story]] = match.fit in ANSWERING
        answers = good | (grades > 0) if case.fill else good
        fresh = [freshness(card.date, case.today) for card in case.stories]
        return cls(grades, answers, good, np.array(fresh, np.int64))

    def problem(self, case: Case) -> Problem:
        """What is to be chosen. What the owner keeps may be told, whoever heard it and however
        well it answers."""
        place = {card.id: number for number, card in enumerate(case.stories)}
        usable = self.answers.copy()
        usable[:, [place[story] for story in case.words.told if story in place]] = False
        kept = frozenset((one.question, place[one.story]) for one in case.words.keep)
        for pair in kept:
            usable[pair] = True
        roles = [_folded(f"{card.role} {card.company}") for card in case.stories]
        return Problem(
            values=np.where(usable, np.maximum(self.worth + self.fresh, 1), NEVER),
            rounds=np.array([one.round for one in case.asked], np.int64),
            kept=kept,
            never=frozenset(place[story] for story in case.words.never),
            labels=(_labels(roles), _labels([card.date[:4] for card in case.stories])),
            twice=case.loop.reuse,
        )

    def stretched(self, case: Case, problem: Problem) -> bool:
        """Whether a story that might be told somewhere is left out for not answering there."""
        open_ = np.array([card.id not in case.words.told for card in case.stories], bool)
        open_[sorted(problem.never)] = False
        return bool(((self.worth > 0) & ~self.answers & (problem.values == NEVER) & open_).any())

    def terms(self, case: Case, problem: Problem, picks: Sequence[int]) -> Terms:
        """What the trades are told from."""
        told = {n: case.words.told[card.id] for n, card in enumerate(case.stories)
                if card.id in case.words.told}  # fmt: skip
        return Terms(
            stories=case.stories,
            worth=self.worth,
            answers=self.answers,
            good=self.good,
            fresh=self.fresh,
            told=told,
            picks=picks,
            problem=problem,
            names=[called(one) for one in case.asked],
            company=case.loop.company,
        )


def called(asked: Asked) -> str:
    """A question's name in a sentence: `question 5`, or `question 5 (failure)`."""
    return f"question {asked.number}" + (f" ({asked.focus})" if asked.focus else "")


def _labels(texts: Sequence[str]) -> Ints:
    """Each text's number, -1 for none."""
    known = {text: number for number, text in enumerate(sorted({*texts} - {""}))}
    return np.array([known.get(text, -1) for text in texts], np.int64)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _told(case: Case, question: int, story: int) -> Told | None:
    if story == OPEN:
        return None
    card = case.stories[story]
    match = case.matches[question].get(card.id)
    if match is None or match.refused:
        return Told(card, "gap", 0)
    return Told(card, match.fit, worth(match.score, pinned=match.pinned), match.pinned)


def _notes(case: Case, question: int, story: int) -> Iterator[str]:
    """What speaks against a story that is told, where the owner keeps it all the same."""
    if story == OPEN:
        return
    card = case.stories[story]
    match = case.matches[question].get(card.id)
    if card.id in case.words.told:
        yield f"{heard(case.loop.company, case.words.told[card.id])}, and you keep it."
    if match is not None and match.refused:
        yield "You said that it does not answer this, and you keep it."


def _given_up(case: Case, problem: Problem, picks: Sequence[int]) -> Iterator[str]:
    """A sentence for each word of the owner that does not hold, with the one it gave way to."""
    lost, told = broken(problem, picks)
    place = {card.id: number for number, card in enumerate(case.stories)}
    for one in case.words.keep:
        pair = (one.question, place[one.story])
        if pair in lost:
            name = called(case.asked[one.question])
            why = _why_not(case, problem, pair, picks)
            yield f"{one.said}: {one.story} cannot be kept for {name}: {why}."
    for story in told:
        card = case.stories[story]
        names = [called(q) for q, j in zip(case.asked, picks, strict=True) if j == story]
        said = case.words.never[card.id]
        yield f"{said}: {card.id} cannot be left out: it is kept for {' and '.join(names)}."


def _why_not(case: Case, problem: Problem, pair: tuple[int, int], picks: Sequence[int]) -> str:
    """What a kept pair gave way to."""
    question, story = pair
    other = picks[question]
    if (question, other) in problem.kept:
        return f"{case.stories[other].id} is kept for it"
    holders = [n for n, j in enumerate(picks) if j == story]
    if holders:
        names = " and ".join(called(case.asked[n]) for n in holders)
        rule = "twice, in two rounds" if problem.twice else "once, without reuse: yes"
        return f"it is kept for {names}, and a story is told {rule}"
    return f"{case.words.never[case.stories[story].id]} says never"
