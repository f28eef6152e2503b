"""Stories come out of every shape people write them in, whole, with their lines."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kb.domain import Finding, ParsedStories, Story
from kb.errors import DocumentError
from kb.parse.frontmatter import split_front_matter
from kb.parse.story import parse_stories
from kb.parse.yamltree import Mapping, Scalar, Sequence, read_yaml

DATA = Path(__file__).parent / "data" / "stories"
IDS = ("ownership", "data-driven", "conflict", "decision-making")


def parse(text: str, path: str = "personal/my-story.md") -> ParsedStories:
    return parse_stories(text, path=path, competencies=IDS)


def only(text: str, path: str = "personal/my-story.md") -> Story:
    (story,) = parse(text, path).stories
    return story


def fixture(name: str) -> tuple[str, ParsedStories]:
    text = (DATA / name).read_bytes().decode()
    return text, parse(text, f"personal/{name}")


def shape(story: Story) -> list[tuple[str, str, int]]:
    return [(part.kind, part.title, part.line) for part in story.parts]


def rules(findings: tuple[Finding, ...]) -> list[tuple[str, int]]:
    return [(finding.rule, finding.line) for finding in findings]


# --- shapes


@pytest.mark.parametrize(
    ("name", "title", "parts"),
    [
        (
            "headings.md",
            "The lease renewal: forty sites, one spreadsheet",
            [
                ("text", "", 13),
                ("situation", "Background", 16),
                ("task", "Challenge", 28),
                ("action", "What I did", 31),
                ("result", "Outcome 🎉", 41),
                ("learning", "What I would do differently", 44),
            ],
        ),
        (
            "bold.md",
            "Night shift at the depot",
            [
                ("situation", "Situation", 3),
                ("task", "What I had to do", 8),
                ("action", "My approach", 11),
                ("result", "Results", 14),
                ("learning", "Lesson", 16),
            ],
        ),
        (
            "letters.txt",
            "Letters",
            [
                ("situation", "S", 1),
                ("task", "T", 2),
                ("action", "A", 3),
                ("result", "R", 5),
                ("learning", "L", 6),
            ],
        ),
        (
            "bullets.md",
            "Bullets all the way",
            [
                ("situation", "Situation", 3),
                ("task", "Task", 5),
                ("action", "Action", 7),
                ("result", "Result", 9),
            ],
        ),
        ("crlf.md", "Windows line ends", [("situation", "Situation", 5), ("result", "Result", 9)]),
        ("prose.md", "Prose", [("text", "", 1)]),
    ],
)
def test_parts_and_lines(name: str, title: str, parts: list[tuple[str, str, int]]) -> None:
    text, parsed = fixture(name)
    (story,) = parsed.stories
    assert story.title == title
    assert shape(story) == parts
    lines = text.replace("\r\n", "\n").split("\n")
    for part in story.parts:
        for number, row in enumerate(part.text.split("\n")):
            assert row in lines[part.line - 1 + number], (part, row)


def test_the_front_matter_of_a_story() -> None:
    _, parsed = fixture("headings.md")
    (story,) = parsed.stories
    assert (story.id, story.path, story.line) == ("headings", "personal/headings.md", 1)
    assert (story.date, story.role, story.company) == (
        "2023-09", "Backend Engineer", "Harbourline",
    )  # fmt: skip
    assert story.competencies == ("ownership", "data-driven")
    assert story.tags == ("billing", "spreadsheets")
    assert story.answers == (
        "Tell me about a time you fixed something nobody owned",
        "Describe a mess: what did you do first?",
    )
    assert story.status == "ready"
    assert parsed.findings == ()


def test_what_is_no_label_stays_in_its_part() -> None:
    (story,) = fixture("headings.md")[1].stories
    text = {part.kind: part.text for part in story.parts}
    assert text["situation"].startswith("Every March")
    assert "- **Impact:** nobody noticed for five weeks." in text["situation"]
    assert "### What the sheet looked like\n| site | due |" in text["situation"]
    assert "```text\nResult: OK (40 rows)\n## Result\n```" in text["action"]
    assert text["action"].endswith("Goal: no manual step. I kept that on the wall.")
    assert text["result"] == "No site has been billed twice since."


def test_bold_labels_take_what_stands_beside_and_below_them() -> None:
    (story,) = fixture("bold.md")[1].stories
    assert [part.text for part in story.parts] == [
        "The scanners froze at 2 a.m.\nThey had frozen the week before as well.",
        "Get the trucks out by five.",
        "1. I rang the vendor.\n2. I put the old firmware back.",
        "All 31 trucks left in time.",
        "keep the old image on the shelf.",
    ]


def test_labels_in_a_list_take_their_items() -> None:
    (story,) = fixture("bullets.md")[1].stories
    assert [part.text for part in story.parts] == [
        "The queue grew\nby a thousand an hour.",
        "Stop it.",
        "- I paused the importer.\n- I split the batch.",
        "The queue was empty by noon.",
    ]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Situation\n=========\na\n\nTask\n----\nb\n", ["situation", "task"]),
        ("**S** a\n**T** b\n**A** c\n**R** d", ["situation", "task", "action", "result"]),
        ("S: a\n- x\n- y\nT: b", ["situation", "task"]),
        ("# T\n## 1. Situation\na\n## 2) Actions\nb", ["situation", "action"]),
        ("## Situation & Task\na\n## Result: done\n", ["situation", "result"]),
        ("## Situation\na\n\n**Action**: b\n\nResult: c", ["situation", "action", "result"]),
        ("## Situation\na\n## Action\nb\n## Action\nc", ["situation", "action", "action"]),
        ("##### Result\na", ["result"]),
        ("A: a\n", ["text"]),
        ("> **Situation**: a", ["text"]),
        ("    Situation: a", ["text"]),
        ("- Goal: a\n- Team: b", ["text"]),
        ("it was the\nresult: of a long day", ["text"]),
        ("Examples of good results: a", ["text"]),
        ("- x\n  ## Situation\n  y", ["text"]),
        ("~~~\nSituation: a", ["text"]),
        ("<!--\nSituation: a\n-->", ["text"]),
    ],
)
def test_what_counts_as_a_label(text: str, kinds: list[str]) -> None:
    assert [part.kind for part in only(text).parts] == kinds


def test_a_label_with_nothing_under_it_is_found_and_left_out() -> None:
    parsed = parse("# T\n## Situation\na\n## Result\n\n## Learning\nb\n")
    assert [part.kind for part in parsed.stories[0].parts] == ["situation", "learning"]
    assert rules(parsed.findings) == [("empty-part", 4)]


# --- titles and ids


@pytest.mark.parametrize(
    ("text", "title", "first"),
    [
        ("# **The day**\nfoo", "The day", "foo"),
        ("intro\n\n### Low heading\nfoo", "Low heading", "intro\n\n\nfoo"),
        ("---\ntitle: The day\n---\n# The day!\nfoo", "The day", "# The day!\nfoo"),
        ("---\ntitle: The day\n---\n# the DAY\nfoo", "The day", "foo"),
        ("---\ntitle: A\n---\n# B\nfoo", "A", "# B\nfoo"),
        ("# Lessons learned\n## Situation\nfoo\n## Learning\nb", "Lessons learned", "foo"),
        ("# Challenge: the ledger\n## Situation\nfoo\n## Task\nb", "Challenge: the ledger", "foo"),
        ("## Situation\nfoo", "My story", "foo"),
        ("---\ntitle:\n---\nfoo", "My story", "foo"),
        ("---\nTITLE: no\n---\nfoo", "no", "foo"),
        ("---\ntitle: 1984\n---\nfoo", "1984", "foo"),
        ("We were late.\nVery.\n---\nfoo", "My story", "We were late.\nVery.\n---\nfoo"),
        ("foo", "My story", "foo"),
    ],
)  # fmt: skip
def test_titles(text: str, title: str, first: str) -> None:
    parsed = parse(text)
    story = parsed.stories[0]
    assert (story.title, story.parts[0].text) == (title, first)
    assert (("no-title", 1) in rules(parsed.findings)) is (title == "My story")


@pytest.mark.parametrize(
    ("text", "path", "name"),
    [
        ("x", "personal/2024/My Story.md", "my-story"),
        ("x", "a" * 90 + ".md", "a" * 90),
        ("---\nid: kept-id\n---\nx", "a.md", "kept-id"),
        ("---\nid: 007\n---\nx", "a.md", "007"),
        ("---\nid: no\n---\nx", "a.md", "no"),
        ("title: Other\ntext: x", "a-b.yaml", "a-b"),
        ("- title: Some Title\n  text: x", "a-b.yaml", "some-title"),
        ("- {title: Some Title, id: x1, text: x}", "a-b.yml", "x1"),
        ("- text: x\n", "a-b.yml", "a-b-1"),
    ],
)
def test_ids(text: str, path: str, name: str) -> None:
    assert only(text, path).id == name


def test_an_id_that_is_no_slug_is_kept_as_one_and_said() -> None:
    parsed = parse("---\nid: My Id\ntitle: t\n---\nx")
    assert parsed.stories[0].id == "my-id"
    assert rules(parsed.findings) == [("changed-id", 2)]


# --- keys


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("2024", "2024"),
        ("2024-03", "2024-03"),
        ("2024-03-09", "2024-03-09"),
        ("'2024'", "2024"),
        ("2024-03-09 10:00:00", "2024-03-09"),
        ("2024-03-09T10:00:00Z", "2024-03-09"),
        ("2024-3", None),
        ("2024-13", None),
        ("2023-02-29", None),
        ("0000", None),
        ("March 2024", None),
        ("2019-2021", None),
        ("24", None),
        ("٢٠٢٤", None),
        ("", ""),
    ],
)
def test_dates(written: str, date: str | None) -> None:
    parsed = parse(f"---\ntitle: t\ndate: {written}\n---\nx")
    assert parsed.stories[0].date == (date or "")
    assert rules(parsed.findings) == ([("bad-date", 3)] if date is None else [])


@pytest.mark.parametrize(
    ("lines", "found", "hint"),
    [
        ("competency: ownership", ("unknown-key", 3), "Did you mean `competencies`?"),
        ("x-layout: post", ("unknown-key", 3), "Keys: id, title"),
        ("competencies: ownershp", ("unknown-competency", 3), "Did you mean `ownership`?"),
        (
            "competencies:\n  - conflict\n  - Zzz",
            ("unknown-competency", 5),
            "kb list --competencies",
        ),
        ("status: redy", ("unknown-status", 3), "Did you mean `ready`?"),
        ("role: a\nrole: b", ("duplicate-key", 4), "Remove one"),
        ("role: {a: {b: c}}", ("not-text", 3), "Write a text"),
        ("role: fixing bug #12", ("cut-comment", 3), "Quote"),
        ("? [a]\n: b", ("unknown-key", 3), "Keys:"),
        ("<<: {a: b}", ("unknown-key", 3), "Keys:"),
    ],
)
def test_what_is_wrong_with_a_key_is_a_finding(
    lines: str, found: tuple[str, int], hint: str
) -> None:
    parsed = parse(f"---\ntitle: t\n{lines}\n---\nx")
    assert rules(parsed.findings) == [found]
    assert hint in parsed.findings[0].hint
    assert parsed.findings[0].path == "personal/my-story.md"
    assert parsed.stories[0].parts[0].text == "x"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("competencies: Ownership, data driven", ("ownership", "data-driven")),
        ("competencies: [conflict, conflict, nothing]", ("conflict",)),
        ("competencies: no", ()),
        ("competencies: &c [conflict]\nrole: *c", ("conflict",)),
    ],
)
def test_competencies(lines: str, expected: tuple[str, ...]) -> None:
    assert only(f"---\n{lines}\n---\nx").competencies == expected


def test_without_a_list_of_competencies_all_are_kept() -> None:
    parsed = parse_stories("---\ntitle: t\ncompetencies: My Own\n---\nx", path="a.md")
    assert parsed.stories[0].competencies == ("my-own",)
    assert parsed.findings == ()


def test_the_first_of_two_equal_keys_counts_and_readings_as_truths_do_not() -> None:
    story = only(
        "---\nrole: on\nrole: b\ncompany: yes\ntags: [no, 1.0, ~]\nstatus: RETIRED\n---\nx"
    )
    assert (story.role, story.company, story.status) == ("on", "yes", "retired")
    assert story.tags == ("no", "1.0")


def test_answers_keep_their_commas_and_colons() -> None:
    story = only("---\nanswers:\n - Why, then?\n - Tell me: now\n - 'q: r'\n---\nx")
    assert story.answers == ("Why, then?", "Tell me: now", "q: r")
    assert only("---\nanswers: |\n  One?\n  Two?\n---\nx").answers == ("One?", "Two?")


# --- front matter


@pytest.mark.parametrize(
    ("text", "body", "line"),
    [
        ("---\na: b\n---\nx", "x", 4),
        ("\n\n---\na: b\n...\nx", "x", 6),
        ("---\n---\nx", "x", 3),
        ("---\n# only a comment\n---\nx", "---\n# only a comment\n---\nx", 1),
        ("---\nprose here\n---\nx", "---\nprose here\n---\nx", 1),
        ("---\nhttp://a.b\n---\nx", "---\nhttp://a.b\n---\nx", 1),
        ("---\n\nprose", "---\n\nprose", 1),
        ("text\n---\na: b\n---", "text\n---\na: b\n---", 1),
        ("----\na: b\n----", "----\na: b\n----", 1),
    ],
)
def test_where_front_matter_ends(text: str, body: str, line: int) -> None:
    matter = split_front_matter(text, path="a.md")
    assert (matter.body, matter.body_line) == (body, line)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("---\nrole: x\ntitle: Us: them\n---\n", 3, 'unquoted colon. Quote it: title: "Us: them"'),
        ("---\ntitle: a\n", 1, "not closed"),
        ("---\ntitle: 'a\n---\n", 2, "quotation mark is not closed"),
        ("---\ntitle: 'It' is\n---\n", 2, "Quote it: title: \"'It' is\""),
        ('---\ntitle: "It" is\n---\n', 2, "Quote it: title: '\"It\" is'"),
        ("---\ntitle: [WIP] x\n---\n", 2, 'Quote it: title: "[WIP] x"'),
        ("---\ntitle: *star*\n---\n", 2, 'Quote it: title: "*star*"'),
        ("---\ntitle: @home\n---\n", 2, "needs quotes"),
        ("---\ntags: [a, b\nrole: x\n---\n", 2, "bracket is not closed"),
        ("---\nrole: x\n\ttitle: y\n---\n", 3, "tab"),
        ("---\nrole: x\n  title: y\n---\n", 3, "`title` cannot stand here"),
        ("---\nrole:x\ntitle: y\n---\n", 3, "line above"),
        ("---\nanswers:\n - a: b: c\n---\n", 3, "unquoted colon"),
        ("---\nanswers:\n - @a\n---\n", 3, 'Quote it: - "@a"'),
        ("---\ntitle: *x\n---\n", 2, "refers to nothing"),
        ("---\ntitle: a\x07\n---\n", 2, "does not allow"),
        ("---\ntitle: " + "[" * 100_000 + "\n---\n", 2, "nested too deeply"),
        ("---\ntitle: a\n- b\n---\n", 3, "list item"),
    ],
)
def test_broken_front_matter_is_one_sentence_with_its_line(
    text: str, line: int, words: str
) -> None:
    with pytest.raises(DocumentError) as caught:
        parse(text)
    assert words in str(caught.value)
    assert (caught.value.path, caught.value.line) == ("personal/my-story.md", line)
    assert "\n" not in str(caught.value)


# --- YAML files


def test_one_story_in_yaml() -> None:
    _, parsed = fixture("one.yaml")
    (story,) = parsed.stories
    assert (story.id, story.title, story.date, story.status) == ("007", "No", "2021-06-01", "draft")
    assert story.competencies == ("ownership",)
    assert story.answers == ("Why did you leave?",)
    assert [(p.kind, p.title, p.line, p.text) for p in story.parts] == [
        ("situation", "situation", 9, "The alarms were off.\n\nNobody knew since when."),
        ("task", "task", 12, "Find out."),
        ("action", "what_i_did", 14, "- Read the log\n- Asked: when?"),
        ("result", "result", 17, "Alarms are back and tested."),
        ("text", "", 21, "And a note at the end."),
    ]
    assert rules(parsed.findings) == [("unknown-competency", 5)]


def test_several_stories_in_yaml() -> None:
    _, parsed = fixture("many.yaml")
    first, second = parsed.stories
    assert (first.id, first.line, shape(first)) == ("first-of-two", 1, [("action", "action", 2)])
    assert (second.id, second.line, second.date) == ("second", 3, "2020")
    assert shape(second) == [("situation", "Situation", 7), ("result", "Result", 10)]
    assert second.title == "Many 2"
    assert rules(parsed.findings) == [("no-title", 3)]


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("stories:\n- {title: A, text: x}\n- {title: B, text: x}", ["A", "B"]),
        ("title: A\ntext: x\n---\ntitle: B\ntext: x\n", ["A", "B"]),
        ("[]", []),
        ("", []),
        ("# nothing", []),
    ],
)
def test_other_shapes_of_yaml(text: str, titles: list[str]) -> None:
    parsed = parse(text, "p/s.yaml")
    assert [story.title for story in parsed.stories] == titles
    assert (rules(parsed.findings) == [("no-stories", 1)]) is not bool(titles)


@pytest.mark.parametrize(("text", "line"), [("prose", 1), ("- title: a\n- b\n", 2), ("- [a]", 1)])
def test_yaml_that_holds_no_story_is_refused(text: str, line: int) -> None:
    with pytest.raises(DocumentError, match="keys and values") as caught:
        parse(text, "p/s.yaml")
    assert caught.value.line == line


def test_the_tree_keeps_texts_as_they_are_written() -> None:
    (tree,) = read_yaml("a: no\nb: [007, 2024-01-01, ~]\nc: &x {d: 1}\ne: *x", path="a")
    assert isinstance(tree, Mapping)
    values = {key.text: value for key, value in tree.pairs if isinstance(key, Scalar)}
    assert values["a"] == Scalar("no", "bool", 1, 1)
    assert isinstance(values["b"], Sequence)
    assert [(n.text, n.kind) for n in values["b"].items if isinstance(n, Scalar)] == [
        ("007", "int"), ("2024-01-01", "timestamp"), ("~", "null"),
    ]  # fmt: skip
    assert values["e"] is values["c"]


# --- properties

WORDS = st.sampled_from(["alpha", "beta", "gamma7", "été", "δέλτα", "x_y"])
LINES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
STARTS = st.sampled_from(
    ["", "", "", "# ", "## ", "- ", "  - ", "1. ", "> ", "    ", "```\n", "| ", "**Result**: ",
     "**Action** ", "S: ", "T: ", "A: ", "## Situation\n", "## Result: ", "### Impact\n", "Goal: ",
     "- **Task:** ", "---\n", "<div>\n", "<details><summary>", "===\n", "[x]: ", "\t", "* * *\n"]
)  # fmt: skip
DOCUMENTS = st.lists(st.tuples(STARTS, LINES, st.sampled_from(["\n", "\n\n"])), max_size=14).map(
    lambda rows: "".join(start + line + end for start, line, end in rows)
)


def words(text: str) -> list[str]:
    return sorted(re.findall(r"alpha|beta|gamma7|été|δέλτα|x_y", text))


@given(DOCUMENTS)
@example("# alpha\n# alpha\nbeta\n")
@settings(max_examples=200, deadline=None)
def test_every_word_of_a_body_is_in_its_title_or_a_part(text: str) -> None:
    story = only("\n" + text)
    found = " ".join([story.title, *(part.text for part in story.parts)])
    assert words(found) == words(text)


@given(DOCUMENTS)
@settings(max_examples=100, deadline=None)
def test_every_part_stands_where_its_line_says(text: str) -> None:
    lines = text.split("\n")
    for part in only(text).parts:
        for number, row in enumerate(part.text.split("\n")):
            assert row in lines[part.line - 1 + number]


@given(st.lists(LINES, min_size=1, max_size=5), st.sampled_from(["task", "text", "what_i_did"]))
@settings(max_examples=100, deadline=None)
def test_every_word_of_a_yaml_text_is_in_its_part(rows: list[str], key: str) -> None:
    for text in (
        f"title: t\n{key}: |\n" + "".join(f"  {row}\n" for row in rows),
        f"title: t\n{key}:\n" + "".join(f"- {row}\n" for row in rows),
        f"title: t\n{key}:\n" + "".join(f"- k: {row}\n" for row in rows),
    ):
        (story,) = parse(text, "a.yaml").stories
        assert words(" ".join(part.text for part in story.parts)) == words(" ".join(rows))


ODD = st.text(st.characters(codec=None) | st.sampled_from("\n\n\n---::#*-[]{}&!|>'\"%@`\t\r\0 :"))


@given(ODD, st.sampled_from(["a.md", "a.yaml", "", ".md", "/"]), st.booleans())
@settings(max_examples=200, deadline=None)
def test_any_text_is_read_or_refused_in_words(text: str, path: str, framed: bool) -> None:
    text = f"---\nk: {text}\n---\n{text}" if framed else text
    try:
        parsed = parse(text, path)
    except DocumentError as error:
        fault = error
    else:
        assert all(story.id and story.title for story in parsed.stories)
        return
    assert fault.message
    assert fault.path == path
    assert 0 < fault.line <= len(re.split("[\n\r\x85\u2028\u2029]", text)) + 1


@pytest.mark.parametrize(
    "piece",
    ["> ", "- ", "[", "*a ", "**Result** ", "Result: x\n", "- Result: x\n", "## Result\n", "#",
     "```\n", "S: ", "[a]: b\n", "| a ", "<a ", "<details>", "\t", "a\n===\n", "1. ", "\\", "~"],
)  # fmt: skip
def test_the_time_grows_with_the_length_and_no_faster(piece: str) -> None:
    """Four times the text takes about four times as long; squared growth would take sixteen."""
    taken = []
    for size in (25_000, 100_000):
        text = (piece * (size // len(piece)))[:size]
        best = 9.0
        for _ in range(2):
            start = time.perf_counter()
            parse(text)
            best = min(best, time.perf_counter() - start)
        taken.append(best)
    assert taken[1] < 10 * taken[0] + 0.05, taken
