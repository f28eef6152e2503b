"""What changes the owner's files: found without the index, changed alone, and never half."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kb import store
from kb.cli.editor import edit_file, editor_command
from kb.errors import DocumentError, KBError, UsageError, WorkspaceError
from kb.files import Source, Workspace, load_workspace, scan
from kb.journal import Entry, append, pins, read
from kb.keeping import places, renaming, retiring
from kb.keeping.places import (
    all_places,
    changed,
    find_in_files,
    find_place_of,
    read_exact,
    story_of,
    write_back,
)
from kb.keeping.renaming import Renaming, plan_rename, rename
from kb.keeping.retiring import plan_retire, retire, status_before
from kb.render.keeping import rename_line, renamed_text
from kb.render.layout import Page
from tests.conftest import Kb
from tests.test_build import Bank

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
PLAIN = "# The kettle\n\nI pinned the list of invoices by the kettle.\n"
NAMED = "---\nid: old  # mine\ntitle: The kettle\n---\nI pinned the list by the kettle.\n"


class Space:
    """A workspace of a few files, without an index."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in ("content", "personal"):
            (root / name).mkdir(parents=True)

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.root / "personal" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    @property
    def workspace(self) -> Workspace:
        return load_workspace(self.root)

    def ids(self) -> dict[str, str]:
        """path in personal/ -> id of each story there."""
        return {p.source.path.removeprefix("personal/"): p.id for p in all_places(self.workspace)}

    def texts(self) -> dict[str, bytes]:
        """path in personal/ -> the bytes of each file, the journal apart."""
        folder = self.root / "personal"
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path != self.workspace.journal
        }

    def pin(self, story: str, question: str = "Money late?") -> None:
        append(self.workspace.journal, Entry("pin", story, question), now=NOW)

    def pinned(self) -> dict[str, bool]:
        return pins(read(self.workspace.journal).entries).verdicts(["Money late?"])

    def rename(self, old: str, new: str) -> Renaming:
        plan = plan_rename(self.workspace, old, new)
        rename(self.workspace, plan, NOW)
        return plan


@pytest.fixture
def space(tmp_path: Path) -> Space:
    return Space(tmp_path / "space")


def kinds(workspace: Workspace) -> list[str]:
    return [entry.kind for entry in read(workspace.journal).entries]


# --- where a story stands


def test_a_story_is_found_without_an_index_as_forgivingly_as_with_one(space: Space) -> None:
    space.write("a/kettle.md", PLAIN)
    space.write("two.yaml", "- title: Red lift\n  text: It was.\n- id: blue\n  text: So.\n")
    for name in ("kettle", "Kettle.md", "ket", "personal/a/kettle.md", "./personal/a/kettle.md",
                 "personal/a/kettle.md:3", str(space.root / "personal/a/kettle.md")):  # fmt: skip
        story, source, text = find_in_files(space.workspace, name)
        assert (story.id, story.title, source.path, text) == (
            "kettle", "The kettle", "personal/a/kettle.md", PLAIN,
        )  # fmt: skip
    assert find_in_files(space.workspace, "red lift")[0].parts[0].text == "It was."
    assert find_place_of(space.workspace, "blue").line == 3
    assert find_place_of(space.workspace, "personal/two.yaml:4").id == "blue"
    with pytest.raises(UsageError, match="Did you mean kettle"):
        find_in_files(space.workspace, "kettel")


def test_an_id_in_the_file_counts_before_its_name(space: Space) -> None:
    space.write("a.md", "---\ntitle: A\nID: kettle\n---\nIt was.\n")
    space.write("b.md", "It was, they said.\n\n---\nid: no front matter\n---\n")
    space.write("c.md", '---\n"title": no\n---\n')
    space.write("d.md", "\ufeff\r\n---\r\ntitle: D\r\nid: dd\r\n---\r\nid: not this\r\n")
    space.write("e.md", 'ti: A\n---\n"\\x69d": f\n')
    assert space.ids() == {"a.md": "kettle", "b.md": "b", "c.md": "c", "d.md": "dd", "e.md": "e"}


