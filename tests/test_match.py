"""A question to matches, on a bank a person can compute by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kb import store
from kb.domain import MatchResult
from kb.errors import StoreError, UsageError
from kb.filters import Filters
from kb.journal import Entry, Pins, append, pins
from kb.match import LONGEST_QUESTION, Matcher, check_question
from kb.rank import shapes
from tests.fakes import FakeEncoder
from tests.test_build import NOW, Bank

LIBRARY = """# Talking & Listening

## Question 1: Tell me about a time you argued with an architect.

**Also asked as**:
- architect quarrel

### Example Response

**Example 1 - A gateway**:

The architect drew a gateway and I drew another.

### Best Practices

- **Listen**: Ask first.

## Question 2: How did you get paid?

### Example Response

I sent the invoice again and put the kettle on.
"""
ARCHITECT = """---
title: The drawing
date: 2023-05
role: Lead
company: Tidewater
tags: [design]
---
## Situation
It was a wet spring in the old building by the harbour.

## Action
The architect wanted a gateway, and I told the architect that I would not build it.
"""
KETTLE = """---
title: The list by the kettle
date: 2021
company: Northwind
---
I pinned the list of every late invoice by the kettle and waited for a week.
"""


def talking(folder: Path) -> Bank:
    """Two stories and the guide above as the library, not yet built."""
    made = Bank(folder)
    (made.library / "talking.md").write_text(LIBRARY, encoding="utf-8")
    made.write("personal/drawing.md", ARCHITECT)
    made.write("personal/kettle.md", KETTLE)
    return made


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    made = talking(tmp_path)
    made.write("content/talking.md", LIBRARY)
    return made


def ask(
    bank: Bank,
    question: str,
    *,
    pinned: Pins | None = None,
    filters: Filters | None = None,
    count: int = 0,
) -> MatchResult:
    bank.build()
    with store.open_index(bank.workspace.database) as reader:
        matcher = Matcher.of(reader, bank.encoder, pinned or Pins())
        return matcher.match(question, count=count, filters=filters)


def ids(result: MatchResult) -> list[str]:
    return [m.story.id for m in result.stories]


def test_the_story_that_speaks_of_it_comes_first_with_its_sentence(bank: Bank) -> None:
    result = ask(bank, "architect")
    first = result.stories[0]
    assert ids(result) == ["drawing", "kettle"]
    assert first.score > result.stories[1].score
    assert [(e.part, e.line) for e in first.evidence] == [("action", 12)]
    assert "I would not build it" in first.evidence[0].text
    assert first.why == "much like “you argued with an architect” in Talking"


def test_the_terms_add_up_to_the_order_of_the_scores(bank: Bank) -> None:
    result = ask(bank, "kettle")
    totals = [sum(value for _, value in m.terms) for m in result.stories]
    assert totals == sorted(totals, reverse=True)
    assert {name for name, _ in result.stories[0].terms} == {
        "story", "sentences", "library", "full text", "little told", "your pins", "question",
    }  # fmt: skip


def test_the_guides_nearest_question_comes_with_its_practices(bank: Bank) -> None:
    nearest = ask(bank, "architect").questions[0]
    assert nearest.question.id == "talking/tell-me-about-a-time-you-argued-with-an-architect"
    assert (nearest.question.path, nearest.question.line) == ("content/talking.md", 3)
    assert [p.title for p in nearest.question.practices] == ["Listen"]
    assert nearest.score == pytest.approx(1)


def test_a_pin_outranks_everything_and_the_journal_outranks_the_story(bank: Bank) -> None:
    bank.write("personal/kettle.md", KETTLE.replace("date: 2021", "answers: [An architect?]"))
    authored = ask(bank, "an  ARCHITECT")
    assert ids(authored) == ["kettle", "drawing"]
    assert (authored.stories[0].pinned, authored.stories[0].fit) == (True, "strong")
    assert authored.fit == "strong"
    taken_back = pins([Entry(kind="pin-no", story="kettle", question="an architect")])
    assert ids(ask(bank, "an architect?", pinned=taken_back)) == ["drawing", "kettle"]
    by_journal = pins([Entry(kind="pin", story="kettle", question="a gateway")])
    assert ids(ask(bank, "A gateway?", pinned=by_journal)) == ["kettle", "drawing"]


def test_a_pin_to_a_guides_question_counts_for_each_of_its_wordings(bank: Bank) -> None:
    question = "talking/tell-me-about-a-time-you-argued-with-an-architect"
    pin = pins([Entry(kind="pin", story="kettle", question_id=question)])
    assert ids(ask(bank, "architect quarrel", pinned=pin)) == ["kettle", "drawing"]
    other = pins([Entry(kind="pin", story="kettle", question="You argued with an architect")])
    assert ids(ask(bank, "architect quarrel", pinned=other)) == ["kettle", "drawing"]
    assert ids(ask(bank, "architect and a gateway", pinned=pin)) == ["drawing", "kettle"]


def test_retired_stories_are_not_matched_and_drafts_are(bank: Bank) -> None:
    bank.write("personal/drawing.md", ARCHITECT.replace("date:", "status: retired\ndate:"))
    bank.write("personal/kettle.md", KETTLE.replace("date:", "status: draft\ndate:"))
    result = ask(bank, "architect")
    assert [(m.story.id, m.story.status) for m in result.stories] == [("kettle", "draft")]


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        (Filters(company="TIDE"), ["drawing"]),
        (Filters(tag="Design"), ["drawing"]),
        (Filters(since="2022"), ["drawing"]),
        (Filters(since="2021-07"), ["drawing", "kettle"]),
        (Filters(since="2023-06"), []),
        (Filters(tag="design", company="north"), []),
    ],
)
def test_filters_all_hold(bank: Bank, filters: Filters, left: list[str]) -> None:
    result = ask(bank, "architect", filters=filters)
    assert ids(result) == left
    assert result.fit == (result.stories[0].fit if left else "gap")


def test_scores_are_the_same_whatever_is_asked_beside(bank: Bank) -> None:
    every = ask(bank, "architect")
    one = ask(bank, "architect", count=1, filters=Filters(company="tide"))
    assert one.stories[0].score == every.stories[0].score
    assert all(0 <= m.score <= 1 for m in every.stories)


def test_a_bank_without_stories_or_guides_answers_a_gap(tmp_path: Path) -> None:
    empty = Bank(tmp_path)
    result = ask(empty, "architect")
    assert (result.fit, result.stories, result.questions) == ("gap", (), ())


def test_an_index_of_another_model_is_refused(bank: Bank) -> None:
    bank.build()
    with (
        store.open_index(bank.workspace.database) as reader,
        pytest.raises(StoreError, match="kb build"),
    ):
        Matcher.of(reader, FakeEncoder("x", fingerprint="other"), Pins())


def test_a_question_is_tidied_and_must_ask_something() -> None:
    assert check_question("  why\n us? ") == "why us?"
    assert check_question("なぜ") == "なぜ"
    for nothing in ("", " \t", "?!…", "\u200b"):
        with pytest.raises(UsageError):
            check_question(nothing)
    with pytest.raises(UsageError, match="characters"):
        check_question("x" * (LONGEST_QUESTION + 1))


def test_the_cosines_are_those_of_whole_stories(bank: Bank) -> None:
    bank.write("personal/drawing.md", ARCHITECT.replace("date:", "status: retired\ndate:"))
    bank.build()
    with store.open_index(bank.workspace.database) as reader:
        matcher = Matcher.of(reader, bank.encoder, Pins())
        # the kettle twice, in the title too, and the invoice once
        assert matcher.cosines(" kettle? ") == pytest.approx({"drawing": 0, "kettle": 2 / 5**0.5})
        with pytest.raises(UsageError):
            matcher.cosines("?")


def test_a_no_puts_a_story_last_and_says_why(bank: Bank) -> None:
    refused = pins([Entry(kind="pin-no", story="drawing", question="an architect")])
    result = ask(bank, "architect", pinned=refused)
    assert ids(result) == ["kettle", "drawing"]
    last = result.stories[1]
    assert (last.fit, last.pinned) == ("gap", False)
    assert last.why == "you said that it does not answer this"


def test_a_pin_moves_near_questions_too_once_it_is_built(bank: Bank) -> None:
    before = ask(bank, "architect gateway").stories
    append(bank.workspace.journal, Entry("pin", "kettle", "gateway"), now=NOW)
    after = ask(bank, "architect gateway").stories
    assert dict(before[-1].terms)["your pins"] == 0
    moved = {m.story.id: dict(m.terms)["your pins"] for m in after}
    assert moved["kettle"] > 0 == moved["drawing"]
    append(bank.workspace.journal, Entry("unpin", "kettle", "gateway"), now=NOW)
    again = ask(bank, "architect gateway").stories
    assert [m.score for m in again] == [m.score for m in before]


def test_a_slip_of_a_finger_is_read_as_what_was_meant(bank: Bank) -> None:
    result = ask(bank, "an arcitect")
    assert result.slips == (("arcitect", "architect"),)
    assert result.question == "an arcitect"
    assert result.stories[0].evidence == ask(bank, "an architect").stories[0].evidence


def test_a_word_of_the_persons_own_is_no_slip(bank: Bank) -> None:
    bank.write("personal/own.md", "We called the thing an arcitect, for fun.\n")
    assert ask(bank, "an arcitect").slips == ()


def test_a_bank_that_is_not_held_answers_as_one_that_is(
    bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = ask(bank, "architect")
    monkeypatch.setattr(shapes, "EXACT_SENTENCES", 1)
    read = ask(bank, "architect")
    assert [replace(m, score=0, terms=()) for m in read.stories] == [
        replace(m, score=0, terms=()) for m in held.stories
    ]
    assert [m.score for m in read.stories] == pytest.approx([m.score for m in held.stories])
    first = ask(bank, "architect", count=1)
    assert first.stories[0].evidence == held.stories[0].evidence
    bank.write("personal/third.md", KETTLE.replace("kettle", "gateway"))
    assert len(ids(ask(bank, "kettle"))) == 3
