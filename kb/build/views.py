"""What is shown of the whole bank, as of a build: which stories answer each of the workspace's
own questions, and where everything lies on the map."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from kb import rank
from kb.domain import PASSAGE_KINDS, QuestionFit
from kb.match.held import Held

if TYPE_CHECKING:
    from kb.domain import Fit, StoryCard
    from kb.journal import Pins
    from kb.store import Reader
    from kb.store.write import Writer

KEPT = 3  # stories of each question


def write_views(writer: Writer, reader: Reader, pins: Pins) -> None:
    """Both, in place of what was there."""
    _write_map(writer, reader)
    _write_fits(writer, reader, pins)


def _write_map(writer: Writer, reader: Reader) -> None:
    """Where stories and questions lie in two dimensions: map.stories (s, 2) and map.questions
    (q, 2) in the order of their ids, -1..1."""
    stories, questions = reader.blocks("story"), reader.blocks("question")
    # a story's whole is one row; of a question's wordings the question itself is the first
    whole = stories.matrix[stories.kinds == PASSAGE_KINDS.index("story")]
    asked = questions.matrix[questions.kinds == PASSAGE_KINDS.index("question")]
    places = rank.plane(whole, asked)
    writer.put_arrays({"map.stories": places[0], "map.questions": places[1]})


def _write_fits(writer: Writer, reader: Reader, pins: Pins) -> None:
    """Keep the best stories of each question of the guides. What the owner said of a question
    counts as in a match: a pinned story is strong and comes first, a refused one is a gap."""
    held = Held.read(reader)
    live = [held.cards[owner] for owner in held.owners if held.cards[owner].status != "retired"]
    said = _Said(reader, pins, live)
    number = {owner: n for n, owner in enumerate(held.owners)}
    places = [number[card.id] for card in live]
    rows: list[QuestionFit] = []
    for question, scores in zip(*held.guide_scores(), strict=True):
        rows += _best(question, live, scores[places], said.of(question))
    writer.put_question_fits(rows)


def _best(
    question: str, cards: list[StoryCard], scores: np.ndarray, said: dict[str, bool]
) -> Iterator[QuestionFit]:
    """The KEPT best of these stories, by their scores (s,) and what is said of them."""
    worth = {True: 1, None: 0, False: -1}
    verdict = np.array([worth[said.get(card.id)] for card in cards] if said else [0] * len(cards))
    places = np.lexsort((-scores, -verdict)).tolist()
    fitting = int(np.sum((verdict > 0) | ((verdict == 0) & (scores >= rank.WORKABLE))))
    for place, n in enumerate(places[:KEPT], start=1):
        fit = rank.fit(float(scores[n])) if not verdict[n] else _word(verdict[n] > 0)
        yield QuestionFit(question, cards[n].id, place, float(scores[n]), fit, fitting)


def _word(answers: bool) -> Fit:
    """The fit that the owner's own word is worth."""
    return "strong" if answers else "gap"


class _Said:
    """What the owner said of the guides' questions, each in any of its wordings."""

    def __init__(self, reader: Reader, pins: Pins, cards: list[StoryCard]) -> None:
        self._pins = pins
        self._answering = [card for card in cards if card.answers]
        self._wordings: dict[str, list[str]] = {}
        if self._pins.said or self._answering:
            self._wordings = {card.id: [card.text] for card in reader.question_cards()}
            for question, text in reader.variants():
                self._wordings[question].append(text)

    def of(self, question: str) -> dict[str, bool]:
        """story -> whether it answers the question, where that was said."""
        if question not in self._wordings:
            return {}
        return self._pins.with_answers(self._answering, self._wordings[question], question)
