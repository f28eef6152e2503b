"""kb.db: what is written is read again, all or nothing, by its owner only."""

from __future__ import annotations

import sqlite3
import stat
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kb import store
from kb.domain import (
    BuildReport,
    Competency,
    Concept,
    Example,
    FileState,
    Finding,
    FollowUp,
    Guide,
    LibraryQuestion,
    Note,
    Part,
    Passage,
    Practice,
    Question,
    Story,
    Variant,
)
from kb.errors import StoreError
from kb.store.vectors import Block

COMPETENCIES = [
    Competency("disagreement", "influence", "holds a different view"),
    Competency("failure", "growth", "owns a mistake"),
]
STORY = Story(
    id="kettle",
    path="personal/kettle.md",
    title="The list by the kettle",
    line=2,
    date="2023-05",
    role="Lead",
    company="Tidewater",
    competencies=("disagreement",),
    tags=("billing", "late invoices"),
    answers=("influence without authority",),
    status="draft",
    parts=(
        Part("text", "It began in May.", 5),
        Part("action", "I pinned the list and waited.", 8, "What I did"),
    ),
)
GUIDE = Guide(
    id="talk",
    path="content/talk.md",
    title="Talking",
    description="About talk.",
    questions=(
        Question(
            id="talk/architect",
            guide="talk",
            text="Disagreed with an architect?",
            line=3,
            category="People",
            competencies=("disagreement",),
            variants=(Variant("architect fight", 5),),
            concept=Concept("Whether you listen.", 7),
            examples=(
                Example("One", (Part("situation", "There was a gateway.", 10, "Situation"),), 9),
                Example("Two", (Part("text", "Another.", 12),), 11),
            ),
            practices=(Practice("Listen first", "Ask what it protects.", 14),),
            follow_ups=(FollowUp("And then?", 16),),
            notes=(Note("Aside", "A stray line.", 18),),
        ),
    ),
    notes=(Note("", "Before the first question.", 1),),
)
STORY_PASSAGES = (
    Passage("story:kettle:0", "story", "kettle", "The list by the kettle. I waited.", 2),
    Passage("sentence:kettle:0", "sentence", "kettle", "I pinned the list.", 8, "action"),
)
GUIDE_PASSAGES = (
    Passage("question:talk/architect:0", "question", "talk/architect", "Disagreed?", 3),
    Passage("note:talk:0", "note", "talk", "Before the first question.", 1),
)


def block(owner: str, kind: str, hashes: list[bytes], rows: list[list[float]]) -> Block:
    return Block(
        owner,
        kind,
        tuple(hashes),
        np.arange(len(rows), dtype=np.uint8),
        np.linspace(0, 1, len(rows), dtype=np.float32),
        np.array(rows, dtype=np.float32),
    )


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "kb.db"
    with store.write_index(path) as (writer, _):
        writer.recreate(COMPETENCIES)
        writer.put_story(STORY, STORY_PASSAGES)
        writer.put_guide(GUIDE, GUIDE_PASSAGES)
    return path


def test_a_story_is_read_as_it_was_written(database: Path) -> None:
    with store.open_index(database) as reader:
        assert reader.story("kettle") == STORY
        assert reader.story("nobody") is None
        (card,) = reader.story_cards()
    assert (card.id, card.title, card.date, card.status) == (
        "kettle", "The list by the kettle", "2023-05", "draft",
    )  # fmt: skip
    assert card.tags == ("billing", "late invoices")
    assert card.answers == ("influence without authority",)
    assert not card.stale


def test_a_question_is_read_with_everything_under_it(database: Path) -> None:
    with store.open_index(database) as reader:
        assert reader.question("talk/architect") == GUIDE.questions[0]
        (card,) = reader.question_cards(["talk/architect", "talk/none"])
    assert card.path == "content/talk.md"
    assert card.practices == (Practice("Listen first", "Ask what it protects.", 14),)


def test_an_unknown_competency_is_kept_but_not_linked(database: Path) -> None:
    question = replace(GUIDE.questions[0], id="talk/x", competencies=("nonsense", "failure"))
    guide = replace(GUIDE, id="other", path="content/other.md", questions=(question,), notes=())
    with store.write_index(database) as (writer, _):
        writer.put_guide(replace(guide, questions=(replace(question, guide="other"),)), ())
    with store.open_index(database) as reader:
        (card,) = reader.question_cards(["talk/x"])
    assert card.competencies == ("nonsense", "failure")
    conn = sqlite3.connect(database)
    linked = conn.execute(
        "SELECT competency FROM question_competencies WHERE question = 'talk/x'"
    ).fetchall()
    conn.close()
    assert linked == [("failure",)]


