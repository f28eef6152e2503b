"""A document to its title, its questions with the blocks under each, and the rest as notes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

from kb.domain import Note
from kb.parse.asks import bold_line, explicit_rest, is_contents, wording
from kb.parse.headings import is_section, question_headings
from kb.parse.labels import section_kind, split_label, strip_number, strip_ornament
from kb.parse.markdown import SUMMARY_LEVEL, Block, rows
from kb.parse.prose import Prose
from kb.parse.segments import head_and_body, segments

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kb.parse.asks import Wording

_COUNTER = re.compile(r"#|(?:no|nr|id)\.?|\d+[.)]?|", re.IGNORECASE)  # a column that only counts

Mode = Literal["headings", "marked", "bold", "table", "list", "lines"]


@dataclass(slots=True)
class Ask:
    """A question as found: its wording, line, category, and the blocks under it.

    heading: the source text, for when the wording is empty ("## Question 1").
    level: of its heading, 0 when it is none.
    """

    words: Wording
    line: int
    heading: str
    category: str = ""
    level: int = 0
    body: list[Block] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Outline:
    """What a document holds: title ("" if none), questions in order, and notes."""

    title: str
    asks: tuple[Ask, ...]
    notes: tuple[Note, ...]


@dataclass(slots=True)
class _Heading:
    """A heading that is no question, and the text under it."""

    text: str
    level: int
    line: int
    used: bool = False
    prose: Prose = field(default_factory=Prose)


def read_outline(blocks: Sequence[Block], titled: bool = False) -> Outline:
    """The outline of a document. titled: front matter has named it already.

    Headed structure wins: only where no heading is a question are marked
    paragraphs ("Q1: ..."), bold ones, table rows, list items and single lines
    tried, in this order. A lone question-like heading among many question
    lists ("What is STAR?") does not count as headed structure.
    """
    headed = _Reader(blocks, "headings", titled).read()
    if headed.asks and not _is_weak(headed):
        return headed
    for mode in get_args(Mode)[1:]:
        other = _Reader(blocks, mode, titled).read()
        enough = 2 if mode == "lines" else 1
        if len(other.asks) >= enough and _outside(headed, other) >= 3 * len(headed.asks):
            return other
    return headed


def _is_weak(outline: Outline) -> bool:
    """Whether the questions may be mere headings: few, unmarked, without any section."""
    return len(outline.asks) <= 2 and not any(
        ask.words.explicit or ask.words.numbered or any(map(_is_field, ask.body))
        for ask in outline.asks
    )


def _is_field(block: Block) -> bool:
    if block.kind == "heading":
        return is_section(block.text)
    label = split_label(block.text) if block.kind == "paragraph" else None
    return label is not None and is_section(label.text)


def _outside(headed: Outline, other: Outline) -> int:
    """How many questions of `other` lie under no question of `headed`."""
    spans = [(ask.line, max([each.end for each in ask.body], default=0)) for ask in headed.asks]
    return sum(not any(first <= ask.line <= last for first, last in spans) for ask in other.asks)


class _Reader:
    """Walks a document's blocks once, for one way of writing questions."""

    def __init__(self, blocks: Sequence[Block], mode: Mode, titled: bool) -> None:
        self.blocks = blocks
        self.mode = mode
        self.heads = question_headings(blocks) if mode == "headings" else {}
        self.flat = self._is_flat()
        self.title_at = self._title_at(titled)
        self.title = ""
        self.asks: list[Ask] = []
        self.ask: Ask | None = None
        self.folds = 0
        self.blocked = False  # whether a heading says that what follows is no question
        self.apart = -1  # the place of a list that is a section of the open question
        self.stack: list[_Heading] = []
        self.rest: list[_Heading] = [_Heading("", 0, 0, used=True)]

    def read(self) -> Outline:
        """The outline, as this way of writing shows it."""
        for at, block in enumerate(self.blocks):
            if block.kind == "heading":
                self._on_heading(at, block)
            elif block.kind == "close":
                self._on_close()
            elif not self._open_asks(at, block):
                self._keep(block)
        return Outline(self.title, tuple(self.asks), tuple(self._notes()))

    def _is_flat(self) -> bool:
        """Whether sections stand at the level of the questions themselves."""
        levels = {self.blocks[at].level for at in self.heads}
        sections = [b for b in self.blocks if b.kind == "heading" and is_section(b.text)]
        return bool(levels) and all(block.level <= max(levels) for block in sections)

    def _title_at(self, titled: bool) -> int | None:
        """The place of the heading that names the document, if there is one."""
        found = [(at, block) for at, block in enumerate(self.blocks) if block.kind == "heading"]
        if not found or found[0][0] in self.heads or is_section(found[0][1].text):
            return None
        level = found[0][1].level
        alone = all(block.level > level for _, block in found[1:])
        return found[0][0] if alone and level <= (1 if titled else 6) else None

    def _on_heading(self, at: int, block: Block) -> None:
        if at in self.heads:
            self.blocked = False
            self._pop(block.level)
            self._begin(Ask(self.heads[at], block.line, block.text, level=block.level))
        elif self.ask and self._belongs(block):
            self.folds += block.level == SUMMARY_LEVEL
            self.ask.body.append(block)
        else:
            self._on_other_heading(at, block)

    def _belongs(self, block: Block) -> bool:
        """Whether a heading is a section of the open question."""
        kind = section_kind(block.text)
        if kind == "contents":
            return False
        if self.mode == "headings":
            assert self.ask is not None
            same = self.flat and block.level == self.ask.level and kind != "note"
            return block.level > self.ask.level or (same and is_section(block.text))
        return self.mode in {"marked", "bold"} and is_section(block.text) and kind != "note"

    def _on_other_heading(self, at: int, block: Block) -> None:
        self.ask = None
        text = strip_ornament(block.text)
        kind = section_kind(block.text)
        self.blocked = kind is not None and kind != "question"
        if at == self.title_at:
            self.title = text
            self.rest.append(_Heading("", block.level, block.line, used=True))
            return
        self._pop(block.level)
        heading = _Heading(text, block.level, block.line)
        self.rest.append(heading)
        if not self.blocked:
            self.stack.append(heading)

    def _pop(self, level: int) -> None:
        while self.stack and self.stack[-1].level >= level:
            self.stack.pop()

    def _on_close(self) -> None:
        if self.ask and self.ask.level == SUMMARY_LEVEL and self.folds == 0:
            self.ask = None
        self.folds = max(0, self.folds - 1)

    def _begin(self, ask: Ask) -> None:
        if self.stack:
            ask.category = strip_number(self.stack[-1].text)
            self.stack[-1].used = True
        self.asks.append(ask)
        self.ask, self.folds = ask, 0

    def _keep(self, block: Block) -> None:
        """A block that is no question: of the open question, or of the guide."""
        if self.ask:
            self.ask.body.append(block)
        elif block.kind != "rule":
            self.rest[-1].prose.add(block.text, block.line, block.end)

    def _open_asks(self, at: int, block: Block) -> bool:
        """Open the questions that a block holds; False if it holds none."""
        if block.kind == "paragraph" and self.mode == "list":
            return self._caption(at, block)
        finders = {
            "marked": _marked, "bold": _bold, "table": _table, "list": _items, "lines": _lines,
        }  # fmt: skip
        if self.mode == "headings" or self.blocked or at == self.apart:
            return False
        found = list(finders[self.mode](block))
        for ask in found:
            self._begin(ask)
        return bool(found)

    def _caption(self, at: int, block: Block) -> bool:
        """A short line above a list of questions: its category, or what the list is instead."""
        following = self.blocks[at + 1] if at + 1 < len(self.blocks) else None
        if following is None or following.kind != "list" or "\n" in block.text:
            return False
        text = bold_line(block.text) or block.text.strip()
        caption = text.endswith((":", "：")) or text != block.text.strip()
        if not caption or len(text) > 80:
            return False
        if self.ask and section_kind(text) not in (None, "contents"):
            self.apart = at + 1
            return False
        self._on_other_heading(at, Block("heading", text.rstrip(":： "), block.line, block.end, 6))
        return True

    def _notes(self) -> Iterator[Note]:
        for heading in self.rest:
            if heading.prose.text or not heading.used:
                line = heading.line if heading.text else heading.prose.line
                yield Note(heading.text, heading.prose.text, line)


