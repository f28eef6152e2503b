"""A question to the stories that answer it, with why, and the guide's nearest question."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from kb import rank
from kb.domain import (
    Evidence,
    LibraryQuestion,
    MatchResult,
    Question,
    QuestionMatch,
    StoryCard,
    StoryMatch,
)
from kb.errors import StoreError, UsageError
from kb.filters import Filters
from kb.match.held import Held
from kb.rank.arrays import standardised
from kb.spelling import mended

if TYPE_CHECKING:
    from kb.embed import Encoder
    from kb.journal import Pins
    from kb.store import Reader

# Characters of a question: a guard against a pasted document, far above any question.
LONGEST_QUESTION = 4000
NEAREST_QUESTIONS = 3
# What a second reader reads again, and what a deviation of its logits over them is worth.
READ_AGAIN: Final = 10
READER_WEIGHT: Final = 1.0
# Deviations from which a pin to a near question is the reason that is given.
TOLD_OF_PIN: Final = 1.0
# Cosine of a question with a wording that is the same text, but for rounding.
SAME_WORDING = 0.9999
# "Much like ..." is read at a glance: on a line of its own beside the guide's title.
SHORT = 44
VERDICTS = {
    True: "you pinned it to this question",
    False: "you said that it does not answer this",
}
OPENINGS = ("tell me about a time ", "tell me about ", "describe a time ", "describe ")


class SecondReader(Protocol):
    """Whatever reads a question and stories together and says how well each answers it."""

    def read(self, question: str, texts: Sequence[str]) -> np.ndarray | None:
        """A number for each text, (n,), the higher the better; None if it cannot read now."""


@dataclass(slots=True)
class Matcher:
    """Answers questions from one index: `held` is of the build that `reader` has open.

    second: reads the best again and reorders them.
    """

    held: Held
    reader: Reader
    encoder: Encoder
    pins: Pins
    second: SecondReader | None = None

    @classmethod
    def of(
        cls, reader: Reader, encoder: Encoder, pins: Pins, second: SecondReader | None = None
    ) -> Matcher:
        """For questions to the build that `reader` has open. Raises StoreError where that was
        made with another model than `encoder`'s."""
        if reader.meta().get("fingerprint") != encoder.fingerprint:
            raise StoreError("the index was made with another model.", "Run: kb build")
        return cls(Held.read(reader), reader, encoder, pins, second)

    @property
    def cards(self) -> dict[str, StoryCard]:
        """Every story by id."""
        return self.held.cards

    @property
    def owners(self) -> tuple[str, ...]:
        """The stories' ids, in the order of the scores."""
        return self.held.owners

    @property
    def library(self) -> tuple[LibraryQuestion, ...]:
        """The library's questions, in the order of the ranking."""
        return self.held.library

    def match(
        self, question: str, *, count: int = 3, filters: Filters | None = None
    ) -> MatchResult:
        """The best `count` stories for a question (0 for all that are not retired).

        Raises UsageError for an empty question.
        """
        asked = check_question(question)
        text, slips = mended(asked, self.encoder.commonness, self.reader.has_word)
        query = self.encoder.encode([text])[0]
        questions = self._questions(query)
        said = self._verdicts(asked, questions)
        kept = self._kept(filters or Filters())
        named = tuple(n for n in kept if self.owners[n] in said) if said else ()
        among = rank.Among(np.array(kept, np.int64), count and max(count, READ_AGAIN), named)
        ranking = self._rank(query, text, among)
        chosen = self._order(kept, ranking.scores, said)
        again = self._read_again(text, ranking, chosen, said)
        if again is not None:
            ranking, chosen = again
        if count:
            chosen = chosen[:count]
        why = self._reasons(ranking, chosen)
        stories = tuple(self._story(ranking, number, said, why[number]) for number in chosen)
        return MatchResult(
            question=asked,
            fit=stories[0].fit if stories else "gap",
            stories=stories,
            questions=questions,
            calibrated=self.held.calibrated and again is None,
            slips=slips,
        )

    def cosines(self, question: str) -> dict[str, float]:
        """story -> the cosine of its whole text with a question, all that a plain embedding
        search goes by. Retired stories too. Raises UsageError for an empty question."""
        query = self.encoder.encode([check_question(question)])[0]
        return dict(zip(self.owners, (self.held.outline.whole @ query).tolist(), strict=True))

    def _rank(self, query: np.ndarray, asked: str, among: rank.Among) -> rank.Ranking:
        return rank.rank(
            query,
            self.held.stories(self.reader),
            self.held.prepared,
            text_scores=self._text_scores(asked),
            owned=self.held.owned,
            among=among,
        )

    def _text_scores(self, question: str) -> np.ndarray:
        found = self.reader.text_scores(question)
        return np.array([found.get(owner, 0.0) for owner in self.owners], dtype=np.float32)

    def _verdicts(self, question: str, nearest: tuple[QuestionMatch, ...]) -> dict[str, bool]:
        """story -> whether it answers this question, where its owner said so.

        The newest word of the journal wins over a story's own `answers:`. Asked
        in a guide's own wording, a pin to any wording of that question counts.
        """
        if not self.pins.said and not any(card.answers for card in self.cards.values()):
            return {}
        asked = self._same_question(nearest)
        wordings = [question]
        if asked is not None:
            wordings += [asked.text, *(v.text for v in asked.variants)]
        question_id = asked.id if asked else ""
        return self.pins.with_answers(self.cards.values(), wordings, question_id)

    def _same_question(self, nearest: tuple[QuestionMatch, ...]) -> Question | None:
        """The guide's question that was asked in its own words, if one was."""
        if not nearest or nearest[0].score < SAME_WORDING:
            return None
        return self.reader.question(nearest[0].question.id)

    def _kept(self, filters: Filters) -> list[int]:
        """The numbers of the stories that may answer."""
        inferred = self.reader.inferred() if filters.competency else {}
        return [
            number
            for number, owner in enumerate(self.owners)
            if self.cards[owner].status != "retired"
            and filters.keep(self.cards[owner], inferred.get(owner, ()))
        ]

    def _order(self, kept: list[int], scores: np.ndarray, said: dict[str, bool]) -> list[int]:
        """Story numbers in final order: pinned first, what does not answer last, the others
        by score, then by id."""
        place = {True: 0, None: 1, False: 2}
        return sorted(kept, key=lambda n: (place[said.get(self.owners[n])], -scores[n], n))

    def _read_again(
        self, asked: str, ranking: rank.Ranking, order: list[int], said: dict[str, bool]
    ) -> tuple[rank.Ranking, list[int]] | None:
        """Ranking and order after the second reader read the first few of `order` beside
        each other; None where there is none, or it did not read them.

        It decides which comes first and not whether any answers: the scores that the few
        had are dealt out anew. What its owner spoke of stays where it is.
        """
        places = [p for p, n in enumerate(order[:READ_AGAIN]) if self.owners[n] not in said]
        if self.second is None or not places:
            return None
        few = np.array([order[place] for place in places])
        ids = [f"story:{self.owners[number]}:0" for number in few]
        passages = self.reader.passages(ids)
        logits = self.second.read(asked, [passages[i].text if i in passages else "" for i in ids])
        if logits is None:
            return None
        term = np.zeros(len(self.owners), np.float32)
        term[few] = READER_WEIGHT * standardised(np.asarray(logits)[:, None])[:, 0]
        terms = {**ranking.terms, "reader": term}
        total = np.sum(list(terms.values()), axis=0)[few]
        turned = few[np.argsort(-total, kind="stable")]
        scores = ranking.scores.copy()
        scores[turned] = ranking.scores[few]
        after = list(order)
        for place, number in zip(places, turned.tolist(), strict=True):
            after[place] = number
        return replace(ranking, scores=scores, terms=terms), after

    def _reasons(self, ranking: rank.Ranking, chosen: Iterable[int]) -> dict[int, str]:
        """A few words for each story: the library question that brings it here."""
        reasons: dict[int, str] = {}
        for number in chosen:
            nearest = rank.leading_question(ranking, self.held.prepared, number)
            if ranking.terms["your pins"][number] >= TOLD_OF_PIN:
                reasons[number] = "you pinned it to a question like this"
            elif nearest is None:
                reasons[number] = "its own words are near to the question"
            else:
                asked = self.library[nearest]
                reasons[number] = (
                    f"much like \u201c{_shortened(asked.text)}\u201d in {_first_name(asked.guide)}"
                )
        return reasons

    def _story(
        self, ranking: rank.Ranking, number: int, said: dict[str, bool], why: str
    ) -> StoryMatch:
        card = self.cards[self.owners[number]]
        score = float(ranking.scores[number])
        verdict = said.get(card.id)
        return StoryMatch(
            story=card,
            fit=rank.fit(score, verdict),
            score=score,
            pinned=verdict is True,
            refused=verdict is False,
            evidence=self._evidence(ranking, number),
            why=why if verdict is None else VERDICTS[verdict],
            terms=tuple((name, float(values[number])) for name, values in ranking.terms.items()),
        )

    def _evidence(self, ranking: rank.Ranking, number: int) -> tuple[Evidence, ...]:
        first = int(np.searchsorted(ranking.sentence_story, number))
        ids = [f"sentence:{self.owners[number]}:{row - first}" for row in ranking.evidence(number)]
        passages = self.reader.passages(ids)
        found = [passages[i] for i in ids if i in passages]
        return tuple(Evidence(p.part, p.text, p.line) for p in found)

    def _questions(self, query: np.ndarray) -> tuple[QuestionMatch, ...]:
        nearest = rank.nearest_questions(
            query, self.held.guide["wordings"], self.held.guide["owner"], NEAREST_QUESTIONS
        )
        scores = {self.held.question_ids[number]: max(0.0, score) for number, score in nearest}
        cards = {c.id: c for c in self.reader.question_cards(scores)}
        return tuple(
            QuestionMatch(cards[one], score) for one, score in scores.items() if one in cards
        )


