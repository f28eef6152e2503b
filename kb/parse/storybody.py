"""The body of a story: where its title stands, and its parts.

Parts are marked by headings, by bold or plain labels at the start of a line, or
by list items. A weaker mark does not count where a stronger one names the same
part: in a story with a heading "Result", a bold "Impact:" is text of its part.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.domain import Part
from kb.parse.labels import normal, part_kind, split_label
from kb.parse.markdown import blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.domain import PartKind
    from kb.parse.markdown import Block

_HEADING = 16  # less the level; above all labels
_MARKED, _PLAIN, _ITEM = 3, 2, 1
_LONGEST_TITLE = 200
_ORNAMENTS = frozenset({"So", "Sk", "Cf", "Mn", "Me"})
_MARKER = re.compile(r"^\s*(?:[-*+]|\d{1,9}[.)])(?:\s+|$)")
_EMPHASIS = re.compile(r"^(\*\*|__|\*|_|`)(?=\S)(.+?)(?<=\S)\1$")


@dataclass(frozen=True, slots=True)
class Title:
    """A heading that can be a story's title."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Body:
    """What a body holds. empty: the labels under which nothing stands."""

    title: Title | None
    parts: tuple[Part, ...]
    empty: tuple[Title, ...]


@dataclass(frozen=True, slots=True)
class _Mark:
    """A heading or label. start, end: its rows in the text, 0-based, end exclusive. kind None: a
    heading that is no label. stop: where a list item ends, 0 for all else. closed: by a colon, or
    by the end of its line. heading: all of a heading."""

    start: int
    end: int
    text: str
    rest: str
    kind: PartKind | None
    rank: int
    stop: int = 0
    closed: bool = True
    heading: str = ""


def read_body(text: str, *, line: int, title: str = "") -> Body:
    """The title and parts of `text`, whose first row is `line` of the file.

    title: what the story is called already; a first heading that says the same
    is left out, any other is text. Without it the first heading that is no
    label is the title. Each Part's line is that of the first line of its text.
    """
    lines = text.split("\n")
    marks = _marks(text, lines)
    heading = _title(marks, title)
    kept = [mark for mark in _counted(marks, heading) if mark is not heading]
    if heading is not None:
        lines[heading.start : heading.end] = [""] * (heading.end - heading.start)
    parts: list[Part] = []
    empty: list[Title] = []
    opening = _Mark(0, 0, "", "", "text", 0)
    for mark, following in zip([opening, *kept], [*kept, None], strict=True):
        part = _part(mark, lines, following.start if following else len(lines), line)
        if part.text:
            parts.append(part)
        elif mark is not opening:
            empty.append(Title(mark.text, mark.start + line))
    found = Title(_bare(heading.heading), heading.start + line) if heading else None
    return Body(found, tuple(parts), tuple(empty))


def _part(mark: _Mark, lines: list[str], stop: int, first: int) -> Part:
    """The part from a mark to row `stop`."""
    rows = lines[mark.end : stop]
    start = mark.end
    if mark.stop:  # a list item: what it holds moves left with it
        match = _MARKER.match(lines[mark.start])
        width = match.end() if match else 0
        inside = max(mark.stop - mark.end, 0)
        rows = [*(_outdent(row, width) for row in rows[:inside]), *rows[inside:]]
    if mark.rest.strip():
        rows = [mark.rest.strip(), *[""] * (mark.end - mark.start - 1), *rows]
        start = mark.start
    blank = next((number for number, row in enumerate(rows) if row.strip()), len(rows))
    body = "\n".join(rows[blank:]).rstrip()
    return Part(mark.kind or "text", body, first + start + blank, mark.text)


def _title(marks: list[_Mark], title: str) -> _Mark | None:
    """The mark that is the story's title: the first heading, unless it is a part's label."""
    headings = [mark for mark in marks if mark.rank > _MARKED]
    if not headings:
        return None
    first, *others = headings
    if title:
        return first if normal(_bare(first.heading)) == normal(title) else None
    if not first.heading or len(first.heading) > _LONGEST_TITLE:
        return None
    below = {mark.kind for mark in others if mark.kind and mark.rank < first.rank}
    above = any(mark.kind and mark.rank >= first.rank for mark in others)
    return first if first.kind is None or (len(below) > 1 and not above) else None


