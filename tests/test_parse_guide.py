"""The guide parser: every shape people write, every trap, and nothing lost."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.parse.guide import parse_guide

GUIDES = Path(__file__).parent / "data" / "guides"
KNOWN = ("ambiguity", "decision-making", "ownership")


def parsed(text):
    return parse_guide(text, path="content/g.md", guide_id="g", competencies=KNOWN)


def fixture(name):
    return parsed((GUIDES / name).read_text(encoding="utf-8")).guide


def outline(guide):
    """A guide as plain values: per question its text, category and what stands under it."""
    return [
        {
            key: value
            for key, value in {
                "text": question.text,
                "category": question.category,
                "concept": question.concept.text if question.concept else "",
                "variants": [each.text for each in question.variants],
                "examples": [
                    (each.name, [(part.kind, part.text) for part in each.parts])
                    for each in question.examples
                ],
                "practices": [(each.title, each.text) for each in question.practices],
                "follow_ups": [each.text for each in question.follow_ups],
                "notes": [(each.title, each.text) for each in question.notes],
            }.items()
            if value
        }
        for question in guide.questions
    ]


def said(guide):
    """Every text of a guide, joined: what a person could find again."""
    texts = [guide.title, guide.description]
    for note in guide.notes:
        texts += [note.title, note.text]
    for question in guide.questions:
        texts += [question.text, question.category, *question.competencies]
        texts += [each.text for each in (*question.variants, *question.follow_ups)]
        texts += [question.concept.text] if question.concept else []
        for example in question.examples:
            texts += [example.name, *(t for part in example.parts for t in (part.title, part.text))]
        for each in (*question.practices, *question.notes):
            texts += [each.title, each.text]
    return "\n".join(texts)


SHAPES = {
    "bold_fields.md": [
        {
            "text": "Tell me about a time you missed a deadline",
            "concept": "Ownership, early warning.\n\nCandour.",
            "variants": ["Tell me about a time you missed a deadline and what you did."],
            "examples": [
                ("", [("text", "I told the customer on Tuesday.\n\nIt took a week more.")])
            ],
            "practices": [("", "Name the date"), ("Own it", "no excuses")],
            "notes": [("Red flags", "Blaming the testers.")],
        },
        {
            "text": "Describe a conflict with a peer.",
            "variants": ["Conflict"],
            "examples": [
                (
                    "",
                    [
                        ("situation", "We shared a desk."),
                        ("task", "Decide who moves."),
                        ("action", "I asked."),
                        ("result", "She moved."),
                    ],
                )
            ],
            "notes": [("Difficulty", "medium")],
        },
    ],
    "q_and_a.md": [
        {
            "text": "Why did you leave your last job?",
            "examples": [
                (
                    "",
                    [
                        (
                            "text",
                            "The work had become the same every month.\n\nI wanted larger systems.",
                        )
                    ],
                )
            ],
        },
        {
            "text": "What is your weakness?",
            "examples": [
                ("", [("text", "I explain too long.")]),
                ("", [("text", "I say yes too early.")]),
            ],
        },
    ],
    "bold_questions.md": [
        {
            "text": "Why do you want to work here?",
            "notes": [("", "I use the product. **Q9. Is this one?** is not one.")],
        },
        {
            "text": "What is your greatest strength?",
            "notes": [("", "I finish things.\n\n- Would you call this bullet a question?")],
        },
        {"text": "Where do you see yourself in five years?", "notes": [("", "Here.")]},
    ],
    "plain_list.md": [
        {"text": "Tell me about a conflict with a colleague.", "category": "Teamwork"},
        {
            "text": "How do you help others?",
            "category": "Teamwork",
            "examples": [("", [("text", "I sit with them.")])],
        },
        {"text": "Biggest success of a team", "category": "Teamwork"},
        {"text": "Describe a deadline that you missed.", "category": "Delivery"},
        {
            "text": "What would you cut first?",
            "category": "Delivery",
            "notes": [("", "[What would you cut first?](https://example.org/cut)")],
        },
    ],
    "several_answers.md": [
        {
            "text": "Tell me about a mistake.",
            "examples": [
                ("", [("text", "I deleted a table.")]),
                (
                    "The wrong lock",
                    [("situation", "Two writers, one file."), ("result", "We queue now.")],
                ),
                ("senior", [("text", "I hired too fast.")]),
            ],
        },
        {
            "text": "How did you scale it?",
            "examples": [
                (
                    "",
                    [
                        ("situation", "Load had doubled."),
                        ("task", "Keep it up."),
                        ("action", "I split the data."),
                        ("result", "It held."),
                        ("learning", "Measure first."),
                    ],
                ),
                ("", [("situation", "A second story."), ("action", "I bought time.")]),
            ],
        },
    ],
    "emoji.md": [
        {
            "text": "How do you test?",
            "concept": "Care.",
            "examples": [("", [("situation", "No tests."), ("result", "Some tests.")])],
            "practices": [("Start small", "one test")],
        },
        {"text": "Why do you test?", "notes": [("", "Because.")]},
    ],
    "nested.md": [
        {
            "text": "How do you help others?",
            "category": "Teamwork",
            "concept": "Patience.",
            "examples": [("", [("text", "I drew it."), ("result", "She got it.")])],
        },
        {
            "text": "How do you lead?",
            "category": "Leading",
            "practices": [("Be calm", "Breathe out.")],
            "follow_ups": ["And when you are not calm?"],
        },
    ],
    "details.html.md": [
        {
            "text": "Tell me about yourself.",
            "practices": [("", "short")],
            "notes": [("", "I mend bridges.")],
        },
        {
            "text": "Why this company?",
            "notes": [("", "I like <PaymentResult> types & bridges.")],
        },
    ],
    "front_matter.md": [
        {
            "text": "When did you decide without facts?",
            "variants": ["A bet you made?", "deciding blind"],
            "practices": [("Say what you knew", "and what not")],
            "follow_ups": ["And if you had waited?"],
        },
        {
            "text": "When did you decide without facts?",
            "practices": [("", "Write it down.")],
            "notes": [("Best Practices (from Ana)", "")],
        },
    ],
    "setext.md": [
        {
            "text": "How do you test?",
            "notes": [("", "Some prose that ends in a stop."), ("", "More.")],
        },
        {"text": "Why do you write?", "notes": [("", "Because.")]},
    ],
    "table.md": [
        {
            "text": "Why now?",
            "examples": [("", [("text", "The time is right.")])],
            "notes": [("Asked at", "Acme")],
        },
        {"text": "Why us?"},
    ],
    "labels_alone.md": [
        {"text": "Tell me about a quarrel.", "examples": [("", [("text", "I listened.")])]},
        {"text": "Why do you write code?", "examples": [("", [("text", "It runs.")])]},
    ],
    "toggles.md": [
        {
            "text": "Tell me about a failure.",
            "examples": [("", [("result", "We have backups.")])],
            "notes": [("", "I dropped a table.")],
        },
        {"text": "What went well?", "notes": [("", "We shipped.")]},
    ],
    "flat.md": [
        {
            "text": "What made you choose this field?",
            "concept": "Motive.",
            "examples": [("", [("text", "A radio.")])],
        },
        {"text": "Where do you learn?", "practices": [("", "Name a book")]},
    ],
    "lines.txt": [
        {"text": "Tell me about yourself."},
        {"text": "What is your biggest weakness?"},
        {"text": "Why this job?"},
    ],
    "essay.md": [],
}


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_gives_its_questions(name):
    assert outline(fixture(name)) == SHAPES[name]


@pytest.mark.parametrize("name", sorted(each.name for each in GUIDES.iterdir()))
def test_line_ends_and_byte_order_mark_change_nothing(name):
    text = (GUIDES / name).read_text(encoding="utf-8")
    plain = parsed(text)
    assert parsed("\ufeff" + text.replace("\n", "\r\n")) == plain
    assert parsed(text.replace("\n", "\r")) == plain


LABELS = """
question questions q1 q2 q3 q s t a r l answer answers sample example response best practices
conceptual explanation concept key concepts competencies also asked as follow up ups what the
interviewer is looking for seeks tips interview guide title description details summary b mistake
contents 1 2 3 4 5 6 7 8
"""


@pytest.mark.parametrize("name", sorted(each.name for each in GUIDES.iterdir()))
def test_every_word_of_the_fixtures_is_found_again(name):
    text = (GUIDES / name).read_text(encoding="utf-8")
    found = set(re.findall(r"\w+", said(parsed(text).guide).lower()))
    # ids and numbering are markup; so are the marks of the shapes above
    lost = set(re.findall(r"\w+", text.lower())) - found - set(LABELS.split())
    assert lost <= {"amiguity"} if name == "front_matter.md" else not lost


class TestTheLeadershipDocument:
    """A document of the shape this began with, and its traps."""

    @pytest.fixture
    def guide(self):
        return fixture("leadership.txt")

    def test_three_questions_with_a_concept_each(self, guide):
        assert [each.text for each in guide.questions] == [
            "Which production fault was the hardest for you to find?",
            "What do you do when you disagree with a senior colleague?",
            "How do you make sure that a design lasts?",
        ]
        assert [each.line for each in guide.questions] == [3, 45, 94]
        assert [each.concept.line for each in guide.questions] == [7, 49, 98]
        assert guide.title == "Steadiness & Judgement - Sample Answers"
        assert guide.notes == ()
        assert all(each.notes == () and each.variants == () for each in guide.questions)

    def test_running_text_is_no_label(self, guide):
        concept = guide.questions[0].concept.text
        assert "Examples of good topics: a leak" in concept
        assert concept.endswith("or a migration that half ran.")
        points = guide.questions[2].examples[0].parts
        assert "Example: For a document store" in points[1].text
        assert "95th percentile < 500ms" in points[3].text
        assert "Promise<ShipmentResult>" in points[3].text

    def test_practices_come_only_from_their_section(self, guide):
        assert [len(each.practices) for each in guide.questions] == [7, 8, 8]
        assert all(p.title and p.text for each in guide.questions for p in each.practices)
        first = guide.questions[0].practices[0]
        assert (first.title, first.line) == ("Take a fault of your own", 35)
        assert first.text == "Choose one from last year that you chased yourself."

    def test_star_parts(self, guide):
        (example,) = guide.questions[0].examples
        assert [(part.kind, part.line) for part in example.parts] == [
            ("situation", 15),
            ("task", 17),
            ("action", 19),
            ("result", 31),
        ]
        assert example.parts[2].text.startswith('"I went step by step:\n\n1. **Timeline**: I laid')
        assert example.parts[2].text.endswith('wrote a page."')
        assert example.parts[3].text == (
            '"Pages are back at one second. The check has stopped two such releases since.'
            ' We now have an alarm on plan changes as well."'
        )

    def test_named_examples(self, guide):
        one, two = guide.questions[1].examples
        assert (one.name, one.line) == ("Storage Disagreement", 55)
        assert [(p.kind, p.title, p.line) for p in one.parts] == [
            ("text", "", 57),
            ("action", "My approach", 59),
            ("result", "Outcome", 71),
        ]
        assert one.parts[1].text.count("\n\n") == 4
        assert one.parts[2].text.startswith("We are still on good terms.")
        assert (two.name, [part.kind for part in two.parts]) == ("Meeting Disagreement", ["text"])
        assert "Why not try a written note?" in two.parts[0].text

    def test_numbered_points_and_the_code_block(self, guide):
        points, worked = guide.questions[2].examples
        assert points.name == "My Way of Building for Later"
        assert [part.kind for part in points.parts] == ["text", *["point"] * 7]
        assert points.parts[1].title == "Ask About Size and Limits"
        assert points.parts[6].title == "Decision Notes (DNs)"
        code = points.parts[2].text.partition("For example:\n")[2]
        assert code.startswith("```typescript\n// Carriers")
        assert code.endswith("class PostCarrier implements Carrier { }\n```")
        assert "\n\n# a comment that is no heading\n- **No**: practice\n" in code
        assert worked.name == "Example of Using These Rules"
        assert [part.kind for part in worked.parts] == ["text"]
        assert worked.parts[0].text.endswith('Counters on load time."')


def test_front_matter_gives_title_and_description_and_loses_no_key():
    guide = fixture("front_matter.md")
    assert guide.title == "Judgement: a guide"
    assert guide.description == "What to say when you do not know."
    assert [(note.title, note.text) for note in guide.notes] == [("author", "Ana")]


def test_a_rule_at_the_top_is_no_front_matter():
    guide = parsed("---\n\n## Why do you ask?\n\nSo.\n\n---\n\n## How do you ask?\n").guide
    assert [each.text for each in guide.questions] == ["Why do you ask?", "How do you ask?"]


def test_broken_front_matter_is_a_finding_and_text():
    result = parsed("---\ntitle: [oops\n---\n## Why do you ask?\n")
    assert [each.rule for each in result.findings] == ["front-matter"]
    assert "oops" in said(result.guide)
    assert len(result.guide.questions) == 1


def test_identity():
    guide = parsed(
        "## Question 1: Tell me about it. {#it}\n## 2. Tell me about it.\n## Tell me about it.\n"
    ).guide
    assert [each.id for each in guide.questions] == [
        "g/it",
        "g/tell-me-about-it",
        "g/tell-me-about-it-2",
    ]
    assert all(each.guide == "g" and "{" not in each.text for each in guide.questions)


def test_a_clash_is_a_finding_with_its_line():
    result = parsed("## Why me?\n\n## Why me?\n\n## Why me?\n")
    assert [(each.rule, each.line) for each in result.findings] == [
        ("duplicate-question-id", 3),
        ("duplicate-question-id", 5),
    ]
    assert [each.id for each in result.guide.questions] == ["g/why-me", "g/why-me-2", "g/why-me-3"]


def test_unknown_competencies_name_the_nearest():
    result = parsed("## Why me?\n\n**Competencies**: ownership, Amiguity; Decision Making\n")
    assert result.guide.questions[0].competencies == ("ownership", "amiguity", "decision-making")
    (finding,) = result.findings
    assert (finding.rule, finding.line) == ("unknown-competency", 3)
    assert finding.hint == 'Did you mean "ambiguity"?'


def test_no_vocabulary_means_no_findings():
    text = "## Why me?\n\n**Competencies**: anything\n"
    assert parse_guide(text, path="p", guide_id="g").findings == ()


@pytest.mark.parametrize("text", ["", "\n\n", "---\n---\n", "# Title\n\nProse.\n", "- a\n- b\n"])
def test_no_question_is_reported_with_a_hint(text):
    result = parsed(text)
    assert [each.rule for each in result.findings] == ["no-questions"]
    assert result.findings[0].severity == "warning"
    assert "Question 1" in result.findings[0].hint


def test_an_open_fence_is_reported():
    result = parsed("## Why me?\n\n```\ncode\n\n## Why not?\n")
    assert [(each.rule, each.line) for each in result.findings] == [("open-code-block", 3)]
    assert parsed("## Why me?\n\n```\ncode\n```\n").findings == ()


TRAPS = {
    "bullets and bold paragraphs under headed questions": (
        "## Why me?\n\n- Why you?\n\n**Q1. Why they?**\n\n1. Tell me about it?\n\nQ: Why we?\n",
        ["Why me?"],
    ),
    "a general section beside the questions": (
        "# T\n\n## Best Practices\n- x\n\n## Question 1: Why me?\n### Best Practices\n- y\n",
        ["Why me?"],
    ),
    "a question-like heading inside a question": (
        "## Question 1: Why me?\n### What is the interviewer looking for?\nx\n#### And you?\n",
        ["Why me?"],
    ),
    "a marked heading among follow-ups": (
        "## Question 1: Why me?\n### Follow-up Questions\n#### Question 1: Why you?\nx\n",
        ["Why me?"],
    ),
    "a title that asks": (
        "# How do you prepare?\n\nRead.\n\n## Why me?\n\n## Why you?\n",
        ["Why me?", "Why you?"],
    ),
    "one question-like heading beside lists of questions": (
        "# T\n## What is STAR?\nA way.\n## Work\n- Why me?\n- Why you?\n- Why they?\n",
        ["Why me?", "Why you?", "Why they?"],
    ),
    "a section of the same level": (
        "## 1. Why me?\n## Sample Answer\nx\n## 2. Hard times\n## Sample Answer\ny\n",
        ["Why me?", "Hard times"],
    ),
    "a topic that holds the sections of a question": (
        "# Hard times\n## Conceptual Explanation\nx\n## Example Response\ny\n",
        ["Hard times"],
    ),
    "a list of questions below a caption": (
        "**Work**\n\n- Why me?\n- Why you?\n\nContents:\n\n- Why not?\n",
        ["Why me?", "Why you?"],
    ),
    "a section below an item": (
        "1. Why me?\n\nTips:\n\n- Do you know the firm?\n\nMore.\n\n2. Why you?\n",
        ["Why me?", "Why you?"],
    ),
    "links into the document": (
        "- [Why me?](#why-me)\n- [Why you?](#why-you)\n\n# Work\n\n- Why they?\n",
        ["Why they?"],
    ),
    "two lines above a rule of a heading": (
        "Words before\nT\n===\n\nWhy me?\n-------\n\nx\n\nWhy you?\n-------\n",
        ["Why me?", "Why you?"],
    ),
    "bold questions with fields below a category": (
        "# T\n## Work\n\n**1. Why me?**\n\n*Sample answer:* x\n\n**2. How?**\n\n*Answer:* y\n",
        ["Why me?", "How?"],
    ),
    "listed questions with fields below a category": (
        "# T\n## Work\n\n1. Why me?\n\nAnswer: x\n\n2. How?\n\nAnswer: y\n",
        ["Why me?", "How?"],
    ),
    "marked questions below a category": (
        "# T\n## Work\nQ: Why me\nA: x\n\nQ: How\nA: y\n",
        ["Why me", "How"],
    ),
    "a bold item with a list below": (
        "1. **Why me?**\n2. **The hardest week**\n   - What they look for: calm\n   - Answer: x\n",
        ["Why me?", "The hardest week"],
    ),
    "tips are no questions": (
        "# T\n## Tips\n- Do you know the firm?\n- Have you slept?\n## Work\n- Why me?\n",
        ["Why me?"],
    ),
    "marks of all kinds": (
        "Question 1 - Why me?\n\nx\n\nQ2. Why you?\n\n**Question 3:** Why they?\n\n**Q4:** Why we?",
        ["Why me?", "Why you?", "Why they?", "Why we?"],
    ),
    "words that only begin like a mark": (
        "# Q4 2023 planning\n\nQ-learning explained\n\nQuestionnaire: none\n",
        [],
    ),
    "a closing heading mark and a tab": ("##\tWhy me? ##\n\n##\tHow? ##\n", ["Why me?", "How?"]),
    "an html heading": ("<h2>Why <b>me</b>?</h2>\n\nx\n\n<h2>How?</h2>\n", ["Why me?", "How?"]),
}


@pytest.mark.parametrize("name", TRAPS)
def test_what_is_a_question(name):
    text, questions = TRAPS[name]
    assert [each.text for each in parsed(text).guide.questions] == questions


EXAMPLES = {
    "a list of parts": (
        "- **Situation:** a\n- **Task:** b\n- **Action:** c\n- **Result:** d\n",
        [("", ["situation", "task", "action", "result"])],
    ),
    "a quotation": ("> **Situation**: a\n>\n> **Result**: b\n", [("", ["situation", "result"])]),
    "indented after A": ("A:\n\n    S: a\n\n    T: b\n", [("", ["situation", "task"])]),
    "A after T, A after R": (
        "S: a\nT: b\nA: c\nR: d\nA: e\n",
        [("", ["situation", "task", "action", "result"]), ("", ["text"])],
    ),
    "bold numbered lines within an action stay there": (
        "### Example\n\n**Action**: a\n\n**1. Look?**\n\nb\n\n**Result**: c\n",
        [("", ["action", "result"])],
    ),
    "a bold label that is not known": (
        "### Example\n\na\n\n**Prepared data**: b\n\n**Results of the team**: c\n",
        [("", ["text"])],
    ),
    "an emoji and a colon inside": ("🎯 **Outcome:** a\n", [("", ["result"])]),
    "labels right after a list": (
        "### Example\n**Action**: a\n- b\n**Result**: c\n```\nd\n```\n",
        [("", ["action", "result"])],
    ),
    "headings as parts": (
        "### Example 2 - Name\n#### Situation\na\n#### 1. First\nb\n#### Result\nc\n",
        [("Name", ["situation", "point", "result"])],
    ),
    "STAR explained in a concept is no example": (
        "### Conceptual Explanation\n\n**Situation**: say where.\n\n**Result**: say what.\n",
        [],
    ),
    "an example without a name, numbered": (
        "**Example 1:** a\n\n**Example 2:** b\n",
        [("", ["text"]), ("", ["text"])],
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_is_an_example(name):
    text, examples = EXAMPLES[name]
    (question,) = parsed(f"## Question 1: Why me?\n\n{text}").guide.questions
    assert [(e.name, [p.kind for p in e.parts]) for e in question.examples] == examples


def test_no_word_of_a_table_of_questions_is_lost():
    guide = parsed("| Ask | Year | Seen |\n|---|---|---|\n| Why me? | | 12 |\n| Why? | | |\n").guide
    assert [each.text for each in guide.questions] == ["Why me?", "Why?"]
    assert {"Ask", "Year", "Seen", "12"} <= set(re.findall(r"\w+", said(guide)))


def test_a_rule_ends_a_section():
    (question,) = parsed(
        "## Why me?\n### Example\n**Result**: short.\n\n---\n\n*Printed in May.*\n"
    ).guide.questions
    assert question.examples[0].parts[0].text == "short."
    assert [note.text for note in question.notes] == ["*Printed in May.*"]


CONTENT = Path(__file__).parent.parent / "content"


@pytest.mark.parametrize("path", sorted(CONTENT.glob("*.md")), ids=lambda path: path.stem)
def test_the_shipped_guides_are_read_whole(path):
    result = parsed(path.read_text(encoding="utf-8"))
    assert {each.rule for each in result.findings} <= {"unknown-competency"}
    assert len(result.guide.questions) == 10
    assert result.guide.title
    assert result.guide.description
    assert result.guide.notes == ()
    for each in result.guide.questions:
        assert len(each.examples) == 4
        assert all(e.name and e.parts and all(p.text for p in e.parts) for e in each.examples)
        assert each.concept
        assert each.competencies
        assert all((each.variants, each.practices, each.follow_ups)), each.line
        assert all(p.title and p.text for p in each.practices)
        assert each.notes == ()


# Generated documents. Each {} is a word that occurs once and must be found again.

PIECES = """
# {} {}|## {}?|## Question 3: {} {}|## Question 4|### 2. Tell me about {}
### Conceptual Explanation|### Example Response|### Best Practices|### Best Practices ({})
### Follow-up Questions|#### {}|#### 1. {}|##### Situation|### Result: {}|### Example 2 - {}
### Example of {}|**Example 1 - {}**:|**Example:** {}|**Situation**: {}|S: {}|T: {}|A: {}
R: {}|**A** {}|Result: {}|**{}**: {}|**{}**|**1. {}**|**Q1. {}?**|Q: {}|Q2: {}?|Question:
**Question:** {}|**Sample Answer:**|**Key Concepts:** {}|**Tips:**|**Also asked as**: {}? {}?
**Competencies**: {}, {}|**Red flags:** {}|- {}|- {}?|- **{}**: {}|- **{}** {}|  - {}|1. {}
1. Tell me about {}.|- [{}](#x)|- S: {}|- A: {}|- **Situation:** {}~- **Task:** {}|> {}
> **Action**: {}|```~{}~```|    {}|\t**Result**: {}|---|{} {}~---|{}~===|{}?~-----
<details><summary>{}?</summary>|</details>|<details>~<summary>{}</summary>~{}~</details>
<div>{}</div>|<!-- {} -->|[{}]: #x|{} {}|{}~{}|## Contents|Contents:|🎯 **Task**: {}
- [ ] **{}** - {}|{}  ~**Outcome**: {}|> - {}~>   {}|1. {}?~   {}~~   - A: {}|***{}***
_{}_: {}|### Answer 2: {}|### Answer ({})|**Situation ({})**: {}|<h2>{}?</h2>|Impact - {}
## {}? {{#id}}|+ {}|- {}~**{}**: {}
"""
TABLES = ("| Question | {} |\n|---|---|\n| {}? | {} |", "| {} | {} |\n|---|---|\n| {} | {} |")
FRONT = "---\ntitle: {}\nauthor: {}\ntags: [{}, {}]\n---\n"


def document(pieces):
    """Pieces joined, with a word of its own for each place."""
    text = "".join(pieces).replace("~", "\n")
    count = 0

    def word(_):
        nonlocal count
        count += 1
        return f"w{count}x"

    filled = re.sub(r"(?<!\{)\{\}(?!\})", word, text)
    return filled.replace("{{", "{").replace("}}", "}"), [f"w{n + 1}x" for n in range(count)]


DOCUMENTS = st.builds(
    lambda front, pieces: [front, *(piece + gap for piece, gap in pieces)],
    st.sampled_from(["", "", "", FRONT]),
    st.lists(
        st.tuples(
            st.sampled_from((*re.split(r"[|\n]", PIECES.strip("\n")), *TABLES)),
            st.sampled_from(["\n", "\n\n"]),
        ),
        min_size=1,
        max_size=12,
    ),
)


@settings(max_examples=200, deadline=None)
@given(DOCUMENTS)
def test_every_word_of_a_document_is_in_some_field(pieces):
    text, words = document(pieces)
    found = set(re.findall(r"w\d+x", said(parsed(text).guide)))
    assert [each for each in words if each not in found] == []


@settings(max_examples=200, deadline=None)
@given(DOCUMENTS)
def test_ids_differ_and_lines_lie_in_the_document(pieces):
    text, _ = document(pieces)
    guide = parsed(text).guide
    last = text.count("\n") + 1
    assert len({each.id for each in guide.questions}) == len(guide.questions)
    assert all(each.id.startswith("g/") and each.text for each in guide.questions)
    for question in guide.questions:
        things = [*question.practices, *question.follow_ups, *question.variants, *question.notes]
        things += [*question.examples, *(part for e in question.examples for part in e.parts)]
        things += [question.concept] if question.concept else []
        assert all(question.line <= each.line <= last for each in things)


MARKUP = st.text(
    st.sampled_from("#*_->`~|:[](){}<>!?=+.1aQSTAR\n\r\t \ufeff\u2028é\0\\/&"), max_size=300
)


@settings(max_examples=200, deadline=None)
@given(st.one_of(MARKUP, st.text(max_size=300)))
def test_no_text_makes_it_raise(text):
    assert parsed(text).guide.id == "g"


BIG = 1_000_000
DEEP = {
    "quotations": "> " * (BIG // 2),
    "lists": "- " * (BIG // 2),
    "numbers": "1. " * (BIG // 3),
    "brackets": "[" * BIG,
    "emphasis": "*a **b " * (BIG // 7),
    "growing quotations": "".join(">" * n + "a\n" for n in range(1400)),
    "growing lists": "".join(" " * n + "- **S**: a\n" for n in range(1400)),
    "summaries": "<summary>" * (BIG // 9),
    "details": "<details>\n" * (BIG // 10),
    "spaces": "## a" + " " * BIG + "b?",
    "spaces after a mark": "Q" + " " * BIG + "b\n\n## Q" + " " * BIG + "b",
    "spaces in ids": "## Why me?\n\n**Competencies**: a" + " " * BIG + "b",
    "spaces in names": "## Why me?\n\n### Example"
    + " " * BIG
    + "b\n\n**Result**"
    + " " * BIG
    + "b",
    "spaces in an item": "## Why me?\n### Tips\n- **a** b"
    + " " * BIG
    + "b\n- **a**"
    + " " * BIG
    + "b",
    "marks": "*" * BIG + "a",
    "colons": "a " + ":" * BIG,
    "front matter": "---\na: " + "[" * BIG + "\n---\n",
}


@pytest.mark.parametrize("name", DEEP)
def test_a_megabyte_of_nesting_is_read_at_once(name):
    began = time.process_time()
    parsed(DEEP[name])
    assert time.process_time() - began < 10  # seconds; each takes under 1 on two cores
