"""The bank in Datasette: what its pages show, to whom, and what they never let through."""

from __future__ import annotations

import asyncio
import gc
import json
import re
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest
from datasette.app import Datasette
from datasette.plugins import pm
from datasette.utils import PrefixedUrlString

from kb import store
from kb.journal import Entry, Pins, append, read
from kb.match import LONGEST_QUESTION, Matcher
from kb.pinning import find_question, find_story, say
from kb.render.matches import match_json
from kb.store.queries import SAVED
from kb.web import pages
from kb.web.about import TABLES, metadata
from kb.web.bank import bank_of
from tests.fakes import FakeEncoder
from tests.sites import (
    HERE,
    OWN_PATHS,
    PIN,
    QUESTION,
    Page,
    Serve,
    Site,
    talked,
)  # fmt: skip
from tests.test_build import NOW, Bank
from tests.test_match import ARCHITECT, KETTLE, LIBRARY


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    return talked(tmp_path)


# --- home


def test_the_home_page_shows_the_bank_and_leads_to_all_of_it(site: Site) -> None:
    page = site.page("/")
    assert "The list by the kettle" in page.text
    assert "2 ready" in page.text
    assert "2 questions in the guides" in page.text
    assert "Nothing was noticed in your files." in page.text
    links = page.links()
    for path in ("/-/story/drawing", "/-/story/kettle", "/-/map", "/kb/questions", "/kb"):
        assert path in links
    assert {f"/kb/{name}" for name in SAVED} <= set(links)
    assert links.index("/-/story/drawing") < links.index("/-/story/kettle")  # newest first


def test_the_home_page_names_what_is_missing_and_what_was_noticed(bank: Bank, serve: Serve) -> None:
    bank.write("personal/drawing.md", ARCHITECT.replace("tags:", "competencies: [security]\ntags:"))
    bank.write("personal/kettle.md", KETTLE.replace("date:", "status: draft\nmood: late\ndate:"))
    bank.build()
    page = serve(bank).page("/")
    missing = page.text.split("Nothing yet for")[1].split("Stories")[0]
    assert "security" not in missing
    assert "performance makes a slow system fast" in missing
    assert "1 thing was noticed" in page.text
    assert "personal/kettle.md:4" in page.text
    assert "Northwind (draft)" in page.text


def test_the_home_page_of_an_empty_bank_says_what_to_do(tmp_path: Path, serve: Serve) -> None:
    empty = Bank(tmp_path)
    empty.build()
    site = serve(empty)
    assert "No stories yet. Write one in personal/, then run kb build." in site.page("/").text
    assert "nothing to draw yet" in site.page("/-/map").text
    assert "Nothing in the bank fits" in site.page("/-/match?q=architect").text


def test_every_link_leads_to_a_page(bank: Bank, serve: Serve) -> None:
    bank.write("personal/なぜ.md", ARCHITECT.replace("The drawing", "Why"))
    bank.write("content/問い.md", "# 問い\n\n## Question 1: なぜ?\n")
    bank.build()
    found = serve(bank).crawl()
    for path in ("/-/story/kettle", f"/-/question/{QUESTION}", "/kb/stories"):
        assert path in found
    assert [path for path in found if path.startswith("/kb/stories/")]
    assert f"/-/story/{quote('なぜ')}" in found
    assert f"/-/question/{quote('問い/なぜ')}" in found
    assert "/-/match" in found  # from the menu


# --- match


def test_nothing_asked_is_an_invitation(site: Site) -> None:
    page = site.page("/-/match")
    assert "Type a question" in page.text
    assert [field["value"] for field in page.all("input")] == [""]


def test_an_answer_shows_stories_evidence_and_the_guide(site: Site) -> None:
    page = site.page("/-/match?q=an+architect")
    assert "/-/story/drawing?q=an+architect" in page.links()
    assert page.marks == [
        "The architect wanted a gateway, and I told the architect that I would not build it."
    ]
    assert "Much like “you argued with an architect” in Talking" in page.text
    assert f"/-/question/{QUESTION}" in page.links()
    assert "Listen" in page.text.split("The guide on")[1]
    assert page.all("input")[0]["value"] == "an architect"
    fits = re.findall(r"strong|workable|stretch|gap", page.text)
    assert fits == [m["fit"] for m in site.get("/-/match.json?q=an+architect").json()["stories"]]


def test_a_gap_is_called_a_gap(site: Site) -> None:
    page = site.page("/-/match?q=zebra")
    assert "Nothing in the bank fits this question. The nearest:" in page.text
    assert page.marks == []


def test_a_fragment_is_the_answer_alone(site: Site) -> None:
    whole, part = site.get("/-/match?q=kettle"), site.get("/-/match?q=kettle&fragment=1")
    page = Page(part.text)
    assert not page.all("html")
    assert not page.all("script")
    inside = Page(whole.text.split('<div id="kb-answer"')[1]).text
    assert page.text in inside
    assert "The list by the kettle" in page.text
    assert "Type a question" in Page(site.get("/-/match?fragment=1").text).text


