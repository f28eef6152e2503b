"""Coverage: what each story shows, gaps first, and how the bank is; told kindly, escaped, whole."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import rank, store
from kb.domain import Fit, StoryCard
from kb.journal import Pin, Pins
from kb.planning.table import competencies_of, read_scores, table, table_of
from kb.portfolio import coverage
from kb.portfolio.types import Cell, Framework, Principle, Table
from kb.render.coverage import coverage_text, health_words, heat_html, heat_page
from kb.render.layout import Page, columns
from tests.conftest import Kb
from tests.test_build import Bank
from tests.test_match import talking

TODAY = date(2026, 11, 28)
SCORES: dict[Fit, float] = {"stretch": 0.3, "workable": 0.5, "strong": 0.9}
ARGUED = "talking/tell-me-about-a-time-you-argued-with-an-architect"
LISTENING = "architect.\n\n**Competencies**: disagreement, negotiation\n"


def card(name: str, *, dated: str = "", title: str = "", status: str = "ready") -> StoryCard:
    made = StoryCard(name, title or name.title(), f"personal/{name}.md", date=dated)
    return replace(made, status=status)  # type: ignore[arg-type]


def shown(fits: Mapping[str, Mapping[str, Fit]], *more: StoryCard) -> Table:
    """A table of competency -> story -> fit; the stories in the order of the alphabet."""
    names = sorted({name for row in fits.values() for name in row})
    cells = {
        (competency, story): Cell(story, SCORES[fit], fit, "inferred", "a/b")
        for competency, row in fits.items()
        for story, fit in row.items()
        if fit != "gap"
    }
    return Table(tuple(fits), (*map(card, names), *more), cells)


def framework(*principles: Principle) -> Framework:
    return Framework("acme", "Acme", "", "", "", True, "", principles)


# rows


def test_gaps_come_first_then_what_few_stories_answer() -> None:
    made = shown({
        "hiring": {"a": "strong", "b": "workable"},
        "failure": {"a": "strong"},
        "ethics": {"a": "gap"},
        "delivery": {"a": "stretch", "b": "stretch"},
        "learning": {"a": "workable"},
    })  # fmt: skip
    found = coverage.rows(made)
    assert [(row.id, row.fit, row.fitting, row.only) for row in found] == [
        ("ethics", "gap", 0, False),
        ("delivery", "stretch", 0, False),
        ("learning", "workable", 1, True),
        ("failure", "strong", 1, True),
        ("hiring", "strong", 2, False),
    ]
    best, second = found[-1].best, found[-1].second
    assert best is not None
    assert second is not None
    assert (best.story, second.story) == ("a", "b")


def test_a_principle_is_shown_by_any_of_its_competencies() -> None:
    made = shown({"hiring": {"a": "stretch"}, "mentoring": {"a": "strong", "b": "workable"}})
    people = Principle("people", "People", "", (("hiring", 1.0), ("mentoring", 0.9)))
    (row,) = coverage.rows(made, framework(people))
    assert (row.name, row.fit, row.fitting) == ("People", "strong", 2)


def test_what_is_a_side_of_a_principle_counts_a_word_less() -> None:
    made = shown({"hiring": {"a": "strong", "b": "workable", "c": "stretch"}})
    side = Principle("side", "Side", "", (("hiring", 0.5),))
    (row,) = coverage.rows(made, framework(side))
    assert (row.fit, row.fitting) == ("workable", 1)
    assert row.second is not None
    assert (row.second.story, row.second.fit) == ("b", "stretch")


words: st.SearchStrategy[Fit] = st.sampled_from(["gap", "stretch", "workable", "strong"])
tables = st.dictionaries(
    st.sampled_from(["hiring", "failure", "ethics", "delivery"]),
    st.fixed_dictionaries(dict.fromkeys("abc", words)),
    min_size=1,
).map(shown)


@given(tables)
def test_rows_and_heat_say_the_same(made: Table) -> None:
    rows = {row.id: row for row in coverage.rows(made)}
    heat = coverage.heat(made)
    assert [row.id for row in heat.rows] == list(made.competencies)
    for one in heat.rows:
        row = rows[one.id]
        assert row.fitting == sum(fit in ("workable", "strong") for fit in one.fits)
        assert row.fit == max(one.fits, key=coverage.WORDS.index)
        assert row.only == (row.fitting == 1)
    levels = [coverage.WORDS.index(row.fit) for row in coverage.rows(made)]
    assert levels == sorted(levels)


@given(tables)
def test_a_principle_of_one_whole_competency_is_that_competency(made: Table) -> None:
    same = framework(*(Principle(c, c, "", ((c, 1.0),)) for c in made.competencies))
    assert coverage.rows(made, same) == coverage.rows(made)
    assert coverage.heat(made, same) == coverage.heat(made)


def test_a_heat_map_keeps_the_stories_that_show_the_most() -> None:
    made = shown({"hiring": {"a": "stretch", "b": "strong"}, "ethics": {"c": "workable"}})
    heat = coverage.heat(made, most=2)
    assert [one.id for one in heat.stories] == ["b", "c"]
    assert (heat.left_out, heat.rows[0].fits) == (1, ("strong", "gap"))


# health


def test_how_a_bank_is() -> None:
    made = shown(
        {"failure": {"a": "strong", "b": "workable", "c": "stretch"}, "hiring": {"b": "strong"}},
        card("d", dated="2021-11", status="draft"),
        card("e", dated="2021-10"),
        card("f", dated="2024"),
        card("g", dated="2023-11-30"),
    )
    found = coverage.health(made, TODAY, {"a", "d", "gone"})
    assert (found.stories, found.drafts, found.undated) == (7, 1, 3)
    assert (found.fresh, found.stale, found.strong) == (1, 1, 2)
    assert (found.failure, found.numbers) == (("a", "b"), 5)
    assert coverage.health(made, TODAY, None).numbers is None


@pytest.mark.parametrize(
    ("dated", "fresh", "stale"),
    [
        ("2023-12", 1, 0), ("2023-11", 0, 0), ("2021-11", 0, 0), ("2021-10", 0, 1),
        ("2021", 0, 1), ("2022", 0, 0), ("2024", 1, 0), ("2027-01-01", 1, 0),
    ],
)  # fmt: skip
def test_fresh_is_under_three_years_and_stale_over_five(dated: str, fresh: int, stale: int) -> None:
    found = coverage.health(Table((), (card("a", dated=dated),)), TODAY, None)
    assert (found.fresh, found.stale) == (fresh, stale)


@pytest.mark.parametrize(
    ("stories", "said"),
    [
        (1, "1 story; 8 to 12 are a good aim."),
        (9, "9 stories; 8 to 12 that you know well are enough."),
    ],
)
def test_the_words_are_calm(stories: int, said: str) -> None:
    found = coverage.health(Table((), tuple(card(f"s{n}") for n in range(stories))), TODAY, None)
    lines = dict(health_words(found, {}))
    assert lines["Stories"] == said
    assert lines["Failure"] == "none is told yet; most interviews ask for one."
    assert "Numbers" not in lines
    assert not re.search("(?i)must|bad|fail(ed|ing)|poor|!", " ".join(lines.values()))


# the table of a bank


def bank(folder: Path, *, answers: str = "") -> Bank:
    """Two stories, a library that listens for two competencies in one question, built."""
    made = talking(folder)
    guide = made.library / "talking.md"
    guide.write_text(guide.read_text("utf-8").replace("architect.\n", LISTENING), encoding="utf-8")
    made.write("content/talking.md", guide.read_text("utf-8"))
    kettle = made.folder / "personal" / "kettle.md"
    text = kettle.read_text("utf-8").replace("date: 2021\n", f"date: 2021\n{answers}")
    made.write("personal/kettle.md", text)
    made.build()
    return made


def table_for(made: Bank, pins: Pins | None = None) -> Table:
    with store.open_index(made.workspace.database) as reader:
        return table(reader, pins)


def test_a_story_fits_a_competency_as_it_does_its_best_question(tmp_path: Path) -> None:
    made = bank(tmp_path)
    with store.open_index(made.workspace.database) as reader:
        scores = read_scores(reader)
        found = table_of(scores, competencies_of(reader))
    number = [question.id for question in scores.questions].index(ARGUED)
    score = float(scores.scores[number, 0])
    assert score >= rank.STRETCH
    cell = found.cells["negotiation", "drawing"]
    assert cell == Cell("drawing", score, rank.fit(score), "inferred", ARGUED)
    assert ("hiring", "drawing") not in found.cells
    assert len(found.competencies) == 42


def test_what_its_file_names_is_workable_at_least(tmp_path: Path) -> None:
    found = table_for(bank(tmp_path, answers="competencies: [hiring, negotiation]\n"))
    cell = found.cells["hiring", "kettle"]
    assert (cell.fit, cell.how, cell.question) == ("workable", "authored", "")
    assert found.cells["negotiation", "kettle"].fit in ("workable", "strong")


@pytest.mark.parametrize("question", [ARGUED, ""])
def test_the_owners_word_counts(tmp_path: Path, question: str) -> None:
    made = bank(tmp_path)
    text = "" if question else "architect quarrel"  # a variant of the workspace's guide
    said = Pins((Pin("kettle", text, question), Pin("drawing", text, question, pinned=False)))
    found = table_for(made, said)
    cell = found.cells["negotiation", "kettle"]
    assert (cell.fit, cell.how, cell.score) == ("strong", "pinned", 1.0)
    assert ("negotiation", "drawing") not in found.cells


def test_a_storys_own_answers_count_until_the_journal_says_otherwise(tmp_path: Path) -> None:
    made = bank(
        tmp_path, answers='answers: ["Tell me about a time you argued with an architect"]\n'
    )
    assert table_for(made).cells["disagreement", "kettle"].how == "pinned"
    refused = Pins((Pin("kettle", "", ARGUED, pinned=False),))
    assert ("disagreement", "kettle") not in table_for(made, refused).cells


def test_retired_stories_do_not_count(tmp_path: Path) -> None:
    found = table_for(bank(tmp_path, answers="status: retired\n"))
    assert [one.id for one in found.stories] == ["drawing"]
    assert {story for _, story in found.cells} == {"drawing"}


def test_a_bank_without_stories_is_all_gaps(tmp_path: Path) -> None:
    made = bank(tmp_path)
    for path in (made.folder / "personal").iterdir():
        path.unlink()
    made.build()
    found = table_for(made)
    assert (found.stories, found.cells) == ((), {})
    assert {row.fit for row in coverage.rows(found)} == {"gap"}
    assert coverage.heat(found).rows[0].fits == ()


# pages


def test_a_row_fits_eighty_columns_and_nothing_is_cut() -> None:
    long = "A title that goes on for longer than any column of this table can be"
    made = shown(
        {"process-improvement": {"a": "strong", "b": "workable"}, "ethics": {"a": "strong"}}
    )
    titles = {"a": long, "b": long.lower()}
    lines = coverage_text(coverage.rows(made), titles, "Competency", Page(80))
    assert all(columns(line) <= 80 for line in lines)
    words = " ".join(line[35:57] for line in lines[1:]).split()
    assert words == [*long.split(), *long.split()]
    assert "only this story answers it" in " ".join(" ".join(x[58:] for x in lines).split())


def test_in_a_pipe_a_row_is_a_line() -> None:
    made = shown({"hiring": {"a": "strong", "b": "strong"}, "ethics": {"a": "stretch"}})
    name = Principle("long", "A principle with a very long name indeed", "", (("hiring", 1.0),))
    lines = coverage_text(coverage.rows(made, framework(name)), {"a": "A", "b": "B"}, "P", Page())
    assert lines[1:] == ["A principle with a very long name indeed  strong     2  A  B"]


def test_a_narrow_page_keeps_every_word() -> None:
    made = shown({"hiring": {"a": "strong"}})
    lines = coverage_text(coverage.rows(made), {"a": "A story"}, "Competency", Page(40))
    assert lines == ["hiring  strong 1", "  A story", "  only this story answers it"]


class Tags(HTMLParser):
    """The tags of a page, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.said: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not {name for name, _ in attrs} & {"src", "href", "style", "onclick"}

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def test_every_cell_has_a_shade_and_a_word() -> None:
    made = shown({"hiring": {"a": "strong", "b": "stretch"}, "ethics": {"a": "gap", "b": "gap"}})
    text = heat_html(coverage.heat(made), "Competency")
    cells = re.findall(r'<td class="(\w+)"><span class="story">\w</span> <span>(\w+)</span>', text)
    assert cells == [("strong",) * 2, ("stretch",) * 2, ("gap",) * 2, ("gap",) * 2]
    assert text.count('<tr class="none">') == 1


