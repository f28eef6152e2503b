"""Results as pages and as JSON."""

from __future__ import annotations

import json

import pytest

from kb.domain import (
    BuildReport,
    Concept,
    Evidence,
    Finding,
    MatchResult,
    Part,
    Practice,
    Question,
    QuestionCard,
    QuestionMatch,
    Story,
    StoryCard,
    StoryMatch,
    Variant,
)
from kb.render import (
    Page,
    build_text,
    finding_line,
    match_json,
    match_text,
    metrics_text,
    question_list,
    question_text,
    story_list,
    story_text,
)
from kb.render.layout import columns

CARD = StoryCard(
    "kettle", "The list by the kettle", "personal/kettle.md", "2023-05", "Lead", "Tidewater"
)
MATCH = StoryMatch(
    CARD,
    "workable",
    0.5,
    False,
    (Evidence("action", "I pinned the list and waited.", 9),),
    "much like “influence” in Influence",
    (("story", 0.25), ("library", -1.5)),
)


def result(*stories: StoryMatch) -> MatchResult:
    question = QuestionCard(
        "talk/a", "How do you argue?", "talk", "content/talk.md", 3,
        practices=(Practice("Listen first", "Ask.", 5), Practice("", "Be brief.", 6)),
    )  # fmt: skip
    fit = stories[0].fit if stories else "gap"
    return MatchResult("arguing", fit, stories, (QuestionMatch(question, 0.75),))


def test_a_match_reads_fit_title_date_evidence_why_and_place() -> None:
    assert match_text(result(MATCH), Page(60)) == (
        "workable  The list by the kettle                     2023-05\n"
        "          Lead, Tidewater\n"
        "          Action: “I pinned the list and waited.”\n"
        "          Much like “influence” in Influence.\n"
        "          personal/kettle.md:9\n"
        "\n"
        "The guide on “How do you argue?”\n"
        "  - Listen first\n"
        "  - Be brief.\n"
        "  content/talk.md:3"
    )


def test_a_gap_is_only_named_and_the_page_says_so_first() -> None:
    gap = StoryMatch(CARD, "gap", 0.1, False, MATCH.evidence, "x")
    lines = match_text(result(gap), Page(60)).splitlines()
    assert lines[0] == "Nothing in the bank fits this question. The nearest:"
    assert lines[2:4] == [
        "gap       The list by the kettle                     2023-05",
        "          personal/kettle.md",
    ]
    assert "pinned the list" not in "\n".join(lines)


def test_what_is_not_ordinary_is_marked() -> None:
    card = StoryCard("a", "A", "a.md", status="draft", stale=True)
    text = match_text(result(StoryMatch(card, "strong", 0.9, True, (), "")), Page(80))
    assert "(draft, stale: its file could not be read, pinned)" in text


def test_explain_gives_the_terms_largest_first() -> None:
    text = match_text(result(MATCH), Page(80), explain=True)
    assert "Score 0.500, of library -1.50, story +0.25" in text


def test_the_json_of_a_match() -> None:
    answer = match_json(result(MATCH))
    assert json.loads(json.dumps(answer)) == answer
    (story,) = answer["stories"]
    assert story["evidence"] == [
        {"part": "action", "text": "I pinned the list and waited.", "line": 9}
    ]
    assert (story["fit"], story["score"], story["pinned"]) == ("workable", 0.5, False)
    assert answer["questions"][0]["practices"] == ["Listen first: Ask.", "Be brief."]


def test_control_characters_never_reach_the_terminal() -> None:
    card = StoryCard("a", "A\x1b[2Jtitle\x07", "a\x9b.md", role="\x1b]0;x\x07")
    text = match_text(result(StoryMatch(card, "strong", 0.9, False, (), "")), Page(80))
    assert not any(c in text for c in "\x1b\x07\x9b")
    finding = Finding("r", "error", "bad \x1b name\nsecond line", "p.md", 3, "Fix it.")
    assert finding_line(finding) == "p.md:3: bad \ufffd name second line Fix it."