def test_of_two_files_with_an_id_the_first_counts_and_the_other_has_its_path(space: Space) -> None:
    space.write("a.md", NAMED)
    space.write("old.md", PLAIN)
    assert find_place_of(space.workspace, "old").source.path == "personal/a.md"
    assert find_place_of(space.workspace, "personal/old.md").source.path == "personal/old.md"


def test_a_file_that_cannot_be_read_has_a_place_too(space: Space) -> None:
    space.write("bad.md", "---\ntitle: a\nrole: b: c\n---\n")
    space.write("worse.yaml", "a: b: c\n")
    space.write("worst.md", b"\xff\xfe\x00")
    assert space.ids() == {"bad.md": "bad", "worse.yaml": "worse", "worst.md": "worst"}
    place = find_place_of(space.workspace, "bad")
    assert (place.line, place.fault is None) == (3, False)
    for name in ("bad", "worse", "worst"):
        with pytest.raises(DocumentError):
            find_in_files(space.workspace, name)
        with pytest.raises(DocumentError):
            changed(find_place_of(space.workspace, name), {"status": "retired"})


# --- writing back


def source_of(space: Space, name: str) -> Source:
    (found,) = (s for s in scan(space.workspace).sources if s.path == f"personal/{name}")
    return found


@pytest.mark.parametrize("text", ["\ufeffa\r\nb", "a\rb\n", "\ufeff\ufeffa", "", "\ufeff"])
def test_a_text_is_read_and_written_to_the_byte(space: Space, text: str) -> None:
    path = space.write("a.md", text)
    source = source_of(space, "a.md")
    assert read_exact(source) == text
    write_back(source, text, text + "x")
    assert path.read_bytes() == (text + "x").encode()


def test_a_file_that_was_changed_meanwhile_or_is_read_only_is_left_alone(space: Space) -> None:
    path = space.write("a.md", "new")
    source = source_of(space, "a.md")
    with pytest.raises(WorkspaceError, match=r"personal/a.md: was changed while"):
        write_back(source, "old", "mine")
    path.chmod(0o444)
    with pytest.raises(WorkspaceError, match=r"personal/a.md: is read-only"):
        write_back(source, "new", "mine")
    assert path.read_text() == "new"
    path.unlink()
    with pytest.raises(DocumentError):
        write_back(source, "new", "mine")


# --- retire


def test_retired_and_back_the_file_is_as_it_was(space: Space) -> None:
    texts = {
        "none.md": PLAIN,
        "ready.md": "---\r\nstatus: ready # x\r\n---\r\n",
        "draft.md": "---\ntitle: A\nStatus: 'draft'\n---\nIt was.\n",
        "list.yaml": "- title: A\n  text: It was.\n- id: b\n  status: Draft\n  text: So.\n",
    }
    for name, text in texts.items():
        space.write(name, text)
    names = ["none", "ready", "draft", "b"]
    for name in names:
        plan = plan_retire(space.workspace, name, undo=False)
        assert (plan.story, plan.status, plan.changes) == (name, "retired", True)
        retire(space.workspace, plan, NOW)
        story = story_of(find_place_of(space.workspace, name))
        assert story.status == "retired"
        assert not plan_retire(space.workspace, name, undo=False).changes
    for name in names:
        retire(space.workspace, plan_retire(space.workspace, name, undo=True), NOW)
        assert not plan_retire(space.workspace, name, undo=True).changes
    kept = {name: text.encode() for name, text in texts.items()}
    kept["none.md"] = f"---\n---\n{PLAIN}".encode()  # it has front matter now, an empty one
    assert space.texts() == kept
    assert kinds(space.workspace) == ["retire"] * 4 + ["unretire"] * 4


def test_retired_by_hand_it_is_ready_afterwards(space: Space) -> None:
    path = space.write("a.md", "---\ntitle: A\nstatus: retired\n---\nIt was.\n")
    plan = plan_retire(space.workspace, "a", undo=True)
    retire(space.workspace, plan, NOW)
    assert (plan.status, path.read_text()) == (None, "---\ntitle: A\n---\nIt was.\n")
    # the comment alone would no longer be front matter
    path.write_text("---\n# mine\nstatus: retired\n---\nIt was.\n")
    plan = plan_retire(space.workspace, "a", undo=True)
    retire(space.workspace, plan, NOW)
    assert path.read_text() == "---\n# mine\nstatus: ready\n---\nIt was.\n"


