"""The index: kb.db. The only room that speaks SQL; it returns domain types, never rows."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from kb.errors import StoreError, reason_of
from kb.store.marks import APPLICATION_ID, SCHEMA_VERSION
from kb.store.read import Reader

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from numpy import ndarray

    from kb.store.write import Writer

__all__ = [
    "SCHEMA_VERSION",
    "Reader",
    "copy_of",
    "engine",
    "faults",
    "old_vectors",
    "open_index",
    "settle",
    "state",
    "write_index",
]

# How long a reader waits for what holds the file for a moment, in ms.
BUSY_MS = 10_000
# How long a writer waits for another one, in ms: longer than any commit takes, on a machine that
# has much else to do too.
TURN_MS = 120_000
# A story's vectors are read in a third of the time that pages of 4096 bytes take.
PAGE_BYTES = 16_384
_NONE_YET = ("there is no index yet.", "Run: kb build")


def state(path: Path) -> str:
    """What lies at the path: "missing", "current" or "other" (another version of kb).

    Raises StoreError when it is not kb's: such a file is never written to.
    """
    if not _is_there(path):
        return "missing"
    with _reading(path) as conn:
        return _look(conn, path)


def _is_there(path: Path) -> bool:
    """Whether there is a file with something in it. Raises StoreError where that is not to be
    seen."""
    try:
        return path.exists() and path.stat().st_size > 0
    except OSError as error:
        reason = reason_of(error)
        raise StoreError(f"the index cannot be read ({reason}).", "", str(path)) from error


@contextmanager
def open_index(path: Path) -> Iterator[Reader]:
    """The index for reading, as of one moment. Raises StoreError if there is none."""
    if not _is_there(path):
        raise StoreError(*_NONE_YET)
    with _reading(path) as conn:
        # one snapshot for all that is read, whatever a build commits meanwhile
        conn.execute("BEGIN")
        found = _look(conn, path)
        if found == "missing":
            raise StoreError(*_NONE_YET)
        if found == "other":
            raise StoreError("the index was made by another version of kb.", "Run: kb build")
        yield Reader(conn)


@contextmanager
def write_index(path: Path) -> Iterator[tuple[Writer, Reader]]:
    """One transaction: all of it is kept, or, on any error, nothing.

    The file is made readable by its owner only. Raises StoreError when another
    process holds the index for longer than TURN_MS.
    """
    from kb.store.write import Writer  # 3 ms that a match does without

    _make_private(path)
    conn = sqlite3.connect(path, timeout=TURN_MS / 1000, isolation_level=None)
    try:
        conn.execute(f"PRAGMA page_size = {PAGE_BYTES}")  # of a new file only
        conn.execute("PRAGMA journal_mode = WAL")
        conn.execute("PRAGMA synchronous = NORMAL")
        conn.execute("BEGIN IMMEDIATE")
        yield Writer(conn), Reader(conn)
        conn.execute("COMMIT")
    except sqlite3.IntegrityError as error:
        raise StoreError(
            f"two things have one id ({error}); nothing was changed.",
            "Please report it; renaming the file saved last helps until then.",
        ) from error
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise StoreError(
                "another build is writing the index.", "Wait for it, then run: kb build", str(path)
            ) from error
        raise StoreError(
            f"the index cannot be written ({error}).", _step(error), str(path)
        ) from error
    except sqlite3.DatabaseError as error:
        raise _damaged(path, error) from error
    finally:
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        conn.close()


def _make_private(path: Path) -> None:
    """Make the file, or make it its owner's only. Raises StoreError."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        reason = reason_of(error)
        raise StoreError(f"the index cannot be written ({reason}).", "", str(path)) from error
    if hasattr(os, "fchmod"):
        with suppress(OSError):  # a file system without modes, or another's file
            os.fchmod(descriptor, 0o600)
    os.close(descriptor)


def copy_of(path: Path) -> bytes:
    """The index as of one moment, as the bytes of a file. Raises StoreError."""
    if not path.exists():
        raise StoreError(*_NONE_YET)
    with _reading(path) as conn, closing(sqlite3.connect(":memory:")) as copy:
        conn.backup(copy)
        return copy.serialize()


