"""That a story was told, or was not after all: a line in the journal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.errors import UsageError
from kb.journal import Entry, append
from kb.keeping.writing import read_date

if TYPE_CHECKING:
    from datetime import date, datetime

    from kb.domain import StoryCard
    from kb.files import Workspace


@dataclass(frozen=True, slots=True)
class Told:
    """When, where and to whom. date: YYYY, YYYY-MM or YYYY-MM-DD. asked: a question's text and
    its id; each may be ""."""

    date: str
    company: str = ""
    interviewer: str = ""
    asked: tuple[str, str] = ("", "")


def told_on(text: str, today: date) -> str:
    """The day that `text` names, today where it is empty. Raises UsageError for what is no date,
    or one that is still to come."""
    return read_date(text, today) if text.strip() else today.isoformat()


def note_use(workspace: Workspace, story: StoryCard, told: Told, now: datetime) -> Entry:
    """Add to the journal that `story` was told. Raises WorkspaceError when it cannot be written."""
    return append(workspace.journal, _entry("use", story.id, told), now=now)


def take_back(workspace: Workspace, story: StoryCard, told: Told | None, now: datetime) -> Entry:
    """Add to the journal that the last use of `story` noted, `told`, is taken back.

    Raises UsageError when there is none, WorkspaceError when it cannot be written.
    """
    if told is None:
        raise UsageError(f"no use of {story.id} is noted, so none can be taken back.")
    return append(workspace.journal, _entry("unuse", story.id, told), now=now)


def _entry(kind: str, story: str, told: Told) -> Entry:
    said = {"date": told.date, "company": told.company, "interviewer": told.interviewer}
    extra = {name: " ".join(value.split()) for name, value in said.items() if value.strip()}
    return Entry(kind, story=story, question=told.asked[0], question_id=told.asked[1], extra=extra)
