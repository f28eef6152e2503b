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
    comparison_json,
    comparison_text,
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
from kb.render.terms import WORDS

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


def result(*stories: StoryMatch, calibrated: bool = True) -> MatchResult:
    question = QuestionCard(
        "talk/a", "How do you argue?", "talk", "content/talk.md", 3,
        practices=(Practice("Listen first", "Ask.", 5), Practice("", "Be brief.", 6)),
    )  # fmt: skip
    fit = stories[0].fit if stories else "gap"
    return MatchResult("arguing", fit, stories, (QuestionMatch(question, 0.75),), calibrated)


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


def explained(*terms: tuple[str, float], width: int = 80) -> list[str]:
    match = StoryMatch(CARD, "workable", 0.71, False, (), "", terms)
    lines = match_text(result(match), Page(width), explain=True).splitlines()
    place = lines.index("          personal/kettle.md")
    return lines[place + 1 : lines.index("", place)]


def test_explain_says_the_terms_in_words_largest_first() -> None:
    found = explained(
        ("story", 0.25), ("sentences", -0.4), ("library", 1.94), ("full text", 0.1),
        ("your pins", 3.1), ("reader", -0.7),
    )  # fmt: skip
    assert found == [
        "          +3.1  you pinned it to this question or a very near one",
        "          +1.9  it reads much like the guides' examples for questions like this",
        "          -0.7  reader",
        "          -0.4  its best sentences are nearer to other questions than to this",
        "          +0.2  as a whole it is nearer to this question than to others",
        "          +0.1  words of the question stand in it",
        "          +4.3  together: a score of 0.710, from 0 (no answer) to 1",
    ]


def test_explain_leaves_out_what_is_next_to_nothing() -> None:
    assert explained(("story", 0.049), ("library", -0.049), ("your pins", 0.0)) == [
        "          +0.0  together: a score of 0.710, from 0 (no answer) to 1"
    ]
    assert len(explained(("story", 0.05), ("library", -0.05))) == 3


@pytest.mark.parametrize("name", WORDS)
def test_a_term_reads_otherwise_above_and_below_nought_and_when_it_is_large(name: str) -> None:
    words = WORDS[name]
    said = [explained((name, v), width=200)[0][16:] for v in (0.1, words.large, -0.1, -9.0)]
    assert said == list(words[1:])
    assert not {words.more, words.much_more} & {words.less, words.much_less}


def test_equal_numbers_read_alike() -> None:
    below, above = (explained(("sentences", v))[0] for v in (0.96, 1.04))
    assert below == above


@pytest.mark.parametrize("value", [0.1, 9.0, -0.1, -9.0])
def test_explain_takes_a_line_for_a_term_at_80_columns_and_fits_40(value: float) -> None:
    terms = tuple((name, value) for name in WORDS)
    assert len(explained(*terms, width=80)) == len(WORDS) + 1
    assert max(map(columns, explained(*terms, width=40))) <= 40


def test_the_json_of_a_match_keeps_the_terms_as_numbers() -> None:
    assert match_json(result(MATCH))["stories"][0]["terms"] == {"story": 0.25, "library": -1.5}


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


def row(difference: float, low: float | None, high: float | None) -> dict[str, float | int | None]:
    return {"difference": difference, "low": low, "high": high}


COUNTS = {"queries": 9, "answerable": 8}
TWO: dict[str, dict[str, float | int | None]] = {
    "kb": {**COUNTS, "nDCG@5": 0.75, "MRR": 0.5, "recall@3": 0.5, "AUROC": 1.0},
    "cosine": {**COUNTS, "nDCG@5": 0.6, "MRR": 0.5, "recall@3": 0.5, "AUROC": None},
}


def test_a_comparison_shows_both_rows_and_reads_each_difference() -> None:
    found = {
        "nDCG@5": row(0.144, 0.081, 0.204), "MRR": row(-0.1, -0.2, -0.02),
        "recall@3": row(-0.0, -0.004, 0.04), "AUROC": row(0.25, None, None),
    }  # fmt: skip
    lines = comparison_text(TWO, found, Page(80)).splitlines()
    assert [line.split()[0] for line in lines[:3]] == ["queries", "kb", "cosine"]
    assert lines[3:9] == [
        "",
        "kb less cosine:",
        "  nDCG@5    +0.14 [+0.08, +0.20]: better than cosine on these questions",
        "  MRR       -0.10 [-0.20, -0.02]: worse than cosine on these questions",
        "  recall@3  +0.00 [+0.00, +0.04]: no clear difference",
        "  AUROC     +0.25: too few questions to tell it from chance",
    ]
    assert "no clear difference" in " ".join(lines[10:])
    assert max(map(columns, lines)) <= 80


def test_a_bound_that_reads_nought_is_no_clear_difference() -> None:
    text = comparison_text(TWO, {"MRR": row(0.1, 0.004, 0.2)}, Page())
    assert "[+0.00, +0.20]: no clear difference" in text


def test_a_comparison_of_nothing_is_the_two_rows() -> None:
    assert len(comparison_text(TWO, {}, Page(80)).splitlines()) == 3
    few = comparison_text(TWO, {"MRR": row(0.1, None, None)}, Page(80))
    assert few.splitlines()[-1] == "  MRR  +0.10: too few questions to tell it from chance"


def test_the_json_of_a_comparison() -> None:
    found = comparison_json({"kb": {"overall": TWO["kb"]}}, {"MRR": row(1 / 3, None, 0.5)})
    assert found["kb"]["overall"]["nDCG@5"] == 0.75
    assert found["differences"] == {"MRR": row(0.333333, None, 0.5)}
