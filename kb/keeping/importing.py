"""Stories out of other files: what would become what, and then the files, none over another."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from kb import journal
from kb.domain import Finding
from kb.errors import DocumentError, UsageError, WorkspaceError, reason_of
from kb.files import read_source, scan, write_new
from kb.importers.draft import Draft, draft_of
from kb.importers.likeness import Alike, Told, record_key, told
from kb.importers.log import Imported, log_line, read_log
from kb.importers.records import Note, Record
from kb.importers.write import story_markdown
from kb.keeping.import_sources import SourceReader
from kb.keeping.writing import shown
from kb.parse.slug import slug
from kb.parse.story import parse_stories

if TYPE_CHECKING:
    from kb.files import Workspace

if sys.platform != "win32":
    import fcntl

LOG = "imports.jsonl"
FOLDER = "imported"
# new: to be written; there: the same text, or what was imported before, is among the stories;
# gone: imported before, and no longer there; similar: nearly the text of a story; twice: nearly
# or wholly the text of another record of this import.
State = Literal["new", "there", "gone", "similar", "twice"]
_PRIVATE = 0o600
_NAME_LIMIT = 80
_NAME_BYTES = 200
_NEW = "\0"  # before the ids of what is not written yet


@dataclass(frozen=True, slots=True)
class Options:
    """How to import. into: a folder for the files, or "" for `imported` in the first personal
    folder. drafts: all are drafts. again: also what was imported once and is gone. similar: also
    what is nearly the text of another. whole: each file is one story."""

    into: str = ""
    drafts: bool = False
    again: bool = False
    similar: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A record, and what becomes of it. path: the file, as users see it, or "" where none is
    written; like: the id of the story that it is, was, or is like; share: how much so."""

    source: str
    line: int
    draft: Draft
    notes: tuple[Note, ...]
    key: str
    state: State
    path: str = ""
    like: str = ""
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do. folder: where the files go; findings: what was noticed of the
    sources; skipped: files of a folder that are of no known type."""

    folder: Path
    items: tuple[Item, ...]
    findings: tuple[Finding, ...] = ()
    skipped: tuple[str, ...] = ()

    @property
    def new(self) -> tuple[Item, ...]:
        """The items to be written."""
        return tuple(item for item in self.items if item.state == "new")

    @property
    def failed(self) -> bool:
        """Whether a source, or a part of one, could not be read."""
        return any(finding.severity == "error" for finding in self.findings)


@dataclass(slots=True)
class _Bank:
    """The stories that are there: ids to paths, texts, and what the log says of them."""

    ids: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    alike: Alike = field(default_factory=Alike)
    logged: dict[str, str] = field(default_factory=dict)


def plan_import(
    workspace: Workspace, paths: Collection[Path], options: Options, known: Collection[str]
) -> Plan:
    """What the files and folders in `paths` would become. Nothing is written.

    known: the ids of the competencies. Files that cannot be read are findings of severity
    "error", and the others are read. Raises UsageError where `options.into` is no place for
    stories.
    """
    folder = _folder(workspace, options.into)
    reading = SourceReader(known, whole=options.whole)
    records = [pair for path in paths for pair in reading.all_of(path)]
    bank = _bank(workspace, reading.findings)
    planning = _Planning(workspace, folder, options, bank)
    items = tuple(planning.item(source, record) for source, record in records)
    return Plan(folder, items, tuple(reading.findings), tuple(reading.skipped))


def write_import(
    workspace: Workspace, plan: Plan, now: datetime, progress: Callable[[int, int], None]
) -> Iterator[Item]:
    """Write the files of a plan, each logged once it is there; the items as they were written.

    A name that was taken meanwhile gets a number, and what another import wrote meanwhile is
    left out. Stopped halfway, what is written is complete, and the next import goes on from
    there. Raises WorkspaceError when a file cannot be written.
    """
    at = now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    new = plan.new
    with _open_log(workspace.own / LOG) as log:
        before = {one.key for one in log.read()}
        for item in plan.items:
            if item.state == "there" and item.key not in before:
                log.add(Imported(at, item.source, item.key, item.like))
        for number, item in enumerate(new, start=1):
            if item.key in before and not item.like:
                continue
            path, draft = _write(plan.folder, Path(item.path).stem, item.draft)
            log.add(Imported(at, item.source, item.key, draft.id))
            progress(number, len(new))
            yield replace(item, path=shown(workspace, path), draft=draft)


class _Planning:
    """Decides of each record in turn what becomes of it."""

    def __init__(self, workspace: Workspace, folder: Path, options: Options, bank: _Bank) -> None:
        self.folder = folder
        self.shown = shown(workspace, folder / "x").removesuffix("x")
        self.options = options
        self.bank = bank
        self.stems = _stems_in(folder)
        self.texts: dict[str, str] = {}

    def item(self, source: str, record: Record) -> Item:
        """What becomes of a record."""
        draft = replace(record.draft, status="draft") if self.options.drafts else record.draft
        text = told(draft)
        item = Item(source, record.line, draft, record.notes, record_key(draft), "new")
        item = self._decided(item, text)
        if item.state != "new":
            return item
        story, stem = self._name(draft)
        self.texts[text.key] = story
        self.bank.alike.add(f"{_NEW}{story}", text)
        return replace(item, draft=replace(draft, id=story), path=f"{self.shown}{stem}.md")

    def _decided(self, item: Item, text: Told) -> Item:
        """The item, with its state."""
        bank, key = self.bank, text.key
        if key in self.texts:
            return replace(item, state="twice", like=self.texts[key], share=1.0)
        if key in bank.texts:
            return replace(item, state="there", like=bank.texts[key], share=1.0)
        near, share = bank.alike.nearest(text)
        if item.key in bank.logged:
            return self._imported_before(item, near, share)
        if not near or self.options.similar:
            return replace(item, like=near.lstrip(_NEW), share=share)
        state: State = "twice" if near.startswith(_NEW) else "similar"
        return replace(item, state=state, like=near.lstrip(_NEW), share=share)

    def _imported_before(self, item: Item, near: str, share: float) -> Item:
        story = self.bank.logged[item.key]
        title = self.bank.titles.get(item.draft.title.casefold(), "")
        there = story if story in self.bank.ids else "" if near.startswith(_NEW) else near or title
        if there:
            return replace(item, state="there", like=there, share=share)
        return replace(item, state="new" if self.options.again else "gone", like=story)

    def _name(self, draft: Draft) -> tuple[str, str]:
        """An id and a file's stem that no story and no file has: the draft's own id if it can be,
        else the words of its title."""
        plain = draft.id or _stem(slug(draft.title))
        story, number = plain, 1
        while story in self.bank.ids or _stem(story) in self.stems:
            number += 1
            story = f"{plain}-{number}"
        self.bank.ids[story] = ""
        self.stems.add(_stem(story))
        return story, _stem(story)


class _Log:
    """The log, open and locked."""

    def __init__(self, descriptor: int, path: Path) -> None:
        self._descriptor = descriptor
        self._path = path

    def read(self) -> tuple[Imported, ...]:
        """What it holds."""
        with os.fdopen(os.dup(self._descriptor), "rb") as file:
            file.seek(0)
            data = file.read()
        if data and not data.endswith(b"\n"):
            os.write(self._descriptor, b"\n")  # a line was torn
        return read_log(data.decode("utf-8", "replace"))

    def add(self, one: Imported) -> None:
        """Append a line."""
        size = os.fstat(self._descriptor).st_size
        try:
            rest = memoryview(log_line(one).encode("utf-8", "replace"))
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError as error:
            with suppress(OSError):  # the log ends with a whole line
                os.ftruncate(self._descriptor, size)
            raise _unwritable(self._path, error) from error


@contextmanager
def _open_log(path: Path) -> Iterator[_Log]:
    """The log, for one import at a time. Raises WorkspaceError where it cannot be written."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0)
        descriptor = os.open(path, flags, _PRIVATE)
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise WorkspaceError("is not a regular file.", "Move it aside.", str(path))
        if sys.platform != "win32":
            with suppress(OSError):  # a disk without locks
                fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield _Log(descriptor, path)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unwritable(path: Path, error: OSError) -> WorkspaceError:
    reason = reason_of(error)
    return WorkspaceError(f"cannot be written ({reason}).", "", str(path))


