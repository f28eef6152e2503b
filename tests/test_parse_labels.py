"""Labels: whole, in any dress, and nothing that merely looks like one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.parse.labels import normal, part_kind, section_kind, split_label, strip_number

PARTS = {
    "situation": "Situation|CONTEXT|Background|The situation|🎯 Situation|1. Situation|Situation:"
    "|**Situation**|Situation (S)|S - Situation|(S) Situation|S: Situation|1️⃣ Context|S",
    "task": "Task|Challenge|The challenge|Goals|My task|Situation's task|My role|T"
    "|Responsibilities",
    "action": "Action|Actions|Approach|My approach|What I did|Steps taken|Action(s)",
    "result": "Result|Results|Outcome|Outcomes|Impact|the outcome|Key results|Results & Impact|R",
    "learning": "Learning|Learnings|Reflection|Lessons|Lessons learned|Lesson learnt|L"
    "|Key takeaways|What I would do differently|What I’d do differently|What I learned",
}


@pytest.mark.parametrize(
    ("kind", "label"),
    [(kind, label) for kind, labels in PARTS.items() for label in labels.split("|")],
)
def test_parts(kind, label):
    if label == "Situation's task":
        assert part_kind(label) is None
    else:
        assert part_kind(label) == kind


@pytest.mark.parametrize(
    "label",
    [
        "Examples of good topics",
        "My Approach to Long-term Scalability",
        "Result of the vote",
        "Example",
        "Prepared data",
        "Role",
        "Situation & weather",
        "",
        "A",
        "Q",
    ],
)
def test_what_is_no_part(label):
    assert part_kind(label) is None


def test_a_is_action_only_in_the_middle_of_a_story():
    assert [part_kind("A", kind) for kind in ("situation", "task", "action")] == ["action"] * 3
    assert [part_kind("A", kind) for kind in (None, "text", "result", "learning")] == [None] * 4


SECTIONS = {
    "concept": "Conceptual Explanation|Key Concepts|What the interviewer seeks"
    "|What interviewers look for|What they're looking for|What is the interviewer looking for"
    "|What this question assesses|What it tests|Why they ask this|What a good answer looks like",
    "example": "Example Response|Sample Answer|Answer|Model answer|Example 2|Answer 1|Show answer"
    "|🌟 STAR Example|Answers",
    "practices": "Best Practices|Tips|Pro tips|Do's and Don'ts|Dos & Don'ts|How to answer",
    "follow-ups": "Follow-up Questions|Follow ups|Likely follow-ups|Probing questions",
    "variants": "Also asked as|Variants|Other wordings|Similar questions",
    "competencies": "Competencies|Competency|Key competencies",
    "contents": "Contents|Table of Contents|TOC",
    "question": "Question|Interview question|Q|Q3",
    "note": "Red flags|Common mistakes|Notes|Bad answer",
}


@pytest.mark.parametrize(
    ("kind", "label"),
    [(kind, label) for kind, labels in SECTIONS.items() for label in labels.split("|")],
)
def test_sections(kind, label):
    assert section_kind(label) == kind


@pytest.mark.parametrize("label", ["Examples of good topics", "Practice what you preach", "Q&A"])
def test_what_is_no_section(label):
    assert section_kind(label) is None


@pytest.mark.parametrize(
    ("line", "text", "rest"),
    [
        ("**Result**: it held", "Result", "it held"),
        ("**Result:** it held", "Result", "it held"),
        ("**Result** it held", "Result", "it held"),
        ("**Result** - it held", "Result", "it held"),
        ("__Task__: yes", "Task", "yes"),
        ("*Result:* yes", "Result", "yes"),
        ("***Result***: yes", "Result", "yes"),
        ("<b>Result:</b> yes", "Result", "yes"),
        ("[Result] yes", "Result", "yes"),
        ("Result: yes", "Result", "yes"),
        ("Result - yes", "Result", "yes"),
        ("S: yes", "S", "yes"),
        ("**S** yes", "S", "yes"),
        ("S - Situation: yes", "S - Situation", "yes"),
        ("**S – Situation:** yes", "S – Situation", "yes"),
        ("2. Action: yes", "Action", "yes"),
        ("✅ **Outcome**: yes", "Outcome", "yes"),
        ("**My approach:**", "My approach", ""),
        ("**Prepared data**: I did", "Prepared data", "I did"),
        ("**Outcome**:\nnext line", "Outcome", "next line"),
        ("Result: http://example.org: yes", "Result", "http://example.org: yes"),
    ],
)
def test_a_label_and_its_rest(line, text, rest):
    label = split_label(line)
    assert label is not None
    assert (label.text, label.rest) == (text, rest)


@pytest.mark.parametrize(
    "line",
    [
        "Example: when building a file store",
        "Examples of good topics: leaks",
        "**bold** words begin this sentence",
        "I had one goal: to win",
        "https://example.org",
        "[Result](https://example.org)",
        "[Result]: https://example.org",
        "Tests: we added forty",
        "Role: engineer",
        "**Result",
        "2 * 3 * 4: no",
        "",
    ],
)
def test_no_label(line):
    assert split_label(line) is None


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("1. Why", "Why"),
        ("2) Why", "Why"),
        ("3.2 Why", "Why"),
        ("(4) Why", "Why"),
        ("#5 Why", "Why"),
        ("6️⃣ Why", "Why"),
        ("🚀 7 - Why", "Why"),
        ("Step 8: Why", "Why"),
        ("10 years on", "10 years on"),
        ("95% of it", "95% of it"),
        ("1.5x faster", "1.5x faster"),
    ],
)
def test_numbering(text, plain):
    assert strip_number(text) == plain


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("*_:[]()<>-–b/ \tSsTAResult1.\n🎯"), max_size=60))
def test_a_label_loses_nothing_but_marks(line):
    label = split_label(line)
    if label is not None:
        kept = sum(map(str.isalpha, label.text + label.rest))
        tags = len(re.findall(r"</?[bu]>", line, re.IGNORECASE))
        assert kept >= sum(map(str.isalpha, line)) - tags
        assert normal(label.text)