def engine() -> tuple[str, bool]:
    """SQLite's version, and whether it has the full-text search that the index needs."""
    with closing(sqlite3.connect(":memory:")) as conn:
        try:
            conn.execute("CREATE VIRTUAL TABLE words USING fts5(text)")
        except sqlite3.OperationalError:
            return sqlite3.sqlite_version, False
        return sqlite3.sqlite_version, True


def faults(path: Path) -> tuple[str, ...]:
    """What SQLite finds wrong with the file itself; nothing where it is whole. Raises StoreError
    where it cannot even be opened."""
    with _reading(path) as conn:
        found = [row[0] for row in conn.execute("PRAGMA integrity_check(5)") if row[0] != "ok"]
        found += [f"{row[0]} points nowhere" for row in conn.execute("PRAGMA foreign_key_check")]
        return tuple(" ".join(one.split()) for one in found[:5])


def old_vectors(path: Path, fingerprint: str, hashes: Collection[bytes]) -> Mapping[bytes, ndarray]:
    """The vectors of texts with these hashes that an index of another version of kb has, made
    with the same model; nothing where it has none, or keeps them in another way."""
    try:
        with _reading(path) as conn:
            reader = Reader(conn)
            return reader.vectors(hashes) if reader.meta().get("fingerprint") == fingerprint else {}
    except (StoreError, ValueError):
        return {}


def settle(path: Path) -> None:
    """Move what was written into the database itself, so that its log stays short.

    Left for later, without a word, while someone else is reading.
    """
    with suppress(sqlite3.Error):
        conn = sqlite3.connect(path, timeout=0)
        try:
            conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            conn.close()


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that cannot write."""
    try:
        conn = _connect(path)
        try:
            yield conn
        finally:
            conn.close()
    except sqlite3.DatabaseError as error:
        raise _damaged(path, error) from error


def _connect(path: Path) -> sqlite3.Connection:
    """For reading. Where SQLite can make no file beside it, in a folder that cannot be written to
    or on a full disk, it is read as it lies: but only if nothing waits in its log."""
    try:
        return _opened(path, "mode=ro")
    except sqlite3.OperationalError as error:
        busy = (getattr(error, "sqlite_errorcode", 0) & 0xFF) == sqlite3.SQLITE_BUSY
        log = path.with_name(f"{path.name}-wal")
        if busy or (log.exists() and log.stat().st_size):
            raise
        return _opened(path, "mode=ro&immutable=1")


def _opened(path: Path, how: str) -> sqlite3.Connection:
    conn = sqlite3.connect(f"{path.as_uri()}?{how}", uri=True, timeout=BUSY_MS / 1000)
    try:
        conn.execute("SELECT 1 FROM sqlite_master LIMIT 1")
    except BaseException:
        conn.close()
        raise
    return conn


def _look(conn: sqlite3.Connection, path: Path) -> str:
    if conn.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID:
        return "current" if Reader(conn).schema() == SCHEMA_VERSION else "other"
    if conn.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
        raise StoreError(
            "this is a database, but not one that kb made.",
            "Name another file as database: in kb.yaml.",
            str(path),
        )
    return "missing"


def _step(error: sqlite3.Error) -> str:
    """What to do about a fault that is the disk's and not the index's, or ""."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return "Make room on that disk, then run: kb build"
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return "Check its permissions, and those of its folder."
    if code == sqlite3.SQLITE_NOTADB:  # it may be a file of the owner's
        return "If kb made it, delete it and run kb build; else name another in kb.yaml."
    if code == sqlite3.SQLITE_IOERR:
        return "Check that disk, and that it has room, then run: kb build"
    return ""


def _damaged(path: Path, error: sqlite3.Error) -> StoreError:
    return StoreError(
        f"the index cannot be read ({error}).",
        _step(error) or "It holds nothing of its own: delete it and run: kb build",
        str(path),
    )
