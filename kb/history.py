"""What the journal says of one story: each word on it, and to whom it was told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kb.journal import Entry


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the journal about a story.

    at: when it was noted, UTC, ISO 8601. kind: the journal's. text: the question it is about,
    or ""; of a rename the id that the story had before. extra: all else that the line says.
    """

    at: str
    kind: str
    text: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def day(self) -> str:
        """When it happened: the date that the line names, else that on which it was noted."""
        return said_text(self.extra, "date") or self.at[:10]


@dataclass(frozen=True, slots=True)
class Use:
    """That a story was told. at: when it was noted. date: YYYY, YYYY-MM or YYYY-MM-DD; the
    others are "" where they were not said."""

    at: str
    date: str
    company: str = ""
    question: str = ""
    question_id: str = ""
    interviewer: str = ""


def history(entries: Iterable[Entry], story: str) -> tuple[Event, ...]:
    """All that was said of `story`, in the order it was said.

    A rename carries what was said of the old id to the new one; after it the old id is a new
    story's. Kinds that this kb does not know are there as they stand.
    """
    return tuple(event_of(entry) for entry in _by_story(entries).get(story, ()))


def uses(entries: Iterable[Entry]) -> dict[str, tuple[Use, ...]]:
    """story -> when and to whom it was told, as noted; what was taken back is not among them.

    An `unuse` takes back the last use noted of its story. Stories without a use are left out.
    """
    found: dict[str, tuple[Use, ...]] = {}
    for story, lines in _by_story(entries).items():
        told: list[Use] = []
        for entry in lines:
            if entry.kind == "use":
                told.append(_use(entry))
            elif entry.kind == "unuse" and told:
                told.pop()
        if told:
            found[story] = tuple(told)
    return found


def said_text(extra: Mapping[str, Any], name: str) -> str:
    """A field of a line that is a text, or "": another program may have written anything."""
    value = extra.get(name)
    return value if isinstance(value, str) else ""


def _by_story(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """story -> its lines in the order they stand, those of its earlier ids among them."""
    stories: dict[str, list[tuple[int, Entry]]] = {}
    for order, entry in enumerate(entries):
        story = entry.story
        if entry.kind == "rename" and story and entry.to and story != entry.to:
            moved = stories.pop(story, [])
            story = entry.to
            stories[story] = sorted([*stories.get(story, []), *moved], key=lambda one: one[0])
        if story:
            stories.setdefault(story, []).append((order, entry))
    return {story: [entry for _, entry in lines] for story, lines in stories.items()}


def event_of(entry: Entry) -> Event:
    """One line of the journal as an event of its story."""
    text = entry.story if entry.kind == "rename" else entry.question or entry.question_id
    return Event(entry.at, entry.kind, text, entry.extra)


def _use(entry: Entry) -> Use:
    return Use(
        at=entry.at,
        date=said_text(entry.extra, "date") or entry.at[:10],
        company=said_text(entry.extra, "company"),
        question=entry.question,
        question_id=entry.question_id,
        interviewer=said_text(entry.extra, "interviewer"),
    )
