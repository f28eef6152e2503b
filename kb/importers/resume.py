"""A résumé in the JSON Resume schema: each highlight of a job or project is a story to be told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kb.domain import Finding
from kb.importers.fields import Taker, first_words
from kb.importers.records import Found, Record
from kb.importers.values import Obj, as_list, as_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.importers.records import Source
    from kb.importers.values import Value

_SECTIONS = ("work", "volunteer", "projects")
_ROLE = ("position", "roles")
_COMPANY = ("name", "company", "organization", "entity")
_TAGS = ("keywords",)
_QUIET = ("url", "website", "location", "type", "$schema", "meta", "basics")


def is_resume(value: Obj) -> bool:
    """Whether an object is a résumé: it has jobs or projects, some of which have highlights."""
    return any(
        name in _SECTIONS and any("highlights" in dict(entry.pairs) for entry in _entries(held))
        for name, held in value.pairs
    )


def read_resume(value: Obj, source: Source) -> Found:
    """A draft for each highlight, with the role, company and date of its job. All else that has
    text is named in the findings."""
    items = list(_items(value, source))
    records = tuple(item for item in items if isinstance(item, Record))
    return Found(records, tuple(item for item in items if isinstance(item, Finding)))


def _items(value: Obj, source: Source) -> Iterator[Record | Finding]:
    others = [name for name, held in value.pairs if name not in (*_SECTIONS, *_QUIET) and held]
    if others:
        message = f"Left out, since no highlights stand there: {', '.join(others)}."
        yield Finding("left-out", "info", message, source.name, value.line)
    for section, held in value.pairs:
        for entry in _entries(held) if section in _SECTIONS else ():
            yield from _of_entry(section, entry, source)


def _of_entry(section: str, entry: Obj, source: Source) -> Iterator[Record | Finding]:
    held = dict(entry.pairs)
    highlights = [text for text in as_list(held.get("highlights", ())) if text.strip()]
    left = [name for name in ("summary", "description") if as_list(held.get(name, ""))]
    if left or not highlights:
        what = f"the {' and the '.join(left)}" if left else "an entry without highlights"
        message = f"Left out: {what} of {_first(held, _COMPANY) or section}."
        yield Finding("left-out", "info", message, source.name, entry.line)
    for text in highlights:
        taker = Taker(source, entry.line, title=first_words(text))
        taker.take("role", ", ".join(as_list(held.get("position", held.get("roles", "")))))
        taker.take("company", _first(held, _COMPANY[2:] if section == "projects" else _COMPANY))
        taker.take("date", held.get("startDate", held.get("date", "")))
        taker.take("tags", held.get("keywords", ()))
        if section == "projects":
            taker.take("tags", held.get("name", ""))
        taker.take("text", text)
        if (found := taker.record()) is not None:
            yield replace(found, draft=replace(found.draft, status="draft"))


def _entries(value: Value) -> list[Obj]:
    items = value if isinstance(value, tuple) else (value,)
    return [item for item in items if isinstance(item, Obj)]


def _first(held: dict[str, Value], names: tuple[str, ...]) -> str:
    return next((as_text(held[name]) for name in names if held.get(name)), "")
