"""Stories as a Word document: a story a page, its parts under headings."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from kb.exporters.document import facts, label
from kb.exporters.marked import address, parsed, plain, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docx.document import Document
    from docx.text.paragraph import Paragraph
    from markdown_it.token import Token

    from kb.domain import Story

_SERIF: Final = "Georgia"
_SANS: Final = "Arial"
_MONO: Final = "Courier New"
_QUIET: Final = (0x66, 0x5F, 0x54)
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_MARKS: Final = {"strong": "bold", "em": "italic", "s": "strike"}
_INNER: Final = 2  # the level of a part's heading; those inside it come below
_DEEPEST: Final = 3  # of the list styles


def word_document(stories: Sequence[Story]) -> bytes:
    """The document. It names no author and no date, and is the same each time."""
    import docx

    document = docx.Document()
    _prepare(document)
    title = stories[0].title if len(stories) == 1 else "Stories"
    _say_nothing_of_the_author(document, visible(title))
    for number, story in enumerate(stories):
        heading = _new_paragraph(document, "Heading 1", story.title)
        heading.paragraph_format.page_break_before = number > 0
        _story(document, story)
    out = BytesIO()
    document.save(out)
    return _undated(out.getvalue())


def _prepare(document: Document) -> None:
    """Fonts and margins."""
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt, RGBColor

    for section in document.sections:
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(27)
        section.top_margin = section.bottom_margin = Mm(25)
    styles: Any = document.styles
    looks = [("Normal", _SERIF, 11, None), ("Heading 1", _SERIF, 18, (0, 0, 0))]
    looks += [("Heading 2", _SANS, 10, _QUIET)]
    looks += [(f"Heading {n}", _SERIF, 11, (0, 0, 0)) for n in range(3, 10)]
    for name, font, size, colour in looks:
        style = styles[name]
        style.font.name, style.font.size = font, Pt(size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        if colour:
            style.font.color.rgb = RGBColor(*colour)
            style.font.bold = True
    styles["Normal"].paragraph_format.space_after = Pt(6)
    styles["Normal"].paragraph_format.line_spacing = 1.25


def _say_nothing_of_the_author(document: Document, title: str) -> None:
    properties: Any = document.core_properties
    properties.title = title
    properties.author = properties.last_modified_by = properties.comments = ""
    element = properties._element  # its dates are those of the template
    for child in list(element):
        if child.tag.endswith(("}created", "}modified")):
            element.remove(child)


def _undated(data: bytes) -> bytes:
    """The same archive without times, and without the template's picture of itself."""
    out = BytesIO()
    with ZipFile(BytesIO(data)) as source, ZipFile(out, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(ZipInfo(name, _EPOCH), source.read(name), ZIP_DEFLATED)
    return out.getvalue()


def _story(document: Document, story: Story) -> None:
    for name, value in facts(story):
        _fact(_new_paragraph(document), f"{name}: {value}")
    if story.answers:
        _fact(_new_paragraph(document), "Questions answered:")
        for answer in story.answers:
            _fact(_new_paragraph(document, "List Bullet"), answer)
    writer = _Writer(document)
    for part in story.parts:
        if name := label(part):
            _new_paragraph(document, f"Heading {_INNER}", name)
        writer.write(part.text)


def _new_paragraph(document: Document, style: str = "", text: str = "") -> Paragraph:
    """A new paragraph at the end.

    It is put before the last element (the page's size) and its style is set by its id: what the
    library does instead, going through all paragraphs and all styles, takes time that grows
    with the document.
    """
    from docx.oxml import OxmlElement
    from docx.text.paragraph import Paragraph as NewParagraph

    element: Any = OxmlElement("w:p")
    document.element.body[-1].addprevious(element)
    if style:
        element.style = style.replace(" ", "")
    paragraph = NewParagraph(element, document._body)
    if text:
        paragraph.add_run(visible(text))
    return paragraph


def _fact(paragraph: Paragraph, text: str) -> None:
    from docx.shared import Pt, RGBColor

    paragraph.paragraph_format.space_after = Pt(0)
    run = paragraph.add_run(visible(text))
    run.font.name, run.font.size = _SANS, Pt(9.5)
    run.font.color.rgb = RGBColor(*_QUIET)


@dataclass(slots=True)
class _List:
    """A list that is being written. number: of its numbering in the document, None for bullets.
    fresh: whether the next paragraph begins an item."""

    number: int | None
    fresh: bool = False


@dataclass(slots=True)
class _Writer:
    """Writes Markdown into a document."""

    document: Document
    lists: list[_List] = field(default_factory=list)
    quotes: int = 0
    heading: int = 0
    rows: list[list[str]] = field(default_factory=list)
    in_table: bool = False

    def write(self, text: str) -> None:
        """One text, at the document's end."""
        for token in parsed(visible(text)):
            self._take(token)

    def _take(self, token: Token) -> None:
        kind = token.type
        if kind == "inline":
            self._inline(token.children or [])
        elif kind in ("fence", "code_block"):
            self._code(token.content.rstrip("\n"))
        elif kind == "hr":
            _new_paragraph(self.document, "", "* * *")
        elif kind == "heading_open":
            self.heading = min(int(token.tag[1:]) + _INNER, 9)
        elif kind in ("bullet_list_open", "ordered_list_open"):
            start = int(token.attrGet("start") or 1)
            self.lists.append(_List(self._numbering(start) if kind[0] == "o" else None))
        elif kind in ("bullet_list_close", "ordered_list_close"):
            self.lists.pop()
        elif kind == "list_item_open":
            self.lists[-1].fresh = True
        elif kind in ("blockquote_open", "blockquote_close"):
            self.quotes += token.nesting
        elif kind.startswith(("table", "tr")):
            self._table(token)

    def _inline(self, children: Sequence[Token]) -> None:
        if self.in_table:
            self.rows[-1].append(plain(children))
            return
        if self.heading:
            paragraph = _new_paragraph(self.document, f"Heading {self.heading}")
            self.heading = 0
        else:
            paragraph = self._paragraph()
        _runs(paragraph, children)

    def _paragraph(self) -> Paragraph:
        """A paragraph in the style of where we are."""
        if not self.lists:
            return _new_paragraph(self.document, "Quote" if self.quotes else "")
        inner, depth = self.lists[-1], min(len(self.lists), _DEEPEST)
        name = "List Continue"
        if inner.fresh:
            name = "List Bullet" if inner.number is None else "List Number"
        paragraph = _new_paragraph(self.document, name + (f" {depth}" if depth > 1 else ""))
        if inner.fresh and inner.number is not None:
            properties: Any = paragraph._p.get_or_add_pPr().get_or_add_numPr()
            properties.get_or_add_numId().val = inner.number
        inner.fresh = False
        return paragraph

    def _numbering(self, start: int) -> int:
        """A numbering of its own for a list, so that it does not go on where another ended."""
        depth = min(len(self.lists) + 1, _DEEPEST)
        style: Any = self.document.styles["List Number" + (f" {depth}" if depth > 1 else "")]
        numbering: Any = self.document.part.numbering_part.element
        used = style.element.pPr.numPr.numId.val
        made = numbering.add_num(numbering.num_having_numId(used).abstractNumId.val)
        made.add_lvlOverride(ilvl=0).add_startOverride(start)
        return int(made.numId)

    def _code(self, text: str) -> None:
        from docx.shared import Pt

        paragraph = self._paragraph()
        run = paragraph.add_run()
        run.font.name, run.font.size = _MONO, Pt(9.5)
        for number, row in enumerate(text.split("\n")):
            if number:
                run.add_break()
            run.add_text(row)

    def _table(self, token: Token) -> None:
        if token.type == "table_open":
            self.rows, self.in_table = [], True
        elif token.type == "tr_open":
            self.rows.append([])
        elif token.type == "table_close":
            self.in_table = False
            table = self.document.add_table(len(self.rows), len(self.rows[0]), "Table Grid")
            for row, cells in zip(table.rows, self.rows, strict=True):
                for cell, text in zip(row.cells, cells, strict=False):
                    cell.text = text
            _new_paragraph(self.document)


def _runs(paragraph: Paragraph, children: Sequence[Token]) -> None:
    """A paragraph's words, with what is set off in them; a link is followed by its address."""
    on = dict.fromkeys(_MARKS.values(), 0)
    words: list[str] = []
    links: list[tuple[str, int]] = []
    for token in children:
        name = token.type.removesuffix("_open").removesuffix("_close")
        text = " " if token.type == "softbreak" else plain([token])
        if name in _MARKS:
            on[_MARKS[name]] += token.nesting
        elif token.type == "link_open":
            links.append((address(token), len(words)))
        elif token.type == "link_close":
            where, first = links.pop()
            if where and "".join(words[first:]) != where:
                paragraph.add_run(f" ({where})")
        elif text:
            words.append(text)
            run = paragraph.add_run(text)
            run.bold, run.italic = on["bold"] > 0 or None, on["italic"] > 0 or None
            run.font.strike = on["strike"] > 0 or None
            if token.type == "code_inline":
                run.font.name = _MONO