def _counted(marks: list[_Mark], title: _Mark | None) -> list[_Mark]:
    """The marks that begin a part."""
    labels = [mark for mark in marks if mark.kind and mark is not title]
    strongest: dict[PartKind | None, int] = {}
    for mark in labels:
        strongest[mark.kind] = max(strongest.get(mark.kind, 0), mark.rank)
    kept = [mark for mark in labels if mark.rank == strongest[mark.kind]]
    in_lists = {mark.kind for mark in kept if mark.rank == _ITEM}
    if len(in_lists) == 1:  # one bullet "Goal: ..." among others is no structure
        kept = [mark for mark in kept if mark.rank != _ITEM]
    return kept


def _marks(text: str, lines: list[str]) -> list[_Mark]:
    """Every heading, and every label of a part, in order."""
    marks: list[_Mark] = []
    previous: PartKind | None = None
    for block in blocks(text):
        for mark in _of_block(block, lines, previous):
            previous = mark.kind or previous
            marks.append(mark)
    return marks


def _of_block(block: Block, lines: list[str], previous: PartKind | None) -> Iterator[_Mark]:
    if block.kind == "heading":
        yield _heading(block, previous)
    elif block.kind in ("paragraph", "list"):
        ends = _item_ends(block)
        labelled = False
        for row in range(block.line - 1, min(block.end, len(lines))):
            if ends and row not in ends and lines[row][:1].isspace():
                continue  # inside an item
            first = row == block.line - 1 or row in ends
            mark = _label(lines[row], row, ends.get(row, 0), previous)
            if mark is not None and (first or _unmistakable(mark, labelled)):
                labelled = labelled or row == block.line - 1
                previous = mark.kind
                yield mark


def _unmistakable(mark: _Mark, labelled: bool) -> bool:
    """Whether a label inside a paragraph is one, not prose that happens to be wrapped there.

    labelled: whether the paragraph begins with a label.
    """
    return (labelled or mark.closed) and (mark.rank == _MARKED or mark.text[:1].isupper())


def _item_ends(block: Block) -> dict[int, int]:
    """The rows on which a list's items begin, each with the row on which it ends (exclusive)."""
    starts = [item.line - 1 for item in block.items]
    return dict(zip(starts, [*starts[1:], block.end], strict=True)) if starts else {}


def _heading(block: Block, previous: PartKind | None) -> _Mark:
    kind, text, rest = part_kind(_unadorned(block.text), previous), block.text, ""
    if kind is None and (label := split_label(block.text)):
        kind = part_kind(label.text, previous)
        text, rest = (label.text, label.rest) if kind else (text, "")
    rank = _HEADING - block.level
    return _Mark(block.line - 1, block.end, text, rest, kind, rank, heading=block.text)


def _unadorned(text: str) -> str:
    """A heading without the emoji at its end."""
    stop = len(text)
    while stop and unicodedata.category(text[stop - 1]) in _ORNAMENTS:
        stop -= 1
    return text[:stop].rstrip()


def _label(line: str, row: int, stop: int, previous: PartKind | None) -> _Mark | None:
    """The part's label with which a line begins, if it does. stop: where its list item ends."""
    label = split_label(_MARKER.sub("", line, count=1) if stop else line.strip())
    kind = part_kind(label.text, previous) if label else None
    if label is None or kind is None:
        return None
    rank = _ITEM if stop else _MARKED if label.marked else _PLAIN
    closed = label.colon or not label.rest
    return _Mark(row, row + 1, label.text, label.rest, kind, rank, stop, closed)


def _outdent(line: str, width: int) -> str:
    return line[min(width, len(line) - len(line.lstrip(" "))) :]


def _bare(text: str) -> str:
    """A title without the emphasis around all of it."""
    match = _EMPHASIS.match(text.strip())
    return match[2] if match and match[1] not in match[2] else text.strip()
