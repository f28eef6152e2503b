"""Killed at any step, kb loses nothing: what `tests/torture/kill.py` tries at length, in short.

A child process does the real thing and is killed (SIGKILL) before each step that it takes on the
disk in turn: each file opened, written (half), renamed, linked or removed, each fsync, each
transaction begun or ended.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kb import journal
from kb.compile_model import making
from kb.embed import compiled_folder, find_compiled
from kb.errors import StoreError
from kb.files import write as writing
from kb.files import write_atomic, write_new
from kb.files.workspace import Workspace, load_workspace
from kb.importers.draft import Draft
from kb.journal import Entry, append
from kb.keeping.importing import Options, plan_import, write_import
from kb.keeping.renaming import plan_rename, rename
from kb.keeping.writing import Sheet, write_story
from tests.fakes import TOY_FILES, toy_model
from tests.test_build import GUIDE, STORY, Bank
from tests.torture.dump import differences, dump, unsound
from tests.torture.spaces import Files, files, look
from tests.torture.steps import Act, Step, each_step

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
# Python 3.12 warns of a fork beside other threads; the child here never waits for one.
pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="there is no fork"),
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),
]


@pytest.fixture
def space(tmp_path: Path) -> Path:
    folder = tmp_path / "space"
    for name in ("content", "personal"):
        (folder / name).mkdir(parents=True)
    (folder / "kb.yaml").write_text("model: all-MiniLM-L6-v2\n", encoding="utf-8")
    (folder / "personal" / "kettle.md").write_text(STORY, encoding="utf-8")
    return folder


def killed(space: Path, act: Callable[[Workspace], object]) -> Iterator[tuple[Step, Files, Files]]:
    """Each step at which it was killed, with the files as they were and as they lie then; at the
    end the files as they are when it was not. What lies there may be changed."""
    kept = space.with_name("kept")
    shutil.copytree(space, kept)
    before = files(space)
    for step in each_step(lambda: act(load_workspace(space))):
        assert step.killed or step.status == 0, step
        yield step, before, files(space)
        if step.killed:
            shutil.rmtree(space)
            shutil.copytree(kept, space)


def outcome(space: Path, act: Callable[[Workspace], object]) -> Files:
    """The files after it, undisturbed; the space is put back."""
    other = space.with_name("other")
    shutil.copytree(space, other)
    act(load_workspace(other))
    found = files(other)
    shutil.rmtree(other)
    return found


def test_a_line_of_the_journal_is_there_or_not(space: Path) -> None:
    append(load_workspace(space).journal, Entry("pin", "kettle", "Tea?"), now=NOW)

    def act(workspace: Workspace) -> None:
        append(workspace.journal, Entry("pin", "kettle", "Coffee?"), now=NOW)

    seen = set[int]()
    for step, _, _ in killed(space, act):
        path = load_workspace(space).journal
        found = journal.read(path)
        asked = [entry.question for entry in found.entries]
        assert asked in (["Tea?"], ["Tea?", "Coffee?"])
        assert step.killed or asked[1:]
        seen.add(len(found.problems))
        # what is said next stands on a line of its own, after a torn one too
        append(path, Entry("pin", "kettle", "Water?"), now=NOW)
        assert [e.question for e in journal.read(path).entries] == [*asked, "Water?"]
    assert seen == {0, 1}  # a torn line was among what was tried


def test_a_rename_is_finished_by_running_it_again(space: Path) -> None:
    append(load_workspace(space).journal, Entry("pin", "kettle", "Tea?"), now=NOW)

    def act(workspace: Workspace) -> None:
        rename(workspace, plan_rename(workspace, "kettle", "teapot"), NOW)

    after = outcome(space, act)
    for step, before, now in killed(space, act):
        assert look(now, before, after, finished=not step.killed) == [], step
        workspace = load_workspace(space)
        act(workspace)
        assert files(space).keys() == after.keys(), step
        (pin,) = journal.pins(journal.read(workspace.journal).entries).said
        assert (pin.story, pin.question) == ("teapot", "Tea?"), step


def test_an_import_is_finished_by_running_it_again(space: Path, tmp_path: Path) -> None:
    notes = tmp_path / "notes.md"
    told = "# {0}\n\n## Action\n\nI moved the {0} alone.\n\n## Result\n\nThe {0} stood.\n\n"
    notes.write_text("".join(told.format(name) for name in ("Boat", "Kiln")), encoding="utf-8")

    def act(workspace: Workspace) -> None:
        plan = plan_import(workspace, [notes], Options(), ())
        assert len(list(write_import(workspace, plan, NOW, lambda _done, _all: None))) <= 2

    after = outcome(space, act)
    assert sum("imported/" in name for name in after) == 2
    for step, before, now in killed(space, act):
        assert look(now, before, after, finished=not step.killed) == [], step
        act(load_workspace(space))
        stories = {n: text for n, text in files(space).items() if n.endswith(".md")}
        assert stories == {n: text for n, text in after.items() if n.endswith(".md")}, step


def test_a_new_story_is_whole_or_not_there(space: Path) -> None:
    def act(workspace: Workspace) -> None:
        write_story(workspace, Draft("Tea"), ())

    after = outcome(space, act)
    for step, before, now in killed(space, act):
        assert look(now, before, after, finished=not step.killed) == [], step


def test_without_hard_links_no_half_of_a_file_is_seen(
    space: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", no_links)
    path, text = space / "personal" / "tea.md", "# Tea\n\nI made it.\n"
    sizes = set()
    for step, _, now in killed(space, lambda _: write_new(path, text)):
        found = now.get("personal/tea.md", b"")
        assert found in (b"", text.encode()), step
        sizes.add(len(found))
        assert step.killed or found
    assert sizes == {0, len(text)}
    path.unlink()
    # what has the name in the end was whole on the disk before it had it
    on_disk = synced(monkeypatch, lambda: write_new(path, text))
    assert path.stat().st_ino in on_disk


def test_a_story_that_is_being_told_is_never_lost(space: Path) -> None:
    """Every part that was put in is in some file, whichever step of whichever part was the last."""

    def act(workspace: Workspace) -> None:
        sheet = Sheet(workspace, "2026-05-01")
        for number, kind in enumerate(("situation", "action", "result")):
            sheet.put_part(kind, f"What I said at {number}.")  # type: ignore[arg-type]
            (space.parent / "put").write_text(str(number), encoding="utf-8")
        sheet.finish(())

    for step, _, now in killed(space, act):
        with suppress(FileNotFoundError):
            put = int((space.parent / "put").read_text("utf-8") or -1)
            (space.parent / "put").unlink()
            told = [text.decode() for text in now.values()]
            assert any(
                all(f"I said at {number}." in text for number in range(put + 1)) for text in told
            ), step


# --- the index ------------------------------------------------------------------------------


def first(bank: Bank) -> None:
    (bank.folder / "kb.db").unlink()


def incremental(bank: Bank) -> None:
    bank.write("personal/a.md", STORY + "And the kettle sang.\n")
    bank.write("personal/c.md", STORY.replace("kettle", "gateway"))
    (bank.folder / "personal" / "b.md").unlink()


def another_model(bank: Bank) -> None:
    bank.encoder.fingerprint = "another"


@pytest.mark.parametrize("change", [first, incremental, another_model])
def test_a_build_is_whole_or_not_there(tmp_path: Path, change: Callable[[Bank], None]) -> None:
    bank = Bank(tmp_path)
    bank.write("content/talking.md", GUIDE)
    bank.write("personal/a.md", STORY)
    bank.write("personal/b.md", STORY.replace("kettle", "invoice"))
    bank.build()
    change(bank)
    database, kept = bank.folder / "kb.db", tmp_path / "kept"
    shutil.copytree(bank.folder, kept)
    whole = fresh(bank)
    steps = 0
    for step in each_step(bank.build, every=150):
        assert step.killed or step.status == 0, step
        if database.exists() and database.stat().st_size:
            assert unsound(database) == [], step
        bank.build()
        assert unsound(database) == [], step
        assert differences(dump(database), whole) == [], step
        if step.killed:
            steps += 1
            shutil.rmtree(bank.folder)
            shutil.copytree(kept, bank.folder)
    assert steps > 5


def fresh(bank: Bank) -> dict[str, list[tuple[object, ...]]]:
    """What a build of a bank's files from nothing gives; the bank is left as it is."""
    moved, folder = bank.folder.with_name("fresh"), bank.folder
    shutil.copytree(folder, moved, ignore=shutil.ignore_patterns("kb.db*"))
    bank.folder = moved
    try:
        bank.build()
        return dump(moved / "kb.db")
    finally:
        bank.folder = folder