@pytest.mark.parametrize(
    ("asked", "said"),
    [("x" * (LONGEST_QUESTION + 1), "characters"), ("?!", "the question is empty")],
)
def test_what_cannot_be_asked_is_answered_with_a_sentence(
    site: Site, asked: str, said: str
) -> None:
    assert said in site.page(f"/-/match?q={asked}").text
    refused = site.get(f"/-/match.json?q={asked}")
    assert refused.status_code == 400
    assert said in refused.json()["error"]


def test_the_json_is_that_of_the_command(site: Site) -> None:
    with store.open_index(site.bank.workspace.database) as reader:
        expected = Matcher.of(reader, site.bank.encoder, Pins()).match("architect", count=5)
    assert site.get("/-/match.json?q=architect").json() == json.loads(
        json.dumps(match_json(expected))
    )
    for nothing in ("", "?q=", "?q=+%20"):
        refused = site.get(f"/-/match.json{nothing}")
        assert (refused.status_code, refused.json()["ok"]) == (400, False)


def test_while_the_model_opens_the_page_says_so_and_asks_to_come_back(site: Site) -> None:
    site.served._encoder = None
    with site.served._lock:  # whoever opens the model is not done with it
        for path in ("/-/match?q=architect", "/-/match?q=architect&fragment=1"):
            answer = _abandoned(site, path)
            assert answer.status_code == 503
            assert answer.headers["retry-after"] == "1"
            assert "Opening the model" in answer.text
            assert "/-/match?q=architect" in Page(answer.text).links()


def _abandoned(site: Site, path: str) -> httpx.Response:
    """An answer whose background work is not waited for."""
    loop = asyncio.new_event_loop()
    try:
        found: httpx.Response = loop.run_until_complete(site.ds.client.get(path))
        return found
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


def test_without_a_model_answers_are_missing_and_all_else_is_there(site: Site) -> None:
    site.served._encoder = None
    page = site.page("/-/match?q=architect")
    assert "the model is not compiled yet. Run: kb build" in page.text
    assert "would not build it" in site.page("/-/story/drawing?q=architect").text
    assert "Ask first." in site.page(f"/-/question/{QUESTION}").text
    assert site.page("/-/map").all("rect")
    assert "kb build" in site.get("/-/match.json?q=architect").json()["error"]


# --- a story, a question, the map


def test_a_story_reads_as_it_was_written(bank: Bank, serve: Serve) -> None:
    told = ARCHITECT.replace("a gateway", "**a gateway**").replace("[design]", "[design, tea]")
    bank.write("personal/drawing.md", told.replace("tags:", "competencies: [security]\ntags:"))
    bank.build()
    page = serve(bank).page("/-/story/drawing")
    assert "2023-05, Lead, Tidewater" in page.text
    assert page.text.index("Situation") < page.text.index("Action")
    assert ("strong", {}) in page.tags
    assert "28 words, about 10 s told aloud. personal/drawing.md:1" in page.text
    assert "security" in page.text
    assert "design, tea" in page.text
    assert "/-/story/kettle" in page.links()  # near to it
    assert page.marks == []


def test_a_story_marks_what_answers_the_question(site: Site) -> None:
    page = site.page("/-/story/drawing?q=architect")
    assert page.marks == [
        "The architect wanted a gateway, and I told the architect that I would not build it."
    ]
    assert "for “architect”" in page.text
    assert "/-/match?q=architect" in page.links()


def test_a_sentence_over_two_lines_or_with_emphasis_is_marked_too(bank: Bank, serve: Serve) -> None:
    bank.write(
        "personal/drawing.md",
        "# D\n\n## Action\nI told the architect\nthat *his* gateway & mine were **one**. Rain.\n",
    )
    bank.build()
    page = serve(bank).page("/-/story/drawing?q=architect")
    marked = " ".join("".join(page.marks).split())
    assert marked == "I told the architect that his gateway & mine were one."
    assert ("strong", {}) in page.tags


def test_a_mark_never_falls_inside_a_tag(bank: Bank, serve: Serve) -> None:
    bank.write(
        "personal/drawing.md",
        "# D\n\n## Action\n[the drawing](https://example.org/gateway).\n\n"
        "example.org/gateway\n\nmark\n\nhref\n",
    )
    bank.build()
    site = serve(bank)
    page = site.page("/-/story/drawing?q=gateway")
    assert page.marks[:1] == ["example.org/gateway"]
    assert "https://example.org/gateway" in page.links()


def test_questions_that_a_story_answers_are_shown(bank: Bank, serve: Serve) -> None:
    bank.write("personal/kettle.md", KETTLE.replace("date:", "answers: [Late money?]\ndate:"))
    bank.build()
    site = serve(bank)
    site.post("/-/pin", {"question": "Tea?", "story": "kettle", "word": "yes"})
    page = site.page("/-/story/kettle")
    assert "/-/match?q=Late+money%3F" in page.links()
    assert "/-/match?q=Tea%3F" in page.links()
    told = site.page("/-/story/drawing")
    assert re.search(r"It may answer: \w+ Tell me about a time you argued", told.text)


