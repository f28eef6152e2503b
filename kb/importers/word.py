"""Word files: their paragraphs, lists and tables to Markdown lines, in the order of reading."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING, Protocol

from kb.domain import Finding
from kb.errors import DocumentError
from kb.importers.collection import read_document
from kb.importers.grids import Tabled, is_label_column
from kb.importers.records import Found
from kb.importers.table import is_header

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docx.document import Document

    from kb.importers.records import Source

_MOST = 64_000_000  # bytes, unpacked
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HEADING = re.compile(r"heading ([1-9])", re.IGNORECASE)
_GONE = tuple(_W + name for name in ("del", "moveFrom", "pPr", "rPr", "drawing", "pict"))
_LOST = {
    "pictures or drawings": ("drawing", "pict"),
    "footnotes": ("footnoteReference", "endnoteReference"),
    "comments": ("commentReference",),
}
_MISREAD = re.compile(r"^(?:#{1,6}\s|>|={3,}$|-{2,}$|`{3}|~{3})")
_DEEPEST = 5  # of tables in tables


class _Element(Protocol):
    """What is used of an XML element."""

    tag: str
    text: str | None

    def __iter__(self) -> Iterator[_Element]: ...

    def iter(self, *tags: str) -> Iterator[_Element]: ...

    def find(self, path: str) -> _Element | None: ...

    def get(self, name: str) -> str | None: ...


def read_word(data: bytes, source: Source) -> Found:
    """The stories of a .docx file: headings, bold labels, lists and tables, as in Markdown.

    Lines count paragraphs. What does not come along (pictures, footnotes, comments) is a
    finding. Raises DocumentError where it is no such file.
    """
    document = _open(data, source)
    body: _Element = document.element.body
    page = _Page(source, _styles(document))
    page.blocks(body, 0)
    found = read_document("\n".join(page.lines), source)
    findings = [
        Finding("left-out", "info", f"{count} {what} do not come along.", source.name)
        for what, names in _LOST.items()
        if (count := sum(1 for _ in body.iter(*(_W + name for name in names))))
    ]
    findings += page.tabled.findings
    findings += (replace(each, line=page.place(each.line)) for each in found.findings)
    records = (replace(each, line=page.place(each.line)) for each in found.records)
    return Found((*page.tabled.records, *records), tuple(findings))


def _open(data: bytes, source: Source) -> Document:
    import docx

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            size = sum(info.file_size for info in package.infolist())
        if size <= _MOST:
            return docx.Document(io.BytesIO(data))
    except Exception as error:  # whatever a broken package makes of the readers below
        raise DocumentError(
            "cannot be opened as a Word file.", "Save it anew as .docx.", source.name
        ) from error
    raise DocumentError("is too large once unpacked.", "Split it.", source.name)


def _styles(document: Document) -> dict[str, str]:
    """Each paragraph style's id and the name of the built-in one that it is made from."""
    names: dict[str, str] = {}
    for style in document.styles:
        found, base = style.name or "", getattr(style, "base_style", None)
        for _ in range(10):
            if base is None or _HEADING.match(found) or found.startswith(("List", "Title")):
                break
            found, base = base.name or found, base.base_style
        names[style.style_id] = found if found != "Normal" else style.name or ""
    return names


