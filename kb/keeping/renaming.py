"""A story's other id: its file's name or its `id:`, and the journal's word on it.

Three steps, in this order, none of which loses anything where it ends:

1. The journal notes the rename. What was said of the old id now counts for the new one.
   Should kb end here, the story has its old id still, and nothing that is said of the new id
   is deleted: to run the rename again finds the story by the old id, sees that the journal
   knows, and goes on.
2. The file takes its new name, where its name was the id. It is first given the new name
   beside the old one, which fails if there is such a file, then the old name is taken away.
   Should kb end between the two, one file has two names; to run it again finds that, and takes
   the old name away.
3. `id:` is set, where the name alone does not do. A file that has its new name and its old
   `id:` is still found by the old id, so that to run it again sets it.

The `id:` comes after the name because the other way round a file of the old name would hold
the new id, and nothing would say that it was to be renamed. The journal comes first because a
story whose words are under another id can be found by that id; the words of a story that has
lost its old id cannot be told from those of a story that was deleted.

Where a step is refused (no permission, a full disk) or stopped with Ctrl-C, and the story has
its old id still, the journal notes that it is called as before: what was said of it stays with
it, whether the rename is run again or not.
"""

from __future__ import annotations

import os
import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kb.errors import (
    DocumentError,
    KBError,
    StoreError,
    UsageError,
    WorkspaceError,
    reason_of,
)
from kb.files import read_text
from kb.journal import Entry, append, pins, read
from kb.keeping.places import (
    Place,
    all_places,
    changed,
    check_writable,
    find_in,
    places_in,
    read_exact,
    settled,
    story_of,
    write_back,
)
from kb.parse.slug import slug
from kb.parse.story import parse_stories

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from kb.files import Source, Workspace

_LIMIT = 200
_LONGEST_NAME = 255  # bytes, of a file's name
_NOT_READ = "readme"  # files of this name are no stories
_OWN = (".yaml", ".yml", ".jsonl")


@dataclass(frozen=True, slots=True)
class Renaming:
    """What is to become of a story's id.

    source: its file now. path: what that will be called, `source.path` where it keeps its name.
    before, after: its text as on disk; the same where the name alone gives the id. noted: the
    journal knows already. done: so does the file, and nothing is left to do. heirs: how many
    pins the journal has on the new id, of a story that is gone. owner: "", or the file of
    another story that has the old id and comes first: what was said stays with that one.
    mentions: other files of kb's own, each with the line, that name the old id and are left as
    they are.
    """

    old: str
    new: str
    source: Source
    path: str
    before: str
    after: str
    noted: bool = False
    done: bool = False
    heirs: int = 0
    owner: str = ""
    mentions: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """The file as it is called now."""
        return self.source.path

    @property
    def moves(self) -> bool:
        """Whether the file gets another name."""
        return self.path != self.source.path

    @property
    def writes(self) -> bool:
        """Whether something in the file changes."""
        return self.before != self.after


def plan_rename(workspace: Workspace, name: str, new: str) -> Renaming:
    """What a rename of the story meant by `name` to `new` will do; nothing is done.

    Raises UsageError when there is no such story, `new` is no id or is taken, DocumentError
    when the file cannot be read or be changed, WorkspaceError when the journal cannot be read.
    """
    if slug(new, _LIMIT) != new:
        raise UsageError(f"{new!r} is no id.", f"Write it as: {slug(new, _LIMIT)}")
    places = all_places(workspace)
    entries = read(workspace.journal).entries
    if finished := _finished(places, entries, name, new):
        return finished
    place = _first_name(settled(find_in(places, name)))
    old = place.id
    if old == new:
        raise UsageError(f"{new} is its id already.")
    if place.fault is not None:
        raise place.fault
    _check_free(workspace, places, place, new)
    path = _new_path(workspace, place, new)
    renamed = replace(place, source=replace(place.source, path=path))
    renamed = replace(renamed, id=story_of(renamed).id)
    noted = _noted(entries, old, new)
    return Renaming(
        old=old,
        new=new,
        source=place.source,
        path=path,
        before=place.text,
        after=place.text if renamed.id == new else changed(renamed, {"id": new}),
        noted=noted,
        heirs=0 if noted else sum(pin.story == new for pin in pins(entries).said),
        owner=_owner(places, place),
        mentions=tuple(_mentions(workspace, old)),
    )


