"""Stories as documents: nothing is lost, nothing in them does harm, nothing private stays."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import docx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kb.domain import STAR, Part, Story
from kb.errors import DocumentError
from kb.exporters import ENDINGS, FORMATS, written
from kb.exporters.data import COLUMNS, csv_table, harmless, json_bank
from kb.exporters.document import markdown_document
from kb.exporters.page import html_page, markdown_html
from kb.exporters.redact import Private, Redactor, read_private
from kb.exporters.style import CSS
from kb.exporters.word import word_document
from kb.importers.draft import Draft, draft_of
from kb.importers.jsonfile import read_json_file
from kb.importers.records import Source
from kb.importers.table import read_table
from kb.importers.write import story_markdown
from kb.parse.story import parse_stories

IDS = frozenset({"ownership", "data-driven", "conflict"})
SOURCE = Source("stories", "stories", IDS)


def part(kind: str, text: str, title: str | None = None) -> Part:
    label = kind.capitalize() if kind in STAR else ""
    return Part(kind, text, 1, label if title is None else title)  # type: ignore[arg-type]


def story(**fields: Any) -> Story:
    given: dict[str, Any] = {
        "id": "the-outage",
        "path": "personal/the-outage.md",
        "title": "The outage",
    }
    given["parts"] = (part("situation", "It went down."), part("result", "Back in 40 minutes."))
    return Story(**{**given, **fields})


FULL = story(
    date="2023-05", role="Engineer", company="Acme Widgets", competencies=("ownership", "conflict"),
    tags=("on-call", "night"), answers=("Tell me about a failure, or two", "What broke?"),
    status="draft",
    parts=(
        part("text", "An opening."),
        part("situation", "It *went* down.\n\n# A heading\n\n- one\n- two", "Context"),
        part("action", "1. I looked.\n2. I `fixed` it.\n\n```sh\nmake\n```"),
        part("result", "Back, after <40> minutes & more."),
    ),
)  # fmt: skip

# --- stories as parsing gives them

HARD = st.sampled_from(
    [
        "Result: it held",
        "**Impact:** none",
        "## Result",
        "# A heading",
        "Above\n===",
        "---",
        "- item\n  - inner",
        "1. one",
        "> quoted",
        "```\nnever closed",
        "    code",
        "| a | b |",
        "=1+1",
        "+49",
        "-x",
        "@now",
        "<script>alert(1)</script>",
        "[a](javascript:alert(1))",
        "![x](http://e.test/x.png)",
        "<http://e.test>",
        "a\tb",
        "&lt;b&gt;",
        "'quoted'",
        '"q", q',
    ]
)
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
TEXT = st.lists(st.one_of(HARD, WORDS), min_size=1, max_size=4).map("\n".join)
LINE = WORDS.map(lambda text: " ".join(text.split())).filter(bool)
TAG = LINE.map(lambda text: " ".join(text.replace(",", "").lstrip("# ").split())).filter(bool)
PART = st.sampled_from((*STAR, "text")).flatmap(lambda kind: st.builds(part, st.just(kind), TEXT))
DRAFTS = st.builds(
    Draft,
    title=LINE,
    date=st.sampled_from(["", "2023", "2023-05", "2023-05-01"]),
    role=st.one_of(st.just(""), LINE),
    company=st.one_of(st.just(""), LINE),
    competencies=st.lists(st.sampled_from(sorted(IDS)), unique=True).map(tuple),
    tags=st.lists(TAG, unique=True, max_size=3).map(tuple),
    answers=st.lists(LINE, unique=True, max_size=3).map(tuple),
    status=st.sampled_from(["draft", "ready", "retired"]),
    parts=st.lists(PART, min_size=1, max_size=5).map(tuple),
    id=st.sampled_from(["", "an-id", "x"]),
)


def parsed(draft: Draft) -> Story:
    (found,) = parse_stories(story_markdown(draft), path="personal/a.md", competencies=IDS).stories
    return found


STORIES = DRAFTS.map(parsed).filter(lambda one: bool(one.parts))


def same(one: Story) -> Story:
    """A story without what depends on where its file lies."""
    return replace(one, path="", line=0, parts=tuple(replace(p, line=0) for p in one.parts))


# --- all formats


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_stories_give_the_same_document(form: str) -> None:
    assert written([FULL], form) == written([FULL], form)  # type: ignore[arg-type]
    assert set(ENDINGS.values()) == set(FORMATS)


# --- JSON


@given(st.lists(STORIES, max_size=3))
@settings(max_examples=100, deadline=None)
def test_json_read_back_gives_the_same_stories(stories: list[Story]) -> None:
    found = read_json_file(json_bank(stories), SOURCE)
    assert [same(parsed(record.draft)) for record in found.records] == [same(s) for s in stories]


def test_json_holds_every_field() -> None:
    bank = json.loads(json_bank([FULL]))
    assert bank["kb"] == 1
    (one,) = bank["stories"]
    assert list(one) == [
        "id", "title", "date", "role", "company", "competencies", "tags", "answers", "status",
        "parts",
    ]  # fmt: skip
    assert one["parts"][1]["part"] == "situation"
    assert one["parts"][1]["title"] == "Context"
    assert one["answers"] == list(FULL.answers)


# --- CSV


def cells(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@given(STORIES)
@settings(max_examples=100, deadline=None)
def test_a_cell_is_never_a_formula_and_can_be_undone(one: Story) -> None:
    (row,) = cells(csv_table([one]))
    assert tuple(row) == COLUMNS
    for cell in row.values():
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    plain = {name: re.sub(r"^'(?='*[=+\-@\t\r\n＝＋－＠])", "", c) for name, c in row.items()}
    assert plain["title"] == one.title
    assert plain["role"] == one.role
    assert plain["answers"].split("\n") == (list(one.answers) or [""])
    for kind in (*STAR, "text"):
        assert plain[kind] == "\n\n".join(p.text for p in one.parts if p.kind == kind)


def test_an_apostrophe_before_a_sign_is_told_from_ours() -> None:
    assert harmless("=1") == "'=1"
    assert harmless("'=1") == "''=1"
    assert harmless("'tis") == "'tis"
    assert harmless("1 - 1") == "1 - 1"


def test_lines_of_a_table_end_as_spreadsheets_want_them() -> None:
    text = csv_table([FULL, story()])
    assert text.count("\r\n") == 3
    assert len(cells(text)) == 2
    assert '"It *went* down.\n\n# A heading' in text


def test_a_table_is_imported_again() -> None:
    (record,) = read_table(csv_table([FULL]), SOURCE).records
    draft = record.draft
    assert (draft.title, draft.date, draft.role, draft.company, draft.status) == (
        FULL.title, FULL.date, FULL.role, FULL.company, FULL.status,
    )  # fmt: skip
    assert draft.competencies == FULL.competencies
    assert draft.tags == FULL.tags
    assert draft.answers == FULL.answers
    told = {p.kind: p.text for p in draft.parts}
    assert told == {p.kind: p.text for p in FULL.parts}
    assert draft.id == FULL.id


@given(st.lists(STORIES, max_size=3))
@settings(max_examples=60, deadline=None)
def test_a_table_read_back_gives_the_same_stories(stories: list[Story]) -> None:
    found = read_table(csv_table(stories), SOURCE)
    again = [same(parsed(record.draft)) for record in found.records]
    assert again == [same(parsed(draft_of(_in_a_row(story)))) for story in stories]
    assert not found.findings


def _in_a_row(one: Story) -> Story:
    """What a table holds of a story: its parts of one kind in one, without labels."""
    kinds: dict[str, list[str]] = {}
    for each in one.parts:
        kinds.setdefault(each.kind if each.kind in STAR else "text", []).append(each.text)
    texts = {kind: "\n\n".join(kinds.get(kind, [])) for kind in ("text", *STAR)}
    return replace(one, parts=tuple(part(kind, text) for kind, text in texts.items() if text))


@pytest.mark.parametrize("sign", ["=1+1", "'=1", "''@a", "+4 people", "-", "@x", "＝1", "'tis"])
def test_a_sign_that_a_spreadsheet_would_take_is_there_again(sign: str) -> None:
    one = story(title=f"{sign} a", parts=(part("action", f"{sign}\n\n{sign}"),))
    (record,) = read_table(csv_table([one]), SOURCE).records
    assert record.draft.title == f"{sign} a"
    assert [p.text for p in record.draft.parts] == [f"{sign}\n\n{sign}"]


# --- Markdown


def test_a_document_has_a_heading_a_story_and_one_a_part() -> None:
    text = markdown_document([FULL, story()])
    heads = re.findall(r"^#+ .*$", text, re.MULTILINE)
    assert heads == [
        "# The outage", "## Context", "### A heading", "## Action", "## Result",
        "# The outage", "## Situation", "## Result",
    ]  # fmt: skip
    assert "- **Date:** 2023-05\n- **Role:** Engineer\n- **Company:** Acme Widgets\n" in text
    assert "- **Questions answered:**\n  - Tell me about a failure, or two\n  - What broke?" in text
    assert text.endswith("Back in 40 minutes.\n")


@given(STORIES)
@settings(max_examples=100, deadline=None)
def test_no_line_of_a_part_is_taken_for_a_part(one: Story) -> None:
    body = markdown_document([replace(one, title="The night")])  # not "R", which is Result
    (found,) = parse_stories(body, path="x.md").stories
    wanted = [p.kind for p in one.parts if p.kind in STAR]
    assert [p.kind for p in found.parts if p.kind in STAR] == wanted


# --- HTML

ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "header", "main", "nav", "article", "section",
    "p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a",
    "h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td", "span",
}  # fmt: skip


class Reader(HTMLParser):
    """Gathers a page's elements and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


