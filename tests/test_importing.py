"""`kb import` as a user runs it: a preview, files, and never twice."""

from __future__ import annotations

import json
import os
import pty
import shlex
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kb.domain import Part
from kb.errors import UsageError, WorkspaceError
from kb.files import Workspace, init_workspace, load_workspace
from kb.files.shipped import competencies
from kb.importers.draft import Draft, bank_json
from kb.importers.log import read_log
from kb.journal import Entry, append
from kb.keeping.importing import Item, Options, Plan, plan_import, write_import
from kb.parse.story import parse_stories
from kb.render.importing import ImportRow, ImportView, import_json, import_text
from kb.render.layout import Page
from tests.conftest import Kb

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
DATA = Path(__file__).parent / "data" / "imports"
KNOWN = frozenset(competencies())


def told(title: str) -> str:
    """A story of its own words, labelled in bold."""
    own = [f"{title.replace(' ', '')}{number}" for number in range(40)]
    parts = (("Situation", own[:10]), ("Action", own[10:30]), ("Result", own[30:]))
    rows = (f"**{label}:** {' '.join(words).capitalize()}.\n" for label, words in parts)
    return f"## {title}\n\n" + "\n".join(rows) + "\n"


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    folder = tmp_path / "space"
    init_workspace(folder, with_samples=False)
    return load_workspace(folder)


@pytest.fixture
def stories(tmp_path: Path) -> Path:
    return source(tmp_path, "frost", "the lift")


def source(folder: Path, *names: str, file: str = "stories.md") -> Path:
    path = folder / file
    path.write_text("# My stories\n\n" + "".join(map(told, names)), "utf-8")
    return path


def plan(space: Workspace, *paths: Path, **how: Any) -> Plan:
    return plan_import(space, paths, Options(**how), KNOWN)


def write(space: Workspace, made: Plan) -> list[Item]:
    return list(write_import(space, made, NOW, lambda _done, _all: None))


def bring(space: Workspace, *paths: Path, **how: Any) -> list[Item]:
    return write(space, plan(space, *paths, **how))


def states(made: Plan) -> list[str]:
    return [item.state for item in made.items]


def imported(space: Workspace) -> list[str]:
    return sorted(path.name for path in (space.personal[0].path / "imported").glob("*"))


def logged(space: Workspace) -> list[str]:
    return [one.story for one in read_log((space.own / "imports.jsonl").read_text("utf-8"))]


# --- planning and writing


def test_a_plan_writes_nothing(space: Workspace, stories: Path) -> None:
    made = plan(space, stories)
    assert [item.path for item in made.new] == [
        "personal/imported/frost.md", "personal/imported/the-lift.md",
    ]  # fmt: skip
    assert not (space.personal[0].path / "imported").exists()
    assert not space.own.exists()


def test_each_story_becomes_a_file_that_reads_as_it(space: Workspace, stories: Path) -> None:
    written = bring(space, stories)
    assert imported(space) == ["frost.md", "the-lift.md"]
    text = (space.personal[0].path / "imported" / "frost.md").read_text("utf-8")
    (story,) = parse_stories(text, path="personal/imported/frost.md").stories
    assert (story.id, story.title) == ("frost", "frost")
    assert [part.kind for part in story.parts] == ["situation", "action", "result"]
    assert [item.draft.id for item in written] == logged(space) == ["frost", "the-lift"]
    assert "id:" not in text


def test_a_second_import_adds_nothing(space: Workspace, stories: Path) -> None:
    bring(space, stories)
    assert states(plan(space, stories)) == ["there", "there"]
    assert bring(space, stories) == []
    assert logged(space) == ["frost", "the-lift"]