def _bank(workspace: Workspace, findings: list[Finding]) -> _Bank:
    """The stories in the workspace's files, and what was imported before."""
    bank = _Bank()
    for source in scan(workspace).sources:
        if source.kind != "story":
            continue
        try:
            stories = parse_stories(read_source(source).text, path=source.path).stories
        except DocumentError as error:
            message = f"cannot be compared with what is imported: {error.message}"
            findings.append(
                Finding("not-compared", "warning", message, source.path, error.line, error.hint)
            )
            bank.ids.setdefault(slug(Path(source.path).stem, 200), source.path)
            continue
        for story in stories:
            text = told(draft_of(story))
            bank.ids.setdefault(story.id, source.path)
            bank.titles.setdefault(story.title.casefold(), story.id)
            bank.texts.setdefault(text.key, story.id)
            bank.alike.add(story.id, text)
    try:
        log = workspace.own / LOG
        logged = read_log(log.read_text("utf-8", "replace")) if log.is_file() else ()
    except OSError:
        logged = ()
    renames = _renames(workspace)
    bank.logged = {one.key: _renamed(one, renames) for one in logged}
    return bank


def _renames(workspace: Workspace) -> list[tuple[str, str, str]]:
    """When a story got another id, by `kb rename`: the time, the old id and the new one."""
    entries = journal.read(workspace.journal).entries
    return [(e.at, e.story, e.to) for e in entries if e.kind == "rename"]


