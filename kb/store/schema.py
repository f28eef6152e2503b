"""The tables of kb.db, made with sqlite-utils. Names beginning with _ are kb's own."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

from kb.domain import Competency
from kb.store.marks import APPLICATION_ID, SCHEMA_VERSION

Columns = dict[str, type]
Keys = list[tuple[str, str, str]]

_TABLES: list[tuple[str, Columns, str | tuple[str, ...], Keys]] = [
    ("competencies", {"id": str, "grouping": str, "description": str}, "id", []),
    (
        "guides",
        {"id": str, "title": str, "path": str, "description": str, "stale": int},
        "id",
        [],
    ),
    (
        "questions",
        {
            "id": str, "text": str, "guide": str, "category": str, "concept": str,
            "concept_line": int, "competencies": str, "path": str, "line": int,
            "position": int, "stale": int,
        },
        "id",
        [("guide", "guides", "id")],
    ),
    (
        "variants",
        {"id": str, "question": str, "text": str, "line": int},
        "id",
        [("question", "questions", "id")],
    ),
    (
        "examples",
        {"id": str, "name": str, "text": str, "question": str, "line": int},
        "id",
        [("question", "questions", "id")],
    ),
    (
        "practices",
        {"id": str, "title": str, "text": str, "question": str, "line": int},
        "id",
        [("question", "questions", "id")],
    ),
    (
        "follow_ups",
        {"id": str, "text": str, "question": str, "line": int},
        "id",
        [("question", "questions", "id")],
    ),
    (
        "notes",
        {"id": str, "title": str, "text": str, "guide": str, "question": str, "line": int},
        "id",
        [("guide", "guides", "id"), ("question", "questions", "id")],
    ),
    (
        "stories",
        {
            "id": str, "title": str, "date": str, "year": int, "role": str, "company": str,
            "status": str, "competencies": str, "tags": str, "answers": str, "text": str,
            "path": str, "line": int, "stale": int,
        },
        "id",
        [],
    ),
    (
        "story_competencies",
        {"story": str, "competency": str, "source": str, "score": float},
        ("story", "competency"),
        [("story", "stories", "id"), ("competency", "competencies", "id")],
    ),
    (
        "question_competencies",
        {"question": str, "competency": str},
        ("question", "competency"),
        [("question", "questions", "id"), ("competency", "competencies", "id")],
    ),
    (
        "question_fits",
        {
            "question": str, "place": int, "story": str, "fit": str, "score": float,
            "fitting": int,
        },
        ("question", "place"),
        [("question", "questions", "id"), ("story", "stories", "id")],
    ),
    ("story_tags", {"story": str, "tag": str}, ("story", "tag"), [("story", "stories", "id")]),
    (
        "passages",
        {
            "id": str, "kind": str, "part": str, "text": str, "line": int,
            "story": str, "question": str, "guide": str,
        },
        "id",
        [
            ("story", "stories", "id"),
            ("question", "questions", "id"),
            ("guide", "guides", "id"),
        ],
    ),
    (
        "findings",
        {
            "id": int, "severity": str, "rule": str, "message": str, "hint": str,
            "path": str, "line": int, "words": str, "story": str,
        },
        "id",
        [],
    ),
    (
        "builds",
        {
            "id": str, "at": str, "seconds": float, "added": int, "changed": int,
            "removed": int, "unchanged": int, "failed": int, "embedded": int,
            "stories": int, "questions": int, "model": str,
        },
        "id",
        [],
    ),
    # kb's own, not meant to be read
    (
        "_parts",
        {
            "owner": str, "position": int, "kind": str, "title": str, "text": str, "line": int,
        },
        ("owner", "position"),
        [],
    ),
    (
        "_files",
        {
            "path": str, "kind": str, "sha256": str, "size": int, "mtime_ns": int, "ok": int,
        },
        "path",
        [],
    ),
    ("_meta", {"key": str, "value": str}, "key", []),
    (
        "_vectors",
        {
            "owner": str, "kind": str, "rows": int, "kinds": bytes, "hashes": bytes,
            "weights": bytes, "data": bytes,
        },
        "owner",
        [],
    ),
    ("_arrays", {"name": str, "dtype": str, "shape": str, "data": bytes}, "name", []),
    (
        "_library",
        {"position": int, "id": str, "text": str, "guide": str, "competencies": str},
        "position",
        [],
    ),
]  # fmt: skip

_INDEXES = [
    ("questions", "guide"), ("questions", "path"), ("variants", "question"),
    ("examples", "question"), ("practices", "question"), ("follow_ups", "question"),
    ("notes", "guide"), ("notes", "question"), ("stories", "path"), ("passages", "story"),
    ("passages", "question"), ("passages", "guide"), ("story_competencies", "competency"),
    ("question_competencies", "competency"), ("question_fits", "story"),
    ("guides", "path"), ("findings", "path"), ("findings", "story"),
]  # fmt: skip

# Stemming lets "disagreed" find "disagreement"; the columns' order is the order of bm25 weights.
FTS = {
    "stories": ["title", "text"],
    "questions": ["text", "concept"],
    "examples": ["name", "text"],
    "practices": ["title", "text"],
    "passages": ["text"],
}


def visible_columns() -> dict[str, tuple[str, ...]]:
    """table -> its columns, of the tables that are meant to be read."""
    return {name: tuple(made) for name, made, _, _ in _TABLES if not name.startswith("_")}


def create(conn: sqlite3.Connection, competencies: Iterable[Competency]) -> None:
    """Make every table in an empty database, and mark it as kb's.

    Runs inside the caller's transaction if one is open.
    """
    import sqlite_utils  # 0.1 s: only when a database is made

    db: Any = sqlite_utils.Database(conn)
    for name, columns, key, foreign in _TABLES:
        db[name].create(columns, pk=key, foreign_keys=foreign)
    for table, column in _INDEXES:
        db[table].create_index([column])
    for table, fts_columns in FTS.items():
        db[table].enable_fts(fts_columns, create_triggers=True, tokenize="porter unicode61")
    db["competencies"].insert_all(
        {"id": c.id, "grouping": c.group, "description": c.description} for c in competencies
    )
    conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    conn.execute("INSERT INTO _meta VALUES ('schema', ?)", (SCHEMA_VERSION,))
