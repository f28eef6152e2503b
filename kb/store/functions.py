"""SQL functions for the curious. Cheap ones: SQL's time limit does not stop a Python function."""

from __future__ import annotations

import sqlite3

from kb.domain import PASSAGE_KINDS, spoken_seconds

Connection = sqlite3.Connection
_OWNERS = ("story", "question", "guide")


def register(conn: Connection) -> None:
    """Add `kb_spoken_seconds(text)` and `kb_similarity(passage, passage)` to a connection.

    Both give NULL for what is no text, and for passages that are not there.
    """
    conn.create_function("kb_spoken_seconds", 1, _spoken, deterministic=True)
    conn.create_function("kb_similarity", 2, lambda one, other: _similarity(conn, one, other))


def _spoken(text: object) -> int | None:
    return spoken_seconds(len(text.split())) if isinstance(text, str) else None


def _similarity(conn: Connection, one: object, other: object) -> float | None:
    """The cosine of two passages, by their ids."""
    vectors = [_vector(conn, each) if isinstance(each, str) else None for each in (one, other)]
    if vectors[0] is None or vectors[1] is None:
        return None
    return sum(a * b for a, b in zip(vectors[0], vectors[1], strict=True))


def _vector(conn: Connection, passage: str) -> memoryview[float] | None:
    """A passage's vector, one row of its owner's block."""
    row = conn.execute(
        f"SELECT kind, {', '.join(_OWNERS)} FROM passages WHERE id = ?", (passage,)
    ).fetchone()
    number = passage.rpartition(":")[2]
    if row is None or row[0] not in PASSAGE_KINDS or not number.isdigit():
        return None
    kind, owner = next((k, o) for k, o in zip(_OWNERS, row[1:], strict=True) if o)
    block = conn.execute(
        "SELECT rows, kinds, data FROM _vectors WHERE owner = ?", (f"{kind}:{owner}",)
    ).fetchone()
    if block is None:
        return None
    places = [n for n, k in enumerate(block[1]) if k == PASSAGE_KINDS.index(row[0])]
    if int(number) >= len(places):
        return None
    values: memoryview[float] = memoryview(block[2]).cast("f")
    width = len(values) // block[0]
    first = places[int(number)] * width
    return values[first : first + width]
