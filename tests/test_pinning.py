"""The owner's word: what it adds to the journal, and what it says of the story's own file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from kb import store
from kb.domain import Word, WordKind
from kb.errors import UsageError
from kb.journal import read
from kb.pinning import find_question, find_story, say
from tests.test_build import STORY, Bank
from tests.test_match import LIBRARY, talking

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
QUESTION = "How do you disagree with an architect?"


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    made = Bank(tmp_path)
    made.write("personal/kettle.md", STORY)
    made.write("content/talking.md", (made.library / "talking.md").read_text("utf-8"))
    made.build()
    return made


def word(bank: Bank, kind: WordKind, question: str, story: str = "kettle") -> Word:
    with store.open_index(bank.workspace.database) as reader:
        card, asked = find_story(reader, story), find_question(reader, question)
    return say(bank.workspace, kind, card, asked, NOW)


def test_a_word_is_one_line_of_the_journal_and_is_not_said_twice(bank: Bank) -> None:
    first = word(bank, "pin", "Money late?")
    assert (first.new, first.story.id, first.question) == (True, "kettle", "Money late?")
    assert not word(bank, "pin", "money  LATE").new
    assert word(bank, "pin-no", "Money late?").new
    assert word(bank, "unpin", "Money late?").new
    assert not word(bank, "unpin", "Money late?").new
    kinds = [entry.kind for entry in read(bank.workspace.journal).entries]
    assert kinds == ["pin", "pin-no", "unpin"]


def test_a_guides_question_is_known_by_its_wording_and_its_id(bank: Bank) -> None:
    word(bank, "pin", "how do you disagree with architects")
    (entry,) = read(bank.workspace.journal).entries
    assert entry.question_id == "talking/how-do-you-disagree-with-an-architect"
    assert not word(bank, "pin", entry.question_id).new
    with store.open_index(bank.workspace.database) as reader:
        assert find_question(reader, entry.question_id) == (QUESTION, entry.question_id)
        assert find_question(reader, "Money late?") == ("Money late?", "")
        assert find_question(reader, "content/talking.md:4") == (QUESTION, entry.question_id)
        with pytest.raises(UsageError, match="no story or question"):
            find_question(reader, "talking/how-do-you-agree")


def test_a_story_is_found_by_its_beginning_or_its_path(bank: Bank) -> None:
    with store.open_index(bank.workspace.database) as reader:
        assert find_story(reader, "ket").id == "kettle"
        assert find_story(reader, "personal/kettle.md").id == "kettle"
        with pytest.raises(UsageError, match="no story"):
            find_story(reader, "talking/how-do-you-disagree-with-an-architect")


def test_the_line_of_the_file_that_lists_the_question_is_named(bank: Bank) -> None:
    text = STORY.replace("date:", "answers:\n  - Money late?\ndate:")
    bank.write("personal/kettle.md", text)
    bank.build()
    assert word(bank, "unpin", "money late").listed == "personal/kettle.md:4"
    assert word(bank, "unpin", "Another one?").listed == ""
    (bank.folder / "personal/kettle.md").unlink()
    assert word(bank, "unpin", "money late").listed == "personal/kettle.md"


def test_any_wording_of_a_guides_question_is_that_question(tmp_path: Path) -> None:
    bank = talking(tmp_path)
    bank.write("content/talking.md", LIBRARY)
    bank.build()
    with store.open_index(bank.workspace.database) as reader:
        text, found = find_question(reader, "an architect quarrel")
    assert text == "an architect quarrel"
    assert found == "talking/tell-me-about-a-time-you-argued-with-an-architect"