def test_what_the_status_was_is_not_lost_when_kb_ends_between_its_steps(
    space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "---\ntitle: A\nstatus: draft\n---\nIt was.\n"
    path = space.write("a.md", text)

    def crash(*_: object, **_named: object) -> None:
        raise Crash

    for name in ("append", "write_back"):
        plan = plan_retire(space.workspace, "a", undo=False)
        with monkeypatch.context() as patch:
            patch.setattr(retiring, name, crash)
            with pytest.raises(Crash):
                retire(space.workspace, plan, NOW)
        assert path.read_text() == text
    retire(space.workspace, plan_retire(space.workspace, "a", undo=False), NOW)
    plan = plan_retire(space.workspace, "a", undo=True)
    with monkeypatch.context() as patch:
        patch.setattr(retiring, "write_back", crash)
        with pytest.raises(Crash):
            retire(space.workspace, plan, NOW)
    retire(space.workspace, plan_retire(space.workspace, "a", undo=True), NOW)
    assert path.read_text() == text


def test_what_the_status_was_follows_a_rename() -> None:
    entries = [
        Entry("retire", "a", extra={"was": "draft"}),
        Entry("rename", "a", to="b"),
        Entry("retire", "c", extra={"was": ["spoilt"]}),
        Entry("retire", "d", extra={"was": "gone"}),
        Entry("retire", "e"),
    ]
    assert status_before(entries, "b") == "draft"
    assert [status_before(entries, name) for name in "acde"] == [None] * 4


def test_a_pin_of_a_retired_story_stays(space: Space) -> None:
    space.write("a.md", PLAIN)
    space.pin("a")
    retire(space.workspace, plan_retire(space.workspace, "a", undo=False), NOW)
    assert space.pinned() == {"a": True}


def test_what_cannot_be_changed_is_said_before_anything_is_asked(space: Space) -> None:
    space.write("a.yaml", "- {id: a, text: b}\n")
    with pytest.raises(DocumentError, match=r"a.yaml:1: .*Write `status: retired`"):
        plan_retire(space.workspace, "a", undo=False)
    space.write("b.md", PLAIN).chmod(0o400)
    with pytest.raises(WorkspaceError, match="read-only"):
        plan_retire(space.workspace, "b", undo=False)


# --- rename


@pytest.mark.parametrize(
    ("files", "after"),
    [
        ({"a/old.md": PLAIN}, {"a/new.md": PLAIN}),
        ({"old.md": NAMED}, {"new.md": NAMED.replace("id: old", "id: new")}),
        ({"x.md": NAMED}, {"x.md": NAMED.replace("id: old", "id: new")}),
        ({"Old.md": PLAIN}, {"Old.md": f"---\nid: new\n---\n{PLAIN}"}),
        ({"old.TXT": "It was.\r\n"}, {"new.TXT": "It was.\r\n"}),
        ({"old.yaml": "text: It was.\n"}, {"new.yaml": "text: It was.\n"}),
        ({"old.yaml": "id: old\ntext: So.\n"}, {"new.yaml": "id: new\ntext: So.\n"}),
        (
            {"old.yml": "- title: Old\n  text: It was.\n- title: B\n  text: So.\n"},
            {"old.yml": "- title: Old\n  id: new\n  text: It was.\n- title: B\n  text: So.\n"},
        ),
        ({"old.yml": "- title: Old\n  text: So.\n"},
         {"new.yml": "- title: Old\n  id: new\n  text: So.\n"}),
    ],
)  # fmt: skip
def test_a_story_gets_another_id_and_what_was_said_of_it_follows(
    space: Space, files: dict[str, str], after: dict[str, str]
) -> None:
    for name, text in files.items():
        space.write(name, text)
    space.pin("old")
    plan = space.rename("old", "new")
    assert space.texts() == {name: text.encode() for name, text in after.items()}
    assert space.pinned() == {"new": True}
    ids = {place.id for place in all_places(space.workspace)}
    assert "new" in ids
    assert "old" not in ids
    assert plan.path == f"personal/{next(iter(after))}"
    assert find_in_files(space.workspace, "new")[0].id == "new"


def test_a_file_met_by_a_link_keeps_its_name(space: Space) -> None:
    target = space.write("_store/kept.md", PLAIN)
    (space.root / "personal" / "old.md").symlink_to(target)
    space.rename("old", "new")
    assert (space.root / "personal" / "old.md").is_symlink()
    assert target.read_text() == f"---\nid: new\n---\n{PLAIN}"
    assert space.ids() == {"old.md": "new"}


def test_a_name_that_would_not_be_read_is_not_given(space: Space) -> None:
    space.write("old.md", PLAIN)
    space.rename("old", "readme-first")
    assert space.ids() == {"old.md": "readme-first"}
    long = "语" * 100  # 300 bytes
    space.rename("readme-first", long)
    assert space.ids() == {"old.md": long}


@pytest.mark.parametrize("name", ["new.md", "New.MD", "NEW.md"])
def test_a_file_is_never_written_over(space: Space, name: str) -> None:
    space.write("a/old.md", PLAIN)
    space.write(f"a/{name}", "---\nid: another\n---\nIt was.\n")
    before = space.texts()
    with pytest.raises(UsageError, match=rf"personal/a/{name} exists already"):
        plan_rename(space.workspace, "old", "new")
    assert space.texts() == before


def test_a_name_that_is_taken_at_the_last_moment_is_not_written_over(
    space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    space.write("old.md", PLAIN)
    space.pin("old")
    for links in (True, False):
        plan = plan_rename(space.workspace, "old", "new")
        other = space.write("new.md", "Mine.\n")
        with monkeypatch.context() as patch:
            if not links:
                patch.setattr(Path, "hardlink_to", refuse)
            with pytest.raises(WorkspaceError, match=r"personal/new.md: exists already"):
                rename(space.workspace, plan, NOW)
        assert space.texts() == {"new.md": b"Mine.\n", "old.md": PLAIN.encode()}
        assert space.pinned() == {"old": True}
        other.unlink()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("new.md", PLAIN),
        ("a.md", "---\nid: new\nstatus: retired\n---\nIt was.\n"),
        ("two.yaml", "- title: New\n  text: It was.\n"),
        ("b/new.md", "---\ntitle: a: b\n---\n"),
        ("b/new.yaml", "a: b: c\n"),
    ],
)
def test_an_id_that_a_story_has_is_refused(space: Space, name: str, text: str) -> None:
    space.write("old.md", PLAIN)
    space.write(name, text)
    with pytest.raises(UsageError, match=f"new is the id of personal/{name} already"):
        plan_rename(space.workspace, "old", "new")


