"""Reading one file: UTF-8 text or a sentence about why not; never guessed characters."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from kb.errors import DocumentError, reason_of

if TYPE_CHECKING:
    from pathlib import Path

    from kb.files.walk import Kind, Source

MAX_BYTES = 8_000_000
_TRIES = 3  # of a file that is changed while it is read
_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
# A pipe or device that took a file's place must neither block nor be read.
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


@dataclass(frozen=True, slots=True)
class Document:
    """A file as read. text: decoded, without byte order mark, line ends as they are.

    sha256: hex digest of the bytes on disk. size (bytes) and mtime_ns are those
    of the moment it was opened.
    """

    path: str
    kind: Kind
    text: str
    sha256: str
    size: int
    mtime_ns: int


def read_source(source: Source) -> Document:
    """The text of a file that `scan` found.

    Raises DocumentError, with path and line, when it is gone, unreadable, no
    regular file, over 8 MB, not text or not UTF-8.
    """
    from hashlib import sha256

    data, info = _bytes(source.abspath, source.path, follow=False)
    return Document(
        path=source.path,
        kind=source.kind,
        text=decode(data, source.path),
        sha256=sha256(data).hexdigest(),
        size=info.st_size,
        mtime_ns=info.st_mtime_ns,
    )


def read_text(path: Path, *, shown: str) -> str:
    """The text of the file at `path`, called `shown` in errors. Raises DocumentError as above."""
    return decode(_bytes(os.fspath(path), shown, follow=True)[0], shown)


def decode(data: bytes, path: str) -> str:
    """`data` as UTF-8 text without byte order mark. Raises DocumentError naming byte and offset."""
    if data.startswith(_UTF16):
        _not_utf8(data, 0, "UTF-16", path)
    nul = data.find(0)
    if nul >= 0:
        raise DocumentError(
            f"not a text file: a NUL byte at offset {nul}.",
            "Save it as plain text in UTF-8, or give it another extension.",
            path,
            data.count(b"\n", 0, nul) + 1,
        )
    try:
        return data.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        offset = error.start + (len(_BOM) if data.startswith(_BOM) else 0)
        _not_utf8(data, offset, _encoding(data, offset), path)


def _encoding(data: bytes, offset: int) -> str:
    """What the bytes look like when they are not UTF-8, or "" when they are a mixture.

    Bytes 0x80 to 0x9F are control characters in ISO 8859-1 and letters or quotes
    in Windows-1252 (of which five are unassigned), and people have the latter.
    """
    if any(byte >= 0x80 for byte in data[:offset]):
        return ""  # correct UTF-8 stands before: converting the whole file would spoil it
    return "" if any(byte in b"\x81\x8d\x8f\x90\x9d" for byte in data) else "Windows-1252"


def _not_utf8(data: bytes, offset: int, encoding: str, path: str) -> NoReturn:
    message = f"not UTF-8: byte 0x{data[offset]:02x} at offset {offset}"
    hint = "Correct the characters there, and save the file as UTF-8."
    if encoding:
        from shlex import quote

        message += f" (looks like {encoding})"
        hint = f"Convert it: iconv -f {encoding.upper()} -t UTF-8 {quote(path)} > converted.txt"
    raise DocumentError(f"{message}.", hint, path, data.count(b"\n", 0, offset) + 1)


def _bytes(path: str, shown: str, *, follow: bool) -> tuple[bytes, os.stat_result]:
    """The bytes of a regular file, and its state before they were read.

    One that is changed meanwhile is read again, a few times. If it never rests, its next
    state differs from the one given here, so that the next build reads it again.
    """
    flags = _FLAGS if follow else _FLAGS | getattr(os, "O_NOFOLLOW", 0)
    try:
        for _ in range(_TRIES):
            data, info, after = _once(path, flags, shown)
            if (info.st_size, info.st_mtime_ns) == (after.st_size, after.st_mtime_ns):
                break
    except OSError as error:
        _unreadable(error, shown)
    if len(data) > MAX_BYTES:
        size = max(info.st_size, len(data)) / 1e6
        raise DocumentError(
            f"too large ({size:.1f} MB; the most is {MAX_BYTES // 1_000_000} MB).",
            "Split it, or move it out of the workspace.",
            shown,
        )
    return data, info


def _once(path: str, flags: int, shown: str) -> tuple[bytes, os.stat_result, os.stat_result]:
    """Bytes, no more than one over the most, and the file's state before and after."""
    descriptor = os.open(path, flags)
    try:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise DocumentError("not a regular file.", "Move it out of the workspace.", shown)
        with os.fdopen(os.dup(descriptor), "rb") as file:
            data = file.read(MAX_BYTES + 1)
        return data, before, os.fstat(descriptor)
    finally:
        os.close(descriptor)


def _unreadable(error: OSError, shown: str) -> NoReturn:
    reason = reason_of(error)
    raise DocumentError(f"cannot be read ({reason}).", "Check its permissions.", shown) from error
