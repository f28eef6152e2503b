"""Stories written out for others: stories in, text or bytes out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.domain import Story

Format = Literal["md", "html", "json", "csv", "docx"]
FORMATS: tuple[Format, ...] = get_args(Format)
# What the end of a file's name says of its format.
ENDINGS: dict[str, Format] = {
    "md": "md", "markdown": "md", "html": "html", "htm": "html", "json": "json", "csv": "csv",
    "docx": "docx",
}  # fmt: skip


def written(stories: Sequence[Story], form: Format) -> str | bytes:
    """The stories, in this order, as one document: bytes for docx, text for all else.

    Line ends of the text are `\\n`, in CSV `\\r\\n` between rows. The same stories give the
    same document.
    """
    if form == "md":
        from kb.exporters.document import markdown_document

        return markdown_document(stories)
    if form == "html":
        from kb.exporters.page import html_page

        return html_page(stories)
    if form == "docx":
        from kb.exporters.word import word_document

        return word_document(stories)
    from kb.exporters.data import csv_table, json_bank

    return json_bank(stories) if form == "json" else csv_table(stories)