def _renamed(one: Imported, renames: list[tuple[str, str, str]]) -> str:
    story = one.story
    for at, old, new in renames:
        if old == story and at >= one.at:
            story = new
    return story


def _folder(workspace: Workspace, into: str) -> Path:
    """The folder for the files. Raises UsageError where a build would not look."""
    if not into:
        return workspace.personal[0].path / FOLDER
    bases = (Path.cwd(), workspace.root, workspace.personal[0].path)
    for base in bases:
        path = Path(os.path.realpath(base / Path(into).expanduser()))
        home = next((f.path for f in workspace.personal if path.is_relative_to(f.path)), None)
        if home is not None:
            if any(name[0] in "._" for name in path.relative_to(home).parts):
                raise UsageError(f"{into} is hidden from kb by its name.", "Take another folder.")
            return path
    raise UsageError(
        f"{into} is not inside your stories' folder.",
        f"Name one below {workspace.personal[0].name}/.",
    )


def _stems_in(folder: Path) -> set[str]:
    """The names of a folder's files, without extension, in lower case."""
    try:
        return {path.stem.lower() for path in folder.iterdir()}
    except OSError:
        return set()


def _stem(story: str) -> str:
    """A file's name for a story's id: fit for any disk, and not passed over as a README is."""
    name = slug(story, _NAME_LIMIT)
    while len(name.encode()) > _NAME_BYTES:
        name = name[:-1].rstrip("-")
    return f"story-{name}" if name.startswith("readme") else name


def _write(folder: Path, stem: str, draft: Draft) -> tuple[Path, Draft]:
    """Write a draft's file under a name that is free; its path, and the draft with its id."""
    number, name, story = 1, stem, draft.id
    while True:
        path = folder / f"{name}.md"
        text = story_markdown(replace(draft, id="" if slug(name, 200) == story else story))
        try:
            write_new(path, text)
        except WorkspaceError:
            if not os.path.lexists(path):
                raise
        else:
            return path, replace(draft, id=story)
        number += 1
        name, story = f"{stem}-{number}", f"{draft.id}-{number}"
