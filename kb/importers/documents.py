"""Any document that people send about, to its plain text: text, Markdown, Word, PDF."""

from __future__ import annotations

import io
import logging
import zipfile
from typing import TYPE_CHECKING, Final

from kb.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docx.document import Document
    from docx.table import Table
    from docx.text.paragraph import Paragraph

LARGEST: Final = 20_000_000  # bytes
_UNPACKED: Final = 64_000_000
_PAGES: Final = 60
_ADVICE: Final = {
    "doc": "Save it as .docx.",
    "odt": "Save it as .docx.",
    "pages": "Export it as .docx.",
    "rtf": "Save it as .docx.",
    "html": "Copy its text into a file, or save it as PDF.",
    "htm": "Copy its text into a file, or save it as PDF.",
}
_COPY: Final = "Copy its text into a file, or pass it with: kb jd -"


def document_text(data: bytes, name: str) -> str:
    """The text of a document called `name`, a line for each line, paragraph or list item.

    What the bytes are is seen from themselves and not from the name. Raises DocumentError
    where they are no text, Word file or PDF, or hold no text.
    """
    if len(data) > LARGEST:
        raise DocumentError("is too large for a document.", "Cut out what matters.", name)
    if data.lstrip()[:5] == b"%PDF-":
        text = _pdf(data, name)
    elif data[:4] == b"PK\x03\x04":
        text = _word(data, name)
    else:
        text = _plain(data, name)
    if not any(char.isalnum() for char in text):
        raise DocumentError("holds no text.", _COPY, name)
    return text


def _plain(data: bytes, name: str) -> str:
    ending = name.rpartition(".")[2].lower()
    if ending in _ADVICE:
        raise DocumentError(f"kb reads no .{ending} files.", _ADVICE[ending], name)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DocumentError("is UTF-16 text.", "Save it as UTF-8.", name)
    place = data.find(0)
    if place >= 0:
        line = data.count(b"\n", 0, place) + 1
        raise DocumentError("is no text: it holds a NUL byte.", _COPY, name, line)
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DocumentError("is not UTF-8 text.", "Save it as UTF-8.", name, line) from error


def _word(data: bytes, name: str) -> str:
    import docx

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            size = sum(info.file_size for info in package.infolist())
        if size <= _UNPACKED:
            return "\n".join(_word_lines(docx.Document(io.BytesIO(data))))
    except Exception as error:  # whatever a broken package makes of the readers below
        raise DocumentError(
            "cannot be opened as a Word file.", "Save it anew as .docx.", name
        ) from error
    raise DocumentError("is too large once unpacked.", "Cut out what matters.", name)


def _word_lines(document: Document) -> Iterator[str]:
    """Paragraphs and table cells in the order of reading, headings and list items marked."""
    from docx.table import Table

    for block in document.iter_inner_content():
        if isinstance(block, Table):
            yield from _cells(block)
        else:
            yield _marked(block)


def _cells(table: Table) -> Iterator[str]:
    seen: set[int] = set()
    for row in table.rows:
        for cell in row.cells:
            if id(cell._tc) in seen:  # merged cells are given once for each place
                continue
            seen.add(id(cell._tc))
            yield from (_marked(paragraph) for paragraph in cell.paragraphs)


def _marked(paragraph: Paragraph) -> str:
    text, style = paragraph.text.strip(), (paragraph.style and paragraph.style.name) or ""
    if not text:
        return ""
    if style.startswith(("Heading", "Title")):
        return f"\n# {' '.join(text.split())}\n"
    properties = paragraph._p.pPr
    listed = properties is not None and properties.numPr is not None
    return f"- {text}" if listed or style.startswith("List") else f"{text}\n"


def _pdf(data: bytes, name: str) -> str:
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it tells of each small fault
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        locked = reader.is_encrypted and not reader.decrypt("")
        pages = [] if locked else [page.extract_text() for page in reader.pages[:_PAGES]]
    except Exception as error:  # whatever a broken file makes of the reader
        raise DocumentError("cannot be opened as a PDF.", _COPY, name) from error
    if locked:
        raise DocumentError("is a PDF with a password.", "Save a copy without one.", name)
    text = "\n".join(pages)
    if not text.strip():
        raise DocumentError("is a PDF of pictures, without text.", _COPY, name)
    return text
