"""Markdown and plain text, with one story or many, in any of the shapes people write them in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.domain import Finding
from kb.importers import foreign, grids
from kb.importers.fields import Taker
from kb.importers.outline import (
    LEAST_WORDS,
    RULE,
    Marks,
    Section,
    group_of,
    no_story,
    scan,
    sections,
    title_of,
)  # fmt: skip
from kb.importers.pieces import Piece, about, pieces, titled
from kb.importers.records import Found, Record
from kb.importers.values import as_text, of_mapping
from kb.parse.asks import shaped
from kb.parse.frontmatter import split_front_matter
from kb.parse.labels import normal
from kb.parse.markdown import normalise
from kb.parse.slug import slug

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.importers.records import Source

_SHARED = frozenset({"role", "company", "competencies", "tags", "date", "status"})


def read_document(text: str, source: Source) -> Found:
    """The stories of a Markdown or plain text file.

    Each heading with the parts of one story under it is a story; where headings do not tell,
    rules (`---`) and labels that begin anew do. Text outside any story is a finding. Raises
    DocumentError, with the line, when front matter cannot be read.
    """
    reader = _Reader(normalise(text), source)
    records = tuple(reader.records())
    if not records and not reader.findings:
        reader.find("no-text", "No text of a story stands here.", 1)
    return Found(records, tuple(reader.findings))


@dataclass(frozen=True, slots=True)
class _Told:
    """A story's rows, its title and the headings it stands under."""

    piece: Piece
    title: str
    groups: tuple[str, ...] = ()


