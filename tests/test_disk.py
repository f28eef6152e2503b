"""Disks that fail and files of every name and kind: a sentence each, and nothing lost or torn.

The long runs, on a disk that is full or read-only for real, are `python tests/torture/disk.py`.
"""

from __future__ import annotations

import errno
import os
import shutil
import socket
import stat
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kb.cli import run
from kb.errors import (
    ConfigError,
    DocumentError,
    KBError,
    ModelError,
    UsageError,
    WorkspaceError,
)
from kb.files import (
    find_workspace,
    init_workspace,
    load_workspace,
    read_source,
    scan,
    update_guides,
    write_atomic,
)
from kb.files import read as read_module
from kb.files.init import MANIFEST
from kb.files.read import read_text
from kb.journal import Entry, append, read
from tests.conftest import Kb

STORY = "anselms-single-stream"
ASKED = "disagreement with architect"
NOTES = """# A queue that lied

Situation: The queue of the night job said empty while 4,000 orders waited.
Action: I wrote a probe that asked the database instead.
Result: We found the lost index in two days, and 4,000 orders went out.
"""
HUGE = 200_000_000
ROOT = os.geteuid() == 0
# What root may do is taken from the command, where it can be: then modes count for root too.
DROP = ("setpriv", "--inh-caps=-all", "--bounding-set=-all", "--") if ROOT else ()
WITHOUT_RIGHTS = pytest.mark.skipif(
    ROOT and shutil.which("setpriv") is None, reason="modes say nothing to root"
)


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reads or writes the developer's own state."""
    place = tmp_path_factory.mktemp("home")
    for name in ("HOME", "XDG_STATE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(place))
    monkeypatch.delenv("KB_WORKSPACE", raising=False)
    return place


@pytest.fixture
def space(tmp_path: Path) -> Path:
    """A workspace without samples or index."""
    root = tmp_path / "space"
    init_workspace(root, with_samples=False)
    return root


def files_in(folder: Path) -> dict[str, bytes]:
    """The user's files: all but the index."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith("kb.db")
    }


def refusing(number: int) -> Callable[..., Any]:
    """What a disk does with this fault."""

    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    return refuse


def told(capsys: pytest.CaptureFixture[str]) -> str:
    """The one sentence of a command that failed."""
    lines = capsys.readouterr().err.splitlines()
    said = [line for line in lines if line.startswith("kb: ")]
    assert len(said) == 1, lines
    assert "fault of its own" not in said[0]
    assert "Traceback" not in said[0]
    return said[0]


# --- the disk is full, read-only or gone

STEPS = {
    errno.ENOSPC: "Make room on that disk, then try again.",
    errno.EDQUOT: "Make room within your quota, then try again.",
    errno.EROFS: "make it writable, or use another folder.",
    errno.EACCES: "Check its permissions, and those of its folder.",
    errno.ENOENT: "Check that its folder is there, and that the disk is connected.",
    errno.EIO: "Check the disk or the network that it lies on.",
}


@pytest.mark.parametrize("number", STEPS, ids=lambda number: errno.errorcode[number])
def test_a_fault_of_the_disk_names_the_next_step(number: int) -> None:
    error = WorkspaceError("cannot be written.", "", "a.md")
    error.__cause__ = OSError(number, os.strerror(number))
    assert error.hint.endswith(STEPS[number])
    assert str(error) == f"a.md: cannot be written. {error.hint}"


def test_what_an_error_says_itself_comes_before_the_disks_step() -> None:
    error = KBError("no.", "Say yes.")
    error.__cause__ = OSError(errno.ENOSPC, "full")
    assert error.hint == "Say yes."
    assert KBError("no.").hint == ""
    taken = KBError("it is there.")
    taken.__cause__ = FileExistsError(errno.EEXIST, "there")
    assert taken.hint == ""


WRITERS: dict[str, tuple[str, ...]] = {
    "init": ("init", "../fresh", "--quiet"),
    "new": ("new", "--from", "../notes.md"),
    "import": ("import", "../more.md", "--yes"),
    "export": ("export", "-o", "out.html"),
    "export over": ("export", "-o", "mine.html", "--force"),
    "rename": ("rename", "told", "told-again", "--yes"),
    "retire": ("retire", "told", "--yes"),
    "use": ("use", "told"),
    "brag": ("brag", "it went well"),
}


@pytest.fixture
def told_once(samples: Kb, space: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with one story in the index, and the current folder."""
    shutil.rmtree(space / "content")
    (space / "content").mkdir()
    (space / "personal" / "told.md").write_text(NOTES.replace("4,000", "300"))
    (space / "mine.html").write_text("mine")
    (space.parent / "notes.md").write_text(NOTES)
    (space.parent / "more.md").write_text("# Tea\n\nSituation: No tea.\nAction: I made some.\n")
    monkeypatch.chdir(space)
    monkeypatch.setenv("XDG_CACHE_HOME", samples.environment["XDG_CACHE_HOME"])
    shutil.copy(samples.folder / "kb.db", space / "kb.db")
    assert run(["build", "--json"]) == 0
    return space


@pytest.mark.model
def test_a_full_disk_ends_every_writing_command_with_a_sentence(
    told_once: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The bytes are taken, and lost when they are to be kept: the worst that a disk can do."""
    before = files_in(told_once)
    capsys.readouterr()
    for name, arguments in WRITERS.items():
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", refusing(errno.ENOSPC))
            assert run(list(arguments)) == 1, name
        said = told(capsys)
        assert "no space left on device" in said, name
        assert said.endswith("Make room on that disk, then try again."), name
        after = {k: v for k, v in files_in(told_once).items() if v}  # an empty log may stay
        assert after == before, name
        assert not (told_once.parent / "fresh").exists()
    for name, arguments in WRITERS.items():  # and when the disk is mended, all goes
        assert run(list(arguments)) == 0, (name, capsys.readouterr().err)


LIMITED = """
import resource, runpy, sys
limit = int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
runpy.run_module("kb", run_name="__main__")
"""


@pytest.mark.model
@pytest.mark.skipif(sys.platform == "win32", reason="no limits of this kind")
@pytest.mark.parametrize("limit", [0, 100_000])
def test_a_build_without_room_leaves_the_index_as_it_was(samples: Kb, limit: int) -> None:
    before = samples("list").stdout
    (samples.folder / "personal" / "queue.md").write_text(NOTES)
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(limit), "build"], cwd=samples.folder,
        env=samples.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    (said,) = done.stderr.splitlines()
    assert said.startswith(f"kb: {samples.folder / 'kb.db'}: the index cannot be ")
    assert "disk" in said.rpartition(").")[2]
    assert samples("list").stdout == before
    assert "1 added" in samples("build").stdout


@pytest.mark.model
@pytest.mark.skipif(sys.platform == "win32", reason="no limits of this kind")
def test_without_any_room_the_index_is_read_as_it_lies(samples: Kb) -> None:
    wanted = samples("match", "an architect").stdout
    command = [sys.executable, "-c", LIMITED, "0", "match", "an architect"]
    for log in (b"", b"something that waits"):
        (samples.folder / "kb.db-wal").write_bytes(log)
        done = subprocess.run(
            command, cwd=samples.folder, env=samples.environment, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        if log:  # what it holds may be newer than the rest
            assert done.returncode == 1
            assert "the index cannot be read" in done.stderr
        else:
            assert (done.returncode, done.stdout) == (0, wanted)


@pytest.mark.model
def test_output_that_finds_no_room_is_a_sentence(samples: Kb) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no such device")
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(
            [sys.executable, "-m", "kb", "list"], cwd=samples.folder, env=samples.environment,
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == (
        "kb: the output cannot be written (no space left on device). "
        "Make room on that disk, then try again.\n"
    )


@pytest.mark.model
def test_streams_that_are_closed_are_no_fault(samples: Kb) -> None:
    before = files_in(samples.folder)
    for closed in (">&-", "<&- >&- 2>&-"):
        done = subprocess.run(
            ["sh", "-c", f'"{sys.executable}" -m kb list {closed}'], cwd=samples.folder,
            env=samples.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, ""), closed
    assert files_in(samples.folder) == before


@WITHOUT_RIGHTS
@pytest.mark.model
@pytest.mark.parametrize(
    ("place", "mode", "arguments"),
    [
        (".", 0o000, ["list"]),
        (".", 0o555, ["build"]),
        ("personal", 0o000, ["build"]),
        ("personal", 0o555, ["new", "--from", "-"]),
        ("content", 0o000, ["init", ".", "--update-guides"]),
        ("personal/_kb", 0o000, ["pin", ASKED, STORY]),
        ("personal/_kb", 0o000, ["brag", "it went well"]),
        ("kb.db", 0o000, ["match", ASKED]),
    ],
    ids=str,
)
def test_what_may_not_be_entered_is_named(
    samples: Kb, place: str, mode: int, arguments: list[str]
) -> None:
    (samples.folder / "personal" / "_kb").mkdir(exist_ok=True)
    (samples.folder / "personal" / "queue.md").write_text(NOTES)
    before = files_in(samples.folder)
    path = samples.folder / place
    kept = stat.S_IMODE(path.stat().st_mode)
    path.chmod(mode)
    try:
        done = subprocess.run(
            [*DROP, sys.executable, "-m", "kb", *arguments], cwd=samples.folder,
            env=samples.environment, input=NOTES, capture_output=True, text=True, check=False,
        )  # fmt: skip
    finally:
        path.chmod(kept)
    assert done.returncode in (1, 2), done.stderr
    assert "ermission" in done.stderr
    assert "Check its permissions" in done.stderr
    assert "Traceback" not in done.stderr
    assert "fault of its own" not in done.stderr
    assert files_in(samples.folder) == before


def test_a_folder_that_is_gone_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert run(["list"]) == 1
    assert told(capsys) == (
        "kb: the current folder is gone. Change to one that is there, then try again."
    )
    assert run(["init"]) == 1
    assert "the current folder is gone" in told(capsys)
    monkeypatch.chdir(tmp_path)  # for what pytest does afterwards


def test_a_kb_yaml_that_cannot_be_reached_is_no_leave_to_go_on_without(space: Path) -> None:
    (space / "kb.yaml").unlink()
    (space / "kb.yaml").symlink_to(space / "on-a-disk-that-is-gone.yaml")
    with pytest.raises(ConfigError, match="no such file"):
        load_workspace(space)


def test_a_model_that_finds_no_room_is_not_called_unfit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The libraries that write it say what the disk's fault is each in its own way."""
    from kb.compile_model import making

    def usage(_: Path) -> Any:
        return shutil._ntuple_diskusage(100, 100, 0)

    monkeypatch.setattr(shutil, "disk_usage", usage)
    with (
        pytest.raises(ModelError, match=r"(?i)no space left on device") as caught,
        making.drafted(tmp_path / "models" / "toy"),
    ):
        raise RuntimeError("bad graph")
    assert "Make room there" in caught.value.hint
    assert list((tmp_path / "models").iterdir()) == []


# --- making a workspace


def test_an_init_that_was_cut_off_goes_on_where_it_was(tmp_path: Path) -> None:
    root = tmp_path / "space"
    whole = init_workspace(root, with_samples=True)
    texts = files_in(root)
    for path in whole[len(whole) // 2 :]:  # kb.yaml is the last
        path.unlink()
    half = {path: path.stat().st_mtime_ns for path in whole if path.exists()}
    again = init_workspace(root, with_samples=True)
    assert again == whole[len(whole) // 2 :]
    assert files_in(root) == texts
    assert {path: path.stat().st_mtime_ns for path in half} == half


def test_an_init_that_is_stopped_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", stop)
    with pytest.raises(KeyboardInterrupt):
        init_workspace(tmp_path / "space", with_samples=False)
    assert list(tmp_path.rglob("*.md")) == []


def test_guides_of_the_users_own_size_are_kept(space: Path) -> None:
    guide = next(iter((space / "content").glob("*.md")))
    with guide.open("r+b") as file:
        file.truncate(HUGE)
    tracemalloc.start()
    try:
        assert guide.name in update_guides(load_workspace(space)).kept
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


# --- names and kinds of files


def kinds(folder: Path) -> None:
    """Everything in a folder that is no story and looks like one."""
    os.mkfifo(folder / "pipe.md")
    with socket.socket(socket.AF_UNIX) as plug:
        plug.bind(os.path.relpath(folder / "plug.md"))
    (folder / "folder.md").mkdir()
    (folder / "one.md").symlink_to("two.md")
    (folder / "two.md").symlink_to("one.md")
    (folder / "itself").symlink_to(".")
    (folder / "above").symlink_to("..")
    (folder / "outside").symlink_to("/")
    (folder / "zero.md").symlink_to("/dev/zero")
    (folder / "to-pipe.md").symlink_to("pipe.md")
    with (folder / "huge.md").open("wb") as file:
        file.truncate(HUGE)


NAMES = (
    "with space.md", "it's \"quoted\".md", "new\nline.md", "\U0001f600.md", "tab\there.md",
    "red-\x1b[31m.md", "-dash.md", "$(id).md", "a;b&c|d.md", "%2e%2e.md", "back\\slash.md",
    f"{'x' * 252}.md", "a*b?.md", "Stra\u00dfe.md",
)  # fmt: skip


def test_only_stories_are_taken_for_stories(space: Path) -> None:
    folder = space / "personal"
    kinds(folder)
    for number, name in enumerate(NAMES):
        (folder / name).write_text(f"# Story {number}\n\n{NOTES}")
    raw = os.fsencode(folder)
    os.close(os.open(raw + b"/latin-\xff.md", os.O_CREAT | os.O_WRONLY))
    Path(os.fsdecode(raw + b"/out-\xfe.md")).symlink_to("/etc/hosts")
    os.mkfifo(raw + b"/pipe-\xfd.md")
    found = scan(load_workspace(space))
    stories = {s.path.removeprefix("personal/") for s in found.sources if s.kind == "story"}
    assert stories == {*NAMES, "to-pipe.md", "huge.md"}
    rules = {f.path.removeprefix("personal/"): f.rule for f in found.findings}
    assert rules == {
        "pipe.md": "not-a-file", "plug.md": "not-a-file", "one.md": "broken-link",
        "two.md": "broken-link", "outside": "outside-link", "zero.md": "outside-link",
        "latin-\\udcff.md": "bad-name", "out-\\udcfe.md": "outside-link",
        "pipe-\\udcfd.md": "not-a-file",
    }  # fmt: skip
    for finding in found.findings:
        finding.path.encode()  # else it cannot be printed, nor kept in the index


def test_what_cannot_be_read_ends_at_once_and_in_little_memory(space: Path) -> None:
    kinds(space / "personal")
    sources = {source.path: source for source in scan(load_workspace(space)).sources}
    tracemalloc.start()
    try:
        with pytest.raises(DocumentError, match="not a regular file"):
            read_source(sources["personal/to-pipe.md"])
        with pytest.raises(DocumentError, match=r"too large \(200.0 MB; the most is 8 MB\)"):
            read_source(sources["personal/huge.md"])
        with pytest.raises(DocumentError, match="not a regular file"):
            read_text(Path("/dev/zero"), shown="/dev/zero")
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.model
def test_whole_commands_among_files_of_every_kind(samples: Kb) -> None:
    kinds(samples.folder / "personal")
    for number, name in enumerate(NAMES):
        (samples.folder / "personal" / name).write_text(NOTES.replace("queue", f"queue{number}"))
    os.mkdir(os.fsencode(samples.folder / "personal") + b"/dir-\xfe")  # noqa: PTH102
    inner = os.fsencode(samples.folder / "personal") + b"/dir-\xfe/inner.md"
    os.close(os.open(inner, os.O_CREAT | os.O_WRONLY))
    built = samples("build", "--json", code=1)
    assert f'"stories": {14 + len(NAMES)}' in built.stdout
    assert '"failed": 2' in built.stdout
    assert samples("build", code=1).stdout.startswith(f"{26 + len(NAMES)} unchanged, 2 failed")
    assert "\x1b" not in samples("check", "--all", code=1).stdout
    exported = samples("export", "-o", "out.md", code=1)
    assert f"Wrote {14 + len(NAMES)} stories" in exported.stdout
    before = files_in(samples.folder / "content")
    imported = samples("import", "personal", "--yes", code=1)
    assert "personal/pipe.md: is not a regular file." in imported.stderr
    assert "personal/huge.md: is too large" in imported.stderr
    assert files_in(samples.folder / "content") == before


@pytest.fixture
def pipes(told_once: Path) -> Path:
    """A workspace in which pipes stand for the files that kb keeps."""
    own = told_once / "personal" / "_kb"
    own.mkdir(exist_ok=True)
    for name in ("journal.jsonl", "imports.jsonl", "brag.md", "facts.yaml", "private.yaml"):
        os.mkfifo(own / name)
    (told_once / "content" / MANIFEST).unlink(missing_ok=True)
    os.mkfifo(told_once / "content" / MANIFEST)
    os.mkfifo(told_once / "advert.md")
    return told_once


NEAR_PIPES = (
    ("use", "told"),
    ("brag", "it went well"),
    ("brag",),
    ("import", "../more.md", "--yes"),
    ("rename", "told", "other", "--yes"),
    ("jd", "advert.md"),
    ("jd", "/dev/zero"),
    ("export", "--redact", "-o", "out.md"),
    ("export", "-o", "advert.md", "--force"),
    ("init", ".", "--update-guides"),
    ("new", "--from", "advert.md"),
)


@pytest.mark.model
def test_a_pipe_in_a_files_place_is_neither_waited_for_nor_replaced(
    pipes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: stat.S_IFMT(path.stat().st_mode) for path in pipes.rglob("*")}
    capsys.readouterr()
    for arguments in NEAR_PIPES:
        assert run(list(arguments)) == 1, arguments
        assert "not a regular file" in told(capsys), arguments
        after = {path: stat.S_IFMT(path.stat().st_mode) for path in pipes.rglob("*")}
        assert {path: after[path] for path in before} == before, arguments


def test_a_journal_that_is_a_device_is_not_believed() -> None:
    from datetime import UTC, datetime

    with pytest.raises(WorkspaceError, match="not a regular file"):
        append(Path("/dev/null"), Entry("use", "told"), now=datetime.now(UTC))
    with pytest.raises(WorkspaceError, match="not a regular file"):
        read(Path("/dev/zero"))


def test_a_link_is_written_through(tmp_path: Path) -> None:
    target = tmp_path / "notes" / "loop.yaml"
    target.parent.mkdir()
    target.write_text("old")
    link = tmp_path / "loop.yaml"
    link.symlink_to(target)
    write_atomic(link, b"new")
    assert link.is_symlink()
    assert target.read_text() == "new"


@pytest.mark.parametrize("value", ["/dev/null", "pipe", "sock/../pipe"])
def test_a_database_is_a_file(space: Path, value: str) -> None:
    os.mkfifo(space / "pipe")
    (space / "sock").mkdir()
    (space / "kb.yaml").write_text(f"database: {value}\n")
    with pytest.raises(ConfigError, match="no regular file") as caught:
        load_workspace(space)
    assert caught.value.place == "kb.yaml:1"


@pytest.mark.model
def test_nobody_is_told_to_delete_a_file_of_their_own(samples: Kb) -> None:
    (samples.folder / "diary.md").write_text("mine\n" * 1000)
    (samples.folder / "kb.yaml").write_text("database: diary.md\n")
    said = samples("build", code=1).stderr
    assert "If kb made it, delete it and run kb build; else name another in kb.yaml." in said
    assert (samples.folder / "diary.md").read_text() == "mine\n" * 1000


def test_a_folder_named_in_two_ways_is_one(space: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a disk that takes `Personal` for `personal`."""
    (space / "Personal").mkdir()
    (space / "kb.yaml").write_text("personal: [personal, Personal]\n")
    assert len(load_workspace(space).personal) == 2
    same = os.path.samefile

    def samefile(one: Path, other: Path) -> bool:
        return same(str(one).lower(), str(other).lower())

    monkeypatch.setattr(os.path, "samefile", samefile)
    with pytest.raises(ConfigError, match="named twice"):
        load_workspace(space)
    (space / "kb.yaml").write_text("content: personal\npersonal: Personal\n")
    with pytest.raises(ConfigError, match="both as content and as personal"):
        load_workspace(space)


def test_the_settings_are_no_story_whatever_way_leads_to_them(space: Path) -> None:
    (space / "personal" / "above").symlink_to("..")
    assert "kb.yaml" not in {
        Path(source.path).name for source in scan(load_workspace(space)).sources
    }


def test_links_in_a_circle_are_a_sentence(space: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (space / "circle").symlink_to("circle")
    (space / "kb.yaml").write_text("personal: circle\n")
    with pytest.raises(ConfigError, match="does not exist"):
        load_workspace(space)
    with pytest.raises(WorkspaceError, match="no workspace"):
        find_workspace(space, named="circle", env={})
    monkeypatch.chdir(space)
    (space / "kb.yaml").write_text("personal: personal\n")
    with pytest.raises((KBError, UsageError)):
        init_workspace(space / "circle" / "deep", with_samples=False)


# --- a file that is changed while it is read


def test_a_file_that_is_changed_while_it_is_read_is_read_again(
    space: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = space / "personal" / "story.md"
    path.write_text("old")
    (source,) = [s for s in scan(load_workspace(space)).sources if s.kind == "story"]
    once = read_module._once
    calls: list[int] = []

    def meddled(*given: Any) -> Any:
        data, before, after = once(*given)
        calls.append(1)
        if len(calls) == 1:
            path.write_text("the new text")
            after = path.stat()
        return data, before, after

    monkeypatch.setattr(read_module, "_once", meddled)
    document = read_source(source)
    assert document.text == "the new text"
    assert (document.size, document.mtime_ns) == (12, path.stat().st_mtime_ns)
    assert len(calls) == 2


def test_a_file_that_never_rests_is_read_and_looked_at_again(
    space: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = space / "personal" / "log.md"
    path.write_text("a")
    (source,) = [s for s in scan(load_workspace(space)).sources if s.kind == "story"]
    once = read_module._once

    def growing(*given: Any) -> Any:
        data, before, _ = once(*given)
        with path.open("a") as file:
            file.write("b")
        return data, before, path.stat()

    monkeypatch.setattr(read_module, "_once", growing)
    document = read_source(source)
    assert document.text == "abb"
    (now,) = [s for s in scan(load_workspace(space)).sources if s.kind == "story"]
    assert (document.size, document.mtime_ns) != (now.size, now.mtime_ns)