def test_an_id_of_a_story_that_cannot_be_read_now_is_refused(tmp_path: Path) -> None:
    bank = Bank(tmp_path)
    bank.write("personal/old.md", PLAIN)
    bank.write("personal/two.yaml", "- id: new\n  text: It was.\n")
    bank.build()
    bank.write("personal/two.yaml", "- id: new\n  text: a: b\n")
    bank.build()
    with pytest.raises(UsageError, match=r"new is the id of a story in personal/two.yaml"):
        plan_rename(bank.workspace, "old", "new")


@pytest.mark.parametrize("new", ["Big X", "a/b", "", "-", "x.md", "../up", "a_b"])
def test_a_new_id_is_one(space: Space, new: str) -> None:
    space.write("old.md", PLAIN)
    with pytest.raises(UsageError, match="is no id"):
        plan_rename(space.workspace, "old", new)
    with pytest.raises(UsageError, match="its id already"):
        plan_rename(space.workspace, "old", "old")


def test_a_story_that_cannot_be_read_is_not_renamed(space: Space) -> None:
    space.write("old.md", "---\ntitle: a: b\n---\n")
    with pytest.raises(DocumentError, match=r"personal/old.md:2"):
        plan_rename(space.workspace, "old", "new")


def test_what_else_names_the_old_id_is_said_and_left(space: Space) -> None:
    space.write("old.md", PLAIN)
    space.write("_kb/loops.yaml", "- company: A\n  stories: [older, old]\n")
    space.write("_kb/notes.jsonl", '{"story": "old-one"}\n')
    space.write("_kb/old.md", "old")
    space.pin("old")
    before = space.texts()
    assert space.rename("old", "new").mentions == ("personal/_kb/loops.yaml:2",)
    assert {k: v for k, v in space.texts().items() if k.startswith("_kb")} == {
        k: v for k, v in before.items() if k.startswith("_kb")
    }