def test_passages_are_found_by_id(database: Path) -> None:
    with store.open_index(database) as reader:
        found = reader.passages(["sentence:kettle:0", "note:talk:0", "sentence:kettle:9"])
    assert found == {
        "sentence:kettle:0": STORY_PASSAGES[1],
        "note:talk:0": GUIDE_PASSAGES[1],
    }


def test_removing_a_file_leaves_no_row_of_it(database: Path) -> None:
    with store.write_index(database) as (writer, _):
        writer.put_file(FileState("content/talk.md", "guide", "aa", 1, 2))
        writer.put_block(block("talk/architect", "question", [b"a" * 16], [[1.0, 0.0]]))
        writer.put_block(block("kettle", "story", [b"b" * 16], [[0.0, 1.0]]))
        writer.remove_path("content/talk.md")
        writer.remove_path("personal/kettle.md")
    conn = sqlite3.connect(database)
    left = {
        table: conn.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]
        for (table,) in conn.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%fts%'"
        )
    }
    conn.close()
    assert {t: n for t, n in left.items() if n} == {"competencies": 2, "_meta": 1}


def test_foreign_keys_hold_and_full_text_follows(database: Path) -> None:
    conn = sqlite3.connect(database)
    assert conn.execute("PRAGMA foreign_key_check").fetchall() == []
    assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    search = "SELECT rowid FROM stories_fts WHERE stories_fts MATCH 'pinning'"
    assert len(conn.execute(search).fetchall()) == 1  # by its stem
    with store.write_index(database) as (writer, _):
        writer.remove_story("kettle")
    assert conn.execute(search).fetchall() == []
    conn.close()


def test_text_scores_take_any_of_the_words(database: Path) -> None:
    with store.write_index(database) as (writer, _):
        for name in ("one", "two"):
            part = Part("text", "It began in the yard.", 5)
            other = replace(STORY, id=name, title="Another", parts=(part,))
            writer.put_story(other, ())
    with store.open_index(database) as reader:
        assert set(reader.text_scores("kettle zebra")) == {"kettle"}
        assert reader.text_scores("began in it") == {}  # all have it, which says nothing
        both = reader.text_scores("kettle began it")
        assert both == pytest.approx(reader.text_scores("kettle"))
        assert reader.text_scores("kettle")["kettle"] > 0
        assert reader.text_scores("zebra") == {}
        assert reader.text_scores('"; DROP TABLE stories --') == {}
        assert reader.text_scores("NEAR(kettle, list) OR *") != {}
        assert reader.text_scores("...") == {}


def test_blocks_lie_end_to_end_in_the_order_of_ids(database: Path) -> None:
    with store.write_index(database) as (writer, _):
        writer.put_block(block("b", "story", [b"b" * 16], [[0.0, 1.0]]))
        writer.put_block(block("a", "story", [b"a" * 16, b"c" * 16], [[1.0, 0.0], [0.6, 0.8]]))
        writer.put_block(block("q", "question", [b"q" * 16], [[1.0, 0.0]]))
    with store.open_index(database) as reader:
        blocks = reader.blocks("story")
        assert blocks.owners == ("a", "b")
        assert blocks.owner.tolist() == [0, 0, 1]
        assert blocks.kinds.tolist() == [0, 1, 0]
        assert blocks.weights.tolist() == [0.0, 1.0, 0.0]
        np.testing.assert_array_equal(
            blocks.matrix, np.array([[1, 0], [0.6, 0.8], [0, 1]], np.float32)
        )
        found = reader.vectors([b"c" * 16, b"q" * 16, b"x" * 16])
        assert {h: v.tolist() for h, v in found.items()} == {
            b"c" * 16: pytest.approx([0.6, 0.8]),
            b"q" * 16: [1.0, 0.0],
        }
        assert reader.blocks("guide").matrix.shape == (0, 0)
        some = reader.blocks("story", ["b", "nobody"])
        assert (some.owners, some.matrix.tolist()) == (("b",), [[0.0, 1.0]])


def test_arrays_keep_type_shape_and_values(database: Path) -> None:
    arrays: dict[str, np.ndarray] = {
        "ranking.mean": np.array([[1.5, 2.5]], np.float32),
        "ranking.owner": np.array([3, 1], np.int64),
        "ranking.none": np.zeros((0, 4), np.float32),
        "rankings.other": np.array([9.0]),
    }
    with store.write_index(database) as (writer, _):
        writer.put_arrays(arrays)
    with store.open_index(database) as reader:
        found = reader.arrays("ranking.")
    assert set(found) == {"mean", "owner", "none"}
    for name, array in found.items():
        kept = arrays[f"ranking.{name}"]
        assert (array.dtype, array.shape) == (kept.dtype, kept.shape)
        np.testing.assert_array_equal(array, kept)