def test_a_stale_story_and_what_was_noticed_of_it(bank: Bank, serve: Serve) -> None:
    bank.write("personal/kettle.md", KETTLE.replace("date: 2021", "date: [2021"))
    bank.build()
    page = serve(bank).page("/-/story/kettle")
    assert "Its file could not be read since" in page.text
    assert "Noticed" in page.text


def test_two_stories_that_tell_the_same_are_called_so(bank: Bank, serve: Serve) -> None:
    bank.write("personal/again.md", KETTLE)
    bank.build()
    page = serve(bank).page("/-/story/kettle")
    near = page.text.split("Near to it")[1]
    assert near.index("tells much the same") < near.index("The drawing")
    assert near.count("tells much the same") == 1


def test_a_question_shows_its_stories_and_all_that_stands_under_it(site: Site) -> None:
    page = site.page(f"/-/question/{QUESTION}")
    for text in ("architect quarrel", "I drew another.", "Listen", "Ask first.", "A gateway"):
        assert text in page.text
    assert "content/talking.md:3" in page.text
    best = page.text.split("Your best stories for it")[1]
    assert best.index("The drawing") < best.index("The list by the kettle")
    assert [mark[:13] for mark in page.marks] == ["The architect"]


def test_the_map_holds_every_story_and_question_and_says_the_same_as_a_table(site: Site) -> None:
    page = site.page("/-/map")
    links = page.links()
    for path in ("/-/story/drawing", "/-/story/kettle", f"/-/question/{QUESTION}"):
        assert path in links
    assert len(page.all("rect")) == 2
    assert len(page.all("circle")) == 2
    for place in (*page.all("circle"), *page.all("rect")):
        across = float(place.get("cx") or place["x"])
        down = float(place.get("cy") or place["y"])
        assert 0 <= across <= 100
        assert 0 <= down <= 100
    rows = page.text.split("Fit Question Best or nearest story")[1]
    with store.open_index(site.bank.workspace.database) as reader:
        best = reader.best_fits()
        titles = {card.id: card.title for card in reader.story_cards()}
        for question in reader.question_cards():
            fit, title = best[question.id].fit, titles[best[question.id].story]
            assert f"{fit} {question.text} {title}" in rows
    assert best[QUESTION].story == "drawing"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/-/story/nobody", "no such story"),
        ("/-/story/talking/how", "No page has this address."),
        ("/-/question/nothing", "no such question"),
        ("/-/question/talking", "no such question"),
        ("/-/maps", "No page has this address."),
        ("/-/match/x", "No page has this address."),
        ("/-/story/%E3%81%AA", "no such story"),
        ("/-/story/a%2Fb", "no such story"),
        ("/-/story/%FF%00", "no such story"),
        ("/kb/stories/nobody", "Record not found"),
    ],
)
def test_what_is_not_there_is_a_page_that_says_so(site: Site, path: str, said: str) -> None:
    # Datasette first tries another spelling of what has a % in it
    assert said in site.page(path, 404, follow_redirects=True).text


# --- pins


@pytest.mark.parametrize("asked", ["A zebra?", "architect quarrel", QUESTION])
def test_a_pin_is_written_as_the_command_writes_it(site: Site, tmp_path: Path, asked: str) -> None:
    (tmp_path / "other").mkdir()
    other = talked(tmp_path / "other").workspace
    with store.open_index(other.database) as reader:
        say(other, "pin", find_story(reader, "ket"), find_question(reader, asked), NOW)
    site.post("/-/pin", {"question": asked, "story": "ket", "word": "yes"})
    (expected,) = read(other.journal).entries
    (found,) = read(site.bank.workspace.journal).entries
    assert replace(found, at="") == replace(expected, at="")
    assert datetime.fromisoformat(found.at).tzinfo == UTC


def test_a_pin_counts_at_once(site: Site) -> None:
    page = site.page("/-/match?q=a+zebra")
    assert page.text.count("It answers this") == 2
    given = {"question": "a zebra", "story": "kettle", "word": "yes"}
    answer = site.post("/-/pin", given)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/-/match?q=a+zebra"
    assert site.journal() == [("pin", "kettle", "a zebra")]
    after = site.page("/-/match?q=a+zebra")
    assert "strong The list by the kettle" in after.text
    assert "You pinned it to this question" in after.text
    assert after.text.count("Take it back") == 1
    site.post("/-/pin", given)  # said already
    assert len(site.journal()) == 1


def test_a_no_and_a_word_taken_back(site: Site) -> None:
    asked = {"question": "architect", "story": "drawing"}
    site.post("/-/pin", {**asked, "word": "no"})
    page = site.page("/-/match?q=architect")
    assert "you said that it does not answer this" in page.text
    assert page.text.index("The list by the kettle") < page.text.index("The drawing")
    assert page.text.count("Take it back") == 1
    site.post("/-/pin", {**asked, "word": "back"})
    assert [kind for kind, _, _ in site.journal()] == ["pin-no", "unpin"]
    again = site.page("/-/match?q=architect")
    assert again.text.index("The drawing") < again.text.index("The list by the kettle")
    assert "Take it back" not in again.text