def test_a_dump_tells_another_index(tmp_path: Path) -> None:
    """What the other tests compare with can see a difference."""
    bank = Bank(tmp_path)
    bank.write("personal/a.md", STORY)
    bank.build()
    one = dump(bank.folder / "kb.db")
    bank.write("personal/a.md", STORY.replace("late invoices", "cold kettles"))
    assert differences(one, dump(bank.folder / "kb.db")) == []
    bank.build()
    assert differences(one, dump(bank.folder / "kb.db"))


# --- what is left behind --------------------------------------------------------------------


def test_what_a_killed_command_left_is_swept_after_an_hour(tmp_path: Path) -> None:
    old, young, other = (
        tmp_path / ".kb-1-00.tmp", tmp_path / ".kb-2-00.tmp", tmp_path / ".kb-notes",
    )  # fmt: skip
    for path in (old, young, other):
        path.write_bytes(b"half")
    for path in (old, other):
        os.utime(path, (1, 1))
    writing._sweep.cache_clear()
    write_new(tmp_path / "a.md", "text")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".kb-2-00.tmp", ".kb-notes", "a.md"]


def test_a_private_file_is_private_while_it_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "private.md"
    path.write_bytes(b"old")
    path.chmod(0o600)
    modes = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        modes.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    write_atomic(path, b"new")
    assert modes[0] == 0o600
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("written", [write_new, lambda p, text: write_atomic(p, text.encode())])
def test_a_name_is_made_to_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: Callable[[Path, str], None]
) -> None:
    assert tmp_path.stat().st_ino in synced(monkeypatch, lambda: written(tmp_path / "a", "text"))