@given(st.lists(STORIES, max_size=2))
@settings(max_examples=100, deadline=None)
@example([story(parts=(part("text", '<img src="http://e.test/x" onerror=alert(1)>'),))])
@example([story(title="</style><script>alert(1)</script>", role='"><b>')])
@example(
    [
        story(
            parts=(
                part(
                    "text",
                    '[a](https://e.test "t") <https://e.test> [b](data:x) [c](o.md) [d](//e.test)',
                ),
            )
        )
    ]
)
def test_a_page_holds_text_and_structure_only(stories: list[Story]) -> None:
    for tag, attributes in read(html_page(stories)).elements:
        assert tag in ALLOWED
        for name, value in attributes.items():
            assert name in {
                "lang", "charset", "http-equiv", "content", "name", "class", "id", "href", "rel",
                "start", "aria-label",
            }  # fmt: skip
            if name == "href":
                assert re.match(r"https?:|mailto:|#", value or "", re.IGNORECASE)
                assert str(value).startswith("#") or "noreferrer" in str(attributes["rel"])


def test_a_page_allows_its_own_style_and_nothing_else() -> None:
    page = html_page([FULL])
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style
    digest = b64encode(sha256(style[1].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in page
    assert "url(" not in CSS
    assert "@import" not in CSS
    assert "<script" not in page


def test_a_page_of_several_stories_leads_to_each_of_them() -> None:
    page = read(html_page([FULL, story(), story(id="other", title="Another & more")]))
    anchors = [str(a["href"])[1:] for tag, a in page.elements if tag == "a" and "href" in a]
    ids = [a["id"] for tag, a in page.elements if tag == "article"]
    assert ids == ["story-the-outage", "story-the-outage.2", "story-other"]
    assert [a for a in anchors if a != "top"] == ids
    assert "Another & more" in page.text


def test_a_page_of_one_story_has_its_title_and_no_contents() -> None:
    page = html_page([FULL])
    assert "<title>The outage</title>" in page
    assert "<nav" not in page
    levels = [int(tag[1]) for tag, _ in read(page).elements if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_markdown_of_a_part_is_rendered() -> None:
    made = markdown_html("A *b* **c** ~~d~~ `e`\n\n# f\n\n3. g\n\n![pic *x*](a.png) <b>", 2)
    assert "<em>b</em> <strong>c</strong> <s>d</s> <code>e</code>" in made
    assert "<h3>f</h3>" in made
    assert '<ol start="3">' in made
    assert "pic x &lt;b&gt;" in made


def test_a_page_without_stories_is_a_page() -> None:
    assert "0 stories" in html_page([])


# --- Word


def paragraphs(data: bytes) -> list[tuple[str, str]]:
    return [(p.style.name or "" if p.style else "", p.text)
            for p in docx.Document(io.BytesIO(data)).paragraphs]  # fmt: skip


TITLES = ("The outage", "Another")


def test_a_word_document_has_a_story_a_page() -> None:
    data = word_document([FULL, story(title="Another")])
    found = paragraphs(data)
    assert [text for style, text in found if style == "Heading 1"] == ["The outage", "Another"]
    heads = [text for style, text in found if style == "Heading 2"]
    assert heads == ["Context", "Action", "Result", "Situation", "Result"]
    texts = [text for _, text in found]
    assert "Company: Acme Widgets" in texts
    assert "It went down." in texts
    assert "I fixed it." in texts
    assert "make" in texts
    titles = [p for p in docx.Document(io.BytesIO(data)).paragraphs if p.text in TITLES]
    assert [p.paragraph_format.page_break_before for p in titles] == [False, True]


def test_a_word_document_says_nothing_of_its_author() -> None:
    data = word_document([FULL])
    core = docx.Document(io.BytesIO(data)).core_properties
    assert (core.title, core.author, core.last_modified_by, core.comments) == (
        "The outage",
        "",
        "",
        "",
    )
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"created" not in archive.read("docProps/core.xml")


def test_each_numbered_list_begins_anew() -> None:
    one = story(parts=(part("action", "1. a\n2. b\n   - c\n   - d\n3. e\n\nMore.\n\n4. f"),))
    document = docx.Document(io.BytesIO(word_document([one])))
    numbered: dict[str, int] = {}
    for paragraph in document.paragraphs:
        if paragraph.style and paragraph.style.name == "List Number":
            numbered[paragraph.text] = paragraph._p.pPr.numPr.numId.val  # type: ignore[union-attr]
    assert numbered["a"] == numbered["b"] == numbered["e"] != numbered["f"]
    assert [t for s, t in paragraphs(word_document([one])) if s == "List Bullet 2"] == ["c", "d"]


def test_links_tables_and_quotations_in_word() -> None:
    text = "See [the log](https://e.test/x) and <https://e.test>.\n\n> said\n\n|a|b|\n|-|-|\n|1|2|"
    data = word_document([story(parts=(part("action", text),))])
    found = paragraphs(data)
    assert ("Normal", "See the log (https://e.test/x) and https://e.test.") in found
    assert ("Quote", "said") in found
    (table,) = docx.Document(io.BytesIO(data)).tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [["a", "b"], ["1", "2"]]


@given(STORIES)
@settings(max_examples=15, deadline=None)
@example(story(title="a\x07b\x0b", parts=(part("text", "\x01 \ufffe"),)))
def test_any_story_is_a_word_document(one: Story) -> None:
    assert paragraphs(word_document([one]))[0][0] == "Heading 1"


# --- what is private


def private(text: str) -> Private:
    return read_private(text, "personal/_kb/private.yaml")


def redacted(listed: str, text: str, **fields: Any) -> str:
    """The text of a story's only part, redacted."""
    one = story(**{"parts": (part("action", text),), **fields})
    (done,) = Redactor(private(listed), [one]).redact([one]).stories
    return done.parts[0].text


PEOPLE = "people: [Marta Anna Kowalska, Jo, Dr. Piet van der Berg]"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("I asked Marta.", "I asked Person 1."),
        ("Marta's plan, MARTA’S view", "Person 1's plan, Person 1’S view"),
        ("Marta Anna Kowalska and Marta Kowalska", "Person 1 and Person 1"),
        ("marta  anna\nkowalska", "Person 1"),
        ("M. Kowalska and M. A. Kowalska", "Person 1 and Person 1"),
        ("With Marta K. we won.", "With Person 1 we won."),
        ("I asked Marta K. Then I left.", "I asked Person 1. Then I left."),
        ("Kowalska, Marta: Kowalskas", "Person 1: Person 1s"),
        ("**Marta** _Kowalska_", "**Person 1_"),
        ("I told Marta I would, Marta A/B tested", "I told Person 1 I would, Person 1 A/B tested"),
        ("Jo went, jo. Joanna stayed", "Person 2 went, Person 2. Joanna stayed"),
        ("Piet, van der Berg, Berg; P. van der Berg", "Person 3, Person 3, Person 3; Person 3"),
        ("Dr. Berg and Dr Piet Berg", "Dr. Person 3 and Dr Person 3"),
        ("an anna, the berg of ice", "an anna, the berg of ice"),
        ("Kowal\u00adska and Kowa\u200blska", "Person 1 and Person 1"),
        ("marta_kowalska@acme.test", "[e-mail]"),
        ("Ｍａｒｔａ and MÁRTA", "Person 1 and Person 1"),
    ],
)
def test_a_person_in_every_form(text: str, wanted: str) -> None:
    assert redacted(PEOPLE, text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("At Smith & Sons GmbH", "At Company 1"),
        ("smith and sons, Smith &amp; Sons", "Company 1, Company 1"),
        ("Smith said", "Company 1 said"),
        ("a smith", "a smith"),
        ("Blue Whale Ltd., Blue Whale", "Company 2., Company 2"),
        ("Blue skies", "Blue skies"),
        ("王小明公司很好", "Company 3很好"),
    ],
)
def test_a_company_in_every_form(text: str, wanted: str) -> None:
    listed = "companies: [Smith & Sons GmbH, Blue Whale Ltd, 王小明公司]"
    assert redacted(listed, text) == wanted


