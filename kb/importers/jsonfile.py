"""JSON and JSON lines: kb's own, résumés in the JSON Resume schema, and whatever people keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.domain import STAR, Finding
from kb.errors import DocumentError
from kb.importers.fields import Taker
from kb.importers.jsonvalues import read_json
from kb.importers.names import meaning
from kb.importers.own import is_own, read_own
from kb.importers.records import Found, Record
from kb.importers.resume import is_resume, read_resume
from kb.importers.values import Obj, Value, as_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.importers.records import Source

_DEPTH = 4  # of objects within objects in which a list of stories is looked for


def read_json_file(text: str, source: Source) -> Found:
    """The stories of a JSON file: a list, an object with lists under any key, or one object.

    Raises DocumentError, with the line, where it is no JSON.
    """
    value = read_json(text, source.name)
    if isinstance(value, Obj) and is_own(value):
        return read_own(value, source)
    if isinstance(value, Obj) and is_resume(value):
        return read_resume(value, source)
    return _found(list(_stories(value, source, 0)), source)


def read_json_lines(text: str, source: Source) -> Found:
    """The stories of a file with one JSON value a line. A line that is none is a finding of
    severity "error", and the others are read."""
    items: list[Record | Finding] = []
    for number, row in enumerate(text.split("\n"), start=1):
        if not row.strip():
            continue
        try:
            items += _stories(read_json(row, source.name, number), source, 0)
        except DocumentError as error:
            items.append(
                Finding("json", "error", error.message, source.name, error.line, error.hint)
            )
    return _found(items, source)


def _found(items: list[Record | Finding], source: Source) -> Found:
    records = tuple(item for item in items if isinstance(item, Record))
    findings = [item for item in items if isinstance(item, Finding)]
    if not items:
        findings.append(Finding("no-stories", "warning", "No story stands here.", source.name, 1))
    return Found(records, tuple(findings))


def _stories(value: Value, source: Source, depth: int) -> Iterator[Record | Finding]:
    """The stories in a value; what is none is a finding."""
    if isinstance(value, tuple):
        for item in value:
            yield from _stories(item, source, depth + 1)
    elif isinstance(value, str):
        yield from _of_text(value, source)
    elif _is_story(value):
        yield _record(value, source)
    else:
        yield from _within(value, source, depth)


def _within(value: Obj, source: Source, depth: int) -> Iterator[Record | Finding]:
    """The stories in an object that is none itself, and what else it holds."""
    inner = [(name, held) for name, held in value.pairs if _holds_stories(held, depth)]
    if not inner:
        yield Finding("no-text", "info", "An object without text of a story; it is left out.",
                      source.name, value.line, _names(value))  # fmt: skip
        return
    taken = {id(held) for _, held in inner}
    others = [name for name, held in value.pairs if id(held) not in taken]
    if others:
        message = f"Left out beside the stories: {', '.join(others)}."
        yield Finding("left-out", "info", message, source.name, value.line)
    for _, held in inner:
        yield from _stories(held, source, depth + 1)


def _holds_stories(value: Value, depth: int) -> bool:
    if depth >= _DEPTH or isinstance(value, str):
        return False
    if isinstance(value, tuple):
        return any(isinstance(item, Obj) and _holds_stories(item, depth) for item in value)
    inner = (held for _, held in value.pairs)
    return _is_story(value, depth) or any(_holds_stories(held, depth + 1) for held in inner)


def _is_story(value: Obj, depth: int = 0) -> bool:
    """Whether an object's own fields are those of a story. depth: of the objects around it."""
    meanings = {meaning(name) for name, held in value.pairs if not _is_list_of_objects(held)}
    parts = {kind for kind in meanings if kind in STAR}
    if len(parts) >= 2 or "parts" in {meaning(name) for name, _ in value.pairs}:
        return True
    told = parts or meanings & {"text", "answer", "story"}
    return bool(told) and not any(_holds_stories(held, depth + 1) for _, held in value.pairs)


def _is_list_of_objects(value: Value) -> bool:
    return isinstance(value, tuple) and any(isinstance(item, Obj) for item in value)


def _record(value: Obj, source: Source) -> Record | Finding:
    taker = Taker(source, value.line)
    for name, held in value.pairs:
        taker.take(name, held)
    found = taker.record()
    return found or Finding("no-text", "info", "A story without text; it is left out.",
                            source.name, value.line, _names(value))  # fmt: skip


def _of_text(text: str, source: Source) -> Iterator[Record | Finding]:
    """A text that stands where a story is expected: the whole story, if it is long enough."""
    if len(text.split()) > 12:
        taker = Taker(source, 1)
        taker.body(text, 1)
        if found := taker.record():
            yield found
            return
    if text.strip():
        yield Finding("left-out", "info", f"Left out: {text.strip()[:60]!r}.", source.name, 1)


def _names(value: Obj) -> str:
    held = "; ".join(f"{name}: {as_text(inner)[:30]}" for name, inner in value.pairs[:4])
    return f"It holds {held}." if held else ""
