"""`kb export`, as a user runs it."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path

import docx
import pytest

from tests.conftest import Kb
from tests.readme_output import on_a_terminal

pytestmark = pytest.mark.model

STORY = """\
---
title: {title}
company: Acme Widgets
status: {status}
tags: [{tag}]
---
## Situation
It went down, and Marta Kowalska of Acme asked for me.
## Result
Marta's boss was happy: £186,000 saved. See https://jira.acme.test/X-1.
"""


@pytest.fixture
def bank(kb: Kb) -> Kb:
    """kb in a workspace with the samples, never built."""
    kb("init", "bank", "--with-samples")
    kb.folder /= "bank"
    return kb


@pytest.fixture
def small(kb: Kb) -> Kb:
    """kb in a workspace with three stories of one person, one of them retired."""
    kb("init", "bank")
    kb.folder /= "bank"
    write(kb, "martas-outage", "The outage", "ready", "night")
    write(kb, "the-move", "The move", "draft", "day")
    write(kb, "old", "The old one", "retired", "day")
    return kb


def write(kb: Kb, name: str, title: str, status: str, tag: str) -> None:
    text = STORY.format(title=title, status=status, tag=tag)
    (kb.folder / "personal" / f"{name}.md").write_text(text, encoding="utf-8")


def ids(kb: Kb, *args: str) -> list[str]:
    bank = json.loads(kb("export", "--format", "json", *args).stdout)
    return [one["id"] for one in bank["stories"]]


# --- what is exported


def test_all_stories_go_to_standard_output_before_any_build(bank: Kb) -> None:
    done = bank("export")
    assert done.stderr == ""
    assert len(re.findall(r"^# ", done.stdout, re.MULTILINE)) == 14
    assert "- **Company:** Tarrant Lift Services" in done.stdout
    assert not (bank.folder / "kb.db").exists()


def test_stories_are_meant_as_elsewhere(small: Kb) -> None:
    assert ids(small) == ["martas-outage", "the-move"]
    assert "1 retired story is left out; --all-statuses" in small("export").stderr
    assert ids(small, "--all-statuses") == ["martas-outage", "old", "the-move"]
    assert ids(small, "--status", "draft", "--status", "retired") == ["old", "the-move"]
    assert ids(small, "--tag", "night") == ["martas-outage"]
    assert ids(small, "--company", "acme", "--status", "ready") == ["martas-outage"]
    assert ids(small, "the-move", "mar") == ["the-move", "martas-outage"]
    assert ids(small, "personal/old.md", "old") == ["old"]  # named, so it is meant


def test_the_whole_bank_comes_back_through_import(bank: Kb, tmp_path: Path) -> None:
    out = tmp_path / "stories.json"
    bank("export", "--all-statuses", "-o", str(out))
    before = json.loads(out.read_text("utf-8"))
    bank("init", "other", cwd=tmp_path)
    other = tmp_path / "other"
    bank("import", str(out), "--yes", cwd=other)
    again = bank("export", "--all-statuses", "--format", "json", cwd=other)
    assert json.loads(again.stdout) == before
    assert len(before["stories"]) == 14


@pytest.mark.parametrize("form", ["md", "csv", "docx"])
def test_other_formats_come_back_but_for_labels(bank: Kb, tmp_path: Path, form: str) -> None:
    out = tmp_path / f"stories.{form}"
    bank("export", "-o", str(out))
    bank("init", "other", cwd=tmp_path)
    other = tmp_path / "other"
    bank("import", str(out), "--yes", cwd=other)
    again = json.loads(bank("export", "--format", "json", cwd=other).stdout)
    before = json.loads(bank("export", "--format", "json").stdout)
    for one in (*again["stories"], *before["stories"]):
        for part in one["parts"]:
            del part["title"]
    assert again == before


def test_one_bad_file_does_not_stop_the_rest(small: Kb) -> None:
    (small.folder / "personal" / "bad.md").write_text("---\ntitle: x\n", encoding="utf-8")
    (small.folder / "personal" / "worse.md").write_bytes(b"\xff\xfeA")
    done = small("export", "--format", "json", code=1)
    assert len(json.loads(done.stdout)["stories"]) == 2
    bad, worse, retired = done.stderr.splitlines()
    assert bad.startswith("kb: personal/bad.md:1: the front matter is not closed.")
    assert worse.startswith("kb: personal/worse.md:1: not UTF-8")
    assert "retired" in retired


def test_nothing_to_export(kb: Kb) -> None:
    kb("init", "bank")
    kb.folder /= "bank"
    assert "There are no stories here." in kb("export", code=1).stderr
    write(kb, "one", "One", "ready", "x")
    none = kb("export", "--tag", "none", "-o", "../x.md", code=1)
    assert "No story passes the filters." in none.stderr
    assert not (kb.folder.parent / "x.md").exists()


# --- where it goes


def test_the_name_of_the_file_tells_the_format(bank: Kb, tmp_path: Path) -> None:
    for name, begin in {
        "a.md": b"# Anselm's", "a.html": b"<!DOCTYPE", "a.json": b"{", "a.docx": b"PK",
        "a.csv": b"\xef\xbb\xbfid,title,",
    }.items():  # fmt: skip
        done = bank("export", "anselm", "-o", str(tmp_path / name))
        assert done.stdout == f"Wrote 1 story to {tmp_path / name}.\n"
        assert (tmp_path / name).read_bytes().startswith(begin)
    assert docx.Document(str(tmp_path / "a.docx")).paragraphs[0].text == "Anselm's single stream"
    assert bank("export", "anselm", "--format", "csv").stdout.startswith("id,title,")
    bank("export", "anselm", "--format", "html", "-o", str(tmp_path / "a.txt"))
    assert (tmp_path / "a.txt").read_bytes().startswith(b"<!DOCTYPE")


def test_a_file_that_exists_is_not_overwritten(bank: Kb, tmp_path: Path) -> None:
    for name in ("a.md", "a.docx"):
        out = tmp_path / name
        out.write_text("mine", encoding="utf-8")
        done = bank("export", "-o", str(out), code=1)
        assert "exists already, and is not overwritten" in done.stderr
        assert out.read_text("utf-8") == "mine"
        bank("export", "-o", str(out), "--force")
        assert out.read_bytes() != b"mine"
    assert sorted(p.name for p in tmp_path.iterdir() if p.is_file()) == ["a.docx", "a.md"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["-o", "personal/x.md"], "lies in personal"),
        (["-o", "personal/_kb/x.md"], "lies in personal"),
        (["-o", "content/x.md", "--force"], "lies in content"),
        (["-o", "kb.yaml", "--format", "md", "--force"], "a file of the workspace itself"),
        (["-o", "kb.db", "--format", "md", "--force"], "a file of the workspace itself"),
        (["-o", "x.pdf"], "does not tell the format"),
        (["-o", "personal", "--format", "md"], "lies in personal"),
        (["-o", "..", "--format", "md"], "is a folder"),
        (["--format", "docx"], "a Word document is written to a file"),
        (["--json"], "--json reports on the file that -o names"),
        (["nothing-like-it"], "there is no story or question"),
        (["--since", "May"], "--since takes a date"),
    ],
)
def test_what_cannot_be_meant(bank: Kb, args: list[str], said: str) -> None:
    assert said in bank("export", *args, code=2).stderr


def test_a_folder_that_is_not_there(bank: Kb) -> None:
    assert "there is no folder nowhere" in bank("export", "-o", "nowhere/x.md", code=1).stderr
    assert not (bank.folder / "nowhere").exists()


def test_standard_output_may_be_named(bank: Kb) -> None:
    assert bank("export", "anselm", "-o", "-").stdout.startswith("# Anselm's")


def test_on_a_terminal(bank: Kb) -> None:
    (bank.folder / "personal" / "odd.md").write_text("# Odd\n\n\x1b[2J café\n", encoding="utf-8")
    command = [sys.executable, "-m", "kb", "export", "odd", "--format"]
    said = on_a_terminal([*command, "csv"], bank.folder, bank.environment)
    assert "\x1b" not in said
    assert "\ufffd[2J café" in said
    assert on_a_terminal([*command, "docx", "-o", "-"], bank.folder, bank.environment) == ""
    piped = bank("export", "odd", "--format", "csv").stdout
    assert "\x1b[2J café" in piped


# --- redaction

LISTED = "people:\n- Marta Kowalska\nfigures:\n- £186,000\n"


def test_redacted_stories_and_what_was_replaced(small: Kb) -> None:
    own = small.folder / "personal" / "_kb"
    own.mkdir(exist_ok=True)
    (own / "private.yaml").write_text(LISTED, encoding="utf-8")
    done = small("export", "--redact", "--format", "json")
    for word in ("marta", "kowalska", "acme", "186,000"):
        assert word not in done.stdout.lower()
    first = json.loads(done.stdout)["stories"][0]
    assert (first["id"], first["company"]) == ("story-1", "Company A")
    assert first["parts"][0]["text"] == "It went down, and Person 1 of Company A asked for me."
    assert first["parts"][1]["text"].startswith("Person 1's boss was happy: [figure 1] saved.")
    assert re.search(r"^  Marta Kowalska \(Marta\) +Person 1 +4 times$", done.stderr, re.MULTILINE)
    assert re.search(r"^  £186,000 +\[figure 1\] +2 times$", done.stderr, re.MULTILINE)
    assert re.search(r"^  links +\[link\] +2 times$", done.stderr, re.MULTILINE)
    assert done.stderr.endswith(
        "This is not anonymous: a reader who knows you may still recognise it.\n"
    )


def test_the_report_as_json(small: Kb, tmp_path: Path) -> None:
    out = tmp_path / "r.docx"
    report = small.json("export", "--redact", "-o", str(out))
    assert (report["path"], report["format"]) == (str(out), "docx")
    assert report["stories"] == ["martas-outage", "the-move"]
    assert report["failed"] == []
    (company, links) = report["redacted"]["replaced"]
    assert company == {
        "text": "Acme Widgets", "placeholder": "Company A", "count": 4, "forms": ["Acme"],
    }  # fmt: skip
    assert (links["placeholder"], links["count"]) == ("[link]", 2)
    assert report["redacted"]["candidates"] == [{"text": "Marta Kowalska", "count": 4}]
    text = "\n".join(p.text for p in docx.Document(io.BytesIO(out.read_bytes())).paragraphs)
    assert "Company: Company A" in text
    assert "Acme" not in text
    plain = small.json("export", "-o", str(tmp_path / "p.md"))
    assert plain["redacted"] is None


def test_what_looks_like_a_name_is_told(bank: Kb) -> None:
    said = bank("export", "--redact", "-o", "../x.md").stderr
    assert "There is no personal/_kb/private.yaml, so no names are listed." in said
    told = re.search(r"look like names: (.*) and \d+ more\.", said)
    assert told
    assert len(told[1].split(", ")) == 10
    assert "Anselm Richter (5)" in told[1]


def test_a_list_that_cannot_be_read_stops_the_export(small: Kb) -> None:
    own = small.folder / "personal" / "_kb"
    own.mkdir(exist_ok=True)
    (own / "private.yaml").write_text("people:\n- Marta\nperson: [Jo]\n", encoding="utf-8")
    done = small("export", "--redact", "-o", "../x.md", code=1)
    assert "personal/_kb/private.yaml:3: unknown key `person`. Did you mean" in done.stderr
    assert not (small.folder.parent / "x.md").exists()
    assert done.stdout == ""


def test_a_story_that_cannot_be_redacted_is_left_out(small: Kb) -> None:
    own = small.folder / "personal" / "_kb"
    own.mkdir(exist_ok=True)
    (own / "private.yaml").write_text(LISTED, encoding="utf-8")
    text = "# X\n\n## Result\nMar**ta** won.\n"
    (small.folder / "personal" / "broken.md").write_text(text, encoding="utf-8")
    done = small("export", "--redact", "--format", "json", code=1)
    assert [s["id"] for s in json.loads(done.stdout)["stories"]] == ["story-1", "the-move"]
    assert "kb: personal/broken.md:4: `Marta` is broken up by markup" in done.stderr
    alone = small("export", "broken", "--redact", "-o", "../x.md", code=1)
    assert alone.stdout == ""
    assert not (small.folder.parent / "x.md").exists()
