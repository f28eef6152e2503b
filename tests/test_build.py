"""Build: what changed on disk, to the index, and nothing twice."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from kb import store
from kb.build import Model, Tools, build, index, vectors
from kb.domain import BuildReport
from kb.errors import StoreError
from kb.files import Workspace, load_workspace
from kb.files.shipped import competencies
from kb.journal import Entry, append
from tests.fakes import FakeEncoder

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)

STORY = """---
title: The list by the kettle
date: 2023-05
competencies: [influence]
---
## Action
I pinned the list of late invoices by the kettle.

## Result
The invoices were paid.
"""
GUIDE = """# Talking

## Question 1: How do you disagree with an architect?

### Example Response

The architect drew a gateway.

### Best Practices

- **Listen**: Ask first.
"""


class Bank:
    """A workspace with a library of one guide and an encoder of a few words."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.library = root / "library"
        self.library.mkdir()
        (self.library / "talking.md").write_text(GUIDE, encoding="utf-8")
        self.folder = root / "bank"
        for name in ("content", "personal"):
            (self.folder / name).mkdir(parents=True)
        self.encoder = FakeEncoder("architect", "invoice", "kettle", "gateway")
        self.opened = 0
        self.found = True  # whether the compiled model is in the cache
        self.calibrated = True
        self.problem = ""
        self.minutes = 0

    @property
    def workspace(self) -> Workspace:
        return load_workspace(self.folder)

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        # a stamp of its own, whatever the clock of the file system
        self.minutes += 1
        os.utime(path, ns=(10**18 + self.minutes, 10**18 + self.minutes))
        return path

    def open(self, texts: int) -> FakeEncoder:
        self.opened += 1
        return self.encoder

    def model(self) -> Model:
        return Model(self.encoder.fingerprint, self.calibrated, self.problem)

    def build(self, workspace: Workspace | None = None) -> BuildReport:
        self.minutes += 1
        tools = Tools(
            guides=self.library,
            competencies=competencies,
            known=lambda: self.model() if self.found else None,
            model=self.model,
            encoder=self.open,
            progress=lambda _done, _all: None,
            clock=lambda: 0.0,
        )
        now = NOW.replace(minute=self.minutes % 60, microsecond=self.minutes)
        return build(workspace or self.workspace, tools, now=now)

    def ids(self) -> list[str]:
        with store.open_index(self.workspace.database) as reader:
            return [c.id for c in reader.story_cards()]

    def stale(self) -> list[str]:
        with store.open_index(self.workspace.database) as reader:
            return [c.id for c in reader.story_cards() if c.stale]

    def embedded(self) -> list[str]:
        return [text for call in self.encoder.calls for text in call]


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    return Bank(tmp_path)


def counts(report: BuildReport) -> tuple[int, int, int, int, int]:
    return report.added, report.changed, report.removed, report.unchanged, report.failed


def test_an_empty_bank_builds(bank: Bank) -> None:
    report = bank.build()
    assert counts(report) == (0, 0, 0, 0, 0)
    assert (report.stories, report.questions) == (0, 0)


def test_added_changed_removed_and_unchanged_are_told_apart(bank: Bank) -> None:
    bank.write("personal/a.md", STORY)
    bank.write("personal/b.md", STORY)
    bank.write("content/talking.md", GUIDE)
    assert counts(bank.build()) == (3, 0, 0, 0, 0)
    assert counts(bank.build()) == (0, 0, 0, 3, 0)
    bank.write("personal/a.md", STORY + "And more.\n")
    (bank.folder / "personal/b.md").unlink()
    bank.write("personal/c.md", STORY)
    assert counts(bank.build()) == (1, 1, 1, 1, 0)
    assert bank.ids() == ["a", "c"]


def test_a_touched_file_with_the_same_content_is_unchanged(bank: Bank) -> None:
    path = bank.write("personal/a.md", STORY)
    bank.build()
    os.utime(path, ns=(5, 5))
    assert counts(bank.build()) == (0, 0, 0, 1, 0)
    with store.open_index(bank.workspace.database) as reader:
        assert reader.files()["personal/a.md"].mtime_ns == 5


def test_a_build_of_nothing_new_writes_nothing_and_opens_no_model(bank: Bank) -> None:
    bank.write("personal/a.md", STORY)
    bank.build()
    before = bank.workspace.database.stat().st_mtime_ns
    opened = bank.opened
    bank.build()
    assert bank.workspace.database.stat().st_mtime_ns == before
    assert bank.opened == opened