@given(st.text(max_size=30))
def test_a_title_is_never_markup(title: str) -> None:
    made = Table(("hiring",), (card("a", title=f"{title}<b>&"),))
    page = heat_page(coverage.heat(made), title, f"{title}<i>", [("Stories", f"<u>{title}")])
    tags = Tags(page).tags
    assert not {"b", "i", "u", "script"} & set(tags)
    assert tags.count("td") == 1
    assert "default-src 'none'" in page


def test_many_stories_are_a_list_on_paper() -> None:
    few = shown({"hiring": {f"s{n:02d}": "strong" for n in range(14)}})
    many = shown({"hiring": {f"s{n:02d}": "strong" for n in range(15)}})
    assert 'class="heat"' in heat_html(coverage.heat(few), "x")
    assert 'class="heat many"' in heat_html(coverage.heat(many), "x")
    assert "5 stories that show less are left out." in heat_html(coverage.heat(many, most=10), "x")


# whole commands


@pytest.mark.model
def test_coverage_of_the_samples(samples: Kb) -> None:
    lines = samples("coverage").stdout.splitlines()
    assert lines[0].split() == ["Competency", "Best", "No.", "Best", "story", "Second"]
    assert len([line for line in lines[1:43] if line]) == 42
    words = [re.split(r"\s+", line)[1] for line in lines[1:43]]
    assert words == sorted(words, key=["gap", "stretch", "workable", "strong"].index)
    said = samples.json("coverage", "--framework", "meta")
    assert (said["framework"], len(said["rows"]), said["calibrated"]) == ("meta", 5, True)
    for row in samples.json("coverage")["rows"]:
        assert row["only"] == (row["fitting"] == 1)
        assert (row["best"] is None) == (row["fit"] == "gap")
    health = said["health"]
    assert health["stories"] == 14
    assert health["failure"]