def test_words_on_a_story_of_that_id_that_is_gone_are_counted(space: Space) -> None:
    space.write("old.md", PLAIN)
    space.pin("new")
    assert plan_rename(space.workspace, "old", "new").heirs == 1


def test_of_two_stories_with_one_id_the_words_stay_with_the_first(space: Space) -> None:
    space.write("a.yaml", "- id: old\n  text: It was.\n- id: old\n  text: So.\n")
    space.write("b.md", NAMED)
    space.pin("old")
    assert space.rename("personal/a.yaml:3", "second").owner == "personal/a.yaml"
    assert space.rename("personal/b.md", "third").owner == "personal/a.yaml"
    assert [p.id for p in all_places(space.workspace)] == ["old", "second", "third"]
    assert space.pinned() == {"old": True}
    assert space.rename("old", "first").owner == ""
    assert space.pinned() == {"first": True}
    assert kinds(space.workspace) == ["pin", "rename"]


def test_what_a_rename_did_is_said_with_what_is_left_to_the_owner(space: Space) -> None:
    space.write("old.md", NAMED)
    space.write("_kb/loops.yaml", "stories: [old]\n")
    space.pin("new")
    plan = plan_rename(space.workspace, "old", "new")
    assert rename_line(plan) == "personal/old.md: becomes personal/new.md, id: new"
    assert renamed_text(plan, Page()).split("\n") == [
        "old is now new, in personal/new.md. What you said of it follows.",
        "The journal had a pin of an earlier new: now of this one.",
        "personal/_kb/loops.yaml:1 names old, and is left as it is.",
    ]
    space.write("a.md", NAMED)
    plan = plan_rename(space.workspace, "personal/old.md", "new")
    said = renamed_text(plan, Page())
    assert "What you said of old stays with that in personal/a.md." in said


# --- a rename that is cut short


class Crash(BaseException):
    """kb ends here: nothing is tidied up."""


def refuse(*_: object) -> None:
    raise PermissionError(1, "Operation not permitted")


def crashing(real: Callable[..., object], *, after: bool) -> Callable[..., object]:
    def crash(*args: object, **named: object) -> object:
        if after:
            real(*args, **named)
        raise Crash

    return crash


# module or class, what is called there; each is left before and after it was done
STEPS = [
    (renaming, "append"),
    (Path, "hardlink_to"),
    (Path, "unlink"),
    (renaming, "write_back"),
    (places, "write_atomic"),
]
FORMS = {
    "old.md": PLAIN,  # the name is the id
    "old.yaml": "id: old\ntext: It was.\n",  # both
    "zzz.md": NAMED,  # only `id:`
    "old.txt": NAMED.replace("old  #", "'old'  #"),
}


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS, ids=lambda s: str(s[1]))
@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("new", ["aaa", "zzzz"])  # before and behind the old name in order of path
def test_wherever_it_ends_nothing_is_lost_and_to_run_it_again_completes_it(
    space: Space,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    new: str,
    step: tuple[object, str],
    after: bool,
) -> None:
    space.write(name, FORMS[name])
    space.write("other.md", PLAIN)
    space.pin("old")
    with monkeypatch.context() as patch:
        where, what = step
        patch.setattr(where, what, crashing(getattr(where, what), after=after))
        patch.setattr(renaming, "_take_back", lambda *_: None)
        plan = plan_rename(space.workspace, "old", new)
        called = True
        try:
            rename(space.workspace, plan, NOW)
            called = False  # this form does not come to that step
        except Crash:
            pass
    # nothing is lost: the text is there, and the words are of the one id or the other
    texts = [text for file, text in space.texts().items() if not file.startswith(("other", "."))]
    assert texts
    for text in texts:
        assert re.sub(rf"\bid: ('?){new}", r"id: \1old", text.decode()) == FORMS[name]
    (story,) = space.pinned()
    assert story in {"old", new}
    again = space.rename("old", new)
    assert again.done is not called or after
    kept = FORMS[name].replace("id: old", f"id: {new}").replace("'old'", f"'{new}'")
    path = name.replace("old", new)
    found = {file: text for file, text in space.texts().items() if not file.startswith(".")}
    assert found == {path: kept.encode(), "other.md": PLAIN.encode()}
    assert space.pinned() == {new: True}
    assert kinds(space.workspace).count("rename") == 1
    # and once more does nothing
    assert space.rename("old", new).done
    assert kinds(space.workspace).count("rename") == 1