def _marked(block: Block) -> Iterator[Ask]:
    """A paragraph that begins with "Q1:", "**Question 3:**" or the like."""
    if block.kind != "paragraph" or explicit_rest(strip_number(block.text.strip())) is None:
        return
    head, body, line = head_and_body(block.text.strip(), block.line)
    words = wording(head)
    if words.explicit:
        yield Ask(words, block.line, head, body=list(segments(body, line)))


def _bold(block: Block) -> Iterator[Ask]:
    """A bold line that reads like a question."""
    if block.kind != "paragraph":
        return
    head, _, body = block.text.strip().partition("\n")
    bold = bold_line(head)
    if bold is not None and wording(bold).shaped:
        yield Ask(wording(bold), block.line, head, body=list(segments(body, block.line + 1)))


def _items(block: Block) -> Iterator[Ask]:
    """The items of a list, if at least half of them read like questions."""
    if block.kind != "list" or is_contents([item.text for item in block.items]):
        return
    cut = [head_and_body(item.text, item.line) for item in block.items]
    words = [wording(head) for head, _, _ in cut]
    if 2 * sum(each.shaped or each.explicit for each in words) < len(words):
        return
    for item, each, (head, body, line) in zip(block.items, words, cut, strict=True):
        if head:
            link = [Block("paragraph", head, item.line, item.line)] if "](" in head else []
            yield Ask(each, item.line, head, body=[*link, *segments(body, line)])


