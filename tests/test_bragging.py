"""Lines about what went well: added whole, never changed, and begun as stories when asked."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.errors import DocumentError, UsageError, WorkspaceError
from kb.files import Workspace, load_workspace
from kb.keeping.bragging import (
    HEADING,
    Brag,
    add,
    brag_file,
    brags,
    chosen,
    draft_of,
    places,
    read_lines,
    story_texts,
)
from kb.parse.story import parse_stories
from kb.render.layout import Page
from kb.render.writing import brag_text
from tests.conftest import Kb
from tests.test_writing import Terminal

DAY = "2026-05-14"
MANY = """
import sys
from pathlib import Path
from kb.files import load_workspace
from kb.keeping.bragging import add
for number in range(40):
    add(load_workspace(Path(sys.argv[1])), f"{sys.argv[2]} {number} " + "long " * 500, "2026-05-14")
"""


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    for name in ("content", "personal"):
        (tmp_path / name).mkdir()
    return load_workspace(tmp_path)


def held(space: Workspace, data: bytes) -> Path:
    path = brag_file(space)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path


# --- adding


def test_the_file_is_made_with_a_heading_and_for_its_owner_alone(space: Workspace) -> None:
    assert brags(space) == ()
    assert add(space, "Cut the run to 20 minutes", DAY) == Brag(
        1, DAY, "Cut the run to 20 minutes", 3
    )
    add(space, "Second", "2026-05")
    assert brag_file(space).read_text() == (
        f"{HEADING}\n\n- 2026-05-14 Cut the run to 20 minutes\n- 2026-05 Second\n"
    )
    assert stat.S_IMODE(brag_file(space).stat().st_mode) == 0o600


def test_lines_are_joined_and_what_no_file_can_hold_is_replaced(space: Workspace) -> None:
    assert add(space, " one\r\n  two\x07\tthree\udcff ", DAY).text == "one two three\ufffd"
    for empty in ("", " \n\t", "\x00"):
        with pytest.raises(UsageError, match="nothing"):
            add(space, empty, DAY)
    assert len(brags(space)) == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"- a", b"- a\n- 2026-05-14 new\n"),
        (b"# Mine\r\n\r\n- a\r\n", b"# Mine\r\n\r\n- a\r\n- 2026-05-14 new\r\n"),
        (b"- a\r\n- b", b"- a\r\n- b\r\n- 2026-05-14 new\r\n"),
        (b"\xef\xbb\xbf- a\n", b"\xef\xbb\xbf- a\n- 2026-05-14 new\n"),
        (b"\n", b"\n# What went well\n\n- 2026-05-14 new\n"),
        (b"Some words.\n", b"Some words.\n- 2026-05-14 new\n"),
    ],
)
def test_what_stands_there_stays(space: Workspace, before: bytes, after: bytes) -> None:
    path = held(space, before)
    assert add(space, "new", DAY).text == "new"
    assert path.read_bytes() == after


def test_a_file_that_is_no_text_is_left_alone(space: Workspace) -> None:
    path = held(space, "- älter\n".encode("utf-16"))
    before = path.read_bytes()
    with pytest.raises(DocumentError, match="UTF-16"):
        add(space, "new", DAY)
    assert path.read_bytes() == before


def test_what_cannot_be_written_is_said(space: Workspace) -> None:
    space.own.write_text("in the way")
    with pytest.raises(WorkspaceError, match="cannot be written") as error:
        add(space, "new", DAY)
    assert error.value.path == "personal/_kb/brag.md"


def test_a_disk_that_is_full_leaves_the_file_as_it_was(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = held(space, b"- a\n")
    write = os.write

    def full(descriptor: int, data: bytes) -> int:
        if len(data) > 5:
            return write(descriptor, data[:5])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(WorkspaceError, match="no space left"):
        add(space, "new", DAY)
    monkeypatch.undo()
    assert path.read_bytes() == b"- a\n"


def test_two_processes_at_once_get_every_line_in_whole(space: Workspace) -> None:
    command = [sys.executable, "-c", MANY, str(space.root)]
    running = [subprocess.Popen([*command, name]) for name in ("one", "two")]
    assert [process.wait() for process in running] == [0, 0]
    text = brag_file(space).read_text()
    assert text.count(HEADING) == 1
    whole = re.compile(r"(one|two) (\d+)( long){500}")
    found = [whole.fullmatch(line.text) for line in brags(space)]
    assert len(found) == 80
    for name in ("one", "two"):
        assert [int(m[2]) for m in found if m and m[1] == name] == list(range(40))


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), max_size=5))
def test_every_line_reads_back(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    root = tmp_path_factory.mktemp("bank")
    for name in ("content", "personal"):
        (root / name).mkdir()
    space = load_workspace(root)
    added = []
    for text in texts:
        try:
            added.append(add(space, text, DAY))
        except UsageError:
            continue
    assert list(brags(space)) == added
    assert [(line.number, line.date) for line in added] == [
        (number, DAY) for number in range(1, len(added) + 1)
    ]


# --- reading


def test_a_list_as_people_keep_it_is_read() -> None:
    text = (
        "# Mine\n\nSome words.\n- 2026-05-01 one\n  wrapped\n* 2026-05: two\n\n"
        "- no date\n- 2023 was good\n---\n- - -\n  not an item\n+ 2026-05-02\n"
    )
    assert [(line.number, line.date, line.text, line.line) for line in read_lines(text)] == [
        (1, "2026-05-01", "one wrapped", 4),
        (2, "2026-05", "two", 6),
        (3, "", "no date", 8),
        (4, "", "2023 was good", 9),
        (5, "", "2026-05-02", 13),
    ]


LINES = tuple(Brag(n, DAY, f"line {n}", n) for n in range(1, 6))


@pytest.mark.parametrize(
    ("typed", "numbers"), [("2", [2]), ("5,2", [5, 2]), (" 1, 3 3", [1, 3]), ("4;1", [4, 1])]
)
def test_lines_are_chosen_by_their_numbers(typed: str, numbers: list[int]) -> None:
    assert [line.number for line in chosen(typed, LINES)] == numbers


@pytest.mark.parametrize("typed", ["", ",", "two", "1-3", "-1", "0", "6", "1,9", "²"])
def test_what_names_no_line_is_refused(typed: str) -> None:
    with pytest.raises(UsageError):
        chosen(typed, LINES)


def test_a_line_stands_in_a_story_word_for_word() -> None:
    lines = [Brag(1, DAY, "cut the run to 20 minutes", 1), Brag(2, DAY, "shipped it", 2)]
    told = "I cut the\nrun to 20 minutes by then.\nWe shipped it."
    assert places(lines, [("a.md", told), ("b.md", "shipped it\n")]) == {1: "a.md", 2: "b.md"}
    assert places(lines, [("a.md", "cut the run to 30 minutes")]) == {}


def test_a_line_is_a_draft_with_its_first_words_as_title() -> None:
    draft = draft_of(Brag(1, "2026-05", "cut the run: 4 hours to 20 minutes.", 1))
    assert (draft.title, draft.date, draft.status) == (
        "Cut the run: 4 hours to 20 minutes", "2026-05", "draft",
    )  # fmt: skip
    assert [(part.kind, part.text) for part in draft.parts] == [
        ("situation", "cut the run: 4 hours to 20 minutes.")
    ]
    assert draft_of(Brag(1, "2026-13-40", "text", 1)).date == ""


def test_stories_that_cannot_be_read_are_passed_over(space: Workspace) -> None:
    (space.personal[0].path / "a.md").write_bytes(b"\xff")
    (space.personal[0].path / "b.md").write_text("Text.")
    assert list(story_texts(space)) == [("personal/b.md", "Text.")]


def test_the_list_is_numbered_wrapped_and_says_what_is_left_out() -> None:
    lines = [Brag(9, DAY, "word " * 12, 9), Brag(10, "", "no\x1b date", 10)]
    assert brag_text(lines, {10: "personal/a.md"}, Page(40), hidden=8).splitlines() == [
        " 9  2026-05-14  word word word word word",
        "                word word word word word",
        "                word word",
        "10              no\ufffd date (in",
        "                personal/a.md)",
        "",
        "8 older lines with --all",
    ]
    assert "Begin with" in brag_text([], {}, Page())


# --- kb brag


@pytest.fixture
def fresh(kb: Kb) -> Kb:
    """A workspace that was never built."""
    kb("init", ".", "--quiet")
    return kb


@pytest.mark.model
def test_lines_are_kept_and_the_last_ten_listed(fresh: Kb) -> None:
    assert "kb brag" in fresh("brag").stdout
    assert fresh.json("brag") == []
    for number in range(1, 13):
        said = fresh("brag", f"line {number}", "--date", "May 2024").stdout
    assert said == "Noted in personal/_kb/brag.md, line 12 of the list.\n"
    listed = fresh("brag").stdout.splitlines()
    assert listed[0] == " 3  2024-05     line 3"
    assert listed[-1] == "2 older lines with --all"
    assert len(fresh("brag", "--all").stdout.splitlines()) == 12
    assert [line["number"] for line in fresh.json("brag")] == list(range(3, 13))
    today = fresh.json("brag", "without", "quotes")
    assert (today["text"], today["number"]) == ("without quotes", 13)
    assert abs(date.fromisoformat(today["date"]) - date.today()) <= timedelta(days=1)


@pytest.mark.model
def test_misuse_is_a_sentence(fresh: Kb) -> None:
    assert "nothing in that line" in fresh("brag", "", code=2).stderr
    assert "nothing in that line" in fresh("brag", " \n ", code=2).stderr
    assert "still to come" in fresh("brag", "line", "--date", "2099", code=2).stderr
    assert "alone" in fresh("brag", "line", "--all", code=2).stderr
    assert "--promote 2,5" in fresh("brag", "--promote", "2", "5", code=2).stderr
    assert "with a new line" in fresh("brag", "--date", "2024", code=2).stderr
    assert "no terminal" in fresh("brag", "--promote", code=2).stderr
    assert "no line 1" in fresh("brag", "--promote", "1", code=2).stderr
    assert not (fresh.folder / "personal/_kb").exists()


LINE = "cut the nightly invoice run from four hours to twenty minutes, and nobody had asked"


@pytest.mark.model
def test_lines_begin_stories_in_a_pipe(samples: Kb) -> None:
    samples("brag", LINE, "--date", "2024-05-03")
    samples("brag", "spoke at the meetup")
    before = (samples.folder / "personal/_kb/brag.md").read_bytes()
    said = samples("brag", "--promote", "2,1").stdout.splitlines()
    path = "personal/cut-the-nightly-invoice-run-from-four-hours-to-twenty.md"
    assert said == [
        "Line 2 begins a draft: personal/spoke-at-the-meetup.md", f"Line 1 begins a draft: {path}",
    ]  # fmt: skip
    (story,) = parse_stories((samples.folder / path).read_text("utf-8"), path=path).stories
    assert (story.status, story.date) == ("draft", "2024-05-03")
    assert [(p.kind, p.text) for p in story.parts] == [("situation", LINE)]
    assert f"(in {path})" in samples("brag").stdout
    assert samples.json("brag")[0]["story"] == path
    assert f"Line 1 is in {path} already." in samples("brag", "--promote", "1").stdout
    assert samples.json("brag", "--promote", "1") == [{"number": 1, "path": path, "new": False}]
    assert (samples.folder / "personal/_kb/brag.md").read_bytes() == before
    assert {"spoke-at-the-meetup"} <= {one["id"] for one in samples.json("list")}
    assert samples("list").stderr == ""  # the index knows them


@pytest.mark.model
def test_on_a_terminal_one_is_asked_which(samples: Kb) -> None:
    for line in ("spoke at the meetup", LINE):
        samples("brag", line)
    screen = Terminal(samples, "brag", "--promote")
    screen.until("2  ")
    screen.reply("Enter for none) ", "7")
    screen.until("there is no line 7")
    screen.reply("Enter for none) ", "1")
    status, said = screen.end()
    assert status == 0
    assert "Line 1 begins a draft" in said
    assert samples.json("brag")[0]["story"] == "personal/spoke-at-the-meetup.md"
    for keys, code in (("\r", 0), ("\x04", 130)):
        screen = Terminal(samples, "brag", "--promote")
        screen.until("Enter for none) ")
        assert screen.stop(keys)[0] == code
    assert len(json.loads(samples("list", "--json").stdout)) == 15