def test_only_unseen_text_is_embedded(bank: Bank) -> None:
    bank.write("personal/a.md", STORY)
    bank.build()
    bank.encoder.calls.clear()
    bank.write("personal/a.md", STORY.replace("were paid", "were paid in June"))
    report = bank.build()
    assert "I pinned the list of late invoices by the kettle." not in bank.embedded()
    assert "The invoices were paid in June." in bank.embedded()
    assert report.embedded == len(bank.embedded())


def test_a_renamed_file_embeds_nothing(bank: Bank) -> None:
    path = bank.write("personal/a.md", STORY)
    bank.build()
    bank.encoder.calls.clear()
    path.rename(path.with_name("z.md"))
    assert counts(bank.build()) == (1, 0, 1, 0, 0)
    assert bank.embedded() == []
    assert bank.ids() == ["z"]


def test_a_bad_file_is_named_the_rest_is_built_and_the_old_stays_stale(bank: Bank) -> None:
    path = bank.write("personal/a.md", STORY)
    bank.build()
    path.write_bytes(b"---\ntitle: Caf\xe9\n---\nBad.\n")
    bank.write("personal/b.md", STORY)
    report = bank.build()
    assert counts(report) == (1, 0, 0, 0, 1)
    (finding,) = [f for f in report.findings if f.severity == "error"]
    assert (finding.path, finding.line) == ("personal/a.md", 2)
    assert "offset 14" in finding.message
    assert bank.ids() == ["a", "b"]
    assert bank.stale() == ["a"]
    # still said, nothing to write
    before = bank.workspace.database.stat().st_mtime_ns
    assert counts(bank.build()) == (0, 0, 0, 1, 1)
    assert bank.workspace.database.stat().st_mtime_ns == before
    bank.write("personal/a.md", STORY)
    assert counts(bank.build()) == (0, 1, 0, 1, 0)
    assert bank.stale() == []


def test_a_broken_front_matter_keeps_the_last_good_version(bank: Bank) -> None:
    bank.write("personal/a.md", STORY)
    bank.build()
    bank.write("personal/a.md", STORY.replace("date: 2023-05", "date: [2023"))
    assert counts(bank.build()) == (0, 0, 0, 0, 1)
    with store.open_index(bank.workspace.database) as reader:
        story = reader.story("a")
    assert story is not None
    assert story.date == "2023-05"


def test_of_two_stories_with_one_id_the_first_in_path_order_is_kept(bank: Bank) -> None:
    bank.write("personal/b/same.md", STORY.replace("kettle", "second kettle"))
    assert counts(bank.build()) == (1, 0, 0, 0, 0)
    # a file earlier in path order takes the id from one that did not change
    bank.write("personal/a/same.md", STORY.replace("kettle", "first kettle"))
    report = bank.build()
    assert counts(report) == (1, 0, 0, 0, 1)
    (finding,) = [f for f in report.findings if f.severity == "error"]
    assert finding.path == "personal/b/same.md"
    assert "personal/a/same.md" in finding.message
    with store.open_index(bank.workspace.database) as reader:
        assert [c.path for c in reader.story_cards()] == ["personal/a/same.md"]
    # and gives it back when it goes
    (bank.folder / "personal/a/same.md").unlink()
    assert counts(bank.build()) == (0, 1, 1, 0, 0)
    with store.open_index(bank.workspace.database) as reader:
        assert [c.path for c in reader.story_cards()] == ["personal/b/same.md"]


def test_two_stories_of_one_id_in_one_file(bank: Bank) -> None:
    bank.write(
        "personal/all.yaml", "- title: Same\n  action: One.\n- title: Same\n  action: Two.\n"
    )
    report = bank.build()
    assert report.failed == 1
    assert bank.ids() == ["same"]
    assert [f.line for f in report.findings if f.rule == "duplicate-story"] == [3]
    with store.open_index(bank.workspace.database) as reader:
        story = reader.story("same")
    assert story is not None
    assert "One." in story.parts[0].text