@pytest.mark.parametrize("change", ["edited", "renamed", "moved", "retitled and told anew"])
def test_nor_does_it_after_the_files_were_changed(
    space: Workspace, stories: Path, change: str
) -> None:
    bring(space, stories)
    folder = space.personal[0].path / "imported"
    file = folder / "frost.md"
    if change == "edited":
        file.write_text("---\ntitle: frost\n---\n\n## Situation\nAll new.\n", "utf-8")
    elif change == "renamed":
        file.rename(folder / "another-name.md")
    elif change == "moved":
        (space.personal[0].path / "work").mkdir()
        file.rename(space.personal[0].path / "work" / "frost.md")
    else:
        file.rename(folder / "another-name.md")
        (folder / "another-name.md").write_text("# Cold\n\n## Situation\nAll new.\n", "utf-8")
    before = sorted(p.name for p in space.personal[0].path.rglob("*.md"))
    assert "new" not in states(plan(space, stories))
    assert bring(space, stories) == []
    assert sorted(p.name for p in space.personal[0].path.rglob("*.md")) == before


def test_a_story_that_was_deleted_comes_back_only_if_asked(space: Workspace, stories: Path) -> None:
    bring(space, stories)
    (space.personal[0].path / "imported" / "frost.md").unlink()
    assert states(plan(space, stories)) == ["gone", "there"]
    assert bring(space, stories) == []
    assert [item.draft.id for item in bring(space, stories, again=True)] == ["frost"]
    assert states(plan(space, stories, again=True)) == ["there", "there"]


def test_again_does_not_double_what_was_renamed(space: Workspace, stories: Path) -> None:
    bring(space, stories)
    file = space.personal[0].path / "imported" / "frost.md"
    file.write_text(
        "---\nid: cold\ntitle: Cold\n---\n\n## Situation\nTold in quite other words.\n", "utf-8"
    )
    append(space.journal, Entry("rename", "frost", to="cold"), now=NOW)
    assert states(plan(space, stories, again=True)) == ["there", "there"]
    assert plan(space, stories).items[0].like == "cold"


def test_a_crash_halfway_is_gone_on_from(space: Workspace, tmp_path: Path) -> None:
    path = source(tmp_path, "one thing", "two things", "three things")
    written = write_import(space, plan(space, path), NOW, lambda _done, _all: None)
    next(written)
    del written
    assert imported(space) == ["one-thing.md"]
    # the file is there and the log was not yet written
    (space.own / "imports.jsonl").write_text('{"v": 1, "at": "20', "utf-8")
    assert states(plan(space, path)) == ["there", "new", "new"]
    bring(space, path)
    assert imported(space) == ["one-thing.md", "three-things.md", "two-things.md"]
    assert sorted(logged(space)) == ["one-thing", "three-things", "two-things"]
    file = space.personal[0].path / "imported" / "one-thing.md"
    file.write_text("---\ntitle: x\n---\nAll new.\n", "utf-8")
    assert states(plan(space, path)) == ["there", "there", "there"]


# --- what is there already, and what is nearly so


def test_what_is_nearly_the_text_of_a_story_is_held_back(space: Workspace, stories: Path) -> None:
    bring(space, stories)
    text = stories.read_text("utf-8")
    (space.own / "imports.jsonl").unlink()
    stories.write_text(text.replace("frost39", "and no more"), "utf-8")
    made = plan(space, stories)
    assert states(made) == ["similar", "there"]
    assert (made.items[0].like, made.items[0].share > 0.8) == ("frost", True)
    assert bring(space, stories, similar=True)[0].path == "personal/imported/frost-2.md"


def test_the_same_story_twice_in_the_sources_is_written_once(
    space: Workspace, tmp_path: Path
) -> None:
    first = source(tmp_path, "frost")
    copy = source(tmp_path, "frost", file="copy.md")
    copy.write_text(copy.read_text("utf-8").replace("## frost", "## Another title"), "utf-8")
    near = source(tmp_path, "frost", file="near.md")
    near.write_text(near.read_text("utf-8").replace("frost5 ", "Frost, five, "), "utf-8")
    made = plan(space, first, copy, near, first)
    assert states(made) == ["new", "twice", "twice"]
    assert [item.like for item in made.items] == ["", "frost", "frost"]


