"""The index: kb.db. The only room that speaks SQL; it returns domain types, never rows."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kb.errors import StoreError
from kb.store.read import Reader
from kb.store.schema import APPLICATION_ID, SCHEMA_VERSION
from kb.store.write import Writer, parts_text

if TYPE_CHECKING:
    from kb.store.vectors import Block, Blocks

__all__ = [
    "SCHEMA_VERSION",
    "Block",
    "Blocks",
    "Reader",
    "Writer",
    "open_index",
    "parts_text",
    "state",
    "write_index",
]

# How long a writer waits for another one, in ms: longer than any commit takes.
BUSY_MS = 10_000


def state(path: Path) -> str:
    """What lies at the path: "missing", "current" or "other" (another version of kb).

    Raises StoreError when it is not kb's: such a file is never written to.
    """
    if not path.exists() or path.stat().st_size == 0:
        return "missing"
    try:
        conn = sqlite3.connect(path, timeout=BUSY_MS / 1000)
        try:
            marked = conn.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
            schema = Reader(conn).schema() if marked else ""
            empty = not conn.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
        finally:
            conn.close()
    except sqlite3.DatabaseError as error:
        raise _damaged(path, error) from error
    if empty:
        return "missing"
    if not marked:
        raise StoreError(
            "this is a database, but not one that kb made.",
            "Name another file as database: in kb.yaml.",
            str(path),
        )
    return "current" if schema == SCHEMA_VERSION else "other"


@contextmanager
def open_index(path: Path) -> Iterator[Reader]:
    """The index for reading, as of one moment. Raises StoreError if there is none."""
    found = state(path)
    if found == "missing":
        raise StoreError("there is no index yet.", "Run: kb build")
    if found == "other":
        raise StoreError("the index was made by another version of kb.", "Run: kb build")
    try:
        conn = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=BUSY_MS / 1000)
        try:
            # one snapshot for all that is read, whatever a build commits meanwhile
            conn.execute("BEGIN")
            yield Reader(conn)
        finally:
            conn.close()
    except sqlite3.DatabaseError as error:
        raise _damaged(path, error) from error


@contextmanager
def write_index(path: Path) -> Iterator[tuple[Writer, Reader]]:
    """One transaction: all of it is kept, or, on any error, nothing.

    The file is made readable by its owner only. Raises StoreError when another
    process holds the index for longer than BUSY_MS.
    """
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    conn = sqlite3.connect(path, timeout=BUSY_MS / 1000, isolation_level=None)
    try:
        conn.execute("PRAGMA journal_mode = WAL")
        conn.execute("PRAGMA synchronous = NORMAL")
        conn.execute("BEGIN IMMEDIATE")
        conn.execute("PRAGMA defer_foreign_keys = ON")
        yield Writer(conn), Reader(conn)
        conn.execute("COMMIT")
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise StoreError(
                "another build is writing the index.", "Wait for it, then run: kb build", str(path)
            ) from error
        raise StoreError(f"the index could not be written: {error}.", "", str(path)) from error
    except sqlite3.DatabaseError as error:
        raise _damaged(path, error) from error
    finally:
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        conn.close()


def _damaged(path: Path, error: sqlite3.Error) -> StoreError:
    return StoreError(
        f"the index cannot be read ({error}).",
        "It holds nothing of its own: delete it and run: kb build",
        str(path),
    )


def __getattr__(name: str) -> object:
    if name in {"Block", "Blocks"}:  # they bring numpy, which a build of nothing does without
        from kb.store import vectors

        return getattr(vectors, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
