"""Which stories are meant."""

from __future__ import annotations

import pytest

from kb.domain import StoryCard
from kb.errors import UsageError
from kb.filters import Filters, check_competency, is_date

CARD = StoryCard("a", "A", "a.md", date="2022-03", company="Tide & Co", competencies=("failure",))


@pytest.mark.parametrize(
    ("since", "date", "kept"),
    [
        ("2022", "2022-03", True),
        ("2022-03", "2022-03", True),
        ("2022-04", "2022-03", False),
        ("2022-03-05", "2022-03", True),  # it may have been later that month
        ("2022-03", "2022", True),
        ("2023", "2022-12-31", False),
        ("2022", "", False),
    ],
)
def test_since_keeps_what_may_have_happened_by_then(since: str, date: str, kept: bool) -> None:
    card = StoryCard("a", "A", "a.md", date=date)
    assert Filters(since=since).keep(card) is kept


def test_a_competency_counts_authored_or_inferred() -> None:
    assert Filters(competency="failure").keep(CARD)
    assert not Filters(competency="learning").keep(CARD)
    assert Filters(competency="learning").keep(CARD, ["learning"])


def test_no_filter_keeps_everything() -> None:
    assert Filters().keep(StoryCard("a", "A", "a.md"))


@pytest.mark.parametrize("text", ["2022", "2022-01", "2022-12-31"])
def test_dates(text: str) -> None:
    assert is_date(text)


@pytest.mark.parametrize("text", ["", "22", "2022-13", "2022-00", "2022-1", "2022-01-32", "2022\n"])
def test_not_dates(text: str) -> None:
    assert not is_date(text)


def test_a_competency_is_named_as_people_write_it() -> None:
    assert check_competency(" Saying No ", ["saying-no"]) == "saying-no"
    with pytest.raises(UsageError, match="Did you mean saying-no"):
        check_competency("sayingno", ["saying-no", "failure"])
    with pytest.raises(UsageError, match="They are: a, b"):
        check_competency("zzzz", ["a", "b"])
