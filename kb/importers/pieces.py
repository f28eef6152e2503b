"""One section of a document cut into its stories, and the lines that say when and where."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from kb.importers.dates import read_date
from kb.importers.fields import LONG
from kb.importers.names import meaning
from kb.importers.outline import LEAST_WORDS, RULE, restarts
from kb.parse.labels import split_label

if TYPE_CHECKING:
    from collections.abc import Collection

    from kb.importers.outline import Mark, Marks, Section

_ABOUT = frozenset(
    {"title", "date", "start", "role", "company", "competencies", "tags", "answers", "status"}
)
_ONE_LINE = frozenset({"title", "date", "start", "role", "company"})
_PAIR = re.compile(
    r"^\s*(?:[-*+•]\s+)?(?P<m>\*\*|__|\*|_)?(?P<key>[^\W\d_][^:：*_|\n]{0,40}?)"
    r"(?P<c>\s?[:：])?(?P=m)?(?(c)|\s?[:：])\s*(?P<value>.*)$"
)
_UNMARKED = re.compile(
    r"^\s*(?:[-*+•]\s+)?(?P<key>[^\W\d_][^:：*_|\n]{0,40}?)\s?[:：]\s*(?P<value>.*)$"
)
_BARS = re.compile(r"(?<=\s)[|·•‖](?=\s)")
_BOLD = re.compile(r"^\s*(\*\*|__).+\1:?\s*$")
_NUMBERED = re.compile(r"^\s*(?:#?\d{1,3}[.):]|story\b|example\b)", re.IGNORECASE)
_LONGEST = 120
_END = (".", "!", "?", ",", ";")


@dataclass(frozen=True, slots=True)
class Piece:
    """A story. row: where it begins, with its title; start, stop: the rows of its text. title: the
    line that names it, or "". told: whether it holds labels of several parts."""

    row: int
    start: int
    stop: int
    title: str
    told: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A line such as `Role: Developer`, with the rows it takes."""

    name: str
    value: str
    row: int
    stop: int


def pieces(lines: list[str], marks: Marks, section: Section) -> list[Piece]:
    """The stories of a section: cut at its rules or where its labels begin anew, else one."""
    if cut := _at_rules(lines, marks, section):
        return cut
    labels = marks.labels(section.start, section.stop)
    starts = [_start(lines, marks, mark, section) for mark in restarts(labels)]
    if not starts:
        return [titled(lines, marks, section.start, section.stop)]
    begin = _start(lines, marks, labels[0], section)
    found = [titled(lines, marks, *ends) for ends in pairwise([begin, *starts, section.stop])]
    if any(row.strip() for row in lines[section.start : begin]):
        return [Piece(section.start, section.start, begin, "", told=False), *found]
    return found


def about(lines: list[str], piece: Piece, labels: Collection[int], all_: bool) -> list[Line]:
    """The lines of a piece that tell of the story: `Role: ...`, `**Tags:** a, b`.

    labels: the rows of the parts' labels. all_: in the first paragraph any name counts, as in
    Notion's property lines; elsewhere the known ones do.
    """
    found: list[Line] = []
    row = piece.start
    head = _first_paragraph(lines, piece) if all_ else range(0)
    while row < piece.stop:
        pairs = [] if row in labels else _pairs(lines[row], row in head)
        last = row + 1
        if len(pairs) == 1 and not pairs[0][1]:
            last, value = _below(lines, row, piece.stop, labels)
            pairs = [(pairs[0][0], value)] if value else []
        found += (Line(name, value, row, last) for name, value in pairs)
        row = last if pairs else row + 1
    return found


def is_title(row: str) -> bool:
    """Whether a line reads as a title: short, without a full stop, or bold, or numbered."""
    text = row.strip()
    if not text or len(text) > _LONGEST:
        return False
    return _stands_out(text) or not text.endswith(_END)


def _stands_out(text: str) -> bool:
    return bool(_BOLD.match(text) or _NUMBERED.match(text))