def test_the_pages_own_form_pins(site: Site) -> None:
    answer = site.get("/-/match?q=kettle")
    cookies = {"ds_csrftoken": answer.cookies["ds_csrftoken"]}
    form = Page(answer.text).form("/-/pin")
    assert (form["question"], form["story"]) == ("kettle", "kettle")
    assert site.post("/-/pin", {**form, "word": "yes"}, cookies=cookies).status_code == 303
    assert site.journal() == [("pin", "kettle", "kettle")]
    other = {**form, "word": "no", "csrftoken": "another"}
    assert site.post("/-/pin", other, cookies=cookies).status_code == 403
    assert len(site.journal()) == 1


def test_reading_does_not_pin(site: Site) -> None:
    answer = site.get("/-/pin?question=tea&story=kettle&word=yes")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert site.journal() == []


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, 400),
        ({"question": "tea", "story": "kettle"}, 400),
        ({"question": "tea", "story": "kettle", "word": "perhaps"}, 400),
        ({"question": " ", "story": "kettle", "word": "yes"}, 400),
        ({"question": "tea", "story": "", "word": "yes"}, 400),
        ({"question": "tea", "story": "nobody", "word": "yes"}, 409),
    ],
)
def test_a_pin_that_says_too_little_is_refused(
    site: Site, sent: dict[str, str], status: int
) -> None:
    answer = site.post("/-/pin", sent)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/plain")
    assert site.journal() == []


def test_an_index_without_its_workspace_is_read_only(
    bank: Bank, serve: Serve, tmp_path: Path
) -> None:
    alone = tmp_path / "alone" / "kb.db"
    alone.parent.mkdir()
    alone.write_bytes(bank.workspace.database.read_bytes())
    site = serve(bank)
    copy = Datasette([str(alone)])
    served = bank_of(copy)
    assert served is not None
    served._encoder = bank.encoder
    page = Page(asyncio.run(copy.client.get("/-/match?q=architect")).text)
    assert "The drawing" in page.text
    assert "It answers this" not in page.text
    refused = asyncio.run(copy.client.post("/-/pin", data=PIN, headers=HERE))
    assert refused.status_code == 409
    assert site.journal() == []


# --- nothing that is written is run

SCRIPT = '<script>alert("it\'s")</script>'
BREAK = "\"'><script>alert(1)</script>"


def evil(folder: Path) -> Bank:
    """A bank whose every text is an attack."""
    made = Bank(folder)
    said = {
        "title": SCRIPT,
        "role": BREAK,
        "company": SCRIPT,
        "tags": [SCRIPT, BREAK],
        "competencies": [SCRIPT],
        "answers": [BREAK],
    }
    matter = "\n".join(f"{key}: {json.dumps(value)}" for key, value in said.items())
    made.write(
        "personal/<script>alert(2)</script>.md",
        f"---\n{matter}\nid: one\n---\n## {BREAK}\nThe architect drew {SCRIPT}, I said so.\n\n"
        f"## Action\nI told the architect about it, and showed `{SCRIPT}` and\n\n    {BREAK}\n\n"
        '<img src=x onerror=alert(3)>\n\n<a href="javascript:alert(4)">there</a>\n\n'
        "[x](javascript:alert(5)) [y](data:text/html,alert) [z](/-/pin) ![p](http://a.example/p)\n"
        "[w](https://example.org/a?b=c&d) <mailto:a@example.org>\n",
    )
    made.write("personal/broken.md", f"---\ntitle: [{SCRIPT}\n---\n")
    guide = (
        f"# {SCRIPT}\n\nOf {BREAK}\n\n## Question 1: Why {SCRIPT} an architect?\n\n"
        f"**Also asked as**:\n- architect {BREAK}\n\n### Concept\n\n{SCRIPT} [x](javascript:1)\n\n"
        f"### Example Response\n\n**Example 1 - {SCRIPT}**:\n\nThe architect {BREAK} drew.\n\n"
        f"### Best Practices\n\n- **{SCRIPT}**: Do {BREAK}\n\n### Follow-up questions\n\n"
        f"- And {SCRIPT}?\n\n### Aside {BREAK}\n\nA note {SCRIPT}.\n"
    )
    made.write('content/a "<script>alert(6)</script>.md', guide)
    (made.library / "talking.md").write_text(guide, encoding="utf-8")
    made.build()
    return made


def assert_harmless(path: str, page: Page) -> None:
    assert "<script>alert" not in page.html.lower(), path
    assert "alert" not in "".join(page.scripts), path
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")], f"{path}: {tag}"
        for name in ("href", "src", "action"):
            address = urlsplit(attributes.get(name, ""))
            assert address.scheme in {"", "http", "https", "mailto"}, f"{path}: {attributes}"
        if tag == "img":
            assert "a.example" not in attributes.get("src", ""), path


