"""What an index says, without what may differ between two builds of the same files."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

Rows = list[tuple[Any, ...]]
Dump = dict[str, Rows]

LEFT_OUT = {"builds", "sqlite_sequence", "sqlite_stat1"}
# columns that tell of the build and not of the files
NOT_SAID = {"_files": {"mtime_ns"}, "findings": {"id"}}
META = {"build_id"}  # and the stamps, which hold times
CLOSE = 1e-3  # of a number: a text embedded among others differs in the seventh digit


def dump(database: Path) -> Dump:
    """table -> its rows in order, numbers as they are and arrays as lists."""
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as conn:
        names = [r[0] for r in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        kept = sorted(n for n in names if "_fts" not in n and n not in LEFT_OUT)
        return {name: _rows(conn, name) for name in kept}


def differences(one: Dump, other: Dump) -> list[str]:
    """In words, at most a few: nothing where both say the same."""
    if one.keys() != other.keys():
        return [f"tables: {sorted(one.keys() ^ other.keys())}"]
    found = []
    for name, rows in one.items():
        if len(rows) != len(other[name]):
            found.append(f"{name}: {len(rows)} rows against {len(other[name])}")
            continue
        for mine, theirs in zip(rows, other[name], strict=True):
            other_cells = [(a, b) for a, b in zip(mine, theirs, strict=True) if not _same(a, b)]
            if other_cells:
                shown = "; ".join(f"{str(a)[:60]} against {str(b)[:60]}" for a, b in other_cells)
                found.append(f"{name} {str(mine[0])[:60]}: {shown}")
                break
    return found


def unsound(database: Path) -> list[str]:
    """What SQLite itself finds wrong, and rows that are of no one whole build."""
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as conn:
        said = [r[0] for r in conn.execute("PRAGMA integrity_check") if r[0] != "ok"]
        said += [f"foreign key: {r}" for r in conn.execute("PRAGMA foreign_key_check")]
        return said + mixed(conn)


def mixed(conn: sqlite3.Connection) -> list[str]:
    """In one look: whether what the last build noted of itself is what is there."""
    conn.execute("BEGIN")
    try:
        if not conn.execute("SELECT 1 FROM sqlite_master WHERE name = 'builds'").fetchone():
            return []
        last = conn.execute(
            "SELECT id, stories, questions FROM builds ORDER BY id DESC LIMIT 1"
        ).fetchone()
        if last is None:
            return ["tables without a build"]
        meta = dict(conn.execute("SELECT key, value FROM _meta").fetchall())
        counts = conn.execute(
            "SELECT (SELECT count(*) FROM stories), (SELECT count(*) FROM questions)"
        ).fetchone()
        ranked = len(json.loads(meta.get("ranked", "[]")))
        blocks = conn.execute("SELECT count(*) FROM _vectors WHERE kind = 'story'").fetchone()[0]
        seen = (meta.get("build_id"), *counts, ranked, blocks)
        wanted = (last[0], last[1], last[2], last[1], last[1])
        return [] if seen == wanted else [f"mixed: {seen} where the build says {wanted}"]
    finally:
        conn.rollback()


def _rows(conn: sqlite3.Connection, name: str) -> Rows:
    columns = [r[1] for r in conn.execute(f"PRAGMA table_info([{name}])")]
    wanted = [c for c in columns if c not in NOT_SAID.get(name, set())]
    rows = conn.execute(f"SELECT {', '.join(f'[{c}]' for c in wanted)} FROM [{name}]").fetchall()
    if name == "_meta":
        rows = [r for r in rows if r[0] not in META and not r[0].endswith("_stamp")]
    if name == "question_fits":  # two stories of one text tie: either may come first
        place = wanted.index("story")
        texts = dict(conn.execute("SELECT id, text FROM stories").fetchall())
        rows = [(*r[:place], texts.get(r[place], r[place]), *r[place + 1 :]) for r in rows]
    if name == "_arrays":
        rows = [(n, d, s, _floats(data, d)) for n, d, s, data in rows]
    if name == "_vectors":
        place = wanted.index("data")
        rows = [(*r[:place], _floats(r[place], "float32"), *r[place + 1 :]) for r in rows]
    return sorted(rows, key=lambda row: str([cell for cell in row if not _number(cell)]))


def _floats(data: bytes, dtype: str) -> np.ndarray:
    return np.frombuffer(data, dtype=dtype)


def _number(cell: object) -> bool:
    return isinstance(cell, float | np.ndarray)


def _same(one: object, other: object) -> bool:
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return one.shape == other.shape and bool(np.allclose(one, other, atol=CLOSE))
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) < CLOSE
    return one == other
