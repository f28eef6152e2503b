"""CSV and TSV with a header: one story a row, its fields told by the header's names."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from kb.domain import STAR, Finding
from kb.errors import DocumentError
from kb.importers.fields import Taker
from kb.importers.names import meaning
from kb.importers.own import COLUMNS, of_cells
from kb.importers.records import Found, Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.importers.records import Source

_SNIFFED = 20_000
_LARGEST = 1_000_000  # characters of a cell
_HEADER_ROWS = 5  # among which the header is looked for
_MADE_HARMLESS = re.compile(r"^'(?='*[=+\-@\t\r\n＝＋－＠])")  # for spreadsheets, by an export
Row = tuple[int, list[str]]


def read_table(text: str, source: Source) -> Found:
    """The stories of a table, one a row. A row without text of a story is a finding.

    Raises DocumentError where no row names parts of a story, or the table cannot be read.
    """
    rows = list(_rows(text, source))
    place = next((n for n, row in enumerate(rows[:_HEADER_ROWS]) if is_header(row[1])), None)
    if place is None:
        raise DocumentError(
            "no row names the parts of a story.",
            "Give it a header such as Title, Situation, Task, Action, Result.",
            source.name,
            rows[0][0] if rows else 1,
        )
    header = [name or f"Column {number}" for number, name in enumerate(rows[place][1], start=1)]
    findings = [
        Finding("left-out", "info", f"Left out above the header: {' '.join(cells).strip()!r}.",
                source.name, line)
        for line, cells in rows[:place]
    ]  # fmt: skip
    records: list[Record] = []
    own = len(set(header)) == len(header) and set(header) == COLUMNS
    for line, cells in rows[place + 1 :]:
        if own and len(cells) <= len(header):
            found = of_cells(dict(zip(header, cells, strict=False)), line, source)
        else:
            found = of_row(header, cells, line, source)
        if found:
            records.append(found)
        else:
            said = "; ".join(cell.strip() for cell in cells if cell.strip())[:60]
            message = f"A row without text of a story; it is left out: {said!r}."
            findings.append(Finding("no-text", "info", message, source.name, line))
    return Found(tuple(records), tuple(findings))


def is_header(cells: list[str]) -> bool:
    """Whether a row names the columns of stories: two parts, or a title and a text."""
    meanings = {meaning(cell) for cell in cells if cell.strip()}
    if len(meanings & set(STAR)) >= 2:
        return True
    told = meanings & {"text", "answer", "story", *STAR}
    return bool(told) and bool(meanings & {"title", "answers", "date", "company", "role"})


def of_row(header: list[str], cells: list[str], line: int, source: Source) -> Record | None:
    """The story of one row; None where it holds no text."""
    taker = Taker(source, line)
    beyond = [f"Column {number}" for number in range(len(header) + 1, len(cells) + 1)]
    for name, cell in zip([*header, *beyond], cells, strict=False):
        taker.take(name, cell)
    return taker.record()


def _rows(text: str, source: Source) -> Iterator[Row]:
    """The rows that hold something, each with the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), _dialect(text), strict=False)
    before = 0
    limit = csv.field_size_limit(_LARGEST)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield before + 1, list(map(_plain, cells))
            before = reader.line_num
    except csv.Error as error:
        raise DocumentError(
            f"cannot be read as a table ({error}).", "Save it anew as CSV in UTF-8.", source.name,
            before + 1,
        ) from error  # fmt: skip
    finally:
        csv.field_size_limit(limit)


def _plain(cell: str) -> str:
    """A cell without the apostrophe that keeps a spreadsheet from taking it for a formula."""
    cell = _MADE_HARMLESS.sub("", cell)
    return cell.replace("\r\n", "\n").replace("\r", "\n")


def _dialect(text: str) -> type[csv.Dialect]:
    """The separator that parts the header into most known names; quotes are doubled, as
    spreadsheets do. (The sniffer of the csv module looks at the prose of cells as well, where
    commas stand.)"""

    class Found(csv.excel):
        delimiter = max(",\t;|", key=lambda mark: _known_names(text[:_SNIFFED], mark))

    return Found


def _known_names(head: str, separator: str) -> int:
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=separator)
    rows = (row for row, _ in zip(reader, range(_HEADER_ROWS), strict=False))
    try:
        return max((sum(meaning(cell) is not None for cell in row) for row in rows), default=0)
    except csv.Error:
        return 0
