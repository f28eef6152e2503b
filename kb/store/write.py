"""Rows into kb.db, inside one transaction that the caller holds."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from kb.domain import (
    BuildReport,
    FileState,
    Finding,
    Guide,
    LibraryQuestion,
    Part,
    Passage,
    Question,
    QuestionFit,
    Story,
)
from kb.store import schema
from kb.store.rows import finding_row, passage_row, question_row, story_row, under

if TYPE_CHECKING:
    import numpy as np

    from kb.domain import Competency
    from kb.store.rows import Row
    from kb.store.vectors import Block


class Writer:
    """Writes to an index. Everything is seen by readers at once, at commit."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn

    def recreate(self, competencies: Iterable[Competency]) -> None:
        """Drop every table and make them anew."""
        names = [
            r[0]
            for r in self._conn.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
                " AND sql LIKE 'CREATE VIRTUAL%' ORDER BY name"
            )
        ]
        for name in names:
            self._conn.execute(f'DROP TABLE "{name}"')
        rest = self._conn.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        for (name,) in rest:
            self._conn.execute(f'DROP TABLE "{name}"')
        schema.create(self._conn, competencies)

    def remove_path(self, path: str) -> None:
        """Take everything that came from one file out of the index."""
        stories = self._ids("SELECT id FROM stories WHERE path = ?", path)
        guides = self._ids("SELECT id FROM guides WHERE path = ?", path)
        for story in stories:
            self.remove_story(story)
        for guide in guides:
            self._remove_guide(guide)
        self._conn.execute("DELETE FROM findings WHERE path = ?", (path,))
        self._conn.execute("DELETE FROM _files WHERE path = ?", (path,))

    def remove_story(self, story: str) -> None:
        """Take one story out of the index, with its passages and vectors."""
        for table in ("story_competencies", "story_tags", "passages", "findings"):
            self._conn.execute(f"DELETE FROM {table} WHERE story = ?", (story,))
        self._remove_owner(f"story:{story}")
        self._conn.execute("DELETE FROM stories WHERE id = ?", (story,))

    def _remove_guide(self, guide: str) -> None:
        questions = self._ids("SELECT id FROM questions WHERE guide = ?", guide)
        for question in questions:
            for table in (
                "question_competencies", "variants", "examples", "practices",
                "follow_ups", "notes", "passages",
            ):  # fmt: skip
                self._conn.execute(f"DELETE FROM {table} WHERE question = ?", (question,))
            self._remove_owner(f"question:{question}")
        for table in ("notes", "passages"):
            self._conn.execute(f"DELETE FROM {table} WHERE guide = ?", (guide,))
        self._remove_owner(f"guide:{guide}")
        self._conn.execute("DELETE FROM questions WHERE guide = ?", (guide,))
        self._conn.execute("DELETE FROM guides WHERE id = ?", (guide,))

    def _remove_owner(self, owner: str) -> None:
        self._conn.execute("DELETE FROM _vectors WHERE owner = ?", (owner,))
        # example parts are owned by "question:ID#n"
        self._conn.execute(
            "DELETE FROM _parts WHERE owner = ? OR (owner > ? AND owner < ?)",
            (owner, f"{owner}#", f"{owner}$"),
        )

    def put_story(self, story: Story, passages: Sequence[Passage]) -> None:
        """Add a story (its id must not be there) with its passages."""
        self._insert("stories", [story_row(story)])
        self._conn.executemany(
            "INSERT INTO story_competencies"
            " SELECT ?, id, 'authored', 1.0 FROM competencies WHERE id = ?",
            [(story.id, c) for c in dict.fromkeys(story.competencies)],
        )
        self._insert(
            "story_tags", [{"story": story.id, "tag": t} for t in dict.fromkeys(story.tags)]
        )
        self._put_parts(f"story:{story.id}", story.parts)
        self._insert("passages", [passage_row(p, story=story.id) for p in passages])

    def put_guide(self, guide: Guide, passages: Sequence[Passage]) -> None:
        """Add a guide (its id must not be there) with its questions and passages."""
        self._insert(
            "guides",
            [
                {
                    "id": guide.id, "title": guide.title, "path": guide.path,
                    "description": guide.description, "stale": 0,
                }
            ],
        )  # fmt: skip
        for position, question in enumerate(guide.questions):
            self._put_question(guide, question, position)
        self._insert(
            "notes",
            [
                {
                    "id": f"{guide.id}#about-{i}", "title": n.title, "text": n.text,
                    "guide": guide.id, "question": None, "line": n.line,
                }
                for i, n in enumerate(guide.notes)
            ],
        )  # fmt: skip
        known = {q.id for q in guide.questions}
        self._insert(
            "passages",
            [
                passage_row(p, question=p.owner)
                if p.owner in known
                else passage_row(p, guide=guide.id)
                for p in passages
            ],
        )

    def _put_question(self, guide: Guide, question: Question, position: int) -> None:
        self._insert("questions", [question_row(guide, question, position)])
        # an unknown one is a finding, stays in the JSON column, and has no link
        self._conn.executemany(
            "INSERT INTO question_competencies SELECT ?, id FROM competencies WHERE id = ?",
            [(question.id, c) for c in dict.fromkeys(question.competencies)],
        )
        for table, rows in under(guide, question).items():
            kind = table.removesuffix("s").replace("_", "-")
            self._insert(
                table,
                [
                    {"id": f"{question.id}#{kind}-{i}", "question": question.id, **row}
                    for i, row in enumerate(rows)
                ],
            )
        for i, example in enumerate(question.examples):
            self._put_parts(f"question:{question.id}#{i:03d}", example.parts)

    def _put_parts(self, owner: str, parts: Sequence[Part]) -> None:
        self._insert(
            "_parts",
            [
                {
                    "owner": owner, "position": i, "kind": p.kind, "title": p.title,
                    "text": p.text, "line": p.line,
                }
                for i, p in enumerate(parts)
            ],
        )  # fmt: skip

    def put_block(self, block: Block) -> None:
        """Keep the vectors of one owner's passages, in passage order."""
        self._insert(
            "_vectors",
            [
                {
                    "owner": f"{block.kind}:{block.owner}", "kind": block.kind,
                    "rows": len(block.matrix), "kinds": block.kinds.tobytes(),
                    "hashes": b"".join(block.hashes), "weights": block.weights.tobytes(),
                    "data": block.matrix.tobytes(),
                }
            ],
            replace=True,
        )  # fmt: skip

    def clear_blocks(self, kind: str) -> None:
        """Forget every vector of a kind of owner."""
        self._conn.execute("DELETE FROM _vectors WHERE kind = ?", (kind,))

    def put_arrays(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Keep named arrays; one of the same name is replaced."""
        self._insert(
            "_arrays",
            [
                {
                    "name": name, "dtype": str(a.dtype), "shape": json.dumps(a.shape),
                    "data": a.tobytes(),
                }
                for name, a in arrays.items()
            ],
            replace=True,
        )  # fmt: skip

    def put_library(self, questions: Sequence[LibraryQuestion]) -> None:
        """Keep the library's questions, in their order, in place of those before and
        their vectors."""
        self._conn.execute("DELETE FROM _library")
        self._conn.execute("DELETE FROM _vectors WHERE kind = 'library'")
        self._insert(
            "_library",
            [
                {
                    "position": i, "id": q.id, "text": q.text, "guide": q.guide,
                    "competencies": json.dumps(q.competencies),
                }
                for i, q in enumerate(questions)
            ],
        )  # fmt: skip

    def put_ranked(self, stories: Sequence[str]) -> None:
        """Keep the ids of the stories in the order of the ranking's columns."""
        self.put_meta("ranked", json.dumps(stories))

    def clear_inferred(self) -> None:
        """Forget every inferred competency."""
        self._conn.execute("DELETE FROM story_competencies WHERE source = 'inferred'")

    def put_inferred(self, scores: Iterable[tuple[str, str, float]]) -> None:
        """Keep inferred competencies as (story, competency, score); authored ones win."""
        self._conn.executemany(
            "INSERT OR IGNORE INTO story_competencies VALUES (?, ?, 'inferred', ?)", scores
        )

    def put_question_fits(self, fits: Iterable[QuestionFit]) -> None:
        """Keep which stories answer the guides' questions best, in place of what was there."""
        self._conn.execute("DELETE FROM question_fits")
        self._insert(
            "question_fits",
            [
                {
                    "question": f.question, "place": f.place, "story": f.story, "fit": f.fit,
                    "score": round(f.score, 4), "fitting": f.fitting,
                }
                for f in fits
            ],
        )  # fmt: skip

    def put_file(self, state: FileState) -> None:
        """Remember a file's stamp."""
        self._insert(
            "_files",
            [
                {
                    "path": state.path, "kind": state.kind, "sha256": state.sha256,
                    "size": state.size, "mtime_ns": state.mtime_ns, "ok": int(state.ok),
                }
            ],
            replace=True,
        )  # fmt: skip

    def put_findings(self, path: str, findings: Sequence[Finding]) -> None:
        """Replace what was noticed of one file while it was read."""
        self._conn.execute("DELETE FROM findings WHERE path = ? AND story = ''", (path,))
        self._insert("findings", [finding_row(f) for f in findings])

    def put_rule(self, rule: str, findings: Iterable[Finding]) -> None:
        """Replace all that one rule of `kb check` says, of whatever story."""
        self._conn.execute("DELETE FROM findings WHERE story != '' AND rule = ?", (rule,))
        self._insert("findings", [finding_row(f) for f in findings])

    def put_checks(self, findings: Iterable[Finding], stories: Collection[str] | None) -> None:
        """Replace what the rules of `kb check` say of these stories, None for all."""
        if stories is None:
            self._conn.execute("DELETE FROM findings WHERE story != ''")
        else:
            self._conn.executemany(
                "DELETE FROM findings WHERE story = ?", [(story,) for story in stories]
            )
        self._insert("findings", [finding_row(f) for f in findings])

    def mark_stale(self, path: str) -> None:
        """Mark what came from a file as no longer what the file says."""
        for table in ("stories", "guides", "questions"):
            self._conn.execute(f"UPDATE {table} SET stale = 1 WHERE path = ?", (path,))

    def put_build(self, build_id: str, at: str, report: BuildReport, model: str) -> None:
        """Add a line to `builds`, and make its id the index's."""
        self._insert(
            "builds",
            [
                {
                    "id": build_id, "at": at, "seconds": round(report.seconds, 3),
                    "added": report.added, "changed": report.changed,
                    "removed": report.removed, "unchanged": report.unchanged,
                    "failed": report.failed, "embedded": report.embedded,
                    "stories": report.stories, "questions": report.questions, "model": model,
                }
            ],
        )  # fmt: skip
        self.put_meta("build_id", build_id)

    def put_meta(self, key: str, value: str) -> None:
        """Set one value of the index's own notes."""
        self._insert("_meta", [{"key": key, "value": value}], replace=True)

    def count(self, table: str) -> int:
        """Rows of a table, as this transaction sees it."""
        return int(self._conn.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])

    def _ids(self, sql: str, *values: str) -> list[str]:
        return [r[0] for r in self._conn.execute(sql, values)]

    def _insert(self, table: str, rows: Sequence[Row], *, replace: bool = False) -> None:
        if not rows:
            return
        columns = list(rows[0])
        verb = "INSERT OR REPLACE" if replace else "INSERT"
        self._conn.executemany(
            f'{verb} INTO "{table}" ({", ".join(columns)})'
            f" VALUES ({', '.join('?' * len(columns))})",
            [tuple(row[c] for c in columns) for row in rows],
        )
