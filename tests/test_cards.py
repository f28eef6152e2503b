"""Cards: what is chosen of a story, how it is cut, the page, and the command as a user runs it."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from kb.cli import card as cli
from kb.domain import Part, PartKind, Story, StoryCard
from kb.errors import KBError
from kb.planning.cards import story_lines
from kb.portfolio.cards import Card, Digest, Sheet, Step, digest, numbers_of, room_for, shortened
from kb.render.cards import cards_html, cards_json, cards_text
from kb.render.layout import Page
from tests.conftest import Kb

LOOP = """\
company: Acme
rounds:
- {name: Hiring manager, interviewer: Dana, focus: [mentoring, disagreement, failure]}
- {name: The team, focus: [performance, incident-response, problem-solving, delivery, influence,
   receiving-feedback]}
told: [{story: four-caravans-on-the-quay, date: 2025-03}]
"""


def story(*parts: tuple[PartKind, str]) -> Story:
    told = tuple(Part(kind, text, 10 * n) for n, (kind, text) in enumerate(parts))
    return Story("walk", "p/walk.md", "The walk", parts=told)


WALK = story(
    ("situation", "We walked in the hills. The path was gone after the storm."),
    ("task", "I was to bring nine people home."),
    (
        "action",
        "We stopped. I asked each of them how they felt, and I drew a map of 3 ways. It rained.",
    ),
    ("result", "We were home by six, after 4 hours. One was cold. Since then I carry a map."),
    ("learning", "I ask first now."),
)


def short(one: Story, cards: int = 1) -> Digest:
    return digest(story_lines(one), room_for(cards))


# -- what is chosen ----------------------------------------------------------------------------


def test_one_sentence_a_part_and_the_one_that_must_land() -> None:
    found = short(WALK)
    assert found.opening == "We walked in the hills."
    assert [(s.label, s.text, s.land) for s in found.steps] == [
        ("Situation", "The path was gone after the storm.", False),
        ("Task", "I was to bring nine people home.", False),
        ("Action", "I asked each of them how they felt, and I drew a map of 3 ways.", False),
        ("Result", "We were home by six, after 4 hours.", True),
        ("Learning", "I ask first now.", False),
    ]


def test_a_dense_card_has_the_first_sentence_for_its_situation() -> None:
    assert [s.label for s in short(WALK, cards=6).steps] == ["Task", "Action", "Result", "Learning"]


def test_missing_parts_leave_room_for_others() -> None:
    found = short(story(("action", "I cut it. I sewed it. I sold it. I ate it all up."),
                        ("result", "It went well for us. We kept 3 of them.")))  # fmt: skip
    assert [s.label for s in found.steps].count("Action") == 3
    assert [s.label for s in found.steps].count("Result") == 2


def test_a_story_without_parts_is_told_from_all_its_length() -> None:
    text = " ".join(f"I did the thing number {word} with care." for word in "abcdefghijk")
    lines = short(story(("text", text))).steps
    assert len(lines) == 5
    assert sum(s.land for s in lines) == 1
    assert [s.label for s in lines] == [""] * 5


def test_an_empty_story_makes_an_empty_card() -> None:
    assert short(story()) == Digest("", (), ())
    assert short(story(("task", "Alone."))).missing == "result"
    assert short(story(("text", "Alone."))).steps == ()


def test_a_story_without_a_result_has_nothing_that_must_land() -> None:
    found = short(
        story(("task", "I was to go. It was late."), ("action", "I left 3 of them. I ran."))
    )
    assert not any(s.land for s in found.steps)
    assert found.missing == "result"
    assert short(WALK).missing == ""
    assert short(story(("text", "I left. I ran home. I slept."))).missing == ""


def test_what_must_land_does_not_lean_on_a_sentence_that_is_not_there() -> None:
    found = short(story(
        ("action", "I moved the alarm. I tested it."),
        ("result", "On the same test it took two seconds. The alarms of all 90 lifts came through."
                   " In that week it was quiet for 9 days."),
    ))  # fmt: skip
    assert [s.text for s in found.steps if s.land] == ["The alarms of all 90 lifts came through."]


def test_what_it_cost_is_not_what_must_land() -> None:
    found = short(story(
        ("result", "It went well. The new part cost five weeks of work for all of us."
                   " Since then the people there send us their drafts."),
    ))  # fmt: skip
    assert [s.text for s in found.steps if s.land] == [
        "Since then the people there send us their drafts."
    ]


def test_a_second_sentence_does_not_lean_on_one_that_is_left_out() -> None:
    asked = "I wrote to all of the nine teams. I read each of their answers."
    text = f"We began in May. {asked} Nobody came. It took two seconds on that day, as they said."
    found = short(story(("action", text), ("result", "We kept 3 of them.")))
    assert [s.text for s in found.steps if not s.land] == [
        "I wrote to all of the nine teams.", "I read each of their answers.",
    ]  # fmt: skip


def test_the_opening_is_never_cut_at_its_beginning() -> None:
    words = "and nobody in any of the offices of the company knew what it was for or who had built"
    first = (
        f"The old system ran at night, {words}, {words}, and after two months it cost £9,000 more."
    )
    for cards in (1, 4, 6):
        found = short(story(("situation", f"{first} Then it broke.")), cards)
        assert found.opening.startswith("The old system ran at night")
        assert found.opening.endswith(" …")
    medium = f"The old system ran at night, {words}."
    assert len(medium) > room_for(1).line
    assert short(story(("situation", f"{medium} Then it broke."))).opening == medium


SENTENCE = st.text(alphabet=st.sampled_from("abcI 39%.,;é—"), max_size=60)
KINDS: Sequence[PartKind] = ("situation", "task", "action", "result", "learning", "text")


@given(st.lists(st.tuples(st.sampled_from(KINDS), SENTENCE), max_size=6), st.integers(1, 7))
def test_every_word_on_a_card_is_the_owners(parts: list[tuple[PartKind, str]], cards: int) -> None:
    lines = story_lines(story(*parts))
    found = digest(lines, room_for(cards))
    texts = [one.text for one in lines]
    for said in (found.opening, *(s.text for s in found.steps), *found.numbers):
        kept = said.removeprefix("… ").removesuffix(" …")
        assert not kept or any(kept in text for text in texts)
    assert len(found.steps) <= 5
    assert sum(s.land for s in found.steps) <= 1


# -- how it is cut -----------------------------------------------------------------------------


def test_a_sentence_is_cut_at_a_clause_and_keeps_its_number() -> None:
    text = "We had talked of it for a long time, with nobody sure, and then it fell to 9 in a week."
    assert shortened(text, 200) == text
    place = text.index("9")
    assert shortened(text, 50, [(place, place + 1)]) == "… and then it fell to 9 in a week."
    assert shortened(text, 70) == "We had talked of it for a long time, with nobody sure …"


@given(st.text(alphabet=st.sampled_from("ab ,;—9"), max_size=300), st.integers(20, 120))
def test_what_is_cut_is_never_longer_than_its_room(text: str, most: int) -> None:
    assert len(shortened(text, most)) <= max(most, 20) + 2


def test_numbers_come_with_a_few_words() -> None:
    lines = story_lines(story(
        ("action", "I read 312 comments on the last changes. It took two weeks."),
        ("result", "It fell from 18% to 5%. Seven of our nine makes were in."
                   " About 19 a week came."),
    ))  # fmt: skip
    assert numbers_of(lines, 9) == (
        "312 comments", "two weeks", "from 18% to 5%", "Seven of our nine makes", "About 19 a week",
    )  # fmt: skip
    assert "from 18% to 5%" in numbers_of(lines, 1)


@pytest.mark.parametrize(
    ("said", "numbers"),
    [
        ("We lost 3 of 40,000 orders.", ["3 of 40,000 orders"]),
        ("It saved £1,250,000 of 2.5 million.", ["£1,250,000 of 2.5 million"]),
        ("We got £38,000 back from them.", ["£38,000 back"]),
        ("800 lifts meant a lot to us.", ["800 lifts"]),
        ("Two engineers lost most of a summer to the move.", ["Two engineers"]),
        ("There were two colleagues over from Perth.", ["two colleagues"]),
        ("I looked at the twenty most awkward and left them as they had been.", []),
        ("The whole run took 1 hour 35 minutes in the end.", ["1 hour 35 minutes"]),
        ("After a three-month trial we bought it.", ["three-month trial"]),
        ("After a three-month trial went badly we sold it.", ["three-month trial"]),
        ("After a three-month rather long and bad time we sold it.", []),
        ("The calls went from 212 a week to none.", ["from 212 a week to none"]),
        ("In all 40% of support calls came from one shop in the north.", ["40% of support calls"]),
        ("In all 12% of revenue fell away that year, more than ever.", ["12% of revenue"]),
        ("We cut the cost by 40%.", ["We cut the cost by 40%"]),
        ("It fell to 5%, and nobody of all those who had been there knew.", []),
        ("We had known of 43 more than they had told the whole of the office.", []),
        ("For two years of evening classes she did both.", ["two years of evening classes"]),
        ("It was 1.5 GB a day, 2,000.5 times what we had been told to expect.", ["1.5 GB a day"]),
        ("Half of them were late, and three of the old ones had left by then.",
         ["three of the old ones"]),
        ("In August 22 of our 62 sailings had left late.", ["22 of our 62 sailings"]),
    ],
)  # fmt: skip
def test_a_number_is_a_whole_phrase_or_left_out(said: str, numbers: list[str]) -> None:
    assert list(numbers_of(story_lines(story(("result", said))), 9)) == numbers


# -- the page ----------------------------------------------------------------------------------

NASTY = '<script>alert("x")</script> & \x1b[31m'


def sheet(text: str = NASTY) -> Sheet:
    card = StoryCard("walk", text, "p/walk.md")
    steps = (Step("Task", text, 3), Step("Result", text, 4, True))
    told = Card(1, text, "failure", card, "strong", text, steps, (text,), (text,), (text,))
    return Sheet(text, text, (text,), (told, Card(2, "Why?", "", None, None, why=text)))


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.links += [v or "" for k, v in attrs if k in ("href", "src", "style") or k[:2] == "on"]


@pytest.mark.parametrize("a4", [True, False])
def test_a_page_holds_no_script_and_loads_nothing(a4: bool) -> None:
    html = cards_html([sheet()], a4=a4)
    page = Tags(html)
    assert "script" not in page.seen
    assert page.links == []
    assert "\x1b" not in html
    assert "url(" not in html
    assert ("size: A4" in html) is a4
    assert "prefers-color-scheme: dark" in html.split("@media screen")[1][:60]


def test_the_text_is_as_wide_as_its_page_and_bold_where_it_must_land() -> None:
    page = Page(60, lambda text, name: f"[{name}:{text}]" if name == "title" else text)
    said = cards_text([sheet("plain words " * 9)], Page(60))
    assert max(map(len, said.splitlines())) <= 60
    assert "[title:plain" in cards_text([sheet("plain words " * 9)], page)
    assert "open" in said
    missing = Sheet("", "", (), (Card(1, "Why?", "", StoryCard("w", "W", "w.md"), None,
                                      missing="result"),))  # fmt: skip
    assert "Land      The story has no Result yet." in cards_text([missing], Page(60))
    assert "The story has no Result yet." in cards_html([missing])
    assert cards_json([missing])[0]["cards"][0]["missing"] == ["result"]
    assert cards_text([], Page()) == "There is nothing to put on a card."
    assert cards_json([sheet()])[0]["cards"][0]["steps"][1]["land"] is True


# -- printing ----------------------------------------------------------------------------------


def test_without_a_printer_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "browsers", lambda: iter(()))
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(KBError, match="no Chromium, Chrome or WeasyPrint") as fault:
        cli.print_pdf("<p>hello")
    assert "--html -o" in fault.value.hint


def test_a_browser_that_makes_nothing_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\nexit 3\n", encoding="utf-8")
    broken.chmod(0o755)
    monkeypatch.setattr(cli, "browsers", lambda: iter([str(broken)]))
    with pytest.raises(KBError, match="made no PDF"):
        cli.print_pdf("<p>hello")


def long_story(number: int) -> Digest:
    tail = "because the committee for interoperability had asked us for a longer explanation"
    return short(story(
        ("situation", f"The system of 45% of the regions was replaced, {tail}. It {tail}."),
        ("task", f"I was to lead all of it from the beginning until the end, {tail}."),
        ("action", f"I rewrote {number} services with my own hands, {tail}. I told {tail}."),
        ("result", f"The cost of operation fell from 45% to {number}%, {tail}. We won, {tail}."),
        ("learning", f"I would ask the committee first the next time it comes to that, {tail}."),
    ), cards=6)  # fmt: skip


@pytest.mark.skipif(not next(cli.browsers(), ""), reason="no browser to print with")
@pytest.mark.parametrize("paper", ["A4", "letter"])
def test_six_long_stories_fit_a_page(paper: str) -> None:
    cards = []
    for number in range(1, 7):
        one = long_story(number)
        title = f"A rather long title about the interoperability of migrations {number}"
        told = StoryCard("walk", title, "p")
        question = "Tell me about a time you disagreed with an architect or a principal engineer."
        then = ("What would have made you accept the original design as it was?",)
        cards.append(Card(number, question, "disagreement", told, "workable", one.opening,
                          one.steps, one.numbers, then))  # fmt: skip
    html = cards_html([Sheet("The team, with Dana", "Acme, 2026-12-10", ("Acme knows.",),
                             tuple(cards))], a4=True)  # fmt: skip
    # the page's own policy is for the style as it stands
    html = re.sub(r"<meta http-equiv.*?>", "", html, flags=re.DOTALL)
    made = cli.print_pdf(html.replace("size: A4", f"size: {paper}"))
    assert len(PdfReader(io.BytesIO(made)).pages) == 1


# -- as a user ---------------------------------------------------------------------------------


@pytest.mark.model
def test_a_loop_becomes_a_page_a_round(samples: Kb) -> None:
    (samples.folder / "acme.yaml").write_text(LOOP, encoding="utf-8")
    samples("use", "anselms-single-stream", "--company", "Other", "--interviewer", "Dana",
            "--date", "2024-05")  # fmt: skip
    said = samples("card", "acme.yaml").stdout
    assert "Hiring manager, with Dana (Acme)" in said
    assert "Acme has heard: Four caravans on the quay (2025-03)." in said
    assert "Dana has heard: Anselm's single stream (2024-05)." in said
    assert "Land      By September he had done seven of our nine makes" in said
    assert "“Four caravans on the quay” would answer it" in said
    assert "kb " not in said
    sheets = samples.json("card", "acme.yaml")
    assert [len(one["cards"]) for one in sheets] == [3, 6]
    html = samples("card", "acme.yaml", "--html").stdout
    assert html.count("<main") == 2
    assert html.count('class="dense"') == 1


@pytest.mark.model
def test_stories_make_one_page_that_is_not_written_over(samples: Kb) -> None:
    samples("card", "thirty-six", "anselm", "-o", "two.html")
    page = samples.folder / "two.html"
    before = page.read_bytes()
    assert b"Thirty-six tickets" in before
    done = samples("card", "thirty-six", "-o", "two.html", code=1)
    assert "exists already, and is not overwritten" in done.stderr
    assert page.read_bytes() == before
    samples("card", "thirty-six", "-o", "two.html", "--force")
    assert b"single stream" not in page.read_bytes()


@pytest.mark.model
@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["nothing"], "there is no story or loop 'nothing'"),
        (["nothing.yaml"], "there is no loop 'nothing.yaml'"),
        (["anselm", "acme"], "'acme' is a loop, and a loop stands alone"),
        (["anselm", "--html", "--pdf"], "--html and --pdf exclude each other"),
        (["anselm", "--pdf"], "a PDF is written to a file"),
        (["anselm", "-o", "card.doc"], "does not tell the format"),
        (["anselm", "-o", "personal", "--html"], "personal is a folder"),
    ],
)
def test_misuse_is_one_sentence(samples: Kb, args: list[str], said: str) -> None:
    loops = samples.folder / "personal/_kb/loops"
    loops.mkdir(parents=True, exist_ok=True)
    (loops / "acme.yaml").write_text(LOOP, encoding="utf-8")
    done = samples("card", *args, code=2)
    assert said in done.stderr
    assert done.stdout == ""