def test_findings_files_library_and_builds_are_kept(database: Path) -> None:
    finding = Finding("no-title", "info", "it has no title.", "personal/kettle.md", 1, "Add one.")
    state = FileState("personal/kettle.md", "story", "ab", 10, 20, ok=False)
    library = [LibraryQuestion("l/q", "Asked?", "Library", ("failure",))]
    report = BuildReport(1, 2, 3, 4, 5, 0.5, 6, 7, 8)
    with store.write_index(database) as (writer, _):
        writer.put_findings("personal/kettle.md", [finding])
        writer.put_file(state)
        writer.put_library(library)
        writer.put_build("20260101T000000.0", "2026-01-01T00:00:00+00:00", report, "m")
    with store.open_index(database) as reader:
        assert reader.findings() == (finding,)
        assert reader.files() == {state.path: state}
        assert reader.library() == tuple(library)
        assert reader.meta()["build_id"] == "20260101T000000.0"
        assert reader.counts() == (1, 1)


def test_stale_is_said(database: Path) -> None:
    with store.write_index(database) as (writer, _):
        writer.mark_stale("personal/kettle.md")
    with store.open_index(database) as reader:
        assert [c.stale for c in reader.story_cards()] == [True]
        assert [c.stale for c in reader.question_cards()] == [False]


def test_an_inferred_competency_never_hides_an_authored_one(database: Path) -> None:
    with store.write_index(database) as (writer, _):
        writer.put_inferred([("kettle", "disagreement", 0.9), ("kettle", "failure", 0.7)])
        writer.put_inferred([("kettle", "disagreement", 0.9), ("kettle", "failure", 0.6)])
    with store.open_index(database) as reader:
        assert reader.inferred() == {"kettle": ("failure",)}


def test_an_error_in_a_transaction_leaves_everything_as_it_was(database: Path) -> None:
    class MishapError(Exception):
        pass

    def meddle() -> None:
        with store.write_index(database) as (writer, _):
            writer.remove_story("kettle")
            raise MishapError

    with pytest.raises(MishapError):
        meddle()
    with store.open_index(database) as reader:
        assert reader.story("kettle") == STORY


def test_a_reader_sees_one_build_while_another_is_written(database: Path) -> None:
    with store.open_index(database) as reader:
        assert reader.counts() == (1, 1)
        with store.write_index(database) as (writer, _):
            writer.remove_story("kettle")
        assert reader.counts() == (1, 1)
        assert reader.story("kettle") == STORY
    with store.open_index(database) as reader:
        assert reader.counts() == (0, 1)


def test_only_its_owner_can_read_the_database(tmp_path: Path) -> None:
    path = tmp_path / "kb.db"
    with store.write_index(path) as (writer, _):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        writer.recreate(COMPETENCIES)
        for file in tmp_path.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_database_open_to_others_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "kb.db"
    path.touch(0o644)
    with store.write_index(path) as (writer, _):
        writer.recreate(COMPETENCIES)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_lies_at_the_path_is_told_apart(tmp_path: Path, database: Path) -> None:
    assert store.state(tmp_path / "none.db") == "missing"
    (tmp_path / "empty.db").touch()
    assert store.state(tmp_path / "empty.db") == "missing"
    assert store.state(database) == "current"
    with store.write_index(database) as (writer, _):
        writer.put_meta("schema", "0")
    assert store.state(database) == "other"


def test_a_database_of_someone_else_is_never_touched(tmp_path: Path) -> None:
    path = tmp_path / "kb.db"
    conn = sqlite3.connect(path)
    conn.execute("CREATE TABLE mine (x)")
    conn.commit()
    conn.close()
    with pytest.raises(StoreError, match="not one that kb made"):
        store.state(path)


@pytest.mark.parametrize(
    "content", [b"not a database at all, only text\n" * 40, b"SQLite format 3"]
)
def test_a_damaged_database_is_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "kb.db"
    path.write_bytes(content)
    with pytest.raises(StoreError, match="delete it"):
        store.state(path)


def test_no_index_and_an_old_index_say_what_to_do(tmp_path: Path, database: Path) -> None:
    with pytest.raises(StoreError, match="no index yet"), store.open_index(tmp_path / "x.db"):
        pass
    with store.write_index(database) as (writer, _):
        writer.put_meta("schema", "0")
    with pytest.raises(StoreError, match="another version"), store.open_index(database):
        pass


def test_making_it_anew_leaves_nothing_of_the_old(database: Path) -> None:
    with store.write_index(database) as (writer, _):
        writer.recreate(COMPETENCIES)
        writer.put_story(replace(STORY, title="Again"), ())
    with store.open_index(database) as reader:
        assert [c.title for c in reader.story_cards()] == ["Again"]
        assert reader.question_cards() == ()
