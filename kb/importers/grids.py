"""Tables in documents: one story a row, or one part a row."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kb.domain import STAR, Finding
from kb.importers.names import meaning
from kb.importers.table import is_header, of_row
from kb.parse.markdown import blocks, rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.importers.records import Record, Source

_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)


@dataclass(slots=True)
class Tabled:
    """The stories of tables with one a row, and the rows without text."""

    records: list[Record] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def take(self, cells: Sequence[Sequence[str]], places: Sequence[int], source: Source) -> None:
        """The rows of a table with a header, each on its line."""
        for row, line in zip(cells[1:], places[1:], strict=True):
            found = of_row(list(cells[0]), list(row), line, source)
            if found:
                self.records.append(found)
            else:
                said = "; ".join(cell.strip() for cell in row if cell.strip())[:60]
                message = f"A row without text of a story; it is left out: {said!r}."
                self.findings.append(Finding("no-text", "info", message, source.name, line))


def take_tables(lines: list[str], first: int, source: Source) -> Tabled:
    """The stories of the Markdown tables in `lines`, which are changed: a table of stories leaves
    them, one whose first column names parts becomes labelled lines. Line `first` of the file is
    the first of them."""
    made = Tabled()
    if not any("|" in row for row in lines):
        return made
    for block in blocks("\n".join(lines)):
        if block.kind != "table":
            continue
        start = block.line - 1
        cells = [[_BREAK.sub("\n", cell) for cell in row] for row in rows(block.text)]
        if is_label_column(cells):
            for row, text in zip(_places(start, len(cells)), labelled_rows(cells), strict=True):
                lines[row] = text
            lines[start + 1] = ""
        elif is_header(cells[0]):
            made.take(cells, [first + row for row in _places(start, len(cells))], source)
            lines[start : block.end] = [""] * (block.end - start)
    return made


def is_label_column(cells: Sequence[Sequence[str]]) -> bool:
    """Whether the first column of a table names parts of one story."""
    kinds = {meaning(row[0]) for row in cells if row and row[0] and any(row[1:])}
    return len(kinds & set(STAR)) > 1 and not is_header(list(cells[0]))


def labelled_rows(cells: Sequence[Sequence[str]]) -> list[str]:
    """Each row as a line, `**Label:** text`."""
    found = []
    for row in cells:
        text = " ".join(cell.replace("\n", " ").strip() for cell in row[1:] if cell.strip())
        label = row[0].strip("*_: ")
        found.append(f"**{label}:** {text}" if label and text else label or text)
    return found


def _places(start: int, count: int) -> list[int]:
    """The rows of a table's lines, without that of dashes."""
    return [start, *range(start + 2, start + 1 + count)]
