"""Drafts to files and back; stories out of every shape that people have them in."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml import OxmlElement
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from kb.domain import STAR, Part, Story
from kb.errors import DocumentError
from kb.files.shipped import competencies
from kb.importers import FORMATS, find_in_text, find_in_word
from kb.importers.dates import read_date
from kb.importers.draft import Draft, bank_json, draft_of
from kb.importers.likeness import Alike, record_key, told
from kb.importers.log import Imported, log_line, read_log
from kb.importers.names import meaning
from kb.importers.records import Found, Record, Source
from kb.importers.write import story_markdown
from kb.parse.story import parse_stories

DATA = Path(__file__).parent / "data"
IMPORTS = DATA / "imports"
KNOWN = competencies()


def source(name: str = "stories.md", **how: bool) -> Source:
    return Source(name, Path(name).stem, KNOWN, **how)


def found(text: str, name: str = "stories.md", **how: bool) -> Found:
    return find_in_text(text, FORMATS[name.rpartition(".")[2]], source(name, **how))


def fixture(name: str, **how: bool) -> Found:
    return found((IMPORTS / name).read_text("utf-8-sig"), name, **how)


def only(text: str, name: str = "stories.md", **how: bool) -> Record:
    (record,) = found(text, name, **how).records
    return record


def titles(these: Found) -> list[str]:
    return [record.draft.title for record in these.records]


def letters_of(record: Record) -> str:
    return "".join(part.kind[0] for part in record.draft.parts if part.kind in STAR)


def notes(record: Record) -> set[tuple[str, str]]:
    return {(note.kind, note.what) for note in record.notes}


# --- the file of a draft


def read(text: str, path: str = "personal/imported/a-story.md") -> Story:
    (story,) = parse_stories(text, path=path).stories
    return story


def parts_of(story: Story | Draft) -> list[tuple[str, str, str]]:
    return [(part.kind, part.title, part.text) for part in story.parts]


def fields(story: Story | Draft) -> dict[str, Any]:
    names = ("title", "date", "role", "company", "competencies", "tags", "answers", "status")
    return {name: getattr(story, name) for name in names}


def parts(**texts: str) -> tuple[Part, ...]:
    return tuple(
        Part(kind, text, 0, kind.capitalize() if kind != "text" else "")  # type: ignore[arg-type]
        for kind, text in texts.items()
    )


HARD_ONES = r"""
Result: it held|**Impact:** none|## Result|# Learning|Outcome\n=======|S: a letter|A: another
- Goal: a list|1. **Action**: numbered|[Task] this|```\nnever closed|<!-- never closed|# The title
<h2>Result</h2>|> Result: quoted|<summary>Result</summary>|---|    Result: code|*Lesson* learned
A\tB|<b>Result</b> yes|Approach – with a dash|T|__Lessons learned__
"""
HARD = st.sampled_from(
    [
        each.replace("\\n", "\n").replace("\\t", "\t")
        for row in HARD_ONES.strip("\n").split("\n")
        for each in row.split("|")
    ]
)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
TEXT = st.lists(st.one_of(HARD, WORDS), min_size=1, max_size=4).map("\n".join)
LINE = WORDS.map(lambda text: " ".join(text.replace("\0", "").split())).filter(bool)
TAG = LINE.map(lambda text: text.replace(",", "").lstrip("#").strip()).filter(bool)
LABELS = {
    "situation": ["Situation", "Context", "S", "Background 🌧", "Situation & Task"],
    "task": ["Task", "Challenge", "My role", "T"],
    "action": ["Action", "What I did", "Approach", "A"],
    "result": ["Result", "Outcome", "R", "Results"],
    "learning": ["Learning", "What I'd do differently", "L"],
}
PART = st.sampled_from(STAR).flatmap(
    lambda kind: st.builds(Part, st.just(kind), TEXT, st.just(0), st.sampled_from(LABELS[kind]))
)
PARTS = st.tuples(
    st.lists(st.builds(Part, st.just("text"), TEXT, st.just(0)), max_size=1),
    st.lists(PART, max_size=5),
).map(lambda both: tuple(both[0] + both[1]))
DRAFTS = st.builds(
    Draft,
    title=st.one_of(LINE, st.sampled_from(["Result", "Situation", "The title", "null", "A: b #c"])),
    date=st.sampled_from(["", "2023", "2023-05", "2023-05-01"]),
    role=st.one_of(st.just(""), LINE),
    company=st.one_of(st.just(""), LINE),
    competencies=st.lists(st.sampled_from(["ownership", "data-driven"]), unique=True).map(tuple),
    tags=st.lists(TAG, unique=True, max_size=3).map(tuple),
    answers=st.lists(LINE, unique=True, max_size=3).map(tuple),
    status=st.sampled_from(["draft", "ready", "retired"]),
    parts=PARTS,
)


def words_of(text: str) -> str:
    return "".join(re.findall(r"\w", text.replace("&#58;", "")))


@given(DRAFTS)
@settings(max_examples=150, deadline=None)
@example(Draft("Result", parts=parts(result="It held.")))
@example(Draft("Situation", parts=parts(text="# Situation", situation="x")))
@example(Draft("x", parts=parts(situation="```\nnever closed", action="a")))
@example(Draft("x", parts=parts(text="Result: a\n\nAction: b", learning="c")))
def test_any_draft_is_read_back(draft: Draft) -> None:
    story = read(story_markdown(draft))
    assert fields(story) == fields(draft)
    wanted = [p for p in draft.parts if p.text.replace("\0", "x").strip()]
    assert [p.kind for p in story.parts] == [p.kind for p in wanted]
    assert [words_of(p.text) for p in story.parts] == [words_of(p.text) for p in wanted]


