"""The JSON that kb itself exports, and its YAML stories, read back without loss."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast, get_args

from kb.domain import STAR, Finding, Part, Status
from kb.importers.dates import read_date
from kb.importers.draft import Draft, draft_of
from kb.importers.fields import Taker, competency
from kb.importers.records import Found, Record
from kb.importers.values import Obj, as_list, as_text
from kb.importers.write import one_line
from kb.parse.slug import slug
from kb.parse.story import parse_stories

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kb.domain import PartKind
    from kb.importers.records import Source
    from kb.importers.values import Value

_FIELDS = frozenset(
    {"id", "title", "date", "role", "company", "competencies", "tags", "answers", "status", "parts"}
)
# The columns of the table that kb exports, in which parts have no labels of their own.
COLUMNS = (_FIELDS - {"parts"}) | {*STAR, "text"}


def is_own(value: Obj) -> bool:
    """Whether an object is a file of kb's own: {"kb": 1, "stories": [...]}."""
    names = {name for name, _ in value.pairs}
    return "kb" in names and "stories" in names


def read_own(value: Obj, source: Source) -> Found:
    """The stories of a file of kb's own. What it does not know in it is a finding or a note."""
    held = dict(value.pairs)
    findings: list[Finding] = []
    if held["kb"] != "1":
        message = "was exported by another version of kb; what this one knows is read."
        findings.append(Finding("version", "warning", message, source.name, value.line))
    if others := [name for name in held if name not in ("kb", "stories")]:
        message = f"Left out beside the stories: {', '.join(others)}."
        findings.append(Finding("left-out", "info", message, source.name, value.line))
    records: list[Record] = []
    stories = held["stories"]
    for item in stories if isinstance(stories, tuple) else (stories,):
        found = _record(item, source) if isinstance(item, Obj) else None
        if found:
            records.append(found)
        else:
            line = item.line if isinstance(item, Obj) else value.line
            message = "Not a story as kb exports them; it is left out."
            findings.append(Finding("no-text", "warning", message, source.name, line))
    return Found(tuple(records), tuple(findings))


def of_cells(cells: Mapping[str, str], line: int, source: Source) -> Record | None:
    """The story of a row under COLUMNS; None for one that has neither title nor text."""
    parts = [
        Obj((("part", kind), ("text", cells[kind])))
        for kind in ("text", *STAR)
        if cells.get(kind, "").strip()
    ]
    pairs: list[tuple[str, Value]] = [(name, cells.get(name, "")) for name in _FIELDS - {"parts"}]
    named = tuple(cells.get("competencies", "").split(","))
    pairs += [("competencies", named), ("parts", tuple(parts))]
    return _record(Obj(tuple(pairs), line), source)


def read_yaml_stories(text: str, source: Source) -> Found:
    """The stories of a YAML file as kb keeps them. Raises DocumentError, with the line."""
    found = parse_stories(text, path=f"{source.stem}.yaml")
    records: list[Record] = []
    for story in found.stories:
        draft = draft_of(story)
        taker = Taker(source, story.line)
        for name in ("competencies", "tags"):
            for value in getattr(story, name):
                _take_listed(taker, name, value)
        known, tags = (tuple(taker.lists[name]) for name in ("competencies", "tags"))
        draft = replace(draft, competencies=known, tags=tags)
        if draft.parts:
            records.append(Record(draft, story.line, tuple(taker.notes)))
    findings = (replace(finding, path=source.name) for finding in found.findings)
    return Found(tuple(records), tuple(findings))


def _record(value: Obj, source: Source) -> Record | None:
    held = dict(value.pairs)
    title = one_line(as_text(held.get("title", "")))
    parts = tuple(_parts(held.get("parts", ())))
    if not title and not parts:
        return None
    taker = Taker(source, value.line)
    for name in ("competencies", "tags", "answers"):
        for text in as_list(held.get(name, ())):
            _take_listed(taker, name, text)
    said, status = as_text(held.get("status", "")), as_text(held.get("status", "")) or "ready"
    if status not in get_args(Status):
        taker.note("status", said, "ready")
        status = "ready"
    for name, other in value.pairs:
        if name not in _FIELDS:
            taker.note("dropped", name, one_line(as_text(other)))
    draft = Draft(
        title=title or "Untitled",
        date=_date(as_text(held.get("date", "")), taker),
        role=one_line(as_text(held.get("role", ""))),
        company=one_line(as_text(held.get("company", ""))),
        competencies=tuple(taker.lists["competencies"]),
        tags=tuple(taker.lists["tags"]),
        answers=tuple(taker.lists["answers"]),
        status=cast("Status", status),
        parts=tuple(replace(part, line=value.line) for part in parts),
        id=_id(as_text(held.get("id", "")), taker),
    )
    return Record(draft, value.line, tuple(taker.notes))


def _take_listed(taker: Taker, name: str, text: str) -> None:
    found = competency(text, taker.source) if name == "competencies" else ""
    if name == "competencies" and not found:
        taker.note("tag", one_line(text))
        name = "tags"
    pieces = text.split("\n") if name == "answers" else text.split(",")
    clean = (piece.strip() if name == "answers" else one_line(piece) for piece in pieces)
    taker.lists[name].update(dict.fromkeys([found] if found else filter(None, clean)))


def _date(text: str, taker: Taker) -> str:
    found, exact = read_date(text) if text else ("", True)
    if not exact or found != text:
        taker.note("date", text, found)
    return found


def _id(text: str, taker: Taker) -> str:
    name = slug(text, 200) if text else ""
    if name != text:
        taker.note("id", text, name)
    return name


def _parts(value: Value) -> Iterator[Part]:
    for item in value if isinstance(value, tuple) else (value,):
        held = dict(item.pairs) if isinstance(item, Obj) else {"text": item}
        kind = as_text(held.get("part", "text")).lower()
        text = held.get("text", "")
        if text:
            known: PartKind = next((part for part in STAR if part == kind), "text")
            yield Part(known, as_text(text), 0, as_text(held.get("title", "")))