def test_an_unreadable_file_loses_its_id_to_a_good_one(bank: Bank) -> None:
    bad = bank.write("personal/b/same.md", STORY)
    bank.build()
    bad.write_bytes(b"\xff\x00")
    bank.write("personal/a/same.md", STORY)
    bank.build()
    with store.open_index(bank.workspace.database) as reader:
        assert [c.path for c in reader.story_cards()] == ["personal/a/same.md"]


def test_guides_that_share_an_id_are_both_kept(bank: Bank) -> None:
    bank.write("content/talk.txt", GUIDE)
    bank.build()
    bank.write("content/talk.md", GUIDE)
    report = bank.build()
    assert report.failed == 0
    with store.open_index(bank.workspace.database) as reader:
        guides = reader.guide_ids_by_path()
    assert guides == {"content/talk.md": ["talk"], "content/talk.txt": ["talk-2"]}


def test_a_new_model_embeds_everything_anew(bank: Bank) -> None:
    bank.write("personal/a.md", STORY)
    first = bank.build()
    bank.encoder = FakeEncoder("architect", "invoice", fingerprint="another")
    again = bank.build()
    assert again.embedded == first.embedded
    with store.open_index(bank.workspace.database) as reader:
        assert reader.meta()["fingerprint"] == "another"
        assert reader.blocks("story").matrix.shape[1] == 3
    assert counts(bank.build()) == (0, 0, 0, 1, 0)


def test_a_model_compiled_anew_from_other_weights_mixes_no_vectors(bank: Bank) -> None:
    bank.write("personal/a.md", STORY)
    bank.write("personal/b.md", STORY.replace("kettle", "pot"))
    bank.build()
    bank.encoder = FakeEncoder("architect", "invoice", fingerprint="another")
    bank.found = False
    bank.write("personal/a.md", STORY + "More.\n")
    bank.build()
    with store.open_index(bank.workspace.database) as reader:
        assert reader.meta()["fingerprint"] == "another"
        assert reader.blocks("story").matrix.shape[1] == 3


def test_an_unreadable_guide_keeps_its_id_and_a_new_one_gets_another(bank: Bank) -> None:
    old = bank.write("content/talk.txt", GUIDE)
    bank.build()
    old.write_bytes(b"\xff\x00")
    bank.write("content/talk.md", GUIDE)
    assert counts(bank.build()) == (1, 0, 0, 0, 1)
    for _ in range(2):
        assert counts(bank.build()) == (0, 0, 0, 1, 1)
    with store.open_index(bank.workspace.database) as reader:
        assert reader.guide_ids_by_path() == {
            "content/talk.md": ["talk-3"],
            "content/talk.txt": ["talk"],
        }


def test_a_question_may_have_the_id_of_another_guide(bank: Bank) -> None:
    bank.write("content/a.md", "Before.\n\n## Question 1: Why?\n\n### Odds and ends\n\nText.\n")
    bank.write("content/a/why.md", "Before.\n\n## Question 1: How?\n\n### Odds\n\nText.\n")
    bank.write("content/x.md", "## Question 1: How? {#y/how}\n")
    bank.write("content/x/y.md", "## Question 1: How?\n")
    assert counts(bank.build()) == (4, 0, 0, 0, 0)


def test_a_kept_file_loses_only_the_story_whose_id_is_taken(bank: Bank) -> None:
    path = bank.write("personal/z.yaml", "- id: one\n  action: A.\n- id: two\n  action: B.\n")
    bank.build()
    path.write_bytes(b"\xff\x00")
    bank.write("personal/one.md", STORY)
    bank.build()
    with store.open_index(bank.workspace.database) as reader:
        assert [(c.id, c.path, c.stale) for c in reader.story_cards()] == [
            ("one", "personal/one.md", False),
            ("two", "personal/z.yaml", True),
        ]


def test_a_folder_that_becomes_a_guides_folder_is_read_anew(bank: Bank) -> None:
    (bank.folder / "extra").mkdir()
    config = bank.folder / "kb.yaml"
    bank.write("extra/a.md", GUIDE)
    config.write_text("personal: [personal, extra]\n", encoding="utf-8")
    bank.build()
    config.write_text("content: [content, extra]\n", encoding="utf-8")
    bank.build()
    assert bank.ids() == []
    with store.open_index(bank.workspace.database) as reader:
        assert reader.guide_ids_by_path() == {"extra/a.md": ["a"]}