def test_a_plain_draft_makes_a_plain_file() -> None:
    draft = Draft(
        'The "quoted" valve', "2020-05", "SRE", "Lock 9: East", ("ownership",), ("a b", "no"),
        ("When were you wrong?", "- dashed"), "draft", parts(situation="It leaked.", result="No."),
    )  # fmt: skip
    assert story_markdown(draft) == (
        '---\ntitle: \'The "quoted" valve\'\ndate: 2020-05\nrole: SRE\ncompany: "Lock 9: East"\n'
        'competencies: [ownership]\ntags: [a b, "no"]\nanswers:\n  - When were you wrong?\n'
        '  - "- dashed"\nstatus: draft\n---\n\n## Situation\nIt leaked.\n\n## Result\nNo.\n'
    )


@pytest.mark.parametrize(
    ("texts", "line"),
    [
        # inner labels of kinds that have a heading are weaker than it, and stay as they are
        ({"result": "**Impact:** none", "learning": "x"}, "**Impact:** none"),
        ({"action": "I asked.\n\nResult: they agreed."}, "Result\\: they agreed."),
        ({"action": "**Result** they agreed."}, "**Result\\:** they agreed."),
        ({"action": "x\n\n## Result"}, "## Result\\:"),
        ({"action": "x\n\n1. Goal: y\n2. Outcome: z"}, "1. Goal\\: y"),
        ({"action": "```\nx", "result": "y"}, "```"),
        # a heading in a text that is as strong as the parts': theirs become stronger
        ({"action": "x\n\n## Outcome\ny", "result": "z"}, "# Result"),
    ],
)
def test_what_would_be_misread_is_changed_as_little_as_can_be(
    texts: dict[str, str], line: str
) -> None:
    made = story_markdown(Draft("The title", parts=parts(**texts)))
    assert line in made.split("\n")
    assert [part.kind for part in read(made).parts] == list(texts)


def test_text_without_a_label_goes_before_the_parts_and_none_is_lost() -> None:
    draft = Draft("x", parts=(*parts(situation="s"), Part("text", "after", 0), *parts(text="t")))
    assert parts_of(read(story_markdown(draft))) == [
        ("text", "", "after\n\nt"),
        ("situation", "Situation", "s"),
    ]


@pytest.mark.parametrize(
    "path",
    [
        *sorted((DATA.parent.parent / "personal" / "samples").glob("*.md")),
        *sorted((DATA / "stories").glob("*.md")),
        *sorted((DATA / "eval" / "stories").glob("*.md"))[:10],
    ],
    ids=lambda p: p.stem,
)
def test_a_story_of_a_bank_survives_a_round_trip_to_the_character(path: Path) -> None:
    try:
        story = read(path.read_text("utf-8"), f"personal/{path.name}")
    except DocumentError:
        return
    back = read(story_markdown(draft_of(story)), f"personal/{path.name}")
    assert (back.id, fields(back), parts_of(back)) == (story.id, fields(story), parts_of(story))


@given(st.lists(DRAFTS, max_size=3))
@settings(max_examples=40, deadline=None)
def test_the_json_of_a_bank_gives_the_same_drafts(drafts: list[Draft]) -> None:
    assume(all(part.text.strip() for draft in drafts for part in draft.parts))
    back = found(json.dumps(bank_json(drafts)), "bank.json")
    assert [fields(r.draft) for r in back.records] == [fields(draft) for draft in drafts]
    for record, draft in zip(back.records, drafts, strict=True):
        assert story_markdown(record.draft) == story_markdown(draft)
        assert not record.notes
    assert not back.findings