def test_names_that_overlap_go_together() -> None:
    listed = "people: [Anna Berg]\nother: [berg lind oslo]"
    assert redacted(listed, "With Anna Berg Lind Oslo, then.") == "With Person 1, then."
    assert redacted(listed, "On berg lind oslo.") == "On [private 1]."


def test_the_first_word_of_a_company_is_replaced_only_where_it_is_no_word_elsewhere() -> None:
    one = story(company="Square Deal Foods", parts=(part("action", "Square one. A square."),))
    other = story(company="Tarrant Lift Services", parts=(part("action", "At Tarrant."),))
    done = Redactor(Private(), [one, other]).redact([one, other]).stories
    assert [s.parts[0].text for s in done] == ["Square one. A square.", "At Company B."]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("It cost £186,000 a year", "It cost [figure 1] a year"),
        ("186 000, 186.000 and 186000", "[figure 1], [figure 1] and [figure 1]"),
        ("£186k", "[figure 1]"),
        ("3.2M, 3.2 M, 3.2 million, 3,200,000", "[figure 2], [figure 2], [figure 2], [figure 2]"),
        ("13.2M, 3.25M, v3.2M", "13.2M, 3.25M, v3.2M"),
        ("40%, 40 %, 40 percent, 40 per cent", "[figure 3], [figure 3], [figure 3], [figure 3]"),
        ("40 people, 140%", "40 people, 140%"),
        ("twelve people, Twelve  People", "[figure 4], [figure 4]"),
        ("3.2M: huge", "\\[figure 2]: huge"),
        ("3.2M(x) and 40%[1]", "\\[figure 2](x) and \\[figure 3][1]"),
    ],
)
def test_a_figure_in_every_spelling(text: str, wanted: str) -> None:
    listed = 'figures: ["£186,000", 3.2M, 40%, twelve people]'
    assert redacted(listed, text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("jo.b+x@mail.acme.test, ok", "[e-mail], ok"),
        ("+49 170 1234567 or (555) 010-4477", "[phone] or [phone]"),
        ("0170/1234567", "[phone]"),
        (
            "On 2023-05-12 to 2024-06-01, 1 000 000 000",
            "On 2023-05-12 to 2024-06-01, 1 000 000 000",
        ),
        ("see https://jira.acme.test/browse/X-1?a=b.", "see [link]."),
        ("(http://e.test/a_(b))", "([link])"),
        (
            "[the page](https://e.test/x 'T') and <ssh://git@e.test>",
            "[the page] ([link]) and <[link]>",
        ),
        ("db-3.prod.acme.internal:5432 and Node.js", "[link] and Node.js"),
        ("AKIAIOSFODNN7EXAMPLE", "[secret]"),
        ("password: hunter2, and api_key=abcd1234", "password: [secret], and api_key=[secret]"),
        ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "[secret]"),
        ("AbstractSingletonProxyFactoryBean2", "AbstractSingletonProxyFactoryBean2"),
        ("2023-05-12-Some-Story-Title", "2023-05-12-Some-Story-Title"),
    ],
)
def test_what_needs_no_list(text: str, wanted: str) -> None:
    assert redacted("", text) == wanted


