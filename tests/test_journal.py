"""The journal: nothing said is lost, and the newest word wins."""

from __future__ import annotations

import json
import multiprocessing
import os
import stat
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb import journal
from kb.errors import WorkspaceError
from kb.journal import Entry, Pin, append, pins, question_key, read, same_question

NOW = datetime(2026, 3, 1, 12, 0, 5, 900, tzinfo=timezone(timedelta(hours=2)))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "personal" / "_kb" / "journal.jsonl"


def test_a_line_is_read_as_it_was_appended(log: Path) -> None:
    entry = Entry("pin", "a-story", "Why “you”?\u2028Now", "guide/q", extra={"note": ["x", 1]})
    stamped = append(log, entry, now=NOW)
    assert stamped.at == "2026-03-01T10:00:05Z"
    assert read(log).entries == (stamped,)
    assert read(log).problems == ()
    stored = json.loads(log.read_text("utf-8"))
    assert stored["v"] == 1
    assert "to" not in stored


def test_file_and_folder_are_private_from_the_first_write(log: Path) -> None:
    append(log, Entry("use", "a"), now=NOW)
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert stat.S_IMODE(log.parent.stat().st_mode) == 0o700
    log.chmod(0o644)
    append(log, Entry("use", "a"), now=NOW)
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_no_journal_is_an_empty_one(log: Path) -> None:
    assert read(log) == journal.Journal()


def test_a_torn_last_line_is_reported_and_the_next_line_stands_alone(log: Path) -> None:
    append(log, Entry("pin", "a", "q"), now=NOW)
    with log.open("ab") as file:
        file.write('{"v": 1, "kind": "pin", "story": "b", "question": "é'.encode()[:-1])
    found = read(log, shown="personal/_kb/journal.jsonl")
    assert [entry.story for entry in found.entries] == ["a"]
    assert [(p.rule, p.line, p.path) for p in found.problems] == [
        ("journal-line", 2, "personal/_kb/journal.jsonl")
    ]
    assert "cut off" in found.problems[0].message
    append(log, Entry("pin", "c", "q"), now=NOW)
    found = read(log)
    assert [entry.story for entry in found.entries] == ["a", "c"]
    assert [p.line for p in found.problems] == [2]


def test_a_whole_last_line_without_its_end_is_no_problem(log: Path) -> None:
    append(log, Entry("pin", "a", "q"), now=NOW)
    log.write_bytes(log.read_bytes().rstrip(b"\n"))
    append(log, Entry("pin", "b", "q"), now=NOW)
    assert [entry.story for entry in read(log).entries] == ["a", "b"]
    assert read(log).problems == ()


@pytest.mark.parametrize(
    "line",
    ["<<<<<<< HEAD", "[]", "{}", '{"kind": 3}', "nul\0", "[" * 100_000, '"pin"', "{'kind': 'pin'}"],
)
def test_lines_that_are_no_entry_are_passed_over(log: Path, line: str) -> None:
    append(log, Entry("pin", "a", "q"), now=NOW)
    with log.open("a") as file:
        file.write(line + "\n\n")
    append(log, Entry("pin", "b", "q"), now=NOW)
    assert [entry.story for entry in read(log).entries] == ["a", "b"]
    assert [p.line for p in read(log).problems] == [2]


def test_unknown_kinds_and_fields_are_kept_and_ignored(log: Path) -> None:
    log.parent.mkdir(parents=True)
    log.write_text('{"v": 9, "kind": "dream", "story": 7, "mood": "calm"}\n')
    (entry,) = read(log).entries
    assert (entry.kind, entry.story, entry.extra) == ("dream", "", {"story": 7, "mood": "calm"})
    assert pins([entry]).said == ()


def test_a_lone_surrogate_does_not_break_the_file(log: Path) -> None:
    append(log, Entry("pin", "a", "odd \ud83d"), now=NOW)
    assert read(log).entries[0].question == "odd \ufffd"


