"""What was said of a story, a line an event; the web page has the same sentences."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from kb.domain import StoryCard
from kb.render.layout import Page, clean, pad

_DAY = 10  # columns of YYYY-MM-DD
_KNOWN = ("date", "company", "interviewer")
# What each kind of line says, before where, to whom and for which question.
_SAID = {
    "pin": "said to answer",
    "pin-no": "said not to answer",
    "unpin": "taken back what was said of",
    "use": "told",
    "unuse": "taken back: told",
    "review": "reviewed",
    "debrief": "debriefed",
    "retire": "retired",
    "unretire": "taken back: retired",
}
_ABOUT_A_QUESTION = ("pin", "pin-no", "unpin")
_TIMES = {0: "not told so far", 1: "told once so far", 2: "told twice so far"}


class Event(Protocol):
    """An event as `kb.history` has it."""

    @property
    def at(self) -> str:
        """When it was noted."""

    @property
    def kind(self) -> str:
        """The journal's."""

    @property
    def text(self) -> str:
        """The question, or the earlier id."""

    @property
    def extra(self) -> Mapping[str, Any]:
        """All else."""

    @property
    def day(self) -> str:
        """When it happened."""


def event_line(event: Event) -> str:
    """One event as a line: its date, and what was said."""
    return f"{pad(_flat(event.day), _DAY)}  {event_words(event)}"


def event_words(event: Event) -> str:
    """What was said, without the date. Kinds and fields that are not known stand as they are."""
    if event.kind == "rename":
        return f"renamed; it was {_flat(event.text)} before"
    head = _SAID.get(event.kind, _flat(event.kind))
    if event.kind in _ABOUT_A_QUESTION:
        return f"{head} {_quoted(event.text)}{_others(event.extra)}"
    return head + told_words(event.extra, event.text) + _others(event.extra)


def told_words(extra: Mapping[str, Any], question: str) -> str:
    """Where, to whom and for which question, as far as it is known, after "told"."""
    where = f" at {_flat(extra['company'])}" if extra.get("company") else ""
    whom = f" to {_flat(extra['interviewer'])}" if extra.get("interviewer") else ""
    return where + whom + (f" for {_quoted(question)}" if question else "")


def history_text(story: str, events: Sequence[Event], page: Page) -> str:
    """All that was said of the story of this title (or id), oldest first."""
    if not events:
        return "\n".join(page.wrap(f"Nothing was said of \u201c{clean(story)}\u201d yet."))
    lines = [page.style(clean(story), "title")]
    for event in events:
        head = f"{pad(_flat(event.day), _DAY)}  "
        lines += page.wrap(event_words(event), " " * (_DAY + 2), head)
    return "\n".join(lines)


def history_json(story: str, events: Sequence[Event]) -> dict[str, Any]:
    """The same as an object; `said` is the sentence."""
    return {
        "story": story,
        "events": [
            {
                "at": event.at,
                "date": event.day,
                "kind": event.kind,
                "text": event.text,
                "said": event_words(event),
                "extra": dict(event.extra),
            }
            for event in events
        ],
    }


def use_text(
    story: StoryCard, event: Event, times: int, page: Page, before: Sequence[str] = ()
) -> str:
    """That a story was told, or that this was taken back, and how often it was told by now.

    before: the days on which the same company heard it already.
    """
    head = "Taken back" if event.kind == "unuse" else "Noted"
    day = f" {'on' if len(event.day) == _DAY else 'in'} {_flat(event.day)}"
    told = told_words(event.extra, event.text).rstrip(" .")
    stop = "" if told.endswith(("?\u201d", ".\u201d")) else "."
    said = [f"{head}: \u201c{clean(story.title)}\u201d was told{day}{told}{stop}"]
    if before:
        said.append(f"They heard it before: {', '.join(map(_flat, before))}.")
    count = _TIMES.get(times, f"told {times} times so far")
    return "\n".join(page.wrap(" ".join([*said, f"{count.capitalize()}."])))


def use_json(story: StoryCard, event: Event, times: int) -> dict[str, Any]:
    """The same as an object."""
    return {
        "kind": event.kind,
        "story": story.id,
        "question": event.text,
        "date": event.day,
        "company": str(event.extra.get("company", "")),
        "interviewer": str(event.extra.get("interviewer", "")),
        "times": times,
    }


def _others(extra: Mapping[str, Any]) -> str:
    """Fields that no sentence has a place for."""
    rest = [f"{_flat(name)}: {_flat(extra[name])}" for name in extra if name not in _KNOWN]
    return f" ({', '.join(rest)})" if rest else ""


def _quoted(text: str) -> str:
    return f"\u201c{_flat(text)}\u201d"


def _flat(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return " ".join(clean(text).split())
