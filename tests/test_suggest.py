"""Questions for a story: the best first, none that was said already, none that is a guess."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from kb import store
from kb.domain import Suggestion
from kb.journal import Entry, append, pins, read
from kb.match import Matcher
from kb.suggest import LEAST, suggest
from tests.test_build import Bank
from tests.test_match import talking

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
ARGUED = "talking/tell-me-about-a-time-you-argued-with-an-architect"


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    made = talking(tmp_path)
    made.build()
    return made


def suggested(bank: Bank, story: str, count: int = 0) -> list[Suggestion]:
    with store.open_index(bank.workspace.database) as reader:
        said = pins(read(bank.workspace.journal).entries)
        matcher = Matcher.of(reader, bank.encoder, said)
        return list(suggest(matcher, matcher.cards[story], count=count))


def test_the_question_that_a_story_answers_comes_first_with_its_place(bank: Bank) -> None:
    first = suggested(bank, "drawing")[0]
    assert (first.question.id, first.place) == (ARGUED, 1)
    assert first.question.text.startswith("Tell me about a time you argued")
    assert all(one.score >= LEAST for one in suggested(bank, "drawing"))


def test_what_was_said_is_not_asked_again(bank: Bank) -> None:
    append(bank.workspace.journal, Entry("pin", "drawing", "", ARGUED), now=NOW)
    assert ARGUED not in {one.question.id for one in suggested(bank, "drawing")}


def test_no_more_than_asked_for(bank: Bank) -> None:
    assert len(suggested(bank, "drawing", 1)) == 1
