"""A loop or some stories, with the index and the journal, to the cards to read before a round."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

import numpy as np

from kb import rank
from kb.errors import UsageError
from kb.figures import find_figures
from kb.figures.measures import singular
from kb.history import uses
from kb.lookup import find_id
from kb.passages import event_weight, story_passages
from kb.planning.loops import told_to
from kb.portfolio.amounts import Amount
from kb.portfolio.cards import Card, Line, Room, Sheet, digest, room_for

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from kb.domain import Fit, Story, StoryCard, StoryMatch
    from kb.figures import Figure
    from kb.history import Use
    from kb.journal import Entry
    from kb.match import Matcher
    from kb.portfolio.loops import Loop
    from kb.portfolio.planned import Answer, Plan, PlannedRound

NEAR: Final = 0.42  # cosine from which a guide's question is the one that is asked
READ: Final = 12  # stories of a match that are read for evidence at first
TOLD: Final = 2  # earlier tellings that a card names
_WHOLE: Final = ("money", "duration", "size")  # kinds that say themselves what is measured
_WORD: Final = re.compile(r"[^\W\d_][\w'’]*")
_FAR: Final = 4  # words after a number in which its noun is looked for
_COMMAND: Final = re.compile(r";? see kb \w+(?=\.)|\bkb [a-z]+ [^.]*\.")


def story_lines(story: Story, backing: Collection[str] = ()) -> tuple[Line, ...]:
    """The sentences of a story in their order. backing: those that made it fit."""
    found = []
    for passage in story_passages(story):
        if passage.kind == "sentence":
            figures = amounts_of(passage.text)
            weight, backs = event_weight(passage), passage.text in backing
            found.append(Line(passage.text, passage.line, passage.part, weight, figures, backs))
    return tuple(found)


def amounts_of(text: str) -> tuple[Amount, ...]:
    """The numbers of a sentence, each as far as its unit or the noun that it counts."""
    found = []
    for figure in find_figures(text):
        counted = figure.kind == "count" and figure.unit not in ("", "time")
        end = _noun_end(text, figure) if counted else figure.end
        timed = figure.kind == "duration"
        open_ended = text[end : end + 1] == "-" or (timed and "-" in figure.text)  # three-month
        stands = (figure.kind in _WHOLE or end > figure.end) and not open_ended
        found.append(Amount(figure.start, end, stands, timed))
    return tuple(found)


def _noun_end(text: str, figure: Figure) -> int:
    """Where the noun that a figure counts ends, or the figure where it is not found."""
    for word in islice(_WORD.finditer(text, figure.end), _FAR):
        if singular(word[0].lower()) == figure.unit:
            return word.end()
    return figure.end


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question to make a card for."""

    number: int
    question: str
    focus: str
    fit: Fit | None