def test_every_field_of_a_story_is_redacted() -> None:
    one = story(
        id="martas-outage", path="personal/martas-outage.md", title="Marta's outage",
        date="2023-05",
        role="Aide to Marta", company="Acme", competencies=("ownership", "marta"),
        tags=("marta-k", "night", "acme"), answers=("What of Marta?",),
        parts=(part("result", "Marta won.", "Result (Marta)"),),
    )  # fmt: skip
    (done,) = Redactor(private("people: [Marta]\nfigures: [5]"), [one]).redact([one]).stories
    assert done == story(
        id="story-1", path="story-1.md", title="Person 1's outage", date="2023",
        role="Aide to Person 1", company="Company A", competencies=("ownership",),
        tags=("Person 1-k", "night", "Company A"), answers=("What of Person 1?",),
        parts=(part("result", "Person 1 won.", "Result (Person 1)"),),
    )  # fmt: skip


def test_placeholders_are_the_same_in_every_export() -> None:
    bank = [story(id=c.lower(), company=c) for c in ("Zeta", "Acme", "Mu")]
    listed = "people: [Ann, Bo]\ncompanies: [Mu]"
    whole = Redactor(private(listed), bank).redact(bank)
    assert [s.company for s in whole.stories] == ["Company B", "Company A", "Company 1"]
    assert [s.id for s in whole.stories] == ["story-3", "story-1", "story-2"]
    for one, done in zip(bank, whole.stories, strict=True):
        assert Redactor(private(listed), bank).redact([one]).stories == (done,)
    longer = private("people: [Ann, Bo, Cy]\ncompanies: [Mu, Nu]")
    assert Redactor(longer, bank).redact(bank).stories == whole.stories


