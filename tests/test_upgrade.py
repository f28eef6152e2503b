"""What an earlier or later kb left: an index is made anew, the owner's words are kept."""

from __future__ import annotations

import gzip
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from kb import store
from kb.errors import StoreError
from kb.journal import read
from tests.conftest import Kb
from tests.test_build import STORY, Bank

# What kb wrote of two of the samples when these schemas were its own, less all vectors.
EARLIER = sorted((Path(__file__).parent / "data" / "earlier").glob("schema-*.db.gz"))
# Lines as every version so far has written them, and two of a version to come.
JOURNAL = """\
{"v": 1, "kind": "pin", "story": "kettle", "question": "a row", "at": "2026-03-01T10:00:00Z"}
{"v": 1, "kind": "rename", "story": "kettle", "to": "the-list", "at": "2026-04-01T10:00:00Z"}
{"v": 1, "kind": "use", "story": "the-list", "company": "Acme", "at": "2026-05-01T10:00:00Z"}
{"v": 9, "kind": "sung", "story": "the-list", "in": ["A", 4], "at": "2030-01-01T00:00:00Z"}
{"kind": "pin", "story": "the-list", "question": "another", "at": "2030-01-01T00:00:00Z"}
"""


def of_schema(database: Path, version: str) -> None:
    with closing(sqlite3.connect(database)) as conn, conn:
        conn.execute("UPDATE _meta SET value = ? WHERE key = 'schema'", (version,))


@pytest.mark.parametrize("version", ["1", "2", "3", "999", "?"])
def test_an_index_of_another_version_is_made_anew_and_embeds_nothing(
    tmp_path: Path, version: str
) -> None:
    bank = Bank(tmp_path)
    bank.write("personal/kettle.md", STORY)
    assert not bank.build().renewed
    of_schema(bank.workspace.database, version)
    bank.encoder.calls.clear()
    report = bank.build()
    assert report.renewed
    assert (report.added, report.embedded, bank.encoder.calls) == (1, 0, [])
    assert store.state(bank.workspace.database) == "current"
    assert bank.ids() == ["kettle"]
    assert not bank.build().renewed


@pytest.mark.parametrize("kept", EARLIER, ids=lambda path: path.name)
def test_an_index_that_an_earlier_kb_made_is_made_anew(tmp_path: Path, kept: Path) -> None:
    bank = Bank(tmp_path)
    bank.write("personal/kettle.md", STORY)
    database = bank.workspace.database
    database.write_bytes(gzip.decompress(kept.read_bytes()))
    with closing(sqlite3.connect(database)) as conn:
        (version,) = conn.execute("SELECT value FROM _meta WHERE key = 'schema'").fetchone()
    assert kept.name == f"schema-{version}.db.gz"
    with (
        pytest.raises(StoreError, match=r"another version of kb\. Run: kb build"),
        store.open_index(database),
    ):
        pytest.fail("it was opened")
    assert bank.build().renewed
    assert store.faults(database) == ()
    assert bank.ids() == ["kettle"]


def test_every_schema_before_this_one_is_kept() -> None:
    assert len(EARLIER) == int(store.SCHEMA_VERSION) - 1


@pytest.mark.parametrize("table", ["_vectors", "_meta", "stories"])
def test_an_index_that_keeps_things_otherwise_is_made_anew(tmp_path: Path, table: str) -> None:
    bank = Bank(tmp_path)
    bank.write("personal/kettle.md", STORY)
    bank.build()
    of_schema(bank.workspace.database, "1")
    with closing(sqlite3.connect(bank.workspace.database)) as conn, conn:
        conn.execute(f"DROP TABLE {table}")
    assert bank.build().added == 1
    assert bank.ids() == ["kettle"]


def test_vectors_of_another_model_are_not_taken_over(tmp_path: Path) -> None:
    bank = Bank(tmp_path)
    bank.write("personal/kettle.md", STORY)
    bank.build()
    of_schema(bank.workspace.database, "3")
    bank.encoder.fingerprint = "another"
    assert bank.build().embedded > 0


def test_a_file_that_is_no_index_is_never_written_to(tmp_path: Path) -> None:
    bank = Bank(tmp_path)
    bank.write("personal/kettle.md", STORY)
    with closing(sqlite3.connect(bank.workspace.database)) as conn, conn:
        conn.execute("CREATE TABLE mine (text TEXT)")
    before = bank.workspace.database.read_bytes()
    with pytest.raises(StoreError, match="not one that kb made"):
        bank.build()
    assert bank.workspace.database.read_bytes() == before


def test_the_journal_of_any_version_reads(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_text(JOURNAL, encoding="utf-8")
    found = read(path)
    assert [entry.kind for entry in found.entries] == ["pin", "rename", "use", "sung", "pin"]
    assert found.problems == ()
    assert path.read_text("utf-8") == JOURNAL


@pytest.mark.model
def test_as_a_user_meets_it(samples: Kb) -> None:
    of_schema(samples.folder / "kb.db", "2")
    for words in (["match", "architect"], ["list"], ["coverage"]):
        told = samples(*words, code=1).stderr
        assert told == "kb: the index was made by another version of kb. Run: kb build\n"
    assert "another version" in samples("doctor").stdout
    said = samples("build").stdout
    assert "The index was of another version of kb, and was made anew." in said
    assert "14 stories" in said
    assert json.loads(samples("build", "--json").stdout)["renewed"] is False
    assert samples("match", "architect").stdout
