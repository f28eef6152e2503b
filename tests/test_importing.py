"""`kb import` as a user runs it: a preview, files, and never twice."""

from __future__ import annotations

import io
import json
import os
import shlex
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
from tests.readme_output import on_a_terminal

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
    path.write_text("# Mine\n\n" + "".join(map(told, names)), "utf-8")
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
    written.close()
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