def test_a_story_by_hand_is_not_imported_again(space: Workspace, stories: Path) -> None:
    text = "# My stories\n\n" + told("frost").replace("## frost\n", "").replace("**", "")
    (space.personal[0].path / "by-hand.md").write_text(text, "utf-8")
    made = plan(space, stories)
    assert [(item.state, item.like) for item in made.items] == [("there", "by-hand"), ("new", "")]
    bring(space, stories)
    assert logged(space) == ["by-hand", "the-lift"]


def test_a_name_that_is_taken_gets_a_number(space: Workspace, stories: Path) -> None:
    folder = space.personal[0].path
    (folder / "notes").mkdir()
    (folder / "notes" / "frost.md").write_text("Quite another.\n", "utf-8")
    (folder / "imported").mkdir()
    (folder / "imported" / "the-lift.txt").write_text("", "utf-8")
    (folder / "imported" / "the-lift.txt").chmod(0)
    written = bring(space, stories)
    assert [item.path for item in written] == [
        "personal/imported/frost-2.md", "personal/imported/the-lift-2.md",
    ]  # fmt: skip
    assert (folder / "notes" / "frost.md").read_text("utf-8") == "Quite another.\n"


def test_a_file_that_came_meanwhile_is_not_written_over(space: Workspace, stories: Path) -> None:
    made = plan(space, stories)
    folder = space.personal[0].path / "imported"
    folder.mkdir()
    (folder / "frost.md").write_text("Mine.\n", "utf-8")
    assert [item.draft.id for item in write(space, made)] == ["frost-2", "the-lift"]
    assert (folder / "frost.md").read_text("utf-8") == "Mine.\n"


def test_what_another_import_wrote_meanwhile_is_left_out(space: Workspace, stories: Path) -> None:
    made = plan(space, stories)
    bring(space, stories)
    assert write(space, made) == []
    assert imported(space) == ["frost.md", "the-lift.md"]


@pytest.mark.parametrize("text", ["{", "\ufeff", '{"key": 1, "story": "x"}\n', "[" * 9999, "\0\n"])
def test_a_log_that_was_spoilt_is_gone_on_with(space: Workspace, stories: Path, text: str) -> None:
    space.own.mkdir()
    (space.own / "imports.jsonl").write_text(text, "utf-8")
    bring(space, stories)
    assert logged(space) == ["frost", "the-lift"]
    assert (space.own / "imports.jsonl").read_text("utf-8").startswith(text)


def test_a_folder_that_cannot_be_written_is_one_sentence(space: Workspace, stories: Path) -> None:
    (space.personal[0].path / "imported").write_text("a file\n", "utf-8")
    with pytest.raises(WorkspaceError):
        bring(space, stories)


# --- where to, and as what


@pytest.mark.parametrize("into", ["personal/work/acme", "work/acme", "./personal/work/acme"])
def test_into_a_folder_of_ones_own(space: Workspace, stories: Path, into: str) -> None:
    assert bring(space, stories, into=into)[0].path == "personal/work/acme/frost.md"
    assert bring(space, stories) == []


@pytest.mark.parametrize("into", ["../elsewhere", "/tmp", "personal/_kb", "personal/.hidden/x"])
def test_not_into_a_folder_where_no_story_is_looked_for(
    space: Workspace, stories: Path, into: str
) -> None:
    with pytest.raises(UsageError):
        plan(space, stories, into=into)


def test_drafts(space: Workspace, stories: Path) -> None:
    bring(space, stories, drafts=True)
    text = (space.personal[0].path / "imported" / "frost.md").read_text("utf-8")
    assert "status: draft" in text
    assert bring(space, stories) == []


def test_a_file_taken_whole(space: Workspace, stories: Path) -> None:
    assert len(plan(space, stories, whole=True).items) == 1