def _table(block: Block) -> Iterator[Ask]:
    """The rows of a table that has a column of questions; other columns as labelled text."""
    if block.kind != "table":
        return
    header, *body = rows(block.text)
    column = _question_column(header, body)
    if column is None:
        return
    unsaid = [
        name for at, name in enumerate(header) if name and not _is_said(at, name, column, body)
    ]
    for number, row in enumerate(body):
        line = block.line + 2 + number
        cells = [f"**{name}:** {cell}" for name, cell in _cells(header, row, column)]
        cells += unsaid if number == 0 else []
        under = [Block("paragraph", cell, line, line) for cell in cells]
        asked = row[column] if column < len(row) else ""
        if asked or under:
            yield Ask(wording(asked), line, asked or " ".join(row).strip(), body=under)


def _cells(header: list[str], row: list[str], column: int) -> Iterator[tuple[str, str]]:
    """The names and contents of a row's cells beside the question, its number left out."""
    for at, cell in enumerate(row):
        name = header[at] if at < len(header) else ""
        if at != column and cell and not (_COUNTER.fullmatch(name) and _COUNTER.fullmatch(cell)):
            yield name or "Note", cell


def _is_said(at: int, name: str, column: int, body: list[list[str]]) -> bool:
    """Whether a column's name is known or stands before some cell."""
    if at == column or section_kind(name):
        return section_kind(name.removesuffix("s")) is not None
    return any(at == n and cell for row in body for n, cell in enumerate(row))


def _question_column(header: list[str], body: list[list[str]]) -> int | None:
    for at, name in enumerate(header):
        if section_kind(name.removesuffix("s")) == "question":
            return at
    for at in range(len(header)):
        cells = [row[at] for row in body if at < len(row)]
        if cells and 2 * sum(wording(cell).shaped for cell in cells) >= len(cells):
            return at
    return None


def _lines(block: Block) -> Iterator[Ask]:
    """A paragraph in which every line reads like a question."""
    lines = block.text.split("\n") if block.kind == "paragraph" else []
    if all(wording(each).shaped for each in lines):
        for number, each in enumerate(lines):
            yield Ask(wording(each), block.line + number, each)
