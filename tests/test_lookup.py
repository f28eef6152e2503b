"""An id as it is typed."""

from __future__ import annotations

import pytest

from kb.domain import QuestionCard, StoryCard
from kb.errors import UsageError
from kb.lookup import find_id, find_place

IDS = ["kettle", "kettle-two", "talk/architect-quarrel", "talk/late", "people/late-again"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("kettle", "kettle"),  # itself, though another begins so
        ("kettle-", "kettle-two"),
        ("Kettle-Two.md", "kettle-two"),
        ("talk/a", "talk/architect-quarrel"),
        ("architect", "talk/architect-quarrel"),
    ],
)
def test_the_one_that_is_meant(typed: str, meant: str) -> None:
    assert find_id(typed, IDS) == meant


def test_a_place_is_what_stands_there() -> None:
    cards: list[StoryCard | QuestionCard] = [
        StoryCard("kettle", "K", "personal/kettle.md"),
        StoryCard("layoff", "L", "personal/all.yaml", line=1),
        StoryCard("desk", "D", "personal/all.yaml", line=9),
        QuestionCard("talk/a", "A?", "talk", "content/talk.md", 3),
        QuestionCard("talk/b", "B?", "talk", "content/talk.md", 30),
    ]
    assert find_place("personal/kettle.md:17", cards) == "kettle"
    assert find_place("personal/all.yaml:6", cards) == "layoff"
    assert find_place("personal/all.yaml:12", cards) == "desk"
    assert find_place("content/talk.md:29", cards) == "talk/a"
    assert find_place("content/talk.md:30", cards) == "talk/b"
    assert find_place("content/talk.md", cards) == ""
    assert find_place("nowhere.md:1", cards) == ""


def test_several_are_named() -> None:
    with pytest.raises(UsageError, match="people/late-again, talk/late"):
        find_id("late", IDS)


def test_the_nearest_is_offered() -> None:
    with pytest.raises(UsageError, match="Did you mean kettle"):
        find_id("ketle", IDS)
    with pytest.raises(UsageError, match="kb list"):
        find_id("zebra", IDS)
    with pytest.raises(UsageError):
        find_id("", IDS)