@pytest.mark.parametrize("step", STEPS, ids=lambda s: str(s[1]))
@pytest.mark.parametrize("name", FORMS)
def test_stopped_with_the_old_id_still_there_the_words_stay_with_it(
    space: Space, monkeypatch: pytest.MonkeyPatch, name: str, step: tuple[object, str]
) -> None:
    space.write(name, FORMS[name])
    space.pin("old")
    plan = plan_rename(space.workspace, "old", "new")
    with monkeypatch.context() as patch:
        where, what = step
        if what == "append":
            return
        patch.setattr(where, what, crashing(getattr(where, what), after=False))
        try:
            rename(space.workspace, plan, NOW)
        except Crash:
            assert "old" in space.ids().values()
            assert space.pinned() == {"old": True}
    assert set(space.rename("old", "new").new.split()) == {"new"}
    assert space.pinned() == {"new": True}
    assert set(space.ids().values()) == {"new"}


def test_a_build_after_a_rename_that_was_cut_short_names_what_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank = Bank(tmp_path)
    bank.write("personal/old.md", PLAIN)
    append(bank.workspace.journal, Entry("pin", "old", "Money late?"), now=NOW)
    bank.build()
    plan = plan_rename(bank.workspace, "old", "new")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "hardlink_to", crashing(Path.hardlink_to, after=False))
        patch.setattr(renaming, "_take_back", lambda *_: None)
        with pytest.raises(Crash):
            rename(bank.workspace, plan, NOW)
    assert [f.rule for f in bank.build().findings if f.rule == "lost-pin"] == ["lost-pin"]
    assert bank.ids() == ["old"]
    rename(bank.workspace, plan_rename(bank.workspace, "old", "new"), NOW)
    assert not [f for f in bank.build().findings if f.rule == "lost-pin"]
    assert bank.ids() == ["new"]


def test_a_step_that_is_refused_leaves_all_as_it_was(
    space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    space.write("old.md", PLAIN)
    space.pin("old")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "hardlink_to", refuse)
        patch.setattr(Path, "rename", refuse)
        with pytest.raises(WorkspaceError, match=r"personal/old.md: cannot be renamed"):
            space.rename("old", "new")
    assert space.pinned() == {"old": True}
    assert space.texts() == {"old.md": PLAIN.encode()}
    with monkeypatch.context() as patch:  # a file system without hard links
        patch.setattr(Path, "hardlink_to", refuse)
        space.rename("old", "new")
    assert space.texts() == {"new.md": PLAIN.encode()}
    assert space.pinned() == {"new": True}


def test_a_file_that_was_changed_since_it_was_asked_about_is_left_alone(space: Space) -> None:
    path = space.write("old.md", PLAIN)
    plan = plan_rename(space.workspace, "old", "new")
    path.write_text("New words.\n")
    with pytest.raises(WorkspaceError, match="was changed while"):
        rename(space.workspace, plan, NOW)
    assert not space.workspace.journal.exists()


# --- the editor


@pytest.mark.parametrize(
    ("editor", "words"),
    [
        ("vim", "vim +7 /x/a b.md"),
        ("/usr/bin/nano -w", "/usr/bin/nano -w +7 /x/a b.md"),
        ("emacsclient -t", "emacsclient -t +7 /x/a b.md"),
        ("gvim", "gvim -f +7 /x/a b.md"),
        ("gvim -f", "gvim -f +7 /x/a b.md"),
        ("code", "code --wait --goto /x/a b.md:7"),
        ("code --wait", "code --wait --goto /x/a b.md:7"),
        ("subl -n", "subl -n --wait /x/a b.md:7"),
        ("hx", "hx /x/a b.md:7"),
        ("'/my apps/ed it' -x", "/my apps/ed it -x /x/a b.md"),
    ],
)
def test_an_editor_is_given_the_line_in_its_own_way(editor: str, words: str) -> None:
    path = Path("/x/a b.md")
    assert " ".join(editor_command(path, 7, {"EDITOR": editor})) == words
    assert editor_command(path, 7, {"EDITOR": "no", "VISUAL": editor})[-1].startswith("/x/a b.md")
    assert " ".join(editor_command(path, 7, {"EDITOR": editor, "VISUAL": " "})) == words