def test_the_json_of_a_story_keeps_its_id_and_labels() -> None:
    one = Draft("T", tags=("a",), parts=(Part("action", "x", 0, "What I did"),), id="of-its-own")
    assert bank_json([one])["stories"][0]["parts"] == [
        {"part": "action", "title": "What I did", "text": "x"}
    ]
    record = only(json.dumps(bank_json([one])), "bank.json")
    assert (record.draft.id, parts_of(record.draft)) == ("of-its-own", parts_of(one))


def test_what_a_file_of_kb_holds_beyond_what_is_known_is_said() -> None:
    story = {
        "title": "T", "date": "soon", "mood": "good", "status": "lost", "id": "Ä B",
        "competencies": ["ownership", "grit"], "parts": [{"part": "task", "text": "x"}],
    }  # fmt: skip
    these = found(json.dumps({"kb": 2, "by": "me", "stories": [story, 7]}), "bank.json")
    (record,) = these.records
    assert notes(record) == {
        ("date", "soon"), ("dropped", "mood"), ("status", "lost"), ("id", "Ä B"), ("tag", "grit"),
    }  # fmt: skip
    assert (record.draft.id, record.draft.tags) == ("a-b", ("grit",))
    assert [f.rule for f in these.findings] == ["version", "left-out", "no-text"]


# --- names, dates


@pytest.mark.parametrize(
    ("name", "means"),
    [
        ("Situation", "situation"), ("CONTEXT", "situation"), ("what_happened", "situation"),
        ("Task / Challenge", "task"), ("Obstacle", "task"), ("starAction", "action"),
        ("What I did", "action"), ("Actions-Taken", "action"), ("Outcome(s)", "result"),
        ("Action 2", "action"), ("Lessons Learned", "learning"), ("S", "situation"),
        ("Headline", "title"), ("jobTitle", "role"), ("Organisation", "company"),
        ("Start Date", "start"), ("Skills", "competencies"), ("Key Skills", "competencies"),
        ("tech stack", "tags"), ("Interview Question", "answers"), ("Rating", None),
        ("Approximately", None), ("x" * 300, None),
    ],
)  # fmt: skip
def test_what_a_name_means(name: str, means: str | None) -> None:
    assert meaning(name) == means


@pytest.mark.parametrize(
    ("text", "date", "exact"),
    [
        ("2021", "2021", True), ("2021-03-05", "2021-03-05", True), ("2021/3", "2021-03", True),
        ("03/2021", "2021-03", True), ("March 2021", "2021-03", True),
        ("Mar 5th, 2021", "2021-03-05", True), ("5 March 2021", "2021-03-05", True),
        ("Jan 2019 - Mar 2020", "2019-01", True), ("2019–2021", "2019", True),
        ("2021-03-05T10:22:00Z", "2021-03-05", True), ("March 3, 2023 4:12 PM", "2023-03-03", True),
        ("15/03/2021", "2021-03-15", True), ("05/03/2021", "2021", False),
        ("Q3 2021", "2021", False), ("around 2020", "2020", False),
        ("30 February 2020", "2020", False),
        ("two years ago", "", False), ("1899", "", False), ("2019 or 2021", "2019", False),
    ],
)  # fmt: skip
def test_dates_as_people_write_them(text: str, date: str, exact: bool) -> None:
    assert read_date(text) == (date, exact)


@pytest.mark.parametrize(
    ("pairs", "date", "left"),
    [
        ({"Month": "March", "Year": "2021"}, "2021-03", set()),
        ({"Year": "2021", "Month": "March"}, "2021-03", set()),
        ({"Date": "2021", "Year": "2020"}, "2021", {("dropped", "Year")}),
        ({"Date": "soon"}, "", {("date", "soon")}),
        ({"When": "2021-03", "Start": "2020"}, "2021-03", {("dropped", "Start")}),
    ],
)
def test_a_date_in_several_fields(
    pairs: dict[str, str], date: str, left: set[tuple[str, str]]
) -> None:
    record = only(json.dumps({"Title": "T", "Situation": "x", **pairs}), "a.json")
    assert (record.draft.date, notes(record)) == (date, left)


@given(st.text(max_size=30))
def test_a_date_that_is_read_is_one_that_a_story_may_have(text: str) -> None:
    date, _ = read_date(text)
    assert read(f"---\ntitle: x\ndate: {date}\n---\n").date == date