def test_no_text_of_a_file_becomes_a_script(tmp_path: Path, serve: Serve) -> None:
    site = serve(evil(tmp_path))
    found = site.crawl()
    for path in ("/", "/-/story/one", "/-/map", "/kb/stories", "/kb/stories/one", "/kb/findings"):
        assert path in found
    assert [path for path in found if path.startswith("/-/question/")]
    assert [path for path in found if path.startswith("/kb/variants/")]
    for path, page in found.items():
        assert_harmless(path, page)
    assert SCRIPT in found["/-/story/one"].text
    assert SCRIPT in found["/kb/stories/one"].text
    assert "<script>alert(2)</script>.md" in found["/"].text


@pytest.mark.parametrize("asked", [SCRIPT, BREAK, f"architect {BREAK}", "<img src=x onerror=a>"])
def test_no_question_becomes_a_script(tmp_path: Path, serve: Serve, asked: str) -> None:
    site = serve(evil(tmp_path))
    typed = quote(asked)
    for path in (
        f"/-/match?q={typed}",
        f"/-/match?q={typed}&fragment=1",
        f"/-/story/one?q={typed}",
        f"/kb/stories?_search={typed}",
        f"/kb?sql={typed}",
    ):
        assert_harmless(path, Page(site.get(path).text))
    for path in (f"/-/story/{typed}", f"/-/question/{typed}", f"/{typed}"):
        assert_harmless(path, Page(site.get(path, follow_redirects=True).text))
    answer = site.get(f"/-/match.json?q={typed}")
    assert answer.headers["content-type"].startswith("application/json")
    told = site.post("/-/pin", {"question": asked, "story": asked, "word": "yes"})
    assert told.headers["content-type"].startswith("text/plain")
    waking = site.page(f"/-/match?q={typed}")
    assert waking.all("input")[0]["value"] == asked


def test_markdown_is_shown_and_its_html_and_scripts_are_not(tmp_path: Path, serve: Serve) -> None:
    site = serve(evil(tmp_path))
    for path in ("/-/story/one", "/kb/stories/one"):
        page = site.page(path)
        assert not page.all("img"), path
        assert "<img src=x onerror=alert(3)>" in page.text
        assert ("code", {}) in page.tags
        assert not [link for link in page.links() if "alert(" in link]
        assert "/-/pin" not in page.links()  # what a text links to is elsewhere
        assert "https://example.org/a?b=c&d" in page.links()
        assert "mailto:a@example.org" in page.links()


# --- tables, queries, functions