def test_names_that_a_build_or_a_disk_would_refuse(space: Workspace, tmp_path: Path) -> None:
    path = source(tmp_path, "README first", "ø" * 50 + " 漢字" * 60, "???")
    written = bring(space, path)
    folder = space.personal[0].path / "imported"
    names = [item.path.rpartition("/")[2] for item in written]
    assert names[0] == "story-readme-first.md"
    assert names[2] == "untitled.md"
    assert all(len(name.encode()) <= 210 for name in names)
    for item, name in zip(written, names, strict=True):
        (story,) = parse_stories((folder / name).read_text("utf-8"), path=name).stories
        assert story.id == item.draft.id


def test_the_bank_of_one_workspace_becomes_that_of_another(
    space: Workspace, tmp_path: Path
) -> None:
    long = "-".join(["word"] * 39)
    drafts = [
        Draft("One", date="2020-05", parts=(Part("action", "I rang.", 0, "What I did"),),
              id="of-its-own"),
        Draft("Two", status="retired", parts=(Part("text", "Some text.", 0),), id=long),
        Draft("Three", parts=(Part("result", "It held.", 0, "R"),), id="readme-me"),
    ]  # fmt: skip
    file = tmp_path / "bank.json"
    file.write_text(json.dumps(bank_json(drafts)), "utf-8")
    written = bring(space, file)
    assert [item.draft.id for item in written] == ["of-its-own", long, "readme-me"]
    back = []
    for item in written:
        path = space.root / item.path
        (story,) = parse_stories(path.read_text("utf-8"), path=item.path).stories
        back.append(
            (story.id, story.title, story.status, [(p.kind, p.title, p.text) for p in story.parts])
        )
    assert back == [
        (d.id, d.title, d.status, [(p.kind, p.title, p.text) for p in d.parts]) for d in drafts
    ]
    assert (space.root / written[0].path).read_text("utf-8").count("id:") == 0
    assert (space.root / written[1].path).read_text("utf-8").count("id:") == 1


# --- sources


def test_a_vault_is_read_without_its_settings_and_templates(space: Workspace) -> None:
    made = plan(space, DATA / "obsidian")
    assert [item.draft.title for item in made.items] == ["A quiet refusal", "Counting seals"]
    assert made.items[1].draft.tags[-1] == "method"