# --- documents


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("headings.md", {"The frozen parcels": "staarl"[:3] + "rl",
                         "Teaching the depot to say no": "star"}),
        ("groups.md", {"Two plans for one crane": "star", "The review that hurt": "sar",
                       "A cable nobody owned": "sarl"}),
        ("plain.txt", {"The tram that knew too much": "star", "Saying it in the canteen": "starl",
                       "Half a migration": "sar"}),
        ("rules.md", {"The printer that billed us": "sar", "Rota for nine": "sar",
                      "The silent alarm": "sar"}),
        ("setext.md", {"The lift at night": "sar", "An estimate in public": "sar"}),
        ("same-level.md", {"Rebuilding the index at noon": "sar",
                           "The intern's pull request": "sar"}),
        ("questions.md", {"Tell me about a time you missed a deadline.": "",
                          "What is the hardest feedback you have had?": "sar"}),
        ("table.md", {"Bread at five": "sar", "Flour by weight": "sar", "The wrong kiln": "star"}),
    ],
)  # fmt: skip
def test_documents_of_many_stories(name: str, wanted: dict[str, str]) -> None:
    these = fixture(name)
    assert {record.draft.title: letters_of(record) for record in these.records} == wanted


def test_the_lines_about_a_story_are_its_fields_and_leave_the_text() -> None:
    first, second = fixture("headings.md").records
    assert (first.draft.role, first.draft.company, first.draft.date) == (
        "Backend Developer", "Halden Freight", "2021-03",
    )  # fmt: skip
    assert first.draft.parts[0].kind == "situation"
    assert "# Result: not a heading" in first.draft.parts[2].text
    assert second.draft.competencies == ("saying-no", "ownership")
    assert second.draft.tags == ("Stakeholder empathy",)
    assert notes(second) == {("tag", "Stakeholder empathy")}
    assert [part.title for part in second.draft.parts] == [
        "Context", "Challenge", "Approach", "Outcome",
    ]  # fmt: skip


def test_a_story_has_the_line_of_its_title_and_what_is_outside_is_said_with_its_line() -> None:
    text = (IMPORTS / "headings.md").read_text("utf-8").split("\n")
    these = fixture("headings.md")
    assert [text[record.line - 1] for record in these.records] == [
        "## 1. The frozen parcels", "## 2. Teaching the depot to say no",
    ]  # fmt: skip
    assert [text[finding.line - 1][:8] for finding in these.findings] == ["I collec", "Ask Mari"]


def test_headings_above_stories_are_their_competency_or_tag() -> None:
    one, two, three = fixture("groups.md").records
    assert one.draft.tags == two.draft.tags == ("Conflict with people",)
    assert three.draft.competencies == ("ownership",)
    assert three.draft.tags == ("facilities", "on call")


@pytest.mark.parametrize(
    ("heading", "competency", "tags"),
    [
        ("Leadership", ("leadership",), ()),
        ("2. My leadership stories", ("leadership",), ()),
        ("Stories about cranes", (), ("cranes",)),
        ("Stories", (), ()),
        ("Decision-making examples", ("decision-making",), ()),
    ],
)
def test_what_a_heading_over_stories_says_of_them(
    heading: str, competency: tuple[str, ...], tags: tuple[str, ...]
) -> None:
    story = "### {}\n**Situation:** s\n\n**Action:** a\n\n"
    text = f"# Mine\n\n## {heading}\n\n{story}{story}## Others\n\n{story}".format(
        "One", "Two", "Three"
    )
    first = found(text).records[0].draft
    assert (first.title, first.competencies, first.tags) == ("One", competency, tags)


def test_a_question_as_heading_is_answered_by_its_story() -> None:
    first, _ = fixture("questions.md").records
    assert first.draft.answers == ("Tell me about a time you missed a deadline.",)
    assert first.draft.parts[0].kind == "text"


@pytest.mark.parametrize(
    "text",
    [
        "# A day on the quay\n\n## Where it was\nOn the quay.\n\n## What came then\nA ship.\n",
        "# The outage\n\n## Situation\nx\n\n## Action\ny\n\n## Notes\nz\n\n## Result\nw\n",
        "Situation: x\n\nAction: y\n\nResult: z\n",
        "Just some text that has no structure at all, and tells one thing.\n",
        "# One\n\n**Situation:** x\n\n---\n\n**Action:** y\n\n**Result:** z\n",
    ],
)
def test_one_story_stays_one(text: str) -> None:
    assert len(found(text).records) == 1


def test_a_file_can_be_taken_whole() -> None:
    these = fixture("rules.md", whole=True)
    assert len(these.records) == 1


def test_a_story_of_kb_comes_back_as_it_is() -> None:
    path = DATA.parent.parent / "personal" / "samples" / "anselms-single-stream.md"
    story = read(path.read_text("utf-8"), str(path))
    record = only(path.read_text("utf-8"), path.name)
    assert (fields(record.draft), parts_of(record.draft)) == (fields(story), parts_of(story))


