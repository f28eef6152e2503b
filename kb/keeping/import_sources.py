"""The files that are imported: found in folders, read, and taken for what they are."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Literal

from kb.domain import Finding
from kb.errors import DocumentError, reason_of
from kb.files import MAX_BYTES
from kb.files.read import decode
from kb.importers import ADVICE, FORMATS, Format, find_in_text, find_in_word
from kb.importers.records import Found, Record, Source

_WORD_BYTES = 8 * MAX_BYTES
_SKIPPED = frozenset({"templates", "template", "node_modules", "__macosx"})
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class SourceReader:
    """Reads sources. findings: what was noticed of them, what could not be read with severity
    "error"; skipped: files in folders that are of no known type."""

    def __init__(self, known: Collection[str], *, whole: bool) -> None:
        self.known = frozenset(known)
        self.whole = whole
        self.findings: list[Finding] = []
        self.skipped: list[str] = []
        self._seen: set[Path] = set()

    def all_of(self, path: Path) -> Iterator[tuple[str, Record]]:
        """The records of a file, or of the files in a folder, each with its source's name."""
        if not path.is_dir():
            yield from self._file(path, in_folder=False)
            return
        for inner in self._walk(path):
            if _form(inner) is None:
                self.skipped.append(_shown(inner))
            else:
                yield from self._file(inner, in_folder=True)

    def _file(self, path: Path, *, in_folder: bool) -> Iterator[tuple[str, Record]]:
        real = Path(os.path.realpath(path))  # Path.resolve raises where links lead in a circle
        if real in self._seen:
            return
        self._seen.add(real)
        try:
            found = self._read(path, real)
        except DocumentError as error:
            # a folder may hold other tables and settings beside the stories
            soft = in_folder and _form(path) in ("table", "json", "yaml")
            severity: Literal["warning", "error"] = "warning" if soft else "error"
            name = _shown(path)
            finding = Finding("source", severity, error.message, name, error.line, error.hint)
            self.findings.append(finding)
            return
        self.findings += found.findings
        for record in found.records:
            yield _shown(path), record

    def _walk(self, folder: Path) -> Iterator[Path]:
        """The files under a folder, in order; hidden ones and templates are left out."""
        for place, folders, names in os.walk(folder, onerror=self._unlisted):
            folders[:] = sorted(
                name for name in folders if name[0] != "." and name.lower() not in _SKIPPED
            )
            yield from (Path(place, name) for name in sorted(names) if name[0] != ".")

    def _unlisted(self, error: OSError) -> None:
        reason = reason_of(error)
        name, said = _shown(Path(error.filename)), f"cannot be read ({reason})."
        self.findings.append(Finding("source", "error", said, name, 0, "Check its permissions."))

    def _read(self, path: Path, real: Path) -> Found:
        form = _form(path)
        if form is None:
            advice = ADVICE.get(path.suffix.lower()[1:], f"kb reads {', '.join(FORMATS)}.")
            raise DocumentError("is of a type that kb cannot read.", advice, _shown(path))
        source = Source(
            name=_shown(path),
            stem=_shown(Path(path.stem)),
            competencies=self.known,
            vault=any(os.path.isdir(folder / ".obsidian") for folder in real.parents),  # noqa: PTH112
            whole=self.whole,
        )
        data = _bytes(path, _WORD_BYTES if form == "word" else MAX_BYTES)
        if form == "word":
            return find_in_word(data, source)
        return find_in_text(_text(data, path, form), form, source)


def _form(path: Path) -> Format | None:
    return FORMATS.get(path.suffix.lower()[1:])


def _shown(path: Path) -> str:
    """A path as it is printed and logged: backslash and digits for a byte that is not UTF-8."""
    return str(path).encode("utf-8", "backslashreplace").decode()


def _bytes(path: Path, most: int) -> bytes:
    """A file's bytes. Raises DocumentError where it is none, or over `most`."""
    try:
        if not path.is_file():
            what = "is not a regular file." if path.exists() else "does not exist."
            raise DocumentError(what, "Name a file or a folder.", _shown(path))
        with path.open("rb") as file:
            data = file.read(most + 1)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or "its name is wrong").lower()
        raise DocumentError(f"cannot be read ({reason}).", "", _shown(path)) from error
    if len(data) > most:
        message = f"is too large (the most is {most // 1_000_000} MB)."
        raise DocumentError(message, "Split it.", _shown(path))
    return data


def _text(data: bytes, path: Path, form: Format) -> str:
    """The text of a file. Spreadsheets save tables as UTF-16 too. Raises DocumentError."""
    if form == "table" and data.startswith(_UTF16):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise DocumentError(
                "is neither UTF-8 nor UTF-16.", "Save it as CSV UTF-8.", _shown(path)
            ) from error
    return decode(data, _shown(path))
