"""Words that no one knows, and what they are read as."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kb.spelling import mended

WORDS = [
    "out",
    "plan",
    "pivot",
    "scope",
    "age",
    "burn",
    "outrage",
    "stake",
    "holder",
    "stakes",
    "disagreement",
    "architect",
    "deadline",
    "about",
    "their",
    "there",
    "form",
    "from",
]


def common(word: str) -> int | None:
    return WORDS.index(word) if word in WORDS else None


def read(text: str, own: tuple[str, ...] = ()) -> str:
    return mended(text, common, lambda word: word in own)[0]


def test_a_letter_lost_added_changed_or_turned_round_is_mended() -> None:
    assert read("disagreement with arcitect") == "disagreement with architect"
    assert read("archhitect") == "architect"
    assert read("architekt") == "architect"
    assert read("acrhitect") == "architect"


def test_what_was_read_is_told_as_it_was_written() -> None:
    text, slips = mended("Arcitect, or deadlin?", common, lambda _: False)
    assert text == "architect, or deadline?"
    assert slips == (("Arcitect", "architect"), ("deadlin", "deadline"))


def test_known_words_and_the_persons_own_stay() -> None:
    assert read("from their architect") == "from their architect"
    assert read("architekt", own=("architekt",)) == "architekt"


def test_short_words_numbers_and_other_scripts_stay() -> None:
    for text in ("frm", "abut", "p99", "naïvve", "архитект", "K8s v1.2", ""):
        assert read(text) == text


def test_a_known_word_with_an_ending_or_two_in_one_stay() -> None:
    for word in ("pivoted", "planned", "scoping", "burnout", "outage", "stakeholder"):
        assert read(word) == word


def test_what_is_far_too_long_is_no_word() -> None:
    assert read("architec" * 500) == "architec" * 500


def test_of_several_the_commonest_is_meant() -> None:
    assert read("theire") == "their"
    assert read("thxere") == "there"


def test_two_slips_are_one_too_many() -> None:
    assert read("arcitekt") == "arcitekt"


@given(st.text(max_size=80))
def test_only_words_change_and_a_second_reading_changes_nothing(text: str) -> None:
    once, slips = mended(text, common, lambda _: False)
    assert mended(once, common, lambda _: False) == (once, ())
    if not slips:
        assert once == text
