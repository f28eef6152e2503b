"""Writing a story: its file while it is told, and `kb new` as people use it."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.domain import Part, StoryCard
from kb.errors import DocumentError, UsageError, WorkspaceError
from kb.files import Workspace, load_workspace
from kb.importers.draft import Draft
from kb.keeping.writing import (
    QUESTIONS,
    Sheet,
    claim,
    draft_from,
    ids_in_use,
    is_empty,
    newest,
    plain_text,
    put_competencies,
    read_date,
    shown,
    stem_of,
    template,
    title_of,
    unfinished,
    without_comments,
    write_story,
)
from kb.parse.story import parse_stories
from tests.conftest import Kb

TODAY = date(2026, 5, 14)
LONGEST_WAIT = 120  # seconds, for a machine that is busy; nothing is measured


class Terminal:
    """kb on a terminal of its own, whose Ctrl-C reaches it."""

    def __init__(self, kb: Kb, *args: str, **environment: str) -> None:
        self.master, self.slave = pty.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.said = b""
        self._seen = 0
        # the first terminal that the leader of a session opens is its own
        opens = 'exec "$@" <"$0" >"$0" 2>&1'
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", opens, os.ttyname(self.slave), sys.executable, "-m", "kb", *args],
            cwd=kb.folder, env={**kb.environment, "TERM": "xterm", **environment},
            start_new_session=True,
        )  # fmt: skip

    def until(self, text: str) -> None:
        """Read until the screen says so, after what was awaited before."""
        while (place := self.said.find(text.encode(), self._seen)) < 0:
            ready, _, _ = select.select([self.master], [], [], LONGEST_WAIT)
            assert ready, f"{text!r} never came:\n{self.said.decode()}"
            self.said += os.read(self.master, 65536)
        self._seen = place + len(text.encode())

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self.master, keys.encode())

    def answer(self, *rows: str) -> None:
        """Answer a question of many lines."""
        for row in (*rows, ""):
            self.until("> ")
            self.type(f"{row}\r")
            self.until("\r\n")

    def reply(self, prompt: str, text: str = "") -> None:
        """Answer a question of one line."""
        self.until(prompt)
        self.type(f"{text}\r")

    def stop(self, keys: str = "\x03") -> tuple[int, str]:
        """Press Ctrl-C, again where it came just before the process went to wait for a key."""
        self.type(keys)
        while not select.select([self.master], [], [], 10)[0]:
            self.type(keys)
        return self.end()

    def end(self) -> tuple[int, str]:
        """Wait for it; its status, and all that was on the screen."""
        os.close(self.slave)
        while True:
            try:
                piece = os.read(self.master, 65536)
            except OSError:  # the terminal is closed: the command has ended
                break
            if not piece:
                break
            self.said += piece
        os.close(self.master)
        return self.process.wait(), self.said.decode("utf-8", "replace").replace("\r\n", "\n")


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    for name in ("content", "personal"):
        (tmp_path / name).mkdir()
    return load_workspace(tmp_path)


def sheet(space: Workspace, title: str = "") -> Sheet:
    return Sheet(space, "2026-05-14", title)


def names(space: Workspace) -> list[str]:
    return sorted(path.name for path in space.personal[0].path.iterdir())


# --- dates


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2023", "2023"), ("2023-05", "2023-05"), ("2023-5", "2023-05"), ("2023/05", "2023-05"),
        ("2023-05-04", "2023-05-04"), ("2023.5.4", "2023-05-04"), ("05/2023", "2023-05"),
        ("4.5.2023", "2023-05-04"), ("04. 05. 2023", "2023-05-04"),
        ("May 2023", "2023-05"), ("may  2023", "2023-05"), ("Sept. 2023", "2023-09"),
        ("Dec, 2023", "2023-12"), ("2023 May", "2023-05"),
        ("4 May 2023", "2023-05-04"), ("1st of June 2023", "2023-06-01"),
        ("June 1, 2023", "2023-06-01"), ("29 Feb 2024", "2024-02-29"), ("2026", "2026"),
        ("May 2026", "2026-05"), ("14 may 2026", "2026-05-14"), ("today", "2026-05-14"),
        ("Yesterday", "2026-05-13"), ("", ""), ("  ", ""),
    ],
)  # fmt: skip
def test_a_date_is_read_as_people_write_it(typed: str, day: str) -> None:
    assert read_date(typed, TODAY) == day


@pytest.mark.parametrize(
    "typed",
    [
        "soon", "May", "23", "2023-13", "2023-00", "2023-05-00", "29 Feb 2023", "31 June 2023",
        "03/05/2023", "1823", "20235", "mayor 2023", "2023 05",
    ],
)  # fmt: skip
def test_what_is_no_date_is_refused(typed: str) -> None:
    with pytest.raises(UsageError, match="no date"):
        read_date(typed, TODAY)


@pytest.mark.parametrize("typed", ["2027", "2026-06", "June 2026", "15 May 2026", "2026-05-15"])
def test_a_date_to_come_is_refused(typed: str) -> None:
    with pytest.raises(UsageError, match="still to come"):
        read_date(typed, TODAY)


@given(st.dates(date(1950, 1, 1), TODAY))
def test_every_day_reads_back_from_each_form(day: date) -> None:
    for form in (
        f"{day:%Y-%m-%d}",
        f"{day.day} {day:%B %Y}",
        f"{day:%b} {day.day}, {day.year}",
        f"{day.day}.{day.month}.{day.year}",
    ):
        assert read_date(form, TODAY) == day.isoformat()


@given(st.text(max_size=30))
def test_any_text_is_a_date_or_refused(typed: str) -> None:
    try:
        day = read_date(typed, TODAY)
    except UsageError:
        return
    story = f"---\ntitle: T\ndate: {day}\n---\nText.\n"
    assert parse_stories(story, path="a.md").stories[0].date == day


# --- titles and texts


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Labels came out blank. Nobody knew why.", "Labels came out blank"),
        ("\n\n## **The** `kb.db` file\nmore", "The kb.db file"),
        ("- 1. cut the nightly run", "Cut the nightly run"),
        ("Anselm had designed one ordered stream for each lift, and I thought it was wrong.",
         "Anselm had designed one ordered stream for each lift"),
        ("w" * 100, "W" + "w" * 59),
        ("iPhones broke", "iPhones broke"),
        ("We lost 3.5 percent of orders", "We lost 3.5 percent of orders"),
        ("...", ""),
    ],
)  # fmt: skip
def test_a_title_is_the_first_words(text: str, title: str) -> None:
    assert title_of(text) == title


@given(st.text())
def test_a_title_is_short_and_on_one_line(text: str) -> None:
    title = title_of(text)
    assert len(title) <= 61
    assert title == " ".join(title.split())


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_typed_text_can_be_written_and_keeps_all_that_can(text: str) -> None:
    plain = plain_text(text)
    assert "\r" not in plain
    assert "\0" not in plain
    assert plain_text(plain) == plain
    assert plain_text("é\udcff\x07") == "é\ufffd "


# --- the file


def test_a_story_is_never_put_over_another_and_ids_in_use_are_left(space: Workspace) -> None:
    draft = Draft("The list", parts=(Part("text", "It hung there.", 0),))
    first, second = write_story(space, draft), write_story(space, draft)
    assert [first.name, second.name] == ["the-list.md", "the-list-2.md"]
    assert write_story(space, draft, {"the-list-3"}).name == "the-list-4.md"
    (space.personal[0].path / "inner").mkdir()
    (space.personal[0].path / "inner" / "Other One.txt").write_text("Text.")
    assert ids_in_use(space) == {"the-list", "the-list-2", "the-list-4", "other-one"}


def test_a_title_that_would_name_a_readme_still_gives_a_story(space: Workspace) -> None:
    path = write_story(space, Draft("README first", parts=(Part("text", "Text.", 0),)))
    assert path.name == "story-readme-first.md"
    assert stem_of("A readme") == "a-readme"


def test_a_name_taken_meanwhile_is_not_taken_from_its_owner(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = space.personal[0].path
    (folder / "a.md").write_text("theirs")
    seen = iter([False])  # another process makes the file after kb has looked
    real = os.path.lexists
    monkeypatch.setattr(os.path, "lexists", lambda path: next(seen, None) or real(path))
    assert claim(folder, "a", "mine").name == "a-2.md"
    assert (folder / "a.md").read_text() == "theirs"


def test_a_sheet_has_a_file_from_the_first_part_on_which_holds_all(space: Workspace) -> None:
    made = sheet(space)
    made.put_field("company", "Acme")
    made.put_part("situation", "  ")
    assert (made.path, names(space)) == (None, [])
    made.put_part("situation", "Labels came out blank. Why?")
    made.put_part("action", "I moved\n\nthe cable.")
    made.put_part("action", "I moved the cable.")
    assert names(space) == ["draft-2026-05-14.md"]
    assert made.path is not None
    (story,) = parse_stories(made.path.read_text("utf-8"), path="a.md").stories
    assert (story.title, story.status, story.company) == ("Labels came out blank", "draft", "Acme")
    assert [(p.kind, p.text) for p in story.parts] == [
        ("situation", "Labels came out blank. Why?"), ("action", "I moved the cable."),
    ]  # fmt: skip


def test_a_finished_sheet_has_its_own_name_and_no_draft_is_left(space: Workspace) -> None:
    made = sheet(space, "The printer")
    made.put_part("situation", "Labels came out blank.")
    assert unfinished(space) == (made.path,)
    assert made.finish({"the-printer"}).name == "the-printer-2.md"
    assert names(space) == ["the-printer-2.md"]
    assert "status" not in made.finish(()).read_text("utf-8")
    assert unfinished(space) == ()


def test_what_another_hand_wrote_into_the_draft_is_left_alone(space: Workspace) -> None:
    made = sheet(space)
    made.put_part("situation", "Mine.")
    assert made.path is not None
    theirs = made.path
    theirs.write_text("Theirs.", "utf-8")
    made.put_part("action", "More of mine.")
    assert made.path.name == "draft-2026-05-14-2.md"
    made.path.unlink()
    made.put_part("result", "And more.")
    done = made.finish(())
    assert theirs.read_text("utf-8") == "Theirs."
    assert "More of mine" in done.read_text("utf-8")
    assert names(space) == ["draft-2026-05-14.md", "mine.md"]


def test_only_drafts_that_are_drafts_are_unfinished(space: Workspace) -> None:
    folder = space.personal[0].path
    for name, text in {
        "draft-a.md": "---\nstatus: draft\n---\nText.", "draft-b.md": "Draft beer.",
        "draft-c.md": "---\nnever closed: 1", "other.md": "---\nstatus: draft\n---\nText.",
    }.items():  # fmt: skip
        (folder / name).write_text(text)
    (folder / "draft-d.md").write_bytes(b"\xff\xfe")
    assert [path.name for path in unfinished(space)] == ["draft-a.md"]


def test_a_sheet_that_cannot_be_written_still_holds_what_was_typed(space: Workspace) -> None:
    folder = space.personal[0].path
    folder.rmdir()
    folder.write_text("in the way")
    made = sheet(space)
    with pytest.raises(WorkspaceError):
        made.put_part("situation", "Mine.")
    assert made.draft.parts[0].text == "Mine."


def test_competencies_are_put_in_and_the_rest_stays(space: Workspace) -> None:
    path = space.personal[0].path / "a.md"
    path.write_bytes(b"---\r\ntitle: A  # mine\r\n---\r\nText.\r\n")
    put_competencies(space, "personal/a.md", ["influence", "security"])
    assert path.read_bytes() == (
        b"---\r\ntitle: A  # mine\r\ncompetencies: [influence, security]\r\n---\r\nText.\r\n"
    )
    with pytest.raises(WorkspaceError, match="gone"):
        put_competencies(space, "personal/b.md", ["influence"])


def test_paths_are_shown_as_the_build_names_them(tmp_path: Path) -> None:
    (tmp_path / "bank").mkdir()
    (tmp_path / "stories").mkdir()
    (tmp_path / "bank/kb.yaml").write_text("personal: ../stories\n")
    space = load_workspace(tmp_path / "bank")
    assert shown(space, tmp_path / "stories/a/b.md") == "../stories/a/b.md"


def test_the_newest_story_gives_role_and_company() -> None:
    cards = [
        StoryCard("a", "A", "a.md", "2023", "Lead", "Acme"),
        StoryCard("b", "B", "b.md", "2024-05", "Head", ""),
        StoryCard("c", "C", "c.md", "2025"),
        StoryCard("d", "D", "d.md", "", "Intern", "Old"),
    ]
    assert newest(cards) == ("Head", "")
    assert newest(cards[2:]) == ("", "")


# --- texts


def test_a_text_without_labels_is_a_story_named_by_its_first_words() -> None:
    draft, lost = draft_from("Labels came out blank.\n\nI moved the cable.\n", "notes.txt")
    assert (draft.title, draft.id, lost) == ("Labels came out blank", "", ())
    assert draft.parts[0].text == "Labels came out blank.\n\nI moved the cable."


def test_what_a_text_says_of_itself_counts_but_for_a_title_that_is_given() -> None:
    text = "---\nid: mine\ntitle: A\nstatus: draft\nmood: bad\n---\nS: It broke.\nA: I mended it.\n"
    draft, lost = draft_from(text, "-", "B")
    assert (draft.title, draft.id, draft.status) == ("B", "mine", "draft")
    assert [part.kind for part in draft.parts] == ["situation", "action"]
    assert [finding.rule for finding in lost] == ["unknown-key"]
    assert draft_from(text, "-")[0].title == "A"


@pytest.mark.parametrize("name", ["notes", "notes.txt", "-", "a.b/notes"])
def test_the_name_of_a_text_is_no_id(name: str) -> None:
    assert draft_from("It broke.", name)[0].id == ""


@pytest.mark.parametrize("text", ["", " \n\n", "---\ntitle: A\n---\n", "## Action\n"])
def test_a_text_without_a_story_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"no story in notes\.md"):
        draft_from(text, "notes.md")


def test_several_stories_are_for_import_and_a_broken_text_is_named() -> None:
    two = "- title: A\n  text: One.\n- title: B\n  text: Two.\n"
    with pytest.raises(UsageError, match="holds 2 stories"):
        draft_from(two, "two.yaml")
    with pytest.raises(DocumentError, match="not closed"):
        draft_from("---\ntitle: A\n", "notes.md")


def test_the_comments_of_the_template_never_end_up_in_a_story() -> None:
    opened = template("", "Lead: platform", "Acme")
    filled = opened.replace("date:", "date: 2023-05").replace(
        "## Action\n", "## Action\nI moved the cable. <!-- mine -->\n"
    )
    draft, lost = draft_from(filled, "new.md")
    assert lost == ()
    assert (draft.role, draft.company, draft.date) == ("Lead: platform", "Acme", "2023-05")
    assert [(part.kind, part.text) for part in draft.parts] == [
        ("action", "I moved the cable. <!-- mine -->")
    ]


def test_a_template_is_empty_until_something_is_said() -> None:
    opened = template("A title", "Lead", "Acme")
    assert is_empty(opened, opened)
    assert is_empty(without_comments(opened) + "\n \n", opened)
    assert not is_empty(opened.replace("Lead", "Head"), opened)
    assert not is_empty(opened + "Text.", opened)


# --- kb new, on a terminal


ANSWERS = {
    "situation": "The nightly invoice run took four hours.",
    "task": "I was asked to get it under one.",
    "action": "I profiled it and moved the lookups into one query.",
    "result": "It takes 20 minutes.",
    "learning": "Measure first.",
}


@pytest.fixture
def fresh(kb: Kb) -> Kb:
    """A workspace that was never built."""
    kb("init", ".", "--quiet")
    return kb


def stories(kb: Kb) -> dict[str, str]:
    return {
        path.name: path.read_text("utf-8")
        for path in sorted((kb.folder / "personal").glob("*.md"))
        if path.name != "README.md"
    }


@pytest.mark.model
def test_a_story_is_told_one_question_at_a_time(samples: Kb) -> None:
    screen = Terminal(samples, "new")
    for kind, question in QUESTIONS.items():
        screen.until(question)
        screen.answer(ANSWERS[kind], *(["I told the team."] if kind == "action" else []))
    screen.reply("May 2023) ", "the other day")
    screen.until("no date")
    screen.reply("May 2023) ", "May 2023")
    screen.reply("What was your role? [Lead Engineer, - for none] ")
    screen.reply("At which company? [Tarrant Lift Services, - for none] ", "Acme")
    screen.reply(
        "call it? [The nightly invoice run took four hours] ", "Four hours to twenty minutes"
    )
    screen.until("It may show: 1 ")
    screen.reply("[all] ", "99")
    screen.until("Give numbers from 1 to ")
    screen.reply("[all] ", "1")
    status, said = screen.end()
    assert status == 0, said
    assert said.count("skips a question") == 1
    assert "Wrote personal/four-hours-to-twenty-minutes.md." in said
    assert "“Four hours to twenty minutes” may answer:" in said
    ((name, text),) = stories(samples).items()
    assert name == "four-hours-to-twenty-minutes.md"
    (story,) = parse_stories(text, path=name).stories
    assert (story.date, story.role, story.company) == ("2023-05", "Lead Engineer", "Acme")
    assert {part.kind: part.text for part in story.parts} == {
        **ANSWERS, "action": f"{ANSWERS['action']}\nI told the team.",
    }  # fmt: skip
    listed = {one["id"]: one for one in samples.json("list")}["four-hours-to-twenty-minutes"]
    assert listed["competencies"] == list(story.competencies)
    assert len(story.competencies) == 1


@pytest.mark.model
def test_every_question_can_be_skipped_and_competencies_refused(samples: Kb) -> None:
    screen = Terminal(samples, "new", "An", "alarm", "in", "a", "queue")
    situation, *action = ALARM.splitlines()
    for rows in ([situation], [], action, [], []):
        screen.answer(*rows)
    screen.reply("May 2023) ")
    screen.reply("for none] ", "-")
    screen.reply("for none] ", "-")
    screen.reply("[all] ", "-")
    assert screen.end()[0] == 0
    ((name, text),) = stories(samples).items()
    assert name == "an-alarm-in-a-queue.md"
    assert text.startswith("---\ntitle: An alarm in a queue\n---\n\n## Situation\n")


@pytest.mark.model
def test_stopped_at_the_competencies_the_story_is_written(samples: Kb) -> None:
    screen = Terminal(samples, "new", "An", "alarm", "in", "a", "queue")
    situation, *action = ALARM.splitlines()
    for rows in ([situation], [], action, [], []):
        screen.answer(*rows)
    for prompt in ("May 2023) ", "for none] ", "for none] "):
        screen.reply(prompt)
    screen.until("[all] ")
    assert screen.stop()[0] == 130
    assert list(stories(samples)) == ["an-alarm-in-a-queue.md"]
    assert samples("list").stderr == ""  # the index knows it


@pytest.mark.model
def test_nothing_typed_is_nothing_written(fresh: Kb) -> None:
    screen = Terminal(fresh, "new", "A title")
    for _ in QUESTIONS:
        screen.answer()
    status, said = screen.end()
    assert (status, stories(fresh)) == (0, {})
    assert "nothing is written" in said


# each question, in order: the prompt, and a finished answer to it
ONE_LINE = (
    ("May 2023) ", "May 2023"), ("role? ", "Lead"), ("company? ", "Acme"), ("] ", "My title"),
)  # fmt: skip


def up_to(kb: Kb, number: int) -> Terminal:
    """`kb new` with the questions before this one (from 0) answered, and this one asked."""
    screen = Terminal(kb, "new")
    for kind in list(QUESTIONS)[:number]:
        screen.answer(ANSWERS[kind])
    for prompt, text in ONE_LINE[: max(0, number - len(QUESTIONS))]:
        screen.reply(prompt, text)
    screen.until("> " if number < len(QUESTIONS) else ONE_LINE[number - len(QUESTIONS)][0])
    return screen


QUESTION_NUMBERS = range(len(QUESTIONS) + len(ONE_LINE))


@pytest.mark.model
@pytest.mark.parametrize("number", QUESTION_NUMBERS)
def test_ctrl_c_at_any_question_keeps_all_that_was_typed(fresh: Kb, number: int) -> None:
    screen = up_to(fresh, number)
    screen.type("June 2020")  # unfinished: no Enter
    screen.until("June 2020")
    status, said = screen.stop()
    assert status == 130
    ((name, text),) = stories(fresh).items()
    assert f"Kept as a draft: personal/{name}" in said
    (story,) = parse_stories(text, path=name).stories
    assert story.status == "draft"
    wanted = [ANSWERS[kind] for kind in list(QUESTIONS)[:number]]
    wanted += ["June 2020"] if number < len(QUESTIONS) else []
    assert [part.text for part in story.parts] == wanted
    fields = [story.date, story.role, story.company, story.title]
    typed = number - len(QUESTIONS)
    finished = ["2023-05", "Lead", "Acme"]
    assert fields[: max(0, typed)] == finished[: max(0, typed)]
    if typed >= 0:
        assert fields[typed] == ("2020-06" if typed == 0 else "June 2020")


@pytest.mark.model
@pytest.mark.parametrize("keys", ["\x03", "\x04"])
def test_stopped_before_anything_was_typed_there_is_no_file(fresh: Kb, keys: str) -> None:
    screen = up_to(fresh, 0)
    status, said = screen.stop(keys)
    assert (status, stories(fresh)) == (130, {})
    assert "nothing is written" in said


@pytest.mark.model
def test_ctrl_d_in_an_answer_keeps_its_lines_once(fresh: Kb) -> None:
    screen = up_to(fresh, 1)
    screen.type("One.\r")
    screen.until("> ")
    assert screen.stop("\x04")[0] == 130
    (text,) = stories(fresh).values()
    assert text.endswith("## Task\nOne.\n")


@pytest.mark.model
@pytest.mark.parametrize("number", [1, 3, 6, 8])
def test_a_killed_process_leaves_every_finished_answer(fresh: Kb, number: int) -> None:
    screen = up_to(fresh, number)
    screen.type("unfinished")
    screen.until("unfinished")
    screen.process.send_signal(signal.SIGKILL)
    assert screen.end()[0] == -signal.SIGKILL
    (text,) = stories(fresh).values()
    (story,) = parse_stories(text, path="a.md").stories
    assert [part.text for part in story.parts] == list(ANSWERS.values())[:number]
    assert story.company == ("Acme" if number == 8 else "")
    assert "unfinished" not in text


@pytest.mark.model
def test_every_finished_line_of_an_answer_outlives_the_process(fresh: Kb) -> None:
    screen = up_to(fresh, 0)
    for row in ("One.", "Two."):
        screen.type(f"{row}\r")
        screen.until("> ")
    screen.process.send_signal(signal.SIGKILL)
    screen.end()
    assert "One.\nTwo.\n" in next(iter(stories(fresh).values()))
    again = up_to(fresh, 0)
    assert f"Unfinished: personal/{next(iter(stories(fresh)))}\n" in again.stop()[1]


@pytest.mark.model
def test_a_long_paste_with_blank_lines_is_one_answer(fresh: Kb) -> None:
    text = f"{'word ' * 2000}end.\n\nA second paragraph."
    screen = up_to(fresh, 0)
    screen.type(f"\x1b[200~{text}\x1b[201~")
    screen.until("A second paragraph.")
    screen.type("\r")
    screen.until("> ")
    screen.stop()
    (written,) = stories(fresh).values()
    assert text in written


@pytest.mark.model
def test_bytes_that_are_no_text_do_not_end_it(fresh: Kb) -> None:
    screen = Terminal(fresh, "new", PYTHONIOENCODING="utf-8:strict")
    screen.until("> ")
    os.write(screen.master, b"caf\xe9 na\xc3\xafve\r")
    screen.until("> ")
    screen.stop()
    (text,) = stories(fresh).values()
    assert text.endswith("\u00efve\n")
    assert "\ufffd" in text


@pytest.mark.model
def test_labels_in_an_answer_stay_in_it(fresh: Kb) -> None:
    screen = up_to(fresh, 0)
    screen.type("## Result\r")
    screen.until("> ")
    screen.type("Action: none\r")
    screen.until("> ")
    screen.stop()
    (text,) = stories(fresh).values()
    (story,) = parse_stories(text, path="a.md").stories
    assert [part.kind for part in story.parts] == ["situation"]


@pytest.mark.model
def test_what_cannot_be_written_is_printed(fresh: Kb) -> None:
    screen = up_to(fresh, 1)
    for path in (fresh.folder / "personal").glob("draft-*"):
        path.unlink()
    (fresh.folder / "personal/README.md").unlink()
    (fresh.folder / "personal").rmdir()
    (fresh.folder / "personal").write_text("in the way")
    screen.type("My task.\r")
    status, said = screen.end()
    assert status == 1
    assert "## Task\nMy task." in said
    assert ANSWERS["situation"] in said[said.index("Here it is") :]


# --- kb new, from a text and in an editor


ALARM = """\
Anselm had designed one ordered stream for each lift, and I thought the alarm should not wait in it.
I unplugged the aerial of a lift for six hours and pressed the alarm. It took four minutes.
I showed the architect, and we drew another version where the alarm has its own channel.
"""
TEXT = """S: The nightly invoice run took four hours.
A: I profiled it, and moved the lookups into one query.
R: It takes 20 minutes.
"""


@pytest.mark.model
def test_a_text_becomes_a_story_without_a_question(samples: Kb) -> None:
    (samples.folder / "notes.txt").write_text(TEXT)
    made = samples("new", "--from", "notes.txt")
    assert made.stdout == "personal/the-nightly-invoice-run-took-four-hours.md\n"
    told = samples("new", "Other title", "--from", "-", "--json", stdin=ALARM).stdout
    answer = json.loads(told)
    assert set(answer) == {"path", "id", "competencies", "inferred", "questions"}
    assert (answer["id"], answer["path"]) == ("other-title", "personal/other-title.md")
    assert len(answer["questions"]) == 3
    same = samples.json("suggest", "other-title", "-n", "3")["suggestions"]
    assert answer["questions"] == same
    text = stories(samples)["other-title.md"]
    assert text == f"---\ntitle: Other title\n---\n\n{ALARM}"
    assert "## Result\nIt takes" in stories(samples)["the-nightly-invoice-run-took-four-hours.md"]


@pytest.mark.model
def test_what_a_story_cannot_hold_is_named_and_the_text_kept(samples: Kb) -> None:
    text = f"---\nmood: good\n---\n{TEXT}"
    done = samples("new", "--from", "-", stdin=text)
    assert "unknown key `mood`" in done.stderr
    assert "personal/_kb/new-story.md" in done.stderr
    assert (samples.folder / "personal/_kb/new-story.md").read_text() == text


@pytest.mark.model
def test_misuse_is_a_sentence(samples: Kb) -> None:
    assert "no terminal" in samples("new", code=2).stderr
    assert "no terminal" in samples("new", "A title", code=2, stdin="text").stderr
    assert "--json goes with --from" in samples("new", "--json", code=2).stderr
    assert "together" in samples("new", "--edit", "--from", "-", code=2).stderr
    assert "no story in -" in samples("new", "--from", "-", code=2).stderr
    assert "there is no such file" in samples("new", "--from", "none.txt", code=1).stderr
    own = "personal/samples/tariq-at-four-oclock.md"
    assert "already" in samples("new", "--from", own, code=2).stderr
    (samples.folder / "two.yaml").write_text("- title: A\n  text: B\n- title: C\n  text: D\n")
    assert "kb import two.yaml" in samples("new", "--from", "two.yaml", code=2).stderr
    (samples.folder / "bad.txt").write_bytes(b"caf\xe9")
    assert "not UTF-8" in samples("new", "--from", "bad.txt", code=1).stderr
    assert stories(samples) == {}


@pytest.fixture
def editor(samples: Kb) -> Path:
    """A program that stands for an editor: it runs what is in the file beside it."""
    script = samples.folder.parent / "editor.py"
    script.write_text("")
    samples.environment.pop("VISUAL", None)
    samples.environment["EDITOR"] = f"{sys.executable} {script}"
    return script


PUT = """
import pathlib, sys
page = pathlib.Path(sys.argv[-1])
text = page.read_text()
page.write_text(text.replace(*{old_new!r}))
"""


@pytest.mark.model
def test_a_story_is_written_in_the_editor(samples: Kb, editor: Path) -> None:
    editor.write_text(PUT.format(old_new=("## Action\n", f"## Action\n{ANSWERS['action']}\n")))
    done = samples("new", "In one query", "--edit")
    assert "Wrote personal/in-one-query.md." in done.stdout
    text = stories(samples)["in-one-query.md"]
    assert "<!--" not in text
    assert "role: Lead Engineer" in text
    assert [p.kind for p in parse_stories(text, path="a.md").stories[0].parts] == ["action"]
    assert list((samples.folder / "personal/_kb").glob("new-story*")) == []


@pytest.mark.model
@pytest.mark.parametrize("script", ["", PUT.format(old_new=("<!--", "\n<!--"))])
def test_an_unchanged_template_writes_nothing(samples: Kb, editor: Path, script: str) -> None:
    editor.write_text(script)
    assert "no story" in samples("new", "A title", "--edit").stdout
    assert stories(samples) == {}
    assert list((samples.folder / "personal/_kb").glob("new-story*")) == []


@pytest.mark.model
@pytest.mark.parametrize(
    ("script", "code", "why"),
    [
        (PUT.format(old_new=("---\n<!--", "<!--")), 1, "not closed"),
        (PUT.format(old_new=("date:", "date: 2023")), 2, "no story in"),
        (PUT.format(old_new=("## Action\n", "## Action\nI did.\n")) + "sys.exit(3)", 1, "status 3"),
    ],
)  # fmt: skip
def test_what_was_written_in_the_editor_is_kept_when_it_is_no_story(
    samples: Kb, editor: Path, script: str, code: int, why: str
) -> None:
    editor.write_text(script)
    done = samples("new", "--edit", code=code)
    assert why in done.stderr
    assert "kb new --from personal/_kb/new-story.md" in done.stderr
    assert stories(samples) == {}
    assert (samples.folder / "personal/_kb/new-story.md").exists()


@pytest.mark.model
def test_without_an_editor_nothing_is_left_behind(samples: Kb) -> None:
    for name in ("VISUAL", "EDITOR"):
        samples.environment.pop(name, None)
    assert "no editor" in samples("new", "--edit", code=1).stderr
    assert list((samples.folder / "personal/_kb").glob("new-story*")) == []