def test_every_table_says_what_it_holds(site: Site) -> None:
    hidden = {table["name"] for table in site.get("/kb.json").json()["tables"] if table["hidden"]}
    with sqlite3.connect(site.bank.workspace.database) as conn:
        names = [n for (n,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    conn.close()
    for name in names:
        if name in hidden:
            continue
        assert TABLES[name]["description"] in site.page(f"/kb/{name}").text
    assert set(TABLES) <= set(names)
    assert "stories" not in hidden
    assert "_vectors" in hidden  # kb's own, not meant to be read
    assert "passages" in hidden


def test_descriptions_are_of_columns_that_are_there(site: Site) -> None:
    for name, about in TABLES.items():
        columns = set(site.get(f"/kb/{name}.json").json()["columns"])
        assert set(about.get("columns", ())) <= columns, name
        facets = [f["array"] if isinstance(f, dict) else f for f in about.get("facets", ())]
        assert {*facets} <= columns, name
        assert {about.get("label_column", "id")} <= columns | {"id"}, name
        assert {about.get("sort_desc", "id")} <= columns | {"id"}, name


def test_stories_have_facets_and_are_named_by_their_titles(bank: Bank, serve: Serve) -> None:
    bank.write("personal/kettle.md", KETTLE.replace("date:", "competencies: [security]\ndate:"))
    bank.build()
    site = serve(bank)
    facets = site.get("/kb/stories.json").json()["facet_results"]
    assert {name: [r["value"] for r in facet["results"]] for name, facet in facets.items()} == {
        "status": ["ready"],
        "company": ["Northwind", "Tidewater"],
        "year": [2021, 2023],
        "competencies": ["security"],
    }
    tagged = site.page("/kb/story_tags")
    assert "The drawing" in tagged.text  # the label of its story
    assert "Late invoice" not in tagged.text
    asked = site.page("/kb/variants")
    assert "Tell me about a time you argued with an architect." in asked.text
    years = [row["date"] for row in site.rows("/kb/stories.json?_shape=array")]
    assert years == ["2023-05", "2021"]  # newest first


def test_a_row_leads_to_our_page_and_its_text_is_markdown(site: Site) -> None:
    assert "/-/story/drawing" in site.page("/kb/stories/drawing").links()
    row = site.rows("/kb/questions.json?_shape=array&_size=1")[0]
    owner = row["id"].replace("-", "~2D").replace("/", "~2F")
    page = site.page(f"/kb/questions/{owner.replace('~2D', '-')}")
    assert f"/-/question/{row['id']}" in page.links()
    text = site.page("/kb/stories/drawing")
    assert ("div", {"class": "kb-cell"}) in text.tags


def portfolio(folder: Path) -> Bank:
    """Stories and questions among which each saved query has something to find."""
    made = Bank(folder)
    (made.library / "talking.md").write_text(LIBRARY, encoding="utf-8")
    made.write(
        "content/talking.md",
        LIBRARY + "\n## Question 3: What of an invoice?\n\n## Question 4: And tea?\n",
    )
    told = (
        "## Action\nI told the {0} that it was wrong about it all and then I showed it why.\n\n"
        "I asked the {0} to come to the harbour with me and we agreed to it in the end.\n"
    )
    now = datetime.now(UTC)
    stories = {
        "one": ("architect", "[security, hiring]", now),
        "two": ("architect", "[hiring]", now - timedelta(days=3 * 365 - 40)),
        "money": ("invoice", "[ethics]", now - timedelta(days=3 * 365 + 40)),
        "gone": ("kettle", "[hiring, delivery]", now - timedelta(days=9 * 365)),
    }
    for name, (word, competencies, date) in stories.items():
        status = "retired" if name == "gone" else "ready"
        made.write(
            f"personal/{name}.md",
            f"---\ntitle: Title {name}\ncompetencies: {competencies}\nstatus: {status}\n"
            f"date: {date:%Y-%m-%d}\n---\n{told.format(word)}",
        )
    made.write(
        "personal/long.md",
        f"---\ntitle: Title long\nmood: bad\ndate: {now.year - 3}\n---\n{'Rain. ' * 400}\n",
    )
    made.write("personal/old.md", f"---\ntitle: Title old\ndate: {now.year - 4}\n---\nRain.\n")
    made.build()
    return made


@pytest.mark.parametrize(
    ("name", "column", "expected"),
    [
        ("one-story-only", "competency", ["ethics", "security"]),
        ("one-story-only", "title", ["Title money", "Title one"]),
        ("questions-one-story-answers", "text", ["What of an invoice?"]),
        ("questions-one-story-answers", "story", ["money"]),
        ("questions-nothing-answers", "text", ["How did you get paid?", "And tea?"]),
        # of a year alone one cannot tell yet
        ("old-stories", "story", ["old", "money"]),
        ("long-stories", "story", ["long"]),
        ("long-stories", "seconds", [165]),
        ("findings-by-file", "path", ["personal/long.md"]),
    ],
)
def test_a_saved_query_finds_what_its_title_says(
    tmp_path: Path, serve: Serve, name: str, column: str, expected: list[object]
) -> None:
    rows = serve(portfolio(tmp_path)).rows(f"/kb/{name}.json?_shape=array")
    assert [row[column] for row in rows] == expected


def test_missing_competencies_are_those_that_no_live_story_shows(
    tmp_path: Path, serve: Serve
) -> None:
    site = serve(portfolio(tmp_path))
    missing = {r["competency"] for r in site.rows("/kb/missing-competencies.json?_shape=array")}
    assert {"security", "hiring", "ethics"}.isdisjoint(missing)
    assert {"delivery", "performance"} <= missing  # the first is shown by a retired story only


@pytest.mark.parametrize("name", SAVED)
def test_saved_queries_run_on_any_bank_and_lead_to_our_pages(
    tmp_path: Path, serve: Serve, name: str
) -> None:
    site = serve(portfolio(tmp_path), settings={"default_allow_sql": False})
    page = site.page(f"/kb/{name}")
    assert SAVED[name]["title"] in page.text
    assert SAVED[name]["description"] in page.text
    rows = site.rows(f"/kb/{name}.json?_shape=array")
    for row in rows:
        if row.get("story"):
            assert f"/-/story/{row['story']}" in page.links()
        if "question" in row:
            assert f"/-/question/{row['question']}" in page.links()
    assert rows
    (tmp_path / "empty").mkdir()
    empty = Bank(tmp_path / "empty")
    empty.build()
    assert isinstance(serve(empty).rows(f"/kb/{name}.json?_shape=array"), list)


def test_with_no_story_nothing_answers(tmp_path: Path, serve: Serve) -> None:
    bare = Bank(tmp_path)
    bare.write("content/talking.md", LIBRARY)
    bare.build()
    rows = serve(bare).rows("/kb/questions-nothing-answers.json?_shape=array")
    assert len(rows) == 2
    assert [row["nearest"] for row in rows] == [None, None]


def test_how_long_a_text_takes_to_tell(site: Site) -> None:
    assert site.value(f"select kb_spoken_seconds('{'word ' * 145}')") == 60
    assert site.value("select kb_spoken_seconds('')") == 5
    assert site.value("select kb_spoken_seconds(null)") is None
    assert site.value("select kb_spoken_seconds(7)") is None


def test_the_similarity_of_two_passages_is_the_cosine_of_their_vectors(site: Site) -> None:
    passages = site.rows("/kb/passages.json?_shape=array&_size=max")
    kinds = {row["kind"] for row in passages}
    assert {"story", "sentence", "part", "question", "variant", "example", "practice"} <= kinds
    vectors = site.bank.encoder.encode([row["text"] for row in passages])
    cosines = vectors @ vectors[0]
    for row, expected in zip(passages, cosines.tolist(), strict=True):
        sql = f"select kb_similarity('{passages[0]['id']}', '{row['id']}')"
        assert site.value(sql) == pytest.approx(expected, abs=1e-6), row["id"]
    first = passages[0]["id"]
    for other in ("'story:nobody:0'", "'story:drawing:9'", "''", "null", "7", "'x'"):
        assert site.value(f"select kb_similarity('{first}', {other})") is None


# --- who may see it


@pytest.mark.parametrize(
    "metadata",
    [
        {"allow": {"id": "nobody"}},
        {"databases": {"kb": {"allow": {"id": "nobody"}}}},
    ],
)
def test_whoever_may_not_see_the_bank_sees_none_of_our_pages(
    bank: Bank, serve: Serve, metadata: dict[str, Any]
) -> None:
    site = serve(bank, metadata=metadata)
    assert {view for _, view in pages.ROUTES} == {pages.home, *OWN_PATHS}
    for path in OWN_PATHS.values():
        for answer in (site.get(path), site.post(path, {})):
            assert answer.status_code == 403, path
            assert "drawing" not in answer.text.lower()
    assert site.post("/-/pin", PIN).status_code == 403
    assert site.journal() == []
    assert "The drawing" not in site.get("/").text
    known = {"ds_actor": site.ds.sign({"a": {"id": "nobody"}}, "actor")}
    for path in ("/", "/-/match?q=architect", "/-/story/drawing"):
        assert "The drawing" in site.get(path, cookies=known).text


# --- what is not ours


def foreign(folder: Path) -> Path:
    """A database that is not kb's, with a table of a name that ours has."""
    path = folder / "other.db"
    conn = sqlite3.connect(path)
    conn.execute("CREATE TABLE stories (id TEXT PRIMARY KEY, text TEXT)")
    conn.execute("INSERT INTO stories VALUES ('a', '**bold**')")
    conn.commit()
    conn.close()
    return path


def test_a_database_that_is_not_ours_is_served_as_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pm.get_plugin("datasette.handle_exception"), "rich", None)
    path = foreign(tmp_path)
    ds = Datasette([str(path)])
    assert bank_of(ds) is None
    ours = {pattern for pattern, _ in pages.ROUTES}
    assert ours.isdisjoint(pattern.pattern for pattern, _ in ds._routes())

    def get(path: str, **more: Any) -> httpx.Response:
        found: httpx.Response = asyncio.run(ds.client.get(path, **more))
        return found

    home = get("/", headers={"host": "anything.example"})
    assert home.status_code == 200
    assert "content-security-policy" not in home.headers
    assert "answer-portfolio" not in home.text
    assert "<h1>Datasette</h1>" in home.text
    assert "/-/match" not in home.text
    for path_ in OWN_PATHS.values():
        assert get(path_).status_code == 404
    assert get("/-/metadata.json").json() == {}
    row = get("/other/stories/a").text
    assert "**bold**" in row
    assert "/-/story/a" not in row
    assert get("/other.json?sql=select+kb_spoken_seconds('a')").status_code == 400
    ds.executor.shutdown()
    for database in ds.databases.values():
        database.close()


def test_beside_the_bank_another_database_keeps_its_ways(
    bank: Bank, serve: Serve, tmp_path: Path
) -> None:
    path = foreign(tmp_path)
    both = serve(bank, immutables=[str(path)])
    row = both.page("/other/stories/a")
    assert "**bold**" in row.text
    assert "/-/story/a" not in row.links()
    assert both.get("/other.json?sql=select+kb_spoken_seconds('a')").status_code == 400
    assert both.value("select kb_spoken_seconds('a')") == 5


def test_an_index_of_another_kb_is_not_ours(bank: Bank) -> None:
    with store.write_index(bank.workspace.database) as (writer, _):
        writer.put_meta("schema", "0")
    assert bank_of(Datasette([str(bank.workspace.database)])) is None


def test_what_the_owner_says_in_metadata_stands(bank: Bank, serve: Serve) -> None:
    told = {"title": "Mine", "databases": {"kb": {"tables": {"stories": {"size": 1}}}}}
    site = serve(bank, metadata=told)
    assert site.get("/-/metadata.json").json()["title"] == "Mine"
    assert len(site.rows("/kb/stories.json?_shape=array")) == 1
    assert TABLES["stories"]["description"] in site.page("/kb/stories").text


# --- builds and addresses


def test_a_build_shows_at_once(site: Site) -> None:
    assert "Late tea" not in site.page("/-/match?q=architect").text
    before = site.get("/-/match.json?q=kettle").json()["stories"][0]
    assert before["id"] == "kettle"
    site.bank.write("personal/drawing.md", ARCHITECT.replace("architect", "kettle"))
    site.bank.write("personal/kettle.md", KETTLE.replace("kettle", "wall"))
    site.bank.write("personal/tea.md", "# Late tea\n\nThe architect came late for his tea.\n")
    site.bank.build()
    assert "Late tea" in site.page("/").text
    assert site.get("/-/match.json?q=kettle").json()["stories"][0]["id"] == "drawing"
    assert "told the kettle" in site.page("/-/story/drawing").text
    assert len(site.page("/-/map").all("rect")) == 3
    (site.bank.folder / "personal/tea.md").unlink()
    site.bank.build()
    site.page("/-/story/tea", 404)
    assert len(site.page("/-/map").all("rect")) == 2


def test_vectors_are_read_once_a_build(site: Site) -> None:
    site.get("/-/match.json?q=kettle")
    held = site.served._held
    assert held is not None
    site.get("/-/match.json?q=architect")
    assert site.served._held is held
    site.bank.write("personal/tea.md", "# Tea\n\nLate.\n")
    site.bank.build()
    site.get("/-/match.json?q=architect")
    assert site.served._held is not held
    assert site.served._held is not None
    assert site.served._held.build_id != held.build_id


def test_an_index_of_another_model_is_never_asked_with_the_old_one(site: Site) -> None:
    site.bank.encoder = FakeEncoder("architect", "invoice", fingerprint="another")
    site.bank.build()
    assert "kb build" in site.page("/-/match?q=architect").text
    site.served._encoder = site.bank.encoder
    assert "The drawing" in site.page("/-/match?q=architect").text


def test_links_stay_under_the_base_url(bank: Bank, serve: Serve) -> None:
    site = serve(bank, settings={"base_url": "/stories/"})
    row = "/kb/stories/drawing"
    for path in ("/", "/-/match", *OWN_PATHS.values(), "/-/story/drawing?q=architect", row):
        if path in {OWN_PATHS[one] for one in (pages.pin, pages.match_as_json, pages.download)}:
            continue
        for tag, attributes in site.page(path).tags:
            for name in ("href", "src", "action"):
                to = urlsplit(attributes.get(name, ""))
                if not to.path or to.netloc not in {"", "localhost"}:
                    continue
                assert to.path.startswith("/stories/"), f"{path}: {tag} {attributes}"
                if name != "action" and path != row:
                    assert site.get(PrefixedUrlString(attributes[name])).status_code == 200
    assert "/stories/-/story/drawing" in site.page(row).links()
    answer = site.post("/-/pin", PIN)
    assert answer.headers["location"] == "/stories/-/match?q=tea"


def test_an_instance_that_is_gone_is_forgotten(bank: Bank) -> None:
    ds = Datasette([str(bank.workspace.database)])
    served = bank_of(ds)
    assert bank_of(ds) is served
    del ds
    gc.collect()
    other = Datasette([str(bank.workspace.database)])
    assert bank_of(other) is not served


def test_a_refused_question_is_not_among_those_a_story_answers(bank: Bank, serve: Serve) -> None:
    bank.write("personal/own.md", "---\nanswers: [the quarrel]\n---\nThe architect drew.\n")
    bank.build()
    site = serve(bank)
    assert "the quarrel" in site.get("/-/story/own").text
    append(bank.workspace.journal, Entry("pin-no", "own", "The quarrel?"), now=NOW)
    assert "the quarrel" not in site.get("/-/story/own").text


def test_what_is_no_question_leaves_a_storys_page_whole(bank: Bank, serve: Serve) -> None:
    site = serve(bank)
    assert "The list by the kettle" in site.get("/-/story/drawing?q=???").text


def test_a_question_that_looks_like_an_id_can_be_pinned(bank: Bank, serve: Serve) -> None:
    site = serve(bank)
    sent = {"question": "CI/CD", "story": "drawing", "word": "yes"}
    assert site.post("/-/pin", sent).status_code == 303
    assert "CI/CD" in bank.workspace.journal.read_text("utf-8")


def test_a_journal_that_cannot_be_read_costs_the_pins_only(bank: Bank, serve: Serve) -> None:
    site = serve(bank)
    bank.workspace.journal.mkdir(parents=True)
    assert "The drawing" in site.get("/-/match?q=architect").text


def test_every_table_and_every_column_has_a_sentence(bank: Bank, serve: Serve) -> None:
    site = serve(bank)
    with sqlite3.connect(bank.workspace.database) as conn:
        for table, about in TABLES.items():
            told = site.page(f"/kb/{table}").text
            assert about["description"] in told
            for (column,) in conn.execute("SELECT name FROM pragma_table_info(?)", (table,)):
                said = metadata("kb")["databases"]["kb"]["tables"][table]["columns"][column]
                assert said in told, (table, column)