@pytest.mark.parametrize("width", [40, 60, 80])
def test_nothing_is_wider_than_the_page(width: int) -> None:
    long = StoryCard(
        "an-id-that-goes-on-and-on-and-on", "T" * 90 + " 名前", "p.md", "2023-05-06", "R " * 60, "C"
    )
    match = StoryMatch(long, "strong", 0.9, False, (Evidence("text", "word " * 80, 1),), "w " * 90)
    text = match_text(result(match), Page(width)) + "\n" + story_list([long, CARD], Page(width))
    assert max(map(columns, text.splitlines())) <= width


def test_in_a_pipe_a_line_is_never_broken() -> None:
    text = match_text(
        result(StoryMatch(CARD, "strong", 0.9, False, (Evidence("text", "word " * 80, 1),))), Page()
    )
    assert "word " * 79 + "word" in text


def test_a_list_says_what_is_draft_stale_or_inferred() -> None:
    cards = [CARD, StoryCard("b", "B", "b.md", status="retired", stale=True)]
    assert story_list(cards, Page(50), "influence").splitlines() == [
        "kettle  (inferred) The list by the kettle  2023-05",
        "b       (retired, stale, inferred) B",
    ]
    assert story_list([], Page(50)) == ""


def test_questions_stand_under_their_guide() -> None:
    cards = [
        QuestionCard("a/x", "One?", "a", "content/a.md", 1),
        QuestionCard("a/y", "Two?", "a", "content/a.md", 5),
        QuestionCard("b/z", "Three?", "b", "content/b.md", 1, stale=True),
    ]
    assert question_list(cards, Page(50)) == (
        "content/a.md\n  One?\n  Two?\n\ncontent/b.md\n  Three? (stale)"
    )


def test_a_story_is_shown_in_its_parts_with_code_left_alone() -> None:
    story = Story(
        "k", "k.md", "Kettle", 2, "2023", "Lead", "Tide", ("influence",), ("tea",), ("a?", "b?"),
        "draft",
        (
            Part("text", "It began.", 4),
            Part("action", "I ran:\n\n```\n" + "x" * 70 + "\n```", 7, "What I did"),
        ),
    )  # fmt: skip
    text = story_text(story, StoryCard("k", "Kettle", "k.md"), Page(40))
    assert text.splitlines()[:5] == [
        "Kettle", "2023, Lead, Tide, draft", "Competencies: influence", "Tags: tea",
        "Answers: a?; b?",
    ]  # fmt: skip
    assert "What I did\nI ran:" in text
    assert "x" * 70 in text
    assert text.endswith("7 words, about 5 s told aloud\nk.md:2")


def test_a_question_is_shown_with_what_stands_under_it() -> None:
    question = Question(
        "t/q", "t", "How?", 3, variants=(Variant("why", 4),), concept=Concept("Whether.", 6),
        practices=(Practice("Listen", "Ask.", 9),),
    )  # fmt: skip
    card = QuestionCard("t/q", "How?", "t", "t.md", 3)
    text = question_text(question, card, Page(40))
    assert text == (
        "How?\n\nAlso asked as\n- why\n\nWhat it assesses\nWhether.\n\n"
        "Good practice\n- Listen: Ask.\n\nt.md:3"
    )


def test_a_build_says_what_it_did_and_what_to_do_next() -> None:
    assert build_text(BuildReport(1, 0, 2, 3, 0, 0.5, 1, 0), Page()) == (
        "1 added, 2 removed, 3 unchanged in 0.50 s\nThe bank holds 1 story and 0 questions."
    )
    empty = build_text(BuildReport(0, 0, 0, 0, 0, 12.3, 0, 120), Page())
    assert "no files in 12 s" in empty
    assert "kb build" in empty.splitlines()[-1]


def test_metrics_stand_in_columns() -> None:
    text = metrics_text({"overall": {"queries": 2, "MRR": 0.5}, "x": {"queries": 1, "MRR": None}})
    assert text.splitlines() == [
        "            queries         MRR",
        "overall           2       0.500",
        "x                 1           -",
    ]