@dataclass(slots=True)
class Cards:
    """Makes cards from one build."""

    matcher: Matcher
    noted: Mapping[str, Sequence[Use]]

    @classmethod
    def of(cls, matcher: Matcher, entries: Iterable[Entry]) -> Cards:
        """entries: the journal's."""
        return cls(matcher, uses(entries))

    def of_plan(self, plan: Plan, loop: Loop) -> tuple[Sheet, ...]:
        """A page for each round of a plan that asks anything."""
        known = told_to(loop.company, self.noted, ())
        for one in loop.told:
            try:
                story = find_id(one.story, list(self.matcher.cards))
            except UsageError:  # the plan has told of it
                continue
            if one.company.casefold() == loop.company.casefold():
                known[story] = max(known.get(story, ""), one.date)
        about = ", ".join(text for text in (plan.company, plan.date) if text)
        return tuple(
            Sheet(
                one.name + (f", with {one.interviewer}" if one.interviewer else ""),
                about,
                tuple(self._heard(one, plan.company, known)),
                tuple(self._answer(a, room_for(len(one.answers))) for a in one.answers),
            )
            for one in plan.rounds
            if one.answers
        )

    def of_stories(self, stories: Sequence[StoryCard]) -> tuple[Sheet, ...]:
        """One page for these stories, each with the question that it answers best."""
        room = room_for(len(stories))
        table = self.matcher.held.library_scores(self.matcher.reader)
        cards = []
        for card in stories:
            asked = self._best_question(card, table)
            told = [_told(use) for use in self.noted.get(card.id, ())[-TOLD:]]
            cards.append(self._card(asked, card, room, told))
        return (Sheet("Stories" if len(cards) > 1 else "Story", "", (), tuple(cards)),)

    def _best_question(self, card: StoryCard, table: np.ndarray) -> _Asked:
        column = table[:, self.matcher.owners.index(card.id)]
        best = int(column.argmax()) if len(column) else -1
        fit = rank.fit(float(column[best])) if best >= 0 else "gap"
        if card.answers and fit in ("gap", "stretch"):
            return _Asked(0, card.answers[0], "", "strong")
        if fit == "gap":
            return _Asked(0, "", "", None)
        return _Asked(0, self.matcher.library[best].text, "", fit)

    def _heard(self, one: PlannedRound, company: str, known: Mapping[str, str]) -> Iterator[str]:
        """What the company and the interviewer heard, a line each."""
        if known:
            yield f"{company} has heard: {self._named(known.items())}."
        person = " ".join(one.interviewer.casefold().split())
        met = {
            story: use.date
            for story, some in self.noted.items()
            for use in some
            if person and " ".join(use.interviewer.casefold().split()) == person
        }
        if met:
            yield f"{one.interviewer} has heard: {self._named(met.items())}."

    def _named(self, some: Iterable[tuple[str, str]]) -> str:
        said = []
        for story, when in some:
            card = self.matcher.cards.get(story)
            said.append(f"{card.title if card else story}" + (f" ({when})" if when else ""))
        return "; ".join(said)

    def _answer(self, answer: Answer, room: Room) -> Card:
        asked = _Asked(answer.number, answer.question, answer.focus,
                       answer.told.fit if answer.told else None)  # fmt: skip
        if answer.told is None:
            # what is printed for a call names no command
            why = _COMMAND.sub("", answer.trade.said).strip() if answer.trade else ""
            return Card(answer.number, answer.question, answer.focus, None, None, why=why)
        return self._card(asked, answer.told.story, room, answer.notes)

    def _card(self, asked: _Asked, story: StoryCard, room: Room, heard: Sequence[str]) -> Card:
        told = self.matcher.reader.story(story.id)
        match, follow_ups = self._match(asked.question, story.id)
        backing = {one.text for one in match.evidence} if match else ()
        short = digest(story_lines(told, backing) if told else (), room)
        return Card(
            number=asked.number,
            question=asked.question,
            focus=asked.focus,
            story=story,
            fit=asked.fit,
            opening=short.opening,
            steps=short.steps,
            numbers=short.numbers,
            follow_ups=follow_ups[: room.follow_ups],
            heard=tuple(heard),
            missing=short.missing,
        )

    def _match(self, question: str, story: str) -> tuple[StoryMatch | None, tuple[str, ...]]:
        """The story's match with a question, and the follow-ups of the guides' nearest."""
        if not question:
            return None, ()
        result = self.matcher.match(question, count=READ)
        found = next((m for m in result.stories if m.story.id == story), None)
        if found is None and len(result.stories) == READ:
            result = self.matcher.match(question, count=0)
            found = next((m for m in result.stories if m.story.id == story), None)
        near = result.questions[0] if result.questions else None
        asked = self.matcher.reader.question(near.question.id) if near else None
        if asked is None or near is None or near.score < NEAR:
            return found, ()
        return found, tuple(" ".join(one.text.split()) for one in asked.follow_ups)


def _told(use: Use) -> str:
    whom = " at ".join(text for text in (use.interviewer, use.company) if text)
    return "Told" + (f" to {whom}" if whom else "") + f" on {use.date}." if use.date else "Told."