@dataclass(slots=True)
class _Page:
    """The lines that are written. styles: style ids to names; places: the paragraph that each
    line comes from; tabled: what tables with one story a row hold."""

    source: Source
    styles: dict[str, str]
    lines: list[str] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    tabled: Tabled = field(default_factory=Tabled)
    paragraph: int = 0
    titled: bool = False

    def place(self, line: int) -> int:
        """The paragraph that a line comes from."""
        return self.places[min(line, len(self.places)) - 1] if self.places else 1

    def write(self, text: str) -> None:
        """The lines of the paragraph that is read, and a blank one."""
        for line in [*text.split("\n"), ""]:
            self.lines.append(line)
            self.places.append(max(self.paragraph, 1))

    def blocks(self, parent: _Element, depth: int) -> None:
        """The paragraphs and tables under an element."""
        for child in parent:
            if child.tag == f"{_W}p":
                self._paragraph(child)
            elif child.tag == f"{_W}tbl":
                self._table(child, depth)
            elif child.tag not in _GONE and isinstance(child.tag, str):
                self.blocks(child, depth)  # content controls, insertions

    def _paragraph(self, element: _Element) -> None:
        self.paragraph += 1
        style = self.styles.get(_value(element, "pStyle"), "")
        text = _text(element)
        if not text.strip() or style.lower().startswith("toc"):
            return
        heading = _HEADING.match(style)
        if style == "Title" and not self.titled:
            self.titled = True
            self.write(f"# {' '.join(text.split())}")
        elif heading:
            level = min(int(heading[1]) + self.titled, 6)
            self.write(f"{'#' * level} {' '.join(text.split())}")
        elif style.startswith("List") or element.find(f"{_W}pPr/{_W}numPr") is not None:
            self._item(element, style)
        else:
            self.write(_marked(element))

    def _item(self, element: _Element, style: str) -> None:
        said = _value(element, "numPr/ilvl")
        level = int(said) if re.fullmatch("[0-9]{1,3}", said) else 0
        mark = "1." if style.startswith("List Number") else "-"
        if self.lines and self.lines[-1] == "" and len(self.lines) > 1:
            above = self.lines[-2].lstrip()
            if above.startswith(("- ", "1. ")):
                del self.lines[-1], self.places[-1]
        indent = "  " * min(level, 4)
        self.write(f"{indent}{mark} {_marked(element)}".replace("\n", f"\n{indent}  "))

    def _table(self, table: _Element, depth: int) -> None:
        """A table of stories, of the parts of one, or a box around text."""
        rows = [[cell for cell in row if cell.tag == f"{_W}tc"] for row in _rows(table)]
        first = self.paragraph + 1
        cells = [[_cell(cell) for cell in row] for row in rows]
        if depth < _DEEPEST and all(len(row) < 2 for row in rows):
            for cell in chain(*rows):
                self.blocks(cell, depth + 1)
            return
        places: list[int] = []
        for row in rows:
            places.append(self.paragraph + 1)
            self.paragraph += sum(1 for cell in row for _ in cell.iter(f"{_W}p"))
        if is_label_column(cells):
            self._labelled(cells, places)
        elif cells and is_header(cells[0]):
            self.tabled.take([row for row in cells if row], places, self.source)
        else:
            self.paragraph, last = first, self.paragraph
            for row_cells in cells:
                self.write(" | ".join(" ".join(cell.split()) for cell in row_cells))
            self.paragraph = last

    def _labelled(self, cells: list[list[str]], places: list[int]) -> None:
        last = self.paragraph
        for row, place in zip(cells, places, strict=True):
            self.paragraph = place
            label = row[0].strip(" :") if row else ""
            text = "\n\n".join(cell for cell in row[1:] if cell.strip())
            if label and text:
                self.write(f"**{label}:** {text}")
            elif label or text:
                self.write(label or text)
        self.paragraph = last


def _rows(table: _Element) -> Iterator[_Element]:
    for child in table:
        if child.tag == f"{_W}tr":
            yield child
        elif child.tag not in _GONE:
            yield from _rows(child)


def _cell(cell: _Element) -> str:
    texts = (_text(element).strip() for element in cell.iter(f"{_W}p"))
    return "\n\n".join(text for text in texts if text)


def _value(element: _Element, path: str) -> str:
    """The value of one of a paragraph's properties, or ""."""
    found = element.find(f"{_W}pPr/" + "/".join(_W + name for name in path.split("/")))
    return (found.get(f"{_W}val") or "") if found is not None else ""


def _text(element: _Element) -> str:
    return "".join(text for text, _ in _runs(element)).strip(" \t")


def _marked(element: _Element) -> str:
    """A paragraph as Markdown: bold is marked where it is a label or all of the paragraph."""
    runs = [(text, bold) for text, bold in _runs(element) if text]
    place = next((n for n, (text, bold) in enumerate(runs) if not bold and text.strip()), len(runs))
    label = "".join(text for text, _ in runs[:place]).strip()
    rest = "".join(text for text, _ in runs[place:]).strip()
    if label and (not rest or label.endswith((":", "：")) or rest.startswith((":", "："))):
        joint = "" if rest.startswith((":", "：")) else " "
        return (
            f"**{label}**{joint if rest else ''}{rest}" if "\n" not in label else f"{label} {rest}"
        )
    lines = _text(element).split("\n")
    return "\n".join(f"\\{line}" if _MISREAD.match(line) else line for line in lines)


def _runs(element: _Element) -> Iterator[tuple[str, bool]]:
    """The texts of a paragraph as it reads now, insertions and links included, and whether each
    is bold."""
    for child in element:
        if child.tag == f"{_W}r":
            yield "".join(_characters(child)), _is_bold(child)
        elif child.tag not in _GONE and child.tag != f"{_W}p":
            yield from _runs(child)


def _characters(run: _Element) -> Iterator[str]:
    for child in run:
        name = child.tag.rpartition("}")[2] if isinstance(child.tag, str) else ""
        if name == "t":
            yield child.text or ""
        elif name in ("br", "cr"):
            yield "\n"
        elif name in ("tab", "ptab"):
            yield " "
        elif name == "noBreakHyphen":
            yield "-"


def _is_bold(run: _Element) -> bool:
    style = run.find(f"{_W}rPr/{_W}rStyle")
    if style is not None and style.get(f"{_W}val") == "Strong":
        return True
    bold = run.find(f"{_W}rPr/{_W}b")
    return bold is not None and bold.get(f"{_W}val") not in ("0", "false", "off")