SHAPE_ROWS = r"""
{}~# {}~## {}~### 3. {}~Role: {}~Tags: {}, {}~**Situation:** {}~Action: {}~---~## Result~S: {}
- **Task:** {}~#{} #{}~Story 2: {}~- [ ] {}~====~![[{}.png]]~[[note|{}]]~=={}==~%%{}%%~Company:
**Skills:**~- {}~```~> {}~<!-- {}~Date: 2021~Date: {}~**{}**~1. {}~<h2>{}</h2>~[{}](other.md)
Result: {}~Learning\n{}\n----~# Situation~| {} | {} |\n|---|---|\n| Action | {} |
Title: {} | Role: {}~
"""
SHAPES = [
    shape.replace("\\n", "\n")
    for row in SHAPE_ROWS.strip("\n").split("\n")
    for shape in row.split("~")
]
DOCUMENTS = st.lists(st.sampled_from(SHAPES), max_size=14).map("\n".join)


@given(DOCUMENTS, st.booleans(), st.sampled_from(["a.md", f"a {'0f' * 16}.md"]))
@settings(max_examples=300, deadline=None)
def test_no_document_breaks_it_and_no_word_gets_lost_unsaid(
    shape: str, vault: bool, name: str
) -> None:
    count = shape.count("{}")
    text = shape.format(*(f"zq{number}q" for number in range(count)))
    try:
        these = found(text, name, vault=vault)
    except DocumentError:
        return
    said = "\n".join(story_markdown(record.draft) for record in these.records)
    said += "\n".join(f"{n.what} {n.value}" for record in these.records for n in record.notes)
    left = text.split("\n")
    for finding in these.findings:
        assert 0 < finding.line <= len(left)
        said += left[finding.line - 1]
        assert finding.message
    commented = text.lstrip().startswith("---")  # a heading in front matter is a comment there
    if not commented and not any(
        "word" in f.message or f.rule == "no-text" for f in these.findings
    ):
        assert set(re.findall(r"zq\d+q", said)) == {f"zq{number}q" for number in range(count)}


# --- JSON


def test_a_list_under_any_key_with_names_of_any_kind() -> None:
    these = fixture("stories.json")
    one, two = these.records
    assert (one.line, two.line) == (4, 17)
    assert one.draft.title == "The night the ferry had no list"
    assert [(p.kind, p.title, p.text) for p in one.draft.parts][:2] == [
        ("situation", "Context", "The list of passengers was empty ten minutes before departure."),
        ("action", "Action", "- I rang the harbour\n- I read names from the tickets"),
    ]
    assert (one.draft.date, one.draft.competencies, one.draft.tags) == (
        "2021-03", ("incident-response",), ("Seamanship",),
    )  # fmt: skip
    assert notes(one) == {("tag", "Seamanship"), ("dropped", "End Date"), ("dropped", "Rating")}
    assert (two.draft.company, two.draft.role) == ("Quay Systems", "SRE")
    assert two.draft.answers == ("Tell me about a hard bug.", "When were you wrong?")
    assert letters_of(two) == "sa"
    assert two.draft.parts[-1].text.startswith("**Interviewer notes:** The panel asked twice")
    assert notes(two) == {("text", "Interviewer notes")}
    assert [(f.rule, f.line) for f in these.findings] == [("left-out", 1), ("no-text", 29)]


@pytest.mark.parametrize(
    ("value", "letters"),
    [
        ({"S": "a b", "T": "c", "A": ["d", "e"], "R": "f"}, "star"),
        ({"title": "x", "answer": "Situation: a\n\nAction: b\n\nResult: c"}, "sar"),
        ({"star": {"situation": {"text": "a"}, "result": ["b"]}}, "sr"),
        ({"parts": [{"label": "Action", "text": "a"}, {"Result": "r", "Task": "t"}]}, "tar"),
        ({"bank": {"mine": [{"context": "a", "outcome": "b"}]}}, "sr"),
        ([[{"Situation": "a", "Result": "b"}]], "sr"),
        ({"action": "late", "result": "early", "situation": "first"}, "sar"),
    ],
)  # fmt: skip
def test_objects_of_many_shapes(value: Any, letters: str) -> None:
    assert letters_of(only(json.dumps(value), "a.json")) == letters