def test_a_listed_name_inside_a_company_gives_it_its_placeholder() -> None:
    one = story(company="Acme Widgets Ltd", parts=(part("action", "Acme, Acme Widgets Ltd"),))
    (done,) = Redactor(private("companies: [Acme]"), [one]).redact([one]).stories
    assert (done.company, done.parts[0].text) == ("Company 1", "Company 1, Company 1")


def test_a_name_broken_up_by_markup_leaves_its_story_out() -> None:
    broken = story(
        id="b", path="personal/b.md", parts=(replace(part("action", "Ma**rt**a"), line=7),)
    )
    result = Redactor(private("people: [Marta]"), [broken]).redact([broken, FULL])
    assert [s.id for s in result.stories] == ["the-outage"]
    (fault,) = result.failed
    assert fault.place == "personal/b.md:7"
    assert "`Marta` is broken up by markup" in fault.message
    for text in ("M&#97;rta", "M&eacute;lanie", "[x](m&#97;ilto:x@e.test?M&#97;rta)"):
        listed = private("people: [Marta, Mélanie]\nother: [e.test]")
        one = story(parts=(part("action", text),))
        assert Redactor(listed, [one]).redact([one]).failed


def test_what_was_replaced_is_counted_with_its_forms() -> None:
    one = story(
        company="Acme", parts=(part("action", "Marta, Marta K. and M. Kowalska: a@b.test"),)
    )
    found = Redactor(private("people: [Marta Kowalska, Nobody]"), [one]).redact([one]).replaced
    assert [(r.text, r.placeholder, r.count, r.forms) for r in found] == [
        ("Marta Kowalska", "Person 1", 3, ("M. Kowalska", "Marta", "Marta K.")),
        ("Acme", "Company A", 1, ()),
        ("e-mail addresses", "[e-mail]", 1, ()),
    ]


