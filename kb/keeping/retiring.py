"""A story taken out of matches, and back: the `status:` in its file, and a line in the journal.

The journal's line comes before the file and says what the status was, so that it is not lost
whenever kb ends; to run it again does the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.errors import DocumentError
from kb.journal import Entry, append, read
from kb.keeping.places import changed, check_writable, find_place_of, story_of, write_back
from kb.rewrite import written

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from kb.files import Workspace
    from kb.keeping.places import Place

_LIVE = ("draft", "ready")


@dataclass(frozen=True, slots=True)
class Retiring:
    """What is to become of a story's status.

    status: what its file will say, None where the key goes. was: what it says now, likewise.
    after: the file's text then. changes: False where the story is as asked for already.
    """

    place: Place
    undo: bool
    status: str | None
    was: str | None
    after: str
    changes: bool

    @property
    def story(self) -> str:
        """The story's id."""
        return self.place.id

    @property
    def path(self) -> str:
        """Its file."""
        return self.place.source.path


def plan_retire(workspace: Workspace, name: str, *, undo: bool) -> Retiring:
    """What it takes to retire the story meant by `name`, or to take that back; nothing is done.

    Taken back, the status is what it was, where the journal knows that; else the key goes.
    Raises UsageError when there is no such story, DocumentError when its file cannot be read or
    be changed, WorkspaceError when the file is read-only or the journal cannot be read.
    """
    place = find_place_of(workspace, name)
    live = story_of(place).status != "retired"
    said = written(place.text, "status", path=place.source.path, number=place.number)
    was = said if isinstance(said, str) else None
    if live is undo:
        return Retiring(place, undo, was, was, place.text, changes=False)
    check_writable(place.source)
    if not undo:
        after = changed(place, {"status": "retired"})
        return Retiring(place, undo, "retired", was, after, changes=True)
    before = status_before(read(workspace.journal).entries, place.id)
    try:
        after = changed(place, {"status": before})
    except DocumentError:  # the key cannot go, but say something else
        before = before or "ready"
        after = changed(place, {"status": before})
    return Retiring(place, undo, before, was, after, changes=True)


def retire(workspace: Workspace, plan: Retiring, now: datetime) -> None:
    """Do what the plan says. Raises WorkspaceError or DocumentError when the file was changed
    meanwhile, or something cannot be written; the file then is as it was."""
    if not plan.changes:
        return
    if plan.undo:
        note = Entry("unretire", story=plan.story)
    else:
        note = Entry("retire", story=plan.story, extra={"was": plan.was or ""})
    append(workspace.journal, note, now=now)
    write_back(plan.place.source, plan.place.text, plan.after)


def status_before(entries: Iterable[Entry], story: str) -> str | None:
    """What a story's status was when it was last retired, as it was written; None where nothing
    was, or it is not known. A rename carries it along."""
    known: dict[str, object] = {}
    for entry in entries:
        if entry.kind == "rename" and entry.story and entry.to and entry.story in known:
            known[entry.to] = known.pop(entry.story)
        elif entry.kind == "retire":
            known[entry.story] = entry.extra.get("was")
    was = known.get(story)
    return was if isinstance(was, str) and was.lower() in _LIVE else None