def _shortened(question: str) -> str:
    """A library question in at most SHORT characters, without its usual opening."""
    text = question.rstrip("?.")
    for opening in OPENINGS:
        if text.lower().startswith(opening):
            text = text[len(opening) :]
            break
    if len(text) <= SHORT:
        return text
    return text[: SHORT - 1].rsplit(" ", 1)[0].rstrip(",;:") + "\u2026"


def _first_name(guide: str) -> str:
    """A guide's title up to its first joint: "Disagreement & Conflict" is "Disagreement"."""
    return re.split(r" & |[:,]| and ", guide, maxsplit=1)[0].strip() or guide


def is_question(text: str) -> bool:
    """Whether `check_question` takes the text."""
    try:
        check_question(text)
    except UsageError:
        return False
    return True


def check_question(text: str) -> str:
    """The question with its spaces in order. Raises UsageError if nothing is asked."""
    question = " ".join(text.split())
    if not any(c.isalnum() for c in question):
        raise UsageError(
            "the question is empty.", 'Ask one: kb match "disagreement with architect"'
        )
    if len(question) > LONGEST_QUESTION:
        raise UsageError(
            f"the question has {len(question):,} characters; the most is {LONGEST_QUESTION:,}.",
            "Ask for the heart of it.",
        )
    return question
