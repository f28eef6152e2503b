"""Slugs: stable, short, never empty."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kb.parse.slug import slug


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("What's the hardest fault you've found?", "whats-the-hardest-fault-youve-found"),
        ("  Łódź, Straße & Ærø – naïve  ", "lodz-strasse-aero-naive"),
        ("2024-03: C++ and C#", "2024-03-c-and-c"),
        ("日本語の質問", "日本語の質問"),
        ("Привет, мир", "привет-мир"),
        ("हिन्दी में", "हिन्दी-में"),
        ("🎯 ready", "ready"),
        ("🎯", "untitled"),
        ("", "untitled"),
        ("a/b_c.d", "a-b-c-d"),
    ],
)
def test_words(text, name):
    assert slug(text) == name


def test_the_cut_falls_between_words():
    text = "How do you make sure that a design lasts for longer than the people who made it?"
    assert slug(text) == "how-do-you-make-sure-that-a-design-lasts-for-longer-than-the"
    assert slug("abcde fghij", 5) == "abcde"
    assert slug("abcde fghij", 8) == "abcde"
    assert slug("abcdefgh", 5) == "abcde"
    assert slug("", 3) == "unt"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200), st.integers(1, 80))
@example("İstanbul", 60)
@example("ﬁ ½ ŉ ǆ", 60)
def test_a_slug_is_its_own_slug_and_fits(text, limit):
    name = slug(text, limit)
    assert 0 < len(name) <= limit
    assert name == name.lower().strip("-")
    assert not set(name) & set(" \n\t/\\?#%\"'<>&:")
    assert slug(name, limit) == name