def rename(workspace: Workspace, plan: Renaming, now: datetime) -> None:
    """Do what the plan says; see the top of this module for the order and what it is good for.

    Raises WorkspaceError or DocumentError when a step is refused; the story then has its old id,
    and all that was said of it.
    """
    if plan.done:
        return
    check_writable(plan.source)
    if read_exact(plan.source) != plan.before:
        raise WorkspaceError(
            "was changed while kb was at it, and is left alone.", "Try again.", plan.source.path
        )
    if not plan.noted and not plan.owner:
        append(workspace.journal, Entry("rename", story=plan.old, to=plan.new), now=now)
    try:
        source = _moved(plan) if plan.moves else plan.source
        if plan.writes:
            write_back(source, plan.before, plan.after)
    except BaseException:  # refused, or stopped with Ctrl-C
        if not plan.owner and _is_called_as_before(plan):
            _take_back(workspace, plan, now)
        raise


def _is_called_as_before(plan: Renaming) -> bool:
    """Whether the file, under either of its names, still gives the old id."""
    for path in (plan.source.path, plan.path):
        here = Path(plan.source.abspath).with_name(path.rpartition("/")[2])
        try:
            places = places_in(replace(plan.source, path=path, abspath=str(here)))
        except KBError:
            continue
        if any(place.id == plan.old for place in places if place.fault is None):
            return True
    return False


def _take_back(workspace: Workspace, plan: Renaming, now: datetime) -> None:
    """Let the journal call the story by its old id again."""
    with suppress(WorkspaceError):
        append(workspace.journal, Entry("rename", story=plan.new, to=plan.old), now=now)


def _finished(
    places: Sequence[Place], entries: Sequence[Entry], old: str, new: str
) -> Renaming | None:
    """The plan of a rename that was done before, all but perhaps the build; None if it was not."""
    ids = {place.id for place in places}
    if old in ids or new not in ids or not _noted(entries, old, new):
        return None
    place = next(place for place in places if place.id == new)
    where = place.source
    return Renaming(old, new, where, where.path, place.text, place.text, noted=True, done=True)


def _owner(places: Sequence[Place], place: Place) -> str:
    """The file of the story that has a place's id as a build sees it, "" if it is that one."""
    first = find_in(places, place.id)
    same = _same_file(first.source.abspath, place.source.abspath)
    return "" if same and first.number == place.number else first.source.path


def _noted(entries: Sequence[Entry], old: str, new: str) -> bool:
    """Whether the newest line of the journal on the old id is that it is the new one now."""
    last = next((one for one in reversed(entries) if old in (one.story, one.to)), None)
    return last is not None and (last.kind, last.story, last.to) == ("rename", old, new)


def _first_name(place: Place) -> Place:
    """The place under the name that its file is to lose, where it has that and the new one."""
    here = Path(place.source.abspath)
    first = here.with_name(f"{place.id}{here.suffix}")
    if first == here or not _same_file(first, here):
        return place
    shown = f"{place.source.path.rpartition('/')[0]}/{first.name}".removeprefix("/")
    return replace(place, source=replace(place.source, path=shown, abspath=str(first)))


def _check_free(workspace: Workspace, places: Sequence[Place], place: Place, new: str) -> None:
    """Raise UsageError when a story has the new id, one that cannot be read included."""
    for other in places:
        if other.id == new and not _same_file(other.source.abspath, place.source.abspath):
            raise UsageError(f"{new} is the id of {other.source.path} already.", "Take another.")
    stale = _stale(workspace).get(new, "")
    if stale and stale != place.source.path:
        raise UsageError(f"{new} is the id of a story in {stale}, which cannot be read now.")


