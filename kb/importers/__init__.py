"""Stories out of the files that people have: bytes or text in, drafts of stories out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from kb.importers.records import Found, Source

Format = Literal["document", "json", "json-lines", "table", "word", "yaml"]

FORMATS: dict[str, Format] = {
    "md": "document",
    "markdown": "document",
    "mdx": "document",
    "txt": "document",
    "text": "document",
    "json": "json",
    "jsonl": "json-lines",
    "ndjson": "json-lines",
    "csv": "table",
    "tsv": "table",
    "docx": "word",
    "yaml": "yaml",
    "yml": "yaml",
}
# what to do with the files that people try
ADVICE = {
    "doc": "Save it as .docx.",
    "odt": "Save it as .docx.",
    "rtf": "Save it as .docx.",
    "pages": "Export it as .docx.",
    "pdf": "Copy its text into a .md or .txt file.",
    "html": "Copy its text into a .md or .txt file.",
    "htm": "Copy its text into a .md or .txt file.",
    "xlsx": "Save its sheet as CSV UTF-8.",
    "xls": "Save its sheet as CSV UTF-8.",
    "ods": "Save its sheet as CSV UTF-8.",
    "zip": "Unpack it first, and name the folder.",
}


def find_in_text(text: str, form: Format, source: Source) -> Found:
    """The stories in a text of a format, "word" apart. Raises DocumentError, with the line."""
    if form == "document":
        from kb.importers.collection import read_document

        return read_document(text, source)
    if form == "table":
        from kb.importers.table import read_table

        return read_table(text, source)
    if form == "yaml":
        from kb.importers.own import read_yaml_stories

        return read_yaml_stories(text, source)
    from kb.importers import jsonfile

    read = jsonfile.read_json_file if form == "json" else jsonfile.read_json_lines
    return read(text, source)


def find_in_word(data: bytes, source: Source) -> Found:
    """The stories in the bytes of a .docx file. Raises DocumentError."""
    from kb.importers.word import read_word

    return read_word(data, source)