def test_what_cannot_be_kept_is_refused_before_anything_is_written(log: Path) -> None:
    with pytest.raises(ValueError, match="time zone"):
        append(log, Entry("pin"), now=NOW.replace(tzinfo=None))
    for bad in (object(), float("nan")):
        with pytest.raises(ValueError, match=r"JSON|compliant"):
            append(log, Entry("pin", extra={"x": bad}), now=NOW)
    assert not log.exists()


def test_a_journal_that_cannot_be_opened_is_one_sentence(log: Path) -> None:
    log.mkdir(parents=True)
    with pytest.raises(WorkspaceError, match="journal cannot be read"):
        read(log)
    with pytest.raises(WorkspaceError, match="journal cannot be written"):
        append(log, Entry("pin"), now=NOW)


def test_a_full_disk_leaves_the_journal_as_it_was(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(log, Entry("pin", "a", "q"), now=NOW)
    before = log.read_bytes()
    real = os.write

    def half(descriptor: int, data: bytes) -> int:
        if len(data) < 20:
            raise OSError(28, "No space left on device")
        return real(descriptor, bytes(data)[:15])

    monkeypatch.setattr(os, "write", half)
    with pytest.raises(WorkspaceError, match="no space left"):
        append(log, Entry("pin", "b", "q"), now=NOW)
    assert log.read_bytes() == before


def _hammer(path: str, name: str) -> None:
    for number in range(40):
        append(Path(path), Entry("use", name, extra={"n": number, "pad": "x" * 5000}), now=NOW)


def test_processes_that_append_at_once_lose_nothing(log: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_hammer, args=(str(log), name)) for name in "abc"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    found = read(log)
    assert found.problems == ()
    for name in "abc":
        numbers = [entry.extra["n"] for entry in found.entries if entry.story == name]
        assert numbers == list(range(40))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Tell me  about a conflict.", " tell me about a\tCONFLICT ", True),
        ("What’s your “why”?", "what's your “why”", True),
        ("C++?", "C", False),
        ("Why?", "Why not?", False),
        ("", "?", False),
    ],
)
def test_questions_are_compared_by_what_they_say(one: str, other: str, same: bool) -> None:
    assert same_question(one, other) is same


@given(st.text())
@settings(max_examples=200, deadline=None)
def test_a_compared_question_compares_as_itself(text: str) -> None:
    assert question_key(question_key(text)) == question_key(text)


def test_the_newest_line_wins() -> None:
    lines = [
        Entry("pin", "a", "Why us?"),
        Entry("pin", "b", "Why us?"),
        Entry("pin-no", "a", "why us"),
    ]
    assert pins(lines).verdicts(["WHY US"]) == {"a": False, "b": True}
    again = pins([*lines, Entry("pin", "a", "Why us")])
    assert again.verdicts(["why us?"]) == {"a": True, "b": True}


def test_what_is_taken_back_was_never_said() -> None:
    lines = [
        Entry("pin", "a", "Why us?"),
        Entry("pin-no", "b", "Why us?"),
        Entry("unpin", "a", "why us"),
        Entry("unpin", "b", "Why us"),
        Entry("rename", "a", to="c"),
    ]
    assert pins(lines).said == ()
    assert pins([*lines, Entry("pin", "c", "Why us?")]).verdicts(["why us"]) == {"c": True}


def test_a_question_is_known_by_its_id_or_its_text() -> None:
    lines = [
        Entry("pin", "a", "Why us?", "motives/why-us"),
        Entry("pin-no", "a", "", "motives/why-us"),
    ]
    assert pins(lines).said == (Pin("a", "Why us?", "motives/why-us", pinned=False),)
    reworded = [Entry("pin", "a", "Why us?", "m/q"), Entry("pin", "a", "Why this firm?", "m/q")]
    assert pins(reworded).said == (Pin("a", "Why this firm?", "m/q"),)
    both = [Entry("pin", "a", "T"), Entry("pin", "a", "", "id"), Entry("pin-no", "a", "t", "id")]
    assert pins(both).said == (Pin("a", "t", "id", pinned=False),)