def _at_rules(lines: list[str], marks: Marks, section: Section) -> list[Piece]:
    """The pieces between rules, where several of them are stories; else nothing."""
    inside = marks.within(section.start, section.stop)
    rules = [mark for mark in inside if mark.level == RULE]
    if not rules:
        return []
    starts = [section.start, *(mark.end for mark in rules)]
    stops = [*(mark.row for mark in rules), section.stop]
    found = [
        titled(lines, marks, start, stop)
        for start, stop in zip(starts, stops, strict=True)
        if any(row.strip() for row in lines[start:stop])
    ]
    told = sum(piece.told for piece in found)
    long = sum(_words(lines, piece) >= LEAST_WORDS for piece in found)
    if told > 1 or (long > 1 and not any(mark.kind for mark in inside)):
        return found
    return []


def titled(lines: list[str], marks: Marks, start: int, stop: int) -> Piece:
    """A piece, and its title where its first line is one."""
    labels = marks.labels(start, stop)
    told = len({mark.kind for mark in labels}) > 1
    first = next((row for row in range(start, stop) if lines[row].strip()), start)
    head = next(iter(marks.within(first, first + 1)), None)
    if head and head.level > 0 and head.kind is None:
        return Piece(start, head.end, stop, head.text, told)
    if head is None and is_title(lines[first]) and not _pairs(lines[first]):
        below = lines[first + 1] if first + 1 < stop else ""
        labelled = any(mark.row == first + 1 for mark in labels[:1])
        if labelled or not below.strip() or _pairs(below):
            return Piece(start, first + 1, stop, lines[first].strip(), told)
    return Piece(start, start, stop, "", told)


def _start(lines: list[str], marks: Marks, label: Mark, section: Section) -> int:
    """The row on which a story begins whose first label is given: its title's, if it has one."""
    row = label.row
    for _ in range(3):  # the lines about the story, its title, and blank lines between
        mark = marks.before(row)
        before = max(mark.end if mark and mark.kind else 0, section.start)
        top = row
        while top > before and not lines[top - 1].strip():
            top -= 1
        if top <= section.start:
            break
        if mark and mark.level > 0 and mark.end == top and mark.kind is None:
            return mark.row
        if top > before and _pairs(lines[top - 1]):
            row = top - 1
        elif top > before and is_title(lines[top - 1]) and _is_alone(lines, top - 1, before):
            return top - 1
        else:
            return _top(lines, top, before, row)
    return row


def _top(lines: list[str], stop: int, before: int, row: int) -> int:
    """The row of a title that opens the paragraph above row `stop`, else `row`."""
    top = stop
    while top > before and lines[top - 1].strip():
        top -= 1
    return top if top < stop and _stands_out(lines[top]) else row


def _is_alone(lines: list[str], row: int, before: int) -> bool:
    """Whether a line is no continuation of the line above it."""
    above = lines[row - 1].strip() if row else ""
    return not above or _stands_out(lines[row]) or (row == before and above.endswith(_END))


def _pairs(line: str, any_name: bool = False) -> list[tuple[str, str]]:
    """The names and values on a line, all of which must be such; [] where it is prose."""
    found: list[tuple[str, str]] = []
    for piece in _BARS.split(line):
        if found and piece.strip().isalnum() and read_date(piece)[1]:
            found.append(("date", piece.strip()))
            continue
        match = _PAIR.match(piece) or _UNMARKED.match(piece)
        means = meaning(match["key"]) if match else None
        if match is None or not (any_name or means in _ABOUT):
            return []
        if means in _ONE_LINE and len(match["value"]) > 2 * LONG:
            return []
        found.append((match["key"], match["value"].strip("*_ ")))
    label = split_label(line.strip())
    return [] if label and len(found) == 1 and meaning(label.text) not in _ABOUT else found


def _below(lines: list[str], row: int, stop: int, labels: Collection[int]) -> tuple[int, str]:
    """What stands under a name alone on its line: the list or paragraph that follows."""
    start = row + 1
    while start < stop and not lines[start].strip():
        start += 1
    end = start
    while end < stop and lines[end].strip() and end not in labels and not _pairs(lines[end]):
        end += 1
    return end, "\n".join(lines[start:end])


def _first_paragraph(lines: list[str], piece: Piece) -> range:
    """The first paragraph, if each of its lines is a name and a value."""
    first = next((row for row in range(piece.start, piece.stop) if lines[row].strip()), piece.stop)
    last = first
    while last < piece.stop and lines[last].strip():
        last += 1
    if all(_PAIR.match(lines[row]) for row in range(first, last)):
        return range(first, last)
    return range(0)


def _words(lines: list[str], piece: Piece) -> int:
    return sum(len(row.split()) for row in lines[piece.start : piece.stop])