def test_a_line_that_is_no_json_does_not_stop_the_others() -> None:
    these = fixture("stories.jsonl")
    assert titles(these) == ["A map on the wall", "The second reader"]
    assert [letters_of(record) for record in these.records] == ["star", "sar"]
    assert [(f.severity, f.line) for f in these.findings] == [("error", 2)]
    assert "expecting ',' delimiter" in these.findings[0].message


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[1,]",
        "",
        '{"a": "\n',
        "[" * 5000,
        '{"a":' * 500 + "1" + "}" * 500,
        "[" * 90 + "]" * 90,
    ],
)
def test_what_is_no_json_is_one_sentence_with_its_line(text: str) -> None:
    with pytest.raises(DocumentError) as caught:
        found(text, "a.json")
    assert caught.value.line >= 1
    assert caught.value.path == "a.json"


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=12)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(
                ["title", "situation", "Action", "result", "STAR", "parts", "text", "role", "tags",
                 "kb", "stories", "work", "highlights", "questions", "answers", "x", "date", "id",
                 "status", "competencies", "story", "label"]
            ),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=16,
)  # fmt: skip


@given(JSON)
@settings(max_examples=300, deadline=None)
def test_no_json_breaks_it(value: Any) -> None:
    these = found(json.dumps(value), "a.json")
    for record in these.records:
        read(story_markdown(record.draft))
        assert record.line >= 1


NAMES = (
    "Title", "Situation", "Action", "Results", "Rating", "Notes", "Client", "Date", "Start",
    "Role", "Position", "Company", "Tags", "Skills", "Questions", "Status", "Story", "Name",
)  # fmt: skip


@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=12), st.booleans())
def test_no_field_is_dropped_silently(names: list[str], long: bool) -> None:
    tail = " and this goes on for a while, so that it is a text and no name" if long else ""
    rows = [f'"{name}": "zq{number}q{tail}"' for number, name in enumerate(names)]
    text = '{"Task": "x", "Learning": "y", ' + ", ".join(rows) + "}"
    record = only(text, "a.json")
    said = story_markdown(record.draft) + "".join(f"{n.what} {n.value}" for n in record.notes)
    assert set(re.findall(r"zq\d+q", said)) == {f"zq{n}q" for n in range(len(names))}


def test_each_highlight_of_a_resume_is_a_draft() -> None:
    these = fixture("resume.json")
    assert {record.draft.status for record in these.records} == {"draft"}
    assert [(r.draft.title, r.draft.company, r.draft.role) for r in these.records] == [
        ("Cut the nightly sort from 40 to 7 minutes", "Halden Freight", "Backend Developer"),
        ("Led the on-call rota of nine", "Halden Freight", "Backend Developer"),
        ("Taught 14 children to debug with a torch", "Code Club", "Mentor"),
        ("Wrote a tide table that fits on one page", "", ""),
    ]
    assert these.records[0].draft.date == "2019-02-01"
    assert these.records[3].draft.tags == ("Rust", "tidemark")
    assert [f.message for f in these.findings] == [
        "Left out, since no highlights stand there: education.",
        "Left out: the summary of Halden Freight.",
    ]


# --- tables


def test_a_table_with_quoted_lines_and_semicolons() -> None:
    these = fixture("stories.csv")
    first, second = these.records
    assert (first.draft.title, first.line, second.line) == ('The "quoted" valve', 2, 4)
    assert first.draft.parts[0].text == "It leaked, always, at night.\nNobody saw it."
    assert (first.draft.competencies, first.draft.tags) == (("problem-solving",), ("Night work",))
    assert (first.draft.date, second.draft.date) == ("2020", "2018")
    assert notes(first) == {("tag", "Night work"), ("dropped", "Rating"), ("date", "05/03/2020")}
    assert [(f.rule, f.line) for f in these.findings] == [("no-text", 6)]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_separator_is_seen(mark: str) -> None:
    row = mark.join(["It, then; it", "I did", "We, or; they"])
    record = only(
        f"Situation{mark}Action{mark}Result\n{row}\n".replace(row, _quoted(row, mark)), "a.csv"
    )
    assert [part.text for part in record.draft.parts] == ["It, then; it", "I did", "We, or; they"]


def _quoted(row: str, mark: str) -> str:
    return (
        mark.join(f'"{cell}"' for cell in row.split(mark))
        if mark in "\t|"
        else '"It, then; it"' + mark + '"I did"' + mark + '"We, or; they"'
    )


@pytest.mark.parametrize(
    ("said", "kept"),
    [("the-lift-at-night", "the-lift-at-night"), ("frost", "frost"), ("17", ""), ("rec3Fa9", ""),
     ("9f0c2b1e-7d4a-4c11-9a55-0b6de4a1f3c2", "")],
)  # fmt: skip
def test_an_id_is_kept_where_it_is_one_of_kbs(said: str, kept: str) -> None:
    record = only(f"Id,Title,Situation\n{said},Frost,It froze\n", "a.csv")
    assert record.draft.id == kept
    assert (("dropped", "Id") in notes(record)) is (not kept)