def test_renames_carry_what_was_said_and_free_the_old_id() -> None:
    lines = [
        Entry("pin", "old", "Q1"),
        Entry("rename", "old", to="new"),
        Entry("rename", "new", to="newest"),
        Entry("pin-no", "old", "Q1"),
    ]
    assert pins(lines).said == (Pin("newest", "Q1", ""), Pin("old", "Q1", "", pinned=False))


def test_a_rename_onto_a_story_keeps_the_newer_word() -> None:
    lines = [
        Entry("pin-no", "old", "Q1"),
        Entry("pin", "new", "Q1"),
        Entry("rename", "old", to="new"),
    ]
    assert pins(lines).said == (Pin("new", "Q1", ""),)
    assert pins([lines[1], lines[0], lines[2]]).said == (Pin("new", "Q1", "", pinned=False),)


@pytest.mark.parametrize(
    "entry",
    [
        Entry("pin", "", "Q"),
        Entry("pin", "a"),
        Entry("pin", "a", " ?! "),
        Entry("rename", "a"),
        Entry("rename", "a", to="a"),
        Entry("review", "a", "Q"),
    ],
)
def test_lines_that_say_nothing_change_nothing(entry: Entry) -> None:
    assert pins([Entry("pin", "a", "Q1"), entry]).said == (Pin("a", "Q1", ""),)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["pin", "pin-no", "unpin", "rename"]),
            st.sampled_from("ab"),
            st.sampled_from("pq"),
        ),
        max_size=12,
    )
)
@settings(max_examples=200, deadline=None)
def test_replay_agrees_with_a_plain_table(steps: list[tuple[str, str, str]]) -> None:
    """Against the simplest model: a dict from (story, question) to the newest word."""
    verdicts = {"pin": True, "pin-no": False, "unpin": None}
    table: dict[tuple[str, str], tuple[int, bool | None]] = {}
    lines: list[Entry] = []
    for order, (kind, story, question) in enumerate(steps):
        if kind == "rename":
            to = "b" if story == "a" else "a"
            lines.append(Entry("rename", story, to=to))
            for key in [key for key in table if key[0] == story]:
                word = table.pop(key)
                other = table.get((to, key[1]), (-1, None))
                table[to, key[1]] = word if word[0] > other[0] else other
        else:
            lines.append(Entry(kind, story, question))
            table[story, question] = (order, verdicts[kind])
    said = {(pin.story, pin.question): pin.pinned for pin in pins(lines).said}
    assert said == {key: pinned for key, (_, pinned) in table.items() if pinned is not None}


def test_times_are_utc(log: Path) -> None:
    stamped = append(log, Entry("use"), now=datetime(2026, 1, 1, tzinfo=UTC))
    assert stamped.at == "2026-01-01T00:00:00Z"


def test_the_newest_word_wins_whether_it_named_the_text_or_the_id() -> None:
    lines = [
        Entry("pin-no", "a", question_id="talk/why-us"),
        Entry("pin", "a", "Why us?"),
    ]
    assert pins(lines).verdicts(["Why us"], "talk/why-us") == {"a": True}
    assert pins(lines[::-1]).verdicts(["Why us"], "talk/why-us") == {"a": False}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("disagreement with architect", "disagreement with an architect", True),
        ("worst production incident", "Tell me about your worst production incident.", True),
        ("the most stubborn bug you ever chased",
         "What is the most stubborn bug you have ever chased?", True),
        ("a time you were criticised", "a time you criticised", False),
        ("feedback to your manager", "feedback from your manager", False),
        ("Tell me about a time you gave feedback", "Tell me about a time you got feedback", False),
        ("a time you did not listen", "a time you did listen", False),
        ("How do you do?", "How are you?", False),
    ],
)  # fmt: skip
def test_questions_ask_the_same_in_other_dress(one: str, other: str, same: bool) -> None:
    assert same_question(one, other) is same
