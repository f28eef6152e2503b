"""Documents to passages: sentences where a reader hears them, and no word lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.domain import (
    Concept,
    Example,
    FollowUp,
    Guide,
    Note,
    Part,
    Passage,
    Practice,
    Question,
    Story,
    Variant,
)
from kb.passages import (
    event_weight,
    evidence_prior,
    guide_passages,
    plain,
    sentences,
    story_passages,
)


def said(text):
    return [sentence for sentence, _ in sentences(text)]


@pytest.mark.parametrize(
    "text",
    [
        "I met Dr. Smith and Mrs. Jones, e.g. on Mondays, i.e. rarely.",
        "It fell from 3.5 to 1.25 s, approx. 40% less.",
        "We were at 99.9% (up from 98.2) on v2.1.",
        "J. K. Rowling wrote to me.",
        "See No. 5 and p. 7 of the report.",
        '"Really?" she asked.',
        "We waited... and waited.",
        "Postgres vs. Oracle was the question.",
        "It runs on Node.js at example.com today.",
        "There was one way: 1. Call the vendor.",
    ],
)
def test_these_are_one_sentence(text):
    assert said(text) == [text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He left. She stayed.", ["He left.", "She stayed."]),
        ('He said "No." Then he left.', ['He said "No."', "Then he left."]),
        ("“Why?” I did not know.", ["“Why?”", "I did not know."]),
        ("It failed! (Twice.) Then it ran.", ["It failed!", "(Twice.)", "Then it ran."]),
        ("She won and so did I. We left.", ["She won and so did I.", "We left."]),
        ("It took 3. Then 4.", ["It took 3.", "Then 4."]),
        ("No. We did not.", ["No.", "We did not."]),
        ("We waited... Then it came.", ["We waited...", "Then it came."]),
        ("43 broke. 12 did not.", ["43 broke.", "12 did not."]),
        ("**I stopped it.** Then I wrote.", ["I stopped it.", "Then I wrote."]),
        ("Éva left. Öznur came.", ["Éva left.", "Öznur came."]),
    ],
)
def test_these_are_several(text, expected):
    assert said(text) == expected


def test_each_sentence_knows_the_line_it_starts_on():
    text = "One starts\nhere and ends. Two\nends here.\n\n- three\n- four. Five\n  goes on.\n\nSix."
    assert sentences(text, 10) == (
        ("One starts here and ends.", 10),
        ("Two ends here.", 11),
        ("three", 14),
        ("four.", 15),
        ("Five goes on.", 15),
        ("Six.", 18),
    )


def test_code_is_not_a_sentence_but_is_kept_in_the_text():
    text = "I ran this:\n```sh\nrm -rf build  # a. B\n```\nIt helped."
    assert sentences(text) == (("I ran this:", 1), ("It helped.", 5))
    assert "rm -rf build  # a. B" in plain(text)


def test_a_fence_that_is_never_closed_is_code_to_the_end():
    assert said("Before.\n~~~\nAfter. All.") == ["Before."]
    assert plain("Before.\n~~~\nAfter. All.") == "Before.\nAfter. All."


def test_a_quotation_is_a_block_of_its_own_with_its_lines_joined():
    text = "She wrote\n> please stop the\n> job. Now.\nI did."
    assert sentences(text) == (
        ("She wrote", 1),
        ("please stop the job.", 2),
        ("Now.", 3),
        ("I did.", 4),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**bold** and *soft* and ***both*** and ~~gone~~", "bold and soft and both and gone"),
        ("__bold__ and _soft_", "bold and soft"),
        ("**S**ituation", "Situation"),
        ("[the paper](https://a.b/c_(d)) and ![a plan](p.png)", "the paper and a plan"),
        ("[the paper][1]", "the paper"),
        ("`a_b * c*` and ``x`y``", "a_b * c* and x`y"),
        (r"\*not soft\* and C:\temp", r"*not soft* and C:\temp"),
        ("2*3*4 and 2 * 3 and snake_case_name", "2*3*4 and 2 * 3 and snake_case_name"),
        ("< 500ms and <PaymentResult> and a > b", "< 500ms and <PaymentResult> and a > b"),
        ("> 500ms was too slow", "> 500ms was too slow"),
        ("one<br>two", "one two"),
        ("# Heading\n- item\n3) third\n- [x] done", "Heading\nitem\nthird\ndone"),
        ("one\n\n---\n\ntwo\n***\nthree", "one\ntwo\nthree"),
        ("| a | b |\n|---|:-:|\n| c | d |", "a | b\nc | d"),
        ("", ""),
        (" \n\t\n", ""),
    ],
)
def test_plain_keeps_words_and_drops_marks(text, expected):
    assert plain(text) == expected


PROSE = st.text(st.sampled_from("abc XYZ 019 .?!,\n\n-*_`~[]()#|>\\\"'“”éü<:"), max_size=80)


@settings(max_examples=200, deadline=None)
@given(PROSE)
def test_no_letter_is_lost(text):
    # Without links (whose addresses go), fences (their info string) and digits (list numbers).
    text = re.sub(r"[\[\]`~]|<", "", text)
    letters = re.findall(r"[a-zA-Zéü]", text)
    assert re.findall(r"[a-zA-Zéü]", plain(text)) == letters
    assert re.findall(r"[a-zA-Zéü]", " ".join(said(text))) == letters


@settings(max_examples=200, deadline=None)
@given(PROSE, st.integers(1, 50))
def test_sentences_are_clean_and_lie_within_the_text(text, line):
    found = sentences(text, line)
    assert all(sentence == " ".join(sentence.split()) != "" for sentence, _ in found)
    lines = [number for _, number in found]
    assert lines == sorted(lines)
    assert all(line <= number < line + len(text.split("\n")) for number in lines)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read(text):
    assert isinstance(plain(text), str)
    assert isinstance(sentences(text), tuple)


def test_marks_that_never_close_take_no_time():
    plain("*a " * 5000)
    plain("**a " * 3000)
    plain("[a" * 5000 + "`" * 5000)


def tale():
    return Story(
        id="the-lock",
        path="personal/the-lock.md",
        title="The *lock*",
        line=5,
        parts=(
            Part("situation", "It broke. All waited.", 9, "Context"),
            Part("text", "We `ran`\nit. Twice.", 13, "Second try"),
            Part("result", "  \n", 17, "Result"),
        ),
    )


def test_a_story_is_passages_of_three_kinds_in_order():
    assert story_passages(tale()) == (
        Passage(
            "story:the-lock:0", "story", "the-lock",
            "The lock\nIt broke. All waited.\nSecond try\nWe ran it. Twice.", 5,
        ),
        Passage("part:the-lock:0", "part", "the-lock", "It broke. All waited.", 9, "situation"),
        Passage("part:the-lock:1", "part", "the-lock", "Second try\nWe ran it. Twice.", 13, "text"),
        Passage("sentence:the-lock:0", "sentence", "the-lock", "It broke.", 9, "situation"),
        Passage("sentence:the-lock:1", "sentence", "the-lock", "All waited.", 9, "situation"),
        Passage("sentence:the-lock:2", "sentence", "the-lock", "We ran it.", 13, "text"),
        Passage("sentence:the-lock:3", "sentence", "the-lock", "Twice.", 14, "text"),
    )  # fmt: skip


def test_a_story_without_parts_is_its_title():
    (only,) = story_passages(Story(id="x", path="x.md", title="Only this"))
    assert (only.kind, only.text) == ("story", "Only this")


def guide():
    asked = Question(
        id="g/why",
        guide="g",
        text="Why **now**?",
        line=5,
        category="Timing",
        variants=(Variant("Why today?", 8), Variant("why now", 9)),
        concept=Concept("Sense of *time*.", 12),
        examples=(
            Example(
                "The clock", (Part("action", "I wound it.", 16), Part("point", "b", 17, "A")), 15
            ),
        ),
        practices=(Practice("Be brief", "Say it once.", 20), Practice("", "Stop.", 21)),
        follow_ups=(FollowUp("And then?", 24),),
        notes=(Note("Red flags", "Haste.", 27),),
    )  # fmt: skip
    return Guide(
        id="g", path="content/g.md", title="Time", description="On time.", questions=(asked,),
        notes=(Note("", "Read me.", 3),),
    )  # fmt: skip


def test_a_guide_gives_everything_that_stands_in_it():
    found = {p.id: (p.text, p.line, p.part) for p in guide_passages(guide())}
    assert found == {
        "question:g/why:0": ("Why now?", 5, "Timing"),
        "variant:g/why:0": ("Why today?", 8, ""),
        "variant:g/why:1": ("why now", 9, ""),
        "concept:g/why:0": ("Sense of time.", 12, ""),
        "example:g/why:0": ("The clock\nI wound it.\nA\nb", 15, "The clock"),
        "practice:g/why:0": ("Be brief\nSay it once.", 20, "Be brief"),
        "practice:g/why:1": ("Stop.", 21, ""),
        "follow-up:g/why:0": ("And then?", 24, ""),
        "note:g/why:0": ("Red flags\nHaste.", 27, "Red flags"),
        "about:g:0": ("Time\nOn time.", 1, ""),
        "about:g:1": ("Read me.", 3, ""),
    }


def test_evidence_weighs_events_over_scenery_and_short_words():
    def prior(text, part):
        return evidence_prior(Passage("", "sentence", "s", text, 1, part))

    event = "I rolled the release back and told every school that evening."
    assert 0.5 < prior(event, "action") == prior(event, "result") < 1
    assert prior(event, "action") > prior(event, "learning") > prior(event, "situation") > 0
    assert prior(event, "action") > prior(event.replace("told", "called"), "action")
    assert prior("Fair enough.", "action") == 0
    assert 0 < prior("I wrote to them all.", "action") < prior(event, "action")


def test_a_sentence_that_tells_more_needs_its_neighbours_less():
    def prior(words):
        return evidence_prior(Passage("", "sentence", "s", "told " * words, 1, "action"))

    assert prior(0) == prior(3) == 0
    assert prior(6) < prior(12) < prior(24) < prior(30) == prior(60) == 1


def test_among_its_neighbours_a_long_sentence_tells_no_more_than_one_of_ten_words():
    def weight(words, part="result"):
        return event_weight(Passage("", "sentence", "s", "told " * words, 1, part))

    assert weight(3) == 0 < weight(6) < weight(10) == weight(40) == 1
    assert weight(10) > weight(10, "learning") > weight(10, "situation")