def test_rows_above_a_header_and_cells_beyond_it_are_said() -> None:
    these = found("My stories;;\n\nTitle;Task;Action\nx;t;a;more\n", "a.csv")
    (record,) = these.records
    assert notes(record) == {("dropped", "Column 4")}
    assert [f.message for f in these.findings] == ["Left out above the header: 'My stories'."]


@pytest.mark.parametrize("text", ["", "a,b\nc,d\n", "Name,Phone\nx,1\n", '"' * 50])
def test_a_table_that_names_no_parts_is_refused(text: str) -> None:
    with pytest.raises(DocumentError, match="no row names the parts of a story"):
        found(text, "a.csv")


@given(st.text(max_size=80))
def test_no_table_breaks_it(text: str) -> None:
    these = found("Title,Situation,Result\n" + text, "a.csv")
    for record in these.records:
        read(story_markdown(record.draft))


# --- notes of other programs


def in_folder(name: str, vault: bool = False) -> Found:
    path = next(IMPORTS.rglob(name))
    return find_in_text(path.read_text("utf-8"), "document",
                        Source(path.name, path.stem, KNOWN, vault=vault))  # fmt: skip


def test_a_page_of_notion() -> None:
    (record,) = in_folder("The gate that*.md").records
    draft = record.draft
    assert (draft.title, draft.company, draft.role) == (
        "The gate that would not close", "Lock 9", "Controls Engineer",
    )  # fmt: skip
    assert draft.parts[0].text == "A gate stayed open by two centimetres. See the drawings."
    assert notes(record) == {
        ("dropped", "Created"), ("dropped", "Reviewed"), ("tag", "Rust prevention"),
        ("embed", "The gate/gate.png"),
    }  # fmt: skip


def test_a_note_of_obsidian() -> None:
    these = in_folder("Counting seals.md", vault=True)
    (record,) = these.records
    draft = record.draft
    assert (draft.title, draft.company, draft.date) == (
        "Counting seals", "Skerry Trust", "2020-08-14",
    )  # fmt: skip
    assert draft.tags == ("fieldwork", "data", "counting", "skerry/north", "method")
    assert [part.text for part in draft.parts] == [
        "We counted seals from a boat, and counted some twice. See the log and Tide tables.",
        "I had two people count from two sides, and compared.",
        "The double counts fell from 12% to 2%.",
    ]
    assert notes(record) == {("dropped", "Aliases"), ("embed", "seals.jpg")}
    assert "do not name the boat" in these.findings[0].message


def test_a_note_without_heading_has_its_files_name() -> None:
    (record,) = in_folder("A quiet refusal.md", vault=True).records
    assert record.draft.title == "A quiet refusal"


def test_code_keeps_what_looks_like_a_link() -> None:
    code = "```\n[[x|y]] ==z== #tag\n```"
    text = f"# T\n\nSituation: `[[ -f x ]]` and a == b == c\n\n{code}\n\nResult: r\n"
    told_ = only(text, vault=True).draft.parts[0].text
    assert "`[[ -f x ]]` and a == b == c" in told_
    assert "[[x|y]] ==z== #tag" in told_


# --- Word


def word(make: Callable[[Any], None]) -> Found:
    document = docx.Document()
    make(document)
    data = io.BytesIO()
    document.save(data)
    return find_in_word(data.getvalue(), source("stories.docx"))


