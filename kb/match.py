"""A question to the stories that answer it, with why, and the guide's nearest question."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from kb import rank
from kb.domain import (
    Evidence,
    MatchResult,
    Question,
    QuestionMatch,
    StoryCard,
    StoryMatch,
)
from kb.errors import StoreError, UsageError
from kb.filters import Filters
from kb.journal import same_question

if TYPE_CHECKING:
    from kb.embed import Encoder
    from kb.journal import Pins
    from kb.store import Reader

# Characters of a question: a guard against a pasted document, far above any question.
LONGEST_QUESTION = 4000
NEAREST_QUESTIONS = 3
# Cosine of a question with a wording that is the same text, but for rounding.
SAME_WORDING = 0.9999
# "Much like ..." is read at a glance: on a line of its own beside the guide's title.
SHORT = 44
OPENINGS = ("tell me about a time ", "tell me about ", "describe a time ", "describe ")


@dataclass(slots=True)
class Matcher:
    """Answers questions from one index. Holds its arrays: make one for many questions.

    Raises StoreError when the index was made with another model than `encoder`'s.
    """

    reader: Reader
    encoder: Encoder
    pins: Pins
    cards: dict[str, StoryCard] = field(init=False)
    owners: tuple[str, ...] = field(init=False)
    _stories: rank.StoryVectors = field(init=False)
    _prepared: rank.Prepared = field(init=False)
    _guide: dict[str, np.ndarray] = field(init=False)
    _question_ids: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        meta = self.reader.meta()
        if meta.get("fingerprint") != self.encoder.fingerprint:
            raise StoreError("the index was made with another model.", "Run: kb build")
        blocks = self.reader.blocks("story")
        self.cards = {c.id: c for c in self.reader.story_cards()}
        self.owners = blocks.owners
        self._stories = rank.StoryVectors.of(
            blocks.matrix, blocks.owner, blocks.kinds, blocks.weights, self.encoder.dimensions
        )
        self._prepared = rank.Prepared.from_arrays(self.reader.arrays("ranking."))
        self._guide = self.reader.arrays("guide.")
        self._question_ids = self.reader.question_ids()

    def match(
        self, question: str, *, count: int = 3, filters: Filters | None = None
    ) -> MatchResult:
        """The best `count` stories for a question (0 for all that are not retired).

        Raises UsageError for an empty question.
        """
        asked = check_question(question)
        query = self.encoder.encode([asked])[0]
        ranking = rank.rank(
            query, self._stories, self._prepared, text_scores=self._text_scores(asked)
        )
        questions = self._questions(query)
        pinned = self._pinned(asked, questions)
        chosen = self._order(ranking.scores, pinned, filters or Filters())
        if count:
            chosen = chosen[:count]
        why = self._reasons(ranking, chosen)
        stories = tuple(self._story(ranking, number, pinned, why[number]) for number in chosen)
        return MatchResult(
            question=asked,
            fit=stories[0].fit if stories else "gap",
            stories=stories,
            questions=questions,
        )

    def _text_scores(self, question: str) -> np.ndarray:
        found = self.reader.text_scores(question)
        return np.array([found.get(owner, 0.0) for owner in self.owners], dtype=np.float32)

    def _pinned(self, question: str, nearest: tuple[QuestionMatch, ...]) -> set[str]:
        """Ids of the stories that their owner says answer this question.

        The newest word of the journal wins over a story's own `answers:`. Asked
        in a guide's own wording, a pin to any wording of that question counts.
        """
        asked = self._same_question(nearest)
        wordings = [question]
        if asked is not None:
            wordings += [asked.text, *(v.text for v in asked.variants)]
        question_id = asked.id if asked else ""
        found = {
            card.id
            for card in self.cards.values()
            if any(same_question(w, answer) for w in wordings for answer in card.answers)
        }
        for story, pinned in self.pins.verdicts(wordings, question_id).items():
            (found.add if pinned else found.discard)(story)
        return found

    def _same_question(self, nearest: tuple[QuestionMatch, ...]) -> Question | None:
        """The guide's question that was asked in its own words, if one was."""
        if not nearest or nearest[0].score < SAME_WORDING:
            return None
        return self.reader.question(nearest[0].question.id)

    def _order(self, scores: np.ndarray, pinned: set[str], filters: Filters) -> list[int]:
        """Story numbers in final order: pinned first, then by score, then by id."""
        inferred = self.reader.inferred() if filters.competency else {}
        kept = [
            number
            for number, owner in enumerate(self.owners)
            if self.cards[owner].status != "retired"
            and filters.keep(self.cards[owner], inferred.get(owner, ()))
        ]
        return sorted(kept, key=lambda n: (self.owners[n] not in pinned, -scores[n], n))

    def _reasons(self, ranking: rank.Ranking, chosen: Iterable[int]) -> dict[int, str]:
        """A few words for each story: the library question that brings it here."""
        library = self.reader.library()
        reasons: dict[int, str] = {}
        for number in chosen:
            nearest = rank.leading_question(ranking, self._prepared, number)
            if nearest is None:
                reasons[number] = "its own words are near to the question"
            else:
                asked = library[nearest]
                reasons[number] = (
                    f"much like \u201c{_shortened(asked.text)}\u201d in {_first_name(asked.guide)}"
                )
        return reasons

    def _story(self, ranking: rank.Ranking, number: int, pinned: set[str], why: str) -> StoryMatch:
        card = self.cards[self.owners[number]]
        score = float(ranking.scores[number])
        is_pinned = card.id in pinned
        return StoryMatch(
            story=card,
            # the owner's own word is worth more than any score
            fit="strong" if is_pinned else rank.fit(score),
            score=score,
            pinned=is_pinned,
            evidence=self._evidence(ranking, number),
            why="you pinned it to this question" if is_pinned else why,
            terms=tuple((name, float(values[number])) for name, values in ranking.terms.items()),
        )

    def _evidence(self, ranking: rank.Ranking, number: int) -> tuple[Evidence, ...]:
        first = int(np.searchsorted(self._stories.sentence_story, number))
        ids = [f"sentence:{self.owners[number]}:{row - first}" for row in ranking.evidence(number)]
        passages = self.reader.passages(ids)
        found = [passages[i] for i in ids if i in passages]
        return tuple(Evidence(p.part, p.text, p.line) for p in found)

    def _questions(self, query: np.ndarray) -> tuple[QuestionMatch, ...]:
        nearest = rank.nearest_questions(
            query, self._guide["wordings"], self._guide["owner"], NEAREST_QUESTIONS
        )
        scores = {self._question_ids[number]: max(0.0, score) for number, score in nearest}
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
