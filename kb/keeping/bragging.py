"""Lines about what went well, in `_kb/brag.md`: added at the end, and never changed."""

from __future__ import annotations

import os
import re
import stat
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.domain import Part
from kb.errors import UsageError, WorkspaceError, reason_of
from kb.filters import is_date
from kb.importers.draft import Draft
from kb.keeping.writing import plain_text, shown, title_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from kb.files import Workspace

if sys.platform != "win32":
    import fcntl

NAME = "brag.md"
HEADING = "# What went well"
_ITEM = re.compile(r" {0,3}[-*+][ \t]+(?P<text>\S.*)")
_RULE = re.compile(r"\s*([-*_])(?:\s*\1){2,}\s*")
_DATED = re.compile(r"(?P<date>\d{4}-\d\d(?:-\d\d)?)(?::\s*|\s+)(?P<text>\S.*)")
_FEW_WORDS = 4  # shorter lines count as told only where they stand alone


@dataclass(frozen=True, slots=True)
class Brag:
    """A line of the list. number: from 1, the oldest first. date: as it stands, or "" where the
    owner wrote none. line: that of the file."""

    number: int
    date: str
    text: str
    line: int


def brag_file(workspace: Workspace) -> Path:
    """Where the lines are kept. May not exist."""
    return workspace.own / NAME


def add(workspace: Workspace, text: str, day: str) -> Brag:
    """Add a line at the end of the list, on the disk when this returns.

    The file is made if missing. Lines of `text` are joined. What stands there stays as it is,
    but for a last line without an end, which gets one. Raises UsageError for an empty text,
    DocumentError when the file is no UTF-8 text, WorkspaceError when it cannot be written, and
    then nothing is added.
    """
    said = " ".join(plain_text(text).split())
    if not said:
        raise UsageError("there is nothing in that line.", 'Try: kb brag "what went well"')
    path = brag_file(workspace)
    name = shown(workspace, path)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        whole = _append(path, f"- {day} {said}", name)
    except OSError as error:
        reason = reason_of(error)
        raise WorkspaceError(f"cannot be written ({reason}).", "", name) from error
    return read_lines(whole)[-1]


def brags(workspace: Workspace) -> tuple[Brag, ...]:
    """The lines so far, oldest first; none without a file. Raises DocumentError for a file that
    cannot be read."""
    from kb.files import read_text

    path = brag_file(workspace)
    return read_lines(read_text(path, shown=shown(workspace, path))) if path.exists() else ()


def read_lines(text: str) -> tuple[Brag, ...]:
    """The items of a list as people keep it: with a date or without, wrapped or not. Headings
    and paragraphs are no lines of it."""
    found: list[tuple[int, list[str]]] = []
    inside = False
    for number, row in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        item = None if _RULE.fullmatch(row) else _ITEM.match(row)
        if item:
            found.append((number, [item["text"]]))
            inside = True
        elif inside and row[:1].isspace() and row.strip():
            found[-1][1].append(row)
        else:
            inside = False
    return tuple(
        _brag(place, number, " ".join(" ".join(rows).split()))
        for place, (number, rows) in enumerate(found, start=1)
    )


def chosen(text: str, lines: Sequence[Brag]) -> list[Brag]:
    """The lines that are meant by "2" or "2,5", each once. Raises UsageError for any other text,
    or a number that no line has."""
    numbers = [word for word in re.split(r"[,;\s]+", text.strip()) if word]
    wrong = next((word for word in numbers if not (word.isascii() and word.isdigit())), "")
    if wrong or not numbers:
        raise UsageError(f"{text!r} names no lines.", "Give their numbers, such as 2 or 2,5.")
    by_number = {line.number: line for line in lines}
    for number in map(int, numbers):
        if number not in by_number:
            most = f"They go to {len(lines)}." if lines else "There are none yet."
            raise UsageError(f"there is no line {number}.", f"{most} See them: kb brag --all")
    return [by_number[number] for number in dict.fromkeys(map(int, numbers))]


def places(lines: Sequence[Brag], stories: Iterable[tuple[str, str]]) -> dict[int, str]:
    """number -> the path of the first story in whose text the line stands word for word.

    stories: (path, text). A line of few words must stand there alone on its line.
    """
    wanted = {line.number: line.text for line in lines}
    found: dict[int, str] = {}
    for path, text in stories:
        rows = {" ".join(row.split()) for row in text.splitlines()}
        flat = " ".join(text.split())
        for number in [n for n in wanted if n not in found]:
            line = wanted[number]
            if line in rows or (len(line.split()) >= _FEW_WORDS and line in flat):
                found[number] = path
    return found


def story_texts(workspace: Workspace) -> Iterator[tuple[str, str]]:
    """(path, text) of every story file that can be read; the others are the build's to name."""
    from kb.errors import DocumentError
    from kb.files import read_source, scan

    for source in scan(workspace).sources:
        if source.kind == "story":
            with suppress(DocumentError):
                yield source.path, read_source(source).text


def draft_of(brag: Brag) -> Draft:
    """A story that is begun: the line is its situation, and its first words are the title."""
    day = brag.date if is_date(brag.date) else ""
    parts = (Part("situation", brag.text, brag.line),)
    return Draft(title_of(brag.text), date=day, status="draft", parts=parts)


def _brag(place: int, line: int, text: str) -> Brag:
    dated = _DATED.fullmatch(text)
    return Brag(place, dated["date"], dated["text"], line) if dated else Brag(place, "", text, line)


def _append(path: Path, line: str, name: str) -> str:
    """Add `line` under the file's lock, with the file's own line ends; all of its text after it."""
    from kb.files.read import decode

    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0)
    # a pipe that took the file's place must not be waited for
    flags |= getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(path, flags, 0o600)
    with os.fdopen(descriptor, "r+b", buffering=0) as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise WorkspaceError("is not a regular file.", "Move it aside.", name)
        if sys.platform != "win32":
            with suppress(OSError):  # some network disks have no locks
                fcntl.flock(descriptor, fcntl.LOCK_EX)
        before = file.readall()
        text = decode(before, name)
        end = "\r\n" if "\r\n" in text else "\n"
        start = f"{HEADING}{end}{end}" if not text.strip() else ""
        if text and not text.endswith("\n"):
            start = f"{end}{start}"
        _write(descriptor, len(before), f"{start}{line}{end}".encode())
        return f"{text}{start}{line}{end}"


def _write(descriptor: int, size: int, data: bytes) -> None:
    """Write all of `data`; on failure the file is as it was, `size` bytes."""
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    except OSError:
        with suppress(OSError):
            os.ftruncate(descriptor, size)
        raise