def test_words_that_look_like_names_are_told() -> None:
    text = (
        "I asked Anselm Richter in Leeds. Anselm's answer: no. Then, on Monday, we used SQL.\n"
        "- Everyone at the Guild, and the guild itself, told Dr. Ama so. Will you?"
    )
    one = story(title="A Night", parts=(part("action", text),))
    found = Redactor(Private(), [one]).redact([one]).candidates
    assert found == (("Anselm Richter", 2), ("Ama", 1), ("Leeds", 1), ("Night", 1))


# --- private.yaml


def test_private_yaml_in_all_its_shapes() -> None:
    text = (
        "people:\n- Ann\n- Bo: the lead\n- Cy\ncompanies: {Acme: Big Shop, Mu: }\nclients: Nu\n"
        "figures: [40, 3.2M]\nother:\n"
    )
    found = [(e.kind, e.text, e.placeholder, e.line) for e in private(text).entries]
    assert found == [
        ("person", "Ann", "Person 1", 2), ("person", "Bo", "the lead", 3),
        ("person", "Cy", "Person 3", 4), ("company", "Acme", "Big Shop", 5),
        ("company", "Mu", "Company 2", 5), ("client", "Nu", "Client 1", 6),
        ("figure", "40", "[figure 1]", 7), ("figure", "3.2M", "[figure 2]", 7),
    ]  # fmt: skip
    assert private(text).texts("person") == ("Ann", "Bo", "Cy")
    assert private("") == Private()
    assert private('figures: ["186,000", 40, 300]').texts("figure") == ("186,000", "40", "300")
    assert [e.text for e in private("people: [Marta Kowalska, Jo: my manager]").entries] == [
        "Marta Kowalska", "Jo",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("persons: [Ann]", ":1", "unknown key `persons`"),
        ("people: [Ann]\npeople: [Bo]", ":2", "`people` stands twice"),
        ("- Ann", ":1", "must hold keys"),
        ("people:\n- [Ann]", ":2", "more than a text"),
        ("people:\n- Ann: [x]", ":2", "more than a text"),
        ("people:\n-\n", ":2", "is empty"),
        ("people:\n- '?!'", ":2", "no letter or digit"),
        ("companies:\n- Acme #1", ":2", "as a comment"),
        ("people:\n- " + "a" * 201, ":2", "over 200"),
        ("people:\n- Ann: Ann B.", ":2", "`Ann` stands in the placeholder"),
        ("people:\n- Ann: Bo\n- Bo", ":2", "`Bo` stands in the placeholder `Bo`"),
        ("people:\n- Person", ":2", "stands in the placeholder `Person 1`"),
        ("figures:\n- 40: about 40", ":2", "`40` stands in the placeholder"),
        ("people: [A]\n---\nclients: [B]", ":3", "several documents"),
        ("figures: [40, £186,000]", ":1", "YAML parts £186,000 at its comma. Quote it"),
        ("people: [Ann", "", ""),
    ],
)
def test_whatever_is_not_understood_stops(text: str, place: str, said: str) -> None:
    with pytest.raises(DocumentError) as caught:
        private(text)
    assert caught.value.place.startswith("personal/_kb/private.yaml" + place)
    assert said in str(caught.value)