def script(folder: Path, text: str) -> str:
    path = folder / "editor"
    path.write_text(
        f"#!{sys.executable}\nimport sys, os, pathlib\np = pathlib.Path(sys.argv[-1])\n{text}\n"
    )
    path.chmod(0o755)
    return str(path)


def test_an_editor_is_waited_for_and_what_it_did_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.md"
    path.write_text("a")
    monkeypatch.delenv("VISUAL", raising=False)
    moved = "q = p.with_name('n'); q.write_text('c'); q.replace(p)"
    again = "p.write_text('b')"
    for text, said in (("", False), (again, True), (again, False), (moved, True)):
        monkeypatch.setenv("EDITOR", script(tmp_path, text))
        assert edit_file(path) is said


def test_an_editor_that_is_not_set_missing_or_fails_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.md"
    path.write_text("a")
    monkeypatch.delenv("VISUAL", raising=False)
    cases = {
        "": "no editor is set",
        "no-such-editor -x": "no-such-editor cannot be started",
        "'vim": "EDITOR is not readable",
        script(
            tmp_path, "p.write_text('b'); sys.exit(3)"
        ): "status 3. What it saved is in the file",
    }
    for editor, said in cases.items():
        monkeypatch.setenv("EDITOR", editor)
        with pytest.raises(KBError, match=re.escape(said)):
            edit_file(path)
    monkeypatch.setenv("EDITOR", script(tmp_path, "p.unlink()"))
    with pytest.raises(KBError, match="cannot be read"):
        edit_file(path)


# --- whole commands


def on_a_terminal(kb: Kb, *args: str, keys: str = "", code: int = 0, editor: str = "") -> str:
    """What a command prints on a terminal where `keys` are typed once it has asked."""
    master, slave = pty.openpty()
    environment = {
        **kb.environment,
        "COLUMNS": "80",
        "TERM": "dumb",
        "EDITOR": editor,
        "VISUAL": "",
    }
    said = b""
    with subprocess.Popen(
        [sys.executable, "-m", "kb", *args], cwd=kb.folder, env=environment,
        stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
    ) as process:  # fmt: skip
        os.close(slave)
        while True:
            ready = select.select([master], [], [], 60)[0]
            try:
                piece = os.read(master, 65536) if ready else b""
            except OSError:
                break
            if not piece:
                break
            said += piece
            if keys and said.endswith(b"[Y/n] "):
                os.write(master, keys.encode())
                keys = ""
    os.close(master)
    text = said.decode().replace("\r\n", "\n")
    assert process.returncode == code, text
    return text


ANSELM = "personal/samples/anselms-single-stream.md"


@pytest.mark.model
def test_retire_as_a_user_runs_it(samples: Kb) -> None:
    path = samples.folder / ANSELM
    before = path.read_bytes()
    refused = samples("retire", "anselm", code=2)
    assert f"this changes a file of yours ({ANSELM}: status: retired). Agree" in refused.stderr
    said = on_a_terminal(samples, "retire", "anselm", keys="n\n")
    assert f"{ANSELM}: status: retired. Change it? [Y/n] n" in said
    assert "Nothing was changed." in said
    assert path.read_bytes() == before
    samples("pin", "disagreement with architect", "anselm")
    said = on_a_terminal(samples, "retire", "anselm", keys="\n")
    assert "kb retire anselms-single-stream --undo" in " ".join(said.split())
    assert path.read_bytes() == before.replace(b"lifts]\n", b"lifts]\nstatus: retired\n")
    found = samples.json("match", "disagreement with architect", "-n", "0")
    assert "anselms-single-stream" not in {m["id"] for m in found["stories"]}
    assert samples.json("retire", "anselm")["changed"] is False
    (samples.folder / "kb.db").unlink()  # all works without an index
    undone = samples.json("retire", "anselm", "--undo", "--yes")
    assert undone == {
        "story": "anselms-single-stream", "path": ANSELM, "status": "ready", "changed": True,
    }  # fmt: skip
    assert path.read_bytes() == before
    assert "is not retired" in samples("retire", "anselm", "--undo", code=1).stdout
    found = samples.json("match", "disagreement with architect")
    assert found["stories"][0]["pinned"] is True