def labelled(document: Any, label: str, text: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.add_run(label).bold = True
    paragraph.add_run(text)


def test_a_word_file_with_headings_bold_labels_and_lists_in_order() -> None:
    def make(document: Any) -> None:
        document.add_heading("My stories", 0)
        document.add_paragraph("What this is.")
        document.add_heading("The frozen parcels", 1)
        labelled(document, "Situation:", " 4,000 parcels stood still.")
        labelled(document, "Action", ": I did this:")
        document.add_paragraph("read the queue", style="List Bullet")
        document.add_paragraph("stopped a consumer", style="List Bullet")
        document.add_paragraph("# of restarts: one.")
        labelled(document, "Result: ", "Sorting began after 40 minutes.")
        document.add_heading("The second", 1)
        labelled(document, "Situation:", " s")
        labelled(document, "Result:", " r")

    these = word(make)
    assert titles(these) == ["The frozen parcels", "The second"]
    assert [record.line for record in these.records] == [3, 10]
    assert [(part.kind, part.text) for part in these.records[0].draft.parts] == [
        ("situation", "4,000 parcels stood still."),
        (
            "action",
            "I did this:\n\n- read the queue\n- stopped a consumer\n\n\\# of restarts: one.",
        ),
        ("result", "Sorting began after 40 minutes."),
    ]
    assert [(f.line, f.message) for f in these.findings] == [
        (2, "3 words under 'My stories' outside any story; left out."),
    ]


def filled(table: Any, *rows: tuple[str, ...]) -> None:
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text


def test_tables_in_a_word_file() -> None:
    def make(document: Any) -> None:
        document.add_heading("The wrong kiln", 1)
        table = document.add_table(rows=3, cols=2)
        rows = [("Situation", "Two kilns had one number."), ("Action", "I painted\na stripe."),
                ("Result", "It is in the handbook.")]  # fmt: skip
        filled(table, *rows)
        document.add_paragraph("Between.")
        second = document.add_table(rows=2, cols=3)
        filled(second, ("Title", "Task", "Result"), ("Bread", "t", "r"))

    these = word(make)
    assert {r.draft.title: letters_of(r) for r in these.records} == {
        "Bread": "tr", "The wrong kiln": "sar",
    }  # fmt: skip
    kiln = next(r for r in these.records if r.draft.title != "Bread")
    assert kiln.draft.parts[1].text == "I painted\na stripe."
    assert kiln.draft.parts[2].text == "It is in the handbook.\n\nBetween."


def test_a_word_file_as_it_reads_now_with_what_does_not_come_along() -> None:
    def make(document: Any) -> None:
        labelled(document, "Situation:", " It was ")
        paragraph = document.paragraphs[-1]._p
        for tag, text in (("ins", "new"), ("del", "old")):
            change = OxmlElement(f"w:{tag}")
            run = OxmlElement("w:r")
            inner = OxmlElement("w:t" if tag == "ins" else "w:delText")
            inner.text = text
            run.append(inner)
            change.append(run)
            paragraph.append(change)
        labelled(document, "Result:", " r")
        document.paragraphs[-1].add_run()._r.append(OxmlElement("w:drawing"))

    these = word(make)
    assert [part.text for part in these.records[0].draft.parts] == ["It was new", "r"]
    assert [f.message for f in these.findings] == ["1 pictures or drawings do not come along."]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 broken", b"%PDF-1.7", b"\0" * 100])
def test_what_is_no_word_file_is_one_sentence(data: bytes) -> None:
    with pytest.raises(DocumentError, match="cannot be opened as a Word file"):
        find_in_word(data, source("a.docx"))


# --- likeness, and the log


def draft_of_words(count: int, start: int = 0, title: str = "x") -> Draft:
    words = " ".join(f"word{start + number}" for number in range(count))
    return Draft(title, parts=parts(situation=words))


def test_the_same_words_are_the_same_whatever_stands_between() -> None:
    one = Draft("A title", parts=parts(action="I rang, and they CAME."))
    other = Draft("A Title.", parts=parts(action="I rang and\n- they came"))
    assert told(one).key == told(other).key
    assert record_key(one) == record_key(other)
    assert record_key(one) != record_key(Draft("Another", parts=one.parts))
    assert record_key(one) != record_key(
        Draft("A title", parts=parts(result="I rang, and they CAME."))
    )


@given(st.integers(60, 300), st.integers(0, 40))
@settings(max_examples=60, deadline=None)
def test_a_text_that_was_edited_a_little_is_found_and_another_is_not(size: int, off: int) -> None:
    alike = Alike()
    for number in range(5):
        alike.add(str(number), told(draft_of_words(size, 1000 * number)))
    edited = draft_of_words(size, 2000 + min(off, size // 10))
    assert alike.nearest(told(edited))[0] == "2"
    assert alike.nearest(told(draft_of_words(size, 9000))) == ("", 0.0)
    assert alike.nearest(told(Draft("no text"))) == ("", 0.0)


def test_likeness_is_counted_exactly() -> None:
    alike = Alike()
    alike.add("one", told(draft_of_words(102)))
    name, share = alike.nearest(told(draft_of_words(102, 10)))
    assert (name, share) == ("one", 90 / 110)


LINES = st.builds(Imported, *[st.text(st.characters(exclude_categories=["Cs"]))] * 4)


@given(st.lists(LINES, max_size=4), st.binary(max_size=20))
def test_a_log_is_read_back_and_a_torn_line_is_passed_over(
    lines: list[Imported], tail: bytes
) -> None:
    text = "".join(map(log_line, lines))
    assert read_log(text + '{"v": 1, "key": "x"') == tuple(lines)
    assert read_log(text + tail.decode("latin-1"))[: len(lines)] == tuple(lines)