# --- nothing listed is left, in any format

RARE = "qxzjvk" + "éñ" + "ğ" + "ж"  # no word of these stands in a document by itself
NAME = st.lists(st.text(RARE, min_size=4, max_size=7), min_size=1, max_size=3).map(
    lambda words: " ".join(word.capitalize() for word in words)
)
AMOUNT = st.builds(
    "{}.{}{}".format,
    st.integers(100, 999),
    st.integers(1, 9),
    st.sampled_from(["M", "k", "bn", ""]),
)
FORMS = st.sampled_from(
    [
        "{}",
        "{}'s",
        "{}’s",
        "**{}**",
        "`{}`",
        "_{}_",
        "> {}",
        "- {}",
        "## {}",
        "({})",
        '"{}"',
        "[{}](https://e.test/{})",
        '[x](y.md "{}")',
        "![{}](a.png)",
        "| a |\n|-|\n| {} |",
        "```{}\n{}\n```",
        "    {}",
        "<{}>",
        "{}.",
        "https://{}.test",
        "{}@{}.test",
        "{}-{}",
        "{}_{}",
        "{}/{}",
        "<b>{}</b>",
        "&amp;{}&lt;",
        "[{}]: https://e.test\n\n[{}]",
        "x@{}",
        "\\{}",
        "#{}",
        "={}",
        "~~{}~~",
        "a{}",
        "{}1",
        "Mr. {}",
        "{}: y",
        "<!-- {} -->",
    ]
)
CASES = st.sampled_from([str, str.upper, str.lower, str.title, str.swapcase])
GAPS = st.sampled_from([" ", "  ", "\n", "\u00a0", "-", " *", "\u200b "])


