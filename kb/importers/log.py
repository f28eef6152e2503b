"""What was imported before: one JSON object a line, appended and never rewritten."""

from __future__ import annotations

import json
from dataclasses import dataclass

VERSION = 1


@dataclass(frozen=True, slots=True)
class Imported:
    """A record that became a story. at: when, UTC, ISO 8601; source: the file's name as it was
    given; key: the record's fingerprint; story: the story's id then."""

    at: str
    source: str
    key: str
    story: str


def read_log(text: str) -> tuple[Imported, ...]:
    """The lines of a log that can be read; one torn by a crash is passed over."""
    found: list[Imported] = []
    for row in text.split("\n"):
        try:
            held = json.loads(row)
            json.dumps(held, ensure_ascii=False).encode()  # no half of a character
        except (ValueError, RecursionError):
            continue
        if isinstance(held, dict) and all(isinstance(held.get(k), str) for k in ("key", "story")):
            at, source = str(held.get("at", "")), str(held.get("source", ""))
            found.append(Imported(at, source, held["key"], held["story"]))
    return tuple(found)


def log_line(one: Imported) -> str:
    """The line to be appended."""
    held = {"v": VERSION, "at": one.at, "source": one.source, "key": one.key, "story": one.story}
    return json.dumps(held, ensure_ascii=False) + "\n"
