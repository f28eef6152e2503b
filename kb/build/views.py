"""What is shown of the whole bank, as of a build: which stories answer each of the workspace's
own questions, and where everything lies on the map."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from kb import rank
from kb.domain import QuestionFit

if TYPE_CHECKING:
    from kb.domain import StoryCard
    from kb.journal import Pins
    from kb.match.held import Held
    from kb.store import Reader
    from kb.store.write import Writer

KEPT = 3  # stories of each question


def write_views(writer: Writer, reader: Reader, held: Held, pins: Pins) -> None:
    """Both, in place of what was there."""
    _write_map(writer, held)
    writer.put_question_fits(_fits(reader, held, pins))


def _write_map(writer: Writer, held: Held) -> None:
    """Where stories and questions lie in two dimensions: map.stories (s, 2) and map.questions
    (q, 2) in the order of their ids, -1..1."""
    stories, questions = rank.plane(held.outline.whole, held.guide_questions()[1])
    writer.put_arrays({"map.stories": stories, "map.questions": questions})


def _fits(reader: Reader, held: Held, pins: Pins) -> list[QuestionFit]:
    """The best stories of each question of the guides. What the owner said of a question
    counts as in a match: a pinned story is strong and comes first, a refused one is a gap."""
    live = [held.cards[owner] for owner in held.owners if held.cards[owner].status != "retired"]
    said = _Said(reader, pins, live)
    number = {owner: n for n, owner in enumerate(held.owners)}
    places = [number[card.id] for card in live]
    rows: list[QuestionFit] = []
    for question, scores in zip(*held.guide_scores(reader), strict=True):
        rows += _best(question, live, scores[places], said.of(question))
    return rows


def _best(
    question: str, cards: list[StoryCard], scores: np.ndarray, said: dict[str, bool]
) -> Iterator[QuestionFit]:
    """The KEPT best of these stories, by their scores (s,) and what is said of them."""
    worth = {True: 1, None: 0, False: -1}
    verdict = np.array([worth[said.get(card.id)] for card in cards] if said else [0] * len(cards))
    places = np.lexsort((-scores, -verdict)).tolist()
    fitting = int(np.sum((verdict > 0) | ((verdict == 0) & (scores >= rank.WORKABLE))))
    for place, n in enumerate(places[:KEPT], start=1):
        fit = rank.fit(float(scores[n]), said.get(cards[n].id))
        yield QuestionFit(question, cards[n].id, place, float(scores[n]), fit, fitting)


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