@st.composite
def banks(draw: st.DrawFn) -> tuple[list[str], list[str], Story]:
    """Listed names, listed figures, and a story that is full of them."""
    names = draw(st.lists(NAME, min_size=1, max_size=4, unique_by=str.casefold))
    amounts = draw(st.lists(AMOUNT, max_size=2, unique=True))
    pieces = st.one_of(
        st.builds(
            lambda name, case, gap, form: form.replace("{}", case(name).replace(" ", gap)),
            st.sampled_from(names), CASES, GAPS, FORMS,
        ),
        *([st.builds("It was {}{}.".format, st.sampled_from(["", "£"]), st.sampled_from(amounts))]
          if amounts else []),
        st.sampled_from(["and then", "we were", "\n\n", "| a |", "```"]),
    )  # fmt: skip
    text = st.lists(pieces, min_size=1, max_size=6).map(" ".join)
    line = text.map(lambda t: " ".join(t.split()))
    one = story(
        id=draw(st.sampled_from(["plain", *(n.lower().replace(" ", "-") for n in names)])),
        title=draw(line), role=draw(line), company=draw(st.one_of(st.just(""), line)),
        tags=(draw(line).replace(",", ""),), answers=(draw(line),),
        parts=(part("text", draw(text)), part("action", draw(text))),
    )  # fmt: skip
    return names, amounts, one


def documents(stories: list[Story]) -> Iterator[tuple[str, str]]:
    """Everything that a reader of any format could see, and the files as they are."""
    yield "md", markdown_document(stories)
    bank = json_bank(stories)
    yield "json", bank
    yield "json", "\n\n".join(_strings(json.loads(bank)))
    table = csv_table(stories)
    yield "csv", table
    yield "csv", "\n\n".join(c for row in cells(table) for c in row.values())
    page = html_page(stories)
    yield "html", page
    yield "html", html.unescape(page)
    reader = read(page)
    yield "html", "".join(reader.text)
    for _, attributes in reader.elements:
        yield "html", "\n\n".join(str(value) for value in attributes.values())


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)


def word_texts(stories: list[Story]) -> Iterator[tuple[str, str]]:
    data = word_document(stories)
    yield "docx", "\n\n".join(text for _, text in paragraphs(data))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")) and "tyles" not in name:
                xml = archive.read(name).decode()
                yield "docx", html.unescape(xml)
                yield "docx", re.sub(r"<[^>]*>", "", xml)


def leaks(names: list[str], amounts: list[str], texts: Iterator[tuple[str, str]]) -> list[str]:
    """Listed texts that stand in a text as whole words, found in another way than kb does."""
    patterns = [
        r"(?<![^\W_])" + r"\s+".join(map(re.escape, name.split())) + r"(?![^\W_])" for name in names
    ]
    patterns += [rf"(?<![\w.,]){re.escape(a)}(?!\w|[.,]\d)" for a in amounts]
    return [
        f"{form}: {pattern} in {text!r}"
        for form, text in texts
        for pattern in patterns
        if re.search(pattern, text, re.IGNORECASE)
    ]


def listing(names: list[str], amounts: list[str]) -> Private:
    rows = [f"- {json.dumps(name, ensure_ascii=False)}" for name in names]
    figures = [f"- {json.dumps(amount)}" for amount in amounts]
    return private(
        "\n".join(["people:", *rows[::2], "companies:", *rows[1::2], "figures:", *figures])
    )


@given(banks())
@settings(max_examples=250, deadline=None)
def test_nothing_listed_is_left_in_any_format(bank: tuple[list[str], list[str], Story]) -> None:
    names, amounts, one = bank
    done = Redactor(listing(names, amounts), [one]).redact([one])
    assert leaks(names, amounts, documents(list(done.stories))) == []


@given(banks())
@settings(max_examples=20, deadline=None)
def test_nothing_listed_is_left_in_a_word_document(
    bank: tuple[list[str], list[str], Story],
) -> None:
    names, amounts, one = bank
    done = Redactor(listing(names, amounts), [one]).redact([one])
    assert leaks(names, amounts, word_texts(list(done.stories))) == []


def test_the_search_for_leaks_finds_one() -> None:
    one = story(parts=(part("action", "Qxzj\nVkqx told me, for £731.4k."),))
    found = leaks(["Qxzj Vkqx"], ["731.4k"], iter([*documents([one]), *word_texts([one])]))
    assert {line.split(":")[0] for line in found} == {"md", "json", "csv", "html", "docx"}
    assert any("731" in line for line in found)