@pytest.mark.model
def test_rename_as_a_user_runs_it(samples: Kb) -> None:
    samples("pin", "disagreement with architect", "anselm")
    text = (samples.folder / ANSELM).read_bytes()
    assert "--yes" in samples("rename", "anselm", "alarm", code=2).stderr
    said = on_a_terminal(samples, "rename", "anselm", "alarm", keys="y\n")
    assert f"{ANSELM}: becomes personal/samples/alarm.md. Change it? [Y/n] y" in said
    assert (samples.folder / "personal/samples/alarm.md").read_bytes() == text
    assert not (samples.folder / ANSELM).exists()
    found = samples.json("match", "disagreement with architect")
    assert (found["stories"][0]["id"], found["stories"][0]["pinned"]) == ("alarm", True)
    again = samples("rename", "anselms-single-stream", "alarm")
    assert "was renamed before" in again.stdout
    assert "migration-project" in samples("rename", "alarm", "migration-project", code=2).stderr
    assert "no story" in samples("rename", "anselm", "other", "--yes", code=2).stderr
    said_json = samples.json("rename", "alarm", "anselms-single-stream", "--yes")
    assert said_json["path"] == ANSELM


@pytest.mark.model
def test_edit_as_a_user_runs_it(samples: Kb, tmp_path: Path) -> None:
    path = samples.folder / ANSELM
    assert samples("edit", "anselm", "--path").stdout == f"{path}\n"
    assert str(path) in samples("edit", "anselm", code=2).stderr
    assert "Did you mean" in samples("edit", "anselms-singel-stream", code=2).stderr
    assert "no editor is set" in on_a_terminal(samples, "edit", "anselm", code=1)
    said = on_a_terminal(samples, "edit", "anselm", editor=script(tmp_path, ""))
    assert "Nothing was changed." in said
    write = "p.write_text('# A kettle\\n\\nWe had a kettle, and it was leveraged.\\n')"
    said = on_a_terminal(samples, "edit", "anselm", editor=script(tmp_path, write))
    assert said == on_a_terminal(samples, "check", "anselm")
    assert samples.json("show", "anselm")["title"] == "A kettle"
    spoil = "p.write_text('---\\ntitle: a\\nrole: b: c\\n---\\nIt was.\\n')"
    said = on_a_terminal(samples, "edit", "anselm", editor=script(tmp_path, spoil), code=1)
    assert f"{ANSELM}:3: the value of `role` has an unquoted colon" in said
    (samples.folder / "kb.db").unlink()
    show = "print(sys.argv); p.write_text('It was.\\n')"  # opened all the same, to be mended
    assert ANSELM in on_a_terminal(samples, "edit", "anselm", editor=script(tmp_path, show))


@pytest.mark.model
def test_an_empty_bank_has_no_story_to_change(kb: Kb) -> None:
    for name in ("content", "personal"):
        (kb.folder / name).mkdir()
    for args in (("edit", "x", "--path"), ("retire", "x", "--yes"), ("rename", "x", "y", "--yes")):
        assert "there is no story" in kb(*args, code=2).stderr
    assert not (kb.folder / "personal" / "_kb").exists()


def test_the_index_is_not_needed_to_find_what_stands_in_files(tmp_path: Path) -> None:
    bank = Bank(tmp_path)
    bank.write("personal/a.md", PLAIN)
    bank.build()
    bank.write("personal/b.md", PLAIN)
    with store.open_index(bank.workspace.database) as reader:
        assert [card.id for card in reader.story_cards()] == ["a"]
    assert find_place_of(bank.workspace, "b").source.path == "personal/b.md"
