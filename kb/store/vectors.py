"""Vectors in kb.db: one block of rows for each story, question or guide."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

# Of a text's hash; what a vector is known by.
HASH_BYTES = 16


@dataclass(frozen=True, slots=True)
class Block:
    """Vectors of the passages of one story, question or guide (`kind` says which).

    hashes: n digests of 16 bytes of the texts; kinds (n,) uint8: a number the
    caller gives to each kind of passage; weights (n,) float32: one number a
    row that the caller may keep; matrix (n, d) float32, unit rows.
    """

    owner: str
    kind: str
    hashes: tuple[bytes, ...]
    kinds: np.ndarray
    weights: np.ndarray
    matrix: np.ndarray


@dataclass(frozen=True, slots=True)
class Blocks:
    """Vectors of many owners, laid end to end in the order of the owners' ids.

    owners: their ids; owner: (n,) int64, whose row it is; kinds (n,) uint8 and
    weights (n,) float32 as they were kept; matrix: (n, d) float32, unit rows
    ((0, 0) when there is nothing).
    """

    owners: tuple[str, ...]
    owner: np.ndarray
    kinds: np.ndarray
    weights: np.ndarray
    matrix: np.ndarray


# Of one owner: kinds (n,), weights (n,), matrix (n, d), as in Blocks.
Rows = tuple[np.ndarray, np.ndarray, np.ndarray]


def read_blocks(conn: sqlite3.Connection, kind: str, owners: Iterable[str] | None = None) -> Blocks:
    """All blocks of one kind of owner, by id, or those of `owners`."""
    rows = _rows(conn, kind, owners).fetchall()
    counts = [r[1] for r in rows]
    width = len(rows[0][4]) // (4 * counts[0]) if rows else 0
    return Blocks(
        owners=tuple(r[0].partition(":")[2] for r in rows),
        owner=np.repeat(np.arange(len(rows), dtype=np.int64), counts),
        kinds=np.frombuffer(b"".join(r[2] for r in rows), dtype=np.uint8),
        weights=np.frombuffer(b"".join(r[3] for r in rows), dtype=np.float32),
        matrix=_stacked([np.frombuffer(r[4], dtype=np.float32) for r in rows], width),
    )


def each_block(conn: sqlite3.Connection, kind: str, owners: Iterable[str]) -> Iterator[Rows]:
    """The blocks of these owners one after the other, by id; none has no rows."""
    for _, rows, kinds, weights, data in _rows(conn, kind, owners):
        yield (
            np.frombuffer(kinds, np.uint8),
            np.frombuffer(weights, np.float32),
            np.frombuffer(data, np.float32).reshape(rows, -1),
        )


def _rows(conn: sqlite3.Connection, kind: str, owners: Iterable[str] | None) -> sqlite3.Cursor:
    """Cursor of (owner with its kind, how many rows, kinds, weights, data), in order."""
    wanted, values = "kind = ?", [kind]
    if owners is not None:
        wanted = "owner IN (SELECT value FROM json_each(?))"
        values = [json.dumps([f"{kind}:{owner}" for owner in owners])]
    return conn.execute(
        f"SELECT owner, rows, kinds, weights, data FROM _vectors WHERE {wanted} ORDER BY owner",
        values,
    )


def _stacked(flat: list[np.ndarray], width: int) -> np.ndarray:
    """Rows laid end to end, (n, width), with one copy."""
    if not flat:
        return np.zeros((0, 0), np.float32)
    return np.concatenate(flat).reshape(-1, width)


def lookup(conn: sqlite3.Connection, hashes: Iterable[bytes]) -> dict[bytes, np.ndarray]:
    """hash -> vector, for those of the hashes that the index has."""
    wanted = set(hashes)
    places: dict[str, list[tuple[bytes, int]]] = {}
    for owner, known in conn.execute("SELECT owner, hashes FROM _vectors"):
        for row in range(len(known) // HASH_BYTES):
            digest = known[row * HASH_BYTES : (row + 1) * HASH_BYTES]
            if digest in wanted:
                wanted.discard(digest)
                places.setdefault(owner, []).append((digest, row))
        if not wanted:
            break
    found: dict[bytes, np.ndarray] = {}
    for owner, pairs in places.items():
        rows, data = conn.execute(
            "SELECT rows, data FROM _vectors WHERE owner = ?", (owner,)
        ).fetchone()
        matrix = np.frombuffer(data, dtype=np.float32).reshape(rows, -1)
        found.update((digest, matrix[row]) for digest, row in pairs)
    return found


def read_arrays(conn: sqlite3.Connection, prefix: str) -> dict[str, np.ndarray]:
    """name -> array, of those whose name begins with the prefix, by the rest of it.

    The arrays cannot be written to."""
    rows = conn.execute(
        "SELECT name, dtype, shape, data FROM _arrays WHERE name >= ? AND name < ?",
        (prefix, prefix + "\U0010ffff"),
    )
    return {
        name.removeprefix(prefix): np.frombuffer(data, dtype=dtype).reshape(json.loads(shape))
        for name, dtype, shape, data in rows
    }
