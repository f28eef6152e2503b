"""What the journal says of one story, to whom it was told, and the commands that say so."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.domain import StoryCard
from kb.history import Event, Use, event_of, history, uses
from kb.journal import Entry
from kb.render.history import event_line, event_words, history_text, use_text
from kb.render.layout import Page
from tests.conftest import Kb

CARD = StoryCard("kettle", "The list by the kettle", "personal/kettle.md")
ANSELM = "anselms-single-stream"


def said(kind: str, story: str = "kettle", question: str = "", **extra: object) -> Entry:
    return Entry(kind, story, question, at="2026-05-01T12:00:00Z", extra=extra)


def renamed(old: str, new: str) -> Entry:
    return Entry("rename", old, to=new, at="2026-05-02T12:00:00Z")


def kinds(entries: list[Entry], story: str) -> list[str]:
    return [event.kind for event in history(entries, story)]


# --- events


def test_events_are_those_of_the_story_in_the_order_they_were_said() -> None:
    lines = [said("pin", question="Q?"), said("pin", "other"), said("use"), said("unpin")]
    assert kinds(lines, "kettle") == ["pin", "use", "unpin"]
    assert kinds(lines, "nobody") == []
    assert history(lines, "kettle")[0] == Event("2026-05-01T12:00:00Z", "pin", "Q?", {})


def test_a_question_that_has_only_an_id_is_shown_by_it() -> None:
    entry = Entry("pin", "kettle", question_id="talk/a", at="2026-05-01T12:00:00Z")
    assert event_of(entry).text == "talk/a"


def test_what_was_said_of_the_old_id_is_the_storys_and_the_old_id_is_a_new_storys() -> None:
    lines = [said("pin", "old"), renamed("old", "new"), said("use", "old"), said("use", "new")]
    assert kinds(lines, "new") == ["pin", "rename", "use"]
    assert kinds(lines, "old") == ["use"]
    assert history(lines, "new")[1].text == "old"


def test_renames_are_followed_through_several_ids_and_back() -> None:
    lines = [said("pin", "a"), renamed("a", "b"), said("use", "b"), renamed("b", "a")]
    assert kinds(lines, "a") == ["pin", "rename", "use", "rename"]
    assert kinds(lines, "b") == []


def test_a_rename_to_an_id_that_was_spoken_of_keeps_the_order() -> None:
    lines = [said("pin", "b"), said("use", "a"), said("unpin", "b"), renamed("a", "b")]
    assert kinds(lines, "b") == ["pin", "use", "unpin", "rename"]


def test_a_rename_to_itself_or_to_nothing_moves_nothing() -> None:
    lines = [said("pin", "a"), renamed("a", "a"), renamed("a", "")]
    assert kinds(lines, "a") == ["pin", "rename", "rename"]


STORIES = st.sampled_from("abc")
LINES = st.lists(st.builds(said, st.sampled_from(["pin", "use", "unuse", "later"]), STORIES))


@given(LINES)
def test_a_rename_to_a_fresh_id_moves_the_whole_history_and_all_uses(lines: list[Entry]) -> None:
    after = [*lines, renamed("a", "z")]
    assert history(after, "z")[:-1] == history(lines, "a")
    assert history(after, "a") == ()
    assert uses(after).get("z") == uses(lines).get("a")
    assert history(after, "b") == history(lines, "b")


# --- uses


def test_a_use_says_when_where_to_whom_and_for_what() -> None:
    line = Entry(
        "use", "kettle", "Q?", "talk/a", at="2026-05-01T12:00:00Z",
        extra={"date": "2026-04", "company": "Acme", "interviewer": "Anna"},
    )  # fmt: skip
    assert uses([line])["kettle"] == (
        Use("2026-05-01T12:00:00Z", "2026-04", "Acme", "Q?", "talk/a", "Anna"),
    )


def test_a_use_without_a_date_was_when_it_was_noted() -> None:
    (use,) = uses([said("use", company=["no", "text"])])["kettle"]
    assert (use.date, use.company) == ("2026-05-01", "")


def test_what_was_taken_back_is_no_use_and_the_last_goes_first() -> None:
    first, second = said("use", company="A"), said("use", company="B")
    back = said("unuse")
    assert [u.company for u in uses([first, second, back])["kettle"]] == ["A"]
    assert uses([first, second, back, back]) == {}
    assert [u.company for u in uses([back, first])["kettle"]] == ["A"]
    assert [u.company for u in uses([first, back, second])["kettle"]] == ["B"]


@given(LINES)
def test_uses_are_never_more_than_were_noted(lines: list[Entry]) -> None:
    for story, told in uses(lines).items():
        noted = kinds(lines, story)
        assert max(1, noted.count("use") - noted.count("unuse")) <= len(told)
        assert len(told) <= noted.count("use")


# --- sentences


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        (said("pin", question="Q?"), "2026-05-01  said to answer “Q?”"),
        (said("pin-no", question="Q?"), "2026-05-01  said not to answer “Q?”"),
        (said("unpin", question="Q?"), "2026-05-01  taken back what was said of “Q?”"),
        (said("use"), "2026-05-01  told"),
        (
            said("use", question="Q?", date="2024-05", company="Acme", interviewer="Anna"),
            "2024-05     told at Acme to Anna for “Q?”",
        ),
        (said("unuse", company="Acme"), "2026-05-01  taken back: told at Acme"),
        (said("review", grade=4), "2026-05-01  reviewed (grade: 4)"),
        (said("debrief", question="Q?", note="ok"), "2026-05-01  debriefed for “Q?” (note: ok)"),
        (renamed("tea", "kettle"), "2026-05-02  renamed; it was tea before"),
        (said("sung", key=["a", 1]), '2026-05-01  sung (key: ["a", 1])'),
    ],
)  # fmt: skip
def test_an_event_is_a_line_and_unknown_ones_stand_as_they_are(entry: Entry, line: str) -> None:
    assert event_line(event_of(entry)) == line


def test_a_line_of_the_journal_cannot_move_the_cursor() -> None:
    words = event_words(event_of(said("a\x1b[2J", question="b\x1b\nc", company="d\x07")))
    assert words.isprintable()


def test_a_history_is_wrapped_beside_the_dates() -> None:
    events = history([said("pin", question="word " * 20)], "kettle")
    lines = history_text("The list", events, Page(40)).splitlines()
    assert lines[0] == "The list"
    assert lines[1].startswith("2026-05-01  said")
    assert all(line.startswith(" " * 12) and len(line) <= 40 for line in lines[2:])
    assert history_text("The list", [], Page()) == "Nothing was said of “The list” yet."


@pytest.mark.parametrize(
    ("times", "end"), [(0, "Not told"), (1, "Told once"), (2, "Told twice"), (7, "Told 7 times")]
)
def test_a_use_is_said_with_how_often_it_was_told(times: int, end: str) -> None:
    event = event_of(said("use", question="Why?", date="2024-05"))
    assert use_text(CARD, event, times, Page()) == (
        f"Noted: “The list by the kettle” was told in 2024-05 for “Why?” {end} so far."
    )


# --- kb use, kb show --history


def journal(kb: Kb) -> list[dict[str, object]]:
    path = kb.folder / "personal/_kb/journal.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.mark.model
def test_a_story_is_told_taken_back_and_its_history_shown(samples: Kb) -> None:
    told = samples(
        "use", "anselm", "--company", " Acme  Ltd", "--question", "disagreement with architects",
        "--date", "May 2024", "--interviewer", "Ms Okafor",
    ).stdout  # fmt: skip
    assert told == (
        "Noted: “Anselm's single stream” was told in 2024-05 at Acme Ltd to Ms Okafor"
        " for “disagreement with architects”. Told once so far.\n"
    )
    again = samples("use", ANSELM, "--company", "ACME LTD", "--date", "2024-06-03").stdout
    assert "They heard it before: 2024-05. Told twice so far." in again
    back = samples("use", ANSELM, "--undo").stdout
    assert back.startswith("Taken back: “Anselm's single stream” was told on 2024-06-03")
    assert back.endswith("Told once so far.\n")
    lines = journal(samples)
    assert [line["kind"] for line in lines] == ["use", "use", "unuse"]
    assert lines[0].items() >= {
        "story": ANSELM, "company": "Acme Ltd", "date": "2024-05", "interviewer": "Ms Okafor",
    }.items()  # fmt: skip
    assert "interviewer" not in lines[1]
    shown = samples("show", ANSELM, "--history").stdout.splitlines()
    assert shown[0] == "Anselm's single stream"
    assert [line[:10].strip() for line in shown[1:]] == ["2024-05", "2024-06-03", "2024-06-03"]
    events = samples.json("show", ANSELM, "--history")["events"]
    assert [(e["kind"], e["date"]) for e in events] == [
        ("use", "2024-05"), ("use", "2024-06-03"), ("unuse", "2024-06-03"),
    ]  # fmt: skip
    assert samples("use", ANSELM, "--undo").stdout.endswith("Not told so far.\n")
    assert "none can be taken back" in samples("use", ANSELM, "--undo", code=2).stderr
    assert len(journal(samples)) == 4


@pytest.mark.model
def test_a_use_is_today_unless_a_date_is_given_and_never_to_come(samples: Kb) -> None:
    noted = samples.json("use", "tariq")
    assert abs(date.fromisoformat(noted["date"]) - date.today()) <= timedelta(days=1)
    assert (noted["story"], noted["times"]) == ("tariq-at-four-oclock", 1)
    for wrong, why in (
        ("2099", "still to come"),
        ("May 2099", "still to come"),
        ("soon", "no date"),
    ):
        assert why in samples("use", "tariq", "--date", wrong, code=2).stderr
    assert "no story" in samples("use", "nobody", code=2).stderr
    assert "empty" in samples("use", "tariq", "--question", "?!", code=2).stderr
    assert "alone" in samples("use", "tariq", "--undo", "--company", "Acme", code=2).stderr
    assert len(journal(samples)) == 1


@pytest.mark.model
def test_the_guides_question_is_noted_by_its_id(samples: Kb) -> None:
    ids = [q["id"] for q in samples.json("list", "--questions")]
    asked = next(i for i in ids if i.startswith("disagreement/"))
    samples("use", "tariq", "--question", asked)
    assert journal(samples)[0]["question_id"] == asked
    assert "only stories" in samples("show", asked, "--history", code=2).stderr


@pytest.mark.model
def test_the_history_of_a_story_that_is_gone_and_of_one_never_spoken_of(samples: Kb) -> None:
    samples("use", "tariq", "--company", "Acme")
    (samples.folder / "personal/samples/tariq-at-four-oclock.md").unlink()
    samples("build")
    assert "told at Acme" in samples("show", "tariq-at-four-oclock", "--history").stdout
    assert samples("show", ANSELM, "--history").stdout.startswith("Nothing was said of")
    assert "no story" in samples("show", "never-there", "--history", code=2).stderr


@pytest.mark.model
def test_a_torn_line_of_the_journal_is_named_and_the_rest_shown(
    samples: Kb, tmp_path: Path
) -> None:
    samples("use", "tariq")
    with (samples.folder / "personal/_kb/journal.jsonl").open("a") as file:
        file.write('{"kind": "us')
    done = samples("show", "tariq", "--history")
    assert "told" in done.stdout
    assert "cut off" in done.stderr