def test_a_guides_folder_that_becomes_a_storys_leaves_no_wording_behind(bank: Bank) -> None:
    (bank.folder / "extra").mkdir()
    config = bank.folder / "kb.yaml"
    bank.write("extra/a.md", GUIDE)
    config.write_text("content: [content, extra]\n", encoding="utf-8")
    bank.build()
    config.write_text("personal: [personal, extra]\n", encoding="utf-8")
    bank.build()
    assert bank.ids() == ["a"]
    with store.open_index(bank.workspace.database) as reader:
        assert reader.question_ids() == ()
        assert len(reader.arrays("guide.")["owner"]) == 0


def test_stories_under_a_folder_that_cannot_be_read_stay(
    bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank.write("personal/sub/a.md", STORY)
    bank.build()
    scandir = os.scandir

    def denied(path: str) -> object:
        if str(path).endswith("sub"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", denied)
    report = bank.build()
    assert counts(report) == (0, 0, 0, 0, 1)
    assert any("cannot be read" in f.message for f in report.findings)
    assert (bank.ids(), bank.stale()) == (["a"], ["a"])
    monkeypatch.undo()
    bank.build()
    assert bank.stale() == []


def test_a_database_in_a_folder_that_is_not_there_is_a_sentence(bank: Bank) -> None:
    with pytest.raises(StoreError, match="does not exist"):
        bank.build(replace(bank.workspace, database=bank.folder / "none" / "kb.db"))


def test_another_model_name_in_the_workspace_builds_anew(bank: Bank) -> None:
    bank.write("personal/a.md", STORY)
    bank.build()
    other = replace(bank.workspace, model="other")
    assert bank.build(other).embedded > 0
    assert bank.build(other).embedded == 0


def test_an_edited_library_is_taken_up(bank: Bank) -> None:
    bank.write("personal/a.md", STORY)
    bank.build()
    (bank.library / "talking.md").write_text(
        GUIDE.replace("an architect", "a gateway"), encoding="utf-8"
    )
    bank.encoder.calls.clear()
    report = bank.build()
    assert counts(report) == (0, 0, 0, 1, 0)
    assert bank.embedded() == ["How do you disagree with a gateway?"]
    with store.open_index(bank.workspace.database) as reader:
        assert [q.text for q in reader.library()] == ["How do you disagree with a gateway?"]


def test_an_index_of_an_older_kb_is_made_anew(bank: Bank) -> None:
    bank.write("personal/a.md", STORY)
    bank.build()
    with store.write_index(bank.workspace.database) as (writer, _):
        writer.put_meta("schema", "0")
    assert counts(bank.build()) == (1, 0, 0, 0, 0)
    assert bank.ids() == ["a"]


def test_a_database_that_is_not_kbs_is_left_alone(bank: Bank) -> None:
    path = bank.workspace.database
    conn = sqlite3.connect(path)
    conn.execute("CREATE TABLE mine (x)")
    conn.commit()
    conn.close()
    before = path.read_bytes()
    with pytest.raises(StoreError):
        bank.build()
    assert path.read_bytes() == before


def test_a_build_that_another_one_overtook_starts_over(bank: Bank) -> None:
    bank.write("personal/a.md", STORY)
    bank.build()
    bank.write("personal/b.md", STORY.replace("kettle", "pot"))
    rival = Bank.open

    def overtaken(self: Bank, texts: int) -> FakeEncoder:
        if self.opened == 1:
            self.opened += 1
            self.build()  # another build commits while this one embeds
        return rival(self, texts)

    bank.opened = 1
    bank.open = overtaken.__get__(bank)  # type: ignore[method-assign]
    report = bank.build()
    assert bank.ids() == ["a", "b"]
    assert counts(report) == (0, 0, 0, 2, 0)


def test_an_incremental_build_ends_where_a_build_from_nothing_does(bank: Bank) -> None:
    def dump() -> list[str]:
        conn = sqlite3.connect(bank.workspace.database)
        skipped = ("builds", "_meta", "_files", "sqlite_", "_vectors", "_arrays")
        tables = [
            t
            for (t,) in conn.execute("SELECT name FROM sqlite_master WHERE type='table'")
            if not t.startswith(skipped) and "_fts_" not in t
        ]
        rows = [
            f"{t}: {row}"
            for t in sorted(tables)
            for row in sorted(conn.execute(_all_but_numbers(t)).fetchall(), key=repr)
        ]
        conn.close()
        return rows

    edits: list[Callable[[], object]] = [
        lambda: bank.write("personal/a.md", STORY),
        lambda: bank.write("content/one.md", GUIDE),
        lambda: bank.write("personal/b.md", STORY.replace("[influence]", "[influense]")),
        lambda: bank.write("personal/a.md", "# Another\n\nWith an architect.\n"),
        lambda: bank.write("content/one.md", GUIDE.replace("Question 1", "Question 9")),
        (bank.folder / "personal/b.md").unlink,
    ]
    for edit in edits:
        edit()
        bank.build()
    step_by_step = dump()
    bank.workspace.database.unlink()
    bank.build()
    assert dump() == step_by_step


def test_the_ranking_of_an_incremental_build_is_that_of_a_whole_one(bank: Bank) -> None:
    def ranking() -> dict[str, object]:
        with store.open_index(bank.workspace.database) as reader:
            arrays = {k: v.round(5).tolist() for k, v in reader.arrays("ranking.").items()}
            return {**arrays, "ranked": reader.ranked(), "inferred": reader.inferred()}

    bank.write("personal/b.md", STORY)
    bank.build()
    bank.write("personal/a.md", "# A\n\nThe architect drew a gateway.\n")
    bank.write("personal/c.md", "# C\n\nA kettle and an invoice.\n")
    bank.build()
    bank.write("personal/c.md", "# C\n\nA gateway after all.\n")
    (bank.folder / "personal/b.md").unlink()
    bank.build()
    step_by_step = ranking()
    assert step_by_step["ranked"] == ("a", "c")
    bank.workspace.database.unlink()
    bank.build()
    assert ranking() == step_by_step


def _all_but_numbers(table: str) -> str:
    """Findings are numbered as they come."""
    columns = "rule, path, line, message, story, words" if table == "findings" else "*"
    return f'SELECT {columns} FROM "{table}"'


def test_findings_are_kept_and_go_with_their_file(bank: Bank) -> None:
    path = bank.write("personal/a.md", STORY.replace("[influence]", "[influense]"))
    report = bank.build()
    (finding,) = report.findings
    assert "influence" in finding.message + finding.hint
    with store.open_index(bank.workspace.database) as reader:
        kept = [f.rule for f in reader.findings() if not f.story]
        assert kept == [finding.rule]
    path.unlink()
    bank.build()
    with store.open_index(bank.workspace.database) as reader:
        assert reader.findings() == ()


def said(bank: Bank) -> list[tuple[str, float]]:
    with store.open_index(bank.workspace.database) as reader:
        blocks = reader.blocks("said")
        owners = [blocks.owners[number] for number in blocks.owner]
        return list(zip(owners, blocks.weights.tolist(), strict=True))


def test_what_the_owner_said_is_embedded_once_and_follows_the_journal(tmp_path: Path) -> None:
    bank = Bank(tmp_path)
    bank.write("personal/kettle.md", STORY.replace("date:", "answers: [Invoices late?]\ndate:"))
    bank.build()
    assert said(bank) == [("kettle", 1.0)]
    journal = bank.workspace.journal
    append(journal, Entry("pin", "kettle", "A gateway?"), now=NOW)
    append(journal, Entry("pin", "gone", "Whatever?"), now=NOW)
    bank.encoder.calls.clear()
    bank.build()
    assert sorted(said(bank)) == [("kettle", 1.0), ("kettle", 1.0)]
    assert bank.encoder.calls == [["A gateway?"]]
    # the newer word of the journal stands in place of the file's
    append(journal, Entry("pin-no", "kettle", "invoices LATE"), now=NOW)
    bank.build()
    assert sorted(said(bank)) == [("kettle", -1.0), ("kettle", 1.0)]
    # a journal and a file that move together are both taken in at once
    append(journal, Entry("pin", "kettle", "Late again?"), now=NOW)
    bank.write(
        "personal/kettle.md", STORY.replace("date:", "answers: [Invoices late?]\ntags: [a]\ndate:")
    )
    assert bank.build().changed == 1
    assert len(said(bank)) == 3
    before = builds(bank)
    assert bank.build().embedded == 0
    assert builds(bank) == before


def test_a_journal_that_cannot_be_read_stops_no_build(tmp_path: Path) -> None:
    bank = Bank(tmp_path)
    bank.write("personal/kettle.md", STORY)
    bank.workspace.journal.mkdir(parents=True)
    report = bank.build()
    assert report.stories == 1
    assert [(f.rule, f.severity) for f in report.findings] == [("journal", "warning")]


def builds(bank: Bank) -> str:
    """The id of the newest build that wrote anything."""
    with store.open_index(bank.workspace.database) as reader:
        return reader.meta()["build_id"]


FITTING = """---
title: The {0}
---
## Action
I told the {0} that it was wrong about it all and then I showed it why.

I asked the {0} to come to the harbour with me and we agreed to it in the end.
"""
OWN = GUIDE + "\n## Question 2: What of the gateway?\n"
DISAGREE = "one/how-do-you-disagree-with-an-architect"
GATEWAY = "one/what-of-the-gateway"


def fits(bank: Bank) -> dict[str, list[tuple[str, bool]]]:
    """question -> its best stories in their places, and whether each fits it."""
    conn = sqlite3.connect(bank.workspace.database)
    rows = conn.execute("SELECT * FROM question_fits ORDER BY question, place").fetchall()
    conn.close()
    found: dict[str, list[tuple[str, bool]]] = {}
    scores: dict[str, float] = {}
    for question, place, story, fit, score, _ in rows:
        found.setdefault(question, []).append((story, fit in {"strong", "workable"}))
        assert place == len(found[question])
        assert score <= scores.get(question, 1)
        scores[question] = score
    with store.open_index(bank.workspace.database) as reader:
        best = reader.best_fits()
    assert {q: b.story for q, b in best.items()} == {q: f[0][0] for q, f in found.items()}
    return found


def fitting(bank: Bank) -> dict[str, int]:
    """question -> how many stories fit it."""
    with store.open_index(bank.workspace.database) as reader:
        return {question: best.fitting for question, best in reader.best_fits().items()}


def test_the_best_stories_of_a_question_are_kept_in_their_places(bank: Bank) -> None:
    bank.write("content/one.md", OWN)
    for name, word in (("a", "architect"), ("b", "invoice"), ("c", "kettle"), ("d", "architect")):
        bank.write(f"personal/{name}.md", FITTING.format(word))
    bank.build()
    found = fits(bank)
    assert set(found) == {DISAGREE, GATEWAY}
    assert found[DISAGREE][:2] == [("a", True), ("d", True)]
    assert [len(best) for best in found.values()] == [3, 3]
    assert not found[DISAGREE][2][1]
    assert fitting(bank) == {DISAGREE: 2, GATEWAY: 0}


def test_more_stories_may_fit_than_are_kept(bank: Bank) -> None:
    bank.write("content/one.md", OWN)
    for name in "abcde":
        bank.write(f"personal/{name}.md", FITTING.format("architect"))
    for name in "vwxyz":
        bank.write(f"personal/{name}.md", FITTING.format("invoice"))
    bank.build()
    assert [story for story, _ in fits(bank)[DISAGREE]] == ["a", "b", "c"]
    assert fitting(bank)[DISAGREE] == 5


def test_a_retired_story_answers_no_question(bank: Bank) -> None:
    bank.write("content/one.md", OWN)
    text = FITTING.format("architect")
    bank.write("personal/a.md", text.replace("title:", "status: retired\ntitle:"))
    bank.write("personal/b.md", text.replace("title:", "status: draft\ntitle:"))
    bank.write("personal/c.md", FITTING.format("kettle"))
    bank.build()
    assert {story for best in fits(bank).values() for story, _ in best} == {"b", "c"}
    assert fits(bank)[DISAGREE][0] == ("b", True)
    assert fitting(bank)[DISAGREE] == 1
    bank.write("personal/b.md", text.replace("title:", "status: retired\ntitle:"))
    bank.write("personal/c.md", text.replace("title:", "status: retired\ntitle:"))
    bank.build()
    assert fits(bank) == {}


def test_what_fits_a_question_follows_every_build(bank: Bank) -> None:
    bank.write("content/one.md", OWN)
    bank.write("personal/a.md", FITTING.format("architect"))
    bank.write("personal/b.md", FITTING.format("kettle"))
    bank.build()
    assert fits(bank)[DISAGREE][0] == ("a", True)
    # another story
    bank.write("personal/a.md", FITTING.format("invoice"))
    bank.write("personal/b.md", FITTING.format("architect"))
    bank.build()
    assert fits(bank)[DISAGREE][0] == ("b", True)
    # the owner's word
    append(
        bank.workspace.journal, Entry("pin-no", "b", OWN.split("1: ")[1].split("\n")[0]), now=NOW
    )
    bank.build()
    assert fitting(bank)[DISAGREE] == 0
    # another question, and one fewer
    bank.write(
        "content/one.md", OWN.replace("the gateway", "the invoice").replace("disagree", "go")
    )
    bank.build()
    found = fits(bank)
    assert set(found) == {"one/how-do-you-go-with-an-architect", "one/what-of-the-invoice"}
    assert found["one/what-of-the-invoice"][0][0] == "a"
    # no story, no guide
    (bank.folder / "personal/a.md").unlink()
    bank.build()
    assert [len(best) for best in fits(bank).values()] == [1, 1]
    (bank.folder / "content/one.md").unlink()
    bank.build()
    assert fits(bank) == {}


def test_the_questions_of_the_library_have_no_fits_of_their_own(bank: Bank) -> None:
    bank.write("personal/a.md", FITTING.format("architect"))
    bank.build()
    assert fits(bank) == {}


def test_the_map_holds_every_story_and_question_after_each_build(bank: Bank) -> None:
    def places() -> tuple[int, int]:
        with store.open_index(bank.workspace.database) as reader:
            arrays = reader.arrays("map.")
        for array in arrays.values():
            assert array.shape[1:] == (2,)
            assert abs(array).max(initial=0) <= 1
        return len(arrays["stories"]), len(arrays["questions"])

    bank.build()
    bank.write("content/one.md", OWN)
    bank.write("personal/a.md", STORY)
    bank.build()
    assert places() == (1, 2)
    bank.write("personal/b.md", FITTING.format("kettle"))
    bank.build()
    assert places() == (2, 2)
    (bank.folder / "personal/a.md").unlink()
    (bank.folder / "content/one.md").unlink()
    bank.build()
    assert places() == (1, 0)


def test_a_pin_whose_story_is_gone_is_named_with_what_to_do(tmp_path: Path) -> None:
    bank = Bank(tmp_path)
    bank.write("personal/kettle.md", "I pinned the list by the kettle.\n")
    journal = bank.workspace.journal
    append(journal, Entry("pin", "kettle", "A list?"), now=NOW)
    for question in ("A gateway?", "An oven?"):
        append(journal, Entry("pin", "oven", question), now=NOW)
    (found,) = (f for f in bank.build().findings if f.rule == "lost-pin")
    assert found.severity == "warning"
    assert "there are 2 pins for `oven`" in found.message
    assert "id: oven" in found.hint


def test_many_vectors_wait_in_a_file_without_a_name(
    bank: Bank, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        text = STORY.replace("late invoices", f"gateway invoices {number * 'kettle '}")
        bank.write(f"personal/story-{number}.md", text.replace("The list", f"List {number}"))
    bank.build()
    with store.open_index(bank.workspace.database) as reader:
        held = reader.blocks("story")
    bank.workspace.database.unlink()
    monkeypatch.setattr(vectors, "HELD", 3)
    monkeypatch.setattr(index, "GROUP", 2)
    monkeypatch.setattr(bank, "encoder", FakeEncoder(*bank.encoder.vocabulary))
    files = {p.name for p in bank.folder.iterdir()}
    report = bank.build()
    with store.open_index(bank.workspace.database) as reader:
        laid_down = reader.blocks("story")
    np.testing.assert_array_equal(laid_down.matrix, held.matrix)
    assert laid_down.owners == held.owners
    assert len(bank.encoder.calls) > 1
    assert len(bank.embedded()) == len(set(bank.embedded())) == report.embedded
    assert {p.name for p in bank.folder.iterdir()} - files == {"kb.db"}


def test_progress_counts_all_groups_as_one(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[tuple[int, int]] = []
    found = vectors.Vectors(bank.folder)
    count = vectors.vectors_for(
        lambda: iter([["architect", "kettle"], ["kettle", "gateway"]]),
        encoder=bank.open,
        known=lambda _: {},
        found=found,
        progress=lambda done, every: said.append((done, every)),
    )
    assert (count, said) == (3, [(2, 3), (3, 3)])
    assert vectors.text_hash("gateway") in found