def _stale(workspace: Workspace) -> dict[str, str]:
    """id -> path of the stories whose file could not be read at the last build."""
    from kb import store

    try:
        with store.open_index(workspace.database) as reader:
            return {card.id: card.path for card in reader.story_cards() if card.stale}
    except StoreError:  # no index; the files say enough
        return {}


def _new_path(workspace: Workspace, place: Place, new: str) -> str:
    """What the file will be called: by the new id where it was by the old one.

    Raises UsageError when there is such a file, in whatever case and form its name is written.
    """
    here = Path(place.source.abspath)
    name = f"{new}{here.suffix}"
    if not _named_by_id(workspace, place) or not _may_be_called(name):
        return place.source.path
    folder = place.source.path.rpartition("/")[0]
    for other in sorted(here.parent.iterdir()):
        if _alike(other.name) == _alike(name) and not _same_file(other, here):
            shown = f"{folder}/{other.name}".removeprefix("/")
            raise UsageError(f"{shown} exists already.", "Move it aside, or take another id.")
    return f"{folder}/{name}".removeprefix("/")


def _named_by_id(workspace: Workspace, place: Place) -> bool:
    """Whether a file's name is its only story's id, and the file is there itself, not by a link."""
    here = Path(place.source.abspath)
    if here.stem != place.id or here.name != Path(place.source.path).name:
        return False
    folder = next(f for f in workspace.personal if f.name == place.source.folder)
    inside = place.source.path
    if folder.name != ".":
        inside = inside.removeprefix(f"{folder.name}/")
    alone = len(parse_stories(place.text, path=place.source.path).stories) == 1
    return alone and not (folder.path / inside).is_symlink()


def _may_be_called(name: str) -> bool:
    """Whether a file of this name can be made, and is read."""
    return len(name.encode()) <= _LONGEST_NAME and not name.startswith(_NOT_READ)


def _alike(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _same_file(one: str | Path, other: str | Path) -> bool:
    try:
        return os.path.samefile(one, other)  # noqa: PTH121
    except OSError:
        return False


def _moved(plan: Renaming) -> Source:
    """The file under its new name, which nothing may have had."""
    old = Path(plan.source.abspath)
    new = old.with_name(Path(plan.path).name)
    try:
        _link(old, new)
        old.unlink(missing_ok=True)
    except FileExistsError as error:
        raise WorkspaceError("exists already.", "Move it aside.", plan.path) from error
    except OSError as error:
        reason = reason_of(error)
        raise WorkspaceError(f"cannot be renamed ({reason}).", "", plan.source.path) from error
    return replace(plan.source, path=plan.path, abspath=str(new))


def _link(old: Path, new: Path) -> None:
    """Give a file another name beside its own, unless that is done already."""
    if _same_file(old, new):
        return
    try:
        new.hardlink_to(old)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links: at once, and the old name is gone
        if os.path.lexists(new):
            raise FileExistsError from None
        old.rename(new)


def _mentions(workspace: Workspace, old: str) -> Iterator[str]:
    """`path:line` of the first line in each of kb's own files that names the old id."""
    word = re.compile(rf"(?<![\w-]){re.escape(old)}(?![\w-])")
    folder = workspace.personal[0].name
    shown = "_kb" if folder == "." else f"{folder}/_kb"
    if not workspace.own.is_dir():
        return
    for path in sorted(workspace.own.iterdir()):
        if path.suffix.lower() not in _OWN or path == workspace.journal:
            continue
        with suppress(DocumentError):
            text = read_text(path, shown=path.name)
            if found := word.search(text):
                yield f"{shown}/{path.name}:{text.count(chr(10), 0, found.start()) + 1}"