class _Reader:
    """Reads one document; `findings` gathers what stands outside the stories."""

    def __init__(self, text: str, source: Source) -> None:
        front = split_front_matter(text, path=source.name)
        self.source = source
        self.fields = of_mapping(front.fields).pairs if front.fields else ()
        self.first = front.body_line
        self.plain = foreign.plain(front.body, vault=source.vault, line=self.first)
        self.grouped: set[str] = set()
        self.tags = _by_line(self.plain.tags)
        self.embeds = _by_line(self.plain.embeds)
        self.written = front.body.split("\n")
        self.lines = self.plain.text.split("\n")
        self.tabled = grids.take_tables(self.lines, self.first, source)
        self.marks = Marks.of(scan("\n".join(self.lines)))
        self.findings = list(self.tabled.findings)
        for comment, line in self.plain.comments:
            self.find("left-out", f"A comment is left out: {comment[:60]!r}.", line)

    def records(self) -> Iterator[Record]:
        """The stories, those of tables first."""
        yield from self.tabled.records
        told = list(self._told())
        covered = bytearray(len(self.lines))
        for one in told:
            rows = range(one.piece.row, one.piece.stop)
            covered[rows.start : rows.stop] = b"\1" * len(rows)
            record = self._record(one, alone=len(told) == 1 and not self.tabled.records)
            if record:
                yield record
            elif said := " ".join(" ".join(self.written[rows.start : rows.stop]).split()):
                message = f"No text of a story, left out: {said[:60]!r}."
                self.find("no-text", message, self.first + one.piece.row)
        self._left_out(covered)
        self._left_fields(alone=len(told) == 1 and not self.tabled.records)

    def _told(self) -> Iterator[_Told]:
        if self.source.whole:
            yield self._whole()
        elif not self.tabled.records or any(mark.kind for mark in self.marks.marks):
            for section in sections("\n".join(self.lines), self.marks.marks):
                yield from self._of_section(section)

    def _whole(self) -> _Told:
        piece = titled(self.lines, self.marks, 0, len(self.lines))
        return _Told(piece, piece.title)

    def _of_section(self, section: Section) -> Iterator[_Told]:
        cut = pieces(self.lines, self.marks, section)
        if len(cut) == 1:
            piece, title = cut[0], section.title
            if title:
                piece = Piece(section.row, section.start, section.stop, title, piece.told)
            yield _Told(piece, title or piece.title, section.groups)
            return
        groups = section.groups
        if name := group_of(section.title):
            groups = (*groups, name)
        labelled = any(piece.told for piece in cut)
        for number, piece in enumerate(cut):
            short = sum(map(_count, self.lines[piece.start : piece.stop])) < LEAST_WORDS
            opening = labelled and not piece.told and (number == 0 or short)
            if not opening and not no_story(piece.title):
                yield _Told(piece, piece.title, groups)

    def _record(self, one: _Told, *, alone: bool) -> Record | None:
        piece = one.piece
        taker = Taker(self.source, self.first + piece.row)
        lines = self.lines[piece.start : piece.stop]
        labels = {mark.row for mark in self.marks.labels(piece.start, piece.stop)}
        notion = foreign.has_id(self.source.stem)
        for line in about(self.lines, piece, labels, all_=notion):
            taker.take(line.name, line.value)
            for row in range(line.row - piece.start, line.stop - piece.start):
                lines[row] = ""
        for name, value in self.fields:
            if alone and name.lower() == "id" and _is_id(as_text(value)):
                taker.id = as_text(value)
            elif alone or name.lower() in _SHARED:
                taker.take(name, value)
        title = title_of(one.title) if one.title else ""
        if taker.title and title and normal(taker.title) != normal(title):
            taker.note("dropped", "Heading", title)
        taker.title = taker.title or title
        if not taker.title and alone:
            taker.title = foreign.without_id(self.source.stem)
        if shaped(title):
            taker.take("questions", title)
        self._around(taker, piece, one.groups)
        taker.body("\n".join(self._without_rule(lines, piece)), self.first + piece.start)
        return taker.record()

    def _around(self, taker: Taker, piece: Piece, groups: tuple[str, ...]) -> None:
        """The headings above a story, the tags in it, and what it showed."""
        for group in groups:
            taker.group(group)
            self.grouped.add(group)
        for line in range(self.first + piece.row, self.first + piece.stop):
            for tag in self.tags.get(line, ()):
                taker.take("tags", tag)
            for name in self.embeds.get(line, ()):
                taker.note("embed", name)

    def _without_rule(self, lines: list[str], piece: Piece) -> list[str]:
        """A story's lines without the rule that parts it from the next."""
        rules = {m.row for m in self.marks.within(piece.start, piece.stop) if m.level == RULE}
        end = len(lines)
        while end and (not lines[end - 1].strip() or piece.start + end - 1 in rules):
            end -= 1
        return lines[:end]

    def _left_out(self, covered: bytearray) -> None:
        """A finding for each heading and text that belongs to no story."""
        heads = {mark.row: mark for mark in self.marks.marks if mark.level > 0}
        rules = {mark.row for mark in self.marks.marks if mark.level == RULE}
        runs: list[tuple[int, str, int]] = []  # where it begins, its heading, its words
        last = -1  # the last row of a story
        for row, line in enumerate(self.lines):
            last = row if covered[row] else last
            if covered[row] or row in rules or not line.strip():
                continue
            head = title_of(heads[row].text) if row in heads else ""
            if head or not runs or runs[-1][0] < last:
                runs.append((row, head, 0))
            if not head:
                start, under, words = runs[-1]
                runs[-1] = (start if words or not under else row, under, words + _count(line))
        for number in sorted({*self.tags, *self.embeds}):
            if not covered[number - self.first]:
                names = ", ".join([*self.tags.get(number, ()), *self.embeds.get(number, ())])
                self.find("left-out", f"Outside any story, left out: {names}.", number)
        for row, head, words in runs:
            if words:
                where = f" under {head!r}" if head else ""
                said = f"{words} word{'s' * (words != 1)}{where} outside any story; left out."
                self.find("left-out", said, self.first + row)
            elif group_of(head) not in {"", *self.grouped}:
                said = f"The heading {head!r} is no story's; left out."
                self.find("left-out", said, self.first + row)

    def _left_fields(self, *, alone: bool) -> None:
        if alone:
            return
        others = [pair for pair in self.fields if pair[0].lower() not in _SHARED]
        said = [f"{name} ({as_text(value)[:30]})" for name, value in others]
        if said:
            self.find("left-out", f"Left out of the front matter: {', '.join(said)}.", 1)

    def find(self, rule: str, message: str, line: int) -> None:
        """Note a finding."""
        self.findings.append(Finding(rule, "info", message, self.source.name, line))


def _count(text: str) -> int:
    return len(text.split())


def _by_line(found: list[tuple[str, int]]) -> dict[int, list[str]]:
    lines: dict[int, list[str]] = {}
    for name, line in found:
        lines.setdefault(line, []).append(name)
    return lines


def _is_id(text: str) -> bool:
    """Whether a text is a story's id, and no number that another program gave."""
    return slug(text, 200) == text and any(map(str.isalpha, text))
