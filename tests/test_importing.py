"""`kb import`, whole: a preview first, nothing over a file, nothing twice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Kb

NOTES = """# Mine

## The queue that ate invoices
**Situation:** In 2021 a queue dropped invoices.
**Action:** I stopped it and replayed them.
**Result:** All 400 were paid within 2 days.

## Three servers
S: The board wanted Kubernetes.
A: I measured our load and showed two slides.
R: We saved 40,000 euros a year.
"""


@pytest.fixture
def bank(kb: Kb) -> Kb:
    kb("init", ".")
    (kb.folder / "notes.md").write_text(NOTES, encoding="utf-8")
    return kb


def imported(kb: Kb) -> dict[str, str]:
    folder = kb.folder / "personal" / "imported"
    return {path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.md"))}


def test_a_preview_writes_nothing_and_says_what_would_come(bank: Kb) -> None:
    before = sorted(bank.folder.rglob("*"))
    said = bank("import", "notes.md").stdout
    assert "notes.md:3 -> personal/imported/the-queue-that-ate-invoices.md" in said
    assert "The heading 'Mine'; left out." in said
    assert "--yes" in said
    assert sorted(bank.folder.rglob("*")) == before


def test_yes_writes_each_story_once(bank: Kb) -> None:
    bank("import", "notes.md", "--yes")
    files = imported(bank)
    assert list(files) == ["the-queue-that-ate-invoices.md", "three-servers.md"]
    assert "## Result\nAll 400 were paid within 2 days." in files["the-queue-that-ate-invoices.md"]
    again = bank("import", "notes.md", "--yes").stdout
    assert "Nothing new, 2 there already." in again
    assert imported(bank) == files


def test_what_was_edited_and_moved_since_is_known_again(bank: Kb) -> None:
    bank("import", "notes.md", "--yes")
    folder = bank.folder / "personal"
    moved = folder / "imported" / "three-servers.md"
    (folder / "kept.md").write_text(moved.read_text("utf-8") + "\n## Learning\nAsk.\n", "utf-8")
    moved.unlink()
    bank("import", "notes.md", "--yes")
    assert list(imported(bank)) == ["the-queue-that-ate-invoices.md"]


def test_a_file_of_the_same_name_is_not_written_over(bank: Kb) -> None:
    own = bank.folder / "personal" / "imported" / "three-servers.md"
    own.parent.mkdir(parents=True)
    own.write_text("# Another\n\nNothing like it stands here at all.\n", encoding="utf-8")
    bank("import", "notes.md", "--yes")
    assert "Nothing like it" in own.read_text("utf-8")
    assert "three-servers-2.md" in imported(bank)


def test_one_bad_source_does_not_stop_the_rest(bank: Kb) -> None:
    (bank.folder / "bad.json").write_text('{"stories": [', encoding="utf-8")
    done = bank("import", "bad.json", "notes.md", "--yes", code=1)
    assert "bad.json" in done.stdout + done.stderr
    assert len(imported(bank)) == 2
    assert "missing.md" in bank("import", "missing.md", code=1).stderr


def test_json_with_fields_of_other_names(bank: Kb, tmp_path: Path) -> None:
    rows = [
        {
            "Headline": "Pager at noon",
            "Employer": "Acme",
            "When": "2022-03",
            "STAR": {"Situation": "The pager rang.", "Task": "Mine.", "Action": ["I looked.",
                     "I mended it."], "Result": "Quiet for 3 weeks."},
        }
    ]  # fmt: skip
    source = tmp_path / "old.json"
    source.write_text(json.dumps(rows), encoding="utf-8")
    bank("import", str(source), "--yes")
    text = imported(bank)["pager-at-noon.md"]
    assert "company: Acme" in text
    assert "date: 2022-03" in text
    assert "I mended it." in text