@pytest.mark.model
def test_a_page_is_written_and_not_written_over(samples: Kb) -> None:
    page = samples("coverage", "--html", "--framework", "civil-service").stdout
    assert page.startswith("<!DOCTYPE html>")
    assert "Open Government Licence v3.0." in page
    assert Tags(page).tags.count("tr") == 10
    assert samples("coverage", "--html", "-o", "page.html").stdout == ""
    assert samples("coverage", "-o", "other.html").stdout == ""
    named = re.findall(r'<th scope="row">([^<]+)', (samples.folder / "other.html").read_text())
    assert named == [row["id"] for row in samples.json("coverage")["rows"]]
    refused = samples("coverage", "--html", "-o", "page.html", code=1).stderr
    assert "exists already" in refused
    samples("coverage", "--html", "-o", "page.html", "--force")
    before = (samples.folder / "kb.yaml").read_bytes()
    assert "is none" in samples("coverage", "--html", "-o", "kb.yaml", "--force", code=2).stderr
    assert (samples.folder / "kb.yaml").read_bytes() == before


@pytest.mark.model
def test_an_empty_bank_is_told_what_to_do(kb: Kb) -> None:
    kb("init", ".")
    kb("build")
    assert kb("coverage").stdout == (
        "There are no stories yet, so nothing is covered. What to write first: kb gaps\n"
    )
    said = kb.json("coverage")
    assert {row["fit"] for row in said["rows"]} == {"gap"}
    assert said["health"]["stories"] == 0
    assert "nothing is covered" in kb("coverage", "--html").stdout


def test_misuse_is_answered_with_a_sentence(kb: Kb) -> None:
    kb("init", ".")
    assert "Add --html" in kb("coverage", "-o", "x.txt", code=2).stderr
    assert "cannot both be" in kb("coverage", "--html", "--json", code=2).stderr
    assert "no folder" in kb("coverage", "--html", "-o", "no/x.html", code=1).stderr
    assert not (kb.folder / "no").exists()
    assert "there is no framework 'x'" in kb("coverage", "--framework", "x", code=2).stderr
    assert "kb build" in kb("coverage", code=1).stderr