def test_a_new_journal_is_made_to_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def act() -> None:
        append(tmp_path / "journal.jsonl", Entry("pin", "a", "Why?"), now=NOW)

    assert tmp_path.stat().st_ino in synced(monkeypatch, act)


def synced(monkeypatch: pytest.MonkeyPatch, act: Act) -> set[int]:
    """The inodes whose contents were said to have to last."""
    found: set[int] = set()
    real = os.fsync

    def fsync(descriptor: int) -> None:
        found.add(os.fstat(descriptor).st_ino)
        real(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        act()
    return found


def test_a_half_made_model_is_never_taken(tmp_path: Path) -> None:
    made = toy_model(tmp_path / "made")
    cache = tmp_path / "cache"
    folder = compiled_folder("toy", cache)

    def act() -> None:
        with making.drafted(folder) as draft:
            for path in sorted(made.iterdir()):
                shutil.copy2(path, draft)
            making.publish(draft, folder, "toy", cache)

    found = set[bool]()
    for step in each_step(act):
        assert step.killed or step.status == 0, step
        compiled = find_compiled("toy", cache)
        found.add(compiled is not None)
        if compiled is not None:
            for name, data in TOY_FILES.items():
                assert (folder / name).read_bytes() == data, step
        act()  # the next to want it makes it anew, and sweeps up
        assert find_compiled("toy", cache) is not None, step
        assert list(folder.parent.iterdir()) == [folder], step
        shutil.rmtree(cache)
    assert found == {False, True}


DRAFT = """
import pathlib, sys
from kb.compile_model import making
with making.drafted(pathlib.Path(sys.argv[1])) as draft:
    (draft / "half").write_bytes(b"half of a model")
    print(draft.name, flush=True)
    sys.stdin.read()
"""


def test_the_draft_of_a_killed_compilation_is_swept_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "toy"
    with subprocess.Popen(
        [sys.executable, "-c", DRAFT, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        theirs = folder.with_name(other.stdout.readline().decode().strip())
        with making.drafted(folder):
            assert (theirs / "half").exists()  # it is still at it
        other.send_signal(signal.SIGKILL)
        other.wait()
    with making.drafted(folder) as mine:
        assert list(folder.parent.iterdir()) == [mine]
    assert list(folder.parent.iterdir()) == []


def test_a_build_says_who_holds_the_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kb import store

    monkeypatch.setattr(store, "TURN_MS", 50)
    bank = Bank(tmp_path)
    bank.build()
    bank.write("personal/a.md", STORY)
    with (
        store.write_index(bank.folder / "kb.db"),
        pytest.raises(StoreError, match="another build is writing"),
    ):
        bank.build()
