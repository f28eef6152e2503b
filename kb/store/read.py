"""kb.db to the nouns of the domain. Only sqlite3: this is on the path of a match."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from kb.domain import (
    BuildNote,
    Competency,
    Concept,
    Example,
    FileState,
    Finding,
    FollowUp,
    LibraryQuestion,
    Note,
    Part,
    PartKind,
    Passage,
    Practice,
    Question,
    QuestionCard,
    QuestionFit,
    Status,
    Story,
    StoryCard,
    Variant,
)

if TYPE_CHECKING:
    import numpy as np

    from kb.store.vectors import Blocks, Rows


class Reader:
    """Reads an index that is open. Every method is one look at the last whole build."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn

    def meta(self) -> dict[str, str]:
        """The index's own notes: schema, build_id, model, fingerprint and so on."""
        return dict(self._conn.execute("SELECT key, value FROM _meta").fetchall())

    def schema(self) -> str:
        """The schema's version, "" in a database without a table."""
        tables = {row[0] for row in self._conn.execute("SELECT name FROM sqlite_master")}
        if "_meta" not in tables:
            return "?" if tables else ""
        return self.meta().get("schema", "?")

    def files(self) -> dict[str, FileState]:
        """Every file of the index by path."""
        rows = self._conn.execute("SELECT path, kind, sha256, size, mtime_ns, ok FROM _files")
        return {r[0]: FileState(r[0], r[1], r[2], r[3], r[4], bool(r[5])) for r in rows}

    def story_cards(self) -> tuple[StoryCard, ...]:
        """All stories, retired ones too, by id."""
        rows = self._conn.execute(
            "SELECT id, title, path, date, role, company, status, stale, competencies, tags,"
            " answers, line FROM stories ORDER BY id"
        )
        return tuple(
            StoryCard(
                r[0],
                r[1],
                r[2],
                r[3],
                r[4],
                r[5],
                cast(Status, r[6]),
                bool(r[7]),
                _list(r[8]),
                _list(r[9]),
                _list(r[10]),
                r[11],
            )
            for r in rows
        )

    def question_cards(self, ids: Iterable[str] | None = None) -> tuple[QuestionCard, ...]:
        """Questions of the workspace's guides, in guide order, or those of the ids."""
        wanted = None if ids is None else list(ids)
        where, values = "", []
        if wanted is not None:
            where = f" WHERE id IN ({', '.join('?' * len(wanted))})"
            values = wanted
        rows = self._conn.execute(
            f"SELECT id, text, guide, path, line, stale, competencies FROM questions{where}"
            " ORDER BY path, position",
            values,
        ).fetchall()
        practices = self._practices([r[0] for r in rows]) if wanted is not None else {}
        return tuple(
            QuestionCard(
                r[0], r[1], r[2], r[3], r[4], bool(r[5]), _list(r[6]), practices.get(r[0], ())
            )
            for r in rows
        )

    def _practices(self, questions: Sequence[str]) -> dict[str, tuple[Practice, ...]]:
        found: dict[str, tuple[Practice, ...]] = {}
        for question in questions:
            rows = self._conn.execute(
                "SELECT title, text, line FROM practices WHERE question = ? ORDER BY rowid",
                (question,),
            )
            found[question] = tuple(Practice(*r) for r in rows)
        return found

    def variants(self) -> tuple[tuple[str, str], ...]:
        """(question, text) of every variant, in guide order."""
        rows = self._conn.execute(
            "SELECT variants.question, variants.text FROM variants JOIN questions"
            " ON questions.id = variants.question"
            " ORDER BY questions.path, questions.position, variants.rowid"
        )
        return tuple(rows)

    def story_ids_by_path(self) -> dict[str, list[str]]:
        """path -> ids of the stories that came from it."""
        return self._by_path("stories")

    def guide_ids_by_path(self) -> dict[str, list[str]]:
        """path -> ids of the guides that came from it."""
        return self._by_path("guides")

    def _by_path(self, table: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path, owner in self._conn.execute(f"SELECT path, id FROM {table} ORDER BY path, id"):
            found.setdefault(path, []).append(owner)
        return found

    def story(self, story: str) -> Story | None:
        """One story as it was read, or None."""
        row = self._conn.execute(
            "SELECT id, path, title, line, date, role, company, competencies, tags, answers,"
            " status FROM stories WHERE id = ?",
            (story,),
        ).fetchone()
        if row is None:
            return None
        return Story(
            id=row[0], path=row[1], title=row[2], line=row[3], date=row[4], role=row[5],
            company=row[6], competencies=_list(row[7]), tags=_list(row[8]),
            answers=_list(row[9]), status=cast(Status, row[10]),
            parts=self._parts(f"story:{story}"),
        )  # fmt: skip

    def question(self, question: str) -> Question | None:
        """One question with everything that stands under it, or None."""
        row = self._conn.execute(
            "SELECT id, guide, text, line, category, competencies, concept, concept_line"
            " FROM questions WHERE id = ?",
            (question,),
        ).fetchone()
        if row is None:
            return None

        def under(table: str, columns: str) -> list[Any]:
            return self._conn.execute(
                f"SELECT {columns} FROM {table} WHERE question = ? ORDER BY rowid", (question,)
            ).fetchall()

        examples = tuple(
            Example(name, self._parts(f"question:{question}#{i:03d}"), line)
            for i, (name, line) in enumerate(under("examples", "name, line"))
        )
        return Question(
            id=row[0],
            guide=row[1],
            text=row[2],
            line=row[3],
            category=row[4],
            competencies=_list(row[5]),
            variants=tuple(Variant(*r) for r in under("variants", "text, line")),
            concept=Concept(row[6], row[7]) if row[6] else None,
            examples=examples,
            practices=self._practices([question])[question],
            follow_ups=tuple(FollowUp(*r) for r in under("follow_ups", "text, line")),
            notes=tuple(Note(*r) for r in under("notes", "title, text, line")),
        )

    def _parts(self, owner: str) -> tuple[Part, ...]:
        rows = self._conn.execute(
            "SELECT kind, text, line, title FROM _parts WHERE owner = ? ORDER BY position", (owner,)
        )
        return tuple(Part(cast(PartKind, r[0]), r[1], r[2], r[3]) for r in rows)

    def passages(self, ids: Sequence[str]) -> dict[str, Passage]:
        """The passages of the ids that exist, by id."""
        rows = self._conn.execute(
            "SELECT id, kind, coalesce(story, question, guide), text, line, part FROM passages"
            f" WHERE id IN ({', '.join('?' * len(ids))})",
            list(ids),
        )
        return {r[0]: Passage(*r) for r in rows}

    def last_build(self) -> BuildNote | None:
        """The newest build, or None."""
        row = self._conn.execute(
            "SELECT id, at, stories, questions, failed FROM builds ORDER BY id DESC LIMIT 1"
        ).fetchone()
        return BuildNote(*row) if row else None

    def competency_use(self) -> tuple[tuple[Competency, int], ...]:
        """Every competency, and how many stories that are not retired show it."""
        rows = self._conn.execute(
            "SELECT id, grouping, description, (SELECT count(*) FROM story_competencies"
            " JOIN stories ON stories.id = story_competencies.story"
            " WHERE competency = competencies.id AND status != 'retired')"
            " FROM competencies ORDER BY rowid"
        )
        return tuple((Competency(r[0], r[1], r[2]), int(r[3])) for r in rows)

    def best_fits(self) -> dict[str, QuestionFit]:
        """question -> the story that answers it best, of the workspace's own questions."""
        rows = self._conn.execute(
            "SELECT question, story, place, score, fit, fitting FROM question_fits WHERE place = 1"
        )
        return {r[0]: QuestionFit(*r) for r in rows}

    def findings(self) -> tuple[Finding, ...]:
        """All findings, by path and line."""
        rows = self._conn.execute(
            "SELECT rule, severity, message, path, line, hint, story, words FROM findings"
            " ORDER BY path, line, id"
        )
        return tuple(Finding(*r) for r in rows)

    def library(self) -> tuple[LibraryQuestion, ...]:
        """The library's questions, in their order."""
        rows = self._conn.execute(
            "SELECT id, text, guide, competencies FROM _library ORDER BY position"
        )
        return tuple(LibraryQuestion(r[0], r[1], r[2], _list(r[3])) for r in rows)

    def question_ids(self) -> tuple[str, ...]:
        """All questions of the workspace's guides, by id: the order of `guide.owner`."""
        return tuple(r[0] for r in self._conn.execute("SELECT id FROM questions ORDER BY id"))

    def story_ids(self) -> tuple[str, ...]:
        """All stories, by id: the order of their blocks."""
        return tuple(r[0] for r in self._conn.execute("SELECT id FROM stories ORDER BY id"))

    def ranked(self) -> tuple[str, ...]:
        """The stories in the order of the ranking's columns, as of the last build."""
        return _list(self.meta().get("ranked", ""))

    def inferred(self) -> dict[str, tuple[str, ...]]:
        """story -> competencies inferred for it, best first."""
        found: dict[str, list[str]] = {}
        rows = self._conn.execute(
            "SELECT story, competency FROM story_competencies"
            " WHERE source = 'inferred' ORDER BY story, score DESC, competency"
        )
        for story, competency in rows:
            found.setdefault(story, []).append(competency)
        return {story: tuple(ids) for story, ids in found.items()}

    def counts(self) -> tuple[int, int]:
        """(stories, questions) in the index."""
        row = self._conn.execute(
            "SELECT (SELECT count(*) FROM stories), (SELECT count(*) FROM questions)"
        ).fetchone()
        return int(row[0]), int(row[1])

    def text_scores(self, question: str) -> dict[str, float]:
        """story -> bm25 of the question's words in it (higher is better), ORed.

        Only stories with at least one of the words are there. A word that half of the stories
        have is left out: bm25 gives it a millionth, after counting each of its places.
        """
        words = dict.fromkeys(re.findall(r"\w+", question.lower()))
        stories = self.counts()[0]
        terms = [f'"{word}"' for word in words if 2 * self._stories_with(f'"{word}"') < stories]
        if not terms:
            return {}
        rows = self._conn.execute(
            "SELECT stories.id, -bm25(stories_fts, 2.0, 1.0) FROM stories_fts"
            " JOIN stories ON stories.rowid = stories_fts.rowid WHERE stories_fts MATCH ?",
            (" OR ".join(terms),),
        )
        return dict(rows.fetchall())

    def _stories_with(self, term: str) -> int:
        row = self._conn.execute(
            "SELECT count(*) FROM stories_fts WHERE stories_fts MATCH ?", (term,)
        ).fetchone()
        return int(row[0])

    def has_word(self, word: str) -> bool:
        """Whether a word, in any of its forms, stands in any story or guide."""
        row = self._conn.execute(
            "SELECT 1 FROM passages_fts WHERE passages_fts MATCH ? LIMIT 1", (f'"{word}"',)
        ).fetchone()
        return row is not None

    def blocks(self, kind: str, owners: Iterable[str] | None = None) -> Blocks:
        """The vectors of a kind of owner ("story", "question", "guide" or "library"),
        by owner; only those of `owners` if given."""
        from kb.store import vectors

        return vectors.read_blocks(self._conn, kind, owners)

    def each_block(self, kind: str, owners: Iterable[str]) -> Iterator[Rows]:
        """The same one after the other, each (kinds, weights, matrix) as in Blocks."""
        from kb.store import vectors

        return vectors.each_block(self._conn, kind, owners)

    def vectors(self, hashes: Iterable[bytes]) -> dict[bytes, np.ndarray]:
        """The vectors that are there of texts with these 16-byte hashes."""
        from kb.store import vectors

        return vectors.lookup(self._conn, hashes)

    def arrays(self, prefix: str) -> dict[str, np.ndarray]:
        """Named arrays whose name begins with the prefix, by the rest of their name."""
        from kb.store import vectors

        return vectors.read_arrays(self._conn, prefix)


@lru_cache(maxsize=1024)  # of ten thousand stories most say the same
def _list(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text)) if text else ()