def test_files_of_unknown_types_are_said(space: Workspace, tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    (folder / "sub").mkdir(parents=True)
    source(folder / "sub", "frost")
    (folder / "a.png").write_bytes(b"\x89PNG")
    (folder / "people.csv").write_text("Name,Phone\nx,1\n", "utf-8")
    made = plan(space, folder, folder / "a.png", tmp_path / "none.md", tmp_path / "cv.pdf")
    assert states(made) == ["new"]
    assert [Path(path).name for path in made.skipped] == ["a.png"]
    assert made.failed
    said = {(Path(f.path).name, f.severity, f.message) for f in made.findings}
    assert said == {
        ("people.csv", "warning", "no row names the parts of a story."),
        ("a.png", "error", "is of a type that kb cannot read."),
        ("none.md", "error", "does not exist."),
        ("cv.pdf", "error", "is of a type that kb cannot read."),
    }
    assert "Copy its text" in next(f.hint for f in made.findings if f.path.endswith("cv.pdf"))


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.md", b"caf\xe9", "not UTF-8"), ("a.txt", b"\xff\xfeS\0", "UTF-16"),
        ("a.json", b"\0", "NUL"), ("a.docx", b"no zip", "Word"), ("a.csv", b"\xff\xfe\0", "UTF-16"),
        ("a.md", b"x" * 8_000_001, "too large"), ("a.md", b"---\ntitle: [x\n---\n", "bracket"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_does_not_stop_the_others(
    space: Workspace, stories: Path, tmp_path: Path, name: str, data: bytes, message: str
) -> None:
    bad = tmp_path / name
    bad.write_bytes(data)
    made = plan(space, bad, stories)
    assert states(made) == ["new", "new"]
    assert made.failed
    (finding,) = made.findings
    assert message in finding.message
    assert finding.path == str(bad)


def test_a_table_that_a_spreadsheet_saved_as_utf_16(space: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes("Title\tSituation\tResult\nÄrger\ta b c\td e f\n".encode("utf-16"))
    assert [item.draft.title for item in plan(space, path).items] == ["Ärger"]


def test_a_story_of_yours_that_cannot_be_read_is_said_and_its_name_kept(
    space: Workspace, stories: Path
) -> None:
    (space.personal[0].path / "frost.md").write_text("---\ntitle: [x\n---\n", "utf-8")
    made = plan(space, stories)
    assert made.new[0].path == "personal/imported/frost-2.md"
    assert [f.rule for f in made.findings] == ["not-compared"]
    assert not made.failed


# --- what is shown

ROWS = (
    ImportRow("notes.md:8", "new", "The frozen parcels", "frozen", "personal/imported/frozen.md",
              ("situation", "action", "result"), 212,
              notes=(("tag", "Grit", ""), ("dropped", "Rating", "5"), ("date", "last year", ""))),
    ImportRow("notes.md:20", "new", "A \x1b[31mlong\x1b[0m title " * 6, "long",
              "personal/imported/long.md", ("text",), 1,
              notes=(("title", "x", ""), ("dropped", "Rating", "4"), ("embed", "a.png", ""))),
    ImportRow("notes.md:30", "there", "The lift", "lift", "", ("situation",), 9, "the-lift", 1.0),
    ImportRow("notes.md:40", "gone", "The door", "door", "", ("situation",), 9, "the-door"),
    ImportRow("notes.md:50", "similar", "The stair", "stair", "", (), 9, "stairs", 0.82),
    ImportRow("notes.md:60", "twice", "The roof", "roof", "", (), 9, "frozen", 1.0),
)  # fmt: skip
PREVIEW = """\
The frozen parcels                                             S-AR-   212 words
  notes.md:8 -> personal/imported/frozen.md

A �[31mlong�[0m title A �[31mlong�[0m title A �[31mlong�[0m…   -----     1 word
  notes.md:20 -> personal/imported/long.md
  No part is labelled.

There already, left alone (1):
  notes.md:30 The lift = the-lift

Imported before and gone since, left out (1):
  notes.md:40 The door = the-door
  Bring back with --again.

Nearly the text of a story of yours, left out (1):
  notes.md:50 The stair, 82% stairs
  Write too with --similar.

Twice in what you import, left out (1):
  notes.md:60 The roof = frozen

Kept as tags, being no competencies of kb: Grit.
Fields left out: Rating (2 times, “5”).
Dates that kb reads in part, or not at all: last year (left out).
Files that do not come along: a.png.
Without a title, named by their first words: long.

Files of types that hold no stories for kb: .png (2), .zip (1).

2 new stories, 1 there already, 1 gone since, 1 nearly the same, 1 twice."""


def test_a_preview_on_a_page_of_80_columns() -> None:
    view = ImportView(ROWS, (), ("a.png", "b.PNG", "c.zip"))
    assert import_text(view, Page(80)) == PREVIEW
    assert all(len(line) <= 80 for line in PREVIEW.split("\n"))


def test_on_a_terminal_many_are_cut_short_and_in_a_pipe_none() -> None:
    view = ImportView(tuple(ROWS[0] for _ in range(500)))
    assert import_text(view, Page(80)).count("\n") < 80
    assert "and 480 more" in import_text(view, Page(80))
    assert import_text(view, Page()).count("notes.md:8") == 500


def test_the_json_of_a_preview() -> None:
    made = import_json(ImportView(ROWS), written=False)
    assert [row["state"] for row in made["stories"]] == [row.state for row in ROWS]
    assert made["stories"][0] == {
        "source": "notes.md:8", "state": "new", "id": "frozen", "title": "The frozen parcels",
        "path": "personal/imported/frozen.md", "parts": "S-AR-", "words": 212, "like": "",
        "share": 0.0, "notes": [
            {"kind": "tag", "what": "Grit", "value": ""},
            {"kind": "dropped", "what": "Rating", "value": "5"},
            {"kind": "date", "what": "last year", "value": ""},
        ],
    }  # fmt: skip


# --- the command


@pytest.fixture
def home(tmp_path: Path) -> Kb:
    """kb in a new workspace, without a model."""
    folder = tmp_path / "work"
    folder.mkdir()
    run = Kb(folder, tmp_path / "cache", tmp_path)
    run("init", ".")
    return run


def test_in_a_pipe_the_preview_says_how_to_go_on(home: Kb) -> None:
    source(home.folder, "frost", file="my notes.md")
    said = home("import", "my notes.md", "--draft", "--into", "work").stdout
    assert "my notes.md:3 -> personal/work/frost.md" in said
    assert "\x1b" not in said
    last = said.strip().split("\n")[-1]
    assert not list((home.folder / "personal").rglob("frost.md"))
    command = shlex.split(last.partition("To write: ")[2])
    assert home(*command[1:]).stdout.endswith("Wrote 1 file to personal/work/.\nRun: kb build\n")
    assert "status: draft" in (home.folder / "personal/work/frost.md").read_text("utf-8")
    assert "Nothing new, 1 there already." in home(*command[1:]).stdout


def test_json_for_programs(home: Kb) -> None:
    source(home.folder, "frost")
    assert home.json("import", "stories.md")["written"] is False
    made = home.json("import", "stories.md", "--yes")
    assert (made["written"], made["stories"][0]["path"]) == (True, "personal/imported/frost.md")
    assert home.json("import", "stories.md", "--yes")["stories"][0]["state"] == "there"


def test_a_source_that_cannot_be_read_ends_with_1_and_the_rest_is_done(home: Kb) -> None:
    source(home.folder, "frost")
    (home.folder / "bad.json").write_text("{", "utf-8")
    done = home("import", "bad.json", "stories.md", "old.doc", "--yes", code=1)
    assert "bad.json:1: not readable as JSON" in done.stderr
    assert "old.doc: is of a type that kb cannot read. Save it as .docx." in done.stderr
    assert (home.folder / "personal/imported/frost.md").exists()


def test_misuse_ends_with_2(home: Kb) -> None:
    assert "Missing argument" in home("import", code=2).stderr
    source(home.folder, "frost")
    assert "not inside" in home("import", "stories.md", "--into", "/tmp", code=2).stderr


def test_nothing_to_import(home: Kb) -> None:
    (home.folder / "empty.md").write_text("", "utf-8")
    (home.folder / "folder").mkdir()
    said = home("import", "empty.md", "folder").stdout
    assert "No text of a story stands here." in said
    assert said.endswith("No story was found.\n")


@pytest.mark.parametrize(("answer", "written"), [("y\n", True), ("\n", False), ("n\n", False)])
def test_on_a_terminal_it_asks(home: Kb, answer: str, written: bool) -> None:
    source(home.folder, "frost")
    said = typed(home, ["import", "stories.md"], answer)
    assert "Write 1 file? [y/N]" in said
    assert (home.folder / "personal/imported/frost.md").exists() is written
    assert ("Wrote 1 file to personal/imported/." in said) is written


def typed(home: Kb, args: list[str], answer: str) -> str:
    """What a command prints on a terminal on which `answer` is typed."""
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "kb", *args]
    with subprocess.Popen(
        command, stdin=slave, stdout=slave, stderr=slave, cwd=home.folder, env=home.environment
    ) as process:
        os.close(slave)
        said = b""
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:
                break
            said += piece
            if b"[y/N]" in said and answer:
                os.write(master, answer.encode())
                answer = ""
        process.wait()
    os.close(master)
    return said.decode()


@pytest.mark.model
def test_what_was_imported_is_built_and_found(kb: Kb) -> None:
    kb("init", ".")
    kb("import", str(DATA / "headings.md"), str(DATA / "groups.md"), "--yes")
    kb("build")
    found = kb.json("match", "a time you said no to a request")
    assert "teaching-the-depot-to-say-no" in {one["id"] for one in found["stories"]}
